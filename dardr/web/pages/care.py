"""Looking after the service: what the nightly checks found, e-mails that could not be sent, whether it is alive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session, defer

from dardr.access import visible
from dardr.actors import Actor
from dardr.lookups.addresses import Addresses
from dardr.lookups.timeline import message_dict
from dardr.storage.installation import Heartbeat, IntegrityFinding
from dardr.storage.outbox import UNDELIVERED, OutboxMessage
from dardr.storage.reviews import Record
from dardr.web.audience import RUNS_THE_SERVICE, actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import session

pages = Blueprint("care", __name__)

WITHOUT_TEXT = (defer(OutboxMessage.text), defer(OutboxMessage.html))
"""Lists do not show what an e-mail says."""
SHOWN_AT_MOST = 200


def undelivered(session: Session, actor: Actor, refs: Sequence[str]) -> list[dict[str, Any]]:
    """The e-mails about these records, which the actor may see, that did not reach somebody, newest first."""
    rows = session.execute(
        sa.select(OutboxMessage, Record)
        .options(*WITHOUT_TEXT)
        .join(Record, Record.id == OutboxMessage.record_id)
        .where(Record.ref.in_(list(refs)), UNDELIVERED)
        .order_by(OutboxMessage.id.desc())
    ).all()
    addresses = Addresses(session, actor, {record for _, record in rows})
    return [message_dict(about.ref, row, addresses.shown(row.recipient, about.id)) for row, about in rows]


@pages.get("/care")
@who(*RUNS_THE_SERVICE)
def findings() -> ResponseReturnValue:
    """What needs somebody's attention, and when the worker was last seen."""
    found = session().execute(
        sa.select(IntegrityFinding, Record)
        .outerjoin(Record, Record.id == IntegrityFinding.record_id)
        .where(sa.or_(IntegrityFinding.record_id.is_(None), visible(actor())))
        .order_by(IntegrityFinding.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    mails = session().execute(
        sa.select(OutboxMessage, Record)
        .options(*WITHOUT_TEXT)
        .outerjoin(Record, Record.id == OutboxMessage.record_id)
        .where(
            UNDELIVERED,
            sa.or_(OutboxMessage.record_id.is_(None), visible(actor())),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    waiting = session().scalar(
        sa.select(sa.func.count()).select_from(OutboxMessage).where(OutboxMessage.status.in_(("queued", "waiting")))
    )
    return render_template(
        "care/findings.html",
        findings=[(finding, _address(record)) for finding, record in found],
        mails=[
            (message_dict(record.ref if record else None, row, row.recipient), _address(record))
            for row, record in mails
        ],
        waiting=waiting,
        ticks=list(session().scalars(sa.select(Heartbeat).order_by(Heartbeat.tick))),
    )


def _address(record: Record | None) -> str:
    return page_of(record.ref, record.process_key) if record is not None else ""

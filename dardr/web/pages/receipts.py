"""Why this date? The receipt of one deadline, to read and to print, with every skipped day by name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import visible
from dardr.casework import deadlines as casework
from dardr.errors import NotFound
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.receipt_seals import seal_of
from dardr.lookups.reminders_of import moves_with_post, reminders_of, reminders_to_come, why_none
from dardr.storage.reviews import Deadline, Record
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import session
from workflows import clocks
from workflows.calendar import CannotCount
from workflows.receipt import every_skipped_day

pages = Blueprint("receipts", __name__)


@pages.get("/records/<ref>/deadlines/<int:number>")
@who(doors=BY_LINK)
def receipt(ref: str, number: int) -> ResponseReturnValue:
    """How one date was worked out, on whose authority, and which reminders go out."""
    today = systime.london_date(systime.utc_now())
    found = (
        session()
        .execute(
            sa.select(Deadline, Record)
            .join(Record, Record.id == Deadline.record_id)
            .where(Deadline.id == number, Record.ref == ref, visible(actor()))
        )
        .first()
    )
    if found is None:
        raise NotFound(f"There is no such date on {ref}, or it is not yours to see. Check the address.")
    row, record = found
    shown = next(d for d in deadlines_of(session(), actor(), ref, today, with_items=False) if d["deadline"] == number)
    clock = workflows.get(record.process).clock(row.clock)
    holds = [h for h in casework.holds_over(session(), record.id) if clock.key in h.clocks] if clock.pausable else []
    return render_template(
        "deadline/receipt.html",
        record=record,
        back=page_of(record.ref, record.process_key),
        clock=clock,
        deadline=shown,
        receipt=shown["receipt"],
        skipped=_skipped(shown["receipt"], clock, record.partnership_id),
        holds=holds,
        agreed=casework.agreed_for(session(), row.id),
        reminded=reminders_of(session(), actor(), row, record),
        to_come=reminders_to_come(session(), actor(), row, record, today),
        seal=seal_of(session(), row, record),
        why_none=why_none(row, record),
        keeps_its_days=not moves_with_post(row, record),
        today=today,
    )


def _skipped(receipt: dict[str, Any], clock: clocks.Clock, partnership_id: int) -> list[Any]:
    """Every skipped day by name, however many; the stored ones where the calendar has changed since."""
    if receipt.get("skipped_complete", True):
        return list(receipt.get("skipped") or [])
    try:
        calendar = casework.calendar_for(session(), clock, partnership_id)
        return [day.as_dict() for day in every_skipped_day(receipt, calendar)]
    except (CannotCount, KeyError, ValueError):
        return list(receipt.get("skipped") or [])

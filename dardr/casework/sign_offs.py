"""What a contact of an agency wrote: kept sealed for the agency's lead, who signs it off or sends it back.

Signing off takes the action, by the lead, with the writer's name beside it. Nothing is overwritten: where the record
was changed since, the lead is shown what changed before anything is taken.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import get_record
from dardr.actors import Actor
from dardr.casework import four_eyes, judging, outbox
from dardr.casework.act import Done, take_action
from dardr.casework.files import FileGiven, seal_with_new_key, unseal
from dardr.casework.notices import base_url
from dardr.casework.recipients import Recipients
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.bodies import Partnership
from dardr.storage.doors import SENT_BACK, SIGNED_OFF, WAITING, WITHDRAWN, ForSignOff
from dardr.storage.installation import Installation
from dardr.storage.people import User
from dardr.storage.reviews import Record
from dardr.systime import london_date
from notifications.messages_of_agencies import SignOffWanted, WrittenSentBack
from workflows.definition import Party, Role


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept for the lead instead of being recorded at once."""

    ref: str
    number: int
    warnings: tuple[str, ...]


def take_or_keep(
    session: Session,
    actor: Actor,
    now: datetime,
    ref: str,
    action_key: str,
    values: Mapping[str, Any],
    occurred_on: date,
    expected_revision: int | None = None,
    *,
    form: Mapping[str, list[str]] | None = None,
) -> Done | Kept:
    """``take_action``, or keep the answers for the agency's lead where they wait for one. Raises what it raises.

    What the same person wrote before for the same step, and nobody has looked at yet, is replaced. ``form`` is what
    was typed, by the names of the page, so that the page can be filled in again if the lead sends it back.
    """
    one = judging.judged(session, actor, now, ref, action_key, values, occurred_on, expected_revision)
    if not four_eyes.waits_for_lead(session, actor, one.record, one.action):
        return take_action(session, actor, now, ref, action_key, values, occurred_on, expected_revision)
    _replace(session, actor, now, one)
    held = {"values": _as_json(dict(values)), "form": {name: list(given) for name, given in (form or {}).items()}}
    wrapped_key, sealed = seal_with_new_key(json.dumps(held, ensure_ascii=False).encode())
    row = ForSignOff(
        record_id=one.record.id,
        body_id=_body_of(session, actor, one.record),
        action=action_key,
        wrapped_key=wrapped_key,
        sealed=sealed,
        revision=one.record.revision,
        occurred_on=occurred_on,
        written_by=actor.id,
        written_at=now,
        state=WAITING,
        said="",
    )
    session.add(row)
    session.flush()
    ask_lead(session, now, one.record, row.body_id)
    return Kept(ref, row.id, one.warnings)


def _replace(session: Session, actor: Actor, now: datetime, one: judging.Judged) -> None:
    """Of the same hand and on the same record: what was sent back, and what is said anew and was one answer only."""
    mine = sa.select(ForSignOff).where(
        ForSignOff.record_id == one.record.id,
        ForSignOff.written_by == actor.id,
        ForSignOff.state.in_((WAITING, SENT_BACK)),
    )
    for row in session.scalars(mine):
        if row.state == SENT_BACK or (row.action == one.action.key and one.action.keep_as is None):
            _settle(row, WITHDRAWN, actor, now)


def _body_of(session: Session, actor: Actor, record: Record) -> int:
    owing = four_eyes.owing(session, record)
    return next((one for one in owing if one in actor.body_ids), owing[0])


def _as_json(value: Any) -> Any:
    """Answers as text, files with what is in them: all of it is sealed at once."""
    if isinstance(value, FileGiven):
        held = {"name": value.name, "type": value.media_type, "content": base64.b64encode(value.content).decode()}
        return {FILE: held}
    if isinstance(value, Mapping):
        return {str(name): _as_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


FILE = "_file"


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        if FILE in value:
            held = value[FILE]
            return FileGiven(held["name"], base64.b64decode(held["content"]), held["type"])
        return {name: _from_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_from_json(one) for one in value]
    return value


def answers(row: ForSignOff) -> dict[str, Any]:
    """What was written, files included; empty once it was dealt with. Raises NotFound under another master key."""
    return _from_json(_held(row).get("values") or {})


def typed(row: ForSignOff) -> dict[str, list[str]]:
    """What was typed, by the names of the page it was typed on."""
    return dict(_held(row).get("form") or {})


def _held(row: ForSignOff) -> dict[str, Any]:
    if row.sealed is None or row.wrapped_key is None:
        return {}
    return json.loads(unseal(row.wrapped_key, row.sealed))


def sent_back_to(session: Session, actor: Actor, number: int) -> ForSignOff | None:
    """What this person wrote and the lead sent back, by its number."""
    row = session.get(ForSignOff, number)
    return row if row is not None and row.written_by == actor.id and row.state == SENT_BACK else None


# --- the lead ---------------------------------------------------------------------------------------------


def one_for(session: Session, actor: Actor, number: int, *, lock: bool = False) -> tuple[ForSignOff, Record]:
    """What waits for sign-off, for its writer and for a lead of its body. Raises NotFound for everybody else."""
    query = sa.select(ForSignOff).where(ForSignOff.id == number)
    if lock:
        query = query.with_for_update(of=ForSignOff).execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None or not (row.written_by == actor.id or may_sign(actor, row)):
        raise NotFound("There is nothing of that number for you to sign off. It may have been dealt with.")
    record = session.get_one(Record, row.record_id)
    return row, get_record(session, actor, record.ref)


def may_sign(actor: Actor, row: ForSignOff) -> bool:
    """Whether this person is a lead of the body in whose name it was written, and did not write it."""
    if row.written_by == actor.id:
        return False
    return any(g.role is Role.AGENCY_LEAD and g.body_id == row.body_id for g in actor.grants)


def sign_off(session: Session, actor: Actor, now: datetime, number: int, *, seen_revision: int | None) -> Done:
    """Take the action with what was written, by the lead. ``seen_revision`` is that of the record the lead looked at.

    Raises Conflict where it was dealt with, or the record changed since the lead looked; and what the action raises.
    """
    row, record = one_for(session, actor, number, lock=True)
    _refuse_done(row)
    if not may_sign(actor, row):
        raise Forbidden("What you wrote yourself is signed off by somebody else, a lead of your organisation.")
    writer = session.get_one(User, row.written_by)
    before = record.revision
    done = take_action(
        session, actor, now, record.ref, row.action, answers(row), row.occurred_on, seen_revision,
        written_by=writer.name,
    )  # fmt: skip
    row.event_id = done.event_id
    _settle(row, SIGNED_OFF, actor, now)
    # What else of the same hand waits on this record was written beside this, not before it.
    others = sa.select(ForSignOff).where(
        ForSignOff.record_id == record.id, ForSignOff.state == WAITING, ForSignOff.revision == before
    )
    for other in session.scalars(others):
        other.revision = done.revision
    return done


def send_back(session: Session, actor: Actor, now: datetime, number: int, said: str) -> ForSignOff:
    """Give it back to its writer with words; they find the form filled. Raises Conflict, Forbidden, Invalid."""
    row, record = one_for(session, actor, number, lock=True)
    _refuse_done(row)
    if not may_sign(actor, row):
        raise Forbidden("Only a lead of your organisation sends this back.")
    if not said.strip():
        raise Invalid([Reason("Say what should be different, in a few words.", "said")])
    row.said, row.state, row.decided_by, row.decided_at = said.strip(), SENT_BACK, actor.id, now
    writer = session.get_one(User, row.written_by)
    message = WrittenSentBack(**_frame(session, record, f"/agency/written/{row.id}"))
    outbox.write(
        session, now, message, to=writer.email, party=str(Party.AGENCY), dedupe=f"sent-back:{row.id}",
        record_id=record.id,
    )  # fmt: skip
    return row


def withdraw(session: Session, actor: Actor, now: datetime, number: int) -> None:
    """The writer takes it back; what was written is thrown away. Raises Conflict, Forbidden, NotFound."""
    row, _ = one_for(session, actor, number, lock=True)
    if row.written_by != actor.id:
        raise Forbidden("Only who wrote this takes it back.")
    if row.state not in (WAITING, SENT_BACK):
        raise Conflict("This was dealt with already. Nothing is waiting any more.")
    _settle(row, WITHDRAWN, actor, now)


def _refuse_done(row: ForSignOff) -> None:
    if row.state != WAITING:
        words = {SIGNED_OFF: "was signed off", SENT_BACK: "was sent back", WITHDRAWN: "was taken back by its writer"}
        raise Conflict(f"This {words.get(row.state, 'was dealt with')} already. Nothing more is to be done here.")


def _settle(row: ForSignOff, state: str, actor: Actor, now: datetime) -> None:
    """Deal with it for good; what was written is on the record now, or not wanted, and is not kept twice."""
    row.state, row.decided_by, row.decided_at = state, actor.id, now
    row.wrapped_key = row.sealed = None


# --- messages ---------------------------------------------------------------------------------------------


def ask_lead(session: Session, now: datetime, record: Record, body_id: int, path: str = "/agency/sign-off") -> None:
    """Tell the leads of a body that something waits for them at ``path``: once a day, however much is written."""
    people = Recipients(session)
    for address in people.at_body(body_id, Party.AGENCY_LEAD) or [""]:
        outbox.write(
            session,
            now,
            SignOffWanted(**_frame(session, record, path)),
            to=address,
            party=str(Party.AGENCY_LEAD),
            dedupe=f"sign-off:{path}:{body_id}:{address.lower()}:{london_date(now).isoformat()}",
            record_id=record.id,
        )


def _frame(session: Session, record: Record, path: str) -> dict[str, Any]:
    home = session.get_one(Partnership, record.partnership_id)
    return {
        "ref": record.ref,
        "record": "Action" if record.process_key.startswith("action") else "Request",
        "link": f"{base_url()}{path}",
        "partnership": home.team_name or home.name,
        "demonstration": bool(session.scalar(sa.select(Installation.demonstration))),
    }

"""Meetings and deadlines as entries of a calendar: the reference, neutral words, a link, and nothing else.

What identifies an entry is made of the number of its row and the beginning of this installation. It stays the same when
the address of the service changes, and differs from that of any other installation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.notices import base_url, link_to
from dardr.storage.bodies import Partnership
from dardr.storage.engine import remembered
from dardr.storage.installation import Installation
from dardr.storage.reviews import AuditEvent, EventValues, Record
from notifications.icalendar_files import Entry, times
from workflows import REVIEW_KEYS
from workflows.answers import stored_date
from workflows.definition import Clock, Party, Process
from workflows.processes.meeting_1.rules import minutes_of_day

WHAT_MAKES_IT_ANOTHER = ("meeting_on", "starts_at", "ends_at", "held", "place")
"""What of a meeting, when it changes, makes it another one to go to."""
NO_FAMILY = ("", "no")
SAID_OF = {
    "agency-return": "return due",
    "comment-request": "comments due",
    "reader-request": "comments due",
    "action": "action due",
    "action-share": "part of an action due",
    "task": "task due",
    "commissioner-reply": "reply due",
    "section15-request": "answer due",
    "section15-answer": "answer due",
    "meeting": "minutes due",
}
"""What an entry says of the dates of a process that are owed, where its noun can stand on a locked screen."""
SAID_OF_CLOCK = {"action_update": "update due"}
SOMETHING = "a date to keep"


# --- what identifies an entry -----------------------------------------------------------------------------


def uid(session: Session, kind: str, number: int) -> str:
    """What a calendar program knows an entry by, for ever: ``deadline-12@3f0a….dardr``."""
    return f"{kind}-{number}@{remembered(session, ('calendar mark',), lambda: _mark(session))}.dardr"


def _mark(session: Session) -> str:
    began = session.scalar(sa.select(Installation.created_at).order_by(Installation.id).limit(1))
    key = session.scalar(sa.select(Partnership.key).where(Partnership.home.is_(True)))
    return sha256(f"{key}:{began.timestamp() if began else ''}".encode()).hexdigest()[:16]


def moves_of(session: Session, meeting_ids: Iterable[int]) -> dict[int, int]:
    """How often each meeting became another one to go to: its day, time or place changed, or it was cancelled."""
    found = dict.fromkeys(meeting_ids, 0)
    rows = session.execute(
        sa.select(AuditEvent.record_id, AuditEvent.action, EventValues.before, EventValues.after)
        .join(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id.in_(found), AuditEvent.action.in_(("change_meeting", "cancel_meeting")))
    )
    for record_id, action, before, after in rows:
        if action == "cancel_meeting" or after is None or _is_another(before or {}, after):
            found[record_id] += 1
    return found


def _is_another(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(name in after and before.get(name) != after[name] for name in WHAT_MAKES_IT_ANOTHER)


# --- entries ----------------------------------------------------------------------------------------------


def meeting_entry(
    session: Session, meeting: Record, changed: datetime, moves: int, *, with_place: bool = False
) -> Entry | None:
    """One meeting; None where no day and time are known. Its place only where asked for, and never with the family.

    ``changed`` (aware UTC) is when something was last recorded of it, ``moves`` as ``moves_of`` counts them.
    """
    facts = meeting.facts
    day, begins = stored_date(facts.get("meeting_on")), minutes_of_day(facts.get("starts_at"))
    if day is None or begins is None:
        return None
    first, last = times(day, begins, minutes_of_day(facts.get("ends_at")))
    link = f"{base_url()}/meetings/{meeting.ref}"
    may_say_where = with_place and str(facts.get("family_expected") or "") in NO_FAMILY
    return Entry(
        uid=uid(session, "meeting", meeting.id),
        sequence=moves,
        changed=changed,
        summary=f"Meeting {meeting.ref}",
        first=first,
        last=last,
        url=link,
        description=f"Place, agenda and papers: {link}",
        location=str(facts.get("place") or "") if may_say_where else "",
        busy=True,
        cancelled=meeting.stage == "cancelled",
    )


def deadline_entry(
    session: Session, record: Record, clock: Clock, number: int, due: date, changed: datetime, rises: int
) -> Entry:
    """One deadline, on its day (a London date). ``rises`` is a number that is higher after every change of the date."""
    what = neutral_words(workflows.get(record.process), clock)
    return _on_its_day(session, record, "deadline", number, due, changed, rises, what, "What it is, and why this date")


def hold_entry(session: Session, record: Record, number: int, on: date, changed: datetime, rises: int) -> Entry:
    """The day (a London date) on which a hold is to be looked at again."""
    what = "hold to be looked at"
    return _on_its_day(session, record, "hold", number, on, changed, rises, what, "What waits, and why")


def _on_its_day(
    session: Session,
    record: Record,
    kind: str,
    number: int,
    on: date,
    changed: datetime,
    rises: int,
    what: str,
    behind: str,
) -> Entry:
    """``behind`` is what stands behind the link."""
    link = link_to(record.ref, record.process_key)
    return Entry(
        uid=uid(session, kind, number),
        sequence=rises,
        changed=changed,
        summary=f"{record.ref}: {what}",
        first=on,
        last=on,
        url=link,
        description=f"{behind}: {link}",
    )


def neutral_words(process: Process, clock: Clock) -> str:
    """What a date is called where anybody may glance at it: nothing of a family, of proceedings or of a person."""
    if process.key in REVIEW_KEYS:
        return SOMETHING if Party.FAMILY in (clock.owner, clock.owed_to) else clock.label
    return SAID_OF_CLOCK.get(clock.key) or SAID_OF.get(process.key, SOMETHING)

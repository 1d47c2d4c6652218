"""Letters about a hold to those whom it concerns: made for a person to read, change and send, never sent by this."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.documents.reading import Reading
from dardr.errors import Forbidden, NotFound
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.proceedings import Beside, Held, beside
from dardr.lookups.returns import Line, returns_of
from dardr.storage.reviews import Record
from dardr.systime import london_date
from notifications.hold_notice import HeldDate, HoldNotice
from notifications.render import render_document
from workflows.answers import stored_date
from workflows.processes.anywhere import HOLD_ASKED_BY
from workflows.processes.dardr_s9_1.holds import ACTIVITIES
from workflows.processes.who import CHAIRING

CHAIR, PANEL, ASKER = "chair", "panel", "asked-by"
WRITTEN_TO = {"police": "police", "cps": "police", "coroner": "coroner"}
"""Who asked for a hold and is answered in writing; chair and family are told in their own way."""
BECAUSE = {
    "trial": "criminal proceedings",
    "inquest": "an inquest",
    "parallel_review": "another review that runs beside it",
}
RETURNS = "agency_returns"


def recipients(session: Session, actor: Actor, review: Record, hold: Held, now: datetime) -> list[tuple[str, str]]:
    """To whom a letter about this hold can be made: a key for its address, and who it is in words."""
    found = [(CHAIR, "The independent chair"), (PANEL, "The members of the panel")]
    if hold.asked_by in WRITTEN_TO:
        found.append((ASKER, next(c.label for c in HOLD_ASKED_BY.choices if c.value == hold.asked_by)))
    return [*found, *((line.record.ref, line.body) for line in _concerned(session, actor, review, hold, now))]


def build_hold_letter(session: Session, actor: Actor, now: datetime, ref: str, number: int, to: str) -> bytes:
    """The Word file of one letter about one hold, made at ``now`` (UTC).

    Raises NotFound (no such hold, or nobody of that key to write to) and Forbidden (the team and the chair make it).
    """
    review = get_record(session, actor, ref)
    if not roles_on(session, actor, review) & CHAIRING:
        raise Forbidden("Letters about a hold are made by the team or the independent chair.")
    today = london_date(now)
    found = beside(session, actor, review, today)
    hold = next((one for one in found.holds if one.id == number and not one.undone), None)
    if hold is None:
        raise NotFound(f"There is no hold {number} on {ref}. Look at its page of holds.")
    known = dict(recipients(session, actor, review, hold, now))
    if to not in known:
        raise NotFound("Nobody of that kind is written to about this hold. Its page shows who is.")
    return render_document(_letter(session, actor, found, hold, to, known[to], now), "docx")


def _letter(
    session: Session, actor: Actor, found: Beside, hold: Held, to: str, called: str, now: datetime
) -> HoldNotice:
    review, reading = found.record, Reading(session, found.record)
    own = to not in (CHAIR, PANEL, ASKER)
    words = dict(ACTIVITIES)
    return HoldNotice(
        partnership=reading.partnership.name,
        prepared_on=london_date(now),
        demonstration=reading.demonstration,
        ref=to if own else review.ref,
        to=called,
        because=BECAUSE.get(hold.kind, "a reason that was agreed"),
        since=hold.from_on,
        ended_on=hold.until_on,
        why=hold.reason,
        waits=tuple(words[key] for key in hold.activities if key in words),
        goes_on=tuple(label for key, label in ACTIVITIES if key not in hold.activities),
        dates=_dates(session, actor, review, hold, to if own else "", now),
        look_again_by=hold.review_by if hold.open else None,
        writes=own and RETURNS not in hold.activities,
        contact=", ".join(filter(None, (reading.partnership.team_name, reading.partnership.team_email))),
    )


def _dates(
    session: Session, actor: Actor, review: Record, hold: Held, only: str, now: datetime
) -> tuple[HeldDate, ...]:
    """The running dates that the hold touches: those of one return, or all of them."""
    rows = deadlines_of(session, actor, review.ref, london_date(now))
    return tuple(
        HeldDate(
            label=row["label"] if only else f"{row['label']}, {row['ref']}",
            first=stored_date(row["original_due"]),
            now=None if row["held"] else stored_date(row["due"]),
        )
        for row in rows
        if row["running"] and row["clock"] in hold.clocks and only in ("", row["ref"])
    )


def _concerned(session: Session, actor: Actor, review: Record, hold: Held, now: datetime) -> Iterable[Line]:
    """The open returns that the hold touches: their work waits, or their date is paused."""
    clocks = {clock.key for clock in workflows.newest("agency-return").clocks}
    if RETURNS not in hold.activities and not clocks & set(hold.clocks):
        return []
    return [line for line in returns_of(session, actor, review, {}, london_date(now)).for_review if line.open]

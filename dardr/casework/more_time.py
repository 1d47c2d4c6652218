"""More time for what somebody owes: asked for with a date, and given by replacing the date of the clock that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dardr.casework import deadlines
from dardr.errors import Conflict, Invalid, Reason
from dardr.storage.reviews import AgreedDate, Deadline
from workflows.calendar import in_words
from workflows.definition import AsksMoreTime, GivesMoreTime
from workflows.processes.more_time import asked_last, given_until

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from dardr.casework.effects import Happening
    from dardr.storage.reviews import Record

NOTHING_RUNS = (
    "No date is running here that could be moved. Where no date is agreed yet, suggest one in a note or by telephone."
)


def runs(session: Session, record: Record, clocks: tuple[str, ...]) -> Deadline | None:
    """The running deadline that more time would move: of the first of ``clocks`` that runs; None where none does."""
    rows = {row.clock: row for row in deadlines.running(session, [record.id]) if not row.problem}
    return next((rows[key] for key in clocks if key in rows), None)


def asks(h: Happening, effect: AsksMoreTime) -> None:
    """Raises Conflict where no date runs, Invalid for a date that gives no more time."""
    row, wanted = runs(h.session, h.record, effect.clocks), h.day("more_time_until")
    if row is None:
        raise Conflict(NOTHING_RUNS)
    if row.due_on is not None and wanted is not None and wanted <= row.due_on:
        said = f"It is due on {in_words(row.due_on)} as it is. Give a later date."
        raise Invalid([Reason(said, "more_time_until")])


def gives(h: Happening, effect: GivesMoreTime) -> None:
    """Move the date as the answer says. Raises Conflict where no date runs any more, Invalid for no later date."""
    new = given_until(h.record.facts)
    if new is None:
        return
    row = runs(h.session, h.record, effect.clocks)
    if row is None:
        raise Conflict(f"{NOTHING_RUNS} Answer that the date stays, and say why.")
    if row.due_on is not None and new <= row.due_on:
        said = f"It is due on {in_words(row.due_on)} as it is. Give a later date, or answer that the date stays."
        raise Invalid([Reason(said, "more_time_given")])
    asked = asked_last(h.record.facts)
    h.session.add(
        AgreedDate(
            record_id=h.record.id,
            deadline_id=row.id,
            event_id=h.event.id,
            due_on=new,
            reason=str(asked.get("more_time_reason") or ""),
            agreed_by=h.actor.name,
        )
    )
    h.session.flush()
    deadlines.reproject(h.session, row, h.process, h.today)

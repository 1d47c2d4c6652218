"""What if: which dates would move, and which reminders would change, without anything being changed.

A replay in memory: the clocks, holds and agreed dates are read once in a reading transaction, copied, and worked out
again by the functions that do it in earnest (``casework.deadlines``, ``casework.arming``). Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from dardr.access import get_record
from dardr.actors import Actor
from dardr.errors import Invalid, Reason
from dardr.lookups.deadlines import served_by
from dardr.lookups.records import visible_items
from dardr.lookups.what_if.caseload import Caseload, Offer
from dardr.lookups.what_if.compare import Change, Outcome, changes_of, said_of_law
from dardr.lookups.what_if.happening import Happening
from dardr.lookups.what_if.in_turn import Asked, suppose
from dardr.lookups.what_if.names import Name, View, names_here, plain, view_of
from dardr.lookups.what_if.reminders import Reminder, reminders_of
from dardr.lookups.what_if.then import further
from dardr.lookups.what_if.world import Point, World, load
from dardr.parts import contents_seen
from workflows.calendar import FIRST_DAY, in_words

__all__ = [
    "Asked",
    "Change",
    "Name",
    "Offer",
    "Outcome",
    "Point",
    "Reminder",
    "holiday_field",
    "names_of_caseload",
    "names_of_review",
    "what_if",
]

SUPPOSED_HOLIDAY = "Bank holiday (supposed)"


def names_of_review(session: Session, actor: Actor, ref: str, today: date) -> list[Name]:
    """What can be supposed of a review (or another record) now, for somebody who may see it. Raises NotFound."""
    world, view = _of_review(session, actor, ref, today)
    return [name for name in names_here(world, view) if name.listed]


def names_of_caseload(session: Session, actor: Actor, today: date) -> list[Offer]:
    """What can be supposed of everything this person may see: of every review at once, then of each. Never raises."""
    return Caseload.of(session, actor, today).offers()


def what_if(
    session: Session,
    actor: Actor,
    today: date,
    asked: Sequence[Asked],
    holidays: Sequence[date] = (),
    *,
    ref: str | None = None,
) -> Outcome:
    """What would be so if each of ``asked`` were so on its day, in the order of the days, and these were bank holidays.

    ``ref`` is the record asked about with all that serves it; None for everything the actor may see. How a clock
    stands is said for the last of the days, or for ``today`` (a London date) if that is later. Raises NotFound;
    Invalid for a name that stands for nothing here, a day that cannot be, a name said twice.
    """
    if not asked and not holidays:
        raise Invalid([Reason("Say what is supposed: a name and a date, or a bank holiday that is added.", "set")])
    _refuse_twice(asked)
    _refuse_before_the_calendar(holidays)
    if ref is None:
        return _of_everything(session, actor, today, asked, holidays)
    world, view = _of_review(session, actor, ref, today)
    world.day = max([today, *(one.on for one in asked)])
    happening = Happening(world, actor)
    _suppose_holidays(world, holidays)
    if view.root.final:
        world.note(f"{ref} has ended. Its own dates do not run any more.")
    supposed = suppose(happening, view, asked)
    return _outcome(world, actor, view, ref, supposed, holidays)


def _of_review(session: Session, actor: Actor, ref: str, today: date) -> tuple[World, View]:
    record = get_record(session, actor, ref, in_part=True)
    contents = contents_seen(session, actor, record)
    world = load(session, [record, *visible_items(session, actor, record)], today)
    return world, view_of(world, world.standings[record.id], contents)


def _refuse_twice(asked: Sequence[Asked]) -> None:
    seen: set[str] = set()
    for one in asked:
        if plain(one.name) in seen:
            raise Invalid([Reason(f"“{one.name}” is given twice. Give each name once, with one date.", one.field)])
        seen.add(plain(one.name))


def holiday_field(number: int) -> str:
    """What a refusal blames for a bank holiday, counted from 1 in the order in which they are given."""
    return "holiday" if number == 1 else f"holiday-{number}"


def _refuse_before_the_calendar(holidays: Sequence[date]) -> None:
    said = f"Working days are counted from {in_words(FIRST_DAY)}. Give a later bank holiday."
    if early := [number for number, day in enumerate(holidays, start=1) if day < FIRST_DAY]:
        raise Invalid([Reason(said, holiday_field(number)) for number in early])


def _suppose_holidays(world: World, holidays: Sequence[date]) -> None:
    fresh: dict[date, str] = {}
    for day in dict.fromkeys(holidays):
        calendar = world.plain_calendar()
        if title := calendar.holidays.get(day):
            world.note(f"{in_words(day)} is a bank holiday already: {title}. It changes nothing.")
        elif day.weekday() >= 5:
            world.note(f"{day:%A} {in_words(day)} is not a working day as it is, so it changes no date.")
        if day < world.today:
            world.note(f"{in_words(day)} is past. Only dates that are still running are worked out again.")
        if day not in calendar.holidays:
            fresh[day] = SUPPOSED_HOLIDAY
    if fresh:
        world.add_holidays(fresh)


def _outcome(
    world: World, actor: Actor, view: View, ref: str, supposed: Sequence[dict[str, str]], holidays: Sequence[date]
) -> Outcome:
    shown = [
        run
        for run in world.runs
        if view.contents is None or run.standing is not view.root or run.row.clock in view.contents.clocks
    ]
    changes = changes_of(world, shown, dict.fromkeys(world.standings, ref))
    return Outcome(
        ref,
        world.day,
        tuple(supposed),
        tuple(dict.fromkeys(holidays)),
        tuple(changes),
        tuple(reminders_of(world, actor, shown)),
        (*world.notes, *said_of_law(changes)),
        sum(not change.changed for change in changes),
        tuple(further(world, [run for run in shown if run.before is None and run.row.running])),
        tuple(name for name in names_here(world, view) if name.listed),
    )


def _of_everything(
    session: Session, actor: Actor, today: date, asked: Sequence[Asked], holidays: Sequence[date]
) -> Outcome:
    caseload = Caseload.of(session, actor, today)
    world = caseload.world
    world.day = max([today, *(one.on for one in asked)])
    _suppose_holidays(world, holidays)
    supposed = [caseload.suppose(one) for one in sorted(asked, key=lambda one: one.on)]
    served = served_by(session, [one for one, standing in world.standings.items() if not standing.supposed])
    refs = {one: served.get(one, standing.ref) for one, standing in world.standings.items()}
    every = changes_of(world, world.runs, refs)
    changes = tuple(change for change in every if change.changed)
    return Outcome(
        "",
        world.day,
        tuple(supposed),
        tuple(dict.fromkeys(holidays)),
        changes,
        tuple(reminders_of(world, actor, world.runs)),
        tuple(world.notes),
        len(every) - len(changes),
        names=tuple(caseload.offers()) if asked else (),
    )

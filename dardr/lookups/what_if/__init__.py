"""What if: which dates would move, and which reminders would change, without anything being changed.

A replay in memory: the clocks, holds and agreed dates are read once in a reading transaction, copied, and worked out
again by the functions that do it in earnest (``casework.deadlines``, ``casework.arming``). Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import get_record, visible
from dardr.actors import Actor
from dardr.errors import Invalid, Reason
from dardr.lookups.deadlines import served_by
from dardr.lookups.records import visible_items
from dardr.lookups.what_if.compare import Change, Outcome, changes_of, said_of_law
from dardr.lookups.what_if.happening import DATES, Happening
from dardr.lookups.what_if.names import (
    Name,
    Sort,
    View,
    called,
    moves_dates,
    names_here,
    plain,
    view_of,
    why_not_agreed,
)
from dardr.lookups.what_if.reminders import Reminder, reminders_of
from dardr.lookups.what_if.short_names import HOLD_WORDS
from dardr.lookups.what_if.then import further
from dardr.lookups.what_if.world import SUPPOSED, Point, Standing, World, load
from dardr.parts import contents_seen
from dardr.storage.reviews import Deadline, Hold, Record
from workflows.calendar import FIRST_DAY, in_words
from workflows.definition import Action

__all__ = ["Asked", "Change", "Name", "Outcome", "Point", "Reminder", "names_of_caseload", "names_of_review", "what_if"]

SUPPOSED_HOLIDAY = "Bank holiday (supposed)"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing supposed: a name, and the London date on which it is so. A refusal blames ``field`` for the name,
    ``field_of_day`` for the date."""

    name: str
    on: date
    field: str = "set"
    field_of_day: str = "set"

    def as_dict(self) -> dict[str, str]:
        """JSON-ready."""
        return {"name": self.name, "on": self.on.isoformat()}


def names_of_review(session: Session, actor: Actor, ref: str, today: date) -> list[Name]:
    """What can be supposed of a review (or another record) now, for somebody who may see it. Raises NotFound."""
    world, view = _of_review(session, actor, ref, today)
    return [name for name in names_here(world, view) if name.listed]


def names_of_caseload(session: Session, actor: Actor) -> dict[str, str]:
    """What can be supposed of every review at once: the holds of a kind end. Name and what it says."""
    kinds = session.scalars(
        sa.select(Hold.kind)
        .join(Record, Record.id == Hold.record_id)
        .where(Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None), visible(actor))
        .distinct()
    )
    return {kind: f"Every open hold for {HOLD_WORDS.get(kind, kind.replace('_', ' '))} ends" for kind in sorted(kinds)}


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
    supposed = _suppose(happening, view, asked)
    return _outcome(world, view, ref, supposed, holidays)


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


def _refuse_before_the_calendar(holidays: Sequence[date]) -> None:
    if any(day < FIRST_DAY for day in holidays):
        said = f"Working days are counted from {in_words(FIRST_DAY)}. Give a later bank holiday."
        raise Invalid([Reason(said, "holiday")])


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


# --- one review -------------------------------------------------------------------------------------------


def _suppose(happening: Happening, view: View, asked: Sequence[Asked]) -> list[dict[str, str]]:
    """Suppose everything in the order of its days: first what is known or agreed today, and last another date for a
    clock that only then starts."""
    supposed: list[dict[str, str]] = []
    at_once = names_here(happening.world, view)
    known_now = {
        one: any(name.sort in (Sort.AGREED, Sort.DATE) for name in called(at_once, one.name, view)) for one in asked
    }
    in_turn = sorted(asked, key=lambda one: (not known_now[one], one.on))
    answers = _answers(happening.world, view, in_turn)
    at_first = [name.key for name in at_once if name.listed]
    turns = _Turns(happening, view, {a.name: a.on.isoformat() for a in answers}, at_first)
    later: list[Asked] = []
    for one in in_turn:
        if one in answers:
            supposed.append({**one.as_dict(), "label": f"The answer to “{answers[one]}” is the date"})
            continue
        if (label := turns.take(one)) is None:
            later.append(one)
        else:
            supposed.append({**one.as_dict(), "label": label})
    for one in later:
        if (label := turns.take(one)) is None:
            said = f"“{one.name}” is not running, so no other date can be agreed for it."
            raise Invalid([Reason(said, one.field)])
        supposed.append({**one.as_dict(), "label": label})
    return supposed


@dataclass
class _Turns:
    """The things asked, taken one after the other. ``answers`` are dates asked by steps; ``at_first`` what could be
    supposed before anything was."""

    happening: Happening
    view: View
    answers: Mapping[str, str]
    at_first: Sequence[str]
    used: set[str] = field(default_factory=set)

    def take(self, one: Asked) -> str | None:
        """Suppose one thing and say what it is; None for a clock that does not run yet. Raises Invalid for no name."""
        world, view = self.happening.world, self.view
        found = called(names_here(world, view), one.name, view)
        if len(found) > 1:
            names = ", ".join(name.key for name in found)
            raise Invalid([Reason(f"“{one.name}” may mean more than one thing here. Say which: {names}.", one.field)])
        if not found:
            if _names_a_clock(world, view, one.name) and not why_not_agreed(world, view, one.name):
                return None
            raise Invalid([Reason(_nothing_called(world, view, one, self.at_first), one.field)])
        name = found[0]
        if name.key in self.used:
            raise Invalid([Reason(f"“{one.name}” is {name.key}, which is given already. Give it once.", one.field)])
        self.used.add(name.key)
        if name.action is not None and name.sort is Sort.STEP and not moves_dates(world, name.standing, name.action):
            world.note(f"No date hangs on “{name.label}”. What may come after it is looked at as if it were done.")
        asks = {asked.name for asked in name.action.fields if asked.type in DATES} if name.action else set()
        self.happening.apply(
            name, one.on, {key: on for key, on in self.answers.items() if key in asks}, one.field_of_day
        )
        return name.label


def _answers(world: World, view: View, asked: Sequence[Asked]) -> dict[Asked, str]:
    """Of what is asked, the dates that another one of them, a step, asks for: they are answers, and no corrections."""
    if view.contents is not None:
        return {}
    steps: list[Action] = []
    for one in asked:
        wanted = plain(one.name).rpartition(".")[2]
        for standing in world.standings.values():
            steps += [a for a in standing.process.actions if plain(a.key) == wanted]
    found: dict[Asked, str] = {}
    for one in asked:
        for action in steps:
            labels = [asks.label for asks in action.fields if asks.name == one.name and asks.type in DATES]
            if labels:
                found[one] = labels[0]
    return found


def _names_a_clock(world: World, view: View, text: str) -> bool:
    wanted = plain(text).rpartition(".")[2]
    return view.contents is None and any(
        wanted in (plain(clock.id), plain(clock.key)) and clock.extendable
        for standing in world.standings.values()
        for clock in standing.process.clocks
    )


def _nothing_called(world: World, view: View, one: Asked, names: Sequence[str]) -> str:
    """Why a name stands for nothing here, and which do."""
    if said := why_not_agreed(world, view, one.name) or _hold_is_not_open(world, view, one.name):
        return said
    step = _a_step_for_later(view.root, one.name) if view.contents is None else ""
    if not names:
        return (
            step or f"Nothing can be supposed of {view.root.ref} but a bank holiday: no hold is open and no step comes."
        )
    return (step or f"Nothing here is called “{one.name}”.") + f" What can be supposed: {', '.join(names)}."


def _a_step_for_later(root: Standing, text: str) -> str:
    wanted = plain(text)
    for action in root.process.actions:
        if plain(action.key) == wanted:
            now = root.process.stage(root.stage).label
            return f"“{action.label}” is not a step of the stage “{now}”. Set the steps that lead to it too."
    return ""


def _hold_is_not_open(world: World, view: View, text: str) -> str:
    if view.contents is not None and not view.contents.holds:
        return ""
    kind, _, number = plain(text).rpartition("_") if plain(text)[-1:].isdigit() else (plain(text), "", "")
    for hold in reversed(world.holds):
        if hold.open or hold.record_id not in world.standings:
            continue
        if (kind in (hold.kind, "hold") and number == str(hold.id)) or (not number and kind == hold.kind):
            if hold.ended_by_event == SUPPOSED:
                return f"That hold ends already by what is given. “{text}” is one too many: give it once."
            ended = f" It ended on {in_words(hold.until_on)}." if hold.until_on else ""
            return f"No hold for {HOLD_WORDS.get(hold.kind, hold.kind)} is open.{ended}"
    return ""


def _outcome(
    world: World, view: View, ref: str, supposed: Sequence[dict[str, str]], holidays: Sequence[date]
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
        tuple(reminders_of(world, shown)),
        (*world.notes, *said_of_law(changes)),
        sum(not change.changed for change in changes),
        tuple(further(world, [run for run in shown if run.before is None and run.row.running])),
        tuple(name for name in names_here(world, view) if name.listed),
    )


# --- the caseload -----------------------------------------------------------------------------------------


def _of_everything(
    session: Session, actor: Actor, today: date, asked: Sequence[Asked], holidays: Sequence[date]
) -> Outcome:
    running = sa.select(Deadline.record_id).where(
        Deadline.stopped_by_event.is_(None), Deadline.withdrawn_by_event.is_(None)
    )
    held = sa.select(Hold.record_id).where(Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None))
    query = sa.select(Record).where(visible(actor), sa.or_(Record.id.in_(running), Record.id.in_(held)))
    records = list(session.scalars(query.order_by(Record.id)))
    world = load(session, records, today)
    world.day = max([today, *(one.on for one in asked)])
    _suppose_holidays(world, holidays)
    supposed = [_end_all(Happening(world, actor), session, one) for one in sorted(asked, key=lambda one: one.on)]
    served = served_by(session, world.standings)
    refs = {one: served.get(one, standing.ref) for one, standing in world.standings.items()}
    every = changes_of(world, world.runs, refs)
    changes = tuple(change for change in every if change.changed)
    return Outcome(
        "",
        world.day,
        tuple(supposed),
        tuple(dict.fromkeys(holidays)),
        changes,
        tuple(reminders_of(world, world.runs)),
        tuple(world.notes),
        len(every) - len(changes),
    )


def _end_all(happening: Happening, session: Session, one: Asked) -> dict[str, str]:
    known = names_of_caseload(session, happening.actor)
    kind = next((kind for kind in known if plain(kind) == plain(one.name)), None)
    if kind is None:
        names = ", ".join(known) or "none, for no hold is open"
        raise Invalid(
            [
                Reason(
                    f"“{one.name}” is not a name that every review has. For the caseload, the names are: {names}."
                    " Name a review to suppose more.",
                    one.field,
                )
            ]
        )
    happening.end_all(kind, one.on)
    return {**one.as_dict(), "label": known[kind]}

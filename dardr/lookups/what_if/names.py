"""What can be supposed of a review: the names by which it is said, each with what it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dardr.casework import hold_places
from dardr.casework.arming import touched_by
from dardr.casework.new_phase import told_of_phases
from dardr.lookups.what_if.short_names import ALSO_CALLED, HOLD_WORDS, SHORT
from dardr.lookups.what_if.world import Run, Standing, World
from dardr.parts import Contents
from dardr.storage.reviews import Hold
from workflows import REVIEW_KEYS
from workflows import get as process_named
from workflows.calendar import in_words
from workflows.definition import (
    Action,
    AgreesDate,
    AsksMoreTime,
    ChangesHold,
    CountsAgain,
    DateGiven,
    DoesOnReview,
    EndsHold,
    GivesMoreTime,
    Kind,
    Opens,
    PlacesHold,
    UndoesAgreedDate,
    UndoesHold,
)
from workflows.processes.proceeding_1.hearings import hearings

PROCEEDING = "proceeding"
ENDS_IT, MOVES_IT, FOLLOWS_UP = "end_proceeding", "move_hearing", "record_follow_up"


class Sort(StrEnum):
    """What kind of thing a name stands for."""

    HOLD = "hold"
    PROCEEDING = "proceeding"
    HEARING = "hearing"
    STEP = "step"
    DATE = "date"
    AGREED = "agreed date"


@dataclass(frozen=True, eq=False)
class Name:
    """One thing that can be supposed, and how it is called. ``listed`` False: it may be said, and moves nothing."""

    key: str
    sort: Sort
    label: str
    about: str
    standing: Standing
    also: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()
    action: Action | None = None
    runs: tuple[Run, ...] = ()
    field: str = ""
    number: str = ""
    listed: bool = True

    def as_dict(self) -> dict[str, str]:
        """JSON-ready."""
        return {"name": self.key, "kind": str(self.sort), "label": self.label, "about": self.about}


@dataclass(frozen=True)
class View:
    """The record that is asked about, and what of it may be seen: None for all of it."""

    root: Standing
    contents: Contents | None
    placed_for: dict[int, str]

    def prefix(self, standing: Standing) -> str:
        """What stands before the names of a record that serves the one asked about."""
        if standing is self.root:
            return ""
        return standing.ref.removeprefix(f"{self.root.ref}-") + "."


def view_of(world: World, root: Standing, contents: Contents | None) -> View:
    """The view of a record; which holds were placed for which proceeding is read here."""
    placed: dict[int, str] = {}
    for standing in world.around(root):
        answers = hold_places.placed(world.session, standing.record, world.open_holds(standing.id))
        placed |= {hold: str(given.get("proceeding") or "") for hold, given in answers.items()}
    return View(root, contents, placed)


def names_here(world: World, view: View) -> list[Name]:
    """Everything that can be supposed as things would stand now, holds first, then steps, dates, agreed dates."""
    found = [*holds_and_proceedings(world, view)]
    if view.contents is not None:
        return found
    standings = [standing for standing in world.around(view.root) if not standing.supposed]
    for standing in standings:
        found += steps(world, view, standing)
    for standing in standings:
        found += _dates(world, view, standing)
    for standing in standings:
        found += _agreed(world, view, standing)
    taken: set[str] = set()
    return [name for name in found if not (name.key in taken or taken.add(name.key))]


def plain(text: str) -> str:
    """A name as it is compared: small letters, one kind of dash."""
    return text.strip().lower().replace(" ", "_").replace("-", "_")


def called(names: Iterable[Name], text: str, view: View) -> list[Name]:
    """The names that somebody may mean: the one that is called so, else those that are also called so."""
    wanted = plain(text)
    short = plain(f"{view.root.ref}-")
    wanted = wanted.removeprefix(short)
    every = list(names)
    exact = [name for name in every if plain(name.key) == wanted]
    return exact or [name for name in every if wanted in {plain(other) for other in name.also}]


# --- holds and proceedings --------------------------------------------------------------------------------


def holds_and_proceedings(world: World, view: View) -> Iterator[Name]:
    """The open holds and proceedings of a record and of what serves it, each as something that ends, and hearings."""
    if view.contents is not None and not view.contents.holds:
        return
    around = world.around(view.root)
    seen = {view.root.id} if view.contents is not None else {standing.id for standing in around}
    holds = [h for h in world.open_holds() if h.record_id in seen]
    proceedings = [] if view.contents else [s for s in around if _may_end(s)]
    kinds = [str(s.facts.get("parallel_kind") or "") for s in proceedings]
    taken: set[str] = set()
    claimed: set[int] = set()
    for standing, kind in zip(proceedings, kinds, strict=True):
        tail = view.prefix(standing).rstrip(".")
        key = kind if kind and kinds.count(kind) == 1 else tail
        taken.add(key)
        its = tuple(_holds_for(standing, kind, kinds.count(kind) == 1, holds, view))
        claimed |= {hold.id for hold in its}
        also = [tail, *dict.fromkeys(hold.kind for hold in its)]
        if key in ALSO_CALLED:
            also.append(ALSO_CALLED[key])
        label = standing.label or standing.ref
        about = "It ends on the date." + (
            f" So does the hold placed for it on {', '.join(in_words(h.from_on) for h in its)}." if its else ""
        )
        yield Name(key, Sort.PROCEEDING, f"It is over: {label}", about, standing, also=tuple(also), holds=its)
    every = [h.kind for h in holds]
    for hold in holds:
        unique = every.count(hold.kind) == 1 and hold.kind not in taken and hold.id not in claimed
        key = hold.kind if unique else f"{hold.kind}-{hold.id}"
        on = world.standings[hold.record_id]
        words = HOLD_WORDS.get(hold.kind, hold.kind.replace("_", " "))
        where = "" if on is view.root else f" on {on.ref}"
        yield Name(
            key,
            Sort.HOLD,
            f"The hold for {words} ends{where}",
            f"It has stood since {in_words(hold.from_on)}. What it pauses runs again from the date.",
            on,
            also=(
                f"hold-{hold.id}",
                *((f"{hold.kind}-{hold.id}",) if unique else ()),
                *(("hold", "end_hold") if len(holds) == 1 else ()),
            ),
            holds=(hold,),
        )
    for standing in proceedings:
        yield from _hearings(view, standing)


def _may_end(standing: Standing) -> bool:
    return standing.process.key == PROCEEDING and not standing.final and not standing.supposed


def _holds_for(standing: Standing, kind: str, only: bool, holds: Iterable[Hold], view: View) -> Iterator[Hold]:
    """The holds placed for a proceeding; where none says for which, those of its kind where it is the only one."""
    every = list(holds)
    placed = [hold for hold in every if view.placed_for.get(hold.id) == standing.ref]
    if placed or not only:
        yield from placed
        return
    kinds = {kind, ALSO_CALLED.get(kind, kind)}
    yield from (hold for hold in every if hold.kind in kinds and not view.placed_for.get(hold.id))


def _hearings(view: View, standing: Standing) -> Iterator[Name]:
    for hearing in hearings(standing.facts):
        if hearing.to_come:
            yield Name(
                f"{view.prefix(standing)}hearing-{hearing.number}",
                Sort.HEARING,
                f"{hearing.label} of {standing.ref} is moved to the date",
                f"It is listed for: {hearing.now.words}. That it has moved is taken to be recorded today.",
                standing,
                action=standing.process.action(MOVES_IT),
                number=str(hearing.number),
            )


# --- steps ------------------------------------------------------------------------------------------------

NOT_BY_ITSELF = (AgreesDate, AsksMoreTime, GivesMoreTime, UndoesAgreedDate, ChangesHold, UndoesHold, CountsAgain)
"""Steps with these consequences need an answer that a date alone does not give; what they do has names of its own."""


def steps(world: World, view: View, standing: Standing) -> Iterator[Name]:
    """The steps of a record that may come next as it would stand."""
    prefix = view.prefix(standing)
    for action in standing.process.actions:
        if standing.stage not in action.source or _asks_more(action):
            continue
        also = [short for short, key in SHORT.items() if key == action.key and short != action.key]
        if prefix:
            also = [*(prefix + short for short in also), action.key, *also]
        of = "" if standing is view.root else f", {standing.ref} ({standing.label})"
        yield Name(
            prefix + action.key,
            Sort.STEP,
            f"{action.label}{of}",
            _what_it_does(standing, action),
            standing,
            also=tuple(also),
            action=action,
            listed=moves_dates(world, standing, action) or (standing is view.root and leads_on(standing, action)),
        )


def _asks_more(action: Action) -> bool:
    return any(
        isinstance(effect, NOT_BY_ITSELF)
        and not (isinstance(effect, AgreesDate) and effect.clock)
        or isinstance(effect, EndsHold | PlacesHold)
        and effect.kind is None
        for effect in action.effects
    )


def leads_on(standing: Standing, action: Action) -> bool:
    """Whether a step leads to another stage, whose steps can then be supposed too."""
    return action.to is not None and action.to != standing.stage


def moves_dates(world: World, standing: Standing, action: Action) -> bool:
    """Whether a step would start, end or defer a clock as things would stand."""
    touched = touched_by(standing.process, action.key)
    ends = {clock.key for clock in (*touched.stops, *touched.withdraws)}
    if touched.starts or any(run.row.clock in ends for run in world.running(standing)):
        return True
    for effect in action.effects:
        if isinstance(effect, EndsHold) and any(h.kind == effect.kind for h in world.open_holds(standing.id)):
            return True
        if isinstance(effect, PlacesHold) and any(r.clock.deferred_by == effect.kind for r in world.running(standing)):
            return True
        if isinstance(effect, Opens):
            opened = process_named(effect.process)
            if opened.key not in REVIEW_KEYS and touched_by(opened, opened.opening.key).starts:
                return True
        if isinstance(effect, DoesOnReview) and any(
            moves_dates(world, above, above.process.action(effect.action))
            for above in reviews_above(world, standing)
            if above.stage in above.process.action(effect.action).source
        ):
            return True
    return _enters_a_phase(world, standing, action)


def reviews_above(world: World, standing: Standing) -> list[Standing]:
    """The reviews that a record serves, of those looked at."""
    return [world.standings[one] for one in sorted(standing.serves) if one in world.standings]


def _enters_a_phase(world: World, standing: Standing, action: Action) -> bool:
    if action.to is None or standing.process.stage(action.to).phase == standing.process.stage(standing.stage).phase:
        return False
    return any(other.process.key in told_of_phases() and not other.final for other in world.serving(standing))


def _what_it_does(standing: Standing, action: Action) -> str:
    touched = touched_by(standing.process, action.key)
    said = []
    if touched.stops:
        said.append("ends: " + ", ".join(clock.label for clock in touched.stops))
    if touched.starts:
        said.append("starts: " + ", ".join(clock.label for clock in touched.starts))
    return ("It " + "; ".join(said) + ".") if said else action.help


# --- dates ------------------------------------------------------------------------------------------------


def counted_from(run: Run) -> str:
    """The question whose date a clock counts from, or is; empty for one that counts from the day of a step."""
    if isinstance(run.clock.length, DateGiven):
        return run.clock.length.field
    return run.clock.counts_from or ""


def _dates(world: World, view: View, standing: Standing) -> Iterator[Name]:
    by_field: dict[str, list[Run]] = {}
    for run in world.running(standing):
        if field := counted_from(run):
            by_field.setdefault(field, []).append(run)
    prefix = view.prefix(standing)
    for field, runs in by_field.items():
        labels = ", ".join(dict.fromkeys(run.clock.label for run in runs))
        given = any(isinstance(run.clock.length, DateGiven) for run in runs)
        of = "" if standing is view.root else f", {standing.ref} ({standing.label})"
        yield Name(
            prefix + field,
            Sort.DATE,
            f"{_asked_as(standing, field)}{of}",
            f"The date that was given for: {labels}." if given else f"The date from which is counted: {labels}.",
            standing,
            also=(field,) if prefix else (),
            runs=tuple(runs),
            field=field,
        )


def _asked_as(standing: Standing, field: str) -> str:
    for action in (standing.process.opening, *standing.process.actions):
        for asked in action.fields:
            if asked.name == field:
                return asked.label.rstrip("?")
    return field.replace("_", " ").capitalize()


def _agreed(world: World, view: View, standing: Standing) -> Iterator[Name]:
    prefix = view.prefix(standing)
    runs = [run for run in world.running(standing) if run.clock.extendable and not run.row.problem]
    keys = [run.row.clock for run in runs]
    for run in runs:
        several = keys.count(run.row.clock) > 1
        key = f"{prefix}{run.clock.id}" + (f"-{run.row.id}" if several else "")
        clock_key = f"{prefix}{run.clock.key}" + (f"-{run.row.id}" if several else "")
        of = "" if standing is view.root else f", {standing.ref} ({standing.label})"
        now = f" It is now due on {in_words(run.row.due_on)}." if run.row.due_on else ""
        yield Name(
            key,
            Sort.AGREED,
            f"Another date is agreed for: {run.clock.label}{of}",
            f"Agreed today.{now}",
            standing,
            also=(clock_key, *((run.clock.id, run.clock.key) if prefix and not several else ())),
            runs=(run,),
        )


def why_not_agreed(world: World, view: View, text: str) -> str:
    """The sentence for a clock that is named and for which no other date can be agreed; empty where none is named."""
    if view.contents is not None:
        return ""
    wanted = plain(text).rpartition(".")[2]
    for standing in world.around(view.root):
        for clock in standing.process.clocks:
            if wanted not in (plain(clock.id), plain(clock.key)):
                continue
            run = next((r for r in world.running(standing) if r.clock is clock), None)
            if run is None:
                continue
            if clock.date.kind is Kind.STATUTE:
                return (
                    f"{clock.id}, {clock.label}: the date is in the Act ({clock.date.source}), so no other date can be"
                    " agreed, and nothing moves it."
                )
            if not clock.extendable:
                return f"{clock.id}, {clock.label}: no other date can be agreed for this one."
            if run.row.problem:
                return run.row.problem
    return ""

"""What is supposed of one record, taken one thing after the other; and why a name stands for nothing there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dardr.errors import Invalid, Reason
from dardr.lookups.what_if.happening import DATES, Happening
from dardr.lookups.what_if.names import Sort, View, called, moves_dates, names_here, plain, why_not_agreed
from dardr.lookups.what_if.short_names import HOLD_WORDS
from dardr.lookups.what_if.world import SUPPOSED, Standing, World
from workflows.calendar import in_words
from workflows.definition import Action


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


def suppose(happening: Happening, view: View, asked: Sequence[Asked]) -> list[dict[str, str]]:
    """Suppose everything of one record in the order of its days: first what is known or agreed today, and last another
    date for a clock that only then starts. What was supposed, with what it says. Raises Invalid."""
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
        for standing in world.around(view.root):
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
        for standing in world.around(view.root)
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
    around = {standing.id for standing in world.around(view.root)}
    for hold in reversed(world.holds):
        if hold.open or hold.record_id not in around:
            continue
        if (kind in (hold.kind, "hold") and number == str(hold.id)) or (not number and kind == hold.kind):
            if hold.ended_by_event == SUPPOSED:
                return f"That hold ends already by what is given. “{text}” is one too many: give it once."
            ended = f" It ended on {in_words(hold.until_on)}." if hold.until_on else ""
            return f"No hold for {HOLD_WORDS.get(hold.kind, hold.kind)} is open.{ended}"
    return ""

"""Refuses a malformed process: every problem at once, each a sentence that names the process and the place.

Run by the tests over every process and by ``dardr doctor`` and ``dardr process check``. What it proves: every stage
can be reached and left, every clock can start and stop, every name that is used exists.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

import workflows
from workflows.check_consequences import Problems, all_actions, effect_problems, single_facts
from workflows.definition import (
    Action,
    Clock,
    DateGiven,
    Field,
    FieldType,
    Kind,
    LocalSetting,
    Party,
    PlacesHold,
    Process,
    Role,
)
from workflows.questions import OWN_NAME, OWN_PLACES


def check(
    process: Process,
    messages: Collection[str] | None = None,
    find: Callable[[str], Process] = workflows.get,
) -> list[str]:
    """Every problem of ``process``, empty if there is none.

    ``messages`` are the names of the messages that exist (notices and clocks name them; None leaves that out);
    ``find`` looks up the processes that actions open.
    """
    found = [
        *_keys(process),
        *_stages(process),
        *_actions(process),
        *_graph(process),
        *_kept(process),
        *_guards(process),
        *effect_problems(process, find),
        *_clocks(process),
        *_messages(process, messages),
    ]
    return [f"{process.id}: {problem}" for problem in dict.fromkeys(found)]


def check_all(messages: Collection[str] | None = None) -> dict[str, list[str]]:
    """The problems of every process by its id; beside those of ``check``, an id or a numbering that will not do."""
    processes = workflows.all_processes()
    found = {process.id: check(process, messages) for process in processes}
    for twice in _twice(process.id for process in processes):
        found[twice].append(f"{twice}: declared twice.")
    for process in processes:
        if not process.ref_prefix and not process.child_suffix:
            found[process.id].append(
                f"{process.id}: give a prefix of refs, or a suffix for those opened by another record, or both."
            )
    return found


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)


# --- names ------------------------------------------------------------------------------------------------


def _keys(process: Process) -> Problems:
    for what, names in (
        ("stage", [s.key for s in process.stages]),
        ("phase", [p.key for p in process.phases]),
        ("action", [a.key for a in all_actions(process)]),
        ("clock", [c.key for c in process.clocks]),
        ("clock number", [c.id for c in process.clocks]),
        ("notice", [n.key for n in process.notices]),
    ):
        for name in _twice(names):
            yield f"the {what} {name} is declared twice."
    if not process.key or process.version < 1:
        yield "a process has a key and a version from 1."


def _stages(process: Process) -> Problems:
    phases = {p.key for p in process.phases}
    for stage in process.stages:
        if stage.phase not in phases:
            yield f"the stage {stage.key} belongs to the phase {stage.phase}, which does not exist."
        if not isinstance(stage.acts, Party):
            yield f"who acts at the stage {stage.key} ({stage.acts}) is not a party."
        if not stage.means:
            yield f"the stage {stage.key} does not say what it means."
    for phase in sorted(phases - {s.phase for s in process.stages}):
        yield f"the phase {phase} has no stage."


# --- actions and their questions --------------------------------------------------------------------------


def _actions(process: Process) -> Problems:
    stages = {s.key for s in process.stages}
    if process.opening.source or process.opening.to is None:
        yield f"the opening action {process.opening.key} must have no source, and a stage that it leads to."
    for action in all_actions(process):
        if action is not process.opening and not action.source:
            yield f"the action {action.key} has no source."
        for stage in (*action.source, *((action.to,) if action.to else ())):
            if stage not in stages:
                yield f"the action {action.key} names the stage {stage}, which does not exist."
        if bool(action.roles) is (action in process.by_itself):
            yield f"{'somebody' if action.roles else 'nobody'} may do the action {action.key}."
        yield from _stands_for(process, action)
        for role in action.roles:
            if not isinstance(role, Role):
                yield f"the action {action.key} names the role {role}, which does not exist."
        if action.authority is None:
            yield f"the action {action.key} does not say on whose authority it rests."
        yield from _fields(action)
    yield from _opening_date(process.opening)


def _stands_for(process: Process, action: Action) -> Problems:
    asked = {f.name for f in action.fields}
    known = {a.key for a in (process.opening, *process.actions)}
    for one in action.stands_for:
        if one.action not in known:
            yield f"the action {action.key} stands for {one.action}, which does not exist."
        if one.on and one.on not in asked:
            yield f"the action {action.key} takes a day from {one.on}, which it does not ask."


def _opening_date(opening: Action) -> Problems:
    dates = {f.name for f in opening.fields if f.type is FieldType.DATE and f.required}
    if opening.occurred_from not in dates:
        yield f"the opening action {opening.key} must take its day from a required date, not {opening.occurred_from}."


def _fields(action: Action) -> Problems:
    for name in _twice(field.name for field in action.fields):
        yield f"the action {action.key} asks {name} twice."
    if action.own_questions and action.own_questions not in OWN_PLACES:
        yield f"{action.key} names the form {action.own_questions}, to which nobody may add questions."
    for field in action.fields:
        if OWN_NAME.fullmatch(field.name):
            yield f"{action.key} asks {field.name}: such names are for the questions of a partnership's own."
        where = f"the question {field.name} of {action.key}"
        if not field.name.isidentifier() or field.name == "on" or field.name.startswith("_"):
            yield f"{where} needs a plain name of its own (letters, digits, _; not on)."
        yield from _choices(field, where)
        if field.type is FieldType.FILE and field.required:
            yield f"{where} is a file and required; a reference to where it is kept must do."
        if field.identity and field.notable:
            yield f"{where} is an identity and must not be on the summary."
        if field.many and field.type not in (FieldType.TEXT, FieldType.FILE):
            yield f"{where}: many is for lines of text and for files; use choices for several answers."
        if field.type is FieldType.ROWS and not field.filled:
            yield f"{where} is of lines that nobody types; it must be filled by the service."
        if field.filled and field.required:
            yield f"{where} is filled by the service and required; nobody could answer it."


def _choices(field: Field, where: str) -> Problems:
    chooses = field.type in (FieldType.CHOICE, FieldType.CHOICES)
    if chooses and bool(field.choices) == (field.choices_from is not None):
        yield f"{where} needs choices, either fixed or looked up."
    if not chooses and (field.choices or field.choices_from):
        yield f"{where} has choices, but its type is {field.type}."
    for value in _twice(option.value for option in field.choices):
        yield f"{where} has the choice {value} twice."


# --- the graph --------------------------------------------------------------------------------------------


def _moves(process: Process) -> dict[str, set[str]]:
    moves: dict[str, set[str]] = {s.key: set() for s in process.stages}
    for action in (*process.actions, *process.follows):
        for source in action.source:
            moves.setdefault(source, set()).add(action.to or source)
    return moves


def _reached_from(moves: Mapping[str, set[str]], first: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(first)
    while waiting:
        stage = waiting.pop()
        if stage not in reached:
            reached.add(stage)
            waiting.extend(moves.get(stage, ()))
    return reached


def _graph(process: Process) -> Problems:
    moves = _moves(process)
    reached = _reached_from(moves, [process.opening.to] if process.opening.to else [])
    final = {s.key for s in process.stages if s.final}
    if not final:
        yield "no stage is final, so a record could never end."
    for stage in process.stages:
        if stage.key not in reached:
            yield f"the stage {stage.key} cannot be reached."
        onward = _reached_from(moves, [stage.key]) - {stage.key}
        if not stage.final and not onward:
            yield f"the stage {stage.key} cannot be left."
        elif not stage.final and not onward & final:
            yield f"no end can be reached from the stage {stage.key}."


# --- what is kept -----------------------------------------------------------------------------------------


def _kept(process: Process) -> Problems:
    """A list of entries and a single fact of one name would overwrite each other."""
    lists = {a.keep_as for a in all_actions(process) if a.keep_as}
    for action in all_actions(process):
        if action.keep_as:
            continue
        for field in action.fields:
            if field.name in lists:
                yield f"{field.name} is both a question of {action.key} and a list of entries."


# --- guards -----------------------------------------------------------------------------------------------

NAMES_ACTIONS = ("action", "actions", "since", "than")
NAMES_FIELDS = ("field", "fields", "when", "first", "then")


def _guards(process: Process) -> Problems:
    for action in all_actions(process):
        for rule in (*action.guards, *action.checks, *action.warnings):
            yield from _rule(process, action, rule)


def _rule(process: Process, action: Action, rule: Any) -> Problems:
    function = rule.func if isinstance(rule, partial) else rule
    name = getattr(function, "__qualname__", "")
    if not name or "<" in name:
        yield f"a condition of {action.key} ({name or rule!r}) is not a function of a module, so it cannot be released."
        return
    if not isinstance(rule, partial):
        return
    known_actions = {a.key for a in all_actions(process)}
    fields = {f.name for f in action.fields}
    for key, value in rule.keywords.items():
        names = (value,) if isinstance(value, str) else value
        if key in NAMES_ACTIONS:
            for missing in sorted(set(names) - known_actions):
                yield f"a condition of {action.key} names the action {missing}, which does not exist."
        elif key in NAMES_FIELDS:
            for missing in sorted(set(names) - fields):
                yield f"a condition of {action.key} names the question {missing}, which {action.key} does not ask."
        elif key == "process":
            for missing in sorted(set(names) - {known.partition("@")[0] for known in workflows.MODULES}):
                yield f"a condition of {action.key} names the process {missing}, which does not exist."


# --- clocks and messages ----------------------------------------------------------------------------------


def _clocks(process: Process) -> Problems:
    moves = _moves(process)
    for clock in process.clocks:
        yield from _clock_actions(process, clock, moves)
        yield from _clock_facts(process, clock)
        yield from _clock_rules(clock)


def _clock_actions(process: Process, clock: Clock, moves: Mapping[str, set[str]]) -> Problems:
    known = {a.key for a in all_actions(process)}
    for what, names in (("starts", clock.starts_on), ("stops", clock.stops_on)):
        if not names:
            yield f"the clock {clock.key} never {what}."
    missing = set((*clock.starts_on, *clock.stops_on, *clock.withdrawn_on)) - known
    for name in sorted(missing):
        yield f"the clock {clock.key} names the action {name}, which does not exist."
    if missing or not clock.starts_on or not clock.stops_on:
        return
    for name in clock.starts_on:
        if name in clock.stops_on:
            continue
        action = process.action(name)
        after = _reached_from(moves, [action.to] if action.to else action.source)
        if not any(after & set(process.action(stop).source) for stop in clock.stops_on):
            yield f"the clock {clock.key} could start with {name} and never stop."


def _clock_facts(process: Process, clock: Clock) -> Problems:
    facts = single_facts(process)
    starting = {f.name for key in clock.starts_on if key in _known(process) for f in process.action(key).fields}
    stopping = {f.name for key in clock.stops_on if key in _known(process) for f in process.action(key).fields}
    named = [clock.counts_from, clock.given_in, clock.weeks_in, clock.only_when[0] if clock.only_when else None]
    if isinstance(clock.length, DateGiven):
        named.append(clock.length.field)
    for name in named:
        if name is not None and name not in facts | starting:
            yield f"the clock {clock.key} needs {name}, which is not recorded."
    if clock.stopped_from is not None and clock.stopped_from not in facts | stopping:
        yield f"the clock {clock.key} stops on {clock.stopped_from}, which is not recorded."
    if clock.stops_when is not None and clock.stops_when[0] not in stopping:
        asked = clock.stops_when[0]
        yield f"the clock {clock.key} stops only on some answers to {asked}, which is not asked when it stops."
    for name in clock.match_on:
        if name not in starting or name not in stopping:
            yield f"the clock {clock.key} matches {name}, which is not asked both when it starts and when it stops."
    held = {e.kind for a in process.actions for e in a.effects if isinstance(e, PlacesHold)}
    if clock.deferred_by is not None and clock.deferred_by not in held:
        yield f"the clock {clock.key} is deferred by a hold of the kind {clock.deferred_by}, which nothing places."


def _known(process: Process) -> set[str]:
    return {a.key for a in all_actions(process)}


def _clock_rules(clock: Clock) -> Problems:
    if clock.local_closures and not (clock.date.kind is Kind.LOCAL and isinstance(clock.length, LocalSetting)):
        yield f"the clock {clock.key} is no target of the partnership's own: its closed days do not count."
    if clock.date.kind is Kind.STATUTE and (clock.pausable or clock.extendable):
        yield f"the clock {clock.key} has a date set by statute: it can be neither paused nor extended."
    if clock.asks_for_agreed_date and not clock.extendable:
        yield f"the clock {clock.key} asks for an agreed date that it cannot have."
    if list(clock.remind_before) != sorted(set(clock.remind_before), reverse=True) or 0 in clock.remind_before:
        yield f"the days of reminder of the clock {clock.key} must be different, the most first, none of them 0."
    after = [step.after_days for step in clock.escalations]
    if after != sorted(set(after)) or any(days < 1 for days in after):
        yield f"the days after which the clock {clock.key} passes lateness on must rise, from the day after the date."
    to = [step.to for step in clock.escalations]
    if clock.owner in to:
        yield f"the clock {clock.key} passes lateness on to the one who owes it."
    if len(set(to)) < len(to):
        yield f"the clock {clock.key} passes lateness on to the same role twice."


def _messages(process: Process, messages: Collection[str] | None) -> Problems:
    known = _known(process)
    for notice in process.notices:
        for name in sorted(set(notice.on) - known):
            yield f"the notice {notice.key} names the action {name}, which does not exist."
        if not notice.on or not notice.to:
            yield f"the notice {notice.key} must say when it is sent and to whom."
        if messages is not None and notice.message not in messages:
            yield f"the notice {notice.key} names the message {notice.message}, which does not exist."
    for clock in process.clocks:
        reminds = bool(clock.remind_before) or clock.on_the_day or clock.repeat_after_every is not None
        if messages is not None and reminds and clock.message not in messages:
            yield f"the clock {clock.key} names the message {clock.message}, which does not exist."

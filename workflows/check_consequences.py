"""What may be wrong with the consequences that actions declare: a part of ``workflows.check``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import workflows
from workflows.definition import (
    Action,
    AgreesDate,
    AnswersForHolds,
    AnswersRecommendations,
    AsksMoreTime,
    AsksReader,
    AssignsCaseManager,
    ChangesHold,
    ChecksName,
    CountsAgain,
    DoesOnItems,
    DoesOnReview,
    EndsHold,
    FilesMessage,
    FreezesPlan,
    GivesMoreTime,
    GivesRole,
    KeepsChronology,
    LinksReview,
    Opens,
    PlacesHold,
    Process,
    ReadsComments,
    SendsReminder,
    TakesPlaceOf,
    TakesRole,
    UndoesAgreedDate,
    UndoesHold,
    WritesToPanel,
)

Problems = Iterator[str]


def all_actions(process: Process) -> tuple[Action, ...]:
    """Every action of a process, the one it is opened by and those that are no part of the way included."""
    return (process.opening, *process.actions, *process.brings_in, *process.by_itself)


def single_facts(process: Process) -> set[str]:
    """The names of the facts that are no entries of a list."""
    return {f.name for a in all_actions(process) if not a.keep_as for f in a.fields}


ASKS: dict[type, Callable[[Any], tuple[str, ...]]] = {
    PlacesHold: lambda e: ("reason",) if e.kind else ("kind", "reason"),
    ChangesHold: lambda _: ("hold", "review_by"),
    EndsHold: lambda e: () if e.kind else ("hold",),
    UndoesHold: lambda _: ("hold",),
    AgreesDate: lambda e: (e.date_in,) if e.clock else ("clock", "new_date"),
    AsksMoreTime: lambda _: ("more_time_until",),
    GivesMoreTime: lambda _: ("more_time_answer", "more_time_given"),
    UndoesAgreedDate: lambda _: ("agreed_date",),
    LinksReview: lambda e: (e.name,),
    AnswersForHolds: lambda e: (e.name,),
    AssignsCaseManager: lambda e: (e.name,),
    AsksReader: lambda _: (),
    SendsReminder: lambda _: ("clock",),
    ChecksName: lambda e: (e.name, e.found_as),
    CountsAgain: lambda _: (),
    ReadsComments: lambda _: ("rows",),
    KeepsChronology: lambda e: (e.name, "lines_hash"),
    DoesOnReview: lambda e: tuple(ours for _, ours in e.copies),
    DoesOnItems: lambda e: tuple(ours for _, ours in e.copies),
    AnswersRecommendations: lambda e: (e.name,),
    FreezesPlan: lambda _: (),
    GivesRole: lambda e: tuple(filter(None, (e.name, e.by_link))),
    TakesRole: lambda _: (),
    TakesPlaceOf: lambda e: (e.name,),
    WritesToPanel: lambda _: (),
    FilesMessage: lambda e: (
        e.name,
        "attachments",
        "message_id",
        "sent_at",
        "sender",
        "recipients",
        "subject",
        "direction",
        "body",
    ),
}


def effect_problems(process: Process, find: Callable[[str], Process]) -> Problems:
    """What is wrong with the consequences that the actions of a process declare. ``find`` looks up other processes."""
    for action in all_actions(process):
        asked = {f.name for f in action.fields}
        for effect in action.effects:
            if isinstance(effect, Opens):
                yield from _opens(process, action, effect, find)
                continue
            if isinstance(effect, DoesOnReview):
                yield from _does_on_review(action, effect, find)
            if isinstance(effect, DoesOnItems):
                yield from _does_on_items(action, effect, find)
            for name in ASKS[type(effect)](effect):
                if name not in asked:
                    yield f"{action.key} must ask {name} for what it does ({type(effect).__name__})."
            if isinstance(effect, AgreesDate) and effect.clock and effect.clock not in {c.key for c in process.clocks}:
                yield f"{action.key} agrees a date for the clock {effect.clock}, which does not exist."
            if isinstance(effect, AsksMoreTime | GivesMoreTime):
                for key in effect.clocks:
                    if not any(c.key == key and c.extendable for c in process.clocks):
                        yield f"{action.key} gives more time for {key}, which is no clock whose date may be replaced."


def _does_on_review(action: Action, effect: DoesOnReview, find: Callable[[str], Process]) -> Problems:
    given = {theirs for theirs, _ in (*effect.copies, *effect.sets)} | ({effect.ref_as} if effect.ref_as else set())
    for review in map(find, sorted(workflows.REVIEW_KEYS)):
        done = next((a for a in review.actions if a.key == effect.action), None)
        asked = {f.name: f.required for f in done.fields} if done else {}
        if done is None or given - set(asked):
            yield f"{action.key} does {effect.action} of {review.id}, which does not exist or does not ask that."
        for name in (name for name, required in asked.items() if required and name not in given):
            yield f"{action.key} does {effect.action} without {name}, which is required there."


def _does_on_items(action: Action, effect: DoesOnItems, find: Callable[[str], Process]) -> Problems:
    try:
        done = find(effect.process).action(effect.action)
    except KeyError:
        yield f"{action.key} does {effect.action} of {effect.process}, which does not exist."
        return
    given = {theirs for theirs, _ in effect.copies}
    asked = {f.name: f.required for f in done.fields}
    for name in sorted(given - set(asked)):
        yield f"{action.key} gives {name} to {effect.action} of {effect.process}, which does not ask it."
    for name in (name for name, required in asked.items() if required and name not in given):
        yield f"{action.key} does {effect.action} of {effect.process} without {name}, which is required there."


def _opens(process: Process, action: Action, effect: Opens, find: Callable[[str], Process]) -> Problems:
    try:
        child = process if effect.process == process.key else find(effect.process)
    except KeyError:
        yield f"{action.key} opens the process {effect.process}, which does not exist."
        return
    asked = {f.name for f in action.fields}
    if effect.for_each and effect.for_each not in asked:
        yield f"{action.key} opens one record for each {effect.for_each}, which it does not ask."
    known = asked | single_facts(process) | {"occurred_on"}
    given = {theirs for theirs, _ in effect.copies} | {name for name, _ in effect.sets}
    if effect.for_each:
        given |= {effect.each_as, *filter(None, (effect.number_as,))}
    elif effect.number_as:
        yield f"{action.key} numbers records under {effect.number_as}, and opens only one."
    for _, ours in effect.copies:
        if ours not in known:
            yield f"{action.key} copies {ours}, which is not recorded."
    wanted = {f.name: f.required for f in child.opening.fields}
    for name in sorted(given - set(wanted)):
        yield f"{action.key} gives {name} to {effect.process}, which does not ask it."
    for name, required in wanted.items():
        if required and name not in given:
            yield f"{action.key} opens {effect.process} without {name}, which is required there."

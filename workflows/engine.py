"""May this happen, and why not (``judge``); and where it leads (``advance``). The only user of ``transitions``.

The machine moves a throw-away subject and does nothing else: no callbacks, no automatic transitions. Conditions are
judged here first, because a failed ``transitions`` condition gives no reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from transitions import Machine

from workflows.answers import about, stored_date
from workflows.calendar import in_words
from workflows.definition import Action, Blocked, Facts, FieldType, Guard, Process, Role


@dataclass(frozen=True, slots=True)
class Verdict:
    """What stands in the way of an action (nothing, if ``blocked`` is empty), and what looks odd."""

    permitted: bool
    blocked: tuple[Blocked, ...]
    warnings: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """True when the person may do it and nothing stands in the way."""
        return self.permitted and not self.blocked


def permitted_actions(process: Process, stage: str, roles: Iterable[Role]) -> list[Action]:
    """The actions of a stage that somebody with these roles may do, guards apart, in the order of the process."""
    held = frozenset(roles)
    return [a for a in process.actions if stage in a.source and a.roles & held]


def judge(process: Process, action: Action, facts: Facts, roles: Iterable[Role]) -> Verdict:
    """Every reason at once why ``action`` is not possible on these facts for somebody with these roles.

    With ``facts.submitted`` None only the record is judged; with answers, they are checked too.
    """
    blocked: list[Blocked] = []
    roles = frozenset(roles)
    if facts.submitted is not None:
        facts = dataclasses.replace(facts, actor_roles=roles)
    is_opening = action is process.opening
    if not is_opening and facts.stage not in action.source:
        now = process.stage(facts.stage)
        where = ", ".join(process.stage(s).label for s in action.source[:4])
        blocked.append(Blocked(f"“{action.label}” is not a step of the stage “{now.label}”. It belongs to: {where}."))
    permitted = bool(action.roles & roles)
    warnings: list[str] = []
    for guard in action.guards:
        _ask(guard, facts, blocked)
    if facts.submitted is not None:
        blocked.extend(_dates(action, facts))
        for check in action.checks:
            _ask(check, facts, blocked)
        for warn in action.warnings:
            said = warn(facts)
            if said:
                warnings.append(said)
    return Verdict(permitted, tuple(blocked), tuple(warnings))


def _ask(guard: Guard, facts: Facts, blocked: list[Blocked]) -> None:
    reason = guard(facts)
    if reason is not None and reason not in blocked:
        blocked.append(reason)


def _dates(action: Action, facts: Facts) -> list[Blocked]:
    """A live record refuses a day after today, unless the question is about a day to come."""
    found: list[Blocked] = []
    if facts.occurred_on is not None and facts.occurred_on > facts.today:
        found.append(Blocked(_too_late("When this happened", facts.occurred_on, facts.today), "on"))
    assert facts.submitted is not None
    for field in action.fields:
        if field.future or field.type not in (FieldType.DATE, FieldType.PARTIAL_DATE, FieldType.DATETIME):
            continue
        given: Any = facts.submitted.get(field.name)
        first = getattr(given, "first", None) or stored_date(given)
        if isinstance(first, date) and first > facts.today:
            found.append(Blocked(_too_late(field.label, first, facts.today), field.name))
    return found


def _too_late(label: str, given: date, today: date) -> str:
    return about(label, f"{in_words(given)} is after today ({in_words(today)}). Give the day it happened.")


class _Subject:
    """Carries a stage through the machine for one move, and is thrown away."""

    def __init__(self, stage: str) -> None:
        self.state = stage


@lru_cache(maxsize=64)
def _machine(process: Process) -> Machine:
    machine = Machine(
        model=None,
        states=[s.key for s in process.stages],
        initial=process.stages[0].key,
        auto_transitions=False,
    )
    for action in (*process.actions, *process.brings_in, *process.by_itself):
        for source in action.source:
            machine.add_transition(action.key, source, action.to or source)
    return machine


def advance(process: Process, action: Action, stage: str) -> str:
    """The stage ``action`` leads to from ``stage``. Raises ValueError where the process has no such move."""
    if action is process.opening:
        assert action.to is not None
        return action.to
    if stage not in action.source:
        raise ValueError(f"{process.id} has no {action.key} from {stage}")
    subject = _Subject(stage)
    _machine(process).events[action.key].trigger(subject)
    return subject.state

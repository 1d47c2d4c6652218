"""A process as data that a program can read: the same words that people see on its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dardr.lookups.records import field_dict, fields_of
from workflows.definition import (
    PARTY_LABELS,
    Action,
    AgeOnly,
    Choice,
    Clock,
    DateGiven,
    Effect,
    LocalSetting,
    Opens,
    Process,
    Span,
)

Choices = Mapping[str, Sequence[Choice]]


def line_of(process: Process, *, unlocked: bool) -> dict[str, Any]:
    """One process in a list of them."""
    return {
        "key": process.key,
        "version": process.version,
        "id": process.id,
        "label": process.label,
        "regime": process.regime,
        "draft": process.draft,
        "needs_unlock": process.needs_unlock,
        "can_be_opened": not process.draft and (process.needs_unlock is None or unlocked),
        "about": process.about,
    }


def describe(process: Process, choices: Mapping[str, Choices], *, unlocked: bool) -> dict[str, Any]:
    """The whole process. ``choices`` gives, by action key, the choices that an installation knows."""
    return {
        **line_of(process, unlocked=unlocked),
        "phases": [{"key": p.key, "label": p.label} for p in process.phases],
        "stages": [
            {
                "key": s.key,
                "label": s.label,
                "phase": s.phase,
                "acts": PARTY_LABELS[s.acts],
                "final": s.final,
                "means": s.means,
            }
            for s in process.stages
        ],
        "opening": fields_of(process.opening, choices.get(process.opening.key, {})),
        "opening_action": _action(process.opening, choices),
        "criteria": [field_dict(f) for f in process.criteria],
        "actions": [_action(action, choices) for action in process.actions],
        "brings_in": [_action(action, choices) for action in process.brings_in],
        "clocks": [clock_dict(clock) for clock in process.clocks],
        "notices": [
            {"key": n.key, "on": list(n.on), "message": n.message, "to": [PARTY_LABELS[p] for p in n.to]}
            for n in process.notices
        ],
    }


def _action(action: Action, choices: Mapping[str, Choices]) -> dict[str, Any]:
    return {
        "key": action.key,
        "label": action.label,
        "help": action.help,
        "from": list(action.source),
        "to": action.to,
        "roles": sorted(str(role) for role in action.roles),
        "fields": fields_of(action, choices.get(action.key, {})),
        "conditions": [_name(guard) for guard in (*action.guards, *action.checks)],
        "effects": [_effect(effect) for effect in action.effects],
        "authority": action.authority.as_dict() if action.authority else None,
    }


def _name(guard: Any) -> str:
    """A condition by the reason it gives where that is fixed, else by the name of its function."""
    reason = getattr(guard, "keywords", {}).get("reason")
    while hasattr(guard, "func"):
        guard = guard.func
    return str(reason) if reason else str(guard.__name__).replace("_", " ")


def _effect(effect: Effect) -> str:
    if isinstance(effect, Opens):
        return f"opens {effect.process}" + (f" for each of {effect.for_each}" if effect.for_each else "")
    name = type(effect).__name__
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def clock_dict(clock: Clock) -> dict[str, Any]:
    """One clock with its length, its counting and both authorities."""
    length = clock.length
    span = length if isinstance(length, Span) else length.default if isinstance(length, LocalSetting) else None
    return {
        "key": clock.key,
        "id": clock.id,
        "label": clock.label,
        "length": {"n": span.n, "unit": str(span.unit)} if span else None,
        "length_is": (
            "fixed"
            if isinstance(length, Span)
            else "local setting"
            if isinstance(length, LocalSetting)
            else "date given"
            if isinstance(length, DateGiven)
            else "age only"
        ),
        "has_no_date": isinstance(length, AgeOnly),
        "counting": str(clock.counting),
        "rolls": str(clock.rolls),
        "starts_on": list(clock.starts_on),
        "counts_from": clock.counts_from,
        "stops_on": list(clock.stops_on),
        "pausable": clock.pausable,
        "extendable": clock.extendable,
        "owner": PARTY_LABELS[clock.owner],
        "owed_to": PARTY_LABELS[clock.owed_to],
        "remind_before": list(clock.remind_before),
        "repeat_after_every": clock.repeat_after_every,
        "escalations": [{"after_days": step.after_days, "to": PARTY_LABELS[step.to]} for step in clock.escalations],
        "duty": clock.duty.as_dict(),
        "date": clock.date.as_dict(),
    }

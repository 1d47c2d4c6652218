"""A process as people read it: a diagram (Mermaid) and a page (Markdown), made from the same data the engine runs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workflows.counting import Counting, Unit
from workflows.definition import (
    PARTY_LABELS,
    Action,
    AgeOnly,
    Authority,
    Clock,
    DateGiven,
    Field,
    Length,
    LocalSetting,
    Process,
    Role,
    Span,
)

ROLE_LABELS: dict[Role, str] = {role: str(role).replace("_", " ") for role in Role}

UNIT_WORDS: dict[Unit, tuple[str, str]] = {
    Unit.DAYS: ("day", "days"),
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.MONTHS: ("month", "months"),
}


def span_words(span: Span) -> str:
    """``56 days``, ``1 month``."""
    one, many = UNIT_WORDS[span.unit]
    return f"{span.n} {one if span.n == 1 else many}"


def length_words(length: Length) -> str:
    """How long, in words; a local setting says that it is one."""
    if isinstance(length, Span):
        return span_words(length)
    if isinstance(length, LocalSetting):
        if length.default is None:
            return "no date unless the partnership sets a length"
        return f"{span_words(length.default)} (the partnership may set another length)"
    if isinstance(length, DateGiven):
        return f"the date recorded as {length.field}"
    assert isinstance(length, AgeOnly)
    return "no date; only how long it has been"


def authority_words(authority: Authority) -> str:
    """Where a rule comes from and how well that was checked, with its note, in one line."""
    return f"{authority.words}. {authority.note}" if authority.note else f"{authority.words}."


# --- the diagram ------------------------------------------------------------------------------------------


def mermaid(process: Process) -> str:
    """The stages, phase by phase, and the actions that lead from one to another, as a Mermaid state diagram.

    Actions that keep the stage are left out; they are on the page.
    """
    lines = ["stateDiagram-v2", f"    %% {process.id}: {process.label}"]
    for phase in process.phases:
        lines.append(f'    state "{_plain(phase.label)}" as phase_{_id(phase.key)} {{')
        for stage in process.stages:
            if stage.phase == phase.key:
                lines.append(f'        state "{_plain(stage.label)}" as {_id(stage.key)}')
        lines.append("    }")
    lines.append(f"    [*] --> {_id(process.opening.to or process.stages[0].key)}: {_plain(process.opening.label)}")
    for action in (*process.actions, *process.follows):
        for source in action.source:
            if action.to and action.to != source:
                lines.append(f"    {_id(source)} --> {_id(action.to)}: {_plain(action.label)}")
    lines += [f"    {_id(stage.key)} --> [*]" for stage in process.stages if stage.final]
    return "\n".join(lines) + "\n"


def _id(key: str) -> str:
    return re.sub(r"\W", "_", key)


def _plain(words: str) -> str:
    """Words without what Mermaid reads as its own: a colon ends the label, quotes end the name."""
    return words.replace(":", " –").replace('"', "'").replace(";", ",").replace("#", "no. ")


# --- the page ---------------------------------------------------------------------------------------------


def markdown(process: Process) -> str:
    """The whole process as a page: stages, what can be done at each and by whom, clocks with their authority."""
    parts = [f"# {process.label}", f"{process.id}. {process.about}".strip()]
    if process.needs_unlock:
        parts.append(f"**Locked.** Nothing is opened on it until the regime {process.needs_unlock} is unlocked.")
    if process.draft:
        parts.append("**Draft.** Nothing can be opened on it.")
    parts += ["## Diagram", "```mermaid\n" + mermaid(process).rstrip() + "\n```"]
    parts += ["## How it begins", *_action(process, process.opening)]
    for phase in process.phases:
        parts.append(f"## {phase.label}")
        for stage in process.stages:
            if stage.phase == phase.key:
                parts += _stage(process, stage.key)
    parts.append("## Actions")
    for action in process.actions:
        parts += _action(process, action)
    if process.brings_in:
        parts.append("## Bringing in a review under way")
        for action in process.brings_in:
            parts += _action(process, action)
    if process.clocks:
        parts.append("## Clocks")
        for clock in process.clocks:
            parts += _clock(clock)
    if process.notices:
        parts.append("## Who is told")
        rows = [
            (
                ", ".join(process.action(key).label for key in notice.on),
                ", ".join(PARTY_LABELS[party] for party in notice.to),
                notice.message + (", in the e-mail of the day" if notice.gathered else ""),
            )
            for notice in process.notices
        ]
        parts.append(_table(("When this is done", "they are told", "with the message"), rows))
    return "\n\n".join(parts) + "\n"


def _stage(process: Process, key: str) -> list[str]:
    stage = process.stage(key)
    here = [action for action in process.actions if key in action.source]
    onward = [a for a in (*here, *(a for a in process.follows if key in a.source)) if a.to and a.to != key]
    rows = [(f"{a.label} (`{a.key}`)", process.stage(a.to or key).label, _roles(a)) for a in onward]
    parts = [f"### {stage.label} (`{stage.key}`)", f"{stage.means} Who acts next: {PARTY_LABELS[stage.acts]}."]
    if rows:
        parts.append(_table(("What leads on", "to", "by"), rows))
    if here:
        staying = [f"{a.label} (`{a.key}`)" for a in here if a not in onward]
        if staying:
            parts.append("Also possible: " + "; ".join(staying) + ".")
    return parts


def _action(process: Process, action: Action) -> list[str]:
    parts = [f"### {action.label} (`{action.key}`)"]
    if action.help:
        parts.append(action.help)
    parts.append(f"By: {_roles(action)}.")
    if action.source:
        parts.append("At: " + ", ".join(process.stage(stage).label for stage in action.source) + ".")
    if action.to:
        parts.append(f"Leads to: {process.stage(action.to).label}.")
    conditions = [reason for guard in action.guards if (reason := _condition(guard))]
    if conditions:
        parts.append("Not possible while:\n" + "\n".join(f"- {reason}" for reason in conditions))
    if action.fields:
        parts.append("\n".join(_field(field) for field in action.fields))
    if action.authority is not None:
        parts.append(f"Authority: {authority_words(action.authority)}")
    return parts


def _condition(guard: object) -> str:
    keywords = getattr(guard, "keywords", {})
    said = keywords.get("reason") or keywords.get("several")
    if said:
        return f"some {said}" if said == keywords.get("several") else said
    return (getattr(guard, "__doc__", "") or "").partition("\n")[0].rstrip(".") + " (not yet so)."


def _field(field: Field) -> str:
    notes = [str(field.type)]
    if not field.required:
        notes.append("optional")
    if field.many:
        notes.append("several")
    if field.unknown:
        notes.append("may be not known")
    if field.seen_by:
        notes.append("seen by: " + " / ".join(sorted(str(role) for role in field.seen_by)))
    if field.identity:
        notes.append("kept apart, with the identities")
    if field.choices:
        notes.append("one of: " + " / ".join(option.label for option in field.choices))
    return f"- {field.label} (`{field.name}`; {'; '.join(notes)})"


def _clock(clock: Clock) -> list[str]:
    counting = "the day itself is day 1" if clock.counting is Counting.BEGINNING_WITH else "the next day is day 1"
    counted = f", {counting}" if isinstance(clock.length, (Span, LocalSetting)) else ""
    moved = []
    moved.append("It can be paused by a hold." if clock.pausable else "It cannot be paused.")
    moved.append(f"It can be moved: {clock.agreement}" if clock.extendable else "It cannot be extended.")
    before = ", ".join(str(days) for days in clock.remind_before)
    reminders = f"Reminders {before} days before." if before else "No reminders before."
    told = ", ".join(f"{PARTY_LABELS[step.to]} after {step.after_days} days" for step in clock.escalations)
    passed_on = f" Once it has passed, told as well: {told}." if told else ""
    return [
        f"### {clock.id} {clock.label} (`{clock.key}`)",
        f"Owed by {PARTY_LABELS[clock.owner]} to {PARTY_LABELS[clock.owed_to]}: {length_words(clock.length)}{counted}."
        f" Counts from {clock.counts_from or 'the day it happened'}. {' '.join(moved)} {reminders}{passed_on}",
        f"Duty: {authority_words(clock.duty)}",
        f"Date: {authority_words(clock.date)}",
    ]


def _roles(action: Action) -> str:
    return ", ".join(ROLE_LABELS[role] for role in Role if role in action.roles) or "nobody"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)

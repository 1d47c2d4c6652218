"""An agency's updates in one sitting: what is said of each action in a few words, and the step it stands for.

Few questions, so that it takes minutes: how it goes, some words, and where needed a date or what shows it. Each row is
one step on one record, as if it had been taken on the page of that record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.definition import Action, Process

ON_TRACK, DELAYED, OBSTACLE, DONE, NO_CHANGE = "on_track", "delayed", "obstacle", "done", "no_change"
HOW = (
    (ON_TRACK, "On track"),
    (DELAYED, "Delayed: another date is needed"),
    (OBSTACLE, "Something is in the way"),
    (DONE, "Done, here is what shows it"),
    (NO_CHANGE, "No change since the last update"),
)
"""What can be said of an action, in the order in which it is offered."""
UPDATED = ("action", "action-share")
"""The processes whose records are updated in one sitting."""

WORDS, DATE, HELP, GRADE, FILE, REFERENCE, WHY_SAID = "words", "date", "help", "grade", "file", "reference", "why_said"
SAID, DOCUMENT = "said", "document"

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """One way of saying how it goes: the steps it may stand for, the first that is possible, and their answers.

    ``asked_as`` says which of the few questions an answer of the step came from, so that a refusal names the right one.
    """

    steps: tuple[str, ...]
    answers: Callable[[Said], dict[str, Any]]
    asked_as: Mapping[str, str]


def _on_track(said: Said) -> dict[str, Any]:
    return {"progress": said.get(WORDS) or "On track."}


def _no_change(said: Said) -> dict[str, Any]:
    return {"progress": said.get(WORDS) or "No change since the last update."}


def _delayed(said: Said) -> dict[str, Any]:
    return {
        "progress": "Delayed. Another date is suggested.",
        "suggested_date": said.get(DATE),
        "suggested_reason": said.get(WORDS),
    }


def _obstacle(said: Said) -> dict[str, Any]:
    words, could_help = said.get(WORDS), said.get(HELP)
    return {"obstacle": words, "who_could_help": could_help, "progress": words, "needs": could_help}


def _done(said: Said) -> dict[str, Any]:
    shown = said.get(FILE) or said.get(REFERENCE)
    return {
        "impact": said.get(WORDS),
        "evidence": None if shown else said.get(WORDS),
        "evidence_grade": (said.get(GRADE) or DOCUMENT) if shown else SAID,
        "evidence_file": said.get(FILE),
        "evidence_reference": said.get(REFERENCE),
        "said_only_reason": None if shown else said.get(WHY_SAID),
    }


WAYS: dict[str, Way] = {
    ON_TRACK: Way(("record_update",), _on_track, {"progress": WORDS}),
    NO_CHANGE: Way(("record_update",), _no_change, {"progress": WORDS}),
    DELAYED: Way(("record_update",), _delayed, {"progress": WORDS, "suggested_date": DATE, "suggested_reason": WORDS}),
    OBSTACLE: Way(
        ("report_obstacle", "record_update"),
        _obstacle,
        {"obstacle": WORDS, "progress": WORDS, "who_could_help": HELP, "needs": HELP},
    ),
    DONE: Way(
        ("claim_complete",),
        _done,
        {
            "impact": WORDS,
            "evidence": WORDS,
            "evidence_grade": GRADE,
            "evidence_file": FILE,
            "evidence_reference": REFERENCE,
            "said_only_reason": WHY_SAID,
        },
    ),
}
"""For each way of saying, the step it stands for. The same steps are those of an action and of a body's part of one."""


def step_for(process: Process, stage: str, how: str) -> Action | None:
    """The step that a way of saying stands for at a stage, or None where it is not possible there."""
    way = WAYS.get(how)
    for key in way.steps if way else ():
        action = next((one for one in process.actions if one.key == key), None)
        if action is not None and stage in action.source:
            return action
    return None


def offered(process: Process, stage: str) -> tuple[tuple[str, str], ...]:
    """What can be said of a record at this stage."""
    return tuple((how, label) for how, label in HOW if step_for(process, stage, how) is not None)


def answers_for(action: Action, how: str, said: Said) -> dict[str, Any]:
    """The answers of the step, out of the few that were given: only what the step asks, and nothing empty."""
    asked = {field.name for field in action.fields}
    found = WAYS[how].answers(said)
    return {name: value for name, value in found.items() if name in asked and value not in (None, "")}


def missing(how: str, said: Said) -> str:
    """Which of the few questions a way of saying cannot do without, and was left empty; empty for none."""
    if how == DELAYED and not said.get(DATE):
        return DATE
    return WORDS if how in (DELAYED, OBSTACLE, DONE) and not said.get(WORDS) else ""


NEEDED = {
    (DELAYED, DATE): "Give the date you suggest.",
    (DELAYED, WORDS): "Say in a few words why another date is needed.",
    (OBSTACLE, WORDS): "Say in a few words what is in the way.",
    (DONE, WORDS): "Say in a few words what difference it has made.",
}


def question_of(how: str, field: str | None) -> str:
    """Which of the few questions an answer that was refused came from; how it goes where none is to blame."""
    return WAYS[how].asked_as.get(field or "", "how") if how in WAYS else "how"

"""The steps on the way of an action: each with its day, and the day it was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.answers import stored_date
from workflows.definition import Action, Blocked, Facts, From
from workflows.partial import NotADate, parse_date
from workflows.processes.action_1.asking import NO_DAY
from workflows.processes.action_1.stages import UNFINISHED, WORKING
from workflows.processes.authorities import guidance_2016
from workflows.processes.fields import day, one_of, paragraph, text
from workflows.processes.who import AGENCY


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step: its number on the record, what it is, by which London day, and the day it was done."""

    number: str
    text: str
    due: date | None
    done_on: date | None


def milestones(recorded: Mapping[str, Any]) -> list[Milestone]:
    """The steps of an action out of its facts: those agreed with it first, then those added, each with what became
    of it."""
    done = {str(one.get("milestone")): stored_date(one.get("done_on")) for one in recorded.get("milestones_done") or ()}
    found: list[Milestone] = []
    for number, line in enumerate(recorded.get("milestones") or (), start=1):
        words, due = dated(str(line))
        found.append(Milestone(f"a{number}", words, due, done.get(f"a{number}")))
    for entry in recorded.get("milestones_added") or ():
        key = str(entry.get("seq"))
        found.append(
            Milestone(key, str(entry.get("milestone_text")), stored_date(entry.get("milestone_due")), done.get(key))
        )
    return found


def dated(line: str) -> tuple[str, date | None]:
    """A line such as “First session held, 3 March 2027”: the words, and the day after the last comma if it is one."""
    words, comma, last = line.rpartition(",")
    if not comma:
        return line.strip(), None
    try:
        return words.strip(), parse_date(last)
    except NotADate:
        return line.strip(), None


def each_has_its_day(facts: Facts) -> Blocked | None:
    """Each step given when the action is agreed ends with its day."""
    given = (facts.submitted or {}).get("milestones") or ()
    without = [line for line in given if dated(str(line))[1] is None]
    if not without:
        return None
    return Blocked(
        f"“{without[0]}” has no day. Write each step with its day after a comma: First session held, 3 March 2027.",
        "milestones",
    )


def one_is_open(facts: Facts) -> Blocked | None:
    """At least one step is not done yet."""
    if any(one.done_on is None for one in milestones(facts.recorded)):
        return None
    return Blocked("No step is open. Add one first.")


ASKED = text(
    "milestones",
    "Steps on the way",
    required=False,
    many=True,
    help="One a line, each with its day after a comma: First session held, 3 March 2027.",
)
ACTIONS = (
    Action(
        "add_milestone",
        "Add a step on the way",
        source=UNFINISHED,
        roles=AGENCY,
        keep_as="milestones_added",
        fields=(
            paragraph("milestone_text", "What will be done?"),
            day("milestone_due", "By when?", future=True, undated=NO_DAY),
        ),
        authority=guidance_2016("7"),
    ),
    Action(
        "record_milestone",
        "Record that a step is done",
        source=WORKING,
        roles=AGENCY,
        keep_as="milestones_done",
        fields=(one_of("milestone", "Which step?", From.MILESTONES), day("done_on", "Done on")),
        guards=(one_is_open,),
        authority=guidance_2016("7"),
    ),
)

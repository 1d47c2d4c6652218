"""A day agreed with a branch, ahead of time: to meet the chair or the panel, or to read the report. Moved, called off.

Nothing is sent, and the day ends nothing: what came of a visit is a contact, or a version that was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Action, Blocked, Facts, From, Past
from workflows.processes.authorities import guidance_2016
from workflows.processes.care import fixed_near_a_careful_day
from workflows.processes.family_branch_1.stages import ACTIVE
from workflows.processes.family_branch_1.updates import they_wish_contact
from workflows.processes.fields import choice, day, one_of, optional, paragraph, text
from workflows.processes.meeting_1.rules import time_of_day
from workflows.processes.who import FAMILY_NOTES

SECTION_6 = guidance_2016("6")
VISITS = (
    ("chair", "A meeting with the chair"),
    ("panel", "They meet the panel"),
    ("reading", "They read the report"),
    ("team", "A visit of the team"),
)
ENDED_BY = ("record_not_taking_part", "record_withdrawal", "end_contact", "record_no_contact")
"""After one of these, a day that was agreed before counts no more."""
WHICH = one_of("which_visit", "Which visit?", From.FAMILY_VISITS)
ON = day("visit_on", "On which day is the visit?", future=True)
FROM_TIME = optional(text("visit_at", "From what time?", help="For example 10:00 or 14:30."))
TIME_IS_ONE = partial(time_of_day, field="visit_at")
NEAR_A_CAREFUL_DAY = partial(fixed_near_a_careful_day, fields=("visit_on",))


@dataclass(frozen=True, slots=True)
class Visit:
    """One day agreed with a branch, as it stands now: ``seq`` is the number of the entry that agreed it."""

    seq: int
    kind: str
    on: date
    at: str = ""
    arranged: str = ""

    @property
    def words(self) -> str:
        """``They read the report, Tuesday 1 December 2026, from 10:00``."""
        when = f"{dict(VISITS)[self.kind]}, {in_words(self.on)}"
        return f"{when}, from {self.at}" if self.at else when


def visits_to_come(recorded: Mapping[str, Any], done: Mapping[str, Past], today: date) -> list[Visit]:
    """The visits agreed for ``today`` (a London date) or later that stand, the next one first."""
    ended = max((done[key].seq for key in ENDED_BY if key in done), default=0)
    off = {str(entry["which_visit"]) for entry in recorded.get("visits_called_off") or ()}
    moved = {str(entry["which_visit"]): entry for entry in recorded.get("visits_moved") or ()}  # the last one counts
    found = []
    for entry in recorded.get("visits") or ():
        seq = int(entry["seq"])
        latest = moved.get(str(seq), entry)
        on = stored_date(latest.get("visit_on"))
        if str(seq) in off or on is None or on < today or seq < ended:
            continue
        arranged = str(entry.get("visit_arranged") or "")
        found.append(Visit(seq, str(entry["visit_for"]), on, str(latest.get("visit_at") or ""), arranged))
    return sorted(found, key=lambda one: (one.on, one.at, one.seq))


def _is_to_come(facts: Facts) -> Blocked | None:
    on = stored_date((facts.submitted or {}).get("visit_on"))
    if on is None or on >= facts.today:
        return None
    return Blocked(
        f"{in_words(on)} is before today ({in_words(facts.today)}). Give a day to come. A visit that was made is"
        " recorded with “Record a contact”.",
        "visit_on",
    )


def _a_visit_stands(facts: Facts) -> Blocked | None:
    if visits_to_come(facts.recorded, facts.done, facts.today):
        return None
    return Blocked("No visit is agreed for a day to come.")


def actions() -> tuple[Action, ...]:
    """A day agreed, another day agreed in its place, a visit called off."""
    return (
        Action(
            "agree_visit",
            "Agree a day for a visit",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="visits",
            fields=(
                choice("visit_for", "What for?", *VISITS),
                ON,
                FROM_TIME,
                optional(
                    paragraph(
                        "visit_arranged",
                        "What was arranged",
                        help="Who is with them, breaks, the way there, support afterwards. No names, no addresses.",
                    )
                ),
            ),
            guards=(they_wish_contact,),
            checks=(_is_to_come, TIME_IS_ONE),
            warnings=(NEAR_A_CAREFUL_DAY,),
            authority=SECTION_6,
            help="Agreed with them, before it takes place. Afterwards record what came of it: a contact, or a version"
            " that was given to them to read.",
        ),
        Action(
            "move_visit",
            "Agree another day for a visit",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="visits_moved",
            fields=(WHICH, ON, FROM_TIME, optional(paragraph("visit_moved_because", "Why", help="No names."))),
            guards=(_a_visit_stands,),
            checks=(_is_to_come, TIME_IS_ONE),
            warnings=(NEAR_A_CAREFUL_DAY,),
            authority=SECTION_6,
        ),
        Action(
            "call_off_visit",
            "Call off a visit",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="visits_called_off",
            fields=(WHICH, optional(paragraph("visit_off_because", "Why, and who told them", help="No names."))),
            guards=(_a_visit_stands,),
            authority=SECTION_6,
        ),
    )

"""Who the people in a review are. Every answer here goes to the identity store and is read on one page only."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Field, From
from workflows.processes.authorities import by_design
from workflows.processes.dardr_s9_1.stages import ALL
from workflows.processes.dardr_s9_1.telling import IDENTITY
from workflows.processes.fields import choice, day, one_of, optional, paragraph, text
from workflows.processes.who import CHAIRING

KEPT_APART = by_design("Names are kept apart from the record")

PART = choice(
    "part_in_case",
    "What part do they have?",
    ("died", "The person who died"),
    ("suspected", "The person suspected"),
    ("child", "A child"),
    ("next_of_kin", "Next of kin"),
    ("relative", "Another relative"),
    ("friend", "A friend, neighbour or colleague"),
    ("advocate", "An advocate or representative"),
    ("gp", "A GP or practice"),
    ("investigator", "An investigator or liaison officer"),
    ("professional", "Another professional"),
    ("other", "Another part"),
    identity=True,
)
ABOUT_THEM: tuple[Field, ...] = (
    text("part_name", "Name", identity=True, required=False),
    text("part_other_names", "Other names", identity=True, required=False),
    day("part_date_of_birth", "Date of birth", identity=True, required=False),
    text("part_address", "Address", identity=True, required=False),
    text("part_contact", "How they are reached", identity=True, required=False),
    paragraph(
        "part_safe_contact",
        "What makes contact safe",
        identity=True,
        required=False,
        help="For example no letters to the home, an interpreter, or only through an advocate.",
    ),
    paragraph("part_note", "Note", identity=True, required=False),
)
"""What may be known of one person; nothing of it is required, because it is often not known."""

NOTHING_GIVEN = "Nothing has been given. Fill in at least one of the questions."


def actions() -> tuple[Action, ...]:
    """Record and correct identities, at any stage: what is wrong about a person is put right whenever it is seen."""
    return (
        Action(
            "record_identity",
            "Record who the people are",
            source=ALL,
            roles=CHAIRING,
            fields=IDENTITY,
            checks=(
                partial(guards.one_answered, fields=tuple(field.name for field in IDENTITY), reason=NOTHING_GIVEN),
            ),
            authority=KEPT_APART,
            help="An answer replaces the one before it; a question left empty keeps what is there. Names are read on"
            " the page of people, and every reading is noted.",
        ),
        Action(
            "record_person",
            "Record another person",
            source=ALL,
            roles=CHAIRING,
            fields=(PART, *ABOUT_THEM),
            checks=(
                partial(guards.one_answered, fields=tuple(field.name for field in ABOUT_THEM), reason=NOTHING_GIVEN),
            ),
            authority=KEPT_APART,
            help="One entry for each person: a child, a relative, a GP. Names are read on the page of people only.",
        ),
        Action(
            "correct_person",
            "Correct what is recorded about a person",
            source=ALL,
            roles=CHAIRING,
            fields=(
                one_of(
                    "person_entry",
                    "Which entry?",
                    From.PERSONS,
                    identity=True,
                    help="The page of people gives the number of each entry.",
                ),
                optional(PART),
                *ABOUT_THEM,
                choice(
                    "person_entry_stands",
                    "Does the entry stand?",
                    ("yes", "Yes"),
                    ("no", "No, it was recorded by mistake"),
                    identity=True,
                    required=False,
                ),
            ),
            checks=(
                partial(
                    guards.one_answered,
                    fields=(PART.name, *(field.name for field in ABOUT_THEM), "person_entry_stands"),
                    reason=NOTHING_GIVEN,
                ),
            ),
            authority=KEPT_APART,
            help="An answer replaces the one before it; a question left empty keeps what is there.",
        ),
    )

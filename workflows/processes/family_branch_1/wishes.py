"""What a branch of a family wishes: to take part, to be kept informed, neither, no longer, or again."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts
from workflows.processes.authorities import by_design, guidance_2016, local
from workflows.processes.care import fixed_near_a_careful_day
from workflows.processes.family_branch_1.stages import ACTIVE, ENDED, WITH
from workflows.processes.family_branch_1.updates import they_wish_contact, wish_stands
from workflows.processes.fields import choice, choices, day, number, optional, paragraph
from workflows.processes.who import FAMILY_NOTES

THEIR_CHOICE = guidance_2016("6", note="Taking part is the family's choice, and may be made again at any time.")
THEIR_WORDS = optional(paragraph("wish_words", "In their own words", identity=True))

UPDATES_BY = choice(
    "updates_by",
    "Who gives them updates?",
    ("case_manager", "The case manager"),
    ("chair", "The independent chair"),
    ("none", "Nobody: they wish no updates"),
)
EVERY_WEEKS = number(
    "update_every_weeks",
    "How many weeks between updates?",
    required=False,
    most=26,
    help="What was agreed with them. Left empty, the partnership's own number counts: six, unless it is set otherwise.",
)
UPDATE_HOW = choices(
    "update_how",
    "How do they wish to be told?",
    ("call", "By telephone"),
    ("meeting", "At a meeting"),
    ("video", "By video"),
    ("letter", "By letter"),
    ("email", "By e-mail"),
    ("advocate", "Through their advocate"),
    required=False,
)
FIRST_ON = day(
    "next_update_on",
    "First update on",
    required=False,
    future=True,
    help="Left empty, it is counted from the day of this agreement.",
)
TAKING_PART = (
    choice(
        "takes_part_through",
        "Directly, or through somebody?",
        ("directly", "Directly"),
        ("with_advocate", "With their advocate beside them"),
        ("advocate", "Through their advocate only"),
    ),
    choices(
        "takes_part_how",
        "How do they wish to take part?",
        ("chair", "Meetings with the chair"),
        ("panel", "Meeting the panel"),
        ("written", "In writing"),
        ("call", "By telephone or video"),
        ("recording", "Something they recorded or wrote for the panel"),
        required=False,
    ),
)
RHYTHM = (UPDATES_BY, EVERY_WEEKS, UPDATE_HOW, FIRST_ON)
HOW_LONG = (
    choice(
        "no_contact_how_long",
        "For how long?",
        ("open", "They gave no day"),
        ("until", "Until a day that they gave"),
    ),
    day("no_contact_until", "Until when?", required=False, future=True),
)
A_DAY_IS_GIVEN = partial(
    guards.needed_when,
    field="no_contact_until",
    when="no_contact_how_long",
    values=("until",),
    reason="Give the day, or answer that they gave none.",
)
NEAR_THE_FIRST = partial(fixed_near_a_careful_day, fields=("next_update_on",))


def _a_week_at_least(facts: Facts) -> Blocked | None:
    given = (facts.submitted or {}).get("update_every_weeks")
    if given is None or given >= 1:
        return None
    return Blocked("Give at least one week between updates, or say that they wish no updates.", "update_every_weeks")


def actions() -> tuple[Action, ...]:
    """Each wish is an action of its own, because each leads somewhere else."""
    return (
        Action(
            "record_taking_part",
            "Record that they wish to take part",
            source=("to_be_asked", "informed_only"),
            to="taking_part",
            roles=FAMILY_NOTES,
            fields=(
                *TAKING_PART,
                *RHYTHM,
                THEIR_WORDS,
            ),
            guards=(they_wish_contact,),
            checks=(_a_week_at_least,),
            warnings=(NEAR_THE_FIRST,),
            authority=THEIR_CHOICE,
            main=True,
        ),
        Action(
            "change_taking_part",
            "Record that they wish to take part in another way",
            source=("taking_part",),
            roles=FAMILY_NOTES,
            fields=(*TAKING_PART, THEIR_WORDS),
            authority=THEIR_CHOICE,
        ),
        Action(
            "record_informed_only",
            "Record that they wish to be kept informed only",
            source=("to_be_asked", "taking_part"),
            to="informed_only",
            roles=FAMILY_NOTES,
            fields=(*RHYTHM, THEIR_WORDS),
            guards=(they_wish_contact,),
            checks=(_a_week_at_least,),
            warnings=(NEAR_THE_FIRST,),
            authority=THEIR_CHOICE,
        ),
        Action(
            "record_not_taking_part",
            "Record that they do not wish to take part",
            source=ACTIVE,
            to="not_taking_part",
            roles=FAMILY_NOTES,
            fields=(THEIR_WORDS,),
            authority=THEIR_CHOICE,
            help="They were asked. Updates end. It can be taken up again whenever they wish.",
        ),
        Action(
            "record_withdrawal",
            "Record that they no longer wish to take part",
            source=WITH,
            to="withdrawn",
            roles=FAMILY_NOTES,
            fields=(
                THEIR_WORDS,
                optional(
                    paragraph("withdrawal_asks", "What they ask to be done with what they gave", help="No names.")
                ),
            ),
            authority=THEIR_CHOICE,
            help="It counts from now: updates end, and nothing more is prepared for them. What they gave stays on the"
            " record unless they ask otherwise; what is decided about that is recorded as a note.",
        ),
        Action(
            "come_back",
            "Record that they wish to be in contact again",
            source=ENDED,
            to="to_be_asked",
            roles=FAMILY_NOTES,
            fields=(THEIR_WORDS,),
            authority=THEIR_CHOICE,
            help="What they wish is asked again, and the recipient is confirmed again before anything is prepared.",
        ),
        Action(
            "agree_rhythm",
            "Agree how often they hear from us",
            source=WITH,
            roles=FAMILY_NOTES,
            fields=RHYTHM,
            guards=(they_wish_contact,),
            checks=(_a_week_at_least,),
            warnings=(NEAR_THE_FIRST,),
            authority=local("What is agreed with each branch"),
        ),
        Action(
            "record_no_contact",
            "Record that they ask not to be contacted",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            fields=(
                *HOW_LONG,
                optional(paragraph("no_contact_except", "What they wish to hear of all the same", help="No names.")),
                THEIR_WORDS,
            ),
            guards=(they_wish_contact,),
            checks=(A_DAY_IS_GIVEN,),
            authority=THEIR_CHOICE,
            help="No update or letter is prepared without a reason until somebody records that contact is wished again."
            " The day given ends nothing by itself: you are asked to look again.",
        ),
        Action(
            "look_at_no_contact",
            "Look again at the wish not to be contacted",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="wish_looks",
            fields=(
                *HOW_LONG,
                paragraph("wish_looked_how", "How it was looked at", help="If it can be, without disturbing them."),
            ),
            guards=(wish_stands,),
            checks=(A_DAY_IS_GIVEN,),
            authority=THEIR_CHOICE,
            help="For a wish that stands. Where contact is wished again, record that instead.",
        ),
        Action(
            "end_no_contact",
            "Record that contact is wished again",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            fields=(FIRST_ON, THEIR_WORDS),
            guards=(wish_stands,),
            warnings=(NEAR_THE_FIRST,),
            authority=THEIR_CHOICE,
        ),
        Action(
            "end_contact",
            "Record that contact has come to its end",
            source=ACTIVE,
            to="contact_ended",
            roles=FAMILY_NOTES,
            fields=(paragraph("contact_ended_because", "What was agreed with them", help="No names."),),
            authority=by_design("Contact ends when it was agreed with the family that there is nothing more to tell"),
        ),
    )

"""One branch of a family, or one relative, version 1: what they wish, what keeps them safe, updates, reading.

Kept apart for each branch, so that none sees another's, and seen by few (``seen_by``). What is said here in the
family's own words, and everything that says who they are, goes to the identity store. Nothing is sent from here.
"""

from __future__ import annotations

from workflows.definition import (
    Action,
    Clock,
    DateGiven,
    Escalation,
    LocalSetting,
    Party,
    Phase,
    Process,
    Span,
    Stage,
)
from workflows.lengths import Unit
from workflows.processes import anywhere, ladders
from workflows.processes.authorities import by_design, guidance_2016, local
from workflows.processes.family_branch_1 import agreements, careful, contact, reading, updates, visits, wishes
from workflows.processes.family_branch_1.stages import ACTIVE, ALL, WITH
from workflows.processes.family_question_1 import record_question
from workflows.processes.fields import day, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import FAMILY_NOTES

SIX_WEEKS = Span(42, Unit.DAYS)

STAGES = (
    Stage("to_be_asked", "Not asked yet", "family", means="Nobody has asked them yet whether they wish to take part."),
    Stage("taking_part", "Taking part", "family", acts=Party.NOBODY, means="They take part in the way they chose."),
    Stage(
        "informed_only",
        "Kept informed",
        "family",
        acts=Party.NOBODY,
        means="They do not wish to take part, and wish to know how the review goes.",
    ),
    Stage(
        "not_taking_part",
        "Does not wish to take part",
        "family",
        acts=Party.NOBODY,
        final=True,
        means="They were asked and do not wish to take part or to hear more. They may change their mind at any time.",
    ),
    Stage(
        "withdrawn",
        "Has withdrawn",
        "family",
        acts=Party.NOBODY,
        final=True,
        means="They took part and no longer wish to. Nothing more is prepared. They may come back at any time.",
    ),
    Stage(
        "contact_ended",
        "Contact has come to its end",
        "family",
        acts=Party.NOBODY,
        final=True,
        means="It was agreed with them that there is nothing more to tell.",
    ),
)

NEW_PHASE = Action(
    "new_phase",
    "The review entered another phase",
    source=WITH,
    keep_as="phases_entered",
    fields=(text("new_phase", "Phase"), day("next_update_on", "Update due", future=True)),
    guards=(updates.they_wish_contact, updates.they_wish_updates),
    authority=local("Families are told at each change of phase; a choice of the partnership"),
)
"""Written with the event that moves the review, never by hand."""


def _clock(key: str, number: str, owner: Party, by: str, label: str, escalates_to: Party) -> Clock:
    return Clock(
        key,
        number,
        label,
        starts_on=(
            "give_update",  # first: it is what My work offers
            "record_taking_part",
            "record_informed_only",
            "agree_rhythm",
            "end_no_contact",
            NEW_PHASE.key,
        ),
        restarts=True,
        only_when=("updates_by", (by,)),
        given_in="next_update_on",
        weeks_in="update_every_weeks",
        stops_on=("end_contact",),
        withdrawn_on=("record_not_taking_part", "record_withdrawal", "record_no_contact"),
        length=LocalSetting("family_update", SIX_WEEKS),
        local_closures=True,
        owner=owner,
        owed_to=Party.FAMILY,
        duty=guidance_2016("6", note="Families are kept informed; no number is given."),
        date=local("What was agreed with them; else a setting of the partnership, and each change of phase"),
        remind_before=(7, 1),
        escalations=(Escalation(14, escalates_to),),
    )


CLOCKS = (
    _clock("family_update", "L10", Party.CASE_MANAGER, "case_manager", "Next update to the family", Party.TEAM_MANAGER),
    _clock(
        "family_update_by_chair",
        "L10C",
        Party.INDEPENDENT_CHAIR,
        "chair",
        "Next update to the family, by the chair",
        Party.CASE_MANAGER,
    ),
    Clock(
        "no_contact_look",
        "L15",
        "Look again at the wish not to be contacted",
        starts_on=("record_no_contact", "look_at_no_contact"),
        restarts=True,
        only_when=("no_contact_how_long", ("until",)),
        stops_on=("look_at_no_contact", "end_no_contact"),
        withdrawn_on=("record_not_taking_part", "record_withdrawal", "end_contact"),
        length=DateGiven("no_contact_until"),
        owner=Party.CASE_MANAGER,
        owed_to=Party.FAMILY,
        duty=by_design("A wish with an end is looked at again; nothing ends by itself"),
        date=local("The day they gave"),
        remind_before=(7,),
        repeat_after_every=None,
        escalations=ladders.IN_FOUR_WEEKS,
    ),
)

PROCESS = Process(
    key="family-branch",
    version=1,
    label="Branch of the family",
    noun="branch of the family",
    plural="Branches of the family",
    regime="any",
    phases=(Phase("family", "Family"),),
    stages=STAGES,
    opening=contact.OPENING,
    actions=(
        *wishes.actions(),
        *agreements.actions(),
        *contact.actions(),
        *careful.actions(),
        *updates.actions(),
        *visits.actions(),
        *reading.actions(),
        record_question(ACTIVE),
        send_reminder(WITH, FAMILY_NOTES),
        anywhere.note(ALL, FAMILY_NOTES),
        *anywhere.correspondence(ALL, FAMILY_NOTES),
    ),
    clocks=CLOCKS,
    on_new_phase=NEW_PHASE,
    child_suffix="FB",
    seen_by=FAMILY_NOTES,
    about="One branch of a family, or one relative, with its own contact, advocate, safety note and copy rules. Only"
    " those who carry the review and its independent chair see it.",
)

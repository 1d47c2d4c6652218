"""The independent chair of a review: chairs are invited, one is appointed, and another where the first is gone."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, From, GivesRole, Role, TakesRole
from workflows.processes.authorities import by_design
from workflows.processes.chair_invitation_1.asking import invite_chair
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import UNDER_REVIEW
from workflows.processes.fields import choice, one_of, optional, paragraph, text
from workflows.processes.fields import email as email_address
from workflows.processes.who import CASEWORK, CONTRACT, DECIDERS

WITHOUT_A_CHAIR = "The review has no independent chair now. Record the appointment of the next one first."
a_chair_is_there = partial(
    guards.followed_by, since=("record_chair_left",), action="appoint_chair", reason=WITHOUT_A_CHAIR
)
"""Where a chair left, another has been appointed since."""

CHAIR_ACCOUNT = one_of(
    "chair_account",
    "Their account here",
    From.PEOPLE,
    required=False,
    seen_by=CASEWORK,
    help="They then see this review as its independent chair.",
)
CHAIR_EMAIL = email_address(
    "chair_email",
    "Or the e-mail address of a chair without an account",
    required=False,
    seen_by=CASEWORK,
    help="They work in Word: links in e-mails to it open the drafts and papers of this review. An account named above"
    " counts instead.",
)

COMMISSIONING = (
    "decided_review",
    "commissioning",
    "terms_of_reference",
    "evidence",
    "drafting",
    "csp_sign_off",
    "submitted",
    "home_office_qa",
    "amending",
)
"""Stages at which chairs may be asked: the first once the decision is made, another until the report is cleared."""


def a_chair_is_appointed(facts: Facts) -> Blocked | None:
    """An appointment is recorded, and not that the chair left since."""
    appointed, left = facts.done.get("appoint_chair"), facts.done.get("record_chair_left")
    if appointed is None or (left is not None and left.seq > appointed.seq):
        return Blocked("No independent chair is appointed, so none can have left.")
    return None


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done to have an independent chair."""
    return (
        invite_chair(COMMISSIONING, law.guidance("4")),
        Action(
            "appoint_chair",
            "Record the appointment of the independent chair",
            source=("commissioning", "terms_of_reference", "evidence", "drafting", "csp_sign_off", "amending"),
            roles=CASEWORK,
            fields=(
                one_of(
                    "invitation",
                    "Which chair under contract?",
                    From.CHAIRS_UNDER_CONTRACT,
                    required=False,
                    seen_by=CONTRACT,
                    help="Leave it empty for a chair who was appointed without an invitation recorded here.",
                ),
                text("chair", "Who is the independent chair?", notable=True),
                choice(
                    "chair_independence",
                    "Is the chair independent of every agency involved?",
                    ("declared", "Yes, and has declared it in writing"),
                    ("declared_with_note", "Yes, with an interest that is declared and managed"),
                ),
                optional(paragraph("chair_conflicts", "Interests declared, and how they are managed")),
                choice(
                    "chair_trained",
                    "Has the chair done the Home Office training?",
                    ("yes", "Yes"),
                    ("no", "Not yet"),
                    unknown=True,
                    required=False,
                ),
                choice(
                    "chair_is_author",
                    "Does the chair also write the report?",
                    ("yes", "Yes"),
                    ("no", "No, there is an author too"),
                    required=False,
                ),
                optional(text("author", "Who writes the report?")),
                optional(text("appointment_letter", "Contract or letter of appointment: where it is kept")),
                optional(text("chair_fee", "Fee agreed"), seen_by=CONTRACT),
                CHAIR_ACCOUNT,
                CHAIR_EMAIL,
            ),
            effects=(GivesRole(Role.INDEPENDENT_CHAIR, CHAIR_ACCOUNT.name, by_link=CHAIR_EMAIL.name),),
            authority=law.guidance("4"),
            help="Done again when the chair changes.",
            main=True,
        ),
        Action(
            "record_chair_left",
            "Record that the review has no chair any more",
            source=UNDER_REVIEW,
            roles=DECIDERS,
            fields=(
                choice(
                    "chair_left_because",
                    "Why?",
                    ("conflict", "A conflict of interest"),
                    ("withdrew", "The chair withdrew"),
                    ("partnership", "The partnership ended the appointment"),
                    ("other", "Another reason"),
                    seen_by=CONTRACT,
                ),
            ),
            guards=(a_chair_is_appointed,),
            effects=(TakesRole(Role.INDEPENDENT_CHAIR, (CHAIR_ACCOUNT.name, CHAIR_EMAIL.name)),),
            authority=by_design("A review that has no chair says so"),
            help="The review waits for a chair again, from this day. Ending an appointment on the page of the chair"
            " records it by itself.",
        ),
    )

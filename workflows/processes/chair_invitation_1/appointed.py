"""A chair once chosen: contract and data-protection terms, payments in stages, a conflict found late, the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows import guards
from workflows.definition import Action, Blocked, DoesOnReview, Facts, Field, From, Opens
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.chair_invitation_1.asking import OURS, SECTION_4, no_conflict_stands_in_the_way
from workflows.processes.chair_invitation_1.stages import APPOINTED
from workflows.processes.fields import choice, day, file, number, one_of, optional, paragraph, several_of, text
from workflows.processes.who import CASEWORK, DECIDERS

DATA_PROTECTION = guidance_2016("10")
PAYMENT = one_of("payment", "Which payment?", From.PAYMENTS)
PAYING = ("contracted", "conflict_found", "ended")


def settled(recorded: Mapping[str, Any]) -> dict[str, str]:
    """The payments of an invitation's facts that are paid or struck out: name and day (ISO)."""
    entries = (*(recorded.get("payments_made") or ()), *(recorded.get("payments_struck_out") or ()))
    return {str(entry.get("payment")): str(entry.get("on")) for entry in entries}


def payments_left(recorded: Mapping[str, Any]) -> list[str]:
    """The names of the payments planned that are neither paid nor struck out."""
    over = settled(recorded)
    return [name for one in recorded.get("payments") or () if (name := str(one.get("payment"))) not in over]


def payment_is_open(facts: Facts) -> Blocked | None:
    """A check: what is paid or struck out was not before."""
    given = (facts.submitted or {}).get("payment")
    if given is None or str(given) not in settled(facts.recorded):
        return None
    return Blocked(
        f"“{given}” is recorded already as paid or as not due. Nothing was recorded a second time.", "payment"
    )


def every_payment_is_settled(facts: Facts) -> Blocked | None:
    """Every payment planned is paid or struck out."""
    names = payments_left(facts.recorded)
    if not names:
        return None
    return Blocked(f"Not paid yet: {guards.name_some(names)}. Record the payment, or that it is not due.")


def payment_is_new(facts: Facts) -> Blocked | None:
    """A check: two payments do not have one name."""
    return guards.entry_is_new(facts, field="payment", among="payments", what="The payment")


def terms_are_agreed(facts: Facts) -> Blocked | None:
    """A check: there is no contract without the terms on data protection."""
    return guards.answer_must_be(
        facts,
        field="data_protection",
        values=("agreed",),
        reason="Without agreed data-protection terms the chair cannot be given personal data. Agree them first, then"
        " record the contract.",
    )


def a_contract_is_recorded(facts: Facts) -> Blocked | None:
    """The appointment had come as far as the contract."""
    if "record_contract" in facts.done:
        return None
    return Blocked("There is no contract yet. Go on to the contract instead.")


def no_contract_is_recorded(facts: Facts) -> Blocked | None:
    """The appointment had not come as far as the contract."""
    return Blocked("The contract is recorded. Go on with it instead.") if "record_contract" in facts.done else None


MANAGED: tuple[Field, ...] = (
    paragraph("late_conflict_managed_how", "How is it managed?", help="No names."),
    day("deciding_chair_agreed_on", "When did the deciding chair agree?"),
    text("deciding_chair_agreed_where", "The agreement: where it is kept", help="For example the chair's e-mail."),
)
FEEDBACK: tuple[Field, ...] = (
    one_of(
        "feedback_by",
        "Who asks what people say of the chair's work?",
        From.PEOPLE,
        required=False,
        help="Family, panel and agencies are asked, and their answers recorded on the register of chairs. Whoever is"
        " named here has it in My work.",
    ),
    day("feedback_due_on", "By when?", required=False, future=True, help="Left empty, it has no date."),
)
ASKS_FEEDBACK = Opens(
    "task",
    for_each="feedback_by",
    each_as="given_to",
    copies=(("asked_on", "occurred_on"), ("due_on", "feedback_due_on")),
    sets=(("title", "Ask what people say of the chair's work, and record it on the register"),),
    beside=True,
)
"""After each review somebody owes the register what was said: it does not rest on whoever happens to think of it."""
WHY_IT_ENDS = choice(
    "appointment_ended_because",
    "Why does it end?",
    ("conflict", "A conflict of interest"),
    ("withdrew", "The chair withdrew"),
    ("partnership", "The partnership ended it"),
    ("other", "Another reason"),
)

ACTIONS: tuple[Action, ...] = (
    Action(
        "record_contract",
        "Record the contract",
        source=("chosen",),
        to="contracted",
        roles=CASEWORK,
        fields=(
            day("contract_dated", "Date of the contract"),
            text("contract_kept_at", "The contract: where it is kept"),
            file("contract_file", "The contract"),
            choice(
                "data_protection",
                "Are the data-protection terms agreed in writing?",
                ("agreed", "Yes"),
                ("not_yet", "Not yet"),
            ),
            optional(text("data_protection_kept_at", "The terms: where they are kept")),
            optional(number("contract_pounds", "Fee agreed in pounds, to the nearest pound")),
        ),
        guards=(no_conflict_stands_in_the_way,),
        checks=(terms_are_agreed,),
        authority=SECTION_4,
        main=True,
    ),
    Action(
        "plan_payment",
        "Add a stage payment",
        source=("contracted",),
        roles=CASEWORK,
        keep_as="payments",
        fields=(
            text("payment", "What is it for?", help="A name of its own, for example: first draft."),
            number("payment_pounds", "Pounds, to the nearest pound", help="A whole number, for example 2500."),
            day("payment_due_on", "Due on", required=False, future=True, help="Left empty, it has no date."),
        ),
        checks=(payment_is_new,),
        authority=OURS,
    ),
    Action(
        "record_payment",
        "Record that a stage is paid",
        source=PAYING,
        roles=CASEWORK,
        keep_as="payments_made",
        fields=(
            PAYMENT,
            optional(number("paid_pounds", "Pounds paid, where it was another sum")),
            optional(text("payment_reference", "Reference of the payment")),
        ),
        checks=(payment_is_open,),
        authority=OURS,
        help="It counts among the costs of the review. Do not record it there again.",
    ),
    Action(
        "strike_out_payment",
        "Record that a payment is not due",
        source=PAYING,
        roles=CASEWORK,
        keep_as="payments_struck_out",
        fields=(PAYMENT, paragraph("payment_not_due_because", "Why")),
        checks=(payment_is_open,),
        authority=OURS,
    ),
    Action(
        "record_late_conflict",
        "Record a conflict of interest found late",
        source=("chosen", "contracted"),
        to="conflict_found",
        roles=DECIDERS,
        keep_as="late_conflicts",
        fields=(
            paragraph("late_conflict", "What was found?", help="No names."),
            several_of("late_conflict_bodies", "In which bodies?", From.BODIES, required=False),
            choice(
                "late_conflict_told_by",
                "Who said so?",
                ("chair", "The chair"),
                ("panel", "A member of the panel"),
                ("agency", "An agency"),
                ("family", "The family, or somebody for them"),
                ("team", "The team"),
                ("other", "Somebody else"),
            ),
        ),
        authority=SECTION_4,
        help="The review shows it at once. The deciding chair agrees how it is managed, or the appointment ends.",
    ),
    Action(
        "manage_conflict",
        "Go on with the contract, the conflict being managed",
        source=("conflict_found",),
        to="contracted",
        roles=DECIDERS,
        fields=MANAGED,
        guards=(a_contract_is_recorded,),
        authority=SECTION_4,
        main=True,
    ),
    Action(
        "manage_conflict_before_contract",
        "Go on to the contract, the conflict being managed",
        source=("conflict_found",),
        to="chosen",
        roles=DECIDERS,
        fields=MANAGED,
        guards=(no_contract_is_recorded,),
        authority=SECTION_4,
        main=True,
    ),
    Action(
        "end_appointment",
        "End the appointment before the work is complete",
        source=APPOINTED,
        to="ended",
        roles=DECIDERS,
        fields=(
            WHY_IT_ENDS,
            optional(paragraph("appointment_ended_note", "What was agreed", help="No names.")),
            optional(paragraph("still_to_pay", "What is still to be paid")),
            *FEEDBACK,
        ),
        effects=(
            ASKS_FEEDBACK,
            DoesOnReview(
                "record_chair_left",
                only_for="invitation",
                copies=(("chair_left_because", "appointment_ended_because"),),
            ),
        ),
        authority=by_design("An appointment that ends is said on the review"),
        help="If this is the chair of the review, the review waits for a chair again, and the account named with the"
        " appointment no longer sees it.",
    ),
    Action(
        "complete_appointment",
        "Record that the chair's work is complete",
        source=("contracted",),
        to="ended",
        roles=CASEWORK,
        fields=FEEDBACK,
        guards=(every_payment_is_settled,),
        effects=(ASKS_FEEDBACK,),
        authority=OURS,
        help="When the report is published or the work has ended as agreed. Record feedback on the chair then.",
    ),
)

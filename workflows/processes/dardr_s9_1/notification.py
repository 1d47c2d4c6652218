"""Phase 1. A death comes to the partnership's attention and is screened."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.criteria_questions import AGE, MANNER, RELATIONSHIP
from workflows.definition import Action, From, LinksReview, Opens
from workflows.processes.authorities import POLICE_TELL, by_design, local
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import BEFORE_DECISION
from workflows.processes.dardr_s9_1.telling import CSP_AWARE_ON
from workflows.processes.fields import (
    choice,
    day,
    file,
    number,
    one_of,
    optional,
    paragraph,
    several_of,
    text,
)
from workflows.processes.who import CASEWORK, POLICING


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done from the notification until the decision is put to the chair."""
    return (
        Action(
            "accept_notification",
            "Accept for screening",
            source=("notified",),
            to="screening",
            roles=CASEWORK,
            fields=(
                choice(
                    "area_confirmed",
                    "Did the person live in this partnership's area?",
                    ("yes", "Yes"),
                    ("not_certain", "Not certain; screening will show"),
                ),
            ),
            authority=law.guidance("3"),
            main=True,
        ),
        Action(
            "await_police_notification",
            "Wait for the police to notify in writing",
            source=BEFORE_DECISION,
            roles=CASEWORK,
            fields=(
                day(
                    "police_identified_on",
                    "When did the police see that this may be a domestic abuse related death?",
                ),
            ),
            checks=(partial(guards.date_not_before_death, field="police_identified_on"),),
            authority=POLICE_TELL,
            help="Where the death became known another way first.",
        ),
        Action(
            "record_police_notification",
            "Record the written notification by the police",
            source=BEFORE_DECISION,
            roles=POLICING,
            fields=(
                text("police_notice_reference", "Reference, or where it is kept"),
                file("police_notice", "The notification"),
            ),
            authority=POLICE_TELL,
        ),
        Action(
            "correct_aware_date",
            "Correct the day the partnership first knew",
            source=BEFORE_DECISION,
            roles=CASEWORK,
            fields=(CSP_AWARE_ON, text("aware_date_reason", "Why it is corrected")),
            checks=(partial(guards.date_not_before_death, field="csp_aware_on"),),
            authority=by_design(),
            help="The month for the decision is counted again from the corrected day.",
        ),
        Action(
            "request_information",
            "Ask agencies what they know",
            source=("screening", "decision_pending"),
            roles=CASEWORK,
            keep_as="information_requests",
            fields=(
                several_of("bodies", "Which bodies?", From.BODIES),
                day(
                    "due_on",
                    "Reply by",
                    required=False,
                    future=True,
                    help="Left empty, the partnership's own number of working days is counted.",
                ),
                paragraph("questions", "What is asked", required=False),
            ),
            effects=(
                Opens(
                    "agency-return",
                    for_each="bodies",
                    each_as="body",
                    copies=(("requested_on", "occurred_on"), ("due_on", "due_on"), ("questions", "questions")),
                    sets=(("kind", "information_return"),),
                ),
            ),
            authority=law.guidance("3"),
            help="One return is opened for each body, with a date of its own.",
        ),
        Action(
            "record_criteria",
            "Record the answers on the criteria",
            source=("screening", "decision_pending"),
            roles=CASEWORK,
            fields=(
                *law.criteria,
                paragraph("criteria_evidence", "What the answers rest on", required=False),
                paragraph("advice_comment", "What the group makes of the advice", required=False),
            ),
            authority=law.decide,
            help="The decision table advises and says why. It decides nothing.",
            main=True,
        ),
        Action(
            "record_core_group",
            "Record a meeting of the core group",
            source=("screening", "decision_pending"),
            roles=CASEWORK,
            keep_as="core_group_meetings",
            fields=(
                several_of("present", "Bodies present or consulted", From.BODIES, required=False),
                paragraph("view", "The group's view"),
                paragraph("dissent", "Any other view, and whose", required=False),
            ),
            authority=local("A core group, as the partnership's protocol has it"),
        ),
        Action(
            "ready_for_decision",
            "Put it to the deciding chair",
            source=("screening",),
            to="decision_pending",
            roles=CASEWORK,
            fields=(
                paragraph(
                    "returns_missing_reason",
                    "Why the decision does not wait for every return",
                    required=False,
                    help="Only where returns are still awaited.",
                ),
            ),
            guards=(
                partial(
                    guards.done,
                    action="record_criteria",
                    reason="The answers on the criteria are not recorded. Record them first; not known is an answer.",
                ),
            ),
            checks=(
                partial(
                    guards.items_final_or_reason,
                    process="agency-return",
                    field="returns_missing_reason",
                    what="Returns",
                    kinds=("information_return",),
                    come=("received_unsigned",),
                ),
            ),
            authority=law.guidance("5"),
            main=True,
        ),
        Action(
            "transfer_out",
            "Transfer to another partnership",
            source=BEFORE_DECISION,
            to="transferred_out",
            roles=CASEWORK,
            fields=(
                text("transferred_to", "Which partnership has taken it on?"),
                text("transfer_agreed", "Who agreed there, and how"),
                optional(paragraph("transfer_reason", "Why")),
            ),
            authority=law.guidance("3"),
        ),
        Action(
            "join_notification",
            "Join to another notification of the same death",
            source=BEFORE_DECISION,
            to="joined",
            roles=CASEWORK,
            fields=(
                one_of("joined_to", "Which notification is of the same death?", From.REVIEWS),
                optional(paragraph("join_reason", "What shows that it is the same", help="No names.")),
            ),
            effects=(LinksReview("joined_to"),),
            authority=by_design("One death has one record; a second notification of it is kept and joined"),
            help="The other one carries on. This one ends here, and keeps its number and what it says.",
        ),
        Action(
            "tell_deaths_apart",
            "Record that another notification is of another death",
            source=BEFORE_DECISION,
            roles=CASEWORK,
            keep_as="told_apart",
            fields=(
                one_of("notification", "Which notification?", From.REVIEWS),
                optional(paragraph("what_differs", "What tells them apart", help="No names.")),
            ),
            authority=by_design(),
            help="It is then no longer shown as one that may be the same.",
        ),
        Action(
            "secure_records",
            "Record that agencies were asked to secure their records",
            source=("notified", "screening", "decision_pending", "decided_review", "commissioning"),
            roles=CASEWORK,
            keep_as="records_secured",
            fields=(several_of("bodies", "Which bodies?", From.BODIES), optional(text("how", "How they were asked"))),
            authority=law.guidance("9"),
        ),
        Action(
            "open_second_review",
            "Open another review for the same incident",
            source=(
                "notified",
                "screening",
                "decision_pending",
                "decided_review",
                "commissioning",
                "terms_of_reference",
                "evidence",
            ),
            roles=CASEWORK,
            keep_as="second_reviews",
            fields=(
                paragraph("why_second", "Why a second review"),
                number("age", AGE.label, unknown=True, help=AGE.help, most=AGE.most),
                MANNER,
                RELATIONSHIP,
                several_of("csps", "Community Safety Partnership", From.CSPS),
                paragraph("circumstances", "What is known, in a few sentences", required=False),
            ),
            effects=(
                Opens(
                    law.process,
                    copies=(
                        ("notifier", "notifier"),
                        ("notified_on", "notified_on"),
                        ("in_writing", "in_writing"),
                        ("csp_aware_on", "csp_aware_on"),
                        ("csps", "csps"),
                        ("death_date", "death_date"),
                        ("age", "age"),
                        ("manner", "manner"),
                        ("relationship", "relationship"),
                        ("circumstances", "circumstances"),
                    ),
                ),
            ),
            authority=local("Each person who died is considered separately"),
            help="For another person who died in the same incident. The two reviews are linked.",
        ),
    )

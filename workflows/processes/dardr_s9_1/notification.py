"""Phase 1. A death comes to the partnership's attention and is screened."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.criteria_questions import AGE, MANNER, RELATIONSHIP
from workflows.definition import Action, Facts, Field, FieldType, From, Opens
from workflows.processes.authorities import POLICE_TELL, by_design, local
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import BEFORE_DECISION
from workflows.processes.fields import (
    choice,
    choices,
    day,
    file,
    number,
    optional,
    paragraph,
    several_of,
    text,
    yes_no,
)
from workflows.processes.who import CASEWORK, POLICING

DEATH_DATE = Field(
    "death_date",
    "When did the person die?",
    FieldType.PARTIAL_DATE,
    unknown=True,
    notable=True,
    help="A full date, or only a month (2026-03), a year (2026) or a range, as it is known.",
)
CSPS = several_of(
    "csps",
    "Community Safety Partnership",
    From.CSPS,
    notable=True,
    help="Where the person lived. Two where two partnerships share the review.",
)
CSP_AWARE_ON = day(
    "csp_aware_on",
    "When did the partnership first know of the death?",
    help="The month for the decision counts from this day.",
    notable=True,
)
SUSPECTED_STATUS = choice(
    "suspected_status",
    "How do matters stand with the person suspected?",
    ("suspected", "Suspected"),
    ("arrested", "Arrested"),
    ("charged", "Charged"),
    ("convicted", "Convicted"),
    ("acquitted", "Acquitted"),
    ("died", "Has died"),
    ("no_one_suspected", "Nobody is suspected"),
    unknown=True,
    required=False,
)

IDENTITY = (
    text("person_name", "Name of the person who died", identity=True, required=False),
    day("date_of_birth", "Date of birth", identity=True, required=False),
    text("address", "Last address", identity=True, required=False),
    text("next_of_kin", "Next of kin, and how they prefer to be reached", identity=True, required=False),
    text("crime_number", "Crime or incident number", identity=True, required=False),
    text("senior_investigating_officer", "Senior investigating officer", identity=True, required=False),
)
"""Kept apart from the record; never in a list, an e-mail or a file name."""


def aware_after_notice(facts: Facts) -> str | None:
    """The partnership seems to have known of the death only after it was told."""
    submitted = facts.submitted or {}
    aware, notified = submitted.get("csp_aware_on"), submitted.get("notified_on")
    if aware is None or notified is None or aware <= notified:
        return None
    return "The partnership is said to have known of the death only after it was notified. Check both dates."


def notify(law: Law) -> Action:
    """The opening: what is known when a death is notified."""
    return Action(
        "notify",
        "Record a notification",
        to="notified",
        roles=POLICING,
        occurred_from="notified_on",
        fields=(
            choice(
                "notifier",
                "Who notified the partnership?",
                ("police", "Police"),
                ("health", "A health body"),
                ("local_authority", "A council"),
                ("probation", "Probation"),
                ("specialist_service", "A specialist domestic abuse service"),
                ("family", "Family or friends"),
                ("coroner", "The coroner"),
                ("other", "Someone else"),
            ),
            day("notified_on", "When was the partnership notified?"),
            CSP_AWARE_ON,
            choice("in_writing", "Was it in writing?", ("yes", "Yes"), ("no", "Not yet")),
            CSPS,
            DEATH_DATE,
            AGE,
            MANNER,
            RELATIONSHIP,
            paragraph(
                "circumstances",
                "What is known, in a few sentences",
                help="No names: they have their own questions below.",
                required=False,
            ),
            day(
                "police_identified_on",
                "When did the police see that this may be a domestic abuse related death?",
                required=False,
                help="Only where the police are the ones notifying.",
            ),
            text(
                "display_pseudonym",
                "Name to be used for the person",
                required=False,
                notable=True,
                help="Chosen with the family, later. Until then leave it empty.",
            ),
            choice("sex", "Sex", ("female", "Female"), ("male", "Male"), unknown=True, required=False),
            choice(
                "place",
                "Where did the person die?",
                ("home", "At home"),
                ("residential", "Another residential place"),
                ("public", "A public place"),
                ("hospital", "A hospital"),
                ("other", "Elsewhere"),
                unknown=True,
                required=False,
            ),
            SUSPECTED_STATUS,
            number("children_under_18", "Children under 18 living with either", unknown=True, required=False),
            paragraph("children_safeguarding", "What has been done for the children's safety", required=False),
            several_of("known_agencies", "Bodies known to have had contact", From.BODIES, required=False),
            choice("marac", "Heard at a MARAC?", ("no", "No"), ("yes", "Yes"), unknown=True, required=False),
            choice("mappa", "Managed under MAPPA?", ("no", "No"), ("yes", "Yes"), unknown=True, required=False),
            choices(
                "parallel_processes",
                "Other processes under way",
                ("criminal", "Criminal proceedings"),
                ("inquest", "Inquest"),
                ("safeguarding_adult_review", "Safeguarding adult review"),
                ("child_review", "Child safeguarding practice review"),
                ("offensive_weapons", "Offensive weapons homicide review"),
                ("mental_health_homicide", "NHS mental health homicide review"),
                ("iopc", "Independent Office for Police Conduct"),
                ("prison_death", "Prisons and Probation Ombudsman"),
                ("other", "Another"),
                required=False,
            ),
            paragraph("immediate_safeguarding", "Anything that must be made safe or learnt at once", required=False),
            yes_no("media_interest", "Is there media interest?", required=False),
            file("notification_form", "The notification, as received"),
            *IDENTITY,
        ),
        checks=(
            guards.not_before_death,
            partial(guards.date_not_before_death, field="csp_aware_on"),
            partial(
                guards.only_when,
                field="police_identified_on",
                when="notifier",
                values=("police",),
                reason="Leave this empty where somebody other than the police notified, and record the wait for the"
                " police afterwards.",
            ),
        ),
        warnings=(aware_after_notice,),
        authority=law.guidance("3"),
        help="Opens the record. It decides nothing: whether a review is held is decided later, by a person.",
    )


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

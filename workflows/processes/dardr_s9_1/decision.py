"""Phase 2. The deciding chair decides; the Home Office, the family and the agencies are told."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.criteria import ADVICE_WORDS, CriteriaRefused, assess_record
from workflows.definition import Action, EndsHold, Facts, Field, From, PlacesHold
from workflows.processes.authorities import NO_REVIEW_SCRUTINY, by_design, local
from workflows.processes.dardr_s9_1 import joint
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import DECIDED, since
from workflows.processes.fields import choice, choices, day, file, optional, paragraph, several_of, text
from workflows.processes.who import CASEWORK, DECIDERS, FAMILY_NOTES

DECISIONS: tuple[str, ...] = ("decide_review", "decide_joint_review", "decide_no_review", "decide_other_review")
"""Every action by which the question of a review is answered."""

FOR_A_REVIEW: tuple[str, ...] = ("decide_review", "decide_joint_review")
AGAINST: tuple[str, ...] = ("decide_no_review", "decide_other_review")


def _differs(facts: Facts, regime: str, expected: tuple[str, ...]) -> str | None:
    try:
        advice = assess_record(regime, facts.recorded)
    except CriteriaRefused:
        return None
    if advice.advice in expected:
        return None
    because = advice.because[0].text
    return (
        f"The decision table advises otherwise: {ADVICE_WORDS[advice.advice].lower()}. {because} The decision is the"
        f" chair's; make sure that the reasons say why."
    )


def advice_is_not_for_a_review(facts: Facts, *, regime: str) -> str | None:
    """The table does not advise a review: look again, then decide."""
    return _differs(facts, regime, ("meets", "joint"))


def advice_is_for_a_review(facts: Facts, *, regime: str) -> str | None:
    """The table does not advise against a review: look again, then decide."""
    return _differs(facts, regime, ("fails", "child_review", "transfer"))


def _decided(*own: Field) -> tuple[Field, ...]:
    """What every decision records: reasons, who decided and on what evidence, who was consulted, dissent."""
    return (
        paragraph("decision_reasons", "Reasons"),
        *own,
        choice(
            "decided_by",
            "Who decided?",
            ("chair", "The deciding chair"),
            ("vice_chair", "The vice-chair, the post being vacant or conflicted"),
            ("other", "Someone else with authority to decide"),
        ),
        text(
            "decision_evidence",
            "Where the decision is recorded",
            help="The chair's e-mail or minute: its date and where it is kept.",
        ),
        file("decision_file", "The e-mail or minute"),
        several_of("consulted", "Bodies consulted", From.BODIES, required=False),
        paragraph("dissent", "Any dissent, and whose", required=False),
        optional(text("local_csp_told", "When and how the local partnership's chair was consulted and told")),
    )


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done while the decision is pending and once it is made."""
    ready = partial(
        guards.done,
        action="record_criteria",
        reason="The answers on the criteria are not recorded. Record them first; not known is an answer.",
    )
    told = partial(
        guards.done_since,
        actions=("tell_home_office",),
        since=DECISIONS,
        reason="The Home Office has not been told of the decision. Record when it was told first.",
    )
    for_review = partial(advice_is_not_for_a_review, regime=law.regime)
    against_review = partial(advice_is_for_a_review, regime=law.regime)
    after_decision = since("decided_review")
    return (
        Action(
            "decide_review",
            "Record the decision to hold a review",
            source=("decision_pending",),
            to="decided_review",
            roles=DECIDERS,
            fields=_decided(choice("criteria_limb", "Which criterion is met?", *law.limbs, notable=True)),
            guards=(ready,),
            checks=(guards.not_before_death, guards.not_before_notification),
            warnings=(for_review,),
            effects=(EndsHold("deferral"),),
            authority=law.guidance("5"),
            help="The six months for the overview report count from this day.",
            main=True,
        ),
        Action(
            "decide_joint_review",
            "Record the decision to hold a joint review",
            source=("decision_pending",),
            to="decided_review",
            roles=DECIDERS,
            fields=_decided(
                choice("criteria_limb", "Which criterion is met?", *law.limbs, notable=True),
                text("joint_with", "Joint or aligned with which other review?"),
            ),
            guards=(ready,),
            checks=(guards.not_before_death, guards.not_before_notification),
            warnings=(for_review,),
            effects=(EndsHold("deferral"),),
            authority=law.guidance("3"),
        ),
        Action(
            "decide_no_review",
            "Record the decision not to hold a review",
            source=("decision_pending",),
            to="no_review_scrutiny",
            roles=DECIDERS,
            fields=_decided(
                paragraph("family_view", "What the family thinks, where it is known", required=False),
                paragraph("alternative_learning", "How learning is taken from the death instead", required=False),
            ),
            guards=(ready,),
            checks=(guards.not_before_death, guards.not_before_notification),
            warnings=(against_review,),
            effects=(EndsHold("deferral"),),
            authority=NO_REVIEW_SCRUTINY,
            help="The full reasons go to the Home Office, which may ask for the decision to be looked at again.",
        ),
        Action(
            "decide_other_review",
            "Record that another review is held instead",
            source=("decision_pending",),
            to="no_review_scrutiny",
            roles=DECIDERS,
            fields=_decided(text("other_review", "Which review, held by whom?")),
            guards=(ready,),
            checks=(guards.not_before_death, guards.not_before_notification),
            warnings=(against_review,),
            effects=(EndsHold("deferral"),),
            authority=NO_REVIEW_SCRUTINY,
        ),
        Action(
            "defer_decision",
            "Defer the decision",
            source=("decision_pending",),
            roles=DECIDERS,
            keep_as="deferrals",
            fields=(
                choices(
                    "awaiting",
                    "What is awaited?",
                    ("toxicology", "Toxicology"),
                    ("police", "The police investigation"),
                    ("inquest", "The inquest"),
                    ("other", "Something else"),
                ),
                paragraph("reason", "Why the decision cannot be made without it"),
                text("told", "Who was told", help="The family, the agencies."),
                day("home_office_told_on", "When was the Home Office told?", required=False),
                day(
                    "review_by",
                    "Look at it again by",
                    required=False,
                    future=True,
                    help="Left empty: eight weeks from today.",
                ),
            ),
            guards=(
                partial(
                    guards.no_hold_of_kind,
                    kind="deferral",
                    reason="The decision is deferred already. Change the review-by date, or end the deferral.",
                ),
            ),
            effects=(PlacesHold("deferral"),),
            authority=local("The partnership's protocol; the guidance gives no rule for deferring"),
            help="The month for the decision keeps its date and reads deferred.",
        ),
        Action(
            "end_deferral",
            "End the deferral",
            source=("decision_pending",),
            roles=DECIDERS,
            fields=(paragraph("deferral_outcome", "What has become known"),),
            guards=(
                partial(
                    guards.a_hold_is_open,
                    kind="deferral",
                    reason="The decision is not deferred, so there is nothing to end.",
                ),
            ),
            effects=(EndsHold("deferral"),),
            authority=local(),
        ),
        Action(
            "second_person_check",
            "Check the decision record, as a second person",
            source=DECIDED,
            roles=DECIDERS,
            fields=(
                choice(
                    "decision_check",
                    "Is the record right and complete?",
                    ("in_order", "Yes, the notice may leave"),
                    ("after_changes", "Yes, after changes made today"),
                ),
                optional(paragraph("decision_check_notes", "What was looked at or changed")),
            ),
            guards=(
                partial(
                    guards.another_person,
                    than=DECISIONS,
                    reason="The person who recorded the decision cannot also be the one who checks it. Ask a"
                    " colleague to do this.",
                ),
            ),
            authority=by_design("Nothing leaves on one person's word"),
            main=True,
        ),
        Action(
            "tell_home_office",
            "Record that the Home Office was told the decision",
            source=DECIDED,
            roles=CASEWORK,
            fields=(
                text("home_office_notice", "How, and where the notice is kept"),
                file("home_office_notice_file", "The notice as sent"),
            ),
            guards=(
                partial(
                    guards.done_since,
                    actions=("second_person_check",),
                    since=DECISIONS,
                    reason="A second person has not checked the decision record. Ask a colleague to check it before"
                    " the notice leaves.",
                ),
            ),
            authority=law.guidance("3"),
            main=True,
        ),
        Action(
            "tell_family",
            "Record that the family was told the decision",
            source=after_decision,
            roles=CASEWORK | DECIDERS,
            fields=(
                choice(
                    "family_told_how",
                    "How?",
                    ("visit", "In person"),
                    ("letter", "By letter"),
                    ("liaison", "Through the family liaison officer"),
                    ("advocate", "Through their advocate"),
                    ("other", "Another way"),
                ),
                optional(
                    paragraph("family_wishes", "What they said about taking part, and what they need"),
                    seen_by=FAMILY_NOTES | DECIDERS,
                ),
                optional(text("leaflets_given", "Leaflets and advocacy offered")),
            ),
            guards=(partial(guards.done_any, actions=DECISIONS, reason="There is no decision to tell yet."),),
            authority=law.guidance("6"),
            help="dardr never writes to a family by itself.",
        ),
        Action(
            "defer_telling_family",
            "Record why the family is not told yet",
            source=after_decision,
            roles=CASEWORK | DECIDERS,
            keep_as="family_not_told",
            fields=(paragraph("deferred_reason", "Why"), day("look_again_on", "Look again on", future=True)),
            authority=law.guidance("6"),
        ),
        Action(
            "tell_others",
            "Record who else was told the decision",
            source=after_decision,
            roles=CASEWORK,
            keep_as="others_told",
            fields=(
                choices(
                    "told",
                    "Who?",
                    ("agencies", "The agencies"),
                    ("coroner", "The coroner"),
                    ("police", "The senior investigating officer"),
                    ("commissioner", "The Domestic Abuse Commissioner"),
                    ("policing_body", "The Police and Crime Commissioner"),
                    ("other", "Others"),
                ),
                optional(text("how", "How")),
            ),
            authority=law.guidance("3"),
        ),
        Action(
            "start_commissioning",
            "Start commissioning the review",
            source=("decided_review",),
            to="commissioning",
            roles=CASEWORK,
            guards=(told, joint.a_joint_review_has_a_partner, joint.partners_have_decided),
            authority=law.guidance("4"),
            main=True,
        ),
        Action(
            "record_scrutiny_no_further",
            "Record that the Home Office asks for nothing more",
            source=("no_review_scrutiny",),
            to="no_review_concluded",
            roles=CASEWORK,
            fields=(
                text("scrutiny_letter", "The Home Office's letter: date and where it is kept"),
                file("scrutiny_letter_file", "The letter"),
                optional(paragraph("scrutiny_view", "What it says")),
            ),
            guards=(told,),
            authority=NO_REVIEW_SCRUTINY,
            main=True,
        ),
        Action(
            "record_reconsider",
            "Record that the Home Office asks to reconsider",
            source=("no_review_scrutiny",),
            to="decision_pending",
            roles=CASEWORK,
            fields=(
                text("scrutiny_letter", "The Home Office's letter: date and where it is kept"),
                file("scrutiny_letter_file", "The letter"),
                paragraph("scrutiny_view", "What it asks to be looked at again"),
            ),
            guards=(told,),
            authority=NO_REVIEW_SCRUTINY,
        ),
        Action(
            "record_direction",
            "Record a direction by the Secretary of State",
            source=("no_review_scrutiny",),
            to="commissioning",
            roles=CASEWORK,
            fields=(
                text("direction_reference", "The direction: reference and where it is kept"),
                text("directed_body", "Which person or body is directed"),
                day(
                    "comply_by",
                    "Comply by",
                    required=False,
                    future=True,
                    help="Only the date that the direction itself states; none is added.",
                ),
                file("direction_file", "The direction"),
            ),
            effects=(EndsHold("deferral"),),
            authority=law.direct,
            help="A review is held because the Secretary of State directs it.",
        ),
        Action(
            "record_direction_complied",
            "Record that the direction has been complied with",
            source=since("commissioning"),
            roles=CASEWORK,
            fields=(paragraph("direction_complied", "What was done"),),
            guards=(partial(guards.done, action="record_direction", reason="There is no direction on this review."),),
            authority=law.direct,
        ),
    )

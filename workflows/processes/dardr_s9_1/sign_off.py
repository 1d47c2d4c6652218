"""What the deciding chair signs, on what conditions, and who it was that signed: the chair, or an officer for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, From, Guard, Past, Role
from workflows.processes.dardr_s9_1 import versions
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.family_branch_1.reading import comments_without_answer
from workflows.processes.family_question_1 import questions_without_answer
from workflows.processes.fields import choice, file, one_of, optional, paragraph, text
from workflows.processes.who import DECIDERS

CONDITIONS: tuple[tuple[str, Guard], ...] = (
    ("The family has read the report, or attempts to reach them are recorded", versions.some_version_read),
    ("The panel has approved the report", versions.some_version_approved),
    ("The report was changed since the Home Office asked for it to be sent again", versions.version_since_letter),
    (
        "The Steering Group has assured the action plan",
        partial(
            guards.setting_off_or_done_since,
            setting="action_plan_assured",
            action="record_steering_group_assurance",
            since=("record_letter_resubmit",),
            reason="The Steering Group has not assured the action plan. Record its assurance first.",
        ),
    ),
    (
        "No hold asks that the overview report is not completed yet",
        partial(
            guards.no_hold_on,
            activity="overview_report",
            reason="A hold asks that the overview report is not completed yet. End the hold first.",
        ),
    ),
)
"""What must be on the record before a report is signed off, each as it reads where it is met."""

ANEW_AFTER: dict[str, tuple[str, ...]] = {
    "sign_off": ("send_to_partnership", "record_letter_resubmit"),
    "record_steering_group_assurance": ("record_letter_resubmit",),
}
"""Steps that are taken again in each round, and what begins one: what was done before it is not enough."""

BY_CHAIR, BY_OFFICER = "chair", "officer"


def asked_anew(done: Mapping[str, Past], action: str) -> bool:
    """Whether a step that was taken before is to be taken again, because a new round has begun since."""
    began = max((done[key].seq for key in ANEW_AFTER.get(action, ()) if key in done), default=0)
    return action in done and done[action].seq < began


def only_the_chair_signs(facts: Facts) -> Blocked | None:
    """A check: whoever says that they sign as the deciding chair is one."""
    said = (facts.submitted or {}).get("signed_by")
    if said != BY_CHAIR or Role.DECIDING_CHAIR in facts.actor_roles:
        return None
    return Blocked(
        "Only the deciding chair signs here. Choose that you record the chair's e-mail or minute, and add it.",
        "signed_by",
    )


def an_officer_brings_the_minute(facts: Facts) -> tuple[Blocked, ...]:
    """What an officer who records the sign-off has not given: where the minute is kept, and the minute itself."""
    submitted = facts.submitted or {}
    if submitted.get("signed_by") != BY_OFFICER:
        return ()
    asked = {
        "sign_off_minute": "Say which e-mail or minute of the deciding chair this is: its date, and where it is kept.",
        "sign_off_file": "Add the deciding chair's e-mail or minute. An officer does not sign.",
    }
    return tuple(Blocked(reason, name) for name, reason in asked.items() if not submitted.get(name))


def minute_is_named(facts: Facts) -> Blocked | None:
    """A check: an officer says which e-mail or minute it is."""
    return next((b for b in an_officer_brings_the_minute(facts) if b.field == "sign_off_minute"), None)


def minute_is_added(facts: Facts) -> Blocked | None:
    """A check: an officer adds the e-mail or minute."""
    return next((b for b in an_officer_brings_the_minute(facts) if b.field == "sign_off_file"), None)


def sign_off(law: Law) -> Action:
    """The partnership's sign-off of one version of the report."""
    return Action(
        "sign_off",
        "Record the partnership's sign-off",
        source=("csp_sign_off",),
        roles=DECIDERS,
        fields=(
            one_of("version", "Which version is signed off?", From.VERSIONS),
            choice(
                "signed_by",
                "Who signs?",
                (BY_CHAIR, "I am the deciding chair, and sign it here"),
                (BY_OFFICER, "I record the deciding chair's e-mail or minute, which I add below"),
            ),
            optional(
                text(
                    "sign_off_minute",
                    "Minute or e-mail: date and where it is kept",
                    help="Needed where an officer records the sign-off.",
                )
            ),
            choice(
                "anonymisation_certificate",
                "Has the report been checked so that nobody can be recognised?",
                ("checked", "Yes, checked"),
                ("not_checked", "Not yet"),
            ),
            paragraph(
                "later_changes_reason",
                "Why later changes need no new reading or approval",
                required=False,
                help="Only where this version is not the one that the family read and the panel approved.",
            ),
            file("sign_off_file", "The minute or e-mail"),
        ),
        guards=tuple(guard for _, guard in CONDITIONS),
        checks=(
            versions.signed_version_was_read,
            versions.signed_version_was_approved,
            versions.signed_version_is_after_letter,
            only_the_chair_signs,
            minute_is_named,
            minute_is_added,
            partial(
                guards.answer_must_be,
                field="anonymisation_certificate",
                values=("checked",),
                reason="The report must be checked before it is signed off, so that nobody can be recognised."
                " Check it, then answer: yes, checked.",
            ),
        ),
        warnings=(questions_without_answer, comments_without_answer),
        authority=law.guidance("7"),
        help="The overview report is complete on this day: the six months end with it.",
        main=True,
    )

"""Phase 4. The report is written, read by the family, approved by the panel and signed off."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, DoesOnItems, From
from workflows.processes.authorities import local
from workflows.processes.dardr_s9_1 import meetings, versions
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.pre_check import record_pre_check
from workflows.processes.dardr_s9_1.sign_off import sign_off
from workflows.processes.family_branch_1.reading import comments_without_answer, given_by_its_branch
from workflows.processes.family_question_1 import questions_without_answer
from workflows.processes.fields import choice, file, one_of, optional, paragraph, text
from workflows.processes.held_back_1 import held_back_without_sentence
from workflows.processes.who import ASSURANCE, CASEWORK, CHAIRING, DECIDERS, FAMILY_NOTES

WRITING = ("evidence", "drafting", "csp_sign_off", "amending", "pre_publication")
VERSION = one_of("version", "Which version?", From.VERSIONS)
READING_OF = text("reading_of", "Branch of the family", required=False, filled=True, seen_by=FAMILY_NOTES)
"""Given by the record of a branch, so that one branch's answer does not end another's reading."""


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done with the report until it is ready to be sent to the Home Office."""
    return (
        Action(
            "record_version",
            "Record a version of the report",
            source=WRITING,
            roles=CHAIRING,
            keep_as="versions",
            fields=(
                text("version", "Name of the version", help="For example 1, 2 or 2a."),
                choice(
                    "what_for",
                    "What is it for?",
                    ("family", "For the family to read"),
                    ("panel", "For the panel"),
                    ("sign_off", "For sign-off"),
                    ("submission", "For the Home Office"),
                    ("publication", "For publication"),
                ),
                optional(paragraph("changes", "What changed since the one before")),
                file("document", "The document"),
            ),
            checks=(partial(guards.entry_is_new, field="version", among="versions", what="Version"),),
            authority=law.guidance("7"),
            main=True,
        ),
        Action(
            "give_draft_to_family",
            "Record that the family was given a version to read",
            source=WRITING,
            roles=CHAIRING,
            keep_as="family_readings",
            fields=(
                VERSION,
                choice(
                    "given_how",
                    "How?",
                    ("meeting", "At a meeting"),
                    ("private", "Privately, under controlled access"),
                    ("advocate", "Through their advocate"),
                    ("post", "By post"),
                ),
                optional(paragraph("reading_support", "Support and time agreed with them")),
                READING_OF,
            ),
            guards=(versions.a_version_exists, given_by_its_branch),
            authority=law.guidance("6"),
            help="Their time to read never ends by itself. Nobody is reminded.",
        ),
        Action(
            "record_family_response",
            "Record what the family said on a version",
            source=WRITING,
            roles=CHAIRING,
            keep_as="family_responses",
            fields=(
                VERSION,
                choice(
                    "response",
                    "What did they say?",
                    ("content", "Content with it"),
                    ("comments", "They have comments"),
                    ("does_not_wish", "They do not wish to comment"),
                    ("object", "They object to it"),
                ),
                optional(paragraph("comments", "Their comments, and what was done with each"), seen_by=FAMILY_NOTES),
                optional(paragraph("tribute", "Tribute or words they wish to have in it")),
                READING_OF,
            ),
            guards=(versions.a_version_exists,),
            authority=law.guidance("6"),
        ),
        Action(
            "record_family_attempts",
            "Record attempts to let the family read a version",
            source=WRITING,
            roles=CHAIRING,
            keep_as="family_attempts",
            fields=(
                VERSION,
                text("attempts", "Each attempt: date, how, by whom", many=True, help="One a line."),
                READING_OF,
            ),
            guards=(versions.a_version_exists,),
            authority=law.guidance("6"),
            help="Where the family cannot be reached or has asked not to be approached.",
        ),
        Action(
            "record_panel_approval",
            "Record the panel's decision on a version",
            source=WRITING,
            roles=CHAIRING,
            keep_as="panel_approvals",
            fields=(
                VERSION,
                choice(
                    "panel_outcome",
                    "What did the panel decide?",
                    ("approved", "Approved"),
                    ("approved_with_changes", "Approved with changes that need no new look"),
                    ("not_approved", "Not approved yet"),
                ),
                text("panel_minute", "Minute: date and where it is kept"),
                choice(
                    "actions_agreed_senior",
                    "Have the agencies agreed their actions at a senior level?",
                    ("yes", "Yes"),
                    ("some", "Some have"),
                    ("no", "Not yet"),
                ),
                meetings.AT_MEETING,
                meetings.WITHOUT_QUORUM,
            ),
            guards=(versions.a_version_exists,),
            checks=(meetings.quorum_or_reason,),
            warnings=(questions_without_answer, comments_without_answer),
            effects=(
                DoesOnItems(
                    "recommendation",
                    "make_recommendation",
                    copies=(("agreed_minute", "panel_minute"),),
                    left_out="",
                    only_when=("panel_outcome", versions.APPROVED),
                ),
            ),
            authority=law.guidance("7"),
            main=True,
        ),
        Action(
            "send_to_partnership",
            "Send the report to the partnership",
            source=("drafting",),
            to="csp_sign_off",
            roles=CHAIRING,
            guards=(versions.a_version_exists, versions.version_since_letter),
            warnings=(held_back_without_sentence,),
            authority=law.guidance("7"),
            main=True,
        ),
        Action(
            "return_to_drafting",
            "Send the report back to be changed",
            source=("csp_sign_off",),
            to="drafting",
            roles=DECIDERS,
            fields=(paragraph("return_reason", "What should change"),),
            authority=law.guidance("7"),
        ),
        Action(
            "record_steering_group_assurance",
            "Record that the Steering Group has assured the action plan",
            source=("drafting", "csp_sign_off"),
            roles=ASSURANCE,
            keep_as="assurances",
            fields=(
                choice(
                    "assurance",
                    "What did the group say?",
                    ("assured", "Assured"),
                    ("assured_with_changes", "Assured, with changes made since"),
                ),
                optional(paragraph("changes_asked", "Changes it asked for")),
                text("steering_minute", "Minute: date and where it is kept"),
            ),
            authority=local("A step of the partnership, on unless its settings turn it off"),
            main=True,
        ),
        sign_off(law),
        record_pre_check(),
        Action(
            "record_debrief",
            "Record a debrief",
            source=(
                "csp_sign_off",
                "submitted",
                "home_office_qa",
                "amending",
                "pre_publication",
                "published",
                "not_published",
                "action_monitoring",
            ),
            roles=CASEWORK,
            keep_as="debriefs",
            fields=(paragraph("debrief", "Who was debriefed, and what was learnt about the review itself"),),
            authority=law.guidance("7"),
        ),
    )

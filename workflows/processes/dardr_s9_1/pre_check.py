"""What published letters and analyses say reports are sent back for: asked before the report goes, never in its way.

Each question says on what it rests. The Home Office's own analysis has not been compared with these words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from workflows import guards
from workflows.definition import Action, Authority, Evidence, Field
from workflows.processes.authorities import QA_LETTER, by_design, practice
from workflows.processes.dardr_s9_1.versions import a_version_exists
from workflows.processes.fields import choice, optional, paragraph
from workflows.processes.who import CHAIRING

KEY_FINDINGS_AT = "https://www.gov.uk/government/publications/key-findings-from-analysis-of-domestic-homicide-reviews"
KEY_FINDINGS = practice(
    "Home Office, Key findings from analysis of domestic homicide reviews",
    evidence=Evidence.NOT_COMPARED,
    note="It names common reasons for which reports were to be sent again. Read it at " + KEY_FINDINGS_AT,
)
NAMES_LEFT = practice("A published Home Office quality assurance letter, which found real names and dates of birth")


@dataclass(frozen=True, slots=True)
class Reason:
    """One common reason for changes: the question it leads to, and what it rests on."""

    name: str
    question: str
    authority: Authority


REASONS: tuple[Reason, ...] = (
    Reason("check_equality", "Is equality analysed by each characteristic, and not only listed?", QA_LETTER),
    Reason("check_control", "Is coercive control defined where it is spoken of?", QA_LETTER),
    Reason("check_family", "Is the family's voice heard, with their tribute where they wish one?", QA_LETTER),
    Reason("check_bias", "Is bias looked at in what each agency did, and in the recommendations?", QA_LETTER),
    Reason(
        "check_names",
        "Are no real names, initials, dates of birth or addresses left, the terms of reference included?",
        NAMES_LEFT,
    ),
    Reason(
        "check_analysis",
        "Has the report been read against the common reasons that the Home Office's analysis names?",
        KEY_FINDINGS,
    ),
    Reason(
        "check_plan",
        "Is each recommendation in the action plan, with who leads, by when, and how a difference will be seen?",
        by_design("A plan that leaves a recommendation out cannot be followed"),
    ),
)


def _asked(reason: Reason) -> Field:
    return choice(
        reason.name,
        reason.question,
        ("yes", "Yes"),
        ("in_part", "In part"),
        ("not_yet", "Not yet"),
        ("does_not_apply", "It does not apply here"),
        required=False,
        help=f"{reason.authority.words}.",
    )


def record_pre_check() -> Action:
    """The report is read against common reasons for changes, before it goes to the Home Office."""
    return Action(
        "record_pre_check",
        "Read the report against common reasons for changes",
        source=("drafting", "csp_sign_off", "amending"),
        roles=CHAIRING,
        keep_as="pre_checks",
        fields=(
            *(_asked(reason) for reason in REASONS),
            optional(paragraph("check_notes", "What was seen, and what is still to be done", help="No names.")),
        ),
        guards=(a_version_exists,),
        checks=(
            partial(
                guards.one_answered,
                fields=tuple(reason.name for reason in REASONS),
                reason="Answer at least one of the questions.",
            ),
        ),
        authority=KEY_FINDINGS,
        help="Advice only: no answer stands in the way of anything. The last answers are shown beside the pack.",
    )

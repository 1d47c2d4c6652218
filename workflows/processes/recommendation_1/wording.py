"""The questions about a recommendation itself, asked when it is added to a review and when it is changed."""

from __future__ import annotations

from workflows.definition import Blocked, Facts, Field, From
from workflows.processes.fields import choice, choices, optional, paragraph, several_of, text

SCOPES = (("local", "Local"), ("regional", "Regional"), ("national", "National"))
THEMES = (
    ("identification_of_risk", "Identification of risk"),
    ("multi_agency_working", "Multi-agency working"),
    ("training", "Training"),
    ("policy", "Policy"),
    ("record_keeping", "Record keeping"),
    ("awareness_raising", "Awareness raising"),
    ("technology", "Technology systems"),
    ("other", "Other"),
)
"""Themes of recommendations as the Home Office's library has them."""
SOURCES = (
    ("panel", "The panel's report"),
    ("agency", "An agency's own return"),
    ("early_learning", "Early learning"),
    ("commissioner", "A report of the Domestic Abuse Commissioner"),
)

NUMBER = optional(
    text(
        "number", "Its number in the report", notable=True,
        help="As printed, such as 5 or 5.1. Two may have the same number, as they do in some reports.",
    )
)  # fmt: skip
TEXT = paragraph("recommendation_text", "The recommendation", notable=True, help="No names.")
SOURCE = choice("rec_source", "Where does it come from?", *SOURCES)
SCOPE = choice("scope", "Scope", *SCOPES, notable=True)
THEMES_OF_IT = optional(choices("themes", "Themes", *THEMES))
ADDRESSEES = several_of("addressees", "Which bodies is it addressed to?", From.BODIES, required=False, notable=True)
DEPARTMENT = text(
    "department",
    "Which department, and where there?",
    required=False,
    notable=True,
    help="For a national recommendation: the department whose subject it is, and the team or mailbox. Not always the"
    " Home Office.",
)
PUBLIC_TEXT = paragraph("public_text", "How it reads in the published plan, where different", required=False)
ASKED: tuple[Field, ...] = (NUMBER, TEXT, SOURCE, SCOPE, THEMES_OF_IT, ADDRESSEES, DEPARTMENT)
"""What is asked of each recommendation, in the order of the form."""


def addressed_to_somebody(facts: Facts) -> str | None:
    """Nobody is named who should answer: possible while drafting, and worth a second look."""
    if facts.answer("scope") == "national":
        return None if facts.answer("department") else "It is national, and no department is named yet."
    return None if facts.answer("addressees") else "No body is named yet that the recommendation is addressed to."


def a_department_for_what_is_national(facts: Facts) -> Blocked | None:
    """A check: a department is named only for a national recommendation."""
    if facts.submitted is None or not facts.submitted.get("department") or facts.answer("scope") == "national":
        return None
    return Blocked(
        "A department is named, and the recommendation is not national. Choose national, or name the bodies it is"
        " addressed to.",
        "department",
    )

"""What is asked about an action: the words, the date, the evidence with its grade, and what answers must show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows.definition import Blocked, Facts, From
from workflows.processes.fields import choice, day, file, one_of, optional, paragraph, text
from workflows.rag import MOVES_TO_FLAG

NO_DAY = (
    "An action has a day by which it is done. Give that day. If the practice goes on for good, give the day by which"
    " it is in place: it is then reported complete, ends as “in place”, and is looked at again on a day you name."
)
"""What is said to somebody who gives “ongoing”, “tbc” or “as soon as possible” for a date."""

TARGET = day(
    "target_date",
    "To be done by",
    future=True,
    notable=True,
    undated=NO_DAY,
    help="A day. What goes on for good ends as “in place”, with a day to look at it again.",
)
AS_GIVEN = text(
    "target_as_given",
    "The date as it was written",
    required=False,
    help="Only where a plan came with words such as “ongoing” or “to be confirmed”. They are kept; no date is agreed.",
)
MEASURE = paragraph("outcome_measure", "How will it be seen that it made a difference?")
TEXT = paragraph(
    "action_text", "What will be done?", notable=True, help="One change that can be seen to have happened."
)
LEAD = one_of("lead_body", "Which body leads?", From.BODIES, notable=True)
OWNER = one_of("action_owner", "Who owns it there?", From.PEOPLE, required=False)
SCOPE = choice("scope", "Scope", ("local", "Local"), ("regional", "Regional"), ("national", "National"))
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
THEME = choice("theme", "Theme", *THEMES, required=False)
PLAN_SOURCE = choice(
    "plan_source",
    "Where does it come from?",
    ("panel", "The panel's report"),
    ("agency", "An agency's own return"),
    ("early_learning", "Early learning"),
    ("national", "A national recommendation"),
)
AGREED_BY = text("agreed_by", "Who agreed, senior in the body? (their post)")
OLD_WORDS = optional(
    paragraph("recommendation", "The recommendation it answers, in words", help="Where it is not on record by itself.")
)

# --- evidence ---------------------------------------------------------------------------------------------

SAID = "said"
GRADES = (
    (SAID, "Somebody says so"),
    ("document", "A document shows it"),
    ("audit", "An audit or a sample of cases shows it"),
    ("outcome", "Figures about outcomes show it"),
)
"""From the weakest to the strongest. A report of completion needs a document or better, or the reason why not."""
GRADE_LABELS = dict(GRADES)
EVIDENCE_KEPT = "evidence_kept"
"""Under what the pieces of evidence are listed that were added before or beside a report of completion."""

EVIDENCE = paragraph("evidence", "What shows that it is done?", help="What somebody else can look at. No names.")
GRADE = choice("evidence_grade", "How is it shown?", *GRADES)
EVIDENCE_FILE = file("evidence_file", "A file that shows it")
REFERENCE = text("evidence_reference", "Or where it is kept", required=False, help="A register, a minute, an address.")
EVIDENCE_ON = day("evidence_on", "Of which day is it?", required=False)
FILED = (EVIDENCE_FILE, REFERENCE)
SHOWN = (EVIDENCE, GRADE, *FILED, EVIDENCE_ON)
"""One piece of evidence, as it is asked for by itself."""
SHOWN_AT_THE_END = (
    optional(EVIDENCE, help="What somebody else can look at. Left empty: the evidence listed already."),
    optional(GRADE),
    *FILED,
    EVIDENCE_ON,
    paragraph("said_only_reason", "Why is there only somebody's word?", required=False, when_asked=True),
)
"""The same in a report of completion, which may rest on what is listed already."""
IMPACT = paragraph("impact", "What difference has it made?")


def grade_rank(grade: Any) -> int:
    """How strong a grade is: 0 for what is only said, and for none."""
    keys = [key for key, _ in GRADES]
    return keys.index(grade) if grade in keys else 0


def shown_with_something(facts: Facts) -> Blocked | None:
    """What is graded as shown comes with the file that shows it, or with where it is kept."""
    given = facts.submitted or {}
    if grade_rank(given.get("evidence_grade")) == 0 or given.get("evidence_file") or given.get("evidence_reference"):
        return None
    return Blocked(
        "Add the file that shows it, or say where it is kept, so that somebody else can look at it.",
        "evidence_reference",
    )


def evidence_has_its_grade(facts: Facts) -> Blocked | None:
    """Evidence given in words is given a grade."""
    given = facts.submitted or {}
    named = given.get("evidence") or given.get("evidence_file") or given.get("evidence_reference")
    if not named or given.get("evidence_grade"):
        return None
    return Blocked("Say how it is shown: by somebody's word, a document, an audit, or figures.", "evidence_grade")


def claim_has_evidence(facts: Facts) -> Blocked | None:
    """A report of completion rests on evidence: given with it, or kept on the action since it was last taken up."""
    given = facts.submitted
    if given is None or given.get("evidence") or given.get("evidence_file") or given.get("evidence_reference"):
        return None
    if kept_now(facts):
        return None
    return Blocked(
        "Say what shows that it is done. Somebody from elsewhere looks at it before the action ends.", "evidence"
    )


def claim_is_more_than_words(facts: Facts) -> Blocked | None:
    """The strongest piece of evidence is a document or better, or the reason is given why there is only word of it."""
    given = facts.submitted
    if given is None or given.get("said_only_reason"):
        return None
    pieces: list[Mapping[str, Any]] = [given, *kept_now(facts)]
    named = [one for one in pieces if one.get("evidence_grade")]
    if not named or any(grade_rank(one.get("evidence_grade")) > 0 for one in named):
        return None
    return Blocked(
        "Somebody's word is not enough by itself. Add a document, an audit or figures; or say here why there is only"
        " somebody's word.",
        "said_only_reason",
    )


CLAIMED = (claim_has_evidence, evidence_has_its_grade, shown_with_something, claim_is_more_than_words)
"""What a report of completion must show, of an action or of a part of one."""


def kept_now(facts: Facts) -> list[dict[str, Any]]:
    """The evidence listed since the action was last taken up again."""
    again = facts.done.get("reopen_action")
    return [one for one in facts.listed(EVIDENCE_KEPT) if again is None or int(one.get("seq") or 0) > again.seq]


# --- updates, and what is in the way ---------------------------------------------------------------------

UPDATE = (
    paragraph("progress", "What has happened since the last update"),
    optional(text("needs", "What would help")),
    optional(day("suggested_date", "Another day, if the agreed one cannot be kept", future=True, undated=NO_DAY,
                 help="A suggestion: the partnership agrees it or answers.")),
    optional(paragraph("suggested_reason", "Why another day is needed")),
)  # fmt: skip
OBSTACLE = (
    paragraph("obstacle", "What is in the way"),
    text("who_could_help", "Who could help, and how", required=False),
)
OBSTACLE_GONE = optional(paragraph("obstacle_gone", "What changed"))


# --- dates ------------------------------------------------------------------------------------------------


def suggested_with_reason(facts: Facts) -> Blocked | None:
    """Another day is suggested with the reason for it, and a reason with the day."""
    given = facts.submitted or {}
    if given.get("suggested_date") and not given.get("suggested_reason"):
        return Blocked("Say why another day is needed. The partnership answers with that in hand.", "suggested_reason")
    if given.get("suggested_reason") and not given.get("suggested_date"):
        return Blocked("Give the day you suggest, beside the reason for it.", "suggested_date")
    return None


def no_date_yet(facts: Facts) -> Blocked | None:
    """No date has been agreed for the action."""
    if facts.recorded.get("target_date") is None:
        return None
    return Blocked("A date is agreed already. Another one is recorded with “Record an agreed date”, with the reason.")


def date_moved_often(facts: Facts) -> str | None:
    """The date moves for the third time or more: possible, and seen by the Steering Group."""
    given = facts.submitted or {}
    if not _of_due(given.get("clock")) and given.get("more_time_answer") not in GIVES_TIME:
        return None
    moves = 1 + sum(_of_due(one.get("clock")) for one in facts.listed("agreed_dates"))
    moves += sum(one.get("more_time_answer") in GIVES_TIME for one in facts.listed("more_time_answers"))
    if moves < MOVES_TO_FLAG:
        return None
    return (
        f"The date of this action has now been moved {moves} times, dates struck out included. The register and the"
        " Steering Group's report show where it has moved three times or more."
    )


GIVES_TIME = ("agreed", "another")
"""The answers about more time that move the date."""


def _of_due(clock: Any) -> bool:
    return str(clock or "").startswith("action_due")


def looked_at_later(facts: Facts) -> Blocked | None:
    """The day to look again lies ahead."""
    again = (facts.submitted or {}).get("recheck_on")
    if isinstance(again, date) and again <= facts.today:
        return Blocked("Give a day after today on which it is looked at again.", "recheck_on")
    return None


def nobody_named_to_help(facts: Facts) -> str | None:
    """Something is in the way, and nobody is named who could help with it."""
    if (facts.submitted or {}).get("who_could_help"):
        return None
    return "Nobody is named who could help. The case manager sees it, and asks."


def serves_a_recommendation(facts: Facts) -> str | None:
    """An action answers a recommendation: where none is named, a second look is worth it."""
    if facts.answer("recommendations") or facts.answer("recommendation"):
        return None
    return (
        "No recommendation is named that this action answers. Name it with “Say which recommendations it answers”, so"
        " that the plan shows what becomes of it."
    )

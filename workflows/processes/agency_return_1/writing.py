"""What a body writes: what it knows, the parts of a management review, and the return itself."""

from __future__ import annotations

from workflows.definition import Action, Blocked, Facts, Field, FieldType
from workflows.processes.agency_return_1.stages import REVIEW_KINDS, SECTION_7, WRITING
from workflows.processes.fields import choice, choices, day, file, number, optional, paragraph, text
from workflows.processes.who import AGENCY

RETURN_FILE = (
    text("return_reference", "The return: reference or where it is kept"),
    file("return_file", "The return"),
)

HEADINGS = text("headings_advice", "Headings found in the file", required=False, filled=True)

WHAT_IS_KNOWN = (
    choice("known", "Is anybody concerned known to the body?", ("yes", "Yes"), ("no", "No"), unknown=True),
    *RETURN_FILE,
    choices(
        "known_people",
        "Who is known to it?",
        ("person_who_died", "The person who died"),
        ("person_suspected", "The person suspected"),
        ("child", "A child"),
        ("other_relative", "Another relative"),
        required=False,
    ),
    Field("first_contact", "First contact", FieldType.PARTIAL_DATE, required=False, unknown=True),
    Field("last_contact", "Last contact", FieldType.PARTIAL_DATE, required=False, unknown=True),
    optional(paragraph("contact_summary", "What the contact was about")),
    optional(paragraph("concerns_recorded", "Disclosures of abuse, flags and concerns on record")),
    optional(paragraph("risk_assessments", "Risk assessments, and what followed from them")),
    optional(paragraph("referrals_made", "Referrals made or received")),
    choice("records_secured", "Are the records secured?", ("yes", "Yes"), ("no", "Not yet"), required=False),
    choice(
        "review_needed",
        "Does the body think that a review is needed?",
        ("yes", "Yes"),
        ("no", "No"),
        ("not_certain", "Not certain"),
        required=False,
        unknown=True,
    ),
    optional(paragraph("own_view", "The body's own view, and why")),
    optional(paragraph("early_learning", "Early learning: what is changed, or should be, already now")),
    optional(text("lead_contact", "Whom to speak to there (their post)")),
)

PARTS = (
    optional(text("author_post", "Who wrote it? (their post)", help="The post, not the name.")),
    choice(
        "author_independent",
        "Is the author outside the case and its line management?",
        ("yes", "Yes"),
        ("no", "No"),
        required=False,
    ),
    optional(paragraph("independence_words", "If not, how independence was made sure of")),
    optional(paragraph("methodology", "How it was written: records read, people spoken to, terms worked to")),
    optional(
        paragraph(
            "involvement",
            "The agency's involvement, in the order in which it happened",
            help="No names: write “the person who died”, “the person suspected”, “the older child”.",
        )
    ),
    optional(paragraph("equality", "Protected characteristics: what they meant for how people were met")),
    optional(paragraph("analysis_beyond", "Analysis of anything the key lines of enquiry do not ask")),
    optional(paragraph("good_practice", "Good practice")),
    optional(paragraph("lessons", "Lessons")),
    optional(paragraph("already_done", "What has been changed already, and since when")),
)
"""The parts of a management review, in the order of its outline. Each may be left out here; a form asks for each."""


def is_for_the_review(facts: Facts) -> Blocked | None:
    """Only what is written for the review itself has parts and a checklist."""
    if facts.recorded.get("kind") in REVIEW_KINDS:
        return None
    return Blocked("This is for management reviews, summary reports and chronologies.")


def _more_was_asked(facts: Facts) -> Blocked | None:
    if facts.recorded.get("kind") in ("imr", "chronology"):
        return None
    return Blocked("A summary in place of something fuller is for management reviews and chronologies.")


def _one_part_is_written(facts: Facts) -> Blocked | None:
    if facts.submitted is None or any(facts.submitted.get(field.name) for field in PARTS):
        return None
    return Blocked("Write at least one part.", PARTS[0].name)


def _independence_is_explained(facts: Facts) -> Blocked | None:
    submitted = facts.submitted or {}
    if submitted.get("author_independent") == "no" and not submitted.get("independence_words"):
        return Blocked("Say how independence was made sure of.", "independence_words")
    return None


def _not_known_holds(facts: Facts) -> Blocked | None:
    """After a draft, that nobody is known needs an explanation."""
    if facts.submitted is None or facts.submitted.get("not_known_after_draft"):
        return None
    if "record_draft" not in facts.done and "receive_return" not in facts.done:
        return None
    return Blocked(
        "Something came from this body before. Say why nobody is known to it after all.", "not_known_after_draft"
    )


WRITES = (
    Action(
        "record_draft",
        "Record that a draft came",
        source=WRITING,
        to="draft_received",
        roles=AGENCY,
        fields=(
            text("draft_reference", "The draft: reference or where it is kept"),
            file("draft_file", "The draft"),
            HEADINGS,
        ),
        authority=SECTION_7,
    ),
    Action(
        "write_parts",
        "Record the parts of a management review",
        source=WRITING,
        roles=AGENCY,
        fields=PARTS,
        guards=(is_for_the_review,),
        checks=(_one_part_is_written, _independence_is_explained),
        authority=SECTION_7,
        help="The parts of the outline in the guidance. What was written before stays on the timeline.",
    ),
    Action(
        "answer_key_line",
        "Record the analysis of one key line of enquiry",
        source=WRITING,
        roles=AGENCY,
        keep_as="key_line_answers",
        fields=(text("key_line", "Which key line of enquiry?"), paragraph("line_analysis", "The analysis")),
        guards=(is_for_the_review,),
        authority=SECTION_7,
        help="The last entry for a line is the one that counts.",
    ),
    Action(
        "suggest_action",
        "Record an action that the body proposes",
        source=WRITING,
        roles=AGENCY,
        keep_as="suggested_actions",
        fields=(
            number("suggestion", "Its number in the return"),
            paragraph("suggested_recommendation", "The recommendation"),
            paragraph("suggested_action", "What will be done: the change, in so many words"),
            text("suggested_measure", "How it will be seen that it made a difference"),
            text("suggested_agreed_by", "Who senior in the body agreed it (their post)"),
            day("suggested_by", "To be done by", future=True, help="A date. What goes on for ever is not one action."),
        ),
        guards=(is_for_the_review,),
        authority=SECTION_7,
        help="The last entry of a number counts. It becomes an action of the plan when it is put there.",
    ),
    Action(
        "drop_suggestion",
        "Take back an action that the body proposed",
        source=WRITING,
        roles=AGENCY,
        keep_as="suggestions_dropped",
        fields=(number("suggestion", "Its number in the return"),),
        guards=(is_for_the_review,),
        authority=SECTION_7,
    ),
    Action(
        "receive_return",
        "Record that the return came",
        source=("requested", "draft_received"),
        to="received_unsigned",
        roles=AGENCY,
        fields=(*WHAT_IS_KNOWN, HEADINGS),
        own_questions="scoping",
        own_questions_when=("kind", ("information_return",)),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "receive_summary",
        "Record that a summary came in its place",
        source=("requested", "draft_received"),
        to="summary_only",
        roles=AGENCY,
        fields=(
            paragraph("summary_reason", "Why a summary is sent instead"),
            *RETURN_FILE,
            optional(paragraph("summary_text", "The summary, where it is not in a file")),
        ),
        guards=(_more_was_asked,),
        authority=SECTION_7,
        help="The chair looks at whether it is enough, and may ask for more.",
    ),
    Action(
        "record_not_known",
        "Record that nobody is known to the body",
        source=("requested", "draft_received", "queried"),
        to="not_known_to_us",
        roles=AGENCY,
        fields=(
            text("searched", "What was searched, and by whom (their post)"),
            optional(paragraph("not_known_after_draft", "If something came before: why nobody is known after all")),
        ),
        checks=(_not_known_holds,),
        authority=SECTION_7,
    ),
    Action(
        "answer_query",
        "Record the body's answer",
        source=("queried",),
        to="resubmitted",
        roles=AGENCY,
        keep_as="query_answers",
        fields=(
            paragraph("query_answer", "The answer, and what is changed in the return"),
            file("answer_file", "Changed return"),
        ),
        authority=SECTION_7,
        main=True,
        help="The return counts as sent again. Each time is an entry of its own.",
    ),
)

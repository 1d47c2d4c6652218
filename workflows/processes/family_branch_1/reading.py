"""A branch reads the report: given, commented on, each comment traced to what changed. Only a person ends it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from workflows import guards
from workflows.definition import Action, Blocked, DoesOnReview, Facts, From, reads_items
from workflows.processes.authorities import guidance_2016
from workflows.processes.care import near_a_careful_day
from workflows.processes.family_branch_1.contact import recipient_confirmed
from workflows.processes.family_branch_1.stages import ALL, WITH
from workflows.processes.family_branch_1.updates import they_wish_contact
from workflows.processes.fields import choice, one_of, optional, paragraph, text
from workflows.processes.who import FAMILY_NOTES

SECTION_6 = guidance_2016("6")
NEVER_ENDS = guidance_2016("6", note="Adequate time; no number. It never ends by itself.")
BEING_READ = one_of("version", "Which version?", From.FAMILY_READINGS)


def readings_open(facts: Mapping[str, Any]) -> list[str]:
    """The versions that are with this branch to read, in the order given."""
    open_ones: list[str] = []
    entries = [*(facts.get("drafts_given") or []), *(facts.get("readings_ended") or [])]
    given = {entry["seq"] for entry in facts.get("drafts_given") or []}
    for entry in sorted(entries, key=lambda one: one["seq"]):
        version = str(entry["version"])
        if entry["seq"] in given and version not in open_ones:
            open_ones.append(version)
        elif entry["seq"] not in given and version in open_ones:
            open_ones.remove(version)
    return open_ones


def _not_with_them(facts: Facts) -> Blocked | None:
    version = (facts.submitted or {}).get("version")
    if version is None or str(version) not in readings_open(facts.recorded):
        return None
    return Blocked(f"Version {version} is with them to read already.", "version")


def _was_given(facts: Facts) -> Blocked | None:
    if facts.listed("drafts_given"):
        return None
    return Blocked("No version of the report has been given to them. Record that first.")


def _a_comment_is_kept(facts: Facts) -> Blocked | None:
    if facts.listed("comments"):
        return None
    return Blocked("They have made no comment that is recorded here.")


@reads_items
def comments_without_answer(facts: Facts) -> str | None:
    """A word of warning where the family's comments are not all answered; it never refuses."""
    waiting = 0
    for branch in facts.items_of("family-branch"):
        answered = {str(entry["comment"]) for entry in branch.facts.get("comments_answered") or ()}
        waiting += sum(str(entry["seq"]) not in answered for entry in branch.facts.get("comments") or ())
    if not waiting:
        return None
    some = "A comment of the family has" if waiting == 1 else f"{waiting} comments of the family have"
    return f"{some} no answer yet: what changed, or why nothing did. The family's page lists them."


def actions() -> tuple[Action, ...]:
    """From the day a version is given until somebody records that the reading has ended."""
    return (
        Action(
            "give_draft",
            "Record that a version was given to them to read",
            source=WITH,
            roles=FAMILY_NOTES,
            keep_as="drafts_given",
            fields=(
                one_of("version", "Which version?", From.REVIEW_VERSIONS),
                choice(
                    "given_how",
                    "How?",
                    ("meeting", "At a meeting"),
                    ("private", "Privately, under controlled access"),
                    ("advocate", "Through their advocate"),
                    ("post", "By post"),
                ),
                optional(paragraph("reading_support", "Support and time agreed with them", help="No names.")),
            ),
            guards=(they_wish_contact, recipient_confirmed),
            checks=(_not_with_them,),
            warnings=(near_a_careful_day,),
            effects=(
                DoesOnReview(
                    "give_draft_to_family",
                    copies=(("version", "version"), ("given_how", "given_how")),
                    ref_as="reading_of",
                ),
            ),
            authority=NEVER_ENDS,
            help="Their time to read never ends by itself, and nobody is reminded of it.",
        ),
        Action(
            "record_comment",
            "Record a comment of theirs",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="comments",
            fields=(
                one_of("version", "On which version?", From.REVIEW_VERSIONS),
                text("comment_where", "Where in the report?", help="Paragraph or page, for example 4.12."),
                paragraph("comment_text", "The comment, in their words", identity=True),
            ),
            guards=(_was_given,),
            authority=SECTION_6,
            help="One entry for each comment, so that each can be traced to what changed.",
        ),
        Action(
            "answer_comment",
            "Record what was done with a comment",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="comments_answered",
            fields=(
                one_of("comment", "Which comment?", From.FAMILY_COMMENTS),
                choice(
                    "comment_outcome",
                    "Was the report changed?",
                    ("changed", "Yes, as they asked"),
                    ("partly", "Yes, in part"),
                    ("not_changed", "No"),
                ),
                optional(one_of("changed_in", "In which version?", From.REVIEW_VERSIONS)),
                paragraph("comment_answer", "What changed, or why not", help="As it can be told to them. No names."),
            ),
            guards=(_a_comment_is_kept,),
            checks=(
                partial(
                    guards.needed_when,
                    field="changed_in",
                    when="comment_outcome",
                    values=("changed", "partly"),
                    reason="Say in which version the change was made.",
                ),
            ),
            authority=SECTION_6,
            help="Done again where a later version changes it once more: the last answer counts.",
        ),
        Action(
            "end_reading",
            "Record that their reading has ended",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="readings_ended",
            fields=(
                BEING_READ,
                choice(
                    "response",
                    "What did they say?",
                    ("content", "Content with it"),
                    ("comments", "They have comments"),
                    ("does_not_wish", "They do not wish to comment"),
                    ("object", "They object to it"),
                ),
                optional(paragraph("response_words", "In their own words", identity=True)),
            ),
            warnings=(near_a_careful_day,),
            effects=(
                DoesOnReview(
                    "record_family_response",
                    copies=(("version", "version"), ("response", "response")),
                    ref_as="reading_of",
                ),
            ),
            authority=NEVER_ENDS,
            help="Only after they said so themselves, or through their advocate. To have no comments is an answer.",
        ),
        Action(
            "end_reading_after_attempts",
            "Record that they could not be reached about their reading",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="readings_ended",
            fields=(
                BEING_READ,
                text("reading_attempts", "Each attempt: date, how, by whom", many=True, identity=True),
            ),
            warnings=(near_a_careful_day,),
            effects=(
                DoesOnReview(
                    "record_family_attempts",
                    copies=(("version", "version"),),
                    sets=(("attempts", ("Kept with the family's own record",)),),
                    ref_as="reading_of",
                ),
            ),
            authority=NEVER_ENDS,
            help="A person decides this; no number of attempts and no date does it.",
        ),
    )

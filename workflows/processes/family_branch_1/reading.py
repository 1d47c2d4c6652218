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
PROMISED = "will_change"
"""A comment that is taken up, in a version that is not recorded yet."""
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


def _something_is_with_them(facts: Facts) -> Blocked | None:
    if readings_open(facts.recorded):
        return None
    return Blocked("No version is with them to read. Record first that one was given to them.")


def _a_comment_is_kept(facts: Facts) -> Blocked | None:
    if facts.listed("comments"):
        return None
    return Blocked("They have made no comment that is recorded here.")


@reads_items
def given_by_its_branch(facts: Facts) -> Blocked | None:
    """A guard of the review: where branches are recorded, a version is given to one of them, not to “the family”.

    On the page of a branch somebody is asked first whether the recipient may be written to; here nobody would be.
    """
    if (facts.submitted or {}).get("reading_of") or not facts.items_of("family-branch"):
        return None
    return Blocked(
        "Each branch of the family is recorded by itself. Record on the page of the branch that it was given the"
        " version: there the recipient is confirmed first."
    )


def latest_answers(recorded: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What was done with each comment of a branch, by the number of its entry; the last answer counts."""
    return {str(entry["comment"]): entry for entry in recorded.get("comments_answered") or ()}


@reads_items
def comments_without_answer(facts: Facts) -> str | None:
    """A word of warning where the family's comments are not all answered; it never refuses."""
    waiting = promised = 0
    for branch in facts.items_of("family-branch"):
        answers = latest_answers(branch.facts)
        waiting += sum(str(entry["seq"]) not in answers for entry in branch.facts.get("comments") or ())
        promised += sum(entry.get("comment_outcome") == PROMISED for entry in answers.values())
    said = []
    if waiting:
        some = "A comment of the family has" if waiting == 1 else f"{waiting} comments of the family have"
        said.append(f"{some} no answer yet: what changed, or why nothing did.")
    if promised:
        some = "A change that" if promised == 1 else f"{promised} changes that"
        said.append(f"{some} the family was promised {'stands' if promised == 1 else 'stand'} in no version yet.")
    return f"{' '.join(said)} The family's page lists them." if said else None


def _changed_after_they_spoke(facts: Facts) -> Blocked | None:
    """A check: the version that changed is not the one on which they commented."""
    answer = facts.submitted or {}
    on = {str(entry["seq"]): str(entry["version"]) for entry in facts.listed("comments")}
    version = on.get(str(answer.get("comment")))
    if version is None or str(answer.get("changed_in") or "") != version:
        return None
    return Blocked(
        f"They commented on version {version}, so the change is in a later one. Choose that version. If it is not"
        " recorded yet, choose “Yes, in the next version”.",
        "changed_in",
    )


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
                    (PROMISED, "Yes, in the next version"),
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
                _changed_after_they_spoke,
            ),
            authority=SECTION_6,
            help="Done again once the next version is recorded, or where a later one changes it once more: the last"
            " answer counts.",
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
            guards=(_something_is_with_them,),
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
            guards=(_something_is_with_them,),
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

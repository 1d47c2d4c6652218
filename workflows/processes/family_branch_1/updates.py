"""What passes between the review and a branch: updates, letters, meetings, calls, attempts."""

from __future__ import annotations

from datetime import date
from functools import partial

from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Action, Blocked, Facts
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.care import WHY_THIS_WEEK, fixed_near_a_careful_day, near_a_careful_day, why_in_this_week
from workflows.processes.family_branch_1.contact import recipient_confirmed
from workflows.processes.family_branch_1.stages import ACTIVE, ALL, WITH
from workflows.processes.fields import choice, day, optional, paragraph
from workflows.processes.who import FAMILY_NOTES

SECTION_6 = guidance_2016("6")
BY_WHOM = choice(
    "given_by",
    "By whom?",
    ("case_manager", "The case manager"),
    ("chair", "The independent chair"),
    ("advocate", "Their advocate"),
    ("liaison", "The family liaison officer"),
    ("other", "Somebody else"),
)
HOW = (
    ("call", "By telephone"),
    ("meeting", "At a meeting"),
    ("video", "By video"),
    ("letter", "By letter"),
    ("email", "By e-mail"),
    ("advocate", "Through their advocate"),
)
LETTERS = (
    ("first", "The first letter: what the review is, and their choices"),
    ("terms", "What the review will look at, and what they would like it to ask"),
    ("waits", "That part of the review has to wait"),
    ("reading", "The draft report is ready for them to read"),
    ("publication", "The report will be published"),
    ("update", "How the review goes: an update, drafted from the record"),
)


def they_wish_contact(facts: Facts) -> Blocked | None:
    """They have not asked to be left alone, or have said since that contact is wished again."""
    asked = facts.done.get("record_no_contact")
    again = [facts.done[key].seq for key in ("end_no_contact", "come_back") if key in facts.done]
    if asked is None or max(again, default=0) > asked.seq:
        return None
    return Blocked(
        "They asked not to be contacted. When that has changed, record it with “Record that contact is wished again”."
    )


def wish_stands(facts: Facts) -> Blocked | None:
    """They wish not to be contacted, and nobody has recorded since that contact is wished again."""
    return Blocked("They have not asked not to be contacted.") if they_wish_contact(facts) is None else None


def left_alone_until(facts: Facts) -> date | None:
    """The day until which they wish to be left alone, as it was last given; None where they gave no day.

    It ends nothing: a person records that contact is wished again.
    """
    wished = facts.done.get("record_no_contact")
    since = [entry for entry in facts.listed("wish_looks") if wished is not None and int(entry["seq"]) > wished.seq]
    latest = since[-1] if since else facts.recorded
    return stored_date(latest.get("no_contact_until")) if latest.get("no_contact_how_long") == "until" else None


DESPITE_WISH = paragraph(
    "despite_wish_because",
    "Why all the same?",
    help="For example: something they said they wish to hear of. No names. It stays on the record.",
)


def wish_or_reason(facts: Facts) -> Blocked | None:
    """A check: while they wish not to be contacted, whoever prepares something for them says why."""
    if they_wish_contact(facts) is None or (facts.submitted or {}).get(DESPITE_WISH.name):
        return None
    until = left_alone_until(facts)
    return Blocked(
        f"They asked not to be contacted{f' until {in_words(until)}' if until else ''}. Wait; or, where contact is"
        " wished again, record that with “Record that contact is wished again”; or say why it is right all the same.",
        DESPITE_WISH.name,
    )


def they_wish_updates(facts: Facts) -> Blocked | None:
    """It is agreed who gives them updates; they may wish none."""
    if facts.recorded.get("updates_by") == "none":
        return Blocked("They wish no updates. If that has changed, agree with them how often they hear from us.")
    return None


def actions() -> tuple[Action, ...]:
    """An update, a letter, a contact: recorded by the person who gave it. The service sends nothing."""
    return (
        Action(
            "give_update",
            "Record an update given",
            source=WITH,
            roles=FAMILY_NOTES,
            keep_as="updates_given",
            fields=(
                paragraph("update_text", "What they were told, in the words used", identity=True),
                choice("update_given_how", "How?", *HOW),
                BY_WHOM,
                optional(paragraph("update_reply", "What they said or asked", identity=True)),
                day(
                    "next_update_on",
                    "Next update on",
                    required=False,
                    future=True,
                    help="Left empty, it is counted from this one.",
                ),
                WHY_THIS_WEEK,
            ),
            guards=(they_wish_contact, they_wish_updates, recipient_confirmed),
            checks=(why_in_this_week,),
            warnings=(near_a_careful_day, partial(fixed_near_a_careful_day, fields=("next_update_on",))),
            authority=SECTION_6,
            help="Give it in the way they chose, then record it here. The service does not send it.",
            main=True,
        ),
        Action(
            "give_update_all_the_same",
            "Record an update given although they asked not to be contacted",
            source=WITH,
            roles=FAMILY_NOTES,
            keep_as="updates_given",
            fields=(
                DESPITE_WISH,
                paragraph("update_text", "What they were told, in the words used", identity=True),
                choice("update_given_how", "How?", *HOW),
                BY_WHOM,
                optional(paragraph("update_reply", "What they said or asked", identity=True)),
                WHY_THIS_WEEK,
            ),
            guards=(wish_stands, recipient_confirmed),
            checks=(why_in_this_week,),
            warnings=(near_a_careful_day,),
            authority=SECTION_6,
            help="The wish stands afterwards, and no next update is counted.",
        ),
        Action(
            "prepare_letter",
            "Prepare a letter",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="letters_prepared",
            fields=(
                choice("letter_about", "What is it about?", *LETTERS),
                day("letter_meant_for", "When will it be given?", required=False, future=True),
                WHY_THIS_WEEK,
                optional(DESPITE_WISH, when_asked=True),
            ),
            guards=(recipient_confirmed,),
            checks=(wish_or_reason, partial(why_in_this_week, field="letter_meant_for")),
            warnings=(near_a_careful_day, partial(fixed_near_a_careful_day, fields=("letter_meant_for",))),
            authority=by_design("A letter is prepared for a person to read, change and give; none is ever sent"),
            help="A Word file to read, change and give yourself. It stands on the page of this branch.",
        ),
        Action(
            "record_contact",
            "Record a contact",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="contacts",
            fields=(
                choice(
                    "branch_contact",
                    "What was it?",
                    ("meeting", "A meeting with the chair"),
                    ("panel", "They met the panel"),
                    ("visit", "A visit"),
                    ("call", "A call"),
                    ("letter", "A letter given or posted"),
                    ("email", "An e-mail"),
                    ("theirs", "They got in touch"),
                    ("attempt", "An attempt without an answer"),
                ),
                BY_WHOM,
                optional(paragraph("contact_words", "What was said", identity=True)),
                optional(paragraph("contact_agreed", "What was agreed, and what is to be done", help="No names.")),
            ),
            warnings=(near_a_careful_day,),
            authority=SECTION_6,
        ),
    )

"""What passes between the review and a branch: updates, letters, meetings, calls, attempts."""

from __future__ import annotations

from datetime import date, timedelta

from workflows.definition import Action, Blocked, Facts
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.family_branch_1.contact import day_and_month, recipient_confirmed
from workflows.processes.family_branch_1.stages import ACTIVE, ALL, WITH
from workflows.processes.fields import choice, day, optional, paragraph
from workflows.processes.who import FAMILY_NOTES

NEAR = 3
"""A day this many days before or after a date to be careful about is near it."""

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
    ("reading", "The draft report is ready for them to read"),
    ("publication", "The report will be published"),
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


def they_wish_updates(facts: Facts) -> Blocked | None:
    """It is agreed who gives them updates; they may wish none."""
    if facts.recorded.get("updates_by") == "none":
        return Blocked("They wish no updates. If that has changed, agree with them how often they hear from us.")
    return None


def dates_near(lines: list[str], on: date, within: int = NEAR) -> list[str]:
    """Which of the dates to be careful about are near a London day: ``14 February, birthday``."""
    found = []
    days = [on + timedelta(days=n) for n in range(-within, within + 1)]
    for line in lines:
        read = day_and_month(line)
        if read is not None and any((d.day, d.month) == read[:2] for d in days):
            found.append(line)
    return found


def near_a_date(facts: Facts) -> str | None:
    """A warning: this falls near a day that the family asked to be careful about."""
    near = dates_near(facts.recorded.get("dates_to_avoid") or [], facts.occurred_on or facts.today)
    return f"This is near a day that they asked to be careful about: {'; '.join(near)}." if near else None


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
            ),
            guards=(they_wish_contact, they_wish_updates, recipient_confirmed),
            warnings=(near_a_date,),
            authority=SECTION_6,
            help="Give it in the way they chose, then record it here. The service does not send it.",
            main=True,
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
            ),
            guards=(they_wish_contact, recipient_confirmed),
            warnings=(near_a_date, _meant_for_near_a_date),
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
            warnings=(near_a_date,),
            authority=SECTION_6,
        ),
    )


def _meant_for_near_a_date(facts: Facts) -> str | None:
    meant = (facts.submitted or {}).get("letter_meant_for")
    if not isinstance(meant, date):
        return None
    near = dates_near(facts.recorded.get("dates_to_avoid") or [], meant)
    return f"The day it will be given is near a day to be careful about: {'; '.join(near)}." if near else None

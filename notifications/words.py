"""Small wordings shared by e-mails and documents: dates as people read them, and what each clock awaits."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

DUE_PHRASES: dict[str, str] = {
    "police_notification": "the written notification by the police",
    "decide_review": "the decision whether to hold a review",
    "tell_home_office": "the notice of the decision to the Home Office",
    "tell_family": "telling the family of the decision",
    "overview_report": "the overview report",
    "copy_to_commissioner": "the copy of the report for the Domestic Abuse Commissioner",
    "copy_to_secretary_of_state": "the copy of the report for the Secretary of State and the Commissioner",
    "commissioner_reply": "your organisation's published reply to the Domestic Abuse Commissioner",
    "section15_answer": "your organisation's answer to a request of the Domestic Abuse Commissioner",
    "section15_own_answer": "this partnership's answer to a request of the Domestic Abuse Commissioner",
    "comply_with_direction": "what the Secretary of State's direction asks for",
    "imr_return": "your organisation's return",
    "information_return": "your organisation's information return",
    "return_signature": "the sign-off of your organisation's return",
    "more_time_answer": "the answer about more time",
    "updates_wanted": "your organisation's updates for the Steering Group",
    "family_reading": "the end of the time set aside for the family to read",
    "home_office_wait": "the Home Office's reply",
    "ask_home_office": "asking the Home Office how it stands",
    "amend_after_qa": "the work on the Home Office's points",
    "publish_after_clearance": "publication of the report",
    "send_final_documents": "sending the published documents to the Home Office and the Commissioner",
    "look_again_online": "another look at whether the report stays online",
    "look_again_not_published": "another look at the decision not to publish",
    "action_update": "the update on your organisation's action",
    "action_due": "your organisation's action",
    "effect_check_first": "the first look at what your organisation's action has changed",
    "effect_check_second": "the second look at what your organisation's action has changed",
    "look_in_place": "another look at what your organisation has put in place",
    "waiting_for_chair": "the appointment of an independent chair",
    "chair_answer": "a chair's answer to an invitation",
    "chair_payment": "a stage payment to the chair",
    "task_due": "the task you were asked to do",
    "minutes_agreed": "the agreement of a meeting's minutes",
    "meeting_day": "a meeting of the panel",
    "reader_comments": "your organisation's comments on the draft report",
    "named_reader_comments": "your comments on the draft report",
    "family_update": "the next update to a branch of the family",
    "family_update_by_chair": "the next update to a branch of the family",
    "no_contact_look": "another look at what a branch of the family wishes",
    "moved_date_followed_up": "the look at panel, family and holds after a date that moved",
    "look_at_proceeding": "the next look at something that runs beside the review",
    "national_recommendation": "asking a department about a national recommendation",
    "held_back_next_step": "the next step on something that is still awaited",
}


def long_date(day: date) -> str:
    """A London date with its weekday, for something a person must do: ``Thursday 3 December 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def plain_date(day: date) -> str:
    """A London date without its weekday: ``3 December 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def partial_date(text: str) -> str:
    """A date as it is held, full or partial, in words; nothing is made more exact than it was given.

    ``2026-03-14`` -> ``14 March 2026``; ``2026-03`` -> ``March 2026``; ``2026`` -> ``2026``; a range written
    ``2026-03/2026-05`` -> ``March 2026 to May 2026``. Anything else, an impossible date included, is returned
    as it is.
    """
    parts = text.strip().split("/")
    if len(parts) == 2:
        return " to ".join(partial_date(part) for part in parts)
    match = _PARTIAL.fullmatch(text.strip())
    if not match:
        return text
    year, month, day = match.groups()
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return text
    if day is None:
        return f"{_MONTHS[int(month) - 1]} {year}"
    try:
        return plain_date(date(int(year), int(month), int(day)))
    except ValueError:
        return text


def due_phrase(clock: str, label: str) -> str:
    """What is due under a clock, worded to stand before "is due on": ``the overview report``.

    ``clock`` is the clock's name (``overview_report``); ``label`` is its title, used with a small first
    letter when this table has no words for the clock.
    """
    phrase = DUE_PHRASES.get(clock)
    if phrase:
        return phrase
    keep = len(label) > 1 and label[1].isupper()
    return label if keep else label[:1].lower() + label[1:]


def days_between(earlier: date, later: date) -> str:
    """How long, in words, from one London date to a later one: ``1 day``, ``6 days``, ``3 weeks``.

    Whole weeks from two weeks up; a part week is dropped.
    """
    days = (later - earlier).days
    if days >= 14:
        return f"{days // 7} weeks"
    return f"{days} day" if days == 1 else f"{days} days"


def date_source(kind: str, authority: str, not_compared: bool) -> str:
    """Where a date comes from, in a sentence; what is only guidance, draft or practice is never made a law.

    ``kind`` is statute, guidance, draft, practice, agreed or local; ``not_compared`` adds that the source was not
    compared with its text.
    """
    named = f": {authority}" if authority else ""
    match kind:
        case "statute":
            sentence = f"The date is set by {authority or 'an Act'} and does not move"
        case "guidance":
            sentence = f"The date is a guide{named}"
        case "draft":
            sentence = f"The date comes from a draft{named}"
        case "practice":
            sentence = f"The date follows usual practice{named}"
        case "agreed":
            sentence = "The date is the one that was agreed"
        case _:
            sentence = "The date is set by the partnership"
    return f"{sentence}{' (not compared with the text)' if not_compared else ''}."


def date_passed(standing: str, agreed: bool, due: date) -> str:
    """What a missed date is called: in the Act, past the guide, agreed by someone, or only set by the partnership."""
    match standing:
        case "breached":
            return f"The date in the Act, {long_date(due)}, has passed."
        case "past_guide":
            return f"It is past the guide, which was {long_date(due)}."
        case _:
            return f"The {'agreed date' if agreed else 'date set'} was {long_date(due)}."

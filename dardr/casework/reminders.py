"""From a deadline or a hold to the message about it: before a date, on it, past it, to another role, to look again.

Like ``notices``, it hands over references, dates, organisations, labels and a link, and nothing else.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

from dardr.casework.notices import base_url, due_of, frame, organisation
from dardr.casework.recipients import OF_BODIES
from dardr.storage.reviews import Deadline, Hold, Record
from notifications import messages
from notifications.messages import Message
from notifications.words import due_phrase
from workflows.answers import stored_date
from workflows.clocks import State
from workflows.definition import PARTY_LABELS, Clock, Evidence, Kind, Party, Process
from workflows.specified import SPECIFIED

MONTHS = "January February March April May June July August September October November December".split()
STANDING: dict[State, Literal["late", "past_guide", "breached"]] = {
    State.LATE: "late",
    State.PAST_GUIDE: "past_guide",
    State.BREACHED: "breached",
}


def reminder_message(
    session: Session,
    record: Record,
    process: Process,
    clock: Clock,
    row: Deadline,
    state: State,
    today: date,
    *,
    first: bool = True,
) -> Message:
    """To the party that owes something: before its date and on it, or, past it, asking what is in the way.

    ``today`` is a London date; ``row`` must have a due date. ``first``: nobody was told yet that it has passed.
    """
    due = row.due_on
    assert due is not None
    if clock.message == "commissioner_reply_reminder":
        return commissioner_reply_message(session, record, process, row, due, today)
    if clock.message == "section15_reminder":
        return section15_message(session, record, process, row, due, today)
    about: dict[str, Any] = {
        **frame(session, record, process),
        "about": due_phrase(clock.key, clock.label),
        "due": due,
        "today": today,
        "organisation": organisation(session, record) if clock.owner in OF_BODIES else "",
        "authority": clock.date.source,
        "not_compared": clock.date.evidence is Evidence.NOT_COMPARED,
        "movable": clock.extendable,
    }
    if state in STANDING:
        return messages.DeadlineLate(
            **about,
            standing=STANDING[state],
            agreed=row.agreed_due_on is not None,
            first=first,
        )
    kind: Any = "agreed" if row.agreed_due_on is not None else str(clock.date.kind)
    if kind == "agreed":
        about["not_compared"] = False
    return messages.DeadlineReminder(**about, kind=kind)


def escalation_message(
    session: Session,
    record: Record,
    process: Process,
    clock: Clock,
    row: Deadline,
    state: State,
    today: date,
    to: Party,
) -> Message:
    """To another role, ``to``, once, when the date has been past for the clock's stated time."""
    due = row.due_on
    assert due is not None
    body = organisation(session, record)
    owes = body if clock.owner in OF_BODIES and body else _role_words(clock.owner)
    role = PARTY_LABELS[to]
    if to in OF_BODIES and body:
        role = role.replace("the agency", body)
    phrase = due_phrase(clock.key, clock.label)
    return messages.Escalation(
        **frame(session, record, process),
        about=phrase.replace("your organisation's", "its", 1) if clock.owner in OF_BODIES else phrase,
        due=due,
        today=today,
        standing=STANDING.get(state, "late" if clock.date.kind is not Kind.STATUTE else "breached"),
        waiting_for=owes,
        your_role=role[:1].lower() + role[1:],
        agreed=row.agreed_due_on is not None,
        movable=clock.extendable,
    )


def given_message(session: Session, record: Record, process: Process) -> Message:
    """To whoever something was given to, while it is theirs: by when, as things stand now."""
    return messages.TaskGiven(**frame(session, record, process), due=due_of(session, record.id))


def sign_off_message(session: Session, record: Record, process: Process, since: date) -> Message:
    """To a lead of an agency, while it waits: a colleague wrote something on ``since`` (a London date)."""
    about = {**frame(session, record, process), "link": f"{base_url()}/agency/sign-off"}
    return messages.SignOffWanted(**about, since=since)


def _role_words(party: Party) -> str:
    label = PARTY_LABELS[party]
    return f"the {label[:1].lower()}{label[1:]}" if label[:1].isupper() and not label.startswith("Home") else label


def agreed_date_wanted_message(
    session: Session, record: Record, process: Process, clock: Clock, row: Deadline, today: date
) -> Message:
    """To the case manager: the date of the guide has passed and none was agreed in its place."""
    day = row.original_due_on or row.due_on
    assert day is not None
    return messages.AgreedDateWanted(
        **frame(session, record, process),
        about=due_phrase(clock.key, clock.label),
        guide=_guide(row),
        guide_date=day,
        today=today,
        authority=clock.date.source,
        not_compared=clock.date.evidence is Evidence.NOT_COMPARED,
    )


NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _guide(row: Deadline) -> str:
    """``six-month guide``, from the length in force when the clock started."""
    if not row.n or not row.unit:
        return "guide"
    number = NUMBERS[row.n] if row.n < len(NUMBERS) else str(row.n)
    unit = str(row.unit).replace("working-days", "working-day").removesuffix("s")
    return f"{number}-{unit} guide"


def commissioner_reply_message(
    session: Session, record: Record, process: Process, row: Deadline, due: date, today: date
) -> Message:
    """The courtesy reminder of section 16 of the Domestic Abuse Act 2021, before the date and after it."""
    published = stored_date(record.facts.get("report_published_on")) or row.start_on or due
    return messages.CommissionerReplyReminder(
        **frame(session, record, process),
        organisation=organisation(session, record) or "the body addressed",
        report=f"Commissioner's report of {MONTHS[published.month - 1]} {published.year}",
        published_on=published,
        due=due,
        today=today,
        recommendations=_count(record.facts.get("recommendations")),
        copy_to_secretary_of_state=_specified(record),
    )


def section15_message(
    session: Session, record: Record, process: Process, row: Deadline, due: date, today: date
) -> Message:
    """The courtesy reminder of a request under section 15 of the same Act, by the date that the request gives."""
    return messages.Section15Reminder(
        **frame(session, record, process),
        organisation=organisation(session, record) or "the body addressed",
        asked_on=stored_date(record.facts.get("requested_on")) or row.start_on or due,
        due=due,
        today=today,
        specified=_specified(record),
    )


def _count(listed: Any) -> int:
    if isinstance(listed, str):
        return len([part for part in listed.replace("\n", ",").split(",") if part.strip()])
    return len(listed) if isinstance(listed, list | tuple) else 0


def _specified(record: Record) -> bool:
    """A specified public authority under s.15(3) also sends its reply to the Secretary of State (s.16(3)).

    What the body was on the day of the report or request is on its record, worked out when it was named.
    """
    return record.facts.get("body_kind") == SPECIFIED


# --- holds and digests ------------------------------------------------------------------------------------


def hold_message(session: Session, record: Record, process: Process, hold: Hold) -> Message:
    """To the case manager: look at this hold, or this deferral, again. Why there is one stays behind the link."""
    review_by = hold.review_by or hold.from_on
    if hold.kind == "deferral":
        return messages.DeferralReview(**frame(session, record, process), deferred_on=hold.from_on, review_by=review_by)
    return messages.HoldReview(**frame(session, record, process), held_since=hold.from_on, review_by=review_by)

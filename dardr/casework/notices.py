"""From a record, a deadline or an event to the message that is sent: references, dates, organisations, labels, a link.

This is the only place where a review's data becomes words for an e-mail. It hands over nothing else, so no name and
no detail of a death can get there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework import outbox
from dardr.casework.recipients import NEVER_WRITTEN_TO, OF_BODIES, Recipients
from dardr.settings import get_settings
from dardr.storage.bodies import Body, Partnership
from dardr.storage.installation import Installation
from dardr.storage.reviews import AuditEvent, Deadline, Hold, Record, RecordBody, RecordLink
from dardr.systime import london_date
from notifications import messages
from notifications.messages import Message
from notifications.words import due_phrase, long_date
from workflows import REVIEW_KEYS
from workflows.answers import stored_date
from workflows.clocks import State
from workflows.definition import PARTY_LABELS, Clock, Evidence, Field, Kind, Notice, Party, Process

MONTHS = "January February March April May June July August September October November December".split()
STANDING: dict[State, Literal["late", "past_guide", "breached"]] = {
    State.LATE: "late",
    State.PAST_GUIDE: "past_guide",
    State.BREACHED: "breached",
}


# --- notices: someone is told, once, when an action is done ----------------------------------------------


def enqueue(
    session: Session,
    now: datetime,
    record: Record,
    process: Process,
    action: Any,
    event: AuditEvent,
    facts: Any = None,
) -> int:
    """Write the e-mails that the process declares for ``action``; how many rows are new.

    One row for each notice and address, with the key ``<event>:<notice>:<address>``. A party that should be told and
    has no address gets a row that is not sent and stays visible. ``event`` must have its id; the deadlines the
    action started must be flushed, since messages may speak of their dates. ``facts`` are those after the action
    (a mapping, or what guards see); the record's own by default.
    """
    declared = _declared(process, action.key)
    if not declared:
        return 0
    recorded = facts if isinstance(facts, Mapping) else getattr(facts, "recorded", None)
    _organisations(session).pop(record.id, None)  # this action may have handed the record to another body
    told = About(session, now, record, process, event, recorded if recorded is not None else record.facts)
    people = Recipients(session)
    rows: list[dict[str, Any]] = []
    for notice in declared:
        for party in notice.to:
            if party in NEVER_WRITTEN_TO:
                continue
            message = notice_message(notice.message, told, party)
            for address in people.addresses(record, party) or [""]:
                rows.append(
                    outbox.row(
                        now,
                        message,
                        to=address,
                        party=party,
                        dedupe=f"{event.id}:{notice.key}:{address or party}",
                        record_id=record.id,
                        event_id=event.id,
                    )
                )
    return outbox.write_rows(session, rows)


@lru_cache(maxsize=4096)
def _declared(process: Process, action_key: str) -> tuple[Notice, ...]:
    return tuple(n for n in process.notices if action_key in n.on)


@dataclass(slots=True)
class About:
    """What a notice may speak of, read from the database only when a message needs it."""

    session: Session
    now: datetime
    record: Record
    process: Process
    event: AuditEvent
    facts: Mapping[str, Any]

    @property
    def frame(self) -> dict[str, Any]:
        """The fields that every message has."""
        return frame(self.session, self.record, self.process)

    def organisation(self) -> str:
        """The bodies the record is owed by."""
        return organisation(self.session, self.record) or frame(self.session, self.record, self.process)["partnership"]

    def due(self) -> date | None:
        """The first date, by this event, of a clock of this record."""
        return min((d.due_on for d in self._started() if d.due_on), default=None)

    def next_update(self) -> date | None:
        """When the periodic update is due, where this event started that clock."""
        return next((d.due_on for d in self._started() if d.clock == "action_update"), None)

    def to_do(self, party: Party) -> tuple[str, ...]:
        """What this event now asks of the reader, with dates."""
        found: list[str] = []
        for row in self._started():
            clock = self.process.clock(row.clock)
            if clock.owner is party:
                found.append(f"{clock.label} by {long_date(row.due_on)}" if row.due_on else clock.label)
        return tuple(found)

    def _started(self) -> list[Deadline]:
        return list(
            self.session.scalars(
                sa.select(Deadline)
                .where(
                    Deadline.record_id == self.record.id,
                    Deadline.started_by_event == self.event.id,
                    Deadline.stopped_by_event.is_(None),
                    Deadline.withdrawn_by_event.is_(None),
                )
                .order_by(Deadline.id)
            )
        )


def notice_message(name: str, about: About, party: Party) -> Message:
    """The message of that name, filled for one party. Raises KeyError for a message no notice may use."""
    return _NOTICES[name](about, party)


def _decision_recorded(about: About, party: Party) -> Message:
    return messages.DecisionRecorded(**about.frame, decided_on=about.event.occurred_on, to_do=about.to_do(party))


def _stage_changed(about: About, party: Party) -> Message:
    stage = about.process.stage(about.event.to_stage)
    return messages.StageChanged(
        **about.frame, stage_label=stage.label, changed_on=about.event.occurred_on, to_do=about.to_do(party)
    )


def _return_requested(about: About, party: Party) -> Message:
    return messages.ReturnRequested(
        **about.frame,
        organisation=about.organisation(),
        return_label=_answer_label(about, "kind") or "return",
        requested_on=stored_date(about.facts.get("requested_on")) or about.event.occurred_on,
        due=about.due(),
    )


def _action_agreed(about: About, party: Party) -> Message:
    return messages.ActionAgreed(
        **about.frame,
        organisation=about.organisation(),
        agreed_on=about.event.occurred_on,
        due=stored_date(about.facts.get("target_date")) or about.due(),
        review_refs=_review_refs(about.session, about.record.id),
    )


def _action_owner(about: About, party: Party) -> Message:
    return messages.ActionOwner(
        **about.frame,
        organisation=about.organisation(),
        owned_from=about.event.occurred_on,
        due=stored_date(about.facts.get("target_date")) or about.due(),
        next_update=about.next_update(),
    )


def _commissioner_reply(about: About, party: Party) -> Message:
    row = about.session.scalar(
        sa.select(Deadline)
        .where(Deadline.record_id == about.record.id, Deadline.clock == "commissioner_reply")
        .order_by(Deadline.id.desc())
        .limit(1)
    )
    if row is None or row.due_on is None:
        return _stage_changed(about, party)
    return commissioner_reply_message(
        about.session, about.record, about.process, row, row.due_on, london_date(about.now)
    )


_NOTICES: dict[str, Callable[[About, Party], Message]] = {
    "decision_recorded": _decision_recorded,
    "stage_changed": _stage_changed,
    "return_requested": _return_requested,
    "action_agreed": _action_agreed,
    "action_owner": _action_owner,
    "commissioner_reply_reminder": _commissioner_reply,
}
NOTICE_MESSAGES = frozenset(_NOTICES)
"""The messages a process may name in a notice."""


def _answer_label(about: About, name: str) -> str:
    """What people read for a recorded choice, from the field that recorded it."""
    value = about.facts.get(name)
    fields: tuple[Field, ...] = about.process.opening.fields
    for field in fields:
        if field.name == name:
            return next((c.label for c in field.choices if c.value == value), "")
    return ""


def _review_refs(session: Session, record_id: int) -> tuple[str, ...]:
    return tuple(
        session.scalars(
            sa.select(Record.ref)
            .join(RecordLink, RecordLink.review_id == Record.id)
            .where(RecordLink.item_id == record_id, RecordLink.kind == "item")
            .order_by(Record.ref)
        )
    )


# --- reminders ------------------------------------------------------------------------------------------


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
    session: Session, record: Record, process: Process, clock: Clock, row: Deadline, state: State, today: date
) -> Message:
    """To another role, once, when the date has been past for the clock's stated time."""
    due = row.due_on
    assert due is not None and clock.escalate_to is not None
    body = organisation(session, record)
    owes = body if clock.owner in OF_BODIES and body else _role_words(clock.owner)
    role = PARTY_LABELS[clock.escalate_to]
    if clock.escalate_to in OF_BODIES and body:
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
        copy_to_secretary_of_state=_specified(session, record),
    )


def _count(listed: Any) -> int:
    if isinstance(listed, str):
        return len([part for part in listed.replace("\n", ",").split(",") if part.strip()])
    return len(listed) if isinstance(listed, list | tuple) else 0


def _specified(session: Session, record: Record) -> bool:
    """A specified public authority under s.15(3) also sends its reply to the Secretary of State (s.16(3))."""
    kind = record.facts.get("body_kind")
    if kind:
        return kind == "specified_public_authority"
    load_organisations(session, [record.id])
    return any(section15 for _, section15 in _organisations(session)[record.id])


# --- holds and digests ------------------------------------------------------------------------------------


def hold_message(session: Session, record: Record, process: Process, hold: Hold) -> Message:
    """To the case manager: look at this hold, or this deferral, again. Why there is one stays behind the link."""
    review_by = hold.review_by or hold.from_on
    if hold.kind == "deferral":
        return messages.DeferralReview(**frame(session, record, process), deferred_on=hold.from_on, review_by=review_by)
    return messages.HoldReview(**frame(session, record, process), held_since=hold.from_on, review_by=review_by)


# --- what every message has -------------------------------------------------------------------------------


def frame(session: Session, record: Record, process: Process) -> dict[str, Any]:
    """The fields of every message about a record; the partnership is read once per transaction."""
    noun = process.noun
    return {
        "ref": record.ref,
        "link": link_to(record.ref, record.process_key),
        "record": noun[:1].upper() + noun[1:],
        **team_frame(session, record.partnership_id),
    }


def team_frame(session: Session, partnership_id: int) -> dict[str, Any]:
    """Who signs, whether answers reach them, and whether all of it is a demonstration."""
    kept: dict[int, dict[str, Any]] = session.info.setdefault("notice_frames", {})
    if partnership_id not in kept:
        name, team_name, team_email = session.execute(
            sa.select(Partnership.name, Partnership.team_name, Partnership.team_email).where(
                Partnership.id == partnership_id
            )
        ).one()
        demonstration = session.scalar(sa.select(Installation.demonstration).order_by(Installation.id).limit(1))
        kept[partnership_id] = {
            "partnership": team_name or name,
            "can_reply": bool(team_email),
            "demonstration": bool(demonstration),
        }
    return kept[partnership_id]


def organisation(session: Session, record: Record) -> str:
    """The names of the bodies a record is owed by; empty where it is owed by none."""
    load_organisations(session, [record.id])
    return " and ".join(name for name, _ in _organisations(session)[record.id])


def load_organisations(session: Session, record_ids: Iterable[int]) -> None:
    """Read the bodies of many records at once, before messages about them are made."""
    kept = _organisations(session)
    wanted = [one for one in record_ids if one not in kept]
    if not wanted:
        return
    kept.update({one: [] for one in wanted})
    rows = session.execute(
        sa.select(RecordBody.record_id, Body.name, Body.section15)
        .join(Body, RecordBody.body_id == Body.id)
        .where(RecordBody.record_id.in_(wanted))
        .order_by(Body.name)
    )
    for record_id, name, section15 in rows:
        kept[record_id].append((name, section15))


def _organisations(session: Session) -> dict[int, list[tuple[str, bool]]]:
    return session.info.setdefault("notice_organisations", {})


def link_to(ref: str, process_key: str) -> str:
    """The address that opens a record after sign-in. References only, never a name."""
    folder = "reviews" if process_key in REVIEW_KEYS else "records"
    return f"{base_url()}/{folder}/{ref}"


def base_url() -> str:
    """Where this installation is reached, without a slash at its end."""
    return _base_url(os.environ.get("DARDR_BASE_URL"))


@lru_cache(maxsize=8)
def _base_url(_given: str | None) -> str:
    return get_settings().base_url.rstrip("/")

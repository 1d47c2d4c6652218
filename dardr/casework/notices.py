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
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework import outbox, post_days
from dardr.casework.noting import Values, note, reminder_values
from dardr.casework.open_actions import open_actions
from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.settings import get_settings
from dardr.storage.bodies import Body, Partnership
from dardr.storage.installation import Installation
from dardr.storage.people import User
from dardr.storage.reviews import RUNNING, AuditEvent, Deadline, Record, RecordBody, RecordLink
from dardr.systime import london_date
from notifications import messages
from notifications.messages import Message
from notifications.words import long_date
from workflows import REVIEW_KEYS
from workflows.answers import stored_date
from workflows.clocks import Telling
from workflows.definition import Field, Notice, Party, Process
from workflows.processes import more_time

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

    One row for each notice and address, with the key ``<event>:<notice>:<address>``; none to who did it. A party that
    should be told and has no address gets a row that is not sent and stays visible. What a notice says is ``gathered``
    is noted for the e-mail of the day instead (``round_of_post``). ``event`` must have its id; the
    deadlines the action started must be flushed, since messages may speak of their dates. ``facts`` are those after
    the action (a mapping, or what guards see); the record's own by default.
    """
    declared = _declared(process, action.key)
    if not declared:
        return 0
    recorded = facts if isinstance(facts, Mapping) else getattr(facts, "recorded", None)
    _organisations(session).pop(record.id, None)  # this action may have handed the record to another body
    told = About(session, now, record, process, event, recorded if recorded is not None else record.facts)
    people = Recipients(session)
    doer = session.get(User, event.actor_id)
    own = doer.email.lower() if doer is not None else ""
    rows: list[dict[str, Any]] = []
    waiting: list[Values] = []
    for notice in declared:
        for party in notice.to:
            if party in NEVER_WRITTEN_TO:
                continue
            message = None if notice.gathered else notice_message(notice.message, told, party)
            for address in people.addresses(record, party) or [""]:
                if address and address.lower() == own:
                    continue  # they did it themselves
                if message is None:
                    waiting.append(_for_the_day(told, notice, party, address))
                    continue
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
    return outbox.write_rows(session, rows) + len(note(session, waiting))


def _for_the_day(told: About, notice: Notice, party: Party, address: str) -> Values:
    """A reminder for the e-mail of the day; by itself where the date is within two days with post."""
    post, due = post_days.of_the_partnership(told.session), told.due_now()
    soon = post.next(post.next(london_date(told.now)))
    return reminder_values(
        told.now, Telling.GIVEN, f"{told.event.id}:{notice.key}", party, address,
        record_id=told.record.id, due_on=due, rung=str(Telling.GIVEN), alone=due is not None and due <= soon,
    )  # fmt: skip


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
    _clocks: list[Deadline] | None = None

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

    def due_now(self) -> date | None:
        """The first date that runs on this record, whichever event started it."""
        return due_of(self.session, self.record.id)

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
        if self._clocks is None:
            query = sa.select(Deadline).where(
                Deadline.record_id == self.record.id,
                Deadline.started_by_event == self.event.id,
                *RUNNING,
            )
            self._clocks = list(self.session.scalars(query.order_by(Deadline.id)))
        return self._clocks


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


def _more_time_asked(about: About, party: Party) -> Message:
    return messages.MoreTimeAsked(
        **about.frame,
        organisation=about.organisation(),
        until=stored_date(more_time.asked_last(about.facts).get("more_time_until")),
        answer_by=about.due(),
    )


def _more_time_answered(about: About, party: Party) -> Message:
    return messages.MoreTimeAnswered(
        **about.frame,
        organisation=about.organisation(),
        answered_on=about.event.occurred_on,
        until=more_time.given_until(about.facts),
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


def _date_moved(about: About, party: Party) -> Message:
    """Of the review, not of the proceeding: nothing says what sort of date it is."""
    reviews = _review_refs(about.session, about.record.id)
    of_review = {"ref": reviews[0], "link": f"{base_url()}/reviews/{reviews[0]}", "record": "Review"} if reviews else {}
    return messages.DateMoved(**{**about.frame, **of_review}, told_on=about.event.occurred_on)


def _updates_asked(about: About, party: Party) -> Message:
    """Every open action of the agency, by reference and date: what an update is wanted of."""
    today = london_date(about.now)
    rows = open_actions(about.session, about.record.id)
    lines = sorted(rows, key=lambda one: (one[1] is None, one[1] or today, one[0]))
    return messages.UpdatesAsked(
        **about.frame,
        organisation=about.organisation(),
        meeting_on=stored_date(about.facts.get("meeting_on")) or today,
        due=about.due(),
        today=today,
        lines=tuple(messages.ActionLine(ref=ref, due=due) for ref, due in lines),
    )


_NOTICES: dict[str, Callable[[About, Party], Message]] = {
    "decision_recorded": _decision_recorded,
    "stage_changed": _stage_changed,
    "return_requested": _return_requested,
    "more_time_asked": _more_time_asked,
    "more_time_answered": _more_time_answered,
    "action_agreed": _action_agreed,
    "action_owner": _action_owner,
    "date_moved": _date_moved,
    "updates_asked": _updates_asked,
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


def due_of(session: Session, record_id: int) -> date | None:
    """The first date that runs on a record; None where none does."""
    return session.scalar(
        sa.select(sa.func.min(Deadline.due_on)).where(
            Deadline.record_id == record_id,
            *RUNNING,
        )
    )


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


CHOOSE = "/me/e-mail"
"""Where a person chooses when e-mails come to them."""


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
            "choose_link": f"{base_url()}{CHOOSE}",
        }
    return kept[partnership_id]


def organisation(session: Session, record: Record) -> str:
    """The names of the bodies a record is owed by; empty where it is owed by none."""
    load_organisations(session, [record.id])
    return " and ".join(_organisations(session)[record.id])


def load_organisations(session: Session, record_ids: Iterable[int]) -> None:
    """Read the bodies of many records at once, before messages about them are made."""
    kept = _organisations(session)
    wanted = [one for one in record_ids if one not in kept]
    if not wanted:
        return
    kept.update({one: [] for one in wanted})
    rows = session.execute(
        sa.select(RecordBody.record_id, Body.name)
        .join(Body, RecordBody.body_id == Body.id)
        .where(RecordBody.record_id.in_(wanted))
        .order_by(Body.name)
    )
    for record_id, name in rows:
        kept[record_id].append(name)


def _organisations(session: Session) -> dict[int, list[str]]:
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

"""The round: what waits for one person is gathered into one message a London day; what cannot wait goes by itself.

Any number of rounds may go at once: the message of a person and a day has one key, and a reminder belongs to the one
message it was put into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from dardr.casework import gathered, outbox, post_days
from dardr.casework.gathered import Subject
from dardr.casework.overtaken import over, spoken_of
from dardr.casework.post_choices import LONGEST_WAIT, Choices, before_next, carried_on, choices_for
from dardr.lookups.careful_days import careful_days
from dardr.storage import outbox as box
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.systime import london_date
from workflows.post_days import PostDays

PEOPLE_AT_ONCE = 500
WAITING = sa.and_(Reminder.outbox_id.is_(None), Reminder.dropped_at.is_(None))
"""The condition on reminders that no message carries yet, as their small index has it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rounded:
    """What one round did: messages written, reminders that had nothing to say any more, reminders it could not say."""

    enqueued: int = 0
    dropped: int = 0
    passed_over: int = 0

    def __add__(self, other: Rounded) -> Rounded:
        return Rounded(
            self.enqueued + other.enqueued, self.dropped + other.dropped, self.passed_over + other.passed_over
        )


def round_of_post(database: Database, now: datetime) -> Rounded:
    """Write the messages that the London day of ``now`` (aware UTC) calls for, some people at a time.

    One person's message that cannot be made stops nobody else's: their reminders wait and stay visible.
    """
    done = Rounded()
    after = 0
    while True:
        with database.read() as session:
            people, after = _people_after(session, london_date(now), after)
        if not people:
            return done
        try:
            with database.write() as session:
                done += _gather(session, now, people)
        except Exception as error:
            log.error("round.batch_failed", people=len(people), error=type(error).__name__)
            done += _one_by_one(database, now, people)


def _one_by_one(database: Database, now: datetime, people: Sequence[str]) -> Rounded:
    done = Rounded()
    for number, one in enumerate(people):
        try:
            with database.write() as session:
                done += _gather(session, now, [one])
        except Exception as error:
            log.error("round.person_failed", number=number, error=type(error).__name__)
            done += Rounded(passed_over=1)
    return done


def _people_after(session: Session, today: date, after: int) -> tuple[list[str], int]:
    """Addresses, in small letters, for which something waits, by the first that does; and the number of the last such.

    Colleagues who are told the same so come together, and it is read and put into words once. The address is empty
    where nobody can be written to.
    """
    address, first = sa.func.lower(Reminder.address), sa.func.min(Reminder.id)
    query = sa.select(address, first).where(WAITING, Reminder.for_day <= today).group_by(address)
    found = session.execute(query.having(first > after).order_by(first).limit(PEOPLE_AT_ONCE)).all()
    return [one for one, _ in found], found[-1][1] if found else after


@dataclass(slots=True)
class _Written:
    """The messages of one batch: values of outbox rows, the reminders each carries, and those not to be said."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    carries: dict[str, list[int]] = field(default_factory=dict)
    passed_over: int = 0

    def add(self, row: dict[str, Any], subjects: Sequence[Subject]) -> None:
        self.rows.append(row)
        self.carries[row["dedupe_key"]] = [one.reminder.id for one in subjects]


def _gather(session: Session, now: datetime, people: Sequence[str]) -> Rounded:
    today = london_date(now)
    waiting = list(
        session.scalars(
            sa.select(Reminder)
            .where(sa.func.lower(Reminder.address).in_(people), WAITING, Reminder.for_day <= today)
            .order_by(Reminder.id)
            .with_for_update(skip_locked=True)
        )
    )
    spoken = spoken_of(session, waiting)
    dropped = over(session, waiting, spoken)
    for one in waiting:
        if one.id in dropped:
            one.dropped_at, one.dropped_because = now, dropped[one.id]
    session.flush()
    found = gathered.subjects(session, [one for one in waiting if one.id not in dropped], spoken)
    by_person: dict[str, list[Subject]] = {}
    for one in found:
        by_person.setdefault(one.reminder.address.lower(), []).append(one)
    choices = choices_for(session, by_person)
    leaving = {one: choices[one].leaves(now) for one in by_person}
    written_that_day = _written_that_day(session, {one: london_date(at) for one, at in leaving.items()})
    post = post_days.of_the_partnership(session)
    careful = _careful(session, found, today)
    written = _Written()
    for address, subjects in by_person.items():
        at, mail = leaving[address], written_that_day.get(address)
        sheet = _Sheet(session, now, at, post, careful, choices[address], mail)
        sheet.write(written, address, subjects)
    return Rounded(_keep(session, written), len(dropped), written.passed_over)


def _careful(session: Session, found: Sequence[Subject], today: date) -> dict[int, dict[date, str]]:
    agencies = {one.record.id for one in found if one.reminder.party in post_days.AGENCIES}
    return careful_days(session, agencies, today, today + timedelta(days=LONGEST_WAIT)) if agencies else {}


def digest_key(address: str, day: date) -> str:
    """What makes a second gathered e-mail to one person on one London day impossible."""
    return outbox.short_key(f"digest:{address.strip().lower()}:{day}")


def _written_that_day(session: Session, people: Mapping[str, date]) -> dict[str, OutboxMessage]:
    """By address, the gathered e-mail of that day, where it is written already."""
    keys = {digest_key(address, day): address for address, day in people.items() if address}
    if not keys:
        return {}
    rows = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.dedupe_key.in_(keys)).with_for_update())
    return {keys[row.dedupe_key]: row for row in rows}


def _keep(session: Session, written: _Written) -> int:
    """Write the messages and say on each reminder which one carries it. How many are new."""
    ids = outbox.insert_rows(session, written.rows)
    session.flush()
    if ids:
        table: Any = Reminder.__table__
        session.connection().execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam("b_id"), table.c.outbox_id.is_(None))
            .values(outbox_id=sa.bindparam("b_outbox")),
            [{"b_id": one, "b_outbox": number} for key, number in ids.items() for one in written.carries[key]],
        )
    return len(ids)


@dataclass(slots=True)
class _Sheet:
    """One person's post, as it leaves next: ``at`` is the instant, past the quiet hours that ``now`` may lie in."""

    session: Session
    now: datetime
    at: datetime
    post: PostDays
    careful: Mapping[int, Mapping[date, str]]
    choices: Choices
    written: OutboxMessage | None
    """The gathered e-mail of that day, where there is one already."""

    @property
    def day(self) -> date:
        """The London day on which what is written now leaves."""
        return london_date(self.at)

    def write(self, written: _Written, address: str, found: Sequence[Subject]) -> None:
        if not address:
            for one in found:
                self._single(written, one, "no-address")
            return
        alone = [one for one in found if one.reminder.alone and not (self._gathers and not self.choices.alone)]
        rest = [one for one in found if one not in alone and self._carried(one)]
        if not self.post.has(self.day) and self.post.has(london_date(self.now)):
            # Noted after the last post before a weekend: what is due by Monday leaves on Saturday morning.
            alone += [one for one in found if one not in alone and self._due_by(one, self.post.next(self.day))]
        for one in alone:
            self._single(written, one, "alone")
        if not rest:
            return
        if self.written is None:
            self._message(written, rest, digest_key(address, self.day), self.at)
        elif self.written.status == box.QUEUED and self.written.attempts == 0:
            self._put_into(self.written, rest, written)
        else:
            for one in rest:
                if self._cannot_wait(one):
                    self._single(written, one, "alone")

    @property
    def _gathers(self) -> bool:
        """True where a gathered e-mail leaves on that day, and is not written yet."""
        return self.written is None and self.post.has(self.day) and self.day.weekday() in self.choices.days

    def _carried(self, one: Subject) -> bool:
        due, careful = one.reminder.due_on, self._careful(one)
        return carried_on(self.day, self.post, self.choices, due, statute=one.statute, careful=careful)

    def _due_by(self, one: Subject, last: date) -> bool:
        due = one.reminder.due_on
        return one.statute or (due is not None and self.day <= due <= last)

    def _cannot_wait(self, one: Subject) -> bool:
        due, careful = one.reminder.due_on, self._careful(one)
        return one.statute or before_next(self.day, self.post, self.choices, due, careful)

    def _careful(self, one: Subject) -> Mapping[date, str]:
        return self.careful.get(one.record.id, {}) if one.reminder.party in post_days.AGENCIES else {}

    def _single(self, written: _Written, one: Subject, why: str) -> None:
        self._message(written, [one], f"{why}:{one.reminder.key}", self.now)

    def _message(self, written: _Written, found: Sequence[Subject], key: str, not_before: datetime) -> None:
        try:
            message = gathered.message_of_all(self.session, found, self.day)
            row = outbox.row(
                self.now, message, to=found[0].reminder.address, dedupe=key, **about(found, message.template)
            )
        except Exception as error:
            if len(found) > 1:  # without the line that cannot be said
                self._without_the_poisoned(written, found, key, not_before)
                return
            log.error("round.not_said", reminder=found[0].reminder.id, error=type(error).__name__)
            written.passed_over += 1
            return
        row["not_before"] = max(self.choices.not_before(self.now), not_before)
        written.add(row, found)

    def _without_the_poisoned(
        self, written: _Written, found: Sequence[Subject], key: str, not_before: datetime
    ) -> None:
        sound: list[Subject] = []
        for one in found:
            try:
                outbox.rendered(gathered.message_of(self.session, one, self.day))
                sound.append(one)
            except Exception as error:
                log.error("round.not_said", reminder=one.reminder.id, error=type(error).__name__)
                written.passed_over += 1
        if sound and len(sound) < len(found):
            self._message(written, sound, key, not_before)
        elif sound:  # each can be said, only not together
            for one in sound:
                self._single(written, one, "alone")

    def _put_into(self, row: OutboxMessage, more: Sequence[Subject], written: _Written) -> None:
        """Into the day's e-mail that has not left yet, whose words are made anew."""
        query = sa.select(Reminder).where(Reminder.outbox_id == row.id).order_by(Reminder.id)
        carried = self.session.scalars(query).all()
        try:
            before = gathered.subjects(self.session, carried, spoken_of(self.session, carried))
            rewrite(self.session, row, [*before, *more], self.day)
        except Exception as error:
            log.error("round.not_said", reminder=more[0].reminder.id, error=type(error).__name__)
            written.passed_over += len(more)
            return
        for one in more:
            one.reminder.outbox_id = row.id


def rewrite(session: Session, row: OutboxMessage, found: Sequence[Subject], today: date) -> None:
    """Give a message that has not left the words for these reminders, from what is true on ``today``."""
    message = gathered.message_of_all(session, found, today)
    said = outbox.rendered(message)
    row.subject, row.text, row.html, row.message = said.subject, said.text, said.html, message.template
    for name, value in about(found, message.template).items():
        setattr(row, name, value)


def about(found: Sequence[Subject], template: str) -> dict[str, Any]:
    """What a message for these reminders is kept with: record, date and rung of the only one, or what they share."""
    one = found[0].reminder
    if template != gathered.DIGEST:
        return {
            "record_id": one.record_id, "deadline_id": one.deadline_id, "due_on": one.due_on, "rung": one.rung,
            "party": one.party,
        }  # fmt: skip
    records = {subject.record.id for subject in found}
    parties = {subject.reminder.party for subject in found}
    return {
        "record_id": records.pop() if len(records) == 1 else None,
        "deadline_id": None,
        "due_on": None,
        "rung": "digest",
        "party": parties.pop() if len(parties) == 1 else "",
    }

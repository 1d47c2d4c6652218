"""The day's post of a person: gathered, once, at hours they are written to, and nothing that need not be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import gathered, outbox, round_of_post
from dardr.casework.administer import people
from dardr.casework.deliver import deliver
from dardr.casework.post_choices import Choices, choices_for, chosen
from dardr.casework.reminder_checks import reminders_said
from dardr.casework.sweep import sweep
from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.calendars import LocalClosure
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline
from dardr.systime import LONDON
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import Case, a_review, at_ten

READER = "contact@mereshire-nhs.example"
FROM = "reviews@mereshire.example"


def london(day: date, at: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), LONDON).astimezone(UTC)


@dataclass
class Two:
    """Two returns asked of one trust, due on the same Monday."""

    case: Case
    database: Database
    refs: list[str]
    rows: list[Deadline]

    @property
    def due(self) -> date:
        assert self.rows[0].due_on is not None
        return self.rows[0].due_on

    def mail(self, to: str = READER, **where: Any) -> list[OutboxMessage]:
        with self.database.read() as session:
            query = sa.select(OutboxMessage).filter_by(**where).order_by(OutboxMessage.id)
            ids = [row.id for row in self.rows]
            carried = sa.select(Reminder.outbox_id).where(Reminder.deadline_id.in_(ids))
            return [m for m in session.scalars(query.where(OutboxMessage.id.in_(carried))) if m.recipient.lower() == to]

    def reminders(self, **where: Any) -> list[Reminder]:
        with self.database.read() as session:
            query = sa.select(Reminder).filter_by(**where).order_by(Reminder.id)
            return [r for r in session.scalars(query) if r.address.lower() == READER]

    def send(self, at: datetime) -> list[Any]:
        mailer = MemoryMailer()
        deliver(self.database, lambda: mailer, lambda: at, mail_from=FROM)
        return mailer.sent

    def leaves(self, address: str) -> None:
        with self.database.write() as session:
            number = session.scalars(sa.select(User.id).where(User.email == address)).one()
            people.leave(session, builders.actor(session, "administrator"), at_ten(self.case.today), number)

    def write(self, statement: Any) -> None:
        with self.database.write() as session:
            session.execute(statement)


@pytest.fixture
def two(sqlite_database: Database) -> Two:
    case = a_review(sqlite_database, "evidence")
    for kind in ("imr", "summary"):
        case.act("request_returns", {"kind": kind, "bodies": ["mereshire-nhs"]})
    refs = case.opened("agency-return")
    rows = [case.deadline("imr_return", ref=ref) for ref in refs]
    assert {row.due_on for row in rows} == {date(2026, 6, 22)}
    two = Two(case, sqlite_database, refs, rows)
    two.send(at_ten(case.today))  # what was written when they were asked
    return two


def test_two_dates_come_in_one_message(two: Two) -> None:
    sweep(two.database, at_ten(two.due - timedelta(days=7)))
    (mail,) = two.mail()
    assert (mail.message, mail.status, mail.rung) == ("daily_digest", "queued", "digest")
    assert mail.subject == "2 dates: the next is Monday 22 June 2026"
    assert all(ref in mail.text and f"/records/{ref}" in mail.text and ref in mail.html for ref in two.refs)
    assert "Coming" in mail.text and "Due now" not in mail.text
    assert [r.outbox_id for r in two.reminders()] == [mail.id, mail.id]
    sent = two.send(at_ten(two.due - timedelta(days=7)))
    (left,) = [m for m in sent if m.to == (READER,)]
    assert left.reply_to == "team@mereshire.example" and two.case.ref not in left.subject
    assert sweep(two.database, at_ten(two.due - timedelta(days=7))).enqueued == 0


def test_one_person_under_two_spellings_gets_one_message(two: Two) -> None:
    with two.database.write() as session:
        body = session.scalars(sa.select(Body).where(Body.key == "mereshire-nhs")).one()
        session.add(BodyContact(body_id=body.id, kind="contact", name="", email=READER.title()))
    sweep(two.database, at_ten(two.due))
    assert len(two.mail()) == 1 and len(two.reminders()) == 2


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_few_people_at_a_time_each_gets_one_message(two: Two, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(round_of_post, "PEOPLE_AT_ONCE", at_once)
    more = ["a@mereshire-nhs.example", "z@mereshire-nhs.example"]
    with two.database.write() as session:
        body = session.scalars(sa.select(Body).where(Body.key == "mereshire-nhs")).one()
        session.add_all(BodyContact(body_id=body.id, kind="contact", name="", email=one) for one in more)
    sweep(two.database, at_ten(two.due - timedelta(days=7)))
    assert [len(two.mail(one)) for one in (READER, *more)] == [1, 1, 1]
    with two.database.read() as session:
        left = session.scalars(sa.select(Reminder).where(round_of_post.WAITING)).all()
    assert not left and sweep(two.database, at_ten(two.due - timedelta(days=7))).enqueued == 0


def test_what_is_done_before_it_leaves_is_not_said(two: Two) -> None:
    day = two.due - timedelta(days=7)
    sweep(two.database, london(day, "00:15"))
    (mail,) = two.mail()
    assert mail.not_before == london(day, "07:30")
    two.case.today = day
    two.case.act("record_not_known", {"searched": "All systems."}, ref=two.refs[0])
    (left,) = [m for m in two.send(at_ten(day)) if m.to == (READER,)]
    assert two.refs[0] not in left.text + left.subject and two.refs[1] in left.text + left.subject
    (gone,) = two.reminders(deadline_id=two.rows[0].id)
    assert gone.outbox_id is None and gone.dropped_because == "It is done, or no longer needed."
    (kept,) = two.mail()
    assert (kept.message, kept.status, kept.deadline_id) == ("deadline_reminder", "sent", two.rows[1].id)


def test_where_all_of_it_is_done_nothing_is_sent(two: Two) -> None:
    day = two.due - timedelta(days=7)
    sweep(two.database, at_ten(day))
    two.case.today = day
    for ref in two.refs:
        two.case.act("record_not_known", {"searched": "All systems."}, ref=ref)
    assert not [m for m in two.send(at_ten(day)) if m.to == (READER,)]
    assert [(m.status, m.last_error) for m in two.mail()] == [("overtaken", "It is done, or no longer needed.")]


def test_nothing_goes_to_somebody_who_has_left(two: Two) -> None:
    other = builders.address("other_agency_contact")
    sweep(two.database, at_ten(two.due - timedelta(days=7)))
    two.write(sa.update(User).where(User.email == other).values(active=False))
    assert other not in {to for m in two.send(at_ten(two.due - timedelta(days=7))) for to in m.to}
    assert [(m.status, m.last_error) for m in two.mail(other)] == [("overtaken", "They have left.")]


def test_nothing_goes_to_a_contact_who_has_left_and_the_lead_hears_in_their_place(two: Two) -> None:
    """The body still names them. What was noted and what was written for them goes on, and what comes is not theirs."""
    lead, other = "lead@mereshire-nhs.example", builders.address("other_agency_contact")
    day = two.due - timedelta(days=7)
    sweep(two.database, london(day, "00:15"))
    assert [m.status for m in two.mail()] == ["queued"]
    for address in (READER, other):
        two.leaves(address)
    assert [m.status for m in two.mail()] == ["withdrawn"]
    sweep(two.database, at_ten(day))
    left = {to: m for m in two.send(at_ten(day)) for to in m.to}
    assert lead in left and not {READER, other} & left.keys()
    assert all(ref in left[lead].text for ref in two.refs)
    sweep(two.database, at_ten(two.due))
    assert {to for m in two.send(at_ten(two.due)) for to in m.to} == {lead}
    two.write(sa.update(User).where(User.email == READER).values(active=True, left_at=None))
    sweep(two.database, at_ten(two.due + timedelta(days=7)))
    assert READER in {to for m in two.send(at_ten(two.due + timedelta(days=7))) for to in m.to}, "who came back"


def test_what_comes_up_later_that_day_waits_unless_its_date_does_not(two: Two) -> None:
    day = two.due - timedelta(days=14)
    sweep(two.database, at_ten(day))
    two.send(at_ten(day))
    two.case.today = day
    later = {"kind": "imr", "bodies": ["mereshire-nhs"]}
    two.case.act("request_returns", {**later, "due_on": (day + timedelta(days=1)).isoformat()})
    two.case.act("request_returns", {**later, "due_on": day.isoformat()})
    with two.database.write() as session:
        added = session.scalars(sa.select(Deadline).where(Deadline.id > max(r.id for r in two.rows))).all()
        assert len(added) == 2
        for row in added:
            row.next_look_on = day
    sweep(two.database, at_ten(day) + timedelta(hours=3))
    with two.database.read() as session:
        rows = session.scalars(sa.select(Reminder).where(Reminder.deadline_id.in_([r.id for r in added]))).all()
        by_due = {r.due_on: session.get(OutboxMessage, r.outbox_id or 0) for r in rows if r.address == READER}
    assert (mail := by_due[day]) is not None and mail.message == "deadline_reminder", "today cannot wait for tomorrow"
    assert {m.dedupe_key for m in by_due.values() if m is not None} - {f"digest:{READER}:{day}"}


def test_more_joins_what_has_not_left_yet(two: Two) -> None:
    day = two.due - timedelta(days=7)
    two.write(sa.update(Deadline).where(Deadline.id == two.rows[1].id).values(next_look_on=two.due))
    sweep(two.database, london(day, "02:00"))
    assert [m.message for m in two.mail()] == ["deadline_reminder"]
    two.write(sa.update(Deadline).where(Deadline.id == two.rows[1].id).values(next_look_on=day))
    sweep(two.database, london(day, "02:15"))
    (mail,) = two.mail()
    assert mail.message == "daily_digest" and mail.subject.startswith("2 dates") and mail.deadline_id is None


def test_a_worker_that_runs_only_in_the_evening_writes_for_the_next_day(two: Two) -> None:
    """What is written in quiet hours is the e-mail of the day on which it leaves; a second one that day is not."""
    for days in (7, 6):
        sweep(two.database, london(two.due - timedelta(days=days), "20:00"))
    (mail,) = two.mail()
    assert mail.not_before == london(two.due - timedelta(days=6), "07:30")
    sweep(two.database, london(two.due - timedelta(days=3), "20:00"))  # a Friday, on which the day before is said
    last = two.mail()[-1]
    assert last.id != mail.id and last.not_before == london(two.due - timedelta(days=2), "07:30")
    assert {r.rung for r in two.reminders()} == {"-7", "-1"}


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-06-15 06:00", "2026-06-15 07:30"), ("2026-06-15 12:00", "2026-06-15 12:00"),
        ("2026-06-15 19:00", "2026-06-16 07:30"), ("2026-06-15 23:59", "2026-06-16 07:30"),
        ("2026-10-25 00:30", "2026-10-25 07:30"), ("2026-03-29 00:30", "2026-03-29 07:30"),
        ("2026-10-24 22:00", "2026-10-25 07:30"), ("2026-03-28 22:00", "2026-03-29 07:30"),
    ],
)  # fmt: skip
def test_quiet_hours_also_in_the_nights_the_clocks_change(now: str, leaves: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)

    assert Choices().not_before(at(now)) == at(leaves)


def test_quiet_hours_are_each_person_s_own() -> None:
    day, early = Choices(quiet_from=time(12), quiet_until=time(14)), Choices(quiet_from=time(9), quiet_until=time(9))
    noon = london(date(2026, 6, 15), "12:30")
    assert day.not_before(noon) == london(date(2026, 6, 15), "14:00")
    assert early.not_before(noon) == noon
    skipped = Choices(quiet_from=time(19), quiet_until=time(1, 30))  # an hour that the spring night does not have
    assert skipped.not_before(london(date(2026, 3, 28), "23:00")) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_e_mail_about_a_record_waits_for_the_morning_and_one_about_signing_in_does_not(two: Two) -> None:
    evening = london(two.due, "21:00")
    row = {"dedupe_key": "a", "recipient": READER, "message": "stage_changed", "not_before": evening}
    account = {**row, "dedupe_key": "b", "message": "password_link"}
    with two.database.read() as session:
        held, at_once = outbox._outside_quiet_hours(session, [row, account])  # noqa: SLF001
    assert held["not_before"] == london(two.due + timedelta(days=1), "07:30")
    assert at_once["not_before"] == evening


def test_choices_fall_back_from_person_to_body_to_partnership(two: Two) -> None:
    person = builders.address("other_agency_contact")
    with two.database.write() as session:
        home = session.scalars(sa.select(Partnership).where(Partnership.home)).one()
        home.settings = {**home.settings, "post": {"at": "08:00", "quiet_until": "08:00"}}
        session.execute(sa.update(Body).where(Body.key == "mereshire-nhs").values(post={"days": [1, 3]}))
        session.execute(sa.update(User).where(User.email == person).values(post={"at": "09:15", "days": [5, 6]}))
    with two.database.read() as session:
        found = choices_for(session, [READER.upper(), person, "nobody@elsewhere.example"])
    assert (found[READER.upper()].days, found[READER.upper()].at) == ({1, 3}, time(8))
    assert (found[person].days, found[person].at) == ({1, 3}, time(9, 15)), "weekends have no post: never silence"
    assert found["nobody@elsewhere.example"].days == set(range(5))
    assert chosen(Choices(), {"at": "nonsense", "days": "all", "alone": 1}) == Choices()


def test_a_weekly_reader_hears_before_the_date_whatever_day_they_chose(two: Two) -> None:
    two.write(sa.update(Body).where(Body.key == "mereshire-nhs").values(post={"days": [3]}))  # Thursdays
    day = two.due - timedelta(days=40)
    while day <= two.due + timedelta(days=15):
        sweep(two.database, at_ten(day))
        two.send(at_ten(day))
        day += timedelta(days=1)
    told = [(f"{m.created_at:%a %d %b}", m.message) for m in two.mail()]
    assert told == [
        ("Thu 28 May", "daily_digest"), ("Thu 11 Jun", "daily_digest"), ("Thu 18 Jun", "daily_digest"),
        # -1 on Friday and +0 on Monday cannot wait for Thursday; what is past can.
        ("Fri 19 Jun", "daily_digest"), ("Mon 22 Jun", "daily_digest"), ("Thu 02 Jul", "daily_digest"),
    ]  # fmt: skip


def test_the_office_s_closed_day_has_no_post(two: Two) -> None:
    with two.database.write() as session:
        home = session.scalars(sa.select(Partnership).where(Partnership.home)).one()
        author = session.scalars(sa.select(User.id).limit(1)).one()
        session.add(LocalClosure(partnership_id=home.id, day=two.due, title="Moving", added_by=author,
                                 added_at=at_ten(two.due)))  # fmt: skip
    sweep(two.database, at_ten(two.due - timedelta(days=3)))
    (mail,) = two.mail()
    assert {r.rung for r in two.reminders()} == {"+0"} and "due on Monday 22 June 2026" in mail.text


def test_a_line_that_cannot_be_said_stops_no_other(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gathered.reminders.reminder_message

    def trouble(session: Any, record: Any, process: Any, clock: Any, row: Deadline, *rest: Any, **more: Any) -> Any:
        if row.id == two.rows[0].id:
            raise RuntimeError("a template that does not render")
        return whole(session, record, process, clock, row, *rest, **more)

    monkeypatch.setattr(gathered.reminders, "reminder_message", trouble)
    swept = sweep(two.database, at_ten(two.due))
    (mail,) = two.mail()
    assert swept.passed_over and two.refs[1] in mail.text and two.refs[0] not in mail.text
    (waits,) = two.reminders(deadline_id=two.rows[0].id)
    assert waits.outbox_id is None and waits.dropped_at is None
    with two.database.read() as session:
        assert list(reminders_said(session, two.due + timedelta(days=1))) == [], "the next day's e-mail may carry it"
        found = list(reminders_said(session, two.due + timedelta(days=2)))
    assert [(one.kind, two.refs[0] in one.sentence) for one in found] == [("reminder_not_said", True)]
    monkeypatch.undo()
    sweep(two.database, at_ten(two.due))
    (whole_mail,) = two.mail()
    assert two.refs[0] in whole_mail.text, "the next sweep makes up for it"


def test_who_did_it_is_not_told_of_it(two: Two) -> None:
    two.case.act("record_not_known", {"searched": "All systems."}, ref=two.refs[0])
    with two.database.read() as session:
        told = set(
            session.scalars(
                sa.select(OutboxMessage.recipient).where(
                    OutboxMessage.message == "stage_changed", OutboxMessage.event_id.is_not(None),
                    OutboxMessage.record_id == two.rows[0].record_id,
                )
            )
        )  # fmt: skip
    assert told == {builders.address("second_case_manager")}, "the case manager who recorded it knows"

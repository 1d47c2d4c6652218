"""Reminders: the right one, to the right people, once, whoever sweeps and however late."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import gathered as words
from dardr.casework import sweep as sweeping
from dardr.casework.sweep import Swept, sweep
from dardr.storage.bodies import BodyContact, Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Hold
from tests import builders
from tests.builders import Case, a_review, at_ten, open_a


def post(database: Database, **where: Any) -> list[OutboxMessage]:
    """Messages that carry one thing by themselves."""
    with database.read() as session:
        query = sa.select(OutboxMessage).filter_by(**where).order_by(OutboxMessage.id)
        return list(session.scalars(query))


def told(database: Database, **where: Any) -> list[Reminder]:
    """Reminders that a message carries, whatever else it carries."""
    with database.read() as session:
        query = sa.select(Reminder).filter_by(**where).where(Reminder.outbox_id.is_not(None)).order_by(Reminder.id)
        return list(session.scalars(query))


def swept_days(database: Database, first: date, last: date) -> Swept:
    total = Swept()
    day = first
    while day <= last:
        total += sweep(database, at_ten(day))
        day += timedelta(days=1)
    return total


@pytest.fixture
def imr(database: Database) -> tuple[Case, str, Deadline]:
    """A review with one individual management review asked of a trust; and that return's deadline."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    (ref,) = case.opened("agency-return")
    return case, ref, case.deadline("imr_return", ref=ref)


def rungs(found: list[Reminder], reader: str) -> list[tuple[str, str]]:
    """(day of the week and date, rung) of one reader's reminders."""
    return [(f"{r.for_day:%a %d %b}", r.rung) for r in found if r.address == reader]


def test_each_step_of_the_ladder_once_to_each_reader(database: Database, imr: tuple[Case, str, Deadline]) -> None:
    """Due on Monday 22 June 2026. 25 May is a bank holiday and 21 June a Sunday: the last day with post before it."""
    case, ref, row = imr
    assert row.due_on is not None and row.due_on == date(2026, 6, 22)
    swept_days(database, case.today, row.due_on + timedelta(days=15))

    mine = told(database, deadline_id=row.id, kind="reminder")
    readers = {"contact@mereshire-nhs.example", builders.address("other_agency_contact")}
    assert {r.address for r in mine} == readers
    for reader in readers:
        assert rungs(mine, reader) == [
            ("Fri 22 May", "-28"), ("Mon 08 Jun", "-14"), ("Mon 15 Jun", "-7"), ("Fri 19 Jun", "-1"),
            ("Mon 22 Jun", "+0"), ("Mon 29 Jun", "+7"), ("Mon 06 Jul", "+14"),
        ]  # fmt: skip
    written = post(database, deadline_id=row.id, recipient=min(readers))
    assert [m.message for m in written][-3:] == ["deadline_reminder", "deadline_late", "deadline_late"]
    late = [m for m in written if m.message == "deadline_late"]
    assert "Is something in the way?" in late[0].text and "Is something in the way?" not in late[-1].text
    assert all(ref in m.subject and "Lane" not in m.text for m in written)


def test_a_worker_away_for_three_weeks_sends_one_message(database: Database, imr: tuple[Case, str, Deadline]) -> None:
    _, _, row = imr
    assert row.due_on is not None
    away_until = row.due_on + timedelta(days=21)
    sweep(database, at_ten(away_until))
    mine = told(database, deadline_id=row.id, kind="reminder")
    assert Counter(r.address for r in mine).most_common(1)[0][1] == 1
    assert {r.rung for r in mine} == {"+21"}
    (message, *_) = post(database, message="deadline_late")
    assert "Is something in the way?" in message.text
    assert [r.rung for r in told(database, kind="escalation", deadline_id=row.id)] == ["escalation+7"]
    again = sweep(database, at_ten(away_until))
    assert (again.enqueued, again.reminders) == (0, 0)


def test_lateness_goes_up_the_ladder_to_somebody_else_each_time(
    database: Database, imr: tuple[Case, str, Deadline]
) -> None:
    case, _, row = imr
    assert row.due_on is not None
    swept = swept_days(database, case.today, row.due_on + timedelta(days=50))
    escalated = told(database, deadline_id=row.id, kind="escalation")
    assert [(r.address, (r.for_day - row.due_on).days) for r in escalated] == [
        ("lead@mereshire-nhs.example", 7), ("executive@mereshire-nhs.example", 21),
        (builders.address("deciding_chair"), 35),
    ]  # fmt: skip
    assert swept.escalated >= 3
    (first, *_) = post(database, message="escalation", deadline_id=row.id)
    assert "Mereshire NHS Trust" in first.text


def test_who_was_told_late_has_time_before_the_next_is_told(
    database: Database, imr: tuple[Case, str, Deadline]
) -> None:
    """A worker away for a hundred days: the lead first, and the executive a fortnight on, not on the same day."""
    _, _, row = imr
    assert row.due_on is not None
    back = row.due_on + timedelta(days=98)
    swept_days(database, back, back + timedelta(days=30))
    escalated = told(database, deadline_id=row.id, kind="escalation")
    assert [(r.rung, (r.for_day - back).days) for r in escalated] == [
        ("escalation+7", 0), ("escalation+21", 14), ("escalation+35", 28),
    ]  # fmt: skip


def test_lateness_is_never_told_louder_to_the_same_person(database: Database, imr: tuple[Case, str, Deadline]) -> None:
    """Where the lead is who was reminded, the executive is told; where nobody else is there, the case manager."""
    case, _, row = imr
    assert row.due_on is not None
    with database.write() as session:
        session.execute(sa.delete(BodyContact).where(BodyContact.kind != "lead"))
        session.execute(sa.update(User).where(User.email.like("%agency%")).values(active=False))
    swept_days(database, case.today, row.due_on + timedelta(days=24))
    assert {r.address for r in told(database, deadline_id=row.id, kind="reminder")} == {"lead@mereshire-nhs.example"}
    assert [(r.rung, r.party) for r in told(database, deadline_id=row.id, kind="escalation")] == [
        ("escalation+7", "deciding_chair"), ("escalation+21", "case_manager"), ("escalation+21", "case_manager"),
    ]  # fmt: skip


def test_reminders_stop_when_the_person_has_acted(database: Database, imr: tuple[Case, str, Deadline]) -> None:
    case, ref, row = imr
    assert row.due_on is not None
    case.today = row.due_on - timedelta(days=20)
    case.act("record_not_known", {"searched": "The records manager searched all systems."}, ref=ref)
    before = len(told(database, deadline_id=row.id))
    swept_days(database, case.today, row.due_on + timedelta(days=30))
    assert len(told(database, deadline_id=row.id)) == before


def test_a_moved_date_starts_its_ladder_afresh(database: Database, imr: tuple[Case, str, Deadline]) -> None:
    case, ref, row = imr
    assert row.due_on is not None
    swept_days(database, case.today, row.due_on)
    new = row.due_on + timedelta(days=60)
    case.today = row.due_on
    case.act(
        "agree_new_date",
        {"clock": "imr_return", "new_date": new.isoformat(), "reason": "Records are in store.", "agreed_by": "Chair"},
        ref=ref,
    )
    swept_days(database, case.today, new)
    mine = told(database, deadline_id=row.id, kind="reminder")
    assert {m.due_on for m in mine} == {row.due_on, new}
    assert {m.rung for m in mine if m.due_on == new} >= {"-28", "-14", "-7", "-1", "+0"}
    assert "The date is the one that was agreed" in post(database, due_on=new)[0].text


def test_nobody_reminds_the_family_or_the_home_office(database: Database) -> None:
    case = a_review(database, "drafting")
    case.do(builders.READING[:2])
    row = case.deadline("family_reading")
    assert row.due_on is not None and row.next_look_on is None
    swept_days(database, row.due_on - timedelta(days=3), row.due_on + timedelta(days=30))
    assert told(database, deadline_id=row.id) == []


def test_a_deferred_decision_is_not_chased_and_is_looked_at_again(database: Database) -> None:
    case = a_review(database, "decision_pending")
    review_by = case.today + timedelta(days=56)
    case.act("defer_decision", {"awaiting": ["toxicology"], "reason": "The cause is not known.", "told": "All members"})
    row = case.deadline("decide_review")
    swept_days(database, case.today, review_by + timedelta(days=8))
    assert told(database, deadline_id=row.id) == []
    asked = told(database, kind="look-again")
    assert {r.party for r in asked} == {"case_manager"}
    by_reader = Counter(r.address for r in asked)
    assert set(by_reader.values()) == {2}
    assert [r.for_day for r in asked if r.address == min(by_reader)] == [review_by, review_by + timedelta(days=7)]
    case.today = review_by + timedelta(days=9)
    case.act("end_deferral", {"deferral_outcome": "The result has come."})
    swept_days(database, case.today, case.today + timedelta(days=3))
    assert told(database, deadline_id=row.id) != []


def test_a_hold_is_looked_at_on_its_day_and_weekly_until_it_ends(
    database: Database, imr: tuple[Case, str, Deadline]
) -> None:
    case, ref, row = imr
    assert row.due_on is not None
    review_by = case.today + timedelta(days=21)
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "The trial is listed.", "asked_by": "cps", "clocks": ["imr_return"],
         "activities": ["family_interviews"], "review_by": review_by.isoformat()},
    )  # fmt: skip
    swept_days(database, case.today, review_by + timedelta(days=15))
    looks = told(database, kind="look-again")
    assert sorted({r.for_day for r in looks}) == [review_by + timedelta(days=n) for n in (0, 7, 14)]
    assert told(database, deadline_id=row.id) == [], "a held clock reminds nobody"
    with database.read() as session:
        hold = session.scalars(sa.select(Hold)).one()
    assert hold.next_look_on == review_by + timedelta(days=21)
    case.today = review_by + timedelta(days=15)
    case.act("end_hold", {"hold": str(hold.id), "hold_outcome": "The trial has ended."})
    assert swept_days(database, case.today, case.today + timedelta(days=30)).looked >= 1
    assert len(told(database, kind="look-again")) == len(looks)


def test_once_the_guide_has_passed_somebody_is_asked_for_an_agreed_date(database: Database) -> None:
    case = a_review(database, "evidence")
    row = case.deadline("overview_report")
    assert row.due_on is not None
    sweep(database, at_ten(row.due_on))
    assert told(database, kind="agreed-date") == []
    swept_days(database, row.due_on, row.due_on + timedelta(days=60))
    asked = told(database, kind="agreed-date")
    assert asked and {r.for_day for r in asked} == {row.due_on + timedelta(days=1)}
    assert {r.party for r in asked} == {"case_manager"}
    with database.read() as session:
        said = [session.get_one(OutboxMessage, r.outbox_id) for r in told(database, deadline_id=row.id)]
    assert any("six-month guide" in m.text for m in said)
    assert all("breach" not in m.text and "Act" not in m.subject for m in said)


def test_a_reply_to_the_commissioner_gets_a_courtesy_reminder(database: Database) -> None:
    published = builders.START
    case = open_a(
        database, "section8-report",
        {"title": "A fictional report", "report_published_on": published.isoformat(),
         "report_url": "https://commissioner.example/report"}, on=published,
    )  # fmt: skip
    case.act("add_recommendation", {"number": "1", "text": "Train staff."})
    case.act(
        "name_body",
        {"bodies": ["mereshire-nhs"],
         "recommendations_addressed": ["1"]},
    )  # fmt: skip
    (ref,) = case.opened("commissioner-reply")
    row = case.deadline("commissioner_reply", ref=ref)
    assert row.due_on is not None
    assert row.due_on == published + timedelta(days=55)
    swept_days(database, published, row.due_on + timedelta(days=1 + 7))
    mine = told(database, deadline_id=row.id, kind="reminder")
    assert {(r.rung, (r.for_day - row.due_on).days) for r in mine} == {
        ("-14", -14), ("-7", -7), ("-1", -1), ("+0", 0), ("+7", 7),
    }, "the days of the Act are kept, whatever day of the week"  # fmt: skip
    assert [(r.rung, (r.for_day - row.due_on).days) for r in told(database, kind="escalation")] == [("escalation+1", 1)]
    assert {r.alone for r in mine if r.rung in ("-1", "+0", "+7")} == {True}
    said = post(database, message="commissioner_reply_reminder", deadline_id=row.id)
    assert "The duty to publish" in said[0].text and "courtesy" in said[0].text
    assert "the date in the act, " in said[-1].subject.lower()


def test_somebody_without_an_address_stays_visible(database: Database, imr: tuple[Case, str, Deadline]) -> None:
    _, _, row = imr
    assert row.due_on is not None
    with database.write() as session:
        session.execute(sa.delete(BodyContact))
        session.execute(sa.update(User).where(User.email.like("%agency%")).values(active=False))
    sweep(database, at_ten(row.due_on))
    sweep(database, at_ten(row.due_on))
    (only,) = post(database, deadline_id=row.id)
    assert (only.status, only.recipient, only.party) == ("no_address", "", "agency")


def test_a_chair_without_an_account_is_reminded_through_the_case_manager(database: Database) -> None:
    case = a_review(database, "evidence")
    row = case.deadline("overview_report")
    assert row.due_on is not None
    sweep(database, at_ten(row.due_on))
    readers = {(m.party, m.recipient, m.status) for m in post(database, deadline_id=row.id, rung="+0")}
    assert readers == {
        ("independent_chair", "", "no_address"),
        ("case_manager", builders.address("case_manager"), "queued"),
        ("case_manager", builders.address("second_case_manager"), "queued"),
    }


def test_one_bad_row_does_not_stop_the_others(
    database: Database, imr: tuple[Case, str, Deadline], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, ref, row = imr
    assert row.due_on is not None
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    bad = row.id
    whole = words.reminders.reminder_message

    def trouble(session: Any, record: Any, process: Any, clock: Any, row: Deadline, *rest: Any, **more: Any) -> Any:
        if row.id == bad:
            raise RuntimeError("a template that does not render")
        return whole(session, record, process, clock, row, *rest, **more)

    monkeypatch.setattr(words.reminders, "reminder_message", trouble)
    swept = sweep(database, at_ten(row.due_on))
    assert swept.passed_over == 2 and swept.enqueued >= 1, "one for each of the two readers"
    assert told(database, deadline_id=bad) == []
    assert post(database, message="deadline_reminder", recipient="contact@northmere-council.example")
    monkeypatch.undo()
    sweep(database, at_ten(row.due_on))
    assert len(told(database, deadline_id=bad)) == 2, "the next sweep makes up for it"


def test_a_row_the_database_refuses_does_not_stop_the_batch(
    database: Database, imr: tuple[Case, str, Deadline], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _, row = imr
    assert row.due_on is not None
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    whole = sweeping.reminder_values

    def trouble(*args: Any, **more: Any) -> dict[str, Any]:
        made = whole(*args, **more)
        return {**made, "record_id": -1} if more["deadline_id"] == row.id else made

    monkeypatch.setattr(sweeping, "reminder_values", trouble)
    swept = sweep(database, at_ten(row.due_on))
    assert swept.passed_over == 1
    assert post(database, message="deadline_reminder", recipient="contact@northmere-council.example")
    assert told(database, deadline_id=row.id) == []


@pytest.mark.postgres
def test_the_sweep_leaves_what_somebody_is_changing(postgres_url: str) -> None:
    """On PostgreSQL; on SQLite there is one writer, so nothing can overlap."""
    with closing(Database(postgres_url)) as database:
        with database.write() as session:
            builders.a_partnership(session)
        case = a_review(database, "evidence")
        case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
        row = case.deadline("imr_return", ref=case.opened("agency-return")[0])
        assert row.due_on is not None
        with database.write() as session:
            session.execute(sa.text("SELECT 1 FROM record WHERE id = :id FOR UPDATE"), {"id": row.record_id})
            sweep(database, at_ten(row.due_on))
            assert told(database, deadline_id=row.id) == []
        sweep(database, at_ten(row.due_on))
        assert told(database, deadline_id=row.id)


def test_messages_name_nobody(database: Database, imr: tuple[Case, str, Deadline]) -> None:
    case, _, row = imr
    assert row.due_on is not None
    swept_days(database, case.today, row.due_on + timedelta(days=30))
    with database.read() as session:
        names = [n for (n,) in session.execute(sa.select(User.name)) if "command line" not in n]
        team = session.scalars(sa.select(Partnership.team_name)).one()
    for message in post(database):
        said = message.subject + message.text + message.html
        assert not [name for name in names if name in said]
        assert team in said

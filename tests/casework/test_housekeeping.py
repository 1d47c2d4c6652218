"""The nightly round: each kind of finding, none where all is well, a bad row that stops nothing, one digest a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.calendar_checks import calendar_reaches
from dardr.casework.findings import Finding
from dardr.casework.housekeeping import housekeeping
from dardr.casework.integrity import CHECKS
from dardr.storage.bodies import BodyContact, Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import IntegrityFinding
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Deadline, Hold, Record, RecordBody
from tests import builders
from tests.builders import Case, a_review, at_ten
from workflows.calendar import calendars


@pytest.fixture
def case(database: Database) -> Case:
    """A review with a return and an action, a hold, an agreed date: everything in order."""
    case = a_review(database, "evidence")
    case.act("assign_case_manager", {"case_manager": builders.address("case_manager")})
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    case.act(
        "add_action",
        {"action_text": "Train staff", "lead_body": "northmere-council", "plan_source": "early_learning",
         "scope": "local"},
    )  # fmt: skip
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "Listed.", "asked_by": "cps", "clocks": ["imr_return"],
         "activities": ["agency_returns"]},
    )  # fmt: skip
    due = case.deadline("overview_report").due_on
    assert due is not None
    told = case.today.isoformat()
    case.act(
        "agree_new_date",
        {"clock": "overview_report", "new_date": (due + timedelta(days=90)).isoformat(), "reason": "The trial",
         "agreed_by_panel_on": told, "agreed_by_partnership_on": told, "home_office_told_on": told, "minute": "4"},
    )  # fmt: skip
    return case


def night(database: Database, day: date) -> list[tuple[str | None, str]]:
    """Do the round; what stands afterwards, as (kind, sentence)."""
    housekeeping(database, at_ten(day))
    with database.read() as session:
        rows = session.scalars(sa.select(IntegrityFinding).order_by(IntegrityFinding.id))
        return [(row.kind, row.sentence) for row in rows]


def kinds(found: list[tuple[str | None, str]]) -> set[str | None]:
    return {kind for kind, _ in found}


def test_all_is_well(database: Database, case: Case) -> None:
    assert night(database, case.today) == []


def test_a_deadline_that_is_not_what_was_recorded(database: Database, case: Case) -> None:
    row = case.deadline("overview_report")
    assert row.due_on is not None
    with database.write() as session:
        session.execute(sa.update(Deadline).where(Deadline.id == row.id).values(due_on=row.due_on + timedelta(days=1)))
    found = night(database, case.today)
    assert kinds(found) == {"deadline_differs"} and "D05" in found[0][1] and case.ref in found[0][1]


@pytest.mark.parametrize("wrong", [None, date(2099, 1, 1)])
def test_a_next_look_that_would_miss_a_reminder_is_put_right(
    database: Database, case: Case, wrong: date | None
) -> None:
    row = case.deadline("overview_report")
    with database.write() as session:
        session.execute(sa.update(Deadline).where(Deadline.id == row.id).values(next_look_on=wrong))
    assert kinds(night(database, case.today)) == {"next_look_wrong"}
    assert case.deadline("overview_report").next_look_on == row.next_look_on
    assert night(database, case.today) == []


def test_a_deadline_nobody_looked_at(database: Database, case: Case) -> None:
    row = case.deadline("overview_report")
    assert row.next_look_on is not None
    late = row.next_look_on + timedelta(days=2)
    assert "not_looked_at" in kinds(night(database, late))


def test_facts_that_are_not_what_the_history_comes_to(database: Database, case: Case) -> None:
    with database.write() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
        record.facts = {**record.facts, "age": "99"}
    found = night(database, case.today)
    assert kinds(found) == {"facts_differ"} and case.ref in found[0][1]


def test_a_hold_past_its_day(database: Database, case: Case) -> None:
    (hold,) = case.holds()
    assert hold.review_by is not None
    assert "hold_past_review" not in kinds(night(database, hold.review_by))
    assert "hold_past_review" in kinds(night(database, hold.review_by + timedelta(days=1)))


def test_a_clock_that_could_not_be_armed(database: Database, case: Case) -> None:
    row = case.deadline("overview_report")
    with database.write() as session:
        session.execute(
            sa.update(Deadline).where(Deadline.id == row.id).values(problem="The date is not recorded. Record it.")
        )
    assert ("clock_not_armed", f"{case.ref}: The date is not recorded. Record it.") in night(database, case.today)


def test_an_item_nobody_owes(database: Database, case: Case) -> None:
    (ref,) = case.opened("agency-return")
    with database.write() as session:
        session.execute(sa.delete(RecordBody).where(RecordBody.record_id == case.record(ref).id))
    (finding,) = night(database, case.today)
    assert finding[0] == "no_owner" and ref in finding[1]


def test_a_body_nobody_can_write_to(database: Database, case: Case) -> None:
    with database.write() as session:
        session.execute(sa.delete(BodyContact))
        session.execute(sa.delete(UserRole).where(UserRole.role.like("agency%")))
    found = night(database, case.today)
    assert kinds(found) == {"no_contact"}
    assert {sentence.split(" owes")[0] for _, sentence in found} == {"Mereshire NHS Trust", "Northmere Council"}


def test_a_review_on_which_nobody_can_do_anything(database: Database) -> None:
    case = a_review(database, "screening")
    assert night(database, case.today) == []
    with database.write() as session:
        session.execute(sa.delete(UserRole))
    assert "no_next_step" in kinds(night(database, case.today))


def test_the_bank_holidays_end_soon(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(today: date) -> set[str | None]:
        with database.read() as session:
            return {one.kind for one in calendar_reaches(session, today)}

    horizon = calendars.get("england-and-wales").horizon
    assert found(horizon - timedelta(days=370)) == set()
    assert found(horizon - timedelta(days=360)) == {"calendar_ends"}
    assert found(horizon + timedelta(days=5)) == {"calendar_ends"}
    assert found(date(2010, 1, 1)) == {"calendar_missing"}


def test_a_working_day_date_past_the_published_holidays(database: Database, case: Case) -> None:
    (ref,) = case.opened("agency-return")
    row = case.deadline("imr_return", ref=ref)
    with database.write() as session:
        session.get_one(Deadline, row.id).receipt = {**row.receipt, "provisional": True}
    assert "date_provisional" in kinds(night(database, case.today))


def test_a_finding_keeps_its_day_and_goes_when_mended(database: Database, case: Case) -> None:
    (hold,) = case.holds()
    assert hold.review_by is not None
    first = hold.review_by + timedelta(days=1)
    night(database, first)
    assert "hold_past_review" in kinds(night(database, first + timedelta(days=1)))
    with database.read() as session:
        (row,) = session.scalars(sa.select(IntegrityFinding).where(IntegrityFinding.kind == "hold_past_review"))
    assert row.found_at == at_ten(first)
    with database.write() as session:
        session.get_one(Hold, hold.id).review_by = first + timedelta(days=90)
    assert "hold_past_review" not in kinds(night(database, first + timedelta(days=1)))


def test_one_check_that_fails_does_not_stop_the_others(database: Database, case: Case) -> None:
    (hold,) = case.holds()
    assert hold.review_by is not None

    def broken_check(session: Session, today: date) -> Iterator[Finding]:
        yield Finding(None, "early", "Found before the trouble.")
        session.execute(sa.text("SELECT nothing FROM nowhere"))

    kept = housekeeping(database, at_ten(hold.review_by + timedelta(days=1)), (broken_check, *CHECKS))
    assert kept.findings >= 3
    with database.read() as session:
        found = set(session.scalars(sa.select(IntegrityFinding.kind)))
    assert {"early", "check_failed", "hold_past_review"} <= found


def test_one_bad_row_does_not_stop_a_check(sqlite_database: Database) -> None:
    """A row that cannot even be read, on the database that would keep such a thing."""
    database = sqlite_database
    first, second = (a_review(database, "evidence") for _ in range(2))
    bad, good = first.deadline("overview_report"), second.deadline("overview_report")
    assert good.due_on is not None
    with database.write() as session:
        session.execute(sa.text(f"UPDATE deadline SET receipt = '{{not json' WHERE id = {bad.id}"))
        session.execute(
            sa.text(f"UPDATE deadline SET due_on = '{good.due_on + timedelta(days=1)}' WHERE id = {good.id}")
        )
        session.execute(sa.text(f"UPDATE record SET facts = '{{not json' WHERE id = {first.record().id}"))
        session.execute(
            sa.text(f"UPDATE record SET facts = json_set(facts, '$.age', 99) WHERE id = {second.record().id}")
        )
    found = night(database, second.today)
    assert {"row_unreadable", "deadline_differs", "facts_differ"} <= kinds(found)
    assert any(second.ref in sentence for kind, sentence in found if kind == "deadline_differs")


# --- failed mail ------------------------------------------------------------------------------------------


def fail_all(database: Database, now: datetime, answer: str = "550 No such person") -> int:
    with database.write() as session:
        rows = list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.status == "queued")))
        for row in rows:
            row.status, row.settled_at, row.last_error = "failed", now, answer
            session.add(OutboxAttempt(outbox_id=row.id, at=now, result="refused", answer=answer))
    return len(rows)


def digests(database: Database) -> list[OutboxMessage]:
    with database.read() as session:
        query = sa.select(OutboxMessage).where(OutboxMessage.message == "failed_mail_digest")
        return list(session.scalars(query.order_by(OutboxMessage.id)))


def test_one_digest_a_day_of_what_failed_since_the_last(database: Database, case: Case) -> None:
    failed = fail_all(database, at_ten(case.today))
    assert failed
    housekeeping(database, at_ten(case.today) + timedelta(hours=1))
    housekeeping(database, at_ten(case.today) + timedelta(hours=2))
    (first,) = digests(database)
    assert first.recipient == "team@mereshire.example" and case.ref in first.text
    assert "550" in first.text
    housekeeping(database, at_ten(case.today + timedelta(days=1)))
    assert len(digests(database)) == 1, "nothing new failed"
    case.today += timedelta(days=2)
    case.act("request_returns", {"kind": "summary", "bodies": ["mereshire-fire"]})
    with database.write() as session:
        session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == first.id).values(status="sent"))
    fail_all(database, at_ten(case.today))
    housekeeping(database, at_ten(case.today) + timedelta(hours=1))
    second = digests(database)[-1]
    new_ref = case.opened("agency-return")[-1]
    assert len(digests(database)) == 2 and new_ref in second.text and new_ref not in first.text
    assert "Mereshire Fire and Rescue" in second.text and "@mereshire-fire" not in second.text


def test_without_a_team_address_the_digest_goes_to_the_case_managers(database: Database, case: Case) -> None:
    with database.write() as session:
        session.execute(sa.update(Partnership).values(team_email=""))
        session.execute(
            sa.update(User).where(User.email == builders.address("second_case_manager")).values(active=False)
        )
    fail_all(database, at_ten(case.today))
    housekeeping(database, at_ten(case.today))
    assert [m.recipient for m in digests(database)] == [builders.address("case_manager")]


def test_what_had_no_address_is_not_said_to_have_been_tried(database: Database, case: Case) -> None:
    with database.write() as session:
        session.execute(sa.update(OutboxMessage).values(status="no_address", settled_at=at_ten(case.today)))
    housekeeping(database, at_ten(case.today))
    (digest,) = digests(database)
    assert "not tried: no address is recorded there" in digest.text and "first tried" not in digest.text


def test_the_round_says_what_it_did(database: Database, case: Case) -> None:
    fail_all(database, at_ten(case.today))
    kept: Any = housekeeping(database, at_ten(case.today))
    assert (kept.findings, kept.new, kept.mended, kept.digests) == (0, 0, 0, 1)

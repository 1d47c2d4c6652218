"""A receipt is proved by the event that sealed it; what moved the date since is named, and a change by hand is seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.casework.closures import close_office
from dardr.casework.holidays import add_holidays
from dardr.lookups.receipt_seals import Seal, seal_of
from dardr.storage.engine import Database
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, Record
from tests.builders import Case, a_review, actor, at_ten


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    case = a_review(sqlite_database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    return case


def seal(case: Case, clock: str, ref: str) -> Seal:
    with case.database.read() as session:
        row = session.get_one(Deadline, case.deadline(clock, ref=ref).id)
        found = seal_of(session, row, session.get_one(Record, row.record_id))
    assert found is not None
    return found


def test_the_first_receipt_is_sealed_in_the_event_that_started_the_clock(case: Case) -> None:
    (ref,) = case.opened("agency-return")
    first = seal(case, "imr_return", ref)
    assert first.as_sealed and not first.since and (first.ref, first.seq) == (ref, 1)
    assert first.due == case.deadline("imr_return", ref=ref).due_on
    with case.database.read() as session:
        event = session.scalars(sa.select(AuditEvent).where(AuditEvent.hash == first.hash)).one()
        assert event.seq == 1 and event.actor_name == first.by


def test_what_moves_a_date_is_named_with_the_event_that_holds_it(case: Case) -> None:
    (ref,) = case.opened("agency-return")
    before = seal(case, "imr_return", ref)
    case.act("place_hold", {"kind": "trial", "reason": "Listed.", "asked_by": "cps", "clocks": ["imr_return"],
                            "activities": ["family_interviews"], "review_by": "2026-12-01"})  # fmt: skip
    held = seal(case, "imr_return", ref)
    assert not held.as_sealed and held.sealed_hash == before.sealed_hash and held.due == before.due
    assert [(one.what, one.ref) for one in held.since] == [("A hold was placed", case.ref)]
    case.act("undo_hold", {"hold": str(case.holds()[-1].id), "undo_reason": "Placed on the wrong review."})
    undone = seal(case, "imr_return", ref)
    assert undone.as_sealed, "struck out, it never was"
    assert [one.what for one in undone.since] == ["A hold was placed", "The hold was struck out"]
    with case.database.read() as session:
        hashes = set(session.scalars(sa.select(AuditEvent.hash)))
    assert {one.hash for one in undone.since} <= hashes


def test_a_change_of_the_calendar_is_named_where_the_calendar_counts(case: Case) -> None:
    (ref,) = case.opened("agency-return")
    with case.database.write() as session:
        manager, now = actor(session, "team_manager"), at_ten(case.today + timedelta(days=1))
        add_holidays(session, manager, now, {date(2026, 5, 15): "One more"})
        close_office(session, manager, now, date(2026, 5, 18), "Training")
    moved = seal(case, "imr_return", ref)
    assert not moved.as_sealed and [one.what.partition(" (")[0] for one in moved.since] == [
        "Bank holidays were added", "A day on which the office is closed was added: Training"
    ]  # fmt: skip
    report = seal(case, "overview_report", case.ref)
    assert report.as_sealed and not report.since, "months do not ask the calendar"


def test_a_receipt_that_somebody_changed_by_hand_is_seen(case: Case) -> None:
    (ref,) = case.opened("agency-return")
    with case.database.write() as session:
        row = session.get_one(Deadline, case.deadline("imr_return", ref=ref).id)
        row.receipt = {**row.receipt, "sentences": ["It was always so."]}
    assert seal(case, "imr_return", ref).unexplained
    with case.database.write() as session:
        row = session.get_one(Deadline, case.deadline("imr_return", ref=ref).id)
        values = session.scalars(sa.select(EventValues).where(EventValues.event_id == row.started_by_event)).one()
        values.after = None
        session.flush()
        assert seal_of(session, row, session.get_one(Record, row.record_id)) is None, "lawfully destroyed"

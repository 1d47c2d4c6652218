"""A round of updates: opened and closed by its days, one message to each agency, silence about single updates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework.act import take_action
from dardr.casework.open_record import open_record
from dardr.casework.sweep import sweep
from dardr.casework.update_rounds import Moved, days_for, go_on
from dardr.errors import Conflict, DardrError, Invalid
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import AuditEvent, Deadline, Record, RecordLink
from tests import builders
from tests.builders import at_ten

MEETING, OPENS, CLOSES = date(2026, 10, 8), date(2026, 9, 10), date(2026, 9, 24)
"""A Thursday; four weeks and ten working days before it."""
PLANNED = date(2026, 8, 3)


def an_action(database: Database, lead: str, target: date, on: date = PLANNED) -> str:
    """An action agreed by the body that leads it, under no review."""
    with database.write() as session:
        by = builders.actor(session, "case_manager")
        ref = open_record(
            session, by, at_ten(on), "action", {"action_text": "Train triage staff", "lead_body": lead, "added_on": on}
        ).ref
        agreed = {"target_date": target, "outcome_measure": "Staff asked", "agreed_by": "Director"}
        take_action(session, by, at_ten(on), ref, "agree", agreed, on)
    return ref


def a_round(database: Database, values: Mapping[str, Any] | None = None) -> str:
    given = {"meeting_on": MEETING, "opens_on": OPENS, "closes_on": CLOSES, "planned_on": PLANNED, **(values or {})}
    with database.write() as session:
        by = builders.actor(session, "case_manager")
        return open_record(session, by, at_ten(PLANNED), "update-round", given).ref


def act(
    database: Database, ref: str, action: str, values: Mapping[str, Any], on: date, who: str = "case_manager"
) -> None:
    with database.write() as session:
        take_action(session, builders.actor(session, who), at_ten(on), ref, action, values, on)


def stage(database: Database, ref: str) -> str | None:
    with database.read() as session:
        return session.scalar(sa.select(Record.stage).where(Record.ref == ref))


def requests(database: Database, ref: str) -> dict[str, str]:
    """Reference of each request of a round, by the body asked."""
    with database.read() as session:
        rows = session.scalars(
            sa.select(Record)
            .join(RecordLink, RecordLink.item_id == Record.id)
            .where(RecordLink.review_id == sa.select(Record.id).where(Record.ref == ref).scalar_subquery())
            .order_by(Record.id)
        )
        return {str(one.facts["body"]): one.ref for one in rows}


def written(database: Database) -> dict[str, OutboxMessage]:
    with database.read() as session:
        rows = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "updates_asked"))
        return {one.recipient: one for one in rows}


def test_a_round_opens_on_its_day_and_asks_each_agency_once(database: Database) -> None:
    first = an_action(database, "mereshire-nhs", date(2026, 9, 1))
    second = an_action(database, "mereshire-nhs", date(2027, 2, 1))
    elsewhere = an_action(database, "northmere-council", date(2026, 12, 1))
    with database.read() as session:
        home = builders.actor(session, "case_manager").partnership_id or 0
        planned = days_for(session, home, MEETING)
    assert (planned.opens_on, planned.closes_on) == (OPENS, CLOSES)
    ref = a_round(database)
    assert go_on(database, at_ten(OPENS - timedelta(days=1))) == Moved(0, 0)
    assert go_on(database, at_ten(OPENS)) == Moved(1, 0)
    assert go_on(database, at_ten(OPENS)) == Moved(0, 0), "again changes nothing"
    assert stage(database, ref) == "open"
    assert set(requests(database, ref)) == {"mereshire-nhs", "northmere-council"}
    told = written(database)
    nhs = next(one for one in told.values() if first in one.text)
    assert second in nhs.text and elsewhere not in nhs.text
    assert "was due on Tuesday 1 September 2026" in nhs.text and "by Thursday 24 September 2026" in nhs.text
    assert "triage" not in nhs.text, "no words of an action in an e-mail"
    assert {elsewhere in one.text for one in told.values() if first not in one.text} == {True}
    # It closes by itself the day after, and what comes later is still taken.
    assert go_on(database, at_ten(CLOSES)) == Moved(0, 0)
    assert go_on(database, at_ten(CLOSES + timedelta(days=1))) == Moved(0, 1)
    with database.read() as session:
        by = session.execute(
            sa.select(AuditEvent.action, AuditEvent.actor_name)
            .join(Record, Record.id == AuditEvent.record_id)
            .where(Record.ref == ref)
            .order_by(AuditEvent.seq)
        ).all()
    assert [tuple(row) for row in by[1:]] == [
        ("open_updates", "dardr, on the day planned"), ("close_updates", "dardr, on the day planned"),
    ]  # fmt: skip
    late = requests(database, ref)["northmere-council"]
    act(database, late, "return_updates", {"came_by": "page"}, CLOSES + timedelta(days=2), "agency_contact")
    assert stage(database, late) == "returned"


def test_the_steering_group_member_is_asked_then_the_substitute_then_the_contact(sqlite_database: Database) -> None:
    database = sqlite_database
    an_action(database, "mereshire-nhs", date(2026, 12, 1))
    with database.write() as session:
        nhs = session.scalar(sa.select(Body.id).where(Body.key == "mereshire-nhs")) or 0
        contact = BodyContact(body_id=nhs, kind="contact", email="post@nhs.example")
        substitute = BodyContact(body_id=nhs, kind="substitute", email="substitute@nhs.example")
        session.add_all([contact, substitute])
    go_on(database, at_ten(OPENS))
    ref = a_round(database)
    go_on(database, at_ten(OPENS))
    assert list(written(database)) == ["substitute@nhs.example"]
    with database.write() as session:
        member = session.scalars(sa.select(User).where(User.email == builders.address("steering_member"))).one()
        member.body_id = nhs
    request = requests(database, ref)["mereshire-nhs"]
    act(database, request, "withdraw_update_request", {"withdrawn_reason": "Wrong list"}, OPENS)
    again = {"asked_again_because": "Right list", "closes_on": CLOSES}
    act(database, request, "ask_updates_again", again, OPENS)
    assert builders.address("steering_member") in written(database)


def test_between_rounds_nobody_is_reminded_of_a_single_update(database: Database) -> None:
    ref = an_action(database, "mereshire-nhs", date(2027, 6, 1), on=date(2026, 5, 4))
    with database.read() as session:
        action = session.scalar(sa.select(Record.id).where(Record.ref == ref))

    def reminded(clock: str) -> int:
        with database.read() as session:
            deadlines = sa.select(Deadline.id).where(Deadline.record_id == action, Deadline.clock == clock)
            return session.scalar(sa.select(sa.func.count()).where(Reminder.deadline_id.in_(deadlines))) or 0

    round_ref = a_round(database)
    for day in range(0, 28, 1):
        sweep(database, at_ten(PLANNED + timedelta(days=day)))
    assert reminded("action_update") == 0, "the round asks; the update of each action is not chased by itself"
    act(database, round_ref, "call_off_updates", {"called_off_reason": "No meeting"}, PLANNED + timedelta(days=28))
    for day in range(28, 42):
        sweep(database, at_ten(PLANNED + timedelta(days=day)))
    assert reminded("action_update") > 0, "without a round, each action's own date counts again"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"closes_on": OPENS}, "later day than the one on which agencies are asked"),
        ({"closes_on": MEETING}, "before the meeting"),
        ({"opens_on": MEETING + timedelta(days=1)}, "later day than the one"),
    ],
)
def test_days_in_the_wrong_order_are_refused(sqlite_database: Database, values: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        a_round(sqlite_database, values)


def test_a_round_without_an_open_action_waits_and_can_be_called_off(sqlite_database: Database) -> None:
    ref = a_round(sqlite_database)
    assert go_on(sqlite_database, at_ten(OPENS)) == Moved(0, 0)
    assert stage(sqlite_database, ref) == "planned"
    act(sqlite_database, ref, "call_off_updates", {"called_off_reason": "Nothing is open"}, OPENS)
    assert go_on(sqlite_database, at_ten(CLOSES)) == Moved(0, 0)


def test_what_came_in_is_not_called_off_and_nobody_is_asked_twice(sqlite_database: Database) -> None:
    database = sqlite_database
    an_action(database, "northmere-council", date(2026, 12, 1))
    ref = a_round(database)
    go_on(database, at_ten(OPENS))
    with pytest.raises(Invalid, match="asked in this round already"):
        act(database, ref, "ask_more_agencies", {"more_bodies": ["northmere-council"]}, OPENS)
    request = requests(database, ref)["northmere-council"]
    confirmed = {"came_by": "reply", "confirmed": "Action one: training booked"}
    with pytest.raises(DardrError):
        act(database, request, "record_reply", confirmed, OPENS, "agency_contact")  # the team confirms a reply
    act(database, request, "record_reply", confirmed, OPENS)
    with pytest.raises(Conflict, match="Updates have come in"):
        act(database, ref, "call_off_updates", {"called_off_reason": "Mistake"}, OPENS)


def test_another_agency_sees_nothing_of_it(sqlite_database: Database) -> None:
    database = sqlite_database
    an_action(database, "mereshire-nhs", date(2026, 12, 1))
    ref = a_round(database)
    go_on(database, at_ten(OPENS))
    request = requests(database, ref)["mereshire-nhs"]
    with pytest.raises(DardrError, match="not yours to see"):
        act(database, request, "return_updates", {"came_by": "page"}, OPENS, "agency_contact")
    act(database, request, "return_updates", {"came_by": "page"}, OPENS, "other_agency_contact")

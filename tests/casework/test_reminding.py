"""A reminder sent by a person: to whoever owes it, once a day, on the timeline with the name of who sent it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from dardr.casework.sweep import sweep
from dardr.errors import Conflict, Forbidden, Invalid
from dardr.lookups.choices import resolve
from dardr.storage.bodies import BodyContact
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from tests import builders
from tests.builders import Case, a_review, at_ten


@pytest.fixture
def case(database: Database) -> Case:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    case.today += timedelta(days=3)
    return case


def item(case: Case) -> str:
    return case.opened("agency-return")[0]


def named(case: Case) -> str:
    return f"imr_return-{case.deadline('imr_return', ref=item(case)).id}"


def sent(database: Database) -> list[OutboxMessage]:
    with database.read() as session:
        return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.rung == "by-hand")))


def test_it_goes_to_whoever_owes_it_and_the_timeline_says_who_sent_it(database: Database, case: Case) -> None:
    case.act("send_reminder", {"clock": named(case)}, ref=item(case), by="second_case_manager")
    found = sent(database)
    assert {m.recipient for m in found} == {"contact@northmere-council.example", builders.address("agency_contact")}
    event, values = case.events(item(case))[-1]
    assert (event.action, event.actor_name) == ("send_reminder", "Bailey Example")
    assert values.after is not None and values.after["clock"] == named(case)
    assert {m.event_id for m in found} == {event.id}
    assert all("Willow" not in m.subject + m.text and item(case) in m.text for m in found)


def test_once_a_day_at_most_whoever_sends_it(database: Database, case: Case) -> None:
    case.act("send_reminder", {"clock": named(case)}, ref=item(case))
    before = case.record(item(case)).last_seq
    with pytest.raises(Conflict, match="today already"):
        case.act("send_reminder", {"clock": named(case)}, ref=item(case), by="team_manager")
    assert case.record(item(case)).last_seq == before, "a refusal leaves nothing behind"
    case.today += timedelta(days=1)
    case.act("send_reminder", {"clock": named(case)}, ref=item(case))
    assert len(sent(database)) == 4


def test_not_on_a_day_on_which_the_ordinary_round_wrote(database: Database, case: Case) -> None:
    due = case.deadline("imr_return", ref=item(case)).due_on
    assert due is not None
    case.today = due
    sweep(database, at_ten(due))
    with pytest.raises(Conflict, match="today already"):
        case.act("send_reminder", {"clock": named(case)}, ref=item(case))


def test_nobody_to_write_to_is_said(database: Database, case: Case) -> None:
    with database.write() as session:
        session.execute(sa.delete(BodyContact))
        session.execute(sa.update(User).where(User.email.like("%agency%")).values(active=False))
    with pytest.raises(Conflict, match="nobody can be written to"):
        case.act("send_reminder", {"clock": named(case)}, ref=item(case))
    assert sent(database) == []


def test_only_dates_about_which_somebody_is_written_to_can_be_chosen(database: Database, case: Case) -> None:
    import workflows

    with database.read() as session:
        record = case._record(session)  # noqa: SLF001
        process = workflows.get(record.process)
        found = resolve(
            session,
            builders.actor(session, "case_manager"),
            process,
            process.action("send_reminder"),
            record,
            case.today,
        )
    assert {choice.value.partition("-")[0] for choice in found["clock"]} == {"overview_report"}
    with pytest.raises(Invalid):
        case.act("send_reminder", {"clock": "overview_report-999999"})


def test_an_agency_does_not_remind_itself(case: Case) -> None:
    with pytest.raises(Forbidden):
        case.act("send_reminder", {"clock": named(case)}, ref=item(case), by="agency_contact")

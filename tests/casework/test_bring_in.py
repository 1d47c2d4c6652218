"""A live review comes in where it stands: its clocks count from the dates given, and it can be carried to its end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import workflows
from dardr.casework.audit import verify
from dardr.casework.integrity import deadlines_match, facts_match
from dardr.casework.open_record import open_record
from dardr.casework.sweep import sweep
from dardr.errors import DardrError
from dardr.lookups.review import actions_of
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Record
from tests import builders
from tests.builders import OFF_THE_WAY, WAY, Case, Step
from workflows.processes.dardr_s9_1.bring_in import BRINGS_IN_AT, DATES, PREFIX

TODAY = date(2026, 8, 3)
UNKNOWN = {name: "not_asked" for name in ("notifier", "notified_on", "csp_aware_on", "in_writing", "death_date")}
OPENING: dict[str, Any] = {
    **UNKNOWN,
    "csps": ["northmere"],
    "age": "not_asked",
    "manner": "not_asked",
    "relationship": "not_asked",
    "tracker_reference": "T-7",
}
GIVEN = {
    "decided_on": "2026-03-02",
    "submitted_on": "2026-06-01",
    "letter_dated": "2026-07-01",
    "published_on": "2026-07-20",
}


def opened(database: Database, **more: Any) -> Case:
    with database.write() as session:
        done = open_record(
            session, builders.actor(session, "case_manager"), builders.at_ten(TODAY), "dardr-s9", {**OPENING, **more}
        )
    return Case(database, done.ref, TODAY)


def brought_in(database: Database, stage: str, opening: dict[str, Any] | None = None, **answers: Any) -> Case:
    case = opened(database, **(opening or {}))
    asked = {f.name for f in workflows.get("dardr-s9").action(PREFIX + stage).fields}
    given = {**{name: value for name, value in GIVEN.items() if name in asked}, **answers}
    case.act(PREFIX + stage, {"known_from": "The team's tracker", **given})
    return case


def clock(case: Case, key: str) -> Deadline | None:
    with case.database.read() as session:
        return session.scalar(
            sa.select(Deadline)
            .join(Record, Record.id == Deadline.record_id)
            .where(Record.ref == case.ref, Deadline.clock == key)
            .order_by(Deadline.id.desc())
        )


def running(case: Case) -> set[str]:
    with case.database.read() as session:
        return set(
            session.scalars(
                sa.select(Deadline.clock)
                .join(Record, Record.id == Deadline.record_id)
                .where(
                    Record.ref == case.ref,
                    Deadline.stopped_by_event.is_(None),
                    Deadline.withdrawn_by_event.is_(None),
                )
            )
        )


def rest_of_the_way(stage: str) -> list[Step]:
    """What is still to be done in the ordinary way, from a stage on; beside the way, what leads back to it."""
    back: dict[str, tuple[str, list[Step]]] = {
        "no_review_scrutiny": ("no_review_concluded", list(OFF_THE_WAY["no_review_concluded"][2])),
        "amending": ("pre_publication", [Step("clear_after_amendment", values={"cleared_by": "letter"})]),
        "not_published": ("action_monitoring", [Step("start_action_monitoring")]),
    }
    if stage == "no_review_scrutiny":
        return back[stage][1]
    begin, steps = back.get(stage, (stage, []))
    found = list(steps)
    stages = [reached for reached, _, _ in WAY]
    for _, _, more in WAY[stages.index(begin) + 1 :]:
        found += more
    if stage == "decision_pending":
        found.insert(0, Step("record_criteria", values=builders.CRITERIA))
    if stage == "csp_sign_off":
        found = [*builders.READING, *found]
    if begin == "action_monitoring" and stage != "not_published":
        found.insert(0, Step("send_final_documents", values={"final_documents_to": ["home_office"]}))
    return found


@pytest.mark.parametrize("stage", BRINGS_IN_AT)
def test_a_review_brought_in_can_be_carried_to_its_end(sqlite_database: Database, stage: str) -> None:
    case = brought_in(sqlite_database, stage)
    assert case.stage == stage
    for step in rest_of_the_way(stage):
        case.do([step])
    assert case.stage in ("concluded", "no_review_concluded")
    with sqlite_database.read() as session:
        assert list(facts_match(session, TODAY)) == []
        assert verify(session)["broken"] == []


def test_the_six_months_count_from_the_decision_given(database: Database) -> None:
    case = brought_in(database, "drafting")
    row = clock(case, "overview_report")
    assert row is not None and row.due_on == date(2026, 9, 2) and row.problem is None
    assert running(case) == {"overview_report"}
    with database.read() as session:
        assert list(deadlines_match(session, TODAY)) == []


def test_without_the_day_of_the_decision_the_clock_says_why_it_cannot_start(database: Database) -> None:
    for given in ("not_known", "2026-03", "2026"):
        case = brought_in(database, "evidence", decided_on=given)
        row = clock(case, "overview_report")
        assert row is not None and row.due_on is None
        assert row.problem and "cannot be counted" in row.problem
    assert "not_known" not in (row.problem or "")
    case.act("give_missing_dates", {"known_from": "The minute", "decided_on": "2026-03-02"})
    row = clock(case, "overview_report")
    assert row is not None and row.due_on == date(2026, 9, 2) and row.problem is None
    assert case.record().facts["decided_on"] == "2026-03-02"
    with database.read() as session:
        assert [f for f in deadlines_match(session, TODAY) if case.ref in f.sentence] == []


def test_the_date_agreed_before_counts_at_once_or_once_the_clock_can_start(database: Database) -> None:
    case = brought_in(database, "drafting", report_due_as_agreed="2027-01-15")
    row = clock(case, "overview_report")
    assert row is not None and (row.original_due_on, row.due_on) == (date(2026, 9, 2), date(2027, 1, 15))
    case = brought_in(database, "drafting", decided_on="not_known", report_due_as_agreed="2027-01-15")
    row = clock(case, "overview_report")
    assert row is not None and row.due_on is None and row.problem
    case.act("give_missing_dates", {"known_from": "The minute", "decided_on": "2026-03-02"})
    row = clock(case, "overview_report")
    assert row is not None and (row.original_due_on, row.due_on) == (date(2026, 9, 2), date(2027, 1, 15))


def test_the_month_for_the_decision_does_not_run_once_it_was_made(database: Database) -> None:
    known = {"notified_on": "2026-02-10", "csp_aware_on": "2026-02-10"}
    case = brought_in(database, "drafting", known)
    row = clock(case, "decide_review")
    assert row is not None and row.stopped_on == date(2026, 3, 2) and row.next_look_on is None
    case = brought_in(database, "drafting", known, decided_on="not_known")
    assert "decide_review" not in running(case)
    case = brought_in(database, "screening", known)
    assert "decide_review" in running(case)


def test_nobody_is_reminded_on_the_day_it_comes_in(database: Database) -> None:
    brought_in(database, "screening", {"notified_on": "2026-02-10", "csp_aware_on": "2026-02-10"})
    brought_in(database, "evidence", decided_on="2025-01-06")
    opened(database, notified_on="2026-02-10", csp_aware_on="2026-02-10")
    sweep(database, builders.at_ten(TODAY))
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 0
    sweep(database, builders.at_ten(TODAY + timedelta(days=1)))
    with database.read() as session:
        assert len(set(session.scalars(sa.select(Reminder.deadline_id).where(Reminder.kind == "reminder")))) == 3


def test_it_is_only_for_a_review_from_a_tracker_and_only_at_once(sqlite_database: Database) -> None:
    ordinary = builders.a_review(sqlite_database, "notified")
    with pytest.raises(DardrError, match="reference in the team's tracker"):
        ordinary.act("bring_in_at_screening", {"known_from": "A guess"})
    case = opened(sqlite_database)
    case.act("add_note", {"note": "A note says nothing of where it stands."})
    case.act("correct_aware_date", {"csp_aware_on": "2026-02-10", "aware_date_reason": "The e-mail was found"})
    with pytest.raises(DardrError, match="before anything else"):
        case.act("bring_in_at_screening", {"known_from": "The tracker"})
    with pytest.raises(DardrError, match="brought in from the team's tracker"):
        ordinary.act("give_missing_dates", {"known_from": "A guess", "decided_on": "2026-03-02"})


def test_a_new_notification_still_needs_its_dates(sqlite_database: Database) -> None:
    with pytest.raises(DardrError) as refused, sqlite_database.write() as session:
        open_record(
            session, builders.actor(session, "case_manager"), builders.at_ten(TODAY), "dardr-s9",
            {**OPENING, "tracker_reference": ""},
        )  # fmt: skip
    assert {r.field for r in refused.value.reasons} == {"notifier", "notified_on", "csp_aware_on", "in_writing"}


def test_only_a_review_from_a_tracker_is_offered_them(sqlite_database: Database) -> None:
    ordinary, case = builders.a_review(sqlite_database, "notified"), opened(sqlite_database)
    with sqlite_database.read() as session:
        manager = builders.actor(session, "case_manager")
        offered = {a["key"] for a in actions_of(session, manager, case.ref, TODAY)}
        assert {PREFIX + stage for stage in BRINGS_IN_AT} <= offered
        plain = {a["key"] for a in actions_of(session, manager, ordinary.ref, TODAY)}
        assert not any(key.startswith(PREFIX) for key in plain)
    case.act("bring_in_at_evidence", {"known_from": "The tracker", "decided_on": "not_known"})
    with sqlite_database.read() as session:
        offered = {a["key"] for a in actions_of(session, builders.actor(session, "case_manager"), case.ref, TODAY)}
    assert "give_missing_dates" in offered and "start_drafting" in offered


def test_what_is_out_of_order_is_kept_and_said(sqlite_database: Database) -> None:
    case = opened(sqlite_database)
    done = case.act(
        "bring_in_at_submitted",
        {"known_from": "The tracker", "decided_on": "2026-05-01", "submitted_on": "2026-04-01"},
    )
    assert any("is before the day given" in said for said in done.warnings)
    assert case.record().facts["submitted_on"] == "2026-04-01"


def test_a_day_to_come_is_refused_by_its_question(sqlite_database: Database) -> None:
    case = opened(sqlite_database)
    with pytest.raises(DardrError) as refused:
        case.act("bring_in_at_drafting", {"known_from": "The tracker", "decided_on": "2026-12-01"})
    assert [r.field for r in refused.value.reasons] == ["decided_on"]


def test_points_of_the_letter_come_in_to_be_answered(sqlite_database: Database) -> None:
    case = brought_in(sqlite_database, "amending", points=["Say who was consulted", "Correct a table"])
    with sqlite_database.read() as session:
        assert len(session.scalars(sa.select(Record.ref).where(Record.process_key == "qa-point")).all()) == 2
    with pytest.raises(DardrError, match="not cleared yet"):
        case.act("clear_after_amendment", {"cleared_by": "letter"})


def test_every_date_asked_belongs_to_a_step() -> None:
    process = workflows.get("dardr-s9")
    used = {s.on for a in process.brings_in for s in a.stands_for if s.on}
    assert used == {f.name for f in DATES}

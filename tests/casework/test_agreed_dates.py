"""Agreed dates, clocks that nothing moves, clocks that cannot be armed."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import workflows
from dardr.casework import arming, deadlines
from dardr.casework.open_record import open_record
from dardr.errors import Conflict, DardrError, Invalid
from dardr.storage.engine import Database
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, Record
from tests import builders
from tests.builders import START, Case, a_review, actor, at_ten, open_a
from workflows.partial import PartialDate

LATER = "2026-12-18"


def agreement(case: Case, **more: Any) -> dict[str, Any]:
    day = case.today.isoformat()
    return {
        "clock": "overview_report", "new_date": LATER, "reason": "The trial ended late",
        "agreed_by_panel_on": day, "agreed_by_partnership_on": day, "home_office_told_on": day, **more,
    }  # fmt: skip


# --- the date of the overview report ----------------------------------------------------------------------


def test_six_months_count_from_the_decision(database: Database) -> None:
    case = a_review(database, "evidence")
    row = case.deadline("overview_report")
    assert (row.start_on, row.due_on) == (date(2026, 3, 17), date(2026, 9, 17))
    assert row.receipt["rule_version"] == "dardr-s9@1/D05"
    assert row.receipt["date"]["kind"] == "guidance" and not row.receipt["date"]["verified"]
    assert case.state("overview_report", on=date(2026, 9, 17)) == "running"
    assert case.state("overview_report", on=date(2026, 9, 18)) == "past_guide"


@pytest.mark.parametrize("missing", ["agreed_by_panel_on", "agreed_by_partnership_on", "home_office_told_on"])
def test_it_moves_only_when_all_three_agree_or_know(sqlite_database: Database, missing: str) -> None:
    case = a_review(sqlite_database, "evidence")
    given = agreement(case)
    del given[missing]
    with pytest.raises(Invalid) as error:
        case.act("agree_new_date", given, by="deciding_chair")
    assert [reason.field for reason in error.value.reasons] == [missing]
    assert case.deadline("overview_report").agreed_due_on is None


def test_all_that_is_missing_is_named_at_once(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    with pytest.raises(Invalid) as error:
        case.act(
            "agree_new_date", {"clock": "overview_report", "new_date": LATER, "reason": "Why"}, by="deciding_chair"
        )
    assert len(error.value.reasons) == 3


def test_an_agreed_date_stands_beside_the_original(database: Database) -> None:
    case = a_review(database, "evidence")
    before = case.deadline("overview_report")
    case.act("agree_new_date", agreement(case), by="deciding_chair")
    row = case.deadline("overview_report")
    assert (row.due_on, row.agreed_due_on, row.original_due_on) == (
        date(2026, 12, 18), date(2026, 12, 18), before.due_on,
    )  # fmt: skip
    assert row.receipt["agreed"]["reason"] == "The trial ended late"
    assert any("17 September 2026" in sentence for sentence in row.receipt["sentences"])
    assert case.state("overview_report", on=date(2026, 12, 18)) == "running"
    assert case.state("overview_report", on=date(2026, 12, 19)) == "late", "a date that was agreed can be late"
    assert row.next_look_on == date(2026, 12, 18) - timedelta(days=28)


def test_an_agreed_date_struck_out_never_was(database: Database) -> None:
    case = a_review(database, "evidence")
    before = case.deadline("overview_report")
    case.act("agree_new_date", agreement(case), by="deciding_chair")
    with database.read() as session:
        from dardr.storage.reviews import AgreedDate

        agreed = session.scalars(sa.select(AgreedDate)).one()
    case.act("undo_agreed_date", {"agreed_date": str(agreed.id), "undo_reason": "Wrong review"}, by="deciding_chair")
    row = case.deadline("overview_report")
    assert (row.due_on, row.agreed_due_on, row.original_due_on, row.receipt) == (
        before.due_on, None, before.original_due_on, before.receipt,
    )  # fmt: skip
    assert case.state("overview_report", on=date(2026, 9, 18)) == "past_guide"
    with pytest.raises(Invalid, match="nothing to choose from"):
        case.act("undo_agreed_date", {"agreed_date": str(agreed.id), "undo_reason": "Again"}, by="deciding_chair")


def test_of_two_agreed_dates_the_later_one_counts_and_leaves_the_earlier(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    case.act("agree_new_date", agreement(case), by="deciding_chair")
    case.today += timedelta(days=10)
    case.act("agree_new_date", agreement(case, new_date="2027-02-01"), by="deciding_chair")
    assert case.deadline("overview_report").due_on == date(2027, 2, 1)
    with sqlite_database.read() as session:
        from dardr.storage.reviews import AgreedDate

        second = session.scalars(sa.select(AgreedDate).order_by(AgreedDate.id)).all()[-1]
    case.act("undo_agreed_date", {"agreed_date": str(second.id), "undo_reason": "Not minuted"}, by="deciding_chair")
    assert case.deadline("overview_report").due_on == date(2026, 12, 18)


def test_an_agreed_date_must_be_after_the_start(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    with pytest.raises(Invalid, match="must be after the day the time began"):
        case.act("agree_new_date", agreement(case, new_date="2026-03-17"), by="deciding_chair")
    with pytest.raises(Invalid, match="more than 5 years ahead. Check the year"):
        case.act("agree_new_date", agreement(case, new_date="2072-03-17"), by="deciding_chair")


def test_a_date_can_be_agreed_where_no_length_is_set(database: Database) -> None:
    """D15 has no length unless the partnership sets one; a date may be agreed all the same."""
    case = a_review(database, "pre_publication")
    row = case.deadline("publish_after_clearance")
    assert row.due_on is None and "No length is set" in row.receipt["sentences"][0]
    assert case.state("publish_after_clearance") == "running"
    day = case.today + timedelta(days=40)
    case.act(
        "agree_new_date",
        {"clock": "publish_after_clearance", "new_date": day.isoformat(), "reason": "After the anniversary"},
        by="team_manager",
    )
    row = case.deadline("publish_after_clearance")
    assert (row.due_on, row.original_due_on) == (day, None)
    assert case.state("publish_after_clearance", on=day + timedelta(days=1)) == "late"


def test_clocks_that_may_not_move_are_not_offered(database: Database) -> None:
    case = a_review(database, "decision_pending")
    with pytest.raises(Invalid) as error:
        case.act(
            "agree_new_date", {"clock": "decide_review", "new_date": LATER, "reason": "Too soon"}, by="deciding_chair"
        )
    assert error.value.reasons[0].field == "clock"


# --- the 56 days ------------------------------------------------------------------------------------------


def a_reply(database: Database) -> tuple[Case, str]:
    report = open_a(
        database, "section8-report",
        {"title": "A fictional report", "report_published_on": "2026-02-02", "report_url": "https://reports.example/1"},
        on=START,
    )  # fmt: skip
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    done = report.act(
        "name_body",
        {"bodies": ["northmere-council"], "recommendations_addressed": ["1"]},
    )  # fmt: skip
    return report, done.created[0]


def test_the_56_days_can_be_neither_paused_nor_extended(database: Database) -> None:
    report, reply = a_reply(database)
    row = report.deadline("commissioner_reply", ref=reply)
    assert (row.start_on, row.due_on) == (date(2026, 2, 2), date(2026, 3, 29)), "a Sunday stays the last day"
    process = workflows.get("commissioner-reply")
    clock = process.clock("D08")
    assert not clock.pausable and not clock.extendable
    assert not {"place_hold", "agree_new_date"} & {action.key for action in process.actions}
    for action in ("place_hold", "agree_new_date"):
        with pytest.raises(Conflict, match="There is no step called"):
            report.act(action, {}, ref=reply)
    assert report.state("commissioner_reply", on=date(2026, 3, 29), ref=reply) == "running"
    assert report.state("commissioner_reply", on=date(2026, 3, 30), ref=reply) == "breached"


def test_a_pause_or_agreement_given_all_the_same_changes_nothing(database: Database) -> None:
    """Rows that should not exist (a hold naming it, an agreed date) do not move the statutory date."""
    from workflows.clocks import Agreed, due_on
    from workflows.counting import Pause

    clock = workflows.get("commissioner-reply").clock("D08")
    with database.read() as session:
        calendar = deadlines.calendar_for(session, clock, 1)
    span = clock.length
    plain = due_on(clock, date(2025, 7, 1), span, calendar)  # type: ignore[arg-type]
    bent = due_on(
        clock, date(2025, 7, 1), span, calendar, pauses=[Pause(date(2025, 7, 10), None)],  # type: ignore[arg-type]
        agreed=Agreed(date(2025, 12, 1), date(2025, 7, 20)),
    )  # fmt: skip
    assert plain.due == bent.due == date(2025, 8, 25)
    assert not bent.held


def test_a_reply_is_stopped_by_the_day_it_was_published(database: Database) -> None:
    report, reply = a_reply(database)
    report.act(
        "answer_recommendation",
        {"recommendation": "1", "response": "action_taken", "response_text": "Done."}, ref=reply, by="agency_contact",
    )  # fmt: skip
    report.today = date(2026, 4, 20)
    report.act(
        "record_publication_of_reply",
        {"published_on": "2026-03-29", "published_at": "https://council.example/reply"}, ref=reply,
        by="agency_contact",
    )  # fmt: skip
    row = report.deadline("commissioner_reply", ref=reply)
    assert row.stopped_on == date(2026, 3, 29)
    assert report.state("commissioner_reply", ref=reply) == "met"


# --- clocks that cannot be armed --------------------------------------------------------------------------


def test_a_clock_that_cannot_be_counted_is_shown_and_said(database: Database) -> None:
    """Working days are known from April 2011; a date before that gives a row with its problem, not silence."""
    with database.write() as session:
        done = open_record(
            session, actor(session, "case_manager"), at_ten(START), "dardr-s9",
            builders.notification(START, death_date="2010-01", police_identified_on="2010-02-01"),
        )  # fmt: skip
    case = Case(database, done.ref, START)
    row = case.deadline("police_notification")
    assert row.due_on is None and row.problem is not None and "Give a later date" in row.problem
    assert row.receipt["sentences"] == [row.problem]
    assert row.problem in done.warnings
    assert row.next_look_on is None


@pytest.mark.parametrize("given", ["2026-03", "2026", "2026-02..2026-03", "not_known", None])
def test_a_date_that_is_not_whole_starts_no_clock(sqlite_database: Database, given: str | None) -> None:
    case = a_review(sqlite_database, "notified")
    process = workflows.get("dardr-s9")
    declared = dataclasses.replace(process.clock("D02"), counts_from="when", starts_on=("add_note",))
    bent = dataclasses.replace(process, clocks=(declared,))
    value: Any = PartialDate.parse(given) if given and given[0].isdigit() else given
    with sqlite_database.write() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
        ground = arming.ground_of(session, record)
        (row,) = arming.start(
            ground, record, bent, process.action("add_note"), {"when": value}, {}, START, {}, {"seq": 1}, START
        )
    assert row.start_on is None and row.due_on is None and row.next_look_on is None
    assert row.problem is not None and "cannot be counted" in row.problem
    if given:
        assert "full date" in row.problem
    else:
        assert "Record it" in row.problem


def test_a_record_with_a_problem_goes_on(database: Database) -> None:
    case = a_review(database, "screening", police_identified_on="2010-02-01", death_date="2010-01")
    assert case.stage == "screening"
    assert case.deadline("decide_review").due_on is not None


# --- starts, stops, restarts ------------------------------------------------------------------------------


def test_a_corrected_date_withdraws_and_counts_again(database: Database) -> None:
    case = a_review(database, "screening")
    case.act("correct_aware_date", {"csp_aware_on": "2026-02-28", "aware_date_reason": "The e-mail came on Saturday"})
    first, second = case.deadlines("decide_review")
    assert first.withdrawn_by_event is not None and first.next_look_on is None
    assert second.running and second.due_on == date(2026, 3, 28)


def test_reading_time_is_matched_by_version(database: Database) -> None:
    case = a_review(database, "drafting")
    for version in ("1", "2"):
        case.act("record_version", {"version": version, "what_for": "family"})
        case.act("give_draft_to_family", {"version": version, "given_how": "private"})
    case.act("record_family_response", {"version": "2", "response": "content"})
    one, two = case.deadlines("family_reading")
    assert one.running and not two.running
    assert one.matches == {"version": "1", "reading_of": None}, "the family as a whole"
    assert one.next_look_on is None, "nobody is ever reminded of the family's time"


def test_the_wait_for_the_home_office_has_an_age_and_no_date(database: Database) -> None:
    case = a_review(database, "home_office_qa")
    row = case.deadline("home_office_wait")
    assert row.due_on is None and row.problem is None and row.next_look_on is None
    assert case.state("home_office_wait", on=case.today + timedelta(days=400)) == "running"
    assert "Nobody has set a time" in row.receipt["sentences"][0]


def test_the_length_in_force_at_the_start_stays(database: Database) -> None:
    from dardr.storage.bodies import Partnership

    case = a_review(database, "evidence")
    done = case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    due = case.deadline("imr_return", ref=done.created[0]).due_on
    with database.write() as session:
        home = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        home.settings = {**home.settings, "imr_return": {"n": 20, "unit": "working-days"}}
    later = case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    new = case.deadline("imr_return", ref=later.created[0])
    assert new.n == 20 and new.due_on is not None and due is not None and new.due_on < due
    case.act("place_hold", {"kind": "trial", "reason": "Why", "asked_by": "cps", "activities": ["agency_returns"],
                            "clocks": ["imr_return"]})  # fmt: skip
    case.act("undo_hold", {"hold": str(case.holds()[0].id), "undo_reason": "A mistake"})
    assert case.deadline("imr_return", ref=done.created[0]).due_on == due


def test_the_chain_seals_the_dates_that_were_worked_out(database: Database) -> None:
    case = a_review(database, "decided_review")
    with database.read() as session:
        event, values = session.execute(
            sa.select(AuditEvent, EventValues)
            .join(EventValues, EventValues.event_id == AuditEvent.id)
            .where(AuditEvent.action == "decide_review")
        ).one()
        rows = session.scalars(sa.select(Deadline).where(Deadline.started_by_event == event.id)).all()
    assert values.after is not None
    sealed = {entry["clock"]: entry["due"] for entry in values.after["_clocks"]}
    assert sealed == {row.clock: row.due_on.isoformat() if row.due_on else None for row in rows}
    assert sealed["overview_report"] == case.deadline("overview_report").due_on.isoformat()  # type: ignore[union-attr]
    assert "_clocks" not in case.record().facts


def test_replaying_twice_changes_nothing(database: Database) -> None:
    from dardr.casework.deadlines import reproject

    case = a_review(database, "evidence")
    case.act("agree_new_date", agreement(case), by="deciding_chair")
    before = [(row.due_on, row.receipt, row.original_due_on) for row in case.deadlines()]
    for _ in range(2):
        with database.write() as session:
            process = workflows.get("dardr-s9")
            for row in session.scalars(sa.select(Deadline).order_by(Deadline.id)):
                reproject(session, row, process, case.today)
        assert [(row.due_on, row.receipt, row.original_due_on) for row in case.deadlines()] == before


def test_an_action_on_a_finished_date_is_refused_in_words(database: Database) -> None:
    case = a_review(database, "submitted")
    with pytest.raises(DardrError) as error:
        case.act("agree_new_date", agreement(case), by="deciding_chair")
    assert error.value.reasons[0].field == "clock"

"""Holds pause only what they name; struck out, they never were. A deferral keeps the date it defers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework.audit import verify
from dardr.errors import DardrError, Invalid
from dardr.storage.engine import Database
from dardr.storage.reviews import Deadline
from tests import builders
from tests.builders import Case, a_review

TRIAL = {
    "kind": "trial",
    "reason": "The trial is listed.",
    "asked_by": "cps",
    "activities": ["family_interviews"],
}


def as_rows(database: Database) -> list[tuple[Any, ...]]:
    """What every deadline comes to; the day of its next look apart, which may be written later."""
    with database.read() as session:
        return [
            (d.id, d.clock, d.start_on, d.n, d.unit, d.original_due_on, d.agreed_due_on, d.due_on, d.held, d.receipt,
             d.stopped_on, d.withdrawn_by_event)
            for d in session.scalars(sa.select(Deadline).order_by(Deadline.id))
        ]  # fmt: skip


@pytest.fixture
def case(database: Database) -> Case:
    """A review gathering evidence, with two returns and an action under way."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    case.act("request_returns", {"kind": "summary", "bodies": ["northmere-council"]})
    case.act(
        "add_action",
        {"action_text": "Train staff", "lead_body": "northmere-council", "plan_source": "early_learning",
         "scope": "local"},
    )  # fmt: skip
    (action,) = case.opened("action")
    case.act(
        "agree", {"target_date": "2027-03-01", "outcome_measure": "Audit", "agreed_by": "Director"}, ref=action
    )
    return case


def hold_id(case: Case) -> str:
    return str(case.holds()[-1].id)


def test_a_hold_pauses_the_clocks_it_names_also_of_items_and_no_other(case: Case) -> None:
    nhs, council = case.opened("agency-return")
    (action,) = case.opened("action")
    before = {ref: case.deadlines(ref=ref) for ref in (case.ref, nhs, council, action)}
    case.today += timedelta(days=7)
    case.act("place_hold", {**TRIAL, "clocks": ["imr_return"]})
    for ref in (nhs, council):
        row = case.deadline("imr_return", ref=ref)
        assert (row.due_on, row.held, row.next_look_on) == (None, True, None)
        assert case.state("imr_return", ref=ref) == "held"
        assert row.original_due_on == before[ref][0].due_on
        assert row.receipt["if_restarted_today"]
    for row in case.deadlines(ref=action):
        assert not row.held and row.due_on is not None
    unchanged = {row.id: row.due_on for row in before[case.ref]}
    assert {row.id: row.due_on for row in case.deadlines()} == unchanged

    case.today += timedelta(days=30)
    case.act("end_hold", {"hold": hold_id(case), "hold_outcome": "Sentence passed"})
    row = case.deadline("imr_return", ref=nhs)
    assert not row.held and row.due_on is not None and row.original_due_on is not None
    assert row.due_on > row.original_due_on
    assert row.next_look_on is not None and row.next_look_on >= case.today
    assert row.receipt["pauses"]
    assert case.state("imr_return", ref=nhs) == "running"
    assert case.state("imr_return", on=row.due_on, ref=nhs) == "running"
    assert case.state("imr_return", on=row.due_on + timedelta(days=1), ref=nhs) == "late"


def test_a_clock_started_while_a_hold_is_open_is_held_from_its_first_day(case: Case) -> None:
    case.act("place_hold", {**TRIAL, "clocks": ["imr_return"]})
    case.today += timedelta(days=3)
    done = case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-police"]})
    row = case.deadline("imr_return", ref=done.created[0])
    assert row.held and row.due_on is None
    asked_on = case.today
    case.today += timedelta(days=20)
    case.act("end_hold", {"hold": hold_id(case), "hold_outcome": "Over"})
    row = case.deadline("imr_return", ref=done.created[0])
    assert row.start_on == asked_on
    assert row.due_on is not None and row.original_due_on is not None and row.due_on > row.original_due_on


def test_a_hold_never_pauses_the_decision_or_the_overview_report(database: Database) -> None:
    case = a_review(database, "decision_pending")
    due = case.deadline("decide_review").due_on
    for clock in ("decide_review", "overview_report", "tell_home_office", "commissioner_reply"):
        with pytest.raises(Invalid, match="is not one of the choices"):
            case.act("place_hold", {**TRIAL, "clocks": [clock]})
    case.act("place_hold", TRIAL)
    assert case.deadline("decide_review").due_on == due
    step = builders.decision()
    case.act(step.action, step.values, by=step.by)
    case.do((builders.SECOND_PERSON, builders.TOLD, builders.Step("start_commissioning")))
    report = case.deadline("overview_report")
    assert report.due_on is not None and not report.held


def test_only_pausable_clocks_are_offered() -> None:
    import workflows

    pausable = {c.id for process in workflows.all_processes() for c in process.clocks if c.pausable}
    assert pausable == {"D10", "D12", "D14", "D15", "D17"}
    extendable = {c.id for process in workflows.all_processes() for c in process.clocks if c.extendable}
    # Dates that people set for themselves: no rule stands behind them.
    agreed_here = {"L11", "L11C", "L13", "L14", "L17", "L18", "L18C", "L19", "L20", "L21C"}
    assert extendable - agreed_here == {"D05", "D10", "D11", "D12", "D14", "D15", "D16", "D17", "D18"}


def test_a_hold_struck_out_never_was(case: Case) -> None:
    before = as_rows(case.database)
    case.today += timedelta(days=5)
    case.act("place_hold", {**TRIAL, "clocks": ["imr_return", "action_update"]})
    assert as_rows(case.database) != before
    case.today += timedelta(days=11)
    case.act("undo_hold", {"hold": hold_id(case), "undo_reason": "Meant for another review"})
    assert as_rows(case.database) == before


def test_an_ended_hold_struck_out_never_was(case: Case) -> None:
    before = as_rows(case.database)
    case.today += timedelta(days=5)
    case.act("place_hold", {**TRIAL, "clocks": ["imr_return"]})
    case.today += timedelta(days=20)
    case.act("end_hold", {"hold": hold_id(case), "hold_outcome": "Over"})
    moved = case.deadline("imr_return", ref=case.opened("agency-return")[0]).due_on
    assert moved is not None
    case.act("undo_hold", {"hold": hold_id(case), "undo_reason": "There was no trial"})
    assert as_rows(case.database) == before
    with case.database.read() as session:
        assert verify(session)["ok"]


def test_two_holds_over_the_same_days_count_once(case: Case) -> None:
    nhs, _ = case.opened("agency-return")
    original = case.deadline("imr_return", ref=nhs).due_on
    case.act("place_hold", {**TRIAL, "clocks": ["imr_return"]})
    case.act("place_hold", {**TRIAL, "kind": "inquest", "asked_by": "coroner", "clocks": ["imr_return"]})
    first, second = (str(hold.id) for hold in case.holds())
    case.today += timedelta(days=14)
    case.act("end_hold", {"hold": first, "hold_outcome": "Over"})
    assert case.state("imr_return", ref=nhs) == "held", "the other one still stands"
    case.act("end_hold", {"hold": second, "hold_outcome": "Over"})
    once = case.deadline("imr_return", ref=nhs).due_on
    case.act("undo_hold", {"hold": second, "undo_reason": "A mistake"})
    assert case.deadline("imr_return", ref=nhs).due_on == once
    assert once is not None and original is not None and once > original


def test_a_hold_on_one_return_alone(case: Case) -> None:
    nhs, council = case.opened("agency-return")
    due = case.deadline("imr_return", ref=council).due_on
    case.act(
        "place_hold", {"kind": "inquest", "reason": "The author is a witness", "asked_by": "The coroner",
                       "clocks": ["imr_return"]}, ref=nhs,
    )  # fmt: skip
    assert case.state("imr_return", ref=nhs) == "held"
    assert case.deadline("imr_return", ref=council).due_on == due


def test_a_hold_is_looked_at_again(case: Case) -> None:
    placed_on = case.today
    case.act("place_hold", TRIAL)
    (hold,) = case.holds()
    assert hold.review_by == hold.next_look_on == placed_on + timedelta(weeks=4)
    case.act(
        "change_hold_review_by",
        {"hold": str(hold.id), "review_by": (placed_on + timedelta(days=60)).isoformat(), "hold_view": "Adjourned"},
    )
    (hold,) = case.holds()
    assert hold.review_by == hold.next_look_on == placed_on + timedelta(days=60)
    case.act("end_hold", {"hold": str(hold.id), "hold_outcome": "Over"})
    (hold,) = case.holds()
    assert hold.next_look_on is None and hold.until_on == case.today


def test_a_hold_that_does_not_stand_cannot_be_ended(case: Case) -> None:
    with pytest.raises(DardrError, match="no open hold"):
        case.act("end_hold", {"hold": "1", "hold_outcome": "Over"})
    case.act("place_hold", TRIAL)
    with pytest.raises(Invalid, match="before it began"):
        case.act("end_hold", {"hold": hold_id(case), "hold_outcome": "Over"}, on=case.today - timedelta(days=3))
    with pytest.raises(Invalid, match="not one of the choices"):
        case.act("end_hold", {"hold": "99", "hold_outcome": "Over"})
    assert len(case.holds(standing=True)) == 1


def test_what_a_hold_asks_to_wait_waits(database: Database) -> None:
    case = a_review(database, "csp_sign_off")
    case.act("place_hold", {**TRIAL, "activities": ["overview_report"]})
    step = builders.SIGN_OFF
    with pytest.raises(DardrError, match="A hold asks that the overview report is not completed yet"):
        case.act(step.action, step.values, by=step.by)
    case.act("end_hold", {"hold": hold_id(case), "hold_outcome": "Over"})
    case.act(step.action, step.values, by=step.by)
    assert case.deadline("overview_report").stopped_on == case.today


# --- deferral ---------------------------------------------------------------------------------------------


def test_a_deferred_decision_keeps_its_date_and_is_never_late(database: Database) -> None:
    case = a_review(database, "decision_pending")
    due = case.deadline("decide_review").due_on
    assert due is not None and due == date(2026, 4, 2)
    deferred_on = case.today
    case.act(
        "defer_decision",
        {"awaiting": ["toxicology", "inquest"], "reason": "The cause is not known", "told": "Family, agencies",
         "home_office_told_on": deferred_on.isoformat()},
        by="deciding_chair",
    )  # fmt: skip
    row = case.deadline("decide_review")
    assert (row.due_on, row.held) == (due, False)
    assert case.state("decide_review") == "deferred"
    assert case.state("decide_review", on=due + timedelta(days=200)) == "deferred"
    (hold,) = case.holds()
    assert (hold.kind, hold.review_by) == ("deferral", deferred_on + timedelta(weeks=8))
    with pytest.raises(DardrError, match="deferred already"):
        case.act(
            "defer_decision", {"awaiting": ["police"], "reason": "More", "told": "Family"}, by="deciding_chair"
        )

    case.today += timedelta(days=60)
    case.act("end_deferral", {"deferral_outcome": "Toxicology is in"}, by="deciding_chair")
    assert case.state("decide_review") == "past_guide", "the date it kept has passed"
    assert case.deadline("decide_review").due_on == due


def test_a_decision_ends_its_deferral(database: Database) -> None:
    case = a_review(database, "decision_pending")
    case.act("defer_decision", {"awaiting": ["police"], "reason": "Why", "told": "Family"}, by="deciding_chair")
    case.today += timedelta(days=90)
    step = builders.decision()
    case.act(step.action, step.values, by=step.by)
    assert not case.holds(standing=True)
    assert case.state("decide_review") == "met_late"

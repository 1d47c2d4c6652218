"""Actions in the database: parts of several bodies, bodies that merged, places taken, effects, the plan as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.access import get_record
from dardr.casework.administer.bodies import end_body
from dardr.casework.files import FileGiven
from dardr.casework.recipients import Recipients
from dardr.errors import Conflict, DardrError, Invalid
from dardr.lookups.actions.as_at import actions_as_at
from dardr.lookups.actions.dates import dates_of
from dardr.lookups.actions.filters import ActionFilter
from dardr.lookups.actions.one import one_action
from dardr.lookups.actions.rows import ActionRow, actions_page, all_actions
from dardr.lookups.actions.verifying import to_verify
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.storage.reviews import Deadline, Record
from tests import builders
from tests.builders import Case
from tests.given_files import pdf
from workflows.definition import Party

COUNCIL, NHS, ICB, POLICE = "northmere-council", "mereshire-nhs", "mereshire-icb", "mereshire-police"
MARCH = date(2026, 3, 2)
PLANNED = {"action_text": "Ask about abuse at every visit", "plan_source": "panel", "scope": "local", "theme": "policy"}
AGREED = {"outcome_measure": "Audit", "agreed_by": "Director"}


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    found = builders.a_review(sqlite_database, "evidence", on=MARCH)
    found.today = date(2026, 7, 1)
    return found


def planned(case: Case, lead: str = COUNCIL, **more: Any) -> str:
    """An action on the plan of the review, a draft."""
    known = set(case.opened("action"))
    case.act("add_action", {**PLANNED, "lead_body": lead, **more})
    (ref,) = set(case.opened("action")) - known
    return ref


def agreed(case: Case, due: str = "2026-12-01", lead: str = COUNCIL) -> str:
    ref = planned(case, lead)
    case.act("agree", {**AGREED, "target_date": due}, ref=ref)
    return ref


def reasons(what: Callable[[], object]) -> str:
    with pytest.raises(DardrError) as refused:
        what()
    return str(refused.value)


def works_for(case: Case, person: str, body: str) -> None:
    with case.database.write() as session:
        user = session.scalars(sa.select(User).where(User.email == builders.address(person))).one()
        user.body_id = session.scalar(sa.select(Body.id).where(Body.key == body))


def register(case: Case, by: str = "case_manager", **asked: Any) -> list[ActionRow]:
    with case.database.read() as session:
        return all_actions(session, builders.actor(session, by), case.today, ActionFilter(**asked))


# --- parts of other bodies --------------------------------------------------------------------------------


def shared(case: Case) -> tuple[str, str]:
    """An action of the council with a part of the NHS trust."""
    ref = agreed(case)
    done = case.act(
        "ask_to_share", {"bodies": [NHS], "share_text": "Train ward staff", "share_due": "2026-10-01"}, ref=ref
    )
    return ref, done.created[0]


def test_each_body_owes_its_part_and_the_lead_waits_for_it(case: Case) -> None:
    ref, part = shared(case)
    assert part == f"{case.ref}-P01"
    with case.database.read() as session:
        record = get_record(session, builders.actor(session, "other_agency_contact"), part)
        assert record.facts["whole_action"] == PLANNED["action_text"]
        assert Recipients(session).addresses(record, Party.ACTION_OWNER) == [
            "contact@mereshire-nhs.example",
            builders.address("other_agency_contact"),
        ]
        due = session.scalars(
            sa.select(Deadline).where(Deadline.record_id == record.id, Deadline.clock == "action_due")
        )
        assert due.one().due_on == date(2026, 10, 1)
    assert part in reasons(lambda: case.act("claim_complete", {"evidence": "Done"}, ref=ref, by="agency_contact"))
    case.act("take_part_on", {"agreed_by": "Matron"}, ref=part)
    case.act("claim_complete", {"evidence": "Register"}, ref=part, by="other_agency_contact")
    assert case.act("claim_complete", {"evidence": "All"}, ref=ref, by="agency_contact").stage == "complete_claimed"


def test_an_agency_sees_its_own_part_and_nothing_of_the_others(case: Case) -> None:
    ref, part = shared(case)
    assert "not yours to see" in reasons(
        lambda: case.act("add_note", {"note": "x"}, ref=ref, by="other_agency_contact")
    )
    assert "not yours to see" in reasons(lambda: case.act("add_note", {"note": "x"}, ref=part, by="agency_contact"))
    with case.database.read() as session:
        lead = builders.actor(session, "agency_contact")
        seen = one_action(session, lead, get_record(session, lead, ref), case.today)
        assert seen.parts == [] and seen.reviews[0].words == ""
        manager = builders.actor(session, "case_manager")
        whole = one_action(session, manager, get_record(session, manager, ref), case.today)
        assert [(one.ref, one.body) for one in whole.parts] == [(part, "Mereshire NHS Trust")]
    assert [row.ref for row in register(case, agency=NHS)] == [ref]


def test_nobody_of_a_body_with_a_part_verifies_the_whole(case: Case) -> None:
    ref, part = shared(case)
    case.act("claim_complete", {"evidence": "Register"}, ref=part, by="other_agency_contact")
    case.act("claim_complete", {"evidence": "All"}, ref=ref, by="agency_contact")
    works_for(case, "steering_member", NHS)
    assert "from elsewhere" in reasons(lambda: case.act("verify", ref=ref, by="steering_member"))
    with case.database.read() as session:
        waiting = to_verify(session, builders.actor(session, "steering_member"), case.today)
    assert (waiting.mine, waiting.own_body) == ([], 1)
    works_for(case, "steering_member", POLICE)
    assert case.act("verify", ref=ref, by="steering_member").stage == "complete_verified"


def test_nobody_owes_a_part_of_an_action_that_ended_otherwise(case: Case) -> None:
    ref, part = shared(case)
    case.act("record_not_accepted", {"not_accepted_reason": "x", "not_accepted_minute": "Minute 4"}, ref=ref)
    assert case.record(part).stage == "taken_out" and running(case, part) == {}


def test_what_waits_to_be_verified_comes_a_page_at_a_time_longest_waiting_first(case: Case) -> None:
    first, second = agreed(case, "2026-07-10"), agreed(case, "2026-07-10")
    case.act("claim_complete", {"evidence": "Register"}, ref=second, by="agency_contact")
    case.today += timedelta(days=1)
    case.act("claim_complete", {"evidence": "Register"}, ref=first, by="agency_contact")
    with case.database.read() as session:
        steering = builders.actor(session, "steering_member")
        shown = [to_verify(session, steering, case.today, number=number, size=1) for number in (1, 2, 9)]
    assert [[line.row.ref for line in page.mine] for page in shown] == [[second], [first], [first]]
    assert [(page.number, page.total) for page in shown] == [(1, 2), (2, 2), (2, 2)]


# --- a body that merges while it owes -----------------------------------------------------------------------


def test_a_body_that_merged_is_answered_for_by_its_successor_who_may_not_verify(case: Case) -> None:
    ref = agreed(case, lead=NHS)
    with case.database.write() as session:
        manager = builders.actor(session, "administrator")
        end_body(session, manager, builders.at_ten(case.today), NHS, date(2026, 6, 30), successor=ICB, reason="Merged")
        trust = session.scalar(sa.select(Body.id).where(Body.key == ICB))
        user = session.scalars(sa.select(User).where(User.email == builders.address("agency_lead"))).one()
        session.execute(sa.text("update user_role set body_id = :b where user_id = :u"), {"b": trust, "u": user.id})
    with case.database.read() as session:
        record = get_record(session, builders.actor(session, "agency_lead"), ref)
        assert builders.address("agency_lead") in Recipients(session).addresses(record, Party.AGENCY_LEAD)
    assert [row.ref for row in register(case, agency=ICB)] == [row.ref for row in register(case, agency=NHS)] == [ref]
    case.act("record_update", {"progress": "Carried on by the board"}, ref=ref, by="agency_lead")
    case.act("claim_complete", {"evidence": "Register"}, ref=ref, by="agency_lead")
    for body in (NHS, ICB):
        works_for(case, "steering_member", body)
        assert "from elsewhere" in reasons(lambda: case.act("verify", ref=ref, by="steering_member"))
    works_for(case, "steering_member", COUNCIL)
    assert case.act("verify", ref=ref, by="steering_member").stage == "complete_verified"


# --- two people at once -------------------------------------------------------------------------------------


def test_two_people_change_one_action_and_the_second_is_told_of_the_first(case: Case) -> None:
    ref = agreed(case)
    seen = case.record(ref).revision
    case.act("record_update", {"progress": "First"}, ref=ref, by="agency_contact", revision=seen)
    with pytest.raises(Conflict) as refused:
        case.act("claim_complete", {"evidence": "Second"}, ref=ref, by="agency_lead", revision=seen)
    assert "“Give an update” by Lane Example" in str(refused.value)
    assert [one["progress"] for one in case.record(ref).facts["updates"]] == ["First"]


# --- places taken -------------------------------------------------------------------------------------------


def test_an_action_gives_its_place_only_to_another_that_stands(case: Case) -> None:
    first, second, third = agreed(case), agreed(case), agreed(case)

    def superseded(ref: str, by: str) -> str:
        return reasons(lambda: case.act("supersede", {"superseded_by": by}, ref=ref))

    assert "its own place" in superseded(first, first.lower())
    assert "is no action" in superseded(first, case.ref)
    assert "There is no action NONE-1" in superseded(first, "none-1")
    case.act("supersede", {"superseded_by": second.lower()}, ref=first)
    assert "circle" in superseded(second, first)
    case.act("supersede", {"superseded_by": third}, ref=second)
    assert f"given its place to {third}" in superseded(agreed(case), first)
    assert "circle" in superseded(third, first)
    with case.database.read() as session:
        manager = builders.actor(session, "case_manager")
        assert one_action(session, manager, get_record(session, manager, third), case.today).in_place_of == [second]


# --- effect ---------------------------------------------------------------------------------------------------


def running(case: Case, ref: str) -> dict[str, date | None]:
    with case.database.read() as session:
        rows = session.execute(
            sa.select(Deadline.clock, Deadline.due_on)
            .join(Record, Record.id == Deadline.record_id)
            .where(Record.ref == ref, Deadline.stopped_by_event.is_(None), Deadline.withdrawn_by_event.is_(None))
        )
        return {clock: due for clock, due in rows}


def verified(case: Case) -> str:
    ref = agreed(case)
    case.act("claim_complete", {"evidence": "Register"}, ref=ref, by="agency_contact")
    case.act("verify", ref=ref, by="steering_member")
    return ref


def test_the_effect_is_looked_at_after_six_and_twelve_months(case: Case) -> None:
    ref = verified(case)
    assert running(case, ref) == {
        "effect_check_first": date(2027, 1, 1),
        "effect_check_second": date(2027, 7, 1),
    }
    case.today = date(2027, 1, 4)
    seen = {"effect_check": "after_6_months", "effect": "none", "effect_seen": "Fewer questions than before"}
    done = case.act("record_effect", seen, ref=ref, by="agency_contact")
    assert "No effect was seen" in done.warnings[0]
    assert set(running(case, ref)) == {"effect_check_second"}
    assert [row.ref for row in register(case, no_effect=True)] == [ref]
    case.act("answer_no_effect", {"effect": "looked_at", "effect_answer": "Measured too early"}, ref=ref)
    assert register(case, no_effect=True) == []


def test_taken_up_again_the_looks_end_and_a_new_verification_books_new_ones(case: Case) -> None:
    ref = verified(case)
    case.act("record_effect", {"effect_check": "after_6_months", "effect": "none", "effect_seen": "None"}, ref=ref)
    case.today += timedelta(days=10)
    case.act("reopen_action", {"reopened_reason": "No effect", "target_date": "2026-12-20"}, ref=ref)
    assert set(running(case, ref)) == {"action_due", "action_update"}
    with pytest.raises(Conflict, match="is not a step of the stage"):
        case.act("record_effect", {"effect_check": "after_12_months", "effect": "seen", "effect_seen": "x"}, ref=ref)
    case.act("claim_complete", {"evidence": "New register"}, ref=ref, by="agency_contact")
    case.act("verify", ref=ref, by="steering_member")
    assert running(case, ref)["effect_check_first"] == date(2027, 1, 11)
    assert register(case, no_effect=True) == [], "what was seen the first time does not count for the second"


def test_in_place_is_an_end_with_a_day_to_look_again(case: Case) -> None:
    ref = agreed(case)
    case.act("claim_complete", {"evidence": "Register", "continuing": "yes"}, ref=ref, by="agency_contact")
    case.act("verify_in_place", {**builders.SEEN, "recheck_on": "2027-07-01"}, ref=ref, by="steering_member")
    assert running(case, ref) == {"look_in_place": date(2027, 7, 1)} and case.record(ref).final
    case.act("recheck_in_place", {"recheck_seen": "Still asked", "recheck_on": "2028-07-01"}, ref=ref)
    assert running(case, ref) == {"look_in_place": date(2028, 7, 1)}
    assert register(case)[0].rag.reason == "in place, to be looked at again on 1 July 2028"


# --- dates ------------------------------------------------------------------------------------------------------


def move(case: Case, ref: str, to: str, why: str = "Staff left") -> tuple[str, ...]:
    return case.act("agree_new_date", {"clock": "action_due", "new_date": to, "reason": why}, ref=ref).warnings


def test_the_history_of_a_date_is_told_from_what_was_recorded(case: Case) -> None:
    ref = agreed(case, "2026-08-01")
    move(case, ref, "2026-09-01")
    case.act("agree_new_date", {"clock": "action_update", "new_date": "2026-11-01", "reason": "x"}, ref=ref)
    move(case, ref, "2026-10-01", "By mistake")
    with case.database.read() as session:
        agreed_dates = session.execute(sa.text("select id from agreed_date where reason = 'By mistake'")).scalars()
        mistaken = str(next(iter(agreed_dates)))
    case.act("undo_agreed_date", {"agreed_date": mistaken, "undo_reason": "Another action was meant"}, ref=ref)
    case.act("claim_complete", {"evidence": "Register"}, ref=ref, by="agency_contact")
    case.act("return_to_owner", {"more_wanted": "An audit", "target_date": "2026-11-01"}, ref=ref, by="steering_member")
    with case.database.read() as session:
        lines = dates_of(session, session.scalars(sa.select(Record).where(Record.ref == ref)).one())
    assert [(line.due.isoformat(), line.moved, line.undone) for line in lines] == [
        ("2026-08-01", False, False),
        ("2026-09-01", True, False),
        ("2026-10-01", False, True),
        ("2026-11-01", True, False),
    ]
    assert [line.why for line in lines] == ["", "Staff left", "By mistake", "An audit"]
    assert register(case)[0].moves == 2 and register(case, moved=True) == []
    assert "moved" in move(case, ref, "2026-12-01")[-1]
    (row,) = register(case, moved=True)
    assert (row.moves, row.moved_often) == (3, True)
    assert row.rag.label == "Amber: due in 153 days and date moved three times"


def test_ongoing_is_no_date_and_a_plan_that_came_with_it_is_never_late(case: Case) -> None:
    ref = planned(case)
    with pytest.raises(Invalid, match="is not a day"):
        case.act("agree", {**AGREED, "target_date": "ongoing"}, ref=ref)
    case.act("bring_in_progress", {"target_as_given": "Ongoing"}, ref=ref)
    case.today = date(2030, 1, 1)
    (row,) = register(case, undated=True)
    assert (row.late, row.due, row.rag.reason) == (False, None, "no date agreed (it came with “Ongoing”)")
    case.act("agree_date", {"target_date": "2030-06-01", "agreed_by": "Director"}, ref=ref)
    assert register(case, undated=True) == [] and register(case)[0].due == date(2030, 6, 1)


# --- the register, and the plan as it stood -----------------------------------------------------------------------


def test_the_register_is_filtered_by_the_database(case: Case) -> None:
    late, soon, undated = (
        agreed(case, "2026-07-02"),
        agreed(case, "2026-12-01", POLICE),
        planned(case, theme="training"),
    )
    case.today = date(2026, 8, 1)
    assert [row.ref for row in register(case)] == [late, soon, undated]
    assert [row.ref for row in register(case, late=True)] == [late]
    assert [row.ref for row in register(case, agency=POLICE)] == [soon]
    assert [row.ref for row in register(case, theme="training")] == [undated]
    assert [row.ref for row in register(case, stage="draft")] == [undated]
    assert [row.ref for row in register(case, text=soon.lower())] == [soon]
    assert len(register(case, review=case.ref)) == 3 and register(case, review="OTHER-1") == []
    assert register(case, agency="nobody") == [] and register(case, scope="national") == []
    with case.database.read() as session:
        page = actions_page(session, builders.actor(session, "steering_member"), case.today, ActionFilter(), size=2)
        beyond = actions_page(
            session, builders.actor(session, "steering_member"), case.today, ActionFilter(), number=9, size=2
        )
    assert (page.total, page.late, len(page.rows)) == (3, 1, 2)
    assert (beyond.number, [row.ref for row in beyond.rows]) == (2, [undated])
    assert [row.ref for row in register(case, by="agency_contact")] == [late, undated]


def test_the_plan_as_it_stood_on_a_day(case: Case) -> None:
    """A history made by hand: agreed on 1 July, moved on 1 August, blocked on 1 September, reported on 1 October."""
    ref = agreed(case, "2026-08-10")
    days = [date(2026, month, 1) for month in (8, 9, 10)]
    case.today = days[0]
    move(case, ref, "2026-09-20")
    case.today = days[1]
    case.act("report_obstacle", {"obstacle": "No trainer"}, ref=ref, by="agency_contact")
    case.today = days[2]
    case.act("claim_complete", {"evidence": "Register"}, ref=ref, by="agency_contact")

    def then(day: date, **asked: Any) -> list[tuple[str, date | None, int, str]]:
        with case.database.read() as session:
            rows = actions_as_at(session, builders.actor(session, "case_manager"), day, ActionFilter(**asked))
        return [(row.stage, row.due, row.moves, str(row.rag.colour)) for row in rows]

    assert then(date(2026, 6, 30)) == []
    assert then(date(2026, 7, 1)) == [("agreed", date(2026, 8, 10), 0, "green")]
    assert then(date(2026, 7, 31)) == [("agreed", date(2026, 8, 10), 0, "amber")]
    assert then(days[0]) == [("agreed", date(2026, 9, 20), 1, "green")]
    assert then(days[1]) == [("blocked", date(2026, 9, 20), 1, "red")]
    assert then(date(2026, 9, 30), late=True) == [("blocked", date(2026, 9, 20), 1, "red")]
    assert then(days[2]) == [("complete_claimed", None, 1, "green")]
    assert then(days[1], agency=COUNCIL, review=case.ref) and not then(days[1], agency=POLICE)


def test_the_register_is_the_same_on_both_databases(database: Database) -> None:
    found = builders.a_review(database, "evidence", on=MARCH)
    found.today = date(2026, 7, 1)
    ref = agreed(found, "2026-07-10")
    for to in ("2026-08-01", "2026-09-01", "2026-10-01"):
        move(found, ref, to)
    planned(found, theme="training")
    assert [row.moves for row in register(found, moved=True, theme="policy", scope="local")] == [3]
    assert [row.due for row in register(found)] == [date(2026, 10, 1), None]
    file = FileGiven("audit.pdf", pdf(), "application/pdf")
    claim = {"evidence": "Audit", "evidence_file": file}
    found.act("claim_complete", claim, ref=ref, by="agency_contact")
    with database.read() as session:
        manager = builders.actor(session, "case_manager")
        (piece,) = one_action(session, manager, get_record(session, manager, ref), found.today).evidence
        assert (piece.grade, piece.has_file, piece.file_number is not None) == ("A document shows it", True, True)
        assert [one.row.ref for one in to_verify(session, manager, found.today).mine] == [ref]
    found.act("verify", ref=ref, by="steering_member")
    found.act("record_effect", {"effect_check": "after_6_months", "effect": "none", "effect_seen": "-"}, ref=ref)
    assert [row.ref for row in register(found, no_effect=True)] == [ref]

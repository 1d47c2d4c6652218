"""What a review waits for: whose move it is, what is in the way, who owns that, since when, what would end it."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy import event

from dardr.actors import OPERATOR_EMAIL, actor_by_email
from dardr.lookups.waiting import Waits, waiting_lines
from dardr.lookups.waits_of_review import Wait, waiting_for
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case, a_review
from workflows.calendar import in_words
from workflows.definition import Role


def line(database: Database, case: Case, today: date | None = None, who: str = "case_manager") -> str:
    with database.read() as session:
        ids = session.scalars(sa.select(Record.id).where(Record.ref == case.ref)).all()
        return waiting_lines(session, builders.actor(session, who), ids, today or case.today).get(ids[0], "")


def waits(database: Database, case: Case, today: date | None = None) -> list[Wait]:
    with database.read() as session:
        one = session.scalars(sa.select(Record.id).where(Record.ref == case.ref)).one()
        found = Waits(session, builders.actor(session, "case_manager"), [one], today or case.today)
        return waiting_for(found, one)


def test_the_deciding_chair_is_waited_for_by_name_and_since_the_stage_was_reached(database: Database) -> None:
    case = a_review(database, "decision_pending")
    reached = case.today
    said = line(database, case, reached + timedelta(days=9))
    assert said == f"Deciding chair (Devon Example): Decide whether to hold a review, since {in_words(reached)}"
    first = waits(database, case)[0]
    assert (first.kind, first.since, first.reasons) == ("stage", reached, ())
    assert "decide_review" in {key for _, _, key in first.ends}


def test_what_elsewhere_owes_is_named_by_the_stage(database: Database) -> None:
    case = a_review(database, "home_office_qa")
    assert line(database, case).startswith("Home Office: With the Home Office, since ")
    assert line(database, case).endswith("; sent 5 days ago"), "from the day it was sent, not of its receipt"


def test_a_step_not_possible_yet_says_what_is_in_the_way_and_whose_it_is(database: Database) -> None:
    case = a_review(database, "amending")
    said = line(database, case)
    assert said.startswith("2 points outstanding, since ")
    first, *others = waits(database, case)
    assert first.reasons and "points of the Home Office's letter" in first.reasons[0]
    points = [w for w in others if w.kind == "item"]
    assert [w.who for w in points] == ["Independent chair (nobody named)"] * 2
    assert all(("Answer the point", w.ref, "answer_point") in w.ends for w in points)
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    assert {w.who for w in waits(database, case) if w.kind == "item"} == {"Independent chair (Oakley Example)"}


def test_returns_and_holds_are_waited_for_beside_the_next_step(database: Database) -> None:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council", "mereshire-nhs"]})
    held_from = case.today
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "Listed.", "asked_by": "cps", "clocks": ["imr_return"],
         "activities": ["family_interviews"], "review_by": (case.today + timedelta(days=7)).isoformat()},
    )  # fmt: skip
    later = case.today + timedelta(days=8)
    said = line(database, case, later)
    assert "; 2 returns outstanding, since " in said
    assert said.endswith(". On hold in part: criminal proceedings")
    found = waits(database, case, later)
    assert {w.who for w in found if w.kind == "item"} == {"Northmere Council", "Mereshire NHS Trust"}
    hold = next(w for w in found if w.kind == "hold")
    assert hold.since == held_from and "to be looked at again" in hold.reasons[0]
    assert {key for _, _, key in hold.ends} == {"end_hold", "change_hold_review_by"}
    assert len([w for w in found if w.kind == "held"]) == 2


def test_a_clock_that_could_not_start_is_a_wait(database: Database) -> None:
    case = a_review(database, "screening", death_date="2010-01", police_identified_on="2010-02-01", in_writing="no")
    unarmed = [w for w in waits(database, case) if w.kind == "unarmed"]
    assert [w.what for w in unarmed] == ["Written notification by the police: no date can be counted"]
    assert unarmed[0].reasons


def test_what_has_ended_waits_for_nothing(database: Database) -> None:
    case = a_review(database, "concluded")
    assert line(database, case) == ""
    assert waits(database, case) == []


def test_nobody_is_told_about_a_review_they_may_not_see(database: Database) -> None:
    case = a_review(database, "decision_pending")
    for who in ("steering_member", "agency_contact", "administrator", "communications"):
        assert line(database, case, who=who) == "", who


def test_twenty_reviews_take_no_more_queries_than_two(database: Database) -> None:
    def queries() -> int:
        counted = 0

        def count(*_args: object) -> None:
            nonlocal counted
            counted += 1

        with database.read() as session:
            actor = actor_by_email(session, OPERATOR_EMAIL)
            ids = session.scalars(sa.select(Record.id)).all()
            event.listen(database.engine, "before_cursor_execute", count)
            try:
                assert waiting_lines(session, actor, ids, builders.START + timedelta(days=60))
            finally:
                event.remove(database.engine, "before_cursor_execute", count)
        return counted

    for at in ("notified", "decision_pending"):
        a_review(database, at)
    two = queries()
    for _ in range(4):
        a_review(database, "notified", on=builders.START + timedelta(days=1))
        a_review(database, "decision_pending")
    assert queries() == two <= 16

"""The list of reviews: who sees what, late first, and few queries however many there are."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import event

from dardr.actors import OPERATOR_EMAIL, actor_by_email
from dardr.lookups.caseload import CaseFilter, CaseRow, caseload
from dardr.lookups.deadlines import all_deadlines, deadlines_of
from dardr.storage.engine import Database
from tests import builders
from workflows.clocks import State

START = builders.START


def _list(database: Database, who: str, today: date, filters: CaseFilter | None = None) -> list[CaseRow]:
    with database.read() as session:
        return caseload(session, builders.actor(session, who), today, filters)


def test_late_first_then_the_next_date(database: Database) -> None:
    early = builders.a_review(database, at="notified", on=START)
    later = builders.a_review(database, at="notified", on=START + timedelta(days=20))
    before = _list(database, "case_manager", START + timedelta(days=25))
    assert [row.ref for row in before] == [early.ref, later.ref]
    assert [row.late for row in before] == [False, False]
    after = _list(database, "case_manager", START + timedelta(days=40))
    assert [(row.ref, row.late) for row in after] == [(early.ref, True), (later.ref, False)]
    late = after[0].next_deadline
    assert late is not None and late.state is State.PAST_GUIDE and late.kind == "guidance"


def test_only_those_who_may_see_a_review_see_it(database: Database) -> None:
    review = builders.a_review(database, at="notified", on=START)
    refs = {who: [row.ref for row in _list(database, who, START)] for who in builders.PEOPLE}
    for who in ("case_manager", "team_manager", "deciding_chair", "auditor"):
        assert refs[who] == [review.ref]
    for who in ("csp_member", "steering_member", "communications", "administrator"):
        assert refs[who] == [], who


def test_filters(database: Database) -> None:
    notified = builders.a_review(database, at="notified", on=START)
    drafting = builders.a_review(database, at="drafting", on=START)
    today = START + timedelta(days=200)

    def refs(**given: object) -> list[str]:
        return [row.ref for row in _list(database, "team_manager", today, CaseFilter(**given))]  # type: ignore[arg-type]

    assert set(refs()) == {notified.ref, drafting.ref}
    assert refs(phase="drafting") == refs(stage="drafting") == [drafting.ref]
    assert refs(text=notified.ref[-3:]) == [notified.ref]
    assert refs(text="%") == refs(text="_") == []
    assert set(refs(csp="northmere")) <= {notified.ref, drafting.ref}
    assert refs(csp="nowhere") == []
    assert refs(mine=True) == []


def test_twenty_reviews_take_no_more_queries_than_two(database: Database) -> None:
    def queries() -> int:
        counted = 0

        def count(*_args: object) -> None:
            nonlocal counted
            counted += 1

        with database.read() as session:
            actor = actor_by_email(session, OPERATOR_EMAIL)
            event.listen(database.engine, "before_cursor_execute", count)
            try:
                caseload(session, actor, START + timedelta(days=60))
            finally:
                event.remove(database.engine, "before_cursor_execute", count)
        return counted

    for _ in range(2):
        builders.a_review(database, at="notified", on=START)
    two = queries()
    for _ in range(8):
        builders.a_review(database, at="notified", on=START)
    assert queries() == two <= 6


def test_the_deadlines_page_says_the_same_as_the_review(database: Database) -> None:
    review = builders.a_review(database, at="evidence", on=START)
    today = START + timedelta(days=150)
    with database.read() as session:
        actor = builders.actor(session, "team_manager")
        listed = all_deadlines(session, actor, today)
        own = [d for d in deadlines_of(session, actor, review.ref, today) if d["running"]]
        until = all_deadlines(session, actor, today, until=today)
    assert {(d.ref, d.clock, str(d.state), d.due and d.due.isoformat()) for d in listed} == {
        (d["ref"], d["clock"], d["state"], d["due"]) for d in own
    }
    assert {d.review_ref for d in listed} == {review.ref}
    dates = [d.due for d in listed if d.due]
    assert dates == sorted(dates)
    assert all(d.due is not None and d.due <= today for d in until)

"""Recommendations and the actions that answer them: links in step, what ends by itself, who sees what, copies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.access import get_record, visible
from dardr.casework.act import take_action
from dardr.casework.open_record import open_record
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups.plan import copies_of, differences, lines_of, plan_of
from dardr.lookups.recommendations import RecommendationFilter, of_review, one_recommendation
from dardr.parts import contents_seen
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.reviews import Record, RecordLink
from tests.builders import Case, a_review, actor, at_ten

COUNCIL, NHS = "northmere-council", "mereshire-nhs"
MADE = {
    "recommendation_text": "Ask about safety at each visit.", "number": "5.1", "rec_source": "panel", "scope": "local",
    "addressees": [COUNCIL, NHS], "themes": ["training"],
}  # fmt: skip


def add(case: Case, *, make: bool = True, **more: Any) -> str:
    """A recommendation of the review, made unless it stays a draft."""
    (ref,) = case.act("add_recommendation", {**MADE, **more}).created
    if make:
        case.act("make_recommendation", ref=ref)
    return ref


def plan(case: Case, *recommendations: str, body: str = COUNCIL) -> str:
    """An action on the plan that answers them."""
    given = {"action_text": "Change the form", "lead_body": body, "plan_source": "panel", "scope": "local"}
    (ref,) = case.act("add_action", {**given, "recommendations": list(recommendations)}).created
    return ref


def end(case: Case, action: str) -> None:
    """Minute that it is not accepted: the shortest way to the end of an action."""
    answers = {"not_accepted_reason": "Done otherwise", "not_accepted_minute": "Minute 7"}
    case.act("record_not_accepted", answers, by="deciding_chair", ref=action)


def linked(case: Case, action: str) -> set[tuple[str, str]]:
    with case.database.read() as session:
        item = session.scalars(sa.select(Record.id).where(Record.ref == action)).one()
        rows = session.execute(
            sa.select(Record.ref, RecordLink.kind)
            .join(RecordLink, RecordLink.review_id == Record.id)
            .where(RecordLink.item_id == item)
        )
        return {(ref, kind) for ref, kind in rows}


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    return a_review(sqlite_database, "drafting", day_by_day=False)


def test_two_with_one_number_are_two_and_numbers_sort_as_people_read_them(case: Case) -> None:
    for number in ("10", "5.1", "2", "5.1"):
        add(case, number=number)
    with case.database.read() as session:
        found = of_review(session, actor(session, "case_manager"), case.record(), case.today)
    assert [row.number for row in found] == ["2", "5.1", "5.1", "10"]
    assert len({row.ref for row in found}) == 4


def test_an_action_answers_several_and_its_links_follow_what_is_said_of_it(case: Case) -> None:
    one, two = add(case), add(case, number="6")
    action = plan(case, one)
    assert linked(case, action) == {(case.ref, "item"), (one, "answers")}
    case.act("change_action", {"action_text": "Change the form", "recommendations": [two]}, ref=action)
    assert linked(case, action) == {(case.ref, "item"), (two, "answers")}


def test_a_recommendation_ends_with_its_last_action_and_goes_on_with_it(database: Database) -> None:
    case = a_review(database, "drafting", day_by_day=False)
    ref = add(case)
    first, second = plan(case, ref), plan(case, ref, body=NHS)
    end(case, first)
    assert case.record(ref).stage == "made"
    end(case, second)
    assert case.record(ref).stage == "actions_ended" and case.record(ref).final
    third = plan(case, ref)
    assert case.record(ref).stage == "made"
    end(case, third)
    assert case.record(ref).stage == "actions_ended"
    again = {"reopened_reason": "More is to be done", "target_date": case.today + timedelta(days=90)}
    case.act("reopen_action", again, by="deciding_chair", ref=first)
    assert case.record(ref).stage == "made"


def test_what_is_national_does_not_end_with_an_action(case: Case) -> None:
    ref = add(case, scope="national", department="Home Office", addressees=[])
    end(case, plan(case, ref))
    assert case.record(ref).stage == "made"


def test_one_action_answers_recommendations_of_two_reviews_and_of_a_published_one(case: Case) -> None:
    other = a_review(case.database, "screening", day_by_day=False)
    mine, theirs = add(case), add(other, number="2")
    with case.database.write() as session:
        by = actor(session, "case_manager")
        published = {"partnership": "Fenmouth", "case_id": "f-1", "recorded_on": case.today}
        sar = open_record(session, by, at_ten(case.today), "historic", published).ref
        take_action(session, by, at_ten(case.today), sar, "add_recommendation", {"text": "Ask twice"}, case.today)
    action = plan(case, mine)
    case.act("answer_also", {"also_answers": f"{theirs.lower()}\n{sar}#1"}, ref=action)
    assert case.record(action).facts["recommendations"] == [mine, theirs, f"{sar}#1"]
    assert linked(case, action) == {
        (case.ref, "item"), (other.ref, "item"), (mine, "answers"), (theirs, "answers"), (sar, "answers"),
    }  # fmt: skip
    assert action in other.opened("action")
    for wrong in (f"{sar}#2", sar, "DARDR-1999-001-REC01", case.ref):
        with pytest.raises(Invalid) as refused:
            case.act("answer_also", {"also_answers": wrong}, ref=action)
        assert refused.value.reasons[0].field == "also_answers"
    kept = {"action_text": "Change the form", "recommendations": [mine]}
    case.act("change_action", kept, ref=action)
    assert linked(case, action) == {(case.ref, "item"), (mine, "answers")}


def test_an_agency_sees_the_wording_of_what_concerns_it_and_its_own_answer(case: Case) -> None:
    ref, draft, other = add(case), add(case, make=False), add(case, addressees=[NHS])
    answered = {"responding_body": NHS, "response": "accepted", "responded_by": "Chief nurse"}
    case.act("respond", answered, ref=ref)
    with case.database.read() as session:
        lead = actor(session, "agency_lead")
        record = get_record(session, lead, ref, in_part=True)
        part = contents_seen(session, lead, record)
        assert part is not None and set(part.facts(record.facts)) == {"number", "recommendation_text", "scope"}
        assert session.scalar(sa.select(Record.id).where(Record.ref == ref, visible(lead))) is None
        found = one_recommendation(session, lead, record, case.today)
        assert found.responses == () and found.wordings == () and found.reviews == ()
        with pytest.raises(Forbidden):
            get_record(session, lead, ref)
        for hidden in (draft, other):
            with pytest.raises(NotFound):
                get_record(session, lead, hidden, in_part=True)
    said = {"responding_body": COUNCIL, "response": "partly", "response_reason": "Funding", "responded_by": "Director"}
    case.act("respond", said, by="agency_lead", ref=ref)
    with pytest.raises(Invalid):
        case.act("respond", {**said, "responding_body": NHS}, by="agency_lead", ref=ref)
    with case.database.read() as session:
        lead = actor(session, "agency_lead")
        record = get_record(session, lead, ref, in_part=True)
        assert [r.body for r in one_recommendation(session, lead, record, case.today).responses] == [
            "Northmere Council"
        ]


def test_an_agency_whose_action_answers_it_sees_the_wording_too(case: Case) -> None:
    ref = add(case, addressees=[NHS])
    plan(case, ref, body=COUNCIL)
    with case.database.read() as session:
        assert get_record(session, actor(session, "agency_contact"), ref, in_part=True).ref == ref


def test_the_steering_group_sees_what_is_made_and_no_draft(case: Case) -> None:
    ref, draft = add(case), add(case, make=False)
    with case.database.read() as session:
        member = actor(session, "steering_member")
        assert get_record(session, member, ref).ref == ref
        with pytest.raises(NotFound):
            get_record(session, member, draft)


def test_the_answer_of_the_body_that_took_the_place_of_one_addressed_counts_for_it(case: Case) -> None:
    ref = add(case, addressees=[NHS])
    with case.database.write() as session:
        old = session.scalars(sa.select(Body).where(Body.key == NHS)).one()
        new = session.scalars(sa.select(Body).where(Body.key == "mereshire-icb")).one()
        old.until_on, old.successor_id = case.today - timedelta(days=1), new.id
    with case.database.read() as session:
        (row,) = of_review(session, actor(session, "case_manager"), case.record(), case.today)
        assert row.awaited == ("Mereshire Integrated Care Board",)
    said = {"responding_body": "mereshire-icb", "response": "accepted", "responded_by": "Chief nurse"}
    case.act("respond", said, ref=ref)
    with case.database.read() as session:
        by = actor(session, "case_manager")
        (row,) = of_review(session, by, case.record(), case.today)
        assert row.awaited == () and [one.body for one in row.responses] == ["Mereshire Integrated Care Board"]
        assert of_review(session, by, case.record(), case.today, RecommendationFilter(unanswered=True)) == []


def test_the_panel_approves_the_report_and_its_recommendations_are_made(case: Case) -> None:
    ref = add(case, make=False)
    case.act("record_version", {"version": "9", "what_for": "panel"})
    given = {"version": "9", "panel_outcome": "not_approved", "panel_minute": "Minute 3", "actions_agreed_senior": "no"}
    case.act("record_panel_approval", given)
    assert case.record(ref).stage == "draft"
    case.act("record_panel_approval", {**given, "panel_outcome": "approved"})
    assert case.record(ref).stage == "made" and case.record(ref).facts["agreed_minute"] == "Minute 3"


def test_the_plan_is_kept_as_it_stood_and_compared_with_now(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "csp_sign_off")
    ref = add(case)
    action = plan(case, ref)
    done = a_review_to(case, "submitted")
    with sqlite_database.read() as session:
        (copy,) = copies_of(session, case.record())
        assert copy.occasion == "submission" and [line.action_ref for line in lines_of(copy)] == [action]
    end(done, action)
    bare = add(case, number="7")
    with sqlite_database.read() as session:
        now = plan_of(session, case.record())
        found = differences(lines_of(copy), now)
    assert [(one.what, one.line.ref) for one in found] == [("changed", ref), ("added", bare)]
    assert any(heading.startswith("Date of completion") for heading, _, _ in found[0].changes)


def a_review_to(case: Case, stage: str) -> Case:
    """The same review carried one stage on by the steps of the ordinary way."""
    from tests.builders import WAY

    steps = next(steps for name, _, steps in WAY if name == stage)
    case.do(steps)
    assert case.stage == stage
    return case


def test_a_review_is_not_concluded_with_a_recommendation_that_nothing_answers(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "action_monitoring")
    ref = add(case)
    with pytest.raises(Conflict, match=f"{ref} .no action answers yet"):
        case.act("conclude", {"concluding_minute": "Minute 12"}, by="deciding_chair")
    minuted = {"rec_not_accepted_reason": "Done already", "rec_not_accepted_minute": "Minute 12"}
    case.act("record_rec_not_accepted", minuted, by="deciding_chair", ref=ref)
    a_review_to(case, "concluded")

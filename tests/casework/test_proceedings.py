"""Proceedings as records: what a moved date prompts, whom it tells, and holds that were placed for one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.casework.audit import verify
from dardr.errors import Conflict, Invalid
from dardr.lookups.proceedings import Held, beside
from dardr.lookups.review import show
from dardr.lookups.waiting import Waits
from dardr.lookups.waits_of_review import waiting_for
from dardr.lookups.work import work_of
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case, a_review, actor, address, grant
from workflows.definition import Role

WINDOW = {"hearing_kind": "trial", "hearing_from": "2026-07-06", "hearing_to": "2026-07-24"}
DONE = {"panel_looked_at": "done", "family_looked_at": "done", "holds_looked_at": "done"}
MOVED = {"hearing": "1", "hearing_from": "2026-09-07", "hearing_standing": "tentative", "moved_because": "No room."}


@pytest.fixture
def case(database: Database) -> Case:
    """A review with a trial listed, carried by the case manager."""
    case = a_review(database, "evidence")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    case.act("record_parallel_process", {"parallel_kind": "criminal", "parallel_status": "under_way"})
    case.act("add_hearing", {**WINDOW, "hearing_standing": "tentative"}, ref=trial(case))
    return case


def trial(case: Case) -> str:
    return case.opened("proceeding")[0]


def held(case: Case, **more: object) -> str:
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "Listed", "asked_by": "cps", "activities": ["family_interviews"],
         "proceeding": trial(case), **more},
    )  # fmt: skip
    return str(case.holds()[-1].id)


def mine(case: Case, on: date) -> list[str]:
    with case.database.read() as session:
        return [line.what for line in work_of(session, actor(session, "case_manager"), on).owed()]


def test_a_moved_date_is_on_my_work_and_in_waiting_for_until_it_is_looked_at(case: Case) -> None:
    prompt = "Look at panel, family and holds after a moved date: Criminal proceedings"
    assert prompt not in mine(case, case.today)
    case.act("move_hearing", MOVED, ref=trial(case))
    first = case.deadline("moved_date_followed_up", ref=trial(case))
    assert first.due_on is not None and prompt in mine(case, case.today)
    with case.database.read() as session:
        review = session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
        waits = Waits(session, actor(session, "case_manager"), [review.id], case.today)
        said = {wait.what: wait for wait in waiting_for(waits, review.id)}
    wait = said["Criminal proceedings: a date has moved"]
    assert wait.ends[0][2] == "record_follow_up"

    case.today += timedelta(days=3)
    case.act("move_hearing", {**MOVED, "hearing_from": "2026-11-02"}, ref=trial(case))
    runs = case.deadlines("moved_date_followed_up", ref=trial(case))
    assert [run.running for run in runs] == [False, True], "moved again: one follow-up, counted from the later day"
    assert runs[1].start_on == case.today
    assert mine(case, case.today).count(prompt) == 1
    case.act("record_follow_up", DONE, ref=trial(case))
    assert prompt not in mine(case, case.today)
    assert case.state("moved_date_followed_up", ref=trial(case)) == "met"
    with case.database.read() as session:
        assert verify(session)["ok"]


def test_chair_and_panel_are_told_that_a_date_has_moved_and_no_more(case: Case) -> None:
    with case.database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
        grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
    seat = {"body": "mereshire-nhs", "member_name": "Robin Example", "position": "Head of safeguarding",
            "member_email": "robin@nhs.example", "represents": "agency", "no_case_management": "declared"}  # fmt: skip
    case.act("add_panel_member", seat)
    case.act("move_hearing", MOVED, ref=trial(case))
    with case.database.read() as session:
        rows = list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "date_moved")))
    told = {address("independent_chair"), address("panel_member"), "robin@nhs.example"}
    assert {row.recipient for row in rows} == told
    for row in rows:
        said = f"{row.subject} {row.text} {row.html}".lower()
        assert "a date this review depends on has moved" in said and f"/reviews/{case.ref.lower()}" in said
        for word in ("trial", "hearing", "court", "criminal", "proceeding", "no room", trial(case).lower()):
            assert word not in said, word


def test_a_proceeding_is_looked_at_again_after_eight_weeks_or_on_the_day_given(case: Case) -> None:
    opened_on = case.record(trial(case)).opened_on
    assert case.deadline("look_at_proceeding", ref=trial(case)).due_on == opened_on + timedelta(days=56)
    given = {"how_it_stands": "Listed", "look_again_by": "2026-06-30"}
    case.act("look_at_proceeding", given, ref=trial(case))
    assert case.deadline("look_at_proceeding", ref=trial(case)).due_on == date(2026, 6, 30)
    case.act("end_proceeding", {"ended_how": "concluded", "ended_outcome": "Over"}, ref=trial(case))
    assert not case.deadline("look_at_proceeding", ref=trial(case)).running


def test_a_proceeding_with_an_open_hold_ends_only_with_a_word_on_it(case: Case) -> None:
    hold = held(case)
    ended = {"ended_how": "concluded", "ended_outcome": "Sentence passed"}
    with pytest.raises(Invalid, match="A hold that was placed for it on .* is still open"):
        case.act("end_proceeding", ended, ref=trial(case))
    assert case.record(trial(case)).stage == "under_way", "nothing of a refused step is kept"
    case.act("end_hold", {"hold": hold, "hold_outcome": "Sentence passed"})
    assert case.act("end_proceeding", ended, ref=trial(case)).stage == "ended"
    case.act("reopen_proceeding", {"reopened_reason": "An appeal"}, ref=trial(case))
    held(case)
    given = {**ended, "holds_go_on_because": "The inquest is to come."}
    assert case.act("end_proceeding", given, ref=trial(case)).stage == "ended"


def test_a_hold_for_something_else_does_not_keep_a_proceeding_open(case: Case) -> None:
    case.act("place_hold", {"kind": "inquest", "reason": "Why", "asked_by": "coroner", "activities": ["publication"]})
    ended = {"ended_how": "discontinued", "ended_outcome": "Not pursued"}
    assert case.act("end_proceeding", ended, ref=trial(case)).stage == "ended"
    with pytest.raises(Invalid, match="nothing to choose from|not one of the choices"):
        held(case)


def test_a_hold_without_an_end_has_a_day_to_look_again_and_says_what_its_dates_would_be(case: Case) -> None:
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    held(case, clocks=["imr_return"], hold_told=["chair", "family"])
    placed_on = case.today

    def seen(on: date) -> Held:
        with case.database.read() as session:
            record = session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
            return beside(session, actor(session, "case_manager"), record, on).holds[0]

    hold = seen(placed_on)
    assert hold.review_by == placed_on + timedelta(weeks=4) and not hold.asks
    assert (hold.proceeding, hold.told) == (trial(case), dict.fromkeys(("chair", "family"), placed_on.isoformat()))
    (paused,) = hold.paused
    assert paused.if_today is not None and paused.if_today == paused.first_due
    later = seen(placed_on + timedelta(days=60))
    assert later.asks and later.days == 60
    again = later.paused[0].if_today
    assert again is not None and again > paused.if_today


def test_what_is_done_wrong_is_refused_and_nothing_is_kept(case: Case) -> None:
    before = len(case.events(trial(case)))
    backwards = {**WINDOW, "hearing_to": "2026-07-01", "hearing_standing": "fixed"}
    with pytest.raises(Invalid, match="The last day is before the first"):
        case.act("add_hearing", backwards, ref=trial(case))
    case.act("record_hearing_outcome", {"hearing": "1", "hearing_outcome": "A plea was entered"}, ref=trial(case))
    with pytest.raises((Invalid, Conflict), match="No hearing is to come|nothing to choose from"):
        case.act("move_hearing", MOVED, ref=trial(case))
    assert len(case.events(trial(case))) == before + 1


def test_a_proceeding_of_another_review_here_is_linked_to_it(case: Case) -> None:
    other = a_review(case.database, "screening", on=case.today)
    case.act(
        "record_parallel_process",
        {"parallel_kind": "safeguarding_adult_review", "parallel_status": "planned", "parallel_review": other.ref},
    )
    with case.database.read() as session:
        shown = show(session, actor(session, "case_manager"), case.ref, case.today)
    assert [one["ref"] for one in shown["links"]] == [other.ref]
    assert case.record(case.opened("proceeding")[1]).title == "Safeguarding adult review"


# --- held back and disclosed ------------------------------------------------------------------------------


def test_what_is_held_back_has_a_next_step_and_warns_who_goes_on_without_its_sentence(database: Database) -> None:
    case = a_review(database, "evidence")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    case.act(
        "record_held_back",
        {"title": "Records of one service", "whose_information": "person_who_died", "held_by": "The service",
         "ground": "legal_advice", "who_decides": "holder", "next_step": "Ask", "next_step_by": "2026-06-01"},
    )  # fmt: skip
    ref = case.opened("held-back")[0]
    assert case.deadline("held_back_next_step", ref=ref).due_on == date(2026, 6, 1)
    assert "Next step on information held back: Records of one service" in mine(case, case.today)
    assert any(ref in warning for warning in case.act("start_drafting").warnings)
    case.act(
        "change_held_back",
        {"next_step": "Wait", "next_step_by": "2026-07-01", "report_sentence": "One record could not be used."},
        ref=ref,
    )
    assert case.deadline("held_back_next_step", ref=ref).due_on == date(2026, 7, 1)
    case.do(builders.READING)
    assert not any(ref in warning for warning in case.act("send_to_partnership").warnings)
    case.act("release_information", {"released_because": "The service agreed"}, ref=ref)
    assert not case.deadline("held_back_next_step", ref=ref).running

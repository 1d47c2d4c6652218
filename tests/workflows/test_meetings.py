"""On paper: the seats of a panel, its meetings, and whether there was a quorum."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.workflows.paper import Paper, a_review, opened
from workflows.definition import OpenHold
from workflows.processes.meeting_1.rules import MET, NOT_MET, NOT_SET, Quorum

DAY = timedelta(days=1)
POLICE, HEALTH, CHARITY = ("police", "agency"), ("health", "agency"), ("charity", "specialist")


# --- quorum -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quorum", "seats", "outcome", "bodies"),
    [
        (Quorum(), [POLICE], NOT_SET, 1),
        (Quorum(2), [POLICE, HEALTH], MET, 2),
        (Quorum(2), [POLICE, POLICE], NOT_MET, 1),
        (Quorum(2, specialist=True), [POLICE, HEALTH], NOT_MET, 2),
        (Quorum(2, specialist=True), [POLICE, CHARITY], MET, 2),
        (Quorum(specialist=True), [CHARITY], MET, 1),
        (Quorum(1), [], NOT_MET, 0),
    ],
)
def test_a_quorum_counts_bodies_once(quorum: Quorum, seats: list[tuple[str, str]], outcome: str, bodies: int) -> None:
    found, words, count = quorum.judge(seats)
    assert (found, count) == (outcome, bodies)
    assert words.startswith(f"{bodies} {'body was' if bodies == 1 else 'bodies were'} there")


def test_a_missing_specialist_service_is_named() -> None:
    words = Quorum(2, specialist=True).judge([POLICE, HEALTH])[1]
    assert words == (
        "2 bodies were there, and no specialist domestic abuse service."
        " The quorum is 2 bodies and a specialist domestic abuse service."
    )


# --- a meeting --------------------------------------------------------------------------------------------


def a_meeting(**more: object) -> Paper:
    return opened("meeting", meeting_on=date(2026, 2, 2), starts_at="10:00", **more)


def test_the_way_of_a_meeting() -> None:
    paper = a_meeting()
    assert "planned for 2 February 2026" in paper.reasons("record_held")[0]
    paper.take("set_agenda").take("add_papers", paper_kept_at="In the folder").take("send_invitations")
    paper.day = date(2026, 2, 2)
    paper.take("record_held")
    assert paper.reasons("agree_minutes") == ["There are no minutes yet. Record them first."]
    paper.take("record_minutes", minutes="In the folder").take("add_minute_action").take("agree_minutes")
    assert paper.stage == "minutes_agreed" and paper.process.stage(paper.stage).final
    assert paper.take("add_minute_action").stage == "minutes_agreed"
    assert paper.take("reopen_minutes").stage == "held"


def test_a_cancelled_meeting_is_never_held() -> None:
    paper = a_meeting().take("cancel_meeting")
    paper.day = date(2026, 2, 2)
    assert any("not a step of the stage “Cancelled”" in reason for reason in paper.reasons("record_held"))


def test_nobody_is_invited_to_a_day_that_has_passed() -> None:
    paper = a_meeting()
    paper.day = date(2026, 2, 3)
    assert "has passed" in paper.reasons("send_invitations")[0]


@pytest.mark.parametrize(("given", "field"), [({"starts_at": "ten"}, "starts_at"), ({"ends_at": "9:00"}, "ends_at")])
def test_times_are_times_and_in_order(given: dict[str, str], field: str) -> None:
    blocked = a_meeting().look("change_meeting", given).blocked
    assert [b.field for b in blocked] == [field]


def test_a_meeting_is_not_moved_into_the_past_nor_to_nothing() -> None:
    paper = a_meeting()
    assert [b.field for b in paper.look("change_meeting", {"meeting_on": paper.day - DAY}).blocked] == ["meeting_on"]
    assert "Nothing is changed yet" in paper.reasons("change_meeting", {})[0]
    assert "Saturday" in paper.look("change_meeting", {"meeting_on": date(2026, 2, 7)}).warnings[0]


def test_nobody_is_in_two_places() -> None:
    paper = a_meeting()
    paper.day = date(2026, 2, 2)
    twice = {"present": ["S01"], "substitutes": ["S01"]}
    assert [b.field for b in paper.look("record_held", twice).blocked] == ["substitutes"]
    away = {"present": ["S01"], "apologies": ["S01"]}
    assert [b.field for b in paper.look("record_held", away).blocked] == ["apologies"]
    assert paper.look("record_held", {"substitutes": ["S01"], "apologies": ["S01"]}).blocked == ()


def test_a_meeting_without_a_quorum_is_recorded_and_says_so() -> None:
    paper = a_meeting()
    paper.day = date(2026, 2, 2)
    verdict = paper.look("record_held", {"quorum_outcome": NOT_MET, "quorum_words": "1 body was there."})
    assert verdict.possible and "There was no quorum. 1 body was there." in verdict.warnings[0]


# --- on the review ----------------------------------------------------------------------------------------

PLAN = {"title": "First panel meeting", "starts_at": "10:00"}


def test_a_meeting_is_planned_for_today_or_later() -> None:
    paper = a_review("evidence")
    assert "Record a panel meeting" in paper.reasons("plan_meeting", {**PLAN, "meeting_on": paper.day - DAY})[0]
    assert paper.reasons("plan_meeting", {**PLAN, "meeting_on": paper.day}) == []


def test_planning_while_a_hold_asks_meetings_to_wait_is_possible_and_warned_of() -> None:
    paper = a_review("evidence")
    to_come = {**PLAN, "meeting_on": paper.day + DAY}
    assert not any("hold" in warning for warning in paper.look("plan_meeting", to_come).warnings)
    paper.holds = (OpenHold(1, "trial", paper.day, None, ("family_interviews",), ()),)
    assert not any("hold" in warning for warning in paper.look("plan_meeting", to_come).warnings)
    paper.holds = (OpenHold(1, "trial", paper.day, None, ("panel_meetings",), ()),)
    verdict = paper.look("plan_meeting", to_come)
    assert verdict.possible and any("panel meetings wait" in warning for warning in verdict.warnings)


@pytest.mark.parametrize(
    ("at", "action"), [("terms_of_reference", "approve_terms"), ("drafting", "record_panel_approval")]
)
def test_what_was_agreed_without_a_quorum_needs_a_word_on_how_else(at: str, action: str) -> None:
    paper = a_review(at)
    if at == "drafting":
        paper.take("record_version", version="1")
    given = {"version": "1"} if at == "drafting" else {}
    paper.has("M01", "meeting", stage="held", quorum_outcome=NOT_MET)
    paper.has("M02", "meeting", stage="held", quorum_outcome=MET)
    assert paper.reasons(action, {**given, "at_meeting": "M02"}) == []
    assert paper.reasons(action, given) == []
    refused = paper.look(action, {**given, "at_meeting": "M01"}).blocked
    assert [b.field for b in refused] == ["without_quorum_reason"] and "no quorum" in refused[0].reason
    by_email = {**given, "at_meeting": "M01", "without_quorum_reason": "Each agreed by e-mail."}
    assert paper.reasons(action, by_email) == []


def test_a_member_has_a_body_or_a_post() -> None:
    paper = a_review("commissioning")
    assert [b.field for b in paper.look("add_panel_member", {"body": None}).blocked] == ["body"]
    assert paper.reasons("add_panel_member", {"position": "Adviser on coercive control"}) == []


def test_a_quorum_is_set_when_the_panel_is_in_place_and_changed_later() -> None:
    paper = a_review("commissioning").take("appoint_chair").take("appoint_panel", quorum_bodies=4)
    assert "Nothing is set yet" in paper.reasons("set_quorum", {})[0]
    assert paper.take("set_quorum", quorum_bodies=3, quorum_specialist="yes").facts["quorum_bodies"] == 3


# --- a seat -----------------------------------------------------------------------------------------------


def test_the_way_of_a_seat() -> None:
    paper = opened("panel-seat")
    assert "Nobody is named as a substitute" in paper.reasons("end_substitute")[0]
    paper.take("name_substitute").take("record_confidentiality").take("declare_interest").take("end_substitute")
    paper.take("leave_panel")
    assert paper.stage == "left"
    assert any("Left the panel" in reason for reason in paper.reasons("name_substitute"))
    assert paper.take("return_to_panel").stage == "sitting"

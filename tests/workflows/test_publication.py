"""Publication on paper: the gate condition by condition, the embargo, days to avoid, websites, a report held back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

import workflows
from tests.workflows.paper import SECOND, Paper, a_review, opened
from workflows.definition import OpenHold, Role
from workflows.processes.dardr_s9_1.gate import CONDITIONS, GATE
from workflows.processes.dardr_s9_1.publication_waits import embargo_until, near_a_day_to_avoid
from workflows.processes.dardr_s9_1.websites import ANOTHER, NEVER, Shown, websites
from workflows.processes.who import FAMILY_NOTES

REVIEW = workflows.get("dardr-s9")
STEPS: tuple[tuple[str, int], ...] = (
    ("check_anonymisation", 1),
    ("second_check_anonymisation", SECOND),
    ("tell_family_publication", 1),
    ("prepare_publication_plan", 1),
    ("attach_home_office_letter", 1),
    ("fix_action_plan", 1),
    ("record_communications_plan", 1),
    ("check_pre_election", 1),
)


def ready(*, without: str = "") -> Paper:
    paper = a_review("pre_publication")
    for key, by in STEPS:
        if key != without and not (without == "check_anonymisation" and key == "second_check_anonymisation"):
            paper.take(key, by=by)
    return paper


def published(**answers: Any) -> Paper:
    given = {"website": "County", "published_at": "https://county.example/1", **answers}
    return ready().take("publish", **given)


# --- the gate ---------------------------------------------------------------------------------------------


def test_every_condition_is_a_guard_of_publication_and_leads_somewhere() -> None:
    assert REVIEW.action("publish").guards == GATE
    known = {action.key for action in REVIEW.actions}
    for condition in CONDITIONS:
        assert condition.steps or condition.where, condition.key
        assert set(condition.steps) <= known
        assert not condition.label.endswith(".")
    assert len({condition.key for condition in CONDITIONS}) == len(CONDITIONS)


@pytest.mark.parametrize("left_out", [key for key, _ in STEPS])
def test_publication_waits_for_each_step(left_out: str) -> None:
    assert ready().reasons("publish") == []
    assert ready(without=left_out).reasons("publish") != []


def wait_for(paper: Paper, what: str) -> str:
    """Make one condition that no step of the review's own meets unmet; the words in which it is then said."""
    match what:
        case "points":
            paper.has("Q01", "qa-point")
            return "Q01"
        case "hold":
            paper.holds = (OpenHold(1, "trial", date(2026, 2, 1), None, ("publication",), ()),)
            return "hold"
        case "notice":
            paper.has("N01", "publication-notice", stage="planned")
            return "N01"
        case "family notice":
            paper.has("Y01", "family-notice", stage="planned", branch="family")
            return "the family"
        case "branch":
            paper.has("branch-1", "family-branch", stage="taking_part")
            return "A branch of the family is not in the plan"
        case "pre-election":
            paper.take("check_pre_election", pre_election="wait")
            return "Choose another day"
        case "another day":
            paper.take("change_planned_day", planned_for=paper.day + timedelta(days=90))
            return "Check them for that day"
        case _:
            paper.take("change_embargo", new_embargo=f"{paper.day + timedelta(days=9)}T10:00:00+00:00")
            return "An embargo stands until"


@pytest.mark.parametrize(
    "what", ["points", "hold", "notice", "family notice", "branch", "pre-election", "another day", "embargo"]
)
def test_publication_waits_for_what_is_met_elsewhere(what: str) -> None:
    paper = ready()
    words = wait_for(paper, what)
    said = paper.reasons("publish")
    assert len(said) == 1 and words in said[0]
    assert [words in reason for reason in paper.reasons("publish", {"website": "County"})].count(True) == 1


@pytest.mark.parametrize("stage", ["told", "not_needed"])
def test_who_is_told_or_not_told_for_a_reason_waits_no_more(stage: str) -> None:
    paper = ready().has("N01", "publication-notice", stage=stage, final=True)
    paper.has("branch-1", "family-branch", stage="taking_part").has(
        "branch-2", "family-branch", stage="withdrawn", final=True
    )
    paper.has("Y01", "family-notice", stage=stage, final=True, branch="branch-1")
    assert paper.reasons("publish") == []


def test_the_family_is_not_counted_and_named_by_no_reference() -> None:
    paper = ready().has("Y01", "family-notice", stage="planned").has("Y02", "family-notice", stage="planned")
    said = paper.reasons("publish")
    assert "the family" in said[0] and "Y01" not in said[0] and "2" not in said[0]


def test_the_plan_is_prepared_once() -> None:
    assert "prepared already" in ready().reasons("prepare_publication_plan")[0]


# --- embargo, elections, days to avoid --------------------------------------------------------------------


def test_an_embargo_is_kept_until_its_day_or_changed_with_a_reason() -> None:
    paper = ready()
    ends = paper.day + timedelta(days=5)
    paper.take("change_embargo", new_embargo=f"{ends}T09:30:00+00:00")
    early = paper.look("publish", {"published_on": paper.day})
    assert [b.field for b in early.blocked] == ["published_on"]
    assert "Change or lift the embargo" in early.blocked[0].reason
    paper.day = ends
    on_the_day = paper.look("publish", {"published_on": ends})
    assert on_the_day.possible and "at 09:30" in on_the_day.warnings[0]
    paper.take("change_embargo", embargo_because="The newspaper printed early")
    assert embargo_until(paper.facts) is None
    assert paper.reasons("publish", {"published_on": ends}) == []


def test_an_embargo_in_summer_is_that_of_london() -> None:
    until = embargo_until({"embargo_until": "2026-07-01T23:30:00+00:00"})
    assert until is not None and until.date() == date(2026, 7, 2)


def test_once_changed_the_plan_does_not_quietly_set_an_embargo() -> None:
    paper = ready().take("change_embargo", new_embargo="2026-08-01T10:00:00+00:00")
    said = paper.look("record_communications_plan", {"embargo_until": "2026-07-01T10:00:00+00:00"}).blocked
    assert [b.field for b in said] == ["embargo_until"]


def test_a_pre_election_period_needs_somebody_who_agreed() -> None:
    said = ready().look("check_pre_election", {"pre_election": "agreed"}).blocked
    assert [b.field for b in said] == ["pre_election_agreed_by"]


def test_publication_on_another_day_than_the_one_checked_is_said_and_not_refused() -> None:
    paper = ready()
    checked = paper.day
    paper.take("check_pre_election", pre_election="none", pre_election_day=checked)
    for published_on, said in ((checked, False), (checked + timedelta(days=1), True)):
        verdict = paper.look("publish", {"published_on": published_on})
        assert verdict.possible
        assert any("Pre-election periods were checked for" in one for one in verdict.warnings) is said


def entry(day: str, seq: int, every: str = "yes") -> dict[str, Any]:
    return {"avoid_day": day, "avoid_every_year": every, "seq": seq}


@pytest.mark.parametrize(
    ("planned", "every", "near"),
    [
        (date(2027, 3, 14), "yes", True),
        (date(2027, 3, 8), "yes", True),
        (date(2027, 3, 20), "yes", True),
        (date(2027, 3, 7), "yes", False),
        (date(2027, 3, 21), "yes", False),
        (date(2027, 3, 14), "no", False),
        (date(2026, 3, 15), "no", True),
    ],
)
def test_a_day_to_avoid_is_the_week_around_it(planned: date, every: str, near: bool) -> None:
    assert bool(near_a_day_to_avoid({"days_to_avoid": [entry("2026-03-14", 7, every)]}, planned)) is near


def test_a_day_to_avoid_over_the_new_year_and_in_a_leap_year() -> None:
    assert near_a_day_to_avoid({"days_to_avoid": [entry("2020-12-30", 7)]}, date(2027, 1, 2)) == [date(2026, 12, 30)]
    struck_out = {"days_to_avoid": [entry("2020-12-30", 7)], "days_to_avoid_undone": [{"which_day": "7"}]}
    assert near_a_day_to_avoid(struck_out, date(2027, 1, 2)) == []


def test_a_planned_day_on_a_day_to_avoid_is_said_and_not_refused() -> None:
    paper = ready()
    avoided = paper.day + timedelta(days=30)
    paper.take("record_day_to_avoid", avoid_day=avoided)
    verdict = paper.look("change_planned_day", {"planned_for": avoided})
    assert verdict.possible and "to be careful about" in verdict.warnings[0]
    near = paper.look("change_planned_day", {"planned_for": avoided + timedelta(days=3)})
    assert "lies within a week of a day" in near.warnings[0]
    assert not paper.look("change_planned_day", {"planned_for": avoided + timedelta(days=9)}).warnings


def test_why_a_day_is_avoided_and_the_statement_are_read_by_few() -> None:
    limited = {
        field.name: field.seen_by
        for key in ("record_day_to_avoid", "record_family_statement", "prepare_publication_plan")
        for field in REVIEW.action(key).fields
        if field.seen_by
    }
    few = ("avoid_note", "family_statement", "family_statement_from", "family_told")
    assert limited == dict.fromkeys(few, FAMILY_NOTES)
    assert workflows.get("family-notice").seen_by == FAMILY_NOTES
    assert Role.PANEL_MEMBER not in workflows.get("publication-notice").seen_by


# --- websites ---------------------------------------------------------------------------------------------


def test_two_websites_each_with_its_address_and_day() -> None:
    paper = published()
    second = {"website": "City", "website_address": "https://city.example/1", "website_since": paper.day}
    paper.take("record_website", **second)
    found = websites(paper.facts)
    assert [(site.name, site.address) for site in found] == [
        ("County", "https://county.example/1"),
        ("City", "https://city.example/1"),
    ]
    assert all(site.shown is Shown.FULL and site.since for site in found)
    again = paper.look("record_website", second)
    assert [b.field for b in again.blocked] == ["website"] and "on the record already" in again.blocked[0].reason
    same = paper.look("record_website", {**second, "website": "Coast"})
    assert [b.field for b in same.blocked] == ["website_address"]


def test_another_website_is_named() -> None:
    paper = published()
    unnamed = paper.look("record_website", {"website": ANOTHER, "website_address": "https://other.example/1"})
    assert [b.field for b in unnamed.blocked] == ["website_name"]
    paper.take("record_website", website=ANOTHER, website_name="Library", website_address="https://other.example/1")
    assert [site.name for site in websites(paper.facts)] == ["County", "Library"]
    named = paper.look("record_website", {"website": "City", "website_name": "Library"})
    assert "website_name" in [b.field for b in named.blocked]


def test_no_website_had_it_before_it_was_published() -> None:
    paper = published()
    early = paper.look("record_website", {"website": "City", "website_since": date(2020, 1, 1)})
    assert [b.field for b in early.blocked] == ["website_since"]


def test_an_address_is_corrected_and_what_it_was_is_kept() -> None:
    paper = published()
    same = paper.look("correct_website_address", {"website": "County", "website_address": "https://county.example/1"})
    assert [b.field for b in same.blocked] == ["website_address"]
    paper.take("correct_website_address", website="County", website_address="https://county.example/2")
    (site,) = websites(paper.facts)
    assert (site.address, site.before) == ("https://county.example/2", ("https://county.example/1",))


def test_a_report_is_taken_down_from_one_website_and_put_back() -> None:
    paper = published().take("record_website", website="City", website_address="https://city.example/1")
    assert [b.field for b in paper.look("put_back", {"website": "City"}).blocked] == ["website"]
    paper.take("record_taken_down", website="City", still_shown="summary")
    assert [site.shown for site in websites(paper.facts)] == [Shown.FULL, Shown.SUMMARY]
    twice = paper.look("record_taken_down", {"website": "City", "still_shown": "summary"})
    assert [b.field for b in twice.blocked] == ["still_shown"]
    paper.take("record_taken_down", website="City", still_shown="nothing", taken_down_for="good")
    city = websites(paper.facts)[1]
    assert not city.online and city.for_good and city.reason == "In a few words"
    gone = paper.look("record_taken_down", {"website": "City", "still_shown": "nothing"})
    assert "not on City any more" in gone.blocked[0].reason
    paper.take("put_back", website="City")
    assert [site.shown for site in websites(paper.facts)] == [Shown.FULL, Shown.FULL]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"taken_down_for": "until_day"}, "taken_down_until"),
        ({"taken_down_for": "good", "taken_down_until": date(2027, 1, 1)}, "taken_down_until"),
    ],
)
def test_for_how_long_it_is_taken_down(answers: dict[str, Any], field: str) -> None:
    said = published().look("record_taken_down", {"website": "County", **answers}).blocked
    assert [b.field for b in said] == [field]


@pytest.mark.parametrize(
    "key", ["record_taken_down", "put_back", "correct_website_address", "strike_out_website", "look_again_online"]
)
def test_what_was_never_published_cannot_be_taken_down(key: str) -> None:
    waiting = a_review("pre_publication")
    assert "is not a step of the stage “Before publication”" in waiting.reasons(key)[0]
    held_back = waiting.take("decide_not_to_publish").take("start_action_monitoring")
    assert held_back.reasons(key) == [NEVER]


def test_a_website_recorded_by_mistake_is_struck_out() -> None:
    paper = published().take("strike_out_website", website="County")
    assert websites(paper.facts) == []
    assert "No website is recorded" in paper.reasons("record_taken_down")[0]
    paper.take("record_website", website="County", website_address="https://county.example/1")
    assert [site.name for site in websites(paper.facts)] == ["County"]


# --- held back --------------------------------------------------------------------------------------------


def test_a_report_held_back_is_looked_at_again_and_published_after_all() -> None:
    paper = a_review("pre_publication").take("decide_not_to_publish").take("look_again_at_not_publishing")
    assert paper.stage == "not_published"
    assert paper.take("publish_after_all").stage == "pre_publication"
    assert "has not been checked" in " ".join(paper.reasons("publish"))
    for key, by in STEPS:
        paper.take(key, by=by)
    paper.take("publish", website="County", published_at="https://county.example/1").take("start_action_monitoring")
    assert "published since" in paper.reasons("publish_after_all")[0]


def test_a_published_report_has_nothing_held_back() -> None:
    paper = published().take("start_action_monitoring")
    for key in ("look_again_at_not_publishing", "publish_after_all", "end_looks_at_not_publishing"):
        assert "nothing to look at again" in paper.reasons(key)[0]


# --- one line of the plan ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("process", "told", "not_told", "undo", "after_all"),
    [
        ("publication-notice", "record_told", "record_not_told", "strike_out_telling", "tell_after_all"),
        (
            "family-notice", "record_family_told", "record_family_not_told", "strike_out_family_telling",
            "tell_family_after_all",
        ),
    ],
)  # fmt: skip
def test_a_line_is_told_or_not_for_a_reason_and_a_mistake_is_struck_out(
    process: str, told: str, not_told: str, undo: str, after_all: str
) -> None:
    paper = opened(process).take(told)
    assert paper.stage == "told" and paper.process.stage("told").final
    assert "is not a step" in paper.reasons(not_told)[0]
    assert paper.take(undo).stage == "planned"
    assert paper.take(not_told).stage == "not_needed"
    assert paper.take(after_all).stage == "planned"

"""The page of a publication: conditions, the plan, the websites, and who sees which part of it."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from dardr.casework.setup import home
from dardr.storage.engine import Database
from tests.builders import GATE, PUBLISH, WHO_IS_TOLD, Case, a_review, address, grant
from tests.web.conftest import dated, signed_in
from workflows.definition import Role

TODAY = "2026-08-03"
STATEMENT = "She sang in the morning."
PLAN = {"family_told": ["family"], "audiences": ["police", "coroner"]}


@pytest.fixture
def case(database: Database) -> Case:
    """A cleared review whose partnership publishes on two websites."""
    with database.write() as session:
        partnership = home(session)
        assert partnership is not None
        partnership.settings = {**partnership.settings, "websites": ["County Council", "City Council"]}
    case = a_review(database, "pre_publication")
    with database.write() as session:
        grant(session, "communications", Role.COMMUNICATIONS, case.ref)
        grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
        grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    return case


def page(app: Flask, case: Case, person: str = "case_manager") -> str:
    answer = signed_in(app, person).get(f"/reviews/{case.ref}/publication")
    assert answer.status_code == 200, answer.text
    return answer.text


def words(text: str) -> str:
    """The words of a page without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_each_condition_is_shown_met_or_not_with_the_step_that_meets_it(app: Flask, case: Case) -> None:
    before = page(app, case)
    said = words(before)
    assert "4 of 13 met" in said
    assert "Not yet Pre-election periods were checked" in said
    for key, _ in ((step.action, 0) for step in GATE):
        assert f"/records/{case.ref}/do/{key}" in before
    assert "Record publication" not in words(before).split("Other ways on")[0].split("Before it is published")[1]
    case.do((*GATE, *WHO_IS_TOLD))
    after = words(page(app, case))
    assert "13 of 13 met" in after and "Not yet" not in after
    assert "Met Pre-election periods were checked for the planned day" in after and "recorded by Alex Example" in after
    assert "A second person has checked it too" in after and "recorded by Bailey Example" in after
    assert "Everything is met." in after


def test_each_board_of_a_joint_review_has_its_own_route(app: Flask, case: Case) -> None:
    assert "Boards the review is held with" not in page(app, case)
    board = {"partner": "Adults Board", "partner_duty": "safeguarding_adult_review", "partner_leads": "we_lead"}
    case.act("record_partner", board)
    said = words(page(app, case))
    assert "Adults Board Not recorded yet" in said and "Record where the other board published" in said
    at = "https://adults.mereshire.example/1"
    case.act("record_partner_publication", {"partner": "Adults Board", "partner_published_at": at})
    assert f"Adults Board {at}" in words(page(app, case))
    assert "Adults Board" not in page(app, case, "communications")


def test_the_form_of_the_plan_comes_ticked(app: Flask, case: Case) -> None:
    form = signed_in(app, "case_manager").get(f"/records/{case.ref}/do/prepare_publication_plan").text
    police = re.search(r'<input[^>]*name="audiences"[^>]*value="police"[^>]*>', form)
    other = re.search(r'<input[^>]*name="audiences"[^>]*value="other"[^>]*>', form)
    assert police and " checked" in police[0] and other and " checked" not in other[0]
    assert "County Council" in form and "The family" in form


def test_the_plan_is_prepared_and_told_from_the_page(app: Flask, case: Case) -> None:
    manager = signed_in(app, "case_manager")
    sent = manager.send(
        f"/records/{case.ref}/do/prepare_publication_plan", **dated("_on", TODAY), **PLAN,
        web_teams=["County Council", "City Council"],
    )  # fmt: skip
    assert sent.status_code == 303 and sent.headers["Location"].endswith(f"/reviews/{case.ref}/publication")
    shown = words(manager.get(sent.headers["Location"]).text)
    assert "0 of 5 settled" in shown and "Web team County Council" in shown and "Web team City Council" in shown
    police = case.opened("publication-notice")[0]
    told = manager.send(
        f"/records/{police}/do/record_told", **dated("_on", TODAY), told_how="email", told_by="Case manager"
    )
    onward = manager.get(told.headers["Location"])
    assert onward.headers["Location"].endswith(f"/reviews/{case.ref}/publication")
    shown = words(manager.get(onward.headers["Location"]).text)
    assert "1 of 5 settled" in shown and "Recorded: Record that they were told." in shown


def test_publication_is_refused_in_words_and_nothing_typed_is_lost(app: Flask, case: Case) -> None:
    case.do((*GATE, *WHO_IS_TOLD))
    manager = signed_in(app, "case_manager")
    form = manager.get(f"/records/{case.ref}/do/publish")
    police = case.opened("publication-notice")[0]
    case.act("strike_out_telling", {"not_told_after_all": "The e-mail came back."}, ref=police)
    answer = manager.send(
        f"/records/{case.ref}/do/publish", form, **dated("_on", TODAY), **dated("published_on", TODAY),
        website="County Council", published_at="https://county.example/1", redacted="no",
    )  # fmt: skip
    assert answer.status_code == 409
    said = words(answer.text)
    assert f"Not everyone in the plan was told. Still open: {police}." in said
    assert "https://county.example/1" in answer.text
    assert "once everything above is met" in words(page(app, case))


def test_an_embargo_is_said_on_the_page_and_kept_at_the_form(app: Flask, case: Case) -> None:
    case.do((*GATE, *WHO_IS_TOLD))
    manager = signed_in(app, "case_manager")
    changed = manager.send(
        f"/records/{case.ref}/do/change_embargo", **dated("_on", TODAY), **dated("new_embargo", "2027-01-05"),
        **{"new_embargo-time": "10:00"}, embargo_because="The newspapers agreed", embargo_agreed_by="Press office",
    )  # fmt: skip
    assert changed.status_code == 303, changed.text
    said = words(manager.get(changed.headers["Location"]).text)
    assert "Embargo until 5 January 2027, 10:00. Publication before then is refused." in said
    again = manager.get(f"/records/{case.ref}/do/publish").text
    assert "An embargo stands until 5 January 2027, 10:00" in again and "Change or lift the embargo" in again


# --- who sees what ----------------------------------------------------------------------------------------


@pytest.fixture
def planned(case: Case) -> Case:
    """The plan is prepared, with what few may read."""
    case.act("prepare_publication_plan", PLAN)
    family = case.opened("family-notice")[0]
    case.act("plan_family_notice", {"how": "visit", "wishes": "Not on a Sunday."}, ref=family)
    case.act("record_day_to_avoid", {
        "avoid_day": "2026-08-20", "avoid_every_year": "yes", "avoid_note": "A birthday",
    })  # fmt: skip
    case.act("record_family_statement", {"family_statement": STATEMENT, "family_statement_use": "with_report"})
    case.act("record_communications_plan", {
        "communications_plan": "A quiet page.", "lines_to_take": "We are sorry.", "planned_for": "2026-08-22",
    })  # fmt: skip
    return case


def test_communications_see_their_part_and_of_the_family_whether_it_was_told(app: Flask, planned: Case) -> None:
    shown = page(app, planned, "communications")
    said = words(shown)
    assert "The family: not yet" in said and "Not on a Sunday" not in said and STATEMENT not in said
    assert planned.opened("family-notice")[0] not in shown
    assert "20 August, every year" in said and "A birthday" not in said
    assert "A quiet page." in said and "We are sorry." in said
    assert "Not yet The family knows of the publication" in said
    assert "Record when they were told" not in said, "reasons are the team's"
    assert "Alex Example" not in said
    assert f"/records/{planned.opened('publication-notice')[0]}/do/record_told" in shown
    assert f"/records/{planned.ref}/do/publish" not in shown
    notice = signed_in(app, "communications").get(f"/records/{planned.opened('publication-notice')[0]}")
    assert notice.status_code == 200 and "Police" in notice.text


def test_the_chair_and_the_team_read_what_the_family_wishes(app: Flask, planned: Case) -> None:
    for person in ("case_manager", "independent_chair"):
        said = words(page(app, planned, person))
        assert "Not on a Sunday." in said and STATEMENT in said and "A birthday" not in said, person


def test_the_panel_sees_the_conditions_and_nobodys_lines(app: Flask, planned: Case) -> None:
    said = words(page(app, planned, "panel_member"))
    assert "of 13 met" in said and "The family: not yet" in said
    for hidden in ("Not on a Sunday", STATEMENT, "20 August", "By e-mail"):
        assert hidden not in said
    member = signed_in(app, "panel_member")
    for ref in (*planned.opened("publication-notice"), *planned.opened("family-notice")):
        assert member.get(f"/records/{ref}").status_code == 404


@pytest.mark.parametrize(
    ("person", "status"),
    [("police_liaison", 403), ("agency_contact", 404), ("csp_member", 404), ("steering_member", 404),
     ("auditor", 200), ("deciding_chair", 200), ("administrator", 404)],
)  # fmt: skip
def test_who_reaches_the_page(app: Flask, planned: Case, person: str, status: int) -> None:
    assert signed_in(app, person).get(f"/reviews/{planned.ref}/publication").status_code == status


def test_the_statement_is_read_by_all_who_see_the_page_once_the_report_is_out(app: Flask, planned: Case) -> None:
    planned.do(GATE)
    told = {"told_how": "visit", "told_by": "The chair"}
    planned.act("record_family_told", told, ref=planned.opened("family-notice")[0])
    for ref in planned.opened("publication-notice"):
        planned.act("record_told", told, ref=ref)
    planned.act("check_pre_election", {
        "pre_election_day": "2026-08-22", "pre_election_dates": "None", "pre_election_by": "Team",
        "pre_election": "none",
    })  # fmt: skip
    planned.act("publish", {**PUBLISH, "website": "County Council"})
    assert STATEMENT in words(page(app, planned, "communications"))


def test_a_day_near_one_to_avoid_is_said_on_the_page(app: Flask, planned: Case) -> None:
    said = words(page(app, planned))
    assert "Look again: 22 August 2026 lies within a week of a day to be careful about (20 August)" in said
    form = signed_in(app, "case_manager").get(f"/records/{planned.ref}/do/check_pre_election").text
    for part, number in (("day", 22), ("month", 8), ("year", 2026)):
        field = re.search(rf'<input[^>]*name="pre_election_day-{part}"[^>]*>', form)
        assert field is not None and f'value="{number}"' in field[0]


def test_a_line_of_the_plan_leads_to_the_publication_of_its_review(app: Flask, planned: Case) -> None:
    notice = planned.opened("publication-notice")[0]
    answer = signed_in(app, "case_manager").get(f"/reviews/{notice}/publication")
    assert answer.headers["Location"].endswith(f"/reviews/{planned.ref}/publication")


def test_what_is_no_review_has_no_publication(app: Flask, planned: Case) -> None:
    task = planned.act("add_task", {"title": "Print the report", "given_to": address("case_manager")}).created[0]
    assert signed_in(app, "case_manager").get(f"/reviews/{task}/publication").status_code == 404


# --- afterwards -------------------------------------------------------------------------------------------


def test_websites_are_recorded_taken_down_and_put_back(app: Flask, case: Case) -> None:
    case.do((*GATE, *WHO_IS_TOLD))
    case.act("publish", {**PUBLISH, "website": "County Council"})
    said = words(page(app, case))
    assert "County Council" in said and "Online in full" in said and "Not recorded on: City Council." in said
    case.act("record_website", {
        "website": "City Council", "website_address": "https://city.example/1", "website_since": case.today.isoformat(),
    })  # fmt: skip
    case.act("record_taken_down", {
        "website": "City Council", "still_shown": "summary", "taken_down_reason": "Safety of a relative",
        "taken_down_by": "Chair of the partnership", "taken_down_for": "good",
    })  # fmt: skip
    said = words(page(app, case))
    assert "The executive summary only" in said and "for good" in said and "Safety of a relative" in said
    press = words(page(app, case, "communications"))
    assert "The executive summary only" in press and "Safety of a relative" not in press
    case.act("put_back", {"website": "City Council", "put_back_why": "Safe again", "put_back_by": "Chair"})
    assert "put back" in words(page(app, case, "communications"))


def test_a_report_held_back_says_why(app: Flask, database: Database) -> None:
    case = a_review(database, "not_published")
    said = words(page(app, case))
    assert "It is not published" in said and "The welfare of children" in said
    assert "When was the Home Office consulted?" in said and "Take up the publication again" in said


def test_a_form_says_which_days_to_be_careful_about_and_why_only_to_those_who_read_of_the_family(
    app: Flask, planned: Case
) -> None:
    path = f"/records/{planned.ref}/do/change_planned_day"
    told = signed_in(app, "case_manager").get(path).text
    assert "in the next eight weeks:</strong> 20 August (A birthday)" in told
    others = signed_in(app, "communications").get(path).text
    assert "in the next eight weeks:</strong> 20 August." in others and "birthday" not in others

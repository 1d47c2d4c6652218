"""The calendar page: one's own dates by month and as a list, what of it others see, and days that have a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from icalendar import Calendar

from dardr.storage.calendars import LocalClosure
from dardr.storage.engine import Database
from tests.builders import Case, a_review, actor, at_ten, grant, open_a
from tests.icalendar_rules import complaints
from tests.web.conftest import Browser, application, prepared, signed_in
from workflows.definition import Role


class World:
    """Two reviews: one with returns asked for, a meeting, a hearing, a hold and a family; one of nobody here."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.app = database, application(database, folder)
        self.browsers: dict[str, Browser] = {}
        self.case = case = a_review(database, "evidence", display_pseudonym="Willow 2025")
        self.day = case.today + timedelta(days=10)
        case.act("request_returns", {"bodies": ["mereshire-nhs", "northmere-council"], "kind": "imr"})
        planned = {"title": "First look", "starts_at": "10:00", "held": "online", "place": "Room 7"}
        self.meeting = case.act("plan_meeting", {**planned, "meeting_on": self.day.isoformat()}).created[0]
        case.act("record_parallel_process", {"parallel_kind": "criminal", "parallel_status": "under_way"})
        (self.proceeding,) = case.opened("proceeding")
        heard = {"hearing_kind": "trial", "hearing_from": self.day.isoformat(), "hearing_standing": "tentative"}
        until = {"hearing_to": (self.day + timedelta(days=2)).isoformat()}
        case.act("add_hearing", {**heard, **until}, ref=self.proceeding)
        hold = {
            "kind": "inquest",
            "reason": "The coroner asks.",
            "asked_by": "coroner",
            "activities": ["family_interviews"],
            "clocks": [],
        }
        case.act("place_hold", {**hold, "review_by": self.day.isoformat()})
        branch = {"title": "Branch 1: mother's side", "added_on": case.today.isoformat(), "contact_name": "A Sample"}
        self.family = open_a(database, "family-branch", branch, on=case.today, parent_ref=case.ref).ref
        self.careful = self.day.replace(day=28)
        named = {"careful_day": f"28 {self.day:%B}", "careful_kind": "birthday", "careful_words": "The sister's"}
        case.act("add_careful_day", {**named, "careful_asked_by": "family"}, ref=self.family)
        visit = {"visit_for": "reading", "visit_on": (self.day + timedelta(days=1)).isoformat()}
        case.act("agree_visit", visit, ref=self.family)
        self.other = a_review(database, "evidence", day_by_day=False)
        with database.write() as session:
            grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
            by = actor(session, "administrator")
            assert by.partnership_id is not None
            session.add(
                LocalClosure(
                    partnership_id=by.partnership_id, day=self.day + timedelta(days=1), title="Move to new rooms",
                    added_by=by.id, added_at=at_ten(case.today),
                )
            )  # fmt: skip

    def as_seen_by(self, person: str) -> Browser:
        """The browser of one of the people, signed in once."""
        if person not in self.browsers:
            self.browsers[person] = signed_in(self.app, person)
        return self.browsers[person]

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"


@pytest.fixture(scope="module")
def world(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("calendar")
    (folder / "dardr.sqlite3").write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{folder / 'dardr.sqlite3'}")
    yield World(database, folder)
    database.close()


def words(page: str) -> str:
    """What a page says, without its marks, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def cell(page: str, day: date) -> str:
    """What one day of the month says."""
    found = re.search(
        rf'<td class="dardr-month__day[^>]*>(?:(?!</td>).)*<time datetime="{day}">.*?</td>', page, re.DOTALL
    )
    assert found, f"{day} is not on the page"
    return words(found[0])


def test_a_month_says_what_is_on_its_days_the_statute_first_and_the_days_that_have_a_name(world: World) -> None:
    page = world.as_seen_by("case_manager").get(f"/calendar?of=all&month={world.month}").text
    said = cell(page, world.day)
    assert re.search(r"Hearing: Trial window \(tentative\) .*10:00 Panel meeting .*Look again at a hold", said), said
    assert world.meeting in said and "Willow" not in said
    assert "Hearing: Trial window" in cell(page, world.day + timedelta(days=2)), "on each of its days"
    assert "Office closed: Move to new rooms" in cell(page, world.day + timedelta(days=1))
    assert "Day to be careful about" in cell(page, world.careful) and "sister" not in page and "birthday" not in page
    assert "Bank holiday: Early May bank holiday" in cell(page, date(2026, 5, 4))
    assert page.count('scope="col"') == 7 and "<caption" in page


def test_previous_and_next_keep_what_was_asked_for(world: World) -> None:
    page = world.as_seen_by("case_manager").get("/calendar?of=all&month=2026-12&rests=statute&view=list").text
    kept = "of=all&amp;rests=statute&amp;view=list"
    assert f'/calendar?month=2026-11&amp;{kept}" rel="prev"' in page
    assert f'/calendar?month=2027-01&amp;{kept}" rel="next"' in page


@pytest.mark.parametrize("asked", ["", "2026-13", "nonsense", "0001-01", "9999-12", "2026-08-03", "-1", "٢٠٢٦-٠٨"])
def test_a_month_that_there_is_not_is_this_month(world: World, asked: str) -> None:
    answer = world.as_seen_by("case_manager").client.get("/calendar", query_string={"month": asked})
    assert (
        answer.status_code == 200
        and "Calendar: August 2026" in answer.text
        and "today" in cell(answer.text, date(2026, 8, 3))
    )


@pytest.mark.parametrize("month", ["2011-01", "2100-12", "2028-02", "2026-02"])
def test_the_first_month_the_last_and_those_of_four_and_of_five_weeks(world: World, month: str) -> None:
    page = world.as_seen_by("case_manager").get(f"/calendar?month={month}").text
    assert ('rel="prev"' in page) is (month != "2011-01") and ('rel="next"' in page) is (month != "2100-12")
    assert ('datetime="2028-02-29"' in page) is (month == "2028-02")


def test_the_list_says_the_same_with_the_day_in_full(world: World) -> None:
    page = world.as_seen_by("case_manager").get(f"/calendar?of=all&view=list&month={world.month}").text
    assert f'id="day-{world.day}"' in page and "First look" in page and "Show as a month" in page
    assert "Day to be careful about" in page and "Office closed" in page


def test_filters_by_review_body_and_what_a_date_rests_on(world: World) -> None:
    manager = world.as_seen_by("case_manager")
    of_all = f"/calendar?of=all&view=list&month={due(world):%Y-%m}"
    everything = words(manager.get(of_all).text)
    assert "Mereshire NHS Trust" in everything and "Northmere Council" in everything
    one = manager.client.get(of_all, query_string=None).text
    assert one.count("Return to the review") >= 2
    nhs = manager.get(f"{of_all}&body=Mereshire+NHS+Trust").text
    assert nhs.count(">Return to the review<") == 1
    assert "Return to the review" not in manager.get(f"{of_all}&review={world.other.ref}").text
    assert manager.get(f"{of_all}&review={world.case.ref.lower()}").text.count(">Return to the review<") == 2
    assert "Return to the review" not in manager.get(f"{of_all}&rests=statute").text
    assert "Return to the review" in manager.get(f"{of_all}&rests=local").text
    assert "is on a day of" in words(manager.get("/calendar?month=2040-01").text)


def due(world: World) -> date:
    with world.database.read():
        (ref, *_) = world.case.opened("agency-return")
    on = world.case.deadline("imr_return", ref=ref).due_on
    assert on is not None
    return on


def test_an_agency_sees_what_it_owes_and_nothing_else(world: World) -> None:
    lead = world.as_seen_by("agency_lead")
    month = f"{due(world):%Y-%m}"
    for of in ("mine", "all"):
        page = lead.get(f"/calendar?view=list&of={of}&month={month}").text
        assert page.count(">Return to the review<") == 1 and "NHS" not in page
        page = lead.get(f"/calendar?of={of}&month={world.month}").text
        for hidden in (
            "Panel meeting",
            "Hearing",
            "Look again at a hold",
            "careful",
            "Visit",
            world.meeting,
            world.proceeding,
        ):
            assert hidden not in page, hidden


def test_a_member_of_the_panel_finds_its_meetings_and_no_day_of_the_family(world: World) -> None:
    page = world.as_seen_by("panel_member").get(f"/calendar?month={world.month}").text
    assert world.meeting in page and "careful" not in page and "Visit" not in page


@pytest.mark.parametrize(
    "person", ["steering_member", "csp_member", "administrator", "police_liaison", "agency_contact"]
)
def test_who_sees_no_review_finds_none_in_the_calendar(world: World, person: str) -> None:
    page = world.as_seen_by(person).get(f"/calendar?of=all&month={world.month}").text
    assert "Calendar:" in page and world.meeting not in page and world.case.ref not in page
    assert "Office closed" in page


def test_of_a_family_only_those_who_read_of_it_are_told(world: World) -> None:
    for person, told in (("team_manager", True), ("deciding_chair", False), ("auditor", False)):
        page = world.as_seen_by(person).get(f"/calendar?of=all&month={world.month}").text
        assert (world.meeting in page) is True and ("careful" in page) is told, person
        visit = "Visit agreed with a branch of the family" in cell(page, world.day + timedelta(days=1))
        assert visit is told and (f"/family/{world.family}" in page) is told, person


def test_a_crowded_day_shows_the_first_things_and_leads_to_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dardr.web.pages.calendar.IN_A_CELL", 2)
    page = world.as_seen_by("team_manager").get(f"/calendar?of=all&month={world.month}").text
    assert re.search(r"\d+ more", cell(page, world.day)) and f"#day-{world.day}" in page


def test_too_many_dates_are_cut_and_the_page_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dardr.lookups.calendar_days.MOST", 1)
    page = world.as_seen_by("team_manager").get(f"/calendar?of=all&view=list&month={due(world):%Y-%m}").text
    assert "There are more dates than this page shows" in page


def test_one_date_is_put_into_a_calendar_from_its_receipt(world: World) -> None:
    ref = world.case.opened("agency-return")[0]
    number = world.case.deadline("imr_return", ref=ref).id
    manager = world.as_seen_by("case_manager")
    path = f"/records/{ref}/deadlines/{number}/calendar.ics"
    assert path in manager.get(f"/records/{ref}/deadlines/{number}").text
    answer = manager.get(path)
    assert answer.mimetype == "text/calendar" and complaints(answer.data) == []
    (event,) = Calendar.from_ical(answer.data).events
    assert str(event["summary"]) == f"{ref}: return due" and event.start == due(world)
    assert event.end == due(world) + timedelta(days=1) and b"Mereshire" not in answer.data
    assert world.as_seen_by("police_liaison").get(path).status_code == 404
    assert manager.get(f"/records/{ref}/deadlines/999999/calendar.ics").status_code == 404


def test_a_meeting_with_the_family_says_nowhere_where_it_is(world: World) -> None:
    planned = {"title": "With the family", "starts_at": "01:30", "held": "in_person", "place": "12 Willow Road"}
    asked = {**planned, "meeting_on": "2026-10-25", "family_expected": "with_advocate"}
    ref = world.case.act("plan_meeting", asked).created[0]
    answer = world.as_seen_by("case_manager").get(f"/meetings/{ref}/calendar.ics")
    assert complaints(answer.data) == [] and b"Road" not in answer.data and b"LOCATION" not in answer.data
    (event,) = Calendar.from_ical(answer.data).events
    start = event.start
    assert isinstance(start, datetime) and start.utcoffset() == timedelta(hours=1), "the first of two"


def test_the_same_on_postgresql_and_sqlite(either_database: Database, tmp_path: Path) -> None:
    """What is asked of facts in the database: the day of a meeting."""
    case: Case = a_review(either_database, "evidence", day_by_day=False)
    planned = {"title": "First look", "starts_at": "10:00", "held": "online", "meeting_on": "2026-12-31"}
    meeting = case.act("plan_meeting", planned).created[0]
    app: Flask = application(either_database, tmp_path)
    manager = signed_in(app, "case_manager")
    assert meeting in manager.get("/calendar?of=all&month=2026-12").text
    assert meeting not in manager.get("/calendar?of=all&month=2027-01").text
    assert meeting not in manager.get("/calendar?of=all&month=2026-11").text

"""The pages of a panel and of its meetings: what the team, the chair and a member see, and what they do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar

from dardr.casework.files import FileGiven
from dardr.storage.engine import Database
from tests.builders import Case, a_review, address, grant
from tests.icalendar_rules import complaints
from tests.web.conftest import Browser, dated, signed_in
from workflows.definition import Role


@dataclass
class World:
    """A review with a panel of three, a meeting with papers, and a review of others."""

    case: Case
    other: Case
    meeting: str
    other_meeting: str
    seats: dict[str, str]


def a_meeting(case: Case, **more: object) -> str:
    on = (case.today + timedelta(days=10)).isoformat()
    asked = {"title": "First panel meeting", "meeting_on": on, "starts_at": "10:00", "held": "online", **more}
    return case.act("plan_meeting", asked).created[0]


@pytest.fixture
def world(database: Database) -> World:
    case, other = a_review(database, "evidence", display_pseudonym="Willow 2025"), a_review(database, "evidence")
    seats = {}
    for key, body, more in (
        ("police", "mereshire-police", {"account": address("panel_member"), "member_name": "Parker Example"}),
        ("health", "mereshire-nhs", {"member_email": "h@nhs.example"}),
        ("charity", "harbour-charity", {"represents": "specialist"}),
    ):
        asked = {"body": body, "represents": "agency", "no_case_management": "declared", **more}
        seats[key] = case.act("add_panel_member", asked).created[0]
    case.act("request_returns", {"bodies": ["mereshire-nhs", "mereshire-police"], "kind": "imr"})
    meeting = a_meeting(case, agenda=["Welcome", "Terms of reference"], place="Room 7")
    case.act("add_papers", {"paper": "Draft terms", "paper_files": [FileGiven("t.txt", b"all")]}, ref=meeting)
    for who, what in (("police", "For police only"), ("health", "For health only")):
        asked = {"for_seats": [seats[who]], "some_paper": what, "some_files": [FileGiven("s.txt", who.encode())]}
        case.act("add_papers_for_some", asked, ref=meeting)
    return World(case, other, meeting, a_meeting(other), seats)


def test_the_panel_page_says_who_sits_there_what_is_missing_and_where_returns_stand(
    world: World, manager: Browser
) -> None:
    page = manager.get(f"/reviews/{world.case.ref}/panel").text
    for said in ("Mereshire Police", "Parker Example", "3 of 3 confidentiality agreements", "No quorum is set", "0/2"):
        assert said in page, said
    assert "How risk was assessed" in page and "1 January 2024" in page
    assert f"/records/{world.case.opened('agency-return')[0]}/do/send_reminder" in page
    assert f"/records/{world.seats['police']}/do/leave_panel" in page


def test_a_member_sees_their_review_without_other_agencies_returns_and_without_steps(world: World, app: Flask) -> None:
    member = signed_in(app, "panel_member")
    page = member.get(f"/reviews/{world.case.ref}/panel").text
    assert "You see the return of your own body" in page and "Mereshire NHS Trust" in page
    assert "/do/" not in page
    assert member.get(f"/records/{world.case.opened('agency-return')[0]}").status_code == 404
    for path in (f"/reviews/{world.other.ref}/panel", f"/reviews/{world.other.ref}/meetings"):
        assert member.get(path).status_code == 404
    assert member.get(f"/meetings/{world.other_meeting}").status_code == 404
    assert member.get(f"/meetings/{world.other_meeting}/calendar.ics").status_code == 404
    listed = member.get("/meetings").text
    assert world.meeting in listed and world.other_meeting not in listed


def test_a_member_opens_the_papers_meant_for_them_and_no_others(world: World, app: Flask, manager: Browser) -> None:
    member = signed_in(app, "panel_member")
    page = member.get(f"/meetings/{world.meeting}").text
    assert "Draft terms" in page and "For police only" in page and "For health only" not in page
    found = {}
    for number in range(1, 10):
        for door in ("papers", "files"):
            folder = "meetings" if door == "papers" else "records"
            answer = member.get(f"/{folder}/{world.meeting}/{door}/{number}")
            if answer.status_code == 200:
                found[door, answer.data] = number
            else:
                assert answer.status_code == 404
    assert set(found) == {("files", b"all"), ("papers", b"police")}
    assert "For health only" in manager.get(f"/meetings/{world.meeting}").text
    for path in (f"/records/{world.meeting}", f"/records/{world.meeting}/timeline", "/search?q=health"):
        assert "For health only" not in member.get(path).text, path
    world.case.act("leave_panel", {"left_reason": "post"}, ref=world.seats["police"])
    for path in (f"/meetings/{world.meeting}", f"/meetings/{world.meeting}/papers/{found['papers', b'police']}"):
        assert member.get(path).status_code == 404


def test_a_substitute_opens_the_papers_of_the_seat_while_they_stand_in(world: World, app: Flask) -> None:
    lane = {"substitute_name": "L", "substitute_account": address("agency_contact"), "invited": "both"}
    world.case.act("name_substitute", lane, ref=world.seats["health"])
    substitute = signed_in(app, "agency_contact")
    assert "For health only" in substitute.get(f"/meetings/{world.meeting}").text
    world.case.act("end_substitute", {}, ref=world.seats["health"])
    assert substitute.get(f"/meetings/{world.meeting}").status_code == 404


def test_another_account_with_the_role_but_no_seat_gets_no_paper_for_some(
    world: World, app: Flask, database: Database
) -> None:
    with database.write() as session:
        grant(session, "csp_member", Role.PANEL_MEMBER, world.case.ref)
    page = signed_in(app, "csp_member").get(f"/meetings/{world.meeting}").text
    assert "Draft terms" in page and "only" not in page.split('id="papers"')[1].split("</section>")[0]


def test_planning_on_the_form_keeps_what_was_typed_and_says_what_to_do(world: World, manager: Browser) -> None:
    path = f"/records/{world.case.ref}/do/plan_meeting"
    typed = {"title": "Second panel meeting", "starts_at": "ten", "held": "both", **dated("_on", "2026-08-03")}
    typed |= dated("meeting_on", "2026-01-05")
    answer = manager.send(path, **typed)
    assert answer.status_code == 422
    assert "is before today" in answer.text and "is not a time" in answer.text and "Second panel meeting" in answer.text
    typed |= {"starts_at": "14:30", **dated("meeting_on", "2026-09-07")}
    answer = manager.send(path, **typed)
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/reviews/{world.case.ref}/meetings")
    assert "Second panel meeting" in manager.get("/meetings").text


def test_a_meeting_without_a_quorum_says_so_on_every_page(world: World, manager: Browser) -> None:
    world.case.act("set_quorum", {"quorum_bodies": "2"})
    world.case.today += timedelta(days=10)
    world.case.act("record_held", {"present": [world.seats["police"]]}, ref=world.meeting)
    page = manager.get(f"/meetings/{world.meeting}").text
    assert "There was no quorum." in page and "The quorum is 2 bodies" in page
    assert "Nothing recorded for" in page and "Mereshire Police (Parker Example)" in page
    assert "no quorum" in manager.get(f"/reviews/{world.case.ref}/meetings").text
    assert "without a quorum" in manager.get(f"/records/{world.case.ref}/do/approve_terms").text


def test_the_calendar_file_names_nobody_and_tells_of_a_cancelled_meeting(world: World, manager: Browser) -> None:
    path = f"/meetings/{world.meeting}/calendar.ics"
    answer = manager.get(path)
    assert answer.mimetype == "text/calendar"
    (event,) = Calendar.from_ical(answer.data).events
    assert str(event["summary"]) == f"Meeting {world.meeting}" and str(event["uid"]).startswith("meeting-")
    start, end = event.start, event.end
    assert isinstance(start, datetime) and isinstance(end, datetime)
    assert (end - start) == timedelta(hours=2) and str(event["status"]) == "CONFIRMED"
    assert start.hour == 10 and start.utcoffset() is not None
    assert complaints(answer.data) == []
    assert b"Willow" not in answer.data and b"Example" not in answer.data
    assert str(event["location"]) == "Room 7"
    world.case.act("cancel_meeting", {"cancelled_because": "No room"}, ref=world.meeting)
    (later,) = Calendar.from_ical(manager.get(path).data).events
    assert str(later["status"]) == "CANCELLED" and int(str(later["sequence"])) > int(str(event["sequence"]))


def test_a_moved_meeting_shows_the_days_before(world: World, manager: Browser) -> None:
    moved = (world.case.today + timedelta(days=20)).isoformat()
    world.case.act("change_meeting", {"meeting_on": moved}, ref=world.meeting)
    page = manager.get(f"/meetings/{world.meeting}").text
    assert "It was planned for" in page and "and moved on" in page


def test_what_is_no_review_has_no_panel_and_what_is_no_meeting_no_page(world: World, manager: Browser) -> None:
    for path in (
        f"/reviews/{world.meeting}/panel",
        f"/reviews/{world.meeting}/meetings",
        f"/meetings/{world.case.ref}",
        f"/meetings/{world.meeting}/papers/1",
    ):
        assert manager.get(path).status_code == 404, path


def test_names_of_members_are_in_no_search(world: World, manager: Browser) -> None:
    assert "Parker" not in manager.get("/search?q=parker").text.replace('value="parker"', "")

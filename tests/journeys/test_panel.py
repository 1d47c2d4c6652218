"""In a real browser: a panel joins, is invited with papers for some, meets, and its minutes become work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.following import follow
from tests.journeys.test_browser import WIDTHS, open_details, too_wide, violations
from tests.journeys.test_deciding import answer, as_person, do
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-06-22T09:00"
TODAY = date(2026, 6, 22)


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("panel")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def on(name: str, day: date) -> dict[str, str | list[str]]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def seat_of(page: Page, server: Serving, ref: str, **values: str) -> None:
    about = {"represents": "agency", "no_case_management": "declared", **values}
    do(page, server, ref, "add_panel_member", {**about})


def looked_at(page: Page, path: str, server: Serving) -> None:
    """A page as this person sees it is accessible, and fits at every width."""
    page.goto(server.address + path)
    open_details(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], path
        assert too_wide(page) == 0, (path, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_chair_and_a_panel_member_see_only_their_review(browser: Browser, server: Serving) -> None:
    case = builders.a_review(server.database, "evidence", display_pseudonym="Willow 2025")
    other = builders.a_review(server.database, "evidence", display_pseudonym="Rowan 2024")
    for one in (case, other):
        one.act("request_returns", {"bodies": ["mereshire-nhs"], "kind": "imr"})
    other_meeting = other.act(
        "plan_meeting", {"title": "Theirs", "meeting_on": "2026-07-20", "starts_at": "10:00", "held": "online"}
    ).created[0]
    chair, member = builders.address("independent_chair"), builders.address("panel_member")

    with as_person(browser, server, "case_manager") as page:
        appointed = {"chair": "An independent chair", "chair_independence": "declared", "chair_account": chair}
        do(page, server, case.ref, "appoint_chair", {**appointed})
        do(page, server, case.ref, "set_quorum", {"quorum_bodies": "2", "quorum_specialist": "no"})
        seat_of(page, server, case.ref, body="mereshire-police", account=member, member_name="Parker Example")
        expect(page).to_have_url(f"{server.address}/reviews/{case.ref}/panel")
        expect(page.get_by_role("link", name="Mereshire Police")).to_be_visible()
        seat_of(page, server, case.ref, body="mereshire-nhs", member_email="member@nhs.example")
    police, health = case.opened("panel-seat")

    # The chair plans the meeting, with papers for the whole panel and for one member of it.
    with as_person(browser, server, "independent_chair") as page:
        page.goto(f"{server.address}/reviews/{case.ref}/meetings")
        page.get_by_role("button", name="Plan a panel meeting").or_(
            page.get_by_role("link", name="Plan a panel meeting")
        ).first.click()
        answer(page, {"title": "First panel meeting", "starts_at": "10:00", "held": "both", "agenda": "Welcome\nTerms"})
        answer(page, on("meeting_on", TODAY))
        page.get_by_role("button", name="Plan a panel meeting").click()
        expect(page).to_have_url(f"{server.address}/reviews/{case.ref}/meetings")
        (meeting,) = case.opened("meeting")
        page.goto(f"{server.address}/records/{meeting}/do/add_papers")
        answer(page, {"paper": "Draft terms of reference"})
        page.locator('input[name="paper_files"]').set_input_files(
            {"name": "terms.txt", "mimeType": "text/plain", "buffer": b"For everybody on the panel."}
        )
        follow(page.get_by_role("button", name="Add papers for the whole panel"))
        for seat, words in ((police, "Questions to the police"), (health, "Questions to the trust")):
            page.goto(f"{server.address}/records/{meeting}/do/add_papers_for_some")
            answer(page, {"for_seats": [seat], "some_paper": words})
            page.locator('input[name="some_files"]').set_input_files(
                {"name": "q.txt", "mimeType": "text/plain", "buffer": words.encode()}
            )
            follow(page.get_by_role("button", name="Add papers for chosen members"))
        do(page, server, meeting, "send_invitations", {})
        expect(page.get_by_text("The panel was invited on 22 June 2026.")).to_be_visible()
        looked_at(page, f"/meetings/{meeting}", server)
        for path in (f"/reviews/{other.ref}", f"/reviews/{other.ref}/panel", f"/meetings/{other_meeting}"):
            assert page.goto(server.address + path).status == 404, path  # type: ignore[union-attr]
        page.goto(f"{server.address}/meetings")
        expect(page.locator("main")).not_to_contain_text(other_meeting)

    # The member sees their review, their papers, and nothing of the other agencies or the other review.
    with as_person(browser, server, "panel_member") as page:
        page.goto(f"{server.address}/reviews")
        expect(page.locator("main")).to_contain_text(case.ref)
        expect(page.locator("main")).not_to_contain_text(other.ref)
        page.goto(f"{server.address}/reviews/{case.ref}")
        tabs = page.get_by_role("navigation", name="Pages of this record")
        expect(tabs.get_by_role("link", name="Panel", exact=True)).to_be_visible()
        for hidden in ("People (restricted)", "Family (restricted)", "Chair"):
            expect(tabs.get_by_role("link", name=hidden, exact=True)).to_have_count(0)
        for path in (
            f"/reviews/{other.ref}",
            f"/reviews/{other.ref}/panel",
            f"/reviews/{other.ref}/meetings",
            f"/meetings/{other_meeting}",
            f"/records/{case.opened('agency-return')[0]}",
            f"/records/{other.opened('agency-return')[0]}",
        ):
            assert page.goto(server.address + path).status == 404, path  # type: ignore[union-attr]
        looked_at(page, f"/reviews/{case.ref}/panel", server)
        page.get_by_role("navigation", name="Sections").get_by_role("link", name="Meetings").click()
        page.get_by_role("link", name="First panel meeting").click()
        papers = page.locator("section", has=page.get_by_role("heading", name="Papers"))
        expect(papers).to_contain_text("Draft terms of reference")
        expect(papers).to_contain_text("Questions to the police")
        expect(papers).not_to_contain_text("Questions to the trust")
        with page.expect_download() as saved:
            papers.get_by_role("link", name=re.compile("Questions to the police")).click()
        assert Path(saved.value.path()).read_bytes() == b"Questions to the police"
        expect(page.get_by_role("link", name="Record that it was held")).to_have_count(0)

    # It is held with one body of two: no quorum. Two actions follow from the minutes.
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/meetings/{meeting}")
        page.get_by_role("button", name="Record that it was held").or_(
            page.get_by_role("link", name="Record that it was held")
        ).first.click()
        answer(page, {"present": [police], "apologies": [health], "family_attended": "with_advocate"})
        page.get_by_role("button", name="Record that it was held").click()
        expect(page.get_by_text("There was no quorum.").first).to_be_visible()
        expect(page.get_by_text("Yes, with an advocate")).to_be_visible()
        do(page, server, meeting, "record_minutes", {"minutes": "In the folder"})
        for title in ("Ask the coroner's officer", "Find a room for the family"):
            asked = {"title": title, "given_to": builders.address("second_case_manager")}
            page.goto(f"{server.address}/records/{meeting}/do/add_minute_action")
            answer(page, {**asked})
            answer(page, on("due_on", date(2026, 6, 26)))
            follow(page.get_by_role("button", name="Add an action from the minutes"))
        actions = page.locator("table", has=page.get_by_role("columnheader", name="Action"))
        expect(actions.get_by_text("To be done")).to_have_count(2)
        looked_at(page, f"/meetings/{meeting}", server)
        do(page, server, meeting, "agree_minutes", {"agreed_how": "by_email"})
        expect(page.get_by_text("Minutes agreed").first).to_be_visible()

    with as_person(browser, server, "second_case_manager") as page:
        page.goto(f"{server.address}/")
        expect(page.locator("main")).to_contain_text("Ask the coroner's officer")
        follow(page.get_by_role("link", name=re.compile("Find a room for the family")).first)

    # The member leaves: their review is gone for them at once.
    with as_person(browser, server, "panel_member") as page:
        assert page.goto(f"{server.address}/meetings/{meeting}").status == 200  # type: ignore[union-attr]
        case.today = TODAY
        case.act("leave_panel", {"left_reason": "post"}, ref=police)
        for path in (f"/meetings/{meeting}", f"/reviews/{case.ref}", f"/reviews/{case.ref}/panel"):
            assert page.goto(server.address + path).status == 404, path  # type: ignore[union-attr]
    assert case.record(meeting).facts["present"] == [police]

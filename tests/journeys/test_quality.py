"""In a real browser: a letter with eleven points is answered and cleared, and a report that goes a second time."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, expect

from tests.builders import PACK, a_review
from tests.journeys.test_deciding import answer, as_person, do
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-12-07T09:00"
LETTER = """Areas for final development:
1. Say who was consulted, and when
2) Analyse each protected characteristic
a) age
b) disability, which the letter
   finds named and not looked at
3. Define coercive control where it is first named
4: Hear the family's voice
(5) Look at bias in each agency's part
6. Take out the first name in the terms of reference
7. Give each action a measure
8. Say how learning is shared
9. Correct the numbering of the appendices"""
NUMBERS = ["1", "2", "2a", "2b", "3", "4", "5", "6", "7", "8", "9"]


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("quality")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def dated(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def letter(**values: str) -> dict[str, str | list[str]]:
    return {**dated("letter_dated", date(2026, 12, 1)), "letter_reference": "Kept in the folder", **values}


def fill_points(page: Page, refs: list[str]) -> None:
    """Accept every point but the last, which is left without a reason."""
    for ref in refs:
        last = ref == refs[-1]
        page.locator(f'input[name="{ref}--answer"][value="{"not_accepted" if last else "accepted"}"]').check()
        if not last:
            page.locator(f'[name="{ref}--answer_how"]').fill(f"Taken up, {ref}")
            page.locator(f'[name="{ref}--where_in_report"]').fill("Chapter 5")


def test_eleven_points_are_answered_cleared_and_the_report_with_them(browser: Browser, server: Serving) -> None:
    review = a_review(server.database, "home_office_qa")
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/reviews/{review.ref}/home-office")
        expect(page.get_by_text(re.compile(r"With the Home Office \d+ weeks: first submission"))).to_be_visible()
        do(page, server, review.ref, "record_letter_amend", letter(points=LETTER))
        page.wait_for_url(f"**/reviews/{review.ref}/home-office")
        assert (
            page.locator(".dardr-points th[scope=row] a").evaluate_all(
                "links => links.map(a => a.firstChild.textContent)"
            )
            == NUMBERS
        )
        do(page, server, review.ref, "record_version", {"version": "2", "what_for": "publication"})
        refs = review.opened("qa-point")
        page.goto(f"{server.address}/reviews/{review.ref}/home-office")
        page.get_by_role("button", name="Answer the points").click()
        fill_points(page, refs)
        page.get_by_role("button", name="Record the answers").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("Point 9: How it was taken up, or why not")
        expect(page.get_by_text("10 points are answered and kept.")).to_be_visible()
        expect(page.locator(f'input[name="{refs[-1]}--answer"][value="not_accepted"]')).to_be_checked()
        page.locator(f'[name="{refs[-1]}--answer_how"]').fill("The appendices are numbered as the county asks.")
        page.get_by_role("button", name="Record the answers").click()
        expect(page.get_by_text("1 point is answered.")).to_be_visible()
        # Ten are cleared, and the report waits for the eleventh.
        for ref in refs[:10]:
            page.locator(f"#clear-{ref}").check()
        page.get_by_role("button", name="Clear the points ticked").click()
        expect(page.get_by_text("10 points are cleared.")).to_be_visible()
        expect(
            page.get_by_text(f"{refs[-1]} is a point of the Home Office's letter that is not cleared yet")
        ).to_be_visible()
        page.locator(f"#clear-{refs[-1]}").check()
        page.get_by_role("button", name="Clear the points ticked").click()
        with page.expect_download() as downloading:
            page.get_by_role("link", name=re.compile("^Word file: Response to the Home Office")).click()
        word = Document(io.BytesIO(Path(downloading.value.path()).read_bytes()))
        rows = [[cell.text for cell in row.cells] for row in word.tables[0].rows[1:]]
        assert [row[0] for row in rows] == NUMBERS
        assert rows[-1][2] == "Not accepted" and "as the county asks" in rows[-1][3]
        do(page, server, review.ref, "clear_after_amendment", {"cleared_by": "letter"})
    assert review.stage == "pre_publication"


def test_a_report_that_goes_a_second_time(browser: Browser, server: Serving) -> None:
    review = a_review(server.database, "home_office_qa")
    review.act(
        "record_letter_resubmit",
        {"letter_reference": "Letter 1", "letter_dated": review.today.isoformat(), "points": "1. Rewrite chapter 3"},
    )
    review.act("record_version", {"version": "2", "what_for": "sign_off"})
    review.act("record_family_attempts", {"version": "2", "attempts": "A letter"})
    approval = {"panel_outcome": "approved", "panel_minute": "Minute 9", "actions_agreed_senior": "yes"}
    review.act("record_panel_approval", {"version": "2", **approval})
    review.act("record_steering_group_assurance", {"assurance": "assured", "steering_minute": "Minute 13"})
    review.act("send_to_partnership")
    signing = {"version": "2", "signed_by": "chair", "anonymisation_certificate": "checked"}
    review.act("sign_off", signing, by="deciding_chair")
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/reviews/{review.ref}/home-office")
        expect(page.get_by_role("heading", name="The pack for the next submission")).to_be_visible()
        expect(page.get_by_text("missing", exact=True)).to_have_count(6)
        without = {name: value for name, value in PACK.items() if name != "pack_data_return"}
        do(page, server, review.ref, "put_into_pack", {**without, "pack_version": "2"})
        page.get_by_role("link", name="Record the submission to the Home Office").click()
        expect(page.get_by_text("Data return: it is not in the pack yet")).to_be_visible()
        do(page, server, review.ref, "put_into_pack", {"pack_data_return": "Data return 2"})
        do(page, server, review.ref, "submit_to_home_office", {"submission_reference": "E-mail of today"})
        expect(page.get_by_text("second submission, sent")).to_be_visible()
        do(page, server, review.ref, "record_acknowledgement", {"acknowledgement": "By e-mail"})
        page.goto(f"{server.address}/records/{review.ref}/do/record_letter_publish")
        answer(page, letter())
        page.get_by_role("button", name="Record the letter: it may be published").click()
        expect(page.get_by_role("alert")).to_contain_text("dated before the report was sent")
        answer(page, letter(**dated("letter_dated", date(2026, 12, 7))))
        page.get_by_role("button", name="Record the letter: it may be published").click()
        page.wait_for_url(f"**/reviews/{review.ref}/home-office")
        table = page.locator("section", has=page.get_by_role("heading", name="Submissions and letters"))
        expect(table).to_contain_text("First, version 1")
        expect(table).to_contain_text("To be changed and sent again")
        expect(table).to_contain_text("Second, version 2")
        expect(table).to_contain_text("It may be published")
    assert review.stage == "pre_publication"

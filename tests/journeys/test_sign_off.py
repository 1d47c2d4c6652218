"""In a real browser: the deciding chair is refused with every reason, sends a report back, and signs it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import builders
from tests.builders import READING, a_review
from tests.journeys.following import follow
from tests.journeys.test_deciding import answer, as_person, do
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-12-07T09:00"


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("sign-off")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def test_the_deciding_chair_is_refused_sends_back_and_signs(browser: Browser, server: Serving) -> None:
    review = a_review(server.database, "drafting")
    review.act("record_version", {"version": "1", "what_for": "sign_off"})
    review.act("send_to_partnership")
    with as_person(browser, server, "deciding_chair") as page:
        page.goto(f"{server.address}/reviews/{review.ref}/sign-off")
        expect(page.get_by_role("heading", name="Before it is signed")).to_be_visible()
        expect(page.get_by_text("not yet", exact=True)).to_have_count(3)
        page.get_by_role("button", name="Record the partnership's sign-off").click()
        refused = page.get_by_role("region", name="This cannot be recorded yet")
        for reason in ("The family has not read", "The panel has not approved", "The Steering Group has not assured"):
            expect(refused).to_contain_text(reason)
        # Sent back, with what should change.
        page.goto(f"{server.address}/reviews/{review.ref}/sign-off")
        follow(page.get_by_role("button", name="Send the report back to be changed"))
        answer(page, {"return_reason": "Put the second finding more gently."})
        page.get_by_role("button", name="Send the report back to be changed").click()
        page.wait_for_url(f"**/reviews/{review.ref}/sign-off")
        reason = page.get_by_text("Put the second finding more gently.")
        expect(reason).to_have_count(2)  # above the report as it stands now, and among the times it was sent back
        expect(reason.first).to_be_visible()
        expect(reason.last).to_be_visible()
    review.do(step for step in READING if step.action != "record_version")
    review.act("send_to_partnership")
    with as_person(browser, server, "deciding_chair") as page:
        # It is in My work now, and leads to the form.
        page.goto(f"{server.address}/")
        expect(page.get_by_role("main")).to_contain_text(review.ref)
        expect(page.get_by_role("main")).to_contain_text("Record the partnership's sign-off")
        page.goto(f"{server.address}/reviews/{review.ref}/sign-off")
        expect(page.get_by_text("not yet", exact=True)).to_have_count(0)
        page.get_by_role("button", name="Record the partnership's sign-off").click()
        answer(page, {"version": "1", "signed_by": "chair", "anonymisation_certificate": "not_checked"})
        page.get_by_role("button", name="Record the partnership's sign-off").click()
        expect(page.get_by_role("alert")).to_contain_text("The report must be checked before it is signed off")
        answer(page, {"anonymisation_certificate": "checked"})
        page.get_by_role("button", name="Record the partnership's sign-off").click()
        page.wait_for_url(f"**/reviews/{review.ref}/sign-off")
        expect(page.get_by_text("The deciding chair signed here: Devon Example")).to_be_visible()


def test_an_officer_records_the_chair_s_minute(browser: Browser, server: Serving) -> None:
    review = a_review(server.database, "csp_sign_off")
    signing: dict[str, str | list[str]] = {
        "version": "1",
        "signed_by": "chair",
        "anonymisation_certificate": "checked",
    }
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/records/{review.ref}/do/sign_off")
        answer(page, signing)
        page.get_by_role("button", name="Record the partnership's sign-off").click()
        expect(page.get_by_role("alert")).to_contain_text("Only the deciding chair signs here.")
        answer(page, {"signed_by": "officer", "sign_off_minute": "Minute 7 of 3 December"})
        page.locator("input[name=sign_off_file]").set_input_files(
            {"name": "minute.txt", "mimeType": "text/plain", "buffer": b"The report was signed off."}
        )
        page.get_by_role("button", name="Record the partnership's sign-off").click()
        expect(page.get_by_text("An officer recorded the deciding chair's e-mail or minute")).to_be_visible()
        expect(page.get_by_text("Minute 7 of 3 December")).to_be_visible()
        do(page, server, review.ref, "put_into_pack", {**builders.PACK})
        expect(page.get_by_text("in the pack", exact=True)).to_have_count(6)

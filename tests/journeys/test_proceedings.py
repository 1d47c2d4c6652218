"""In a real browser: a review held for a trial whose date moves twice, until its sentence ends the hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dardr.storage.engine import Database
from tests.builders import Case, a_review, address
from tests.journeys.test_browser import WIDTHS, too_wide, violations
from tests.journeys.test_deciding import answer, as_person, do
from tests.web.conftest import dated, prepared
from tests.web.serving import Serving, serving
from workflows.calendar import in_words

pytestmark = pytest.mark.browser

PROMPT = "Look at panel, family and holds after a moved date"


@dataclass
class Held:
    """A review with a return on its way, on a database of its own."""

    case: Case
    database: Database
    folder: Path

    def page(self, server: Serving) -> str:
        return f"{server.address}/reviews/{self.case.ref}/proceedings"

    @property
    def trial(self) -> str:
        return self.case.opened("proceeding")[0]

    @property
    def given(self) -> str:
        return self.case.opened("agency-return")[0]


@pytest.fixture(scope="module")
def held(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("held")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    case = a_review(database, "evidence")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    yield Held(case, database, folder)
    database.close()


def move(page: Page, server: Serving, held: Held, first: str, last: str, why: str, standing: str) -> None:
    """Record that the trial moved, from its line on the page."""
    page.goto(held.page(server))
    page.get_by_role("link", name="Record that a hearing has moved").click()
    answer(
        page,
        {"hearing": "1", **dated("hearing_from", first), **dated("hearing_to", last), "hearing_standing": standing,
         "moved_because": why},
    )  # fmt: skip
    expect(page.get_by_text("Members of the panel")).to_be_attached()
    page.get_by_role("button", name="Record that a hearing has moved").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Record that a hearing has moved.")


def follow_up(page: Page, server: Serving, held: Held) -> None:
    """Find the prompt on My work, leave one answer out, and give it then."""
    page.goto(f"{server.address}/")
    line = page.get_by_role("row").filter(has_text=PROMPT).first
    expect(line).to_contain_text(held.trial)
    line.get_by_role("link", name="Say what the moved date means").click()
    looked_at = {"panel_looked_at": "done", "family_looked_at": "not_needed", "holds_looked_at": "done"}
    answer(page, {**looked_at, "panel_looked_at_because": "The meeting moves with it."})
    page.get_by_role("button", name="Say what the moved date means").click()
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words why nothing is needed for the family.")
    expect(page.locator('[name="panel_looked_at_because"]')).to_have_value("The meeting moves with it.")
    answer(page, {"family_looked_at_because": "Their liaison officer told them first."})
    page.get_by_role("button", name="Say what the moved date means").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded:")
    page.goto(f"{server.address}/")
    expect(page.get_by_text(PROMPT)).to_have_count(0)


def test_a_review_held_for_a_trial_whose_date_moves_twice(browser: Browser, held: Held) -> None:
    ref = held.case.ref
    first_due = held.case.deadline("imr_return", ref=held.given).due_on
    assert first_due is not None

    # Spring. The trial is listed; a hold is placed for it that pauses the returns. Then the date moves.
    with serving(held.database, held.folder, "2026-05-05T09:00") as server:
        with as_person(browser, server, "case_manager") as page:
            page.goto(held.page(server))
            page.get_by_role("link", name="Record a parallel process").click()
            answer(page, {"parallel_kind": "criminal", "parallel_status": "under_way", "parallel_effect": "holds"})
            page.get_by_role("button", name="Record a parallel process").click()
            expect(page.get_by_role("heading", name="What runs beside this review")).to_be_visible()
            page.get_by_role("link", name="Add a hearing").click()
            window = {**dated("hearing_from", "2026-07-24"), **dated("hearing_to", "2026-07-06")}
            answer(page, {"hearing_kind": "trial", **window, "hearing_standing": "tentative"})
            page.get_by_role("button", name="Add a hearing").click()
            expect(page.get_by_role("alert")).to_contain_text("The last day is before the first")
            answer(page, {**dated("hearing_from", "2026-07-06"), **dated("hearing_to", "2026-07-24")})
            page.get_by_role("button", name="Add a hearing").click()
            expect(page.get_by_role("alert")).to_contain_text("Recorded: Add a hearing.")
            hold = {"kind": "trial", "reason": "Witnesses are not met before it.", "asked_by": "police"}
            named = {"activities": ["family_interviews"], "clocks": ["imr_return"], "hold_told": ["chair", "family"]}
            do(page, server, ref, "place_hold", {**hold, **named, "proceeding": held.trial})
            page.goto(held.page(server))
            paused = page.get_by_role("row").filter(has_text=held.given)
            expect(paused).to_contain_text(f"{first_due.day} {first_due:%b} {first_due.year}")
            expect(page.get_by_text("Held for it: a hold since 5 May 2026")).to_be_visible()

            move(page, server, held, "2026-09-07", "2026-09-25", "No court room.", "tentative")
            follow_up(page, server, held)
    assert held.case.state("imr_return", ref=held.given) == "held"

    # Summer. It moves again; the hold has been open longer than anybody said.
    with serving(held.database, held.folder, "2026-08-03T09:00") as server:
        with as_person(browser, server, "case_manager") as page:
            move(page, server, held, "2026-11-02", "2026-11-20", "An expert is awaited.", "fixed")
            page.goto(held.page(server))
            expect(page.get_by_text("A date has moved.")).to_be_visible()
            expect(page.get_by_text("It was to be looked at again by")).to_be_visible()
            row = page.get_by_role("row").filter(has_text="1. Trial window")
            for said in ("2 to 20 November 2026", "Fixed", "6 to 24 July 2026", "7 to 25 September 2026"):
                expect(row).to_contain_text(said)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert violations(page) == [] and too_wide(page) == 0, width
            follow_up(page, server, held)
            do(page, server, ref, "add_note", {"note": "The work that nothing waits for goes on."})

    # Winter. Verdict and sentence; the hold ends, and the dates run again with a receipt that says why.
    with serving(held.database, held.folder, "2026-12-07T09:00") as server:
        with as_person(browser, server, "case_manager") as page:
            heard = {"hearing": "1", "hearing_outcome": "A verdict was given."}
            do(page, server, held.trial, "record_hearing_outcome", {**heard, **dated("_on", "2026-11-19")})
            sentence = {"hearing_kind": "sentence", "hearing_standing": "fixed", **dated("hearing_from", "2026-12-04")}
            do(page, server, held.trial, "add_hearing", {**sentence, **dated("_on", "2026-11-19")})
            heard = {"hearing": "2", "hearing_outcome": "Sentence was passed.", **dated("_on", "2026-12-04")}
            do(page, server, held.trial, "record_hearing_outcome", heard)
            do(page, server, ref, "update_status_of_proceedings", {"suspected_status": "convicted"})

            page.goto(f"{server.address}/records/{held.trial}/do/end_proceeding")
            ended = {"ended_how": "concluded", "ended_outcome": "Sentence was passed."}
            answer(page, ended)
            page.get_by_role("button", name="Record that it has ended").click()
            expect(page.get_by_role("alert")).to_contain_text("A hold that was placed for it on 5 May 2026")
            number = str(held.case.holds()[0].id)
            do(page, server, ref, "end_hold", {"hold": number, "hold_outcome": "Sentence was passed."})
            do(page, server, held.trial, "end_proceeding", ended)

            page.goto(held.page(server))
            expect(page.get_by_text("No hold is open.")).to_be_visible()
            row = held.case.deadline("imr_return", ref=held.given)
            assert row.due_on is not None and row.due_on > first_due and not row.held
            page.goto(f"{server.address}/records/{held.given}/deadlines/{row.id}")
            expect(page.get_by_role("main")).to_contain_text("5 May 2026")
            expect(page.get_by_role("main")).to_contain_text("7 December 2026")
            expect(page.get_by_role("main")).to_contain_text("Witnesses are not met before it.")
            expect(page.get_by_role("main")).to_contain_text(in_words(row.due_on))

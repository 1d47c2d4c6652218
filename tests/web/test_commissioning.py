"""The page of a review's chair and the register: what is shown, to whom, and what the forms say back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dardr.storage.engine import Database
from tests import builders
from tests.builders import Case, a_review
from tests.casework.test_commissioning import CLEAR, QUOTE, a_chair, appointed, contracted, invited, through
from tests.web.conftest import Browser, application, dated, signed_in
from workflows.definition import Role

WHEN = date(2026, 8, 3)
TODAY = dated("_on", WHEN.isoformat())


@pytest.fixture
def review(database: Database) -> Case:
    """A review that is being commissioned, its people already there."""
    found = a_review(database, "commissioning", on=date(2026, 6, 1))
    found.today = WHEN
    return found


@pytest.fixture
def browser(database: Database, tmp_path: Path) -> dict[str, Browser]:
    app = application(database, tmp_path)
    return {who: signed_in(app, who) for who in ("case_manager", "deciding_chair", "auditor")}


def page_of(browser: Browser, review: Case) -> str:
    answer = browser.get(f"/reviews/{review.ref}/commissioning")
    assert answer.status_code == 200
    return answer.text


def test_a_review_that_waits_says_since_when_and_what_is_next(browser: dict[str, Browser], review: Case) -> None:
    page = page_of(browser["case_manager"], review)
    since = review.deadline("waiting_for_chair").start_on
    assert since is not None
    assert "Waiting for an independent chair since" in page and f"<strong>{(WHEN - since).days} days</strong>" in page
    assert "Nobody is invited. Invite a chair of the register" in page
    assert f'href="/records/{review.ref}/do/invite_chair"' in page
    for path in (f"/reviews/{review.ref}", "/reviews", "/"):
        assert "An independent chair, since" in browser["case_manager"].get(path).text or path == "/"
    assert "Waiting for an independent chair" in browser["case_manager"].get("/").text


def test_invitations_are_side_by_side(database: Database, browser: dict[str, Browser], review: Case) -> None:
    ash = a_chair(database)
    Case(database, ash, WHEN).act(
        "add_chair_interest", {"bodies": ["mereshire-nhs"], "interest": "worked_for", "interest_until": "2024"}
    )
    first = invited(review, ash, reply_by=(WHEN + timedelta(days=10)).isoformat())
    second = invited(review, a_chair(database, "Birch Gale", interests_declared="none"))
    through(review, second, ("record_quote", {**QUOTE, "can_begin_on": "2026-09-01"}), ("record_conflict_check", CLEAR))
    page = page_of(browser["case_manager"], review)
    assert "answer wanted by 13 August 2026" in page
    assert "£9,000" in page and "for 18 days" in page and "1 Sep 2026" in page and "No conflict" in page
    assert f"/records/{second}/do/choose_chair" in page and f"/records/{first}/do/record_interest" in page
    assert "No quote is recorded. Record the chair&#39;s quote first." in page


def test_an_interest_in_a_body_of_the_review_is_pointed_out(database: Database, browser: dict[str, Browser]) -> None:
    case = a_review(database, "evidence", on=date(2026, 4, 1))
    case.today = WHEN
    ash = a_chair(database)
    Case(database, ash, WHEN).act(
        "add_chair_interest", {"bodies": ["mereshire-nhs"], "interest": "worked_for", "interest_until": "2024"}
    )
    invited(case, ash)
    assert "Declared, in bodies of this review: Worked for it: Mereshire NHS Trust, until 2024" in page_of(
        browser["case_manager"], case
    )


def test_the_form_of_the_appointment_holds_what_is_known(
    database: Database, browser: dict[str, Browser], review: Case
) -> None:
    ref = contracted(review, a_chair(database, "Ash <b>Fielding</b>"))
    form = browser["case_manager"].get(f"/records/{review.ref}/do/appoint_chair")
    assert 'value="Ash &lt;b&gt;Fielding&lt;/b&gt;"' in form.text and 'value="£9,000"' in form.text
    answer = browser["case_manager"].send(
        form.request.path, form, invitation=ref, chair="Ash Fielding", chair_independence="declared",
        **TODAY,
    )  # fmt: skip
    assert answer.status_code == 303
    page = page_of(browser["case_manager"], review)
    assert "is the independent chair, appointed on Monday 3 August 2026" in page
    assert "Waiting for an independent chair since" not in page


def test_an_appointment_without_any_invitation_goes_on_as_before(browser: dict[str, Browser], review: Case) -> None:
    path = f"/records/{review.ref}/do/appoint_chair"
    answer = browser["case_manager"].send(path, chair="Rowan Vale", chair_independence="declared", **TODAY)
    assert answer.status_code == 303
    assert "Rowan Vale</strong> is the independent chair" in page_of(browser["case_manager"], review)


def test_what_was_said_of_the_chair_before_is_not_said_of_the_next(browser: dict[str, Browser], review: Case) -> None:
    first = {"chair": "First", "chair_independence": "declared", "chair_trained": "yes",
             "appointment_letter": "Letter of the first"}  # fmt: skip
    review.act("appoint_chair", first)
    path = f"/reviews/{review.ref}/commissioning"
    assert "Letter of the first" in browser["case_manager"].get(path).text
    review.act("appoint_chair", {"chair": "Second", "chair_independence": "declared_with_note"})
    page = browser["case_manager"].get(path).text
    assert "Second" in page and "declared and managed" in page
    assert "Letter of the first" not in page and "Home Office training?" not in page


def test_a_conflict_found_late_is_on_the_review_at_once(
    database: Database, browser: dict[str, Browser], review: Case
) -> None:
    ref = contracted(review, a_chair(database))
    appointed(review, ref)
    path = f"/records/{ref}/do/record_late_conflict"
    answer = browser["case_manager"].send(path, late_conflict="Advised a body", late_conflict_told_by="chair", **TODAY)
    assert answer.status_code == 303
    for person in ("case_manager", "deciding_chair"):
        assert "A conflict of interest of the chair was found" in browser[person].get(f"/reviews/{review.ref}").text
        page = page_of(browser[person], review)
        assert "A conflict of interest was found" in page and "end the appointment" in page
        assert f"/records/{ref}/do/manage_conflict" in page
    assert "the conflict being managed" in browser["deciding_chair"].get("/").text


def test_what_is_refused_stands_by_its_question(database: Database, browser: dict[str, Browser], review: Case) -> None:
    ref = invited(review, a_chair(database))
    through(review, ref, ("record_quote", QUOTE), ("record_conflict_check", CLEAR), ("choose_chair", {}))
    path = f"/records/{ref}/do/record_contract"
    answer = browser["case_manager"].send(
        path,
        contract_kept_at="Contracts folder",
        data_protection="not_yet",
        **TODAY,
        **dated("contract_dated", "2026-08-03"),
    )
    assert answer.status_code == 422
    assert "Agree them first, then record the contract." in answer.text and 'value="Contracts folder"' in answer.text


def test_nobody_else_finds_the_page_or_the_register(database: Database, tmp_path: Path, review: Case) -> None:
    chair = a_chair(database)
    ref = invited(review, chair)
    review.act("record_quote", {"quote_pounds": "8765"}, ref=ref)
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, review.ref)
    app = application(database, tmp_path)
    for person in ("independent_chair", "panel_member"):
        browser = signed_in(app, person)
        assert browser.get(f"/reviews/{review.ref}").status_code == 200
        for path in (f"/reviews/{review.ref}/commissioning", "/chairs", f"/chairs/{chair}"):
            assert browser.get(path).status_code == 403, (person, path)
        for path in (
            f"/records/{ref}",
            f"/records/{ref}/timeline",
            f"/records/{ref}/do/record_quote",
            f"/records/{chair}",
        ):
            assert browser.get(path).status_code == 404, (person, path)
        seen = "".join(
            browser.get(f"/reviews/{review.ref}{tab}").text for tab in ("", "/timeline", "/waiting", "/files")
        )
        assert "8765" not in seen and "8,765" not in seen and "Ash Fielding" not in seen and ref not in seen
        assert ref not in browser.get("/search?q=Fielding").text


def test_somebody_who_manages_another_review_only_does_not_see_it(
    database: Database, tmp_path: Path, review: Case
) -> None:
    """A role held for one review opens the page of that review, and of no other."""
    other = a_review(database, "commissioning", on=date(2026, 6, 1))
    with database.write() as session:
        builders.grant(session, "panel_member", Role.CASE_MANAGER, other.ref)
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, review.ref)
    browser = signed_in(application(database, tmp_path), "panel_member")
    assert browser.get(f"/reviews/{other.ref}/commissioning").status_code == 200
    assert browser.get(f"/reviews/{review.ref}/commissioning").status_code == 404


def test_the_register_and_one_chair(database: Database, browser: dict[str, Browser], review: Case) -> None:
    manager = browser["case_manager"]
    assert "Nobody on the register takes reviews" in manager.get("/chairs").text
    opening = manager.send(
        "/open/chair", title="Ash Fielding", home_office_training="yes", usual_fee="£500 a day",
        email="ash.fielding@chairs.example", **dated("listed_on", "2026-08-03"),
    )  # fmt: skip
    assert opening.status_code == 303 and opening.location.startswith("/chairs/CHAIR-2026-001")
    chair = opening.location.rpartition("/")[2]
    path = f"/records/{chair}/do/add_chair_interest"
    assert manager.send(path, bodies="mereshire-nhs", interest="works_for", **TODAY).status_code == 303
    path = f"/records/{chair}/do/record_chair_feedback"
    said = manager.send(
        path, feedback_from="family", quality_of_chairing="very_good", family_view="Felt heard", **TODAY
    )
    assert said.status_code == 303
    ref = contracted(review, chair)
    page = manager.get(f"/chairs/{chair}").text
    for words in (
        "Works for it now: Mereshire NHS Trust, still",
        "very good: 1",
        "Felt heard",
        "£500 a day",
        review.ref,
        ref,
    ):
        assert words in page, words
    listed = manager.get("/chairs?show=working").text
    assert (
        "Ash Fielding" in listed
        and "Mereshire NHS Trust" in listed
        and f"/reviews/{review.ref}/commissioning" in listed
    )
    assert browser["auditor"].get("/chairs").status_code == 200
    assert "Add a chair to the register" not in browser["auditor"].get("/chairs").text
    assert manager.get("/chairs/CHAIR-2026-999").status_code == 404
    assert manager.get(f"/reviews/{chair}/commissioning").status_code == 404
    again = manager.get(f"/reviews/{ref}/commissioning")
    assert again.status_code == 302 and again.location.endswith(f"/reviews/{review.ref}/commissioning")


def test_what_the_review_cost_counts_a_payment_once(
    database: Database, browser: dict[str, Browser], review: Case
) -> None:
    ref = contracted(review, a_chair(database))
    review.act("plan_payment", {"payment": "First draft", "payment_pounds": "3000"}, ref=ref)
    page = page_of(browser["case_manager"], review)
    assert "To be paid" in page and "Together" not in page
    review.act("record_payment", {"payment": "First draft"}, ref=ref)
    review.act("record_cost", {"pounds": "1000", "cost_for": "chair"})
    page = page_of(browser["case_manager"], review)
    assert (
        "Paid 3 August 2026" in page
        and 'Together: <strong><span class="dardr-sum">£4,000' in page
        and "not the same money" in page
    )

"""What was said before on pages: while drafting, for any words, all of it, what recurs; and who may look."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from dardr.storage.engine import Database
from tests.builders import a_review
from tests.web.conftest import Browser, application, signed_in
from tests.web.test_recommendations import MADE, ON_PLAN, TODAY, add, words

DRAFT = "Front-line staff must enquire whether people feel safe"
PAGES = ("/recommendations", "/recommendations.csv", "/recommendations/recurring", "/recommendations/recurring.csv")


@pytest.fixture
def manager(database: Database, tmp_path: Path) -> Browser:
    return signed_in(application(database, tmp_path), "case_manager")


def test_the_form_comes_back_filled_with_what_was_said_before(database: Database, manager: Browser) -> None:
    earlier, case = a_review(database, "screening"), a_review(database, "screening")
    ref = add(earlier)
    earlier.act("add_action", {**ON_PLAN, "recommendations": [ref]})
    form = f"/records/{case.ref}/do/add_recommendation"
    assert "Has this been said before?" in manager.get(form).text
    typed = {"recommendation_text": DRAFT, "number": "7.2", "scope": "regional", "themes": ["policy"]}
    page = manager.send(form, **typed, said_before="yes", **TODAY)
    assert page.status_code == 200
    shown = words(page)
    assert "Said before" in shown and "Nothing is recorded yet." in shown
    assert "<mark>Ask</mark> about <mark>safety</mark> at each" in page.text
    assert "1 action answers it: none verified yet." in shown
    assert DRAFT in page.text and 'value="7.2"' in page.text and 'value="policy" checked' in page.text
    assert case.opened("recommendation") == []
    assert manager.send(form, **{**MADE, **typed, "scope": "local"}, **TODAY).status_code == 303
    assert len(case.opened("recommendation")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is nothing to compare yet"),
        ("the and of 12", "There is nothing to compare yet"),
        ("Buy snowploughs", "Nothing like it is on record"),
        ("x" * 100_000, "Nothing like it is on record"),
    ],
)
def test_words_that_find_nothing_say_so_and_nothing_typed_is_lost(
    database: Database, manager: Browser, text: str, said: str
) -> None:
    case = a_review(database, "screening")
    page = manager.send(
        f"/records/{case.ref}/do/add_recommendation", recommendation_text=text, number="3", said_before="yes", **TODAY
    )
    assert page.status_code == 200 and said in words(page) and 'value="3"' in page.text and text in page.text


def test_one_that_is_reworded_does_not_find_itself(database: Database, manager: Browser) -> None:
    case = a_review(database, "screening")
    ref = add(case)
    page = manager.send(f"/records/{ref}/do/change_recommendation", **MADE, said_before="yes", **TODAY)
    assert "Nothing like it is on record" in words(page)
    assert "Said before" not in words(manager.get(f"/records/{ref}/recommendation"))
    other = add(a_review(database, "screening"), recommendation_text="Staff to ask about safety each time they visit.")
    one = words(manager.get(f"/records/{ref}/recommendation"))
    assert "Said before" in one and "Staff to ask about safety each time they visit." in one
    assert other in manager.get(f"/records/{ref}/recommendation").text


def test_any_words_are_looked_for_without_standing_in_an_address(database: Database, manager: Browser) -> None:
    add(a_review(database, "screening"))
    assert "Has this been said before?" in words(manager.get("/recommendations/similar"))
    found = manager.send("/recommendations/similar", text='<b>enquire</b> about safety "visits" OR *')
    assert found.status_code == 200 and "Recommendation 5.1" in words(found) and "<b>enquire" not in found.text
    assert "here “enquire”, there “ask”" in words(found)
    assert "There is nothing to compare" in words(manager.send("/recommendations/similar", text=" "))


def test_all_of_them_filtered_and_as_a_file(database: Database, manager: Browser) -> None:
    case = a_review(database, "screening")
    ref = add(case)
    add(case, number="6", recommendation_text="=Fund it.", scope="national", department="Home Office", addressees=[],
        themes=[])  # fmt: skip
    case.act("add_action", {**ON_PLAN, "recommendations": [ref]})
    for asked, here, gone in (
        ("scope=national", "Fund it.", "Ask about safety"),
        ("text=safety", "Ask about safety", "Fund it."),
        ("text=5.1", "Ask about safety", "Fund it."),
        (f"text={ref.lower()}", "Ask about safety", "Fund it."),
        ("theme=training", "Ask about safety", "Fund it."),
        ("theme=none", "Fund it.", "Ask about safety"),
        ("agency=Northmere+Council", "Ask about safety", "Fund it."),
        ("agency=Home+Office", "Fund it.", "Ask about safety"),
        ("standing=no_action", "Fund it.", "Ask about safety"),
        ("standing=under_way", "Ask about safety", "Fund it."),
    ):
        shown = words(manager.get(f"/recommendations?{asked}"))
        assert here in shown and gone not in shown, asked
    for nothing in ("standing=verified", "standing=done", "standing=effect", "kind=sar", "year=1999", "place=Nowhere"):
        assert "No recommendation matches." in words(manager.get(f"/recommendations?{nothing}")), nothing
    odd = manager.get("/recommendations?scope=%00&year=abcd&standing='&text=%25_\\&page=99999")
    assert odd.status_code == 200
    rows = list(csv.reader(io.StringIO(manager.get("/recommendations.csv?theme=none").get_data().decode("utf-8-sig"))))
    assert rows[0][0] == "Reference" and len(rows) == 2 and rows[1][2] == "'=Fund it." and rows[1][9] == "Home Office"


def test_what_recurs_is_counted_by_theme_agency_year_and_place_and_grouped(
    database: Database, manager: Browser
) -> None:
    first, second = a_review(database, "screening"), a_review(database, "screening")
    one = add(first)
    add(second, recommendation_text="Staff to ask about safety each time they visit.", number="2")
    add(second, recommendation_text="Seize guns at once.", number="3", themes=["policy"])
    first.act("add_action", {**ON_PLAN, "recommendations": [one]})
    page = words(manager.get("/recommendations/recurring"))
    assert "Training 2 1 1 0 0 0" in page and "Policy 1 0 0 0 0 0" in page
    assert "Said 2 times, 2026" in page and "Themes over the years" in page
    group = page.split("Said in several reviews")[1].split("Themes over the years")[0]
    assert "each time they visit" in group and "Seize guns" not in group
    assert "Northmere Council 3 1 1 0 0 0" in words(manager.get("/recommendations/recurring?by=agency"))
    assert "2026 3 1 1 0 0 0" in words(manager.get("/recommendations/recurring?by=year"))
    assert "Northmere Community Safety Partnership 3" in words(manager.get("/recommendations/recurring?by=place"))
    assert "Training 2" in words(manager.get("/recommendations/recurring?by=nonsense"))
    assert "No recommendation matches." in words(manager.get("/recommendations/recurring?kind=lcspr"))
    file = manager.get("/recommendations/recurring.csv?by=agency").get_data().decode("utf-8-sig")
    assert "Agency,Recommendations,With an action" in file and "Said several times" in file


def test_who_may_look_and_that_they_see_their_own_part(database: Database, tmp_path: Path) -> None:
    case = a_review(database, "screening")
    case.act("add_recommendation", MADE)  # a draft: of the team and the chair alone
    app = application(database, tmp_path)
    steering = signed_in(app, "steering_member")
    for page in PAGES:
        shown = steering.get(page)
        assert shown.status_code == 200 and "Ask about safety" not in shown.get_data(as_text=True), page
    found = steering.send("/recommendations/similar", text="Ask about safety at each visit")
    assert "Nothing like it is on record" in words(found)
    agency = signed_in(app, "agency_contact")
    for page in (*PAGES, "/recommendations/similar"):
        assert agency.get(page).status_code == 403, page
    assert "/recommendations/recurring" not in agency.get("/actions").get_data(as_text=True)

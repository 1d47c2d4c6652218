"""The page that answers what if: nothing is changed, nothing typed is lost, and nobody sees more than before."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask

from dardr.storage.engine import Database
from tests.builders import Case, grant
from tests.web.conftest import signed_in
from tests.web.test_proceedings import held_for_a_trial
from workflows.definition import Role


def query(*things: tuple[str, date], holiday: date | None = None, another: date | None = None, more: str = "") -> str:
    """The address of a supposition."""
    parts = [
        f"name-{n}={name}&on-{n}-day={on.day}&on-{n}-month={on.month}&on-{n}-year={on.year}"
        for n, (name, on) in enumerate(things, start=1)
    ]
    for name, day in (("holiday", holiday), ("holiday-2", another)):
        parts += [f"{name}-day={day.day}&{name}-month={day.month}&{name}-year={day.year}"] if day else []
    return "?" + "&".join([*parts, *([f"{more}=1"] if more else [])])


@pytest.fixture
def case(database: Database) -> Case:
    return held_for_a_trial(database)


def test_what_is_supposed_is_answered_and_nothing_is_changed(app: Flask, case: Case) -> None:
    browser = signed_in(app, "case_manager")
    rows = [row.due_on for row in case.deadlines()]
    page = browser.get(f"/reviews/{case.ref}/what-if")
    assert page.status_code == 200 and "Nothing has been changed." in page.text
    assert "Show what would change" in page.text and "dates would change" not in page.text
    on = date(2027, 3, 3)
    answered = browser.get(f"/reviews/{case.ref}/what-if" + query(("trial", on)))
    text = unescape(answered.text)
    assert answered.status_code == 200 and "It is over: Criminal proceedings: <strong>Wednesday 3 March 2027" in text
    assert "Runs again" in text and "These would go out" in text and "Is done" in text
    assert 'value="criminal"' in text and 'value="2027"' in text, "the form comes back filled"
    assert [row.due_on for row in case.deadlines()] == rows and case.holds(standing=True)
    more = browser.get(f"/reviews/{case.ref}/what-if" + query(("trial", on), more="more"))
    assert 'name="name-2"' in more.text and "These would go out" in more.text
    sheet = browser.get(f"/reviews/{case.ref}/what-if.csv" + query(("trial", on)))
    assert sheet.mimetype == "text/csv" and "Runs again,Return to the review,D10" in sheet.text
    assert browser.get(f"/reviews/{case.ref}/what-if.csv").status_code == 422


@pytest.mark.parametrize(
    ("asked", "says", "leads_to"),
    [
        ("?name-1=trial&on-1-day=29&on-1-month=2&on-1-year=2027", "29 February 2027 does not exist", "#on-1-day"),
        ("?name-1=trial&on-1-day=1&on-1-month=1&on-1-year=2026", "cannot end before it began", "#on-1-day"),
        ("?name-1=trial", "Give the date on which it is so", "#on-1-day"),
        ("?on-1-day=1&on-1-month=1&on-1-year=2027", "Choose what is supposed", "#name-1"),
        ("?name-1=<b>x&on-1-day=1&on-1-month=1&on-1-year=2027", "Nothing here is called “<b>x”", "#name-1"),
        ("?holiday-day=31&holiday-month=6&holiday-year=2027", "31 June 2027 does not exist", "#holiday-day"),
        ("?holiday-day=1&holiday-month=6&holiday-year=2010", "Give a later bank holiday", "#holiday-day"),
        (query(holiday=date(2027, 6, 1), another=date(2010, 6, 1)), "Give a later bank holiday", "#holiday-2-day"),
        (query(another=date(2010, 6, 1)), "Give a later bank holiday", "#holiday-2-day"),
    ],
)
def test_what_cannot_be_supposed_comes_back_with_a_sentence(
    app: Flask, case: Case, asked: str, says: str, leads_to: str
) -> None:
    page = signed_in(app, "case_manager").get(f"/reviews/{case.ref}/what-if{asked}")
    assert page.status_code == 422 and "<b>x" not in page.text and 'value="&lt;b&gt;x"' not in page.text
    text = unescape(page.text)
    assert says in text and f'href="{leads_to}"' in text and "Nothing has been changed." in text
    assert f'id="{leads_to[1:]}"' in text, "the summary leads to a question that is there"


def test_a_bank_holiday_over_the_caseload(app: Flask, case: Case) -> None:
    browser = signed_in(app, "team_manager")
    page = browser.get("/what-if" + query(("trial", date(2027, 3, 3)), holiday=date(2027, 3, 10)))
    text = unescape(page.text)
    assert page.status_code == 200 and "Every open hold for criminal proceedings ends" in text
    assert "is a bank holiday as well" in text and case.ref in text and "Looked at is every record" in text
    refused = unescape(browser.get("/what-if" + query(("decision", date(2027, 3, 3)))).text)
    assert "not a name that every review has" in refused and "Choose from the list." in refused
    assert "What can be supposed" not in refused and 'value="decision"' not in refused, "no names are read out"
    assert "Runs again" in browser.get("/what-if.csv" + query(("trial", date(2027, 3, 3)))).text


def test_several_bank_holidays_are_supposed_together(app: Flask, case: Case) -> None:
    browser = signed_in(app, "team_manager")
    first, second = date(2027, 3, 10), date(2027, 3, 11)
    text = unescape(browser.get("/what-if" + query(holiday=first, another=second)).text)
    assert text.count("is a bank holiday as well") == 2 and 'id="holiday-2-day"' in text
    assert 'id="holiday-3-day"' not in text
    wanted = browser.get("/what-if" + query(holiday=first, another=second, more="more-holidays"))
    assert 'id="holiday-3-day"' in wanted.text and wanted.text.count("is a bank holiday as well") == 2


def test_a_step_that_comes_after_another_is_not_lost_while_its_day_is_missing(app: Flask, case: Case) -> None:
    browser = signed_in(app, "case_manager")
    asked = query(("start_drafting", date(2027, 3, 3))) + "&name-2=send_to_partnership"
    page = browser.get(f"/reviews/{case.ref}/what-if{asked}")
    assert page.status_code == 422 and "Give the date on which it is so" in page.text
    assert '<option value="send_to_partnership" selected>Send the report' in page.text
    again = browser.get(f"/reviews/{case.ref}/what-if{asked}&more=1").text
    assert '<option value="send_to_partnership" selected>' in again


def test_nobody_sees_more_than_before(app: Flask, database: Database, case: Case) -> None:
    with database.write() as session:
        grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
        grant(session, "communications", Role.COMMUNICATIONS, case.ref)
    asked = query(("trial", case.today + timedelta(days=9)))
    for person in ("agency_contact", "steering_member", "other_csp_member"):
        browser = signed_in(app, person)
        assert browser.get(f"/reviews/{case.ref}/what-if{asked}").status_code == 404
        assert browser.get(f"/reviews/{case.ref}/what-if.csv{asked}").status_code == 404
        assert case.ref not in browser.get(f"/what-if{query(holiday=date(2027, 3, 10))}").text
    police = signed_in(app, "police_liaison").get(f"/reviews/{case.ref}/what-if{asked}")
    assert police.status_code == 200 and "Return to the review" not in police.text
    press = signed_in(app, "communications").get(f"/reviews/{case.ref}/what-if")
    assert press.status_code == 404, "before clearance they see nothing of it"

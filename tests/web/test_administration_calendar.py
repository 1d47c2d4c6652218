"""Bank holidays and closures in the browser: shown, sealed, confirmed; and everything that is refused."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from dardr.casework.holidays_feed import take_in
from dardr.lookups.calendars import closures
from dardr.storage.calendars import CalendarSnapshot
from dardr.storage.engine import Database
from dardr.storage.installation import BankHoliday
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent
from tests import builders
from tests.web.conftest import Browser, dated, signed_in
from workflows.calendar import ENGLAND_AND_WALES, calendars

CONFIRM = "/administration/calendar/confirm"
DAY = "2026-08-04"
LISTED = {day: title for day, title in calendars.get(ENGLAND_AND_WALES).holidays.items() if day.year >= 2020}


@pytest.fixture
def admin(app: Flask) -> Browser:
    return signed_in(app, "administrator")


@pytest.fixture
def case(database: Database) -> builders.Case:
    """A review with a return that is due after the day."""
    case = builders.a_review(database, "decision_pending", on=date(2026, 7, 20))
    case.act("request_information", {"bodies": ["northmere-council"]})
    return case


def due(case: builders.Case) -> date:
    found = case.deadline("information_return", ref=case.opened("agency-return")[0]).due_on
    assert found is not None
    return found


def holidays(database: Database) -> list[date]:
    with database.read() as session:
        return list(session.scalars(sa.select(BankHoliday.day)))


def told(database: Database) -> set[str]:
    with database.read() as session:
        wanted = OutboxMessage.message == "holiday_moved_dates"
        return set(session.scalars(sa.select(OutboxMessage.recipient).where(wanted)))


def preview(browser: Browser, name: str = "Jubilee <b>") -> TestResponse:
    page = browser.send("/administration/calendar/add", name=name, **dated("date", DAY))
    assert page.status_code == 200
    return page


def test_a_bank_holiday_is_shown_before_it_is_added(
    database: Database, admin: Browser, app: Flask, case: builders.Case
) -> None:
    before = due(case)
    shown = preview(admin)
    assert "of reviews that your roles do not show" in shown.text and case.ref not in shown.text
    assert "Jubilee &lt;b&gt;" in shown.text and "every date in an Act" in shown.text
    assert holidays(database) == [] and due(case) == before and told(database) == set()
    manager = preview(signed_in(app, "team_manager"))
    assert case.opened("agency-return")[0] in manager.text and "contact@northmere-council.example" in manager.text
    answer = admin.send(CONFIRM, shown)
    assert answer.status_code == 303 and holidays(database) == [date(2026, 8, 4)]
    assert due(case) > before and "contact@northmere-council.example" in told(database)
    page = admin.get("/administration/calendar").text
    assert "Added here" in page and "added by hand" in page and "e-mails were written" in page
    with database.read() as session:
        snapshot = session.scalars(sa.select(CalendarSnapshot.snapshot)).one()
        logged = session.scalars(sa.select(AdminEvent).where(AdminEvent.what == "bank_holidays_added")).one()
    assert snapshot[:16] in page and logged.details["source"] == "added by hand"


def test_a_day_in_the_past_and_one_that_is_known(admin: Browser) -> None:
    passed = admin.send("/administration/calendar/add", name="Late", **dated("date", "2026-07-06"))
    assert "This day has passed" in passed.text
    known = admin.send("/administration/calendar/add", name="Xmas", **dated("date", "2026-12-25"))
    assert "every day is known already" in known.text and "in the list: Xmas" in known.text
    assert 'name="seal"' not in known.text
    assert admin.send("/administration/calendar/add", name=" ", **dated("date", DAY)).status_code == 422
    assert admin.send("/administration/calendar/add", name="x", **dated("date", "2001-01-01")).status_code == 422
    assert admin.send("/administration/calendar/add", name="x", **dated("date", "2027-02-29")).status_code == 422


def test_a_seal_that_was_changed_or_is_old_is_refused(
    database: Database, admin: Browser, case: builders.Case
) -> None:
    shown = preview(admin)
    seal = re.findall(r'name="seal" value="([^"]+)"', shown.text)[0]
    for wrong in ("", "rubbish", seal[:-2] + "xx", "A" + seal):
        answer = admin.send(CONFIRM, shown, seal=wrong)
        assert answer.status_code == 422 and "was not shown here. Begin again" in answer.text
    assert holidays(database) == [] and told(database) == set()


def test_what_something_has_overtaken_is_shown_again(database: Database, admin: Browser, case: builders.Case) -> None:
    shown = preview(admin)
    case.act("request_information", {"bodies": ["mereshire-nhs"]})
    again = admin.send(CONFIRM, shown)
    assert again.status_code == 409 and "Something has changed since this was shown" in again.text
    assert holidays(database) == []
    assert admin.send(CONFIRM, again).status_code == 303 and holidays(database) == [date(2026, 8, 4)]
    once_more = admin.send(CONFIRM, again)
    assert once_more.status_code == 409 and "every day is known already" in once_more.text
    assert len(holidays(database)) == 1


def test_the_list_of_gov_uk_is_imported(database: Database, admin: Browser) -> None:
    events = [{"date": "2030-01-01", "title": "New Year’s Day"}, {"date": "2026-12-25", "title": "Christmas Day"}]
    content = json.dumps({"england-and-wales": {"events": events}}).encode()
    page = "/administration/calendar/import"
    shown = admin.send(page, file=(io.BytesIO(content), "bank-holidays.json"))
    assert shown.status_code == 200 and "1 January 2030" in shown.text and "1 known already" in shown.text
    assert "Known here and not in the list. They stay" in shown.text and "28 December 2026" in shown.text
    for wrong in (b"not json", b'{"england-and-wales": {"events": []}}', b'{"england-and-wales": []}', b"\xff\xfe"):
        answer = admin.send(page, file=(io.BytesIO(wrong), "x.json"))
        assert answer.status_code == 422 and "file" in answer.text
    assert admin.send(CONFIRM, shown).status_code == 303 and holidays(database) == [date(2030, 1, 1)]


def test_what_waits_from_the_feed_is_shown_and_confirmed_with_one_press(
    database: Database, app: Flask, case: builders.Case
) -> None:
    manager = signed_in(app, "team_manager")
    assert "No feed is set" in manager.get("/administration/calendar").text
    with database.write() as session:
        take_in(session, builders.at_ten(date(2026, 8, 3)), {**LISTED, date(2026, 8, 4): "A day"}, "gov.example/list")
    assert "1 bank holiday of the feed waits for a look" in manager.get("/").text
    assert "of the feed waits" not in signed_in(app, "case_manager").get("/").text
    page = manager.get("/administration/calendar")
    assert "Waiting for a look" in page.text and "contact@northmere-council.example" in page.text
    assert holidays(database) == []
    assert manager.send(CONFIRM, page).status_code == 303
    assert holidays(database) == [date(2026, 8, 4)] and told(database)
    page = manager.get("/administration/calendar").text
    assert "Waiting for a look" not in page and "the feed (gov.example/list)" in page


def test_what_waits_is_left_out_with_a_reason(database: Database, admin: Browser, case: builders.Case) -> None:
    with database.write() as session:
        take_in(session, builders.at_ten(date(2026, 8, 3)), {**LISTED, date(2026, 8, 4): "A day"}, "gov.example/list")
    page = "/administration/calendar/leave-out"
    assert "4 August 2026: A day" in admin.get(page).text
    assert admin.send(page, reason="").status_code == 422
    assert admin.send(page, reason="For Scotland only.").status_code == 303
    assert "Waiting for a look" not in admin.get("/administration/calendar").text
    again = admin.send(page, reason="Once more.")
    assert again.status_code == 409 and "No day of the feed waits" in again.text


def test_the_office_is_closed_on_a_day_and_open_again(database: Database, app: Flask, case: builders.Case) -> None:
    manager = signed_in(app, "team_manager")
    before = due(case)
    shown = manager.send("/administration/closures/add", name="Staff training", **dated("date", DAY))
    assert shown.status_code == 200 and "own targets" in shown.text and due(case) == before
    assert manager.send(CONFIRM, shown).status_code == 303
    page = manager.get("/administration/closures").text
    assert "Staff training" in page and due(case) > before and told(database)
    assert manager.send(CONFIRM, shown).status_code == 409
    again = manager.send("/administration/closures/add", name="Again", **dated("date", DAY))
    assert again.status_code == 409 and "closed on 4 August 2026 already" in html.unescape(again.text)
    sunday = manager.send("/administration/closures/add", name="Sunday", **dated("date", "2026-08-09"))
    assert sunday.status_code == 422 and "no working day as it is: Sunday" in sunday.text
    back = manager.get(f"/administration/closures/{DAY}/open")
    assert back.status_code == 200 and manager.send(CONFIRM, back).status_code == 303
    with database.read() as session:
        assert closures(session, 1) == {}
    assert due(case) == before
    assert manager.get(f"/administration/closures/{DAY}/open").status_code == 404
    assert manager.get("/administration/closures/2026-02-31/open").status_code == 404


def test_calendars_are_not_for_others(app: Flask) -> None:
    for person in ("case_manager", "agency_contact", "auditor"):
        browser = signed_in(app, person)
        for page in ("calendar", "calendar/add", "calendar/leave-out", "closures", "closures/add"):
            assert browser.get(f"/administration/{page}").status_code == 403

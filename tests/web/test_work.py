"""My work, what a review waits for, tasks and briefs as pages: whose work, by which link, and never anybody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.casework import drafts
from dardr.storage.engine import Database
from dardr.storage.installation import IntegrityFinding
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.web.pages import work as work_pages
from tests import builders
from tests.builders import Case, a_review, address, at_ten
from tests.web.conftest import Browser, application, dated, signed_in

SECTION = re.compile(r'<h2 class="govuk-heading-m" id="(\w+)">')


def user_id(database: Database, who: str) -> int:
    with database.read() as session:
        return session.scalars(sa.select(User.id).where(User.email == address(who))).one()


def tables(text: str) -> dict[str, str]:
    """Each list of the page by its name."""
    parts = SECTION.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def case(database: Database, clock: Callable[[str], None]) -> Case:
    """A review carried by the case manager, a return asked for, three days before the return is due."""
    case = a_review(database, "evidence")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    due = case.deadline("imr_return", ref=case.opened("agency-return")[0]).due_on
    assert due is not None
    case.today = due - timedelta(days=3)
    clock(f"{case.today.isoformat()}T09:00")
    return case


def test_the_day_begins_with_what_is_owed_and_whom_one_waits_for(case: Case, manager: Browser) -> None:
    text = manager.get("/").text
    found = tables(text)
    ref = case.opened("agency-return")[0]
    assert "Return to the review" in found["waiting"] and "Northmere Council" in found["waiting"]
    assert f'name="ref" value="{ref}"' in found["waiting"]
    assert re.search(r'href="#waiting"><strong[^>]*>\d+</strong> waiting for others', text)
    assert not re.search(r"days? late", found["waiting"]) and "due in 3 days" in found["waiting"]
    assert 'aria-current="page"' in text


def test_the_same_on_both_databases(either_database: Database, tmp_path: Path) -> None:
    case = a_review(either_database, "decision_pending")
    browser = signed_in(application(either_database, tmp_path), "deciding_chair")
    for path in ("/", f"/reviews/{case.ref}/waiting", f"/reviews/{case.ref}/brief", "/brief"):
        answer = browser.get(path)
        assert answer.status_code == 200 and case.ref in answer.text, path
    assert f'href="/reviews/{case.ref}/decision"' in browser.get("/").text, "deciding has a page of its own"


def test_the_agency_sees_its_return_and_nothing_of_the_review(app: Flask, case: Case) -> None:
    text = signed_in(app, "agency_contact").get("/").text
    ref = case.opened("agency-return")[0]
    assert f'href="/returns/{ref}"' in text, "the button leads to the page made for it, as on the agency's own page"
    assert "/do/" not in text
    assert f'href="/reviews/{case.ref}"' not in text and "For the team to look at" not in text
    other = signed_in(app, "other_agency_contact").get("/").text
    assert ref not in other and "You owe nothing here today" in other


def test_a_reminder_leaves_with_one_button_and_only_once_a_day(
    app: Flask, database: Database, case: Case, manager: Browser
) -> None:
    ref = case.opened("agency-return")[0]
    clock = f"imr_return-{case.deadline('imr_return', ref=ref).id}"
    answer = manager.send("/reminders", manager.get("/"), ref=ref, clock=clock, of="team")
    assert answer.status_code == 303 and answer.headers["Location"] == "/?of=team#waiting"
    page = manager.get("/").text
    assert f"A reminder about {ref} was written" in page
    assert "written to today" in tables(page)["waiting"]
    again = manager.send("/reminders", manager.get("/"), ref=ref, clock=clock)
    assert again.headers["Location"] == "/#waiting"
    assert "today already" in manager.get("/").text
    with database.read() as session:
        rows = session.scalars(sa.select(OutboxMessage.recipient).where(OutboxMessage.rung == "by-hand")).all()
    assert len(rows) == 2
    outsider = signed_in(app, "other_agency_contact")
    assert outsider.send("/reminders", outsider.get("/"), ref=ref, clock=clock).status_code == 404
    agency = signed_in(app, "agency_contact")
    assert agency.send("/reminders", agency.get("/"), ref=ref, clock=clock).status_code == 403


def test_what_others_owe_comes_a_page_at_a_time_and_a_reminder_leads_back_to_its_page(
    case: Case, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    monkeypatch.setattr(work_pages, "A_PAGE", 1)
    pages = [tables(manager.get(f"/?page={number}").text)["waiting"] for number in (1, 2)]
    owed = [re.findall(r'name="ref" value="([^"]+)"', page) for page in pages]
    assert len(owed[0]) == len(owed[1]) == 1 and owed[0] != owed[1]
    assert 'href="?page=2#waiting"' in pages[0] and "Showing 2 to 2 of" in pages[1]
    beyond = tables(manager.get("/?page=999999").text)["waiting"]
    assert re.search(r"Showing (\d+) to \1 of \1<", beyond), "a page beyond the last is the last"
    clock = re.findall(r'name="clock" value="([^"]+)"', pages[1])[0]
    answer = manager.send("/reminders", manager.get("/?page=2"), ref=owed[1][0], clock=clock, page="2")
    assert answer.headers["Location"].endswith("/?page=2#waiting")
    monkeypatch.setattr(work_pages, "MOST_PAGES", 1)
    last = tables(manager.get("/?page=2").text)["waiting"]
    assert re.search(r"The first 1 of \d+ are shown, by date", last) and "are under Deadlines" in last
    assert re.findall(r'name="ref" value="([^"]+)"', last) == owed[0], "no more than may be shown"


def test_a_reminder_without_its_token_is_refused(case: Case, manager: Browser) -> None:
    ref = case.opened("agency-return")[0]
    assert manager.client.post("/reminders", data={"ref": ref, "clock": "imr_return"}).status_code == 400


def test_back_from_a_reminder_leads_nowhere_else(case: Case, manager: Browser) -> None:
    ref = case.opened("agency-return")[0]
    answer = manager.send("/reminders", manager.get("/"), ref=ref, clock="x", of="//elsewhere.example")
    assert answer.headers["Location"] == "/#waiting"


def test_the_work_of_others_is_for_team_managers(app: Flask, database: Database, case: Case) -> None:
    mine = user_id(database, "case_manager")
    lead = signed_in(app, "team_manager")
    text = lead.get(f"/?of={mine}").text
    assert "Work of Alex Example" in text and "Return to the review" in tables(text)["waiting"]
    assert "Alex" not in re.search(r"<title>(.*?)</title>", text, re.S)[1]  # type: ignore[index]
    assert lead.get("/?of=999999").status_code == 404
    assert lead.get(f"/?of={user_id(database, 'auditor')}").status_code == 404, "not of the team"
    colleague = signed_in(app, "second_case_manager")
    assert colleague.get(f"/?of={mine}").status_code == 403
    assert colleague.get("/?of=team").status_code == 200
    for who in ("agency_contact", "steering_member", "auditor"):
        assert signed_in(app, who).get("/?of=team").status_code == 403, who


def test_the_team_sees_what_the_night_found(app: Flask, database: Database, case: Case, manager: Browser) -> None:
    new = a_review(database, "notified")
    with database.write() as session:
        session.add(
            IntegrityFinding(found_at=at_ten(case.today), record_id=None, kind="calendar_ends", sentence="They end.")
        )
    text = tables(manager.get("/").text)["team"]
    assert "1 thing found by the nightly checks" in text and "bank holidays that end soon" in text
    assert "1 notification nobody has looked at yet" in text and "1 review without a case manager" in text
    assert text.count(new.ref) >= 2
    assert "For the team" not in signed_in(app, "deciding_chair").get("/").text
    admin = signed_in(app, "administrator").get("/").text
    assert "nightly checks" in admin and new.ref not in admin


def test_a_notification_begun_is_found_again_by_whoever_began_it(
    app: Flask, database: Database, case: Case, manager: Browser
) -> None:
    with database.write() as session:
        drafts.begin(
            session, at_ten(case.today), "notification", {"age": "34"},
            user_id=user_id(database, "case_manager"), path="/notify/abc",
        )  # fmt: skip
    assert 'href="/notify/abc"' in manager.get("/").text
    assert "/notify/abc" not in signed_in(app, "second_case_manager").get("/").text


def test_a_task_is_added_done_and_seen_by_the_person_asked(app: Flask, case: Case, manager: Browser) -> None:
    path = f"/records/{case.ref}/do/add_task"
    answer = manager.send(
        path, None, title="Book a room", given_to=address("communications"),
        **dated("due_on", "2027-01-15"), **dated("_on", case.today.isoformat()),
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    task = case.opened("task")[0]
    mate = signed_in(app, "communications")
    page = mate.get("/").text
    assert "Book a room" in page and case.ref + '"' not in page.replace(task, "")
    assert mate.get(f"/records/{task}").status_code == 200
    assert mate.get(f"/reviews/{case.ref}").status_code == 404
    done = mate.send(
        f"/records/{task}/do/finish_task", None, task_outcome="Room 4", **dated("_on", case.today.isoformat())
    )
    assert done.status_code == 303
    assert case.record(task).stage == "done"
    assert "Book a room" not in mate.get("/").text


def test_a_task_of_no_review_is_added_from_my_work(database: Database, case: Case, manager: Browser) -> None:
    assert 'href="/open/task"' in manager.get("/").text
    wrong = manager.send("/open/task", None, title="", given_to=address("team_manager"), task_note="Keep me")
    assert wrong.status_code == 422 and "Keep me" in wrong.text
    answer = manager.send(
        "/open/task", None, title='<b>=1+1</b> "leaflets"', given_to=address("case_manager"),
        **dated("asked_on", case.today.isoformat()),
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    text = manager.get("/").text
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in text and "<b>=1+1" not in text


def test_what_a_review_waits_for(app: Flask, case: Case, manager: Browser) -> None:
    text = manager.get(f"/reviews/{case.ref}/waiting").text
    ref = case.opened("agency-return")[0]
    assert "What is it waiting for?" in text and "Northmere Council" in text
    assert f'href="/records/{ref}"' in text
    assert f'href="/reviews/{case.ref}/waiting"' in manager.get(f"/reviews/{case.ref}").text
    assert "Waiting for:" in manager.get(f"/reviews/{case.ref}").text
    for who in ("agency_contact", "steering_member", "administrator"):
        assert signed_in(app, who).get(f"/reviews/{case.ref}/waiting").status_code == 404, who
        assert signed_in(app, who).get(f"/reviews/{case.ref}/brief").status_code == 404, who
    assert manager.get(f"/reviews/{ref}/waiting").status_code == 404


def test_a_brief_says_where_why_next_risk_and_family_and_names_nobody(
    app: Flask, case: Case, clock: Callable[[str], None]
) -> None:
    case.act("record_identity", {"person_name": "Secretname Person", "next_of_kin": "A Relative"})
    case.act(
        "record_family_contact",
        {"with_whom": "family", "contact_kind": "meeting", "contact_notes": "Notes that stay in the record"},
    )
    told = builders.START.isoformat()
    met = case.today
    case.today += timedelta(days=30)
    clock(f"{case.today.isoformat()}T09:00")
    manager = signed_in(app, "case_manager")
    text = manager.get(f"/reviews/{case.ref}/brief").text
    for heading in ("Where it is", "Why", "Next", "Risk", "The family"):
        assert f"{heading}</h2>" in text
    assert "27 days late" in text, "the return"
    assert f"A meeting, {met.day} " in text
    caseload = manager.get("/brief").text
    assert case.ref in caseload and "To look at: Return to the review" in caseload
    for page in (text, caseload):
        for secret in ("Secretname", "A Relative", "Notes that stay", told):
            assert secret not in page


def test_a_brief_of_nothing_recorded_says_so(database: Database, manager: Browser) -> None:
    case = a_review(database, "notified")
    text = manager.get(f"/reviews/{case.ref}/brief").text
    assert text.count("None recorded") == 2
    assert "Nobody carries this review." in text

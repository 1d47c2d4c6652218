"""Conflicts of interest in the browser: recorded by oneself or the team, and then nothing anywhere."""

from __future__ import annotations

import re
from difflib import ndiff

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr import systime
from dardr.casework.conflicts import record_conflict
from dardr.lookups.quarterly import quarter_of, quarterly
from dardr.storage.engine import Database
from dardr.storage.people import AdminEvent, User, UserRole
from dardr.storage.reading import ConflictOfInterest
from tests import builders
from tests.builders import Case, a_review, actor, grant
from tests.web.conftest import Browser, signed_in
from workflows.definition import Role

REASON = "Their sister works on the ward."
NAMED = "Rowan Unmistakable"


@pytest.fixture
def case(database: Database) -> Case:
    case = a_review(database, "evidence", display_pseudonym=NAMED)
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "The trial is listed.", "asked_by": "cps", "activities": ["family_interviews"],
         "clocks": ["imr_return"]},
    )  # fmt: skip
    return case


def test_the_team_records_and_ends_somebodys_conflict(app: Flask, database: Database, case: Case) -> None:
    manager, other = signed_in(app, "team_manager"), signed_in(app, "second_case_manager")
    path = f"/reviews/{case.ref}/access/conflict"
    assert NAMED in other.get("/reviews").text
    assert "choose one" in manager.send(path, reason=REASON).text.lower()
    answer = manager.send(path, person=builders.address("second_case_manager"), reason="")
    assert answer.status_code == 422
    answer = manager.send(path, person=builders.address("second_case_manager"), reason=REASON)
    assert answer.headers["Location"] == f"/reviews/{case.ref}/access"
    page = manager.get(f"/reviews/{case.ref}/access").text
    assert "Bailey Example sees nothing of this review any more." in page
    assert REASON in page
    item = case.opened("agency-return")[0]
    for address in (
        "/", "/reviews", "/reviews?ended=yes", "/deadlines", "/actions", "/reviews.csv", f"/search?q={case.ref}",
    ):  # fmt: skip
        text = other.client.get(address, follow_redirects=True).text
        assert NAMED not in text, address
        assert not re.search(rf'href="/(reviews|records)/{case.ref}', text), address
    for address in (f"/reviews/{case.ref}", f"/reviews/{case.ref}/people", f"/records/{item}", path):
        assert other.get(address).status_code == 404, address
    number = re.search(rf"/reviews/{case.ref}/access/conflicts/(\d+)/end", page)
    assert number
    answer = manager.send(number[0], reason="The sister has another post.")
    assert answer.status_code == 303
    assert other.get(f"/reviews/{case.ref}").status_code == 200
    with database.read() as session:
        kept = session.scalars(sa.select(AdminEvent).where(AdminEvent.what.like("conflict%"))).all()
        assert [(row.what, row.actor_name, row.details["review"]) for row in kept] == [
            ("conflict_recorded", "Casey Example", case.ref), ("conflict_ended", "Casey Example", case.ref),
        ]  # fmt: skip


def test_somebody_says_so_themselves_and_is_out_at_once(app: Flask, database: Database, case: Case) -> None:
    with database.write() as session:
        grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
    panel = signed_in(app, "panel_member")
    page = panel.get(f"/reviews/{case.ref}/access")
    assert "I have a conflict of interest" in page.text
    assert builders.address("case_manager") not in page.text, "the list of people is for those who manage the review"
    answer = panel.send(f"/reviews/{case.ref}/access/conflict", reason=REASON, person=builders.address("auditor"))
    assert answer.headers["Location"] == "/"
    assert panel.get(f"/reviews/{case.ref}").status_code == 404
    assert signed_in(app, "auditor").get(f"/reviews/{case.ref}").status_code == 200, "only for oneself"
    answer = panel.client.post(f"/reviews/{case.ref}/access/conflicts/1/end", data={"reason": "No"})
    assert answer.status_code in (400, 403)
    with database.read() as session:
        assert session.scalars(sa.select(ConflictOfInterest.ended_at)).all() == [None]


def test_the_quarterly_report_keeps_its_figures_and_leaves_out_the_lines(database: Database, case: Case) -> None:
    today = systime.london_date(systime.utc_now())
    period = quarter_of(case.today)
    with database.write() as session:
        chair = actor(session, "deciding_chair")
        before = quarterly(session, chair, period.from_, period.to, today, today)
        assert [row.ref for row in before.holds] == [case.ref]
        record_conflict(session, chair, systime.utc_now(), case.ref, REASON)
    with database.read() as session:
        after = quarterly(session, actor(session, "deciding_chair"), period.from_, period.to, today, today)
        assert after.holds == [] and [row for one in after.ages for row in one.reviews] == []
        assert (after.live, after.activity) == (before.live, before.activity)
        whole = quarterly(session, actor(session, "team_manager"), period.from_, period.to, today, today)
        assert whole.holds == before.holds


# --- what changes while somebody is signed in -------------------------------------------------------------


def test_a_role_changed_while_signed_in_counts_from_the_next_page(app: Flask, database: Database, case: Case) -> None:
    browser = signed_in(app, "second_case_manager")
    path = f"/reviews/{case.ref}"
    assert browser.get(path).status_code == 200
    form = browser.get(f"/records/{case.ref}/do/add_note")

    def become(role: str, record: int | None = None) -> None:
        with database.write() as session:
            user = session.scalar(sa.select(User.id).where(User.email == builders.address("second_case_manager")))
            session.execute(sa.update(UserRole).where(UserRole.user_id == user).values(role=role, record_id=record))

    become("auditor")
    assert browser.get(path).status_code == 200
    assert browser.get(f"{path}/people").status_code == 403
    sent = {"_on-day": "3", "_on-month": "8", "_on-year": "2026", "note": "From a form opened before"}
    assert browser.send(f"/records/{case.ref}/do/add_note", form, **sent).status_code == 403
    become("steering_member")
    assert browser.get(path).status_code == 404
    become("independent_chair", case.record().id)
    assert browser.get(f"{path}/people").status_code == 200
    with database.write() as session:
        session.execute(
            sa.update(User).where(User.email == builders.address("second_case_manager")).values(active=False)
        )
    assert browser.get(path).status_code in (302, 403), "a leaver's session shows nothing more"


# --- a guessed address ------------------------------------------------------------------------------------


def said(browser: Browser, path: str, ref: str) -> tuple[int, str]:
    answer = browser.get(path)
    text = re.sub(r'(nonce|data-token)="[^"]*"|name="csrf_token" value="[^"]*"', "", answer.text)
    return answer.status_code, text.replace(ref, "REF")


@pytest.mark.parametrize("person", ["other_csp_member", "other_agency_contact", "administrator", "communications"])
def test_a_guessed_address_reads_like_one_that_is_not_there(
    app: Flask, database: Database, case: Case, person: str
) -> None:
    browser = signed_in(app, person)
    item = case.opened("agency-return")[0]
    absent = {case.ref: "DARDR-1999-001", item: "DARDR-1999-001-R01"}
    fill = {"int:number": "1", "int:entry": "1", "key": "add_note", "name": "briefing", "form": "pdf"}
    tried = 0
    for rule in app.url_map.iter_rules():
        if "<ref>" not in rule.rule or "GET" not in (rule.methods or ()):
            continue
        for there, nowhere in absent.items():
            path = rule.rule.replace("<ref>", there)
            path = re.sub(r"<([^>]+)>", lambda part: fill.get(part[1], "x"), path)
            here, gone = said(browser, path, there), said(browser, path.replace(there, nowhere), nowhere)
            assert here[0] == gone[0], path
            differs = [line for line in ndiff(gone[1].splitlines(), here[1].splitlines()) if line[0] in "+-"]
            assert differs == [], path
            assert here[0] in (403, 404) or path.endswith("/open-for-a-reason"), path
            tried += 1
    assert tried > 20

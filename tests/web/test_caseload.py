"""The caseload's page, its chart and its file: filters in the address, odd ones too, nothing that is another's."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from dardr.storage.engine import Database
from dardr.web.case_query import address, query_of, read
from dardr.web.spreadsheet import MARK, cell
from tests.builders import START, a_review, grant
from tests.web.conftest import Browser, application, signed_in
from workflows.definition import Role

NASTY = '=HYPERLINK("http://x.example")<script>alert(1)</script>'
UNKNOWN_WORDS = {"not_asked": "Not asked yet", "not_known": "Asked, not known", "refused": "Asked, would not say"}


def shown(browser: Browser, path: str) -> list[str]:
    """The references of the list, in order."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>(DARDR-[\d-]+)</a>', answer.text)


def lines(browser: Browser, path: str = "/reviews.csv") -> list[dict[str, str]]:
    answer = browser.get(path)
    assert answer.status_code == 200
    text = answer.data.decode()
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK), newline="")))


@pytest.fixture
def reviews(database: Database) -> dict[str, str]:
    """Four reviews that differ; reference by what they are."""
    held = a_review(database, "evidence", display_pseudonym="Rowan", csps=["northmere", "southmere"])
    held.act(
        "place_hold",
        {"kind": "trial", "reason": "A trial.", "asked_by": "cps", "activities": ["family_interviews"], "clocks": []},
    )
    pending = a_review(database, "decision_pending", display_pseudonym="Alder", on=START + timedelta(days=30))
    pending.act("assign_case_manager", {"case_manager": "case.manager@mereshire.example"})
    ended = a_review(database, "no_review_concluded", display_pseudonym="Birch")
    joint = a_review(database, "screening", display_pseudonym="Cedar", on=date(2026, 7, 20), csps=["southmere"])
    return {"held": held.ref, "pending": pending.ref, "ended": ended.ref, "joint": joint.ref}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"held", "pending", "joint"}),
        ("?held=yes", {"held"}),
        ("?joint=yes", {"held"}),
        ("?mine=yes", {"pending"}),
        ("?manager=nobody", {"held", "joint"}),
        ("?csp=southmere", {"held", "joint"}),
        ("?csp=nowhere", set()),
        ("?ended=yes&stage=no_review_concluded", {"ended"}),
        ("?waiting=case_manager&phase=notification", {"joint"}),
        ("?regime=s9", {"held", "pending", "joint"}),
        ("?regime=s8a", set()),
        ("?opened_from=1/7/2026", {"joint"}),
        ("?opened_from=2026-03-03&opened_until=30+June+2026", {"pending"}),
        ("?text=aLDer", {"pending"}),
        ("?phase=x&stage=y&sort=z&waiting=q&regime=r&manager=w&order=up&page=0", {"held", "pending", "joint"}),
        ("?manager=99999999999999999999&page=99999999999", {"held", "pending", "joint"}),
    ],
)
def test_filters_stand_in_the_address(
    manager: Browser, reviews: dict[str, str], query: str, expected: set[str]
) -> None:
    assert set(shown(manager, f"/reviews{query}")) == {reviews[name] for name in expected}
    in_file = {line["Reference"] for line in lines(manager, f"/reviews.csv{query}")}
    assert in_file == {reviews[name] for name in expected}
    chart = manager.get(f"/reviews/chart{query}").text
    assert {ref for ref in reviews.values() if f"/reviews/{ref}" in chart} == in_file


def test_every_column_sorts_both_ways_and_the_file_follows(manager: Browser, reviews: dict[str, str]) -> None:
    page = manager.get("/reviews").text
    sorts = set(re.findall(r"sort=(\w+)", page))
    assert sorts == {"ref", "stage", "waiting", "manager", "next", "csp"}
    for sort in (*sorts, "name", "opened"):
        up, down = shown(manager, f"/reviews?sort={sort}"), shown(manager, f"/reviews?sort={sort}&order=desc")
        assert set(up) == set(down) and len(up) == 3
        assert [line["Reference"] for line in lines(manager, f"/reviews.csv?sort={sort}")] == up
    names = ["pending", "joint", "held"]
    assert shown(manager, "/reviews?sort=name") == [reviews[n] for n in names]
    assert shown(manager, "/reviews?sort=name&order=desc") == [reviews[n] for n in reversed(names)]
    assert 'aria-sort="ascending"' in manager.get("/reviews?sort=ref").text
    assert shown(manager, "/reviews?sort=manager")[0] == reviews["pending"], "who has none comes last"
    assert shown(manager, "/reviews?sort=manager&order=desc")[0] == reviews["pending"]


def test_a_date_that_cannot_be_read_is_told_and_kept(manager: Browser, reviews: dict[str, str]) -> None:
    page = manager.get("/reviews?opened_from=31+February+2026&text=Alder").text
    assert "Part of the filter was left out" in page and "<title>Error:" in page.replace("\n", "")
    assert 'value="31 February 2026"' in page and 'value="Alder"' in page
    assert shown(manager, "/reviews?opened_from=31+February+2026&text=Alder") == [reviews["pending"]]


def test_a_query_says_the_same_after_a_reload() -> None:
    asked = {
        "text": "a b&c", "phase": "panel", "stage": "evidence", "manager": "7", "csp": "x", "waiting": "family",
        "regime": "s9", "opened_from": "2026-01-02", "opened_until": "2026-02-03", "mine": "yes", "late": "yes",
        "held": "yes", "joint": "yes", "ended": "yes", "sort": "next", "order": "desc",
    }  # fmt: skip
    filters = read(asked).filters
    waits = query_of(filters)
    assert read(waits).filters == filters
    assert waits == {**asked, **({} if "waiting" in waits else {})} or set(asked) - set(waits) <= {"waiting"}
    assert address(read({}).filters, "/reviews") == "/reviews"


def test_what_people_typed_is_shown_harmlessly(app: Flask, database: Database, manager: Browser) -> None:
    a_review(database, "decision_pending", display_pseudonym=NASTY)
    for path in ("/reviews", "/reviews/chart", "/reviews?text=%3Cscript%3E", "/reviews?csp=%3Cscript%3E"):
        text = manager.get(path).text
        assert "<script>alert" not in text, path
    assert "&lt;script&gt;" in manager.get("/reviews").text
    (line,) = lines(manager)
    assert line["Name used"] == f"'{NASTY}"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (date(2026, 3, 1), "2026-03-01"),
        ("a-b", "a-b"),
        (-3, "-3"),
        ("a\0b", "ab"),
    ],
)
def test_cells(value: object, expected: str) -> None:
    assert cell(value) == expected


@pytest.mark.parametrize("known", UNKNOWN_WORDS)
def test_not_knowing_is_a_value_of_its_own(database: Database, manager: Browser, known: str) -> None:
    a_review(database, "notified", sex=known)
    (line,) = lines(manager)
    assert line["Sex"] == UNKNOWN_WORDS[known]
    assert line["How do matters stand with the person suspected?"] == "Not recorded"
    assert line["Notified on"] == START.isoformat()


def test_the_file_holds_every_page_and_no_identity(
    database: Database, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dardr.web.pages.caseload.A_PAGE", 5)
    for n in range(8):
        a_review(database, "notified", person_name=f"Zephyrine Quillfeather {n}", address="7 Umberly Crescent")
    assert len(shown(manager, "/reviews")) == 5 and len(shown(manager, "/reviews?page=2")) == 3
    assert shown(manager, "/reviews?page=7") == shown(manager, "/reviews?page=2")
    found = lines(manager)
    assert len(found) == 8
    assert "Zephyrine" not in str(found) and "Umberly" not in str(found)
    assert manager.get("/reviews.csv").headers["Content-Disposition"].startswith("attachment")


def test_the_file_of_a_list_of_nothing_has_its_headings(manager: Browser) -> None:
    answer = manager.get("/reviews.csv")
    assert answer.data.decode().startswith(f"{MARK}Reference,Name used")
    assert lines(manager) == []


def test_each_person_finds_only_their_own(app: Flask, database: Database) -> None:
    first = a_review(database, "evidence", display_pseudonym="Rowan")
    a_review(database, "evidence", display_pseudonym="Alder")
    with database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, first.ref)
    from sqlalchemy import update

    from dardr.storage.people import User
    from tests.web.conftest import HASHED

    with database.write() as session:
        session.execute(update(User).values(password=HASHED))
    chair = signed_in(app, "independent_chair")
    assert shown(chair, "/reviews") == [first.ref]
    assert [line["Reference"] for line in lines(chair)] == [first.ref]
    assert "Alder" not in chair.get("/reviews/chart").text
    for person in ("steering_member", "csp_member", "agency_contact", "communications"):
        other = signed_in(app, person)
        assert shown(other, "/reviews") == [] and lines(other) == []
        assert "Rowan" not in other.get("/reviews/chart").text


def test_the_chart_says_in_words_what_it_draws(database: Database, manager: Browser) -> None:
    case = a_review(database, "drafting", display_pseudonym="Rowan")
    text = manager.get("/reviews/chart").text
    assert f"{case.ref}: Notification" in text or f"{case.ref}: " in text
    assert "Notification: from 2 Mar 2026" in text
    assert re.search(r"Drafting[^<]*: from \d", text)
    assert text.count('<rect class="dardr-svg__bar') == 4
    assert "style=" not in re.findall(r"<svg.*?</svg>", text, re.S)[0]


def test_both_databases_list_the_same(either_database: Database, tmp_path: Path) -> None:
    a_review(either_database, "evidence", display_pseudonym="Rowan", csps=["northmere", "southmere"])
    a_review(either_database, "decision_pending", display_pseudonym="Alder")
    a_review(either_database, "csp_sign_off", display_pseudonym="Birch")
    browser = signed_in(application(either_database, tmp_path), "case_manager")
    names = {
        sort: [line["Name used"] for line in lines(browser, f"/reviews.csv?sort={sort}")]
        for sort in ("", "name", "stage", "next", "opened", "csp", "waiting", "manager", "ref")
    }
    assert names["name"] == ["Alder", "Birch", "Rowan"] and names["stage"] == ["Alder", "Rowan", "Birch"]
    assert all(sorted(found) == ["Alder", "Birch", "Rowan"] for found in names.values())
    assert [line["Name used"] for line in lines(browser, "/reviews.csv?joint=yes")] == ["Rowan"]


def test_actions_and_deadlines_have_a_file_too(database: Database, manager: Browser, app: Flask) -> None:
    case = a_review(database, "evidence")
    case.act(
        "add_action", {"action_text": NASTY, "lead_body": "northmere-council", "plan_source": "panel", "scope": "local"}
    )
    (ref,) = case.opened("action")
    page = manager.get("/actions").text
    assert 'href="/actions.csv"' in page and "<script>alert" not in page
    (line,) = lines(manager, "/actions.csv")
    assert (line["Reference"], line["Action"], line["Agency"]) == (ref, f"'{NASTY}", "Northmere Council")
    odd = manager.get("/actions?endpoint=x&_external=1&_scheme=javascript&_anchor=y&values=z")
    assert odd.status_code == 200 and "javascript:" not in odd.text
    dates = lines(manager, "/deadlines.csv")
    assert {one["Review"] for one in dates} == {case.ref}
    assert {one["Record"] for one in dates} >= {case.ref}
    assert {one["What it rests on"] for one in lines(manager, "/deadlines.csv?kind=guidance")} == {"guidance"}
    other = signed_in(app, "other_csp_member")
    assert lines(other, "/actions.csv") == [] and lines(other, "/deadlines.csv") == []

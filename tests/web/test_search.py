"""The search page: found words are marked and harmless, others' records are not there, odd questions are answered."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask import Flask

from dardr.casework.files import FileGiven, store
from dardr.casework.search_index import read_documents
from dardr.storage.engine import Database
from tests.builders import START, Case, a_review, at_ten
from tests.web.conftest import Browser, signed_in


def a_document(database: Database, case: Case, text: str, name: str) -> None:
    with database.write() as session:
        store(
            session, at_ten(START), case.record().id, case.events()[0][0].id, FileGiven(name, text.encode()), field=""
        )
    read_documents(database, at_ten(START))


def test_found_words_are_marked_in_what_was_written(database: Database, manager: Browser) -> None:
    case = a_review(database, "notified", circumstances="Agencies disagreed about the <b>risk</b> & the plan.")
    text = manager.get("/search?q=agency+risk").text
    assert f"/reviews/{case.ref}" in text
    assert "<mark>Agencies</mark>" in text and "&lt;b&gt;<mark>risk</mark>&lt;/b&gt;" in text
    assert re.search(r"<title>\s*Search", text), "nothing typed is in the title"
    assert 'value="agency risk"' in text


def test_a_document_is_named_by_number_and_nothing_of_it_is_shown(database: Database, manager: Browser) -> None:
    case = a_review(database, "notified")
    a_document(database, case, "The lighthouse keeper, Zephyrine Quillfeather, was never asked.", "Quillfeather.txt")
    text = manager.get("/search?q=lighthouse").text
    assert "In a document" in text and f"/reviews/{case.ref}/files" in text
    assert "Quillfeather" not in text and "keeper" not in text


def test_the_address_of_a_document_leads_to_it(database: Database, manager: Browser) -> None:
    case = a_review(database, "notified")
    a_document(database, case, "lighthouse", "a.txt")
    assert manager.get(f"/reviews/{case.ref}/files").status_code == 200


@pytest.mark.parametrize("person", ["csp_member", "steering_member", "agency_contact", "communications"])
def test_others_find_nothing(app: Flask, database: Database, person: str) -> None:
    case = a_review(database, "notified", circumstances="lighthouse")
    a_document(database, case, "lighthouse", "a.txt")
    browser = signed_in(app, person)
    for asked in ("lighthouse", case.ref):
        text = browser.get(f"/search?q={asked}").text
        assert "Nothing was found" in text and f"/reviews/{case.ref}" not in text


@pytest.mark.parametrize(
    "asked",
    ["", " ", '"', "*", "<script>alert(1)</script>", "' OR 1=1 --", "🙂", "a" * 10_000, "\x00", "the of"],
)
def test_odd_questions_get_a_page(database: Database, manager: Browser, asked: str) -> None:
    a_review(database, "notified", circumstances="Script of a play.")
    answer = manager.get(f"/search?q={quote(asked)}&page=9")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_no_result_gives_advice(manager: Browser) -> None:
    text = manager.get("/search?q=nothinglikethis").text
    assert "Nothing was found" in text and "Use fewer words" in text and "scanned page" in text


def test_the_box_is_on_every_page_and_keeps_what_was_asked(manager: Browser) -> None:
    assert 'action="/search"' in manager.get("/reviews").text
    assert 'value="Willow 2025"' in manager.get("/search?q=Willow+2025").text


def test_many_results_come_in_pages(database: Database, manager: Browser) -> None:
    for _ in range(23):
        a_review(database, "notified", circumstances="lighthouse", day_by_day=False)
    first, second = manager.get("/search?q=lighthouse").text, manager.get("/search?q=lighthouse&page=2").text
    assert first.count("dardr-found__list") == 20 and second.count("dardr-found__list") == 3
    assert "Showing 1 to 20 of 23" in first and "q=lighthouse&amp;page=2" in first

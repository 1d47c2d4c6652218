"""An agency's return on its own pages: what is known, part by part, sent, signed off, questioned, more time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask

from dardr.lookups.returns import analysis_of, suggestions_of
from dardr.storage.bodies import Body, Partnership
from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.reviews import AgreedDate, RecordBody
from tests import given_files
from tests.builders import Case, a_review
from tests.web.conftest import Browser, signed_in

LINES = ["How risk was understood", "What was shared, and with whom"]
SCOPING = {
    "known": "yes",
    "known_people": ["person_who_died"],
    "first_contact": "2024-03",
    "last_contact": "2026-01",
    "contact_summary": "Three visits about housing.",
    "early_learning": "A note now goes to the duty team.",
    "return_reference": "In the folder",
}


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    """A review with key lines of enquiry, a scoping return of the council, and an IMR asked of it."""
    case = a_review(database, "decision_pending", display_pseudonym="Willow 2025")
    yield case


def _imr(database: Database) -> tuple[Case, str]:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    return case, case.opened("agency-return")[-1]


@pytest.fixture
def imr(database: Database) -> tuple[Case, str]:
    return _imr(database)


def save(browser: Browser, ref: str, part: str, **fields: Any) -> Any:
    return browser.send(f"/returns/{ref}/parts/{part}", **fields)


def fill(browser: Browser, ref: str, case: Case) -> None:
    """Every part that an IMR needs."""
    save(browser, ref, "known", known="yes", known_people="person_who_died")
    save(browser, ref, "author", author_post="Head of safeguarding", author_independent="yes")
    save(browser, ref, "method", methodology="Two systems read")
    save(browser, ref, "involvement", involvement="Three visits")
    for number, _ in enumerate(case.record().facts.get("key_lines") or [], 1):
        save(browser, ref, f"line-{number}", **{f"line_{number}": f"Analysis {number}"})
    save(browser, ref, "learning", lessons="Ask again")


def test_first_look(imr: tuple[Case, str], app: Flask) -> None:
    case, ref = imr
    lane = signed_in(app, "agency_contact")
    page = lane.get(f"/returns/{ref}")
    assert page.status_code == 200, page.text
    assert "Not started yet" in page.text
    for line in case.record().facts.get("key_lines") or []:
        assert line in page.text
    fill(lane, ref, case)
    page = lane.get(f"/returns/{ref}/check")
    assert "Still to be written" not in page.text, page.text
    sent = lane.send(f"/returns/{ref}/check")
    assert sent.status_code == 303, sent.text
    assert case.record(ref).stage == "received_unsigned"
    facts = case.record(ref).facts
    assert list(analysis_of(facts).values()) == [f"Analysis {n}" for n in range(1, len(analysis_of(facts)) + 1)]
    assert "Three visits" in signed_in(app, "case_manager").get(f"/returns/{ref}").text
    for path in (f"/reviews/{case.ref}/agencies", f"/records/{ref}"):
        assert signed_in(app, "case_manager").get(path).status_code == 200

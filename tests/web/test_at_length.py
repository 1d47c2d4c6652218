"""The page of a record stays short; each part has a page at length, which shows no more than its reader may see."""

from __future__ import annotations

from flask import Flask

from dardr.storage.engine import Database
from dardr.web.pages import at_length
from tests import builders
from tests.web.conftest import Browser, signed_in


def test_a_long_record_is_shown_in_short_and_each_part_at_length(manager: Browser, database: Database) -> None:
    case = builders.a_review(database, "evidence")
    for number in range(at_length.SHORT + 2):
        case.act("add_task", {"title": f"Task {number}", "given_to": builders.address("case_manager")})
        case.act("add_note", {"note": f"Note {number} of the tests."})
    page = manager.get(f"/reviews/{case.ref}").text
    tasks = [f'href="/records/{ref}"' for ref in case.opened("task")]
    assert tasks[0] in page and tasks[-1] not in page
    assert f"Note {at_length.SHORT + 1} of the tests" in page and "Note 0 of the tests" not in page
    for address, first, last in (
        ("items", "Task 0", f"Task {at_length.SHORT + 1}"),
        ("lists/notes", "Note 0 of the tests", f"Note {at_length.SHORT + 1} of the tests"),
    ):
        assert f"/records/{case.ref}/{address}" in page, f"the page does not lead to {address}"
        whole = manager.get(f"/records/{case.ref}/{address}").text
        assert first in whole and last in whole
    assert "overview report" in manager.get(f"/records/{case.ref}/dates").text.lower()
    assert manager.get(f"/records/{case.ref}/lists/nothing").status_code == 404


def test_an_item_that_has_ended_gives_way_to_one_that_is_open(manager: Browser, database: Database) -> None:
    case = builders.a_review(database, "evidence")
    for number in range(at_length.SHORT + 1):
        case.act("add_task", {"title": f"Task {number}", "given_to": builders.address("case_manager")})
    case.act("finish_task", {}, ref=case.opened("task")[0])
    page = manager.get(f"/reviews/{case.ref}").text
    assert "Task 0" not in page and f"Task {at_length.SHORT}" in page
    assert f"1 of {at_length.SHORT + 1} ended" in page


def test_a_list_at_length_keeps_from_each_what_is_kept_from_them(app: Flask, database: Database) -> None:
    case = builders.a_review(database, "evidence")
    case.act(
        "record_family_contact",
        {"with_whom": "family", "contact_kind": "call", "contact_notes": "What they said.", "people_met": "1"},
    )
    path = f"/records/{case.ref}/lists/family_contacts"
    assert "What they said." in signed_in(app, "case_manager").get(path).text
    page = signed_in(app, "deciding_chair").get(path)
    assert page.status_code == 200 and "What they said." not in page.text

"""Markup, formulas and template code in every text field of every process: shown as typed, run by nothing."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import workflows
from dardr.casework import drafts
from dardr.casework.act import record_event
from dardr.casework.files import FileGiven
from dardr.casework.search_index import read_documents
from dardr.errors import Conflict, Invalid
from dardr.lookups import choices
from dardr.storage.bodies import Body, BodyContact, Csp
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import SavedView, User
from dardr.storage.reviews import Record
from tests.builders import a_review, actor, address, at_ten, grant, open_a
from tests.web.conftest import Browser, application, dated, prepared, signed_in
from tests.web.test_doing import NOTIFICATION
from tests.web.test_identities import crawl
from workflows import answers
from workflows.definition import Action, Field, FieldType, Process, Role

NASTY = '=HYPERLINK("http://x.example")<script>alert(1)</script>{{7777*7}}{% if %}"><img src=x onerror=1>\'-@SUM(1)'
NASTY_END = "@SUM(1)"
RAW = ("<script>alert(1)", "<img src=x", "54439", 'href="http://x.example"')
DAY = date(2026, 7, 30)
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def raw_in(text: str) -> list[str]:
    return [raw for raw in RAW if raw in text]


# --- every text field of every action ---------------------------------------------------------------------


def given(field: Field, offered: dict[str, Any]) -> Any:
    """An answer of the right kind to any question; to a question that takes words, the words above."""
    options = offered.get(field.name) or field.choices
    match field.type:
        case FieldType.TEXT:
            return [NASTY] if field.many else NASTY
        case FieldType.CHOICE:
            return options[0].value if options else None
        case FieldType.CHOICES:
            return [options[0].value] if options else None
        case FieldType.DATE | FieldType.PARTIAL_DATE:
            return "2027-03-12" if field.name == "new_date" else DAY.isoformat()
        case FieldType.DATETIME:
            return f"{DAY.isoformat()}T10:00"
        case FieldType.EMAIL:
            return "somebody@mereshire.example"
        case FieldType.FILE:
            return FileGiven('"><img src=x onerror=1>.txt', NASTY.encode(), "text/html")
        case FieldType.BOOLEAN:
            return "yes"
        case _:
            return "3"


def plant(session: Session, ref: str, action: Action) -> set[str]:
    """Record one action with words in every question that takes them, whether or not it is its turn."""
    who = actor(session, "operator")
    record = session.scalars(sa.select(Record).where(Record.ref == ref)).one()
    process = workflows.get(record.process)
    if record.stage not in action.source:
        record.stage = action.source[0]
    offered = choices.resolve(session, who, process, action, record, DAY)
    asked = [f for f in action.fields if not f.filled]
    typed, _ = answers.read(asked, {f.name: v for f in asked if (v := given(f, offered)) is not None}, offered)
    record_event(session, who, at_ten(DAY), record, process, action, typed, DAY)
    return {name for name, value in typed.items() if value in (NASTY, [NASTY])}


def texts(process: Process) -> set[tuple[str, str]]:
    return {
        (action.key, field.name)
        for action in process.actions
        for field in action.fields
        if field.type is FieldType.TEXT and not field.filled
    }


@pytest.fixture
def planted(sqlite_url: str) -> tuple[Database, str, dict[str, set[tuple[str, str]]]]:
    """A review and what serves it, every step of each recorded with the words; what was left out, by process."""
    database = prepared(sqlite_url)
    opening: dict[str, Any] = {
        f.name: NASTY
        for f in workflows.newest("dardr-s9").opening.fields
        if f.type is FieldType.TEXT and not f.filled and f.name not in ("notified_time", "same_incident")
    }
    case = a_review(database, "evidence", **opening)
    refs = {"dardr-s9": case.ref}
    case.act("request_returns", {"bodies": ["northmere-council"], "kind": "imr"})
    case.act("add_action", {
        "action_text": NASTY, "lead_body": "northmere-council", "plan_source": "early_learning", "scope": "local",
    })  # fmt: skip
    case.act("add_task", {"title": NASTY, "given_to": address("case_manager"), "due_on": "2026-12-10"})
    for key in ("agency-return", "action", "task"):
        refs[key] = case.opened(key)[0]
    report = open_a(database, "section8-report", {
        "title": NASTY, "report_published_on": "2026-02-02", "report_url": "https://reports.example/1",
    }, on=date(2026, 3, 2))  # fmt: skip
    report.act("add_recommendation", {"number": "1", "text": NASTY})
    report.act("name_body", {
        "bodies": ["mereshire-nhs"], "recommendations_addressed": ["1"],
    })  # fmt: skip
    refs |= {"section8-report": report.ref, "commissioner-reply": report.opened("commissioner-reply")[0]}
    left: dict[str, set[tuple[str, str]]] = {}
    for key, ref in refs.items():
        process = workflows.newest(key)
        left[key] = texts(process)
        for action in process.actions:
            try:
                with database.write() as session:
                    left[key] -= {(action.key, name) for name in plant(session, ref, action)}
            except (Conflict, Invalid):
                continue  # what it left out is counted
    for key in OPENED_ON_THE_WAY:
        (first, *_) = case.opened(key)
        for action in workflows.newest(key).actions:
            try:
                with database.write() as session:
                    plant(session, first, action)
            except (Conflict, Invalid):
                continue
    with database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
        grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
        grant(session, "communications", Role.COMMUNICATIONS, case.ref)
    read_documents(database, at_ten(DAY))
    return database, case.ref, left


OPENED_ON_THE_WAY = (
    "panel-seat",
    "meeting",
    "proceeding",
    "held-back",
    "disclosure",
    "comment-round",
    "comment-request",
    "publication-notice",
    "document",
)
"""What the steps of a review open, with the words in it: every step of the first of each is recorded too."""
LEFT_OUT = 6
"""Text fields of steps that refuse, whatever else was done, and of fields that are no free words (a number, a time)."""


def cells_of(answer: Any) -> list[str]:
    """What a spreadsheet would run, of a CSV or an Excel file."""
    if answer.content_type.startswith("text/csv"):
        rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
        return [cell for row in rows for cell in row if cell.startswith(BEGINS_A_FORMULA)]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def wrong_in(answer: Any) -> list[str]:
    """What of the words runs, or could, in a page or a file of any kind."""
    kind = answer.content_type
    if "csv" in kind or "spreadsheetml" in kind:
        return cells_of(answer)
    if "wordprocessingml" in kind or "presentationml" in kind:
        with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
            return [raw for name in parts.namelist() if name.endswith((".xml", ".rels"))
                    for raw in raw_in(parts.read(name).decode("utf-8", "replace"))]  # fmt: skip
    return raw_in(answer.get_data(as_text=True)) if kind.startswith("text/html") else []


def test_words_of_every_kind_are_shown_as_typed_and_run_by_nothing(planted: Any, tmp_path: Path) -> None:
    database, ref, left = planted
    assert sum(map(len, left.values())) <= LEFT_OUT, left
    app = application(database, tmp_path)
    wrong: dict[tuple[str, str], list[str]] = {}
    looked_at = shown = 0
    for person in (
        "case_manager",
        "independent_chair",
        "police_liaison",
        "communications",
        "agency_contact",
    ):
        browser = signed_in(app, person)
        start = ["/", f"/reviews/{ref}", f"/reviews/{ref}/timeline?print=yes", f"/reviews/{ref}/people", "/reviews.csv"]
        for path, answer in crawl(browser, [*start, "/search?q=script", "/search?q=%3Cscript%3E"]):
            looked_at += 1
            assert answer.status_code in (200, 403, 404, 409), (person, path, answer.status_code)
            shown += b"&lt;script&gt;alert(1)" in answer.data
            if found := wrong_in(answer):
                wrong[person, path] = found
    assert not wrong
    assert looked_at > 200 and shown > 50
    with database.read() as session:
        mails = session.execute(sa.select(OutboxMessage.subject, OutboxMessage.html)).all()
    assert mails and not [found for _, html in mails if (found := raw_in(html or ""))]
    assert not [subject for subject, _ in mails if "script" in subject or "HYPERLINK" in subject]
    database.close()


def test_a_file_is_given_out_as_bytes_to_save_whatever_it_says_it_is(manager: Browser, database: Database) -> None:
    case = a_review(database, "evidence")
    case.act("request_returns", {"bodies": ["northmere-council"], "kind": "imr"})
    item = case.opened("agency-return")[0]
    page = FileGiven('"><img src=x>\r\nX-Bad: 1.txt', NASTY.encode(), "text/html")
    case.act("receive_return", {"known": "yes", "return_reference": NASTY, "return_file": page}, ref=item)
    answer = manager.get(f"/records/{item}/files/1")
    assert answer.content_type == "application/octet-stream" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{item}-file-1-OFFICIAL-SENSITIVE.txt"'
    assert "X-Bad" not in answer.headers


# --- forms of our own -------------------------------------------------------------------------------------

FORMS: dict[str, dict[str, Any]] = {
    "/administration/partnership/name": {"name": NASTY},
    "/administration/csps/add": {"name": NASTY, "areas": NASTY},
    "/administration/bodies/add": {"name": NASTY, "kind": "other", "section9": "no", "specified_as": "none"},
    "/administration/bodies/mereshire-nhs/contacts/add": {
        "kind": "contact", "email": "desk@nhs.example", "name": NASTY,
    },
    "/administration/people/add": {
        "name": NASTY, "email": "new@mereshire.example", "role": "auditor", "invite": "no",
    },
    "/administration/questions/add/scoping": {
        "label": NASTY[:190], "help": NASTY, "type": "one_of", "required": "no", "choices": f"{NASTY}\nTwo",
    },
}  # fmt: skip


def test_words_in_administration_are_shown_as_typed(app: Flask) -> None:
    """All of them together, each with a word of its own, and then every page that leads from there."""
    admin = signed_in(app, "administrator")
    start, said = ["/administration"], []
    for number, (path, fields) in enumerate(FORMS.items()):
        own = {name: words.replace(NASTY_END, f"@SUM({number})") for name, words in fields.items()}
        answer = admin.send(path, **own)
        assert answer.status_code in (302, 303, 422), (path, answer.status_code)
        assert not raw_in(answer.text), path
        start += [path, answer.headers.get("Location", path)]
        said.append(answer.text)
    for _, page in crawl(admin, start):
        assert not wrong_in(page), page.request.path
        said.append(page.get_data(as_text=True))
    shown = [text for text in said if "&lt;script&gt;alert(1)" in text]
    for number, path in enumerate(FORMS):
        assert any(f"@SUM({number})" in text for text in shown), path


def test_words_in_a_notification_and_the_name_of_a_view(manager: Browser, database: Database) -> None:
    begun = manager.send("/notify/begin", manager.get("/notify")).headers["Location"]
    at = "/notify/" + re.findall(r"/notify/(\d+)", begun)[0]
    manager.send(f"{at}/questions/name", person_name=NASTY, other_names=NASTY, display_pseudonym=NASTY)
    manager.send("/reviews/views", manager.get("/reviews/views?late=yes"), query="late=yes", name=NASTY[:60])
    shown = 0
    for path in (at, f"{at}/questions/name", f"{at}/check", "/reviews", "/reviews/views", "/", "/me"):
        page = manager.get(path)
        assert not raw_in(page.text), path
        shown += "&lt;script&gt;" in page.text
    assert shown >= 2


# --- sent twice -------------------------------------------------------------------------------------------


def how_many(database: Database, table: type[Any]) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


SENT_TWICE: dict[str, tuple[str, str, type[Any], dict[str, Any]]] = {
    "a person": (
        "administrator", "/administration/people/add", User,
        {"name": "Twice", "email": "twice@mereshire.example", "role": "auditor", "invite": "no"},
    ),
    "a local partnership": ("administrator", "/administration/csps/add", Csp, {"name": "Twice", "areas": "Here"}),
    "a body": (
        "administrator", "/administration/bodies/add", Body,
        {"name": "Twice", "kind": "other", "section9": "no", "specified_as": "none"},
    ),
    "a contact": (
        "administrator", "/administration/bodies/mereshire-nhs/contacts/add", BodyContact,
        {"kind": "contact", "email": "twice@nhs.example", "name": "Twice"},
    ),
    "a view": ("case_manager", "/reviews/views", SavedView, {"query": "late=yes", "name": "Twice"}),
}  # fmt: skip


@pytest.mark.parametrize("what", SENT_TWICE)
def test_a_form_sent_twice_makes_one(app: Flask, database: Database, what: str) -> None:
    person, path, table, fields = SENT_TWICE[what]
    browser = signed_in(app, person)
    form, before = browser.get(path), how_many(database, table)
    assert browser.send(path, form, **fields).status_code in (302, 303)
    again = browser.send(path, form, **fields)
    assert again.status_code in (302, 303, 409, 422)
    assert how_many(database, table) == before + 1


def test_a_task_asked_for_twice_is_one(manager: Browser, database: Database) -> None:
    case = a_review(database, "evidence")
    path = f"/records/{case.ref}/do/add_task"
    form = manager.get(path)
    fields = {"title": "Book a room", "given_to": address("case_manager"), **dated("due_on", "2026-12-10")}
    assert manager.send(path, form, **dated("_on", "2026-08-03"), **fields).status_code == 303
    assert manager.send(path, form, **dated("_on", "2026-08-03"), **fields).status_code == 409
    assert len(case.opened("task")) == 1


@pytest.mark.parametrize("key", ["dardr-s9", "section8-report", "task"])
def test_a_page_that_opens_something_sent_twice_opens_one(manager: Browser, database: Database, key: str) -> None:
    fields: dict[str, Any] = {
        "dardr-s9": NOTIFICATION,
        "section8-report": {
            "title": "A report", **dated("report_published_on", "2026-02-02"),
            "report_url": "https://reports.example/1",
        },
        "task": {"title": "Book a room", "given_to": address("case_manager"), **dated("asked_on", "2026-08-03")},
    }[key]  # fmt: skip
    form = manager.get(f"/open/{key}")
    first, again = (manager.send(f"/open/{key}", form, **fields) for _ in range(2))
    assert first.status_code == again.status_code == 303, first.text
    assert first.headers["Location"] == again.headers["Location"]
    assert "It was not recorded a second time." in manager.get(again.headers["Location"]).text
    assert how_many(database, Record) == 1
    manager.send(f"/open/{key}", **fields)
    assert how_many(database, Record) == 2, "a new page opens another"


def test_the_same_page_from_two_tabs_at_one_moment_opens_one(
    manager: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = manager.get("/open/dardr-s9")
    first = manager.send("/open/dardr-s9", form, **NOTIFICATION)
    real, answers = drafts.became, iter([None])
    monkeypatch.setattr(drafts, "became", lambda *given: _late(answers, real, given))
    again = manager.send("/open/dardr-s9", form, **NOTIFICATION)
    assert again.headers["Location"] == first.headers["Location"]
    assert how_many(database, Record) == 1


def _late(answers: Any, real: Any, given: tuple[Any, ...]) -> Any:
    """Nothing the first time it is asked, as for the one of two that read before the other wrote."""
    for answer in answers:
        return answer
    return real(*given)


@pytest.mark.parametrize("path", ["/post/written/99999999999999999999", "/reviews/%00", "/people/2147483648/names"])
def test_an_address_that_no_row_can_have_is_an_address_of_nothing(
    either_database: Database, tmp_path: Path, path: str
) -> None:
    answer = signed_in(application(either_database, tmp_path), "case_manager").get(path)
    assert answer.status_code == 404

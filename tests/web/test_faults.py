"""When something goes wrong: a kind page with the right status, nothing half done, nothing of a case in the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from structlog.testing import capture_logs

from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.storage.reviews import Record
from dardr.web import transaction
from dardr.web.pages import doing, watching
from tests.builders import a_review
from tests.web.conftest import Browser, application, dated, signed_in
from tests.web.test_doing import NOTIFICATION, TODAY

SECRET = "Quintessa Unlikely"


def failing(error: Exception, after: Callable[..., Any] | None = None) -> Callable[..., Any]:
    def fail(*arguments: Any, **more: Any) -> Any:
        if after is not None:
            after(*arguments, **more)
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (RuntimeError(SECRET), 500, "Nothing was changed."),
        (OperationalError("", {}, Exception("database or disk is full")), 503, "its disk is full"),
        (OperationalError("", {}, Exception("database is locked")), 503, "did not answer in time"),
    ],
)
def test_a_fault_leaves_nothing_and_tells_nothing(
    manager: Browser, database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, says: str
) -> None:
    page = manager.get("/open/dardr-s9")
    monkeypatch.setattr(doing, "open_record", failing(error, doing.open_record))
    with capture_logs() as logged:
        answer = manager.send("/open/dardr-s9", page, **NOTIFICATION, person_name=SECRET)
    assert answer.status_code == status
    assert says in answer.text
    assert SECRET not in answer.text and "Traceback" not in answer.text
    assert logged and SECRET not in repr(logged)
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 0


def test_a_commit_that_fails_is_not_called_done(
    manager: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_review(database, "notified")
    path = f"/records/{case.ref}/do/accept_notification"
    page = manager.get(path)
    monkeypatch.setattr(doing, "commit", failing(StaleDataError()))
    answer = manager.send(path, page, **dated("_on", TODAY), area_confirmed="yes")
    assert answer.status_code == 409
    assert "Somebody changed this while you had the page open" in answer.text
    assert case.stage == "notified"


def test_a_commit_that_fails_just_before_the_answer_is_a_refusal_too(
    manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once = iter([True])

    def commit() -> None:
        if next(failing_once, False):
            raise StaleDataError

    monkeypatch.setattr(transaction, "commit", commit)
    answer = manager.get("/reviews")
    assert answer.status_code == 409
    assert "Somebody else changed this at the same time" in answer.text


def test_a_page_that_only_reads_cannot_write(
    either_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GET runs in a reading transaction: another writer is not held up, and PostgreSQL refuses to write in it."""
    browser = signed_in(application(either_database, tmp_path), "case_manager")
    with either_database.write() as writer:
        writer.execute(sa.update(User).where(User.name == "Casey Example").values(name="Not committed"))
        page = browser.get("/reviews")
        assert page.status_code == 200
        assert "Not committed" not in page.text
    if either_database.url.startswith("postgresql"):
        monkeypatch.setattr(watching, "version", lambda _name: transaction.session().execute(sa.delete(Record)) and "")
        with capture_logs():
            assert browser.get("/health").status_code in (500, 503)


@pytest.mark.parametrize("path", ["/nowhere", "/reviews/DARDR-1999-001", "/records/x/do/y", "/process/zzz"])
def test_what_is_not_there_is_said_kindly(manager: Browser, path: str) -> None:
    answer = manager.get(path)
    assert answer.status_code == 404
    assert "Go to the first page" in answer.text


def count_queries(app: Flask, database: Database, path: str) -> int:
    browser = signed_in(app, "case_manager")
    browser.get(path)
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_list_takes_as_many_queries_for_ten_reviews_as_for_one(app: Flask, database: Database) -> None:
    a_review(database, "decision_pending")
    paths = ("/reviews", "/deadlines", "/actions")
    few = {path: count_queries(app, database, path) for path in paths}
    for _ in range(9):
        a_review(database, "decision_pending")
    assert {path: count_queries(app, database, path) for path in paths} == few
    assert few["/deadlines"] <= 15 and few["/actions"] <= 15
    assert few["/reviews"] <= 25, "it also says of each review what it waits for, and offers every filter"


def test_a_review_takes_as_many_queries_with_many_items_as_with_one(app: Flask, database: Database) -> None:
    one, many = a_review(database, "decision_pending"), a_review(database, "decision_pending")
    one.act("request_information", {"bodies": ["northmere-council"]})
    bodies = ["northmere-council", "mereshire-nhs", "mereshire-police", "mereshire-fire", "mereshire-housing"]
    many.act("request_information", {"bodies": bodies})
    for page in ("", "/timeline", "/documents"):
        few = count_queries(app, database, f"/reviews/{one.ref}{page}")
        assert count_queries(app, database, f"/reviews/{many.ref}{page}") == few
        assert few <= 45

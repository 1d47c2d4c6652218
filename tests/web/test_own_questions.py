"""The partnership's own questions in the browser: added, tried, changed, moved, retired, asked and shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dardr.storage.engine import Database
from tests.builders import a_review
from tests.web.conftest import Browser, dated, signed_in

ALL = "/administration/questions"


@pytest.fixture
def administrator(app: Flask) -> Browser:
    return signed_in(app, "administrator")


def add(browser: Browser, place: str, label: str, **more: Any) -> TestResponse:
    return browser.send(
        f"{ALL}/add/{place}", None, **{"label": label, "type": "text", "required": "no", "choices": "", **more}
    )


def test_a_question_is_added_tried_and_asked(database: Database, administrator: Browser, manager: Browser) -> None:
    page = administrator.get(ALL)
    assert page.status_code == 200 and page.text.count("None yet.") == 4
    tried = add(administrator, "feedback", "Would you <b>", type="one_of", choices="Yes & no\nNever", look="yes")
    assert tried.status_code == 200 and "This is how it is asked" in tried.text
    assert "Would you &lt;b&gt;" in tried.text and "Yes &amp; no" in tried.text and "Asked, not known" in tried.text
    assert administrator.get(ALL).text.count("None yet.") == 4, "a preview saves nothing"
    saved = add(administrator, "feedback", "Would you <b>", type="one_of", choices="Yes & no\nNever", required="yes")
    assert saved.status_code == 303 and saved.headers["Location"] == ALL
    assert "The question is added" in administrator.get(ALL).text

    case = a_review(database, "concluded")
    path = f"/records/{case.ref}/do/record_feedback"
    form = manager.get(path)
    assert "Would you &lt;b&gt;" in form.text and 'name="own_would_you_b_v1"' in form.text
    day = dated("_on", "2026-08-03")
    missing = manager.send(path, form, feedback_from="panel", **day)
    assert missing.status_code == 422 and "this is needed" in missing.text.lower()
    done = manager.send(path, form, feedback_from="panel", own_would_you_b_v1="never", **day)
    assert done.status_code == 303
    for where in (f"/reviews/{case.ref}", f"/reviews/{case.ref}/timeline"):
        shown = " ".join(manager.get(where).text.split())
        assert re.search(r"Would you &lt;b&gt;</dt>\s*<dd[^>]*>Never", shown), where


def test_an_answer_keeps_its_words_when_the_question_changes(
    database: Database, administrator: Browser, manager: Browser
) -> None:
    add(administrator, "notification", "Were there pets?", type="yes_no")
    case = a_review(database, "notified", own_were_there_pets_v1="yes")
    page = administrator.get(f"{ALL}/were_there_pets")
    assert 'value="Were there pets?"' in page.text and "Saving makes version 2" in page.text
    changed = administrator.send(
        f"{ALL}/were_there_pets", page, label="Which animals?", type="text", required="no", choices=""
    )
    assert changed.status_code == 303
    assert "How it was asked before" in administrator.get(f"{ALL}/were_there_pets").text
    text = " ".join(manager.get(f"/reviews/{case.ref}").text.split())
    assert re.search(r"Were there pets\?</dt>\s*<dd[^>]*>Yes", text)
    same = administrator.send(
        f"{ALL}/were_there_pets", page, label="Which animals?", type="text", required="no", choices=""
    )
    assert same.status_code == 303 and "Nothing was changed." in administrator.get(ALL).text


def test_a_page_opened_before_a_question_changed_loses_nothing(
    database: Database, administrator: Browser, manager: Browser
) -> None:
    add(administrator, "feedback", "What helped?")
    case = a_review(database, "concluded")
    path = f"/records/{case.ref}/do/record_feedback"
    form = manager.get(path)
    administrator.send(f"{ALL}/what_helped/retire", administrator.get(ALL))
    sent = {"feedback_from": "panel", **dated("_on", "2026-08-03")}
    answer = manager.send(path, form, own_what_helped_v1="The <i>family</i> advocate", **sent)
    assert answer.status_code == 422
    assert "“What helped?” is not asked in these words any more" in answer.text
    assert "You had answered: The &lt;i&gt;family&lt;/i&gt; advocate" in answer.text
    assert "feedback" not in case.record().facts
    assert manager.send(path, answer, **sent).status_code == 303


def test_questions_are_moved_retired_and_put_back(administrator: Browser) -> None:
    for label in ("First one", "Second one"):
        add(administrator, "scoping", label)

    def order() -> list[str]:
        return re.findall(r'questions/(\w+)">', administrator.get(ALL).text)

    def press(key: str, what: str) -> None:
        assert administrator.send(f"{ALL}/{key}/{what}", administrator.get(ALL)).status_code == 303

    assert order() == ["first_one", "second_one"]
    press("second_one", "up")
    assert order() == ["second_one", "first_one"]
    press("second_one", "down")
    press("first_one", "retire")
    assert order() == ["second_one"]
    assert "Not asked any more (1)" in administrator.get(ALL).text
    press("first_one", "put-back")
    assert order() == ["second_one", "first_one"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": ""}, "this is needed"),
        ({"type": "one_of"}, "Give at least two answers"),
        ({"label": "x" * 300}, "at most 200 characters"),
        ({"choices": "a\nb"}, "belong to a choice"),
        ({"type": "nonsense"}, "is not one of the choices"),
    ],
)
def test_a_question_with_something_wrong_is_sent_back_as_typed(
    administrator: Browser, fields: dict[str, str], said: str
) -> None:
    answer = add(administrator, "scoping", **{"label": "Kept as typed", "help": "Kept <help>", **fields})
    assert answer.status_code == 422
    assert said in answer.text and "Kept &lt;help&gt;" in answer.text
    assert administrator.get(ALL).text.count("None yet.") == 4


def test_the_notification_asks_them_on_a_page_of_their_own(administrator: Browser, manager: Browser) -> None:
    started = manager.send("/notify/begin", manager.get("/notify"))
    before = manager.get(started.headers["Location"])
    assert "More questions of this partnership" not in manager.get(before.request.path).text
    add(administrator, "notification", "Were there pets?", type="yes_no")
    number = re.search(r"/notify/(\d+)", started.headers["Location"])
    assert number
    tasks = manager.get(f"/notify/{number[1]}")
    assert "More questions of this partnership" in tasks.text
    page = manager.get(f"/notify/{number[1]}/questions/own")
    assert page.status_code == 200 and "Were there pets?" in page.text


@pytest.mark.parametrize("person", ["case_manager", "team_manager", "auditor"])
def test_only_an_administrator_comes_here(app: Flask, person: str) -> None:
    browser = signed_in(app, person)
    for path in (ALL, f"{ALL}/add/scoping", f"{ALL}/anything"):
        assert browser.get(path).status_code == 403


def test_what_is_not_there(administrator: Browser) -> None:
    assert administrator.get(f"{ALL}/nothing").status_code == 404
    assert administrator.get(f"{ALL}/add/nowhere").status_code == 404
    assert administrator.send(f"{ALL}/nothing/retire", administrator.get(f"{ALL}/add/scoping")).status_code == 404

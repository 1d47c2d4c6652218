"""Filing e-mails and noting calls in the browser: several at once, every wrong one named by its place, none lost."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.reading import ReadEvent
from tests.builders import Case, a_review
from tests.mails import SENT, eml
from tests.outlook_files import outlook
from tests.web.conftest import Browser, dated, signed_in, token


@pytest.fixture
def case(database: Database, app: Flask) -> Case:
    """A review in the middle of its evidence, looked at on the third of August."""
    case = a_review(database, "evidence")
    case.today = date(2026, 8, 3)
    return case


def drop(browser: Browser, ref: str, *contents: bytes, **fields: Any) -> TestResponse:
    """Drop files on a review, all at once."""
    files = [(io.BytesIO(raw), f"Zephyrine {n}.eml") for n, raw in enumerate(contents, 1)]
    return browser.send(f"/reviews/{ref}/file-messages", None, messages=files, **fields)


def test_several_dropped_at_once_each_become_an_entry_on_their_own_day(case: Case, manager: Browser) -> None:
    other = outlook(
        subject="Zephyrine", body="x", sender=("Coroner's officer", "o@coroner.example"), message_id="<9@c>",
        sent=SENT - timedelta(days=3), attachments=[("Zephyrine.pdf", b"%PDF")],
    )  # fmt: skip
    answer = drop(manager, case.ref, eml(), other)
    assert answer.status_code == 303
    page = manager.get(answer.headers["Location"])
    assert "2 e-mails are filed." in page.text and "Filed just now" in page.text
    assert "E-mail from Mereshire Police, sent 14 July 2026 at 14:05" in page.text
    assert "E-mail received, sent 11 July 2026 at 14:05, 1 attachment" in page.text
    assert [event.occurred_on for event, _ in case.events()[-2:]] == [date(2026, 7, 14), date(2026, 7, 11)]
    assert "Zephyrine" not in page.text
    assert "Zephyrine" not in answer.headers["Location"]


def test_each_wrong_file_is_named_by_its_place_and_the_others_go_in(case: Case, manager: Browser) -> None:
    answer = drop(
        manager, case.ref, b"PK\x03\x04zip", eml(), b"", eml(), outlook(kind="IPM.Note.SMIME", subject="x"),
        eml(sent=None, message_id="<undated@x>"),
    )  # fmt: skip
    assert answer.status_code == 200
    said = re.findall(r"<li>File (\d) of 6: ([^<]+)</li>", answer.text)
    assert [(n, why.split(".")[0]) for n, why in said] == [
        ("1", "it is not an e-mail"),
        ("3", "it is empty"),
        ("4", f"this e-mail is on {case.ref} already: filed on 3 August 2026 as entry {case.record().last_seq}"),
        ("5", "it is encrypted"),
        ("6", "it has no date that can be used"),
    ]
    assert "5 of 6 files were not filed" in answer.text and "The others are filed" in answer.text
    assert "Zephyrine" not in answer.text
    assert len(case.record().facts["correspondence"]) == 1


def test_a_large_one_is_refused_and_the_one_beside_it_goes_in(case: Case, manager: Browser) -> None:
    large = b"From: a@x.example\nTo: b@x.example\n\n" + b"x" * (60 * 1024 * 1024)
    path = f"/reviews/{case.ref}/file-messages"
    parts = [b'name="csrf_token"\r\n\r\n' + token(manager.get(path)).encode()]
    parts += [b'name="messages"; filename="Zephyrine.eml"\r\n\r\n' + raw for raw in (large, eml())]
    body = b"".join(b"--line\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--line--\r\n"
    answer = manager.client.post(path, data=body, content_type="multipart/form-data; boundary=line")
    assert answer.status_code == 200
    assert "File 1 of 2: it is larger than 50 MB." in answer.text
    assert len(case.record().facts["correspondence"]) == 1


def test_an_email_without_a_date_is_filed_on_the_day_given(case: Case, manager: Browser) -> None:
    raw = eml(sent=None)
    refused = drop(manager, case.ref, raw)
    assert refused.status_code == 422 and "Give its date below" in refused.text
    assert "1 of 1 file was not filed" in refused.text
    assert drop(manager, case.ref, raw, **dated("undated", "2026-07-30")).status_code == 303
    event, _ = case.events()[-1]
    assert event.occurred_on == date(2026, 7, 30)


@pytest.mark.parametrize(
    ("day", "said"),
    [("2026-02-31", "Date of e-mails without one"), ("2027-01-01", "give a day that is not after today")],
)
def test_a_day_that_cannot_be_is_refused_and_kept(case: Case, manager: Browser, day: str, said: str) -> None:
    answer = drop(manager, case.ref, eml(sent=None), **dated("undated", day))
    assert answer.status_code == 422 and said in answer.text
    assert f'value="{day[:4]}"' in answer.text
    assert "correspondence" not in case.record().facts


def test_nothing_chosen(case: Case, manager: Browser) -> None:
    answer = manager.send(f"/reviews/{case.ref}/file-messages", None, messages=(io.BytesIO(b""), ""))
    assert answer.status_code == 422 and "Choose at least one e-mail" in answer.text
    assert "<title>Error:" in " ".join(answer.text.split()).replace("<title> ", "<title>")


def test_sending_the_page_twice_files_once(case: Case, manager: Browser) -> None:
    assert drop(manager, case.ref, eml()).status_code == 303
    again = drop(manager, case.ref, eml())
    assert again.status_code == 422 and "already: filed on" in again.text
    assert len(case.record().facts["correspondence"]) == 1


def test_what_was_worked_out_is_changed_in_one_go(case: Case, manager: Browser) -> None:
    page = manager.get(drop(manager, case.ref, eml()).headers["Location"])
    entry = case.record().last_seq
    assert '<option value="mereshire-police" selected>' in page.text
    answer = manager.send(
        f"/records/{case.ref}/messages/{entry}", page, direction="sent", body="", with_whom="coroner",
        about="The date of the inquest <b>",
    )  # fmt: skip
    assert answer.status_code == 303
    assert (
        "E-mail to the coroner, sent 14 July 2026 at 14:05. The date of the inquest &lt;b&gt;"
        in manager.get(answer.headers["Location"]).text
    )
    assert "E-mail to the coroner" in manager.get(f"/reviews/{case.ref}/timeline").text
    wrong = manager.send(f"/records/{case.ref}/messages/1", page, direction="sent")
    assert wrong.status_code == 422 and "filed no e-mail" in wrong.text


def test_an_email_is_read_by_those_who_may_and_that_is_logged(
    case: Case, manager: Browser, app: Flask, database: Database
) -> None:
    html = "<p>Hello <b>Zephyrine</b></p><script>alert(1)</script><img src=http://x.example/t.gif>"
    drop(manager, case.ref, eml(subject="<i>Zephyrine</i>", body="", html=html, attachments=[("A Z.pdf", b"%PDF")]))
    entry = case.record().last_seq
    page = manager.get(f"/records/{case.ref}/messages/{entry}")
    assert page.status_code == 200
    assert "&lt;i&gt;Zephyrine&lt;/i&gt;" in page.text and "Hello Zephyrine" in page.text
    assert "alert(1)" not in page.text and "t.gif" not in page.text
    assert "d.example@mereshire-police.example" in page.text and "A Z.pdf" in page.text
    assert "Zephyrine" not in page.text.split("</title>")[0]
    auditor = signed_in(app, "auditor")
    assert auditor.get(f"/records/{case.ref}/messages/{entry}").status_code == 403
    assert f"/messages/{entry}" not in auditor.get(f"/reviews/{case.ref}/timeline").text
    assert f"/messages/{entry}" in manager.get(f"/reviews/{case.ref}/timeline").text
    assert manager.get(f"/records/{case.ref}/messages/1").status_code == 404
    with database.read() as session:
        logged = session.scalars(sa.select(ReadEvent).where(ReadEvent.what == "message")).all()
    assert [(one.user_name, one.detail) for one in logged] == [("Alex Example", f"entry {entry}")]


def test_an_email_is_filed_on_a_return_of_its_own(case: Case, manager: Browser) -> None:
    case.act("request_returns", {"bodies": ["mereshire-nhs"], "kind": "imr"})
    (ref,) = case.opened("agency-return")
    answer = manager.send(f"/records/{ref}/file-messages", None, messages=[(io.BytesIO(eml()), "a.eml")])
    assert answer.status_code == 303 and answer.headers["Location"].startswith(f"/records/{ref}/file-messages?new=")
    assert "Mereshire Police" in manager.get(f"/reviews/{case.ref}/timeline").text
    assert manager.get(f"/records/{case.ref}/file-messages").headers["Location"].startswith("/reviews/")


@pytest.mark.parametrize(("person", "status"), [("auditor", 403), ("deciding_chair", 403), ("agency_contact", 404)])
def test_others_file_nothing(case: Case, manager: Browser, app: Flask, person: str, status: int) -> None:
    browser = signed_in(app, person)
    path = f"/reviews/{case.ref}/file-messages"
    assert browser.get(path).status_code == status
    sent = browser.send(path, manager.get(path), messages=[(io.BytesIO(eml()), "a.eml")])
    assert sent.status_code in (400, status)
    assert "File e-mails" not in browser.get(f"/reviews/{case.ref}").text
    assert "correspondence" not in case.record().facts


def test_a_step_that_has_a_page_of_its_own_leads_there(case: Case, manager: Browser) -> None:
    for key, path in (("file_correspondence", "file-messages"), ("note_call", "note-call")):
        answer = manager.get(f"/records/{case.ref}/do/{key}")
        assert answer.status_code == 302 and answer.headers["Location"] == f"/records/{case.ref}/{path}"


# --- calls ------------------------------------------------------------------------------------------------


def test_a_call_is_noted_from_the_page_of_the_review_in_one_go(case: Case, manager: Browser) -> None:
    page = manager.get(f"/reviews/{case.ref}")
    assert "Note a telephone call" in page.text
    answer = manager.send(
        f"/records/{case.ref}/note-call", page, note="The inquest is listed.", caller="received:coroner"
    )
    assert answer.status_code == 303 and answer.headers["Location"] == f"/reviews/{case.ref}"
    assert "Recorded: Note a telephone call." in manager.get(f"/reviews/{case.ref}").text
    (call,) = case.record().facts["calls"]
    assert (call["with_whom"], call["call_direction"], call["note"], call["on"]) == (
        "coroner", "received", "The inquest is listed.", "2026-08-03",
    )  # fmt: skip
    assert call["call_at"].startswith("2026-08-03T09:00")
    assert "Call from the coroner on Monday 3 August 2026 at 09:00" in manager.get(f"/reviews/{case.ref}/timeline").text


def test_a_call_of_another_day_is_noted_on_its_own_page(case: Case, manager: Browser) -> None:
    path = f"/records/{case.ref}/note-call"
    page = manager.get(path)
    assert 'value="09:00"' in page.text
    answer = manager.send(
        path, page, note="They will write.", with_whom="police", call_direction="sent", follow_up="yes",
        **dated("call_at", "2026-07-31"), **{"call_at-time": "16:20"},
    )  # fmt: skip
    assert answer.status_code == 303
    (call,) = case.record().facts["calls"]
    assert call["on"] == "2026-07-31" and call["call_at"].startswith("2026-07-31T16:20")
    timeline = manager.get(f"/reviews/{case.ref}/timeline").text
    assert "Call to the police on Friday 31 July 2026 at 16:20. Something is still to be done." in timeline


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"note": "", "caller": "received:police"}, "What was said: this is needed"),
        ({"note": "Kept words", "caller": ""}, "Who was it with?"),
        ({"note": "Kept words", "caller": "received:<b>"}, "is not one of the choices"),
        ({"note": "Kept words", "caller": "sent:police", **dated("call_at", "2026-09-01")}, "after today"),
        ({"note": "Kept words", "caller": "sent:police", "call_at-time": "25:99"}, "Day and time of the call"),
    ],
)
def test_a_call_with_something_wrong_is_refused_and_nothing_typed_is_lost(
    case: Case, manager: Browser, fields: dict[str, str], said: str
) -> None:
    page = manager.get(f"/reviews/{case.ref}")
    answer = manager.send(f"/records/{case.ref}/note-call", page, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert fields["note"] in answer.text
    assert "calls" not in case.record().facts


def test_markup_in_a_call_is_text(case: Case, manager: Browser) -> None:
    page = manager.get(f"/reviews/{case.ref}")
    manager.send(f"/records/{case.ref}/note-call", page, note="<script>x()</script>=1+1", caller="sent:other")
    for path in (f"/reviews/{case.ref}", f"/reviews/{case.ref}/timeline"):
        assert "<script>x()" not in manager.get(path).text


@pytest.mark.parametrize("person", ["auditor", "agency_contact"])
def test_others_note_no_call(case: Case, app: Flask, person: str) -> None:
    assert signed_in(app, person).get(f"/records/{case.ref}/note-call").status_code in (403, 404)


def test_nothing_of_a_refused_drop_is_kept(case: Case, manager: Browser, database: Database) -> None:
    drop(manager, case.ref, b"nothing", b"PK\x03\x04")
    with database.read() as session:
        assert session.scalars(sa.select(StoredFile)).all() == []

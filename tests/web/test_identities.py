"""Names, dates of birth and addresses: on the page of people, for those whose roles show them, and nowhere else."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

import workflows
from dardr import systime
from dardr.casework.files import FileGiven
from dardr.casework.opened_cases import open_for_a_reason
from dardr.casework.search_index import read_documents
from dardr.lookups.choices import PERSON_RECORDED
from dardr.storage.engine import Database
from dardr.storage.reading import ReadEvent
from dardr.storage.reviews import IdentityValues
from dardr.storage.tables import metadata
from tests import builders
from tests.builders import PEOPLE, Case, a_review, actor, grant
from tests.mails import SENT, eml
from tests.web.conftest import Browser, dated, signed_in
from workflows.definition import Action, FieldType, Role

WORD = "Zyxquil"
"""In every planted text; nothing else on record has it."""
BORN = date(1913, 3, 7)
SENTINELS = (WORD.lower(), "7 march 1913", "1913-03-07", "7 3 1913")
CRAWLERS = sorted(
    {*PEOPLE, "independent_chair", "panel_member"} - {"second_case_manager", "other_csp_member", "agency_lead"}
)


def planted(action: Action) -> dict[str, Any]:
    """An answer that can be recognised, for each question about who somebody is that takes words or a date."""
    found: dict[str, Any] = {}
    for number, field in enumerate(f for f in action.fields if f.identity and not f.filled):
        match field.type:
            case FieldType.DATE:
                found[field.name] = BORN.isoformat()
            case FieldType.EMAIL:
                found[field.name] = f"{WORD}{number}@mereshire.example"
            case FieldType.TEXT:
                found[field.name] = f"{WORD} {field.name} {number}"
            case FieldType.FILE if field.name == "message":
                raw = eml(
                    sender=f"{WORD} <{WORD}@mereshire.example>",
                    subject=f"About {WORD}",
                    body=f"Dear team, {WORD} was born on 7 March 1913.",
                    attachments=[(f"{WORD}.txt", f"A statement about {WORD}".encode())],
                )
                found[field.name] = FileGiven(f"{WORD}.eml", raw, "message/rfc822")
            case FieldType.FILE:
                found[field.name] = FileGiven(f"{WORD}.txt", f"A statement of {WORD}".encode(), "text/plain")
            case FieldType.CHOICE if field.choices:
                found[field.name] = field.choices[0].value
            case _:
                assert field.choices_from is not None, f"plant something for {action.key}, {field.name}"
    return found


@pytest.fixture
def case(database: Database) -> Case:
    """A review in which every question about who somebody is was answered with something that can be recognised."""
    process = workflows.newest("dardr-s9")
    case = a_review(database, "evidence", **planted(process.opening))
    case.today = max(case.today, SENT.date() + timedelta(days=1))
    item = case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]}).created[0]
    done = {process.opening.key}
    for action in process.actions:
        if any(f.identity for f in action.fields) and "evidence" in action.source:
            values = planted(action)
            if any(f.name == "person_entry" for f in action.fields):
                entry = next(e.seq for e, _ in case.events() if e.action == PERSON_RECORDED)
                values |= {"person_entry": str(entry)}
            case.act(action.key, values)
            done.add(action.key)
    case.act("file_correspondence", planted(workflows.newest("agency-return").action("file_correspondence")), ref=item)
    with database.write() as session:
        for key, role in (
            ("independent_chair", Role.INDEPENDENT_CHAIR),
            ("panel_member", Role.PANEL_MEMBER),
            ("police_liaison", Role.POLICE_LIAISON),
        ):
            grant(session, key, role, case.ref)
        open_for_a_reason(
            session, actor(session, "administrator"), systime.utc_now(), case.ref, "To look at a fault in a page."
        )
    read_documents(database, systime.utc_now())
    with database.read() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(IdentityValues))
    assert kept == len(done) + 1, "every planting was kept in the identity store"
    return case


def found_in(text: str) -> list[str]:
    plain = text.lower()
    return [word for word in SENTINELS if word in plain]


def test_the_sentinels_are_on_the_page_of_people(app: Flask, case: Case) -> None:
    page = signed_in(app, "case_manager").get(f"/reviews/{case.ref}/people").text
    process = workflows.newest("dardr-s9")
    for action in (process.opening, *process.actions):
        for name, value in planted(action).items():
            if isinstance(value, str) and WORD in value:
                assert value in page, (action.key, name)
    assert "7 March 1913" in page


def test_no_table_but_the_identity_store_holds_them(database: Database, case: Case) -> None:
    may_hold = {"identity_values", "stored_file"}  # a stored file keeps its name, which its own page shows
    with database.read() as session:
        for table in metadata.sorted_tables:
            if table.name not in may_hold:
                for row in session.execute(sa.select(table)):
                    assert not found_in(repr(row)), table.name


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    caplog.set_level(logging.INFO)
    said: list[str] = []
    with capture_logs() as structured:
        yield said
        said += [repr(structured), caplog.text]
        assert not [line for line in said if found_in(line)]


WHERE_IDENTITIES_ARE = re.compile(r"^/reviews/[^/]+/people|^/records/[^/]+/messages/\d+|/files/\d+|[?&]names=yes")
"""The page of people, one filed e-mail, one stored file: each logs who opened it before it is built."""
FOR_NOBODY_ELSE = re.compile(r"^/(static|process|published-cases|administration/(profile|calendar))")


def crawl(browser: Browser, start: list[str]) -> Iterator[tuple[str, Any]]:
    """Every page that links lead to, but for those that show identities and those that show no case."""
    found, seen = deque(start), set(start)
    while found:
        path = found.popleft()
        answer = browser.get(path)
        for _ in range(5):
            if answer.status_code not in (301, 302, 303, 308):
                break
            answer = browser.get(answer.headers["Location"])
        yield path, answer
        if "text/html" not in answer.content_type:
            continue
        for link in re.findall(r'<a [^>]*href="(/[^"#]*)', answer.text):
            link = link.replace("&amp;", "&")
            if link not in seen and not WHERE_IDENTITIES_ARE.search(link) and not FOR_NOBODY_ELSE.search(link):
                if len(seen) < 400:
                    seen.add(link)
                    found.append(link)


def words(answer: Any) -> str:
    """What an answer says, in whatever form."""
    if answer.content_type == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    return answer.data.decode("utf-8", errors="replace")


@pytest.mark.parametrize("person", CRAWLERS)
def test_no_other_page_shows_them(app: Flask, case: Case, person: str, logged: list[str]) -> None:
    browser = signed_in(app, person)
    start = ["/", f"/reviews/{case.ref}", f"/reviews/{case.ref}/timeline?print=yes", f"/reviews?text={case.ref}"]
    pages = 0
    for path, answer in crawl(browser, start):
        pages += 1
        assert answer.status_code in (200, 403, 404), f"{path}: {answer.status_code}"
        assert not found_in(words(answer)), path
        assert not found_in(repr(answer.headers)), path
    assert pages > 5


def test_who_opens_the_page_of_people(app: Flask, case: Case) -> None:
    opened = set()
    for person in (*PEOPLE, "independent_chair", "panel_member"):
        answer = signed_in(app, person).get(f"/reviews/{case.ref}/people")
        if answer.status_code == 200:
            opened.add(person)
            assert "OFFICIAL-SENSITIVE" in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
        else:
            assert answer.status_code == 403
            assert not found_in(answer.text)
    assert opened == {"case_manager", "second_case_manager", "team_manager", "independent_chair"}


def test_a_chair_of_one_review_reads_of_no_other(app: Flask, database: Database, case: Case) -> None:
    other = a_review(database, "evidence", person_name=f"{WORD} Other")
    chair = signed_in(app, "independent_chair")
    assert chair.get(f"/reviews/{other.ref}/people").status_code == 404
    with database.write() as session:
        grant(session, "independent_chair", Role.PANEL_MEMBER, other.ref)
    answer = chair.get(f"/reviews/{other.ref}/people")
    assert answer.status_code == 403
    assert "for its independent chair" in answer.text
    assert "People (restricted)" not in chair.get(f"/reviews/{other.ref}").text
    assert "People (restricted)" in chair.get(f"/reviews/{case.ref}").text


def reads(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.scalars(sa.select(ReadEvent).where(ReadEvent.what == "identity").order_by(ReadEvent.id))
        return [(row.user_name, row.detail) for row in rows]


def test_every_view_is_kept_and_refusals_are_none(app: Flask, database: Database, case: Case) -> None:
    path = f"/reviews/{case.ref}/people"
    assert reads(database) == []
    assert signed_in(app, "auditor").get(path).status_code == 403
    assert signed_in(app, "case_manager").get("/reviews/DARDR-1999-001/people").status_code == 404
    assert reads(database) == []
    chair = signed_in(app, "independent_chair")
    assert "Each time somebody opens it" in chair.get(path).text
    chair.client.head(path)
    assert reads(database) == [("Oakley Example", "page of people")] * 2


def test_what_cannot_be_logged_is_not_shown(
    app: Flask, database: Database, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dardr.web.pages import identities

    def full(*_: Any) -> None:
        raise OperationalError("", {}, Exception("database or disk is full"))

    monkeypatch.setattr(identities, "note_read", full)
    answer = signed_in(app, "case_manager").get(f"/reviews/{case.ref}/people")
    assert answer.status_code == 503
    assert not found_in(answer.text)


# --- recording and correcting -----------------------------------------------------------------------------


def test_a_person_is_recorded_corrected_and_struck_out(app: Flask, database: Database) -> None:
    case = a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path = f"/records/{case.ref}/do"
    today = dated("_on", "2026-08-03")
    answer = browser.send(f"{path}/correct_person", browser.get(f"{path}/record_person"), **today)
    assert answer.status_code in (409, 422), "there is nobody yet to correct"
    answer = browser.send(f"{path}/record_person", **today, part_in_case="child")
    assert answer.status_code == 422
    assert "Fill in at least one of the questions" in answer.text
    answer = browser.send(f"{path}/record_person", **today, part_in_case="child", part_name=f"{WORD} Junior")
    assert answer.status_code == 303
    entry = case.record().last_seq
    form = browser.get(f"{path}/correct_person")
    assert f"Entry {entry}, of 3 August 2026" in form.text
    assert not found_in(form.text), "a form brings no name back"
    browser.send(f"{path}/correct_person", **today, person_entry=str(entry), part_name=f"{WORD} Younger")
    page = browser.get(f"/reviews/{case.ref}/people").text
    assert page.index(f"{WORD} Younger") < page.index("What was there before") < page.index(f"{WORD} Junior")
    assert "A child" in page and "recorded by mistake" not in page
    browser.send(f"{path}/correct_person", **today, person_entry=str(entry), person_entry_stands="no")
    assert "recorded by mistake" in browser.get(f"/reviews/{case.ref}/people").text


def test_what_was_typed_about_a_person_comes_back_after_a_refusal_and_is_kept_nowhere(
    app: Flask, database: Database
) -> None:
    case = a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path = f"/records/{case.ref}/do/record_identity"
    answer = browser.send(path, **dated("_on", "2026-08-03"), person_name=f"{WORD} Typed",
                          **dated("date_of_birth", "2026-13-41"))  # fmt: skip
    assert answer.status_code == 422
    assert f"{WORD} Typed" in answer.text
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(IdentityValues)) == 0
    assert not found_in(browser.get(path).text)


def test_the_newest_answer_counts_and_says_by_whom(app: Flask, database: Database) -> None:
    case = a_review(database, "evidence", person_name=f"{WORD} First")
    case.act("record_identity", {"person_name": f"{WORD} <b>Second</b>"}, by="team_manager")
    page = signed_in(app, "case_manager").get(f"/reviews/{case.ref}/people").text
    assert f"{WORD} &lt;b&gt;Second&lt;/b&gt;" in page, "what was typed is text, never markup"
    assert page.index("Second") < page.index("First")
    assert "by Casey Example" in page and "by Alex Example" in page
    assert builders.START.strftime("%Y") in page

"""A chair who came by a link reads the papers of their review, hands in what they wrote, and reaches nothing else."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask

from dardr import systime
from dardr.actors import Purpose
from dardr.casework import doors
from dardr.casework.files import FileGiven
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.people import User
from dardr.storage.reading import ReadEvent
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case, a_review
from tests.web.by_link import come_in, door_in, mail_to, post
from tests.web.conftest import Browser, dated
from workflows.definition import Role

CHAIR = builders.address("independent_chair")
PAPERS = "/door/review/papers"


def word(says: str) -> FileGiven:
    return FileGiven("written.docx", word_bytes(says))


def word_bytes(says: str) -> bytes:
    document, held = Document(), BytesIO()
    document.add_paragraph(says)
    document.save(held)
    return held.getvalue()


def words_in(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


@pytest.fixture
def review(database: Database) -> Case:
    """A review with a return that has come, a meeting with papers, and documents for various readers."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    case.act(
        "receive_return",
        {
            "known": "yes",
            "contact_summary": "Seen twice in the surgery.",
            "return_reference": "With us",
            "return_file": word("What the trust wrote."),
        },
        ref=case.opened("agency-return")[0],
    )
    case.act("plan_meeting", {"title": "First look", "meeting_on": "2026-08-20", "starts_at": "10:00",
                              "held": "online", "agenda": ["Welcome", "Returns"]})  # fmt: skip
    meeting = case.opened("meeting")[0]
    case.act("add_papers", {"paper": "Questions", "paper_files": [word("For everybody.")]}, ref=meeting)
    for title, readers in (
        ("Map of services", "everyone"),
        ("Note for the chair", "team"),
        ("Who is who", "identities"),
    ):
        case.act("file_document", {"title": title, "document_kind": "other", "marking": "official_sensitive",
                                   "readers": readers, "version": "1", "file": word(title)})  # fmt: skip
    return case


@pytest.fixture
def inside(app: Flask, database: Database, review: Case) -> Browser:
    """The chair, come in by the link with its code."""
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
        session.execute(sa.update(User).where(User.email == CHAIR).values(password=None))
        number = session.scalars(sa.select(Record.id).where(Record.ref == review.ref)).one()
        doors.send_link(session, None, systime.utc_now(), email=CHAIR, purpose=Purpose.CHAIR, record_id=number)
    return come_in(app, database, door_in(mail_to(post(database), CHAIR)))


def fetched(inside: Browser, page: str, about: str) -> bytes:
    """What the link says that names this."""
    link = re.search(rf'href="([^"]+)">[^<]*(?:<span[^>]*>)?[^<]*{re.escape(about)}', page)
    assert link, about
    answer = inside.get(link[1])
    assert answer.status_code == 200
    return answer.data


def test_the_chair_reads_terms_returns_meetings_and_documents_in_word(
    database: Database, inside: Browser, review: Case
) -> None:
    page = inside.get(PAPERS).text
    for said in (
        *review.record().facts["key_lines"],
        "Mereshire NHS Trust",
        "First look",
        "Welcome",
        "Map of services",
    ):
        assert said in page, said
    assert "Seen twice in the surgery." in words_in(fetched(inside, page, "Mereshire NHS Trust"))
    assert words_in(fetched(inside, page, "Map of services")) == "Map of services"
    assert words_in(fetched(inside, page, "Note for the chair")) == "Note for the chair"
    meeting = review.opened("meeting")[0]
    assert words_in(fetched(inside, page, meeting)) == "For everybody."
    outline = Document(BytesIO(inside.get("/door/review/outline.docx").data))
    cells = [cell.text for table in outline.tables for row in table.rows for cell in row.cells]
    assert "Mereshire NHS Trust" in cells
    with database.read() as session:
        read = session.scalars(sa.select(ReadEvent.what).where(ReadEvent.user_name == "Oakley Example")).all()
    assert [one for one in read if one == "file"], "who opened a file is logged"


def test_what_tells_who_the_people_are_is_no_paper(database: Database, inside: Browser, review: Case) -> None:
    assert "Who is who" not in inside.get(PAPERS).text
    apart = review.opened("document")[-1]
    with database.read() as session:
        number = session.scalars(
            sa.select(StoredFile.id).join(Record, Record.id == StoredFile.record_id).where(Record.ref == apart)
        ).one()
        elsewhere = session.scalars(sa.select(StoredFile.id).order_by(StoredFile.id)).all()
    assert inside.get(f"{PAPERS}/{apart}/files/{number}").status_code == 404
    other = a_review(database, "evidence")
    other.act("file_document", {"title": "Theirs", "document_kind": "other", "marking": "official",
                                "readers": "everyone", "version": "1", "file": word("Theirs")})  # fmt: skip
    theirs = other.opened("document")[0]
    assert {inside.get(f"{PAPERS}/{theirs}/files/{one}").status_code for one in (*elsewhere, elsewhere[-1] + 1)} == {
        404
    }
    for path in ("/timeline", "/files", "/panel", "/people", "/family", "/proceedings"):
        assert inside.get(f"/reviews/{review.ref}{path}").status_code == 403, path


def test_the_chair_hands_in_and_says_what_is_asked_about_a_return(inside: Browser, review: Case) -> None:
    given = review.opened("agency-return")[0]

    def hand_in(ref: str, key: str, **values: Any) -> None:
        form = inside.get(f"/records/{ref}/do/{key}")
        assert form.status_code == 200, key
        sent = inside.send(f"/records/{ref}/do/{key}", form, **values, **dated("_on", "2026-08-03"))
        assert sent.headers.get("Location") == PAPERS, re.findall("error-message.*|error-summary__list.*", sent.text)

    hand_in(given, "query_return", query="What was known of the separation?")
    hand_in(
        review.ref, "file_document", title="Notes for the panel", document_kind="other", marking="official_sensitive",
        readers="team", version="1", file=(BytesIO(word_bytes("Notes")), "n.docx"),
    )  # fmt: skip
    assert review.record(given).stage == "queried"
    assert "Notes for the panel" in inside.get(PAPERS).text
    assert inside.get(f"/records/{review.ref}/do/approve_terms").status_code == 403
    assert inside.get(f"/records/{given}/do/sign_off_return").status_code == 403


def test_without_the_code_there_is_no_paper(app: Flask, database: Database, review: Case) -> None:
    with app.test_client() as client:
        assert client.get(PAPERS).status_code in (302, 303)
        assert client.get("/door/review/outline.docx").status_code in (302, 303)

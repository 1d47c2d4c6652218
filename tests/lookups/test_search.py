"""Search: the same hits on both databases, only what a person may see, and a document of each kind by its words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import apart, document_text, search_index
from dardr.casework.document_text import text_of
from dardr.casework.search_index import pieces, read_documents, rebuild
from dardr.lookups.search import Results, marked, search, words_in
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.search import SearchEntry
from tests import builders
from tests.builders import START, Case, a_review, at_ten

TEXTS = {
    1: "The agencies disagreed about the risk/harm assessment; reviewing it took 3 weeks.",
    2: "Café owner’s statement. The neighbour had written to team@mereshire.example on 2025-11-02.",
    3: "She was referred to the harbour charity and to housing: safety-planning was offered.",
}


def circumstances(database: Database) -> dict[int, str]:
    """Three reviews, each with one recorded text; reference by number."""
    return {number: a_review(database, "notified", on=START, circumstances=text).ref for number, text in TEXTS.items()}


def look(database: Database, text: str, who: str = "case_manager", **more: int) -> Results:
    with database.read() as session:
        return search(session, builders.actor(session, who), text, **more)


def refs(found: Results) -> set[str]:
    return {group.ref for group in found.groups}


ASKED = [
    ("agencies", {1}),
    ("agency", {1}),
    ("AGENCIES", {1}),
    ("agenc", {1}),
    ("disagree", {1}),
    ("reviewed weeks", {1}),
    ("harm", {1}),
    ("risk harm", {1}),
    ("harm risk", {1}),
    ("risk/harm", {1}),
    ("the risk of harm", {1}),
    ("3", {1}),
    ("cafe", {2}),
    ("café", {2}),
    ("CAFÉ", {2}),
    ("owner's", {2}),
    ("owner", {2}),
    ("neighbour writ", {2}),
    ("mereshire", {2}),
    ("team@mereshire.example", {2}),
    ("2025-11-02", {2}),
    ("2025", {2}),
    ("harbour hous", {3}),
    ("safety planning", {3}),
    ("safety-planning", {3}),
    ("planning was offered to her", {3}),
    ("harbour harm", set()),
    ("nothing like this", set()),
    ("arbour", set()),
]


def test_the_same_questions_find_the_same_on_both_databases(database: Database) -> None:
    known = circumstances(database)
    found = {text: {n for n, ref in known.items() if ref in refs(look(database, text))} for text, _ in ASKED}
    assert found == dict(ASKED)


@pytest.mark.parametrize(
    "text",
    [
        '"', '""', "'", "AND", "OR NOT", "NEAR(a b)", "*", "risk*", "(", ")", "risk) OR (1=1", "^risk", "{text}: risk",
        "text:risk", "-risk", "risk\\", "'; DROP TABLE record; --", "%", "_", "\x00", "\x00risk", "🙂", "🙂 risk", "ﬁ",
        "risk & !harm", "risk:*", "a" * 10_000, "risk " * 2_000, "\u202erisk", "ı", "İstanbul", "ß", "½", "٣",
    ],
)  # fmt: skip
def test_odd_questions_are_answered(database: Database, text: str) -> None:
    known = circumstances(database)
    found = look(database, text)
    assert refs(found) <= set(known.values())
    if "risk" in text and "OR (1=1" not in text:
        assert known[1] in refs(found) or "text" in text
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SearchEntry))


def test_words_that_are_everywhere_find_nothing(database: Database) -> None:
    circumstances(database)
    found = look(database, "the and of to")
    assert found.words == () and not found.groups
    assert words_in("The CAFÉ of the café, again") == ("cafe",)


def test_a_reference_typed_exactly_comes_first(database: Database) -> None:
    first = a_review(database, "notified", circumstances="A review.")
    other = a_review(database, "notified", circumstances=f"See also {first.ref}, which is alike.")
    found = look(database, first.ref.lower())
    assert [group.ref for group in found.groups] == [first.ref, other.ref]
    assert refs(look(database, first.ref[:-1])) >= {first.ref}


def test_the_name_used_and_the_names_of_bodies_are_found(database: Database) -> None:
    case = a_review(database, "decision_pending", display_pseudonym="Willow 2025")
    case.act("request_information", {"bodies": ["mereshire-ambulance"]})
    assert refs(look(database, "willow")) == {case.ref}
    found = look(database, "ambulance")
    assert refs(found) == {case.ref}, "the return is found under its review"
    assert [hit.ref for hit in found.groups[0].hits] == case.opened("agency-return")


def test_a_record_is_found_by_the_name_it_has_now(database: Database) -> None:
    case = a_review(database, "decision_pending", display_pseudonym="Willow 2025")
    case.act("record_pseudonym", {"display_pseudonym": "Hawthorn 2025", "pseudonym_chosen": "family"})
    assert refs(look(database, "hawthorn")) == {case.ref}


# --- who sees what ----------------------------------------------------------------------------------------


def test_nobody_finds_what_they_may_not_see(database: Database) -> None:
    known = circumstances(database)
    for who in ("case_manager", "team_manager", "auditor", "deciding_chair"):
        assert refs(look(database, "harm", who)) == {known[1]}, who
    for who in ("csp_member", "steering_member", "agency_contact", "agency_lead", "communications", "administrator"):
        for text in ("harm", known[1], known[1].lower(), "agencies", "DARDR"):
            found = look(database, text, who)
            assert (found.total, found.groups) == (0, []), (who, text)


def test_an_agency_finds_its_own_return_and_not_the_review(database: Database) -> None:
    case = a_review(database, "decision_pending", circumstances="Kept to those of the review.")
    case.act("request_information", {"bodies": ["northmere-council", "mereshire-nhs"]})
    mine, theirs = case.opened("agency-return")
    found = look(database, "northmere council", "agency_contact")
    assert refs(found) == {mine}
    assert refs(look(database, theirs, "agency_contact")) == set()
    assert refs(look(database, "nhs trust", "agency_contact")) == set()


def test_identities_are_never_in_the_index(database: Database) -> None:
    sentinel = "Zephyrine Quillfeather"
    case = a_review(database, "notified", person_name=sentinel, address="7 Umberly Crescent", crime_number="XX/777/26")
    rebuild(database, at_ten(START))
    for text in ("Zephyrine", "Quillfeather", "Umberly", "777"):
        assert look(database, text).total == 0, text
    with database.read() as session:
        everything = " ".join(session.scalars(sa.select(SearchEntry.text)))
    assert case.ref in everything and "Zephyrine" not in everything


# --- documents --------------------------------------------------------------------------------------------


def word(text: str) -> bytes:
    from docx import Document

    made = Document()
    made.add_paragraph("A report")
    made.add_table(1, 1).cell(0, 0).text = text
    return _saved(made.save)


def pdf(text: str) -> bytes:
    from weasyprint import HTML

    return HTML(string=f"<p>{text}</p>").write_pdf() or b""


def excel(text: str) -> bytes:
    from openpyxl import Workbook

    made = Workbook()
    made.create_sheet("Second").append([None, text])
    return _saved(made.save)


def slides(text: str) -> bytes:
    from pptx import Presentation
    from pptx.util import Emu

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.add_textbox(Emu(0), Emu(0), Emu(100), Emu(100)).text_frame.text = text
    return _saved(made.save)


def mail(text: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@x.example", "b@y.example", "About the report"
    made.set_content(text)
    return bytes(made)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


KINDS: dict[str, Callable[[str], bytes]] = {
    "report.docx": word,
    "report.pdf": pdf,
    "figures.xlsx": excel,
    "slides.pptx": slides,
    "message.eml": mail,
    "note.txt": lambda text: text.encode(),
    "wide.txt": lambda text: text.encode("utf-16"),
    "old.txt": lambda text: f"{text} café".encode("cp1252"),
    "table.csv": lambda text: f"a,b\r\n1,{text}\r\n".encode(),
}


def stored(database: Database, case: Case, content: bytes, name: str = "report.docx", field: str = "") -> int:
    """A file given with the opening answer of a review; its number."""
    from dardr.casework.files import FileGiven, store

    with database.write() as session:
        record = case.record()
        event = case.events()[0][0]
        row = store(session, at_ten(START), record.id, event.id, FileGiven(name, content), field=field)
        session.flush()
        return row.id


@pytest.mark.parametrize("name", KINDS)
def test_a_document_of_each_kind_is_found_by_its_words(sqlite_database: Database, name: str) -> None:
    case = a_review(sqlite_database, "notified")
    number = stored(sqlite_database, case, KINDS[name]("The lighthouse keeper was never asked"), name)
    assert look(sqlite_database, "lighthouse").total == 0, "not read yet"
    assert read_documents(sqlite_database, at_ten(START)).documents == 1
    found = look(sqlite_database, "lighthouse keepers")
    assert refs(found) == {case.ref}
    (hit,) = found.groups[0].hits
    assert (hit.file, hit.parts) == (number, ()), "where, and nothing of what is in it"
    assert read_documents(sqlite_database, at_ten(START)).documents == 0


def test_documents_are_found_on_both_databases(database: Database) -> None:
    case = a_review(database, "notified")
    stored(database, case, b"The lighthouse keeper was never asked. " * 20_000)
    read_documents(database, at_ten(START))
    with database.read() as session:
        rows = session.scalar(sa.select(sa.func.count()).where(SearchEntry.file_id.is_not(None)))
    assert rows and rows > 1
    found = look(database, "lighthouse")
    assert len(found.groups[0].hits) == 1, "one line for a document, however long"
    for who in ("csp_member", "agency_contact", "steering_member"):
        assert look(database, "lighthouse", who).total == 0


def test_a_file_that_only_some_may_read_has_its_words_in_no_index(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "notified")
    stored(sqlite_database, case, b"lighthouse", field="asked_no_more")
    done = read_documents(sqlite_database, at_ten(START))
    assert (done.documents, done.without_words) == (0, 1)
    assert look(sqlite_database, "lighthouse").total == 0


def test_one_bad_document_stops_no_other(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_review(sqlite_database, "notified")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b"\0" * (document_text.UNPACKED + 1))
    for content in (
        b"%PDF-1.7 broken",
        b"PK\x03\x04 broken",
        b"\x00\x01\x02\x03",
        b"\xd0\xcf\x11\xe0",
        bomb.getvalue(),
    ):
        stored(sqlite_database, case, content)
    sealed = stored(sqlite_database, case, b"cannot be opened")
    with sqlite_database.write() as session:
        session.execute(sa.update(StoredFile).where(StoredFile.id == sealed).values(wrapped_key=b"x" * 60))
    stored(sqlite_database, case, b"the last one is a lighthouse")
    done = read_documents(sqlite_database, at_ten(START))
    assert (done.documents, done.without_words) == (1, 5)
    assert look(sqlite_database, "lighthouse").total == 1
    with sqlite_database.read() as session:
        waiting = list(session.scalars(sa.select(StoredFile.id).where(StoredFile.text_read_at.is_(None))))
    assert waiting == [sealed], "it waits for its key"


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    assert text_of(b"quick, but the reader cannot even begin") is None


def test_the_reader_of_documents_is_not_given_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def run(*_args: object, **options: dict[str, str]) -> object:
        seen.update(options["env"])
        raise OSError

    monkeypatch.setenv("DARDR_MASTER_KEY", "22" * 32)
    monkeypatch.setattr(apart.subprocess, "run", run)
    assert text_of(b"words") is None
    assert seen and not [name for name in seen if name.startswith("DARDR_")]


def test_a_document_that_another_worker_read_is_left_alone(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "notified")
    number = stored(sqlite_database, case, b"lighthouse")
    with sqlite_database.read() as session:
        row = session.get(StoredFile, number)
    assert row is not None
    assert search_index._keep(sqlite_database, row, "lighthouse", at_ten(START))
    assert not search_index._keep(sqlite_database, row, "lighthouse", at_ten(START))
    with sqlite_database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(SearchEntry.file_id == number)) == 1


def test_pieces_lose_no_word() -> None:
    text = " ".join(f"word{n}" for n in range(1000))
    assert " ".join(pieces(text, 100)) == text
    assert list(pieces("x" * 250, 100)) == ["x" * 100, "x" * 100, "x" * 50]
    assert list(pieces("", 100)) == []


# --- questions of the partnership's own -------------------------------------------------------------------


def test_answers_to_the_partnership_s_own_questions_are_found(database: Database) -> None:
    from dardr.casework.own_questions import Wording, add_question, field_of

    with database.write() as session:
        who = builders.actor(session, "administrator")
        row = add_question(session, who, at_ten(START), "notification", Wording("What did the neighbours say?", "long"))
        name = field_of(row).name
    answers: dict[str, Any] = {name: "They had heard of the lighthouse."}
    case = a_review(database, "notified", **answers)
    assert refs(look(database, "lighthouse")) == {case.ref}
    rebuild(database, at_ten(START))
    (hit,) = look(database, "lighthouse").groups[0].hits
    assert hit.label == "What did the neighbours say?"


# --- the index --------------------------------------------------------------------------------------------


def test_made_again_it_finds_the_same(database: Database) -> None:
    case = a_review(database, "decision_pending", circumstances=TEXTS[1], display_pseudonym="Willow 2025")
    case.act("request_information", {"bodies": ["mereshire-ambulance"]})
    stored(database, case, b"lighthouse")
    read_documents(database, at_ten(START))

    def entries() -> set[tuple[object, ...]]:
        with database.read() as session:
            return {
                (e.record_id, e.event_id, e.file_id, e.kind, e.label, e.text, e.occurred_on)
                for e in session.scalars(sa.select(SearchEntry))
            }

    before = entries()
    with database.write() as session:
        session.execute(sa.delete(SearchEntry))
    assert look(database, "harm").total == 0
    done = rebuild(database, at_ten(START + timedelta(days=1)))
    assert done["documents"] == 1 and entries() == before
    assert refs(look(database, "harm lighthouse willow")) == set(), "no one passage has all of them"
    rebuild(database, at_ten(START), documents=False)
    assert look(database, "lighthouse").total == 0 and look(database, "harm").total == 1


def test_what_is_shown_around_a_word() -> None:
    text = "First. " + "filling " * 40 + "the agencies met and agreed " + "filling " * 40
    parts = marked(text, ("agency", "agre"))
    assert [part for part, found in parts if found] == ["agencies", "agreed"]
    assert parts[0][0] == "… " and parts[-1][0] == " …"
    assert marked("<b>bold</b>", ("bold",)) == (("<b>", False), ("bold", True), ("</b>", False))
    assert marked("nothing of it", ("else",)) == (("nothing of it", False),)
    assert marked("", ("x",)) == ()


def test_pages_of_results(database: Database) -> None:
    for _ in range(5):
        a_review(database, "notified", circumstances="lighthouse")
    pages = [look(database, "lighthouse", number=n, size=2) for n in (1, 2, 3, 9)]
    assert [len(page.groups) for page in pages] == [2, 2, 1, 1]
    assert [page.number for page in pages] == [1, 2, 3, 3] and {page.total for page in pages} == {5}
    assert len(set.union(*(refs(page) for page in pages))) == 5


def test_a_file_that_lies_about_is_not_taken_for_a_part_of_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zipfile.py").write_text("raise SystemExit(1)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert text_of(b"Minutes of a meeting") == "Minutes of a meeting"

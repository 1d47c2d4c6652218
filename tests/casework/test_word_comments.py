"""Comments and tracked changes of real Word files: two authors in one sentence, places, files that are none."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from dardr.casework import word_parts
from dardr.casework.comment_places import match, place_of_words
from dardr.casework.word_comments import read_word
from dardr.casework.word_parts import CannotReadWord
from tests import word_files
from tests.word_files import REPORT, a_copy, a_report, gone, ins, noted, packed, run

TRUST = 4
"""The index of the paragraph about the trust."""


def said(content: bytes) -> list[tuple[str, str, str, str]]:
    return [(r.kind, r.author, r.old, r.new or r.text) for r in read_word(content).remarks]


def test_the_changes_of_two_authors_in_one_sentence_are_kept_apart_and_in_order() -> None:
    copy = a_copy(
        {
            TRUST: run("2.1 The trust saw her ")
            + gone("Ann", "twice")
            + ins("Ann", "three times")
            + run(" and recorded ")
            + gone("Ben", "no")
            + ins("Cleo", "one")
            + run(" question about safety at home.")
        }
    )
    assert said(copy) == [
        ("replaced", "Ann", "twice", "three times"),
        ("deleted", "Ben", "no", ""),
        ("inserted", "Cleo", "", "one"),
    ]
    found = read_word(copy)
    assert found.paragraphs[TRUST].text == REPORT[TRUST][1], "the paragraph is the version's, before any change"
    assert {r.at for r in found.remarks} == {TRUST}


def test_words_put_in_by_one_and_taken_out_by_another_are_both() -> None:
    nested = f"<w:ins w:author='Ann'>{run('and often ')}{gone('Ben', 'too often')}</w:ins>"
    copy = a_copy({TRUST: run(REPORT[TRUST][1]) + nested})
    assert said(copy) == [("inserted", "Ann", "", "and often too often"), ("deleted", "Ben", "too often", "")]
    assert read_word(copy).paragraphs[TRUST].text == REPORT[TRUST][1]


def test_one_change_cut_up_by_word_is_one_and_looks_are_counted() -> None:
    looks = "<w:r><w:rPr><w:b/><w:rPrChange w:id='9' w:author='Ann'><w:rPr/></w:rPrChange></w:rPr><w:t>1.2</w:t></w:r>"
    copy = a_copy({2: looks + ins("Ann", "one ", "2026-06-01T10:00:00Z") + ins("Ann", "two", "2026-06-01T10:01:00Z")})
    found = read_word(copy)
    assert said(copy) == [("inserted", "Ann", "", "one two")]
    assert found.formatting == 1


def test_comments_have_their_words_replies_and_whether_they_are_resolved() -> None:
    copy = a_copy(
        {TRUST: run("2.1 The ") + noted(0, "trust saw her twice") + run(" and more")},
        {0: ("Ann", "Was it twice?"), 1: ("Ben", "Three times, by the notes"), 2: ("Cleo", "About the whole report")},
        replies={1: 0},
        resolved=[0],
    )
    first, reply, loose = read_word(copy).remarks
    assert (first.kind, first.quote, first.at, first.resolved) == ("comment", "trust saw her twice", TRUST, True)
    assert (reply.kind, reply.reply_to, reply.at) == ("reply", 0, TRUST), "a reply belongs where its comment does"
    assert (loose.kind, loose.at) == ("comment", None), "tied to no words, and not lost"
    assert first.made_on is not None and first.made_on.isoformat() == "2026-06-01"


def test_moved_words_say_where_from_and_where_to() -> None:
    away = f"<w:moveFrom w:author='Ann'>{run(REPORT[6][1])}</w:moveFrom>"
    here = f"<w:moveTo w:author='Ann'>{run(REPORT[6][1])}</w:moveTo>"
    copy = a_copy({6: away, 2: run(REPORT[2][1]) + here})
    assert [(kind, old or new) for kind, _, old, new in said(copy)] == [
        ("moved_here", REPORT[6][1]),
        ("moved_away", REPORT[6][1]),
    ]


def test_headings_and_numbers_of_paragraphs() -> None:
    found = read_word(a_report())
    assert [p.number for p in found.paragraphs] == [1, 2, 3, 4, 5, 6, 7]
    assert found.paragraphs[TRUST].heading == "What agencies knew"
    assert found.remarks == [] and found.formatting == 0


def test_footnotes_are_read_and_have_no_number() -> None:
    words = f"<w:p>{run('As told ')}{ins('Ann', 'by the trust')}</w:p>"
    note = f"<w:footnotes {word_files.NS}><w:footnote>{words}</w:footnote></w:footnotes>"
    with zipfile.ZipFile(io.BytesIO(a_report())) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    found = read_word(packed({**files, "word/footnotes.xml": note.encode()}))
    (remark,) = found.remarks
    assert remark.at is not None
    assert (found.paragraphs[remark.at].number, found.paragraphs[remark.at].heading) == (0, "Footnote")


# --- files that are none ------------------------------------------------------------------------------------


def damaged() -> bytes:
    """A file of which the text is cut off in the middle."""
    with zipfile.ZipFile(io.BytesIO(a_report())) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    return packed({**files, "word/document.xml": files["word/document.xml"][:400]})


ENTITY = b"<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><w:document/>"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
        (b"Just words", "damaged"),
        (b"", "damaged"),
        (packed({"word/other.xml": b"<a/>"}), "not a Word document"),
        (a_report()[:2000], "damaged"),
        (damaged(), "damaged"),
        (packed({"word/document.xml": ENTITY}), "document type"),
        (packed({"word/document.xml": b"<a/>"}), "no text"),
    ],
)
def test_what_is_no_word_file_is_refused_with_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(CannotReadWord, match=says):
        read_word(content)


def test_a_file_that_unpacks_to_far_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_parts, "LARGEST_PART", 1_000)
    with pytest.raises(CannotReadWord, match="unpacks"):
        read_word(packed({"word/document.xml": b"<a>" + b" " * 50_000 + b"</a>"}))


# --- places -------------------------------------------------------------------------------------------------


def changed(index: int, words: str) -> tuple[tuple[str, str], ...]:
    return tuple((style, words if at == index else text) for at, (style, text) in enumerate(REPORT))


def test_a_copy_with_tracked_changes_has_every_paragraph_of_the_version() -> None:
    version = read_word(a_report())
    copy = read_word(a_copy({TRUST: gone("Ann", REPORT[TRUST][1]), 5: run(REPORT[5][1]) + ins("Ann", "Twice.")}))
    found = match(version, copy)
    assert found.share == 1.0 and found.untracked == []
    assert found.places[TRUST] == 5 and found.places[5] == 6


def test_words_changed_without_tracking_are_shown_as_changes() -> None:
    words = "2.2 The council was told of noise at night three times, and wrote a letter."
    copy = a_report((*changed(5, words)[:6], ("Normal", "2.4 A new paragraph by nobody."), REPORT[6]))
    found = match(read_word(a_report()), read_word(copy))
    assert [(r.old, r.new) for r in found.untracked] == [(REPORT[5][1], words), ("", "2.4 A new paragraph by nobody.")]


def test_a_paragraph_taken_out_without_tracking_is_shown() -> None:
    copy = read_word(a_report(tuple(p for p in REPORT if p != REPORT[5])))
    (left_out,) = match(read_word(a_report()), copy).untracked
    assert (left_out.old, left_out.new, left_out.offset) == (REPORT[5][1], "", 6)


def test_a_copy_of_another_version_is_told() -> None:
    other = a_report([("Normal", f"Quite another text, number {n}, of another report") for n in range(12)])
    found = match(read_word(a_report()), read_word(other))
    assert found.share == 0.0 and found.untracked == [], "nothing is made of differences between two reports"


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ("2.1", 5),
        ("paragraph 2.2", 6),
        ("para 2.3", 7),
        ("the trust saw her twice", 5),
        ("noise at night", 6),
        ("9.9", None),
        ("the", None),
        ("words that stand nowhere", None),
    ],
)
def test_a_place_in_words_is_found_where_it_is_one(where: str, number: int | None) -> None:
    found = place_of_words(read_word(a_report()), where)
    assert (found.number if found else None) == number


@pytest.mark.office
@pytest.mark.slow
def test_a_file_saved_by_another_program_says_the_same(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    copy = a_copy(
        {TRUST: run("2.1 The ") + noted(0, "trust") + gone("Ann", " saw") + ins("Ann", " met") + run(" her")},
        {0: ("Ben", "Which trust?")},
    )
    (tmp_path / "in.docx").write_bytes(copy)
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, home, "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "in.docx")], check=True, capture_output=True, timeout=120)
    there = said((tmp_path / "out" / "in.docx").read_bytes())
    assert sorted(there) == sorted([("replaced", "Ann", " saw", " met"), ("comment", "Ben", "", "Which trust?")])

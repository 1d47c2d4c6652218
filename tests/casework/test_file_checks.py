"""What a given file is, by its bytes; and the files that are refused, each with a sentence that says what to do."""

from __future__ import annotations

import struct
import tracemalloc

import pytest

from dardr.casework import file_containers
from dardr.casework.file_checks import problem_of
from dardr.casework.files import FileGiven, checked
from dardr.errors import Invalid
from tests import given_files
from tests.mails import eml
from tests.outlook_files import Folder, compound, outlook
from workflows.definition import Blocked


def older(streams: dict[str, bytes], folders: dict[str, Folder] | None = None) -> bytes:
    """A document of older Office, as far as it is looked at."""
    return compound(Folder(streams, folders or {}))


def word97(*, locked: bool = False) -> bytes:
    return older({"WordDocument": b"\xec\xa5" + b"\0" * 9 + bytes([locked]) + b"\0" * 5000})


def excel97(*, locked: bool = False) -> bytes:
    begins = struct.pack("<HH", 0x809, 4) + b"\0" * 4
    return older({"Workbook": begins + struct.pack("<HH", 0x2F if locked else 0x0A, 0) + b"\0" * 5000})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", given_files.docx()),
        ("A.DOCX", given_files.docx()),
        ("a.xlsx", given_files.xlsx()),
        ("a.odt", given_files.odt()),
        ("a.pdf", given_files.pdf()),
        ("a.pdf", b"\r\n" + given_files.pdf() + b"\r\n\0\0"),
        ("a.pdf", given_files.pdf(owner_only=True)),
        ("a.doc", word97()),
        ("a.xls", excel97()),
        ("a.ppt", older({"PowerPoint Document": b"\0" * 5000})),
        ("a.msg", outlook(subject="A fictional e-mail")),
        ("a.eml", eml()),
        ("a.rtf", given_files.RTF),
        ("a.doc", given_files.RTF),
        ("a.jpg", given_files.JPG),
        ("a.jpeg", given_files.JPG),
        ("a.png", given_files.png()),
        ("a.txt", "A fictional note, naïve and short.".encode()),
        ("a.txt", "A fictional note.".encode("utf-16")),
        ("a.txt", "Un café fictif".encode("cp1252")),
        ("notes", b"MZ is how this note begins, and it is none."),
        ("a.csv", b"day;what\n3 March;a meeting\n"),
        ("no ending", given_files.docx()),
        ("DARDR-2026-001 v. 2 of May", given_files.pdf()),
        ("in-another.docx", given_files.nested(2)),
    ],
)  # fmt: skip
def test_a_whole_document_is_kept(name: str, content: bytes) -> None:
    assert problem_of(name, content) is None


@pytest.mark.parametrize(
    ("name", "content", "says", "harmful"),
    [
        ("a.docx", b"", "is empty", False),
        ("IMR.pdf", given_files.PROGRAM, "is a program, whatever its name says", True),
        ("IMR.docx", b"\x7fELF" + b"\0" * 100, "is a program", True),
        ("IMR.txt", b"#!/bin/sh\nrm -r /", "is a program", True),
        ("IMR.pdf.exe", b"text", "is a program", True),
        ("IMR.js", b"alert(1)", "is a program", True),
        ("IMR.docx", given_files.zipped({"META-INF/x.txt": b"", "a/B.class": b"\xca\xfe\xba\xbe"}), "a program", True),
        ("IMR.docx", given_files.zipped({"word/media/x": given_files.PROGRAM}, given_files.docx()), "a program", True),
        ("IMR.docx", given_files.with_macros(), "has macros", True),
        ("IMR.docm", given_files.docx(), "has macros", True),
        ("IMR.xls", older({"Workbook": b"\0" * 99}, {"_VBA_PROJECT_CUR": Folder({"dir": b"x"})}), "has macros", True),
        ("IMR.docx", given_files.bomb(60), "would unpack to far more", True),
        ("IMR.docx", given_files.many_parts(), "would unpack to far more", True),
        ("IMR.docx", given_files.nested(6), "would unpack to far more", True),
        ("IMR.docx", given_files.lying_bomb(), "damaged or cut off", False),
        ("IMR.docx", given_files.docx()[:-400], "damaged or cut off", False),
        ("IMR.docx", given_files.docx()[:9000], "damaged or cut off", False),
        ("IMR.docx", b"PK\x03\x04 torn", "damaged or cut off", False),
        ("IMR.pdf", given_files.pdf()[:-60], "damaged or cut off", False),
        ("IMR.pdf", b"%PDF-1.7 nothing\nstartxref\n9\n%%EOF", "damaged or cut off", False),
        ("IMR.doc", word97()[:3000], "damaged or cut off", False),
        ("IMR.doc", given_files.RTF[:-1], "damaged or cut off", False),
        ("IMR.png", given_files.png()[:-12], "damaged or cut off", False),
        ("IMR.jpg", given_files.JPG[:-2], "damaged or cut off", False),
        ("IMR.docx", older({"EncryptedPackage": b"x" * 5000}), "protected by a password", False),
        ("IMR.pdf", given_files.pdf("secret"), "protected by a password", False),
        ("IMR.doc", word97(locked=True), "protected by a password", False),
        ("IMR.xls", excel97(locked=True), "protected by a password", False),
        ("IMR.odt", given_files.odt(locked=True), "protected by a password", False),
        ("IMR.pdf", given_files.docx(), "is a Word document, and its name ends in .pdf", False),
        ("IMR.docx", b"A note.", "is plain text, and its name ends in .docx", False),
        ("IMR.zip", given_files.zipped({"a.txt": b"x"}), "is a zip folder", False),
        ("IMR.html", b"<p>words</p>", "has a name that ends in .html", False),
        ("IMR.7z", b"7z\xbc\xaf\x27\x1c\x00\x00", "is of the kind “7z”", False),
        ("IMR.dat", b"\x01\x02\x00\x03", "is of", False),
        ("IMR", older({"Something": b"x"}), "is of", False),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_to_do(name: str, content: bytes, says: str, harmful: bool) -> None:
    problem = problem_of(name, content)
    assert problem is not None and says in problem.says
    assert problem.harmful is harmful
    assert problem.says.endswith(".") and "IMR" not in problem.says.replace("management", "")


def test_a_changed_byte_in_a_part_is_found() -> None:
    content = bytearray(given_files.zipped({"word/media/a.bin": bytes(range(256)) * 40}, given_files.docx()))
    at = content.index(b"word/media/a.bin") + 60
    content[at] ^= 0xFF
    problem = problem_of("a.docx", bytes(content))
    assert problem is not None and "damaged" in problem.says


def test_a_zip_under_a_password_is_no_document() -> None:
    content = bytearray(given_files.zipped({"a.txt": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    problem = problem_of("a.zip", bytes(content))
    assert problem == file_containers.ZIP_FOLDER


def test_a_trap_is_not_unpacked_into_memory() -> None:
    content = given_files.bomb(300)
    tracemalloc.start()
    try:
        assert problem_of("a.docx", content) is not None
        assert problem_of("b.docx", given_files.nested(3)) is None
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * 1024 * 1024


def test_a_long_list_of_parts_is_refused_before_it_is_read() -> None:
    content = given_files.docx()
    end = content.rfind(b"PK\x05\x06")
    longer = content[: end + 12] + struct.pack("<L", file_containers.LARGEST_LIST + 1) + content[end + 16 :]
    problem = problem_of("a.docx", longer)
    assert problem == file_containers.TRAP


# --- all the files of one form ------------------------------------------------------------------------------


def test_every_file_of_a_form_is_looked_at_once_and_all_that_is_wrong_is_said() -> None:
    good, bad = FileGiven("a.txt", b"words"), FileGiven("b.pdf", given_files.PROGRAM)
    problems: list[Blocked] = []
    found = checked({"one": bad, "several": [good, bad, FileGiven("c.txt", b"")], "words": "x"}, problems)
    assert [(p.field, p.reason[:24]) for p in problems] == [
        ("one", "This file is a program, "),
        ("several", "File 2 of 3 is a program"),
        ("several", "File 3 of 3 is empty. Ch"),
    ]
    assert found["words"] == "x"
    assert found["several"][0].checked and not found["several"][0].scanned
    with pytest.raises(Invalid) as refused:
        checked({"one": bad})
    assert refused.value.reasons[0].field == "one"
    assert checked({"one": FileGiven("b.pdf", given_files.PROGRAM, checked=True)})


def test_the_largest_file_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARDR_LARGEST_FILE", "1")
    for given in (FileGiven("a.txt", b"x" * (1024 * 1024 + 1)), FileGiven("a.txt", b"", too_large=True)):
        with pytest.raises(Invalid, match="larger than 1 MB. Give a smaller one, or say where it is kept"):
            checked({"one": given})
    assert checked({"one": FileGiven("a.txt", b"x" * 1024 * 1024)})

"""The words of a stored document, for search: Word, PDF, Excel, PowerPoint, plain text, e-mail.

A document comes from anybody. It is read in a process of its own, with limits of time and memory, so that one that is
broken or made to do harm stops nothing else. Run as a program, it reads a document and writes its words.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from dardr.casework.apart import limit, read_apart

LARGEST = 50 * 1024 * 1024
"""Bytes of a document that is read; larger ones are not."""
LONGEST = 2_000_000
"""Characters kept of one document."""
UNPACKED = 400 * 1024 * 1024
"""Bytes that the parts of an Office document may have together: more is a trap, not a document."""

NOT_READABLE = 3
"""Exit code for a document without words that can be read here."""


def text_of(content: bytes) -> str | None:
    """The words of a document; None where it has none that can be read, or reading it takes too long."""
    if not content or len(content) > LARGEST:
        return None
    written = read_apart("dardr.casework.document_text", content)
    if written is None:
        return None
    return tidy(written.decode("utf-8", "replace"))[:LONGEST] or None


def tidy(text: str) -> str:
    """One space between words, nothing a database refuses."""
    return " ".join(text.replace("\x00", " ").split())


def words_of(content: bytes) -> str:
    """The words of a document by what its bytes are, whatever it is called. Raises where it cannot be read."""
    if content.startswith(b"%PDF-") or b"%PDF-" in content[:1024]:
        return _joined(_pdf(content))
    if content.startswith(b"PK\x03\x04"):
        return _joined(_office(content))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _joined(_message(content))
    if content[:5].lower() == b"{\\rtf" or _looks_binary(content):
        raise ValueError("not a kind of document that is read here")
    with suppress(ValueError):
        return _joined(_message(content))
    return _plain(content)


def _joined(parts: Iterable[str]) -> str:
    found: list[str] = []
    size = 0
    for part in parts:
        found.append(part)
        size += len(part)
        if size >= LONGEST:
            break
    return "\n".join(found)


def _looks_binary(content: bytes) -> bool:
    head = content[:4096]
    return b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _plain(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return _without_tags(text) if "<html" in text[:2000].lower() or "<!doctype html" in text[:2000].lower() else text


def _without_tags(text: str) -> str:
    import nh3

    return nh3.clean(text, tags=set(), clean_content_tags={"script", "style"})


def _pdf(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        reader.decrypt("")
    for page in reader.pages:
        yield page.extract_text() or ""


def _message(content: bytes) -> Iterator[str]:
    from dardr.casework.message_files import read_message

    found = read_message(content)
    yield found.subject
    yield found.text


def _office(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        if sum(part.file_size for part in parts.infolist()) > UNPACKED:
            raise ValueError("unpacks to more than a document holds")
    if "word/document.xml" in names:
        return _word(content)
    if "xl/workbook.xml" in names:
        return _excel(content)
    if "ppt/presentation.xml" in names:
        return _powerpoint(content)
    raise ValueError("not an Office document")


def _word(content: bytes) -> Iterator[str]:
    from docx import Document
    from docx.oxml.ns import qn

    paragraph, words = qn("w:p"), qn("w:t")
    document = Document(io.BytesIO(content))
    roots: list[Any] = [document.element.body]
    for section in document.sections:
        roots += [part._element for part in (section.header, section.footer) if not part.is_linked_to_previous]
    for root in roots:
        for one in root.iter(paragraph):
            yield "".join(part.text or "" for part in one.iter(words))


def _excel(content: bytes) -> Iterator[str]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        yield sheet.title
        for row in islice(sheet.iter_rows(values_only=True), 100_000):
            yield " ".join(str(value) for value in row if value is not None)


def _powerpoint(content: bytes) -> Iterator[str]:
    from pptx import Presentation
    from pptx.oxml.ns import qn

    paragraph, words = qn("a:p"), qn("a:t")
    for slide in Presentation(io.BytesIO(content)).slides:
        roots: list[Any] = [slide._element]
        if slide.has_notes_slide:
            roots.append(slide.notes_slide._element)
        for root in roots:
            for one in root.iter(paragraph):
                yield "".join(part.text or "" for part in one.iter(words))


def main() -> int:
    """Read a document from standard input, write its words to standard output."""
    content = sys.stdin.buffer.read(LARGEST + 1)
    limit()
    try:
        text = words_of(content)
    except Exception:
        return NOT_READABLE
    sys.stdout.buffer.write(text[:LONGEST].encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

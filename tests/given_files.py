"""Files as people give them, made here: whole ones of each kind, and ones that are damaged, locked or do harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from docx import Document
from openpyxl import Workbook
from pypdf import PdfWriter

PROGRAM = b"MZ\x90\x00\x03" + b"\x00" * 200 + b"This program cannot be run in DOS mode."


def docx(words: str = "A fictional paper.") -> bytes:
    """A Word document with one paragraph."""
    document, held = Document(), io.BytesIO()
    document.add_paragraph(words)
    document.save(held)
    return held.getvalue()


def xlsx() -> bytes:
    """An Excel workbook with one cell."""
    book, held = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active["A1"] = "A fictional figure"
    book.save(held)
    return held.getvalue()


def odt(*, locked: bool = False) -> bytes:
    """An OpenDocument text, as far as it is looked at."""
    manifest = b"<manifest:manifest><manifest:file-entry>%s</manifest:file-entry></manifest:manifest>" % (
        b"<manifest:encryption-data/>" if locked else b""
    )
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": b"<office:text/>",
            "META-INF/manifest.xml": manifest,
        }
    )


def pdf(password: str = "", *, owner_only: bool = False) -> bytes:
    """A PDF of one empty page; under a password, or one that anybody opens and only its owner changes."""
    writer, held = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if owner_only:
        writer.encrypt("", owner_password=password or "owner")
    elif password:
        writer.encrypt(password)
    writer.write(held)
    return held.getvalue()


def zipped(parts: dict[str, bytes], into: bytes = b"") -> bytes:
    """A zip of these parts, or one with them added."""
    held = io.BytesIO(into)
    with zipfile.ZipFile(held, "a" if into else "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return held.getvalue()


def with_macros() -> bytes:
    """A Word document that carries macros, whatever it is called."""
    return zipped({"word/vbaProject.bin": b"Sub AutoOpen()"}, docx())


def bomb(megabytes: int = 600) -> bytes:
    """A Word document whose one part unpacks to so much of nothing."""
    held = io.BytesIO(docx())
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        with packed.open("word/media/large.xml", "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b"\x00" * 1024 * 1024)
    return held.getvalue()


def lying_bomb() -> bytes:
    """The same, small by what its list of parts says."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join(packed.compress(b"\x00" * 1024 * 1024) for _ in range(200)) + packed.flush()
    name, said = b"word/document.xml", 100
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(data), said, len(name), 0) + name
    content = zipped({"[Content_Types].xml": b"<Types/>"})
    content = content[: content.rfind(b"PK\x01\x02")]
    types = zipped({"[Content_Types].xml": b"<Types/>"})
    listed = types[types.rfind(b"PK\x01\x02") : types.rfind(b"PK\x05\x06")]
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(data), said, len(name), 0, 0, 0, 0, 0, len(content)
    )
    listing = listed + entry + name
    body = content + local + data
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(listing), len(body), 0)
    return body + listing + end


def nested(deep: int) -> bytes:
    """A document in a document in a document."""
    content = docx()
    for number in range(deep):
        content = zipped({f"word/embeddings/inside-{number}.docx": content}, docx())
    return content


def many_parts(number: int = 12_000) -> bytes:
    """A Word document of more parts than any has."""
    held = io.BytesIO(docx())
    with zipfile.ZipFile(held, "a") as packed:
        for one in range(number):
            packed.writestr(f"p{one}", b"")
    return held.getvalue()


def png() -> bytes:
    """A picture of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 64 + b"\xff\xd9"
RTF = rb"{\rtf1\ansi A fictional letter.}"

"""What a given file is, told by its bytes and not by its name; and why one cannot be kept.

A file is refused where it is a program, whatever it is called; where it would unpack to more than a document holds;
where it cannot be opened (damaged, cut off, under a password), so that it is asked for again while whoever sent it
still knows of it; and where it is none of the kinds that are kept. Each refusal is the rest of a sentence that begins
with “This file”, and says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from dardr.casework import file_containers
from dardr.casework.apart import read_apart
from dardr.casework.file_containers import DAMAGED, LOCKED, PROGRAM, Problem

KINDS: dict[str, tuple[str, frozenset[str]]] = {
    "docx": ("a Word document", frozenset({".docx", ".dotx"})),
    "xlsx": ("an Excel workbook", frozenset({".xlsx", ".xltx"})),
    "pptx": ("a PowerPoint presentation", frozenset({".pptx", ".ppsx", ".potx"})),
    "odt": ("an OpenDocument text", frozenset({".odt", ".ott"})),
    "ods": ("an OpenDocument spreadsheet", frozenset({".ods", ".ots"})),
    "odp": ("an OpenDocument presentation", frozenset({".odp"})),
    "doc": ("a Word document", frozenset({".doc", ".dot"})),
    "xls": ("an Excel workbook", frozenset({".xls"})),
    "ppt": ("a PowerPoint presentation", frozenset({".ppt"})),
    "msg": ("an e-mail", frozenset({".msg", ".eml"})),
    "pdf": ("a PDF", frozenset({".pdf"})),
    "rtf": ("a text in RTF", frozenset({".rtf", ".doc"})),
    "jpg": ("a picture (JPEG)", frozenset({".jpg", ".jpeg"})),
    "png": ("a picture (PNG)", frozenset({".png"})),
    "tif": ("a picture (TIFF)", frozenset({".tif", ".tiff"})),
    "text": ("plain text", frozenset({".txt", ".csv", ".eml"})),
}
"""The kinds of file that are kept: what people call each, and the endings a name of it may have."""
ENDINGS = frozenset[str]().union(*(endings for _, endings in KINDS.values()))
KEPT_WORDS = "Word, Excel, PowerPoint, OpenDocument, PDF, RTF, plain text, CSV, pictures (JPEG, PNG, TIFF) and e-mails"

PROGRAM_ENDINGS = frozenset(
    ".exe .dll .com .scr .pif .cpl .msi .msp .bat .cmd .ps1 .psm1 .vbs .vbe .js .jse .wsf .wsh .hta .lnk .jar .app"
    " .reg .scf .sh .py .pl .rb .apk .deb .rpm .dmg .iso .img .vhd .url .chm".split()
)
MACRO_ENDINGS = frozenset(".docm .dotm .xlsm .xltm .xlsb .xlam .pptm .ppsm .potm .ppam".split())
PROGRAM_STARTS = (
    b"\x7fELF", b"#!", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
"""How programs of Linux and Apple, scripts, Java classes and Windows shortcuts begin; those of Windows with MZ."""

EMPTY = Problem("is empty. Choose it again.")
MACROS = file_containers.MACROS
PAGE_START, PAGE_END = 1024, 2048
"""Where in a PDF its first and its last mark must be."""


def problem_of(name: str, content: bytes) -> Problem | None:
    """Why a file cannot be kept, or None. ``name`` is what it was called: only its ending is looked at."""
    if not content:
        return EMPTY
    ending = PurePath(name).suffix.lower().rstrip(". ")
    kind, problem = _look(content)
    if problem is None and ending in PROGRAM_ENDINGS:
        return PROGRAM
    if problem is not None:
        return problem
    if ending in MACRO_ENDINGS:
        return MACROS
    if not kind:
        return Problem(f"is {_named(content)}, and is not kept here. Save what it holds as PDF, or as one of these:"
                       f" {KEPT_WORDS}.")  # fmt: skip
    called, endings = KINDS[kind]
    if not re.fullmatch(r"\.[a-z0-9]{1,10}", ending) or ending in endings:
        return None
    if ending in ENDINGS:
        return Problem(
            f"is {called}, and its name ends in {ending}. Open it, save it anew under a name that fits, choose that."
        )
    return Problem(f"has a name that ends in {ending}; such files are not kept here. These are: {KEPT_WORDS}.")


def _look(content: bytes) -> tuple[str, Problem | None]:
    """The kind of a file by its bytes, empty for none that is kept; and what is wrong with it."""
    if content.startswith(PROGRAM_STARTS) or (content.startswith(b"MZ") and b"\x00" in content[:64]):
        return "", PROGRAM
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return file_containers.look_into_zip(content)
    if content.startswith(file_containers.OLE):
        return file_containers.look_into_ole(content)
    if b"%PDF-" in content[:PAGE_START]:
        return "pdf", _pdf(content)
    for start, kind, whole in _PLAIN_KINDS:
        if content.startswith(start):
            return kind, None if whole(content) else DAMAGED
    return ("text", None) if _is_text(content) else ("", None)


_PLAIN_KINDS: tuple[tuple[bytes, str, Callable[[bytes], bool]], ...] = (
    (b"{\\rtf", "rtf", lambda content: b"}" in content[-1024:]),
    (b"\xff\xd8\xff", "jpg", lambda content: content.rfind(b"\xff\xd9") > 0),
    (b"\x89PNG\r\n\x1a\n", "png", lambda content: b"IEND" in content[-1024:]),
    (b"II*\x00", "tif", lambda content: int.from_bytes(content[4:8], "little") < len(content)),
    (b"MM\x00*", "tif", lambda content: int.from_bytes(content[4:8], "big") < len(content)),
)
"""How pictures and RTF begin, and whether such a file has its end."""


def _is_text(content: bytes) -> bool:
    """Whether it is text in one of the ways in which text is saved, of an e-mail too."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return "\x00" not in content[:65536].decode("utf-16")
        except UnicodeDecodeError:
            return False
    return b"\x00" not in content


def _named(content: bytes) -> str:
    """What an unknown file seems to be, by the table of a library."""
    import puremagic

    try:
        found = puremagic.magic_string(content[:65536])
    except (puremagic.PureError, ValueError):
        found = []
    ending = found[0].extension.lstrip(".") if found else ""
    return f"of the kind “{ending}”" if ending else "of a kind that is not known here"


# --- PDF ----------------------------------------------------------------------------------------------------


def _pdf(content: bytes) -> Problem | None:
    """Whether a PDF has its end and its table of contents; one that is odd, or encrypted, is opened apart."""
    body = content.rstrip(b"\x00 \r\n\t")
    tail = body[-PAGE_END:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        return DAMAGED
    if b"/Encrypt" not in content and _has_table(content, tail):
        return None
    said = read_apart("dardr.casework.file_checks", content)
    return {b"opens": None, b"locked": LOCKED}.get(said or b"", DAMAGED)


def _has_table(content: bytes, tail: bytes) -> bool:
    found = re.search(rb"startxref\s+(\d{1,10})", tail[tail.rfind(b"startxref") :])
    if found is None:
        return False
    start = content.find(b"%PDF-")
    return any(
        re.match(rb"\s*(xref|\d+\s+\d+\s+obj)", content[at : at + 64])
        for at in {int(found[1]), int(found[1]) + start}
    )  # fmt: skip


def main() -> int:
    """Read a PDF from standard input; write whether it opens, opens with a password only, or (nothing) does not."""
    import io
    import sys

    from pypdf import PdfReader

    from dardr.casework.apart import limit

    content = sys.stdin.buffer.read()
    limit()
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            sys.stdout.write("locked")
        elif len(reader.pages):
            sys.stdout.write("opens")
    except Exception:
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

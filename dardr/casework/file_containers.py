"""Looking into files that hold other files: zip (Word, Excel, OpenDocument of today) and OLE (older Office, Outlook).

Nothing is unpacked to disk, and never a whole part into memory unless it is a small container itself. What a container
says of its sizes is not believed: parts are read to their end in pieces, and counted.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

UNPACKED = 400 * 1024 * 1024
"""Bytes that the parts of a document may have together, those of documents inside it too: more is a trap."""
RATIO, RATIO_FROM = 200, 20 * 1024 * 1024
"""A part of more than so many bytes that is packed this many times smaller is a trap; text is packed 5 to 50 times."""
MANY_PARTS = 10_000
LARGEST_LIST = 4 * 1024 * 1024
"""Bytes that the list of parts at the end of a zip may have: it is read at once."""
DEEPEST = 3
"""Containers inside containers that are looked into: a workbook in a presentation in a document."""
LARGEST_INSIDE = 64 * 1024 * 1024
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be kept. ``harmful``: it could do harm, so that it is not kept whatever it came with."""

    says: str
    harmful: bool = False

    @property
    def what(self) -> str:
        """What is wrong, without what to do about it."""
        return self.says.partition(". ")[0].rstrip(".") + "."


PROGRAM = Problem(
    "is a program, whatever its name says. Programs are not kept here. Ask for the document itself.", harmful=True
)
TRAP = Problem(
    "would unpack to far more than a document holds, as traps do. It was not opened. Ask whoever sent it what it is.",
    harmful=True,
)
MACROS = Problem(
    "has macros: small programs that run when it is opened. Save it without them (as .docx, .xlsx or .pptx), and choose"
    " that.",
    harmful=True,
)
DAMAGED = Problem("cannot be opened: it is damaged or cut off. Ask for it again, or save it anew and choose that.")
LOCKED = Problem(
    "is protected by a password. Open it, take the password off (in Word and Excel: File, Info, Protect; in a PDF:"
    " print or save a copy without it), save it, and choose that."
)
ZIP_FOLDER = Problem("is a zip folder. Unpack it, and give the documents in it one by one.")
JUST_A_PART = Problem("is an archive of no kind that is kept here. Give the documents in it one by one.")


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.says)
        self.problem = problem


# --- zip ----------------------------------------------------------------------------------------------------


def look_into_zip(content: bytes) -> tuple[str, Problem | None]:
    """The kind of document in a zip container, and what is wrong with it."""
    try:
        return _zip(content, [UNPACKED], DEEPEST)
    except _Refused as refused:
        return "", refused.problem
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, struct.error, RecursionError):
        return "", DAMAGED
    except NotImplementedError:  # packed in a way that office programs do not use
        return "", JUST_A_PART


def _zip(content: bytes, left: list[int], depth: int) -> tuple[str, Problem | None]:
    _refuse_long_list(content)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        listed = parts.infolist()
        if len(listed) > MANY_PARTS:
            raise _Refused(TRAP)
        kind = _kind_of_zip(parts, {one.filename for one in listed})
        if any(one.flag_bits & 1 for one in listed):
            raise _Refused(LOCKED if kind else ZIP_FOLDER)
        for one in listed:
            _read_part(parts, one, left, depth)
        if kind == "locked":
            raise _Refused(LOCKED)
    return kind, None if kind else ZIP_FOLDER


def _refuse_long_list(content: bytes) -> None:
    """Refuse a zip whose list of parts is longer than any document's, before it is read."""
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if end < 0 or len(content) - end < 22:
        raise _Refused(DAMAGED)
    (size,) = struct.unpack_from("<L", content, end + 12)
    if size == 0xFFFFFFFF:
        far = content.rfind(b"PK\x06\x06", 0, end)
        if far < 0 or len(content) - far < 56:
            raise _Refused(DAMAGED)
        (size,) = struct.unpack_from("<Q", content, far + 40)
    if size > LARGEST_LIST:
        raise _Refused(TRAP)


def _kind_of_zip(parts: zipfile.ZipFile, names: set[str]) -> str:
    """Which document it is by its parts; empty for a zip that is none. Raises where it holds macros or is a program."""
    lower = {name.lower() for name in names}
    if any(name.endswith(("vbaproject.bin", "xl/workbook.bin")) for name in lower):
        raise _Refused(MACROS)
    if "classes.dex" in lower or "androidmanifest.xml" in lower or any(name.endswith(".class") for name in lower):
        raise _Refused(PROGRAM)
    for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx")):
        if part in lower and "[content_types].xml" in lower:
            return kind
    if "mimetype" in names:
        with parts.open("mimetype") as stream:
            said = stream.read(200).decode("ascii", "replace").strip()
        kind = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}.get(
            said.removeprefix("application/vnd.oasis.opendocument.").partition("-")[0], ""
        )
        if kind and "META-INF/manifest.xml" in names:
            with parts.open("META-INF/manifest.xml") as stream:
                if b"encryption-data" in stream.read(1024 * 1024):
                    return "locked"
        return kind
    return ""


def _read_part(parts: zipfile.ZipFile, one: zipfile.ZipInfo, left: list[int], depth: int) -> None:
    """Read one part to its end in pieces, which proves that it is whole, and look into a container inside it."""
    left[0] -= one.file_size
    if left[0] < 0 or (one.file_size > RATIO_FROM and one.file_size > RATIO * max(1, one.compress_size)):
        raise _Refused(TRAP)
    inside: bytearray | None = None
    first = True
    with parts.open(one) as stream:
        while piece := stream.read(PIECE):
            if first:
                first = False
                if piece.startswith((b"MZ", b"\x7fELF")):
                    raise _Refused(PROGRAM)
                inside = bytearray() if piece.startswith(b"PK\x03\x04") else None
            if inside is not None:
                inside += piece
                if len(inside) > LARGEST_INSIDE:
                    raise _Refused(TRAP)
    if inside is not None:
        if depth <= 0:
            raise _Refused(TRAP)
        _zip(bytes(inside), left, depth - 1)


# --- OLE ----------------------------------------------------------------------------------------------------


def look_into_ole(content: bytes) -> tuple[str, Problem | None]:
    """The kind of document in an OLE container, and what is wrong with it."""
    import olefile

    try:
        with olefile.OleFileIO(content) as holds:
            return _ole(holds)
    except _Refused as refused:
        return "", refused.problem
    except Exception:  # the library raises many kinds on bytes that are not as they should be
        return "", DAMAGED


def _ole(holds: object) -> tuple[str, Problem | None]:
    from olefile import OleFileIO

    assert isinstance(holds, OleFileIO)
    if holds.exists("EncryptedPackage"):
        return "", LOCKED
    inside = {part.upper() for path in holds.listdir(storages=True) for part in path}
    if inside & {"VBA", "_VBA_PROJECT_CUR", "MACROS"}:
        return "", MACROS
    for stream, kind in _OLE_STREAMS:
        if holds.exists(stream):
            with holds.openstream(stream) as opened:
                start = opened.read(4096)
            if not start and kind != "msg":
                return "", DAMAGED
            return kind, LOCKED if _is_locked(holds, kind, start) else None
    if holds.root is not None and holds.root.clsid.startswith("000C108"):  # an installer of Windows
        return "", PROGRAM
    return "", None


_OLE_STREAMS = (
    ("__properties_version1.0", "msg"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
)


def _is_locked(holds: object, kind: str, start: bytes) -> bool:
    """Whether a document of older Office is under a password, by the mark each kind has for it."""
    if kind == "doc":
        return len(start) > 11 and bool(start[11] & 0x01)
    if kind == "ppt":
        return bool(getattr(holds, "exists")("EncryptedSummary"))  # noqa: B009
    at = 0
    while kind == "xls" and at + 4 <= len(start):
        record, size = struct.unpack_from("<HH", start, at)
        if record == 0x2F:
            return True
        if record == 0x0A or size > 8224:
            return False
        at += 4 + size
    return False

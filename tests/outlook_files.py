"""Outlook message files for tests, made by hand: a compound file (OLE) of storages and streams, and properties in it.

Only what a message needs is written: sectors of 512 bytes, short streams in the mini stream, children as a chain.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SECTOR, MINI, CUTOFF = 512, 64, 4096


@dataclass
class Folder:
    """A storage: streams by name, and storages in it."""

    streams: dict[str, bytes] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    child: int = NONE
    right: int = NONE
    start: int = END
    size: int = 0


def compound(root: Folder) -> bytes:
    """The bytes of a compound file holding ``root``."""
    entries = [_Entry("Root Entry", 5)]
    _add(entries, 0, root)
    mini = b""
    minifat: list[int] = []
    body: list[bytes] = []
    fat: list[int] = []

    def put(content: bytes) -> int:
        """Content in sectors of its own; the number of the first."""
        if not content:
            return END
        first, count = len(fat), -(-len(content) // SECTOR)
        fat.extend([*range(first + 1, first + count), END])
        body.append(content.ljust(count * SECTOR, b"\0"))
        return first

    for entry in entries:
        if entry.kind != 2:
            continue
        entry.size = len(entry.content)
        if entry.size >= CUTOFF:
            entry.start = put(entry.content)
        elif entry.size:
            entry.start, count = len(minifat), -(-entry.size // MINI)
            minifat += [*range(entry.start + 1, entry.start + count), END]
            mini += entry.content.ljust(count * MINI, b"\0")
    entries[0].start, entries[0].size = put(mini), len(mini)
    first_minifat = put(struct.pack(f"<{len(minifat)}I", *minifat).ljust(-(-len(minifat) // 128) * SECTOR, b"\xff"))
    directory = b"".join(_packed(entry) for entry in entries)
    first_directory = put(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    sectors = 1
    while (len(fat) + sectors) > sectors * (SECTOR // 4):
        sectors += 1
    where = [len(fat) + n for n in range(sectors)]
    table = struct.pack(f"<{len(fat) + sectors}I", *fat, *[FAT] * sectors).ljust(sectors * SECTOR, b"\xff")
    head = struct.pack(
        "<8s16sHHHHHHLLLLLLLLLL",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0" * 16, 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, sectors, first_directory, 0,
        CUTOFF, first_minifat, -(-len(minifat) // 128), END, 0,
    )  # fmt: skip
    head += struct.pack("<109I", *where, *[FREE] * (109 - sectors))
    return head + b"".join(body) + table


def _add(entries: list[_Entry], parent: int, folder: Folder) -> None:
    names = [*folder.streams, *folder.folders]
    numbers = []
    for name in names:
        numbers.append(len(entries))
        entries.append(_Entry(name, 2 if name in folder.streams else 1, folder.streams.get(name, b"")))
        if name in folder.folders:
            _add(entries, numbers[-1], folder.folders[name])
    entries[parent].child = numbers[0] if numbers else NONE
    for number, after in zip(numbers, numbers[1:], strict=False):
        entries[number].right = after


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name, len(name), entry.kind, 1, NONE, entry.right, entry.child, b"\0" * 16, 0, 0, 0, entry.start, entry.size,
    )  # fmt: skip


# --- what a message is made of ----------------------------------------------------------------------------

TEXT, BINARY, TIME, NUMBER, OBJECT = 0x001F, 0x0102, 0x0040, 0x0003, 0x000D


def _holding(
    header: int, texts: dict[int, str], *, binaries: dict[int, bytes] | None = None, fixed: bytes = b""
) -> Folder:
    """A storage with these properties; ``header`` is how many bytes come before the first."""
    folder, listed = Folder(), b""
    for kind, found in ((TEXT, {k: v.encode("utf-16-le") for k, v in texts.items()}), (BINARY, binaries or {})):
        for tag, content in found.items():
            folder.streams[f"__substg1.0_{tag:04X}{kind:04X}"] = content
            listed += struct.pack("<HHIII", kind, tag, 6, len(content) + (2 if kind == TEXT else 0), 0)
    folder.streams["__properties_version1.0"] = b"\0" * header + fixed + listed
    return folder


def _fixed(tag: int, kind: int, packed: bytes) -> bytes:
    return struct.pack("<HHI", kind, tag, 6) + packed.ljust(8, b"\0")


def message_folder(
    *,
    subject: str = "",
    body: str = "",
    sender: tuple[str, str] = ("", ""),
    to: Sequence[tuple[str, str]] = (),
    sent: datetime | None = None,
    message_id: str = "",
    attachments: Sequence[tuple[str, bytes]] = (),
    inside: Sequence[Folder] = (),
    kind: str = "IPM.Note",
    headers: str = "",
    html: bytes = b"",
    header: int = 32,
) -> Folder:
    """A message as a storage; ``inside`` are whole messages attached to it (made with ``header=24``)."""
    texts = {0x001A: kind, 0x0037: subject, 0x1000: body, 0x0C1A: sender[0], 0x5D01: sender[1]}
    texts |= {0x1035: message_id, 0x007D: headers}
    fixed = b""
    if sent is not None:
        ticks = int((sent.astimezone(UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
        fixed = _fixed(0x0039, TIME, struct.pack("<Q", ticks))
    binaries = {0x1013: html} if html else {}
    found = _holding(header, {tag: text for tag, text in texts.items() if text}, binaries=binaries, fixed=fixed)
    for number, (name, address) in enumerate(to):
        found.folders[f"__recip_version1.0_#{number:08X}"] = _holding(8, {0x3001: name, 0x39FE: address})
    for number, (name, content) in enumerate(attachments):
        found.folders[f"__attach_version1.0_#{number:08X}"] = _holding(
            8, {0x3707: name}, binaries={0x3701: content}, fixed=_fixed(0x3705, NUMBER, struct.pack("<I", 1))
        )
    for number, inner in enumerate(inside, len(attachments)):
        part = _holding(8, {0x3001: "Inside"}, fixed=_fixed(0x3705, NUMBER, struct.pack("<I", 5)))
        part.folders["__substg1.0_3701000D"] = inner
        found.folders[f"__attach_version1.0_#{number:08X}"] = part
    return found


def outlook(**said: object) -> bytes:
    """A ``.msg`` file; what it says is what ``message_folder`` takes."""
    return compound(message_folder(**said))  # type: ignore[arg-type]

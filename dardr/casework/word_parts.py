"""A Word file from anybody, opened with care: sizes are limited, no entity is resolved, nothing is fetched."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

LARGEST_PART = 60 * 1024 * 1024
"""Bytes that one part of the file may unpack to: the text of a report of 2,000 pages has about half of that."""

OLD_OR_LOCKED = (
    "it is protected with a password, or of the old kind (.doc). Open it in Word, save it as .docx without a password,"
    " and choose it again."
)
NOT_WORD = "it is not a Word document (.docx). Save it as .docx and choose it again."
DAMAGED = "it is damaged, or not a Word document (.docx). Open it in Word, save it again as .docx, and choose it again."
TOO_MUCH = "it unpacks to far more than a document holds. Save it again in Word and choose it again."
STRANGE = "it holds what no Word document holds (a document type). Save it again in Word and choose it again."


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
"""One for all: it keeps the names of elements, which saves half of the time of reading the next file."""


class CannotReadWord(ValueError):
    """The file is not one whose comments can be read; the message is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class WordParts:
    """The parts of one opened Word file."""

    parts: zipfile.ZipFile

    @property
    def names(self) -> list[str]:
        """What parts there are, in order of their names."""
        return sorted(self.parts.namelist())

    def root(self, name: str) -> Any:
        """The root of one part; None where the file has none of that name."""
        try:
            info = self.parts.getinfo(name)
        except KeyError:
            return None
        with self.parts.open(info) as part:
            data = part.read(LARGEST_PART + 1)
        if len(data) > LARGEST_PART:
            raise CannotReadWord(TOO_MUCH)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise CannotReadWord(STRANGE)
        return etree.fromstring(data, _PARSER)


@contextmanager
def opened(content: bytes) -> Iterator[WordParts]:
    """The parts of a Word file while they are read. Raises CannotReadWord, also for what goes wrong while reading."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotReadWord(OLD_OR_LOCKED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if "word/document.xml" not in parts.namelist():
                raise CannotReadWord(NOT_WORD)
            yield WordParts(parts)
    except (
        zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, NotImplementedError, OSError, RuntimeError
    ) as error:  # fmt: skip  # a RuntimeError is what zipfile says of a part that is encrypted
        raise CannotReadWord(DAMAGED) from error

"""Which headings of the outline a body's own Word file has, told as advice: nothing is refused for a missing one.

The file is read in a process of its own (``casework.document_headings``), as every document of a stranger.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dardr.casework.apart import read_apart
from dardr.casework.files import FileGiven
from dardr.storage.reviews import Record
from workflows.definition import Action

FACT = "headings_advice"
READ_FOR = {"record_draft": "draft_file", "receive_return": "return_file"}
"""The actions whose file is looked through, and the question that takes it."""
NOT_LOOKED_THROUGH = "This kind of file, or this file, could not be looked through for headings."

OUTLINE: dict[str, tuple[str, str]] = {
    "The author": (r"\bauthors?\b|written by|prepared by", "imr"),
    "Independence of the author": (r"\bindependen", "imr"),
    "Methodology": (r"\bmethod|\bsources\b|records? (?:read|seen|reviewed)|\bhow (?:this|it) was written", "imr"),
    "Involvement of the agency": (r"\binvolvement\b|\bcontacts?\b|\bnarrative\b|\bchronology\b", "imr summary"),
    "Analysis": (r"\banalysis\b|\bkey lines?\b|\blines? of enquiry\b", "imr"),
    "Equality and diversity": (r"\bequalit|\bdiversity\b|\bprotected characteristic", "imr"),
    "Good practice": (r"\bgood practice\b|\beffective practice\b", "imr summary"),
    "Lessons": (r"\blessons?\b|\blearning\b", "imr summary"),
    "Recommendations": (r"\brecommendation", "imr"),
    "Actions already taken": (
        r"\bactions?\b.*\b(?:taken|already|since|plan)\b|\bchanges? made\b",
        "imr",
    ),
    "Sign-off by somebody senior": (r"\bsign(?:ed)?[ -]?off\b|\bapproved by\b|\bauthori[sz]", "imr summary"),
}
"""The headings of the outline of a management review, the words by which each is known, and the kinds they are for."""


def with_headings_read(record: Record, action: Action, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers with what was found in the file that comes with them, in a sentence."""
    given = values.get(READ_FOR.get(action.key, ""))
    if record.process_key != "agency-return" or not isinstance(given, FileGiven):
        return values
    said = advice(str(record.facts.get("kind") or ""), given.content)
    return {**values, FACT: said} if said else values


def advice(kind: str, content: bytes) -> str:
    """What of the outline of that kind a file has, in a sentence; empty where the kind has no outline."""
    wanted = {name: words for name, (words, kinds) in OUTLINE.items() if kind in kinds.split()}
    if not wanted:
        return ""
    read = read_apart("dardr.casework.document_headings", content) if content.startswith(b"PK\x03\x04") else None
    if read is None:
        return NOT_LOOKED_THROUGH
    lines = read.decode("utf-8", "replace").casefold().splitlines()
    missing = [name for name, words in wanted.items() if not any(re.search(words, line) for line in lines)]
    if not missing:
        return f"All {len(wanted)} headings of the outline were found."
    found = len(wanted) - len(missing)
    return f"{found} of {len(wanted)} headings of the outline were found. Not found: {'; '.join(missing)}."

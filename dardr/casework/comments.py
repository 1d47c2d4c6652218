"""Comments of a reader as lines of a table: read from a Word file, from words pasted, or given one with its place.

Each line says which paragraph of the version it is about, where that can be told, and keeps what the reader gave as it
was given. The version itself is the Word file recorded with it; without one, paragraphs go by their own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.comment_places import ANOTHER_VERSION, Matched, match, place_of_words
from dardr.casework.file_checks import problem_of
from dardr.casework.files import FileGiven, content
from dardr.casework.serving import reviews_served
from dardr.casework.word_comments import UNTRACKED, Paragraph, Remark, WordReading, read_word
from dardr.casework.word_parts import CannotReadWord
from dardr.errors import Invalid, NotFound, Reason
from dardr.storage.files import StoredFile
from dardr.storage.reviews import AuditEvent, Record
from workflows.definition import Action, ReadsComments
from workflows.processes.comment_request_1.comments import IN_WORD, comments_of

LONGEST = 4000
"""Characters kept of one comment or change in the table; the file or e-mail it came in is kept whole."""
BEGINS = 100
"""Characters by which paragraphs of several copies are told to be one, where the version has no file to compare."""
AROUND = 110
"""Characters of a paragraph shown on either side of a change."""
WHERE = re.compile(
    r"^\s*((?:para(?:graph)?s?\.?\s*|section\s*|page\s*|p\.?\s*)?\d+(?:\.\d+)*)\s*(?::|\)|\s[-–]\s)\s*(?=\S)",
    re.IGNORECASE,
)
"""How a pasted comment says where it belongs: ``4.2: ...``, ``page 12: ...``."""

Row = dict[str, Any]


def with_comments_read(
    session: Session, record: Record, action: Action, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The answers with the comments read from them; the same for an action that reads none.

    Raises Invalid for a Word file that cannot be read, that has no comment and no change, or that is here already.
    """
    if not any(isinstance(effect, ReadsComments) for effect in action.effects):
        return values
    asked = {field.name for field in action.fields if not field.filled}
    answers = {name: value for name, value in values.items() if name in asked}
    given = answers.get("word_file")
    given = given[0] if isinstance(given, list | tuple) and len(given) == 1 else given
    if isinstance(given, FileGiven):
        return {**answers, **_from_word(session, record, given)}
    if words := str(answers.get("pasted") or "").strip():
        return {**answers, "rows": _placed(session, record, _pasted(words))}
    if comment := str(answers.get("comment") or "").strip():
        row = {"kind": "comment", "text": comment[:LONGEST], "where": str(answers.get("where") or "").strip()}
        proposed = str(answers.get("proposed") or "").strip()
        return {**answers, "rows": _placed(session, record, [row | ({"new": proposed[:LONGEST]} if proposed else {})])}
    return answers


# --- pasted and typed --------------------------------------------------------------------------------------


def _pasted(words: str) -> list[Row]:
    """The comments in words that were pasted: an empty line parts two; so does a line that begins with a place."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", words.replace("\r\n", "\n")) if block.strip()]
    found: list[Row] = []
    for block in blocks:
        for piece in _by_places(block):
            named = WHERE.match(piece)
            text = piece[named.end() :] if named else piece
            found.append(
                {"kind": "comment", "text": text.strip()[:LONGEST], "where": named[1].strip() if named else ""}
            )
    return found


def _by_places(block: str) -> list[str]:
    """One block cut where its lines begin with a place, if the first does."""
    lines = block.split("\n")
    if not WHERE.match(lines[0]):
        return [block]
    pieces: list[str] = []
    for line in lines:
        if WHERE.match(line) or not pieces:
            pieces.append(line)
        else:
            pieces[-1] += f"\n{line}"
    return pieces


def _placed(session: Session, record: Record, rows: list[Row]) -> list[Row]:
    """The lines with the paragraph of the version that their place names, where it does."""
    version = _version(session, record) if any(row["where"] for row in rows) else None
    for row in rows:
        found = place_of_words(version, row["where"]) if version and row["where"] else None
        if found is not None:
            row.update(_about(found))
    return [_whole(row) for row in rows]


def _about(paragraph: Paragraph) -> Row:
    return {"paragraph": paragraph.number, "heading": paragraph.heading, "around": _cut(paragraph.text, 0)}


# --- from Word ---------------------------------------------------------------------------------------------


def _from_word(session: Session, record: Record, given: FileGiven) -> Row:
    if given.too_large or problem_of(given.name, given.content) is not None:
        return {}  # refused with the other files, in the words that are the same for all of them
    before = [entry.get("word_file") for entry in record.facts.get(IN_WORD) or ()]
    if any(isinstance(one, dict) and one.get("sha256") == given.sha256 for one in before):
        raise Invalid(
            [Reason("This file is here already: its comments are in the table. Choose another.", "word_file")]
        )
    try:
        copy = read_word(given.content)
    except CannotReadWord as error:
        raise Invalid([Reason(f"The comments cannot be read from this file: {error}", "word_file")]) from error
    version = _version(session, record)
    matched = match(version, copy) if version else None
    rows, left_out = _rows(copy, version, matched, _known(record))
    if not rows:
        raise Invalid([Reason(_nothing(left_out), "word_file")])
    return {"rows": rows, "reading": _said(copy, rows, left_out, version, matched)}


def _nothing(left_out: int) -> str:
    if left_out:
        return (
            "Everything in this file is in the table or in the version already. If the reader has something new, ask"
            " them for the file with it."
        )
    return (
        "There are no comments and no tracked changes in this file. Ask the reader: if they have none, record that"
        " there are no comments; if they changed the words without tracking, ask for the version they began from."
    )


def _known(record: Record) -> set[tuple[str, ...]]:
    """What came from this reader before, so that a second file brings only what is new."""
    return {_key(row) for row in comments_of(record.ref, record.facts)}


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in ("kind", "author", "made", "text", "old", "new"))


def _rows(
    copy: WordReading, version: WordReading | None, matched: Matched | None, known: set[tuple[str, ...]]
) -> tuple[list[Row], int]:
    """The lines of a copy in the order of its text, and how many were left out: here already, or in the version."""
    in_version = {remark.key for remark in version.remarks} if version else set()
    rows: list[Row] = []
    number_of: dict[int, int] = {}
    left_out = 0
    remarks = [*enumerate(copy.remarks), *((-1, one) for one in (matched.untracked if matched else ()))]
    for index, remark in remarks:
        row = _row(copy, version, matched, remark)
        if remark.key in in_version or _key(row) in known:
            left_out += 1
            continue
        number_of[index] = len(rows)
        rows.append(row)
    for index, remark in enumerate(copy.remarks):
        if index in number_of and remark.reply_to in number_of:
            rows[number_of[index]]["reply_to"] = number_of[remark.reply_to]
    return rows, left_out


def _row(copy: WordReading, version: WordReading | None, matched: Matched | None, remark: Remark) -> Row:
    paragraph = copy.paragraphs[remark.at] if remark.at is not None else None
    number = matched.places.get(remark.at) if matched and remark.at is not None else None
    if remark.kind == UNTRACKED and remark.at is None:  # left out of the copy: its place is the version's own
        number = remark.offset
        paragraph = next((p for p in version.paragraphs if p.number == number), None) if version else None
    row: Row = {
        "kind": remark.kind,
        "author": remark.author[:200],
        "made": remark.made[:25],
        "text": remark.text[:LONGEST],
        "old": remark.old[:LONGEST],
        "new": remark.new[:LONGEST],
        "quote": remark.quote[:400],
        "resolved": remark.resolved,
    }
    if paragraph is not None:
        row |= {"heading": paragraph.heading, "around": _cut(paragraph.text, remark.offset)}
        row["begins"] = "" if number is not None else paragraph.text[:BEGINS]
        row["own"] = remark.at if remark.at is not None else 0
    if number is not None:
        row["paragraph"] = number
    return _whole(row)


def _whole(row: Row) -> Row:
    """A line without what is empty, and without what no database keeps."""
    tidy = {name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in row.items()}
    return {name: value for name, value in tidy.items() if value not in ("", None, False)}


def _cut(text: str, offset: int) -> str:
    """The words around a place of a paragraph, cut at spaces."""
    if len(text) <= 2 * AROUND:
        return text
    start, end = max(0, min(offset, len(text)) - AROUND), min(len(text), max(offset, AROUND) + AROUND)
    begin = text.find(" ", start) + 1 if start else 0
    stop = text.rfind(" ", begin, end) if end < len(text) else len(text)
    cut = text[begin : stop if stop > begin else end]
    return f"{'… ' if begin else ''}{cut}{' …' if stop < len(text) else ''}"


def _said(
    copy: WordReading, rows: list[Row], left_out: int, version: WordReading | None, matched: Matched | None
) -> str:
    """What was read, in sentences, for the person who gave the file and for the record."""
    comments = sum(row["kind"] in ("comment", "reply") for row in rows)
    parts = [f"Read from the file: {_count(comments, 'comment')} and {_count(len(rows) - comments, 'change')}."]
    if matched is not None:
        lost = sum("paragraph" not in row for row in rows)
        if lost:
            parts.append(f"{lost} of them {'is' if lost == 1 else 'are'} not found in the version, and kept apart.")
        if matched.share < ANOTHER_VERSION:
            parts.append(
                f"Only {round(matched.share * 100)}% of its paragraphs are in this version: it looks like a copy of"
                " another one. Check the file."
            )
    elif version is None:
        parts.append("The version has no Word file here, so places go by the words of each paragraph.")
    if any(row["kind"] == UNTRACKED for row in rows):
        parts.append("Some words were changed without tracking; these are in the table as well.")
    if copy.formatting:
        parts.append(f"{_count(copy.formatting, 'change')} of looks alone left out.")
    if left_out:
        parts.append(f"{left_out} left out that {'was' if left_out == 1 else 'were'} here before.")
    return " ".join(parts)


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


# --- the version -------------------------------------------------------------------------------------------


def version_file(session: Session, reviews: Iterable[Record], version: str) -> StoredFile | None:
    """The file recorded with a version of the report of one of these reviews; None where none was given."""
    for review in reviews:
        seqs = [one["seq"] for one in review.facts.get("versions") or () if one.get("version") == version]
        found = session.scalar(
            sa.select(StoredFile)
            .join(AuditEvent, AuditEvent.id == StoredFile.event_id)
            .where(AuditEvent.record_id == review.id, AuditEvent.seq.in_(seqs), StoredFile.field == "document")
            .order_by(StoredFile.id.desc())
            .limit(1)
        )
        if found is not None:
            return found
    return None


def _version(session: Session, record: Record) -> WordReading | None:
    """The version that a request is about, read; None where it is no Word file that can be read."""
    row = version_file(session, reviews_served(session, record.id), str(record.facts.get("version") or ""))
    if row is None:
        return None
    try:
        return read_word(content(row))
    except (CannotReadWord, NotFound):  # another kind of file, or one that the key in use does not open
        return None

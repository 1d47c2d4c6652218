"""Search over everything a person may see: references, names used, recorded answers, the text of documents.

One function for both databases. A word is found in its other forms too (reviews, reviewed), without regard to capitals
and accents; the last word is also found as the beginning of a longer one. Only records the actor may see are looked
at, and documents only for those who may open them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.orm import Session, defer

import workflows
from dardr.access import opens_files, roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.search_index import DOCUMENT, RECORD
from dardr.lookups.files import KINDS, asked
from dardr.storage.engine import is_sqlite
from dardr.storage.files import StoredFile
from dardr.storage.reviews import AuditEvent, Record
from dardr.storage.search import SearchEntry

LONGEST_QUESTION = 300
MOST_WORDS = 12
LONGEST_WORD = 60
MOST_HITS = 600
"""Newest passages that are looked at; with more than these, another word narrows them."""
A_PAGE = 20
SHOWN_OF_ONE = 5
AROUND = 90
"""Characters shown on each side of the first word found."""

LEFT_OUT = frozenset(
    "i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself "
    "it its itself they them their theirs themselves what which who whom this that these those am is are was were be "
    "been being have has had having do does did doing a an the and but if or because as until while of at by for with "
    "about against between into through during before after above below to from up down in out on off over under again "
    "further then once here there when where why how all any both each few more most other some such no nor not only "
    "own same so than too very s t can will just don should now".split()
)
"""Words that are everywhere: nothing is found by them, on either database."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage. ``parts`` are pieces of its text, each with whether it is one of the words looked for.

    A document has no parts: what is in it is read in the document. ``file`` is its number, ``label`` the question it
    answers, or the question of an answer.
    """

    kind: str
    ref: str
    process_key: str
    of: str
    label: str
    parts: tuple[tuple[str, bool], ...]
    occurred_on: date | None
    file: int | None = None
    file_kind: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found in one review (or another record), the newest first; ``more`` passages are not shown."""

    ref: str
    title: str
    process_key: str
    stage_label: str
    hits: tuple[Hit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found. ``cut`` is true where older passages were not looked at."""

    words: tuple[str, ...]
    groups: list[Group]
    total: int
    number: int
    cut: bool


class _Row(Protocol):
    """One entry that has the words, as it is looked at: without its text, and of its record what places it."""

    id: int
    kind: str
    label: str
    event_id: int | None
    file_id: int | None
    occurred_on: date | None
    record_id: int
    parent_id: int | None
    named: bool


class _Head(Protocol):
    """Of a record what is shown of it."""

    id: int
    ref: str
    title: str
    process: str
    process_key: str
    stage: str


def words_in(text: str) -> tuple[str, ...]:
    """The words of a question as they are looked for: lower case, no accents, each once, without the commonest."""
    plain = folded(text[:LONGEST_QUESTION])
    found = list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(plain)))
    return tuple([word for word in found if word not in LEFT_OUT][:MOST_WORDS])


def folded(text: str) -> str:
    """Text without capitals and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def search(session: Session, actor: Actor, text: str, *, number: int = 1, size: int = A_PAGE) -> Results:
    """What was found for ``text`` among what this actor may see, by review: page ``number`` (from 1).

    First comes the record whose reference was typed, then those found by their name, then the newest passages. In a
    number of queries that does not depend on how much there is.
    """
    words = words_in(text)
    exact = _by_reference(session, actor, text)
    rows = _matches(session, actor, words) if words else []
    cut = len(rows) > MOST_HITS
    heaps = _heaps(session, actor, exact, _readable(session, actor, rows[:MOST_HITS]))
    last = max(1, -(-len(heaps) // size))
    number = max(1, min(number, last))
    page = heaps[(number - 1) * size : number * size]
    return Results(words, _groups(session, page, words), len(heaps), number, cut)


# --- looking ----------------------------------------------------------------------------------------------


def _by_reference(session: Session, actor: Actor, text: str) -> int | None:
    """The record whose reference was typed, in capitals or not: references are written in capitals."""
    typed = text.replace("\x00", "").strip()[:40]
    if not typed:
        return None
    return session.scalar(sa.select(Record.id).where(Record.ref.in_([typed.upper(), typed]), visible(actor)))


_LOOKED_AT = (
    SearchEntry.id,
    SearchEntry.kind,
    SearchEntry.label,
    SearchEntry.event_id,
    SearchEntry.file_id,
    SearchEntry.occurred_on,
    SearchEntry.record_id,
    Record.parent_id,
    (Record.title != "").label("named"),
)


def _matches(session: Session, actor: Actor, words: Sequence[str]) -> list[_Row]:
    """The newest entries with all the words, of records the actor may see; names before passages."""
    query = (
        sa.select(*_LOOKED_AT)
        .join(Record, Record.id == SearchEntry.record_id)
        .where(SearchEntry.id.in_(_matching(session, words)), visible(actor))
        .order_by(sa.case((SearchEntry.kind == RECORD, 0), else_=1), SearchEntry.id.desc())
        .limit(MOST_HITS + 1)
    )
    return cast("list[_Row]", session.execute(query).all())


def _matching(session: Session, words: Sequence[str]) -> Any:
    """The ids of the entries that have all the words, as each database looks words up in its index."""
    if is_sqlite(session):
        quoted = [f'"{word}"' for word in words]
        asked_for = "{text} : (" + " AND ".join([*quoted[:-1], quoted[-1] + _rest(words[-1])]) + ")"
        return sa.select(sa.column("rowid")).select_from(sa.table("search_words")).where(
            sa.text("search_words MATCH :asked_for").bindparams(asked_for=asked_for)
        )  # fmt: skip
    parts = [f"'{word}'" for word in words]
    asked_for = " & ".join([*parts[:-1], parts[-1] + (":*" if _rest(words[-1]) else "")])
    found = (
        sa.select(SearchEntry.id)
        .where(
            sa.func.dardr_words(SearchEntry.text).op("@@")(sa.func.to_tsquery(sa.cast("english", REGCONFIG), asked_for))
        )
        .cte("matching")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return sa.select(found.c.id)


def _rest(word: str) -> str:
    """The last word may be the beginning of a longer one, unless it is too short to say anything."""
    return "*" if len(word) > 1 else ""


# --- who may read what ------------------------------------------------------------------------------------


def _readable(session: Session, actor: Actor, rows: Sequence[_Row]) -> list[tuple[_Row, str, str]]:
    """The entries this actor may read, each with its label and the kind of its document."""
    documents = [row for row in rows if row.kind == DOCUMENT]
    if not documents:
        return [(row, row.label, "") for row in rows]
    shown = _documents(session, actor, documents)
    return [
        (row, *shown[row.id]) if row.kind == DOCUMENT else (row, row.label, "")
        for row in rows
        if row.kind != DOCUMENT or row.id in shown
    ]


def _documents(session: Session, actor: Actor, rows: Sequence[_Row]) -> dict[int, tuple[str, str]]:
    """Of these entries of documents those this actor may open: the question each answers, and what kind it is."""
    events = {row.event_id for row in rows if row.event_id}
    happened = {e.id: e for e in session.scalars(sa.select(AuditEvent).where(AuditEvent.id.in_(events)))}
    files: dict[int, tuple[str, str, AuditEvent | None]] = {}
    for number, named, media, event_id in session.execute(
        sa.select(StoredFile.id, StoredFile.field, StoredFile.media_type, StoredFile.event_id).where(
            StoredFile.id.in_({row.file_id for row in rows if row.file_id})
        )
    ):
        files[number] = (named, KINDS.get(media, "File"), happened.get(event_id or 0))
    wanted = {row.record_id for row in rows}
    of = sa.select(Record).where(Record.id.in_(wanted), opens_files(actor)).options(defer(Record.facts))
    roles = roles_on_each(session, actor, session.scalars(of))
    found: dict[int, tuple[str, str]] = {}
    for row in rows:
        named, kind, event = files.get(row.file_id or 0, ("", "", None))
        if event is None or row.record_id not in roles:
            continue
        label, readers = asked(event, named)
        if not readers or roles[row.record_id] & readers:
            found[row.id] = (label, kind)
    return found


# --- showing ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Heap:
    """What belongs under one heading, before its texts are read."""

    head: int
    rows: list[tuple[_Row, str, str]] = field(default_factory=list)
    more: int = 0


def _heaps(session: Session, actor: Actor, exact: int | None, rows: Sequence[tuple[_Row, str, str]]) -> list[_Heap]:
    """Entries by the review they belong to; by their own record where that review is not the actor's to see."""
    parents = {row.parent_id for row, _, _ in rows if row.parent_id}
    above = (
        set(session.scalars(sa.select(Record.id).where(Record.id.in_(parents), visible(actor)))) if parents else set()
    )
    heaps: dict[int, _Heap] = {}
    if exact is not None:
        heaps[exact] = _Heap(exact)
    seen: set[tuple[int, str, str, int | None]] = set()
    for row, label, kind in rows:
        head = row.parent_id if row.parent_id is not None and row.parent_id in above else row.record_id
        heap = heaps.setdefault(head, _Heap(head))
        once = (row.record_id, row.kind, label, row.file_id)
        if once in seen or (row.kind == RECORD and head == row.record_id and row.named):
            continue
        seen.add(once)
        if len(heap.rows) < SHOWN_OF_ONE:
            heap.rows.append((row, label, kind))
        else:
            heap.more += 1
    return list(heaps.values())


def _groups(session: Session, heaps: Sequence[_Heap], words: Sequence[str]) -> list[Group]:
    rows = [row for heap in heaps for row, _, _ in heap.rows]
    shown = sorted({*(heap.head for heap in heaps), *(row.record_id for row in rows)})
    columns = sa.select(Record.id, Record.ref, Record.title, Record.process, Record.process_key, Record.stage)
    records = (
        {one.id: cast("_Head", one) for one in session.execute(columns.where(Record.id.in_(shown)))} if shown else {}
    )
    wanted = [row.id for row in rows if row.kind != DOCUMENT]
    texts: dict[int, str] = {}
    if wanted:
        read = session.execute(sa.select(SearchEntry.id, SearchEntry.text).where(SearchEntry.id.in_(wanted)))
        texts = {i: text for i, text in read}
    return [_group(heap, records, texts, words) for heap in heaps]


def _group(heap: _Heap, records: Mapping[int, _Head], texts: Mapping[int, str], words: Sequence[str]) -> Group:
    head = records[heap.head]
    return Group(
        head.ref,
        head.title,
        head.process_key,
        workflows.get(head.process).stage(head.stage).label,
        tuple(_hits(heap, records, texts, words)),
        heap.more,
    )


def _hits(heap: _Heap, records: Mapping[int, _Head], texts: Mapping[int, str], words: Sequence[str]) -> Iterator[Hit]:
    """The passages of one heading; one that says the same as one above it is left out."""
    said: list[str] = []
    for row, label, kind in heap.rows:
        record = records[row.record_id]
        text = texts.get(row.id, "").removeprefix(f"{record.ref}\n")
        if text and any(text in other for other in said):
            continue
        said.append(text)
        yield Hit(
            kind=row.kind,
            ref=record.ref,
            process_key=record.process_key,
            of=workflows.get(record.process).label,
            label=label,
            parts=() if row.kind == DOCUMENT else marked(text or record.ref, words),
            occurred_on=row.occurred_on,
            file=row.file_id,
            file_kind=kind,
        )


def marked(text: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """The part of a text around the first word found, in pieces: each with whether it is a word looked for."""
    if not text:
        return ()
    found = [m for m in _WORD.finditer(text) if _is_one_of(m[0], words)]
    start = max(0, found[0].start() - AROUND) if found else 0
    end = min(len(text), (found[0].end() if found else 0) + AROUND * 2)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = text.find(" ", end) if text.find(" ", end) != -1 else len(text)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for match in found:
        if match.start() < start or match.end() > end:
            continue
        pieces += [(text[at : match.start()], False), (match[0], True)]
        at = match.end()
    pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append((" …", False))
    return tuple((part, is_word) for part, is_word in pieces if part)


ENDINGS = tuple("ational ations ation ingly ings ing edly ies ied ers er ed es ly s e y".split())
"""Longest first, as far as one is the end of another."""


def _is_one_of(word: str, wanted: Sequence[str]) -> bool:
    """True where a word of a text is one of those looked for, in whatever form. Only for marking it."""
    plain = folded(word)
    stem = _stem(plain)
    return any(stem == _stem(one) or (len(one) > 2 and one == wanted[-1] and plain.startswith(one)) for one in wanted)


def _stem(word: str) -> str:
    return next((word[: -len(e)] for e in ENDINGS if word.endswith(e) and len(word) - len(e) >= 3), word)

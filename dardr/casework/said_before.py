"""What was recommended before, kept findable: each recommendation's words as terms, wherever it is recorded.

Written in the transaction of the event that recorded or changed it. Everything here is worked out from the records,
and can be made again: ``dardr recommendations rebuild``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.findings import Finding
from dardr.said.terms import counted, version_of_words
from dardr.storage.engine import Database
from dardr.storage.recommendations import RecommendationTerm, RecommendationText, RecommendationWord
from dardr.storage.reviews import Record
from dardr.storage.types import canonical
from workflows.answers import whole_date

RECOMMENDATION, PUBLISHED, COMMISSIONERS = "recommendation", "historic", "section8-report"
KEPT = (RECOMMENDATION, PUBLISHED, COMMISSIONERS)
"""Processes whose records are, or list, recommendations."""
GONE = ("taken_out",)
"""Stages at which a recommendation was never one of a report: it is not said."""

ALL_TEXTS = ""
"""The word under which the number of all recommendations is counted."""
COUNTED_FROM = 2000
"""With fewer recommendations than this, how common a term is is counted when it is asked for."""
BATCH = 100

Progress = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Said:
    """One recommendation as it stands on its record. ``entry`` 0 for a record of its own, else its place from 1."""

    entry: int
    kind: str
    number: str
    text: str
    scope: str
    year: int | None
    themes: list[str]
    bodies: list[dict[str, str]]

    def mark(self) -> str:
        """A hash of all of it, and of the words by which its terms were read."""
        whole = [self.kind, self.number, self.text, self.scope, self.year, self.themes, self.bodies]
        return version_of_words() + sha256(canonical(whole).encode()).hexdigest()[:56]


def note_record(session: Session, record: Record) -> None:
    """Keep what a record recommends in step with its facts. In the transaction of the event that changed them."""
    if record.process_key in KEPT:
        _keep(session, record.id, record.partnership_id, said_in(record))


def said_in(record: Record) -> list[Said]:
    """The recommendations of a record as it stands now; none for one that was taken out of a draft."""
    facts = record.facts
    if record.process_key == RECOMMENDATION:
        return [] if record.stage in GONE else [_own(record, facts)]
    entries: list[Mapping[str, Any]] = list(facts.get("recommendations") or [])
    if record.process_key == COMMISSIONERS:
        published = whole_date(facts.get("report_published_on"))
        kind, year = "commissioner", published.year if published else None
    else:
        kind, year = str(facts.get("review_kind") or "dardr").lower(), facts.get("year")
    found = [_entry(place, entry, kind, year) for place, entry in enumerate(entries, 1)]
    return [one for one in found if one.text]


def _own(record: Record, facts: Mapping[str, Any]) -> Said:
    keys = [{"key": str(key)} for key in facts.get("addressees") or []]
    department = str(facts.get("department") or "").strip()
    return Said(
        0,
        "dardr",
        str(facts.get("number") or "")[:40],
        _clean(facts.get("recommendation_text")),
        str(facts.get("scope") or "")[:20],
        record.opened_on.year,
        [str(theme) for theme in facts.get("themes") or []],
        [*keys, *([{"name": department[:200]}] if department else [])],
    )


def _entry(place: int, entry: Mapping[str, Any], kind: str, year: Any) -> Said:
    return Said(
        place,
        kind[:20],
        str(entry.get("number") or "")[:40],
        _clean(entry.get("text")),
        str(entry.get("scope") or "").lower()[:20],
        year if isinstance(year, int) else None,
        [],
        [{"name": str(name)[:200]} for name in entry.get("lead_agencies") or []],
    )


def _clean(text: Any) -> str:
    return str(text or "").replace("\x00", " ").strip()


def _keep(session: Session, record_id: int, partnership_id: int, said: Iterable[Said]) -> int:
    """Write what differs from what is kept of a record; how many recommendations were written again."""
    rows = session.scalars(sa.select(RecommendationText).where(RecommendationText.record_id == record_id))
    kept = {row.entry: row for row in rows}
    written = 0
    for one in said:
        row = kept.pop(one.entry, None)
        if row is not None and row.content_hash == one.mark() and row.partnership_id == partnership_id:
            continue
        written += 1
        terms = counted(one.text)
        if row is None:
            row = RecommendationText(record_id=record_id, entry=one.entry, text="")
            session.add(row)
        row.partnership_id, row.kind, row.number, row.text = partnership_id, one.kind, one.number, one.text
        row.scope, row.year, row.themes, row.bodies = one.scope, one.year, one.themes, one.bodies
        row.length, row.content_hash = sum(terms.values()), one.mark()
        session.flush()
        session.execute(sa.delete(RecommendationTerm).where(RecommendationTerm.text_id == row.id))
        if terms:
            session.execute(
                sa.insert(RecommendationTerm),
                [{"term": term, "text_id": row.id, "times": times} for term, times in sorted(terms.items())],
            )
    if kept:
        gone = [row.id for row in kept.values()]
        session.execute(sa.delete(RecommendationTerm).where(RecommendationTerm.text_id.in_(gone)))
        session.execute(sa.delete(RecommendationText).where(RecommendationText.id.in_(gone)))
    return written


# --- all of it again ------------------------------------------------------------------------------------------------


def rebuild(database: Database, progress: Progress | None = None) -> dict[str, int]:
    """Make it again from the records, a hundred at a time, and count how common each term is. People may go on working.

    Gives how many ``recommendations`` there are, and how many were ``written`` because they were missing or differed.
    """
    step = progress or (lambda *_a, **_k: None)
    with database.read() as session:
        ids = list(session.scalars(sa.select(Record.id).where(Record.process_key.in_(KEPT)).order_by(Record.id)))
    step(0, total=len(ids))
    written = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        with database.write() as session:
            query = sa.select(Record).where(Record.id.in_(batch)).order_by(Record.id).with_for_update(of=Record)
            for record in session.scalars(query):
                written += _keep(session, record.id, record.partnership_id, said_in(record))
        step(len(batch))
    with database.write() as session:
        total = count_words(session)
    return {"recommendations": total, "written": written}


def count_words(session: Session) -> int:
    """Count in how many recommendations each term occurs, where there are many; and give how many there are."""
    total = session.scalar(sa.select(sa.func.count()).select_from(RecommendationText)) or 0
    session.execute(sa.delete(RecommendationWord))
    if total >= COUNTED_FROM:
        every = sa.select(RecommendationTerm.term, sa.func.count()).group_by(RecommendationTerm.term)
        session.execute(sa.insert(RecommendationWord).from_select(["term", "texts"], every))
        session.add(RecommendationWord(term=ALL_TEXTS, texts=total))
    session.flush()
    return total


def keep_up(database: Database) -> None:
    """At night: read again what is missing or was read by earlier words of the field; count how common each term is."""
    with database.read() as session:
        wrong = _missing(session) + _behind(session)
    if wrong:
        rebuild(database)
        return
    with database.write() as session:
        count_words(session)


def _behind(session: Session) -> int:
    """How many recommendations were read by other words of the field than there are now."""
    known = RecommendationText.content_hash.startswith(version_of_words(), autoescape=True)
    return session.scalar(sa.select(sa.func.count()).select_from(RecommendationText).where(sa.not_(known))) or 0


def _missing(session: Session) -> int:
    """How many recommendations are on record and not kept here."""
    there = sa.exists().where(RecommendationText.record_id == Record.id)
    own = sa.and_(Record.process_key == RECOMMENDATION, Record.stage.not_in(GONE))
    missing = session.scalar(sa.select(sa.func.count()).select_from(Record).where(own, sa.not_(there))) or 0
    counts = sa.select(RecommendationText.record_id, sa.func.count()).group_by(RecommendationText.record_id)
    kept = {one: many for one, many in session.execute(counts)}
    lists = sa.select(Record.id, Record.facts).where(Record.process_key.in_((PUBLISHED, COMMISSIONERS)))
    for one, facts in session.execute(lists):
        missing += max(0, len(facts.get("recommendations") or []) - kept.get(one, 0))
    return missing


def said_before_is_whole(session: Session, today: date) -> Iterator[Finding]:
    """Recommendations that “said before” does not find, or reads by words of an earlier version. ``today`` London's."""
    if wrong := _missing(session) + _behind(session):
        said = "1 recommendation is" if wrong == 1 else f"{wrong:,} recommendations are"
        yield Finding(
            None,
            "said_before_incomplete",
            f"{said} not found as said before, or not by today's words. Run: dardr recommendations rebuild",
        )

"""Keeping the lines of a chronology with the return they came by: what was read is said, what went is withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.chronology.columns import Match
from dardr.casework.chronology.reading import CONTENT, MOST_NAMED, LineRead, Reading, lines_hash, read_chronology
from dardr.casework.file_checks import problem_of
from dardr.casework.files import FileGiven
from dardr.casework.tables import remembered
from dardr.errors import Invalid, Reason
from dardr.storage.chronologies import ChronologyLine
from dardr.storage.reviews import AuditEvent, Record
from workflows.definition import Action, KeepsChronology
from workflows.processes.agency_return_1.chronology import CHRONOLOGIES

PURPOSE = "chronology"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the lines: how many are new, stay as they are, and were withdrawn."""

    new: int
    same: int
    withdrawn: int

    @property
    def says(self) -> str:
        """In a sentence."""
        return f"The chronology: {self.new} new, {self.same} as before, {self.withdrawn} withdrawn."


def with_chronology_read(
    session: Session, record: Record, action: Action, values: Mapping[str, Any], today: date
) -> Mapping[str, Any]:
    """The answers with what was read from a chronology; the same for an action that keeps none.

    Raises Invalid for a file that cannot be read, whose columns cannot be told, without a line, or here already.
    """
    effect = next((one for one in action.effects if isinstance(one, KeepsChronology)), None)
    if effect is None:
        return values
    asked = {field.name for field in action.fields if not field.filled}
    answers = {name: value for name, value in values.items() if name in asked}
    given = answers.get(effect.name)
    given = given[0] if isinstance(given, list | tuple) and len(given) == 1 else given
    if not isinstance(given, FileGiven) or given.too_large or problem_of(given.name, given.content) is not None:
        return answers  # refused with the other files, in the words that are the same for all of them
    reading = _read(session, record, given, answers.get("columns"), today)
    last = (record.facts.get(CHRONOLOGIES) or [{}])[-1]
    fingerprint = lines_hash(reading.lines)
    if last.get("lines_hash") == fingerprint:
        raise Invalid([Reason("These lines are here already, word for word. Nothing was added.", effect.name)])
    return {
        **answers,
        "columns": reading.match.lines(),
        "lines_read": len(reading.lines),
        "lines_refused": len(reading.not_taken),
        "lines_hash": fingerprint,
        "reading": reading.says,
        "refused_rows": [one.as_dict() for one in reading.not_taken[:MOST_NAMED]],
    }


def _read(session: Session, record: Record, given: FileGiven, columns: Any, today: date) -> Reading:
    lines = columns.splitlines() if isinstance(columns, str) else columns or []
    chosen = Match.of(line for line in lines if line.strip()) if lines else None
    reading = read_chronology(given, today, chosen, remembered_for(session, record.partnership_id))
    if not reading.match.whole:
        missing = " ".join(one.reason for one in reading.match.missing())
        raise Invalid([Reason(f"The headings of this file do not tell its columns. {missing}", "columns")])
    if not reading.lines:
        raise Invalid([Reason("No line of this file can be taken. Look at its columns, and choose it again.",
                              "chronology_file")])  # fmt: skip
    return reading


def remembered_for(session: Session, partnership_id: int) -> Any:
    """A function that gives the match remembered for headings, or None."""

    def find(headings: list[str]) -> Match | None:
        kept = remembered.match_of(session, partnership_id, PURPOSE, headings)
        return Match({str(key): str(heading) for key, heading in kept.columns}) if kept else None

    return find


def keep_lines(
    session: Session, record: Record, event: AuditEvent, answers: Mapping[str, Any], given: FileGiven, today: date
) -> Kept:
    """Write the lines of the file that was just recorded. One that stood before, word for word, stays the line it is:
    what was decided and noted about it holds. Any other that stood before is withdrawn by this event."""
    reading = _read(session, record, given, answers.get("columns"), today)
    before: dict[tuple[Any, ...], list[ChronologyLine]] = defaultdict(list)
    for row in standing_lines(session, [record.id]):
        before[tuple(getattr(row, name) for name in CONTENT)].append(row)
    new = 0
    for position, line in enumerate(reading.lines, 1):
        same = before.get(line.content())
        if same:
            row = same.pop(0)
            row.position = position  # where it stood in the file it came in stays: that file is its source
        else:
            session.add(_row(record, event, position, line))
            new += 1
    gone = [row for rows in before.values() for row in rows]
    for row in gone:
        row.withdrawn_by_event = event.id
    session.flush()
    return Kept(new, len(reading.lines) - new, len(gone))


def _row(record: Record, event: AuditEvent, position: int, line: LineRead) -> ChronologyLine:
    return ChronologyLine(
        record_id=record.id,
        event_id=event.id,
        position=position,
        place=line.place,
        **{name: getattr(line, name) for name in CONTENT},
    )


def standing_lines(session: Session, record_ids: Iterable[int]) -> list[ChronologyLine]:
    """The lines of these returns that no later file replaced, in the order of each."""
    return list(
        session.scalars(
            sa.select(ChronologyLine)
            .where(ChronologyLine.record_id.in_(list(record_ids)), ChronologyLine.withdrawn_by_event.is_(None))
            .order_by(ChronologyLine.record_id, ChronologyLine.position)
        )
    )

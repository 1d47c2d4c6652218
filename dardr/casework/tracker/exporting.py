"""Giving the tracker back in its own columns, with today's values; and every open review that is here since.

Text is written as text: nothing in it is ever a formula or a link.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session

import workflows
from dardr.access import SEES_IDENTITIES, roles_on, visible
from dardr.actors import Actor
from dardr.casework.tables.columns import Column
from dardr.casework.tables.reading import Value, given, shown
from dardr.casework.tracker.matching import BY_KEY, IDENTITY, LEAVE
from dardr.casework.tracker.row import with_notes
from dardr.casework.tracker.standing import Choices, Standing, same
from dardr.errors import Forbidden, NotFound
from dardr.storage.reviews import Record
from dardr.storage.tracker import TrackerLayout, TrackerRow

WIDEST = 60


@dataclass(frozen=True)
class Given:
    """A tracker as given back: the bytes of a workbook, how many rows, and whose identities were put in."""

    data: bytes
    rows: int
    identities_of: tuple[int, ...] = ()


def layouts(session: Session, actor: Actor) -> list[TrackerLayout]:
    """The trackers remembered for the actor's partnership, the last used first."""
    return list(
        session.scalars(
            sa.select(TrackerLayout)
            .where(TrackerLayout.partnership_id == actor.partnership_id)
            .order_by(TrackerLayout.updated_at.desc(), TrackerLayout.id.desc())
        )
    )


def layout_named(session: Session, actor: Actor, name: str) -> TrackerLayout:
    """The remembered tracker of that name. Raises NotFound."""
    found = session.scalar(
        sa.select(TrackerLayout).where(TrackerLayout.partnership_id == actor.partnership_id, TrackerLayout.name == name)
    )
    if found is None:
        raise NotFound(f"No tracker is remembered under the name “{name}”. Bring one in first.")
    return found


def export(session: Session, actor: Actor, layout: TrackerLayout, *, identities: bool = False) -> Given:
    """The tracker with today's values, of the reviews this actor may see.

    ``identities`` fills the columns that are kept apart. Raises Forbidden for somebody who may not read them on one
    of these reviews; the caller logs the read.
    """
    columns = [Column.of(kept) for kept in layout.columns]
    choices = Choices.load(session, actor)
    table: list[list[Value]] = []
    read: list[int] = []
    for record, row in _rows(session, actor, layout):
        held: dict[str, Value] = {}
        if identities and any(c.fact in IDENTITY for c in columns):
            if not roles_on(session, actor, record) & SEES_IDENTITIES:
                raise Forbidden("Who the people are is for those who carry these reviews. Download it without names.")
            held = Standing(session, record).identity(IDENTITY)
            read.append(record.id)
        table.append(_line(session, columns, choices, record, row, held))
    return Given(_workbook(layout.sheet, [c.heading for c in columns], table), len(table), tuple(read))


def _rows(session: Session, actor: Actor, layout: TrackerLayout) -> list[tuple[Record, TrackerRow | None]]:
    """The rows in their order, then every open review that was never in this tracker."""
    tracked = session.execute(
        sa.select(Record, TrackerRow)
        .join(TrackerRow, TrackerRow.record_id == Record.id)
        .where(TrackerRow.layout_id == layout.id, visible(actor))
        .order_by(TrackerRow.position, TrackerRow.id)
    )
    found: list[tuple[Record, TrackerRow | None]] = [(record, row) for record, row in tracked]
    since = session.scalars(
        sa.select(Record)
        .where(
            Record.process_key.in_(workflows.REVIEW_KEYS),
            Record.partnership_id == layout.partnership_id,
            Record.final.is_(False),
            visible(actor),
            ~sa.exists().where(TrackerRow.record_id == Record.id, TrackerRow.layout_id == layout.id),
        )
        .order_by(Record.id)
    )
    return [*found, *((record, None) for record in since)]


def _line(
    session: Session,
    columns: list[Column],
    choices: Choices,
    record: Record,
    row: TrackerRow | None,
    identity: dict[str, Value],
) -> list[Value]:
    standing = Standing(session, record)
    return [_cell(standing, column, choices, row, identity) for column in columns]


def _cell(
    standing: Standing, column: Column, choices: Choices, row: TrackerRow | None, identity: dict[str, Value]
) -> Value:
    """Today's value of a matched column; words as given where nothing newer is recorded; else as last given."""
    fact = BY_KEY.get(column.fact)
    base = given(row.given.get(column.heading)) if row is not None else None
    if column.fact == LEAVE:
        return None
    if fact is None:
        return base
    if fact.kind == "identity":
        return identity.get(fact.key)
    if fact.kind == "note":
        notes = standing.notes_since(row.imported_at) if row is not None else []
        return with_notes(shown(base).strip(), notes) or None
    if fact.kind == "update":
        return (standing.last_change(row.imported_at) if row is not None else standing.record.opened_on) or base
    if fact.key == "reference" and row is not None:
        return base
    ours = standing.value(fact.key)
    if ours is None or (base is not None and _as_given(fact.kind, base, ours, choices, column)):
        return base
    if fact.kind == "stage":
        return _word_for(str(ours), choices, column)
    if fact.kind == "person" and "@" in shown(base):
        return next((email for _, email, name in choices.people if name == ours), ours)
    return ours


def _as_given(kind: str, base: Value, ours: Value, choices: Choices, column: Column) -> bool:
    """Whether the words of the tracker still say what is on record; a whole day on record is given as a date."""
    return same(kind, base, ours, choices, column) and not (kind == "day" and isinstance(ours, date))


def _word_for(stage: str, choices: Choices, column: Column) -> str:
    """The team's own word for a stage; the stage's label where they have none."""
    for word, meant in column.words.items():
        if meant == stage:
            return word[:1].upper() + word[1:]
    return choices.stages.get(stage, stage)


def _workbook(sheet: str, headings: list[str], table: list[list[Value]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    plain = book.add_format({"valign": "top"})
    day = book.add_format({"num_format": "d mmmm yyyy", "valign": "top", "align": "left"})
    page = book.add_worksheet(_sheet_name(sheet))
    for column, heading in enumerate(headings):
        page.write_string(0, column, heading, head)
        longest = max([len(heading), *(len(shown(line[column]).split("\n")[0]) for line in table)], default=10)
        page.set_column(column, column, min(max(longest + 2, 10), WIDEST))
    for number, line in enumerate(table, 1):
        for column, value in enumerate(line):
            _write(page, number, column, value, text=text, plain=plain, day=day)
    page.freeze_panes(1, 0)
    if table:
        page.autofilter(0, 0, len(table), len(headings) - 1)
    book.close()
    return out.getvalue()


def _write(page: Any, row: int, column: int, value: Value, *, text: Any, plain: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value, plain)
    elif isinstance(value, int | float):
        page.write_number(row, column, value, plain)
    elif isinstance(value, date) and value.year >= 1900:
        page.write_datetime(row, column, value, day)
    else:
        page.write_string(row, column, shown(value), text)


def _sheet_name(name: str) -> str:
    """A name Excel takes: at most 31 characters, none of those it forbids."""
    kept = "".join(c for c in name if c not in "[]:*?/\\").strip("' ")[:31]
    return kept if kept and kept.casefold() != "history" else "Tracker"

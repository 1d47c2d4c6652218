"""A workbook that came back, compared cell by cell with what was given out and with what is on record now.

Nothing is written: what would be recorded is tried, and nothing of the trial stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.act import take_action
from dardr.casework.judging import judged
from dardr.casework.sheets.cells import label_of_value, read_cell, same
from dardr.casework.sheets.columns import (
    BY_KEY,
    COLUMNS,
    LONGEST,
    THEIRS,
    from_json,
    shown,
)
from dardr.casework.sheets.preview import Change, Clash, Preview, Work
from dardr.casework.sheets.reading import Cell, Refusal, Returned, Row
from dardr.casework.sheets.standing import MARK_OF, dates_of, marks, now_held
from dardr.casework.sheets.steps import label_of, steps_of
from dardr.casework.trying import tried
from dardr.errors import DardrError
from dardr.storage.plans import SheetOut
from dardr.storage.reviews import Record
from dardr.systime import london_date

NOT_YOURS = "This action is not yours to change, or not any more. Ask the team."
MINE, HERE = "mine", "here"
"""What somebody chooses for a cell in conflict: what the workbook says, or what is on record here."""
AT_ONCE = 400


@dataclass(slots=True)
class _Told:
    """One row with the cells that differ from what was given out."""

    row: Row
    out: Mapping[str, Any]
    cells: dict[str, Cell]


def compare(
    session: Session,
    actor: Actor,
    now: datetime,
    back: Returned,
    out: SheetOut,
    *,
    chosen: Mapping[str, str] | None = None,
    tried: bool = True,
    waits: bool = False,
) -> Preview:
    """What a returned workbook would change, at the instant ``now`` (UTC).

    ``chosen`` says for cells in conflict, by their name, whether the workbook's words are taken or those here stay.
    ``tried``: every change is tried by the actions themselves, and what they refuse is among the refusals. ``waits``:
    somebody else signs it off before it counts, so the first action of a row is judged only.
    """
    preview = Preview(back.sheet, refusals=list(back.refusals), remarks=list(back.remarks), rows=len(back.rows))
    told = list(_differing(back, out, preview))
    records = _records(session, actor, [one.out["id"] for one in told])
    due = dates_of(session, records)
    for one in told:
        record = records.get(one.out["id"])
        if record is None:
            for key in one.cells:
                _refuse(preview, back, one.row, key, NOT_YOURS)
            continue
        settled = _against_now(preview, back, one, record, due.get(record.id), chosen or {})
        if settled:
            _plan(session, actor, now, preview, back, one, record, settled, tried=tried, waits=waits)
    missing = len(out.rows) - len({row.ref for row in back.rows} & set(out.rows))
    if missing:
        preview.remarks.append(
            f"{missing} {'action that was' if missing == 1 else 'actions that were'} given out"
            f" {'is' if missing == 1 else 'are'} not in the workbook any more. Nothing changes for"
            f" {'it' if missing == 1 else 'them'}."
        )
    return preview


def _where(back: Returned, row: Row, key: str) -> str:
    return f"{back.letters.get(key, 'A')}{row.number}"


def _refuse(preview: Preview, back: Returned, row: Row, key: str, reason: str) -> None:
    preview.refusals.append(Refusal(back.sheet, _where(back, row, key), reason, row.ref))


# --- against what was given out -----------------------------------------------------------------------------


def _differing(back: Returned, out: SheetOut, preview: Preview) -> Iterable[_Told]:
    seen: dict[str, int] = {}
    asked = [(index, column) for index, column in enumerate(COLUMNS) if column.key in back.letters]
    for row in back.rows:
        if not row.ref:
            said = next((key for key in row.cells if row.cells[key]), "ref")
            _refuse(
                preview, back, row, said,
                "This row was not in the workbook as it was given out. Nothing of it is taken. Write to the team about"
                " an action that is missing: it is put on the plan of its review first.",
            )  # fmt: skip
            continue
        known = out.rows.get(row.ref)
        if known is None:
            _refuse(
                preview, back, row, "ref",
                f"{row.ref[:60]} was not in this workbook when it was given out. Nothing of the row is taken.",
            )  # fmt: skip
            continue
        if row.ref in seen:
            _refuse(
                preview, back, row, "ref",
                f"{row.ref} is in row {seen[row.ref]} too. That row counts; nothing of this one is taken.",
            )  # fmt: skip
            continue
        seen[row.ref] = row.number
        cells: dict[str, Cell] = {}
        kept = known["cells"]
        for index, column in asked:
            cell = row.cells.get(column.key)
            if cell == kept[index] or same(from_json(kept[index]), cell):
                preview.unchanged += column.theirs
                continue
            if reason := _not_takable(column.key, row, known, cell):
                _refuse(preview, back, row, column.key, reason)
            else:
                cells[column.key] = cell
        if cells:
            yield _Told(row, known, cells)


ELSEWHERE = {
    "target": "A date is not changed here: put the day you need under “New date suggested”, with the reason.",
    "outcome": "What was done is given under “Evidence” and “Difference it has made”.",
}


def _not_takable(key: str, row: Row, known: Mapping[str, Any], cell: Cell) -> str:
    """Why a changed cell is not even looked at; empty where it is."""
    column = BY_KEY[key]
    if not column.theirs:
        return (
            f"“{column.heading}” is not changed by a workbook. "
            + ELSEWHERE.get(key, "Write to the team if it is wrong.")
        )  # fmt: skip
    if key in row.formulas:
        return "The cell holds a formula. Formulas are not read: type what it should say."
    if key in row.merged:
        return "The cell is merged with others: for which action it is meant, nobody can tell. Split them, fill each."
    if not known["open"]:
        return (
            "Nothing could be said of this action when the workbook was given out. Say it on its page, or to the team."
        )
    if cell is None:
        return "The cell was emptied. Nothing is taken away here: leave it as it was."
    if isinstance(cell, str) and len(cell) > LONGEST:
        return (
            f"The cell has {len(cell):,} characters; at most {LONGEST:,} are taken. Put it into a document, add that on"
            " the page of the action, and say here in a few sentences what it shows."
        )
    return ""


# --- against what is here now -------------------------------------------------------------------------------


def _records(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Record]:
    found: dict[int, Record] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        rows = session.scalars(sa.select(Record).where(Record.id.in_(some), visible(actor)))
        found.update({record.id: record for record in rows})
    return found


def _against_now(
    preview: Preview, back: Returned, one: _Told, record: Record, dated: date | None, chosen: Mapping[str, str]
) -> dict[str, Any]:
    """The cells to be taken, as values; what is on record already is counted, what clashes is listed."""
    then, here, held = one.out["marks"], marks(record, dated), now_held(record, dated)
    settled: dict[str, Any] = {}
    for column in THEIRS:
        if column.key not in one.cells:
            continue
        cell = one.cells[column.key]
        value, wrong = read_cell(record.process_key, column.key, cell)
        if wrong:
            _refuse(preview, back, one.row, column.key, wrong)
            continue
        said = label_of_value(record.process_key, column.key, value)
        mark = MARK_OF.get(column.key, column.key)
        moved = then.get(mark) != here.get(mark)
        if moved and same(said, held[column.key] or None):
            preview.unchanged += 1
            continue
        if not moved:
            settled[column.key] = value
            continue
        index = COLUMNS.index(column)
        clash = Clash(
            back.sheet, _where(back, one.row, column.key), record.ref, column.key, column.heading,
            shown(from_json(one.out["cells"][index])), held[column.key], said,
            "It was changed here after the workbook was given out.",
        )  # fmt: skip
        choice = chosen.get(clash.name)
        if choice == MINE:
            settled[column.key] = value
        elif choice != HERE:
            preview.conflicts.append(clash)
    return settled


# --- what it means ------------------------------------------------------------------------------------------


def _plan(
    session: Session,
    actor: Actor,
    now: datetime,
    preview: Preview,
    back: Returned,
    one: _Told,
    record: Record,
    settled: dict[str, Any],
    *,
    tried: bool,
    waits: bool,
) -> None:
    """The actions that a row means; tried, so that what they refuse is known before anybody confirms."""
    row = one.row
    before = {key: shown(from_json(one.out["cells"][COLUMNS.index(BY_KEY[key])])) for key in settled}
    steps, wrong = steps_of(record.process_key, record.stage, settled)
    for problem in wrong:
        for key in problem.columns:
            _refuse(preview, back, row, key, problem.reason)
    if not steps:
        return
    work = Work(
        record.ref, record.revision, row.number, record.process, steps,
        {key: _where(back, row, key) for key in settled},
    )  # fmt: skip
    if tried and (refused := refusals_of(session, actor, now, work, back.sheet, waits=waits)):
        preview.refusals += refused
        return
    preview.work.append(work)
    for step in steps:
        for key in step.columns:
            preview.changes.append(
                Change(
                    back.sheet, work.cells[key], record.ref, key, BY_KEY[key].heading, before[key],
                    label_of_value(record.process_key, key, settled[key]), label_of(record.process, step.action),
                )
            )  # fmt: skip


def refusals_of(
    session: Session, actor: Actor, now: datetime, work: Work, sheet: str, *, waits: bool = False
) -> list[Refusal]:
    """What the actions themselves would refuse of a row. They are tried, and nothing of it stays.

    One action by itself is judged, which says the same and is many times faster; of several each needs the one before.
    """
    try:
        with tried(session, keep=False):
            if waits or len(work.steps) == 1:
                first = work.steps[0]
                judged(session, actor, now, work.ref, first.action, first.values, london_date(now), work.revision)
            else:
                carry_out(session, actor, now, work)
    except DardrError as error:
        return refusals_for(error, work, sheet)
    return []


def carry_out(session: Session, actor: Actor, now: datetime, work: Work, *, written_by: str = "") -> int:
    """Take the actions of one row, all or none of them in the caller's savepoint; how many. Raises as they do.

    ``written_by`` is the name of who filled the workbook, where the actor confirms what somebody else wrote.
    """
    revision = work.revision
    for step in work.steps:
        done = take_action(
            session, actor, now, work.ref, step.action, step.values, london_date(now), revision, written_by=written_by
        )
        revision = done.revision
    return len(work.steps)


FIELDS = {
    "progress": "progress", "needs": "help", "evidence": "evidence", "evidence_grade": "grade",
    "evidence_reference": "kept", "impact": "impact", "obstacle": "reason", "who_could_help": "help",
    "said_only_reason": "reason", "suggested_date": "new_date", "suggested_reason": "reason",
}  # fmt: skip
"""The column from which the answer to each question comes."""


def refusals_for(error: DardrError, work: Work, sheet: str) -> list[Refusal]:
    """The reasons of a refusal, each at the cell it comes from."""
    columns = [key for step in work.steps for key in step.columns]
    found = []
    for reason in error.reasons:
        key = FIELDS.get(reason.field or "", "")
        cell = work.cells.get(key) or work.cells[columns[0]]
        found.append(Refusal(sheet, cell, reason.reason, work.ref))
    return found

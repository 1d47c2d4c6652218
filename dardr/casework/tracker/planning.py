"""How a tracker just chosen will be read: by the layout remembered for it, else by a guess that a person looks at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.tables.columns import Column, plain, suggest, words_of
from dardr.casework.tables.reading import Sheet, Table, guess_heading_row, shown, table_of
from dardr.casework.tracker.bringing import Plan
from dardr.casework.tracker.exporting import layout_named, layouts
from dardr.casework.tracker.matching import FACTS, suggest_stage
from dardr.casework.tracker.standing import Choices
from dardr.errors import Invalid, Reason
from dardr.storage.tracker import TrackerLayout

ENOUGH = 0.6
"""The share of a remembered tracker's headings that a file must have to be taken for the same one."""
FIRST_NAME = "Tracker"


def plan_for(
    session: Session, actor: Actor, sheets: Sequence[Sheet], *, layout: str = "", sheet: str = "", heading_row: int = 0
) -> tuple[Plan, Table]:
    """A plan for a file, and its table. ``layout``, ``sheet`` and ``heading_row`` are a person's choices, if any.

    Raises NotFound for a layout nobody remembers, Invalid for a sheet that is not there or has no headings.
    """
    remembered = layout_named(session, actor, layout) if layout else _alike(layouts(session, actor), sheets)
    chosen = _sheet(sheets, sheet, remembered)
    known = [Column.of(kept) for kept in remembered.columns] if remembered else []
    row = heading_row or guess_heading_row(chosen, (c.heading for c in known))
    table = table_of(chosen, row)
    columns = suggest(table, FACTS, known)
    explain(columns, table, Choices.load(session, actor))
    name = remembered.name if remembered else (chosen.name or FIRST_NAME)
    return Plan(name[:120], chosen.name, row, columns), table


def explain(columns: Sequence[Column], table: Table, choices: Choices) -> None:
    """Guess what the words of the stage column mean, where nobody has said yet."""
    for column in columns:
        if column.fact != "stage":
            continue
        for word in words_of(table, column.heading):
            if plain(word) not in column.words:
                guessed = suggest_stage(word, choices.stages)
                if guessed:
                    column.words[plain(word)] = guessed


def unexplained(columns: Sequence[Column], table: Table, choices: Choices) -> list[tuple[Column, list[str]]]:
    """For the columns of stages and partnerships: their words, all of the stages, those unknown of the partnerships."""
    found = []
    for column in columns:
        if column.fact == "stage":
            found.append((column, words_of(table, column.heading)))
        elif column.fact == "csp":
            unknown = [w for w in words_of(table, column.heading) if not choices.csps_in(w) or plain(w) in column.words]
            if unknown:
                found.append((column, unknown))
    return found


def _sheet(sheets: Sequence[Sheet], name: str, remembered: TrackerLayout | None) -> Sheet:
    wanted = name or (remembered.sheet if remembered else "")
    for one in sheets:
        if one.name == wanted:
            return one
    if name:
        raise Invalid([Reason(f"There is no sheet “{name}” in this workbook. Choose another one.", "sheet")])
    return sheets[0]


def _alike(remembered: Sequence[TrackerLayout], sheets: Sequence[Sheet]) -> TrackerLayout | None:
    """The remembered tracker whose headings are in the file; the one used last where several are."""
    words = {plain(shown(v)) for s in sheets for row in s.rows[:20] for v in row if v is not None}
    for layout in remembered:
        headings = {plain(str(c["heading"])) for c in layout.columns}
        if headings and len(headings & words) >= ENOUGH * len(headings):
            return layout
    return None

"""What somebody typed into a cell, as a value; and whether two cells say the same, however they are written."""

from __future__ import annotations

from datetime import date
from typing import Any

from dardr.casework.sheets.columns import BY_KEY, CHOICE, DAY, grades, shown, statuses
from dardr.casework.sheets.reading import Cell
from dardr.casework.tables.columns import plain
from dardr.casework.tables.days import read_day

NO_DAY = ("ongoing", "on going", "continuing", "continuous", "asap", "as soon as possible", "rolling", "tbc", "tba")


def same(given: date | str | None, cell: Cell) -> bool:
    """Whether a cell still says what it said, however an office program has written it since."""
    if given is None or cell is None:
        return given is None and cell is None
    if isinstance(given, date) or isinstance(cell, date):
        one = given if isinstance(given, date) else read_day(given).whole
        other = cell if isinstance(cell, date) else read_day(cell).whole
        return str(one) == str(other)
    return " ".join(given.split()) == " ".join(cell.split())


def read_cell(process_key: str, key: str, cell: Cell) -> tuple[Any, str]:
    """The value of a changed cell, or why it cannot be read."""
    column = BY_KEY[key]
    if column.kind == DAY:
        return _read_day(cell)
    text = shown(cell)
    if column.kind == CHOICE:
        offered = offered_for(process_key, key)
        found = next((value for value, label in offered.items() if plain(label) == plain(text)), None)
        said = ", ".join(offered.values())
        return found, "" if found else f"“{text[:60]}” is not one of the list. Choose from: {said}."
    return text, ""


def _read_day(cell: Cell) -> tuple[date | None, str]:
    if isinstance(cell, date):
        return cell, ""
    text = shown(cell)
    if plain(text) in NO_DAY:
        return None, (
            f"“{text[:40]}” is no date. Give a day by which something can be seen to have happened, or say under"
            " “Progress since the last update” that it is in place now."
        )
    day = read_day(text)
    if day.whole:
        return date.fromisoformat(day.whole), ""
    problem = day.problem or "It is not one day."
    return None, f"“{text[:40]}” cannot be read as a day. {problem} Write it like 30 September 2027."


def offered_for(process_key: str, key: str) -> dict[str, str]:
    """The words that a column with a list takes, by value."""
    return statuses(process_key) if key == "status" else grades()


def label_of_value(process_key: str, key: str, value: Any) -> str:
    """A value as people read it."""
    if BY_KEY[key].kind == CHOICE:
        return offered_for(process_key, key).get(value, str(value))
    return shown(value)

"""The columns of a workbook of actions: those of the Home Office's template, and those that the agency fills."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import workflows
from dardr.casework.tables.columns import plain
from workflows.processes.action_1.asking import GRADES

SHEET = "Actions"
GUIDE = "How to fill this in"
KEY_SHEET = "dardr"
KEY_PROPERTY = "dardr key"
HEADING_ROW = 3
"""The row (from 1) of the headings: above it what the workbook is, and as at which day."""
MOST_ROWS = 10_000
LONGEST = 8_000
"""Characters of a cell that are taken; more belongs into a document that is given as evidence."""

TEXT, DAY, CHOICE = "text", "day", "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``theirs``: the agency fills it, its cells are not locked."""

    key: str
    heading: str
    width: int
    kind: str = TEXT
    theirs: bool = False
    help: str = ""


COLUMNS: tuple[Column, ...] = (
    Column("ref", "Reference", 20),
    Column("recommendation", "Recommendation", 44),
    Column("scope", "Scope", 11),
    Column("action", "Action to take", 44),
    Column("lead", "Lead agency", 24),
    Column("milestones", "Key milestones", 30),
    Column("target", "Target date", 17, DAY),
    Column("outcome", "Date of completion and outcome", 36),
    Column("status", "Status", 22, CHOICE, True, "Choose from the list. Leave it where nothing has changed."),
    Column(
        "progress",
        "Progress since the last update",
        44,
        TEXT,
        True,
        "What has happened since the last update. A few sentences are enough. No names of people.",
    ),
    Column("new_date", "New date suggested", 17, DAY, True, "A date, such as 30 September 2027. “Ongoing” is no date."),
    Column(
        "reason",
        "Reason",
        34,
        TEXT,
        True,
        "Why another date is needed, or what is in the way; for evidence that is only somebody's word, why.",
    ),
    Column("help", "What would help, and who could", 30, TEXT, True, "Most useful where something is in the way."),
    Column(
        "evidence",
        "Evidence",
        40,
        TEXT,
        True,
        "What shows that it is done. Files are added on the page of the action.",
    ),
    Column("grade", "How is it shown?", 26, CHOICE, True, "Choose from the list."),
    Column(
        "kept",
        "Where the evidence is kept",
        28,
        TEXT,
        True,
        "A register, a minute, an address: others look there.",
    ),
    Column("impact", "Difference it has made", 40, TEXT, True, "What is different now for the people it is meant for."),
)
BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}
BY_HEADING: Mapping[str, Column] = {plain(column.heading): column for column in COLUMNS}
THEIRS: tuple[Column, ...] = tuple(column for column in COLUMNS if column.theirs)

STATUSES = ("agreed", "in_progress", "blocked", "complete_claimed")
"""The stages of an action that a workbook can say, by the words of the process."""
WORKING = STATUSES[:3]
PART_STATUSES = ("asked", "in_progress", "blocked", "done")
"""The same of a part of an action that another body owes."""
WORKING_PART = PART_STATUSES[:3]
SHARE = "action-share"


@cache
def statuses(process_key: str = "action") -> dict[str, str]:
    """The words of the drop-down for the status, by stage."""
    process = workflows.newest(process_key)
    return {key: process.stage(key).label for key in (PART_STATUSES if process_key == SHARE else STATUSES)}


def working(process_key: str) -> tuple[str, ...]:
    """The stages in which the body that owes it can say something of it."""
    return WORKING_PART if process_key == SHARE else WORKING


def grades() -> dict[str, str]:
    """The grades that evidence can have, in words."""
    return dict(GRADES)


def as_json(value: Any) -> Any:
    """A cell as it is kept: dates in ISO form with a mark, all else as text; nothing for an empty one."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return squeezed(str(value)) or None


def from_json(kept: Any) -> date | str | None:
    """The cell that was kept."""
    return date.fromisoformat(kept["date"]) if isinstance(kept, dict) else kept


_CHANGED = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\u00a0]|_x000D_|[ \t]\n")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def squeezed(text: str) -> str:
    """Text without what office programs change when they save it: line ends, spaces at the ends, control marks."""
    if _CHANGED.search(text):
        text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
        text = "\n".join(line.rstrip() for line in _CONTROL.sub("", text).split("\n"))
    return text.strip()


def shown(value: date | str | None) -> str:
    """A cell as people read it."""
    if value is None:
        return ""
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else value

"""The labelled recommendations and drafts, put into a database, and how well what is said before finds them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.said_before import note_record
from dardr.storage.reviews import Record
from tests.builders import START

LABELLED: dict[str, Any] = json.loads((Path(__file__).parent / "labelled.json").read_text(encoding="utf-8"))
TUNING, HELD_OUT = "tuning", "held out"
AT = 5


@dataclass(frozen=True, slots=True)
class Measure:
    """Means over drafts. ``possible`` is the precision of a search that makes no mistake: few drafts have five."""

    drafts: int
    precision: float
    possible: float
    recall: float
    first: float

    def line(self, what: str) -> str:
        """One line for people."""
        return (
            f"{what}: {self.drafts} drafts, precision at {AT} {self.precision:.3f} of {self.possible:.3f} possible,"
            f" recall at {AT} {self.recall:.3f}, first one right {self.first:.3f}"
        )


def drafts(part: str) -> list[dict[str, Any]]:
    """The drafts of one part."""
    return [draft for draft in LABELLED["drafts"] if draft["part"] == part]


def measured(part: str, find: Callable[[str], Iterable[str]]) -> Measure:
    """How well ``find``, which gives ids for a text, the best first, does on the drafts of one part."""
    precision, possible, recall, first = [], [], [], []
    wanted = drafts(part)
    for draft in wanted:
        found, right = list(find(draft["text"]))[:AT], set(draft["relevant"])
        hits = len(right & set(found))
        precision.append(hits / AT)
        possible.append(min(AT, len(right)) / AT)
        recall.append(hits / min(AT, len(right)))
        first.append(float(bool(found) and found[0] in right))
    count = len(wanted)
    return Measure(count, *(sum(each) / count for each in (precision, possible, recall, first)))


def load(session: Session, partnership_id: int) -> dict[str, str]:
    """The labelled recommendations as the list of one published review; the label of each reference."""
    entries = [{"number": str(n), "text": one["text"]} for n, one in enumerate(LABELLED["recommendations"], 1)]
    record = Record(
        ref="PUB-2026-001", process="historic@1", process_key="historic", stage="on_record", phase="on_record",
        final=True, partnership_id=partnership_id, opened_on=START, last_seq=0, head="",
        facts={"partnership": "Labelled", "year": 2026, "recommendations": entries},
    )  # fmt: skip
    session.add(record)
    session.flush()
    note_record(session, record)
    session.flush()
    assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1
    return {f"{record.ref}#{n}": one["id"] for n, one in enumerate(LABELLED["recommendations"], 1)}

"""What a column of somebody's own plan may hold, and what its words mean; suggested, looked at by a person, remembered.

The same headings match the same way the next time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.tables import remembered
from dardr.casework.tables.columns import GOOD, Column, Fact, held_twice, means, plain, suggest, words_of
from dardr.casework.tables.reading import Table
from dardr.errors import Invalid, Reason
from dardr.storage.bodies import Body, FormerName

PURPOSE = "plan"
"""Under what the columns of plans are remembered: other tables may have the same headings."""

FACTS: tuple[Fact, ...] = (
    Fact(
        "number", "Number of the recommendation", "text",
        ("no", "number", "rec no", "rec number", "recommendation number", "recommendation no", "ref", "reference",
         "item", "id", "rec"),
    ),
    Fact(
        "recommendation", "Recommendation", "text",
        ("recommendation", "recommendations", "recommendation text", "learning", "what was recommended"),
    ),
    Fact("scope", "Scope", "scope", ("scope", "scope of recommendation", "local or regional", "level")),
    Fact(
        "action", "Action to take", "text",
        ("action", "action to take", "actions", "action required", "actions required", "agreed action",
         "what will be done", "action description", "task"),
    ),
    Fact(
        "lead", "Lead agency", "body",
        ("lead agency", "lead", "agency", "lead organisation", "organisation", "owner", "responsible agency",
         "responsibility", "by whom", "action owner", "partner"),
    ),
    Fact(
        "milestones", "Key milestones", "text",
        ("key milestones", "milestones", "key milestones achieved in enacting recommendation",
         "key milestones achieved in enacting the recommendation", "steps"),
    ),
    Fact(
        "target", "Target date", "day",
        ("target date", "due date", "date due", "deadline", "timescale", "by when", "completion date", "target",
         "target completion date", "due"),
    ),
    Fact(
        "outcome", "Date of completion and outcome", "text",
        ("date of completion and outcome", "completion date and outcome", "outcome", "outcomes", "impact",
         "completion and outcome", "date completed and outcome", "evidence", "evidence of completion"),
    ),
    Fact("status", "Status", "status", ("status", "progress status", "rag", "rag status", "rag rating", "state")),
    Fact(
        "progress", "Progress, updates", "text",
        ("progress", "update", "updates", "latest update", "comments", "comment", "notes", "progress update"),
        many=True,
    ),
    Fact(
        "measure", "How success is seen", "text",
        ("outcome measure", "measure", "success measure", "measures of success", "how will we know",
         "desired outcome", "intended outcome", "success criteria"),
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Fact] = {fact.key: fact for fact in FACTS}

DRAFT, UNDER_WAY, DONE, LEAVE_ROW = "draft", "under_way", "done", "leave"
STATUSES = {
    DRAFT: "Proposed, not agreed yet",
    UNDER_WAY: "Under way",
    DONE: "Reported complete, to be verified",
    LEAVE_ROW: "Leave these rows out",
}
STATUS_WORDS: dict[str, tuple[str, ...]] = {
    DRAFT: ("draft", "proposed", "not started", "to be agreed", "new", "grey", "gray", "white", "open"),
    UNDER_WAY: ("in progress", "ongoing", "on going", "started", "on track", "under way", "underway", "agreed",
                "overdue", "at risk", "delayed", "amber", "red", "green", "yellow"),
    DONE: ("complete", "completed", "done", "closed", "achieved", "finished", "implemented", "blue", "signed off"),
    LEAVE_ROW: ("superseded", "withdrawn", "not accepted", "no longer required", "rejected", "removed"),
}  # fmt: skip
"""What the words of plans usually mean. A colour says how it was seen then; here it is worked out anew."""

SCOPES = ("local", "regional", "national")
_SEVERAL = re.compile(r"[;/\n]| & |, (?!and )|, and | and ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies of this installation that a plan may name: key, name, and what each was called before."""

    names: tuple[tuple[str, str], ...]
    also: tuple[tuple[str, str], ...]

    @classmethod
    def load(cls, session: Session, actor: Actor) -> Bodies:
        """Those of the actor's partnership, ended ones with the key of the body that took their place."""
        rows = list(session.scalars(sa.select(Body).where(Body.partnership_id == actor.partnership_id)))
        by_id = {row.id: row for row in rows}

        def today(row: Body) -> Body:
            seen: set[int] = set()
            while row.successor_id in by_id and row.id not in seen:
                seen.add(row.id)
                row = by_id[row.successor_id or 0]
            return row

        now = sorted((row for row in rows if row.successor_id is None), key=lambda row: row.name)
        also = [(today(row).key, row.name) for row in rows] + [(today(row).key, row.key) for row in rows]
        former = session.execute(
            sa.select(FormerName.of_id, FormerName.name).where(
                FormerName.kind == "body", FormerName.of_id.in_(by_id) if by_id else sa.false()
            )
        )
        also += [(today(by_id[of]).key, name) for of, name in former]
        return cls(tuple((row.key, row.name) for row in now), tuple(also))

    def surely(self, text: str) -> str:
        """The key of the body meant by a name it has or had; nothing where that is not sure."""
        said = plain(text)
        found = {key for key, name in self.also if said and plain(name) == said}
        return found.pop() if len(found) == 1 else ""

    def perhaps(self, text: str) -> str:
        """The key of the body whose name is most alike, to be looked at by a person; nothing where none is."""
        said = plain(text)
        rated = [(fuzz.token_set_ratio(said, plain(name)), key) for key, name in self.also]
        best = max(rated, default=(0, ""))
        alike = {key for score, key in rated if score >= best[0] - 1}
        return best[1] if best[0] >= GOOD and len(alike) == 1 else ""

    def named(self, column: Column, text: str) -> list[str]:
        """The keys of the bodies that a cell names, the lead first; empty where one of its words is not known."""
        whole = means(column, text) or self.surely(text)
        if whole:
            return [whole]
        parts = [part for part in _SEVERAL.split(text) if part and part.strip()]
        found = [means(column, part) or self.surely(part) for part in parts]
        return list(dict.fromkeys(found)) if found and all(found) else []


def status_of(column: Column, text: str) -> str:
    """What a status word means: as was said for it, or as is usual; nothing where neither is known."""
    said = plain(text)
    return means(column, text) or next((key for key, words in STATUS_WORDS.items() if said in words), "")


def matched(session: Session, actor: Actor, table: Table) -> tuple[list[Column], str]:
    """The columns of a table as matched the last time these headings were seen, else as suggested; and their name."""
    assert actor.partnership_id is not None
    known = remembered.match_of(session, actor.partnership_id, PURPOSE, table.headings)
    columns = suggest(table, FACTS, [Column.of(one) for one in known.columns] if known else ())
    return columns, known.name if known else ""


def remember(session: Session, actor: Actor, now: datetime, table: Table, columns: Sequence[Column], name: str) -> None:
    """Keep how these headings were matched, with what their words mean."""
    assert actor.partnership_id is not None
    kept = [column.as_json() for column in columns]
    remembered.remember(session, now, actor.partnership_id, PURPOSE, table.headings, kept, by=actor.id, name=name)


def check(columns: Sequence[Column]) -> None:
    """Raises Invalid where a plan could not be read as matched."""
    reasons = []
    for key in ("action", "lead"):
        if not any(column.fact == key for column in columns):
            reasons.append(Reason(f"Choose the column with “{BY_KEY[key].label}”.", "columns"))
    reasons += held_twice(columns, FACTS)
    if reasons:
        raise Invalid(reasons)


def unexplained(columns: Sequence[Column], table: Table, bodies: Bodies) -> list[tuple[Column, list[tuple[str, str]]]]:
    """The words of the status and the bodies that a person is asked about, each with what it seems to mean."""
    found = []
    for column in columns:
        asked: list[tuple[str, str]] = []
        if column.fact == "status":
            asked = [(word, status_of(column, word)) for word in words_of(table, column.heading)]
        elif column.fact == "lead":
            for word in words_of(table, column.heading):
                if plain(word) in column.words or not bodies.named(column, word):
                    asked.append((word, means(column, word) or bodies.perhaps(word)))
        if asked:
            found.append((column, asked))
    return found

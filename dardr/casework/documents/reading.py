"""What documents read of one review, once: its facts, its history, names of bodies. Never the identity store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.fold import done
from dardr.lookups.names import FormerNames
from dardr.storage.bodies import Body, Csp, Partnership
from dardr.storage.installation import Installation
from dardr.storage.reviews import Record
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import UNKNOWN_VALUES, Past, Process


class Reading:
    """One review as documents read it."""

    def __init__(self, session: Session, record: Record) -> None:
        self.session = session
        self.record = record
        self.process: Process = workflows.get(record.process)
        self.facts: Mapping[str, Any] = record.facts
        self.done: Mapping[str, Past] = done(record.facts)
        partnership = session.get(Partnership, record.partnership_id)
        assert partnership is not None
        self.partnership = partnership

    @property
    def demonstration(self) -> bool:
        """True where this installation holds the fictional demonstration."""
        return bool(self.session.scalar(sa.select(Installation.demonstration)))

    def last(self, actions: tuple[str, ...]) -> tuple[str, Past] | None:
        """The last time one of these actions was taken, and which."""
        found = [(key, self.done[key]) for key in actions if key in self.done]
        return max(found, key=lambda item: item[1].seq) if found else None

    def text(self, name: str) -> str:
        """A fact as text; one of the four kinds of not knowing in its words; nothing where nothing is recorded."""
        value = self.facts.get(name)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return UNKNOWN_VALUES.get(str(value), str(value)) if value not in (None, "") else ""

    def lines(self, name: str) -> tuple[str, ...]:
        """A fact as lines."""
        value = self.facts.get(name)
        given = value if isinstance(value, list) else str(value or "").splitlines()
        return tuple(str(line).strip() for line in given if str(line).strip())

    def label(self, action: str, name: str) -> str:
        """The words of an answer that was chosen from a list."""
        return self.words(action, name, self.facts.get(name))

    def words(self, action: str, name: str, value: Any) -> str:
        """The words of one value of a question."""
        field = next((f for f in self.process.action(action).fields if f.name == name), None)
        if value in (None, "", []):
            return ""
        known = {c.value: c.label for c in field.choices} if field else {}
        if isinstance(value, bool):
            return "Yes" if value else "No"
        values = value if isinstance(value, list) else [value]
        return ", ".join(UNKNOWN_VALUES.get(str(v)) or known.get(str(v), str(v)) for v in values)

    def names(self, table: type[Body] | type[Csp], keys: Any, on: date | None = None) -> dict[str, str]:
        """Names of bodies or CSPs by key: those they had on the London day ``on``, or today's."""
        rows = self.session.execute(sa.select(table.id, table.key, table.name).where(table.key.in_(list(keys or ()))))
        former = FormerNames(self.session, "body" if table is Body else "csp")
        found = {key: former.then(of_id, name, on) for of_id, key, name in rows}
        return {str(key): found.get(key) or str(key) for key in keys or ()}


def span(first: object, last: object) -> str:
    """A span of time in words, from its first and last day as held (ISO); empty where neither is known."""
    since, until = stored_date(first), stored_date(last)
    words = [f"from {in_words(since)}" if since else "", f"until {in_words(until)}" if until else ""]
    return " ".join(filter(None, words))

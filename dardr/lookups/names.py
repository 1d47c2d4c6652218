"""What a partnership, CSP or body was called on a day: history shows the name of its time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.bodies import Body, Csp, FormerName, Partnership

TABLES: dict[str, type[Body] | type[Csp] | type[Partnership]] = {
    "body": Body,
    "csp": Csp,
    "partnership": Partnership,
}


class FormerNames:
    """The former names of one kind (``body``, ``csp``, ``partnership``), read once, asked for many days."""

    def __init__(self, session: Session, kind: str, ids: Iterable[int] | None = None) -> None:
        query = sa.select(FormerName.of_id, FormerName.until_on, FormerName.name).where(FormerName.kind == kind)
        if ids is not None:
            query = query.where(FormerName.of_id.in_(list(ids)))
        self._of: dict[int, list[tuple[date, str]]] = {}
        for of_id, until, name in session.execute(query.order_by(FormerName.until_on, FormerName.id)):
            self._of.setdefault(of_id, []).append((until, name))

    def __bool__(self) -> bool:
        return bool(self._of)

    def then(self, of_id: int, now_called: str, on: date | None) -> str:
        """The name on the London day ``on``; the present one where no day is given or none was kept for it."""
        if on is not None:
            for until, name in self._of.get(of_id, ()):
                if on <= until:
                    return name
        return now_called

    def all_of(self, of_id: int) -> list[tuple[date, str]]:
        """Each former name with its last day, oldest first."""
        return list(self._of.get(of_id, ()))


def name_of(session: Session, kind: str, of_id: int, on: date | None = None) -> str:
    """The name of one partnership, CSP or body on a day (today's without one). Raises KeyError for another kind."""
    table = TABLES[kind]
    now_called = session.scalar(sa.select(table.name).where(table.id == of_id)) or ""
    return FormerNames(session, kind, [of_id]).then(of_id, now_called, on)


def names_on(session: Session, kind: str, partnership_id: int, on: date | None = None) -> dict[str, str]:
    """The names of all bodies or CSPs of a partnership on a day, by key, ended ones included."""
    table = Body if kind == "body" else Csp
    former = FormerNames(session, kind)
    rows = session.execute(sa.select(table.id, table.key, table.name).where(table.partnership_id == partnership_id))
    return {key: former.then(of_id, name, on) for of_id, key, name in rows}

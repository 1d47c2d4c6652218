"""A plan on its way in: the file, sealed, what was chosen so far, and what bringing it in would do or did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.files import seal_with_new_key, unseal
from dardr.casework.own_plans import facts
from dardr.casework.own_plans.bringing import Outcome, bring_in
from dardr.casework.own_plans.reading import heading_row, tables_of
from dardr.casework.tables.columns import Column
from dardr.casework.tables.reading import Sheet, Table, table_of
from dardr.errors import Invalid, NotFound, Reason
from dardr.storage.plans import SheetIn
from dardr.storage.reviews import Record

OWN_PLAN = "own_plan"
"""The kind of ``sheet_in`` that is a plan of somebody's own."""
GONE = "There is no plan of that number on its way in. Choose the file again."


def begin(session: Session, actor: Actor, now: datetime, review: Record, name: str, content: bytes) -> SheetIn:
    """Keep a file, and guess how it is to be read. Raises Invalid for one that holds no table that can be read."""
    sheets = tables_of(name, content)
    ending = name.lower().rpartition(".")[2]
    wrapped_key, sealed = seal_with_new_key(content)
    row = SheetIn(
        partnership_id=review.partnership_id,
        wrapped_key=wrapped_key,
        sealed=sealed,
        kind=OWN_PLAN,
        review_id=review.id,
        by=actor.id,
        at=now,
        # The name of the file may be the name of a person: only its ending is kept.
        preview={"file": f"plan.{ending if ending in ('csv', 'docx') else 'xlsx'}", "scope": facts.SCOPES[0]},
    )
    session.add(row)
    choose_sheet(session, actor, row, sheets, likeliest(sheets).name, 0)
    session.flush()
    return row


def likeliest(sheets: Sequence[Sheet]) -> Sheet:
    """The table that has the most columns of a plan."""

    def known(sheet: Sheet) -> int:
        try:
            table = table_of(sheet, heading_row(sheet))
        except Invalid:
            return -1
        return sum(bool(column.fact) for column in facts.suggest(table, facts.FACTS))

    return max(sheets, key=known)


def on_its_way(session: Session, actor: Actor, number: int) -> SheetIn:
    """The plan of that number, of this person's partnership: a colleague may go on with it. Raises NotFound."""
    row = session.get(SheetIn, number)
    if row is None or row.kind != OWN_PLAN or row.partnership_id != actor.partnership_id:
        raise NotFound(GONE)
    return row


def sheets_of(row: SheetIn) -> list[Sheet]:
    """The tables of the file."""
    if row.wrapped_key is None or row.sealed is None:
        raise NotFound(GONE)
    return tables_of(str((row.preview or {})["file"]), unseal(row.wrapped_key, row.sealed))


def table_chosen(row: SheetIn) -> Table:
    """The rows under the headings, as chosen."""
    kept = row.preview or {}
    sheet = next((one for one in sheets_of(row) if one.name == kept["sheet"]), None)
    if sheet is None:
        raise NotFound(GONE)
    return table_of(sheet, int(kept["heading_row"]))


def columns_chosen(row: SheetIn) -> list[Column]:
    """What each column was said to hold."""
    return [Column.of(one) for one in (row.preview or {})["columns"]]


def keep(row: SheetIn, **values: Any) -> None:
    """Remember more of what was chosen."""
    row.preview = {**(row.preview or {}), **values}


def choose_sheet(
    session: Session, actor: Actor, row: SheetIn, sheets: Sequence[Sheet], name: str, given_row: int
) -> None:
    """Read that table from that heading row on (0: the likeliest). Raises Invalid where it cannot be."""
    sheet = next((one for one in sheets if one.name == name), None)
    if sheet is None:
        raise Invalid([Reason("There is no such table in the file. Choose one of these.", "sheet")])
    number = given_row or heading_row(sheet)
    table = table_of(sheet, number)
    columns, called = facts.matched(session, actor, table)
    keep(row, sheet=sheet.name, heading_row=number, columns=[c.as_json() for c in columns], name=called or sheet.name)


def try_it(session: Session, actor: Actor, now: datetime, row: SheetIn, review: Record) -> Outcome:
    """What bringing it in would do; nothing but the way its columns were matched is kept."""
    table, columns = table_chosen(row), columns_chosen(row)
    facts.check(columns)
    kept = row.preview or {}
    facts.remember(session, actor, now, table, columns, str(kept.get("name") or ""))
    outcome = bring_in(session, actor, now, review.ref, table, columns, scope=str(kept["scope"]), keep=False)
    keep(row, outcome=outcome.as_dict())
    return outcome


def bring(session: Session, actor: Actor, now: datetime, row: SheetIn, review: Record) -> bool:
    """Bring it in as it was shown; False where it would do something else by now, and that is what is kept then.

    Done a second time it does nothing.
    """
    if row.applied_at is not None:
        return True
    kept = dict((row.preview or {}).get("outcome") or {})
    if try_it(session, actor, now, row, review).as_dict() != kept:
        return False
    table, columns = table_chosen(row), columns_chosen(row)
    scope = str((row.preview or {})["scope"])
    outcome = bring_in(session, actor, now, review.ref, table, columns, scope=scope, keep=True)
    keep(row, outcome=outcome.as_dict())
    row.applied_at = now
    session.flush()
    return True

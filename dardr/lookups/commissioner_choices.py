"""The choices of what the Domestic Abuse Commissioner asks: which bodies may be named, which recommendations there are.

The recommendations are those of a published report. Whoever answers for a body sees the words of those that name it,
although the record of the report itself is the team's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.lookups.specified import stands
from dardr.storage.bodies import Body
from dardr.storage.reviews import Record, RecordLink
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Choice, Process
from workflows.numbered import in_order

Found = tuple[Choice, ...]
WORDS_SHOWN = 240
NAMED_BY = {"section8-report": "commissioner-reply", "section15-request": "section15-answer"}
"""What one body owes for each of the records that name bodies."""
DAY_OF = ("report_published_on", "requested_on")
"""The facts that say on which day a body must be on the list."""

ANSWERED = "(answered; a new answer replaces it)"
"""What stands behind a recommendation that has an answer."""


def bodies_to_name(session: Session, actor: Actor, _p: Process, record: Record | None, today: date) -> Found:
    """Every body that was there on the day of the report or request, those that have ended since included.

    Beside its name stands what is to be looked at: that it has ended, is on no list of the Act, or is named already.
    """
    day = next((found for name in DAY_OF if record and (found := stored_date(record.facts.get(name)))), None)
    named = _named(session, record)
    rows = session.scalars(sa.select(Body).where(Body.partnership_id == actor.partnership_id).order_by(Body.name))
    return tuple(
        Choice(body.key, f"{body.name}{_beside(body, day or today, today, named)}")
        for body in rows
        if day is None or body.until_on is None or body.until_on >= day
    )


def _beside(body: Body, day: date, today: date, named: Mapping[str, str]) -> str:
    said = []
    if body.until_on is not None and body.until_on < today:
        said.append(f"ended on {in_words(body.until_on)}")
    if (body.until_on is None or body.until_on >= day) and not stands(body, day).listed:
        said.append("not on the list of the Act")
    if body.key in named:
        said.append(f"on record already: {named[body.key]}")
    return f" ({'; '.join(said)})" if said else ""


def _named(session: Session, record: Record | None) -> dict[str, str]:
    process = NAMED_BY.get(record.process_key) if record is not None else None
    if record is None or process is None:
        return {}
    items = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item", Record.process_key == process)
    )
    return {str(item.facts.get("body")): item.ref for item in items if item.stage not in ("not_owed", "not_needed")}


def recommendations(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The recommendations of a report; on a reply those that name its body, the ones not answered yet first."""
    if record is None:
        return ()
    if record.process_key == "section8-report":
        texts = texts_of(record)
        return tuple(Choice(number, _label(number, words)) for number, words in texts.items())
    texts = texts_of(report_of(session, record))
    done = answered(record)
    numbers = sorted(named_in(record), key=lambda number: (number in done, in_order(number)))
    again = f" {ANSWERED}"
    return tuple(
        Choice(number, _label(number, texts.get(number, "")) + (again if number in done else "")) for number in numbers
    )


def _label(number: str, words: str) -> str:
    short = words if len(words) <= WORDS_SHOWN else f"{words[:WORDS_SHOWN].rstrip()}…"
    return f"{number}: {short}" if short else number


def report_of(session: Session, reply: Record) -> Record | None:
    """The section 8 report that a reply belongs to; None for one recorded by itself."""
    return session.scalar(
        sa.select(Record)
        .join(RecordLink, RecordLink.review_id == Record.id)
        .where(RecordLink.item_id == reply.id, RecordLink.kind == "item", Record.process_key == "section8-report")
    )


def texts_of(report: Record | None) -> dict[str, str]:
    """The words of each recommendation of a report, by its number, in the order of the numbers."""
    entries: list[dict[str, Any]] = list(report.facts.get("recommendations") or []) if report is not None else []
    found = {str(entry.get("number", "")).strip(): str(entry.get("text") or "") for entry in entries}
    return {number: found[number] for number in sorted(found, key=in_order)}


def named_in(reply: Record) -> list[str]:
    """The numbers of the recommendations that name the body of a reply."""
    return [str(number).strip() for number in reply.facts.get("recommendations") or []]


def answered(reply: Record) -> set[str]:
    """The numbers of the recommendations that the reply answers so far."""
    entries: list[dict[str, Any]] = list(reply.facts.get("answers") or [])
    return {str(entry.get("recommendation", "")).strip() for entry in entries} & set(named_in(reply))

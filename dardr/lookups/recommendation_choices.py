"""The choices of what a plan asks: which recommendations an action answers, which bodies answer a recommendation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import roles_on, visible
from dardr.actors import Actor
from dardr.storage.bodies import Body
from dardr.storage.reviews import Record, RecordLink
from workflows.definition import Choice, FieldType, Process
from workflows.numbered import in_order
from workflows.processes.recommendation_1.stages import STANDS
from workflows.processes.who import CASEWORK

Found = tuple[Choice, ...]
RECOMMENDATION = "recommendation"
WORDS_SHOWN = 160
MOST = 1000
"""How many recommendations are offered where no review narrows them: the newest."""


def recommendations(session: Session, actor: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """What an action may answer: the recommendations of the reviews it serves, and those it answers already.

    On a review its own. For an action that is not there yet every one this person may see, the newest first.
    """
    stands = sa.and_(Record.process_key == RECOMMENDATION, Record.stage.in_(("draft", *STANDS)))
    if record is None:
        rows = session.scalars(sa.select(Record).where(stands, visible(actor)).order_by(Record.id.desc()).limit(MOST))
        return tuple(choice_of(row) for row in rows)
    serves = sa.select(RecordLink.review_id).where(RecordLink.item_id == record.id, RecordLink.kind == "item")
    of = [record.id] if record.process_key in workflows.REVIEW_KEYS else serves
    made = sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(of), RecordLink.kind == "item")
    rows = session.scalars(sa.select(Record).where(stands, visible(actor), Record.id.in_(made))).all()
    found = {row.ref: choice_of(row) for row in sorted(rows, key=by_number)}
    before = [str(ref) for ref in record.facts.get("recommendations") or []] if record.process_key == "action" else []
    return (*found.values(), *_others(session, [ref for ref in before if ref not in found]))


def _others(session: Session, refs: list[str]) -> Iterable[Choice]:
    """What an action answers already besides: recommendations of other reviews, and entries of other records."""
    if not refs:
        return
    names = {ref.partition("#")[0] for ref in refs}
    rows = {row.ref: row for row in session.scalars(sa.select(Record).where(Record.ref.in_(names)))}
    for ref in refs:
        name, _, place = ref.partition("#")
        row = rows.get(name)
        if row is None:
            continue
        if row.process_key == RECOMMENDATION:
            yield choice_of(row)
        else:
            entry = entry_of(row, int(place)) if place.isdigit() else {}
            yield Choice(ref, shortened(ref, str(entry.get("number") or ""), str(entry.get("text") or "")))


def entry_of(record: Record, place: int) -> Mapping[str, object]:
    """The recommendation at that place, from 1, of the list that a record keeps; empty where there is none."""
    entries: list[Mapping[str, object]] = list(record.facts.get("recommendations") or [])
    return entries[place - 1] if 0 < place <= len(entries) else {}


def choice_of(record: Record) -> Choice:
    """A recommendation as one of several to choose from: its number, the beginning of its words, its reference."""
    facts = record.facts
    return Choice(
        record.ref,
        shortened(record.ref, str(facts.get("number") or ""), str(facts.get("recommendation_text") or "")),
    )


def shortened(ref: str, number: str, words: str) -> str:
    """One line: number, the words as far as they fit, and the reference."""
    cut = words if len(words) <= WORDS_SHOWN else f"{words[:WORDS_SHOWN].rstrip()}…"
    return f"{number + ': ' if number else ''}{cut} ({ref})"


def by_number(record: Record) -> tuple[object, ...]:
    """What sorts recommendations as people read their numbers: 2 before 10, 5.1 before 5.2; those without one last."""
    return (in_order(str(record.facts.get("number") or "")), record.id)


def addressees(session: Session, actor: Actor, _p: Process, record: Record | None, today: date) -> Found:
    """The bodies that a recommendation is addressed to, each by the body that has taken its place since.

    Somebody of an agency answers for their own body only.
    """
    keys = [str(key) for key in (record.facts.get("addressees") or [])] if record is not None else []
    found = current_bodies(session, keys, today)
    if record is not None and not roles_on(session, actor, record) & CASEWORK:
        found = {key: body for key, body in found.items() if body.id in actor.body_ids}
    return tuple(dict.fromkeys(Choice(body.key, body.name) for body in found.values()))


def current_bodies(session: Session, keys: Iterable[str], today: date) -> dict[str, Body]:
    """By the key of each body named, the body that stands for it on that London day: itself, or its successor."""
    wanted = list(dict.fromkeys(keys))
    named = {body.key: body for body in session.scalars(sa.select(Body).where(Body.key.in_(wanted)))}
    found: dict[str, Body] = {}
    for key in wanted:
        body, seen = named.get(key), set[int]()
        while body is not None and body.until_on is not None and body.until_on < today and body.successor_id:
            if body.id in seen:
                break
            seen.add(body.id)
            body = session.get(Body, body.successor_id) or body
        if body is not None:
            found[key] = body
    return found


REWORDED_BY = {"recommendation": "change_recommendation", "action": "change_action"}
"""The step that changes the words of a recommendation, and of an action."""


def as_it_reads(_s: Session, _a: Actor, record: Record) -> dict[str, str | list[str]]:
    """What the form that changes a recommendation or an action holds already: how it reads now."""
    asked = workflows.get(record.process).action(REWORDED_BY[record.process_key]).fields
    plain = (FieldType.TEXT, FieldType.CHOICE, FieldType.CHOICES)
    found: dict[str, str | list[str]] = {}
    for field in asked:
        given = record.facts.get(field.name)
        if given and field.type in plain and not field.filled and field.name not in WHY_CHANGED:
            found[field.name] = [str(one) for one in given] if isinstance(given, list) else str(given)
    return found


WHY_CHANGED = ("change_reason",)
"""Questions about one change, not about how it reads."""

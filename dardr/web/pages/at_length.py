"""What the page of a record shows in short, at length: all its dates, all the records that serve it, whole lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.errors import NotFound
from dardr.lookups.deadlines import deadlines_of, running_of
from dardr.lookups.records import bodies_of, brief, visible_items
from dardr.seeing import seen_facts
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.frame import of_record, page_of
from dardr.web.pages.naming import kept_lists, names
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of

pages = Blueprint("at_length", __name__)

SHORT = 8
"""How many dates, and records of one kind, the page of a record shows."""
LAST_KEPT = 3
"""How many entries of each list it shows."""


@pages.get("/records/<ref>/dates")
@who()
def dates(ref: str) -> ResponseReturnValue:
    """Every date of a record and of what serves it: running, then ended."""
    record = get_record(session(), actor(), ref)
    found = deadlines_of(session(), actor(), ref, systime.london_date(systime.utc_now()))
    return _page(
        record,
        "record/dates.html",
        deadlines=[d for d in found if d["running"]],
        ended=[d for d in found if not d["running"]],
    )


@pages.get("/records/<ref>/items")
@who()
def items(ref: str) -> ResponseReturnValue:
    """Every record that serves this one and that the person may see, by kind."""
    record = get_record(session(), actor(), ref)
    serving = visible_items(session(), actor(), record)
    running = running_of(session(), actor(), ref, systime.london_date(systime.utc_now()))
    return _page(record, "record/items.html", items=in_groups(serving, running))


@pages.get("/records/<ref>/lists/<name>")
@who()
def kept(ref: str, name: str) -> ResponseReturnValue:
    """Every entry of one list that a record keeps, oldest first. Not found where it keeps none of that name."""
    record = get_record(session(), actor(), ref)
    process = workflows.get(record.process)
    facts = seen_facts(process, record.facts, roles_on(session(), actor(), record))
    known = names(session(), record.partnership_id)
    found = next((one for one in kept_lists(process, {name: facts.get(name)}, known) if one.name == name), None)
    if found is None:
        raise NotFound(f"{ref} keeps no list of that name.")
    return _page(record, "record/kept.html", list=found)


def _page(record: Record, template: str, **values: Any) -> str:
    return render_template(
        template,
        **of_record(record),
        **values,
    )


def in_groups(records: list[Record], running: list[dict[str, Any]], *, most: int | None = None) -> list[dict[str, Any]]:
    """The records that serve another by what they are, each with its next date of those ``running``.

    ``most``: only what is still open, so many of each kind; ``total`` and ``ended`` count all of them.
    """
    next_of: dict[str, dict[str, Any]] = {}
    for row in running:
        next_of.setdefault(row["ref"], row)
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.process_key, []).append(record)
    whose = bodies_of(session(), [record.id for record in records])
    found = []
    for key, several in groups.items():
        process = workflows.get(several[0].process)
        shown = several if most is None else [record for record in several if not record.final][:most]
        found.append(
            {
                "key": key,
                "kind": process.plural or process.label,
                "lines": [_line(record, whose.get(record.id, ()), next_of.get(record.ref)) for record in shown],
                "ended": sum(record.final for record in several),
                "total": len(several),
            }
        )
    return found


def _line(record: Record, bodies: Sequence[str], next_date: dict[str, Any] | None) -> dict[str, Any]:
    """One of them: what it is and of what sort, where its process knows several; its page; its next date."""
    asked = field_of((workflows.get(record.process).opening,), "kind")
    given = record.facts.get("kind")
    return {
        **brief(record, bodies),
        "sort": answer_words(asked, given) if asked is not None and given else "",
        "href": page_of(record.ref, record.process_key),
        "next": next_date,
    }

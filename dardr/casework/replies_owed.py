"""What the register says of a body that the Commissioner names: filled into its record, with a warning where odd.

People decide who owes a reply. What kind of body each is, the service works out for each by itself, from the register
as it was on the day of the report, and says where the Act's list does not name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dardr.lookups import specified
from dardr.lookups.specified import Stands
from workflows.answers import stored_date
from workflows.definition import Process

ASKED_OF: dict[str, str] = {"commissioner-reply": "report_published_on", "section15-answer": "requested_on"}
"""The records that one body owes the Commissioner, and the answer that says on which day it must be on the list."""

OWES = {
    "commissioner-reply": "check before recording that it owes a reply",
    "section15-answer": "the duty to co-operate is not its own; it may answer all the same",
}


def with_kind_of_body(session: Session, process: Process, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that open a record, with what kind of body it is; as they are for every other record."""
    found = _stands(session, process, values)
    if found is None:
        return dict(values)
    return {**values, "body_kind": found[1].kind, **({"specified_as": found[1].words} if found[1].words else {})}


def not_on_the_list(session: Session, process: Process, values: Mapping[str, Any]) -> list[str]:
    """A sentence where the body named is on no list of the Act on that day. It never refuses."""
    found = _stands(session, process, values)
    if found is None or found[1].listed:
        return []
    name, stands = found
    why = f" {stands.why}" if stands.why else ""
    return [f"{name} is not on the list of the Act (s.15(3)): {OWES[process.key]}.{why}"]


def _stands(session: Session, process: Process, values: Mapping[str, Any]) -> tuple[str, Stands] | None:
    asked = ASKED_OF.get(process.key)
    key, day = values.get("body"), stored_date(values.get(asked)) if asked else None
    if not isinstance(key, str) or day is None:
        return None
    body = specified.by_key(session, [key]).get(key)
    return (body.name, specified.stands(body, day)) if body is not None else None

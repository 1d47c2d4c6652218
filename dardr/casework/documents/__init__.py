"""Documents of a review, made from its record: notices and letters to the Home Office, the learning briefing, slides.

Published name only; nothing here reads the identity store. The same record on the same day gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast, get_args

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.documents import home_office, learning, notice, outline
from dardr.casework.documents.reading import Reading
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.parts import contents_seen
from dardr.storage.reviews import Record
from dardr.systime import london_date
from notifications.documents import Document, Format, catalogue
from notifications.render import FormatUnavailable, render_document
from workflows.definition import Role

CASEWORK = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER})
WHO_MAY: dict[str, frozenset[Role]] = {
    "decision_notice": CASEWORK | {Role.DECIDING_CHAIR},
    "report_outline": CASEWORK | {Role.DECIDING_CHAIR, Role.INDEPENDENT_CHAIR},
    "submission_letter": CASEWORK | {Role.DECIDING_CHAIR},
    "qa_response": CASEWORK | {Role.DECIDING_CHAIR, Role.INDEPENDENT_CHAIR},
    "briefing": CASEWORK | {Role.DECIDING_CHAIR, Role.INDEPENDENT_CHAIR, Role.COMMUNICATIONS},
    "learning_event_slides": CASEWORK | {Role.DECIDING_CHAIR, Role.INDEPENDENT_CHAIR, Role.COMMUNICATIONS},
}
"""Who makes which document of a review they may see. Documents not named here are not about one review."""

@dataclass(frozen=True, slots=True)
class _Making:
    """How one document is made: what stands in its way, and the document itself."""

    blocked: Callable[[Reading], list[str]]
    make: Callable[[Reading, date], Document]


_MAKING = {
    "decision_notice": _Making(notice.blocked, notice.decision_notice),
    "report_outline": _Making(outline.blocked, outline.report_outline),
    "submission_letter": _Making(home_office.letter_blocked, home_office.submission_letter),
    "qa_response": _Making(home_office.response_blocked, home_office.qa_response),
    "briefing": _Making(learning.blocked, learning.briefing),
    "learning_event_slides": _Making(learning.blocked, learning.slides),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as a page lists it: what it is, its formats, and every reason why it cannot be made yet."""

    name: str
    label: str
    formats: tuple[str, ...]
    needs_cleared_report: bool
    blocked: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints."""
        return {
            "name": self.name,
            "label": self.label,
            "formats": list(self.formats),
            "needs_cleared_report": self.needs_cleared_report,
            "blocked": list(self.blocked),
        }


def list_documents() -> list[dict[str, Any]]:
    """Every document that can be made of a review, with its formats."""
    return [{k: v for k, v in listed.as_dict().items() if k != "blocked"} for listed in _listed()]


def _listed() -> list[Listed]:
    return [Listed(c.name, c.label, c.formats, c.needs_cleared_report) for c in catalogue() if c.name in WHO_MAY]


def _reviewed(session: Session, actor: Actor, ref: str) -> Record:
    """The record of that reference, for somebody who sees it whole, or the part of it that documents are in."""
    record = get_record(session, actor, ref, in_part=True)
    contents = contents_seen(session, actor, record)
    if contents is not None and not contents.documents:
        raise Forbidden(f"Your role shows a part of {ref}, and its documents are not in it.")
    return record


def documents_of(session: Session, actor: Actor, ref: str) -> list[Listed]:
    """The documents of one review that this person makes, each with the reasons why it cannot be made yet.

    Raises NotFound for a record that is not there, or not theirs to see.
    """
    record = _reviewed(session, actor, ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        return []
    roles = roles_on(session, actor, record)
    found = []
    for listed in _listed():
        if WHO_MAY[listed.name] & roles:
            reasons = tuple(_MAKING[listed.name].blocked(Reading(session, record)))
            found.append(Listed(listed.name, listed.label, listed.formats, listed.needs_cleared_report, reasons))
    return found


def build(session: Session, actor: Actor, now: datetime, name: str, ref: str, fmt: str) -> bytes:
    """The file of a document of one review, made at the instant ``now`` (UTC).

    Raises NotFound (no such document or review), Forbidden (not theirs to make), Invalid (a format it is not made
    in), Conflict (the decision is not made, the report is not cleared, the learning is not recorded).
    """
    listed = next((one for one in _listed() if one.name == name), None)
    if listed is None:
        known = ", ".join(one.name for one in _listed())
        raise NotFound(f"There is no document called {name}. There are: {known}.")
    record = _reviewed(session, actor, ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise Conflict(f"{ref} is not a review. This document is made of a review: give its reference.")
    if not WHO_MAY[name] & roles_on(session, actor, record):
        who = ", ".join(sorted(str(r).replace("_", " ") for r in WHO_MAY[name]))
        raise Forbidden(f"“{listed.label}” is not yours to make here. It is made by: {who}.")
    if fmt not in listed.formats or fmt not in get_args(Format):
        raise Invalid([Reason(f"{listed.label} is made as {', '.join(listed.formats)}, not as {fmt}.", "format")])
    review = Reading(session, record)
    blocked = _MAKING[name].blocked(review)
    if blocked:
        raise Conflict([Reason(reason) for reason in blocked])
    document = _MAKING[name].make(review, london_date(now))
    try:
        return render_document(document, cast(Format, fmt))
    except FormatUnavailable as error:
        raise Invalid([Reason(str(error), "format")]) from error

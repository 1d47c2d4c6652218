"""What is prepared for one branch of a family: a letter as a Word file, the draft of an update.

For a person to read, change and give; nothing here is sent. The letter reads the identity store: ask
``dardr.lookups.family.find_branch`` first, and keep in the read log that it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.documents.reading import Reading
from dardr.errors import Conflict, NotFound, Reason
from dardr.lookups.careful_days import named_days
from dardr.lookups.family import Branch, read_branch, rhythm
from dardr.storage.reviews import AuditEvent, Record, RecordLink
from dardr.systime import london_date
from notifications.family_letter import FamilyLetter
from notifications.family_update import HAPPENED, OF_OTHERS, UpdateDraft
from notifications.render import render_document
from workflows.answers import stored_date
from workflows.lengths import Unit
from workflows.processes.care import nearest_outside
from workflows.processes.family_branch_1.reading import readings_open

LETTERS = "letters_prepared"
UPDATE = "update"
"""What a letter is about that holds the draft of an update."""


def build_letter(session: Session, actor: Actor, now: datetime, branch: Record, review: Record, number: int) -> bytes:
    """The Word file of one letter that was prepared, as entry ``number`` of the branch, made at ``now`` (UTC).

    Raises NotFound (no such letter) and Conflict: where the recipient is no longer confirmed, the branch asked not to
    be contacted, or has withdrawn, a letter prepared before is not made again.
    """
    entry = next((e for e in branch.facts.get(LETTERS) or [] if e["seq"] == number), None)
    if entry is None:
        raise NotFound(f"No letter was prepared as entry {number} of {branch.ref}.")
    today = london_date(now)
    found = read_branch(session, actor, branch, review, today)
    if reasons := found.letter_blocked(number):
        raise Conflict([Reason(reason) for reason in reasons])
    about = str(entry["letter_about"])
    update = draft_update(session, branch, review, today).splitlines() if about == UPDATE else []
    return render_document(_letter(session, found, about, tuple(filter(None, update)), today), "docx")


def _letter(session: Session, branch: Branch, about: str, update: tuple[str, ...], today: date) -> FamilyLetter:
    reading = Reading(session, branch.review)
    facts = branch.facts
    to_advocate = facts.get("letters_to") == "advocate" and facts.get("advocate") == "has_one"
    name = branch.known("contact_name")
    formats = [branch.said("record_needs", "formats").lower(), str(facts.get("language") or "")]
    address = branch.known("advocate_contact" if to_advocate else "contact_address")
    organisation = str(facts.get("advocate_organisation") or "") if facts.get("advocate") == "has_one" else ""
    lines = [name, f"by way of {organisation}" if to_advocate and organisation else "", *address.splitlines()]
    return FamilyLetter(
        partnership=reading.partnership.name,
        prepared_on=today,
        marking=None,
        demonstration=reading.demonstration,
        ref=branch.record.ref,
        about=about,
        to_name=name,
        to=tuple(line.strip() for line in lines if line.strip()),
        advocate=organisation,
        proceedings=_proceedings(session, branch.review),
        languages=", ".join(filter(None, formats)),
        update=update,
        contact=", ".join(filter(None, (reading.partnership.team_name, reading.partnership.team_email))),
    )


def _proceedings(session: Session, review: Record) -> bool:
    """Whether a proceeding runs beside the review."""
    return bool(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(RecordLink)
            .join(Record, Record.id == RecordLink.item_id)
            .where(
                RecordLink.review_id == review.id,
                RecordLink.kind == "item",
                Record.process_key == "proceeding",
                Record.final.is_(False),
            )
        )
    )


# --- an update --------------------------------------------------------------------------------------------


def draft_update(session: Session, branch: Record, review: Record, today: date) -> str:
    """The text of an update as a person finds it, from what the record holds on the London day ``today``.

    What happened since the last update; for the first one, all that happened. No name, no identity, no free words.
    """
    given = [stored_date(entry.get("on")) for entry in branch.facts.get("updates_given") or []]
    since = max((day for day in given if day), default=None)
    return UpdateDraft(
        phase=review.phase,
        stage=review.stage,
        happened=_happened(session, review, since),
        since=since,
        next_on=_next_on(session, branch, today),
        reading=readings_open(branch.facts),
    ).text()


def _happened(session: Session, review: Record, since: date | None) -> list[str]:
    """Sentences for the steps taken since a day, that day included, in the order in which they happened."""
    items = sa.select(RecordLink.item_id).where(RecordLink.review_id == review.id, RecordLink.kind == "item")
    query = (
        sa.select(AuditEvent.occurred_on, AuditEvent.action, AuditEvent.process, AuditEvent.record_id)
        .where(
            sa.or_(
                sa.and_(AuditEvent.record_id == review.id, AuditEvent.action.in_(HAPPENED)),
                sa.and_(AuditEvent.record_id.in_(items), AuditEvent.action.in_([action for _, action in OF_OTHERS])),
            )
        )
        .order_by(AuditEvent.occurred_on, AuditEvent.id)
    )
    if since is not None:
        query = query.where(AuditEvent.occurred_on >= since)
    return list(dict.fromkeys(_sentences(session.execute(query), review.id)))


def _sentences(rows: Iterable[Any], review_id: int) -> Iterable[str]:
    for _, action, process, record_id in rows:
        words = HAPPENED.get(action) if record_id == review_id else OF_OTHERS.get((workflows.get(process).key, action))
        if words:
            yield words


def _next_on(session: Session, branch: Record, today: date) -> date | None:
    """The day by which the update after this one is owed, where it is counted in days or weeks.

    Where its week has a day to be careful about, the nearest day outside such a week.
    """
    span = rhythm(session, branch)
    if span is None or span.unit is not Unit.DAYS:
        return None
    due = today + timedelta(days=span.n)
    return nearest_outside(named_days(session, [branch.id]).get(branch.id, []), due, today) or due

"""What people do with post that came in: say which record it belongs to, and that it is dealt with.

It moves no date, whatever it suggests.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.lookups.post_in import find_mail
from dardr.storage.post_in import IncomingMail
from dardr.systime import london_date
from workflows.calendar import in_words
from workflows.processes.who import CASEWORK


def belongs_to(session: Session, actor: Actor, now: datetime, number: int, ref: str) -> IncomingMail:
    """Say on which record a message is shown. The edge commits.

    Raises NotFound, Invalid for a reference that is none, and Forbidden for a record that others carry.
    """
    row, shown = find_mail(session, actor, number)
    wanted = ref.strip().upper()
    if not wanted:
        raise Invalid([Reason("Give the reference of the record it belongs to, such as DARDR-2026-009-R01.", "ref")])
    try:
        record = get_record(session, actor, wanted)
    except NotFound as error:
        raise Invalid([Reason(f"There is no record {wanted}, or it is not yours to see.", "ref")]) from error
    if not roles_on(session, actor, record) & CASEWORK:
        raise Forbidden(f"Somebody who carries {wanted} can do this.")
    if row.record_id == record.id:
        raise Conflict(f"It is shown on {wanted} already.")
    before = f", not to {shown.about[0][0]}" if shown.settled and shown.about else ""
    row.record_id = record.id
    _note(row, f"{actor.name} said on {in_words(london_date(now))} that it belongs to {wanted}{before}.")
    session.flush()
    return row


def dealt_with(session: Session, actor: Actor, now: datetime, number: int, how: str = "") -> IncomingMail:
    """Say that nothing more is to be done about a message; ``how`` in a few words. The edge commits.

    Raises NotFound, and Conflict where somebody said so before.
    """
    row, shown = find_mail(session, actor, number)
    if row.dealt_at is not None:
        said = f" {shown.dealt_by} said so." if shown.dealt_by else ""
        raise Conflict(f"This e-mail is dealt with already.{said}")
    row.dealt_at, row.dealt_by = now, actor.id
    if how:
        _note(row, how)
    session.flush()
    return row


def _note(row: IncomingMail, sentence: str) -> None:
    row.note = f"{row.note} {sentence}".strip()

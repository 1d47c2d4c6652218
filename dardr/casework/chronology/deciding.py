"""What a person decides about two lines, and notes on one. Nothing is changed or lost: the latest counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.chronology.comparing import DECISIONS, NEITHER
from dardr.errors import Forbidden, Invalid, NotFound, Reason
from dardr.lookups.chronology import returns_shown
from dardr.storage.chronologies import ChronologyLine, ChronologyMark, ChronologyNote
from dardr.storage.reviews import Record
from workflows.processes.who import CHAIRING

LONGEST = 8000


def decide(
    session: Session, actor: Actor, now: datetime, ref: str, first_id: int, second_id: int, decided: str, why: str
) -> ChronologyMark:
    """Record that two lines are the same event, the same told differently, or two events; ``why`` in words.

    A decision that stood before is undone by this one. Raises Forbidden, NotFound, Invalid.
    """
    review = _theirs(session, actor, ref)
    first_id, second_id = sorted((first_id, second_id))
    _lines(session, actor, review, (first_id, second_id))
    reasons = []
    if decided not in DECISIONS:
        reasons.append(Reason("Choose what these two lines are.", "decided"))
    if decided == NEITHER and not why.strip():
        reasons.append(Reason("Say in a few words why these are two events.", "why"))
    if len(why) > LONGEST:
        reasons.append(Reason(f"Say it in fewer than {LONGEST:,} characters.", "why"))
    if reasons:
        raise Invalid(reasons)
    for mark in session.scalars(
        sa.select(ChronologyMark).where(
            ChronologyMark.review_id == review.id,
            ChronologyMark.first_id == first_id,
            ChronologyMark.second_id == second_id,
            ChronologyMark.undone_at.is_(None),
        )
    ):
        mark.undone_at, mark.undone_by = now, actor.id
    mark = ChronologyMark(
        review_id=review.id, first_id=first_id, second_id=second_id, decided=decided, why=why.strip(),
        by=actor.id, at=now,
    )  # fmt: skip
    session.add(mark)
    session.flush()
    return mark


def undo(session: Session, actor: Actor, now: datetime, ref: str, mark_id: int) -> None:
    """Undo one decision; it is kept, with who undid it. One that is undone already stays so. Raises NotFound."""
    review = _theirs(session, actor, ref)
    mark = session.get(ChronologyMark, mark_id)
    if mark is None or mark.review_id != review.id:
        raise NotFound("There is no such decision on this chronology.")
    _lines(session, actor, review, (mark.first_id, mark.second_id))
    if mark.undone_at is None:
        mark.undone_at, mark.undone_by = now, actor.id
    session.flush()


def note(
    session: Session,
    actor: Actor,
    now: datetime,
    ref: str,
    line_id: int,
    *,
    comment: str,
    key_lines: Sequence[str],
    in_report: bool,
) -> ChronologyNote | None:
    """Keep a comment on a line, the key lines of enquiry it bears on, and whether it goes into the report.

    None where nothing is new. Raises Forbidden, NotFound, Invalid.
    """
    review = _theirs(session, actor, ref)
    _lines(session, actor, review, (line_id,))
    known = [str(one) for one in review.facts.get("key_lines") or ()]
    if unknown := [one for one in key_lines if one not in known]:
        raise Invalid([Reason(f"“{unknown[0][:80]}” is no key line of enquiry of this review. Choose again.",
                              "key_lines")])  # fmt: skip
    if len(comment) > LONGEST:
        raise Invalid([Reason(f"Say it in fewer than {LONGEST:,} characters.", "comment")])
    latest = session.scalar(
        sa.select(ChronologyNote)
        .where(ChronologyNote.review_id == review.id, ChronologyNote.line_id == line_id)
        .order_by(ChronologyNote.id.desc())
        .limit(1)
    )
    kept = (comment.strip(), [one for one in known if one in key_lines], in_report)
    if latest is not None and (latest.comment, list(latest.key_lines), latest.in_report) == kept:
        return None
    if latest is None and kept == ("", [], False):
        return None
    row = ChronologyNote(
        review_id=review.id, line_id=line_id, comment=kept[0], key_lines=kept[1], in_report=in_report,
        by=actor.id, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _theirs(session: Session, actor: Actor, ref: str) -> Record:
    """The review, locked, so that two people who decide at once do so one after the other."""
    review = get_record(session, actor, ref, lock=True)
    if not roles_on(session, actor, review) & CHAIRING:
        raise Forbidden("The chair, or the team, decides on the lines of a chronology and notes what they mean.")
    return review


def _lines(session: Session, actor: Actor, review: Record, ids: Sequence[int]) -> None:
    """Refuse a line that does not stand in the chronology of this review, or that this person does not see."""
    shown, _ = returns_shown(session, actor, review)
    found = set(
        session.scalars(
            sa.select(ChronologyLine.id).where(
                ChronologyLine.id.in_(ids),
                ChronologyLine.record_id.in_([one.id for one in shown]),
                ChronologyLine.withdrawn_by_event.is_(None),
            )
        )
    )
    if found != set(ids):
        raise NotFound("A line is not in this chronology any more: a newer file took its place. Look at it again.")

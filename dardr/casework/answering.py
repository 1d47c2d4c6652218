"""Which recommendations an action answers, and what follows for them when the action ends or goes on.

A reference names a recommendation of its own (``DARDR-2026-009-REC1``), or one of the list that another record keeps:
of a published review or of a report of the Commissioner (``PUB-2014-003#5``, the fifth of its list).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor
from dardr.casework.serving import reviews_served
from dardr.errors import Invalid, NotFound, Reason
from dardr.storage.reviews import Record, RecordCsp, RecordLink
from dardr.systime import london_date
from workflows.definition import Action, Facts
from workflows.engine import judge
from workflows.processes.recommendation_1.stages import STANDS

RECOMMENDATION = "recommendation"
ACTION = "action"
ANSWERS = "answers"
"""The kind of link from a recommendation to an action that answers it."""
LISTED_IN = ("historic", "section8-report")
"""Records that keep a list of recommendations as entries of their own."""
ENDS, GOES_ON = "actions_end", "actions_go_on"
ALSO, FILLED = "also_answers", "recommendations"


def with_references_read(
    session: Session, actor: Actor, record: Record, action: Action, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The references typed in ``also_answers`` are read and added to those that the action answers already.

    Raises Invalid for a reference that leads nowhere, or to nothing this person may see.
    """
    if all(field.name != ALSO for field in action.fields) or not values.get(ALSO):
        return values
    given = values[ALSO]
    lines = given if isinstance(given, list) else str(given).replace(",", "\n").split("\n")
    found = [_reference(session, actor, str(line).strip()) for line in lines if str(line).strip()]
    before = [str(ref) for ref in record.facts.get(FILLED) or []]
    return {**values, FILLED: list(dict.fromkeys([*before, *found]))}


def _reference(session: Session, actor: Actor, typed: str) -> str:
    """The reference as it is kept."""
    ref, mark, place = typed.upper().replace(" ", "").partition("#")
    try:
        record = get_record(session, actor, ref)
    except NotFound as error:
        raise Invalid([Reason(str(error), ALSO)]) from error
    if record.process_key == RECOMMENDATION and not mark:
        return record.ref
    if record.process_key in LISTED_IN:
        count = len(record.facts.get("recommendations") or [])
        if place.isdigit() and 1 <= int(place) <= count:
            return f"{record.ref}#{int(place)}"
        raise Invalid([Reason(_which(record.ref, count), ALSO)])
    raise Invalid([Reason(f"{typed} is not a recommendation. Give its reference, such as DARDR-2026-009-REC01.", ALSO)])


def _which(ref: str, count: int) -> str:
    if not count:
        return f"{ref} has no recommendations."
    return f"Say which recommendation of {ref} it is by its place in the list: {ref}#1 to {ref}#{count}."


def keep_links(session: Session, actor: Actor, record: Record, refs: Iterable[str]) -> None:
    """Let each recommendation among ``refs``, and the review that made it, lead to this action, and nothing else.

    The review for which the action was opened keeps it whatever it answers. Raises Invalid for a recommendation that
    is not one of a report any more.
    """
    wanted = _answered(session, actor, record, refs)
    before = _linked(session, record)
    for gone in before.keys() - wanted.keys():
        session.execute(
            sa.delete(RecordLink).where(
                RecordLink.review_id == gone, RecordLink.item_id == record.id, RecordLink.kind == ANSWERS
            )
        )
    for new in wanted.keys() - before.keys():
        session.add(RecordLink(review_id=new, item_id=record.id, kind=ANSWERS))
    session.flush()
    _reviews(session, record, before.values(), wanted.values())


def _answered(session: Session, actor: Actor, record: Record, refs: Iterable[str]) -> dict[int, Record]:
    found: dict[int, Record] = {}
    known = {one.ref: one for one in _linked(session, record).values()}
    for ref in refs:
        name = ref.partition("#")[0]
        one = known.get(name) or get_record(session, actor, name, in_part=True)
        if name not in known and one.process_key == RECOMMENDATION and one.stage not in ("draft", *STANDS):
            stage = workflows.get(one.process).stage(one.stage).label
            raise Invalid([Reason(f"{one.ref} is at “{stage}”, so no action answers it. Choose another one.", FILLED)])
        found[one.id] = one
    return found


def linked_ids(session: Session, record: Record) -> list[int]:
    """The ids of what this action answers."""
    return sorted(_linked(session, record))


def _linked(session: Session, record: Record) -> dict[int, Record]:
    """What this action answers as it is linked, by id."""
    rows = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.review_id == Record.id)
        .where(RecordLink.item_id == record.id, RecordLink.kind == ANSWERS)
    )
    return {one.id: one for one in rows}


def _reviews(session: Session, record: Record, before: Iterable[Record], wanted: Iterable[Record]) -> None:
    """The reviews that made the recommendations are served by the action; those of none any more no longer."""
    now = _made_by(session, wanted)
    for gone in _made_by(session, before) - now - {record.parent_id or 0}:
        session.execute(
            sa.delete(RecordLink).where(
                RecordLink.review_id == gone, RecordLink.item_id == record.id, RecordLink.kind == "item"
            )
        )
    for review in sorted(now):
        if session.get(RecordLink, (review, record.id)) is None:
            session.add(RecordLink(review_id=review, item_id=record.id, kind="item"))
    session.flush()
    wanted_csps = set(session.scalars(sa.select(RecordCsp.csp_id).where(RecordCsp.record_id.in_(now))))
    has = set(session.scalars(sa.select(RecordCsp.csp_id).where(RecordCsp.record_id == record.id)))
    session.add_all(RecordCsp(record_id=record.id, csp_id=csp) for csp in sorted(wanted_csps - has))
    session.flush()


def _made_by(session: Session, recommendations: Iterable[Record]) -> set[int]:
    own = [one.id for one in recommendations if one.process_key == RECOMMENDATION]
    return {review.id for one in own for review in reviews_served(session, one)}


# --- what follows ---------------------------------------------------------------------------------------------------


def lock_with_answered(session: Session, ref: str) -> None:
    """Lock an action together with the recommendations it answers, in id order: they may end with it."""
    action = session.scalar(sa.select(Record.id).where(Record.ref == ref, Record.process_key == ACTION))
    if action is None:
        return
    answered = sa.select(RecordLink.review_id).where(RecordLink.item_id == action, RecordLink.kind == ANSWERS)
    session.scalars(
        sa.select(Record)
        .where(sa.or_(Record.id == action, Record.id.in_(answered)))
        .order_by(Record.id)
        .with_for_update(of=Record)
        .execution_options(populate_existing=True)
    ).all()


def settle(
    session: Session, actor: Actor, now: datetime, record: Record, occurred_on: date, also: Iterable[int] = ()
) -> None:
    """After an event of an action: each recommendation whose actions have all ended ends, one that goes on does not.

    ``also`` are the ids of recommendations that it answered until now.
    """
    wanted = {*also, *linked_ids(session, record)}
    rows = session.scalars(
        sa.select(Record).where(Record.id.in_(wanted), Record.process_key == RECOMMENDATION).order_by(Record.id)
    )
    for one in rows.all():
        actions = answering(session, one)
        ended = bool(actions) and all(action.final for action in actions)
        key = ENDS if ended and one.stage == "made" else GOES_ON if not ended and one.stage == "actions_ended" else ""
        if key:
            _write(session, actor, now, one, key, [action.ref for action in actions], occurred_on)


def answering(session: Session, recommendation: Record) -> list[Record]:
    """The actions that answer a recommendation, oldest first, whoever may see them."""
    return list(
        session.scalars(
            sa.select(Record)
            .join(RecordLink, RecordLink.item_id == Record.id)
            .where(RecordLink.review_id == recommendation.id, RecordLink.kind == ANSWERS, Record.process_key == ACTION)
            .order_by(Record.id)
        )
    )


def _write(
    session: Session, actor: Actor, now: datetime, one: Record, key: str, actions: list[str], occurred_on: date
) -> None:
    from dardr.casework.act import record_event

    process = workflows.get(one.process)
    action = process.action(key)
    facts = Facts(ref=one.ref, stage=one.stage, recorded=one.facts, today=london_date(now))
    if judge(process, action, facts, ()).blocked:
        return
    typed = {"answering_actions": actions}
    record_event(session, actor, now, one, process, action, typed, max(occurred_on, one.opened_on))

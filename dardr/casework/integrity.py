"""What the nightly checks look for. Each yields findings, row by row; one row that cannot be read is a finding too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework import deadlines
from dardr.casework.act import readers_of
from dardr.casework.calendar_checks import calendar_reaches, feed_looked_at
from dardr.casework.carried import reviews_carried, tasks_carried
from dardr.casework.facts import load_holds, load_items, settings_of
from dardr.casework.findings import Check, Finding
from dardr.casework.fold import done, fold_event
from dardr.casework.recipients import Recipients
from dardr.casework.reminder_checks import reminders_said
from dardr.casework.sweep import would_miss
from dardr.storage.bodies import Body
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import RUNNING, AuditEvent, Deadline, EventValues, Hold, Record, RecordBody, RecordLink
from workflows.calendar import in_words
from workflows.counting import Unit
from workflows.definition import Facts, Party, Role
from workflows.engine import judge, permitted_actions

BATCH = 500

OWED_BY_BODIES = ("agency-return", "commissioner-reply", "section15-answer", "action", "action-share")


def _batches(session: Session, query: sa.Select[*tuple[Any, ...]], key: Any) -> Iterator[Sequence[Any]]:
    """The rows of a query in batches, by ascending ``key`` (an id column that the query selects first)."""
    after = 0
    while True:
        rows = session.execute(query.where(key > after).order_by(key).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _readable(session: Session, query: sa.Select[*tuple[Any, ...]], key: Any, ids: Sequence[int]) -> list[Any]:
    """The rows of ``query`` with these ids: all at once, or, where one of them cannot be read, all the others."""
    try:
        with session.begin_nested():
            return list(session.execute(query.where(key.in_(ids)).order_by(key)).all())
    except Exception:
        return [row for one in ids for row in _one(session, query, key, one)]


def _one(session: Session, query: sa.Select[*tuple[Any, ...]], key: Any, one: int) -> list[Any]:
    try:
        with session.begin_nested():
            return list(session.execute(query.where(key == one)).all())
    except Exception:
        return []


def _unread(ids: Sequence[int], read: set[int], what: str) -> Iterator[Finding]:
    for one in ids:
        if one not in read:
            yield Finding(None, "row_unreadable", f"{what} number {one} cannot be read. Ask for help.")


# --- deadlines --------------------------------------------------------------------------------------------


def deadlines_match(session: Session, today: date) -> Iterator[Finding]:
    """Every running clock, worked out again from what was recorded, comes to what its row says."""
    running = sa.select(Deadline.id).where(*RUNNING)
    pairs = sa.select(Deadline, Record).join(Record, Record.id == Deadline.record_id)
    for batch in _batches(session, running, Deadline.id):
        ids = [one for (one,) in batch]
        rows = _readable(session, pairs, Deadline.id, ids)
        yield from _unread(ids, {row.id for row, _ in rows}, "Deadline")
        moved = deadlines.HoldsAndAgreed(session, rows)
        for row, record in rows:
            try:
                yield from _one_deadline(session, row, record, moved, today)
            except Exception as error:
                yield Finding(
                    record.id,
                    "deadline_unreadable",
                    f"{row.clock_id} of {record.ref} cannot be worked out again ({type(error).__name__}). "
                    "Ask for help.",
                )
        session.expunge_all()


def _one_deadline(
    session: Session, row: Deadline, record: Record, moved: deadlines.HoldsAndAgreed, today: date
) -> Iterator[Finding]:
    process = workflows.get(record.process)
    clock = process.clock(row.clock)
    if row.problem:
        yield Finding(record.id, "clock_not_armed", f"{record.ref}: {row.problem}")
        return
    if row.start_on is None:
        return
    agreed = moved.agreed(row.id)
    due = deadlines.replay(
        row,
        clock,
        moved.holds(record.id),
        agreed,
        deadlines.calendar_for(session, clock, record.partnership_id),
        deadlines.rule_of(process, clock),
        today,
    )
    agreed_due = agreed[-1][0].due_on if agreed else None
    if (due.due, due.held, agreed_due) != (row.due_on, row.held, row.agreed_due_on):
        yield Finding(
            record.id,
            "deadline_differs",
            f"{clock.label} ({row.clock_id}) of {record.ref} is kept as {_day(row.due_on)}, and what was recorded "
            f"comes to {_day(due.due)}. Look at its holds, agreed dates and bank holidays.",
        )
    wanted = would_miss(session, clock, row, today)
    if wanted is not None:
        yield Finding(
            record.id,
            "next_look_wrong",
            f"{clock.label} ({row.clock_id}) of {record.ref} would have missed a reminder on {in_words(wanted)}. "
            "It was put right.",
        )
    elif row.next_look_on is not None and row.next_look_on < today - timedelta(days=1):
        yield Finding(
            record.id,
            "not_looked_at",
            f"No reminder could be worked out for {clock.label} ({row.clock_id}) of {record.ref} since "
            f"{in_words(row.next_look_on)}. Ask for help.",
        )
    if (row.receipt or {}).get("provisional") and row.unit == Unit.WORKING_DAYS:
        yield Finding(
            record.id,
            "date_provisional",
            f"{clock.label} ({row.clock_id}) of {record.ref} counts working days past the published bank holidays. "
            "Load the newly published list.",
        )


def rebuild_next_looks(session: Session, today: date) -> int:
    """Put right each running clock whose next look is missing or too late; how many there were."""
    mended = 0
    running = sa.select(Deadline.id).where(*RUNNING)
    pairs = sa.select(Deadline, Record.process).join(Record, Record.id == Deadline.record_id)
    for batch in _batches(session, running, Deadline.id):
        for row, process in _readable(session, pairs, Deadline.id, [one for (one,) in batch]):
            try:
                wanted = would_miss(session, workflows.get(process).clock(row.clock), row, today)
            except Exception:
                continue  # named by deadlines_match
            if wanted is not None:
                row.next_look_on = wanted
                mended += 1
        session.flush()
        session.expunge_all()
    return mended


def _day(day: date | None) -> str:
    return in_words(day) if day else "no date"


# --- facts and history ------------------------------------------------------------------------------------


_EVENTS = (
    sa.select(
        AuditEvent.record_id, AuditEvent.seq, AuditEvent.action, AuditEvent.process, AuditEvent.actor_id,
        AuditEvent.occurred_on, EventValues.after,
    )
    .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
    .order_by(AuditEvent.record_id, AuditEvent.seq)
)  # fmt: skip


def facts_match(session: Session, today: date | None = None) -> Iterator[Finding]:
    """The facts of every record are what its events come to. Records whose values were destroyed are left out.

    ``today`` plays no part.
    """
    records = sa.select(Record.id, Record.ref, Record.facts, Record.process, Record.readers)
    for batch in _batches(session, sa.select(Record.id), Record.id):
        ids = [one for (one,) in batch]
        rows = _readable(session, records, Record.id, ids)
        yield from _unread(ids, {row.id for row in rows}, "Record")
        folded: dict[int, dict[str, Any] | None] = {row.id: {} for row in rows}
        trouble: set[int] = set()
        for event in _readable(session, _EVENTS, AuditEvent.record_id, list(folded)):
            facts = folded[event.record_id]
            if facts is None:
                continue
            if event.after is None:
                folded[event.record_id] = None
                continue
            try:
                action = workflows.get(event.process).action(event.action)
            except KeyError:
                continue  # a move to another version records nothing about the review
            try:
                folded[event.record_id] = fold_event(
                    facts, action, event.after, seq=event.seq, actor_id=event.actor_id, occurred_on=event.occurred_on
                )
            except Exception:
                trouble.add(event.record_id)
        for row in rows:
            facts = folded[row.id]
            if row.id in trouble or (facts is not None and (facts != row.facts or not _kept_to_its_readers(row))):
                yield Finding(
                    row.id,
                    "facts_differ",
                    f"What {row.ref} says is not what its history comes to. Run: dardr audit verify, and ask for help.",
                )


def _kept_to_its_readers(row: Any) -> bool:
    """Whether a record is kept to those whom its facts name."""
    try:
        return row.readers == readers_of(workflows.get(row.process), row.facts)
    except KeyError:
        return True  # of a process that is not here; other checks say so


# --- holds, owners, addresses -----------------------------------------------------------------------------


def holds_looked_at(session: Session, today: date) -> Iterator[Finding]:
    """No hold stands past the day it was to be looked at."""
    rows = session.execute(
        sa.select(Hold.review_by, Hold.kind, Record.id, Record.ref)
        .join(Record, Record.id == Hold.record_id)
        .where(Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None), Hold.review_by < today)
        .order_by(Hold.id)
    )
    for review_by, kind, record_id, ref in rows:
        what = "The deferral" if kind == "deferral" else "The hold"
        yield Finding(
            record_id,
            "hold_past_review",
            f"{what} of {ref} was to be looked at by {_day(review_by)}. Give a new day, or end it.",
        )


def items_owned(session: Session, today: date) -> Iterator[Finding]:
    """Every open return, reply and action is owed by some body."""
    rows = session.execute(
        sa.select(Record.id, Record.ref)
        .where(
            Record.process_key.in_(OWED_BY_BODIES),
            Record.final.is_(False),
            ~sa.exists().where(RecordBody.record_id == Record.id),
        )
        .order_by(Record.id)
    )
    for record_id, ref in rows:
        yield Finding(record_id, "no_owner", f"No organisation is named as owing {ref}. Record who owes it.")


def bodies_reachable(session: Session, today: date) -> Iterator[Finding]:
    """Every body that owes something open has somebody who can be written to."""
    rows = session.execute(
        sa.select(sa.func.min(Record.id), Body.id, Body.name)
        .join(RecordBody, RecordBody.body_id == Body.id)
        .join(Record, Record.id == RecordBody.record_id)
        .where(Record.final.is_(False))
        .group_by(Body.id, Body.name)
        .order_by(Body.id)
    ).all()
    people = Recipients(session)
    records = {r.id: r for r in session.scalars(sa.select(Record).where(Record.id.in_([one for one, _, _ in rows])))}
    people.prepare(records.values())
    for record_id, body_id, name in rows:
        if not people.at_body(body_id, Party.AGENCY):
            yield Finding(
                record_id,
                "no_contact",
                f"{name} owes something, and nobody there can be written to. Enter a contact.",
            )


# --- what can happen next ---------------------------------------------------------------------------------


def something_possible(session: Session, today: date) -> Iterator[Finding]:
    """Every open review has a next step: one that is possible now, or an open item that is waited for."""
    held: dict[int, frozenset[Role]] = {}
    rows = session.scalars(
        sa.select(Record)
        .where(Record.process_key.in_(workflows.REVIEW_KEYS), Record.final.is_(False))
        .order_by(Record.id)
    )
    for record in list(rows):
        try:
            if record.partnership_id not in held:
                held[record.partnership_id] = _roles_held(session, record.partnership_id)
            possible = _possible(session, record, held[record.partnership_id], today)
        except Exception as error:
            yield Finding(
                record.id,
                "next_step_unreadable",
                f"The next steps of {record.ref} cannot be worked out ({type(error).__name__}). Ask for help.",
            )
            continue
        if not possible:
            yield Finding(
                record.id,
                "no_next_step",
                f"Nothing can be done next on {record.ref} by anybody who has access, and nothing is waited for. "
                "Look at the reasons on its page, and at who holds which role.",
            )


def _roles_held(session: Session, partnership_id: int) -> frozenset[Role]:
    found = session.scalars(
        sa.select(UserRole.role)
        .join(User, User.id == UserRole.user_id)
        .where(User.active.is_(True), sa.or_(User.partnership_id == partnership_id, User.partnership_id.is_(None)))
        .distinct()
    )
    return frozenset(Role(role) for role in found)


def _possible(session: Session, record: Record, roles: frozenset[Role], today: date) -> bool:
    process = workflows.get(record.process)
    unfinished = frozenset(stage.key for stage in process.stages if not stage.final)
    steps = [a for a in permitted_actions(process, record.stage, roles) if not unfinished <= frozenset(a.source)]
    waited = session.scalar(
        sa.select(sa.func.count())
        .select_from(RecordLink)
        .join(Record, Record.id == RecordLink.item_id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item", Record.final.is_(False))
    )
    if waited:
        return True
    facts = Facts(
        ref=record.ref,
        stage=record.stage,
        recorded=record.facts,
        today=today,
        done=done(record.facts),
        items=load_items(session, record),
        holds=load_holds(session, record.id),
        settings=settings_of(session, record.partnership_id),
    )
    return any(judge(process, step, facts, roles).possible for step in steps)


CHECKS: tuple[Check, ...] = (
    deadlines_match,
    facts_match,
    holds_looked_at,
    reviews_carried,
    items_owned,
    tasks_carried,
    bodies_reachable,
    something_possible,
    calendar_reaches,
    feed_looked_at,
    reminders_said,
)

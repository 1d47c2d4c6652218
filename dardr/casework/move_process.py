"""Moving one running record to another version of its process: one event in its history, nothing skipped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework import chain, deadlines
from dardr.casework.act import Done
from dardr.casework.fold import fold_event
from dardr.casework.open_record import find_process, require_open
from dardr.errors import Conflict, Forbidden, Invalid, Reason
from dardr.storage.reviews import AuditEvent, EventValues, Record
from dardr.systime import london_date
from workflows.definition import MOVE, Process, Role

MAY_MOVE = frozenset({Role.TEAM_MANAGER, Role.ADMINISTRATOR})


def move_process(session: Session, actor: Actor, now: datetime, ref: str, to: str, reason: str) -> Done:
    """Let a record follow version ``to`` (``key@version``) from the instant ``now`` (UTC).

    Its stage, facts and history stay; its running clocks are worked out again under the new version. Raises
    NotFound, Forbidden (not a manager or administrator), Invalid (no reason), Conflict: another kind of process, the
    same version, a draft, a stage or a running clock that does not exist there, all reasons at once.
    """
    record = get_record(session, actor, ref, lock=True)
    if not roles_on(session, actor, record) & MAY_MOVE:
        raise Forbidden("Only a team manager or an administrator moves a record to another version of its process.")
    if not reason.strip():
        raise Invalid([Reason("Say why the record is moved.", "reason")])
    old, new = workflows.get(record.process), find_process(to)
    require_open(session, new)
    running = deadlines.running(session, [record.id])
    _refuse(record, old, new, [row.clock for row in running])
    today = london_date(now)
    event = _write(session, actor, now, record, old, new, reason.strip())
    stage = new.stage(record.stage)
    record.process, record.process_key = new.id, new.key
    record.phase, record.final = stage.phase, stage.final
    record.facts = fold_event(record.facts, MOVE, {}, seq=event.seq, actor_id=actor.id, occurred_on=today)
    record.last_seq, record.head = event.seq, event.hash
    session.flush()
    for row in running:
        deadlines.reproject(session, row, new, today)
    session.flush()
    return Done(record.ref, record.stage, record.revision, (), (), event.id)


def _refuse(record: Record, old: Process, new: Process, running: list[str]) -> None:
    problems: list[str] = []
    if new.key != old.key:
        problems.append(f"{record.ref} follows {old.id}; {new.id} is another process. Give a version of {old.key}.")
    elif new.id == old.id:
        problems.append(f"{record.ref} follows {new.id} already.")
    else:
        if record.stage not in {stage.key for stage in new.stages}:
            problems.append(
                f"{new.id} has no stage “{record.stage}”, where {record.ref} stands. Take the record to a stage that "
                "both versions have, then move it."
            )
        there = {clock.key for clock in new.clocks}
        problems += [
            f"The clock “{old.clock(key).label}” is running and {new.id} has none of that name. Stop it first."
            for key in dict.fromkeys(running)
            if key not in there
        ]
    if problems:
        raise Conflict([Reason(problem) for problem in problems])


def _write(
    session: Session, actor: Actor, now: datetime, record: Record, old: Process, new: Process, reason: str
) -> AuditEvent:
    seq, on = record.last_seq + 1, london_date(now)
    before, after = {"_process": old.id}, {"_process": new.id, "_reason": reason}
    salt = chain.new_salt()
    values_hash, previous = chain.values_hash(salt, before, after), record.head or chain.START
    event = AuditEvent(
        record_id=record.id,
        seq=seq,
        action=MOVE.key,
        from_stage=record.stage,
        to_stage=record.stage,
        process=new.id,
        actor_id=actor.id,
        actor_name=actor.name,
        occurred_on=on,
        recorded_at=now,
        values_hash=values_hash,
        previous_hash=previous,
        hash=chain.event_hash(
            record.ref, seq, MOVE.key, record.stage, record.stage, new.id, actor.id, actor.name, on, now, values_hash,
            "", previous,
        ),
    )  # fmt: skip
    session.add(event)
    session.flush()
    session.add(EventValues(event_id=event.id, salt=salt, before=before, after=after))
    return event

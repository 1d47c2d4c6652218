"""Opening a record: a review, a Commissioner's report, an item of a review, a published case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor
from dardr.casework import effects, files, ids, own_questions, replies_owed
from dardr.casework.act import Done, record_event
from dardr.casework.facts import settings_of
from dardr.casework.judging import refuse_if_needed
from dardr.casework.serving import review_of
from dardr.errors import NO_PARTNERSHIP, Conflict, Invalid, NotFound, Reason
from dardr.lookups import choices
from dardr.storage.bodies import Csp
from dardr.storage.installation import RegimeUnlock
from dardr.storage.reviews import Record, RecordCsp
from dardr.systime import london_date
from workflows import answers as reading
from workflows.answers import stored_date
from workflows.definition import Facts, Process, Role
from workflows.engine import judge

PARENT_QUESTIONS = ("review", "reviews", "section8_report", "report")
"""Names of opening questions that say which record the new one serves."""
SAME_INCIDENT = "same_incident"
"""The opening question that names the notification of another person who died in the same incident."""


def open_record(
    session: Session,
    actor: Actor,
    now: datetime,
    process_key: str,
    values: Mapping[str, Any],
    parent_ref: str | None = None,
    *,
    partnership_id: int | None = None,
    same_incident: Iterable[str] = (),
) -> Done:
    """Open a record of ``process_key`` (newest version) or ``key@version``, at the instant ``now`` (UTC).

    ``parent_ref`` names the record it serves; an answer to a question such as ``review`` does the same.
    ``same_incident`` are refs of records of others who died in the same incident, which the same notifier sent: they
    are linked whether or not this person may see them. One typed as an answer is linked where they may.
    Raises NotFound (no such process or parent), Forbidden, Conflict (a locked regime, a draft), Invalid (answers).
    """
    process = find_process(process_key)
    require_open(session, process)
    today = london_date(now)
    found = choices.resolve(session, actor, process, process.opening, None, today)
    home = partnership_id or actor.partnership_id
    if home is None:
        raise Conflict(NO_PARTNERSHIP)
    # A list kept on paper never asked what a partnership has added since.
    asked = own_questions.whole(session, home, process.opening, optional=bool(values.get("tracker_reference")))
    typed, problems = reading.read(asked.fields, values, found)
    typed = replies_owed.with_kind_of_body(session, process, files.checked(typed, problems))
    occurred_on = _occurred(process, typed, today)
    facts = Facts(
        ref="",
        stage="",
        recorded={},
        today=today,
        submitted=typed,
        occurred_on=occurred_on,
        actor_id=actor.id,
        actor_body_ids=actor.body_ids,
        is_operator=actor.is_operator,
        settings=settings_of(session, home),
    )
    parents = _parents(session, actor, typed, parent_ref) if not problems else []
    companions = _companions(session, actor, process, typed, tuple(same_incident)) if not problems else []
    roles: set[Role] = set(actor.everywhere)
    for parent in parents:
        from dardr.access import roles_on

        roles |= roles_on(session, actor, parent)
    verdict = judge(process, process.opening, facts, roles)
    refuse_if_needed(process.opening, verdict, problems)
    warnings = [*verdict.warnings, *replies_owed.not_on_the_list(session, process, typed)]
    if process.child_suffix and not process.ref_prefix and not parents:
        warnings.append(
            f"This belongs to no review: it stands alone under the name {process.label}. If it should serve a review, "
            "open it from that review."
        )
    done = _open(session, actor, now, process, typed, parents, occurred_on, home, warnings)
    for other in companions:
        effects.link(session, other, _id_of(session, done.ref), "same_death")
    return done


def _companions(
    session: Session, actor: Actor, process: Process, typed: dict[str, Any], sent: tuple[str, ...]
) -> list[int]:
    """The records of others who died in the same incident; the answer says which, for the history to show."""
    if all(field.name != SAME_INCIDENT for field in process.opening.fields):
        return []
    found = [_id_of(session, ref) for ref in sent]
    named = str(typed.get(SAME_INCIDENT) or "").replace(",", " ").upper().split()
    for ref in named:
        try:
            found.append(get_record(session, actor, ref, in_part=True).id)
        except NotFound as error:
            raise Invalid([Reason(str(error), SAME_INCIDENT)]) from error
    if said := ", ".join(dict.fromkeys((*sent, *named))):
        typed[SAME_INCIDENT] = said
    return list(dict.fromkeys(found))


def _id_of(session: Session, ref: str) -> int:
    """The id of the record of that reference, whoever may see it: only for references this package gave out."""
    return session.scalars(sa.select(Record.id).where(Record.ref == ref)).one()


def find_process(key: str) -> Process:
    """The process of that name, newest version unless one is given. Raises NotFound."""
    try:
        return workflows.get(key)
    except workflows.UnknownProcess as error:
        raise NotFound(str(error)) from error


def require_open(session: Session, process: Process) -> None:
    """Refuse a draft process, and a regime that is not unlocked. Raises Conflict."""
    if process.draft:
        raise Conflict(f"{process.label} ({process.id}) is a draft. Nothing can be opened on it.")
    if process.needs_unlock and not session.scalar(
        sa.select(RegimeUnlock.id).where(RegimeUnlock.regime == process.needs_unlock)
    ):
        raise Conflict(
            f"{process.label} rests on law that is not recorded as in force. When it is, an administrator records the "
            f"commencement instrument with: dardr regime unlock {process.needs_unlock}"
        )


def _occurred(process: Process, typed: Mapping[str, Any], today: date) -> date:
    name = process.opening.occurred_from
    return (stored_date(typed.get(name)) if name else None) or today


def _parents(session: Session, actor: Actor, typed: Mapping[str, Any], parent_ref: str | None) -> list[Record]:
    refs: list[str] = [parent_ref] if parent_ref else []
    for name in PARENT_QUESTIONS:
        given = typed.get(name)
        refs.extend(given if isinstance(given, list) else [given] if isinstance(given, str) else [])
    return [get_record(session, actor, ref, lock=True, in_part=True) for ref in dict.fromkeys(refs)]


def open_linked(
    session: Session,
    actor: Actor,
    now: datetime,
    process_key: str,
    values: Mapping[str, Any],
    parent: Record,
    occurred_on: date,
    *,
    beside: bool = False,
) -> Done:
    """Open the record that an action on ``parent`` declares. The action itself is the permission.

    ``beside``: it is called after the review that ``parent`` serves, and serves both.

    Answers the new record does not ask for are left out; those it needs and lacks are refused with a sentence.
    """
    process = find_process(process_key)
    require_open(session, process)
    today = london_date(now)
    known = {f.name for f in process.opening.fields}
    asked = {name: value for name, value in values.items() if name in known}
    for name in PARENT_QUESTIONS:
        if name in known and name not in asked:
            asked[name] = [parent.ref] if name == "reviews" else parent.ref
    found = choices.resolve(session, actor, process, process.opening, None, today)
    typed, problems = reading.read(process.opening.fields, asked, found)
    if problems:
        raise Invalid([Reason(b.reason, b.field) for b in problems])
    typed = replies_owed.with_kind_of_body(session, process, typed)
    same_kind = process.key in workflows.REVIEW_KEYS
    parents = list(dict.fromkeys((review_of(session, parent), parent))) if beside else [parent]
    when = _occurred(process, typed, today) if process.opening.occurred_from else occurred_on
    return _open(
        session,
        actor,
        now,
        process,
        typed,
        parents,
        when,
        parent.partnership_id,
        replies_owed.not_on_the_list(session, process, typed),
        kind="same_death" if same_kind else "item",
    )


def _open(
    session: Session,
    actor: Actor,
    now: datetime,
    process: Process,
    typed: Mapping[str, Any],
    parents: list[Record],
    occurred_on: date,
    partnership_id: int,
    warnings: Iterable[str],
    kind: str = "item",
) -> Done:
    parent = parents[0] if parents and kind == "item" else None
    stage = process.stage(process.opening.to or process.stages[0].key)
    record = Record(
        ref=ids.next_ref(
            session,
            process,
            year=occurred_on.year,
            parent_ref=parent.ref if parent else None,
            label=str(settings_of(session, partnership_id).get("review_label") or ""),
        ),
        process=process.id,
        process_key=process.key,
        stage=stage.key,
        phase=stage.phase,
        final=stage.final,
        partnership_id=partnership_id,
        parent_id=parent.id if parent else None,
        case_manager_id=parent.case_manager_id if parent else None,
        opened_on=occurred_on,
        facts={},
        last_seq=0,
        head="",
    )
    session.add(record)
    session.flush()
    for other in parents:
        effects.link(session, other.id, record.id, kind)
    _csps(session, record, typed, parents)
    return record_event(session, actor, now, record, process, process.opening, typed, occurred_on, warnings=warnings)


def _csps(session: Session, record: Record, typed: Mapping[str, Any], parents: list[Record]) -> None:
    keys = typed.get("csps") or typed.get("csp")
    if keys:
        wanted = keys if isinstance(keys, list) else [keys]
        found = list(session.scalars(sa.select(Csp.id).where(Csp.key.in_(wanted))))
    elif parents:
        found = list(
            session.scalars(
                sa.select(RecordCsp.csp_id).where(RecordCsp.record_id.in_([p.id for p in parents])).distinct()
            )
        )
    else:
        found = []
    session.add_all(RecordCsp(record_id=record.id, csp_id=csp_id) for csp_id in found)

"""The choices of questions whose answers are looked up: bodies, people, versions, holds and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework import effects, reminding
from dardr.casework.facts import holds_of_each
from dardr.lookups import (
    chairs,
    commissioner_choices,
    family_choices,
    panel_choices,
    publication_choices,
    recommendation_choices,
    round_choices,
)
from dardr.storage.bodies import Body, Csp
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import RUNNING, AgreedDate, AuditEvent, Deadline, Record, RecordLink
from workflows.calendar import in_words
from workflows.definition import Action, Choice, Field, From, Process, Role
from workflows.processes.action_1.milestones import milestones
from workflows.processes.proceeding_1.hearings import hearings

Found = tuple[Choice, ...]

PERSON_RECORDED = "record_person"
"""The action whose every event is one person; corrections name it by its number."""


def resolve(
    session: Session, actor: Actor, process: Process, action: Action, record: Record | None, today: date
) -> dict[str, Found]:
    """The choices of every question of ``action`` whose choices are looked up, by the question's name."""
    return resolve_fields(session, actor, process, action.fields, record, today)


def resolve_fields(
    session: Session,
    actor: Actor,
    process: Process,
    fields: Iterable[Field],
    record: Record | None,
    today: date,
    kept: dict[From, Found] | None = None,
) -> dict[str, Found]:
    """The same for any questions; ``kept`` lets a page that shows many actions look each list up once."""
    kept = {} if kept is None else kept
    found: dict[str, Found] = {}
    for field in fields:
        source = field.choices_from
        if source is None:
            continue
        if source not in kept:
            kept[source] = _LOOK_UP[source](session, actor, process, record, today)
        found[field.name] = kept[source]
    return found


_NOTHING: dict[From, str] = {
    From.REVIEWS: "There is no other review to choose.",
    From.SECTION8_REPORTS: "No report of the Domestic Abuse Commissioner is recorded yet.",
    From.RECOMMENDATIONS: "No recommendation is recorded yet. Add the recommendations first.",
    From.ADDRESSEES: "No body you answer for is among those it is addressed to.",
    From.REPORT_RECOMMENDATIONS: "No recommendation of the report is recorded. Add the recommendations first.",
    From.OPEN_HOLDS: "There is no open hold on this record.",
    From.HOLDS: "There is no hold on this record.",
    From.CLOCKS_TO_PAUSE: "No date here can be paused.",
    From.CLOCKS_TO_MOVE: "No date that can be agreed anew is running.",
    From.CLOCKS_TO_REMIND: "No date is running about which anybody is written to.",
    From.AGREED_DATES: "No agreed date is running.",
    From.VERSIONS: "There is no version of the report yet.",
    From.ITEMS: "Nothing of this record is still open.",
    From.PROCEEDINGS: "No proceeding that runs beside this review is recorded.",
    From.OPEN_HEARINGS: "No hearing is to come. Add a hearing first.",
    From.PERSONS: "Nobody is recorded on the page of people yet.",
    From.CHAIRS: "No chair on the register takes reviews. Add one to the register first.",
    From.CHAIRS_UNDER_CONTRACT: "No invited chair is under contract.",
    From.PAYMENTS: "No payment is open.",
    From.REVIEW_VERSIONS: "There is no version of the report yet.",
    From.FAMILY_READINGS: "No version is with them to read.",
    From.FAMILY_COMMENTS: "No comment of theirs is recorded.",
    From.FAMILY_VISITS: "No visit is agreed for a day to come.",
    From.PANEL_SEATS: "Nobody sits on the panel yet. Add its members first.",
    From.COMMENTS: "No comment has come yet.",
    From.MILESTONES: "No step is open. Add one first.",
    From.PARTNERS: "No board is named that the review is held with.",
    From.WEBSITES_PUBLISHED: "No website is recorded for this report.",
    From.DAYS_TO_AVOID: "No day to avoid is on the record.",
    From.CAREFUL_DAYS: "No day to be careful about is on the list.",
}


def of_the_record(action: Action) -> tuple[Field, ...]:
    """The questions that must be answered from what the record itself has: its versions, holds, dates, items.

    What is long and hardly ever empty (bodies, people, other reviews) is left to the page of the action.
    """
    return tuple(f for f in action.fields if f.required and f.choices_from in _NOTHING and f.choices_from not in _LONG)


_LONG = (From.REVIEWS, From.SECTION8_REPORTS, From.CHAIRS)


def nothing_to_choose(fields: Iterable[Field], choices: Mapping[str, Found]) -> list[str]:
    """Why an action cannot be done: a question that must be answered has nothing to choose from."""
    return list(
        dict.fromkeys(
            _NOTHING.get(field.choices_from, f"{field.label} There is nothing to choose from yet.")
            for field in fields
            if field.required and field.choices_from is not None and not choices.get(field.name)
        )
    )


def _current(model: type[Body] | type[Csp], today: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.or_(model.from_on.is_(None), model.from_on <= today),
        sa.or_(model.until_on.is_(None), model.until_on >= today),
    )


def _csps(session: Session, actor: Actor, _p: Process, _r: Record | None, today: date) -> Found:
    rows = session.execute(
        sa.select(Csp.key, Csp.name)
        .where(Csp.partnership_id == actor.partnership_id, _current(Csp, today))
        .order_by(Csp.name)
    )
    return tuple(Choice(key, name) for key, name in rows)


def _bodies(session: Session, actor: Actor, _p: Process, _r: Record | None, today: date) -> Found:
    rows = session.execute(
        sa.select(Body.key, Body.name)
        .where(Body.partnership_id == actor.partnership_id, _current(Body, today))
        .order_by(Body.name)
    )
    return tuple(Choice(key, name) for key, name in rows)


def _people(session: Session, actor: Actor, _p: Process, _r: Record | None, _t: date) -> Found:
    return _of_the_partnership(session, actor)


def _case_managers(session: Session, actor: Actor, _p: Process, _r: Record | None, _t: date) -> Found:
    """People who carry reviews: case managers and the team's managers."""
    carrying = sa.select(UserRole.user_id).where(UserRole.role.in_([str(Role.CASE_MANAGER), str(Role.TEAM_MANAGER)]))
    return _of_the_partnership(session, actor, User.id.in_(carrying))


def _of_the_partnership(session: Session, actor: Actor, *which: sa.ColumnElement[bool]) -> Found:
    """People with access, by name; not the command line's own person, whose post nobody reads."""
    with_access = User.active.is_(True) & User.is_operator.is_(False)
    rows = session.execute(
        sa.select(User.email, User.name)
        .where(with_access, User.partnership_id == actor.partnership_id, *which)
        .order_by(User.name)
    )
    return tuple(Choice(email, name) for email, name in rows)


def _records(session: Session, actor: Actor, keys: Iterable[str], without: Record | None) -> Found:
    query = sa.select(Record.ref, Record.title).where(visible(actor), Record.process_key.in_(list(keys)))
    if without is not None:
        query = query.where(Record.id != without.id)
    rows = session.execute(query.order_by(Record.id.desc()).limit(500))
    return tuple(Choice(ref, f"{ref} “{title}”" if title else ref) for ref, title in rows)


def _reviews(session: Session, actor: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    return _records(session, actor, workflows.REVIEW_KEYS, record)


def _section8(session: Session, actor: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    return _records(session, actor, ("section8-report",), record)


def _holds(session: Session, record: Record | None, *, only_open: bool) -> Found:
    if record is None:
        return ()
    return tuple(
        Choice(str(h.id), f"{h.kind.replace('_', ' ').capitalize()}, from {in_words(h.from_on)}")
        for h in holds_of_each(session, [record.id]).get(record.id, ())
        if h.open or (h.undone_by_event is None and not only_open)
    )


def _open_holds(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    return _holds(session, record, only_open=True)


def _all_holds(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    return _holds(session, record, only_open=False)


def _clocks_to_pause(session: Session, _a: Actor, process: Process, record: Record | None, _t: date) -> Found:
    """The pausable clocks of this process and of the processes its items have."""
    keys = {process.key, "agency-return", "action"} if process.key in workflows.REVIEW_KEYS else {process.key}
    found: dict[str, str] = {}
    for key in sorted(keys):
        for clock in (process if key == process.key else workflows.get(key)).clocks:
            if clock.pausable:
                found[clock.key] = f"{clock.label} ({clock.id})"
    return tuple(Choice(key, label) for key, label in found.items())


def _clocks_to_move(session: Session, _a: Actor, process: Process, record: Record | None, _t: date) -> Found:
    if record is None:
        return ()
    return tuple(
        Choice(name, f"{process.clock(row.clock).label}{f', due {in_words(row.due_on)}' if row.due_on else ''}")
        for name, row in effects.movable(session, record, process)
    )


def _clocks_to_remind(session: Session, _a: Actor, process: Process, record: Record | None, _t: date) -> Found:
    if record is None:
        return ()
    return tuple(
        Choice(name, f"{clock.label}, due {in_words(row.due_on)}")
        for name, row, clock in reminding.remindable(session, record, process)
        if row.due_on is not None
    )


def _agreed_dates(session: Session, _a: Actor, process: Process, record: Record | None, _t: date) -> Found:
    if record is None:
        return ()
    rows = session.execute(
        sa.select(AgreedDate, Deadline.clock)
        .join(Deadline, Deadline.id == AgreedDate.deadline_id)
        .where(
            AgreedDate.record_id == record.id,
            AgreedDate.undone_by_event.is_(None),
            *RUNNING,
        )
        .order_by(AgreedDate.id)
    )
    return tuple(Choice(str(a.id), f"{process.clock(clock).label}: {in_words(a.due_on)}") for a, clock in rows)


def _versions(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    entries: list[Mapping[str, object]] = (record.facts.get("versions") or []) if record is not None else []
    names = [str(e["version"]) for e in entries]
    return tuple(Choice(name, f"Version {name}") for name in reversed(names))


def _items(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    if record is None:
        return ()
    rows = session.execute(
        sa.select(Record.ref, Record.title)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item", Record.final.is_(False))
        .order_by(Record.id)
    )
    return tuple(Choice(ref, f"{ref} {title}".strip()) for ref, title in rows)


def _partners(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    entries: list[Mapping[str, object]] = (record.facts.get("partners") or []) if record is not None else []
    return tuple(Choice(str(e["partner"]), str(e["partner"])) for e in entries)


def _persons(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The people recorded, by the number of the entry that recorded them. Never by name: this is shown on a form."""
    if record is None:
        return ()
    rows = session.execute(
        sa.select(AuditEvent.seq, AuditEvent.occurred_on)
        .where(AuditEvent.record_id == record.id, AuditEvent.action == PERSON_RECORDED)
        .order_by(AuditEvent.seq)
    )
    return tuple(Choice(str(seq), f"Entry {seq}, of {in_words(on)}") for seq, on in rows)


def _proceedings(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The proceedings that run beside a review and have not ended."""
    if record is None:
        return ()
    rows = session.execute(
        sa.select(Record.ref, Record.title)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item", Record.final.is_(False))
        .where(Record.process_key == "proceeding")
        .order_by(Record.id)
    )
    return tuple(Choice(ref, f"{title} ({ref})") for ref, title in rows)


def _milestones(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The steps of an action that are not done yet."""
    found = milestones(record.facts) if record is not None else []
    return tuple(Choice(one.number, one.text) for one in found if one.done_on is None)


def _open_hearings(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The hearings of a proceeding that have no outcome yet and are not struck out."""
    found = hearings(record.facts) if record is not None else []
    return tuple(Choice(hearing.number, hearing.words) for hearing in found if hearing.to_come)


_LOOK_UP: dict[From, Callable[[Session, Actor, Process, Record | None, date], Found]] = {
    From.CSPS: _csps,
    From.BODIES: _bodies,
    From.BODIES_TO_NAME: commissioner_choices.bodies_to_name,
    From.REPORT_RECOMMENDATIONS: commissioner_choices.recommendations,
    From.RECOMMENDATIONS: recommendation_choices.recommendations,
    From.ADDRESSEES: recommendation_choices.addressees,
    From.PEOPLE: _people,
    From.CASE_MANAGERS: _case_managers,
    From.REVIEWS: _reviews,
    From.SECTION8_REPORTS: _section8,
    From.OPEN_HOLDS: _open_holds,
    From.HOLDS: _all_holds,
    From.CLOCKS_TO_PAUSE: _clocks_to_pause,
    From.CLOCKS_TO_MOVE: _clocks_to_move,
    From.CLOCKS_TO_REMIND: _clocks_to_remind,
    From.AGREED_DATES: _agreed_dates,
    From.VERSIONS: _versions,
    From.ITEMS: _items,
    From.PARTNERS: _partners,
    From.CHAIRS: chairs.on_the_register,
    From.CHAIRS_UNDER_CONTRACT: chairs.under_contract,
    From.PAYMENTS: chairs.payments_open,
    From.PERSONS: _persons,
    From.COMMENTS: round_choices.comments_of_round,
    From.PANEL_SEATS: panel_choices.seats_now,
    From.PANEL_SEATS_THEN: panel_choices.seats_then,
    From.MEETINGS_HELD: panel_choices.meetings_held,
    From.WEBSITES: publication_choices.websites_offered,
    From.WEB_TEAMS: publication_choices.web_teams,
    From.WEBSITES_PUBLISHED: publication_choices.websites_published,
    From.FAMILY_TO_TELL: publication_choices.family_to_tell,
    From.DAYS_TO_AVOID: publication_choices.which_day_to_avoid,
    From.REVIEW_VERSIONS: family_choices.review_versions,
    From.FAMILY_READINGS: family_choices.being_read,
    From.CAREFUL_DAYS: family_choices.careful,
    From.FAMILY_COMMENTS: family_choices.comments,
    From.FAMILY_VISITS: family_choices.visits,
    From.PROCEEDINGS: _proceedings,
    From.OPEN_HEARINGS: _open_hearings,
    From.MILESTONES: _milestones,
}

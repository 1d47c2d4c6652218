"""What is on record here for the facts a tracker's columns hold, in the words a tracker would use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.casework.tables.columns import Column, means, plain
from dardr.casework.tables.days import read_day
from dardr.casework.tables.reading import Value, shown
from dardr.storage.bodies import Csp
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, IdentityValues, Record, RecordCsp
from dardr.systime import LONDON
from workflows.answers import whole_date
from workflows.definition import UNKNOWN_VALUES, Past, Role
from workflows.processes.dardr_s9_1.bring_in import PREFIX

DONE_ON: dict[str, tuple[str, ...]] = {
    "decided_on": ("decide_review", "decide_joint_review", "decide_no_review", "decide_other_review"),
    "chair_appointed_on": ("appoint_chair",),
    "terms_approved_on": ("approve_terms",),
    "signed_off_on": ("sign_off",),
    "submitted_on": ("submit_to_home_office",),
}
"""Dates that are the day of an action, once it is taken here."""

ALIKE = 90
"""How alike (of 100) a name must be to count as the same one."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The partnerships and people of this installation that a tracker may name."""

    csps: tuple[tuple[int, str, str], ...]
    people: tuple[tuple[int, str, str], ...]
    stages: Mapping[str, str]

    @classmethod
    def load(cls, session: Session, actor: Actor) -> Choices:
        """Those of the actor's partnership."""
        csps = session.execute(
            sa.select(Csp.id, Csp.key, Csp.name).where(Csp.partnership_id == actor.partnership_id).order_by(Csp.name)
        )
        carrying = sa.select(UserRole.user_id).where(
            UserRole.role.in_([str(Role.CASE_MANAGER), str(Role.TEAM_MANAGER)])
        )
        people = session.execute(
            sa.select(User.id, User.email, User.name).where(
                User.partnership_id == actor.partnership_id, User.active.is_(True), User.id.in_(carrying)
            )
        )
        stages = {s.key: s.label for s in workflows.newest("dardr-s9").stages}
        return cls(tuple((i, k, n) for i, k, n in csps), tuple((i, e, n) for i, e, n in people), stages)

    def csps_in(self, text: str, column: Column | None = None) -> list[str]:
        """The keys of the partnerships a cell names; empty where one of its words is not known."""
        whole = (means(column, text) if column else "") or self._csp(text)
        if whole:
            return whole.split(",")
        found = []
        for part in text.replace("\n", ";").replace(",", ";").replace("/", ";").replace(" & ", ";").split(";"):
            if part.strip():
                found.append((means(column, part) if column else "") or self._csp(part))
        return list(dict.fromkeys(found)) if found and all(found) else []

    def _csp(self, text: str) -> str:
        said = _area(text)
        exact = [key for _, key, name in self.csps if said and said in (_area(name), _area(key))]
        return exact[0] if len(exact) == 1 else ""

    def person(self, text: str) -> str:
        """The e-mail address of the person a cell names, by address or by name; empty where nobody is meant surely."""
        said = text.strip().casefold()
        exact = [email for _, email, name in self.people if said in (email.casefold(), name.casefold())]
        if len(exact) == 1:
            return exact[0]
        parts = set(plain(text).split())
        some = [email for _, email, name in self.people if parts and parts <= set(plain(name).split())]
        return some[0] if len(some) == 1 else ""


def _area(text: str) -> str:
    """A partnership's name without the words that all of them share."""
    said = plain(text.replace("-", " "))
    for common in ("community safety partnership", "csp", "borough council", "district council", "city council"):
        said = said.replace(common, " ")
    return " ".join(said.split())


class Standing:
    """One review as it stands here. Read once for a row."""

    def __init__(self, session: Session, record: Record) -> None:
        self.session, self.record = session, record
        self.facts: Mapping[str, Any] = record.facts
        self.done: Mapping[str, Past] = done(record.facts)
        self.brought = max((p.seq for k, p in self.done.items() if k.startswith(PREFIX)), default=0)

    def value(self, fact: str) -> Value:
        """What is on record for a fact; None where nothing is known. Dates that are whole are dates."""
        reader = getattr(self, f"_{fact}", None)
        if reader is not None:
            return reader()
        if fact in DONE_ON:
            return self._day_of(fact)
        return as_cell(self.facts.get(fact))

    def _day_of(self, fact: str) -> Value:
        later = [p for k, p in self.done.items() if k in DONE_ON[fact] and p.seq > self.brought]
        if later:
            return max(later, key=lambda past: past.seq).occurred_on
        return as_cell(self.facts.get(fact))

    def _stage(self) -> Value:
        return self.record.stage

    def _csp(self) -> Value:
        rows = self.session.scalars(
            sa.select(Csp.name)
            .join(RecordCsp, RecordCsp.csp_id == Csp.id)
            .where(RecordCsp.record_id == self.record.id)
            .order_by(Csp.name)
        )
        return "; ".join(rows) or None

    def _case_manager(self) -> Value:
        found = self.session.get(User, self.record.case_manager_id) if self.record.case_manager_id else None
        return found.name if found else None

    def _report_due(self) -> Value:
        return self.session.scalar(
            sa.select(Deadline.agreed_due_on)
            .where(
                Deadline.record_id == self.record.id,
                Deadline.clock == "overview_report",
                Deadline.withdrawn_by_event.is_(None),
                Deadline.agreed_due_on.is_not(None),
            )
            .order_by(Deadline.id.desc())
            .limit(1)
        ) or as_cell(self.facts.get("report_due_as_agreed"))

    def _reference(self) -> Value:
        return as_cell(self.facts.get("tracker_reference")) or self.record.ref

    def _decision(self) -> Value:
        words = {
            "decide_review": "Review",
            "decide_joint_review": "Joint review",
            "decide_no_review": "No review",
            "decide_other_review": "Another review",
        }
        later = [(p.seq, words[k]) for k, p in self.done.items() if k in words and p.seq > self.brought]
        return max(later)[1] if later else None

    def notes_since(self, moment: datetime) -> list[str]:
        """The notes added here after that instant, oldest first, each with its day."""
        rows = self.session.execute(
            sa.select(AuditEvent.occurred_on, EventValues.after)
            .join(EventValues, EventValues.event_id == AuditEvent.id)
            .where(
                AuditEvent.record_id == self.record.id, AuditEvent.action == "add_note", AuditEvent.recorded_at > moment
            )
            .order_by(AuditEvent.seq)
        )
        return [f"{shown(on)}: {after['note']}" for on, after in rows if after and after.get("note")]

    def last_change(self, moment: datetime) -> date | None:
        """The London day of the last thing recorded after that instant; None where nothing was."""
        last = self.session.scalar(
            sa.select(sa.func.max(AuditEvent.recorded_at)).where(
                AuditEvent.record_id == self.record.id, AuditEvent.recorded_at > moment
            )
        )
        return last.astimezone(LONDON).date() if last else None

    def identity(self, facts: tuple[str, ...]) -> dict[str, Value]:
        """What the identity store holds for these questions. Only for those who may read identities."""
        found: dict[str, Value] = {}
        rows = self.session.scalars(
            sa.select(IdentityValues.after)
            .where(IdentityValues.record_id == self.record.id)
            .order_by(IdentityValues.event_id)
        )
        for after in rows:
            found.update({name: as_cell(value) for name, value in (after or {}).items() if name in facts})
        return found


def as_cell(value: Any) -> Value:
    """A stored answer as a cell: whole dates are dates, not knowing is empty."""
    if value in (None, "", []) or (isinstance(value, str) and value in UNKNOWN_VALUES):
        return None
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, str) and len(value) == 10:
        return whole_date(value) or value
    return value


def same(kind: str, one: Value, other: Value, choices: Choices, column: Column) -> bool:
    """Whether two cells say the same of a fact of that kind, however they are written."""
    if one == other:
        return True
    if one is None or other is None:
        empty = one if other is None else other
        return kind == "day" and read_day(empty).partial is None and not read_day(empty).problem
    if kind in ("day", "update") or (kind == "identity" and isinstance(other, date)):
        a, b = read_day(one).value, read_day(other).value
        return a is not None and a == b
    a, b = shown(one), shown(other)
    if kind == "stage":
        return stage_of(a, choices, column) == stage_of(b, choices, column) != ""
    if kind == "csp":
        return set(choices.csps_in(a, column)) == set(choices.csps_in(b, column)) != set()
    if kind == "person":
        return choices.person(a) == choices.person(b) != ""
    return " ".join(a.split()).casefold() == " ".join(b.split()).casefold()


def stage_of(text: str, choices: Choices, column: Column) -> str:
    """The stage a word means: as matched, or the stage's own key or label."""
    found = means(column, text)
    if found:
        return found
    return next((k for k, label in choices.stages.items() if text == k or plain(text) == plain(label)), "")

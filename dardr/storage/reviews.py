"""Records, their history, their deadlines and holds. Rows here are written only by ``dardr/casework``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class Record(Base):
    """Whatever has a process: a review, an agency return, a reply, a QA point, an action, a published case.

    ``facts`` is the fold of all events (pseudonymous). What lists filter or sort by is a column. ``readers`` are those
    to whom it is kept (``workflows.processes.who.READERS``); empty, everyone who sees what it serves.
    """

    __tablename__ = "record"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(40), unique=True)
    process: Mapped[str] = mapped_column(sa.String(60))
    process_key: Mapped[str] = mapped_column(sa.String(50))
    stage: Mapped[str] = mapped_column(sa.String(60))
    phase: Mapped[str] = mapped_column(sa.String(60))
    final: Mapped[bool] = mapped_column(default=False)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"))
    case_manager_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    readers: Mapped[str] = mapped_column(sa.String(20), default="")
    opened_on: Mapped[date]
    facts: Mapped[dict[str, Any]]
    last_seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(sa.String(64), default="")
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads it once
    __table_args__ = (
        sa.Index("ix_record_list", "process_key", "final", "stage"),
        sa.Index("ix_record_final", "final", "case_manager_id"),
        sa.Index("ix_record_parent", "parent_id"),
        sa.Index("ix_record_partnership", "partnership_id", "process_key"),
    )


class RecordCsp(Base):
    """Which CSPs a record belongs to."""

    __tablename__ = "record_csp"
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), primary_key=True)
    csp_id: Mapped[int] = mapped_column(sa.ForeignKey("csp.id"), primary_key=True, index=True)


class RecordBody(Base):
    """Which bodies a record is owed by: the agency asked, the lead of an action, the body addressed."""

    __tablename__ = "record_body"
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), primary_key=True)
    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), primary_key=True, index=True)


class RecordLink(Base):
    """``item_id`` serves ``review_id``: a return of a review, an action answering reviews, a second review."""

    __tablename__ = "record_link"
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(sa.String(20), default="item")


class AuditEvent(Base):
    """One thing that was done. Append-only: a trigger refuses change and removal. Hash-chained per record."""

    __tablename__ = "audit_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"))
    seq: Mapped[int]
    action: Mapped[str] = mapped_column(sa.String(60))
    from_stage: Mapped[str | None] = mapped_column(sa.String(60))
    to_stage: Mapped[str] = mapped_column(sa.String(60))
    process: Mapped[str] = mapped_column(sa.String(60))
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(sa.String(200))
    occurred_on: Mapped[date]
    recorded_at: Mapped[datetime]
    values_hash: Mapped[str] = mapped_column(sa.String(64))
    identity_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        sa.UniqueConstraint("record_id", "seq"),
        sa.Index("ix_audit_event_recorded_at", "recorded_at"),
    )


class EventValues(Base):
    """What an event recorded, before and after, with the salt of its hash.

    Lawful destruction empties ``before``, ``after`` and ``salt`` and says under what; the chain stays verifiable.
    """

    __tablename__ = "event_values"
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"), primary_key=True)
    salt: Mapped[str | None] = mapped_column(sa.String(64))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    destroyed_under: Mapped[str | None] = mapped_column(sa.String(200))


class IdentityValues(Base):
    """The identity store: legal names, dates of birth, addresses of an event. Read by identity pages only."""

    __tablename__ = "identity_values"
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    salt: Mapped[str | None] = mapped_column(sa.String(64))
    after: Mapped[dict[str, Any] | None]
    destroyed_under: Mapped[str | None] = mapped_column(sa.String(200))


class Deadline(Base):
    """One run of one clock. ``next_look_on`` is the next day a reminder could say something: an index, no schedule.

    ``start_on`` None with a ``problem`` is a clock that could not be armed: shown, never skipped.
    ``n`` and ``unit`` are the length in force when it started. Overdue is never stored.
    """

    __tablename__ = "deadline"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"))
    clock: Mapped[str] = mapped_column(sa.String(60))
    clock_id: Mapped[str] = mapped_column(sa.String(10))
    started_by_event: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"))
    matches: Mapped[dict[str, Any]]
    start_on: Mapped[date | None]
    n: Mapped[int | None]
    unit: Mapped[str | None] = mapped_column(sa.String(20))
    original_due_on: Mapped[date | None]
    agreed_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    held: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    receipt: Mapped[dict[str, Any]]
    next_look_on: Mapped[date | None]
    stopped_on: Mapped[date | None]
    stopped_by_event: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    withdrawn_by_event: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    __table_args__ = (
        sa.UniqueConstraint("record_id", "clock", "started_by_event"),
        sa.Index("ix_deadline_next_look_on", "next_look_on"),
        sa.Index(
            "ix_deadline_running", "record_id", "stopped_by_event", "withdrawn_by_event", "clock", "due_on", "held"
        ),
    )

    @property
    def running(self) -> bool:
        """True until the clock is stopped or withdrawn."""
        return self.stopped_by_event is None and self.withdrawn_by_event is None


RUNNING = (Deadline.stopped_by_event.is_(None), Deadline.withdrawn_by_event.is_(None))
"""The same, as a query asks for it."""


class AgreedDate(Base):
    """A date agreed in place of a clock's own. Stores the date, never a number of days. Undone, not deleted."""

    __tablename__ = "agreed_date"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    deadline_id: Mapped[int] = mapped_column(sa.ForeignKey("deadline.id"), index=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"))
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.Text)
    agreed_by: Mapped[str] = mapped_column(sa.Text, default="")
    undone_by_event: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))


class Hold(Base):
    """A trial, inquest, parallel review or partial hold, or the deferral of a decision: a dated fact, not a stage."""

    __tablename__ = "hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.Text)
    asked_by: Mapped[str] = mapped_column(sa.Text, default="")
    clocks: Mapped[list[Any]]
    activities: Mapped[list[Any]]
    review_by: Mapped[date | None]
    next_look_on: Mapped[date | None]
    placed_by_event: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"))
    ended_by_event: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    undone_by_event: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    __table_args__ = (sa.Index("ix_hold_next_look_on", "next_look_on"),)

    @property
    def open(self) -> bool:
        """True until the hold is ended or undone."""
        return self.ended_by_event is None and self.undone_by_event is None


class RefCounter(Base):
    """The last number given out for each kind of reference."""

    __tablename__ = "ref_counter"
    prefix: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)

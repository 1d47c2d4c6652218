"""Nightly checks that somebody carries what is open: a case manager each review, a person here each task."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import TASK
from dardr.casework.findings import Finding
from dardr.storage.people import User
from dardr.storage.reviews import Record

TIME_TO_ASSIGN = timedelta(days=14)
"""A review is handed to a case manager within two weeks of being opened (a choice of this service's makers)."""


def reviews_carried(session: Session, today: date) -> Iterator[Finding]:
    """Every open review has a case manager, two weeks after it was opened at the latest, and one who is still here."""
    rows = session.execute(
        sa.select(Record.id, Record.ref, Record.opened_on, Record.case_manager_id, User.active)
        .outerjoin(User, User.id == Record.case_manager_id)
        .where(Record.process_key.in_(workflows.REVIEW_KEYS), Record.final.is_(False))
        .where(sa.or_(Record.case_manager_id.is_(None), User.active.is_(False)))
        .order_by(Record.id)
    )
    for record_id, ref, opened_on, manager, _ in rows:
        if manager is not None:
            yield Finding(
                record_id,
                "no_case_manager",
                f"The case manager of {ref} no longer has access here. Record who carries it now.",
            )
        elif opened_on + TIME_TO_ASSIGN < today:
            yield Finding(record_id, "no_case_manager", f"Nobody carries {ref}. Record who its case manager is.")


def tasks_carried(session: Session, today: date) -> Iterator[Finding]:
    """Every open task is with somebody who still has access here. ``today`` plays no part."""
    rows = session.execute(
        sa.select(Record.id, Record.ref)
        .outerjoin(User, User.id == Record.case_manager_id)
        .where(Record.process_key == TASK, Record.final.is_(False))
        .where(sa.or_(User.id.is_(None), User.active.is_(False)))
        .order_by(Record.id)
    )
    for record_id, ref in rows:
        yield Finding(
            record_id,
            "task_without_person",
            f"The person asked to do {ref} no longer has access here. Hand it to somebody else, or strike it out.",
        )

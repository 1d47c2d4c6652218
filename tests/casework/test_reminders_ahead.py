"""What is said to come is what comes: a preview, and then the days themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.casework.sweep import sweep
from dardr.lookups.reminders_ahead import Ahead, ahead
from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.storage.reminders import Reminder
from tests import builders
from tests.builders import a_review, at_ten

DAYS = 75
Told = tuple[date, str, str, str, int | None]


def preview(database: Database, first: date, last: date, **more: str) -> list[Ahead]:
    with database.read() as session:
        return list(ahead(session, builders.actor(session, "case_manager"), first, last, **more))  # type: ignore[arg-type]


def what_came(database: Database, first: date) -> set[Told]:
    with database.read() as session:
        rows = session.scalars(sa.select(Reminder).where(Reminder.for_day >= first))
        return {(r.created_at.date(), r.address, r.kind, r.rung, r.deadline_id) for r in rows}


def test_the_days_bring_what_was_said_ahead(database: Database) -> None:
    """Two returns, the report and a hold, over a bank holiday and weekends: every reminder, on its day, to each."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs", "northmere-council"]})
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "The trial is listed.", "asked_by": "cps", "clocks": [],
         "activities": ["family_interviews"], "review_by": (case.today + timedelta(days=23)).isoformat()},
    )  # fmt: skip
    first, last = case.today, case.today + timedelta(days=DAYS)
    said = preview(database, first, last)
    assert {(one.kind) for one in said} == {"reminder", "escalation", "look-again"}
    assert all(one.why and one.on >= first for one in said)
    day = first
    while day <= last:
        sweep(database, at_ten(day))
        day += timedelta(days=1)
    assert {(o.on, o.address, o.kind, o.rung, o.deadline_id) for o in said} == what_came(database, first)
    assert len(said) == len(what_came(database, first)), "each once"
    assert preview(database, last + timedelta(days=1), last + timedelta(days=5), review_ref=case.ref) is not None


@pytest.mark.parametrize("chosen", [{"days": [0]}, {"days": [2, 4]}])
def test_a_reminder_is_shown_on_the_day_its_reader_chose(database: Database, chosen: dict[str, list[int]]) -> None:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    address = builders.address("agency_contact")
    with database.write() as session:
        session.execute(sa.update(User).where(User.email == address).values(post=chosen))
    row = case.deadline("imr_return", ref=case.opened("agency-return")[0])
    assert row.due_on is not None
    said = {o.rung: o for o in preview(database, case.today, row.due_on + timedelta(days=10)) if o.address == address}
    for one in said.values():
        waited = one.on.weekday() in chosen["days"]
        assert waited or (one.due is not None and one.due >= one.on), "only what cannot wait comes on another day"
    assert all(one.on <= row.due_on for rung, one in said.items() if rung.startswith("-") or rung == "+0")

"""What is read for somebody's work leaves out nothing that is theirs, whatever they are and whoever carries it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest
import sqlalchemy as sa

from dardr.lookups import work as looked_up
from dardr.lookups.work import work_of
from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.storage.reading import ConflictOfInterest
from tests import builders
from tests.builders import PEOPLE, a_review, address, at_ten


@pytest.fixture
def several(database: Database) -> Database:
    """Reviews that one carries, that nobody carries, whose carrier has left, and whose carrier has a conflict."""
    for number, stage in enumerate(["notified", "decision_pending", "evidence", "evidence", "evidence"]):
        case = a_review(database, stage)
        if number:
            who = "second_case_manager" if number == 3 else "case_manager"
            case.act("assign_case_manager", {"case_manager": address(who)})
        if stage == "evidence":
            case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council", "mereshire-police"]})
    with database.write() as session:
        session.execute(sa.update(User).where(User.email == address("second_case_manager")).values(active=False))
        session.add(
            ConflictOfInterest(
                user_id=builders.actor(session, "case_manager").id,
                record_id=case.record().id,
                recorded_at=at_ten(case.today),
                recorded_by=builders.actor(session, "team_manager").id,
                reason="A neighbour.",
            )
        )
    return database


def test_nothing_of_anybodys_work_is_left_out(several: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    today = builders.START + timedelta(days=60)
    with several.read() as session:
        people = [builders.actor(session, who) for who in PEOPLE if who != "second_case_manager"]
        narrow = {who.name: asdict(work_of(session, who, today)) for who in people}
        monkeypatch.setattr(looked_up, "may_concern", lambda _who: sa.true())
        assert {who.name: asdict(work_of(session, who, today)) for who in people} == narrow
    assert sum(any(lists.values()) for lists in narrow.values()) >= 4


def test_what_is_not_theirs_is_not_read(several: Database) -> None:
    with several.read() as session:
        manager = builders.actor(session, "case_manager")
        every = session.scalar(sa.select(sa.func.count()).select_from(looked_up.Record))
        query = sa.select(looked_up.Record.id).where(looked_up.may_concern(builders.actor(session, "agency_contact")))
        theirs = session.scalars(query).all()
        carried = session.scalars(sa.select(looked_up.Record.id).where(looked_up.may_concern(manager))).all()
    assert 0 < len(theirs) < len(carried) <= (every or 0)

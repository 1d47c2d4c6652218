"""Whose work addresses somebody reads where it is shown to whom was written, and to whom it will be."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from dardr.access import visible
from dardr.casework.deliver import deliver
from dardr.casework.sweep import sweep
from dardr.lookups.reminders_of import reminders_of, reminders_to_come
from dardr.lookups.sent_post import one_message
from dardr.lookups.timeline import messages, timeline
from dardr.lookups.what_if import what_if
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Deadline, Record
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import Case, a_review, address, at_ten, grant
from workflows.definition import Role

COUNCIL, LEAD = "contact@northmere-council.example", "lead@northmere-council.example"


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    """A return of the council that is two weeks past its date: its contact and its lead were told; and its panel."""
    found = a_review(sqlite_database, "evidence")
    found.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    due = found.deadline("imr_return", ref=found.opened("agency-return")[-1]).due_on
    assert due is not None
    found.today = due + timedelta(days=14)
    for _ in range(2):
        sweep(sqlite_database, at_ten(found.today))
        deliver(sqlite_database, MemoryMailer, lambda: at_ten(found.today), mail_from="reviews@mereshire.example")
    with sqlite_database.write() as session:
        grant(session, "panel_member", Role.PANEL_MEMBER, found.ref)
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, found.ref)
        session.execute(sa.update(OutboxMessage).values(last_error=f"550 {COUNCIL}: no such user"))
    return found


def written_to(case: Case, who: str, ref: str) -> set[str | None]:
    """The addresses on the timeline of a record, in its lists of e-mails and on the pages of each."""
    with case.database.read() as session:
        actor = builders.actor(session, who)
        found = timeline(session, actor, ref)["messages"]
        assert all(one["last_error"] is None for one in found if one["recipient"] is None)
        pages = [one_message(session, actor, one["id"]) for one in found]
        assert all(not one["last_error"] and not any(t["answer"] for t in one["tries"]) for one in pages
                   if one["recipient"] is None)  # fmt: skip
        listed = messages(session, actor, ("sent",))
        return {one["recipient"] for one in (*found, *pages, *listed)}


@pytest.mark.parametrize("who", ["case_manager", "team_manager", "independent_chair", "deciding_chair", "auditor"])
def test_the_team_and_those_who_chair_or_check_read_every_address(case: Case, who: str) -> None:
    assert {COUNCIL} <= written_to(case, who, case.opened("agency-return")[-1]) - {None}
    assert None not in written_to(case, who, case.ref)


def test_the_panel_reads_in_which_role_others_were_written_to(case: Case) -> None:
    with case.database.read() as session:
        actor = builders.actor(session, "panel_member")
        seen = session.scalars(sa.select(Record.ref).where(visible(actor))).all()
    shown = set[str | None]().union(*(written_to(case, "panel_member", ref) for ref in seen))
    assert None in shown and not {one for one in shown if one} - {address("panel_member")}
    with case.database.read() as session:
        actor = builders.actor(session, "panel_member")
        day = case.today + timedelta(days=1)
        changed = what_if(session, actor, case.today, (), [day], ref=case.ref).reminders
        assert all(one.kept_back != bool(one.addresses) for one in changed)
        assert "@" not in str([one.as_dict()["addresses"] for one in changed])


def test_people_of_an_agency_read_the_addresses_of_their_own_organisation(case: Case) -> None:
    shown = written_to(case, "agency_contact", case.opened("agency-return")[-1])
    assert {COUNCIL, LEAD, address("agency_contact"), address("agency_lead")} <= shown
    assert not {one for one in shown if one} & {address("case_manager"), address("deciding_chair")}


def test_of_a_date_it_is_said_in_which_role_somebody_was_and_will_be_told(case: Case) -> None:
    with case.database.read() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
        row = session.scalars(sa.select(Deadline).where(Deadline.clock == "overview_report")).one()
        for who in ("case_manager", "panel_member"):
            person = builders.actor(session, who)
            past = reminders_of(session, person, row, record)
            to_come = reminders_to_come(session, person, row, record, case.today)
            assert to_come and all(one.role for one in (*past, *to_come))
            shown = {one.address for one in (*past, *to_come)}
            assert (None in shown) == (shown == {None}) == (who == "panel_member")

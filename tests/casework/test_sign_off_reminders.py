"""A lead hears again of what waits for their signature, in the e-mail of the day, until it is dealt with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.casework import four_eyes, sign_offs
from dardr.casework.administer import people
from dardr.casework.deliver import deliver
from dardr.casework.sweep import sweep
from dardr.lookups.reminders_ahead import ahead
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reminders import Reminder
from notifications.mail import Mail
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import Case, a_review, at_ten

LEADS = {"lead@northmere-council.example", builders.address("agency_lead")}


class Waiting:
    """An update of an action that a contact of the council wrote on a Monday, and that waits for the lead."""

    def __init__(self, database: Database) -> None:
        self.database = database
        case = a_review(database, "action_monitoring", day_by_day=False)
        case.today = self.written = date(2026, 9, 7)
        added = {"action_text": "Train", "lead_body": "northmere-council", "scope": "local", "plan_source": "panel"}
        self.ref = case.act("add_action", added).created[0]
        agreed = {"target_date": "2027-03-31", "outcome_measure": "An audit.", "agreed_by": "Head of service"}
        case.act("agree", agreed, ref=self.ref)
        case.act("start_work", {}, ref=self.ref)
        self.case: Case = case
        with database.write() as session:
            home = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
            home.settings = {**(home.settings or {}), four_eyes.SETTING: True}
        with database.write() as session:
            contact = builders.actor(session, "agency_contact")
            kept = sign_offs.take_or_keep(
                session, contact, at_ten(self.written), self.ref, "record_update", {"progress": "Half."}, self.written
            )
            assert isinstance(kept, sign_offs.Kept)
            self.number = kept.number
        self.day(0)

    def day(self, after: int) -> list[Mail]:
        """What left on a day, so many after it was written."""
        at, mailer = at_ten(self.written + timedelta(days=after)), MemoryMailer()
        sweep(self.database, at)
        deliver(self.database, lambda: mailer, lambda: at, mail_from="reviews@mereshire.example")
        return mailer.sent

    def asked(self, after: int) -> set[str]:
        """Who was told on that day that something waits for them since it was written."""
        return {mail.to[0] for mail in self.day(after) if "waited for you since Monday 7 September 2026" in mail.text}


@pytest.fixture
def waiting(sqlite_database: Database) -> Waiting:
    return Waiting(sqlite_database)


def test_a_lead_is_reminded_while_it_waits_and_not_after(waiting: Waiting) -> None:
    """On the Thursday, then each Thursday: never on other days, to each lead once, and to nobody once it is signed."""
    told = {n: waiting.asked(n) for n in range(1, 12)}
    assert {n for n, who in told.items() if who} == {3, 10} and told[3] == told[10] == LEADS
    with waiting.database.write() as session:
        lead = builders.actor(session, "agency_lead")
        revision = waiting.case.record(waiting.ref).revision
        sign_offs.sign_off(session, lead, at_ten(waiting.written), waiting.number, seen_revision=revision)
    assert not waiting.asked(17)


def test_what_was_noted_is_not_said_once_it_is_dealt_with(waiting: Waiting) -> None:
    sweep(waiting.database, at_ten(waiting.written + timedelta(days=3)))
    with waiting.database.write() as session:
        who = builders.actor(session, "agency_contact")
        sign_offs.withdraw(session, who, at_ten(waiting.written), waiting.number)
    assert not waiting.asked(3)
    with waiting.database.read() as session:
        carried = sa.select(Reminder.outbox_id).where(Reminder.kind == "sign-off")
        stands = session.execute(
            sa.select(OutboxMessage.status, OutboxMessage.last_error).where(OutboxMessage.id.in_(carried))
        )
        assert {tuple(row) for row in stands} == {("overtaken", "It is done, or no longer needed.")}


def test_it_is_said_ahead_as_it_comes(waiting: Waiting) -> None:
    first, last = waiting.written + timedelta(days=1), waiting.written + timedelta(days=20)
    with waiting.database.read() as session:
        found = list(ahead(session, builders.actor(session, "case_manager"), first, last, review_ref=waiting.ref))
    said = {(one.on, one.address) for one in found if one.kind == "sign-off"}
    assert said == {(waiting.written + timedelta(days=n), who) for n in (3, 10, 17) for who in LEADS}


def test_a_lead_who_has_left_is_not_waited_for(waiting: Waiting) -> None:
    with waiting.database.write() as session:
        admin = builders.actor(session, "administrator")
        number = session.scalars(sa.select(User.id).where(User.email == builders.address("agency_lead"))).one()
        people.leave(session, admin, at_ten(waiting.written), number)
    assert waiting.asked(3) == LEADS - {builders.address("agency_lead")}

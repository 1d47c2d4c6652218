"""What calendars answer to our invitations: matched by what identifies the meeting, shown there, deciding nothing."""

from __future__ import annotations

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from dardr.casework.deliver import deliver
from dardr.casework.panel import seats_of
from dardr.casework.post_in import TakenIn, take_in
from dardr.lookups.invited import Invited, invited
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.post_in import IncomingMail
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import a_review, at_ten
from tests.returned_mail import calendar_answer

POLICE, NHS = "p@police.example", "n+panel@nhs.example"


class Invitation:
    """A meeting to which two members were invited, and the mailbox to which their calendars answer."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.case = case = a_review(database, "evidence", day_by_day=False)
        for body, address in (("mereshire-police", POLICE), ("mereshire-nhs", NHS)):
            asked = {"represents": "agency", "no_case_management": "declared", "body": body, "member_email": address}
            case.act("add_panel_member", {**asked, "member_name": "Parker Example"})
        self.day = case.today + timedelta(days=10)
        plan = {"title": "First", "meeting_on": self.day.isoformat(), "starts_at": "10:00", "held": "online"}
        self.ref = case.act("plan_meeting", {**plan, "place": "", "family_expected": "no"}).created[0]
        case.act("send_invitations", {}, ref=self.ref)
        self.box = mailbox.Maildir(folder / "mail", create=True)
        self.settings = Settings(data_folder=folder, master_key="11" * 32, mailbox=f"maildir:{folder / 'mail'}")
        self.send()

    def send(self) -> None:
        deliver(
            self.case.database, MemoryMailer, lambda: at_ten(self.case.today), mail_from="reviews@mereshire.example"
        )

    def asked(self, to: str = POLICE) -> str:
        """The invitation that went to somebody last."""
        with self.case.database.read() as session:
            query = sa.select(OutboxMessage.calendar).where(
                OutboxMessage.recipient == to, OutboxMessage.calendar.is_not(None)
            )
            return session.scalars(query.order_by(OutboxMessage.id.desc())).first() or ""

    def comes(self, *raw: bytes) -> TakenIn:
        for one in raw:
            self.box.add(one)
        return take_in(self.case.database, self.settings, at_ten(self.case.today))

    def kept(self) -> list[IncomingMail]:
        with self.case.database.read() as session:
            return list(session.scalars(sa.select(IncomingMail).order_by(IncomingMail.id)))

    def shown(self) -> dict[str, Invited]:
        with self.case.database.read() as session:
            meeting, review = self.case.record(self.ref), self.case.record()
            who = builders.actor(session, "case_manager")
            return {one.address: one for one in invited(session, who, meeting, seats_of(session, review.id))}


@pytest.fixture
def invitation(sqlite_database: Database, tmp_path: Path) -> Invitation:
    return Invitation(sqlite_database, tmp_path)


def test_an_answer_without_a_message_id_is_shown_on_its_meeting(invitation: Invitation) -> None:
    facts = dict(invitation.case.record(invitation.ref).facts)
    yes = calendar_answer(invitation.asked(), POLICE)
    no = calendar_answer(invitation.asked(NHS), NHS, "DECLINED", comment="I am in court that week.")
    assert invitation.comes(yes, no) == TakenIn(answers=2)
    first, second = invitation.kept()
    assert (first.kind, second.kind) == ("accepted", "declined")
    assert first.record_id == second.record_id == invitation.case.record(invitation.ref).id
    assert first.dealt_at is not None and second.dealt_at is None, "a bare yes waits for nobody"
    shown = invitation.shown()
    assert {to: (one.says, one.before_move) for to, one in shown.items()} == {
        POLICE: ("accepted", False), NHS: ("declined", False),
    }  # fmt: skip
    assert "Police" in shown[POLICE].who and shown[POLICE].mail["delivery"] == "delivered"
    assert dict(invitation.case.record(invitation.ref).facts) == facts, "nobody is counted as present, nothing is moved"
    assert invitation.comes(yes) == TakenIn(), "the same answer once"


def test_a_yes_with_words_waits_to_be_read(invitation: Invitation) -> None:
    invitation.comes(
        calendar_answer(invitation.asked(), POLICE, body="I shall be half an hour late."),
        calendar_answer(invitation.asked(NHS), NHS, comment="Is there a lift?"),
    )
    assert [(one.kind, one.dealt_at) for one in invitation.kept()] == [("accepted", None)] * 2


def test_the_last_answer_counts_and_one_from_before_the_move_says_so(invitation: Invitation) -> None:
    invitation.comes(calendar_answer(invitation.asked(), POLICE, "TENTATIVE"))
    invitation.comes(calendar_answer(invitation.asked(), POLICE, mark="2"))
    assert invitation.shown()[POLICE].says == "accepted"
    before = invitation.asked(NHS)
    invitation.case.act(
        "change_meeting", {"meeting_on": (invitation.day + timedelta(7)).isoformat()}, ref=invitation.ref
    )
    invitation.send()
    invitation.comes(calendar_answer(before, NHS), calendar_answer(invitation.asked(), POLICE, "DECLINED", mark="3"))
    shown = invitation.shown()
    assert (shown[NHS].says, shown[NHS].before_move) == ("accepted", True), "of the day it was planned for then"
    assert (shown[POLICE].says, shown[POLICE].before_move) == ("declined", False)


def test_another_time_is_only_proposed(invitation: Invitation) -> None:
    assert invitation.comes(calendar_answer(invitation.asked(), POLICE, method="COUNTER")).answers == 1
    (kept,) = invitation.kept()
    assert (kept.kind, kept.dealt_at) == ("other_time", None) and invitation.shown()[POLICE].says == "other_time"
    assert invitation.case.record(invitation.ref).facts["meeting_on"] == invitation.day.isoformat()


def test_who_was_not_invited_and_what_is_not_ours_is_kept_for_somebody_to_read(invitation: Invitation) -> None:
    ours = invitation.asked()
    passed_on = calendar_answer(ours, "somebody@else.example")
    forged = calendar_answer(ours.replace("meeting-", "meeting-9"), POLICE, mark="2")
    another = calendar_answer(ours.replace("@", "@0", 1), POLICE, mark="3")
    broken = calendar_answer(ours.replace("BEGIN:VEVENT", "BEGIN:"), POLICE, mark="4")
    assert invitation.comes(passed_on, forged, another, broken) == TakenIn(replies=3, automatic=1, unmatched=3)
    *read, _ = invitation.kept()
    assert [(one.kind, one.dealt_at) for one in read] == [("reply", None)] * 3
    assert {one.says for one in invitation.shown().values()} == {""}

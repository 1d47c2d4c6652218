"""Letters and e-mails to families are prepared for a person; no message, reminder or notice goes to one by itself."""

from __future__ import annotations

import ast
from datetime import timedelta

import pytest
import sqlalchemy as sa

import workflows
from dardr.casework.recipients import addresses
from dardr.casework.sweep import sweep
from dardr.storage.bodies import BodyContact
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Record
from tests.architecture.source import ROOT
from tests.builders import a_review, at_ten, open_a
from workflows.definition import Party

PROCESSES = pytest.mark.parametrize("process", workflows.all_processes(), ids=lambda process: process.id)
THEIRS = ("robin.sample@family.example", "advocate@lantern.example")
KEEPS_IDENTITIES = {"IdentityValues", "read_identities", "find_branch", "read_branch"}


@PROCESSES
def test_no_notice_and_no_reminder_is_for_a_family(process: workflows.Process) -> None:
    assert not [notice.key for notice in process.notices if Party.FAMILY in notice.to]
    for clock in process.clocks:
        assert Party.FAMILY not in [step.to for step in clock.escalations], clock.key
        if clock.owner is Party.FAMILY:
            rungs = (clock.remind_before, clock.on_the_day, clock.repeat_after_every, clock.escalations)
            assert rungs == ((), False, None, ()), clock.key


def test_what_writes_e_mail_reads_nothing_of_who_a_family_is() -> None:
    """Every module that writes into the outbox, or says who is written to, knows no way to the identity store."""
    writing = set()
    for path in (ROOT / "dardr" / "casework").glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names |= {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
        names |= {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        if {"OutboxMessage", "Recipients", "Reminder"} & names:
            writing.add(path.name)
            assert not KEEPS_IDENTITIES & names, f"{path.name} could learn how a family is reached"
    assert {"notices.py", "outbox.py", "deliver.py", "recipients.py", "round_of_post.py"} <= writing


def test_half_a_year_with_two_branches_and_not_one_message_to_them(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "drafting")
    case.act("record_version", {"version": "1", "what_for": "family"})
    branches = []
    for number, address in enumerate(THEIRS, 1):
        ref = open_a(
            case.database,
            "family-branch",
            {"title": f"Branch {number}", "added_on": case.today.isoformat(), "contact_email": address,
             "contact_name": "Robin Sample"},
            on=case.today,
            parent_ref=case.ref,
        ).ref  # fmt: skip
        branches.append(ref)
        case.act("confirm_recipient", {"recipient": "neither", "recipient_known_from": "The liaison officer."}, ref=ref)
        case.act("record_taking_part", {"takes_part_through": "directly", "updates_by": "case_manager"}, ref=ref)
        case.act("prepare_letter", {"letter_about": "reading"}, ref=ref)
        told = {"update_text": "The draft is ready.", "update_given_how": "email", "given_by": "case_manager"}
        case.act("give_update", told, ref=ref)
        case.act("give_draft", {"version": "1", "given_how": "post"}, ref=ref)
    until = case.today + timedelta(days=60)
    wish = {"no_contact_how_long": "until", "no_contact_until": until.isoformat()}
    case.act("record_no_contact", wish, ref=branches[0])
    for days in range(0, 182, 7):
        sweep(sqlite_database, at_ten(case.today + timedelta(days=days)))
    with sqlite_database.read() as session:
        people = set(session.scalars(sa.select(User.email))) | set(session.scalars(sa.select(BodyContact.email)))
        sent = list(session.scalars(sa.select(OutboxMessage)))
        assert sent and {message.recipient for message in sent} <= people | {"team@mereshire.example", ""}
        query = sa.select(Deadline.clock).join(Reminder, Reminder.deadline_id == Deadline.id)
        reminded_of = set(session.scalars(query.where(Reminder.outbox_id.is_not(None))))
        assert {"family_update", "no_contact_look"} <= reminded_of, "the team is reminded of what it owes them"
        for message in sent:
            for words in (*THEIRS, "Robin", "family.example", "The draft is ready"):
                assert words not in f"{message.subject}{message.text}{message.html}{message.recipient}"
        for record in session.scalars(sa.select(Record)):
            assert addresses(session, record, Party.FAMILY) == []

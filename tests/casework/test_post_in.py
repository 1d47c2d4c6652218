"""What comes back: taken in once, sealed, matched, followed; addresses that fail and who is written to instead."""

from __future__ import annotations

import mailbox
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from dardr.casework import failing, outbox, post_in
from dardr.casework.deliver import deliver
from dardr.casework.files import unseal
from dardr.casework.post_in import TakenIn, mailboxes_of, take_in
from dardr.casework.sweep import sweep
from dardr.errors import Conflict, Forbidden, NotFound
from dardr.settings import Settings
from dardr.storage.doors import DoorLink
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from dardr.storage.people import AdminEvent
from dardr.storage.post_in import FailingAddress, IncomingMail, MailboxPlace
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline
from notifications.messages import StageChanged
from notifications.retry import Kind, Outcome
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import Case, a_review, at_ten
from tests.fixtures import with_people
from tests.imap_server import Folder, serving
from tests.returned_mail import answer, report
from tests.worker.post import Postbox, mailer, running, scripted

FROM = "reviews@mereshire.example"
COUNCIL = "northmere-council.example"
CONTACTS = [f"contact@{COUNCIL}", builders.address("agency_contact")]
LEADS = [f"lead@{COUNCIL}", builders.address("agency_lead")]


@pytest.fixture(scope="module")
def asked(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A database, to be copied: two reviews, and a return asked of one council for the first, its e-mails sent."""
    file = tmp_path_factory.mktemp("asked") / "asked.sqlite3"
    shutil.copyfile(migrated_sqlite_file, file)
    with with_people(f"sqlite:///{file}") as database:
        case, other = (a_review(database, "evidence", day_by_day=False) for _ in range(2))
        case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
        send(case)
    return file, case.ref, other.ref


@pytest.fixture
def case(asked: tuple[Path, str, str], tmp_path: Path) -> Iterator[Case]:
    """The first of the two reviews, in a database of this test's own."""
    file, ref, _ = asked
    database = Database(f"sqlite:///{shutil.copyfile(file, tmp_path / 'asked.sqlite3')}")
    yield Case(database, ref, builders.START)
    database.close()


@pytest.fixture
def another(case: Case, asked: tuple[Path, str, str]) -> Case:
    """The second."""
    return Case(case.database, asked[2], builders.START)


def ask_again(case: Case) -> None:
    """The same council is asked for another return."""
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})


def send(case: Case, now: datetime | None = None) -> None:
    deliver(case.database, MemoryMailer, lambda: now or at_ten(case.today), mail_from=FROM)


def sent(case: Case, to: str, message: str = "return_requested") -> OutboxMessage:
    with case.database.read() as session:
        query = sa.select(OutboxMessage).where(OutboxMessage.recipient == to, OutboxMessage.message == message)
        return session.scalars(query.order_by(OutboxMessage.id.desc())).first()  # type: ignore[return-value]


def id_of(case: Case, to: str, message: str = "return_requested") -> str:
    found = sent(case, to, message).message_id
    assert found
    return found


class Post:
    """A maildir into which mail comes."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case, self.path = case, folder / "mail"
        self.box = mailbox.Maildir(self.path, create=True)
        self.settings = Settings(data_folder=folder, master_key="11" * 32, mailbox=f"maildir:{self.path}")

    def come(self, *raw: bytes, now: datetime | None = None) -> TakenIn:
        for one in raw:
            self.box.add(one)
        return take_in(self.case.database, self.settings, now or at_ten(self.case.today))

    def kept(self) -> list[IncomingMail]:
        with self.case.database.read() as session:
            return list(session.scalars(sa.select(IncomingMail).order_by(IncomingMail.id)))

    def failing(self) -> list[str]:
        with self.case.database.read() as session:
            query = sa.select(FailingAddress.address).where(FailingAddress.cleared_at.is_(None))
            return sorted(session.scalars(query))


@pytest.fixture
def post(case: Case, tmp_path: Path) -> Post:
    return Post(case, tmp_path)


def written(case: Case, message: str = "return_requested") -> dict[str, str]:
    """To whom a message was written, and how each stands; one without an address is under the empty one."""
    with case.database.read() as session:
        rows = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == message))
        return {row.recipient: row.delivery or row.status for row in rows}


# --- answers ----------------------------------------------------------------------------------------------


def test_an_answer_is_kept_sealed_on_what_it_answers(case: Case, post: Post) -> None:
    raw = answer(id_of(case, CONTACTS[0]), body="Zephyrine says Friday.")
    assert post.come(raw) == TakenIn(replies=1)
    (kept,) = post.kept()
    assert (kept.kind, kept.sender, kept.dealt_at) == ("reply", CONTACTS[0], None)
    assert kept.record_id == case.record(case.opened("agency-return")[0]).id
    assert kept.outbox_id == sent(case, CONTACTS[0]).id
    assert b"Zephyrine" not in kept.sealed and unseal(kept.wrapped_key, kept.sealed) == raw.replace(b"\r\n", b"\n")
    assert written(case)[CONTACTS[0]] == "delivered", "who answers has it"
    assert post.come() == TakenIn()


@pytest.mark.parametrize(
    ("sender", "subject", "matched"),
    [
        (CONTACTS[0], "Fwd: {ref}: a question", True),
        ("stranger@elsewhere.example", "{ref}", False),
        (CONTACTS[0], "A question", False),
        (CONTACTS[0], "DARDR-2026-999", False),
    ],
)
def test_without_a_message_id_reference_and_a_known_sender_tell(
    case: Case, post: Post, sender: str, subject: str, matched: bool
) -> None:
    assert post.come(answer("<unknown@x.example>", sender=sender, subject=subject.format(ref=case.ref))).unmatched == (
        not matched
    )
    (kept,) = post.kept()
    assert kept.record_id == (case.record().id if matched else None) and kept.dealt_at is None


def test_what_programs_answer_waits_for_nobody(case: Case, post: Post) -> None:
    assert post.come(answer(id_of(case, CONTACTS[0]), Auto_Submitted="auto-replied")) == TakenIn(automatic=1)
    (kept,) = post.kept()
    assert kept.kind == "automatic" and kept.dealt_at is not None and kept.record_id is not None


def test_our_own_message_in_the_mailbox_is_no_answer(case: Case, post: Post) -> None:
    own = f"From: {FROM}\nMessage-ID: {id_of(case, CONTACTS[0])}\nSubject: x\n\nx"
    assert post.come(own.encode()) == TakenIn()
    assert post.kept() == [] and written(case)[CONTACTS[0]] == "delivered"


def test_what_cannot_be_read_or_looked_at_is_kept(case: Case, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.come(b"\n\nno e-mail at all")
    monkeypatch.setattr(post_in, "_follow", lambda *_: 1 / 0)
    post.come(report(id_of(case, CONTACTS[0]), CONTACTS[0]))
    first, second = post.kept()
    assert first.note == post_in.UNREADABLE and second.note == post_in.NOT_MATCHED
    assert first.dealt_at is None and second.dealt_at is None


def test_of_a_large_message_the_beginning_is_kept(case: Case, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_in, "largest", lambda: 2000)
    post.come(answer(id_of(case, CONTACTS[0]), body="x " * 5000))
    (kept,) = post.kept()
    assert kept.note == post_in.TOO_LARGE and kept.record_id is not None


# --- returned mail ----------------------------------------------------------------------------------------


def test_a_returned_message_marks_its_address_and_goes_up(case: Case, post: Post) -> None:
    """The other contact has it already, so nobody else is written to; without them it goes to the lead."""
    assert post.come(report(id_of(case, CONTACTS[0]), CONTACTS[0])) == TakenIn(bounced=1)
    assert post.failing() == [CONTACTS[0]]
    assert written(case) == {CONTACTS[0]: "bounced", CONTACTS[1]: "sent"}
    post.come(report(id_of(case, CONTACTS[1]), CONTACTS[1], mark="2"))
    assert written(case) == {CONTACTS[0]: "bounced", CONTACTS[1]: "bounced", LEADS[0]: "queued", LEADS[1]: "queued"}
    copy = sent(case, LEADS[0])
    says = f"This was sent to {CONTACTS[1]} and came back. It reaches you in their place."
    assert copy.text.startswith(says) and says in copy.html and copy.subject == sent(case, CONTACTS[0]).subject
    send(case)
    assert written(case)[LEADS[0]] == "sent"


def test_nobody_left_is_never_silent(case: Case, post: Post) -> None:
    for number, address in enumerate([*CONTACTS, *LEADS, f"executive@{COUNCIL}"]):
        post.come(report(id_of(case, address), address, mark=str(number)))
        send(case)
    assert written(case)[""] == "no_address"
    assert len(post.failing()) == 5


def test_twice_is_once(case: Case, post: Post) -> None:
    raw = report(id_of(case, CONTACTS[0]), CONTACTS[0])
    assert post.come(raw, raw) == TakenIn(bounced=1)
    assert post.come(report(id_of(case, CONTACTS[0]), CONTACTS[0], mark="another")) == TakenIn(bounced=1)
    with case.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FailingAddress)) == 1
        query = sa.select(sa.func.count()).where(OutboxAttempt.result == "bounced")
        assert session.scalar(query) == 1


@pytest.mark.parametrize(("status", "strikes"), [("5.1.1", 1), ("5.1.10", 1), ("5.2.2", 2), ("5.7.1", 2), ("4.4.7", 2)])
def test_an_unknown_address_is_marked_at_once_and_others_after_two(
    case: Case, another: Case, post: Post, status: str, strikes: int
) -> None:
    post.come(report(id_of(case, CONTACTS[0]), CONTACTS[0], status=status, said="no"))
    assert bool(post.failing()) == (strikes == 1)
    ask_again(another)
    if strikes == 2:
        send(case)
        post.come(report(id_of(case, CONTACTS[0]), CONTACTS[0], status=status, said="no", mark="2"))
        assert post.failing() == [CONTACTS[0]]
    else:
        assert sent(case, CONTACTS[0]).delivery == "bounced", "nothing new was written to it"


def test_a_forged_report_marks_nothing(case: Case, post: Post) -> None:
    forged = report("<dardr-1-0000000000000000@mereshire.example>", CONTACTS[0])
    assert post.come(forged) == TakenIn(bounced=1, unmatched=1)
    assert post.failing() == [] and written(case)[CONTACTS[0]] == "sent"
    assert post.come(report(id_of(case, CONTACTS[0]), "chief@elsewhere.example", mark="2")) == TakenIn(bounced=1)
    assert post.failing() == [], "a report about another address counts as one strike, never at once"


def test_a_warning_is_only_noted(case: Case, post: Post) -> None:
    post.come(report(id_of(case, CONTACTS[0]), CONTACTS[0], action="delayed", status="4.4.1", said="451 away"))
    assert written(case)[CONTACTS[0]] == "delayed" and post.failing() == []
    post.come(answer(id_of(case, CONTACTS[0])))
    assert written(case)[CONTACTS[0]] == "delivered"


def test_what_waits_for_a_marked_address_is_sent_to_others_too(case: Case, another: Case, post: Post) -> None:
    ask_again(another)
    for number, address in enumerate(CONTACTS):
        post.come(report(id_of_sent(case, address), address, mark=str(number)))
    with case.database.read() as session:
        rows = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "return_requested")).all()
    standing = sorted((row.recipient, row.status, row.delivery) for row in rows)
    assert standing == sorted(
        [(one, "sent", "bounced") for one in CONTACTS]
        + [(one, "withdrawn", "") for one in CONTACTS]
        + [(one, "queued", "") for one in LEADS] * 2
    )


def id_of_sent(case: Case, to: str) -> str:
    with case.database.read() as session:
        query = sa.select(OutboxMessage.message_id).where(OutboxMessage.recipient == to, OutboxMessage.status == "sent")
        return session.scalars(query).first() or ""


def test_a_reminder_that_came_back_is_made_anew_for_who_stands_in(case: Case, post: Post) -> None:
    item = case.record(case.opened("agency-return")[0])
    with case.database.read() as session:
        day = session.scalar(sa.select(sa.func.min(Deadline.next_look_on)).where(Deadline.record_id == item.id))
    assert day is not None
    case.today = day
    sweep(case.database, at_ten(day))
    send(case, at_ten(day) + timedelta(hours=1))
    with case.database.read() as session:
        rows = session.execute(
            sa.select(Reminder.address, OutboxMessage.message_id)
            .join(OutboxMessage, OutboxMessage.id == Reminder.outbox_id)
            .where(OutboxMessage.status == "sent", Reminder.address.in_(CONTACTS))
        )
        carried = {address: message_id or "" for address, message_id in rows}
    assert set(carried) == set(CONTACTS)
    for number, (address, message_id) in enumerate(carried.items()):
        post.come(report(message_id, address, mark=f"r{number}"))
    with case.database.read() as session:
        waiting = session.scalars(sa.select(Reminder.address).where(Reminder.outbox_id.is_(None)))
        assert sorted(waiting) == sorted(LEADS)


# --- refused at once --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text", "status"),
    [
        (550, "5.1.1 No such user", "5.1.1"),
        (550, "No such user here", "5.1.1"),
        (552, "Mailbox full", "5.2.2"),
        (550, "5.7.1 Relaying denied", ""),
        (550, "5.1.8 Sender address rejected", ""),
        (550, "relay not permitted", ""),
        (554, "Blocked by policy", ""),
        (503, "Bad sequence of commands", ""),
        (550, "host 10.5.1.1 said no", "5.1.1"),
    ],
)
def test_what_a_refusal_says_of_an_address(code: int, text: str, status: str) -> None:
    assert failing.status_of(code, text) == status


def test_a_recipient_refused_by_the_server_is_marked_and_the_message_goes_on(another: Case) -> None:
    with another.database.write() as session:
        session.execute(sa.delete(OutboxAttempt))
        session.execute(sa.delete(DoorLink))
        session.execute(sa.delete(OutboxMessage))
    ask_again(another)
    postbox = Postbox()
    postbox.to = {one: "550 5.1.1 No such user" for one in CONTACTS}
    with running(postbox) as port:
        for _ in range(2):
            deliver(another.database, mailer(port), lambda: at_ten(another.today), mail_from=FROM)
    assert [one for one in postbox.recipients if one in LEADS] == LEADS
    assert written(another) == {**dict.fromkeys(CONTACTS, "bounced"), **dict.fromkeys(LEADS, "sent")}


@pytest.mark.parametrize(
    ("step", "answer", "status", "marked"),
    [
        ("MAIL", "451 4.3.0 Not now", "waiting", False),
        ("MAIL", "550 5.1.8 No such sender", "failed", False),
        ("RCPT", "450 4.2.0 Greylisted", "waiting", False),
        ("RCPT", "550 5.1.1 No such user", "failed", True),
        ("RCPT", "552 5.2.2 Mailbox full", "failed", False),
        ("<text>", "452 4.3.1 Disk full", "waiting", False),
        ("<text>", "554 5.6.0 Not wanted", "failed", False),
    ],
)
def test_each_class_of_reply_at_each_step(sqlite_url: str, step: str, answer: str, status: str, marked: bool) -> None:
    database, now = Database(sqlite_url), at_ten(builders.START)
    polite = {"<hello>": "220 here", "EHLO": "250 here", "DATA": "354 go on", "QUIT": "221 bye"}
    a_message(database, now)
    with scripted(lambda command, _: answer if command == step else polite.get(command, "250 OK")) as port:
        deliver(database, mailer(port), lambda: now, mail_from=FROM)
    with database.read() as session:
        row = session.scalars(sa.select(OutboxMessage)).one()
        assert (row.status, row.delivery) == (status, "bounced" if step == "RCPT" and status == "failed" else "")
        assert bool(session.scalar(sa.select(FailingAddress.id))) is marked
    database.close()


def a_message(database: Database, now: datetime) -> None:
    message = StageChanged(
        ref="T-1", link="https://reviews.example/records/T", partnership="Team",
        stage_label="Evidence", changed_on=builders.START,
    )  # fmt: skip
    with database.write() as session:
        outbox.write(session, now, message, to="a@one.example", party="case_manager", dedupe="t", record_id=None)


def test_a_server_that_takes_nothing_from_us_marks_nobody(sqlite_url: str) -> None:
    database, now = Database(sqlite_url), at_ten(builders.START)
    a_message(database, now)
    with database.write() as session:
        row = session.scalars(sa.select(OutboxMessage)).one()
        row.status = "failed"
        assert not failing.refused(
            session, now, row.id, Outcome("a@one.example", Kind.REFUSED, 550, "5.7.1 Relay denied")
        )
        assert session.scalar(sa.select(FailingAddress.id)) is None
    database.close()


# --- mailboxes --------------------------------------------------------------------------------------------


def test_two_workers_take_each_message_in_once(database: Database, tmp_path: Path) -> None:
    case = a_review(database, "evidence", day_by_day=False)
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    send(case)
    folder = Folder()
    folder.add(*(answer(id_of(case, CONTACTS[0]), body=f"Answer {n}") for n in range(6)))
    folder.add(report(id_of(case, CONTACTS[0]), CONTACTS[0]))
    with serving(folder) as port:
        settings = Settings(data_folder=tmp_path, mailbox=f"imap://team:x@127.0.0.1:{port}/INBOX")
        done: list[TakenIn] = []
        workers = [
            threading.Thread(target=lambda: done.append(take_in(database, settings, at_ten(case.today))))
            for _ in range(3)
        ]
        for one in workers:
            one.start()
        for one in workers:
            one.join(timeout=60)
    assert sum(one.replies for one in done) == 6 and sum(one.bounced for one in done) == 1
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(IncomingMail)) == 7
        place = session.scalars(sa.select(MailboxPlace)).one()
    assert (place.last_uid, place.validity, place.said) == (7, "1", "")


def test_a_mailbox_made_anew_or_away_loses_nothing(case: Case, tmp_path: Path) -> None:
    folder = Folder()
    folder.add(*(answer("<a@b.example>", body=f"Answer {n}") for n in range(3)))
    with serving(folder) as port:
        settings = Settings(data_folder=tmp_path, mailbox=f"imap://team:x@127.0.0.1:{port}")
        assert take_in(case.database, settings, at_ten(case.today)).replies == 3
        del folder.messages[1]
        folder.validity = 9
        folder.add(answer("<a@b.example>", body="Answer 4"))
        assert take_in(case.database, settings, at_ten(case.today)).replies == 1
    done = take_in(case.database, settings, at_ten(case.today))
    assert done == TakenIn(trouble=1)
    with case.database.read() as session:
        place = session.scalars(sa.select(MailboxPlace)).one()
    assert "cannot be reached" in place.said and (place.validity, place.last_uid) == ("9", 4)
    assert ":x@" not in place.mailbox and "secret" not in place.said


def test_settings_of_a_mailbox() -> None:
    assert mailboxes_of(Settings()) == []
    two = mailboxes_of(Settings(mailbox="maildir:/a  imaps://t@h/I", mailbox_password="x"))
    assert [one.name for one in two] == ["maildir:/a", "imaps://t@h:993/I"]
    with pytest.raises(Conflict, match="Look at DARDR_MAILBOX"):
        mailboxes_of(Settings(mailbox="pop3://x"))


# --- a person ---------------------------------------------------------------------------------------------


def test_a_person_says_that_an_address_works_again(case: Case, another: Case, post: Post) -> None:
    post.come(report(id_of(case, CONTACTS[0]), CONTACTS[0]))
    with case.database.read() as session:
        number = session.scalar(sa.select(FailingAddress.id))
        assert number
    with case.database.write() as session, pytest.raises(Forbidden):
        failing.works_again(session, builders.actor(session, "auditor"), at_ten(case.today), number)
    with case.database.write() as session:
        who = builders.actor(session, "case_manager")
        assert failing.works_again(session, who, at_ten(case.today), number) == CONTACTS[0]
        with pytest.raises(Conflict):
            failing.works_again(session, who, at_ten(case.today), number)
        with pytest.raises(NotFound):
            failing.works_again(session, who, at_ten(case.today), 999)
        assert session.scalars(sa.select(AdminEvent.what)).all()[-1] == "address_works_again"
    assert post.failing() == []
    ask_again(another)
    assert sent(case, CONTACTS[0]).status == "queued"

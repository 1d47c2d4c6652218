"""Sending: leases, answers, overtaken reminders, people who step in. Against real SMTP servers on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import outbox, sending
from dardr.casework.deliver import MOST_TRIES, claim, deliver, retry, withdraw
from dardr.casework.sending import LEASE, Answer, Delivered, settle
from dardr.casework.sweep import sweep
from dardr.casework.transport import mailer_of
from dardr.errors import Conflict, Forbidden, NotFound
from dardr.settings import Settings
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from dardr.storage.people import User
from dardr.storage.reviews import Deadline
from notifications.messages import StageChanged
from notifications.retry import Kind, Outcome
from notifications.smtp import Mail, MemoryMailer
from tests import builders
from tests.builders import Case, a_review, at_ten
from tests.ports import free_port
from tests.worker.post import Postbox, mailer, running, scripted

NOW = at_ten(builders.START)
FROM = "reviews@mereshire.example"


def write(database: Database, *to: str, now: datetime = NOW, **more: Any) -> list[int]:
    """Some messages in the outbox; their ids."""
    with database.write() as session:
        for number, address in enumerate(to):
            message = StageChanged(
                ref=f"T-{number}", link="https://reviews.example/records/T", partnership="Team",
                stage_label="Evidence", changed_on=builders.START,
            )  # fmt: skip
            assert outbox.write(
                session, now, message, to=address, party="case_manager", dedupe=f"test:{number}:{address}",
                record_id=None, **more,
            )  # fmt: skip
        return list(session.scalars(sa.select(OutboxMessage.id).order_by(OutboxMessage.id)))


def rows(database: Database) -> list[OutboxMessage]:
    with database.read() as session:
        return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def attempts(database: Database, outbox_id: int) -> list[tuple[str, str]]:
    with database.read() as session:
        found = session.execute(
            sa.select(OutboxAttempt.result, OutboxAttempt.answer)
            .where(OutboxAttempt.outbox_id == outbox_id)
            .order_by(OutboxAttempt.id)
        )
        return [(result, answer) for result, answer in found]


def send(database: Database, port: int, now: datetime = NOW, **more: Any) -> Delivered:
    return deliver(database, mailer(port), lambda: now, mail_from=FROM, **more)


def test_written_once_sent_once_over_one_connection(database: Database) -> None:
    write(database, "a@one.example", "b@two.example", "c@three.example")
    postbox = Postbox()
    with running(postbox) as port:
        assert send(database, port) == Delivered(sent=3)
        assert send(database, port) == Delivered()
    assert postbox.recipients == ["a@one.example", "b@two.example", "c@three.example"]
    assert len(postbox.peers) == 1
    for row, message in zip(rows(database), postbox.messages, strict=True):
        assert row.status == "sent" and row.settled_at == NOW and row.lease_until is None
        assert row.message_id == message["Message-ID"]
        assert message["Subject"] == row.subject and message["Auto-Submitted"] == "auto-generated"
        assert attempts(database, row.id) == [("accepted", "The mail server accepted the message.")]


def test_many_more_than_a_batch(database: Database) -> None:
    write(database, *(f"r{n}@one.example" for n in range(25)))
    postbox = Postbox()
    with running(postbox) as port:
        assert send(database, port, limit=10).sent == 25
    assert len(set(postbox.recipients)) == 25 and len(postbox.peers) == 1


class OneConnection(Postbox):
    """A server that takes one connection and refuses the others."""

    first: object = None

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.first = self.first or session.peer
        if session.peer != self.first:
            return ["421 Too many connections"]
        session.host_name = hostname
        return responses


@pytest.mark.parametrize("postbox", [Postbox(), OneConnection()], ids=["several", "one"])
def test_over_several_connections_each_goes_once(sqlite_database: Database, postbox: Postbox) -> None:
    """A connection that the server refuses gives its message back: no try is spent on it."""
    write(sqlite_database, *(f"r{n}@one.example" for n in range(60)))
    with running(postbox) as port:
        assert send(sqlite_database, port, connections=4, limit=100) == Delivered(sent=60)
    assert sorted(postbox.recipients) == sorted(f"r{n}@one.example" for n in range(60))
    assert len(postbox.peers) == (1 if isinstance(postbox, OneConnection) else 4)
    assert all(attempts(sqlite_database, row.id)[0][0] == "accepted" for row in rows(sqlite_database))
    assert {row.attempts for row in rows(sqlite_database)} == {1}


def test_the_same_key_is_written_once(database: Database) -> None:
    write(database, "a@one.example")
    with database.write() as session:
        again = StageChanged(ref="x", link="https://x.example", partnership="T", stage_label="S", changed_on=NOW.date())
        assert not outbox.write(
            session, NOW, again, to="a@one.example", party="", dedupe="test:0:a@one.example", record_id=None
        )
    assert len(rows(database)) == 1


def test_one_of_two_recipients_refused(database: Database) -> None:
    write(database, "gone@one.example", "here@one.example")
    postbox = Postbox()
    postbox.to["gone@one.example"] = "550 5.1.1 No such person"
    with running(postbox) as port:
        assert send(database, port) == Delivered(sent=1, failed=1)
    gone, here = rows(database)
    assert (gone.status, here.status) == ("failed", "sent")
    assert "550" in (gone.last_error or "") and "No such person" in attempts(database, gone.id)[0][1]


def test_the_server_away_for_a_day(database: Database) -> None:
    """Tried with growing waits, never given up within the day, sent once when it is back, one Message-ID throughout."""
    (only,) = write(database, "a@one.example")
    port, now, tries, ids = free_port(), NOW, 0, set()
    while now < NOW + timedelta(days=1):
        done = send(database, port, now)
        tries += done.waiting
        ids.add(rows(database)[0].message_id)
        assert done.sent == done.failed == 0
        now += timedelta(minutes=15)
    (row,) = rows(database)
    assert row.status == "waiting" and row.attempts == tries == len(attempts(database, only)) and 5 <= tries < 12
    assert "could not be reached" in (row.last_error or "")
    postbox = Postbox()
    with running(postbox, port):
        assert send(database, port, row.not_before) == Delivered(sent=1)
    (arrived,) = postbox.messages
    assert ids == {arrived["Message-ID"]}


def test_given_up_after_five_days_and_visible(database: Database) -> None:
    (only,) = write(database, "a@one.example")
    port, now = free_port(), NOW
    for _ in range(40):
        send(database, port, now)
        (row,) = rows(database)
        if row.status == "failed":
            break
        now = row.not_before
    assert rows(database)[0].status == "failed"
    assert timedelta(days=4, hours=12) < now - NOW < timedelta(days=6)
    assert len(attempts(database, only)) == rows(database)[0].attempts


def test_greylisting_is_tried_again(database: Database) -> None:
    write(database, "a@one.example")
    postbox = Postbox()
    postbox.to["a@one.example"] = "451 4.7.1 Come back later"
    with running(postbox) as port:
        assert send(database, port) == Delivered(waiting=1)
        assert send(database, port) == Delivered(), "not before its time"
        postbox.to.clear()
        assert send(database, port, rows(database)[0].not_before) == Delivered(sent=1)


@pytest.mark.parametrize(("dies_at", "kind"), [("MAIL", "try_again"), ("RCPT", "try_again"), ("<text>", "unknown")])
def test_the_server_dies_in_mid_conversation(database: Database, dies_at: str, kind: str) -> None:
    (only,) = write(database, "a@one.example")
    polite = {"<hello>": "220 here", "EHLO": "250 here", "DATA": "354 go on", "QUIT": "221 bye"}

    def script(command: str, number: int) -> str | None:
        return None if command == dies_at else polite.get(command, "250 OK")

    with scripted(script) as port:
        assert send(database, port) == Delivered(waiting=1)
    (row,) = rows(database)
    first = row.message_id
    assert attempts(database, only)[0][0] == kind
    postbox = Postbox()
    with running(postbox) as port:
        assert send(database, port, row.not_before) == Delivered(sent=1)
    assert postbox.messages[0]["Message-ID"] == first


def test_a_bad_row_does_not_stop_the_batch(database: Database) -> None:
    write(database, "not an address", "a@one.example\r\nBcc: x@two.example", "good@one.example")
    postbox = Postbox()
    with running(postbox) as port:
        assert send(database, port) == Delivered(sent=1, failed=2)
    assert postbox.recipients == ["good@one.example"]


def test_a_mailer_that_fails_does_not_stop_the_batch(database: Database) -> None:
    write(database, "a@one.example", "b@one.example")

    def answer(mail: Mail, to: str) -> Outcome | None:
        if to.startswith("a@"):
            raise RuntimeError("trouble")
        return None

    done = deliver(database, lambda: MemoryMailer(answer), lambda: NOW, mail_from=FROM)
    assert done == Delivered(sent=1, waiting=1)


def test_nothing_is_claimed_where_no_mailer_can_be_made(database: Database) -> None:
    write(database, "a@one.example")
    settings = Settings(smtp_host="post.example", smtp_user="reviews", smtp_password="secret", smtp_tls="none")
    with pytest.raises(Conflict, match="would travel unencrypted.*DARDR_SMTP_TLS"):
        deliver(database, lambda: mailer_of(settings), lambda: NOW, mail_from=FROM)
    assert [(row.status, row.attempts) for row in rows(database)] == [("queued", 0)]
    postbox = Postbox()
    with running(postbox) as port:
        assert send(database, port) == Delivered(sent=1)


def test_what_cannot_be_settled_does_not_stop_the_batch(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = write(database, "a@one.example", "b@one.example")
    whole = sending.settle_all

    def trouble(database: Database, answers: Sequence[Answer], *rest: Any) -> Delivered:
        if first in [one.id for one, _ in answers]:
            raise OSError("no room left")
        return whole(database, answers, *rest)

    monkeypatch.setattr(sending, "settle_all", trouble)
    mailer = MemoryMailer()
    assert deliver(database, lambda: mailer, lambda: NOW, mail_from=FROM) == Delivered(sent=1)
    monkeypatch.undo()
    assert rows(database)[0].status == "in_flight"
    later = NOW + LEASE
    assert deliver(database, lambda: mailer, lambda: later, mail_from=FROM) == Delivered(sent=1)
    assert mailer.sent[0].message_id == mailer.sent[2].message_id


def test_where_nothing_can_be_kept_nothing_more_is_sent(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would be sent anew when its lease ends: two answers that cannot be kept are enough."""
    write(database, *(f"r{n}@one.example" for n in range(9)))

    def full(*_: Any) -> Delivered:
        raise OSError("no room left")

    monkeypatch.setattr(sending, "settle_all", full)
    mailer = MemoryMailer()
    assert deliver(database, lambda: mailer, lambda: NOW, mail_from=FROM) == Delivered()
    assert len(mailer.sent) == 2
    monkeypatch.undo()
    assert deliver(database, lambda: mailer, lambda: NOW + LEASE, mail_from=FROM) == Delivered(sent=9)
    ids = [mail.message_id for mail in mailer.sent]
    assert len(ids) == 11 and len(set(ids)) == 9


def test_a_lease_holds_until_it_ends(database: Database) -> None:
    write(database, "a@one.example")
    (mine,), _ = claim(database, NOW, 10, "first", FROM)
    assert claim(database, NOW + LEASE - timedelta(seconds=1), 10, "second", FROM)[0] == []
    (theirs,), _ = claim(database, NOW + LEASE, 10, "second", FROM)
    assert theirs.mail.message_id == mine.mail.message_id and theirs.tries == 2
    (row,) = rows(database)
    assert attempts(database, row.id)[0][0] == "unknown"
    late = Outcome("a@one.example", Kind.TRY_AGAIN, None, "away")
    settle(database, mine, late, NOW + LEASE, "first")
    assert rows(database)[0].lease_owner == "second", "one who lost the lease changes nothing"
    settle(database, mine, Outcome("a@one.example", Kind.ACCEPTED, 250, "OK"), NOW + LEASE, "first")
    assert rows(database)[0].status == "sent", "but what was accepted is not sent again"


def test_a_message_that_brings_its_worker_down_is_set_aside(database: Database) -> None:
    write(database, "a@one.example")
    now = NOW
    for _ in range(MOST_TRIES):
        assert len(claim(database, now, 10, "w", FROM)[0]) == 1
        now += LEASE
    assert deliver(database, MemoryMailer, lambda: now, mail_from=FROM) == Delivered(failed=1)
    assert rows(database)[0].status == "failed"


# --- overtaken --------------------------------------------------------------------------------------------


@pytest.fixture
def reminded(database: Database) -> tuple[Case, str, Deadline]:
    """A return whose reminders of fourteen days are written and not sent."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    (ref,) = case.opened("agency-return")
    row = case.deadline("imr_return", ref=ref)
    assert row.due_on is not None
    deliver(database, MemoryMailer, lambda: at_ten(case.today), mail_from=FROM)
    case.today = row.due_on - timedelta(days=14)
    sweep(database, at_ten(case.today))
    return case, ref, row


def of(database: Database, row: Deadline) -> list[OutboxMessage]:
    return [m for m in rows(database) if m.deadline_id == row.id]


def stop(case: Case, ref: str, row: Deadline) -> None:
    case.act("record_not_known", {"searched": "All systems."}, ref=ref)


def move(case: Case, ref: str, row: Deadline) -> None:
    assert row.due_on is not None
    new = (row.due_on + timedelta(days=30)).isoformat()
    case.act("agree_new_date", {"clock": "imr_return", "new_date": new, "reason": "Late records"}, ref=ref)


def hold(case: Case, ref: str, row: Deadline) -> None:
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "Listed.", "asked_by": "cps", "clocks": ["imr_return"],
         "activities": ["agency_returns"]},
    )  # fmt: skip


@pytest.mark.parametrize("happens", [stop, move, hold])
def test_a_reminder_with_nothing_left_to_say_is_overtaken(
    database: Database, reminded: tuple[Case, str, Deadline], happens: Callable[[Case, str, Deadline], None]
) -> None:
    case, ref, row = reminded
    written = of(database, row)
    assert written and {m.status for m in written} == {"queued"}
    happens(case, ref, row)
    mailer = MemoryMailer()
    done = deliver(database, lambda: mailer, lambda: at_ten(case.today), mail_from=FROM)
    assert done.overtaken == len(written)
    assert {m.status for m in of(database, row)} == {"overtaken"}
    assert all(m.last_error for m in of(database, row))
    assert not {m.subject for m in written} & {m.subject for m in mailer.sent}


def test_after_an_outage_only_the_latest_reminder_goes(
    database: Database, reminded: tuple[Case, str, Deadline]
) -> None:
    case, _, row = reminded
    assert row.due_on is not None
    for days in (7, 3, 0):  # the day before is a Sunday: it is said on the Friday
        sweep(database, at_ten(row.due_on - timedelta(days=days)))
    mailer = MemoryMailer()
    due = at_ten(row.due_on)
    deliver(database, lambda: mailer, lambda: due, mail_from=FROM)
    by_status: dict[str, set[str]] = {}
    for message in of(database, row):
        by_status.setdefault(message.status, set()).add(message.rung)
    assert by_status == {"overtaken": {"-14", "-7", "-1"}, "sent": {"+0"}}


def test_replies_reach_the_team(database: Database, reminded: tuple[Case, str, Deadline]) -> None:
    mailer = MemoryMailer()
    deliver(database, lambda: mailer, lambda: at_ten(reminded[0].today), mail_from=FROM)
    assert mailer.sent and {m.reply_to for m in mailer.sent} == {"team@mereshire.example"}


# --- people step in ---------------------------------------------------------------------------------------


def failed(database: Database, case: Case) -> int:
    """A message about the case that was refused."""
    with database.write() as session:
        message = StageChanged(
            ref=case.ref, link="https://x.example", partnership="T", stage_label="S", changed_on=NOW.date()
        )
        outbox.write(
            session, NOW, message, to="a@one.example", party="case_manager", dedupe="by hand",
            record_id=case.record().id,
        )  # fmt: skip
        newest = session.scalars(sa.select(sa.func.max(OutboxMessage.id))).one()
        session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == newest).values(status="failed"))
    return newest


def test_a_person_may_try_again_or_withdraw(database: Database) -> None:
    case = a_review(database, "notified")
    number = failed(database, case)
    with database.write() as session:
        row = retry(session, builders.actor(session, "case_manager"), NOW, number)
        assert (row.status, row.attempts) == ("queued", 0)
    with database.write() as session:
        assert withdraw(session, builders.actor(session, "team_manager"), NOW, number).status == "withdrawn"
    assert [result for result, _ in attempts(database, number)] == ["retry", "withdrawn"]
    with database.write() as session, pytest.raises(Conflict, match="nothing to withdraw"):
        withdraw(session, builders.actor(session, "team_manager"), NOW, number)
    mailer = MemoryMailer()
    deliver(database, lambda: mailer, lambda: NOW, mail_from=FROM)
    assert "a@one.example" not in [to for mail in mailer.sent for to in mail.to]


def test_not_everybody_may_and_nobody_what_they_may_not_see(database: Database) -> None:
    number = failed(database, a_review(database, "notified"))
    for key, error in (("auditor", Forbidden), ("agency_contact", NotFound)):
        with database.write() as session, pytest.raises(error):
            retry(session, builders.actor(session, key), NOW, number)
    with database.write() as session, pytest.raises(NotFound):
        retry(session, builders.actor(session, "case_manager"), NOW, number + 100)


def test_what_is_being_sent_cannot_be_withdrawn(database: Database) -> None:
    number = failed(database, a_review(database, "notified"))
    with database.write() as session:
        retry(session, builders.actor(session, "case_manager"), NOW, number)
    claim(database, NOW, 100, "worker", FROM)
    with database.write() as session, pytest.raises(Conflict, match="at this moment"):
        withdraw(session, builders.actor(session, "case_manager"), NOW, number)


def test_no_address_becomes_one_when_a_contact_is_entered(database: Database) -> None:
    case = a_review(database, "evidence")
    with database.write() as session:
        nhs = session.scalars(sa.select(Body.id).where(Body.key == "mereshire-nhs")).one()
        session.execute(sa.delete(BodyContact).where(BodyContact.body_id == nhs))
        session.execute(
            sa.update(User).where(User.email == builders.address("other_agency_contact")).values(active=False)
        )
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    (row,) = [m for m in rows(database) if m.status == "no_address" and m.message == "return_requested"]
    with database.write() as session, pytest.raises(Conflict, match="still no address"):
        retry(session, builders.actor(session, "case_manager"), NOW, row.id)
    with database.write() as session:
        session.add_all(BodyContact(body_id=nhs, kind="contact", email=f"new{n}@mereshire-nhs.example") for n in (1, 2))
        session.flush()
        retry(session, builders.actor(session, "case_manager"), NOW, row.id)
    mailer = MemoryMailer()
    deliver(database, lambda: mailer, lambda: at_ten(case.today), mail_from=FROM)
    to = [address for mail in mailer.sent for address in mail.to]
    assert to.count("new1@mereshire-nhs.example") == to.count("new2@mereshire-nhs.example") == 1

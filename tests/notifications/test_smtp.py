"""Sending, against real SMTP servers on this machine: aiosmtpd, and a hand-driven one for the rude cases."""

from __future__ import annotations

import asyncio
import contextlib
import email
import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from notifications.mail import Mail, MailInvalid, build_message
from notifications.retry import Kind, Outcome
from notifications.smtp import ConsoleMailer, MemoryMailer, SmtpMailer
from tests.ports import free_port

MAIL = Mail(
    message_id="<7f1c.2@mail.example.org>",
    sender="reviews@partnership.example.org",
    sender_name="Kent Community Safety Team",
    reply_to="reviews+r9@partnership.example.org",
    to=("returns@trust.example.org",),
    subject="DARDR-2026-009: due Thursday 3 December 2026",
    text="Review DARDR-2026-009: your organisation’s return is due.\n.\nA line after a lone full stop.\n",
    html="<p>Review DARDR-2026-009: your organisation’s return is due.</p>",
    headers=(("X-Dardr-Ref", "DARDR-2026-009"),),
    sent_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
)


class Postbox:
    """An aiosmtpd handler that keeps what it accepts and answers as told."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.peers: set[object] = set()
        self.to: dict[str, str] = {}
        self.data = "250 Safely kept"
        self.delay = 0.0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self.to.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.delay)
        self.peers.add(session.peer)
        if self.data.startswith("250"):
            self.envelopes.append(envelope)
        return self.data


@contextmanager
def running(handler: Postbox, **options) -> Iterator[int]:
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=10, **options)
    controller.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(conversations_over(), controller.loop).result(timeout=10)
        controller.stop()


async def conversations_over() -> None:
    """The server's loop stops at once when told to, and would leave closing connections half closed."""
    for _ in range(100):
        if asyncio.all_tasks() == {asyncio.current_task()}:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.02)


class RudeServer:
    """Talks SMTP line by line from a script: a function of (command, connection number) -> reply or None.

    None ends the connection. The text after DATA is passed as the command "<text>".
    """

    def __init__(self, script: Callable[[str, int], str | None]) -> None:
        self.script = script
        self.commands: list[str] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            # A client may hang up at any time: also while what is left is sent as the stream is closed.
            with contextlib.suppress(OSError), connection, connection.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream) -> None:
        command = "<hello>"
        while True:
            self.commands.append(command)
            answer = self.script(command, self.connections)
            if answer is None:
                return
            stream.write(answer.encode() + b"\r\n")
            stream.flush()
            if answer.startswith("354"):
                while (line := stream.readline()) not in (b".\r\n", b""):
                    pass
                command = "<text>"
            else:
                line = stream.readline()
                if not line:
                    return
                command = line.decode().split()[0].upper()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # also wakes who waits for a connection
        self._socket.close()


@contextmanager
def rude(script: Callable[[str, int], str | None]) -> Iterator[RudeServer]:
    server = RudeServer(script)
    try:
        yield server
    finally:
        server.close()


POLITE = {"<hello>": "220 here", "EHLO": "250 here", "DATA": "354 go on", "QUIT": "221 bye"}


def mailer(port: int, **options) -> SmtpMailer:
    return SmtpMailer(
        host="127.0.0.1", port=port, **({"tls": "none", "timeout": 5.0, "local_hostname": "test"} | options)
    )


def send(port: int, mail: Mail = MAIL, **options) -> list[Outcome]:
    return asyncio.run(mailer(port, **options).send(mail))


def test_a_message_arrives_whole() -> None:
    box = Postbox()
    with running(box) as port:
        assert send(port) == [Outcome(MAIL.to[0], Kind.ACCEPTED, 250, "Safely kept")]
    envelope = box.envelopes[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == (MAIL.sender, list(MAIL.to))
    assert isinstance(envelope.content, bytes)
    got = email.message_from_bytes(envelope.content, policy=policy.default)
    assert got["Message-ID"] == MAIL.message_id
    assert got["From"] == "Kent Community Safety Team <reviews@partnership.example.org>"
    assert got["Reply-To"] == MAIL.reply_to
    assert got["Subject"] == MAIL.subject
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["X-Dardr-Ref"] == "DARDR-2026-009"
    assert got["Date"].datetime == MAIL.sent_at
    assert got.get_content_type() == "multipart/alternative"
    plain, html = got.iter_parts()
    for part in (plain, html):
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert part.get_content_charset() == "utf-8"
    assert plain.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().strip() == MAIL.html


def test_one_connection_carries_a_batch() -> None:
    box = Postbox()

    async def batch(port: int) -> None:
        async with mailer(port).session() as session:
            for number in range(20):
                got = await session.send(replace(MAIL, message_id=f"<{number}@mail.example.org>"))
                assert got[0].kind is Kind.ACCEPTED

    with running(box) as port:
        asyncio.run(batch(port))
    assert len(box.envelopes) == 20
    assert len(box.peers) == 1


def test_starttls(certificate: Path, server_context: ssl.SSLContext) -> None:
    box = Postbox()
    with running(box, tls_context=server_context, require_starttls=True) as port:
        got = send(port, tls="starttls", ca_file=certificate)
    assert got[0].kind is Kind.ACCEPTED
    assert len(box.envelopes) == 1


def test_starttls_is_not_given_up_when_the_server_does_not_offer_it() -> None:
    box = Postbox()
    with running(box) as port:
        got = send(port, tls="starttls")
    assert got[0].kind is Kind.TRY_AGAIN
    assert got[0].text
    assert box.envelopes == []


def test_tls_from_the_first_byte(certificate: Path, server_context: ssl.SSLContext) -> None:
    box = Postbox()
    with running(box, ssl_context=server_context) as port:
        got = send(port, tls="tls", ca_file=certificate)
    assert got[0].kind is Kind.ACCEPTED
    assert len(box.envelopes) == 1


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_is_refused(tls: str, server_context: ssl.SSLContext) -> None:
    box = Postbox()
    options = {"ssl_context": server_context} if tls == "tls" else {"tls_context": server_context}
    with running(box, **options) as port:
        got = send(port, tls=tls)
    assert got[0].kind is Kind.TRY_AGAIN
    assert "certificate was not trusted" in got[0].text
    assert box.envelopes == []


def authenticator(server, session, envelope, mechanism, data) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"dardr", b"right")
    return AuthResult(success=good, handled=False)


@pytest.mark.parametrize(("password", "kind"), [("right", Kind.ACCEPTED), ("wrong", Kind.TRY_AGAIN)])
def test_log_in(certificate: Path, server_context: ssl.SSLContext, password: str, kind: Kind) -> None:
    box = Postbox()
    options = {"authenticator": authenticator, "auth_required": True}
    with running(box, tls_context=server_context, require_starttls=True, **options) as port:
        got = send(port, tls="starttls", ca_file=certificate, user="dardr", password=password)
    assert got[0].kind is kind
    if kind is Kind.TRY_AGAIN:
        assert got[0].code == 535
        assert "did not take the log-in" in got[0].text
        assert "wrong" not in got[0].text


def test_a_server_that_wants_a_log_in_we_have_not_got_is_no_refusal_of_the_message() -> None:
    def script(command: str, _: int) -> str | None:
        return "530 5.7.0 Authentication required" if command == "MAIL" else POLITE.get(command, "250 OK")

    with rude(script) as server:
        got = send(server.port)
    assert (got[0].kind, got[0].code) == (Kind.TRY_AGAIN, 530)


def test_one_of_two_recipients_refused() -> None:
    box = Postbox()
    box.to["gone@trust.example.org"] = "550 5.1.1 No such mailbox"
    mail = replace(MAIL, to=("gone@trust.example.org", "returns@trust.example.org"))
    with running(box) as port:
        got = send(port, mail)
    assert got == [
        Outcome("gone@trust.example.org", Kind.REFUSED, 550, "5.1.1 No such mailbox", of_recipient=True),
        Outcome("returns@trust.example.org", Kind.ACCEPTED, 250, "Safely kept"),
    ]
    assert box.envelopes[0].rcpt_tos == ["returns@trust.example.org"]


def test_greylisting_and_refusal_each_keep_to_their_recipient() -> None:
    box = Postbox()
    box.to = {"grey@a.example": "451 4.7.1 Come back later", "gone@a.example": "550 No such mailbox"}
    mail = replace(MAIL, to=("grey@a.example", "gone@a.example"))
    with running(box) as port:

        async def two() -> tuple[list[Outcome], list[Outcome]]:
            async with mailer(port).session() as session:
                return await session.send(mail), await session.send(MAIL)

        first, second = asyncio.run(two())
    assert [(one.kind, one.code) for one in first] == [(Kind.TRY_AGAIN, 451), (Kind.REFUSED, 550)]
    assert second[0].kind is Kind.ACCEPTED, "the envelope was cleared for the next message"


@pytest.mark.parametrize(("answer", "kind"), [("452 Disk full", Kind.TRY_AGAIN), ("554 Not wanted here", Kind.REFUSED)])
def test_answers_after_the_text(answer: str, kind: Kind) -> None:
    box = Postbox()
    box.data = answer
    with running(box) as port:
        got = send(port)
    assert (got[0].kind, got[0].code) == (kind, int(answer[:3]))


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        ("<hello>", Kind.TRY_AGAIN),
        ("EHLO", Kind.TRY_AGAIN),
        ("MAIL", Kind.TRY_AGAIN),
        ("RCPT", Kind.TRY_AGAIN),
        ("<text>", Kind.UNKNOWN),
    ],
)
def test_a_server_that_dies_in_mid_conversation(last: str, kind: Kind) -> None:
    with rude(lambda command, _: None if command == last else POLITE.get(command, "250 OK")) as server:
        got = send(server.port)
    assert got[0].kind is kind
    assert got[0].code is None
    assert got[0].text
    assert last in server.commands


def test_the_refused_stay_refused_when_the_server_dies_after_them() -> None:
    replies = iter(["550 No such mailbox", None])

    def script(command: str, _: int) -> str | None:
        return next(replies) if command == "RCPT" else POLITE.get(command, "250 OK")

    with rude(script) as server:
        got = send(server.port, replace(MAIL, to=("gone@a.example", "here@a.example")))
    assert [one.kind for one in got] == [Kind.REFUSED, Kind.TRY_AGAIN]


def test_a_connection_ended_between_two_messages_is_opened_again() -> None:
    def script(command: str, connection: int) -> str | None:
        if connection == 1 and command == "MAIL" and server.commands.count("MAIL") == 2:
            return None
        return POLITE.get(command, "250 OK")

    async def two(port: int) -> list[Outcome]:
        async with mailer(port).session() as session:
            return [*await session.send(MAIL), *await session.send(MAIL)]

    with rude(script) as server:
        got = asyncio.run(two(server.port))
    assert [one.kind for one in got] == [Kind.ACCEPTED, Kind.ACCEPTED]
    assert server.connections == 2


def test_service_closing_down_is_tried_again() -> None:
    def script(command: str, _: int) -> str | None:
        return "421 Closing" if command == "RCPT" else POLITE.get(command, "250 OK")

    with rude(script) as server:
        got = send(server.port, replace(MAIL, to=("a@a.example", "b@a.example")))
    assert [one.kind for one in got] == [Kind.TRY_AGAIN, Kind.TRY_AGAIN]


def test_a_slow_server_is_not_waited_for_again_in_the_same_batch() -> None:
    box = Postbox()
    box.delay = 60  # longer than anybody waits: it is called off when the client hangs up

    async def three(port: int) -> list[Outcome]:
        async with mailer(port, timeout=1.5).session() as session:
            return [(await session.send(MAIL))[0] for _ in range(3)]

    with running(box) as port:
        got = asyncio.run(three(port))
    assert got[0].kind is Kind.UNKNOWN
    assert "in time" in got[0].text
    assert [one.kind for one in got[1:]] == [Kind.TRY_AGAIN, Kind.TRY_AGAIN]


def test_a_silent_server_times_out_before_anything_was_said() -> None:
    stop = threading.Event()

    def script(command: str, _: int) -> str | None:
        stop.wait(5)
        return None

    with rude(script) as server:
        got = send(server.port, timeout=0.3)
        stop.set()
    assert got[0].kind is Kind.TRY_AGAIN
    assert "in time" in got[0].text


def test_no_server_at_all_answers_a_batch_at_once() -> None:
    port = free_port()

    async def batch() -> list[Outcome]:
        async with mailer(port).session() as session:
            return [(await session.send(MAIL))[0] for _ in range(3)]

    got = asyncio.run(batch())
    assert {one.kind for one in got} == {Kind.TRY_AGAIN}
    assert "could not be reached" in got[0].text


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hello\r\nBcc: everyone@example.org"},
        {"sender_name": "Team\nBcc: everyone@example.org"},
        {"to": ("a@a.example\r\nBcc: everyone@example.org",)},
        {"to": ("a@a.example, everyone@example.org",)},
        {"to": ("a@a.example> SIZE=1",)},
        {"to": ("nobody",)},
        {"to": ()},
        {"sender": "x@y.example\r\nRCPT TO:<everyone@example.org>"},
        {"reply_to": "x@y.example\nBcc: everyone@example.org"},
        {"message_id": "<a@b>\r\nBcc: everyone@example.org"},
        {"message_id": "no-brackets"},
        {"headers": (("X-A", "b\r\nBcc: everyone@example.org"),)},
        {"headers": (("Bcc", "everyone@example.org"),)},
        {"headers": (("X-A: b\r\nBcc", "everyone@example.org"),)},
        {"headers": (("Content-Type", "text/html"),)},
        {"sent_at": datetime(2026, 11, 22, 9, 0)},
    ],
)
def test_headers_cannot_be_injected(change: dict) -> None:
    bad = replace(MAIL, **change)
    with pytest.raises(MailInvalid):
        build_message(bad)
    box = Postbox()
    with running(box) as port:

        async def two() -> tuple[list[Outcome], list[Outcome]]:
            async with mailer(port).session() as session:
                return await session.send(bad), await session.send(MAIL)

        first, second = asyncio.run(two())
    assert {one.kind for one in first} <= {Kind.REFUSED}
    assert len(first) == len(bad.to)
    assert second[0].kind is Kind.ACCEPTED, "a bad message does not stop the batch"
    assert len(box.envelopes) == 1


def test_letters_outside_ascii() -> None:
    box = Postbox()
    mail = replace(MAIL, sender_name="Tîm Diogelwch", subject="Adolygiad – dyddiad ŵ")
    with running(box, enable_SMTPUTF8=False) as port:
        assert send(port, mail)[0].kind is Kind.ACCEPTED
        refused = send(port, replace(MAIL, to=("siân@trust.example.org",)))
    assert (refused[0].kind, len(box.envelopes)) == (Kind.REFUSED, 1)
    assert isinstance(box.envelopes[0].content, bytes)
    got = email.message_from_bytes(box.envelopes[0].content, policy=policy.default)
    assert got["Subject"] == mail.subject
    assert got["From"].addresses[0].display_name == "Tîm Diogelwch"
    with running(box) as port:
        assert send(port, replace(MAIL, to=("siân@trust.example.org",)))[0].kind is Kind.ACCEPTED


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="none, starttls or tls"):
        SmtpMailer(host="mail.example.org", tls="ssl")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unencrypted"):
        SmtpMailer(host="mail.example.org", user="dardr", password="secret", tls="none")
    with pytest.raises(ValueError, match="port"):
        SmtpMailer(host="mail.example.org", port=0)
    assert "secret" not in repr(SmtpMailer(host="mail.example.org", user="dardr", password="secret"))


def test_console_and_memory_answer_like_a_server() -> None:
    stream = io.StringIO()
    assert asyncio.run(ConsoleMailer(stream).send(MAIL))[0].kind is Kind.ACCEPTED
    assert MAIL.subject in stream.getvalue()
    memory = MemoryMailer(
        answer=lambda _, one: Outcome(one, Kind.REFUSED, 550, "no") if one.startswith("gone") else None
    )

    async def use() -> list[Outcome]:
        async with memory.session() as session:
            return await session.send(replace(MAIL, to=("gone@a.example", "here@a.example")))

    assert [one.kind for one in asyncio.run(use())] == [Kind.REFUSED, Kind.ACCEPTED]
    assert (len(memory.sent), memory.sessions) == (1, 1)
    bad = replace(MAIL, subject="a\nb")
    assert asyncio.run(memory.send(bad))[0].kind is Kind.REFUSED
    assert asyncio.run(ConsoleMailer(stream).send(bad))[0].kind is Kind.REFUSED

"""Sending e-mail. The only module that uses aiosmtplib.

A mailer opens a *session* (one connection, reused for many messages); ``send`` answers one `Outcome` for each
recipient, and never raises for what a server, a network or a bad message does, so that one bad message cannot
stop a batch.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TextIO

from notifications.mail import CONTROL, Mail, MailInvalid, build_message, is_ascii
from notifications.retry import Kind, Outcome

if TYPE_CHECKING:
    import aiosmtplib

__all__ = [
    "ConsoleMailer", "Kind", "Mail", "MailInvalid", "MailSession", "Mailer", "May", "MemoryMailer", "Outcome",
    "SmtpMailer", "Tls", "build_message",
]  # fmt: skip

Tls = Literal["none", "starttls", "tls"]

May = Callable[[], Awaitable[bool]]
"""Asked just before a message is handed over for good; where it answers False, the message is not handed over."""

NOT_NOW = "It was not handed over: what was sent before it could not be kept."

_SESSION_CODES = frozenset({421, 454, 530, 534, 535, 538})
"""Replies that speak of the connection or its log-in, not of the message or its recipient."""


class MailSession(Protocol):
    """Something that sends messages one after the other.

    ``away``: the server could not be reached, or not any more; nothing further is tried in this session.
    """

    @property
    def away(self) -> bool: ...

    async def send(self, mail: Mail, may: May | None = None) -> list[Outcome]:
        """Send to every recipient of ``mail``; one outcome each, in the order of ``mail.to``.

        All that can be done before is done before ``may`` is asked.
        """
        ...


class Mailer(Protocol):
    """A way to send e-mail."""

    def session(self) -> AbstractAsyncContextManager[MailSession]:
        """A session for a batch; the connection is opened by the first message and closed at the end."""
        ...


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """Sends through an SMTP server.

    ``tls``: ``starttls`` upgrades the connection and refuses to go on without it; ``tls`` is encrypted from
    the first byte; ``none`` is for a mail catcher or relay on this machine. ``timeout`` is in seconds and
    holds for each step of the conversation. ``ca_file`` is a certificate authority of one's own, added to
    those of the system. ``local_hostname`` is the name given in EHLO.

    Raises ValueError for an unknown ``tls``, a port out of range, or a log-in that would travel in clear to
    another machine.
    """

    host: str
    port: int = 587
    user: str | None = None
    password: str | None = None
    tls: Tls = "starttls"
    timeout: float = 30.0
    local_hostname: str | None = None
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if self.tls not in ("none", "starttls", "tls"):
            raise ValueError(f"SMTP TLS must be none, starttls or tls, not {self.tls!r}.")
        if not 0 < self.port < 65536:
            raise ValueError(f"The SMTP port must be between 1 and 65535, not {self.port}.")
        if self.user and self.tls == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError(
                "The SMTP user and password would travel unencrypted: set TLS to starttls or tls, "
                "or leave the user empty."
            )

    def __repr__(self) -> str:
        return f"SmtpMailer({self.host}:{self.port}, tls={self.tls})"

    async def send(self, mail: Mail, may: May | None = None) -> list[Outcome]:
        """Send one message over a connection of its own."""
        async with self.session() as session:
            return await session.send(mail, may)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[MailSession]:
        """One connection for many messages. A server that cannot be reached is tried once per session."""
        session = _SmtpSession(self)
        try:
            yield session
        finally:
            await session.close()

    def client(self) -> aiosmtplib.SMTP:
        """A client that is not yet connected."""
        import aiosmtplib

        context: ssl.SSLContext | None = None
        if self.tls != "none":
            context = ssl.create_default_context()
            if self.ca_file:
                context.load_verify_locations(self.ca_file)
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            tls_context=context,
            timeout=self.timeout,
            local_hostname=self.local_hostname or _own_name(),
        )


def _own_name() -> str:
    # aiosmtplib would ask the DNS for this machine's full name, which is slow where there is none.
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9.-]+", name) else "localhost"


class _SmtpSession:
    def __init__(self, mailer: SmtpMailer) -> None:
        self._mailer = mailer
        self._client: aiosmtplib.SMTP | None = None
        self._unreachable: tuple[int | None, str] | None = None

    @property
    def away(self) -> bool:
        """True once a connection or its log-in failed."""
        return self._unreachable is not None

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await _say_goodbye(client)

    async def send(self, mail: Mail, may: May | None = None) -> list[Outcome]:
        try:
            content = build_message(mail).as_bytes()
        except (MailInvalid, ValueError, UnicodeError) as error:
            text = str(error) if isinstance(error, MailInvalid) else "The message could not be put together."
            return [Outcome(one, Kind.REFUSED, None, text) for one in mail.to]
        reused = self._client is not None and self._client.is_connected
        outcomes = await self._send_once(mail, content, may)
        if reused and outcomes is None:
            # A server may end a connection between two messages (idle, or a limit per connection).
            outcomes = await self._send_once(mail, content, may)
        return outcomes or _all(mail, Kind.TRY_AGAIN, None, "The mail server ended the connection.")

    async def _send_once(self, mail: Mail, content: bytes, may: May | None) -> list[Outcome] | None:
        """None: the server ended the connection before it said anything about this message."""
        import aiosmtplib

        if (failure := await self._connect()) is not None:
            return _all(mail, Kind.TRY_AGAIN, *failure)
        assert self._client is not None
        client = self._client
        options = [f"size={len(content)}"] if client.supports_extension("size") else []
        encoding = "ascii" if is_ascii(mail) else "utf-8"
        if encoding == "utf-8":
            if not client.supports_extension("smtputf8"):
                text = "The mail server does not take addresses with letters outside ASCII."
                return _all(mail, Kind.REFUSED, None, text)
            options.append("SMTPUTF8")
        try:
            await client.mail(mail.sender, options=options, encoding=encoding)
        except aiosmtplib.SMTPServerDisconnected:
            return None
        except aiosmtplib.SMTPResponseException as error:
            await self._reset()
            return _all(mail, _kind(error.code), error.code, _clean(error.message))
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _all(mail, Kind.TRY_AGAIN, None, self._give_up_on(client, error))
        found = await self._name_recipients(client, mail, encoding)
        if len(found) < len(set(mail.to)) and may is not None and not await may():
            await self._reset()
            found |= {one: Outcome(one, Kind.TRY_AGAIN, None, NOT_NOW) for one in mail.to if one not in found}
        elif len(found) < len(set(mail.to)):
            rest = await self._send_text(client, content)
            found |= {one: replace(rest, recipient=one) for one in mail.to if one not in found}
        else:
            await self._reset()
        return [found[one] for one in mail.to]

    async def _name_recipients(self, client: aiosmtplib.SMTP, mail: Mail, encoding: str) -> dict[str, Outcome]:
        """The outcomes of those recipients the server does not take; the others are in the envelope."""
        import aiosmtplib

        found: dict[str, Outcome] = {}
        for one in mail.to:
            try:
                await client.rcpt(one, encoding=encoding)
            except aiosmtplib.SMTPResponseException as error:
                found[one] = Outcome(one, _kind(error.code), error.code, _clean(error.message), of_recipient=True)
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                text = self._give_up_on(client, error)
                return {other: Outcome(other, Kind.TRY_AGAIN, None, text) for other in mail.to} | found
        return found

    async def _send_text(self, client: aiosmtplib.SMTP, content: bytes) -> Outcome:
        """The outcome for the recipients in the envelope."""
        import aiosmtplib

        try:
            reply = await client.data(content)
        except aiosmtplib.SMTPDataError as error:
            await self._reset()
            return Outcome("", _kind(error.code), error.code, _clean(error.message))
        except (aiosmtplib.SMTPException, OSError) as error:
            return Outcome("", Kind.UNKNOWN, None, self._give_up_on(client, error))
        return Outcome("", Kind.ACCEPTED, reply.code, _clean(reply.message))

    async def _connect(self) -> tuple[int | None, str] | None:
        """Connect, upgrade to TLS and log in as settings say. Returns why not, or None."""
        import aiosmtplib

        if self._client is not None and self._client.is_connected:
            return None
        if self._unreachable is not None:
            return self._unreachable
        client = None
        try:
            client = self._mailer.client()
            await client.connect()
            if self._mailer.user:
                await client.login(self._mailer.user, self._mailer.password or "")
            elif not client.supports_esmtp:
                await client.ehlo()
            self._client = client
            return None
        except aiosmtplib.SMTPAuthenticationError as error:
            text = f"The mail server did not take the log-in: {_clean(error.message)}"
            self._unreachable = error.code, text
        except aiosmtplib.SMTPResponseException as error:
            self._unreachable = error.code, _clean(error.message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._unreachable = None, _trouble(error)
        if client is not None:
            await _say_goodbye(client)
        return self._unreachable

    def _give_up_on(self, client: aiosmtplib.SMTP, error: BaseException) -> str:
        client.close()
        text = _trouble(error)
        if isinstance(error, TimeoutError):
            # A batch must not wait out the time limit again for each of its messages.
            self._unreachable = None, text
        return text

    async def _reset(self) -> None:
        """Clear the envelope after a refusal; drop the connection if that does not work."""
        import aiosmtplib

        client = self._client
        if client is None or not client.is_connected:
            return
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            client.close()


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    import aiosmtplib

    transport = client.transport
    if client.is_connected:
        try:
            await client.quit()
        except (aiosmtplib.SMTPException, OSError):
            client.close()
    if isinstance(transport, asyncio.WriteTransport):
        # A TLS connection would wait for the other side's farewell, past the end of a short-lived event loop.
        transport.abort()
        await asyncio.sleep(0)


def _all(mail: Mail, kind: Kind, code: int | None, text: str) -> list[Outcome]:
    return [Outcome(one, kind, code, text) for one in mail.to]


def _kind(code: int) -> Kind:
    """A reply to MAIL, RCPT or DATA. Trouble with connection or log-in is ours to mend, not a refusal."""
    return Kind.REFUSED if 500 <= code <= 599 and code not in _SESSION_CODES else Kind.TRY_AGAIN


def _clean(text: str) -> str:
    """A server's words on one line and of a bearable length."""
    return " ".join(CONTROL.sub(" ", text).split())[:500]


def _trouble(error: BaseException) -> str:
    """What went wrong on the way to the server, as a sentence that names the step to look at."""
    import aiosmtplib

    causes = [error, error.__cause__, error.__context__]
    certificate = next((one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return f"The mail server's certificate was not trusted: {certificate.verify_message}."
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return "No encrypted connection to the mail server could be made; check the port and the TLS setting."
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(error, aiosmtplib.SMTPConnectError):
        return f"The mail server could not be reached: {_clean(str(error))}"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return "The mail server ended the connection in mid-conversation."
    return _clean(str(error)) or type(error).__name__


class ConsoleMailer:
    """Prints messages instead of sending them, for trying things out at a terminal."""

    away = False

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, mail: Mail, may: May | None = None) -> list[Outcome]:
        try:
            build_message(mail)
        except MailInvalid as error:
            return _all(mail, Kind.REFUSED, None, str(error))
        if may is not None and not await may():
            return _all(mail, Kind.TRY_AGAIN, None, NOT_NOW)
        stream = self._stream or sys.stdout
        head = f"To: {', '.join(mail.to)}\nSubject: {mail.subject}\nMessage-ID: {mail.message_id}\n"
        print(f"{'-' * 72}\n{head}\n{mail.text}", file=stream, flush=True)
        return _all(mail, Kind.ACCEPTED, None, "printed")

    @asynccontextmanager
    async def session(self) -> AsyncIterator[MailSession]:
        yield self


class MemoryMailer:
    """Keeps messages in ``sent``, for tests. ``answer`` may give another outcome for a recipient, or None."""

    away = False

    def __init__(self, answer: Callable[[Mail, str], Outcome | None] | None = None) -> None:
        self.sent: list[Mail] = []
        self.sessions = 0
        self._answer = answer

    async def send(self, mail: Mail, may: May | None = None) -> list[Outcome]:
        try:
            build_message(mail)
        except MailInvalid as error:
            return _all(mail, Kind.REFUSED, None, str(error))
        if may is not None and not await may():
            return _all(mail, Kind.TRY_AGAIN, None, NOT_NOW)
        outcomes = [
            (self._answer(mail, one) if self._answer else None) or Outcome(one, Kind.ACCEPTED, 250, "OK")
            for one in mail.to
        ]
        if any(outcome.kind is Kind.ACCEPTED for outcome in outcomes):
            self.sent.append(mail)
        return outcomes

    @asynccontextmanager
    async def session(self) -> AsyncIterator[MailSession]:
        self.sessions += 1
        yield self

"""A mail server on this machine that keeps what it takes, and one that follows a script."""

from __future__ import annotations

import asyncio
import contextlib
import email
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from notifications.smtp import SmtpMailer
from tests.ports import free_port


class Postbox:
    """Keeps what it accepts; ``to`` holds other answers for some addresses, ``data`` the answer to every text."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.peers: set[object] = set()
        self.to: dict[str, str] = {}
        self.data = "250 Safely kept"
        self.delay = 0.0
        self.arrived = threading.Event()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, rcpt_options: Any) -> str:
        answer = self.to.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.peers.add(session.peer)
        if self.data.startswith("250"):
            self.envelopes.append(envelope)
        self.arrived.set()
        await asyncio.sleep(self.delay)
        return self.data

    @property
    def messages(self) -> list[EmailMessage]:
        """What arrived, parsed."""
        found = []
        for envelope in self.envelopes:
            content = envelope.content
            assert isinstance(content, bytes)
            message = email.message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found

    @property
    def recipients(self) -> list[str]:
        """To whom, in order of arrival."""
        return [address for envelope in self.envelopes for address in envelope.rcpt_tos]


@contextmanager
def running(postbox: Postbox, port: int | None = None) -> Iterator[int]:
    """Serve the postbox; gives its port."""
    port = port or free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(_conversations_over(), controller.loop).result(timeout=10)
        controller.stop()


async def _conversations_over() -> None:
    for _ in range(100):
        if asyncio.all_tasks() == {asyncio.current_task()}:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.02)


@contextmanager
def scripted(script: Callable[[str, int], str | None]) -> Iterator[int]:
    """A server that answers each command as ``script(command, connection number)`` says; None hangs up.

    The text after DATA is the command ``<text>``, the greeting ``<hello>``.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        number = 0
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number += 1
            # A client may hang up at any time: also while what is left is sent as the stream is closed.
            with contextlib.suppress(OSError), connection, connection.makefile("rwb") as stream:
                _talk(stream, script, number)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # also wakes who waits for a connection
        listener.close()


def _talk(stream: Any, script: Callable[[str, int], str | None], number: int) -> None:
    command = "<hello>"
    while True:
        answer = script(command, number)
        if answer is None:
            return
        stream.write(answer.encode() + b"\r\n")
        stream.flush()
        if answer.startswith("354"):
            while stream.readline() not in (b".\r\n", b""):
                pass
            command = "<text>"
        else:
            line = stream.readline()
            if not line:
                return
            command = line.decode().split()[0].upper()


def mailer(port: int) -> Callable[[], SmtpMailer]:
    """What makes mailers for the server on that port."""
    return lambda: SmtpMailer(host="127.0.0.1", port=port, tls="none", timeout=5.0, local_hostname="test")

"""Delivery of what waits in the outbox, against bare aiosmtplib: the same messages, server and number of connections.

The server is a process of its own. The bare program has everything in memory, keeps nothing, and puts each message
together before it sends it, as any sender must. Runs alternate, and the ratio is the median of the pairs.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from statistics import median
from time import perf_counter, sleep

import aiosmtplib  # noqa: TID251  (what is compared with)
import sqlalchemy as sa

from dardr.casework import outbox
from dardr.casework.deliver import deliver
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from notifications.messages import DeadlineReminder
from notifications.render import Rendered, render_message
from notifications.smtp import SmtpMailer
from tests.bench.databases import KINDS, fresh
from tests.bench.report import Ratio
from tests.ports import free_port

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MESSAGES, RUNS = 300, 5
SENDER = "reviews@bench.example"
SERVER = """
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Takes:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
async def main():
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Takes(), hostname="localhost"), "127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def server() -> Iterator[int]:
    """A mail server that takes everything, in a process of its own; gives its port."""
    port = free_port()
    child = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None and child.stdout.readline().strip() == "ready"
        yield port
    finally:
        child.kill()
        child.communicate()


def load(database: Database) -> None:
    """So many reminders, each to somebody else."""
    message = DeadlineReminder.sample()
    with database.write() as session:
        outbox.write_rows(
            session,
            [
                outbox.row(
                    NOW, message, to=f"r{n}@one.example", party="case_manager", dedupe=f"bench:{n}", record_id=None
                )
                for n in range(MESSAGES)
            ],
        )


def ours(database: Database, port: int, connections: int) -> float:
    """Seconds to deliver all of them, claimed, recorded and settled."""
    with database.write() as session:
        session.execute(sa.update(OutboxMessage).values(status="queued", not_before=NOW, attempts=0, message_id=None))
        session.execute(sa.delete(OutboxAttempt))
    started = perf_counter()
    done = deliver(
        database,
        lambda: SmtpMailer(host="127.0.0.1", port=port, tls="none", local_hostname="bench"),
        lambda: NOW,
        mail_from=SENDER,
        connections=connections,
    )
    taken = perf_counter() - started
    assert done.sent == MESSAGES, done
    return taken


def bare(port: int, connections: int) -> float:
    """Seconds the library alone takes for the same messages over as many connections."""
    words = render_message(DeadlineReminder.sample())
    waiting = list(range(MESSAGES))

    async def connection() -> None:
        client = aiosmtplib.SMTP(
            hostname="127.0.0.1", port=port, use_tls=False, start_tls=False, local_hostname="bench"
        )
        async with client:
            while waiting:
                await client.send_message(composed(words, waiting.pop()))

    async def all_of_them() -> None:
        await asyncio.gather(*(connection() for _ in range(connections)))

    started = perf_counter()
    asyncio.run(all_of_them())
    return perf_counter() - started


def composed(words: Rendered, number: int) -> EmailMessage:
    """A message as the standard library puts it together."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = SENDER, f"r{number}@one.example"
    message["Subject"], message["Date"] = words.subject, NOW
    message["Message-ID"] = f"<bench-{number}@bench.example>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    return message


def run() -> list[Ratio]:
    """On both databases, with as many connections as a worker opens: at least 0.8 of the library's speed."""
    connections = Settings.model_fields["smtp_connections"].default
    found: list[Ratio] = []
    with server() as port:
        for kind in KINDS:
            with fresh(kind) as database:
                load(database)
                ours(database, port, connections)
                bare(port, connections)
                pairs: list[tuple[float, float]] = []
                for _ in range(RUNS):
                    pairs.append((ours(database, port, connections), bare(port, connections)))
                    sleep(0.05)
            mine, theirs = median(p[0] for p in pairs), median(p[1] for p in pairs)
            found.append(
                Ratio(
                    f"delivery of {MESSAGES} messages over {connections} connections, {kind}",
                    f"{MESSAGES / mine:.0f} a second",
                    f"bare aiosmtplib {MESSAGES / theirs:.0f} a second",
                    median(p[1] / p[0] for p in pairs),
                    0.8,
                    at_least=True,
                )
            )
    return found

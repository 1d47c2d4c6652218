"""Workers that are killed at random moments, one after the other, while they deliver to a mail server that counts.

``python -m tests.worker.killing URL NOW KILLS SEED``: a process of its own with one thread, so that it may fork.
It prints, as JSON, what the server accepted from which worker. Workers have one connection each.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from mmap import mmap
from pathlib import Path
from typing import Any, NoReturn

from aiosmtpd.smtp import SMTP, Envelope, Session

from dardr.casework.deliver import deliver
from dardr.casework.sending import LEASE
from dardr.storage.engine import Database
from notifications.smtp import MemoryMailer, SmtpMailer
from tests.ports import free_port

FROM = "reviews@mereshire.example"
MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)
LIMIT = 7
ACCEPTED_AT_MOST = 6
"""A worker is killed after the server took between none and so many messages from it, and a moment later."""


class Counting:
    """Writes down each message the moment it is accepted; the worker gave its number in its greeting."""

    def __init__(self, record: int, count: mmap) -> None:
        self._record, self._count = record, count

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        found = MESSAGE_ID.search(content)
        assert found is not None and session.host_name is not None
        worker = int(session.host_name.removeprefix("worker-"))
        line = {"worker": worker, "id": found[1].decode(), "to": envelope.rcpt_tos}
        os.write(self._record, json.dumps(line).encode() + b"\n")
        self._count[:8] = (int.from_bytes(self._count[:8], "little") + 1).to_bytes(8, "little")
        return "250 Safely kept"


def child(work: Callable[[], Any]) -> int:
    """Do this in a process of its own; gives its number."""
    number = os.fork()
    if number:
        return number
    _work_and_end(work)


def _work_and_end(work: Callable[[], Any]) -> NoReturn:
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def ended(number: int) -> bool:
    """True once that process is gone by itself."""
    return os.waitpid(number, os.WNOHANG)[0] == number


def main(url: str, now_text: str, kills_text: str, seed_text: str) -> None:
    """Kill so many workers, let the last one finish, and say what was accepted."""
    now, kills = datetime.fromisoformat(now_text), int(kills_text)
    moments = random.Random(int(seed_text))
    port = free_port()
    count = mmap(-1, 8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accepted"
        record = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

        async def serve() -> None:
            handler = Counting(record, count)
            server = await asyncio.get_running_loop().create_server(
                lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", port
            )
            await server.serve_forever()

        def work(number: int) -> None:
            # Each worker comes when the leases of the one before have run out.
            mailer = SmtpMailer(host="127.0.0.1", port=port, tls="none", local_hostname=f"worker-{number}")
            instant = now + number * LEASE
            deliver(database, lambda: mailer, lambda: instant, LIMIT, mail_from=FROM)

        database = _warm(url, now)
        server = child(lambda: asyncio.run(serve()))
        try:
            killed = sum(_killed(number, work, count, moments) for number in range(kills))
            last = child(lambda: work(kills))
            assert os.waitpid(last, 0)[1] == 0, "the last worker did not come to its end"
        finally:
            os.kill(server, signal.SIGKILL)
            os.waitpid(server, 0)
        accepted = [json.loads(line) for line in path.read_text().splitlines()]
    print(json.dumps({"killed": killed, "accepted": accepted}))


def _warm(url: str, now: datetime) -> Database:
    """Import all that a worker needs, once; the database has no connection open."""
    database = Database(url)
    deliver(database, MemoryMailer, lambda: now - LEASE, mail_from=FROM)
    database.close()
    SmtpMailer(host="127.0.0.1", tls="none").client()
    return database


def _killed(number: int, work: Callable[[int], None], count: mmap, moments: random.Random) -> int:
    """1 where this worker was killed at its work, 0 where it had come to its end before."""
    wanted = int.from_bytes(count[:8], "little") + moments.randint(0, ACCEPTED_AT_MOST)
    worker = child(lambda: work(number))
    while int.from_bytes(count[:8], "little") < wanted:
        if ended(worker):
            return 0
        time.sleep(0.0005)
    time.sleep(moments.uniform(0, 0.012))
    if ended(worker):
        return 0
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    return 1


if __name__ == "__main__":
    main(*sys.argv[1:])

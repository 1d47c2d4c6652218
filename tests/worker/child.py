"""A process of its own that sweeps, delivers or works: ``python -m tests.worker.child WHAT URL NOW [PORT]``."""

from __future__ import annotations

import select
import sys
from datetime import datetime

from dardr import systime
from dardr.casework.deliver import deliver
from dardr.casework.sweep import sweep
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.worker import run_worker
from tests.worker.post import mailer


def main(what: str, url: str, now_text: str, port: str = "0") -> None:
    """Do one thing, over and over where others do it at the same time."""
    now = datetime.fromisoformat(now_text)
    database = Database(url)
    print("ready", flush=True)
    if what != "work":
        sys.stdin.readline()
    if what == "sweep":
        for _ in range(3):
            sweep(database, now)
    elif what == "deliver":
        told = False
        while not told:  # until there is another line; and once more, for what was written last
            told = bool(select.select([sys.stdin], [], [], 0)[0])
            deliver(database, mailer(int(port)), lambda: now, limit=7, mail_from="reviews@mereshire.example")
    elif what == "deliver-once":
        deliver(database, mailer(int(port)), lambda: now, mail_from="reviews@mereshire.example")
    elif what == "work":
        systime.pretend(now, runs_on=True)
        settings = Settings(
            database_url=url, smtp_host="127.0.0.1", smtp_port=int(port), mail_from="reviews@mereshire.example"
        )
        run_worker(database, settings)
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

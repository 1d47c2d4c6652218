"""What runs in the background: five ticks. The only user of APScheduler, which keeps nothing and only ticks.

Deliver every 20 seconds, look into the mailbox every five minutes, sweep every quarter of an hour, read new documents
for search in between, housekeeping each night at 04:20. No tick is set for the hour after one in the morning, which
happens twice in October and not at all in March. Each tick is an ordinary function of a database and an instant. Any
number of workers may run at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dardr import systime
from dardr.casework.deliver import deliver
from dardr.casework.housekeeping import housekeeping
from dardr.casework.post_in import mailboxes_of, take_in
from dardr.casework.search_index import read_documents
from dardr.casework.sweep import sweep
from dardr.casework.transport import mailer_of
from dardr.settings import Settings
from dardr.storage.engine import Database, is_sqlite
from dardr.storage.installation import Heartbeat

DELIVER, SWEEP, DOCUMENTS, HOUSEKEEPING = "deliver", "sweep", "documents", "housekeeping"
MAILBOX = "mailbox"
NIGHTLY = time(4, 20)
"""London time; a time of day that exists on every day of the year."""

TAKEN_OVER_AFTER = timedelta(hours=2)
"""A nightly round begun and not ended for so long is begun again: its worker is gone."""

STARTED = "started"

log = structlog.get_logger(__name__)

Counts = dict[str, int]


# --- the ticks --------------------------------------------------------------------------------------------


def deliver_tick(database: Database, settings: Settings, now: datetime) -> Counts:
    """Send what is due in the outbox. ``now`` is the instant (aware UTC) at which this begins."""
    began = systime.monotonic()

    def now_fn() -> datetime:
        return now + timedelta(seconds=systime.monotonic() - began)

    return asdict(deliver(database, lambda: mailer_of(settings), now_fn, mail_from=settings.mail_from))


def sweep_tick(database: Database, now: datetime) -> Counts:
    """Write the reminders that the London day of ``now`` calls for."""
    return asdict(sweep(database, now))


def mailbox_tick(database: Database, settings: Settings, now: datetime) -> Counts | None:
    """Take in what came to the mailbox; None where none is set."""
    if not settings.mailbox:
        return None
    return asdict(take_in(database, settings, now))


def documents_tick(database: Database, settings: Settings, now: datetime) -> Counts | None:
    """Put the words of new documents into the search index; None where documents are not searched here."""
    if not settings.search_documents:
        return None
    return asdict(read_documents(database, now))


def housekeeping_tick(database: Database, now: datetime) -> Counts | None:
    """The nightly round, if it is due and no other worker has begun it; else None."""
    if not _begin_nightly(database, now):
        return None
    return asdict(housekeeping(database, now))


def latest_nightly(now: datetime) -> datetime:
    """The last 04:20 in London at or before ``now``, as an aware UTC instant."""
    local = now.astimezone(systime.LONDON)
    at = datetime.combine(local.date(), NIGHTLY, tzinfo=systime.LONDON)
    if at > local:
        at = datetime.combine(local.date() - timedelta(days=1), NIGHTLY, tzinfo=systime.LONDON)
    return at.astimezone(UTC)


def nightly_is_due(last: datetime | None, said: str, now: datetime) -> bool:
    """True where the last nightly round is older than the last 04:20, or was begun and never ended."""
    if last is None or last < latest_nightly(now):
        return True
    return said == STARTED and now - last >= TAKEN_OVER_AFTER


def _begin_nightly(database: Database, now: datetime) -> bool:
    """Note that the round begins; False where it is not due. Two workers agree through the row."""
    with database.write() as session:
        _ensure_row(session, HOUSEKEEPING)
        row = session.execute(
            sa.select(Heartbeat.at, Heartbeat.said).where(Heartbeat.tick == HOUSEKEEPING).with_for_update()
        ).one()
        never = row.said == ""
        if not nightly_is_due(None if never else row.at, row.said, now):
            return False
        session.execute(
            sa.update(Heartbeat).where(Heartbeat.tick == HOUSEKEEPING).values(at=now, said=STARTED, took_ms=0)
        )
    return True


def _ensure_row(session: Session, tick: str) -> None:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    never = {"tick": tick, "at": datetime(1970, 1, 1, tzinfo=UTC), "took_ms": 0, "said": ""}
    session.execute(insert(Heartbeat).values(**never).on_conflict_do_nothing())


def beat(database: Database, tick: str, now: datetime, took_ms: int, said: str) -> None:
    """Record that a tick ended, and what it did. Names nobody."""
    with database.write() as session:
        insert = sqlite.insert if is_sqlite(session) else postgresql.insert
        values = {"at": now, "took_ms": took_ms, "said": said}
        session.execute(
            insert(Heartbeat).values(tick=tick, **values).on_conflict_do_update(index_elements=["tick"], set_=values)
        )


def ticking(database: Database, tick: str, now: datetime, work: Callable[[], Counts | None]) -> Counts:
    """Run one tick to its end whatever happens in it, and record its heartbeat. APScheduler would swallow the error."""
    began = systime.monotonic()
    try:
        counts = work()
        if counts is None:
            return {}
        said = ", ".join(f"{name} {count}" for name, count in counts.items())
    except Exception as error:
        log.error("worker.tick_failed", tick=tick, error=type(error).__name__)
        counts, said = {"failed_ticks": 1}, f"failed: {type(error).__name__}"
    try:
        beat(database, tick, now, round((systime.monotonic() - began) * 1000), said)
    except Exception as error:
        log.error("worker.no_heartbeat", tick=tick, error=type(error).__name__)
    return counts


# --- once, and for good -----------------------------------------------------------------------------------


def run_once(database: Database, settings: Settings, now: datetime) -> Counts:
    """Take in post, sweep, deliver, do the nightly round if it is due, read new documents, and say what was done.

    The round comes before the delivery, so that what it has to say is sent with the rest. Raises Conflict, with
    nothing done, where the mail settings do not fit each other.
    """
    mailer_of(settings)
    mailboxes_of(settings)
    came = ticking(database, MAILBOX, now, lambda: mailbox_tick(database, settings, now))
    swept = ticking(database, SWEEP, now, lambda: sweep_tick(database, now))
    nightly = ticking(database, HOUSEKEEPING, now, lambda: housekeeping_tick(database, now))
    sent = ticking(database, DELIVER, now, lambda: deliver_tick(database, settings, now))
    read = ticking(database, DOCUMENTS, now, lambda: documents_tick(database, settings, now))
    done = {
        "looked": swept.get("looked", 0),
        "enqueued": swept.get("enqueued", 0),
        "escalated": swept.get("escalated", 0),
        "sent": sent.get("sent", 0),
        "failed": sent.get("failed", 0),
        "waiting": sent.get("waiting", 0),
        "overtaken": sent.get("overtaken", 0),
        "replies": came.get("replies", 0),
        "bounced": came.get("bounced", 0),
        "findings": nightly.get("findings", 0),
        "documents": read.get("documents", 0),
        "housekeeping": int(bool(nightly)),
        "failed_ticks": sum(one.get("failed_ticks", 0) for one in (came, swept, nightly, sent, read)),
    }
    log.info("worker.once", **done)
    return done


def triggers() -> dict[str, BaseTrigger]:
    """When each tick comes. Sweeps and rounds at London times that exist on every day."""
    return {
        DELIVER: IntervalTrigger(seconds=20, timezone=UTC),
        MAILBOX: IntervalTrigger(minutes=5, timezone=UTC),
        SWEEP: CronTrigger(hour="0,2-23", minute="*/15", timezone=systime.LONDON),
        DOCUMENTS: CronTrigger(hour="0,2-23", minute="5-59/15", timezone=systime.LONDON),
        HOUSEKEEPING: CronTrigger(hour=NIGHTLY.hour, minute=NIGHTLY.minute, timezone=systime.LONDON),
    }


def start_worker(database: Database, settings: Settings) -> BackgroundScheduler:
    """Start ticking in threads of this process; call ``shutdown()`` on what is returned to stop.

    Everything that is due happens at once first, so that a worker that was away catches up.
    """

    def tick_deliver() -> None:
        now = systime.utc_now()
        ticking(database, DELIVER, now, lambda: deliver_tick(database, settings, now))

    def tick_sweep() -> None:
        now = systime.utc_now()
        ticking(database, SWEEP, now, lambda: sweep_tick(database, now))
        tick_nightly()

    def tick_mailbox() -> None:
        now = systime.utc_now()
        ticking(database, MAILBOX, now, lambda: mailbox_tick(database, settings, now))

    def tick_documents() -> None:
        now = systime.utc_now()
        ticking(database, DOCUMENTS, now, lambda: documents_tick(database, settings, now))

    def tick_nightly() -> None:
        # Asked after every sweep too: a machine that slept at 04:20 does its round when it wakes.
        now = systime.utc_now()
        ticking(database, HOUSEKEEPING, now, lambda: housekeeping_tick(database, now))

    def catch_up() -> None:
        tick_mailbox()  # first: what is reminded of should know which addresses do not work
        tick_sweep()
        tick_deliver()
        tick_documents()

    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=systime.LONDON,
    )
    work = {
        DELIVER: tick_deliver, MAILBOX: tick_mailbox, SWEEP: tick_sweep, DOCUMENTS: tick_documents,
        HOUSEKEEPING: tick_nightly,
    }  # fmt: skip
    for name, trigger in triggers().items():
        scheduler.add_job(work[name], trigger, id=name)
    scheduler.add_job(catch_up, id="catch-up")
    scheduler.start()
    log.info("worker.started")
    return scheduler


def run_worker(database: Database, settings: Settings, stop: threading.Event | None = None) -> None:
    """Tick until told to stop: by ``stop``, or by SIGTERM or Ctrl-C. A tick that has begun is let come to its end.

    Raises Conflict, before the first tick, where the mail settings do not fit each other.
    """
    mailer_of(settings)
    mailboxes_of(settings)
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    scheduler = start_worker(database, settings)
    try:
        while not stop.wait(timeout=1):
            pass
    finally:
        scheduler.shutdown(wait=True)
        log.info("worker.stopped")

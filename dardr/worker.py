"""What runs in the background: seven ticks. The only user of APScheduler, which keeps nothing and only ticks.

Deliver every 20 seconds, look into the mailbox and ask what became of messages every five minutes, sweep every quarter
of an hour, read new documents for search in between, housekeeping each night at 04:20, and at 18:00 one line about the
day's post. No tick is set for the hour after one in the morning, which
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
from dardr.casework.post_results import fetch_results
from dardr.casework.search_index import read_documents
from dardr.casework.sweep import sweep
from dardr.casework.transport import mailer_of, notify_of
from dardr.casework.update_rounds import go_on
from dardr.long_running import keep_what_is_loaded
from dardr.lookups.post_state import day_line, post_state
from dardr.settings import Settings
from dardr.storage.engine import Database, is_sqlite
from dardr.storage.installation import Heartbeat

DELIVER, SWEEP, DOCUMENTS, HOUSEKEEPING = "deliver", "sweep", "documents", "housekeeping"
MAILBOX, RESULTS, POST = "mailbox", "results", "post"
NIGHTLY, EVENING = time(4, 20), time(18)
"""London times of day that exist on every day of the year."""

TAKEN_OVER_AFTER = timedelta(hours=2)
"""A nightly round begun and not ended for so long is begun again: its worker is gone."""

LONGEST_LINE = timedelta(days=31)
"""The line about the post looks back to the last one, and no further than this."""

STARTED = "started"

log = structlog.get_logger(__name__)

Counts = dict[str, int]


# --- the ticks --------------------------------------------------------------------------------------------


def deliver_tick(database: Database, settings: Settings, now: datetime) -> Counts:
    """Send what is due in the outbox. ``now`` is the instant (aware UTC) at which this begins."""
    began = systime.monotonic()

    def now_fn() -> datetime:
        return now + timedelta(seconds=systime.monotonic() - began)

    most = settings.smtp_connections
    return asdict(
        deliver(database, lambda: mailer_of(settings), now_fn, mail_from=settings.mail_from, connections=most)
    )


def sweep_tick(database: Database, now: datetime) -> Counts:
    """Open and close rounds of updates whose day has come; write the reminders the London day of ``now`` calls for."""
    go_on(database, now)
    return asdict(sweep(database, now))


def mailbox_tick(database: Database, settings: Settings, now: datetime) -> Counts | None:
    """Take in what came to the mailbox; None where none is set."""
    if not settings.mailbox:
        return None
    return asdict(take_in(database, settings, now))


def results_tick(database: Database, settings: Settings, now: datetime) -> Counts | None:
    """Ask what became of the messages that were sent; None where the transport does not know."""
    if settings.transport != "notify":
        return None
    return asdict(fetch_results(database, notify_of(settings), now))


def documents_tick(database: Database, settings: Settings, now: datetime) -> Counts | None:
    """Put the words of new documents into the search index; None where documents are not searched here."""
    if not settings.search_documents:
        return None
    return asdict(read_documents(database, now))


def housekeeping_tick(database: Database, now: datetime) -> Counts | None:
    """The nightly round, if it is due and no other worker has begun it; else None."""
    if _begin(database, HOUSEKEEPING, NIGHTLY, now) is None:
        return None
    return asdict(housekeeping(database, now))


def post_tick(database: Database, now: datetime) -> str | None:
    """Once a day, after 18:00 in London: one line about what was sent since the last one; None where it is not due."""
    last = _begin(database, POST, EVENING, now)
    if last is None:
        return None
    with database.read() as session:
        state = post_state(session, now, max(last, now - LONGEST_LINE))
    log.info(
        "post.of_the_day",
        sent=state.sent,
        failed=state.failed,
        no_address=state.no_address,
        came_back=state.came_back,
        waiting=state.waiting,
        oldest=state.oldest.isoformat() if state.oldest is not None else None,
    )
    return day_line(state)


def latest(at: time, now: datetime) -> datetime:
    """The last time it was ``at`` in London, at or before ``now``, as an aware UTC instant."""
    local = now.astimezone(systime.LONDON)
    found = datetime.combine(local.date(), at, tzinfo=systime.LONDON)
    if found > local:
        found = datetime.combine(local.date() - timedelta(days=1), at, tzinfo=systime.LONDON)
    return found.astimezone(UTC)


def is_due(at: time, last: datetime | None, said: str, now: datetime) -> bool:
    """True where the last round is older than the last ``at``, or was begun and never ended.

    One that ended a day later than now was noted by a clock that was wrong: it does not count.
    """
    if last is None or last < latest(at, now) or last - now > timedelta(days=1):
        return True
    return said == STARTED and now - last >= TAKEN_OVER_AFTER


def _begin(database: Database, tick: str, at: time, now: datetime) -> datetime | None:
    """Note that a daily round begins, and say when the last one was; None where it is not due.

    Two workers agree through the row.
    """
    with database.write() as session:
        _ensure_row(session, tick)
        row = session.execute(
            sa.select(Heartbeat.at, Heartbeat.said).where(Heartbeat.tick == tick).with_for_update()
        ).one()
        never = row.said == ""
        if not is_due(at, None if never else row.at, row.said, now):
            return None
        session.execute(sa.update(Heartbeat).where(Heartbeat.tick == tick).values(at=now, said=STARTED, took_ms=0))
    return row.at


def _ensure_row(session: Session, tick: str) -> None:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    never = {"tick": tick, "at": datetime(1970, 1, 1, tzinfo=UTC), "took_ms": 0, "said": ""}
    session.execute(insert(Heartbeat).values(**never).on_conflict_do_nothing())


def beat(database: Database, tick: str, now: datetime, took_ms: int, said: str, *, well: bool = True) -> None:
    """Record that a tick ended, and what it did. Names nobody. One that failed keeps the time of the last good one."""
    with database.write() as session:
        insert = sqlite.insert if is_sqlite(session) else postgresql.insert
        values = {"at": now, "took_ms": took_ms, "said": said}
        changed = values if well else {"took_ms": took_ms, "said": said}
        session.execute(
            insert(Heartbeat).values(tick=tick, **values).on_conflict_do_update(index_elements=["tick"], set_=changed)
        )


def ticking(database: Database, tick: str, now: datetime, work: Callable[[], Counts | str | None]) -> Counts:
    """Run one tick to its end whatever happens in it, and record its heartbeat. APScheduler would swallow the error."""
    began = systime.monotonic()
    try:
        done = work()
        if done is None:
            return {}
        counts = {} if isinstance(done, str) else done
        said = done if isinstance(done, str) else ", ".join(f"{name} {count}" for name, count in counts.items())
    except Exception as error:
        log.error("worker.tick_failed", tick=tick, error=type(error).__name__)
        counts, said = {"failed_ticks": 1}, f"failed: {type(error).__name__}"
    try:
        took = round((systime.monotonic() - began) * 1000)
        beat(database, tick, now, took, said, well="failed_ticks" not in counts)
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
    began = systime.monotonic()
    came = ticking(database, MAILBOX, now, lambda: mailbox_tick(database, settings, now))
    swept = ticking(database, SWEEP, now, lambda: sweep_tick(database, now))
    nightly = ticking(database, HOUSEKEEPING, now, lambda: housekeeping_tick(database, now))
    sent = ticking(database, DELIVER, now, lambda: deliver_tick(database, settings, now))
    known = ticking(database, RESULTS, now, lambda: results_tick(database, settings, now))
    later = now + timedelta(seconds=systime.monotonic() - began)  # what was sent just now belongs to this line
    line = ticking(database, POST, later, lambda: post_tick(database, later))
    read = ticking(database, DOCUMENTS, now, lambda: documents_tick(database, settings, now))
    done = {
        "looked": swept.get("looked", 0),
        "enqueued": swept.get("enqueued", 0),
        "escalated": swept.get("escalated", 0),
        "sent": sent.get("sent", 0),
        "failed": sent.get("failed", 0),
        "waiting": sent.get("waiting", 0),
        "overtaken": sent.get("overtaken", 0),
        "replies": came.get("replies", 0) + came.get("answers", 0),
        "bounced": came.get("bounced", 0),
        "findings": nightly.get("findings", 0),
        "documents": read.get("documents", 0),
        "housekeeping": int(bool(nightly)),
        "failed_ticks": sum(one.get("failed_ticks", 0) for one in (came, swept, nightly, sent, read, known, line)),
    }
    log.info("worker.once", **done)
    return done


def triggers() -> dict[str, BaseTrigger]:
    """When each tick comes. Sweeps and rounds at London times that exist on every day."""
    return {
        DELIVER: IntervalTrigger(seconds=20, timezone=UTC),
        MAILBOX: IntervalTrigger(minutes=5, timezone=UTC),
        RESULTS: IntervalTrigger(minutes=5, timezone=UTC),
        SWEEP: CronTrigger(hour="0,2-23", minute="*/15", timezone=systime.LONDON),
        DOCUMENTS: CronTrigger(hour="0,2-23", minute="5-59/15", timezone=systime.LONDON),
        HOUSEKEEPING: CronTrigger(hour=NIGHTLY.hour, minute=NIGHTLY.minute, timezone=systime.LONDON),
        POST: CronTrigger(hour=EVENING.hour, minute=EVENING.minute, timezone=systime.LONDON),
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
        # Asked after every sweep too: a machine that slept at 04:20 does its round when it wakes.
        tick_nightly()

    def tick_mailbox() -> None:
        now = systime.utc_now()
        ticking(database, MAILBOX, now, lambda: mailbox_tick(database, settings, now))

    def tick_documents() -> None:
        now = systime.utc_now()
        ticking(database, DOCUMENTS, now, lambda: documents_tick(database, settings, now))

    def tick_nightly() -> None:
        now = systime.utc_now()
        ticking(database, HOUSEKEEPING, now, lambda: housekeeping_tick(database, now))

    def tick_results() -> None:
        now = systime.utc_now()
        ticking(database, RESULTS, now, lambda: results_tick(database, settings, now))

    def tick_post() -> None:
        now = systime.utc_now()
        ticking(database, POST, now, lambda: post_tick(database, now))

    def tick_documents_and_line() -> None:
        tick_documents()
        tick_post()  # as with the nightly round, for a machine that slept at 18:00

    def catch_up() -> None:
        tick_mailbox()  # first: what is reminded of should know which addresses do not work
        tick_sweep()
        tick_deliver()
        tick_post()
        tick_results()
        tick_documents()

    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=systime.LONDON,
    )
    work = {
        DELIVER: tick_deliver, MAILBOX: tick_mailbox, SWEEP: tick_sweep, DOCUMENTS: tick_documents_and_line,
        HOUSEKEEPING: tick_nightly, RESULTS: tick_results, POST: tick_post,
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
    keep_what_is_loaded()
    scheduler = start_worker(database, settings)
    try:
        while not stop.wait(timeout=1):
            pass
    finally:
        scheduler.shutdown(wait=True)
        log.info("worker.stopped")

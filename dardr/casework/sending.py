"""Handing claimed messages to the mail server, and keeping what it answered.

Over each connection one message goes after the other. The text of a message goes only when the answer about the one
before it is kept, so that a program that is ended at any moment leaves at most one message for each connection that
the server has and we do not know of. What waits for that is done meanwhile: the next message is put together, and its
sender and recipient are named. Answers that come at the same time over several connections are kept in one transaction.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from dardr.casework.failing import refused
from dardr.storage import outbox as box
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from notifications.retry import GiveUp, Kind, Outcome, Sent, TryAgain, describe, next_step
from notifications.smtp import Mail, Mailer, MailSession

LEASE = timedelta(minutes=10)
"""How long a claimed message belongs to its worker; longer than any one message may take."""

LONGEST_SEND = 240.0
"""Seconds after which one message is given up for now, whatever the server does."""

CLAIMABLE = (box.QUEUED, box.WAITING, box.IN_FLIGHT)

UNKEPT_AT_MOST = 2
"""After so many answers in a row that could not be kept nothing more is sent: the database does not take anything,
and each message would be sent anew when its lease ends."""

WORTH_A_CONNECTION = 10
"""A further connection is opened for so many waiting messages."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one delivery did: messages sent, refused for good, to be tried again, and no longer needed."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    overtaken: int = 0

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent,
            self.failed + other.failed,
            self.waiting + other.waiting,
            self.overtaken + other.overtaken,
        )


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message that is ours until ``lease_until``; ``tries`` counts this one."""

    id: int
    mail: Mail
    tries: int
    lease_until: datetime


Claim = tuple[list[Claimed], Delivered]
Answer = tuple[Claimed, Outcome]


@dataclass
class Round:
    """One delivery: what is claimed and not sent yet, and what has become of the rest.

    ``more`` claims the next messages, in a thread of its own while the last ones are being sent; nothing claimed and
    nothing set aside is the end. ``now_fn`` gives the present instant (aware UTC).
    """

    database: Database
    mailer: Mailer
    more: Callable[[], Claim]
    now_fn: Callable[[], datetime]
    owner: str
    claim_below: int
    """Claim more when fewer than this are left."""
    done: Delivered = field(default_factory=Delivered)
    halted: bool = False
    connections: int = 1
    """At most so many at once; a further one is opened when the first has had a message taken and many more wait."""
    _queue: deque[Claimed] = field(default_factory=deque)
    _senders: set[asyncio.Task[None]] = field(default_factory=set)
    _claiming: asyncio.Task[None] | None = None
    _at_end: bool = False
    _trouble: Exception | None = None
    _unkept: int = 0
    _answers: list[tuple[Answer, asyncio.Future[bool]]] = field(default_factory=list)
    _keeping: asyncio.Task[None] | None = None

    async def run(self, first: Sequence[Claimed]) -> Delivered:
        """Send ``first`` and all that can be claimed after it. Raises what claiming raises, after what was claimed."""
        self._queue.extend(first)
        self._open_another()
        while self._senders:
            ended, _ = await asyncio.wait(self._senders, return_when=asyncio.FIRST_COMPLETED)
            self._senders -= ended
            for one in ended:
                one.result()
        if self._claiming is not None:
            await self._claiming
        if self._trouble is not None:
            raise self._trouble
        return self.done

    # --- sending ---

    def _open_another(self) -> None:
        self._senders.add(asyncio.create_task(self._connection()))

    def _open_more(self) -> None:
        while len(self._senders) < min(self.connections, 1 + len(self._queue) // WORTH_A_CONNECTION):
            self._open_another()

    async def _connection(self) -> None:
        """Send one message after the other over one connection until there is none left.

        A server may allow fewer connections than we would open: one that is refused gives its message back.
        """
        before: asyncio.Task[bool] | None = None

        async def kept() -> bool:
            return before is None or await before

        async with self.mailer.session() as session:
            while (one := await self._next()) is not None:
                outcome = await _send_one(session, one, kept)
                if before is not None:
                    await before
                if self.halted:
                    break
                if session.away and len(self._senders) > 1:
                    self.connections = 1
                    self._queue.appendleft(one)
                    return
                if outcome.kind is Kind.ACCEPTED:
                    self._open_more()
                before = asyncio.create_task(self._keep(one, outcome))
            if before is not None:
                await before

    async def _next(self) -> Claimed | None:
        while not self.halted:
            if len(self._queue) < self.claim_below and not self._at_end and self._claiming is None:
                self._claiming = asyncio.create_task(self._claim())
            if self._queue:
                one = self._queue.popleft()
                if await self._still_ours(one):
                    return one
            elif self._claiming is not None:
                await self._claiming
            else:
                return None
        return None

    async def _claim(self) -> None:
        try:
            claimed, aside = await asyncio.to_thread(self.more)
            self._queue.extend(claimed)
            self.done += aside
            self._at_end = not claimed and not (aside.overtaken or aside.failed)
        except Exception as error:
            self._at_end, self._trouble = True, error
        finally:
            self._claiming = None

    async def _still_ours(self, one: Claimed) -> bool:
        now = self.now_fn()
        if one.lease_until - now > timedelta(seconds=LONGEST_SEND + 30):
            return True
        return await asyncio.to_thread(renew, self.database, one, now, self.owner)

    # --- keeping the answers ---

    async def _keep(self, one: Claimed, outcome: Outcome) -> bool:
        """True when nothing speaks against sending on."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._answers.append(((one, outcome), kept))
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_all())
        return await kept

    async def _keep_all(self) -> None:
        while self._answers:
            together, self._answers = self._answers, []
            await self._keep_these(together)
        self._keeping = None

    async def _keep_these(self, together: list[tuple[Answer, asyncio.Future[bool]]]) -> None:
        now = self.now_fn()
        try:
            kept = await asyncio.to_thread(
                settle_all, self.database, [answer for answer, _ in together], now, self.owner
            )
            self.done += kept  # read after the wait, or what was added meanwhile would be lost
            self._unkept = 0
        except Exception as error:
            log.warning("outbox.not_settled_together", messages=len(together), error=type(error).__name__)
            for answer, _ in together:
                await self._keep_alone(answer, now)
        for _, waiting in together:
            waiting.set_result(not self.halted)

    async def _keep_alone(self, answer: Answer, now: datetime) -> None:
        try:
            kept = await asyncio.to_thread(settle, self.database, *answer, now, self.owner)
            self.done += kept
            self._unkept = 0
        except Exception as error:
            # The lease will run out and the message be tried again, with the same Message-ID.
            log.error("outbox.not_settled", outbox_id=answer[0].id, error=type(error).__name__)
            self._unkept += 1
            if self._unkept >= UNKEPT_AT_MOST and not self.halted:
                self.halted = True
                log.error("outbox.halted", unkept=self._unkept)


async def _send_one(session: MailSession, one: Claimed, kept: Callable[[], Awaitable[bool]]) -> Outcome:
    try:
        async with asyncio.timeout(LONGEST_SEND):
            return (await session.send(one.mail, kept))[0]
    except TimeoutError:
        return Outcome(one.mail.to[0], Kind.UNKNOWN, None, "The mail server took too long.")
    except Exception as error:
        log.error("outbox.not_sent", outbox_id=one.id, error=type(error).__name__)
        return Outcome(one.mail.to[0], Kind.TRY_AGAIN, None, f"The message could not be sent ({type(error).__name__}).")


def renew(database: Database, one: Claimed, now: datetime, owner: str) -> bool:
    """Make a lease that runs short last; False where the message is somebody else's by now."""
    with database.write() as session:
        renewed = session.execute(
            sa.update(OutboxMessage)
            .where(
                OutboxMessage.id == one.id,
                OutboxMessage.status == box.IN_FLIGHT,
                OutboxMessage.lease_owner == owner,
            )
            .values(lease_until=now + LEASE)
            .returning(OutboxMessage.id)
        ).all()
    return bool(renewed)


def settle(database: Database, one: Claimed, outcome: Outcome, now: datetime, owner: str) -> Delivered:
    """Keep what the server answered for one message, in a transaction of its own."""
    return settle_all(database, [(one, outcome)], now, owner)


def settle_all(database: Database, answers: Sequence[Answer], now: datetime, owner: str) -> Delivered:
    """Keep what the server answered for these messages, in one transaction."""
    done = Delivered()
    accepted: list[dict[str, Any]] = []
    others: list[tuple[int, dict[str, Any]]] = []
    for one, outcome in answers:
        match next_step(one.tries, now, outcome):
            case Sent():
                accepted.append({"sent_id": one.id, "sent_ref": outcome.ref or None})
                done += Delivered(sent=1)
            case TryAgain(at, reason):
                others.append((one.id, {"status": box.WAITING, "not_before": at, "last_error": reason}))
                done += Delivered(waiting=1)
            case GiveUp(reason):
                others.append((one.id, {"status": box.FAILED, "settled_at": now, "last_error": reason}))
                done += Delivered(failed=1)
    with database.write() as session:
        connection = session.connection()
        if accepted:
            connection.execute(_ACCEPTED, [{**one, "sent_at": now} for one in accepted])
        for outbox_id, values in others:
            connection.execute(
                sa.update(TABLE)
                .where(TABLE.c.id == outbox_id, TABLE.c.status == box.IN_FLIGHT, TABLE.c.lease_owner == owner)
                .values(**values, lease_owner=None, lease_until=None)
            )
        connection.execute(
            sa.insert(OutboxAttempt.__table__),  # type: ignore[arg-type]
            [
                {"outbox_id": one.id, "at": now, "result": str(outcome.kind), "answer": describe(outcome)}
                for one, outcome in answers
            ],
        )
        for one, outcome in answers:
            if outcome.kind is Kind.REFUSED and outcome.of_recipient:
                _tell_of_refusal(session, one.id, outcome, now)
    return done


def _tell_of_refusal(session: Session, outbox_id: int, outcome: Outcome, now: datetime) -> None:
    """What follows for the address; the answer itself is kept whatever happens here."""
    try:
        with session.begin_nested():
            refused(session, now, outbox_id, outcome)
    except Exception as error:
        log.error("outbox.refusal_not_followed", outbox_id=outbox_id, error=type(error).__name__)


TABLE: Any = OutboxMessage.__table__

_ACCEPTED = (
    sa.update(TABLE)
    # Whoever holds the lease by now: the message is out, and must not be sent again.
    .where(TABLE.c.id == sa.bindparam("sent_id"), sa.or_(*(TABLE.c.status == one for one in CLAIMABLE)))
    .values(
        status=box.SENT,
        settled_at=sa.bindparam("sent_at"),
        last_error=None,
        transport_ref=sa.bindparam("sent_ref"),
        lease_owner=None,
        lease_until=None,
    )
)

"""``take_action`` against a hand-written SQLAlchemy transaction with the same rows and messages, and against bare SQL.

The action is the decision to hold a review: it ends one clock, starts three, and tells three people.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import actor_by_email
from dardr.casework.act import take_action
from dardr.casework.open_record import open_record
from dardr.storage.bodies import Body, Csp, Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import BankHoliday, Installation
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, Hold, Record, RecordLink
from dardr.storage.types import canonical
from notifications import messages
from notifications.render import render_message
from tests.bench.databases import KINDS, fresh
from tests.bench.report import Ratio
from workflows.calendar import calendars
from workflows.counting import Counting, Roll, Unit, count

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DECISION = {
    "decision_reasons": "The criteria are met.",
    "criteria_limb": "intimate",
    "decided_by": "chair",
    "decision_evidence": "Minute of 2 March 2026",
}
HOW_MANY = 150


def prepare(database: Database, how_many: int) -> list[str]:
    """A partnership, its people, and reviews that wait for their decision."""
    with database.write() as session:
        home = Partnership(
            key="bench", name="Benchmark partnership", team_email="team@bench.example", home=True, settings={}
        )
        session.add(home)
        session.flush()
        session.add(Installation(created_at=NOW))
        session.add(Csp(partnership_id=home.id, key="north", name="North"))
        session.add_all(Body(partnership_id=home.id, key=f"body{n}", name=f"Body {n}") for n in range(25))
        for role in ("case_manager", "team_manager", "deciding_chair"):
            user = User(
                partnership_id=home.id,
                email=f"{role}@bench.example",
                name=role,
                active=True,
                fs_uniquifier=secrets.token_hex(16),
                created_at=NOW,
            )
            session.add(user)
            session.flush()
            session.add(UserRole(user_id=user.id, role=role))
            if role == "deciding_chair":
                session.add(UserRole(user_id=user.id, role="case_manager"))
    refs = []
    for _ in range(how_many):
        with database.write() as session:
            actor = actor_by_email(session, "deciding_chair@bench.example")
            refs.append(
                open_record(
                    session,
                    actor,
                    NOW,
                    "dardr-s9",
                    {
                        "notifier": "police",
                        "notified_on": "2026-02-20",
                        "csp_aware_on": "2026-02-20",
                        "in_writing": "yes",
                        "csps": "north",
                        "death_date": "2026-02",
                        "age": "44",
                        "manner": "homicide",
                        "relationship": "spouse",
                    },
                ).ref
            )
            take_action(session, actor, NOW, refs[-1], "accept_notification", {"area_confirmed": "yes"}, TODAY)
            take_action(
                session,
                actor,
                NOW,
                refs[-1],
                "record_criteria",
                {
                    "in_area": "yes",
                    "age": "44",
                    "cause": "violence_or_abuse",
                    "manner": "homicide",
                    "relationship": "spouse",
                    "evidence_of_abuse": "yes",
                    "perpetrator_age": "45",
                    "perpetrator_died": "no",
                    "other_statutory_review": "none",
                },
                TODAY,
            )
            take_action(
                session,
                actor,
                NOW,
                refs[-1],
                "ready_for_decision",
                {"returns_missing_reason": "None was asked for."},
                TODAY,
            )
    return refs


def ours(database: Database, ref: str) -> None:
    """The product's way."""
    with database.write() as session:
        actor = actor_by_email(session, "deciding_chair@bench.example")
        take_action(session, actor, NOW, ref, "decide_review", DECISION, TODAY)


def by_hand(database: Database, ref: str) -> None:
    """What a careful developer would write for this one step: same reads, same writes, same messages."""
    with database.write() as session:
        user = session.scalars(sa.select(User).where(sa.func.lower(User.email) == "deciding_chair@bench.example")).one()
        list(session.execute(sa.select(UserRole.role, UserRole.csp_id).where(UserRole.user_id == user.id)))
        record = session.scalars(sa.select(Record).where(Record.ref == ref).with_for_update()).one()
        home = session.get(Partnership, record.partnership_id)
        assert home is not None
        list(session.execute(sa.select(Body.key, Body.name).where(Body.partnership_id == home.id).order_by(Body.name)))
        list(session.scalars(sa.select(Hold).where(Hold.record_id == record.id, Hold.ended_by_event.is_(None))))
        list(session.execute(sa.select(BankHoliday.day).where(BankHoliday.division == "england-and-wales")))
        calendar = calendars.get("england-and-wales")
        three = count(TODAY, 5, Unit.WORKING_DAYS, Counting.AFTER, Roll.NONE, calendar)
        six = count(TODAY, 6, Unit.MONTHS, Counting.AFTER, Roll.NONE, calendar)
        salt = secrets.token_hex(32)
        values = sha256(canonical([salt, {}, DECISION]).encode()).hexdigest()
        event = AuditEvent(
            record_id=record.id,
            seq=record.last_seq + 1,
            action="decide_review",
            from_stage=record.stage,
            to_stage="decided_review",
            process=record.process,
            actor_id=user.id,
            actor_name=user.name,
            occurred_on=TODAY,
            recorded_at=NOW,
            values_hash=values,
            previous_hash=record.head,
            identity_hash="",
            hash=sha256(canonical([record.ref, record.last_seq + 1, values, record.head]).encode()).hexdigest(),
        )
        session.add(event)
        session.flush()
        session.add(EventValues(event_id=event.id, salt=salt, before={}, after=DECISION))
        for clock, clock_id, counted in (
            ("tell_home_office", "D03", three),
            ("tell_family", "D04", None),
            ("overview_report", "D05", six),
        ):
            due = counted.due if counted else None
            session.add(
                Deadline(
                    record_id=record.id,
                    clock=clock,
                    clock_id=clock_id,
                    started_by_event=event.id,
                    matches={},
                    start_on=TODAY,
                    original_due_on=due,
                    due_on=due,
                    held=False,
                    receipt=counted.receipt.as_dict() if counted else {},
                    next_look_on=due - timedelta(days=1) if due else None,
                )
            )
        record.stage, record.phase = "decided_review", "decision"
        record.facts = {**record.facts, **DECISION}
        record.last_seq, record.head = event.seq, event.hash
        session.flush()
        for row in session.scalars(
            sa.select(Deadline).where(Deadline.record_id == record.id, Deadline.clock == "decide_review")
        ):
            row.stopped_on, row.stopped_by_event, row.next_look_on = TODAY, event.id, None
        session.scalar(sa.select(Installation.demonstration))
        list(
            session.execute(
                sa.select(Record.id)
                .join(RecordLink, RecordLink.review_id == Record.id)
                .where(RecordLink.item_id == record.id)
            )
        )
        _messages_by_hand(session, record, event)


_SAME: dict[str, list[tuple[str, str, Any]]] = {}


def _messages_by_hand(session: Session, record: Record, event: AuditEvent) -> None:
    for number, (role, message_name, message) in enumerate(_SAME["messages"]):
        address = session.scalar(
            sa.select(User.email)
            .join(UserRole, UserRole.user_id == User.id)
            .where(UserRole.role == role, User.active.is_(True))
            .limit(1)
        )
        said = render_message(message)
        session.add(
            OutboxMessage(
                dedupe_key=f"{event.id}:{message_name}:{number}",
                record_id=record.id,
                event_id=event.id,
                message=message_name,
                party=role,
                recipient=address or "",
                subject=said.subject,
                text=said.text,
                html=said.html,
                status="queued",
                not_before=NOW,
                created_at=NOW,
            )
        )
    session.flush()


def _bare(database: Database) -> Callable[[str], None]:
    """The same writes as plain statements with ready values: the floor, not a fair rival."""
    with database.read() as session:
        sample = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.event_id.is_not(None)).limit(1)).one()
        text, html = sample.text, sample.html
    sql = {
        "event": sa.text(
            "INSERT INTO audit_event (record_id, seq, action, from_stage, to_stage, process, actor_id, actor_name,"
            " occurred_on, recorded_at, values_hash, identity_hash, previous_hash, hash) VALUES"
            " (:r, :s, 'decide_review',"
            " 'decision_pending', 'decided_review', 'dardr-s9@1', 1, 'x', :d, :t, 'h', '', 'p', 'h') RETURNING id"
        ),
        "deadline": sa.text(
            "INSERT INTO deadline (record_id, clock, clock_id, started_by_event, matches, start_on,"
            " held, receipt, due_on)"
            " VALUES (:r, :c, 'D', :e, '{}', :d, :f, '{}', :d)"
        ),
        "values": sa.text("INSERT INTO event_values (event_id, salt, before, after) VALUES (:e, 's', '{}', '{}')"),
        "record": sa.text("UPDATE record SET stage='decided_review', last_seq=:s, revision=revision+1 WHERE id=:r"),
        "stop": sa.text(
            "UPDATE deadline SET stopped_on=:d, stopped_by_event=:e WHERE record_id=:r AND clock='decide_review'"
        ),
        "post": sa.text(
            "INSERT INTO outbox_message (dedupe_key, record_id, event_id, rung, message, party,"
            " recipient, subject, text,"
            " html, status, not_before, attempts, created_at) VALUES (:k, :r, :e, '', 'm', 'p', 'a', 's', :x, :h,"
            " 'queued', :t, 0, :t)"
        ),
    }

    def work(ref: str) -> None:
        with database.engine.execution_options(dardr_mode="write").begin() as c:
            record_id, seq = c.execute(sa.text("SELECT id, last_seq FROM record WHERE ref=:x"), {"x": ref}).one()
            at = NOW.replace(tzinfo=None) if database.engine.dialect.name == "sqlite" else NOW
            day = TODAY.isoformat() if database.engine.dialect.name == "sqlite" else TODAY
            when = at.isoformat(" ") if database.engine.dialect.name == "sqlite" else at
            e = c.execute(sql["event"], {"r": record_id, "s": seq + 1, "d": day, "t": when}).scalar_one()
            c.execute(sql["values"], {"e": e})
            for clock in ("a", "b", "c"):
                c.execute(sql["deadline"], {"r": record_id, "c": clock, "e": e, "d": day, "f": False})
            c.execute(sql["record"], {"s": seq + 1, "r": record_id})
            c.execute(sql["stop"], {"d": day, "e": e, "r": record_id})
            for n in range(len(_SAME["messages"])):
                c.execute(sql["post"], {"k": f"{e}:{n}", "r": record_id, "e": e, "x": text, "h": html, "t": when})

    return work


def _learn_messages(database: Database, ref: str) -> None:
    """What the product really wrote for one decision: the rival has to render as many of the same kinds."""
    with database.read() as session:
        record_id = session.scalars(sa.select(Record.id).where(Record.ref == ref)).one()
        rows = session.execute(
            sa.select(OutboxMessage.party, OutboxMessage.message)
            .join(AuditEvent, AuditEvent.id == OutboxMessage.event_id)
            .where(OutboxMessage.record_id == record_id, AuditEvent.action == "decide_review")
        ).all()
    kinds = messages.MESSAGES
    _SAME["messages"] = [(party, name, kinds[name].sample()) for party, name in rows]


def _rate(work: Callable[[str], None], refs: list[str]) -> float:
    started = perf_counter()
    for ref in refs:
        work(ref)
    return len(refs) / (perf_counter() - started)


def run() -> list[Ratio]:
    """Both databases; at least half the hand-written rate."""
    found: list[Ratio] = []
    for kind in KINDS:
        with fresh(kind) as database:
            refs = prepare(database, 3 * HOW_MANY + 20)
            ours(database, refs[0])
            _learn_messages(database, refs[0])
            bare = _bare(database)
            for ref in refs[1:7]:
                ours(database, ref)
            for ref in refs[7:14]:
                by_hand(database, ref)
            rest = refs[20:]
            rates = {"ours": 0.0, "hand": 0.0, "bare": 0.0}
            chunk = HOW_MANY // 3
            for turn in range(3):  # in turns, so that a slow minute of the machine falls on all alike
                a, b, c = (rest[(3 * turn + k) * chunk : (3 * turn + k + 1) * chunk] for k in range(3))
                rates["ours"] += _rate(lambda ref: ours(database, ref), a) / 3
                rates["hand"] += _rate(lambda ref: by_hand(database, ref), b) / 3
                rates["bare"] += _rate(bare, c) / 3
            found.append(
                Ratio(
                    f"take_action, {kind}, {len(_SAME['messages'])} messages",
                    f"{rates['ours']:.0f}/s",
                    f"by hand {rates['hand']:.0f}/s (bare SQL {rates['bare']:.0f}/s)",
                    rates["ours"] / rates["hand"],
                    0.5,
                    at_least=True,
                )
            )
    return found

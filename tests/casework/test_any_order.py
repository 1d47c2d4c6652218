"""Anybody does anything in any order: refusals are sentences, and whatever went through is provable afterwards."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import actor_by_email
from dardr.casework.act import take_action
from dardr.casework.audit import verify
from dardr.casework.deadlines import state
from dardr.casework.files import FileGiven
from dardr.casework.integrity import deadlines_match, facts_match
from dardr.casework.sweep import sweep
from dardr.errors import DardrError
from dardr.lookups import choices
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Deadline, Hold, Record, RecordLink
from tests import builders
from tests.builders import START, a_review
from workflows.answers import to_json
from workflows.definition import UNKNOWN_VALUES, Action, Choice, Field, FieldType, Role

ENDS_IT = frozenset({"transfer_out", "join_notification"})
EVERYBODY = ("case_manager", "team_manager", "deciding_chair", "second_case_manager", "independent_chair", "operator")


class Monkey:
    """Types plausible answers, and some that are not, from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def answers(self, action: Action, found: dict[str, tuple[Choice, ...]], today: date) -> dict[str, Any]:
        values = {}
        for field in action.fields:
            if not field.required and self.random.random() < 0.5:
                continue
            if self.random.random() < 0.01:
                values[field.name] = self.random.choice(["", "31/2/2026", "\x00", "???", ["a", "b"]])
                continue
            value = self.answer(field, found.get(field.name, field.choices), today)
            if value is not None:
                values[field.name] = value
        return values

    def answer(self, field: Field, options: tuple[Choice, ...], today: date) -> Any:
        pick = self.random
        if field.unknown and pick.random() < 0.2:
            return pick.choice(list(UNKNOWN_VALUES))
        match field.type:
            case FieldType.CHOICE:
                return pick.choice(options).value if options else None
            case FieldType.CHOICES:
                return [c.value for c in pick.sample(options, pick.randint(1, len(options)))] if options else None
            case FieldType.DATE | FieldType.PARTIAL_DATE:
                days = pick.randint(1, 200) if field.future else -pick.randint(0, 40)
                day = (today + timedelta(days=days)).isoformat()
                return day[:7] if field.type is FieldType.PARTIAL_DATE and pick.random() < 0.3 else day
            case FieldType.DATETIME:
                return f"{today + timedelta(days=30)}T09:00"
            case FieldType.INTEGER | FieldType.DECIMAL:
                return str(pick.randint(16, 90))
            case FieldType.BOOLEAN:
                return pick.choice(["yes", "no"])
            case FieldType.URL:
                return "https://reviews.example/x"
            case FieldType.EMAIL:
                return "somebody@reviews.example"
            case FieldType.FILE:
                return FileGiven("file.txt", b"fictional") if pick.random() < 0.2 else None
            case _:
                text = pick.choice(["Fictional.", "Fictional & <b>odd</b> “words”", "é" * 50, "1"])
                return [text, "2"] if field.many else text


def refs_in_hand(session: Session, ref: str) -> list[str]:
    review = sa.select(Record.id).where(Record.ref == ref).scalar_subquery()
    items = sa.select(Record.ref).join(RecordLink, RecordLink.item_id == Record.id).order_by(Record.id)
    return [ref, ref, *session.scalars(items.where(RecordLink.review_id == review, RecordLink.kind == "item"))]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_any_order(sqlite_database: Database, seed: int) -> None:
    walk(sqlite_database, seed, 300)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [100])
def test_any_order_on_both(database: Database, seed: int) -> None:
    walk(database, seed, 200)


def walk(database: Database, seed: int, steps: int) -> None:
    monkey = Monkey(seed)
    pick = monkey.random
    begin = pick.choice(["notified", "decision_pending", "evidence", "csp_sign_off", "amending", "pre_publication"])
    case = a_review(database, begin)
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    today = case.today
    did: Counter[str] = Counter()
    for _ in range(steps):
        if pick.random() < 0.2:
            today += timedelta(days=pick.randint(1, 15))
            sweep(database, builders.at_ten(today))
        one_step(database, monkey, case.ref, today, did)
    assert len(did) > 25, f"too little happened to prove anything: {did}"
    proved(database, today)


def one_step(database: Database, monkey: Monkey, ref: str, today: date, did: Counter[str]) -> None:
    pick = monkey.random
    key = pick.choice(EVERYBODY)
    try:
        with database.write() as session:
            person = (
                builders.actor(session, key) if key == "operator" else actor_by_email(session, builders.address(key))
            )
            record = session.scalars(
                sa.select(Record).where(Record.ref == pick.choice(refs_in_hand(session, ref)))
            ).one()
            process = workflows.get(record.process)
            possible = [a for a in process.actions if record.stage in a.source and a.key not in ENDS_IT]
            if not possible or pick.random() < 0.03:
                possible = list(process.actions)
            # What was done seldom is tried more often, and what leads on most of all.
            weights = [(3 if a.main else 1) / (1 + did[f"{process.key}.{a.key}"]) ** 2 for a in possible]
            (action,) = pick.choices(possible, weights)
            found = choices.resolve(session, person, process, action, record, today)
            before, revision = to_json(record.facts), record.revision
            done = take_action(
                session, person, builders.at_ten(today), record.ref, action.key,
                monkey.answers(action, found, today), today - timedelta(days=pick.choice([0, 0, 0, 1, 9])),
            )  # fmt: skip
            assert done.revision > revision
            assert isinstance(before, dict)
            did[f"{process.key}.{action.key}"] += 1
    except DardrError as refused:
        assert refused.reasons
        for reason in refused.reasons:
            assert reason.reason[0].isupper() or reason.reason[0] in "“0123456789é", reason
            assert reason.reason.rstrip().endswith((".", "...", "”")), reason
            assert "None" not in reason.reason and "Traceback" not in reason.reason, reason


def proved(database: Database, today: date) -> None:
    with database.read() as session:
        report = verify(session)
        assert report["ok"], report["broken"]
        checks = (*facts_match(session, today), *deadlines_match(session, today))
        assert [(found.kind, found.sentence) for found in checks] == []
        for row, record in session.execute(sa.select(Deadline, Record).join(Record, Record.id == Deadline.record_id)):
            clock = workflows.get(record.process).clock(row.clock)
            assert state(row, clock, today)
            if not row.running:
                assert row.next_look_on is None
            if row.held:
                assert clock.pausable and row.due_on is None and row.next_look_on is None
            if row.due_on is None and row.problem is None and row.running:
                assert row.held or row.n is None
            if clock.id in ("D02", "D05"):
                assert not row.held
        for hold in session.scalars(sa.select(Hold)):
            assert (hold.next_look_on is None) == (hold.ended_by_event is not None or hold.undone_by_event is not None)
        keys = session.scalars(sa.select(OutboxMessage.dedupe_key)).all()
        assert len(keys) == len(set(keys))
    assert today >= START

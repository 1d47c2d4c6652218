"""One action: everything it writes, or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event as sa_event

from dardr.casework import chain
from dardr.casework.audit import verify
from dardr.casework.files import FileGiven, content
from dardr.casework.open_record import open_record
from dardr.errors import Invalid, NotFound
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, IdentityValues, Record
from tests import builders, given_files
from tests.builders import START, a_review, actor, at_ten, notification
from tests.casework.rows import everything


class Fault(RuntimeError):
    """What breaks on purpose."""


# --- all or nothing ---------------------------------------------------------------------------------------


def test_whatever_write_fails_nothing_is_left(database: Database) -> None:
    case = a_review(database, "decision_pending")
    step = builders.decision()
    count = {"seen": 0, "fail_at": 0}
    written: list[str] = []

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            return
        count["seen"] += 1
        written.append(statement.split()[2 if statement.upper().startswith("INSERT") else 1])
        if count["seen"] == count["fail_at"]:
            raise Fault(statement)

    before = everything(database)
    sa_event.listen(database.engine, "after_cursor_execute", after)
    try:
        for fail_at in range(1, 60):
            count.update(seen=0, fail_at=fail_at)
            written.clear()
            try:
                case.act(step.action, step.values, by=step.by)
            except Fault:
                assert everything(database) == before, f"something is left after the fault at write {fail_at}"
                continue
            break
    finally:
        sa_event.remove(database.engine, "after_cursor_execute", after)
    # The run without a fault wrote to every kind of table, so each of them was broken once.
    assert {"audit_event", "event_values", "record", "deadline", "outbox_message"} <= set(written)
    assert fail_at > 6
    assert case.stage == "decided_review"
    with database.read() as session:
        assert verify(session)["ok"]


def test_a_failure_while_the_words_are_rendered_leaves_nothing(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dardr.casework import outbox

    case = a_review(sqlite_database, "decision_pending")
    before = everything(sqlite_database)

    def broken(_message: object) -> None:
        raise Fault("a template that cannot be rendered")

    monkeypatch.setattr(outbox, "rendered", broken)
    step = builders.decision()
    with pytest.raises(Fault):
        case.act(step.action, step.values, by=step.by)
    assert everything(sqlite_database) == before


def test_an_opening_that_fails_does_not_use_up_a_reference(sqlite_database: Database) -> None:
    with pytest.raises(Fault):
        with sqlite_database.write() as session:
            open_record(session, actor(session, "case_manager"), at_ten(START), "dardr-s9", notification(START))
            raise Fault
    assert a_review(sqlite_database, "notified").ref == "DARDR-2026-001"


# --- what is written --------------------------------------------------------------------------------------


def test_facts_before_and_after(database: Database) -> None:
    case = a_review(database, "screening")
    case.act("correct_facts", {"correction_reason": "The coroner's date", "death_date": "2026-02"})
    event, values = case.events()[-1]
    assert (event.action, event.from_stage, event.to_stage) == ("correct_facts", "screening", "screening")
    assert values.before == {"death_date": "2026-02-28"}
    assert values.after == {"correction_reason": "The coroner's date", "death_date": "2026-02"}
    assert case.record().facts["death_date"] == "2026-02"
    assert event.occurred_on == case.today
    assert event.recorded_at == at_ten(case.today)


def test_occurred_and_recorded_differ(database: Database) -> None:
    case = a_review(database, "decision_pending")
    typed_in_on, decided_on = case.today + timedelta(days=4), case.today
    case.today = typed_in_on
    step = builders.decision()
    case.act(step.action, step.values, by=step.by, on=decided_on)
    event, _ = case.events()[-1]
    assert event.occurred_on == decided_on
    assert event.recorded_at == at_ten(typed_in_on)
    assert case.deadline("overview_report").start_on == decided_on
    assert case.deadline("decide_review").stopped_on == decided_on


def test_entries_of_a_list_are_added_never_replaced(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "screening")
    case.act("add_note", {"note": "First"})
    case.today += timedelta(days=1)
    case.act("add_note", {"note": "Second"}, by="team_manager")
    first, second = case.record().facts["notes"]
    assert (first["note"], second["note"]) == ("First", "Second")
    assert second["on"] == case.today.isoformat()
    assert second["seq"] == first["seq"] + 1
    assert second["by"] != first["by"]
    _, values = case.events()[-1]
    assert values.before == {}
    assert values.after == {"note": "Second"}


def test_the_chain_continues_and_is_salted(database: Database) -> None:
    case = a_review(database, "commissioning")
    events = case.events()
    assert [event.seq for event, _ in events] == list(range(1, len(events) + 1))
    previous = chain.START
    for event, values in events:
        assert event.previous_hash == previous
        assert values.salt is not None
        # What started a clock is sealed beside the answers; both are in ``after``.
        assert event.values_hash == chain.values_hash(values.salt, values.before, values.after)
        previous = event.hash
    assert len({values.salt for _, values in events}) == len(events)
    assert case.record().head == previous
    with database.read() as session:
        report = verify(session)
    assert report["ok"] and report["events"] == len(events)


def test_facts_are_the_fold_of_the_events(database: Database) -> None:
    import workflows
    from dardr.casework.fold import fold_event

    case = a_review(database, "concluded")
    facts: dict[str, Any] = {}
    for event, values in case.events():
        action = workflows.get(event.process).action(event.action)
        assert values.after is not None
        facts = fold_event(
            facts, action, values.after, seq=event.seq, actor_id=event.actor_id, occurred_on=event.occurred_on
        )
    assert facts == case.record().facts


def test_names_go_to_the_identity_store_and_nowhere_else(database: Database) -> None:
    secret = "Zephyrine Quillfeather"  # fictional, and rare enough to be found wherever it went
    case = a_review(database, "screening", person_name=secret, next_of_kin=f"Sibling of {secret}")
    case.act("record_identity", {"address": f"1 {secret} Road", "date_of_birth": "1990-01-02"})
    with database.read() as session:
        kept = session.scalars(sa.select(IdentityValues).order_by(IdentityValues.event_id)).all()
        assert kept[0].after == {"person_name": secret, "next_of_kin": f"Sibling of {secret}"}
        assert kept[1].after == {"address": f"1 {secret} Road", "date_of_birth": "1990-01-02"}
        for row in kept:
            event = session.get(AuditEvent, row.event_id)
            assert event is not None and row.salt is not None
            assert event.identity_hash == chain.values_hash(row.salt, None, row.after)
        assert verify(session)["ok"]
    for table, rows in everything(database).items():
        if table != "identity_values":
            assert not any("Quillfeather" in row or "1990-01-02" in row for row in rows), table


def test_a_file_is_stored_encrypted_and_its_name_stays_out_of_the_record(database: Database) -> None:
    plain = given_files.pdf() + b"\n" * 2000
    case = a_review(database, "decision_pending")
    step = builders.decision()
    given = FileGiven("Decision about Zephyrine.pdf", plain, "application/pdf")
    case.act(step.action, {**step.values, "decision_file": given}, by=step.by)
    assert case.record().facts["decision_file"] == {
        "sha256": given.sha256, "size": len(plain), "media_type": "application/pdf"
    }  # fmt: skip
    with database.read() as session:
        row = session.scalars(sa.select(StoredFile)).one()
        assert plain[:20] not in row.content
        assert len(row.wrapped_key) > 32
        assert content(row) == plain
        row.content = row.content[:-1] + bytes([row.content[-1] ^ 1])
        with pytest.raises(NotFound, match="DARDR_MASTER_KEY"):
            content(row)
        session.expire(row)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [(FileGiven("a.pdf", b""), "empty"), ("/etc/passwd", "one file, not text")],
)
def test_a_file_that_is_none_is_refused(sqlite_database: Database, given: object, sentence: str) -> None:
    case = a_review(sqlite_database, "decision_pending")
    step = builders.decision()
    with pytest.raises(Invalid, match=sentence) as refused:
        case.act(step.action, {**step.values, "decision_file": given}, by=step.by)
    assert refused.value.reasons[0].field == "decision_file"
    assert case.stage == "decision_pending"


def test_values_not_known_are_kept_apart(sqlite_database: Database) -> None:
    case = a_review(
        sqlite_database, "notified", age="not_known", manner="not_asked", relationship="refused",
        sex="not_applicable",
    )  # fmt: skip
    facts = case.record().facts
    assert (facts["age"], facts["manner"], facts["relationship"], facts["sex"]) == (
        "not_known", "not_asked", "refused", "not_applicable",
    )  # fmt: skip
    assert "marac" not in facts


# --- the rows beside it -----------------------------------------------------------------------------------


def test_messages_are_written_with_the_event_that_caused_them(database: Database) -> None:
    case = a_review(database, "decided_review")
    with database.read() as session:
        event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "decide_review")).one()
        rows = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.event_id == event.id)).all()
    told = {row.recipient for row in rows}
    assert {builders.address("case_manager"), builders.address("team_manager")} <= told
    for row in rows:
        assert case.ref in row.text
        assert row.status == "queued"
        assert "Example" not in row.subject
    assert len({row.dedupe_key for row in rows}) == len(rows)


def test_created_lists_what_was_opened(database: Database) -> None:
    case = a_review(database, "screening")
    done = case.act("request_information", {"bodies": ["mereshire-nhs", "northmere-council", "mereshire-nhs"]})
    assert done.created == (f"{case.ref}-R01", f"{case.ref}-R02")
    for ref in done.created:
        (row,) = case.deadlines(ref=ref)
        assert row.clock == "information_return", "an information return starts D11 and no other clock"


def test_the_dates_of_a_return_follow_its_kind(database: Database) -> None:
    case = a_review(database, "evidence")
    done = case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    (row,) = case.deadlines(ref=done.created[0])
    assert (row.clock, row.clock_id, row.n, row.unit) == ("imr_return", "D10", 40, "working-days")
    due = case.today + timedelta(days=30)
    done = case.act(
        "request_returns", {"kind": "summary", "bodies": ["northmere-council"], "due_on": due.isoformat()}
    )
    (row,) = case.deadlines(ref=done.created[0])
    assert (row.clock, row.due_on, row.n) == ("imr_return", due, None)
    assert any("The date was given" in sentence for sentence in row.receipt["sentences"])


def test_no_row_of_a_deadline_has_an_empty_key(database: Database) -> None:
    a_review(database, "concluded")
    with database.read() as session:
        rows = session.scalars(sa.select(Deadline)).all()
        assert rows and all(row.started_by_event for row in rows)
        for row in rows:
            event = session.get(AuditEvent, row.started_by_event)
            assert event is not None and row.receipt["started_by"]["seq"] == event.seq
            record = session.get(Record, row.record_id)
            assert record is not None and event.record_id == record.id
        values = session.scalars(sa.select(EventValues)).all()
        assert all(value.salt for value in values)

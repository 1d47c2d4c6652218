from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import workflows
from dardr.actors import Actor, actor_by_email, operator
from dardr.casework import audit, demo
from dardr.casework.documents import build
from dardr.casework.setup import prepare, read_profile
from dardr.errors import Conflict
from dardr.lookups.quarterly import quarter, quarterly
from dardr.lookups.quarterly.periods import end_of_day
from dardr.lookups.quarterly.printed import render
from dardr.storage.bodies import BodyContact, Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, Deadline, Hold, Record
from dardr.systime import london_date
from tests import builders
from workflows.clocks import State

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def loaded(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demonstration, loaded once for the tests that only look at it."""
    file = tmp_path_factory.mktemp("demonstration") / "dardr.sqlite3"
    shutil.copyfile(migrated_sqlite_file, file)
    database = Database(f"sqlite:///{file}")
    demo.load(database, NOW)
    yield database
    database.close()


def records(database: Database, *keys: str) -> list[Record]:
    with database.read() as session:
        query = sa.select(Record).where(Record.process_key.in_(keys or workflows.REVIEW_KEYS))
        return list(session.scalars(query.order_by(Record.id)))


def who(database: Database, email: str) -> Actor:
    with database.read() as session:
        return actor_by_email(session, email)


def test_there_are_reviews_at_every_phase_and_every_way_it_may_go(loaded: Database) -> None:
    stages = {r.stage for r in records(loaded)}
    assert stages >= {
        "notified", "screening", "decision_pending", "decided_review", "no_review_scrutiny", "no_review_concluded",
        "transferred_out", "commissioning", "terms_of_reference", "evidence", "drafting", "csp_sign_off",
        "home_office_qa", "amending", "pre_publication", "action_monitoring", "concluded",
    }  # fmt: skip
    assert {r.phase for r in records(loaded)} == {p.key for p in workflows.get("dardr-s9").phases}


def test_holds_deferrals_agreed_dates_and_lateness_are_all_to_be_seen(loaded: Database) -> None:
    with loaded.read() as session:
        kinds = set(session.scalars(sa.select(Hold.kind).where(Hold.ended_by_event.is_(None))))
        report = quarterly(session, operator_of(session), date(2026, 10, 1), date(2026, 12, 31), TODAY, TODAY)
    assert kinds == {"trial", "deferral"}
    decide, overview = report.ages
    assert set(decide.by_state) == {State.RUNNING, State.DEFERRED}
    assert {a.words.split(" (")[0].split("; ")[0] for a in overview.reviews} == {
        "within the six-month guide",
        "past the six-month guide",
    }
    assert sum(a.state == State.LATE for a in overview.reviews) == 1
    assert any(a.agreed and a.state == State.RUNNING for a in overview.reviews)
    breached = [r for r in report.commissioner_replies if r.state == State.BREACHED]
    assert len(breached) == 1 and len(report.commissioner_replies) == 8
    assert report.demonstration and report.live >= 14
    statuses = {s.status for s in report.actions.by_status if s.count}
    assert statuses >= {"draft", "in_progress", "complete_verified", "not_accepted"}
    implemented = next(f for f in report.actions.figures if f.key == "actions_implemented")
    assert 0 < implemented.in_period < implemented.in_year


def operator_of(session: Any) -> Actor:
    return operator(session, NOW)


def test_every_action_went_through_the_ordinary_door(loaded: Database) -> None:
    with loaded.read() as session:
        assert audit.verify(session)["ok"]
        events = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    recorded = [e.recorded_at for e in events]
    assert recorded == sorted(recorded), "history is written in the order of the days"
    assert max(recorded) < NOW
    assert all(e.occurred_on <= london_date(e.recorded_at) for e in events)
    assert any(e.occurred_on < london_date(e.recorded_at) for e in events), "some things are typed in days later"
    assert len({e.actor_id for e in events}) >= 8


def test_no_clock_is_without_a_date_for_lack_of_one(loaded: Database) -> None:
    with loaded.read() as session:
        assert session.scalars(sa.select(Deadline.problem).where(Deadline.problem.is_not(None))).all() == []


def test_it_is_marked_fictional_and_every_address_reaches_nobody(loaded: Database) -> None:
    with loaded.read() as session:
        assert session.scalar(sa.select(Installation.demonstration)) is True
        addresses = [
            *session.scalars(sa.select(BodyContact.email)),
            *session.scalars(sa.select(User.email).where(User.is_operator.is_(False))),
            *session.scalars(sa.select(OutboxMessage.recipient)),
            *session.scalars(sa.select(Partnership.team_email).where(Partnership.home.is_(True))),
        ]
    assert addresses
    assert {a for a in addresses if not a.endswith(".example")} == set()


def test_reviews_are_known_by_a_plant_and_the_year_of_the_death(loaded: Database) -> None:
    titles = [r.title for r in records(loaded) if r.title]
    assert len(titles) == len(set(titles)) >= 9
    for review in records(loaded):
        if review.title:
            assert review.title.rsplit(" ", 1)[1] == review.facts["death_date"][:4]


def test_mail_was_sent_on_the_way_and_nobody_lacked_an_address(loaded: Database) -> None:
    with loaded.read() as session:
        told = OutboxMessage.message != "door_link"
        statuses = set(session.scalars(sa.select(OutboxMessage.status).where(told)))
        late = session.scalar(sa.select(sa.func.max(OutboxMessage.created_at)).where(told))
        links = session.scalars(sa.select(OutboxMessage.status).where(~told)).all()
    assert statuses == {"sent"}
    assert links == ["queued"] * 2, "two contacts without a password get a link from the worker that comes first"
    assert late is not None and london_date(late) < TODAY, "today's reminders are left to the worker"


def test_one_person_for_each_role_can_sign_in(loaded: Database) -> None:
    from argon2 import PasswordHasher

    from workflows.definition import GIVEN_ROLES

    people = demo.sign_ins()
    assert {p.role.replace(" ", "_") for p in people} == {str(r) for r in GIVEN_ROLES}
    with loaded.read() as session:
        for person in people:
            user = session.scalars(sa.select(User).where(User.email == person.email)).one()
            assert user.active and user.password
            assert PasswordHasher().verify(user.password, person.password)
    chair = who(loaded, "independent.chair@reviews.example")
    assert len(chair.grants) >= 3 and all(g.record_id for g in chair.grants)


@pytest.mark.parametrize("name", ["Linden", "Elder", "Bramble"])
def test_documents_can_be_made_of_the_cleared_reviews(loaded: Database, name: str) -> None:
    ref = next(r.ref for r in records(loaded) if r.title.startswith(name))
    with loaded.read() as session:
        actor = operator_of(session)
        assert build(session, actor, NOW, "briefing", ref, "docx")[:2] == b"PK"
        html = build(session, actor, NOW, "briefing", ref, "html").decode()
        assert build(session, actor, NOW, "learning_event_slides", ref, "pptx")[:2] == b"PK"
        assert build(session, actor, NOW, "decision_notice", ref, "html")
    assert "Demonstration, all people and events are fictional" in html and name in html


def test_a_briefing_of_a_review_under_way_is_refused(loaded: Database) -> None:
    ref = next(r.ref for r in records(loaded) if r.title.startswith("Willow"))
    with loaded.read() as session, pytest.raises(Conflict, match="is not cleared"):
        build(session, operator_of(session), NOW, "briefing", ref, "pdf")


def test_the_quarterly_report_of_the_demonstration_is_a_tagged_pdf(loaded: Database) -> None:
    from pypdf import PdfReader

    period = quarter("2026Q4")
    with loaded.read() as session:
        report = quarterly(session, operator_of(session), period.from_, period.to, None, TODAY)
    pdf = PdfReader(io.BytesIO(render(report, "pdf", TODAY)))
    assert pdf.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for words in ("1 October to 31 December 2026", "as at 22 November 2026", "NHS Marlshire Integrated Care Board",
                  "Demonstration, all people and events are fictional"):  # fmt: skip
        assert words in text, words
    for person in read_profile(demo.PROFILE)["person"]:
        assert person["name"] not in text


def test_the_report_as_at_an_earlier_day_knows_nothing_that_came_later(loaded: Database) -> None:
    as_at, period = date(2026, 9, 30), quarter("2026Q3")
    with loaded.read() as session:
        told = quarterly(session, operator_of(session), period.from_, period.to, as_at, TODAY)
        now = quarterly(session, operator_of(session), date(2026, 10, 1), date(2026, 12, 31), None, TODAY)
        opened = sa.select(Record.ref).join(AuditEvent).where(AuditEvent.recorded_at < end_of_day(as_at))
        known = set(session.scalars(opened))
    assert {a.ref for summary in told.ages for a in summary.reviews} <= known
    assert {a.ref for summary in now.ages for a in summary.reviews} - known, "some came later"
    assert told.live != now.live


def test_loading_twice_changes_nothing(loaded: Database) -> None:
    before = len(records(loaded))
    with pytest.raises(Conflict, match="in this database already"):
        demo.load(loaded, NOW)
    assert len(records(loaded)) == before
    with loaded.read() as session:
        assert demo.is_loaded(session)


def test_a_database_holding_other_reviews_is_refused_and_left_alone(database: Database) -> None:
    builders.a_review(database, "notified")
    with pytest.raises(Conflict, match="holds other reviews"):
        demo.load(database, NOW)
    with database.read() as session:
        assert session.scalar(sa.select(Installation.demonstration)) is False
        assert not demo.is_loaded(session)
    assert len(records(database)) == 1


def test_a_loading_that_was_cut_off_says_so(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    seen: list[int] = []

    def stop(done: int, total: int) -> None:
        seen.append(total)
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(database, NOW, stop)
    assert len(set(seen)) == 1 and seen[0] > 500
    with pytest.raises(Conflict, match="was cut off here before"):
        demo.load(database, NOW)
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "now"), [("sqlite_url", "2028-02-29T12:00:00+00:00"), ("postgres_url", "2027-03-29T23:30:00+00:00")]
)
def test_it_can_be_loaded_on_any_day(request: pytest.FixtureRequest, kind: str, now: str) -> None:
    """A leap day, and the night of a bank holiday just after the clocks changed; on both kinds of database."""
    database = Database(request.getfixturevalue(kind))
    with database.write() as session:
        prepare(session, datetime.fromisoformat(now))
    done = demo.load(database, datetime.fromisoformat(now))
    assert done["reviews"] == 20
    database.close()

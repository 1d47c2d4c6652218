"""A notification in the making: sealed, its owner's, sent once; links that work once; nobody who acts for outsiders."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from dardr.access import get_record, visible
from dardr.casework import drafts, notifiers, notifying
from dardr.casework.files import FileGiven, largest
from dardr.casework.notifying import Form, Way
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reviews import Record, RecordLink
from tests.builders import START, actor, at_ten, notification

NOW = at_ten(START)
WORK = "sam.nurse@hospital.example"
ANSWERS = {**notification(START), "person_name": "Quintessa Unlikely"}


def begun(database: Database, way: Way = Way.TEAM, by: str = "case_manager", **more: object) -> int:
    with database.write() as session:
        who = {"email": WORK} if way is Way.OUTSIDE else {"user_id": actor(session, by).id}
        return notifying.begin(session, NOW, way, **who, **more).number  # type: ignore[arg-type]


def sent(database: Database, number: int, by: str = "case_manager", **changes: object) -> str:
    with database.write() as session:
        form = notifying.find(session, NOW, number, lock=True)
        who = notifiers.outside_notifier(session, NOW) if form.way is Way.OUTSIDE else actor(session, by)
        return notifying.send(session, who, NOW, form, {**ANSWERS, **changes})


def test_what_is_typed_is_sealed_and_found_again(database: Database) -> None:
    number = begun(database)
    with database.write() as session:
        form = notifying.find(session, NOW, number, lock=True)
        form.typed["person_name"] = ["Quintessa Unlikely"]
        form.seen.append("name")
        form.compared["DARDR-2026-009"] = "another"
        form.keep(NOW)
    with database.read() as session:
        row = session.get(Draft, number)
        assert row is not None and row.sealed is not None and b"Quintessa" not in row.sealed
        again = notifying.find(session, NOW, number)
    assert (again.way, again.typed, again.seen, again.compared) == (
        Way.TEAM, {"person_name": ["Quintessa Unlikely"]}, ["name"], {"DARDR-2026-009": "another"},
    )  # fmt: skip


def test_it_is_sent_once_and_emptied(database: Database) -> None:
    number = begun(database)
    with database.write() as session:
        notifying.add_file(session, NOW, notifying.find(session, NOW, number), FileGiven("a.txt", b"A letter."))
    first = sent(database, number)
    assert sent(database, number) == first
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1
        assert session.scalars(sa.select(Draft.sealed)).all() == [None, None]
        assert notifying.find(session, NOW, number).ref == first


def test_two_who_send_the_same_form_at_once_open_one_record(database: Database) -> None:
    number = begun(database)
    refs: list[str] = []
    threads = [threading.Thread(target=lambda: refs.append(sent(database, number))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refs) == 4 and len(set(refs)) == 1
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1


def test_a_form_that_is_refused_keeps_everything_and_tells_nobody(database: Database) -> None:
    number = begun(database, Way.OUTSIDE)
    with database.write() as session:
        notifying.add_file(session, NOW, notifying.find(session, NOW, number), FileGiven("a.txt", b"A letter."))
    with pytest.raises(Invalid) as refused:
        sent(database, number, csps=[], age="")
    assert {reason.field for reason in refused.value.reasons} == {"csps", "age"}
    with database.read() as session:
        form = notifying.find(session, NOW, number)
        assert form.ref is None and [f.name for f in notifying.files_of(session, form)] == ["a.txt"]
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 0


def test_who_may_not_notify_does_not_send(sqlite_database: Database) -> None:
    number = begun(sqlite_database, by="auditor")
    with pytest.raises(Forbidden):
        sent(sqlite_database, number, by="auditor")


@pytest.mark.parametrize("way", [Way.POLICE, Way.OUTSIDE])
def test_what_nobody_needs_to_be_asked_is_of_the_day_it_is_sent(way: Way) -> None:
    typed = {"notifier": "health", "notified_on": "1999-01-01", "csp_aware_on": "1999-01-01", "in_writing": "no"}
    found = notifying.settled(way, typed, START)
    assert found["notified_on"] == found["csp_aware_on"] == START.isoformat() and found["in_writing"] == "yes"
    assert found["notifier"] == ("police" if way is Way.POLICE else "health")
    assert notifying.settled(Way.TEAM, typed, START) == typed


def test_a_second_person_is_linked_by_whoever_sent_the_first(database: Database) -> None:
    number = begun(database, Way.OUTSIDE, typed={"other_deaths": ["yes"], "address": ["1 Lane"], "person_name": ["Q"]})
    first = sent(database, number)
    with database.write() as session:
        another = notifying.begin_another(session, NOW, notifying.find(session, NOW, number))
        assert another.typed == {"address": ["1 Lane"]} and another.same_incident == [first]
        assert (another.way, another.draft.email) == (Way.OUTSIDE, WORK)
        second = another.number
    other = sent(database, second)
    with database.read() as session:
        links = [(r.review_id, r.item_id, r.kind) for r in session.scalars(sa.select(RecordLink))]
        ids = {row.ref: row.id for row in session.execute(sa.select(Record.ref, Record.id))}
    assert links == [(ids[first], ids[other], "same_death")]


def test_nothing_is_begun_for_another_before_the_first_is_sent(sqlite_database: Database) -> None:
    number = begun(sqlite_database)
    with sqlite_database.write() as session, pytest.raises(Conflict):
        notifying.begin_another(session, NOW, notifying.find(session, NOW, number))


def test_what_the_next_form_would_begin_with_is_not_kept_for_long(sqlite_database: Database) -> None:
    number = begun(sqlite_database, typed={"other_deaths": ["yes"], "address": ["1 Lane"]})
    sent(sqlite_database, number)
    with sqlite_database.write() as session:
        drafts.drop_expired(session, NOW + timedelta(days=1, minutes=1))
    with sqlite_database.read() as session:
        form = notifying.find(session, NOW, number)
        assert form.ref and form.typed == {} and form.draft.sealed is None


@pytest.mark.parametrize(("content", "said"), [(b"", "empty"), (b"x" * (largest() + 1), "larger than 50 MB")])
def test_a_file_that_cannot_be_kept_is_refused(sqlite_database: Database, content: bytes, said: str) -> None:
    number = begun(sqlite_database)
    with sqlite_database.write() as session, pytest.raises(Invalid, match=said):
        notifying.add_file(session, NOW, notifying.find(session, NOW, number), FileGiven("a.txt", content))


def test_no_more_files_than_ten_and_none_of_another_form(sqlite_database: Database) -> None:
    number, other = begun(sqlite_database), begun(sqlite_database)
    with sqlite_database.write() as session:
        form = notifying.find(session, NOW, number)
        for _ in range(notifying.MOST_FILES):
            notifying.add_file(session, NOW, form, FileGiven("a.txt", b"x"))
        with pytest.raises(Invalid, match="Only 10 files"):
            notifying.add_file(session, NOW, form, FileGiven("a.txt", b"x"))
        first = notifying.files_of(session, form)[0].id
        with pytest.raises(NotFound):
            notifying.remove_file(session, NOW, notifying.find(session, NOW, other), first)
        notifying.remove_file(session, NOW, form, first)
        assert len(notifying.files_of(session, form)) == notifying.MOST_FILES - 1


def test_unfinished_forms_are_those_of_one_person_or_one_address(database: Database) -> None:
    mine, theirs = begun(database), begun(database, by="second_case_manager")
    outside, done = begun(database, Way.OUTSIDE), begun(database)
    sent(database, done)
    with database.read() as session:
        by_user = notifying.unfinished(session, NOW, user_id=actor(session, "case_manager").id)
        by_email = notifying.unfinished(session, NOW, email=WORK.upper())
        nobody = notifying.unfinished(session, NOW, email="")
        late = notifying.unfinished(session, NOW + timedelta(days=61), email=WORK)
    assert [d.id for d in by_user] == [mine] and theirs not in [d.id for d in by_user]
    assert [d.id for d in by_email] == [outside] and nobody == [] and late == []


# --- the door -----------------------------------------------------------------------------------------------


def test_who_acts_for_people_outside_is_one_person_who_sees_and_does_nothing_else(database: Database) -> None:
    ref = sent(database, begun(database, Way.OUTSIDE))
    with database.write() as session:
        notifier = notifiers.outside_notifier(session, NOW)
        assert session.scalar(sa.select(sa.func.count()).where(User.email == notifiers.NOTIFIER_EMAIL)) == 1
        assert session.scalars(sa.select(Record).where(visible(notifier))).all() == []
        with pytest.raises(NotFound):
            get_record(session, notifier, ref)
        user = session.get(User, notifier.id)
        assert user is not None and not user.active and user.password is None


def links(database: Database) -> list[str]:
    with database.read() as session:
        texts = session.scalars(sa.select(OutboxMessage.text).where(OutboxMessage.message == "notification_form_link"))
        return [text.partition("/notify/link/")[2].split()[0] for text in texts]


def test_a_link_is_used_up_by_one(database: Database) -> None:
    with database.write() as session:
        assert notifiers.send_link(session, NOW, WORK.title())
    token = links(database)[0]
    with database.read() as session:
        assert notifiers.link_waits(session, NOW, token)
        kept = session.scalars(sa.select(Draft)).one()
        assert token not in (kept.token_hash, kept.path, kept.email)
    used: list[str] = []
    refused: list[NotFound] = []

    def use() -> None:
        try:
            with database.write() as session:
                used.append(notifiers.use_link(session, NOW, token))
        except NotFound as error:
            refused.append(error)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used == [WORK] and len(refused) == 3


@pytest.mark.parametrize(("after", "waits"), [(timedelta(days=6, hours=23), True), (timedelta(days=7), False)])
def test_a_link_waits_a_week(sqlite_database: Database, after: timedelta, waits: bool) -> None:
    with sqlite_database.write() as session:
        notifiers.send_link(session, NOW, WORK)
    with sqlite_database.read() as session:
        assert notifiers.link_waits(session, NOW + after, links(sqlite_database)[0]) is waits


def test_links_are_counted_by_address_and_in_all(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        to_one = [notifiers.send_link(session, NOW, WORK) for _ in range(notifiers.LINKS_AN_HOUR + 1)]
        others = [notifiers.send_link(session, NOW, f"n{i}@hospital.example") for i in range(60)]
        later = notifiers.send_link(session, NOW + timedelta(hours=1, minutes=1), WORK)
    assert to_one == [True] * notifiers.LINKS_AN_HOUR + [False]
    assert others.count(True) == notifiers.LINKS_AN_HOUR_IN_ALL - notifiers.LINKS_AN_HOUR
    assert later


def test_without_a_partnership_there_is_no_door(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as session:
        assert not notifiers.outside_allowed(session)
        with pytest.raises(Conflict):
            notifiers.send_link(session, datetime(2026, 3, 2, tzinfo=UTC), WORK)
        with pytest.raises(Conflict):
            notifiers.outside_notifier(session, NOW)
    database.close()


def test_a_sent_form_is_not_thrown_away(sqlite_database: Database) -> None:
    number = begun(sqlite_database)
    sent(sqlite_database, number)
    with sqlite_database.write() as session, pytest.raises(Conflict):
        form: Form = notifying.find(session, NOW, number)
        notifying.throw_away(session, NOW, form)

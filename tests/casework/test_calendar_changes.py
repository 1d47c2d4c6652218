"""A late bank holiday, a closed office: shown first, written then, and told once to whoever owes what moved."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import workflows
from dardr.casework.at_claim import overtaken
from dardr.casework.calendar_checks import calendar_reaches
from dardr.casework.closures import ClosureDone, close_office, open_office, preview_closing, preview_opening
from dardr.casework.holidays import (
    BY_HAND,
    ENGLAND_AND_WALES,
    SHIPPED,
    Added,
    Preview,
    add_holidays,
    note_shipped,
    preview_holidays,
)
from dardr.casework.integrity import deadlines_match
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups.calendars import calendar_for_partnership, calendar_named, closures, editions
from dardr.lookups.reminders_of import reminders_of
from dardr.lookups.timeline import timeline
from dardr.storage.calendars import CalendarSnapshot, LocalClosure
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent, User, UserRole
from dardr.storage.reviews import Deadline, Record
from tests import builders
from tests.builders import Case, a_review, at_ten
from workflows.calendar import calendars

TODAY = date(2026, 9, 11)
DAY = date(2026, 9, 21)
"""A Monday ten days later: the notice that was given in September 2022."""


@dataclass
class Drill:
    """A calendar that is changed at ten on the Friday."""

    database: Database
    case: Case
    now: datetime = at_ten(TODAY)

    def preview(self, days: dict[date, str] | None = None, who: str = "administrator", **how: Any) -> Preview:
        with self.database.read() as session:
            actor = builders.actor(session, who)
            return preview_holidays(session, actor, self.now, days or {DAY: "A day of mourning"}, **how)

    def add(self, days: dict[date, str] | None = None, who: str = "administrator", **how: Any) -> Added:
        with self.database.write() as session:
            actor = builders.actor(session, who)
            return add_holidays(session, actor, self.now, days or {DAY: "A day of mourning"}, **how)

    def close(self, day: date = DAY, who: str = "team_manager", **how: Any) -> ClosureDone:
        with self.database.write() as session:
            return close_office(session, builders.actor(session, who), self.now, day, "Staff training", **how)

    def open(self, day: date = DAY, who: str = "team_manager", **how: Any) -> ClosureDone:
        with self.database.write() as session:
            return open_office(session, builders.actor(session, who), self.now, day, **how)

    def post(self) -> list[OutboxMessage]:
        with self.database.read() as session:
            wanted = OutboxMessage.message == "holiday_moved_dates"
            return list(session.scalars(sa.select(OutboxMessage).where(wanted).order_by(OutboxMessage.recipient)))

    def differing(self) -> list[str]:
        with self.database.read() as session:
            return [one.sentence for one in deadlines_match(session, TODAY)]


def a_drill(database: Database) -> Drill:
    """Two reviews whose returns, of two bodies and of one, are due after the day."""
    for bodies in (["mereshire-nhs"], ["mereshire-nhs", "northmere-council"]):
        case = a_review(database, "screening", on=TODAY, day_by_day=False)
        case.act("request_information", {"bodies": bodies})
    return Drill(database, case)


@pytest.fixture
def drill(database: Database) -> Drill:
    return a_drill(database)


@pytest.fixture
def local_drill(sqlite_database: Database) -> Drill:
    return a_drill(sqlite_database)


# --- bank holidays ----------------------------------------------------------------------------------------


def test_the_drill_shows_everything_and_writes_nothing(local_drill: Drill) -> None:
    seen = local_drill.preview()
    returns = [m for m in seen.moved if m.clock == "information_return"]
    assert len(returns) == 3 and all(m.before and m.after and m.after > m.before for m in returns)
    assert {m.owner for m in returns} == {"Agency"}
    assert {address for m in returns for address in m.told} >= {"contact@mereshire-nhs.example"}
    assert seen.people == len({address for m in seen.moved for address in m.told})
    assert seen.after.holidays[DAY] == "A day of mourning" and DAY not in seen.before.holidays
    assert seen.as_dict()["new"] == [{"date": "2026-09-21", "title": "A day of mourning"}]
    assert local_drill.post() == [] and local_drill.preview().digest == seen.digest


def test_the_drill_moves_what_was_shown_and_tells_every_owner_once(drill: Drill) -> None:
    seen = drill.preview()
    done = drill.add(as_previewed=seen.digest)
    assert done.moved == seen.moved
    assert sorted(m.recipient for m in drill.post()) == sorted({a for one in seen.moved for a in one.told})
    assert done.told == seen.people == len(drill.post())
    of_nhs = next(m for m in drill.post() if m.recipient == "contact@mereshire-nhs.example")
    mine = [one for one in seen.moved if "contact@mereshire-nhs.example" in one.told]
    assert len(mine) == 2 and of_nhs.record_id is None
    assert of_nhs.subject == "2 dates move: Monday 21 September 2026"
    assert all(one.ref in of_nhs.text for one in mine)
    of_council = next(m for m in drill.post() if m.recipient == "contact@northmere-council.example")
    assert of_council.record_id is not None and "Dates in an Act" in of_council.text
    again = drill.add()
    assert (again.added, again.moved, again.told) == ((), (), 0) and len(drill.post()) == done.told
    assert drill.differing() == []
    with drill.database.read() as session:
        (edition,) = editions(session)
        assert (edition.snapshot, edition.source, edition.by) == (done.snapshot, BY_HAND, "Harper Example")
        assert edition.snapshot == calendar_named(session, ENGLAND_AND_WALES).snapshot


def test_the_message_is_on_the_timeline_of_each_review_and_overtaken_when_the_dates_move_again(
    local_drill: Drill,
) -> None:
    done = local_drill.add()
    shared = next(m for m in local_drill.post() if m.recipient == "contact@mereshire-nhs.example")
    mine = [one for one in done.moved if shared.recipient in one.told]
    with local_drill.database.read() as session:
        manager = builders.actor(session, "team_manager")
        for one in mine:
            assert shared.id in {m["id"] for m in timeline(session, manager, one.ref)["messages"]}
        row = session.scalars(sa.select(Deadline).where(Deadline.id == mine[0].deadline_id)).one()
        record = session.get_one(Record, row.record_id)
        (said,) = (r for r in reminders_of(session, manager, row, record) if r.address == shared.recipient)
        assert said.why == "The calendar changed, and the date moved with it"
        assert overtaken(session, local_drill.post(), local_drill.now) == {}
    local_drill.now += timedelta(hours=1)
    further = local_drill.add({DAY + timedelta(days=1): "Another day"})
    assert {one.ref for one in mine} <= {one.ref for one in further.moved}
    with local_drill.database.write() as session:
        rows = list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "holiday_moved_dates")))
        gone = overtaken(session, rows, local_drill.now)
    assert gone[shared.id] == "The date was moved."
    assert len(gone) == done.told and len(rows) == done.told + further.told


def test_one_date_done_meanwhile_leaves_the_message_as_it_was_written(local_drill: Drill) -> None:
    done = local_drill.add()
    shared = next(m for m in local_drill.post() if m.recipient == "contact@mereshire-nhs.example")
    one = next(m for m in done.moved if shared.recipient in m.told)
    with local_drill.database.write() as session:
        session.execute(sa.update(Deadline).where(Deadline.id == one.deadline_id).values(withdrawn_by_event=1))
    with local_drill.database.write() as session:
        rows = [session.get_one(OutboxMessage, shared.id)]
        assert overtaken(session, rows, local_drill.now) == {}
        assert (rows[0].subject, rows[0].text) == (shared.subject, shared.text)


def test_what_was_confirmed_must_be_what_was_shown(local_drill: Drill) -> None:
    seen = local_drill.preview()
    with pytest.raises(Conflict, match="Something has changed since this was shown"):
        local_drill.add({DAY + timedelta(days=1): "Another day"}, as_previewed=seen.digest)
    local_drill.case.act("request_information", {"bodies": ["mereshire-police"]})
    with pytest.raises(Conflict, match="Something has changed since this was shown"):
        local_drill.add(as_previewed=seen.digest)
    assert local_drill.post() == []


def test_two_who_confirm_at_once_add_it_once(drill: Drill) -> None:
    shown = {who: drill.preview(who=who).digest for who in ("administrator", "team_manager")}
    found: list[Added | Conflict] = []

    def confirm(who: str) -> None:
        try:
            found.append(drill.add(who=who, as_previewed=shown[who]))
        except Conflict as error:
            found.append(error)

    threads = [threading.Thread(target=confirm, args=(who,)) for who in shown]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    added = [one for one in found if isinstance(one, Added)]
    assert len(found) == 2 and len(added) == 1, "the second is told that something has changed"
    assert len(drill.post()) == added[0].told
    with drill.database.read() as session:
        assert len(editions(session)) == 1


def test_families_are_never_written_to_nor_who_changes_it(sqlite_database: Database) -> None:
    """Of a family's date the case manager is told; where that is who adds the day, nobody is."""
    case = a_review(sqlite_database, "drafting", on=date(2026, 3, 2))
    case.act("assign_case_manager", {"case_manager": builders.address("case_manager")}, by="team_manager")
    case.act("record_version", {"version": "1", "what_for": "family"})
    case.act("give_draft_to_family", {"version": "1", "given_how": "private"})
    due = case.deadline("family_reading").due_on
    assert due is not None
    drill = Drill(sqlite_database, case, at_ten(case.today))
    (of_family,) = drill.preview({due: "A day"}).moved
    told = builders.address("case_manager")
    assert (of_family.clock, of_family.owner, of_family.told) == ("family_reading", "Family", (told,))
    with sqlite_database.write() as session:
        user_id = session.scalars(sa.select(User.id).where(User.email == told)).one()
        session.add(UserRole(user_id=user_id, role="administrator"))
    (own,) = drill.preview({due: "A day"}, who="case_manager").moved
    assert own.told == ()
    assert drill.add({due: "A day"}, who="case_manager").told == 0 and drill.post() == []


def test_a_date_in_an_act_stays_on_a_bank_holiday(sqlite_database: Database) -> None:
    on = date(2026, 2, 10)
    report = builders.open_a(
        sqlite_database,
        "section8-report",
        {"title": "A report", "report_published_on": "2026-02-02", "report_url": "https://reports.example/1"},
        on=on,
    )
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    (reply,) = report.act("name_body", {"bodies": ["northmere-council"], "recommendations_addressed": ["1"]}).created
    last = date(2026, 3, 29)
    drill = Drill(sqlite_database, report, at_ten(on))
    seen = drill.preview({last: "A day"})
    assert seen.moved == ()
    assert [(one.ref, one.due, one.kind) for one in seen.staying] == [(reply, last, "statute")]
    drill.add({last: "A day"})
    assert report.deadline("commissioner_reply", ref=reply).due_on == last and drill.post() == []


def test_what_a_list_holds_and_lacks(local_drill: Drill) -> None:
    listed = {date(2026, 12, 25): "Christmas Day", date(2027, 1, 1): "New Year", DAY: "A day of mourning"}
    seen = local_drill.preview(listed, whole=True)
    assert list(seen.fresh) == [DAY] and seen.known == 2
    assert seen.other_name == ((date(2027, 1, 1), "New Year’s Day", "New Year"),)
    assert date(2026, 12, 28) in seen.kept and DAY not in seen.kept and min(seen.kept) > DAY
    local_drill.add(listed)
    with local_drill.database.read() as session:
        calendar = calendar_named(session, ENGLAND_AND_WALES)
    assert calendar.holidays[date(2027, 1, 1)] == "New Year’s Day"
    assert set(seen.kept) <= set(calendar.holidays), "a list that lacks days takes none away"


def test_days_that_cannot_be_right_are_refused(local_drill: Drill) -> None:
    every_monday = {date(2027, 1, 4) + timedelta(weeks=n): "Monday" for n in range(52)}
    with pytest.raises(Invalid, match="55 bank holidays in 2027"):
        local_drill.preview(every_monday)
    with pytest.raises(Invalid, match="55 bank holidays in 2027"):
        local_drill.add(every_monday)
    with pytest.raises(Forbidden):
        local_drill.preview(who="case_manager")


@pytest.mark.parametrize(
    "day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31), date(2026, 9, 7)]
)
def test_days_that_are_special_otherwise(local_drill: Drill, day: date) -> None:
    """Both nights on which the clocks change (Sundays), 29 February, the year's end, a day that has passed."""
    seen = local_drill.preview({day: "An occasion"})
    assert seen.moved == (), "none of these days lies in what is counted now"
    done = local_drill.add({day: "An occasion"}, as_previewed=seen.digest)
    assert done.added == (day,) and done.moved == () and local_drill.differing() == []
    with local_drill.database.read() as session:
        calendar = calendar_named(session, ENGLAND_AND_WALES)
        assert calendar.why_not_working(day) in ("Sunday", "An occasion")
        assert not calendar.is_working_day(day)


def test_a_list_that_came_with_another_version_is_taken_note_of(local_drill: Drill) -> None:
    def note() -> int:
        with local_drill.database.write() as session:
            return note_shipped(session, local_drill.now)

    assert (note(), note()) == (0, 0)
    with local_drill.database.write() as session:
        (row,) = session.scalars(sa.select(CalendarSnapshot))
        assert row.source == SHIPPED and row.days == len(calendars.get(ENGLAND_AND_WALES).holidays)
        row.snapshot = "0" * 64
        due = sa.update(Deadline).where(Deadline.clock == "information_return").values(due_on=TODAY)
        moved = session.execute(due).rowcount  # type: ignore[attr-defined]
    assert note() == moved and len(local_drill.differing()) == 0
    assert len(local_drill.post()) > 0 and "The list of bank holidays has changed" in local_drill.post()[0].text
    assert note() == 0


# --- the office is closed ---------------------------------------------------------------------------------


def test_a_closed_office_moves_the_partnerships_own_targets_alone(drill: Drill) -> None:
    month = drill.case.deadline("decide_review").due_on
    assert month is not None
    with drill.database.read() as session:
        actor = builders.actor(session, "team_manager")
        seen = preview_closing(session, actor, drill.now, DAY, "Staff training")
        assert {m.clock for m in seen.moved} <= {"information_return", "police_notification"} and len(seen.moved) >= 3
    done = drill.close(as_previewed=seen.digest)
    assert done.moved == seen.moved and done.told == len(drill.post()) == seen.people
    assert "Our office is closed on Monday 21 September 2026: Staff training." in drill.post()[0].text
    assert drill.case.deadline("decide_review").due_on == month
    assert drill.differing() == []
    with drill.database.read() as session:
        calendar = calendar_named(session, ENGLAND_AND_WALES)
        assert calendar.is_working_day(DAY) and DAY not in calendar.holidays
        local = calendar_for_partnership(session, ENGLAND_AND_WALES, 1, local=True)
        assert local.why_not_working(DAY) == "Staff training (the partnership’s office is closed)"


def test_a_closure_taken_back_gives_the_dates_they_had(local_drill: Drill) -> None:
    before = {(m.ref, m.clock): m.before for m in local_drill.close().moved}
    with local_drill.database.read() as session:
        seen = preview_opening(session, builders.actor(session, "team_manager"), local_drill.now, DAY)
    local_drill.now += timedelta(hours=1)
    done = local_drill.open(as_previewed=seen.digest)
    assert {(m.ref, m.clock): m.after for m in done.moved} == before
    assert "open on Monday 21 September 2026 after all" in local_drill.post()[-1].text
    assert local_drill.differing() == []
    with local_drill.database.read() as session:
        (row,) = session.scalars(sa.select(LocalClosure))
        assert row.removed_at == local_drill.now and closures(session, 1) == {}
        said = session.scalars(sa.select(AdminEvent.what).order_by(AdminEvent.id)).all()
        assert said[-2:] == ["office_closed", "office_open"]
    with pytest.raises(NotFound, match="not kept as closed"):
        local_drill.open()


def test_closures_that_cannot_be(local_drill: Drill) -> None:
    local_drill.close()
    with pytest.raises(Conflict, match="closed on 21 September 2026 already: Staff training"):
        local_drill.close()
    with pytest.raises(Invalid, match="no working day as it is: Saturday"):
        local_drill.close(date(2026, 9, 19))
    with pytest.raises(Invalid, match="Christmas Day"):
        local_drill.close(date(2026, 12, 25))
    with pytest.raises(Invalid, match="1 April 2011"):
        local_drill.close(date(2011, 3, 31))
    with pytest.raises(Forbidden):
        local_drill.close(date(2026, 9, 22), who="case_manager")
    with pytest.raises(Conflict, match="Something has changed"):
        local_drill.close(date(2026, 9, 22), as_previewed="0" * 64)


def test_only_the_partnerships_own_targets_may_count_closures() -> None:
    for process in workflows.all_processes():
        for clock in process.clocks:
            if clock.local_closures:
                assert str(clock.date.kind) == "local", f"{process.id} {clock.key}"
    assert not workflows.get("commissioner-reply").clock("D08").local_closures
    assert not workflows.get("dardr-s9").clock("D02").local_closures
    assert workflows.get("dardr-s9").clock("D03").local_closures


# --- how far it reaches -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 12, 30), None),
        (date(2027, 12, 31), "in less than 12 months"),
        (date(2028, 6, 30), "in less than 12 months"),
        (date(2028, 7, 1), "in less than 6 months"),
        (date(2028, 10, 1), "in less than 3 months"),
        (date(2029, 1, 1), "ended on 31 December 2028"),
    ],
)
def test_the_end_is_told_twelve_six_and_three_months_before(
    sqlite_database: Database, day: date, said: str | None
) -> None:
    with sqlite_database.read() as session:
        found = [one.sentence for one in calendar_reaches(session, day)]
    assert [bool(said) and said in one for one in found] == ([True] if said else [])
    assert all("dardr calendar import FILE" in one for one in found)

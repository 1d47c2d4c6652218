"""What goes into the calendars of a panel with an e-mail: one meeting, moved and cancelled under the same name."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar, Event

from dardr.errors import Conflict
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record
from tests.builders import Case, a_review
from tests.icalendar_rules import complaints

ASKED = {"represents": "agency", "no_case_management": "declared"}


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    """A review with two members on its panel and a meeting in the room of a family, in ten days."""
    case = a_review(sqlite_database, "evidence", display_pseudonym="Willow 2025")
    for body, address in (("mereshire-police", "p@police.example"), ("mereshire-nhs", "n@nhs.example")):
        case.act("add_panel_member", {**ASKED, "body": body, "member_email": address, "member_name": "Parker Example"})
    return case


def plan(case: Case, **more: str) -> str:
    day = (case.today + timedelta(days=10)).isoformat()
    asked = {"title": "First, second; meeting", "meeting_on": day, "starts_at": "10:00", "held": "in_person"}
    return case.act("plan_meeting", {**asked, "place": "12 Willow Road", "family_expected": "yes", **more}).created[0]


def written(case: Case) -> list[tuple[str, str, Event]]:
    """To whom, with which method, and the event itself; every file keeps the rules."""
    with case.database.read() as session:
        query = sa.select(OutboxMessage.recipient, OutboxMessage.calendar).where(OutboxMessage.calendar.is_not(None))
        rows = session.execute(query.order_by(OutboxMessage.id)).all()
    found = []
    for to, text in rows:
        assert text is not None
        assert complaints(text.encode()) == []
        calendar = Calendar.from_ical(text)
        (event,) = calendar.events
        assert str(event["attendee"]) == f"mailto:{to}"
        found.append((to, str(calendar["method"]), event))
    return found


def test_an_invitation_goes_to_each_with_the_teams_mailbox_and_names_nobody(case: Case) -> None:
    meeting = plan(case)
    case.act("send_invitations", {}, ref=meeting)
    ((to, method, event), (other, _, same)) = written(case)
    assert {to, other} == {"p@police.example", "n@nhs.example"} and method == "REQUEST"
    assert event["uid"] == same["uid"] and event["sequence"] == 0
    assert str(event["organizer"]) == "mailto:team@mereshire.example"
    said = event.to_ical().decode().replace("\r\n ", "")
    assert f"Meeting {meeting}" in said and f"/meetings/{meeting}" in said
    assert not [word for word in ("Willow", "Parker", "Example", "Police", "First") if word in said]


def test_a_moved_meeting_keeps_its_name_and_its_number_rises(case: Case) -> None:
    meeting = plan(case)
    case.act("send_invitations", {}, ref=meeting)
    first = case.today + timedelta(days=10)
    for day in (first + timedelta(days=7), first):  # moved, and moved back to the day it had before
        case.act("change_meeting", {"meeting_on": day.isoformat()}, ref=meeting)
    case.act("change_meeting", {"family_expected": "no"}, ref=meeting)  # not another meeting to go to
    found = [(method, event.sequence, f"{event.start:%Y-%m-%d}") for to, method, event in written(case) if "nhs" in to]
    days = [f"{first}", f"{first + timedelta(days=7)}", f"{first}"]
    assert found == [("REQUEST", n, day) for n, day in enumerate(days)]
    with pytest.raises(Conflict, match="second time"):
        case.act("send_invitations", {}, ref=meeting)
    assert len({str(event["uid"]) for _, _, event in written(case)}) == 1


def test_a_cancelled_meeting_is_taken_back_from_the_calendars(case: Case) -> None:
    meeting = plan(case)
    case.act("send_invitations", {}, ref=meeting)
    case.act("change_meeting", {"starts_at": "11:00"}, ref=meeting)
    case.act("cancel_meeting", {"cancelled_because": "The room is not free."}, ref=meeting)
    *_, (_, method, last) = written(case)
    (_, _, before) = written(case)[0]
    with case.database.read() as session:
        query = sa.select(OutboxMessage.status).where(OutboxMessage.calendar.is_not(None)).order_by(OutboxMessage.id)
        stands = list(session.scalars(query))
    assert stands == ["overtaken"] * 4 + ["queued"] * 2, "what had not left yet gives way to what is true now"
    assert (method, str(last["status"]), last["sequence"]) == ("CANCEL", "CANCELLED", 2)
    assert last["uid"] == before["uid"]


def test_a_time_that_cannot_be_read_costs_the_file_and_not_the_e_mail(case: Case) -> None:
    """As an import of old records could leave it: the form itself refuses such a time."""
    meeting = plan(case)
    with case.database.write() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == meeting)).one()
        record.facts = {**record.facts, "starts_at": "in the morning"}
    case.act("send_invitations", {}, ref=meeting)
    with case.database.read() as session:
        sent = session.scalars(sa.select(OutboxMessage.calendar).where(OutboxMessage.message == "meeting_invitation"))
        assert list(sent) == [None, None]

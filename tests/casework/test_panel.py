"""A panel with accounts: who sees the review because they sit on it, who is invited, who was there, what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework.attendance import quorum_of
from dardr.casework.files import FileGiven
from dardr.casework.panel import seats_of
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups.files import files_of
from dardr.lookups.timeline import timeline
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent, User, UserRole
from tests import builders
from tests.builders import Case, a_review, actor, address
from workflows.definition import Role

MEMBER: dict[str, Any] = {"body": "mereshire-police", "represents": "agency", "no_case_management": "declared"}
PARKER = address("panel_member")
MEETING: dict[str, Any] = {"title": "First panel meeting", "starts_at": "10:00", "held": "online", "place": "Room 1"}


def add(case: Case, **more: Any) -> str:
    """A member of the panel; the reference of the seat."""
    return case.act("add_panel_member", {**MEMBER, **more}).created[0]


def plan(case: Case, days: int = 14, **more: Any) -> str:
    """A meeting some days from now; its reference."""
    on = (case.today + timedelta(days=days)).isoformat()
    return case.act("plan_meeting", {**MEETING, "meeting_on": on, **more}).created[0]


def sees(case: Case, person: str = "panel_member") -> bool:
    """Whether somebody sees the review as one of theirs."""
    with case.database.read() as session:
        try:
            timeline(session, actor(session, person), case.ref)
        except NotFound:
            return False
    return True


def mails(case: Case, ref: str) -> list[tuple[str, str]]:
    """The e-mails about a meeting: to whom, and the subject."""
    with case.database.read() as session:
        rows = session.execute(
            sa.select(OutboxMessage.recipient, OutboxMessage.subject)
            .where(OutboxMessage.message == "meeting_invitation", OutboxMessage.text.contains(ref))
            .order_by(OutboxMessage.id)
        )
        return [(to, subject) for to, subject in rows]


def test_an_account_sees_the_review_from_the_seat_to_the_leaving(database: Database) -> None:
    case, other = a_review(database, "evidence"), a_review(database, "evidence")
    assert not sees(case)
    seat = add(case, account=PARKER)
    assert sees(case) and not sees(other)
    case.act("leave_panel", {"left_reason": "post"}, ref=seat)
    assert not sees(case)
    case.act("return_to_panel", {}, ref=seat)
    assert not sees(case), "access is not given back by itself"
    with database.read() as session:
        whats = session.scalars(sa.select(AdminEvent.what).order_by(AdminEvent.id)).all()
        assert [what for what in whats if what.startswith("role_")] == ["role_given", "role_taken_away"]


def test_a_substitute_and_another_account_take_the_place_of_the_first(database: Database) -> None:
    case = a_review(database, "evidence")
    seat = add(case, account=PARKER)
    lane = address("agency_contact")
    case.act("name_substitute", {"substitute_name": "L", "substitute_account": lane, "invited": "both"}, ref=seat)
    assert sees(case) and sees(case, "agency_contact")
    case.act("end_substitute", {}, ref=seat)
    assert sees(case) and not sees(case, "agency_contact")
    case.act("change_seat", {"account": lane}, ref=seat)
    assert not sees(case) and sees(case, "agency_contact")


def test_another_substitute_without_an_account_takes_the_place_of_the_one_before(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    seat = add(case, member_email="m@police.example")
    lane = address("agency_contact")
    case.act("name_substitute", {"substitute_name": "L", "substitute_account": lane, "invited": "both"}, ref=seat)
    assert sees(case, "agency_contact")
    again = {"substitute_name": "N", "substitute_email": "n@police.example", "invited": "substitute"}
    case.act("name_substitute", again, ref=seat)
    assert not sees(case, "agency_contact")
    meeting = plan(case)
    case.act("send_invitations", {}, ref=meeting)
    assert [to for to, _ in mails(case, meeting)] == ["n@police.example"]
    case.act("end_substitute", {}, ref=seat)
    case.act("send_invitations", {}, ref=meeting)
    assert [to for to, _ in mails(case, meeting)][1:] == ["m@police.example"]


def test_who_has_left_the_service_is_not_invited(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    add(case, account=PARKER)
    meeting = plan(case)
    with sqlite_database.write() as session:
        session.execute(sa.update(User).where(User.email == PARKER).values(active=False))
    with pytest.raises(Conflict, match="Nobody on this panel"):
        case.act("send_invitations", {}, ref=meeting)


def test_somebody_on_two_seats_keeps_access_until_both_are_left(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    first, second = add(case, account=PARKER), add(case, account=PARKER, body="harbour-charity")
    case.act("leave_panel", {"left_reason": "done"}, ref=first)
    assert sees(case)
    case.act("leave_panel", {"left_reason": "done"}, ref=second)
    assert not sees(case)


def test_nobody_gives_access_to_themselves(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    with pytest.raises(Invalid, match="themselves"):
        add(case, account=address("case_manager"))
    assert case.opened("panel-seat") == []


def test_a_panel_member_changes_nothing_of_the_panel(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    seat = add(case, account=PARKER)
    meeting = plan(case)
    for ref, step in ((seat, "leave_panel"), (meeting, "cancel_meeting"), (case.ref, "plan_meeting")):
        with pytest.raises(Forbidden):
            case.act(step, {}, ref=ref, by="panel_member")


def test_the_chairs_account_sees_the_review_until_there_is_no_chair(database: Database) -> None:
    case = a_review(database, "commissioning")
    oakley = address("independent_chair")
    given = {"chair": "An independent chair", "chair_independence": "declared"}
    case.act("appoint_chair", {**given, "chair_account": oakley})
    assert sees(case, "independent_chair")
    again = case.act("appoint_chair", given)
    assert any("still sees this review" in warning for warning in again.warnings)
    case.act("record_chair_left", {"chair_left_because": "withdrew"})
    assert not sees(case, "independent_chair")
    with database.read() as session:
        held = UserRole.role == str(Role.INDEPENDENT_CHAIR)
        roles = sa.select(UserRole.id).where(held, UserRole.record_id.is_not(None))
        assert session.scalars(roles).all() == []


# --- invitations ------------------------------------------------------------------------------------------


def test_each_member_is_invited_once_to_a_date(database: Database) -> None:
    case = a_review(database, "evidence")
    add(case, account=PARKER)
    seat = add(case, body="harbour-charity", represents="specialist", member_email="d@harbour.example")
    case.act(
        "name_substitute",
        {"substitute_name": "S", "substitute_email": "s@harbour.example", "invited": "substitute"},
        ref=seat,
    )
    add(case, body="mereshire-nhs")
    meeting = plan(case)
    done = case.act("send_invitations", {}, ref=meeting)
    assert [to for to, _ in mails(case, meeting)] == [PARKER, "s@harbour.example"]
    assert any("Mereshire NHS Trust" in warning for warning in done.warnings)
    with pytest.raises(Conflict, match="second time"):
        case.act("send_invitations", {}, ref=meeting)
    add(case, body="northmere-council", member_email="n@council.example")
    case.act("send_invitations", {}, ref=meeting)
    assert [to for to, _ in mails(case, meeting)][2:] == ["n@council.example"]


def test_an_e_mail_names_no_place_no_purpose_and_nobody(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence", display_pseudonym="Willow 2025")
    add(case, account=PARKER, member_name="Parker Example")
    meeting = plan(case)
    case.act("send_invitations", {}, ref=meeting)
    with sqlite_database.read() as session:
        row = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "meeting_invitation")).one()
    said = f"{row.subject} {row.text} {row.html}"
    assert f"/meetings/{meeting}" in said and "10:00" in said
    assert not [word for word in ("Room 1", "First panel", "Parker", "Willow", "Police") if word in said]


def test_a_moved_meeting_is_told_and_then_nobody_is_invited_twice(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    seat = add(case, account=PARKER)
    gone = add(case, body="mereshire-nhs", member_email="gone@nhs.example")
    meeting = plan(case)
    moved = (case.today + timedelta(days=21)).isoformat()
    case.act("change_meeting", {"ends_at": "12:00"}, ref=meeting)
    assert mails(case, meeting) == [], "nobody was invited yet"
    case.act("send_invitations", {}, ref=meeting)
    case.act("leave_panel", {"left_reason": "body"}, ref=gone)
    case.act("change_meeting", {"meeting_on": moved}, ref=meeting)
    assert [to for to, _ in mails(case, meeting)] == [PARKER, "gone@nhs.example", PARKER]
    with pytest.raises(Conflict, match="second time"):
        case.act("send_invitations", {}, ref=meeting)
    case.act("cancel_meeting", {"cancelled_because": "The room is not free."}, ref=meeting)
    assert "does not take place" in mails(case, meeting)[-1][1]
    assert case.deadline("meeting_day", ref=meeting).withdrawn_by_event is not None
    with pytest.raises(Conflict, match="Cancelled"):
        case.act("record_held", {}, ref=meeting)
    assert seat


def test_without_any_address_nobody_can_be_invited(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    meeting = plan(case)
    with pytest.raises(Conflict, match="Nobody on this panel"):
        case.act("send_invitations", {}, ref=meeting)


def test_a_member_with_a_conflict_of_interest_is_not_invited(sqlite_database: Database) -> None:
    from dardr.casework.conflicts import record_conflict

    case = a_review(sqlite_database, "evidence")
    add(case, account=PARKER)
    add(case, body="mereshire-nhs", member_email="m@nhs.example")
    with sqlite_database.write() as session:
        by = actor(session, "team_manager")
        record_conflict(session, by, builders.at_ten(case.today), case.ref, "A relative of a witness.", PARKER)
    meeting = plan(case)
    case.act("send_invitations", {}, ref=meeting)
    assert [to for to, _ in mails(case, meeting)] == ["m@nhs.example"]


# --- held -------------------------------------------------------------------------------------------------


def test_whether_there_was_a_quorum_follows_from_who_came(database: Database) -> None:
    case = a_review(database, "evidence")
    case.act("set_quorum", {"quorum_bodies": "2", "quorum_specialist": "yes"})
    police, second = add(case), add(case)
    charity = add(case, body="harbour-charity", represents="specialist")
    meeting = plan(case)
    case.today += timedelta(days=14)
    done = case.act("record_held", {"present": [police, second], "apologies": [charity]}, ref=meeting)
    assert "There was no quorum. 1 body was there, and no specialist" in done.warnings[0]
    facts = case.record(meeting).facts
    assert (facts["quorum_outcome"], facts["bodies_present"]) == ("not_met", 1)
    case.act(
        "correct_attendance",
        {"substitutes": [charity], "apologies": [charity], "corrected_because": "The substitute came."},
        ref=meeting,
    )
    facts = case.record(meeting).facts
    assert (facts["quorum_outcome"], facts["bodies_present"]) == ("met", 2), "who was present before stays"
    assert case.state("minutes_agreed", ref=meeting) == "running"


def test_what_is_said_about_the_quorum_is_never_taken_from_outside(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    case.act("set_quorum", {"quorum_bodies": "3"})
    seat = add(case)
    meeting = plan(case, days=0)
    case.act("record_held", {"present": [seat], "quorum_outcome": "met", "bodies_present": "9"}, ref=meeting)
    assert case.record(meeting).facts["quorum_outcome"] == "not_met"
    with sqlite_database.read() as session:
        assert quorum_of(case.record().facts).bodies == 3
        assert len(seats_of(session, case.record().id)) == 1


def test_who_left_before_the_meeting_was_not_there_and_who_left_after_it_was(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    early, late = add(case), add(case, body="mereshire-nhs")
    meeting = plan(case, days=7)
    case.act("leave_panel", {"left_reason": "post"}, ref=early)
    case.today += timedelta(days=8)
    case.act("leave_panel", {"left_reason": "post"}, ref=late)
    with pytest.raises(Conflict, match="Left the panel"):
        case.act("name_substitute", {"substitute_name": "S", "invited": "both"}, ref=early)
    with pytest.raises(Invalid):
        case.act("record_held", {"present": [early]}, ref=meeting)
    case.act("record_held", {"present": [late]}, ref=meeting, on=case.today - timedelta(days=1))
    assert case.record(meeting).facts["present"] == [late]


def test_an_action_of_the_minutes_is_a_task_of_the_review(database: Database) -> None:
    case = a_review(database, "evidence")
    meeting = plan(case, days=0)
    case.act("record_held", {}, ref=meeting)
    due = (case.today + timedelta(days=10)).isoformat()
    asked = {"title": "Ask the coroner's officer", "given_to": address("second_case_manager"), "due_on": due}
    task = case.act("add_minute_action", asked, ref=meeting).created[0]
    assert task == f"{case.ref}-T01"
    assert case.opened("task") == [task]
    record = case.record(task)
    assert record.facts["due_on"] == due and case.state("task_due", ref=task) == "running"
    with database.read() as session:
        events = timeline(session, actor(session, "case_manager"), meeting)["events"]
        assert {event["ref"] for event in events} == {meeting, task}


# --- papers -----------------------------------------------------------------------------------------------


def test_papers_for_chosen_members_are_in_no_list_of_the_others(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    add(case, account=PARKER)
    other = add(case, body="mereshire-nhs")
    meeting = plan(case)
    some = {"for_seats": [other], "some_paper": "Return of the trust", "some_files": [FileGiven("secret.txt", b"abc")]}
    case.act("add_papers_for_some", some, ref=meeting)
    whole = {"paper": "Draft terms", "paper_files": [FileGiven("terms.txt", b"def")]}
    case.act("add_papers", whole, ref=meeting)
    with sqlite_database.read() as session:
        member, manager = actor(session, "panel_member"), actor(session, "case_manager")
        assert len(files_of(session, member, meeting)) == 1
        assert len(files_of(session, manager, meeting)) == 2
        said = str(timeline(session, member, meeting)["events"])
        assert "Draft terms" in said and "Return of the trust" not in said and other not in said

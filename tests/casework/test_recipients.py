"""Who is written to: the right people of each party, each once, never somebody inactive, never the family."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients, addresses
from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User, UserRole
from dardr.storage.post_in import FailingAddress
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case, a_review
from workflows.definition import Party, Role


@pytest.fixture
def case(database: Database) -> Case:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    return case


def to(database: Database, ref: str, party: Party) -> list[str]:
    with database.read() as session:
        return addresses(session, session.scalars(sa.select(Record).where(Record.ref == ref)).one(), party)


def item(case: Case) -> str:
    return case.opened("agency-return")[0]


MANAGERS = [builders.address("case_manager"), builders.address("second_case_manager")]


def test_case_managers_until_somebody_carries_the_review(database: Database, case: Case) -> None:
    assert to(database, case.ref, Party.CASE_MANAGER) == MANAGERS
    case.act("assign_case_manager", {"case_manager": builders.address("second_case_manager")})
    assert to(database, case.ref, Party.CASE_MANAGER) == [MANAGERS[1]]
    assert to(database, item(case), Party.CASE_MANAGER) == [MANAGERS[1]], "an item goes to the review's"
    with database.write() as session:
        session.execute(sa.update(User).where(User.email == MANAGERS[1]).values(active=False))
    assert to(database, case.ref, Party.CASE_MANAGER) == [MANAGERS[0]], "somebody inactive never"
    with database.write() as session:
        session.execute(sa.update(User).values(active=False))
    assert to(database, case.ref, Party.CASE_MANAGER) == ["team@mereshire.example"]


def test_roles_of_the_partnership(database: Database, case: Case) -> None:
    assert to(database, case.ref, Party.TEAM_MANAGER) == [builders.address("team_manager")]
    assert to(database, case.ref, Party.DECIDING_CHAIR) == [builders.address("deciding_chair")]
    assert to(database, case.ref, Party.PARTNERSHIP) == ["team@mereshire.example"]
    with database.write() as session:
        session.execute(sa.update(Partnership).values(team_email=""))
    assert to(database, case.ref, Party.PARTNERSHIP) == MANAGERS


def test_a_role_held_for_another_csp_is_not_written_to(database: Database, case: Case) -> None:
    with database.write() as session:
        keys = {"southmere": "other_csp_member", "northmere": "csp_member"}
        for csp, key in keys.items():
            csp_id = session.scalar(sa.text("SELECT id FROM csp WHERE key = :key"), {"key": csp})
            user = session.scalars(sa.select(User.id).where(User.email == builders.address(key))).one()
            session.add(UserRole(user_id=user, role=str(Role.DECIDING_CHAIR), csp_id=csp_id))
    assert to(database, case.ref, Party.DECIDING_CHAIR) == [
        builders.address("deciding_chair"), builders.address("csp_member"),
    ]  # fmt: skip


def test_the_chair_of_this_review_only(database: Database, case: Case) -> None:
    assert to(database, case.ref, Party.INDEPENDENT_CHAIR) == []
    other = a_review(database, "screening")
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
        builders.grant(session, "panel_member", Role.INDEPENDENT_CHAIR, other.ref)
    mine = [builders.address("independent_chair")]
    assert to(database, case.ref, Party.INDEPENDENT_CHAIR) == mine
    assert to(database, item(case), Party.INDEPENDENT_CHAIR) == mine


def test_a_body_its_lead_its_executive(database: Database, case: Case) -> None:
    ref = item(case)
    contact = ["contact@northmere-council.example", builders.address("agency_contact")]
    lead = ["lead@northmere-council.example", builders.address("agency_lead")]
    for party in (Party.AGENCY, Party.ADDRESSED_BODY, Party.ACTION_OWNER):
        assert to(database, ref, party) == contact
    assert to(database, ref, Party.AGENCY_LEAD) == lead
    assert to(database, ref, Party.AGENCY_EXECUTIVE) == ["executive@northmere-council.example"]
    with database.write() as session:
        session.execute(sa.delete(BodyContact).where(BodyContact.kind.in_(["contact", "executive"])))
        session.execute(sa.delete(UserRole).where(UserRole.role == str(Role.AGENCY_CONTACT)))
    assert to(database, ref, Party.AGENCY) == lead and to(database, ref, Party.AGENCY_EXECUTIVE) == lead


def test_a_body_that_was_replaced_is_followed(database: Database, case: Case) -> None:
    with database.write() as session:
        keys = {key: one for key, one in session.execute(sa.select(Body.key, Body.id))}
        old, new = keys["northmere-council"], keys["southmere-council"]
        session.execute(sa.delete(BodyContact).where(BodyContact.body_id == old))
        session.execute(sa.delete(UserRole).where(UserRole.body_id == old))
        session.execute(sa.update(Body).where(Body.id == old).values(successor_id=new))
        session.execute(sa.update(Body).where(Body.id == new).values(successor_id=old))
    assert to(database, item(case), Party.AGENCY) == ["contact@southmere-council.example"]


def test_the_police_force(database: Database, case: Case) -> None:
    assert to(database, case.ref, Party.POLICE) == ["contact@mereshire-police.example"]


@pytest.mark.parametrize("party", sorted(NEVER_WRITTEN_TO))
def test_never_written_to(database: Database, case: Case, party: Party) -> None:
    assert to(database, case.ref, party) == []


def test_each_address_once_and_never_the_operator(database: Database, case: Case) -> None:
    with database.write() as session:
        builders.actor(session, "operator")
        body = session.scalars(sa.select(Body.id).where(Body.key == "northmere-council")).one()
        session.add(BodyContact(body_id=body, kind="contact", email=builders.address("agency_contact").upper()))
    found = to(database, item(case), Party.AGENCY)
    assert len(found) == 2 == len({address.lower() for address in found})
    assert to(database, case.ref, Party.CASE_MANAGER) == MANAGERS


def test_many_records_cost_the_same_questions_as_one(database: Database, case: Case) -> None:
    for kind in ("summary", "chronology"):
        case.act("request_returns", {"kind": kind, "bodies": ["mereshire-nhs", "mereshire-icb", "mereshire-fire"]})
    asked: list[str] = []
    with database.read() as session:
        records = list(session.scalars(sa.select(Record).where(Record.process_key == "agency-return")))
        event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        people = Recipients(session)
        people.prepare(records)
        for record in records:
            for party in (Party.AGENCY, Party.AGENCY_LEAD, Party.CASE_MANAGER, Party.INDEPENDENT_CHAIR):
                people.addresses(record, party)
    assert len(records) == 7 and len(asked) <= 9


def test_many_answer_as_one(database: Database, case: Case) -> None:
    case.act("request_returns", {"kind": "summary", "bodies": ["mereshire-nhs", "mereshire-icb"]})
    with database.read() as session:
        records = list(session.scalars(sa.select(Record)))
        people = Recipients(session)
        people.prepare(records)
        for record in records:
            for party in Party:
                assert people.addresses(record, party) == addresses(session, record, party)


# --- notices ----------------------------------------------------------------------------------------------


def said(database: Database, message: str) -> list[OutboxMessage]:
    with database.read() as session:
        return list(
            session.scalars(
                sa.select(OutboxMessage).where(OutboxMessage.message == message).order_by(OutboxMessage.id)
            )
        )


def test_a_body_is_told_what_it_is_asked_for_and_by_when(database: Database, case: Case) -> None:
    ref = item(case)
    rows = said(database, "return_requested")
    assert {row.recipient for row in rows} == {
        "contact@northmere-council.example", builders.address("agency_contact"),
    }  # fmt: skip
    due = case.deadline("imr_return", ref=ref).due_on
    assert due is not None
    text = rows[0].text
    assert ref in text and f"/records/{ref}" in text and f"{due.day} " in text and str(due.year) in text
    assert "Northmere Council" in text
    assert {row.event_id for row in rows} == {case.events(ref)[0][0].id}


def test_a_decision_is_told_without_saying_what_it_was(database: Database) -> None:
    case = a_review(database, "decided_review")
    rows = said(database, "decision_recorded")
    assert {row.party for row in rows} == {"case_manager", "team_manager"}
    assert all("/reviews/" + case.ref in row.text for row in rows)
    assert all("no review" not in row.text.lower() and "Devon" not in row.text for row in rows)


def test_somebody_to_be_told_without_an_address_stays_visible(database: Database) -> None:
    case = a_review(database, "evidence")
    with database.read() as session:
        rows = list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.party == "independent_chair")))
    assert rows and {(row.status, row.recipient) for row in rows} == {("no_address", "")}
    assert all(row.record_id == case.record().id for row in rows)


# --- addresses that do not work ---------------------------------------------------------------------------


def fails(database: Database, *found: str) -> None:
    with database.write() as session:
        since = builders.at_ten(builders.START)
        session.add_all(FailingAddress(address=one, since=since, why="5.1.1") for one in found)


def test_a_failing_address_is_left_out_and_its_mail_goes_up_at_the_agency(database: Database, case: Case) -> None:
    ref, at = item(case), "northmere-council.example"
    contacts = [f"contact@{at}", builders.address("agency_contact")]
    leads = [f"lead@{at}", builders.address("agency_lead")]
    assert to(database, ref, Party.AGENCY) == contacts
    fails(database, contacts[0])
    assert to(database, ref, Party.AGENCY) == [contacts[1]]
    fails(database, contacts[1])
    assert to(database, ref, Party.AGENCY) == leads
    fails(database, *leads)
    assert to(database, ref, Party.AGENCY) == to(database, ref, Party.AGENCY_LEAD) == [f"executive@{at}"]
    with database.read() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == ref)).one()
        assert len(Recipients(session).people(record, Party.AGENCY)) == 1, "who owes it stays who owes it"
    fails(database, f"executive@{at}")
    assert to(database, ref, Party.AGENCY) == to(database, ref, Party.AGENCY_EXECUTIVE) == []


def test_mail_to_a_person_of_the_partnership_goes_to_their_manager_then_to_the_team(
    database: Database, case: Case
) -> None:
    case.act("assign_case_manager", {"case_manager": MANAGERS[0]})
    fails(database, MANAGERS[0])
    assert to(database, case.ref, Party.CASE_MANAGER) == [builders.address("team_manager")]
    fails(database, builders.address("team_manager"))
    assert to(database, case.ref, Party.CASE_MANAGER) == to(database, case.ref, Party.TEAM_MANAGER)
    assert to(database, case.ref, Party.CASE_MANAGER) == ["team@mereshire.example"]
    fails(database, "team@mereshire.example")
    assert to(database, case.ref, Party.CASE_MANAGER) == []


def test_mail_to_a_chair_outside_goes_to_who_carries_the_review(database: Database, case: Case) -> None:
    case.act("assign_case_manager", {"case_manager": MANAGERS[0]})
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    fails(database, builders.address("independent_chair"))
    assert to(database, case.ref, Party.INDEPENDENT_CHAIR) == [MANAGERS[0]]


def test_an_address_that_works_again_is_written_to_again(database: Database, case: Case) -> None:
    fails(database, "contact@northmere-council.example", builders.address("agency_contact"))
    with database.write() as session:
        session.execute(sa.update(FailingAddress).values(cleared_at=builders.at_ten(builders.START)))
    assert len(to(database, item(case), Party.AGENCY)) == 2

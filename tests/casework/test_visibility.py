"""Who may see what: by role, by body, by CSP, by review. A refusal never says whether something exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import get_record, roles_on, visible
from dardr.actors import load_actor
from dardr.errors import Forbidden, NotFound
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record
from tests import builders, states
from tests.builders import START, Case, a_review, actor, grant, open_a
from workflows.definition import Role


@dataclass(frozen=True)
class World:
    database: Database
    north: Case
    south: Case
    council_return: str
    nhs_return: str
    council_action: str
    south_action: str
    reply: str


def add_action(case: Case, body: str) -> str:
    return case.act(
        "add_action",
        {"action_text": "Train staff", "lead_body": body, "plan_source": "early_learning", "scope": "local"},
    ).created[0]


@pytest.fixture
def world(database: Database) -> World:
    made: dict[str, Any] = states.reached(database, "what is seen by whom", lambda: _made(database))
    north, south = (Case(database, ref, date.fromisoformat(day)) for ref, day in made.pop("cases"))
    return World(database, north, south, **made)


def _made(database: Database) -> dict[str, Any]:
    north = a_review(database, "evidence")
    south = a_review(database, "evidence", csps=["southmere"])
    returns = north.act("request_returns", {"kind": "imr", "bodies": ["northmere-council", "mereshire-nhs"]}).created
    report = open_a(
        database, "section8-report",
        {"title": "A fictional report", "report_published_on": "2026-02-02", "report_url": "https://reports.example/1"},
        on=START,
    )  # fmt: skip
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    reply = report.act(
        "name_body",
        {"bodies": ["mereshire-nhs"], "recommendations_addressed": ["1"]},
    ).created[0]
    return {
        "cases": [(case.ref, case.today.isoformat()) for case in (north, south)],
        "council_return": returns[0],
        "nhs_return": returns[1],
        "council_action": add_action(north, "northmere-council"),
        "south_action": add_action(south, "southmere-council"),
        "reply": reply,
    }


def seen_by(session: Session, key: str) -> set[str]:
    return set(session.scalars(sa.select(Record.ref).where(visible(actor(session, key)))))


@pytest.mark.parametrize("key", ["case_manager", "team_manager", "deciding_chair", "auditor", "operator"])
def test_the_team_sees_all(world: World, key: str) -> None:
    with world.database.write() as session:
        seen = seen_by(session, key)
        assert seen == set(session.scalars(sa.select(Record.ref)))


def test_an_agency_sees_what_it_owes_and_no_review(world: World) -> None:
    with world.database.read() as session:
        assert seen_by(session, "agency_contact") == {world.council_return, world.council_action}
        assert seen_by(session, "agency_lead") == {world.council_return, world.council_action}
        assert seen_by(session, "other_agency_contact") == {world.nhs_return, world.reply}


def test_steering_and_csp_members_see_plans_and_no_review(world: World) -> None:
    with world.database.read() as session:
        steering = seen_by(session, "steering_member")
        assert {world.council_action, world.south_action, world.reply} <= steering
        assert not {world.north.ref, world.south.ref, world.council_return, world.nhs_return} & steering
        assert seen_by(session, "csp_member") == {world.council_action}
        assert seen_by(session, "other_csp_member") == {world.south_action}


@pytest.mark.parametrize("key", ["communications", "administrator", "independent_chair", "panel_member"])
def test_nobody_else_sees_a_review_without_a_role_on_it(world: World, key: str) -> None:
    with world.database.read() as session:
        assert seen_by(session, key) == set()


def test_a_chair_sees_one_review_with_its_items_and_not_its_neighbour(world: World) -> None:
    done = world.north.act(
        "open_second_review",
        {"why_second": "Another person died", "age": "12", "manner": "homicide", "relationship": "child",
         "csps": ["northmere"]},
    )  # fmt: skip
    with world.database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, world.north.ref)
    with world.database.read() as session:
        assert seen_by(session, "independent_chair") == {
            world.north.ref, world.council_return, world.nhs_return, world.council_action,
        }  # fmt: skip
        chair = actor(session, "independent_chair")
        item = get_record(session, chair, world.nhs_return)
        assert Role.INDEPENDENT_CHAIR in roles_on(session, chair, item)
        other = session.scalars(sa.select(Record).where(Record.ref == done.created[0])).one()
        assert roles_on(session, chair, other) == frozenset()
    world.north.act("record_meeting", {"held": "online"}, by="independent_chair")
    with pytest.raises(NotFound):
        world.south.act("record_meeting", {"held": "online"}, by="independent_chair")


def test_what_is_not_theirs_reads_like_what_is_not_there(world: World) -> None:
    absent = f"{world.north.ref}-R77"
    for key in ("agency_contact", "csp_member", "steering_member", "communications"):
        said = []
        for ref in (world.nhs_return if key != "steering_member" else world.north.ref, absent):
            with pytest.raises(NotFound) as error:
                world.north.act("add_note", {"note": "May I?"}, ref=ref, by=key)
            said.append(str(error.value).replace(ref, "REF"))
        assert said[0] == said[1]
        assert "exist" not in said[0]


def test_a_body_does_not_act_for_another(world: World) -> None:
    world.north.act("record_draft", {"draft_reference": "Here"}, ref=world.council_return, by="agency_contact")
    with pytest.raises(NotFound):
        world.north.act("record_draft", {"draft_reference": "Here"}, ref=world.nhs_return, by="agency_contact")
    with pytest.raises(Forbidden):  # seen, and for somebody senior to sign
        world.north.act(
            "sign_off_return", {"signed_off_by": "Contact", "return_reference": "Here"}, ref=world.council_return,
            by="agency_contact",
        )  # fmt: skip


def test_an_action_handed_on_is_seen_by_its_new_owner(world: World) -> None:
    world.north.act("transfer", {"lead_body": "mereshire-nhs", "transfer_reason": "Theirs"}, ref=world.council_action)
    with world.database.read() as session:
        assert world.council_action in seen_by(session, "other_agency_contact")
        assert world.council_action not in seen_by(session, "agency_contact")


def test_another_partnership_sees_nothing(world: World) -> None:
    with world.database.write() as session:
        other = Partnership(key="othershire", name="Othershire (fictional)", settings={})
        session.add(other)
        session.flush()
        user = builders.a_person(session, "stranger", "Quinn Example", partnership_id=other.id)
        session.add(UserRole(user_id=user.id, role=str(Role.CASE_MANAGER)))
        session.flush()
        assert seen_by(session, "stranger") == set()
        with pytest.raises(NotFound):
            get_record(session, actor(session, "stranger"), world.north.ref)


def test_somebody_without_access_any_more(world: World) -> None:
    with world.database.write() as session:
        user = session.scalars(sa.select(User).where(User.email == builders.address("case_manager"))).one()
        user.active = False
        session.flush()
        with pytest.raises(NotFound):
            actor(session, "case_manager")
        with pytest.raises(NotFound):
            load_actor(session, user.id)


def test_only_the_reviews_of_a_person_are_offered_for_linking(world: World) -> None:
    import workflows
    from dardr.lookups.choices import resolve

    process = workflows.get("dardr-s9")
    with world.database.read() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == world.north.ref)).one()
        offered = resolve(
            session, actor(session, "case_manager"), process, process.action("link_review"), record, START
        )
        assert [choice.value for choice in offered["review"]] == [world.south.ref]
        offered = resolve(
            session, actor(session, "agency_contact"), process, process.action("link_review"), record, START
        )
        assert offered["review"] == ()

"""The table of who sees what: each role on each kind of record, its narrower forms, and what outweighs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import OPENED_FOR, SEES_IDENTITIES, get_record, roles_on, roles_on_each, visible
from dardr.actors import ASSIGNED_ONLY, Actor, actor_by_email, load_actors
from dardr.casework.conflicts import end_conflict, record_conflict
from dardr.casework.opened_cases import open_for_a_reason
from dardr.casework.people import add_user
from dardr.casework.recipients import addresses
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups.who_sees import who_sees
from dardr.storage.bodies import Body, Csp, Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent, User, UserRole
from dardr.storage.reading import OpenedCase, ReadEvent
from dardr.storage.reviews import Record
from tests import builders, states
from tests.builders import START, Case, a_review, actor, at_ten, grant, open_a
from workflows.definition import Party, Role

NOW = at_ten(START)


@dataclass(frozen=True)
class World:
    database: Database
    north: Case
    refs: dict[str, str]

    def seen(self, key: str, *, in_part: bool = False) -> set[str]:
        """What somebody sees whole, or also in part, by what it is in this world."""
        with self.database.read() as session:
            return self.kinds(session, actor(session, key), in_part=in_part)

    def kinds(self, session: Session, who: Actor, *, in_part: bool = False) -> set[str]:
        refs = set(session.scalars(sa.select(Record.ref).where(visible(who, in_part=in_part))))
        return {kind for kind, ref in self.refs.items() if ref in refs}

    def record(self, session: Session, kind: str) -> Record:
        return session.scalars(sa.select(Record).where(Record.ref == self.refs[kind])).one()


def action(case: Case, body: str) -> str:
    values = {"action_text": "Train staff", "lead_body": body, "plan_source": "early_learning", "scope": "local"}
    return case.act("add_action", values).created[0]


@pytest.fixture
def world(database: Database) -> World:
    made = states.reached(database, "the table of who sees what", lambda: _made(database))
    return World(database, Case(database, made["north"], date.fromisoformat(made["today"])), made["refs"])


def _made(database: Database) -> dict[str, Any]:
    north = a_review(database, "evidence")
    south = a_review(database, "evidence", csps=["southmere"])
    cleared = a_review(database, "pre_publication")
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
    refs = {
        "review": north.ref,
        "cleared": cleared.ref,
        "other review": south.ref,
        "council return": returns[0],
        "nhs return": returns[1],
        "council action": action(north, "northmere-council"),
        "south action": action(south, "southmere-council"),
        "section 8 report": report.ref,
        "reply": reply,
    }
    with database.write() as session:
        for key, role in (
            ("independent_chair", Role.INDEPENDENT_CHAIR),
            ("panel_member", Role.PANEL_MEMBER),
            ("police_liaison", Role.POLICE_LIAISON),
            ("communications", Role.COMMUNICATIONS),
        ):
            grant(session, key, role, north.ref)
            grant(session, key, role, cleared.ref)
    return {"north": north.ref, "today": north.today.isoformat(), "refs": refs}


ALL = {
    "review", "cleared", "other review", "council return", "nhs return", "council action", "south action",
    "section 8 report", "reply",
}  # fmt: skip
TABLE: dict[str, set[str]] = {
    "case_manager": ALL,
    "team_manager": ALL,
    "deciding_chair": ALL,
    "auditor": ALL,
    "independent_chair": {"review", "cleared", "council return", "nhs return", "council action"},
    "panel_member": {"review", "cleared", "council action"},
    "police_liaison": set(),
    "communications": set(),
    "csp_member": {"council action"},
    "other_csp_member": {"south action"},
    "steering_member": {"council action", "south action", "section 8 report", "reply"},
    "agency_contact": {"council return", "council action"},
    "agency_lead": {"council return", "council action"},
    "other_agency_contact": {"nhs return", "reply"},
    "administrator": set(),
}
IN_PART = {"police_liaison": {"review", "cleared"}, "communications": {"cleared"}}
READS_IDENTITIES = {"case_manager", "team_manager", "independent_chair"}


def test_the_table_of_roles(world: World) -> None:
    assert {key: world.seen(key) for key in TABLE} == TABLE
    more = {key: world.seen(key, in_part=True) - TABLE[key] for key in TABLE}
    assert {key: kinds for key, kinds in more.items() if kinds} == IN_PART
    with world.database.read() as session:
        review = world.record(session, "review")
        reading = {key for key in TABLE if roles_on(session, actor(session, key), review) & SEES_IDENTITIES}
    assert reading == READS_IDENTITIES


def test_a_panel_member_sees_the_return_of_their_own_body(world: World) -> None:
    with world.database.write() as session:
        user = session.scalars(sa.select(User).where(User.email == builders.address("panel_member"))).one()
        user.body_id = session.scalar(sa.select(Body.id).where(Body.key == "mereshire-nhs"))
    assert world.seen("panel_member") == {"review", "cleared", "council action", "nhs return"}


def test_several_roles_show_what_each_shows_and_no_more(world: World) -> None:
    with world.database.write() as session:
        grant(session, "csp_member", Role.COMMUNICATIONS, world.refs["cleared"])
        grant(session, "administrator", Role.PANEL_MEMBER, world.refs["other review"])
    assert world.seen("csp_member") == {"council action"}
    assert world.seen("csp_member", in_part=True) == {"council action", "cleared"}
    assert world.seen("administrator") == {"other review", "south action"}
    with world.database.read() as session:
        panel = actor(session, "administrator")
        assert roles_on(session, panel, world.record(session, "other review")) == {
            Role.ADMINISTRATOR, Role.PANEL_MEMBER,
        }  # fmt: skip
        assert roles_on(session, panel, world.record(session, "review")) == {Role.ADMINISTRATOR}


def test_a_deciding_chair_of_one_csp_sees_its_reviews(world: World) -> None:
    with world.database.write() as session:
        csp = session.scalar(sa.select(Csp.id).where(Csp.key == "southmere"))
        user = session.scalars(sa.select(User).where(User.email == builders.address("deciding_chair"))).one()
        session.execute(sa.update(UserRole).where(UserRole.user_id == user.id).values(csp_id=csp))
    assert world.seen("deciding_chair") == {"other review", "south action"}
    with world.database.read() as session:
        chair = actor(session, "deciding_chair")
        assert roles_on(session, chair, world.record(session, "other review")) == {Role.DECIDING_CHAIR}
        assert roles_on(session, chair, world.record(session, "review")) == frozenset()


def test_a_role_for_one_csp_or_review_is_given_with_it(database: Database) -> None:
    case = a_review(database, "screening")
    with database.write() as session:
        given = actor(session, "operator")
        add_user(session, given, NOW, "local.chair@mereshire.example", "Rae Example", [Role.DECIDING_CHAIR],
                 csp="northmere", password="a long enough password")  # fmt: skip
        add_user(session, given, NOW, "one.case@mereshire.example", "Sam Example", [Role.CASE_MANAGER],
                 review=case.ref, password="a long enough password")  # fmt: skip
        chair = actor_by_email(session, "local.chair@mereshire.example")
        assert chair.everywhere == frozenset() and get_record(session, chair, case.ref)
        only = actor_by_email(session, "one.case@mereshire.example")
        assert only.everywhere == frozenset()
        assert roles_on(session, only, get_record(session, only, case.ref)) == {Role.CASE_MANAGER}


# --- case managers with cases of their own ----------------------------------------------------------------


def narrow(database: Database) -> None:
    with database.write() as session:
        partnership = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        partnership.settings = {**partnership.settings, ASSIGNED_ONLY: True}


def test_case_managers_may_be_kept_to_what_they_carry(world: World) -> None:
    world.north.act("assign_case_manager", {"case_manager": builders.address("second_case_manager")})
    assert world.seen("case_manager") == ALL, "the team works the caseload as one unless the partnership says otherwise"
    narrow(world.database)
    hidden = {"review", "council return", "nhs return", "council action"}
    assert world.seen("case_manager") == ALL - hidden
    assert world.seen("second_case_manager") == ALL
    assert world.seen("team_manager") == world.seen("auditor") == ALL
    with pytest.raises(NotFound):
        world.north.act("add_note", {"note": "May I?"})
    with world.database.write() as session:
        assert roles_on(session, actor(session, "case_manager"), world.record(session, "nhs return")) == frozenset()
        grant(session, "case_manager", Role.CASE_MANAGER, world.refs["review"])
    assert world.seen("case_manager") == ALL, "until the review is granted to them"
    world.north.act("add_note", {"note": "Now I may."})


def test_another_role_does_not_bring_back_what_a_case_manager_may_do(world: World) -> None:
    world.north.act("assign_case_manager", {"case_manager": builders.address("second_case_manager")})
    narrow(world.database)
    with world.database.write() as session:
        grant(session, "case_manager", Role.PANEL_MEMBER, world.refs["review"])
    assert "review" in world.seen("case_manager")
    with world.database.read() as session:
        review = world.record(session, "review")
        assert roles_on(session, actor(session, "case_manager"), review) == {Role.PANEL_MEMBER}


# --- bodies that took the place of others ------------------------------------------------------------------


def test_whoever_answers_for_a_body_answers_for_those_it_took_the_place_of(world: World) -> None:
    with world.database.write() as session:
        body = {key: one for key, one in session.execute(sa.select(Body.key, Body.id))}
        for old, new in (("northmere-council", "southmere-council"), ("southmere-council", "mereshire-nhs")):
            session.execute(sa.update(Body).where(Body.key == old).values(successor_id=body[new]))
        session.execute(  # a circle, entered by mistake, is walked once
            sa.update(Body).where(Body.key == "mereshire-nhs").values(successor_id=body["northmere-council"])
        )
    everything = {"council return", "council action", "south action", "nhs return", "reply"}
    assert world.seen("other_agency_contact") == everything
    world.north.act(
        "record_draft", {"draft_reference": "Here"}, ref=world.refs["council return"], by="other_agency_contact"
    )


# --- conflicts of interest --------------------------------------------------------------------------------


def conflict(world: World, of: str, *, by: str = "team_manager", reason: str = "A cousin works on the case.") -> None:
    with world.database.write() as session:
        record_conflict(session, actor(session, by), NOW, world.refs["review"], reason, builders.address(of))


def test_a_conflict_of_interest_outweighs_every_role(world: World) -> None:
    hidden = {"review", "council return", "nhs return", "council action"}
    for key in sorted(set(TABLE) - {"team_manager"}):
        before = world.seen(key)
        conflict(world, key)
        assert world.seen(key) == before - hidden, key
        with world.database.read() as session:
            who = actor(session, key)
            for kind in hidden:
                assert roles_on(session, who, world.record(session, kind)) == frozenset(), key
                with pytest.raises(NotFound):
                    get_record(session, who, world.refs[kind])


def test_a_conflict_ends_with_a_reason_and_both_are_kept(world: World) -> None:
    conflict(world, "case_manager")
    with world.database.write() as session:
        manager = actor(session, "team_manager")
        with pytest.raises(Conflict, match="already"):
            record_conflict(session, manager, NOW, world.refs["review"], "Again", builders.address("case_manager"))
        with pytest.raises(Invalid, match="Say why"):
            end_conflict(session, manager, NOW, world.refs["review"], 1, "  ")
        with pytest.raises(NotFound):
            end_conflict(session, actor(session, "case_manager"), NOW, world.refs["review"], 1, "It is nothing")
        with pytest.raises(Forbidden):
            end_conflict(session, actor(session, "auditor"), NOW, world.refs["review"], 1, "It is nothing")
        assert end_conflict(session, manager, NOW, world.refs["review"], 1, "They moved away.") == "Alex Example"
        with pytest.raises(NotFound):
            end_conflict(session, manager, NOW, world.refs["review"], 1, "Twice")
    assert world.seen("case_manager") == ALL
    with world.database.read() as session:
        kept = session.execute(sa.select(AdminEvent.what, AdminEvent.subject, AdminEvent.details)).all()
    assert [(what, subject, details["reason"]) for what, subject, details in kept if what.startswith("conflict")] == [
        ("conflict_recorded", "Alex Example", "A cousin works on the case."),
        ("conflict_ended", "Alex Example", "They moved away."),
    ]


def test_who_records_whose_conflict(world: World) -> None:
    ref = world.refs["review"]
    with world.database.write() as session:
        panel = actor(session, "panel_member")
        with pytest.raises(Forbidden):
            record_conflict(session, panel, NOW, ref, "Linked", builders.address("case_manager"))
        with pytest.raises(Invalid, match="how the person is linked"):
            record_conflict(session, panel, NOW, ref, " ")
        with pytest.raises(NotFound):
            record_conflict(session, actor(session, "agency_contact"), NOW, ref, "Linked")
        with pytest.raises(Invalid, match="from the list"):
            record_conflict(session, actor(session, "case_manager"), NOW, ref, "Linked", "nobody@mereshire.example")
        done = record_conflict(session, panel, NOW, ref, "I worked with them.")
        assert done.own and done.name == "Parker Example"
    assert world.seen("panel_member") == {"cleared"}


def test_nothing_is_written_to_somebody_with_a_conflict(world: World) -> None:
    ref = world.refs["council return"]

    def told(party: Party, kind: str = "council return") -> list[str]:
        with world.database.read() as session:
            return addresses(session, world.record(session, kind), party)

    address = {key: builders.address(key) for key in builders.PEOPLE}
    world.north.act("assign_case_manager", {"case_manager": address["case_manager"]})
    assert told(Party.CASE_MANAGER) == [address["case_manager"]]
    assert address["agency_contact"] in told(Party.AGENCY)
    with world.database.write() as session:
        assert session.scalar(
            sa.select(sa.func.count()).where(
                OutboxMessage.recipient == address["agency_contact"], OutboxMessage.status == "queued"
            )
        ), f"the request for {ref} waits to be sent"
        for key in ("case_manager", "agency_contact"):
            record_conflict(session, actor(session, "team_manager"), NOW, world.refs["review"], "Linked", address[key])
    assert told(Party.CASE_MANAGER) == [address["second_case_manager"]], "somebody else of the team is told"
    assert address["agency_contact"] not in told(Party.AGENCY)
    assert told(Party.AGENCY), "the others at the body are told"
    assert told(Party.CASE_MANAGER, "other review") == [address["case_manager"], address["second_case_manager"]]
    with world.database.read() as session:
        left = session.scalars(
            sa.select(OutboxMessage.status).where(OutboxMessage.recipient == address["agency_contact"])
        ).all()
    assert "queued" not in left and "withdrawn" in left


# --- opened for a reason ----------------------------------------------------------------------------------


def test_an_administrator_opens_a_review_for_some_hours(world: World) -> None:
    ref, reason = world.refs["review"], "A restore from backup has to be checked."
    with world.database.write() as session:
        administrator = actor(session, "administrator")
        with pytest.raises(Invalid, match="in a sentence why"):
            open_for_a_reason(session, administrator, NOW, ref, "because")
        with pytest.raises(Forbidden):
            open_for_a_reason(session, actor(session, "auditor"), NOW, ref, reason)
        assert open_for_a_reason(session, administrator, NOW, "DARDR-1999-001", reason) is None
        assert open_for_a_reason(session, administrator, NOW, world.refs["section 8 report"], reason) is None
        assert open_for_a_reason(session, administrator, NOW, ref, reason) == NOW + OPENED_FOR
    email = builders.address("administrator")
    opened = {"review", "council return", "nhs return", "council action"}
    with world.database.read() as session:
        assert world.kinds(session, actor_by_email(session, email, NOW)) == opened
        last = actor_by_email(session, email, NOW + OPENED_FOR - timedelta(seconds=1))
        assert world.kinds(session, last) == opened
        assert world.kinds(session, actor_by_email(session, email, NOW + OPENED_FOR)) == set()
        assert world.kinds(session, actor_by_email(session, email)) == set(), "without a time nothing is open"
        review = world.record(session, "review")
        assert not roles_on(session, last, review) & SEES_IDENTITIES
        assert [row.detail for row in session.scalars(sa.select(ReadEvent).where(ReadEvent.what == "opened"))] == [
            reason
        ]
        logged = session.scalars(sa.select(AdminEvent.what).where(AdminEvent.what.like("case%"))).all()
        assert logged == ["case_asked_for", "case_asked_for", "case_opened"]
        assert {seer.name for seer in who_sees(session, review, NOW).whole if "opened" in " ".join(seer.why)} == {
            "Harper Example"
        }


def test_what_was_opened_closes_with_the_role_and_with_a_conflict(world: World) -> None:
    email = builders.address("administrator")
    with world.database.write() as session:
        open_for_a_reason(session, actor(session, "administrator"), NOW, world.refs["review"], "To look at a fault.")
    conflict(world, "administrator")
    with world.database.write() as session:
        administrator = actor_by_email(session, email, NOW)
        assert world.kinds(session, administrator) == set()
        assert open_for_a_reason(session, administrator, NOW, world.refs["review"], "To look once more.") is None
        session.execute(sa.update(OpenedCase).values(record_id=world.record(session, "other review").id))
        session.execute(sa.delete(UserRole).where(UserRole.user_id == administrator.id))
        session.execute(sa.insert(UserRole).values(user_id=administrator.id, role="steering_member"))
    with world.database.read() as session:
        assert "other review" not in world.kinds(session, actor_by_email(session, email, NOW))


# --- the two ways of asking agree -------------------------------------------------------------------------


def test_who_sees_a_review_says_what_the_table_says(world: World) -> None:
    conflict(world, "second_case_manager")
    with world.database.read() as session:
        found = who_sees(session, world.record(session, "review"), NOW)
        whole, part = {s.email for s in found.whole}, {s.email: s.items for s in found.part}
    assert whole == {builders.address(key) for key, seen in TABLE.items() if "review" in seen}
    assert part == {
        builders.address(key): 1 if key in ("csp_member", "steering_member", "other_agency_contact") else 2
        for key in ("csp_member", "steering_member", "agency_contact", "agency_lead", "other_agency_contact")
    } | {builders.address("police_liaison"): 0}
    why = {s.email: s.why for s in (*found.whole, *found.part)}
    assert why[builders.address("case_manager")] == ("Case manager, for everything",)
    assert why[builders.address("panel_member")] == ("Panel member, for one review",)
    assert why[builders.address("agency_contact")] == ("Contact of an agency, for Northmere Council",)
    assert {s.email for s in found.whole if s.identities} == {builders.address(key) for key in READS_IDENTITIES}


def test_people_loaded_together_are_as_people_loaded_alone(world: World) -> None:
    world.north.act("assign_case_manager", {"case_manager": builders.address("second_case_manager")})
    narrow(world.database)
    conflict(world, "auditor")
    with world.database.read() as session:
        users = session.scalars(sa.select(User).where(User.is_operator.is_(False)).order_by(User.id)).all()
        together = {one.email: one for one in load_actors(session, users, NOW)}
        records = session.scalars(sa.select(Record)).all()
        for user in users:
            alone = actor_by_email(session, user.email, NOW)
            one = together[user.email]
            assert (one.grants, one.conflicts, one.opened, one.body_ids, one.everywhere) == (
                alone.grants, alone.conflicts, alone.opened, alone.body_ids, alone.everywhere,
            )  # fmt: skip
            assert roles_on_each(session, one, records) == {r.id: roles_on(session, alone, r) for r in records}

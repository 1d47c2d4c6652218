"""Changes of a partnership by those who look after it: what is refused, what is kept, what is logged."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.administer import bodies, contacts, csps, names, partnership, people, targets
from dardr.casework.administer.checks import of_key
from dardr.casework.recipients import Recipients
from dardr.errors import Conflict, DardrError, Forbidden, Invalid, NotFound
from dardr.storage.bodies import Body, BodyContact, Csp, FormerName, Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent, User, UserRole
from tests import builders
from workflows.definition import Party, Role

NOW = builders.at_ten(date(2026, 8, 3))


def administrator(session: Session) -> Actor:
    return builders.actor(session, "administrator")


def user_id(session: Session, key: str) -> int:
    return session.scalars(sa.select(User.id).where(User.email == builders.address(key))).one()


def logged(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AdminEvent.what).order_by(AdminEvent.id)))


def refused(database: Database, error: type[DardrError], says: str, change: Any, *given: Any, **named: Any) -> None:
    """The change is refused with those words, and leaves nothing behind."""
    with pytest.raises(error) as caught, database.write() as session:
        change(session, administrator(session), NOW, *given, **named)
    assert says in str(caught.value), str(caught.value)
    with database.read() as session:
        assert logged(session) == []


# --- names ------------------------------------------------------------------------------------------------


def test_a_new_name_keeps_the_old_one_with_its_last_day(database: Database) -> None:
    with database.write() as session:
        row = of_key(session, Body, "mereshire-nhs")
        names.rename(session, administrator(session), NOW, row, " Mere  Hospitals\t", date(2026, 4, 1))
    with database.read() as session:
        assert of_key(session, Body, "mereshire-nhs").name == "Mere Hospitals"
        former = session.scalars(sa.select(FormerName)).one()
        assert (former.kind, former.name, former.until_on) == ("body", "Mereshire NHS Trust", date(2026, 3, 31))
        assert logged(session) == ["renamed"]


def test_a_slip_is_mended_without_a_former_name(database: Database) -> None:
    with database.write() as session:
        names.rename(session, administrator(session), NOW, of_key(session, Csp, "northmere"), "North Mere CSP", None)
    with database.read() as session:
        assert session.scalars(sa.select(FormerName)).all() == []
        assert logged(session) == ["name_corrected"]


@pytest.mark.parametrize(
    ("name", "day", "says"),
    [
        ("  ", date(2026, 4, 1), "Give a name"),
        ("N" * 201, date(2026, 4, 1), "at most 200"),
        ("MERESHIRE POLICE", date(2026, 4, 1), "already"),
        ("Mereshire NHS Trust", date(2026, 4, 1), "already"),
        ("Later", date(2026, 8, 4), "still to come"),
    ],
)
def test_names_that_cannot_be(database: Database, name: str, day: date, says: str) -> None:
    def rename(session: Session, actor: Actor, now: Any) -> None:
        names.rename(session, actor, now, of_key(session, Body, "mereshire-nhs"), name, day)

    refused(database, Invalid, says, rename)


def test_two_names_in_the_wrong_order(database: Database) -> None:
    with database.write() as session:
        row = of_key(session, Body, "mereshire-nhs")
        names.rename(session, administrator(session), NOW, row, "Second", date(2026, 4, 1))
        with pytest.raises(Invalid, match="began on 1 April 2026"):
            names.rename(session, administrator(session), NOW, row, "Third", date(2026, 4, 1))
        names.rename(session, administrator(session), NOW, row, "Third", date(2026, 4, 2))


def test_a_name_of_another_partnership_is_refused(database: Database) -> None:
    with database.write() as session:
        session.add(Partnership(key="elsewhere", name="Elsewhere", settings={}))

    def rename(session: Session, actor: Actor, now: Any) -> None:
        here = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        names.rename(session, actor, now, here, "elsewhere", None)

    refused(database, Invalid, "Another partnership", rename)


# --- bodies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=cmd|'/c calc'!A0", "Åsa & Søn \u202e", "x'; DROP TABLE body"]
)
def test_odd_names_are_kept_as_text(database: Database, name: str) -> None:
    with database.write() as session:
        row = bodies.add_body(session, administrator(session), NOW, name, "other", section9=False)
        assert row.key and row.key == row.key.lower() and " " not in row.key
    with database.read() as session:
        assert of_key(session, Body, row.key).name == name


def test_two_bodies_of_similar_names_get_keys_of_their_own(database: Database) -> None:
    with database.write() as session:
        keys = [
            bodies.add_body(session, administrator(session), NOW, n, "other", section9=False).key
            for n in ("Harbour House", "Harbour-House", "HARBOUR. HOUSE", "Add")
        ]
    assert keys == ["harbour-house", "harbour-house-2", "harbour-house-3", "add-2"]


def test_a_body_of_the_same_name_is_refused(database: Database) -> None:
    refused(database, Invalid, "already", bodies.add_body, "mereshire police", "police", section9=True)


@pytest.mark.parametrize(
    ("successor", "says"),
    [("mereshire-nhs", "cannot take its own place"), ("atlantis", "nothing of that name")],
)
def test_successors_that_cannot_be(database: Database, successor: str, says: str) -> None:
    error = NotFound if successor == "atlantis" else Invalid
    refused(database, error, says, bodies.end_body, "mereshire-nhs", date(2026, 7, 31), successor=successor)


def test_no_succession_goes_round_in_a_circle(database: Database) -> None:
    with database.write() as session:
        me = administrator(session)
        bodies.end_body(session, me, NOW, "mereshire-nhs", date(2026, 6, 30), successor="mereshire-icb")
        bodies.end_body(session, me, NOW, "mereshire-icb", date(2026, 7, 31), successor="mereshire-ambulance")
        with pytest.raises(Invalid, match="ended on 30 June 2026"):
            bodies.end_body(session, me, NOW, "mereshire-ambulance", date(2026, 7, 31), successor="mereshire-nhs")
        of_key(session, Body, "mereshire-nhs").until_on = None
        with pytest.raises(Invalid, match="circle"):
            bodies.end_body(session, me, NOW, "mereshire-ambulance", date(2026, 7, 31), successor="mereshire-nhs")


def test_a_body_does_not_end_before_it_began(database: Database) -> None:
    with database.write() as session:
        bodies.change_body(
            session, administrator(session), NOW, "mereshire-nhs", "nhs_trust", section9=True, specified_as="nhs_trust",
            from_on=date(2026, 5, 1),
        )  # fmt: skip
        with pytest.raises(Invalid, match="cannot end before that"):
            bodies.end_body(session, administrator(session), NOW, "mereshire-nhs", date(2026, 4, 30))
        bodies.end_body(session, administrator(session), NOW, "mereshire-nhs", date(2026, 5, 1))
        with pytest.raises(Invalid, match="cannot end before that"):
            bodies.change_body(
                session, administrator(session), NOW, "mereshire-nhs", "nhs_trust", section9=True,
                specified_as="nhs_trust", from_on=date(2026, 5, 2),
            )  # fmt: skip


def test_e_mail_of_a_merged_body_goes_to_its_successor(database: Database) -> None:
    with database.write() as session:
        me = administrator(session)
        for contact in session.scalars(sa.select(BodyContact).join(Body).where(Body.key == "mereshire-nhs")).all():
            contacts.remove_contact(session, me, NOW, "mereshire-nhs", contact.id)
        session.execute(sa.delete(UserRole).where(UserRole.body_id == of_key(session, Body, "mereshire-nhs").id))
        bodies.end_body(session, me, NOW, "mereshire-nhs", date(2026, 7, 31), successor="mereshire-icb")
    with database.read() as session:
        body = of_key(session, Body, "mereshire-nhs")
        assert Recipients(session).at_body(body.id, Party.AGENCY) == ["contact@mereshire-icb.example"]


def test_the_lists_of_the_acts_are_compared_and_never_enforced() -> None:
    assert bodies.lists_differ("nhs_foundation_trust", section9=False, specified_as="nhs_foundation_trust") == []
    (said,) = bodies.lists_differ("nhs_foundation_trust", section9=True, specified_as="nhs_foundation_trust")
    assert "s.9(4) does not name" in said
    (said,) = bodies.lists_differ("police", section9=True, specified_as="")
    assert "s.15(3) names" in said
    assert bodies.lists_differ("other", section9=True, specified_as="nhs_trust") == []
    (said,) = bodies.lists_differ("police", section9=True, specified_as="nhs_trust")
    assert "usually “Chief officer of police" in said
    (said,) = bodies.lists_differ("fire_and_rescue", section9=False, specified_as="local_authority")
    assert "does not name" in said and "A fire and rescue authority is not on it" in said
    assert bodies.SECTION_9.verified and bodies.SECTION_15.verified


@pytest.mark.parametrize(
    "email", ["nobody", "a b@c.example", "@", "x@y", "é" * 250 + "@long.example", "a@b.example\nBcc: c@d.example"]
)
def test_contacts_that_cannot_be_written_to(database: Database, email: str) -> None:
    with pytest.raises(Invalid), database.write() as session:
        contacts.put_contact(session, administrator(session), NOW, "mereshire-nhs", "lead", "", email)
    with database.read() as session:
        assert logged(session) == []


# --- people -----------------------------------------------------------------------------------------------


def test_an_address_belongs_to_one_person(database: Database) -> None:
    refused(database, Invalid, "already", people.add_person, "Nia", builders.address("auditor").upper())


def test_the_only_administrator_stays(database: Database) -> None:
    with database.write() as session:
        me = user_id(session, "administrator")
        held = session.scalars(sa.select(UserRole.id).where(UserRole.user_id == me)).one()
        second = people.add_person(session, administrator(session), NOW, "Second", "second@mere.example")
        people.give_role(session, administrator(session), NOW, second.id, Role.ADMINISTRATOR, people.Scope())
        people.leave(session, administrator(session), NOW, second.id)
        with pytest.raises(Conflict, match="only administrator"):
            people.take_role(session, administrator(session), NOW, me, held)
        people.come_back(session, administrator(session), NOW, second.id)
        people.take_role(session, administrator(session), NOW, me, held)
    with database.read() as session:
        assert Role.ADMINISTRATOR not in administrator(session).roles


@pytest.mark.parametrize(
    ("role", "scope", "says"),
    [
        (Role.CSP_MEMBER, people.Scope(), "is held for one local partnership"),
        (Role.CASE_MANAGER, people.Scope(csp="northmere"), "is not held for one local partnership"),
        (Role.AGENCY_LEAD, people.Scope(body="atlantis"), "Choose one from the list"),
        (Role.PANEL_MEMBER, people.Scope(review="DARDR-1999-001"), "no review with the reference"),
    ],
)
def test_roles_for_what_they_are_not_held_for(database: Database, role: Role, scope: people.Scope, says: str) -> None:
    with database.read() as session:
        number = user_id(session, "auditor")
    refused(database, Invalid, says, people.give_role, number, role, scope)


def test_a_team_manager_does_not_change_the_address_of_those_who_are_not_of_agencies(database: Database) -> None:
    with database.write() as session:
        me = builders.actor(session, "team_manager")
        with pytest.raises(Forbidden, match="not of an agency"):
            people.change_person(session, me, NOW, user_id(session, "administrator"), "Harper", "mine@mere.example")
        people.change_person(session, me, NOW, user_id(session, "agency_contact"), "Lane", "lane@mere.example")
    with database.read() as session:
        told = session.scalars(sa.select(OutboxMessage)).one()
        assert told.recipient == builders.address("agency_contact") and "another e-mail address" in told.text
        assert "Lane" not in told.subject


def test_the_commands_own_person_is_nobody_here(database: Database) -> None:
    with database.read() as session:
        operator = session.scalars(sa.select(User.id).where(User.is_operator.is_(True))).one()
    refused(database, NotFound, "nobody of that number", people.leave, operator)


@pytest.mark.parametrize("person", ["case_manager", "auditor", "steering_member"])
def test_others_change_nothing(database: Database, person: str) -> None:
    with database.read() as session:
        actor, number = builders.actor(session, person), user_id(session, "agency_contact")
        with pytest.raises(Forbidden):
            bodies.end_body(session, actor, NOW, "mereshire-nhs", date(2026, 7, 31))
        with pytest.raises(Forbidden):
            people.leave(session, actor, NOW, number)
        with pytest.raises(Forbidden):
            targets.set_target(session, actor, NOW, "information_return", 5, "days")
        with pytest.raises(Forbidden):
            csps.add_csp(session, actor, NOW, "North")
        with pytest.raises(Forbidden):
            partnership.begin(session, actor, NOW, key="other", name="Other")


# --- the partnership and its targets ------------------------------------------------------------------------


def test_there_is_one_partnership(database: Database) -> None:
    def begin(session: Session, actor: Actor, now: Any) -> None:
        partnership.begin(session, actor, now, key="other", name="Other")

    refused(database, Conflict, "has its partnership already", begin)


@pytest.mark.parametrize("key", ["", "UPPER", "a b", "-a", "a--b", "x" * 65, "é"])
def test_short_names_that_cannot_be(database: Database, key: str) -> None:
    with database.write() as session:
        session.execute(sa.update(Partnership).values(home=False))

    def begin(session: Session, actor: Actor, now: Any) -> None:
        partnership.begin(session, actor, now, key=key, name="Other")

    refused(database, Invalid, "small letters", begin)


def test_a_published_partnership_becomes_the_one_at_home(database: Database) -> None:
    with database.write() as session:
        session.execute(sa.update(Partnership).values(home=False))
        session.add(Partnership(key="elsewhere", name="Elsewhere", settings={}))
    with database.write() as session:
        with pytest.raises(Invalid, match="Choose another"):
            partnership.begin(session, administrator(session), NOW, key="elsewhere", name="Another")
    with database.write() as session:
        here = partnership.begin(session, administrator(session), NOW, key="other", name="elsewhere")
        assert here.home and here.key == "elsewhere"


def test_reviews_are_called_as_the_partnership_says(database: Database) -> None:
    with database.write() as session:
        partnership.change(session, administrator(session), NOW, partnership.Choices("", "", "DHR", True))
    case = builders.a_review(database, "decision_pending")
    assert case.ref.startswith("DHR-2026-")
    case.act("request_information", {"bodies": ["northmere-council"]})
    assert case.opened("agency-return")[0].startswith(f"{case.ref}-R")
    with database.read() as session:
        assert logged(session) == ["partnership_changed"]


def test_a_local_target_may_be_no_date(database: Database) -> None:
    with database.write() as session:
        targets.set_target(session, administrator(session), NOW, "information_return", None, None, none=True)
    case = builders.a_review(database, "decision_pending")
    case.act("request_information", {"bodies": ["northmere-council"]})
    assert case.deadline("information_return", ref=case.opened("agency-return")[0]).due_on is None


def test_targets_are_the_lengths_no_act_and_no_guidance_sets() -> None:
    found = {target.key for target in targets.targets()}
    assert "information_return" in found and "commissioner_reply" not in found
    with pytest.raises(NotFound):
        targets.target_of("commissioner_reply")

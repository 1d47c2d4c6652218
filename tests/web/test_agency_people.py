"""People of an agency: one thing passed to a colleague, never outside; whom to write to; and who is often late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.lookups.outstanding import often_late
from dardr.storage.agencies import ContactChange, PassedOn
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.doors import DoorLink
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from tests.builders import Case, a_review, actor, open_a
from tests.web.by_link import come_in, door_in, mail_to, post
from tests.web.conftest import Browser, signed_in


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "evidence", on=date(2026, 5, 4))


@pytest.fixture
def action(case: Case) -> str:
    """An action of Northmere Council, under way."""
    told = {"action_text": "Train staff", "lead_body": "northmere-council", "plan_source": "panel", "scope": "local"}
    ref = case.act("add_action", told).created[0]
    agreed = {"target_date": "2026-09-30", "outcome_measure": "An audit.", "agreed_by": "Head of service"}
    case.act("agree", agreed, ref=ref)
    return ref


@pytest.fixture
def contact(case: Case, app: Flask) -> Browser:
    return signed_in(app, "agency_contact")


def pass_to(browser: Browser, ref: str, email: str, name: str = "") -> tuple[int, str]:
    path = f"/agency/pass/{ref}"
    answer = browser.send(path, browser.get(path), email=email, name=name)
    return answer.status_code, answer.text


def passed(database: Database) -> list[PassedOn]:
    with database.read() as session:
        return list(session.scalars(sa.select(PassedOn).order_by(PassedOn.id)))


def test_a_colleague_gets_a_link_to_that_one_thing_and_it_can_be_taken_back(
    action: str, case: Case, contact: Browser, database: Database
) -> None:
    assert pass_to(contact, action, "sam.new@northmere-council.example", "Sam New")[0] == 303
    (row,) = passed(database)
    assert row.state == "given"
    with database.read() as session:
        link = session.scalars(sa.select(DoorLink)).one()
        assert (link.email, link.purpose, link.record_id) == (row.email, "record", case.record(action).id)
        assert session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == row.email)).one()
    page = contact.get("/agency")
    assert "With Sam New, from Lane Example" in page.text
    assert pass_to(contact, action, "sam.new@northmere-council.example")[0] == 409
    assert contact.send(f"/agency/passed/{row.id}/back", page).status_code == 303
    assert passed(database)[0].state == "taken_back"
    with database.read() as session:
        assert session.scalars(sa.select(DoorLink.revoked_at)).one() is not None


@pytest.mark.parametrize(
    "email",
    ["contact@mereshire-nhs.example", "somebody@mereshire-nhs.example", "case.manager@mereshire.example"],
)
def test_nobody_outside_the_agency_is_passed_anything(
    action: str, contact: Browser, database: Database, email: str
) -> None:
    status, text = pass_to(contact, action, email)
    assert status == 422 and "is not an address of Northmere Council" in text and email in text
    assert not passed(database)


def test_an_address_that_proves_nothing_waits_for_the_lead(
    action: str, contact: Browser, app: Flask, database: Database
) -> None:
    assert pass_to(contact, action, "sam@gmail.com")[0] == 303
    (row,) = passed(database)
    assert row.state == "asked"
    with database.read() as session:
        assert not session.scalars(sa.select(DoorLink)).all()
    page = contact.get("/agency")
    assert "Is that a colleague?" in page.text and "Yes, a colleague" not in page.text
    contact.send(f"/agency/passed/{row.id}/agree", page)
    assert passed(database)[0].state == "asked"
    lead = signed_in(app, "agency_lead")
    page = lead.get("/agency")
    assert "Yes, a colleague" in page.text
    lead.send(f"/agency/passed/{row.id}/agree", page)
    assert passed(database)[0].state == "given"
    with database.read() as session:
        assert session.scalars(sa.select(DoorLink.email)).one() == "sam@gmail.com"


def test_a_colleague_comes_by_the_link_updates_that_one_thing_and_sees_nothing_else(
    action: str, case: Case, contact: Browser, app: Flask, database: Database
) -> None:
    told = {"action_text": "Another thing", "lead_body": "northmere-council", "plan_source": "panel", "scope": "local"}
    other = case.act("add_action", told).created[0]
    pass_to(contact, action, "sam.new@northmere-council.example", "Sam New")
    colleague = come_in(app, database, door_in(mail_to(post(database), "sam.new@northmere-council.example")))
    page = colleague.get("/agency")
    assert action in page.text and other not in page.text
    assert "Pass it to a colleague" not in page.text and "Whom we write to" not in page.text
    key = case.record(action).id
    form = colleague.get(f"/agency/updates?only={action}")
    sent = colleague.send("/agency/updates", form, **{f"how-{key}": "on_track", f"words-{key}": "Half are trained."})
    assert sent.status_code == 303, sent.text
    assert action in colleague.get(sent.headers["Location"]).text
    assert case.record(action).facts["updates"][0]["progress"] == "Half are trained."
    assert colleague.get(f"/agency/pass/{action}").status_code in (403, 404)
    assert colleague.get(f"/agency/updates?only={other}").text.count(other) <= 1
    contact.send(f"/agency/passed/{passed(database)[0].id}/back", contact.get("/agency"))
    assert colleague.get("/agency").status_code == 302


def test_another_agency_passes_nothing_on_and_takes_nothing_back(
    action: str, contact: Browser, app: Flask, database: Database
) -> None:
    pass_to(contact, action, "sam.new@northmere-council.example")
    other = signed_in(app, "other_agency_contact")
    assert other.get(f"/agency/pass/{action}").status_code == 404
    answer = other.send(f"/agency/passed/{passed(database)[0].id}/back", other.get("/agency"))
    assert answer.status_code == 404
    assert passed(database)[0].state == "given"


# --- contacts ---------------------------------------------------------------------------------------------


def test_an_agency_proposes_whom_to_write_to_and_the_team_confirms(
    case: Case, contact: Browser, app: Flask, database: Database
) -> None:
    with database.read() as session:
        body = session.scalars(sa.select(Body).where(Body.key == "northmere-council")).one()
        old = session.scalars(
            sa.select(BodyContact).where(BodyContact.body_id == body.id, BodyContact.kind == "contact")
        ).one()
    page = contact.get("/agency/contacts")
    assert old.email in page.text
    path = f"/agency/contacts/{old.id}"
    sent = contact.send(
        path, contact.get(path), kind="contact", email="reviews@northmere-council.example", name="Reviews"
    )
    assert sent.status_code == 303
    assert "waiting for the team" in contact.get("/agency/contacts").text
    with database.read() as session:
        proposal = session.scalars(sa.select(ContactChange)).one()
        assert session.get_one(BodyContact, old.id).email == old.email
    confirm = f"/agencies/northmere-council/contacts/{proposal.id}/confirm"
    assert contact.send(confirm, page).status_code == 403
    manager = signed_in(app, "team_manager")
    shown = manager.get("/administration/bodies/northmere-council")
    assert "reviews@northmere-council.example" in shown.text and confirm in shown.text
    assert manager.send(confirm, shown).status_code == 303
    with database.read() as session:
        assert session.get_one(BodyContact, old.id).email == "reviews@northmere-council.example"


# --- late -------------------------------------------------------------------------------------------------


def late_returns(case: Case, app: Flask, number: int) -> date:
    """So many returns of one body, none of them answered; a London date after all of their dates."""
    for _ in range(number):
        case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    last = [case.deadline("imr_return", ref=ref).due_on for ref in case.opened("agency-return")]
    return max(day for day in last if day) + timedelta(days=3)


def test_an_agency_that_is_often_late_is_named_kindly_with_the_list(
    case: Case, app: Flask, database: Database, clock: object
) -> None:
    after = late_returns(case, app, 3)
    clock(f"{after.isoformat()}T09:00")  # type: ignore[operator]
    manager = signed_in(app, "team_manager")
    for path in ("/agencies", "/administration/bodies", "/"):
        assert "Northmere Council: 3 of the last 6 after the date" in manager.get(path).text, path
    with database.read() as session:
        (one,) = often_late(session, actor(session, "team_manager"), after)
        assert [line.done_on for line in one.late] == [None] * 3
        assert not often_late(session, actor(session, "team_manager"), after - timedelta(days=10))
    administrator = signed_in(app, "administrator")
    path = "/administration/agencies"
    assert administrator.send(path, administrator.get(path), eyes="yes", late="7", of="6").status_code == 422
    assert administrator.send(path, administrator.get(path), eyes="no", late="4", of="6").status_code == 303
    assert "after the date" not in manager.get("/agencies").text


def test_the_team_sees_who_owes_what_and_reminds_an_agency_of_what_is_late(
    case: Case, app: Flask, database: Database, clock: object
) -> None:
    after = late_returns(case, app, 1)
    (ref,) = case.opened("agency-return")
    clock(f"{after.isoformat()}T09:00")  # type: ignore[operator]
    manager = signed_in(app, "case_manager")
    page = manager.get("/agencies")
    assert "contact@northmere-council.example" in page.text and ref in page.text
    assert "Remind now" in page.text
    file = manager.get("/agencies.csv")
    assert ref in file.text and "Northmere Council" in file.text
    assert manager.send("/agencies/northmere-council/remind", page).status_code == 303
    assert case.record(ref).facts["reminders_sent"]
    manager.send("/agencies/northmere-council/remind", page)
    assert len(case.record(ref).facts["reminders_sent"]) == 1
    assert signed_in(app, "agency_contact").get("/agencies").status_code == 403


# --- the Commissioner -------------------------------------------------------------------------------------


def test_a_named_body_answers_each_recommendation_on_one_page(case: Case, app: Flask, database: Database) -> None:
    told = {"title": "A report", "report_published_on": "2026-07-01", "report_url": "https://reports.example/1"}
    report = open_a(database, "section8-report", told, on=date(2026, 7, 1))
    for number in ("1", "2"):
        report.act("add_recommendation", {"number": number, "text": f"Do the {number}. thing."})
    named = {"bodies": ["northmere-council"], "recommendations_addressed": ["1", "2"]}
    report.act("name_body", named)
    (ref,) = report.opened("commissioner-reply")
    contact = signed_in(app, "agency_contact")
    assert f"/agency/replies/{ref}" in contact.get("/agency").text
    path = f"/agency/replies/{ref}"
    page = contact.get(path)
    assert "2 of 2 recommendations have no answer yet" in page.text
    answers = {"response-1": "action_taken", "response_text-1": "Done in May.", "response-2": "no_action"}
    sent = contact.send(path, page, **answers)
    assert sent.status_code == 422 and "Recommendation 2:" in sent.text
    assert [one["recommendation"] for one in case.record(ref).facts["answers"]] == ["1"]
    again = contact.get(path)
    sent = contact.send(path, again, **{"response-2": "no_action", "response_text-2": "It is not ours."})
    assert sent.status_code == 303
    assert "Every recommendation has an answer" in contact.get(path).text
    assert signed_in(app, "other_agency_contact").get(path).status_code == 404

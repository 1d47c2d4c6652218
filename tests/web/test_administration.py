"""Administration in the browser: a partnership set up, changed and looked after, and what goes wrong on the way."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr import systime
from dardr.casework.setup import first_administrator, prepare
from dardr.storage.bodies import Body, BodyContact, Csp, FormerName, Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent, User, UserRole, WebSession
from tests import builders
from tests.web.conftest import HASHED, PASSWORD, Browser, application, dated, signed_in, token

NOBODY = "nobody@new.example"
GO = {"follow_redirects": True}


@pytest.fixture
def admin(app: Flask) -> Browser:
    return signed_in(app, "administrator")


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> tuple[Flask, Database]:
    """An installation without a partnership and its first administrator, on both databases."""
    database = Database(database_url)
    with database.write() as session:
        prepare(session, systime.utc_now(), rehearsal=True)
        user, password = first_administrator(session, systime.utc_now(), NOBODY, "Ada Example")
        assert password
        user.password = HASHED
    return application(database, tmp_path), database


def first_in(app: Flask) -> Browser:
    browser = Browser(app.test_client())
    page = browser.get("/sign-in")
    data = {"csrf_token": token(page), "email": NOBODY, "password": PASSWORD}
    assert browser.client.post("/sign-in", data=data).status_code == 302
    return browser


def number_of(database: Database, person: str) -> int:
    with database.read() as session:
        found = session.scalar(sa.select(User.id).where(User.email == builders.address(person)))
    assert found
    return found


def logged(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(sa.select(AdminEvent.what).order_by(AdminEvent.id)))


def test_a_partnership_is_set_up_from_nothing(empty: tuple[Flask, Database]) -> None:
    app, database = empty
    browser = first_in(app)
    page = browser.get("/administration")
    assert "has no partnership yet" in page.text and page.text.count("To do") >= 5
    assert browser.send("/administration/partnership", name="  ").status_code == 422
    answer = browser.send("/administration/partnership", name="North & South <b>County</b>", key="")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/partnership/choices")
    page = browser.send(
        "/administration/partnership/choices",
        team_name="Team",
        team_email="team@new.example",
        review_label="DHR",
        action_plan_assured="no",
        deciding="The chair.",
        support_contacts="Helpline 0800\nShelter",
    )
    assert page.status_code == 303
    shown = browser.get("/administration/partnership").text
    assert "North &amp; South &lt;b&gt;County&lt;/b&gt;" in shown and "Helpline 0800; Shelter" in shown
    for name in ("North", "South"):
        assert (
            browser.send("/administration/csps/add", name=f"{name} CSP", areas=f"{name}ville\nNR1").status_code == 303
        )
    answer = browser.send(
        "/administration/bodies/add",
        name="North Police",
        kind="police",
        section9="yes",
        specified_as="chief_officer_of_police",
    )
    assert answer.status_code == 303
    assert "Nobody here can be written to" in browser.get(answer.headers["Location"]).text
    contact = answer.headers["Location"] + "/contacts/add"
    assert browser.send(contact, kind="contact", email="desk@police.example").status_code == 303
    answer = browser.send(
        "/administration/people/add", name="Cass Example", email="cass@new.example", role="case_manager", invite="yes"
    )
    assert answer.status_code == 303
    with database.read() as session:
        mail = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == "cass@new.example")).one()
        assert "Cass" not in mail.subject
        here = session.scalars(sa.select(Partnership)).one()
        assert here.key == "north-and-south-b-county-b" and here.home and here.settings["review_label"] == "DHR"
        assert {user.partnership_id for user in session.scalars(sa.select(User))} == {here.id}
        assert [csp.areas for csp in session.scalars(sa.select(Csp).order_by(Csp.id))][0] == ["Northville", "NR1"]
    assert browser.get("/administration").text.count("To do") == 1, "a deciding chair is wanted"
    database.close()


def test_every_page_of_an_installation_without_a_partnership_answers_kindly(empty: tuple[Flask, Database]) -> None:
    app, database = empty
    browser = first_in(app)
    paths = set(re.findall(r'href="(/[^"#]*)"', browser.get("/administration").text)) | {"/", "/reviews", "/me"}
    paths |= {f"/administration/{part}" for part in ("csps", "bodies", "people", "targets", "bodies/add", "people/add")}
    wrong = {}
    for path in sorted(path for path in paths if not path.startswith("/static")):
        answer = browser.client.get(path.replace("&amp;", "&"), follow_redirects=True)
        if answer.status_code not in (200, 409):
            wrong[path] = answer.status_code
    assert wrong == {}
    assert "No partnership has been set up yet" in browser.get("/administration/bodies").text
    database.close()


def test_a_role_taken_away_counts_with_the_next_page(database: Database, admin: Browser, app: Flask) -> None:
    case = builders.a_review(database, "notified")
    manager = signed_in(app, "case_manager")
    form = manager.get(f"/records/{case.ref}/do/accept_notification")
    assert form.status_code == 200
    number = number_of(database, "case_manager")
    page = admin.get(f"/administration/people/{number}")
    (held,) = re.findall(r"/roles/(\d+)/take-away", page.text)
    assert admin.send(f"/administration/people/{number}/roles/{held}/take-away", page).status_code == 303
    fields = {"area_confirmed": "yes", **dated("_on", "2026-08-03")}
    answer = manager.send(f"/records/{case.ref}/do/accept_notification", form, **fields)
    assert answer.status_code == 404 and case.stage == "notified"
    again = admin.send(f"/administration/people/{number}/roles/{held}/take-away", page)
    assert again.status_code == 404, "pressed twice"


def test_a_form_sent_twice_adds_one(database: Database, admin: Browser) -> None:
    form = admin.get("/administration/bodies/add")
    chosen = {"name": "Twice", "kind": "other", "section9": "no", "specified_as": "none"}
    assert admin.send("/administration/bodies/add", form, **chosen).status_code == 303
    again = admin.send("/administration/bodies/add", form, **chosen)
    assert again.status_code == 422 and "already" in again.text
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Body.name == "Twice")) == 1


def test_an_empty_installation_says_what_to_run(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    with database.write() as session:
        prepare(session, systime.utc_now())
    page = application(database, tmp_path).test_client().get("/sign-in")
    assert "This installation is empty" in page.text and "dardr setup" in page.text
    database.close()


def test_an_installation_in_use_does_not_say_so(anyone: Browser) -> None:
    assert "This installation is empty" not in anyone.get("/sign-in").text


def test_a_body_is_renamed_and_its_history_keeps_the_old_name(database: Database, admin: Browser, app: Flask) -> None:
    case = builders.a_review(database, "decision_pending", on=date(2026, 3, 2))
    case.act("request_information", {"bodies": ["northmere-council"]})
    page = "/administration/bodies/northmere-council"
    answer = admin.send(f"{page}/name", name="Mere Unitary", **dated("from_on", "2026-07-01"))
    assert answer.status_code == 303
    assert "Northmere Council" in admin.get(page).text and "until 30 June 2026" in admin.get(page).text
    manager = signed_in(app, "case_manager")
    history = manager.get(f"/reviews/{case.ref}/timeline").text
    assert "Northmere Council" in history and "Mere Unitary" not in history
    assert "Mere Unitary" in manager.get(f"/records/{case.ref}/do/request_information").text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "", **dated("from_on", "2026-07-01")}, "this is needed"),
        ({"name": "New", **dated("from_on", "2026-09-01")}, "still to come"),
        ({"name": "Northmere Council", **dated("from_on", "2026-07-01")}, "already"),
        ({"name": "mereshire housing", **dated("from_on", "2026-07-01")}, "already"),
        ({"name": "x" * 201, **dated("from_on", "2026-07-01")}, "at most 200"),
        ({"name": "New", **dated("from_on", "2026-02-30")}, "2026"),
    ],
)
def test_a_name_that_cannot_be(admin: Browser, fields: dict[str, str], says: str) -> None:
    answer = admin.send("/administration/bodies/northmere-council/name", **fields)
    assert answer.status_code == 422 and says in answer.text and "There is a problem" not in answer.text
    assert fields["name"] in answer.text


def test_a_body_is_merged_and_its_open_items_can_be_handed_over(database: Database, admin: Browser, app: Flask) -> None:
    asked = builders.a_review(database, "decision_pending")
    asked.act("request_information", {"bodies": ["northmere-council"]})
    page = "/administration/bodies/northmere-council"
    answer = admin.send(f"{page}/end", successor="northmere-council", **dated("last_day", "2026-07-31"))
    assert answer.status_code == 422
    answer = admin.send(
        f"{page}/end", successor="southmere-council", reason="Merged", **dated("last_day", "2026-07-31")
    )
    assert answer.status_code == 303
    assert "1 open item that your roles do not show" in admin.get(page).text
    manager = signed_in(app, "team_manager")
    shown = manager.get(page).text
    assert asked.opened("agency-return")[0] in shown and "/do/record_on_behalf" in shown
    choices = signed_in(app, "case_manager").get(f"/records/{asked.ref}/do/request_information").text
    assert "northmere-council" not in choices and "southmere-council" in choices
    assert "Northmere Council" in manager.get("/administration/bodies?show=ended").text
    back = admin.send(
        "/administration/bodies/southmere-council/end", successor="northmere-council", **dated("last_day", "2026-07-31")
    )
    assert back.status_code == 422
    assert admin.send(f"{page}/go-on", admin.get(page)).status_code == 303
    with database.read() as session:
        row = session.scalars(sa.select(Body).where(Body.key == "northmere-council")).one()
        assert row.until_on is None and row.successor_id is None


def test_a_body_is_split(database: Database, admin: Browser) -> None:
    page = "/administration/bodies/northmere-council/split"
    assert admin.send(page, names="Only one", **dated("last_day", "2026-07-31")).status_code == 422
    assert admin.send(page, names="East Mere\nWest Mere", **dated("last_day", "2026-07-31")).status_code == 303
    with database.read() as session:
        east = session.scalars(sa.select(Body).where(Body.name == "East Mere")).one()
        assert east.from_on == date(2026, 8, 1) and east.section9 and east.kind == "other"
        old = session.scalars(sa.select(Body).where(Body.key == "northmere-council")).one()
        assert old.successor_id == east.id


def test_contacts_are_added_changed_and_removed(database: Database, admin: Browser) -> None:
    page = "/administration/bodies/mereshire-fire"
    assert "is not an e-mail address" in admin.send(f"{page}/contacts/add", kind="lead", email="nobody").text
    answer = admin.send(f"{page}/contacts/add", kind="lead", email="LEAD@mereshire-fire.example")
    assert answer.status_code == 422 and "there already" in answer.text
    assert (
        admin.send(f"{page}/contacts/add", kind="lead", email="x@fire.example", name="<i>Duty</i>").status_code == 303
    )
    with database.read() as session:
        number = session.scalar(sa.select(BodyContact.id).where(BodyContact.email == "x@fire.example"))
    assert "&lt;i&gt;Duty&lt;/i&gt;" in admin.get(page).text
    assert admin.get(f"/administration/bodies/mereshire-nhs/contacts/{number}").status_code == 404
    assert admin.send(f"{page}/contacts/{number}", kind="lead", email="y@fire.example").status_code == 303
    assert admin.send(f"{page}/contacts/{number}/remove", admin.get(page)).status_code == 303
    assert "y@fire.example" not in re.sub(r"Removed: \S+", "", admin.get(page).text)


def test_people_are_added_given_roles_and_leave(database: Database, admin: Browser, app: Flask) -> None:
    answer = admin.send(
        "/administration/people/add", name="Nia", email=builders.address("auditor"), role="auditor", invite="no"
    )
    assert answer.status_code == 422 and "has that address already" in answer.text
    answer = admin.send(
        "/administration/people/add", name="Nia", email="nia@mere.example", role="independent_chair", invite="no"
    )
    assert answer.status_code == 422 and "is held for one review" in answer.text
    with database.read() as session:
        assert session.scalar(sa.select(User.id).where(User.email == "nia@mere.example")) is None
    case = builders.a_review(database, "notified")
    chosen = {"role": "independent_chair", "review": case.ref}
    answer = admin.send("/administration/people/add", name="Nia", email="nia@mere.example", **chosen, invite="no")
    assert answer.status_code == 303
    page = answer.headers["Location"]
    answer = admin.send(f"{page}/roles/add", role="auditor", body="mereshire-nhs")
    assert answer.status_code == 422 and "not held for one body" in answer.text
    assert admin.send(f"{page}/roles/add", role="auditor").status_code == 303
    assert "already" in admin.send(f"{page}/roles/add", role="auditor").text
    held = re.findall(r"/roles/(\d+)/take-away", admin.get(page).text)
    assert len(held) == 2
    assert admin.send(f"{page}/roles/{held[1]}/take-away", admin.get(page)).status_code == 303
    assert admin.get(page).text.count("/take-away") == 1
    manager = number_of(database, "case_manager")
    browser = signed_in(app, "case_manager")
    with database.write() as session:
        session.add(
            WebSession(key_hash="h" * 64, user_id=manager, started_at=systime.utc_now(), last_seen_at=systime.utc_now())
        )
    case.act("assign_case_manager", {"case_manager": builders.address("case_manager")})
    assert "They carry 1 open review" in admin.get(f"/administration/people/{manager}/leave").text
    assert admin.send(f"/administration/people/{manager}/leave").status_code == 303
    assert browser.get("/reviews").status_code in (302, 403)
    with database.read() as session:
        assert session.scalars(sa.select(WebSession.ended_because).where(WebSession.user_id == manager)).all()
        assert not session.scalar(
            sa.select(sa.func.count()).where(WebSession.user_id == manager, WebSession.ended_at.is_(None))
        )
    shown = signed_in(app, "team_manager").get(f"/administration/people/{manager}").text
    assert f"/records/{case.ref}/do/assign_case_manager" in shown
    page = f"/administration/people/{manager}"
    assert case.ref not in admin.get(page).text and "1 open review that your roles do not show" in admin.get(page).text
    assert admin.send(f"{page}/come-back", admin.get(page)).status_code == 303
    assert {"person_added", "role_given", "role_taken_away", "person_left", "person_came_back"} <= set(logged(database))


def test_a_locked_account_is_let_in_again(database: Database, admin: Browser) -> None:
    number = number_of(database, "auditor")
    with database.write() as session:
        session.execute(
            sa.update(User).where(User.id == number).values(locked_until=datetime(2099, 1, 1, tzinfo=systime.UTC))
        )
    page = f"/administration/people/{number}"
    assert "locked for now" in admin.get(page).text
    assert admin.send(f"{page}/unlock", admin.get(page)).status_code == 303
    assert "locked for now" not in admin.get(page).text


def test_nobody_gives_a_role_to_themselves_and_one_administrator_stays(database: Database, admin: Browser) -> None:
    me = number_of(database, "administrator")
    answer = admin.send(f"/administration/people/{me}/roles/add", role="case_manager")
    assert answer.status_code == 403 and "to themselves" in answer.text
    assert admin.send(f"/administration/people/{me}/leave").status_code == 409
    held = re.findall(r"/roles/(\d+)/take-away", admin.get(f"/administration/people/{me}").text)
    answer = admin.send(
        f"/administration/people/{me}/roles/{held[0]}/take-away", admin.get(f"/administration/people/{me}")
    )
    assert answer.status_code == 409 and "only administrator" in answer.text


def test_the_team_manager_looks_after_agencies_only(database: Database, app: Flask) -> None:
    browser = signed_in(app, "team_manager")
    start = browser.get("/administration").text
    assert "/administration/bodies" in start and 'href="/administration/targets"' not in start
    for path in ("partnership", "csps", "targets", "profiles/kent"):
        assert browser.get(f"/administration/{path}").status_code == 403
    answer = browser.send(
        "/administration/people/add", name="N", email="n@mere.example", role="administrator", invite="no"
    )
    assert answer.status_code == 422
    chosen = {"role": "agency_contact", "body": "mereshire-nhs"}
    answer = browser.send("/administration/people/add", name="N", email="n@mere.example", **chosen, invite="no")
    assert answer.status_code == 303
    auditor = number_of(database, "auditor")
    shown = browser.get(f"/administration/people/{auditor}").text
    assert "They have left" not in shown and "An administrator changes the access" in shown
    assert "They have left" in browser.get(answer.headers["Location"]).text
    assert browser.send(f"/administration/people/{auditor}/leave").status_code == 403
    with database.read() as session:
        held = session.scalar(sa.select(UserRole.id).where(UserRole.user_id == auditor))
    page = browser.get(answer.headers["Location"])
    assert browser.send(f"/administration/people/{auditor}/roles/{held}/take-away", page).status_code == 403


@pytest.mark.parametrize("person", ["case_manager", "auditor", "agency_contact", "deciding_chair"])
def test_administration_is_not_for_others(app: Flask, person: str) -> None:
    assert signed_in(app, person).get("/administration").status_code == 403


def test_a_local_target_counts_for_what_begins_after(database: Database, admin: Browser) -> None:
    before = builders.a_review(database, "decision_pending", on=date(2026, 7, 1))
    before.act("request_information", {"bodies": ["northmere-council"]})
    page = "/administration/targets/information_return"
    assert "1 clock runs on it now" in admin.get(page).text
    assert admin.send(page, which="own", n="", unit="days").status_code == 422
    assert admin.send(page, which="own", n="0", unit="days").status_code == 422
    assert admin.send(page, which="own", n="999999", unit="months").status_code == 422
    assert admin.send(page, which="own", n="-3", unit="days").status_code == 422
    kept = before.deadline("information_return", ref=before.opened("agency-return")[0]).due_on
    assert admin.send(page, which="own", n="3", unit="days").status_code == 303
    assert "3 days" in admin.get("/administration/targets").text
    after = builders.a_review(database, "decision_pending", on=date(2026, 7, 1))
    after.act("request_information", {"bodies": ["northmere-council"]})
    assert before.deadline("information_return", ref=before.opened("agency-return")[0]).due_on == kept
    assert after.deadline("information_return", ref=after.opened("agency-return")[0]).due_on != kept
    assert admin.send(page, which="default").status_code == 303
    assert admin.get("/administration/targets/overview_report").status_code == 404


def test_a_profile_is_shown_and_loaded_once(empty: tuple[Flask, Database]) -> None:
    app, database = empty
    browser = first_in(app)
    page = browser.get("/administration/profiles/kent")
    assert "Kent Police" in page.text and "Load it" in page.text
    assert browser.send("/administration/profiles/kent", page).status_code == 303
    assert "Everything in it is here already" in browser.get("/administration/profiles/kent").text
    other = browser.get("/administration/profiles/demonstration")
    assert "is for an installation of its own" in other.text and "Load it" not in other.text
    assert browser.send("/administration/profiles/demonstration", page).status_code == 200
    assert browser.get("/administration/profiles/atlantis").status_code == 404
    with database.read() as session:
        assert session.scalars(sa.select(Partnership.key).where(Partnership.home.is_(True))).all() == ["kent"]
    database.close()


def test_a_csp_is_renamed_changed_and_ended(database: Database, admin: Browser) -> None:
    page = "/administration/csps/northmere"
    assert admin.send(f"{page}/change", areas="A\na\nB", **dated("from_on", "2020-01-01")).status_code == 303
    assert admin.send(f"{page}/end", **dated("last_day", "2019-01-01")).status_code == 422
    assert admin.send(f"{page}/end", **dated("last_day", "2026-08-01")).status_code == 303
    assert admin.send(f"{page}/end").status_code == 303, "left empty, the ending is taken back"
    answer = admin.send(f"{page}/name", name="North CSP", **dated("from_on", "2019-06-01"))
    assert answer.status_code == 422 and "began on" in answer.text
    assert admin.send(f"{page}/name", name="North CSP", **dated("from_on", "2026-06-01")).status_code == 303
    with database.read() as session:
        row = session.scalars(sa.select(Csp).where(Csp.key == "northmere")).one()
        assert (row.areas, row.until_on, row.name) == (["A", "B"], None, "North CSP")
        assert session.scalars(sa.select(FormerName.until_on)).all() == [date(2026, 5, 31)]
    again = admin.send(f"{page}/name", name="Third CSP", **dated("from_on", "2026-06-01"))
    assert again.status_code == 422


def test_a_partnership_is_renamed(database: Database, admin: Browser) -> None:
    page = "/administration/partnership/name"
    assert admin.send(page, name="Mere", **dated("from_on", "2026-08-01")).status_code == 303
    shown = admin.get("/administration/partnership").text
    assert "Mereshire (fictional)" in shown and "until 31 July 2026" in shown
    wrong = admin.send(
        "/administration/partnership/choices", team_email="no", review_label="DARDR", action_plan_assured="yes"
    )
    assert wrong.status_code == 422 and "is not an e-mail address" in wrong.text

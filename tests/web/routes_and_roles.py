"""What every route gives to everybody. After a change that is meant, write the table again with:

    .venv/bin/python -m tests.web.routes_and_roles

and read the difference: it is what somebody may now open or send, or may no more.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from dardr import systime
from dardr.casework.files import FileGiven
from dardr.storage import migrate
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.people import User
from dardr.storage.reading import ConflictOfInterest, OpenedCase
from dardr.storage.reviews import Deadline, Record
from tests import builders
from tests.conftest import RUN_FOLDER
from tests.web.conftest import NOW, PASSWORD, Browser, application, prepared, token
from workflows.definition import Role

TABLE = Path(__file__).with_name("routes_and_roles.txt")

PEOPLE = {
    "nobody": "nobody signed in",
    "CM": "case_manager",
    "TM": "team_manager",
    "DC": "deciding_chair",
    "CSP": "csp_member",
    "SG": "steering_member",
    "IC": "independent_chair",
    "PM": "panel_member",
    "AC": "agency_contact",
    "AC2": "other_agency_contact",
    "AL": "agency_lead",
    "PL": "police_liaison",
    "CO": "communications",
    "AU": "auditor",
    "AD": "administrator",
    "AD+": "opened_administrator",
    "CM-": "conflicted_case_manager",
    "left": "leaver",
}
"""Short name of a column, and who it is. The two agency contacts: one asked by the review, one not."""

COOKIE = "dardr"
NOT_SENT = {"/sign-in", "/sign-out", "/me/sessions/end-others"}
"""Forms that only begin or end the session of whoever sends them; tests of their own look at those."""


@dataclass
class World:
    """A partnership with one review and what serves it, and everybody's browser."""

    database: Database
    app: Flask
    values: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)


def a_world(url: str, folder: Path) -> World:
    """Build it by real actions."""
    database = prepared(url)
    app = application(database, folder)
    for brake in app.extensions["limiter"]:
        brake.enabled = False  # it counts by the minute: what it answers would depend on how fast the table is made
    case = builders.a_review(database, "evidence")
    case.act("request_returns", {"bodies": ["northmere-council"], "kind": "imr"})
    on_register = {"title": "Ash Fielding", "home_office_training": "yes", "listed_on": case.today.isoformat()}
    chair = builders.open_a(database, "chair", on_register, on=case.today).ref
    made = {"recommendation_text": "Ask about safety again.", "rec_source": "early_learning", "scope": "local"}
    recommendation = case.act("add_recommendation", {**made, "addressees": ["northmere-council"]}).created[0]
    days = {"meeting_on": "2026-12-17", "opens_on": "2026-11-19", "closes_on": "2026-12-03"}
    opening = {**days, "planned_on": case.today.isoformat()}
    updates = builders.open_a(database, "update-round", opening, on=case.today).ref
    given = FileGiven("letter.txt", b"A fictional letter.", "text/plain")
    item = case.opened("agency-return")[0]
    case.act("receive_return", {"known": "yes", "return_reference": "E-mail", "return_file": given}, ref=item)
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        builders.grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
        builders.grant(session, "communications", Role.COMMUNICATIONS, case.ref)
        for key, role in (
            ("opened_administrator", Role.ADMINISTRATOR),
            ("conflicted_case_manager", Role.CASE_MANAGER),
            ("leaver", Role.CASE_MANAGER),
        ):
            _another(session, key, role)
        _exceptions(session, case.ref)
        others = {"chair": chair, "recommendation": recommendation, "round": updates}
        world = World(database, app, {**_values(session, case.ref, item), **others})
    for column, person in PEOPLE.items():
        browser = Browser(app.test_client())
        if person != "nobody signed in":
            answer = browser.sign_in(person, PASSWORD)
            assert answer.status_code == 302, (person, answer.text[:300])
        world.browsers[column] = browser
    begun = world.browsers["CM"].send("/notify/begin", world.browsers["CM"].get("/notify"))
    assert begun.status_code in (302, 303), begun.text[:300]
    world.values["draft"] = re.findall(r"/notify/(\d+)", begun.headers["Location"])[0]
    with database.write() as session:
        session.execute(sa.update(User).where(User.email == builders.address("leaver")).values(active=False))
    return world


def _another(session: Session, key: str, role: Role) -> None:
    from dardr.storage.people import UserRole
    from tests.web.conftest import HASHED

    partnership = session.scalars(sa.select(User.partnership_id).where(User.partnership_id.is_not(None))).first()
    assert partnership is not None
    user = builders.a_person(session, key, f"{key.replace('_', ' ').title()} Example", partnership_id=partnership)
    user.password = HASHED
    session.flush()
    session.add(UserRole(user_id=user.id, role=str(role)))


def _exceptions(session: Session, ref: str) -> None:
    """The conflict of one person, and the review that one administrator opened for a reason."""
    now = systime.utc_now()
    record_id = session.scalars(sa.select(Record.id).where(Record.ref == ref)).one()
    ids = {key: _id(session, key) for key in ("conflicted_case_manager", "opened_administrator", "team_manager")}
    session.add(
        ConflictOfInterest(
            user_id=ids["conflicted_case_manager"], record_id=record_id, reason="Knows a relative",
            recorded_by=ids["team_manager"], recorded_at=now,
        )
    )  # fmt: skip
    session.add(
        OpenedCase(
            user_id=ids["opened_administrator"], record_id=record_id, reason="A page does not open for the chair",
            opened_at=now, until_at=now + timedelta(hours=8),
        )
    )  # fmt: skip


def _id(session: Session, key: str) -> int:
    return session.scalars(sa.select(User.id).where(User.email == builders.address(key))).one()


def _values(session: Session, ref: str, item: str) -> dict[str, str]:
    """What stands in an address for each part of it."""
    record_id = session.scalars(sa.select(Record.id).where(Record.ref == ref)).one()
    clock = session.scalars(sa.select(Deadline.id).where(Deadline.record_id == record_id)).first()
    body = session.scalars(sa.select(Body.id).where(Body.key == "mereshire-nhs")).one()
    return {
        "ref": ref,
        "item": item,
        "deadline": str(clock),
        "file": str(session.scalars(sa.select(StoredFile.id)).first()),
        "contact": str(session.scalars(sa.select(BodyContact.id).where(BodyContact.body_id == body)).first()),
        "person": str(_id(session, "auditor")),
    }


def path_of(rule: str, values: dict[str, str]) -> str:
    """An address of this rule that leads to something there is, wherever there is such a thing."""
    own = {
        "ref": values["item"] if rule.startswith("/records/") and "deadlines" not in rule else values["ref"],
        "key": "northmere" if "/csps/" in rule else "mereshire-nhs" if "/bodies/" in rule else "add_note",
        "number": "1",
        "user_id": values["person"],
        "name": "decision_notice" if "/documents/" in rule else "kent",
        "form": "docx" if "/documents/" in rule else "xlsx",
        "process_key": "dardr-s9",
        "entry": "1",
        "held": "1",
    }
    if rule.startswith("/process/"):
        own["key"] = "dardr-s9"
    for part, value in (
        ("/chairs/", "chair"), ("/returns/", "item"), ("/agency/pass/", "item"), ("/update-rounds/", "round"),
    ):  # fmt: skip
        if rule.startswith(part):
            own["ref"] = values[value]
    if rule.endswith("/recommendation"):
        own["ref"] = values["recommendation"]
    if rule.startswith(("/agencies/", "/administration/bodies/")):
        own["key"] = "mereshire-nhs"
    if rule.startswith("/returns/") and "/parts/" in rule:
        own["key"] = "analysis"
    if "/targets/" in rule:
        own["key"] = "imr_return"
    for part, value in (("/deadlines/", "deadline"), ("/files/", "file"), ("/contacts/", "contact")):
        if part in rule:
            own["number"] = values[value]
    if rule.startswith("/notify/"):
        own |= {"number": values["draft"], "key": "the-person"}
    if "/people/" in rule and rule.startswith("/administration"):
        own["number"] = values["person"]
    rule = re.sub(r"<any\('?([\w-]+)'?[^>]*>", r"\1", rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: own.get(found[1], "x"), rule)


def rows(world: World) -> dict[str, list[int]]:
    """Method and rule, with the status each column gets. Nothing that is sent lasts."""
    rules = sorted(world.app.url_map.iter_rules(), key=lambda rule: rule.rule)
    signing_in = [rule for rule in rules if rule.rule.startswith("/sign-in")]
    found = _of(world, [rule for rule in rules if rule not in signing_in])
    return found | _of(world, signing_in)  # last, because some of them end the session they are asked in


def _of(world: World, rules: list[Rule]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    tokens: dict[str, str] = {}
    for rule in rules:
        if "GET" in (rule.methods or ()):
            path = path_of(rule.rule, world.values)
            found[f"GET  {rule.rule}"] = [b.get(path).status_code for b in world.browsers.values()]
    with patch.object(Session, "commit", Session.rollback):
        for rule in rules:
            if "POST" in (rule.methods or ()) and rule.rule not in NOT_SENT:
                path = path_of(rule.rule, world.values)
                found[f"POST {rule.rule}"] = [_sent(browser, path, tokens) for browser in world.browsers.values()]
    return found


def _sent(browser: Browser, path: str, tokens: dict[str, str]) -> int:
    """An empty form, with the token a page gave to this browser for its session, whose cookie says which it is."""
    cookie = browser.client.get_cookie(COOKIE)
    session = cookie.value if cookie else ""
    if session not in tokens:
        page = browser.get("/process")
        page = page if page.status_code == 200 else browser.get("/sign-in")
        cookie = browser.client.get_cookie(COOKIE)
        tokens[session := cookie.value if cookie else ""] = token(page)
    return browser.client.post(path, data={"csrf_token": tokens[session]}).status_code


def written(found: dict[str, list[int]]) -> str:
    """The table as text."""
    width = max(map(len, found)) + 2
    lines = [f"{short:<7}{person.replace('_', ' ')}" for short, person in PEOPLE.items()]
    lines += ["", " " * width + "".join(f"{short:<7}" for short in PEOPLE).rstrip()]
    lines += [f"{name:<{width}}" + "".join(f"{s:<7}" for s in statuses).rstrip() for name, statuses in found.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table again."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault(RUN_FOLDER, folder)  # no test runs: the templates are compiled here
        url = f"sqlite:///{folder}/routes.db"
        migrate.upgrade(url)
        systime.pretend(systime.parse_pretended(NOW))
        TABLE.write_text(written(rows(a_world(url, Path(folder)))), encoding="utf-8")


if __name__ == "__main__":
    main()

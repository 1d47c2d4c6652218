"""A partnership from nothing, and again from a profile, in a real browser, up to the first notification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from dardr.actors import load_actor
from dardr.casework.closures import close_office
from dardr.cli import main
from dardr.storage.bodies import Body, BodyContact, Csp, Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from dardr.storage.people import User
from tests.builders import at_ten
from tests.journeys.following import follow
from tests.journeys.test_browser import too_wide, violations
from tests.web.conftest import HASHED, PASSWORD
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"
ADMIN = "ada.admin@new.example"
MANAGER = "cass.manager@new.example"


def dardr(database_url: str, folder: Path, *words: str) -> None:
    """Run a command as whoever installs it."""
    env = {
        "DARDR_DATABASE_URL": database_url,
        "DARDR_DATA_FOLDER": str(folder),
        "DARDR_SECRET_KEY": "5e" * 32,
        "DARDR_MASTER_KEY": "a1" * 32,
        "DARDR_NOW": NOW,
    }
    result = CliRunner().invoke(main, list(words), env=env)
    assert result.exit_code == 0, result.output


def installed(folder: Path, profile: str) -> Database:
    """A rehearsal database with a profile and its first administrator, who has chosen a password."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'dardr.sqlite3'}"
    dardr(url, folder, "db", "upgrade", "--rehearsal", "--profile", "none")
    dardr(url, folder, "setup", "--profile", profile, "--administrator", ADMIN, "--name", "Ada Admin")
    database = Database(url)
    choose_passwords(database)
    return database


def choose_passwords(database: Database) -> None:
    """Everybody follows their link and chooses the same password."""
    with database.write() as session:
        session.execute(sa.update(User).where(User.is_operator.is_(False)).values(password=HASHED))


@pytest.fixture
def from_nothing(tmp_path: Path) -> Iterator[Serving]:
    database = installed(tmp_path / "nothing", "none")
    with serving(database, tmp_path / "nothing", NOW) as running:
        yield running
    database.close()


@pytest.fixture
def from_kent(tmp_path: Path) -> Iterator[Serving]:
    database = installed(tmp_path / "kent", "kent")
    with serving(database, tmp_path / "kent", NOW) as running:
        yield running
    database.close()


def sign_in(page: Page, server: Serving, email: str) -> None:
    page.goto(f"{server.address}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def fill_date(page: Page, question: str, day: str, month: str, year: str) -> None:
    group = page.get_by_role("group", name=re.compile(re.escape(question)))
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        group.get_by_label(label).fill(value)


def administration(page: Page, part: str) -> None:
    """From the start of the administration to one of its parts."""
    page.get_by_role("link", name="Administration").first.click()
    page.get_by_role("main").get_by_role("link", name=part).click()


def look(page: Page) -> list[str]:
    """What is wrong with the page as it stands, at the narrowest width too."""
    said = [f"{page.url}: {v}" for v in violations(page)]
    page.set_viewport_size({"width": 320, "height": 800})
    if extra := too_wide(page):
        said.append(f"{page.url}: {extra} pixels too wide")
    page.set_viewport_size({"width": 1280, "height": 900})
    return said


def notify(page: Page, csp: str) -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/open/dardr-s9")
    page.get_by_label("Police", exact=True).check()
    fill_date(page, "When was the partnership notified?", "31", "7", "2026")
    fill_date(page, "When did the partnership first know of the death?", "31", "7", "2026")
    page.get_by_role("group", name=re.compile("Was it in writing")).get_by_label("Yes").check()
    chosen = page.get_by_label(csp, exact=True)
    chosen.check()
    page.get_by_label("When did the person die?", exact=True).fill("2026-07")
    page.get_by_label("Age of the person who died, in years", exact=True).fill("34")
    page.get_by_label("Appears to be homicide").check()
    page.get_by_label(re.compile("^What was the other person")).first.select_option(index=1)
    page.get_by_role("button", name="Record a notification").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Record a notification.")


def add_person(page: Page, name: str, email: str, role: str) -> None:
    administration(page, "People and roles")
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address", exact=True).fill(email)
    page.get_by_label("Which role?", exact=True).select_option(role)
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(f"{name} is added.")


def test_a_partnership_from_nothing(page: Page, browser: Browser, from_nothing: Serving) -> None:
    server, wrong = from_nothing, []
    sign_in(page, server, ADMIN)
    page.get_by_role("link", name="Administration").first.click()
    expect(page.get_by_text("This installation has no partnership yet")).to_be_visible()
    wrong += look(page)
    page.get_by_role("link", name="The partnership").click()
    page.get_by_role("button", name="Set up the partnership").click()
    expect(page.get_by_role("alert")).to_contain_text("This was not saved")
    wrong += look(page)
    page.get_by_label("Name of the partnership", exact=True).fill("Harrowdale Community Safety Partnership")
    page.get_by_role("button", name="Set up the partnership").click()
    page.get_by_label("Name of the team (optional)").fill("Harrowdale Community Safety Team")
    page.get_by_label("E-mail address of the team (optional)").fill("team@harrowdale.example")
    wrong += look(page)
    follow(page.get_by_role("button", name="Save"))
    for name, areas in (("Upper Harrowdale", "Uppermarket\nHarrow Bridge"), ("Lower Harrowdale", "Lowmarket")):
        administration(page, "Local partnerships (CSPs)")
        page.get_by_role("link", name="Add a local partnership").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Areas it covers (optional)").fill(areas)
        follow(page.get_by_role("button", name="Add", exact=True))
    wrong += look(page)
    for name, kind, lists in (
        ("Harrowdale Police", "police", ("Yes", "chief_officer_of_police")),
        ("Harrowdale Council", "local_authority", ("Yes", "local_authority")),
        ("Harrowdale Refuge", "voluntary", ("No", "none")),
    ):
        administration(page, "Agencies and their contacts")
        page.get_by_role("link", name="Add an agency").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("What kind of body is it?").select_option(kind)
        page.get_by_role("group", name=re.compile(r"section 9\(4\)")).get_by_label(lists[0]).check()
        page.get_by_label(re.compile(r"section 15\(3\)")).select_option(lists[1])
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("Nobody here can be written to")).to_be_visible()
        page.get_by_role("link", name="Add a contact").click()
        page.get_by_label("E-mail address", exact=True).fill(f"desk@{kind.replace('_', '-')}.example")
        follow(page.get_by_role("button", name="Save"))
    wrong += look(page)
    add_person(page, "Cass Manager", MANAGER, "case_manager")
    wrong += look(page)
    add_person(page, "Dana Chair", "dana.chair@new.example", "deciding_chair")
    administration(page, "Local targets")
    page.get_by_role("link", name="Information return for the decision").click()
    page.get_by_label("A length of our own").check()
    page.get_by_label("How long? (optional)").fill("7")
    page.get_by_label("Working days", exact=True).check()
    wrong += look(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("7 working days")).to_be_visible()
    wrong += look(page)
    administration(page, "Bank holidays")
    page.get_by_role("link", name="Add a bank holiday").click()
    fill_date(page, "Which day?", "7", "9", "2026")
    page.get_by_label("What is it called?").fill("Harrowdale Day")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would change")
    wrong += look(page)
    page.get_by_role("button", name="Add these days").click()
    expect(page.get_by_text("Harrowdale Day")).to_be_visible()
    page.get_by_role("link", name="Administration").first.click()
    expect(page.get_by_text("6 of 6 parts are done")).to_be_visible()
    wrong += look(page)
    choose_passwords(server.database)
    follow(page.get_by_role("button", name="Sign out"))
    sign_in(page, server, MANAGER)
    notify(page, "Upper Harrowdale")
    assert wrong == []
    with server.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Csp)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(Body)) == 3
        assert session.scalar(sa.select(sa.func.count()).select_from(BodyContact)) == 3


def test_a_partnership_from_the_kent_profile(page: Page, from_kent: Serving) -> None:
    server = from_kent
    sign_in(page, server, ADMIN)
    administration(page, "Agencies and their contacts")
    page.get_by_role("main").get_by_role("link", name="Kent Police", exact=True).click()
    page.get_by_role("link", name="Add a contact").click()
    page.get_by_label("E-mail address", exact=True).fill("reviews@police.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nobody here can be written to")).not_to_be_visible()
    assert look(page) == []
    administration(page, "Agencies and their contacts")
    page.get_by_role("link", name="Ended").click()
    page.get_by_role("link", name="Medway Primary Care Trust").click()
    expect(page.get_by_text("It ended on 31 March 2013.")).to_be_visible()
    assert look(page) == []
    page.get_by_role("link", name="Administration").first.click()
    page.get_by_role("main").get_by_role("link", name="Kent Community Safety Partnership", exact=True).click()
    expect(page.get_by_text("Everything in it is here already")).to_be_visible()
    administration(page, "The partnership")
    expect(page.get_by_text("DARDR Steering Group")).to_be_visible()
    assert look(page) == []
    add_person(page, "Cass Manager", MANAGER, "case_manager")
    choose_passwords(server.database)
    follow(page.get_by_role("button", name="Sign out"))
    sign_in(page, server, MANAGER)
    notify(page, "Medway Community Safety Partnership")
    with server.database.read() as session:
        here = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        assert here.key == "kent" and session.scalar(sa.select(Installation.rehearsal))


PAGES = (
    "",
    "/partnership",
    "/partnership/choices",
    "/partnership/name",
    "/csps",
    "/csps/add",
    "/csps/medway",
    "/csps/medway/change",
    "/csps/medway/name",
    "/csps/medway/end",
    "/bodies",
    "/bodies?show=ended",
    "/bodies?show=without a contact",
    "/bodies/add",
    "/bodies/kent-police",
    "/bodies/medway-pct",
    "/bodies/kent-police/change",
    "/bodies/kent-police/name",
    "/bodies/kent-police/end",
    "/bodies/kent-police/split",
    "/bodies/kent-police/contacts/add",
    "/people",
    "/people?role=auditor",
    "/people/add",
    "/people/{ada}",
    "/people/{ada}/change",
    "/people/{ada}/roles/add",
    "/people/{ada}/leave",
    "/targets",
    "/targets/imr_return",
    "/calendar",
    "/calendar/add",
    "/calendar/import",
    "/calendar/leave-out",
    "/closures",
    "/closures/add",
    "/closures/2026-12-29/open",
    "/profiles/kent",
    "/profiles/demonstration",
)


def test_every_page_of_administration_is_accessible_and_fits(page: Page, from_kent: Serving) -> None:
    server, wrong = from_kent, []
    sign_in(page, server, ADMIN)
    with server.database.write() as session:
        ada = session.scalars(sa.select(User.id).where(User.email == ADMIN)).one()
        closed = date(2026, 12, 29)
        close_office(session, load_actor(session, ada), at_ten(date(2026, 8, 3)), closed, "Between the holidays")
    for path in PAGES:
        answer = page.goto(f"{server.address}/administration{path.format(ada=ada)}")
        assert answer is not None and answer.status == 200, path
        wrong += look(page)
        page.set_viewport_size({"width": 768, "height": 900})
        if extra := too_wide(page):
            wrong.append(f"{path}: {extra} pixels too wide at 768")
    assert wrong == []


def test_administration_without_scripts(browser: Browser, from_kent: Serving) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, from_kent, ADMIN)
    administration(page, "Agencies and their contacts")
    page.get_by_role("main").get_by_role("link", name="Kent Police", exact=True).click()
    page.get_by_role("link", name="Change name").click()
    page.get_by_label("New name").fill("Police in Kent")
    fill_date(page, "From which day", "1", "7", "2026")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Police in Kent")
    expect(page.get_by_text("until 30 June 2026")).to_be_visible()
    context.close()

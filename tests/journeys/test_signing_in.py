"""Signing in with a real browser: an app set up from its key, a recovery code, a passkey, and a session that ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from dardr.storage.drafts import Draft
from dardr.storage.installation import Installation
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import Passkey, User, WebSession
from tests import builders
from tests.journeys.following import follow
from tests.journeys.test_browser import WIDTHS, complaints_of, violations
from tests.web.conftest import PASSWORD, prepared
from tests.web.second_factors import code
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-12-07T09:00"
LONG_AGO = builders.at_ten(builders.START)
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server in earnest: no rehearsal, so that second factors are asked of those who must have one."""
    folder = tmp_path_factory.mktemp("signing-in")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        with database.write() as session:
            session.execute(sa.update(Installation).values(rehearsal=False))
        yield running
    database.close()


def at(server: Serving, path: str) -> str:
    """By name: a passkey belongs to a name, never to a number."""
    return server.address.replace("127.0.0.1", "localhost") + path


def give_password(page: Page, server: Serving, person: str, next_: str = "") -> None:
    page.goto(at(server, f"/sign-in{next_}"))
    page.get_by_label("E-mail address").fill(builders.address(person))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in", exact=True))


def set_up_app(page: Page) -> str:
    """Set up an app by typing its key, as somebody without a camera does; the key."""
    follow(page.get_by_role("button", name="Set up the app"))
    key = page.locator("#authenticator-key").inner_text().replace("-", "")
    expect(page.get_by_alt_text("The key below, for the camera of your phone")).to_be_visible()
    assert page.evaluate("document.querySelector('.dardr-qr').naturalWidth") > 0
    assert violations(page) == []
    page.get_by_label("Code in the app").fill(code(key))
    follow(page.get_by_role("button", name="Confirm the code"))
    return key


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_an_app_recovery_codes_and_signing_in_with_each(page: Page, server: Serving) -> None:
    give_password(page, server, "case_manager")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up an authenticator app")
    key = set_up_app(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("button", name="Make new recovery codes").click()
    expect(page.locator(".dardr-codes li")).to_have_count(10)
    codes = page.locator(".dardr-codes li").all_inner_texts()
    assert violations(page) == []
    follow(page.get_by_role("button", name="I have kept them"))
    sign_out(page)

    give_password(page, server, "case_manager", "?next=/deadlines")
    expect(page.get_by_role("heading", level=1)).to_have_text("Give the code in your app")
    page.get_by_label("Six figures").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    assert violations(page) == []
    page.get_by_label("Six figures").fill(code(key, 30))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/deadlines")
    sign_out(page)

    give_password(page, server, "case_manager", "?next=/deadlines")
    follow(page.get_by_role("link", name="Use a recovery code instead"))
    assert violations(page) == []
    page.get_by_label("Recovery code").fill(codes[3])
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/deadlines")
    page.get_by_role("link", name="Alex Example").click()
    expect(page.get_by_text("9 left")).to_be_visible()


def test_a_passkey_is_added_used_and_removed(page: Page, server: Serving) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)

    give_password(page, server, "auditor")
    page.goto(at(server, "/me/passkeys"))
    assert violations(page) == []
    page.get_by_label("Name of the new passkey").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/me")
    expect(page.get_by_role("alert")).to_contain_text("The passkey is added")
    expect(page.get_by_text("Work laptop")).to_be_visible()
    sign_out(page)

    page.goto(at(server, "/sign-in?next=/deadlines"))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/deadlines")
    page.get_by_role("link", name="Gray Example").click()
    expect(page.get_by_text("with a passkey")).to_be_visible()
    with server.database.read() as session:
        used = session.scalars(sa.select(Passkey)).one()
        assert used.last_used_at is not None and used.usage == "first"

    page.goto(at(server, "/me/passkeys"))
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey is removed")
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work with this passkey")
    assert page.url.partition("?")[0].endswith("/sign-in/passkey") and violations(page) == []
    page.get_by_role("link", name="Sign in another way").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert complaints == []


def test_a_page_warns_before_the_session_ends_and_stays(page: Page, server: Serving) -> None:
    page.clock.install()
    give_password(page, server, "police_liaison")
    page.goto(at(server, "/me"))
    warning = page.get_by_role("dialog", name="You will be signed out soon")
    page.clock.fast_forward("54:00")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("01:30")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("In 5 minutes you will be signed out")
    assert violations(page) == []
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    with page.expect_response("**/me/stay") as answered:
        page.get_by_role("button", name="Stay signed in").click()
    assert answered.value.status == 204
    expect(warning).to_be_hidden()
    page.clock.fast_forward("30:00")
    expect(warning).to_be_hidden()


def test_what_is_being_typed_is_kept_when_nobody_is_there(page: Page, server: Serving) -> None:
    page.clock.install()
    give_password(page, server, "police_liaison")
    page.goto(at(server, "/me/password"))
    page.evaluate(
        "() => document.querySelector('main form').insertAdjacentHTML('beforeend',"
        " '<label>Notes <textarea name=\"notes\"></textarea></label>')"
    )
    page.get_by_label("Notes").fill("Half a sentence")
    page.clock.fast_forward("59:45")
    expect(page.get_by_role("dialog")).to_contain_text("What you typed will be kept for you")
    with server.database.write() as session:
        number = session.scalars(sa.select(User.id).where(User.name == "Ellis Example")).one()
        session.execute(sa.update(WebSession).where(WebSession.user_id == number).values(last_seen_at=LONG_AGO))
    page.clock.fast_forward("00:20")
    page.wait_for_url("**/sign-in?next=/kept-forms")
    with server.database.read() as session:
        assert session.scalars(sa.select(Draft.path).where(Draft.user_id == number)).one() == "/me/password"
    page.get_by_label("E-mail address").fill(builders.address("police_liaison"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you typed was kept")
    assert violations(page) == []


def test_every_page_of_signing_in_is_accessible_and_fits(page: Page, server: Serving) -> None:
    complaints: list[str] = []

    def look(path: str) -> None:
        page.goto(at(server, path))
        complaints.extend(complaints_of(page, path, looked_at=WIDTHS))

    for path in ("/sign-in", "/sign-in/password", "/sign-in/passkey"):
        look(path)
    page.goto(at(server, "/sign-in/password"))
    page.get_by_label("E-mail address").fill(builders.address("steering_member"))
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("an e-mail with a link is on its way")).to_be_visible()
    with server.database.read() as session:
        newest = sa.select(OutboxMessage.text).order_by(OutboxMessage.id.desc()).limit(1)
        link = re.search(r"/sign-in/password/\S+", session.scalars(newest).one())
    assert link
    look(link[0])
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a password")
    give_password(page, server, "auditor")
    for path in ("/me", "/me/password", "/me/second-factor", "/me/recovery-codes", "/me/passkeys"):
        look(path)
    assert complaints == []


def test_a_form_sent_too_late_is_filled_in_again_without_scripts(browser: Browser, server: Serving) -> None:
    """The last of this module: from here on the server is a demonstration, where a password is enough."""
    case = builders.a_review(server.database, "notified", display_pseudonym="Alder")
    with server.database.write() as session:
        session.execute(sa.update(Installation).values(demonstration=True))
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    give_password(page, server, "second_case_manager")
    page.goto(at(server, f"/records/{case.ref}/do/accept_notification"))
    page.get_by_label("Yes").check()
    with server.database.write() as session:
        number = session.scalars(sa.select(User.id).where(User.name == "Bailey Example")).one()
        session.execute(sa.update(WebSession).where(WebSession.user_id == number).values(last_seen_at=LONG_AGO))
    page.get_by_role("button", name="Accept for screening").click()
    expect(page.get_by_text("What you typed is kept for you")).to_be_visible()
    page.get_by_label("E-mail address").fill(builders.address("second_case_manager"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in", exact=True))
    page.get_by_role("button", name=re.compile("Go back to the form")).click()
    expect(page.get_by_text("is filled in again")).to_be_visible()
    expect(page.get_by_label("Yes")).to_be_checked()
    page.get_by_role("button", name="Accept for screening").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Accept for screening.")
    context.close()

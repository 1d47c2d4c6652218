"""Codes of an authenticator app, made from the key that the page shows, as a phone does."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask.testing import FlaskClient
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from tests.web.conftest import Browser, token


def in_earnest(database: Database) -> None:
    """No rehearsal any more: what is asked of people who work with real reviews is asked."""
    with database.write() as session:
        session.execute(sa.update(Installation).values(rehearsal=False, demonstration=False))


def key_on(page: str) -> str:
    """The key that the set-up page shows beside its picture."""
    found = re.search(r'id="authenticator-key">([A-Z2-7-]+)<', page)
    assert found, "This page shows no key."
    return found[1].replace("-", "")


def code(key: str, later: int = 0) -> str:
    """The six figures that an app shows now, or in its next half minute if ``later``: a code works only once."""
    app = TOTP(key=key)
    now = app.generate()
    return str((app.generate(time=now.expire_time) if later else now).token)


def set_up(browser: Browser) -> str:
    """Set up an authenticator app on the page that a browser was led to; the key."""
    page = browser.send("/me/second-factor", setup="authenticator")
    key = key_on(page.text)
    to = re.search(r'<form action="([^"]+)"[^>]*>\s*<input[^>]*>\s*<div class="govuk-form-group">', page.text)
    assert to, page.text
    answer = sent(browser.client, to[1], page, code=code(key))
    assert answer.status_code == 302, answer.text
    return key


def sent(client: FlaskClient, path: str, page: TestResponse, **fields: str) -> TestResponse:
    """Send a form of a page to an address."""
    return client.post(path, data={"csrf_token": token(page), **fields})


def recovery_codes(browser: Browser) -> list[str]:
    """Make recovery codes, and read them from the page."""
    page = browser.send("/me/recovery-codes")
    return re.findall(r"<li>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</li>", page.text)

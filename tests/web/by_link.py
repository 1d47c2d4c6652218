"""How a test comes in by the link in an e-mail: the post is claimed as the worker does it, and the link opened."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from dardr import systime
from dardr.casework.deliver import claim
from dardr.storage.engine import Database
from dardr.storage.outbox import QUEUED, SENT, OutboxMessage
from notifications.mail import Mail
from tests.web.conftest import Browser

SENDER = "reviews@mereshire.example"


def post(database: Database) -> list[Mail]:
    """Everything that is waiting, as it leaves; it counts as sent from then on."""
    with database.write() as session:
        waiting = sa.update(OutboxMessage).where(OutboxMessage.status == QUEUED)
        session.execute(waiting.values(not_before=systime.utc_now() - timedelta(minutes=1)))
    claimed, _ = claim(database, systime.utc_now(), 500, "test", SENDER)
    with database.write() as session:
        session.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.id.in_([one.id for one in claimed]))
            .values(status=SENT, lease_owner=None, lease_until=None)
        )
    return [one.mail for one in claimed]


def door_in(mail: Mail) -> str:
    """The path of the first link of an e-mail that opens a door."""
    found = re.search(r"https?://\S+/door/\S+", mail.text)
    assert found, f"No door in: {mail.text}"
    return urlsplit(found[0]).path


def code_in(mail: Mail) -> str:
    """The code of an e-mail."""
    found = re.search(r"^\s*(\d{6})\s*$", mail.text, re.MULTILINE)
    assert found, f"No code in: {mail.text}"
    return found[1]


def mail_to(mails: list[Mail], address: str) -> Mail:
    """The newest of these e-mails to an address."""
    return [one for one in mails if one.to == (address,)][-1]


def press(browser: Browser, path: str, step: str = "open", **fields: str) -> TestResponse:
    """The button of a link's page."""
    page = browser.get(path)
    return browser.send(path, page, step=step, **fields)


def come_in(app: Flask, database: Database, path: str) -> Browser:
    """A browser that came in by this link, with the code where one is asked for."""
    browser = Browser(app.test_client())
    answer = press(browser, path)
    if answer.status_code == 200:
        answer = browser.send(path, answer, step="code", code=code_in(post(database)[-1]))
    assert answer.status_code == 303, answer.text
    return browser

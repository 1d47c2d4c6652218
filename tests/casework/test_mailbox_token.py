"""A mailbox that takes no password: a token is asked of its provider, and signs in to a real IMAP conversation."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import sqlalchemy as sa

from dardr.casework.mailbox_token import token_of
from dardr.casework.post_in import TakenIn, mailboxes_of, take_in
from dardr.errors import Conflict
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.post_in import MailboxPlace
from notifications.mailboxes import MailboxTrouble
from tests.builders import START, at_ten
from tests.imap_server import Folder, serving

SECRET = "of the program"


@contextmanager
def provider(answer: dict[str, Any], status: int = 200) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """A provider of tokens on this machine: its address, and what it was asked."""
    asked: list[dict[str, list[str]]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            asked.append(given)
            right = given.get("client_secret") == [SECRET] or status != 200
            body = json.dumps(answer if right else {"error": "invalid_client"}).encode()
            self.send_response(status if right else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token", asked
    finally:
        server.shutdown()
        server.server_close()


def settings(folder: Path, url: str, port: int, **more: str) -> Settings:
    given = {"mailbox_client_id": "dardr", "mailbox_client_secret": SECRET, "mailbox_token_url": url, **more}
    box = f"imap://reviews%40council.example@127.0.0.1:{port}/INBOX"
    return Settings(data_folder=folder, master_key="11" * 32, mailbox=box, **given)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


def said_of(database: Database) -> str:
    with database.read() as session:
        return session.scalars(sa.select(MailboxPlace.said)).one()


def test_a_token_opens_the_mailbox(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    folder = Folder(token="abc.def")
    folder.add(b"From: a@b.example\r\nSubject: hello\r\n\r\nWords.")
    with provider({"access_token": "abc.def", "token_type": "Bearer"}) as (url, asked), serving(folder) as port:
        assert take_in(database, settings(tmp_path, url, port), at_ten(START)) == TakenIn(replies=1, unmatched=1)
    assert asked[0]["grant_type"] == ["client_credentials"] and asked[0]["client_id"] == ["dardr"]
    assert asked[0]["scope"] == ["https://outlook.office365.com/.default"]
    assert said_of(database) == "" and not any(one.upper().startswith("LOGIN") for one in folder.commands)
    database.close()


def test_what_goes_wrong_is_said_without_a_secret(sqlite_url: str, tmp_path: Path) -> None:
    """The provider knows no such program; it answers something else; the mailbox is not for this program."""
    database, now = Database(sqlite_url), at_ten(START)
    good = {"access_token": "abc.def", "token_type": "Bearer"}
    with serving(Folder(token="another")) as port:
        with provider(good) as (url, _):
            take_in(database, settings(tmp_path, url, port, mailbox_client_secret="wrong word"), now)
            assert "127.0.0.1 gave no token (invalid_client)" in said_of(database)
            take_in(database, settings(tmp_path, url, port), now)
            refused = said_of(database)
            assert "did not take the log-in" in refused and "DARDR_MAILBOX_CLIENT_ID" in refused
            assert "wrong word" not in refused and "abc.def" not in refused
        with provider({"nothing": "here"}, 503) as (url, _):
            take_in(database, settings(tmp_path, url, port), now)
            assert "token" in said_of(database)
        take_in(database, settings(tmp_path, url, port), now)  # nobody answers there any more
        assert "No token came from 127.0.0.1" in said_of(database)
    database.close()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"mailbox_client_secret": ""}, "DARDR_MAILBOX_CLIENT_SECRET too"),
        ({"mailbox_token_url": "http://login.example/token"}, "begins with https://"),
    ],
)
def test_settings_that_do_not_fit(tmp_path: Path, more: dict[str, str], says: str) -> None:
    with pytest.raises(Conflict, match=says):
        mailboxes_of(settings(tmp_path, "https://login.example/token", 143, **more))


def test_without_an_address_for_tokens_a_password_is_used(tmp_path: Path) -> None:
    assert token_of(Settings(data_folder=tmp_path)) is None
    ask = token_of(settings(tmp_path, "http://127.0.0.1:9/token", 143))
    assert ask is not None
    with pytest.raises(MailboxTrouble, match="No token came"):
        ask()

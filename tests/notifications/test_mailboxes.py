"""Reading mailboxes that people read too: nothing in them changes, and what goes wrong is said in a sentence."""

from __future__ import annotations

import mailbox
import socket
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from notifications.mailboxes import BEGINNING, Imap, MailboxTrouble, Maildir, Place, mailbox_of
from tests.imap_server import Folder, serving

SINCE = date(2026, 7, 20)
LARGEST = 1024 * 1024


def imap(port: int) -> Imap:
    return Imap("127.0.0.1", port, "team", "secret word", tls=False, timeout=3)


def read(box: Imap | Maildir, place: Place | None = None) -> list[bytes]:
    return [found.content for found in box.messages(place or Place(), SINCE, LARGEST)]


def test_imap_is_read_without_a_trace() -> None:
    folder = Folder()
    folder.add(b"Subject: one\r\n\r\n1", b"Subject: two\r\n\r\n2")
    with serving(folder) as port:
        found = list(imap(port).messages(Place(), SINCE, LARGEST))
        assert [one.content for one in found] == list(folder.messages.values())
        assert found[-1].place == Place("1", 2)
        assert "UID SEARCH SINCE 20-Jul-2026" in folder.commands
        assert read(imap(port), found[-1].place) == []
        folder.add(b"Subject: three\r\n\r\n3")
        assert read(imap(port), found[-1].place) == [b"Subject: three\r\n\r\n3"]
    assert "UID SEARCH UID 3:*" in folder.commands
    verbs = {command.split("[")[0].rstrip("0123456789 (") for command in folder.commands}
    assert not {"SELECT", "STORE", "EXPUNGE", "COPY"} & {word for verb in verbs for word in verb.split()}
    assert all("BODY[" not in command for command in folder.commands), "only PEEK leaves a message unread"


def test_a_folder_made_anew_is_read_again_and_one_that_shrinks_goes_on() -> None:
    folder = Folder()
    folder.add(b"one", b"two", b"three")
    with serving(folder) as port:
        del folder.messages[3], folder.messages[1]
        assert read(imap(port), Place("1", 3)) == []
        folder.validity = 2
        assert read(imap(port), Place("1", 3)) == [b"two"]


def test_of_a_large_message_only_the_beginning_is_fetched() -> None:
    folder = Folder()
    folder.add(b"Subject: large\r\n\r\n" + b"x" * (LARGEST + 1))
    with serving(folder) as port:
        (found,) = imap(port).messages(Place(), SINCE, LARGEST)
    assert found.cut and len(found.content) == BEGINNING


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("wrong password", "did not take the log-in"),
        ("no folder", "has no folder “INBOX”"),
        ("silent", "did not answer in time"),
    ],
)
def test_imap_trouble_is_said(mood: str, says: str) -> None:
    with serving(Folder(moods={mood})) as port, pytest.raises(MailboxTrouble, match=says) as caught:
        read(replace(imap(port), timeout=0.3))
    assert "secret" not in str(caught.value)


def test_what_was_read_before_the_server_hung_up_counts() -> None:
    folder = Folder(moods={"hangs up"})
    folder.add(b"one", b"two")
    found = []
    with serving(folder) as port, pytest.raises(MailboxTrouble, match="stopped answering"):
        for one in imap(port).messages(Place(), SINCE, LARGEST):
            found.append(one)
    assert [one.content for one in found] == [b"one"]


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MailboxTrouble, match="cannot be reached: Connection refused"):
        read(imap(port))


def test_a_password_travels_encrypted_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder()
    monkeypatch.setattr("notifications.mailboxes.HERE", frozenset())
    with serving(folder) as port, pytest.raises(MailboxTrouble, match="without encryption"):
        read(imap(port))
    assert not any(command.startswith("LOGIN") for command in folder.commands)
    with serving(folder) as port, pytest.raises(MailboxTrouble, match="no encrypted connection"):
        read(replace(imap(port), tls=True))


def test_a_maildir_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    box = mailbox.Maildir(path, create=True)
    box.add(b"Subject: one\n\n1")
    files = sorted(path.rglob("*"))
    reader = Maildir(path)
    assert len(read(reader)) == 1
    assert read(reader, Place("read")) == [], "each is handed on once by a process"
    box.add(b"Subject: two\n\n2")
    assert len(read(reader, Place("read"))) == 1
    assert set(files) <= set(path.rglob("*")) and not list((path / "cur").iterdir())
    for message in (path / "new").iterdir():
        message.unlink()
    assert read(reader, Place("read")) == []
    with pytest.raises(MailboxTrouble, match="There is no maildir at"):
        read(Maildir(tmp_path / "none"))


def test_addresses_of_mailboxes() -> None:
    box = mailbox_of("imaps://team%40kent.example:p%40ss@mail.example/Reviews")
    assert box == Imap("mail.example", 993, "team@kent.example", "p@ss", "Reviews", tls=True)
    assert box.name == "imaps://team@kent.example@mail.example:993/Reviews" and "p@ss" not in repr(box)
    assert mailbox_of("imap://team@localhost", "w") == Imap("localhost", 143, "team", "w", tls=False)
    assert mailbox_of("maildir:/var/mail/x") == mailbox_of("maildir:///var/mail/x") == Maildir(Path("/var/mail/x"))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("pop3://x", "A mailbox is maildir"),
        ("maildir:here", "by its whole path"),
        ("imaps://mail.example", "names no host or no user"),
        ("imaps://team@mail.example", "DARDR_MAILBOX_PASSWORD"),
        ("imaps://team:x@mail.example:port/", "cannot be read"),
        ('imaps://team:x@mail.example/A"B', "letters that a folder cannot have"),
    ],
)
def test_addresses_that_are_none(address: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        mailbox_of(address)

"""Reading a mailbox that people read too: nothing in it is deleted, moved or marked as read.

The only module that uses imaplib. What goes wrong on the way is one `MailboxTrouble` with a sentence; a password or a
token is in no sentence and in no ``repr``.
"""

from __future__ import annotations

import imaplib
import mailbox
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

MOST_AT_ONCE = 500
"""Messages taken from one mailbox at a time; the next time goes on from there."""
BEGINNING = 256 * 1024
"""Bytes read of a message that is larger than may be read."""
TIMEOUT = 30.0
"""Seconds for each step of the conversation."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
HIGHEST = 2_147_483_647
"""The highest UID that is kept; messages above it are recognised by their content."""


class MailboxTrouble(Exception):
    """The mailbox could not be read now; the sentence says why and what to look at."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read. ``validity`` is the UIDVALIDITY under which ``last_uid`` counts."""

    validity: str = ""
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One message: its bytes, or only their beginning where ``cut``, and the place to go on from."""

    content: bytes
    cut: bool
    place: Place


class Mailbox(Protocol):
    """Something that messages are read from."""

    @property
    def name(self) -> str:
        """Which mailbox it is, without a password."""
        ...

    def messages(self, place: Place, since: date, largest: int) -> Iterator[Found]:
        """The messages behind ``place``, oldest first; of a mailbox not read before, those since a London day.

        ``largest`` is the most bytes of a message that are read. Raises MailboxTrouble.
        """
        ...


Token = Callable[[], str]
"""Gives a token that signs a program in, made anew when it is asked for. Raises MailboxTrouble."""


def mailbox_of(address: str, password: str = "", token: Token | None = None) -> Mailbox:
    """The mailbox of an address: ``maildir:/path``, ``imaps://user@host/INBOX`` or ``imap://user@host``.

    ``password`` is used where the address has none; with a ``token`` none is needed, and an encrypted connection is.
    Raises ValueError with a sentence for anything else.
    """
    kind = address.partition(":")[0].lower()
    if kind == "maildir":
        path = address.partition(":")[2].removeprefix("//")
        if not path.startswith("/"):
            raise ValueError("A maildir is given by its whole path, as in maildir:/var/mail/reviews.")
        return Maildir(Path(path))
    if kind not in ("imap", "imaps"):
        raise ValueError("A mailbox is maildir:/path, imaps://user@host/INBOX or imap://user@host/INBOX.")
    try:
        parts = urlsplit(address)
        host, port, user, inside = parts.hostname, parts.port, parts.username, parts.password
    except ValueError as error:
        raise ValueError("The mailbox's address cannot be read. Write it as imaps://user@host:993/INBOX.") from error
    if not host or not user:
        raise ValueError("The mailbox's address names no host or no user. Write it as imaps://user@host/INBOX.")
    secret = unquote(inside or "") or password
    if not secret and token is None:
        raise ValueError("The mailbox has no password. Set DARDR_MAILBOX_PASSWORD, or DARDR_MAILBOX_TOKEN_URL.")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if re.search(r'[\x00-\x1f"\\]', folder):
        raise ValueError("The mailbox's folder has letters that a folder cannot have.")
    tls = kind == "imaps"
    return Imap(host, port or (993 if tls else 143), unquote(user), secret, folder, tls, token=token)


# --- a folder on this machine -----------------------------------------------------------------------------

_KNOWN: dict[Path, set[str]] = {}
"""For each maildir the messages this process has handed on: their names never come again, so they are read once."""


@dataclass(frozen=True, slots=True)
class Maildir:
    """A maildir. What was read is recognised by its content; nothing is noted in the folder itself."""

    path: Path

    @property
    def name(self) -> str:
        """As it was given."""
        return f"maildir:{self.path}"[:200]

    def messages(self, place: Place, since: date, largest: int) -> Iterator[Found]:
        """Every message this process has not handed on yet; the caller recognises by its bytes what it has."""
        known = _KNOWN.setdefault(self.path, set())
        if not place.validity:  # not read by this database before
            known.clear()
        try:
            if not (self.path / "new").is_dir() or not (self.path / "cur").is_dir():
                raise MailboxTrouble(
                    f"There is no maildir at {self.path}: it has folders new and cur. Look at the path."
                )
            box = mailbox.Maildir(self.path, factory=None, create=False)
            keys = sorted(box.keys())
        except (OSError, mailbox.Error) as error:
            raise MailboxTrouble(f"The maildir {self.path} cannot be read: {_said(error)}") from error
        known &= set(keys)
        for key in [key for key in keys if key not in known][:MOST_AT_ONCE]:
            try:
                with box.get_file(key) as file:
                    content = file.read(largest + 1)
            except (KeyError, FileNotFoundError):
                continue  # somebody moved or deleted it just now
            except OSError as error:
                raise MailboxTrouble(f"A message in {self.path} cannot be read: {_said(error)}") from error
            cut = len(content) > largest
            yield Found(content[:BEGINNING] if cut else content, cut, Place("read"))
            known.add(key)


# --- IMAP -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imap:
    """A folder of an IMAP server, opened for reading only (EXAMINE), its messages fetched without marking them."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: bool = True
    timeout: float = TIMEOUT
    token: Token | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The address without the password."""
        return f"imap{'s' if self.tls else ''}://{self.user}@{self.host}:{self.port}/{self.folder}"[:200]

    def messages(self, place: Place, since: date, largest: int) -> Iterator[Found]:
        """As `Mailbox` says. A folder that was made anew (another UIDVALIDITY) is read again since ``since``."""
        try:
            client = self._connect()
        except MailboxTrouble:
            raise
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            raise MailboxTrouble(f"The mailbox at {self.host} cannot be reached: {_said(error)}") from error
        try:
            yield from self._read(client, place, since, largest)
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            raise MailboxTrouble(f"The mailbox at {self.host} stopped answering: {_said(error)}") from error
        finally:
            _leave(client)

    def _connect(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        if self.tls:
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.timeout)
        else:
            client = imaplib.IMAP4(self.host, self.port, timeout=self.timeout)
        try:
            self._sign_in(client, context)
        except BaseException:
            _leave(client)
            raise
        return client

    def _sign_in(self, client: imaplib.IMAP4, context: ssl.SSLContext) -> None:
        if not self.tls and "STARTTLS" in client.capabilities:
            client.starttls(context)
        elif not self.tls and self.host not in HERE:
            raise MailboxTrouble(
                f"The mailbox at {self.host} would be read without encryption, so nothing was sent. Use imaps://."
            )
        check = "Check the user and DARDR_MAILBOX_PASSWORD."
        try:
            if self.token is None:
                client.login(self.user, self.password)
                return
            check = "Check that the program of DARDR_MAILBOX_CLIENT_ID may read the mailbox of this user by IMAP."
            answers = iter([f"user={self.user}\x01auth=Bearer {self.token()}\x01\x01".encode()])
            # Where a server refuses a token, it says why and waits for an empty line before it says no.
            client.authenticate("XOAUTH2", lambda _: next(answers, b""))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise MailboxTrouble(f"The mailbox at {self.host} did not take the log-in. {check}") from error

    def _read(self, client: imaplib.IMAP4, place: Place, since: date, largest: int) -> Iterator[Found]:
        answer, _ = client.select(f'"{self.folder}"', readonly=True)
        if answer != "OK":
            raise MailboxTrouble(f"The mailbox at {self.host} has no folder “{self.folder}”. Look at DARDR_MAILBOX.")
        said = client.response("UIDVALIDITY")[1]
        validity = b"".join(_lines(list(said))[-1:]).decode("ascii", "replace")[:40] or "0"
        begun = place.validity == validity
        last = place.last_uid if begun else 0
        wanted = f"UID {last + 1}:*" if begun else f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        for uid in [one for one in _numbers(self._ask(client, "SEARCH", wanted)) if one > last][:MOST_AT_ONCE]:
            sizes = self._ask(client, "FETCH", str(uid), "(RFC822.SIZE)")
            size = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(_lines(sizes)))
            if size is None:
                continue  # deleted just now
            cut = int(size[1]) > largest
            wish = f"(BODY.PEEK[]<0.{BEGINNING}>)" if cut else "(BODY.PEEK[])"
            content = _literal(self._ask(client, "FETCH", str(uid), wish))
            if content is not None:
                yield Found(content, cut, Place(validity, min(uid, HIGHEST)))

    def _ask(self, client: imaplib.IMAP4, command: str, *words: str) -> list[object]:
        answer, data = client.uid(command, *words)
        if answer != "OK":
            raise MailboxTrouble(f"The mailbox at {self.host} did not answer {command}.")
        return list(data)


def _leave(client: imaplib.IMAP4) -> None:
    """Say goodbye, and close the connection whatever comes back."""
    with suppress(Exception):
        client.logout()
    with suppress(Exception):
        client.shutdown()


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _numbers(data: list[object]) -> list[int]:
    return sorted(int(one) for line in data if isinstance(line, bytes) for one in line.split() if one.isdigit())


def _lines(data: list[object]) -> list[bytes]:
    return [part for one in data for part in (one if isinstance(one, tuple) else (one,)) if isinstance(part, bytes)]


def _literal(data: list[object]) -> bytes | None:
    return next((one[1] for one in data if isinstance(one, tuple) and isinstance(one[1], bytes)), None)


def _said(error: BaseException) -> str:
    """What went wrong, on one line; of a certificate what is wrong with it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate was not trusted: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection could be made; check the port."
    if isinstance(error, TimeoutError):
        return "it did not answer in time."
    words = str(error.strerror if isinstance(error, OSError) and error.strerror else error)
    clean = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return (clean[:200] or type(error).__name__) + ("" if clean.endswith(".") else ".")

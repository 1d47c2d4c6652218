"""One e-mail as it is handed to a mailer, and the MIME message made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from functools import lru_cache
from typing import Any

from notifications.icalendar_files import method_of

CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@]+@[^\s<>()\[\],;:\\\"@.]+(?:\.[^\s<>()\[\],;:\\\"@.]+)*")
_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_OWN_HEADERS = frozenset(
    "from to cc bcc sender reply-to subject date message-id mime-version auto-submitted received".split()
)


def addresses_in(text: str) -> set[str]:
    """The e-mail addresses that stand within somebody's own words, in small letters."""
    return {found.casefold() for found in _ADDRESS.findall(text)}


class _Headers(HeaderRegistry):
    """The library makes a class for each header of each message, and reads its value anew; here both once."""

    def __init__(self) -> None:
        super().__init__()
        self._class = lru_cache(maxsize=64)(super().__getitem__)
        self._read = lru_cache(maxsize=KEPT)(super().__call__)

    def __getitem__(self, name: str) -> Any:
        return self._class(name)

    def __call__(self, name: str, value: Any) -> Any:
        return self._read(name, value) if isinstance(value, str) else super().__call__(name, value)


class _Words(policy.EmailPolicy):
    """How messages are written out. Most headers of a day's messages are the same: each is folded once."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return _folded(self, name, value)


KEPT = 128
"""So many headers are kept as they were read and folded: some ten are in every message."""


@lru_cache(maxsize=KEPT)
def _folded(words: _Words, name: str, value: str) -> bytes:
    return super(_Words, words).fold_binary(name, value)


ASCII = _Words(linesep="\r\n", header_factory=_Headers())
UTF8 = ASCII.clone(utf8=True)

ALTERNATIVES, ATTACHED = "=_alternatives", "=_attached"
"""What stands between the parts of a message: neither quoted-printable nor base64 text can have it in it."""


class MailInvalid(ValueError):
    """The message may not be sent as it is; the sentence says why. It is not worth trying again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One e-mail, ready to send.

    ``message_id`` is given by the caller and must stay the same for every try: ``<outbox-id@domain>``.
    ``sent_at`` is an aware instant; ``to`` has one or more bare addresses; ``headers`` are extra pairs, like
    ``("X-Dardr-Ref", "DARDR-2026-009")``. ``calendar`` is an invitation (iCalendar text, with its
    method). ``tried_before``: it may have been handed over already.
    """

    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    sent_at: datetime
    sender_name: str = ""
    reply_to: str | None = None
    html: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    tried_before: bool = False
    calendar: str | None = None


def build_message(mail: Mail) -> EmailMessage:
    """The MIME message: plain text, and HTML as its alternative, both UTF-8 quoted-printable.

    An invitation is a further alternative, which mail programs offer to accept, and the attachment ``invitation.ics``
    for those that do not.

    Raises MailInvalid for an address that is not one, for line breaks or control characters in any header
    (the way headers are injected), for a Message-ID not of the form ``<id@domain>``, a naive ``sent_at``, or
    an extra header that this function sets itself, or an invitation without a method.
    """
    if not mail.to:
        raise MailInvalid("The message has no recipient.")
    if mail.sent_at.tzinfo is None:
        raise MailInvalid("The time of sending must carry a time zone.")
    if not _MESSAGE_ID.fullmatch(mail.message_id) or not mail.message_id.isascii():
        raise MailInvalid("The Message-ID must look like <id@domain>.")
    message = EmailMessage(policy=ASCII if is_ascii(mail) else UTF8)
    message["From"] = _address(mail.sender, mail.sender_name)
    message["To"] = [_address(one) for one in mail.to]
    if mail.reply_to:
        message["Reply-To"] = _address(mail.reply_to)
    message["Subject"] = _header_text("Subject", mail.subject)
    message["Date"] = mail.sent_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers:
        low = name.lower()
        if not _HEADER_NAME.fullmatch(name) or low in _OWN_HEADERS or low.startswith("content-"):
            raise MailInvalid(f"The header {name!r} may not be added to a message.")
        message[name] = _header_text(name, value)
    message.set_content(mail.text, subtype="plain", charset="utf-8", cte="quoted-printable")
    if mail.html is not None:
        message.make_alternative(boundary=ALTERNATIVES)
        message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    if mail.calendar is not None:
        _add_invitation(message, mail.calendar)
    return message


def _add_invitation(message: EmailMessage, calendar: str) -> None:
    method = method_of(calendar)
    if method is None:
        raise MailInvalid("The invitation that goes with the message does not say whether to come.")
    if not message.is_multipart():
        message.make_alternative(boundary=ALTERNATIVES)
    message.add_alternative(
        calendar,
        subtype="calendar",
        charset="utf-8",
        cte="base64",
        params={"method": method, "component": "VEVENT"},
    )
    message.make_mixed(boundary=ATTACHED)
    message.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename="invitation.ics")


def is_ascii(mail: Mail) -> bool:
    return all(one.isascii() for one in (mail.sender, mail.reply_to or "", *mail.to))


def _address(address: str, display_name: str = "") -> Address:
    if not _ADDRESS.fullmatch(address) or CONTROL.search(address) or len(address) > 254:
        raise MailInvalid("An address is not a valid e-mail address: write it as name@organisation.example.")
    user, _, domain = address.rpartition("@")
    return Address(_header_text("sender's name", display_name), user, domain)


def _header_text(name: str, value: str) -> str:
    if CONTROL.search(value):
        raise MailInvalid(f"The {name} contains a line break or control character, which a header may not.")
    return value

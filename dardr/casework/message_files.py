"""Reading a message file: an e-mail as .eml (RFC 5322) or .msg (Outlook), with every attachment, and nothing run.

A file is told by its content, never by its name. What cannot be read is refused with a sentence.
"""

from __future__ import annotations

import email
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime

import nh3

from dardr.casework.file_given import FileGiven

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MANY_ATTACHMENTS = 500
DEEPEST = 8
"""Messages inside messages are followed this far."""
LONGEST_LINE = 1000
LONGEST_TEXT = 200_000

NOT_A_MESSAGE = "it is not an e-mail. Save the e-mail from the mailbox as .eml or .msg, and choose that file."
UNREADABLE = "it cannot be read: the file seems to be damaged. Save the e-mail from the mailbox again."
ENCRYPTED = "it is encrypted. Open it in the mailbox, save a copy without encryption, and choose that file."
EMPTY = "it is empty. Save the e-mail from the mailbox again."

HEADERS = ("from", "to", "cc", "date", "subject", "message-id", "received", "mime-version", "return-path")
"""An e-mail has at least two of these among its first lines; a letter in plain text has none."""


class CannotReadMessage(ValueError):
    """Why a file could not be read as an e-mail: the second half of a sentence that names the file by its number."""


@dataclass(frozen=True, slots=True)
class Address:
    """One sender or recipient."""

    name: str
    email: str

    @property
    def words(self) -> str:
        """``Name <address>``, or what there is of it."""
        return f"{self.name} <{self.email}>" if self.name and self.email else self.email or self.name


@dataclass(slots=True)
class CapturedMessage:
    """What one message file says. ``sent_at`` is aware, or None where the message has no date that can be read."""

    message_id: str = ""
    sent_at: datetime | None = None
    sender: Address = field(default_factory=lambda: Address("", ""))
    recipients: list[Address] = field(default_factory=list)
    subject: str = ""
    text: str = ""
    attachments: list[FileGiven] = field(default_factory=list)


def read_message(content: bytes) -> CapturedMessage:
    """The message in a file of either kind. Raises CannotReadMessage, never anything else."""
    if not content.strip(b"\0\r\n\t "):
        raise CannotReadMessage(EMPTY)
    try:
        if content.startswith(OLE):
            from dardr.casework.outlook_files import read_outlook

            return read_outlook(content)
        content = content.lstrip(b"\xef\xbb\xbf\r\n")  # a mark that some programs put first, or empty lines
        if not _looks_like_mail(content):
            raise CannotReadMessage(NOT_A_MESSAGE)
        return read_mail(email.message_from_bytes(content, policy=compat32))
    except CannotReadMessage:
        raise
    except Exception as error:
        raise CannotReadMessage(UNREADABLE) from error


def _looks_like_mail(content: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", content[:65536], maxsplit=1)[0]
    if b"\0" in head[:4096]:
        return False
    names = {m[1].decode("ascii").lower() for m in re.finditer(rb"(?m)^([A-Za-z][A-Za-z0-9-]*):", head)}
    return len(names & set(HEADERS)) >= 2


# --- internet mail ----------------------------------------------------------------------------------------


def read_mail(message: Message, depth: int = 0) -> CapturedMessage:
    """The parts of a parsed internet message, and of the messages inside it."""
    _refuse_encrypted(message)
    found = CapturedMessage(
        message_id=clean(_header(message, "message-id"))[:LONGEST_LINE],
        sent_at=_date(message),
        sender=next(iter(_addresses(message, "from", "sender")), Address("", "")),
        recipients=_addresses(message, "to", "cc", "bcc"),
        subject=clean(_header(message, "subject"))[:LONGEST_LINE],
    )
    plain: list[str] = []
    rich: list[str] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            found.attachments += _inside(part, depth)
        elif _is_attachment(part, kind):
            found.attachments.append(_attachment(part, len(found.attachments) + 1))
        else:
            (rich if kind == "text/html" else plain).append(_text(part))
        if len(found.attachments) > MANY_ATTACHMENTS:
            raise CannotReadMessage(f"it has more than {MANY_ATTACHMENTS} attachments. File it in parts.")
    found.text = clean("\n".join(plain) or "\n".join(without_markup(one) for one in rich), lines=True)[:LONGEST_TEXT]
    return found


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that are no containers; a message inside the message is one part, not opened here."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    payload = message.get_payload()
    for part in payload if isinstance(payload, list) else []:
        if isinstance(part, Message):
            yield from _leaves(part)


def _is_attachment(part: Message, kind: str) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return True
    return kind not in ("text/plain", "text/html")


def _attachment(part: Message, number: int) -> FileGiven:
    payload = part.get_payload(decode=True)
    name = clean(_decoded(part.get_filename() or ""))[:200] or f"part-{number}"
    return FileGiven(name, payload if isinstance(payload, bytes) else b"", part.get_content_type())


def _inside(part: Message, depth: int) -> list[FileGiven]:
    """A message inside a message: itself as a file, and what is attached to it."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        return [_attachment(part, 1)]
    try:
        content = inner.as_bytes()
    except (UnicodeError, LookupError, ValueError):
        content = inner.as_string().encode("utf-8", "replace")
    held = [FileGiven("message.eml", content, "message/rfc822")]
    return held + (read_mail(inner, depth + 1).attachments if depth < DEEPEST else [])


def _refuse_encrypted(message: Message) -> None:
    kind = message.get_content_type()
    smime = "pkcs7-mime" in kind and str(message.get_param("smime-type") or "enveloped-data") != "signed-data"
    rights = any(part.get_content_type() == "application/x-microsoft-rpmsg-message" for part in message.walk())
    if kind == "multipart/encrypted" or smime or rights:
        raise CannotReadMessage(ENCRYPTED)


def _header(message: Message, name: str) -> str:
    return _decoded(message.get(name) or "")


def _decoded(value: object) -> str:
    """A header as text, whatever it claims to be encoded in."""
    text = str(value)
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(
        piece if isinstance(piece, str) else in_charset(piece, charset or "utf-8") for piece, charset in pieces
    )


def in_charset(content: bytes, charset: str) -> str:
    """Bytes as text; a charset nobody knows is read as UTF-8, and what does not fit is marked."""
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _addresses(message: Message, *names: str) -> list[Address]:
    raw = [str(value) for name in names for value in message.get_all(name, [])]
    try:
        pairs = [pair for pair in getaddresses(raw) if any(pair)]
    except (TypeError, ValueError, IndexError):
        pairs = []
    if not pairs:
        pairs = [("", one) for text in raw for one in re.findall(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+", text)]
    found = [Address(clean(_decoded(name)), clean(address)) for name, address in pairs if name or address]
    return found[:MANY_ATTACHMENTS]


def _date(message: Message) -> datetime | None:
    """When it was sent, aware. A date without a zone is UTC; one that cannot be is no date."""
    try:
        found = parsedate_to_datetime(str(message.get("date") or ""))
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload())
    try:
        charset = str(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError, UnicodeError):
        charset = "utf-8"
    return in_charset(payload, charset)


def without_markup(rich: str) -> str:
    """The text of an HTML message: paragraphs as lines, no tags, nothing that could run."""
    lines = re.sub(r"(?i)<br\s*/?>|</(p|div|tr|li|h[1-6])\s*>", lambda m: m[0] + "\n", rich[: LONGEST_TEXT * 5])
    return html.unescape(nh3.clean(lines, tags=set()))


def clean(text: str, *, lines: bool = False) -> str:
    """Text that can be stored: no control characters, no halves of characters; one line unless ``lines``."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if not lines:
        return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())
    kept = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c in "\n\t" or c.isprintable())
    return re.sub(r"\n{3,}", "\n\n", kept).strip()

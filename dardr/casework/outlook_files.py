"""Reading an Outlook message file (.msg): an OLE file of properties, told apart from other OLE files by them."""

from __future__ import annotations

import email
import io
from datetime import datetime
from email.message import Message
from email.mime.text import MIMEText
from email.utils import format_datetime

from olefile import OleFileIO
from oxmsg.domain import constants as tags
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from dardr.casework.files import FileGiven
from dardr.casework.message_files import (
    DEEPEST,
    ENCRYPTED,
    LONGEST_LINE,
    LONGEST_TEXT,
    MANY_ATTACHMENTS,
    NOT_A_MESSAGE,
    Address,
    CannotReadMessage,
    CapturedMessage,
    clean,
    in_charset,
    read_mail,
    without_markup,
)

PROPERTIES = "__properties_version1.0"
TOP, INNER, PART = 32, 24, 8
"""Bytes before the first property: of a message file, of a message inside one, of a recipient or an attachment."""
INSIDE = f"__substg1.0_{tags.PID_ATTACH_DATA_BINARY:04X}000D"
RIGHTS = ("message.rpmsg", "message_v2.rpmsg", "message_v3.rpmsg", "message_v4.rpmsg")


def read_outlook(content: bytes) -> CapturedMessage:
    """The message in an Outlook file. Raises CannotReadMessage for another kind of OLE file, or an encrypted one."""
    with OleFileIO(io.BytesIO(content)) as ole:
        if not ole.exists(PROPERTIES):
            raise CannotReadMessage(NOT_A_MESSAGE)
        return _message(Storage.from_ole(ole), TOP, 0)


def _message(storage: Storage, offset: int, depth: int) -> CapturedMessage:
    props = Properties(storage, offset)
    kind = _words(props, tags.PID_MESSAGE_CLASS).upper()
    headers = email.message_from_string(_words(props, tags.PID_TRANSPORT_MESSAGE_HEADERS))
    parts = [_parts(one, depth) for one in storage.iter_attachment_storages()]
    attachments = [one for part in parts for one in part]
    if len(attachments) > MANY_ATTACHMENTS:
        raise CannotReadMessage(f"it has more than {MANY_ATTACHMENTS} attachments. File it in parts.")
    sealed = kind == "IPM.NOTE.SMIME" and not any("signed-data" in one.media_type for one in attachments)
    if sealed or any(one.name.casefold() in RIGHTS for one in attachments):
        raise CannotReadMessage(ENCRYPTED)
    said = read_mail(_only_headers(headers))
    return CapturedMessage(
        message_id=clean(_words(props, tags.PID_INTERNET_MESSAGE_ID) or said.message_id)[:LONGEST_LINE],
        sent_at=_instant(props, tags.PID_CLIENT_SUBMIT_TIME)
        or said.sent_at
        or _instant(props, tags.PID_MESSAGE_DELIVERY_TIME),
        sender=said.sender if said.sender.email else _sender(props),
        recipients=[_recipient(one) for one in storage.iter_recipient_storages()][:MANY_ATTACHMENTS]
        or said.recipients,
        subject=clean(_words(props, tags.PID_SUBJECT) or said.subject)[:LONGEST_LINE],
        text=clean(_words(props, tags.PID_BODY) or without_markup(_markup(props)), lines=True)[:LONGEST_TEXT],
        attachments=attachments,
    )


def _only_headers(headers: Message) -> Message:
    """The transport headers without those that speak of a body, which an Outlook file keeps elsewhere."""
    for name in list(headers.keys()):
        if name.casefold().startswith("content-"):
            del headers[name]
    headers.set_payload("")
    return headers


def _words(props: Properties, tag: int) -> str:
    """A text property; nothing where it is missing or cannot be decoded."""
    try:
        return props.str_prop_value(tag) or ""
    except (KeyError, LookupError, UnicodeError, ValueError):
        return ""


def _instant(props: Properties, tag: int) -> datetime | None:
    try:
        return props.date_prop_value(tag)
    except (KeyError, OverflowError, ValueError, AttributeError):
        return None


def _bytes(props: Properties, tag: int) -> bytes:
    try:
        return props.binary_prop_value(tag) or b""
    except KeyError:
        return b""


def _markup(props: Properties) -> str:
    if rich := _bytes(props, tags.PID_HTML):
        try:
            return in_charset(rich, props.body_encoding)
        except (LookupError, ValueError):
            return in_charset(rich, "utf-8")
    return _words(props, tags.PID_BODY_HTML)


def _sender(props: Properties) -> Address:
    addresses = [
        _words(props, tag)
        for tag in (
            tags.PID_SENDER_SMTP_ADDRESS, tags.PID_SENDER_EMAIL_ADDRESS, tags.PID_SENT_REPRESENTING_EMAIL_ADDRESS,
        )
    ]  # fmt: skip
    name = _words(props, tags.PID_SENDER_NAME) or _words(props, tags.PID_SENT_REPRESENTING_NAME)
    return Address(clean(name), clean(next((one for one in addresses if "@" in one), "")))


def _recipient(storage: Storage) -> Address:
    props = Properties(storage, PART)
    addresses = [_words(props, tag) for tag in (tags.PID_SMTP_ADDRESS, tags.PID_EMAIL_ADDRESS)]
    return Address(
        clean(_words(props, tags.PID_DISPLAY_NAME)), clean(next((one for one in addresses if "@" in one), ""))
    )


def _parts(storage: Storage, depth: int) -> list[FileGiven]:
    """One attachment; a message inside the message gives itself as a file, and what is attached to it."""
    props = Properties(storage, PART)
    inner = next((one for one in storage.storages if one.name == INSIDE), None)
    if inner is not None and any(one.name == PROPERTIES for one in inner.streams):
        if depth >= DEEPEST:
            return []
        found = _message(inner, INNER, depth + 1)
        return [FileGiven("message.eml", _as_mail(found), "message/rfc822"), *found.attachments]
    name = _words(props, tags.PID_ATTACH_LONG_FILENAME) or _words(props, tags.PID_ATTACH_FILENAME)
    kind = clean(_words(props, tags.PID_ATTACH_MIME_TAG)) or "application/octet-stream"
    return [FileGiven(clean(name)[:200] or "part", _bytes(props, tags.PID_ATTACH_DATA_BINARY), kind)]


def _as_mail(found: CapturedMessage) -> bytes:
    """A message that was inside an Outlook file, as an internet message that any mail program opens."""
    mail = MIMEText(found.text, "plain", "utf-8")
    for name, value in (
        ("Date", format_datetime(found.sent_at) if found.sent_at else ""),
        ("From", found.sender.words),
        ("To", ", ".join(one.words for one in found.recipients)),
        ("Subject", found.subject),
        ("Message-ID", found.message_id),
    ):
        if value:
            mail[name] = value
    return mail.as_bytes()

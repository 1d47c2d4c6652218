"""Reading one e-mail that came in: was ours returned, is it late, did a program answer, or a person? No database.

Whatever the bytes are, reading them never raises. Nothing in a message is run, fetched or believed beyond what it says:
who sent it is what it claims.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum

from notifications.invitation_answers import InvitationAnswer, read_answer

MOST_IDS = 50
MOST_ADDRESSES = 20
LONGEST_ADDRESS = 254
LONGEST_WHY = 300
LONGEST_TEXT = 100_000
LONGEST_HEADER = 20_000
"""Of a header of a hostile length only the beginning is looked at."""


class IncomingKind(StrEnum):
    """What an incoming message is."""

    BOUNCE = "bounce"
    """A message was returned: it did not arrive and will not be tried again."""
    DELAYED = "delayed"
    """It has not arrived yet, and is still tried."""
    AUTOMATIC = "automatic"
    """A program answered: out of office, a receipt, a report that it arrived."""
    REPLY = "reply"
    """Somebody wrote."""
    ANSWER = "answer"
    """A calendar program answered an invitation for its reader."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What one message says. ``about`` are the Message-IDs it speaks of, the likeliest first.

    ``status`` is the enhanced status code of RFC 3463 ("5.1.1"), as far as one is said or the words tell; ``failed``
    the addresses that could not be reached; ``why`` the answer of the other server on one line. ``received_at`` is an
    aware UTC instant, or None where the message has no date that can be read. ``text`` is its plain text. ``answer`` is
    what a calendar program says in it; ``wordless`` is true where nothing but that is in it.
    """

    kind: IncomingKind
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    about: tuple[str, ...] = ()
    in_reply_to: str = ""
    status: str = ""
    failed: tuple[str, ...] = ()
    why: str = ""
    received_at: datetime | None = None
    text: str = ""
    readable: bool = True
    answer: InvitationAnswer | None = None
    wordless: bool = False


def read_incoming(raw: bytes) -> Incoming:
    """What the bytes of one e-mail say. What cannot be read is a reply that nobody can read here, never an error."""
    try:
        return _read(raw)
    except Exception:  # damaged or hostile in a way not thought of: a person looks at it
        return Incoming(IncomingKind.REPLY, text=raw[:LONGEST_TEXT].decode("utf-8", "replace"), readable=False)


def _read(raw: bytes) -> Incoming:
    message = email.message_from_bytes(raw.lstrip(b"\r\n"), policy=compat32)
    if not message.keys():
        return Incoming(IncomingKind.REPLY, text=raw[:LONGEST_TEXT].decode("utf-8", "replace"), readable=False)
    parts = list(_parts(message))
    text = _text(parts)
    found = Incoming(
        IncomingKind.REPLY,
        sender=next(iter(_addresses(message, "From", "Sender")), ""),
        subject=_words(message, "Subject")[:LONGEST_WHY],
        message_id=next(iter(_ids(message, "Message-ID")), ""),
        in_reply_to=next(iter(_ids(message, "In-Reply-To")), ""),
        about=_once([*_ids(message, "In-Reply-To"), *reversed(_ids(message, "References"))]),
        received_at=_received_at(message),
        text=text,
    )
    report = _delivery_report(found, parts) or _old_report(found, message, text)
    if report is not None:
        return replace(report, about=_once([*_returned_ids(parts, raw, found.message_id), *found.about]))
    answer = read_answer(((part, _decoded_payload(part)) for part in parts), found.sender)
    if answer is not None:
        wordless = not (answer.comment or _typed(parts))
        return replace(found, kind=IncomingKind.ANSWER, answer=answer, wordless=wordless)
    if _by_a_program(message, found.subject):
        return replace(found, kind=IncomingKind.AUTOMATIC)
    return found


# --- reports of mail servers ------------------------------------------------------------------------------


def _delivery_report(found: Incoming, parts: list[Message]) -> Incoming | None:
    """A report as RFC 3464 says; None where the message is none."""
    blocks = [
        block
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for block in _blocks_of(part)
        if block.get("Action") or block.get("Status") or block.get("Final-Recipient")
    ]
    if not blocks:
        return None
    actions = {_words(block, "Action").lower() for block in blocks}
    statuses = [code for block in blocks if (code := _status(_words(block, "Status")))]
    failed = [
        address
        for block in blocks
        for name in ("Original-Recipient", "Final-Recipient")
        if (address := _address(_words(block, name).rpartition(";")[2]))
    ]
    why = next((said for block in blocks if (said := _words(block, "Diagnostic-Code").partition(";")[2])), "")
    if "failed" in actions or (not actions & _KNOWN_ACTIONS and any(s.startswith("5") for s in statuses)):
        status = next((s for s in statuses if s.startswith("5")), next(iter(statuses), ""))
        kind, status = IncomingKind.BOUNCE, _better(status, why or found.text)
    elif "delayed" in actions:
        kind, status = IncomingKind.DELAYED, next(iter(statuses), "")
    else:
        kind, status = IncomingKind.AUTOMATIC, next(iter(statuses), "")
    return replace(found, kind=kind, status=status, failed=_once(failed)[:MOST_ADDRESSES], why=_line(why))


_KNOWN_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})

_DAEMON = re.compile(
    r"^(mailer-daemon|postmaster|mail-daemon|mdaemon|maildeliverysystem|bounces?|microsoftexchange[0-9a-f]+)(?:[+=-].*)?@"
)
_RETURNED = re.compile(
    r"undeliver(?:able|ed)|(?:delivery|returned|failed) (?:mail|message)"
    r"|mail (?:delivery|system) (?:failed|failure|error)"
    r"|failure notice|delivery (?:has )?fail|delivery status notification ?\(failure\)|could ?n[o']t be delivered"
    r"|message (?:not|could not be) delivered|non-?delivery|nicht zugestellt",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"delay(?:ed)?\b|delivery status notification ?\(delay\)|still being retried|not yet been delivered"
    r"|warning: (?:message|could not send)",
    re.IGNORECASE,
)
_STILL_TRIED = re.compile(
    r"will (?:be retried|keep trying|continue trying)|do(?:es)? not need to re-?send|warning message only"
    r"|has not yet been delivered|will be tried again",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"user (?:is )?unknown|unknown user|no such (?:user|mailbox|recipient|address)|does ?n[o']t exist|no mailbox here"
    r"|mailbox (?:not found|unavailable)|(?:invalid|unknown|bad) (?:recipient|mailbox|address)|unrouteable address"
    r"|recipient address rejected|address (?:couldn.?t be|not|wasn.?t) found|not a valid (?:user|mailbox)"
    r"|wasn.?t found at|no longer (?:in use|valid|exists)",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])(5[0-5]\d)[ -]")
_ANY_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_WITHOUT_DETAIL = frozenset({"", "5.0.0"})


def _old_report(found: Incoming, message: Message, text: str) -> Incoming | None:
    """A report in the free form of qmail, Exim, older Exchange and others; None where nothing says it is one."""
    named = [address for value in message.get_all("X-Failed-Recipients", []) for address in _in(str(value))]
    nobody = str(message.get("Return-Path") or "").strip() == "<>"
    daemon = bool(_DAEMON.match(found.sender))
    if not (named or daemon or nobody) or not (named or _RETURNED.search(found.subject) or _LATE.search(found.subject)):
        return None
    head = text[:5000]
    if _LATE.search(found.subject) and not _RETURNED.search(found.subject) or _STILL_TRIED.search(head):
        return replace(found, kind=IncomingKind.DELAYED, failed=_once(named)[:MOST_ADDRESSES])
    status = next((m[1] for m in _ENHANCED.finditer(head) if m[1].startswith("5")), "")
    said = next((line for line in head.splitlines() if _REPLY_CODE.search(line) or _ENHANCED.search(line)), "")
    return replace(
        found,
        kind=IncomingKind.BOUNCE,
        status=_better(status, head),
        failed=_once(named or _in(head))[:MOST_ADDRESSES],
        why=_line(said),
    )


def _better(status: str, words: str) -> str:
    """A status that says nothing in particular, made one of an unknown address where the words say so."""
    if status not in _WITHOUT_DETAIL:
        return status
    inside = next((m[1] for m in _ENHANCED.finditer(words) if m[1].startswith("5.") and m[1] != "5.0.0"), "")
    return inside or ("5.1.1" if _UNKNOWN.search(words) else "5.0.0")


def _status(said: str) -> str:
    found = re.match(r"\s*([245])\s*\.\s*(\d{1,3})\s*\.\s*(\d{1,3})", said)
    return ".".join(found.groups()) if found else ""


_ID = re.compile(r"<[^\s<>@]{1,200}@[^\s<>@]{1,200}>")
_ID_LINE = re.compile(rb"(?im)^[ \t>]*(?:original )?message-id:\s{0,10}(<[^\s<>@]{1,200}@[^\s<>@]{1,200}>)")


def _returned_ids(parts: list[Message], raw: bytes, own: str) -> list[str]:
    """The Message-IDs of what was returned with a report: whole, its headers only, or copied into the text."""
    found: list[str] = []
    for part in parts:
        kind = part.get_content_type()
        if kind in ("message/rfc822", "message/global"):
            payload = part.get_payload()
            found += [one for inner in payload if isinstance(inner, Message) for one in _ids(inner, "Message-ID")]
        elif kind.startswith("text/") or kind in ("message/rfc822-headers", "message/global-headers"):
            found += _id_lines(_decoded_payload(part))
    return [one for one in (found or _id_lines(raw)) if one != own]


def _id_lines(content: bytes) -> list[str]:
    return [m[1].decode("ascii", "replace") for m in _ID_LINE.finditer(content)][:MOST_IDS]


# --- programs that answer ---------------------------------------------------------------------------------

_AWAY = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|i am away|on leave|ooo)\b",
    re.IGNORECASE,
)


def _by_a_program(message: Message, subject: str) -> bool:
    submitted = _words(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if _words(message, "Precedence").lower() in ("bulk", "list", "junk", "auto_reply"):
        return True
    if message.get("X-Auto-Response-Suppress") or message.get("X-Autoreply") or message.get("X-Autorespond"):
        return True
    if message.get_content_type() == "multipart/report":
        return True
    return bool(_AWAY.match(subject))


# --- parts, headers, words --------------------------------------------------------------------------------


def _parts(message: Message) -> Iterator[Message]:
    """Every part that is no container; what is inside a returned message is one part."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [one for one in reversed(payload) if isinstance(one, Message)]
        else:
            yield part


def _blocks_of(part: Message) -> list[Message]:
    """The groups of lines of a delivery-status part, also where it came encoded and was not taken apart."""
    payload = part.get_payload()
    if isinstance(payload, list) and any(isinstance(one, Message) and one.keys() for one in payload):
        return [one for one in payload if isinstance(one, Message)]
    content = _decoded_payload(part).decode("utf-8", "replace")
    return [email.message_from_string(one, policy=compat32) for one in re.split(r"\r?\n\s*\r?\n", content)[:50]]


def _decoded_payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    if isinstance(inner, list):
        return b"".join(_decoded_payload(one) for one in inner[:MOST_IDS] if isinstance(one, Message))
    return str(inner or "").encode("utf-8", "replace")


def _text(parts: list[Message]) -> str:
    """The plain text of a message; where it has none, its HTML without the tags."""
    for kind in ("text/plain", "text/html"):
        said = [_as_text(part) for part in parts if part.get_content_type() == kind]
        if any(one.strip() for one in said):
            words = "\n".join(said)[:LONGEST_TEXT]
            return words if kind == "text/plain" else re.sub(r"<[^<>]{0,2000}>", " ", words)
    return ""


def _typed(parts: list[Message]) -> str:
    """The plain text alone where there is some part for it: the HTML beside an empty one holds no words."""
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    return "".join(map(_as_text, plain)).strip() if plain else _text(parts).strip()


def _as_text(part: Message) -> str:
    content = _decoded_payload(part)
    try:
        return content.decode(str(part.get_content_charset() or "utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _words(message: Message, name: str) -> str:
    """A header on one line, whatever it claims to be encoded in."""
    value = str(message.get(name) or "")[:LONGEST_HEADER]
    try:
        pieces = decode_header(value)
        value = "".join(p if isinstance(p, str) else _in_charset(p, charset or "utf-8") for p, charset in pieces)
    except Exception:  # a header that lies about its encoding is read as it stands
        value = str(value)
    return _one_line(value)


def _in_charset(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _one_line(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in clean).split())


def _line(text: str) -> str:
    return _one_line(text)[:LONGEST_WHY]


def _ids(message: Message, name: str) -> list[str]:
    raw = " ".join(str(value)[:LONGEST_HEADER] for value in message.get_all(name, [])[:5])
    return _ID.findall(raw)[:MOST_IDS]


def _addresses(message: Message, *names: str) -> list[str]:
    raw = [str(value)[:LONGEST_HEADER] for name in names for value in message.get_all(name, [])[:5]]
    try:
        found = [address for _, address in getaddresses(raw)]
    except Exception:  # what the library cannot take apart is looked for by its form
        found = []
    return [one for address in found if (one := _address(address))] or [one for text in raw for one in _in(text)]


def _address(text: str) -> str:
    """One address in small letters; nothing for what is none."""
    clean = text.strip().strip("<>").lower()
    return clean if _ANY_ADDRESS.fullmatch(clean) and len(clean) <= LONGEST_ADDRESS else ""


def _in(text: str) -> list[str]:
    found = (m[0].lower() for m in _ANY_ADDRESS.finditer(text[:LONGEST_HEADER]))
    return [one for one in found if len(one) <= LONGEST_ADDRESS][:MOST_ADDRESSES]


def _received_at(message: Message) -> datetime | None:
    """When the last server took it; where none says so, when it says it was sent."""
    stamps = [str(value)[:LONGEST_HEADER].rpartition(";")[2] for value in message.get_all("Received", [])[:1]]
    for stamp in [*stamps, str(message.get("Date") or "")[:200]]:
        try:
            at = parsedate_to_datetime(stamp.strip())
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError, IndexError):
            continue
    return None


def _once(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MOST_IDS]

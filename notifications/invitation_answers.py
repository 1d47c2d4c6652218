"""What a calendar program sends back for its reader: they come, they do not, perhaps, or at another time (RFC 5546)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from urllib.parse import unquote

from icalendar import Calendar, Event

LONGEST = 200_000
"""Bytes of a calendar file that are looked at."""
LONGEST_WORDS = 2000
IN_MAIL = frozenset({"text/calendar", "application/ics"})


class Says(StrEnum):
    """What the answer is."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    OTHER_TIME = "other_time"


@dataclass(frozen=True, slots=True)
class InvitationAnswer:
    """One answer: ``uid`` is the invitation's, ``sequence`` which state of it was answered (None where not said).

    ``attendee`` is who answers, an address in small letters, as the file says; ``comment`` what they added there.
    """

    uid: str
    attendee: str
    says: Says
    sequence: int | None = None
    comment: str = ""


def read_answer(parts: Iterable[tuple[Message, bytes]], sender: str) -> InvitationAnswer | None:
    """The answer among the parts of an e-mail, each with its content decoded; None where there is none.

    ``sender`` tells whose it is where a program names several people. Reading never raises.
    """
    for part, content in parts:
        if part.get_content_type() in IN_MAIL and len(content) <= LONGEST:
            try:
                found = _answer(content, sender)
            except Exception:  # damaged or hostile in a way not thought of: a person reads the e-mail
                found = None
            if found is not None:
                return found
    return None


def _answer(content: bytes, sender: str) -> InvitationAnswer | None:
    calendar = Calendar.from_ical(content)
    method = str(calendar.get("METHOD") or "").upper()
    if method not in ("REPLY", "COUNTER"):
        return None
    event = next((one for one in calendar.walk("VEVENT") if isinstance(one, Event)), None)
    if event is None or not event.get("UID"):
        return None
    named = event.get("ATTENDEE") or []
    people = named if isinstance(named, list) else [named]
    found = [(_address(str(one)), str(one.params.get("PARTSTAT") or "").lower()) for one in people]
    attendee, stands = next((one for one in found if one[0] == sender), found[0] if found else ("", ""))
    says = Says.OTHER_TIME if method == "COUNTER" else next((one for one in Says if one == stands), None)
    if says is None or not attendee:
        return None
    sequence = event.get("SEQUENCE")
    comment = event.get("COMMENT") or ""
    words = " ".join(str(one) for one in comment) if isinstance(comment, list) else str(comment)
    return InvitationAnswer(
        str(event["UID"]).strip(), attendee, says, int(sequence) if sequence is not None else None,
        words.strip()[:LONGEST_WORDS],
    )  # fmt: skip


def _address(value: str) -> str:
    return unquote(value.strip()[7:] if value.strip().lower().startswith("mailto:") else value).strip().lower()

"""What an SMTP answer means for a message: sent, try again at a time, or give up. No clock, no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What happened to one recipient of one message."""

    ACCEPTED = "accepted"
    """The server took responsibility for the message."""
    REFUSED = "refused"
    """The server said no for good (5xx), or the message itself may not be sent."""
    TRY_AGAIN = "try_again"
    """Not sent: 4xx, no connection, TLS or log-in, a time-out, or a disconnection before the text went."""
    UNKNOWN = "unknown"
    """The connection ended after the text went and before the answer: it may have arrived, or not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one recipient. ``code`` is the reply code, or None where no reply was read.

    ``ref`` is the number that a transport other than SMTP gave the message. ``of_recipient``: the answer was given to
    this address alone, not to the message.
    """

    recipient: str
    kind: Kind
    code: int | None = None
    text: str = ""
    ref: str = ""
    of_recipient: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """Nothing more to do."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Try again at ``at`` (aware UTC instant), with the same Message-ID."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Stop, and show ``reason`` to people. A person may still ask for another try."""

    reason: str


WAITS: tuple[timedelta, ...] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=8),
    *(timedelta(hours=12),) * 9,
)
"""The wait after the first, second, ... try. Together just over five days, the give-up time that RFC 5321
section 4.5.4.1 recommends (4 to 5 days at least)."""

UNKNOWN_WAIT = timedelta(minutes=15)
"""The shortest wait after an unknown outcome, so that a server which did take the message can deliver it and
recognise the Message-ID of the second copy."""


def next_step(attempts: int, now: datetime, outcome: Outcome) -> Sent | TryAgain | GiveUp:
    """Decide what follows a try.

    ``attempts`` counts the tries made, this one included (1 or more); ``now`` is the aware UTC instant of the
    answer. An unknown outcome is tried again: RFC 5321 section 4.2.5 makes the client responsible until it
    has read the server's answer, and the unchanged Message-ID lets the receiving side drop a second copy.

    Raises ValueError for ``attempts`` below 1 or a naive ``now``.
    """
    if attempts < 1:
        raise ValueError("attempts counts the tries already made, so it is at least 1.")
    if now.tzinfo is None:
        raise ValueError("now must carry a time zone (UTC).")
    if outcome.kind is Kind.ACCEPTED:
        return Sent()
    reason = describe(outcome)
    if outcome.kind is Kind.REFUSED:
        return GiveUp(reason)
    if attempts > len(WAITS):
        return GiveUp(f"Not delivered after {attempts} tries over five days. Last answer: {reason}")
    wait = WAITS[attempts - 1]
    if outcome.kind is Kind.UNKNOWN:
        wait = max(wait, UNKNOWN_WAIT)
    return TryAgain(now + wait, reason)


def describe(outcome: Outcome) -> str:
    """One sentence for people about an outcome that is not a plain success."""
    answer = " ".join(part for part in (str(outcome.code or ""), outcome.text) if part)
    match outcome.kind:
        case Kind.ACCEPTED:
            return "The mail server accepted the message."
        case Kind.REFUSED:
            return f"Refused: {answer}" if answer else "Refused by the mail server."
        case Kind.TRY_AGAIN:
            return f"Not sent yet: {answer}" if answer else "Not sent yet."
        case Kind.UNKNOWN:
            return (
                "The connection ended before the mail server answered, so the message may or may not have "
                f"arrived{f': {answer}' if answer else ''}."
            )

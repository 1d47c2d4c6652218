"""The feed of bank holidays: GOV.UK's file at an https address or in a folder, read each night and when asked.

A feed adds by itself only what moves no running date. Days that would move one wait until a person has seen what they
move. A feed that lacks days takes nothing away; one that cannot be read changes nothing and is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from sqlalchemy.orm import Session

from dardr import systime
from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.holidays import MAY_CHANGE, add, one_at_a_time, preview, read_file
from dardr.errors import Conflict, Forbidden, Invalid, Reason
from dardr.lookups.calendars import FEED_READ, SET_ASIDE, Feed, calendar_named, feed, forget
from workflows.calendar import ENGLAND_AND_WALES, in_words

LARGEST = 1024 * 1024
"""Bytes. The published file has a tenth of that."""
ANSWER_WITHIN = 10.0
"""Seconds to wait for a connection, and for each further part of the answer."""
WHOLE_WITHIN = 30.0
"""Seconds for the whole of it, so that a server that sends drop by drop does not hold up the nightly round."""
MOST_REDIRECTS = 3
NEW_AT_ONCE = 60
"""More days new at once than this are no list of bank holidays."""


@dataclass(frozen=True, slots=True)
class Read:
    """What reading the feed did: days added, days that wait for a look, days known here that it lacks."""

    added: tuple[date, ...]
    waiting: Mapping[date, str]
    lacks: Mapping[date, str]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "added": [day.isoformat() for day in self.added],
            "waiting": [{"date": day.isoformat(), "title": self.waiting[day]} for day in sorted(self.waiting)],
            "lacks": [{"date": day.isoformat(), "title": self.lacks[day]} for day in sorted(self.lacks)],
        }


# --- reading it -------------------------------------------------------------------------------------------


def fetch(source: str) -> dict[date, str]:
    """The days that the feed names. ``source`` is an https address or the path of a file.

    Raises Conflict with a sentence where it cannot be reached or read: then nothing is known, and nothing changes.
    """
    try:
        content = _from_web(source) if "://" in source else _from_file(Path(source))
        found = read_file(content.decode("utf-8", errors="strict"))
    except UnicodeDecodeError as error:
        raise Conflict(_cannot("it is not text")) from error
    except Invalid as error:
        raise Conflict(_cannot(f"what it holds is not a list of bank holidays ({error})")) from error
    if not found:
        raise Conflict(_cannot("it names no day"))
    return found


def _cannot(why: str) -> str:
    return f"The feed of bank holidays cannot be read: {why}. Nothing was changed. Look at DARDR_HOLIDAYS_FEED."


def _from_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise Conflict(_cannot(f"the file could not be opened ({error.strerror})")) from error
    if len(content) > LARGEST:
        raise Conflict(_cannot("it is larger than a megabyte"))
    return content


def _from_web(address: str) -> bytes:
    began = systime.monotonic()
    with requests.Session() as client:
        for _ in range(MOST_REDIRECTS + 1):
            if urlsplit(address).scheme != "https":
                raise Conflict(_cannot("only https addresses are asked"))
            try:
                with client.get(address, timeout=ANSWER_WITHIN, stream=True, allow_redirects=False) as answer:
                    if answer.is_redirect:
                        address = urljoin(address, answer.headers["location"])
                        continue
                    if answer.status_code != 200:
                        raise Conflict(_cannot(f"the server answered {answer.status_code}"))
                    return _whole(answer, began)
            except requests.exceptions.SSLError as error:
                raise Conflict(_cannot("the server's certificate was not accepted")) from error
            except requests.exceptions.Timeout as error:
                raise Conflict(_cannot("the server took too long")) from error
            except requests.exceptions.RequestException as error:
                raise Conflict(_cannot("the server could not be reached")) from error
    raise Conflict(_cannot("the server sends from one address to the next"))


def _whole(answer: requests.Response, began: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_content(64 * 1024):
        size += len(part)
        if size > LARGEST:
            raise Conflict(_cannot("it is larger than a megabyte"))
        if systime.monotonic() - began > WHOLE_WITHIN:
            raise Conflict(_cannot("the server took too long"))
        parts.append(part)
    return b"".join(parts)


# --- what becomes of it -----------------------------------------------------------------------------------


def take_in(
    session: Session, now: datetime, found: Mapping[date, str], source: str, actor: Actor | None = None
) -> Read:
    """Add what moves no running date; keep what the feed says, so that the rest waits for a look.

    ``source`` is where it came from, without anything secret in it. ``actor`` asked for it; None: the nightly round.
    Raises Invalid for days that cannot be a list of bank holidays.
    """
    one_at_a_time(session)
    forget(session)
    known = calendar_named(session, ENGLAND_AND_WALES)
    fresh = {day: title for day, title in found.items() if day not in known.holidays}
    if len(fresh) > NEW_AT_ONCE:
        said = f"The feed names {len(fresh)} new bank holidays at once. Check where it comes from."
        raise Invalid([Reason(said, "file")])
    preview(session, actor, now, found)  # raises where it cannot be believed
    before = feed(session)
    if before is None or dict(before.days) != dict(found):
        days = [{"date": day.isoformat(), "title": found[day]} for day in sorted(found)]
        note_change(session, now, actor, FEED_READ, "the feed of bank holidays", {"source": source, "days": days})
        session.flush()
    stands = _stands(session)
    added: tuple[date, ...] = ()
    further = {day: title for day, title in stands.waiting.items() if day > known.horizon}
    for days in (stands.waiting, further):
        if days and not preview(session, actor, now, days).moved:
            added = add(session, actor, now, days, source=source).added
            break
    stands = _stands(session)
    return Read(added, stands.waiting, stands.lacks)


def _stands(session: Session) -> Feed:
    found = feed(session)
    assert found is not None
    return found


def set_aside(session: Session, actor: Actor, now: datetime, reason: str) -> tuple[date, ...]:
    """Leave the days that wait out of the calendar, with a reason. They can still be added by hand.

    Raises Forbidden, Conflict (nothing waits), Invalid (no reason).
    """
    if not actor.roles & MAY_CHANGE:
        raise Forbidden("Bank holidays are changed by an administrator or the team manager.")
    one_at_a_time(session)
    stands = feed(session)
    if stands is None or not stands.waiting:
        raise Conflict("No day of the feed waits for a look. Somebody may have looked at it meanwhile.")
    if not reason.strip():
        raise Invalid([Reason("Say why these days are left out.", "reason")])
    days = tuple(sorted(stands.waiting))
    note_change(
        session, now, actor, SET_ASIDE, "the feed of bank holidays",
        {"days": [day.isoformat() for day in days], "reason": reason.strip()[:500]},
    )  # fmt: skip
    session.flush()
    return days


def said_of(source: str) -> str:
    """Where a feed is, for people and logs: without a user, a password or a query in its address."""
    if "://" not in source:
        return Path(source).name
    parts = urlsplit(source)
    return f"{parts.hostname}{parts.path}"


def waiting_sentence(days: Mapping[date, str]) -> str:
    """That days of the feed wait for a look, and what to do."""
    named = ", ".join(in_words(day) for day in sorted(days)[:3]) + (" and more" if len(days) > 3 else "")
    many = "1 bank holiday" if len(days) == 1 else f"{len(days)} bank holidays"
    return (
        f"The feed names {many} that would move dates now running ({named}). See what would move, then add or leave "
        "out: Administration, Bank holidays."
    )


def lacks_sentence(days: Mapping[date, str]) -> str:
    """That the feed lacks days known here: nothing was removed, and somebody should compare."""
    many = "1 day that is" if len(days) == 1 else f"{len(days)} days that are"
    named = ", ".join(in_words(day) for day in sorted(days)[:3]) + (" and more" if len(days) > 3 else "")
    return f"The feed of bank holidays lacks {many} known here ({named}). Nothing was removed. Compare it with gov.uk."

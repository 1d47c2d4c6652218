"""When somebody wishes to be written to: their own choice, else that of their body, else the partnership's.

What is kept (``user_account.post``, ``body.post``, the partnership's setting ``post``) is a JSON object; each of its
keys may be left out, and the next in that line then decides: ``days`` (Monday 0 to Friday 4), ``at``, ``quiet_from``,
``quiet_until`` ("19:00", London time) and ``alone``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.people import User, UserRole
from dardr.systime import LONDON, london_date
from workflows.post_days import PostDays

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """On which days and at what hours (London time) somebody is written to.

    ``days`` are weekdays, Monday is 0. ``at``: the day's gathered e-mail leaves from then on. Nothing leaves from
    ``quiet_from`` until ``quiet_until`` of the next morning; the two alike: no quiet hours. ``alone``: what cannot
    wait comes as a message of its own; else it stands in the day's e-mail wherever that leaves in time.
    """

    days: frozenset[int] = frozenset(range(5))
    at: time = time(7, 30)
    quiet_from: time = time(19)
    quiet_until: time = time(7, 30)
    alone: bool = True

    def not_before(self, now: datetime) -> datetime:
        """``now``, or the end of the quiet hours it lies in, as an aware UTC instant."""
        local = now.astimezone(LONDON)
        at, start, end = local.time(), self.quiet_from, self.quiet_until
        if start < end:
            quiet, ends_on = start <= at < end, local.date()
        else:  # over midnight, or none at all where both are alike
            quiet = start != end and (at >= start or at < end)
            ends_on = local.date() + timedelta(days=1) if at >= start else local.date()
        return self.instant(ends_on, end) if quiet else now

    def digest_from(self, day: date) -> datetime:
        """The instant (aware UTC) of a London day from which the gathered e-mail may leave."""
        return max(at := self.instant(day, self.at), self.not_before(at))

    def leaves(self, now: datetime) -> datetime:
        """The instant (aware UTC) from which a gathered e-mail written at ``now`` may leave."""
        return max(self.not_before(now), self.digest_from(london_date(now)))

    @staticmethod
    def instant(day: date, at: time) -> datetime:
        """A London time of a day as an aware UTC instant; one that the spring night skips is the hour after it."""
        return datetime.combine(day, at, LONDON).astimezone(UTC)


def carried_on(
    day: date, post: PostDays, choices: Choices, due: date | None, *, statute: bool, careful: Collection[date] = ()
) -> bool:
    """True where the gathered e-mail of ``day`` carries a reminder: a day with post that the person chose.

    On another day with post it carries only what cannot wait for the person's next one: a date in an Act, a date that
    comes before it, and (``careful``, for agencies) what would wait for a day the family asked to be careful about.
    """
    if not post.has(day):
        return False
    return day.weekday() in choices.days or statute or before_next(day, post, choices, due, careful)


def before_next(day: date, post: PostDays, choices: Choices, due: date | None, careful: Collection[date] = ()) -> bool:
    """True for a date from ``day`` on that comes before the person's next day with post, or would wait too long."""
    if due is None or due < day:
        return False
    following = post.next(day)
    while following.weekday() not in choices.days and (following - day).days < LONGEST_WAIT:
        following = post.next(following)
    return due < following or following in careful


def leaves_on(
    noted: date, post: PostDays, choices: Choices, due: date | None, *, statute: bool, careful: Collection[date] = ()
) -> date:
    """The London day on which a reminder noted on ``noted`` leaves in a gathered e-mail."""
    day = noted
    while not carried_on(day, post, choices, due, statute=statute, careful=careful):
        if (day - noted).days > LONGEST_WAIT:
            break
        day = post.next(day)
    return day


LONGEST_WAIT = 21
"""Days after which nothing waits for a chosen weekday any more."""

EVERYBODY = Choices()
"""Where nobody has chosen anything: Monday to Friday from 07:30, quiet from 19:00 until 07:30."""


def chosen(base: Choices, kept: Mapping[str, Any] | None) -> Choices:
    """``base`` with what somebody chose. What cannot be read is left as it was: nobody's post stops because of it."""
    if not isinstance(kept, Mapping):
        return base
    found: dict[str, Any] = {}
    days = kept.get("days")
    if isinstance(days, list | tuple) and (days := {d for d in days if isinstance(d, int) and 0 <= d <= 4}):
        found["days"] = frozenset(days)
    for name in ("at", "quiet_from", "quiet_until"):
        if (at := _time(kept.get(name))) is not None:
            found[name] = at
    if isinstance(kept.get("alone"), bool):
        found["alone"] = kept["alone"]
    return replace(base, **found)


def _time(text: Any) -> time | None:
    try:
        return time.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def choices_for(session: Session, addresses: Iterable[str]) -> dict[str, Choices]:
    """What holds for each of these addresses, under the address as it was given; their capitals do not matter."""
    given = list(dict.fromkeys(addresses))
    wanted = sorted({address.strip().lower() for address in given})
    base = partnership_choices(session)
    found: dict[str, Choices] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= _chosen_by(session, wanted[start : start + CHUNK], base)
    return {address: found.get(address.strip().lower(), base) for address in given}


def partnership_choices(session: Session) -> Choices:
    """What the home partnership has set for everybody."""
    settings = session.scalar(_OF_THE_HOME)
    return chosen(EVERYBODY, (settings or {}).get("post"))


# Made once: every message that is written asks these.
_WANTED = sa.bindparam("wanted", expanding=True)
_CHOSEN_FOR_CONTACTS = (
    sa.select(sa.func.lower(BodyContact.email), Body.post)
    .join(Body, Body.id == BodyContact.body_id)
    .where(sa.func.lower(BodyContact.email).in_(_WANTED), Body.post.is_not(None))
    .order_by(BodyContact.id)
)
_CHOSEN_BY_PEOPLE = (
    sa.select(sa.func.lower(User.email), User.post, Body.post)
    .outerjoin(UserRole, sa.and_(UserRole.user_id == User.id, UserRole.body_id.is_not(None)))
    .outerjoin(Body, Body.id == UserRole.body_id)
    .where(sa.func.lower(User.email).in_(_WANTED), sa.or_(User.post.is_not(None), Body.post.is_not(None)))
    .order_by(User.id, UserRole.id)
)
_OF_THE_HOME = sa.select(Partnership.settings).order_by(Partnership.home.desc(), Partnership.id).limit(1)


def _chosen_by(session: Session, wanted: list[str], base: Choices) -> dict[str, Choices]:
    found: dict[str, Choices] = {}
    for address, kept in session.execute(_CHOSEN_FOR_CONTACTS, {"wanted": wanted}):
        found.setdefault(address, chosen(base, kept))
    people = session.execute(_CHOSEN_BY_PEOPLE, {"wanted": wanted})
    own: dict[str, Choices] = {}
    for address, kept, of_body in people:
        of_all = found[address] if address in found else chosen(base, of_body)
        own.setdefault(address, chosen(of_all, kept))
    return found | own

"""When somebody is written to, as they choose it: a person for themselves, an agency, the partnership for everybody.

A choice says on which days and at what hours e-mail comes, never whether it does. Nobody can choose that a date set by
an Act is not told to them, and messages about signing in are never held back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import KEEPERS, home, of_key, require_administrator
from dardr.casework.post_choices import Choices, choices_for, chosen, partnership_choices
from dardr.errors import Forbidden, Invalid, Reason
from dardr.storage.bodies import Body
from dardr.storage.people import User
from workflows.definition import Role
from workflows.processes.meeting_1.rules import minutes_of_day

SETTING = "post"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
LEAST_OPEN = 4 * 60
"""Minutes of the day that quiet hours must leave."""
OF_A_DAY = 24 * 60


# --- who chooses ------------------------------------------------------------------------------------------


def choose_for_oneself(session: Session, actor: Actor, now: datetime, given: Mapping[str, Any] | None) -> Choices:
    """Keep what a person chose for themselves; None: as their agency, or the partnership, has it. Raises Invalid."""
    row = session.get_one(User, actor.id, with_for_update=True)
    row.post = None if given is None else _kept(given)
    note_change(session, now, actor, "post_chosen", actor.name, row.post)
    session.flush()
    return choices_for(session, [actor.email])[actor.email]


def may_choose_for(actor: Actor, body: Body) -> bool:
    """Whether this person chooses for a body: an administrator, the team manager, and its own lead."""
    leads = any(grant.role is Role.AGENCY_LEAD and grant.body_id == body.id for grant in actor.grants)
    return leads or bool(actor.everywhere & KEEPERS)


def choose_for_body(
    session: Session, actor: Actor, now: datetime, key: str, given: Mapping[str, Any] | None
) -> Choices:
    """Keep what holds for the contacts and people of a body; None: as the partnership has it.

    What one of its people chose for themselves goes before. Raises NotFound, Forbidden, Invalid.
    """
    row = of_key(session, Body, key, lock=True)
    if not may_choose_for(actor, row):
        raise Forbidden(f"When e-mail reaches {row.name} is chosen by its own lead, or by the team.")
    row.post = None if given is None else _kept(given)
    note_change(session, now, actor, "post_of_body_chosen", row.name, row.post)
    session.flush()
    return of_body(session, row)


def choose_for_partnership(session: Session, actor: Actor, now: datetime, given: Mapping[str, Any] | None) -> Choices:
    """Keep what holds for everybody who chose nothing; None: as the service comes. Raises Forbidden, Invalid."""
    require_administrator(actor)
    row = home(session)
    others = {name: value for name, value in row.settings.items() if name != SETTING}
    row.settings = others if given is None else {**others, SETTING: _kept(given)}
    note_change(session, now, actor, "post_of_partnership_chosen", row.name, row.settings.get(SETTING))
    session.flush()
    return partnership_choices(session)


def of_body(session: Session, body: Body) -> Choices:
    """What holds for the contacts of a body."""
    return chosen(partnership_choices(session), body.post)


# --- what will do -----------------------------------------------------------------------------------------


def _kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored, of ``days`` (0 to 4), ``at``, ``quiet_from``, ``quiet_until`` (typed) and ``alone``.

    Raises Invalid with every reason at once.
    """
    reasons: list[Reason] = []
    days = sorted({int(day) for day in given.get("days") or () if str(day) in "01234"})
    if not days:
        reasons.append(Reason("Choose at least one day. E-mail about dates cannot be turned off altogether.", "days"))
    read: dict[str, int] = {}
    for name in ("at", "quiet_from", "quiet_until"):
        minutes = minutes_of_day(given.get(name))
        if minutes is None:
            reasons.append(Reason(f"“{given.get(name) or ''}” is not a time. Give it as 07:30 or 18:00.", name))
        else:
            read[name] = minutes
    if len(read) == 3:
        reasons += _hours(read["at"], read["quiet_from"], read["quiet_until"])
    if reasons:
        raise Invalid(reasons)
    return {
        "days": days,
        **{name: f"{minutes // 60:02}:{minutes % 60:02}" for name, minutes in read.items()},
        "alone": bool(given.get("alone")),
    }


def _hours(at: int, quiet_from: int, quiet_until: int) -> list[Reason]:
    quiet = (quiet_until - quiet_from) % OF_A_DAY
    if OF_A_DAY - quiet < LEAST_OPEN:
        return [Reason("Leave at least four hours of the day in which e-mail may come.", "quiet_until")]
    if quiet and (at - quiet_from) % OF_A_DAY < quiet:
        return [Reason("That lies in your quiet hours. Give a later time, or let the quiet hours end earlier.", "at")]
    return []


# --- in words ---------------------------------------------------------------------------------------------


def in_words(choices: Choices, whose: str = "Your e-mail") -> str:
    """``Your e-mail comes Monday to Friday from 07:30, and none between 19:00 and 07:30.``"""
    quiet = (
        f", and none between {_at(choices.quiet_from)} and {_at(choices.quiet_until)}"
        if choices.quiet_from != choices.quiet_until
        else ""
    )
    alone = (
        "What cannot wait, a date set by an Act, comes as a message of its own."
        if choices.alone
        else "What cannot wait, a date set by an Act, comes with the day's e-mail; only where that would be too late,"
        " as a message of its own."
    )
    return f"{whose} comes {days_in_words(choices.days)} from {_at(choices.at)}{quiet}. {alone}"


def days_in_words(days: frozenset[int]) -> str:
    """``Monday to Friday``, ``Monday, Wednesday and Thursday``."""
    on = sorted(days)
    if len(on) > 2 and on == list(range(on[0], on[-1] + 1)):
        return f"{DAYS[on[0]]} to {DAYS[on[-1]]}"
    named = [DAYS[day] for day in on]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def as_typed(choices: Choices) -> dict[str, Any]:
    """Choices as a form holds them."""
    return {
        "days": [str(day) for day in sorted(choices.days)],
        "at": _at(choices.at),
        "quiet_from": _at(choices.quiet_from),
        "quiet_until": _at(choices.quiet_until),
        "alone": choices.alone,
    }


def _at(when: time) -> str:
    return f"{when:%H:%M}"

"""Local targets: the lengths of time a partnership sets for itself, where no Act and no guidance sets one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import home, require_administrator
from dardr.errors import Invalid, NotFound, Reason
from dardr.systime import london_date
from workflows.counting import Unit
from workflows.definition import Clock, LocalSetting, Span

MOST: dict[Unit, int] = {Unit.DAYS: 1000, Unit.WORKING_DAYS: 750, Unit.MONTHS: 60}
"""The longest target in each unit: more is taken to be a slip."""


@dataclass(frozen=True, slots=True)
class Target:
    """One length that is the partnership's own: the clocks it is for, and what holds without a choice.

    ``runs`` are those clocks by process and key, since a clock of the same key may have its length from elsewhere.
    """

    key: str
    default: Span | None
    clocks: tuple[Clock, ...]
    regime: str
    runs: frozenset[tuple[str, str]] = frozenset()

    @property
    def label(self) -> str:
        """What is to be done in that time."""
        return self.clocks[0].label


def targets() -> tuple[Target, ...]:
    """Every local target there is, in the order of the processes; those of a regime not in force last."""
    found: dict[str, Target] = {}
    for process in workflows.all_processes():
        for clock in process.clocks:
            if not isinstance(clock.length, LocalSetting):
                continue
            key = clock.length.key
            before = found.get(key, Target(key, clock.length.default, (), process.regime))
            known = clock.key in {one.key for one in before.clocks}
            found[key] = replace(
                before,
                clocks=before.clocks if known else (*before.clocks, clock),
                runs=before.runs | {(process.id, clock.key)},
            )
    return tuple(sorted(found.values(), key=lambda one: one.regime == "s8a"))


def target_of(key: str) -> Target:
    """The target of that key. Raises NotFound."""
    for one in targets():
        if one.key == key:
            return one
    raise NotFound("There is no local target of that name.")


def set_target(
    session: Session, actor: Actor, now: datetime, key: str, n: int | None, unit: str | None, *, none: bool = False
) -> None:
    """Set a length for clocks that begin from now on; without ``n`` the default holds again, with ``none`` no date.

    Clocks that run keep the length they began with. Raises Forbidden, Invalid, NotFound, Conflict.
    """
    require_administrator(actor)
    target, partnership = target_of(key), home(session)
    own = dict(partnership.settings or {})
    before = own.get(key, "default")
    if none:
        own[key] = None
    elif n is None:
        own.pop(key, None)
    else:
        own[key] = {"n": n, "unit": _unit(n, unit), "from": london_date(now).isoformat()}
    partnership.settings = own
    note_change(
        session,
        now,
        actor,
        "target_set",
        target.label,
        {"key": key, "before": before, "after": own.get(key, "default")},
    )
    session.flush()


def _unit(n: int, unit: str | None) -> str:
    try:
        found = Unit(unit or "")
    except ValueError as error:
        raise Invalid([Reason("Choose days, working days or months.", "unit")]) from error
    if not 1 <= n <= MOST[found]:
        raise Invalid([Reason(f"Give a length from 1 to {MOST[found]} {found.replace('-', ' ')}.", "n")])
    return str(found)

"""What would be otherwise: each clock, how it is and how it would be; and the whole of it as every edge prints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dardr.lookups.what_if.caseload import Offer
from dardr.lookups.what_if.names import Name
from dardr.lookups.what_if.reminders import Reminder
from dardr.lookups.what_if.world import WAITS, Point, Run, Standing, World
from workflows.clocks import STATE_LABELS
from workflows.definition import PARTY_LABELS, Authority, Kind

STARTED, STOPPED, WITHDRAWN, MOVED, HELD, AGAIN, COUNTED, UNCHANGED = (
    "started",
    "stopped",
    "withdrawn",
    "moved",
    "held",
    "runs again",
    "counted",
    "unchanged",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One clock, how it is and how it would be. ``before`` None: it would start; ``number`` None: it has no row yet;
    ``supposed``: its record would be opened only then."""

    what: str
    ref: str
    record_label: str
    record_process: str
    review_ref: str
    supposed: bool
    number: int | None
    clock: str
    id: str
    label: str
    authority: Authority
    owner: str
    owed_to: str
    before: Point | None
    after: Point
    sentences: tuple[str, ...]
    provisional: bool
    stopped_on: date | None

    @property
    def changed(self) -> bool:
        """True where anything would be otherwise."""
        return self.what != UNCHANGED

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; the days are London dates."""
        return {
            "change": self.what,
            "ref": self.ref,
            "record_label": self.record_label,
            "review": self.review_ref,
            "deadline": self.number,
            "clock": self.clock,
            "id": self.id,
            "label": self.label,
            "kind": str(self.authority.kind),
            "date": self.authority.as_dict(),
            "owner": self.owner,
            "owed_to": self.owed_to,
            "before": _point(self.before),
            "after": _point(self.after),
            "stopped_on": _iso(self.stopped_on),
            "sentences": list(self.sentences),
            "provisional": self.provisional,
        }


@dataclass(frozen=True)
class Outcome:
    """What would be so. ``day`` is the London date for which it is said how each clock stands.

    ``review`` is the reference that was asked about; empty for the caseload. ``names`` are what could be supposed next.
    """

    review: str
    day: date
    supposed: tuple[dict[str, str], ...]
    holidays: tuple[date, ...]
    changes: tuple[Change, ...]
    reminders: tuple[Reminder, ...]
    notes: tuple[str, ...]
    unchanged: int = 0
    further: tuple[dict[str, Any], ...] = ()
    names: tuple[Name | Offer, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints."""
        return {
            "review": self.review or None,
            "day": self.day.isoformat(),
            "set": list(self.supposed),
            "holidays": [day.isoformat() for day in self.holidays],
            "changes": [change.as_dict() for change in self.changes],
            "unchanged": self.unchanged,
            "reminders": [reminder.as_dict() for reminder in self.reminders],
            "then": list(self.further),
            "notes": list(self.notes),
        }


def _point(point: Point | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {
        "due": _iso(point.due),
        "original_due": _iso(point.original),
        "agreed_due": _iso(point.agreed),
        "from": _iso(point.start),
        "held": point.held,
        "problem": point.problem,
        "state": str(point.state),
        "state_label": STATE_LABELS[point.state],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- clocks -----------------------------------------------------------------------------------------------


def changes_of(world: World, runs: Iterable[Run], review_ref: dict[int, str]) -> list[Change]:
    """What becomes of each run, what changes first, by date. A run that another of its clock replaces is one line
    with it."""
    every = list(runs)
    replaced: dict[int, Run] = {}
    for run in every:
        if run.before is None:
            earlier = next((o for o in every if o.row.id not in replaced and _replaces(run, o)), None)
            if earlier is not None:
                replaced[earlier.row.id] = run
    instead = {id(new): old for old in every if (new := replaced.get(old.row.id)) is not None}
    found = [_change(world, run, instead.get(id(run)), review_ref) for run in every if run.row.id not in replaced]
    return sorted(found, key=lambda c: (not c.changed, c.after.due or date.max, c.ref, c.id))


def _replaces(new: Run, old: Run) -> bool:
    """A clock that starts afresh takes the place of the one it withdraws: one line, as people think of it."""
    return (
        old.before is not None
        and old.row.withdrawn_by_event is not None
        and old.standing is new.standing
        and old.clock is new.clock
        and (old.row.matches or {}) == (new.row.matches or {})
    )


def _change(world: World, run: Run, instead_of: Run | None, review_ref: dict[int, str]) -> Change:
    old = instead_of or run
    before = world.point(old, old.before, before=True) if old.before is not None else None
    after = world.point(run, run.row)
    receipt = run.row.receipt or {}
    clock, standing = run.clock, run.standing
    return Change(
        what=_what(run, before, after),
        ref=standing.ref,
        record_label=standing.label,
        record_process=standing.process.key,
        supposed=standing.supposed,
        review_ref=_review_ref(standing, review_ref),
        number=old.row.id if old.before is not None else None,
        clock=clock.key,
        id=clock.id,
        label=clock.label,
        authority=clock.date,
        owner=PARTY_LABELS[clock.owner],
        owed_to=PARTY_LABELS[clock.owed_to],
        before=before,
        after=after,
        sentences=tuple(receipt.get("sentences") or ()),
        provisional=bool(receipt.get("provisional")),
        stopped_on=run.row.stopped_on,
    )


def _review_ref(standing: Standing, review_ref: dict[int, str]) -> str:
    if standing.supposed:
        return next((review_ref[one] for one in sorted(standing.serves) if one in review_ref), standing.ref)
    return review_ref.get(standing.id, standing.ref)


def _what(run: Run, before: Point | None, after: Point) -> str:
    if run.row.stopped_by_event is not None:
        return STOPPED
    if run.row.withdrawn_by_event is not None:
        return WITHDRAWN
    if before is None:
        return STARTED
    if before.problem and not after.problem:
        return COUNTED
    if after.state in WAITS and before.state not in WAITS:
        return HELD
    if before.state in WAITS and after.state not in WAITS:
        return AGAIN
    if (before.due, before.agreed, before.start) != (after.due, after.agreed, after.start):
        return MOVED
    return UNCHANGED


def said_of_law(changes: Iterable[Change]) -> list[str]:
    """For each date an Act sets that is among these: that nothing moves it."""
    return list(
        dict.fromkeys(
            f"{c.id}, {c.label}: the date is in the Act ({c.authority.source}). Nothing here moves it: no hold, no"
            " agreed date, no closure."
            for c in changes
            if c.authority.kind is Kind.STATUTE and c.what not in (STOPPED, WITHDRAWN)
        )
    )

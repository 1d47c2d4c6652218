"""The hearings of a proceeding as they stand, read from the lists its record keeps: where each was, is, and why.

A hearing is known by its number: the first that was added is 1. Nothing is ever taken away from its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.processes.proceeding_1.questions import HEARING_KIND, STANDINGS

TENTATIVE, FIXED = "tentative", "fixed"


@dataclass(frozen=True, slots=True)
class Listed:
    """The dates of a hearing from one day of telling on. ``first`` None: no date is set.

    ``told_on`` is the London day on which the review heard of it; ``why`` is empty for the dates first given.
    """

    first: date | None
    last: date | None
    standing: str
    told_on: date | None
    why: str = ""

    @property
    def words(self) -> str:
        """The dates as people read them: ``3 March 2027``, ``1 to 12 March 2027``, ``no date yet``."""
        if self.first is None:
            return "no date yet"
        if self.last is None or self.last == self.first:
            return in_words(self.first)
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first.day} to {in_words(self.last)}"
        return f"{in_words(self.first)} to {in_words(self.last)}"


@dataclass(slots=True)
class Hearing:
    """One hearing with all the dates it ever had, oldest first, and what became of it."""

    number: str
    kind: str
    where: str
    dates: list[Listed] = field(default_factory=list)
    outcome: str = ""
    outcome_on: date | None = None
    struck_out: str = ""
    moves: int = 0

    @property
    def now(self) -> Listed:
        """The dates as they stand."""
        return self.dates[-1]

    @property
    def to_come(self) -> bool:
        """True until its outcome is recorded or it is struck out."""
        return not self.outcome and not self.struck_out

    @property
    def label(self) -> str:
        """What sort of hearing it is, in words."""
        return _KINDS.get(self.kind, self.kind)

    @property
    def standing_words(self) -> str:
        """Tentative or fixed; that no date is set; or what became of it."""
        if self.struck_out:
            return "Struck out"
        if self.outcome:
            return "Outcome recorded"
        return _STANDINGS.get(self.now.standing, self.now.standing) if self.now.first else "No date yet"

    @property
    def words(self) -> str:
        """The hearing in a list to choose from: ``1. Plea hearing, 3 March 2027 (tentative)``."""
        standing = f" ({self.now.standing})" if self.now.first else ""
        return f"{self.number}. {self.label}, {self.now.words}{standing}"


_KINDS = {choice.value: choice.label for choice in HEARING_KIND.choices}
_STANDINGS = dict(STANDINGS)


def hearings(facts: Mapping[str, Any]) -> list[Hearing]:
    """Every hearing of a proceeding in the order in which they were added. ``facts`` are those of its record."""
    found = [
        Hearing(str(number), str(entry.get("hearing_kind") or ""), str(entry.get("hearing_where") or ""),
                [_listed(entry, str(entry.get("hearing_standing") or TENTATIVE))])
        for number, entry in enumerate(facts.get("hearings") or (), start=1)
    ]  # fmt: skip
    known = {hearing.number: hearing for hearing in found}
    changes = [*_of(facts, "hearing_moves"), *_of(facts, "hearing_fixings")]
    for entry in sorted(changes, key=lambda one: int(one.get("seq") or 0)):
        hearing = known.get(str(entry.get("hearing")))
        if hearing is None:
            continue
        if "moved_because" in entry:
            hearing.moves += 1
            standing = str(entry.get("hearing_standing") or TENTATIVE)
            hearing.dates.append(_listed(entry, standing, str(entry["moved_because"])))
        else:
            hearing.dates[-1] = replace(hearing.now, standing=FIXED)
        hearing.where = str(entry.get("hearing_where") or hearing.where)
    for entry in _of(facts, "hearing_outcomes"):
        if hearing := known.get(str(entry.get("hearing"))):
            hearing.outcome = str(entry.get("hearing_outcome") or "")
            hearing.outcome_on = stored_date(entry.get("on"))
    for entry in _of(facts, "hearings_struck_out"):
        if hearing := known.get(str(entry.get("hearing"))):
            hearing.struck_out = str(entry.get("struck_out_because") or "")
    return found


def in_time_order(found: Iterable[Hearing]) -> list[Hearing]:
    """Hearings by the day they begin; those without a date last, those struck out after all others."""
    return sorted(found, key=lambda h: (bool(h.struck_out), h.now.first is None, h.now.first or date.max, h.number))


def moves_since_follow_up(facts: Mapping[str, Any]) -> int:
    """How many moves of dates nobody has yet followed up with panel, family and holds."""
    followed = max((int(entry.get("seq") or 0) for entry in _of(facts, "follow_ups")), default=0)
    return sum(1 for entry in _of(facts, "hearing_moves") if int(entry.get("seq") or 0) > followed)


def _of(facts: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return list(facts.get(name) or ())


def _listed(entry: Mapping[str, Any], standing: str, why: str = "") -> Listed:
    return Listed(
        stored_date(entry.get("hearing_from")),
        stored_date(entry.get("hearing_to")),
        standing,
        stored_date(entry.get("on")),
        why,
    )

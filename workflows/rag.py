"""Red, amber, green: worked out for an action from what is recorded of it, never typed.

Pure: the same facts and the same day give the same colour and the same reason, today or for a day in the past. The
thresholds are the partnership's own; no law or guidance sets them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from workflows.calendar import in_words

SOON = "rag_soon_days"
QUIET = "rag_quiet_days"
MOVES_TO_FLAG = 3
"""From how many moves on an action's date is looked at by the Steering Group (local choice)."""

DONE = ("complete_verified", "in_place")
WITHOUT_COLOUR = ("not_accepted", "superseded")
NOT_AGREED_YET = ("draft", "transferred")


class Colour(StrEnum):
    """The five colours, the one to look at first at the top."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    GREY = "grey"
    BLUE = "blue"


COLOUR_LABELS = {
    Colour.RED: "Red",
    Colour.AMBER: "Amber",
    Colour.GREEN: "Green",
    Colour.GREY: "Grey",
    Colour.BLUE: "Blue",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """The thresholds: a date is soon, and an action quiet, within and after so many calendar days."""

    soon_days: int = 28
    quiet_days: int = 92

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Rule:
        """The rule with the partnership's own thresholds, where it has set any."""
        usual = cls()
        return cls(_days(settings.get(SOON), usual.soon_days), _days(settings.get(QUIET), usual.quiet_days))

    def in_words(self) -> list[tuple[Colour, str]]:
        """The rule as people read it, beside the colours."""
        soon, quiet = _count(self.soon_days), _count(self.quiet_days)
        return [
            (
                Colour.RED,
                f"The date agreed has passed; or something is in the way and the date is {soon} away or less.",
            ),
            (
                Colour.AMBER,
                f"Something is in the way; or there is no word for more than {quiet}; or the date is {soon} away or"
                f" less and work has not started; or the date has moved {_times(MOVES_TO_FLAG)} or more; or an action"
                " in place was to be looked at again and has not been.",
            ),
            (Colour.GREEN, "Agreed, with a date, and none of these. Reported complete and waiting to be verified."),
            (Colour.GREY, "No date is agreed. Or it ended without being done: not accepted, or superseded."),
            (Colour.BLUE, "Verified as complete, or in place."),
        ]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the colour of one action follows from. Dates are London dates.

    ``due`` is the date agreed that counts now; ``last_word_on`` the day of the last update, or of the agreement where
    there is none; ``moves`` how often the date has moved; ``look_again_on`` the day an action in place is looked at.
    """

    stage: str
    due: date | None = None
    last_word_on: date | None = None
    moves: int = 0
    look_again_on: date | None = None
    date_as_given: str = ""


@dataclass(frozen=True, slots=True)
class Rag:
    """A colour with its reason, in words that complete “Amber: …”."""

    colour: Colour
    reason: str

    @property
    def label(self) -> str:
        """The colour and the reason: “Amber: due in 12 days and no update for 3 months”."""
        return f"{COLOUR_LABELS[self.colour]}: {self.reason}"

    def as_dict(self) -> dict[str, str]:
        """JSON-ready form."""
        return {"colour": str(self.colour), "reason": self.reason}


def rag(standing: Standing, today: date, rule: Rule | None = None) -> Rag:
    """The colour of an action on the London date ``today``, and why."""
    rule = rule or Rule()
    stage, due = standing.stage, standing.due
    if stage in WITHOUT_COLOUR:
        return Rag(Colour.GREY, "not accepted" if stage == "not_accepted" else "another action has taken its place")
    if stage in DONE:
        return _done(standing, today)
    if stage == "complete_claimed":
        return Rag(Colour.GREEN, "reported complete, waiting to be verified")
    if stage in NOT_AGREED_YET or due is None:
        return Rag(Colour.GREY, _no_date(standing))
    points = _points(standing, today, rule)
    blocked, left = stage == "blocked", (due - today).days
    if left < 0 or (blocked and left <= rule.soon_days):
        return Rag(Colour.RED, _joined([_left(left), *points]))
    if points:
        return Rag(Colour.AMBER, _joined([_left(left), *points]))
    return Rag(Colour.GREEN, f"on course, due on {in_words(due)}")


def _done(standing: Standing, today: date) -> Rag:
    again = standing.look_again_on
    if standing.stage == "in_place" and again is not None:
        if again < today:
            return Rag(Colour.AMBER, f"in place, to be looked at again since {in_words(again)}")
        return Rag(Colour.BLUE, f"in place, to be looked at again on {in_words(again)}")
    return Rag(Colour.BLUE, "in place" if standing.stage == "in_place" else "complete, verified")


def _no_date(standing: Standing) -> str:
    given = f" (it came with “{standing.date_as_given}”)" if standing.date_as_given else ""
    if standing.stage == "draft":
        return f"proposed, no date agreed yet{given}"
    if standing.stage == "transferred":
        return "passed to another body, no date agreed yet"
    return f"no date agreed{given}"


def _points(standing: Standing, today: date, rule: Rule) -> list[str]:
    found: list[str] = []
    if standing.stage == "blocked":
        found.append("something is in the way")
    assert standing.due is not None
    if standing.stage == "agreed" and 0 <= (standing.due - today).days <= rule.soon_days:
        found.append("work has not started")
    if standing.last_word_on is not None and (today - standing.last_word_on).days > rule.quiet_days:
        found.append(f"no update for {_long((today - standing.last_word_on).days)}")
    if standing.moves >= MOVES_TO_FLAG:
        found.append(f"date moved {_times(standing.moves)}")
    return found


def _left(days: int) -> str:
    if days < 0:
        return f"the date agreed passed {_count(-days)} ago"
    return "due today" if days == 0 else f"due in {_count(days)}"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _count(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _long(days: int) -> str:
    """How long ago, in whole months of thirty days and a half, as people say it."""
    months = round(days / 30.4)
    return f"{months} months" if months > 1 else _count(days)


def _times(n: int) -> str:
    return {1: "once", 2: "twice", 3: "three times", 4: "four times", 5: "five times"}.get(n, f"{n} times")


def _days(given: Any, otherwise: int) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) and given >= 0 else otherwise

"""What is said, and asked, where something falls near a day to be careful about. It never refuses a day: people choose.

A warning names the day; what the day is, is said to those who read of the family and to nobody else (``Facts.careful``
comes without it for others). A letter or an update in the same week is asked a reason for, which stays on the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.careful import MONTHS, CarefulDay, laid_out, week_of
from workflows.definition import Blocked, Facts, reads_careful_days
from workflows.processes.fields import optional, paragraph

NEAR = 3
"""A day this many days before or after a day to be careful about is near it."""

WHY_THIS_WEEK = optional(
    paragraph("careful_because", "Why in this week?", help="No names. It stays on the record.", when_asked=True)
)
"""Asked only where the week has a day to be careful about."""


def in_a_line(named: Iterable[CarefulDay], first: date, last: date) -> str:
    """The careful days from ``first`` to ``last``: ``5 August (a birthday), 10 to 14 August``; empty where none is."""
    runs: list[tuple[date, date, list[str]]] = []
    for day, what in laid_out(named, first, last).items():
        if runs and runs[-1][1] == day - timedelta(days=1) and runs[-1][2] == what:
            runs[-1] = (runs[-1][0], day, what)
        else:
            runs.append((day, day, what))
    return ", ".join(f"{_span(a, b)} ({'; '.join(what)})" if what else _span(a, b) for a, b, what in runs)


def near_words(named: Sequence[CarefulDay], on: date, within: int = NEAR) -> str:
    """What is said of a day on, or near, days to be careful about; empty where there is none."""
    if here := laid_out(named, on, on):
        what = "; ".join(here[on])
        return f"{in_words(on)} is a day to be careful about{f': {what}' if what else ''}."
    around = in_a_line(named, on - timedelta(days=within), on + timedelta(days=within))
    return f"{in_words(on)} is near a day to be careful about: {around}." if around else ""


@reads_careful_days
def near_a_careful_day(facts: Facts) -> str | None:
    """A warning: the day on which this happened is near a day to be careful about."""
    return near_words(facts.careful, facts.occurred_on or facts.today) or None


@reads_careful_days
def fixed_near_a_careful_day(facts: Facts, *, fields: Sequence[str]) -> str | None:
    """A warning: a day given in one of ``fields`` is near a day to be careful about."""
    given = (stored_date((facts.submitted or {}).get(name)) for name in fields)
    said = [near_words(facts.careful, day) for day in dict.fromkeys(given) if day is not None]
    words = [one for one in said if one]
    return f"{' '.join(words)} Check with whoever is in touch with the family that it suits." if words else None


@reads_careful_days
def why_in_this_week(facts: Facts, *, field: str | None = None) -> Blocked | None:
    """A check: where the week has a day to be careful about, it is said why it is this week.

    The week is that of the day given in ``field``; without one, or where it is left empty, of the day this happened.
    """
    submitted = facts.submitted or {}
    given = stored_date(submitted.get(field)) if field else None
    on = given or facts.occurred_on or facts.today
    monday, sunday = week_of(on)
    there = in_a_line(facts.careful, monday, sunday)
    if not there or submitted.get(WHY_THIS_WEEK.name):
        return None
    return Blocked(
        f"In the week of {in_words(on)} there is a day to be careful about: {there}. Choose another week, or say why it"
        " is right in this one.",
        WHY_THIS_WEEK.name,
    )


WHY_TODAY = optional(
    paragraph("careful_today_because", "Why today?", help="No names. It stays on the record.", when_asked=True)
)
"""Asked of whoever writes to an agency by hand on a day to be careful about."""


@reads_careful_days
def why_today(facts: Facts) -> Blocked | None:
    """A check: on a day to be careful about, whoever reminds an agency by hand says why it is today."""
    if not laid_out(facts.careful, facts.today, facts.today) or (facts.submitted or {}).get(WHY_TODAY.name):
        return None
    return Blocked(
        f"{in_words(facts.today)}, today, is a day to be careful about: reminders that leave by themselves left before"
        " it. Send this one tomorrow; or open “Send a reminder now” there and say why it is right today.",
        WHY_TODAY.name,
    )


def nearest_outside(named: Sequence[CarefulDay], due: date, today: date) -> date | None:
    """The weekday nearest to ``due``, not before ``today``, whose week has no day to be careful about.

    None where the week of ``due`` has none, or where every week for half a year around has one. Nothing is moved by it.
    """
    if not laid_out(named, *week_of(due)):
        return None
    for weeks in range(1, 27):
        before = week_of(due - timedelta(weeks=weeks))[0] + timedelta(days=4)
        after = week_of(due + timedelta(weeks=weeks))[0]
        for day in sorted((before, after), key=lambda one: abs((one - due).days)):
            if day >= today and not laid_out(named, *week_of(day)):
                return day
    return None


def _span(first: date, last: date) -> str:
    end = f"{last.day} {MONTHS[last.month - 1]}"
    if first == last:
        return end
    return f"{first.day} to {end}" if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]} to {end}"

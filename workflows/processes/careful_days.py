"""Which days to be careful about the records of a review name: its branches of the family, itself, its proceedings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.answers import stored_date
from workflows.careful import CarefulDay, DayOfYear, one_day
from workflows.processes.proceeding_1.hearings import hearings

KINDS = {
    "birthday": "a birthday",
    "childs_birthday": "a child's birthday",
    "death": "the day of the death",
    "funeral": "the day of the funeral",
    "festival": "a festival",
    "hearing": "a hearing",
    "other": "a day that matters to them",
}
"""What a day may be, as it is said to those who may know."""
LONGEST_HEARING = 14
"""A hearing of more days than this counts by its first and its last day: nobody can wait for months of days."""


def of_branch(facts: Mapping[str, Any]) -> Iterator[CarefulDay]:
    """The days a branch of the family named that stand."""
    return (day for _, day in listed_by_branch(facts))


def listed_by_branch(facts: Mapping[str, Any]) -> Iterator[tuple[str, CarefulDay]]:
    """The days a branch named that were not struck out, each after what it is struck out by: its number, its line."""
    struck_out = {str(entry.get("which_careful_day")) for entry in facts.get("careful_days_struck_out") or ()}
    for entry in facts.get("careful_days") or ():
        read = one_day(str(entry.get("careful_day") or ""))
        if read is None or str(entry.get("seq")) in struck_out:
            continue
        until = one_day(str(entry.get("careful_until") or ""))
        kind = KINDS.get(str(entry.get("careful_kind")), "")
        words = str(entry.get("careful_words") or "")
        day = CarefulDay(read[0], until[0] if until else read[0], f"{kind}: {words}" if words else kind)
        yield str(entry.get("seq")), day
    for line in facts.get("dates_to_avoid") or ():
        if (read := one_day(str(line))) is not None and str(line) not in struck_out:
            yield str(line), CarefulDay(read[0], read[0], read[1])


def of_review(facts: Mapping[str, Any]) -> Iterator[CarefulDay]:
    """The day of the death, where it is known whole, and the days the plan of publication keeps clear."""
    died = stored_date(facts.get("death_date"))
    if died is not None:
        yearly = DayOfYear.of(died, every_year=True)
        yield CarefulDay(yearly, yearly, KINDS["death"])
    struck_out = {str(entry.get("which_day")) for entry in facts.get("days_to_avoid_undone") or ()}
    for entry in facts.get("days_to_avoid") or ():
        avoided = stored_date(entry.get("avoid_day"))
        if avoided is None or str(entry.get("seq")) in struck_out:
            continue
        day = DayOfYear.of(avoided, every_year=entry.get("avoid_every_year") != "no")
        yield CarefulDay(day, day, str(entry.get("avoid_note") or KINDS["other"]))


def of_proceeding(facts: Mapping[str, Any]) -> Iterator[CarefulDay]:
    """The days of the hearings still to come, tentative ones too."""
    for hearing in hearings(facts):
        first, last = hearing.now.first, hearing.now.last or hearing.now.first
        if not hearing.to_come or first is None or last is None:
            continue
        what = f"{KINDS['hearing']}: {hearing.label}"
        if (last - first).days < LONGEST_HEARING:
            yield CarefulDay(DayOfYear.of(first), DayOfYear.of(last), what)
        else:
            yield CarefulDay(DayOfYear.of(first), DayOfYear.of(first), f"{what}, its first day")
            yield CarefulDay(DayOfYear.of(last), DayOfYear.of(last), f"{what}, its last day")

"""Conditions of a proceeding: what its hearings must show before a step, and what may be said of a hearing."""

from __future__ import annotations

from workflows.definition import Blocked, Facts
from workflows.processes.proceeding_1.hearings import FIXED, hearings


def a_hearing_is_to_come(facts: Facts) -> Blocked | None:
    """There is a hearing that has no outcome and is not struck out."""
    if any(hearing.to_come for hearing in hearings(facts.recorded)):
        return None
    return Blocked("No hearing is to come. Add a hearing first.")


def a_date_is_tentative(facts: Facts) -> Blocked | None:
    """There is a hearing to come whose date is not fixed yet."""
    if any(one.to_come and one.now.first and one.now.standing != FIXED for one in hearings(facts.recorded)):
        return None
    return Blocked("No hearing to come has a tentative date.")


def hearing_is_to_come(facts: Facts) -> Blocked | None:
    """A check: the hearing that is named has no outcome yet and is not struck out."""
    given = (facts.submitted or {}).get("hearing")
    found = next((hearing for hearing in hearings(facts.recorded) if hearing.number == given), None)
    if found is None or found.to_come:
        return None
    if found.outcome:
        return Blocked(
            f"The outcome of {found.label.lower()} {found.number} is recorded, so its date stays. Add a new hearing if"
            " there is another.",
            "hearing",
        )
    return Blocked(f"{found.label} {found.number} was struck out. Add it again if it takes place.", "hearing")


def dates_differ(facts: Facts) -> Blocked | None:
    """A check: the dates given are not those that the hearing has already."""
    submitted = facts.submitted or {}
    found = next((h for h in hearings(facts.recorded) if h.number == submitted.get("hearing")), None)
    if found is None or (found.now.first, found.now.last) != (
        submitted.get("hearing_from"),
        submitted.get("hearing_to"),
    ):
        return None
    return Blocked(
        f"These are the dates it has already: {found.now.words}. Give the new date, or leave both empty if none is set"
        " yet.",
        "hearing_from",
    )


def last_day_has_a_first(facts: Facts) -> Blocked | None:
    """A check: no last day without a first one."""
    submitted = facts.submitted or {}
    if submitted.get("hearing_to") and not submitted.get("hearing_from"):
        return Blocked("Give the first day too, or leave both empty if no date is set yet.", "hearing_from")
    return None


def has_a_date_to_fix(facts: Facts) -> Blocked | None:
    """A check: the hearing that is named has a date, and it is not fixed yet."""
    given = (facts.submitted or {}).get("hearing")
    found = next((hearing for hearing in hearings(facts.recorded) if hearing.number == given), None)
    if found is None:
        return None
    if found.now.first is None:
        return Blocked("It has no date yet. Record the new date first.", "hearing")
    return Blocked("Its date is fixed already.", "hearing") if found.now.standing == FIXED else None


def before_its_date(facts: Facts) -> str | None:
    """A warning: an outcome is recorded before the first day on which the hearing is listed."""
    given = (facts.submitted or {}).get("hearing")
    found = next((hearing for hearing in hearings(facts.recorded) if hearing.number == given), None)
    if found is None or found.now.first is None or facts.occurred_on is None or facts.occurred_on >= found.now.first:
        return None
    return f"It is listed for {found.now.words}, which is later than the day given for its outcome. Check both."

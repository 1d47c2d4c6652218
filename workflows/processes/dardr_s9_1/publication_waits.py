"""What a planned publication must wait for, worked out from the record: the embargo, days to avoid, elections, people.

Nothing here decides: a day that the family asked to avoid is said, and people speak with one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workflows import guards
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.careful import CarefulDay, laid_out
from workflows.definition import Blocked, Facts, reads_careful_days, reads_items
from workflows.processes.careful_days import of_review

LONDON = ZoneInfo("Europe/London")

NOTICE = "publication-notice"
FAMILY_NOTICE = "family-notice"
BRANCH = "family-branch"

WEEK = timedelta(days=7)
"""A planned day nearer than this to a day the family asked to avoid is looked at again."""


# --- the embargo ------------------------------------------------------------------------------------------


def embargo_until(recorded: Mapping[str, Any]) -> datetime | None:
    """The instant (London) until which nothing is published: what was last agreed; None where none stands."""
    changes = recorded.get("embargo_changes") or []
    stored = changes[-1].get("new_embargo") if changes else recorded.get("embargo_until")
    if not stored:
        return None
    found = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
    return found.astimezone(LONDON)


def embargo_words(until: datetime) -> str:
    """The end of an embargo: ``3 December 2026, 10:00``."""
    return f"{in_words(until.date())}, {until:%H:%M}"


def embargo_is_kept(facts: Facts) -> Blocked | None:
    """The day of publication (today, while none is given) is not before the embargo ends."""
    until = embargo_until(facts.recorded)
    given = (facts.submitted or {}).get("published_on")
    on = given if isinstance(given, date) else facts.today
    if until is None or on >= until.date():
        return None
    return Blocked(
        f"An embargo stands until {embargo_words(until)}. Wait until then; or, where those it was agreed with agree,"
        " change it first with “Change or lift the embargo”, and say why.",
        "published_on" if facts.submitted is not None else None,
    )


def embargo_ends_that_day(facts: Facts) -> str | None:
    """The embargo ends on the day of publication, at an hour."""
    until, on = embargo_until(facts.recorded), (facts.submitted or {}).get("published_on")
    if until is None or on != until.date() or (until.hour, until.minute) == (0, 0):
        return None
    return f"The embargo ended on that day at {until:%H:%M}. Check that nothing was online before."


def embargo_is_changed_elsewhere(facts: Facts) -> Blocked | None:
    """A check: once an embargo was changed, the next change is recorded the same way, with its reason."""
    if not facts.listed("embargo_changes") or not (facts.submitted or {}).get("embargo_until"):
        return None
    return Blocked("The embargo was changed before. Change it with “Change or lift the embargo”.", "embargo_until")


# --- days to avoid ----------------------------------------------------------------------------------------


def days_to_avoid(recorded: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of days to avoid that stand, oldest first."""
    undone = {str(entry.get("which_day")) for entry in recorded.get("days_to_avoid_undone") or ()}
    return [entry for entry in recorded.get("days_to_avoid") or () if str(entry.get("seq")) not in undone]


def near_a_day_to_avoid(recorded: Mapping[str, Any], planned: date, named: Iterable[CarefulDay] = ()) -> list[date]:
    """The days to be careful about that lie within a week of a planned day, in order. It never tells whose day it is.

    ``named`` are those that others name: branches of the family, proceedings.
    """
    around = WEEK - timedelta(days=1)
    return list(laid_out([*of_review(recorded), *named], planned - around, planned + around))


def avoided_words(planned: date, near: list[date]) -> str:
    """What is said of a planned day that lies on, or within a week of, days to be careful about."""
    days = " and ".join(f"{one.day} {one:%B}" for one in near)
    which = "is" if near == [planned] else "lies within a week of"
    return (
        f"{in_words(planned)} {which} {'a day' if len(near) == 1 else 'days'} to be careful about"
        f"{'' if near == [planned] else f' ({days})'}. Speak with whoever is in touch with the family before it is"
        " settled."
    )


@reads_careful_days
def planned_day_is_to_be_avoided(facts: Facts) -> str | None:
    """The planned day, or the day of publication, is near a day to be careful about."""
    submitted = facts.submitted or {}
    for name in ("planned_for", "published_on", "pre_election_day"):
        planned = submitted.get(name)
        if isinstance(planned, date) and (near := near_a_day_to_avoid(facts.recorded, planned, facts.careful)):
            return avoided_words(planned, near)
    return None


# --- the pre-election period ------------------------------------------------------------------------------


def published_on_the_day_checked(facts: Facts) -> str | None:
    """A word of warning where pre-election periods were checked for another day than that of publication."""
    checked = stored_date(facts.recorded.get("pre_election_day"))
    published = (facts.submitted or {}).get("published_on")
    if checked is None or not isinstance(published, date) or checked == published:
        return None
    return (
        f"Pre-election periods were checked for {in_words(checked)}, and the report was published on"
        f" {in_words(published)}. Ask the councils that publish about that day, and record the check."
    )


def pre_election_is_settled(facts: Facts, *, action: str, since: tuple[str, ...], reason: str) -> Blocked | None:
    """The check was made since; it found no pre-election period, or publishing was agreed; for the planned day."""
    unchecked = guards.done_since(facts, actions=(action,), since=since, reason=reason)
    if unchecked is not None:
        return unchecked
    if facts.recorded.get("pre_election") == "wait":
        return Blocked(
            "The day looked at lies in a pre-election period. Choose another day, and record the check for that one."
        )
    checked, planned = (stored_date(facts.recorded.get(name)) for name in ("pre_election_day", "planned_for"))
    if checked is not None and planned is not None and checked != planned:
        return Blocked(
            f"Pre-election periods were checked for {in_words(checked)}, and publication is planned for"
            f" {in_words(planned)}. Check them for that day."
        )
    return None


# --- everyone is told -------------------------------------------------------------------------------------


@reads_items
def everyone_is_told(facts: Facts) -> Blocked | None:
    """Everyone in the plan was told, or it is on the record why not."""
    open_ones = guards.open_refs(facts, NOTICE)
    family = guards.open_refs(facts, FAMILY_NOTICE)
    if not open_ones and not family:
        return None
    waiting = " and ".join([*(["the family"] if family else []), *([guards.name_some(open_ones)] if open_ones else [])])
    return Blocked(
        f"Not everyone in the plan was told. Still open: {waiting}. Record for each that they were told, or why they"
        " are not."
    )


@reads_items
def plan_has_everyone(facts: Facts, *, action: str, reason: str) -> Blocked | None:
    """The plan is prepared, and every branch of the family has a line in it; of one that withdrew none is asked."""
    if action not in facts.done:
        return Blocked(reason)
    named = {item.facts.get("branch") for item in facts.items_of(FAMILY_NOTICE)}
    if all(item.stage == "withdrawn" or item.ref in named for item in facts.items_of(BRANCH)):
        return None
    return Blocked("A branch of the family is not in the plan of who is told. Add it, then record how it was told.")

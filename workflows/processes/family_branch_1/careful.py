"""The days to be careful about, as a branch of the family names them: added one at a time, struck out, never lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from workflows.careful import MOST_DAYS, CarefulDay, one_day
from workflows.definition import Action, Blocked, Facts, From
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.careful_days import of_branch
from workflows.processes.family_branch_1.stages import ALL
from workflows.processes.fields import choice, one_of, optional, paragraph, text
from workflows.processes.who import FAMILY_NOTES

SECTION_6 = guidance_2016("6")
EXAMPLE = "Write, for example: 14 February; with a year, 14 February 2027, only where it is that one day."
LABELS = {
    "birthday": "A birthday",
    "childs_birthday": "A child's birthday",
    "death": "The day of the death",
    "funeral": "The day of the funeral",
    "festival": "A festival, or a time of fasting",
    "hearing": "A hearing",
    "other": "Another day that matters to them",
}


def _reads(facts: Facts, *, field: str) -> Blocked | None:
    given = (facts.submitted or {}).get(field)
    if not given:
        return None
    read = one_day(str(given))
    if read is None:
        return Blocked(f"“{given}” is not a day and a month. {EXAMPLE}", field)
    if read[1]:
        return Blocked(f"“{given}” has more in it than a day. {EXAMPLE} What it is has a question of its own.", field)
    return None


def _in_order(facts: Facts) -> Blocked | None:
    submitted = facts.submitted or {}
    first, last = (one_day(str(submitted.get(name) or "")) for name in ("careful_day", "careful_until"))
    if first is None or last is None:
        return None
    if (first[0].year is None) != (last[0].year is None):
        return Blocked("Give the year with both days, or with neither.", "careful_until")
    begins, ends = first[0].in_year(first[0].year or 2023), last[0].in_year(last[0].year or 2023)
    if ends < begins and first[0].year is not None:
        return Blocked("The last day is before the first. Check both.", "careful_until")
    if ends < begins:
        ends = last[0].in_year(2024)
    if ends - begins >= timedelta(days=MOST_DAYS):
        return Blocked(
            f"That is more than {MOST_DAYS} days. Name the days that matter most, each by itself.", "careful_until"
        )
    return None


def _known_already(facts: Facts) -> Blocked | None:
    submitted = facts.submitted or {}
    read = one_day(str(submitted.get("careful_day") or ""))
    if read is None:
        return None
    last = one_day(str(submitted.get("careful_until") or ""))
    days = (read[0], last[0] if last else read[0])
    if any((known.first, known.last) == days for known in of_branch(facts.recorded)):
        on_it = f"{CarefulDay(*days).words} is on the list already."
        return Blocked(f"{on_it} To change it, strike it out first.", "careful_day")
    return None


def _lines_can_be_read(facts: Facts) -> Blocked | None:
    given = (facts.submitted or {}).get("dates_to_avoid") or []
    unread = [line for line in given if one_day(line) is None]
    if not unread:
        return None
    return Blocked(
        f"“{unread[0]}” does not begin with a day and a month. Write, for example: 14 February, birthday.",
        "dates_to_avoid",
    )


def _something_to_strike_out(facts: Facts) -> Blocked | None:
    return None if list(of_branch(facts.recorded)) else Blocked("No day to be careful about is on the list.")


def actions() -> tuple[Action, ...]:
    """A day named, a day struck out, and the list as it was once written, a line for each day."""
    return (
        Action(
            "add_careful_day",
            "Add a day to be careful about",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="careful_days",
            fields=(
                text("careful_day", "Which day?", help="A day and a month. A year only where it is that one day."),
                optional(
                    text("careful_until", "Last day, where it is more than one", help="For example: 21 February.")
                ),
                choice("careful_kind", "What is it?", *LABELS.items()),
                optional(text("careful_words", "In a few words", help="For the team and the chair only. No names.")),
                choice(
                    "careful_asked_by",
                    "Who asked for it?",
                    ("family", "The family"),
                    ("advocate", "Their advocate"),
                    ("liaison", "The family liaison officer"),
                    ("team", "Nobody: we thought of it"),
                ),
            ),
            checks=(
                partial(_reads, field="careful_day"),
                partial(_reads, field="careful_until"),
                _in_order,
                _known_already,
            ),
            authority=SECTION_6,
            help="It comes back every year unless a year is given; 29 February is 28 February in other years. Whoever"
            " fixes a meeting, a letter, a reading or the publication near it is told. The day of the death, where it"
            " is known, and hearings still to come count by themselves.",
        ),
        Action(
            "strike_out_careful_day",
            "Strike out a day to be careful about",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="careful_days_struck_out",
            fields=(
                one_of("which_careful_day", "Which day?", From.CAREFUL_DAYS),
                paragraph("careful_day_undone", "Why", help="No names."),
            ),
            guards=(_something_to_strike_out,),
            authority=by_design(),
            help="It stays on the timeline.",
        ),
        Action(
            "record_dates_to_avoid",
            "Write several days at once",
            source=ALL,
            roles=FAMILY_NOTES,
            fields=(
                text(
                    "dates_to_avoid",
                    "Which days of the year?",
                    many=True,
                    help="A day and a month, then what it is: 14 February, birthday.",
                ),
            ),
            checks=(_lines_can_be_read,),
            authority=SECTION_6,
            help="The quick way, when several are named at once. The lines replace the lines before them; days that"
            " were added one at a time stay.",
        ),
    )

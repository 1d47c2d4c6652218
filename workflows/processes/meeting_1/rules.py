"""What must be so before a meeting is planned or recorded, and whether there was a quorum. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Blocked, Choice, Facts

CLOCK_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
MET, NOT_MET, NOT_SET = "met", "not_met", "not_set"
QUORUM_CHOICES = (
    Choice(MET, "Yes"),
    Choice(NOT_MET, "No: there was no quorum"),
    Choice(NOT_SET, "No quorum is set for this panel"),
)


# --- quorum -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quorum:
    """What a panel agreed must be there: a number of bodies, and a specialist domestic abuse service or not."""

    bodies: int | None = None
    specialist: bool = False

    def judge(self, seats: Iterable[tuple[str, str]]) -> tuple[str, str, int]:
        """Whether these seats, each (its body, what it brings), were enough: outcome, words, number of bodies.

        A body counts once, however many came from it.
        """
        there = list(seats)
        count = len({body for body, _ in there})
        specialist = any(brings == "specialist" for _, brings in there)
        was = f"{count} {'body was' if count == 1 else 'bodies were'} there"
        if not self.bodies and not self.specialist:
            return NOT_SET, f"{was}. No quorum is set for this panel.", count
        wanted = [f"{self.bodies} {'body' if self.bodies == 1 else 'bodies'}"] if self.bodies else []
        wanted += ["a specialist domestic abuse service"] if self.specialist else []
        missing = self.specialist and not specialist
        met = count >= (self.bodies or 0) and not missing
        said = f"{was}{', and no specialist domestic abuse service' if missing else ''}."
        return (MET if met else NOT_MET), f"{said} The quorum is {' and '.join(wanted)}.", count


def no_quorum(facts: Facts) -> str | None:
    """A meeting without a quorum is recorded, and said."""
    if (facts.submitted or {}).get("quorum_outcome") != NOT_MET:
        return None
    said = (facts.submitted or {}).get("quorum_words") or ""
    return (
        f"There was no quorum. {said} The meeting is recorded as held. What it decided needs the panel's agreement in"
        " another way, or at another meeting."
    )


# --- days and times (checks) ------------------------------------------------------------------------------


def not_in_the_past(facts: Facts) -> Blocked | None:
    """A meeting is planned for today or later."""
    on = stored_date((facts.submitted or {}).get("meeting_on"))
    if on is None or on >= facts.today:
        return None
    return Blocked(
        f"{in_words(on)} is before today ({in_words(facts.today)}). Give a day to come. A meeting that was held already"
        " is recorded with “Record a panel meeting” on the review.",
        "meeting_on",
    )


def time_of_day(facts: Facts, *, field: str) -> Blocked | None:
    """A time is written as a clock shows it."""
    given = (facts.submitted or {}).get(field)
    if given is None or CLOCK_TIME.fullmatch(str(given)):
        return None
    return Blocked(f"“{given}” is not a time. Give it as 10:00 or 14:30.", field)


def minutes_of_day(given: object) -> int | None:
    """A time of day as minutes after midnight; None where it is none."""
    found = CLOCK_TIME.fullmatch(str(given or ""))
    return int(found[1]) * 60 + int(found[2]) if found else None


def times_in_order(facts: Facts) -> Blocked | None:
    """It ends after it begins."""
    begins, ends = minutes_of_day(facts.answer("starts_at")), minutes_of_day(facts.answer("ends_at"))
    if facts.submitted is None or begins is None or ends is None or ends > begins:
        return None
    return Blocked("The meeting would end before it begins. Give the later time here.", "ends_at")


def planned_on_a_weekend(facts: Facts) -> str | None:
    """A meeting planned for a Saturday or Sunday is kept, and looked at."""
    on = stored_date((facts.submitted or {}).get("meeting_on"))
    if on is None or on.weekday() < 5:
        return None
    return f"{in_words(on)} is a {'Saturday' if on.weekday() == 5 else 'Sunday'}. Check the date; it is kept as given."


def meetings_wait(facts: Facts) -> str | None:
    """A hold may ask that panel meetings wait."""
    if not any("panel_meetings" in hold.activities for hold in facts.holds):
        return None
    return (
        "A hold on this review asks that panel meetings wait. The meeting is planned all the same: check with whoever"
        " asked for the hold before anybody is invited."
    )


# --- the meeting itself -----------------------------------------------------------------------------------


def its_day_has_come(facts: Facts) -> Blocked | None:
    """Nothing is recorded as held before its day."""
    on = stored_date(facts.recorded.get("meeting_on"))
    if on is None or on <= facts.today:
        return None
    return Blocked(f"The meeting is planned for {in_words(on)}. It can be recorded from that day on, or be moved.")


def is_to_come(facts: Facts) -> Blocked | None:
    """Nobody is invited to a day that has passed."""
    on = stored_date(facts.recorded.get("meeting_on"))
    if on is None or on >= facts.today:
        return None
    return Blocked(
        f"The meeting was planned for {in_words(on)}, which has passed. Record that it was held, or move it."
    )


def held_on_another_day(facts: Facts) -> str | None:
    """A meeting recorded for another day than planned is kept, and looked at."""
    on = stored_date(facts.recorded.get("meeting_on"))
    if on is None or facts.occurred_on is None or facts.occurred_on == on:
        return None
    return f"It was planned for {in_words(on)} and is recorded for {in_words(facts.occurred_on)}. Check the date."


def each_once(facts: Facts) -> Blocked | None:
    """Nobody was there and sent apologies, and no member was there beside their substitute."""
    given = facts.submitted or {}
    present, stood_in = set(given.get("present") or ()), set(given.get("substitutes") or ())
    if present & stood_in:
        return Blocked(
            "The same member is marked as present and as having sent a substitute. Choose one.", "substitutes"
        )
    if (present) & set(given.get("apologies") or ()):
        return Blocked("The same member is marked as present and with apologies. Choose one.", "apologies")
    return None


def given_or_kept(facts: Facts, *, files: str, kept: str) -> Blocked | None:
    """A paper is a file, or a word about where it is kept."""
    if facts.submitted is None or facts.submitted.get(files) or facts.submitted.get(kept):
        return None
    return Blocked("Add the file, or say where it is kept.", files)

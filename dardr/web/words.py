"""How dates, kinds of rule and states of a clock are written on every page. London days; care for the words."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

import workflows
from dardr.systime import LONDON
from workflows.answers import stored_date
from workflows.authority import Authority
from workflows.calendar import in_words
from workflows.clocks import STATE_LABELS, State
from workflows.definition import UNKNOWN_VALUES, Action, Choice, Clock, Field, FieldType, Span
from workflows.partial import PartialDate

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

KINDS = {
    "statute": "statute",
    "guidance": "guidance",
    "draft": "draft",
    "practice": "practice",
    "local": "local target",
}
KINDS_AT_LENGTH = {
    "statute": "Statute: an Act of Parliament or an instrument made under one",
    "guidance": "Guidance: issued by the Home Office",
    "draft": "Draft: proposed, not made",
    "practice": "Practice: what is done, without a rule that asks for it",
    "local": "Local: this partnership's own choice",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def as_day(value: Any) -> date | None:
    """A stored or typed full date; an instant gives its London day."""
    if isinstance(value, datetime):
        return value.astimezone(LONDON).date()
    return stored_date(value)


def long_day(value: Any) -> str:
    """``Thursday 3 December 2026``; the text as given where it is no full date; nothing for None."""
    day = as_day(value)
    if day is None:
        return "" if value is None else str(value)
    return f"{WEEKDAYS[day.weekday()]} {in_words(day)}"


def day_words(value: Any) -> str:
    """``3 December 2026``; the text as given where it is no full date; nothing for None."""
    day = as_day(value)
    if day is None:
        return "" if value is None else str(value)
    return in_words(day)


def short_day(value: Any) -> str:
    """``3 Dec 2026``, for narrow columns."""
    day = as_day(value)
    if day is None:
        return "" if value is None else str(value)
    return f"{day.day} {SHORT_MONTHS[day.month - 1]} {day.year}"


def instant_words(value: datetime | str | None) -> str:
    """``3 December 2026, 14:05`` in London time."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    local = value.astimezone(LONDON)
    return f"{in_words(local.date())}, {local:%H:%M}"


def kind_word(kind: Any) -> str:
    """The one word shown beside a date."""
    return KINDS.get(str(kind), str(kind))


def authority_words(authority: dict[str, Any]) -> str:
    """Source, kind and how far its words were checked, in one sentence."""
    return Authority.of(authority).words


def number_word(n: int) -> str:
    """``six``; figures from eleven on."""
    return NUMBERS[n] if 0 <= n < len(NUMBERS) else str(n)


def span_words(span: Span | None) -> str:
    """``56 days``, ``one month``."""
    if span is None:
        return ""
    unit = str(span.unit).replace("-", " ")
    return f"{number_word(span.n)} {unit if span.n != 1 else unit.removesuffix('s')}"


@cache
def _clocks() -> dict[str, Clock]:
    return {clock.key: clock for process in reversed(workflows.all_processes()) for clock in process.clocks}


def guide_words(clock_key: str) -> str:
    """``six-month guide``: what the date of a clock that is only guidance is called."""
    clock = _clocks().get(clock_key)
    if clock is None or not isinstance(clock.length, Span):
        return "guide"
    return f"{number_word(clock.length.n)}-{str(clock.length.unit).replace('-', ' ').removesuffix('s')} guide"


def label_of_clock(clock_key: str) -> str:
    """The label of a clock of any process."""
    clock = _clocks().get(clock_key)
    return clock.label if clock else clock_key.replace("_", " ")


def days_apart(earlier: date, later: date) -> str:
    """``1 day``, ``12 days``."""
    n = (later - earlier).days
    return "1 day" if n == 1 else f"{n} days"


WITH_FAMILY = "family_reading"
"""The family's time to read: never counted down, never late."""
WAITING_ONLY = "home_office_wait"
"""The clock that never has a date: only how long it has been is shown, in weeks."""
WAITING_FOR_CHAIR = "waiting_for_chair"
"""Another one: in days, because a review should not wait long for its chair."""


def weeks_words(earlier: date, later: date) -> str:
    """``28 weeks``; days below two weeks."""
    weeks = (later - earlier).days // 7
    return f"{weeks} weeks" if weeks >= 2 else days_apart(earlier, later)


def how_it_stands(row: dict[str, Any], today: date) -> str:
    """One phrase for how a deadline stands: "past the six-month guide; agreed date 12 March 2027".

    ``row`` has clock, due, original_due, agreed_due, state, kind, problem and stopped_on, dates or ISO text.
    """
    state = State(row["state"])
    due, original, agreed = as_day(row.get("due")), as_day(row.get("original_due")), as_day(row.get("agreed_due"))
    if row.get("problem"):
        return "cannot be counted yet"
    if state in (State.MET, State.MET_LATE, State.WITHDRAWN):
        return _ended(state, due, as_day(row.get("stopped_on")))
    if state is State.HELD:
        return "held; no date while the hold lasts"
    if row["clock"] == WITH_FAMILY:
        return "with the family"
    if state is State.DEFERRED:
        return "deferred; the date stands" if due else "deferred"
    if due is None:
        since = as_day(row.get("from"))
        if row["clock"] == WAITING_ONLY and since:
            return f"{weeks_words(since, today)} so far"
        if row["clock"] == WAITING_FOR_CHAIR and since:
            return f"{days_apart(since, today)} so far"
        return "no date is set for this"
    if due >= today:
        return _ahead(row, today, due, original, agreed)
    gone = days_apart(due, today)
    if state is State.BREACHED:
        return f"the date in the Act has passed, {gone} ago"
    if state is State.LATE:
        return f"{gone} late" if agreed is None else f"{gone} past the agreed date"
    return f"past the {guide_words(row['clock'])}; no date agreed yet"


def _ahead(row: dict[str, Any], today: date, due: date, original: date | None, agreed: date | None) -> str:
    if agreed is None:
        return _to_come(today, due)
    if original is not None and original < today and str(row.get("kind")) in ("guidance", "draft", "practice"):
        return f"past the {guide_words(row['clock'])}; agreed date {in_words(due)}"
    return f"agreed date, {_to_come(today, due)}"


def _to_come(today: date, due: date) -> str:
    if due == today:
        return "due today"
    if (due - today).days == 1:
        return "due tomorrow"
    return f"due in {days_apart(today, due)}"


def _ended(state: State, due: date | None, stopped: date | None) -> str:
    if state is State.WITHDRAWN:
        return "no longer needed"
    on = f" on {in_words(stopped)}" if stopped else ""
    if state is State.MET_LATE and due and stopped:
        return f"done{on}, {days_apart(due, stopped)} after the date"
    return f"done{on}"


def size_words(size: int) -> str:
    """``12 KB``, ``3.4 MB``: the size of a file, never less than 1 KB."""
    return f"{max(1, round(size / 1024)):,} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def state_label(state: Any) -> str:
    """The label of a state of a clock."""
    return STATE_LABELS[State(state)]


def answer_words(field: Field | None, value: Any, choices: tuple[Choice, ...] = ()) -> str:
    """An answer as people read it: labels of choices, dates in words, the four kinds of not knowing."""
    if value is None or value in ("", []):
        return "Not given"
    if field is not None and field.type is FieldType.ROWS:
        return f"{len(value)} line{'' if len(value) == 1 else 's'}"
    if isinstance(value, dict):
        if "sha256" in value:
            return f"A file of {size_words(value.get('size', 0))}"
        return "; ".join(f"{k.replace('_', ' ')}: {answer_words(None, v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(answer_words(field, v, choices) for v in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = str(value)
    for choice in (*choices, *(field.choices if field else ())):
        if choice.value == text:
            return choice.label
    return UNKNOWN_VALUES.get(text) or _date_words(field.type if field else None, text)


def _date_words(type_: FieldType | None, text: str) -> str:
    """A stored date in words; any other text as it is. ``type_`` None is an answer whose question is not known."""
    try:
        if type_ in (FieldType.DATE, FieldType.PARTIAL_DATE):
            return PartialDate.parse(text).display
        if type_ is FieldType.DATETIME:
            return instant_words(text)
    except ValueError:
        return text
    day = stored_date(text) if type_ is None else None
    return in_words(day) if day else text


def field_of(actions: tuple[Action, ...], name: str) -> Field | None:
    """The question of that name in any of these actions."""
    for action in actions:
        for field in action.fields:
            if field.name == name:
                return field
    return None


def length_of(clock: Clock, span: Span | None) -> str:
    """How long a clock gives, in words."""
    return (
        span_words(span)
        if span
        else {"DateGiven": "the date recorded", "AgeOnly": "no date, age only"}.get(
            type(clock.length).__name__, "no length set here"
        )
    )

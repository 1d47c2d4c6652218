"""What if? Something is supposed, and the dates and reminders that would change are shown. Nothing is ever changed.

What is supposed stands in the address, so that it can be kept, sent on within the team, and printed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

import workflows
from dardr import systime
from dardr.access import get_record
from dardr.errors import Invalid, Reason
from dardr.lookups.what_if import (
    Asked,
    Change,
    Name,
    Offer,
    Outcome,
    Point,
    Reminder,
    holiday_field,
    names_of_caseload,
    names_of_review,
    what_if,
)
from dardr.storage.reviews import Record
from dardr.web import forms, spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import session
from dardr.web.words import how_it_stands
from workflows.clocks import STATE_LABELS
from workflows.partial import parse_date

pages = Blueprint("what_if", __name__)

LISTED, CHOOSE = " What can be supposed:", " Choose from the list."
"""On a page the names need not be read out: they are in the list."""
MOST = 10
"""How many things, and how many bank holidays, can be supposed at once on the page."""
MORE, MORE_HOLIDAYS = "more", "more-holidays"
"""The buttons that add a row to fill in."""
HEADINGS = (
    "What would happen", "What is due", "Number", "Record", "What it is", "Review", "Date now", "Date then",
    "How it stands now", "How it would stand", "First date", "Done on", "Who owes it", "What the date rests on",
    "Provisional",
)  # fmt: skip
GROUPS = {
    "hold": "Holds that end",
    "proceeding": "Proceedings that end",
    "hearing": "Hearings that move",
    "step": "Steps that may come next",
    "date": "Dates that are counted from",
    "agreed date": "Another date is agreed",
}
AFTER = "What may come after that"
BY_NAME = "What is supposed by its name"
EVERY_REVIEW = "Every review"
WHAT = {
    "started": "Starts",
    "stopped": "Is done",
    "withdrawn": "Is no longer needed",
    "moved": "Moves",
    "held": "Waits",
    "runs again": "Runs again",
    "counted": "Can be counted",
    "unchanged": "Stays",
}


@dataclass
class Sheet:
    """What stands in the address, read: the things supposed, the bank holidays, and what cannot be read.

    ``rows`` are the numbers of the things asked for on the page, ``days_off`` the questions after bank holidays;
    ``holidays`` are those that were answered, by their question.
    """

    form: MultiDict[str, str]
    rows: range = range(1, 2)
    days_off: tuple[str, ...] = ()
    asked: list[Asked] = field(default_factory=list)
    holidays: dict[str, date] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)

    @property
    def is_asked(self) -> bool:
        """True where anything at all was filled in."""
        return bool(self.asked or self.holidays or self.reasons)

    @property
    def wants_a_row(self) -> bool:
        """True where one more row is asked for, and nothing is to be refused before it is filled in."""
        return MORE in self.form or MORE_HOLIDAYS in self.form


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing that can be chosen, the group it is shown in, and the names by which it is known besides."""

    key: str
    label: str
    group: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What the same people are told on one London day; ``addresses`` is empty where nobody is known yet, or where they
    are ``kept_back`` from whoever asks."""

    on: date
    to: tuple[str, ...]
    addresses: tuple[str, ...]
    of: tuple[Reminder, ...]
    kept_back: bool


def _offered(name: Name | Offer, group: str = "") -> Offered:
    return Offered(name.key, name.label, group or GROUPS[name.sort], name.also)


def _of_caseload(offer: Offer) -> Offered:
    return _offered(offer, f"{offer.ref} {offer.title}".strip() or EVERY_REVIEW)


@pages.get("/reviews/<ref>/what-if")
@who()
def of_review(ref: str) -> ResponseReturnValue:
    """Suppose something of one review, or of another record, and see what would move."""
    record = get_record(session(), actor(), ref, in_part=True)
    today = systime.london_date(systime.utc_now())
    return _page(record, [_offered(name) for name in names_of_review(session(), actor(), ref, today)], today)


@pages.get("/what-if")
@who()
def of_caseload() -> ResponseReturnValue:
    """Suppose something of every review, of several, or a bank holiday, over everything the person may see."""
    today = systime.london_date(systime.utc_now())
    return _page(None, [_of_caseload(offer) for offer in names_of_caseload(session(), actor(), today)], today)


@pages.get("/reviews/<ref>/what-if.csv")
@who()
def of_review_file(ref: str) -> ResponseReturnValue:
    """The same for one record as a file for Excel."""
    get_record(session(), actor(), ref, in_part=True)
    return _file(ref)


@pages.get("/what-if.csv")
@who()
def of_caseload_file() -> ResponseReturnValue:
    """The same for the caseload as a file for Excel."""
    return _file(None)


# --- what was typed ---------------------------------------------------------------------------------------


def read(given: MultiDict[str, str]) -> Sheet:
    """What is in the address. What cannot be read is a reason with the name of its question; nothing is lost."""
    sheet = Sheet(given)
    used = [n for n in range(1, MOST + 1) if given.get(f"name-{n}", "").strip() or forms.date_text(given, f"on-{n}")]
    for n in used:
        name, text = given.get(f"name-{n}", "").strip(), forms.date_text(given, f"on-{n}")
        if not name:
            sheet.reasons.append(Reason("Choose what is supposed, or take the date away.", f"name-{n}"))
        day = _day(sheet, text, f"on-{n}", "Give the date on which it is so.")
        if name and day is not None:
            sheet.asked.append(Asked(name, day, f"name-{n}", f"on-{n}"))
    off = [n for n in range(1, MOST + 1) if forms.date_text(given, holiday_field(n))]
    for name in map(holiday_field, off):
        day = _day(sheet, forms.date_text(given, name), name, "")
        sheet.holidays |= {name: day} if day else {}
    sheet.rows = _rows(used, MORE in given)
    sheet.days_off = tuple(map(holiday_field, _rows(off, MORE_HOLIDAYS in given)))
    return sheet


def _rows(used: Sequence[int], more: bool) -> range:
    """The rows that are shown: those filled in, and an empty one where none is or one more is wanted."""
    return range(1, min(MOST, max([0, *used]) + (more or not used)) + 1)


def _day(sheet: Sheet, text: str, name: str, missing: str) -> date | None:
    if not text:
        sheet.reasons.append(Reason(missing, name))
        return None
    try:
        return parse_date(text)
    except ValueError as error:
        sheet.reasons.append(Reason(str(error), name))
        return None


def _suppose(sheet: Sheet, ref: str | None, today: date) -> Outcome | None:
    """What would be so; None where nothing is asked yet or something cannot be, the reasons then in the sheet."""
    if not sheet.is_asked or sheet.reasons:
        return None
    try:
        return what_if(session(), actor(), today, sheet.asked, list(sheet.holidays.values()), ref=ref)
    except Invalid as refused:
        asked_as = {holiday_field(number): name for number, name in enumerate(sheet.holidays, start=1)}
        sheet.reasons += [
            Reason(r.reason.partition(LISTED)[0] + CHOOSE * (LISTED in r.reason), asked_as.get(r.field or "", r.field))
            for r in refused.reasons
        ]
        return None


def _as_far_as_read(sheet: Sheet, ref: str | None, today: date) -> Outcome | None:
    """What would be so of the things that can be read, where another one cannot be yet."""
    try:
        return what_if(session(), actor(), today, sheet.asked, ref=ref) if sheet.asked else None
    except Invalid:
        return None


def _added(names: Sequence[Offered], outcome: Outcome) -> Iterator[Offered]:
    """What is in no list yet: the steps that may come after what is supposed, and what was supposed by its name."""
    known = {key for name in names for key in (name.key, *name.also)}
    for name in outcome.names:
        if name.key not in known:
            yield _offered(name, AFTER)
            known |= {name.key, *name.also}
    for one in outcome.supposed:
        if one["name"] not in known:
            yield Offered(one["name"], one["label"], BY_NAME)


# --- what is shown ----------------------------------------------------------------------------------------


def _page(record: Record | None, names: Sequence[Offered], today: date) -> ResponseReturnValue:
    sheet = read(request.args)
    ref = record.ref if record else None
    outcome = _suppose(sheet, ref, today)
    if sheet.wants_a_row:
        sheet.reasons.clear()
    if as_far := outcome or _as_far_as_read(sheet, ref, today):
        names = [*names, *_added(names, as_far)]
    problems = forms.problems_by_field(sheet.reasons)
    process = workflows.get(record.process) if record else None
    shown = [c for c in outcome.changes if c.changed] if outcome else []
    page = render_template(
        "what_if/page.html",
        record=record,
        process=process,
        back=page_of(record.ref, record.process_key) if record else None,
        names=[(group, list(found)) for group, found in itertools.groupby(names, lambda name: name.group)],
        rows=[_row(sheet, n, names, problems) for n in sheet.rows],
        may_add=len(sheet.rows) < MOST,
        days_off=[_day_off(sheet, number, problems) for number in range(len(sheet.days_off))],
        may_add_days_off=len(sheet.days_off) < MOST,
        summary=[{"text": r.reason, "href": _anchor(r.field)} for r in sheet.reasons],
        outcome=outcome,
        lines=[_line(outcome, change) for change in shown] if outcome else [],
        staying=[_line(outcome, c) for c in outcome.changes if not c.changed] if outcome else [],
        lost=_by_person(r for r in outcome.reminders if not r.sent) if outcome else [],
        come=_by_person(r for r in outcome.reminders if r.sent) if outcome else [],
        query=request.query_string.decode("ascii", "ignore"),
        today=today,
    )
    return page, 422 if sheet.reasons else 200


def _row(sheet: Sheet, number: int, names: Sequence[Offered], problems: dict[str, str]) -> dict[str, Any]:
    name = f"name-{number}"
    typed = sheet.form.get(name, "").strip()
    called = [one for one in names if typed == one.key] or [one for one in names if typed in one.also]
    return {
        "number": number,
        "name": name,
        "chosen": called[0].key if called else "",
        "problem": problems.get(name, ""),
        "day": forms.date_question(
            f"on-{number}", "On which day?", "For example, 3 3 2027", sheet.form, problems.get(f"on-{number}")
        ),
    }


def _day_off(sheet: Sheet, number: int, problems: dict[str, str]) -> forms.Question:
    name = sheet.days_off[number]
    label = "Another bank holiday that is added" if number else "A bank holiday that is added"
    return forms.date_question(name, f"{label} (optional)", "For example, 14 6 2027", sheet.form, problems.get(name))


def _anchor(name: str | None) -> str:
    if not name or name == "set":
        return "#name-1"
    return f"#{name}" if name.startswith("name-") else f"#{name}-day"


def _line(outcome: Outcome, change: Change) -> dict[str, Any]:
    return {
        "what": WHAT[change.what],
        "change": change,
        "href": page_of(change.ref, change.record_process) if change.number is not None or not change.supposed else "",
        "before": _words(outcome, change, change.before),
        "after": _words(outcome, change, change.after),
    }


def _words(outcome: Outcome, change: Change, point: Point | None) -> str:
    """How a clock stands at one of the two, in the words of every other page, as of the day that is looked at."""
    if point is None:
        return ""
    row = {
        "clock": change.clock, "due": point.due, "original_due": point.original, "agreed_due": point.agreed,
        "state": point.state, "kind": str(change.authority.kind), "problem": point.problem, "from": point.start,
        "stopped_on": change.stopped_on if point is change.after else None,
    }  # fmt: skip
    return how_it_stands(row, outcome.day)


def _by_person(reminders: Iterable[Reminder]) -> list[Told]:
    """Reminders by day and by who gets them: what one person is told on one day leaves as one e-mail."""
    found: dict[tuple[date, tuple[str, ...]], list[Reminder]] = {}
    for one in reminders:
        found.setdefault((one.on, one.addresses or (one.to,)), []).append(one)
    return [
        Told(on, tuple(dict.fromkeys(one.to for one in of)), of[0].addresses, tuple(of), of[0].kept_back)
        for (on, _), of in sorted(found.items())
    ]


def _file(ref: str | None) -> ResponseReturnValue:
    today = systime.london_date(systime.utc_now())
    sheet = read(request.args)
    outcome = _suppose(sheet, ref, today)
    if outcome is None:
        raise Invalid(sheet.reasons or [Reason("Say what is supposed first.", "set")])
    return spreadsheet.download(itertools.chain([HEADINGS], _cells(outcome.changes)), "what-if", today)


def _cells(changes: Iterable[Change]) -> Iterator[list[Any]]:
    for c in changes:
        yield [
            WHAT[c.what], c.label, c.id, c.ref, c.record_label, c.review_ref, c.before.due if c.before else None,
            c.after.due, STATE_LABELS[c.before.state] if c.before else None, STATE_LABELS[c.after.state],
            c.after.original, c.stopped_on, c.owner, str(c.authority.kind), c.provisional,
        ]  # fmt: skip

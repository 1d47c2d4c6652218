"""Bank holidays and closures of the office: what is counted, what a change would move, and the change itself.

What would move is worked out and shown, and sealed; what is confirmed must be what was shown. A seal that was changed,
or that something has overtaken, is refused with what would move now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from dardr.casework.closures import close_office, open_office, preview_closing, preview_opening
from dardr.casework.files import FileGiven
from dardr.casework.holidays import BY_HAND, add_holidays, preview_holidays, read_file
from dardr.casework.holidays_feed import lacks_sentence, set_aside
from dardr.casework.moved_dates import part_seen
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.lookups.calendars import Feed, calendar_named, closures, editions, feed, horizon_warning
from dardr.settings import get_settings
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, who
from dardr.web.pages.administration import KEEPERS, doing, home, today, trail
from dardr.web.transaction import commit, session, undo
from workflows.calendar import ENGLAND_AND_WALES, calendars, in_words
from workflows.definition import Field, FieldType
from workflows.partial import parse_date

pages = Blueprint("administration_calendar", __name__, url_prefix="/administration")

BY_FILE = "GOV.UK's file, given by hand"
FROM_FEED = "the feed"
GOOD_FOR = timedelta(days=1)
"""How long something that was shown can be confirmed."""
START = "administration_calendar.calendar"
ONLY_WORKING_DAYS = (
    "Only dates that count working days can move. Dates in days and months stay, and so does every date in an Act."
)
ONLY_OUR_TARGETS = (
    "It counts for the partnership's own targets in working days alone. No date in an Act or in guidance moves."
)


# --- bank holidays ----------------------------------------------------------------------------------------


@pages.get("/calendar")
@who(*KEEPERS)
def calendar() -> ResponseReturnValue:
    """What is counted, by year; what of the feed waits for a look; which lists have been in force."""
    found = calendar_named(session(), ENGLAND_AND_WALES)
    shipped = calendars.get(ENGLAND_AND_WALES)
    years: dict[int, list[tuple[date, str, bool]]] = {}
    for day, title in sorted(found.holidays.items()):
        years.setdefault(day.year, []).append((day, title, day not in shipped.holidays))
    now = today().year
    stands = feed(session())
    return render_template(
        "administration/calendar.html",
        calendar=found,
        shipped=shipped,
        warning=horizon_warning(found, today()),
        ahead={year: days for year, days in years.items() if year >= now},
        past={year: days for year, days in sorted(years.items(), reverse=True) if year < now},
        editions=editions(session()),
        feed=stands,
        feed_is_set=bool(get_settings().holidays_feed),
        lacks=lacks_sentence(stands.lacks) if stands and stands.lacks else "",
        waiting=_waiting(stands) if stands and stands.waiting else None,
    )


def _waiting(stands: Feed) -> dict[str, Any]:
    return _of_holidays(stands.waiting, f"{FROM_FEED} ({stands.source})", whole=False)


@pages.route("/calendar/add", methods=["GET", "POST"])
@who(*KEEPERS)
def add_day() -> ResponseReturnValue:
    """One bank holiday announced late: what would move is shown before it is added."""
    fields = (
        Field("date", "Which day?", FieldType.DATE, future=True),
        Field("name", "What is it called?", help="Such as Bank holiday for a State occasion."),
    )
    return _asked("Add a bank holiday", fields, lambda given: {given["date"]: given["name"]}, BY_HAND, whole=False)


@pages.route("/calendar/import", methods=["GET", "POST"])
@who(*KEEPERS)
def import_days() -> ResponseReturnValue:
    """The bank holidays of GOV.UK's file: what would move is shown before they are added."""
    fields = (
        Field(
            "file",
            "The file bank-holidays.json",
            FieldType.FILE,
            help="GOV.UK publishes it at gov.uk/bank-holidays.json. Days that are known already stay as they are.",
        ),
    )

    def read(given: Answers) -> Mapping[date, str]:
        file: FileGiven = given["file"]
        found = read_file(file.content.decode("utf-8", errors="replace"))
        if not found:
            raise Invalid([Reason("There is no bank holiday in it. Check the file.", "file")])
        return found

    return _asked("Import bank holidays", fields, read, BY_FILE, whole=True)


def _asked(
    title: str, fields: tuple[Field, ...], read: Callable[[Answers], Mapping[date, str]], source: str, *, whole: bool
) -> ResponseReturnValue:
    way = trail(("Bank holidays", url_for(START)))
    shown: list[str] = []

    def do(given: Answers) -> str:
        shown.append(_page(_of_holidays(read(given), source, whole=whole)))
        return ""

    answered = ask(Asked(title, "Show what would change", fields, way, [ONLY_WORKING_DAYS]), do)
    return shown[0] if shown else answered


@pages.route("/calendar/leave-out", methods=["GET", "POST"])
@who(*KEEPERS)
def leave_out() -> ResponseReturnValue:
    """Leave the days of the feed that wait out of the calendar, with a reason."""
    stands = feed(session())
    days = [f"{in_words(day)}: {stands.waiting[day]}" for day in sorted(stands.waiting)] if stands else []

    def do(given: Answers) -> str:
        set_aside(*doing(), given["reason"])
        flash("Left out. They can still be added by hand.", "done")
        return url_for(START)

    fields = (Field("reason", "Why are they left out?", long=True),)
    lead = [*days, "The feed will not ask about these days again."] if days else ["No day of the feed waits now."]
    return ask(
        Asked("Leave days of the feed out", "Leave them out", fields, trail(("Bank holidays", url_for(START))), lead),
        do,
    )


# --- closures of the office -------------------------------------------------------------------------------


@pages.get("/closures")
@who(*KEEPERS)
def office() -> ResponseReturnValue:
    """The days on which the office is closed, those to come first."""
    days = closures(session(), home(session()).id)
    return render_template(
        "administration/closures.html",
        ahead=[(day, title) for day, title in days.items() if day >= today()],
        past=[(day, title) for day, title in sorted(days.items(), reverse=True) if day < today()],
        lead=ONLY_OUR_TARGETS,
    )


@pages.route("/closures/add", methods=["GET", "POST"])
@who(*KEEPERS)
def close_day() -> ResponseReturnValue:
    """A day on which the office is closed: what would move is shown before it is kept."""
    fields = (
        Field("date", "On which day is the office closed?", FieldType.DATE, future=True),
        Field("name", "Why?", help="Such as Staff training. It stands on receipts and in e-mails: name nobody."),
    )
    shown: list[str] = []

    def do(given: Answers) -> str:
        shown.append(_page(_of_closing(given["date"], given["name"])))
        return ""

    way = trail(("Closures of the office", url_for("administration_calendar.office")))
    answered = ask(Asked("Close the office on a day", "Show what would change", fields, way, [ONLY_OUR_TARGETS]), do)
    return shown[0] if shown else answered


@pages.get("/closures/<day>/open")
@who(*KEEPERS)
def open_day(day: str) -> ResponseReturnValue:
    """What would move if the office were open on a day after all."""
    return _page(_of_opening(_day(day)))


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError as error:
        raise NotFound("There is no such day here. Check the address.") from error


# --- shown, sealed and confirmed --------------------------------------------------------------------------


def _of_holidays(days: Mapping[date, str], source: str, *, whole: bool) -> dict[str, Any]:
    found = preview_holidays(*doing(), days, whole=whole)
    kept = {"do": "add", "days": {day.isoformat(): title for day, title in days.items()}, "source": source}
    return {
        **_shown(found, kept | {"whole": whole}),
        "heading": "What would change",
        "button": "Add these days" if found.fresh else "",
        "back": url_for(START),
        "lead": ONLY_WORKING_DAYS,
    }


def _of_closing(day: date, title: str) -> dict[str, Any]:
    found = preview_closing(*doing(), day, title)
    return {
        **_shown(found, {"do": "close", "day": day.isoformat(), "title": title}),
        "heading": f"If the office is closed on {in_words(day)}",
        "button": "Close the office on this day",
        "back": url_for("administration_calendar.office"),
        "lead": ONLY_OUR_TARGETS,
    }


def _of_opening(day: date) -> dict[str, Any]:
    found = preview_opening(*doing(), day)
    return {
        **_shown(found, {"do": "open", "day": day.isoformat()}),
        "heading": f"If the office is open on {in_words(day)} after all",
        "button": "Take the closure back",
        "back": url_for("administration_calendar.office"),
        "lead": ONLY_OUR_TARGETS,
    }


def _shown(found: Any, kept: dict[str, Any]) -> dict[str, Any]:
    moved, unseen = part_seen(session(), actor(), found.moved)
    staying, _ = part_seen(session(), actor(), getattr(found, "staying", ()))
    seal = _seals().dumps({**kept, "digest": found.digest})
    return {"found": found, "moved": moved, "unseen": unseen, "staying": staying, "seal": seal}


def _page(shown: dict[str, Any], problem: str = "") -> str:
    return render_template("administration/calendar_preview.html", **shown, problem=problem)


def _seals() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="calendar")


@pages.post("/calendar/confirm")
@who(*KEEPERS)
def confirm() -> ResponseReturnValue:
    """Do what was shown. Where something has changed since, show it again as it would be now."""
    try:
        kept = _seals().loads(request.form.get("seal", ""), max_age=int(GOOD_FOR.total_seconds()))
    except BadSignature as error:
        raise Invalid("What was to be confirmed is more than a day old, or was not shown here. Begin again.") from error
    digest = str(kept["digest"])
    try:
        address = _does(kept, digest)
        commit()
    except Conflict as error:
        undo()
        return _page(_again(kept), " ".join(reason.reason for reason in error.reasons)), 409
    return redirect(address, 303)


def _does(kept: dict[str, Any], digest: str) -> str:
    if kept["do"] == "add":
        added = add_holidays(*doing(), _days_of(kept), source=str(kept["source"]), as_previewed=digest)
        flash(f"Added: {len(added.added)}. {_said(len(added.moved), added.told)}", "done")
        return url_for(START)
    day = date.fromisoformat(kept["day"])
    if kept["do"] == "close":
        done = close_office(*doing(), day, str(kept["title"]), as_previewed=digest)
        flash(f"The office is closed on {in_words(day)}. {_said(len(done.moved), done.told)}", "done")
    else:
        done = open_office(*doing(), day, as_previewed=digest)
        flash(f"The office is open on {in_words(day)}. {_said(len(done.moved), done.told)}", "done")
    return url_for("administration_calendar.office")


def _again(kept: dict[str, Any]) -> dict[str, Any]:
    if kept["do"] == "add":
        return _of_holidays(_days_of(kept), str(kept["source"]), whole=bool(kept["whole"]))
    day = date.fromisoformat(kept["day"])
    return _of_closing(day, str(kept["title"])) if kept["do"] == "close" else _of_opening(day)


def _days_of(kept: dict[str, Any]) -> dict[date, str]:
    return {date.fromisoformat(day): str(title) for day, title in kept["days"].items()}


def _said(moved: int, told: int) -> str:
    dates = "No date moved." if not moved else "1 date moved." if moved == 1 else f"{moved} dates moved."
    people = "" if not told else " 1 e-mail was written." if told == 1 else f" {told} e-mails were written."
    return dates + people

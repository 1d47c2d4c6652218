"""What the partnership sets for itself: local targets, bank holidays, and the profiles it can load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import home, require_administrator
from dardr.casework.administer.targets import set_target, target_of
from dardr.casework.files import FileGiven
from dardr.casework.holidays import Added, add_holidays, read_file
from dardr.casework.setup import compare, load_profile, read_profile, refuse_another
from dardr.errors import Conflict, Invalid, Reason
from dardr.lookups.administration import ENGLAND_AND_WALES, seen_by, target_lines
from dardr.lookups.calendars import calendar_named
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, who
from dardr.web.pages.administration import ADMINISTRATORS, KEEPERS, doing, today, trail
from dardr.web.transaction import commit, session, undo
from workflows.calendar import calendars
from workflows.counting import Unit
from workflows.definition import Choice, Field, FieldType, Span
from workflows.partial import parse_date

pages = Blueprint("administration_settings", __name__, url_prefix="/administration")

UNITS = {Unit.WORKING_DAYS: "working days", Unit.DAYS: "days", Unit.MONTHS: "months"}
MOST_DAYS_AT_ONCE = 300


def span_words(span: Span | None) -> str:
    """``10 working days``; "no date" where there is none."""
    if span is None:
        return "no date"
    unit = UNITS[span.unit]
    return f"{span.n} {unit[:-1] if span.n == 1 else unit}"


# --- local targets ----------------------------------------------------------------------------------------


@pages.get("/targets")
@who(*ADMINISTRATORS)
def targets() -> ResponseReturnValue:
    """Every local target: the length in force, what it is without a choice, and the duty it serves."""
    return render_template(
        "administration/targets.html", lines=target_lines(session(), home(session()).id), span_words=span_words
    )


@pages.route("/targets/<key>", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def target(key: str) -> ResponseReturnValue:
    """Set one local target."""
    found = target_of(key)
    line = next(one for one in target_lines(session(), home(session()).id) if one.target.key == key)
    default = span_words(found.default)

    def do(given: Answers) -> str:
        n = given.get("n")
        if given["which"] == "own" and n is None:
            raise Invalid([Reason("How long? Give a number.", "n")])
        own = given["which"] == "own"
        set_target(*doing(), key, n if own else None, given.get("unit"), none=given["which"] == "none")
        flash("Saved. It counts for what begins from now on.", "done")
        return url_for("administration_settings.targets")

    fields = (
        Field(
            "which",
            "Which length?",
            FieldType.CHOICE,
            choices=(
                Choice("default", f"As it comes: {default}"),
                Choice("own", "A length of our own"),
                *((Choice("none", "No date: only the duty is shown"),) if found.default else ()),
            ),
        ),
        Field("n", "How long?", FieldType.INTEGER, required=False, help="For a length of your own."),
        Field(
            "unit",
            "Counted in",
            FieldType.CHOICE,
            required=False,
            choices=tuple(Choice(str(unit), words.capitalize()) for unit, words in UNITS.items()),
        ),
    )
    running = f"{line.running} {'clock runs' if line.running == 1 else 'clocks run'} on it now."
    lead = [
        "A local target: the partnership's own choice. No Act and no guidance sets this length, and passing it is not "
        "a matter of law.",
        f"It counts for clocks that begin from today on. {running if line.running else 'None runs now.'} Running "
        "clocks keep the length they began with; another date for one of them is agreed on its own review.",
    ]
    start = {
        "which": "none" if line.own and line.span is None else "own" if line.own else "default",
        "n": line.span.n if line.span else None,
        "unit": str(line.span.unit) if line.span else str(Unit.WORKING_DAYS),
    }
    way = trail(("Local targets", url_for("administration_settings.targets")))
    return ask(Asked(found.label, "Save", fields, way, lead, start), do)


# --- bank holidays ----------------------------------------------------------------------------------------


@pages.get("/calendar")
@who(*KEEPERS)
def calendar() -> ResponseReturnValue:
    """The bank holidays that are counted, by year: those that came with this version and those added here."""
    found = calendar_named(session(), ENGLAND_AND_WALES)
    shipped = calendars.get(ENGLAND_AND_WALES)
    years: dict[int, list[tuple[date, str, bool]]] = {}
    for day, title in sorted(found.holidays.items()):
        years.setdefault(day.year, []).append((day, title, day not in shipped.holidays))
    now = today().year
    ahead = {year: days for year, days in years.items() if year >= now}
    return render_template(
        "administration/calendar.html",
        calendar=found,
        shipped=shipped,
        ahead=ahead,
        past={year: days for year, days in sorted(years.items(), reverse=True) if year < now},
    )


@pages.route("/calendar/add", methods=["GET", "POST"])
@who(*KEEPERS)
def add_day() -> ResponseReturnValue:
    """One bank holiday announced late: what would move is shown before it is added."""
    fields = (
        Field("date", "Which day?", FieldType.DATE),
        Field("name", "What is it called?", help="Such as Bank holiday for a State occasion."),
    )
    if request.method == "POST" and "days" in request.form:
        return _confirmed()
    return _asked_days("Add a bank holiday", fields, lambda given: {given["date"]: given["name"]})


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
        return {day: title for day, title in found.items() if day >= calendars.get(ENGLAND_AND_WALES).first_day}

    if request.method == "POST" and "days" in request.form:
        return _confirmed()
    return _asked_days("Import bank holidays", fields, read)


def _asked_days(
    title: str, fields: tuple[Field, ...], read: Callable[[Answers], Mapping[date, str]]
) -> ResponseReturnValue:
    way = trail(("Bank holidays", url_for("administration_settings.calendar")))
    shown: list[str] = []

    def do(given: Answers) -> str:
        days = read(given)
        if not days or len(days) > MOST_DAYS_AT_ONCE:
            raise Invalid([Reason("There is no bank holiday in it, or there are too many. Check the file.", "file")])
        done = add_holidays(*doing(), days)
        undo()
        shown.append(_preview(done, days))
        return ""

    lead = ["Only dates that count working days can move. Dates in days and months, and dates in an Act, stay."]
    answered = ask(Asked(title, "Show what would change", fields, way, lead), do)
    return shown[0] if shown else answered


def _preview(done: Added, days: Mapping[date, str]) -> str:
    seen = seen_by(session(), actor(), {moved.ref for moved in done.moved})
    return render_template(
        "administration/calendar_preview.html",
        done=done,
        days=days,
        moved=[moved for moved in done.moved if moved.ref in seen],
        unseen=sum(moved.ref not in seen for moved in done.moved),
        lines="\n".join(f"{day.isoformat()} {days[day]}" for day in done.added),
    )


def _confirmed() -> ResponseReturnValue:
    days: dict[date, str] = {}
    for line in request.form.get("days", "").splitlines()[:MOST_DAYS_AT_ONCE]:
        day, _, title = line.partition(" ")
        if not title.strip():
            raise Invalid("The list of days could not be read. Begin again.")
        try:
            days[parse_date(day)] = title
        except ValueError as error:
            raise Invalid("The list of days could not be read. Begin again.") from error
    done = add_holidays(*doing(), days)
    if done.added:
        note_change(
            session(),
            systime.utc_now(),
            actor(),
            "bank_holidays_added",
            ENGLAND_AND_WALES,
            {"days": [day.isoformat() for day in done.added], "moved": len(done.moved)},
        )
    moved = f" {len(done.moved)} dates moved." if done.moved else " No date moved."
    flash(f"Added: {len(done.added)}.{moved}", "done")
    return redirect(url_for("administration_settings.calendar"), 303)


# --- profiles ---------------------------------------------------------------------------------------------


@pages.route("/profiles/<name>", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def profile(name: str) -> ResponseReturnValue:
    """A prepared structure: what it would add, and then the loading of it."""
    read = read_profile(name)
    require_administrator(actor())
    blocked: tuple[str, ...] = ()
    try:
        refuse_another(session(), read)
        if request.method == "POST":
            found = compare(session(), read)
            here = load_profile(session(), systime.utc_now(), read)
            note_change(
                session(),
                systime.utc_now(),
                actor(),
                "profile_loaded",
                name,
                {kind: len(added) for kind, added in found.added.items()},
            )
            commit()
            flash(f"Loaded: {here.name}.", "done")
            return redirect(url_for("administration.start"), 303)
    except Conflict as error:
        undo()
        blocked = tuple(reason.reason for reason in error.reasons)
    return render_template(
        "administration/profile.html",
        name=name,
        called=read["partnership"]["name"],
        found=compare(session(), read),
        blocked=blocked,
        fictional=bool(read.get("person")),
    )

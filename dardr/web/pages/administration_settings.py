"""What the partnership sets for itself: local targets, and the profiles it can load."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework import four_eyes
from dardr.casework.admin_log import note_change
from dardr.casework.administer.agencies import set_agencies
from dardr.casework.administer.checks import home, require_administrator
from dardr.casework.administer.colours import colour_numbers, set_colour_numbers
from dardr.casework.administer.rounds import round_numbers, set_round_numbers
from dardr.casework.administer.targets import set_target, target_of
from dardr.casework.setup import compare, load_profile, read_profile, refuse_another
from dardr.errors import Conflict, Invalid, Reason
from dardr.lookups.administration import target_lines
from dardr.lookups.outstanding import numbers
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, who
from dardr.web.pages.administration import ADMINISTRATORS, doing, trail
from dardr.web.transaction import commit, session, undo
from workflows.counting import Unit
from workflows.definition import Choice, Field, FieldType, Span
from workflows.rag import QUIET, SOON
from workflows.update_rounds import CLOSES_WORKING_DAYS, OPENS_WEEKS

pages = Blueprint("administration_settings", __name__, url_prefix="/administration")

UNITS = {Unit.WORKING_DAYS: "working days", Unit.DAYS: "days", Unit.MONTHS: "months"}


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


@pages.route("/rounds-of-updates", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def round_days() -> ResponseReturnValue:
    """How long before a Steering Group meeting agencies are asked, and their updates wanted."""

    def do(given: Answers) -> str:
        set_round_numbers(*doing(), given[OPENS_WEEKS], given[CLOSES_WORKING_DAYS])
        flash("Saved. It counts for rounds planned from now on.", "done")
        return url_for("administration.start")

    fields = (
        Field(OPENS_WEEKS, "How many weeks before the meeting are agencies asked?", FieldType.INTEGER),
        Field(CLOSES_WORKING_DAYS, "How many working days before the meeting are updates wanted?", FieldType.INTEGER),
    )
    lead = ["The partnership's own choice: no Act and no guidance has a number."]
    return ask(Asked("Rounds of updates", "Save", fields, trail(), lead, dict(round_numbers(session()))), do)


@pages.route("/colours-of-actions", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def colours() -> ResponseReturnValue:
    """When the date of an action is soon, and when an action is quiet: what its colour is worked out from."""

    def do(given: Answers) -> str:
        set_colour_numbers(*doing(), given[SOON], given[QUIET])
        flash("Saved. Every colour follows at once.", "done")
        return url_for("administration.start")

    fields = (
        Field(SOON, "A date is soon when it is so many days away, or less", FieldType.INTEGER),
        Field(QUIET, "An action is quiet when there is no word for more than so many days", FieldType.INTEGER),
    )
    lead = ["Nobody types the colour of an action. The rule stands on the page of each, with these two numbers in it."]
    return ask(Asked("Colours of actions", "Save", fields, trail(), lead, dict(colour_numbers(session()))), do)


# --- agencies -----------------------------------------------------------------------------------------------


@pages.route("/agencies", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def agencies() -> ResponseReturnValue:
    """What is asked of agencies: a second pair of eyes, and when the team hears that one is often late."""
    here = home(session())
    late, of = numbers(session(), here.id)

    def do(given: Answers) -> str:
        set_agencies(*doing(), eyes=given["eyes"], late=given["late"], of=given["of"])
        flash("Saved. It counts from now on.", "done")
        return url_for("administration.start")

    fields = (
        Field(
            "eyes",
            "Does the lead of an agency sign off what a colleague there wrote?",
            FieldType.BOOLEAN,
            help="About actions, answers to the Commissioner and rounds of updates. Returns to a review have a sign-off"
            " of their own. An agency without a lead has nobody to ask: what its contact sends counts at once.",
        ),
        Field(
            "late",
            "An agency is named to the team manager when so many answers came after their date",
            FieldType.INTEGER,
        ),
        Field("of", "Of how many of its last", FieldType.INTEGER),
    )
    lead = ["The partnership's own choices. No Act and no guidance sets them."]
    start = {"eyes": four_eyes.asked_for(session(), here.id), "late": late, "of": of}
    return ask(Asked("What is asked of agencies", "Save", fields, trail(), lead, start), do)


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

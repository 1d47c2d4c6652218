"""Administration: how far the partnership is set up, who it is, and its local partnerships."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.actors import ASSIGNED_ONLY, Actor
from dardr.casework.administer import csps as changing_csps
from dardr.casework.administer import partnership as changing
from dardr.casework.administer.checks import home, key_from, of_key
from dardr.casework.administer.names import rename
from dardr.casework.setup import profile_names, read_profile
from dardr.lookups.administration import setting_up
from dardr.lookups.bodies import ended
from dardr.lookups.names import FormerNames
from dardr.lookups.people import accounts
from dardr.lookups.publication_choices import SETTING as WEBSITES
from dardr.storage.bodies import Body, Csp, Partnership
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, may_use, who
from dardr.web.transaction import session
from workflows.definition import Choice, Field, FieldType, Role

pages = Blueprint("administration", __name__, url_prefix="/administration")

ADMINISTRATORS = (Role.ADMINISTRATOR,)
KEEPERS = (Role.ADMINISTRATOR, Role.TEAM_MANAGER)

WHERE = {
    "partnership": "administration.partnership",
    "csps": "administration.csps",
    "bodies": "administration_bodies.bodies",
    "people": "administration_people.people",
    "targets": "administration_settings.targets",
    "calendar": "administration_calendar.calendar",
}
"""The page of each part of setting up."""
BESIDE = (
    ("administration_settings.colours", "Colours of actions: when a date is soon, and an action quiet"),
    ("administration_settings.round_days", "Rounds of updates: how long before a meeting agencies are asked"),
    ("administration_settings.agencies", "What is asked of agencies: a second pair of eyes, and often being late"),
    ("post_choices.of_partnership", "When e-mail comes"),
    ("administration_calendar.office", "Days on which our office is closed"),
    ("own_questions.questions", "Questions of our own"),
    ("tracker.start", "The team's tracker of live reviews"),
    ("sessions.all_sessions", "Who is signed in, and second factors"),
    ("administration_doors.all_links", "Links in e-mails"),
    ("care.findings", "Checks and e-mails not delivered"),
    ("administration_post.addresses", "Addresses that do not work"),
)
"""Pages that look after the partnership once it is set up; each is shown to those who may use it."""

FROM_WHEN = Field(
    "from_on",
    "From which day is it called that?",
    FieldType.DATE,
    required=False,
    help="History before that day keeps the name of its time. Leave it empty where the old name was a slip",
)
NAME = Field("name", "Name")
NEW_NAME = (Field("name", "New name"), FROM_WHEN)


def today() -> date:
    """The London day."""
    return systime.london_date(systime.utc_now())


def trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way from the start of the administration to a page."""
    return [("Administration", url_for("administration.start")), *more]


def doing() -> tuple[Any, Actor, Any]:
    """What every change takes first: the session, who acts, and the instant."""
    return session(), actor(), systime.utc_now()


def renaming(row: Body | Csp | Partnership, way: list[tuple[str, str]], back: str) -> ResponseReturnValue:
    """The page that gives something another name from a day on."""

    def do(given: Answers) -> str:
        name = rename(*doing(), row, given["name"], given.get("from_on"))
        flash(f"It is called {name} now.", "done")
        return back

    return ask(
        Asked(
            f"Change the name: {row.name}",
            "Save the name",
            NEW_NAME,
            way,
            ["Dates on record show the name of their time; new requests and lists show the new one."],
            {"name": row.name},
        ),
        do,
    )


@pages.get("")
@who(*KEEPERS)
def start() -> ResponseReturnValue:
    """What is set up and what is still to do; it stays as the way into administration."""
    here = session().scalar(sa.select(Partnership).where(Partnership.home.is_(True)))
    tasks = [
        (task, url_for(WHERE[task.key]) if may_use(WHERE[task.key]) and (here or task.key == "partnership") else "")
        for task in setting_up(session(), today())
    ]
    profiles = [(name, read_profile(name)["partnership"]["name"]) for name in profile_names()]
    shown = [one for one in profiles if here is None or read_profile(one[0])["partnership"]["key"] == here.key]
    return render_template(
        "administration/start.html",
        here=here,
        tasks=tasks,
        done=sum(task.done for task, _ in tasks),
        beside=BESIDE,
        profiles=shown if may_use("administration_settings.profile") else [],
    )


# --- the partnership --------------------------------------------------------------------------------------


CHOSEN = (
    Field("team_name", "Name of the team", required=False, help="As it signs letters, such as Community Safety Team."),
    Field(
        "team_email",
        "E-mail address of the team",
        FieldType.EMAIL,
        required=False,
        help="Replies and messages about undelivered e-mail go there.",
    ),
    Field(
        "review_label",
        "What are reviews called here?",
        FieldType.CHOICE,
        choices=(
            Choice("DARDR", "DARDR: domestic abuse related death review"),
            Choice("DHR", "DHR: domestic homicide review"),
        ),
        help="New references begin with it. References given before keep theirs, and the law that applies is the same.",
    ),
    Field(
        "action_plan_assured",
        "Does sign-off wait until the Steering Group has assured the action plan?",
        FieldType.BOOLEAN,
    ),
    Field(
        "outside_notifications",
        "May people without an account here notify a death?",
        FieldType.BOOLEAN,
        required=False,
        help="They get a link to a form of their own by e-mail. Without this, they write to the team or ring.",
    ),
    Field(
        "assigned_only",
        "Do case managers see only the reviews that they carry?",
        FieldType.BOOLEAN,
        required=False,
        help="And those that nobody carries or that are granted to them. Otherwise the team works the caseload as one.",
    ),
    Field(
        "deciding",
        "Who decides, and who stands in?",
        required=False,
        long=True,
        help="In your own words, for those who look it up. Who may decide here is who holds the role deciding chair.",
    ),
    Field(
        "support_contacts",
        "Support named in briefings",
        required=False,
        many=True,
        help="Name and telephone number or address of each service.",
    ),
    Field(
        "websites",
        "Websites on which reports are published",
        required=False,
        many=True,
        help="The name of each, such as that of the council whose website it is.",
    ),
)


@pages.route("/partnership", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def partnership() -> ResponseReturnValue:
    """Who the partnership is; in an empty installation, the page that begins it."""
    here = session().scalar(sa.select(Partnership).where(Partnership.home.is_(True)))
    if here is None:
        return _begin()
    deciding = accounts(session(), here.id, role=str(Role.DECIDING_CHAIR), access="yes")
    return render_template(
        "administration/partnership.html",
        here=here,
        own=here.settings or {},
        former=FormerNames(session(), "partnership", [here.id]).all_of(here.id),
        deciding=deciding,
        groups=(here.settings or {}).get("groups") or [],
    )


def _begin() -> ResponseReturnValue:
    def do(given: Answers) -> str:
        made = changing.begin(
            *doing(), key=given.get("key") or key_from(session(), Body, given["name"]), name=given["name"]
        )
        flash(f"{made.name} is set up. Now its team and its choices.", "done")
        return url_for("administration.choices")

    fields = (
        Field("name", "Name of the partnership", help="Such as North County Community Safety Partnership."),
        Field(
            "key",
            "Short name",
            required=False,
            help="Small letters, figures and hyphens, such as north-county. Made from the name if you leave it empty.",
        ),
    )
    lead = ["This installation has no partnership yet. You can also load a profile from the page before."]
    return ask(Asked("Set up the partnership", "Set up the partnership", fields, trail(), lead), do)


@pages.route("/partnership/choices", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def choices() -> ResponseReturnValue:
    """The team's name and address, and what the partnership has chosen for itself."""
    here = home(session())
    own = here.settings or {}
    back = url_for("administration.partnership")

    def do(given: Answers) -> str:
        changing.change(
            *doing(),
            changing.Choices(
                given.get("team_name", ""),
                given.get("team_email", ""),
                given["review_label"],
                given["action_plan_assured"],
                given.get("deciding", ""),
                tuple(given.get("support_contacts", ())),
                given.get("outside_notifications", bool(own.get("outside_notifications", True))),
                given.get("assigned_only", bool(own.get(ASSIGNED_ONLY, False))),
                tuple(given.get("websites", ())),
            ),
        )
        flash("Saved. It counts from now on; what is on record stays as it is.", "done")
        return back

    start = {
        "team_name": here.team_name,
        "team_email": here.team_email,
        "review_label": own.get("review_label", changing.LABELS[0]),
        "action_plan_assured": bool(own.get("action_plan_assured", True)),
        "outside_notifications": bool(own.get("outside_notifications", True)),
        "assigned_only": bool(own.get(ASSIGNED_ONLY, False)),
        "deciding": own.get("deciding_arrangement", ""),
        "support_contacts": own.get("support_contacts", ()),
        "websites": own.get(WEBSITES, ()),
    }
    return ask(
        Asked("The team and its choices", "Save", CHOSEN, trail(("The partnership", back)), (), start),
        do,
    )


@pages.route("/partnership/name", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def partnership_name() -> ResponseReturnValue:
    """Another name of the partnership, from a day on."""
    back = url_for("administration.partnership")
    return renaming(home(session()), trail(("The partnership", back)), back)


# --- local partnerships -----------------------------------------------------------------------------------


AREAS = Field(
    "areas",
    "Areas it covers",
    required=False,
    many=True,
    help="Districts, towns and postcode districts, as people write them. A notification is compared with them.",
)
BEGAN = Field("from_on", "Since when does it exist?", FieldType.DATE, required=False, help="Empty where it always has")
LAST_DAY = Field(
    "last_day", "Last day", FieldType.DATE, help="Its records stay as they are. After that day it is not offered"
)


@pages.get("/csps")
@who(*ADMINISTRATORS)
def csps() -> ResponseReturnValue:
    """The local partnerships and what they cover."""
    here = home(session())
    rows = list(session().scalars(sa.select(Csp).where(Csp.partnership_id == here.id).order_by(Csp.name)))
    return render_template("administration/csps.html", rows=[(row, ended(row, today())) for row in rows])


@pages.route("/csps/add", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def add_csp() -> ResponseReturnValue:
    """A further local partnership, of one district or of two."""

    def do(given: Answers) -> str:
        row = changing_csps.add_csp(*doing(), given["name"], given.get("areas", ()), given.get("from_on"))
        flash(f"Added: {row.name}.", "done")
        return url_for("administration.csps")

    lead = ["One that covers two districts is added once, with the areas of both."]
    way = trail(("Local partnerships", url_for("administration.csps")))
    return ask(Asked("Add a local partnership", "Add", (NAME, AREAS, BEGAN), way, lead), do)


@pages.get("/csps/<key>")
@who(*ADMINISTRATORS)
def csp(key: str) -> ResponseReturnValue:
    """One local partnership."""
    row = of_key(session(), Csp, key)
    return render_template(
        "administration/csp.html",
        row=row,
        ended=ended(row, today()),
        former=FormerNames(session(), "csp", [row.id]).all_of(row.id),
    )


def _of_csp(row: Csp) -> list[tuple[str, str]]:
    return trail(
        ("Local partnerships", url_for("administration.csps")), (row.name, url_for("administration.csp", key=row.key))
    )


@pages.route("/csps/<key>/change", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def change_csp(key: str) -> ResponseReturnValue:
    """The areas of a local partnership, and since when it exists."""
    row = of_key(session(), Csp, key)

    def do(given: Answers) -> str:
        changing_csps.change_csp(*doing(), key, given.get("areas", ()), given.get("from_on"))
        flash("Saved.", "done")
        return url_for("administration.csp", key=key)

    start = {"areas": row.areas or (), "from_on": row.from_on}
    return ask(Asked(f"What {row.name} covers", "Save", (AREAS, BEGAN), _of_csp(row), (), start), do)


@pages.route("/csps/<key>/name", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def csp_name(key: str) -> ResponseReturnValue:
    """Another name of a local partnership, from a day on."""
    row = of_key(session(), Csp, key)
    return renaming(row, _of_csp(row), url_for("administration.csp", key=key))


@pages.route("/csps/<key>/end", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def end_csp(key: str) -> ResponseReturnValue:
    """The last day of a local partnership; left empty, its ending is taken back."""
    row = of_key(session(), Csp, key)
    field = LAST_DAY if row.until_on is None else replace(LAST_DAY, required=False)

    def do(given: Answers) -> str:
        changing_csps.end_csp(*doing(), key, given.get("last_day"))
        flash("Saved.", "done")
        return url_for("administration.csp", key=key)

    lead = ["Leave the day empty to take the ending back."] if row.until_on else []
    asked = Asked(f"When does {row.name} end?", "Save", (field,), _of_csp(row), lead, {"last_day": row.until_on})
    return ask(asked, do)

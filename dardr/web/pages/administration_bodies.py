"""Agencies and other bodies: who they are, when they began and ended, who can be written to, what they owe."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr.casework.administer import bodies as changing
from dardr.casework.administer import contacts as writing_to
from dardr.casework.administer.checks import home, of_key
from dardr.errors import NotFound
from dardr.lookups.agency_people import proposals
from dardr.lookups.bodies import bodies as all_bodies
from dardr.lookups.bodies import one_body
from dardr.lookups.outstanding import often_late
from dardr.lookups.post_in import came_back
from dardr.lookups.specified import stands
from dardr.storage.bodies import Body, BodyContact
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, who
from dardr.web.pages.administration import BEGAN, KEEPERS, LAST_DAY, NAME, doing, renaming, today, trail
from dardr.web.transaction import session
from workflows import specified
from workflows.definition import Choice, Field, FieldType

pages = Blueprint("administration_bodies", __name__, url_prefix="/administration/bodies")

WHICH = ("going on", "ended", "without a contact")
KIND = Field("kind", "What kind of body is it?", FieldType.CHOICE)
SECTION_9 = Field(
    "section9",
    "Is it a body under section 9(4) of the Domestic Violence, Crime and Victims Act 2004?",
    FieldType.BOOLEAN,
    help=changing.SECTION_9.note,
)
SECTION_15 = Field(
    "specified_as",
    "Which specified public authority is it under section 15(3) of the Domestic Abuse Act 2021?",
    FieldType.CHOICE,
    help=changing.SECTION_15.note,
)
ON_NO_LIST = "none"
DESCRIBED = (KIND, SECTION_9, SECTION_15, BEGAN)
CONTACT = (
    Field(
        "kind",
        "What for?",
        FieldType.CHOICE,
        choices=tuple(Choice(key, f"{label}: {about}") for key, (label, about) in writing_to.CONTACT_KINDS.items()),
    ),
    Field("email", "E-mail address", FieldType.EMAIL, help="An address that a team reads stays when people change."),
    Field("name", "Name", required=False, help="Of the person or the team."),
)


def _kinds(present: str = "") -> tuple[Choice, ...]:
    known = tuple(Choice(key, kind.label) for key, kind in changing.KINDS.items())
    if present and present not in changing.KINDS:
        return (Choice(present, present.replace("_", " ").capitalize()), *known)
    return known


def _classes() -> tuple[Choice, ...]:
    """The classes that are on the list today, and that a body is on none."""
    on_it = (Choice(one.key, one.words) for one in specified.classes_on(today()))
    return (Choice(ON_NO_LIST, "None: it is not on the list"), *on_it)


def _class_of(given: Answers) -> str:
    return "" if given["specified_as"] == ON_NO_LIST else given["specified_as"]


def _of(row: Body) -> list[tuple[str, str]]:
    return trail(("Agencies", url_for("administration_bodies.bodies")), (row.name, _page(row.key)))


def _page(key: str) -> str:
    return url_for("administration_bodies.body", key=key)


@pages.get("")
@who(*KEEPERS)
def bodies() -> ResponseReturnValue:
    """Every body, those that go on first; or those that ended, or those without a contact."""
    chosen = request.args.get("show", WHICH[0])
    chosen = chosen if chosen in WHICH else WHICH[0]
    lines = all_bodies(session(), home(session()).id, today())
    shown = [
        line
        for line in lines
        if (line.ended if chosen == "ended" else line.unreachable if chosen == WHICH[2] else not line.ended)
    ]
    return render_template(
        "administration/bodies.html",
        lines=shown,
        which=WHICH,
        chosen=chosen,
        alone=sum(line.unreachable for line in lines),
        kinds=changing.KINDS,
        often=often_late(session(), actor(), today()),
        proposed=proposals(session()),
    )


@pages.route("/add", methods=["GET", "POST"])
@who(*KEEPERS)
def add() -> ResponseReturnValue:
    """A further body."""

    def do(given: Answers) -> str:
        row = changing.add_body(
            *doing(),
            given["name"],
            given["kind"],
            section9=given["section9"],
            specified_as=_class_of(given),
            from_on=given.get("from_on"),
        )
        flash(f"Added: {row.name}. Now say who can be written to there.", "done")
        _say_lists(row)
        return _page(row.key)

    way = trail(("Agencies", url_for("administration_bodies.bodies")))
    return ask(
        Asked("Add an agency", "Add", (NAME, *DESCRIBED), way, choices={"kind": _kinds(), "specified_as": _classes()}),
        do,
    )


def _say_lists(row: Body) -> None:
    for said in changing.lists_differ(row.kind, section9=row.section9, specified_as=row.specified_as):
        flash(said, "warning")


@pages.get("/<key>")
@who(*KEEPERS)
def body(key: str) -> ResponseReturnValue:
    """One body: its names, dates, contacts and people, and what it owes."""
    row = of_key(session(), Body, key)
    kind = changing.KINDS.get(row.kind)
    one = one_body(session(), actor(), row, today())
    return render_template(
        "administration/body.html",
        one=one,
        came_back=came_back(session(), [contact.email for contact in one.contacts]),
        kind=kind.label if kind else row.kind.replace("_", " ").capitalize() or "not said",
        section9=changing.SECTION_9,
        section15=changing.SECTION_15,
        stands=stands(row, today()),
        differs=changing.lists_differ(row.kind, section9=row.section9, specified_as=row.specified_as),
        contact_kinds=writing_to.CONTACT_KINDS,
        proposed=proposals(session(), [row.id]),
    )


@pages.route("/<key>/change", methods=["GET", "POST"])
@who(*KEEPERS)
def change(key: str) -> ResponseReturnValue:
    """What kind of body it is, whether the two Acts name it, since when it exists."""
    row = of_key(session(), Body, key)

    def do(given: Answers) -> str:
        changed = changing.change_body(
            *doing(),
            key,
            given["kind"],
            section9=given["section9"],
            specified_as=_class_of(given),
            from_on=given.get("from_on"),
        )
        flash("Saved.", "done")
        _say_lists(changed)
        return _page(key)

    usual = specified.class_of_kind(row.kind) if row.section15 else None
    chosen = row.specified_as or (usual.key if usual else "" if row.section15 else ON_NO_LIST)
    start = {"kind": row.kind, "section9": row.section9, "specified_as": chosen, "from_on": row.from_on}
    offered = {"kind": _kinds(row.kind), "specified_as": _classes()}
    return ask(Asked(f"About {row.name}", "Save", DESCRIBED, _of(row), (), start, offered), do)


@pages.route("/<key>/name", methods=["GET", "POST"])
@who(*KEEPERS)
def name(key: str) -> ResponseReturnValue:
    """Another name of a body, from a day on."""
    row = of_key(session(), Body, key)
    return renaming(row, _of(row), _page(key))


@pages.route("/<key>/end", methods=["GET", "POST"])
@who(*KEEPERS)
def end(key: str) -> ResponseReturnValue:
    """A body ends: it is merged into another, or another takes its place, or nobody does."""
    row = of_key(session(), Body, key)

    def do(given: Answers) -> str:
        changing.end_body(
            *doing(), key, given["last_day"], successor=given.get("successor"), reason=given.get("reason", "")
        )
        flash("Saved. What it still owes is listed below: hand each item over, or leave it where it is.", "done")
        return _page(key)

    others = tuple(
        Choice(line.row.key, line.row.name)
        for line in all_bodies(session(), home(session()).id, today())
        if line.row.id != row.id and not line.ended
    )
    fields = (
        LAST_DAY,
        Field(
            "successor",
            "Which body takes its place?",
            FieldType.CHOICE,
            required=False,
            help="Merged into it, or succeeded by it. E-mail about what is still open goes there.",
        ),
        Field("reason", "What happened?", required=False),
    )
    successor = next((other.value for other in others if _id(other.value) == row.successor_id), "")
    return ask(
        Asked(
            f"When does {row.name} end?",
            "Save",
            fields,
            _of(row),
            ["It stays on every record that names it, under the name of that time. It is not offered for new work."],
            {"last_day": row.until_on, "successor": successor},
            {"successor": others},
        ),
        do,
    )


def _id(key: str) -> int:
    return of_key(session(), Body, key).id


@pages.route("/<key>/split", methods=["GET", "POST"])
@who(*KEEPERS)
def split(key: str) -> ResponseReturnValue:
    """A body becomes two or more."""
    row = of_key(session(), Body, key)

    def do(given: Answers) -> str:
        changing.split_body(*doing(), key, given["last_day"], given["names"])
        flash("Saved. The new bodies have no contacts yet: add them.", "done")
        return _page(key)

    fields = (
        LAST_DAY,
        Field("names", "What are the new bodies called?", many=True, help="E-mail about open items goes to the first."),
    )
    lead = ["The new bodies begin on the day after, as the same kind of body and on the same lists."]
    return ask(Asked(f"{row.name} is split", "Save", fields, _of(row), lead), do)


@pages.post("/<key>/go-on")
@who(*KEEPERS)
def go_on(key: str) -> ResponseReturnValue:
    """The ending was recorded by mistake."""
    row = changing.take_ending_back(*doing(), key)
    flash(f"{row.name} goes on.", "done")
    return redirect(_page(key), 303)


# --- contacts ---------------------------------------------------------------------------------------------


@pages.route("/<key>/contacts/add", methods=["GET", "POST"])
@who(*KEEPERS)
def add_contact(key: str) -> ResponseReturnValue:
    """A further contact of a body."""
    return _contact(of_key(session(), Body, key), None)


@pages.route("/<key>/contacts/<int:number>", methods=["GET", "POST"])
@who(*KEEPERS)
def contact(key: str, number: int) -> ResponseReturnValue:
    """Change a contact."""
    row = of_key(session(), Body, key)
    found = session().get(BodyContact, number)
    if found is None or found.body_id != row.id:
        raise NotFound("That contact is not there any more.")
    return _contact(row, found)


def _contact(row: Body, found: BodyContact | None) -> ResponseReturnValue:
    def do(given: Answers) -> str:
        put = writing_to.put_contact(
            *doing(),
            row.key,
            given["kind"],
            given.get("name", ""),
            given["email"],
            number=found.id if found else None,
        )
        flash(f"Saved: {put.email}.", "done")
        return _page(row.key)

    start = {"kind": found.kind, "email": found.email, "name": found.name} if found else {"kind": "contact"}
    title = "Change a contact" if found else "Add a contact"
    return ask(Asked(title, "Save", CONTACT, _of(row), (), start), do)


@pages.post("/<key>/contacts/<int:number>/remove")
@who(*KEEPERS)
def remove_contact(key: str, number: int) -> ResponseReturnValue:
    """Take a contact away."""
    email = writing_to.remove_contact(*doing(), key, number)
    flash(f"Removed: {email}.", "done")
    return redirect(_page(key), 303)

"""People and roles: who has access, as what, for what; who has left, and what they carried."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.administer import people as changing
from dardr.casework.administer.checks import home
from dardr.casework.administer.roles import ABOUT, OF_AGENCIES
from dardr.errors import NotFound
from dardr.lookups.administration import carried_by
from dardr.lookups.bodies import bodies as all_bodies
from dardr.lookups.bodies import bodies_naming
from dardr.lookups.people import Person, accounts
from dardr.storage.bodies import Body, Csp
from dardr.storage.people import User
from dardr.web.accounts.mail import invite
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, who
from dardr.web.pages.administration import KEEPERS, doing, today, trail
from dardr.web.transaction import session
from workflows.definition import Choice, Field, FieldType, Role

pages = Blueprint("administration_people", __name__, url_prefix="/administration/people")

ACCESS = (("yes", "With access"), ("left", "Have left"))
ABOUT_THEM = (
    Field("name", "Name", help="As it stands on the record beside what they do."),
    Field("email", "E-mail address", FieldType.EMAIL, help="They sign in with it."),
    Field("body", "Which body do they work for?", FieldType.CHOICE, required=False),
)
ROLE = (
    Field("role", "Which role?", FieldType.CHOICE),
    Field("csp", "For which local partnership?", FieldType.CHOICE, required=False, help="Members of one need it."),
    Field("body", "For which body?", FieldType.CHOICE, required=False, help="Contacts and leads of agencies need it."),
    Field(
        "review",
        "For which review?",
        required=False,
        help="Its reference. Independent chairs and panel members need it; police and communications may have it.",
    ),
)

INVITE = Field(
    "invite",
    "Send them a link to choose a password now?",
    FieldType.BOOLEAN,
    help="You can send it later, from their page.",
)


def _choices() -> dict[str, tuple[Choice, ...]]:
    here = home(session())
    csps = session().execute(sa.select(Csp.key, Csp.name).where(Csp.partnership_id == here.id).order_by(Csp.name))
    lines = all_bodies(session(), here.id, today())
    return {
        "csp": tuple(Choice(key, name) for key, name in csps),
        "body": tuple(Choice(line.row.key, line.row.name) for line in lines if not line.ended),
        "role": tuple(Choice(str(role), f"{ABOUT[role][0]}: {ABOUT[role][1]}") for role in changing.may_give(actor())),
    }


def _page(number: int) -> str:
    return url_for("administration_people.person", number=number)


def _of(user: User) -> list[tuple[str, str]]:
    return trail(("People", url_for("administration_people.people")), (user.name, _page(user.id)))


def _found(number: int) -> Person:
    user = changing.person(session(), actor(), number)
    found = accounts(session(), home(session()).id, user_id=user.id)
    if not found:
        raise NotFound("There is nobody of that number here. Check the address.")
    return found[0]


@pages.get("")
@who(*KEEPERS)
def people() -> ResponseReturnValue:
    """Everybody with an account, by name, filtered by role, access and part of the name."""
    role, access = request.args.get("role", ""), request.args.get("access", "yes")
    text = " ".join(request.args.get("text", "").split())[:100]
    found = accounts(session(), home(session()).id, role=role, access=access, text=text)
    return render_template(
        "administration/people.html",
        found=found,
        about=ABOUT,
        role=role,
        access=access,
        text=text,
        accesses=ACCESS,
        now=systime.utc_now(),
    )


@pages.route("/add", methods=["GET", "POST"])
@who(*KEEPERS)
def add() -> ResponseReturnValue:
    """Somebody new, with their first role."""
    known = _choices()
    fields = (*ABOUT_THEM[:2], replace(ABOUT_THEM[2], name="works_for"), *ROLE, INVITE)

    def do(given: Answers) -> str:
        user = changing.add_person(*doing(), given["name"], given["email"], given.get("works_for", ""))
        changing.give_role(*doing(), user.id, Role(given["role"]), _scope(given))
        if given["invite"]:
            invite(user)
        flash(f"{user.name} is added{', and is sent a link' if given['invite'] else ''}.", "done")
        return _page(user.id)

    way = trail(("People", url_for("administration_people.people")))
    lead = ["More roles can be given on the next page."]
    offered = {**known, "works_for": known["body"]}
    return ask(Asked("Add a person", "Add", fields, way, lead, {"invite": True}, offered), do)


def _scope(given: Answers) -> changing.Scope:
    return changing.Scope(given.get("csp", ""), given.get("body", ""), given.get("review", ""))


@pages.get("/<int:number>")
@who(*KEEPERS)
def person(number: int) -> ResponseReturnValue:
    """One person: roles, access, and the reviews they carry."""
    found = _found(number)
    carried, unseen = carried_by(session(), actor(), number)
    return render_template(
        "administration/person.html",
        one=found,
        about=ABOUT,
        may_give=changing.may_give(actor()),
        carried=carried,
        unseen=unseen,
        locked=found.locked(systime.utc_now()),
        mine=found.row.id == actor().id,
        may_change=Role.ADMINISTRATOR in actor().everywhere or all(held.role in OF_AGENCIES for held in found.roles),
    )


@pages.route("/<int:number>/change", methods=["GET", "POST"])
@who(*KEEPERS)
def change(number: int) -> ResponseReturnValue:
    """Somebody's name, address and employer."""
    found = _found(number)
    offered = _choices()["body"]
    works_for = session().get(Body, found.row.body_id) if found.row.body_id else None
    if works_for is not None and works_for.key not in {one.value for one in offered}:
        offered = (Choice(works_for.key, works_for.name), *offered)

    def do(given: Answers) -> str:
        changing.change_person(*doing(), number, given["name"], given["email"], given.get("body", ""))
        flash("Saved.", "done")
        return _page(number)

    start = {"name": found.row.name, "email": found.row.email, "body": works_for.key if works_for else ""}
    asked = Asked("Change a person’s details", "Save", ABOUT_THEM, _of(found.row), (), start, {"body": offered})
    return ask(asked, do)


@pages.route("/<int:number>/roles/add", methods=["GET", "POST"])
@who(*KEEPERS)
def give_role(number: int) -> ResponseReturnValue:
    """A further role of somebody."""
    found = _found(number)

    def do(given: Answers) -> str:
        changing.give_role(*doing(), number, Role(given["role"]), _scope(given))
        flash(f"{found.row.name} has another role.", "done")
        return _page(number)

    lead = [f"To {found.row.name}. Roles held for one thing show that one thing only."]
    return ask(Asked("Give a role", "Give the role", ROLE, _of(found.row), lead, choices=_choices()), do)


@pages.post("/<int:number>/roles/<int:held>/take-away")
@who(*KEEPERS)
def take_role(number: int, held: int) -> ResponseReturnValue:
    """Take a role away."""
    label = changing.take_role(*doing(), number, held)
    flash(f"Taken away: {label}.", "done")
    return redirect(_page(number), 303)


@pages.route("/<int:number>/leave", methods=["GET", "POST"])
@who(*KEEPERS)
def leave(number: int) -> ResponseReturnValue:
    """Somebody has left."""
    found = _found(number)

    def do(_given: Answers) -> str:
        changing.leave(*doing(), number)
        flash(f"{found.row.name} has no access any more, and is signed out everywhere.", "done")
        return _page(number)

    carried, unseen = carried_by(session(), actor(), number)
    lead = [
        f"{found.row.name} cannot sign in from now on. What they did stays on record under their name. Their roles are"
        " kept for the day they might come back."
    ]
    if carried or unseen:
        count = len(carried) + unseen
        lead.append(
            f"They carry {count} open {'review' if count == 1 else 'reviews'}. Hand them over, before or after."
        )
    if named := bodies_naming(session(), found.row.email):
        lead.append(
            f"They are a contact of {', '.join(one.name for one in named)}. Nothing more is sent to their address, and"
            " what waits goes to who stands in. Put somebody else in their place there."
        )
    return ask(Asked("Somebody has left", "Take access away", (), _of(found.row), lead), do)


@pages.post("/<int:number>/come-back")
@who(*KEEPERS)
def come_back(number: int) -> ResponseReturnValue:
    """Give somebody their access back."""
    user = changing.come_back(*doing(), number)
    flash(f"{user.name} has access again, with the roles below.", "done")
    return redirect(_page(number), 303)


@pages.post("/<int:number>/unlock")
@who(*KEEPERS)
def unlock(number: int) -> ResponseReturnValue:
    """Let somebody try again at once after too many wrong passwords."""
    user = changing.unlock(*doing(), number)
    flash(f"{user.name} can try again now.", "done")
    return redirect(_page(number), 303)

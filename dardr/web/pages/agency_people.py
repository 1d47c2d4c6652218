"""People of an agency: passing one thing to a colleague, and saying whom to write to there."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import OF_AGENCIES, get_record
from dardr.actors import Purpose
from dardr.casework import passing_on, proposing_contacts
from dardr.casework.administer.contacts import CONTACT_KINDS
from dardr.errors import Conflict, Forbidden
from dardr.lookups.agency_people import contacts_of, proposals
from dardr.web.agencies import own_body
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, who
from dardr.web.transaction import commit, session, undo
from workflows.definition import Choice, Field, FieldType, Role

pages = Blueprint("agency_people", __name__)

COLLEAGUE = (
    Field("email", "Your colleague's e-mail address", FieldType.EMAIL, help="At your own organisation."),
    Field("name", "Their name", required=False),
)
NEW = "new"


@pages.route("/agency/pass/<ref>", methods=["GET", "POST"])
@who(*OF_AGENCIES, doors=frozenset({Purpose.AGENCY}))
def pass_on(ref: str) -> ResponseReturnValue:
    """Pass one thing to a colleague of the same agency."""
    get_record(session(), actor(), ref)
    body = own_body()

    def do(given: Answers) -> str:
        row = passing_on.pass_on(session(), actor(), systime.utc_now(), ref, given["email"], given.get("name") or "")
        if row.state == passing_on.GIVEN:
            flash(f"{ref} is with {row.email}. They get an e-mail with a link to it, and see nothing else.", "done")
        else:
            flash(
                f"Your lead is asked whether {row.email} is a colleague. Nothing goes there before they agree.", "done"
            )
        return url_for("agency.home", body=body.key)

    lead = [
        "This stays your organisation's to answer. Your colleague gets a link by e-mail that opens"
        " this one thing, and you can take it back at any time.",
    ]
    way = [("What we owe", url_for("agency.home", body=body.key))]
    return ask(Asked(f"Pass {ref} to a colleague", "Pass it on", COLLEAGUE, way, lead), do)


@pages.post("/agency/passed/<int:number>/<any(back, agree, refuse):what>")
@who(*OF_AGENCIES, doors=frozenset({Purpose.AGENCY}))
def passed(number: int, what: str) -> ResponseReturnValue:
    """Take something back from a colleague; or, as the lead, say whether somebody is one."""
    now = systime.utc_now()
    try:
        if what == "back":
            row = passing_on.take_back(session(), actor(), now, number)
            said = f"Taken back from {row.email}. Their link opens nothing any more."
        else:
            row = passing_on.agree(session(), actor(), now, number, yes=what == "agree")
            said = f"Agreed: {row.email} gets a link." if what == "agree" else f"Nothing goes to {row.email}."
        commit()
        flash(said, "done")
    except (Conflict, Forbidden) as error:
        undo()
        flash(error.reasons[0].reason, "error")
    return redirect(url_for("agency.home", body=own_body().key), 303)


@pages.get("/agency/contacts")
@who(*OF_AGENCIES, doors=frozenset({Purpose.AGENCY}))
def contacts() -> ResponseReturnValue:
    """Whom the team writes to at the agency, and what its people have proposed."""
    body = own_body()
    return render_template(
        "agency/contacts.html",
        body=body,
        contacts=contacts_of(session(), body),
        kinds=CONTACT_KINDS,
        proposed=proposals(session(), [body.id]),
    )


@pages.route("/agency/contacts/<number>", methods=["GET", "POST"])
@who(*OF_AGENCIES, doors=frozenset({Purpose.AGENCY}))
def propose(number: str) -> ResponseReturnValue:
    """Propose another contact, or a change of one; the team confirms it."""
    body = own_body()
    row = next((one for one in contacts_of(session(), body) if str(one.id) == number), None)

    def do(given: Answers) -> str:
        proposing_contacts.propose(
            session(), actor(), systime.utc_now(), body, given["kind"], given.get("name") or "",
            given.get("email") or "", contact_id=row.id if row else None, away=given.get("away") == "yes",
        )  # fmt: skip
        flash("Thank you. The team looks at it, and it counts once they have confirmed it.", "done")
        return url_for("agency_people.contacts", body=body.key)

    kind = Field(
        "kind", "What for?", FieldType.CHOICE,
        choices=tuple(Choice(key, f"{label}: {about}") for key, (label, about) in CONTACT_KINDS.items()),
    )  # fmt: skip
    fields = [
        kind,
        Field(
            "email",
            "E-mail address",
            FieldType.EMAIL,
            required=row is None,
            help="An address that a team reads stays when people change.",
        ),
        Field("name", "Name", required=False, help="Of the person or the team."),
    ]
    if row is not None:
        fields.append(
            Field("away", "Or: is nobody to be written to there any more?", FieldType.CHOICE, required=False,
                  choices=(Choice("yes", "Take this contact away"),))
        )  # fmt: skip
    start = {"kind": row.kind, "email": row.email, "name": row.name} if row else {}
    way = [
        ("What we owe", url_for("agency.home", body=body.key)),
        ("Contacts", url_for("agency_people.contacts", body=body.key)),
    ]
    title = "Propose a change of this contact" if row else "Propose a further contact"
    lead = [f"Of {body.name}. Nothing changes before the team has confirmed it."]
    return ask(Asked(title, "Propose", tuple(fields), way, lead, start), do)


@pages.post("/agencies/<key>/contacts/<int:number>/<any(confirm, leave):what>")
@who(Role.ADMINISTRATOR, Role.TEAM_MANAGER)
def decide(key: str, number: int, what: str) -> ResponseReturnValue:
    """The team confirms a change that an agency proposes, or leaves things as they are."""
    try:
        proposing_contacts.decide(session(), actor(), systime.utc_now(), number, yes=what == "confirm")
        commit()
        flash("Confirmed. It counts from now on." if what == "confirm" else "Left as it was.", "done")
    except Conflict as error:
        undo()
        flash(error.reasons[0].reason, "error")
    return redirect(url_for("administration_bodies.body", key=key), 303)

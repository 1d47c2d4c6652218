"""When e-mail comes: chosen by a person for themselves, by an agency for its contacts, by the partnership for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework import choosing_post as choosing
from dardr.casework.administer.checks import home, of_key
from dardr.casework.post_choices import EVERYBODY, Choices, choices_for, partnership_choices
from dardr.errors import Forbidden, Invalid, Reason
from dardr.storage.bodies import Body
from dardr.storage.people import User
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, may_use, who
from dardr.web.pages.administration import ADMINISTRATORS, doing, trail
from dardr.web.transaction import session
from workflows.definition import Choice, Field, FieldType, Role

pages = Blueprint("post_choices", __name__)

OWN, AS_SET = "own", "as_set"
CHOOSERS = (Role.ADMINISTRATOR, Role.TEAM_MANAGER, Role.AGENCY_LEAD)
"""Who may open the page of a body; its own lead, of those who lead one."""


def _fields(otherwise: str) -> tuple[Field, ...]:
    return (
        Field(
            "which",
            "When does e-mail come?",
            FieldType.CHOICE,
            choices=(Choice(AS_SET, otherwise), Choice(OWN, "As chosen here")),
        ),
        Field(
            "days",
            "On which days?",
            FieldType.CHOICES,
            required=False,
            choices=tuple(Choice(str(number), name) for number, name in enumerate(choosing.DAYS)),
            help="Working days only: none comes on a bank holiday.",
        ),
        Field("at", "From what time?", required=False, help="For example 07:30. There is one a day."),
        Field("quiet_from", "Quiet hours begin at", required=False, help="For example 19:00."),
        Field(
            "quiet_until",
            "Quiet hours end at",
            required=False,
            help="For example 07:30. The same time twice: no quiet hours. E-mail about signing in is never held.",
        ),
        Field(
            "alone",
            "Should what cannot wait come as a message of its own?",
            FieldType.BOOLEAN,
            required=False,
            help="A date set by an Act, from the day before it on. It always comes; this says how.",
        ),
    )


def _choose(
    title: str,
    way: Sequence[tuple[str, str]],
    now_holds: Choices,
    otherwise: str,
    kept: Mapping[str, Any] | None,
    keep: Callable[[Mapping[str, Any] | None], Choices],
    whose: str,
    lead: Sequence[str] = (),
) -> ResponseReturnValue:
    shown = choosing.as_typed(now_holds)

    def do(given: Answers) -> str:
        if given["which"] != OWN and _changed(given, shown):
            said = "You chose other days or times below. To keep them, choose “As chosen here”."
            raise Invalid([Reason(said, "which")])
        holds = keep(given if given["which"] == OWN else None)
        flash(f"Saved. {choosing.in_words(holds, whose)}", "done")
        return way[-1][1]

    start = {"which": OWN if kept else AS_SET, **shown}
    said = [f"Now: {choosing.in_words(now_holds, whose)}", *lead]
    return ask(Asked(title, "Save", _fields(otherwise), way, said, start), do)


def _changed(given: Answers, shown: Mapping[str, Any]) -> bool:
    """Whether something was typed that differs from what the form held; what is left empty does not count."""
    return any(
        (sorted(value) if name == "days" else value) != shown[name]
        for name in shown
        if (value := given.get(name)) not in (None, "", [], ())
    )


@pages.route("/me/e-mail", methods=["GET", "POST"])
@who()
def own() -> ResponseReturnValue:
    """When your own e-mail comes."""
    me = actor()
    row = session().get_one(User, me.id)
    return _choose(
        "When your e-mail comes",
        [("Your account", url_for("me.account"))],
        choices_for(session(), [me.email])[me.email],
        "As it is set for everybody in your organisation",
        row.post,
        lambda given: choosing.choose_for_oneself(session(), me, systime.utc_now(), given),
        "Your e-mail",
        ["Dates set by an Act, and e-mail about signing in, reach you whatever you choose."],
    )


@pages.route("/agencies/<key>/e-mail", methods=["GET", "POST"])
@who(*CHOOSERS)
def of_body(key: str) -> ResponseReturnValue:
    """When e-mail comes to the contacts and people of a body."""
    row = of_key(session(), Body, key)
    if not choosing.may_choose_for(actor(), row):
        raise Forbidden(f"When e-mail reaches {row.name} is chosen by its own lead, or by the team.")
    above = (
        trail(("Agencies", url_for("administration_bodies.bodies")), (row.name, _administered(row.key)))
        if may_use("administration_bodies.body")
        else [("Your account", url_for("me.account"))]
    )
    return _choose(
        f"When e-mail comes to {row.name}",
        above,
        choosing.of_body(session(), row),
        f"As {home(session()).name} has it: {choosing.days_in_words(partnership_choices(session()).days)}",
        row.post,
        lambda given: choosing.choose_for_body(*doing(), row.key, given),
        "E-mail to its contacts",
        ["It holds for the contacts of the organisation, and for those of its people who chose nothing themselves."],
    )


def _administered(key: str) -> str:
    return url_for("administration_bodies.body", key=key)


@pages.route("/administration/e-mail", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def of_partnership() -> ResponseReturnValue:
    """When e-mail comes to everybody who chose nothing."""
    row = home(session())
    return _choose(
        "When e-mail comes",
        trail(),
        partnership_choices(session()),
        f"As it comes: {choosing.days_in_words(EVERYBODY.days)} from {EVERYBODY.at:%H:%M}",
        row.settings.get(choosing.SETTING),
        lambda given: choosing.choose_for_partnership(*doing(), given),
        "E-mail",
        ["It holds for everybody who, and whose organisation, chose nothing else."],
    )

"""One seat on the panel of one review, version 1: who sits there, what they bring, who stands in, until they leave."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    Authority,
    From,
    GivesRole,
    Opens,
    Party,
    Phase,
    Process,
    Role,
    Stage,
    TakesRole,
)
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.fields import choice, day, one_of, optional, paragraph, text
from workflows.processes.fields import email as email_address
from workflows.processes.who import CASEWORK, CHAIRING, SEES_PANEL

SECTION_4 = guidance_2016("4")
SECTION_10 = guidance_2016("10")
KEPT_HERE = by_design("Who sits on a panel is kept seat by seat, so that papers and invitations reach the right people")

SITTING, LEFT = "sitting", "left"

STAGES = (
    Stage(SITTING, "On the panel", "seat", acts=Party.NOBODY, means="Invited to meetings; sees the panel's papers."),
    Stage(
        LEFT,
        "Left the panel",
        "seat",
        acts=Party.NOBODY,
        final=True,
        means="Invited to nothing more, and sees the review no more. What they attended stays.",
    ),
)

BODY = one_of("body", "From which body?", From.BODIES, required=False, help="Left empty for somebody of no body here.")
POST = text("position", "Their post, or what they are there for", required=False, notable=True)
NAME = text("member_name", "Their name", required=False, seen_by=SEES_PANEL)
ADDRESS = email_address(
    "member_email", "Their e-mail address", required=False, seen_by=CHAIRING, help="For invitations, which name nobody."
)
ACCOUNT = one_of(
    "account",
    "Their account here",
    From.PEOPLE,
    required=False,
    seen_by=CHAIRING,
    help="They then see this review as a member of its panel: not other agencies' returns, nor what a family said.",
)
REPRESENTS = choice(
    "represents",
    "What they bring",
    ("agency", "An agency that was involved"),
    ("specialist", "Specialist domestic abuse service"),
    ("community", "Knowledge of a community"),
    ("adviser", "Expert adviser"),
    notable=True,
)
INDEPENDENT = choice(
    "no_case_management",
    "No direct part in the case or its line management?",
    ("declared", "Declared"),
    ("managed", "An interest is declared and managed"),
)
INTEREST = paragraph("interests", "Interests declared, and how they are managed", seen_by=CHAIRING)
SIGNED = day("confidentiality_signed_on", "When did they sign the confidentiality agreement?", required=False)

ABOUT_THE_MEMBER = (BODY, POST, NAME, ADDRESS, ACCOUNT, REPRESENTS, INDEPENDENT, optional(INTEREST), SIGNED)
GIVES_ACCESS = GivesRole(Role.PANEL_MEMBER, "account")


def add_panel_member(source: tuple[str, ...], authority: Authority) -> Action:
    """Somebody joins the panel of a review: a seat is opened for them."""
    return Action(
        "add_panel_member",
        "Add a panel member",
        source=source,
        roles=CHAIRING,
        keep_as="panel_members",
        fields=ABOUT_THE_MEMBER,
        checks=(
            partial(
                guards.one_answered,
                fields=("body", "position"),
                reason="Choose the body they come from, or say what they are there for.",
            ),
        ),
        effects=(
            Opens(
                "panel-seat",
                copies=(*((field.name, field.name) for field in ABOUT_THE_MEMBER), ("sits_from", "occurred_on")),
            ),
        ),
        authority=authority,
        help="With an account here they see this review from now on, as a member of its panel.",
    )


PROCESS = Process(
    key="panel-seat",
    version=1,
    label="Panel seat",
    noun="panel seat",
    plural="Panel seats",
    regime="any",
    phases=(Phase("seat", "Seat"),),
    stages=STAGES,
    opening=Action(
        "open_seat",
        "Add a panel member",
        to=SITTING,
        roles=CHAIRING,
        occurred_from="sits_from",
        fields=(*ABOUT_THE_MEMBER, day("sits_from", "On the panel since", default="today")),
        effects=(GIVES_ACCESS,),
        authority=SECTION_4,
    ),
    actions=(
        Action(
            "name_substitute",
            "Name a substitute",
            source=(SITTING,),
            roles=CHAIRING,
            keep_as="substitutes",
            fields=(
                text("substitute_name", "Name of the substitute", seen_by=SEES_PANEL),
                text("substitute_post", "Their post", required=False),
                email_address("substitute_email", "Their e-mail address", required=False, seen_by=CHAIRING),
                one_of("substitute_account", "Their account here", From.PEOPLE, required=False, seen_by=CHAIRING),
                choice(
                    "invited",
                    "Who is invited to meetings?",
                    ("member", "The member"),
                    ("substitute", "The substitute, until this is changed"),
                    ("both", "Both"),
                ),
            ),
            effects=(GivesRole(Role.PANEL_MEMBER, "substitute_account"),),
            authority=KEPT_HERE,
            help="One substitute at a time: naming another one takes the place of the first.",
        ),
        Action(
            "end_substitute",
            "Record that there is no substitute any more",
            source=(SITTING,),
            roles=CHAIRING,
            guards=(
                partial(
                    guards.done, action="name_substitute", reason="Nobody is named as a substitute for this member."
                ),
            ),
            effects=(TakesRole(Role.PANEL_MEMBER, ("substitute_account",)),),
            authority=KEPT_HERE,
        ),
        Action(
            "record_confidentiality",
            "Record the signed confidentiality agreement",
            source=(SITTING,),
            roles=CHAIRING,
            fields=(
                day("confidentiality_signed_on", "Signed on"),
                text("confidentiality_kept_at", "Where it is kept", required=False),
            ),
            authority=SECTION_10,
        ),
        Action(
            "declare_interest",
            "Record an interest that is declared",
            source=(SITTING,),
            roles=CHAIRING,
            fields=(
                INTEREST,
                choice(
                    "no_case_management",
                    INDEPENDENT.label,
                    ("managed", "An interest is declared and managed"),
                    ("declared", "Declared: no direct part"),
                ),
            ),
            authority=SECTION_4,
            help="Where it cannot be managed, the member leaves, and somebody else takes over.",
        ),
        Action(
            "change_seat",
            "Change what is recorded of a member",
            source=(SITTING,),
            roles=CHAIRING,
            fields=(POST, NAME, ADDRESS, ACCOUNT, optional(REPRESENTS)),
            effects=(GIVES_ACCESS,),
            authority=KEPT_HERE,
            help="A question left empty changes nothing. Another account takes the place of the one before.",
        ),
        Action(
            "leave_panel",
            "Record that a member leaves the panel",
            source=(SITTING,),
            to=LEFT,
            roles=CHAIRING,
            fields=(
                choice(
                    "left_reason",
                    "Why?",
                    ("post", "They have another post"),
                    ("interest", "An interest that cannot be managed"),
                    ("body", "The body sends somebody else"),
                    ("done", "Their part is done"),
                    ("other", "Another reason"),
                ),
                text("taken_over_by", "Who takes over? (post or body)", required=False),
                optional(paragraph("left_note", "Anything to keep", help="No names.")),
            ),
            effects=(TakesRole(Role.PANEL_MEMBER, ("account", "substitute_account")),),
            authority=KEPT_HERE,
            help="They and their substitute see the review no more, at once. Meetings they attended stay as they are.",
        ),
        Action(
            "return_to_panel",
            "Record that a member returns to the panel",
            source=(LEFT,),
            to=SITTING,
            roles=CHAIRING,
            fields=(ACCOUNT,),
            effects=(GIVES_ACCESS,),
            authority=KEPT_HERE,
            help="Name the account again: access is not given back by itself.",
        ),
        anywhere.note((SITTING, LEFT), CHAIRING),
        *anywhere.correspondence((SITTING, LEFT), CASEWORK),
    ),
    child_suffix="S",
    about="One member of one panel. Papers, invitations and access follow the seat.",
    seen_by=SEES_PANEL | {Role.ADMINISTRATOR},
)

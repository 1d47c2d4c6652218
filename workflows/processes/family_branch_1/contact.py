"""Who a branch is, how they are reached safely, and who confirmed that it is safe to write to them at all."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, Field, FieldType
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.family_branch_1.stages import ACTIVE, ALL
from workflows.processes.fields import choice, choices, day, optional, paragraph, text
from workflows.processes.who import FAMILY_NOTES

SECTION_6 = guidance_2016("6")
SAFETY = by_design("Whoever is written to may be the person suspected, or live with them")
NOTHING_GIVEN = "Nothing has been given. Fill in at least one of the questions."

WHO_THEY_ARE: tuple[Field, ...] = (
    text(
        "family_people",
        "Who belongs to this branch?",
        identity=True,
        required=False,
        many=True,
        help="Name and relationship.",
    ),
    text("contact_name", "Whom do we write to, and speak with?", identity=True, required=False),
    paragraph("contact_address", "Address for letters", identity=True, required=False),
    text("contact_phone", "Telephone", identity=True, required=False),
    Field("contact_email", "E-mail address", FieldType.EMAIL, required=False, identity=True),
)
SAFE_CONTACT: tuple[Field, ...] = (
    optional(paragraph("safe_how", "How is contact safe?", help="No names and no numbers.")),
    optional(text("safe_when", "When is it safe?", help="Days and times.")),
    optional(paragraph("safe_never", "What must never be done?", help="For example: leave a message.")),
    optional(paragraph("safety_note", "Safety note", help="What whoever telephones must know first. No names.")),
)
TITLE = text(
    "title",
    "What is this branch called here?",
    help="Something neutral that tells it from the others, such as “Branch 1: mother's side”. No names.",
)
LAPSES = ("change_contact", "record_advocate", "refuse_recipient", "come_back")
"""What a confirmation of the recipient does not outlast."""

OPENING = Action(
    "add_family_branch",
    "Add a branch of the family",
    to="to_be_asked",
    roles=FAMILY_NOTES,
    occurred_from="added_on",
    fields=(TITLE, *WHO_THEY_ARE, *SAFE_CONTACT, day("added_on", "Added on", default="today")),
    authority=SECTION_6,
    help="A branch is everybody who may be told the same things together; a relative who is told things alone is a"
    " branch of their own. Branches are kept apart: none sees another's.",
)


REFUSED = (
    ("lives_with", "They live with the person suspected"),
    ("suspected", "They are, or may be, the person suspected"),
    ("not_known", "This cannot be found out"),
    ("other", "Another reason"),
)
_REFUSED_BECAUSE = {
    "lives_with": ": they live with the person suspected",
    "suspected": ": they are, or may be, the person suspected",
    "not_known": ": it cannot be found out whether they are, or live with, the person suspected",
}


def recipient_confirmed(facts: Facts) -> Blocked | None:
    """A person confirmed, since the contact details were last changed, that the recipient may be written to."""
    newest = max(
        ((facts.done[key].seq, key) for key in ("confirm_recipient", *LAPSES) if key in facts.done), default=None
    )
    if newest is not None and newest[1] == "refuse_recipient":
        refused = facts.listed("recipients_refused")[-1]
        because = _REFUSED_BECAUSE.get(str(refused.get("recipient_refused")), "")
        return Blocked(
            f"It is recorded that nothing may be prepared for this recipient{because}. Choose somebody else to write"
            " to, an advocate for example, and confirm that they are not the person suspected, nor live with them."
        )
    if "confirm_recipient" not in facts.done:
        return Blocked(
            "Nobody has confirmed yet that whoever receives this is not the person suspected, nor lives with them."
            " Confirm the recipient first."
        )
    if newest is not None and newest[1] in LAPSES:
        return Blocked(
            "How they are reached was changed after the recipient was confirmed. Confirm the recipient again."
        )
    return None


def actions() -> tuple[Action, ...]:
    """Who they are, what keeps them safe, and what was given to them."""
    return (
        Action(
            "confirm_recipient",
            "Confirm the recipient",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="recipient_checks",
            fields=(
                choice(
                    "recipient",
                    "Is whoever receives letters and updates the person suspected or alleged to be responsible, or"
                    " do they live with them?",
                    ("neither", "No, neither"),
                    ("lives_with", "They live with them"),
                    ("suspected", "They are, or may be, that person"),
                    ("not_known", "This is not known"),
                ),
                paragraph("recipient_known_from", "How is this known?", help="Who said so, and when. No names."),
            ),
            checks=(
                partial(
                    guards.answer_must_be,
                    field="recipient",
                    values=("neither",),
                    reason="Nothing may be prepared for this recipient. If that is how it stands, record it with"
                    " “Record that nothing may be prepared for them”. Otherwise find out first, for example from the"
                    " senior investigating officer or the family liaison officer.",
                ),
            ),
            authority=SAFETY,
            help="Needed before a letter or an update is prepared. It lapses when how they are reached is changed.",
            main=True,
        ),
        Action(
            "refuse_recipient",
            "Record that nothing may be prepared for them",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="recipients_refused",
            fields=(
                choice(
                    "recipient_refused",
                    "Why?",
                    *REFUSED,
                ),
                optional(paragraph("refused_because", "What is known, and what is done instead", help="No names.")),
            ),
            authority=SAFETY,
        ),
        Action(
            "change_contact",
            "Change who they are and how they are reached",
            source=ALL,
            roles=FAMILY_NOTES,
            fields=WHO_THEY_ARE,
            checks=(partial(guards.one_answered, fields=tuple(f.name for f in WHO_THEY_ARE), reason=NOTHING_GIVEN),),
            authority=SECTION_6,
            help="An answer replaces the one before it; a question left empty keeps what is there. The recipient must"
            " be confirmed again afterwards.",
        ),
        Action(
            "record_safe_contact",
            "Record what makes contact safe",
            source=ALL,
            roles=FAMILY_NOTES,
            fields=SAFE_CONTACT,
            checks=(partial(guards.one_answered, fields=tuple(f.name for f in SAFE_CONTACT), reason=NOTHING_GIVEN),),
            authority=SECTION_6,
            help="Shown before anything else, to whoever telephones or writes. An answer replaces the one before it.",
        ),
        Action(
            "record_advocate",
            "Record their advocate",
            source=ALL,
            roles=FAMILY_NOTES,
            fields=(
                choice(
                    "advocate",
                    "Do they have an advocate?",
                    ("has_one", "Yes"),
                    ("offered", "Offered, no answer yet"),
                    ("declined", "Offered, and they do not wish one"),
                ),
                optional(text("advocate_organisation", "Which organisation?")),
                text("advocate_contact", "Who, and how they are reached", identity=True, required=False),
                choice(
                    "letters_to",
                    "To whom do letters go?",
                    ("family", "To the family"),
                    ("advocate", "To the advocate"),
                    required=False,
                ),
            ),
            checks=(
                partial(
                    guards.needed_when,
                    field="advocate_organisation",
                    when="advocate",
                    values=("has_one",),
                    reason="Say which organisation the advocate belongs to.",
                ),
            ),
            authority=SECTION_6,
            help="The recipient must be confirmed again afterwards.",
        ),
        Action(
            "record_needs",
            "Record language, format and who may be given what",
            source=ALL,
            roles=FAMILY_NOTES,
            fields=(
                optional(text("language", "Language")),
                choice(
                    "interpreter",
                    "Is an interpreter needed?",
                    ("no", "No"),
                    ("yes", "Yes"),
                    ("independent", "Yes, and nobody from their community"),
                    required=False,
                ),
                choices(
                    "formats",
                    "In what form do they wish to read?",
                    ("large_print", "Large print"),
                    ("easy_read", "Easy read"),
                    ("audio", "Recorded or read aloud"),
                    ("translated", "Translated"),
                    ("paper", "On paper"),
                    ("screen", "On a screen"),
                    required=False,
                ),
                optional(
                    paragraph(
                        "copy_rules",
                        "Who in this branch may be given what?",
                        help="What goes to whom, and what must not be passed on. No names.",
                    )
                ),
            ),
            authority=SECTION_6,
        ),
        Action(
            "give_leaflets",
            "Record leaflets given",
            source=ACTIVE,
            roles=FAMILY_NOTES,
            keep_as="leaflets_given",
            fields=(
                choices(
                    "leaflets",
                    "Which?",
                    ("family", "Home Office leaflet for families"),
                    ("friends", "Home Office leaflet for friends"),
                    ("colleagues", "Home Office leaflet for employers and colleagues"),
                    ("advocacy", "Specialist advocacy after a death"),
                    ("bereavement", "Support in bereavement"),
                    ("other", "Another leaflet"),
                ),
                choice(
                    "leaflets_how",
                    "How?",
                    ("person", "In person"),
                    ("post", "By post"),
                    ("email", "By e-mail"),
                    ("advocate", "Through their advocate or liaison officer"),
                    required=False,
                ),
            ),
            authority=SECTION_6,
        ),
    )

"""The name used for the person who died: until one is chosen, the reference serves. Who chose it, when, why is kept.

What was found when the name was looked up is an answer of the service (``names_found``); a person decides.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, ChecksName, Choice, Facts, Field, FieldType, Guard
from workflows.processes.authorities import by_design
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import LIVE
from workflows.processes.fields import choice, optional, paragraph, text
from workflows.processes.who import CHAIRING, FAMILY_NOTES

REAL_NAME = "real_first_name"
NOWHERE = "nowhere"
FOUND: dict[str, str] = {
    "person_who_died": "It is the person's own name.",
    "somebody_in_it": "It is also the name of a relative or of somebody else in this review.",
    "staff": "It is also the name of somebody who works on this review.",
    "other_review": "Another review uses it, or a name spelt almost alike.",
}
"""Where a name may be found besides, and what is said then; never whose name it is."""


def found_names_are_answered_for(facts: Facts) -> Blocked | None:
    """A check: a name that is also somebody else's is used only where a person says why."""
    submitted = facts.submitted or {}
    found = [one for one in submitted.get("names_found") or () if one in FOUND]
    if submitted.get("name_kind") == REAL_NAME:
        found = [one for one in found if one != "person_who_died"]
    elif "person_who_died" in found:
        return Blocked(
            f"{FOUND['person_who_died']} If the family wishes it to be used, answer “their real first name” and say"
            " what they wish; otherwise choose another name.",
            "name_kind",
        )
    if not found or submitted.get("name_used_because"):
        return None
    said = " ".join(FOUND[one] for one in found)
    return Blocked(f"{said} Choose another name, or say why this one is used all the same.", "name_used_because")


def _for_a_real_name(field: str, reason: str) -> Guard:
    return partial(guards.needed_when, field=field, when="name_kind", values=(REAL_NAME,), reason=reason)


def actions(law: Law) -> tuple[Action, ...]:
    """Record the name, any number of times, and how the family speaks of the person."""
    return (
        Action(
            "record_pseudonym",
            "Record the name to be used for the person who died",
            source=LIVE,
            roles=CHAIRING,
            fields=(
                text("display_pseudonym", "Name to be used", notable=True),
                choice(
                    "name_kind",
                    "What sort of name is it?",
                    ("pseudonym", "A name that was chosen, or initials"),
                    (REAL_NAME, "Their real first name, because the family wishes it"),
                    default="pseudonym",
                    required=False,
                ),
                choice(
                    "pseudonym_chosen",
                    "How was it chosen?",
                    ("family", "The family chose it"),
                    ("with_family", "Together with the family"),
                    ("panel", "By the panel, the family asked"),
                    ("panel_alone", "By the panel; the family could not be asked"),
                ),
                optional(
                    text("name_chosen_by", "Who chose it?", help="What they are to the person. No names."),
                    seen_by=FAMILY_NOTES,
                ),
                optional(paragraph("pseudonym_reason", "Why this one")),
                paragraph(
                    "real_name_wish",
                    "What the family wishes, in their words, and when they said so",
                    required=False,
                    seen_by=FAMILY_NOTES,
                    help="Only for a real first name.",
                ),
                paragraph(
                    "real_name_views",
                    "What others in the family, and children, think of it",
                    required=False,
                    seen_by=FAMILY_NOTES,
                    help="Only for a real first name.",
                ),
                paragraph(
                    "real_name_reason",
                    "The chair's reason",
                    required=False,
                    help="Only for a real first name: why it can be used although others may be recognised by it.",
                ),
                paragraph(
                    "name_used_because",
                    "Why it is used although it is also somebody else's",
                    required=False,
                    help="The name is looked up when you send this page. Answer where something was found.",
                ),
                Field(
                    "names_found",
                    "Where the name was found besides",
                    FieldType.CHOICES,
                    choices=(Choice(NOWHERE, "Nowhere else."), *(Choice(key, said) for key, said in FOUND.items())),
                    required=False,
                    filled=True,
                    seen_by=FAMILY_NOTES,
                ),
            ),
            checks=(
                found_names_are_answered_for,
                _for_a_real_name(
                    "real_name_wish", "A real first name is used only where the family wishes it. Write what they wish."
                ),
                _for_a_real_name(
                    "real_name_views",
                    "Say what others in the family think of it. Where nobody else could be asked, say that.",
                ),
                _for_a_real_name("real_name_reason", "Give the chair's reason why the real first name can be used."),
            ),
            effects=(ChecksName("display_pseudonym", "names_found"),),
            authority=law.guidance("8"),
            help="It is looked up among the people of this review, those who work on it, and other reviews. You"
            " decide.",
        ),
        Action(
            "record_how_to_speak",
            "Record how the family speaks of the person",
            source=LIVE,
            roles=CHAIRING,
            fields=(
                text("name_in_family", "The name the family uses", identity=True),
                text("name_said_as", "How it is said", identity=True, required=False, help="For example: SHEE-na."),
                paragraph("words_to_avoid", "Words to avoid when speaking with them", identity=True, required=False),
            ),
            authority=by_design("Whoever telephones should say the name rightly"),
            help="Shown on the family's page and the page of people, for whoever telephones. Nowhere else.",
        ),
    )

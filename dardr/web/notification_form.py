"""The notification, one thing per page: which questions stand on which page, in which words, and when they are asked.

The questions are those of the opening action; here is only their order. Every one of them is on one page, or in
``NOT_ASKED`` with its reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g
from werkzeug.datastructures import MultiDict

import workflows
from dardr.casework.notifying import REVIEW, Form, Way
from dardr.casework.own_questions import whole
from dardr.storage.bodies import Partnership
from dardr.web import forms
from dardr.web.transaction import session
from workflows import answers as reading
from workflows.definition import UNKNOWN_VALUES, Action, Choice, Field, FieldType
from workflows.questions import OWN_NAME

Answers = Mapping[str, Any]
Choices = Mapping[str, tuple[Choice, ...]]

TEAM = frozenset({Way.TEAM})
POLICE = frozenset({Way.POLICE})
OUTSIDE = frozenset({Way.OUTSIDE})
EVERY_WAY = frozenset(Way)

NOT_ASKED: dict[str, str] = {
    "notification_form": "the pages take several files at once, in a question of their own",
    "display_pseudonym": "chosen with the family, later",
    "tracker_reference": "only for reviews that the team's own list brought in",
}
"""Questions of the opening action that no page asks, and why."""


def _suicide(answers: Answers) -> bool:
    return answers.get("manner") == "suicide"


def _children(answers: Answers) -> bool:
    said = answers.get("children_under_18")
    return not (said in ("not_applicable",) or (isinstance(said, str) and said.isdecimal() and int(said) == 0))


def _somebody_suspected(answers: Answers) -> bool:
    return answers.get("suspected_status") != "no_one_suspected"


def _suspected_died(answers: Answers) -> bool:
    return answers.get("suspected_status") == "died"


def _by_police(answers: Answers) -> bool:
    return answers.get("notifier") == "police"


def _others_died(answers: Answers) -> bool:
    return answers.get("other_deaths") == "yes"


def _media(answers: Answers) -> bool:
    return answers.get("media_interest") != "no"


@dataclass(frozen=True, slots=True)
class FormPage:
    """One page: its questions by name, who is asked it, and on what condition. ``says`` stands under the title."""

    key: str
    section: str
    title: str
    names: tuple[str, ...]
    ways: frozenset[Way] = EVERY_WAY
    only_if: Callable[[Answers], bool] | None = None
    says: str = ""
    title_for_suicide: str = ""


SECTIONS: tuple[tuple[str, str], ...] = (
    ("telling", "Who is telling us"),
    ("person", "The person who died"),
    ("death", "The death"),
    ("lived", "Where they lived"),
    ("suspected", "The other person"),
    ("children", "Children"),
    ("inquiry", "The inquiry and the coroner"),
    ("kin", "Next of kin, and how to reach them safely"),
    ("agencies", "Agencies that knew them"),
    ("risk", "Safety now, and what was known of risk"),
    ("around", "Media and other reviews"),
    ("files", "Files"),
)
OWN_SECTION = ("own", "More questions of this partnership")
ALL_SECTIONS = (*SECTIONS, OWN_SECTION)

PAGES: tuple[FormPage, ...] = (
    FormPage("who", "telling", "Who told the team", ("notifier", "notifier_organisation"), ways=TEAM),
    FormPage("organisation", "telling", "Where you work", ("notifier", "notifier_organisation"), ways=OUTSIDE),
    FormPage("force", "telling", "Your force or unit", ("notifier_organisation",), ways=POLICE),
    FormPage(
        "contact",
        "telling",
        "How to reach whoever told us",
        ("notifier_name", "notifier_post", "notifier_email", "notifier_telephone", "notifier_reference"),
        says="The team may have a question. This is kept apart from the record.",
    ),
    FormPage(
        "when",
        "telling",
        "When and how the team was told",
        ("told_how", "notified_on", "notified_time", "csp_aware_on", "in_writing"),
        ways=TEAM,
        says="The day may lie in the past: dates count from when the partnership was told, not from today.",
    ),
    FormPage(
        "name",
        "person",
        "Their name and age",
        ("person_name", "other_names", "date_of_birth", "age"),
        says="Leave out what you do not know. Where the age is not known, say so.",
    ),
    FormPage(
        "about",
        "person",
        "About the person",
        ("sex", "gender_identity", "ethnicity", "religion", "disability"),
        says="Reviews look at whether services met people's needs. Not knowing is an answer.",
    ),
    FormPage("date", "death", "When and how", ("death_date", "manner")),
    FormPage("place", "death", "Where the person died", ("place", "place_address")),
    FormPage("known", "death", "What is known", ("circumstances",)),
    FormPage(
        "police-saw",
        "death",
        "When the police saw it",
        ("police_identified_on",),
        ways=TEAM | POLICE,
        only_if=_by_police,
    ),
    FormPage("others", "death", "Anybody else who died", ("other_deaths",)),
    FormPage(
        "same-incident",
        "death",
        "Another notification for this incident",
        ("same_incident",),
        ways=TEAM,
        only_if=_others_died,
        says="If the other person's notification is on record already, give its reference. If not, leave this empty:"
        " you can begin it when this one is sent.",
    ),
    FormPage(
        "lived",
        "lived",
        "Their last address, and whose area it is",
        ("address", "area", "csps", "area_certain"),
        says="A review is held by the partnership where the person lived, wherever they died. Not certain? Choose the"
        " nearest and say so: the team checks it.",
    ),
    FormPage(
        "relationship",
        "suspected",
        "What they were to each other",
        ("relationship", "suspected_status"),
        says="Between the person who died and the person suspected, or whose behaviour gives concern.",
    ),
    FormPage(
        "suspected",
        "suspected",
        "The person suspected",
        ("suspected_name", "suspected_date_of_birth"),
        only_if=_somebody_suspected,
        title_for_suicide="The person whose behaviour gives concern",
    ),
    FormPage("suspected-died", "suspected", "Their death", ("suspected_death_date",), only_if=_suspected_died),
    FormPage("children", "children", "How many children", ("children_under_18",)),
    FormPage(
        "their-safety",
        "children",
        "The children, and their safety",
        ("children_names", "children_now", "children_referral", "children_safeguarding"),
        only_if=_children,
        says="If a child may be in danger now, ring 999 first.",
    ),
    FormPage(
        "police-inquiry",
        "inquiry",
        "The police inquiry",
        ("crime_number", "senior_investigating_officer", "family_liaison_officer"),
    ),
    FormPage("coroner", "inquiry", "The coroner", ("coroner",)),
    FormPage(
        "kin",
        "kin",
        "Next of kin",
        ("next_of_kin", "safe_contact"),
        says="Nobody is written to by this service. The team decides, with the police, how the family is told.",
    ),
    FormPage("agencies", "agencies", "Which agencies", ("known_agencies", "other_agencies")),
    FormPage("risk", "risk", "What was known of risk", ("marac", "mappa", "risk_history")),
    FormPage("safety", "risk", "What must be made safe or learnt at once", ("immediate_safeguarding",)),
    FormPage("media", "around", "The media", ("media_interest",)),
    FormPage("media-more", "around", "What the media asked", ("media_details",), only_if=_media),
    FormPage("reviews", "around", "Other reviews and proceedings", ("parallel_processes", "parallel_details")),
    FormPage(
        "files",
        "files",
        "Files to add",
        ("notification_files", "received_marking"),
        says="A form, a letter or an e-mail that should be kept with this. Files are kept encrypted.",
    ),
)

YOURS = {
    "notifier_organisation": "Your organisation",
    "notifier_name": "Your name",
    "notifier_post": "Your post",
    "notifier_email": "Your work e-mail address",
    "notifier_telephone": "Your telephone number",
    "notifier_reference": "Your own reference",
    "csps": "Which Community Safety Partnership is nearest to where the person lived?",
    "known_agencies": "Which of these had contact with the person or the family?",
    "notification_files": "Files to send with this",
    "received_marking": "How are these files marked?",
}
"""How questions read for somebody who notifies themselves, instead of recording what others told."""
LABELS: dict[Way, dict[str, str]] = {
    Way.TEAM: {"notifier": "Who told the team?"},
    Way.POLICE: YOURS,
    Way.OUTSIDE: {**YOURS, "notifier": "Which of these do you work for?"},
}
FOR_SUICIDE = {
    "suspected_status": "How do matters stand with the person whose behaviour gives concern?",
    "suspected_name": "Name of the person whose behaviour gives concern",
    "suspected_date_of_birth": "Their date of birth",
    "suspected_death_date": "When did the person whose behaviour gives concern die?",
}
"""In a suspected suicide nobody may be suspected of anything: the words say no more than is known."""
OWN_CHOICES = {"family": "None: I am a relative or a friend", "other": "Somewhere else"}


def action() -> Action:
    """The opening action of a review: whose questions these are."""
    return workflows.newest(REVIEW).opening


def whole_action() -> Action:
    """The same with the partnership's own questions, looked up once a request."""
    if "dardr_notification" not in g:
        home = session().scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)))
        g.dardr_notification = whole(session(), home, action())
    return g.dardr_notification


def all_pages() -> tuple[FormPage, ...]:
    """Every page, and last the one of the partnership's own questions, where it asks any."""
    names = tuple(f.name for f in whole_action().fields if OWN_NAME.fullmatch(f.name))
    return (*PAGES, FormPage("own", OWN_SECTION[0], "More questions", names)) if names else PAGES


def pages_of(form: Form, answers: Answers | None = None) -> list[FormPage]:
    """The pages this form asks, in order, given what was answered so far."""
    said = given(form) if answers is None else answers
    if form.way is Way.POLICE:
        said = {**said, "notifier": "police"}
    return [p for p in all_pages() if form.way in p.ways and (p.only_if is None or p.only_if(said))]


def page_of_field(form: Form, name: str | None) -> FormPage | None:
    """The page that asks a question, whether or not it is asked now."""
    return next((p for p in all_pages() if form.way in p.ways and name in p.names), None)


def fields_of(page: FormPage, form: Form, answers: Answers) -> list[Field]:
    """The questions of a page, in the words for this way and these answers."""
    asked = {f.name: f for f in whole_action().fields}
    return [_in_words(asked[name], form.way, answers) for name in page.names]


def _in_words(field: Field, way: Way, answers: Answers) -> Field:
    label = LABELS[way].get(field.name, field.label)
    if _suicide(answers):
        label = FOR_SUICIDE.get(field.name, label)
    choices = field.choices
    if way is Way.OUTSIDE and field.name == "notifier":
        choices = tuple(Choice(c.value, OWN_CHOICES.get(c.value, c.label)) for c in choices)
    return dataclasses.replace(field, label=label, choices=choices)


def title_of(page: FormPage, answers: Answers) -> str:
    """The title of a page."""
    return page.title_for_suicide if page.title_for_suicide and _suicide(answers) else page.title


# --- what was typed -----------------------------------------------------------------------------------------


def _keys(field: Field) -> list[str]:
    """The names under which a page sends the answer to one question."""
    parts = ("day", "month", "year", "time") if field.type in (FieldType.DATE, FieldType.DATETIME) else ()
    return [field.name, field.name + forms.UNKNOWN, *(f"{field.name}-{part}" for part in parts)]


def keep_typed(form: Form, fields: list[Field], sent: MultiDict[str, str]) -> None:
    """Replace what the form holds for these questions by what a page sent. Files are kept elsewhere."""
    for field in fields:
        if field.type is FieldType.FILE:
            continue
        for key in _keys(field):
            values = [value for value in sent.getlist(key) if value.strip()]
            if values:
                form.typed[key] = values
            else:
                form.typed.pop(key, None)


def typed_of(form: Form) -> MultiDict[str, str]:
    """What was typed, as a page takes it."""
    return MultiDict([(key, value) for key, values in form.typed.items() for value in values])


def given(form: Form) -> dict[str, Any]:
    """Every answer typed so far, whether or not its page is asked now; files are not among them."""
    fields = [f for f in whole_action().fields if f.type is not FieldType.FILE]
    return forms.given(fields, typed_of(form), {})


def asked_answers(form: Form) -> dict[str, Any]:
    """The answers of the pages that are asked: what is sent."""
    said = given(form)
    names = {name for page in pages_of(form, said) for name in page.names}
    return {name: value for name, value in said.items() if name in names}


def readable(form: Form, choices: Choices) -> dict[str, Any]:
    """The answers that can be read, typed; what cannot is left out."""
    return reading.read(whole_action().fields, asked_answers(form), choices)[0]


# --- how far it is ------------------------------------------------------------------------------------------

NOT_STARTED, IN_PROGRESS, COMPLETED = "Not started yet", "In progress", "Completed"


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the task list."""

    key: str
    label: str
    pages: tuple[FormPage, ...]
    status: str


def sections(form: Form, choices: Choices, files: int) -> list[Section]:
    """Every part with its pages and how far it is: completed where each page was gone through and nothing is wrong."""
    said = given(form)
    pages = pages_of(form, said)
    found = []
    for key, label in ALL_SECTIONS:
        own = tuple(p for p in pages if p.section == key)
        if own:
            found.append(Section(key, label, own, _status(form, own, said, choices, files)))
    return found


def _status(form: Form, pages: tuple[FormPage, ...], said: Answers, choices: Choices, files: int) -> str:
    fields = [f for p in pages for f in fields_of(p, form, said)]
    through = all(p.key in form.seen for p in pages)
    begun = any(p.key in form.seen for p in pages) or any(f.name in said for f in fields)
    if any(f.type is FieldType.FILE for f in fields) and files:
        begun = True
    if not begun:
        return NOT_STARTED
    wrong = reading.read(fields, {f.name: said[f.name] for f in fields if f.name in said}, choices)[1]
    return COMPLETED if through and not wrong else IN_PROGRESS


def age_of(answers: Answers) -> int | None:
    """The age given, in years; None where it is not known."""
    said = answers.get("age")
    if isinstance(said, int):
        return said
    return int(said) if isinstance(said, str) and said not in UNKNOWN_VALUES and said.isdecimal() else None

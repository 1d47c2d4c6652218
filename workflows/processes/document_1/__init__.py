"""A document of a review, version 1: kept with every version of it, with its marking, and with who may read it.

The document is a record of its own, so that it has a history: who gave which version, when, what for, and what changed.
A file given with another step (a return, a letter) stays with that step, and is listed beside the documents.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from workflows import guards
from workflows.definition import (
    Action,
    Blocked,
    Facts,
    Field,
    Opens,
    Party,
    Phase,
    Process,
    Stage,
)
from workflows.processes import anywhere
from workflows.processes.authorities import by_design
from workflows.processes.fields import choice, day, file, optional, paragraph, text
from workflows.processes.who import FILERS, READERS

KEPT = by_design("How dardr keeps the documents of a review")

OFFICIAL, SENSITIVE = "official", "official_sensitive"
MARKINGS = ((SENSITIVE, "OFFICIAL-SENSITIVE"), (OFFICIAL, "OFFICIAL"))
"""The markings of government, the ordinary one of a review first. Without a word of anybody's, that is what it is."""

EVERYONE, TEAM, IDENTITIES = "everyone", "team", "identities"
WHO_READS = (
    (EVERYONE, "Everyone who sees the review"),
    (TEAM, "The team, the deciding chair and the independent chair"),
    (IDENTITIES, "Those alone who may read who the people are"),
)
NARROWNESS = {EVERYONE: 0, TEAM: 1, IDENTITIES: 2}

IN_USE, SUPERSEDED, WITHDRAWN = "current", "superseded", "withdrawn"
OUT_OF_USE = (SUPERSEDED, WITHDRAWN)

STAGES = (
    Stage(IN_USE, "In use", "document", acts=Party.NOBODY, means="It counts as it is in its newest version."),
    Stage(
        SUPERSEDED,
        "Replaced",
        "document",
        acts=Party.NOBODY,
        final=True,
        means="Another document has taken its place. It stays here to be read.",
    ),
    Stage(
        WITHDRAWN,
        "Withdrawn",
        "document",
        acts=Party.NOBODY,
        final=True,
        means="It is not to be used. It stays on the record, with the reason.",
    ),
)

TITLE = text("title", "What is it called?", notable=True, help="No names and nothing of the death: lists show it.")
KIND = choice(
    "document_kind",
    "What kind of document is it?",
    ("overview_report", "Overview report"),
    ("executive_summary", "Executive summary"),
    ("action_plan", "Action plan"),
    ("terms_of_reference", "Terms of reference"),
    ("imr", "Individual management review (IMR)"),
    ("minutes", "Minutes"),
    ("letter", "Letter"),
    ("evidence", "Evidence"),
    ("correspondence", "Correspondence"),
    ("other", "Another document"),
    notable=True,
)
MARKING = choice("marking", "How is it marked?", *MARKINGS, notable=True, default=SENSITIVE)
READERS_OF_IT = choice("readers", "Who may read it?", *WHO_READS, notable=True, default=EVERYONE)
VERSION = text("version", "Name of the version", help="For example 1, 2 or 2a.", notable=True)
WHAT_FOR = optional(text("version_for", "What is this version for?", help="For example: for the panel in June."))
CHANGES = paragraph("version_changes", "What changed since the one before")
FILE = file("file", "The document")
KEPT_WHERE = optional(text("kept_where", "Or where it is kept", help="Where there is no file to give here."))

FILE_OR_PLACE = partial(
    guards.one_answered,
    fields=("file", "kept_where"),
    reason="Choose the file, or say where the document is kept.",
)


def _versions(facts: Facts) -> list[dict[str, Any]]:
    """Every version so far, oldest first: the one it was opened with, and those added."""
    first = {name: facts.recorded[name] for name in ("version", "file") if facts.recorded.get(name)}
    return [first, *facts.listed("versions")] if first else facts.listed("versions")


def the_name_is_new(facts: Facts) -> Blocked | None:
    """A check: no version of this document has that name yet, however it is written."""
    given = str((facts.submitted or {}).get("version") or "").casefold()
    if not given or all(str(one.get("version")).casefold() != given for one in _versions(facts)):
        return None
    return Blocked(f"There is a version {given} of this document already. Give the new one another name.", "version")


def same_as_before(facts: Facts) -> str | None:
    """A warning where the file given is, byte for byte, one that is here as an earlier version."""
    given = getattr((facts.submitted or {}).get("file"), "sha256", None)
    for one in _versions(facts) if given else ():
        kept = one.get("file")
        if isinstance(kept, dict) and kept.get("sha256") == given:
            return f"This file is here already, as version {one.get('version')}. Check that the right one was chosen."
    return None


def filed_before(facts: Facts) -> str | None:
    """A warning where the file given is, byte for byte, one that was filed with the review as a document before."""
    given = getattr((facts.submitted or {}).get("file"), "sha256", None)
    for one in facts.listed("documents_filed") if given else ():
        if isinstance(one.get("file"), dict) and one["file"].get("sha256") == given:
            return "This file is filed with this review already. Withdraw one of the two, if it should be here once."
    return None


def another_marking(facts: Facts) -> Blocked | None:
    """A check: the marking given is not the one it has."""
    given = (facts.submitted or {}).get("marking")
    if given is None or given != facts.recorded.get("marking", SENSITIVE):
        return None
    return Blocked(f"It is marked {dict(MARKINGS)[given]} already. Choose the other marking.", "marking")


def lowered_with_a_reason(facts: Facts) -> Blocked | None:
    """A check: a marking is raised freely, and lowered with a reason."""
    submitted = facts.submitted or {}
    if submitted.get("marking") != OFFICIAL or submitted.get("marking_reason"):
        return None
    return Blocked("Say why it needs less protection now: a marking is lowered with a reason.", "marking_reason")


def other_readers(facts: Facts) -> Blocked | None:
    """A check: those chosen to read it are not those who read it now."""
    given = (facts.submitted or {}).get("readers")
    if given is None or given != facts.recorded.get("readers", EVERYONE):
        return None
    return Blocked("They are the ones who may read it now. Choose others.", "readers")


def opened_with_a_reason(facts: Facts) -> Blocked | None:
    """A check: a document is kept to fewer people freely, and opened to more with a reason."""
    submitted = facts.submitted or {}
    given, now = submitted.get("readers"), facts.recorded.get("readers", EVERYONE)
    if given is None or submitted.get("readers_reason") or NARROWNESS[given] >= NARROWNESS[now]:
        return None
    return Blocked("Say why more people may read it from now on, and who agreed.", "readers_reason")


def seen_by_who_keeps_it(facts: Facts) -> Blocked | None:
    """A check: nobody keeps a document from themselves."""
    given = (facts.submitted or {}).get("readers")
    if given not in READERS or not facts.actor_roles or facts.actor_roles & READERS[given]:
        return None
    return Blocked("You would not see it any more yourself. Choose readers of whom you are one.", "readers")


def _to_the_team(field: Field) -> Field:
    """On the review's own timeline the answers are for the fewest: others read them on the document, where they may."""
    return dataclasses.replace(
        field, seen_by=READERS[IDENTITIES], notable=False, required=field.name in ("title", "document_kind", "version")
    )


def file_document(source: tuple[str, ...]) -> Action:
    """File a document with a review: the step of the review that opens it."""
    asked = (TITLE, KIND, MARKING, READERS_OF_IT, VERSION, WHAT_FOR, FILE, KEPT_WHERE)
    return Action(
        "file_document",
        "File a document",
        source=source,
        roles=FILERS,
        keep_as="documents_filed",
        fields=tuple(_to_the_team(one) for one in asked),
        checks=(FILE_OR_PLACE, seen_by_who_keeps_it),
        warnings=(filed_before,),
        effects=(
            Opens(
                "document",
                copies=(*((one.name, one.name) for one in asked), ("filed_on", "occurred_on")),
                sets=((MARKING.name, SENSITIVE), (READERS_OF_IT.name, EVERYONE)),
            ),
        ),
        authority=KEPT,
        help="Kept with its versions, its marking and who may read it. What it is called is shown in lists.",
    )


PROCESS = Process(
    key="document",
    version=1,
    label="Document",
    noun="document",
    plural="Documents",
    regime="any",
    phases=(Phase("document", "Document"),),
    stages=STAGES,
    opening=Action(
        "open_document",
        "File a document",
        to=IN_USE,
        roles=FILERS,
        occurred_from="filed_on",
        fields=(
            TITLE,
            KIND,
            MARKING,
            READERS_OF_IT,
            VERSION,
            WHAT_FOR,
            FILE,
            KEPT_WHERE,
            day("filed_on", "Filed on", default="today"),
        ),
        checks=(FILE_OR_PLACE,),
        authority=KEPT,
    ),
    actions=(
        Action(
            "add_version",
            "Add a version",
            source=(IN_USE,),
            roles=FILERS,
            keep_as="versions",
            fields=(VERSION, WHAT_FOR, CHANGES, FILE, KEPT_WHERE),
            checks=(the_name_is_new, FILE_OR_PLACE),
            warnings=(same_as_before,),
            authority=KEPT,
            main=True,
            help="The versions before it stay here to be read.",
        ),
        Action(
            "change_marking",
            "Change the marking",
            source=(IN_USE, *OUT_OF_USE),
            roles=FILERS,
            fields=(
                MARKING,
                optional(paragraph("marking_reason", "Why", help="Needed where the marking is lowered. No names.")),
            ),
            checks=(another_marking, lowered_with_a_reason),
            authority=KEPT,
        ),
        Action(
            "change_readers",
            "Change who may read it",
            source=(IN_USE, *OUT_OF_USE),
            roles=FILERS,
            fields=(
                READERS_OF_IT,
                optional(
                    paragraph("readers_reason", "Why, and who agreed", help="Needed where more people may read it.")
                ),
            ),
            checks=(other_readers, opened_with_a_reason, seen_by_who_keeps_it),
            authority=KEPT,
            help="From now on only they find it, in lists, in search and on the review.",
        ),
        Action(
            "correct_document",
            "Correct what it is called",
            source=(IN_USE, *OUT_OF_USE),
            roles=FILERS,
            fields=(optional(TITLE), optional(KIND)),
            checks=(
                partial(
                    guards.one_answered,
                    fields=("title", "document_kind"),
                    reason="Nothing is corrected yet. Give another name, or another kind.",
                ),
            ),
            authority=KEPT,
            help="What it was called before stays on its timeline.",
        ),
        Action(
            "supersede_document",
            "Record that another has taken its place",
            source=(IN_USE,),
            to=SUPERSEDED,
            roles=FILERS,
            fields=(text("superseded_by", "Which document has taken its place?", help="Its reference or its title."),),
            authority=KEPT,
        ),
        Action(
            "withdraw_document",
            "Withdraw the document",
            source=(IN_USE, SUPERSEDED),
            to=WITHDRAWN,
            roles=FILERS,
            fields=(paragraph("withdrawn_because", "Why it is not to be used", help="No names."),),
            authority=KEPT,
        ),
        Action(
            "use_document_again",
            "Take it back into use",
            source=OUT_OF_USE,
            to=IN_USE,
            roles=FILERS,
            fields=(paragraph("used_again_because", "Why"),),
            authority=KEPT,
        ),
        anywhere.note((IN_USE, *OUT_OF_USE), FILERS),
    ),
    child_suffix="D",
    readers_in="readers",
    apart=True,
    about="A document of one review with its versions. Who may read it decides who finds it at all.",
)

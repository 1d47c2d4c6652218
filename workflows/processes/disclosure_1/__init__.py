"""One line of the disclosure register, version 1: material of a review shown to, or asked for by, police or coroner.

It says which version of the material, of which date, and who decided, so that it can be told years later what was
shown to whom.
"""

from __future__ import annotations

from workflows.definition import Action, Authority, Opens, Party, Phase, Process, Stage
from workflows.processes import anywhere
from workflows.processes.authorities import by_design
from workflows.processes.fields import choice, choices, day, optional, paragraph, read_by, text
from workflows.processes.who import APART, CHAIRING

KEPT = by_design("A register of the material that was asked for or shown")
EVERY = ("asked", "shown", "not_shown")

STAGES = (
    Stage("asked", "To be decided", "disclosure", means="Somebody asked for it, or it may have to be shown."),
    Stage("shown", "Shown", "disclosure", acts=Party.NOBODY, final=True, means="It was shown, in whole or in part."),
    Stage(
        "not_shown", "Not shown", "disclosure", acts=Party.NOBODY, final=True, means="It was decided not to show it."
    ),
)
WHOM = (
    ("police", "Police"),
    ("cps", "Crown Prosecution Service"),
    ("coroner", "Coroner"),
    ("defence", "Defence, through the Crown Prosecution Service"),
)
MATERIAL = text("material", "What material, held where", notable=True, help="No names of people.")
VERSION = text(
    "material_version",
    "Which version of it",
    notable=True,
    help="For example: draft 2; notes of the panel; as received.",
)
DATED = day("material_dated", "Date of that version", notable=True)
ASKED_BY = choices("asked_by", "Who asked for it, or who should see it?", *WHOM, notable=True)
ASKED_HOW = optional(paragraph("asked_how", "How it was asked for, and what for", help="No names."))
FIELDS = (MATERIAL, VERSION, DATED, ASKED_BY, ASKED_HOW)
AUTHORITY = text("shown_on_authority", "On what authority", help="For example: the chair's agreement; a court order.")
DECIDED_BY = choice(
    "disclosure_decided_by",
    "Who decided?",
    ("chair", "The independent chair"),
    ("partnership", "The chair of the partnership"),
    ("owner", "The body whose material it is"),
    ("court", "A court or the coroner"),
)


def record_disclosure(source: tuple[str, ...], authority: Authority) -> Action:
    """Add a line to a review's register of material for disclosure."""
    return Action(
        "record_disclosure",
        "Add to the register of material for disclosure",
        source=source,
        roles=CHAIRING,
        keep_as="disclosure_register",
        fields=read_by(APART, *FIELDS),
        effects=(
            Opens(
                "disclosure",
                copies=(*((f.name, f.name) for f in FIELDS), ("title", "material"), ("asked_on", "occurred_on")),
            ),
        ),
        authority=authority,
        help="Which version, of which date. What was decided, and when it was shown, is recorded on its own page.",
    )


PROCESS = Process(
    key="disclosure",
    version=1,
    label="Material for disclosure",
    noun="line of the disclosure register",
    regime="any",
    phases=(Phase("disclosure", "Disclosure"),),
    stages=STAGES,
    opening=Action(
        "open_disclosure",
        "Add to the register of material for disclosure",
        to="asked",
        roles=CHAIRING,
        occurred_from="asked_on",
        fields=(
            *FIELDS,
            text("title", "What it is called in lists"),
            day("asked_on", "Asked for on", default="today"),
        ),
        authority=KEPT,
    ),
    actions=(
        Action(
            "record_shown",
            "Record that it was shown",
            source=("asked",),
            to="shown",
            roles=CHAIRING,
            fields=(
                choices("shown_to", "To whom?", *WHOM, notable=True),
                choice(
                    "shown_extent",
                    "In whole or in part?",
                    ("whole", "In whole"),
                    ("part", "In part, or with words taken out"),
                ),
                AUTHORITY,
                DECIDED_BY,
                optional(text("shown_how", "How: read here, or a copy given")),
            ),
            authority=KEPT,
            main=True,
        ),
        Action(
            "record_not_shown",
            "Record that it is not shown",
            source=("asked",),
            to="not_shown",
            roles=CHAIRING,
            fields=(paragraph("not_shown_because", "Why not"), DECIDED_BY),
            authority=KEPT,
            main=True,
        ),
        Action(
            "record_returned",
            "Record that it came back",
            source=("shown",),
            roles=CHAIRING,
            fields=(
                day("returned_on", "When did it come back?"),
                optional(text("returned_note", "From whom, and whether it was all of it", help="Posts, not names.")),
            ),
            authority=KEPT,
        ),
        Action(
            "reopen_disclosure",
            "Look at it again",
            source=("shown", "not_shown"),
            to="asked",
            roles=CHAIRING,
            fields=(paragraph("reopened_reason", "Why"),),
            authority=KEPT,
        ),
        anywhere.note(EVERY, CHAIRING),
        *anywhere.correspondence(EVERY, CHAIRING),
    ),
    child_suffix="X",
    about="A line of the register of what police, prosecutors or the coroner asked for, or were shown.",
    seen_by=APART,
)

"""Information held back from a review, version 1: whose, by whom, on what ground, and what the report says.

The information itself is never recorded here: only that there is some, and what is to be done about it.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    Authority,
    Clock,
    DateGiven,
    Facts,
    Opens,
    Party,
    Phase,
    Process,
    Stage,
    reads_items,
)
from workflows.processes import anywhere, ladders
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import choice, day, optional, paragraph, read_by, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import APART, CASEWORK, CHAIRING

KEPT = by_design("What is held back, and why, is kept where chair and team see it")

STAGES = (
    Stage("held_back", "Held back", "held_back", means="The review does not have it, or may not use it yet."),
    Stage("released", "Released", "held_back", acts=Party.NOBODY, final=True, means="The review may use it."),
    Stage(
        "stays_back",
        "Stays held back",
        "held_back",
        acts=Party.NOBODY,
        final=True,
        means="It is not used. The report says so in the sentence that was agreed.",
    ),
)
GROUNDS = (
    ("consent_awaited", "Consent is awaited"),
    ("consent_refused", "Consent was refused"),
    ("legal_advice", "Legal advice is awaited or says so"),
    ("disclosure", "Disclosure in proceedings"),
    ("other", "Another ground"),
)
WHAT = text(
    "title",
    "What is held back, in a few neutral words",
    notable=True,
    help="For example: one agency's records of 2024. Not what is in it, and no names.",
)
WHOSE = choice(
    "whose_information",
    "Whose information is it?",
    ("person_who_died", "The person who died"),
    ("person_responsible", "The person suspected or responsible"),
    ("family", "A member of the family"),
    ("child", "A child"),
    ("somebody_else", "Somebody else"),
    ("body", "A body's own"),
    notable=True,
)
HELD_BY = text(
    "held_by", "Held back by whom?", notable=True, help="The body, or the person's post. No names of people."
)
GROUND = choice("ground", "On what ground?", *GROUNDS, notable=True)
GROUND_MORE = optional(paragraph("ground_more", "More on the ground", help="Needed for another ground. No names."))
DECIDES = choice(
    "who_decides",
    "Who decides whether it can be used?",
    ("holder", "The body that holds it"),
    ("person", "The person it is about, or whoever acts for them"),
    ("chair", "The independent chair"),
    ("partnership", "The partnership"),
    ("court", "A court, the coroner or the Crown Prosecution Service"),
    ("other", "Somebody else"),
    notable=True,
)
NEXT_STEP = paragraph("next_step", "What is done next, and by whom")
NEXT_STEP_BY = day("next_step_by", "Next step by", future=True, notable=True)
SENTENCE = paragraph(
    "report_sentence",
    "The sentence that the report will carry",
    required=False,
    help="What readers are told: that something is missing, and why, as far as it can be said.",
)
FIELDS = (WHAT, WHOSE, HELD_BY, GROUND, GROUND_MORE, DECIDES, NEXT_STEP, NEXT_STEP_BY, SENTENCE)
MORE_ON_ANOTHER_GROUND = partial(
    guards.needed_when,
    field="ground_more",
    when="ground",
    values=("other",),
    reason="Say in a few words what the ground is.",
)


def record_held_back(source: tuple[str, ...], authority: Authority) -> Action:
    """Record on a review that something is kept from it."""
    return Action(
        "record_held_back",
        "Record information held back",
        source=source,
        roles=CHAIRING,
        keep_as="information_held_back",
        fields=read_by(APART, *FIELDS),
        checks=(MORE_ON_ANOTHER_GROUND,),
        effects=(
            Opens(
                "held-back",
                copies=(*((f.name, f.name) for f in FIELDS), ("held_back_on", "occurred_on")),
            ),
        ),
        authority=authority,
        help="Only that it is held back and why. Never the information itself.",
    )


@reads_items
def held_back_without_sentence(facts: Facts) -> str | None:
    """A warning: something is held back, and what the report will say of it is not agreed yet."""
    refs = [
        item.ref
        for item in facts.items_of("held-back")
        if not item.final and not str(item.facts.get("report_sentence") or "").strip()
    ]
    if not refs:
        return None
    return (
        f"Information is held back ({guards.name_some(refs)}), and the sentence that the report will carry about it is"
        " not written yet. Write it on its page."
    )


PROCESS = Process(
    key="held-back",
    version=1,
    label="Information held back",
    noun="point held back",
    regime="any",
    phases=(Phase("held_back", "Information held back"),),
    stages=STAGES,
    opening=Action(
        "open_held_back",
        "Record information held back",
        to="held_back",
        roles=CHAIRING,
        occurred_from="held_back_on",
        fields=(*FIELDS, day("held_back_on", "Held back since", default="today")),
        checks=(MORE_ON_ANOTHER_GROUND,),
        authority=KEPT,
    ),
    actions=(
        Action(
            "change_held_back",
            "Record the next step",
            source=("held_back",),
            roles=CHAIRING,
            fields=(
                NEXT_STEP,
                NEXT_STEP_BY,
                optional(GROUND),
                GROUND_MORE,
                optional(DECIDES),
                SENTENCE,
            ),
            checks=(MORE_ON_ANOTHER_GROUND,),
            authority=KEPT,
            main=True,
            help="What was there before stays on the timeline. A question left empty changes nothing.",
        ),
        Action(
            "release_information",
            "Record that it may be used",
            source=("held_back",),
            to="released",
            roles=CHAIRING,
            fields=(
                paragraph("released_because", "Who decided, and on what terms"),
                optional(text("released_evidence", "Where that is kept")),
            ),
            authority=KEPT,
            main=True,
        ),
        Action(
            "keep_held_back",
            "Record that it stays held back",
            source=("held_back",),
            to="stays_back",
            roles=CHAIRING,
            fields=(
                paragraph("stays_back_because", "Who decided, and why"),
                paragraph("report_sentence", "The sentence that the report will carry, as agreed"),
            ),
            authority=KEPT,
        ),
        Action(
            "reopen_held_back",
            "Look at it again",
            source=("released", "stays_back"),
            to="held_back",
            roles=CHAIRING,
            fields=(paragraph("reopened_reason", "Why"), NEXT_STEP, NEXT_STEP_BY),
            authority=KEPT,
        ),
        send_reminder(("held_back",), CASEWORK),
        anywhere.note(("held_back", "released", "stays_back"), CHAIRING),
        *anywhere.correspondence(("held_back", "released", "stays_back"), CHAIRING),
        anywhere.call(("held_back", "released", "stays_back"), CHAIRING),
    ),
    clocks=(
        Clock(
            "held_back_next_step",
            "L09",
            "Next step on information held back",
            starts_on=("open_held_back", "change_held_back", "reopen_held_back"),
            restarts=True,
            stops_on=("release_information", "keep_held_back"),
            length=DateGiven("next_step_by"),
            owner=Party.CASE_MANAGER,
            owed_to=Party.INDEPENDENT_CHAIR,
            duty=KEPT,
            date=local("The date given for the next step"),
            remind_before=(7, 1),
            escalations=ladders.IN_TWO_WEEKS,
        ),
    ),
    child_suffix="H",
    about="What a body or a person keeps from a review, until it may be used or the report says why it is missing.",
    seen_by=APART,
)

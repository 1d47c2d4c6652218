"""How an action ends: reported complete with evidence, seen by somebody from elsewhere, or ended otherwise by minute;
and what is looked at afterwards: its effect, and whether what is in place still is."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, DoesOnItems, Facts, TakesPlaceOf
from workflows.processes.action_1 import asking
from workflows.processes.action_1.asking import TARGET
from workflows.processes.action_1.stages import FINAL, WORKING
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.fields import choice, day, optional, paragraph, text, yes_no
from workflows.processes.who import AGENCY, ASSURANCE, CHAIRING, DECIDERS

SECTION_7 = guidance_2016("7")
SHARE = "action-share"

PARTS_DONE = partial(
    guards.items_final,
    process=SHARE,
    one="has not reported its part as done. Wait for it, or take that part out of the action.",
    several="have not reported their part as done. Wait for them, or take those parts out of the action.",
)
PARTS_END = DoesOnItems(SHARE, "end_part", copies=(), left_out="")
"""Nobody owes a part of an action that has ended otherwise."""
ELSEWHERE = (
    partial(
        guards.another_person,
        than=("claim_complete",),
        reason="The person who reported it complete cannot verify it. Ask somebody else to.",
    ),
    partial(
        guards.from_elsewhere,
        reason="Somebody from a body that did the work, or from one that it became or came from, cannot verify it."
        " Ask somebody from elsewhere to.",
    ),
)
SEEN = paragraph("verified_note", "What was looked at, and what was seen", help="No names.")
RECHECK = day(
    "recheck_on", "To be looked at again on", future=True, undated="Give the day on which somebody looks again."
)

FIRST_CHECK, SECOND_CHECK = "after_6_months", "after_12_months"
NO_EFFECT = "none"
EFFECTS = (
    ("seen", "Something has changed"),
    ("too_early", "Too early to say"),
    (NO_EFFECT, "No effect seen"),
)


def said_to_go_on(facts: Facts) -> str | None:
    """The body says it has become everyday practice, and it is verified as finished: worth a second look."""
    if facts.recorded.get("continuing") is not True:
        return None
    return "It was reported as practice that goes on. “Verify that it is in place” books a day to look at it again."


def no_effect_was_seen(facts: Facts) -> str | None:
    """No effect was seen: the partnership may take the action up again."""
    if (facts.submitted or {}).get("effect") != NO_EFFECT:
        return None
    return (
        "No effect was seen. The register and the case manager's page show it until the partnership takes the action"
        " up again or records that it has looked."
    )


def an_effect_was_looked_for(facts: Facts) -> Blocked | None:
    """A check found no effect, and nobody has said yet what follows from it."""
    if facts.recorded.get("effect") == NO_EFFECT:
        return None
    return Blocked("No check has found that the action had no effect. There is nothing to answer.")


CLAIM = Action(
    "claim_complete",
    "Report it complete",
    source=WORKING,
    to="complete_claimed",
    roles=AGENCY,
    fields=(
        *asking.SHOWN_AT_THE_END,
        asking.IMPACT,
        yes_no("continuing", "Has it become everyday practice that goes on?", required=False),
    ),
    guards=(PARTS_DONE,),
    checks=asking.CLAIMED,
    authority=SECTION_7,
    main=True,
)

VERIFYING = (
    Action(
        "verify",
        "Verify that it is done",
        source=("complete_claimed",),
        to="complete_verified",
        roles=ASSURANCE,
        fields=(SEEN,),
        guards=ELSEWHERE,
        warnings=(said_to_go_on,),
        authority=by_design("Who verifies is neither who did it nor who reported it"),
        main=True,
    ),
    Action(
        "verify_in_place",
        "Verify that it is in place",
        source=("complete_claimed",),
        to="in_place",
        roles=ASSURANCE,
        fields=(SEEN, RECHECK),
        guards=ELSEWHERE,
        checks=(asking.looked_at_later,),
        authority=by_design("Practice that goes on ends as “in place” and is looked at again"),
        main=True,
        help="For practice that goes on. It is looked at again on the day you name.",
    ),
    Action(
        "return_to_owner",
        "Ask for more before it is verified",
        source=("complete_claimed",),
        to="in_progress",
        roles=ASSURANCE,
        fields=(paragraph("more_wanted", "What is still to be seen"), TARGET),
        authority=by_design(),
        help="The body reads your reasons and goes on. Nothing it sent is lost.",
    ),
)

OTHERWISE = (
    Action(
        "record_not_accepted",
        "Record that it is not accepted",
        source=("draft", *WORKING, "transferred"),
        to="not_accepted",
        roles=DECIDERS,
        fields=(
            paragraph("not_accepted_reason", "Why"),
            text("not_accepted_minute", "The partnership's minute: date and where it is kept"),
        ),
        effects=(PARTS_END,),
        authority=SECTION_7,
    ),
    Action(
        "supersede",
        "Record that another action takes its place",
        source=("draft", *WORKING, "transferred"),
        to="superseded",
        roles=CHAIRING | DECIDERS,
        fields=(
            text("superseded_by", "Which action? Its reference", help="Such as DARDR-2026-009-A02."),
            optional(paragraph("superseded_reason", "Why")),
        ),
        effects=(TakesPlaceOf(), PARTS_END),
        authority=by_design(),
    ),
)

AFTERWARDS = (
    Action(
        "record_effect",
        "Record what effect it has had",
        source=("complete_verified",),
        roles=AGENCY | ASSURANCE,
        fields=(
            choice(
                "effect_check",
                "Which check is this?",
                (FIRST_CHECK, "After 6 months"),
                (SECOND_CHECK, "After 12 months"),
            ),
            choice("effect", "What is seen?", *EFFECTS),
            paragraph("effect_seen", "What has changed, and how is it known?", help="No names."),
            optional(asking.GRADE),
            *asking.FILED,
        ),
        checks=(asking.shown_with_something,),
        warnings=(no_effect_was_seen,),
        authority=by_design("That something was done does not say what it changed"),
        main=True,
    ),
    Action(
        "answer_no_effect",
        "Say what follows from no effect",
        source=("complete_verified",),
        roles=DECIDERS,
        fields=(
            choice("effect", "What follows?", ("looked_at", "Looked at: the action stays ended")),
            paragraph("effect_answer", "Why"),
        ),
        guards=(an_effect_was_looked_for,),
        authority=by_design(),
    ),
    Action(
        "recheck_in_place",
        "Record that it is still in place",
        source=("in_place",),
        roles=AGENCY | ASSURANCE,
        fields=(
            paragraph("recheck_seen", "What was looked at, and what was seen", help="No names."),
            optional(asking.GRADE),
            *asking.FILED,
            RECHECK,
        ),
        checks=(asking.shown_with_something, asking.looked_at_later),
        authority=by_design("Practice that goes on is looked at again"),
        main=True,
        help="Where it is no longer in place, the partnership takes the action up again.",
    ),
    Action(
        "reopen_action",
        "Take it up again",
        source=FINAL,
        to="in_progress",
        roles=DECIDERS,
        fields=(paragraph("reopened_reason", "Why"), TARGET),
        authority=by_design(),
    ),
)

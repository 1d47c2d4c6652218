"""From the invitation of a chair to the choice: the answer, the quote, the check for conflicts of interest."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Authority, Blocked, Facts, From, Opens, reads_beside, reads_items
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, guidance_2016, local
from workflows.processes.chair_invitation_1.stages import ALL, APPOINTED, ASKED
from workflows.processes.fields import choice, day, file, number, one_of, optional, paragraph, text
from workflows.processes.who import CASEWORK, CONTRACT, DECIDERS

SECTION_4 = guidance_2016("4")
OURS = local("How the partnership commissions chairs")

REPLY_BY = day(
    "reply_by",
    "Answer wanted by",
    required=False,
    future=True,
    help="Left empty, the partnership's own number of working days is counted.",
)
ASKED_FOR = optional(
    paragraph("what_was_asked", "What was asked", help="The work, the time, the days expected. No names, no details."),
    seen_by=CONTRACT,
)


@reads_items
def not_invited_already(facts: Facts) -> Blocked | None:
    """A check of the review: the chair has no invitation to it that is still open."""
    given = (facts.submitted or {}).get("invited_chair")
    for item in facts.items_of("chair-invitation"):
        if given is not None and not item.final and item.facts.get("chair") == given:
            return Blocked(
                f"This chair is invited already: {item.ref}. Record there what the chair answers.", "invited_chair"
            )
    return None


def invite_chair(source: tuple[str, ...], authority: Authority) -> Action:
    """The review's own step, on the authority of its law: ask one chair of the register."""
    return Action(
        "invite_chair",
        "Invite a chair",
        source=source,
        roles=CASEWORK,
        keep_as="chairs_invited",
        fields=(
            one_of("invited_chair", "Which chair?", From.CHAIRS, seen_by=CONTRACT),
            optional(REPLY_BY, seen_by=CONTRACT),
            ASKED_FOR,
        ),
        checks=(not_invited_already,),
        effects=(
            Opens(
                "chair-invitation",
                copies=(
                    ("chair", "invited_chair"),
                    ("invited_on", "occurred_on"),
                    ("reply_by", "reply_by"),
                    ("what_was_asked", "what_was_asked"),
                ),
            ),
        ),
        authority=authority,
        help="You write to the chair yourself. Here it is recorded that you did, and when an answer is wanted.",
    )


def no_conflict_stands_in_the_way(facts: Facts) -> Blocked | None:
    """The check for conflicts was made, and did not find that the chair cannot act."""
    outcome = facts.recorded.get("conflict_outcome")
    if outcome is None:
        return Blocked("The check for conflicts of interest is not recorded. Record it first.")
    if outcome == "cannot_act":
        return Blocked("The check for conflicts found that this chair cannot act. Choose another chair.")
    return None


@reads_beside
def nobody_else_is_chosen(facts: Facts) -> Blocked | None:
    """No other chair is chosen for the review, or under contract."""
    for other in facts.beside:
        if other.stage in APPOINTED:
            return Blocked(
                f"Another chair is chosen for this review: {other.ref}. End that appointment first, or keep it."
            )
    return None


def what_it_was_is_said(facts: Facts) -> Blocked | None:
    """A check: a conflict that was found is described."""
    return guards.needed_when(
        facts,
        field="conflict_note",
        when="conflict_outcome",
        values=("managed", "cannot_act"),
        reason="Say what the conflict is, and how it is managed or why it cannot be.",
    )


OPENING = Action(
    "open_invitation",
    "Invite a chair",
    to="invited",
    roles=CASEWORK,
    occurred_from="invited_on",
    fields=(
        one_of("chair", "Which chair?", From.CHAIRS, notable=True),
        day("invited_on", "Invited on", default="today"),
        REPLY_BY,
        ASKED_FOR,
    ),
    authority=SECTION_4,
)

ACTIONS: tuple[Action, ...] = (
    Action(
        "record_interest",
        "Record that the chair would take it",
        source=("invited",),
        to="interested",
        roles=CASEWORK,
        fields=(optional(text("interest_note", "What the chair said", help="No names.")),),
        authority=OURS,
    ),
    Action(
        "record_declined",
        "Record that the chair declined",
        source=ASKED,
        to="declined",
        roles=CASEWORK,
        fields=(optional(text("declined_because", "Why, where the chair said", help="No private details.")),),
        authority=OURS,
    ),
    Action(
        "change_reply_date",
        "Give the chair more time to answer",
        source=("invited",),
        roles=CASEWORK,
        fields=(day("reply_by", "Answer wanted by", future=True),),
        authority=OURS,
    ),
    Action(
        "record_quote",
        "Record the chair's quote",
        source=ASKED,
        to="quoted",
        roles=CASEWORK,
        fields=(
            number("quote_pounds", "Quote in pounds, to the nearest pound", help="A whole number, for example 9500."),
            optional(number("quote_days", "For how many days of work?")),
            day("can_begin_on", "When can the chair begin?", required=False, future=True),
            optional(paragraph("quote_covers", "What it covers", help="For example writing the report, or travel.")),
            optional(text("quote_kept_at", "Where the quote is kept")),
            file("quote_file", "The quote"),
        ),
        authority=OURS,
        help="Recorded again when the chair changes the quote. The one before stays on the timeline.",
        main=True,
    ),
    Action(
        "record_conflict_check",
        "Record the check for conflicts of interest",
        source=(*ASKED, "chosen"),
        roles=CASEWORK,
        fields=(
            choice(
                "conflict_outcome",
                "What did the check find?",
                ("none", "No conflict"),
                ("managed", "A conflict that can be managed"),
                ("cannot_act", "A conflict with which the chair cannot act"),
            ),
            optional(paragraph("conflict_note", "What it is, and how it is managed", help="No names.")),
            choice(
                "declaration_signed",
                "Has the chair declared it in writing?",
                ("yes", "Yes"),
                ("no", "Not yet"),
                required=False,
            ),
        ),
        checks=(what_it_was_is_said,),
        authority=SECTION_4,
        help="The page of the chair shows which bodies of the review the chair has an interest in. People judge.",
        main=True,
    ),
    Action(
        "choose_chair",
        "Choose this chair",
        source=ASKED,
        to="chosen",
        roles=DECIDERS,
        fields=(
            optional(paragraph("chosen_because", "Why this chair", help="For whoever asks later how it was decided.")),
        ),
        guards=(
            partial(guards.done, action="record_quote", reason="No quote is recorded. Record the chair's quote first."),
            no_conflict_stands_in_the_way,
            nobody_else_is_chosen,
        ),
        authority=SECTION_4,
        main=True,
    ),
    Action(
        "record_not_chosen",
        "Record that the chair is not chosen",
        source=ASKED,
        to="not_chosen",
        roles=CASEWORK,
        fields=(optional(text("not_chosen_because", "Why", help="No names.")),),
        authority=OURS,
        help="You tell the chair yourself.",
    ),
    Action(
        "take_up_again",
        "Take the invitation up again",
        source=("declined", "not_chosen"),
        to="invited",
        roles=CASEWORK,
        fields=(paragraph("taken_up_because", "Why"), REPLY_BY),
        authority=by_design(),
        help="A quote and a check for conflicts recorded before still count.",
    ),
    anywhere.note(ALL, DECIDERS),
    *anywhere.correspondence(ALL, CASEWORK),
    anywhere.call(ALL, CASEWORK),
)

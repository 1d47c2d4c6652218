"""Actions that any small record may have at any stage: an agreed date, a hold on its own clocks, a note."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    AgreesDate,
    EndsHold,
    From,
    PlacesHold,
    Role,
    UndoesAgreedDate,
    UndoesHold,
)
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import choice, day, one_of, optional, paragraph, several_of, text

WHICH_DATE = one_of("clock", "Which date?", From.CLOCKS_TO_MOVE)
NEW_DATE = day("new_date", "The date agreed", future=True)
WHY = paragraph("reason", "Why")
WHICH_AGREED = one_of("agreed_date", "Which one?", From.AGREED_DATES)
UNDO_WHY = paragraph("undo_reason", "Why")
HOLD_KIND = choice(
    "kind",
    "What for?",
    ("trial", "Criminal proceedings"),
    ("inquest", "An inquest"),
    ("parallel_review", "A parallel review"),
    ("other", "Another reason"),
)
HOLD_REASON = paragraph("reason", "Why, and what has been agreed")
HOLD_ASKED_BY = choice(
    "asked_by",
    "Who asked for it?",
    ("police", "The senior investigating officer"),
    ("cps", "The Crown Prosecution Service"),
    ("coroner", "The coroner"),
    ("chair", "The independent chair"),
    ("family", "The family"),
    ("other", "Someone else"),
)
HOLD_CLOCKS = several_of("clocks", "Which dates are paused?", From.CLOCKS_TO_PAUSE, required=False)
HOLD_REVIEW_BY = day(
    "review_by", "Look at it again by", required=False, future=True, help="Left empty: four weeks from today."
)
OPEN_HOLD = one_of("hold", "Which hold?", From.OPEN_HOLDS)
ANY_HOLD = one_of("hold", "Which hold?", From.HOLDS)
HOLD_OUTCOME = paragraph("hold_outcome", "What ended it")


def dates(source: tuple[str, ...], roles: frozenset[Role]) -> tuple[Action, ...]:
    """Agree another date for a clock of this record, and strike such a date out."""
    return (
        Action(
            "agree_new_date",
            "Record an agreed date",
            source=source,
            roles=roles,
            keep_as="agreed_dates",
            fields=(WHICH_DATE, NEW_DATE, WHY, optional(text("agreed_by", "Who agreed, and where that is kept"))),
            effects=(AgreesDate(),),
            authority=local(),
            help="The date first set stays on the record beside it.",
        ),
        Action(
            "undo_agreed_date",
            "Strike out an agreed date recorded by mistake",
            source=source,
            roles=roles,
            keep_as="agreed_dates_undone",
            fields=(WHICH_AGREED, UNDO_WHY),
            effects=(UndoesAgreedDate(),),
            authority=by_design(),
        ),
    )


def holds(source: tuple[str, ...], roles: frozenset[Role]) -> tuple[Action, ...]:
    """Pause a clock of this record, go on, and strike a hold out."""
    return (
        Action(
            "place_hold",
            "Place a hold",
            source=source,
            roles=roles,
            keep_as="holds_placed",
            fields=(HOLD_KIND, HOLD_REASON, HOLD_ASKED_BY, HOLD_CLOCKS, HOLD_REVIEW_BY),
            effects=(PlacesHold(),),
            authority=local(),
        ),
        Action(
            "end_hold",
            "End a hold",
            source=source,
            roles=roles,
            keep_as="holds_ended",
            fields=(OPEN_HOLD, HOLD_OUTCOME),
            guards=(partial(guards.a_hold_is_open, reason="There is no open hold on this record."),),
            effects=(EndsHold(),),
            authority=local(),
            help="Paused clocks run again from the day it ended.",
        ),
        Action(
            "undo_hold",
            "Strike out a hold recorded by mistake",
            source=source,
            roles=roles,
            keep_as="holds_undone",
            fields=(ANY_HOLD, UNDO_WHY),
            effects=(UndoesHold(),),
            authority=by_design(),
            help="Every date is computed as if it had never been. It stays on the timeline.",
        ),
    )


def note(source: tuple[str, ...], roles: frozenset[Role]) -> Action:
    """A note on the timeline."""
    return Action(
        "add_note",
        "Add a note",
        source=source,
        roles=roles,
        keep_as="notes",
        fields=(paragraph("note", "Note", help="No names."),),
        authority=by_design(),
    )

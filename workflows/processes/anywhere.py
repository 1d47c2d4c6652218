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


def dates(source: tuple[str, ...], roles: frozenset[Role]) -> tuple[Action, ...]:
    """Agree another date for a clock of this record, and strike such a date out."""
    return (
        Action(
            "agree_new_date",
            "Record an agreed date",
            source=source,
            roles=roles,
            keep_as="agreed_dates",
            fields=(
                one_of("clock", "Which date?", From.CLOCKS_TO_MOVE),
                day("new_date", "The date agreed", future=True),
                paragraph("reason", "Why"),
                optional(text("agreed_by", "Who agreed, and where that is kept")),
            ),
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
            fields=(one_of("agreed_date", "Which one?", From.AGREED_DATES), paragraph("undo_reason", "Why")),
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
            fields=(
                choice(
                    "kind",
                    "What for?",
                    ("trial", "Criminal proceedings"),
                    ("inquest", "An inquest"),
                    ("parallel_review", "A parallel review"),
                    ("other", "Another reason"),
                ),
                paragraph("reason", "Why, and what has been agreed"),
                text("asked_by", "Who asked for it?"),
                several_of("clocks", "Which dates are paused?", From.CLOCKS_TO_PAUSE, required=False),
                day(
                    "review_by",
                    "Look at it again by",
                    required=False,
                    future=True,
                    help="Left empty: four weeks from today.",
                ),
            ),
            effects=(PlacesHold(),),
            authority=local(),
        ),
        Action(
            "end_hold",
            "End a hold",
            source=source,
            roles=roles,
            keep_as="holds_ended",
            fields=(one_of("hold", "Which hold?", From.OPEN_HOLDS), paragraph("hold_outcome", "What ended it")),
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
            fields=(one_of("hold", "Which hold?", From.HOLDS), paragraph("undo_reason", "Why")),
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

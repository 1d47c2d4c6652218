"""Actions that a record may have at any stage: an agreed date, a hold, a note, a filed e-mail, a telephone call."""

from __future__ import annotations

import dataclasses
from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    AgreesDate,
    Blocked,
    EndsHold,
    Facts,
    Field,
    FieldType,
    FilesMessage,
    From,
    PlacesHold,
    Role,
    UndoesAgreedDate,
    UndoesHold,
)
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import (
    choice,
    choices,
    day,
    file,
    number,
    one_of,
    optional,
    paragraph,
    several_of,
    text,
    yes_no,
)

WHICH_DATE = one_of("clock", "Which date?", From.CLOCKS_TO_MOVE)
NEW_DATE = day("new_date", "The date agreed", future=True)
MOST_YEARS_AHEAD = 5
"""An agreed date further ahead than this is taken for a slip of the pen: no review is planned so far."""
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
HOLD_PROCEEDING = one_of(
    "proceeding",
    "For which proceeding?",
    From.PROCEEDINGS,
    required=False,
    help="Where it is recorded here. Its page and the hold then lead to each other.",
)
HOLD_TOLD = choices(
    "hold_told",
    "Who has been told what waits, and why?",
    ("chair", "The independent chair"),
    ("panel", "The panel"),
    ("family", "The family, in the way agreed with them"),
    ("agencies", "The agencies whose work waits"),
    ("police", "Police and prosecutors"),
    required=False,
    help="Local advice: tell each in writing, with what goes on meanwhile. Nobody is written to by this.",
)
NOW_TOLD = dataclasses.replace(
    HOLD_TOLD, required=True, help="Each in writing: what waits, why, and what goes on. Nobody is written to by this."
)
OPEN_HOLD = one_of("hold", "Which hold?", From.OPEN_HOLDS)
ANY_HOLD = one_of("hold", "Which hold?", From.HOLDS)
HOLD_OUTCOME = paragraph("hold_outcome", "What ended it")

PEOPLE_SPOKEN_TO = (
    ("police", "Police"),
    ("agency", "Another agency"),
    ("chair", "The independent chair"),
    ("panel", "A member of the panel"),
    ("family", "The family, or somebody for them"),
    ("home_office", "Home Office"),
    ("coroner", "Coroner"),
    ("other", "Somebody else"),
)
WITH_WHOM = choice("with_whom", "With whom?", *PEOPLE_SPOKEN_TO, required=False)
DIRECTION = choice(
    "direction", "Which way did it go?", ("received", "It came to us"), ("sent", "We sent it"), required=False
)
WHICH_BODY = one_of("body", "Which body?", From.BODIES, required=False)
ABOUT = optional(text("about", "About what", help="A few neutral words for the timeline. No names."))


def agreed_within_years(facts: Facts) -> Blocked | None:
    """A check: the date agreed is not further ahead than ``MOST_YEARS_AHEAD`` years."""
    new = (facts.submitted or {}).get(NEW_DATE.name)
    if new is None or facts.today is None or new.year <= facts.today.year + MOST_YEARS_AHEAD:
        return None
    said = f"That is more than {MOST_YEARS_AHEAD} years ahead. Check the year, or agree a nearer date first."
    return Blocked(said, NEW_DATE.name)


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
            checks=(agreed_within_years,),
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


def correspondence(source: tuple[str, ...], roles: frozenset[Role]) -> tuple[Action, ...]:
    """File an e-mail with its attachments, and say more about one that is filed."""
    return (
        Action(
            "file_correspondence",
            "File an e-mail",
            source=source,
            roles=roles,
            keep_as="correspondence",
            fields=(
                file("message", "The e-mail", identity=True, help="A file saved from the mailbox: .eml or .msg."),
                DIRECTION,
                WHICH_BODY,
                WITH_WHOM,
                ABOUT,
                Field("sent_at", "Sent", FieldType.DATETIME, required=False, filled=True),
                number("attachment_count", "Attachments", required=False, filled=True),
                file("attachments", "Attachments of the e-mail", identity=True, many=True, filled=True),
                text("attachment_notes", "About the attachments", required=False, filled=True, many=True),
                text("sender", "From", required=False, identity=True, filled=True),
                text("recipients", "To", required=False, identity=True, filled=True, many=True),
                text("subject", "Subject", required=False, identity=True, filled=True),
                text("message_id", "Message-ID", required=False, identity=True, filled=True),
            ),
            checks=(_a_message_is_given,),
            warnings=(_of_the_attachments,),
            effects=(FilesMessage(),),
            authority=by_design(),
            help="Kept with its attachments. The timeline says who wrote to whom and when, and names no person.",
        ),
        Action(
            "describe_correspondence",
            "Say more about a filed e-mail",
            source=source,
            roles=roles,
            keep_as="correspondence_described",
            fields=(
                number("entry", "Which entry of the timeline?", help="The number of the entry that filed it."),
                DIRECTION,
                WHICH_BODY,
                WITH_WHOM,
                ABOUT,
            ),
            guards=(_an_email_is_filed,),
            checks=(_the_entry_is_an_email,),
            authority=by_design(),
            help="What is said here is shown on the timeline in place of what was worked out from the addresses.",
        ),
    )


def call(source: tuple[str, ...], roles: frozenset[Role]) -> Action:
    """A telephone call, in a few words."""
    return Action(
        "note_call",
        "Note a telephone call",
        source=source,
        roles=roles,
        keep_as="calls",
        fields=(
            choice("with_whom", "Who was it with?", *PEOPLE_SPOKEN_TO),
            choice("call_direction", "Who rang?", ("received", "They rang"), ("sent", "We rang"), default="received"),
            Field("call_at", "Day and time of the call", FieldType.DATETIME, required=False),
            paragraph("note", "What was said", help="No names."),
            yes_no("follow_up", "Is anything still to be done?", required=False),
        ),
        authority=by_design(),
    )


def _a_message_is_given(facts: Facts) -> Blocked | None:
    if facts.submitted is not None and facts.submitted.get("message") is None:
        return Blocked("Add the e-mail as a file, saved from the mailbox as .eml or .msg.", "message")
    return None


def _of_the_attachments(facts: Facts) -> str | None:
    return " ".join((facts.submitted or {}).get("attachment_notes") or ()) or None


def _an_email_is_filed(facts: Facts) -> Blocked | None:
    if facts.listed("correspondence"):
        return None
    return Blocked("No e-mail is filed here yet. File one first.")


def _the_entry_is_an_email(facts: Facts) -> Blocked | None:
    given = facts.answer("entry")
    filed = [str(entry.get("seq")) for entry in facts.listed("correspondence")]
    if given is None or not filed or str(given) in filed:
        return None
    return Blocked(f"Entry {given} filed no e-mail. The e-mails here are entries {', '.join(filed[-10:])}.", "entry")

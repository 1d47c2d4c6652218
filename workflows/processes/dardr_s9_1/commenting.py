"""A version of the report goes out to readers: the step of the review that opens a round of comments."""

from __future__ import annotations

from datetime import date

from workflows.calendar import in_words
from workflows.definition import Action, Blocked, Facts, From, Item, Opens, reads_items
from workflows.guards import name_some
from workflows.processes.comment_request_1.giving import ASKED_TO_READ
from workflows.processes.comment_round_1 import readers
from workflows.processes.comment_round_1.table import READERS, SENDING, asked_twice, readers_of
from workflows.processes.dardr_s9_1 import versions
from workflows.processes.fields import day, one_of, optional, paragraph, text
from workflows.processes.who import CHAIRING

ROUND = "comment-round"


def _open_rounds(facts: Facts) -> list[Item]:
    """The rounds that are open on the version now being sent."""
    version = (facts.submitted or {}).get("version")
    return [item for item in facts.items_of(ROUND) if not item.final and item.facts.get("version") == version]


def closes_after_it_is_sent(facts: Facts) -> Blocked | None:
    """A check: readers have some time, so the round does not close before the day it is sent."""
    closes, sent = (facts.submitted or {}).get("closes_on"), facts.occurred_on or facts.today
    if not isinstance(closes, date) or closes >= sent:
        return None
    return Blocked(f"This is before the day the version goes out ({in_words(sent)}). Give a later date.", "closes_on")


@reads_items
def no_reader_asked_twice(facts: Facts) -> Blocked | None:
    """A check: no reader is asked for the same version in two rounds that are open at one time."""
    for item in _open_rounds(facts):
        both = asked_twice(facts.submitted or {}, SENDING, readers_of(item.facts))
        if both:
            some = "One of these readers has" if len(both) == 1 else f"{len(both)} of these readers have"
            return Blocked(
                f"{some} this version already, in a round that is open ({item.ref}). Close that round first, or leave"
                f" {'that reader' if len(both) == 1 else 'those readers'} out.",
                both[0][0],
            )
    return None


def another_round_open(facts: Facts) -> str | None:
    """A warning where another round on the same version is open, with other readers."""
    refs = [item.ref for item in _open_rounds(facts)]
    if not refs:
        return None
    return f"This version is out in another round too ({name_some(refs)}). Each round has its own table of comments."


def closes_in_the_past(facts: Facts) -> str | None:
    """A warning where a round that is recorded afterwards has closed already: its readers are late from the start."""
    closes = (facts.submitted or {}).get("closes_on")
    if not isinstance(closes, date) or closes >= facts.today:
        return None
    return "The closing date has passed. Whoever has not answered is written to; enter what came already."


def actions() -> tuple[Action, ...]:
    """What a review can do to ask for comments on its report."""
    from workflows.processes.dardr_s9_1.drafting import WRITING

    return (
        Action(
            "send_for_comments",
            "Send a version for comments",
            source=WRITING,
            roles=CHAIRING,
            keep_as="rounds_sent",
            fields=(
                one_of("version", "Which version?", From.VERSIONS),
                text("title", "What is this round called?", help="For example: the panel, version 2. No names."),
                *readers.questions(SENDING),
                day("closes_on", "Comments by", future=True),
                optional(paragraph("asked", "What they are asked to look at", help="No names.")),
            ),
            guards=(versions.a_version_exists,),
            checks=(
                readers.somebody_is_asked(SENDING),
                readers.addresses_can_be_read(SENDING),
                closes_after_it_is_sent,
                no_reader_asked_twice,
            ),
            warnings=(another_round_open, closes_in_the_past),
            effects=(
                Opens(
                    ROUND,
                    copies=(
                        ("title", "title"),
                        ("version", "version"),
                        *((opened, sending) for sending, opened, _ in READERS),
                        ("closes_on", "closes_on"),
                        ("asked", "asked"),
                        ("sent_on", "occurred_on"),
                    ),
                ),
            ),
            authority=ASKED_TO_READ,
            help="Each reader is asked by e-mail, with the reference and the date, and reminded until they answer.",
        ),
    )

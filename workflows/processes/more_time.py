"""More time, asked for by whoever owes something and answered by whoever waits for it. Shared by several processes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import (
    Action,
    AsksMoreTime,
    Blocked,
    Clock,
    Facts,
    GivesMoreTime,
    LocalSetting,
    Notice,
    Party,
    Role,
    WorkingDays,
)
from workflows.processes import ladders
from workflows.processes.authorities import local
from workflows.processes.fields import choice, day, optional, paragraph

ASK, ANSWER = "ask_for_more_time", "answer_more_time"
LOCAL = local("A setting of the partnership: how soon whoever asks for more time hears")


def asked_last(recorded: Mapping[str, Any]) -> Mapping[str, Any]:
    """The last time that more time was asked for; empty where it never was."""
    return (recorded.get("more_time_asked") or [{}])[-1]


def answered_last(recorded: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer to the last request; empty while it waits for one."""
    answers = recorded.get("more_time_answers") or []
    return answers[-1] if answers and len(answers) == len(recorded.get("more_time_asked") or []) else {}


def waits_for_answer(recorded: Mapping[str, Any]) -> bool:
    """Whether more time was asked for and nobody has answered yet."""
    return bool(recorded.get("more_time_asked")) and not answered_last(recorded)


def given_until(recorded: Mapping[str, Any]) -> date | None:
    """The London date that the last answer agreed to; None where none is, or the date stays."""
    answer = answered_last(recorded)
    if answer.get("more_time_answer") == "another":
        return stored_date(answer.get("more_time_given"))
    agreed = answer.get("more_time_answer") == "agreed"
    return stored_date(asked_last(recorded).get("more_time_until")) if agreed else None


def _not_asked_already(facts: Facts) -> Blocked | None:
    if not waits_for_answer(facts.recorded):
        return None
    last = asked_last(facts.recorded)
    until = stored_date(last.get("more_time_until"))
    words = f", until {in_words(until)}" if until else ""
    return Blocked(f"More time was asked for already{words}, and is not answered yet. Wait for the answer.")


def _asked(facts: Facts) -> Blocked | None:
    if waits_for_answer(facts.recorded):
        return None
    return Blocked("Nobody is waiting for an answer about more time here. A date can be agreed without being asked.")


def _another_date_is_given(facts: Facts) -> Blocked | None:
    submitted = facts.submitted or {}
    if submitted.get("more_time_answer") == "another" and submitted.get("more_time_given") is None:
        return Blocked("Give the date you agree to.", "more_time_given")
    return None


def _no_is_explained(facts: Facts) -> Blocked | None:
    submitted = facts.submitted or {}
    if submitted.get("more_time_answer") == "no" and not submitted.get("more_time_words"):
        return Blocked("Say why the date stays, and what would help. Whoever asked reads it.", "more_time_words")
    return None


def more_time(
    source: tuple[str, ...], asking: frozenset[Role], answering: frozenset[Role], clocks: tuple[str, ...]
) -> tuple[Action, ...]:
    """Ask for more time and answer it. ``clocks`` are those whose date it may move, the first that runs."""
    return (
        Action(
            ASK,
            "Ask for more time",
            source=source,
            roles=asking,
            keep_as="more_time_asked",
            fields=(
                day("more_time_until", "Until when?", future=True),
                paragraph("more_time_reason", "Why", help="A sentence is enough. No names."),
            ),
            guards=(_not_asked_already,),
            effects=(AsksMoreTime(clocks),),
            authority=LOCAL,
            help="Until you hear, the date stays as it is.",
        ),
        Action(
            ANSWER,
            "Answer about more time",
            source=source,
            roles=answering,
            keep_as="more_time_answers",
            fields=(
                choice(
                    "more_time_answer",
                    "What is the answer?",
                    ("agreed", "Yes, until the date asked for"),
                    ("another", "Yes, until another date"),
                    ("no", "No, the date stays"),
                ),
                day("more_time_given", "The other date", future=True, required=False),
                optional(paragraph("more_time_words", "A few words with it", help="Whoever asked reads them.")),
            ),
            guards=(_asked,),
            checks=(_another_date_is_given, _no_is_explained),
            effects=(GivesMoreTime(clocks),),
            authority=LOCAL,
            help="The date first set stays on the record beside the one agreed.",
        ),
    )


def more_time_clock(withdrawn_on: tuple[str, ...]) -> Clock:
    """How soon whoever asked for more time hears. ``withdrawn_on``: what makes the question pointless."""
    return Clock(
        "more_time_answer",
        "L21",
        "Answer about more time",
        starts_on=(ASK,),
        stops_on=(ANSWER,),
        withdrawn_on=withdrawn_on,
        restarts=True,
        length=LocalSetting("more_time_answer", WorkingDays(2)),
        local_closures=True,
        owner=Party.CASE_MANAGER,
        owed_to=Party.AGENCY,
        duty=LOCAL,
        date=LOCAL,
        remind_before=(1,),
        repeat_after_every=2,
        escalations=ladders.SOON,
    )


ASKED = Notice("more_time_asked", (ASK,), "more_time_asked", (Party.CASE_MANAGER,))


def answered(to: Party) -> Notice:
    """Whoever asked is told the answer."""
    return Notice("more_time_answered", (ANSWER,), "more_time_answered", (to,))

"""Subjects of e-mails are read over shoulders and on locked screens: a reference, a date, a few plain words."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from notifications.messages import MESSAGES, Escalation, Message
from notifications.render import render_message

EVERY = pytest.mark.parametrize("kind", MESSAGES.values(), ids=MESSAGES)
MARK = "Xylophone"
WORDS = frozenset(
    """
    asks lead off
    a account act action again agreed an answered asked at be by changed choose code could date dates decision
    deferred delivered depends do does due for form guide has hold in is latest link look meeting messages more move
    moved new next not now of on passed password past place published received recorded return review sign
    something take task tasks the this time to updates was way with you your
    """.split()
)
"""Every word a subject may have besides its reference and its dates. A further one is thought over first."""
DATES = re.compile(r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day )?\d{1,2} [A-Z][a-z]+ \d{4}")


OTHERWISE: dict[str, tuple[Any, ...]] = {
    "standing": ("late", "past_guide", "breached"),
    "first": (True, False),
    "cancelled": (True, False),
    "to_do": ((), ("Look",)),
    "today": (date(2031, 1, 1), date(2020, 1, 1)),
}
"""Fields that change what a subject says, and what they may hold."""


def values(kind: type[Message]) -> list[Message]:
    """The sample, and what it becomes where one of these is another."""
    sample = kind.sample()
    names = {field.name for field in fields(kind)}
    return [sample, *(replace(sample, **{n: one}) for n in OTHERWISE if n in names for one in OTHERWISE[n])]


@EVERY
def test_a_subject_is_a_reference_dates_and_a_few_known_words(kind: type[Message]) -> None:
    for message in values(kind):
        subject = render_message(message).subject
        left = DATES.sub(" ", re.sub(r"\b[A-Z][A-Z0-9]*-\d{4}-[\w-]+", " ", subject))
        said = {word.casefold() for word in re.findall(r"[^\W\d_]+", left)}
        assert said <= WORDS, f"{subject!r}: {said - WORDS}"
        assert len(subject) <= 78


@EVERY
def test_no_words_of_anybody_come_into_a_subject(kind: type[Message]) -> None:
    """Whatever a field of words holds (an organisation, what is due, a label), the subject does not say it."""
    sample = kind.sample()
    for field in fields(kind):
        value = getattr(sample, field.name)
        chosen = field.name in ("ref", "record", "link", "choose_link", "standing", "kind", "change", "from_time")
        if chosen or not isinstance(value, str) or not value:
            continue
        assert MARK not in render_message(replace(sample, **{field.name: MARK})).subject, field.name


@EVERY
def test_a_message_about_a_date_says_the_date(kind: type[Message]) -> None:
    names = {field.name for field in fields(kind)}
    day = next((name for name in ("due", "review_by", "guide_date", "meets_on") if name in names), None)
    if day is None or kind.template in ("action_agreed", "action_owner"):  # told of the action; the date is one answer
        return
    for message in values(kind):
        assert f"{getattr(message, day):%Y}" in render_message(message).subject


def test_no_subject_calls_itself_a_reminder_or_urgent() -> None:
    said = [render_message(one).subject.casefold() for kind in MESSAGES.values() for one in values(kind)]
    assert not [one for one in said if re.search(r"remind|urgent|overdue|late\b|important|!", one)]


def test_the_subject_of_an_escalation_is_no_louder_than_that_of_a_reminder() -> None:
    assert render_message(Escalation.sample()).subject == "DARDR-2026-009: was due Thursday 3 December 2026"

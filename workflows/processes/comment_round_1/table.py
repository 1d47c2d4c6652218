"""The table of a round: the comments of all its readers, and the answer that counts for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.definition import Facts
from workflows.processes.comment_request_1.comments import comments_of
from workflows.processes.comment_request_1.giving import REQUESTS


def answers_of(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The answers of a round by the comment they answer; of two the later. ``times`` says how many there were."""
    found: dict[str, dict[str, Any]] = {}
    for entry in facts.get("answers") or ():
        for one in entry.get("comments") or ():
            found[one] = {**entry, "times": found.get(one, {}).get("times", 0) + 1}
    return found


def unanswered(facts: Facts) -> list[dict[str, Any]]:
    """The comments of a round, by the records linked to it, that have no answer yet."""
    return without_answer(
        (
            line
            for process in REQUESTS
            for item in facts.items_of(process)
            for line in comments_of(item.ref, item.facts)
        ),
        answers_of(facts.recorded),
    )


def without_answer(lines: Iterable[Mapping[str, Any]], known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The comments that wait for an answer: all but replies, which belong to the comment above them."""
    return [dict(line) for line in lines if line["id"] not in known and "reply_to" not in line]


READERS = (
    ("readers", "asked_readers", "more_readers"),
    ("members", "asked_members", "more_members"),
    ("people", "asked_people", "more_people"),
    ("outside", "asked_outside", "more_outside"),
)
"""Who can be asked (bodies, seats on the panel, accounts, people outside): the question of the review that sends a
version, of the round as it is opened, and of the round when more are asked."""
SENDING, FIRST, LATER = range(3)


def readers_of(facts: Mapping[str, Any]) -> list[str]:
    """All who were asked in a round, in the order in which they were asked: bodies, seats, accounts, lines."""
    return [
        *asked_in(facts, FIRST),
        *(one for entry in facts.get("asked_later") or () for one in asked_in(entry, LATER)),
    ]


def asked_in(answers: Mapping[str, Any], step: int) -> list[str]:
    """All who are named in the answers of one of the three steps."""
    return [one for names in READERS for one in answers.get(names[step]) or ()]


def asked_twice(answers: Mapping[str, Any], step: int, known: Iterable[str]) -> list[tuple[str, str]]:
    """Of those named in the answers, whoever is known already: the question, and the reader."""
    before = {one.casefold() for one in known}
    return [
        (names[step], one) for names in READERS for one in answers.get(names[step]) or () if one.casefold() in before
    ]

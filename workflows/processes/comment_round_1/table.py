"""The table of a round: the comments of all its readers, and the answer that counts for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.definition import Facts
from workflows.processes.comment_request_1.comments import comments_of


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
        (line for item in facts.items_of("comment-request") for line in comments_of(item.ref, item.facts)),
        answers_of(facts.recorded),
    )


def without_answer(lines: Iterable[Mapping[str, Any]], known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The comments that wait for an answer: all but replies, which belong to the comment above them."""
    return [dict(line) for line in lines if line["id"] not in known and "reply_to" not in line]


def readers_of(facts: Mapping[str, Any]) -> list[str]:
    """The keys of the bodies that were asked in a round, in the order in which they were asked."""
    later = (one for entry in facts.get("asked_later") or () for one in entry.get("more_readers") or ())
    return [*(facts.get("asked_readers") or ()), *later]

"""How well recommendations said before are found: on drafts that had no say in how, and against plain word overlap."""

from __future__ import annotations

import re

import pytest

from dardr.lookups.similar import similar
from dardr.said.terms import LEFT_OUT
from dardr.storage.engine import Database
from tests import builders
from tests.said_before.labelled import AT, HELD_OUT, LABELLED, TUNING, drafts, load, measured

FLOORS = {TUNING: (0.31, 0.73), HELD_OUT: (0.25, 0.63)}
"""Precision and recall at five that are kept."""


def _plain(text: str) -> set[str]:
    return set(re.findall("[a-z]+", text.lower())) - LEFT_OUT


def _by_words(text: str) -> list[str]:
    """The five with the largest part of their words in common: no stems, no names, no weights."""
    asked = _plain(text)
    scored = [(len(asked & there) / len(asked | there), one) for one, there in _OF_PLAIN.items()]
    return [one for score, one in sorted(scored, key=lambda s: (-s[0], s[1]))[:AT] if score]


_OF_PLAIN = {one["id"]: _plain(one["text"]) for one in LABELLED["recommendations"]}


def test_the_labelled_set_is_whole() -> None:
    ids = [one["id"] for one in LABELLED["recommendations"]]
    assert len(ids) == len(set(ids)) >= 150
    assert len(drafts(TUNING)) >= 20 and len(drafts(HELD_OUT)) >= 20
    texts = {one["text"] for one in LABELLED["recommendations"]}
    for draft in LABELLED["drafts"]:
        assert draft["relevant"] and set(draft["relevant"]) <= set(ids)
        assert draft["text"] not in texts


def test_what_was_said_before_is_found(sqlite_database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite_database.write() as session:
        actor = builders.actor(session, "team_manager")
        labels = load(session, actor.partnership_id or 0)
    with sqlite_database.read() as session:

        def ours(text: str) -> list[str]:
            return [labels[one.ref] for one in similar(session, actor, text, limit=AT)]

        for part, (precision, recall) in FLOORS.items():
            found, plain = measured(part, ours), measured(part, _by_words)
            with capsys.disabled():
                print("\n" + found.line(f"Said before, {part}") + "\n" + plain.line(f"Plain words, {part}"))
            assert found.precision >= precision and found.recall >= recall, found
            assert found.precision > plain.precision + 0.05 and found.recall > plain.recall + 0.15, (found, plain)

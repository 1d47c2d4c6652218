"""A document on paper: its versions, its marking, who may read it, and its end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.workflows.paper import Paper, opened
from workflows.processes.who import READERS

GIVEN: dict[str, Any] = {"version": "1", "kept_where": "In the folder"}


def a_document(**answers: Any) -> Paper:
    return opened("document", **{**GIVEN, **answers})


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ((), "current"),
        (("supersede_document",), "superseded"),
        (("withdraw_document",), "withdrawn"),
        (("supersede_document", "withdraw_document", "use_document_again"), "current"),
    ],
)
def test_the_ways_of_a_document(steps: tuple[str, ...], end: str) -> None:
    paper = a_document()
    for step in steps:
        paper.take(step)
    assert paper.stage == end and paper.process.stage(end).final == (end != "current")


def test_a_document_is_a_file_or_says_where_it_is_kept() -> None:
    paper = a_document()
    assert paper.reasons("add_version", {"version": "2"}) == ["Choose the file, or say where the document is kept."]
    review = opened()
    assert review.reasons("file_document", {"version": "1"}) == ["Choose the file, or say where the document is kept."]


@pytest.mark.parametrize("name", ["1", "2A", "2a"])
def test_a_name_is_given_to_one_version_alone(name: str) -> None:
    paper = a_document().take("add_version", version="2a", kept_where="In the folder")
    (reason,) = paper.reasons("add_version", {"version": name, "kept_where": "In the folder"})
    assert f"a version {name.lower()} of this document already" in reason


def test_the_same_file_twice_is_taken_with_a_warning() -> None:
    paper = a_document()
    paper.facts["file"] = {"sha256": "a" * 64, "size": 1}
    paper.take("add_version", version="2", file={"sha256": "b" * 64, "size": 1})
    for sha, of in (("a" * 64, "1"), ("b" * 64, "2"), ("c" * 64, "")):
        said = paper.look("add_version", {"version": "3", "file": SimpleNamespace(sha256=sha)})
        assert said.possible
        assert bool(of) == bool(said.warnings)
        assert not of or f"as version {of}" in said.warnings[0]


def test_a_marking_is_raised_freely_and_lowered_with_a_reason() -> None:
    paper = a_document()
    assert paper.facts["marking"] == "official_sensitive", "the ordinary marking of a review"
    assert paper.reasons("change_marking", {"marking": "official_sensitive"}) == [
        "It is marked OFFICIAL-SENSITIVE already. Choose the other marking."
    ]
    (reason,) = paper.reasons("change_marking", {"marking": "official"})
    assert "lowered with a reason" in reason
    paper.take("change_marking", marking="official", marking_reason="It was published.")
    paper.take("change_marking", marking="official_sensitive")
    assert paper.facts["marking"] == "official_sensitive"


def test_a_document_is_kept_to_fewer_freely_and_opened_with_a_reason() -> None:
    paper = a_document(readers="everyone")
    assert "the ones who may read it now" in paper.reasons("change_readers", {"readers": "everyone"})[0]
    paper.take("change_readers", readers="identities")
    (reason,) = paper.reasons("change_readers", {"readers": "team"})
    assert "Say why more people may read it" in reason
    paper.take("change_readers", readers="team", readers_reason="The panel asked, and the chair agreed.")
    choices = {one.value for f in paper.process.action("change_readers").fields for one in f.choices}
    assert choices == {"everyone", *READERS}


def test_what_a_document_is_called_is_corrected() -> None:
    paper = a_document()
    assert "Nothing is corrected yet" in paper.reasons("correct_document", {})[0]
    paper.take("correct_document", title="Minutes of March")
    assert paper.facts["title"] == "Minutes of March"


def test_on_the_review_only_the_team_reads_what_was_filed() -> None:
    asked = opened().process.action("file_document").fields
    assert all(one.seen_by == READERS["identities"] for one in asked)
    assert not any(one.notable for one in asked)

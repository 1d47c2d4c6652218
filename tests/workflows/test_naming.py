"""The name used for the person who died: what a check says of it, and what a real first name needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import workflows
from workflows.definition import Facts
from workflows.processes.dardr_s9_1.naming import REAL_NAME, found_names_are_answered_for

REAL = {
    "display_pseudonym": "Willa",
    "name_kind": REAL_NAME,
    "pseudonym_chosen": "family",
    "real_name_wish": "Her mother asked for it on 3 May.",
    "real_name_views": "Her brother agrees.",
    "real_name_reason": "She is known by it already.",
}


def refused(**submitted: Any) -> list[str | None]:
    facts = Facts("DARDR-2026-001", "drafting", {}, date(2026, 8, 3), submitted=submitted)
    action = workflows.get("dardr-s9").action("record_pseudonym")
    return [blocked.field for check in action.checks if (blocked := check(facts)) is not None]


def test_a_name_that_is_nobody_elses_needs_no_answer() -> None:
    assert refused(display_pseudonym="Willow 2025", pseudonym_chosen="family") == []


@pytest.mark.parametrize("found", ["somebody_in_it", "staff", "other_review"])
def test_a_name_found_elsewhere_is_used_only_with_a_reason(found: str) -> None:
    given = {"display_pseudonym": "Willow 2025", "pseudonym_chosen": "family", "names_found": [found]}
    assert refused(**given) == ["name_used_because"]
    assert refused(**given, name_used_because="The family wishes it all the same.") == []


def test_the_persons_own_name_is_used_only_as_a_real_first_name_at_the_familys_wish() -> None:
    given = {**REAL, "names_found": ["person_who_died"]}
    assert refused(**given) == []
    assert refused(**{**given, "name_kind": "pseudonym"}) == ["name_kind"]
    assert refused(**{**given, "name_kind": "pseudonym", "name_used_because": "We like it."}) == ["name_kind"]


@pytest.mark.parametrize("missing", ["real_name_wish", "real_name_views", "real_name_reason"])
def test_a_real_first_name_needs_the_wish_the_views_of_others_and_the_chairs_reason(missing: str) -> None:
    assert refused(**{name: value for name, value in REAL.items() if name != missing}) == [missing]


def test_a_real_first_name_that_is_also_a_relatives_needs_a_reason_besides() -> None:
    assert refused(**REAL, names_found=["person_who_died", "somebody_in_it"]) == ["name_used_because"]


def test_what_is_said_names_nobody() -> None:
    facts = Facts(
        "DARDR-2026-001",
        "drafting",
        {},
        date(2026, 8, 3),
        submitted={"display_pseudonym": "Willow", "names_found": ["somebody_in_it", "staff", "other_review"]},
    )
    said = found_names_are_answered_for(facts)
    assert said is not None and "Willow" not in said.reason and said.reason.count(".") == 4

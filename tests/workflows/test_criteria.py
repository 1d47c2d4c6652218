"""The decision table: every row, both regimes, what is not known, and answers that cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.criteria import ADVICE, ADVICE_WORDS, CriteriaRefused, assess, assess_record, fields
from workflows.definition import UNKNOWN_VALUES, Evidence, FieldType, Kind

HOMICIDE: dict[str, Any] = {
    "in_area": "yes",
    "age": 34,
    "cause": "violence_or_abuse",
    "manner": "homicide",
    "relationship": "spouse",
    "evidence_of_abuse": "yes",
    "perpetrator_age": 41,
    "perpetrator_died": "no",
    "other_statutory_review": "none",
}
SUICIDE = {"manner": "suicide", "cause": "unclear"}

ROWS: list[tuple[str, dict[str, Any], str, str]] = [
    ("1 another area", {"in_area": "no"}, "transfer", "transfer"),
    ("2 under 16", {"age": 15}, "child_review", "child_review"),
    ("3 homicide by a former partner", {"relationship": "intimate_partner"}, "meets", "meets"),
    ("3 homicide by a relative", {"relationship": "sibling"}, "meets", "meets"),
    ("3 aged 16", {"age": 16}, "meets", "meets"),
    ("4 same household only", {"relationship": "household_member"}, "meets", "fails"),
    ("5 the other person under 16", {"perpetrator_age": 15, "relationship": "sibling"}, "meets", "fails"),
    ("6 suicide after abuse", {**SUICIDE, "evidence_of_abuse": "yes"}, "meets", "gather_more"),
    ("6 suicide from abuse", {"manner": "suicide", "cause": "violence_or_abuse"}, "meets", "meets"),
    ("6 suicide, abuse not clear", {**SUICIDE, "evidence_of_abuse": "unclear"}, "gather_more", "gather_more"),
    ("6 suicide, no abuse", {**SUICIDE, "evidence_of_abuse": "no"}, "fails", "fails"),
    ("7 unexplained", {"manner": "unexplained", "cause": "unclear"}, "gather_more", "gather_more"),
    (
        "8 neglect by a relative",
        {"manner": "neglect", "cause": "neglect_only", "relationship": "child"},
        "meets",
        "uncertain",
    ),
    ("9 the other person died too", {"perpetrator_died": "yes"}, "meets", "meets"),
    ("10 a stranger", {"relationship": "none"}, "fails", "fails"),
    ("11 no abuse", {"cause": "no", "manner": "other", "evidence_of_abuse": "no"}, "fails", "fails"),
    ("12 another review", {"other_statutory_review": "safeguarding_adult_review"}, "joint", "joint"),
]


@pytest.mark.parametrize(("row", "answers", "s9", "s8a"), ROWS, ids=[row[0] for row in ROWS])
def test_every_row_of_the_table(row: str, answers: dict[str, Any], s9: str, s8a: str) -> None:
    for regime, expected in (("s9", s9), ("s8a", s8a)):
        result = assess(regime, {**HOMICIDE, **answers})
        assert result.advice == expected, (row, regime, result.because)
        assert result.because and all(reason.text.endswith(".") for reason in result.because)


def test_earlier_rows_win() -> None:
    assert assess("s9", {**HOMICIDE, "in_area": "no", "age": 15}).advice == "transfer"
    assert assess("s9", {**HOMICIDE, "age": 15, "relationship": "none"}).advice == "child_review"


def test_another_review_matters_only_where_the_criteria_are_met() -> None:
    other = {"other_statutory_review": "mental_health_homicide"}
    joint = assess("s9", {**HOMICIDE, **other})
    assert joint.advice == "joint"
    assert joint.because[: len(assess("s9", HOMICIDE).because)] == assess("s9", HOMICIDE).because
    assert assess("s9", {**HOMICIDE, **other, "relationship": "none"}).advice == "fails"


def test_the_limb_is_named_with_its_authority() -> None:
    def sources(**answers: Any) -> list[str]:
        return [reason.authority.source for reason in assess("s9", {**HOMICIDE, **answers}).because]

    assert any("s.9(1)(a)" in source for source in sources(relationship="parent"))
    assert any("s.9(1)(b)" in source for source in sources(relationship="household_member"))


def test_16_or_17_also_goes_to_child_safeguarding_and_18_does_not() -> None:
    def told(age: int) -> bool:
        return any("child safeguarding" in reason.text for reason in assess("s9", {**HOMICIDE, "age": age}).because)

    assert [told(age) for age in (16, 17, 18)] == [True, True, False]


def test_a_distant_relative_is_a_legal_question_only_under_the_law_to_come() -> None:
    answers = {**HOMICIDE, "relationship": "other_relative"}
    assert (assess("s9", answers).advice, assess("s8a", answers).advice) == ("meets", "uncertain")


NEEDED_S9 = ("in_area", "age", "cause", "manner", "relationship")


@pytest.mark.parametrize("unknown", [*UNKNOWN_VALUES, None, ""])
@pytest.mark.parametrize("name", NEEDED_S9)
def test_what_is_not_known_is_to_be_gathered(name: str, unknown: str | None) -> None:
    for regime in ("s9", "s8a"):
        assert assess(regime, {**HOMICIDE, name: unknown}).advice == "gather_more"
        assert assess(regime, {k: v for k, v in HOMICIDE.items() if k != name}).advice == "gather_more"


def test_the_age_of_the_person_suspected_matters_only_where_the_law_asks() -> None:
    answers = {**HOMICIDE, "perpetrator_age": "not_known"}
    assert (assess("s9", answers).advice, assess("s8a", answers).advice) == ("meets", "gather_more")


@pytest.mark.parametrize("regime", ["s9", "s8a"])
def test_nothing_known_is_never_a_no(regime: str) -> None:
    assert assess(regime, {}).advice == "gather_more"


@pytest.mark.parametrize("regime", ["s9", "s8a"])
def test_the_first_choices_are_the_plain_case(regime: str) -> None:
    first = {f.name: f.choices[0].value if f.choices else "34" for f in fields(regime)}
    assert assess(regime, first).advice == "meets"


@pytest.mark.parametrize("regime", ["s9", "s8a"])
def test_every_question_may_be_not_known_and_every_choice_is_read(regime: str) -> None:
    for field in fields(regime):
        assert field.unknown, field.name
        for option in field.choices:
            assert assess(regime, {**HOMICIDE, field.name: option.value}).advice in ADVICE
        if field.type is FieldType.INTEGER:
            assert assess(regime, {**HOMICIDE, field.name: "34"}).advice in ADVICE


def test_every_advice_has_words() -> None:
    assert set(ADVICE_WORDS) == set(ADVICE) == {
        "meets", "fails", "gather_more", "uncertain", "transfer", "child_review", "joint"
    }  # fmt: skip


def test_what_cannot_be_read_is_named_all_at_once() -> None:
    with pytest.raises(CriteriaRefused) as refused:
        assess("s9", {"age": "young", "cause": "perhaps", "colour": "blue"})
    assert {problem.field for problem in refused.value.problems} == {"age", "cause", "colour"}
    assert "violence_or_abuse" in str(refused.value) and "whole number" in str(refused.value)


@pytest.mark.parametrize("age", ["-1", "200", "3.5", "sixteen"])
def test_an_impossible_age_is_refused(age: str) -> None:
    with pytest.raises(CriteriaRefused, match="whole number from 0 to 125"):
        assess("s9", {**HOMICIDE, "age": age})


def test_an_unknown_regime_is_refused() -> None:
    with pytest.raises(CriteriaRefused, match="Give s9 or s8a"):
        assess("s10", {})


def test_facts_of_a_record_that_are_no_criteria_are_left_aside() -> None:
    assert assess_record("s9", {**HOMICIDE, "csps": ["ashford"], "notes": []}).advice == "meets"


def test_the_law_to_come_is_never_said_to_be_in_force() -> None:
    for reason in assess("s8a", HOMICIDE).because:
        if "s.8A" in reason.authority.source:
            assert not reason.authority.in_force
    assert any("s.8A" in reason.authority.source for reason in assess("s8a", HOMICIDE).because)


def test_guidance_is_not_passed_off_as_law() -> None:
    for answers in (row[1] for row in ROWS):
        for reason in assess("s9", {**HOMICIDE, **answers}).because:
            if "Guidance" in reason.authority.source:
                assert (reason.authority.kind, reason.authority.evidence) == (Kind.GUIDANCE, Evidence.NOT_COMPARED)
            if reason.authority.kind is Kind.STATUTE:
                assert " Act " in reason.authority.source


def test_what_to_do_next_is_never_passed_off_as_law() -> None:
    """An Act says when a review is held, not that a lawyer is asked or another review considered."""
    asks = ("Refer", "Look", "Keep", "Consider", "Take", "A decision not to review")
    told = 0
    for regime in ("s9", "s8a"):
        for answers in (row[1] for row in ROWS):
            for reason in assess(regime, {**HOMICIDE, **answers}).because:
                whole = reason.text.split(". ")
                assert len(whole) == 1 or reason.authority.kind is not Kind.STATUTE, reason.text
                if reason.text.startswith(asks):
                    told += 1
                    assert reason.authority.evidence is not Evidence.READ_IN_FULL, reason.text
    assert told >= 8


def test_the_answer_is_ready_for_json() -> None:
    import json

    printed = json.loads(json.dumps(assess("s9", HOMICIDE).as_dict()))
    assert printed["advice"] == "meets" and printed["because"][0]["authority"]["verified"] is True

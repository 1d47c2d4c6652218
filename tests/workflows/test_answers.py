"""Reading answers: typed values, sentences for what cannot be read, and storage that loses nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.answers import read, stored_date, to_json
from workflows.definition import UNKNOWN_VALUES, Choice, Field, FieldType, From
from workflows.partial import PartialDate

COLOURS = (Choice("red", "Red"), Choice("blue", "Deep blue"))


def field(type_: FieldType, **more: Any) -> Field:
    return Field("answer", "The question", type_, **more)


def one(type_: FieldType, value: Any, **more: Any) -> Any:
    typed, problems = read((field(type_, **more),), {"answer": value}, {})
    assert not problems, problems
    return typed["answer"]


def problem(type_: FieldType, value: Any, **more: Any) -> str:
    typed, problems = read((field(type_, **more),), {"answer": value}, {})
    assert "answer" not in typed
    (found,) = problems
    assert found.field == "answer"
    assert found.reason.startswith("The question: ") or "this is needed" in found.reason
    return found.reason


@pytest.mark.parametrize(
    ("type_", "text", "value", "more"),
    [
        (FieldType.TEXT, "  words ", "words", {}),
        (FieldType.TEXT, "one\n\n two ", ["one", "two"], {"many": True}),
        (FieldType.TEXT, ["one", " two"], ["one", "two"], {"many": True}),
        (FieldType.DATE, "7/11/2025", date(2025, 11, 7), {}),
        (FieldType.DATE, "2025-11-07", date(2025, 11, 7), {}),
        (FieldType.DATE, date(2025, 11, 7), date(2025, 11, 7), {}),
        (FieldType.PARTIAL_DATE, "2025-11", PartialDate.parse("2025-11"), {}),
        (FieldType.DATETIME, "2026-11-22T10:00+00:00", datetime(2026, 11, 22, 10, tzinfo=UTC), {}),
        (FieldType.INTEGER, " 34", 34, {}),
        (FieldType.DECIMAL, "£1,250.50", Decimal("1250.50"), {}),
        (FieldType.BOOLEAN, "Yes", True, {}),
        (FieldType.BOOLEAN, "no", False, {}),
        (FieldType.BOOLEAN, False, False, {}),
        (FieldType.CHOICE, "deep BLUE", "blue", {"choices": COLOURS}),
        (FieldType.CHOICE, ["red"], "red", {"choices": COLOURS}),
        (FieldType.CHOICES, ["red", "blue", "red", ""], ["red", "blue"], {"choices": COLOURS}),
        (FieldType.CHOICES, "red", ["red"], {"choices": COLOURS}),
        (FieldType.URL, "https://example.org/x?y=1", "https://example.org/x?y=1", {}),
        (FieldType.EMAIL, "a.b@example.org", "a.b@example.org", {}),
    ],
)
def test_answers_are_typed(type_: FieldType, text: Any, value: Any, more: dict[str, Any]) -> None:
    assert one(type_, text, **more) == value


def test_a_time_without_a_zone_is_london() -> None:
    summer = one(FieldType.DATETIME, "2026-07-01T10:00")
    assert summer.astimezone(UTC) == datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("type_", "text", "sentence", "more"),
    [
        (FieldType.DATE, "31/2/2026", "31 February 2026 does not exist", {}),
        (FieldType.DATE, "0/2/2026", "no day 0", {}),
        (FieldType.DATE, "2026-25-02", "swapped", {}),
        (FieldType.DATE, datetime(2026, 1, 1, tzinfo=UTC), "without a time", {}),
        (FieldType.PARTIAL_DATE, "2026-13", "no month 13", {}),
        (FieldType.PARTIAL_DATE, "2026-05..2026-03", "before it begins", {}),
        (FieldType.DATETIME, "tomorrow at ten", "such as 2026-11-22T10:00", {}),
        (FieldType.INTEGER, "3.5", "not a whole number", {}),
        (FieldType.INTEGER, "-1", "cannot be right. Give a whole number of at least 0.", {}),
        (FieldType.INTEGER, "126", "cannot be right. Give a whole number from 0 to 125.", {"most": 125}),
        (FieldType.INTEGER, "9" * 5000, "not a whole number", {}),
        (FieldType.DECIMAL, "NaN", "not a number", {}),
        (FieldType.DECIMAL, "lots", "not a number", {}),
        (FieldType.BOOLEAN, "perhaps", "yes or no", {}),
        (FieldType.CHOICE, "green", "Choose from: red, blue", {"choices": COLOURS}),
        (FieldType.CHOICE, ["red", "blue"], "give one answer, not 2", {"choices": COLOURS}),
        (FieldType.CHOICE, "red", "nothing to choose from yet", {"choices_from": From.BODIES}),
        (FieldType.CHOICES, ["red", "green"], "“green” is not one of the choices", {"choices": COLOURS}),
        (FieldType.URL, "example.org", "beginning with https://", {}),
        (FieldType.URL, "javascript:alert(1)", "beginning with https://", {}),
        (FieldType.URL, "https://[broken", "beginning with https://", {}),
        (FieldType.EMAIL, "a@b@example.org", "not an e-mail address", {}),
        (FieldType.EMAIL, "a b@example.org", "not an e-mail address", {}),
        (FieldType.TEXT, "a\x00b", "cannot be stored", {}),
        (FieldType.TEXT, "a\udcffb", "cannot be stored", {}),
        (FieldType.TEXT, ["fine", "a\x00b"], "cannot be stored", {"many": True}),
        (FieldType.FILE, "/etc/passwd", "one file, not text", {}),
        (FieldType.TEXT, "", "this is needed", {}),
        (FieldType.TEXT, " \n ", "this is needed", {"many": True}),
        (FieldType.CHOICES, ["", None], "Choose at least one", {"choices": COLOURS}),
    ],
)
def test_what_cannot_be_read_says_what_to_do(
    type_: FieldType, text: Any, sentence: str, more: dict[str, Any]
) -> None:
    assert sentence in problem(type_, text, **more)


@pytest.mark.parametrize("value", UNKNOWN_VALUES)
def test_four_kinds_of_not_knowing(value: str) -> None:
    for type_ in (FieldType.DATE, FieldType.INTEGER, FieldType.CHOICE, FieldType.PARTIAL_DATE, FieldType.CHOICES):
        assert one(type_, value, unknown=True, choices=COLOURS) == value
        assert problem(type_, value, choices=COLOURS)


def test_an_empty_answer_is_not_one_of_them() -> None:
    typed, problems = read((field(FieldType.INTEGER, required=False, unknown=True),), {"answer": "  "}, {})
    assert typed == {} and not problems


def test_every_problem_is_named_and_nothing_good_is_lost() -> None:
    fields = (
        Field("day", "Day", FieldType.DATE),
        Field("age", "Age", FieldType.INTEGER),
        Field("who", "Who"),
        Field("note", "Note", required=False),
    )
    typed, problems = read(fields, {"day": "31/2/2026", "age": "x", "note": "kept", "colour": "blue"}, {})
    assert {p.field for p in problems} == {"day", "age", "who", "colour"}
    assert typed == {"note": "kept"}
    (misspelt,) = (p.reason for p in problems if p.field == "colour")
    assert "The questions are: day, age, who, note." in misspelt


def test_a_step_that_asks_nothing_takes_nothing() -> None:
    _, (problem,) = read((), {"note": "x"}, {})
    assert problem.reason.endswith("This step asks nothing.")


def test_choices_that_are_looked_up_take_the_place_of_fixed_ones() -> None:
    asked = Field("answer", "Which?", FieldType.CHOICE, choices_from=From.BODIES)
    typed, problems = read((asked,), {"answer": "Kent Police"}, {"answer": (Choice("kent-police", "Kent Police"),)})
    assert typed == {"answer": "kent-police"} and not problems


@given(
    st.one_of(
        st.dates(date(1900, 1, 1)), st.decimals(allow_nan=False, allow_infinity=False), st.text(), st.integers(),
        st.booleans(), st.lists(st.text()), st.dates(date(1900, 1, 1)).map(PartialDate.of),
    )
)  # fmt: skip
def test_what_is_stored_is_json(value: Any) -> None:
    stored = to_json(value)
    assert json.loads(json.dumps(stored)) == stored


@given(st.dates(date(1801, 1, 1)))
def test_a_stored_date_comes_back(day: date) -> None:
    assert stored_date(to_json(day)) == day
    assert stored_date(to_json(PartialDate.of(day))) == day


@pytest.mark.parametrize("text", ["2026-03", "2026", "2026-01..2026-03", "March 2026"])
def test_a_partial_date_is_kept_as_given_and_is_no_whole_date(text: str) -> None:
    partial = one(FieldType.PARTIAL_DATE, text)
    assert to_json(partial) == text
    assert stored_date(partial) is None and stored_date(to_json(partial)) is None


@pytest.mark.parametrize("value", [None, "", "not_known", 7, [], {}])
def test_what_is_no_date_is_none(value: Any) -> None:
    assert stored_date(value) is None


@given(st.sampled_from(list(FieldType)), st.one_of(st.text(), st.lists(st.text(), max_size=3), st.none()))
def test_reading_never_breaks(type_: FieldType, value: Any) -> None:
    typed, problems = read((field(type_, choices=COLOURS, required=False, unknown=True),), {"answer": value}, {})
    assert not (typed and problems)
    for found in problems:
        assert found.reason

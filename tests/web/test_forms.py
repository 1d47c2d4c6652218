"""Every kind of question: how it is asked, how its answer is read, and that what was typed comes back."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from dardr.casework.files import FileGiven
from dardr.web import forms
from workflows import answers
from workflows.definition import Action, Choice, Field, FieldType

CHOICES = (Choice("a", "A"), Choice("b", "B"))
TODAY = date(2026, 8, 3)


def one(field: Field, **typed: Any) -> Any:
    form = MultiDict()
    for name, value in typed.items():
        form.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    values = forms.given([field], form, {})
    typed_values, problems = answers.read([field], values, {})
    return typed_values.get("x") if not problems else problems[0].reason


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (Field("x", "X"), {"x": " words "}, "words"),
        (Field("x", "X", many=True), {"x": "one\r\n\r\n two "}, ["one", "two"]),
        (Field("x", "X", FieldType.DATE), {"x__day": "3", "x__month": "12", "x__year": "2026"}, date(2026, 12, 3)),
        (Field("x", "X", FieldType.DATE), {"x__day": "3", "x__month": "Dec", "x__year": "2026"}, date(2026, 12, 3)),
        (Field("x", "X", FieldType.INTEGER), {"x": "12"}, 12),
        (Field("x", "X", FieldType.BOOLEAN), {"x": "no"}, False),
        (Field("x", "X", FieldType.CHOICE, choices=CHOICES), {"x": "b"}, "b"),
        (Field("x", "X", FieldType.CHOICES, choices=CHOICES), {"x": ["a", "b"]}, ["a", "b"]),
        (Field("x", "X", FieldType.CHOICES, choices=CHOICES, unknown=True), {"x": ["not_known"]}, "not_known"),
        (Field("x", "X", FieldType.INTEGER, unknown=True), {"x": "", "x----unknown": "refused"}, "refused"),
        (Field("x", "X", FieldType.URL), {"x": "https://a.example/b"}, "https://a.example/b"),
        (Field("x", "X", FieldType.EMAIL), {"x": "a@b.example"}, "a@b.example"),
    ],
)
def test_answers_are_read(field: Field, typed: dict[str, Any], value: Any) -> None:
    typed = {name.replace("x----unknown", "x--unknown"): v for name, v in typed.items()}
    assert one(field, **typed) == value


def test_a_time_is_read_in_london() -> None:
    field = Field("x", "X", FieldType.DATETIME)
    read = one(field, x__day="3", x__month="8", x__year="2026", x__time="14:30")
    assert read.isoformat() == "2026-08-03T14:30:00+01:00"


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (("31", "2", "2026"), "31 February 2026 does not exist"),
        (("4", "13", "2026"), "were day and month swapped?"),
        (("0", "8", "2026"), "there is no day 0"),
        (("3", "", "2026"), "without month"),
        (("3", "8", "26"), "year of two figures"),
        (("three", "8", "2026"), "three is not the name of a month"),
    ],
)
def test_a_date_that_cannot_be_is_refused_in_words(parts: tuple[str, str, str], says: str) -> None:
    read = one(Field("x", "X", FieldType.DATE), x__day=parts[0], x__month=parts[1], x__year=parts[2])
    assert says in read


def test_a_file_is_read_and_no_file_is_nothing() -> None:
    field = Field("x", "X", FieldType.FILE, required=False)
    chosen = FileStorage(io.BytesIO(b"abc"), "a.txt", content_type="text/plain")
    assert forms.given([field], MultiDict(), {"x": chosen}) == {"x": FileGiven("a.txt", b"abc", "text/plain")}
    assert forms.given([field], MultiDict(), {"x": FileStorage(io.BytesIO(b""), "")}) == {}


@pytest.mark.parametrize(
    ("field", "component"),
    [
        (Field("x", "X"), "input"),
        (Field("x", "X", long=True), "textarea"),
        (Field("x", "X", many=True), "textarea"),
        (Field("x", "X", FieldType.DATE), "date"),
        (Field("x", "X", FieldType.DATETIME), "date"),
        (Field("x", "X", FieldType.PARTIAL_DATE), "input"),
        (Field("x", "X", FieldType.INTEGER), "input"),
        (Field("x", "X", FieldType.DECIMAL), "input"),
        (Field("x", "X", FieldType.BOOLEAN), "radios"),
        (Field("x", "X", FieldType.CHOICE, choices=CHOICES), "radios"),
        (Field("x", "X", FieldType.CHOICE, choices=tuple(Choice(str(n), str(n)) for n in range(20))), "select"),
        (Field("x", "X", FieldType.CHOICES, choices=CHOICES), "checkboxes"),
        (Field("x", "X", FieldType.URL), "input"),
        (Field("x", "X", FieldType.EMAIL), "input"),
        (Field("x", "X", FieldType.FILE), "file"),
    ],
)
def test_every_type_has_a_component(field: Field, component: str) -> None:
    (question,) = forms.questions([field], {}, MultiDict({"x": "typed"}), {"x": "Something is wrong."})
    assert question.component == component
    assert question.params["errorMessage"] == {"text": "Something is wrong."}
    if component in ("input", "textarea"):
        assert question.params["value"] == "typed"


def test_every_type_of_answer_is_covered() -> None:
    asked = {row[0].type for row in test_every_type_has_a_component.pytestmark[0].args[1]}
    assert asked == set(FieldType) - {FieldType.ROWS}, "rows are filled by the service: no form asks them"


def test_many_optional_questions_at_the_end_are_folded_away() -> None:
    few = [Field("a", "A"), *(Field(f"o{n}", "O", required=False) for n in range(forms.FEW))]
    assert forms.folded(few) == len(few)
    assert forms.folded([*few, Field("one_more", "O", required=False)]) == 1
    assert forms.folded([*few, Field("last", "L")]) == len(few) + 1


def test_a_form_begins_with_today_and_the_defaults() -> None:
    fields = (Field("x", "X", default="given"), Field("d", "D", FieldType.DATE, default="today"))
    action = Action("a", "A", fields=fields)
    form = forms.starting(action, TODAY, {})
    assert forms.occurred_on(form) == "2026-08-03"
    assert form["x"] == "given"
    assert forms.date_text(form, "d") == "2026-08-03"

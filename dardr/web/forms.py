"""One form for every action, made from its fields: questions as GOV.UK components, and answers as they were typed.

Nothing typed is ever thrown away because one answer was wrong. Only files must be chosen again: a browser cannot
give them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from dardr.casework.files import FileGiven, largest_words
from dardr.errors import Reason
from dardr.web.uploads import is_over
from workflows.definition import UNKNOWN_VALUES, Action, Choice, Field, FieldType

ON = "_on"
REVISION = "_revision"
SEEN = "_seen"
ONCE = "_once"
UNKNOWN = "--unknown"
MANY_CHOICES = 9
"""Above this many, one choice is asked with a list to open instead of radio buttons."""

KEPT_APART = "Kept apart from the record, and not shown with it."
FEW = 8
"""More optional questions than this at the end of a form are folded away."""

Choices = Mapping[str, Sequence[Choice]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as a component of the design system: its name, and the parameters it takes."""

    component: str
    params: dict[str, Any]
    unknown: dict[str, Any] | None = None


# --- what was typed ---------------------------------------------------------------------------------------


def given(fields: Iterable[Field], form: MultiDict[str, str], files: Mapping[str, FileStorage]) -> dict[str, Any]:
    """The answers as ``take_action`` reads them. Empty ones are left out."""
    values: dict[str, Any] = {}
    for field in fields:
        if field.filled:
            continue
        value = _one_given(field, form, files)
        if value not in (None, "", []):
            values[field.name] = value
    return values


def both_given(fields: Iterable[Field], form: MultiDict[str, str], values: Mapping[str, Any]) -> list[Reason]:
    """Questions that were answered although a reason for having no answer was chosen too."""
    return [
        Reason(f"{field.label}: give an answer, or say why there is none, not both.", field.name)
        for field in fields
        if (why := form.get(field.name + UNKNOWN, "")) and field.name in values and values[field.name] != why
    ]


def _one_given(field: Field, form: MultiDict[str, str], files: Mapping[str, FileStorage]) -> Any:
    name = field.name
    if field.type is FieldType.FILE:
        return _files_given(field, files)
    if field.type is FieldType.CHOICES:
        answer: Any = [value for value in form.getlist(name) if value]
    elif field.type is FieldType.DATE:
        answer = date_text(form, name)
    elif field.type is FieldType.DATETIME:
        day, time = date_text(form, name), form.get(f"{name}-time", "").strip()
        answer = f"{day}T{time}" if day and time else day or time
    else:
        answer = form.get(name, "").strip()
    if answer in ("", []):
        return form.get(name + UNKNOWN, "") or None
    return answer


def _files_given(field: Field, files: Mapping[str, FileStorage]) -> Any:
    """The file chosen, or the list of them where several may be; a browser sends a nameless one for none."""
    chosen = [as_given(file) for file in MultiDict(files).getlist(field.name) if file.filename]
    return chosen if field.many else chosen[0] if chosen else None


def as_given(file: FileStorage) -> FileGiven:
    """An upload as a file given; of one that was too large nothing was kept but that it was (``uploads``)."""
    over = is_over(file)
    content = b"" if over else file.read()
    kind = file.mimetype or "application/octet-stream"
    return FileGiven(file.filename or "file", content, kind, too_large=over)


def date_text(form: Mapping[str, str], name: str) -> str:
    """Day, month and year as one text: ISO where all are figures, else as typed, for the reader to refuse kindly."""
    parts = [form.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return ""
    day, month, year = parts
    if not all(parts):
        missing = [word for word, part in zip(("day", "month", "year"), parts, strict=True) if not part]
        return f"{' '.join(filter(None, parts))} (without {' and '.join(missing)})"
    if re.fullmatch(r"\d{4}", year) and re.fullmatch(r"\d{1,2}", day) and re.fullmatch(r"\d{1,2}", month):
        return f"{year}-{int(month):02d}-{int(day):02d}"
    return " ".join(parts)


def occurred_on(form: Mapping[str, str]) -> str:
    """When it happened, as typed."""
    return date_text(form, ON)


def starting(action: Action, today: date, recorded: Mapping[str, Any]) -> MultiDict[str, str]:
    """What the form holds when it is first shown: today, and the defaults of its questions."""
    form: MultiDict[str, str] = MultiDict()
    _fill_date(form, ON, today)
    for field in action.fields:
        if field.default is None:
            continue
        if field.type is FieldType.DATE:
            if field.default == "today":
                _fill_date(form, field.name, today)
        elif field.type is FieldType.CHOICES:
            form.setlist(field.name, field.default.split(","))
        else:
            form[field.name] = field.default
    return form


def fill_days(form: MultiDict[str, str], names: Iterable[str], given: Mapping[str, str]) -> None:
    """Put the days of an address (``2027-01-28``) into these questions; what is no day is left out."""
    for name in names:
        try:
            _fill_date(form, name, date.fromisoformat(given.get(name, "")))
        except ValueError:
            continue


def _fill_date(form: MultiDict[str, str], name: str, day: date) -> None:
    form[f"{name}-day"], form[f"{name}-month"], form[f"{name}-year"] = str(day.day), str(day.month), str(day.year)


# --- what is shown ----------------------------------------------------------------------------------------


def problems_by_field(reasons: Iterable[Reason]) -> dict[str, str]:
    """The first sentence for each question; those about no question are not here."""
    found: dict[str, str] = {}
    for reason in reasons:
        if reason.field:
            found.setdefault(ON if reason.field == "on" else reason.field, reason.reason)
    return found


def questions(
    fields: Iterable[Field], choices: Choices, form: MultiDict[str, str], problems: Mapping[str, str]
) -> list[Question]:
    """The questions of an action as components, holding what was typed and what is wrong with it."""
    asked = [f for f in fields if not f.filled]
    return [_question(f, tuple(choices.get(f.name, f.choices)), form, problems.get(f.name)) for f in asked]


def folded(fields: Sequence[Field]) -> int:
    """How many of the questions come before those folded away: the optional ones at the end, where they are many."""
    fields = [f for f in fields if not f.filled]
    last = max((i for i, f in enumerate(fields) if f.required), default=-1) + 1
    return last if len(fields) - last > FEW else len(fields)


def when_question(form: MultiDict[str, str], problem: str | None) -> Question:
    """When did this happen? Always the first question."""
    return Question("date", _date_params(ON, "When did this happen?", "For example, 3 12 2026", form, problem))


def date_question(name: str, label: str, hint: str, form: MultiDict[str, str], problem: str | None = None) -> Question:
    """A date that no action asks for, such as what a page is asked about."""
    return Question("date", _date_params(name, label, hint, form, problem))


def anchor(fields: Iterable[Field], name: str | None) -> str:
    """Where on the page the error summary leads for one question."""
    name = ON if name == "on" else name
    if not name:
        return "#main-content"
    for field in fields:
        if field.name == name and field.type in (FieldType.DATE, FieldType.DATETIME):
            return f"#{name}-day"
    return f"#{ON}-day" if name == ON else f"#{name}"


def offers_unknown(field: Field) -> bool:
    """Whether a form offers the four ways of not knowing."""
    return field.unknown and field.unknown_offered


def _label(field: Field) -> str:
    return field.label if field.required else f"{field.label} (optional)"


def _question(field: Field, choices: tuple[Choice, ...], form: MultiDict[str, str], problem: str | None) -> Question:
    build = _BUILD.get(field.type, _line)
    question = build(field, choices, form, problem)
    if offers_unknown(field) and question.component in ("input", "textarea", "date", "select", "datetime"):
        return Question(question.component, question.params, _why_none(field, form))
    return question


def _base(field: Field, problem: str | None) -> dict[str, Any]:
    params: dict[str, Any] = {"id": field.name, "name": field.name}
    said = f"{field.help} {KEPT_APART}".strip() if field.identity else field.help
    if said:
        params["hint"] = {"text": said}
    if problem:
        params["errorMessage"] = {"text": problem}
    return params


def _line(field: Field, _choices: tuple[Choice, ...], form: MultiDict[str, str], problem: str | None) -> Question:
    params = _base(field, problem)
    params["label"] = {"text": _label(field), "classes": "govuk-label--s"}
    held = form.get(field.name, "")
    params["value"] = "" if offers_unknown(field) and held in UNKNOWN_VALUES else held
    if field.long or field.many:
        params["rows"] = _rows(params["value"])
        if field.many:
            params["hint"] = {"text": f"{field.help} One a line.".strip()}
        return Question("textarea", params)
    width = {FieldType.INTEGER: "govuk-input--width-5", FieldType.DECIMAL: "govuk-input--width-10"}.get(field.type)
    if width:
        params["classes"] = width
        params["inputmode"] = "numeric" if field.type is FieldType.INTEGER else "decimal"
    if field.type is FieldType.PARTIAL_DATE:
        params["classes"] = "govuk-input--width-20"
        params["hint"] = {"text": field.help or "A date (7 11 2026), a month (2026-11), a year (2026) or a range."}
    if field.type is FieldType.EMAIL:
        params.update(type="email", autocomplete="off", spellcheck=False)
    if field.type is FieldType.URL:
        params.update(type="url", spellcheck=False)
        params.setdefault("hint", {"text": "The whole address, beginning with https://"})
    return Question("input", params)


def _rows(text: str) -> int:
    """How high a box is: four lines, or as many as what it holds already needs, up to twenty."""
    return max(4, min(20, sum(1 + len(line) // 60 for line in text.splitlines())))


def _date(field: Field, _choices: tuple[Choice, ...], form: MultiDict[str, str], problem: str | None) -> Question:
    return Question("date", _date_params(field.name, _label(field), _date_hint(field), form, problem))


def _date_hint(field: Field) -> str:
    said = field.help or "For example, 3 12 2026"
    return f"{said}. {KEPT_APART}".replace("..", ".") if field.identity else said


def _date_params(name: str, label: str, hint: str, form: MultiDict[str, str], problem: str | None) -> dict[str, Any]:
    wrong = " govuk-input--error" if problem else ""
    params: dict[str, Any] = {
        "id": name,
        "namePrefix": name,
        "fieldset": {"legend": {"text": label, "classes": "govuk-fieldset__legend--s"}},
        "hint": {"text": hint},
        "items": [
            {
                "name": part,
                "label": part.capitalize(),
                "classes": f"govuk-input--width-{width}{wrong}",
                "value": form.get(f"{name}-{part}", ""),
            }
            for part, width in (("day", 2), ("month", 2), ("year", 4))
        ],
    }
    if problem:
        params["errorMessage"] = {"text": problem}
    return params


def _datetime(field: Field, choices: tuple[Choice, ...], form: MultiDict[str, str], problem: str | None) -> Question:
    question = _date(field, choices, form, problem)
    question.params["items"].append(
        {
            "name": "time",
            "label": "Time, such as 14:30",
            "classes": "govuk-input--width-4" + (" govuk-input--error" if problem else ""),
            "value": form.get(f"{field.name}-time", ""),
            "inputmode": "text",
        }
    )
    return question


def _options(choices: Iterable[Choice], chosen: Iterable[str], unknown: bool) -> list[dict[str, Any]]:
    held = set(chosen)
    items: list[dict[str, Any]] = [{"value": c.value, "text": c.label, "checked": c.value in held} for c in choices]
    if unknown:
        items.append({"divider": "or"})
        items += [{"value": v, "text": label, "checked": v in held} for v, label in UNKNOWN_VALUES.items()]
    return items


def _group(field: Field, items: list[dict[str, Any]], problem: str | None) -> dict[str, Any]:
    params = _base(field, problem)
    params.pop("id")
    return {
        **params,
        "idPrefix": field.name,
        "fieldset": {"legend": {"text": _label(field), "classes": "govuk-fieldset__legend--s"}},
        "items": items,
    }


def _choice(field: Field, choices: tuple[Choice, ...], form: MultiDict[str, str], problem: str | None) -> Question:
    chosen = form.get(field.name, "")
    if len(choices) <= MANY_CHOICES:
        params = _group(field, _options(choices, [chosen], offers_unknown(field)), problem)
        if not choices:
            params.setdefault("hint", {"text": "There is nothing to choose from yet."})
        if offers_unknown(field):
            params["classes"] = "govuk-radios--small"
        return Question("radios", params)
    params = _base(field, problem)
    params["label"] = {"text": _label(field), "classes": "govuk-label--s"}
    params["items"] = [{"value": "", "text": "Choose one"}] + [
        {"value": c.value, "text": c.label, "selected": c.value == chosen} for c in choices
    ]
    return Question("select", params)


def _choices(field: Field, choices: tuple[Choice, ...], form: MultiDict[str, str], problem: str | None) -> Question:
    params = _group(field, _options(choices, form.getlist(field.name), offers_unknown(field)), problem)
    params.setdefault("hint", {"text": "Choose all that apply." if choices else "There is nothing to choose from yet."})
    if len(choices) > MANY_CHOICES:
        params["classes"] = "govuk-checkboxes--small dardr-many"
    return Question("checkboxes", params)


def _yes_no(field: Field, _choices: tuple[Choice, ...], form: MultiDict[str, str], problem: str | None) -> Question:
    both = (Choice("yes", "Yes"), Choice("no", "No"))
    params = _group(field, _options(both, [form.get(field.name, "")], offers_unknown(field)), problem)
    params["classes"] = "govuk-radios--small" if offers_unknown(field) else "govuk-radios--inline"
    return Question("radios", params)


def _file(field: Field, _choices: tuple[Choice, ...], _form: MultiDict[str, str], problem: str | None) -> Question:
    params = _base(field, problem)
    params["label"] = {"text": _label(field), "classes": "govuk-label--s"}
    if field.many:
        # The component's script is left out: its button has a name that differs from what it shows. Files can be
        # dropped on the browser's own field as well.
        params["multiple"] = True
    params.setdefault("hint", {"text": f"Up to {largest_words()}{' each' if field.many else ''}. Kept encrypted."})
    return Question("file", params)


def _why_none(field: Field, form: MultiDict[str, str]) -> dict[str, Any]:
    name = field.name + UNKNOWN
    chosen = form.get(name, "") or form.get(field.name, "")
    return {
        "id": name,
        "name": name,
        "label": {
            "html": "If there is no answer, say why",
            "classes": "dardr-why-none",
        },
        "attributes": {"aria-label": f"{field.label}: if there is no answer, say why"},
        "items": [{"value": "", "text": "There is an answer" if field.required else "No reason given"}]
        + [{"value": v, "text": label, "selected": v == chosen} for v, label in UNKNOWN_VALUES.items()],
    }


_BUILD = {
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.BOOLEAN: _yes_no,
    FieldType.FILE: _file,
}

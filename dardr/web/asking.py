"""A page that asks a few questions and then does one thing: for what belongs to no record and has no process.

Answers are read as everywhere (``workflows.answers``), nothing typed is lost, and a refusal says which answer is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from dardr.errors import Conflict, Forbidden, Invalid, Reason
from dardr.web import forms
from dardr.web.transaction import commit, undo
from workflows import answers as reading
from workflows.definition import Choice, Field, FieldType

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One such page. ``trail`` are its breadcrumbs, ``lead`` what it means, ``start`` what the answers are now."""

    title: str
    button: str
    fields: tuple[Field, ...]
    trail: Sequence[tuple[str, str]]
    lead: Sequence[str] = ()
    start: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    @property
    def back(self) -> str:
        """The page above."""
        return self.trail[-1][1]


def ask(asked: Asked, do: Callable[[Answers], str]) -> ResponseReturnValue:
    """Show the page, or read what was sent and ``do`` it; ``do`` returns the address to go to."""
    if request.method != "POST":
        return _show(asked, filled(asked.fields, asked.start), (), 200)
    values = forms.given(asked.fields, request.form, request.files)
    try:
        typed, problems = reading.read(asked.fields, values, asked.choices)
        if problems:
            raise Invalid([Reason(problem.reason, problem.field) for problem in problems])
        address = do(typed)
        commit()
    except (Conflict, Invalid, Forbidden) as error:
        undo()
        return _show(asked, request.form, error.reasons, error.status)
    return redirect(address, 303)


def filled(fields: Sequence[Field], values: Mapping[str, Any]) -> MultiDict[str, str]:
    """What a form holds when it is first shown with the answers as they are now."""
    form: MultiDict[str, str] = MultiDict()
    for one in fields:
        value = values.get(one.name)
        if value is None or value == "":
            continue
        if isinstance(value, date):
            for part in ("day", "month", "year"):
                form[f"{one.name}-{part}"] = str(getattr(value, part))
        elif isinstance(value, bool):
            form[one.name] = "yes" if value else "no"
        elif isinstance(value, list | tuple):
            if one.type is FieldType.CHOICES:
                form.setlist(one.name, [str(v) for v in value])
            else:
                form[one.name] = "\n".join(str(v) for v in value)
        else:
            form[one.name] = str(value)
    return form


def _show(asked: Asked, form: Any, reasons: Sequence[Reason], status: int) -> ResponseReturnValue:
    problems = forms.problems_by_field(reasons)
    shown = render_template(
        "administration/form.html",
        asked=asked,
        summary=[{"text": r.reason, "href": forms.anchor(asked.fields, r.field)} for r in reasons],
        questions=forms.questions(asked.fields, asked.choices, form, problems),
        has_files=any(one.type is FieldType.FILE for one in asked.fields),
    )
    return shown, status

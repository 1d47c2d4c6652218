"""On the form of a step: the days to be careful about ahead, and the questions that only some days make needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from dardr.access import roles_on
from dardr.casework.facts import load_careful, load_facts, needs_careful_days
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.audience import actor
from dardr.web.transaction import session
from workflows import answers as reading
from workflows.definition import Action, Field, Process
from workflows.engine import judge
from workflows.processes.care import in_a_line

AHEAD = timedelta(weeks=8)
"""How far ahead a form tells of days to be careful about."""


def days_ahead(record: Record | None, action: Action, today: date) -> str:
    """The days to be careful about of the next weeks, on the form of a step that looks at them; empty on others.

    What each is, is said to those who read of the family, as everywhere. ``today`` is a London date.
    """
    if record is None or not any(needs_careful_days(one) for one in (*action.checks, *action.warnings)):
        return ""
    return in_a_line(load_careful(session(), actor(), record), today, today + AHEAD)


def asked_now(
    record: Record | None,
    process: Process,
    action: Action,
    form: MultiDict[str, str],
    problems: Mapping[str, str],
    today: date,
) -> tuple[Field, ...]:
    """The questions to show: those asked only when needed are left out, unless they are, or hold an answer."""
    if record is None or not any(field.when_asked for field in action.fields):
        return action.fields
    needed = dict(problems) or _needed_today(record, process, action, form, today)
    shown: list[Field] = []
    for field in action.fields:
        if not field.when_asked or (form.get(field.name) and field.name not in needed):
            shown.append(field)
        elif field.name in problems:
            shown.append(dataclasses.replace(field, required=True))
        elif field.name in needed:
            shown.append(dataclasses.replace(field, required=True, help=f"{needed[field.name]} {field.help}"))
    return tuple(shown)


def _needed_today(
    record: Record, process: Process, action: Action, form: MultiDict[str, str], today: date
) -> dict[str, str]:
    """What the checks would ask for, were the form sent as it is now and had this happened today."""
    typed = reading.read(action.fields, forms.given(action.fields, form, {}), {})[0]
    facts = load_facts(session(), actor(), record, process, today, typed, today, actions=(action,))
    verdict = judge(process, action, facts, roles_on(session(), actor(), record))
    return {blocked.field: blocked.reason for blocked in verdict.blocked if blocked.field}

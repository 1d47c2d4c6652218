"""One request about one notification form: whose form it is, and what its questions can be answered with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import request, url_for

import workflows
from dardr import systime
from dardr.actors import Actor
from dardr.casework.notifying import GONE, REVIEW, Form, find
from dardr.errors import NotFound
from dardr.lookups import choices as looked_up
from dardr.web.audience import actor
from dardr.web.transaction import session


@dataclass
class Here:
    """One request about one form: whose it is, and what its questions can be answered with."""

    form: Form
    actor: Actor
    outside: bool
    today: date
    choices: dict[str, Any] = field(default_factory=dict)

    def at(self, name: str, **more: Any) -> str:
        """The address of a page of this form, on its side of the door."""
        return url_for(f"notification.{'outside_' if self.outside else ''}{name}", number=self.form.number, **more)

    def refresh(self) -> None:
        """Read the form again after the transaction was undone."""
        self.form = find(session(), systime.utc_now(), self.form.number)


def here_of(number: int) -> Here:
    """The form of that number of whoever is signed in. Raises NotFound for somebody else's."""
    form = find(session(), systime.utc_now(), number, lock=request.method == "POST")
    if form.draft.user_id != actor().id:
        raise NotFound(GONE)
    return here_with(form, actor(), outside=False)


def here_with(form: Form, by: Actor, *, outside: bool) -> Here:
    """The same for a form whose reader is known, on either side of the door."""
    today = systime.london_date(systime.utc_now())
    process = workflows.newest(REVIEW)
    found = looked_up.resolve(session(), by, process, process.opening, None, today)
    return Here(form, by, outside, today, found)

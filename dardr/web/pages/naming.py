"""Facts and answers with the names people know: labels of questions, names of bodies, partnerships and people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Session

from dardr.casework.own_questions import known_fields
from dardr.casework.panel import SEAT
from dardr.lookups.names import FormerNames
from dardr.storage.bodies import Body, Csp
from dardr.storage.people import User
from dardr.storage.reviews import Record, RecordBody
from dardr.web.words import answer_words, as_day, day_words, label_of_clock
from workflows.definition import Action, AssignsCaseManager, Choice, Field, From, Process
from workflows.questions import OWN_NAME

LOOKED_UP = {From.BODIES: "bodies", From.CSPS: "csps", From.PEOPLE: "people", From.CASE_MANAGERS: "people"}
LOOKED_UP |= {From.BODIES_TO_NAME: "bodies", From.ADDRESSEES: "bodies"}
LOOKED_UP |= {From.PANEL_SEATS: "seats", From.PANEL_SEATS_THEN: "seats"}
RENAMED = {"bodies": "body", "csps": "csp"}
CLOCKS = (From.CLOCKS_TO_PAUSE, From.CLOCKS_TO_MOVE, From.CLOCKS_TO_REMIND)
ENTRY_OWN = ("on", "seq", "by")
"""What the record itself adds to each entry of a list it keeps."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: what was asked, and what was said; ``before`` where it replaced something."""

    label: str
    value: str
    before: str = ""


class Names:
    """Names by the keys that facts hold. Each kind is looked up once a request, when it is first needed."""

    def __init__(self, session: Session, partnership_id: int | None) -> None:
        self._session, self._partnership = session, partnership_id
        self._kept: dict[tuple[str, date | None], tuple[Choice, ...]] = {}
        self._rows: dict[str, list[tuple[int, str, str]]] = {}
        self._former: dict[str, FormerNames] = {}
        self._own: dict[str, Field] | None = None

    def choices(self, field: Field, on: date | None = None) -> tuple[Choice, ...]:
        """The choices of a question; past bodies and people included, so that old answers keep their names.

        With ``on`` (a London day) they are called what they were called on that day.
        """
        kind = LOOKED_UP.get(field.choices_from) if field.choices_from else None
        if kind is None:
            return field.choices
        former = self._former_of(kind)
        day = on if former else None
        if (kind, day) not in self._kept:
            self._kept[kind, day] = tuple(
                Choice(key, former.then(of_id, name, day) if former else name) for of_id, key, name in self._all(kind)
            )
        return self._kept[kind, day]

    def _all(self, kind: str) -> list[tuple[int, str, str]]:
        if kind not in self._rows:
            query = {
                "bodies": sa.select(Body.id, Body.key, Body.name).where(Body.partnership_id == self._partnership),
                "csps": sa.select(Csp.id, Csp.key, Csp.name).where(Csp.partnership_id == self._partnership),
                "people": sa.select(User.id, User.email, User.name).where(User.partnership_id == self._partnership),
                "seats": _seats(self._partnership),
            }[kind]
            self._rows[kind] = [(of_id, key, name) for of_id, key, name in self._session.execute(query)]
        return self._rows[kind]

    def _former_of(self, kind: str) -> FormerNames | None:
        """What bodies and CSPs were called before; people have one name."""
        if kind not in RENAMED:
            return None
        if kind not in self._former:
            self._former[kind] = FormerNames(self._session, RENAMED[kind])
        return self._former[kind]

    def answer(self, field: Field | None, value: Any, on: date | None = None) -> str:
        """One answer as people read it; bodies and CSPs by the name they had on the day ``on``."""
        if field is not None and field.choices_from in CLOCKS and isinstance(value, str | list):
            keys = [value] if isinstance(value, str) else value
            return "; ".join(label_of_clock(str(key).partition("-")[0]) for key in keys)
        return answer_words(field, value, self.choices(field, on) if field else ())

    def own(self, values: Mapping[str, Any]) -> dict[str, Field]:
        """The partnership's own questions that have an answer among ``values``, in the words they were asked in."""
        if not any(OWN_NAME.fullmatch(name) for name in values):
            return {}
        if self._own is None:
            self._own = known_fields(self._session, self._partnership)
        return {name: field for name, field in self._own.items() if values.get(name) not in (None, "", [])}

    def body(self, key: str) -> str:
        """The name of a body."""
        return self.answer(Field("body", "", choices_from=From.BODIES), key)


def _seats(partnership_id: int | None) -> sa.Select[int, str, str]:
    """The seats of panels by the body each is of, or what the member is there for: never by a name."""
    return (
        sa.select(Record.id, Record.ref, sa.func.coalesce(Body.name, Record.title))
        .outerjoin(RecordBody, RecordBody.record_id == Record.id)
        .outerjoin(Body, Body.id == RecordBody.body_id)
        .where(Record.process_key == SEAT, Record.partnership_id == partnership_id)
    )


def names(session: Session, partnership_id: int | None) -> Names:
    """The names of this request."""
    if "dardr_names" not in g:
        g.dardr_names = Names(session, partnership_id)
    return g.dardr_names


def fields_by_name(process: Process) -> dict[str, Field]:
    """Every question of a process; where two share a name, the opening's, then the first."""
    found: dict[str, Field] = {}
    for action in (process.opening, *process.actions, *process.brings_in):
        if action.keep_as is None:
            for field in action.fields:
                found.setdefault(field.name, field)
    return found


def facts_lines(process: Process, facts: Mapping[str, Any], known: Names, *, notable: bool) -> list[Line]:
    """The facts of a record in the order of its questions; only the notable ones, or only the others."""
    lines = []
    carries = {f.name for a in process.actions for f in a.fields if AssignsCaseManager() in a.effects}
    for name, field in fields_by_name(process).items():
        if name in carries:
            continue  # said at the head of the page
        if field.notable is notable and facts.get(name) not in (None, "", []):
            lines.append(Line(field.label, known.answer(field, facts[name])))
    if not notable:
        own = known.own(facts)
        lines += [Line(field.label, known.answer(field, facts[name])) for name, field in own.items()]
    return lines


HEADINGS = {
    "correspondence": "E-mails filed",
    "looks": "Times it was looked at",
    "packs": "Parts put into the pack for the Home Office",
    "parallel": "Parallel proceedings",
    "plan": "Actions added to the plan",
    "told_apart": "Notifications of another death",
}
"""What people read over a list that a record keeps, where its name alone would not say it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A list that a record keeps (family contacts, meetings): entries, oldest first, and how many there are in all."""

    name: str
    heading: str
    entries: list[tuple[str, list[Line]]]
    total: int


def kept_lists(process: Process, facts: Mapping[str, Any], known: Names, *, last: int | None = None) -> list[Kept]:
    """The lists a record keeps, each entry with its day; ``last``: only so many of the newest entries of each."""
    found: dict[str, Kept] = {}
    for action in process.actions:
        entries = facts.get(action.keep_as) if action.keep_as else None
        if not entries or action.keep_as in found:
            continue
        wanted = entries if last is None else entries[-last:]
        shown = [(day_words(entry.get("on")), entry_lines(action, entry, known)) for entry in wanted]
        assert action.keep_as is not None
        heading = HEADINGS.get(action.keep_as) or action.keep_as.replace("_", " ").capitalize()
        found[action.keep_as] = Kept(action.keep_as, heading, shown, len(entries))
    return list(found.values())


def entry_lines(action: Action, values: Mapping[str, Any], known: Names) -> list[Line]:
    """The answers of one event or entry."""
    by_name = {f.name: f for f in action.fields} | known.own(values)
    on = as_day(values.get("on"))
    return [
        Line(
            by_name[n].label if n in by_name else n.replace("_", " ").capitalize(), known.answer(by_name.get(n), v, on)
        )
        for n, v in values.items()
        if n not in ENTRY_OWN and not n.startswith("_")
    ]


def change_lines(action: Action | None, event: Mapping[str, Any], known: Names) -> list[Line]:
    """What one event recorded, with what it replaced."""
    by_name = {f.name: f for f in action.fields} if action else {}
    by_name |= known.own(event.get("after") or {})
    before = event.get("before") or {}
    on = as_day(event.get("occurred_on"))
    lines = []
    for name, value in (event.get("after") or {}).items():
        field = by_name.get(name)
        was = known.answer(field, before[name], on) if name in before and before[name] != value else ""
        label = field.label if field else name.replace("_", " ").capitalize()
        lines.append(Line(label, known.answer(field, value, on), was))
    return lines

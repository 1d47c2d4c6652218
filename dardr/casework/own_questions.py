"""The questions a partnership adds to a form: asked beside those of the process, in versions, none ever lost.

``whole`` gives an action with them. Every edge that asks or reads an action's questions calls it, so that an answer
of a partnership's own is checked, stored and shown like any other. A fact is named ``own_<key>_v<version>``: a changed
question is another fact, and what was answered before keeps its own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import a_name, home, require_administrator
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.storage.bodies import OwnQuestion
from workflows.definition import Action, Choice, Field, FieldType
from workflows.questions import OWN_PLACES, UNKNOWN_VALUES

KINDS: dict[str, tuple[str, FieldType]] = {
    "text": ("One line of words", FieldType.TEXT),
    "long": ("Several sentences", FieldType.TEXT),
    "date": ("A date", FieldType.DATE),
    "yes_no": ("Yes or no", FieldType.BOOLEAN),
    "one_of": ("One of several answers", FieldType.CHOICE),
    "several_of": ("Any of several answers", FieldType.CHOICES),
    "number": ("A whole number", FieldType.INTEGER),
}
"""The kinds of answer to a question of one's own: what people read, and how it is stored."""
WITH_CHOICES = ("one_of", "several_of")
MOST_CHOICES, MOST_QUESTIONS, LONGEST_HELP = 40, 60, 500


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as an administrator wants it asked; ``choices`` are the answers to choose from, in their order."""

    label: str
    type: str
    help: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


# --- asking -----------------------------------------------------------------------------------------------


def whole(
    session: Session,
    partnership_id: int | None,
    action: Action,
    facts: Mapping[str, Any] | None = None,
    *,
    optional: bool = False,
) -> Action:
    """The action with the questions that the partnership asks there now, behind its own.

    ``facts`` are those of the record, for an action that asks them of some records only. ``optional`` needs none of
    them answered: a record brought in from a list that never asked. Where nothing is added it is the same object, so
    judge, move and record with the action of the process itself, and use this one for its ``fields``.
    """
    if not action.own_questions or partnership_id is None:
        return action
    if action.own_questions_when is not None:
        name, values = action.own_questions_when
        if (facts or {}).get(name) not in values:
            return action
    fields = [field_of(row) for row in asked_at(session, partnership_id, action.own_questions)]
    if optional:
        fields = [replace(one, required=False) for one in fields]
    return replace(action, fields=(*action.fields, *fields)) if fields else action


def asked_at(session: Session, partnership_id: int, place: str) -> list[OwnQuestion]:
    """The questions asked in a form now, in their order."""
    return list(
        session.scalars(
            sa.select(OwnQuestion)
            .where(
                OwnQuestion.partnership_id == partnership_id,
                OwnQuestion.place == place,
                OwnQuestion.retired_at.is_(None),
            )
            .order_by(OwnQuestion.position, OwnQuestion.id)
        )
    )


def known_fields(session: Session, partnership_id: int | None) -> dict[str, Field]:
    """Every version of every question there ever was, by the name of its fact: how answers given before are shown."""
    rows = session.scalars(
        sa.select(OwnQuestion)
        .where(OwnQuestion.partnership_id == partnership_id)
        .order_by(OwnQuestion.place, OwnQuestion.position, OwnQuestion.key, OwnQuestion.version)
    )
    return {name_of(row): field_of(row) for row in rows}


def name_of(row: OwnQuestion) -> str:
    """The name of the fact that holds the answers to one version."""
    return f"own_{row.key}_v{row.version}"


def field_of(row: OwnQuestion) -> Field:
    """One version as a question. The four ways of not knowing are always allowed, so that nobody must invent."""
    return Field(
        name_of(row),
        row.label,
        KINDS[row.type][1],
        required=row.required,
        choices=tuple(Choice(str(one["value"]), str(one["label"])) for one in row.choices),
        unknown=True,
        future=True,
        long=row.type == "long",
        help=row.help,
    )


def as_asked(wording: Wording) -> Field:
    """A question as it will be asked, before it is saved. Raises Invalid."""
    never = datetime(2000, 1, 1, tzinfo=UTC)
    return field_of(_row(0, "", "preview", 1, 0, _checked(wording), never))


def asked_otherwise(
    session: Session, partnership_id: int | None, asked: Action, form: Mapping[str, Any]
) -> list[Reason]:
    """Answers in a sent form to questions that were changed or retired since it was opened, each said again.

    ``asked`` is the whole action as it is now. Nothing typed is lost: the sentence repeats it.
    """
    now = {f.name for f in asked.fields}
    gone: dict[str, str] = {}
    for name, value in form.items():
        named = re.match(r"(own_.+_v\d+)(?:-\w+)?$", name)
        if named and named[1] not in now and str(value).strip():
            gone[named[1]] = f"{gone.get(named[1], '')} {value}".strip()
    if not gone:
        return []
    known = known_fields(session, partnership_id)
    return [
        Reason(
            f"“{known[name].label}” is not asked in these words any more. You had answered: {said}. "
            "Look at the questions as they are now, then send the page again."
        )
        for name, said in gone.items()
        if name in known
    ]


# --- changing ---------------------------------------------------------------------------------------------


def add_question(session: Session, actor: Actor, now: datetime, place: str, wording: Wording) -> OwnQuestion:
    """Add a question at the end of a form. Raises Forbidden, NotFound (no such form), Invalid."""
    require_administrator(actor)
    partnership = home(session)
    if place not in OWN_PLACES:
        raise NotFound("There is no such form to which questions can be added.")
    wording = _checked(wording)
    others = asked_at(session, partnership.id, place)
    if len(others) >= MOST_QUESTIONS:
        raise Conflict(f"This form has {MOST_QUESTIONS} questions of your own already. Retire one first.")
    _refuse_same(others, wording.label)
    key = _free_key(session, partnership.id, wording.label)
    position = max((one.position for one in others), default=0) + 1
    row = _row(partnership.id, place, key, 1, position, wording, now)
    session.add(row)
    session.flush()
    note_change(session, now, actor, "question_added", wording.label, _details(row))
    return row


def change_question(session: Session, actor: Actor, now: datetime, key: str, wording: Wording) -> OwnQuestion:
    """Ask a question in other words from now on: a new version. Answers to the one before keep its words.

    Raises Forbidden, NotFound, Conflict (a retired one), Invalid.
    """
    require_administrator(actor)
    row = latest(session, key, lock=True)
    if row.retired_at is not None:
        raise Conflict("This question is not asked any more. Put it back first, then change it.")
    wording = _checked(wording)
    if wording == wording_of(row):
        return row
    _refuse_same([one for one in asked_at(session, row.partnership_id, row.place) if one.key != key], wording.label)
    row.retired_at = now
    new = _row(row.partnership_id, row.place, key, row.version + 1, row.position, wording, now)
    session.add(new)
    session.flush()
    note_change(session, now, actor, "question_changed", wording.label, _details(new))
    return new


def retire_question(session: Session, actor: Actor, now: datetime, key: str) -> OwnQuestion:
    """Ask a question no more; its answers stay. Doing it twice changes nothing. Raises Forbidden, NotFound."""
    require_administrator(actor)
    row = latest(session, key, lock=True)
    if row.retired_at is None:
        row.retired_at = now
        session.flush()
        note_change(session, now, actor, "question_retired", row.label, _details(row))
    return row


def put_back(session: Session, actor: Actor, now: datetime, key: str) -> OwnQuestion:
    """Ask a retired question again, in its last words, at the end of its form. Raises Forbidden, NotFound, Invalid."""
    require_administrator(actor)
    row = latest(session, key, lock=True)
    if row.retired_at is not None:
        others = asked_at(session, row.partnership_id, row.place)
        _refuse_same(others, row.label)
        row.retired_at, row.position = None, max((one.position for one in others), default=0) + 1
        session.flush()
        note_change(session, now, actor, "question_put_back", row.label, _details(row))
    return row


def move_question(session: Session, actor: Actor, now: datetime, key: str, *, up: bool) -> OwnQuestion:
    """Ask a question one place earlier, or later; past the end nothing changes. Raises Forbidden, NotFound."""
    require_administrator(actor)
    row = latest(session, key, lock=True)
    rows = asked_at(session, row.partnership_id, row.place)
    if row not in rows:
        raise NotFound("This question is not asked any more. Put it back first.")
    at = rows.index(row)
    to = at - 1 if up else at + 1
    if 0 <= to < len(rows):
        rows.insert(to, rows.pop(at))
        for position, one in enumerate(rows, 1):
            one.position = position
        session.flush()
        note_change(session, now, actor, "question_moved", row.label, {**_details(row), "up": up})
    return row


def latest(session: Session, key: str, *, lock: bool = False) -> OwnQuestion:
    """The newest version of a question. Raises NotFound."""
    query = (
        sa.select(OwnQuestion)
        .where(OwnQuestion.key == key, OwnQuestion.partnership_id == home(session).id)
        .order_by(OwnQuestion.version.desc())
        .limit(1)
    )
    row = session.scalar(query.with_for_update(of=OwnQuestion) if lock else query)
    if row is None:
        raise NotFound("There is no such question here. Look at the list of questions.")
    return row


def versions(session: Session, key: str) -> Sequence[OwnQuestion]:
    """Every version of a question, newest first."""
    row = latest(session, key)
    return session.scalars(
        sa.select(OwnQuestion)
        .where(OwnQuestion.key == key, OwnQuestion.partnership_id == row.partnership_id)
        .order_by(OwnQuestion.version.desc())
    ).all()


def retired(session: Session, partnership_id: int, place: str) -> list[OwnQuestion]:
    """The questions of a form that are not asked any more, each in its last words, the last one retired first."""
    rows = session.scalars(
        sa.select(OwnQuestion)
        .where(OwnQuestion.partnership_id == partnership_id, OwnQuestion.place == place)
        .order_by(OwnQuestion.version)
    )
    last = {row.key: row for row in rows}
    return sorted(
        (row for row in last.values() if row.retired_at is not None),
        key=lambda row: (row.retired_at, row.id),
        reverse=True,
    )


def wording_of(row: OwnQuestion) -> Wording:
    """How one version asks."""
    return Wording(row.label, row.type, row.help, tuple(str(one["label"]) for one in row.choices), row.required)


def _row(
    partnership_id: int, place: str, key: str, version: int, position: int, wording: Wording, now: datetime
) -> OwnQuestion:
    return OwnQuestion(
        partnership_id=partnership_id,
        place=place,
        key=key,
        version=version,
        position=position,
        label=wording.label,
        help=wording.help,
        type=wording.type,
        choices=[{"value": value, "label": label} for value, label in _values(wording.choices)],
        required=wording.required,
        from_at=now,
        retired_at=None,
    )


def _values(labels: Sequence[str]) -> list[tuple[str, str]]:
    """What is stored for each choice: its words made plain, with a number where two would be the same."""
    found: dict[str, str] = {}
    for label in labels:
        base = value = _plain(label) or "answer"
        number = 1
        while value in found or value in UNKNOWN_VALUES:
            number += 1
            value = f"{base}_{number}"
        found[value] = label
    return list(found.items())


def _plain(text: str, most: int = 40) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:most].strip("_")


def _free_key(session: Session, partnership_id: int, label: str) -> str:
    taken = set(session.scalars(sa.select(OwnQuestion.key).where(OwnQuestion.partnership_id == partnership_id)))
    base = key = _plain(label) or "question"
    number = 1
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key


def _checked(wording: Wording) -> Wording:
    """The wording without doubled spaces. Raises Invalid with every reason."""
    reasons: list[Reason] = []
    label = help_ = ""
    try:
        label = a_name(wording.label, "label", "the question")
    except Invalid as error:
        reasons += error.reasons
    if wording.help.strip():
        try:
            help_ = a_name(wording.help, "help", "help", most=LONGEST_HELP)
        except Invalid as error:
            reasons += error.reasons
    if wording.type not in KINDS:
        reasons.append(Reason("Choose what kind of answer is wanted.", "type"))
    choices = tuple(dict.fromkeys(" ".join(one.split()) for one in wording.choices if one.strip()))
    if wording.type in WITH_CHOICES:
        if len(choices) < 2:
            reasons.append(Reason("Give at least two answers to choose from, one a line.", "choices"))
        if len(choices) > MOST_CHOICES or any(len(one) > 100 for one in choices):
            said = f"Give at most {MOST_CHOICES} answers of up to 100 characters each."
            reasons.append(Reason(said, "choices"))
        if len({one.casefold() for one in choices}) < len(choices):
            reasons.append(Reason("Two of the answers are the same but for capitals. Change one.", "choices"))
    elif choices:
        said = "Answers to choose from belong to a choice. Change the kind of answer, or take them out."
        reasons.append(Reason(said, "choices"))
    if reasons:
        raise Invalid(reasons)
    return Wording(label, wording.type, help_, choices, wording.required)


def _refuse_same(others: Sequence[OwnQuestion], label: str) -> None:
    if any(one.label.casefold() == label.casefold() for one in others):
        raise Invalid([Reason("This form asks that already. Give the question other words.", "label")])


def _details(row: OwnQuestion) -> dict[str, Any]:
    return {
        "place": row.place,
        "key": row.key,
        "version": row.version,
        "type": row.type,
        "required": row.required,
        "choices": [one["label"] for one in row.choices],
    }

"""Short ways to write the fields of an action, so that a process file reads as a list of questions."""

from __future__ import annotations

import dataclasses
from typing import Any

from workflows.definition import Choice, Field, FieldType, From, Role


def text(name: str, label: str, **more: Any) -> Field:
    """One line of words; with ``many=True`` one entry a line."""
    return Field(name, label, FieldType.TEXT, **more)


def paragraph(name: str, label: str, **more: Any) -> Field:
    """Several sentences."""
    return Field(name, label, FieldType.TEXT, long=True, **more)


def day(name: str, label: str, **more: Any) -> Field:
    """A full date, London."""
    return Field(name, label, FieldType.DATE, **more)


def number(name: str, label: str, **more: Any) -> Field:
    """A whole number."""
    return Field(name, label, FieldType.INTEGER, **more)


def yes_no(name: str, label: str, **more: Any) -> Field:
    """Yes or no."""
    return Field(name, label, FieldType.BOOLEAN, **more)


def link(name: str, label: str, **more: Any) -> Field:
    """An address on the web."""
    return Field(name, label, FieldType.URL, **more)


def email(name: str, label: str, **more: Any) -> Field:
    """An e-mail address."""
    return Field(name, label, FieldType.EMAIL, **more)


def file(name: str, label: str, **more: Any) -> Field:
    """A file; never required, because a reference to where it is kept will do."""
    return Field(name, label, FieldType.FILE, **{"required": False, **more})


def choice(name: str, label: str, *choices: tuple[str, str], **more: Any) -> Field:
    """One of several answers, the ordinary one first."""
    return Field(name, label, FieldType.CHOICE, choices=tuple(Choice(v, w) for v, w in choices), **more)


def choices(name: str, label: str, *options: tuple[str, str], **more: Any) -> Field:
    """Any number of several answers."""
    return Field(name, label, FieldType.CHOICES, choices=tuple(Choice(v, w) for v, w in options), **more)


def one_of(name: str, label: str, source: From, **more: Any) -> Field:
    """One of the bodies, people, versions and so on that the record or installation knows."""
    return Field(name, label, FieldType.CHOICE, choices_from=source, **more)


def several_of(name: str, label: str, source: From, **more: Any) -> Field:
    """Several of the bodies, partnerships and so on that the record or installation knows."""
    return Field(name, label, FieldType.CHOICES, choices_from=source, **more)


def read_by(roles: frozenset[Role], *fields: Field) -> tuple[Field, ...]:
    """The same questions, their answers read by these roles only."""
    return tuple(dataclasses.replace(field, seen_by=roles) for field in fields)


def optional(field: Field, **more: Any) -> Field:
    """The same question, not required."""
    return dataclasses.replace(field, required=False, **more)

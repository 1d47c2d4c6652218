"""Who is a specified public authority (Domestic Abuse Act 2021 s.15(3)) on a day: one list, with first and last days.

The list is data (``data/specified_authorities.csv``). A body belongs to a class of it by what people recorded of that
body; its kind suggests the class and decides nothing. Paragraph (q) of the Act's list is repealed and names nobody.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from workflows.authority import Evidence

BodyKind = Literal["specified_public_authority", "government_department", "not_listed"]
SPECIFIED: BodyKind = "specified_public_authority"
DEPARTMENT: BodyKind = "government_department"
NOT_LISTED: BodyKind = "not_listed"
KIND_OF_DEPARTMENT = "government_department"
"""The kind of body in the register that owes a reply as a Minister in charge of a department (s.16(1)(b))."""

REPEALED = "Paragraph (q) of the list is repealed and names nobody."


@dataclass(frozen=True, slots=True)
class AuthorityClass:
    """One class of the list. ``from_on`` and ``until_on`` are its first and last London day on it, None where open.

    ``paragraph`` is empty where it was not noted when the words were read; ``kinds`` are the kinds of body in the
    register that usually belong to it.
    """

    key: str
    words: str
    paragraph: str
    from_on: date | None
    until_on: date | None
    evidence: Evidence
    kinds: tuple[str, ...]
    note: str

    def on_the_list(self, day: date) -> bool:
        """Whether the class is on the list on a London day, its first and last day included."""
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class NotListed:
    """A kind of body that is known not to be on the list, and what is known about that."""

    kind: str
    called: str
    why: str
    evidence: Evidence


@cache
def classes() -> dict[str, AuthorityClass]:
    """Every class that is, or was, on the list, by its key, in the order of the list."""
    return {
        row["key"]: AuthorityClass(
            key=row["key"],
            words=row["words"],
            paragraph=row["paragraph"],
            from_on=date.fromisoformat(row["from"]) if row["from"] else None,
            until_on=date.fromisoformat(row["until"]) if row["until"] else None,
            evidence=Evidence(row["evidence"]),
            kinds=tuple(row["kinds"].split()),
            note=row["note"],
        )
        for row in _rows("specified_authorities.csv")
    }


@cache
def not_listed() -> dict[str, NotListed]:
    """The kinds of body that are known not to be on the list, by kind."""
    return {
        row["kind"]: NotListed(row["kind"], row["called"], row["why"], Evidence(row["evidence"]))
        for row in _rows("not_specified.csv")
    }


def classes_on(day: date) -> list[AuthorityClass]:
    """The classes that are on the list on a London day."""
    return [one for one in classes().values() if one.on_the_list(day)]


def class_on(key: str, day: date) -> AuthorityClass | None:
    """The class of that key if it is on the list on a London day; None for one that is not, or that is not known."""
    found = classes().get(key)
    return found if found is not None and found.on_the_list(day) else None


def class_of_kind(kind: str) -> AuthorityClass | None:
    """The class to which bodies of that kind usually belong: a suggestion for whoever describes a body."""
    return next((one for one in classes().values() if kind in one.kinds), None)


def why_not(kind: str) -> str:
    """Why a body of that kind is not on the list, in a sentence; empty where nothing is known about the kind."""
    found = not_listed().get(kind)
    if found is None:
        return ""
    return f"{found.called[:1].upper()}{found.called[1:]} is not on it. {found.why}"


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("workflows").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))

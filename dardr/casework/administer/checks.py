"""What every change by an administrator is checked for: who may, names, keys, addresses, and days in their order."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.bodies import Body, Csp, Partnership
from workflows.answers import CannotRead, read
from workflows.calendar import in_words
from workflows.definition import Field, FieldType, Role

LONGEST_NAME = 200
LONGEST_EMAIL = 254
EMAIL = Field("email", "E-mail address", FieldType.EMAIL)
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.TEAM_MANAGER})
"""Who looks after bodies, their contacts and the people of agencies."""

Row = TypeVar("Row", Body, Csp)


def require_administrator(actor: Actor) -> None:
    """Raises Forbidden for anybody who is not an administrator of the whole installation."""
    if Role.ADMINISTRATOR not in actor.everywhere:
        raise Forbidden("Only an administrator changes this.")


def require_keeper(actor: Actor) -> None:
    """Raises Forbidden for anybody who is neither an administrator nor the team manager."""
    if not actor.everywhere & KEEPERS:
        raise Forbidden("Only an administrator or the team manager changes this.")


def home(session: Session) -> Partnership:
    """The partnership of this installation. Raises Conflict where there is none yet."""
    found = session.scalar(sa.select(Partnership).where(Partnership.home.is_(True)))
    if found is None:
        raise Conflict(
            "No partnership has been set up yet. Name it on the first page of Administration, or load a profile there."
        )
    return found


def of_key(session: Session, table: type[Row], key: str, *, lock: bool = False) -> Row:
    """A body or local partnership of this installation. Raises NotFound."""
    query = sa.select(table).where(table.key == key, table.partnership_id == home(session).id)
    if lock:
        query = query.with_for_update(of=table)
    row = session.scalar(query)
    if row is None:
        raise NotFound("There is nothing of that name here. Check the address.")
    return row


def a_name(text: str, field: str = "name", what: str = "a name", *, most: int = LONGEST_NAME) -> str:
    """A name on one line, without doubled spaces. Raises Invalid."""
    clean = " ".join("".join(c for c in text if unicodedata.category(c) != "Cc" or c.isspace()).split())
    if not clean:
        raise Invalid([Reason(f"Give {what}.", field)])
    if len(clean) > most:
        raise Invalid([Reason(f"Give {what} of at most {most} characters. This one has {len(clean)}.", field)])
    return clean


def an_email(text: str, field: str = "email") -> str:
    """An e-mail address that can be written to. Raises Invalid."""
    try:
        typed, problems = read((EMAIL,), {"email": text}, {})
    except CannotRead as error:
        raise Invalid([Reason(str(error), field)]) from error
    if problems:
        raise Invalid([Reason(problem.reason, field) for problem in problems])
    address = str(typed["email"])
    if len(address) > LONGEST_EMAIL:
        raise Invalid([Reason(f"E-mail address: give one of at most {LONGEST_EMAIL} characters.", field)])
    return address


def a_key(text: str, field: str = "key") -> str:
    """A short name for addresses and files: small letters, figures and hyphens. Raises Invalid."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text) or len(text) > 64:
        said = "Short name: use small letters, figures and hyphens, at most 64, such as north-county."
        raise Invalid([Reason(said, field)])
    return text


def key_from(session: Session, table: type[Body] | type[Csp], name: str) -> str:
    """A key made from a name, with a number behind it where the key is taken."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56].strip("-") or "body"
    taken = {"add", *session.scalars(sa.select(table.key).where(table.key.startswith(base)))}
    number, key = 1, base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def refuse_same_name(
    session: Session, table: type[Body] | type[Csp], name: str, partnership_id: int, *, but: int | None = None
) -> None:
    """Raises Invalid where another row of the partnership has this name, whatever its capitals."""
    rows = session.execute(sa.select(table.id, table.name).where(table.partnership_id == partnership_id))
    if any(found.casefold() == name.casefold() and one != but for one, found in rows):
        raise Invalid([Reason(f"There is one called {name} already. Give another name, or change that one.", "name")])


def in_order(from_on: date | None, until_on: date | None, field: str) -> None:
    """Raises Invalid where something would end before it began."""
    if from_on is not None and until_on is not None and until_on < from_on:
        said = f"It began on {in_words(from_on)} and cannot end before that, on {in_words(until_on)}. Check both dates."
        raise Invalid([Reason(said, field)])

"""Setting up a database for a partnership: its CSPs and bodies from a profile, and what kind of database it is."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from importlib import resources
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import operator
from dardr.errors import Conflict, NotFound
from dardr.storage.bodies import Body, BodyContact, Csp, Partnership
from dardr.storage.installation import Installation
from dardr.storage.people import User
from dardr.storage.reviews import Record

PROFILES = "dardr.profiles"


def profile_names() -> list[str]:
    """The profiles that come with this installation."""
    folder = resources.files(PROFILES)
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))


def read_profile(name: str) -> dict[str, Any]:
    """A profile as data. Raises NotFound."""
    file = resources.files(PROFILES) / f"{name}.toml"
    if not file.is_file():
        raise NotFound(f"There is no profile called {name}. There are: {', '.join(profile_names())}.")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def prepare(session: Session, now: datetime, *, rehearsal: bool = False) -> Installation:
    """The one row that describes this database, made on first use, and the command line's person.

    ``rehearsal`` marks a database for good that holds no record and nobody yet. Raises Conflict for any other.
    """
    row = session.scalar(sa.select(Installation))
    if row is None:
        row = Installation(rehearsal=rehearsal, created_at=now)
        session.add(row)
    elif rehearsal and not row.rehearsal:
        used = session.scalar(sa.select(sa.func.count()).select_from(Record)) or session.scalar(
            sa.select(sa.func.count()).select_from(User).where(User.is_operator.is_(False))
        )
        if used:
            raise Conflict(
                "This database holds people or records already, so it cannot become a rehearsal. "
                "Set DARDR_DATABASE_URL to a new, empty database and run: dardr db upgrade --rehearsal"
            )
        row.rehearsal = True
    session.flush()
    operator(session, now)
    return row


def home(session: Session) -> Partnership | None:
    """The partnership whose installation this is."""
    return session.scalar(sa.select(Partnership).where(Partnership.home.is_(True)))


def load_profile(session: Session, now: datetime, profile: dict[str, Any]) -> Partnership:
    """Load a partnership with its CSPs, bodies and contacts, and make it the home of this installation.

    Rows are found by key: what is there already is brought up to date, nothing is removed.
    """
    given = profile["partnership"]
    partnership = session.scalar(sa.select(Partnership).where(Partnership.key == given["key"]))
    if partnership is None:
        partnership = Partnership(key=given["key"], name=given["name"], settings={})
        session.add(partnership)
    for other in session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))):
        other.home = False
    partnership.name = given["name"]
    partnership.team_name = given.get("team_name", "")
    partnership.team_email = given.get("team_email", "")
    partnership.settings = {**dict(given.get("settings", {})), **(partnership.settings or {})}
    partnership.home = True
    session.flush()
    for row in profile.get("csp", []):
        csp = _of_key(session, Csp, row["key"], partnership.id)
        csp.name, csp.from_on, csp.until_on = row["name"], _day(row, "from"), _day(row, "until")
    bodies = {row["key"]: _body(session, row, partnership.id) for row in profile.get("body", [])}
    session.flush()
    for row in profile.get("body", []):
        if row.get("successor"):
            bodies[row["key"]].successor_id = bodies[row["successor"]].id
    for row in profile.get("contact", []):
        _contact(session, bodies[row["body"]].id, row)
    session.flush()
    person = operator(session, now)
    if person.partnership_id != partnership.id:
        user = session.get(User, person.id)
        assert user is not None
        user.partnership_id = partnership.id
        session.flush()
    return partnership


def _of_key(session: Session, table: type[Any], key: str, partnership_id: int) -> Any:
    row = session.scalar(sa.select(table).where(table.key == key))
    if row is None:
        row = table(key=key, partnership_id=partnership_id)
        session.add(row)
    return row


def _body(session: Session, row: dict[str, Any], partnership_id: int) -> Body:
    body: Body = _of_key(session, Body, row["key"], partnership_id)
    body.name, body.kind = row["name"], row.get("kind", "")
    body.section9, body.section15 = bool(row.get("section9")), bool(row.get("section15"))
    body.from_on, body.until_on = _day(row, "from"), _day(row, "until")
    return body


def _contact(session: Session, body_id: int, row: dict[str, Any]) -> None:
    kind, email = row.get("kind", "contact"), row["email"]
    known = session.scalar(
        sa.select(BodyContact).where(
            BodyContact.body_id == body_id, BodyContact.kind == kind, BodyContact.email == email
        )
    )
    if known is None:
        session.add(BodyContact(body_id=body_id, kind=kind, name=row.get("name", ""), email=email))


def _day(row: dict[str, Any], name: str) -> date | None:
    value = row.get(name)
    return value if isinstance(value, date) else None

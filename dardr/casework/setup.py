"""Setting up a database for a partnership: its CSPs and bodies from a profile, and what kind of database it is."""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import operator
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import a_name, an_email
from dardr.casework.passwords import hashed
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.storage.bodies import Body, BodyContact, Csp, FormerName, Partnership
from dardr.storage.installation import Installation
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record
from workflows.definition import Role

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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a profile adds, and what is there already and reads otherwise in the file. In words, by kind."""

    added: dict[str, tuple[str, ...]]
    differs: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """True where something is added."""
        return any(self.added.values())


def load_profile(session: Session, now: datetime, profile: dict[str, Any], *, update: bool = False) -> Partnership:
    """Load a partnership with its CSPs, bodies and contacts, and make it the home of this installation.

    Rows are found by key. What is missing is added; what is there stays as people left it, unless ``update`` brings
    names, kinds, flags and dates to what the file says. Stored settings always stay, and nothing is ever removed.
    """
    given = profile["partnership"]
    partnership = session.scalar(sa.select(Partnership).where(Partnership.key == given["key"]))
    fresh = partnership is None or not partnership.home
    if partnership is None:
        partnership = Partnership(key=given["key"], name=given["name"], settings={})
        session.add(partnership)
    for other in session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))):
        other.home = False
    if fresh or update:
        partnership.name = given["name"]
        partnership.team_name = given.get("team_name", "") or partnership.team_name or ""
        partnership.team_email = given.get("team_email", "") or partnership.team_email or ""
    partnership.settings = {**dict(given.get("settings", {})), **(partnership.settings or {})}
    partnership.home = True
    session.flush()
    for row in profile.get("csp", []):
        _csp(session, row, partnership.id, update=update)
    bodies = {row["key"]: _body(session, row, partnership.id, update=update) for row in profile.get("body", [])}
    session.flush()
    for row in profile.get("body", []):
        body, new = bodies[row["key"]]
        if row.get("successor") and (new or update):
            body.successor_id = bodies[row["successor"]][0].id
    for row in profile.get("contact", []):
        _contact(session, bodies[row["body"]][0].id, row)
    for row in profile.get("former_name", []):
        _former_name(session, row, partnership)
    for user in session.scalars(sa.select(User).where(User.partnership_id.is_(None))):
        user.partnership_id = partnership.id
    session.flush()
    person = operator(session, now)
    if person.partnership_id != partnership.id:
        user = session.get(User, person.id)
        assert user is not None
        user.partnership_id = partnership.id
        session.flush()
    return partnership


def compare(session: Session, profile: dict[str, Any]) -> Loaded:
    """What ``load_profile`` would add to this database, and where it would find something that reads otherwise."""
    given = profile["partnership"]
    there = session.scalar(sa.select(Partnership).where(Partnership.key == given["key"]))
    bodies = {row.key: row for row in session.scalars(sa.select(Body))}
    csps = {row.key: row for row in session.scalars(sa.select(Csp))}
    contacts = {
        (body, kind, email)
        for body, kind, email in session.execute(
            sa.select(Body.key, BodyContact.kind, BodyContact.email).join(Body, Body.id == BodyContact.body_id)
        )
    }
    own = (there.settings or {}) if there else {}
    added = {
        "Partnership": () if there is not None and there.home else (given["name"],),
        "Local partnerships": tuple(row["name"] for row in profile.get("csp", []) if row["key"] not in csps),
        "Bodies": tuple(row["name"] for row in profile.get("body", []) if row["key"] not in bodies),
        "Contacts": tuple(
            row["email"]
            for row in profile.get("contact", [])
            if (row["body"], row.get("kind", "contact"), row["email"]) not in contacts
        ),
        "Settings": tuple(key.replace("_", " ") for key in given.get("settings", {}) if key not in own),
    }
    differs = [
        f"{known[row['key']].name}: the file calls it {row['name']}."
        for rows, known in ((profile.get("csp", []), csps), (profile.get("body", []), bodies))
        for row in rows
        if row["key"] in known and known[row["key"]].name != row["name"]
    ]
    return Loaded(added, tuple(differs))


def refuse_another(session: Session, profile: dict[str, Any]) -> None:
    """Refuse the profile of another partnership once this one has people or records. Raises Conflict."""
    here = home(session)
    if here is None or here.key == profile["partnership"]["key"]:
        return
    if nobody_yet(session) and session.scalar(sa.select(Record.id).limit(1)) is None:
        return
    raise Conflict(
        f"This installation is that of {here.name}. The profile of {profile['partnership']['name']} is for an "
        "installation of its own."
    )


def first_administrator(session: Session, now: datetime, email: str, name: str) -> tuple[User, str | None]:
    """The first administrator of an installation, before or after it has a partnership, and a password shown once.

    Somebody known keeps their password (None) and gets the role if they lack it. Raises Invalid.
    """
    user = session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))
    password = None
    if user is None:
        password = secrets.token_urlsafe(12)
        here = home(session)
        user = User(
            email=an_email(email),
            name=a_name(name, what="the name of the administrator, with --name"),
            partnership_id=here.id if here else None,
            password=hashed(password),
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            created_at=now,
        )
        session.add(user)
        session.flush()
    elif user.is_operator or not user.active:
        raise Invalid([Reason("Choose somebody else: that person has no access.", "administrator")])
    held = sa.select(UserRole.id).where(UserRole.user_id == user.id, UserRole.role == str(Role.ADMINISTRATOR))
    if session.scalar(held) is None:
        session.add(UserRole(user_id=user.id, role=str(Role.ADMINISTRATOR)))
        note_change(session, now, operator(session, now), "role_given", user.name, {"role": str(Role.ADMINISTRATOR)})
        session.flush()
    return user, password


def nobody_yet(session: Session) -> bool:
    """True while nobody but the command line's own person has access."""
    return session.scalar(sa.select(User.id).where(User.is_operator.is_(False)).limit(1)) is None


def _of_key(session: Session, table: type[Any], key: str, partnership_id: int) -> tuple[Any, bool]:
    row = session.scalar(sa.select(table).where(table.key == key))
    if row is not None:
        return row, False
    row = table(key=key, partnership_id=partnership_id)
    session.add(row)
    return row, True


def _csp(session: Session, row: dict[str, Any], partnership_id: int, *, update: bool) -> None:
    csp, new = _of_key(session, Csp, row["key"], partnership_id)
    if new or update:
        csp.name, csp.from_on, csp.until_on = row["name"], _day(row, "from"), _day(row, "until")
    if row.get("areas") and (update or not csp.areas):
        csp.areas = list(row["areas"])


def _body(session: Session, row: dict[str, Any], partnership_id: int, *, update: bool) -> tuple[Body, bool]:
    body, new = _of_key(session, Body, row["key"], partnership_id)
    if new or update:
        body.name, body.kind = row["name"], row.get("kind", "")
        body.section9, body.specified_as = bool(row.get("section9")), row.get("specified_as", "")
        body.section15 = bool(body.specified_as or row.get("section15"))
        body.from_on, body.until_on = _day(row, "from"), _day(row, "until")
    return body, new


def _contact(session: Session, body_id: int, row: dict[str, Any]) -> None:
    kind, email = row.get("kind", "contact"), row["email"]
    known = session.scalar(
        sa.select(BodyContact).where(
            BodyContact.body_id == body_id, BodyContact.kind == kind, BodyContact.email == email
        )
    )
    if known is None:
        session.add(BodyContact(body_id=body_id, kind=kind, name=row.get("name", ""), email=email))


def _former_name(session: Session, row: dict[str, Any], partnership: Partnership) -> None:
    """What something was called before, with its last day; ``of`` is the key of a body or CSP, or ``partnership``."""
    kind, table = row["kind"], {"body": Body, "csp": Csp}.get(row["kind"])
    of_id = partnership.id if table is None else session.scalar(sa.select(table.id).where(table.key == row["of"]))
    assert of_id is not None, row
    known = session.scalar(
        sa.select(FormerName.id).where(
            FormerName.kind == kind, FormerName.of_id == of_id, FormerName.until_on == row["until"]
        )
    )
    if known is None:
        session.add(FormerName(kind=kind, of_id=of_id, name=row["name"], until_on=row["until"]))


def _day(row: dict[str, Any], name: str) -> date | None:
    value = row.get(name)
    return value if isinstance(value, date) else None

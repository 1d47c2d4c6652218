"""Who has left: nothing is written to an address whose account has ended, wherever it is still listed."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.bodies import BodyContact, Partnership
from dardr.storage.people import User

CHUNK = 500


def leavers(session: Session, addresses: Iterable[str]) -> frozenset[str]:
    """Of these addresses, in small letters, those of people who have left.

    Not the mailbox of a team, nor one under which somebody else has an account that goes on.
    """
    wanted = sorted({address.strip().lower() for address in addresses if address})
    gone: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        gone.update(session.scalars(_left(sa.func.lower(User.email).in_(wanted[start : start + CHUNK]))))
    return frozenset(gone)


def listed_leavers() -> sa.Select[str]:
    """Selects the addresses, in small letters, of people who have left and that some body still names as contacts."""
    return _left(sa.func.lower(User.email).in_(sa.select(sa.func.lower(BodyContact.email))))


def _left(among: sa.ColumnElement[bool]) -> sa.Select[str]:
    somebody = sa.select(sa.func.lower(User.email)).where(User.active.is_(True))
    team = sa.select(sa.func.lower(Partnership.team_email)).where(Partnership.team_email.is_not(None))
    address = sa.func.lower(User.email)
    return sa.select(address).where(among, User.active.is_(False), address.not_in(somebody), address.not_in(team))

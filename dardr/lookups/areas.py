"""In whose area did somebody live: a typed district, town or postcode district against those of the partnership."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.bodies import Csp

_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)(?: ?\d[a-z]{2})?\b")
_NOT_A_PLACE = re.compile(
    r"\b(the|and|of|community|safety|partnerships?|csps?|district|borough|city|county|council|unitary|joint)\b"
)


@dataclass(frozen=True, slots=True)
class Matched:
    """The local partnerships whose area was named, by key. ``known``: some area of this partnership is written down,
    so that naming none of them means something."""

    csps: tuple[str, ...]
    names: tuple[str, ...]
    known: bool

    @property
    def outside(self) -> bool:
        """True where the place named is none of this partnership's."""
        return self.known and not self.csps


def match_area(session: Session, partnership_id: int, typed: str, today: date) -> Matched:
    """Which local partnerships of ``today`` (London) cover the place named; nothing typed matches nothing."""
    said = _plain(typed)
    rows = session.execute(
        sa.select(Csp.key, Csp.name, Csp.areas)
        .where(
            Csp.partnership_id == partnership_id,
            sa.or_(Csp.from_on.is_(None), Csp.from_on <= today),
            sa.or_(Csp.until_on.is_(None), Csp.until_on >= today),
        )
        .order_by(Csp.name)
    ).all()
    found = [(key, name) for key, name, areas in rows if said and _covers([_own(name), *(areas or [])], said)]
    return Matched(tuple(key for key, _ in found), tuple(name for _, name in found), any(areas for _, _, areas in rows))


def _covers(areas: list[str], said: str) -> bool:
    districts = {code.upper() for code in _POSTCODE.findall(said)}
    for area in areas:
        one = _plain(str(area))
        if not one:
            continue
        if one.upper() in districts or re.search(rf"\b{re.escape(one)}\b", said):
            return True
    return False


def _own(name: str) -> str:
    """What is left of the name of a local partnership when the words that all of them have are taken out."""
    left = " ".join(_NOT_A_PLACE.sub(" ", _plain(name)).split())
    return left if len(left) > 2 else ""


def _plain(text: str) -> str:
    words = re.sub(r"[^\w\s]", " ", text.casefold().replace("&", " and "))
    return " ".join(words.split())

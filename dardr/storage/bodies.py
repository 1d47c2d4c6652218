"""The partnership, its local partnerships (CSPs) and the bodies it works with. All effective-dated."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class Partnership(Base):
    """The tenant: one team, its people and its settings. A published catalogue may add others, by name only."""

    __tablename__ = "partnership"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    team_name: Mapped[str] = mapped_column(sa.String(200), default="")
    team_email: Mapped[str] = mapped_column(sa.String(254), default="")
    home: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Csp(Base):
    """A local community safety partnership. A review belongs to one or two.

    ``areas`` are the districts, towns and postcode districts it covers, in the partnership's own words: what the
    out-of-area check looks at.
    """

    __tablename__ = "csp"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    areas: Mapped[list[Any] | None]


class Body(Base):
    """An agency or other body. Renamed or merged bodies stay, with dates and a successor.

    ``section9`` is a body under the 2004 Act s.9(4); ``specified_as`` its class in the list of specified public
    authorities (Domestic Abuse Act 2021 s.15(3); ``lookups.specified`` says what holds on a day), and ``section15``
    that it has one, or was known to be on the list before classes were recorded. ``post`` is how its people
    are reminded; None: as the partnership does.
    """

    __tablename__ = "body"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(40), default="")
    section9: Mapped[bool] = mapped_column(default=False)
    section15: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"))
    specified_as: Mapped[str] = mapped_column(sa.String(60), default="")
    post: Mapped[dict[str, Any] | None]


class BodyContact(Base):
    """A named address of a body: its contact, its lead, or the executive to whom lateness goes."""

    __tablename__ = "body_contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20), default="contact")
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    email: Mapped[str] = mapped_column(sa.String(254))


class FormerName(Base):
    """What a partnership, CSP or body was called before: history shows the name of its time."""

    __tablename__ = "former_name"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    of_id: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(200))
    until_on: Mapped[date]
    __table_args__ = (sa.Index("ix_former_name_of", "kind", "of_id"),)


class OwnQuestion(Base):
    """A question the partnership adds to one of its forms, in one version. A changed question is a new version.

    Retired versions stay, because live reviews hold answers to them. ``place`` is the form it belongs to.
    """

    __tablename__ = "own_question"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    place: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(60))
    version: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(sa.String(200))
    help: Mapped[str] = mapped_column(sa.Text, default="")
    type: Mapped[str] = mapped_column(sa.String(20))
    choices: Mapped[list[Any]]
    required: Mapped[bool] = mapped_column(default=False)
    from_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("partnership_id", "key", "version"),)

"""The partnership, its local partnerships (CSPs) and the bodies it works with. All effective-dated."""

from __future__ import annotations

from datetime import date
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
    """A local community safety partnership. A review belongs to one or two."""

    __tablename__ = "csp"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]


class Body(Base):
    """An agency or other body. Renamed or merged bodies stay, with dates and a successor.

    ``section9`` is a body under the 2004 Act s.9(4); ``section15`` a specified public authority under the
    Domestic Abuse Act 2021 s.15(3).
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


class BodyContact(Base):
    """A named address of a body: its contact, its lead, or the executive to whom lateness goes."""

    __tablename__ = "body_contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20), default="contact")
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    email: Mapped[str] = mapped_column(sa.String(254))

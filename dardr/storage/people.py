"""People who may sign in or act, and the roles they hold for everything, one CSP, one body or one review."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class User(Base):
    """A person, or the operator of the command line. Passwords are kept by the sign-in library (argon2)."""

    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partnership.id"))
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    is_operator: Mapped[bool] = mapped_column(default=False)
    body_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"))
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class UserRole(Base):
    """One role of one person. Scope columns left empty mean: for the whole partnership."""

    __tablename__ = "user_role"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(40))
    csp_id: Mapped[int | None] = mapped_column(sa.ForeignKey("csp.id"))
    body_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"))
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"))

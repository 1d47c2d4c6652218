"""People who may sign in or act, and the roles they hold for everything, one CSP, one body or one review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class User(Base):
    """A person, or the operator of the command line. Passwords are kept by the sign-in library (argon2).

    ``post`` is how they wish to be reminded; None: as the partnership does.
    """

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
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    recovery_codes: Mapped[list[Any] | None]
    passkey_handle: Mapped[str | None] = mapped_column(sa.String(64), index=True, unique=True)
    sso_subject: Mapped[str | None] = mapped_column(sa.String(255), index=True, unique=True)
    left_at: Mapped[datetime | None]
    post: Mapped[dict[str, Any] | None]


class UserRole(Base):
    """One role of one person. Scope columns left empty mean: for the whole partnership."""

    __tablename__ = "user_role"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(40))
    csp_id: Mapped[int | None] = mapped_column(sa.ForeignKey("csp.id"))
    body_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"), index=True)
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"), index=True)


class Passkey(Base):
    """A passkey (WebAuthn credential) of a person. Kept as the sign-in library needs it."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[Any] | None]
    extensions: Mapped[str | None] = mapped_column(sa.String(255))
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(sa.String(64), default="")
    name: Mapped[str] = mapped_column(sa.String(64))
    usage: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class WebSession(Base):
    """One signed-in browser. The cookie carries the key; only its hash is kept. Ended rows stay, for the audit."""

    __tablename__ = "web_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    way: Mapped[str] = mapped_column(sa.String(20), default="password")
    agent: Mapped[str] = mapped_column(sa.String(200), default="")
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str] = mapped_column(sa.String(40), default="")


class AdminEvent(Base):
    """A change that belongs to no record: people, roles, bodies, settings, questions. Append-only by the code."""

    __tablename__ = "admin_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(sa.String(200))
    what: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(200), default="")
    details: Mapped[dict[str, Any]]


class SavedView(Base):
    """A list as somebody wants to see it again: the page and its query. ``shared`` shows it to the whole team."""

    __tablename__ = "saved_view"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    page: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(100))
    query: Mapped[str] = mapped_column(sa.Text)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

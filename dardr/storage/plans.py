"""Copies of an action plan as it stood, workbooks given out and taken back, and how columns were matched."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class PlanCopy(Base):
    """A review's action plan as it stood on a day: at submission, at the answer to the letter, on publication day."""

    __tablename__ = "plan_copy"
    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"))
    occasion: Mapped[str] = mapped_column(sa.String(40))
    made_on: Mapped[date]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(sa.String(64))


class SheetOut(Base):
    """A workbook of actions given out: what each cell held then, so that it can be compared when it comes back."""

    __tablename__ = "sheet_out"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    body_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"), index=True)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    rows: Mapped[dict[str, Any]]


class SheetIn(Base):
    """A workbook or table taken in: its file, sealed, what was previewed, and when it was applied. Nothing is lost."""

    __tablename__ = "sheet_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    wrapped_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    kind: Mapped[str] = mapped_column(sa.String(20))
    out_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sheet_out.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"))
    by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    at: Mapped[datetime]
    preview: Mapped[dict[str, Any] | None]
    applied_at: Mapped[datetime | None]


class ColumnMatch(Base):
    """How the headings of somebody's own plan were matched the last time, so that the same headings match again."""

    __tablename__ = "column_match"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    headings_hash: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    columns: Mapped[list[Any]]
    by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    updated_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("partnership_id", "headings_hash"),)

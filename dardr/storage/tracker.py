"""The team's own tracker of live reviews: how its columns were matched, and each row as it was given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class TrackerLayout(Base):
    """A tracker's sheet, heading row and columns, each with the fact it was matched to (or none: kept as given)."""

    __tablename__ = "tracker_layout"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    sheet: Mapped[str] = mapped_column(sa.String(120), default="")
    heading_row: Mapped[int] = mapped_column(default=1)
    columns: Mapped[list[Any]]
    updated_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("partnership_id", "name"),)


class TrackerRow(Base):
    """One row of a tracker as given, and the review it became. Found again by its own reference."""

    __tablename__ = "tracker_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(sa.ForeignKey("tracker_layout.id"), index=True)
    row_key: Mapped[str] = mapped_column(sa.String(200))
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    given: Mapped[dict[str, Any]]
    imported_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("layout_id", "row_key"),)

"""Published cases and recommendations, exactly as published: partial dates stay partial, unknown words are kept."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class PublishedCase(Base):
    """The identity of an imported case: (partnership, id as published). Points at its ``historic@1`` record."""

    __tablename__ = "published_case"
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    source_id: Mapped[str] = mapped_column(sa.String(64))
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.UniqueConstraint("partnership_id", "source_id"),)

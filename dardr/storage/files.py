"""Files given with an answer, encrypted with a key each; the key is wrapped by the master key."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class StoredFile(Base):
    """One file, AES-256-GCM. ``sha256`` is of the plain content; the file name is kept but never shown in addresses.

    ``field`` is the question it answers. ``source_id`` is the Message-ID of a captured e-mail. ``text_read_at`` is when
    its text was put in the search index, or found to have none. ``scanned_at`` is when a virus scanner found nothing in
    it; None where none looked. What a scanner finds something in is never stored.
    """

    __tablename__ = "stored_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    name: Mapped[str] = mapped_column(sa.String(255))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    wrapped_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    added_at: Mapped[datetime]
    field: Mapped[str] = mapped_column(sa.String(60), default="")
    source_id: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    text_read_at: Mapped[datetime | None] = mapped_column(index=True)
    scanned_at: Mapped[datetime | None]

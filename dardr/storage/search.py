"""The words of records and documents, for search. Never the identity store: names are not found here."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class SearchEntry(Base):
    """One searchable piece: the reference and name of a record, a recorded answer, the text of a stored document.

    The index over ``text`` is made by the migration: FTS5 with triggers on SQLite, tsvector with GIN on PostgreSQL.
    """

    __tablename__ = "search_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    label: Mapped[str] = mapped_column(sa.String(200), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    occurred_on: Mapped[date | None]

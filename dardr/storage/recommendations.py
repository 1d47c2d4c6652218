"""Every recommendation there is, wherever it is kept, with the terms by which similar ones are found.

All three tables are worked out from the records and can be made again at any time.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class RecommendationText(Base):
    """One recommendation: a record of its own (``entry`` 0), or the nth entry of a record that lists several."""

    __tablename__ = "recommendation_text"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"))
    entry: Mapped[int] = mapped_column(default=0)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20), default="")
    """What it was made in: ``dardr``, ``sar``, ``lcspr``, or ``commissioner``."""
    number: Mapped[str] = mapped_column(sa.String(40), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    scope: Mapped[str] = mapped_column(sa.String(20), default="")
    year: Mapped[int | None] = mapped_column(index=True)
    themes: Mapped[list[Any]]
    bodies: Mapped[list[Any]]
    length: Mapped[int] = mapped_column(default=0)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.UniqueConstraint("record_id", "entry"),)


class RecommendationTerm(Base):
    """How often a term occurs in one recommendation."""

    __tablename__ = "recommendation_term"
    term: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("recommendation_text.id"), primary_key=True, index=True)
    times: Mapped[int]
    # Terms are read in one stretch: the rows are kept in the order of the key.
    __table_args__ = {"sqlite_with_rowid": False}


class RecommendationWord(Base):
    """In how many recommendations a term occurs, as counted at night: with many of them, a term weighs by this."""

    __tablename__ = "recommendation_word"
    term: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    texts: Mapped[int]

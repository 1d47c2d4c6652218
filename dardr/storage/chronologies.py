"""Lines of the agencies' chronologies as they were given, and what people decided and wrote about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class ChronologyLine(Base):
    """One line of one return's chronology. ``when_given`` is kept word for word; the days are what it allows.

    ``first_on`` and ``last_on`` are the earliest and latest London day the words allow (None: no day can be told).
    ``exactness`` is how exact they are, in a word of ``workflows.when``; ``place`` is where the line stood in the file
    it came in (its sheet and row). A line that a later file replaces is kept, with the event that withdrew it; one
    that the later file has again, word for word, stays the line it is.
    """

    __tablename__ = "chronology_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"))
    withdrawn_by_event: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    position: Mapped[int]
    when_given: Mapped[str] = mapped_column(sa.Text)
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    exactness: Mapped[str] = mapped_column(sa.String(20), default="")
    at_time: Mapped[str] = mapped_column(sa.String(40), default="")
    source: Mapped[str] = mapped_column(sa.Text, default="")
    source_record: Mapped[str] = mapped_column(sa.Text, default="")
    people: Mapped[str] = mapped_column(sa.Text, default="")
    what: Mapped[str] = mapped_column(sa.Text)
    response: Mapped[str] = mapped_column(sa.Text, default="")
    expected: Mapped[str] = mapped_column(sa.Text, default="")
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    significant: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str] = mapped_column(sa.String(200), default="")


class ChronologyMark(Base):
    """What a person decided about two lines of one review's chronology: the same, contradicting, or neither."""

    __tablename__ = "chronology_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    first_id: Mapped[int] = mapped_column(sa.ForeignKey("chronology_line.id"))
    second_id: Mapped[int] = mapped_column(sa.ForeignKey("chronology_line.id"))
    decided: Mapped[str] = mapped_column(sa.String(20))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


class ChronologyNote(Base):
    """What the chair or the team noted on a line for one review. The latest of a line counts; none is ever changed.

    ``key_lines`` are the key lines of enquiry it bears on, in the words of the terms of reference; ``in_report`` says
    that it goes into the report.
    """

    __tablename__ = "chronology_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("chronology_line.id"), index=True)
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    key_lines: Mapped[list[Any]]
    in_report: Mapped[bool] = mapped_column(default=False)
    by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime]

"""A letter about a hold: what of a review waits, since when, why, and what goes on; or that it goes on again.

It is a draft: a person reads it, changes it and sends it. It names nobody. Families are written to in another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.document import SAMPLE, Document, Format


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDate:
    """A date that a hold pauses: its first day, and the day that counts now, None while it is paused."""

    label: str
    first: date | None
    now: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldNotice(Document):
    """One letter about one hold, to one recipient.

    ``to`` is an office or an organisation. ``because`` are words such as "an inquest". ``waits`` and ``goes_on`` are
    kinds of work. ``ended_on`` is None while the hold is open; then ``look_again_by`` says when it is looked at again.
    ``writes`` is True for an organisation that goes on writing its return.
    """

    name: ClassVar[str] = "hold_notice"
    label: ClassVar[str] = "Letter about a hold"
    formats: ClassVar[tuple[Format, ...]] = ("docx",)

    ref: str
    to: str
    because: str
    since: date
    ended_on: date | None
    why: str
    waits: tuple[str, ...]
    goes_on: tuple[str, ...]
    dates: tuple[HeldDate, ...] = ()
    look_again_by: date | None = None
    writes: bool = False
    contact: str = ""

    @property
    def title(self) -> str:
        return f"Letter about a hold, {self.ref}"

    @property
    def subject(self) -> str:
        """The heading of the letter."""
        if self.ended_on is not None:
            return f"Review {self.ref}: the work that waited goes on"
        return f"Review {self.ref}: part of the work waits"

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2026, 9, 14),
            ref="DARDR-2026-009",
            to="Mid County NHS Trust",
            because="criminal proceedings",
            since=date(2026, 9, 11),
            ended_on=None,
            why="Witnesses are not met before the trial & its verdict.",
            waits=("Interviews with family, friends and staff who may be witnesses",),
            goes_on=("Panel meetings", "Agencies' returns, where no witness is needed"),
            dates=(HeldDate(label="Return to the review", first=date(2026, 9, 28)),),
            look_again_by=date(2026, 10, 12),
            writes=True,
            contact="Example Community Safety Team, reviews@partnership.example.org",
        )

"""The e-mails about more time: somebody asks for it, somebody answers. The reasons stay behind the link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTimeAsked(Message):
    """A body asks for more time. ``until`` is the date it suggests; ``answer_by`` when it is to hear."""

    template: ClassVar[str] = "more_time_asked"

    organisation: str
    until: date | None
    answer_by: date | None = None

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            organisation="Mid County NHS Trust",
            until=date(2026, 12, 17),
            answer_by=date(2026, 11, 24),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTimeAnswered(Message):
    """The answer to whoever asked for more time. ``until`` is the date that now counts; None where it stays."""

    template: ClassVar[str] = "more_time_answered"

    organisation: str
    answered_on: date
    until: date | None = None

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            organisation="Mid County NHS Trust",
            answered_on=date(2026, 11, 23),
            until=date(2026, 12, 17),
        )

"""E-mails about what the Domestic Abuse Commissioner asks of a body, and the partnership only reminds of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Section15Reminder(Message):
    """To a body that the Commissioner asked to co-operate (Domestic Abuse Act 2021 s.15): a courtesy.

    ``asked_on`` is the London day of her request, ``due`` the date that it gives: the Act sets none. ``specified`` that
    the duty of section 15 is the body's own, as a specified public authority.
    """

    template: ClassVar[str] = "section15_reminder"

    organisation: str
    asked_on: date
    due: date
    today: date
    specified: bool = True

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="S15-2026-001-E01", record="Answer"),
            organisation="Mid County NHS Trust",
            asked_on=date(2026, 11, 2),
            due=date(2026, 12, 3),
            today=date(2026, 11, 26),
        )

"""The e-mail of a round of updates: one agency, once before a meeting, with everything that is open for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """One open action of the agency: its reference and its date (London); None where no date is agreed."""

    ref: str
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatesAsked(Message):
    """To an agency's Steering Group member: please update these actions by a day. ``lines`` has the earliest first."""

    template: ClassVar[str] = "updates_asked"

    organisation: str
    meeting_on: date
    due: date | None
    today: date
    lines: tuple[ActionLine, ...] = ()

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="UPD-2027-001-UR3", record="Request for updates"),
            organisation="Mid County NHS Trust",
            meeting_on=date(2027, 1, 28),
            due=date(2027, 1, 14),
            today=date(2026, 12, 31),
            lines=(
                ActionLine(ref="DARDR-2026-009-A2", due=date(2026, 10, 31)),
                ActionLine(ref="DARDR-2026-009-A4", due=date(2027, 3, 31)),
                ActionLine(ref="DARDR-2025-003-A7"),
            ),
        )

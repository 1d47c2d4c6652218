"""E-mails about a meeting of a panel: an invitation, a move, that it does not take place. No place, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingInvitation(Message):
    """To a member of a panel: they are invited, the meeting was ``moved`` or changed, or it does not take place.

    ``meets_on`` is the London day, ``from_time`` the time as clocks show it, ``online`` that it can be joined online.
    What it is about, where it is and its papers stay behind the link.
    """

    template: ClassVar[str] = "meeting_invitation"

    meets_on: date
    from_time: str
    online: bool = False
    moved: bool = False
    cancelled: bool = False

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(
                ref="DARDR-2026-009-M02",
                record="Meeting",
                link="https://reviews.example.org/meetings/DARDR-2026-009-M02",
            ),
            meets_on=date(2026, 12, 3),
            from_time="10:00",
            online=True,
        )

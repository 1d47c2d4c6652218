"""E-mails with which somebody comes in without a password: a link for one person, and the code that goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, Self

from notifications.message import Message, sample_frame

LinkFor = Literal["agency", "reply", "record", "chair"]

CODE_STANDS_HERE = "(the code)"
"""What stands for the code in a message until it leaves: what is kept of a message never holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLink(Message):
    """To one person: a link that opens, once, what they are asked for. ``asked`` is False where nobody asked for it."""

    template: ClassVar[str] = "door_link"

    opens: LinkFor = "agency"
    organisation: str = ""
    days: int = 7
    until: date
    code: bool = False
    asked: bool = True

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="Your page", record="Page", link="https://reviews.example.org/agency", choose_link=""),
            organisation="Mid County NHS Trust",
            until=date(2026, 12, 3),
            code=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCode(Message):
    """To the same person, at the moment they open their link: six digits, for a quarter of an hour."""

    template: ClassVar[str] = "door_code"

    minutes: int = 15
    code: str = CODE_STANDS_HERE

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="Your page", record="Page", link="https://reviews.example.org/door", choose_link="")
        )

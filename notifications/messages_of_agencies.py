"""E-mails among the people of one agency: what waits for a lead, and what came back from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame

AGENCY_LINK = "https://reviews.example.org/agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffWanted(Message):
    """To a lead of an agency: a colleague wrote something that waits for their sign-off.

    ``since`` (a London date) where it has waited for days: the first e-mail, on the day it was written, has none.
    """

    template: ClassVar[str] = "sign_off_wanted"

    since: date | None = None

    @classmethod
    def sample(cls) -> Self:
        return cls(**sample_frame(ref="DARDR-2026-009-A1", record="Action", link=f"{AGENCY_LINK}/sign-off"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSentBack(Message):
    """To who wrote something that their lead sent back: the form is kept, filled, with the lead's words."""

    template: ClassVar[str] = "written_sent_back"

    @classmethod
    def sample(cls) -> Self:
        return cls(**sample_frame(ref="DARDR-2026-009-A1", record="Action", link=f"{AGENCY_LINK}/written/1"))

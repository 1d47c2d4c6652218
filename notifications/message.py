"""What every e-mail has: the record it speaks of, where to look, and who sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What every e-mail says: which record, where to look, and who sends it.

    ``ref`` is the reference of the record and ``record`` what it is called ("Review", "Action"); ``link`` opens
    it after sign-in; ``partnership`` is the name of the team that signs. ``can_reply``: answers reach the team.
    ``choose_link`` opens the page where a reader with an account chooses when e-mails come; empty leaves that out.
    Raises ValueError for a link that is not a web address.
    """

    template: ClassVar[str] = ""

    ref: str
    link: str
    partnership: str
    record: str = "Review"
    demonstration: bool = False
    can_reply: bool = True
    choose_link: str = ""

    def __post_init__(self) -> None:
        if any(not link.startswith(("https://", "http://")) for link in (self.link, self.choose_link or self.link)):
            raise ValueError("The link of an e-mail is a whole web address, starting with https:// or http://.")

    @classmethod
    def sample(cls) -> Self:
        """An example with fictional content, used by tests and previews."""
        raise NotImplementedError


def sample_frame(**changes: str) -> dict[str, Any]:
    """The fields that every message has, filled with fictional content; ``changes`` replace some."""
    common = {
        "ref": "DARDR-2026-009",
        "link": "https://reviews.example.org/reviews/DARDR-2026-009",
        "partnership": "Example Community Safety Team",
        "demonstration": True,
        "choose_link": "https://reviews.example.org/me/e-mail",
    }
    return common | changes

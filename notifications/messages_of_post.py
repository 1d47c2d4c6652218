"""The e-mail about e-mail that did not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame
from notifications.words import plain_date


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredMail:
    """One message that did not arrive. The address is not repeated, since it usually holds a person's name.

    ``first_tried_on`` is None where nobody has an address there, so that it was never tried.
    """

    ref: str
    link: str
    message_label: str
    sent_to: str
    answer_code: int | None
    first_tried_on: date | None

    @property
    def what_happened(self) -> str:
        """In a few words, for whoever mends it."""
        if self.first_tried_on is None:
            return "not tried: no address is recorded there"
        answer = (
            f"the mail server answered {self.answer_code}" if self.answer_code else "no answer from the mail server"
        )
        return f"first tried {plain_date(self.first_tried_on)}; {answer}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMailDigest(Message):
    """To the operator or case manager: messages that could not be delivered. ``ref`` and ``link`` are the list's."""

    template: ClassVar[str] = "failed_mail_digest"

    today: date
    undelivered: tuple[UndeliveredMail, ...]

    @classmethod
    def sample(cls) -> Self:
        items = (
            UndeliveredMail(
                ref="DARDR-2026-009",
                link="https://reviews.example.org/reviews/DARDR-2026-009",
                message_label="Deadline reminder",
                sent_to="Mid County NHS Trust",
                answer_code=550,
                first_tried_on=date(2026, 11, 19),
            ),
            UndeliveredMail(
                ref="DARDR-2026-014",
                link="https://reviews.example.org/reviews/DARDR-2026-014",
                message_label="Return requested",
                sent_to="Example Borough Council",
                answer_code=None,
                first_tried_on=date(2026, 11, 16),
            ),
        )
        link = "https://reviews.example.org/messages"
        return cls(**sample_frame(ref="E-mail", link=link), today=date(2026, 11, 22), undelivered=items)

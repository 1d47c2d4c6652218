"""E-mails about a notification form: to whoever fills it in without an account, and to the team it reaches.

The form is called "the form": nobody who sees such an e-mail learns what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationFormLink(Message):
    """To the address that asked for it: a link that opens its own form, once, for ``days`` days (until ``until``)."""

    template: ClassVar[str] = "notification_form_link"

    days: int
    until: date

    @classmethod
    def sample(cls) -> Self:
        frame = sample_frame(
            ref="Your form", link="https://reviews.example.org/notify/link/abc", record="Form", choose_link=""
        )
        return cls(**frame, days=7, until=date(2026, 11, 29))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationReceived(Message):
    """To the same address, once the form was sent: the reference, and nothing else."""

    template: ClassVar[str] = "notification_received"

    received_on: date

    @classmethod
    def sample(cls) -> Self:
        frame = sample_frame(link="https://reviews.example.org/notify", record="Form", choose_link="")
        return cls(**frame, received_on=date(2026, 11, 22))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationArrived(Message):
    """To the team: a form was sent from outside it, and waits to be looked at."""

    template: ClassVar[str] = "notification_arrived"

    received_on: date

    @classmethod
    def sample(cls) -> Self:
        return cls(**sample_frame(), received_on=date(2026, 11, 22))

"""E-mails about somebody's own account: a link to choose a password, and word of what was changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from notifications.message import Message, sample_frame

AccountChange = Literal[
    "password",
    "address",
    "second_factor",
    "second_factor_off",
    "second_factor_reset",
    "passkey_added",
    "passkey_removed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLink(Message):
    """To somebody who asked for it, or who was given an account (``first``): a link that is used once, for a day."""

    template: ClassVar[str] = "password_link"

    first: bool = False

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(
                ref="Your account",
                record="Account",
                link="https://reviews.example.org/sign-in/password/x",
                choose_link="",
            ),
            can_reply=False,
            first=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Message):
    """To the person whose account it is: what was changed, so that a change by somebody else is noticed."""

    template: ClassVar[str] = "account_changed"

    change: AccountChange

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="Your account", record="Account", link="https://reviews.example.org/me", choose_link=""),
            can_reply=False,
            change="password",
        )

"""Every e-mail that the system sends: a frozen dataclass with its fields, its words in ``email/<template>/``.

Fields hold references, London dates, names of organisations, plain labels and links, and nothing else. No field
may be named after personal data (`notifications.personal_data`), so that a name or a detail of a death has no way
into an e-mail. ``about`` is worded to stand before "is due on": "your organisation's return", "the overview
report" (`notifications.words.due_phrase` gives it for a clock).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, Self

from notifications.message import Message, sample_frame
from notifications.messages_of_accounts import AccountChanged, PasswordLink
from notifications.messages_of_agencies import SignOffWanted, WrittenSentBack
from notifications.messages_of_calendars import HolidayMovedDates
from notifications.messages_of_days import DailyDigest, TaskGiven
from notifications.messages_of_doors import DoorCode, DoorLink
from notifications.messages_of_meetings import MeetingInvitation
from notifications.messages_of_notifications import NotificationArrived, NotificationFormLink, NotificationReceived
from notifications.messages_of_post import FailedMailDigest
from notifications.messages_of_post import UndeliveredMail as UndeliveredMail
from notifications.messages_of_returns import MoreTimeAnswered, MoreTimeAsked
from notifications.messages_of_rounds import ActionLine as ActionLine
from notifications.messages_of_rounds import UpdatesAsked
from notifications.messages_of_the_commissioner import Section15Reminder

Standing = Literal["late", "past_guide", "breached"]
"""What a missed date is called: *late* only where a date was agreed or set by the partnership, *past_guide* where
it comes from guidance, *breached* where it is in an Act."""

AuthorityKind = Literal["statute", "guidance", "draft", "practice", "local", "agreed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineReminder(Message):
    """To the person who owes something, before the date and on it.

    ``kind`` and ``authority`` say where the date comes from; ``not_compared`` that the source was not compared
    with its text; ``movable`` that another date may be agreed.
    """

    template: ClassVar[str] = "deadline_reminder"

    about: str
    due: date
    today: date
    organisation: str = ""
    kind: AuthorityKind = "local"
    authority: str = ""
    not_compared: bool = False
    movable: bool = True

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            about="your organisation's return",
            organisation="Mid County NHS Trust",
            due=date(2026, 12, 3),
            today=date(2026, 11, 26),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineLate(Message):
    """To the person who owes something, after the date. The first asks whether something is in the way.

    ``agreed``: someone agreed the date (else the partnership set it); only read where ``standing`` is *late*.
    """

    template: ClassVar[str] = "deadline_late"

    about: str
    due: date
    today: date
    standing: Standing
    agreed: bool = True
    first: bool = True
    organisation: str = ""
    authority: str = ""
    not_compared: bool = False
    movable: bool = True

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            about="your organisation's return",
            organisation="Mid County NHS Trust",
            due=date(2026, 12, 3),
            today=date(2026, 12, 4),
            standing="late",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(Message):
    """To another role, when a date has been past for a stated time. Never louder to the same person.

    ``waiting_for`` is the organisation or role that owes it; ``your_role`` why this reader was chosen.
    """

    template: ClassVar[str] = "escalation"

    about: str
    due: date
    today: date
    standing: Standing
    waiting_for: str
    your_role: str
    agreed: bool = True
    movable: bool = True

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            about="the return of Mid County NHS Trust",
            waiting_for="Mid County NHS Trust",
            your_role="lead for reviews of Mid County NHS Trust",
            due=date(2026, 12, 3),
            today=date(2026, 12, 24),
            standing="late",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionerReplyReminder(Message):
    """To a body that owes a published reply under section 16 of the Domestic Abuse Act 2021: a courtesy.

    ``published_on`` is the day the Commissioner's report was published; ``recommendations`` how many are
    addressed to this body; ``copy_to_secretary_of_state`` for a specified public authority (s.16(3)).
    """

    template: ClassVar[str] = "commissioner_reply_reminder"

    organisation: str
    report: str
    published_on: date
    due: date
    today: date
    recommendations: int
    copy_to_secretary_of_state: bool = True

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="S8-2025-001-R03", record="Reply"),
            organisation="Mid County NHS Trust",
            report="Commissioner's report of July 2025",
            published_on=date(2025, 7, 1),
            due=date(2025, 8, 25),
            today=date(2025, 8, 11),
            recommendations=3,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecorded(Message):
    """A decision was recorded. What it was stays behind the link; ``to_do`` lists what now follows for the reader."""

    template: ClassVar[str] = "decision_recorded"

    decided_on: date
    to_do: tuple[str, ...] = ()

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            decided_on=date(2026, 11, 20),
            to_do=("Send the notice of the decision to the Home Office by Friday 27 November 2026",),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequested(Message):
    """A body is asked for a return: information, an individual management review, a summary or a chronology.

    ``due`` is None while no date is agreed.
    """

    template: ClassVar[str] = "return_requested"

    organisation: str
    return_label: str
    requested_on: date
    due: date | None = None
    secure_records: bool = True

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            organisation="Mid County NHS Trust",
            return_label="individual management review",
            requested_on=date(2026, 10, 8),
            due=date(2026, 12, 3),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChanged(Message):
    """A record moved on, and there is something for the reader to do."""

    template: ClassVar[str] = "stage_changed"

    stage_label: str
    changed_on: date
    to_do: tuple[str, ...] = ()

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            stage_label="Terms of reference",
            changed_on=date(2026, 11, 20),
            to_do=("Read the draft terms of reference", "Say by Monday 30 November 2026 whether you agree"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMoved(Message):
    """A date outside the review, on which it depends, has moved. Which date it is stays behind the link."""

    template: ClassVar[str] = "date_moved"

    told_on: date

    @classmethod
    def sample(cls) -> Self:
        return cls(**sample_frame(), told_on=date(2026, 11, 20))


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReview(Message):
    """A hold is to be looked at again. Why there is one stays behind the link."""

    template: ClassVar[str] = "hold_review"

    held_since: date
    review_by: date

    @classmethod
    def sample(cls) -> Self:
        return cls(**sample_frame(), held_since=date(2026, 9, 14), review_by=date(2027, 1, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferralReview(Message):
    """A deferred decision is to be looked at again. What is awaited stays behind the link."""

    template: ClassVar[str] = "deferral_review"

    deferred_on: date
    review_by: date

    @classmethod
    def sample(cls) -> Self:
        return cls(**sample_frame(), deferred_on=date(2026, 10, 1), review_by=date(2026, 11, 26))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAgreed(Message):
    """An action of the plan was agreed; to the body that will carry it out."""

    template: ClassVar[str] = "action_agreed"

    organisation: str
    agreed_on: date
    due: date | None = None
    review_refs: tuple[str, ...] = ()

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="DARDR-2026-009-A04", record="Action"),
            organisation="Mid County NHS Trust",
            agreed_on=date(2026, 11, 20),
            due=date(2027, 5, 28),
            review_refs=("DARDR-2026-009", "DARDR-2025-007"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOwner(Message):
    """To the person who now owns an action for their organisation."""

    template: ClassVar[str] = "action_owner"

    organisation: str
    owned_from: date
    due: date | None = None
    next_update: date | None = None

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(ref="DARDR-2026-009-A04", record="Action"),
            organisation="Mid County NHS Trust",
            owned_from=date(2026, 11, 20),
            due=date(2027, 5, 28),
            next_update=date(2027, 2, 20),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedDateWanted(Message):
    """The guide date has passed and no date is agreed: please record one. ``guide`` is, e.g., "six-month guide"."""

    template: ClassVar[str] = "agreed_date_wanted"

    about: str
    guide: str
    guide_date: date
    today: date
    authority: str = ""
    not_compared: bool = False

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **sample_frame(),
            about="the overview report",
            guide="six-month guide",
            guide_date=date(2026, 11, 20),
            today=date(2026, 11, 21),
            authority="multi-agency statutory guidance of December 2016, section 5",
            not_compared=True,
        )


MESSAGES: dict[str, type[Message]] = {
    kind.template: kind
    for kind in (
        DeadlineReminder, DeadlineLate, Escalation, CommissionerReplyReminder, Section15Reminder, DecisionRecorded,
        ReturnRequested, MoreTimeAsked, MoreTimeAnswered,
        StageChanged, DateMoved, HoldReview, DeferralReview, ActionAgreed, ActionOwner, FailedMailDigest,
        AgreedDateWanted, DailyDigest, TaskGiven, UpdatesAsked,
        NotificationFormLink, NotificationReceived, NotificationArrived,
        SignOffWanted, WrittenSentBack,
        PasswordLink, AccountChanged, DoorLink, DoorCode, MeetingInvitation, HolidayMovedDates,
    )
}  # fmt: skip
"""Every message by the name under which notices and clocks speak of it."""

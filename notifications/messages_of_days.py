"""The e-mail of a day: what one person is to know of dates that come, are due or have passed, gathered into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Self

from notifications.message import Message, sample_frame
from notifications.messages_of_agencies import SignOffWanted


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGiven(Message):
    """To the person who was asked to do something: that it is theirs now, and by when (a London date) if it has a date.

    What it is stands behind the link alone.
    """

    template: ClassVar[str] = "task_given"

    due: date | None = None

    @classmethod
    def sample(cls) -> Self:
        link = "https://reviews.example.org/records/DARDR-2026-009-T1"
        return cls(**sample_frame(ref="DARDR-2026-009-T1", record="Task", link=link), due=date(2026, 12, 18))


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyDigest(Message):
    """To one person, once a London day at most: a line for each message they would else have had by itself.

    ``past``, ``due_now`` and ``coming`` are those messages, dates of an Act first; ``given`` what somebody newly asked
    of them; ``unsigned`` what waits for their sign-off; ``dates`` every date among the first three, in order. ``ref``
    and ``link`` are those of the list.
    """

    template: ClassVar[str] = "daily_digest"

    today: date
    past: tuple[Message, ...] = ()
    due_now: tuple[Message, ...] = ()
    coming: tuple[Message, ...] = ()
    given: tuple[Message, ...] = ()
    unsigned: tuple[Message, ...] = ()
    dates: tuple[date, ...] = ()

    @property
    def count(self) -> int:
        """How many lines there are about dates."""
        return len(self.past) + len(self.due_now) + len(self.coming)

    @property
    def next(self) -> date | None:
        """The first date from today on."""
        return next((day for day in self.dates if day >= self.today), None)

    @property
    def latest(self) -> date | None:
        """The last date that has passed."""
        return max((day for day in self.dates if day < self.today), default=None)

    @property
    def groups(self) -> tuple[tuple[str, tuple[Message, ...]], ...]:
        """The lines under what is said above them; a heading without lines is left out."""
        named = (("The date has passed", self.past), ("Due now", self.due_now), ("Coming", self.coming),
                 ("Waiting for you to sign off", self.unsigned), ("New for you", self.given))  # fmt: skip
        return tuple((heading, lines) for heading, lines in named if lines)

    @classmethod
    def sample(cls) -> Self:
        from notifications.messages import CommissionerReplyReminder, DeadlineLate, DeadlineReminder, Escalation

        return cls(
            **sample_frame(ref="My work", record="My work", link="https://reviews.example.org/"),
            today=date(2026, 12, 4),
            past=(DeadlineLate.sample(), Escalation.sample()),
            due_now=(replace(CommissionerReplyReminder.sample(), due=date(2026, 12, 5)),),
            coming=(replace(DeadlineReminder.sample(), due=date(2026, 12, 18)),),
            given=(TaskGiven.sample(),),
            unsigned=(replace(SignOffWanted.sample(), since=date(2026, 12, 1)),),
            dates=(date(2026, 12, 3), date(2026, 12, 3), date(2026, 12, 5), date(2026, 12, 18)),
        )

"""What each SMTP answer leads to, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifications.retry import WAITS, GiveUp, Kind, Outcome, Sent, TryAgain, describe, next_step

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def outcome(kind: Kind, code: int | None = None, text: str = "") -> Outcome:
    return Outcome("returns@trust.example.org", kind, code, text)


@pytest.mark.parametrize(
    ("kind", "code", "attempts", "expected"),
    [
        (Kind.ACCEPTED, 250, 1, "sent"),
        (Kind.ACCEPTED, 250, 40, "sent"),
        (Kind.REFUSED, 550, 1, "give up"),
        (Kind.REFUSED, 554, 3, "give up"),
        (Kind.REFUSED, None, 1, "give up"),
        (Kind.TRY_AGAIN, 451, 1, timedelta(minutes=1)),
        (Kind.TRY_AGAIN, 421, 2, timedelta(minutes=5)),
        (Kind.TRY_AGAIN, None, 3, timedelta(minutes=15)),
        (Kind.TRY_AGAIN, None, 4, timedelta(hours=1)),
        (Kind.TRY_AGAIN, None, 5, timedelta(hours=4)),
        (Kind.TRY_AGAIN, None, 6, timedelta(hours=8)),
        (Kind.TRY_AGAIN, None, 7, timedelta(hours=12)),
        (Kind.TRY_AGAIN, None, 15, timedelta(hours=12)),
        (Kind.TRY_AGAIN, None, 16, "give up"),
        (Kind.TRY_AGAIN, None, 99, "give up"),
        (Kind.UNKNOWN, None, 1, timedelta(minutes=15)),
        (Kind.UNKNOWN, None, 4, timedelta(hours=1)),
        (Kind.UNKNOWN, None, 16, "give up"),
    ],
)
def test_table(kind: Kind, code: int | None, attempts: int, expected: str | timedelta) -> None:
    step = next_step(attempts, NOW, outcome(kind, code))
    if expected == "sent":
        assert step == Sent()
    elif expected == "give up":
        assert isinstance(step, GiveUp)
        assert step.reason
    else:
        assert isinstance(step, TryAgain)
        assert step.at - NOW == expected
        assert step.reason


def test_waits_never_shrink_and_last_about_five_days() -> None:
    assert list(WAITS) == sorted(WAITS)
    assert timedelta(days=5) <= sum(WAITS, timedelta()) < timedelta(days=6)


def test_a_day_without_a_server_loses_nothing() -> None:
    at, attempts = NOW, 0
    while at < NOW + timedelta(days=1):
        attempts += 1
        step = next_step(attempts, at, outcome(Kind.TRY_AGAIN))
        assert isinstance(step, TryAgain)
        at = step.at
    assert attempts < 10


def test_reasons_name_the_answer() -> None:
    assert describe(outcome(Kind.REFUSED, 550, "No such mailbox")) == "Refused: 550 No such mailbox"
    step = next_step(16, NOW, outcome(Kind.TRY_AGAIN, 451, "Later"))
    assert isinstance(step, GiveUp)
    assert step.reason == "Not delivered after 16 tries over five days. Last answer: Not sent yet: 451 Later"
    assert "may or may not have arrived" in describe(outcome(Kind.UNKNOWN))


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        next_step(0, NOW, outcome(Kind.ACCEPTED))
    with pytest.raises(ValueError, match="time zone"):
        next_step(1, NOW.replace(tzinfo=None), outcome(Kind.ACCEPTED))

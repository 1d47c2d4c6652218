"""How long a report has been with the Home Office, in words: since the day it was sent, not since its receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from dardr.storage.reviews import Deadline
from workflows.definition import Stage
from workflows.processes.dardr_s9_1.submission import ordinal, submissions

WAIT = "home_office_wait"
STAGES = ("submitted", "home_office_qa")


def with_home_office(
    stage: Stage, deadlines: Iterable[Deadline], recorded: Mapping[str, Any], done: Mapping[str, Any], today: date
) -> str:
    """``sent 28 weeks ago, second submission`` on the London day ``today``; empty where no report is with them.

    A first submission is not said to be the first.
    """
    if stage.key not in STAGES:
        return ""
    sent = next((row.start_on for row in deadlines if row.clock == WAIT and row.start_on), None)
    number = submissions(recorded, done)
    return ", ".join(
        [*([f"sent {_ago(sent, today)}"] if sent else []), *([f"{ordinal(number)} submission"] if number > 1 else [])]
    )


def _ago(sent: date, today: date) -> str:
    days = (today - sent).days
    if days < 1:
        return "today"
    if days < 14:
        return "1 day ago" if days == 1 else f"{days} days ago"
    return f"{days // 7} weeks ago"

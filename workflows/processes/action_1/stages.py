"""Where an action of a plan may stand, and which stages belong together."""

from __future__ import annotations

from workflows.definition import Party, Stage

WORKING = ("agreed", "in_progress", "blocked")
UNFINISHED = ("draft", *WORKING, "transferred", "complete_claimed")
NOT_ENDED = UNFINISHED
FINAL = ("complete_verified", "in_place", "not_accepted", "superseded")

WORDS_ON = ("agree", "accept_transfer", "start_work", "record_update", "report_obstacle", "resume_work",
            "reopen_action", "return_to_owner", "bring_in_progress")  # fmt: skip
"""The actions by which something is heard of an action: from the last of them the quiet days count."""

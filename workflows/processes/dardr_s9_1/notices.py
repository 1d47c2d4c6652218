"""Who is told, once, when something is done. Reminders of dates belong to the clocks."""

from __future__ import annotations

from workflows.definition import Notice, Party
from workflows.processes.dardr_s9_1.decision import DECISIONS

NOTICES: tuple[Notice, ...] = (
    Notice("decision_asked", ("ready_for_decision", "record_reconsider"), "stage_changed", (Party.DECIDING_CHAIR,)),
    Notice("decision_recorded", DECISIONS, "decision_recorded", (Party.CASE_MANAGER, Party.TEAM_MANAGER)),
    Notice("chair_may_start", ("appoint_panel", "start_evidence", "start_drafting"), "stage_changed",
           (Party.INDEPENDENT_CHAIR,)),
    Notice("sign_off_asked", ("send_to_partnership",), "stage_changed", (Party.DECIDING_CHAIR, Party.CASE_MANAGER)),
    Notice("sent_back", ("return_to_drafting", "record_letter_amend", "record_letter_resubmit", "return_to_amending"),
           "stage_changed", (Party.INDEPENDENT_CHAIR,)),
    Notice("cleared", ("record_letter_publish", "clear_after_amendment"), "stage_changed", (Party.CASE_MANAGER,)),
    Notice("monitoring_started", ("start_action_monitoring",), "stage_changed", (Party.CASE_MANAGER,)),
    Notice("reopened", ("reopen",), "stage_changed", (Party.CASE_MANAGER, Party.TEAM_MANAGER)),
)  # fmt: skip

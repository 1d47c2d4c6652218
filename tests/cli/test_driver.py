"""A program that knows nothing of the process can drive it, on both databases, through the command line alone."""

from __future__ import annotations

from pathlib import Path

from dardr.systime import london_now
from tests.cli.conftest import Dardr
from tests.cli.driver import Driver


def _people(dardr: Dardr) -> list[str]:
    """Two people who may do what the operator may, so that a second person can be found."""
    for name, body in (("second", "kcc"), ("third", "kent-police")):
        dardr.ok(
            "user", "add", f"{name}@partnership.example", "--name", f"{name.capitalize()} Person", "--body", body,
            "--role", "team_manager", "--role", "case_manager", "--role", "deciding_chair",
            "--role", "steering_member", "--role", "police_liaison", "--role", "communications",
        )  # fmt: skip
    return [f"{name}@partnership.example" for name in ("second", "third")]


def test_a_review_is_carried_from_notification_to_its_conclusion(dardr: Dardr, tmp_path: Path) -> None:
    driver = Driver(dardr, _people(dardr), london_now().date(), tmp_path)
    ref = driver.open("dardr-s9")

    driver.carry(ref, "concluded")

    events = dardr.ok("review", "timeline", ref)["events"]
    assert {e["to"] for e in events if e["ref"] == ref} >= {"notified", "screening", "drafting", "concluded"}
    assert dardr.ok("audit", "verify")["ok"] is True
    open_clocks = [d for d in dardr.ok("review", "deadlines", ref)["deadlines"] if d["problem"]]
    assert open_clocks == []

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


def test_a_section_8_report_is_carried_to_its_last_reply(dardr: Dardr, tmp_path: Path) -> None:
    ends = {"commissioner-reply": "copied"}
    driver = Driver(dardr, _people(dardr), london_now().date(), tmp_path, ends)
    ref = driver.open("section8-report")
    process = driver.process("section8-report")
    end = next(s["key"] for s in process["stages"] if s["final"])

    driver.carry(ref, end)

    items = dardr.ok("review", "show", ref)["items"]
    assert items and {item["process"] for item in items} == {"commissioner-reply@1"}
    replies = [d for d in dardr.ok("review", "deadlines", ref)["deadlines"] if d["id"] == "D08"]
    assert {d["state"] for d in replies} == {"met"}
    assert {d["kind"] for d in replies} == {"statute"}


def test_every_action_it_is_offered_can_be_read_and_either_is_done_or_says_why(
    rehearsal: Dardr, tmp_path: Path
) -> None:
    """At each stage on the way, everything offered is tried once: it is done, or it is refused with a sentence."""
    driver = Driver(rehearsal, [], london_now().date(), tmp_path)
    for reason in _tried_at_the_first_stages(driver):
        assert reason["reason"].strip().endswith((".", "?", ":")) or reason["field"], reason


def _tried_at_the_first_stages(driver: Driver) -> list[dict[str, str]]:
    said: list[dict[str, str]] = []
    for stage in ("notified", "screening", "decision_pending"):
        ref = driver.open("dardr-s9")
        driver.carry(ref, stage)
        for action in driver.dardr.ok("review", "actions", ref)["actions"]:
            given = [part for f in action["fields"] if f["required"] for part in driver._answer(f, 0)]
            done = driver.dardr(
                "review", "act", action["ref"], action["key"], "--on", driver.today.isoformat(), *given, "--json"
            )
            assert done.code in (0, 1), done
            assert not (done.code == 0 and action["blocked"]), action
            if done.code == 1:
                said += done.json["refused"]
    return said

"""``dardr actions list``: what is asked for, the colour with its reason, the plan on an earlier day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dardr.storage.engine import Database
from tests import builders
from tests.cli.conftest import Dardr
from tests.fixtures import with_people


def a_plan(database: Database) -> builders.Case:
    """A review with one action of the council, agreed on 1 July 2026 and in the way of something since 3 August."""
    case = builders.a_review(database, "evidence", on=date(2026, 3, 2))
    case.today = date(2026, 7, 1)
    plan = {
        "action_text": "Ask at every visit",
        "lead_body": "northmere-council",
        "plan_source": "panel",
        "scope": "local",
    }
    case.act("add_action", plan)
    (ref,) = case.opened("action")
    case.act("agree", {"target_date": "2026-08-10", "outcome_measure": "Audit", "agreed_by": "Director"}, ref=ref)
    case.today = date(2026, 8, 3)
    case.act("report_obstacle", {"obstacle": "No trainer"}, ref=ref)
    return case


def test_actions_are_listed_as_they_stand_and_as_they_stood(sqlite_url: str, tmp_path: Path) -> None:
    with with_people(sqlite_url) as database:
        case = a_plan(database)
    dardr = Dardr(sqlite_url, tmp_path / "data")
    (ref,) = [one["ref"] for one in dardr.ok("actions", "list")["actions"]]
    (then,) = dardr.ok("actions", "list", "--as-at", "2026-07-01")["actions"]
    assert (then["ref"], then["status"], then["due"], then["late"]) == (ref, "agreed", "2026-08-10", False)
    assert then["rag"] == {"colour": "green", "reason": "on course, due on 10 August 2026"}
    (late,) = dardr.ok("actions", "list", "--late", "--review", case.ref, "--agency", "northmere-council")["actions"]
    assert late["status"] == "blocked" and "something is in the way" in late["rag"]["reason"]
    assert late["agencies"] == ["Northmere Council"] and late["reviews"] == [case.ref]
    assert dardr.ok("actions", "list", "--status", "draft")["actions"] == []
    words = dardr("actions", "list")
    assert words.code == 0 and ref in words.out and "Red" in words.out
    for wrong in (("--status", "nonsense"), ("--agency", "nobody"), ("--review", "NONE-1"), ("--as-at", "2999-01-01")):
        assert dardr.refused("actions", "list", *wrong)

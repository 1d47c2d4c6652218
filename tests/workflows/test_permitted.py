"""Who may do what, at which stage: the tables in ``permitted/`` are read by people, and compared exactly."""

from __future__ import annotations

import pytest

import workflows
from tests.workflows import permitted
from workflows.definition import Process, Role
from workflows.engine import permitted_actions

PROCESSES = workflows.all_processes()


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.id)
def test_the_table_is_as_written(process: Process) -> None:
    written = permitted.file_of(process).read_text(encoding="utf-8")
    assert permitted.table(process) == written, "If this is meant: python -m tests.workflows.permitted"


def test_there_is_a_table_for_each_process_and_no_other() -> None:
    assert {path.name for path in permitted.FOLDER.iterdir()} == {f"{process.id}.txt" for process in PROCESSES}


def test_every_role_has_a_column() -> None:
    assert set(permitted.SHORT) == set(Role)


def test_members_of_panel_and_partnership_do_what_is_theirs() -> None:
    panel = {a.key for p in PROCESSES for a in p.actions if Role.PANEL_MEMBER in a.roles}
    partners = {a.key for p in PROCESSES for a in p.actions if Role.CSP_MEMBER in a.roles}
    assert panel == {"give_comment", "give_word_comments", "record_no_comments", "add_note"}
    assert partners == {"record_plan_review"}
    giving = {p.key for p in PROCESSES for a in p.actions if a.key == "give_comment"}
    assert giving == {"comment-request", "reader-request"}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_roles_that_only_look_change_nothing(role: Role) -> None:
    may = [(p.id, s.key, a.key) for p in PROCESSES for s in p.stages for a in permitted_actions(p, s.key, [role])]
    assert may == []


def test_whoever_notifies_without_an_account_opens_a_review_and_does_nothing_else() -> None:
    opens = {p.key for p in PROCESSES if Role.NOTIFIER in p.opening.roles}
    assert opens == {"dardr-s9", "dardr-s8a"}
    assert [(p.id, a.key) for p in PROCESSES for a in p.actions if Role.NOTIFIER in a.roles] == []


def test_only_the_deciding_chair_and_the_team_record_the_decision() -> None:
    for key in ("decide_review", "decide_no_review", "decide_other_review", "decide_joint_review", "defer_decision"):
        roles = workflows.get("dardr-s9").action(key).roles
        assert roles == {Role.DECIDING_CHAIR, Role.CASE_MANAGER, Role.TEAM_MANAGER}, key


def test_an_agency_acts_on_its_own_items_and_never_on_a_review() -> None:
    agency = {Role.AGENCY_CONTACT, Role.AGENCY_LEAD}
    for key in ("dardr-s9", "dardr-s8a", "qa-point", "section8-report", "historic"):
        process = workflows.get(key)
        assert [a.key for a in (process.opening, *process.actions) if a.roles & agency] == [], key
    assert Role.AGENCY_CONTACT not in workflows.get("agency-return").action("sign_off_return").roles
    assert Role.AGENCY_CONTACT not in workflows.get("action").action("agree").roles
    assert not workflows.get("action").action("verify").roles & agency

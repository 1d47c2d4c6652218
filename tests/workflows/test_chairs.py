"""Chairs on paper: the register, an invitation from the asking to the end, and a review that loses its chair."""

from __future__ import annotations

from typing import Any

import pytest

import workflows
from tests.workflows.paper import Paper, a_review, opened
from workflows.definition import AgeOnly, Item, Party
from workflows.processes.chair_invitation_1.appointed import payments_left
from workflows.processes.who import CONTRACT

INVITATION = "chair-invitation"


def quoted(**conflict: Any) -> Paper:
    """An invitation with a quote and, unless told otherwise, a check that found no conflict."""
    paper = opened(INVITATION).take("record_interest").take("record_quote", quote_pounds=9000)
    return paper.take("record_conflict_check", **{"conflict_outcome": "none", **conflict})


def contracted() -> Paper:
    return quoted().take("choose_chair").take("record_contract", data_protection="agreed")


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (("record_declined",), "declined"),
        (("record_interest", "record_declined"), "declined"),
        (("record_quote", "record_not_chosen"), "not_chosen"),
        (("record_quote", "record_declined", "take_up_again"), "invited"),
    ],
)
def test_the_ways_of_an_invitation(steps: tuple[str, ...], end: str) -> None:
    paper = opened(INVITATION)
    for step in steps:
        paper.take(step)
    assert paper.stage == end


def test_from_the_quote_to_the_end_of_the_work() -> None:
    paper = contracted()
    assert paper.stage == "contracted"
    assert paper.take("complete_appointment").stage == "ended"


def test_nobody_is_chosen_without_a_quote_and_a_check() -> None:
    reasons = opened(INVITATION).reasons("choose_chair")
    assert any("No quote" in reason for reason in reasons)
    assert any("conflicts of interest is not recorded" in reason for reason in reasons)


def test_a_chair_who_cannot_act_is_not_chosen() -> None:
    paper = quoted(conflict_outcome="cannot_act", conflict_note="Led a service of the review until last year.")
    assert any("cannot act" in reason for reason in paper.reasons("choose_chair"))
    paper.take("record_conflict_check", conflict_outcome="managed", conflict_note="Leaves the room for that body.")
    assert paper.reasons("choose_chair") == []


def test_a_conflict_that_is_found_is_described() -> None:
    blocked = opened(INVITATION).look("record_conflict_check", {"conflict_outcome": "managed"}).blocked
    assert [one.field for one in blocked] == ["conflict_note"]


@pytest.mark.parametrize("stage", ["chosen", "contracted", "conflict_found"])
def test_two_are_not_chosen_at_once(stage: str) -> None:
    paper = quoted()
    paper.beside = (Item("R-I02", INVITATION, stage, False, {}),)
    assert any("R-I02" in reason for reason in paper.reasons("choose_chair"))
    paper.beside = (Item("R-I02", INVITATION, "ended", True, {}), Item("R-I03", INVITATION, "quoted", False, {}))
    assert paper.reasons("choose_chair") == []


def test_no_contract_without_the_terms_on_data_protection() -> None:
    paper = quoted().take("choose_chair")
    blocked = paper.look("record_contract", {"data_protection": "not_yet"}).blocked
    assert [one.field for one in blocked] == ["data_protection"] and "Agree them first" in blocked[0].reason
    assert paper.stage == "chosen"


def test_a_payment_is_paid_once() -> None:
    paper = contracted().take("plan_payment", payment="First draft", payment_pounds=3000)
    assert any("has the same" in r or "already" in r for r in paper.reasons("plan_payment", {"payment": "First draft"}))
    assert any("First draft" in reason for reason in paper.reasons("complete_appointment"))
    paper.take("record_payment", payment="First draft")
    assert payments_left(paper.facts) == []
    blocked = paper.look("record_payment", {"payment": "First draft"}).blocked
    assert "Nothing was recorded a second time" in blocked[0].reason
    assert paper.look("strike_out_payment", {"payment": "First draft"}).blocked
    assert paper.reasons("complete_appointment") == []


def test_a_conflict_found_late_is_managed_or_ends_it() -> None:
    paper = contracted().take("record_late_conflict")
    assert paper.stage == "conflict_found"
    assert paper.process.stage("conflict_found").acts is Party.DECIDING_CHAIR
    assert paper.reasons("manage_conflict_before_contract") != []
    assert paper.take("manage_conflict").stage == "contracted"
    assert paper.take("record_late_conflict").take("end_appointment").stage == "ended"


def test_a_conflict_found_before_the_contract_leads_back_to_it() -> None:
    paper = quoted().take("choose_chair").take("record_late_conflict")
    assert paper.reasons("manage_conflict") != []
    assert paper.take("manage_conflict_before_contract").take("record_contract").stage == "contracted"


def test_who_sees_the_register_and_the_invitations() -> None:
    for key in ("chair", INVITATION):
        assert workflows.get(key).seen_by == CONTRACT


def test_a_chair_leaves_the_register_and_comes_back() -> None:
    paper = opened("chair").take("add_chair_interest").take("record_chair_feedback", quality_of_chairing="good")
    assert paper.take("pause_chair").take("list_chair_again").stage == "listed"
    assert paper.take("take_chair_off").take("list_chair_again").stage == "listed"
    assert paper.look("record_chair_feedback", {"feedback_from": "panel"}).blocked, "nothing was said"


# --- the review ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["dardr-s9", "dardr-s8a"])
def test_how_long_a_review_waits_for_a_chair_is_counted_and_never_due(key: str) -> None:
    clock = workflows.get(key).clock("L02")
    assert isinstance(clock.length, AgeOnly)
    assert {"decide_review", "record_direction", "record_chair_left"} <= set(clock.starts_on)
    assert clock.stops_on == ("appoint_chair",) and clock.restarts


def test_a_chair_is_not_invited_twice() -> None:
    paper = a_review("commissioning").has("X-I01", INVITATION, stage="quoted", chair="CHAIR-1")
    blocked = paper.look("invite_chair", {"invited_chair": "CHAIR-1"}).blocked
    assert [one.field for one in blocked] == ["invited_chair"] and "X-I01" in blocked[0].reason
    paper.has("X-I01", INVITATION, stage="declined", final=True, chair="CHAIR-1")
    assert not paper.look("invite_chair", {"invited_chair": "CHAIR-1"}).blocked


def test_a_review_whose_chair_left_waits_for_the_next_before_the_panel_is_in_place() -> None:
    paper = a_review("commissioning")
    assert paper.reasons("record_chair_left") != [], "nobody is appointed"
    paper.take("appoint_chair").take("record_chair_left", chair_left_because="conflict")
    assert any("no independent chair now" in reason for reason in paper.reasons("appoint_panel"))
    assert paper.reasons("record_chair_left") != [], "it was recorded"
    assert paper.take("appoint_chair").reasons("appoint_panel") == []


def test_a_chair_is_appointed_without_an_invitation_too() -> None:
    asked = {field.name: field.required for field in workflows.get("dardr-s9").action("appoint_chair").fields}
    assert asked["invitation"] is False and asked["chair"] is True

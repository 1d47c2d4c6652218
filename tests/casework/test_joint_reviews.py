"""One review under two duties: two decisions, one lead, both boards' sign-off, two ways to publication, one plan."""

from __future__ import annotations

from typing import Any

import pytest

from dardr.casework.files import FileGiven
from dardr.errors import Conflict, Invalid
from dardr.storage.engine import Database
from tests.builders import PACK, Case, a_review

BOARD = "Mereshire Safeguarding Adults Board"
OTHER = "Southshire Community Safety Partnership"


def name_a_board(review: Case, name: str = BOARD, **more: Any) -> None:
    duty = {"partner_duty": "safeguarding_adult_review", "partner_leads": "we_lead"}
    review.act("record_partner", {"partner": name, **duty, **more})


def decides(review: Case, outcome: str = "takes_part", name: str = BOARD) -> None:
    review.act(
        "record_partner_decision", {"partner": name, "partner_outcome": outcome, "partner_reasons": "Its minute."}
    )


def signed_off(database: Database) -> Case:
    review = a_review(database, "csp_sign_off")
    review.act("record_steering_group_assurance", {"assurance": "assured", "steering_minute": "Minute 3"})
    versions = review.record().facts["versions"]
    review.act(
        "sign_off",
        {
            "version": versions[-1]["version"],
            "signed_by": "chair",
            "sign_off_minute": "Minute 9",
            "anonymisation_certificate": "checked",
            "later_changes_reason": "None needed.",
        },
        by="deciding_chair",
    )
    review.act("put_into_pack", PACK)
    return review


def test_the_home_office_gets_the_report_once_every_board_has_signed(database: Database) -> None:
    review = signed_off(database)
    name_a_board(review)
    decides(review)
    with pytest.raises(Conflict, match=f"{BOARD} has not signed off"):
        review.act("submit_to_home_office")
    version = review.record().facts["versions"][-1]["version"]
    review.act("record_partner_sign_off", {"partner": BOARD, "version": version, "partner_minute": "Its minute 2"})
    assert review.act("submit_to_home_office").stage == "submitted"


def test_a_sign_off_of_an_earlier_round_does_not_count(database: Database) -> None:
    review = signed_off(database)
    name_a_board(review)
    decides(review)
    version = review.record().facts["versions"][-1]["version"]
    review.act("record_partner_sign_off", {"partner": BOARD, "version": version, "partner_minute": "Its minute 2"})
    review.act("return_to_drafting", {"return_reason": "One finding is to be put more gently."})
    review.act("send_to_partnership", {})
    review.act(
        "sign_off",
        {
            "version": version,
            "signed_by": "officer",
            "sign_off_minute": "Minute 10",
            "sign_off_file": FileGiven("minute.txt", b"Signed off, as agreed.", "text/plain"),
            "anonymisation_certificate": "checked",
            "later_changes_reason": "Only one word changed.",
        },
    )
    with pytest.raises(Conflict, match="has not signed off"):
        review.act("submit_to_home_office")


def test_a_board_that_takes_no_part_is_not_waited_for(database: Database) -> None:
    review = signed_off(database)
    name_a_board(review)
    decides(review, "takes_no_part")
    assert review.act("submit_to_home_office").stage == "submitted"


def test_a_board_that_leaves_is_not_waited_for_and_its_successor_is(database: Database) -> None:
    review = signed_off(database)
    name_a_board(review)
    decides(review)
    review.act(
        "record_partner_left", {"partner": BOARD, "partner_left_reason": "Merged into the board of the two counties."}
    )
    name_a_board(review, "Two Counties Adults Board")
    decides(review, name="Two Counties Adults Board")
    with pytest.raises(Conflict, match="Two Counties Adults Board has not signed off"):
        review.act("submit_to_home_office")


def test_monitoring_waits_until_each_publication_is_on_record(database: Database) -> None:
    review = a_review(database, "published")
    name_a_board(review)
    name_a_board(review, OTHER, partner_duty="another_area", partner_leads="they_lead")
    decides(review)
    decides(review, name=OTHER)
    with pytest.raises(Conflict, match=f"{BOARD}, {OTHER}"):
        review.act("start_action_monitoring", {})
    with pytest.raises(Invalid, match="web address"):
        review.act("record_partner_publication", {"partner": BOARD})
    review.act(
        "record_partner_publication", {"partner": BOARD, "partner_published_at": "https://adults.mereshire.example/1"}
    )
    review.act(
        "record_partner_publication",
        {"partner": OTHER, "partner_not_published": "It links to this partnership's page; its board agreed."},
    )
    assert review.act("start_action_monitoring", {}).stage == "action_monitoring"


def test_a_board_is_named_once(database: Database) -> None:
    review = a_review(database, "screening")
    name_a_board(review)
    with pytest.raises(Invalid, match="already on the record"):
        name_a_board(review)


def test_a_decision_of_a_board_that_is_not_named_is_refused(database: Database) -> None:
    review = a_review(database, "screening")
    with pytest.raises((Conflict, Invalid)):
        decides(review)

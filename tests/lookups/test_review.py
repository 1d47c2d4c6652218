"""One record as people read it: what they may see, what they may do, how its dates stand and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dardr.casework.act import take_action
from dardr.errors import NotFound
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.review import actions_of, show
from dardr.lookups.timeline import timeline
from dardr.storage.engine import Database
from tests import builders

START = builders.START


def _body_of(key: str) -> tuple[str, str]:
    """A body's agency contact in the builders, and the body."""
    who, (_, _, scope, body) = next(
        (who, person) for who, person in builders.PEOPLE.items() if str(person[1]) == key and person[2] == "body"
    )
    assert scope == "body"
    return who, body


def test_an_agency_sees_its_own_return_and_nothing_of_the_review(database: Database) -> None:
    who, body = _body_of("agency_contact")
    others = [key for key, *_ in builders.BODIES if key != body][:1]
    review = builders.a_review(database, at="screening", on=START)
    with database.write() as session:
        manager = builders.actor(session, "case_manager")
        done = take_action(
            session, manager, builders.at_ten(review.today), review.ref, "request_information",
            {"bodies": [body, *others], "questions": "What was known?"}, review.today,
        )  # fmt: skip
    own, other = done.created
    with database.read() as session:
        contact = builders.actor(session, who)
        assert show(session, contact, own, review.today)["ref"] == own
        assert show(session, contact, own, review.today)["serves"] == []
        keys = {a["key"] for a in actions_of(session, contact, own, review.today)}
        assert keys
        assert {a["ref"] for a in actions_of(session, contact, own, review.today)} == {own}
        assert [e["ref"] for e in timeline(session, contact, own)["events"]] == [own]
        for hidden in (review.ref, other):
            for look in (show, actions_of, deadlines_of):
                with pytest.raises(NotFound):
                    look(session, contact, hidden, review.today)
            with pytest.raises(NotFound):
                timeline(session, contact, hidden)


def test_nothing_internal_and_no_identity_is_shown(database: Database) -> None:
    review = builders.a_review(
        database, at="notified", on=START, person_name="Wilhelmina Unmistakable", date_of_birth="1981-04-05"
    )
    with database.read() as session:
        actor = builders.actor(session, "team_manager")
        shown = show(session, actor, review.ref, START)
        told = timeline(session, actor, review.ref)
    assert not [name for name in shown["facts"] if name.startswith("_")]
    assert not [name for event in told["events"] for name in event["after"] if name.startswith("_")]
    for text in (str(shown), str(told)):
        assert "Unmistakable" not in text and "1981-04-05" not in text
    assert told["events"][0]["identity"] is True


def test_actions_are_those_of_the_stage_and_of_the_role(database: Database) -> None:
    review = builders.a_review(database, at="notified", on=START)

    def keys(who: str) -> set[str]:
        with database.read() as session:
            return {a["key"] for a in actions_of(session, builders.actor(session, who), review.ref, START)}

    assert "accept_notification" in keys("case_manager")
    assert "publish" not in keys("case_manager")
    assert keys("auditor") == set()
    assert keys("deciding_chair") < keys("case_manager")


def test_a_blocked_action_gives_every_reason(database: Database) -> None:
    review = builders.a_review(database, at="pre_publication", on=START)
    with database.read() as session:
        found = actions_of(session, builders.actor(session, "case_manager"), review.ref, review.today)
    publish = next(a for a in found if a["key"] == "publish")
    assert len(publish["blocked"]) > 1
    assert len(set(publish["blocked"])) == len(publish["blocked"])
    assert all(reason.endswith(".") for reason in publish["blocked"])


def test_once_the_six_months_have_passed_the_review_asks_for_an_agreed_date(database: Database) -> None:
    review = builders.a_review(database, at="evidence", on=START)

    def overview(today: date) -> dict[str, object]:
        with database.read() as session:
            actor = builders.actor(session, "team_manager")
            return next(d for d in deadlines_of(session, actor, review.ref, today) if d["id"] == "D05")

    original = date.fromisoformat(str(overview(review.today)["original_due"]))
    on_the_day = overview(original)
    assert (on_the_day["state"], on_the_day["asks"]) == ("running", "")
    after = overview(original + timedelta(days=1))
    assert after["state"] == "past_guide"
    assert "Agree a new date" in str(after["asks"])

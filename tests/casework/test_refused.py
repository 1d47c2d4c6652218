"""What an action refuses, and in which words: every reason at once, dates that cannot be, a second person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework.act import take_action
from dardr.casework.open_record import open_record
from dardr.errors import Conflict, DardrError, Forbidden, Invalid
from dardr.storage.engine import Database
from tests import builders
from tests.builders import START, a_review, actor, at_ten, notification
from tests.casework.rows import everything

# --- what is refused --------------------------------------------------------------------------------------


def refused(case: builders.Case, action: str, values: dict[str, Any] | None = None, **more: Any) -> DardrError:
    before = everything(case.database)
    with pytest.raises(DardrError) as error:
        case.act(action, values, **more)
    assert everything(case.database) == before
    return error.value


def test_an_action_the_stage_does_not_have(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "screening")
    error = refused(case, "publish", {"published_at": "https://reviews.example/1", "redacted": "no"})
    assert isinstance(error, Conflict)
    said = " ".join(reason.reason for reason in error.reasons)
    assert "is not a step of the stage “Screening”" in said
    assert "Before publication" in said


@pytest.mark.parametrize("key", ["nonsense", "notify", ""])
def test_an_action_that_does_not_exist(sqlite_database: Database, key: str) -> None:
    case = a_review(sqlite_database, "screening")
    error = refused(case, key)
    assert isinstance(error, Conflict)
    assert "There is no step called" in str(error)
    assert "record_criteria" in str(error), "it says what there is"


def test_a_role_that_may_not(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "decision_pending")
    step = builders.decision()
    error = refused(case, step.action, dict(step.values), by="auditor")
    assert isinstance(error, Forbidden)
    assert "deciding chair" in str(error)


def test_every_reason_at_once(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "pre_publication")
    error = refused(case, "publish", {"published_at": "https://reviews.example/1", "redacted": "no"})
    assert isinstance(error, Conflict)
    said = " ".join(reason.reason for reason in error.reasons)
    parts = ("nobody can be recognised", "second person", "family", "letter", "action plan", "communications")
    parts += ("plan of who is told", "Pre-election")
    for part in parts:
        assert part in said, said
    assert len(error.reasons) == len(parts)


def test_guards_and_answers_are_refused_together(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "pre_publication")
    error = refused(case, "publish", {"published_at": "reviews", "redacted": "perhaps", "published_on": "31/2/2026"})
    assert isinstance(error, Invalid)
    assert {"published_at", "redacted", "published_on"} <= {reason.field for reason in error.reasons}
    assert any("communications plan" in reason.reason for reason in error.reasons)


def test_answers_missing_wrong_or_misspelt(sqlite_database: Database) -> None:
    with pytest.raises(Invalid) as error:
        with sqlite_database.write() as session:
            open_record(
                session, actor(session, "case_manager"), at_ten(START), "dardr-s9",
                {
                    "notified_on": "2026-02-31", "csp_aware_on": "2026-13-05", "csps": ["nowhere"], "age": "old",
                    "media_interest": "perhaps", "colour": "blue", "in_writing": "",
                },
            )  # fmt: skip
    by_field = {reason.field: reason.reason for reason in error.value.reasons}
    assert {"notifier", "notified_on", "csp_aware_on", "csps", "age", "media_interest", "colour", "in_writing",
            "death_date", "manner", "relationship"} <= set(by_field)  # fmt: skip
    assert "31 February 2026 does not exist" in by_field["notified_on"]
    assert "swapped" in by_field["csp_aware_on"]
    assert "northmere" in by_field["csps"], "it says what may be chosen"
    assert "not a whole number" in by_field["age"]
    assert "yes or no" in by_field["media_interest"]
    assert "no question called “colour”" in by_field["colour"]
    assert all(text.rstrip().endswith((".", "...")) for text in by_field.values())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/02/2026", "31 February 2026 does not exist"),
        ("2026-02-00", "there is no day 0"),
        ("2026-25-02", "were day and month swapped"),
        ("12/2026", "not a date that can be read"),
        ("2026-02-01T10:00", "time of day"),
        ("1/3/26", "two figures"),
        ("soon", "not a date that can be read"),
    ],
)
def test_dates_that_do_not_exist(sqlite_database: Database, typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as error:
        with sqlite_database.write() as session:
            open_record(
                session, actor(session, "case_manager"), at_ten(START), "dardr-s9",
                notification(START, csp_aware_on=typed),
            )  # fmt: skip
    assert [reason.field for reason in error.value.reasons] == ["csp_aware_on"]


def test_a_decision_before_the_death_or_the_notification(database: Database) -> None:
    case = a_review(database, "decision_pending")
    step = builders.decision()
    before_death = refused(case, step.action, dict(step.values), by=step.by, on=START - timedelta(days=3))
    assert "before the death" in str(before_death) and "before the notification" in str(before_death)
    before_notice = refused(case, step.action, dict(step.values), by=step.by, on=START - timedelta(days=1))
    assert "before the notification (2 March 2026)" in str(before_notice)
    assert "before the death" not in str(before_notice)
    case.act(step.action, step.values, by=step.by, on=START)


def test_a_notification_before_the_death(sqlite_database: Database) -> None:
    with pytest.raises(DardrError, match="before the death"):
        a_review(sqlite_database, "notified", death_date=(START + timedelta(days=1)).isoformat(), on=START)
    # Of a death known only by its month the last day may still be before the notification.
    assert a_review(sqlite_database, "notified", death_date="2026-03").stage == "notified"


def test_a_day_after_today(database: Database) -> None:
    case = a_review(database, "screening")
    error = refused(case, "accept_notification", on=case.today + timedelta(days=1))
    assert any("is after today" in reason.reason and reason.field == "on" for reason in error.reasons)
    error = refused(
        case, "await_police_notification", {"police_identified_on": (case.today + timedelta(days=1)).isoformat()}
    )
    assert isinstance(error, Invalid) and error.reasons[0].field == "police_identified_on"
    with pytest.raises(DardrError, match="is after today"):
        a_review(database, "notified", death_date="2026-04")


def test_today_is_the_day_in_london(sqlite_database: Database) -> None:
    """Half past eleven in the evening UTC of a summer day is the next day in London."""
    case = a_review(sqlite_database, "screening", on=date(2026, 6, 29))
    instant = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    with sqlite_database.write() as session:
        take_action(session, actor(session, "case_manager"), instant, case.ref, "add_note", {"note": "Late"},
                    date(2026, 7, 1))  # fmt: skip
    with pytest.raises(Invalid, match="after today"):
        with sqlite_database.write() as session:
            take_action(session, actor(session, "case_manager"), instant, case.ref, "add_note", {"note": "Later"},
                        date(2026, 7, 2))  # fmt: skip


def test_odd_dates_are_kept_with_a_warning(database: Database) -> None:
    case = a_review(database, "evidence")
    saturday = case.today + timedelta(days=(5 - case.today.weekday()) % 7)
    case.today = saturday
    done = case.act("record_meeting", {"held": "online"})
    assert any("Saturday" in warning for warning in done.warnings)
    assert case.record().facts["meetings"][-1]["on"] == saturday.isoformat()
    done = case.act("add_note", {"note": "Typed from paper"}, on=START - timedelta(days=10))
    assert any("before this record begins" in warning for warning in done.warnings)
    assert case.events()[-1][0].occurred_on == START - timedelta(days=10)


def test_known_only_after_the_notice_is_odd(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        done = open_record(
            session, actor(session, "case_manager"), at_ten(START + timedelta(days=5)), "dardr-s9",
            notification(START, csp_aware_on=(START + timedelta(days=2)).isoformat()),
        )  # fmt: skip
    assert any("only after it was notified" in warning for warning in done.warnings)


def test_advice_warns_and_does_not_decide(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "decision_pending")
    step = builders.decision("decide_no_review")
    done = case.act(step.action, step.values, by=step.by)
    assert done.stage == "no_review_scrutiny"
    assert any("The decision table advises otherwise" in warning for warning in done.warnings)


# --- a second person --------------------------------------------------------------------------------------


def test_the_operator_is_one_person(database: Database) -> None:
    case = a_review(database, "decision_pending")
    step = builders.decision()
    case.act(step.action, step.values, by="operator")
    check = builders.SECOND_PERSON
    error = refused(case, check.action, dict(check.values), by="operator")
    assert "Ask a colleague" in str(error)
    assert "checked the decision record" in str(refused(case, "tell_home_office", {"home_office_notice": "Sent"}))
    case.act(check.action, check.values, by="team_manager")
    case.act("tell_home_office", {"home_office_notice": "Sent"}, by="operator")


def test_a_check_made_for_an_earlier_decision_is_not_enough(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "no_review_scrutiny")
    case.do((builders.SECOND_PERSON, builders.TOLD))
    case.act("record_reconsider", {"scrutiny_letter": "In the folder", "scrutiny_view": "Look again"})
    step = builders.decision()
    case.act(step.action, step.values, by=step.by)
    assert "second person" in str(refused(case, "tell_home_office", {"home_office_notice": "Sent"}))


def test_who_did_an_action_cannot_verify_it(database: Database) -> None:
    case = a_review(database, "evidence")
    case.act(
        "add_action",
        {"action_text": "Train staff", "lead_body": "northmere-council", "plan_source": "panel", "scope": "local",
         "target_date": "2026-12-01", "outcome_measure": "Audit"},
    )  # fmt: skip
    (ref,) = case.opened("action")
    agreed = {"target_date": "2026-12-01", "outcome_measure": "Audit", "agreed_by": "Director"}
    case.act("agree", agreed, ref=ref, by="agency_lead")
    case.act("start_work", ref=ref, by="agency_contact")
    case.act("claim_complete", {"evidence": "The training record"}, ref=ref, by="case_manager")
    same = refused(case, "verify", ref=ref, by="case_manager")
    assert "cannot verify it" in str(same)
    with database.write() as session:
        # A member of the Steering Group who works for the body that did the work.
        from dardr.storage.bodies import Body
        from dardr.storage.people import User

        user = session.scalars(sa.select(User).where(User.email == builders.address("steering_member"))).one()
        user.body_id = session.scalar(sa.select(Body.id).where(Body.key == "northmere-council"))
    own = refused(case, "verify", ref=ref, by="steering_member")
    assert "from elsewhere" in str(own)
    assert case.act("verify", ref=ref, by="team_manager").stage == "complete_verified"

"""Opening records: references, a locked regime, a second review of the same death, items."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

import workflows
from dardr.casework.audit import verify
from dardr.casework.open_record import open_record
from dardr.casework.regimes import unlock_regime
from dardr.errors import Conflict, DardrError, Forbidden, Invalid, NotFound
from dardr.storage.engine import Database
from dardr.storage.reviews import RecordBody, RecordCsp, RecordLink
from tests import builders
from tests.builders import START, a_review, actor, at_ten, notification, open_a


def test_references_count_up_by_year_and_by_kind(database: Database) -> None:
    assert [a_review(database, "notified").ref for _ in range(2)] == ["DARDR-2026-001", "DARDR-2026-002"]
    next_year = START.replace(year=2027)
    assert a_review(database, "notified", on=next_year).ref == "DARDR-2027-001"
    case = a_review(database, "amending")
    assert case.opened("qa-point") == [f"{case.ref}-Q01", f"{case.ref}-Q02"]


def test_the_opening_is_the_first_event(database: Database) -> None:
    case = a_review(database, "notified", by="police_liaison")
    ((event, values),) = case.events()
    assert (event.seq, event.action, event.from_stage, event.to_stage) == (1, "notify", None, "notified")
    assert values.before == {}
    record = case.record()
    assert (record.opened_on, record.phase, record.final) == (START, "notification", False)
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RecordCsp)) == 1


def test_the_police_date_is_met_by_the_notification_itself(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "notified", police_identified_on="2026-02-28", death_date="2026-02-27")
    row = case.deadline("police_notification")
    assert (row.due_on, row.stopped_on) == (date(2026, 3, 6), START)
    assert case.state("police_notification") == "met"
    late = a_review(sqlite_database, "notified", police_identified_on="2026-02-16", death_date="2026-02-15")
    assert late.state("police_notification") == "met_late"


def test_a_word_that_was_not_in_writing_does_not_meet_the_police_date(sqlite_database: Database) -> None:
    case = a_review(
        sqlite_database, "notified", police_identified_on="2026-02-28", death_date="2026-02-27", in_writing="no"
    )
    assert case.state("police_notification") == "running"
    case.act("record_police_notification", {"police_notice_reference": "In the folder"})
    assert case.state("police_notification") == "met"


def test_who_may_open(sqlite_database: Database) -> None:
    for key in ("auditor", "steering_member", "agency_contact", "administrator"):
        with pytest.raises(Forbidden, match="It can be done by: case manager, police liaison, team manager"):
            a_review(sqlite_database, "notified", by=key)


def test_a_process_that_is_none(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        for name in ("dardr-s99", "dardr-s9@7", ""):
            with pytest.raises(NotFound, match="There are: dardr-s9@1"):
                open_record(session, actor(session, "case_manager"), at_ten(START), name, {})


def test_a_draft_is_not_opened(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from dardr.casework import open_record as module

    draft = dataclasses.replace(workflows.get("dardr-s9"), draft=True)
    monkeypatch.setattr(module, "find_process", lambda _key: draft)
    with pytest.raises(Conflict, match="is a draft"):
        a_review(sqlite_database, "notified")


def test_a_locked_regime_opens_once_it_is_recorded_as_in_force(database: Database) -> None:
    with pytest.raises(Conflict, match="dardr regime unlock s8a"):
        a_review(database, "notified", process="dardr-s8a")
    with database.write() as session:
        unlock_regime(
            session, actor(session, "administrator"), at_ten(START), "s8a",
            {"instrument": "A fictional commencement instrument", "commences": "2026-02-01",
             "guidance": "https://guidance.example", "transitional": "Deaths on or after the day it commences."},
        )  # fmt: skip
    case = a_review(database, "screening", process="dardr-s8a")
    assert case.record().process == "dardr-s8a@1"
    assert case.deadline("decide_review").due_on is None, "no length is known, so none is made up"
    assert "No length is set" in case.deadline("decide_review").receipt["sentences"][0]
    for _, days, steps in builders.route("decided_review")[1:]:
        case.today += timedelta(days=days)
        for step in steps:
            values = dict(step.values)
            if "criteria_limb" in values:
                values["criteria_limb"] = "personally_connected"
            case.act(step.action, values, by=step.by)
    assert case.stage == "decided_review"
    assert case.deadline("overview_report").due_on is None


def test_a_second_review_of_the_same_death(database: Database) -> None:
    case = a_review(database, "screening", csps=["northmere", "southmere"])
    done = case.act(
        "open_second_review",
        {"why_second": "Another person died", "age": "61", "manner": "homicide", "relationship": "parent",
         "csps": ["southmere"]},
    )  # fmt: skip
    (second,) = done.created
    assert second == "DARDR-2026-002", "a review of its own, not an item of the first"
    first_facts, facts = case.record().facts, case.record(second).facts
    assert (facts["age"], facts["relationship"], facts["csps"]) == (61, "parent", ["southmere"])
    for name in ("notified_on", "csp_aware_on", "death_date", "notifier"):
        assert facts[name] == first_facts[name]
    with database.read() as session:
        link = session.scalars(sa.select(RecordLink)).one()
        assert link.kind == "same_death"
        assert verify(session)["ok"]
    assert case.deadline("decide_review", ref=second).due_on == case.deadline("decide_review").due_on
    # Each goes its own way.
    case.act("transfer_out", {"transferred_to": "Othershire (fictional)", "transfer_agreed": "By e-mail"})
    assert case.record(second).stage == "notified"
    case.act("accept_notification", {"area_confirmed": "yes"}, ref=second)


def test_items_belong_to_the_bodies_named(database: Database) -> None:
    from dardr.storage.bodies import Body

    case = a_review(database, "evidence", csps=["northmere", "southmere"])
    (ref,) = case.act("request_returns", {"kind": "chronology", "bodies": ["harbour-charity"]}).created
    item = case.record(ref)
    assert (item.title, item.facts["kind"], item.facts["requested_on"]) == (
        "Harbour (specialist service, charity)", "chronology", case.today.isoformat(),
    )  # fmt: skip
    with database.read() as session:
        keys = session.scalars(
            sa.select(Body.key).join(RecordBody, RecordBody.body_id == Body.id).where(RecordBody.record_id == item.id)
        ).all()
        assert keys == ["harbour-charity"]
        csps = session.scalars(sa.select(RecordCsp.csp_id).where(RecordCsp.record_id == item.id)).all()
        assert len(csps) == 2, "an item belongs to the partnerships of its review"


def test_an_item_opened_by_itself_serves_the_record_it_names(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    item = open_a(
        sqlite_database, "agency-return",
        {"kind": "imr", "body": "mereshire-nhs", "requested_on": case.today.isoformat()}, on=case.today,
        parent_ref=case.ref,
    )  # fmt: skip
    assert item.ref == f"{case.ref}-R01"
    assert case.opened("agency-return") == [item.ref]
    with pytest.raises(NotFound):
        open_a(
            sqlite_database, "agency-return",
            {"kind": "imr", "body": "mereshire-nhs", "requested_on": case.today.isoformat()}, on=case.today,
            parent_ref="DARDR-2026-999",
        )  # fmt: skip


def test_a_chair_may_open_an_item_of_their_review_only(sqlite_database: Database) -> None:
    from workflows.definition import Role

    case, other = a_review(sqlite_database, "evidence"), a_review(sqlite_database, "evidence")
    with sqlite_database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    asked = {"kind": "imr", "body": "mereshire-nhs", "requested_on": case.today.isoformat()}
    open_a(
        sqlite_database, "agency-return", asked, on=case.today, by="independent_chair", parent_ref=case.ref
    )
    with pytest.raises(NotFound):
        open_a(
            sqlite_database, "agency-return", asked, on=case.today, by="independent_chair", parent_ref=other.ref
        )
    with pytest.raises(Forbidden):
        open_a(sqlite_database, "agency-return", asked, on=case.today, by="independent_chair")


def test_two_partnerships_at_most_are_real(sqlite_database: Database) -> None:
    with pytest.raises(Invalid) as error:
        open_a(sqlite_database, "dardr-s9", notification(START, csps=["northmere", "atlantis"]), on=START)
    assert error.value.reasons[0].field == "csps"


def test_the_police_date_is_only_for_the_police(sqlite_database: Database) -> None:
    with pytest.raises(DardrError, match="Leave this empty where somebody other than the police notified"):
        a_review(sqlite_database, "notified", notifier="health", police_identified_on="2026-03-01")


def test_an_item_that_belongs_to_no_review_says_so(database: Database) -> None:
    review = a_review(database, "screening")
    values = {"kind": "imr", "body": "mereshire-nhs", "requested_on": review.today.isoformat()}
    with database.write() as session:
        who = builders.actor(session, "case_manager")
        alone = open_record(session, who, at_ten(review.today), "agency-return", values)
    assert any("belongs to no review" in said for said in alone.warnings)
    with database.write() as session:
        who = builders.actor(session, "case_manager")
        served = open_record(session, who, at_ten(review.today), "agency-return", values, parent_ref=review.ref)
    assert served.ref.startswith(review.ref) and not served.warnings

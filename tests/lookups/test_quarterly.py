from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dardr.casework.act import take_action
from dardr.errors import Forbidden, Invalid
from dardr.lookups.quarterly import Report, quarterly
from dardr.lookups.quarterly.printed import as_document, render
from dardr.storage.engine import Database
from tests import builders
from tests.builders import Case, Step, a_review, at_ten, open_a

Q2 = (date(2026, 4, 1), date(2026, 6, 30))
Q3 = (date(2026, 7, 1), date(2026, 9, 30))
Q4 = (date(2026, 10, 1), date(2026, 12, 31))
Q1 = (date(2027, 1, 1), date(2027, 3, 31))


def report(
    database: Database,
    period: tuple[date, date],
    *,
    as_at: date | None = None,
    today: date = date(2027, 12, 1),
    by: str = "team_manager",
) -> Report:
    with database.read() as session:
        return quarterly(session, builders.actor(session, by), *period, as_at, today)


def figure(found: Report, key: str) -> tuple[int, int]:
    one = next(f for f in (*found.activity, *found.actions.figures) if f.key == key)
    assert one.definition
    return one.in_period, one.in_year


def phases(found: Report) -> dict[str, int]:
    return {row.phase: row.count for row in found.caseload if row.count}


def plan(case: Case, target: date, body: str = "northmere-council", **values: Any) -> str:
    """An action of the plan of a review, agreed by its body; its reference."""
    done = case.act(
        "add_action",
        {"action_text": "Ask about safety at each visit", "lead_body": body, "plan_source": "panel", "scope": "local"},
    )
    ref = done.created[0]
    case.act(
        "agree",
        {"target_date": target, "outcome_measure": "An audit of records", "agreed_by": "A director", **values},
        ref=ref,
    )
    return ref


def finish(case: Case, ref: str, on: date | None = None) -> None:
    """An action reported complete and verified by somebody else."""
    case.act("claim_complete", {"evidence": "The audit"}, ref=ref, on=on)
    case.act("verify", ref=ref, by="steering_member", on=on)


AGREED = {
    "clock": "overview_report",
    "reason": "The trial was listed later than expected.",
}


def agree(case: Case, new: date, **more: Any) -> None:
    told = {name: case.today for name in ("agreed_by_panel_on", "agreed_by_partnership_on", "home_office_told_on")}
    case.act("agree_new_date", {**AGREED, "new_date": new, **told, **more}, by="deciding_chair")


# --- chairs, panels and the way reviews are done -------------------------------------------------------------------


def test_the_steering_group_reads_who_waits_for_a_chair_and_what_people_said(sqlite_database: Database) -> None:
    waits = a_review(sqlite_database, "commissioning")
    a_review(sqlite_database, "evidence")
    finished = [a_review(sqlite_database, "action_monitoring") for _ in range(3)]
    day = max(case.today for case in finished)
    period = (date(day.year, 1, 1), date(day.year, 12, 31))
    for case, chairing in zip(finished[:2], ("well", "not_well"), strict=True):
        said = {"feedback_from": "panel", "chaired_well": chairing, "panel_worked": "well"}
        case.act("record_feedback", said, on=day)
    found = report(sqlite_database, period, today=day, by="steering_member")
    (one,) = found.waiting_for_chair
    assert one.ref == waits.ref and one.days == (day - one.since).days > 0
    assert (found.feedback.entries, found.feedback.reviews, found.feedback.few) == (2, 2, True)
    (asked,) = found.feedback.asked
    assert (asked.key, list(asked.given.values())) == ("panel_worked", [0, 2, 0, 0]), "chairing points at one chair"

    finished[2].act("record_feedback", {"feedback_from": "family", "chaired_well": "very_well"}, on=day)
    found = report(sqlite_database, period, today=day, by="steering_member")
    chairing = next(asked for asked in found.feedback.asked if asked.key == "chaired_well")
    assert list(chairing.given.values()) == [1, 1, 0, 1]
    headings = [section.heading for section in as_document(found, day).sections]
    assert "Waiting for an independent chair" in headings and "What people said of reviews" in headings


# --- from history, never from today --------------------------------------------------------------------------------


def test_a_report_as_at_a_day_is_the_same_when_it_is_made_again_later(database: Database) -> None:
    """Everything that moves a figure happens between the checkpoints, undoing and late typing included."""
    kept: dict[date, dict[str, Any]] = {}

    def checkpoint(day: date) -> None:
        period = next(p for p in (Q2, Q3, Q4) if p[0] <= day <= p[1])
        kept[day] = report(database, period, as_at=day, today=day).as_dict()

    first = a_review(database, "evidence", on=date(2026, 3, 2))
    other = a_review(database, "no_review_scrutiny", on=date(2026, 3, 9), csps=["northmere", "southmere"])
    checkpoint(date(2026, 5, 1))

    first.today = date(2026, 6, 1)
    first.act(
        "place_hold",
        {"kind": "trial", "reason": "Trial in the autumn", "asked_by": "police", "activities": ["family_interviews"]},
    )
    agree(first, date(2026, 12, 18))
    action = plan(first, date(2026, 7, 1))
    checkpoint(date(2026, 6, 30))

    first.today = date(2026, 7, 20)
    hold = str(first.holds()[0].id)
    first.act("undo_hold", {"hold": hold, "undo_reason": "Recorded on the wrong review"})
    first.act("undo_agreed_date", {"agreed_date": _agreed(first), "undo_reason": "Not minuted"}, by="deciding_chair")
    finish(first, action)
    other.today = date(2026, 7, 21)
    other.do((builders.SECOND_PERSON, builders.TOLD))
    other.act("record_reconsider", {"scrutiny_letter": "Kept", "scrutiny_view": "Look again"})
    checkpoint(date(2026, 8, 3))

    other.today = date(2026, 8, 10)
    other.act("decide_review", builders.decision().values, by="deciding_chair", on=date(2026, 8, 4))
    first.today = date(2026, 8, 10)
    agree(first, date(2027, 2, 26))
    first.today = date(2026, 9, 1)
    agree(first, date(2027, 4, 30))
    checkpoint(date(2026, 9, 30))

    first.today = date(2026, 11, 2)
    first.do((Step("start_drafting"),))
    first.act("reopen_action", {"reopened_reason": "The audit was wrong", "target_date": "2026-12-01"},
              ref=action, by="deciding_chair")  # fmt: skip
    checkpoint(date(2026, 11, 22))

    for day, then in kept.items():
        period = next(p for p in (Q2, Q3, Q4) if p[0] <= day <= p[1])
        again = report(database, period, as_at=day, today=date(2027, 6, 1)).as_dict()
        assert again == then, f"the report as at {day} changed afterwards"
    assert len({json.dumps(then, sort_keys=True) for then in kept.values()}) == len(kept)


def _agreed(case: Case) -> str:
    from dardr.casework.deadlines import agreed_for

    with case.database.read() as session:
        return str(agreed_for(session, case.deadline("overview_report").id)[-1][0].id)


def test_what_was_typed_in_late_counts_when_it_happened_but_only_once_recorded(database: Database) -> None:
    case = a_review(database, "decision_pending", on=date(2026, 9, 1))
    case.today = date(2026, 10, 5)
    case.act("decide_review", builders.decision().values, by="deciding_chair", on=date(2026, 9, 28))

    before = report(database, Q3, as_at=date(2026, 9, 30))
    assert figure(before, "decided_to_review") == (0, 0)
    assert [a.ref for a in before.ages[0].reviews] == [case.ref]

    after = report(database, Q3, as_at=date(2026, 10, 5))
    assert figure(after, "decided_to_review") == (1, 1)
    assert after.ages[0].reviews == [], "decided on 28 September, within the period"
    assert after.ages[0].met_within_guide_in_period == 1
    assert [a.since for a in after.ages[1].reviews] == [date(2026, 9, 28)]
    assert figure(report(database, Q4), "decided_to_review") == (0, 1)


def test_the_day_ends_at_midnight_in_london(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "notified", on=date(2026, 6, 29))
    half_past_midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    with sqlite_database.write() as session:
        take_action(
            session, builders.actor(session, "case_manager"), half_past_midnight, case.ref, "accept_notification",
            {"area_confirmed": "yes"}, date(2026, 6, 30),
        )  # fmt: skip
        take_action(
            session, builders.actor(session, "case_manager"), half_past_midnight, case.ref, "transfer_out",
            {"transferred_to": "Othershire", "transfer_agreed": "By e-mail"}, date(2026, 6, 30),
        )  # fmt: skip
    assert report(sqlite_database, Q2, as_at=date(2026, 6, 30)).live == 1
    assert report(sqlite_database, Q2, as_at=date(2026, 7, 1)).live == 0


def test_an_undone_hold_stood_until_it_was_undone(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence", on=date(2026, 3, 2))
    case.today = date(2026, 7, 6)
    hold = {"kind": "inquest", "reason": "The coroner asks", "asked_by": "coroner", "activities": ["publication"]}
    case.act("place_hold", hold)
    case.today = date(2026, 8, 3)
    case.act("undo_hold", {"hold": str(case.holds()[0].id), "undo_reason": "A mistake"})

    [then] = report(sqlite_database, Q3, as_at=date(2026, 7, 31)).holds
    assert (then.label, then.reason, then.open) == ("Inquest", "The coroner asks", True)
    assert report(sqlite_database, Q3).holds == []
    assert sum(row.held for row in report(sqlite_database, Q3, as_at=date(2026, 7, 31)).caseload) == 1


# --- the figures ------------------------------------------------------------------------------------------------------


def test_caseload_by_phase_counts_the_stage_reached_on_the_last_day(database: Database) -> None:
    a_review(database, "notified", on=date(2026, 6, 25))
    a_review(database, "decision_pending", on=date(2026, 6, 10))
    a_review(database, "transferred_out", on=date(2026, 6, 10))
    evidence = a_review(database, "evidence", on=date(2026, 3, 2))
    a_review(database, "notified", on=date(2026, 7, 6))
    evidence.today = date(2026, 7, 8)
    evidence.do((Step("start_drafting"),))

    found = report(database, Q2)
    assert phases(found) == {"notification": 1, "decision": 1, "panel": 1}
    assert found.live == 3
    assert [row.phase for row in found.caseload][0] == "notification" and len(found.caseload) == 7
    assert phases(report(database, Q3)) == {"notification": 2, "decision": 1, "drafting": 1}
    assert figure(found, "transferred") == (1, 1)
    assert figure(found, "notified") == (3, 3)


def test_the_year_runs_from_april_to_the_last_day_of_the_period(sqlite_database: Database) -> None:
    for on in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 8, 3), date(2026, 11, 2)):
        a_review(sqlite_database, "notified", on=on)
    found = report(sqlite_database, Q3)
    assert (found.year, found.year_to_date.label) == ("2026/27", "1 April to 30 September 2026")
    assert figure(found, "notified") == (1, 2)


def test_publication_counts_on_the_day_published(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "pre_publication")
    case.do((*builders.GATE, *builders.WHO_IS_TOLD))
    case.today = date(2027, 1, 4)
    case.act(
        "publish",
        {"published_on": "2026-12-30", "published_at": "https://reviews.example/1", "redacted": "no"},
        on=date(2027, 1, 4),
    )
    assert figure(report(sqlite_database, Q4, as_at=date(2027, 1, 4)), "published") == (1, 1)
    assert figure(report(sqlite_database, Q1), "published") == (0, 1)
    assert figure(report(sqlite_database, Q4, as_at=date(2026, 12, 31)), "published") == (0, 0)


def test_ages_put_the_agreed_date_first_and_keep_the_guide_beside_it(database: Database) -> None:
    plain = a_review(database, "evidence", on=date(2026, 3, 2))
    moved = a_review(database, "evidence", on=date(2026, 3, 2))
    moved.today = date(2026, 9, 1)
    agree(moved, date(2026, 12, 18))
    guide = plain.deadline("overview_report").original_due_on
    assert guide is not None

    summary = report(database, Q4, as_at=date(2026, 11, 22)).ages[1]
    assert (summary.id, summary.live, summary.authority["kind"]) == ("D05", 2, "guidance")
    assert summary.by_state == {"past_guide": 1, "running": 1}
    rows = {a.ref: a for a in summary.reviews}
    assert rows[plain.ref].words.startswith("past the six-month guide (") and "no date agreed" in rows[plain.ref].words
    assert (rows[moved.ref].due, rows[moved.ref].original_due) == (date(2026, 12, 18), guide)
    assert rows[moved.ref].words == "past the six-month guide; agreed date 18 December 2026"

    late = report(database, (date(2027, 1, 1), date(2027, 3, 31)), as_at=date(2027, 1, 4)).ages[1]
    assert {a.ref: a.state for a in late.reviews} == {plain.ref: "past_guide", moved.ref: "late"}
    assert "17 days late" in next(a.words for a in late.reviews if a.ref == moved.ref)


def test_a_deferred_decision_is_deferred_and_never_late(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "decision_pending", on=date(2026, 7, 1))
    case.today = date(2026, 7, 28)
    case.act("defer_decision", {"awaiting": ["toxicology"], "reason": "Not known yet", "told": "The agencies"},
             by="deciding_chair")  # fmt: skip
    found = report(sqlite_database, Q3)
    [age] = found.ages[0].reviews
    assert (age.state, age.due) == ("deferred", date(2026, 8, 1))
    assert age.words == "deferred; the guide’s date is 1 August 2026"
    assert [(h.label, h.open) for h in found.holds] == [("Decision deferred", True)]
    assert [row.deferred for row in found.caseload if row.phase == "decision"] == [1]


def test_extensions_say_how_often_a_date_moved_and_why(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence", on=date(2026, 3, 2))
    case.today = date(2026, 6, 1)
    agree(case, date(2026, 12, 18))
    case.today = date(2026, 8, 3)
    agree(case, date(2027, 3, 12), reason="The family asked for time")
    [extension] = report(sqlite_database, Q3).extensions
    assert (extension.agreed_due, extension.times_moved, extension.in_period) == (date(2027, 3, 12), 2, True)
    assert extension.reason == "The family asked for time"
    [extension] = report(sqlite_database, Q2).extensions
    assert (extension.agreed_due, extension.times_moved) == (date(2026, 12, 18), 1)


def test_decisions_not_to_review_are_followed_to_their_outcome(sqlite_database: Database) -> None:
    waiting = a_review(sqlite_database, "no_review_scrutiny", on=date(2026, 3, 2))
    ended = a_review(sqlite_database, "no_review_concluded", on=date(2026, 4, 1))
    asked = a_review(sqlite_database, "no_review_scrutiny", on=date(2026, 4, 7))
    asked.today = date(2026, 5, 18)
    asked.do((builders.SECOND_PERSON, builders.TOLD))
    asked.act("record_reconsider", {"scrutiny_letter": "Kept", "scrutiny_view": "Look again"})

    found = {n.ref: n for n in report(sqlite_database, Q2).no_reviews}
    assert found[waiting.ref].outcome == "With the Home Office" and found[waiting.ref].outcome_on is None
    assert found[ended.ref].outcome == "The Home Office asked for nothing more"
    assert (found[asked.ref].outcome, found[asked.ref].outcome_on) == (
        "The Home Office asked to reconsider",
        date(2026, 5, 18),
    )
    assert [n.ref for n in report(sqlite_database, Q4).no_reviews] == [waiting.ref], "settled ones are history"


def test_actions_by_status_and_agency_and_what_was_implemented(database: Database) -> None:
    case = a_review(database, "action_monitoring", csps=["southmere"])
    case.today = date(2026, 11, 9)
    done = plan(case, date(2026, 12, 1))
    late = plan(case, date(2026, 12, 1), body="mereshire-nhs")
    running = plan(case, date(2027, 3, 1), body="mereshire-nhs")
    case.today = date(2026, 12, 7)
    finish(case, done)

    found = report(database, Q4)
    statuses = {s.status: s.count for s in found.actions.by_status}
    assert statuses["complete_verified"] == 1 and statuses["agreed"] == 2 and statuses["superseded"] == 0
    agencies = {a.agency: a for a in found.actions.by_agency}
    assert set(agencies) == {"northmere-council", "mereshire-nhs"}
    assert (agencies["mereshire-nhs"].not_ended, agencies["mereshire-nhs"].past_their_date) == (2, 1)
    assert agencies["northmere-council"].implemented_in_period == 1
    assert figure(found, "actions_implemented") == (1, 1)
    assert figure(found, "reviews_with_actions_implemented") == (1, 1)
    south = next(c for c in found.by_csp if c.csp == "southmere")
    assert (south.live, south.actions_not_ended, south.actions_implemented) == (1, 2, 1)
    assert next(c for c in found.by_csp if c.csp == "northmere").live == 0

    case.today = date(2027, 2, 1)
    case.act("reopen_action", {"reopened_reason": "The audit was wrong", "target_date": "2027-03-01"},
             ref=done, by="deciding_chair")  # fmt: skip
    assert figure(report(database, Q1), "actions_implemented") == (0, 0), "open again, so not counted"
    assert figure(report(database, Q4), "actions_implemented") == (1, 1)

    for ref in (done, late, running):
        finish(case, ref)
    case.do(dict((stage, steps) for stage, _, steps in builders.WAY)["concluded"])
    found = report(database, Q1)
    assert figure(found, "reviews_concluded_every_action_ended") == (1, 1)
    assert found.actions.reviews_with_every_action_ended == [case.ref]
    assert figure(found, "concluded") == (1, 1)
    assert found.live == 0


def test_an_action_handed_to_another_body_counts_there_from_that_day(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence", on=date(2026, 3, 2))
    ref = plan(case, date(2027, 1, 1))
    case.today = date(2026, 8, 3)
    case.act("transfer", {"lead_body": "mereshire-nhs", "transfer_reason": "Theirs to do"}, ref=ref)
    assert [a.agency for a in report(sqlite_database, Q2).actions.by_agency] == ["northmere-council"]
    assert [a.agency for a in report(sqlite_database, Q3).actions.by_agency] == ["mereshire-nhs"]


def section_8(database: Database, published: date, bodies: list[str]) -> tuple[Case, dict[str, str]]:
    case = open_a(
        database,
        "section8-report",
        {"title": "A report", "report_published_on": published, "report_url": "https://commissioner.example/1"},
        on=published,
    )
    case.act("add_recommendation", {"number": "1", "text": "Ask"})
    done = case.act(
        "name_body",
        {"bodies": bodies, "recommendations_addressed": ["1"]},
    )
    return case, dict(zip(bodies, done.created, strict=True))


def test_replies_are_listed_body_by_body_with_days_left_or_past(database: Database) -> None:
    case, refs = section_8(database, date(2026, 7, 1), ["mereshire-police", "mereshire-nhs", "northmere-council"])
    case.today = date(2026, 8, 3)
    for body, on in (("mereshire-police", date(2026, 8, 3)), ("mereshire-nhs", date(2026, 9, 1))):
        case.today = on
        answer = {"recommendation": "1", "response": "action_taken", "response_text": "Done"}
        case.act("answer_recommendation", answer, ref=refs[body])
        reply = {"published_on": on, "published_at": "https://body.example/reply"}
        case.act("record_publication_of_reply", reply, ref=refs[body])

    found = {r.ref: r for r in report(database, Q3, as_at=date(2026, 9, 30)).commissioner_replies}
    assert {r.due for r in found.values()} == {date(2026, 8, 25)}
    assert found[refs["mereshire-police"]].words == "published 3 August 2026, in time"
    assert found[refs["mereshire-nhs"]].words == "published 1 September 2026, 7 days after the date in the Act"
    waiting = found[refs["northmere-council"]]
    assert (waiting.state, waiting.days, waiting.body) == ("breached", -36, "Northmere Council")
    assert waiting.report == "A report"

    earlier = {r.ref: r for r in report(database, Q3, as_at=date(2026, 7, 31)).commissioner_replies}
    assert {(r.state, r.days) for r in earlier.values()} == {("running", 25)}
    assert [r.ref for r in report(database, Q4).commissioner_replies] == [refs["northmere-council"]]


def test_published_cases_are_no_activity_unless_their_own_date_says_so(database: Database, tmp_path: Any) -> None:
    from dardr.casework.import_published import import_published

    def case(number: int, word: str, day: str) -> dict[str, Any]:
        return {"id": f"X{number}", "partnership": "Mereshire (fictional)", "pseudonym": None, "year": None,
                "sources": [], "events": [{"date": day, "event": word, "basis": "stated"}],
                "recommendations": []}  # fmt: skip

    rows = [
        case(1, "published", "2026-08-14"),
        case(2, "published", "2026-08"),
        case(3, "published", "2026"),
        case(4, "published", "2026-06..2026-08"),
        case(5, "published_home_office_library", "2026-08-14"),
        case(6, "death", "2026-08-14"),
    ]
    (tmp_path / "cases.json").write_text(json.dumps(rows))
    with database.write() as session:
        actor = builders.actor(session, "operator")
    import_published(database, actor, at_ten(date(2026, 10, 5)), tmp_path / "cases.json")

    found = report(database, Q3, as_at=date(2026, 10, 5))
    assert found.live == 0 and figure(found, "published") == (0, 0)
    assert (found.catalogue.on_record, found.catalogue.dated_in_period) == (0, 0), "recorded after the period"
    found = report(database, (date(2026, 7, 1), date(2026, 12, 31)))
    assert (found.catalogue.on_record, found.catalogue.dated_in_period) == (6, 2)
    assert [p.partnership for p in found.catalogue.partnerships] == ["Mereshire (fictional)"]


# --- who, when and in which form -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["case_manager", "team_manager", "deciding_chair", "auditor", "steering_member"])
def test_the_team_the_chair_and_the_steering_group_read_it(sqlite_database: Database, by: str) -> None:
    a_review(sqlite_database, "notified", on=date(2026, 7, 6))
    assert report(sqlite_database, Q3, by=by).live == 1


@pytest.mark.parametrize("by", ["agency_contact", "csp_member", "communications", "administrator", "police_liaison"])
def test_others_do_not(sqlite_database: Database, by: str) -> None:
    with pytest.raises(Forbidden):
        report(sqlite_database, Q3, by=by)


def test_a_day_to_come_and_a_period_not_begun_are_refused(sqlite_database: Database) -> None:
    with pytest.raises(Invalid, match="is after today"):
        report(sqlite_database, Q3, as_at=date(2026, 10, 2), today=date(2026, 10, 1))
    with pytest.raises(Invalid, match="had not begun"):
        report(sqlite_database, Q3, as_at=date(2026, 6, 30))
    assert report(sqlite_database, Q3, as_at=date(2026, 7, 1)).live == 0


def test_every_word_that_counts_is_defined_and_no_name_is_in_it(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence", on=date(2026, 3, 2), person_name="Somebody Real", address="1 Road")
    plan(case, date(2026, 9, 1), agreed_by="A director called Xanthippe")
    found = report(sqlite_database, Q3)
    printed = render(found, "html", date(2026, 10, 5)).decode()
    said = json.dumps(found.as_dict())
    for name in ("Somebody Real", "1 Road", "Xanthippe", "Alex Example", "Oakley Example"):
        assert name not in printed and name not in said
    assert {"As at", "Live", "Past the guide", "Agreed date", "Late"} <= set(found.definitions)
    assert "1 July to 30 September 2026" in printed
    for f in (*found.activity, *found.actions.figures):
        assert f.definition in printed.replace("&#39;", "'")


def test_the_chart_never_comes_without_its_table(sqlite_database: Database) -> None:
    a_review(sqlite_database, "evidence", on=date(2026, 3, 2))
    document = as_document(report(sqlite_database, Q3), date(2026, 10, 5))
    charted = [s for s in document.sections if s.chart]
    assert charted and all(s.tables for s in charted)
    assert "panel 1" in charted[0].chart.alt  # type: ignore[union-attr]
    assert document.heading.endswith("quarterly report")
    odd = as_document(report(sqlite_database, (date(2026, 7, 1), date(2026, 8, 31))), date(2026, 10, 5))
    assert odd.heading.endswith("reviews: report")


@pytest.mark.parametrize("form", ["html", "pdf", "json"])
def test_the_same_report_gives_the_same_bytes(sqlite_database: Database, form: Any) -> None:
    a_review(sqlite_database, "evidence", on=date(2026, 3, 2))
    found = report(sqlite_database, Q3)
    once = render(found, form, date(2026, 10, 5))
    assert once == render(report(sqlite_database, Q3), form, date(2026, 10, 5))
    if form == "json":
        said = json.loads(once)
        assert said["caseload"] and said["period"]["label"] == "1 July to 30 September 2026"
        assert_json_dates(said)
    else:
        assert once[:5] == {"html": b"<!DOC", "pdf": b"%PDF-"}[form]


def assert_json_dates(value: Any) -> None:
    if isinstance(value, Mapping):
        for one in value.values():
            assert_json_dates(one)
    assert not isinstance(value, date | timedelta)


def test_an_empty_database_gives_an_empty_report(sqlite_database: Database) -> None:
    found = report(sqlite_database, Q3)
    assert found.live == 0 and found.extensions == [] and found.commissioner_replies == []
    assert b"No live review is at this point" in render(found, "html", date(2026, 10, 5))

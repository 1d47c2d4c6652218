"""Who owes the Commissioner what: kinds of body, corrections, merged bodies, requests, and the overview of it all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework.administer import bodies
from dardr.errors import Conflict, Invalid
from dardr.lookups.commissioner import Overview, overview
from dardr.lookups.commissioner_answers import by_recommendation
from dardr.lookups.quarterly import quarterly
from dardr.lookups.quarterly.printed import as_document
from dardr.lookups.quarterly.report import Requests
from dardr.lookups.specified import UNNAMED_CLASS, stands
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from tests.builders import Case, actor, at_ten, open_a
from workflows.specified import DEPARTMENT, NOT_LISTED, SPECIFIED

PUBLISHED = date(2026, 7, 1)
LAST = date(2026, 8, 25)


def a_report(database: Database, published: date = PUBLISHED, on: date | None = None) -> Case:
    report = open_a(
        database,
        "section8-report",
        {"title": "A report", "report_published_on": published, "report_url": "https://commissioner.example/1"},
        on=on or published,
    )
    report.act("add_recommendation", {"number": "1", "text": "Ask about safety."})
    report.act("add_recommendation", {"number": "2", "text": "Fund advocacy."})
    return report


def name(report: Case, *keys: str, numbers: tuple[str, ...] = ("1",)) -> Any:
    return report.act("name_body", {"bodies": list(keys), "recommendations_addressed": list(numbers)})


def seen(database: Database, today: date, by: str = "case_manager", **asked: str) -> Overview:
    with database.read() as session:
        return overview(session, actor(session, by), today, **asked)


def answered(report: Case, ref: str, *numbers: str) -> None:
    for number in numbers:
        values = {"recommendation": number, "response": "action_taken", "response_text": "Done."}
        report.act("answer_recommendation", values, ref=ref)


PUBLICATION = {"published_at": "https://body.example/reply"}


# --- what kind of body it is ------------------------------------------------------------------------------


def test_each_body_is_looked_up_by_itself_and_a_warning_never_refuses(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        me = actor(session, "administrator")
        bodies.add_body(
            session, me, at_ten(PUBLISHED), "Department of Fiction", "government_department", section9=False
        )
        bodies.add_body(session, me, at_ten(PUBLISHED), "Fiction NHS Trust", "nhs_trust", section9=True,
                        specified_as="nhs_trust")  # fmt: skip
    report = a_report(sqlite_database)
    done = name(report, "department-of-fiction", "fiction-nhs-trust", "mereshire-police", "mereshire-fire")
    kinds = [report.record(ref).facts["body_kind"] for ref in done.created]
    assert kinds == [DEPARTMENT, SPECIFIED, SPECIFIED, NOT_LISTED]
    assert report.record(done.created[1]).facts["specified_as"] == "NHS body in England: NHS trust"
    assert [said for said in done.warnings if "is not on the list of the Act" in said] == [
        "Mereshire Fire and Rescue is not on the list of the Act (s.15(3)):"
        " check before recording that it owes a reply."
    ]
    assert report.deadline("commissioner_reply", ref=done.created[3]).due_on == LAST, "people decide"


def test_the_body_as_it_was_on_the_day_of_the_report_counts(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        me, now = actor(session, "administrator"), at_ten(PUBLISHED)
        bodies.end_body(session, me, now, "mereshire-nhs", date(2026, 7, 20), successor="mereshire-icb")
    with sqlite_database.read() as session:
        row = session.scalars(sa.select(Body).where(Body.key == "mereshire-nhs")).one()
        assert stands(row, date(2026, 7, 20)).words == UNNAMED_CLASS
        after = stands(row, date(2026, 7, 21))
    assert after.kind == NOT_LISTED and "ended on 20 July 2026" in after.why
    # Published while it was there, recorded after it had ended: it is named, and owes the reply.
    report = a_report(sqlite_database, on=date(2026, 7, 25))
    (ref,) = name(report, "mereshire-nhs").created
    assert report.record(ref).facts["body_kind"] == SPECIFIED
    (line,) = seen(sqlite_database, report.today).reports[0].lines
    assert line.gone == "Mereshire Integrated Care Board"
    # Published after it had ended: another body is meant.
    later = a_report(sqlite_database, published=date(2026, 7, 22), on=date(2026, 7, 25))
    with pytest.raises(Invalid):
        name(later, "mereshire-nhs")
    # The people of the body that took its place can be given the reply.
    report.act("transfer", {"body": "mereshire-icb", "passed_on_because": "Merged."}, ref=ref)
    (line,) = seen(sqlite_database, report.today, body="mereshire-icb").reports[0].lines
    assert (line.ref, line.gone, line.body_kind) == (ref, "", SPECIFIED)


def test_a_class_that_is_on_no_list_is_refused(sqlite_database: Database) -> None:
    with sqlite_database.write() as session, pytest.raises(Invalid, match="classes of the list"):
        bodies.add_body(
            session,
            actor(session, "administrator"),
            at_ten(PUBLISHED),
            "X",
            "other",
            section9=False,
            specified_as="pope",
        )


# --- recommendations --------------------------------------------------------------------------------------


def test_bodies_with_different_recommendations_and_one_named_twice(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    (police,) = name(report, "mereshire-police").created
    (council,) = name(report, "northmere-council", numbers=("1", "2")).created
    with pytest.raises(Invalid, match="Already on record"):
        name(report, "mereshire-police")
    with pytest.raises(Invalid) as refused:
        name(report, "mereshire-nhs", numbers=("3",))
    assert [reason.field for reason in refused.value.reasons] == ["recommendations_addressed"]
    with pytest.raises(Invalid) as refused:
        answered(report, police, "2")
    assert [reason.field for reason in refused.value.reasons] == ["recommendation"]
    answered(report, council, "2")
    with pytest.raises(Conflict, match="no answer yet to recommendation 1"):
        report.act("record_publication_of_reply", {**PUBLICATION, "published_on": PUBLISHED}, ref=council)
    lines = {line.body_key: line for line in seen(sqlite_database, report.today).reports[0].lines}
    assert (lines["northmere-council"].answered, lines["northmere-council"].named) == (1, ("1", "2"))


def test_a_body_named_again_has_one_reply(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    (first,) = name(report, "mereshire-police").created
    report.act("record_not_owed", {"not_owed_reason": "The wrong recommendations."}, ref=first)
    (second,) = name(report, "mereshire-police", numbers=("2",)).created
    with pytest.raises(Conflict, match=f"its reply is {second}"):
        report.act("reopen_reply", {"reopened_reason": "It is owed after all."}, ref=first)
    report.act("record_not_owed", {"not_owed_reason": "Not this one."}, ref=second)
    assert report.act("reopen_reply", {"reopened_reason": "This one."}, ref=first).stage == "owed"


# --- the day of publication is corrected ------------------------------------------------------------------


def test_a_corrected_day_counts_the_open_replies_again(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    early, late = name(report, "mereshire-police", "mereshire-nhs").created
    answered(report, early, "1")
    report.act("record_publication_of_reply", {**PUBLICATION, "published_on": PUBLISHED}, ref=early)
    report.today = date(2026, 7, 10)
    done = report.act(
        "correct_publication_date", {"report_published_on": "2026-07-03", "date_corrected_because": "PDF"}
    )
    assert f"{early} (Mereshire Police) is at “Reply published”" in " ".join(done.warnings)
    row = report.deadline("commissioner_reply", ref=late)
    assert (row.start_on, row.due_on) == (date(2026, 7, 3), date(2026, 8, 27))
    assert [run.withdrawn_by_event is None for run in report.deadlines("commissioner_reply", ref=late)] == [False, True]
    assert report.deadline("commissioner_reply", ref=early).due_on == LAST
    (asked,) = seen(sqlite_database, report.today).reports
    assert (asked.on, asked.last_day) == (date(2026, 7, 3), date(2026, 8, 27))
    with pytest.raises(Invalid, match="on the record already"):
        report.act("correct_publication_date", {"report_published_on": "2026-07-03", "date_corrected_because": "?"})


# --- section 15 -------------------------------------------------------------------------------------------


def a_request(database: Database, **more: Any) -> Case:
    asked: dict[str, Any] = {
        "title": "How reviews are used", "requested_on": PUBLISHED, "requested_by": "Head of policy",
        "asked_for": "Numbers of reviews.", "bodies": ["mereshire-nhs", "mereshire-fire"], "partnership_asked": "no",
        "answer_by": "2026-07-31", **more,
    }  # fmt: skip
    return open_a(database, "section15-request", {k: v for k, v in asked.items() if v}, on=PUBLISHED)


def test_each_body_asked_has_the_date_the_request_gives(sqlite_database: Database) -> None:
    request = a_request(sqlite_database)
    assert request.ref == "S15-2026-001"
    nhs, fire = request.opened("section15-answer")
    assert nhs == "S15-2026-001-E01"
    row = request.deadline("section15_answer", ref=nhs)
    assert (row.start_on, row.due_on, row.n) == (PUBLISHED, date(2026, 7, 31), None)
    assert request.record(fire).facts["body_kind"] == NOT_LISTED
    assert request.deadlines() == []
    assert request.state("section15_answer", on=date(2026, 8, 1), ref=nhs) == "late"
    request.act("change_date", {"answer_by": "2026-08-14", "date_changed_because": "Agreed by e-mail."}, ref=nhs)
    assert request.deadline("section15_answer", ref=nhs).due_on == date(2026, 8, 14)
    given = {"outcome": "partly", "answered_on": PUBLISHED, "answered_by": "Director", "answer_reason": "No data."}
    request.act("record_answer", given, ref=nhs, by="other_agency_contact")
    assert request.state("section15_answer", ref=nhs) == "met"
    request.act("record_not_needed", {"not_needed_because": "Asked in error."}, ref=fire)
    assert request.act("record_all_answered").stage == "all_answered"


def test_without_a_date_no_clock_runs(sqlite_database: Database) -> None:
    request = a_request(sqlite_database, answer_by=None, partnership_asked="yes")
    assert request.deadlines() == []
    assert all(request.deadlines(ref=ref) == [] for ref in request.opened("section15-answer"))
    (asked,) = seen(sqlite_database, request.today).requests
    assert asked.last_day is None and len(asked.lines) == 3
    assert all(line.when is None and line.days is None for line in asked.lines)


def test_the_partnership_itself_may_be_asked_about_a_review(sqlite_database: Database) -> None:
    review = open_a(sqlite_database, "dardr-s9", _notification(), on=PUBLISHED, by="police_liaison")
    request = a_request(sqlite_database, bodies=None, partnership_asked="yes", review=review.ref)
    row = request.deadline("section15_own_answer")
    assert row.due_on == date(2026, 7, 31)
    with sqlite_database.read() as session:
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "stage_changed")).all()
        assert not [mail for mail in mails if mail.party == "addressed_body"], "no body was asked"
    request.act("record_own_answer", {
        "own_outcome": "answered", "own_answered_on": PUBLISHED, "own_answered_by": "Team manager",
    })  # fmt: skip
    assert request.state("section15_own_answer") == "met"
    (asked,) = seen(sqlite_database, request.today, which="all").requests
    (line,) = asked.lines
    assert (line.body, line.done_on, line.outcome, line.ended) == ("", PUBLISHED, "All that was asked for", True)


def _notification() -> dict[str, Any]:
    from tests.builders import notification

    return notification(PUBLISHED)


# --- who sees what, and the page's own rules --------------------------------------------------------------


def test_everybody_sees_their_own_part_of_what_is_owed(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    police, nhs, council = name(report, "mereshire-police", "mereshire-nhs", "northmere-council").created
    a_request(sqlite_database)
    for person in ("case_manager", "team_manager", "steering_member", "auditor", "deciding_chair"):
        whole = seen(sqlite_database, report.today, person)
        assert (whole.owed, len(whole.reports), len(whole.requests)) == (5, 1, 1), person
    own = seen(sqlite_database, report.today, "other_agency_contact")
    assert [line.ref for line in own.reports[0].lines] == [nhs] and not own.reports[0].may_open
    assert (own.reports[0].ref, own.reports[0].title, own.reports[0].last_day) == (report.ref, "A report", LAST)
    assert [line.body_key for line in own.requests[0].lines] == ["mereshire-nhs"]
    assert own.bodies == [("mereshire-nhs", "Mereshire NHS Trust")]
    assert [one.lines[0].ref for one in seen(sqlite_database, report.today, "agency_lead").reports] == [council]
    for person in ("police_liaison", "communications", "administrator"):
        nothing = seen(sqlite_database, report.today, person)
        assert (nothing.owed, nothing.reports, nothing.requests) == (0, [], []), person


def test_a_report_is_read_recommendation_by_recommendation(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    police, nhs = name(report, "mereshire-police", "mereshire-nhs").created
    (council,) = name(report, "northmere-council", numbers=("1", "2")).created
    report.act("add_recommendation", {"number": "10", "text": "For nobody here."})
    answered(report, police, "1")
    again = {"recommendation": "1", "response": "no_action", "response_text": "Another law asks for it."}
    report.act("answer_recommendation", again, ref=police)
    report.act("record_not_owed", {"not_owed_reason": "Named by mistake."}, ref=nhs)

    def read(by: str) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
        with sqlite_database.read() as session:
            found = by_recommendation(session, actor(session, by), [report.ref])
        return [(one.number, one.text, [(b.ref, b.response, b.text) for b in one.bodies]) for one in found[report.ref]]

    said = (police, "No action, for a reason", "Another law asks for it.")
    assert read("case_manager") == [
        ("1", "Ask about safety.", [(police, *said[1:]), (council, "", "")]),
        ("2", "Fund advocacy.", [(council, "", "")]),
        ("10", "For nobody here.", []),
    ], "the last answer counts, what was named by mistake does not"
    assert read("agency_lead") == [
        ("1", "Ask about safety.", [(council, "", "")]), ("2", "Fund advocacy.", [(council, "", "")])
    ], "people of a body see their own part"  # fmt: skip
    with sqlite_database.read() as session:
        assert by_recommendation(session, actor(session, "police_liaison"), [report.ref]) == {}


def test_days_left_and_past_and_what_is_shown(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    police, nhs = name(report, "mereshire-police", "mereshire-nhs").created
    for today, days, passed, near in (
        (PUBLISHED, 55, 0, 0), (date(2026, 8, 10), 15, 0, 0), (date(2026, 8, 11), 14, 0, 2), (LAST, 0, 0, 2),
        (date(2026, 8, 26), -1, 2, 0),
    ):  # fmt: skip
        found = seen(sqlite_database, today)
        assert (found.reports[0].lines[0].days, found.passed, found.near) == (days, passed, near), today
    report.today = date(2026, 8, 28)
    answered(report, police, "1")
    report.act("record_publication_of_reply", {**PUBLICATION, "published_on": "2026-08-28"}, ref=police)
    found = seen(sqlite_database, report.today, which="passed")
    assert [line.ref for line in found.reports[0].lines] == [nhs]
    late = next(line for line in seen(sqlite_database, report.today).reports[0].lines if line.ref == police)
    assert (late.done_on, late.days, late.when and late.when["state"]) == (report.today, None, "met_late")
    copies = {"commissioner_copy_on": "2026-08-28", "secretary_of_state_copy_on": "2026-08-28"}
    report.act("record_copies_sent", copies, ref=police)
    assert [line.ref for line in seen(sqlite_database, report.today).reports[0].lines] == [nhs]
    assert len(seen(sqlite_database, report.today, which="all").reports[0].lines) == 2
    assert seen(sqlite_database, report.today, body="northmere-council").reports == []


def test_a_reply_taken_up_again_is_not_shown_as_published(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    (ref,) = name(report, "mereshire-police").created
    answered(report, ref, "1")
    report.act("record_publication_of_reply", {**PUBLICATION, "published_on": PUBLISHED}, ref=ref)
    report.act("reopen_reply", {"reopened_reason": "Wrong page."}, ref=ref)
    (line,) = seen(sqlite_database, report.today).reports[0].lines
    assert (line.done_on, line.place, line.days) == (None, "", 55)


def test_the_quarterly_report_counts_what_is_owed(sqlite_database: Database) -> None:
    report = a_report(sqlite_database)
    (police, _) = name(report, "mereshire-police", "mereshire-nhs").created
    request = a_request(sqlite_database, partnership_asked="yes")
    nhs, _ = request.opened("section15-answer")
    request.today = report.today = date(2026, 7, 20)
    said = {"answered_on": "2026-07-20", "answered_by": "Director"}
    request.act("record_answer", {**said, "outcome": "declined", "answer_reason": "No data."}, ref=nhs)
    answered(report, police, "1")
    report.act("record_publication_of_reply", {**PUBLICATION, "published_on": "2026-07-20"}, ref=police)
    first, last, day = date(2026, 7, 1), date(2026, 9, 30), date(2026, 8, 26)
    with sqlite_database.read() as session:
        found = quarterly(session, actor(session, "steering_member"), first, last, day, day)
        text = " ".join(one for section in as_document(found, day).sections for one in section.commentary)
    assert found.commissioner_requests == Requests(in_full=0, in_part=0, declined=1, not_yet=2, past_their_date=2)
    assert "Not published yet: 1, of which past the date in the Act: 1." in text
    assert "1 declined; 2 not answered yet, of which past the date that the request gives: 2." in text

"""A review finds its chair, on both databases: invited, quoted, checked, chosen, contracted, appointed, lost again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.access import visible
from dardr.casework.door_people import comes_by_link
from dardr.casework.doors import chairs_of, send_to_chairs
from dardr.casework.sweep import sweep
from dardr.errors import Conflict, Invalid, NotFound
from dardr.lookups.chair_register import feedback_on_reviews, register
from dardr.lookups.commissioning import commissioning_of, suggested
from dardr.lookups.waiting import waiting_lines
from dardr.lookups.work import work_of
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case, a_review, actor, at_ten, open_a
from workflows.definition import Role

QUOTE = {"quote_pounds": "9000", "quote_days": "18"}
CLEAR = {"conflict_outcome": "none", "declaration_signed": "yes"}
CONTRACT = {"contract_kept_at": "Contracts folder", "data_protection": "agreed"}


def a_chair(database: Database, name: str = "Ash Fielding", *, on: date = date(2026, 3, 2), **more: Any) -> str:
    values = {"title": name, "home_office_training": "yes", "listed_on": on.isoformat(), **more}
    return open_a(database, "chair", values, on=on).ref


def invited(review: Case, chair: str, **more: Any) -> str:
    """The invitation of a chair to a review, made today."""
    return review.act("invite_chair", {"invited_chair": chair, **more}).created[0]


def through(review: Case, ref: str, *steps: tuple[str, Mapping[str, Any]], by: str = "case_manager") -> None:
    for action, values in steps:
        review.act(action, values, ref=ref, by=by)


def contracted(review: Case, chair: str) -> str:
    ref = invited(review, chair)
    dated = {**CONTRACT, "contract_dated": review.today.isoformat()}
    through(review, ref, ("record_quote", QUOTE), ("record_conflict_check", CLEAR), ("choose_chair", {}),
            ("record_contract", dated))  # fmt: skip
    return ref


def appointed(review: Case, ref: str) -> None:
    """Record the appointment with what the form holds already."""
    with review.database.read() as session:
        known = suggested(session, actor(session, "case_manager"), review._record(session))
    assert known["invitation"] == ref
    review.act("appoint_chair", known)


def found(review: Case, person: str = "case_manager") -> Any:
    with review.database.read() as session:
        return commissioning_of(session, actor(session, person), review.ref, review.today)


def test_from_two_invited_to_one_appointed(database: Database) -> None:
    ash, birch = a_chair(database), a_chair(database, "Birch Gale")
    review = a_review(database, "commissioning")
    decided = review.deadline("waiting_for_chair")
    assert decided.due_on is None and decided.running
    first, second = invited(review, ash), invited(review, birch)
    assert review.record(first).title == "Ash Fielding"
    review.act("record_declined", {"declined_because": "Has two reviews already"}, ref=first)
    through(review, second, ("record_quote", QUOTE), ("record_conflict_check", CLEAR), ("choose_chair", {}))
    assert review.stage == "commissioning"
    review.act("record_contract", {**CONTRACT, "contract_dated": review.today.isoformat()}, ref=second)
    page = found(review)
    assert page.next_words == "Birch Gale is under contract. Record the appointment."
    assert [(i.name, i.stage.key) for i in page.invitations] == [
        ("Birch Gale", "contracted"),
        ("Ash Fielding", "declined"),
    ]
    appointed(review, second)
    page = found(review)
    assert page.waiting_since is None and page.appointed_as.name == "Birch Gale"
    assert page.facts["chair"] == "Birch Gale" and page.facts["chair_fee"] == "£9,000"
    assert not review.deadline("waiting_for_chair").running


def test_how_long_a_review_waits_is_said_where_it_is_looked_for(database: Database) -> None:
    review = a_review(database, "commissioning")
    chair = a_chair(database)
    invited(review, chair)
    since = review.deadline("waiting_for_chair").start_on
    assert since is not None
    review.today += timedelta(days=30)
    days = (review.today - since).days
    with database.read() as session:
        manager = actor(session, "case_manager")
        ids = [review._record(session).id]
        line = waiting_lines(session, manager, ids, review.today)[ids[0]]
        waiting = [one.what for one in work_of(session, manager, review.today).waiting]
    assert f"({days} days)" in line and line.startswith("An independent chair, since") and "1 invited" in line
    assert "Waiting for an independent chair" in waiting
    assert "Answer of a chair who was invited: Ash Fielding" in waiting
    assert found(review).waited == days


@pytest.mark.parametrize("steps", [(), (("record_interest", {}),), (("record_conflict_check", CLEAR),)])
def test_nobody_is_chosen_without_a_quote(sqlite_database: Database, steps: tuple[Any, ...]) -> None:
    review = a_review(sqlite_database, "commissioning")
    ref = invited(review, a_chair(sqlite_database))
    through(review, ref, *steps)
    with pytest.raises(Conflict, match="No quote is recorded"):
        review.act("choose_chair", ref=ref)


def test_a_chair_who_cannot_act_is_not_chosen(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, "commissioning")
    ref = invited(review, a_chair(sqlite_database))
    cannot = {"conflict_outcome": "cannot_act", "conflict_note": "Led one of the services."}
    through(review, ref, ("record_quote", QUOTE), ("record_conflict_check", cannot))
    with pytest.raises(Conflict, match="cannot act"):
        review.act("choose_chair", ref=ref)
    with pytest.raises(Invalid, match="Say what the conflict is"):
        review.act("record_conflict_check", {"conflict_outcome": "cannot_act"}, ref=ref)


def test_two_are_not_chosen_at_once(database: Database) -> None:
    review = a_review(database, "commissioning")
    first, second = (invited(review, a_chair(database, name)) for name in ("Ash Fielding", "Birch Gale"))
    for ref in (first, second):
        through(review, ref, ("record_quote", QUOTE), ("record_conflict_check", CLEAR))
    review.act("choose_chair", ref=first, by="deciding_chair")
    with pytest.raises(Conflict, match=f"Another chair is chosen for this review: {first}"):
        review.act("choose_chair", ref=second)
    assert review.record(second).stage == "quoted"
    with database.read() as session:
        page = commissioning_of(session, actor(session, "case_manager"), review.ref, review.today)
        work = work_of(session, actor(session, "case_manager"), review.today)
    blocked = {i.record.ref: [s["key"] for s in i.steps if s["blocked"]] for i in page.invitations}
    assert "choose_chair" in blocked[second]
    assert ("Choose this chair", second, "choose_chair") not in [line.do for line in work.owed()]
    other = a_review(database, "commissioning")
    third = invited(other, a_chair(database, "Cedar Holt"))
    through(other, third, ("record_quote", QUOTE), ("record_conflict_check", CLEAR), ("choose_chair", {}))


def test_no_contract_without_data_protection_terms(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, "commissioning")
    ref = invited(review, a_chair(sqlite_database))
    through(review, ref, ("record_quote", QUOTE), ("record_conflict_check", CLEAR), ("choose_chair", {}))
    given = {"contract_dated": review.today.isoformat(), "contract_kept_at": "Folder", "data_protection": "not_yet"}
    with pytest.raises(Invalid, match="cannot be given personal data"):
        review.act("record_contract", given, ref=ref)
    assert review.record(ref).stage == "chosen"
    with pytest.raises(Invalid, match="where it is kept"):
        review.act("record_contract", {**given, "data_protection": "agreed", "contract_kept_at": ""}, ref=ref)


def test_payments_have_a_date_are_paid_once_and_count_once(database: Database) -> None:
    review = a_review(database, "commissioning")
    chair = a_chair(database)
    ref = contracted(review, chair)
    due = review.today + timedelta(days=14)
    for name, pounds in (("First draft", "3000"), ("Final report", "6000")):
        review.act(
            "plan_payment", {"payment": name, "payment_pounds": pounds, "payment_due_on": due.isoformat()}, ref=ref
        )
    assert [row.due_on for row in review.deadlines("chair_payment", ref=ref)] == [due, due]
    review.act("record_payment", {"payment": "First draft", "paid_pounds": "3100"}, ref=ref)
    assert [row.running for row in review.deadlines("chair_payment", ref=ref)] == [False, True]
    with pytest.raises(Invalid, match="First draft"):
        review.act("record_payment", {"payment": "First draft"}, ref=ref)
    with pytest.raises(Invalid, match="already on the record"):
        review.act("plan_payment", {"payment": "First draft", "payment_pounds": "1"}, ref=ref)
    review.act("record_cost", {"pounds": "250", "cost_for": "advocacy"})
    page = found(review)
    assert [(cost.what, cost.pounds) for cost in page.costs] == [
        ("Advocacy", 250), ("Chair, stage payment: First draft", 3100),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="Final report"):
        review.act("complete_appointment", ref=ref)
    review.act("strike_out_payment", {"payment": "Final report", "payment_not_due_because": "Ended early"}, ref=ref)
    assert not any(row.running for row in review.deadlines("chair_payment", ref=ref))
    asks = {
        "feedback_by": builders.address("case_manager"),
        "feedback_due_on": (review.today + timedelta(days=30)).isoformat(),
    }
    task = review.act("complete_appointment", asks, ref=ref).created[0]
    with database.read() as session:
        owed = {line.ref: line for line in work_of(session, actor(session, "case_manager"), review.today).owed()}
    assert "what people say of the chair's work" in owed[task].what and owed[task].review_ref == review.ref
    told = {"feedback_from": "panel", "quality_of_chairing": "good"}
    for after, waits in (({}, [review.ref]), ({"about_review": review.ref}, [])):
        Case(database, chair, review.today).act("record_chair_feedback", {**told, **after}, by="team_manager")
        with database.read() as session:
            assert register(session, actor(session, "team_manager"), "all", chair)[0].without_feedback == waits


def test_a_conflict_found_late_ends_it_and_the_review_waits_again(database: Database) -> None:
    review = a_review(database, "commissioning")
    ash, birch = a_chair(database), a_chair(database, "Birch Gale")
    first = contracted(review, ash)
    appointed(review, first)
    review.today += timedelta(days=20)
    review.act(
        "record_late_conflict",
        {"late_conflict": "Advised one of the bodies last year.", "late_conflict_told_by": "chair"},
        ref=first,
    )
    assert review.record(first).stage == "conflict_found"
    assert "A conflict of interest of Ash Fielding was found" in found(review).next_words
    ended = {"appointment_ended_because": "conflict", "still_to_pay": "One day"}
    review.act("end_appointment", ended, ref=first, by="deciding_chair")
    last = review.events()[-1]
    assert (last[0].action, (last[1].after or {})["chair_left_because"]) == ("record_chair_left", "conflict")
    waits = review.deadline("waiting_for_chair")
    assert waits.running and waits.start_on == review.today
    with pytest.raises(Conflict, match="no independent chair now"):
        review.act("appoint_panel", {"specialist_on_panel": "yes"})
    assert found(review).waiting_since == review.today
    second = contracted(review, birch)
    appointed(review, second)
    assert found(review).appointed_as.name == "Birch Gale"
    review.act("appoint_panel", {"specialist_on_panel": "yes"})
    assert review.stage == "terms_of_reference"


def test_a_conflict_found_late_may_be_managed_with_the_deciding_chairs_agreement(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, "commissioning")
    ref = contracted(review, a_chair(sqlite_database))
    appointed(review, ref)
    review.act("record_late_conflict", {"late_conflict": "A former pupil", "late_conflict_told_by": "panel"}, ref=ref)
    managed = {"late_conflict_managed_how": "The vice-chair leads that part."}
    with pytest.raises(Invalid, match="When did the deciding chair agree"):
        review.act("manage_conflict", managed, ref=ref)
    agreed = {
        **managed,
        "deciding_chair_agreed_on": review.today.isoformat(),
        "deciding_chair_agreed_where": "E-mail of today",
    }
    review.act("manage_conflict", agreed, ref=ref)
    assert review.record(ref).stage == "contracted"
    assert not review.deadline("waiting_for_chair").running, "the review kept its chair"


def test_an_appointment_that_is_not_the_reviews_chair_leaves_the_review_alone(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, "evidence")
    assert review.record().facts.get("invitation") is None
    ref = contracted(review, a_chair(sqlite_database))
    review.act("end_appointment", {"appointment_ended_because": "withdrew"}, ref=ref)
    assert review.record(ref).stage == "ended"
    assert not review.deadline("waiting_for_chair").running
    review.act("record_chair_left", {"chair_left_because": "withdrew"})
    assert review.deadline("waiting_for_chair").running
    with pytest.raises(Conflict, match="none can have left"):
        review.act("record_chair_left", {"chair_left_because": "withdrew"})


def test_a_chair_who_left_the_register_is_not_invited(sqlite_database: Database) -> None:
    gone = a_chair(sqlite_database)
    Case(sqlite_database, gone, date(2026, 3, 2)).act("take_chair_off")
    review = a_review(sqlite_database, "commissioning")
    with pytest.raises(Invalid, match="Which chair"):
        invited(review, gone)
    there = a_chair(sqlite_database, "Birch Gale")
    ref = invited(review, there)
    with pytest.raises(Invalid, match=f"invited already: {ref}"):
        invited(review, there)


def test_nobody_but_the_team_the_deciding_chair_and_the_auditor_sees_a_quote(database: Database) -> None:
    review = a_review(database, "evidence")
    chair = a_chair(database)
    ref = invited(review, chair)
    through(review, ref, ("record_quote", QUOTE))
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, review.ref)
    sees = {}
    with database.read() as session:
        for person in (*builders.PEOPLE, *builders.HELD_FOR_A_REVIEW):
            query = sa.select(Record.ref).where(Record.ref.in_([ref, chair]), visible(actor(session, person)))
            sees[person] = len(session.scalars(query).all())
    assert {person for person, n in sees.items() if n} == {
        "case_manager", "second_case_manager", "team_manager", "deciding_chair", "auditor",
    }  # fmt: skip
    with pytest.raises(NotFound):
        review.act("add_note", {"note": "A note"}, ref=ref, by="independent_chair")
    assert found(review, "independent_chair").invitations == []
    assert found(review, "independent_chair").facts.get("chairs_invited") == []


def test_interests_are_compared_with_the_bodies_of_the_review(sqlite_database: Database) -> None:
    chair = a_chair(sqlite_database)
    on_register = Case(sqlite_database, chair, date(2026, 3, 2))
    for body, until in (("mereshire-nhs", "2024"), ("mereshire-fire", "")):
        on_register.act("add_chair_interest", {"bodies": [body], "interest": "worked_for", "interest_until": until})
    review = a_review(sqlite_database, "evidence")
    invited(review, chair)
    overlaps = found(review).invitations[0].overlaps
    assert [(entry["bodies"], entry["interest_until"]) for entry in overlaps] == [(["mereshire-nhs"], "2024")]


def test_the_register_counts_what_was_said(sqlite_database: Database) -> None:
    chair, other = a_chair(sqlite_database), a_chair(sqlite_database, "birch gale")
    case = Case(sqlite_database, chair, date(2026, 3, 2))
    for rating in ("good", "very_good", "good"):
        case.act("record_chair_feedback", {"feedback_from": "panel", "quality_of_chairing": rating})
    with pytest.raises(Invalid, match="Nothing has been said"):
        case.act("record_chair_feedback", {"feedback_from": "panel"})
    review = a_review(sqlite_database, "amending")
    review.act("record_feedback", {"feedback_from": "family", "panel_worked": "well", "chaired_well": "very_well"})
    review.act("record_feedback", {"feedback_from": "panel", "panel_worked": "in_part"})
    Case(sqlite_database, other, date(2026, 3, 2)).act("pause_chair")
    contracted(review, chair)
    with sqlite_database.read() as session:
        manager = actor(session, "case_manager")
        listed, working, every = (register(session, manager, shown) for shown in ("listed", "working", "all"))
        said = feedback_on_reviews(session, manager)
    assert [one.record.ref for one in listed] == [one.record.ref for one in working] == [chair]
    assert [one.record.ref for one in every] == [chair, other]
    assert listed[0].ratings["quality_of_chairing"] == {"good": 2, "very_good": 1}
    assert [one.review for one in listed[0].working] == [review.ref]
    assert (said.entries, said.reviews) == (2, 1)
    assert {one.label: one.answers for one in said.asked}["How well did the panel work together?"] == (
        ("Well", 1), ("In part", 1),
    )  # fmt: skip


def test_an_answer_not_given_is_said_to_the_case_manager_alone(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, "commissioning")
    ref = invited(review, a_chair(sqlite_database), reply_by=(review.today + timedelta(days=10)).isoformat())
    for day in range(0, 30):
        sweep(sqlite_database, at_ten(review.today + timedelta(days=day)))
    with sqlite_database.read() as session:
        rows = [row for row in session.scalars(sa.select(OutboxMessage)) if ref in row.subject]
    assert [row.recipient for row in rows] == [
        builders.address("case_manager"),
        builders.address("second_case_manager"),
    ]
    assert not any("Ash" in row.subject + str(row.text) for row in rows), "no names"


def test_the_account_of_a_chair_sees_the_review_no_longer_once_the_appointment_ends(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, "commissioning")
    ref = contracted(review, a_chair(sqlite_database))
    with review.database.read() as session:
        known = suggested(session, actor(session, "case_manager"), review._record(session))
    review.act("appoint_chair", {**known, "chair_account": builders.address("independent_chair")})

    def sees() -> bool:
        with sqlite_database.read() as session:
            shown = visible(actor(session, "independent_chair"))
            return session.scalar(sa.select(Record.id).where(Record.ref == review.ref, shown)) is not None

    assert sees()
    review.act("end_appointment", {"appointment_ended_because": "conflict"}, ref=ref, by="deciding_chair")
    assert not sees()


def test_a_chair_without_an_account_comes_by_links_until_another_takes_over(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, "commissioning")
    contracted(review, a_chair(sqlite_database, email="ash@fielding.example"))
    with review.database.read() as session:
        known = suggested(session, actor(session, "case_manager"), review._record(session))
    assert known["chair_email"] == "ash@fielding.example", "the register knows it"
    review.act("appoint_chair", known)

    def chairs() -> list[tuple[str, bool]]:
        with sqlite_database.read() as session:
            return [(one.email, comes_by_link(session, one)) for one in chairs_of(session, review._record(session))]

    assert chairs() == [("ash@fielding.example", True)]
    with sqlite_database.write() as session:
        send_to_chairs(session, actor(session, "case_manager"), at_ten(review.today), review.ref)
    with sqlite_database.read() as session:
        mail = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert mail.recipient == "ash@fielding.example" and "drafts and papers" in mail.text

    oakley = builders.address("independent_chair")
    review.act("appoint_chair", {"chair": "Another", "chair_independence": "declared", "chair_account": oakley})
    assert [email for email, _ in chairs()] == [oakley], "the one before has no way in any more"
    review.act("record_chair_left", {"chair_left_because": "withdrew"})
    assert chairs() == []

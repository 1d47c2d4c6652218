"""A partnership's own questions: asked beside those of the process, in versions, and no answer ever lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

import workflows
from dardr.casework import own_questions
from dardr.casework.audit import verify
from dardr.casework.integrity import facts_match
from dardr.casework.open_record import open_record
from dardr.casework.own_questions import Wording, whole
from dardr.errors import Conflict, DardrError, Forbidden, Invalid, NotFound
from dardr.storage.bodies import OwnQuestion, Partnership
from dardr.storage.engine import Database
from dardr.storage.people import AdminEvent
from tests import builders
from tests.builders import START, a_review, actor, at_ten, notification

PETS = Wording("Were there pets at home?", "yes_no", "They may need a home.")
HOUSING = Wording("What was the home?", "one_of", choices=("Owned", "Rented from the council", "Other"))


def add(database: Database, wording: Wording, place: str = "notification", by: str = "administrator") -> str:
    with database.write() as session:
        return own_questions.add_question(session, actor(session, by), at_ten(START), place, wording).key


def change(database: Database, key: str, wording: Wording, on: date = START) -> None:
    with database.write() as session:
        own_questions.change_question(session, actor(session, "administrator"), at_ten(on), key, wording)


def retire(database: Database, key: str) -> None:
    with database.write() as session:
        own_questions.retire_question(session, actor(session, "administrator"), at_ten(START), key)


def asked(database: Database, place: str = "notification") -> list[str]:
    with database.read() as session:
        home = session.scalars(sa.select(Partnership.id).where(Partnership.home.is_(True))).one()
        return [own_questions.name_of(row) for row in own_questions.asked_at(session, home, place)]


def test_an_own_question_is_asked_checked_and_stored(database: Database) -> None:
    pets, home = add(database, PETS), add(database, replace(HOUSING, required=True))
    assert (pets, home) == ("were_there_pets_at_home", "what_was_the_home")
    with pytest.raises(Invalid, match="What was the home\\? This is needed"):
        a_review(database, "notified")
    with pytest.raises(Invalid, match="is not one of the choices"):
        a_review(database, "notified", own_what_was_the_home_v1="castle")
    case = a_review(
        database, "screening", own_what_was_the_home_v1="Rented from the council", own_were_there_pets_at_home_v1="yes"
    )
    facts = case.record().facts
    assert facts["own_what_was_the_home_v1"] == "rented_from_the_council"
    assert facts["own_were_there_pets_at_home_v1"] is True
    with database.read() as session:
        assert verify(session)["ok"]
        assert list(facts_match(session, case.today)) == []


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", "Some words", "Some words"),
        ("long", "Two\nlines", "Two\nlines"),
        ("date", "2027-03-04", "2027-03-04"),
        ("yes_no", "no", False),
        ("one_of", "b", "b"),
        ("several_of", ["a", "b"], ["a", "b"]),
        ("number", "12", 12),
        ("number", "not_known", "not_known"),
        ("one_of", "refused", "refused"),
        ("date", "not_asked", "not_asked"),
    ],
)
def test_every_kind_of_answer(sqlite_database: Database, kind: str, given: Any, stored: Any) -> None:
    choices = ("A", "B") if kind in own_questions.WITH_CHOICES else ()
    add(sqlite_database, Wording("Anything", kind, choices=choices, required=True))
    case = a_review(sqlite_database, "notified", own_anything_v1=given)
    assert case.record().facts["own_anything_v1"] == stored


def test_a_changed_question_is_a_new_version_and_the_old_answer_stays(database: Database) -> None:
    key = add(database, HOUSING)
    before = a_review(database, "notified", own_what_was_the_home_v1="owned")
    change(database, key, Wording("Whose was the home?", "text"))
    assert asked(database) == ["own_what_was_the_home_v2"]
    after = a_review(database, "notified", own_what_was_the_home_v2="Her sister's")
    with pytest.raises(Invalid, match="There is no question called “own_what_was_the_home_v1” here"):
        a_review(database, "notified", own_what_was_the_home_v1="owned")
    assert before.record().facts["own_what_was_the_home_v1"] == "owned"
    assert after.record().facts["own_what_was_the_home_v2"] == "Her sister's"
    with database.read() as session:
        known = own_questions.known_fields(session, before.record().partnership_id)
    assert known["own_what_was_the_home_v1"].label == "What was the home?"
    assert [c.label for c in known["own_what_was_the_home_v1"].choices][0] == "Owned"
    assert known["own_what_was_the_home_v2"].label == "Whose was the home?"


def test_saving_the_same_words_makes_no_version(sqlite_database: Database) -> None:
    key = add(sqlite_database, HOUSING)
    change(sqlite_database, key, replace(HOUSING, label="  What   was the home? "))
    assert asked(sqlite_database) == ["own_what_was_the_home_v1"]


def test_a_retired_question_is_not_asked_and_can_be_put_back(database: Database) -> None:
    key, other = add(database, replace(PETS, required=True)), add(database, HOUSING)
    retire(database, key)
    retire(database, key)
    assert asked(database) == [f"own_{other}_v1"]
    a_review(database, "notified")
    with database.write() as session:
        administrator = actor(session, "administrator")
        with pytest.raises(Conflict, match="Put it back first"):
            own_questions.change_question(session, administrator, at_ten(START), key, HOUSING)
        own_questions.put_back(session, administrator, at_ten(START), key)
    assert asked(database) == [f"own_{other}_v1", f"own_{key}_v1"]
    with database.read() as session:
        log = [row.what for row in session.scalars(sa.select(AdminEvent).order_by(AdminEvent.id))]
    assert [w for w in log if w.startswith("question")] == [
        "question_added", "question_added", "question_retired", "question_put_back",
    ]  # fmt: skip


def test_questions_are_moved_one_place_at_a_time(sqlite_database: Database) -> None:
    keys = [add(sqlite_database, Wording(label, "text")) for label in ("One", "Two", "Three")]

    def move(key: str, *, up: bool) -> list[str]:
        with sqlite_database.write() as session:
            own_questions.move_question(session, actor(session, "administrator"), at_ten(START), key, up=up)
        return [name.split("_")[1] for name in asked(sqlite_database)]

    assert move("three", up=True) == ["one", "three", "two"]
    assert move("three", up=True) == ["three", "one", "two"]
    assert move("three", up=True) == ["three", "one", "two"]
    assert move("one", up=False) == ["three", "two", "one"]
    assert keys == ["one", "two", "three"]


def test_each_form_has_its_own(database: Database) -> None:
    add(database, Wording("Sent by secure mail?", "yes_no", required=True), "scoping")
    add(database, Wording("Is the chronology complete?", "yes_no", required=True), "imr_checklist")
    add(database, Wording("Would you do it again?", "yes_no", required=True), "feedback")
    case = a_review(database, "decision_pending")
    case.act("request_information", {"bodies": ["northmere-council"]})
    (asked_for,) = case.opened("agency-return")
    came = {"known": "no", "return_reference": "In the folder"}
    with pytest.raises(Invalid, match="Sent by secure mail"):
        case.act("receive_return", came, ref=asked_for)
    case.act("receive_return", {**came, "own_sent_by_secure_mail_v1": "yes"}, ref=asked_for)
    assert case.record(asked_for).facts["own_sent_by_secure_mail_v1"] is True
    with pytest.raises(Conflict, match="for management reviews"):
        case.act("check_quality", {"quality": "sound", "own_is_the_chronology_complete_v1": "yes"}, ref=asked_for)

    late = a_review(database, "evidence")
    late.act("request_returns", {"bodies": ["mereshire-nhs"], "kind": "imr"})
    (imr,) = late.opened("agency-return")
    late.act("receive_return", came, ref=imr)
    with pytest.raises(Invalid, match="Is the chronology complete"):
        late.act("check_quality", {"quality": "sound"}, ref=imr)
    late.act("check_quality", {"quality": "sound", "own_is_the_chronology_complete_v1": "not_known"}, ref=imr)
    assert late.record(imr).facts["quality_checks"][0]["own_is_the_chronology_complete_v1"] == "not_known"

    ended = a_review(database, "concluded")
    with pytest.raises(Invalid, match="Would you do it again"):
        ended.act("record_feedback", {"feedback_from": "panel"})
    ended.act("record_feedback", {"feedback_from": "panel", "own_would_you_do_it_again_v1": "no"})
    assert ended.record().facts["feedback"][0]["own_would_you_do_it_again_v1"] is False


def test_what_opens_by_itself_asks_nothing_more(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "decision_pending")
    add(sqlite_database, replace(PETS, required=True))
    add(sqlite_database, Wording("Sent by secure mail?", "yes_no", required=True), "scoping")
    case.act("request_information", {"bodies": ["northmere-council"]})
    assert case.opened("agency-return")


def test_a_review_from_a_list_on_paper_need_not_answer(sqlite_database: Database) -> None:
    add(sqlite_database, replace(PETS, required=True))
    with sqlite_database.write() as session:
        done = open_record(
            session, actor(session, "case_manager"), at_ten(START), "dardr-s9",
            notification(START, tracker_reference="DHR 12"),
        )  # fmt: skip
    assert done.stage == "notified"


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        (Wording("", "text"), "Give the question"),
        (Wording("x" * 201, "text"), "at most 200"),
        (Wording("A", "text", help="x" * 501), "at most 500"),
        (Wording("A", "novel"), "Choose what kind"),
        (Wording("A", "one_of"), "at least two answers"),
        (Wording("A", "several_of", choices=("Same", "Same")), "at least two answers"),
        (Wording("A", "one_of", choices=("Same", "same")), "the same but for capitals"),
        (Wording("A", "one_of", choices=tuple(str(n) for n in range(41))), "at most 40"),
        (Wording("A", "text", choices=("a", "b")), "belong to a choice"),
        (Wording("were there PETS at home?", "text"), "asks that already"),
    ],
)
def test_a_question_that_cannot_be_asked(sqlite_database: Database, wording: Wording, said: str) -> None:
    add(sqlite_database, PETS)
    with pytest.raises(Invalid, match=said):
        add(sqlite_database, wording)
    assert len(asked(sqlite_database)) == 1


@pytest.mark.parametrize("label", ["漢字?", "<b>=cmd|'x'</b>", "not known", "a" * 200, "É è ü", "own_x_v1"])
def test_any_words_make_a_question(sqlite_database: Database, label: str) -> None:
    add(sqlite_database, Wording(label, "one_of", choices=("漢", "字", "Not known", "A-b", "a b")))
    (name,) = asked(sqlite_database)
    with sqlite_database.read() as session:
        row = session.scalars(sa.select(OwnQuestion)).one()
        field = own_questions.field_of(row)
    assert name.isidentifier() and len({c.value for c in field.choices}) == 5
    answers: dict[str, Any] = {name: field.choices[2].value}
    case = a_review(sqlite_database, "notified", **answers)
    assert case.record().facts[name] == field.choices[2].value != "not_known"


@pytest.mark.parametrize("person", ["case_manager", "team_manager", "auditor", "agency_lead"])
def test_only_an_administrator_changes_them(sqlite_database: Database, person: str) -> None:
    key = add(sqlite_database, PETS)
    with pytest.raises(Forbidden):
        add(sqlite_database, HOUSING, by=person)
    for change_it in (own_questions.retire_question, own_questions.put_back):
        with pytest.raises(Forbidden), sqlite_database.write() as session:
            change_it(session, actor(session, person), at_ten(START), key)


def test_what_is_not_there(sqlite_database: Database) -> None:
    with pytest.raises(NotFound, match="no such form"):
        add(sqlite_database, PETS, "nowhere")
    with pytest.raises(NotFound, match="no such question"):
        retire(sqlite_database, "nothing")


def test_the_process_itself_never_changes(sqlite_database: Database) -> None:
    add(sqlite_database, PETS)
    opening = workflows.newest("dardr-s9").opening
    with sqlite_database.read() as session:
        home = session.scalars(sa.select(Partnership.id).where(Partnership.home.is_(True))).one()
        asked_now = whole(session, home, opening)
        assert asked_now is not opening and asked_now.fields[: len(opening.fields)] == opening.fields
        assert whole(session, home + 1, opening) is opening, "another partnership asks nothing more"
        assert whole(session, None, opening) is opening
    assert not [f for f in workflows.newest("dardr-s9").opening.fields if f.name.startswith("own_w")]


def test_two_administrators_changing_one_question_make_two_versions(database: Database) -> None:
    key = add(database, HOUSING)
    for n in range(3):
        change(database, key, Wording(f"Version {n}", "text"))
    with database.read() as session:
        rows = own_questions.versions(session, key)
    assert [row.version for row in rows] == [4, 3, 2, 1]
    assert [row.retired_at is None for row in rows] == [True, False, False, False]


def test_a_required_question_never_forces_an_invention(sqlite_database: Database) -> None:
    add(sqlite_database, Wording("How many rooms?", "number", required=True))
    with pytest.raises(DardrError):
        a_review(sqlite_database, "notified", own_how_many_rooms_v1="-1")
    case = a_review(sqlite_database, "notified", own_how_many_rooms_v1="not_asked")
    assert case.record().facts["own_how_many_rooms_v1"] == "not_asked"
    assert builders.START

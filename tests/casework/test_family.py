"""A branch of the family: what they wish, who may be written to, updates and phases, reading, withdrawal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.access import get_record
from dardr.casework.audit import verify
from dardr.casework.facts import load_facts
from dardr.casework.integrity import deadlines_match, facts_match
from dardr.casework.sweep import sweep
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import EventValues, IdentityValues, Record
from dardr.storage.search import SearchEntry
from tests import builders
from tests.builders import Case, a_review, address, at_ten, open_a
from workflows.definition import Role

CONTACT = {"contact_name": "Robin Sample", "contact_phone": "01632 960 111", "contact_address": "1 Sample Street"}
CONFIRMED = {"recipient": "neither", "recipient_known_from": "The family liaison officer, by telephone."}
TOLD = {"update_text": "The panel has met.", "update_given_how": "call", "given_by": "case_manager"}
SIX_WEEKS = timedelta(weeks=6)


def a_branch(case: Case, title: str = "Branch 1: mother's side", **values: Any) -> str:
    return open_a(
        case.database,
        "family-branch",
        {"title": title, "added_on": case.today.isoformat(), **values},
        on=case.today,
        parent_ref=case.ref,
    ).ref


def taking_part(case: Case, title: str = "Branch 1: mother's side", **wishes: Any) -> str:
    """A branch that takes part, confirmed, whose updates the case manager gives."""
    ref = a_branch(case, title, **CONTACT)
    case.act("confirm_recipient", CONFIRMED, ref=ref)
    case.act("record_taking_part", {"takes_part_through": "directly", "updates_by": "case_manager", **wishes}, ref=ref)
    return ref


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "evidence")


@pytest.fixture
def drafting(database: Database) -> Case:
    case = a_review(database, "drafting")
    case.act("record_version", {"version": "1", "what_for": "family"})
    return case


# --- who sees it ------------------------------------------------------------------------------------------


def test_who_they_are_is_in_the_identity_store_and_nowhere_else(database: Database, case: Case) -> None:
    ref = taking_part(case)
    case.act("give_update", TOLD, ref=ref)
    record = case.record(ref)
    assert (record.ref, record.stage, record.title) == (f"{case.ref}-FB01", "taking_part", "Branch 1: mother's side")
    with database.read() as session:
        kept = [
            row.after for row in session.scalars(sa.select(IdentityValues).where(IdentityValues.record_id == record.id))
        ]
        assert {"contact_name", "update_text"} <= {name for after in kept for name in after or {}}
        for words in ("Robin Sample", "960 111", "The panel has met"):
            assert words not in str(record.facts)
            assert all(words not in str((v.before, v.after)) for v in session.scalars(sa.select(EventValues)))
            assert all(words not in entry.text for entry in session.scalars(sa.select(SearchEntry)))


EVERYBODY = (
    "case_manager", "team_manager", "deciding_chair", "police_liaison", "communications", "auditor", "administrator",
    "steering_member", "csp_member", "agency_contact", "agency_lead", "independent_chair", "panel_member",
)  # fmt: skip


def test_only_the_team_and_the_independent_chair_see_a_branch(database: Database, case: Case) -> None:
    ref = taking_part(case)
    with database.write() as session:
        for person, role in (
            ("independent_chair", Role.INDEPENDENT_CHAIR),
            ("panel_member", Role.PANEL_MEMBER),
            ("police_liaison", Role.POLICE_LIAISON),
            ("communications", Role.COMMUNICATIONS),
        ):
            builders.grant(session, person, role, case.ref)
    seen = set()
    with database.read() as session:
        for person in EVERYBODY:
            try:
                get_record(session, builders.actor(session, person), ref)
                seen.add(person)
            except NotFound:
                pass
    assert seen == {"case_manager", "team_manager", "independent_chair"}


# --- the recipient ----------------------------------------------------------------------------------------


def test_nothing_is_prepared_for_a_recipient_that_nobody_confirmed(case: Case) -> None:
    ref = a_branch(case, **CONTACT)
    case.act("record_taking_part", {"takes_part_through": "directly", "updates_by": "case_manager"}, ref=ref)
    for action, values in (("prepare_letter", {"letter_about": "first"}), ("give_update", TOLD)):
        with pytest.raises(Conflict, match="not the person suspected, nor lives with them"):
            case.act(action, values, ref=ref)


@pytest.mark.parametrize("who", ["lives_with", "suspected", "not_known"])
def test_somebody_who_lives_with_the_person_suspected_cannot_be_confirmed(case: Case, who: str) -> None:
    ref = a_branch(case)
    with pytest.raises(Invalid, match="Nothing may be prepared for this recipient"):
        case.act("confirm_recipient", {**CONFIRMED, "recipient": who}, ref=ref)
    case.act("refuse_recipient", {"recipient_refused": "lives_with"}, ref=ref)
    with pytest.raises(Conflict, match="not the person suspected"):
        case.act("prepare_letter", {"letter_about": "first"}, ref=ref)
    with pytest.raises(Conflict, match="nothing may be prepared for this recipient: they live with the person"):
        case.act("prepare_letter", {"letter_about": "first"}, ref=ref)


def test_a_version_is_given_to_a_branch_not_past_it(drafting: Case) -> None:
    """Else the report would reach a recipient whom nobody confirmed."""
    given = {"version": "1", "given_how": "post"}
    drafting.act("give_draft_to_family", given)
    ref = a_branch(drafting, **CONTACT)
    with pytest.raises(Conflict, match="Each branch of the family is recorded by itself"):
        drafting.act("give_draft_to_family", given)
    drafting.act("record_taking_part", {"takes_part_through": "directly", "updates_by": "case_manager"}, ref=ref)
    drafting.act("refuse_recipient", {"recipient_refused": "lives_with"}, ref=ref)
    with pytest.raises(Conflict, match="nothing may be prepared"):
        drafting.act("give_draft", given, ref=ref)


@pytest.mark.parametrize(
    ("action", "values", "said"),
    [
        ("change_contact", {"contact_address": "2 Sample Street"}, "Confirm the recipient again"),
        ("record_advocate", {"advocate": "declined"}, "Confirm the recipient again"),
        ("refuse_recipient", {"recipient_refused": "lives_with"}, "nothing may be prepared"),
    ],
)
def test_a_confirmation_lapses_when_the_recipient_changes(
    case: Case, action: str, values: dict[str, str], said: str
) -> None:
    ref = taking_part(case)
    case.act("prepare_letter", {"letter_about": "first"}, ref=ref)
    case.act(action, values, ref=ref)
    with pytest.raises(Conflict, match=said):
        case.act("prepare_letter", {"letter_about": "terms"}, ref=ref)
    case.act("confirm_recipient", CONFIRMED, ref=ref)
    case.act("prepare_letter", {"letter_about": "terms"}, ref=ref)


# --- how often they hear from us --------------------------------------------------------------------------


def test_an_update_is_due_six_weeks_after_the_last_or_as_agreed_with_them(case: Case) -> None:
    ref = taking_part(case)
    row = case.deadline("family_update", ref=ref)
    assert (row.due_on, row.clock_id) == (case.today + SIX_WEEKS, "L10")
    case.today += timedelta(days=10)
    case.act("give_update", TOLD, ref=ref)
    assert case.deadline("family_update", ref=ref).due_on == case.today + SIX_WEEKS
    case.act("agree_rhythm", {"updates_by": "case_manager", "update_every_weeks": "3"}, ref=ref)
    case.act("give_update", TOLD, ref=ref)
    assert case.deadline("family_update", ref=ref).due_on == case.today + timedelta(weeks=3)
    case.act("give_update", {**TOLD, "next_update_on": (case.today + timedelta(days=5)).isoformat()}, ref=ref)
    assert case.deadline("family_update", ref=ref).due_on == case.today + timedelta(days=5)
    assert len([d for d in case.deadlines(ref=ref) if d.running]) == 1


def test_the_partnership_sets_its_own_number(database: Database) -> None:
    with database.write() as session:
        from dardr.storage.bodies import Partnership

        partnership = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        partnership.settings = {**partnership.settings, "family_update": {"n": 28, "unit": "days"}}
    case = a_review(database, "evidence")
    ref = taking_part(case)
    assert case.deadline("family_update", ref=ref).due_on == case.today + timedelta(days=28)


def test_who_gives_the_updates_owes_them_and_whoever_wishes_none_has_no_date(database: Database, case: Case) -> None:
    ref = taking_part(case)
    case.act("agree_rhythm", {"updates_by": "chair"}, ref=ref)
    assert not case.deadline("family_update", ref=ref).running
    by_chair = case.deadline("family_update_by_chair", ref=ref)
    assert by_chair.running and by_chair.clock_id == "L10C"
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    sweep(database, at_ten(case.today + SIX_WEEKS))
    with database.read() as session:
        written = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.deadline_id == by_chair.id)).all()
    assert {message.recipient for message in written} == {address("independent_chair")}
    assert all("mother" not in message.subject + message.text for message in written)
    case.act("agree_rhythm", {"updates_by": "none"}, ref=ref)
    assert not [d for d in case.deadlines(ref=ref) if d.running]
    with pytest.raises(Conflict, match="They wish no updates"):
        case.act("give_update", TOLD, ref=ref)


@pytest.mark.parametrize("weeks", ["0", "27", "-1"])
def test_weeks_that_cannot_be(case: Case, weeks: str) -> None:
    ref = a_branch(case)
    with pytest.raises(Invalid):
        case.act(
            "record_taking_part",
            {"takes_part_through": "directly", "updates_by": "chair", "update_every_weeks": weeks},
            ref=ref,
        )


def test_an_update_is_due_at_once_when_the_review_enters_another_phase(case: Case) -> None:
    ref = taking_part(case)
    before = len(case.events(ref))
    case.today += timedelta(days=9)
    case.act("start_drafting")
    event, values = case.events(ref)[-1]
    assert (event.action, (values.after or {})["new_phase"]) == ("new_phase", "Drafting")
    assert len(case.events(ref)) == before + 1
    assert case.deadline("family_update", ref=ref).due_on == case.today
    case.act("give_update", TOLD, ref=ref)
    assert case.deadline("family_update", ref=ref).due_on == case.today + SIX_WEEKS


def test_a_new_phase_does_not_hide_that_an_update_was_due_before(case: Case) -> None:
    ref = taking_part(case)
    due = case.deadline("family_update", ref=ref).due_on
    case.today += timedelta(weeks=8)
    case.act("start_drafting")
    assert case.deadline("family_update", ref=ref).due_on == due
    assert case.state("family_update", ref=ref) == "late"


def test_what_a_new_phase_wrote_stands_up_to_the_nightly_checks(database: Database, case: Case) -> None:
    ref = taking_part(case, update_every_weeks="3")
    case.today += timedelta(days=9)
    case.act("start_drafting")
    case.act("give_update", TOLD, ref=ref)
    with database.read() as session:
        assert list(deadlines_match(session, case.today)) == []
        assert list(facts_match(session, case.today)) == []
        assert verify(session)["broken"] == []


def test_a_step_within_a_phase_asks_for_no_update(database: Database) -> None:
    case = a_review(database, "terms_of_reference")
    ref = taking_part(case)
    case.act("approve_terms", builders.TERMS)
    case.act("start_evidence")
    assert "new_phase" not in [event.action for event, _ in case.events(ref)]


def test_nobody_writes_a_new_phase_by_hand(case: Case) -> None:
    ref = taking_part(case)
    with pytest.raises(Forbidden):
        case.act("new_phase", {"new_phase": "Drafting", "next_update_on": case.today.isoformat()}, ref=ref)


# --- left alone, withdrawn, back --------------------------------------------------------------------------


def test_whoever_asks_not_to_be_contacted_is_left_alone(case: Case) -> None:
    ref = taking_part(case)
    until = case.today + timedelta(days=90)
    case.act("record_no_contact", {"no_contact_how_long": "until", "no_contact_until": until.isoformat()}, ref=ref)
    assert [(d.clock_id, d.due_on) for d in case.deadlines(ref=ref) if d.running] == [("L15", until)]
    with pytest.raises(Invalid, match="asked not to be contacted until .* say why"):
        case.act("prepare_letter", {"letter_about": "first"}, ref=ref)
    with pytest.raises(Conflict, match="asked not to be contacted"):
        case.act("give_update", TOLD, ref=ref)
    because = {"despite_wish_because": "They asked for this one letter"}
    case.act("prepare_letter", {"letter_about": "terms", **because}, ref=ref)
    case.act("give_update_all_the_same", {**TOLD, **because}, ref=ref)
    case.act("start_drafting")
    assert [d.clock_id for d in case.deadlines(ref=ref) if d.running] == ["L15"]
    looked = {"no_contact_how_long": "until", "wish_looked_how": "Their advocate said so"}
    later = until + timedelta(days=60)
    case.act("look_at_no_contact", {**looked, "no_contact_until": later.isoformat()}, ref=ref)
    assert [(d.clock_id, d.due_on) for d in case.deadlines(ref=ref) if d.running] == [("L15", later)]
    looked = {"no_contact_how_long": "open", "wish_looked_how": "Their advocate said so"}
    case.act("look_at_no_contact", looked, ref=ref)
    assert not [d for d in case.deadlines(ref=ref) if d.running]
    case.act("end_no_contact", ref=ref)
    assert case.deadline("family_update", ref=ref).running
    case.act("give_update", TOLD, ref=ref)


def test_a_relative_who_withdraws_is_prepared_nothing_more(case: Case) -> None:
    ref = taking_part(case)
    case.act("record_withdrawal", ref=ref)
    assert (case.record(ref).stage, case.record(ref).final) == ("withdrawn", True)
    assert not [d for d in case.deadlines(ref=ref) if d.running]
    for action, values in (("prepare_letter", {"letter_about": "first"}), ("give_update", TOLD)):
        with pytest.raises(Conflict, match="Has withdrawn"):
            case.act(action, values, ref=ref)
    case.act("start_drafting")
    assert case.events(ref)[-1][0].action == "record_withdrawal"
    case.act("come_back", ref=ref)
    assert case.record(ref).stage == "to_be_asked"
    assert not [d for d in case.deadlines(ref=ref) if d.running]
    with pytest.raises(Conflict, match="Confirm the recipient again"):
        case.act("prepare_letter", {"letter_about": "first"}, ref=ref)


# --- reading ----------------------------------------------------------------------------------------------


def test_a_reading_is_shown_on_the_review_without_a_word_of_it(database: Database, drafting: Case) -> None:
    ref = taking_part(drafting)
    drafting.act("give_draft", {"version": "1", "given_how": "meeting", "reading_support": "In two visits"}, ref=ref)
    facts = drafting.record().facts
    assert facts["family_readings"][-1]["version"] == "1"
    assert "In two visits" not in str(facts)
    drafting.act("record_comment", {"version": "1", "comment_where": "4.12", "comment_text": "It was May."}, ref=ref)
    drafting.act("end_reading", {"version": "1", "response": "comments", "response_words": "We are content."}, ref=ref)
    facts = drafting.record().facts
    assert facts["family_responses"][-1] | {"version": "1", "response": "comments"} == facts["family_responses"][-1]
    assert "content" not in str(facts["family_responses"]) and "May" not in str(facts)
    assert not drafting.deadline("family_reading").running


def test_one_branch_does_not_end_the_reading_of_another(database: Database, drafting: Case) -> None:
    first, second = taking_part(drafting), taking_part(drafting, "Branch 2: a sister")
    for ref in (first, second):
        drafting.act("give_draft", {"version": "1", "given_how": "private"}, ref=ref)
    assert len([d for d in drafting.deadlines("family_reading") if d.running]) == 2
    drafting.act("end_reading", {"version": "1", "response": "content"}, ref=first)
    assert len([d for d in drafting.deadlines("family_reading") if d.running]) == 1
    drafting.do(builders.READING[3:])
    drafting.act("send_to_partnership")
    assert any("family" in reason.lower() for reason in _why_not(database, drafting, "sign_off"))
    drafting.act("end_reading_after_attempts", {"version": "1", "reading_attempts": "3 June, a call"}, ref=second)
    assert not [d for d in drafting.deadlines("family_reading") if d.running]
    assert not any("family" in reason.lower() for reason in _why_not(database, drafting, "sign_off"))
    assert "3 June" not in str(drafting.record().facts)


def _why_not(database: Database, case: Case, action: str) -> list[str]:
    import workflows
    from workflows.engine import judge

    with database.read() as session:
        actor = builders.actor(session, "deciding_chair")
        record = session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
        process = workflows.get(record.process)
        declared = process.action(action)
        facts = load_facts(session, actor, record, process, case.today, actions=(declared,))
        return [b.reason for b in judge(process, declared, facts, [Role.DECIDING_CHAIR]).blocked]


def test_no_day_and_no_sweep_ends_a_reading(database: Database, drafting: Case) -> None:
    ref = taking_part(drafting, updates_by="none")
    drafting.act("give_draft", {"version": "1", "given_how": "post"}, ref=ref)
    day: date = drafting.today + timedelta(days=400)
    sweep(database, at_ten(day))
    assert drafting.deadline("family_reading").running
    assert drafting.state("family_reading", on=day) == "running"
    with database.read() as session:
        assert not session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.deadline_id == drafting.deadline("family_reading").id)
        ).all()


def test_a_version_is_not_given_twice_while_it_is_with_them(drafting: Case) -> None:
    ref = taking_part(drafting)
    drafting.act("give_draft", {"version": "1", "given_how": "private"}, ref=ref)
    with pytest.raises(Invalid, match="is with them to read already"):
        drafting.act("give_draft", {"version": "1", "given_how": "private"}, ref=ref)


def test_a_reading_that_nobody_began_cannot_be_ended(drafting: Case) -> None:
    ref = taking_part(drafting)
    with pytest.raises((Conflict, Invalid)):
        drafting.act("end_reading", {"version": "1", "response": "content"}, ref=ref)


def test_an_answer_to_a_comment_names_the_version_that_changed(drafting: Case) -> None:
    ref = taking_part(drafting)
    drafting.act("give_draft", {"version": "1", "given_how": "private"}, ref=ref)
    drafting.act("record_comment", {"version": "1", "comment_where": "4.12", "comment_text": "It was May."}, ref=ref)
    seq = str(drafting.record(ref).facts["comments"][-1]["seq"])
    answer = {"comment": seq, "comment_outcome": "changed", "comment_answer": "The month was put right."}
    with pytest.raises(Invalid, match="in which version"):
        drafting.act("answer_comment", answer, ref=ref)
    drafting.act("record_version", {"version": "2", "what_for": "family"})
    approval = {
        "version": "2",
        "panel_outcome": "not_approved",
        "panel_minute": "Minute 7",
        "actions_agreed_senior": "yes",
    }
    said = "A comment of the family has no answer yet"
    assert any(said in one for one in drafting.act("record_panel_approval", approval).warnings)
    with pytest.raises(Invalid, match="They commented on version 1, so the change is in a later one"):
        drafting.act("answer_comment", {**answer, "changed_in": "1"}, ref=ref)
    drafting.act("answer_comment", {**answer, "comment_outcome": "will_change"}, ref=ref)
    promised = "A change that the family was promised stands in no version yet."
    assert any(promised in one for one in drafting.act("record_panel_approval", approval).warnings)
    drafting.act("answer_comment", {**answer, "changed_in": "2"}, ref=ref)
    assert not any(promised in one for one in drafting.act("record_panel_approval", approval).warnings)
    assert not any(said in one for one in drafting.act("record_panel_approval", approval).warnings)
    assert drafting.record(ref).facts["comments_answered"][-1]["changed_in"] == "2"


def test_whoever_withdraws_while_reading_is_recorded_so_by_a_person(drafting: Case) -> None:
    ref = taking_part(drafting)
    drafting.act("give_draft", {"version": "1", "given_how": "private"}, ref=ref)
    drafting.act("record_withdrawal", ref=ref)
    assert drafting.deadline("family_reading").running
    drafting.act("end_reading", {"version": "1", "response": "does_not_wish"}, ref=ref)
    assert not drafting.deadline("family_reading").running


def test_a_reading_that_ends_late_is_kept_where_the_review_has_gone_on(database: Database) -> None:
    case = a_review(database, "drafting")
    case.act("record_version", {"version": "0", "what_for": "family"})
    ref = taking_part(case)
    case.act("give_draft", {"version": "0", "given_how": "private"}, ref=ref)
    for _, days, steps in builders.route("submitted")[-2:]:
        case.today += timedelta(days=days)
        case.do(step for step in steps if step.action != "give_draft_to_family")  # it is with the branch
    done = case.act("end_reading", {"version": "0", "response": "content"}, ref=ref)
    assert any("kept here only" in said for said in done.warnings)

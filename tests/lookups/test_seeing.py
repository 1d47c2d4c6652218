"""Answers that only some roles read: on the record, on its timeline, in its lists; and which answers those are."""

from __future__ import annotations

import pytest

import workflows
from dardr.lookups.review import show
from dardr.lookups.timeline import timeline
from dardr.seeing import seen_facts, seen_values
from dardr.storage.engine import Database
from tests.builders import Case, a_review, actor, grant
from workflows.definition import Role

FEE, NOTES, WISHES = "4,200 pounds", "The sister asked for time", "They wish to take part later"
READ_BY = {
    FEE: {"case_manager", "team_manager", "deciding_chair", "auditor"},
    NOTES: {"case_manager", "team_manager", "independent_chair"},
    WISHES: {"case_manager", "team_manager", "deciding_chair", "independent_chair"},
}
EVERYBODY = ("case_manager", "team_manager", "deciding_chair", "auditor", "independent_chair", "panel_member")


@pytest.fixture
def case(database: Database) -> Case:
    case = a_review(database, "evidence")
    case.act("appoint_chair", {"chair": "Oakley Example", "chair_independence": "declared", "chair_fee": FEE})
    case.act("record_family_contact", {"with_whom": "family", "contact_kind": "call", "contact_notes": NOTES})
    case.act("tell_family", {"family_told_how": "visit", "family_wishes": WISHES})
    with database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
        grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
    return case


def test_who_reads_which_answer(database: Database, case: Case) -> None:
    with database.read() as session:
        for key in EVERYBODY:
            who = actor(session, key)
            shown = repr(show(session, who, case.ref, case.today))
            told = timeline(session, who, case.ref)["events"]
            for words, readers in READ_BY.items():
                assert (words in shown) is (key in readers), (key, words)
                assert (words in repr(told)) is (key in readers), (key, words)
            assert any(event["restricted"] for event in told) is any(key not in r for r in READ_BY.values()), key
            assert "Oakley Example" in shown and "'with_whom': 'family'" in shown, "the rest is read by all"


def test_the_answers_that_have_readers_of_their_own() -> None:
    process = workflows.newest("dardr-s9")
    found = {f.name: f.seen_by for a in (process.opening, *process.actions) for f in a.fields if f.seen_by}
    assert {"chair_fee", "contact_notes", "family_wishes", "comments", "names_found", "member_email"} <= set(found)
    for readers in found.values():
        assert {Role.CASE_MANAGER, Role.TEAM_MANAGER} <= readers, "who carries a review reads all of it"


def test_nothing_is_shown_without_a_role() -> None:
    process = workflows.newest("dardr-s9")
    facts = {
        "chair": "A",
        "chair_fee": FEE,
        "_done": {},
        "family_contacts": [
            {"contact_notes": NOTES, "with_whom": "family", "on": "x"},
            {"contact_notes": NOTES, "on": "y"},
        ],
    }
    shown = {"chair": "A", "family_contacts": [{"with_whom": "family", "on": "x"}]}
    assert seen_facts(process, facts, frozenset()) == shown, "an entry of which nothing may be read is left out"
    assert facts["family_contacts"][0]["contact_notes"] == NOTES, "the record itself is left as it is"
    action = process.action("appoint_chair")
    assert seen_values(action, {"chair": "A", "chair_fee": FEE}, {Role.PANEL_MEMBER}) == {"chair": "A"}
    assert seen_values(None, {"x": 1}, frozenset()) == {"x": 1}, "an event of a step that is no more"

"""Police liaison and communications see a part of their review; everything else of it is refused to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor
from dardr.casework.conflicts import record_conflict
from dardr.casework.documents import build, documents_of
from dardr.errors import Forbidden, NotFound
from dardr.lookups.caseload import CaseFilter, caseload
from dardr.lookups.deadlines import all_deadlines, deadlines_of
from dardr.lookups.deciding import deciding
from dardr.lookups.files import files_of, get_file
from dardr.lookups.review import actions_of, show
from dardr.lookups.search import search
from dardr.lookups.timeline import timeline
from dardr.lookups.who_sees import who_sees
from dardr.parts import CONTENTS, Part, parts_seen
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from tests.builders import START, Case, a_review, actor, at_ten, grant
from workflows import REVIEW_KEYS
from workflows.definition import Role

POLICE, PRESS = "police_liaison", "communications"


@pytest.fixture
def case(database: Database) -> Case:
    """A cleared review with a hold, a parallel process, notes of two people, and a file."""
    case = a_review(database, "pre_publication", display_pseudonym="Willow 2025")
    with database.write() as session:
        grant(session, POLICE, Role.POLICE_LIAISON, case.ref)
        grant(session, PRESS, Role.COMMUNICATIONS, case.ref)
    case.act("place_hold", {
        "kind": "trial", "reason": "The trial is listed.", "asked_by": "cps", "activities": ["publication"],
    })  # fmt: skip
    case.act("record_parallel_process", {"parallel_kind": "inquest", "parallel_status": "under_way"}, by=POLICE)
    case.act("add_note", {"note": "A note of the team alone."})
    case.act("add_note", {"note": "A note of the police."}, by=POLICE)
    case.act("record_communications_plan", {"communications_plan": "A quiet page."}, by=PRESS)
    return case


def of(session: Session, case: Case) -> Record:
    return session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()


def test_the_table_of_parts(case: Case) -> None:
    with case.database.read() as session:
        record = of(session, case)
        found = {key: parts_seen(session, actor(session, key), record) for key in (POLICE, PRESS, "case_manager")}
    assert found == {POLICE: {Part.HOLDS_AND_PARALLEL}, PRESS: {Part.PUBLICATION}, "case_manager": {Part.WHOLE}}


def test_a_role_that_shows_the_review_outweighs_a_part_and_two_parts_add_up(case: Case) -> None:
    with case.database.write() as session:
        grant(session, POLICE, Role.PANEL_MEMBER, case.ref)
        grant(session, PRESS, Role.POLICE_LIAISON, case.ref)
    with case.database.read() as session:
        record = of(session, case)
        assert parts_seen(session, actor(session, POLICE), record) == {Part.WHOLE}
        assert parts_seen(session, actor(session, PRESS), record) == {Part.HOLDS_AND_PARALLEL, Part.PUBLICATION}
        assert get_record(session, actor(session, POLICE), case.ref).ref == case.ref


def test_a_part_names_what_the_processes_have() -> None:
    for contents in CONTENTS.values():
        process = workflows.newest("dardr-s9" if contents.of == "review" else contents.of)
        actions = (process.opening, *process.actions)
        answers = {f.name for a in actions if a.keep_as is None for f in a.fields}
        assert contents.answers <= answers
        assert contents.lists <= {a.keep_as for a in actions}
        assert contents.clocks <= {c.key for c in process.clocks}
        assert contents.events <= {a.key for a in actions}
    identities = {f.name for a in actions for f in a.fields if f.identity}
    assert not identities & frozenset().union(*(c.answers for c in CONTENTS.values()))


REFUSED: dict[str, Callable[[Session, Actor, str], Any]] = {
    "the record": lambda session, who, ref: get_record(session, who, ref),
    "show": lambda session, who, ref: show(session, who, ref, START),
    "files": lambda session, who, ref: files_of(session, who, ref),
    "a file": lambda session, who, ref: get_file(session, who, ref, 1),
    "the decision": lambda session, who, ref: deciding(session, who, ref, START),
    "the decision notice": lambda session, who, ref: build(session, who, at_ten(START), "decision_notice", ref, "docx"),
}


@pytest.mark.parametrize("person", [POLICE, PRESS])
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_in_no_part_is_refused(case: Case, person: str, what: str) -> None:
    with case.database.read() as session, pytest.raises(Forbidden):
        REFUSED[what](session, actor(session, person), case.ref)


@pytest.mark.parametrize("person", [POLICE, PRESS])
def test_no_list_and_no_search_holds_it(case: Case, person: str) -> None:
    with case.database.read() as session:
        who = actor(session, person)
        assert caseload(session, who, case.today, CaseFilter(processes=tuple(REVIEW_KEYS))) == []
        assert all_deadlines(session, who, case.today) == []
        for words in ("Willow", case.ref, "trial", "quiet"):
            assert search(session, who, words).total == 0


def test_police_read_what_was_done_about_holds_and_what_they_recorded(case: Case) -> None:
    with case.database.read() as session:
        found = timeline(session, actor(session, POLICE), case.ref)
    assert found["messages"] == []
    notes = [e["after"]["note"] for e in found["events"] if e["action"] == "add_note"]
    assert notes == ["A note of the police."]
    assert {e["action"] for e in found["events"]} == {"place_hold", "record_parallel_process", "add_note"}


def test_communications_have_no_timeline_and_the_documents_of_the_pack(case: Case) -> None:
    with case.database.read() as session:
        with pytest.raises(Forbidden):
            timeline(session, actor(session, PRESS), case.ref)
        named = {one.name for one in documents_of(session, actor(session, PRESS), case.ref)}
        with pytest.raises(Forbidden):
            documents_of(session, actor(session, POLICE), case.ref)
    assert named == {"briefing", "learning_event_slides"}


def test_the_dates_of_the_part(case: Case) -> None:
    with case.database.read() as session:
        whole = {d["clock"] for d in deadlines_of(session, actor(session, "case_manager"), case.ref, case.today)}
        for person, part in ((POLICE, Part.HOLDS_AND_PARALLEL), (PRESS, Part.PUBLICATION)):
            clocks = {d["clock"] for d in deadlines_of(session, actor(session, person), case.ref, case.today)}
            assert clocks == whole & CONTENTS[part].clocks
            assert clocks != whole
    assert "publish_after_clearance" in whole


def test_they_do_what_is_theirs_and_nothing_else(case: Case) -> None:
    with case.database.read() as session:
        police = {a["key"] for a in actions_of(session, actor(session, POLICE), case.ref, case.today)}
        press = {a["key"] for a in actions_of(session, actor(session, PRESS), case.ref, case.today)}
    assert "record_parallel_process" in police and "publish" not in police
    assert press == {
        "second_check_anonymisation", "record_communications_plan", "change_planned_day", "change_embargo",
        "check_pre_election", "add_publication_notice",
    }  # fmt: skip
    with pytest.raises(Forbidden):
        case.act("record_communications_plan", {"communications_plan": "Mine"}, by=POLICE)


def test_communications_see_nothing_before_the_clearance(database: Database) -> None:
    case = a_review(database, "evidence")
    with database.write() as session:
        grant(session, PRESS, Role.COMMUNICATIONS, case.ref)
    with database.read() as session, pytest.raises(NotFound):
        get_record(session, actor(session, PRESS), case.ref, in_part=True)


def test_a_conflict_of_interest_hides_the_part_too(case: Case) -> None:
    with case.database.write() as session:
        now = at_ten(case.today)
        assert record_conflict(session, actor(session, POLICE), now, case.ref, "Knows a relative").own
    with case.database.read() as session, pytest.raises(NotFound):
        get_record(session, actor(session, POLICE), case.ref, in_part=True)


def test_the_page_of_access_says_who_sees_a_part(case: Case) -> None:
    with case.database.read() as session:
        found = who_sees(session, of(session, case), at_ten(case.today + timedelta(days=1)))
    said = {seer.email.partition("@")[0]: seer.says for seer in found.part if seer.says}
    assert sorted(said.values()) == ["the holds and the parallel processes", "what its publication needs"]
    assert not {seer.email for seer in found.whole} & {seer.email for seer in found.part}

"""Documents of a review: filed once, with their versions, found by those who may read them and by nobody else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from dardr.access import get_record
from dardr.casework.audit import verify
from dardr.casework.files import FileGiven, content
from dardr.casework.integrity import facts_match
from dardr.casework.search_index import read_documents
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups.documents import documents_of
from dardr.lookups.files import get_file
from dardr.lookups.search import search
from dardr.lookups.timeline import timeline
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.reviews import Record
from tests import builders, given_files
from tests.builders import Case, a_review, at_ten
from tests.casework.rows import everything
from workflows.definition import Role

WORDS = "The quillwort meadow was visited."


def filed(case: Case, **values: object) -> str:
    """File a document; its reference."""
    given = FileGiven("About Zephyrine.docx", given_files.docx(WORDS))
    asked = {"title": "Minutes of the first meeting", "document_kind": "minutes", "version": "1", "file": given}
    (ref,) = case.act("file_document", {**asked, **values}).created
    return ref


def with_people(database: Database, case: Case) -> None:
    with database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)


def test_a_document_is_kept_once_with_its_versions(database: Database) -> None:
    case = a_review(database, "evidence")
    ref = filed(case)
    assert ref == f"{case.ref}-D01"
    second = FileGiven("b.pdf", given_files.pdf())
    case.act("add_version", {"version": "2", "version_changes": "Two names of bodies", "file": second}, ref=ref)
    record = case.record(ref)
    assert (record.title, record.readers) == ("Minutes of the first meeting", "")
    assert record.facts["marking"] == "official_sensitive"
    with database.read() as session:
        rows = session.scalars(sa.select(StoredFile).order_by(StoredFile.id)).all()
        assert [row.record_id for row in rows] == [record.id, record.id], "with the document alone"
        assert content(rows[1]) == second.content
        (line,) = documents_of(session, builders.actor(session, "case_manager"), case.ref)
        assert (line.title, line.kind_label, line.marking) == (record.title, "Minutes", "OFFICIAL-SENSITIVE")
        assert (line.newest.name, line.newest.changes, line.versions) == ("2", "Two names of bodies", 2)
        assert line.newest.file is not None and line.newest.file.number == rows[1].id
        assert verify(session)["ok"]
        assert list(facts_match(session, case.today)) == []


def test_only_its_readers_find_a_document(database: Database) -> None:
    case = a_review(database, "evidence")
    with_people(database, case)
    kept_to = ("everyone", "team", "identities")
    refs = {readers: filed(case, readers=readers, title=f"Papers {readers}") for readers in kept_to}
    read_documents(database, at_ten(case.today))
    expected = {
        "case_manager": {"everyone", "team", "identities"},
        "independent_chair": {"everyone", "team", "identities"},
        "deciding_chair": {"everyone", "team"},
        "auditor": {"everyone", "team", "identities"},
        "panel_member": {"everyone"},
    }
    with database.read() as session:
        for person, readers in expected.items():
            actor = builders.actor(session, person)
            listed = {line.ref for line in documents_of(session, actor, case.ref)}
            assert listed == {refs[one] for one in readers}, person
            for one, ref in refs.items():
                if one in readers:
                    assert get_record(session, actor, ref).title
                else:
                    with pytest.raises(NotFound):
                        get_record(session, actor, ref)
            number = session.scalars(sa.select(sa.func.max(StoredFile.id))).one()
            if person == "auditor":
                with pytest.raises(Forbidden, match="which files there are"):
                    get_file(session, actor, refs["identities"], number)
            elif "identities" in readers:
                assert get_file(session, actor, refs["identities"], number)[1].id == number
            else:
                with pytest.raises(NotFound):
                    get_file(session, actor, refs["identities"], number)
            found = {hit.ref for group in search(session, actor, "quillwort").groups for hit in group.hits}
            assert found == (set() if person == "auditor" else {refs[one] for one in readers}), person
            said = str(timeline(session, actor, case.ref)["events"])
            for hidden in expected["case_manager"] - readers:
                assert f"Papers {hidden}" not in said, person


def test_readers_change_with_what_is_recorded(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    with_people(sqlite_database, case)
    ref = filed(case)
    case.act("change_readers", {"readers": "team"}, ref=ref)
    assert case.record(ref).readers == "team"
    with sqlite_database.read() as session, pytest.raises(NotFound):
        get_record(session, builders.actor(session, "panel_member"), ref)
    with pytest.raises(Invalid, match="Say why more people may read it"):
        case.act("change_readers", {"readers": "everyone"}, ref=ref)
    case.act("change_readers", {"readers": "everyone", "readers_reason": "Agreed by the chair."}, ref=ref)
    with sqlite_database.read() as session:
        assert get_record(session, builders.actor(session, "panel_member"), ref).readers == ""


def test_a_document_opened_behind_the_back_of_its_history_is_found(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    ref = filed(case, readers="team")
    with sqlite_database.write() as session:
        session.execute(sa.update(Record).where(Record.ref == ref).values(readers=""))
    with sqlite_database.read() as session:
        assert [finding.kind for finding in facts_match(session, case.today)] == ["facts_differ"]


def test_nobody_keeps_a_document_from_themselves(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    ref = filed(case)
    with pytest.raises(Invalid, match="You would not see it any more yourself"):
        case.act("change_readers", {"readers": "identities"}, ref=ref, by="deciding_chair")
    with pytest.raises(Forbidden):
        with_people(sqlite_database, case)
        case.act("add_version", {"version": "2", "version_changes": "x", "kept_where": "y"}, ref=ref, by="panel_member")


def test_the_same_file_twice_is_kept_with_a_warning(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    given = FileGiven("a.pdf", given_files.pdf())
    ref = filed(case, file=given)
    again = {"version": "2", "version_changes": "Nothing", "file": FileGiven("other name.pdf", given.content)}
    done = case.act("add_version", again, ref=ref)
    assert done.warnings == ("This file is here already, as version 1. Check that the right one was chosen.",)
    with pytest.raises(Invalid, match="a version 2 of this document already"):
        case.act("add_version", {**again, "version": "2"}, ref=ref)
    asked = {"title": "Another", "document_kind": "other", "version": "1", "file": given}
    assert "filed with this review already" in case.act("file_document", asked).warnings[0]


@pytest.mark.parametrize("name", ["IMR.pdf", "IMR.docx"])
def test_a_program_is_refused_and_nothing_is_kept(database: Database, name: str) -> None:
    case = a_review(database, "evidence")
    before = everything(database)
    with pytest.raises(Invalid, match="is a program, whatever its name says") as refused:
        filed(case, file=FileGiven(name, given_files.PROGRAM))
    assert [r.field for r in refused.value.reasons] == ["file"]
    with pytest.raises(Invalid) as refused:
        filed(case, file=FileGiven(name, given_files.PROGRAM), version="")
    assert {r.field for r in refused.value.reasons} == {"file", "version"}, "all that is wrong is said at once"
    assert everything(database) == before


def test_withdrawing_the_last_document_leaves_it_to_be_read(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    ref = filed(case)
    case.act("withdraw_document", {"withdrawn_because": "Filed with the wrong review."}, ref=ref)
    with pytest.raises(Conflict):
        case.act("add_version", {"version": "2", "version_changes": "x", "kept_where": "y"}, ref=ref)
    with sqlite_database.read() as session:
        (line,) = documents_of(session, builders.actor(session, "case_manager"), case.ref)
        assert not line.in_use and line.stage_label == "Withdrawn"
        assert line.newest.file is not None and line.newest.file.may_open
    case.act("use_document_again", {"used_again_because": "It was right after all."}, ref=ref)
    assert case.record(ref).stage == "current"


def test_a_file_given_with_another_step_is_in_the_same_list(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "drafting")
    filed(case)
    report = FileGiven("report.docx", given_files.docx("An overview report."))
    case.act("record_version", {"version": "7", "what_for": "panel", "document": report})
    with sqlite_database.read() as session:
        lines = documents_of(session, builders.actor(session, "case_manager"), case.ref)
    found = {line.title: line for line in lines}
    assert {"Minutes of the first meeting", "The document"} <= set(found)
    of_step = found["The document"]
    assert (of_step.newest.name, of_step.newest.what_for) == ("7", "For the panel")
    assert of_step.marking == "OFFICIAL-SENSITIVE"

"""Rounds of comments, by real actions: readers, their comments in each way, the chair's answers, closing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework.files import FileGiven
from dardr.errors import Conflict, Invalid
from dardr.lookups.rounds import report_of, table_of
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.storage.reviews import Record, RecordLink
from tests import builders
from tests.builders import Case, a_review, actor
from tests.word_files import REPORT, a_copy, a_report, gone, ins, noted, run
from workflows.definition import Role

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
READERS = ["mereshire-police", "mereshire-nhs", "northmere-council"]


def word(content: bytes) -> FileGiven:
    return FileGiven("draft.docx", content, WORD)


def a_round(database: Database, *, with_file: bool = True, **values: Any) -> tuple[Case, str, dict[str, str]]:
    """A review with a version out for comments: the review, the round, and what each reader was asked."""
    case = a_review(database, "drafting")
    given = {"document": word(a_report())} if with_file else {}
    case.act("record_version", {"version": "1", "what_for": "panel", **given})
    return case, *send(case, **values)


def send(case: Case, **values: Any) -> tuple[str, dict[str, str]]:
    closes = (case.today + timedelta(days=14)).isoformat()
    asked = {"version": "1", "title": "The panel", "readers": READERS, "closes_on": closes, **values}
    (ref,) = case.act("send_for_comments", asked).created
    requests = [one for one in case.opened("comment-request") if ref in serves(case, one)]
    return ref, {case.record(one).title: one for one in requests}


def serves(case: Case, ref: str) -> list[str]:
    with case.database.read() as session:
        own = session.scalars(sa.select(Record.id).where(Record.ref == ref)).one()
        above = sa.select(Record.ref).join(RecordLink, RecordLink.review_id == Record.id)
        return list(session.scalars(above.where(RecordLink.item_id == own)))


def lines(case: Case, ref: str, by: str = "case_manager") -> list[Any]:
    with case.database.read() as session:
        table = table_of(session, actor(session, by), ref, case.today)
        return [line for group in table.groups for line in group.lines]


POLICE, TRUST, COUNCIL = "Mereshire Police", "Mereshire NHS Trust", "Northmere Council"


def test_each_reader_is_a_record_of_the_review_and_of_the_round(database: Database) -> None:
    case, ref, asked = a_round(database)
    assert set(asked) == {POLICE, TRUST, COUNCIL}
    assert sorted(serves(case, asked[POLICE])) == sorted([case.ref, ref])
    due = case.deadline("reader_comments", ref=asked[POLICE])
    assert due.due_on == case.today + timedelta(days=14)


def test_comments_of_every_way_become_one_table_by_paragraph(database: Database) -> None:
    case, ref, asked = a_round(database)
    case.act("give_comment", {"where": "2.1", "comment": "It was three times."}, ref=asked[POLICE])
    copy = a_copy(
        {4: run("2.1 The trust saw her ") + gone("Ann", "twice") + ins("Ann", "three times") + run(" at home.")},
    )
    # Ann also left out words without tracking, so the paragraph is matched by its likeness.
    case.act("give_word_comments", {"word_file": word(copy)}, ref=asked[TRUST])
    pasted = "1.2: It met five times.\n\n2.1: We have three visits.\n\nA good report, thank you."
    case.act("enter_comments", {"came_by": "email", "pasted": pasted}, ref=asked[COUNCIL])
    with database.read() as session:
        table = table_of(session, actor(session, "case_manager"), ref, case.today)
    by_paragraph = {group.paragraph: [line.reader for line in group.lines] for group in table.groups}
    assert set(by_paragraph[5]) == {POLICE, TRUST, COUNCIL}, "what three readers say of 2.1 stands together"
    assert by_paragraph[3] == [COUNCIL]
    assert by_paragraph[None] == [COUNCIL], "not tied to a paragraph, and not lost"
    assert (table.total, table.answered, table.waiting) == (6, 0, 6)


def test_two_authors_in_one_sentence_are_two_lines(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database)
    changed = run("2.3 Nobody ") + gone("Ann", "asked") + ins("Ben", "heard") + run(" the children.")
    copy = a_copy({6: changed, 2: noted(0, REPORT[2][1])}, {0: ("Cleo", "Which months?")})
    done = case.act("give_word_comments", {"word_file": word(copy)}, ref=asked[TRUST])
    assert any("1 comment and 2 changes" in said for said in done.warnings)
    found = lines(case, ref)
    assert [(line.author, line.kind, line.old or line.new or line.text) for line in found] == [
        ("Cleo", "comment", "Which months?"),
        ("Ann", "deleted", "asked"),
        ("Ben", "inserted", "heard"),
    ]


def test_a_second_file_brings_only_what_is_new(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database)
    first = a_copy({6: noted(0, REPORT[6][1])}, {0: ("Ann", "Why not?")})
    second = a_copy({6: noted(0, REPORT[6][1]) + ins("Ann", " Nor later.")}, {0: ("Ann", "Why not?")})
    case.act("give_word_comments", {"word_file": word(first)}, ref=asked[TRUST])
    with pytest.raises(Invalid, match="here already"):
        case.act("give_word_comments", {"word_file": word(first)}, ref=asked[TRUST])
    case.act("give_word_comments", {"word_file": word(second)}, ref=asked[TRUST])
    assert [line.text or line.new for line in lines(case, ref)] == ["Why not?", " Nor later."]


def test_a_word_file_without_any_comment_is_asked_about(sqlite_database: Database) -> None:
    case, _, asked = a_round(sqlite_database)
    with pytest.raises(Invalid, match="if they have none, record that there are no comments"):
        case.act("give_word_comments", {"word_file": word(a_report())}, ref=asked[TRUST])
    assert case.record(asked[TRUST]).stage == "asked"


def test_a_damaged_file_is_refused_and_nothing_is_recorded(sqlite_database: Database) -> None:
    case, _, asked = a_round(sqlite_database)
    with pytest.raises(Invalid):
        case.act("give_word_comments", {"word_file": word(a_report()[:3000])}, ref=asked[TRUST])
    assert case.record(asked[TRUST]).stage == "asked"


@pytest.mark.parametrize(
    "given",
    [FileGiven("copy.docx", b"", WORD, too_large=True), FileGiven("copy.docx", b"MZ" + bytes(600), WORD)],
    ids=["too large", "a program with another name"],
)
def test_a_file_that_no_step_takes_is_refused_here_too(sqlite_database: Database, given: FileGiven) -> None:
    case, _, asked = a_round(sqlite_database)
    with pytest.raises(Invalid, match="This file"):
        case.act("give_word_comments", {"word_file": given}, ref=asked[TRUST])
    assert case.record(asked[TRUST]).stage == "asked"


def test_a_copy_of_another_version_is_kept_with_a_warning(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database)
    other = a_report([("Normal", f"Quite another text, number {n}, of another report") for n in range(9)])
    copy = a_copy({0: noted(0, "Quite another text")}, {0: ("Ann", "Where is this?")}, of=other)
    done = case.act("give_word_comments", {"word_file": word(copy)}, ref=asked[TRUST])
    assert any("looks like a copy of another one" in said for said in done.warnings)
    assert [line.text for line in lines(case, ref)] == ["Where is this?"]


def test_comments_that_are_in_the_version_itself_are_no_readers(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "drafting")
    sent = a_copy({2: noted(0, REPORT[2][1])}, {0: ("Chair", "To be checked")})
    case.act("record_version", {"version": "1", "what_for": "panel", "document": word(sent)})
    ref, asked = send(case)
    both = a_copy(
        {2: noted(0, REPORT[2][1]), 6: noted(1, REPORT[6][1])}, {0: ("Chair", "To be checked"), 1: ("Ann", "Why?")}
    )
    case.act("give_word_comments", {"word_file": word(both)}, ref=asked[TRUST])
    assert [line.author for line in lines(case, ref)] == ["Ann"]


def test_without_a_file_of_the_version_paragraphs_go_by_their_words(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database, with_file=False)
    for reader, author in ((TRUST, "Ann"), (POLICE, "Ben")):
        copy = a_copy({6: noted(0, REPORT[6][1])}, {0: (author, "Why not?")})
        case.act("give_word_comments", {"word_file": word(copy)}, ref=asked[reader])
    with sqlite_database.read() as session:
        (group,) = table_of(session, actor(session, "case_manager"), ref, case.today).groups
    assert {line.author for line in group.lines} == {"Ann", "Ben"}


# --- answers and the end ------------------------------------------------------------------------------------


def test_a_comment_answered_twice_has_the_later_answer_and_both_on_the_timeline(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database)
    case.act("give_comment", {"comment": "It was three times."}, ref=asked[POLICE])
    (line,) = lines(case, ref)
    case.act("answer_comments", {"comments": [line.id], "answer": "accepted"}, ref=ref)
    again = {"comments": [line.id], "answer": "not_accepted", "answer_how": "The notes say twice."}
    done = case.act("answer_comments", again, ref=ref)
    assert any("had an answer already" in said for said in done.warnings)
    (line,) = lines(case, ref)
    assert (line.answer, line.answer_how, line.times) == ("not_accepted", "The notes say twice.", 2)
    assert [event.action for event, _ in case.events(ref)].count("answer_comments") == 2


def test_not_accepted_needs_its_reason(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database)
    case.act("give_comment", {"comment": "It was three times."}, ref=asked[POLICE])
    with pytest.raises(Invalid, match="why not"):
        case.act("answer_comments", {"comments": ["CQ01-1"], "answer": "not_accepted"}, ref=ref)
    with pytest.raises(Invalid, match="not one of the choices"):
        case.act("answer_comments", {"comments": ["CQ09-1"], "answer": "accepted"}, ref=ref)


def test_a_round_is_closed_by_a_person_when_all_are_heard_and_answered(database: Database) -> None:
    case, ref, asked = a_round(database)
    case.act("give_comment", {"comment": "It was three times."}, ref=asked[POLICE])
    case.act("record_no_comments", ref=asked[TRUST])
    with pytest.raises(Conflict, match="Not heard from yet: .*CQ03"):
        case.act("close_round", ref=ref)
    case.act("excuse_reader", {"excused_reason": "left"}, ref=asked[COUNCIL])
    with pytest.raises(Invalid, match="Without an answer: CQ01-1"):
        case.act("close_round", ref=ref)
    case.act("answer_comments", {"comments": ["CQ01-1"], "answer": "accepted"}, ref=ref)
    case.act("close_round", ref=ref)
    assert case.record(ref).stage == "closed"
    assert case.deadline("reader_comments", ref=asked[COUNCIL]).running is False, "nobody is reminded any more"


def test_a_round_may_close_with_a_reason_for_what_has_no_answer(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database, readers=["mereshire-police"])
    case.act("give_comment", {"comment": "It was three times."}, ref=asked[POLICE])
    case.act("close_round", {"unanswered_reason": "Answered at the meeting of the panel."}, ref=ref)
    assert case.record(ref).stage == "closed"


def test_a_round_with_comments_is_not_called_off(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database, readers=["mereshire-police"])
    case.act("give_comment", {"comment": "It was three times."}, ref=asked[POLICE])
    with pytest.raises(Conflict, match="is not called off"):
        case.act("call_off_round", {"called_off_reason": "A mistake"}, ref=ref)


# --- two rounds, dates, readers -----------------------------------------------------------------------------


def test_two_rounds_on_one_version_need_other_readers(sqlite_database: Database) -> None:
    case, ref, _ = a_round(sqlite_database)
    with pytest.raises(Invalid, match=f"in a round that is open .{ref}"):
        send(case, readers=["mereshire-police", "mereshire-fire"])
    second, asked = send(case, readers=["mereshire-fire"], title="Fire and rescue")
    assert second != ref and len(asked) == 1
    with sqlite_database.read() as session:
        report = report_of(session, actor(session, "case_manager"), case.ref, case.today)
    assert [one.record.ref for one in report.versions[0].rounds] == [ref, second], "side by side"
    closes = (case.today + timedelta(days=9)).isoformat()
    more = {"version": "1", "title": "x", "readers": ["mereshire-housing"], "closes_on": closes}
    assert any("another round too" in said for said in case.act("send_for_comments", more).warnings)


def test_a_closing_date_before_the_day_it_is_sent_is_refused(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "drafting")
    case.act("record_version", {"version": "1", "what_for": "panel"})
    with pytest.raises(Invalid, match="before the day the version goes out"):
        send(case, closes_on=(case.today - timedelta(days=1)).isoformat())


def test_more_readers_can_be_asked_later_each_once(sqlite_database: Database) -> None:
    case, ref, _ = a_round(sqlite_database, readers=["mereshire-police"])
    later = (case.today + timedelta(days=20)).isoformat()
    with pytest.raises(Invalid, match="a reader of this round already"):
        case.act("ask_more_readers", {"more_readers": ["mereshire-police"], "their_date": later}, ref=ref)
    case.act("ask_more_readers", {"more_readers": ["mereshire-fire"], "their_date": later}, ref=ref)
    (new,) = [one for one in case.opened("comment-request") if case.record(one).title.startswith("Mereshire Fire")]
    assert case.deadline("reader_comments", ref=new).due_on == case.today + timedelta(days=20)


def test_a_reader_who_left_the_panel_is_shown_as_such_and_not_waited_for(sqlite_database: Database) -> None:
    case, ref, asked = a_round(sqlite_database, readers=["mereshire-police", "mereshire-nhs"])
    member = {"body": "mereshire-police", "represents": "agency", "no_case_management": "declared"}
    case.act("add_panel_member", member)
    case.act("leave_panel", {"left_reason": "post"}, ref=case.opened("panel-seat")[-1])
    with sqlite_database.read() as session:
        readers = table_of(session, actor(session, "case_manager"), ref, case.today).readers
    assert {one.name: one.left for one in readers} == {POLICE: True, TRUST: False}
    case.act("excuse_reader", {"excused_reason": "left"}, ref=asked[POLICE])
    case.act("record_no_comments", ref=asked[TRUST])
    case.act("close_round", ref=ref)


# --- who sees what ------------------------------------------------------------------------------------------


def test_a_panel_member_sees_their_bodys_comments_and_all_once_the_round_is_closed(database: Database) -> None:
    case, ref, asked = a_round(database, readers=["mereshire-police", "northmere-council"])
    with database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        council = session.scalar(sa.select(Body.id).where(Body.key == "northmere-council"))
        session.execute(sa.update(User).where(User.email == builders.address("panel_member")).values(body_id=council))
    case.act("give_comment", {"comment": "Of the police."}, ref=asked[POLICE])
    case.act("give_comment", {"comment": "Of the council."}, ref=asked[COUNCIL], by="panel_member")
    assert [line.text for line in lines(case, ref, "panel_member")] == ["Of the council."]
    everything = {"comments": ["CQ01-1", "CQ02-1"], "answer": "partly", "answer_how": "In part."}
    case.act("answer_comments", everything, ref=ref)
    (own,) = lines(case, ref, "panel_member")
    assert own.answer == "", "answers are shown once the round is closed"
    case.act("close_round", ref=ref)
    assert {line.text for line in lines(case, ref, "panel_member")} == {"Of the police.", "Of the council."}
    assert {line.answer for line in lines(case, ref, "panel_member")} == {"partly"}

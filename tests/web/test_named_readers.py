"""Readers who are asked by name: a member of the panel, somebody with an account, somebody outside, on paper."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr import systime
from dardr.casework.deliver import deliver
from dardr.casework.files import FileGiven
from dardr.casework.post_in import take_in
from dardr.settings import get_settings
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.post_in import IncomingMail
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import Case, address
from tests.returned_mail import answer
from tests.web.by_link import come_in, door_in, mail_to, post
from tests.web.conftest import Browser, dated, signed_in
from tests.web.people_at_work import a_family
from tests.word_files import REPORT, a_copy, a_report, ins, noted

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TODAY = dated("_on", "2026-08-03")
ADVISER = "adviser@outside.example"


@pytest.fixture
def case(database: Database) -> Case:
    """A review with two members on its panel, one with an account; its version is out with four readers by name."""
    found = builders.a_review(database, "drafting", on=date(2026, 3, 2))
    found.today = date(2026, 8, 1)
    member = {"represents": "agency", "no_case_management": "declared", "body": "mereshire-police"}
    with_account = {**member, "account": address("panel_member"), "position": "Head of protecting people"}
    found.act("add_panel_member", with_account)
    found.act("add_panel_member", {**member, "position": "Inspector"})
    report = FileGiven("draft.docx", a_report(), WORD)
    found.act("record_version", {"version": "1", "what_for": "panel", "document": report})
    found.act(
        "send_for_comments",
        {
            "version": "1",
            "title": "The panel, version 1",
            "members": found.opened("panel-seat"),
            "people": [address("steering_member")],
            "outside": [f"Expert adviser, {ADVISER}", "Interpreter"],
            "closes_on": "2026-08-20",
        },
    )
    return found


def requests(case: Case) -> dict[str, str]:
    return {case.record(ref).title: ref for ref in case.opened("reader-request")}


MEMBER, INSPECTOR = "Mereshire Police, Head of protecting people", "Mereshire Police, Inspector"
STEERING, OUTSIDE, ON_PAPER = "Indigo Example", "Expert adviser", "Interpreter"


def test_each_is_asked_by_name_and_who_has_no_address_is_the_teams_to_ask(case: Case, manager: Browser) -> None:
    assert list(requests(case)) == [MEMBER, INSPECTOR, STEERING, OUTSIDE, ON_PAPER]
    page = manager.get(f"/records/{case.opened('comment-round')[0]}/comments").text
    for name in requests(case):
        assert name in page
    assert ADVISER not in page
    work = manager.get("/").text
    assert ON_PAPER in work, "whoever is asked on paper is for the case manager to hear from"


def test_a_member_of_the_panel_comments_for_themselves(app: Flask, case: Case) -> None:
    own, other = requests(case)[MEMBER], requests(case)[INSPECTOR]
    browser = signed_in(app, "panel_member")
    assert own in browser.get("/").text
    assert browser.get(f"/records/{own}/version").status_code == 200
    given = browser.send(f"/records/{own}/do/give_comment", comment="Of the member.", where="2.3", **TODAY)
    assert given.status_code == 303 and given.location.endswith(f"/records/{own}/comments")
    assert browser.get(f"/records/{other}").status_code == 404, "a colleague's is not theirs while the round is open"
    round_ = browser.get(f"/records/{case.opened('comment-round')[0]}/comments").text
    assert "Of the member." in round_ and INSPECTOR in round_


def test_who_leaves_the_panel_is_asked_no_more(app: Flask, case: Case, manager: Browser) -> None:
    own = requests(case)[MEMBER]
    case.act("leave_panel", {"left_reason": "post"}, ref=case.opened("panel-seat")[0])
    browser = signed_in(app, "panel_member")
    assert browser.get(f"/records/{own}/comments").status_code == 404
    assert browser.get(f"/records/{own}/version").status_code == 404
    page = manager.get(f"/records/{case.opened('comment-round')[0]}/comments").text
    assert "Has left the panel" in page


def test_a_colleague_sees_the_version_and_nothing_else_of_the_review(app: Flask, case: Case) -> None:
    own = requests(case)[STEERING]
    browser = signed_in(app, "steering_member")
    assert browser.get(f"/records/{own}/comments").status_code == 200
    assert browser.get(f"/records/{own}/version").status_code == 200
    for hidden in (f"/reviews/{case.ref}", f"/records/{case.opened('comment-round')[0]}/comments"):
        assert browser.get(hidden).status_code == 404
    done = browser.send(f"/records/{own}/do/record_no_comments", **TODAY)
    assert done.status_code == 303 and case.record(own).stage == "no_comments"


def test_somebody_outside_comes_by_the_link_in_their_email(app: Flask, database: Database, case: Case) -> None:
    own = requests(case)[OUTSIDE]
    mail = mail_to(post(database), ADVISER)
    assert OUTSIDE not in mail.text and "Willow" not in mail.text
    browser = come_in(app, database, door_in(mail))
    assert browser.get("/door/home").location.endswith(f"/records/{own}/comments")
    assert browser.get(f"/records/{own}/version").status_code == 200
    given = browser.send(f"/records/{own}/do/give_comment", comment="Of the adviser.", **TODAY)
    assert given.status_code == 303
    for hidden in (f"/records/{requests(case)[STEERING]}/comments", f"/reviews/{case.ref}", "/"):
        assert browser.get(hidden).status_code in (302, 403, 404), hidden
    case.act("excuse_reader", {"excused_reason": "mistake"}, ref=requests(case)[ON_PAPER])


def test_whoever_is_not_waited_for_any_more_has_no_door(app: Flask, database: Database, case: Case) -> None:
    path = door_in(mail_to(post(database), ADVISER))
    case.act("excuse_reader", {"excused_reason": "mistake"}, ref=requests(case)[OUTSIDE])
    answer = app.test_client().get(path)
    assert answer.status_code == 404


def test_a_late_reader_is_written_to_and_then_the_case_manager(
    app: Flask, case: Case, clock: Callable[[str], None]
) -> None:
    due = case.deadline("named_reader_comments", ref=requests(case)[STEERING])
    assert due.due_on == date(2026, 8, 20)
    clock("2026-08-25T09:00")
    assert ">late<" in signed_in(app, "case_manager").get(f"/records/{case.opened('comment-round')[0]}/comments").text


def test_nobody_is_asked_twice_and_a_line_that_is_no_address_is_explained(case: Case, manager: Browser) -> None:
    (ref,) = case.opened("comment-round")
    again = {"their_date": "2026-08-30", "more_people": [address("steering_member")]}
    answer = manager.send(f"/records/{ref}/do/ask_more_readers", **dated("their_date", "2026-08-30"), **TODAY,
                          more_people=again["more_people"])  # fmt: skip
    assert answer.status_code == 422 and "is a reader of this round already" in answer.text
    answer = manager.send(f"/records/{ref}/do/ask_more_readers", **dated("their_date", "2026-08-30"), **TODAY,
                          more_outside="Critical friend, friend(at)example")  # fmt: skip
    assert answer.status_code == 303, "without an @ it is a post, with no address"
    answer = manager.send(f"/records/{ref}/do/ask_more_readers", **dated("their_date", "2026-08-30"), **TODAY,
                          more_outside="Critical friend, friend@example")  # fmt: skip
    assert answer.status_code == 422 and "is no e-mail address" in answer.text
    answer = manager.send(f"/records/{ref}/do/ask_more_readers", **dated("their_date", "2026-08-30"), **TODAY)
    assert answer.status_code == 422 and "choose at least one reader" in answer.text


def test_the_family_reads_apart_and_is_counted_for_those_who_read_of_it(
    app: Flask, case: Case, manager: Browser
) -> None:
    branch = a_family(case)["family"]
    case.act("change_contact", {"contact_email": "Aunt@invented.example"}, ref=branch)
    case.act("record_person", {"part_in_case": "suspected", "part_contact": "07700 900123, him@invented.example"})
    (ref,) = case.opened("comment-round")
    for theirs in ("aunt@invented.example", "Him@invented.example"):
        answer = manager.send(f"/records/{ref}/do/ask_more_readers", **dated("their_date", "2026-08-30"), **TODAY,
                              more_outside=f"Critical friend, {theirs}")  # fmt: skip
        assert answer.status_code == 422 and f"Critical friend, {theirs}" in answer.text
        assert "None of them is sent a draft from here: a family reads apart" in answer.text
    assert len(case.opened("reader-request")) == len(set(case.opened("reader-request"))) == 5
    where = f"/records/{ref}/comments"
    page = manager.get(where).text
    assert f'href="/family/{branch}"' in page and "with them to read; 2 comments, 1 with an answer" in page
    assert "not given to them" in page, "the other branch"
    assert "May, not in March" not in page
    with_the_panel = signed_in(app, "panel_member").get(where).text
    assert "The family" not in with_the_panel and branch not in with_the_panel
    assert "May, not in March" not in str(manager.get(f"{where}.xlsx").data)


# --- comments that came by e-mail ---------------------------------------------------------------------------


def came(database: Database, folder: Path, case: Case, body: str, *files: bytes) -> int:
    """An answer of the adviser to the e-mail that asked them, taken in from the mailbox; its number."""
    deliver(database, MemoryMailer, systime.utc_now, mail_from="reviews@mereshire.example")
    with database.read() as session:
        sent = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == ADVISER)).one()
    mail = message_from_bytes(answer(sent.message_id or "", sender=ADVISER, body=body), policy=default)
    for content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename="draft of A.docx")
    box = mailbox.Maildir(folder / "mail", create=True)
    box.add(mail.as_bytes())
    settings = get_settings().model_copy(update={"mailbox": f"maildir:{folder / 'mail'}"})
    take_in(database, settings, systime.utc_now())
    with database.read() as session:
        return session.scalars(sa.select(sa.func.max(IncomingMail.id))).one()


MARKED = a_copy({2: noted(0, REPORT[2][1]) + ins("Ann", " Five times.")}, {0: ("Ann", "Which months?")})
ANSWER = "2.3: Nobody asked, and why?\n\nOn 3 August 2026 the team wrote:\n> Please comment.\n"


def test_a_marked_up_file_in_an_answer_becomes_lines_of_the_table(
    database: Database, case: Case, manager: Browser, tmp_path: Path
) -> None:
    number, own = came(database, tmp_path, case, ANSWER, MARKED, a_report()), requests(case)[OUTSIDE]
    assert f'href="/post/{number}/comments"' in manager.get(f"/post/{number}").text
    page = manager.get(f"/post/{number}/comments")
    assert "Read from the file: 1 comment and 1 change." in page.text
    assert "There are no comments and no tracked changes in this file" in page.text
    assert "Nobody asked, and why?" in page.text and "Please comment" not in page.text, "what it quotes is left out"
    assert "draft of A" not in page.text, "what a file was called may name somebody"
    done = manager.send(f"/post/{number}/comments", page, word_files="1", pasted="2.3: Nobody asked, and why?")
    assert done.status_code == 303 and done.location.endswith(f"/records/{own}/comments")
    table = manager.get(f"/records/{case.opened('comment-round')[0]}/comments").text
    for said in ("Which months?", "Five times.", "Nobody asked, and why?"):
        assert said in table
    assert [event.action for event, _ in case.events(own)][-3:] == [
        "file_correspondence", "give_word_comments", "enter_comments",
    ]  # fmt: skip
    assert "Nothing waits to be read." in manager.get("/post").text


def test_nothing_is_taken_of_an_answer_without_a_choice_or_twice(
    database: Database, case: Case, manager: Browser, tmp_path: Path
) -> None:
    number, own = came(database, tmp_path, case, ANSWER, MARKED), requests(case)[OUTSIDE]
    page = manager.get(f"/post/{number}/comments")
    refused = manager.send(f"/post/{number}/comments", page, pasted=" ")
    assert refused.status_code == 422 and "Tick a Word file" in refused.text
    assert case.record(own).stage == "asked", "the e-mail is not filed by half"
    manager.send(f"/post/{number}/file", page)
    assert manager.send(f"/post/{number}/comments", page, word_files="1", pasted="").status_code == 303
    again = manager.get(f"/post/{number}/comments")
    assert "This file is here already" in again.text
    assert [event.action for event, _ in case.events(own)].count("file_correspondence") == 1


def test_an_e_mail_about_something_else_has_no_comments_to_take(
    app: Flask, database: Database, case: Case, manager: Browser, tmp_path: Path
) -> None:
    number = came(database, tmp_path, case, ANSWER)
    page = manager.get(f"/post/{number}")
    manager.send(f"/post/{number}/record", page, ref=case.ref)
    assert manager.get(f"/post/{number}/comments").status_code == 404
    assert "/comments" not in manager.get(f"/post/{number}").text
    assert signed_in(app, "panel_member").get(f"/post/{number}/comments").status_code == 403

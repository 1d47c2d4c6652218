"""Post in the browser: a message comes back, its address is marked, others are written to; answers are dealt with."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Callable
from datetime import date
from html import escape
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr import systime
from dardr.casework.conflicts import record_conflict
from dardr.casework.deliver import deliver
from dardr.casework.post_in import take_in
from dardr.settings import get_settings
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.post_in import IncomingMail
from dardr.storage.reading import ReadEvent
from dardr.storage.reminders import Reminder
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import a_review
from tests.returned_mail import answer, calendar_answer, report
from tests.web.conftest import Browser, signed_in
from tests.web.test_doing import visible_text

CONTACT = "contact@northmere-council.example"
SECRET = "Zephyrine says that Friday would be better."


class Post:
    """A review with a return asked for and its e-mails sent, and a mailbox in which answers come."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.case = a_review(database, "evidence", day_by_day=False)
        self.case.today = date(2026, 8, 3)
        self.case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
        self.item = self.case.opened("agency-return")[0]
        deliver(database, MemoryMailer, systime.utc_now, mail_from="reviews@mereshire.example")
        self.box = mailbox.Maildir(folder / "mail", create=True)
        self.settings = get_settings().model_copy(update={"mailbox": f"maildir:{folder / 'mail'}"})

    def sent(self, to: str = CONTACT) -> OutboxMessage:
        with self.database.read() as session:
            query = sa.select(OutboxMessage).where(OutboxMessage.message == "return_requested")
            return session.scalars(query.where(OutboxMessage.recipient == to)).one()

    def come(self, raw: bytes) -> int:
        self.box.add(raw)
        take_in(self.database, self.settings, systime.utc_now())
        with self.database.read() as session:
            return session.scalars(sa.select(sa.func.max(IncomingMail.id))).one()

    def answered(self) -> int:
        return self.come(answer(self.sent().message_id or "", body=SECRET, subject="Re: Zephyrine"))


@pytest.fixture
def post(database: Database, app: Flask, tmp_path: Path, clock: Callable[[str], None]) -> Post:
    clock("2026-08-03T11:00")
    return Post(database, tmp_path)


def text_of(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return visible_text(answer.text)


def test_what_came_back_is_seen_sent_on_and_cleared(post: Post, manager: Browser) -> None:
    """The whole way: a real report in the mailbox, the address marked, its lead written to, the mark taken away."""
    contact = post.sent(builders.address("agency_contact"))
    post.come(report(contact.message_id or "", contact.recipient, said="550 5.1.1 No such user"))
    first = post.sent()
    post.come(report(first.message_id or "", CONTACT, mark="2", said="550 5.1.1 No such user"))
    page = text_of(manager, "/administration/post")
    assert CONTACT in page and "Northmere Council" in page and "550 5.1.1 No such user" in page
    timeline = text_of(manager, f"/records/{post.item}/timeline")
    assert "came back, 3 August 2026" in timeline, timeline
    assert first.message_id and escape(first.message_id) in manager.get(f"/records/{post.item}/timeline").text
    assert "lead@northmere-council.example" in timeline and "waiting to be sent" in timeline
    one = text_of(manager, f"/post/written/{first.id}")
    assert "came back: " not in one and "came back" in one and "550 5.1.1 No such user" in one
    assert "This address does not work" in one and "Send it again" not in one
    refused = manager.send(f"/post/written/{first.id}/retry", manager.get("/administration/post"))
    assert refused.status_code == 409 and "does not work" in refused.text
    number = re.findall(r"/administration/post/(\d+)/works-again", manager.get("/administration/post").text)[0]
    done = manager.send(f"/administration/post/{number}/works-again", manager.get("/administration/post"))
    assert done.status_code == 303
    page = text_of(manager, "/administration/post")
    assert "is written to again" in page and "Alex Example said so" in page
    assert manager.send(f"/post/written/{first.id}/retry", manager.get(f"/post/written/{first.id}")).status_code == 303
    assert post.sent().status == "queued"


def test_a_contact_whose_mail_came_back_is_seen_where_it_is_kept(post: Post, app: Flask) -> None:
    post.come(report(post.sent().message_id or "", CONTACT))
    page = text_of(signed_in(app, "team_manager"), "/administration/bodies/northmere-council")
    assert "Mail to this address came back on 3 August 2026" in page


def test_an_answer_is_read_and_dealt_with_by_who_carries_the_review(post: Post, manager: Browser) -> None:
    number = post.answered()
    for path in ("/", "/post", f"/reviews/{post.case.ref}", f"/records/{post.item}", f"/records/{post.item}/timeline"):
        shown = manager.get(path).text
        assert f"/post/{number}" in shown, path
        assert "Zephyrine" not in shown, path
    read = manager.get(f"/post/{number}")
    assert SECRET in read.text and "Re: Zephyrine" in read.text and CONTACT in read.text
    title = re.search(r"<title>(.*?)</title>", read.text, re.DOTALL)
    assert title and "Zephyrine" not in title[1]
    with post.database.read() as session:
        noted = session.scalars(sa.select(ReadEvent).where(ReadEvent.what == "post")).one()
        assert noted.detail == f"e-mail {number}"
    assert manager.send(f"/post/{number}/dealt-with", read).status_code == 303
    assert f"/post/{number}" not in manager.get("/").text and f"/post/{number}" not in manager.get("/post").text
    assert "dealt with by Alex Example" in text_of(manager, "/post?show=dealt")
    assert f"/post/{number}" in manager.get(f"/records/{post.item}/timeline").text, "never discarded"
    assert manager.send(f"/post/{number}/dealt-with", read).status_code == 409


def test_an_answer_is_filed_as_any_e_mail_is(post: Post, manager: Browser) -> None:
    number = post.answered()
    done = manager.send(f"/post/{number}/file", manager.get(f"/post/{number}"))
    assert done.status_code == 303, visible_text(done.text)
    assert f"is filed on {post.item}" in text_of(manager, f"/post/{number}")
    event = post.case.events(post.item)[-1][0]
    assert event.action == "file_correspondence" and event.occurred_on == date(2026, 8, 3)
    assert f"/records/{post.item}/messages/{event.seq}" in manager.get(f"/records/{post.item}/timeline").text
    again = manager.send(f"/post/{number}/file", manager.get(f"/post/{number}"))
    assert again.status_code == 422 and "already" in again.text


def test_others_see_that_it_came_and_not_what_it_says(post: Post, app: Flask) -> None:
    number = post.answered()
    for person, path in (("agency_contact", f"/records/{post.item}/timeline"), ("auditor", f"/records/{post.item}")):
        browser = signed_in(app, person)
        page = browser.get(path)
        assert "Reply" in visible_text(page.text) and f"/post/{number}" not in page.text
        assert browser.get(f"/post/{number}").status_code == 403
    with post.database.write() as session:
        manager = builders.actor(session, "team_manager")
        record_conflict(
            session, manager, systime.utc_now(), post.case.ref, "A relative.", builders.address("second_case_manager")
        )
    conflicted = signed_in(app, "second_case_manager")
    assert (
        conflicted.get(f"/post/{number}").status_code == 404 and f"/post/{number}" not in conflicted.get("/post").text
    )


def test_an_unmatched_e_mail_gets_its_place(post: Post, manager: Browser) -> None:
    number = post.come(answer("<unknown@x.example>", sender="stranger@x.example", body=SECRET))
    assert "belongs to no record yet" in text_of(manager, "/")
    page = manager.get(f"/post/{number}")
    for ref, says in (("", "Give the reference"), ("DARDR-2026-999", "There is no record DARDR-2026-999")):
        refused = manager.send(f"/post/{number}/record", page, ref=ref)
        assert refused.status_code == 422 and says in refused.text and f'value="{ref}"' in refused.text
    assert manager.send(f"/post/{number}/record", page, ref=f" {post.item.lower()} ").status_code == 303
    shown = text_of(manager, f"/post/{number}")
    assert f"Alex Example said on 3 August 2026 that it belongs to {post.item}" in shown
    assert f"/post/{number}" in manager.get(f"/records/{post.item}").text


def test_an_answer_to_a_gathered_e_mail_is_shown_on_each_until_somebody_says_which(
    post: Post, manager: Browser
) -> None:
    other = a_review(post.database, "evidence", day_by_day=False)
    with post.database.write() as session:
        row = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.id == post.sent().id)).one()
        row.record_id = None
        for number, record in enumerate((post.case.record(post.item), other.record())):
            session.add(
                Reminder(
                    key=f"test:{number}", record_id=record.id, kind="due", rung="+0", party="agency", address=CONTACT,
                    for_day=date(2026, 8, 3), created_at=systime.utc_now(), outbox_id=row.id, dropped_because="",
                )
            )  # fmt: skip
    number = post.answered()
    for ref in (post.item, other.ref):
        assert f"/post/{number}" in manager.get(f"/records/{ref}/timeline").text
    page = manager.get(f"/post/{number}")
    assert "It answers an e-mail about all of these" in page.text
    assert manager.send(f"/post/{number}/record", page, ref=other.ref).status_code == 303
    assert f"/post/{number}" not in manager.get(f"/records/{post.item}/timeline").text
    assert f"/post/{number}" in manager.get(f"/records/{other.ref}/timeline").text


def test_what_calendars_answer_stands_on_the_meeting_for_who_carries_it(
    post: Post, manager: Browser, app: Flask
) -> None:
    member = builders.address("panel_member")
    asked = {"represents": "agency", "no_case_management": "declared", "body": "mereshire-nhs", "account": member}
    post.case.act("add_panel_member", {**asked, "member_name": "Parker Example"})
    plan = {
        "title": "First",
        "meeting_on": "2026-08-20",
        "starts_at": "10:00",
        "held": "online",
        "family_expected": "no",
    }
    ref = post.case.act("plan_meeting", plan).created[0]
    page = f"/meetings/{ref}"
    assert "Answers to the invitation" not in text_of(manager, page)
    post.case.act("send_invitations", {}, ref=ref)
    deliver(post.database, MemoryMailer, systime.utc_now, mail_from="reviews@mereshire.example")
    assert "None yet" in text_of(manager, page)
    with post.database.read() as session:
        query = sa.select(OutboxMessage.calendar).where(OutboxMessage.recipient == member)
        invitation = session.scalars(query.where(OutboxMessage.calendar.is_not(None))).one()
    number = post.come(calendar_answer(invitation or "", member, "DECLINED", comment="On leave that week."))
    shown = text_of(manager, page)
    assert "Declined the invitation" in shown and f"/post/{number}" in manager.get(page).text
    assert "Declined the invitation" in text_of(manager, f"/post/{number}")
    assert f"/post/{number}" in manager.get("/post").text, "it waits to be read"
    assert "Declined" not in text_of(signed_in(app, "panel_member"), page)


def test_words_that_are_markup_run_nowhere(post: Post, manager: Browser) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    number = post.come(
        answer(post.sent().message_id or "", body=evil, subject=evil, sender="contact@northmere-council.example")
    )
    page = manager.get(f"/post/{number}").text
    assert "<script>alert(1)" not in page and "<img src=x" not in page and "&lt;script&gt;alert(1)" in page


def test_the_words_of_a_message_that_lets_somebody_in_are_shown_to_nobody(post: Post, app: Flask) -> None:
    administrator = signed_in(app, "administrator")
    Browser(app.test_client()).send("/sign-in/password", None, email=builders.address("auditor"))
    with post.database.read() as session:
        row = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "password_link")).one()
    shown = administrator.get(f"/post/written/{row.id}")
    assert shown.status_code == 200 and "Its words are not shown" in shown.text
    link = re.search(r"https?://\S+/sign-in/password/\S+", row.text)
    assert link and link[0] not in shown.text
    assert signed_in(app, "case_manager").get(f"/post/written/{row.id}").status_code == 404

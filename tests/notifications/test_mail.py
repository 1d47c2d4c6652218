"""The message as it is written out: what is kept from one to the next never shows in another, and parts keep apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from notifications.mail import ALTERNATIVES, ATTACHED, KEPT, Mail, build_message

MAIL = Mail(
    message_id="<1@example.org>",
    sender="reviews@example.org",
    reply_to="team@example.org",
    to=("one@trust.example",),
    subject="DARDR-2026-009: due Thursday 3 December 2026",
    text="Your return is due.\n",
    html="<p>Your return is due.</p>",
    sent_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
)
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def read(mail: Mail) -> EmailMessage:
    return message_from_bytes(build_message(mail).as_bytes(), _class=EmailMessage, policy=policy.default)  # type: ignore[call-overload]


def test_each_message_has_its_own_headers_however_many_went_before() -> None:
    for number in range(2 * KEPT):
        mail = replace(
            MAIL,
            message_id=f"<{number}@example.org>",
            to=(f"r{number % 3}@trust.example",),
            subject=f"Überfällig {number}" if number % 2 else MAIL.subject,
            sent_at=MAIL.sent_at + timedelta(seconds=number),
        )
        found = read(mail)
        assert (found["Message-ID"], found["To"], found["Subject"]) == (mail.message_id, mail.to[0], mail.subject)
        assert found["Date"].datetime == mail.sent_at and found["Reply-To"] == MAIL.reply_to


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120))
def test_headers_are_written_as_the_library_alone_writes_them(subject: str) -> None:
    alone = EmailMessage(policy=policy.SMTP)
    alone["Subject"] = subject
    assert alone.as_bytes().removesuffix(b"\r\n") in build_message(replace(MAIL, subject=subject)).as_bytes()


def test_no_text_can_end_its_part() -> None:
    words = "".join(f"\n--{mark}\n--{mark}--\n" for mark in (ALTERNATIVES, ATTACHED))
    found = read(replace(MAIL, text=words, html=f"<p>{words}</p>", calendar=CALENDAR))
    kinds = [part.get_content_type() for part in found.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    plain = found.get_body(("plain",))
    assert plain is not None and plain.get_content().splitlines() == words.splitlines()
    assert not any(part.defects for part in found.walk())


def test_an_invitation_without_html_is_an_alternative_too() -> None:
    found = read(replace(MAIL, html=None, calendar=CALENDAR))
    kinds = [part.get_content_type() for part in found.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/calendar", "application/ics"]

"""An invitation goes with its e-mail: offered by mail programs, and attached for those that do not offer it."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, date, datetime
from email import policy

import pytest
from icalendar import Calendar

from notifications.icalendar_files import CANCEL, REQUEST, Entry, Mailbox, invitation, times
from notifications.mail import MailInvalid, build_message
from tests.icalendar_rules import complaints
from tests.notifications.test_smtp import MAIL, Postbox, running, send

FIRST, LAST = times(date(2026, 12, 3), 600, 750)
MEETING = Entry(
    uid="meeting-3@0123.dardr",
    sequence=1,
    changed=datetime(2026, 11, 2, tzinfo=UTC),
    summary="Meeting DARDR-2026-009-M02, 漢 and a long line that has to be folded somewhere before it comes to an end",
    first=FIRST,
    last=LAST,
    url="https://reviews.example/meetings/DARDR-2026-009-M02",
)


def an_invitation(method: str) -> str:
    entry = replace(MEETING, cancelled=method == CANCEL)
    return invitation(method, entry, MAIL.sent_at, Mailbox("team@reviews.example", "Team"), Mailbox(MAIL.to[0]))


@pytest.mark.parametrize("method", [REQUEST, CANCEL])
def test_an_invitation_reaches_a_mail_server_whole(method: str) -> None:
    postbox = Postbox()
    with running(postbox) as port:
        (outcome,) = send(port, replace(MAIL, calendar=an_invitation(method)))
    assert outcome.code == 250
    (envelope,) = postbox.envelopes
    assert isinstance(envelope.content, bytes)
    arrived = email.message_from_bytes(envelope.content, policy=policy.default)
    assert arrived.get_content_type() == "multipart/mixed"
    words, attached = arrived.iter_parts()
    kinds = [part.get_content_type() for part in words.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"], "the last is what a program prefers"
    offered = list(words.iter_parts())[-1]
    assert offered.get_param("method") == method and offered.get_content_charset() == "utf-8"
    assert offered.get_content_disposition() is None
    assert attached.get_filename() == "invitation.ics" and attached.get_content_type() == "application/ics"
    for part in (offered, attached):
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert complaints(payload) == []
        (event,) = Calendar.from_ical(payload).events
        assert str(event["summary"]) == MEETING.summary and event.start == FIRST
    body = arrived.get_body(("plain",))
    assert body is not None and "your organisation’s return is due" in body.get_content()


def test_an_ordinary_message_has_no_attachment() -> None:
    assert build_message(MAIL).get_content_type() == "multipart/alternative"


def test_an_invitation_that_does_not_say_whether_to_come_is_not_sent() -> None:
    with pytest.raises(MailInvalid, match="whether to come"):
        build_message(replace(MAIL, calendar=an_invitation(REQUEST).replace("METHOD:REQUEST\r\n", "")))

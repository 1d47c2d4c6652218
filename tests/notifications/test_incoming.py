"""What an e-mail that came in is: reports of every make, answers of programs and of people, and damaged bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.incoming import IncomingKind, read_incoming
from tests import returned_mail
from tests.returned_mail import answer, report

OURS = "<dardr-7-abc@mereshire.example>"
NINE_FIFTEEN = datetime(2026, 8, 3, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_as_the_standard_asks_for(whole: bool) -> None:
    found = read_incoming(report(OURS, "Gone@Trust.example", whole=whole))
    assert found.kind is IncomingKind.BOUNCE
    assert found.about == (OURS,) and found.message_id == "<report-1@mx.example>"
    assert (found.status, found.failed) == ("5.1.1", ("gone@trust.example",))
    assert found.why == "550 5.1.1 No such user here"
    assert found.received_at == NINE_FIFTEEN


@pytest.mark.parametrize(
    ("status", "said", "means"),
    [
        ("5.0.0", "550 5.4.1 Recipient address rejected", "5.4.1"),
        ("5.0.0", "550 User unknown", "5.1.1"),
        ("5.2.2", "552 Mailbox full", "5.2.2"),
        ("4.4.7", "message expired", "4.4.7"),
    ],
)
def test_what_a_report_says_of_the_address(status: str, said: str, means: str) -> None:
    assert read_incoming(report(OURS, status=status, said=said)).status == means


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("delayed", IncomingKind.DELAYED),
        ("delivered", IncomingKind.AUTOMATIC),
        ("relayed", IncomingKind.AUTOMATIC),
        ("Failed", IncomingKind.BOUNCE),
    ],
)
def test_a_report_may_tell_of_something_else(action: str, kind: IncomingKind) -> None:
    assert read_incoming(report(OURS, action=action, status="4.2.0", said="")).kind is kind


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (returned_mail.QMAIL, "5.1.1"),
        (returned_mail.EXIM, "5.1.1"),
        (returned_mail.EXCHANGE, "5.4.1"),
        (returned_mail.GMAIL, "5.1.1"),
    ],
)
def test_reports_in_a_free_form(raw: bytes, status: str) -> None:
    found = read_incoming(raw)
    assert (found.kind, found.status) == (IncomingKind.BOUNCE, status)
    assert OURS in found.about and "gone@trust.example" in found.failed


def test_a_warning_is_not_a_return() -> None:
    found = read_incoming(returned_mail.DELAY)
    assert (found.kind, found.about) == (IncomingKind.DELAYED, (OURS,))


def test_an_answer_by_a_person() -> None:
    found = read_incoming(answer(OURS, references=f"<older@x.example> {OURS}"))
    assert (found.kind, found.about, found.in_reply_to) == (IncomingKind.REPLY, (OURS, "<older@x.example>"), OURS)
    assert found.sender == "contact@northmere-council.example"
    assert found.text.strip() == "We need until Friday." and found.received_at == NINE_FIFTEEN


def test_a_person_who_writes_about_what_came_back_is_a_person() -> None:
    raw = answer(subject="Undeliverable: delivery has failed?", body="Your message was undeliverable. 550 5.1.1")
    assert read_incoming(raw).kind is IncomingKind.REPLY


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Auto_Response_Suppress": "All"},
        {"Precedence": "bulk"},
        {"subject": "Automatic reply: T-0"},
        {"subject": "Out of office: T-0"},
    ],
)
def test_an_answer_by_a_program(headers: dict[str, str]) -> None:
    assert read_incoming(answer(OURS, **headers)).kind is IncomingKind.AUTOMATIC
    assert read_incoming(answer(OURS, Auto_Submitted="no")).kind is IncomingKind.REPLY


HOSTILE = (
    b"",
    b"\x00\xff\xfe",
    b"no headers at all",
    b"From: \xff\xfe<<>>@@\r\nSubject: =?utf-99?q?x?=\r\nDate: never\r\n\r\nx",
    b"Content-Type: multipart/report; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000,
    b"References: " + b"<a@" * 100_000 + b"\r\nFrom: " + b"(" * 50_000 + b"\r\n\r\n",
    b"Subject: " + b"=?utf-8?b?" * 20_000 + b"\r\n\r\n",
    b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
    b'Content-Type: text/plain; charset="no-such"\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 x\r\n',
    b"Received: ;" + b" 99" * 10_000 + b"\r\n\r\n",
)


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_message_is_read_as_far_as_it_goes(raw: bytes) -> None:
    found = read_incoming(raw)
    assert found.kind is not IncomingKind.BOUNCE
    assert len(found.about) <= 50 and len(found.sender) <= 254


@given(st.integers(0, 3000), st.binary(max_size=40), st.integers(0, 200))
def test_a_damaged_report_never_raises(at: int, instead: bytes, lost: int) -> None:
    raw = report(OURS)
    read_incoming(raw[:at] + instead + raw[at + lost :])

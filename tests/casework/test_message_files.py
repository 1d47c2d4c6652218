"""Reading message files of both kinds: what they say, what is attached, and every way in which they are not one."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from dardr.casework.message_files import CannotReadMessage, read_message
from tests.mails import SENT, eml, mail
from tests.outlook_files import Folder, compound, message_folder, outlook


def test_an_internet_message() -> None:
    found = read_message(eml(attachments=[("Report.pdf", b"%PDF-1.7 x"), ("notes.txt", b"notes")]))
    assert found.subject == "About the Zephyrine family"
    assert found.sender.words == "Detective Example <d.example@mereshire-police.example>"
    assert [one.email for one in found.recipients] == ["team@mereshire.example"]
    assert found.sent_at == SENT
    assert found.text == "The words of the e-mail."
    assert [(one.name, one.content) for one in found.attachments] == [
        ("Report.pdf", b"%PDF-1.7 x"),
        ("notes.txt", b"notes"),
    ]


def test_an_outlook_message() -> None:
    found = read_message(
        outlook(
            subject="Überraschung",
            body="First line\r\nSecond line",
            sender=("D. Example", "d.example@mereshire-police.example"),
            to=[("The team", "team@mereshire.example")],
            sent=SENT,
            message_id="<2@mereshire-police.example>",
            attachments=[("Long report.docx", b"PK" * 4000), ("short.txt", b"s")],
        )
    )
    assert (found.subject, found.text) == ("Überraschung", "First line\nSecond line")
    assert found.sender.email == "d.example@mereshire-police.example"
    assert found.recipients[0].words == "The team <team@mereshire.example>"
    assert found.sent_at == SENT
    assert found.message_id == "<2@mereshire-police.example>"
    assert [(one.name, len(one.content)) for one in found.attachments] == [("Long report.docx", 8000), ("short.txt", 1)]


def test_a_message_inside_a_message_is_kept_with_what_is_attached_to_it() -> None:
    inner = mail(subject="Inner", attachments=[("deep.pdf", b"deep")])
    found = read_message(eml(inside=[inner], attachments=[("top.txt", b"top")]))
    assert [one.name for one in found.attachments] == ["top.txt", "message.eml", "deep.pdf"]
    assert read_message(found.attachments[1].content).subject == "Inner"


def test_a_message_inside_an_outlook_message_is_kept_as_one_that_any_program_opens() -> None:
    inner = message_folder(
        header=24, subject="Inner é", body="inner words", sent=SENT, sender=("In", "in@x.example"),
        attachments=[("deep.pdf", b"deep")],
    )  # fmt: skip
    found = read_message(outlook(subject="Outer", sender=("Out", "out@x.example"), inside=[inner]))
    assert [one.name for one in found.attachments] == ["message.eml", "deep.pdf"]
    again = read_message(found.attachments[0].content)
    assert (again.subject, again.text, again.sent_at) == ("Inner é", "inner words", SENT)


def test_a_picture_in_the_text_counts_as_an_attachment() -> None:
    made = mail(body="", html="<p>Look: <img src='cid:1'></p>")
    made.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<1>")
    found = read_message(made.as_bytes())
    assert [(one.name, one.media_type) for one in found.attachments] == [("part-1", "image/png")]


def test_html_becomes_text_and_nothing_in_it_is_kept_that_could_run() -> None:
    html = "<p>One &amp; two</p><script>alert(1)</script><p>Three<br>four <b onclick='x()'>five</b></p>"
    found = read_message(eml(body="", html=html))
    assert "One & two" in found.text and "Three\nfour five" in found.text
    assert "alert" not in found.text and "<" not in found.text


def test_an_outlook_message_of_html_alone() -> None:
    found = read_message(outlook(sender=("A", "a@x.example"), html="<p>Grüße</p>".encode("iso-8859-15")))
    assert found.text == "Grüße"


def test_an_outlook_message_without_recipients_or_date() -> None:
    found = read_message(outlook(subject="A draft"))
    assert (found.recipients, found.sent_at, found.sender.words) == ([], None, "")


def test_the_transport_headers_of_an_outlook_message_are_believed_first() -> None:
    headers = "From: =?utf-8?q?J=C3=B6rg?= <j@x.example>\r\nTo: team@mereshire.example\r\nDate: Tue, 14 Jul 2026 14:05:00 +0100\r\nContent-Type: multipart/mixed; boundary=x\r\n"  # noqa: E501
    found = read_message(outlook(headers=headers, sender=("EXCHANGE", "/O=ORG/CN=J")))
    assert found.sender.words == "Jörg <j@x.example>"
    assert found.recipients[0].email == "team@mereshire.example"
    assert found.sent_at == SENT


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        (b"Date: Tue, 14 Jul 2026 14:05:00 +0100", SENT),
        (b"Date: Tue, 14 Jul 2026 13:05:00", SENT),
        (b"Date: Tue, 99 Jul 2026 14:05:00 +0100", None),
        (b"Date: yesterday", None),
        (b"Date: Tue, 14 Jul 99999 14:05:00 +9999", None),
        (b"X-Other: 1", None),
    ],
)
def test_dates_as_they_come(header: bytes, sent: datetime | None) -> None:
    assert read_message(b"From: a@x.example\nTo: b@x.example\n" + header + b"\n\nHello").sent_at == sent


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"From: a@x.example\nSubject: =?klingon?q?=E9t=E9?=\n\nx", ""),
        (b"From: a@x.example\nSubject: =?utf-8?b?!!!!?=\n\nx", ""),
        (b"From: =?utf-8?q?broken\nTo: <<<>>>\nSubject: s\n\nx", "s"),
        (b"From: a@x.example\nSubject: \xe9t\xe9\n\nx", ""),
        (b"\xef\xbb\xbfFrom: a@x.example\r\nSubject: after a mark\r\n\r\nx", "after a mark"),
        (b'From: a@x.example\nSubject: s\nContent-Type: text/plain; charset="nonsense"\n\n\xe9', "s"),
        (b"From: a@x.example\nSubject: s\nContent-Type: multipart/mixed\n\nno boundary", "s"),
        (b"From: a@x.example\nSubject: s\nContent-Transfer-Encoding: base64\n\n????", "s"),
        (b"From: a@x.example\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n--b", "s"),
    ],
)
def test_a_malformed_message_is_read_as_far_as_it_goes(content: bytes, said: str) -> None:
    found = read_message(content)
    assert said in found.subject
    for text in (found.subject, found.text, found.sender.words):
        text.encode()
        assert "\0" not in text


def test_what_outlook_packs_is_left_packed() -> None:
    found = read_message(eml(attachments=[("winmail.dat", b"\x78\x9f\x3e\x22")]))
    assert [one.name for one in found.attachments] == ["winmail.dat"]


def a_zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("a.txt", "x")
    return held.getvalue()


NOT_MESSAGES = {
    "nothing": (b"", "empty"),
    "nothing but zeros": (b"\0" * 600, "empty"),
    "a zip with another name": (a_zip(), "not an e-mail"),
    "a pdf": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "not an e-mail"),
    "a letter as text": (b"Dear all,\n\nRe: the meeting.\n", "not an e-mail"),
    "one header": (b"Subject: only this\n\nx", "not an e-mail"),
    "another office file": (compound(Folder({"WordDocument": b"x" * 5000})), "not an e-mail"),
    "a torn outlook file": (outlook(subject="x", body="y" * 9000)[:1500], "cannot be read"),
    "the beginning of one": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 700, "cannot be read"),
    "an encrypted one": (
        b"From: a@x.example\nTo: b@x.example\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data;"
        b" name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA\n",
        "encrypted",
    ),
    "an encrypted one of another kind": (
        b"From: a@x.example\nTo: b@x.example\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n",
        "encrypted",
    ),
    "an encrypted outlook one": (outlook(kind="IPM.Note.SMIME", attachments=[("smime.p7m", b"x")]), "encrypted"),
    "one with rights": (outlook(subject="x", attachments=[("message.rpmsg", b"x")]), "encrypted"),
    "too many attachments": (eml(attachments=[(f"{n}.txt", b"x") for n in range(501)]), "more than 500"),
}


@pytest.mark.parametrize("what", NOT_MESSAGES)
def test_a_message_file_that_is_not_one(what: str) -> None:
    content, why = NOT_MESSAGES[what]
    with pytest.raises(CannotReadMessage, match=why):
        read_message(content)


def test_messages_nested_without_end_are_followed_so_far() -> None:
    inner = mail(subject="0")
    for n in range(1, 15):
        inner = mail(subject=str(n), inside=[inner])
    found = read_message(inner.as_bytes())
    assert 1 < len(found.attachments) < 15


def test_the_years_that_a_file_can_claim() -> None:
    assert read_message(outlook(sent=datetime(1601, 1, 2, tzinfo=UTC))).sent_at == datetime(1601, 1, 2, tzinfo=UTC)

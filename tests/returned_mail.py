"""Mail that comes back, for tests: reports as mail servers of several makes write them, answers, and neither."""

from __future__ import annotations

from email.message import EmailMessage

AT = "Mon, 03 Aug 2026 09:15:00 +0100"


def answer(
    about: str = "",
    *,
    sender: str = "contact@northmere-council.example",
    subject: str = "Re: your e-mail",
    body: str = "We need until Friday.",
    references: str = "",
    **headers: str,
) -> bytes:
    """Somebody's answer to the message with that Message-ID; ``headers`` by name, underscores for hyphens."""
    made = EmailMessage()
    made["Received"] = f"from mail.example by mx.example; {AT}"
    made["From"], made["To"], made["Subject"] = f"Somebody <{sender}>", "team@mereshire.example", subject
    made["Date"], made["Message-ID"] = AT, f"<answer-{abs(hash((about, subject, body))) % 10**8}@council.example>"
    for name, value in (("In-Reply-To", about), ("References", references)):
        if value:
            made[name] = value
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made.as_bytes()


def report(
    about: str,
    recipient: str = "contact@northmere-council.example",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 No such user here",
    whole: bool = True,
    mark: str = "1",
) -> bytes:
    """A report as RFC 3464 asks for; ``whole``: the message itself is returned, else only its headers."""
    kind, returned = ("message/rfc822", "\r\n\r\nIts words.") if whole else ("text/rfc822-headers", "")
    return "\r\n".join(
        (
            "Return-Path: <>",
            f"Received: by mx.example; {AT}",
            "From: Mail Delivery System <MAILER-DAEMON@mx.example>",
            "To: reviews@mereshire.example",
            "Subject: Undelivered Mail Returned to Sender",
            f"Message-ID: <report-{mark}@mx.example>",
            "Auto-Submitted: auto-replied",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
            "",
            "--b1",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "I'm sorry to have to inform you that your message could not be delivered.",
            "--b1",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            f"Action: {action}",
            f"Status: {status}",
            f"Diagnostic-Code: smtp; {said}",
            "",
            "--b1",
            f"Content-Type: {kind}",
            "",
            f"Message-ID: {about}",
            f"To: {recipient}",
            f"Subject: T-0: something{returned}",
            "--b1--",
            "",
        )
    ).encode()


QMAIL = b"""Return-Path: <>
From: MAILER-DAEMON@mail.trust.example
To: reviews@mereshire.example
Subject: failure notice
Date: Mon, 03 Aug 2026 09:15:00 +0100

Hi. This is the qmail-send program at mail.trust.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gone@trust.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <reviews@mereshire.example>
Message-ID: <dardr-7-abc@mereshire.example>
Subject: T-0: something
"""

EXIM = b"""Return-path: <>
X-Failed-Recipients: gone@trust.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.trust.example>
To: reviews@mereshire.example
Subject: Mail delivery failed: returning message to sender
Date: Mon, 03 Aug 2026 09:15:00 +0100

A message that you sent could not be delivered to one or more of its recipients.

  gone@trust.example
    host mx.trust.example [192.5.1.1]
    SMTP error from remote mail server after RCPT TO:<gone@trust.example>:
    550 Unrouteable address

------ This is a copy of the message, including all the headers. ------

Message-ID:
 <dardr-7-abc@mereshire.example>
Subject: T-0: something
"""

EXCHANGE = b"""From: System Administrator <postmaster@trust.example>
To: reviews@mereshire.example
Subject: Undeliverable: T-0: something
Date: Mon, 03 Aug 2026 09:15:00 +0100
In-Reply-To: <dardr-7-abc@mereshire.example>
MIME-Version: 1.0
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p>Your message did not reach some or all of the intended recipients.</p><p>gone@trust.example =
#550 5.4.1 Recipient address rejected: Access denied ##</p>
"""

GMAIL = b"""Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: reviews@mereshire.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <dardr-7-abc@mereshire.example>
In-Reply-To: <dardr-7-abc@mereshire.example>
X-Failed-Recipients: gone@trust.example
Date: Mon, 03 Aug 2026 09:15:00 +0100
Content-Type: text/plain; charset=UTF-8

** Address not found **

Your message wasn't delivered to gone@trust.example because the address couldn't be found.
"""

DELAY = b"""Return-Path: <>
From: MAILER-DAEMON@mail.trust.example
Subject: Warning: could not send message for past 4 hours
In-Reply-To: <dardr-7-abc@mereshire.example>
Date: Mon, 03 Aug 2026 09:15:00 +0100

This is a warning message only. You do not need to resend your message.
"""


def calendar_answer(
    invitation: str,
    attendee: str,
    says: str = "ACCEPTED",
    *,
    method: str = "REPLY",
    comment: str = "",
    body: str = "",
    mark: str = "1",
) -> bytes:
    """What a calendar program sends for its reader, who was sent ``invitation``: RFC 5546, section 3.2.3."""
    lines = [line for line in invitation.replace("\r\n ", "").split("\r\n") if line.partition(":")[0] in _ANSWERED]
    made = EmailMessage()
    made["From"], made["To"], made["Date"] = attendee, "team@mereshire.example", AT
    made["Subject"], made["Message-ID"] = f"{says.title()}: Meeting", f"<calendar-{mark}-{attendee}>"
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content(body)
    event = [
        *lines, f"ATTENDEE;PARTSTAT={says};CN=Somebody:mailto:{attendee.replace('+', '%2B')}",
        "DTSTART:20260601T090000Z", "DTSTAMP:20260501T090000Z", *([f"COMMENT:{comment}"] if comment else ()),
    ]  # fmt: skip
    begin = "BEGIN:VEVENT" if "BEGIN:VEVENT" in invitation else "BEGIN:"
    text = "\r\n".join(
        ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", f"METHOD:{method}", begin, *event, "END:VEVENT",
         "END:VCALENDAR", "")
    )  # fmt: skip
    made.add_alternative(text.encode(), "text", "calendar", params={"method": method})
    return made.as_bytes()


_ANSWERED = ("UID", "SEQUENCE")

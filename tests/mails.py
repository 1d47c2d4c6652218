"""Internet messages for tests, made as mail programs make them, and as they should not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage

SENT = datetime(2026, 7, 14, 13, 5, tzinfo=UTC)
"""Five past two in the afternoon, London."""


def mail(
    *,
    sender: str = "Detective Example <d.example@mereshire-police.example>",
    to: str = "team@mereshire.example",
    subject: str = "About the Zephyrine family",
    body: str = "The words of the e-mail.",
    sent: datetime | None = SENT,
    message_id: str = "<1@mereshire-police.example>",
    attachments: Sequence[tuple[str, bytes]] = (),
    inside: Sequence[EmailMessage] = (),
    html: str = "",
) -> EmailMessage:
    """An ordinary message; what is left empty is left out."""
    made = EmailMessage()
    for name, value in (("From", sender), ("To", to), ("Subject", subject), ("Message-ID", message_id)):
        if value:
            made[name] = value
    if sent is not None:
        made["Date"] = sent
    if body:
        made.set_content(body)
    if html:
        made.add_alternative(html, subtype="html") if body else made.set_content(html, subtype="html")
    for name, content in attachments:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    for one in inside:
        made.add_attachment(one)
    return made


def eml(**said: object) -> bytes:
    """The same as a file."""
    return mail(**said).as_bytes()  # type: ignore[arg-type]

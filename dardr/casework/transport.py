"""The way messages are sent, as the settings say."""

from __future__ import annotations

from dardr.errors import Conflict
from dardr.settings import Settings
from notifications.notify import NotifyMailer
from notifications.smtp import ConsoleMailer, Mailer, SmtpMailer


def mailer_of(settings: Settings) -> Mailer:
    """The mailer the settings speak of; the host ``console`` prints messages instead of sending them.

    Raises Conflict for settings that do not fit each other.
    """
    if settings.transport == "notify":
        return notify_of(settings)
    if settings.smtp_host == "console":
        return ConsoleMailer()
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        given, missing = "DARDR_SMTP_USER", "DARDR_SMTP_PASSWORD"
        if settings.smtp_password:
            given, missing = missing, given
        raise Conflict(f"{given} is set and {missing} is not. Set both to log in at the mail server, or neither.")
    try:
        return SmtpMailer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user or None,
            password=settings.smtp_password or None,
            tls=settings.smtp_tls,
        )
    except ValueError as error:
        names = "DARDR_SMTP_HOST, DARDR_SMTP_PORT, DARDR_SMTP_USER and DARDR_SMTP_TLS"
        raise Conflict(f"The mail settings do not fit each other. {error} Look at {names}.") from error


def notify_of(settings: Settings) -> NotifyMailer:
    """The mailer for GOV.UK Notify. Raises Conflict for settings that cannot be right."""
    for name, value in (("DARDR_NOTIFY_KEY", settings.notify_key), ("DARDR_NOTIFY_TEMPLATE", settings.notify_template)):
        if not value:
            raise Conflict(f"DARDR_TRANSPORT is notify and {name} is not set. Copy it from the pages of GOV.UK Notify.")
    try:
        return NotifyMailer(
            key=settings.notify_key,
            template=settings.notify_template,
            reply_to=settings.notify_reply_to,
            url=settings.notify_url,
        )
    except ValueError as error:
        names = "DARDR_NOTIFY_KEY, DARDR_NOTIFY_TEMPLATE, DARDR_NOTIFY_REPLY_TO and DARDR_NOTIFY_URL"
        raise Conflict(f"{error} Look at {names}.") from error

"""Sending through GOV.UK Notify, by its own client. The only module that uses that client.

Notify knows one template for all our messages, whose subject is ``((subject))`` and whose text is ``((body))``. The
Message-ID is the reference: before a message that may have been handed over is sent again, Notify is asked for it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from notifications.mail import Mail
from notifications.retry import Kind, Outcome
from notifications.smtp import NOT_NOW, MailSession, May

NOTIFY = "https://api.notifications.service.gov.uk"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_PAGES = 20
"""Pages of 250 notifications looked through, newest first, for those whose result is wanted."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf"(?:.+-)?{_UUID}-{_UUID}", re.I)
_ID = re.compile(_UUID, re.I)

DID_NOT_ARRIVE = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})

_OURS_TO_MEND = re.compile(
    r"template|personalisation|reply_to|trial mode|team-only|api key|token|system clock|"
    r"service .*(?:archived|permission)",
    re.I,
)
"""Answers that speak of the key, the template or the service, and so of every message alike."""

# The client writes each refusal to the log, which our own log does without the address of a server.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class NotifyMailer:
    """Sends through GOV.UK Notify.

    ``key`` is the API key, ``template`` the number of the template, ``reply_to`` the number of a reply-to address of
    the service (empty: its default). ``timeout`` is in seconds. Messages go as plain text; invitations stay behind.

    Raises ValueError for a key or number that cannot be one, or an address that would send the key in clear.
    """

    key: str = field(repr=False)
    template: str
    reply_to: str = ""
    url: str = NOTIFY
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError("The key of GOV.UK Notify is its name and two long numbers with hyphens: copy all of it.")
        if not _ID.fullmatch(self.template):
            raise ValueError("The template of GOV.UK Notify is named by its number: copy the template ID.")
        if self.reply_to and not _ID.fullmatch(self.reply_to):
            raise ValueError("The reply-to address of GOV.UK Notify is named by its number: copy its ID.")
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("The address of GOV.UK Notify begins with https://.")

    @asynccontextmanager
    async def session(self) -> AsyncIterator[MailSession]:
        """One client for many messages."""
        client = self._client()
        try:
            yield _NotifySession(self, client)
        finally:
            client.request_session.close()

    def _client(self) -> Any:
        from notifications_python_client.notifications import NotificationsAPIClient

        seconds: Any = self.timeout  # the client says whole seconds, and takes any
        return NotificationsAPIClient(self.key, base_url=self.url, timeout=seconds)

    def trouble(self) -> str:
        """What is wrong with key, template or connection, in one sentence; empty where all is well."""
        from notifications_python_client.errors import APIError

        client = self._client()
        try:
            found = client.get_template(self.template)
        except APIError as error:
            return outcome_of(error, "").text
        finally:
            client.request_session.close()
        missing = {"subject", "body"} - set(found.get("personalisation") or {})
        if missing:
            named = " and ".join(f"(({one}))" for one in sorted(missing))
            return f"The template lacks {named}: its subject is ((subject)) and its text is ((body))."
        return ""

    def results(self, refs: Iterable[str]) -> dict[str, str]:
        """What Notify knows of these notifications by now, by their number; those it does not list are left out.

        Raises ConnectionError, with a sentence, where Notify does not answer as it should.
        """
        from notifications_python_client.errors import APIError

        wanted = set(refs)
        found: dict[str, str] = {}
        client = self._client()
        try:
            older_than: str | None = None
            for _ in range(MOST_PAGES):
                page = client.get_all_notifications(template_type="email", older_than=older_than)["notifications"]
                found |= {one["id"]: one["status"] for one in page if one["id"] in wanted}
                if not page or len(found) == len(wanted):
                    break
                older_than = page[-1]["id"]
        except APIError as error:
            raise ConnectionError(outcome_of(error, "").text) from error
        finally:
            client.request_session.close()
        return found


class _NotifySession:
    def __init__(self, mailer: NotifyMailer, client: Any) -> None:
        self._mailer, self._client = mailer, client
        self._stopped: Outcome | None = None

    @property
    def away(self) -> bool:
        """True once Notify did not answer, or took nothing at all from us."""
        return self._stopped is not None

    async def send(self, mail: Mail, may: May | None = None) -> list[Outcome]:
        """Each recipient is a notification of its own; our messages have one."""
        if may is not None and not await may():
            return [Outcome(one, Kind.TRY_AGAIN, None, NOT_NOW) for one in mail.to]
        return [await self._to(mail, one) for one in mail.to]

    async def _to(self, mail: Mail, recipient: str) -> Outcome:
        from notifications_python_client.errors import APIError

        if self._stopped is not None:
            return Outcome(recipient, Kind.TRY_AGAIN, self._stopped.code, self._stopped.text)
        try:
            if mail.tried_before and (earlier := await asyncio.to_thread(self._earlier, mail.message_id, recipient)):
                return Outcome(recipient, Kind.ACCEPTED, None, "It had been handed over before.", ref=earlier)
        except APIError as error:
            # Not asked, not sent: it may be on its way already.
            return self._judged(Outcome(recipient, Kind.TRY_AGAIN, None, outcome_of(error, recipient).text), error)
        try:
            answer = await asyncio.to_thread(self._hand_over, mail, recipient)
        except APIError as error:
            return self._judged(outcome_of(error, recipient), error)
        return Outcome(recipient, Kind.ACCEPTED, 201, "Accepted by GOV.UK Notify", ref=str(answer["id"]))

    def _judged(self, outcome: Outcome, error: Any) -> Outcome:
        if outcome.kind is not Kind.REFUSED and _speaks_of_all(error):
            self._stopped = outcome
        return outcome

    def _earlier(self, reference: str, recipient: str) -> str:
        found = self._client.get_all_notifications(template_type="email", reference=reference)
        for one in found.get("notifications", []):
            same = str(one.get("email_address", "")).lower() == recipient.lower()
            if same and one.get("status") not in DID_NOT_ARRIVE:
                return str(one["id"])
        return ""

    def _hand_over(self, mail: Mail, recipient: str) -> dict[str, Any]:
        return self._client.send_email_notification(
            email_address=recipient,
            template_id=self._mailer.template,
            personalisation={"subject": mail.subject, "body": plain(mail.text)},
            reference=mail.message_id,
            email_reply_to_id=self._mailer.reply_to or None,
        )


# --- what an answer means -----------------------------------------------------------------------------------


def outcome_of(error: Any, recipient: str) -> Outcome:
    """What Notify's refusal, or its silence, means for one message.

    Key, template and limits are ours to mend and are tried again; a message it does not take is given up. Where no
    answer came, the message may have been handed over.
    """
    if getattr(error, "response", None) is None:
        if _never_reached(error):
            return Outcome(recipient, Kind.TRY_AGAIN, None, "GOV.UK Notify could not be reached.")
        return Outcome(recipient, Kind.UNKNOWN, None, "GOV.UK Notify did not answer in time.")
    code, said = int(error.status_code), _said(error)
    if code in (401, 403):
        text = f"GOV.UK Notify does not take the key: {said}. Look at DARDR_NOTIFY_KEY and at this machine's clock."
        return Outcome(recipient, Kind.TRY_AGAIN, code, text)
    if code == 429:
        return Outcome(recipient, Kind.TRY_AGAIN, code, f"GOV.UK Notify takes no more for now: {said}.")
    if 400 <= code <= 499 and (_OURS_TO_MEND.search(said) or code == 404):
        return Outcome(recipient, Kind.TRY_AGAIN, code, f"GOV.UK Notify is not set up for this: {said}.")
    if 400 <= code <= 499:
        of_recipient = "email_address" in said
        text = f"5.1.3 {said}" if of_recipient else said
        return Outcome(recipient, Kind.REFUSED, code, text, of_recipient=of_recipient)
    return Outcome(recipient, Kind.TRY_AGAIN, code, f"GOV.UK Notify has a fault of its own: {said}.")


def _speaks_of_all(error: Any) -> bool:
    if getattr(error, "response", None) is None:
        return True
    return int(error.status_code) < 500


def _never_reached(error: BaseException) -> bool:
    chain = f"{error.__cause__!r} {getattr(error.__cause__, 'args', '')!r}"
    return any(name in chain for name in ("ConnectTimeout", "NewConnectionError", "NameResolutionError", "SSLError"))


def _said(error: Any) -> str:
    message = error.message
    if isinstance(message, list):
        message = "; ".join(str(one.get("message", one)) if isinstance(one, dict) else str(one) for one in message)
    return " ".join(str(message).split())[:300].rstrip(".")


# --- plain text ---------------------------------------------------------------------------------------------

_MARKUP = re.compile(r"([\\`*_{}\[\]~|])")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_AT_START = re.compile(r"^(\s*)([#>+\-]|\d+(?=[.)]))")


def plain(text: str) -> str:
    """Our plain text so that Notify, which reads markdown, shows it as it is; links stay links.

    Signs that are markup anywhere get a backslash, as do those that are markup at the start of a line. A line of
    equals signs or a circumflex at its start, which Notify does not let be written so, get a letter that looks alike.
    """
    return "\n".join(_plain_line(line) for line in text.splitlines())


def _plain_line(line: str) -> str:
    line = line.strip()  # an indented line would be code
    if line and not line.strip("="):
        return "\u2e40" * len(line)
    if line.startswith("^"):
        line = f"\u02c6{line[1:]}"
    parts: list[str] = []
    at = 0
    for link in _LINK.finditer(line):
        parts += [_MARKUP.sub(r"\\\1", line[at : link.start()]), link[0]]
        at = link.end()
    parts.append(_MARKUP.sub(r"\\\1", line[at:]))
    return _AT_START.sub(_escaped_start, "".join(parts))


def _escaped_start(found: re.Match[str]) -> str:
    sign = found[2]
    return f"{found[1]}{sign}\\" if sign.isdigit() else f"{found[1]}\\{sign}"

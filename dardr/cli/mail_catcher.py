"""A mail server of this machine's own for the demonstration: it keeps what it is sent, and shows it on a page.

Nothing leaves the machine. Messages are files in a maildir, so they outlive a restart.
"""

from __future__ import annotations

import mailbox
import threading
from email.header import decode_header, make_header
from email.message import Message
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

LARGEST_PAGE = 200
"""Messages on the page, newest first."""

_FRAME = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:16px/1.5 Arial,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.5rem;border-bottom:1px solid #b1b4b6}}
pre{{white-space:pre-wrap;background:#f3f2f1;padding:1rem}}.note{{border-left:.5rem solid #1d70b8;padding:.5rem 1rem}}
</style></head><body><p class="note">Demonstration: all people and events are fictional. None of these messages was
sent to anyone.</p><h1>{title}</h1>{body}</body></html>"""


class MailCatcher:
    """The catcher: an SMTP server and a page, each on a port of the loopback address."""

    def __init__(self, folder: Path, page_port: int = 0, smtp_port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._box = folder / "mail"
        mailbox.Maildir(str(self._box), create=True).close()
        self._smtp = Controller(Mailbox(self._box), hostname="127.0.0.1", port=smtp_port or _free_port())
        self._page = ThreadingHTTPServer(("127.0.0.1", page_port), _handler(self._box))
        self._thread = threading.Thread(target=self._page.serve_forever, daemon=True)

    @property
    def smtp_port(self) -> int:
        """Where mail is taken."""
        return int(self._smtp.port)

    @property
    def address(self) -> str:
        """The page on which received messages are read."""
        return f"http://127.0.0.1:{self._page.server_address[1]}/"

    def start(self) -> None:
        """Begin to take mail and show it."""
        self._smtp.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop both."""
        self._smtp.stop()
        self._page.shutdown()
        self._page.server_close()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _handler(box: Path) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = _answer(box, self.path)
            body = (answer or _FRAME.format(title="There is no such message", body="")).encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is logged: the page is for one person on this machine."""

    return Page


def _answer(box: Path, path: str) -> str | None:
    messages = mailbox.Maildir(str(box), create=False)
    try:
        if path in ("/", ""):
            return _list(messages)
        key, _, form = path.lstrip("/").partition("/")
        if key not in messages:
            return None
        message = messages[key]
        return _part(message, "text/html") if form == "html" else _one(key, message)
    finally:
        messages.close()


def _list(messages: mailbox.Maildir) -> str:
    newest = sorted(messages.keys(), reverse=True)[:LARGEST_PAGE]
    rows = "".join(
        f'<tr><td>{_head(messages[key], "To")}</td><td><a href="/{escape(key)}">{_head(messages[key], "Subject")}</a>'
        f"</td><td>{_head(messages[key], 'Date')}</td></tr>"
        for key in newest
    )
    body = (
        f"<table><thead><tr><th>To</th><th>Subject</th><th>Sent</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else "<p>No mail yet. The worker sends every 20 seconds.</p>"
    )
    return _FRAME.format(title="Mail of the demonstration", body=body)


def _one(key: str, message: Message) -> str:
    heads = "".join(f"<tr><th>{name}</th><td>{_head(message, name)}</td></tr>" for name in ("From", "To", "Date"))
    return _FRAME.format(
        title=_head(message, "Subject"),
        body=f'<table>{heads}</table><pre>{escape(_part(message, "text/plain"))}</pre>'
        f'<p><a href="/{escape(key)}/html">As it looks in a mail program</a></p><p><a href="/">All mail</a></p>',
    )


def _head(message: Message, name: str) -> str:
    return escape(str(make_header(decode_header(str(message.get(name, ""))))))


def _part(message: Message, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == kind:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return content.decode(part.get_content_charset() or "utf-8", "replace")
    return ""

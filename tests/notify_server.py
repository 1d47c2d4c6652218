"""GOV.UK Notify as far as its client is used here: real HTTP on this machine, a key that is looked at, and faults."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

SERVICE, SECRET = "8b7c1f0e-1111-4222-8333-9a0b1c2d3e4f", "0f1e2d3c-aaaa-4bbb-8ccc-ddddeeee0000"
KEY = f"reviews-{SERVICE}-{SECRET}"
TEMPLATE = "11111111-2222-4333-8444-555555555555"
PAGE = 250


class Notify:
    """What was handed over, in order; ``answers`` are given in turn to what would be handed over, before real ones."""

    def __init__(self) -> None:
        self.notifications: list[dict[str, Any]] = []
        self.answers: list[tuple[int, str, str]] = []
        self.placeholders: tuple[str, ...] = ("subject", "body")
        self.asked: list[str] = []
        self.silent_after_taking = 0
        self.address = ""

    def take(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """POST /v2/notifications/email."""
        if self.answers:
            code, error, message = self.answers.pop(0)
            return code, refusal(code, error, message)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", data["email_address"]):
            return 400, refusal(400, "ValidationError", "email_address Not a valid email address")
        if data["template_id"] != TEMPLATE:
            return 400, refusal(400, "BadRequestError", "Template not found")
        missing = [one for one in self.placeholders if one not in data.get("personalisation", {})]
        if missing:
            return 400, refusal(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
        one = {
            "id": str(uuid.uuid4()), "reference": data.get("reference"), "email_address": data["email_address"],
            "type": "email", "status": "created", "personalisation": data["personalisation"],
            "reply_to": data.get("email_reply_to_id"),
        }  # fmt: skip
        self.notifications.append(one)
        return 201, {"id": one["id"], "reference": one["reference"], "content": {}, "template": {"id": TEMPLATE}}

    def listed(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        """GET /v2/notifications, newest first."""
        found = [
            one
            for one in reversed(self.notifications)
            if one["reference"] in asked.get("reference", [one["reference"]])
        ]
        if "older_than" in asked:
            numbers = [one["id"] for one in found]
            found = found[numbers.index(asked["older_than"][0]) + 1 :]
        shown = found[:PAGE]
        links = {"current": f"{self.address}/v2/notifications"}
        if shown:
            links["next"] = f"{self.address}/v2/notifications?older_than={shown[-1]['id']}"
        return {"notifications": shown, "links": links}


def refusal(code: int, error: str, message: str) -> dict[str, Any]:
    """An answer as Notify words it."""
    return {"status_code": code, "errors": [{"error": error, "message": message}]}


@contextmanager
def serving() -> Iterator[Notify]:
    """Serve it on this machine; its address is on it."""
    notify = Notify()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not self._known():
                return
            parts = urlsplit(self.path)
            notify.asked.append(self.path)
            if parts.path == f"/v2/template/{TEMPLATE}":
                self._answer(
                    200, {"id": TEMPLATE, "personalisation": {one: {"required": True} for one in notify.placeholders}}
                )
            elif parts.path == "/v2/notifications":
                self._answer(200, notify.listed(parse_qs(parts.query)))
            else:
                self._answer(404, refusal(404, "NoResultFound", "No result found"))

        def do_POST(self) -> None:
            data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self._known():
                return
            code, said = notify.take(data)
            if code == 201 and notify.silent_after_taking:
                notify.silent_after_taking -= 1
                self.rfile.read(1)  # says nothing until the client hangs up
                self.close_connection = True
                return
            self._answer(code, said)

        def _known(self) -> bool:
            try:
                token = self.headers["Authorization"].removeprefix("Bearer ")
                claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
                assert claims["iss"] == SERVICE
            except (jwt.InvalidTokenError, AssertionError):
                self._answer(403, refusal(403, "AuthError", "Invalid token: signature, api token is not valid"))
                return False
            return True

        def _answer(self, code: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is said: tests read what was handed over."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    notify.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield notify
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)

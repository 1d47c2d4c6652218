"""Files as they arrive: kept beside the form while it is read, and dropped where they are larger than a file may be.

A browser that is refused before it has sent everything shows an error of its own, and whatever was typed is lost. So
what is too large is read to its end and thrown away as it comes, and the page is shown again, filled, with a sentence.
"""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Flask, Request, current_app, request, session
from werkzeug.datastructures import FileStorage

from dardr.settings import Settings
from dardr.web.transaction import ACCOUNT_BLUEPRINT

MEGABYTE = 1024 * 1024
IN_MEMORY = 512 * 1024
"""Bytes of an upload that stay in memory; the rest waits in a file without a name that ends with the request."""
ANSWERS = 2 * MEGABYTE
"""Bytes that the other answers of a form may have."""
READ_TO_THE_END = 20
"""Of somebody signed in, a request of so many times the largest file is read to its end; of anybody else, of one."""
KNOWN_BY = ("_user_id", "notifier")
"""What the cookie of somebody holds who signed in, or came in by a link to notify a death."""
EXTENSION = "dardr_largest_file"


class Upload(SpooledTemporaryFile[bytes]):
    """One upload being read. ``over``: it was larger than a file may be, and nothing of it is kept."""

    def __init__(self, most: int) -> None:
        super().__init__(max_size=IN_MEMORY, mode="w+b")
        self.over = False
        self._most, self._taken = most, 0

    def write(self, data: Any) -> int:  # type: ignore[override]
        """Take the next bytes, or drop them and all before them."""
        self._taken += len(data)
        if self._taken <= self._most:
            return super().write(data)
        if not self.over:
            self.over = True
            self.seek(0)
            self.truncate()
        return len(data)


def is_over(file: FileStorage) -> bool:
    """Whether an upload was larger than a file may be, so that nothing of it is here."""
    return bool(getattr(file.stream, "over", False))


class BoundedRequest(Request):
    """A request whose uploads are bounded one by one."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return Upload(current_app.extensions[EXTENSION])  # type: ignore[return-value]


def most_at_once(settings: Settings) -> int:
    """Bytes that a request may have of which nobody knows yet who sends it."""
    return settings.largest_file * MEGABYTE + ANSWERS


def install(app: Flask, settings: Settings) -> None:
    """Read uploads in this way, and those of people who are signed in to their end. Before the form is first read."""
    app.request_class = BoundedRequest
    app.extensions[EXTENSION] = settings.largest_file * MEGABYTE

    @app.before_request
    def read_to_the_end() -> None:
        length = request.content_length
        if request.method != "POST" or (length is not None and length <= app.config["MAX_CONTENT_LENGTH"]):
            return
        if request.blueprint != ACCOUNT_BLUEPRINT and any(name in session for name in KNOWN_BY):
            request.max_content_length = READ_TO_THE_END * settings.largest_file * MEGABYTE

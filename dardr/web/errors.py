"""One handler for everything that goes wrong: a kind page, the right status, and nothing half done kept."""

from __future__ import annotations

import traceback
from pathlib import Path

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from dardr.errors import DardrError, Reason
from dardr.web.audience import may_use
from dardr.web.transaction import undo

log = structlog.get_logger("dardr.web")

DEEPEST = 12
"""Lines of the way to a fault that are logged, the last ones."""

TITLES = {
    400: "This form cannot be used any more",
    403: "This is not yours to see or do",
    404: "There is nothing here",
    405: "This page cannot be used that way",
    409: "Not possible as things stand",
    413: "The file is too large",
    422: "Something needs another look",
    429: "Too many tries",
    500: "Something went wrong here",
    503: "The service is busy",
}
SENTENCES = {
    400: "It was open for too long, or was opened in another session. Go back, load the page again and send it again.",
    403: "You are signed in, but this page is for other roles. Ask your team's manager if you need it.",
    404: "The address may be mistyped, or the record is not one you may see. Check the reference.",
    405: "Go back to the page before and use its buttons.",
    409: "Somebody else changed this at the same time. Load the page again to see how things stand now.",
    413: "It is far larger than a file may be here. Make it smaller, or record where it is kept instead.",
    429: "Wait a minute, then try again.",
    500: "Nothing was changed. Try again; if it happens twice, tell whoever looks after this service.",
    503: "The database did not answer in time, or its disk is full. Nothing was changed. Wait a minute and try again;"
    " if it happens twice, tell whoever looks after this service.",
}


def install(app: Flask) -> None:
    """Answer every refusal and every fault with a page."""

    @app.errorhandler(Exception)
    def answer(error: Exception) -> ResponseReturnValue:
        undo()
        error = getattr(error, "original_exception", None) or error  # one raised while the answer was made ready
        if isinstance(error, CSRFError):
            return page(400, ())
        if isinstance(error, DardrError):
            return page(error.status, error.reasons)
        if isinstance(error, HTTPException):
            if error.code is None or error.code < 400:
                return error
            return page(error.code, ())
        if isinstance(error, StaleDataError | IntegrityError):
            log.warning("overtaken", endpoint=request.endpoint, kind=type(error).__name__)
            return page(409, ())
        if isinstance(error, OperationalError):
            log.error("database", endpoint=request.endpoint, answer=str(error.orig))
            return page(503, ())
        log.error("fault", endpoint=request.endpoint, kind=type(error).__name__, where=_where(error))
        return page(500, ())


def _where(error: Exception) -> list[str]:
    """The way to the line that failed. No message and no values: they may hold what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def page(status: int, reasons: tuple[Reason, ...]) -> ResponseReturnValue:
    """The page for one status, with the reasons given or the ordinary sentence."""
    said = [r.reason for r in reasons] or [SENTENCES.get(status, SENTENCES[500])]
    title = TITLES.get(status, TITLES[500])
    to_open = _to_open() if status == 404 else ""
    return render_template("errors/error.html", title=title, sentences=said, status=status, to_open=to_open), status


def _to_open() -> str:
    """The reference of a review that was asked for, where an administrator may open it for a reason."""
    asked = request.endpoint == "reviews.review" and may_use("access.open_case")
    return (request.view_args or {})["ref"] if asked else ""

"""One transaction per request. Its mode is chosen before anything is read, the signed-in user included.

GET and HEAD read; every other method writes, and so does the whole account blueprint, because reading first and
writing later fails at once on SQLite. The transaction is committed before the answer is sent.
"""

from __future__ import annotations

import contextlib

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from dardr.storage.engine import Database

ACCOUNT_BLUEPRINT = "account"
EXTENSION = "dardr_database"


def writes() -> bool:
    """True where this request may change something, and so runs in a writing transaction from its first query."""
    return request.method not in ("GET", "HEAD", "OPTIONS") or request.blueprint == ACCOUNT_BLUEPRINT


def session() -> Session:
    """The request's session, opened with its first use."""
    if "dardr_session" not in g:
        opened = (database().writing if writes() else database().reading)()
        opened.begin()
        g.dardr_session = opened
    return g.dardr_session


def database() -> Database:
    """The opened database, for a short transaction beside the request's own: a read that must be logged."""
    return current_app.extensions[EXTENSION]


def commit() -> None:
    """Make the request's changes last, now. What is read afterwards is read in a new transaction."""
    if "dardr_session" in g:
        g.dardr_session.commit()


def undo() -> None:
    """Drop the request's changes, as after a refusal."""
    if "dardr_session" in g:
        g.dardr_session.rollback()


def install(app: Flask, database: Database) -> None:
    """Commit each request's transaction before its answer is sent, and close its session whatever happens."""
    app.extensions[EXTENSION] = database

    @app.after_request
    def commit_before_answering(response: Response) -> Response:
        commit()
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        opened: Session | None = g.pop("dardr_session", None)
        if opened is not None:
            with contextlib.suppress(Exception):
                opened.rollback()
            opened.close()

"""The product's own server with one more page, for the benchmark: bare, with the same frame and macros and one query.

Run as ``python -m tests.bench.served PORT`` with the usual settings in the environment.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader

from dardr import systime
from dardr.settings import get_settings
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from dardr.web import serve
from dardr.web.audience import actor
from dardr.web.transaction import session

ROWS = 25


def bare() -> ResponseReturnValue:
    """What any page costs: the signed-in person, the frame, a few macros, one indexed query of 25 rows."""
    actor()
    rows = session().execute(
        sa.select(Record.ref, Record.stage, Record.opened_on)
        .where(Record.process_key == "dardr-s9", Record.final.is_(False), Record.stage == "evidence")
        .limit(ROWS)
    )
    return render_template("bare.html", rows=rows.all())


def main() -> None:
    """Serve until told to stop."""
    made = serve.create_app

    def with_bare(*given: Any) -> Flask:
        app = made(*given)
        loader = app.jinja_loader
        assert loader is not None
        app.jinja_loader = ChoiceLoader([loader, FileSystemLoader(Path(__file__).parent / "bare")])  # type: ignore[assignment]
        app.add_url_rule("/bare", "bare", bare)
        return app

    serve.create_app = with_bare  # type: ignore[assignment]
    settings = get_settings()
    systime.pretend(systime.parse_pretended(settings.now))
    serve.serve(Database(settings.url), settings, port=int(sys.argv[1]), quiet=True)


if __name__ == "__main__":
    main()

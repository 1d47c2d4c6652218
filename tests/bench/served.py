"""The product's own server with one more page for the benchmark: each page again, bare.

``/bare?of=/reviews`` renders what ``/reviews`` rendered when it was last asked for: the same template with the same
macros and the same values, kept; the person signed in and the frame around every page are read as always, and one
indexed query of 25 rows stands for the page's own. What a page costs beyond that is finding its values.

Run as ``python -m tests.bench.served PORT`` with the usual settings in the environment.
"""

from __future__ import annotations

import sys
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, request, template_rendered
from flask.typing import ResponseReturnValue
from jinja2 import Template

from dardr import systime
from dardr.settings import get_settings
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from dardr.web import serve
from dardr.web.audience import actor
from dardr.web.transaction import session

ROWS = 25
KEPT: dict[str, tuple[Template, dict[str, Any]]] = {}
"""By address: the template last rendered there, and its values."""


def keep(_app: Flask, template: Template, context: dict[str, Any], **_more: Any) -> None:
    """Remember what a page was made of, once."""
    if request.path != "/bare":
        KEPT.setdefault(request.full_path.rstrip("?"), (template, context))


def bare() -> ResponseReturnValue:
    """A page again, without finding its values."""
    actor()
    session().execute(
        sa.select(Record.ref, Record.stage, Record.opened_on)
        .where(Record.process_key == "dardr-s9", Record.final.is_(False), Record.stage == "evidence")
        .limit(ROWS)
    ).all()
    template, kept = KEPT[request.args["of"]]
    context: dict[str, Any] = {}
    current_app.update_template_context(context)
    return template.render({**kept, **context})


def main() -> None:
    """Serve until told to stop."""
    made = serve.create_app

    def with_bare(*given: Any) -> Flask:
        app = made(*given)
        app.add_url_rule("/bare", "bare", bare)
        template_rendered.connect(keep, app, weak=False)
        return app

    serve.create_app = with_bare  # type: ignore[assignment]
    settings = get_settings()
    systime.pretend(systime.parse_pretended(settings.now))
    serve.serve(Database(settings.url), settings, port=int(sys.argv[1]), quiet=True)


if __name__ == "__main__":
    main()

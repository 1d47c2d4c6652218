"""A file for a calendar program as an answer: what it is, and what it is called when it is saved."""

from __future__ import annotations

from flask import Response

CALENDAR = "text/calendar; charset=utf-8"


def calendar_file(content: bytes, name: str) -> Response:
    """A file to save, called ``<name>.ics``. ``name`` is a reference."""
    response = Response(content, content_type=CALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response

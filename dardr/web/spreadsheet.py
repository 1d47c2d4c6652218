"""Lists as files that Excel opens: UTF-8 with its mark, no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask import Response, stream_with_context

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet reads as the beginning of a formula, the wide forms of Asian keyboards included."""

MARK = "\ufeff"
"""Without it Excel reads UTF-8 as another alphabet."""

LINES_AT_ONCE = 200


def cell(value: Any) -> str:
    """A value as text: days and instants in ISO form, and an apostrophe before what would be a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) or text.startswith(BEGINS_A_FORMULA) else text


def download(lines: Iterable[Sequence[Any]], name: str, today: date) -> Response:
    """The lines as a file to save, sent as they come. ``today`` (London date) stands in its name."""
    return Response(
        stream_with_context(csv_bytes(lines)),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{today.isoformat()}.csv"',
            "Cache-Control": "no-store",
        },
    )


def csv_bytes(lines: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The lines as a CSV file, piece by piece, so that a long list is never held whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    text.write(MARK)
    for number, line in enumerate(lines, start=1):
        writer.writerow([cell(value) for value in line])
        if number % LINES_AT_ONCE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()

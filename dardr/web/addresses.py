"""What may stand in an address in place of a number or a reference; anything else is an address of nothing: 404.

PostgreSQL refuses a number that its column cannot hold, and a null character in any text, where SQLite finds nothing.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

LARGEST = 2**31 - 1
"""The largest number of a row."""


class RowNumber(IntegerConverter):
    """``<int:...>``: the number of a row."""

    def __init__(self, rules: Map) -> None:
        super().__init__(rules, max=LARGEST)


class Words(UnicodeConverter):
    """``<...>``: a reference, a key, a secret."""

    def __init__(self, rules: Map) -> None:
        super().__init__(rules)
        self.regex = self.regex.replace("[^/]", "[^/\\0]")


def install(app: Flask) -> None:
    """Before any route is added."""
    app.url_map.converters |= {"int": RowNumber, "string": Words, "default": Words}

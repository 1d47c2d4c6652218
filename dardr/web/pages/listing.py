"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request


def asked_page(said: Mapping[str, str] | None = None) -> int:
    """The number of the page asked for, from 1, whether or not there is one; by the address, or by a form."""
    text = (request.args if said is None else said).get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def page_number(total: int, size: int) -> int:
    """The page asked for, from 1; the last one where there are fewer."""
    return max(1, min(asked_page(), -(-total // size) or 1))


def pager(number: int, total: int, size: int, *, anchor: str = "") -> dict[str, Any]:
    """What the pagination under a list needs: page numbers with their addresses, filters kept.

    ``anchor`` is where the list begins, on a page that has more above it.
    """
    last = -(-total // size) or 1

    def address(n: int) -> str:
        asked = urlencode(request.args.to_dict(flat=True) | {"page": str(n)})
        return f"?{asked}#{anchor}" if anchor else f"?{asked}"

    near = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    return {
        "first": (number - 1) * size + 1 if total else 0,
        "last": min(number * size, total),
        "total": total,
        "previous": address(number - 1) if number > 1 else "",
        "next": address(number + 1) if number < last else "",
        "pages": [{"number": n, "href": address(n), "current": n == number} for n in near] if last > 1 else [],
    }

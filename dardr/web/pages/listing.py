"""Long lists, a page at a time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request


def asked_page() -> int:
    """The number of the page asked for, from 1, whether or not there is one."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def page_number(total: int, size: int) -> int:
    """The page asked for, from 1; the last one where there are fewer."""
    return max(1, min(asked_page(), -(-total // size) or 1))


def pager(number: int, total: int, size: int) -> dict[str, Any]:
    """What the pagination under a list needs: page numbers with their addresses, filters kept."""
    last = -(-total // size) or 1

    def address(n: int) -> str:
        return "?" + urlencode(request.args.to_dict(flat=True) | {"page": str(n)})

    near = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    return {
        "first": (number - 1) * size + 1 if total else 0,
        "last": min(number * size, total),
        "total": total,
        "previous": address(number - 1) if number > 1 else "",
        "next": address(number + 1) if number < last else "",
        "pages": [{"number": n, "href": address(n), "current": n == number} for n in near] if last > 1 else [],
    }

"""The comments of one reader, as the entries of their request hold them: one line each, numbered for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ONE_BY_ONE, PASTED, IN_WORD = "comments_given", "comments_entered", "comments_in_word"
KEPT = (ONE_BY_ONE, PASTED, IN_WORD)
"""The lists in which a request keeps comments, by the way they came."""


def comments_of(ref: str, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every comment of a request, in the order in which they came, each with its ``id``: ``CQ03-12`` is the twelfth.

    ``reply_to`` names the comment that one answers, ``seq`` and ``on`` the entry that brought it, ``way`` how it came.
    """
    entries = [(entry, way) for way in KEPT for entry in facts.get(way) or ()]
    short = ref.rpartition("-")[2]
    found: list[dict[str, Any]] = []
    for entry, way in sorted(entries, key=lambda one: one[0].get("seq") or 0):
        before = len(found)
        for row in entry.get("rows") or ():
            line = {**row, "id": f"{short}-{len(found) + 1}", "seq": entry.get("seq"), "on": entry.get("on")}
            line["way"] = entry.get("came_by") or way
            if "reply_to" in row:
                line["reply_to"] = f"{short}-{before + row['reply_to'] + 1}"
            found.append(line)
    return found

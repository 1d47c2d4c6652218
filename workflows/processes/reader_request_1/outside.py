"""A reader from outside, as typed on one line: their post, and after a comma the address they are written to."""

from __future__ import annotations

import re
from dataclasses import dataclass

ADDRESS = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$")


@dataclass(frozen=True, slots=True)
class Outsider:
    """Who they are, in words that name nobody, and their address in small letters; empty where they read on paper."""

    post: str
    address: str = ""


def outsider(line: str) -> Outsider:
    """``Expert adviser, adviser@example.org``: the part with an ``@`` is the address, all before it the post."""
    before, _, last = line.replace(";", ",").rpartition(",")
    if "@" not in last:
        return Outsider(line.strip())
    return Outsider(before.strip(), last.strip().strip("<>").lower())


def problem_of(line: str) -> str:
    """What is wrong with a line, as a sentence; empty where nothing is."""
    found = outsider(line)
    if not found.post:
        return (
            f"“{line}”: say what they read it for first, then a comma and the address, such as “Expert adviser,"
            " adviser@example.org”."
        )
    if found.address and not ADDRESS.match(found.address):
        return f"“{found.address}” is no e-mail address. Correct it, or leave it out for somebody who reads on paper."
    return ""

"""The repository speaks of the product alone, and keeps no address or path of the machine it was made on."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import name_of, text_files

# Each pattern is put together from parts, so that this file passes its own test.
FORBIDDEN = {
    "a folder beside the repository": re.compile(r"\.\./" + r"shared|(?<![\w./-])sha" + r"red/"),
    "a ticket instead of a reason": re.compile(r"\bissue" + r"s? #?\d", re.IGNORECASE),
    "a row of a feature list": re.compile(r"(?<![\w#&.%/+=-])[FKB]" + r"\d{1,2}\b(?![\w%/+=-])"),
    "an address of a package registry": re.compile(
        r"pypi\." + r"org|python" + r"hosted|registry\." + r"npmjs|registry\." + r"yarnpkg|deb\." + r"debian\.org"
    ),
    "a path of one machine": re.compile(r"(?<![\w.])/" + r"work/|/" + r"root/|/home/" + r"\w"),
}

# Generated text and data in which a short letter-and-digit word has a meaning of its own.
NOT_PROSE = re.compile(r"(\.lock|package-lock\.json|\.svg|\.csv|\.json)$")


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_the_repository_speaks_of_the_product_alone(what: str) -> None:
    pattern = FORBIDDEN[what]
    found = []
    for path, text in text_files():
        if what == "a row of a feature list" and NOT_PROSE.search(path.name):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{name_of(path)}:{number}: {match[0]!r}")
    assert found == [], f"{what}: say it in the product's own words."


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a folder beside the repository", "see .." + "/shared/" + "design"),
        ("a ticket instead of a reason", "see issue " + "#12"),
        ("a row of a feature list", "as in row F" + "12 of the list"),
        ("an address of a package registry", "https://pypi." + "org/simple"),
        ("a path of one machine", "in /" + "work/main"),
    ],
)
def test_the_patterns_find_what_they_are_for(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line)


@pytest.mark.parametrize("line", ["the clock D08 of 56 days", "page A4", "#F3F2F1", "Form 20B1x", "bankruptcy"])
def test_words_of_the_product_are_free(line: str) -> None:
    assert not any(pattern.search(line) for pattern in FORBIDDEN.values())

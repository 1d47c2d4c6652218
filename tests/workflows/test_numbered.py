"""The points of a letter, pasted in the ways in which letters are written."""

from __future__ import annotations

import pytest

from workflows.numbered import Numbered, in_order, points


def numbers(text: str) -> list[str]:
    return [one.number for one in points(text.splitlines())]


def test_without_numbers_each_line_is_a_point() -> None:
    assert points(["Say who was consulted", "", "  Correct a table "]) == [
        Numbered("1", "Say who was consulted"),
        Numbered("2", "Correct a table"),
    ]
    assert points(["• One", "- Two", "– Three"]) == [Numbered("1", "One"), Numbered("2", "Two"), Numbered("3", "Three")]


def test_eleven_points_in_three_ways_of_numbering() -> None:
    text = """Areas for final development:
    1. The first
    2) The second,
       which goes on here
    a) part of the second
    b) another part of it
    3. The third:
       • one thing
       • another thing
    4: The fourth
    (5) The fifth
    6. The sixth; section 2.1 says otherwise. In
    2019. this was known
    7. The seventh
    8. The eighth
    9. The ninth"""
    found = points(text.splitlines())
    assert [one.number for one in found] == ["1", "2", "2a", "2b", "3", "4", "5", "6", "7", "8", "9"]
    assert len(found) == 11
    assert found[1].text == "The second, which goes on here"
    assert found[4].text == "The third: • one thing • another thing"
    assert found[7].text.endswith("In 2019. this was known")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i. One\nii. Two\niii. Three\niv. Four\nv. Five", ["i", "ii", "iii", "iv", "v"]),
        ("a) One\nb) Two\nc) Three", ["a", "b", "c"]),
        ("1.1 One\n1.2 Two\n2.1 Three", ["1.1", "1.2", "2.1"]),
        ("Point 1: One\nPoint 2: Two", ["1", "2"]),
        ("1. One\n2. Two\n1. Of another part\n2. Again", ["1", "2", "1", "2"]),
        ("1. One\n3. Three, for the second is missing", ["1", "3"]),
        ("1. One\n2024. is a year", ["1"]),
        ("1. One\n56. is too far on", ["1"]),
        ("A word to begin with.\n1. One", ["", "1"]),
        ("1. One\nI. myself said so\nA panel met", ["1", "1i"]),
        ("", []),
    ],
)
def test_ways_of_numbering(text: str, expected: list[str]) -> None:
    assert numbers(text) == expected


def test_nothing_that_was_pasted_is_lost_but_headings() -> None:
    text = "Thank you for the report.\nAreas for development:\n1. Say who\nwas asked\n2. Say when"
    words = " ".join(one.text for one in points(text.splitlines()))
    assert words == "Thank you for the report. Say who was asked Say when"


def test_numbers_sort_as_people_read_them() -> None:
    given = ["10", "", "2a", "2", "1", "ix", "v", "1.10", "1.2", "b"]
    assert sorted(given, key=in_order) == ["1", "1.2", "1.10", "2", "2a", "10", "b", "v", "ix", ""]

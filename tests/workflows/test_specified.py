"""The list of specified public authorities: who is on it on a day, who is not and why."""

from __future__ import annotations

from datetime import date

import pytest

from workflows import specified
from workflows.authority import Evidence

TODAY = date(2026, 11, 22)


def test_the_classes_of_the_act_are_all_there() -> None:
    words = " ".join(one.words for one in specified.classes_on(TODAY))
    for named in (
        "Chief officer of police", "Local policing body", "British Transport Police Authority", "Ministry of Defence",
        "Immigration officers", "Crown Prosecution Service", "Parole Board", "Criminal Cases Review Commission",
        "Local authority in England", "NHS trust", "NHS foundation trust", "NHS England", "integrated care board",
        "Inspectors of Constabulary", "Ofsted", "independent schools", "Care Quality Commission",
        "Independent Office for Police Conduct",
    ):  # fmt: skip
        assert named in words, named
    assert {one.evidence for one in specified.classes().values()} == {Evidence.READ_IN_FULL}
    assert not any(one.paragraph for one in specified.classes().values()), "none was noted, so none is said"


@pytest.mark.parametrize(
    ("day", "on_it"), [(date(2022, 6, 30), False), (date(2022, 7, 1), True), (date(2026, 1, 1), True)]
)
def test_a_class_counts_from_its_first_day(day: date, on_it: bool) -> None:
    assert (specified.class_on("integrated_care_board", day) is not None) is on_it
    assert (specified.classes()["integrated_care_board"] in specified.classes_on(day)) is on_it


def test_a_class_that_is_not_known_is_on_no_list() -> None:
    assert specified.class_on("", TODAY) is None and specified.class_on("cabinet_office", TODAY) is None


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("probation", "A minister said so"), ("fire_and_rescue", "does not name it"), ("voluntary", "does not name it"),
        ("primary_care", "no practices"), ("community_safety_partnership", "its members and not the partnership"),
    ],
)  # fmt: skip
def test_who_is_not_on_the_list_and_why(kind: str, says: str) -> None:
    assert specified.class_of_kind(kind) is None
    assert says in specified.why_not(kind)


def test_no_kind_of_body_is_on_the_list_and_off_it() -> None:
    kinds = [kind for one in specified.classes().values() for kind in one.kinds]
    assert len(kinds) == len(set(kinds)) and not set(kinds) & set(specified.not_listed())
    assert specified.why_not("police") == "" and specified.why_not("nothing known") == ""

"""A name is looked up among the people of the review, those who work on it, and other reviews, when it is recorded."""

from __future__ import annotations

import pytest

from dardr.casework.names_used import where_found, words_of
from dardr.errors import Invalid
from dardr.storage.engine import Database
from tests.builders import Case, a_review


@pytest.fixture
def case(database: Database) -> Case:
    case = a_review(database, "evidence")
    known = {"person_name": "Shona Fictional", "next_of_kin": "Mother: Marigold Fictional"}
    case.act("record_identity", {**known, "family_liaison_officer": "DC Tamsin Invented, 01632 960 100"})
    case.act("record_person", {"part_in_case": "child", "part_name": "Juniper"})
    return case


def found(case: Case, name: str) -> list[str]:
    with case.database.read() as session:
        record = case.record()
        return where_found(session, session.merge(record, load=False), name)


def test_words_of_a_name_leave_out_years_and_what_people_are() -> None:
    assert words_of("Mother: Anne-Marie O’Neil, 1987 (her aunt)") == {"mother", "anne-marie", "o’neil"}
    assert words_of("Al 2025") == frozenset()


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("Rowan 2026", []),
        ("Juniper 2026", ["somebody_in_it"]),
        ("juniper", ["somebody_in_it"]),
        ("Junipers 2026", ["somebody_in_it"]),
        ("Marigold", ["somebody_in_it"]),
        ("Shona 2026", ["person_who_died"]),
        ("Oakley 2026", ["staff"]),
        ("Tamsin 2026", ["staff"]),
    ],
)
def test_where_a_name_is_found(case: Case, name: str, where: list[str]) -> None:
    assert found(case, name) == where


def test_the_name_of_another_review_is_found_unless_its_year_is_another(case: Case) -> None:
    other = a_review(case.database, "evidence")
    other.act("record_pseudonym", {"display_pseudonym": "Willow 2025", "pseudonym_chosen": "family"})
    assert found(case, "Willow") == ["other_review"]
    assert found(case, "Wilow 2025") == ["other_review"]
    assert found(case, "Willow 2024") == []


def test_a_relatives_name_is_refused_until_a_person_says_why(case: Case) -> None:
    given = {"display_pseudonym": "Juniper 2026", "pseudonym_chosen": "family"}
    with pytest.raises(Invalid) as refused:
        case.act("record_pseudonym", given)
    assert [reason.field for reason in refused.value.reasons] == ["name_used_because"]
    assert "Juniper" not in str(refused.value)
    case.act("record_pseudonym", {**given, "name_used_because": "The child wishes it."})
    record = case.record()
    assert record.title == "Juniper 2026" and record.facts["names_found"] == ["somebody_in_it"]


def test_nobody_can_type_what_was_found(case: Case) -> None:
    case.act(
        "record_pseudonym",
        {"display_pseudonym": "Rowan 2026", "pseudonym_chosen": "family", "names_found": ["staff"]},
    )
    assert case.record().facts["names_found"] == ["nowhere"]


def test_a_later_name_takes_the_place_of_the_one_before_with_what_was_found(case: Case) -> None:
    given = {"display_pseudonym": "Juniper 2026", "pseudonym_chosen": "family", "name_used_because": "Their wish."}
    case.act("record_pseudonym", given)
    case.act("record_pseudonym", {"display_pseudonym": "Rowan 2026", "pseudonym_chosen": "family"})
    record = case.record()
    assert record.title == "Rowan 2026" and record.facts["names_found"] == ["nowhere"]
    history = [values.after for event, values in case.events() if event.action == "record_pseudonym"]
    assert [after and after["display_pseudonym"] for after in history] == ["Juniper 2026", "Rowan 2026"]


def test_the_real_first_name_at_the_familys_wish(case: Case) -> None:
    given = {"display_pseudonym": "Shona", "pseudonym_chosen": "family"}
    with pytest.raises(Invalid) as refused:
        case.act("record_pseudonym", given)
    assert [reason.field for reason in refused.value.reasons] == ["name_kind"]
    case.act(
        "record_pseudonym",
        {
            **given,
            "name_kind": "real_first_name",
            "real_name_wish": "Her mother asked for it.",
            "real_name_views": "Nobody else could be asked.",
            "real_name_reason": "The family speaks of her by it in public.",
        },
    )
    assert case.record().title == "Shona"

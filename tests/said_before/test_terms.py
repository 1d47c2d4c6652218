"""What a text says, apart from how it is put: names of the field, families, and what is no word at all."""

from __future__ import annotations

from time import perf_counter

import pytest

from dardr.lookups.similar import has_words
from dardr.said.score import ENOUGH, compared, weights_of
from dardr.said.shown import Read, marked, shared_words
from dardr.said.terms import LONGEST_TERM, counted, found_in, is_light


def _alike(asked: str, other: str) -> float:
    here, there = counted(asked), counted(other)
    weights = weights_of(here, {term: 1 for term in there}, 50)
    return compared(here, weights, there, sum(there.values()))[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPs", "general practitioners"),
        ("primary care", "a GP surgery"),
        ("A&E", "the emergency department"),
        ("adult social care", "ASC"),
        ("a DASH", "risk identification checklists"),
        ("Clare's Law", "the Domestic Violence Disclosure Scheme"),
        ("Clare\u2019s Law", "right to ask"),
        ("routine enquiry", "asking"),
        ("was not brought", "missed appointments"),
        ("multi-agency risk assessment conferences", "MARAC"),
    ],
)
def test_one_thing_has_one_term_by_whatever_name(one: str, other: str) -> None:
    named = {term for term in counted(one) if term.startswith("=")}
    assert named and named <= set(counted(other))


def test_forms_of_a_word_are_one_term() -> None:
    assert counted("trained")["train"] == counted("Training")["train"] == counted("TRAINS")["train"] == 1


def test_the_longest_name_counts() -> None:
    terms = counted("a multi-agency risk assessment conference")
    assert "=MARAC" in terms and "=risk assessment" not in terms


def test_another_thing_with_the_same_words_around_it_is_less_alike() -> None:
    draft = "Train GPs to ask patients alone about domestic abuse"
    same = "General practitioners should receive training in enquiring about domestic violence when patients are alone"
    other = "Train officers to seize firearms at domestic incidents"
    assert _alike(draft, same) > 2 * _alike(draft, other)


@pytest.mark.parametrize("text", ["", "   ", "the and of with should must", "123 456 7.1", "<b></b>", "?!…", "\x00"])
def test_what_says_nothing_has_no_words(text: str) -> None:
    assert not has_words(text)


def test_tags_are_no_words_and_marks_stand_where_the_words_are() -> None:
    text = '<p class="gp">Caf\u00e9 staff & <b>midwives</b> n\u00e9ver "OR" NOT * \'pr\u00e9natal\'</p>'
    assert "=GP" not in counted(text)
    found = [text[one.start : one.end] for one in found_in(text) if one.term == "=pregnancy and maternity"]
    assert found == ["midwives"]
    assert "".join(piece for piece, _ in marked(Read.of(text), ["=pregnancy and maternity"])) == text


def test_a_very_long_text_is_read_as_far_as_a_recommendation_goes() -> None:
    began = perf_counter()
    terms = counted("Ask everybody about abuse. " * 4000)
    assert terms and perf_counter() - began < 5
    assert all(len(term) <= LONGEST_TERM for term in counted("x" * 5000 + " " + "donaudampfschiff" * 20))


def test_another_language_is_read_and_likely_shares_nothing() -> None:
    assert _alike("Il faut former les policiers aux violences conjugales", "Train police on domestic abuse") < ENOUGH


def test_what_is_shared_is_said_in_the_words_of_both_and_every_part_adds_up() -> None:
    draft, other = "GPs should ask about abuse", "Family doctors are to enquire about abuse and violence"
    here, there = counted(draft), counted(other)
    weights = weights_of(here, {term: 1 for term in there}, 50)
    score, shared = compared(here, weights, there, sum(there.values()))
    rows = shared_words(Read.of(draft), Read.of(other), shared)
    named = {row.label: row for row in rows}
    assert named["GP"].asked == ("gps",) and named["GP"].found == ("family doctors",) and named["GP"].said_otherwise
    light = sum(part.weight for part in shared if is_light(part.term))
    assert abs(sum(row.weight for row in rows) + light - sum(part.weight for part in shared)) < 1e-9
    assert 0 < score <= 1


def test_the_same_words_are_as_alike_as_can_be() -> None:
    text = "Midwives should ask every woman about abuse, alone"
    assert _alike(text, text) == pytest.approx(1)

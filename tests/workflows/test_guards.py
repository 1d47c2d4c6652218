"""The shared conditions, each met and not met, and silent while a page only asks what is possible."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from workflows import guards
from workflows.definition import Facts, Item, OpenHold, Past
from workflows.partial import PartialDate

DAY = date(2026, 3, 2)
NONE = Facts(ref="R", stage="open", recorded={}, today=DAY)


def facts(**changes: Any) -> Facts:
    return dataclasses.replace(NONE, **changes)


def done(**when: tuple[int, int]) -> dict[str, Past]:
    return {key: Past(seq, actor, DAY) for key, (seq, actor) in when.items()}


def test_done() -> None:
    assert guards.done(NONE, action="sign", reason="Sign.") is not None
    assert guards.done(facts(done=done(sign=(1, 1))), action="sign", reason="Sign.") is None


def test_done_any() -> None:
    both = ("sign", "seal")
    assert guards.done_any(NONE, actions=both, reason="Do.") is not None
    assert guards.done_any(facts(done=done(seal=(1, 1))), actions=both, reason="Do.") is None


@pytest.mark.parametrize(
    ("when", "met"),
    [
        ({}, False),
        ({"sign": (1, 1)}, True),
        ({"sign": (1, 1), "change": (2, 1)}, False),
        ({"sign": (3, 1), "change": (2, 1)}, True),
        ({"change": (2, 1)}, False),
    ],
)
def test_done_since_counts_only_what_came_after(when: dict[str, tuple[int, int]], met: bool) -> None:
    found = guards.done_since(facts(done=done(**when)), actions=("sign",), since=("change",), reason="Sign again.")
    assert (found is None) is met


def test_a_second_person_is_another_than_the_one_who_acted_last() -> None:
    when = done(first=(1, 1), again=(5, 2))
    than = ("first", "again")
    assert guards.another_person(facts(done=when, actor_id=1), than=than, reason="Ask.") is None
    assert guards.another_person(facts(done=when, actor_id=2), than=than, reason="Ask.") is not None
    assert guards.another_person(facts(actor_id=2), than=than, reason="Ask.") is None


def test_the_operator_cannot_be_its_own_second_person() -> None:
    operator = facts(done=done(first=(1, 9)), actor_id=9, is_operator=True)
    assert guards.another_person(operator, than=("first",), reason="Ask.") is not None


def test_from_elsewhere() -> None:
    owing = facts(owing_body_ids=frozenset({1, 2}))
    assert guards.from_elsewhere(owing, reason="Ask.") is None
    own = dataclasses.replace(owing, actor_body_ids=frozenset({2}))
    assert guards.from_elsewhere(own, reason="Ask.") is not None


def items(*given: tuple[str, str, bool]) -> Facts:
    return facts(items=tuple(Item(ref, "return", "open", final, {"kind": kind}) for ref, kind, final in given))


def test_items_final_names_those_that_are_not() -> None:
    def said(*given: tuple[str, str, bool], kinds: tuple[str, ...] = ()) -> str | None:
        found = guards.items_final(items(*given), process="return", one="is open.", several="are open.", kinds=kinds)
        return found.reason if found else None

    assert said() is None
    assert said(("R1", "a", True)) is None
    assert said(("R1", "a", True), ("R2", "a", False)) == "R2 is open."
    assert said(("R1", "a", False), ("R2", "b", False)) == "R1, R2 are open."
    assert said(("R1", "a", False), ("R2", "b", False), kinds=("b",)) == "R2 is open."
    many = [(f"R{n}", "a", False) for n in range(1, 8)]
    assert said(*many) == "R1, R2, R3 and 4 more are open."
    found = guards.items_final(items(("R1", "a", False)), process="other", one="is", several="are")
    assert found is None


def test_going_on_without_an_item_needs_a_reason() -> None:
    waiting = items(("R1", "a", False))
    ask: dict[str, Any] = {"process": "return", "field": "why", "what": "Returns"}
    assert guards.items_final_or_reason(waiting, **ask) is None, "a page only asks what is possible"
    refused = guards.items_final_or_reason(dataclasses.replace(waiting, submitted={}), **ask)
    assert refused is not None and refused.field == "why" and "R1" in refused.reason
    given = dataclasses.replace(waiting, submitted={"why": "Wound up"})
    assert guards.items_final_or_reason(given, **ask) is None


def test_a_setting_may_turn_a_step_off() -> None:
    ask = {"setting": "asked", "action": "sign", "since": (), "reason": "Sign."}
    assert guards.setting_off_or_done_since(NONE, **ask) is not None
    assert guards.setting_off_or_done_since(facts(settings={"asked": False}), **ask) is None
    assert guards.setting_off_or_done_since(facts(done=done(sign=(1, 1))), **ask) is None


def test_holds() -> None:
    held = facts(holds=(OpenHold(1, "trial", DAY, None, ("publication",), ()),))
    assert guards.no_hold_on(held, activity="publication", reason="Wait.") is not None
    assert guards.no_hold_on(held, activity="interviews", reason="Wait.") is None
    assert guards.a_hold_is_open(held, reason="None.") is None
    assert guards.a_hold_is_open(held, kind="deferral", reason="None.") is not None
    assert guards.a_hold_is_open(NONE, reason="None.") is not None
    assert guards.no_hold_of_kind(held, kind="trial", reason="Wait.") is not None
    assert guards.no_hold_of_kind(held, kind="inquest", reason="Wait.") is None


@pytest.mark.parametrize(
    ("death", "met"),
    [
        ("2026-03-02", True),
        ("2026-03-03", False),
        ("2026-03", True),
        ("2026-04", False),
        ("2026", True),
        ("2026-02-20..2026-03-05", True),
        ("2026-03-05..2026-03-09", False),
        ("not_known", True),
        (None, True),
    ],
)
def test_not_before_the_first_day_on_which_the_death_may_have_been(death: str | None, met: bool) -> None:
    recorded = facts(recorded={"death_date": death}, occurred_on=DAY, submitted={"seen_on": DAY})
    assert (guards.not_before_death(recorded) is None) is met
    assert (guards.date_not_before_death(recorded, field="seen_on") is None) is met
    if death is not None and death[0] == "2":
        typed = facts(occurred_on=DAY, submitted={"death_date": PartialDate.parse(death)})
        assert (guards.not_before_death(typed) is None) is met


def test_dates_in_order() -> None:
    ask = {"first": "a", "then": "b", "reason": "Later."}
    assert guards.dates_in_order(NONE, **ask) is None
    assert guards.dates_in_order(facts(submitted={"a": DAY, "b": DAY}), **ask) is None
    refused = guards.dates_in_order(facts(submitted={"a": DAY, "b": date(2026, 3, 1)}), **ask)
    assert refused is not None and refused.field == "b"


def test_answer_must_be() -> None:
    ask = {"field": "ok", "values": ("yes",), "reason": "Say yes."}
    for submitted, met in ((None, True), ({}, True), ({"ok": "yes"}, True), ({"ok": "no"}, False)):
        assert (guards.answer_must_be(facts(submitted=submitted), **ask) is None) is met


def test_needed_when_and_only_when() -> None:
    ask = {"field": "why", "when": "kind", "values": ("odd",), "reason": "Say why."}
    for submitted, needed, allowed in (
        (None, True, True),
        ({"kind": "even"}, True, True),
        ({"kind": "odd"}, False, True),
        ({"kind": "odd", "why": "So"}, True, True),
        ({"kind": "even", "why": "So"}, True, False),
    ):
        assert (guards.needed_when(facts(submitted=submitted), **ask) is None) is needed
        assert (guards.only_when(facts(submitted=submitted), **ask) is None) is allowed


def test_needed_of() -> None:
    ask = {"fact": "kind", "values": ("odd",), "field": "why", "reason": "Say why."}
    odd = {"kind": "odd"}
    assert guards.needed_of(facts(recorded=odd), **ask) is None
    assert guards.needed_of(facts(recorded=odd, submitted={}), **ask) is not None
    assert guards.needed_of(facts(recorded=odd, submitted={"why": "So"}), **ask) is None
    assert guards.needed_of(facts(recorded={"kind": "even"}, submitted={}), **ask) is None


def test_one_answered() -> None:
    ask = {"fields": ("a", "b"), "reason": "Fill in one."}
    assert guards.one_answered(NONE, **ask) is None
    assert guards.one_answered(facts(submitted={}), **ask) is not None
    assert guards.one_answered(facts(submitted={"b": "x"}), **ask) is None


def test_a_new_entry_has_a_name_of_its_own() -> None:
    ask = {"field": "version", "among": "versions", "what": "Version"}
    recorded = {"versions": [{"version": "1"}]}
    assert guards.entry_is_new(facts(recorded=recorded), **ask) is None
    assert guards.entry_is_new(facts(recorded=recorded, submitted={"version": "2"}), **ask) is None
    refused = guards.entry_is_new(facts(recorded=recorded, submitted={"version": "1"}), **ask)
    assert refused is not None and "Version 1 is already on the record" in refused.reason


def test_listed() -> None:
    assert guards.listed(NONE, name="notes", reason="Add one.") is not None
    assert guards.listed(facts(recorded={"notes": [{}]}), name="notes", reason="Add one.") is None

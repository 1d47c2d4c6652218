"""Nothing is promoted: what is guidance, practice or a local choice never reads as law, and no number is made up."""

from __future__ import annotations

import pytest

import workflows
from workflows.counting import Counting, Roll
from workflows.definition import (
    AgeOnly,
    Clock,
    DateGiven,
    Days,
    Evidence,
    Kind,
    LocalSetting,
    Months,
    Span,
    WorkingDays,
)

PROCESSES = workflows.all_processes()
CLOCKS: list[tuple[str, Clock]] = [(p.key, c) for p in PROCESSES for c in p.clocks]


def clock(number: str, process: str | None = None) -> Clock:
    found = [c for key, c in CLOCKS if c.id == number and process in (None, key)]
    assert found, number
    return found[0]


NAMES = {
    "D01": "police_notification", "D02": "decide_review", "D03": "tell_home_office", "D04": "tell_family",
    "D05": "overview_report", "D06": "copy_to_commissioner", "D07": "copy_to_secretary_of_state",
    "D08": "commissioner_reply", "D09": "comply_with_direction", "D10": "imr_return", "D11": "information_return",
    "D12": "family_reading", "D13": "home_office_wait", "D14": "amend_after_qa", "D15": "publish_after_clearance",
    "D16": "send_final_documents", "D17": "action_update", "D18": "action_due",
    "L03": "minutes_agreed", "L04": "meeting_day",
    "L01": "task_due", "L02": "waiting_for_chair", "L05": "chair_answer", "L06": "chair_payment",
    "L07": "moved_date_followed_up", "L08": "look_at_proceeding", "L09": "held_back_next_step",
    "L10": "family_update", "L10C": "family_update_by_chair",
    "L11": "reader_comments", "L11C": "named_reader_comments", "L12": "ask_home_office",
    "L13": "look_again_online", "L14": "look_again_not_published",
    "L15": "no_contact_look",
    "L16": "section15_answer", "L16C": "section15_own_answer",
    "L17": "national_recommendation",
    "L18": "effect_check_first", "L18C": "look_in_place", "L19": "effect_check_second",
    "L20": "updates_wanted", "L21": "more_time_answer", "L21C": "return_signature",
}  # fmt: skip


def test_the_clocks_are_the_eighteen_known_ones_and_that_of_a_task() -> None:
    assert {c.id: c.key for _, c in CLOCKS} == NAMES


def test_only_the_reply_to_the_commissioner_has_a_date_set_by_statute() -> None:
    assert {c.id for _, c in CLOCKS if c.date.kind is Kind.STATUTE} == {"D08"}


def test_duties_that_are_statute() -> None:
    assert {(key, c.id) for key, c in CLOCKS if c.duty.kind is Kind.STATUTE} == {
        ("dardr-s9", "D06"), ("dardr-s9", "D09"), ("dardr-s8a", "D07"), ("dardr-s8a", "D09"),
        ("commissioner-reply", "D08"), ("section15-answer", "L16"),
    }  # fmt: skip


LOCAL_LENGTHS = {
    "D01": WorkingDays(5), "D03": WorkingDays(5), "D04": None, "D06": WorkingDays(5), "D07": None,
    "D10": WorkingDays(40), "D11": WorkingDays(10), "D12": WorkingDays(10), "D14": WorkingDays(20), "D15": None,
    "D16": WorkingDays(2), "D17": Months(3), "L03": Days(28), "L05": WorkingDays(10),
    "L07": WorkingDays(5), "L08": Days(56),
    "L13": None,
}  # fmt: skip


def test_local_lengths_and_their_settings() -> None:
    for number, default in LOCAL_LENGTHS.items():
        length = clock(number).length
        assert length == LocalSetting(NAMES[number], default), number
        assert clock(number).date.kind is Kind.LOCAL, number
        assert clock(number).counting is Counting.AFTER, number


def test_fixed_lengths() -> None:
    fixed = {(key, c.id): c.length for key, c in CLOCKS if isinstance(c.length, Span)}
    assert fixed == {
        ("dardr-s9", "D02"): Months(1),
        ("dardr-s9", "D05"): Months(6),
        ("commissioner-reply", "D08"): Days(56),
    }


def test_dates_that_are_given_and_the_wait_that_has_none() -> None:
    assert clock("D09").length == DateGiven("comply_by")
    assert clock("D09").date.kind is Kind.LOCAL
    assert clock("D18").length == DateGiven("target_date")
    assert clock("L16").length == clock("L16C").length == DateGiven("answer_by")
    assert clock("L16").date.kind is Kind.PRACTICE and clock("L16").when_given
    assert clock("D13").length == AgeOnly()


def test_the_56_days_cannot_be_moved() -> None:
    d08 = clock("D08")
    assert (d08.counting, d08.rolls) == (Counting.BEGINNING_WITH, Roll.NONE)
    assert not d08.pausable and not d08.extendable
    assert d08.date.verified and d08.duty.verified
    assert d08.counts_from == "report_published_on"


def test_what_a_hold_may_pause_and_what_an_agreement_may_move() -> None:
    assert {c.id for _, c in CLOCKS if c.pausable} == {"D10", "D12", "D14", "D15", "D17"}
    assert {c.id for _, c in CLOCKS if c.extendable} == {
        "D05", "D10", "D11", "D12", "D14", "D15", "D16", "D17", "D18",
        "L11", "L11C", "L13", "L14", "L17", "L18", "L18C", "L19", "L20",
        "L21C",
    }  # fmt: skip


@pytest.mark.parametrize("number", ["D12", "D13"])
def test_family_and_home_office_are_never_reminded(number: str) -> None:
    silent = clock(number)
    assert (silent.remind_before, silent.on_the_day, silent.repeat_after_every) == ((), False, None)
    assert silent.escalations == ()


def test_what_is_asked_again_each_week_goes_up_to_somebody_else_too() -> None:
    """Whoever is reminded, somebody else is named who is told next. L12 is a question that nobody has to ask."""
    alone = {c.id for _, c in CLOCKS if c.repeat_after_every is not None and not c.escalations}
    assert alone == set()
    assert {c.id for _, c in CLOCKS if (c.remind_before or c.on_the_day) and not c.escalations} == {"L12"}
    for _, one in CLOCKS:
        assert one.owner not in {step.to for step in one.escalations}, one.id


def test_the_guide_dates_are_not_shown_as_compared() -> None:
    for number in ("D02", "D05"):
        assert clock(number, "dardr-s9").date.kind is Kind.GUIDANCE
        assert clock(number, "dardr-s9").date.evidence is Evidence.NOT_COMPARED
    assert clock("D05").asks_for_agreed_date
    assert clock("D02").deferred_by == "deferral"


def test_the_law_to_come_sets_no_number() -> None:
    for number in ("D02", "D05"):
        to_come = clock(number, "dardr-s8a")
        assert isinstance(to_come.length, LocalSetting) and to_come.length.default is None
        assert to_come.date.kind is Kind.DRAFT and not to_come.date.in_force
    assert not clock("D07").duty.in_force


def test_the_law_to_come_is_locked_and_has_its_own_copy_duty_and_criteria() -> None:
    now, to_come = workflows.get("dardr-s9"), workflows.get("dardr-s8a")
    assert (now.needs_unlock, to_come.needs_unlock) == (None, "s8a")
    assert {c.id for c in now.clocks} ^ {c.id for c in to_come.clocks} == {"D06", "D07"}
    limbs = {
        choice.value
        for f in to_come.action("decide_review").fields
        if f.name == "criteria_limb"
        for choice in f.choices
    }
    assert "household" not in limbs
    for action in to_come.actions:
        assert action.authority is not None and "December 2016" not in action.authority.source, action.key


def test_what_is_verified_is_statute_read_in_full() -> None:
    for process in PROCESSES:
        authorities = [a.authority for a in (process.opening, *process.actions)]
        authorities += [authority for c in process.clocks for authority in (c.duty, c.date)]
        for authority in authorities:
            assert authority is not None
            assert authority.verified == (authority.kind is Kind.STATUTE), authority.source
            if authority.kind is Kind.GUIDANCE:
                assert authority.evidence is Evidence.NOT_COMPARED


def test_a_return_counts_by_its_kind_and_by_the_date_of_its_terms() -> None:
    assert clock("D10").only_when == ("kind", ("imr", "summary", "chronology"))
    assert clock("D11").only_when == ("kind", ("information_return",))
    kinds = {o.value for f in workflows.get("agency-return").opening.fields if f.name == "kind" for o in f.choices}
    assert kinds == {"imr", "summary", "chronology", "information_return"}
    assert clock("D10").given_in == clock("D11").given_in == "due_on"


def test_the_back_catalogue_has_no_clocks_and_no_messages() -> None:
    historic = workflows.get("historic")
    assert (historic.clocks, historic.notices, [s.key for s in historic.stages]) == ((), (), ["on_record"])


def test_words_that_are_not_used() -> None:
    forbidden = ("kill", "zombie", "stuck", "non-compliant", "breach", "committed suicide", "perpetrator ")
    for process in PROCESSES:
        shown = [process.label, process.about, *(s.label + s.means for s in process.stages)]
        for action in (process.opening, *process.actions):
            shown += [action.label, action.help]
            for field in action.fields:
                shown += [field.label, field.help, *(choice.label for choice in field.choices)]
        for words in shown:
            assert not [word for word in forbidden if word in words.lower()], words


def test_the_copy_of_the_report_rests_on_the_act_that_asks_for_it() -> None:
    for key, number in (("dardr-s9", "D06"), ("dardr-s8a", "D07")):
        assert workflows.get(key).action("record_copy_to_commissioner").authority == clock(number, key).duty

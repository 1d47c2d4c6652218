"""Words for dates, authorities and clocks: care in each, and "breached" only of an Act."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import dardr.web
from dardr.web.words import (
    answer_words,
    authority_words,
    guide_words,
    how_it_stands,
    instant_words,
    kind_word,
    long_day,
    span_words,
)
from workflows.clocks import State
from workflows.counting import Unit
from workflows.definition import Choice, Field, FieldType, Span
from workflows.processes.authorities import ACT_2021_S16_56_DAYS, ACT_2024_S8A, guidance_2016

TODAY = date(2026, 8, 3)


def row(**more: Any) -> dict[str, Any]:
    plain = {"clock": "overview_report", "kind": "guidance", "state": "running", "due": None, "original_due": None}
    return plain | more


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (row(due="2026-08-03"), "due today"),
        (row(due="2026-08-04"), "due tomorrow"),
        (row(due="2026-08-10"), "due in 7 days"),
        (row(due="2026-08-02", state="past_guide"), "past the six-month guide; no date agreed yet"),
        (
            row(due="2027-03-12", original_due="2026-08-02", agreed_due="2027-03-12"),
            "past the six-month guide; agreed date 12 March 2027",
        ),
        (row(due="2027-03-12", original_due="2026-09-02", agreed_due="2027-03-12"), "agreed date, due in 221 days"),
        (row(due="2026-08-02", agreed_due="2026-08-02", state="late"), "1 day past the agreed date"),
        (row(due="2026-07-30", kind="local", state="late", clock="imr_return"), "4 days late"),
        (
            row(due="2026-08-01", kind="statute", state="breached", clock="commissioner_reply"),
            "the date in the Act has passed, 2 days ago",
        ),
        (row(original_due="2026-08-01", state="held"), "held; no date while the hold lasts"),
        (row(due="2026-08-01", state="deferred"), "deferred; the date stands"),
        (row(due="2026-08-01", state="met", stopped_on="2026-07-31"), "done on 31 July 2026"),
        (
            row(due="2026-07-30", state="met_late", stopped_on="2026-07-31"),
            "done on 31 July 2026, 1 day after the date",
        ),
        (row(state="withdrawn"), "no longer needed"),
        (row(problem="The date it counts from is not recorded."), "cannot be counted yet"),
        (row(clock="home_office_wait", **{"from": "2026-01-19"}), "28 weeks so far"),
        (row(clock="home_office_wait", **{"from": "2026-07-30"}), "4 days so far"),
        (row(clock="tell_family"), "no date is set for this"),
    ],
)
def test_how_a_deadline_stands(given: dict[str, Any], said: str) -> None:
    assert how_it_stands(given, TODAY) == said


@pytest.mark.parametrize("state", [s for s in State if s is not State.BREACHED])
def test_only_an_act_s_date_is_said_to_have_passed_in_an_act(state: State) -> None:
    assert "Act" not in how_it_stands(row(state=str(state), due="2026-07-01", stopped_on="2026-07-02"), TODAY)


def test_dates_are_written_out() -> None:
    assert long_day("2026-12-03") == "Thursday 3 December 2026"
    assert long_day(None) == ""
    assert long_day("2026-12") == "2026-12"
    assert instant_words("2026-07-01T09:30:00+00:00") == "1 July 2026, 10:30"


def test_the_kind_of_a_rule_and_how_well_it_was_read_stand_beside_it() -> None:
    assert kind_word("local") == "local target"
    assert authority_words(ACT_2021_S16_56_DAYS.as_dict()) == ("Domestic Abuse Act 2021 s.16(6): statute, read in full")
    assert authority_words(guidance_2016("5").as_dict()).endswith("guidance, not compared with the text")
    assert authority_words(ACT_2024_S8A.as_dict()).endswith("not known to be in force")


def test_lengths_are_words() -> None:
    assert span_words(Span(56, Unit.DAYS)) == "56 days"
    assert span_words(Span(1, Unit.MONTHS)) == "one month"
    assert span_words(Span(5, Unit.WORKING_DAYS)) == "five working days"
    assert guide_words("decide_review") == "one-month guide"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (Field("x", "X", FieldType.CHOICE, choices=(Choice("a", "Label of a"),)), "a", "Label of a"),
        (Field("x", "X", FieldType.CHOICES, choices=(Choice("a", "A"), Choice("b", "B"))), ["a", "b"], "A; B"),
        (Field("x", "X", FieldType.DATE), "2026-12-03", "3 December 2026"),
        (Field("x", "X", FieldType.PARTIAL_DATE), "2026-12", "December 2026"),
        (Field("x", "X", FieldType.DATETIME), "2026-12-03T10:00:00+00:00", "3 December 2026, 10:00"),
        (Field("x", "X", FieldType.INTEGER), "not_known", "Asked, not known"),
        (Field("x", "X", FieldType.BOOLEAN), True, "Yes"),
        (Field("x", "X", FieldType.BOOLEAN), False, "No"),
        (Field("x", "X"), None, "Not given"),
        (Field("x", "X", FieldType.FILE), {"sha256": "0", "size": 4096, "media_type": "x"}, "A file of 4 KB"),
        (None, "2026-12-03", "3 December 2026"),
        (Field("x", "X"), 7, "7"),
    ],
)
def test_answers_are_read_as_people_say_them(field: Field | None, value: Any, said: str) -> None:
    assert answer_words(field, value) == said


def test_what_a_date_rests_on_stands_beside_how_it_stands() -> None:
    """No page says that a date is near or past without saying whether an Act, guidance or the partnership set it."""
    folder = Path(dardr.web.__file__).parent / "templates"
    lines = {
        f"{page.relative_to(folder)}: {line.strip()[:80]}": line
        for page in sorted(folder.rglob("*.html"))
        for line in page.read_text(encoding="utf-8").splitlines()
        if "how_it_stands(" in line
    }
    assert lines, "the templates are read"
    bare = {where for where, line in lines.items() if "kind(" not in line}
    assert not bare, "use pieces.when or pieces.stands"

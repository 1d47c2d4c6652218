"""When something happened, in the words of agencies: what is read, what is kept, what is never made up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calendar import in_words
from workflows.times_of_day import minutes_of
from workflows.when import EXACTNESS, read_when

GIVEN_ON = date(2026, 11, 22)
DAYS = st.dates(date(1906, 1, 1), GIVEN_ON - timedelta(days=1))


def span(words: str) -> tuple[str, str, str]:
    """The first day, the last day and the exactness that words allow; an empty text for no bound."""
    found = read_when(words, GIVEN_ON)
    first, last = (one.isoformat() if one else "" for one in (found.first, found.last))
    return first, last, found.exactness


@pytest.mark.parametrize(
    ("words", "first", "last", "exactness"),
    [
        ("12/03/2021", "2021-03-12", "2021-03-12", "day"),
        ("12.03.21", "2021-03-12", "2021-03-12", "day"),
        ("12/03/65", "1965-03-12", "1965-03-12", "day"),
        ("2021-03-12T00:00:00", "2021-03-12", "2021-03-12", "day"),
        ("Friday, 12th March 2021", "2021-03-12", "2021-03-12", "day"),
        ("March 12, 2021", "2021-03-12", "2021-03-12", "day"),
        ("New Year’s Eve 2019", "2019-12-31", "2019-12-31", "day"),
        ("March 2021", "2021-03-01", "2021-03-31", "month"),
        ("03/2021", "2021-03-01", "2021-03-31", "month"),
        ("2021", "2021-01-01", "2021-12-31", "year"),
        ("various dates in 2019", "2019-01-01", "2019-12-31", "year"),
        ("early 2019", "2019-01-01", "2019-04-30", "part"),
        ("mid-March 2021", "2021-03-11", "2021-03-20", "part"),
        ("end of February 2020", "2020-02-21", "2020-02-29", "part"),
        ("late 1990s", "1997-01-01", "1999-12-31", "part"),
        ("Summer 2018", "2018-06-01", "2018-08-31", "part"),
        ("winter 2018", "2018-01-01", "2019-02-28", "part"),
        ("Winter 2018/19", "2018-12-01", "2019-02-28", "part"),
        ("between 3 and 7 May 2020", "2020-05-03", "2020-05-07", "between"),
        ("3rd – 7th May 2020", "2020-05-03", "2020-05-07", "between"),
        ("03/05/2020 - 07/06/2020", "2020-05-03", "2020-06-07", "between"),
        ("3 May to 7 June 2020", "2020-05-03", "2020-06-07", "between"),
        ("May-July 2020", "2020-05-01", "2020-07-31", "between"),
        ("2021-2022", "2021-01-01", "2022-12-31", "between"),
        ("2011-12", "2011-01-01", "2012-12-31", "between"),
        ("the night of 4 June 2021", "2021-06-04", "2021-06-05", "between"),
        ("night of 30/31 May 2021", "2021-05-30", "2021-05-31", "between"),
        ("w/c 04/05/20", "2020-05-04", "2020-05-10", "between"),
        ("on or about 12/03/21", "2021-03-05", "2021-03-19", "about"),
        ("c. March 2021", "2021-02-01", "2021-04-30", "about"),
        ("2015?", "2014-01-01", "2016-12-31", "about"),
        ("before March 2021", "", "2021-02-28", "before"),
        ("since 12 March 2021", "2021-03-12", "", "after"),
    ],
)
def test_words_are_read_as_the_days_they_allow(words: str, first: str, last: str, exactness: str) -> None:
    assert span(words) == (first, last, exactness)


@pytest.mark.parametrize(
    "words",
    ["", "?", "unknown", "4 June", "the night of 4 June", "May 20", "03/25/2021", "31/02/2021", "44267", "00/01/1900",
     "01/01/1900", "0 January 1900", "7 to 3 May 2020", "letter of 12 March 2021", "3, 5 and 7 May 2020", "c. 2pm",
     "<b>12</b>", "=TODAY()", "12" * 400],
)  # fmt: skip
def test_nothing_is_guessed(words: str) -> None:
    assert span(words) == ("", "", "none")


@pytest.mark.parametrize(
    ("words", "time", "minutes"),
    [
        ("12/03/2021 14:05", "14:05", (845, 845)),
        ("12.03.2021 at 14.30", "14.30", (870, 870)),
        ("12 March 2021, 1405hrs", "1405hrs", (845, 845)),
        ("2pm on 12 March 2021", "2pm", (840, 840)),
        ("12 March 2021 between 2pm and 4pm", "2pm to 4pm", (840, 960)),
        ("12 March 2021 at about 2pm", "about 2pm", None),
        ("morning of 12 March 2021", "morning", None),
        ("12 March 2021, midnight", "midnight", (0, 0)),
    ],
)
def test_a_time_of_day_is_kept_beside_the_day(words: str, time: str, minutes: tuple[int, int] | None) -> None:
    found = read_when(words, GIVEN_ON)
    assert (found.first, found.last, found.time) == (date(2021, 3, 12), date(2021, 3, 12), time)
    assert minutes_of(found.time) == minutes


def test_what_is_odd_is_said() -> None:
    assert "not a Monday" in read_when("Monday 12 March 2021", GIVEN_ON).note
    assert "read as 2021" in read_when("12/03/21", GIVEN_ON).note
    assert "after the day on which it was given" in read_when("12 March 2031", GIVEN_ON).note
    assert "either winter" in read_when("winter 2018", GIVEN_ON).note
    assert read_when("sometime", GIVEN_ON).note


@settings(max_examples=150, deadline=None)
@given(DAYS, st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%A %d %B %Y", "%d-%B-%Y", "%B %d, %Y"]))
def test_a_day_is_read_alike_in_every_style(day: date, style: str) -> None:
    found = read_when(day.strftime(style), GIVEN_ON)
    assert (found.first, found.last, found.exactness) == (day, day, "day")


@settings(max_examples=100, deadline=None)
@given(DAYS, DAYS)
def test_a_range_holds_both_its_ends_and_never_runs_backwards(one: date, other: date) -> None:
    found = read_when(f"between {in_words(one)} and {in_words(other)}", GIVEN_ON)
    assert (found.first, found.last) == ((one, other) if one <= other else (None, None))


@settings(max_examples=100, deadline=None)
@given(DAYS)
def test_vaguer_words_allow_at_least_the_day(day: date) -> None:
    said = (f"about {in_words(day)}", f"{day:%B %Y}", f"{day.year}", f"w/c {in_words(day)}")
    for words in (*said, *([f"{day.year // 10}0s"] if day.year >= 1910 else [])):
        found = read_when(words, GIVEN_ON)
        assert found.first is not None and found.last is not None and found.first <= day <= found.last, words


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_words_are_kept_and_none_stop_the_reading(words: str) -> None:
    found = read_when(words, GIVEN_ON)
    assert found.given == " ".join(words.split()) and found.exactness in EXACTNESS
    assert found.known == (found.exactness != "none")
    if found.first and found.last:
        assert found.first <= found.last

"""Dates as people give them: read where they can be, refused with a sentence where they cannot."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import in_words
from workflows.partial import NotADate, PartialDate, parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2013-11-07",
        "2013-11-7",
        "2013/11/07",
        "7/11/2013",
        "07/11/2013",
        "07.11.2013",
        "7-11-2013",
        "7 11 2013",
        "7 November 2013",
        "7th november 2013",
        "7 Nov 2013",
        "7 Nov. 2013",
        "7-Nov-2013",
        "7th of November 2013",
        "November 7, 2013",
        "  7   November  2013 ",
    ],
)
def test_one_date_written_many_ways(text: str):
    assert parse_date(text) == date(2013, 11, 7)


def test_day_comes_first_in_uk_dates():
    assert parse_date("4/12/2026") == date(2026, 12, 4)
    assert parse_date("2026-12-04") == date(2026, 12, 4)
    assert parse_date("1 Sept 2026") == date(2026, 9, 1)
    assert parse_date("29/2/2028") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31 February 2026", "31 February 2026 does not exist. Give the date as day month year"),
        ("2026-02-31", "31 February 2026 does not exist"),
        ("29/02/2026", "29 February 2026 does not exist"),
        ("2026-04-31", "31 April 2026 does not exist"),
        ("2026-13-04", "the month is 13: were day and month swapped?"),
        ("04/13/2026", "the month is 13: were day and month swapped?"),
        ("2026-13-40", "there is no month 13"),
        ("2026-00-04", "there is no month 0"),
        ("2026-04-00", "there is no day 0"),
        ("0/4/2026", "there is no day 0"),
        ("7/11/13", "has a year of two figures"),
        ("7 Nov 13", "has a year of two figures"),
        ("2026-11-07T10:00", "has a time of day"),
        ("2026-11-07 10:00:00", "has a time of day"),
        ("0206-11-07", "the year 0206 is too long ago"),
        ("7 Novembre 2026", "Novembre is not the name of a month"),
        ("7 Ju 2026", "Ju is not the name of a month"),
        ("2026-11", "is not a date that can be read"),
        ("yesterday", "is not a date that can be read"),
        ("", "The date is empty"),
        ("   ", "The date is empty"),
        ("٧/١١/٢٠٢٦", "is not a date that can be read"),
        ("7/11/20266", "is not a date that can be read"),
        ("x" * 500, "is not a date that can be read"),
    ],
)
def test_refusals_say_what_is_wrong_and_what_to_do(text: str, sentence: str):
    with pytest.raises(NotADate) as refused:
        parse_date(text)
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 200
    assert str(refused.value).endswith((".", "?"))


@given(st.dates(date(1800, 1, 1), date(2999, 12, 31)))
def test_every_day_is_read_back(day: date):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day}/{day.month}/{day.year}") == day
    assert parse_date(in_words(day)) == day
    whole = PartialDate.parse(day.isoformat())
    assert whole == PartialDate.of(day)
    assert whole.is_full
    assert str(whole) == in_words(day)


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_sentence(text: str):
    for read in (parse_date, PartialDate.parse):
        try:
            read(text)
        except NotADate as refused:
            assert str(refused).endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "first", "last", "display"),
    [
        ("2013-11-07", "2013-11-07", "2013-11-07", "7 November 2013"),
        ("7 November 2013", "2013-11-07", "2013-11-07", "7 November 2013"),
        ("2023-04", "2023-04-01", "2023-04-30", "April 2023"),
        ("04/2023", "2023-04-01", "2023-04-30", "April 2023"),
        ("April 2023", "2023-04-01", "2023-04-30", "April 2023"),
        ("2024-02", "2024-02-01", "2024-02-29", "February 2024"),
        ("2023", "2023-01-01", "2023-12-31", "2023"),
        ("2014-12..2015-02", "2014-12-01", "2015-02-28", "between December 2014 and February 2015"),
        ("2014..2015-02-03", "2014-01-01", "2015-02-03", "between 2014 and 3 February 2015"),
        ("2014-12 .. 2015", "2014-12-01", "2015-12-31", "between December 2014 and 2015"),
    ],
)
def test_partial_dates(text: str, first: str, last: str, display: str):
    partial = PartialDate.parse(text)
    assert partial.text == text
    assert (partial.first.isoformat(), partial.last.isoformat(), partial.display) == (first, last, display)
    assert partial.is_full is (first == last)
    assert PartialDate.parse(partial.text) == partial


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2023-13", "there is no month 13"),
        ("2023-00", "there is no month 0"),
        ("2023-02-31", "31 February 2023 does not exist"),
        ("2023-04-00", "there is no day 0"),
        ("2026-13-04", "were day and month swapped?"),
        ("0023", "too long ago"),
        ("2015-02..2014-12", "ends (December 2014) before it begins (February 2015)"),
        ("2014-12..", "is not a whole range"),
        ("..2014", "is not a whole range"),
        ("2014..2015..2016", "is not a whole range"),
        ("2014-12..2015-02-30", "30 February 2015 does not exist"),
        ("unknown", "is not a date that can be read. Give a date (7 November 2026), a month"),
        ("Smarch 2014", "Smarch is not the name of a month"),
        ("", "The date is empty"),
    ],
)
def test_partial_refusals(text: str, sentence: str):
    with pytest.raises(NotADate) as refused:
        PartialDate.parse(text)
    assert sentence in str(refused.value)


def test_surely_before_only_when_no_day_could_be_otherwise():
    april, may, year = (PartialDate.parse(text) for text in ("2023-04", "2023-05-01", "2023"))
    assert april.surely_before(may)
    assert not may.surely_before(april)
    assert not april.surely_before(year)
    assert not year.surely_before(april)

"""The clocks and buttons that the user guide names are those of the processes."""

from __future__ import annotations

import re

import workflows
from tests.architecture.source import ROOT
from workflows.counting import Counting
from workflows.definition import PARTY_LABELS, AgeOnly, Authority, Clock, Kind, Length, LocalSetting, Span

GUIDE = ROOT / "docs" / "user-guide"


def clocks() -> dict[str, Clock]:
    """Every clock by its number; of two regimes, the one in force."""
    found: dict[str, Clock] = {}
    for process in workflows.all_processes():
        for clock in process.clocks:
            if clock.id not in found or not process.needs_unlock:
                found[clock.id] = clock
    return dict(sorted(found.items()))


def length(of: Length) -> str:
    if isinstance(of, Span):
        return span(of)
    if isinstance(of, LocalSetting):
        return f"{span(of.default)}, may be set" if of.default else "none until set"
    return "none: only its age is shown" if isinstance(of, AgeOnly) else "the date given"


def span(of: Span) -> str:
    unit = str(of.unit).replace("-", " ")
    return f"{of.n} {unit if of.n != 1 else unit.removesuffix('s')}"


def rests_on(authority: Authority) -> str:
    """In the words of the pages; what is local is not said twice."""
    return "local" if authority.kind is Kind.LOCAL else f"{authority.kind}, {authority.checked}"


def row(clock: Clock) -> str:
    """A clock as the table of the guide writes it."""
    counted = ", that day is day 1" if clock.counting is Counting.BEGINNING_WITH else ""
    cells = (
        clock.id,
        clock.label,
        length(clock.length) + counted,
        rests_on(clock.duty),
        rests_on(clock.date),
        "yes" if clock.pausable else "no",
        "yes" if clock.extendable else "no",
        PARTY_LABELS[clock.owner],
    )
    return f"| {' | '.join(cells)} |"


def test_the_table_of_clocks_is_the_data() -> None:
    lines = (GUIDE / "dates.md").read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if re.match(r"\| [DL]\d\d[CS]? \|", line)]
    assert table == [row(clock) for clock in clocks().values()]


def test_the_ladder_of_the_guide_is_the_data() -> None:
    """Each clock that passes lateness on, with the days of its steps in their order; of L10C those are in L10's row."""
    written: dict[str, list[int]] = {}
    for line in (GUIDE / "dates.md").read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"\| after ([DLCS\d, ]+) \| (.+) \|", line):
            for one in found[1].split(", "):
                written[one] = [int(number) for number in re.findall(r"\d+", found[2])]
    data = {clock.id: [step.after_days for step in clock.escalations] for clock in clocks().values()}
    data["L10"] += data.pop("L10C")
    assert written == {one: days for one, days in data.items() if days}


def test_only_the_statutory_date_is_said_to_be_one() -> None:
    statutory = {clock.id for clock in clocks().values() if str(clock.date.kind) == "statute"}
    assert statutory == {"D08"}
    assert "Today that is D08 alone" in (GUIDE / "dates.md").read_text(encoding="utf-8")


def test_every_button_of_the_guide_is_on_a_page() -> None:
    labels = {action.label for process in workflows.all_processes() for action in (process.opening, *process.actions)}
    named: dict[str, str] = {}
    for page in sorted(GUIDE.glob("*.md")):
        text = " ".join(page.read_text(encoding="utf-8").split())
        named |= {words: page.name for words in re.findall(r"\*\*([^*]+)\*\*", text) if words != "bold"}
    assert len(named) > 60
    assert {words: page for words, page in named.items() if words not in labels} == {}

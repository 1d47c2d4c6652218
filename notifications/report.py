"""The parts of a report: sections with commentary, figures as tables, and charts of the same figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of figures. The first cell of each row is its heading; ``caption`` says what the figures are."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.headers):
                raise ValueError(f"A row of {self.caption!r} has {len(row)} cells for {len(self.headers)} headers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture of the same figures: SVG text, and words that say what it shows."""

    svg: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report: heading, commentary by paragraph, figures always as a table, a chart if there is one."""

    heading: str
    commentary: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a word in the report means."""

    term: str
    meaning: str


def sample_sections() -> tuple[Section, ...]:
    """Fictional sections, used by tests and previews."""
    bars = "".join(
        f'<rect x="150" y="{10 + 34 * n}" width="{width}" height="22" fill="#17505c"/>'
        f'<text x="140" y="{26 + 34 * n}" text-anchor="end" font-size="14" font-family="Arial">{label}</text>'
        for n, (label, width) in enumerate((("Panel", 320), ("Drafting", 160), ("Publication", 80)))
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 116" width="500" height="116">{bars}</svg>'
    return (
        Section(
            heading="Caseload by phase",
            commentary=("Seven reviews were live at the end of the quarter; none were concluded in it.",),
            tables=(
                Table(
                    caption="Live reviews by phase",
                    headers=("Phase", "At start", "At end"),
                    rows=(("Panel", "3", "4"), ("Drafting", "2", "2"), ("Publication & after", "1", "1")),
                ),
            ),
            chart=Chart(svg=svg, alt="Bars: panel 4, drafting 2, publication 1"),
        ),
        Section(
            heading="Agreed dates and holds",
            commentary=("Two dates were moved by agreement; each is listed with its reason.",),
            tables=(
                Table(
                    caption="Dates moved by agreement",
                    headers=("Review", "Guide date", "Agreed date", "Reason"),
                    rows=(
                        ("DARDR-2025-007", "14 August 2026", "12 March 2027", "Criminal trial"),
                        ("DARDR-2026-002", "30 September 2026", "15 January 2027", "Family asked for time"),
                    ),
                ),
            ),
        ),
        Section(heading="Replies to the Commissioner", commentary=("No reply was due in the quarter.",)),
    )

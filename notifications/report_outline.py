"""An outline of the overview report in Word, with what the record holds of the review itself; its author writes on.

It names the members of the panel and the chair, as published reports do, and nobody else. What stands in square
brackets is for the author.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.document import SAMPLE, Document, Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one organisation was asked for, and how that ended."""

    organisation: str
    kind: str
    stands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of the panel: name and post as recorded, and the organisation they come from."""

    name: str
    post: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Something held back from the review: its reference, and the sentence agreed; empty while none is written."""

    ref: str
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutline(Document):
    """What a report says of its own review: days, terms, who contributed, the panel, what ran beside, what is missing.

    ``days`` are (step, London date or None). ``pseudonym`` is the published one; empty while none is chosen.
    ``meetings`` are (London date, how it was held). ``parallel`` and ``delays`` are sentences from the record.
    """

    name: ClassVar[str] = "report_outline"
    label: ClassVar[str] = "Outline of the overview report, with what the record holds"
    formats: ClassVar[tuple[Format, ...]] = ("docx",)

    ref: str
    csp: str
    pseudonym: str
    days: tuple[tuple[str, date | None], ...]
    scope: str
    scope_reason: str
    key_lines: tuple[str, ...]
    equality: tuple[str, ...]
    family_on_terms: str
    meetings: tuple[tuple[date, str], ...]
    contributors: tuple[Contribution, ...]
    panel: tuple[Member, ...]
    chair: str
    chair_independence: str
    chair_trained: str
    author: str
    parallel: tuple[str, ...]
    held_back: tuple[Withheld, ...]
    delays: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"Overview report {self.ref}, outline"

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2026, 11, 23),
            ref="DARDR-2026-009",
            csp="Example & District Community Safety Partnership",
            pseudonym="Willow 2025",
            days=(
                ("The partnership first knew of the death", date(2026, 2, 2)),
                ("Decision to hold the review", date(2026, 2, 27)),
                ("Report signed off by the partnership", None),
            ),
            scope="from 1 January 2022 until 14 January 2026",
            scope_reason="The first contact with health services was in 2022.",
            key_lines=("How risk was understood & acted on", "What was shared, and with whom"),
            equality=("Age and disability: asked of each agency.",),
            family_on_terms="Yes",
            meetings=((date(2026, 4, 21), "Online and in person"),),
            contributors=(
                Contribution(
                    organisation="Mid County NHS Trust",
                    kind="Individual management review (IMR)",
                    stands="Signed off",
                ),
            ),
            panel=(
                Member(
                    name="Robin Example", post="Head of safeguarding", organisation="Mid County NHS Trust"
                ),
            ),
            chair="Sam Example",
            chair_independence="Yes, and has declared it in writing",
            chair_trained="Yes",
            author="",
            parallel=("Criminal proceedings: under way",),
            held_back=(
                Withheld(ref="DARDR-2026-009-H01", sentence="The records of one service could not be used."),
                Withheld(ref="DARDR-2026-009-H02"),
            ),
            delays=("The trial was listed after the report was due.",),
        )  # fmt: skip

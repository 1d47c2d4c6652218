"""What goes to the Home Office with a report: the covering letter, and the table that answers its letter.

Both name the review by its reference alone: they travel, and nobody is to be recognised from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.document import SAMPLE, Document, Format


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionLetter(Document):
    """The covering letter of a submission: what is enclosed, and when panel and boards agreed to it.

    ``number`` is in words ("second"); for any but the first, ``answers_letter_of`` is the date of the letter it
    answers. ``enclosed`` are (part, which document). ``boards`` are the other boards with the day each signed.
    """

    name: ClassVar[str] = "submission_letter"
    label: ClassVar[str] = "Covering letter to the Home Office"
    formats: ClassVar[tuple[Format, ...]] = ("docx", "pdf", "html")

    ref: str
    csp: str
    number: str
    version: str
    panel_approved_on: date | None
    signed_off_on: date
    signed_off_by: str
    boards: tuple[tuple[str, date], ...] = ()
    enclosed: tuple[tuple[str, str], ...] = ()
    answers_letter_of: date | None = None
    contact: str = ""

    @property
    def title(self) -> str:
        return f"Covering letter {self.ref}"

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2027, 2, 8),
            ref="DARDR-2025-007",
            csp="Example & District Community Safety Partnership",
            number="second",
            version="3",
            panel_approved_on=date(2027, 1, 20),
            signed_off_on=date(2027, 2, 4),
            signed_off_by="Chair of the partnership",
            boards=(("Example Safeguarding Adults Board", date(2027, 2, 5)),),
            enclosed=(
                ("Overview report", "Version 3"),
                ("Executive summary", "Version 3"),
                ("Action plan", "As assured on 1 February 2027"),
                ("Data return", "Of 5 February 2027"),
                ("Confirmation that nobody can be recognised", "Note of 6 February 2027"),
            ),
            answers_letter_of=date(2026, 11, 3),
            contact="Example Community Safety Team, reviews@partnership.example.org",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerToPoint:
    """One line of the table: the point with its number in the letter, the answer, and where it was taken up."""

    number: str
    point: str
    answer: str
    how: str = ""
    where: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QaResponse(Document):
    """The answer to one letter of the Home Office, point by point. A point without an answer says so."""

    name: ClassVar[str] = "qa_response"
    label: ClassVar[str] = "Response to the Home Office's letter, point by point"
    formats: ClassVar[tuple[Format, ...]] = ("docx", "pdf", "html")

    ref: str
    csp: str
    letter_dated: date
    letter_reference: str
    submission: str
    version: str
    answers: tuple[AnswerToPoint, ...]

    @property
    def title(self) -> str:
        return f"Response to quality assurance {self.ref}"

    @property
    def unanswered(self) -> int:
        """How many points have no answer yet."""
        return sum(not one.answer for one in self.answers)

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2027, 2, 8),
            ref="DARDR-2025-007",
            csp="Example & District Community Safety Partnership",
            letter_dated=date(2026, 11, 3),
            letter_reference="Letter of the quality assurance board",
            submission="first",
            version="3",
            answers=(
                AnswerToPoint(
                    number="1",
                    point="Analyse each protected characteristic rather than list it.",
                    answer="Accepted",
                    how="The section was written again with the panel.",
                    where="Section 5, paragraphs 5.2 to 5.9",
                    version="3",
                ),
                AnswerToPoint(
                    number="2a",
                    point="Say more about the family's part & their words.",
                    answer="Accepted in part",
                    how="What the family wished to have said is said; the rest they asked to keep to themselves.",
                    where="Preface",
                    version="3",
                ),
                AnswerToPoint(number="3", point="Name the agencies in the summary.", answer=""),
            ),
        )

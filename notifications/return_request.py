"""The letter with which a body is asked for a return, as a draft: a person reads it, changes it and sends it.

It names nobody: who the people are goes to the body apart, by the secure way agreed with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.document import SAMPLE, Document, Format

SECURE = (
    "Paper files, whole and in their order, those in archives and with other sites included.",
    "Electronic records, with who looked at them and changed them, protected against change and deletion.",
    "Recordings of calls, e-mails, messages and diaries of those who were in touch, before they are overwritten.",
    "Policies, guidance and training records that were in force at the time.",
)
"""What is to be secured, wherever it is kept."""
CONFIDENTIAL = (
    "This request is confidential. Share it only with those who need it to answer. Living people's data are handled"
    " under the UK GDPR and the Data Protection Act 2018; your own data protection officer can say on what basis you"
    " share what you hold."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest(Document):
    """What one body is asked, by when, on what basis, and what it secures at once.

    ``kind`` is what is asked for, in the words of its form; ``for_decision`` says that no review is decided yet.
    ``basis`` are the sources in words, ``questions`` those of the form, ``own_questions`` the partnership's and
    ``asked`` those of this request. ``key_lines`` and the scope are those of approved terms of reference.
    """

    name: ClassVar[str] = "return_request"
    label: ClassVar[str] = "Request to an agency for a return"
    formats: ClassVar[tuple[Format, ...]] = ("docx",)

    ref: str
    organisation: str
    kind: str
    for_decision: bool
    requested_on: date
    due: date | None
    basis: tuple[str, ...]
    questions: tuple[str, ...] = ()
    own_questions: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    scope: str = ""
    key_lines: tuple[str, ...] = ()
    answer_at: str = ""
    contact: str = ""

    @property
    def title(self) -> str:
        return f"Request {self.ref}"

    @property
    def secure(self) -> tuple[str, ...]:
        """What is to be secured."""
        return SECURE

    @property
    def confidential(self) -> str:
        """How the request is to be handled."""
        return CONFIDENTIAL

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2026, 10, 8),
            ref="DARDR-2026-014-R02",
            organisation="Mid County NHS Trust",
            kind="Individual management review (IMR)",
            for_decision=False,
            requested_on=date(2026, 10, 8),
            due=date(2026, 12, 3),
            basis=("Domestic Violence, Crime and Victims Act 2004 section 9",),
            questions=("The agency's involvement, in the order in which it happened", "Lessons & good practice"),
            own_questions=("Was an interpreter used at each contact?",),
            asked=("Please look at the years from 2022 on.",),
            scope="From 1 January 2022 until 14 March 2026",
            key_lines=("How risk was understood and acted on", "What was shared, and with whom"),
            answer_at="https://reviews.partnership.example.org/returns/DARDR-2026-014-R02",
            contact="Example Community Safety Team, reviews@partnership.example.org",
        )

"""Every document that the system makes: a frozen dataclass with its fields, its template in ``documents/<name>/``.

Words that depend on proceedings ("suspected suicide", "charged") come in from the record; nothing here chooses them.
A document made from a report that is not yet public may only be made once the report is cleared: those classes ask
for the day of clearance and cannot be made without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.document import DEMONSTRATION, OFFICIAL_SENSITIVE, SAMPLE, Document, Format
from notifications.family_letter import FamilyLetter
from notifications.hold_notice import HoldNotice
from notifications.home_office_documents import AnswerToPoint, QaResponse, SubmissionLetter
from notifications.report import Chart, Definition, Section, Table, sample_sections
from notifications.report_outline import ReportOutline
from notifications.return_request import ReturnRequest

__all__ = [
    "DEMONSTRATION", "DOCUMENTS", "OFFICIAL_SENSITIVE", "AgendaItem", "AnswerToPoint", "Briefing", "CatalogueEntry",
    "Chart", "Consulted", "Criterion", "DecisionNotice", "Definition", "Document", "Format", "LearningEventSlides",
    "LearningPoint", "QaResponse", "QuarterlyReport", "Section", "SubmissionLetter", "SupportContact", "Table",
    "catalogue",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One question of the decision test, its answer in words, and what supports it."""

    question: str
    answer: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """A body that was asked before the decision, and when; None where the day is not recorded."""

    organisation: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionNotice(Document):
    """The partnership's decision whether to hold a review, told to the Home Office.

    ``date_of_death`` and ``aware_on`` are as held: a full date, or a partial one as text ("2026-03"). For a
    decision not to review, the reasons pack follows: criteria, who was consulted, the family's view, other
    learning, dissent, since such decisions are examined by the Home Office. ``decided_by`` is an office, not a
    person. Fields left empty are printed as "Not recorded".
    """

    name: ClassVar[str] = "decision_notice"
    label: ClassVar[str] = "Decision notice to the Home Office"
    formats: ClassVar[tuple[Format, ...]] = ("docx", "pdf", "html")

    ref: str
    csp: str
    date_of_death: date | str | None
    aware_on: date | str | None
    review: bool
    decision: str
    decided_on: date
    decided_by: str
    criteria_met: str
    reasons: tuple[str, ...]
    chair: str = ""
    expected_completion: date | str | None = None
    parallel_reviews: tuple[str, ...] = ()
    contact: str = ""
    criteria: tuple[Criterion, ...] = ()
    consulted: tuple[Consulted, ...] = ()
    family_view: str = ""
    other_learning: str = ""
    dissent: str = ""

    @property
    def title(self) -> str:
        return f"Decision notice {self.ref}"

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2026, 11, 23),
            ref="DARDR-2026-014",
            csp="Example & District Community Safety Partnership",
            date_of_death="2026-10",
            aware_on=date(2026, 10, 26),
            review=True,
            decision="A domestic abuse related death review will be held",
            decided_on=date(2026, 11, 20),
            decided_by="Chair of the Community Safety Partnership, advised by the core group",
            criteria_met="Domestic Violence, Crime and Victims Act 2004 section 9(1)(a): the person who died was aged "
            "16 or over, and had been in an intimate personal relationship with the person suspected",
            reasons=(
                "The death appears to have resulted from violence, abuse or neglect.",
                "Housing & health services were in contact in the year before, and there is learning to draw on how "
                "they shared what they knew.",
            ),
            chair="To be appointed; three applications are being considered",
            expected_completion=date(2027, 5, 20),
            parallel_reviews=("Criminal proceedings, trial not yet listed", "Inquest, opened and adjourned"),
            contact="Example Community Safety Team, reviews@partnership.example.org, 01632 960 001",
            criteria=(
                Criterion(question="Aged 16 or over", answer="Yes", evidence="Notification form"),
                Criterion(
                    question="Death resulted, or appears to have resulted, from violence, abuse or neglect",
                    answer="Yes, appears to have",
                    evidence="Police notification of 26 October 2026",
                ),
                Criterion(question="Same household", answer="Not known", evidence="Asked of housing, no reply yet"),
            ),
            consulted=(
                Consulted(organisation="Mid County NHS Trust", on=date(2026, 11, 6)),
                Consulted(organisation="Example Borough Council, housing", on=date(2026, 11, 9)),
                Consulted(organisation="Probation Service"),
            ),
            family_view="The family were told on 20 November 2026 and would like to take part.",
            other_learning="",
            dissent="",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportContact:
    """Where to find support: who, for whom, how."""

    service: str
    offers: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing(Document):
    """The one-page learning briefing, from published or cleared text only.

    ``pseudonym`` is the published one and ``summary`` has no identifiers. ``report_cleared_on`` is the day the
    Home Office cleared the report.
    """

    name: ClassVar[str] = "briefing"
    label: ClassVar[str] = "Learning briefing, one page"
    formats: ClassVar[tuple[Format, ...]] = ("docx", "pdf", "html")
    needs_cleared_report: ClassVar[bool] = True

    ref: str
    pseudonym: str
    report_cleared_on: date
    why_this_matters: str
    summary: tuple[str, ...]
    learned: tuple[str, ...]
    good_practice: tuple[str, ...]
    do_differently: tuple[str, ...]
    questions: tuple[str, ...]
    support: tuple[SupportContact, ...]
    evaluation_link: str = ""

    def __post_init__(self) -> None:
        _need_clearance(self.report_cleared_on)

    @property
    def title(self) -> str:
        return f"Learning briefing: {self.pseudonym}"

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2027, 6, 14),
            marking=None,
            ref="DARDR-2025-007",
            pseudonym="Rowan 2023",
            report_cleared_on=date(2027, 5, 28),
            why_this_matters="Controlling behaviour was seen by four services, and each saw only its own part. Asking "
            "once more, and sharing the answer, would have shown the pattern.",
            summary=(
                "Rowan (a pseudonym) was in their forties and had lived apart from their former partner for six "
                "months. Rowan was known to health, housing & adult social care.",
                "The review found that each service acted in line with its own procedure, and that nobody held the "
                "whole picture.",
            ),
            learned=(
                "Separation raised the risk, and was recorded as a sign that it had gone down.",
                "Money and access to a phone were controlled; neither was asked about.",
                "Missed appointments led to discharge letters, not to a call.",
            ),
            good_practice=(
                "A pharmacist offered a private room and wrote down what was said.",
                "The housing officer asked about safety at each visit.",
            ),
            do_differently=(
                "Ask about control of money, phone and movement, not only about violence.",
                "After two missed appointments, call before you close.",
                "Bring what you know to MARAC even when the score is below the threshold.",
            ),
            questions=(
                "How would we know that a person cannot speak freely on the phone?",
                "What do we do in the month after a separation?",
            ),
            support=_SUPPORT,
            evaluation_link="https://reviews.example.org/e/rowan",
        )


_SUPPORT = (
    SupportContact(
        service="National Domestic Abuse Helpline",
        offers="free, 24 hours, for anyone worried about abuse",
        contact="0808 2000 247",
    ),
    SupportContact(service="Samaritans", offers="free, 24 hours, for anyone in distress", contact="116 123"),
    SupportContact(
        service="Example staff support service",
        offers="for colleagues affected by this work",
        contact="support@partnership.example.org",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """One part of a learning event: minutes it takes, and what it is."""

    minutes: int
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPoint:
    """A point of learning on a slide of its own: heading, two to four lines, and notes for the facilitator."""

    heading: str
    lines: tuple[str, ...]
    facilitator_notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningEventSlides(Document):
    """The slides of a learning event. A content note comes before any text about what happened."""

    name: ClassVar[str] = "learning_event_slides"
    label: ClassVar[str] = "Slides of a learning event"
    formats: ClassVar[tuple[Format, ...]] = ("pptx",)
    needs_cleared_report: ClassVar[bool] = True

    ref: str
    event_title: str
    event_on: date | None
    pseudonym: str
    report_cleared_on: date
    agenda: tuple[AgendaItem, ...]
    content_note: tuple[str, ...]
    summary: tuple[str, ...]
    points: tuple[LearningPoint, ...]
    good_practice: tuple[str, ...]
    questions: tuple[str, ...]
    support: tuple[SupportContact, ...]
    evaluation_link: str = ""

    def __post_init__(self) -> None:
        _need_clearance(self.report_cleared_on)

    @property
    def title(self) -> str:
        return f"{self.event_title}: {self.pseudonym}"

    @classmethod
    def sample(cls) -> Self:
        briefing = Briefing.sample()
        return cls(
            **SAMPLE,
            prepared_on=date(2027, 6, 14),
            marking=None,
            ref=briefing.ref,
            event_title="Learning from a review",
            event_on=date(2027, 7, 8),
            pseudonym=briefing.pseudonym,
            report_cleared_on=briefing.report_cleared_on,
            agenda=(
                AgendaItem(minutes=5, item="Welcome, and looking after ourselves"),
                AgendaItem(minutes=10, item="What happened"),
                AgendaItem(minutes=25, item="What we learned"),
                AgendaItem(minutes=15, item="Questions for teams, in small groups"),
                AgendaItem(minutes=5, item="Support, and your view of this session"),
            ),
            content_note=(
                "The next slides speak of domestic abuse and of a death.",
                "You may leave at any time, turn your camera off, or come back later; nobody will ask why.",
                "A member of the team is free to talk during and after the session.",
            ),
            summary=briefing.summary,
            points=tuple(
                LearningPoint(heading=heading, lines=lines, facilitator_notes=notes)
                for heading, lines, notes in (
                    (
                        "Separation can raise the risk",
                        (briefing.learned[0], "Ask again in the weeks after a separation & write down the answer."),
                        "Ask: what does our assessment say about separation?",
                    ),
                    ("Control is more than violence", (briefing.learned[1], briefing.do_differently[0]), ""),
                    ("A missed appointment is information", (briefing.learned[2], briefing.do_differently[1]), ""),
                )
            ),
            good_practice=briefing.good_practice,
            questions=briefing.questions,
            support=_SUPPORT,
            evaluation_link=briefing.evaluation_link,
        )


def _need_clearance(cleared_on: date | None) -> None:
    if cleared_on is None:
        raise ValueError(
            "This document is made from a cleared report only: record the Home Office's clearance of the report first."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterlyReport(Document):
    """The partnership's quarterly report: ``subtitle`` names the period and the as-at date."""

    name: ClassVar[str] = "quarterly_report"
    label: ClassVar[str] = "Quarterly report"
    formats: ClassVar[tuple[Format, ...]] = ("html", "pdf")

    heading: str
    subtitle: str
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...] = ()
    footers: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.heading

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2026, 10, 12),
            heading="Domestic abuse related death reviews: quarterly report",
            subtitle="1 July to 30 September 2026, as at 12 October 2026",
            sections=sample_sections(),
            definitions=(
                Definition(term="Live", meaning="Notified and neither concluded nor transferred by the as-at date."),
                Definition(term="Past the guide", meaning="The date in the guidance has passed; not a limit in law."),
            ),
            footers=("Counts of fewer than five may identify people: do not publish without checking.",),
        )


DOCUMENTS: dict[str, type[Document]] = {
    kind.name: kind
    for kind in (
        ReturnRequest,
        DecisionNotice,
        FamilyLetter,
        HoldNotice,
        ReportOutline,
        SubmissionLetter,
        QaResponse,
        Briefing,
        LearningEventSlides,
        QuarterlyReport,
    )
}
"""Every document by name."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What `dardr document list` shows of a document."""

    name: str
    label: str
    formats: tuple[Format, ...]
    needs_cleared_report: bool


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Every document that can be made, in the order people meet them."""
    return tuple(
        CatalogueEntry(kind.name, kind.label, kind.formats, kind.needs_cleared_report) for kind in DOCUMENTS.values()
    )

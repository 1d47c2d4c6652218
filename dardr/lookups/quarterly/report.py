"""The quarterly report as data: every figure with its definition, ready for JSON.

Counts of reviews by CSP may add up to more than the whole, because a review may belong to two.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dardr.lookups.quarterly.periods import Period


def json_ready(value: Any) -> Any:
    """Dataclasses as objects, dates as ISO text, tuples as lists."""
    if isinstance(value, Period):
        return value.as_dict()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: json_ready(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [json_ready(v) for v in value]
    if isinstance(value, dict):
        return {k: json_ready(v) for k, v in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class PhaseCount:
    """How many live reviews were in one phase at the end of the period."""

    phase: str
    label: str
    count: int
    held: int
    deferred: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One count, in the period and in the year to its end, with what is counted."""

    key: str
    label: str
    in_period: int
    in_year: int
    definition: str


@dataclass(frozen=True, slots=True)
class Age:
    """One live review against one guide. ``days`` are counted from ``since`` to the end of the period.

    ``due`` is the date that counts (the agreed one, where there is one); ``original_due`` the guide's own.
    """

    ref: str
    clock: str
    since: date
    days: int
    due: date | None
    original_due: date | None
    agreed: bool
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class AgeSummary:
    """How the live reviews, and those that met the clock in the period, stand against one guide."""

    clock: str
    id: str
    label: str
    guide: str
    authority: dict[str, Any]
    live: int
    by_state: dict[str, int]
    median_days: int | None
    longest_days: int | None
    met_in_period: int
    met_within_guide_in_period: int
    met_by_agreed_date_in_period: int
    reviews: list[Age]
    definition: str


@dataclass(frozen=True, slots=True)
class Extension:
    """An agreed date that stood at the end of the period."""

    ref: str
    clock: str
    label: str
    original_due: date | None
    agreed_due: date
    agreed_on: date
    in_period: bool
    times_moved: int
    reason: str


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold, or the deferral of a decision, that was open on some day of the period."""

    ref: str
    kind: str
    label: str
    from_: date
    until: date | None
    open: bool
    reason: str
    clocks: list[str]


@dataclass(frozen=True, slots=True)
class NoReview:
    """A decision not to hold a review that was made in the period, or had no outcome yet, or got it in the period."""

    ref: str
    decided_on: date
    decision: str
    outcome: str
    outcome_on: date | None


@dataclass(frozen=True, slots=True)
class StatusCount:
    """Actions of plans by status at the end of the period."""

    status: str
    label: str
    count: int
    final: bool


@dataclass(frozen=True, slots=True)
class AgencyActions:
    """The actions led by one body."""

    agency: str
    name: str
    total: int
    not_ended: int
    past_their_date: int
    implemented_in_period: int
    implemented_in_year: int
    by_status: dict[str, int]


@dataclass(frozen=True, slots=True)
class Actions:
    """The action plans."""

    by_status: list[StatusCount]
    by_agency: list[AgencyActions]
    figures: list[Figure]
    reviews_with_every_action_ended: list[str]


@dataclass(frozen=True, slots=True)
class Reply:
    """One body's duty to reply to one section 8 report. ``days`` are days left (or, below nought, days since)."""

    ref: str
    report: str
    report_ref: str
    body: str
    due: date | None
    published_on: date | None
    state: str
    days: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Requests:
    """What the Commissioner asked for under section 15, each body asked counted once, the partnership itself too.

    ``in_full``, ``in_part`` and ``declined`` are answers sent in the period; the others stand on the day.
    """

    in_full: int
    in_part: int
    declined: int
    not_yet: int
    past_their_date: int


@dataclass(frozen=True, slots=True)
class CspRow:
    """One local partnership: a review of two counts in both."""

    csp: str
    name: str
    live: int
    notified: int
    decided_to_review: int
    decided_no_review: int
    published: int
    concluded: int
    actions_not_ended: int
    actions_implemented: int


@dataclass(frozen=True, slots=True)
class CataloguePartnership:
    """The published cases of one partnership."""

    partnership: str
    on_record: int
    dated_in_period: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Published cases on record from before this system, and those whose own dates lie in the period."""

    partnerships: list[CataloguePartnership]
    on_record: int
    dated_in_period: int
    definition: str


@dataclass(frozen=True, slots=True)
class ChairWanted:
    """A live review without an independent chair: since which London day, and for how many days."""

    ref: str
    since: date
    days: int


@dataclass(frozen=True, slots=True)
class Answers:
    """One question of the feedback on reviews, and how often each answer was given."""

    key: str
    label: str
    given: dict[str, int]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was said in the period of how reviews went. ``few``: too few reviews to show what was said of chairing."""

    entries: int
    reviews: int
    asked: list[Answers]
    few: bool


@dataclass(frozen=True)
class Report:
    """The whole report. ``as_at`` bounds what was recorded, ``day`` (the period's end or earlier) what occurred."""

    partnership: str
    period: Period
    year: str
    year_to_date: Period
    as_at: date
    day: date
    demonstration: bool
    caseload: list[PhaseCount]
    live: int
    activity: list[Figure]
    ages: list[AgeSummary]
    extensions: list[Extension]
    holds: list[HoldRow]
    waiting_for_chair: list[ChairWanted]
    feedback: Feedback
    no_reviews: list[NoReview]
    actions: Actions
    commissioner_replies: list[Reply]
    commissioner_requests: Requests
    by_csp: list[CspRow]
    catalogue: Catalogue
    definitions: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: one object, dates as ISO text."""
        found = json_ready(self)
        for row in found["holds"]:
            row["from"] = row.pop("from_")
        return {"report": "quarterly", **found}

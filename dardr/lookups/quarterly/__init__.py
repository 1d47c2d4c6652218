"""The quarterly report, from history: for a period, as at a day.

*As at D* uses only what was recorded by the end of D in London, and counts it by when it occurred. Run again later
for the same D, the report is the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import SEES_EVERY_REVIEW, SEES_PLANS, refs_in_conflict
from dardr.actors import Actor
from dardr.errors import NO_PARTNERSHIP, Conflict, Forbidden, Invalid, Reason
from dardr.lookups.names import name_of, names_on
from dardr.lookups.quarterly import chairs, figures, history, plans
from dardr.lookups.quarterly.periods import Period, quarter, quarter_of, year_label, year_of
from dardr.lookups.quarterly.report import Report
from dardr.storage.bodies import Partnership
from dardr.storage.installation import Installation
from workflows.calendar import in_words

__all__ = ["Period", "Report", "quarter", "quarter_of", "quarterly"]

READERS = SEES_EVERY_REVIEW | SEES_PLANS
"""Roles that read the report when held for the whole partnership."""

ITEMS = (
    "action", "agency-return", "commissioner-reply", "section8-report", "section15-request", "section15-answer",
)  # fmt: skip

DEFINITIONS = {
    "As at": "Only what had been recorded by the end of that day (London) is used; it is counted by the day on which it"
    " happened.",
    "Live": "Notified by the last day of the period, and on that day neither concluded, nor transferred, nor ended"
    " without a review.",
    "Phase": "The phase of the stage a review had reached on the last day of the period.",
    "Past the guide": "The date that guidance gives has passed. Guidance is not a limit in law.",
    "Agreed date": "A date that the panel and the partnership agreed in place of the guide's, for this one review. It"
    " stands before the guide's date, which is kept beside it.",
    "Late": "Past a date that somebody agreed or set for themselves.",
    "Hold": "A recorded reason for some work to wait. It never moves the dates for the decision or the overview"
    " report.",
    "Year": "1 April to 31 March; figures for the year run from 1 April to the last day of the period, or to"
    " the as-at day where that is earlier.",
    "By CSP": "A review that belongs to two local partnerships is counted in both, so these rows may add up to more"
    " than the whole.",
}


def quarterly(
    session: Session, actor: Actor, from_: date, to: date, as_at: date | None = None, today: date | None = None
) -> Report:
    """The report for the period ``from_`` to ``to`` (London dates, both included), as at ``as_at`` (today if None).

    Somebody with a conflict of interest reads the same figures, without the lines that name a review hidden from them.
    Raises Forbidden for people who may not read it, Invalid for a day to come or a period that had not begun.
    """
    period = Period(from_, to)
    as_at = _as_at(period, as_at, today)
    if not (actor.is_operator or actor.everywhere & READERS):
        raise Forbidden("The quarterly report is read by the team, the deciding chair and the Steering Group.")
    partnership = _partnership(session, actor)
    day = min(period.to, as_at)
    year = Period(year_of(day).from_, day)
    processes = (*sorted(workflows.REVIEW_KEYS), *ITEMS)
    past = history.load(session, partnership.id, processes, as_at, day)
    published = history.load_published(session, as_at, day)
    reviews = past.of(*workflows.REVIEW_KEYS)
    bodies = _names(session, "body", partnership.id, day)
    caseload = figures.caseload(past, reviews)
    report = Report(
        partnership=name_of(session, "partnership", partnership.id, day),
        period=period,
        year=year_label(day),
        year_to_date=year,
        as_at=as_at,
        day=day,
        demonstration=bool(session.scalar(sa.select(Installation.demonstration))),
        caseload=caseload,
        live=sum(row.count for row in caseload),
        activity=figures.activity(past, reviews, period, year),
        ages=figures.ages(session, past, reviews, period),
        extensions=figures.extensions(session, past, past.of(*processes), period),
        holds=figures.holds(past, reviews, period),
        waiting_for_chair=chairs.waiting(past, reviews),
        feedback=chairs.feedback(past, reviews, period),
        no_reviews=figures.no_reviews(past, reviews, period),
        actions=plans.actions(session, past, reviews, period, year, bodies),
        commissioner_replies=plans.replies(session, past, period, bodies),
        commissioner_requests=plans.requests(past, period),
        by_csp=plans.by_csp(past, reviews, period, _names(session, "csp", partnership.id, day)),
        catalogue=plans.catalogue(published, period, _partnership_names(session)),
        definitions=dict(DEFINITIONS),
    )
    hidden = refs_in_conflict(session, actor)
    return _without(report, hidden) if hidden else report


def _without(report: Report, hidden: frozenset[str]) -> Report:
    """The report without the lines about some records; what was counted stays as it was counted."""
    ended = [ref for ref in report.actions.reviews_with_every_action_ended if ref not in hidden]
    return replace(
        report,
        ages=[replace(one, reviews=[row for row in one.reviews if row.ref not in hidden]) for one in report.ages],
        extensions=[row for row in report.extensions if row.ref not in hidden],
        holds=[row for row in report.holds if row.ref not in hidden],
        waiting_for_chair=[row for row in report.waiting_for_chair if row.ref not in hidden],
        no_reviews=[row for row in report.no_reviews if row.ref not in hidden],
        actions=replace(report.actions, reviews_with_every_action_ended=ended),
        commissioner_replies=[row for row in report.commissioner_replies if row.ref not in hidden],
    )


def _as_at(period: Period, as_at: date | None, today: date | None) -> date:
    if as_at is None:
        if today is None:
            raise ValueError("quarterly() is told the day it is, or the day to report as at")
        as_at = today
    if today is not None and as_at > today:
        raise Invalid([Reason(f"{in_words(as_at)} is after today. Give today or a day before it.", "as_at")])
    if as_at < period.from_:
        raise Invalid(
            [
                Reason(
                    f"On {in_words(as_at)} the period {period.label} had not begun. Give a later day, or an earlier"
                    " period.",
                    "as_at",
                )
            ]
        )
    return as_at


def _partnership(session: Session, actor: Actor) -> Partnership:
    found = session.get(Partnership, actor.partnership_id) if actor.partnership_id is not None else None
    found = found or session.scalar(sa.select(Partnership).where(Partnership.home.is_(True)))
    if found is None:
        raise Conflict(NO_PARTNERSHIP)
    return found


def _names(session: Session, kind: str, partnership_id: int, day: date) -> dict[str, str]:
    """By key, in the order of the names they had on the day."""
    found = names_on(session, kind, partnership_id, day)
    return dict(sorted(found.items(), key=lambda one: one[1]))


def _partnership_names(session: Session) -> dict[int, str]:
    rows = session.execute(sa.select(Partnership.id, Partnership.name).order_by(Partnership.name))
    return {partnership_id: name for partnership_id, name in rows}

"""The figures about reviews: how many, how old against the guides, what was agreed, what is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from statistics import median_low
from typing import Any, cast

from sqlalchemy.orm import Session

import workflows
from dardr.casework.deadlines import calendar_for, replay, rule_of
from dardr.lookups.quarterly.history import DeadlineThen, History, Story
from dardr.lookups.quarterly.periods import Period
from dardr.lookups.quarterly.report import Age, AgeSummary, Extension, Figure, HoldRow, NoReview, PhaseCount
from workflows.calendar import CannotCount, in_words
from workflows.clocks import STATE_LABELS, Due, State, state_of
from workflows.definition import Clock, Process

DECIDED_TO_REVIEW = ("decide_review", "decide_joint_review", "record_direction")
DECIDED_NO_REVIEW = ("decide_no_review", "decide_other_review")
ENDS_OF_NO_REVIEW = {
    "record_scrutiny_no_further": "The Home Office asked for nothing more",
    "record_reconsider": "The Home Office asked to reconsider",
    "record_direction": "The Secretary of State directed a review",
    "reopen": "Opened again",
}
HOLD_LABELS = {
    "trial": "Criminal proceedings",
    "inquest": "Inquest",
    "parallel_review": "Parallel review",
    "other": "Another reason",
    "deferral": "Decision deferred",
}

ACTIVITY: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("notified", "Notified", ("notify",), "Reviews whose notification is dated in the period."),
    (
        "decided_to_review",
        "Decisions to hold a review",
        DECIDED_TO_REVIEW,
        "Decisions to hold a review, alone or jointly, and directions by the Secretary of State, by the day decided.",
    ),
    (
        "decided_no_review",
        "Decisions not to hold a review",
        DECIDED_NO_REVIEW,
        "Decisions not to hold a review, or to hold another one instead, by the day decided.",
    ),
    ("transferred", "Transferred to another partnership", ("transfer_out",), "By the day of the transfer."),
    (
        "joined",
        "Joined to another notification",
        ("join_notification",),
        "Second notifications of one death, by the day they were joined; they are among those notified.",
    ),
    (
        "signed_off",
        "Overview reports signed off",
        ("sign_off",),
        "Sign-offs by the partnership; a report signed off again after a resubmission counts again.",
    ),
    ("submitted", "Sent to the Home Office", ("submit_to_home_office",), "Submissions, resubmissions included."),
    (
        "cleared",
        "Cleared by the Home Office",
        ("record_letter_publish", "clear_after_amendment"),
        "Reports cleared for publication, at once or after their points were answered.",
    ),
    (
        "published",
        "Published",
        ("publish",),
        "Reviews carried in this system whose report was published, by the date of publication.",
    ),
    ("not_published", "Decided not to publish", ("decide_not_to_publish",), "By the day decided."),
    ("concluded", "Reviews concluded", ("conclude",), "By the date of the partnership's conclusion."),
    ("reopened", "Opened again", ("reopen",), "Concluded reviews that were opened again on new information."),
)


def happened_on(event_action: str, after: dict[str, Any], occurred_on: date) -> date:
    """The day an event counts on: the day it occurred, for a publication the date published."""
    if event_action == "publish" and isinstance(after.get("published_on"), str):
        return date.fromisoformat(after["published_on"])
    return occurred_on


def count_events(stories: Iterable[Story], actions: tuple[str, ...], has: Callable[[date], bool]) -> int:
    """How many events with one of these actions count on a day for which the condition holds."""
    return sum(
        1
        for story in stories
        for e in story.events
        if e.action in actions and has(happened_on(e.action, e.after, e.occurred_on))
    )


def live(history: History, reviews: Iterable[Story]) -> list[Story]:
    """Those of the reviews that were not at an end on the day of the history."""
    return [r for r in reviews if not r.final_on(history.day)]


def caseload(history: History, reviews: list[Story]) -> list[PhaseCount]:
    """Live reviews by phase; every phase is listed, also an empty one."""
    counted: Counter[str] = Counter()
    held: Counter[str] = Counter()
    deferred: Counter[str] = Counter()
    for review in live(history, reviews):
        phase = phase_of(review, history.day)
        counted[phase] += 1
        kinds = {h.kind for h in history.open_holds(review)}
        held[phase] += bool(kinds - {"deferral"})
        deferred[phase] += "deferral" in kinds
    phases = workflows.get("dardr-s9").phases
    return [PhaseCount(p.key, p.label, counted[p.key], held[p.key], deferred[p.key]) for p in phases]


def phase_of(review: Story, day: date) -> str:
    """The phase of a review on a day by which it had begun."""
    stage = review.stage_on(day)
    assert stage is not None
    return review.process_on(day).phase_of(stage).key


def activity(history: History, reviews: list[Story], period: Period, year: Period) -> list[Figure]:
    """What was done in the period, and in the year up to its end."""
    return [
        Figure(
            key,
            label,
            count_events(reviews, actions, until(period, history.day)),
            count_events(reviews, actions, until(year, history.day)),
            definition,
        )
        for key, label, actions, definition in ACTIVITY
    ]


def until(period: Period, day: date) -> Callable[[date], bool]:
    """The condition on a day: inside the period, and not after ``day``."""
    return lambda on: period.has(on) and on <= day


# --- clocks -------------------------------------------------------------------------------------------------


def due_then(session: Session, history: History, story: Story, row: DeadlineThen) -> tuple[Clock, Due | None]:
    """The clock of a run, and what it came to on the day of the history; None where it could not be armed."""
    process = story.process_on(history.day)
    clock = process.clock(row.clock)
    if row.start_on is None:
        return clock, None
    holds = [h for s in (story, *history.served_by(story)) for h in history.holds_on(s)]
    agreed = [(cast(Any, a), a.agreed_on) for a in row.agreed]
    calendar, rule = calendar_for(session, clock, story.partnership_id), rule_of(process, clock)
    try:
        return clock, replay(cast(Any, row), clock, cast(Any, holds), agreed, calendar, rule, history.day)
    except CannotCount:
        return clock, None


def state_then(history: History, story: Story, clock: Clock, row: DeadlineThen, due: Due | None) -> State:
    """How a run of a clock stood on the day of the history."""
    deferred = clock.deferred_by is not None and bool(history.open_holds(story, clock.deferred_by))
    return state_of(
        clock,
        due=due.due if due else None,
        today=history.day,
        agreed=bool(row.agreed),
        held=bool(due and due.held),
        deferred=deferred,
        stopped_on=row.stopped_on,
        withdrawn=row.withdrawn,
    )


AGES = {
    "decide_review": (
        "the one-month guide",
        "Live reviews that have not been decided, from the day the partnership first knew of the death; and decisions"
        " made in the period. A deferred decision keeps its date and is counted as deferred.",
    ),
    "overview_report": (
        "the six-month guide",
        "Live reviews whose overview report is not signed off, from the decision to hold the review; and reports signed"
        " off in the period. The agreed date, where there is one, stands before the guide's own.",
    ),
}


def ages(session: Session, history: History, reviews: list[Story], period: Period) -> list[AgeSummary]:
    """Live reviews against the guides for the decision (D02) and for the overview report (D05)."""
    return [_age(session, history, reviews, period, key) for key in AGES]


def _age(session: Session, history: History, reviews: list[Story], period: Period, key: str) -> AgeSummary:
    guide, definition = AGES[key]
    clock = workflows.get("dardr-s9").clock(key)
    rows: list[Age] = []
    met = within = by_agreed = 0
    for review in reviews:
        run = history.deadline_of(review, key)
        if run is None or run.start_on is None:
            continue
        own, due = due_then(session, history, review, run)
        if due is None:
            continue
        if run.stopped_on is None:
            if not review.final_on(history.day):
                rows.append(_row(history, review, own, run, due, guide))
        elif until(period, history.day)(run.stopped_on):
            met += 1
            within += due.original is not None and run.stopped_on <= due.original
            by_agreed += bool(run.agreed) and due.due is not None and run.stopped_on <= due.due
    rows.sort(key=lambda a: (-a.days, a.ref))
    return AgeSummary(
        clock=key,
        id=clock.id,
        label=clock.label,
        guide=guide,
        authority=clock.date.as_dict(),
        live=len(rows),
        by_state=dict(sorted(Counter(a.state for a in rows).items())),
        median_days=median_low([a.days for a in rows]) if rows else None,
        longest_days=rows[0].days if rows else None,
        met_in_period=met,
        met_within_guide_in_period=within,
        met_by_agreed_date_in_period=by_agreed,
        reviews=rows,
        definition=definition,
    )


def _row(history: History, review: Story, clock: Clock, run: DeadlineThen, due: Due, guide: str) -> Age:
    assert run.start_on is not None
    state = state_then(history, review, clock, run, due)
    agreed = bool(run.agreed)
    return Age(
        ref=review.ref,
        clock=clock.key,
        since=run.start_on,
        days=(history.day - run.start_on).days,
        due=due.due,
        original_due=due.original,
        agreed=agreed,
        state=str(state),
        words=_standing(state, due, agreed, guide, history.day),
    )


def _standing(state: State, due: Due, agreed: bool, guide: str, day: date) -> str:
    """``past the six-month guide; agreed date 12 March 2027``: only an agreed date can be late."""
    if state is State.DEFERRED:
        return f"deferred; the guide’s date is {in_words(due.original)}" if due.original else "deferred"
    past = due.original is not None and day > due.original
    if agreed and due.due is not None:
        began = f"past {guide}; " if past else ""
        late = f", {_days((day - due.due).days)} late" if state is State.LATE else ""
        return f"{began}agreed date {in_words(due.due)}{late}"
    if past and due.original is not None:
        asks = "; no date agreed" if guide == AGES["overview_report"][0] else ""
        return f"past {guide} ({in_words(due.original)}){asks}"
    return f"within {guide} ({in_words(due.original)})" if due.original else STATE_LABELS[state].lower()


def _days(n: int) -> str:
    return f"{n} day" if n == 1 else f"{n} days"


# --- agreed dates, holds, decisions not to review -----------------------------------------------------------------


def extensions(session: Session, history: History, stories: Iterable[Story], period: Period) -> list[Extension]:
    """Agreed dates that stood on the day, on clocks still running or stopped in the period; the latest of each."""
    by_id = {s.id: s for s in stories}
    found = []
    for run in history.deadlines:
        story = by_id.get(run.record_id)
        if story is None or not run.agreed or run.withdrawn:
            continue
        in_period = [a for a in run.agreed if until(period, history.day)(a.agreed_on)]
        if run.stopped_on is not None and not in_period and not period.has(run.stopped_on):
            continue
        clock, due = due_then(session, history, story, run)
        last = run.agreed[-1]
        found.append(
            Extension(
                ref=story.ref,
                clock=clock.key,
                label=clock.label,
                original_due=due.original if due else None,
                agreed_due=last.due_on,
                agreed_on=last.agreed_on,
                in_period=bool(in_period),
                times_moved=len(run.agreed),
                reason=last.reason,
            )
        )
    return sorted(found, key=lambda e: (e.ref, e.clock))


def holds(history: History, reviews: Iterable[Story], period: Period) -> list[HoldRow]:
    """Holds and deferrals open on some day from the start of the period to the day of the history."""
    by_id = {s.id: s for s in reviews}
    found = []
    for hold in history.holds:
        story = by_id.get(hold.record_id)
        if story is None or hold.from_on > history.day or (hold.until_on and hold.until_on < period.from_):
            continue
        process = story.process_on(history.day)
        found.append(
            HoldRow(
                ref=story.ref,
                kind=hold.kind,
                label=HOLD_LABELS.get(hold.kind, hold.kind.replace("_", " ")),
                from_=hold.from_on,
                until=hold.until_on,
                open=hold.until_on is None or hold.until_on > history.day,
                reason=hold.reason,
                clocks=[_clock_label(process, key) for key in hold.clocks],
            )
        )
    return sorted(found, key=lambda h: (h.from_, h.ref))


def _clock_label(process: Process, key: str) -> str:
    try:
        return process.clock(key).label
    except KeyError:
        for other in workflows.all_processes():
            if any(c.key == key for c in other.clocks):
                return other.clock(key).label
        return key


def no_reviews(history: History, reviews: Iterable[Story], period: Period) -> list[NoReview]:
    """Decisions not to review: made in the period, or with an outcome in it, or still with the Home Office."""
    found = []
    for review in reviews:
        events = list(review.until(history.day))
        for number, event in enumerate(events):
            if event.action not in DECIDED_NO_REVIEW:
                continue
            outcome = next((e for e in events[number + 1 :] if e.action in ENDS_OF_NO_REVIEW), None)
            recent = period.has(event.occurred_on) or (outcome is not None and period.has(outcome.occurred_on))
            if outcome is not None and not recent:
                continue
            found.append(
                NoReview(
                    ref=review.ref,
                    decided_on=event.occurred_on,
                    decision="No review" if event.action == "decide_no_review" else "Another review instead",
                    outcome=ENDS_OF_NO_REVIEW[outcome.action] if outcome else "With the Home Office",
                    outcome_on=outcome.occurred_on if outcome else None,
                )
            )
    return sorted(found, key=lambda n: (n.decided_on, n.ref))

"""The figures about action plans, replies to the Commissioner, local partnerships and published cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

import workflows
from dardr.lookups.quarterly.figures import (
    DECIDED_NO_REVIEW,
    DECIDED_TO_REVIEW,
    count_events,
    due_then,
    live,
    state_then,
    until,
)
from dardr.lookups.quarterly.history import History, Story
from dardr.lookups.quarterly.moves import moves
from dardr.lookups.quarterly.periods import Period
from dardr.lookups.quarterly.report import (
    Actions,
    AgencyActions,
    Catalogue,
    CataloguePartnership,
    CspRow,
    Figure,
    Reply,
    Requests,
    StatusCount,
)
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.clocks import MISSED, State
from workflows.partial import NotADate, PartialDate
from workflows.rag import MOVES_TO_FLAG

IMPLEMENTED = "complete_verified"
PUBLISHED_LOCALLY = ("published", "publication", "published_locally")
"""Words of published cases that give the day of publication; the date of a library's record is not one."""


def actions(
    session: Session,
    history: History,
    reviews: list[Story],
    period: Period,
    year: Period,
    names: Mapping[str, str],
) -> Actions:
    """The action plans on the day of the history. ``names`` are the names of bodies by key."""
    plan = history.of("action")
    stages = {a.id: a.stage_on(history.day) or "" for a in plan}
    process = workflows.get("action")
    counted = Counter(stages.values())
    in_period, in_year = until(period, history.day), until(year, history.day)
    every_ended = [r for r in reviews if _concluded(r, history, in_period) and _all_ended(r, history)]
    every_ended_year = [r for r in reviews if _concluded(r, history, in_year) and _all_ended(r, history)]
    done_period = [a for a in plan if _implemented(a, history.day, in_period)]
    done_year = [a for a in plan if _implemented(a, history.day, in_year)]
    moved_period = [a for a in plan if _moved_often(a, history, in_period)]
    moved_year = [a for a in plan if _moved_often(a, history, in_year)]
    in_place = [a for a in plan if a.stage_on(history.day) == "in_place"]
    placed_period = [a for a in in_place if _was_done(a, "verify_in_place", history.day, in_period)]
    placed_year = [a for a in in_place if _was_done(a, "verify_in_place", history.day, in_year)]
    return Actions(
        by_status=[StatusCount(s.key, s.label, counted[s.key], s.final) for s in process.stages],
        by_agency=_by_agency(session, history, plan, stages, in_period, in_year, names),
        figures=[
            Figure(
                "actions_implemented",
                "Actions implemented",
                len(done_period),
                len(done_year),
                "Actions verified as complete by somebody who did not do them, by the day of the verification; not"
                " counted while they are open again.",
            ),
            Figure(
                "actions_in_place",
                "Actions that became everyday practice",
                len(placed_period),
                len(placed_year),
                "Actions verified as in place, by the day of the verification; they are looked at again. Not counted"
                " among those implemented.",
            ),
            Figure(
                "actions_moved_often",
                "Actions whose date moved three times or more",
                len(moved_period),
                len(moved_year),
                "Actions not ended whose date moved for the third time, or once more, by the day it moved; dates struck"
                " out as mistakes do not count.",
            ),
            Figure(
                "reviews_with_actions_implemented",
                "Reviews those actions belong to",
                _reviews_of(history, done_period),
                _reviews_of(history, done_year),
                "Different reviews with at least one action implemented. An action may serve several reviews.",
            ),
            Figure(
                "reviews_concluded_every_action_ended",
                "Reviews concluded with every action ended",
                len(every_ended),
                len(every_ended_year),
                "Reviews concluded by the partnership that had at least one action, each of them verified, in place,"
                " not accepted by minute, or superseded.",
            ),
        ],
        reviews_with_every_action_ended=[r.ref for r in every_ended],
    )


def _implemented(action: Story, day: date, has: Callable[[date], bool]) -> bool:
    if action.stage_on(day) != IMPLEMENTED:
        return False
    verified = action.last(("verify",), day)
    return verified is not None and has(verified.occurred_on)


def _was_done(action: Story, key: str, day: date, has: Callable[[date], bool]) -> bool:
    event = action.last((key,), day)
    return event is not None and has(event.occurred_on)


def _moved_often(action: Story, history: History, has: Callable[[date], bool]) -> bool:
    """Its date moved for the third time or more on a day the condition holds, and it has not ended."""
    days = moves(history, action)[MOVES_TO_FLAG - 1 :]
    return not action.final_on(history.day) and any(has(day) for day in days)


def _concluded(review: Story, history: History, has: Callable[[date], bool]) -> bool:
    event = review.last(("conclude",), history.day)
    return event is not None and has(event.occurred_on) and review.stage_on(history.day) == "concluded"


def _all_ended(review: Story, history: History) -> bool:
    plan = history.serving(review, "action")
    return bool(plan) and all(a.final_on(history.day) for a in plan)


def _reviews_of(history: History, done: Iterable[Story]) -> int:
    return len({r.id for a in done for r in history.served_by(a)})


def _by_agency(
    session: Session,
    history: History,
    plan: list[Story],
    stages: Mapping[int, str],
    in_period: Callable[[date], bool],
    in_year: Callable[[date], bool],
    names: Mapping[str, str],
) -> list[AgencyActions]:
    by_body: dict[str, list[Story]] = {}
    for action in plan:
        by_body.setdefault(str(action.facts_on(history.day).get("lead_body") or ""), []).append(action)
    rows = []
    for body, own in by_body.items():
        rows.append(
            AgencyActions(
                agency=body,
                name=names.get(body, body) or "No body recorded",
                total=len(own),
                not_ended=sum(not a.final_on(history.day) for a in own),
                past_their_date=sum(_past_its_date(session, history, a) for a in own),
                implemented_in_period=sum(_implemented(a, history.day, in_period) for a in own),
                implemented_in_year=sum(_implemented(a, history.day, in_year) for a in own),
                by_status=dict(sorted(Counter(stages[a.id] for a in own).items())),
            )
        )
    return sorted(rows, key=lambda r: (r.name.casefold(), r.agency))


def _past_its_date(session: Session, history: History, action: Story) -> bool:
    run = history.deadline_of(action, "action_due")
    if run is None or run.stopped_on is not None or action.final_on(history.day):
        return False
    clock, due = due_then(session, history, action, run)
    return state_then(history, action, clock, run, due) in MISSED


# --- replies to the Commissioner --------------------------------------------------------------------------------------


def replies(session: Session, history: History, period: Period, names: Mapping[str, str]) -> list[Reply]:
    """Each body's duty to reply: not done yet on the day, or done in the period."""
    found = []
    for story in history.of("commissioner-reply"):
        run = history.deadline_of(story, "commissioner_reply")
        if run is None:
            continue
        if run.stopped_on is not None and not period.has(run.stopped_on):
            continue
        clock, due = due_then(session, history, story, run)
        state = state_then(history, story, clock, run, due)
        reports = history.served_by(story)
        body = str(story.facts_on(history.day).get("body") or "")
        on = due.due if due else None
        found.append(
            Reply(
                ref=story.ref,
                report=str(reports[0].facts_on(history.day).get("title") or "") if reports else "",
                report_ref=reports[0].ref if reports else "",
                body=names.get(body, body),
                due=on,
                published_on=run.stopped_on,
                state=str(state),
                days=None if on is None else (on - (run.stopped_on or history.day)).days,
                words=_reply_words(state, on, run.stopped_on, history.day),
            )
        )
    return sorted(found, key=lambda r: (r.published_on is not None, r.due or date.max, r.body, r.ref))


def _reply_words(state: State, due: date | None, published: date | None, day: date) -> str:
    if due is None:
        return "the date cannot be worked out: the day the report was published is not fully recorded"
    if published is not None:
        if published <= due:
            return f"published {in_words(published)}, in time"
        return f"published {in_words(published)}, {_days((published - due).days)} after the date in the Act"
    if day > due:
        return f"the date in the Act passed {_days((day - due).days)} ago; no reply yet"
    return "due today" if day == due else f"{_days((due - day).days)} left"


def requests(history: History, period: Period) -> Requests:
    """How requests of the Commissioner under section 15 stand: of each body asked, and of the partnership itself."""
    found: Counter[str] = Counter()
    for story in history.of("section15-answer", "section15-request"):
        facts, own = story.facts_on(history.day), story.process_key == "section15-request"
        here_too = not own or facts.get("partnership_asked") == "yes"
        if not here_too or story.stage_on(history.day) in ("not_needed", "withdrawn"):
            continue
        outcome = facts.get("own_outcome" if own else "outcome")
        answered = stored_date(facts.get("own_answered_on" if own else "answered_on"))
        if answered is not None and (own or story.stage_on(history.day) == "answered"):
            found[str(outcome)] += period.has(answered)
            continue
        asked_by = stored_date(facts.get("answer_by"))
        found["not_yet"] += 1
        found["past"] += asked_by is not None and asked_by < history.day
    return Requests(found["answered"], found["partly"], found["declined"], found["not_yet"], found["past"])


def _days(n: int) -> str:
    return f"{n} day" if n == 1 else f"{n} days"


# --- by CSP ---------------------------------------------------------------------------------------------------------


def by_csp(history: History, reviews: list[Story], period: Period, csps: Mapping[str, str]) -> list[CspRow]:
    """The main counts for each local partnership; a review of two counts in both. ``csps``: names by key."""
    has = until(period, history.day)
    rows = []
    for key, name in csps.items():
        own = [r for r in reviews if key in (r.facts_on(history.day).get("csps") or ())]
        plan = {a.id: a for r in own for a in history.serving(r, "action") if a.stage_on(history.day)}.values()
        rows.append(
            CspRow(
                csp=key,
                name=name,
                live=len(live(history, own)),
                notified=count_events(own, ("notify",), has),
                decided_to_review=count_events(own, DECIDED_TO_REVIEW, has),
                decided_no_review=count_events(own, DECIDED_NO_REVIEW, has),
                published=count_events(own, ("publish",), has),
                concluded=count_events(own, ("conclude",), has),
                actions_not_ended=sum(not a.final_on(history.day) for a in plan),
                actions_implemented=sum(_implemented(a, history.day, has) for a in plan),
            )
        )
    return rows


# --- published cases ------------------------------------------------------------------------------------------------


def catalogue(history: History, period: Period, names: Mapping[int, str]) -> Catalogue:
    """Published cases on record by partnership; only those count for the period whose own date lies wholly in it."""
    cases = history.of("historic")
    on_record = Counter(c.partnership_id for c in cases)
    dated = Counter(c.partnership_id for c in cases if _dated_in(c, history.day, period))
    return Catalogue(
        partnerships=[
            CataloguePartnership(name, on_record[key], dated[key]) for key, name in names.items() if on_record[key]
        ],
        on_record=len(cases),
        dated_in_period=sum(dated.values()),
        definition="Published cases loaded as a back catalogue. They are not activity of this system: a case is counted"
        " for the period only where the date of its local publication is known and lies wholly within it. The date of"
        " the Home Office library's record is not the date of publication.",
    )


def _dated_in(case: Story, day: date, period: Period) -> bool:
    for event in case.facts_on(day).get("events") or ():
        if isinstance(event, dict) and event.get("event") in PUBLISHED_LOCALLY:
            try:
                on = PartialDate.parse(str(event.get("date") or ""))
            except NotADate:
                continue
            if period.from_ <= on.first and on.last <= period.to:
                return True
    return False

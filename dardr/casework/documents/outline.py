"""The outline of the overview report: what the record holds of the review itself, for its author to go on from."""

from __future__ import annotations

from datetime import date

import workflows
from dardr.casework.documents.notice import FOR_A_REVIEW, expected
from dardr.casework.documents.reading import Reading, span
from dardr.casework.facts import load_items
from dardr.casework.fold import done
from dardr.casework.panel import MEETING, of_this_chair, seats_of
from dardr.storage.bodies import Body, Csp
from notifications.report_outline import Contribution, Member, ReportOutline, Withheld
from workflows.answers import stored_date
from workflows.definition import Item
from workflows.processes.agency_return_1.stages import REVIEW_KINDS

OVERVIEW_REPORT = "overview_report"
DAYS = (
    ("Decision to hold the review", (*FOR_A_REVIEW, "record_direction")),
    ("Appointment of the independent chair", ("appoint_chair",)),
    ("Terms of reference approved", ("approve_terms",)),
    ("Report signed off by the partnership", ("sign_off",)),
)
"""The steps whose days the report gives, with the actions that record them."""


def blocked(review: Reading) -> list[str]:
    """Why the outline cannot be made yet; empty where it can."""
    if "approve_terms" in review.done:
        return []
    return ["The terms of reference are not approved. The outline takes its questions and its span of time from them."]


def report_outline(review: Reading, today: date) -> ReportOutline:
    """The outline, made on the London day ``today``."""
    items = load_items(review.session, review.record)
    chair = of_this_chair(review.session, review.record, review.facts)
    return ReportOutline(
        partnership=review.partnership.name,
        prepared_on=today,
        demonstration=review.demonstration,
        ref=review.record.ref,
        csp=", ".join(review.names(Csp, review.facts.get("csps")).values()),
        pseudonym=review.text("display_pseudonym"),
        days=_days(review),
        scope=span(review.facts.get("scope_from"), review.facts.get("scope_to")),
        scope_reason=review.text("scope_reason"),
        key_lines=review.lines("key_lines"),
        equality=review.lines("equality_plan"),
        family_on_terms=review.label("approve_terms", "family_consulted_on_terms"),
        meetings=_meetings(review, items),
        contributors=tuple(_contribution(review, item) for item in items if _is_asked_for(item)),
        panel=_panel(review),
        chair=review.text("chair"),
        chair_independence=review.words("appoint_chair", "chair_independence", chair.get("chair_independence")),
        chair_trained=review.words("appoint_chair", "chair_trained", chair.get("chair_trained")),
        author=str(chair.get("author") or ""),
        parallel=tuple(_parallel(review, item) for item in items if item.process == "proceeding"),
        held_back=tuple(
            Withheld(ref=item.ref, sentence=str(item.facts.get("report_sentence") or ""))
            for item in items
            if item.process == "held-back" and item.stage != "released"
        ),
        delays=_delays(review),
    )


def _days(review: Reading) -> tuple[tuple[str, date | None], ...]:
    found: list[tuple[str, date | None]] = [
        ("The partnership first knew of the death", stored_date(review.facts.get("csp_aware_on")))
    ]
    for label, actions in DAYS:
        last = review.last(actions)
        found.append((label, last[1].occurred_on if last else None))
    due = expected(review)
    return (*found, ("Date that counts for the report", due)) if due else tuple(found)


def _delays(review: Reading) -> tuple[str, ...]:
    """Why dates were passed or moved, in the words recorded, oldest first."""
    said = [
        (entry.get("seq", 0), f"{review.words('record_delay_reason', 'delay_cause', entry.get('delay_cause'))}:"
         f" {entry.get('delay_notes') or ''}")
        for entry in review.facts.get("delays") or ()
    ]  # fmt: skip
    said += [
        (entry.get("seq", 0), f"Another date was agreed for the report: {entry.get('reason') or ''}")
        for entry in review.facts.get("agreed_dates") or ()
        if OVERVIEW_REPORT in str(entry.get("clock") or "")
    ]
    return tuple(words for _, words in sorted(said))


def _meetings(review: Reading, items: tuple[Item, ...]) -> tuple[tuple[date, str], ...]:
    """The meetings that were held, by their day: those planned here, and those recorded in one step."""
    found = [(stored_date(entry.get("on")), entry.get("held")) for entry in review.facts.get("meetings") or ()]
    for item in items:
        was = done(item.facts).get("record_held") if item.process == MEETING else None
        if was is not None:
            found.append((was.occurred_on, item.facts.get("held")))
    return tuple(sorted((on, review.words("record_meeting", "held", how)) for on, how in found if on))


def _is_asked_for(item: Item) -> bool:
    asked = item.process == "agency-return" and item.facts.get("kind") in REVIEW_KINDS
    return asked and item.stage != "withdrawn"


def _contribution(review: Reading, item: Item) -> Contribution:
    return Contribution(
        organisation=", ".join(review.names(Body, [item.facts.get("body")]).values()),
        kind=review.words("request_returns", "kind", item.facts.get("kind")),
        stands=_stands(item),
    )


def _stands(item: Item) -> str:
    return workflows.newest(item.process).stage(item.stage).label


def _panel(review: Reading) -> tuple[Member, ...]:
    """Everybody who sits on the panel, as recorded."""
    return tuple(
        Member(
            name=str(seat.facts.get("member_name") or ""),
            post=str(seat.facts.get("position") or ""),
            organisation=seat.body_name,
        )
        for seat in seats_of(review.session, review.record.id)
        if seat.sitting
    )


def _parallel(review: Reading, item: Item) -> str:
    """A proceeding beside the review in one sentence; where it has ended, with what came of it."""
    kind = review.words("record_parallel_process", "parallel_kind", item.facts.get("parallel_kind"))
    if item.final:
        return f"{kind}: ended. {item.facts.get('ended_outcome') or ''}".strip()
    status = review.words("record_parallel_process", "parallel_status", item.facts.get("parallel_status"))
    return f"{kind}: {status.lower() or 'under way'}"

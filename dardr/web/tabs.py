"""The tabs of a record's pages: which there are, in their order, and for whom each is shown.

A tab is shown where its page exists and the person may use it, and where ``shown`` says so for this record. The page
of a tab asks again itself who may see it: a tab that is hidden protects nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

import workflows
from dardr.access import roles_on
from dardr.casework.panel import MEETING
from dardr.lookups.identities import may_read
from dardr.parts import Contents, contents_seen
from dardr.storage.reviews import Record
from dardr.web.audience import actor, may_use
from dardr.web.transaction import session
from workflows.definition import Role
from workflows.processes.who import CONTRACT, FAMILY_NOTES

Shown = Callable[[Record, Contents | None], bool]


def _whole(_record: Record, part: Contents | None) -> bool:
    return part is None


def _with_events(_record: Record, part: Contents | None) -> bool:
    return part is None or bool(part.events)


def _with_documents(_record: Record, part: Contents | None) -> bool:
    return part is None or part.documents


def _with_holds(_record: Record, part: Contents | None) -> bool:
    return part is None or part.holds


def _always(_record: Record, _part: Contents | None) -> bool:
    return True


def _with_people(record: Record, part: Contents | None) -> bool:
    return part is None and may_read(session(), actor(), record)


def _a_meeting(record: Record, _part: Contents | None) -> bool:
    return record.process_key == MEETING


def _for(roles: frozenset[Role]) -> Shown:
    def shown(record: Record, part: Contents | None) -> bool:
        return part is None and bool(roles_on(session(), actor(), record) & roles)

    return shown


def _of(*processes: str) -> Shown:
    def shown(record: Record, _part: Contents | None) -> bool:
        return record.process_key in processes

    return shown


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: what it is called, its page on a review, its page on any other record, and for whom it is shown."""

    key: str
    label: str
    review: str = ""
    record: str = ""
    shown: Shown = _whole


GROUPS = (
    (
        "The review",
        (
            Tab("summary", "Summary", "reviews.review", "records.record", _always),
            Tab("meeting", "Meeting", record="meetings.meeting", shown=_a_meeting),
            Tab(
                "recommendation", "Recommendation", record="recommendations.recommendation",
                shown=_of("recommendation"),
            ),
            Tab("return", "Return", record="returns.form", shown=_of("agency-return")),
            Tab(
                "comments", "Comments", record="rounds.comments",
                shown=_of("comment-round", "comment-request", "reader-request"),
            ),
            Tab("timeline", "Timeline", "reviews.review_timeline", "records.record_timeline", _with_events),
            Tab("waiting", "Waiting for", "waiting.review_waiting"),
            Tab("decision", "Decision", "deciding.decision"),
            Tab("access", "Access", "access.access", shown=_always),
        ),
    ),
    (
        "Who works on it",
        (
            Tab("commissioning", "Chair", "commissioning.commissioning", shown=_for(CONTRACT)),
            Tab("panel", "Panel", "panel.panel"),
            Tab("agencies", "Agencies", "returns_of_review.agencies"),
            Tab("meetings", "Meetings", "meetings.meetings_of_review"),
            Tab("proceedings", "Proceedings and holds", "proceedings.proceedings", shown=_with_holds),
        ),
    ),
    (
        "The family and the people in it",
        (
            Tab("family", "Family (restricted)", "family.family", shown=_for(FAMILY_NOTES)),
            Tab("people", "People (restricted)", "identities.people", shown=_with_people),
        ),
    ),
    (
        "The report",
        (
            Tab("report", "Report", "rounds.report"),
            Tab("recommendations", "Recommendations", "recommendations.of_one_review"),
            Tab("home_office", "Home Office", "quality.home_office"),
            Tab("publication", "Publication", "publication.publication", shown=_with_documents),
        ),
    ),
    (
        "Papers",
        (
            Tab("documents", "Letters and briefings", "documents.documents", shown=_with_documents),
            Tab("files", "Documents", "files.review_files", "files.record_files"),
        ),
    ),
)  # fmt: skip
"""Every tab there is, in groups, in the order in which they are shown."""


def tabs_of(record: Record, current: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The tabs of a record for the person signed in, by group: label, address, whether it is the current one."""
    is_review = record.process_key in workflows.REVIEW_KEYS
    part = contents_seen(session(), actor(), record)
    found = []
    for group, tabs in GROUPS:
        shown = []
        for tab in tabs:
            endpoint = tab.review if is_review else tab.record
            if endpoint and may_use(endpoint) and tab.shown(record, part):
                shown.append((tab.label, url_for(endpoint, ref=record.ref), tab.key == current))
        if shown:
            found.append((group, shown))
    return found

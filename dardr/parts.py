"""Which part of a review a person sees, where their role shows a part only, and what is in each part.

The police liaison sees the holds and the parallel processes; communications what publication needs, from clearance on;
an agency the wording of a recommendation that concerns it.
Everybody else who sees a review sees it whole. Whatever shows a record to somebody who may see it in part
(``access.get_record(..., in_part=True)``) asks here what to show; everything else is refused to them there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from dardr.access import RECOMMENDATION, SEES_A_PART, sees_whole
from dardr.actors import Actor
from dardr.storage.reviews import Record
from workflows.definition import Role


class Part(StrEnum):
    """How much of a review somebody sees."""

    WHOLE = "whole"
    HOLDS_AND_PARALLEL = "holds_and_parallel"
    PUBLICATION = "publication"
    WORDING = "wording"


PART_OF: dict[Role, Part] = {
    Role.POLICE_LIAISON: Part.HOLDS_AND_PARALLEL,
    Role.COMMUNICATIONS: Part.PUBLICATION,
}
"""The part that a role shows which is held on the review."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a part: answers of the record, the lists it keeps, dates, and the events on its timeline.

    ``holds``: the holds of the review with their reasons. ``events``: actions that are shown whoever did them; with
    no events there is no timeline.
    """

    part: str
    answers: frozenset[str]
    lists: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    holds: bool = False
    documents: bool = False
    of: str = "review"

    @property
    def says(self) -> str:
        """What the person is told who sees it."""
        return f"Of this {self.of} your role shows {self.part}, and no more."

    def facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Of these facts those in the part."""
        return {name: value for name, value in facts.items() if name in self.answers | self.lists}


CONTENTS: dict[Part, Contents] = {
    Part.HOLDS_AND_PARALLEL: Contents(
        part="the holds and the parallel processes",
        answers=frozenset({"suspected_status", "parallel_processes", "parallel_details", "police_notice_reference"}),
        lists=frozenset({"parallel", "hold_reviews", "holds_ended"}),
        clocks=frozenset({"police_notification"}),
        events=frozenset(
            {
                "place_hold", "change_hold_review_by", "end_hold", "undo_hold", "record_parallel_process",
                "update_status_of_proceedings", "record_police_notification",
            }
        ),
        holds=True,
    ),
    Part.WORDING: Contents(
        part="the wording",
        answers=frozenset({"number", "recommendation_text", "scope", "public_text"}),
        of="recommendation",
    ),
    Part.PUBLICATION: Contents(
        part="what its publication needs",
        answers=frozenset(
            {
                "second_check_notes", "communications_plan", "lines_to_take", "embargo_until", "planned_for",
                "pre_election", "pre_election_day", "pre_election_dates", "pre_election_by", "published_on",
                "published_at", "website", "website_name", "redacted",
            }
        ),
        lists=frozenset(
            {
                "embargo_changes", "days_to_avoid", "websites", "website_addresses", "websites_undone", "taken_down",
                "put_back",
            }
        ),
        clocks=frozenset({"publish_after_clearance", "send_final_documents", "look_again_online"}),
        documents=True,
    ),
}  # fmt: skip


def parts_seen(session: Session, actor: Actor, record: Record) -> frozenset[Part]:
    """The parts of a record that somebody sees who may see it at all; ``Part.WHOLE`` alone where that is all of it."""
    if sees_whole(session, actor, record):
        return frozenset({Part.WHOLE})
    if record.process_key == RECOMMENDATION:
        return frozenset({Part.WORDING})
    held = {g.role for g in actor.grants if g.record_id == record.id and g.role in SEES_A_PART}
    return frozenset(PART_OF[role] for role in held)


def contents_seen(session: Session, actor: Actor, record: Record) -> Contents | None:
    """What of a record somebody sees who sees a part of it, several parts as one; None where they see it whole."""
    parts = [CONTENTS[part] for part in sorted(parts_seen(session, actor, record) & CONTENTS.keys())]
    if not parts:
        return None
    return Contents(
        part=" and ".join(part.part for part in parts),
        answers=frozenset().union(*(part.answers for part in parts)),
        lists=frozenset().union(*(part.lists for part in parts)),
        clocks=frozenset().union(*(part.clocks for part in parts)),
        events=frozenset().union(*(part.events for part in parts)),
        holds=any(part.holds for part in parts),
        documents=any(part.documents for part in parts),
        of=parts[0].of,
    )

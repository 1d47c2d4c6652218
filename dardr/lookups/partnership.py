"""What a member of a local partnership finds at a glance: how its reviews stand, what became of what they asked for.

Of a review a member is told its reference, its phase, whether it is held, and the dates in ``TOLD``; they do not see
it (``access.standing_told``). Everything else here is what they see themselves: recommendations, actions, replies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import standing_told, visible
from dardr.actors import Actor
from dardr.lookups.actions.filters import ActionFilter
from dardr.lookups.actions.rows import all_actions
from dardr.lookups.case_filters import open_hold
from dardr.lookups.commissioner import Owed, overview
from dardr.lookups.deadlines import DeadlineRow, all_deadlines
from dardr.lookups.recommendations import RESPONSE_WORDS, RecommendationRow, rows
from dardr.storage.bodies import Csp
from dardr.storage.reviews import Hold, Record
from workflows.definition import Role
from workflows.rag import Colour

TOLD = frozenset(
    {
        "decide_review", "tell_home_office", "comply_with_direction", "overview_report", "home_office_wait",
        "amend_after_qa", "publish_after_clearance", "copy_to_commissioner", "copy_to_secretary_of_state",
        "send_final_documents", "look_again_online", "look_again_not_published",
    }
)  # fmt: skip
"""The dates of a review that a member is told: those the partnership owes, and none that is about the family."""

COLOURS = (Colour.RED, Colour.AMBER, Colour.GREEN, Colour.GREY)
"""The colours an open action may have."""


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """The live reviews in one phase: their references, and of these the ones on hold."""

    label: str
    refs: tuple[str, ...]
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """The open actions of one body (empty where no body leads), how many of each of ``COLOURS``."""

    body: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Answers:
    """What bodies said to the recommendations made: how many of each answer, and which have not been answered."""

    made: int
    by_answer: tuple[tuple[str, int], ...]
    awaited: tuple[RecommendationRow, ...]


@dataclass(frozen=True, slots=True)
class Partnership:
    """All of it. ``names`` are the CSPs of the member; ``replies`` what is owed to the Commissioner, by its date."""

    names: tuple[str, ...]
    phases: tuple[PhaseRow, ...]
    dates: tuple[DeadlineRow, ...]
    agencies: tuple[AgencyRow, ...]
    answers: Answers
    replies: tuple[Owed, ...]

    @property
    def live(self) -> int:
        """How many reviews are under way."""
        return sum(len(phase.refs) for phase in self.phases)

    @property
    def open_actions(self) -> int:
        """How many actions have not ended; one that several bodies lead counts once for each."""
        return sum(row.total for row in self.agencies)


def partnership(session: Session, actor: Actor, today: date) -> Partnership:
    """What this member of one or more CSPs is shown, on a London date; as many queries for ten reviews as for one."""
    csps = [grant.csp_id for grant in actor.grants if grant.role is Role.CSP_MEMBER]
    dates = all_deadlines(session, actor, today, seen=standing_told(actor))
    replies = [line for one in _asked(session, actor, today) for line in one]
    return Partnership(
        names=tuple(session.scalars(sa.select(Csp.name).where(Csp.id.in_(csps)).order_by(Csp.name))),
        phases=_phases(session, actor),
        dates=tuple(row for row in dates if row.clock in TOLD),
        agencies=_agencies(session, actor, today),
        answers=_answers(session, actor, today),
        replies=tuple(sorted(replies, key=lambda one: (one.days is None, one.days, one.body.casefold()))),
    )


def _phases(session: Session, actor: Actor) -> tuple[PhaseRow, ...]:
    live = sa.and_(standing_told(actor), Record.final.is_(False))
    found = session.execute(sa.select(Record.id, Record.ref, Record.phase).where(live).order_by(Record.id)).all()
    held = set(
        session.scalars(
            sa.select(Hold.record_id)
            .join(Record, Record.id == Hold.record_id)
            .where(live, Hold.kind != "deferral", *open_hold())
        )
    )
    return tuple(
        PhaseRow(
            phase.label,
            tuple(row.ref for row in found if row.phase == phase.key),
            tuple(row.ref for row in found if row.phase == phase.key and row.id in held),
        )
        for phase in workflows.get("dardr-s9").phases
    )


def _agencies(session: Session, actor: Actor, today: date) -> tuple[AgencyRow, ...]:
    counted: dict[str, Counter[Colour]] = {}
    for action in all_actions(session, actor, today, ActionFilter(open_only=True)):
        for body in action.bodies or ("",):
            counted.setdefault(body, Counter())[action.rag.colour] += 1
    return tuple(
        AgencyRow(body, tuple(counted[body][colour] for colour in COLOURS))
        for body in sorted(counted, key=lambda name: (not name, name.casefold()))
    )


def _answers(session: Session, actor: Actor, today: date) -> Answers:
    query = (
        sa.select(Record)
        .where(visible(actor), Record.process_key == "recommendation", Record.stage != "taken_out")
        .order_by(Record.id)
    )
    found = rows(session, actor, session.scalars(query).all(), today)
    said = Counter(one.response for row in found for one in row.responses)
    words = [(words, said[key]) for key, words in RESPONSE_WORDS.items()]
    return Answers(len(found), tuple(words), tuple(row for row in found if row.awaited))


def _asked(session: Session, actor: Actor, today: date) -> Iterable[list[Owed]]:
    found = overview(session, actor, today)
    return (one.lines for one in (*found.reports, *found.requests))

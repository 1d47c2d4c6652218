"""What records wait for: whose move it is, what is in the way, who owns that, since when, and what would end it.

The same rules serve the page of one review and a line for each review of a list. However many reviews are asked
about, the number of queries stays the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.facts import holds_of_each, looking_beside, running_by_record, settings_of
from dardr.casework.fold import done
from dardr.casework.recipients import OF_BODIES, Recipients
from dardr.lookups.chair_wanted import chair_wanted
from dardr.lookups.records import below, bodies_of
from dardr.lookups.with_home_office import with_home_office
from dardr.storage.reviews import AuditEvent, Deadline, Hold, Record
from workflows.calendar import in_words
from workflows.definition import PARTY_LABELS, Action, Facts, Item, OpenHold, Party, Process, Stage
from workflows.engine import judge
from workflows.processes.anywhere import HOLD_KIND
from workflows.processes.dardr_s9_1.decision import DECISIONS
from workflows.processes.dardr_s9_1.sign_off import asked_anew

ELSEWHERE = frozenset({Party.HOME_OFFICE, Party.COMMISSIONER, Party.FAMILY, Party.POLICE, Party.CHAIR_TO_BE})
"""Parties whose own next step is not recorded here as theirs: the stage says what is awaited of them."""

HOLD_WORDS = {c.value: c.label[:1].lower() + c.label[1:] for c in HOLD_KIND.choices} | {
    "deferral": "the decision being deferred",
    "partial": "another reason",
}
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One action that leads on, and every reason why it is not possible yet.

    ``by_another``: possible, but not for the person asked about, who did what a second person must look at.
    """

    action: Action
    reasons: tuple[str, ...]
    moves: bool
    by_another: bool = False


@dataclass(slots=True)
class Standing:
    """One record with all that says what it waits for."""

    record: Record
    process: Process
    stage: Stage
    since: date
    items: list[Standing] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def next_step(self) -> Step | None:
        """The main step that is possible now."""
        return next((s for s in self.steps if s.action.main and not s.reasons), None)

    @property
    def next_words(self) -> str:
        """What is to be done next, in a few words that leave open how people decide."""
        if self.stage.acts in ELSEWHERE:
            return self.stage.label
        step = self.next_step or next((s for s in self.steps if s.action.main), None)
        if step is None:
            return self.stage.label
        if step.action.key in DECISIONS:
            return self.process.clock("decide_review").label
        return step.action.label

    @property
    def open_items(self) -> list[Standing]:
        """The records that serve it, have not ended and are somebody's to move: nobody waits for a panel seat."""
        return [item for item in self.items if not item.stage.final and item.stage.acts is not Party.NOBODY]

    @property
    def in_the_way(self) -> list[Standing]:
        """The open records that a step not possible yet is waiting for; where none is named, all but tasks."""
        reasons = " ".join(reason for step in self.steps for reason in step.reasons)
        kinds = {item.process.key for item in self.open_items if item.record.ref in reasons}
        return [i for i in self.open_items if (i.process.key in kinds if kinds else i.process.key != "task")]

    @property
    def due(self) -> date | None:
        """The earliest date of its own that is running."""
        return min((d.due_on for d in self.deadlines if d.due_on), default=None)


class Waits:
    """Some records, read at once, with what each waits for. ``today`` is a London date.

    ``for_person`` is the id of somebody of whom it is told which steps only another person can take. ``beside`` are
    records read before, without their facts, of which all but their next steps is found along with the others; they
    are in ``made``, as those asked about are in ``of``. ``records`` of ``ids`` were read before, and may be seen.
    ``lines_only``: of what serves them the dates, the holds and the day of the stage are not read.
    """

    def __init__(
        self,
        session: Session,
        actor: Actor,
        ids: Iterable[int],
        today: date,
        *,
        for_person: int = 0,
        beside: Mapping[int, Record] | None = None,
        people: Recipients | None = None,
        records: Iterable[Record] = (),
        lines_only: bool = False,
    ) -> None:
        self.today = today
        self.people = people or Recipients(session)
        own = {record.id: record for record in records}
        if wanted := sorted(set(ids) - own.keys()):
            query = sa.select(Record).where(Record.id.in_(wanted), visible(actor))
            own |= {record.id: record for record in session.scalars(query)}
        links: dict[int, list[int]] = {}
        items: dict[int, Record] = {}
        shown: set[int] = set()
        for review_id, linked in below(session, actor, own).items():
            for kind, item, may_see in linked:
                if kind == "item":
                    links.setdefault(review_id, []).append(item.id)
                    items[item.id] = item
                    shown |= {item.id} if may_see else set()
        every = {**items, **(beside or {}), **own}
        self.people.prepare(every.values())
        closely = own if lines_only else every
        since, whose = stage_since(session, closely.values()), bodies_of(session, every)
        holds, clocks = holds_of_each(session, closely), running_by_record(session, closely)
        self.made = {
            one.id: _standing(one, since, whose, holds.get(one.id, ()), clocks.get(one.id, []))
            for one in every.values()
        }
        self.of: dict[int, Standing] = {}
        for record in own.values():
            standing = self.made[record.id]
            linked = [self.made[one] for one in links.get(record.id, ())]
            if not standing.stage.final:
                settings = settings_of(session, record.partnership_id)
                looks = standing.process.key in looking_beside()
                rows = (ones for ones in links.values() if looks and record.id in ones)
                around = [self.made[one] for ones in rows for one in ones if one != record.id]
                standing.steps = _steps(standing, linked, around, settings, today, for_person)
            standing.items = [item for item in linked if item.record.id in shown or item.record.id in own]
            self.of[record.id] = standing

    def owners(self, record: Record, party: Party, bodies: Sequence[str] = ()) -> tuple[str, ...]:
        """Who stands for a party of a record, by name: the bodies, or the people; empty where nobody is named."""
        if party in OF_BODIES and bodies:
            return tuple(bodies)
        return tuple(dict.fromkeys(person.name for person in self.people.people(record, party)))

    def who(self, standing: Standing, party: Party | None = None) -> str:
        """The party in words with those who stand for it: ``Deciding chair (Devon Example)``."""
        party = party or standing.stage.acts
        bodies = standing.bodies or [b for item in standing.open_items for b in item.bodies]
        names = self.owners(standing.record, party, list(dict.fromkeys(bodies)))
        if not names:
            return PARTY_LABELS[party] if party in ELSEWHERE else f"{PARTY_LABELS[party]} (nobody named)"
        return some_of(names) if party in OF_BODIES else f"{PARTY_LABELS[party]} ({some_of(names)})"

    def line(self, record_id: int) -> str:
        """One line: who is waited for, for what, since when. Empty for a record that has ended."""
        standing = self.of.get(record_id)
        if standing is None or standing.stage.final:
            return ""
        items = ((item.process, item.stage) for item in standing.items)
        said = chair_wanted(standing.stage, standing.deadlines, items, self.today)
        said = said or f"{self._waits_for(standing)}, since {in_words(standing.since)}"
        facts = standing.record.facts
        if sent := with_home_office(standing.stage, standing.deadlines, facts, done(facts), self.today):
            said = f"{said}; {sent}"
        kinds = dict.fromkeys(HOLD_WORDS.get(hold.kind, hold.kind.replace("_", " ")) for hold in standing.holds)
        return f"{said}. On hold in part: {', '.join(kinds)}" if kinds else said

    def mover(self, standing: Standing) -> Party:
        """Whose move it is: the stage's own party, or the case manager where the next step is not that party's."""
        if standing.stage.acts in ELSEWHERE or standing.stage.acts in OF_BODIES:
            return standing.stage.acts
        step = standing.next_step or next((s for s in standing.steps if s.action.main), None)
        return mover_of(standing.stage.acts, step.action) if step else standing.stage.acts

    def _waits_for(self, standing: Standing) -> str:
        waiting = standing.in_the_way
        if standing.next_step is None and waiting and standing.stage.acts not in ELSEWHERE:
            names = list(dict.fromkeys(name for item in waiting for name in item.bodies))
            return f"{some_of(names)}: {counted(waiting)}" if names else counted(waiting).capitalize()
        said = f"{self.who(standing, self.mover(standing))}: {standing.next_words}"
        returns = [item for item in standing.open_items if item.process.key == "agency-return"]
        return f"{said}; {counted(returns)}" if returns else said


def waiting_lines(
    session: Session, actor: Actor, ids: Iterable[int], today: date, records: Iterable[Record] = ()
) -> dict[int, str]:
    """For each of these records that the actor may see, one line on what it waits for; ended ones are left out.

    Always the same number of queries. ``today`` is a London date. ``records`` were read before, as the actor sees them.
    What serves one that has ended, often a whole plan, is not read.
    """
    known = {record.id: record for record in records}
    if wanted := sorted(set(ids) - known.keys()):
        query = sa.select(Record).where(Record.id.in_(wanted), Record.final.is_(False), visible(actor))
        known |= {record.id: record for record in session.scalars(query)}
    live = [one for one in known.values() if not one.final]
    waits = Waits(session, actor, (), today, records=live, lines_only=True)
    return {record_id: line for record_id in waits.of if (line := waits.line(record_id))}


def mover_of(acts: Party, action: Action) -> Party:
    """The party that acts at a stage, where its role may do the action; else the case manager."""
    return acts if str(acts) in {str(role) for role in action.roles} else Party.CASE_MANAGER


# --- words ------------------------------------------------------------------------------------------------


def some_of(names: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B, C and 4 more``."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def counted(items: Sequence[Standing]) -> str:
    """``2 returns and 1 point`` outstanding."""
    numbers: dict[str, int] = {}
    for item in items:
        numbers[item.process.noun] = numbers.get(item.process.noun, 0) + 1
    said = [f"{n} {noun if n == 1 else plural(noun)}" for noun, n in numbers.items()]
    return f"{some_of(said)} outstanding"


def plural(noun: str) -> str:
    """More than one of a noun of a process."""
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


# --- reading ----------------------------------------------------------------------------------------------


def _standing(
    record: Record,
    since: Mapping[int, date],
    whose: Mapping[int, list[str]],
    holds: Iterable[Hold],
    running: list[Deadline],
) -> Standing:
    process = workflows.get(record.process)
    return Standing(
        record,
        process,
        process.stage(record.stage),
        since.get(record.id, record.opened_on),
        holds=[hold for hold in holds if hold.open],
        deadlines=running,
        bodies=whose.get(record.id, []),
    )


def stage_since(session: Session, records: Iterable[Record]) -> dict[int, date]:
    """The London date on which each record came to the stage it is at."""
    ids = [record.id for record in records]
    moved = (
        sa.select(AuditEvent.record_id, sa.func.max(AuditEvent.seq).label("seq"))
        .where(
            AuditEvent.record_id.in_(ids),
            sa.or_(AuditEvent.from_stage.is_(None), AuditEvent.from_stage != AuditEvent.to_stage),
        )
        .group_by(AuditEvent.record_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(AuditEvent.record_id, AuditEvent.occurred_on).join(
            moved, sa.and_(AuditEvent.record_id == moved.c.record_id, AuditEvent.seq == moved.c.seq)
        )
    )
    return {record_id: day for record_id, day in rows}


def _as_item(one: Standing) -> Item:
    return Item(one.record.ref, one.record.process_key, one.record.stage, one.stage.final, one.record.facts)


def _steps(
    standing: Standing,
    linked: Sequence[Standing],
    beside: Iterable[Standing],
    settings: Mapping[str, Any],
    today: date,
    for_person: int,
) -> list[Step]:
    """The steps that lead on from a stage: main ones first, those possible now before the others."""
    record, process = standing.record, standing.process
    already = done(record.facts)
    facts = Facts(
        ref=record.ref,
        stage=record.stage,
        recorded=record.facts,
        today=today,
        done=already,
        items=tuple(_as_item(one) for one in linked),
        beside=tuple(_as_item(one) for one in beside if one.process.key == process.key),
        holds=tuple(
            OpenHold(h.id, h.kind, h.from_on, h.review_by, tuple(h.activities or ()), tuple(h.clocks or ()))
            for h in standing.holds
        ),
        settings=settings,
    )
    found = []
    for action in process.actions:
        moves = action.to is not None and action.to != record.stage
        was_done = action.key in already and not moves and not asked_anew(already, action.key)
        if record.stage not in action.source or not action.main or was_done:
            continue
        reasons = tuple(blocked.reason for blocked in judge(process, action, facts, action.roles).blocked)
        another = bool(
            for_person
            and not reasons
            and judge(process, action, dataclasses.replace(facts, actor_id=for_person), action.roles).blocked
        )
        found.append(Step(action, reasons, moves, another))
    return sorted(found, key=lambda step: (bool(step.reasons), not step.moves))

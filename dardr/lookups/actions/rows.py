"""One line for each action: what it is, who leads, how it stands and why, which reviews it serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.facts import settings_of
from dardr.casework.fold import done
from dardr.lookups.actions.dates import DUE, moves_of
from dardr.lookups.actions.filters import ActionFilter, find
from dardr.lookups.records import bodies_of
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordLink
from workflows.answers import stored_date
from workflows.definition import Stage
from workflows.processes.action_1.stages import WORDS_ON
from workflows.rag import MOVES_TO_FLAG, Rag, Rule, Standing, rag

MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action of a list. ``due`` is the date agreed that counts now; ``late`` is true only for such a date."""

    ref: str
    text: str
    stage: str
    stage_label: str
    final: bool
    bodies: tuple[str, ...]
    reviews: tuple[str, ...]
    due: date | None
    late: bool
    rag: Rag
    moves: int
    date_as_given: str
    last_word_on: date | None
    scope: str
    theme: str
    milestones: int = 0
    id: int = 0

    @property
    def moved_often(self) -> bool:
        """True where the date moved so often that the Steering Group looks at it."""
        return self.moves >= MOVES_TO_FLAG

    @property
    def rests_on(self) -> str:
        """What the date agreed rests on, as the process of an action declares it."""
        return str(workflows.newest("action").clock(DUE).date.kind)

    @property
    def undated(self) -> bool:
        """True for an action that has not ended and has no date agreed."""
        return not self.final and self.due is None and self.stage != "complete_claimed"

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ref": self.ref,
            "action": self.text,
            "status": self.stage,
            "status_label": self.stage_label,
            "open": not self.final,
            "agencies": list(self.bodies),
            "reviews": list(self.reviews),
            "due": self.due.isoformat() if self.due else None,
            "late": self.late,
            "rag": self.rag.as_dict(),
            "moves": self.moves,
            "date_as_given": self.date_as_given or None,
            "last_update": self.last_word_on.isoformat() if self.last_word_on else None,
            "scope": self.scope or None,
            "theme": self.theme or None,
        }


@dataclass(frozen=True, slots=True)
class ActionPage:
    """One page of a list, of how many lines, of which late; ``number`` is the page shown, from 1."""

    rows: list[ActionRow]
    total: int
    late: int
    number: int


def actions_page(
    session: Session, actor: Actor, today: date, asked: ActionFilter, *, number: int = 1, size: int = 50
) -> ActionPage:
    """One page of the register; the last one where ``number`` lies beyond it. As few queries for fifty as for two."""
    number = max(1, min(number, MOST_PAGES))
    found = find(session, actor, today, asked, limit=size, offset=(number - 1) * size)
    if not found.rows and found.total:
        number = -(-found.total // size)
        found = find(session, actor, today, asked, limit=size, offset=(number - 1) * size)
    dues = {record.id: due for record, due in found.rows}
    return ActionPage(rows_of(session, [r for r, _ in found.rows], today, dues), found.total, found.late, number)


def all_actions(session: Session, actor: Actor, today: date, asked: ActionFilter) -> list[ActionRow]:
    """Every action asked for, in the order of the register."""
    found = find(session, actor, today, asked)
    dues = {record.id: due for record, due in found.rows}
    return rows_of(session, [record for record, _ in found.rows], today, dues)


AT_ONCE = 500


def rows_of(
    session: Session, records: Iterable[Record], today: date, dues: Mapping[int, date | None] | None = None
) -> list[ActionRow]:
    """The lines of these actions, in the order given. ``dues`` are the dates agreed that run, where known already."""
    every = list(records)
    found: list[ActionRow] = []
    for start in range(0, len(every), AT_ONCE):
        some = every[start : start + AT_ONCE]
        ids = [one.id for one in some]
        dated = dues if dues is not None else dues_of(session, ids)
        bodies, moves, served = bodies_of(session, ids), moves_of(session, ids), _reviews_of(session, ids)
        rules = {home: Rule.of(settings_of(session, home)) for home in {one.partnership_id for one in some}}
        for one in some:
            due = dated.get(one.id)
            found.append(
                row_of(one.ref, one.id, workflows.get(one.process).stage(one.stage), one.facts, today, due=due,
                       moves=moves.get(one.id, 0), bodies=bodies.get(one.id, ()), reviews=served.get(one.id, ()),
                       rule=rules[one.partnership_id], title=one.title)
            )  # fmt: skip
    return found


def row_of(
    ref: str,
    record_id: int,
    stage: Stage,
    facts: Mapping[str, Any],
    today: date,
    *,
    due: date | None,
    moves: int,
    bodies: Iterable[str],
    reviews: Iterable[str],
    rule: Rule,
    title: str = "",
) -> ActionRow:
    """The line of one action from its facts as they stand, or stood."""
    standing = standing_of(stage.key, facts, due=due, moves=moves)
    return ActionRow(
        ref=ref,
        text=str(facts.get("action_text") or title),
        stage=stage.key,
        stage_label=stage.label,
        final=stage.final,
        bodies=tuple(bodies),
        reviews=tuple(reviews),
        due=due,
        late=due is not None and due < today and not stage.final,
        rag=rag(standing, today, rule),
        moves=moves,
        date_as_given=standing.date_as_given,
        last_word_on=standing.last_word_on,
        scope=str(facts.get("scope") or ""),
        theme=str(facts.get("theme") or ""),
        id=record_id,
    )


def standing_of(stage: str, facts: Mapping[str, Any], *, due: date | None, moves: int) -> Standing:
    """What the colour of an action follows from, out of its facts."""
    past = done(facts)
    words = [past[key].occurred_on for key in WORDS_ON if key in past]
    return Standing(
        stage=stage,
        due=due,
        last_word_on=max(words, default=None),
        moves=moves,
        look_again_on=stored_date(facts.get("recheck_on")),
        date_as_given=str(facts.get("target_as_given") or ""),
    )


def dues_of(session: Session, ids: Iterable[int]) -> dict[int, date | None]:
    """The date agreed that runs for each of these actions."""
    rows = session.execute(
        sa.select(Deadline.record_id, Deadline.due_on).where(
            Deadline.record_id.in_(list(ids)), Deadline.clock == DUE, *RUNNING
        )
    )
    return {of: due for of, due in rows}


def _reviews_of(session: Session, ids: list[int]) -> dict[int, list[str]]:
    """The references of the reviews that each action serves."""
    found: dict[int, list[str]] = {}
    rows = session.execute(
        sa.select(RecordLink.item_id, Record.ref)
        .join(Record, Record.id == RecordLink.review_id)
        .where(RecordLink.item_id.in_(ids), RecordLink.kind == "item", Record.process_key.in_(workflows.REVIEW_KEYS))
        .order_by(Record.id)
    )
    for item, ref in rows:
        found.setdefault(item, []).append(ref)
    return found

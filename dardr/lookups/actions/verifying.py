"""What waits for somebody to verify, and of that what this person may verify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, undefer

import workflows
from dardr.access import roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.facts import employers_who_owe
from dardr.casework.fold import DONE, past
from dardr.lookups.actions.filters import ACTION
from dardr.lookups.actions.rows import ActionRow, rows_of
from dardr.storage.reviews import Record

CLAIMED = "complete_claimed"


@dataclass(frozen=True, slots=True)
class ToVerify:
    """An action reported complete: its line, and the day it was reported."""

    row: ActionRow
    claimed_on: date


@dataclass(frozen=True, slots=True)
class Verifying:
    """What this person may verify, longest waiting first, and how many others wait for somebody else, and why.

    ``mine`` is one page of ``total``; ``number`` is the page shown, from 1.
    """

    mine: list[ToVerify]
    total: int
    number: int
    own_body: int
    own_claim: int


def to_verify(session: Session, actor: Actor, today: date, *, number: int = 1, size: int = 50) -> Verifying:
    """The actions reported complete that this person sees, sorted by whether they may verify them.

    One page of those; the last one where ``number`` lies beyond it.
    """
    action = workflows.newest(ACTION).action("verify")
    claims = Record.facts[DONE]["claim_complete"]
    found: list[tuple[Record, Any]] = [
        (record, claim)
        for record, claim in session.execute(
            sa.select(Record, claims)
            .options(defer(Record.facts))
            .where(Record.process_key == ACTION, Record.final.is_(False), Record.stage == CLAIMED, visible(actor))
        )
    ]
    roles = roles_on_each(session, actor, [one for one, _ in found])
    owing = employers_who_owe(session, [one.id for one, _ in found]) if actor.body_ids else {}
    mine: list[tuple[date, int]] = []
    own_body = own_claim = 0
    for one, recorded in found:
        if not roles[one.id] & action.roles:
            continue
        if actor.body_ids & owing.get(one.id, frozenset()):
            own_body += 1
            continue
        claim = past(recorded)
        if claim.actor_id == actor.id:
            own_claim += 1
        else:
            mine.append((claim.occurred_on, one.id))
    mine.sort()
    number = max(1, min(number, -(-len(mine) // size)))
    shown = mine[(number - 1) * size : number * size]
    wanted = sa.select(Record).where(Record.id.in_([one for _, one in shown])).options(undefer(Record.facts))
    whole = {one.id: one for one in session.scalars(wanted.execution_options(populate_existing=True))}
    rows = rows_of(session, [whole[one] for _, one in shown], today)
    lines = [ToVerify(row, claimed_on) for row, (claimed_on, _) in zip(rows, shown, strict=True)]
    return Verifying(lines, len(mine), number, own_body, own_claim)

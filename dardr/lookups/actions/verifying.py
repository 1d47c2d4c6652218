"""What waits for somebody to verify, and of that what this person may verify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.facts import employers_who_owe
from dardr.casework.fold import done
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
    found = list(
        session.scalars(sa.select(Record).where(Record.process_key == ACTION, Record.stage == CLAIMED, visible(actor)))
    )
    roles = roles_on_each(session, actor, found)
    owing = employers_who_owe(session, [one.id for one in found]) if found else {}
    mine: list[tuple[date, int, Record]] = []
    own_body = own_claim = 0
    for one in found:
        if not roles[one.id] & action.roles:
            continue
        if owing[one.id] & actor.body_ids:
            own_body += 1
            continue
        claim = done(one.facts)["claim_complete"]
        if claim.actor_id == actor.id:
            own_claim += 1
        else:
            mine.append((claim.occurred_on, one.id, one))
    mine.sort()
    number = max(1, min(number, -(-len(mine) // size)))
    shown = mine[(number - 1) * size : number * size]
    rows = rows_of(session, [record for *_, record in shown], today)
    lines = [ToVerify(row, claimed_on) for row, (claimed_on, *_) in zip(rows, shown, strict=True)]
    return Verifying(lines, len(mine), number, own_body, own_claim)

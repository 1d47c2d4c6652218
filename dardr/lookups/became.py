"""What became of recommendations: how they were answered, and the actions that this person may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.storage.reviews import Record, RecordLink
from workflows.processes.recommendation_1.answering import RESPONSES, RESPONSES_KEPT, latest

VERIFIED = ("complete_verified", "in_place")
EFFECT_SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Answered:
    """An action that answers a recommendation: where it stands, and what was seen of its effect."""

    ref: str
    text: str
    stage: str
    stage_label: str
    final: bool
    verified: bool
    effect: str

    @property
    def effect_checked(self) -> bool:
        """Whether somebody has looked what it changed."""
        return bool(self.effect)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one recommendation. ``stands`` is where it stands itself, in words."""

    stands: str
    actions: tuple[Answered, ...] = ()
    responses: tuple[tuple[str, str], ...] = field(default=())
    """The key of each body that answered, and its latest answer in words."""

    @property
    def verified(self) -> int:
        """How many of the actions were verified by somebody else, or are in place."""
        return sum(action.verified for action in self.actions)

    def sentences(self) -> list[str]:
        """What is said of it, a sentence each: the shortest first."""
        said = [f"{self.stands}."] if self.stands else []
        if not self.actions:
            return [*said, "No action that you can see answers it."]
        count = len(self.actions)
        said.append(f"{'1 action answers it' if count == 1 else f'{count} actions answer it'}: {self._verified()}.")
        seen = sum(action.effect == EFFECT_SEEN for action in self.actions)
        checked = sum(action.effect_checked for action in self.actions)
        if checked:
            said.append(f"Effect checked for {checked}, a change seen in {seen}.")
        return said

    def _verified(self) -> str:
        if self.verified == len(self.actions):
            return "verified" if self.verified == 1 else "all verified"
        return f"{self.verified} verified" if self.verified else "none verified yet"

    def as_dict(self) -> dict[str, Any]:
        """The shape the command line prints."""
        return {
            "stands": self.stands,
            "responses": [{"body": body, "response": said} for body, said in self.responses],
            "actions": [
                {"ref": a.ref, "stage": a.stage, "stage_label": a.stage_label, "verified": a.verified,
                 "effect": a.effect or None}
                for a in self.actions
            ],
        }  # fmt: skip


Place = tuple[int, int]
"""A recommendation: the id of its record, and its place in the record's list (0 where it is the record itself)."""


def became(
    session: Session, actor: Actor, places: Iterable[Place], records: Mapping[int, Record]
) -> dict[Place, Became]:
    """What became of each of these. One query, whatever their number; of actions only those they may see."""
    wanted = list(places)
    linked: dict[int, list[Record]] = {}
    rows = session.execute(
        sa.select(RecordLink.review_id, Record)
        .join(Record, Record.id == RecordLink.item_id)
        .where(
            RecordLink.review_id.in_({one for one, _ in wanted}),
            RecordLink.kind == "answers",
            Record.process_key == "action",
            visible(actor),
        )
        .order_by(Record.id)
    )
    for answered, action in rows:
        linked.setdefault(answered, []).append(action)
    return {place: _one(place, records[place[0]], linked.get(place[0], [])) for place in wanted}


def _one(place: Place, record: Record, linked: Iterable[Record]) -> Became:
    entry = place[1]
    if not entry:
        said = dict(RESPONSES)
        responses = tuple(
            (body, said.get(str(one.get("response")), ""))
            for body, one in latest(record.facts.get(RESPONSES_KEPT)).items()
        )
        stands = workflows.get(record.process).stage(record.stage).label
        return Became(stands, tuple(map(_answered, linked)), responses)
    name = f"{record.ref}#{entry}"
    entries: list[Mapping[str, Any]] = list(record.facts.get("recommendations") or [])
    status = str(entries[entry - 1].get("status") or "") if entry <= len(entries) else ""
    actions = tuple(_answered(one) for one in linked if name in (one.facts.get("recommendations") or []))
    return Became(f"As published: {status}" if status else "", actions)


def _answered(action: Record) -> Answered:
    facts = action.facts
    return Answered(
        action.ref,
        str(facts.get("action_text") or ""),
        action.stage,
        workflows.get(action.process).stage(action.stage).label,
        action.final,
        action.stage in VERIFIED,
        str(facts.get("effect") or ""),
    )

"""What the changed cells of a row mean: the actions on the record they stand for, one after the other. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import workflows
from dardr.casework.sheets.columns import BY_KEY, SHARE, statuses, working

DONE = {"action": "complete_claimed", SHARE: "done"}
BEGUN = "in_progress"
BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Step:
    """One action to be taken on the record, with its answers; ``columns`` are the cells it comes from."""

    action: str
    values: Mapping[str, Any]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Cells of a row that cannot be taken as they are, and why."""

    columns: tuple[str, ...]
    reason: str


def label_of(process_id: str, action: str) -> str:
    """What an action is called, in the words of its process."""
    return workflows.get(process_id).action(action).label


def steps_of(process_key: str, stage: str, told: Mapping[str, Any]) -> tuple[list[Step], list[Wrong]]:
    """The actions that the cells ``told`` stand for on a record at that stage, and what cannot be taken of them.

    Where a part of a row is wrong nothing of the row is taken: half of what somebody said may mean something else.
    """
    if stage not in working(process_key):
        return [], [Wrong(tuple(told), "Nothing can be said of it by a workbook as it stands now. Ask the team.")]
    row = _Row(process_key, stage, told)
    wrong = list(row.wrong())
    if wrong:
        rest = tuple(key for key in told if all(key not in one.columns for one in wrong))
        aside = [Wrong(rest, "Another cell of this row cannot be taken, so this one waits with it.")] if rest else []
        return [], [*wrong, *aside]
    return list(row.steps()), []


class _Row:
    """One row being understood."""

    def __init__(self, process_key: str, stage: str, told: Mapping[str, Any]) -> None:
        self.process, self.stage, self.told = process_key, stage, told
        self.wanted = told.get("status", stage)
        self.claims = self.wanted == DONE[process_key]
        self.stops = self.wanted == BLOCKED and stage != BLOCKED

    def has(self, *keys: str) -> tuple[str, ...]:
        """Those of these cells that say something."""
        return tuple(key for key in keys if key in self.told)

    def wrong(self) -> Any:
        """What cannot be understood, with what to do."""
        if self.wanted != self.stage and self.wanted not in (BEGUN, BLOCKED, DONE[self.process]):
            label = statuses(self.process)[self.wanted]
            yield Wrong(("status",), f"It does not go back to “{label}”: work has begun. Leave the status as it is.")
        if self.process == SHARE and self.wanted == BEGUN and self.stage == "asked":
            yield Wrong(
                ("status",), "Somebody senior takes the part on, on its page. An update can be given here before that."
            )
        if self.stops and "reason" not in self.told:
            yield Wrong(("status",), f"Say under “{BY_KEY['reason'].heading}” what is in the way.")
        if "new_date" in self.told and self.claims:
            yield Wrong(("new_date",), "It is reported complete, so no new date is needed. Take one of the two out.")
        elif "new_date" in self.told and not self.has("reason", "progress") == ("reason", "progress"):
            yield Wrong(
                ("new_date",),
                f"Say why under “{BY_KEY['reason'].heading}”, and under “{BY_KEY['progress'].heading}” in a sentence"
                " what has happened so far.",
            )
        if "reason" in self.told and not (
            self.stops or "new_date" in self.told or (self.claims and self.told.get("grade") == "said")
        ):
            yield Wrong(("reason",), "A reason is given, and nothing it is for: give the new date, or the status.")
        if "help" in self.told and not (self.stops or "progress" in self.told):
            yield Wrong(("help",), f"Say with it what has happened, under “{BY_KEY['progress'].heading}”.")
        if not self.claims:
            yield from self._of_evidence()

    def _of_evidence(self) -> Any:
        if (more := self.has("grade", "kept")) and "evidence" not in self.told:
            yield Wrong(more, f"Say under “{BY_KEY['evidence'].heading}” what it shows.")
        if "impact" in self.told:
            done = statuses(self.process)[DONE[self.process]]
            yield Wrong(
                ("impact",),
                f"The difference is recorded when it is reported complete: choose “{done}”, or say it under"
                f" “{BY_KEY['progress'].heading}”.",
            )

    def steps(self) -> Any:
        """The actions in the order in which they are possible."""
        told = self.told
        if self.wanted == BEGUN and self.stage == BLOCKED:
            yield Step("resume_work", {}, ("status",))
        elif self.wanted == BEGUN and self.stage != BEGUN:
            yield Step("start_work", {}, ("status",))
        if "progress" in told:
            with_date = self.has("new_date", "reason") if "new_date" in told else ()
            helped = self.has("help") if not self.stops else ()
            yield Step(
                "record_update",
                {
                    "progress": told["progress"],
                    **({"suggested_date": told["new_date"], "suggested_reason": told["reason"]} if with_date else {}),
                    **({"needs": told["help"]} if helped else {}),
                },
                ("progress", *with_date, *helped),
            )
        if self.stops:
            helped = self.has("help")
            columns = ("status", *(() if "new_date" in told else ("reason",)), *helped)
            said = {"obstacle": told["reason"], **({"who_could_help": told["help"]} if helped else {})}
            yield Step("report_obstacle", said, columns)
        proof = self.has("evidence", "grade", "kept")
        shown = {ANSWERS[key]: told[key] for key in proof}
        if self.claims:
            said_only = self.has("reason")
            impact = self.has("impact")
            yield Step(
                "claim_complete",
                {
                    **shown,
                    **({"impact": told["impact"]} if impact else {}),
                    **({"said_only_reason": told["reason"]} if said_only else {}),
                },
                ("status", *proof, *impact, *said_only),
            )
        elif proof:
            yield Step("add_evidence", shown, proof)


ANSWERS = {"evidence": "evidence", "grade": "evidence_grade", "kept": "evidence_reference"}
"""The question that each column about evidence answers."""

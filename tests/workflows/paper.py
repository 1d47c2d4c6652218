"""A record on paper: a process carried through its actions without a database, as the engine would judge them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import workflows
from workflows.definition import Action, Facts, Field, FieldType, Item, OpenHold, Past, Process, Role
from workflows.engine import Verdict, advance, judge

EVERY_ROLE = frozenset(Role)
FIRST, SECOND = 1, 2
"""Two people, each holding every role."""


def answer(question: Field, day: date) -> Any:
    """An ordinary answer to a question: the first choice, a day, some words."""
    match question.type:
        case FieldType.CHOICE:
            return question.choices[0].value if question.choices else "kent-police"
        case FieldType.CHOICES:
            return [question.choices[0].value if question.choices else "kent-police"]
        case FieldType.DATE | FieldType.PARTIAL_DATE:
            return day + timedelta(days=60) if question.future else day
        case FieldType.INTEGER:
            return 40
        case FieldType.BOOLEAN:
            return True
        case FieldType.URL:
            return "https://example.org/report"
        case _:
            return ["First line", "Second line"] if question.many else "In a few words"


def stored(value: Any) -> Any:
    """How an answer is kept: dates as text."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass
class Paper:
    """One record. ``day`` is today and the day on which things happen; it moves on with each action."""

    process: Process
    day: date = date(2026, 1, 5)
    stage: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    done: dict[str, Past] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    beside: tuple[Item, ...] = ()
    holds: tuple[OpenHold, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    seq: int = 0

    def look(
        self,
        key: str,
        answers: Mapping[str, Any] | None = None,
        *,
        by: int = FIRST,
        bodies: frozenset[int] = frozenset(),
    ) -> Verdict:
        """What stands in the way of an action, asked without (None) or with answers."""
        action = self.process.action(key)
        submitted = None if answers is None else self._filled(action, answers)
        return judge(self.process, action, self._facts(submitted, by, bodies), EVERY_ROLE)

    def reasons(self, key: str, answers: Mapping[str, Any] | None = None, *, by: int = FIRST) -> list[str]:
        """The sentences why an action is not possible."""
        return [blocked.reason for blocked in self.look(key, answers, by=by).blocked]

    def take(self, key: str, *, by: int = FIRST, **answers: Any) -> Paper:
        """Take an action, with ordinary answers to the required questions that are not given."""
        action = self.process.action(key)
        given = self._filled(action, answers)
        verdict = judge(self.process, action, self._facts(given, by, frozenset()), EVERY_ROLE)
        assert verdict.possible, f"{key} at {self.stage}: {[b.reason for b in verdict.blocked]}"
        self.stage = advance(self.process, action, self.stage)
        self.seq += 1
        kept = {name: stored(value) for name, value in given.items()}
        if action.keep_as:
            entry = {**kept, "on": self.day.isoformat(), "seq": self.seq, "by": by}
            self.facts = {**self.facts, action.keep_as: [*self.facts.get(action.keep_as, []), entry]}
        else:
            self.facts = {**self.facts, **kept}
        self.done = {**self.done, key: Past(self.seq, by, self.day)}
        self.day += timedelta(days=1)
        return self

    def has(self, ref: str, process: str, *, stage: str = "open", final: bool = False, **facts: Any) -> Paper:
        """Link an item to the record, in place of one of that ref."""
        others = tuple(item for item in self.items if item.ref != ref)
        self.items = (*others, Item(ref, process, stage, final, facts))
        return self

    def _filled(self, action: Action, answers: Mapping[str, Any]) -> dict[str, Any]:
        unknown = set(answers) - {f.name for f in action.fields}
        assert not unknown, f"{action.key} does not ask {unknown}"
        filled = {f.name: answer(f, self.day) for f in action.fields if f.required}
        return {**filled, **answers}

    def _facts(self, submitted: Mapping[str, Any] | None, by: int, bodies: frozenset[int]) -> Facts:
        first = self.process.opening.occurred_from
        return Facts(
            ref="TEST-1",
            stage=self.stage,
            recorded=self.facts,
            today=self.day,
            submitted=submitted,
            occurred_on=None if submitted is None else submitted[first] if first and not self.stage else self.day,
            actor_id=by,
            actor_body_ids=bodies,
            owing_body_ids=frozenset({7}),
            done=self.done,
            items=self.items,
            beside=self.beside,
            holds=self.holds,
            settings=self.settings,
        )


def opened(process_key: str = "dardr-s9", **answers: Any) -> Paper:
    """A record just opened."""
    process = workflows.get(process_key)
    paper = Paper(process)
    return paper.take(process.opening.key, **answers)


def a_review(at: str, process_key: str = "dardr-s9") -> Paper:
    """A review carried to a stage of the ordinary path by its own actions."""
    paper = opened(process_key)
    for stage, steps in ORDINARY:
        if paper.stage == at:
            return paper
        assert paper.stage == stage
        for key, by, answers in steps:
            paper.take(key, by=by, **answers)
    assert paper.stage == at, f"the ordinary path does not lead to {at}"
    return paper


V1: dict[str, Any] = {"version": "1"}
PACK: dict[str, Any] = {"pack_version": "1"} | {
    f"pack_{part}": "In the folder"
    for part in ("executive_summary", "action_plan", "data_return", "letter", "anonymisation")
}

ORDINARY: tuple[tuple[str, tuple[tuple[str, int, dict[str, Any]], ...]], ...] = (
    ("notified", (("accept_notification", FIRST, {}),)),
    ("screening", (("record_criteria", FIRST, {}), ("ready_for_decision", FIRST, {}))),
    ("decision_pending", (("decide_review", FIRST, {}),)),
    (
        "decided_review",
        (
            ("second_person_check", SECOND, {}),
            ("tell_home_office", FIRST, {}),
            ("tell_family", FIRST, {}),
            ("start_commissioning", FIRST, {}),
        ),
    ),
    ("commissioning", (("appoint_chair", FIRST, {}), ("appoint_panel", FIRST, {}))),
    ("terms_of_reference", (("approve_terms", FIRST, {}), ("start_evidence", FIRST, {}))),
    ("evidence", (("start_drafting", FIRST, {}),)),
    (
        "drafting",
        (
            ("record_version", FIRST, V1),
            ("give_draft_to_family", FIRST, V1),
            ("record_family_response", FIRST, V1),
            ("record_panel_approval", FIRST, V1),
            ("send_to_partnership", FIRST, {}),
        ),
    ),
    (
        "csp_sign_off",
        (
            ("record_steering_group_assurance", FIRST, {}),
            ("sign_off", FIRST, V1),
            ("put_into_pack", FIRST, PACK),
            ("submit_to_home_office", FIRST, {}),
        ),
    ),
    ("submitted", (("record_acknowledgement", FIRST, {}),)),
    ("home_office_qa", (("record_letter_publish", FIRST, {}),)),
    (
        "pre_publication",
        (
            ("check_anonymisation", FIRST, {}),
            ("second_check_anonymisation", SECOND, {}),
            ("tell_family_publication", FIRST, {}),
            ("prepare_publication_plan", FIRST, {}),
            ("attach_home_office_letter", FIRST, {}),
            ("fix_action_plan", FIRST, {}),
            ("record_communications_plan", FIRST, {}),
            ("check_pre_election", FIRST, {}),
            ("publish", FIRST, {}),
        ),
    ),
    ("published", (("send_final_documents", FIRST, {}), ("start_action_monitoring", FIRST, {}))),
    (
        "action_monitoring",
        (
            ("record_report_completed", FIRST, {}),
            ("record_copy_to_commissioner", FIRST, {}),
            ("conclude", FIRST, {}),
        ),
    ),
)

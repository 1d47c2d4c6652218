"""The publication of one review: conditions and what met them, who is told, the day, the websites, what comes after.

It reads; it decides nothing. Communications, who see a part of a review, get the conditions in neutral words, the lines
of the plan that are theirs, and of the family only whether it was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on, roles_on_each
from dardr.actors import Actor
from dardr.casework.facts import load_facts, settings_of
from dardr.casework.fold import done
from dardr.errors import Forbidden, NotFound
from dardr.lookups.careful_days import named_days
from dardr.lookups.publication_choices import FAMILY, own_websites
from dardr.lookups.records import visible_items
from dardr.lookups.review import actions_of
from dardr.parts import Contents, contents_seen
from dardr.press import CLEARED_STAGES
from dardr.seeing import seen_facts
from dardr.storage.people import User
from dardr.storage.reviews import Record
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Facts, Item, Past, Process, Role
from workflows.engine import permitted_actions
from workflows.processes.dardr_s9_1.gate import CONDITIONS, Condition
from workflows.processes.dardr_s9_1.publication_waits import (
    BRANCH,
    FAMILY_NOTICE,
    NOTICE,
    avoided_words,
    embargo_until,
    embargo_words,
    near_a_day_to_avoid,
)
from workflows.processes.dardr_s9_1.websites import Website, websites
from workflows.processes.who import CHAIRING, DECIDERS, FAMILY_NOTES, MEDIA

TOLD_BY = {NOTICE: "record_told", FAMILY_NOTICE: "record_family_told"}
AFTERWARDS = (
    "send_final_documents",
    "record_copy_to_commissioner",
    "record_copy_to_policing_body",
    "record_learning",
    "start_action_monitoring",
)
"""What follows a publication, in its usual order."""
PLANNING = (
    "prepare_publication_plan",
    "add_publication_notice",
    "add_family_notice",
    "record_communications_plan",
    "change_planned_day",
    "check_pre_election",
    "change_embargo",
    "record_day_to_avoid",
    "strike_out_day_to_avoid",
    "record_family_statement",
)
ONLINE = (
    "record_website",
    "correct_website_address",
    "record_taken_down",
    "put_back",
    "look_again_online",
    "end_looks_online",
    "strike_out_website",
)
BOARDS = ("record_partner_publication",)
"""What is recorded of the boards that a joint review is held with: each publishes for itself."""
DECIDING = ("publish", "decide_not_to_publish", "return_to_amending")
HELD_BACK = ("look_again_at_not_publishing", "publish_after_all", "end_looks_at_not_publishing")
PLANNERS = MEDIA | CHAIRING | DECIDERS
"""Who reads which days are to be avoided. Whose days they are, nobody reads here."""
PUBLIC_USES = ("with_report", "to_press")
"""What the family may wish with their statement that makes it public once the report is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that may be recorded: possible now, or why not yet; when and by whom it was done last."""

    key: str
    label: str
    possible: bool
    blocked: tuple[str, ...]
    done_on: date | None = None
    done_by: str = ""


@dataclass(frozen=True, slots=True)
class Met:
    """One condition as it stands. ``step`` is the step that meets it, where this person may take it."""

    condition: Condition
    met: bool
    reason: str
    done_on: date | None
    done_by: str
    step: Step | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan: who is told, by whom, how and when; told on, or why not. Its steps where they may."""

    ref: str
    who: str
    facts: Mapping[str, Any]
    stage: str
    stage_label: str
    final: bool
    told_on: date | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is told. ``family_told``: whether every branch in the plan was, or is not told for a reason; None: no line.

    ``family`` are the lines of the family for those who see them; ``open`` how many lines of all still are.
    """

    prepared: bool
    family: tuple[Line, ...]
    family_told: bool | None
    others: tuple[Line, ...]
    open: int
    total: int


@dataclass(frozen=True, slots=True)
class Publication:
    """What the page shows. ``part`` says what of the review is seen, where it is a part; None where all of it."""

    record: Record
    process: Process
    part: Contents | None
    facts: Mapping[str, Any]
    cleared: bool
    gate: tuple[Met, ...]
    plan: Plan
    embargo: datetime | None
    planned_for: date | None
    avoid: tuple[str, ...]
    near: str
    websites: tuple[Website, ...]
    missing: tuple[str, ...]
    statement: str
    statement_use: str
    steps: Mapping[str, Step]
    after: tuple[Step, ...]
    history: Mapping[str, Past]

    @property
    def unmet(self) -> int:
        """How many conditions are not met."""
        return sum(not one.met for one in self.gate)

    def of(self, keys: Iterable[str]) -> list[Step]:
        """Those of these steps that this person may take at this stage, in their order; a plan is prepared once."""
        done = {"prepare_publication_plan"} if self.plan.prepared else set()
        return [self.steps[key] for key in keys if key in self.steps and key not in done]


def publication_of(session: Session, actor: Actor, ref: str, today: date) -> Publication:
    """The publication of one review on the London day ``today``.

    Raises NotFound for no review, and Forbidden for somebody whose part of it has nothing of the publication.
    """
    record = get_record(session, actor, ref, in_part=True)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so there is no publication of it.")
    part = contents_seen(session, actor, record)
    if part is not None and not part.documents:
        raise Forbidden(f"Your role shows a part of {ref}, and its publication is not in it.")
    process = workflows.get(record.process)
    roles = roles_on(session, actor, record)
    judged = load_facts(session, actor, record, process, today, actions=(process.action("publish"),))
    shown = seen_facts(process, record.facts, roles)
    shown = shown if part is None else part.facts(shown)
    history = done(record.facts)
    names = _names(session, history)
    steps = {
        one["key"]: _step(one, history, names)
        for one in actions_of(session, actor, ref, today, with_items=False, with_fields=False)
    }
    planned = stored_date(record.facts.get("planned_for"))
    careful = named_days(session, [record.id]).get(record.id, []) if roles & PLANNERS else []
    near = near_a_day_to_avoid(record.facts, planned, careful) if planned and roles & PLANNERS else []
    sites = websites(shown)
    own = own_websites(settings_of(session, record.partnership_id))
    return Publication(
        record=record,
        process=process,
        part=part,
        facts=shown,
        cleared=record.stage in CLEARED_STAGES,
        gate=_gate(judged, history, names, steps, part),
        plan=_plan(session, actor, record, judged),
        embargo=embargo_until(record.facts),
        planned_for=planned,
        avoid=tuple(dict.fromkeys(f"{one.words}{'' if one.first.year else ', every year'}" for one in careful)),
        near=avoided_words(planned, near) if planned and near else "",
        websites=tuple(sites),
        missing=tuple(name for name in own if all(site.name != name for site in sites)),
        statement=_statement(record, roles, history),
        statement_use=str(record.facts.get("family_statement_use") or "") if roles & FAMILY_NOTES else "",
        steps=steps,
        after=tuple(
            steps.get(key) or _step({"key": key, "label": process.action(key).label, "blocked": [""]}, history, names)
            for key in AFTERWARDS
        ),
        history=history,
    )


def in_a_line(facts: Mapping[str, Any]) -> str:
    """The publication of a review in a few words: published when and where, or planned for when; empty before that."""
    published = stored_date(facts.get("published_on"))
    if "publish" in done(facts) and published is not None:
        sites = websites(facts)
        there = [site.name for site in sites if site.online]
        where = f"; on {' and '.join(there)}" if there else "; on no website now" if sites else ""
        return f"Published {in_words(published)}{where}"
    planned, until = stored_date(facts.get("planned_for")), embargo_until(facts)
    said = [f"planned for {in_words(planned)}"] if planned else []
    said += [f"embargo until {embargo_words(until)}"] if until else []
    line = "; ".join(said)
    return line[:1].upper() + line[1:]


def suggested_day(_s: Session, _a: Actor, record: Record) -> dict[str, str]:
    """What the form of the check of pre-election periods holds already: the day planned."""
    day = stored_date(record.facts.get("planned_for"))
    parts = (("day", day.day), ("month", day.month), ("year", day.year)) if day else ()
    return {f"pre_election_day-{part}": str(number) for part, number in parts}


def review_of_line(session: Session, actor: Actor, ref: str) -> str:
    """The reference of the review whose plan has this line; empty for what is no line of a plan. Raises NotFound."""
    record = get_record(session, actor, ref, in_part=True)
    if record.process_key not in TOLD_BY or record.parent_id is None:
        return ""
    return session.scalar(sa.select(Record.ref).where(Record.id == record.parent_id)) or ""


def _statement(record: Record, roles: frozenset[Role], history: Mapping[str, Past]) -> str:
    """The family's words: for the team and the chair; for everyone here once the report is out and they agreed."""
    said = str(record.facts.get("family_statement") or "")
    public = "publish" in history and record.facts.get("family_statement_use") in PUBLIC_USES
    return said if roles & FAMILY_NOTES or public else ""


def _names(session: Session, history: Mapping[str, Past]) -> dict[int, str]:
    ids = {past.actor_id for past in history.values()}
    return {row.id: row.name for row in session.execute(sa.select(User.id, User.name).where(User.id.in_(ids)))}


def _step(may: Mapping[str, Any], history: Mapping[str, Past], names: Mapping[int, str]) -> Step:
    past = history.get(may["key"])
    return Step(
        may["key"],
        may["label"],
        not may["blocked"],
        tuple(may["blocked"]),
        past.occurred_on if past else None,
        names.get(past.actor_id, "") if past else "",
    )


# --- the conditions ---------------------------------------------------------------------------------------


def _gate(
    judged: Facts,
    history: Mapping[str, Past],
    names: Mapping[int, str],
    steps: Mapping[str, Step],
    part: Contents | None,
) -> tuple[Met, ...]:
    found: dict[str, Met] = {}
    for condition in CONDITIONS:
        one = _met(condition, judged, history, names, steps, part)
        waits = condition.after and not found[condition.after].met
        found[condition.key] = replace(one, met=False) if waits else one
    return tuple(found.values())


def _met(
    condition: Condition,
    judged: Facts,
    history: Mapping[str, Past],
    names: Mapping[int, str],
    steps: Mapping[str, Step],
    part: Contents | None,
) -> Met:
    blocked = condition.guard(judged)
    past = max((history[key] for key in condition.steps if key in history), key=lambda one: one.seq, default=None)
    may = [steps[key] for key in condition.steps if key in steps]
    step = next((one for one in may if one.possible), may[0] if may else None)
    counts = past if blocked is None else None
    return Met(
        condition,
        blocked is None,
        blocked.reason if blocked is not None and part is None else "",
        counts.occurred_on if counts else None,
        names.get(counts.actor_id, "") if counts and part is None else "",
        step,
    )


# --- who is told ------------------------------------------------------------------------------------------


def _plan(session: Session, actor: Actor, record: Record, judged: Facts) -> Plan:
    every = (*judged.items_of(FAMILY_NOTICE), *judged.items_of(NOTICE))
    family = judged.items_of(FAMILY_NOTICE)
    seen = visible_items(session, actor, record)
    called = {item.ref: item.title for item in seen if item.process_key == BRANCH}
    notices = [item for item in seen if item.process_key in TOLD_BY]
    roles = roles_on_each(session, actor, notices)
    lines = {
        key: tuple(_line(item, called, roles[item.id]) for item in notices if item.process_key == key)
        for key in TOLD_BY
    }
    return Plan(
        prepared="prepare_publication_plan" in done(record.facts),
        family=lines[FAMILY_NOTICE],
        family_told=_all_final(family) if family else None,
        others=lines[NOTICE],
        open=sum(not item.final for item in every),
        total=len(every),
    )


def _all_final(items: Iterable[Item]) -> bool:
    return all(item.final for item in items)


def _line(item: Record, called: Mapping[str, str], roles: frozenset[Role]) -> Line:
    process = workflows.get(item.process)
    stage = process.stage(item.stage)
    history = done(item.facts)
    told = history.get(TOLD_BY[item.process_key]) if item.stage == "told" else None
    branch = str(item.facts.get("branch") or "")
    family = "The family" if branch == FAMILY else called.get(branch) or f"A branch of the family ({branch})"
    return Line(
        item.ref,
        item.title if item.process_key == NOTICE else family,
        item.facts,
        item.stage,
        stage.label,
        stage.final,
        told.occurred_on if told else None,
        tuple(
            Step(one.key, one.label, True, ())
            for one in permitted_actions(process, item.stage, roles)
            if one.keep_as is None
        ),
    )

"""The branches of a family of one review, each by itself, for those who may read of them.

Who they are and what they said is read from the identity store: ask ``find_family`` or ``find_branch`` first, keep in
the read log that it is read, and read then. Nothing here mixes two branches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on, visible
from dardr.actors import Actor
from dardr.casework.deadlines import running, state
from dardr.casework.facts import load_facts, settings_of
from dardr.casework.fold import done
from dardr.errors import NotFound
from dardr.lookups.careful_days import named_days
from dardr.lookups.deadlines import stands_of
from dardr.lookups.family_entries import (
    ENTRIES,
    Comment,
    Entry,
    Read,
    comments,
    entry_of,
    names_of,
    readings,
    said,
    words_of,
)
from dardr.lookups.identities import Identities, read_identities
from dardr.lookups.recipient_alike import like_the_person_suspected
from dardr.lookups.records import linked, visible_items
from dardr.storage.reviews import Deadline, Record
from workflows.answers import stored_date
from workflows.careful import CarefulDay
from workflows.clocks import State, length_in_force
from workflows.definition import PARTY_LABELS, Clock, Process
from workflows.diagram import span_words
from workflows.lengths import Span, Unit
from workflows.processes.care import in_a_line, nearest_outside
from workflows.processes.careful_days import of_branch
from workflows.processes.family_branch_1.agreements import agreements
from workflows.processes.family_branch_1.contact import recipient_confirmed
from workflows.processes.family_branch_1.reading import readings_open
from workflows.processes.family_branch_1.stages import ACTIVE
from workflows.processes.family_branch_1.updates import left_alone_until, they_wish_contact
from workflows.processes.family_branch_1.visits import Visit, visits_to_come
from workflows.processes.who import FAMILY_NOTES

BRANCH, NOTICE, QUESTION = "family-branch", "family-notice", "family-question"
FORTNIGHT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Update:
    """The next update that is owed to a branch: by whom, by when, how it stands.

    ``better_on`` is the nearest day outside a week with a day to be careful about; None where there is no need of one.
    """

    due: date | None
    owner: str
    state: State
    row: Deadline
    clock: Clock
    better_on: date | None = None

    @property
    def stands(self) -> dict[str, Any]:
        """The date as every page says one: what it rests on and how it stands."""
        return stands_of(self.clock, self.row, self.state)


@dataclass(slots=True)
class Branch:
    """One branch as its page shows it."""

    record: Record
    review: Record
    process: Process
    facts: Mapping[str, Any]
    identities: Identities
    near: str
    careful: list[str]
    not_prepared_because: list[str]
    confirmed: Entry | None = None
    left_alone: bool = False
    left_alone_until: date | None = None
    left_alone_since: int = 0
    wish: str = ""
    update: Update | None = None
    history: list[Entry] = field(default_factory=list)
    letters: list[Entry] = field(default_factory=list)
    leaflets: list[Entry] = field(default_factory=list)
    readings: list[Read] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    agreements: list[Entry] = field(default_factory=list)
    how_often: str = ""
    alike: list[str] = field(default_factory=list)

    @property
    def stage_label(self) -> str:
        """Where the branch stands, in words."""
        return self.process.stage(self.record.stage).label

    @property
    def refused(self) -> bool:
        """It is recorded that nothing may be prepared for them, and nobody confirmed the recipient since."""
        return bool(self.facts.get("recipients_refused")) and self.confirmed is None and self.record.stage in ACTIVE

    @property
    def with_them(self) -> list[str]:
        """The versions that are with them to read."""
        return readings_open(self.facts)

    def letter_blocked(self, number: int) -> list[str]:
        """Why a letter that was prepared is not made again; one prepared after they asked to be left alone is."""
        before = self.left_alone and number < self.left_alone_since
        return [*self.not_prepared_because, *([self.wish] if before else [])]

    def said(self, action: str, name: str) -> str:
        """An answer of the record in words; empty where there is none."""
        return said(self.process, action, name, self.facts.get(name))

    def known(self, name: str) -> str:
        """The newest answer of the identity store to one question."""
        found = next((one for one in self.identities.facts if one.field.name == name), None)
        value = found.latest.value if found else ""
        return "\n".join(value) if isinstance(value, list) else str(value)


# --- which may be read ------------------------------------------------------------------------------------


def find_family(session: Session, actor: Actor, ref: str) -> Record:
    """The review whose family this actor may read of. Raises NotFound for everybody else, whatever they see of it."""
    review = get_record(session, actor, ref)
    if review.process_key not in workflows.REVIEW_KEYS or not roles_on(session, actor, review) & FAMILY_NOTES:
        raise NotFound(f"There is no page of the family of {ref}, or it is not yours to see.")
    return review


def find_branch(session: Session, actor: Actor, ref: str) -> tuple[Record, Record]:
    """A branch and the review it belongs to. Raises NotFound."""
    branch = get_record(session, actor, ref)
    above = [other for way, _, other in linked(session, actor, branch) if way == "serves"]
    if branch.process_key != BRANCH or not above:
        raise NotFound(f"There is no branch of a family with the reference {ref}, or it is not yours to see.")
    return branch, find_family(session, actor, above[0].ref)


def branches_of(session: Session, actor: Actor, review: Record) -> list[Record]:
    """The branches of a review that this actor may see, in the order in which they were added."""
    return [item for item in visible_items(session, actor, review) if item.process_key == BRANCH]


@dataclass(frozen=True, slots=True)
class BeforeContact:
    """What must be known before a branch is telephoned, visited or written to, shown above the forms about it."""

    facts: Mapping[str, Any]
    title: str
    left_alone: bool = False
    left_alone_until: date | None = None
    not_confirmed: str = ""
    alike: Sequence[str] = ()


def before_contact(session: Session, actor: Actor, record: Record, today: date) -> BeforeContact | None:
    """Of a branch, or of the one branch that a question or a notice of publication is about; None for all else."""
    if record.process_key == BRANCH:
        refs = [record.ref]
    elif record.process_key == NOTICE:
        refs = [str(record.facts.get("branch") or "")]
    elif record.process_key == QUESTION:
        refs = [other.ref for way, _, other in linked(session, actor, record) if way == "serves"]
    else:
        return None
    branch = session.scalar(sa.select(Record).where(Record.ref.in_(refs), Record.process_key == BRANCH, visible(actor)))
    if branch is None:
        return None
    review = find_branch(session, actor, branch.ref)[1]
    guarded = load_facts(session, actor, branch, workflows.get(branch.process), today, actions=())
    wished, unconfirmed = they_wish_contact(guarded), recipient_confirmed(guarded)
    return BeforeContact(
        branch.facts,
        branch.title or branch.ref,
        wished is not None,
        left_alone_until(guarded) if wished is not None else None,
        unconfirmed.reason if unconfirmed is not None else "",
        like_the_person_suspected(session, read_identities(session, branch), review),
    )


# --- one branch -------------------------------------------------------------------------------------------


def read_branch(session: Session, actor: Actor, record: Record, review: Record, today: date) -> Branch:
    """Everything of one branch. Only for an actor ``find_branch`` or ``find_family`` let in. ``today`` is London's."""
    process, facts = workflows.get(record.process), record.facts
    words = words_of(session, record)
    names = names_of(session, facts)
    guarded = load_facts(session, actor, record, process, today, actions=())
    wished, unconfirmed = they_wish_contact(guarded), recipient_confirmed(guarded)
    blocked = [unconfirmed.reason] if unconfirmed is not None else []
    named = named_days(session, [record.id]).get(record.id, [])
    checks = facts.get("recipient_checks") or []
    identities = read_identities(session, record)
    found = Branch(
        record=record,
        review=review,
        process=process,
        facts=facts,
        identities=identities,
        near=in_a_line(named, today - FORTNIGHT, today + FORTNIGHT),
        careful=[f"{day.words}{'' if day.first.year else ', every year'}: {day.what}" for day in of_branch(facts)],
        not_prepared_because=blocked if record.stage in ACTIVE else [process.stage(record.stage).means],
        confirmed=None
        if not checks or unconfirmed is not None
        else entry_of(process, "recipient_checks", checks[-1], {}, names),
        left_alone=wished is not None and record.stage in ACTIVE,
        left_alone_until=left_alone_until(guarded) if wished is not None else None,
        left_alone_since=guarded.done["record_no_contact"].seq if wished is not None else 0,
        wish=wished.reason if wished is not None else "",
        update=_update(session, record, process, named, today),
        visits=visits_to_come(facts, done(facts), today) if record.stage in ACTIVE else [],
        how_often=_how_often(session, record),
        alike=like_the_person_suspected(session, identities, review),
    )
    kept = {name: [entry_of(process, name, entry, words, names) for entry in facts.get(name) or []] for name in ENTRIES}
    found.letters, found.leaflets = kept["letters_prepared"], kept["leaflets_given"]
    agreed = {entry.seq: entry for entry in kept["agreements"]}
    found.agreements = [agreed[int(entry["seq"])] for entry in agreements(facts)]
    found.history = sorted(
        (entry for entries in kept.values() for entry in entries),
        key=lambda one: (one.on or today, one.seq),
        reverse=True,
    )
    found.readings = readings(process, facts, words)
    found.comments = comments(process, facts, words)
    return found


def last_contact(record: Record) -> tuple[str, date] | None:
    """The last contact with one branch that is recorded, and what it was; an attempt without an answer is none."""
    process, found = workflows.get(record.process), list[tuple[date, str]]()
    for entry in record.facts.get("contacts") or []:
        day = stored_date(entry.get("on"))
        if day is not None and entry.get("branch_contact") != "attempt":
            found.append((day, said(process, "record_contact", "branch_contact", entry.get("branch_contact"))))
    for key, words in (
        ("give_update", "They were given an update"),
        ("give_update_all_the_same", "They were given an update"),
        ("give_draft", "They were given a version to read"),
        ("end_reading", "They answered on a version"),
    ):
        past = done(record.facts).get(key)
        if past is not None:
            found.append((past.occurred_on, words))
    if not found:
        return None
    day, words = max(found)
    return words, day


def _update(session: Session, record: Record, process: Process, named: list[CarefulDay], today: date) -> Update | None:
    rows = [row for row in running(session, [record.id]) if row.clock.startswith("family_update")]
    if not rows:
        return None
    row, clock = rows[-1], process.clock(rows[-1].clock)
    better = nearest_outside(named, max(row.due_on, today), today) if row.due_on else None
    return Update(row.due_on, PARTY_LABELS[clock.owner], state(row, clock, today), row, clock, better)


def rhythm(session: Session, branch: Record) -> Span | None:
    """How long after one update the next one is owed: what was agreed with the branch, else the partnership's number.

    None where they wish no updates, or nothing was agreed yet.
    """
    if branch.facts.get("updates_by") in (None, "none"):
        return None
    clock = workflows.get(branch.process).clock("family_update")
    return length_in_force(clock, settings_of(session, branch.partnership_id), branch.facts.get("update_every_weeks"))


def _how_often(session: Session, branch: Record) -> str:
    span = rhythm(session, branch)
    if span is None:
        return ""
    every = f"every {span_words(span)}"
    if span.unit is Unit.DAYS and span.n % 7 == 0:
        every = "every week" if span.n == 7 else f"every {span.n // 7} weeks"
    agreed = branch.facts.get("update_every_weeks")
    return f"{every}, and when the review enters another phase" + ("" if agreed else " (the number set here)")

"""The branches of a family of one review, each by itself, for those who may read of them.

Who they are and what they said is read from the identity store: ask ``find_family`` or ``find_branch`` first, keep in
the read log that it is read, and read then. Nothing here mixes two branches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.deadlines import running, state
from dardr.casework.facts import load_facts
from dardr.casework.fold import done
from dardr.errors import NotFound
from dardr.lookups.careful_days import named_days
from dardr.lookups.identities import Identities, read_identities
from dardr.lookups.records import linked, visible_items
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, Deadline, IdentityValues, Record
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.careful import CarefulDay
from workflows.clocks import State
from workflows.definition import PARTY_LABELS, Clock, Process
from workflows.processes.care import in_a_line, nearest_outside
from workflows.processes.careful_days import of_branch
from workflows.processes.family_branch_1.contact import recipient_confirmed
from workflows.processes.family_branch_1.reading import readings_open
from workflows.processes.family_branch_1.stages import ACTIVE
from workflows.processes.family_branch_1.updates import left_alone_until, they_wish_contact
from workflows.processes.who import FAMILY_NOTES

BRANCH = "family-branch"
FORTNIGHT = timedelta(days=14)
ENTRIES = {
    "contacts": ("record_contact", "Contact", "branch_contact", "contact_words"),
    "updates_given": ("give_update", "Update", "update_given_how", "update_text"),
    "leaflets_given": ("give_leaflets", "Leaflets", "leaflets", ""),
    "letters_prepared": ("prepare_letter", "Letter prepared", "letter_about", ""),
    "recipient_checks": ("confirm_recipient", "Recipient confirmed", "recipient_known_from", ""),
}
"""What passed between the review and a branch: the action, its name here, the answer that says what, own words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: when (London date), what, by whom it was recorded, and words from the identity store."""

    seq: int
    on: date | None
    kind: str
    what: str
    recorded_by: str
    words: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of theirs and what was done with it; ``answer`` is empty until somebody recorded that."""

    seq: int
    number: int
    on: date | None
    version: str
    where: str
    words: str
    outcome: str = ""
    changed_in: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One version that a branch was given: when and how, and how the reading ended, if somebody recorded that."""

    version: str
    on: date | None
    how: str
    support: str
    ended_on: date | None = None
    response: str = ""
    words: str = ""


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

    @property
    def stage_label(self) -> str:
        """Where the branch stands, in words."""
        return self.process.stage(self.record.stage).label

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


# --- one branch -------------------------------------------------------------------------------------------


def read_branch(session: Session, actor: Actor, record: Record, review: Record, today: date) -> Branch:
    """Everything of one branch. Only for an actor ``find_branch`` or ``find_family`` let in. ``today`` is London's."""
    process, facts = workflows.get(record.process), record.facts
    words = _words_of(session, record)
    names = _names(session, facts)
    guarded = load_facts(session, actor, record, process, today, actions=())
    wished, unconfirmed = they_wish_contact(guarded), recipient_confirmed(guarded)
    blocked = [unconfirmed.reason] if unconfirmed is not None else []
    named = named_days(session, [record.id]).get(record.id, [])
    checks = facts.get("recipient_checks") or []
    found = Branch(
        record=record,
        review=review,
        process=process,
        facts=facts,
        identities=read_identities(session, record),
        near=in_a_line(named, today - FORTNIGHT, today + FORTNIGHT),
        careful=[f"{day.words}{'' if day.first.year else ', every year'}: {day.what}" for day in of_branch(facts)],
        not_prepared_because=blocked if record.stage in ACTIVE else [process.stage(record.stage).means],
        confirmed=None
        if not checks or unconfirmed is not None
        else _entry(process, "recipient_checks", checks[-1], {}, names),
        left_alone=wished is not None and record.stage in ACTIVE,
        left_alone_until=left_alone_until(guarded) if wished is not None else None,
        left_alone_since=guarded.done["record_no_contact"].seq if wished is not None else 0,
        wish=wished.reason if wished is not None else "",
        update=_update(session, record, process, named, today),
    )
    kept = {name: [_entry(process, name, entry, words, names) for entry in facts.get(name) or []] for name in ENTRIES}
    found.letters, found.leaflets = kept["letters_prepared"], kept["leaflets_given"]
    found.history = sorted(
        (entry for entries in kept.values() for entry in entries),
        key=lambda one: (one.on or today, one.seq),
        reverse=True,
    )
    found.readings = _readings(process, facts, words)
    found.comments = _comments(process, facts, words)
    return found


def said(process: Process, action: str, name: str, value: Any) -> str:
    """What people read for a recorded answer: the labels of choices, one after the other."""
    if value in (None, "", []):
        return ""
    declared = process.action(action)
    asked = next((f for f in declared.fields if f.name == name), None)
    known = {c.value: c.label for c in asked.choices} if asked else {}
    return ", ".join(known.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))


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


def _words_of(session: Session, record: Record) -> dict[int, dict[str, Any]]:
    """What each event of a branch put into the identity store, by the number of the event."""
    rows = session.execute(
        sa.select(AuditEvent.seq, IdentityValues.after)
        .join(IdentityValues, IdentityValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id == record.id)
    )
    return {seq: dict(after or {}) for seq, after in rows}


def _names(session: Session, facts: Mapping[str, Any]) -> dict[int, str]:
    """The names of those who recorded something in a list."""
    ids = {entry["by"] for value in facts.values() if isinstance(value, list) for entry in value if _is_entry(entry)}
    return {one: name for one, name in session.execute(sa.select(User.id, User.name).where(User.id.in_(ids)))}


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and "by" in entry


ASKED_BESIDE = (
    "given_by", "leaflets_how", "contact_agreed", "letter_meant_for", "careful_because", "despite_wish_because",
)  # fmt: skip
"""Answers that are shown beside what an entry is."""


def _entry(
    process: Process,
    kept_as: str,
    entry: Mapping[str, Any],
    words: Mapping[int, Mapping[str, Any]],
    names: Mapping[int, str],
) -> Entry:
    action, kind, what, text = ENTRIES[kept_as]
    seq = int(entry["seq"])
    kept = words.get(seq, {})
    reply = str(kept.get("update_reply") or "")
    more = [said(process, action, name, entry[name]) for name in ASKED_BESIDE if entry.get(name)]
    meant = stored_date(entry.get("letter_meant_for"))
    return Entry(
        seq=seq,
        on=stored_date(entry.get("on")),
        kind=kind,
        what=said(process, action, what, entry.get(what)),
        recorded_by=names.get(int(entry["by"]), ""),
        words="\n\n".join(filter(None, (str(kept.get(text) or ""), reply and f"They said: {reply}"))),
        more=tuple(f"To be given on {in_words(meant)}" if meant and one == meant.isoformat() else one for one in more),
    )


def _update(
    session: Session, record: Record, process: Process, named: list[CarefulDay], today: date
) -> Update | None:
    rows = [row for row in running(session, [record.id]) if row.clock.startswith("family_update")]
    if not rows:
        return None
    row, clock = rows[-1], process.clock(rows[-1].clock)
    better = nearest_outside(named, max(row.due_on, today), today) if row.due_on else None
    return Update(row.due_on, PARTY_LABELS[clock.owner], state(row, clock, today), row, clock, better)


def _readings(process: Process, facts: Mapping[str, Any], words: Mapping[int, Mapping[str, Any]]) -> list[Read]:
    """Every giving of a version, the newest first, each with what ended it."""
    endings: list[Mapping[str, Any]] = list(facts.get("readings_ended") or [])
    found = []
    for given in facts.get("drafts_given") or []:
        later = [e for e in endings if e["version"] == given["version"] and e["seq"] > given["seq"]]
        ended = later[0] if later else None
        if ended is not None:
            endings.remove(ended)
        kept = words.get(int(ended["seq"]), {}) if ended else {}
        attempts = kept.get("reading_attempts")
        response = said(process, "end_reading", "response", ended.get("response")) if ended else ""
        found.append(
            Read(
                version=str(given["version"]),
                on=stored_date(given.get("on")),
                how=said(process, "give_draft", "given_how", given.get("given_how")),
                support=str(given.get("reading_support") or ""),
                ended_on=stored_date(ended.get("on")) if ended else None,
                response=response or ("They could not be reached" if ended else ""),
                words="\n".join(attempts) if attempts else str(kept.get("response_words") or ""),
            )
        )
    return found[::-1]


def _comments(process: Process, facts: Mapping[str, Any], words: Mapping[int, Mapping[str, Any]]) -> list[Comment]:
    answers = {str(entry["comment"]): entry for entry in facts.get("comments_answered") or []}  # the last one counts
    found = []
    for number, entry in enumerate(facts.get("comments") or [], 1):
        answer: Mapping[str, Any] = answers.get(str(entry["seq"]), {})
        found.append(
            Comment(
                seq=int(entry["seq"]),
                number=number,
                on=stored_date(entry.get("on")),
                version=str(entry["version"]),
                where=str(entry["comment_where"]),
                words=str(words.get(int(entry["seq"]), {}).get("comment_text") or ""),
                outcome=said(process, "answer_comment", "comment_outcome", answer.get("comment_outcome")),
                changed_in=str(answer.get("changed_in") or ""),
                answer=str(answer.get("comment_answer") or ""),
            )
        )
    return found

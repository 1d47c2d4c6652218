"""What passed between the review and one branch of a family, entry by entry: contacts, letters, readings, comments.

``words`` are what each entry put into the identity store, by its number: read them only for who may read of the family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, IdentityValues, Record
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Process
from workflows.processes.family_branch_1.reading import latest_answers

ENTRIES = {
    "contacts": ("record_contact", "Contact", "branch_contact", "contact_words"),
    "updates_given": ("give_update", "Update", "update_given_how", "update_text"),
    "leaflets_given": ("give_leaflets", "Leaflets", "leaflets", ""),
    "letters_prepared": ("prepare_letter", "Letter prepared", "letter_about", ""),
    "recipient_checks": ("confirm_recipient", "Recipient confirmed", "recipient_known_from", ""),
    "recipients_refused": ("refuse_recipient", "Nothing may be prepared", "recipient_refused", ""),
    "visits": ("agree_visit", "Visit agreed", "visit_for", ""),
    "agreements": ("record_agreement", "What they agree to", "agreement_about", ""),
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


def said(process: Process, action: str, name: str, value: Any) -> str:
    """What people read for a recorded answer: the labels of choices, one after the other."""
    if value in (None, "", []):
        return ""
    declared = process.action(action)
    asked = next((f for f in declared.fields if f.name == name), None)
    known = {c.value: c.label for c in asked.choices} if asked else {}
    return ", ".join(known.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))


def words_of(session: Session, record: Record) -> dict[int, dict[str, Any]]:
    """What each event of a branch put into the identity store, by the number of the event."""
    rows = session.execute(
        sa.select(AuditEvent.seq, IdentityValues.after)
        .join(IdentityValues, IdentityValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id == record.id)
    )
    return {seq: dict(after or {}) for seq, after in rows}


def names_of(session: Session, facts: Mapping[str, Any]) -> dict[int, str]:
    """The names of those who recorded something in a list."""
    ids = {entry["by"] for value in facts.values() if isinstance(value, list) for entry in value if _is_entry(entry)}
    return {one: name for one, name in session.execute(sa.select(User.id, User.name).where(User.id.in_(ids)))}


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and "by" in entry


ASKED_BESIDE = (
    "given_by", "leaflets_how", "contact_agreed", "letter_meant_for", "careful_because", "despite_wish_because",
    "visit_on", "visit_at", "agreement_answer", "agreement_extent", "refused_because",
)  # fmt: skip
"""Answers that are shown beside what an entry is."""


def entry_of(
    process: Process,
    kept_as: str,
    entry: Mapping[str, Any],
    words: Mapping[int, Mapping[str, Any]],
    names: Mapping[int, str],
) -> Entry:
    """One entry of a list named in ``ENTRIES``, in words; ``names`` are those of the people who recorded it."""
    action, kind, what, text = ENTRIES[kept_as]
    seq = int(entry["seq"])
    kept = words.get(seq, {})
    reply = str(kept.get("update_reply") or "")
    more = [said(process, action, name, entry[name]) for name in ASKED_BESIDE if entry.get(name)]
    meant, visit = stored_date(entry.get("letter_meant_for")), stored_date(entry.get("visit_on"))
    named = ((meant, "To be given on "), (visit, "For "))
    days = {str(day): f"{before}{in_words(day)}" for day, before in named if day}
    return Entry(
        seq=seq,
        on=stored_date(entry.get("on")),
        kind=kind,
        what=said(process, action, what, entry.get(what)),
        recorded_by=names.get(int(entry["by"]), ""),
        words="\n\n".join(filter(None, (str(kept.get(text) or ""), reply and f"They said: {reply}"))),
        more=tuple(days.get(one, one) for one in more),
    )


def readings(process: Process, facts: Mapping[str, Any], words: Mapping[int, Mapping[str, Any]]) -> list[Read]:
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


def comments(process: Process, facts: Mapping[str, Any], words: Mapping[int, Mapping[str, Any]]) -> list[Comment]:
    """Every comment of theirs in the order made, each with what was done with it."""
    answers = latest_answers(facts)
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

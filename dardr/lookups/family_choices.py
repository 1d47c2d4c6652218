"""The choices of questions about a branch of the family: versions of the report, what they read, what they said.

Never the words of the family: a form shows when and where, not what.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.casework.serving import reviews_served
from dardr.storage.reviews import Record
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Choice, Process
from workflows.processes.careful_days import listed_by_branch
from workflows.processes.family_branch_1.reading import readings_open
from workflows.processes.family_branch_1.visits import visits_to_come

Found = tuple[Choice, ...]


def review_versions(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The versions of the report of the review that a record serves, the newest first."""
    if record is None:
        return ()
    reviews = reviews_served(session, record.id)
    names = [str(entry["version"]) for review in reviews for entry in review.facts.get("versions") or []]
    return tuple(Choice(name, f"Version {name}") for name in reversed(dict.fromkeys(names)))


def being_read(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The versions that are with a branch to read."""
    return tuple(Choice(name, f"Version {name}") for name in readings_open(record.facts)) if record is not None else ()


def comments(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The comments of a branch, by the number of their entry, those without an answer first."""
    if record is None:
        return ()
    answered = {str(entry["comment"]) for entry in record.facts.get("comments_answered") or []}
    kept = record.facts.get("comments") or []
    found = []
    for number, entry in enumerate(kept, 1):
        day = stored_date(entry["on"])
        said = f"Comment {number}: {entry['comment_where']}, version {entry['version']}"
        again = ", answered before" if str(entry["seq"]) in answered else ""
        found.append(Choice(str(entry["seq"]), f"{said}{f', of {in_words(day)}' if day else ''}{again}"))
    return tuple(sorted(found, key=lambda one: one.value in answered))


def visits(_s: Session, _a: Actor, _p: Process, record: Record | None, today: date) -> Found:
    """The visits agreed with a branch for a day to come, the next one first."""
    if record is None:
        return ()
    return tuple(Choice(str(one.seq), one.words) for one in visits_to_come(record.facts, done(record.facts), today))


def careful(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The days to be careful about that a branch named and nobody struck out."""
    if record is None:
        return ()
    return tuple(Choice(key, f"{day.words}: {day.what}") for key, day in listed_by_branch(record.facts))

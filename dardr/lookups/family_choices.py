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
from workflows.processes.family_branch_1.reading import PROMISED, latest_answers, readings_open
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
    """The comments of a branch, by the number of their entry: first those without an answer or promised a change."""
    if record is None:
        return ()
    answers = latest_answers(record.facts)
    found, over = [], []
    for number, entry in enumerate(record.facts.get("comments") or [], 1):
        day, answer = stored_date(entry["on"]), answers.get(str(entry["seq"]))
        promised = answer is not None and answer.get("comment_outcome") == PROMISED
        said = f"Comment {number}: {entry['comment_where']}, version {entry['version']}"
        said += f", of {in_words(day)}" if day else ""
        said += ", to be changed in the next version" if promised else ", answered before" if answer else ""
        (over if answer and not promised else found).append(Choice(str(entry["seq"]), said))
    return (*found, *over)


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

"""Loading a back catalogue of published reviews, adding nothing to what was published.

A file is a JSON list. A row may say its ``kind`` (DARDR, SAR, LCSPR). Each row becomes one ``historic@1`` record
through the same door as everything else, in a
transaction of its own, so that one bad row stops nobody. A case is the one with the same partnership and id; what is
on record is never overwritten.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.act import take_action
from dardr.casework.open_record import open_record
from dardr.errors import DardrError, Invalid, Reason
from dardr.storage.bodies import Partnership
from dardr.storage.catalogue import PublishedCase
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from dardr.storage.types import canonical
from dardr.systime import london_date
from workflows.processes.historic_1 import KINDS

KNOWN_EVENTS: frozenset[str] = frozenset(
    {
        "death",
        "year_of_death",
        "perpetrator_arrested",
        "perpetrator_charged",
        "perpetrator_convicted",
        "perpetrator_sentenced",
        "inquest_concluded",
        "decision_to_hold_review",
        "decision_to_hold_review_latest_possible",
        "review_began",
        "first_panel",
        "report_completed",
        "submitted_to_home_office",
        "home_office_letter",
        "published",
        "published_home_office_library",
    }
)
"""Event words whose meaning this program knows. Others are kept just as they are, and reported."""

CASE_KEYS = ("id", "partnership", "kind", "pseudonym", "year", "sources", "events", "recommendations")
EVENT_KEYS = ("date", "event", "basis")
RECOMMENDATION_KEYS = ("number", "text", "scope", "lead_agencies", "target_date", "status")
LONGEST_ID = 64
LONGEST_NAME = 200

Progress = Callable[[int, int], None]
"""Called with how many rows are done, of how many."""


@dataclass
class Imported:
    """What an import did, or would do: counts, the rows it refused with why, and the event words it does not know."""

    loaded: int = 0
    unchanged: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    unknown_events: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints."""
        return {
            "loaded": self.loaded,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "unknown_events": sorted(self.unknown_events),
            "warnings": self.warnings,
            "dry_run": self.dry_run,
        }


class _Refused(Exception):
    """A row that cannot be taken; the text is a sentence."""


def import_published(
    database: Database,
    actor: Actor,
    now: datetime,
    path: Path,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Load the published reviews of a file at the instant ``now`` (UTC).

    Gives ``loaded``, ``unchanged``, ``refused`` (row number from 1, id, reason) and ``unknown_events``. With
    ``dry_run`` everything is tried and nothing is kept. Raises Invalid for a file that cannot be read at all.
    """
    rows = read_file(path)
    done = Imported(dry_run=dry_run)
    with _transactions(database, dry_run) as transaction:
        for number, row in enumerate(rows, 1):
            try:
                with transaction() as session:
                    _load(session, actor, now, row, number, done)
            except (_Refused, DardrError) as error:
                done.refused.append({"row": number, "id": _id_of(row), "reason": str(error)})
            if progress is not None:
                progress(number, len(rows))
    return done.as_dict()


@contextmanager
def _transactions(database: Database, dry_run: bool) -> Iterator[Callable[[], Any]]:
    """One transaction a row; for a trial run one for all, with a savepoint a row, and nothing of it is kept."""
    if not dry_run:
        yield database.write
        return
    with database.writing() as session:
        outer = session.begin()

        @contextmanager
        def savepoint() -> Iterator[Session]:
            with session.begin_nested():
                yield session

        try:
            yield savepoint
        finally:
            outer.rollback()


def read_file(path: Path) -> list[Any]:
    """The rows of a file. Raises Invalid with a sentence where there is no file, no JSON or no list."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        why = "is a folder" if isinstance(error, IsADirectoryError) else "cannot be opened"
        raise _unreadable(f"The file {path} {why}. Check its name and that you may read it.") from error
    except UnicodeDecodeError as error:
        raise _unreadable(f"The file {path} is not UTF-8 text. Save it as JSON in UTF-8 and load it again.") from error
    try:
        rows = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise _unreadable(f"The file {path} is nested too deeply to be a list of published reviews.") from error
    except ValueError as error:
        at = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _unreadable(f"The file {path} is not valid JSON{at}. Mend it there and load it again.") from error
    if not isinstance(rows, list):
        raise _unreadable(f"The file {path} does not hold a list of published reviews. It must begin with “[”.")
    return rows


def _unreadable(sentence: str) -> Invalid:
    return Invalid([Reason(sentence, "file")])


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# --- one row ------------------------------------------------------------------------------------------------------


def _load(session: Session, actor: Actor, now: datetime, row: Any, number: int, done: Imported) -> None:
    case, ignored = check(row)
    hashed = sha256(canonical(case).encode()).hexdigest()
    partnership = _partnership(session, case["partnership"])
    done.unknown_events |= {e["event"] for e in case["events"]} - KNOWN_EVENTS
    known = session.scalar(
        sa.select(PublishedCase).where(
            PublishedCase.partnership_id == partnership.id, PublishedCase.source_id == case["id"]
        )
    )
    if known is not None:
        if known.content_hash != hashed:
            raise _Refused(
                f"Case {case['id']} of {case['partnership']} differs from what is on record. Nothing was overwritten."
                " Compare the two, and add what is new on its own page."
            )
        done.unchanged += 1
        return
    _record(session, actor, now, case, partnership, hashed)
    done.loaded += 1
    done.warnings.extend(f"Row {number} ({case['id']}): {what}" for what in ignored)


def _record(
    session: Session, actor: Actor, now: datetime, case: Mapping[str, Any], partnership: Partnership, hashed: str
) -> None:
    today = london_date(now)
    opening = {
        "partnership": case["partnership"],
        "case_id": case["id"],
        "pseudonym": case["pseudonym"],
        "year": case["year"],
        "sources": case["sources"],
        "review_kind": case.get("kind"),
        "recorded_on": today,
    }
    ref = open_record(session, actor, now, "historic@1", _given(opening), partnership_id=partnership.id).ref
    for number, event in enumerate(case["events"], 1):
        with _named(f"Event {number}"):
            take_action(session, actor, now, ref, "add_event", _given(event), today)
    for number, recommendation in enumerate(case["recommendations"], 1):
        with _named(f"Recommendation {recommendation.get('number') or number}"):
            take_action(session, actor, now, ref, "add_recommendation", _given(recommendation), today)
    session.add(
        PublishedCase(
            record_id=_record_id(session, ref), partnership_id=partnership.id, source_id=case["id"], content_hash=hashed
        )
    )
    session.flush()


def _record_id(session: Session, ref: str) -> int:
    found = session.scalar(sa.select(Record.id).where(Record.ref == ref))
    assert found is not None
    return found


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Say which part of the row a refusal is about."""
    try:
        yield
    except DardrError as error:
        raise _Refused(f"{what}: {error}") from error


def _given(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if value not in (None, "", [])}


def _partnership(session: Session, name: str) -> Partnership:
    """The partnership of that name; made, by name only, where it is not known yet."""
    found = session.scalar(sa.select(Partnership).where(Partnership.name == name))
    if found is None:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
        base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "partnership"
        key, number = base, 1
        while session.scalar(sa.select(Partnership.id).where(Partnership.key == key)) is not None:
            number += 1
            key = f"{base}-{number}"
        found = Partnership(key=key, name=name, home=False, settings={})
        session.add(found)
        session.flush()
    return found


# --- the format ---------------------------------------------------------------------------------------------------


def check(row: Any) -> tuple[dict[str, Any], list[str]]:
    """A row in its format, and what it holds that the format has no place for. Raises a sentence for a bad one."""
    if not isinstance(row, dict):
        raise _Refused("This is not a published review. Each row must be an object with id and partnership.")
    ignored = _beyond(row, CASE_KEYS, "the review")
    case = {
        "id": _needed(row, "id", LONGEST_ID),
        "partnership": " ".join(_needed(row, "partnership", LONGEST_NAME).split()),
        "pseudonym": _text(row.get("pseudonym"), "pseudonym"),
        "year": _year(row.get("year")),
        "sources": _texts(row.get("sources"), "sources"),
        "events": [],
        "recommendations": [],
    }
    if (kind := _review_kind(row.get("kind"))) is not None:
        case["kind"] = kind  # left out where it is not given: such rows count as they always did
    for number, event in enumerate(_list(row.get("events"), "events"), 1):
        what = f"Event {number}"
        _object(event, what)
        ignored += _beyond(event, EVENT_KEYS, f"event {number}")
        entry = {name: _text(event.get(name), f"{what}, {name}") for name in EVENT_KEYS}
        if not entry["event"]:
            raise _Refused(f"{what} has no word that says what it is. Give “event”.")
        case["events"].append(entry)
    for number, recommendation in enumerate(_list(row.get("recommendations"), "recommendations"), 1):
        what = f"Recommendation {number}"
        _object(recommendation, what)
        ignored += _beyond(recommendation, RECOMMENDATION_KEYS, f"recommendation {number}")
        entry = {
            name: _texts(recommendation.get(name), f"{what}, {name}")
            if name == "lead_agencies"
            else _text(recommendation.get(name), f"{what}, {name}")
            for name in RECOMMENDATION_KEYS
        }
        if not entry["text"]:
            raise _Refused(f"{what} has no text. Give “text”, or leave the recommendation out.")
        case["recommendations"].append(entry)
    return case, ignored


def _beyond(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> list[str]:
    extra = [str(name) for name in given if name not in known]
    return [f"“{name}” of {where} has no place in the format and is not kept." for name in extra]


def _object(value: Any, what: str) -> None:
    if not isinstance(value, dict):
        raise _Refused(f"{what} must be an object, not {_kind(value)}.")


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _Refused(f"“{name}” must be a list, not {_kind(value)}.")
    return value


def _texts(value: Any, name: str) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    found = [_text(v, name) for v in _list(value, name)]
    return [v for v in found if v]


def _text(value: Any, name: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool | dict | list | float):
        raise _Refused(f"“{name}” must be text, not {_kind(value)}.")
    text = str(value).strip()
    if "\x00" in text:
        raise _Refused(f"“{name}” contains a character that cannot be stored. Take it out.")
    return text or None


def _needed(row: Mapping[str, Any], name: str, longest: int) -> str:
    value = _text(row.get(name), name)
    if value is None:
        raise _Refused(f"“{name}” is missing. Each published review needs an id and the name of its partnership.")
    if len(value) > longest:
        raise _Refused(f"“{name}” is longer than {longest} characters.")
    return value


def _year(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{4}", value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1800 <= value <= 9999:
        raise _Refused(f"“year” is {value!r}. Give a year of four figures, or null where it is not known.")
    return value


def _review_kind(value: Any) -> str | None:
    """What kind of review it is, by its letters; None where the file does not say."""
    given = _text(value, "kind")
    if given is None:
        return None
    known = {key.casefold(): key for key, _ in KINDS}
    if given.casefold() not in known:
        raise _Refused(f"“kind” is {given}. Give one of {', '.join(known.values())}, or leave it out for a DARDR.")
    return known[given.casefold()]


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "empty")


def _id_of(row: Any) -> str | None:
    value = row.get("id") if isinstance(row, dict) else None
    return str(value)[:LONGEST_ID] if isinstance(value, str | int) and not isinstance(value, bool) else None

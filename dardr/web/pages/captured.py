"""E-mails and telephone calls as one neutral line each: who wrote or rang, when, with how many attachments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.access import roles_on
from dardr.actors import Actor
from dardr.storage.reviews import Record
from dardr.systime import LONDON
from dardr.web.pages.naming import Names
from dardr.web.words import day_words, long_day
from workflows.processes.anywhere import PEOPLE_SPOKEN_TO

FILES_EMAIL, DESCRIBES_EMAIL, NOTES_CALL = "file_correspondence", "describe_correspondence", "note_call"
SAID_AGAIN = ("direction", "body", "with_whom", "about")
WHO = {
    "police": "the police",
    "agency": "an agency",
    "chair": "the independent chair",
    "panel": "a member of the panel",
    "family": "the family, or somebody for them",
    "home_office": "the Home Office",
    "coroner": "the coroner",
    "other": "somebody else",
}
assert list(WHO) == [value for value, _ in PEOPLE_SPOKEN_TO]


def _instant(value: Any) -> datetime | None:
    """A stored date and time; None for nothing, and for one of the kinds of not knowing."""
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def email_line(values: Mapping[str, Any], known: Names) -> str:
    """``E-mail from Kent Police, sent 3 November 2026 at 14:05, 2 attachments``."""
    body, with_whom = values.get("body"), values.get("with_whom")
    whom = known.body(str(body)) if body else WHO.get(str(with_whom), "")
    way = {"received": " from", "sent": " to"}.get(str(values.get("direction")), " with")
    if not whom:
        said = {"received": "E-mail received", "sent": "E-mail that we sent"}.get(
            str(values.get("direction")), "E-mail"
        )
    else:
        said = f"E-mail{way} {whom}"
    if sent := _instant(values.get("sent_at")):
        local = sent.astimezone(LONDON)
        said += f", sent {day_words(local)} at {local:%H:%M}"
    count = int(values.get("attachment_count") or 0)
    if count:
        said += ", 1 attachment" if count == 1 else f", {count} attachments"
    return f"{said}. {values['about']}" if values.get("about") else said


def call_line(values: Mapping[str, Any]) -> str:
    """``Call from the coroner at 14:05. Something is still to be done.``"""
    way = "to" if values.get("call_direction") == "sent" else "from"
    said = f"Call {way} {WHO.get(str(values.get('with_whom')), 'somebody')}"
    if at := _instant(values.get("call_at")):
        said += f" on {long_day(at)} at {at.astimezone(LONDON):%H:%M}"
    return f"{said}. Something is still to be done." if values.get("follow_up") is True else said


def lines(events: Iterable[Mapping[str, Any]], known: Names) -> dict[tuple[str, int], str]:
    """The line of every e-mail and call among these events, by reference and entry; what was said last counts."""
    found: dict[tuple[str, int], str] = {}
    emails: dict[tuple[str, int], dict[str, Any]] = {}
    for event in events:
        after, where = event.get("after") or {}, (event["ref"], event["seq"])
        if event["action"] == FILES_EMAIL:
            emails[where] = dict(after)
        elif event["action"] == DESCRIBES_EMAIL and (event["ref"], after.get("entry")) in emails:
            emails[event["ref"], after["entry"]] |= {name: after.get(name) for name in SAID_AGAIN}
        elif event["action"] == NOTES_CALL:
            found[where] = call_line(after)
    return found | {where: email_line(values, known) for where, values in emails.items()}


def filed_emails(facts: Mapping[str, Any], known: Names) -> list[dict[str, Any]]:
    """The e-mails filed on a record, newest first: entry, day, line, and what is said of each now."""
    said = {}
    for entry in facts.get("correspondence_described") or []:
        said[entry.get("entry")] = {name: entry.get(name) for name in SAID_AGAIN}
    found = []
    for entry in facts.get("correspondence") or []:
        values = {**entry, **said.get(entry["seq"], {})}
        found.append({**values, "entry": entry["seq"], "line": email_line(values, known)})
    return list(reversed(found))


def may_capture(session: Session, actor: Actor, record: Record) -> dict[str, bool]:
    """Whether this person may file e-mails and note calls on a record: what the short form on its page offers."""
    held = roles_on(session, actor, record)
    actions = workflows.get(record.process).actions
    return {
        key: any(a.key == key and record.stage in a.source and a.roles & held for a in actions)
        for key in (FILES_EMAIL, NOTES_CALL)
    }

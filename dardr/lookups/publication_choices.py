"""The choices of questions about a publication: websites, branches of the family to be told, days to avoid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.facts import settings_of
from dardr.storage.reviews import Record, RecordLink
from workflows.answers import stored_date
from workflows.definition import Choice, Process
from workflows.processes.dardr_s9_1.publication_waits import BRANCH, days_to_avoid
from workflows.processes.dardr_s9_1.websites import ANOTHER, websites

SETTING = "websites"
"""The partnership's setting: the websites on which its reports are published, by name."""
OWN = "The partnership's website"
"""What is offered where a partnership has named no website."""
FAMILY = "family"
"""The choice of the family as one, where no branch of it is on the record."""

Found = tuple[Choice, ...]


def own_websites(settings: Mapping[str, Any]) -> list[str]:
    """The names of the partnership's websites, in the order in which it set them."""
    return [str(name) for name in settings.get(SETTING) or ()]


def web_teams(session: Session, actor: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The partnership's own websites."""
    partnership = record.partnership_id if record is not None else actor.partnership_id
    settings = settings_of(session, partnership) if partnership is not None else {}
    return tuple(Choice(name, name) for name in own_websites(settings) or [OWN])


def websites_offered(session: Session, actor: Actor, process: Process, record: Record | None, today: date) -> Found:
    """Where a report may be published: the partnership's own websites, and any other."""
    return (*web_teams(session, actor, process, record, today), Choice(ANOTHER, ANOTHER))


def websites_published(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The websites on which the report was published."""
    return tuple(Choice(site.name, site.name) for site in websites(record.facts)) if record is not None else ()


def family_to_tell(session: Session, actor: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The branches of the family by what they are called here, never by name; the family as one where there is none."""
    if record is None:
        return (Choice(FAMILY, "The family"),)
    rows = session.execute(
        sa.select(Record.ref, Record.title)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == record.id, Record.process_key == BRANCH, visible(actor))
        .order_by(Record.id)
    )
    return tuple(Choice(ref, f"{title} ({ref})" if title else ref) for ref, title in rows) or (
        Choice(FAMILY, "The family"),
    )


def which_day_to_avoid(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The days to avoid that stand, by the number of the entry. Whose they are is not said."""
    return tuple(
        Choice(str(entry.get("seq")), day_words(entry))
        for entry in (days_to_avoid(record.facts) if record is not None else ())
    )


def day_words(entry: Mapping[str, Any]) -> str:
    """A day to avoid in words: ``14 March, every year``, or the one day."""
    day = stored_date(entry.get("avoid_day"))
    if day is None:
        return "A day not known"
    return (
        f"{day.day} {day:%B} {day.year}" if entry.get("avoid_every_year") == "no" else f"{day.day} {day:%B}, every year"
    )

"""Every table, imported once so that the metadata is complete. Migrations and engines import this."""

from __future__ import annotations

from dardr.storage import (
    agencies,
    bodies,
    calendars,
    catalogue,
    chronologies,
    doors,
    drafts,
    files,
    installation,
    outbox,
    people,
    plans,
    post_in,
    reading,
    recommendations,
    reminders,
    reviews,
    search,
    tracker,
)
from dardr.storage.base import Base

__all__ = [
    "Base",
    "agencies",
    "bodies",
    "calendars",
    "catalogue",
    "chronologies",
    "doors",
    "drafts",
    "files",
    "installation",
    "outbox",
    "people",
    "plans",
    "post_in",
    "reading",
    "recommendations",
    "reminders",
    "reviews",
    "search",
    "tracker",
]

metadata = Base.metadata

"""Every table, imported once so that the metadata is complete. Migrations and engines import this."""

from __future__ import annotations

from dardr.storage import bodies, catalogue, files, installation, outbox, people, reviews
from dardr.storage.base import Base

__all__ = ["Base", "bodies", "catalogue", "files", "installation", "outbox", "people", "reviews"]

metadata = Base.metadata

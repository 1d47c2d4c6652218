"""Databases with a fictional partnership."""

from __future__ import annotations

from tests.fixtures import database, sqlite_database

__all__ = ["database", "sqlite_database"]

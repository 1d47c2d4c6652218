"""What every test would compile again, because each has an engine and an application of its own, is compiled once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


def statements() -> None:
    """Engines of one kind share the statements they compiled: a third of the time.

    That needs their dialects to count as the same key.
    """
    compiled: Any = LRUCache(5000)
    Engine._compiled_cache = property(lambda self: compiled, lambda self, own: None)  # type: ignore[assignment]
    kinds: tuple[Any, ...] = (SQLiteDialect_pysqlite, PGDialect_psycopg)
    for kind in kinds:
        kind.__eq__ = lambda self, other: type(self) is type(other)
        kind.__hash__ = lambda self: hash(type(self))


def routes() -> None:
    """Applications share the functions that make the address of a page: nine tenths of making an application.

    Each is a function of what the route says, and is given the route itself when it is called.
    """
    compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    compile_one = Rule._compile_builder

    def once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_one(self, append_unknown)
        return compiled[key]

    Rule._compile_builder = once

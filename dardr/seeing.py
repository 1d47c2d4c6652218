"""What of a record is shown to some roles only: the answers of questions that say so (``Field.seen_by``), and the
dates of what serves it and they alone see (``Process.seen_by``).

``dardr.access`` says which records a person sees; this says which answers on them. Whatever shows facts, entries or
events of a record to somebody asks here. Identities are in no facts: they are in the identity store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

import workflows
from dardr.access import SEES_EVERY_REVIEW
from dardr.actors import Actor
from dardr.casework.fold import public
from workflows.definition import Action, Field, Process, Role

Roles = frozenset[Role]
ENTRY_OWN = frozenset({"on", "seq", "by"})
"""What the record itself adds to each entry of a list it keeps: with nothing else, there is nothing to show."""


def sees(field: Field, roles: Collection[Role]) -> bool:
    """True where somebody with these roles on the record reads the answer to this question."""
    return not field.seen_by or not field.seen_by.isdisjoint(roles)


def seen_facts(process: Process, facts: Mapping[str, Any] | None, roles: Collection[Role]) -> dict[str, Any]:
    """The facts of a record that somebody with these roles on it reads; nothing internal, no identity."""
    shown = public(facts)
    for (kept_as, name), readers in _limited(process).items():
        if not readers.isdisjoint(roles):
            continue
        if kept_as is None:
            shown.pop(name, None)
        elif shown.get(kept_as):
            left = [{key: value for key, value in entry.items() if key != name} for entry in shown[kept_as]]
            shown[kept_as] = [entry for entry in left if entry.keys() - ENTRY_OWN]
    return shown


def seen_values(action: Action | None, values: Mapping[str, Any], roles: Collection[Role]) -> dict[str, Any]:
    """The answers of one event of ``action`` that somebody with these roles on the record reads."""
    hidden = hidden_names(action.fields if action else (), roles)
    return {name: value for name, value in values.items() if name not in hidden}


def hidden_names(fields: Iterable[Field], roles: Collection[Role]) -> frozenset[str]:
    """The names of the questions whose answers are not shown to these roles."""
    return frozenset(field.name for field in fields if not sees(field, roles))


@lru_cache(maxsize=64)
def _limited(process: Process) -> dict[tuple[str | None, str], Roles]:
    """Which facts have readers of their own: (the list it is kept in or None, the name) -> who reads it.

    Where two questions share a name, only those read it whom both name.
    """
    found: dict[tuple[str | None, str], Roles] = {}
    for action in (process.opening, *process.actions):
        for field in action.fields:
            if field.seen_by:
                key = (action.keep_as, field.name)
                found[key] = found.get(key, field.seen_by) & field.seen_by
    return found


def hidden_clocks(actor: Actor) -> tuple[str, ...]:
    """The clocks of which a list of reviews says nothing to this person: those of records that only other roles see.

    Somebody who sees such records on some reviews only is told of their dates on those reviews' own pages.
    """
    hidden: set[str] = set()
    all_reviews = SEES_EVERY_REVIEW - ({Role.CASE_MANAGER} if actor.assigned_only else set())
    for roles, keys in workflows.seen_by_some().items():
        if not actor.everywhere & roles & all_reviews and not actor.roles <= roles:
            hidden |= {clock.key for one in workflows.all_processes() if one.key in keys for clock in one.clocks}
    return tuple(sorted(hidden))

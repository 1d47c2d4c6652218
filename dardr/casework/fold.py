"""What an event does to the facts of its record. The same function writes them, replays them and checks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from workflows.answers import whole_date
from workflows.definition import UNKNOWN_VALUES, Action, Past

DONE = "_done"
CLOCKS = "_clocks"


def fold_event(
    facts: Mapping[str, Any], action: Action, after: Mapping[str, Any], *, seq: int, actor_id: int, occurred_on: date
) -> dict[str, Any]:
    """The facts after ``action`` recorded ``after``. Pure; answers whose name begins with ``_`` are not facts."""
    answers = {name: value for name, value in after.items() if not name.startswith("_")}
    folded = dict(facts)
    if action.keep_as:
        entry = {**answers, "on": occurred_on.isoformat(), "seq": seq, "by": actor_id}
        folded[action.keep_as] = [*(folded.get(action.keep_as) or []), entry]
    else:
        folded.update(answers)
    folded[DONE] = {
        **(folded.get(DONE) or {}),
        **{
            one.action: [seq, actor_id, (whole_date(after.get(one.on)) or occurred_on).isoformat()]
            for one in action.stands_for
            if not one.when_given or was_given(after.get(one.on))
        },
        action.key: [seq, actor_id, occurred_on.isoformat()],
    }
    return folded


def was_given(value: Any) -> bool:
    """True for an answer that is one, and not one of the ways of not knowing."""
    return value not in (None, "") and value not in UNKNOWN_VALUES


def done(facts: Mapping[str, Any]) -> dict[str, Past]:
    """The last time each action was done, from the folded facts."""
    return {key: past(kept) for key, kept in (facts.get(DONE) or {}).items()}


def past(kept: Sequence[Any]) -> Past:
    """One of them, as it is kept."""
    seq, actor_id, on = kept
    return Past(seq, actor_id, date.fromisoformat(on))


def public(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """The facts people see: none of the internal ones."""
    return {name: value for name, value in (facts or {}).items() if not name.startswith("_")}

"""Conditions shared by the processes. Each gives None when met, else a sentence that says what to do.

A process names these directly or with ``functools.partial``, never as a lambda: the text of a guard is part of
what a release fixes. The word *guard* is for what the record must show before an action is possible at all; a
*check* looks at what is being submitted, and is silent while a page only asks what is possible.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import UNKNOWN_VALUES, Blocked, Facts, reads_bodies, reads_items
from workflows.partial import PartialDate

# --- what has been done -----------------------------------------------------------------------------------


def done(facts: Facts, *, action: str, reason: str) -> Blocked | None:
    """The action has been taken on this record at least once."""
    return None if action in facts.done else Blocked(reason)


def done_any(facts: Facts, *, actions: tuple[str, ...], reason: str) -> Blocked | None:
    """At least one of the actions has been taken."""
    return None if any(key in facts.done for key in actions) else Blocked(reason)


def done_since(facts: Facts, *, actions: tuple[str, ...], since: tuple[str, ...], reason: str) -> Blocked | None:
    """One of ``actions`` was taken after the last of ``since``: what was done for an earlier round is not enough."""
    from_seq = max((facts.done[key].seq for key in since if key in facts.done), default=0)
    if any(key in facts.done and facts.done[key].seq > from_seq for key in actions):
        return None
    return Blocked(reason)


def followed_by(facts: Facts, *, since: tuple[str, ...], action: str, reason: str) -> Blocked | None:
    """Where one of ``since`` was done, ``action`` was done after it."""
    if not any(key in facts.done for key in since):
        return None
    return done_since(facts, actions=(action,), since=since, reason=reason)


def listed(facts: Facts, *, name: str, reason: str) -> Blocked | None:
    """At least one entry has been kept under that name."""
    return None if facts.listed(name) else Blocked(reason)


def setting_off_or_done_since(
    facts: Facts, *, setting: str, action: str, since: tuple[str, ...], reason: str
) -> Blocked | None:
    """The partnership does not ask for this step (a setting, on unless turned off), or it was taken since."""
    if not facts.settings.get(setting, True):
        return None
    return done_since(facts, actions=(action,), since=since, reason=reason)


# --- a second person --------------------------------------------------------------------------------------


def another_person(facts: Facts, *, than: tuple[str, ...], reason: str) -> Blocked | None:
    """The one who acts is not the one who last took one of the actions ``than``.

    The operator of the command line is one person like any other, and cannot be its own second person.
    """
    earlier = [facts.done[key] for key in than if key in facts.done]
    if not earlier or facts.actor_id == 0:
        return None
    last = max(earlier, key=lambda past: past.seq)
    return Blocked(reason) if last.actor_id == facts.actor_id else None


@reads_bodies
def from_elsewhere(facts: Facts, *, reason: str) -> Blocked | None:
    """The one who acts belongs to none of the bodies that owe the record (who checks is not who did)."""
    return Blocked(reason) if facts.owing_body_ids & facts.actor_body_ids else None


# --- linked records ---------------------------------------------------------------------------------------


def open_refs(facts: Facts, process: str, kinds: tuple[str, ...] = (), come: tuple[str, ...] = ()) -> list[str]:
    """The refs of linked records of one process that are not yet final (of these kinds only, when given).

    ``come`` are stages that count as final here: a return that came in and is not signed off yet.
    """
    return [
        item.ref
        for item in facts.items_of(process)
        if not item.final and item.stage not in come and (not kinds or item.facts.get("kind") in kinds)
    ]


def name_some(refs: list[str]) -> str:
    """The first few refs in words: ``A1, A2 and 3 more``."""
    if len(refs) <= 4:
        return ", ".join(refs)
    return f"{', '.join(refs[:3])} and {len(refs) - 3} more"


def bodies_named_before(facts: Facts, *, process: str, but: str) -> list[str]:
    """The linked records of the bodies given now that have one already; those at the stage ``but`` do not count."""
    given = (facts.submitted or {}).get("bodies") or []
    named = {str(item.facts.get("body")): item.ref for item in facts.items_of(process) if item.stage != but}
    return [named[str(body)] for body in given if str(body) in named]


@reads_items
def items_final(facts: Facts, *, process: str, one: str, several: str, kinds: tuple[str, ...] = ()) -> Blocked | None:
    """Every linked record of that process is final. ``one`` and ``several`` end the sentence."""
    refs = open_refs(facts, process, kinds)
    if not refs:
        return None
    return Blocked(f"{name_some(refs)} {one if len(refs) == 1 else several}")


@reads_items
def items_final_or_reason(
    facts: Facts, *, process: str, field: str, what: str, kinds: tuple[str, ...] = (), come: tuple[str, ...] = ()
) -> Blocked | None:
    """Every linked record is final, or the person going on without them says why. A check."""
    if facts.submitted is None or facts.submitted.get(field):
        return None
    refs = open_refs(facts, process, kinds, come)
    if not refs:
        return None
    return Blocked(
        f"{what} not in yet: {name_some(refs)}. Wait for them, or say here why the work goes on without them.",
        field,
    )


# --- holds ------------------------------------------------------------------------------------------------


def no_hold_on(facts: Facts, *, activity: str, reason: str) -> Blocked | None:
    """No open hold names this activity."""
    return Blocked(reason) if any(activity in hold.activities for hold in facts.holds) else None


def a_hold_is_open(facts: Facts, *, reason: str, kind: str | None = None) -> Blocked | None:
    """At least one hold (of that kind) is open."""
    if any(kind is None or hold.kind == kind for hold in facts.holds):
        return None
    return Blocked(reason)


def no_hold_of_kind(facts: Facts, *, kind: str, reason: str) -> Blocked | None:
    """No hold of that kind is open."""
    return Blocked(reason) if any(hold.kind == kind for hold in facts.holds) else None


# --- dates (checks) ---------------------------------------------------------------------------------------


def not_before_death(facts: Facts) -> Blocked | None:
    """What is recorded did not happen before the first day on which the death may have been."""
    death = _partial(facts.answer("death_date"))
    if death is None or facts.occurred_on is None or facts.occurred_on >= death.first:
        return None
    return Blocked(f"This is dated before the death ({death}). Check both dates: one of them cannot be right.")


def not_before_notification(facts: Facts) -> Blocked | None:
    """What is recorded did not happen before the partnership was notified."""
    notified = stored_date(facts.recorded.get("notified_on"))
    if notified is None or facts.occurred_on is None or facts.occurred_on >= notified:
        return None
    return Blocked(
        f"This is dated before the notification ({in_words(notified)}). Check both dates: one of them cannot be right."
    )


def date_not_before_death(facts: Facts, *, field: str) -> Blocked | None:
    """A submitted date is not before the first day on which the death may have been."""
    death = _partial(facts.answer("death_date"))
    given = (facts.submitted or {}).get(field)
    if death is None or not isinstance(given, date) or given >= death.first:
        return None
    return Blocked(f"This date is before the death ({death}). Check both dates: one of them cannot be right.", field)


def dates_in_order(facts: Facts, *, first: str, then: str, reason: str) -> Blocked | None:
    """Of two submitted dates the second is not before the first."""
    submitted = facts.submitted or {}
    a, b = submitted.get(first), submitted.get(then)
    if isinstance(a, date) and isinstance(b, date) and b < a:
        return Blocked(reason, then)
    return None


def _partial(value: Any) -> PartialDate | None:
    """A date as submitted or as stored, full or partial; None where it is not known."""
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, date):
        return PartialDate.parse(value.isoformat())
    if not value or value in ("not_asked", "not_known", "refused", "not_applicable"):
        return None
    return PartialDate.parse(str(value))


# --- what is submitted (checks) ---------------------------------------------------------------------------


def answer_must_be(facts: Facts, *, field: str, values: tuple[Any, ...], reason: str) -> Blocked | None:
    """A submitted answer is one of ``values``; silent where the question was left out."""
    if facts.submitted is None or facts.submitted.get(field) is None:
        return None
    return None if facts.submitted[field] in values else Blocked(reason, field)


def needed_when(facts: Facts, *, field: str, when: str, values: tuple[Any, ...], reason: str) -> Blocked | None:
    """``field`` must be answered where the answer to ``when`` is one of ``values``."""
    if facts.submitted is None or facts.submitted.get(when) not in values:
        return None
    return None if facts.submitted.get(field) else Blocked(reason, field)


def only_when(facts: Facts, *, field: str, when: str, values: tuple[Any, ...], reason: str) -> Blocked | None:
    """``field`` may be answered only where the answer to ``when`` is one of ``values``."""
    if facts.submitted is None or not facts.submitted.get(field):
        return None
    return None if facts.submitted.get(when) in values else Blocked(reason, field)


def known_unless(facts: Facts, *, field: str, when: str, reason: str) -> Blocked | None:
    """``field`` has an answer that is known, unless ``when`` is answered too."""
    submitted = facts.submitted or {}
    given = submitted.get(field)
    if not isinstance(given, str) or given not in UNKNOWN_VALUES or submitted.get(when):
        return None
    return Blocked(reason, field)


def one_answered(facts: Facts, *, fields: tuple[str, ...], reason: str) -> Blocked | None:
    """At least one of the fields is answered."""
    if facts.submitted is None or any(facts.submitted.get(name) for name in fields):
        return None
    return Blocked(reason, fields[0])


def entry_is_new(facts: Facts, *, field: str, among: str, what: str) -> Blocked | None:
    """The submitted name is not already used by an entry of that list."""
    given = (facts.submitted or {}).get(field)
    if given is None or all(entry.get(field) != given for entry in facts.listed(among)):
        return None
    return Blocked(f"{what} {given} is already on the record. Give the new one another name.", field)


def needed_of(facts: Facts, *, fact: str, values: tuple[str, ...], field: str, reason: str) -> Blocked | None:
    """``field`` must be answered on records whose fact is one of ``values``."""
    if facts.submitted is None or facts.recorded.get(fact) not in values or facts.submitted.get(field):
        return None
    return Blocked(reason, field)

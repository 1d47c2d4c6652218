"""To whom a reminder goes: whoever owes it, who stands in for them, and who is told next when a date has passed."""

from __future__ import annotations

from collections.abc import Collection

from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.storage.reviews import Record
from workflows.definition import Clock, Escalation, Party

CASE_MANAGER_STANDS_IN = frozenset({Party.INDEPENDENT_CHAIR, Party.DECIDING_CHAIR, Party.TEAM_MANAGER})
"""Where one of these has no address here (a chair without an account), the case manager is told, to pass it on."""

Reader = tuple[Party, str]


def standing_for(people: Recipients, record: Record, party: Party) -> list[Reader]:
    """Who is written to for a party; an empty address, which stays visible, where nobody there can be."""
    readers = [(party, address) for address in people.addresses(record, party)]
    if readers:
        return readers
    stand_ins = people.addresses(record, Party.CASE_MANAGER) if party in CASE_MANAGER_STANDS_IN else ()
    return [(party, ""), *((Party.CASE_MANAGER, address) for address in stand_ins)]


def next_in_line(
    people: Recipients, record: Record, clock: Clock, step: Escalation, told: Collection[str]
) -> list[Reader]:
    """Who is told at a step that a date has passed: nobody who owes it, and nobody in ``told`` (small letters).

    Where everybody of the step was told already it goes to the next step's party, in the end to the case manager and
    the team manager; where nobody is left, to an empty address that stays visible.
    """
    known = {*told, *(one.lower() for one in people.addresses(record, clock.owner))}
    later = [other.to for other in clock.escalations if other.after_days > step.after_days]
    for party in (step.to, *later, Party.CASE_MANAGER, Party.TEAM_MANAGER):
        if party in NEVER_WRITTEN_TO:
            continue
        readers = [(party, address) for address in people.addresses(record, party) if address.lower() not in known]
        if readers:
            return readers
    return [(step.to, "")]

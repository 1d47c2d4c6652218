"""Which record takes the place of another: it is of the same kind, it stands, and no circle comes of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor
from dardr.errors import Invalid, NotFound, Reason
from dardr.storage.reviews import Record
from workflows.definition import TakesPlaceOf


def found(session: Session, actor: Actor, record: Record, effect: TakesPlaceOf, given: str) -> int:
    """The id of the record of that reference, which takes the place of ``record``. Raises Invalid with what to do."""
    noun = workflows.get(record.process).noun

    def refused(reason: str) -> Invalid:
        return Invalid([Reason(reason, effect.name)])

    ref = given.strip().upper()
    if ref == record.ref:
        raise refused(f"An {noun} cannot take its own place. Give the reference of another one.")
    try:
        other = get_record(session, actor, ref)
    except NotFound as error:
        raise refused(f"There is no {noun} {ref} that you may see. Check the reference.") from error
    if other.process_key != record.process_key:
        kind = workflows.get(other.process).label
        raise refused(f"{ref} is no {noun}: it is “{kind}”. Give the reference of an {noun}.")
    through = [other.ref]
    while (after := str(other.facts.get(effect.name) or "").strip().upper()) and other.stage == "superseded":
        if after == record.ref:
            raise refused(
                f"{' and '.join(through)} gave its place to {record.ref} itself: that would be a circle. Take"
                f" {through[-1]} up again first, or name another {noun}."
            )
        if after in through:
            break
        other = get_record(session, actor, after)
        through.append(other.ref)
    if len(through) > 1:
        raise refused(f"{through[0]} has itself given its place to {through[-1]}. Give that reference.")
    if other.stage == "not_accepted":
        raise refused(f"{ref} is not accepted, so nothing is done by it. Give the reference of an {noun} that stands.")
    return other.id

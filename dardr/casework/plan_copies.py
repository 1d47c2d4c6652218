"""A copy of a review's action plan as it stands: kept at submission, at the answer to a letter, on publication day.

The plan goes on changing; a copy never does. Two on one day are two: each belongs to the event that made it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from dardr.lookups.plan import content_of, plan_of
from dardr.storage.plans import PlanCopy
from dardr.storage.types import canonical
from workflows.definition import FreezesPlan

if TYPE_CHECKING:
    from dardr.casework.effects import Happening

PUBLIC = "publication"
"""The occasion on which the words set for the public are used, where there are any."""


def freeze(h: Happening, effect: FreezesPlan) -> None:
    """Keep the plan of the review as it stands, dated today, in the transaction of the event that asks for it."""
    h.session.flush()
    content = content_of(plan_of(h.session, h.record, public=effect.occasion == PUBLIC))
    h.session.add(
        PlanCopy(
            review_id=h.record.id,
            event_id=h.event.id,
            occasion=effect.occasion,
            made_on=h.today,
            content=content,
            content_hash=sha256(canonical(content).encode()).hexdigest(),
        )
    )

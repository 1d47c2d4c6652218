"""What a notifier is told while the facts are typed: whom else to tell, and which partnership holds a review.

Advice only. It refuses nothing, and every notification gets its number.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflows.authority import Authority, Evidence, Kind
from workflows.processes.authorities import ACT_2004_S9_1, guidance_2016

OLDEST_CHILD_FOR_CHILD_REVIEW_ALONE = 15
OLDEST_CHILD = 17

CHILD_INCIDENTS = Authority(
    "Children Act 2004 s.16C and after (incidents notified to child safeguarding partners)",
    Kind.STATUTE,
    Evidence.NOT_COMPARED,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice: a title, what to do in a few sentences, and what it rests on."""

    key: str
    title: str
    says: tuple[str, ...]
    authorities: tuple[Authority, ...]


UNDER_16 = Advice(
    "under-16",
    "The person was under 16",
    (
        "A review of this kind is for the death of a person aged 16 or over.",
        "Tell the child safeguarding partnership of the area where the child lived, through the council's children's"
        " services, if that has not been done.",
        "You can still send this notification. It gets a number, and the team records what was decided.",
    ),
    (ACT_2004_S9_1, CHILD_INCIDENTS),
)
AGED_16_OR_17 = Advice(
    "16-or-17",
    "The person was 16 or 17",
    (
        "Both apply: a review of this kind is considered, and the child safeguarding partnership of the area where the"
        " young person lived is told, through the council's children's services.",
        "Please see that both are done. This notification does not reach the child safeguarding partnership.",
    ),
    (ACT_2004_S9_1, CHILD_INCIDENTS),
)
OUT_OF_AREA = Advice(
    "out-of-area",
    "This place may be in another partnership's area",
    (
        "A review is held by the Community Safety Partnership of the area where the person lived, wherever they died."
        " Where there was no settled address, the last known one counts.",
        "The place you gave is not among those this partnership has written down. If you know where else it belongs,"
        " please tell that area's Community Safety Partnership too; the council there will know it.",
        "If you are not certain, go on. The team checks it, and passes it on where it belongs elsewhere.",
    ),
    (guidance_2016("3"),),
)
ADVICE: dict[str, Advice] = {one.key: one for one in (UNDER_16, AGED_16_OR_17, OUT_OF_AREA)}


def advice_on_age(age: int | None) -> Advice | None:
    """What to tell somebody who gave this age, in years; nothing where it is not known, or the person was an adult."""
    if age is None or age > OLDEST_CHILD:
        return None
    return UNDER_16 if age <= OLDEST_CHILD_FOR_CHILD_REVIEW_ALONE else AGED_16_OR_17

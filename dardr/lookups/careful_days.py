"""The days to be careful about, gathered for reviews and what serves them: named by families, the death, hearings.

That there is such a day may be said to whoever works on the review; whose it is and what it is only to those who read
of the family. Everything here therefore comes without reasons, except ``named_days``, whose caller asks first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.storage.reviews import Record, RecordLink
from workflows.careful import CarefulDay, laid_out
from workflows.processes import careful_days as readers

A_DAY = "a day to be careful about"
"""What is said of such a day to whoever may not know what it is."""
BRANCH, PROCEEDING = "family-branch", "proceeding"
OF_REVIEW = ("death_date", "days_to_avoid", "days_to_avoid_undone")
AT_ONCE = 500
"""How many records are asked for in one query."""


def careful_days(session: Session, record_ids: Iterable[int], first: date, last: date) -> dict[int, dict[date, str]]:
    """By record, each day from ``first`` to ``last`` (London dates, both included) that asks for care, in order.

    Records are reviews, or serve some: then the days are those of the reviews they serve. A record of one branch of the
    family gets its own days and the review's, never another branch's. The words never say what a day is. Records
    without such a day are left out.
    """
    found = named_days(session, record_ids)
    laid = {one: laid_out(days, first, last) for one, days in found.items()}
    return {one: dict.fromkeys(days, A_DAY) for one, days in laid.items() if days}


def named_days(session: Session, record_ids: Iterable[int]) -> dict[int, list[CarefulDay]]:
    """By record, the days with what each is: only for showing to those who read of the family of these reviews."""
    found: dict[int, list[CarefulDay]] = {}
    wanted = list(dict.fromkeys(record_ids))
    for start in range(0, len(wanted), AT_ONCE):
        _gather(session, wanted[start : start + AT_ONCE], found)
    return found


def _gather(session: Session, wanted: list[int], found: dict[int, list[CarefulDay]]) -> None:
    rows = session.execute(sa.select(Record.id, Record.process_key).where(Record.id.in_(wanted)))
    kinds: dict[int, str] = {one: key for one, key in rows}
    reviews: dict[int, list[int]] = {one: [one] for one, key in kinds.items() if key in workflows.REVIEW_KEYS}
    links = (
        sa.select(RecordLink.item_id, RecordLink.review_id)
        .join(Record, Record.id == RecordLink.review_id)
        .where(
            RecordLink.item_id.in_([one for one in wanted if one not in reviews]),
            RecordLink.kind == "item",
            Record.process_key.in_(workflows.REVIEW_KEYS),
        )
        .order_by(RecordLink.review_id)
    )
    for item, review in session.execute(links):
        reviews.setdefault(item, []).append(review)
    asked = sorted({review for of in reviews.values() for review in of})
    own: dict[int, dict[str, Any]] = {
        one: dict(zip(OF_REVIEW, rest, strict=True))
        for one, *rest in session.execute(
            sa.select(Record.id, *(Record.facts[name] for name in OF_REVIEW)).where(Record.id.in_(asked))
        )
    }
    beside: dict[int, list[tuple[int, str, Mapping[str, Any]]]] = {}
    for review, item, key, facts in session.execute(
        sa.select(RecordLink.review_id, Record.id, Record.process_key, Record.facts)
        .join(Record, Record.id == RecordLink.item_id)
        .where(
            RecordLink.review_id.in_(asked),
            RecordLink.kind == "item",
            Record.process_key.in_((BRANCH, PROCEEDING)),
        )
        .order_by(Record.id)
    ):
        beside.setdefault(review, []).append((item, key, facts))
    for one, of in reviews.items():
        days = [day for review in of for day in _of_review(one, kinds[one], own[review], beside.get(review, ()))]
        if days:
            found[one] = list(dict.fromkeys(days))


def _of_review(
    asked_for: int,
    kind: str,
    own: Mapping[str, Any],
    beside: Iterable[tuple[int, str, Mapping[str, Any]]],
) -> Iterator[CarefulDay]:
    yield from readers.of_review(own)
    for item, key, facts in beside:
        if key == PROCEEDING:
            yield from readers.of_proceeding(facts)
        elif kind != BRANCH or item == asked_for:
            yield from readers.of_branch(facts)

"""What communications see of what serves their review: who is told of its publication, the family left out."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from dardr.storage.reviews import Record, RecordLink

CLEARED_STAGES = ("pre_publication", "published", "not_published", "action_monitoring", "concluded")
"""Stages in which communications see their review: from the Home Office's clearance on."""

NOTICES = ("publication-notice",)


def notices_of(reviews: Iterable[int]) -> sa.ColumnElement[bool]:
    """The notices of publication of these reviews, once they are cleared."""
    review = aliased(Record)
    serving = sa.select(RecordLink.item_id).join(review, review.id == RecordLink.review_id)
    cleared = serving.where(RecordLink.kind == "item", review.id.in_(sorted(reviews)), review.stage.in_(CLEARED_STAGES))
    return sa.and_(Record.process_key.in_(NOTICES), Record.id.in_(cleared))

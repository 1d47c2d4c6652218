"""Lists that somebody saved under a name: their own, and those that colleagues share."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.errors import NotFound
from dardr.storage.people import SavedView, User


@dataclass(frozen=True, slots=True)
class View:
    """One saved list. ``own`` is true for the person asking; ``owner`` is who saved it."""

    id: int
    name: str
    query: str
    shared: bool
    own: bool
    owner: str


def views_of(session: Session, actor: Actor, page: str) -> list[View]:
    """The views of a page that this person saved, and those that others of the same partnership share, by name."""
    rows = session.execute(
        sa.select(SavedView, User.name)
        .join(User, User.id == SavedView.user_id)
        .where(
            SavedView.page == page,
            sa.or_(
                SavedView.user_id == actor.id,
                sa.and_(
                    SavedView.shared.is_(True),
                    User.active.is_(True),
                    User.partnership_id.is_not(None),
                    User.partnership_id == actor.partnership_id,
                ),
            ),
        )
        .order_by(sa.func.lower(SavedView.name), SavedView.id)
    )
    return [View(v.id, v.name, v.query, v.shared, v.user_id == actor.id, name) for v, name in rows]


def own_view(session: Session, actor: Actor, number: int) -> SavedView:
    """The view of that number, if this person saved it. Raises NotFound, for somebody else's too."""
    view = session.scalar(sa.select(SavedView).where(SavedView.id == number, SavedView.user_id == actor.id))
    if view is None:
        raise NotFound("This view is not there, or it is a colleague's. Only the person who saved a view changes it.")
    return view

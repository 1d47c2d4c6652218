"""Saving a list under a name, sharing it, renaming it, taking it away. Only by the person who saved it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.errors import Invalid, Reason
from dardr.lookups.saved_views import own_view
from dardr.storage.people import SavedView

LONGEST_NAME = 100
MOST_VIEWS = 50
"""Of one person on one page."""


def save_view(
    session: Session, actor: Actor, now: datetime, page: str, name: str, query: str, *, shared: bool
) -> SavedView:
    """Keep a query of a page under a name. A view of that name by the same person is replaced. Raises Invalid.

    ``now`` is an aware UTC instant. ``query`` is made from the filters as read, never taken from a form as it is.
    """
    name = _name(name)
    mine = sa.select(SavedView).where(SavedView.user_id == actor.id, SavedView.page == page)
    kept = list(session.scalars(mine))
    same = next((view for view in kept if view.name.casefold() == name.casefold()), None)
    if same is None:
        if len(kept) >= MOST_VIEWS:
            raise Invalid([Reason(f"You have {MOST_VIEWS} saved views. Delete one that you no longer use.", "name")])
        same = SavedView(user_id=actor.id, page=page, created_at=now)
        session.add(same)
    same.name, same.query, same.shared = name, query, shared
    session.flush()
    return same


def change_view(session: Session, actor: Actor, number: int, name: str, *, shared: bool) -> SavedView:
    """Give a view another name, share it or stop sharing it. Raises NotFound for somebody else's, Invalid."""
    view = own_view(session, actor, number)
    name = _name(name)
    taken = session.scalars(
        sa.select(SavedView.name).where(
            SavedView.user_id == actor.id, SavedView.page == view.page, SavedView.id != number
        )
    )
    if name.casefold() in {other.casefold() for other in taken}:
        raise Invalid([Reason(f"You have another view called “{name}”. Give this one a different name.", "name")])
    view.name, view.shared = name, shared
    session.flush()
    return view


def delete_view(session: Session, actor: Actor, number: int) -> str:
    """Take a view away; its name is returned. The reviews it listed are untouched. Raises NotFound."""
    view = own_view(session, actor, number)
    name = view.name
    session.delete(view)
    session.flush()
    return name


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid([Reason("Give the view a name, so that you find it again.", "name")])
    if len(name) > LONGEST_NAME:
        raise Invalid([Reason(f"This name is longer than {LONGEST_NAME} characters. Give a shorter one.", "name")])
    return name

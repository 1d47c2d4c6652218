"""A change of many rows tried before it is made: the preview is the change itself, undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session


@contextmanager
def tried(session: Session, *, keep: bool) -> Iterator[None]:
    """What is done within stays in the caller's transaction only with ``keep`` and where nothing was raised."""
    trial = session.begin_nested()
    try:
        yield
    except BaseException:
        trial.rollback()
        raise
    if keep:
        trial.commit()
    else:
        trial.rollback()

"""Answers kept before they are sent: sealed, found again by a token or by their owner, emptied once sent."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.files import seal_with_new_key, unseal
from dardr.storage.drafts import Draft

KEPT_FOR = timedelta(days=60)
"""How long a draft waits for its owner after it was last saved."""


SENT_PAGE = "sent-page"
"""Purpose of rows that hold no answers: a page that opens something, and what it became."""


def token_hash(token: str) -> str:
    """What is stored of the token of a link."""
    return sha256(token.encode()).hexdigest()


def begin(
    session: Session,
    now: datetime,
    purpose: str,
    values: Mapping[str, Any],
    *,
    user_id: int | None = None,
    email: str = "",
    path: str = "",
) -> tuple[Draft, str]:
    """Keep new answers for a person or an e-mail address; returns the draft and the token that finds it, once."""
    token = secrets.token_urlsafe(32)
    draft = Draft(
        token_hash=token_hash(token), purpose=purpose, user_id=user_id, email=email, path=path,
        created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(draft)
    save(draft, now, values)
    session.flush()
    return draft, token


def save(draft: Draft, now: datetime, values: Mapping[str, Any]) -> None:
    """Replace the answers of a draft."""
    draft.wrapped_key, draft.sealed = seal_with_new_key(json.dumps(dict(values), ensure_ascii=False).encode())
    draft.updated_at, draft.until_at = now, now + KEPT_FOR


def values_of(draft: Draft) -> dict[str, Any]:
    """The answers of a draft; empty once it was sent. Raises NotFound where the master key is another one."""
    if draft.sealed is None or draft.wrapped_key is None:
        return {}
    return json.loads(unseal(draft.wrapped_key, draft.sealed))


def by_token(session: Session, now: datetime, token: str, purpose: str) -> Draft | None:
    """The draft that a token finds, while it waits."""
    found = session.scalar(sa.select(Draft).where(Draft.token_hash == token_hash(token), Draft.purpose == purpose))
    return found if found is not None and (found.until_at is None or found.until_at > now) else None


def sent(draft: Draft, now: datetime, ref: str | None) -> None:
    """Empty a draft that was sent, and keep what it became."""
    draft.wrapped_key = draft.sealed = None
    draft.updated_at, draft.submitted_ref = now, ref


def became(session: Session, token: str, user_id: int) -> str | None:
    """The reference of what this person's page with that token became when it was sent before; None for a new page."""
    mine = sa.select(Draft.submitted_ref).where(Draft.purpose == SENT_PAGE, Draft.user_id == user_id)
    return session.scalar(mine.where(Draft.token_hash == token_hash(token)))


def note_sent(session: Session, now: datetime, token: str, user_id: int, ref: str) -> None:
    """Keep what a page became, so that sending it again makes nothing more. Raises IntegrityError for the second."""
    session.add(
        Draft(
            token_hash=token_hash(token), purpose=SENT_PAGE, user_id=user_id, submitted_ref=ref,
            created_at=now, updated_at=now,
        )
    )  # fmt: skip
    session.flush()


def drop_expired(session: Session, now: datetime) -> int:
    """Empty drafts nobody came back to; how many. Run with the nightly housekeeping."""
    rows = session.scalars(sa.select(Draft).where(Draft.until_at <= now, Draft.sealed.is_not(None))).all()
    for row in rows:
        row.wrapped_key = row.sealed = None
    return len(rows)

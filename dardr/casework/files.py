"""Files given with an answer: checked for size, encrypted with a key of their own, stored with the event."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from dardr.errors import Invalid, NotFound, Reason
from dardr.settings import get_settings
from dardr.storage.files import StoredFile
from workflows.answers import to_json

LARGEST = 50 * 1024 * 1024
"""Bytes one file may have."""


@dataclass(frozen=True, slots=True)
class FileGiven:
    """A file as it came from a form or a command line."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"

    @property
    def sha256(self) -> str:
        """Of the plain content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def as_fact(self) -> dict[str, Any]:
        """What the record and its history keep: never the name, which may tell too much."""
        return {"sha256": self.sha256, "size": len(self.content), "media_type": self.media_type}


def given(typed: Mapping[str, Any]) -> list[tuple[str, FileGiven]]:
    """Every file among typed answers, with the question it answers; a question may have several."""
    return [
        (name, one)
        for name, value in typed.items()
        for one in (value if isinstance(value, list) else [value])
        if isinstance(one, FileGiven)
    ]


def as_fact(value: Any) -> Any:
    """A typed answer as it is stored: files as what they are, never what they are called."""
    if isinstance(value, FileGiven):
        return value.as_fact()
    if isinstance(value, list) and any(isinstance(one, FileGiven) for one in value):
        return [as_fact(one) for one in value]
    return to_json(value)


def check(found: Iterable[tuple[str, FileGiven]]) -> None:
    """Refuse empty and too large files, all at once. Raises Invalid; of several files it says which by number."""
    reasons: list[Reason] = []
    found = list(found)
    for name in dict.fromkeys(name for name, _ in found):
        several = [one for asked, one in found if asked == name]
        for number, one in enumerate(several, 1):
            this = "This file" if len(several) == 1 else f"File {number} of {len(several)}"
            if not one.content:
                reasons.append(Reason(f"{this} is empty. Choose it again.", name))
            elif len(one.content) > LARGEST:
                limit = LARGEST // 1024 // 1024
                reasons.append(Reason(f"{this} is larger than {limit} MB. Give a smaller one.", name))
    if reasons:
        raise Invalid(reasons)


def store(
    session: Session, now: datetime, record_id: int, event_id: int, given: FileGiven, *, field: str
) -> StoredFile:
    """Encrypt and keep one file, given in answer to the question ``field``."""
    wrapped_key, sealed = seal_with_new_key(given.content)
    row = StoredFile(
        record_id=record_id,
        event_id=event_id,
        name=os.path.basename(given.name)[:255],
        media_type=given.media_type[:100],
        size=len(given.content),
        sha256=given.sha256,
        wrapped_key=wrapped_key,
        content=sealed,
        added_at=now,
        field=field,
    )
    session.add(row)
    return row


def content(row: StoredFile) -> bytes:
    """The plain content of a stored file. Raises NotFound when the master key is not the one it was stored with."""
    return unseal(row.wrapped_key, row.content)


def seal_with_new_key(plain: bytes) -> tuple[bytes, bytes]:
    """Encrypt with a key of its own: that key wrapped by the master key, and the sealed content."""
    key = AESGCM.generate_key(256)
    return _seal(get_settings().master, key), _seal(key, plain)


def unseal(wrapped_key: bytes, sealed: bytes) -> bytes:
    """The plain content. Raises NotFound when the master key is not the one it was sealed with."""
    try:
        return _open(_open(get_settings().master, wrapped_key), sealed)
    except Exception as error:
        raise NotFound("This cannot be opened with the master key in use. Check DARDR_MASTER_KEY.") from error


def _seal(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def _open(key: bytes, sealed: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], None)

"""Files given with an answer: checked for size, encrypted with a key of their own, stored with the event."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from dardr.errors import Invalid, NotFound, Reason
from dardr.settings import get_settings
from dardr.storage.files import StoredFile

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


def check(field: str, given: FileGiven) -> None:
    """Refuse an empty or too large file. Raises Invalid."""
    if not given.content:
        raise Invalid([Reason("This file is empty. Choose the file again.", field)])
    if len(given.content) > LARGEST:
        raise Invalid([Reason(f"This file is larger than {LARGEST // 1024 // 1024} MB. Give a smaller one.", field)])


def store(session: Session, now: datetime, record_id: int, event_id: int, given: FileGiven) -> StoredFile:
    """Encrypt and keep one file."""
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

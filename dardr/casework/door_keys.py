"""Keys and codes of links. None is kept: a key is known by its hash, and worked out again when its e-mail leaves.

A key is made from the service's secret and the outbox row that carries it, so that a second copy of an e-mail carries
the same key, and nobody who reads the database or the outbox can open anything with it.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from dardr.settings import get_settings

DIGITS = 6


def key_of(outbox_id: int, dedupe_key: str, secret: str | None = None) -> str:
    """The key that the e-mail of this outbox row carries; ``secret`` is the service's, read from the settings."""
    return _made("door key", f"{outbox_id}:{dedupe_key}", secret).hex()


def code_of(dedupe_key: str, secret: str | None = None) -> str:
    """The six digits that the e-mail with this unique key carries."""
    made = _made("door code", dedupe_key, secret)
    return f"{int.from_bytes(made[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def another_code() -> str:
    """Six digits for somebody who reads them out."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_of_key(key: str) -> str:
    """What is kept of a key, and what it is found by: no comparison tells how near a guess was."""
    return sha256(key.encode()).hexdigest()


def hash_of_code(link_id: int, code: str) -> str:
    """What is kept of a code: of no use without the service's secret, although there are only a million codes."""
    return _made("door code kept", f"{link_id}:{code}", None).hex()


def _made(purpose: str, of: str, secret: str | None) -> bytes:
    return hmac.new((secret or get_settings().secret).encode(), f"dardr {purpose} {of}".encode(), sha256).digest()

"""A file as somebody gave it, before it is checked and stored (``casework.files``)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FileGiven:
    """A file as it came from a form or a command line.

    ``too_large``: it was larger than a file may be, and its content was not kept. ``kept_anyway``: it came inside an
    e-mail, and is kept as it came unless it could do harm. ``checked``: the checks were done; ``scanned``: a virus
    scanner looked through it, and found nothing.
    """

    name: str
    content: bytes
    media_type: str = "application/octet-stream"
    too_large: bool = False
    kept_anyway: bool = False
    checked: bool = False
    scanned: bool = False

    @property
    def sha256(self) -> str:
        """Of the plain content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def as_fact(self) -> dict[str, Any]:
        """What the record and its history keep: never the name, which may tell too much."""
        return {"sha256": self.sha256, "size": len(self.content), "media_type": self.media_type}

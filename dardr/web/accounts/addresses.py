"""Addresses of this service, as they come back from a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def own_path(text: str | None) -> str | None:
    """The path and query of an address of ours; None for any other, so that nobody is led elsewhere."""
    if not text or text.startswith("//") or any(ord(letter) <= 32 or letter == "\\" for letter in text):
        return None
    parts = urlsplit(text)
    if parts.netloc and parts.netloc != request.host:
        return None
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")

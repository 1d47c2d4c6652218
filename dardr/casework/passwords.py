"""How passwords are kept: argon2, as the sign-in library checks them. Usable without a web application."""

from __future__ import annotations

from argon2 import PasswordHasher

SHORTEST = 12


def hashed(password: str) -> str:
    """The stored form of a password. Raises ValueError with a sentence for one that is too short."""
    if len(password) < SHORTEST:
        raise ValueError(f"The password is too short. Use at least {SHORTEST} characters; three words are good.")
    return PasswordHasher().hash(password)

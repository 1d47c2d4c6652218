"""Signing in: Flask-Security over our table of people; sessions, second factors, passkeys and links of our own rules.

The library asks and checks; what is asked of whom, how long a session lasts and when an account waits is decided
here and in ``dardr.casework.sign_ins``, and counted in the database, not in memory.
"""

from __future__ import annotations

from dardr.web.accounts.install import REFUSED, SLOWED, install

__all__ = ["REFUSED", "SLOWED", "install"]

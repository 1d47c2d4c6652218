"""Addresses that are secrets themselves, kept out of the server's logs."""

from __future__ import annotations

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

SECRET = re.compile(r"((?:/calendar/feed|/notify/link|/sign-in/password|/door)/)[^\s\"'?#]+")
"""The beginning of each address in which whatever follows opens something without signing in."""


def masked(text: str) -> str:
    """The text with what follows such a beginning left out."""
    return SECRET.sub(r"\1...", text)


class WithoutSecrets(logging.Filter):
    """Masks whatever is about to be logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line is logged, masked."""
        record.msg, record.args = masked(record.getMessage()), None
        return True


class ServerLog(Logger):
    """The log of gunicorn, which names the address of a request that went wrong."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn sets it up, with the mask on both of its logs."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.addFilter(WithoutSecrets())

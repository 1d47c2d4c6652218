"""While a workbook is made or read, the collector of unused memory waits."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_waits() -> Iterator[None]:
    """No search for unused memory until the block ends: a workbook is many small things that are all in use.

    Each search would look through all of them, and find nothing; for a large workbook that is half of the time. The
    rows of a workbook are limited, and so is what can pile up.
    """
    waited = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if waited:
            gc.enable()

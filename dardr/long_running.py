"""What programs that run for long do once, when all they need is loaded: the server of pages, and the worker."""

from __future__ import annotations

import gc


def keep_what_is_loaded() -> None:
    """Rules, tables and templates stay for good: the collector need not look at them again in the middle of the work.

    Processes that are forked after this share their memory.
    """
    gc.collect()
    gc.freeze()

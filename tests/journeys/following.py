"""Going from page to page in a real browser."""

from __future__ import annotations

from playwright.sync_api import Locator


def follow(control: Locator) -> None:
    """Press what leads to another page, and wait until that page is there.

    A click alone may return before the browser has set out: what is asked next would be asked of the page before, a
    record read next would not have changed yet, and an address opened next would call off what was being sent.
    """
    with control.page.expect_navigation():
        control.click()

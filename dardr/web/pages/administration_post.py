"""Addresses that do not work: since when and why, whose they are, and that one works again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.failing import works_again
from dardr.lookups.mailbox_state import mailbox_state
from dardr.lookups.post_in import failing_addresses
from dardr.web.audience import actor, who
from dardr.web.pages.post import HANDLERS
from dardr.web.transaction import commit, session

pages = Blueprint("administration_post", __name__, url_prefix="/administration/post")


@pages.get("")
@who(*HANDLERS)
def addresses() -> ResponseReturnValue:
    """The addresses nothing more is sent to, those that work again, and how the mailbox is."""
    return render_template(
        "post/addresses.html",
        failing=failing_addresses(session()),
        cleared=failing_addresses(session(), cleared=True)[:20],
        mailboxes=mailbox_state(session()),
    )


@pages.post("/<int:number>/works-again")
@who(*HANDLERS)
def works(number: int) -> ResponseReturnValue:
    """An address works again."""
    address = works_again(session(), actor(), systime.utc_now(), number)
    commit()
    flash(f"{address} is written to again. What came back is not sent a second time by itself.", "done")
    return redirect(url_for("administration_post.addresses"), 303)

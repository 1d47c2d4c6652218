"""Links to dates for calendar programs: the page on which they are made and taken back, and what a program reads."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.calendar_links import (
    BODY,
    FOR_THE_TEAM,
    LONGEST_LABEL,
    PERSON,
    TEAM,
    bodies_led,
    make_link,
    note_reading,
    take_back,
)
from dardr.casework.notices import base_url
from dardr.errors import Invalid, Reason
from dardr.lookups.calendar_feeds import feed_of, link_at
from dardr.lookups.calendar_links import links_for
from dardr.web.audience import EVERYONE, actor, who
from dardr.web.calendar_files import CALENDAR
from dardr.web.transaction import database, session, undo
from notifications.icalendar_files import feed as written_feed

pages = Blueprint("calendar_links", __name__)


@pages.get("/me/calendar-links")
@who()
def links() -> ResponseReturnValue:
    """The links somebody made or may take back, and what they can be made for."""
    return _page()


@pages.post("/me/calendar-links")
@who()
def make() -> ResponseReturnValue:
    """Make a link. It is on the page that answers, once: only its hash is kept."""
    now = systime.utc_now()
    label, chosen = request.form.get("label", ""), request.form.get("whose", "")
    whose, _, number = chosen.partition("-")
    try:
        if whose not in (PERSON, BODY, TEAM):
            raise Invalid([Reason("Choose whose dates the link shows.", "whose")])
        _, secret = make_link(
            session(), actor(), now, whose, label,
            today=systime.london_date(now), body_id=int(number) if number.isdecimal() else None,
        )  # fmt: skip
    except Invalid as error:
        undo()
        return _page(problem=error.reasons[0], label=label, whose=chosen), 422
    return _page(made=base_url() + url_for("calendar_links.feed", secret=secret))


@pages.post("/me/calendar-links/<int:number>/take-back")
@who()
def revoke(number: int) -> ResponseReturnValue:
    """Take a link back, for good."""
    now = systime.utc_now()
    link = take_back(session(), actor(), now, number, systime.london_date(now))
    flash(f"Taken back: {link.label}. Nobody reads dates with this link any more.", "done")
    return redirect(url_for("calendar_links.links"))


@pages.get("/calendar/feed/<secret>.ics")
@who(audience=EVERYONE)
def feed(secret: str) -> ResponseReturnValue:
    """The dates behind a link, for a calendar program. Whoever has the link reads them; nobody signs in here."""
    now = systime.utc_now()
    link = link_at(session(), secret)
    found = feed_of(session(), link, now)
    content = written_feed(found.name, found.entries)
    note_reading(database(), now, link.id, link.last_read_at)
    response = Response(content, content_type=CALENDAR)
    response.headers["Content-Disposition"] = 'inline; filename="dates.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(sha256(content).hexdigest())
    return response.make_conditional(request)


def _page(made: str = "", problem: Reason | None = None, label: str = "", whose: str = PERSON) -> str:
    today: date = systime.london_date(systime.utc_now())
    choices = [(PERSON, "My own dates: what I see in My work")]
    choices += [(f"{BODY}-{body.id}", f"What {body.name} owes") for body in bodies_led(session(), actor(), today)]
    if actor().everywhere & FOR_THE_TEAM:
        choices.append((TEAM, "All running dates of the team"))
    own, others = links_for(session(), actor(), today)
    return render_template(
        "me/calendar_links.html",
        choices=choices,
        own=own,
        others=others,
        made=made,
        subscribe=f"webcal://{made.partition('://')[2]}" if made else "",
        problem=problem,
        label=label,
        whose=whose,
        longest=LONGEST_LABEL,
    )

"""What surrounds every page: the partnership's name, navigation, marking, demonstration and rehearsal banners."""

from __future__ import annotations

import base64
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g, request
from flask_security import current_user
from sqlalchemy.exc import SQLAlchemyError

import workflows
from dardr import systime
from dardr.access import SEES_NO_REVIEW
from dardr.actors import Purpose
from dardr.casework.setup import nobody_yet
from dardr.errors import DardrError
from dardr.lookups.addresses import mail_to
from dardr.storage.bodies import Partnership
from dardr.storage.installation import Installation
from dardr.storage.reviews import Record
from dardr.web import tabs, words
from dardr.web.accounts import REFUSED
from dardr.web.audience import actor, may_use
from dardr.web.transaction import session
from dardr.web.watching import alarm_here
from notifications.document import CONTENT_NOTE
from workflows.definition import PARTY_LABELS, Party

PRODUCT = "dardr"
MARKING = "OFFICIAL-SENSITIVE"
CASELOAD = "reviews.caseload"
NAVIGATION = (
    ("My work", "work.my_work", ("",)),
    ("What we owe", "agency.home", ("agency",)),
    ("Partnership", "partnership.summary", ("partnership",)),
    (
        "Reviews",
        CASELOAD,
        ("reviews", "records", "returns", "family", "open", "chairs", "brief", "recommendations", "own-plans"),
    ),
    ("Actions", "plans.plan", ("actions", "update-rounds", "sheets")),
    ("Deadlines", "deadlines.all_running", ("deadlines", "what-if")),
    ("Commissioner", "commissioner.all_owed", ("commissioner",)),
    ("Calendar", "calendar.month", ("calendar",)),
    ("Meetings", "meetings.upcoming", ("meetings",)),
    ("Published cases", "published.published_cases", ("published-cases",)),
    ("Reports", "reports.quarterly_report", ("reports",)),
)
"""Label, page, and what the addresses of the section's pages begin with."""


OWN_PAGE = {
    "comment-request": "rounds.comments",
    "family-branch": "family.branch",
    "reader-request": "rounds.comments",
    "recommendation": "recommendations.recommendation",
    "update-round": "update_rounds.one",
}
"""The page of a record that has one of its own, by its process."""

MAIL_STATUS = {
    "sent": "accepted by the server",
    "queued": "waiting to be sent",
    "in_flight": "being sent",
    "waiting": "to be tried again",
    "failed": "could not be delivered",
    "no_address": "nobody to send it to",
    "withdrawn": "withdrawn",
    "overtaken": "not sent: done, or the date moved",
}


DELIVERY = {"delivered": "arrived", "delayed": "not delivered yet, still tried", "bounced": "came back"}
"""What became known of an e-mail after the server had taken it."""


def installation() -> dict[str, Any]:
    """The partnership's name and what this database is for; plain words where the database does not answer."""
    if "dardr_frame" not in g:
        found = {"partnership": "Community safety", "demonstration": False, "rehearsal": False}
        try:
            name = session().scalar(sa.select(Partnership.name).where(Partnership.home.is_(True)))
            row = session().scalar(sa.select(Installation).order_by(Installation.id).limit(1))
        except SQLAlchemyError:
            return found
        found["partnership"] = name or found["partnership"]
        if row is not None:
            found["demonstration"], found["rehearsal"] = row.demonstration, row.rehearsal
        g.dardr_frame = found
    return g.dardr_frame


def lists_reviews() -> bool:
    """Whether the list of reviews can show this person any: an agency, say, sees what is asked of it and no review."""
    try:
        return not actor().roles or bool(actor().roles - SEES_NO_REVIEW)
    except DardrError:
        return False


def _sections() -> tuple[list[dict[str, Any]], bool]:
    """The sections this person may use, and whether they look after the service; nothing before signing in."""
    try:
        if not current_user.is_authenticated:
            return [], False
        folder = request.path.split("/")[1]
        found = [
            {"text": text, "href": current_app.url_for(endpoint), "active": folder in folders}
            for text, endpoint, folders in NAVIGATION
            if may_use(endpoint) and (lists_reviews() or endpoint != CASELOAD)
        ]
        if (door := actor().door) is not None and door.purpose is Purpose.CHAIR:
            here, papers = request.blueprint in ("doors", "rounds", "doing"), request.blueprint == "door_papers"
            found = [
                {"text": "Drafts", "href": current_app.url_for("doors.drafts"), "active": here},
                {"text": "Papers", "href": current_app.url_for("door_papers.papers"), "active": papers},
            ]
        return found, may_use("care.findings")
    except (DardrError, SQLAlchemyError):
        return [], False


def _nobody_yet() -> bool:
    """Whether nobody has an account here, so that nobody can sign in; asked of those who have not signed in."""
    try:
        return not current_user.is_authenticated and nobody_yet(session())
    except (DardrError, SQLAlchemyError):
        return False


def mail_status(mail: dict[str, Any]) -> str:
    """How the delivery of an e-mail stands, in words: what became known last."""
    if mail.get("delivery") and mail["status"] in ("sent", "failed"):
        return f"{DELIVERY.get(mail['delivery'], mail['delivery'])}, {words.instant_words(mail['delivery_at'])}"
    said = MAIL_STATUS.get(str(mail["status"]), str(mail["status"]))
    return f"{said}, {words.instant_words(mail['settled_at'])}" if mail["settled_at"] else said


def _frame() -> dict[str, Any]:
    now = systime.utc_now()
    here = installation()
    sections, may_care = _sections()
    return {
        **here,
        "product": PRODUCT,
        "marking": MARKING,
        "sign_in_refused": REFUSED,
        "today": systime.london_date(now),
        "rehearsal_says": f"Rehearsal: today is {words.long_day(now)}" if here["rehearsal"] else "",
        "sections": sections,
        "empty_installation": _nobody_yet(),
        "alarm": alarm_here(),
        "may_care": may_care,
        "may_use": may_use,
    }


def _svg_data(svg: str) -> str:
    """A picture as a data address: shown by ``img``, where a script in it cannot run."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def install(app: Flask) -> None:
    """Give every template the frame and the words for dates and rules."""
    app.context_processor(_frame)
    app.jinja_env.filters.update(
        long_day=words.long_day,
        day_words=words.day_words,
        short_day=words.short_day,
        instant_words=words.instant_words,
        kind_word=words.kind_word,
        authority_words=words.authority_words,
        state_label=words.state_label,
        size_words=words.size_words,
        svg_data=_svg_data,
    )
    app.jinja_env.globals.update(
        how_it_stands=words.how_it_stands,
        NOBODY=PARTY_LABELS[Party.NOBODY],
        lists_reviews=lists_reviews,
        KINDS_AT_LENGTH=words.KINDS_AT_LENGTH,
        CONTENT_NOTE=CONTENT_NOTE,
        page_of=page_of,
        tabs_of=tabs.tabs_of,
        mail_status=mail_status,
        mail_to=mail_to,
    )


def of_record(record: Record) -> dict[str, Any]:
    """What the head of every page about a record is given: it, its process, its stage, and whether it is a review."""
    process = workflows.get(record.process)
    is_review = record.process_key in workflows.REVIEW_KEYS
    return {"record": record, "process": process, "stage": process.stage(record.stage), "is_review": is_review}


def page_of(ref: str, process_key: str) -> str:
    """The address of a record's page: reviews have their own folder, and some records a page of their own."""
    endpoint = "reviews.review" if process_key in workflows.REVIEW_KEYS else OWN_PAGE.get(process_key, "records.record")
    return current_app.url_for(endpoint, ref=ref)

"""Who sees a review and why; conflicts of interest; a review that an administrator opens for a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import OPENED_FOR, get_record, roles_on, sees_whole
from dardr.casework.conflicts import MANAGES_ACCESS, end_conflict, record_conflict
from dardr.casework.opened_cases import open_for_a_reason
from dardr.lookups.reads import WHAT_WAS_READ
from dardr.lookups.who_sees import conflicts_on, last_reads, may_be_conflicted, openings_of, who_sees
from dardr.storage.reviews import Record
from dardr.web.asking import Answers, Asked, ask
from dardr.web.audience import actor, who
from dardr.web.frame import of_record, page_of
from dardr.web.transaction import session
from workflows.definition import Choice, Field, FieldType, Role

pages = Blueprint("access", __name__)

READS_THE_LIST = MANAGES_ACCESS | {Role.AUDITOR, Role.ADMINISTRATOR}
"""Who reads the list of those who see a review; others see the review, and may record a conflict of their own."""

WHOSE = Field("person", "Whose conflict of interest is it?", FieldType.CHOICE)
LINK = Field(
    "reason",
    "How are they linked to the review?",
    long=True,
    help="For example: related to somebody in it, or worked on the case. Do not name anybody who is in the review.",
)
ENDED = Field("reason", "Why is it no more?", long=True, help="Do not name anybody who is in the review.")
WHY = Field(
    "reason",
    "Why must you see this review?",
    long=True,
    help="The team reads this. Do not name anybody who is in the review.",
)


@pages.get("/reviews/<ref>/access")
@who()
def access(ref: str) -> ResponseReturnValue:
    """Who sees this review, by which role; conflicts of interest; who opened it for a reason; who read last."""
    record = get_record(session(), actor(), ref, in_part=True)
    if record.process_key not in workflows.REVIEW_KEYS:
        return redirect(page_of(record.ref, record.process_key))
    now = systime.utc_now()
    held = roles_on(session(), actor(), record)
    reads_list = bool(held & READS_THE_LIST) and sees_whole(session(), actor(), record)
    return render_template(
        "access/review.html",
        **of_record(record),
        manages=bool(held & MANAGES_ACCESS),
        reads_list=reads_list,
        sees=who_sees(session(), record, now) if reads_list else None,
        conflicts=conflicts_on(session(), record) if reads_list else [],
        openings=openings_of(session(), record, now) if reads_list else [],
        reads=last_reads(session(), record) if reads_list else [],
        what_was_read=WHAT_WAS_READ,
    )


def _trail(record: Record) -> list[tuple[str, str]]:
    return [
        ("Reviews", url_for("reviews.caseload")),
        (record.ref, page_of(record.ref, record.process_key)),
        ("Access", url_for("access.access", ref=record.ref)),
    ]


@pages.route("/reviews/<ref>/access/conflict", methods=["GET", "POST"])
@who()
def conflict(ref: str) -> ResponseReturnValue:
    """Record a conflict of interest: one's own, or (for those who manage the review) anybody's."""
    record = get_record(session(), actor(), ref, in_part=True)
    manages = bool(roles_on(session(), actor(), record) & MANAGES_ACCESS)
    people = may_be_conflicted(session(), record) if manages else []
    mine = actor().email

    def do(given: Answers) -> str:
        done = record_conflict(
            session(), actor(), systime.utc_now(), ref, given["reason"], given["person"] if manages else None
        )
        for said in done.warnings:
            flash(said, "warning")
        if done.own:
            flash(f"Recorded. You see nothing of {ref} any more.", "done")
            return "/"
        flash(f"Recorded. {done.name} sees nothing of this review any more.", "done")
        return url_for("access.access", ref=ref)

    asked = Asked(
        title="Record a conflict of interest" if manages else "I have a conflict of interest",
        button="Record the conflict",
        fields=(WHOSE, LINK) if manages else (LINK,),
        trail=_trail(record),
        lead=[
            f"{'They' if manages else 'You'} will see nothing of {record.ref}, nor of what belongs to it, whatever"
            f" {'their' if manages else 'your'} roles: not in lists, searches, dates, e-mails or by its address.",
            "A case manager or team manager of the review can record that it is no more.",
        ],
        choices={"person": tuple(Choice(email, f"{name} (you)" if email == mine else name) for email, name in people)},
    )
    return ask(asked, do)


@pages.route("/reviews/<ref>/access/conflicts/<int:number>/end", methods=["GET", "POST"])
@who(*MANAGES_ACCESS)
def conflict_over(ref: str, number: int) -> ResponseReturnValue:
    """Record that a conflict of interest is no more."""
    record = get_record(session(), actor(), ref)

    def do(given: Answers) -> str:
        name = end_conflict(session(), actor(), systime.utc_now(), ref, number, given["reason"])
        flash(f"Recorded. {name} sees this review again where their roles show it.", "done")
        return url_for("access.access", ref=ref)

    lead = ["Their roles show them the review again at once. Both reasons stay in the log."]
    return ask(Asked("End a conflict of interest", "Record the end", (ENDED,), _trail(record), lead), do)


@pages.route("/reviews/<ref>/open-for-a-reason", methods=["GET", "POST"])
@who(Role.ADMINISTRATOR)
def open_case(ref: str) -> ResponseReturnValue:
    """An administrator opens a review for some hours, for a reason that is kept. Says nothing of what is there."""
    hours = int(OPENED_FOR.total_seconds() // 3600)

    def do(given: Answers) -> str:
        open_for_a_reason(session(), actor(), systime.utc_now(), ref, given["reason"])
        return url_for("reviews.review", ref=ref)

    lead = [
        f"If there is a review {ref}, it opens to you for {hours} hours, without the page of people. Administrators"
        " do not see reviews otherwise.",
        "Your reason and your name are kept, and the team that carries the review sees both.",
    ]
    return ask(
        Asked(f"Open {ref} for a reason", "Open for a reason", (WHY,), [("Administration", "/administration")], lead),
        do,
    )

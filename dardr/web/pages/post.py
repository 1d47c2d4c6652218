"""Post: what came in and waits to be read, one answer with what can be done about it, one e-mail that was written."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import get_record
from dardr.casework import deliver
from dardr.casework.act import take_action
from dardr.casework.comments_by_mail import request_of
from dardr.casework.files import FileGiven
from dardr.casework.post_handled import belongs_to, dealt_with
from dardr.casework.post_in import TOO_LARGE
from dardr.casework.read_log import note_read
from dardr.errors import Conflict, Forbidden, Invalid, Reason
from dardr.lookups.post_in import Came, came_in, came_to, content_of, find_mail, words_of
from dardr.lookups.sent_post import one_message
from dardr.storage.post_in import (
    ACCEPTED,
    AUTOMATIC,
    BOUNCE,
    DECLINED,
    DELAYED,
    OTHER_TIME,
    REPLY,
    TENTATIVE,
    IncomingMail,
)
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.captured import FILES_EMAIL, may_capture
from dardr.web.transaction import commit, database, session, undo
from workflows.definition import Role

pages = Blueprint("post", __name__)

READERS = (Role.CASE_MANAGER, Role.TEAM_MANAGER)
HANDLERS = (*READERS, Role.ADMINISTRATOR)

KINDS = {
    REPLY: "Reply",
    AUTOMATIC: "Automatic answer",
    BOUNCE: "Came back undelivered",
    DELAYED: "Not delivered yet",
    ACCEPTED: "Accepted the invitation",
    DECLINED: "Declined the invitation",
    TENTATIVE: "Accepted the invitation, perhaps",
    OTHER_TIME: "Proposed another time",
}
"""What came in, in the words of a list."""

RESULTS = {
    "accepted": "taken by the mail server",
    "refused": "refused",
    "try_again": "not sent yet",
    "unknown": "sent, no answer came",
    "retry": "asked for again",
    "withdrawn": "withdrawn",
    "bounced": "came back",
    "delayed": "not delivered yet",
}
"""What a try came to."""


@pages.app_template_global("post_kind")
def post_kind(kind: str) -> str:
    """What came in, in words."""
    return KINDS.get(kind, kind)


# --- what came in -----------------------------------------------------------------------------------------


@pages.get("/post")
@who(*READERS)
def came() -> ResponseReturnValue:
    """The e-mails that wait to be dealt with, and those somebody has dealt with."""
    dealt = request.args.get("show") == "dealt"
    return render_template("post/came_in.html", lines=came_in(session(), actor(), dealt=dealt), dealt=dealt)


@pages.get("/post/<int:number>")
@who(*READERS)
def mail(number: int) -> ResponseReturnValue:
    """One e-mail that came in, to read. Who reads it is logged first; nothing in it runs or is fetched."""
    return _show(number, ())


def _show(number: int, reasons: tuple[Reason, ...] | list[Reason], typed: str = "") -> ResponseReturnValue:
    row, line = find_mail(session(), actor(), number)
    if not reasons:
        note_read(database(), systime.utc_now(), actor(), "post", row.record_id, f"e-mail {row.id}")
    subject, text = words_of(row)
    return render_template(
        "post/mail.html",
        row=row,
        line=line,
        subject=subject,
        text=text,
        sent=one_message(session(), actor(), row.outbox_id) if row.outbox_id and line.about else None,
        others=[one for one in came_to(session(), actor(), row.outbox_id) if one.id != row.id] if row.outbox_id else [],
        may_file=_may_file(row, line),
        comments_of=request_of(session(), actor(), row) if line.waits else None,
        reasons=reasons,
        typed=typed,
    ), 422 if reasons else 200


def _may_file(row: IncomingMail, line: Came) -> bool:
    """Whether its content can be kept with the record, by the ordinary filing of an e-mail."""
    if row.record_id is None or not line.about or TOO_LARGE in row.note:
        return False
    return may_capture(session(), actor(), _record(row))[FILES_EMAIL]


def _record(row: IncomingMail) -> Record:
    found = session().get(Record, row.record_id)
    assert found is not None
    return get_record(session(), actor(), found.ref)


@pages.post("/post/<int:number>/record")
@who(*READERS)
def say_record(number: int) -> ResponseReturnValue:
    """Say which record it belongs to."""
    ref = request.form.get("ref", "")
    try:
        belongs_to(session(), actor(), systime.utc_now(), number, ref)
        commit()
    except (Invalid, Conflict, Forbidden) as error:
        undo()
        return _show(number, [Reason(reason.reason, "ref") for reason in error.reasons], ref)
    flash(f"The e-mail is shown on {ref.strip().upper()} now.", "done")
    return redirect(url_for("post.mail", number=number), 303)


@pages.post("/post/<int:number>/dealt-with")
@who(*READERS)
def deal_with(number: int) -> ResponseReturnValue:
    """Nothing more is to be done about it."""
    dealt_with(session(), actor(), systime.utc_now(), number)
    commit()
    flash("The e-mail is dealt with. It stays where it is, under “Dealt with”.", "done")
    return redirect(url_for("post.came"), 303)


@pages.post("/post/<int:number>/file")
@who(*READERS)
def file_on_record(number: int) -> ResponseReturnValue:
    """File it on its record as any e-mail is filed, and so deal with it."""
    now = systime.utc_now()
    row, line = find_mail(session(), actor(), number)
    if not _may_file(row, line):
        raise Conflict("This e-mail cannot be filed here. Say first which record it belongs to, or save it by hand.")
    ref = _record(row).ref
    given = FileGiven("message.eml", content_of(row), "message/rfc822")
    try:
        done = take_action(
            session(), actor(), now, ref, FILES_EMAIL, {"message": given}, systime.london_date(row.received_at)
        )
        if line.waits:
            dealt_with(session(), actor(), now, number, f"Filed on {ref}.")
        commit()
    except (Invalid, Conflict) as error:
        undo()
        return _show(number, list(error.reasons))
    for warning in done.warnings:
        flash(warning, "warning")
    flash(f"The e-mail is filed on {ref}, and dealt with.", "done")
    return redirect(url_for("post.mail", number=number), 303)


# --- what was written -------------------------------------------------------------------------------------


@pages.get("/post/written/<int:number>")
@who()
def written(number: int) -> ResponseReturnValue:
    """One e-mail that was written here: its words, each try and answer, what became of it."""
    found = one_message(session(), actor(), number)
    about = [(one["ref"], page_of(one["ref"], one["process"])) for one in found["about"]]
    return render_template("post/written.html", one=found, about=about, results=RESULTS)


@pages.post("/post/written/<int:number>/retry")
@who(*HANDLERS)
def retry(number: int) -> ResponseReturnValue:
    """Send it again."""
    deliver.retry(session(), actor(), systime.utc_now(), number)
    commit()
    flash("The e-mail waits to be sent again.", "done")
    return redirect(url_for("post.written", number=number), 303)


@pages.post("/post/written/<int:number>/withdraw")
@who(*HANDLERS)
def withdraw(number: int) -> ResponseReturnValue:
    """It is not to be sent."""
    deliver.withdraw(session(), actor(), systime.utc_now(), number)
    commit()
    flash("The e-mail is withdrawn: it will not be sent.", "done")
    return redirect(url_for("post.written", number=number), 303)

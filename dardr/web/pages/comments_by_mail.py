"""Comments that came by e-mail: what is in an answer, and one button that puts it into the table of its round."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.comments_by_mail import FILES, WORDS, own_words, put_into_table, request_of, word_files
from dardr.casework.read_log import note_read
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.lookups.post_in import find_mail
from dardr.web.audience import actor, who
from dardr.web.pages.post import READERS
from dardr.web.transaction import commit, database, session, undo

pages = Blueprint("comments_by_mail", __name__)


@pages.get("/post/<int:number>/comments")
@who(*READERS)
def ask(number: int) -> ResponseReturnValue:
    """What an answer holds, before anything is taken from it. Who reads it is logged first."""
    row, _ = find_mail(session(), actor(), number)
    note_read(database(), systime.utc_now(), actor(), "post", row.record_id, f"e-mail {row.id}")
    return _show(number, None, (), ())


@pages.post("/post/<int:number>/comments")
@who(*READERS)
def take(number: int) -> ResponseReturnValue:
    """File the e-mail and put what was chosen into the table: all of it, or nothing."""
    words = request.form.get(WORDS, "")
    files = [int(one) for one in request.form.getlist(FILES) if one.isdecimal()]
    try:
        said = put_into_table(session(), actor(), systime.utc_now(), number, files, words)
        commit()
    except (Invalid, Conflict) as error:
        undo()
        return _show(number, words, files, error.reasons), error.status
    for warning in said:
        flash(warning, "warning")
    flash("The comments are in the table, and the e-mail is filed and dealt with.", "done")
    row, _ = find_mail(session(), actor(), number)
    asked = request_of(session(), actor(), row)
    return redirect(url_for("rounds.comments", ref=asked.ref) if asked else url_for("post.came"), 303)


def _show(number: int, typed: str | None, ticked: Sequence[int], reasons: Sequence[Reason]) -> str:
    row, line = find_mail(session(), actor(), number)
    asked = request_of(session(), actor(), row)
    if asked is None:
        raise NotFound("This e-mail belongs to no reader of a round. Say first which record it belongs to.")
    found = word_files(session(), asked, row)
    first = typed is None
    return render_template(
        "post/comments.html",
        line=line,
        asked=asked,
        found=found,
        ticked=[one.number for one in found if not one.problem] if first else ticked,
        words=("" if any(not one.problem for one in found) else own_words(row)) if first else typed,
        others=own_words(row),
        reasons=reasons,
        names={"words": WORDS, "files": FILES},
    )

"""Four eyes in an agency: what colleagues wrote, signed off by the lead or sent back; and the writer's side of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

import workflows
from dardr import systime
from dardr.access import OF_AGENCIES
from dardr.casework import files, sign_offs, sittings
from dardr.casework.read_log import note_read
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups import agency_written
from dardr.lookups.agency import family
from dardr.lookups.agency_written import Written
from dardr.lookups.choices import resolve
from dardr.web import words
from dardr.web.agencies import own_body
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.transaction import commit, database, session, undo
from workflows.definition import Role

pages = Blueprint("agency_sign_off", __name__)

CHANGED = "This record changed while you had the page open. What changed is shown below; sign off if it is still right."


@pages.get("/agency/sign-off")
@who(Role.AGENCY_LEAD, doors=BY_LINK)
def waiting() -> ResponseReturnValue:
    """Everything that waits for this lead."""
    return _list()


def _list(status: int = 200, problem: str = "", number: int = 0) -> ResponseReturnValue:
    body = own_body()
    found = agency_written.waiting_for(session(), actor(), family(session(), body))
    shown = render_template(
        "agency/sign_off.html",
        body=body,
        rows=[_shown(one) for one in found],
        problem_text=problem,
        problem_at=number,
        typed=request.form.get("said", ""),
    )
    return shown, status


def _shown(one: Written) -> dict[str, Any]:
    """One answer as the page shows it: its answers in words, files to open, and what changed since."""
    process = workflows.get(one.record.process)
    today = systime.london_date(systime.utc_now())
    given = sign_offs.answers(one.row)
    found = resolve(session(), actor(), process, one.action, one.record, today)
    lines, attached = [], []
    for field in one.action.fields:
        value = given.get(field.name)
        if value is None:
            continue
        if isinstance(value, files.FileGiven):
            attached.append({"name": field.name, "label": field.label, "size": len(value.content)})
        else:
            lines.append(
                {"label": field.label, "value": words.answer_words(field, value, tuple(found.get(field.name, ())))}
            )
    to = process.stage(one.action.to).label if one.action.to and one.action.to != one.record.stage else ""
    return {
        "one": one,
        "lines": lines,
        "files": attached,
        "stage": process.stage(one.record.stage).label,
        "to": to,
        "changed": [
            {"label": process.action(event.action).label, "by": event.actor_name, "at": event.recorded_at}
            for event in one.changed
        ],
    }


@pages.post("/agency/written/<int:number>/sign-off")
@who(Role.AGENCY_LEAD, doors=BY_LINK)
def sign(number: int) -> ResponseReturnValue:
    """Sign one off: the step is taken, by the lead, with the writer's name beside it."""
    seen = request.form.get("revision", "")
    try:
        done = sign_offs.sign_off(
            session(), actor(), systime.utc_now(), number, seen_revision=int(seen) if seen.isdecimal() else None
        )
        commit()
    except (Conflict, Invalid, Forbidden) as error:
        undo()
        return _list(error.status, " ".join(reason.reason for reason in error.reasons), number)
    except StaleDataError:
        undo()
        return _list(409, CHANGED, number)
    flash(f"Signed off: {done.ref}. It is recorded.", "done")
    for warning in done.warnings:
        flash(warning, "warning")
    return redirect(url_for("agency_sign_off.waiting", body=own_body().key), 303)


@pages.post("/agency/written/<int:number>/send-back")
@who(Role.AGENCY_LEAD, doors=BY_LINK)
def send_back(number: int) -> ResponseReturnValue:
    """Send one back to its writer, with words."""
    try:
        sign_offs.send_back(session(), actor(), systime.utc_now(), number, request.form.get("said", ""))
        commit()
    except (Conflict, Invalid, Forbidden) as error:
        undo()
        return _list(error.status, " ".join(reason.reason for reason in error.reasons), number)
    flash("Sent back. Your colleague finds what they wrote, with your words beside it.", "done")
    return redirect(url_for("agency_sign_off.waiting", body=own_body().key), 303)


@pages.get("/agency/written/<int:number>")
@who(*OF_AGENCIES, doors=BY_LINK)
def written(number: int) -> ResponseReturnValue:
    """One answer and what became of it, for its writer and for the lead."""
    row, _ = sign_offs.one_for(session(), actor(), number)
    one = agency_written.one(session(), actor(), row)
    return render_template("agency/written.html", shown=_shown(one), body=own_body(), again=_again(one))


def _again(one: Written) -> str:
    """Where the writer finds the form filled in, once the lead has sent it back."""
    if one.row.state != sign_offs.SENT_BACK or one.row.written_by != actor().id:
        return ""
    if one.record.process_key in sittings.UPDATED:
        return url_for("agency_updates.updates", only=one.record.ref, written=one.row.id)
    return url_for("doing.act", ref=one.record.ref, key=one.row.action, written=one.row.id)


@pages.post("/agency/written/<int:number>/take-back")
@who(*OF_AGENCIES, doors=BY_LINK)
def take_back(number: int) -> ResponseReturnValue:
    """The writer takes it back before the lead has looked."""
    try:
        sign_offs.withdraw(session(), actor(), systime.utc_now(), number)
        commit()
        flash("Taken back. Nothing of it is recorded, and what you wrote is thrown away.", "done")
    except (Conflict, Forbidden) as error:
        undo()
        flash(error.reasons[0].reason, "error")
    return redirect(url_for("agency.home"), 303)


@pages.get("/agency/written/<int:number>/files/<name>")
@who(*OF_AGENCIES, doors=BY_LINK)
def file(number: int, name: str) -> ResponseReturnValue:
    """A file that waits with what was written, for the writer and the lead. Who took it is logged."""
    row, record = sign_offs.one_for(session(), actor(), number)
    given = sign_offs.answers(row).get(name)
    if not isinstance(given, files.FileGiven):
        raise NotFound("There is no such file, or it is on the record by now.")
    note_read(database(), systime.utc_now(), actor(), "file", record.id, f"file written {row.id}")
    response = Response(given.content, content_type="application/octet-stream")
    ending = given.name.rpartition(".")[2].lower() if "." in given.name else "bin"
    ending = ending if ending.isalnum() and len(ending) <= 5 else "bin"
    response.headers["Content-Disposition"] = f'attachment; filename="{record.ref}-evidence.{ending}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response

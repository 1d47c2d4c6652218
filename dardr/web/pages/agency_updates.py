"""Every open action of an agency on one page: only what is filled in is sent, and each row counts by itself."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

import workflows
from dardr import systime
from dardr.access import OF_AGENCIES, visible
from dardr.casework import drafts, sign_offs, sittings
from dardr.casework.act import Done
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.lookups.agency import Line, family, page_of_agency
from dardr.lookups.agency_receipts import receipt_of
from dardr.storage.bodies import Body
from dardr.storage.doors import ForSignOff
from dardr.storage.drafts import Draft
from dardr.storage.reviews import Record, RecordBody
from dardr.web import forms
from dardr.web.agencies import SITTING, begun, own_body, path_of_sitting
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.transaction import commit, session, undo
from workflows.definition import Choice, Field, FieldType
from workflows.processes.action_1.asking import GRADES

pages = Blueprint("agency_updates", __name__)

ALL, ROUND = "all", "update-request"
CHANGED = "Somebody changed this while you had the page open. What you typed is still here: look, and send it again."


@dataclass
class Row:
    """One action of the sitting: what is asked of it, what was typed, and what was wrong with that."""

    line: Line
    fields: dict[str, Field]
    form: MultiDict[str, str]
    reasons: list[Reason] = field(default_factory=list)
    changed: bool = False

    @property
    def key(self) -> str:
        """What the names of its questions end with."""
        return str(self.line.record.id)

    @property
    def anchor(self) -> str:
        """Where on the page it begins."""
        return f"row-{self.key}"

    def question(self, name: str) -> Any:
        """One of its questions as a component."""
        asked = self.fields[name]
        problems = forms.problems_by_field(self.reasons)
        return forms.questions([asked], {}, self.form, {asked.name: problems.get(name, "")})[0]


@pages.get("/agency/updates")
@who(*OF_AGENCIES, doors=BY_LINK)
def updates() -> ResponseReturnValue:
    """The sitting: every open action of the body, or with ``only`` one of them, as it was saved for later."""
    body = own_body()
    only = request.args.get("only", "")
    back = _sent_back()
    if back is not None:
        rows = _rows(body, MultiDict(), only)
        for row in rows:
            if row.line.record.id == back.record_id:
                held = sign_offs.typed(back).items()
                row.form = MultiDict([(_with(name, row.key), v) for name, values in held for v in values])
        return _show(body, rows, back=back)
    draft = begun(actor(), body)
    form: MultiDict[str, str] = MultiDict()
    if draft is not None:
        with contextlib.suppress(NotFound):  # sealed with another master key: of no use any more
            form = MultiDict([(n, v) for n, values in drafts.values_of(draft).items() for v in values])
    return _show(body, _rows(body, form, only), saved=draft)


def _sent_back() -> ForSignOff | None:
    """What the lead sent back and is to be changed on this page."""
    asked = request.args.get("written", "")
    return sign_offs.sent_back_to(session(), actor(), int(asked)) if asked.isdecimal() else None


@pages.post("/agency/updates")
@who(*OF_AGENCIES, doors=BY_LINK)
def send_updates() -> ResponseReturnValue:
    """Keep the sitting for later, or take each row that was filled in: those that are refused are named."""
    body = own_body()
    only = request.form.get("only", "")
    rows = _rows(body, request.form, only)
    if request.form.get("save"):
        return _save(body, rows)
    filled = [row for row in rows if row.form.get(f"how-{row.key}")]
    for row in rows:
        if row not in filled and _typed(row, request.form, request.files):
            row.reasons.append(Reason("Choose how it is going, so that what you wrote can be recorded.", "how"))
    asked = _request(body) if request.form.get(ALL) else None
    if not filled and asked is None and not any(row.reasons for row in rows):
        return _show(body, rows, nothing=True, status=422)
    recorded: list[int] = []
    waiting: list[int] = []
    for row in filled:
        done = _take(row)
        if isinstance(done, Done):
            recorded.append(done.event_id)
        elif done is not None:
            waiting.append(done.number)
    refused = [row for row in rows if row.reasons]
    if asked is not None and not refused:
        _close(asked, len(filled), recorded, waiting)
    _forget(body, [row for row in filled if not row.reasons])
    commit()
    if not refused:
        return redirect(url_for("agency_updates.receipt", e=recorded or None, s=waiting or None, body=body.key), 303)
    again = _rows(body, request.form, only)
    before = {row.key: row for row in refused}
    for row in again:
        if (was := before.get(row.key)) is not None:
            row.reasons, row.changed = was.reasons, was.changed
        else:
            row.form = MultiDict()
    return _show(body, again, recorded=len(recorded), waiting=len(waiting), status=422)


def _take(row: Row) -> Done | sign_offs.Kept | None:
    """One row, in a transaction of its own; None where it was refused, with the reasons kept on it."""
    record, how = row.line.record, row.form[f"how-{row.key}"]
    step = sittings.step_for(workflows.get(record.process), record.stage, how)
    if step is None:
        row.reasons.append(Reason("This is not possible as things stand. Choose another answer.", "how"))
        return None
    said = {
        name.rpartition("-")[0]: value
        for name, value in forms.given(row.fields.values(), request.form, request.files).items()
    }
    if lacks := sittings.missing(how, said):
        row.reasons.append(Reason(sittings.NEEDED[how, lacks], lacks))
        return None
    revision = row.form.get(f"revision-{row.key}", "")
    now = systime.utc_now()
    try:
        done = sign_offs.take_or_keep(
            session(), actor(), now, record.ref, step.key, sittings.answers_for(step, how, said),
            systime.london_date(now), int(revision) if revision.isdecimal() else None, form=_typed_in(row),
        )  # fmt: skip
        commit()
    except (Conflict, Invalid, Forbidden, NotFound) as error:
        undo()
        row.reasons += [Reason(r.reason, sittings.question_of(how, r.field)) for r in error.reasons]
        row.changed = isinstance(error, Conflict)
        return None
    except StaleDataError:
        undo()
        row.reasons.append(Reason(CHANGED, "how"))
        row.changed = True
        return None
    return done


# --- a round of updates ------------------------------------------------------------------------------------


def _request(body: Body) -> Record | None:
    """What the body was asked for the next meeting of the Steering Group, while it is open."""
    owed = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(family(session(), body)))
    query = sa.select(Record).where(Record.process_key == ROUND, Record.final.is_(False), Record.id.in_(owed))
    return session().scalar(query.where(visible(actor())).order_by(Record.id.desc()).limit(1))


def _close(asked: Record, updated: int, recorded: list[int], waiting: list[int]) -> None:
    """Say that these were all the updates of the body, or that nothing changed."""
    key, values = ("return_updates", {"came_by": "page", "lines": str(updated)}) if updated else ("record_nothing", {})
    now = systime.utc_now()
    try:
        done = sign_offs.take_or_keep(session(), actor(), now, asked.ref, key, values, systime.london_date(now))
        commit()
    except (Conflict, Invalid, Forbidden) as error:
        undo()
        flash(f"{asked.ref}: {error.reasons[0].reason}", "warning")
        return
    if isinstance(done, Done):
        recorded.append(done.event_id)
    else:
        waiting.append(done.number)


# --- rows -------------------------------------------------------------------------------------------------


def _rows(body: Body, form: Mapping[str, Any], only: str) -> list[Row]:
    """The open actions of a body of which this person may say something now."""
    today = systime.london_date(systime.utc_now())
    found = [_row(line, MultiDict(form)) for line in _lines(body, today)]
    return [row for row in found if row is not None and (not only or row.line.ref == only)]


def _lines(body: Body, today: date) -> Iterable[Line]:
    return page_of_agency(session(), actor(), body, today).open


def _row(line: Line, form: MultiDict[str, str]) -> Row | None:
    record = line.record
    if record.process_key not in sittings.UPDATED:
        return None
    process = workflows.get(record.process)
    offered = [(how, label) for how, label in sittings.offered(process, record.stage) if _may(line, record, how)]
    return Row(line, _fields(str(record.id), offered), form) if offered else None


def _may(line: Line, record: Record, how: str) -> bool:
    step = sittings.step_for(workflows.get(record.process), record.stage, how)
    return step is not None and bool(step.roles & line.roles & OF_AGENCIES)


def _fields(key: str, offered: Sequence[tuple[str, str]]) -> dict[str, Field]:
    """The few questions about one action, each named with its number."""
    asked = (
        Field("how", "How is it going?", FieldType.CHOICE, choices=tuple(Choice(*one) for one in offered)),
        Field(
            sittings.WORDS,
            "In a few words",
            long=True,
            required=False,
            help="What has happened, why another date is needed, what is in the way, or what difference it made. No"
            " names.",
        ),
        Field(sittings.DATE, "Which date do you suggest?", FieldType.DATE, required=False, future=True),
        Field(sittings.HELP, "Who could help, and how?", required=False),
        Field(sittings.FILE, "A file that shows it", FieldType.FILE, required=False),
        Field(sittings.REFERENCE, "Or where it is kept", required=False),
        Field(
            sittings.GRADE,
            "How is it shown?",
            FieldType.CHOICE,
            required=False,
            choices=tuple(Choice(*one) for one in GRADES),
            default=sittings.DOCUMENT,
        ),
        Field(sittings.WHY_SAID, "If there is only somebody's word: why?", required=False),
    )
    return {one.name: _named(one, key) for one in asked}


def _named(asked: Field, key: str) -> Field:
    return dataclasses.replace(asked, name=f"{asked.name}-{key}")


def _typed_in(row: Row) -> dict[str, list[str]]:
    """What was typed for a row, by the names of its questions without its number."""
    found = {name: request.form.getlist(name) for name in _names(row)}
    return {_without(name, row.key): given for name, given in found.items() if any(given)}


def _with(name: str, key: str) -> str:
    asked, mark, part = name.partition("-")
    return f"{asked}-{key}{mark}{part}"


def _without(name: str, key: str) -> str:
    """The name of a question, or of a part of a date, without the number of its row."""
    asked, _, part = name.partition(f"-{key}")
    return asked + part


def _typed(row: Row, form: MultiDict[str, str], files: Mapping[str, Any]) -> bool:
    """Whether anything but how it goes was filled in for a row, beside what a question holds by itself."""
    given = forms.given(row.fields.values(), form, files)
    return any(name != f"{sittings.GRADE}-{row.key}" for name in given)


# --- kept for later ---------------------------------------------------------------------------------------


def _save(body: Body, rows: Sequence[Row]) -> ResponseReturnValue:
    now, me = systime.utc_now(), actor()
    names = {name for row in rows for name in _names(row)}
    values = {name: given for name, given in request.form.lists() if name in names and any(given)}
    draft = begun(me, body)
    if draft is not None:
        kept = drafts.values_of(draft)
        values = {name: given for name, given in kept.items() if name not in names} | values
        drafts.save(draft, now, values)
    elif values:
        drafts.begin(session(), now, SITTING, values, user_id=me.id, path=path_of_sitting(body))
    said = "Saved. What you wrote is kept for 60 days, and only you see it until you send it."
    if any(one.filename for one in request.files.values()):
        said += " Files cannot be kept: choose them again before you send it."
    flash(said, "done")
    return redirect(url_for("agency.home", body=body.key), 303)


def _names(row: Row) -> Iterable[str]:
    for asked in row.fields.values():
        yield asked.name
        if asked.type is FieldType.DATE:
            yield from (f"{asked.name}-{part}" for part in ("day", "month", "year"))


def _forget(body: Body, rows: Sequence[Row]) -> None:
    """What was sent is not kept as a draft any more; what was not stays."""
    draft = begun(actor(), body)
    if draft is None:
        return
    gone = {name for row in rows for name in _names(row)}
    left = {name: given for name, given in drafts.values_of(draft).items() if name not in gone}
    if left:
        drafts.save(draft, systime.utc_now(), left)
    else:
        drafts.sent(draft, systime.utc_now(), None)


# --- pages ------------------------------------------------------------------------------------------------


def _show(
    body: Body,
    rows: Sequence[Row],
    *,
    saved: Draft | None = None,
    back: ForSignOff | None = None,
    recorded: int = 0,
    waiting: int = 0,
    nothing: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    for row in rows:
        if f"{sittings.GRADE}-{row.key}" not in row.form:
            row.form = MultiDict(row.form)
            row.form[f"{sittings.GRADE}-{row.key}"] = sittings.DOCUMENT
    summary = [
        {
            "text": f"{row.line.ref}: {reason.reason}",
            "href": forms.anchor([], None) if not reason.field else _href(row, reason),
        }
        for row in rows
        for reason in row.reasons
    ]
    if nothing:
        summary = [
            {"text": "Nothing is filled in yet. Say of at least one action how it is going.", "href": "#row-first"}
        ]
    shown = render_template(
        "agency/updates.html",
        body=body,
        rows=rows,
        only=request.values.get("only", ""),
        saved=saved,
        back=back,
        recorded=recorded,
        waiting=waiting,
        summary=summary,
        again=status != 200,
        asked=None if request.values.get("only") else _request(body),
    )
    return shown, status


def _href(row: Row, reason: Reason) -> str:
    asked = row.fields.get(reason.field or "")
    if asked is None:
        return f"#{row.anchor}"
    return f"#{asked.name}-day" if asked.type is FieldType.DATE else f"#{asked.name}"


@pages.get("/agency/receipt")
@who(*OF_AGENCIES, doors=BY_LINK)
def receipt() -> ResponseReturnValue:
    """What was recorded just now, and what waits for the lead: to keep or to print. Only what this person sent."""
    body = own_body()
    numbers = [int(one) for one in request.args.getlist("e") if one.isdecimal()][:200]
    waiting = [int(one) for one in request.args.getlist("s") if one.isdecimal()][:200]
    return render_template("agency/receipt.html", body=body, lines=receipt_of(session(), actor(), numbers, waiting))

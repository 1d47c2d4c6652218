"""A named body's reply to the Commissioner on one page: an answer to each recommendation, and what comes after."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

import workflows
from dardr import systime
from dardr.access import OF_AGENCIES, get_record, roles_on
from dardr.casework import sign_offs
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.lookups import agency_written
from dardr.lookups.agency import lines_of
from dardr.lookups.choices import resolve
from dardr.lookups.commissioner_choices import ANSWERED
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.agencies import own_body
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.transaction import commit, session, undo
from dardr.web.words import answer_words
from workflows.definition import Action, Choice

pages = Blueprint("agency_reply", __name__)

REPLY, ANSWER, WHICH = "commissioner-reply", "answer_recommendation", "recommendation"
NEXT = ("agree_reply", "record_publication_of_reply", "record_copies_sent")
"""The steps after the answers, in their order."""


@dataclass
class Row:
    """One recommendation: what it says, the last answer to it, and what is typed now."""

    number: str
    label: str
    last: dict[str, str] | None
    waits: bool
    asked: Sequence[object] = ()
    form: MultiDict[str, str] = field(default_factory=lambda: MultiDict[str, str]())
    reasons: Sequence[Reason] = ()


@pages.route("/agency/replies/<ref>", methods=["GET", "POST"])
@who(*OF_AGENCIES, doors=BY_LINK)
def reply(ref: str) -> ResponseReturnValue:
    """Answer each recommendation that names the body; each answer counts by itself, and the rest stays as typed."""
    record = get_record(session(), actor(), ref)
    if record.process_key != REPLY:
        raise NotFound(f"{ref} is not a reply to the Commissioner.")
    action = workflows.get(record.process).action(ANSWER)
    rows = _rows(record, action)
    if request.method == "GET" or not _may_answer(record, action):
        return _show(record, rows)
    recorded = waiting = 0
    for row in rows:
        values = _given(action, row)
        if not values:
            continue
        done = _take(ref, row, values, _revision() if recorded == 0 else None)
        recorded += isinstance(done, sign_offs.Done)
        waiting += isinstance(done, sign_offs.Kept)
    refused = any(row.reasons for row in rows)
    if recorded:
        flash(f"{recorded} {'answer is' if recorded == 1 else 'answers are'} recorded.", "done")
    if waiting:
        flash(f"{waiting} {'answer waits' if waiting == 1 else 'answers wait'} for your lead to sign off.", "done")
    if not refused and (recorded or waiting):
        return redirect(url_for("agency_reply.reply", ref=ref), 303)
    record = get_record(session(), actor(), ref)
    again = _rows(record, action)
    refusals = {row.number: row.reasons for row in rows if row.reasons}
    for row in again:
        if row.number in refusals:
            row.form, row.reasons = request.form, refusals[row.number]
            row.asked = _asked(action, row)
    return _show(record, again, nothing=not refused, status=422)


def _revision() -> int | None:
    text = request.form.get(forms.REVISION, "")
    return int(text) if text.isdecimal() else None


def _take(ref: str, row: Row, values: dict[str, str], revision: int | None) -> sign_offs.Done | sign_offs.Kept | None:
    now = systime.utc_now()
    try:
        done = sign_offs.take_or_keep(
            session(), actor(), now, ref, ANSWER, {**values, WHICH: row.number}, systime.london_date(now), revision,
            form={WHICH: [row.number], **{name: [value] for name, value in values.items()}},
        )  # fmt: skip
        commit()
    except (Conflict, Invalid) as error:
        undo()
        row.reasons = error.reasons
        return None
    except StaleDataError:
        undo()
        row.reasons = (Reason("Somebody changed this reply while you had the page open. Look, and send it again."),)
        return None
    return done


def _may_answer(record: Record, action: Action) -> bool:
    return record.stage in action.source and bool(action.roles & roles_on(session(), actor(), record))


def _rows(record: Record, action: Action) -> list[Row]:
    """The recommendations that name the body, each with its last answer."""
    today = systime.london_date(systime.utc_now())
    found = resolve(session(), actor(), workflows.get(record.process), action, record, today)
    said: dict[str, dict[str, str]] = {}
    response = next(one for one in action.fields if one.name == "response")
    for entry in record.facts.get("answers") or ():
        said[str(entry.get(WHICH)).strip()] = {
            "response": answer_words(response, entry.get("response")),
            "text": str(entry.get("response_text") or ""),
            "on": str(entry.get("on") or ""),
        }
    mine = agency_written.own(session(), actor()).get(record.id, ())
    wait = {str((sign_offs.answers(one.row) or {}).get(WHICH)) for one in mine if one.action.key == ANSWER}
    choices: Sequence[Choice] = found.get(WHICH, ())
    named = [str(number).strip() for number in record.facts.get("recommendations") or ()]
    order = {number: place for place, number in enumerate(named)}  # a page that reorders as one answers is hard to read
    rows = [
        Row(c.value, c.label.partition(ANSWERED)[0].strip(), said.get(c.value.strip()), c.value in wait)
        for c in sorted(choices, key=lambda one: order.get(one.value.strip(), len(order)))
    ]
    for row in rows:
        row.asked = _asked(action, row)
    return rows


def _asked(action: Action, row: Row) -> Sequence[object]:
    """The questions about one recommendation as components, each named with its place."""
    fields = [dataclasses.replace(f, name=_name(f.name, row)) for f in action.fields if f.name != WHICH]
    problems = {_name(r.field, row): r.reason for r in row.reasons if r.field}
    return forms.questions(fields, {}, row.form, problems)


def _name(name: str, row: Row) -> str:
    return f"{name}-{row.number}"


def _given(action: Action, row: Row) -> dict[str, str]:
    found = {f.name: request.form.get(_name(f.name, row), "").strip() for f in action.fields if f.name != WHICH}
    return {name: value for name, value in found.items() if value}


def _show(record: Record, rows: Sequence[Row], *, nothing: bool = False, status: int = 200) -> ResponseReturnValue:
    process = workflows.get(record.process)
    roles = roles_on(session(), actor(), record)
    line = lines_of(session(), actor(), [record], systime.london_date(systime.utc_now()))[0]
    steps = [process.action(key) for key in NEXT]
    summary = [
        {"text": f"Recommendation {row.number}: {reason.reason}", "href": f"#{_name(reason.field or 'response', row)}"}
        for row in rows
        for reason in row.reasons
    ]
    if nothing:
        summary = [{"text": "No answer is filled in yet. Answer at least one recommendation.", "href": "#answers"}]
    shown = render_template(
        "agency/reply.html",
        record=record,
        body=own_body(),
        line=line,
        facts=record.facts,
        stage=process.stage(record.stage),
        rows=rows,
        missing=[row.number for row in rows if row.last is None],
        may_answer=_may_answer(record, process.action(ANSWER)),
        steps=[one for one in steps if record.stage in one.source and one.roles & roles],
        summary=summary,
        names=forms,
    )
    return shown, status

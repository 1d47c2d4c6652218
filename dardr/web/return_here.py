"""What every page of a return needs: the return as its reader sees it, its form with what is known, the words."""

from __future__ import annotations

from typing import Any

from flask import url_for

import workflows
from dardr import systime
from dardr.access import roles_on
from dardr.actors import Actor
from dardr.casework import returning
from dardr.casework.own_questions import whole
from dardr.errors import Conflict, Forbidden
from dardr.lookups.choices import resolve_fields
from dardr.lookups.returns import ANSWERING, return_of, what_is_known
from dardr.lookups.review import actions_of
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web import return_form as asked
from dardr.web.audience import actor, may_use
from dardr.web.pages.naming import Line, Names, names
from dardr.web.return_form import Held
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of
from workflows.definition import Field
from workflows.processes.agency_return_1.stages import OPENING
from workflows.processes.agency_return_1.writing import PARTS, WHAT_IS_KNOWN

FORM = "Written here, on the form"
NOT_NOW = "This return is not being written just now. Its page says where it stands."


def held_of(record: Record) -> Held:
    """The form of this person's side, with what is known."""
    form = returning.form_of(session(), actor(), record)
    known = what_is_known(session(), record)
    action = workflows.get(record.process).action("receive_return")
    own = own_questions(record)
    choices = resolve_fields(session(), actor(), workflows.get(record.process), [*action.fields, *own], record,
                             systime.london_date(systime.utc_now()))  # fmt: skip
    form.rows = asked.rows_needed(form)
    held = Held(form, asked.parts_of(form, known, own), asked.known_answers(form, known), choices)
    return held


def own_questions(record: Record) -> list[Field]:
    action = workflows.get(record.process).action("receive_return")
    return list(whole(session(), record.partnership_id, action, record.facts).fields[len(action.fields) :])


def writable(ref: str) -> Record:
    """The return of that reference, for somebody who fills it in now. Raises Conflict, Forbidden."""
    record = return_of(session(), actor(), ref)
    process = workflows.get(record.process)
    if not process.action("receive_return").roles & roles_on(session(), actor(), record):
        raise Forbidden("A return is filled in by the organisation that was asked, or copied from paper by the team.")
    if not returning.may_write(session(), actor(), record):
        raise Conflict(NOT_NOW)
    return record


def frame_of(record: Record) -> dict[str, Any]:
    """What every page of a return shows around its own."""
    kind = answer_words(field_of((OPENING,), "kind"), record.facts.get("kind"))
    process = workflows.get(record.process)
    return {
        "record": record,
        "process": process,
        "stage": process.stage(record.stage),
        "kind": kind,
        "above": above(record),
        "names": forms,
    }


def above(record: Record) -> list[tuple[str, str]]:
    """Where the trail begins: the agency's own page, or the review's page of returns."""
    if roles_on(session(), actor(), record) & ANSWERING:
        return [("What we owe", url_for("agency.home"))] if may_use("agency.home") else []
    terms = what_is_known(session(), record).terms
    if terms and may_use("returns_of_review.agencies"):
        return [(f"Agencies of {terms[0].review}", url_for("returns_of_review.agencies", ref=terms[0].review))]
    return []


def bodies_of(record: Record) -> dict[str, str]:
    """Whose return it is, who answers, which of the two signs."""
    known = names(session(), record.partnership_id)
    answers = str(record.facts.get("answered_by") or "")
    signs = record.facts.get("who_signs") or "answering"
    body = known.body(str(record.facts.get("body") or ""))
    other = known.body(answers) if answers else ""
    return {"body": body, "answers": other, "signs": (other if signs == "answering" else body) if answers else ""}


def history_of(record: Record) -> list[dict[str, Any]]:
    """Questions and answers, and the checks of the quality, in the order in which they came."""
    process = workflows.get(record.process)
    kinds = {"queries": "Asked", "query_answers": "Sent again", "quality_checks": "Quality checked",
             "chasing": "Asked how it stands"}  # fmt: skip
    quality = field_of(process.actions, "quality")
    found = []
    for kept, words in kinds.items():
        for entry in record.facts.get(kept) or []:
            said = [str(entry[n]) for n in ("query", "query_answer", "quality_notes", "asked") if entry.get(n)]
            if entry.get("quality"):
                said.insert(0, answer_words(quality, entry["quality"]))
            known = names(session(), record.partnership_id)
            own = known.own(entry)
            said += [f"{one.label}: {known.answer(one, entry[name])}" for name, one in own.items()]
            found.append({"seq": entry.get("seq") or 0, "on": entry.get("on"), "what": words, "said": said})
    return sorted(found, key=lambda one: one["seq"])


def sent_rows(record: Record, known: Names) -> list[Line]:
    """What a body sent, in words: what it knows, the parts of its review, a summary in their place."""
    facts = record.facts
    process = workflows.get(record.process)
    summary = [f for f in process.action("receive_summary").fields if f.name.startswith("summary_")]
    searched = process.action("record_not_known").fields
    asked_for = [*WHAT_IS_KNOWN, *PARTS, *summary, *searched, *own_questions(record)]
    return [
        Line(one.label, known.answer(one, facts[one.name]))
        for one in asked_for
        if one.name != "return_file" and facts.get(one.name) not in (None, "", [])
    ]


def steps_of(session_: Any, by: Actor, record: Record, today: Any) -> list[dict[str, Any]]:
    """What this person may do with a return, each with every reason why not yet."""
    return actions_of(session_, by, record.ref, today, with_items=False, with_fields=False)


def headings_said(record: Record) -> str:
    """What was found in the file that was added last, in a sentence; empty where none was added."""
    return str(record.facts.get("headings_advice") or "")

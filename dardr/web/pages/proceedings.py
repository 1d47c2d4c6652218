"""What runs beside a review: proceedings with their hearings, holds, information held back, the disclosure register.

Nothing is changed here: the page leads to the forms of each step. Police who see the holds and the parallel processes
of a review find them here, and nothing else of it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework.documents.hold_letter import build_hold_letter, recipients
from dardr.errors import Forbidden, NotFound
from dardr.lookups.proceedings import DISCLOSURE, HELD_BACK, PROCEEDING, Beside, Held, Kept, Proceeding, beside
from dardr.lookups.review import actions_of
from dardr.storage.reviews import Record
from dardr.web import proceedings_chart, spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.pages.documents import download
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of, label_of_clock, short_day
from workflows.definition import Action, PlacesHold, Process, Role
from workflows.engine import permitted_actions
from workflows.processes.anywhere import HOLD_TOLD
from workflows.processes.proceeding_1.hearings import FIXED
from workflows.processes.who import APART, CHAIRING

pages = Blueprint("proceedings", __name__)

OF_A_PROCEEDING = ("record_follow_up", "add_hearing", "move_hearing", "fix_hearing", "record_hearing_outcome")
OF_A_HOLD = ("change_hold_review_by", "record_told_of_hold", "end_hold")
ON_THE_REVIEW = ("record_parallel_process", "place_hold", "record_held_back", "record_disclosure")
"""The steps that the page leads to, in the order in which it shows them."""
SAID_OF_IT = (
    "parallel_reference", "parallel_contact", "parallel_email", "parallel_agreement", "parallel_effect",
    "ended_how", "ended_outcome", "holds_go_on_because",
)  # fmt: skip
REGISTER = (
    ("material", "Material"),
    ("material_version", "Version"),
    ("material_dated", "Date of the version"),
    ("asked_by", "For whom"),
    ("asked_on", "Asked for"),
    ("stage", "Decision"),
    ("disclosure_decided_by", "Decided by"),
    ("shown_on_authority", "On what authority"),
    ("shown_to", "Shown to"),
    ("shown_on", "Shown on"),
    ("returned_on", "Came back"),
)
"""The columns of the register: name of the answer, and heading."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOLD_FIRST = ("chair", "family")
"""Whom a hold is told to at the least, as local advice has it."""


@pages.get("/reviews/<ref>/proceedings")
@who()
def proceedings(ref: str) -> ResponseReturnValue:
    """The map of everything that runs beside a review, and of what waits for it."""
    record = _review(ref, in_part=True)
    today = systime.london_date(systime.utc_now())
    found = beside(session(), actor(), record, today)
    may = roles_on(session(), actor(), record)
    steps = {
        step["key"]: step
        for step in actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)
        if step["key"] in (*ON_THE_REVIEW, *OF_A_HOLD)
    }
    return render_template(
        "proceedings/proceedings.html",
        record=record,
        process=found.process,
        stage=found.process.stage(record.stage),
        is_review=True,
        found=found,
        proceedings=[_proceeding(one, may) for one in found.proceedings],
        holds=[_hold(hold, found, may) for hold in found.holds if hold.open],
        ended_holds=[_hold(hold, found, may) for hold in found.holds if not hold.open],
        hold_steps=[steps[key] for key in OF_A_HOLD if key in steps],
        held_back=None if found.held_back is None else [_held_back(one, may) for one in found.held_back],
        in_register=None if found.register is None else [_line(one) for one in found.register],
        steps=[steps[key] for key in ON_THE_REVIEW if key in steps],
        boards=[str(entry.get("partner")) for entry in record.facts.get("partners") or ()]
        if found.held_back is not None
        else [],
        chart=proceedings_chart.chart(found.proceedings, found.holds, today),
        marks=proceedings_chart.key(found.proceedings),
    )


@pages.get("/reviews/<ref>/holds/<int:number>/<to>.docx")
@who(*CHAIRING)
def hold_letter(ref: str, number: int, to: str) -> ResponseReturnValue:
    """A letter about one hold to one of those whom it concerns, as a Word file to be read and changed."""
    made = build_hold_letter(session(), actor(), systime.utc_now(), _review(ref).ref, number, to)
    return download(made, f"{to if to.startswith(ref) else ref}-hold-{number}", "docx")


@pages.get("/reviews/<ref>/disclosure")
@who(*APART)
def disclosure(ref: str) -> ResponseReturnValue:
    """The disclosure register of a review, as a page to be read and printed."""
    record, lines = _register(ref)
    return render_template(
        "proceedings/disclosure.html",
        **of_record(record),
        lines=lines,
    )


@pages.get("/reviews/<ref>/disclosure.csv")
@who(*APART)
def disclosure_csv(ref: str) -> ResponseReturnValue:
    """The register as a file of lines."""
    record, lines = _register(ref)
    return spreadsheet.download(_table(lines), f"disclosure-{record.ref}", systime.london_date(systime.utc_now()))


@pages.get("/reviews/<ref>/disclosure.xlsx")
@who(*APART)
def disclosure_workbook(ref: str) -> ResponseReturnValue:
    """The register as a workbook. Every cell is text: nothing in it is ever a formula or a link."""
    record, lines = _register(ref)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet("Disclosure register")
    for number, line in enumerate(_table(lines)):
        for column, value in enumerate(line):
            sheet.write_string(number, column, value)
    sheet.set_column(0, len(REGISTER), 24)
    book.close()
    name = f"disclosure-{record.ref}-{systime.london_date(systime.utc_now()).isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(made.getvalue(), mimetype=WORKBOOK, headers=headers)


def _review(ref: str, *, in_part: bool = False) -> Record:
    record = get_record(session(), actor(), ref, in_part=in_part)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so nothing is recorded as running beside it.")
    return record


def _register(ref: str) -> tuple[Record, list[dict[str, Any]]]:
    record = _review(ref)
    found = beside(session(), actor(), record, systime.london_date(systime.utc_now()))
    if found.register is None:
        raise Forbidden("The disclosure register is for the team, the two chairs and the auditor.")
    return record, [_line(one) for one in found.register]


def _table(lines: Sequence[dict[str, Any]]) -> list[list[str]]:
    headings = ["Reference", *(heading for _, heading in REGISTER)]
    return [headings, *([line["ref"], *line["cells"]] for line in lines)]


# --- words ------------------------------------------------------------------------------------------------


def _answer(process: Process, facts: Any, name: str) -> str:
    asked = field_of((process.opening, *process.actions), name)
    return answer_words(asked, facts[name]) if facts.get(name) not in (None, "", []) else ""


def _label(process: Process, name: str) -> str:
    asked = field_of((process.opening, *process.actions), name)
    return asked.label if asked else name


def _said(process: Process, facts: Any, wanted: Sequence[str]) -> list[dict[str, str]]:
    return [{"label": _label(process, n), "value": said} for n in wanted if (said := _answer(process, facts, n))]


def _may(process: Process, stage: str, may: frozenset[Role], wanted: Sequence[str]) -> list[Action]:
    """Of these steps those that belong to the stage and to the roles held on the review."""
    here = {action.key: action for action in permitted_actions(process, stage, may)}
    return [here[key] for key in wanted if key in here]


def _proceeding(one: Proceeding, may: frozenset[Role]) -> dict[str, Any]:
    process = workflows.get(PROCEEDING)
    to_come = [hearing for hearing in one.hearings if hearing.to_come]
    possible = {
        "move_hearing": bool(to_come),
        "fix_hearing": any(hearing.now.first and hearing.now.standing != FIXED for hearing in to_come),
        "record_hearing_outcome": bool(to_come),
    }
    wanted = [key for key in OF_A_PROCEEDING if possible.get(key, True)]
    planned = one.stage == "under_way" and one.facts.get("parallel_status") == "planned"
    return {
        "one": one,
        "stage": "Planned" if planned else one.stage_label,
        "said": _said(process, one.facts, SAID_OF_IT),
        "holds": one.holds,
        "steps": _may(process, one.stage, may, wanted) if one.may_see else [],
        "follow_up": one.due.get("moved_date_followed_up"),
        "look": one.due.get("look_at_proceeding"),
    }


def _hold(hold: Held, found: Beside, may: frozenset[Role]) -> dict[str, Any]:
    placing = tuple(a for a in found.process.actions if any(isinstance(e, PlacesHold) for e in a.effects))
    words = {
        name: answer_words(field_of(placing, name), value)
        for name, value in (("kind", hold.kind), ("asked_by", hold.asked_by), ("activities", list(hold.activities)))
        if value
    }
    told = [f"{c.label}, {short_day(day)}" for c in HOLD_TOLD.choices if (day := hold.told.get(c.value))]
    wanting = [
        c.label[0].lower() + c.label[1:]
        for c in HOLD_TOLD.choices
        if c.value in TOLD_FIRST and c.value not in hold.told
    ]
    running = {row.label for row in hold.paused}
    return {
        "hold": hold,
        "kind": words.get("kind", hold.kind.replace("_", " ")).capitalize(),
        "asked_by": words.get("asked_by", ""),
        "activities": words.get("activities", ""),
        "told": "; ".join(told),
        "not_told": " and ".join(wanting),
        "letters": recipients(session(), actor(), found.record, hold, systime.utc_now())
        if may & CHAIRING and not hold.undone and hold.activities
        else [],
        "proceeding": next((one for one in found.proceedings if one.ref == hold.proceeding), None),
        "not_running": [label for key in hold.clocks if (label := label_of_clock(key)) not in running],
    }


def _held_back(one: Kept, may: frozenset[Role]) -> dict[str, Any]:
    process = workflows.get(HELD_BACK)
    facts = one.facts
    return {
        "one": one,
        "title": facts.get("title", ""),
        "whose": _answer(process, facts, "whose_information"),
        "held_by": facts.get("held_by", ""),
        "ground": _answer(process, facts, "ground"),
        "ground_more": facts.get("ground_more", ""),
        "decides": _answer(process, facts, "who_decides"),
        "next_step": facts.get("next_step", "") if one.open else "",
        "sentence": facts.get("report_sentence", ""),
        "steps": _may(process, one.stage, may, ("change_held_back", "release_information", "keep_held_back")),
    }


def _line(one: Kept) -> dict[str, Any]:
    process = workflows.get(DISCLOSURE)
    own = {"stage": one.stage_label, "asked_on": short_day(one.opened_on), "shown_on": short_day(one.shown_on)}
    said = {name: own[name] if name in own else _answer(process, one.facts, name) for name, _ in REGISTER}
    return {"ref": one.ref, "open": one.open, "said": said, "cells": list(said.values())}

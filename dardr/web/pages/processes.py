"""The rules as pages: every process with its stages, actions and clocks, and which law is in force here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr.casework.facts import settings_of
from dardr.casework.open_record import find_process
from dardr.casework.regimes import regimes
from dardr.web.audience import actor, who
from dardr.web.transaction import session
from dardr.web.words import day_words, length_of
from workflows import clocks
from workflows.definition import PARTY_LABELS
from workflows.diagram import ROLE_LABELS, markdown, mermaid

pages = Blueprint("processes", __name__)


@pages.get("/process")
@who()
def all_processes() -> ResponseReturnValue:
    """The list of processes, and which regimes are open."""
    return render_template(
        "process/all.html",
        processes=workflows.all_processes(),
        regimes=[{"label": _label(one), "says": _says(one)} for one in regimes(session())],
    )


def _label(regime: dict[str, Any]) -> str:
    return workflows.get(regime["processes"][0]).label


def _says(regime: dict[str, Any]) -> str:
    if not regime["needs_unlock"]:
        return "In force. New records are opened under it."
    unlock = regime["unlock"]
    if unlock is None:
        return (
            "Not known to be in force. No record can be opened under it until an administrator records the instrument"
            " that commences it."
        )
    return (
        f"Recorded as in force from {day_words(unlock['commences_on'])} by {unlock['instrument']}"
        f" (recorded by {unlock['recorded_by']}). Transitional rule: {unlock['transitional_rule']}"
    )


@pages.get("/process/<key>")
@who()
def process(key: str) -> ResponseReturnValue:
    """One process whole: who may do what, from where to where, and every clock with its authority."""
    found = find_process(key)
    partnership = actor().partnership_id
    settings = settings_of(session(), partnership) if partnership else {}
    return render_template(
        "process/process.html",
        process=found,
        stages=[
            {"stage": stage, "actions": [a for a in found.actions if stage.key in a.source]} for stage in found.stages
        ],
        clocks=[(clock, length_of(clock, clocks.span_of(clock.length, settings))) for clock in found.clocks],
        parties=PARTY_LABELS,
        roles=ROLE_LABELS,
        diagram=mermaid(found),
        labels={a.key: a.label for a in (found.opening, *found.actions)},
    )


@pages.get("/process/<key>/page.md")
@who()
def process_file(key: str) -> ResponseReturnValue:
    """The whole process as Markdown, to read and to comment on elsewhere."""
    found = find_process(key)
    response = Response(markdown(found), content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.key}-{found.version}.md"'
    return response

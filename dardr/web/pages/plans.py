"""The register of actions this person may see, and the list of those that wait for somebody to verify them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.facts import settings_of
from dardr.lookups.actions.filters import ACTION, ActionFilter, stages
from dardr.lookups.actions.one import body_names
from dardr.lookups.actions.rows import ActionRow, actions_page, all_actions
from dardr.lookups.actions.verifying import to_verify
from dardr.web import spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import asked_page, pager
from dardr.web.transaction import session
from workflows.definition import Role
from workflows.processes.action_1.asking import SCOPE, THEMES
from workflows.rag import COLOUR_LABELS, Rule

pages = Blueprint("plans", __name__)

A_PAGE = 50
TICKS = (
    ("late", "Date agreed has passed"),
    ("moved", "Date moved three times or more"),
    ("undated", "No date agreed"),
    ("unverified", "Waiting to be verified"),
    ("no_effect", "No effect seen"),
)
"""What may be ticked in the register: the name in the address, and what people read."""
ASKED = ("text", "agency", "review", "stage", "theme", "scope", *(name for name, _ in TICKS), "ended")


@pages.get("/actions")
@who()
def plan() -> ResponseReturnValue:
    """The register of actions: those whose date has passed first. What is asked for stands in the address."""
    asked = _asked()
    found = actions_page(session(), actor(), _today(), asked, number=asked_page(), size=A_PAGE)
    return render_template(
        "plan/actions.html",
        rows=[(row, page_of(row.ref, ACTION)) for row in found.rows],
        total=found.total,
        late=found.late,
        pager=pager(found.number, found.total, A_PAGE),
        filters=asked,
        ended=not asked.open_only,
        stages=stages(),
        bodies=body_names(session(), actor().partnership_id),
        themes=dict(THEMES),
        scopes={choice.value: choice.label for choice in SCOPE.choices},
        ticks=[(name, label, getattr(asked, name)) for name, label in TICKS],
        rule=rule_here().in_words(),
        colours=COLOUR_LABELS,
        file_url=_file_address(),
    )


HEADINGS = (
    "Reference", "Action", "Agency", "Reviews", "Where it stands", "Colour", "Why", "Date agreed", "Late",
    "Date moved", "Date as written", "Last update", "Scope", "Theme",
)  # fmt: skip


@pages.get("/actions.csv")
@who()
def plan_file() -> ResponseReturnValue:
    """The same actions as a file for Excel, all of them."""
    today = _today()
    rows = all_actions(session(), actor(), today, _asked())
    return spreadsheet.download([HEADINGS, *(_cells(row) for row in rows)], "actions", today)


@pages.get("/actions/verify")
@who(Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.STEERING_MEMBER)
def verifying() -> ResponseReturnValue:
    """The actions reported complete that the person signed in may verify, longest waiting first."""
    found = to_verify(session(), actor(), _today(), number=asked_page(), size=A_PAGE)
    return render_template(
        "plan/verifying.html",
        lines=[(one, page_of(one.row.ref, ACTION)) for one in found.mine],
        pager=pager(found.number, found.total, A_PAGE),
        own_body=found.own_body,
        own_claim=found.own_claim,
    )


def rule_here() -> Rule:
    """The rule of the colours with the thresholds of this partnership."""
    home = actor().partnership_id
    return Rule.of(settings_of(session(), home)) if home is not None else Rule()


def _cells(row: ActionRow) -> list[Any]:
    return [
        row.ref, row.text, "; ".join(row.bodies), "; ".join(row.reviews), row.stage_label,
        COLOUR_LABELS[row.rag.colour], row.rag.reason, row.due, row.late, row.moves, row.date_as_given,
        row.last_word_on, row.scope, row.theme,
    ]  # fmt: skip


def _today() -> date:
    return systime.london_date(systime.utc_now())


def _file_address() -> str:
    """The file of what the address asks for: of its names only those that the register knows."""
    kept = {name: value for name in ASKED if (value := request.args.get(name))}
    return url_for("plans.plan_file") + (f"?{urlencode(kept)}" if kept else "")


def _asked() -> ActionFilter:
    """What the address asks for; what it cannot mean is left out."""
    asked: Mapping[str, str] = request.args

    def one_of(name: str, known: Mapping[str, str]) -> str:
        return asked.get(name, "") if asked.get(name) in known else ""

    stage = one_of("stage", stages())
    return ActionFilter(
        agency=asked.get("agency", "")[:64],
        review=asked.get("review", "")[:40],
        stage=stage,
        text=asked.get("text", "")[:100],
        theme=one_of("theme", dict(THEMES)),
        scope=one_of("scope", {choice.value: choice.label for choice in SCOPE.choices}),
        open_only=asked.get("ended") != "yes" and not stage and asked.get("no_effect") != "yes",
        **{name: asked.get(name) == "yes" for name, _ in TICKS},
    )

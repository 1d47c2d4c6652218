"""What was recommended before: while one is drafted, for any words, and all of it by theme, agency, year and place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.lookups.all_recommendations import STANDINGS, Asked, Listed, choices_of, listed, page_rows
from dardr.lookups.recommended import KINDS
from dardr.lookups.recurring import BY, Line, Recurring, recurring
from dardr.lookups.similar import Similar, has_words, similar
from dardr.web import spreadsheet
from dardr.web.audience import actor, who
from dardr.web.pages.listing import page_number, pager
from dardr.web.theme_chart import chart
from dardr.web.transaction import session
from workflows.definition import Role
from workflows.processes.recommendation_1.wording import SCOPES, THEMES
from workflows.processes.who import CASEWORK, DECIDERS

pages = Blueprint("said_before", __name__)

READERS = CASEWORK | DECIDERS | {
    Role.STEERING_MEMBER, Role.CSP_MEMBER, Role.AUDITOR, Role.INDEPENDENT_CHAIR
}  # fmt: skip
"""Who learns from what was recommended: the team, who decides, the Steering Group, the CSPs, chairs, the auditor."""
A_PAGE = 50
ASKED = "said_before"
"""The button of a form that asks whether this has been said before."""
TEXT_OF = {
    "add_recommendation": "recommendation_text",
    "change_recommendation": "recommendation_text",
    "draft_recommendation": "recommendation_text",
}
"""Steps on whose form that button stands, and the question whose words are compared."""


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """The answer to the button: what was found, and whether there was anything to look for."""

    found: list[Similar]
    has_words: bool


def said_before(action: str, but: str) -> SaidBefore | None:
    """What was recommended before like the words of the form that was sent; None where the button was not pressed."""
    if ASKED not in request.form or action not in TEXT_OF:
        return None
    text = request.form.get(TEXT_OF[action], "")
    return SaidBefore(similar(session(), actor(), text, but=but), has_words(text))


@pages.route("/recommendations/similar", methods=["GET", "POST"])
@who(*READERS)
def search() -> ResponseReturnValue:
    """Recommendations like any words. They are sent in the body of the page, so that no address keeps them."""
    text = request.form.get("text", "")
    asked = request.method == "POST"
    return render_template(
        "said_before/similar.html",
        text=text,
        asked=asked,
        found=similar(session(), actor(), text, limit=10) if asked else [],
        has_words=has_words(text),
    )


@pages.get("/recommendations")
@who(*READERS)
def all_recommendations() -> ResponseReturnValue:
    """Every recommendation this person may see, of reviews here and of published ones, with what became of each."""
    asked = _asked()
    found = listed(session(), actor(), asked)
    number = page_number(len(found), A_PAGE)
    shown = found[(number - 1) * A_PAGE : number * A_PAGE]
    return render_template(
        "said_before/all.html",
        rows=page_rows(session(), actor(), shown),
        total=len(found),
        asked=asked,
        options=choices_of(session(), actor()),
        kinds=KINDS,
        scopes=dict(SCOPES),
        themes=dict(THEMES),
        standings=STANDINGS,
        pager=pager(number, len(found), A_PAGE),
        query=_query(asked),
    )


def _asked() -> Asked:
    """What the address asks for; what it cannot mean is left out."""
    given = request.args

    def one(name: str, known: Any) -> str:
        return given.get(name, "") if given.get(name) in known else ""

    year = given.get("year", "")
    return Asked(
        text=given.get("text", "")[:100],
        theme=one("theme", {key for key, _ in THEMES} | {"none"}),
        agency=given.get("agency", "")[:200],
        year=int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None,
        scope=one("scope", {key for key, _ in SCOPES}),
        kind=one("kind", KINDS),
        standing=one("standing", STANDINGS),
        place=given.get("place", "")[:200],
    )


def _query(asked: Asked) -> str:
    said = {name: value for name in Asked.__dataclass_fields__ if (value := getattr(asked, name))}
    return f"?{urlencode(said)}" if said else ""


HEADINGS = (
    "Reference", "Number", "Recommendation", "Made in", "Kind", "Partnership", "Year", "Scope", "Themes",
    "Addressed to", "Where it stands", "Actions", "Verified", "Effect checked", "Effect seen",
)  # fmt: skip


@pages.get("/recommendations.csv")
@who(*READERS)
def all_recommendations_file() -> ResponseReturnValue:
    """The same as a file for Excel, all of them."""
    found = listed(session(), actor(), _asked())
    return spreadsheet.download(itertools.chain([HEADINGS], _cells(found)), "recommendations", _today())


def _cells(found: list[Listed]) -> Iterator[list[Any]]:
    themes, scopes = dict(THEMES), dict(SCOPES)
    for start in range(0, len(found), 500):
        for row in page_rows(session(), actor(), found[start : start + 500]):
            one, told = row.source, row.became
            yield [
                one.ref,
                one.number,
                one.text,
                one.review or one.record_ref,
                one.kind_label,
                one.partnership,
                one.year,
                scopes.get(one.scope, one.scope),
                "; ".join(themes.get(theme, theme) for theme in one.themes),
                "; ".join(one.bodies),
                told.stands,
                len(told.actions),
                told.verified,
                sum(action.effect_checked for action in told.actions),
                sum(action.effect == "seen" for action in told.actions),
            ]


@pages.get("/recommendations/recurring")
@who(*READERS)
def recurring_page() -> ResponseReturnValue:
    """What is recommended again and again, by theme, agency, year or place, and how much of it was done."""
    asked, by, found = _recurring()
    return render_template(
        "said_before/recurring.html",
        found=found,
        by=by,
        ways=BY,
        asked=asked,
        options=choices_of(session(), actor()),
        kinds=KINDS,
        themes=dict(THEMES),
        chart=chart(found.trend, found.years),
        query=_query(asked),
        narrowed=_narrowed,
    )


def _recurring() -> tuple[Asked, str, Recurring]:
    asked = _asked()
    by = request.args.get("by", "")
    by = by if by in BY else next(iter(BY))
    return asked, by, recurring(session(), actor(), asked, by)


def _narrowed(asked: Asked, by: str, line: Line) -> str:
    """The address of the recommendations that a line counts."""
    said = {name: value for name in Asked.__dataclass_fields__ if (value := getattr(asked, name))}
    return url_for("said_before.all_recommendations") + "?" + urlencode({**said, by: line.key})


@pages.get("/recommendations/recurring.csv")
@who(*READERS)
def recurring_file() -> ResponseReturnValue:
    """The counts as a file for Excel."""
    _, by, found = _recurring()
    headings = (BY[by], "Recommendations", "With an action", "Actions", "Verified", "Effect checked", "Effect seen")
    lines = [
        [line.label, line.recommendations, line.with_action, line.actions, line.verified, line.checked, line.seen]
        for line in found.lines
    ]
    years = [[], ["Theme", *found.years], *([label, *counts] for label, counts in found.trend)]
    groups = [[], ["Said several times", "Reference", "Year", "Recommendation", "Shared"]]
    groups += [
        [number, row.source.ref, row.source.year, row.source.text, "; ".join(one.label for one in row.shared)]
        for number, group in enumerate(found.groups, 1)
        for row in group.rows
    ]
    return spreadsheet.download(itertools.chain([headings], lines, years, groups), "recurring", _today())


def _today() -> Any:
    return systime.london_date(systime.utc_now())

"""My work: where the day starts. What I owe, what has passed its date, what comes this fortnight, whom I wait for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import OF_AGENCIES, SEES_A_PART, SEES_NO_REVIEW
from dardr.actors import Actor, load_actor
from dardr.casework.act import take_action
from dardr.casework.failing import CLEARERS
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups.actions.to_look_at import to_look_at
from dardr.lookups.outstanding import often_late
from dardr.lookups.post_in import came_in, failing_addresses
from dardr.lookups.team import MOST_COUNTED, drafts_of, finding_words, last_reminded, team_home
from dardr.lookups.whose import TEAM_ROLES, team_members
from dardr.lookups.work import FORTNIGHT, SEND_REMINDER, Line, Work, work_of
from dardr.web.agencies import asked_of_agency
from dardr.web.audience import RUNS_THE_SERVICE, actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import asked_page, pager
from dardr.web.transaction import commit, session, undo
from workflows.definition import Role
from workflows.processes.dardr_s9_1.decision import DECISIONS
from workflows.processes.who import CASEWORK

pages = Blueprint("work", __name__)

TEAM = "team"
NOTIFICATION = "notification"
"""Purpose of the drafts of notifications."""
WITH_FAMILY = "family_reading"
"""What is with a family has no date that is counted down."""

A_PAGE = 50
MOST_PAGES = 20
"""How much of what others owe is shown: in pages, in their order by date. All that runs is under Deadlines."""

SECTIONS = (
    ("breached", "The date in the Act has passed", "past a date in an Act"),
    ("late", "Past the agreed date", "past the agreed date"),
    ("past_target", "Past the date set here", "past the date set here"),
    ("past_guide", "Past the guide", "past the guide"),
    ("this_week", "Due in the next seven days", "due in the next seven days"),
    ("next_week", "Due in the week after", "due in the week after"),
    ("undated", "Next steps", "next steps without a date"),
)
"""The lists of what is owed: name, heading, and how the count at the top is said."""


@pages.get("/")
@who()
def my_work() -> ResponseReturnValue:
    """What the person signed in owes and waits for; ``?of=team`` for the team, ``?of=<number>`` for one of it."""
    now = systime.utc_now()
    today = systime.london_date(now)
    asked = request.args.get("of", "")
    me = actor()
    team = asked == TEAM and _sees_team(me)
    other = _person(asked) if asked and not team else None
    number = min(asked_page(), MOST_PAGES)
    found = work_of(session(), me, today, person=other, team=team, most=number * A_PAGE)
    of_agency = asked_of_agency([line.ref for line in found.owed()], today) if me.roles & OF_AGENCIES else {}
    shown = {
        key: [{**_shown(line, today), **of_agency.get(line.ref, {})} for line in getattr(found, key)]
        for key in (*(key for key, _, _ in SECTIONS), "later")
    }
    groups = [{"key": key, "heading": heading, "lines": shown[key]} for key, heading, _ in SECTIONS]
    came = came_in(session(), me) if me.roles & CASEWORK and not other else []
    home = team_home(session(), me) if team or _home_of_team(me, asked) else None
    return render_template(
        "work/my_work.html",
        groups=[group for group in groups if group["lines"]],
        counts=_counts(found),
        later=shown["later"],
        **_waiting(found, today, number),
        came=[one for one in came if one.mine or team],
        failing=len(failing_addresses(session())) if me.everywhere & CLEARERS and not other else 0,
        came_for_others=sum(not one.mine for one in came) if not team else 0,
        drafts=drafts_of(session(), me, NOTIFICATION, now) if not asked else [],
        home=home,
        often=often_late(session(), me, today) if Role.TEAM_MANAGER in me.everywhere and not other else [],
        may_see_agencies=bool(me.everywhere & CASEWORK),
        finding_words=finding_words,
        most_counted=MOST_COUNTED,
        findings=sum(number for _, number in home.findings) if home else 0,
        plans=to_look_at(session(), me, mine=not team) if me.everywhere & CASEWORK and not other else None,
        may_see_team=_sees_team(me),
        colleagues=team_members(session(), me) if Role.TEAM_MANAGER in me.everywhere else [],
        of=asked if team or other else "",
        whose="the team" if team else other.name if other else "",
        sees_plans=bool(me.roles) and me.roles <= SEES_NO_REVIEW,
        sees_reviews=bool(me.roles - SEES_NO_REVIEW - SEES_A_PART - {Role.ADMINISTRATOR}),
        may_add=bool(me.everywhere & workflows.newest("task").opening.roles),
    )


def _sees_team(me: Actor) -> bool:
    return bool(me.everywhere & TEAM_ROLES)


def _home_of_team(me: Actor, asked: str) -> bool:
    """Team managers and administrators begin with what the team looks at; so does everybody's own first page there."""
    return not asked and bool(me.everywhere & (RUNS_THE_SERVICE - {Role.AUDITOR}))


def _person(asked: str) -> Actor:
    """The person whose work a team manager looks at. Raises Forbidden, NotFound."""
    me = actor()
    if asked == str(me.id):
        return me
    if Role.TEAM_MANAGER not in me.everywhere:
        raise Forbidden("Only a team manager looks at the work of somebody else. Your own is under My work.")
    if not asked.isdecimal() or int(asked) not in {one for one, _ in team_members(session(), me)}:
        raise NotFound("There is no such person in the team. Choose somebody from the list on My work.")
    return load_actor(session(), int(asked))


def _waiting(found: Work, today: date, number: int) -> dict[str, Any]:
    """What others owe, a page at a time: what is past its date or due in a fortnight apart from what comes later."""
    total = len(found.waiting) + found.beyond
    number = max(1, min(number, -(-total // A_PAGE)))
    lines = found.waiting[(number - 1) * A_PAGE : number * A_PAGE]
    reminded = last_reminded(session(), [int(line.remind.rpartition("-")[2]) for line in lines if line.remind])
    near = sum(_is_near(line, today) for line in found.waiting) + found.beyond_soon
    return {
        "waiting": [_shown(line, today, reminded) for line in lines if _is_near(line, today)],
        "waiting_later": [_shown(line, today, reminded) for line in lines if not _is_near(line, today)],
        "waiting_total": total,
        "later_total": total - near,
        "waiting_page": number,
        "pager": pager(number, min(total, MOST_PAGES * A_PAGE), A_PAGE, anchor="waiting"),
        "pages_end": total > MOST_PAGES * A_PAGE,
    }


def _is_near(line: Line, today: date) -> bool:
    """Past its date, or due in a fortnight."""
    return line.due is not None and line.due < today + FORTNIGHT and not _with_family(line)


def _with_family(line: Line) -> bool:
    return bool(line.stands and line.stands["clock"] == WITH_FAMILY)


def _counts(found: Work) -> list[dict[str, Any]]:
    """What is said at the top: what has passed its date first, then what comes; nothing where there is nothing."""
    said = [
        {"number": len(getattr(found, key)), "words": words, "href": f"#{key}", "passed": number < 4}
        for number, (key, _, words) in enumerate(SECTIONS)
        if getattr(found, key)
    ]
    if waiting := len(found.waiting) + found.beyond:
        said.append({"number": waiting, "words": "waiting for others", "href": "#waiting", "passed": False})
    return said


def _shown(line: Line, today: date, reminded: dict[int, datetime] | None = None) -> dict[str, Any]:
    """A line as the page shows it."""
    at = (reminded or {}).get(int(line.remind.rpartition("-")[2])) if line.remind else None
    return {
        "what": line.what,
        "ref": line.ref,
        "href": page_of(line.ref, line.process),
        "review_ref": line.review_ref,
        "review_href": page_of(line.review_ref, line.review_process),
        "title": line.title,
        "owner": line.owner,
        "due": None if _with_family(line) else line.due,
        "stands": line.stands,
        "since": line.since,
        "waited": (today - line.since).days if line.since else None,
        "do": _button(line),
        "remind": line.remind,
        "reminded": at,
        "reminded_today": at is not None and systime.london_date(at) == today,
    }


def _button(line: Line) -> dict[str, str] | None:
    if line.do is None:
        return None
    label, ref, key = line.do
    if key in DECISIONS:
        return {"label": "Record the decision", "href": url_for("deciding.decision", ref=ref)}
    return {"label": "Do this" if label == line.what else label, "href": url_for("doing.act", ref=ref, key=key)}


@pages.post("/reminders")
@who()
def remind() -> ResponseReturnValue:
    """Remind whoever owes something, now; then back to the page it was asked from."""
    now = systime.utc_now()
    ref, clock, of = (request.form.get(name, "") for name in ("ref", "clock", "of"))
    kept = of if of == TEAM or of.isdecimal() else None
    number = asked_page(request.form)
    back = url_for("work.my_work", of=kept, page=number if number > 1 else None, _anchor="waiting")
    try:
        take_action(session(), actor(), now, ref, SEND_REMINDER, {"clock": clock}, systime.london_date(now))
        commit()
        flash(f"A reminder about {ref} was written, and is on its timeline.", "done")
    except (Conflict, Invalid) as error:
        undo()
        for reason in error.reasons:
            flash(reason.reason, "warning")
    return redirect(back, 303)

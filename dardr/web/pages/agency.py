"""The page of an agency: what it owes by date across reviews, what it waits for, what it has done."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import OF_AGENCIES, visible
from dardr.casework.administer.checks import of_key
from dardr.casework.sittings import UPDATED
from dardr.lookups import agency_written
from dardr.lookups.agency import FOR_THE_LEAD, Line, Page, family, leads, more_time_until, page_of_agency
from dardr.lookups.agency_people import Passed, passed_on
from dardr.lookups.agency_written import Written
from dardr.storage.bodies import Body
from dardr.storage.doors import SENT_BACK, WAITING
from dardr.storage.reviews import Record, RecordBody
from dardr.web.agencies import begun, button_of, own_bodies, own_body
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import session
from dardr.web.words import day_words
from workflows.processes.who import CASEWORK

pages = Blueprint("agency", __name__)


@pages.get("/agency")
@who(*OF_AGENCIES, doors=BY_LINK)
def home() -> ResponseReturnValue:
    """What the agency of the person signed in owes; ``?body=KEY`` where they answer for several."""
    mine = own_bodies()
    body = own_body()
    found = page_of_agency(session(), actor(), body, systime.london_date(systime.utc_now()))
    tabs = [(one.name, url_for("agency.home", body=one.key), one.id == body.id) for one in mine]
    return _show(found, tabs=tabs if len(tabs) > 1 else [])


@pages.get("/agencies/<key>")
@who(*CASEWORK)
def as_agency(key: str) -> ResponseReturnValue:
    """The same page as the team sees it: everything to read, nothing to do."""
    body = of_key(session(), Body, key)
    found = page_of_agency(session(), actor(), body, systime.london_date(systime.utc_now()))
    return _show(found, as_seen=True)


def _show(found: Page, *, tabs: list[Any] | None = None, as_seen: bool = False) -> ResponseReturnValue:
    body, me = found.body, actor()
    bodies = family(session(), body)
    every = [*found.to_do, *found.later, *found.waiting]
    around = Around(
        {} if as_seen else agency_written.own(session(), me),
        passed_on(session(), [line.record.id for line in every], bodies),
        as_seen,
    )
    if not as_seen:
        _with_the_lead(found, around.written)
    to_sign = [] if as_seen else agency_written.waiting_for(session(), me, bodies)
    return render_template(
        "agency/home.html",
        body=body,
        to_do=[shown(line, around) for line in found.to_do],
        later=[shown(line, around) for line in found.later],
        waiting=[shown(line, around) for line in found.waiting],
        done=[shown(line, around) for line in found.done],
        to_sign=len(to_sign),
        count=len(found.to_do) + (1 if to_sign else 0),
        begun=None if as_seen else begun(me, body),
        several=sum(line.record.process_key in UPDATED and bool(line.steps) for line in found.open),
        behind_code=_behind_code(bodies) if not as_seen else 0,
        one_thing=_for_one_thing(),
        leads=leads(session(), me, body),
        tabs=tabs or [],
        as_seen=as_seen,
    )


def _with_the_lead(found: Page, written: Mapping[int, Sequence[Written]]) -> None:
    """What their lead is still to look at, or alone may do, waits for somebody else than the person signed in."""
    for lines in (found.to_do, found.later):
        for line in [*lines]:
            mine = written.get(line.record.id, ())
            if line.for_the_lead or (mine and all(one.row.state == WAITING for one in mine)):
                lines.remove(line)
                found.waiting.append(line)


def _for_one_thing() -> bool:
    """Whether the person signed in came by a link to one record alone."""
    door = actor().door
    return door is not None and door.one_record is not None


def _behind_code(bodies: frozenset[int]) -> int:
    """How much is asked of these bodies that this session shows only with the code of a message of its own."""
    me = actor()
    if me.door is None or me.door.with_code:
        return 0
    with_code = dataclasses.replace(me, door=dataclasses.replace(me.door, with_code=True))
    owed = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(bodies))
    query = sa.select(sa.func.count()).select_from(Record).where(Record.id.in_(owed), Record.final.is_(False))
    return (session().scalar(query.where(visible(with_code))) or 0) - (session().scalar(query.where(visible(me))) or 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the lines of a page: what was written and waits, what is with a colleague."""

    written: Mapping[int, Sequence[Written]]
    passed: Mapping[int, Sequence[Passed]]
    as_seen: bool = False


def shown(line: Line, around: Around) -> dict[str, Any]:
    """A line as pages show it, with its one button and what goes on beside it."""
    record = line.record
    written = around.written.get(record.id, ())
    passed = around.passed.get(record.id, ())
    one_thing = _for_one_thing()
    more = [(text, url_for("agency_sign_off.written", number=one.row.id)) for one in written for text in [_said(one)]]
    if line.steps and not record.final and not one_thing:
        more.append(("Pass it to a colleague", url_for("agency_people.pass_on", ref=record.ref)))
    return {
        "line": line,
        "ref": line.ref,
        "href": page_of(line.ref, record.process_key),
        "due": line.due,
        "stands": line.stands,
        "do": None if around.as_seen else button_of(line),
        "more": more,
        "note": _note(line),
        "passed": passed,
        "may_take_back": not around.as_seen and not one_thing,
    }


def _note(line: Line) -> str:
    if line.for_the_lead:
        return FOR_THE_LEAD
    until = more_time_until(line.record)
    return f"more time asked for, until {day_words(until)}" if until else ""


def _said(one: Written) -> str:
    return "Your lead asks for a change" if one.row.state == SENT_BACK else "Waits for your lead"

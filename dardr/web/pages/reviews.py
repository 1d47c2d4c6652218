"""A review's own pages: where it stands, what comes next, its deadlines, its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import SEES_IDENTITIES, get_record, roles_on, sees_whole
from dardr.casework.fold import done
from dardr.lookups.actions.filters import ACTION, SHARE
from dardr.lookups.actions.one import UPDATES_SHOWN, one_action
from dardr.lookups.deadlines import ended_of, running_of
from dardr.lookups.duplicates import likely_same_as
from dardr.lookups.files import files_by_entry
from dardr.lookups.post_in import Came, came_about
from dardr.lookups.records import visible_items
from dardr.lookups.review import actions_of, holds_of, show
from dardr.lookups.timeline import timeline
from dardr.lookups.waiting import waiting_lines
from dardr.parts import Contents, contents_seen
from dardr.seeing import seen_facts
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages import at_length, captured
from dardr.web.pages.care import undelivered
from dardr.web.pages.naming import change_lines, facts_lines, kept_lists, names
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of, label_of_clock
from workflows.definition import PlacesHold, Process
from workflows.processes.anywhere import PEOPLE_SPOKEN_TO
from workflows.processes.who import CASEWORK
from workflows.rag import COLOUR_LABELS

pages = Blueprint("reviews", __name__)


# --- one review -------------------------------------------------------------------------------------------


@pages.get("/reviews/<ref>")
@who()
def review(ref: str) -> ResponseReturnValue:
    """Where a review stands and what comes next."""
    return record_page(ref, "reviews")


@pages.get("/reviews/<ref>/timeline")
@who()
def review_timeline(ref: str) -> ResponseReturnValue:
    """What was done on a review and its items, by whom, and what was written to whom."""
    return timeline_page(ref)


def record_page(ref: str, blueprint: str) -> ResponseReturnValue:
    """The page of any record: a review, an agency return, an action of a plan, a section 8 report."""
    found = get_record(session(), actor(), ref, in_part=True)
    if (found.process_key in workflows.REVIEW_KEYS) != (blueprint == "reviews"):
        return redirect(page_of(found.ref, found.process_key))
    today = systime.london_date(systime.utc_now())
    if (contents := contents_seen(session(), actor(), found)) is not None:
        return _part_page(found, contents, today)
    process = workflows.get(found.process)
    known = names(session(), found.partnership_id)
    running = running_of(session(), actor(), ref, today)
    shown = show(session(), actor(), ref, today)
    holds = [_hold_words(process, hold) for hold in shown["holds"]]
    return render_template(
        "record/record.html",
        record=found,
        process=process,
        stage=process.stage(found.stage),
        shown=shown,
        holds=holds,
        phases=_phases(process, found),
        waiting=_waiting(found, today) if blueprint == "reviews" else "",
        steps=_steps(
            actions_of(session(), actor(), ref, today, with_items=False, with_fields=False), set(done(found.facts))
        ),
        deadlines=running,
        ended=ended_of(session(), actor(), ref),
        short=at_length.SHORT,
        items=at_length.in_groups(visible_items(session(), actor(), found), running, most=at_length.SHORT),
        notable=facts_lines(process, shown["facts"], known, notable=True),
        others=facts_lines(process, shown["facts"], known, notable=False),
        kept=kept_lists(process, shown["facts"], known, last=at_length.LAST_KEPT),
        capture=captured.may_capture(session(), actor(), found),
        people_spoken_to=PEOPLE_SPOKEN_TO,
        likely=likely_same_as(session(), actor(), found) if found.process_key in workflows.REVIEW_KEYS else [],
        may_compare=bool(roles_on(session(), actor(), found) & CASEWORK),
        undelivered=undelivered(session(), actor(), [found.ref, *(i["ref"] for i in shown["items"])]),
        came_in=_came_in(found, shown["items"]),
        is_review=found.process_key in workflows.REVIEW_KEYS,
        plan=one_action(session(), actor(), found, today) if found.process_key in (ACTION, SHARE) else None,
        rag_colours=COLOUR_LABELS,
        updates_shown=UPDATES_SHOWN,
    )


def _came_in(record: Record, items: Sequence[dict[str, Any]]) -> list[Came]:
    """Answers about a record and what serves it that nobody has dealt with yet."""
    refs = [item["ref"] for item in items]
    ids = session().scalars(sa.select(Record.id).where(Record.ref.in_(refs))).all() if refs else []
    return [one for one in came_about(session(), actor(), [record.id, *ids]) if one.waits]


def _part_page(record: Record, contents: Contents, today: date) -> ResponseReturnValue:
    """A review for somebody who sees a part of it: where it stands, what is in the part, what they can do."""
    process = workflows.get(record.process)
    known = names(session(), record.partnership_id)
    roles = roles_on(session(), actor(), record)
    facts = contents.facts(seen_facts(process, record.facts, roles))
    holds = holds_of(session(), record, today) if contents.holds else []
    return render_template(
        "record/part.html",
        record=record,
        process=process,
        stage=process.stage(record.stage),
        contents=contents,
        steps=actions_of(session(), actor(), record.ref, today, with_items=False, with_fields=False),
        holds=[_hold_words(process, hold) for hold in holds],
        deadlines=running_of(session(), actor(), record.ref, today),
        lines=[line for notable in (True, False) for line in facts_lines(process, facts, known, notable=notable)],
        kept=kept_lists(process, facts, known),
    )


@pages.app_template_global("part_of")
def part_of(record: Record) -> Contents | None:
    """What of a record the person signed in sees who sees a part of it; None where they see it whole."""
    return contents_seen(session(), actor(), record)


def _waiting(record: Record, today: date) -> str:
    return waiting_lines(session(), actor(), [record.id], today, [record]).get(record.id, "")


def _hold_words(process: Process, hold: dict[str, Any]) -> dict[str, Any]:
    """A hold with the words that the questions of a hold use."""
    placing = tuple(a for a in process.actions if any(isinstance(e, PlacesHold) for e in a.effects))
    said = {name: answer_words(field_of(placing, name), hold[name]) for name in ("kind", "asked_by", "activities")}
    said["kind"] = said["kind"][:1].upper() + said["kind"][1:]
    clocks = {c.key: c.label for c in process.clocks}
    waiting = [clocks.get(key) or label_of_clock(key) for key in hold["clocks"]]
    return {**hold, **said, "activities": hold["activities"] and said["activities"], "clocks": waiting}


def _steps(actions: list[dict[str, Any]], already: set[str]) -> dict[str, list[dict[str, Any]]]:
    """What can be done: steps that move the stage or matter most, then the others; not-yet ones last in each.

    ``already`` are the actions done on this record before: they lead no more, unless they move the stage.
    """
    leading = [a for a in actions if a["moves"] or (a["main"] and a["key"] not in already)]
    first = sorted(leading, key=lambda a: (not a["main"], bool(a["blocked"]), not a["moves"]))
    return {
        "main": first,
        "possible": [a for a in actions if a not in leading and not a["blocked"]],
        "blocked": [a for a in actions if a not in leading and a["blocked"]],
    }


def _phases(process: Process, record: Record) -> list[dict[str, str]]:
    if len(process.phases) < 2:
        return []
    keys = [p.key for p in process.phases]
    now = keys.index(record.phase) if record.phase in keys else 0
    ended = process.stage(record.stage).final
    return [
        {
            "label": phase.label,
            "state": "done" if i < now or (i == now and ended) else "now" if i == now else "to come",
        }
        for i, phase in enumerate(process.phases)
    ]


def timeline_page(ref: str) -> ResponseReturnValue:
    """The timeline of any record and of its items."""
    found = get_record(session(), actor(), ref, in_part=True)
    process = workflows.get(found.process)
    known = names(session(), found.partnership_id)
    history = timeline(session(), actor(), ref)
    said = captured.lines(history["events"], known)
    files = files_by_entry(session(), actor(), ref) if sees_whole(session(), actor(), found) else {}
    events = [
        {
            **event,
            "lines": change_lines(_action(event), event, known),
            "said": said.get((event["ref"], event["seq"]), ""),
            "files": files.get((event["ref"], event["seq"]), []),
            "email": event["action"] == captured.FILES_EMAIL,
        }
        for event in history["events"]
    ]
    return render_template(
        "record/timeline.html",
        record=found,
        process=process,
        stage=process.stage(found.stage),
        events=list(reversed(events)),
        messages=list(reversed(history["messages"])),
        came_in=list(reversed(history["came_in"])),
        is_review=found.process_key in workflows.REVIEW_KEYS,
        unfolded=request.args.get("print") == "yes",
        reads_emails=bool(roles_on(session(), actor(), found) & SEES_IDENTITIES),
    )


def _action(event: dict[str, Any]) -> Any:
    try:
        return workflows.get(event["process"]).action(event["action"])
    except KeyError:
        return None

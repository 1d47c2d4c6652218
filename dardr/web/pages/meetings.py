"""Meetings of panels: those of one review, those to come, one with its papers and minutes, its file for a calendar."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework.calendar_entries import meeting_entry, moves_of
from dardr.errors import NotFound
from dardr.lookups.deadlines import dates_of_each
from dardr.lookups.invited import invited
from dardr.lookups.meetings import Meeting, MeetingLine, get_paper, meetings_of, to_come
from dardr.lookups.meetings import meeting as one_meeting
from dardr.seeing import seen_facts
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.calendar_files import calendar_file
from dardr.web.frame import of_record
from dardr.web.pages.files import given_out
from dardr.web.pages.naming import Names, entry_lines, fields_by_name, names
from dardr.web.transaction import session
from notifications.icalendar_files import single
from workflows.processes.meeting_1.rules import MET, NOT_MET

pages = Blueprint("meetings", __name__)

STEPS = (
    "record_held", "change_meeting", "set_agenda", "add_papers", "add_papers_for_some", "send_invitations",
    "correct_attendance", "record_minutes", "add_minute_action", "agree_minutes", "reopen_minutes", "cancel_meeting",
)  # fmt: skip
"""The steps of a meeting, which are shown on its page when they are done."""
ON_THE_PAGE = {
    "before": ("change_meeting", "set_agenda", "add_papers", "add_papers_for_some", "send_invitations"),
    "minutes": ("record_minutes", "add_minute_action", "agree_minutes", "reopen_minutes", "correct_attendance"),
}
QUORUM_TONE = {MET: "", NOT_MET: "dardr-warning"}


@pages.get("/reviews/<ref>/meetings")
@who()
def meetings_of_review(ref: str) -> ResponseReturnValue:
    """The meetings of one panel: to come, held, cancelled; and those recorded without having been planned here."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so it has no panel and no meetings.")
    today = systime.london_date(systime.utc_now())
    process = workflows.get(record.process)
    roles = roles_on(session(), actor(), record)
    known = names(session(), record.partnership_id)
    lines = [_line(line) for line in meetings_of(session(), actor(), record)]
    short = process.action("record_meeting")
    kept = seen_facts(process, record.facts, roles).get("meetings") or []
    return render_template(
        "meeting/of_review.html",
        **of_record(record),
        planned=[line for line in lines if line["stage"] == "planned"],
        held=[line for line in reversed(lines) if line["stage"] in ("held", "minutes_agreed")],
        cancelled=[line for line in lines if line["stage"] == "cancelled"],
        noted=[(entry.get("on"), entry_lines(short, entry, known)) for entry in reversed(kept)],
        may_plan=[
            (one.key, one.label)
            for one in (process.action("plan_meeting"), short)
            if record.stage in one.source and one.roles & roles
        ],
        today_iso=today.isoformat(),
    )


@pages.get("/meetings")
@who()
def upcoming() -> ResponseReturnValue:
    """Every meeting to come that the person signed in may see, the next first; and those not recorded yet."""
    today = systime.london_date(systime.utc_now())
    next_ones, not_recorded = to_come(session(), actor(), today)
    return render_template(
        "meeting/upcoming.html",
        next_ones=[_line(line) for line in next_ones],
        not_recorded=[_line(line) for line in not_recorded],
    )


def _line(line: MeetingLine) -> dict[str, Any]:
    facts = line.record.facts
    how = fields_by_name(workflows.get(line.record.process))["held"]
    return {
        "ref": line.record.ref,
        "title": line.record.title or line.record.ref,
        "on": line.on,
        "times": times_of(facts),
        "how": next((c.label for c in how.choices if c.value == facts.get("held")), ""),
        "stage": line.record.stage,
        "stage_label": line.stage_label,
        "no_quorum": facts.get("quorum_outcome") == NOT_MET,
        "review": line.review.ref,
        "review_title": line.review.title,
    }


def times_of(facts: Any) -> str:
    """``10:00 to 12:30``, or only when it begins."""
    begins, ends = facts.get("starts_at") or "", facts.get("ends_at") or ""
    return f"{begins} to {ends}" if begins and ends else str(begins)


@pages.get("/meetings/<ref>")
@who()
def meeting(ref: str) -> ResponseReturnValue:
    """One meeting: agenda, papers, who was there, whether there was a quorum, minutes and what follows from them."""
    found = one_meeting(session(), actor(), ref, systime.london_date(systime.utc_now()))
    known = names(session(), found.record.partnership_id)
    possible = {step["key"]: step for step in found.steps}
    main = next((step for step in found.steps if step["main"] and not step["blocked"]), None)
    dates = dates_of_each(session(), found.tasks, systime.london_date(systime.utc_now()))
    return render_template(
        "meeting/meeting.html",
        found=found,
        record=found.record,
        review=found.review,
        process=found.process,
        stage=found.process.stage(found.record.stage),
        is_review=False,
        facts=found.facts,
        times=times_of(found.facts),
        about=_about(found, known),
        quorum=found.facts.get("quorum_outcome"),
        attendance=_attendance(found),
        main=main,
        steps_of={
            name: [possible[key] for key in keys if key in possible and possible[key] is not main]
            for name, keys in ON_THE_PAGE.items()
        },
        cancel=possible.get("cancel_meeting"),
        tasks=[_task(task, dates.get(task.id)) for task in found.tasks],
        invited=invited(session(), actor(), found.record, found.seats.values()) if found.may_carry else [],
    )


def _about(found: Meeting, known: Names) -> list[dict[str, str]]:
    questions = fields_by_name(found.process)
    return [
        {"label": questions[name].label, "value": known.answer(questions[name], found.facts[name])}
        for name in ("held", "place", "family_expected")
        if found.facts.get(name)
    ]


def _attendance(found: Meeting) -> list[tuple[str, list[str]]]:
    """Who was there, in lists; nothing before the meeting was held."""
    if found.record.stage not in ("held", "minutes_agreed"):
        return []
    questions = fields_by_name(found.process)
    came = questions["family_attended"]
    value = found.facts.get("family_attended")
    family = next((choice.label for choice in came.choices if choice.value == value), "Not recorded")
    lists = [
        ("Members present", found.names("present")),
        ("A substitute came for", found.names("substitutes")),
        ("Others present", list(found.facts.get("others_present") or ())),
        ("Apologies", found.names("apologies")),
        ("Nothing recorded for", found.absent),
    ]
    return [(label, people) for label, people in lists if people] + [("Family members attended", [family])]


def _task(task: Record, stands: dict[str, Any] | None) -> dict[str, Any]:
    process = workflows.get(task.process)
    return {
        "ref": task.ref,
        "title": task.title,
        "state": process.stage(task.stage).label,
        "due": task.facts.get("due_on"),
        "stands": stands,
        "open": not task.final,
        "given_to": task.facts.get("given_to"),
    }


@pages.get("/meetings/<ref>/papers/<int:number>")
@who()
def paper(ref: str, number: int) -> ResponseReturnValue:
    """A paper for chosen members, to save, for a member it is meant for. Who opened it is logged before."""
    return given_out(*get_paper(session(), actor(), ref, number))


@pages.get("/meetings/<ref>/calendar.ics")
@who()
def calendar(ref: str) -> ResponseReturnValue:
    """A file that puts the meeting into a calendar: its reference, day and time, and its place. It names nobody."""
    now = systime.utc_now()
    record = one_meeting(session(), actor(), ref, systime.london_date(now)).record
    entry = meeting_entry(session(), record, now, moves_of(session(), [record.id])[record.id], with_place=True)
    if entry is None:
        raise NotFound(f"{ref} has no day and time that a calendar could show.")
    return calendar_file(single(entry, now), record.ref)

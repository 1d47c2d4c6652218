"""Doing something: one page per action, made from its fields. GET shows it, POST does it. Opening a record likewise."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

import workflows
from dardr import systime
from dardr.access import SEES_A_PART, get_record, roles_on
from dardr.actors import STEPS_ON_PAPERS, Purpose
from dardr.casework import drafts, sign_offs
from dardr.casework.act import Done
from dardr.casework.facts import load_facts
from dardr.casework.files import checked
from dardr.casework.open_record import find_process, open_record, require_open
from dardr.casework.own_questions import asked_otherwise, whole
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.lookups import choices as looked_up
from dardr.lookups import told_already
from dardr.lookups.commissioning import suggested
from dardr.lookups.family import before_contact
from dardr.lookups.publication import suggested_day
from dardr.lookups.quality import suggested_pack
from dardr.lookups.recommendation_choices import as_it_reads
from dardr.lookups.records import linked
from dardr.lookups.update_rounds import suggested_agencies
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.audience import actor, may_use, who
from dardr.web.careful import asked_now, days_ahead
from dardr.web.frame import page_of
from dardr.web.overtaken import Overtaken, overtaken
from dardr.web.pages import (
    chairs,
    commissioning,
    meetings,
    publication,
    quality,
    recommendations,
    returns_of_review,
    said_before,
    update_rounds,
)
from dardr.web.pages.consequences import will_follow
from dardr.web.pages.family_update import suggested_update
from dardr.web.transaction import commit, session, undo
from dardr.web.words import as_day, day_words
from workflows import answers as reading
from workflows.definition import Action, Field, FieldType, Process
from workflows.engine import judge
from workflows.partial import parse_date

pages = Blueprint("doing", __name__)

NOT_TYPED = frozenset({"csrf_token", forms.REVISION, forms.SEEN, forms.ONCE})
"""What a form sends besides what was typed."""
FILES_AGAIN = "Files cannot be kept on this page: choose them again before you send it."
OPENED_HERE = ("dardr-s9", "dardr-s8a", "section8-report", "section15-request", "task", "chair", "update-round")
"""Processes whose records people open from a page of their own; the others are opened by an action."""


OPENED_WITH = {"update-round": ("meeting_on", "opens_on", "closes_on")}
"""The days that the address of an opening page may hold, worked out on the page that leads there."""

SHOWN_ON = {
    key: "deciding.decision"
    for key in (
        "record_criteria", "record_core_group", "ready_for_decision", "decide_review", "decide_joint_review",
        "decide_no_review", "decide_other_review", "defer_decision", "end_deferral", "second_person_check",
        "tell_home_office", "record_partner", "record_partner_decision", "record_partner_left",
    )
} | {"file_document": "files.review_files"} | dict.fromkeys(
    ("add_version", "change_marking", "change_readers", "correct_document", "withdraw_document", "use_document_again"),
    "files.record_files",
)  # fmt: skip
SHOWN_ON |= dict.fromkeys(
    ("record_parallel_process", "record_held_back", "record_disclosure"), "proceedings.proceedings"
)
SHOWN_ON |= dict.fromkeys(("invite_chair", "record_chair_left", *commissioning.STEPS), "commissioning.commissioning")
SHOWN_ON |= dict.fromkeys(("add_chair", *chairs.STEPS), "chairs.one_chair")
SHOWN_ON |= dict.fromkeys(quality.SHOWN_HERE, "quality.home_office")
SHOWN_ON |= dict.fromkeys(("sign_off", "return_to_drafting", "record_partner_sign_off"), "signing_off.sign_off")
SHOWN_ON |= dict.fromkeys(recommendations.STEPS, "recommendations.recommendation")
SHOWN_ON |= dict.fromkeys(("add_recommendation", "add_action"), "recommendations.of_one_review")
SHOWN_ON |= {"send_for_comments": "rounds.report"}
SHOWN_ON |= dict.fromkeys(
    (
        "answer_comments", "close_round", "reopen_round", "ask_more_readers", "give_comment", "give_word_comments",
        "enter_comments", "record_no_comments", "excuse_reader",
    ),
    "rounds.comments",
)  # fmt: skip
"""Where a step is shown once it is done, if not on the first page: the advice, what a decision asks for, documents."""


SUGGESTED = {
    "record_criteria": told_already.criteria,
    "secure_records": told_already.agencies,
    "request_information": told_already.agencies_not_asked,
    "request_returns": told_already.agencies_of_terms,
    "appoint_chair": suggested,
    "give_update": suggested_update,
    "give_update_all_the_same": suggested_update,
    "put_into_pack": suggested_pack,
    "check_pre_election": suggested_day,
    "change_recommendation": as_it_reads,
    "change_action": as_it_reads,
    "add_action": returns_of_review.proposed_action,
    "add_recommendation": returns_of_review.proposed_recommendation,
    "open_updates": suggested_agencies,
}
"""What the form of a step holds already, from what is recorded elsewhere. It can be changed like any answer."""


SHOWN_ON |= dict.fromkeys(meetings.STEPS, "meetings.meeting")
SHOWN_ON |= {"add_chronology": "chronology.start"}
SHOWN_ON |= {"plan_meeting": "meetings.meetings_of_review", "record_meeting": "meetings.meetings_of_review"}
SHOWN_ON |= dict.fromkeys(("plan_round", *update_rounds.STEPS), "update_rounds.one")
SHOWN_ON |= dict.fromkeys(publication.STEPS, "publication.publication")
SHOWN_ON |= dict.fromkeys(("add_panel_member", "set_quorum", "agree_confidentiality"), "panel.panel")

SHOWN_ON |= dict.fromkeys(("check_quality", "query_return", "receive_summary"), "returns.form")

ASKED_ON = {
    "file_correspondence": "capture.file_messages", "note_call": "capture.note_call",
    "add_chronology": "chronology.start", "ask_for_more_time": "more_time.ask",
}  # fmt: skip
"""Steps that are asked for on a page of their own, made for being quick."""


@dataclass
class Page:
    """Everything the form page of one action shows."""

    action: Action
    process: Process
    choices: dict[str, Any]
    form: MultiDict[str, str]
    record: Record | None = None
    blocked: Sequence[str] = ()
    reasons: Sequence[Reason] = ()
    changed: Overtaken | None = None
    status: int = 200


@pages.route("/records/<ref>/do/<key>", methods=["GET", "POST"])
@who(doors=Purpose)
def act(ref: str, key: str) -> ResponseReturnValue:
    """The page of one action on one record."""
    record = get_record(session(), actor(), ref, in_part=True)
    process = workflows.get(record.process)
    action = _action(process, key)
    door = actor().door
    if not action.roles & roles_on(session(), actor(), record) or (door is not None and not door.may_take(key)):
        raise Forbidden(f"“{action.label}” is for other roles than yours.")
    if request.method == "GET" and (own := ASKED_ON.get(action.key)):
        return redirect(url_for(own, ref=ref))
    today = systime.london_date(systime.utc_now())
    found = looked_up.resolve(session(), actor(), process, action, record, today)
    asked = whole(session(), record.partnership_id, action, record.facts)
    if request.method == "POST":
        return _do(record, process, asked, found, today)
    roles = roles_on(session(), actor(), record)
    facts = load_facts(session(), actor(), record, process, today, actions=(action,))
    verdict = judge(process, action, facts, roles)
    if not verdict.permitted:
        raise Forbidden(f"“{action.label}” is for other roles than yours.")
    form = forms.starting(asked, today, record.facts)
    back = request.args.get("written", "")
    sent_back = sign_offs.sent_back_to(session(), actor(), int(back)) if back.isdecimal() else None
    if sent_back is not None and sent_back.record_id == record.id:
        form = MultiDict([(name, value) for name, given in sign_offs.typed(sent_back).items() for value in given])
    elif (known := SUGGESTED.get(action.key)) is not None:
        form.update(known(session(), actor(), record))
    return _show(Page(asked, process, found, form, record, [b.reason for b in verdict.blocked]), today)


def _action(process: Process, key: str) -> Action:
    try:
        action = process.action(key)
    except KeyError:
        action = process.opening
    if action is process.opening:
        raise NotFound(f"There is no step called “{key}” in {process.label}.")
    return action


def _do(record: Record, process: Process, action: Action, found: dict[str, Any], today: date) -> ResponseReturnValue:
    values = forms.given(action.fields, request.form, request.files)
    revision, seen = _number(forms.REVISION), _number(forms.SEEN)
    page = Page(action, process, found, request.form, record)
    if said_before.ASKED in request.form:  # nothing is recorded: the form comes back with what was said before
        return _show(page, today)
    if revision is not None and revision != record.revision:
        page.changed, page.status = overtaken(record, action, seen or 0), 409
        return _show(page, today)
    reasons: list[Reason] = [
        *forms.both_given(action.fields, request.form, values),
        *asked_otherwise(session(), record.partnership_id, action, request.form),
    ]
    on = today
    try:
        on = parse_date(forms.occurred_on(request.form))
    except ValueError as error:
        reasons.append(Reason(f"When did this happen? {error}", "on"))
    ref = record.ref
    try:
        if reasons:
            raise Invalid([*reasons, *_unreadable(action.fields, values, found)])
        done = sign_offs.take_or_keep(
            session(), actor(), systime.utc_now(), ref, action.key, values, on, revision, form=_typed()
        )
        commit()
    except (Conflict, Invalid) as error:
        undo()
        record = get_record(session(), actor(), ref, in_part=True)
        page.record, page.status, page.reasons = record, error.status, error.reasons
        if record.revision != revision:
            page.reasons, page.changed = (), overtaken(record, action, seen or 0)
        return _show(page, today)
    except StaleDataError:
        undo()
        page.record = get_record(session(), actor(), ref, in_part=True)
        page.changed, page.status = overtaken(page.record, action, seen or 0), 409
        return _show(page, today)
    return _kept_for_lead(done) if isinstance(done, sign_offs.Kept) else _done(process, action, done)


def _typed() -> dict[str, list[str]]:
    """What was typed on this page, for whoever is to find it filled in again."""
    return {name: given for name, given in request.form.lists() if name not in NOT_TYPED and any(given)}


def _kept_for_lead(kept: sign_offs.Kept) -> ResponseReturnValue:
    """To the page of what waits for the lead of an agency: nothing is recorded yet."""
    flash("Sent to the lead of your organisation. It counts once they have signed it off.", "done")
    for warning in kept.warnings:
        flash(warning, "warning")
    return redirect(url_for("agency_sign_off.written", number=kept.number), 303)


def _unreadable(fields: Iterable[Field], values: dict[str, Any], found: dict[str, Any]) -> list[Reason]:
    typed, problems = reading.read(fields, values, found)
    checked(typed, problems)
    return [Reason(p.reason, p.field) for p in problems]


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() else None


def _done(process: Process, action: Action, done: Done) -> ResponseReturnValue:
    """To the page of what was done. Nothing is read here: the change is made, and the next may begin."""
    flash(f"Recorded: {action.label}.", "done")
    for warning in done.warnings:
        flash(warning, "warning")
    if actor().roles - SEES_A_PART:  # who sees parts alone does not see what serves a review
        for ref in done.created:
            flash(ref, "created")
    if (door := actor().door) is not None and door.purpose is Purpose.CHAIR:
        return redirect(url_for("door_papers.papers" if action.key in STEPS_ON_PAPERS else "doors.drafts"), 303)
    if endpoint := SHOWN_ON.get(action.key):
        return redirect(url_for(endpoint, ref=done.ref), 303)
    return redirect(page_of(done.ref, process.key), 303)


# --- opening ----------------------------------------------------------------------------------------------


@pages.route("/open/<process_key>", methods=["GET", "POST"])
@who()
def open_new(process_key: str) -> ResponseReturnValue:
    """The page that opens a new record: a notification of a death, a section 8 report."""
    process = find_process(process_key)
    if process.key not in OPENED_HERE:
        raise NotFound(f"A record of {process.label} is opened by an action on another record.")
    action = process.opening
    if not action.roles & actor().everywhere:
        raise Forbidden(f"“{action.label}” is for other roles than yours.")
    today = systime.london_date(systime.utc_now())
    found = looked_up.resolve(session(), actor(), process, action, None, today)
    asked = whole(session(), actor().partnership_id, action)
    page = Page(asked, process, found, forms.starting(asked, today, {}))
    if known := OPENED_WITH.get(process.key):
        forms.fill_days(page.form, known, request.args)
    try:
        require_open(session(), process)
    except Conflict as error:
        page.blocked = [r.reason for r in error.reasons]
    if request.method == "GET":
        return _show(page, today)
    page.form = request.form
    once = request.form.get(forms.ONCE, "")
    if once and (ref := drafts.became(session(), once, actor().id)):
        return _sent_before(process, ref)
    values = forms.given(asked.fields, request.form, request.files)
    try:
        if reasons := [
            *forms.both_given(asked.fields, request.form, values),
            *asked_otherwise(session(), actor().partnership_id, asked, request.form),
        ]:
            raise Invalid([*reasons, *_unreadable(asked.fields, values, found)])
        done = open_record(session(), actor(), systime.utc_now(), process.id, values)
        if once:
            drafts.note_sent(session(), systime.utc_now(), once, actor().id, done.ref)
        commit()
    except (Conflict, Invalid) as error:
        undo()
        page.reasons, page.status = error.reasons, error.status
        return _show(page, today)
    except IntegrityError:  # the same page, sent twice in one moment: the other was first
        undo()
        ref = drafts.became(session(), once, actor().id)
        if ref is None:
            raise
        return _sent_before(process, ref)
    return _done(process, action, done)


def _sent_before(process: Process, ref: str) -> ResponseReturnValue:
    """The same page came a second time: nothing more is opened."""
    flash("This was recorded already. It was not recorded a second time.", "warning")
    return redirect(page_of(ref, process.key), 303)


# --- the page ---------------------------------------------------------------------------------------------


def _show(page: Page, today: date) -> ResponseReturnValue:
    action, record = page.action, page.record
    problems = forms.problems_by_field(page.reasons)
    fields = asked_now(record, page.process, action, page.form, problems, today)
    typed = reading.read(action.fields, forms.given(action.fields, page.form, {}), page.choices)[0]
    partnership = record.partnership_id if record else actor().partnership_id
    following = will_follow(
        session(),
        page.process,
        action,
        record.stage if record else None,
        record.facts if record else {},
        partnership,
        typed,
        as_day(forms.occurred_on(page.form)) or today,
    )
    served = [other for way, _, other in linked(session(), actor(), record) if way == "serves"] if record else []
    shown = render_template(
        "doing/action.html",
        action=action,
        process=page.process,
        record=record,
        back=page_of(record.ref, record.process_key) if record else url_for("reviews.caseload"),
        served=served,
        blocked=page.blocked,
        summary=[{"text": r.reason, "href": forms.anchor(action.fields, r.field)} for r in page.reasons],
        changed=page.changed,
        when=forms.when_question(page.form, problems.get(forms.ON)) if record else None,
        questions=forms.questions(fields, page.choices, page.form, problems),
        folded=forms.folded(fields),
        careful_ahead=days_ahead(record, action, today),
        before=before_contact(session(), actor(), record, today) if record else None,
        following=following,
        names=forms,
        once=page.form.get(forms.ONCE) or secrets.token_urlsafe(24),
        has_files=any(f.type is FieldType.FILE for f in action.fields),
        files_again=FILES_AGAIN if page.status != 200 else "",
        today_words=day_words(today),
        asks_before=said_before.TEXT_OF.get(action.key, "") if may_use("said_before.search") else "",
        said_before=said_before.said_before(action.key, record.ref if record else ""),
    )
    return shown, page.status

"""The notification form: task list, one thing per page, check answers, sent. For people with an account and without.

Each page has two addresses: ``/notify/<number>...`` for somebody signed in, ``/notify/outside/<number>...`` for a
notifier who came by a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import visible
from dardr.casework import notifying
from dardr.casework.notifiers import outside_allowed
from dardr.casework.notifying import Way
from dardr.casework.setup import home
from dardr.errors import DardrError, Invalid, NotFound, Reason
from dardr.lookups.areas import match_area
from dardr.lookups.duplicates import Likely, likely_same
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web import notification_form as asked
from dardr.web.audience import EVERYONE, actor, who
from dardr.web.notification_form import FormPage
from dardr.web.notification_here import Here, here_of, here_with
from dardr.web.pages import notifiers
from dardr.web.transaction import commit, session, undo
from dardr.web.words import answer_words
from workflows import answers as reading
from workflows.definition import FieldType, Role
from workflows.notification_advice import ADVICE, OUT_OF_AREA, Advice, advice_on_age
from workflows.processes.who import POLICING

pages = Blueprint("notification", __name__)

TEAM_ROLES = POLICING - {Role.POLICE_LIAISON}
LATER = "_later"
"""The button that saves a page and goes back to the task list."""
LOOKS_FOR_SAME = ("name", "date", "lived")
"""Pages after which the service looks for a death that was notified already."""
View = Callable[..., ResponseReturnValue]


def both(rule: str, name: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Give a page its two addresses. The view is handed the form its reader owns; anybody else finds nothing."""

    def register(view: View) -> View:
        @wraps(view)
        def inside(number: int, **more: Any) -> ResponseReturnValue:
            return view(here_of(number), **more)

        @wraps(view)
        def outside(number: int, **more: Any) -> ResponseReturnValue:
            form, by = notifiers.own_form(number)
            return view(here_with(form, by, outside=True), **more)

        ways, at = list(methods), f"<int:number>{rule}"
        pages.add_url_rule(f"/notify/{at}", name, who(*POLICING)(inside), methods=ways)
        pages.add_url_rule(f"/notify/outside/{at}", f"outside_{name}", who(audience=EVERYONE)(outside), methods=ways)
        return view

    return register


def _page(here: Here, key: str) -> FormPage:
    for page in asked.all_pages():
        if page.key == key and here.form.way in page.ways:
            return page
    raise NotFound("This form has no page of that name. Go back to its list of parts.")


def _shown(template: str, here: Here, /, **more: Any) -> str:
    return render_template(template, here=here, form=here.form, public=here.outside, names=forms, **more)


# --- beginning ------------------------------------------------------------------------------------------------


@pages.get("/notify")
@who(audience=EVERYONE)
def start() -> str:
    """What this is, who may notify, what is needed, what happens next."""
    return render_template(
        "notification/start.html",
        public=True,
        outside=outside_allowed(session()),
        own=notifiers.unfinished_here(),
        team=home(session()),
    )


@pages.post("/notify/begin")
@who(*POLICING)
def begin() -> ResponseReturnValue:
    """Begin a form: the team's where somebody told the team, the notifier's own where the police notify."""
    by = actor()
    way = Way.TEAM if by.everywhere & TEAM_ROLES else Way.POLICE
    if not by.everywhere & POLICING:
        raise NotFound("Notifications are recorded by the team and by the police who notify for a whole force.")
    typed = {} if way is Way.TEAM else {"notifier_name": [by.name], "notifier_email": [by.email]}
    form = notifying.begin(session(), systime.utc_now(), way, user_id=by.id, typed=typed)
    form.draft.path = url_for("notification.task_list", number=form.number)
    return redirect(form.draft.path, 303)


@both("", "task_list")
def task_list(here: Here) -> ResponseReturnValue:
    """The parts of the form, and how far each is."""
    if here.form.ref:
        return redirect(here.at("sent"))
    files = notifying.files_of(session(), here.form)
    parts = asked.sections(here.form, here.choices, len(files))
    return _shown(
        "notification/task_list.html", here, parts=parts, done=sum(p.status == asked.COMPLETED for p in parts)
    )


@both("/throw-away", "throw_away", ("GET", "POST"))
def throw_away(here: Here) -> ResponseReturnValue:
    """Empty a form that is not to be sent."""
    if request.method == "GET" and not here.form.ref:
        return _shown("notification/throw_away.html", here)
    notifying.throw_away(session(), systime.utc_now(), here.form)
    flash("The form was deleted. Nothing of it is kept.", "done")
    return redirect(url_for("notification.start"), 303)


# --- one page -------------------------------------------------------------------------------------------------


@both("/questions/<key>", "page", ("GET", "POST"))
def question_page(here: Here, key: str) -> ResponseReturnValue:
    """One page of questions: shown with what was typed before, saved when sent, whether or not all is answered."""
    page = _page(here, key)
    if here.form.ref:
        return redirect(here.at("sent"))
    if request.method == "GET":
        return _show_page(here, page, ())
    fields = asked.fields_of(page, here.form, asked.given(here.form))
    asked.keep_typed(here.form, fields, request.form)
    reasons = [*_files(here, page), *_wrong(here, page)]
    later = LATER in request.form
    if not reasons and not later and key not in here.form.seen:
        here.form.seen.append(key)
    onward = here.at("task_list") if later else _onward(here, page) if not reasons else ""
    here.form.keep(systime.utc_now())
    if reasons and not later:
        commit()
        return _show_page(here, page, reasons)
    return redirect(onward, 303)


def _files(here: Here, page: FormPage) -> list[Reason]:
    """Keep the files that a page sent, and take out those ticked. Reasons for those that could not be kept."""
    now = systime.utc_now()
    reasons: list[Reason] = []
    for number in request.form.getlist("_remove"):
        if number.isdecimal():
            notifying.remove_file(session(), now, here.form, int(number))
    for one in asked.fields_of(page, here.form, {}):
        if one.type is not FieldType.FILE:
            continue
        for given in forms.given([one], request.form, request.files).get(one.name, []):
            try:
                notifying.add_file(session(), now, here.form, given)
            except Invalid as error:
                reasons.extend(error.reasons)
    return reasons


def _wrong(here: Here, page: FormPage) -> list[Reason]:
    """What cannot be read or cannot be right on one page. Leaving a question empty is no fault here."""
    said = asked.given(here.form)
    fields = [f for f in asked.fields_of(page, here.form, said) if f.type is not FieldType.FILE]
    own = {f.name: said[f.name] for f in fields if f.name in said}
    typed, problems = reading.read(fields, own, here.choices)
    reasons = forms.both_given(fields, asked.typed_of(here.form), own)
    reasons += [Reason(p.reason, p.field) for p in problems if p.field in own]
    for one in fields:
        given = typed.get(one.name)
        first = getattr(given, "first", given)
        if isinstance(first, date) and first > here.today:
            reasons.append(Reason(f"{one.label}: this day is after today. Give the day it happened.", one.name))
    return reasons


def _show_page(here: Here, page: FormPage, reasons: Sequence[Reason]) -> ResponseReturnValue:
    said = asked.given(here.form)
    fields = asked.fields_of(page, here.form, said)
    label = next(words for key, words in asked.ALL_SECTIONS if key == page.section)
    shown = _shown(
        "notification/page.html",
        here,
        page=page,
        title=asked.title_of(page, said),
        section=label,
        questions=forms.questions(fields, here.choices, asked.typed_of(here.form), forms.problems_by_field(reasons)),
        summary=[{"text": r.reason, "href": forms.anchor(fields, r.field)} for r in reasons],
        has_files=any(f.type is FieldType.FILE for f in fields),
        files=notifying.files_of(session(), here.form) if any(f.type is FieldType.FILE for f in fields) else (),
        matched=_matched(here) if page.key == "lived" else None,
        later=LATER,
    )
    return shown, 422 if reasons else 200


def _matched(here: Here) -> Any:
    typed = str(asked.given(here.form).get("area", ""))
    partnership = here.actor.partnership_id
    return match_area(session(), partnership, typed, here.today) if typed and partnership is not None else None


# --- what comes after a page ----------------------------------------------------------------------------------


def _onward(here: Here, page: FormPage) -> str:
    """Advice first, then a death that may be on record already, then the next page of this part, then the list."""
    own = asked.pages_of(here.form)
    after = own[own.index(page) + 1] if page in own and own.index(page) + 1 < len(own) else None
    then = after.key if after is not None and after.section == page.section else ""
    advice = _advice(here, page)
    if advice is not None and f"advice {advice.key}" not in here.form.seen:
        here.form.seen.append(f"advice {advice.key}")
        return here.at("advice", key=advice.key, then=then)
    if page.key in LOOKS_FOR_SAME and (likely := unanswered(here)):
        return url_for("notification_checks.same", number=here.form.number, ref=likely[0].ref, then=then)
    return next_address(here, then)


def next_address(here: Here, then: str) -> str:
    """The page to go on with: the one named, or the list of parts. Any other name leads to the list."""
    if then == "check":
        return here.at("check")
    if any(page.key == then for page in asked.all_pages()):
        return here.at("page", key=then)
    return here.at("task_list")


def _advice(here: Here, page: FormPage) -> Advice | None:
    if page.key == "name":
        return advice_on_age(asked.age_of(asked.given(here.form)))
    if page.key == "lived":
        found = _matched(here)
        return OUT_OF_AREA if found is not None and found.outside else None
    return None


def all_advice(here: Here) -> list[Advice]:
    """The advice that these answers call for, whether or not it was read before."""
    return [one for key in ("name", "lived") if (one := _advice(here, _page(here, key)))]


def unanswered(here: Here) -> list[Likely]:
    """Records of which it is not said yet whether they are of the same death. Outside, nothing is looked for."""
    if here.outside:
        return []
    found = likely_same(session(), here.actor, asked.readable(here.form, here.choices))
    known = {*here.form.compared, *here.form.same_incident}
    return [one for one in found if one.ref not in known]


@both("/advice/<key>", "advice")
def advice(here: Here, key: str) -> ResponseReturnValue:
    """One piece of advice, with what it rests on and a way on."""
    if key not in ADVICE:
        raise NotFound("There is no advice of that name. Go back to the list of parts.")
    return _shown(
        "notification/advice.html", here, advice=ADVICE[key], onward=next_address(here, request.args.get("then", ""))
    )


# --- checking and sending -------------------------------------------------------------------------------------


@both("/check", "check", ("GET", "POST"))
def check(here: Here) -> ResponseReturnValue:
    """Every answer with a way to change it, and the button that sends the form, once."""
    if here.form.ref:
        return redirect(here.at("sent"), 303)
    if request.method == "GET":
        return _show_check(here, ())
    if likely := unanswered(here):
        return redirect(
            url_for("notification_checks.same", number=here.form.number, ref=likely[0].ref, then="check"), 303
        )
    try:
        said = asked.asked_answers(here.form)
        if reasons := forms.both_given(asked.whole_action().fields, asked.typed_of(here.form), said):
            raise Invalid(reasons)
        notifying.send(session(), here.actor, systime.utc_now(), here.form, said)
        commit()
    except DardrError as error:
        undo()
        here.refresh()
        return _show_check(here, error.reasons, error.status)
    return redirect(here.at("sent"), 303)


def _show_check(here: Here, reasons: Sequence[Reason], status: int = 200) -> ResponseReturnValue:
    said = asked.given(here.form)
    stored = {name: reading.to_json(value) for name, value in asked.readable(here.form, here.choices).items()}
    files = notifying.files_of(session(), here.form)
    parts = []
    for key, label in asked.ALL_SECTIONS:
        rows = [
            _row(here, page, name, {**said, **stored}, len(files))
            for page in asked.pages_of(here.form, said)
            if page.section == key
            for name in page.names
        ]
        if rows:
            parts.append({"label": label, "rows": rows})
    shown = _shown(
        "notification/check.html",
        here,
        parts=parts,
        summary=[{"text": r.reason, "href": _where(here, r.field)} for r in reasons],
        advice=all_advice(here),
        likely=[] if here.outside else unanswered(here),
    )
    return shown, status


def _where(here: Here, name: str | None) -> str:
    """The page of a question, at the question."""
    page = asked.page_of_field(here.form, name)
    if page is None:
        return "#main-content"
    return here.at("page", key=page.key) + forms.anchor(asked.whole_action().fields, name)


def _row(here: Here, page: FormPage, name: str, said: dict[str, Any], files: int) -> dict[str, Any]:
    one = next(f for f in asked.fields_of(page, here.form, said) if f.name == name)
    if one.type is FieldType.FILE:
        value = f"{files} {'file' if files == 1 else 'files'}" if files else "None"
    elif name in said:
        value = answer_words(one, said[name], here.choices.get(name, ()))
    else:
        value = "Not answered yet: this is needed" if one.required else "Not answered"
    return {
        "key": {"text": one.label},
        "value": {"text": value, "classes": "dardr-wanting" if one.required and name not in said else ""},
        "actions": {"items": [{"href": _where(here, name), "text": "Change", "visuallyHiddenText": one.label.lower()}]},
    }


@both("/sent", "sent", ("GET", "POST"))
def sent(here: Here) -> ResponseReturnValue:
    """The number it got and what happens next; from here a form for another person who died is begun."""
    if not here.form.ref:
        return redirect(here.at("task_list"))
    if request.method == "POST":
        another = notifying.begin_another(session(), systime.utc_now(), here.form)
        here.form = another
        another.draft.path = here.at("task_list")
        return redirect(another.draft.path, 303)
    return _shown("notification/sent.html", here, another=bool(here.form.typed), visible=_sees(here))


def _sees(here: Here) -> bool:
    """True where whoever sent it may open the record it became."""
    query = sa.select(Record.id).where(Record.ref == here.form.ref, visible(here.actor))
    return session().scalar(query) is not None

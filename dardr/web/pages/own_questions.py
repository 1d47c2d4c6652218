"""The partnership's own questions: which forms have which, added, changed, moved, retired and put back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from dardr import systime
from dardr.casework import own_questions
from dardr.casework.administer.checks import home
from dardr.casework.own_questions import KINDS, WITH_CHOICES, Wording
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.storage.bodies import OwnQuestion
from dardr.web import forms
from dardr.web.asking import filled
from dardr.web.audience import actor, who
from dardr.web.transaction import commit, session, undo
from workflows import answers as reading
from workflows.definition import Choice, Field, FieldType, Role
from workflows.questions import OWN_PLACES

pages = Blueprint("own_questions", __name__, url_prefix="/administration/questions")

ADMINISTRATORS = (Role.ADMINISTRATOR,)
ASKED_WHERE = {
    "notification": "Asked of everyone who notifies a death, after the questions of the form itself.",
    "scoping": "Asked when the answer of an agency comes, before it is decided whether to review.",
    "imr_checklist": "Asked whenever the quality of a management review, summary or chronology is checked.",
    "feedback": "Asked when somebody says how a review went, once its report is signed off.",
}
QUESTIONS = (
    Field("label", "The question, as it is asked"),
    Field("help", "Help shown under it", required=False, long=True),
    Field(
        "type",
        "What kind of answer?",
        FieldType.CHOICE,
        choices=tuple(Choice(key, label) for key, (label, _) in KINDS.items()),
        default="text",
    ),
    Field(
        "choices",
        "Answers to choose from",
        required=False,
        many=True,
        help="Only where one or several answers are to be chosen.",
    ),
    Field(
        "required",
        "Must it be answered?",
        FieldType.BOOLEAN,
        default="no",
        help="“Asked, not known” and the other ways of having no answer always count as answers.",
    ),
)


@pages.get("")
@who(*ADMINISTRATORS)
def questions() -> ResponseReturnValue:
    """Every form to which questions can be added, with those it has."""
    partnership = home(session())
    places = [
        {
            "key": key,
            "label": label,
            "says": ASKED_WHERE[key],
            "rows": [_line(row) for row in own_questions.asked_at(session(), partnership.id, key)],
            "retired": [_line(row) for row in own_questions.retired(session(), partnership.id, key)],
        }
        for key, label in OWN_PLACES.items()
    ]
    return render_template("administration/questions.html", places=places)


def _line(row: OwnQuestion) -> dict[str, Any]:
    return {"row": row, "kind": KINDS[row.type][0], "choices": [one["label"] for one in row.choices]}


@pages.route("/add/<place>", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def add(place: str) -> ResponseReturnValue:
    """Add a question to a form."""
    if place not in OWN_PLACES:
        raise NotFound("There is no such form to which questions can be added.")

    def save(wording: Wording) -> str:
        own_questions.add_question(session(), actor(), systime.utc_now(), place, wording)
        return "The question is added. It is asked from now on."

    return _edit(f"Add a question: {OWN_PLACES[place]}", Wording("", "text"), save)


@pages.route("/<key>", methods=["GET", "POST"])
@who(*ADMINISTRATORS)
def question(key: str) -> ResponseReturnValue:
    """One question: how it is asked, its versions, and the form that changes it."""
    row = own_questions.latest(session(), key)

    def save(wording: Wording) -> str:
        new = own_questions.change_question(session(), actor(), systime.utc_now(), key, wording)
        if new.version == row.version:
            return "Nothing was changed."
        return "The question is asked in these words from now on. Answers given before keep theirs."

    return _edit(f"Change a question: {OWN_PLACES[row.place]}", own_questions.wording_of(row), save, row)


@pages.post("/<key>/<any(up, down, retire, 'put-back'):what>")
@who(*ADMINISTRATORS)
def press(key: str, what: str) -> ResponseReturnValue:
    """Move a question, retire it, or put it back: one press each."""
    given = session(), actor(), systime.utc_now(), key
    if what in ("up", "down"):
        own_questions.move_question(*given, up=what == "up")
        said = "The order is changed."
    elif what == "retire":
        own_questions.retire_question(*given)
        said = "The question is not asked any more. Answers given before stay on their reviews."
    else:
        own_questions.put_back(*given)
        said = "The question is asked again, at the end of its form."
    commit()
    flash(said, "done")
    return redirect(url_for("own_questions.questions"), 303)


def _edit(title: str, now: Wording, save: Any, row: OwnQuestion | None = None) -> ResponseReturnValue:
    """The form of one question. The button “Preview” shows it as it will be asked; the other one saves it."""
    reasons: tuple[Reason, ...] = ()
    preview: forms.Question | None = None
    status = 200
    form: Any = request.form
    if request.method == "GET":
        form = filled(
            QUESTIONS,
            {
                "label": now.label,
                "help": now.help,
                "type": now.type,
                "choices": list(now.choices),
                "required": now.required,
            },
        )
        preview = _preview(now) if row else None
    else:
        try:
            wording = _wording(form)
            if form.get("look"):
                preview = _preview(wording)
            else:
                flash(save(wording), "done")
                commit()
                return redirect(url_for("own_questions.questions"), 303)
        except (Conflict, Invalid) as error:
            undo()
            reasons, status = error.reasons, error.status
    problems = forms.problems_by_field(reasons)
    return render_template(
        "administration/question.html",
        title=title,
        row=row,
        versions=own_questions.versions(session(), row.key)[1:] if row else (),
        questions=forms.questions(QUESTIONS, {}, form, problems),
        summary=[{"text": r.reason, "href": forms.anchor(QUESTIONS, r.field)} for r in reasons],
        preview=preview,
        with_choices=WITH_CHOICES,
    ), status


def _wording(form: Any) -> Wording:
    typed, problems = reading.read(QUESTIONS, forms.given(QUESTIONS, form, {}), {})
    if problems:
        raise Invalid([Reason(problem.reason, problem.field) for problem in problems])
    return Wording(
        typed["label"],
        typed["type"],
        " ".join(typed.get("help", "").split()),
        tuple(typed.get("choices", ())),
        typed["required"],
    )


def _preview(wording: Wording) -> forms.Question:
    return forms.questions([own_questions.as_asked(wording)], {}, MultiDict(), {})[0]

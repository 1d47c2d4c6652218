"""The pages of a return: which parts each kind has, what they ask, what they hold already, how far each is.

A part that was never saved holds what is known: what the body said before, or, after a question, what it sent. Only
what is new is asked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

import workflows
from dardr.casework.returning import SUGGESTION, ReturnForm, Written
from dardr.lookups.returns import Known, analysis_of, suggestions_of
from dardr.web import forms
from dardr.web.words import answer_words, day_words
from workflows import answers as reading
from workflows.definition import UNKNOWN_VALUES, Blocked, Choice, Field, FieldType
from workflows.processes.agency_return_1.chronology import CHRONOLOGIES
from workflows.processes.agency_return_1.writing import PARTS, WHAT_IS_KNOWN

NEW, KNOWN, SAVED, WANTING = "Not started yet", "Known already", "Written", "Something is missing"
NO = "no"


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a return. ``line`` is the key line of enquiry it analyses; ``needed`` is what cannot be left out."""

    key: str
    title: str
    fields: tuple[Field, ...]
    says: str = ""
    needed: tuple[str, ...] = ()
    line: str = ""


    @property
    def shown_fields(self) -> tuple[Field, ...]:
        """The questions as their page shows them: only what can really be left out is called optional."""
        always = self.key == "actions"
        return tuple(
            dataclasses.replace(one, required=always or one.required or one.name in self.needed) for one in self.fields
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the task list."""

    part: Part
    status: str
    who: str = ""


_FIELDS = {one.name: one for one in (*WHAT_IS_KNOWN, *PARTS)}
_PROCESS = workflows.get("agency-return")
_SEARCHED = tuple(dataclasses.replace(one, required=False) for one in _PROCESS.action("record_not_known").fields)
_QUERY = tuple(one for one in _PROCESS.action("answer_query").fields if one.type is not FieldType.FILE)
_OF_ACTION = {one.name: one for one in _PROCESS.action("suggest_action").fields}


def _ask(*names: str) -> tuple[Field, ...]:
    """These questions; on a page of its own none has to be answered to be saved."""
    return tuple(dataclasses.replace(_FIELDS[name], required=False) for name in names)


_THE_CHRONOLOGY = Part(
    "", "The chronology", (Field("chronology", "Add it as a table, or send your own document", FieldType.TEXT),)
)
PEOPLE_SAY = (
    "Nobody is named here, by you or by us. Who the people are was sent to you apart; write “the person who died”,"
    " “the person suspected”, “the older child”."
)


def _known(*, first: bool) -> Part:
    return Part(
        "known",
        "Who is known to you, and since when",
        (*_ask("known", "known_people", "first_contact", "last_contact"), *(_SEARCHED if first else ())),
        PEOPLE_SAY + (" If nobody is, say below what you searched: that is all we need." if first else ""),
        needed=("known",),
    )


def parts_of(form: ReturnForm, known: Known, own: Sequence[Field] = ()) -> list[Part]:
    """The parts of a return, in their order. ``own`` are the partnership's own questions to it."""
    kind = str(form.record.facts.get("kind") or "")
    build = {"information_return": _scoping, "imr": _review, "summary": _summary}.get(kind, _chronology)
    parts = build(form, known)
    if own:
        parts.append(Part("own", "More questions of the partnership", tuple(own)))
    if form.record.stage == "queried":
        answer = Part("answer", "Your answer to the question", _QUERY, needed=("query_answer",))
        return [answer, *(part for part in parts if part.key not in ("known", "records", "own"))]
    return parts


def _scoping(_form: ReturnForm, _known_before: Known) -> list[Part]:
    return [
        _known(first=True),
        Part("contact", "The contact you had", _ask("contact_summary", "concerns_recorded"), PEOPLE_SAY),
        Part("risk", "Risk and referrals", _ask("risk_assessments", "referrals_made"), PEOPLE_SAY),
        _RECORDS,
        Part("view", "Your view", _ask("review_needed", "own_view", "early_learning")),
    ]


_RECORDS = Part(
    "records",
    "Records, and whom to speak to",
    _ask("records_secured", "lead_contact"),
    "Secured means that nothing is changed, moved or destroyed from now on, on paper or in any system.",
)


def _review(form: ReturnForm, known: Known) -> list[Part]:
    lines = [
        Part(
            f"line-{number}",
            f"Key line of enquiry {number}",
            (Field(f"line_{number}", "Your analysis", FieldType.TEXT, long=True, required=False),),
            line,
            needed=(f"line_{number}",),
            line=line,
        )
        for number, line in enumerate(known.key_lines, 1)
    ]
    learning = Part("learning", "Good practice and lessons", _ask("good_practice", "lessons"), needed=("lessons",))
    return [
        _known(first=False),
        Part(
            "author",
            "Who wrote it",
            _ask("author_post", "author_independent", "independence_words"),
            "By post, not by name. The author had no part in the case and does not manage those who had.",
            needed=("author_post", "author_independent"),
        ),
        Part("method", "How it was written", _ask("methodology"), needed=("methodology",)),
        Part("involvement", "Your agency's involvement", _ask("involvement"), PEOPLE_SAY, needed=("involvement",)),
        *lines,
        Part(
            "equality",
            "Equality, and anything else",
            _ask("equality", "analysis_beyond"),
            "Age, disability, gender reassignment, marriage and civil partnership, pregnancy and maternity, race,"
            " religion or belief, sex, sexual orientation: what mattered, or that none was found to and why.",
            needed=("equality",),
        ),
        learning,
        Part("done", "What has been changed already", _ask("already_done")),
        Part(
            "actions",
            "Actions you propose",
            suggestion_fields(form.rows),
            "For each: the recommendation, what will change, how that will be seen, who senior agreed it, by when."
            " “Ongoing” is not a date: write when it will be in place. None is fine where there is nothing to do.",
        ),
        _RECORDS,
    ]


def _summary(_form: ReturnForm, _known_before: Known) -> list[Part]:
    return [
        _known(first=False),
        Part("involvement", "Your agency's involvement", _ask("involvement"), PEOPLE_SAY, needed=("involvement",)),
        Part("learning", "Good practice and lessons", _ask("good_practice", "lessons", "already_done")),
        _RECORDS,
    ]


def _chronology(_form: ReturnForm, _known_before: Known) -> list[Part]:
    return [_known(first=False), _RECORDS]


def suggestion_fields(rows: int) -> tuple[Field, ...]:
    """The questions of so many proposed actions."""
    asked = [_OF_ACTION[name] for name in SUGGESTION]
    return tuple(
        dataclasses.replace(one, name=f"{one.name}_{n}", label=f"{n}. {one.label}", required=False)
        for n in range(1, rows + 1)
        for one in asked
    )


# --- what they hold -------------------------------------------------------------------------------------------


def keep_typed(form: ReturnForm, part: Part, sent: MultiDict[str, str]) -> None:
    """Replace what the form holds for a part by what its page sent."""
    for one in part.fields:
        for key in _names_of(one):
            values = [value for value in sent.getlist(key) if value.strip()]
            if values:
                form.typed[key] = values
            else:
                form.typed.pop(key, None)


def _names_of(one: Field) -> list[str]:
    dated = one.type in (FieldType.DATE, FieldType.DATETIME)
    return [one.name, one.name + forms.UNKNOWN, *(f"{one.name}-{p}" for p in ("day", "month", "year") if dated)]


@dataclass
class Held:
    """What the form holds, part by part: as its pages take it, and which of it was known before."""

    form: ReturnForm
    parts: list[Part]
    known: Mapping[str, Any]
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)

    def typed(self, part: Part) -> MultiDict[str, str]:
        """A part as its page shows it: as it was saved, or what is known."""
        if part.key in self.form.saved:
            return MultiDict((k, v) for k, values in self.form.typed.items() for v in values)
        found: MultiDict[str, str] = MultiDict()
        for one in part.fields:
            value = self.known.get(one.name)
            if value in (None, "", []):
                continue
            if one.type is FieldType.DATE:
                year, month, day = str(value).split("-")
                for key, text in (("day", day), ("month", month), ("year", year)):
                    found[f"{one.name}-{key}"] = str(int(text))
            elif isinstance(value, list):
                found.setlist(one.name, [str(v) for v in value])
            elif forms.offers_unknown(one) and value in UNKNOWN_VALUES and not one.choices:
                found[one.name + forms.UNKNOWN] = str(value)
            else:
                found[one.name] = str(value)
        return found

    def given(self, part: Part) -> dict[str, Any]:
        """The answers of a part as the reader of answers takes them."""
        return forms.given(part.fields, self.typed(part), {})

    def problems(self, part: Part) -> list[Blocked]:
        """What cannot be read in a part. Leaving a question empty is no fault of its page."""
        said = self.given(part)
        return reading.read([f for f in part.fields if f.name in said], said, self.choices)[1]

    def lacks(self, part: Part) -> list[Field]:
        """What a part needs before the return can be sent, and does not hold."""
        said = self.given(part)
        return [one for one in part.fields if one.name in part.needed and not said.get(one.name)]

    def status(self, part: Part) -> str:
        """How far a part is."""
        if part.key in self.form.saved:
            return WANTING if self.lacks(part) or self.problems(part) else SAVED
        return KNOWN if self.given(part) and not self.lacks(part) else NEW

    def shown(self) -> list[Shown]:
        """Every part with how far it is and who saved it last."""
        saved = self.form.saved
        return [
            Shown(p, self.status(p), f"{saved[p.key].by}, {day_words(saved[p.key].at[:10])}" if p.key in saved else "")
            for p in self.parts
        ]

    @property
    def nobody_known(self) -> bool:
        """Whether the body says that nobody is known to it."""
        first = self.parts[0]
        return first.key == "known" and self.given(first).get("known") == NO

    def missing(self) -> list[tuple[Part, Field]]:
        """Everything that is still needed before the return can be sent."""
        if self.nobody_known and self.form.record.facts.get("kind") == "information_return":
            first = self.parts[0]
            return [] if self.given(first).get("searched") else [(first, _SEARCHED[0])]
        missing = [(part, one) for part in self.parts for one in self.lacks(part)]
        if self.form.record.facts.get("kind") == "chronology" and not self.form.record.facts.get(CHRONOLOGIES):
            missing.insert(0, (_THE_CHRONOLOGY, _THE_CHRONOLOGY.fields[0]))
        return missing

    def written(self) -> Written:
        """All of it, to be sent."""
        answers = {k: v for part in self.parts if part.key != "actions" for k, v in self.given(part).items()}
        lines = [(p.line, str(answers.pop(p.needed[0], "") or "")) for p in self.parts if p.line]
        suggested = next((p for p in self.parts if p.key == "actions"), None)
        return Written(answers, lines, self._suggestions(self.given(suggested)) if suggested else ())

    def _suggestions(self, said: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows = [
            {name: said[f"{name}_{n}"] for name in SUGGESTION if said.get(f"{name}_{n}")}
            for n in range(1, self.form.rows + 1)
        ]
        return [row for row in rows if row]

    def rows(self, part: Part) -> list[tuple[str, str, str]]:
        """A part in words: label, answer, the name of the question."""
        said = self.given(part)
        typed = reading.read([f for f in part.fields if f.name in said], said, self.choices)[0]
        return [
            (one.label, answer_words(one, reading.to_json(typed[one.name]), tuple(self.choices.get(one.name, ()))),
             one.name)
            for one in part.fields
            if one.name in typed
        ]  # fmt: skip


FROM_BEFORE = ("known", "known_people", "first_contact", "last_contact", "records_secured", "lead_contact")
"""What a body said when it was first asked, and is not asked again."""
INTO_INVOLVEMENT = ("contact_summary", "concerns_recorded", "risk_assessments", "referrals_made")


def known_answers(form: ReturnForm, known: Known) -> dict[str, Any]:
    """What the parts hold before anybody types: what was said before, and what was sent already of this return."""
    found: dict[str, Any] = {}
    kind = form.record.facts.get("kind")
    if known.before is not None and kind != "information_return":
        before = known.before.facts
        found = {name: before[name] for name in FROM_BEFORE if before.get(name) not in (None, "", [])}
        told = [f"{_FIELDS[name].label}: {before[name]}" for name in INTO_INVOLVEMENT if before.get(name)]
        if told:
            found["involvement"] = "\n\n".join(told)
        if before.get("early_learning"):
            found["already_done"] = before["early_learning"]
    own = form.record.facts
    found |= {one.name: own[one.name] for one in (*WHAT_IS_KNOWN, *PARTS) if own.get(one.name) not in (None, "", [])}
    analysed = analysis_of(own)
    for number, line in enumerate(known.key_lines, 1):
        if line in analysed:
            found[f"line_{number}"] = analysed[line]
    for number, one in enumerate(suggestions_of(own), 1):
        found |= {f"{name}_{number}": one[name] for name in SUGGESTION if one.get(name)}
    return found


def rows_needed(form: ReturnForm) -> int:
    """How many proposed actions the form has room for: those sent before, or those added since."""
    return max(form.rows, len(suggestions_of(form.record.facts)), 1)

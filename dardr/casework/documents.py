"""Documents of a review, made from its record: the decision notice, the learning briefing, slides of an event.

Published name only; nothing here reads the identity store. The same record on the same day gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import Actor, get_record, roles_on
from dardr.casework.fold import done
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.bodies import Body, Csp, Partnership
from dardr.storage.installation import Installation
from dardr.storage.reviews import Deadline, Record
from dardr.systime import london_date
from notifications.documents import (
    AgendaItem,
    Briefing,
    Consulted,
    Criterion,
    DecisionNotice,
    Document,
    Format,
    LearningEventSlides,
    LearningPoint,
    SupportContact,
    catalogue,
)
from notifications.render import FormatUnavailable, render_document
from workflows.answers import stored_date
from workflows.criteria import CriteriaRefused, assess_record
from workflows.definition import UNKNOWN_VALUES, FieldType, Past, Process, Role

CASEWORK = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER})
WHO_MAY: dict[str, frozenset[Role]] = {
    "decision_notice": CASEWORK | {Role.DECIDING_CHAIR},
    "briefing": CASEWORK | {Role.DECIDING_CHAIR, Role.INDEPENDENT_CHAIR, Role.COMMUNICATIONS},
    "learning_event_slides": CASEWORK | {Role.DECIDING_CHAIR, Role.INDEPENDENT_CHAIR, Role.COMMUNICATIONS},
}
"""Who makes which document of a review they may see. Documents not named here are not about one review."""

FOR_A_REVIEW = ("decide_review", "decide_joint_review")
DECISIONS = (*FOR_A_REVIEW, "decide_no_review", "decide_other_review")
ASKED_AGAIN = ("record_reconsider", "reopen")
CLEARED_BY = ("record_letter_publish", "clear_after_amendment")
NOT_CLEARED_SINCE = ("return_to_amending", "record_letter_amend", "record_letter_resubmit", "reopen")

NATIONAL_SUPPORT = (
    SupportContact(
        service="National Domestic Abuse Helpline",
        offers="free, 24 hours, for anyone worried about abuse",
        contact="0808 2000 247",
    ),
    SupportContact(
        service="Samaritans", offers="free, 24 hours, for anyone in distress", contact="116 123"
    ),
)
"""Shown where the partnership has not set its own list (its setting ``support_contacts``)."""

AGENDA = (
    AgendaItem(minutes=5, item="Welcome, and looking after ourselves"),
    AgendaItem(minutes=10, item="What happened"),
    AgendaItem(minutes=25, item="What we learned"),
    AgendaItem(minutes=15, item="Questions for teams, in small groups"),
    AgendaItem(minutes=5, item="Support, and your view of this session"),
)
CONTENT_NOTE = (
    "The next slides speak of domestic abuse and of a death.",
    "You may leave at any time, turn your camera off, or come back later; nobody will ask why.",
    "A member of the team is free to talk during and after the session.",
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as a page lists it: what it is, its formats, and every reason why it cannot be made yet."""

    name: str
    label: str
    formats: tuple[str, ...]
    needs_cleared_report: bool
    blocked: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints."""
        return {
            "name": self.name,
            "label": self.label,
            "formats": list(self.formats),
            "needs_cleared_report": self.needs_cleared_report,
            "blocked": list(self.blocked),
        }


def list_documents() -> list[dict[str, Any]]:
    """Every document that can be made of a review, with its formats."""
    return [{k: v for k, v in listed.as_dict().items() if k != "blocked"} for listed in _listed()]


def _listed() -> list[Listed]:
    return [Listed(c.name, c.label, c.formats, c.needs_cleared_report) for c in catalogue() if c.name in WHO_MAY]


def documents_of(session: Session, actor: Actor, ref: str) -> list[Listed]:
    """The documents of one review that this person makes, each with the reasons why it cannot be made yet.

    Raises NotFound for a record that is not there, or not theirs to see.
    """
    record = get_record(session, actor, ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        return []
    roles = roles_on(session, actor, record)
    found = []
    for listed in _listed():
        if WHO_MAY[listed.name] & roles:
            reasons = tuple(_BLOCKED[listed.name](_Review(session, record)))
            found.append(Listed(listed.name, listed.label, listed.formats, listed.needs_cleared_report, reasons))
    return found


def build(session: Session, actor: Actor, now: datetime, name: str, ref: str, fmt: str) -> bytes:
    """The file of a document of one review, made at the instant ``now`` (UTC).

    Raises NotFound (no such document or review), Forbidden (not theirs to make), Invalid (a format it is not made
    in), Conflict (the decision is not made, the report is not cleared, the learning is not recorded).
    """
    listed = next((one for one in _listed() if one.name == name), None)
    if listed is None:
        known = ", ".join(one.name for one in _listed())
        raise NotFound(f"There is no document called {name}. There are: {known}.")
    record = get_record(session, actor, ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise Conflict(f"{ref} is not a review. This document is made of a review: give its reference.")
    if not WHO_MAY[name] & roles_on(session, actor, record):
        who = ", ".join(sorted(str(r).replace("_", " ") for r in WHO_MAY[name]))
        raise Forbidden(f"“{listed.label}” is not yours to make here. It is made by: {who}.")
    if fmt not in listed.formats or fmt not in get_args(Format):
        raise Invalid([Reason(f"{listed.label} is made as {', '.join(listed.formats)}, not as {fmt}.", "format")])
    review = _Review(session, record)
    blocked = _BLOCKED[name](review)
    if blocked:
        raise Conflict([Reason(reason) for reason in blocked])
    document = _BUILD[name](review, london_date(now))
    try:
        return render_document(document, cast(Format, fmt))
    except FormatUnavailable as error:
        raise Invalid([Reason(str(error), "format")]) from error


class _Review:
    """What documents need of one review, read once."""

    def __init__(self, session: Session, record: Record) -> None:
        self.session = session
        self.record = record
        self.process: Process = workflows.get(record.process)
        self.facts: Mapping[str, Any] = record.facts
        self.done: Mapping[str, Past] = done(record.facts)
        partnership = session.get(Partnership, record.partnership_id)
        assert partnership is not None
        self.partnership = partnership

    @property
    def demonstration(self) -> bool:
        return bool(self.session.scalar(sa.select(Installation.demonstration)))

    def last(self, actions: tuple[str, ...]) -> tuple[str, Past] | None:
        """The last time one of these actions was taken, and which."""
        found = [(key, self.done[key]) for key in actions if key in self.done]
        return max(found, key=lambda item: item[1].seq) if found else None

    def text(self, name: str) -> str:
        """A fact as text; one of the four kinds of not knowing in its words; nothing where nothing is recorded."""
        value = self.facts.get(name)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return UNKNOWN_VALUES.get(str(value), str(value)) if value not in (None, "") else ""

    def lines(self, name: str) -> tuple[str, ...]:
        """A fact as lines."""
        value = self.facts.get(name)
        given = value if isinstance(value, list) else str(value or "").splitlines()
        return tuple(str(line).strip() for line in given if str(line).strip())

    def label(self, action: str, name: str) -> str:
        """The words of an answer that was chosen from a list."""
        return self.words(action, name, self.facts.get(name))

    def words(self, action: str, name: str, value: Any) -> str:
        """The words of one value of a question."""
        field = next((f for f in self.process.action(action).fields if f.name == name), None)
        if value in (None, "", []):
            return ""
        known = {c.value: c.label for c in field.choices} if field else {}
        if isinstance(value, bool):
            return "Yes" if value else "No"
        values = value if isinstance(value, list) else [value]
        return ", ".join(UNKNOWN_VALUES.get(str(v)) or known.get(str(v), str(v)) for v in values)

    def names(self, table: type[Body] | type[Csp], keys: Any) -> dict[str, str]:
        """Names of bodies or CSPs by key."""
        rows = self.session.execute(sa.select(table.key, table.name).where(table.key.in_(list(keys or ()))))
        found = {key: name for key, name in rows}
        return {key: found.get(key, key) for key in keys or ()}


# --- when a document can be made -----------------------------------------------------------------------------------


def _decision(review: _Review) -> tuple[str, Past] | None:
    decided = review.last(DECISIONS)
    again = review.last(ASKED_AGAIN)
    return None if decided and again and again[1].seq > decided[1].seq else decided


def _cleared(review: _Review) -> Past | None:
    cleared = review.last(CLEARED_BY)
    since = review.last(NOT_CLEARED_SINCE)
    if cleared is None or (since is not None and since[1].seq > cleared[1].seq):
        return None
    return cleared[1]


def _no_notice(review: _Review) -> list[str]:
    if _decision(review) is None:
        return ["The decision is not made. Record it first: the notice tells the Home Office what was decided."]
    return []


def _no_learning(review: _Review) -> list[str]:
    reasons = []
    cleared = _cleared(review)
    if cleared is None:
        reasons.append(
            "The report of this review is not cleared by the Home Office. Briefings and slides are made from a cleared"
            " report only: record the clearance first."
        )
    learning = review.done.get("record_learning")
    if learning is None or (cleared is not None and learning.seq < cleared.seq):
        what = review.process.action("record_learning").label
        again = " again: the report was cleared after it was recorded" if learning and cleared else ""
        reasons.append(f"The learning is not recorded from the cleared report. Do “{what}”{again}.")
    if not review.text("display_pseudonym"):
        reasons.append(
            "No name to be used for the person is recorded. Record the one chosen with the family first."
        )
    return reasons


_BLOCKED = {"decision_notice": _no_notice, "briefing": _no_learning, "learning_event_slides": _no_learning}


# --- the decision notice ---------------------------------------------------------------------------------------------

_DECIDED = {
    "decide_review": "A domestic abuse related death review will be held",
    "decide_joint_review": "A domestic abuse related death review will be held, jointly or aligned with another",
    "decide_no_review": "A domestic abuse related death review will not be held",
    "decide_other_review": "A domestic abuse related death review will not be held; another review is held instead",
}


def _decision_notice(review: _Review, today: date) -> DecisionNotice:
    decided = _decision(review)
    assert decided is not None
    action, past = decided
    held = action in FOR_A_REVIEW
    decision = _DECIDED[action]
    other = review.text("joint_with" if held else "other_review")
    if other and action in ("decide_joint_review", "decide_other_review"):
        decision = f"{decision}: {other}"
    return DecisionNotice(
        partnership=review.partnership.name,
        prepared_on=today,
        demonstration=review.demonstration,
        ref=review.record.ref,
        csp=", ".join(review.names(Csp, review.facts.get("csps")).values()),
        date_of_death=_as_held(review.facts.get("death_date")),
        aware_on=_as_held(review.facts.get("csp_aware_on")),
        review=held,
        decision=decision,
        decided_on=past.occurred_on,
        decided_by=review.label(action, "decided_by"),
        criteria_met=_criteria_met(review, action, held=held),
        reasons=review.lines("decision_reasons"),
        chair=review.text("chair") if held else "",
        expected_completion=_expected(review),
        parallel_reviews=_parallel(review),
        contact=", ".join(filter(None, (review.partnership.team_name, review.partnership.team_email))),
        criteria=_criteria(review),
        consulted=_consulted(review),
        family_view=review.text("family_view") or review.text("family_wishes"),
        other_learning=review.text("alternative_learning"),
        dissent=review.text("dissent"),
    )


def _as_held(value: Any) -> date | str | None:
    """A date as it is held: whole, partial, or not known."""
    if value in (None, "") or value in UNKNOWN_VALUES:
        return None
    return stored_date(value) or str(value)


def _expected(review: _Review) -> date | None:
    """The date that counts for the overview report: the agreed one, where there is one."""
    return review.session.scalar(
        sa.select(Deadline.due_on)
        .where(
            Deadline.record_id == review.record.id,
            Deadline.clock == "overview_report",
            Deadline.withdrawn_by_event.is_(None),
        )
        .order_by(Deadline.id.desc())
        .limit(1)
    )


def _parallel(review: _Review) -> tuple[str, ...]:
    opening = review.process.opening.key
    said = [
        review.words(opening, "parallel_processes", kind) for kind in review.facts.get("parallel_processes") or ()
    ]
    for entry in review.facts.get("parallel") or ():
        kind = review.words("record_parallel_process", "parallel_kind", entry.get("parallel_kind"))
        status = review.words("record_parallel_process", "parallel_status", entry.get("parallel_status"))
        said = [one for one in said if one != kind]
        said.append(f"{kind}: {status.lower()}" if status else kind)
    return tuple(said)


def _criteria(review: _Review) -> tuple[Criterion, ...]:
    found = []
    evidence = review.text("criteria_evidence")
    for field in review.process.criteria:
        value = review.facts.get(field.name)
        if value in (None, "", []):
            continue
        if field.type is FieldType.CHOICE or value in UNKNOWN_VALUES:
            known = {c.value: c.label for c in field.choices}
            answer = UNKNOWN_VALUES.get(str(value)) or known.get(str(value), str(value))
        else:
            answer = "Yes" if value is True else "No" if value is False else str(value)
        found.append(Criterion(question=field.label, answer=answer, evidence=evidence))
    return tuple(found)


def _criteria_met(review: _Review, action: str, *, held: bool) -> str:
    """The criterion the decision named; for no review, what the decision table advised on the answers given."""
    if held:
        return review.label(action, "criteria_limb")
    try:
        advice = assess_record(review.process.regime, review.facts)
    except CriteriaRefused:
        return ""
    return f"{advice.words}. (What the decision table advises on the answers below; the decision is a person's.)"


def _consulted(review: _Review) -> tuple[Consulted, ...]:
    asked: dict[str, date | None] = {key: None for key in review.facts.get("consulted") or ()}
    for meeting in review.facts.get("core_group_meetings") or ():
        for key in meeting.get("present") or ():
            asked[key] = stored_date(meeting.get("on"))
    names = review.names(Body, asked)
    return tuple(Consulted(organisation=names[key], on=on) for key, on in asked.items())


# --- learning --------------------------------------------------------------------------------------------------------


def _marking(review: _Review) -> str | None:
    """None once the report is public: until then what it taught is as confidential as the review."""
    cleared = _cleared(review)
    published = review.done.get("publish")
    public = published is not None and cleared is not None and published.seq > cleared.seq
    return None if public else "OFFICIAL-SENSITIVE"


def _support(review: _Review) -> tuple[SupportContact, ...]:
    own = (review.partnership.settings or {}).get("support_contacts")
    contacts = [SupportContact(**one) for one in own] if own else list(NATIONAL_SUPPORT)
    if review.partnership.team_email:
        contacts.append(
            SupportContact(
                service=review.partnership.team_name or review.partnership.name,
                offers="for questions about this review and for support after it",
                contact=review.partnership.team_email,
            )
        )
    return tuple(contacts)


def _briefing(review: _Review, today: date) -> Briefing:
    cleared = _cleared(review)
    assert cleared is not None
    return Briefing(
        partnership=review.partnership.name,
        prepared_on=today,
        marking=_marking(review),
        demonstration=review.demonstration,
        ref=review.record.ref,
        pseudonym=review.text("display_pseudonym"),
        report_cleared_on=cleared.occurred_on,
        why_this_matters=review.text("why_it_matters"),
        summary=review.lines("learning_summary"),
        learned=review.lines("learned"),
        good_practice=review.lines("good_practice"),
        do_differently=review.lines("do_differently"),
        questions=review.lines("team_questions"),
        support=_support(review),
        evaluation_link=review.text("evaluation_link"),
    )


def _slides(review: _Review, today: date) -> LearningEventSlides:
    briefing = _briefing(review, today)
    differently = briefing.do_differently
    points = [
        LearningPoint(
            heading=f"What we learned ({number} of {len(briefing.learned)})",
            lines=(learned, differently[number - 1]) if number <= len(differently) else (learned,),
            facilitator_notes="Ask: where have we seen this, and what would we do now?",
        )
        for number, learned in enumerate(briefing.learned, 1)
    ]
    left_over = differently[len(briefing.learned) :]
    if left_over:
        points.append(LearningPoint(heading="What to do differently", lines=left_over))
    return LearningEventSlides(
        partnership=briefing.partnership,
        prepared_on=today,
        marking=briefing.marking,
        demonstration=briefing.demonstration,
        ref=briefing.ref,
        event_title="Learning from a review",
        event_on=None,
        pseudonym=briefing.pseudonym,
        report_cleared_on=briefing.report_cleared_on,
        agenda=AGENDA,
        content_note=CONTENT_NOTE,
        summary=briefing.summary,
        points=tuple(points),
        good_practice=briefing.good_practice,
        questions=briefing.questions,
        support=briefing.support,
        evaluation_link=briefing.evaluation_link,
    )


_BUILD: dict[str, Any] = {
    "decision_notice": _decision_notice,
    "briefing": _briefing,
    "learning_event_slides": _slides,
}


__all__ = ["Document", "Listed", "build", "documents_of", "list_documents"]

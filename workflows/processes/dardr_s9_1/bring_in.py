"""Bringing in a live review that was kept on paper or in a tracker until now, at the stage where it stands.

What was done before is not re-enacted and not invented. One action says where the review stands and gives the dates
that are known; it stands for the steps that lead there, so that later conditions are met and clocks count from the
day given. A step whose answers somebody must still give (the criteria, versions of the report, the copy to the
Commissioner) is not stood for: it is asked again where it is needed.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.answers import whole_date
from workflows.calendar import in_words
from workflows.definition import Action, AgreesDate, Blocked, CountsAgain, Facts, Field, FieldType, StoodFor
from workflows.processes.authorities import by_design
from workflows.processes.dardr_s9_1.home_office_qa import OPENS_POINTS, POINTS
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import STAGES, since
from workflows.processes.fields import day, optional, text
from workflows.processes.who import CASEWORK

PREFIX = "bring_in_at_"

WAY: tuple[tuple[str, tuple[StoodFor, ...]], ...] = (
    ("screening", (StoodFor("accept_notification"),)),
    ("decision_pending", (StoodFor("ready_for_decision"),)),
    ("decided_review", (StoodFor("decide_review", "decided_on"),)),
    (
        "commissioning",
        (
            StoodFor("second_person_check"),
            StoodFor("tell_home_office"),
            StoodFor("tell_family"),
            StoodFor("start_commissioning"),
        ),
    ),
    ("terms_of_reference", (StoodFor("appoint_chair", "chair_appointed_on"), StoodFor("appoint_panel"))),
    ("evidence", (StoodFor("approve_terms", "terms_approved_on"), StoodFor("start_evidence"))),
    ("drafting", (StoodFor("start_drafting"),)),
    ("csp_sign_off", (StoodFor("send_to_partnership"),)),
    (
        "submitted",
        (
            StoodFor("record_steering_group_assurance"),
            StoodFor("sign_off", "signed_off_on"),
            StoodFor("submit_to_home_office", "submitted_on"),
        ),
    ),
    ("home_office_qa", (StoodFor("record_acknowledgement"),)),
    ("pre_publication", (StoodFor("record_letter_publish", "letter_dated"),)),
    ("published", (StoodFor("publish", "published_on"),)),
    ("action_monitoring", (StoodFor("start_action_monitoring"),)),
)
"""The ordinary way: each stage, and the steps that were done to reach it from the one before."""

BESIDE: tuple[tuple[str, str, tuple[StoodFor, ...]], ...] = (
    ("no_review_scrutiny", "decision_pending", (StoodFor("decide_no_review", "decided_on"),)),
    ("amending", "home_office_qa", (StoodFor("record_letter_amend", "letter_dated"),)),
    ("not_published", "pre_publication", (StoodFor("decide_not_to_publish"),)),
)
"""Stages beside it: each, the stage it is reached from, and by which steps."""


def stood_for(stage: str) -> tuple[StoodFor, ...]:
    """Everything that was done on paper before a review stood at ``stage``, in its order. Raises KeyError."""
    for beside, before, steps in BESIDE:
        if beside == stage:
            return (*stood_for(before), *steps)
    found: list[StoodFor] = []
    for reached, steps in WAY:
        found += steps
        if reached == stage:
            break
    else:
        raise KeyError(stage)
    if stage == "action_monitoring":
        # It may have been published or not: it counts as published only where the day is given.
        return tuple(StoodFor(s.action, s.on, when_given=True) if s.action == "publish" else s for s in found)
    return tuple(found)


BRINGS_IN_AT: tuple[str, ...] = tuple(s.key for s in STAGES if s.key in {k for k, _ in WAY} | {k for k, _, _ in BESIDE})
"""The stages at which a live review may be brought in; one just notified needs no bringing in."""


def _known_day(name: str, label: str, *, required: bool = False) -> Field:
    return Field(
        name,
        label,
        FieldType.PARTIAL_DATE,
        required=required,
        unknown=True,
        help="A full date, or only a month (2026-03) or a year (2026), as it is known. A clock counts from a full"
        " date only.",
    )


DATES: tuple[Field, ...] = (
    _known_day("decided_on", "When was the decision made?", required=True),
    _known_day("chair_appointed_on", "When was the independent chair appointed?"),
    _known_day("terms_approved_on", "When were the terms of reference approved?"),
    _known_day("signed_off_on", "When did the partnership sign off the report?"),
    _known_day("submitted_on", "When was the report submitted to the Home Office?", required=True),
    day("letter_dated", "Date of the Home Office's letter", unknown=True),
    _known_day("published_on", "When was the report published?", required=True),
)
"""Each is asked where one of the steps stood for was done on that day."""

REPORT_DUE = day("report_due_as_agreed", "Overview report: the date agreed, where one was", required=False, future=True)
AGREED = AgreesDate("overview_report", date_in=REPORT_DUE.name, reason="Agreed before the review was recorded here")

BEFORE_REPORT_IS_DONE = (
    "decided_review",
    "commissioning",
    "terms_of_reference",
    "evidence",
    "drafting",
    "csp_sign_off",
)


BEFORE_IT = frozenset({"notify", "add_note", "assign_case_manager", "record_identity"})
"""What may be recorded before a review is brought in: nothing that says where it stands."""


def from_a_tracker(facts: Facts) -> Blocked | None:
    """The review came from a tracker, and nothing that says where it stands has been recorded here since."""
    if facts.recorded.get("tracker_reference") and set(facts.done) <= BEFORE_IT:
        return None
    return Blocked(
        "Only a review with a reference in the team's tracker can be brought in at a later stage, and only before"
        " anything else is recorded on it."
    )


def was_brought_in(facts: Facts) -> Blocked | None:
    """The review was brought in at a later stage."""
    if any(key.startswith(PREFIX) for key in facts.done):
        return None
    return Blocked("This is for reviews that were brought in from the team's tracker.")


def dates_out_of_order(facts: Facts) -> str | None:
    """A later step is dated before an earlier one: kept as given, and looked at."""
    submitted = facts.submitted or {}
    before = whole_date(facts.recorded.get("notified_on"))
    label = "the notification"
    for field in DATES:
        this = whole_date(submitted.get(field.name))
        if this is None:
            continue
        if before is not None and this < before:
            return (
                f"“{field.label}”: {in_words(this)} is before {label} ({in_words(before)}). It is kept as given; check"
                f" which one is right."
            )
        before, label = this, f"the day given for “{field.label}”"
    return None


def actions(law: Law) -> tuple[Action, ...]:
    """One action for each stage at which a live review may stand, and one for dates that become known later."""
    return (*(_bring_in(stage) for stage in BRINGS_IN_AT), _give_missing_dates())


def _bring_in(stage: str) -> Action:
    label = next(s.label for s in STAGES if s.key == stage)
    stands = stood_for(stage)
    asked = {s.on: s for s in stands if s.on}
    dates = tuple(optional(f) if asked[f.name].when_given else f for f in DATES if f.name in asked)
    chaired = any(s.action == "appoint_chair" for s in stands)
    return Action(
        f"{PREFIX}{stage}",
        f"Bring in a live review that stands at: {label}",
        source=("notified",),
        to=stage,
        roles=CASEWORK,
        fields=(
            text("known_from", "Where is this known from?", help="For example the team's tracker and the day it was"),
            *dates,
            *((optional(text("chair", "Who is the independent chair?", notable=True)),) if chaired else ()),
            *((REPORT_DUE,) if stage in BEFORE_REPORT_IS_DONE else ()),
            *((optional(POINTS),) if stage == "amending" else ()),
            optional(text("as_given", "Dates and words as they were given", many=True, help="One a line. No names.")),
        ),
        guards=(from_a_tracker,),
        warnings=(dates_out_of_order,),
        effects=(
            *((OPENS_POINTS,) if stage == "amending" else ()),
            *((AGREED,) if stage in BEFORE_REPORT_IS_DONE else ()),
        ),
        stands_for=stands,
        authority=by_design("A live review comes in where it stands"),
        help="What was done before stays in the papers. Nothing of it is entered again.",
    )


def _give_missing_dates() -> Action:
    return Action(
        "give_missing_dates",
        "Give dates that were not known when the review was brought in",
        source=since("screening"),
        roles=CASEWORK,
        fields=(
            text("known_from", "Where is this known from?"),
            *(optional(field, unknown=False) for field in DATES),
            REPORT_DUE,
        ),
        guards=(was_brought_in,),
        checks=(
            partial(
                guards.one_answered,
                fields=tuple(field.name for field in (*DATES, REPORT_DUE)),
                reason="No date is given yet. Fill in at least one of them.",
            ),
        ),
        warnings=(dates_out_of_order,),
        effects=(CountsAgain(), AGREED),
        authority=by_design("A live review comes in where it stands"),
        help="A clock that could not start for want of one of these dates counts from it now.",
    )

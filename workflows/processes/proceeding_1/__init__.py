"""A proceeding that runs beside a review, version 1: a trial, an inquest, another body's review, with its hearings.

A hearing whose date moves sets the record to a stage of its own, until somebody has looked at what hangs on the date:
the panel, the family, the holds. No source asks for these steps in these words: dates and steps are local.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    AnswersForHolds,
    Authority,
    Blocked,
    Clock,
    Days,
    LinksReview,
    LocalSetting,
    Notice,
    Opens,
    Party,
    Phase,
    Process,
    Stage,
    WorkingDays,
)
from workflows.processes import anywhere, ladders
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import choice, day, optional, paragraph
from workflows.processes.proceeding_1 import questions as ask
from workflows.processes.proceeding_1.conditions import (
    a_date_is_tentative,
    a_hearing_is_to_come,
    before_its_date,
    dates_differ,
    has_a_date_to_fix,
    hearing_is_to_come,
    last_day_has_a_first,
)
from workflows.processes.reminding import send_reminder
from workflows.processes.who import CASEWORK, CHAIRING, POLICING

FOLLOWED_HERE = by_design("How a review keeps sight of the proceedings beside it")
WAITED_FOR = ("under_way", "date_moved")
EVERY = (*WAITED_FOR, "ended")

STAGES = (
    Stage(
        "under_way",
        "Under way",
        "proceeding",
        means="It runs beside the review. Somebody looks at it again by the date that is set.",
    ),
    Stage(
        "date_moved",
        "A date has moved",
        "proceeding",
        means="A date that the review depends on has moved. Panel, family and holds are to be looked at.",
    ),
    Stage("ended", "Ended", "proceeding", acts=Party.NOBODY, final=True, means="Nothing more is expected of it."),
)
OF_IT = (ask.REFERENCE, ask.CONTACT, ask.EMAIL, ask.AGREEMENT, ask.EFFECT)
"""What may be recorded of a proceeding at any time."""


def record_parallel_process(source: tuple[str, ...], authority: Authority) -> Action:
    """Record on a review that something runs beside it: it gets a record of its own, with hearings and dates."""
    copied = ("parallel_kind", "parallel_status", *(field.name for field in OF_IT), "parallel_review", "look_again_by")
    return Action(
        "record_parallel_process",
        "Record a parallel process",
        source=source,
        roles=POLICING | CHAIRING,
        keep_as="parallel",
        fields=(
            ask.KIND,
            ask.STATUS,
            *OF_IT,
            ask.OTHER_REVIEW,
            ask.LOOK_AGAIN,
            optional(paragraph("parallel_outcome", "Outcome, or effect on this review")),
        ),
        effects=(
            Opens(
                "proceeding",
                copies=(*((name, name) for name in copied), ("recorded_on", "occurred_on")),
            ),
            LinksReview("parallel_review"),
        ),
        authority=authority,
        help="It gets a page of its own, for its hearings and what becomes of it.",
    )


IN_ORDER = partial(
    guards.dates_in_order,
    first="hearing_from",
    then="hearing_to",
    reason="The last day is before the first. Check both dates.",
)


def _because(name: str, of: str) -> partial[Blocked | None]:
    return partial(
        guards.needed_when,
        field=f"{name}_because",
        when=name,
        values=("not_needed",),
        reason=f"Say in a few words why nothing is needed for {of}.",
    )


# --- the process ------------------------------------------------------------------------------------------

PROCESS = Process(
    key="proceeding",
    version=1,
    label="Parallel proceeding",
    noun="proceeding",
    plural="Parallel proceedings",
    regime="any",
    phases=(Phase("proceeding", "Proceeding"),),
    stages=STAGES,
    opening=Action(
        "open_proceeding",
        "Record a parallel proceeding",
        to="under_way",
        roles=CHAIRING,
        occurred_from="recorded_on",
        fields=(
            ask.KIND,
            ask.STATUS,
            *OF_IT,
            ask.OTHER_REVIEW,
            ask.LOOK_AGAIN,
            day("recorded_on", "Recorded on", default="today"),
        ),
        authority=FOLLOWED_HERE,
    ),
    actions=(
        Action(
            "add_hearing",
            "Add a hearing",
            source=WAITED_FOR,
            roles=CHAIRING,
            keep_as="hearings",
            fields=(ask.HEARING_KIND, ask.FROM, ask.TO, ask.STANDING, ask.WHERE),
            checks=(IN_ORDER,),
            authority=FOLLOWED_HERE,
        ),
        Action(
            "move_hearing",
            "Record that a hearing has moved",
            source=WAITED_FOR,
            to="date_moved",
            roles=CHAIRING,
            keep_as="hearing_moves",
            fields=(
                ask.WHICH,
                optional(ask.FROM, label="New date, or its first day", help="Left empty: no new date is set yet."),
                ask.TO,
                ask.STANDING,
                paragraph("moved_because", "Why it moved, as far as is known", help="No names."),
                ask.WHERE,
            ),
            guards=(a_hearing_is_to_come,),
            checks=(hearing_is_to_come, last_day_has_a_first, IN_ORDER, dates_differ),
            authority=FOLLOWED_HERE,
            help="The dates it had stay on the record. Chair and panel are told that a date has moved, and no more.",
        ),
        Action(
            "fix_hearing",
            "Record that a date is fixed",
            source=WAITED_FOR,
            roles=CHAIRING,
            keep_as="hearing_fixings",
            fields=(ask.WHICH, ask.WHERE),
            guards=(a_date_is_tentative,),
            checks=(hearing_is_to_come, has_a_date_to_fix),
            authority=FOLLOWED_HERE,
        ),
        Action(
            "record_hearing_outcome",
            "Record what came of a hearing",
            source=WAITED_FOR,
            roles=CHAIRING,
            keep_as="hearing_outcomes",
            fields=(ask.WHICH, paragraph("hearing_outcome", "What came of it, in neutral words", help="No names.")),
            guards=(a_hearing_is_to_come,),
            checks=(hearing_is_to_come,),
            warnings=(before_its_date,),
            authority=FOLLOWED_HERE,
            help="Say on the review too how matters stand with the person suspected: letters take their words from it.",
        ),
        Action(
            "strike_out_hearing",
            "Strike out a hearing",
            source=WAITED_FOR,
            roles=CHAIRING,
            keep_as="hearings_struck_out",
            fields=(
                ask.WHICH,
                paragraph("struck_out_because", "Why: recorded by mistake, or it will not take place"),
            ),
            guards=(a_hearing_is_to_come,),
            checks=(hearing_is_to_come,),
            authority=FOLLOWED_HERE,
            help="It stays on the record, marked as struck out.",
        ),
        Action(
            "record_follow_up",
            "Say what the moved date means for panel, family and holds",
            source=("date_moved",),
            to="under_way",
            roles=CHAIRING,
            keep_as="follow_ups",
            fields=(
                *ask.followed_up("panel_looked_at", "The panel: meetings and returns", "The panel"),
                *ask.followed_up(
                    "family_looked_at", "The family: told in the way agreed with them", "The family"
                ),
                *ask.followed_up(
                    "holds_looked_at", "The holds: still right, and looked at again when", "The holds"
                ),
                ask.LOOK_AGAIN,
            ),
            checks=(
                _because("panel_looked_at", "the panel"),
                _because("family_looked_at", "the family"),
                _because("holds_looked_at", "the holds"),
            ),
            authority=FOLLOWED_HERE,
            help="Where a date moved more than once, one answer is for all of it. Nobody in a family is written to.",
            main=True,
        ),
        Action(
            "look_at_proceeding",
            "Look at it again",
            source=WAITED_FOR,
            roles=CHAIRING,
            keep_as="looks",
            fields=(paragraph("how_it_stands", "How matters stand", help="No names."), ask.LOOK_AGAIN),
            authority=FOLLOWED_HERE,
            main=True,
        ),
        Action(
            "change_proceeding",
            "Change what is recorded of it",
            source=WAITED_FOR,
            roles=CHAIRING,
            fields=(optional(ask.STATUS), *OF_IT),
            checks=(
                partial(
                    guards.one_answered,
                    fields=("parallel_status", *(field.name for field in OF_IT)),
                    reason="Nothing is changed yet. Fill in at least one of the questions.",
                ),
            ),
            authority=FOLLOWED_HERE,
            help="What was there before stays on the timeline. A question left empty changes nothing.",
        ),
        Action(
            "end_proceeding",
            "Record that it has ended",
            source=("under_way",),
            to="ended",
            roles=CHAIRING,
            fields=(
                choice(
                    "ended_how",
                    "How did it end?",
                    ("concluded", "It was concluded"),
                    ("discontinued", "It was not pursued"),
                    ("joined", "It became part of another one"),
                ),
                paragraph("ended_outcome", "What came of it, and what it means for the review", help="No names."),
                paragraph(
                    "holds_go_on_because",
                    "Why a hold placed for it goes on",
                    required=False,
                    help="Only where a hold that was placed for it is still open on the review.",
                ),
            ),
            effects=(AnswersForHolds("holds_go_on_because"),),
            authority=FOLLOWED_HERE,
        ),
        Action(
            "reopen_proceeding",
            "Take it up again",
            source=("ended",),
            to="under_way",
            roles=CHAIRING,
            fields=(paragraph("reopened_reason", "Why, for example an appeal"), ask.LOOK_AGAIN),
            authority=FOLLOWED_HERE,
        ),
        send_reminder(WAITED_FOR, CASEWORK),
        anywhere.note(EVERY, CHAIRING),
        *anywhere.correspondence(EVERY, CHAIRING),
        anywhere.call(EVERY, CHAIRING),
    ),
    clocks=(
        Clock(
            "moved_date_followed_up",
            "L07",
            "Look at panel, family and holds after a moved date",
            starts_on=("move_hearing",),
            restarts=True,
            stops_on=("record_follow_up",),
            length=LocalSetting("moved_date_followed_up", WorkingDays(5)),
            local_closures=True,
            owner=Party.CASE_MANAGER,
            owed_to=Party.PARTNERSHIP,
            duty=FOLLOWED_HERE,
            date=local(),
            remind_before=(1,),
            escalations=ladders.SOON,
        ),
        Clock(
            "look_at_proceeding",
            "L08",
            "Look at a parallel proceeding again",
            starts_on=(
                "open_proceeding", "look_at_proceeding", "record_follow_up", "reopen_proceeding",
            ),
            restarts=True,
            stops_on=("end_proceeding",),
            length=LocalSetting("look_at_proceeding", Days(56)),
            local_closures=True,
            given_in="look_again_by",
            owner=Party.CASE_MANAGER,
            owed_to=Party.PARTNERSHIP,
            duty=FOLLOWED_HERE,
            date=local(),
            remind_before=(7, 1),
            escalations=ladders.IN_TWO_WEEKS,
        ),
    ),
    notices=(Notice("date_moved", ("move_hearing",), "date_moved", (Party.INDEPENDENT_CHAIR, Party.PANEL)),),
    child_suffix="J",
    about="A trial, an inquest or another body's review that runs beside one of ours, and the dates it depends on.",
)  # fmt: skip

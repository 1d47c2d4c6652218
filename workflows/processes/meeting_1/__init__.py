"""One meeting of a review's panel, version 1: planned, held, its minutes agreed; or cancelled.

A meeting is planned with its agenda and papers, the panel is invited, and attendance is recorded seat by seat. Whether
there was a quorum follows from that; the panel sets its own. What the minutes ask for becomes tasks of the review.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    Authority,
    Clock,
    DateGiven,
    Days,
    Field,
    FieldType,
    From,
    LocalSetting,
    Opens,
    Party,
    Phase,
    Process,
    Stage,
    WritesToPanel,
)
from workflows.processes import anywhere, ladders
from workflows.processes.authorities import by_design, guidance_2016, local
from workflows.processes.care import fixed_near_a_careful_day
from workflows.processes.fields import choice, day, file, number, optional, paragraph, several_of, text
from workflows.processes.meeting_1 import rules
from workflows.processes.reminding import send_reminder
from workflows.processes.task_1 import AS_ASKED, ASKERS, DUE, NOTE, WHAT, WHO
from workflows.processes.who import CASEWORK, CHAIRING

SECTION_4 = guidance_2016("4")
HOW_HERE = by_design("How meetings of a panel are kept")

PLANNED, HELD, AGREED, CANCELLED = "planned", "held", "minutes_agreed", "cancelled"
ALL = (PLANNED, HELD, AGREED, CANCELLED)

STAGES = (
    Stage(PLANNED, "Planned", "before", means="The date is set. Papers and invitations go out before it."),
    Stage(
        HELD,
        "Held",
        "after",
        acts=Party.INDEPENDENT_CHAIR,
        means="It took place. Its minutes are to be written and agreed.",
    ),
    Stage(
        AGREED,
        "Minutes agreed",
        "after",
        acts=Party.NOBODY,
        final=True,
        means="It took place, and its minutes are agreed. Actions from them are tasks of the review.",
    ),
    Stage(CANCELLED, "Cancelled", "before", acts=Party.NOBODY, final=True, means="It does not take place."),
)

PURPOSE = text(
    "title", "What is the meeting for?", notable=True, help="For example: First panel meeting. No names: lists show it."
)
ON = day("meeting_on", "Date of the meeting", future=True, notable=True)
FROM_TIME = text("starts_at", "From what time?", notable=True, help="For example 10:00 or 14:30.")
TO_TIME = text("ends_at", "Until what time?", required=False, help="For example 12:30.")
HOW = choice(
    "held",
    "How is it held?",
    ("online", "Online"),
    ("in_person", "In person"),
    ("both", "Online and in person"),
    notable=True,
)
PLACE = text("place", "Place, or link to join", required=False)
WITH_FAMILY = choice(
    "family_expected",
    "Are members of the family coming?",
    ("no", "No"),
    ("yes", "Yes"),
    ("with_advocate", "Yes, with an advocate"),
    required=False,
)
AGENDA = text("agenda", "Agenda", many=True, required=False)

PLAN = (PURPOSE, ON, FROM_TIME, TO_TIME, HOW, PLACE, WITH_FAMILY, AGENDA)
WHEN = (
    partial(rules.time_of_day, field="starts_at"),
    partial(rules.time_of_day, field="ends_at"),
    rules.times_in_order,
)
NEAR_A_CAREFUL_DAY = partial(fixed_near_a_careful_day, fields=("meeting_on",))


def plan_meeting(source: tuple[str, ...], authority: Authority) -> Action:
    """Set a date for a meeting of the panel."""
    return Action(
        "plan_meeting",
        "Plan a panel meeting",
        source=source,
        roles=CHAIRING,
        keep_as="meetings_planned",
        fields=PLAN,
        checks=(rules.not_in_the_past, *WHEN),
        warnings=(rules.planned_on_a_weekend, rules.meetings_wait, NEAR_A_CAREFUL_DAY),
        effects=(
            Opens("meeting", copies=(*((field.name, field.name) for field in PLAN), ("planned_on", "occurred_on"))),
        ),
        authority=authority,
        help="Papers and invitations follow on the page of the meeting. Nobody is written to yet.",
    )


PRESENT = several_of("present", "Members present", From.PANEL_SEATS_THEN, required=False)
STOOD_IN = several_of("substitutes", "Members for whom a substitute came", From.PANEL_SEATS_THEN, required=False)
APOLOGIES = several_of("apologies", "Apologies", From.PANEL_SEATS_THEN, required=False)
ATTENDANCE = (
    PRESENT,
    STOOD_IN,
    APOLOGIES,
    text("others_present", "Others present: their posts", many=True, required=False, help="No names."),
    Field(
        "quorum_outcome",
        "Was there a quorum?",
        FieldType.CHOICE,
        required=False,
        choices=rules.QUORUM_CHOICES,
        filled=True,
        notable=True,
    ),
    text("quorum_words", "How that follows", required=False, filled=True, notable=True),
    number("bodies_present", "Bodies that were there", required=False, filled=True),
)
FAMILY_CAME = choice(
    "family_attended",
    "Did family members attend?",
    ("no", "No"),
    ("yes", "Yes"),
    ("with_advocate", "Yes, with an advocate"),
    required=False,
)

FOR_SOME = CHAIRING
"""Who reads everywhere which papers went to whom: the team and the chair. Members find theirs on the meeting's page."""

PROCESS = Process(
    key="meeting",
    version=1,
    label="Panel meeting",
    noun="meeting",
    plural="Panel meetings",
    regime="any",
    phases=(Phase("before", "Before the meeting"), Phase("after", "After the meeting")),
    stages=STAGES,
    opening=Action(
        "set_meeting",
        "Plan a panel meeting",
        to=PLANNED,
        roles=CHAIRING,
        occurred_from="planned_on",
        fields=(*PLAN, day("planned_on", "Planned on", default="today")),
        checks=WHEN,
        authority=SECTION_4,
    ),
    actions=(
        Action(
            "record_held",
            "Record that it was held",
            source=(PLANNED,),
            to=HELD,
            roles=CHAIRING,
            fields=(*ATTENDANCE, FAMILY_CAME, optional(paragraph("decisions", "What was decided", help="No names."))),
            guards=(rules.its_day_has_come,),
            checks=(rules.each_once,),
            warnings=(rules.no_quorum, rules.held_on_another_day),
            authority=SECTION_4,
            main=True,
            help="Whether there was a quorum is worked out from who was there. A meeting without one is recorded too.",
        ),
        Action(
            "change_meeting",
            "Move the meeting, or change where it is",
            source=(PLANNED,),
            roles=CHAIRING,
            fields=(
                optional(ON),
                optional(FROM_TIME),
                TO_TIME,
                optional(HOW),
                PLACE,
                WITH_FAMILY,
                optional(paragraph("moved_because", "Why", help="No names.")),
            ),
            checks=(
                partial(
                    guards.one_answered,
                    fields=("meeting_on", "starts_at", "ends_at", "held", "place", "family_expected"),
                    reason="Nothing is changed yet. Give the new date, time or place.",
                ),
                rules.not_in_the_past,
                *WHEN,
            ),
            warnings=(rules.planned_on_a_weekend, NEAR_A_CAREFUL_DAY),
            effects=(WritesToPanel("moved"),),
            authority=HOW_HERE,
            help="A question left empty changes nothing. The dates before stay on view. An invited panel is told.",
        ),
        Action(
            "set_agenda",
            "Set the agenda",
            source=(PLANNED,),
            roles=CHAIRING,
            fields=(text("agenda", "Agenda", many=True),),
            authority=HOW_HERE,
            help="It takes the place of the one before.",
        ),
        Action(
            "add_papers",
            "Add papers for the whole panel",
            source=(PLANNED, HELD),
            roles=CHAIRING,
            keep_as="papers",
            fields=(
                text("paper", "What is it?", help="No names."),
                file("paper_files", "The papers", many=True),
                text("paper_kept_at", "Or where it is kept", required=False),
            ),
            checks=(partial(rules.given_or_kept, files="paper_files", kept="paper_kept_at"),),
            authority=HOW_HERE,
            help="Everybody on the panel who has an account here can open them.",
        ),
        Action(
            "add_papers_for_some",
            "Add papers for chosen members",
            source=(PLANNED, HELD),
            roles=CHAIRING,
            keep_as="papers_for_some",
            fields=(
                several_of("for_seats", "For whom?", From.PANEL_SEATS, seen_by=FOR_SOME),
                text("some_paper", "What is it?", seen_by=FOR_SOME, help="No names."),
                file("some_files", "The papers", many=True, seen_by=FOR_SOME),
                text("some_kept_at", "Or where it is kept", required=False, seen_by=FOR_SOME),
            ),
            checks=(partial(rules.given_or_kept, files="some_files", kept="some_kept_at"),),
            authority=HOW_HERE,
            help="Only these members, the chair and the team can open them; no search finds them.",
        ),
        Action(
            "send_invitations",
            "Send the invitations",
            source=(PLANNED,),
            roles=CHAIRING,
            guards=(rules.is_to_come,),
            effects=(WritesToPanel("invited"),),
            authority=HOW_HERE,
            help="An e-mail with the reference, the date and a link: to each member, or the substitute invited in their"
            " place. Nobody is invited twice to the same date. The family is never written to from here.",
        ),
        Action(
            "correct_attendance",
            "Correct who was there",
            source=(HELD, AGREED),
            roles=CHAIRING,
            fields=(*ATTENDANCE, FAMILY_CAME, text("corrected_because", "Why it is corrected")),
            checks=(rules.each_once,),
            warnings=(rules.no_quorum,),
            authority=by_design(),
            help="Give the whole of it: a list left empty keeps what is recorded.",
        ),
        Action(
            "record_minutes",
            "Record the minutes",
            source=(HELD,),
            roles=CHAIRING,
            fields=(
                text("minutes", "Where they are kept, or in a few words", required=False),
                file("minutes_file", "The minutes"),
            ),
            checks=(partial(rules.given_or_kept, files="minutes_file", kept="minutes"),),
            authority=HOW_HERE,
            main=True,
            help="Done again for a further draft.",
        ),
        Action(
            "add_minute_action",
            "Add an action from the minutes",
            source=(HELD, AGREED),
            roles=ASKERS,
            keep_as="minute_actions",
            fields=(WHAT, WHO, DUE, NOTE),
            effects=(Opens("task", copies=AS_ASKED, beside=True),),
            authority=HOW_HERE,
            help="It becomes a task of the review, with a date and reminders. They see it in My work.",
        ),
        Action(
            "agree_minutes",
            "Record that the minutes are agreed",
            source=(HELD,),
            to=AGREED,
            roles=CHAIRING,
            fields=(
                choice(
                    "agreed_how",
                    "How?",
                    ("next_meeting", "At the next meeting"),
                    ("by_email", "By e-mail"),
                    ("chair", "By the chair"),
                ),
                optional(paragraph("minutes_corrected", "What was corrected")),
            ),
            guards=(
                partial(guards.done, action="record_minutes", reason="There are no minutes yet. Record them first."),
            ),
            authority=HOW_HERE,
            main=True,
        ),
        Action(
            "reopen_minutes",
            "Look at the minutes again",
            source=(AGREED,),
            to=HELD,
            roles=CHAIRING,
            fields=(paragraph("reopened_reason", "Why"),),
            authority=by_design(),
        ),
        Action(
            "cancel_meeting",
            "Cancel the meeting",
            source=(PLANNED,),
            to=CANCELLED,
            roles=CHAIRING,
            fields=(paragraph("cancelled_because", "Why", help="No names."),),
            effects=(WritesToPanel("cancelled"),),
            authority=HOW_HERE,
            help="An invited panel is told. For another date, move the meeting instead.",
        ),
        send_reminder((PLANNED, HELD), CHAIRING),
        anywhere.note(ALL, CHAIRING),
        *anywhere.correspondence(ALL, CASEWORK),
    ),
    clocks=(
        Clock(
            "minutes_agreed",
            "L03",
            "Minutes to be agreed",
            starts_on=("record_held", "reopen_minutes"),
            restarts=True,
            stops_on=("agree_minutes",),
            length=LocalSetting("minutes_agreed", Days(28)),
            local_closures=True,
            owner=Party.INDEPENDENT_CHAIR,
            owed_to=Party.PARTNERSHIP,
            duty=local("A panel agrees the minutes of its meetings; no national rule is known"),
            date=local("A setting of the partnership; no national number is known"),
            remind_before=(7, 1),
            escalations=ladders.IN_PLACE_OF_A_CHAIR,
        ),
        Clock(
            "meeting_day",
            "L04",
            "Panel meeting",
            starts_on=("set_meeting", "change_meeting"),
            restarts=True,
            when_given=True,
            stops_on=("record_held",),
            withdrawn_on=("cancel_meeting",),
            length=DateGiven("meeting_on"),
            owner=Party.CASE_MANAGER,
            owed_to=Party.PARTNERSHIP,
            duty=HOW_HERE,
            date=local("The date set for the meeting"),
            remind_before=(7, 1),
            on_the_day=False,
            escalations=ladders.IN_TWO_WEEKS,
        ),
    ),
    child_suffix="M",
    about="Meetings of a review's panel: date, agenda, papers, who was there, minutes, and what follows from them.",
)

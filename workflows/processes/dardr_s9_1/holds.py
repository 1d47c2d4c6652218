"""What belongs to no phase: holds, agreed dates, the pseudonym, links, notes, who carries the review."""

from __future__ import annotations

import dataclasses
from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    AgreesDate,
    AssignsCaseManager,
    Blocked,
    ChangesHold,
    EndsHold,
    Facts,
    Field,
    FieldType,
    From,
    LinksReview,
    PlacesHold,
    UndoesAgreedDate,
    UndoesHold,
)
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, local
from workflows.processes.dardr_s9_1 import naming, people
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import ALL, LIVE, UNDER_REVIEW, since
from workflows.processes.dardr_s9_1.telling import DEATH_DATE, SUSPECTED_STATUS
from workflows.processes.document_1 import file_document
from workflows.processes.fields import choice, choices, day, file, one_of, optional, paragraph, text
from workflows.processes.held_back_1 import record_held_back
from workflows.processes.proceeding_1 import record_parallel_process
from workflows.processes.reminding import send_reminder
from workflows.processes.task_1 import add_task
from workflows.processes.who import CASEWORK, CHAIRING, DECIDERS, POLICING

ACTIVITIES = (
    ("family_interviews", "Interviews with family, friends and staff who may be witnesses"),
    ("contact_person_responsible", "Contact with the person suspected or responsible"),
    ("panel_meetings", "Panel meetings"),
    ("agency_returns", "Agencies' returns"),
    ("overview_report", "Completing the overview report"),
    ("publication", "Publication"),
)
"""What a hold may ask to wait. Everything that it does not name goes on."""


def moved_report_date_is_agreed(facts: Facts, *, field: str, reason: str) -> Blocked | None:
    """A check: the date of the overview report moves only by panel and partnership, the Home Office told."""
    submitted = facts.submitted or {}
    if "overview_report" not in str(submitted.get("clock") or "") or submitted.get(field):
        return None
    return Blocked(reason, field)


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done at any stage."""
    return (
        Action(
            "place_hold",
            "Place a hold",
            source=LIVE,
            roles=CHAIRING,
            keep_as="holds_placed",
            fields=(
                anywhere.HOLD_KIND,
                anywhere.HOLD_REASON,
                anywhere.HOLD_ASKED_BY,
                choices("activities", "What waits?", *ACTIVITIES),
                dataclasses.replace(
                    anywhere.HOLD_CLOCKS,
                    help="None need be. The dates for the decision and for the overview report are never paused.",
                ),
                anywhere.HOLD_REVIEW_BY,
                anywhere.HOLD_PROCEEDING,
                anywhere.HOLD_TOLD,
            ),
            effects=(PlacesHold(),),
            authority=law.guidance("9", note="No clock-stop is known in statute or guidance."),
            help="A hold touches only what it names. Everything else goes on.",
        ),
        Action(
            "change_hold_review_by",
            "Look at a hold again",
            source=LIVE,
            roles=POLICING | CHAIRING,
            keep_as="hold_reviews",
            fields=(
                anywhere.OPEN_HOLD,
                day("review_by", "Next look by", future=True),
                paragraph("hold_view", "How matters stand"),
            ),
            guards=(partial(guards.a_hold_is_open, reason="There is no open hold on this review."),),
            effects=(ChangesHold(),),
            authority=local(),
        ),
        Action(
            "record_told_of_hold",
            "Record who was told of a hold",
            source=LIVE,
            roles=CHAIRING,
            keep_as="holds_told",
            fields=(
                anywhere.ANY_HOLD,
                anywhere.NOW_TOLD,
                optional(text("told_how", "How, and where the letters are kept", help="No names.")),
                file("told_letter", "A letter, as it was sent"),
            ),
            authority=local("Those whose work or contact waits are told in writing; no source sets a form"),
            help="That it began, that it goes on, or that it ended. Letters to start from are on the page of holds.",
        ),
        Action(
            "end_hold",
            "End a hold",
            source=LIVE,
            roles=CHAIRING,
            keep_as="holds_ended",
            fields=(anywhere.OPEN_HOLD, anywhere.HOLD_OUTCOME),
            guards=(partial(guards.a_hold_is_open, reason="There is no open hold on this review."),),
            effects=(EndsHold(),),
            authority=law.guidance("9"),
            help="Paused clocks run again from the day it ended.",
        ),
        Action(
            "undo_hold",
            "Strike out a hold recorded by mistake",
            source=LIVE,
            roles=CASEWORK,
            keep_as="holds_undone",
            fields=(anywhere.ANY_HOLD, anywhere.UNDO_WHY),
            effects=(UndoesHold(),),
            authority=by_design(),
            help="Every date is computed as if it had never been. It stays on the timeline.",
        ),
        Action(
            "agree_new_date",
            "Record an agreed date",
            source=LIVE,
            roles=DECIDERS,
            keep_as="agreed_dates",
            fields=(
                anywhere.WHICH_DATE,
                anywhere.NEW_DATE,
                anywhere.WHY,
                day("agreed_by_panel_on", "When did the panel agree?", required=False),
                day("agreed_by_partnership_on", "When did the partnership agree?", required=False),
                day("home_office_told_on", "When was the Home Office told?", required=False),
                optional(text("minute", "Minute: date and where it is kept")),
            ),
            checks=(
                anywhere.agreed_within_years,
                partial(
                    moved_report_date_is_agreed,
                    field="agreed_by_panel_on",
                    reason="The date of the overview report moves only when panel and partnership agree and the Home"
                    " Office is told. Give the day the panel agreed.",
                ),
                partial(
                    moved_report_date_is_agreed,
                    field="agreed_by_partnership_on",
                    reason="Give the day the partnership agreed to the new date of the overview report.",
                ),
                partial(
                    moved_report_date_is_agreed,
                    field="home_office_told_on",
                    reason="Give the day the Home Office was told of the new date of the overview report.",
                ),
            ),
            effects=(AgreesDate(),),
            authority=law.guidance("5"),
            help="The date first set stays on the record beside it.",
        ),
        Action(
            "undo_agreed_date",
            "Strike out an agreed date recorded by mistake",
            source=LIVE,
            roles=DECIDERS,
            keep_as="agreed_dates_undone",
            fields=(anywhere.WHICH_AGREED, anywhere.UNDO_WHY),
            effects=(UndoesAgreedDate(),),
            authority=by_design(),
            help="Every date is computed as if it had never been. It stays on the timeline.",
        ),
        Action(
            "assign_case_manager",
            "Say who carries the review",
            source=LIVE,
            roles=CASEWORK,
            fields=(one_of("case_manager", "Who?", From.CASE_MANAGERS, notable=True),),
            effects=(AssignsCaseManager(),),
            authority=local(),
        ),
        Action(
            "link_review",
            "Link another review",
            source=ALL,
            roles=CASEWORK,
            keep_as="linked_reviews",
            fields=(
                one_of("review", "Which review?", From.REVIEWS),
                choice(
                    "link_reason",
                    "Why?",
                    ("same_death", "The same death or incident"),
                    ("joint", "A joint or aligned review"),
                    ("same_family", "The same family"),
                    ("learning", "The same learning"),
                ),
            ),
            effects=(LinksReview("review"),),
            authority=by_design(),
        ),
        record_parallel_process(LIVE, law.guidance("9")),
        record_held_back(UNDER_REVIEW, law.guidance("9")),
        Action(
            "update_status_of_proceedings",
            "Record how matters stand with the person suspected",
            source=LIVE,
            roles=POLICING | CHAIRING,
            fields=(
                Field(
                    SUSPECTED_STATUS.name,
                    SUSPECTED_STATUS.label,
                    FieldType.CHOICE,
                    choices=SUSPECTED_STATUS.choices,
                    unknown=True,
                ),
            ),
            authority=by_design("Words follow the record"),
            help="Letters and reports take their words from this.",
        ),
        Action(
            "correct_facts",
            "Correct what was recorded at the notification",
            source=LIVE,
            roles=CASEWORK,
            fields=(
                text("correction_reason", "Why it is corrected"),
                optional(DEATH_DATE),
                optional(paragraph("circumstances", "What is known, in a few sentences")),
                choice("sex", "Sex", ("female", "Female"), ("male", "Male"), unknown=True, required=False),
            ),
            checks=(
                partial(
                    guards.one_answered,
                    fields=("death_date", "circumstances", "sex"),
                    reason="Nothing is corrected yet. Fill in at least one of the questions.",
                ),
            ),
            authority=by_design(),
            help="What was there before stays on the timeline.",
        ),
        *naming.actions(law),
        *people.actions(),
        send_reminder(LIVE, CHAIRING),
        add_task(LIVE),
        Action(
            "record_delay_reason",
            "Record why a date is past",
            source=since("screening"),
            roles=CHAIRING,
            keep_as="delays",
            fields=(
                choice(
                    "delay_cause",
                    "What is in the way?",
                    ("proceedings", "Criminal proceedings"),
                    ("inquest", "Inquest"),
                    ("returns", "Returns awaited"),
                    ("chair", "Finding a chair"),
                    ("family", "At the family's wish"),
                    ("home_office", "With the Home Office"),
                    ("capacity", "Capacity"),
                    ("other", "Something else"),
                ),
                paragraph("delay_notes", "In a few words"),
            ),
            authority=by_design(),
        ),
        Action(
            "add_note",
            "Add a note",
            source=ALL,
            roles=POLICING | CHAIRING | DECIDERS,
            keep_as="notes",
            fields=(paragraph("note", "Note", help="No names."),),
            authority=by_design(),
        ),
        file_document(ALL),
        *anywhere.correspondence(ALL, CHAIRING),
        anywhere.call(ALL, POLICING | CHAIRING | DECIDERS),
    )

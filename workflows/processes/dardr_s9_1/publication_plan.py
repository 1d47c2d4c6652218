"""The plan of a publication: who is told, what is said, when, which days are avoided, and what must be waited for.

Each person or body to be told is a record of its own (``publication-notice``), each branch of the family one that few
see (``family-notice``). The day, the embargo and the lines to take are the review's.
"""

from __future__ import annotations

import dataclasses
from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, Field, FieldType, From, Opens
from workflows.processes.authorities import by_design, local
from workflows.processes.dardr_s9_1 import publication_waits as waits
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import since
from workflows.processes.family_notice_1 import WHICH_BRANCH
from workflows.processes.fields import choice, choices, day, file, one_of, optional, paragraph, several_of, text
from workflows.processes.publication_notice_1 import AUDIENCES, BY_WHOM, HOW, NOTE, PLANNED_ON, WHO, WHOM
from workflows.processes.who import CASEWORK, CHAIRING, FAMILY_NOTES, MEDIA

NOTICE, FAMILY_NOTICE = waits.NOTICE, waits.FAMILY_NOTICE

PLANNING = ("pre_publication", "published", "not_published")
"""The stages in which somebody may still have to be told."""


# --- actions ----------------------------------------------------------------------------------------------

LINES_TO_TAKE = paragraph("lines_to_take", "Agreed lines to take", help="For those who are asked. No names.")
PLANNED_FOR = day("planned_for", "Planned day of publication", future=True)


def actions(law: Law) -> tuple[Action, ...]:
    """What makes the plan, before publication and around it."""
    return (
        *_who_is_told(law),
        Action(
            "record_communications_plan",
            "Record the communications plan",
            source=("pre_publication",),
            roles=MEDIA,
            fields=(
                paragraph("communications_plan", "What is published, when and how; who speaks for the partnership"),
                optional(LINES_TO_TAKE),
                Field("embargo_until", "Embargo until", FieldType.DATETIME, required=False, future=True),
                optional(PLANNED_FOR),
            ),
            checks=(waits.embargo_is_changed_elsewhere,),
            warnings=(waits.planned_day_is_to_be_avoided,),
            authority=law.guidance("8"),
            main=True,
        ),
        Action(
            "change_planned_day",
            "Change the planned day of publication",
            source=("pre_publication",),
            roles=MEDIA,
            fields=(PLANNED_FOR, optional(paragraph("planned_for_because", "Why"))),
            warnings=(waits.planned_day_is_to_be_avoided,),
            authority=local("The day is the partnership's own choice"),
        ),
        Action(
            "change_embargo",
            "Change or lift the embargo",
            source=("pre_publication", "published"),
            roles=MEDIA,
            keep_as="embargo_changes",
            fields=(
                Field(
                    "new_embargo",
                    "Embargo until",
                    FieldType.DATETIME,
                    required=False,
                    future=True,
                    help="Left empty, no embargo stands any more.",
                ),
                paragraph("embargo_because", "Why"),
                text("embargo_agreed_by", "Who agreed? (their posts)"),
            ),
            authority=by_design("An embargo is a promise; it is changed on the record, not passed over"),
        ),
        _check_pre_election(),
        *_days_to_avoid(),
        Action(
            "record_family_statement",
            "Record the family's statement for publication",
            source=("pre_publication", "published"),
            roles=CHAIRING,
            fields=(
                dataclasses.replace(
                    paragraph("family_statement", "The statement", help="Exactly as they gave it. Change no word."),
                    seen_by=FAMILY_NOTES,
                ),
                choice(
                    "family_statement_use",
                    "What do they wish?",
                    ("with_report", "It is published with the report"),
                    ("to_press", "It is given to whoever asks"),
                    ("not_yet", "They have not decided yet"),
                    ("not_published", "It is not to be published"),
                ),
                dataclasses.replace(
                    optional(text("family_statement_from", "Which branch of the family gave it, and how")),
                    seen_by=FAMILY_NOTES,
                ),
                dataclasses.replace(file("family_statement_file", "The statement as it came"), identity=True),
            ),
            authority=law.guidance("6"),
            help="The team and the independent chair alone read it until the report is published. Nothing is sent.",
        ),
    )


def _who_is_told(law: Law) -> tuple[Action, ...]:
    return (
        Action(
            "prepare_publication_plan",
            "Prepare the plan of who is told",
            source=("pre_publication",),
            roles=CASEWORK,
            fields=(
                several_of(
                    "family_told",
                    "The family: who has a line of their own?",
                    From.FAMILY_TO_TELL,
                    help="Each branch by itself. None sees another's.",
                    seen_by=FAMILY_NOTES,
                ),
                choices(
                    "audiences",
                    "Who else is told?",
                    *((key, label) for key, label, _ in AUDIENCES),
                    default=",".join(key for key, _, usual in AUDIENCES if usual),
                    help="Take out whom this publication does not touch. Others can be added later.",
                ),
                optional(several_of("web_teams", "Which websites' teams?", From.WEB_TEAMS)),
            ),
            guards=(_is_not_prepared_yet,),
            effects=(
                Opens(
                    FAMILY_NOTICE,
                    for_each="family_told",
                    each_as="branch",
                    copies=(("added_on", "occurred_on"),),
                    sets=(("title", "Family"),),
                ),
                Opens(NOTICE, for_each="audiences", each_as="audience", copies=(("added_on", "occurred_on"),)),
                Opens(
                    NOTICE,
                    for_each="web_teams",
                    each_as="whom",
                    copies=(("added_on", "occurred_on"),),
                    sets=(("audience", "web_team"),),
                ),
            ),
            authority=law.guidance("8", note="Who is told before publication; the list itself is by design."),
            help="One line for each. How, by whom and when is said on each line afterwards.",
            main=True,
        ),
        Action(
            "add_publication_notice",
            "Add somebody to be told",
            source=PLANNING,
            roles=MEDIA,
            keep_as="notices_added",
            fields=(
                choice("audience", "Who is told?", *WHO),
                optional(WHOM),
                optional(BY_WHOM),
                HOW,
                PLANNED_ON,
                NOTE,
            ),
            effects=(
                Opens(
                    NOTICE,
                    copies=(
                        ("audience", "audience"),
                        ("whom", "whom"),
                        ("by_whom", "by_whom"),
                        ("how", "how"),
                        ("planned_on", "planned_on"),
                        ("notice_note", "notice_note"),
                        ("added_on", "occurred_on"),
                    ),
                ),
            ),
            authority=by_design("Everyone who is to be told has a line"),
        ),
        Action(
            "add_family_notice",
            "Add a branch of the family to be told",
            source=PLANNING,
            roles=CHAIRING,
            keep_as="family_notices_added",
            fields=(dataclasses.replace(WHICH_BRANCH, seen_by=FAMILY_NOTES),),
            effects=(
                Opens(
                    FAMILY_NOTICE,
                    copies=(("branch", "branch"), ("added_on", "occurred_on")),
                    sets=(("title", "Family"),),
                ),
            ),
            authority=law.guidance("6"),
        ),
    )


def _is_not_prepared_yet(facts: Facts) -> Blocked | None:
    if "prepare_publication_plan" not in facts.done:
        return None
    return Blocked("The plan is prepared already. Add whoever is missing, one by one.")


def _check_pre_election() -> Action:
    return Action(
        "check_pre_election",
        "Record the check of pre-election periods",
        source=("pre_publication",),
        roles=MEDIA,
        fields=(
            day("pre_election_day", "For which day of publication?", future=True),
            text(
                "pre_election_dates",
                "Which elections and dates were looked at, and where",
                help="For example the notices of election on the councils' websites, and the day they were read.",
            ),
            text("pre_election_by", "Who checked? (their post)"),
            choice(
                "pre_election",
                "What was found?",
                ("none", "The day lies in no pre-election period"),
                ("agreed", "It lies in one, and publishing then was agreed"),
                ("wait", "It lies in one: another day is wanted"),
            ),
            optional(text("pre_election_agreed_by", "Who agreed, and why it cannot wait")),
        ),
        checks=(
            partial(
                guards.needed_when,
                field="pre_election_agreed_by",
                when="pre_election",
                values=("agreed",),
                reason="Say who agreed to publish in a pre-election period, and why it cannot wait.",
            ),
        ),
        warnings=(waits.planned_day_is_to_be_avoided,),
        authority=local(
            "The rules of the councils that publish",
            note="Which dates count, and what may be published then, the councils say. No dates are built in.",
        ),
        help="Ask the councils' own advisers: local rules apply.",
        main=True,
    )


def _days_to_avoid() -> tuple[Action, ...]:
    return (
        Action(
            "record_day_to_avoid",
            "Record a day to avoid",
            source=since("commissioning"),
            roles=CHAIRING,
            keep_as="days_to_avoid",
            fields=(
                day("avoid_day", "Which day?", future=True, help="A birthday, an anniversary, a hearing: in any year."),
                choice("avoid_every_year", "Every year?", ("yes", "Every year"), ("no", "Only that day")),
                dataclasses.replace(
                    optional(text("avoid_note", "What for", help="Read by the team and the independent chair only.")),
                    seen_by=FAMILY_NOTES,
                ),
            ),
            authority=by_design("Days that the family asks to avoid"),
            help="Whoever plans is warned of the day. Whose day it is, is not said.",
        ),
        Action(
            "strike_out_day_to_avoid",
            "Strike out a day to avoid",
            source=since("commissioning"),
            roles=CHAIRING,
            keep_as="days_to_avoid_undone",
            fields=(one_of("which_day", "Which one?", From.DAYS_TO_AVOID), paragraph("day_undone_why", "Why")),
            authority=by_design(),
        ),
    )

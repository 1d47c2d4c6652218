"""One branch of the family in a publication plan, version 1: told how and by whom, or not told and why.

Seen by the team and the independent chair alone. Others learn that the family was told, or not yet, and no more.
"""

from __future__ import annotations

from functools import partial

from workflows.definition import Action, From, Party, Phase, Process, Stage
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.care import fixed_near_a_careful_day
from workflows.processes.fields import choice, day, one_of, optional, paragraph, text
from workflows.processes.who import CHAIRING, FAMILY_NOTES

FAMILY = guidance_2016("6")

STAGES = (
    Stage("planned", "To be told", "notice", acts=Party.INDEPENDENT_CHAIR, means="They are to be told first of all."),
    Stage("told", "Told", "notice", acts=Party.NOBODY, final=True, means="They were told."),
    Stage(
        "not_needed", "Not told, for a reason", "notice", acts=Party.NOBODY, final=True,
        means="They are not told, and it is on the record why: they asked not to be, or every attempt failed.",
    ),
)  # fmt: skip

WAYS = (
    ("visit", "In person"),
    ("telephone", "By telephone"),
    ("through_advocate", "Through their advocate"),
    ("through_liaison", "Through the family liaison officer"),
    ("letter", "By letter"),
    ("email", "By e-mail"),
)
HOW = choice("how", "How?", *WAYS, required=False)
BY_WHOM = optional(text("by_whom", "Who tells them? (their post)"))
PLANNED_ON = day("planned_on", "Planned for", required=False, future=True)
WISHES = optional(
    paragraph("wishes", "How they wish to be told, and who is with them", help="No names and no addresses.")
)
CONTENT = optional(
    paragraph(
        "content_note",
        "What in the report will be hard to read",
        help="So that whoever is with them can say so before they open it.",
    )
)
WHICH_BRANCH = one_of("branch", "Which branch of the family?", From.FAMILY_TO_TELL)

PROCESS = Process(
    key="family-notice",
    version=1,
    label="Notice of publication to the family",
    noun="notice",
    plural="Notices of publication to the family",
    regime="any",
    phases=(Phase("notice", "Notice"),),
    stages=STAGES,
    opening=Action(
        "open_family_notice",
        "Add a branch of the family to be told",
        to="planned",
        roles=CHAIRING,
        occurred_from="added_on",
        fields=(
            text("title", "Called", help="Neutral words. No names.", notable=True),
            text("branch", "Which branch of the family"),
            day("added_on", "Added on"),
        ),
        authority=FAMILY,
    ),
    actions=(
        Action(
            "plan_family_notice",
            "Say who tells them, how and when",
            source=("planned",),
            roles=CHAIRING,
            fields=(BY_WHOM, HOW, PLANNED_ON, WISHES, CONTENT),
            warnings=(partial(fixed_near_a_careful_day, fields=("planned_on",)),),
            authority=FAMILY,
            help="A question left empty changes nothing.",
        ),
        Action(
            "record_family_told",
            "Record that they were told",
            source=("planned",),
            to="told",
            roles=CHAIRING,
            fields=(
                choice("told_how", "How were they told?", *WAYS),
                text("told_by", "By whom? (their post)"),
                optional(paragraph("told_note", "What they said or asked", help="No names.")),
            ),
            authority=FAMILY,
            main=True,
        ),
        Action(
            "record_family_not_told",
            "Record that they are not told",
            source=("planned",),
            to="not_needed",
            roles=CHAIRING,
            fields=(
                choice(
                    "not_told_kind",
                    "Why not?",
                    ("asked_not", "They asked not to be told"),
                    ("not_reached", "They could not be reached"),
                    ("not_safe", "It would not be safe"),
                    ("other", "Another reason"),
                ),
                paragraph("not_told_because", "The reason, or each attempt: date, how, by whom"),
            ),
            authority=FAMILY,
        ),
        Action(
            "strike_out_family_telling",
            "Strike out that they were told",
            source=("told",),
            to="planned",
            roles=CHAIRING,
            fields=(paragraph("not_told_after_all", "What was wrong"),),
            authority=by_design(),
            help="For a mistake. It stays on the timeline, and they are to be told again.",
        ),
        Action(
            "tell_family_after_all",
            "Put it back into the plan",
            source=("not_needed",),
            to="planned",
            roles=CHAIRING,
            fields=(optional(paragraph("told_after_all_because", "Why")),),
            authority=FAMILY,
        ),
        anywhere.note(("planned", "told", "not_needed"), CHAIRING),
    ),
    child_suffix="Y",
    about="A branch of the family hears of the publication before anybody else. None sees what is said to another.",
    seen_by=FAMILY_NOTES,
)

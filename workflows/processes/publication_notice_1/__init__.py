"""One line of a publication plan, version 1: who is told, by whom, how and when; told, or not told and why.

Who of the family is told is a record of another process, which fewer people see.
"""

from __future__ import annotations

from workflows.definition import Action, Party, Phase, Process, Role, Stage
from workflows.processes import anywhere
from workflows.processes.authorities import by_design
from workflows.processes.fields import choice, day, optional, paragraph, text
from workflows.processes.who import CHAIRING, DECIDERS, MEDIA

PLAN = by_design("Everyone whom a publication touches hears of it first, or it is on the record why not")

AUDIENCES: tuple[tuple[str, str, bool], ...] = (
    ("children_carers", "Those who care for the children", True),
    ("person_responsible", "The person alleged or found responsible, through probation or the prison", True),
    ("agencies", "Agencies that took part, and their staff whom it touches", True),
    ("panel", "The panel and the independent chair", True),
    ("police", "Police", True),
    ("coroner", "Coroner", True),
    ("cps", "Crown Prosecution Service", True),
    ("partnership_leaders", "Leaders of the partnership and of the councils", True),
    ("home_office", "Home Office", True),
    ("commissioner", "Domestic Abuse Commissioner", True),
    ("policing_body", "Police and Crime Commissioner", True),
    ("press_offices", "Press offices of the bodies named in the report", False),
    ("support", "Support services that people may turn to", False),
    ("other", "Somebody else", False),
)
"""Who may be told besides the family: the key, the words, and whether a plan usually has them."""

WHO = (*((key, label) for key, label, _ in AUDIENCES), ("web_team", "Web team"))

STAGES = (
    Stage("planned", "To be told", "notice", means="They are to be told before the report is published."),
    Stage("told", "Told", "notice", acts=Party.NOBODY, final=True, means="They were told."),
    Stage(
        "not_needed", "Not told, for a reason", "notice", acts=Party.NOBODY, final=True,
        means="They are not told, and it is on the record why.",
    ),
)  # fmt: skip

WAYS = (
    ("email", "By e-mail"),
    ("telephone", "By telephone"),
    ("meeting", "At a meeting"),
    ("visit", "In person"),
    ("letter", "By letter"),
    ("other", "In another way"),
)
WHOM = text("whom", "Whom exactly", help="The body or the post. No names.")
BY_WHOM = text("by_whom", "Who tells them? (their post)")
HOW = choice("how", "How?", *WAYS, required=False)
PLANNED_ON = day("planned_on", "Planned for", required=False, future=True)
NOTE = optional(paragraph("notice_note", "What they are told or sent", help="No names."))

PROCESS = Process(
    key="publication-notice",
    version=1,
    label="Notice of publication",
    noun="notice",
    plural="Notices of publication",
    regime="any",
    phases=(Phase("notice", "Notice"),),
    stages=STAGES,
    opening=Action(
        "open_notice",
        "Add somebody to be told",
        to="planned",
        roles=MEDIA,
        occurred_from="added_on",
        fields=(
            choice("audience", "Who is told?", *WHO, notable=True),
            optional(WHOM, notable=True),
            optional(BY_WHOM),
            HOW,
            PLANNED_ON,
            NOTE,
            day("added_on", "Added on"),
        ),
        authority=PLAN,
    ),
    actions=(
        Action(
            "plan_notice",
            "Say who tells them, how and when",
            source=("planned",),
            roles=MEDIA,
            fields=(optional(WHOM), optional(BY_WHOM), HOW, PLANNED_ON, NOTE),
            authority=PLAN,
            help="A question left empty changes nothing.",
        ),
        Action(
            "record_told",
            "Record that they were told",
            source=("planned",),
            to="told",
            roles=MEDIA,
            fields=(
                choice("told_how", "How were they told?", *WAYS),
                text("told_by", "By whom? (their post)"),
                optional(paragraph("told_note", "What they said or asked", help="No names.")),
            ),
            authority=PLAN,
            main=True,
        ),
        Action(
            "record_not_told",
            "Record that they are not told",
            source=("planned",),
            to="not_needed",
            roles=MEDIA,
            fields=(paragraph("not_told_because", "Why not"),),
            authority=PLAN,
        ),
        Action(
            "strike_out_telling",
            "Strike out that they were told",
            source=("told",),
            to="planned",
            roles=MEDIA,
            fields=(paragraph("not_told_after_all", "What was wrong"),),
            authority=by_design(),
            help="For a mistake. It stays on the timeline, and they are to be told again.",
        ),
        Action(
            "tell_after_all",
            "Put it back into the plan",
            source=("not_needed",),
            to="planned",
            roles=MEDIA,
            fields=(optional(paragraph("told_after_all_because", "Why")),),
            authority=PLAN,
        ),
        anywhere.note(("planned", "told", "not_needed"), MEDIA),
    ),
    child_suffix="N",
    about="One line of the plan of who hears of a publication before it. The report waits until each was told, or it is"
    " on the record why not.",
    seen_by=DECIDERS | CHAIRING | MEDIA | {Role.AUDITOR},
)

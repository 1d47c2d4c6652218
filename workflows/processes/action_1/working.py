"""An action from its proposal to the work: worded, agreed by somebody senior, updated, passed on, shared."""

from __future__ import annotations

from workflows.definition import Action, AnswersRecommendations, Blocked, Facts, From, Opens, reads_items
from workflows.processes.action_1 import asking
from workflows.processes.action_1.asking import (
    AGREED_BY,
    AS_GIVEN,
    LEAD,
    MEASURE,
    OLD_WORDS,
    OWNER,
    SCOPE,
    TARGET,
    TEXT,
    THEME,
)
from workflows.processes.action_1.milestones import ASKED as STEPS
from workflows.processes.action_1.milestones import each_has_its_day
from workflows.processes.action_1.stages import EVERY, WORKING
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.fields import day, optional, paragraph, read_by, several_of, text
from workflows.processes.who import AGENCY, AGENCY_LEADS, ASSURANCE, CASEWORK, CHAIRING, DECIDERS, PARTNERS, SEES_PANEL

SECTION_7 = guidance_2016("7")
RECOMMENDATIONS = several_of(
    "recommendations",
    "Which recommendations does it answer?",
    From.RECOMMENDATIONS,
    required=False,
    notable=True,
)

NOT_AGENCIES = SEES_PANEL | PARTNERS | ASSURANCE
"""Who reads on an action what other bodies were asked for: everybody who sees it but the agencies."""


@reads_items
def not_the_lead(facts: Facts) -> Blocked | None:
    """The bodies asked for a part are others than the lead, and none has an open part already."""
    named = {str(one) for one in (facts.submitted or {}).get("bodies") or ()}
    if facts.recorded.get("lead_body") in named:
        return Blocked("The body that leads the action owes all of it. Name the others only.", "bodies")
    twice = [one.ref for one in facts.items_of("action-share") if not one.final and one.facts.get("body") in named]
    if twice:
        return Blocked(f"One of these bodies has been asked for a part already: {', '.join(twice)}.", "bodies")
    return None


OPENING = Action(
    "propose_action",
    "Propose an action",
    to="draft",
    roles=CHAIRING,
    occurred_from="added_on",
    fields=(
        TEXT,
        LEAD,
        day("added_on", "Put on the plan on"),
        RECOMMENDATIONS,
        OLD_WORDS,
        optional(asking.PLAN_SOURCE),
        optional(SCOPE),
        THEME,
        optional(TARGET),
        AS_GIVEN,
        optional(MEASURE),
    ),
    effects=(AnswersRecommendations(),),
    authority=SECTION_7,
)

WORDING = (
    Action(
        "change_action",
        "Change the wording",
        source=("draft", "agreed"),
        roles=CHAIRING,
        fields=(TEXT, RECOMMENDATIONS, OLD_WORDS, optional(SCOPE), THEME),
        effects=(AnswersRecommendations(),),
        authority=SECTION_7,
    ),
    Action(
        "answer_also",
        "Say which other recommendation it answers",
        source=EVERY,
        roles=CHAIRING,
        fields=(
            text(
                "also_answers",
                "Which? Their references, one a line",
                many=True,
                help="Of another review, such as DARDR-2026-009-REC01, or of a published one: PUB-2014-003#5 is the"
                " fifth of its list.",
            ),
            text("recommendations", "Recommendations it answers", many=True, required=False, filled=True),
        ),
        effects=(AnswersRecommendations(),),
        authority=by_design("One action may answer several recommendations; it is updated and verified once"),
    ),
)

AGREEING = (
    Action(
        "agree",
        "Agree the action",
        source=("draft",),
        to="agreed",
        roles=AGENCY_LEADS,
        fields=(TARGET, MEASURE, AGREED_BY, OWNER, STEPS),
        checks=(each_has_its_day,),
        warnings=(asking.serves_a_recommendation,),
        authority=SECTION_7,
        main=True,
        help="Specific, measurable, agreed by somebody senior, answering a recommendation, and with a date.",
    ),
    Action(
        "bring_in_progress",
        "Bring in an action that is under way",
        source=("draft",),
        to="in_progress",
        roles=CASEWORK,
        fields=(optional(TARGET), AS_GIVEN, optional(MEASURE), optional(AGREED_BY), OWNER, STEPS,
                optional(paragraph("start_note", "What has been done so far"))),
        checks=(each_has_its_day,),
        authority=by_design("A plan begun elsewhere is carried on as it stands"),
        help="From a plan kept elsewhere until now. A date that was never a day is kept as it was written.",
    ),
    Action(
        "agree_date",
        "Agree its date",
        source=WORKING,
        roles=AGENCY_LEADS,
        fields=(TARGET, AGREED_BY, optional(MEASURE)),
        guards=(asking.no_date_yet,),
        authority=SECTION_7,
        help="For an action that came without a day.",
    ),
)  # fmt: skip

UPDATES = (
    Action(
        "start_work",
        "Start work",
        source=("agreed",),
        to="in_progress",
        roles=AGENCY,
        fields=(optional(paragraph("start_note", "What has begun")),),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "record_update",
        "Give an update",
        source=WORKING,
        roles=AGENCY,
        keep_as="updates",
        fields=asking.UPDATE,
        checks=(asking.suggested_with_reason,),
        authority=SECTION_7,
        main=True,
        help="How it looks is worked out from its dates and updates: no colour is asked for.",
    ),
    Action(
        "add_evidence",
        "Add evidence",
        source=(*WORKING, "complete_claimed"),
        roles=AGENCY,
        keep_as=asking.EVIDENCE_KEPT,
        fields=asking.SHOWN,
        checks=(asking.shown_with_something,),
        authority=SECTION_7,
    ),
    Action(
        "report_obstacle",
        "Say that something is in the way",
        source=("agreed", "in_progress"),
        to="blocked",
        roles=AGENCY,
        fields=asking.OBSTACLE,
        warnings=(asking.nobody_named_to_help,),
        authority=by_design(),
    ),
    Action(
        "resume_work",
        "Go on with the work",
        source=("blocked",),
        to="in_progress",
        roles=AGENCY,
        fields=(asking.OBSTACLE_GONE,),
        authority=by_design(),
    ),
)  # fmt: skip

PASSING_ON = (
    Action(
        "ask_to_share",
        "Ask other bodies for their part",
        source=("draft", *WORKING),
        roles=CHAIRING | DECIDERS,
        keep_as="shared_with",
        fields=read_by(
            NOT_AGENCIES,
            several_of("bodies", "Which other bodies owe a part of it?", From.BODIES),
            paragraph("share_text", "What each of them will do"),
            day("share_due", "To be done by", future=True, undated=asking.NO_DAY),
        ),
        checks=(not_the_lead,),
        effects=(Opens("action-share", for_each="bodies", beside=True,
                       copies=(("share_text", "share_text"), ("share_due", "share_due"),
                               ("asked_on", "occurred_on"), ("whole_action", "action_text"))),),
        authority=by_design("One action with several owners: each owes its own return"),
        help="Each of them gets a part of its own to update and to report done. The lead reports the whole.",
    ),
    Action(
        "transfer",
        "Pass it to another body",
        source=("draft", *WORKING),
        to="transferred",
        roles=CHAIRING | DECIDERS,
        fields=(LEAD, paragraph("transfer_reason", "Why")),
        authority=by_design(),
    ),
    Action(
        "accept_transfer",
        "Take the action on",
        source=("transferred",),
        to="agreed",
        roles=AGENCY_LEADS,
        fields=(TARGET, MEASURE, AGREED_BY, OWNER),
        authority=by_design(),
        main=True,
    ),
)  # fmt: skip

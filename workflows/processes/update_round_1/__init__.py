"""A round of updates, version 1: before a Steering Group meeting each agency is asked, once, about all its actions.

It opens some weeks before the meeting and closes some working days before it, so that the papers can be written. What
each agency is asked is a record of its own (``update_request@1``), with its own date.
"""

from __future__ import annotations

from workflows.definition import Action, Blocked, Facts, From, Opens, Party, Phase, Process, Stage, reads_items
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import day, optional, paragraph, several_of
from workflows.processes.who import ASSURANCE, CASEWORK

PLANNED, OPEN, CLOSED, CALLED_OFF = "planned", "open", "closed", "called_off"
ANY = (PLANNED, OPEN, CLOSED, CALLED_OFF)

IN_ROUNDS = by_design("Updates are asked for once before each Steering Group meeting, not action by action")
DAYS = local("Settings of the partnership: weeks and working days before the meeting; no law or guidance has a number")

STAGES = (
    Stage(PLANNED, "Planned", "round", means="The dates are set. Nobody has been asked yet."),
    Stage(OPEN, "Open", "round", means="Each agency has been asked about all its open actions."),
    Stage(CLOSED, "Closed", "round", acts=Party.NOBODY, final=True,
          means="What came in goes into the Steering Group's papers. Who did not answer is named there."),
    Stage(CALLED_OFF, "Called off", "round", acts=Party.NOBODY, final=True, means="The round does not take place."),
)  # fmt: skip

MEETING = day("meeting_on", "Date of the Steering Group's meeting", future=True, notable=True)
OPENS = day("opens_on", "Agencies are asked on", future=True, notable=True)
CLOSES = day("closes_on", "Updates are wanted by", future=True, notable=True)


def in_order(facts: Facts) -> Blocked | None:
    """A check: asked before wanted, wanted before the meeting."""
    opens, closes, meeting = (facts.answer(name) for name in ("opens_on", "closes_on", "meeting_on"))
    if opens and closes and closes <= opens:
        return Blocked("Updates must be wanted by a later day than the one on which agencies are asked.", "closes_on")
    if closes and meeting and meeting <= closes:
        return Blocked("Updates must be wanted before the meeting, so that they can go into its papers.", "closes_on")
    return None


@reads_items
def nobody_was_asked(facts: Facts) -> Blocked | None:
    """A round whose requests have been answered is closed, not called off."""
    if not any(item.stage == "returned" for item in facts.items_of("update-request")):
        return None
    return Blocked("Updates have come in. Close the round instead: what came is kept either way.")


def not_asked_twice(facts: Facts) -> Blocked | None:
    """A check: whoever is asked now was not asked in this round already."""
    known = {str(one) for name in ("bodies_asked", "more_bodies") for one in facts.recorded.get(name) or []}
    given = [str(one) for one in (facts.submitted or {}).get("more_bodies") or []]
    if not any(one in known for one in given):
        return None
    return Blocked("One of them is asked in this round already. Use “Send a reminder now” on its page.", "more_bodies")


PROCESS = Process(
    key="update-round",
    version=1,
    label="Round of updates",
    noun="round of updates",
    regime="any",
    phases=(Phase("round", "Round"),),
    stages=STAGES,
    opening=Action(
        "plan_round",
        "Plan a round of updates",
        to=PLANNED,
        roles=CASEWORK,
        occurred_from="planned_on",
        fields=(MEETING, OPENS, CLOSES, day("planned_on", "Planned on", default="today")),
        checks=(in_order,),
        authority=DAYS,
    ),
    actions=(
        Action(
            "open_updates",
            "Ask the agencies for their updates",
            source=(PLANNED,),
            to=OPEN,
            roles=CASEWORK,
            fields=(several_of("bodies_asked", "Which agencies?", From.BODIES),),
            effects=(
                Opens(
                    "update-request",
                    "bodies_asked",
                    copies=(("closes_on", "closes_on"), ("meeting_on", "meeting_on"), ("asked_on", "occurred_on")),
                ),
            ),
            authority=IN_ROUNDS,
            main=True,
            help="One message goes to each agency's Steering Group member. It happens by itself on the day planned.",
        ),
        Action(
            "ask_more_agencies",
            "Ask more agencies",
            source=(OPEN,),
            roles=CASEWORK,
            keep_as="asked_later",
            fields=(several_of("more_bodies", "Which other agencies?", From.BODIES),),
            checks=(not_asked_twice,),
            effects=(
                Opens(
                    "update-request",
                    "more_bodies",
                    copies=(("closes_on", "closes_on"), ("meeting_on", "meeting_on"), ("asked_on", "occurred_on")),
                ),
            ),
            authority=IN_ROUNDS,
        ),
        Action(
            "move_round",
            "Move the round",
            source=(PLANNED,),
            roles=CASEWORK,
            fields=(MEETING, OPENS, CLOSES, optional(paragraph("moved_reason", "Why"))),
            checks=(in_order,),
            authority=DAYS,
            help="For a meeting that was moved before anybody was asked.",
        ),
        Action(
            "close_updates",
            "Close the round",
            source=(OPEN,),
            to=CLOSED,
            roles=CASEWORK,
            fields=(optional(paragraph("closing_note", "Anything the Steering Group should know", help="No names.")),),
            authority=IN_ROUNDS,
            main=True,
            help="It happens by itself after the last day. What comes later is still taken, and marked as later.",
        ),
        Action(
            "call_off_updates",
            "Call the round off",
            source=(PLANNED, OPEN),
            to=CALLED_OFF,
            roles=CASEWORK,
            fields=(paragraph("called_off_reason", "Why"),),
            guards=(nobody_was_asked,),
            authority=IN_ROUNDS,
        ),
        anywhere.note(ANY, ASSURANCE),
    ),
    ref_prefix="UPD",
    child_suffix="",
    about="Agencies hear from the partnership once before each meeting, with everything that is open for them.",
)

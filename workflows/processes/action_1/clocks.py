"""The clocks of an action: its updates, its date, two looks at its effect, the next look at what is in place."""

from __future__ import annotations

from workflows.definition import Clock, DateGiven, Escalation, LocalSetting, Months, Party
from workflows.processes.action_1.ending import FIRST_CHECK, SECOND_CHECK
from workflows.processes.authorities import guidance_2016, local
from workflows.processes.more_time import more_time_clock

SECTION_7 = guidance_2016("7")
ENDED_OTHERWISE = ("record_not_accepted", "supersede")
LOOKS = local("A setting of the partnership: when the effect of an action is looked at")


def _effect_check(key: str, number: str, label: str, check: str, months: int) -> Clock:
    """A look at what an action changed, so many months after it was verified (a setting); answered as that check."""
    return Clock(
        key,
        number,
        label,
        starts_on=("verify",),
        restarts=True,
        stops_on=("record_effect",),
        stops_when=("effect_check", (check,)),
        withdrawn_on=("reopen_action",),
        length=LocalSetting(key, Months(months)),
        owner=Party.ACTION_OWNER,
        owed_to=Party.PARTNERSHIP,
        duty=LOOKS,
        date=LOOKS,
        extendable=True,
        agreement="The partnership agrees.",
        remind_before=(14, 1),
        repeat_after_every=28,
        escalations=(Escalation(28, Party.AGENCY_LEAD), Escalation(56, Party.CASE_MANAGER)),
    )


CLOCKS = (
    Clock(
        "action_update",
        "D17",
        "Update on the action",
        starts_on=("agree", "bring_in_progress", "accept_transfer", "record_update", "return_to_owner",
                   "reopen_action"),
        restarts=True,
        stops_on=("claim_complete",),
        withdrawn_on=(*ENDED_OTHERWISE, "transfer"),
        length=LocalSetting("action_update", Months(3)),
        asked_in_rounds=True,
        local_closures=True,
        owner=Party.ACTION_OWNER,
        owed_to=Party.PARTNERSHIP,
        duty=SECTION_7,
        date=local("A setting of the partnership; no interval is known in law or guidance"),
        pausable=True,
        extendable=True,
        agreement="The partnership agrees.",
        escalations=(
            Escalation(28, Party.AGENCY_LEAD),
            Escalation(56, Party.AGENCY_EXECUTIVE),
            Escalation(84, Party.DECIDING_CHAIR),
        ),
    ),
    Clock(
        "action_due",
        "D18",
        "Action to be done",
        starts_on=("agree", "bring_in_progress", "agree_date", "accept_transfer", "return_to_owner",
                   "reopen_action"),
        restarts=True,
        when_given=True,
        stops_on=("claim_complete",),
        withdrawn_on=(*ENDED_OTHERWISE, "transfer"),
        length=DateGiven("target_date"),
        owner=Party.ACTION_OWNER,
        owed_to=Party.PARTNERSHIP,
        duty=SECTION_7,
        date=local("The date agreed for the action"),
        extendable=True,
        agreement="The partnership agrees, with a reason.",
        escalations=(
            Escalation(14, Party.AGENCY_LEAD),
            Escalation(28, Party.AGENCY_EXECUTIVE),
            Escalation(42, Party.DECIDING_CHAIR),
        ),
    ),
    _effect_check("effect_check_first", "L18", "First look at the effect of the action", FIRST_CHECK, 6),
    _effect_check("effect_check_second", "L19", "Second look at the effect of the action", SECOND_CHECK, 12),
    Clock(
        "look_in_place",
        "L18C",
        "Next look at what is in place",
        starts_on=("verify_in_place", "recheck_in_place"),
        restarts=True,
        stops_on=("reopen_action",),
        length=DateGiven("recheck_on"),
        owner=Party.ACTION_OWNER,
        owed_to=Party.PARTNERSHIP,
        duty=LOOKS,
        date=local("The day named when it was verified as in place"),
        extendable=True,
        agreement="The partnership agrees.",
        remind_before=(14, 1),
        repeat_after_every=28,
        escalations=(Escalation(28, Party.AGENCY_LEAD), Escalation(56, Party.CASE_MANAGER)),
    ),
    more_time_clock(("claim_complete", *ENDED_OTHERWISE, "transfer")),
)  # fmt: skip

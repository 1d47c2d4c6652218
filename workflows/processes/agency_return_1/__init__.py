"""What one body is asked to send to one review, version 1: an information return, an IMR, a summary, a chronology."""

from __future__ import annotations

from workflows.definition import Clock, Escalation, LocalSetting, Notice, Party, Phase, Process, WorkingDays
from workflows.processes.agency_return_1.chronology import ADD_CHRONOLOGY
from workflows.processes.agency_return_1.handling import HANDLES
from workflows.processes.agency_return_1.stages import FINAL, OPENING, REVIEW_KINDS, SECTION_7, STAGES
from workflows.processes.agency_return_1.writing import WRITES
from workflows.processes.authorities import guidance_2016, local
from workflows.processes.more_time import ASKED, answered, more_time_clock

LOCAL_DATE = local("A setting of the partnership, or the date of the terms of reference; no national number is known")

ACTIONS = (*WRITES, ADD_CHRONOLOGY, *HANDLES)
ANSWERED = ("receive_return", "receive_summary", "sign_off_return", "record_not_known")
NOT_WAITED_FOR = ("record_not_provided", "withdraw_request")


def _clock(key: str, number: str, label: str, kinds: tuple[str, ...], working_days: int) -> Clock:
    return Clock(
        key,
        number,
        label,
        starts_on=("request_return", "reopen_return"),
        counts_from="requested_on",
        only_when=("kind", kinds),
        given_in="due_on",
        restarts=True,
        stops_on=ANSWERED,
        withdrawn_on=NOT_WAITED_FOR,
        length=LocalSetting(key, WorkingDays(working_days)),
        local_closures=True,
        owner=Party.AGENCY,
        owed_to=Party.INDEPENDENT_CHAIR if number == "D10" else Party.PARTNERSHIP,
        duty=SECTION_7 if number == "D10" else guidance_2016("3"),
        date=LOCAL_DATE,
        pausable=number == "D10",
        extendable=True,
        agreement="The chair or the partnership agrees.",
        escalations=(
            Escalation(7, Party.AGENCY_LEAD),
            Escalation(21, Party.AGENCY_EXECUTIVE),
            Escalation(35, Party.DECIDING_CHAIR),
        ),
    )


CLOCKS = (
    _clock("imr_return", "D10", "Return to the review", REVIEW_KINDS, 40),
    _clock("information_return", "D11", "Information return for the decision", ("information_return",), 10),
    Clock(
        "return_signature",
        "L21C",
        "Sign-off of a return by the body",
        starts_on=("receive_return", "receive_summary", "answer_query"),
        stops_on=("sign_off_return",),
        withdrawn_on=("query_return", *NOT_WAITED_FOR),
        restarts=True,
        length=LocalSetting("return_signature", WorkingDays(10)),
        local_closures=True,
        owner=Party.AGENCY_LEAD,
        owed_to=Party.INDEPENDENT_CHAIR,
        duty=SECTION_7,
        date=local("A setting of the partnership; no national number is known"),
        extendable=True,
        agreement="The chair or the partnership agrees.",
        remind_before=(1,),
        escalations=(Escalation(14, Party.AGENCY_EXECUTIVE), Escalation(28, Party.CASE_MANAGER)),
    ),
    more_time_clock((*ANSWERED, "answer_query", *NOT_WAITED_FOR)),
)

NOTICES = (
    Notice("return_requested", ("request_return", "reopen_return"), "return_requested", (Party.AGENCY,)),
    Notice("return_came", (*ANSWERED, "answer_query"), "stage_changed", (Party.CASE_MANAGER,)),
    Notice("query_asked", ("query_return",), "stage_changed", (Party.AGENCY,)),
    Notice(
        "sign_off_wanted", ("receive_return", "receive_summary", "answer_query"), "stage_changed", (Party.AGENCY_LEAD,)
    ),
    ASKED,
    answered(Party.AGENCY),
)

PROCESS = Process(
    key="agency-return",
    version=1,
    label="Agency return",
    noun="return",
    plural="Agency returns",
    regime="any",
    phases=(Phase("return", "Return"),),
    stages=STAGES,
    opening=OPENING,
    actions=ACTIONS,
    clocks=CLOCKS,
    notices=NOTICES,
    child_suffix="R",
    about="One body's return to one review. It is a record of its own, so that each has its own date.",
)

__all__ = ["ACTIONS", "FINAL", "OPENING", "PROCESS", "REVIEW_KINDS"]

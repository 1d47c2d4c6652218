"""The clocks of a review. Each says who owes what to whom, and on whose authority the duty and its date rest."""

from __future__ import annotations

from workflows.definition import (
    AgeOnly,
    Clock,
    DateGiven,
    Evidence,
    LocalSetting,
    Months,
    Party,
    WorkingDays,
)
from workflows.processes.authorities import (
    ACT_2004_COPY,
    ACT_2024_COPY,
    POLICE_TELL,
    QA_LETTER,
    draft,
    local,
    practice,
)
from workflows.processes.dardr_s9_1.decision import DECISIONS, FOR_A_REVIEW
from workflows.processes.dardr_s9_1.law import Law

LOCAL_DATE = local("A setting of the partnership; no number is known in law or guidance")
TO_PARTNERSHIP = "The panel and the partnership agree, and the Home Office is told."

COPY_TO_COMMISSIONER = Clock(
    "copy_to_commissioner",
    "D06",
    "Copy of the report to the Domestic Abuse Commissioner",
    starts_on=("record_report_completed",),
    stops_on=("record_copy_to_commissioner",),
    restarts=True,
    length=LocalSetting("copy_to_commissioner", WorkingDays(5)),
    owner=Party.PARTNERSHIP,
    owed_to=Party.COMMISSIONER,
    duty=ACT_2004_COPY,
    date=LOCAL_DATE,
    escalate_after=7,
    escalate_to=Party.TEAM_MANAGER,
)

COPY_TO_SECRETARY_OF_STATE = Clock(
    "copy_to_secretary_of_state",
    "D07",
    "Copy of the report to the Secretary of State and the Commissioner",
    starts_on=("record_report_completed",),
    stops_on=("record_copy_to_commissioner",),
    restarts=True,
    length=LocalSetting("copy_to_secretary_of_state", None),
    owner=Party.PARTNERSHIP,
    owed_to=Party.HOME_OFFICE,
    duty=ACT_2024_COPY,
    date=LOCAL_DATE,
    escalate_after=7,
    escalate_to=Party.TEAM_MANAGER,
)


def clocks(law: Law) -> tuple[Clock, ...]:
    """Every clock that a review of this law may start."""
    return (*_about_the_decision(law), *_about_the_report(law), *_about_publication(law))


def _about_the_decision(law: Law) -> tuple[Clock, ...]:
    in_force = law.regime == "s9"
    unknown = draft("No length is known: the final guidance has not been seen")
    return (
        Clock(
            "police_notification",
            "D01",
            "Written notification by the police",
            starts_on=("notify", "await_police_notification"),
            counts_from="police_identified_on",
            when_given=True,
            stops_on=("notify", "record_police_notification"),
            stops_when=("in_writing", ("yes",)),
            restarts=True,
            withdrawn_on=("transfer_out", "join_notification"),
            length=LocalSetting("police_notification", WorkingDays(5)),
            owner=Party.POLICE,
            owed_to=Party.PARTNERSHIP,
            duty=POLICE_TELL,
            date=LOCAL_DATE,
        ),
        Clock(
            "decide_review",
            "D02",
            "Decide whether to hold a review",
            starts_on=("notify", "correct_aware_date"),
            counts_from="csp_aware_on",
            restarts=True,
            stops_on=(*DECISIONS, "record_direction"),
            withdrawn_on=("transfer_out", "join_notification"),
            length=Months(1) if in_force else LocalSetting("decide_review_s8a", None),
            owner=Party.DECIDING_CHAIR,
            owed_to=Party.PARTNERSHIP,
            duty=law.guidance("5"),
            date=law.guidance("5", note="One month; counted as a calendar month, the day itself not counted.")
            if in_force
            else unknown,
            deferred_by="deferral",
            escalate_after=7,
            escalate_to=Party.TEAM_MANAGER,
        ),
        Clock(
            "tell_home_office",
            "D03",
            "Tell the Home Office the decision",
            starts_on=DECISIONS,
            restarts=True,
            stops_on=("tell_home_office",),
            length=LocalSetting("tell_home_office", WorkingDays(5)),
            owner=Party.PARTNERSHIP,
            owed_to=Party.HOME_OFFICE,
            duty=law.guidance("3"),
            date=LOCAL_DATE,
            escalate_after=7,
            escalate_to=Party.TEAM_MANAGER,
        ),
        Clock(
            "tell_family",
            "D04",
            "Tell the family the decision",
            starts_on=DECISIONS,
            restarts=True,
            stops_on=("tell_family",),
            length=LocalSetting("tell_family", None),
            owner=Party.PARTNERSHIP,
            owed_to=Party.FAMILY,
            duty=law.guidance("6"),
            date=LOCAL_DATE,
        ),
        Clock(
            "comply_with_direction",
            "D09",
            "Comply with the Secretary of State's direction",
            starts_on=("record_direction",),
            stops_on=("record_direction_complied",),
            length=DateGiven("comply_by"),
            when_given=True,
            owner=Party.PARTNERSHIP,
            owed_to=Party.HOME_OFFICE,
            duty=law.direct,
            date=local("The date stated in the direction", note="The Act itself sets no period."),
            escalate_after=1,
            escalate_to=Party.TEAM_MANAGER,
        ),
    )


def _about_the_report(law: Law) -> tuple[Clock, ...]:
    in_force = law.regime == "s9"
    return (
        Clock(
            "overview_report",
            "D05",
            "Overview report",
            starts_on=(*FOR_A_REVIEW, "record_direction"),
            restarts=True,
            stops_on=("sign_off",),
            length=Months(6) if in_force else LocalSetting("overview_report_s8a", None),
            owner=Party.INDEPENDENT_CHAIR,
            owed_to=Party.PARTNERSHIP,
            duty=law.guidance("5"),
            date=law.guidance(
                "5",
                note="Six months is reported in public sources; that it counts from the decision to proceed has not"
                " been compared with the text.",
            )
            if in_force
            else draft(
                "Consultation of May 2024: twelve months proposed, no change made",
                evidence=Evidence.SOURCE_SAYS,
                note="Not encoded as a length: a proposal is not a rule, and its trigger is not known.",
            ),
            extendable=True,
            agreement=TO_PARTNERSHIP,
            asks_for_agreed_date=True,
            escalate_after=28,
            escalate_to=Party.DECIDING_CHAIR,
        ),
        Clock(
            "family_reading",
            "D12",
            "Time for the family to read",
            starts_on=("give_draft_to_family",),
            stops_on=("record_family_response", "record_family_attempts"),
            match_on=("version",),
            length=LocalSetting("family_reading", WorkingDays(10)),
            owner=Party.FAMILY,
            owed_to=Party.INDEPENDENT_CHAIR,
            duty=law.guidance("6", note="Adequate time; no number. It never ends by itself."),
            date=LOCAL_DATE,
            pausable=True,
            extendable=True,
            agreement="The family asks for more time.",
            remind_before=(),
            on_the_day=False,
            repeat_after_every=None,
        ),
        Clock(
            "home_office_wait",
            "D13",
            "With the Home Office",
            starts_on=("submit_to_home_office",),
            stops_on=("record_letter_publish", "record_letter_amend", "record_letter_resubmit"),
            length=AgeOnly(),
            owner=Party.HOME_OFFICE,
            owed_to=Party.PARTNERSHIP,
            duty=QA_LETTER,
            date=practice("No period is published", note="Only how long it has been is shown."),
            remind_before=(),
            on_the_day=False,
            repeat_after_every=None,
        ),
        Clock(
            "amend_after_qa",
            "D14",
            "Answer the Home Office's points",
            starts_on=("record_letter_amend", "return_to_amending"),
            restarts=True,
            stops_on=("clear_after_amendment",),
            length=LocalSetting("amend_after_qa", WorkingDays(20)),
            owner=Party.INDEPENDENT_CHAIR,
            owed_to=Party.HOME_OFFICE,
            duty=QA_LETTER,
            date=LOCAL_DATE,
            pausable=True,
            extendable=True,
            agreement="The partnership agrees.",
            escalate_after=14,
            escalate_to=Party.CASE_MANAGER,
        ),
        COPY_TO_COMMISSIONER if in_force else COPY_TO_SECRETARY_OF_STATE,
    )


def _about_publication(law: Law) -> tuple[Clock, ...]:
    return (
        Clock(
            "publish_after_clearance",
            "D15",
            "Publish the cleared report",
            starts_on=("record_letter_publish", "clear_after_amendment"),
            restarts=True,
            stops_on=("publish", "decide_not_to_publish"),
            withdrawn_on=("return_to_amending",),
            length=LocalSetting("publish_after_clearance", None),
            owner=Party.PARTNERSHIP,
            owed_to=Party.PARTNERSHIP,
            duty=law.guidance("8"),
            date=LOCAL_DATE,
            pausable=True,
            extendable=True,
            agreement="The partnership agrees.",
        ),
        Clock(
            "send_final_documents",
            "D16",
            "Send the final documents",
            starts_on=("publish",),
            counts_from="published_on",
            stops_on=("send_final_documents",),
            length=LocalSetting("send_final_documents", WorkingDays(2)),
            owner=Party.PARTNERSHIP,
            owed_to=Party.HOME_OFFICE,
            duty=practice(
                "Closing paragraphs of Home Office quality assurance letters", evidence=Evidence.NOT_COMPARED
            ),
            date=LOCAL_DATE,
            extendable=True,
            agreement="The partnership agrees.",
        ),
    )

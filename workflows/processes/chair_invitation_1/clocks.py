"""The dates of an invitation: the chair's answer, and each payment. All are the partnership's own."""

from __future__ import annotations

from workflows.definition import Clock, DateGiven, Escalation, LocalSetting, Party, WorkingDays
from workflows.processes import ladders
from workflows.processes.authorities import by_design, local

CLOCKS: tuple[Clock, ...] = (
    Clock(
        "chair_answer",
        "L05",
        "Answer of a chair who was invited",
        starts_on=("open_invitation", "change_reply_date", "take_up_again"),
        restarts=True,
        given_in="reply_by",
        stops_on=("record_interest", "record_quote", "record_declined"),
        withdrawn_on=("choose_chair", "record_not_chosen"),
        length=LocalSetting("chair_answer", WorkingDays(10)),
        local_closures=True,
        owner=Party.CHAIR_TO_BE,
        owed_to=Party.PARTNERSHIP,
        duty=by_design("Who is asked is asked by a day"),
        date=local("A setting of the partnership, or the day given with the invitation"),
        remind_before=(),
        on_the_day=False,
        repeat_after_every=None,
        escalations=(Escalation(1, Party.CASE_MANAGER),),
    ),
    Clock(
        "chair_payment",
        "L06",
        "Stage payment to the chair",
        starts_on=("plan_payment",),
        stops_on=("record_payment",),
        withdrawn_on=("strike_out_payment", "end_appointment"),
        match_on=("payment",),
        when_given=True,
        length=DateGiven("payment_due_on"),
        owner=Party.PARTNERSHIP,
        owed_to=Party.NOBODY,
        duty=local("What was agreed with the chair"),
        date=local("The day agreed with the chair"),
        remind_before=(7, 1),
        escalations=ladders.IN_TWO_WEEKS,
    ),
)

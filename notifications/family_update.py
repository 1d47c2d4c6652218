"""The words of an update to a family: where the review is, what happened, what comes next. For a person to change.

Plain English, no names, nobody blamed, nothing promised that depends on others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from notifications.words import plain_date

HAPPENED: dict[str, str] = {
    "decide_review": "It was decided that there will be a review.",
    "decide_joint_review": "It was decided that there will be a review, together with another one.",
    "appoint_chair": "An independent chair was appointed to lead the review.",
    "appoint_panel": "A panel was appointed, which works with the chair.",
    "approve_terms": "The chair and the panel agreed what the review will look at.",
    "request_returns": "Organisations were asked to look through their records and to write down what they found.",
    "record_combined_chronology": "What the organisations wrote was put together in the order in which it happened.",
    "start_drafting": "The chair began to write the report.",
    "record_panel_approval": "The panel considered a draft of the report.",
    "send_to_partnership": "The report was sent to the partnership that asked for the review.",
    "sign_off": "The partnership agreed the report.",
    "submit_to_home_office": "The report was sent to the Home Office, which looks at every report before publication.",
    "record_letter_publish": "The Home Office wrote that the report may be published.",
    "record_letter_amend": "The Home Office asked for some changes. The chair is working on them.",
    "record_letter_resubmit": "The Home Office asked for changes, and wishes to see the report again.",
    "publish": "The report was published.",
    "start_action_monitoring": "The organisations began to carry out what the review asks of them.",
    "place_hold": "Some of the work is waiting, so that it does not get in the way of other proceedings.",
    "end_hold": "Work that had been waiting has gone on.",
}
"""What is said of a step of the review, by the step. Steps that are not here are not of the kind a family is told."""
OF_OTHERS: dict[tuple[str, str], str] = {
    ("meeting", "record_held"): "The panel met.",
    ("agency-return", "sign_off_return"): "Organisations sent what they had found.",
    ("qa-point", "answer_point"): "Points that the Home Office raised were answered.",
}
"""The same for steps of what serves the review: the process, and the step."""

WHERE: dict[str, str] = {
    "notification": "Organisations are asked what they know, before it is decided whether there will be a review.",
    "decision": "The decision about a review is being made, or people are being told of it.",
    "panel": "The chair and the panel are finding out what happened, and what organisations knew and did.",
    "drafting": "The report is being written.",
    "home_office_qa": "The report is with the Home Office, or is being changed after the Home Office's letter.",
    "publication": "The report is being made ready to be published.",
    "action_monitoring": "The organisations are carrying out what the review asked of them, and it is being checked.",
}
"""Where a review is, by its phase."""
NEXT: dict[str, str] = {
    "notified": "We will tell you as soon as it is decided whether there will be a review.",
    "screening": "We will tell you as soon as it is decided whether there will be a review.",
    "decision_pending": "We will tell you as soon as it is decided whether there will be a review.",
    "decided_review": "Next, an independent chair is found to lead the review.",
    "commissioning": "Next, an independent chair and a panel are appointed.",
    "terms_of_reference": "Next, the chair and the panel settle what the review will look at. You may help with that.",
    "evidence": "Next, what the organisations found is put together, and the chair begins to write the report.",
    "drafting": "Next, you may read the draft report if you wish to, and the panel considers it.",
    "csp_sign_off": "Next, the partnership considers the report before it goes to the Home Office.",
    "submitted": "Next, the Home Office looks at the report. We cannot say how long this will take.",
    "home_office_qa": "Next, the Home Office writes to us about the report. We cannot say how long this will take.",
    "amending": "Next, the points of the Home Office are answered. We will tell you if the report changes.",
    "pre_publication": "Next, we will speak with you about how and when the report is published.",
    "published": "Next, the organisations carry out what the review asked of them.",
    "not_published": "Next, the organisations carry out what the review asked of them.",
    "action_monitoring": "Next, it is checked what the organisations did, and what it changed.",
    "concluded": "The review has come to its end.",
}
"""What comes next, by the stage of the review."""


@dataclass(frozen=True, slots=True)
class UpdateDraft:
    """What is known for one update. ``happened`` are sentences, the oldest first; days are London dates.

    ``since`` is the day of the last update, None for the first. ``reading`` are versions that are with them to read.
    """

    phase: str
    stage: str
    happened: Sequence[str]
    since: date | None
    next_on: date | None
    reading: Sequence[str] = ()

    def text(self) -> str:
        """The update as a person finds it in the box, to be changed before it is given."""
        first = f"Since we were last in touch on {plain_date(self.since)}:" if self.since else "So far:"
        nothing = "Nothing has happened that changes where the review is. The work goes on."
        parts = [
            f"Where the review is: {WHERE.get(self.phase, '')}".strip(),
            "\n".join([first, *(f"- {said}" for said in dict.fromkeys(self.happened))]) if self.happened else nothing,
            "You have the draft report to read. Some of it may be painful to read: you can stop at any time, and please"
            " take the time you need. Every comment will be answered."
            if self.reading
            else NEXT.get(self.stage, ""),
            f"You will hear from us again by {plain_date(self.next_on)}, and sooner if there is something to tell."
            if self.next_on
            else "",
            "If you would rather hear from us less often, more often, in another way, or not at all, please say so.",
        ]
        return "\n\n".join(part for part in parts if part)

"""The reply that one named body owes to one section 8 report of the Domestic Abuse Commissioner, version 1.

The duty is on each authority or Minister that the report makes recommendations about, not on the partnership. The
56 days begin with the day the report is published, and nothing pauses or extends them.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.counting import Counting, Roll
from workflows.definition import (
    Action,
    Blocked,
    Clock,
    Days,
    Escalation,
    Facts,
    From,
    Notice,
    Party,
    Phase,
    Process,
    Stage,
    reads_beside,
)
from workflows.processes import anywhere
from workflows.processes.authorities import (
    ACT_2021_S16,
    ACT_2021_S16_56_DAYS,
    ACT_2021_S16_CONTENT,
    ACT_2021_S16_COPIES,
    by_design,
)
from workflows.processes.fields import choice, day, file, link, one_of, optional, paragraph, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, AGENCY_LEADS, CASEWORK
from workflows.specified import DEPARTMENT, NOT_LISTED, SPECIFIED

UNPUBLISHED = ("owed", "agreed")

NOT_OWED = "not_owed"
"""The stage of a reply that was asked for by mistake."""

STAGES = (
    Stage("owed", "Reply owed", "reply", acts=Party.ADDRESSED_BODY, means="The body has not published its reply."),
    Stage("agreed", "Reply agreed", "reply", acts=Party.ADDRESSED_BODY,
          means="Somebody senior has agreed the reply. It is not published yet."),
    Stage("published", "Reply published", "reply", acts=Party.ADDRESSED_BODY,
          means="The reply is public. The copies are not on the record yet."),
    Stage("copied", "Published, copies sent", "reply", acts=Party.NOBODY, final=True,
          means="The reply is public and the copies are sent."),
    Stage(NOT_OWED, "No reply owed", "reply", acts=Party.NOBODY, final=True,
          means="The report makes no recommendation about this body after all."),
)  # fmt: skip


def _named(facts: Facts) -> list[str]:
    return [str(number).strip() for number in facts.recorded.get("recommendations") or []]


def _answered(facts: Facts) -> set[str]:
    return {str(entry.get("recommendation")).strip() for entry in facts.listed("answers")}


def every_recommendation_answered(facts: Facts) -> Blocked | None:
    """There is one answer for each recommendation that names this body."""
    missing = [number for number in _named(facts) if number not in _answered(facts)]
    if not missing:
        return None
    which = f"recommendation {missing[0]}" if len(missing) == 1 else f"recommendations {', '.join(missing)}"
    return Blocked(f"There is no answer yet to {which}. Answer each one before the reply is agreed or published.")


def recommendation_is_named(facts: Facts) -> Blocked | None:
    """A check: the recommendation answered is one of those that name this body."""
    given = (facts.submitted or {}).get("recommendation")
    if given is None or str(given).strip() in _named(facts):
        return None
    return Blocked(
        f"Recommendation {given} does not name this body. Give one of: {', '.join(_named(facts))}.", "recommendation"
    )


def published_after_report(facts: Facts) -> Blocked | None:
    """A check: the reply is not published before the report it answers."""
    published = (facts.submitted or {}).get("published_on")
    report = facts.recorded.get("report_published_on")
    if published is None or not report or published.isoformat() >= str(report):
        return None
    return Blocked(f"The reply is dated before the report ({report}). Check the date.", "published_on")


@reads_beside
def no_other_reply(facts: Facts) -> Blocked | None:
    """The body has no other reply to the same report: it was not named again since this one was struck out."""
    body = facts.recorded.get("body")
    other = next((one for one in facts.beside if one.stage != NOT_OWED and one.facts.get("body") == body), None)
    if other is None:
        return None
    return Blocked(f"This body was named again, and its reply is {other.ref}. Go on there.")


def copies_after_report(facts: Facts) -> Blocked | None:
    """A check: no copy was sent before the report it answers was published."""
    report = str(facts.recorded.get("report_published_on") or "")
    for name in ("commissioner_copy_on", "secretary_of_state_copy_on"):
        sent = (facts.submitted or {}).get(name)
        if sent is not None and report and sent.isoformat() < report:
            return Blocked(f"This copy is dated before the report ({report}). Check the date.", name)
    return None


def no_copy_from_a_department(facts: Facts) -> Blocked | None:
    """A check: a government department owes no copy to the Secretary of State (the duty is of listed authorities)."""
    given = (facts.submitted or {}).get("secretary_of_state_copy_on")
    if given is None or facts.recorded.get("body_kind") != DEPARTMENT:
        return None
    return Blocked(
        "A government department owes this copy to the Commissioner only. Leave the second date empty, or correct what"
        " kind of body it is.",
        "secretary_of_state_copy_on",
    )


KINDS = (
    (SPECIFIED, "A specified public authority (Domestic Abuse Act 2021 s.15(3))"),
    (DEPARTMENT, "A government department (s.16(1)(b))"),
    (NOT_LISTED, "On no list of the Act: to be checked"),
)
WORKED_OUT = (
    choice("body_kind", "What kind of body it is", *KINDS, required=False, filled=True),
    text("specified_as", "What the list of the Act calls it", required=False, filled=True),
)
"""Worked out for each body from the register, as it was on the day of the report or of the request."""

RESPONSES = (
    ("action_taken", "Action has been taken"),
    ("action_proposed", "Action is proposed"),
    ("no_action", "No action, for a reason"),
)
"""What a reply may say to a recommendation (s.16(4)): what was or will be done, or why nothing is."""

OPENING = Action(
    "name_body",
    "Record that a report names a body",
    to="owed",
    roles=CASEWORK,
    occurred_from="report_published_on",
    fields=(
        one_of("body", "Which body?", From.BODIES_TO_NAME, notable=True),
        text("report_title", "Title of the report", notable=True),
        day("report_published_on", "When was the report published?", notable=True),
        text("recommendations", "Recommendations about this body", many=True, help="Their numbers, one a line."),
        optional(link("report_url", "Web address of the report")),
        *WORKED_OUT,
    ),
    authority=ACT_2021_S16,
)

PROCESS = Process(
    key="commissioner-reply",
    version=1,
    label="Reply to the Domestic Abuse Commissioner",
    noun="reply",
    plural="Replies to the Domestic Abuse Commissioner",
    regime="any",
    phases=(Phase("reply", "Reply"),),
    stages=STAGES,
    opening=OPENING,
    actions=(
        Action(
            "answer_recommendation",
            "Answer a recommendation",
            source=UNPUBLISHED,
            to="owed",
            roles=AGENCY,
            keep_as="answers",
            fields=(
                one_of("recommendation", "Which recommendation?", From.REPORT_RECOMMENDATIONS),
                choice("response", "What is the answer?", *RESPONSES),
                paragraph("response_text", "The action taken or proposed, or why there is none"),
            ),
            checks=(recommendation_is_named,),
            authority=ACT_2021_S16_CONTENT,
            main=True,
        ),
        Action(
            "agree_reply",
            "Record that the reply is agreed",
            source=("owed",),
            to="agreed",
            roles=AGENCY_LEADS,
            fields=(text("agreed_by", "Who agreed, senior in the body? (their post)"),),
            guards=(every_recommendation_answered,),
            authority=by_design(),
        ),
        Action(
            "record_publication_of_reply",
            "Record publication of the reply",
            source=UNPUBLISHED,
            to="published",
            roles=AGENCY,
            fields=(
                day("published_on", "Date published"),
                link("published_at", "Web address of the reply"),
                file("reply_file", "The reply"),
            ),
            guards=(every_recommendation_answered,),
            checks=(published_after_report,),
            authority=ACT_2021_S16,
            help="How it is published is the body's own choice.",
            main=True,
        ),
        Action(
            "record_copies_sent",
            "Record the copies",
            source=("published",),
            to="copied",
            roles=AGENCY,
            fields=(
                day("commissioner_copy_on", "When was the Commissioner sent a copy?"),
                day(
                    "secretary_of_state_copy_on",
                    "When was the Secretary of State sent a copy?",
                    required=False,
                    help="Needed from a specified public authority, and from nobody else. The record of this reply says"
                    " which it is.",
                ),
                optional(text("copies_evidence", "Where that is kept")),
            ),
            checks=(
                partial(
                    guards.needed_of,
                    fact="body_kind",
                    values=(SPECIFIED,),
                    field="secretary_of_state_copy_on",
                    reason="A specified public authority sends a copy to the Secretary of State too. Give the day it"
                    " was sent.",
                ),
                copies_after_report,
                no_copy_from_a_department,
            ),
            authority=ACT_2021_S16_COPIES,
            help="Sent when the reply is published; the Act gives the copies no period of their own.",
            main=True,
        ),
        Action(
            "record_not_owed",
            "Record that no reply is owed",
            source=UNPUBLISHED,
            to=NOT_OWED,
            roles=CASEWORK,
            fields=(paragraph("not_owed_reason", "Why"),),
            authority=ACT_2021_S16,
        ),
        Action(
            "reopen_reply",
            "Take the reply up again",
            source=(NOT_OWED, "published", "copied"),
            to="owed",
            roles=CASEWORK,
            fields=(paragraph("reopened_reason", "Why"),),
            guards=(no_other_reply,),
            authority=by_design(),
            help="The 56 days still begin with the day the report was published.",
        ),
        Action(
            "correct_report_date",
            "Correct the day the report was published",
            source=UNPUBLISHED,
            roles=CASEWORK,
            fields=(
                day("report_published_on", "On which day was the report published?"),
                paragraph("date_corrected_because", "How is that known?"),
            ),
            authority=ACT_2021_S16_56_DAYS,
            help="The 56 days are counted again from this day. Where the report itself is on record, correct it there:"
            " it holds for every body then.",
        ),
        Action(
            "correct_kind_of_body",
            "Correct what kind of body it is",
            source=(*UNPUBLISHED, "published", "copied"),
            roles=CASEWORK,
            fields=(
                choice("body_kind", "What kind of body is it?", *KINDS),
                paragraph("kind_corrected_because", "On what does that rest?"),
            ),
            authority=ACT_2021_S16,
            help="It decides whether a copy goes to the Secretary of State. The register of bodies stays as it is.",
        ),
        Action(
            "transfer",
            "Pass it to the body that took its place",
            source=(*UNPUBLISHED, "published"),
            roles=CASEWORK,
            fields=(
                one_of("body", "Which body?", From.BODIES),
                paragraph("passed_on_because", "Why"),
            ),
            authority=by_design(),
            help="The people of that body can answer then. The 56 days go on unchanged.",
        ),
        Action(
            "record_chasing",
            "Record that the body was asked how it stands",
            source=UNPUBLISHED,
            roles=CASEWORK,
            keep_as="chasing",
            fields=(paragraph("asked", "What was asked, and the answer"),),
            authority=by_design(),
        ),
        send_reminder(UNPUBLISHED, CASEWORK),
        anywhere.note(tuple(stage.key for stage in STAGES), AGENCY),
        *anywhere.correspondence(tuple(stage.key for stage in STAGES), CASEWORK),
        anywhere.call(tuple(stage.key for stage in STAGES), CASEWORK),
    ),
    clocks=(
        Clock(
            "commissioner_reply",
            "D08",
            "Reply to the Domestic Abuse Commissioner",
            starts_on=("name_body", "reopen_reply", "correct_report_date"),
            counts_from="report_published_on",
            restarts=True,
            stops_on=("record_publication_of_reply",),
            stopped_from="published_on",
            withdrawn_on=("record_not_owed",),
            length=Days(56),
            counting=Counting.BEGINNING_WITH,
            rolls=Roll.NONE,
            pausable=False,
            extendable=False,
            owner=Party.ADDRESSED_BODY,
            owed_to=Party.COMMISSIONER,
            duty=ACT_2021_S16,
            date=ACT_2021_S16_56_DAYS,
            remind_before=(28, 14, 7, 1),
            repeat_after_every=7,
            escalations=(Escalation(1, Party.AGENCY_EXECUTIVE), Escalation(14, Party.CASE_MANAGER)),
            message="commissioner_reply_reminder",
        ),
    ),
    notices=(Notice("reply_owed", ("name_body", "transfer"), "stage_changed", (Party.ADDRESSED_BODY,)),),
    child_suffix="C",
    about="One body's reply to one section 8 report: one answer for each recommendation, published, and copied.",
)

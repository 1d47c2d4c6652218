"""A report of the Domestic Abuse Commissioner under section 8, version 1. It belongs to no review.

Each body that it makes recommendations about owes a reply of its own: one record of ``commissioner-reply`` each.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    Blocked,
    DoesOnItems,
    Facts,
    From,
    Opens,
    Party,
    Phase,
    Process,
    Stage,
    reads_items,
)
from workflows.processes import anywhere
from workflows.processes.authorities import ACT_2021_S8, ACT_2021_S16, ACT_2021_S16_56_DAYS, by_design
from workflows.processes.fields import day, file, link, optional, paragraph, several_of, text
from workflows.processes.who import CASEWORK

STAGES = (
    Stage("recorded", "Replies owed", "report", acts=Party.ADDRESSED_BODY,
          means="The report is public, and bodies it names owe replies."),
    Stage("all_replied", "All replies in", "report", acts=Party.NOBODY, final=True,
          means="Every body named has published its reply and sent the copies."),
)  # fmt: skip


def recommendation_is_new(facts: Facts) -> Blocked | None:
    """A check: the number is not used twice."""
    return guards.entry_is_new(facts, field="number", among="recommendations", what="Recommendation")


def recommendations_are_known(facts: Facts) -> Blocked | None:
    """A check: the numbers given are those of recommendations on the record."""
    known = [str(entry.get("number")).strip() for entry in facts.listed("recommendations")]
    given = (facts.submitted or {}).get("recommendations_addressed") or []
    unknown = [str(number) for number in given if str(number).strip() not in known]
    if not unknown:
        return None
    return Blocked(
        f"The report has no recommendation {', '.join(unknown)} on the record. Give numbers from: {', '.join(known)}.",
        "recommendations_addressed",
    )


def another_day(facts: Facts) -> Blocked | None:
    """A check: the day given is not the one that is on the record already."""
    given = (facts.submitted or {}).get("report_published_on")
    if given is None or given.isoformat() != facts.recorded.get("report_published_on"):
        return None
    return Blocked("That is the day on the record already. Give the other one.", "report_published_on")


@reads_items
def one_reply_for_each_body(facts: Facts) -> Blocked | None:
    """A check: no body is asked for a second reply to the same report; one found not to be owed does not count."""
    twice = guards.bodies_named_before(facts, process="commissioner-reply", but="not_owed")
    if not twice:
        return None
    return Blocked(
        f"Already on record, one reply for each body: {guards.name_some(twice)}. Leave those bodies out; where the"
        " recommendations were wrong, record there that no reply is owed and name the body again.",
        "bodies",
    )


PROCESS = Process(
    key="section8-report",
    version=1,
    label="Section 8 report of the Domestic Abuse Commissioner",
    noun="report",
    regime="any",
    phases=(Phase("report", "Report"),),
    stages=STAGES,
    opening=Action(
        "record_section_8_report",
        "Record a section 8 report",
        to="recorded",
        roles=CASEWORK,
        occurred_from="report_published_on",
        fields=(
            text("title", "Title", notable=True),
            day(
                "report_published_on",
                "When was it published?",
                notable=True,
                help="The 56 days begin with this day. Take it from the report, not from a web page changed later.",
            ),
            link("report_url", "Web address"),
            file("report_file", "The report"),
        ),
        authority=ACT_2021_S8,
    ),
    actions=(
        Action(
            "add_recommendation",
            "Add a recommendation",
            source=("recorded",),
            roles=CASEWORK,
            keep_as="recommendations",
            fields=(text("number", "Its number"), paragraph("text", "Its text")),
            checks=(recommendation_is_new,),
            authority=ACT_2021_S8,
            main=True,
        ),
        Action(
            "name_body",
            "Record which bodies it makes recommendations about",
            source=("recorded",),
            roles=CASEWORK,
            keep_as="bodies_named",
            fields=(
                several_of("recommendations_addressed", "Which recommendations?", From.REPORT_RECOMMENDATIONS),
                several_of(
                    "bodies",
                    "Which bodies do they name?",
                    From.BODIES_TO_NAME,
                    help="Bodies of which the report says the same. For bodies with other recommendations, do this step"
                    " again. What kind of body each is comes from the register.",
                ),
            ),
            guards=(
                partial(
                    guards.listed,
                    name="recommendations",
                    reason="No recommendation of the report is recorded. Add the recommendations first.",
                ),
            ),
            checks=(recommendations_are_known, one_reply_for_each_body),
            effects=(
                Opens(
                    "commissioner-reply",
                    for_each="bodies",
                    each_as="body",
                    copies=(
                        ("report_published_on", "report_published_on"),
                        ("report_title", "title"),
                        ("report_url", "report_url"),
                        ("recommendations", "recommendations_addressed"),
                    ),
                ),
            ),
            authority=ACT_2021_S16,
            help="One reply is opened for each body, with its own 56 days.",
            main=True,
        ),
        Action(
            "correct_publication_date",
            "Correct the day of publication",
            source=("recorded",),
            roles=CASEWORK,
            fields=(
                day("report_published_on", "On which day was it published?"),
                paragraph("date_corrected_because", "How is that known?"),
            ),
            checks=(another_day,),
            effects=(
                DoesOnItems(
                    "commissioner-reply",
                    "correct_report_date",
                    copies=(
                        ("report_published_on", "report_published_on"),
                        ("date_corrected_because", "date_corrected_because"),
                    ),
                    left_out="its 56 days stay as they were counted. If the other day changes whether it was in time,"
                    " take it up again, correct the day there, and record its publication again.",
                ),
            ),
            authority=ACT_2021_S16_56_DAYS,
            help="The 56 days of every reply that is not published yet are counted again from this day.",
        ),
        Action(
            "record_all_replied",
            "Record that every reply is in",
            source=("recorded",),
            to="all_replied",
            roles=CASEWORK,
            guards=(
                partial(
                    guards.done, action="name_body", reason="No body is named yet. Record which bodies it is about."
                ),
                partial(
                    guards.items_final,
                    process="commissioner-reply",
                    one="has not published its reply and recorded the copies yet.",
                    several="have not published their replies and recorded the copies yet.",
                ),
            ),
            authority=by_design(),
            main=True,
        ),
        Action(
            "reopen_report",
            "Open the report again",
            source=("all_replied",),
            to="recorded",
            roles=CASEWORK,
            fields=(optional(paragraph("reopened_reason", "Why")),),
            authority=by_design(),
        ),
        anywhere.note(("recorded", "all_replied"), CASEWORK),
        *anywhere.correspondence(("recorded", "all_replied"), CASEWORK),
        anywhere.call(("recorded", "all_replied"), CASEWORK),
    ),
    ref_prefix="S8R",
    about="A published report with recommendations; what the bodies named in it owe, and whether it came.",
)

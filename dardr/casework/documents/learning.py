"""What a cleared report teaches, as a one-page briefing and as the slides of an event."""

from __future__ import annotations

from datetime import date

from dardr.casework.documents.reading import Reading
from notifications.documents import AgendaItem, Briefing, LearningEventSlides, LearningPoint, SupportContact
from workflows.definition import Past

CLEARED_BY = ("record_letter_publish", "clear_after_amendment")
NOT_CLEARED_SINCE = ("return_to_amending", "record_letter_amend", "record_letter_resubmit", "reopen")

NATIONAL_SUPPORT = (
    SupportContact(
        service="National Domestic Abuse Helpline",
        offers="free, 24 hours, for anyone worried about abuse",
        contact="0808 2000 247",
    ),
    SupportContact(
        service="Samaritans", offers="free, 24 hours, for anyone in distress", contact="116 123"
    ),
)
"""Shown where the partnership has not set its own list (its setting ``support_contacts``)."""

AGENDA = (
    AgendaItem(minutes=5, item="Welcome, and looking after ourselves"),
    AgendaItem(minutes=10, item="What happened"),
    AgendaItem(minutes=25, item="What we learned"),
    AgendaItem(minutes=15, item="Questions for teams, in small groups"),
    AgendaItem(minutes=5, item="Support, and your view of this session"),
)
CONTENT_NOTE = (
    "The next slides speak of domestic abuse and of a death.",
    "You may leave at any time, turn your camera off, or come back later; nobody will ask why.",
    "A member of the team is free to talk during and after the session.",
)


def _cleared(review: Reading) -> Past | None:
    cleared = review.last(CLEARED_BY)
    since = review.last(NOT_CLEARED_SINCE)
    if cleared is None or (since is not None and since[1].seq > cleared[1].seq):
        return None
    return cleared[1]


def blocked(review: Reading) -> list[str]:
    """Every reason why nothing can be made of the learning yet; empty where it can."""
    reasons = []
    cleared = _cleared(review)
    if cleared is None:
        reasons.append(
            "The report of this review is not cleared by the Home Office. Briefings and slides are made from a cleared"
            " report only: record the clearance first."
        )
    learning = review.done.get("record_learning")
    if learning is None or (cleared is not None and learning.seq < cleared.seq):
        what = review.process.action("record_learning").label
        again = " again: the report was cleared after it was recorded" if learning and cleared else ""
        reasons.append(f"The learning is not recorded from the cleared report. Do “{what}”{again}.")
    if not review.text("display_pseudonym"):
        reasons.append(
            "No name to be used for the person is recorded. Record the one chosen with the family first."
        )
    return reasons


def _marking(review: Reading) -> str | None:
    """None once the report is public: until then what it taught is as confidential as the review."""
    cleared = _cleared(review)
    published = review.done.get("publish")
    public = published is not None and cleared is not None and published.seq > cleared.seq
    return None if public else "OFFICIAL-SENSITIVE"


def _support(review: Reading) -> tuple[SupportContact, ...]:
    own = (review.partnership.settings or {}).get("support_contacts")
    contacts = [SupportContact(**one) for one in own] if own else list(NATIONAL_SUPPORT)
    if review.partnership.team_email:
        contacts.append(
            SupportContact(
                service=review.partnership.team_name or review.partnership.name,
                offers="for questions about this review and for support after it",
                contact=review.partnership.team_email,
            )
        )
    return tuple(contacts)


def briefing(review: Reading, today: date) -> Briefing:
    """The briefing, made on the London day ``today``."""
    cleared = _cleared(review)
    assert cleared is not None
    return Briefing(
        partnership=review.partnership.name,
        prepared_on=today,
        marking=_marking(review),
        demonstration=review.demonstration,
        ref=review.record.ref,
        pseudonym=review.text("display_pseudonym"),
        report_cleared_on=cleared.occurred_on,
        why_this_matters=review.text("why_it_matters"),
        summary=review.lines("learning_summary"),
        learned=review.lines("learned"),
        good_practice=review.lines("good_practice"),
        do_differently=review.lines("do_differently"),
        questions=review.lines("team_questions"),
        support=_support(review),
        evaluation_link=review.text("evaluation_link"),
    )


def slides(review: Reading, today: date) -> LearningEventSlides:
    """The slides of an event; its day is not known yet."""
    text = briefing(review, today)
    differently = text.do_differently
    points = [
        LearningPoint(
            heading=f"What we learned ({number} of {len(text.learned)})",
            lines=(learned, differently[number - 1]) if number <= len(differently) else (learned,),
            facilitator_notes="Ask: where have we seen this, and what would we do now?",
        )
        for number, learned in enumerate(text.learned, 1)
    ]
    left_over = differently[len(text.learned) :]
    if left_over:
        points.append(LearningPoint(heading="What to do differently", lines=left_over))
    return LearningEventSlides(
        partnership=text.partnership,
        prepared_on=today,
        marking=text.marking,
        demonstration=text.demonstration,
        ref=text.ref,
        event_title="Learning from a review",
        event_on=None,
        pseudonym=text.pseudonym,
        report_cleared_on=text.report_cleared_on,
        agenda=AGENDA,
        content_note=CONTENT_NOTE,
        summary=text.summary,
        points=tuple(points),
        good_practice=text.good_practice,
        questions=text.questions,
        support=text.support,
        evaluation_link=text.evaluation_link,
    )

"""Words for the table of comments: on the page, in Word and in Excel the same."""

from __future__ import annotations

from dardr.casework import word_comments as kinds
from workflows.processes.comment_request_1.comments import IN_WORD, ONE_BY_ONE, PASTED
from workflows.processes.comment_round_1 import ANSWERS

KINDS = {
    kinds.COMMENT: "Comment",
    kinds.REPLY: "Reply",
    kinds.INSERTED: "Put in",
    kinds.DELETED: "Take out",
    kinds.REPLACED: "Put in place of other words",
    kinds.MOVED_AWAY: "Moved from here",
    kinds.MOVED_HERE: "Moved to here",
    kinds.UNTRACKED: "Changed without tracking",
}
"""What a line of the table is."""

WAYS = {
    ONE_BY_ONE: "given here",
    IN_WORD: "in a Word file",
    PASTED: "entered by the team",
    "email": "by e-mail",
    "meeting": "at a meeting",
    "call": "by telephone",
    "letter": "by letter",
}
"""How a comment came."""

ANSWER_WORDS = dict(ANSWERS)
NO_ANSWER = "No answer yet"
WITH_CLOSING = "Shown once the round is closed"
WHOLE_REPORT = "The report as a whole, or a place that is not told"


def place_words(paragraph: int | None, heading: str, text: str) -> str:
    """Where a group of comments belongs, as a heading."""
    if paragraph is not None:
        return f"Paragraph {paragraph}{f', {heading}' if heading and heading != text else ''}"
    return f"Not found in the version{f', {heading}' if heading else ''}" if text else WHOLE_REPORT

"""What a branch agrees to, subject by subject: that their words stand in the report, that details are passed on.

Each may be taken back at any time, also after they have withdrawn. The latest answer to each subject counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from workflows import guards
from workflows.definition import Action
from workflows.processes.authorities import guidance_2016
from workflows.processes.family_branch_1.stages import ALL
from workflows.processes.fields import choice, optional, paragraph
from workflows.processes.who import FAMILY_NOTES

SUBJECTS = (
    ("reached", "That we keep who they are and how they are reached"),
    ("advocacy", "That their details go to an advocacy service"),
    ("records", "That organisations share what they hold about them"),
    ("notes", "That what they say is written down, or recorded"),
    ("words", "That their words, or what they told us, stand in the report"),
    ("statement", "That a statement or a picture of theirs is published"),
    ("other", "Something else"),
)
ANSWERS = (
    ("agreed", "They agree"),
    ("partly", "They agree to a part of it"),
    ("not_agreed", "They do not agree"),
    ("taken_back", "They agreed before, and take it back"),
    ("asked", "They were asked, and have not answered yet"),
)


def agreements(recorded: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The latest answer to each subject, in the order of the subjects; every “something else” by itself."""
    latest: dict[str, Mapping[str, Any]] = {}
    for entry in recorded.get("agreements") or ():
        subject = str(entry["agreement_about"])
        latest[f"{subject}-{entry['seq']}" if subject == "other" else subject] = entry
    order = [subject for subject, _ in SUBJECTS]
    return sorted(latest.values(), key=lambda one: (order.index(str(one["agreement_about"])), int(one["seq"])))


def actions() -> tuple[Action, ...]:
    """One action: an answer to one subject."""
    return (
        Action(
            "record_agreement",
            "Record what they agree to",
            source=ALL,
            roles=FAMILY_NOTES,
            keep_as="agreements",
            fields=(
                choice("agreement_about", "To what?", *SUBJECTS),
                choice("agreement_answer", "What did they say?", *ANSWERS),
                optional(
                    paragraph(
                        "agreement_extent",
                        "What it covers, and what it does not",
                        help="For example: not the name of the school. Needed for a part, and for something else."
                        " No names.",
                    )
                ),
            ),
            checks=(
                partial(
                    guards.needed_when,
                    field="agreement_extent",
                    when="agreement_answer",
                    values=("partly",),
                    reason="Say to which part they agree, and to which they do not.",
                ),
                partial(
                    guards.needed_when,
                    field="agreement_extent",
                    when="agreement_about",
                    values=("other",),
                    reason="Say what it is that they were asked.",
                ),
            ),
            authority=guidance_2016("6", note="Taking part, and in what, is the family's choice."),
            help="One subject at a time; the last answer to each counts. They may take it back at any time.",
        ),
    )

"""Who is asked in a round: bodies, members of the panel, people with an account here, people outside.

The same four questions are put when a version is sent and when more readers are asked; each reader gets a record.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Blocked, Facts, Field, From, Guard, Opens
from workflows.processes.comment_round_1.table import FIRST, LATER, READERS, asked_twice, readers_of
from workflows.processes.fields import read_by, several_of, text
from workflows.processes.reader_request_1.outside import problem_of
from workflows.processes.who import CHAIRING

OPENED = (
    ("comment-request", "body"),
    ("reader-request", "seat"),
    ("reader-request", "reader_account"),
    ("reader-request", "outside"),
)
"""What is opened for a reader of each kind, in the order of ``READERS``, and the question there that names them."""
OUTSIDE_HELP = (
    "One a line: what they read it for, by their post and without a name. After a comma the address that the request"
    " goes to, such as “Expert adviser, adviser@example.org”; without one, the team gives it to them on paper. The"
    " family and their advocate are not asked here: they read apart, without a date."
)


def questions(step: int) -> tuple[Field, ...]:
    """Who is asked, in the form of one of the two steps that people take."""
    bodies, members, people, outside = (names[step] for names in READERS)
    return (
        several_of(bodies, "Which organisations are asked?", From.BODIES, required=False),
        several_of(
            members,
            "Which members of the panel are asked by name?",
            From.PANEL_SEATS,
            required=False,
            help="Each comments for themselves. Nobody else of their organisation sees it while the round is open.",
        ),
        *read_by(
            CHAIRING,
            several_of(
                people,
                "Who else with an account here?",
                From.PEOPLE,
                required=False,
                help="The independent chair or a colleague, for example. They see the version, and nothing else of the"
                " review that they do not see already.",
            ),
            text(outside, "Who from outside?", many=True, required=False, help=OUTSIDE_HELP),
        ),
    )


def as_opened() -> tuple[Field, ...]:
    """The same on the round itself, as it is opened by the review."""
    bodies, members, people, outside = (names[FIRST] for names in READERS)
    return (
        several_of(bodies, "Which organisations are asked?", From.BODIES, required=False, notable=True),
        text(members, "Which members of the panel?", many=True, required=False),
        *read_by(
            CHAIRING,
            several_of(people, "Who else with an account here?", From.PEOPLE, required=False),
            text(outside, "Who from outside?", many=True, required=False),
        ),
    )


def opened(step: int, copies: tuple[tuple[str, str], ...]) -> tuple[Opens, ...]:
    """What is opened for each of them."""
    return tuple(
        Opens(process, names[step], each_as=name, copies=copies, beside=True)
        for names, (process, name) in zip(READERS, OPENED, strict=True)
    )


def somebody_is_asked(step: int) -> Guard:
    """A check: at least one reader is named."""
    names = tuple(one[step] for one in READERS)
    return partial(guards.one_answered, fields=names, reason="Say who is asked: choose at least one reader.")


def addresses_can_be_read(step: int) -> Guard:
    """A check: each line about somebody outside says who, and has an address that can be one."""
    return partial(_lines_can_be_read, field=READERS[-1][step])


def _lines_can_be_read(facts: Facts, *, field: str) -> Blocked | None:
    lines = (facts.submitted or {}).get(field) or []
    return next((Blocked(said, field) for line in lines if (said := problem_of(line))), None)


def not_asked_yet(facts: Facts) -> Blocked | None:
    """A check: whoever is asked now is no reader of this round already."""
    found = asked_twice(facts.submitted or {}, LATER, readers_of(facts.recorded))
    if not found:
        return None
    return Blocked(
        "One of them is a reader of this round already. To ask them again, open what they were asked.", found[0][0]
    )

"""What is asked of every reader of a round, a body or a person: comments on a version, or none. One list of steps."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    Blocked,
    Clock,
    DateGiven,
    Effect,
    Escalation,
    Facts,
    Field,
    FieldType,
    Guard,
    Notice,
    Party,
    Phase,
    ReadsComments,
    Role,
    Stage,
)
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, local
from workflows.processes.comment_request_1.comments import IN_WORD, ONE_BY_ONE, PASTED
from workflows.processes.fields import choice, day, file, number, optional, paragraph, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import CASEWORK, CHAIRING

ASKED_TO_READ = by_design("A version goes to its readers until a closing date, and every comment is answered")

ASKED, COMMENTED, NONE, EXCUSED = "asked", "commented", "no_comments", "excused"
ANY = (ASKED, COMMENTED, NONE, EXCUSED)
REQUESTS = ("comment-request", "reader-request")
"""The processes by which somebody is asked to read: a body, or a person by name or post."""

PHASES = (Phase("reading", "Reading"),)


def stages(acts: Party) -> tuple[Stage, ...]:
    """Where a reader can stand; ``acts`` is who is waited for while they read."""
    return (
        Stage(ASKED, "Asked for comments", "reading", acts=acts, means="The reader has the version to read."),
        Stage(
            COMMENTED, "Has comments", "reading", acts=Party.NOBODY, final=True, means="Comments of theirs are here."
        ),
        Stage(
            NONE, "No comments", "reading", acts=Party.NOBODY, final=True, means="They have read it and say nothing."
        ),
        Stage(
            EXCUSED,
            "Not waited for",
            "reading",
            acts=Party.NOBODY,
            final=True,
            means="The round goes on without them, for a recorded reason.",
        ),
    )


ROWS = Field("rows", "Comments read", FieldType.ROWS, required=False, filled=True)
READ = text("reading", "What was read", required=False, filled=True)
INTO_THE_TABLE = ReadsComments()


def _an_email_is_named(facts: Facts) -> Blocked | None:
    """A check: the entry given is one that filed an e-mail here."""
    given = facts.answer("entry")
    filed = [str(entry.get("seq")) for entry in facts.listed("correspondence")]
    if given is None or str(given) in filed:
        return None
    known = f"The e-mails here are entries {', '.join(filed[-10:])}." if filed else "No e-mail is filed here yet."
    return Blocked(f"Entry {given} filed no e-mail. {known}", "entry")


def actions(givers: frozenset[Role], on_asking: tuple[Effect, ...] = ()) -> tuple[Action, ...]:
    """What a reader can do, or the team for them. ``givers`` give comments; ``on_asking`` follows from asking again."""
    return (
        Action(
            "give_comment",
            "Give a comment",
            source=ANY,
            to=COMMENTED,
            roles=givers,
            keep_as=ONE_BY_ONE,
            fields=(
                text(
                    "where",
                    "Where in the report?",
                    required=False,
                    help="The number of its paragraph, or a few words from it. Left empty for the report as a whole.",
                ),
                paragraph("comment", "The comment"),
                optional(paragraph("proposed", "The words you propose instead")),
                ROWS,
            ),
            effects=(INTO_THE_TABLE,),
            authority=ASKED_TO_READ,
            main=True,
            help="One comment at a time; the page can be sent as often as there are comments.",
        ),
        Action(
            "give_word_comments",
            "Give comments in a Word file",
            source=ANY,
            to=COMMENTED,
            roles=givers,
            keep_as=IN_WORD,
            fields=(
                file("word_file", "The version with comments and tracked changes", help="A Word file (.docx)."),
                ROWS,
                READ,
            ),
            checks=(
                partial(guards.one_answered, fields=("word_file",), reason="Choose the Word file with the comments."),
            ),
            effects=(INTO_THE_TABLE,),
            authority=ASKED_TO_READ,
            main=True,
            help="Every comment and every tracked change is read from it, with who made it. The file is kept too.",
        ),
        Action(
            "enter_comments",
            "Enter comments that came another way",
            source=ANY,
            to=COMMENTED,
            roles=CASEWORK,
            keep_as=PASTED,
            fields=(
                choice(
                    "came_by",
                    "How did they come?",
                    ("email", "By e-mail"),
                    ("meeting", "At a meeting"),
                    ("call", "By telephone"),
                    ("letter", "By letter"),
                ),
                number(
                    "entry",
                    "Which entry of the timeline?",
                    required=False,
                    help="Where the e-mail is filed here: the number of the entry that filed it.",
                ),
                paragraph(
                    "pasted",
                    "The comments",
                    help="An empty line between two comments. A comment may begin with its place and a colon, such as"
                    " 4.2:",
                ),
                ROWS,
            ),
            checks=(_an_email_is_named,),
            effects=(INTO_THE_TABLE,),
            authority=ASKED_TO_READ,
        ),
        Action(
            "record_no_comments",
            "Record that there are no comments",
            source=(ASKED, EXCUSED),
            to=NONE,
            roles=givers,
            fields=(optional(text("said_by", "Who said so? (their post)")),),
            authority=ASKED_TO_READ,
            main=True,
            help="No comments is an answer: nobody is reminded any more.",
        ),
        Action(
            "excuse_reader",
            "Go on without this reader",
            source=(ASKED,),
            to=EXCUSED,
            roles=CHAIRING,
            fields=(
                choice(
                    "excused_reason",
                    "Why?",
                    ("no_reply", "No reply came"),
                    ("left", "They have left the panel"),
                    ("mistake", "They were asked by mistake"),
                    ("other", "Another reason"),
                ),
                optional(paragraph("excused_note", "Anything to keep", help="No names.")),
            ),
            authority=local("The chair and the partnership decide whom a round waits for"),
        ),
        Action(
            "ask_reader_again",
            "Ask this reader again",
            source=(NONE, EXCUSED, COMMENTED),
            to=ASKED,
            roles=CHAIRING,
            fields=(paragraph("asked_again_because", "Why"), day("closes_on", "Comments by", future=True)),
            effects=on_asking,
            authority=local(),
        ),
        send_reminder((ASKED,), CHAIRING),
        *anywhere.dates((ASKED,), CHAIRING),
        anywhere.note(ANY, givers),
        *anywhere.correspondence(ANY, CASEWORK),
        anywhere.call(ANY, CASEWORK),
    )


def reading_clock(key: str, number: str, label: str, owner: Party, escalations: tuple[Escalation, ...]) -> Clock:
    """The closing date of the round, as it holds for one reader."""
    return Clock(
        key,
        number,
        label,
        starts_on=("ask_for_comments", "ask_reader_again"),
        restarts=True,
        stops_on=("give_comment", "give_word_comments", "enter_comments", "record_no_comments"),
        withdrawn_on=("excuse_reader",),
        length=DateGiven("closes_on"),
        owner=owner,
        owed_to=Party.INDEPENDENT_CHAIR,
        duty=ASKED_TO_READ,
        date=local("The closing date of the round"),
        extendable=True,
        agreement="The chair or the partnership agrees.",
        remind_before=(7, 1),
        repeat_after_every=3,
        escalations=escalations,
    )


def asking(*who: Field, follows: tuple[Effect, ...] = (), checks: tuple[Guard, ...] = ()) -> Action:
    """The step that asks one reader: ``who`` are the questions that say which."""
    return Action(
        "ask_for_comments",
        "Ask a reader for comments",
        to=ASKED,
        roles=CHAIRING,
        occurred_from="asked_on",
        fields=(
            *who,
            text("version", "Which version?", notable=True),
            day("closes_on", "Comments by", future=True, notable=True),
            optional(paragraph("asked", "What is asked")),
            day("asked_on", "Asked on", default="today"),
        ),
        checks=checks,
        effects=follows,
        authority=ASKED_TO_READ,
    )


def told(party: Party) -> tuple[Notice, ...]:
    """Whoever is asked is written to."""
    return (Notice("comments_wanted", ("ask_for_comments", "ask_reader_again"), "stage_changed", (party,)),)

"""Comments that came by e-mail: the Word files of an answer, and its words, put into the table of the round.

The e-mail is filed with what the reader was asked first, as any e-mail is; then each Word file and the words are taken
by the same steps as if a person had typed them in.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor
from dardr.casework.act import take_action
from dardr.casework.comments import with_comments_read
from dardr.casework.correspondence import filed_before, read_file, source_id
from dardr.casework.files import FileGiven
from dardr.casework.message_files import CannotReadMessage, read_message
from dardr.casework.post_handled import dealt_with
from dardr.errors import Invalid, NotFound, Reason
from dardr.lookups.post_in import content_of, find_mail, words_of
from dardr.storage.post_in import IncomingMail
from dardr.storage.reviews import Record
from dardr.systime import london_date
from workflows.processes.comment_request_1.giving import REQUESTS

IN_WORD, TYPED, FILED = "give_word_comments", "enter_comments", "file_correspondence"
WORDS, FILES = "pasted", "word_files"
"""Names of the two questions: the words to be taken, the Word files by their numbers."""
QUOTED = re.compile(r"^\s*(>|On .{4,200} wrote:\s*$|-{2,} ?(Original|Forwarded) |From: .+@)", re.IGNORECASE)
"""Where an answer ends and what it answers begins: quoted lines, or the line that mail programs put above them."""


@dataclass(frozen=True, slots=True)
class WordFile:
    """A Word file of the e-mail: its place among them, what is in it, or why nothing can be read from it."""

    number: int
    given: FileGiven
    reading: str
    problem: str


def request_of(session: Session, actor: Actor, row: IncomingMail) -> Record | None:
    """What the reader was asked, where the e-mail belongs to such a record that this person sees."""
    record = session.get(Record, row.record_id) if row.record_id else None
    if record is None or record.process_key not in REQUESTS:
        return None
    try:
        return get_record(session, actor, record.ref)
    except NotFound:
        return None


def word_files(session: Session, request: Record, row: IncomingMail) -> list[WordFile]:
    """The Word files of an e-mail, each read as it would be for the table. Keeps nothing."""
    action = workflows.get(request.process).action(IN_WORD)
    found: list[WordFile] = []
    for number, given in enumerate(_attached(row), 1):
        reading = problem = ""
        try:
            reading = str(with_comments_read(session, request, action, {"word_file": given}).get("reading") or "")
        except Invalid as error:
            problem = str(error.reasons[0].reason)
        if not reading and not problem:
            problem = "This file cannot be read as a Word file."
        found.append(WordFile(number, given, reading, problem))
    return found


def own_words(row: IncomingMail) -> str:
    """The words of an answer without what it quotes, to be looked through by a person before they are taken."""
    kept: list[str] = []
    for line in words_of(row)[1].replace("\r\n", "\n").split("\n"):
        if QUOTED.match(line):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()


def put_into_table(
    session: Session, actor: Actor, now: datetime, number: int, files: Collection[int], words: str
) -> list[str]:
    """File the e-mail, take the Word files of these numbers and the words, and deal with the e-mail; what was said.

    The edge commits. Raises NotFound, and Invalid where nothing is chosen or a step refuses: then nothing is taken.
    """
    row, line = find_mail(session, actor, number)
    request = request_of(session, actor, row)
    if request is None:
        raise NotFound("This e-mail belongs to no reader of a round. Say first which record it belongs to.")
    chosen = [one for one in word_files(session, request, row) if one.number in files]
    if not chosen and not words.strip():
        raise Invalid([Reason("Tick a Word file, or give the words that are the comments.", WORDS)])
    day = london_date(row.received_at)

    def take(key: str, **values: Any) -> list[str]:
        return list(take_action(session, actor, now, request.ref, key, values, day).warnings)

    message = FileGiven("message.eml", content_of(row), "message/rfc822")
    key = source_id(read_file(message).message_id, message.sha256)
    said = [] if filed_before(session, request, key) else take(FILED, message=message)
    for one in chosen:
        said += take(IN_WORD, word_file=one.given)
    if words.strip():
        filed = filed_before(session, request, key)
        said += take(TYPED, came_by="email", entry=filed.seq if filed else None, pasted=words)
    if line.waits:
        dealt_with(session, actor, now, number, f"Put into the table of comments, {request.ref}.")
    return said


def _attached(row: IncomingMail) -> list[FileGiven]:
    try:
        found = read_message(content_of(row))
    except CannotReadMessage:
        return []
    return [one for one in found.attachments if one.name.lower().endswith(".docx") and one.content]

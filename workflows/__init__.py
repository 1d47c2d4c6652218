"""The law of the work: every process as data, date arithmetic, conditions. Pure: nothing in, nothing out.

``get``, ``newest`` and ``all_processes`` find a process; each is built when it is first asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflows.definition import Process, Role

MODULES: dict[str, str] = {
    "dardr-s9@1": "dardr_s9_1",
    "dardr-s8a@1": "dardr_s8a_1",
    "section8-report@1": "section8_report_1",
    "commissioner-reply@1": "commissioner_reply_1",
    "section15-request@1": "section15_request_1",
    "section15-answer@1": "section15_answer_1",
    "agency-return@1": "agency_return_1",
    "qa-point@1": "qa_point_1",
    "recommendation@1": "recommendation_1",
    "action@1": "action_1",
    "action-share@1": "action_share_1",
    "update-round@1": "update_round_1",
    "update-request@1": "update_request_1",
    "task@1": "task_1",
    "comment-round@1": "comment_round_1",
    "comment-request@1": "comment_request_1",
    "reader-request@1": "reader_request_1",
    "proceeding@1": "proceeding_1",
    "held-back@1": "held_back_1",
    "disclosure@1": "disclosure_1",
    "chair@1": "chair_1",
    "chair-invitation@1": "chair_invitation_1",
    "publication-notice@1": "publication_notice_1",
    "family-notice@1": "family_notice_1",
    "family-question@1": "family_question_1",
    "historic@1": "historic_1",
    "family-branch@1": "family_branch_1",
    "panel-seat@1": "panel_seat_1",
    "meeting@1": "meeting_1",
    "document@1": "document_1",
}
"""Every process there is, and the package of ``workflows/processes`` that holds it."""


REVIEW_KEYS = frozenset({"dardr-s9", "dardr-s8a"})
"""The processes whose records are reviews; all other records are items of theirs, or stand alone."""


class UnknownProcess(KeyError):
    """There is no such process; the text says which there are."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted

    def __str__(self) -> str:
        return f"There is no process called {self.wanted}. There are: {', '.join(MODULES)}."


@cache
def get(process_id: str) -> Process:
    """The process of that id (``dardr-s9@1``) or the newest of that key (``dardr-s9``).

    Raises ``UnknownProcess``, a ``KeyError`` whose text is a sentence.
    """
    if "@" not in process_id:
        return newest(process_id)
    if process_id not in MODULES:
        raise UnknownProcess(process_id)
    module = import_module(f"workflows.processes.{MODULES[process_id]}")
    return module.PROCESS


def newest(key: str) -> Process:
    """The newest version of a process that records may be opened on; a draft only where there is nothing else.

    Raises ``UnknownProcess``.
    """
    versions = [get(known) for known in MODULES if known.rpartition("@")[0] == key]
    if not versions:
        raise UnknownProcess(key)
    return max(versions, key=lambda process: (not process.draft, process.version))


@cache
def seen_by_some() -> dict[frozenset[Role], tuple[str, ...]]:
    """The processes whose records only some roles see: those roles, and the keys of the processes."""
    found: dict[frozenset[Role], tuple[str, ...]] = {}
    for process in all_processes():
        if process.seen_by and process.key not in found.get(process.seen_by, ()):
            found[process.seen_by] = (*found.get(process.seen_by, ()), process.key)
    return found


@cache
def kept_apart() -> tuple[str, ...]:
    """The keys of the processes whose records are listed on a page of their own, not with what serves a record."""
    return tuple(dict.fromkeys(process.key for process in all_processes() if process.apart))


def all_processes() -> tuple[Process, ...]:
    """Every process, in the order of the list."""
    return tuple(get(known) for known in MODULES)

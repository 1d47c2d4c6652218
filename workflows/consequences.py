"""The consequences an action may declare. They are data; the casework application carries them out as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from workflows.authority import Role


@dataclass(frozen=True, slots=True)
class Opens:
    """Open a record of another process, linked to this one.

    ``for_each`` names a submitted field with several answers: one record for each, its value stored under
    ``each_as``. With ``number_as`` the answers are the points of a letter as pasted: ``workflows.numbered`` says where
    each begins, and its number is stored under that name. ``copies`` are (new record's field, this action's or
    record's field); ``sets`` are fixed facts. ``beside``: the new record serves the review that this one serves, and
    this one too (a task from the minutes of a meeting).
    """

    process: str
    for_each: str | None = None
    each_as: str = "body"
    copies: tuple[tuple[str, str], ...] = ()
    sets: tuple[tuple[str, Any], ...] = ()
    beside: bool = False
    number_as: str = ""


@dataclass(frozen=True, slots=True)
class PlacesHold:
    """Start a hold from the fields kind, from_date, reason, asked_by, clocks, activities, review_by."""

    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ChangesHold:
    """Set a new review-by date on the hold named in the field ``hold``."""


@dataclass(frozen=True, slots=True)
class EndsHold:
    """End the hold named in the field ``hold`` (all of one kind when ``kind`` is given) on ``until_date``."""

    kind: str | None = None


@dataclass(frozen=True, slots=True)
class UndoesHold:
    """Strike out the hold named in ``hold``: dates are computed as if it had never been."""


@dataclass(frozen=True, slots=True)
class AgreesDate:
    """Replace the date of the clock in ``clock`` (or of the fixed one) by the date in the field ``date_in``.

    ``reason`` is the one kept where the action asks for none; with it, a date recorded before that no clock could
    take yet is taken now.
    """

    clock: str | None = None
    date_in: str = "new_date"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AsksMoreTime:
    """Look at the date asked for in ``more_time_until``: it must be after that of the first of ``clocks`` that runs."""

    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivesMoreTime:
    """Replace the date of the first of ``clocks`` that runs, where ``more_time_answer`` says so.

    By the date of the last entry of ``more_time_asked`` ("agreed") or by the one in ``more_time_given`` ("another").
    """

    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UndoesAgreedDate:
    """Strike out the agreed date named in ``agreed_date``."""


@dataclass(frozen=True, slots=True)
class LinksReview:
    """Link this record to the review named in the field ``review`` (same death, joint review, or both served)."""

    name: str = "review"


@dataclass(frozen=True, slots=True)
class AnswersForHolds:
    """Where a hold that was placed for this proceeding is still open on a review it serves, the field ``name`` says
    why it goes on. Refused without."""

    name: str


@dataclass(frozen=True, slots=True)
class AssignsCaseManager:
    """Make the person named in the field ``name`` the one who carries this record: a review, or a task."""

    name: str = "case_manager"


@dataclass(frozen=True, slots=True)
class AsksReader:
    """Whoever this record names as a reader is asked from now on, by name: an account sees it and has it among their
    work; somebody outside with an address comes to it by the link in their e-mail."""


@dataclass(frozen=True, slots=True)
class FilesMessage:
    """Keep the e-mail in the field ``name`` with its attachments, read who wrote it, to whom and when, and refuse it
    where it is filed on this record already. What was read is in the fields of the action marked ``filled``."""

    name: str = "message"


@dataclass(frozen=True, slots=True)
class ChecksName:
    """Look the name in the field ``name`` up before the action is judged: where it is found besides is the answer to
    ``found_as``, a question marked ``filled``. A check of the action says what must be answered then."""

    name: str
    found_as: str


@dataclass(frozen=True, slots=True)
class ReadsComments:
    """Read the comments given (from a Word file, from pasted words, or one with its place) into the question ``rows``,
    each with the paragraph of the version it is about. ``rows`` is marked ``filled``, and so is ``reading``, where an
    action asks it: what was read, in a sentence."""


@dataclass(frozen=True, slots=True)
class KeepsChronology:
    """Keep the lines of a chronology read from the file in ``name``, in the place of those that came before it. What
    was read is in the fields of the action marked ``filled``, among them the hash of the lines (``lines_hash``)."""

    name: str = "chronology_file"


@dataclass(frozen=True, slots=True)
class CountsAgain:
    """Count the clocks that could not start for want of a date, from the date that this action records at last."""


@dataclass(frozen=True, slots=True)
class StoodFor:
    """One action that was done on paper before a live review was brought in, for which the bringing-in stands.

    ``on`` names the question that says when it was done (left empty: nobody asks). ``when_given``: it stands for the
    action only where that question was answered.
    """

    action: str
    on: str = ""
    when_given: bool = False


@dataclass(frozen=True, slots=True)
class SendsReminder:
    """Write now, once a day at most, to whoever owes the clock named in the field ``clock``."""


@dataclass(frozen=True, slots=True)
class GivesRole:
    """Give the account named in the field ``name`` a role on the review that this record is, or serves.

    Whoever held it through an earlier answer to the same question loses it, where nothing else names them.
    ``by_link`` is a field with an e-mail address, for somebody without an account: they come by links.
    """

    role: Role
    name: str
    by_link: str = ""


@dataclass(frozen=True, slots=True)
class TakesRole:
    """Take a role on the review away from the accounts recorded under these names, where nothing else names them."""

    role: Role
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WritesToPanel:
    """Write to the panel about this meeting: that it takes place, that it was moved, that it does not take place.

    An invitation is written once for each address and date. The others go only to a panel that was invited.
    """

    about: Literal["invited", "moved", "cancelled"]


@dataclass(frozen=True, slots=True)
class DoesOnReview:
    """Do an action of the review that this record serves, by the same person and in the same transaction: what the
    review itself must show of something that is recorded in full here.

    ``copies`` are (the review's question, this action's question), ``sets`` fixed answers, ``ref_as`` the question
    that takes this record's reference. Left out, with a word to the person, where the review is past that action.
    ``only_for`` is a fact of the review: the action is done only where it names this record, and is possible.
    """

    action: str
    copies: tuple[tuple[str, str], ...] = ()
    sets: tuple[tuple[str, Any], ...] = ()
    ref_as: str = ""
    only_for: str = ""


@dataclass(frozen=True, slots=True)
class AnswersRecommendations:
    """Keep what this action answers in step with the references in the field ``name``: each recommendation, and the
    review that made it, leads to the action; what is not named any more does so no longer."""

    name: str = "recommendations"


@dataclass(frozen=True, slots=True)
class TakesPlaceOf:
    """Look at the reference in the field ``name``: another record of the same process that stands, and none whose own
    place was taken by this one, directly or through others. It is kept as the record writes it, and linked."""

    name: str = "superseded_by"


@dataclass(frozen=True, slots=True)
class FreezesPlan:
    """Keep a copy of the review's action plan as it stands, with the day and the occasion."""

    occasion: Literal["submission", "amendment", "publication"]


@dataclass(frozen=True, slots=True)
class DoesOnItems:
    """Do an action of every open record of one process that serves this one, by the same person and in the same
    transaction: what is corrected here holds for them too.

    ``copies`` are (the item's question, this action's question). An item at a stage where the action is not possible
    is left as it is, and the person is told ``left_out`` of it (nothing, where that is empty). ``only_when`` =
    (question, values): only where that question of this action has one of those answers.
    """

    process: str
    action: str
    copies: tuple[tuple[str, str], ...]
    left_out: str
    only_when: tuple[str, tuple[str, ...]] | None = None


Effect = (
    Opens
    | PlacesHold
    | ChangesHold
    | EndsHold
    | UndoesHold
    | AgreesDate
    | AsksMoreTime
    | GivesMoreTime
    | UndoesAgreedDate
    | LinksReview
    | AnswersForHolds
    | AssignsCaseManager
    | AsksReader
    | SendsReminder
    | FilesMessage
    | ChecksName
    | CountsAgain
    | ReadsComments
    | KeepsChronology
    | DoesOnReview
    | DoesOnItems
    | AnswersRecommendations
    | FreezesPlan
    | GivesRole
    | TakesRole
    | TakesPlaceOf
    | WritesToPanel
)

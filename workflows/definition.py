"""The vocabulary in which every process is written: stages, actions, fields, guards, clocks, notices.

All of it is frozen data. A process is read by people as a page (``dardr process show``) and by the
engine as these objects; nothing here touches a database, a clock or the network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from workflows.authority import GIVEN_ROLES, PARTY_LABELS, Authority, Evidence, Kind, Party, Role
from workflows.consequences import (
    AgreesDate,
    AnswersForHolds,
    AnswersRecommendations,
    AsksMoreTime,
    AsksReader,
    AssignsCaseManager,
    ChangesHold,
    ChecksName,
    CountsAgain,
    DoesOnItems,
    DoesOnReview,
    Effect,
    EndsHold,
    FilesMessage,
    FreezesPlan,
    GivesMoreTime,
    GivesRole,
    KeepsChronology,
    LinksReview,
    Opens,
    PlacesHold,
    ReadsComments,
    SendsReminder,
    StoodFor,
    TakesPlaceOf,
    TakesRole,
    UndoesAgreedDate,
    UndoesHold,
    WritesToPanel,
)
from workflows.judged import Blocked, Facts, Item, OpenHold, Past
from workflows.lengths import (
    AgeOnly,
    Counting,
    DateGiven,
    Days,
    Length,
    LocalSetting,
    Months,
    Roll,
    Span,
    WorkingDays,
)
from workflows.questions import UNKNOWN_VALUES, Choice, Field, FieldType, From

__all__ = [
    "GIVEN_ROLES",
    "PARTY_LABELS",
    "UNKNOWN_VALUES",
    "Action",
    "AgeOnly",
    "AgreesDate",
    "AnswersForHolds",
    "AnswersRecommendations",
    "AsksMoreTime",
    "AsksReader",
    "AssignsCaseManager",
    "Authority",
    "Blocked",
    "ChangesHold",
    "ChecksName",
    "Choice",
    "Clock",
    "CountsAgain",
    "DateGiven",
    "Days",
    "DoesOnItems",
    "DoesOnReview",
    "Effect",
    "EndsHold",
    "Evidence",
    "Facts",
    "Field",
    "FieldType",
    "FilesMessage",
    "FreezesPlan",
    "From",
    "GivesMoreTime",
    "GivesRole",
    "Guard",
    "Item",
    "KeepsChronology",
    "Kind",
    "Length",
    "LinksReview",
    "LocalSetting",
    "Months",
    "Notice",
    "OpenHold",
    "Opens",
    "Party",
    "Past",
    "Phase",
    "PlacesHold",
    "Process",
    "ReadsComments",
    "Role",
    "SendsReminder",
    "Span",
    "Stage",
    "StoodFor",
    "TakesPlaceOf",
    "TakesRole",
    "UndoesAgreedDate",
    "UndoesHold",
    "Warn",
    "WorkingDays",
    "WritesToPanel",
    "reads_beside",
    "reads_bodies",
    "reads_careful_days",
    "reads_items",
]


Guard = Callable[[Facts], "Blocked | None"]
"""A condition: None when met, else why not. A check (see ``Action``) is the same, over what was submitted."""

Warn = Callable[[Facts], "str | None"]
"""Something odd that a person should look at; it never refuses."""


@dataclass(frozen=True, slots=True)
class Action:
    """One line of a process: from where, to where, who, on what conditions, on what authority, recording what.

    ``source`` empty means the action that opens a record. ``to`` None keeps the stage.
    ``guards`` look at the record; ``checks`` look at what was submitted; ``warnings`` never refuse.
    ``keep_as`` appends the answers as one entry to a list of facts of that name instead of replacing facts.
    ``occurred_from`` names the field whose date is when this happened (openings have no other date).
    ``own_questions`` names the form (of ``OWN_PLACES``) to which a partnership may add questions of its own;
    ``own_questions_when`` = (field, values): only where that fact of the record has one of those values.
    ``stands_for`` are the actions done on paper before, in their order, where this brings in a live record: they count
    as done, and a clock that they would have left running counts from the day given for the one that starts it.
    """

    key: str
    label: str
    source: tuple[str, ...] = ()
    to: str | None = None
    roles: frozenset[Role] = frozenset()
    fields: tuple[Field, ...] = ()
    guards: tuple[Guard, ...] = ()
    checks: tuple[Guard, ...] = ()
    warnings: tuple[Warn, ...] = ()
    effects: tuple[Effect, ...] = ()
    keep_as: str | None = None
    occurred_from: str | None = None
    authority: Authority | None = None
    help: str = ""
    main: bool = False
    own_questions: str = ""
    own_questions_when: tuple[str, tuple[str, ...]] | None = None
    stands_for: tuple[StoodFor, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """One of the seven phases people know."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a record stands. ``acts`` is who acts next; ``final`` stages have no way on but reopening."""

    key: str
    label: str
    phase: str
    acts: Party = Party.CASE_MANAGER
    final: bool = False
    means: str = ""


# --- clocks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step of telling somebody else that a date has passed: calendar days after it, and who is told."""

    after_days: int
    to: Party


@dataclass(frozen=True, slots=True)
class Clock:
    """How long someone has, counted how, owed by whom to whom, and on whose authority.

    ``starts_on`` and ``stops_on`` name actions (the opening action included). ``counts_from`` names the recorded
    date it counts from; None is the day the action happened. ``when_given`` means that no date there (nor,
    with ``given_in``, a length) is no failure: the clock simply does not apply. ``stopped_from`` names the date that
    counts as done.
    ``match_on`` names fields whose answers must agree between the start and the stop (which version, which body).
    ``only_when`` = (field, values): the clock runs only where that fact has one of those values (the kind of a
    return). ``stops_when`` = (field, values): an action that asks that field ends the clock only with one of those
    values (told in writing). An action that starts the clock too ends the run before it, and the one it has just
    started only by such an answer. ``given_in`` names a field that, where a date was recorded in it, is the first due
    date instead of the counted one (a date set in the terms of reference). ``weeks_in`` names a fact, a whole number
    of weeks agreed on this record, that replaces the length where it is recorded.
    ``restarts`` makes each further start withdraw the running one (a periodic update, a replaced date).
    ``deferred_by`` names the kind of hold under which it reads "deferred", its date unchanged. ``asked_in_rounds``:
    where the partnership asks for updates in rounds, nobody is written to about this one by itself.
    ``remind_before``, ``repeat_after_every`` and the days of ``escalations`` are calendar days; each step of
    escalation tells somebody who was not told before. ``duty`` is the authority of the obligation, ``date`` that of
    its length: they often differ.
    """

    key: str
    id: str
    label: str
    starts_on: tuple[str, ...]
    stops_on: tuple[str, ...]
    length: Length
    owner: Party
    owed_to: Party
    duty: Authority
    date: Authority
    counts_from: str | None = None
    when_given: bool = False
    stopped_from: str | None = None
    withdrawn_on: tuple[str, ...] = ()
    match_on: tuple[str, ...] = ()
    only_when: tuple[str, tuple[str, ...]] | None = None
    stops_when: tuple[str, tuple[str, ...]] | None = None
    given_in: str | None = None
    weeks_in: str | None = None
    restarts: bool = False
    counting: Counting = Counting.AFTER
    rolls: Roll = Roll.NONE
    pausable: bool = False
    extendable: bool = False
    agreement: str = ""
    remind_before: tuple[int, ...] = (28, 14, 7, 1)
    on_the_day: bool = True
    repeat_after_every: int | None = 7
    escalations: tuple[Escalation, ...] = ()
    asks_for_agreed_date: bool = False
    deferred_by: str | None = None
    asked_in_rounds: bool = False
    local_closures: bool = False
    calendar: str = "england-and-wales"
    message: str = "deadline_reminder"


@dataclass(frozen=True, slots=True)
class Notice:
    """Someone is told, once, when an action is done. ``message`` is a message of the notifications package.

    ``gathered``: it waits for the e-mail of the day, unless what it speaks of is due within two working days. Only a
    message that can be made again from the record can wait: ``task_given``.
    """

    key: str
    on: tuple[str, ...]
    message: str
    to: tuple[Party, ...]
    gathered: bool = False


MOVE = Action("move_process", "Move to another version of the process")
"""How a record's history tells that it was moved to another version. Every process reads it; nobody takes it."""


@dataclass(frozen=True, eq=False)
class Process:
    """A whole process of one kind of record, in one version. A record is pinned to ``key@version`` for life.

    ``brings_in`` are the actions by which a live record kept on paper until now is put where it stands. They are no
    part of the way: nothing is reached by them alone. ``seen_by`` are the roles that see its records at all, on what
    they serve or everywhere; empty, everyone who sees what the record serves. ``readers_in`` names the fact that says
    of each record to which readers (``processes.who.READERS``) it is kept. ``apart``: its records (documents) have a
    page of their own: they are not among what a review waits for, and no guard reads them. ``on_new_phase``
    is written, by no person, on an open record when a review it serves enters another phase and its guards let it: its
    question ``new_phase`` takes the name of the phase, and the one a clock is ``given_in`` the day that is due now.
    ``follows`` are written by no person either: they follow from what was done on other records. ``plural`` stands over
    a list of its records; empty, ``label`` does (what cannot be counted, what never stands in a list).
    """

    key: str
    version: int
    label: str
    noun: str
    regime: str
    phases: tuple[Phase, ...]
    stages: tuple[Stage, ...]
    opening: Action
    actions: tuple[Action, ...]
    clocks: tuple[Clock, ...] = ()
    notices: tuple[Notice, ...] = ()
    brings_in: tuple[Action, ...] = ()
    criteria: tuple[Field, ...] = ()
    ref_prefix: str = ""
    child_suffix: str = ""
    needs_unlock: str | None = None
    draft: bool = False
    about: str = ""
    seen_by: frozenset[Role] = frozenset()
    apart: bool = False
    readers_in: str = ""
    on_new_phase: Action | None = None
    follows: tuple[Action, ...] = ()
    plural: str = ""

    @property
    def id(self) -> str:
        """``key@version``, as stored on every record."""
        return f"{self.key}@{self.version}"

    def stage(self, key: str) -> Stage:
        """The stage of that key. Raises KeyError."""
        return self._stages[key]

    def action(self, key: str) -> Action:
        """The action of that key, the opening one included. Raises KeyError."""
        return self._actions[key]

    def clock(self, key_or_id: str) -> Clock:
        """The clock of that name or number (``commissioner_reply`` or ``D08``). Raises KeyError."""
        for clock in self.clocks:
            if key_or_id == clock.key or key_or_id.upper() == clock.id:
                return clock
        raise KeyError(key_or_id)

    @property
    def by_itself(self) -> tuple[Action, ...]:
        """The actions that no person takes: they follow from what was done on other records."""
        return (*((self.on_new_phase,) if self.on_new_phase else ()), *self.follows)

    def phase_of(self, stage: str) -> Phase:
        """The phase a stage belongs to."""
        wanted = self._stages[stage].phase
        return next(p for p in self.phases if p.key == wanted)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stages", {s.key: s for s in self.stages})
        known = (MOVE, self.opening, *self.actions, *self.brings_in, *self.by_itself)
        object.__setattr__(self, "_actions", {a.key: a for a in known})

    _stages: dict[str, Stage] = dataclasses.field(init=False, repr=False, compare=False, default_factory=dict)
    _actions: dict[str, Action] = dataclasses.field(init=False, repr=False, compare=False, default_factory=dict)


AnyGuard = TypeVar("AnyGuard", bound=Callable[..., Blocked | str | None])


def reads_items(guard: AnyGuard) -> AnyGuard:
    """Mark a guard as looking at linked records, so that they are locked, in order, before it is asked."""
    guard.reads_items = True  # type: ignore[attr-defined]
    return guard


def reads_beside(guard: AnyGuard) -> AnyGuard:
    """Mark a guard as looking at what else of its kind serves the same review (``Facts.beside``)."""
    guard.reads_beside = True  # type: ignore[attr-defined]
    return guard


def reads_bodies(guard: AnyGuard) -> AnyGuard:
    """Mark a guard as looking at the bodies a record is owed by, so that they are read before it is asked."""
    guard.reads_bodies = True  # type: ignore[attr-defined]
    return guard


def reads_careful_days(guard: AnyGuard) -> AnyGuard:
    """Mark a check or a warning as looking at the days to be careful about (``Facts.careful``)."""
    guard.reads_careful_days = True  # type: ignore[attr-defined]
    return guard

"""What an action will do, said before it is done: clocks it starts with their dates, who is told, what is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.casework.deadlines import calendar_for
from dardr.casework.facts import settings_of
from dardr.web.words import as_day, field_of, kind_word, length_of, long_day
from workflows import clocks
from workflows.calendar import CannotCount
from workflows.definition import (
    PARTY_LABELS,
    Action,
    AgeOnly,
    AgreesDate,
    AnswersForHolds,
    AnswersRecommendations,
    AsksMoreTime,
    AsksReader,
    AssignsCaseManager,
    ChangesHold,
    Clock,
    DateGiven,
    DoesOnItems,
    DoesOnReview,
    EndsHold,
    FreezesPlan,
    GivesMoreTime,
    GivesRole,
    KeepsChronology,
    LinksReview,
    Opens,
    PlacesHold,
    Process,
    SendsReminder,
    TakesRole,
    UndoesAgreedDate,
    UndoesHold,
    WritesToPanel,
)


@dataclass
class Following:
    """Sentences, by kind of consequence."""

    moves: str = ""
    starts: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    tells: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.moves or self.starts or self.ends or self.tells or self.also)


def will_follow(
    session: Session,
    process: Process,
    action: Action,
    stage: str | None,
    facts: Mapping[str, Any],
    partnership_id: int | None,
    typed: Mapping[str, Any],
    on: date,
) -> Following:
    """What ``action`` would do if it happened ``on`` (London date). ``typed`` are the answers given so far."""
    settings = settings_of(session, partnership_id) if partnership_id else {}
    found = Following()
    if action.to and action.to != stage:
        to = process.stage(action.to)
        found.moves = f"The stage becomes “{to.label}”. {to.means}".strip()
    for clock in process.clocks:
        if action.key in clock.starts_on and _may_start(clock, action, facts, typed):
            found.starts.append(_starts(session, process, action, clock, facts, settings, partnership_id, typed, on))
        if action.key in clock.stops_on:
            found.ends.append(clock.label)
    told = dict.fromkeys(PARTY_LABELS[p] for notice in process.notices if action.key in notice.on for p in notice.to)
    found.tells = list(told)
    found.also = [said for effect in action.effects if (said := _effect(effect, action))]
    return found


def _may_start(clock: Clock, action: Action, facts: Mapping[str, Any], typed: Mapping[str, Any]) -> bool:
    """Whether the clock is for what was answered, or for what this action still asks."""
    if clock.only_when is None:
        return True
    name, values = clock.only_when
    known = facts.get(name) if typed.get(name) is None else typed[name]
    return known in values if known is not None else field_of((action,), name) is not None


def _starts(
    session: Session,
    process: Process,
    action: Action,
    clock: Clock,
    facts: Mapping[str, Any],
    settings: Mapping[str, Any],
    partnership_id: int | None,
    typed: Mapping[str, Any],
    on: date,
) -> str:
    weeks = typed.get(clock.weeks_in) or facts.get(clock.weeks_in) if clock.weeks_in else None
    span = clocks.length_in_force(clock, settings, weeks)
    kind = kind_word(clock.date.kind)
    if clock.given_in and (given := as_day(typed.get(clock.given_in))):
        return f"{clock.label}: due {long_day(given)}, the date given ({kind})."
    if isinstance(clock.length, AgeOnly):
        return f"{clock.label}: only how long it has been is shown."
    named = clock.length.field if isinstance(clock.length, DateGiven) else clock.given_in if span is None else None
    if named is not None:
        asked = field_of((action,), named)
        return f"{clock.label}: due on the date given{f' in “{asked.label}”' if asked else ''} ({kind})."
    if span is None:
        return f"{clock.label}: no length is set for this here, so it has no date."
    start, words = on, ""
    if clock.counts_from is not None:
        known = as_day(typed.get(clock.counts_from)) or as_day(facts.get(clock.counts_from))
        asked = field_of((action, process.opening, *process.actions), clock.counts_from)
        words = f", counted from “{asked.label}”" if asked else ""
        if known is None:
            return f"{clock.label}: {length_of(clock, span)}{words} ({kind})."
        start = known
    try:
        due = clocks.due_on(clock, start, span, calendar_for(session, clock, partnership_id)).due
    except CannotCount as error:
        return f"{clock.label}: {error}"
    return f"{clock.label}: {length_of(clock, span)}{words}, due {long_day(due)} ({kind})."


def _effect(effect: Any, action: Action) -> str:
    if isinstance(effect, Opens):
        noun = workflows.get(effect.process).noun
        asked = field_of((action,), effect.for_each) if effect.for_each else None
        each = f" for each answer to “{asked.label}”" if asked else ""
        return f"Opens a new record{each}: {noun}."
    sentences: dict[type, str] = {
        PlacesHold: "Starts a hold. The time of the clocks it names does not run while it lasts.",
        ChangesHold: "Sets the day on which the hold is looked at again.",
        EndsHold: "Ends the hold, where there is one. The clocks it named run on.",
        UndoesHold: "Strikes out the hold: every date is worked out as if it had never been.",
        AgreesDate: "Replaces a date by the one agreed. The first date stays on view beside it.",
        GivesMoreTime: "Replaces the date, where more time is agreed. The first date stays on view beside it.",
        AsksMoreTime: "Until it is answered, the date stays as it is.",
        UndoesAgreedDate: "Strikes out the agreed date: the date before it counts again.",
        AnswersForHolds: "Asks why a hold placed for it goes on, where one is still open.",
        KeepsChronology: "Keeps the lines of the chronology. Lines that are not in the new file are kept as withdrawn.",
        LinksReview: "Links this record to the review chosen.",
        AsksReader: "The reader has it among their work from now on, and is written to.",
        AssignsCaseManager: "Makes the person chosen the one who carries this review or task.",
        AnswersRecommendations: "Is shown with each recommendation that it answers, and with the review that made it.",
        FreezesPlan: "Keeps a copy of the action plan as it stands.",
        DoesOnItems: "Does the same on every record that serves this one and is still open to it.",
        DoesOnReview: "The review itself shows that this happened, and nothing of what was said.",
        GivesRole: "Gives the account named access to this review; an account named before loses it.",
        TakesRole: "Takes away, at once, the access to this review that was given with it.",
        WritesToPanel: "Writes an e-mail to the members of the panel: reference, date and a link, no names.",
        SendsReminder: "Writes an e-mail to whoever owes it, today; once a day at most.",
    }
    return sentences.get(type(effect), "")

"""The consequences an action may declare, carried out as rows in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor, actor_by_email
from dardr.casework import (
    answering,
    arming,
    asked_readers,
    correspondence,
    deadlines,
    effects_on_roles,
    hold_places,
    invitations,
    more_time,
    on_items,
    on_review,
    plan_copies,
    reminding,
    taking_place,
)
from dardr.casework.chronology import keeping
from dardr.casework.serving import served
from dardr.errors import Conflict, Invalid, Reason
from dardr.storage.reviews import AgreedDate, AuditEvent, Deadline, Hold, Record, RecordLink
from workflows.answers import stored_date, to_json
from workflows.calendar import in_words
from workflows.definition import (
    Action,
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
    EndsHold,
    FieldType,
    FilesMessage,
    FreezesPlan,
    GivesMoreTime,
    GivesRole,
    KeepsChronology,
    LinksReview,
    Opens,
    PlacesHold,
    Process,
    ReadsComments,
    SendsReminder,
    TakesPlaceOf,
    TakesRole,
    UndoesAgreedDate,
    UndoesHold,
    WritesToPanel,
)
from workflows.numbered import Numbered, points

HOLD_REVIEW = timedelta(weeks=4)
"""A hold without a review-by date is looked at again after four weeks (local choice)."""
DEFERRAL_REVIEW = timedelta(weeks=8)
"""A deferred decision without a review-by date is looked at again after eight weeks (local choice)."""


@dataclass
class Happening:
    """One action being carried out: everything its consequences need."""

    session: Session
    actor: Actor
    now: datetime
    today: date
    record: Record
    process: Process
    action: Action
    answers: Mapping[str, Any]
    occurred_on: date
    event: AuditEvent
    open_child: Callable[..., str]
    created: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def day(self, name: str) -> date | None:
        """The full date answered under ``name``."""
        return stored_date(self.answers.get(name))

    def words(self, *names: str) -> str:
        """The first of these answers, as text."""
        for name in names:
            value = self.answers.get(name)
            if value:
                return ", ".join(value) if isinstance(value, list) else str(value)
        return ""


def carry_out(happening: Happening) -> None:
    """Do everything the action declares, in its order."""
    for effect in happening.action.effects:
        _DO[type(effect)](happening, effect)


def passed_on(action: Action) -> frozenset[str]:
    """The questions whose files go to the record that the action opens, which asks for them too."""
    found: set[str] = set()
    for effect in action.effects:
        if isinstance(effect, Opens):
            asked = {f.name for f in workflows.get(effect.process).opening.fields if f.type is FieldType.FILE}
            ours = {f.name for f in action.fields if f.type is FieldType.FILE}
            found |= {given for theirs, given in effect.copies if theirs in asked and given in ours}
    return frozenset(found)


# --- opening ----------------------------------------------------------------------------------------------


def _opens(h: Happening, effect: Opens) -> None:
    entries: list[Any] = [None]
    if effect.for_each:
        given = h.answers.get(effect.for_each)
        if given is None:
            return
        entries = given if isinstance(given, list) else [given]
        if effect.number_as:
            entries = points(entries)
    for entry in entries:
        values: dict[str, Any] = dict(effect.sets)
        for theirs, ours in effect.copies:
            value = to_json(h.occurred_on) if ours == "occurred_on" else h.answers.get(ours)
            if value is None:
                value = h.record.facts.get(ours)
            if value is not None:
                values[theirs] = value
        if isinstance(entry, Numbered):
            values |= {effect.each_as: entry.text} | ({effect.number_as: entry.number} if entry.number else {})
        elif entry is not None:
            values[effect.each_as] = entry
        h.created.append(h.open_child(effect.process, values, beside=effect.beside))


# --- holds ------------------------------------------------------------------------------------------------


def _places_hold(h: Happening, effect: PlacesHold) -> None:
    kind = effect.kind or h.words("kind") or "partial"
    from_on = h.day("from_date") or h.occurred_on
    default = DEFERRAL_REVIEW if kind == "deferral" else HOLD_REVIEW
    review_by = h.day("review_by") or from_on + default
    hold = Hold(
        record_id=h.record.id,
        kind=kind,
        from_on=from_on,
        reason=h.words("reason", "reasons", "awaiting"),
        asked_by=h.words("asked_by", "told"),
        clocks=list(h.answers.get("clocks") or []),
        activities=list(h.answers.get("activities") or []),
        review_by=review_by,
        next_look_on=review_by,
        placed_by_event=h.event.id,
    )
    h.session.add(hold)
    h.session.flush()
    deadlines.reproject_held(h.session, h.record, hold.clocks, h.today)


def _standing(h: Happening, *, name: str = "hold", kind: str | None = None, ended_too: bool = False) -> list[Hold]:
    query = sa.select(Hold).where(Hold.record_id == h.record.id, Hold.undone_by_event.is_(None))
    if not ended_too:
        query = query.where(Hold.ended_by_event.is_(None))
    if kind is not None:
        return list(h.session.scalars(query.where(Hold.kind == kind)))
    chosen = h.words(name)
    found = [hold for hold in h.session.scalars(query) if str(hold.id) == chosen]
    if not found:
        raise Conflict("That hold does not stand any more. Look at the holds of this review, and choose again.")
    return found


def _changes_hold(h: Happening, _effect: ChangesHold) -> None:
    for hold in _standing(h):
        hold.review_by = h.day("review_by") or hold.review_by
        hold.next_look_on = hold.review_by


def _ends_hold(h: Happening, effect: EndsHold) -> None:
    for hold in _standing(h, kind=effect.kind):
        until = h.day("until_date") or h.occurred_on
        if until < hold.from_on:
            raise Invalid([Reason("The hold cannot end before it began. Give a later date.", "until_date")])
        hold.until_on, hold.ended_by_event, hold.next_look_on = until, h.event.id, None
        h.session.flush()
        deadlines.reproject_held(h.session, h.record, hold.clocks, h.today)


def _undoes_hold(h: Happening, _effect: UndoesHold) -> None:
    for hold in _standing(h, ended_too=True):
        hold.undone_by_event, hold.next_look_on = h.event.id, None
        h.session.flush()
        deadlines.reproject_held(h.session, h.record, hold.clocks, h.today)


def _answers_for_holds(h: Happening, effect: AnswersForHolds) -> None:
    if h.words(effect.name):
        return
    hold = next(iter(hold_places.open_for(h.session, h.record)), None)
    if hold is not None:
        raise Invalid(
            [
                Reason(
                    f"A hold that was placed for it on {in_words(hold.from_on)} is still open. End the hold on the"
                    " review first, or say here why it goes on.",
                    effect.name,
                )
            ]
        )


# --- agreed dates -----------------------------------------------------------------------------------------


def movable(session: Session, record: Record, process: Process) -> list[tuple[str, Deadline]]:
    """The running clocks of a record whose date may be replaced, each with the name to choose it by."""
    rows = [r for r in deadlines.running(session, [record.id]) if process.clock(r.clock).extendable and not r.problem]
    keys = [r.clock for r in rows]
    return [(r.clock if keys.count(r.clock) == 1 else f"{r.clock}-{r.id}", r) for r in rows]


def _agrees_date(h: Happening, effect: AgreesDate) -> None:
    wanted = effect.clock or h.words("clock")
    row = next((r for name, r in movable(h.session, h.record, h.process) if name == wanted), None)
    new = h.day(effect.date_in)
    if new is None and effect.reason and row is not None and row.agreed_due_on is None:
        new = stored_date(h.record.facts.get(effect.date_in))
    if row is None or new is None:
        if effect.clock is not None and new is None:
            return
        if effect.clock is not None and effect.reason:
            label = h.process.clock(effect.clock).label
            h.warnings.append(f"{label}: the date agreed is kept, and counts once the clock it moves can start.")
            return
        raise Conflict("That date is not running any more, so no other date can be agreed for it.")
    if row.start_on is not None and new <= row.start_on:
        raise Invalid(
            [Reason("The agreed date must be after the day the time began. Give a later date.", effect.date_in)]
        )
    h.session.add(
        AgreedDate(
            record_id=h.record.id,
            deadline_id=row.id,
            event_id=h.event.id,
            due_on=new,
            reason=h.words("reason") or effect.reason,
            agreed_by=h.words("agreed_by") or _both_bodies(h),
        )
    )
    h.session.flush()
    deadlines.reproject(h.session, row, h.process, h.today)


def _both_bodies(h: Happening) -> str:
    """Panel and partnership, where the day each agreed was given: how the date of the overview report moves."""
    both = h.day("agreed_by_panel_on") and h.day("agreed_by_partnership_on")
    return "the panel and the partnership" if both else ""


def _undoes_agreed_date(h: Happening, _effect: UndoesAgreedDate) -> None:
    chosen = h.words("agreed_date")
    agreed = next(
        (
            a
            for a in h.session.scalars(
                sa.select(AgreedDate).where(AgreedDate.record_id == h.record.id, AgreedDate.undone_by_event.is_(None))
            )
            if str(a.id) == chosen
        ),
        None,
    )
    if agreed is None:
        raise Conflict("That agreed date does not stand any more. Look at the deadlines, and choose again.")
    agreed.undone_by_event = h.event.id
    h.session.flush()
    row = h.session.get(Deadline, agreed.deadline_id)
    assert row is not None
    deadlines.reproject(h.session, row, h.process, h.today)


# --- links and people -------------------------------------------------------------------------------------


def _links_review(h: Happening, effect: LinksReview) -> None:
    given = h.answers.get(effect.name)
    for ref in given if isinstance(given, list) else [given] if given else []:
        other = get_record(h.session, h.actor, str(ref))
        if other.id == h.record.id:
            raise Invalid([Reason("A review cannot be linked to itself. Choose another one.", effect.name)])
        link(h.session, other.id, h.record.id, kind=h.words("kind") or "linked")


def link(session: Session, review_id: int, item_id: int, kind: str) -> None:
    """Record that one serves the other; doing it twice changes nothing."""
    if session.get(RecordLink, (review_id, item_id)) is None:
        session.add(RecordLink(review_id=review_id, item_id=item_id, kind=kind[:20]))
        session.flush()


def _takes_place_of(h: Happening, effect: TakesPlaceOf) -> None:
    other = taking_place.found(h.session, h.actor, h.record, effect, h.words(effect.name))
    link(h.session, other, h.record.id, "place")


def _assigns_case_manager(h: Happening, effect: AssignsCaseManager) -> None:
    email = h.words(effect.name)
    if email:
        h.record.case_manager_id = actor_by_email(h.session, email).id


def _counts_again(h: Happening, _effect: CountsAgain) -> None:
    arming.count_again(h.session, h.record, h.process, h.answers, h.today)


def _files_message(h: Happening, effect: FilesMessage) -> None:
    correspondence.keep_source(h.session, h.record, h.event, h.answers, effect)


def _answers_recommendations(h: Happening, effect: AnswersRecommendations) -> None:
    refs = h.answers.get(effect.name)
    if refs is None:
        return
    before = answering.linked_ids(h.session, h.record)
    answering.keep_links(h.session, h.actor, h.record, refs)
    answering.settle(h.session, h.actor, h.now, h.record, h.occurred_on, before)


def _does_on_review(h: Happening, effect: DoesOnReview) -> None:
    above = served(h.session, h.record.id)
    h.warnings += on_review.do(h.session, h.actor, h.now, h.record, above, effect, h.answers, h.occurred_on)


def _does_on_items(h: Happening, effect: DoesOnItems) -> None:
    h.warnings += on_items.do(h.session, h.actor, h.now, h.record, effect, h.answers, h.occurred_on)


def _reads_comments(h: Happening, _effect: ReadsComments) -> None:
    """They were read before the action was judged (``casework.filling``); here the person is told what was found."""
    if said := h.words("reading"):
        h.warnings.append(said)


def _keeps_chronology(h: Happening, effect: KeepsChronology) -> None:
    kept = keeping.keep_lines(h.session, h.record, h.event, h.answers, h.answers[effect.name], h.today)
    h.warnings.append(kept.says)


def _sends_reminder(h: Happening, _effect: SendsReminder) -> None:
    reminding.remind(h.session, h.now, h.today, h.record, h.process, h.event, h.words("clock"))


def _done_before(_h: Happening, _effect: ChecksName) -> None:
    """The name was looked up before the action was judged: ``casework.filling``."""


_DO: dict[type, Callable[[Happening, Any], None]] = {
    Opens: _opens,
    PlacesHold: _places_hold,
    ChangesHold: _changes_hold,
    EndsHold: _ends_hold,
    UndoesHold: _undoes_hold,
    AgreesDate: _agrees_date,
    AsksMoreTime: more_time.asks,
    AsksReader: asked_readers.asks_reader,
    GivesMoreTime: more_time.gives,
    UndoesAgreedDate: _undoes_agreed_date,
    LinksReview: _links_review,
    AnswersForHolds: _answers_for_holds,
    AssignsCaseManager: _assigns_case_manager,
    SendsReminder: _sends_reminder,
    FilesMessage: _files_message,
    ReadsComments: _reads_comments,
    KeepsChronology: _keeps_chronology,
    ChecksName: _done_before,
    CountsAgain: _counts_again,
    GivesRole: effects_on_roles.gives_role,
    TakesRole: effects_on_roles.takes_role,
    TakesPlaceOf: _takes_place_of,
    WritesToPanel: invitations.writes_to_panel,
    DoesOnReview: _does_on_review,
    DoesOnItems: _does_on_items,
    AnswersRecommendations: _answers_recommendations,
    FreezesPlan: plan_copies.freeze,
}

"""What is supposed, done to the copies in memory: a hold ends, a step is taken, a date is given or agreed.

Nothing here counts a date or decides which clock a step touches: that is asked of the functions that do it in earnest.
What they need and a date alone does not tell is left out, and said.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

import workflows
from dardr.access import roles_on
from dardr.actors import Actor
from dardr.casework import arming, new_phase
from dardr.casework.facts import load_facts
from dardr.casework.fold import done, fold_event
from dardr.errors import Invalid, Reason
from dardr.lookups.what_if.names import ENDS_IT, FOLLOWS_UP, Name, Sort, reviews_above
from dardr.lookups.what_if.world import SUPPOSED, Run, Standing, World
from dardr.storage.reviews import AgreedDate, AuditEvent, Hold, Record
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import (
    Action,
    AgreesDate,
    Clock,
    DateGiven,
    DoesOnReview,
    EndsHold,
    FieldType,
    OpenHold,
    Opens,
    PlacesHold,
    Process,
)
from workflows.engine import advance, judge

DATES = (FieldType.DATE, FieldType.PARTIAL_DATE, FieldType.DATETIME)


@dataclasses.dataclass
class Happening:
    """Things supposed, one after the other, for somebody who asks."""

    world: World
    actor: Actor

    def apply(self, name: Name, on: date, given: Mapping[str, str], field: str) -> None:
        """Suppose one thing on a London date. ``given`` are further dates by question; ``field`` is blamed in
        refusals. Raises Invalid."""
        if name.sort is Sort.AGREED:
            self._agree(name.runs[0], on, field)
        elif name.sort is Sort.DATE:
            self._give(name, on)
        elif name.sort is Sort.HEARING:
            assert name.action is not None
            moved = {"hearing": name.number, "hearing_from": on.isoformat()}
            self.world.note(
                f"A hearing that moves ends no hold by itself. That it moves to {in_words(on)} is taken to be recorded"
                " today; then panel, family and holds are looked at."
            )
            self._take(name.standing, name.action, self.world.today, moved)
        else:
            for hold in name.holds:
                self._end_hold(hold, on, field)
            action = name.action
            if name.sort is Sort.PROCEEDING:
                action = name.standing.process.action(ENDS_IT)
                self._follow_up_first(name.standing, action, on)
            if action is not None:
                self._look_before(name.standing, action, on)
                self._take(name.standing, action, on, given)

    # --- holds --------------------------------------------------------------------------------------------

    def _end_hold(self, hold: Hold, on: date, field: str) -> None:
        if on < hold.from_on:
            began = in_words(hold.from_on)
            raise Invalid([Reason(f"The hold cannot end before it began, on {began}. Give a later date.", field)])
        hold.until_on, hold.ended_by_event, hold.next_look_on = on, SUPPOSED, None
        self.world.work_out_under(hold, on)
        if any(run.row.held for run in self.world.running() if run.row.clock in (hold.clocks or ())):
            self.world.note("Another hold goes on, so some dates stay held. They run again when it ends too.")
        if not hold.clocks:
            self.world.note("This hold names no date, so no date waits for its end.")

    def end_all(self, kind: str, on: date) -> None:
        """Let every open hold of a kind end on a day; those that begin later than it stay."""
        for hold in [h for h in self.world.open_holds() if h.kind == kind and h.record_id in self.world.standings]:
            if on < hold.from_on:
                ref = self.world.standings[hold.record_id].ref
                self.world.note(f"{ref}: the hold began later, on {in_words(hold.from_on)}, so it is left as it is.")
                continue
            hold.until_on, hold.ended_by_event = on, SUPPOSED
            self.world.work_out_under(hold, on)

    # --- dates --------------------------------------------------------------------------------------------

    def _agree(self, run: Run, on: date, field: str) -> None:
        if run.row.start_on is not None and on <= run.row.start_on:
            raise Invalid([Reason("The agreed date must be after the day the time began. Give a later date.", field)])
        today = self.world.today
        agreed = AgreedDate(deadline_id=run.row.id, due_on=on, reason="", agreed_by="")
        self.world.agreed[run.row.id] = [*self.world.agreed.get(run.row.id, ()), (agreed, today)]
        self.world.work_out([run], today)
        if run.clock.agreement:
            self.world.note(f"{run.clock.id}, {run.clock.label}: {run.clock.agreement}")

    def _give(self, name: Name, on: date) -> None:
        for run in name.runs:
            row = run.row
            if isinstance(run.clock.length, DateGiven):
                row.original_due_on = on
            else:
                row.start_on = on
            if row.start_on is None:
                continue
            row.problem = None
            self.world.work_out([run], self.world.today)
            run.changed_on = self.world.today
        facts = name.standing.facts
        name.standing.move(name.standing.stage, {**facts, name.field: on.isoformat()})

    def _follow_up_first(self, standing: Standing, ends: Action, on: date) -> None:
        """A hearing that has moved is followed up before its proceeding can end: on the same day, it is taken."""
        if standing.stage in ends.source:
            return
        first = standing.process.action(FOLLOWS_UP)
        self.world.note(f"{standing.ref}: “{first.label}” comes first, and is taken to be done on the same day.")
        self._take(standing, first, on, {})

    # --- steps --------------------------------------------------------------------------------------------

    def _look_before(self, standing: Standing, action: Action, on: date) -> None:
        """Say what would have to be recorded first; and, as in earnest, that a day is before the record."""
        if on < standing.record.opened_on:
            began = in_words(standing.record.opened_on)
            self.world.note(f"{in_words(on)} is before this record begins ({began}). Check the date.")
        world, process = self.world, standing.process
        facts = load_facts(
            world.session, self.actor, standing.record, process, world.today, actions=(action,), lock=False
        )
        holds = tuple(
            OpenHold(h.id, h.kind, h.from_on, h.review_by, tuple(h.activities or ()), tuple(h.clocks or ()))
            for h in world.open_holds(standing.id)
        )
        facts = dataclasses.replace(
            facts, stage=standing.stage, recorded=standing.facts, done=done(standing.facts), holds=holds
        )
        roles = roles_on(world.session, self.actor, standing.record)
        verdict = judge(process, action, facts, roles)
        if not verdict.blocked:
            return
        reasons = (
            " ".join(blocked.reason for blocked in verdict.blocked)
            if verdict.permitted
            else ("Those whose step it is see what.")
        )
        world.note(f"“{action.label}” is not possible yet; something is to be recorded before it. {reasons}")

    def _take(self, standing: Standing, action: Action, on: date, given: Mapping[str, Any]) -> None:
        world, process = self.world, standing.process
        opening = action is process.opening
        answers = {**self._assumed(process, action, {**standing.facts, **given}, on), **given}
        fresh = arming.start(
            world.ground(standing), standing.record, process, action, answers, standing.facts, on,
            world.settings(standing), {}, max(on, world.today),
        )  # fmt: skip
        known = done(standing.facts)
        seq = 1 + max([standing.record.last_seq or 0, *(past.seq for past in known.values())])
        facts = fold_event(standing.facts, action, answers, seq=seq, actor_id=self.actor.id, occurred_on=on)
        running = {run.row.id: run for run in world.running(standing)}
        rows = [] if opening else [run.row for run in running.values()]
        event = AuditEvent(id=SUPPOSED)
        ended = arming.stop_and_withdraw(rows, fresh, process, action, answers, facts, on, event)
        for row in ended:
            if row.id in running:
                running[row.id].changed_on = on
        for row in fresh:
            row.id = world.next_id()
            world.add_run(Run(row, standing, process.clock(row.clock), None, changed_on=max(on, world.today)))
        before = standing.stage
        standing.move(advance(process, action, standing.stage), facts)
        for effect in action.effects:
            self._follow(standing, action, effect, answers, on)
        if not opening:
            self._new_phase(standing, before, on)

    def _assumed(self, process: Process, action: Action, facts: Mapping[str, Any], on: date) -> dict[str, Any]:
        """The answers that clocks look at, where the date itself answers them: it happened on that day."""
        asked = {field.name: field for field in action.fields}
        touched = arming.touched_by(process, action.key)
        answers: dict[str, Any] = {}
        for name in {c.counts_from for c in touched.starts} | {c.stopped_from for c in touched.stops}:
            if name in asked and asked[name].type in DATES:
                answers[name] = on.isoformat()
        for clock in touched.stops:
            if clock.stops_when and clock.stops_when[0] in asked:
                answers[clock.stops_when[0]] = clock.stops_when[1][0]
        for clock in touched.starts:
            length = clock.length
            if isinstance(length, DateGiven) and length.field in asked and not facts.get(length.field):
                self.world.note(
                    f"{clock.label}: its date is given with the step. Set {length.field} to a date too, to see"
                    " the reminders."
                )
            if clock.only_when and clock.only_when[0] in asked and facts.get(clock.only_when[0]) is None:
                self.world.note(
                    f"{clock.label}: it starts only with one answer to “{asked[clock.only_when[0]].label}”."
                )
        return answers

    # --- what follows from a step -------------------------------------------------------------------------

    def _follow(self, standing: Standing, action: Action, effect: Any, answers: Mapping[str, Any], on: date) -> None:
        world = self.world
        if isinstance(effect, EndsHold) and effect.kind:
            for hold in [h for h in world.open_holds(standing.id) if h.kind == effect.kind]:
                self._end_hold_by_step(hold, on)
        elif isinstance(effect, PlacesHold) and effect.kind:
            world.holds.append(
                Hold(
                    id=min([0, *(h.id for h in world.holds)]) - 1, record_id=standing.id, kind=effect.kind, from_on=on,
                    reason="", asked_by="", clocks=[], activities=[], placed_by_event=SUPPOSED,
                )
            )  # fmt: skip
        elif isinstance(effect, AgreesDate) and effect.clock:
            new = stored_date(answers.get(effect.date_in))
            run = next((r for r in world.running(standing) if r.row.clock == effect.clock), None)
            if new is not None and run is not None:
                self._agree(run, new, effect.date_in)
        elif isinstance(effect, Opens):
            self._open(standing, action, effect, answers, on)
        elif isinstance(effect, DoesOnReview):
            self._on_review(standing, effect, on)

    def _end_hold_by_step(self, hold: Hold, on: date) -> None:
        hold.until_on, hold.ended_by_event = max(on, hold.from_on), SUPPOSED
        self.world.work_out_under(hold, on)

    def _on_review(self, standing: Standing, effect: DoesOnReview, on: date) -> None:
        for above in reviews_above(self.world, standing):
            if above.process.key not in workflows.REVIEW_KEYS:
                continue
            if effect.only_for and above.facts.get(effect.only_for) != standing.ref:
                continue
            action = above.process.action(effect.action)
            if above.stage in action.source:
                self._take(above, action, on, dict(effect.sets))

    def _open(self, standing: Standing, action: Action, effect: Opens, answers: Mapping[str, Any], on: date) -> None:
        """One record for each sort of answer that makes a difference to its clocks; who or what it is for is open."""
        world, process = self.world, workflows.get(effect.process)
        starts = arming.touched_by(process, process.opening.key).starts
        if process.key in workflows.REVIEW_KEYS or not starts:
            return
        given: dict[str, Any] = dict(effect.sets)
        for theirs, ours in effect.copies:
            value = on.isoformat() if ours == "occurred_on" else answers.get(ours, standing.facts.get(ours))
            if value is not None:
                given[theirs] = value
        if effect.for_each:
            world.note(f"“{action.label}” opens one record for each that is named; one is shown here.")
        when = stored_date(given.get(process.opening.occurred_from or "")) or on
        for more in _sorts(starts, given):
            child = Standing(
                Record(
                    id=world.next_id(), ref=f"{standing.ref} (new)", process=process.id, process_key=process.key,
                    stage=process.opening.to, phase="", partnership_id=standing.record.partnership_id, opened_on=when,
                    facts={}, last_seq=0, title="",
                ),
                process,
                process.label,
                process.opening.to or process.stages[0].key,
                {},
                serves=frozenset({standing.id, *(standing.serves if effect.beside else ())}),
                supposed=True,
            )  # fmt: skip
            world.add_standing(child)
            self._take(child, process.opening, when, {**given, **more})

    def _new_phase(self, standing: Standing, before: str, on: date) -> None:
        """As ``casework.new_phase`` does: what serves a review that enters another phase is told of it."""
        world = self.world
        phase = standing.process.phase_of(standing.stage)
        if standing.process.phase_of(before).key == phase.key:
            return
        for item in sorted(world.serving(standing), key=lambda s: s.id):
            action = item.process.on_new_phase
            if action is None or item.final or item.supposed or item.stage not in action.source:
                continue
            facts = load_facts(world.session, self.actor, item.record, item.process, world.today, actions=(action,))
            facts = dataclasses.replace(facts, stage=item.stage, recorded=item.facts, done=done(item.facts))
            if judge(item.process, action, facts, ()).blocked:
                continue
            starts = arming.touched_by(item.process, action.key).starts
            keys = {clock.key for clock in starts}
            rows = [run.row for run in world.running(item) if run.row.clock in keys]
            due = new_phase.due_now(starts, rows, max(on, world.today))
            typed: dict[str, Any] = {new_phase.PHASE: phase.label, **{n: d.isoformat() for n, d in due.items()}}
            self._take(item, action, max(on, item.record.opened_on), typed)


def _sorts(starts: tuple[Clock, ...], given: Mapping[str, Any]) -> list[dict[str, str]]:
    """The answers that decide which clock a new record has, where they are not given: one of each."""
    wanted: list[dict[str, str]] = []
    for clock in starts:
        if clock.only_when and given.get(clock.only_when[0]) is None:
            wanted.append({clock.only_when[0]: clock.only_when[1][0]})
    return wanted or [{}]

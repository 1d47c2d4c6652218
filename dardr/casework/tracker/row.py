"""One row of a tracker: the review it opens, or what it changes on the one it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.act import take_action
from dardr.casework.deadlines import running
from dardr.casework.open_record import open_record
from dardr.casework.tables.columns import Column, Fact
from dardr.casework.tables.days import Day, read_day
from dardr.casework.tables.reading import Line, Value, shown
from dardr.casework.tracker.matching import BY_KEY, LEAVE_ROW
from dardr.casework.tracker.standing import Choices, Standing, same, stage_of
from dardr.errors import Conflict, DardrError, Invalid, Reason
from dardr.storage.reviews import Record
from dardr.systime import london_date
from workflows.calendar import in_words
from workflows.definition import Field, FieldType
from workflows.processes.dardr_s9_1.bring_in import DATES, PREFIX
from workflows.processes.dardr_s9_1.stages import BEFORE_DECISION

PROCESS = "dardr-s9"
NOT_IN_A_TRACKER = ("notifier", "in_writing", "age", "manner", "relationship")
"""Questions of a notification that a tracker does not answer. Nobody was asked: that is a value of its own."""
TRIES = 8
LONGEST_GIVEN = 60
KEPT_APART = "kept apart"

ON_ITS_PAGE = {
    "display_pseudonym": "Record the name to be used on the review's page, with how it was chosen.",
    "chair": "Record the appointment of the chair on the review's page.",
    "csp": "Ask for it to be corrected on the review's page.",
    "report_due": "Record the agreed date on the review's page: who agreed is asked there, and who was told.",
    "stage": "The stage moves by what is recorded on the review's page.",
}


class _Kept(Exception):  # noqa: N818 - not an error: the answer is kept as it is here
    """The tracker's new value is not taken; the text says what to do."""


class Work:
    """The work of one row. ``said`` is what a person should look at."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        now: datetime,
        columns: Sequence[Column],
        choices: Choices,
        line: Line,
        key: str,
    ) -> None:
        self.session, self.actor, self.now, self.today = session, actor, now, london_date(now)
        self.columns, self.choices, self.line, self.key = columns, choices, line, key
        self.said: list[str] = []
        self.as_given: list[str] = []
        self.ref = ""

    # --- cells --------------------------------------------------------------------------------------------

    def _of(self, fact: str) -> tuple[Column | None, Value]:
        column = next((c for c in self.columns if c.fact == fact), None)
        return column, self.line.cells.get(column.heading) if column else None

    def _text(self, fact: str) -> str:
        return shown(self._of(fact)[1]).strip()

    def _day(self, fact: str) -> Day:
        """What the row says of a day; how it was read, and what could not be, is said once."""
        column, value = self._of(fact)
        day = read_day(value)
        if column is not None and day.note:
            self._say(f"{column.heading}: {day.note}")
        if column is not None and day.problem:
            self._say(f"{column.heading}: {day.problem} It is kept as given.")
        if column is not None and day.whole is None:
            self._give(column, value)
        return day

    def _say(self, sentence: str) -> None:
        if sentence not in self.said:
            self.said.append(sentence)

    def _give(self, column: Column, value: Value) -> None:
        """Keep what was given for a day on the record too, where it tells something and is no more than a day."""
        text = shown(value)
        line = f"{column.heading}: {text}"
        if len(text) <= LONGEST_GIVEN and any(c.isdigit() for c in text) and line not in self.as_given:
            self.as_given.append(line)

    # --- a new review -------------------------------------------------------------------------------------

    def leaves(self) -> str:
        """Why this row is left out: its stage was said to mean so. Raises Invalid for a word nobody explained."""
        stage = self._stage()
        if stage == LEAVE_ROW:
            return f"“{self._text('stage')}” was matched to: leave these rows out."
        return ""

    def _stage(self) -> str:
        column, value = self._of("stage")
        text = shown(value).strip()
        if column is None or not text:
            return "notified"
        found = stage_of(text, self.choices, column)
        if not found:
            raise Invalid(
                [Reason(f"“{text}” in the column {column.heading} was matched to no stage. Match it.", "stage")]
            )
        return found

    def open(self) -> Record:
        """Open the review, and bring it to where it stands."""
        stage = self._stage()
        values: dict[str, Any] = {name: "not_asked" for name in NOT_IN_A_TRACKER}
        values |= {"csps": self._csps(), "tracker_reference": self.key, "death_date": self._unless_known("death_date")}
        for name in ("notified_on", "csp_aware_on"):
            day = self._day(name)
            values[name] = day.whole or ("not_known" if self._of(name)[1] is not None else "not_asked")
        if self._text("display_pseudonym"):
            values["display_pseudonym"] = self._text("display_pseudonym")
        values |= self._identity()
        done = self._until_taken(
            workflows.newest(PROCESS).opening.fields,
            values,
            lambda given: open_record(self.session, self.actor, self.now, PROCESS, given),
        )
        self.ref = done.ref
        if stage != "notified":
            self._bring_in_at(stage)
        else:
            if self._of("stage")[0] is not None and not self._text("stage"):
                self._say(
                    "The tracker says no stage. The review waits at “Notified” until it is brought in from its page."
                )
            if self.as_given:
                self._act("add_note", {"note": "As given in the tracker. " + "; ".join(self.as_given)})
        self._notes()
        self._case_manager()
        record = self.session.scalars(sa.select(Record).where(Record.ref == self.ref)).one()
        still = {row.problem for row in running(self.session, [record.id]) if row.problem}
        for said in done.warnings:
            # A clock that could not start, and that ended on paper long ago, is nothing to look at.
            if said in still or "cannot be counted" not in said:
                self._say(said)
        return record

    def _csps(self) -> list[str]:
        column, value = self._of("csp")
        text = shown(value).strip()
        if column is None or not text:
            if len(self.choices.csps) == 1:
                return [self.choices.csps[0][1]]
            raise Invalid(
                "The row does not say which Community Safety Partnership it belongs to. Give it in the tracker."
            )
        found = self.choices.csps_in(text, column)
        if not found:
            raise Invalid(f"“{text}” in the column {column.heading} is no partnership known here. Match it to one.")
        return found

    def _unless_known(self, fact: str) -> str:
        """A day or part of one; else which kind of not knowing it is."""
        day = self._day(fact)
        return day.value or ("not_known" if self._of(fact)[1] is not None else "not_asked")

    def _identity(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for fact in BY_KEY.values():
            text = self._text(fact.key) if fact.kind == "identity" else ""
            if not text:
                continue
            if fact.key == "date_of_birth":
                day = read_day(self._of(fact.key)[1])
                if day.whole:
                    found[fact.key] = day.whole
                else:
                    self._say("The date of birth is not a whole date. Record it on the page of identities.")
            else:
                found[fact.key] = text
        return found

    def _bring_in_at(self, stage: str) -> None:
        action = workflows.newest(PROCESS).action(PREFIX + stage)
        asked = {f.name: f for f in action.fields}
        values: dict[str, Any] = {"known_from": self._known_from()}
        for field in DATES:
            day = self._day(field.name)
            if field.name not in asked:
                if day.partial:
                    self._give_known(field.name)
            elif asked[field.name].type is FieldType.DATE:
                values[field.name] = day.whole or ("not_known" if self._text(field.name) else "not_asked")
            elif day.partial or asked[field.name].required:
                values[field.name] = day.value or ("not_known" if self._text(field.name) else "not_asked")
        if "chair" in asked and self._text("chair"):
            values["chair"] = self._text("chair")
        due = self._day("report_due")
        if "report_due_as_agreed" in asked and due.whole:
            values["report_due_as_agreed"] = due.whole
        elif due.whole:
            self._give_known("report_due")
        if self.as_given:
            values["as_given"] = list(self.as_given)
        self._until_taken(action.fields, values, lambda given: self._act(action.key, given))

    def _give_known(self, fact: str) -> None:
        column, value = self._of(fact)
        if column is not None:
            self._give(column, value)

    def _known_from(self) -> str:
        return f"The team's tracker, as brought in on {in_words(self.today)}"

    def _until_taken(self, fields: Sequence[Field], values: dict[str, Any], take: Any) -> Any:
        """Do it; an answer of the tracker that is refused is kept as given instead, and said."""
        by_name = {f.name: f for f in fields}
        for _ in range(TRIES):
            try:
                with self.session.begin_nested():
                    return take(values)
            except (Invalid, Conflict) as error:
                if not self._drop(error, by_name, values):
                    raise
        return take(values)

    def _drop(self, error: DardrError, fields: Mapping[str, Field], values: dict[str, Any]) -> bool:
        """Take out the answers a refusal names; True where something was taken out that may be missing."""
        dropped = False
        for reason in error.reasons:
            name = reason.field or ""
            if name == "on" or (not name and "before the death" in reason.reason):
                name = "notified_on"
            field = fields.get(name)
            fact = {"report_due_as_agreed": "report_due"}.get(name, name)
            if field is None or fact not in BY_KEY or name not in values or values[name] == "not_known":
                return False
            column, value = self._of(fact)
            if BY_KEY[fact].kind == "identity":
                self._say(f"{BY_KEY[fact].label}: {reason.reason} Record it on the page of identities.")
            elif column is not None:
                self._say(f"{column.heading}: {reason.reason} It is kept as given.")
                self._give(column, value)
            if field.required and field.unknown:
                values[name] = "not_known"
            elif not field.required:
                del values[name]
            else:
                return False
            if "as_given" in fields and self.as_given:
                values["as_given"] = list(self.as_given)
            dropped = True
        return dropped

    def _act(self, action: str, values: Mapping[str, Any]) -> None:
        done = take_action(self.session, self.actor, self.now, self.ref, action, values, self.today)
        for said in done.warnings:
            self._say(said)

    def _notes(self) -> None:
        columns = [c for c in self.columns if c.fact == "note"]
        for column in columns:
            text = shown(self.line.cells.get(column.heading)).strip()
            if text:
                self._act("add_note", {"note": f"{column.heading}: {text}" if len(columns) > 1 else text})

    def _case_manager(self) -> None:
        column, value = self._of("case_manager")
        text = shown(value).strip()
        if column is None or not text:
            return
        person = self.choices.person(text)
        if person:
            self._act("assign_case_manager", {"case_manager": person})
        else:
            self._say(f"{column.heading}: “{text}” is not a case manager here, so nobody carries the review yet.")

    # --- a review that is here already --------------------------------------------------------------------

    def update(self, record: Record, base: Mapping[str, Value], since: datetime | None) -> list[dict[str, str]]:
        """Take over what the tracker changed since it was last brought in; what differs here is kept and said."""
        self.ref = record.ref
        standing = Standing(self.session, record)
        changes: list[dict[str, str]] = []
        identity = standing.identity(tuple(f.key for f in BY_KEY.values() if f.kind == "identity"))
        for column in self.columns:
            fact = BY_KEY.get(column.fact)
            new, old = self.line.cells.get(column.heading), base.get(column.heading)
            if fact is not None and fact.kind == "identity":
                changes += self._identity_changed(column, fact, new, identity.get(fact.key))
                continue
            if new == old or column.fact == "left_out" or (fact is not None and fact.key == "reference"):
                continue
            change = self._changed(standing, column, fact, old, new, since)
            if change:
                changes.append(change)
        return changes

    def _identity_changed(self, column: Column, fact: Fact, new: Value, held: Value) -> list[dict[str, str]]:
        if new is None or same("identity", new, held, self.choices, column):
            return []
        value = read_day(new).whole if fact.key == "date_of_birth" else shown(new)
        if not value:
            self._say("The date of birth is not a whole date. Record it on the page of identities.")
            return []
        self._act("record_identity", {fact.key: value})
        return [_change(column, KEPT_APART, KEPT_APART, "recorded")]

    def _changed(
        self, standing: Standing, column: Column, fact: Fact | None, old: Value, new: Value, since: datetime | None
    ) -> dict[str, str] | None:
        if fact is None or fact.kind == "keep":
            ours = standing.value("decision") if fact is not None else None
            agrees = ours is not None and same("text", new, ours, self.choices, column)
            return None if agrees else _change(column, shown(old), shown(new), "kept as given")
        if fact.kind == "note":
            return self._note_changed(standing, column, old, new, since)
        if fact.kind == "update":
            ours = standing.last_change(since) if since else None
            agrees = same("update", new, ours, self.choices, column)
            return None if agrees else _change(column, shown(old), shown(new), "kept as given")
        ours = standing.value(fact.key)
        if same(fact.kind, new, ours, self.choices, column):
            return None
        if fact.kind != "stage" and same(fact.kind, new, old, self.choices, column):
            return None
        here = self.choices.stages.get(str(ours), "") if fact.kind == "stage" else shown(ours)
        try:
            if new is None:
                raise _Kept("The cell is empty now. Nothing is taken away here.")
            if ours is not None and not same(fact.kind, old, ours, self.choices, column):
                raise _Kept("It was changed here since. Change it on the review's page if the tracker is right.")
            self._record(standing, fact, new)
        except (_Kept, DardrError) as why:
            self._say(
                f"{column.heading}: the tracker now says “{shown(new)}”, and here it is “{here or 'not known'}”. {why}"
            )
            return _change(column, shown(old), shown(new), f"kept as it is here: {here or 'not known'}")
        return _change(column, shown(old), shown(new), "recorded")

    def _note_changed(
        self, standing: Standing, column: Column, old: Value, new: Value, since: datetime | None
    ) -> dict[str, str] | None:
        before, after = shown(old).strip(), shown(new).strip()
        if not after or after == before:
            return None if after == before else _change(column, before, after, "kept as it is here")
        if after == with_notes(before, standing.notes_since(since) if since else []):
            return None
        fresh = after[len(before) :].lstrip(" \n;.-") if before and after.startswith(before) else after
        with self.session.begin_nested():
            self._act("add_note", {"note": fresh})
        return _change(column, before, after, "recorded")

    def _record(self, standing: Standing, fact: Fact, new: Value) -> None:
        """Record a changed value by an action. Raises _Kept, or a refusal, where there is none for it."""
        brought, stage = standing.brought, standing.record.stage
        with self.session.begin_nested():
            day = read_day(new)
            if fact.kind == "day" and day.partial is None:
                raise _Kept(day.problem or "It is not a date.")
            if fact.key == "case_manager":
                person = self.choices.person(shown(new))
                if not person:
                    raise _Kept("That is not a case manager here.")
                self._act("assign_case_manager", {"case_manager": person})
            elif fact.key == "death_date":
                self._act(
                    "correct_facts", {"death_date": day.value, "correction_reason": "Changed in the team's tracker"}
                )
            elif fact.key == "csp_aware_on" and stage in BEFORE_DECISION and day.whole:
                self._act(
                    "correct_aware_date",
                    {"csp_aware_on": day.whole, "aware_date_reason": "Changed in the team's tracker"},
                )
            elif fact.key in {f.name for f in DATES} and brought:
                self._act("give_missing_dates", {"known_from": self._known_from(), fact.key: day.value})
            elif fact.key == "report_due" and brought and day.whole and standing.value("report_due") is None:
                self._act("give_missing_dates", {"known_from": self._known_from(), "report_due_as_agreed": day.whole})
            elif fact.key == "stage" and stage == "notified":
                self._bring_in_at(self._stage())
            else:
                raise _Kept(ON_ITS_PAGE.get(fact.key, "There is no step that changes it here."))


def _change(column: Column, before: str, after: str, what: str) -> dict[str, str]:
    return {"heading": column.heading, "before": before, "after": after, "what": what}


def with_notes(text: str, notes: Sequence[str]) -> str:
    """The notes of a tracker with those added here since, as they are given back."""
    return "\n".join([*([text] if text else []), *notes])

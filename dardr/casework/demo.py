"""The demonstration: an invented county with reviews at every stage, done day by day through the ordinary actions.

The content is data (``dardr/profiles/demonstration.toml``); days are counted back from the instant it is loaded.
Reminders are written on the way as a worker would have done; they are marked as sent, and went nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from docx import Document
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor, load_actor, operator
from dardr.casework import doors, setup
from dardr.casework.act import take_action
from dardr.casework.chronology.templates import typed_workbook
from dardr.casework.deliver import message_id
from dardr.casework.files import FileGiven
from dardr.casework.open_record import open_record
from dardr.casework.people import add_user
from dardr.casework.sweep import sweep
from dardr.errors import Conflict, DardrError
from dardr.storage import outbox as box
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, Deadline, Hold, Record
from dardr.systime import LONDON, london_date
from workflows.calendar import in_words
from workflows.definition import Action, FieldType, Process, Role

PROFILE = "demonstration"
LOADED_ON = "demonstration_loaded_on"
"""Setting of the partnership that says the whole demonstration is there."""

COME_BY_LINK = ("safeguarding@hospitals.marlshire.example", "chief.nurse@hospitals.marlshire.example")
"""Contacts without a password: the e-mails with their links are the first that the demonstration sends."""

SENDER = "reviews@marlshire.example"

UPDATES_EVERY = 84
ENDS = ("claim_complete", "record_not_accepted")
LOOKS = ((175, "after_6_months"), (358, "after_12_months"))
"""How many days after its verification the effect of an action is looked at, a week before that is due."""
"""Days between the updates on an action, and what ends them."""

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

PEOPLE_SINCE = 1400
"""Days before the loading on which the invented people were given access."""

OPENED_BESIDE = {"add_family_branch": "family-branch"}
"""Records of a review that are opened from a page of their own, by the step that opens them."""

Progress = Callable[[int, int], None]

KINDS = {
    "review": "dardr-s9@1",
    "report": "section8-report@1",
    "chair": "chair@1",
    "request": "section15-request@1",
    "round": "update-round@1",
    "published": "historic@1",
}
"""The process of each kind of case that the profile tells of."""
_RELATIVE = re.compile(r"([DS])([+-]\d+)")
_STEP = re.compile(r"(?:([A-Z]{1,3}\d\d):|(\+))?(\w+)")
_HOLD = re.compile(r"hold:(\d+)")
_ITEM = re.compile(r"item:([A-Z]{1,3}\d\d)")
_CHAIR = re.compile(r"chair:(\d+)")


@dataclass(frozen=True, slots=True)
class SignIn:
    """One of the people of the demonstration: how to sign in as them, and what they are."""

    email: str
    password: str
    name: str
    role: str


@dataclass
class _Case:
    """A review (or a report or request of the Commissioner) while it is being carried through."""

    number: int
    process: Process
    given: Mapping[str, Any]
    ref: str = ""
    second: str = ""


@dataclass(order=True, slots=True)
class _Step:
    """One step, in the order in which it was recorded."""

    recorded_on: date
    case_number: int
    number: int
    case: _Case = field(compare=False)
    item: str = field(compare=False)
    action: str = field(compare=False)
    occurred_on: date = field(compare=False)
    given: Mapping[str, Any] = field(compare=False)


def sign_ins() -> list[SignIn]:
    """The people of the demonstration, one for each role, and their password."""
    profile = setup.read_profile(PROFILE)
    return [
        SignIn(p["email"], profile["password"], p["name"], ", ".join(p["roles"]).replace("_", " "))
        for p in profile["person"]
    ]


def is_loaded(session: Session) -> bool:
    """True where the whole demonstration is in this database."""
    key = setup.read_profile(PROFILE)["partnership"]["key"]
    partnership = session.scalar(sa.select(Partnership).where(Partnership.key == key))
    return partnership is not None and LOADED_ON in (partnership.settings or {})


def load(database: Database, now: datetime, progress: Progress | None = None) -> dict[str, Any]:
    """Load the demonstration into a database without records, as if it had been kept until ``now`` (UTC).

    Marks the installation as a demonstration for good. Raises Conflict where other records are there, or where an
    earlier loading was cut off.
    """
    profile = setup.read_profile(PROFILE)
    with database.write() as session:
        _refuse_others(session)
        people = _set_up(session, now, profile)
    loading = _Loading(database, now, profile, people)
    loading.carry_out(progress)
    with database.write() as session:
        partnership = session.scalar(sa.select(Partnership).where(Partnership.key == profile["partnership"]["key"]))
        assert partnership is not None
        partnership.settings = {**partnership.settings, LOADED_ON: london_date(now).isoformat()}
        counts = {
            table.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (Record, AuditEvent, OutboxMessage)
        }
        reviews = session.scalar(
            sa.select(sa.func.count()).select_from(Record).where(Record.process_key.in_(workflows.REVIEW_KEYS))
        )
    return {
        "demonstration": True,
        "partnership": profile["partnership"]["name"],
        "reviews": reviews,
        "records": counts["record"],
        "events": counts["audit_event"],
        "messages": counts["outbox_message"],
        "people": len(profile["person"]),
    }


def _refuse_others(session: Session) -> None:
    if is_loaded(session):
        raise Conflict("The demonstration is in this database already. Nothing was changed.")
    if session.scalar(sa.select(sa.func.count()).select_from(Record)):
        installation = session.scalar(sa.select(Installation))
        if installation is not None and installation.demonstration:
            raise Conflict(
                "Loading the demonstration was cut off here before. Remove this database and load it into a new one."
            )
        raise Conflict(
            "This database holds other reviews, so the demonstration is not loaded into it. Set DARDR_DATABASE_URL to a"
            " new, empty database and run: dardr db upgrade && dardr demo load"
        )


def _set_up(session: Session, now: datetime, profile: dict[str, Any]) -> dict[str, int]:
    """The partnership, its bodies and people; the ids of the people by key."""
    since = now - timedelta(days=PEOPLE_SINCE)
    setup.prepare(session, now).demonstration = True
    setup.load_profile(session, since, profile)
    actor = operator(session, now)
    people = {}
    for person in profile["person"]:
        if "on" in person:
            continue
        add_user(
            session, actor, since, person["email"], person["name"], [Role(r) for r in person["roles"]],
            csp=person.get("csp"), body=person.get("body") or person.get("works_for"), password=profile["password"],
        )  # fmt: skip
        people[person["key"]] = session.scalar(sa.select(User.id).where(User.email == person["email"]))
    return people


def _as_sent(session: Session) -> None:
    """Every message of the past counts as sent when it was written. None of them went anywhere."""
    for row in session.scalars(sa.select(OutboxMessage).where(OutboxMessage.status == box.QUEUED)):
        row.status, row.attempts, row.settled_at = box.SENT, 1, row.created_at
        row.message_id = message_id(row, SENDER)


def _updates(steps: list[tuple[int, str, Mapping[str, Any]]]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """An update on each action of a plan every twelve weeks from its agreement until it is reported or ended."""
    told: dict[str, list[int]] = {}
    for days, what, _ in steps:
        item, _, action = what.partition(":")
        if action in ("agree", "record_update", *ENDS):
            told.setdefault(item, []).append(days)
    for item, agreed, ended in (
        (item, max(days), max((d for d, w, _ in steps if w in {f"{item}:{end}" for end in ENDS}), default=14))
        for item, days in told.items()
    ):
        for days in range(agreed - UPDATES_EVERY, ended + 7, -UPDATES_EVERY):
            if min(abs(days - other) for other in told[item]) > UPDATES_EVERY // 2:
                yield days, f"{item}:record_update", {}


def _looks(steps: list[tuple[int, str, Mapping[str, Any]]]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """A look at the effect of each verified action after six months and after twelve, where that day has come."""
    for days, what, _ in steps:
        item, _, action = what.partition(":")
        if action == "verify":
            for after, check in LOOKS:
                if days - after > 0:
                    yield days - after, f"{item}:record_effect", {"effect_check": check}


def _as_word(paragraphs: list[str]) -> bytes:
    """An invented document, as a Word file."""
    made, file = Document(), BytesIO()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    made.save(file)
    return file.getvalue()


class _Loading:
    """Every step of every review, done in the order of the days, with the worker's rounds in between."""

    def __init__(self, database: Database, now: datetime, profile: dict[str, Any], people: dict[str, int]) -> None:
        self.database = database
        self.now = now
        self.today = london_date(now)
        self.profile = profile
        self.people = people
        self.actors: dict[int, Actor] = {}
        self.cases: list[_Case] = []
        self.steps: list[_Step] = []
        for kind, key in KINDS.items():
            for given in profile[kind]:
                self._add(_Case(len(self.cases), workflows.get(key), given))
        self.steps.sort()

    def _add(self, case: _Case) -> None:
        self.cases.append(case)
        for number, (days, what, given) in enumerate(self._expanded(case.given["steps"])):
            found = _STEP.fullmatch(what)
            assert found is not None, what
            item, action = found[1] or found[2] or "", found[3]
            occurred_on = self._working_day(days)
            lag = self.profile.get("lag", {}).get(action, 0)
            recorded_on = min(self._working_day(days - lag), self.today - timedelta(days=1))
            self.steps.append(
                _Step(max(recorded_on, occurred_on), case.number, number, case, item, action, occurred_on, given)
            )

    def _expanded(self, steps: list[Any]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
        """Single steps, oldest first; a routine is replaced by its steps, each with the answers given to it."""
        single: list[tuple[int, str, Mapping[str, Any]]] = []
        for days, what, *more in steps:
            given = more[0] if more else {}
            if what.startswith("@"):
                for after, inner, *own in self.profile["routine"][what[1:]]:
                    single.append((days - after, inner, {**given, **(own[0] if own else {})}))
            else:
                single.append((days, what, given))
        every = [*single, *_updates(single), *_looks(single)]
        yield from sorted(every, key=lambda step: -step[0])

    def _working_day(self, days_ago: int) -> date:
        day = self.today - timedelta(days=days_ago)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def carry_out(self, progress: Progress | None) -> None:
        """Do all steps, one day after the other, and between them what the worker would have done until then."""
        done = 0
        since = self.steps[0].recorded_on
        for day, steps in groupby(self.steps, key=lambda step: step.recorded_on):
            self._reminders(since, day)
            since = day
            with self.database.write() as session:
                for number, step in enumerate(steps):
                    self._try(session, step, self._instant(day, time(9, 30)) + timedelta(minutes=7 * number))
                    done += 1
                    if progress is not None:
                        progress(done, len(self.steps))
        self._reminders(since, self.today)
        with self.database.write() as session:
            _as_sent(session)
            for email in COME_BY_LINK:
                doors.send_link(session, None, self.now, email=email)

    def _try(self, session: Session, step: _Step, moment: datetime) -> None:
        try:
            self._do(session, step, moment)
        except DardrError as error:
            about = f"{step.case.given.get('pseudonym') or step.case.number} {step.item} {step.action}"
            raise Conflict(f"The demonstration cannot do {about} on {step.occurred_on}: {error}") from error

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, LONDON).astimezone(UTC)

    def _reminders(self, day: date, until: date) -> None:
        """The worker's evenings from one day up to, not including, another on which a clock has something to say."""
        while day < until:
            with self.database.read() as session:
                looks = [session.scalar(sa.select(sa.func.min(t.next_look_on))) for t in (Deadline, Hold)]
            first = min((look for look in looks if look is not None), default=until)
            if first >= until:
                return
            day = max(day, first)
            sweep(self.database, self._instant(day, time(18, 0)))
            day += timedelta(days=1)

    def _do(self, session: Session, step: _Step, moment: datetime) -> None:
        case = step.case
        person = step.given.get("_by") or self.profile["by"].get(step.action, "manager")
        actor = self._actor(session, self.people[person])
        if not case.ref:
            opening = case.process.opening
            case.ref = open_record(session, actor, moment, case.process.id, self._answers(session, step, opening)).ref
            return
        if (opened := OPENED_BESIDE.get(step.action)) is not None:
            process = workflows.newest(opened)
            answers = self._answers(session, step, process.opening)
            open_record(session, actor, moment, process.id, answers, case.ref)
            return
        ref = case.second if step.item == "+" else f"{case.ref}-{step.item}" if step.item else case.ref
        process = session.scalar(sa.select(Record.process).where(Record.ref == ref))
        if process is None:
            raise Conflict(f"There is no {ref}.")
        action = workflows.get(process).action(step.action)
        answers = self._answers(session, step, action)
        try:
            done = take_action(session, actor, moment, ref, step.action, answers, step.occurred_on)
        except DardrError as error:
            # The week of a day to be careful about, on some days of the year: a reason is asked for, and given.
            named = {reason.field for reason in error.reasons}
            wanted = [f.name for f in action.fields if f.when_asked and f.name in named]
            if not wanted:
                raise
            answers |= {name: self.profile["when_asked"][name] for name in wanted}
            done = take_action(session, actor, moment, ref, step.action, answers, step.occurred_on)
        if step.action == "open_second_review":
            case.second = done.created[0]
        self._give_roles(session, step, ref, moment)

    def _give_roles(self, session: Session, step: _Step, ref: str, moment: datetime) -> None:
        """The people who hold a role for some reviews only get it when the review appoints them."""
        chaired_by = step.case.given.get("chaired_by", "second-independent")
        for person in self.profile["person"]:
            if person.get("on") != step.action or ("independent" in person["key"] and person["key"] != chaired_by):
                continue
            known = session.scalar(sa.select(User.id).where(User.email == person["email"]))
            add_user(
                session, operator(session, moment), moment, person["email"], person["name"],
                [Role(r) for r in person["roles"]],
                review=ref, password=None if known else self.profile["password"],
            )  # fmt: skip

    def _actor(self, session: Session, user_id: int) -> Actor:
        if user_id not in self.actors:
            self.actors[user_id] = load_actor(session, user_id)
        return self.actors[user_id]

    def _answers(self, session: Session, step: _Step, action: Action) -> dict[str, Any]:
        """The answers to the questions of one action: of the step, of the review, and the ordinary ones."""
        case = step.case.given
        own = {**case, **self._of_the_person(case, chosen=step.action == "record_pseudonym")}
        ordinary = self.profile["answers"].get(step.action, {})
        found = {}
        for question in action.fields:
            for source in (step.given, own, ordinary):
                if question.name in source:
                    found[question.name] = self._value(session, step, source[question.name])
                    break
            else:
                if question.required and question.unknown and question.type is not FieldType.PARTIAL_DATE:
                    found[question.name] = "not_known"
        return found

    def _of_the_person(self, case: Mapping[str, Any], *, chosen: bool) -> dict[str, Any]:
        """The month of the death, and the name once it is chosen: a plant and the year of the death."""
        if "died" not in case:
            return {}
        died = self.today - timedelta(days=case["died"])
        named = {"display_pseudonym": f"{case['pseudonym']} {died.year}"} if chosen else {}
        return {"death_date": f"{died:%Y-%m}", **named}

    def _words(self, session: Session, step: _Step, value: str) -> str:
        """Words of a line of a chronology; a day counted from the step is put in words."""
        found = self._value(session, step, value)
        return in_words(found) if isinstance(found, date) else value

    def _value(self, session: Session, step: _Step, value: Any) -> Any:
        if isinstance(value, Mapping) and "lines" in value:
            lines = [{key: self._words(session, step, one[key]) for key in one} for one in value["lines"]]
            return FileGiven(value["file"], typed_workbook(lines), EXCEL)
        if isinstance(value, Mapping):
            return FileGiven(value["file"], _as_word(value["words"]), WORD)
        if isinstance(value, list):
            return [self._value(session, step, one) for one in value]
        if not isinstance(value, str):
            return value
        if relative := _RELATIVE.fullmatch(value):
            days = int(relative[2])
            day = (self.today if relative[1] == "D" else step.occurred_on) + timedelta(days=days)
            return day - timedelta(days=max(0, day.weekday() - 4))
        if chair := _CHAIR.fullmatch(value):
            return [case.ref for case in self.cases if case.process.key == "chair"][int(chair[1]) - 1]
        if item := _ITEM.fullmatch(value):
            return f"{step.case.ref}-{item[1]}"
        if hold := _HOLD.fullmatch(value):
            ids = session.scalars(
                sa.select(Hold.id).join(Record, Record.id == Hold.record_id).where(Record.ref == step.case.ref)
            ).all()
            return str(sorted(ids)[int(hold[1]) - 1])
        return value

"""A fictional partnership and fictional reviews, built by real actions.

``a_partnership`` gives people of every role; ``a_review`` drives ``open_record`` and ``take_action`` with sensible
answers to any stage. Nothing here writes a stage, a fact or a deadline by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor, actor_by_email, operator
from dardr.casework.act import Done, take_action
from dardr.casework.open_record import open_record
from dardr.casework.setup import load_profile, prepare
from dardr.storage.bodies import Body, Csp
from dardr.storage.engine import Database
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, Hold, Record, RecordLink
from dardr.systime import LONDON
from tests import states
from workflows.definition import Role

START = date(2026, 3, 2)
"""A Monday; the day on which the people of a partnership are added, before anything else happens."""

CSPS = (
    ("northmere", "Northmere Community Safety Partnership"),
    ("southmere", "Southmere Community Safety Partnership"),
)
BODIES = (
    ("mereshire-police", "Mereshire Police", "police"),
    ("mereshire-nhs", "Mereshire NHS Trust", "nhs"),
    ("mereshire-icb", "Mereshire Integrated Care Board", "nhs"),
    ("northmere-council", "Northmere Council", "council"),
    ("southmere-council", "Southmere Council", "council"),
    ("mereshire-probation", "Mereshire Probation", "probation"),
    ("mereshire-fire", "Mereshire Fire and Rescue", "fire"),
    ("harbour-charity", "Harbour (specialist service, charity)", "charity"),
    ("mereshire-housing", "Mereshire Housing", "housing"),
    ("mereshire-ambulance", "Mereshire Ambulance Service", "nhs"),
    ("mereshire-schools", "Mereshire Schools Service", "council"),
)

PEOPLE: dict[str, tuple[str, Role, str, str]] = {
    "case_manager": ("Alex Example", Role.CASE_MANAGER, "", ""),
    "second_case_manager": ("Bailey Example", Role.CASE_MANAGER, "", ""),
    "team_manager": ("Casey Example", Role.TEAM_MANAGER, "", ""),
    "deciding_chair": ("Devon Example", Role.DECIDING_CHAIR, "", ""),
    "police_liaison": ("Ellis Example", Role.POLICE_LIAISON, "", ""),
    "communications": ("Finley Example", Role.COMMUNICATIONS, "", ""),
    "auditor": ("Gray Example", Role.AUDITOR, "", ""),
    "administrator": ("Harper Example", Role.ADMINISTRATOR, "", ""),
    "steering_member": ("Indigo Example", Role.STEERING_MEMBER, "", ""),
    "csp_member": ("Jordan Example", Role.CSP_MEMBER, "csp", "northmere"),
    "other_csp_member": ("Kit Example", Role.CSP_MEMBER, "csp", "southmere"),
    "agency_contact": ("Lane Example", Role.AGENCY_CONTACT, "body", "northmere-council"),
    "agency_lead": ("Marlow Example", Role.AGENCY_LEAD, "body", "northmere-council"),
    "other_agency_contact": ("Noor Example", Role.AGENCY_CONTACT, "body", "mereshire-nhs"),
}
"""Key: name, role, and what the role is held for. ``grant`` adds the roles that are held for one review."""

HELD_FOR_A_REVIEW = ("independent_chair", "panel_member")


def profile(*, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The fictional partnership as a profile: what ``load_profile`` takes."""
    return {
        "partnership": {
            "key": "mereshire",
            "name": "Mereshire (fictional)",
            "team_name": "Mereshire Community Safety Team (fictional)",
            "team_email": "team@mereshire.example",
            "settings": dict(settings or {}),
        },
        "csp": [{"key": key, "name": name} for key, name in CSPS],
        "body": [
            {"key": key, "name": name, "kind": kind, "section9": kind in ("police", "nhs", "council", "probation"),
             "section15": kind in ("police", "nhs", "council")}
            for key, name, kind in BODIES
        ],
        "contact": [
            {"body": key, "kind": kind, "email": f"{kind}@{key}.example"}
            for key, _, _ in BODIES
            for kind in ("contact", "lead", "executive")
        ],
    }  # fmt: skip


def address(key: str) -> str:
    """The e-mail address of one of the people."""
    return f"{key.replace('_', '.')}@mereshire.example"


def a_partnership(
    session: Session, *, on: date = START, settings: Mapping[str, Any] | None = None, rehearsal: bool = False
) -> int:
    """Set up the fictional partnership and its people; returns the partnership's id."""
    now = at_ten(on)
    prepare(session, now, rehearsal=rehearsal)
    partnership = load_profile(session, now, profile(settings=settings))
    for key, (name, role, scope, held_for) in PEOPLE.items():
        user = a_person(session, key, name, partnership_id=partnership.id, on=on)
        found = {"csp": Csp, "body": Body}.get(scope)
        scope_id = session.scalar(sa.select(found.id).where(found.key == held_for)) if found else None
        session.add(
            UserRole(
                user_id=user.id,
                role=str(role),
                csp_id=scope_id if scope == "csp" else None,
                body_id=scope_id if scope == "body" else None,
            )
        )
    for key, name in zip(HELD_FOR_A_REVIEW, ("Oakley Example", "Parker Example"), strict=True):
        a_person(session, key, name, partnership_id=partnership.id, on=on)
    session.flush()
    return partnership.id


def a_person(session: Session, key: str, name: str, *, partnership_id: int, on: date = START) -> User:
    """Somebody without a role and without a password."""
    user = User(
        email=address(key),
        name=name,
        partnership_id=partnership_id,
        active=True,
        is_operator=False,
        fs_uniquifier=secrets.token_hex(32),
        failed_sign_ins=0,
        created_at=at_ten(on),
    )
    session.add(user)
    session.flush()
    return user


def grant(session: Session, key: str, role: Role, ref: str) -> None:
    """Give one of the people a role on one record."""
    user_id = session.scalar(sa.select(User.id).where(User.email == address(key)))
    record_id = session.scalar(sa.select(Record.id).where(Record.ref == ref))
    session.add(UserRole(user_id=user_id, role=str(role), record_id=record_id))
    session.flush()


def actor(session: Session, key: str) -> Actor:
    """One of the people, as the application knows them; ``operator`` is the command line's own person."""
    if key == "operator":
        return operator(session, at_ten(START))
    return actor_by_email(session, address(key))


def at_ten(day: date) -> datetime:
    """Ten in the morning, London, of a day."""
    return datetime.combine(day, time(10), LONDON).astimezone(UTC)


# --- answers ----------------------------------------------------------------------------------------------

NOTIFICATION: dict[str, Any] = {
    "notifier": "police",
    "in_writing": "yes",
    "csps": ["northmere"],
    "age": "34",
    "manner": "homicide",
    "relationship": "intimate_partner",
    "circumstances": "Fictional, for a test.",
}
CRITERIA: dict[str, Any] = {
    "in_area": "yes",
    "age": "34",
    "cause": "violence_or_abuse",
    "manner": "homicide",
    "relationship": "intimate_partner",
    "evidence_of_abuse": "yes",
    "perpetrator_age": "41",
    "perpetrator_died": "no",
    "other_statutory_review": "none",
}
DECISION: dict[str, Any] = {
    "decision_reasons": "The criteria appear to be met.",
    "decided_by": "chair",
    "decision_evidence": "The chair's e-mail, kept in the case folder.",
}
TERMS: dict[str, Any] = {
    "scope_from": "2024-01-01",
    "scope_to": "2026-02-01",
    "key_lines": ["How agencies shared what they knew", "How risk was assessed"],
    "agencies": ["mereshire-police", "mereshire-nhs", "northmere-council"],
    "equality_plan": "Each characteristic is considered in every return.",
    "family_consulted_on_terms": "yes",
}
LETTER: dict[str, Any] = {"letter_reference": "Letter kept in the case folder"}
CLAIM: dict[str, Any] = {
    "evidence_grade": "document",
    "evidence_reference": "The agency's own register of evidence",
    "impact": "Staff ask about abuse at every visit.",
}
"""What a report of completion says besides what shows it."""
SEEN: dict[str, Any] = {"verified_note": "What was sent was looked at."}
PACK: dict[str, Any] = {
    "pack_version": "1",
    **{
        f"pack_{part}": "In the submission folder"
        for part in ("executive_summary", "action_plan", "data_return", "letter", "anonymisation")
    },
}


@dataclass(frozen=True)
class Step:
    """One action on the way: what, by whom, with which answers; on each item of a process, where one is named."""

    action: str
    by: str = "case_manager"
    values: Mapping[str, Any] = field(default_factory=dict)
    on_each: str = ""


def decision(action: str = "decide_review") -> Step:
    """The deciding chair's decision, of one kind."""
    own: dict[str, dict[str, Any]] = {
        "decide_review": {"criteria_limb": "intimate"},
        "decide_joint_review": {"criteria_limb": "intimate", "joint_with": "A safeguarding adult review"},
        "decide_no_review": {},
        "decide_other_review": {"other_review": "A safeguarding adult review by the adults board"},
    }
    return Step(action, "deciding_chair", {**DECISION, **own[action]})


SECOND_PERSON = Step("second_person_check", "team_manager", {"decision_check": "in_order"})
TOLD = Step("tell_home_office", values={"home_office_notice": "By e-mail; kept in the case folder"})
CHAIR = Step("appoint_chair", values={"chair": "Oakley Example", "chair_independence": "declared"})
GATE: tuple[Step, ...] = (
    Step(
        "check_anonymisation",
        values={"checked_documents": "Report 2, summary 2, plan 1", "looked_for": ["names", "dates", "hidden"]},
    ),
    Step("second_check_anonymisation", "second_case_manager"),
    Step("tell_family_publication", values={"final_report_seen": "yes"}),
    Step("attach_home_office_letter", values={"letter_for_publication": "Kept in the case folder"}),
    Step("fix_action_plan", values={"action_plan_version": "1"}),
    Step("record_communications_plan", values={"communications_plan": "Agencies first, then the web page."}),
    Step(
        "check_pre_election",
        values={"pre_election_dates": "None is near", "pre_election_by": "Case manager", "pre_election": "none"},
    ),
)
WHO_IS_TOLD: tuple[Step, ...] = (
    Step("prepare_publication_plan", values={"family_told": ["family"], "audiences": ["police"]}),
    Step("record_family_told", values={"told_how": "visit", "told_by": "The chair"}, on_each="family-notice"),
    Step("record_told", values={"told_how": "email", "told_by": "Case manager"}, on_each="publication-notice"),
)
"""The plan of a publication, and everybody in it told; once it is made, it stands for every later clearance."""
PUBLISH: dict[str, Any] = {"published_at": "https://reviews.example/1", "redacted": "no"}
READING: tuple[Step, ...] = (
    Step("record_version", values={"version": "1", "what_for": "family"}),
    Step("give_draft_to_family", values={"version": "1", "given_how": "meeting"}),
    Step("record_family_response", values={"version": "1", "response": "content"}),
    Step(
        "record_panel_approval",
        values={
            "version": "1",
            "panel_outcome": "approved",
            "panel_minute": "Minute 7",
            "actions_agreed_senior": "yes",
        },
    ),
    Step("record_steering_group_assurance", values={"assurance": "assured", "steering_minute": "Minute 12"}),
)
SIGN_OFF = Step(
    "sign_off",
    "deciding_chair",
    {
        "version": "1",
        "signed_by": "chair",
        "sign_off_minute": "Minute 3",
        "anonymisation_certificate": "checked",
    },
)

WAY: tuple[tuple[str, int, tuple[Step, ...]], ...] = (
    ("screening", 1, (Step("accept_notification", values={"area_confirmed": "yes"}),)),
    ("decision_pending", 10, (Step("record_criteria", values=CRITERIA), Step("ready_for_decision"))),
    ("decided_review", 4, (decision(),)),
    (
        "commissioning",
        2,
        (SECOND_PERSON, TOLD, Step("tell_family", values={"family_told_how": "visit"}), Step("start_commissioning")),
    ),
    ("terms_of_reference", 21, (CHAIR, Step("appoint_panel", values={"specialist_on_panel": "yes"}))),
    ("evidence", 14, (Step("approve_terms", values=TERMS), Step("start_evidence"))),
    ("drafting", 60, (Step("start_drafting"),)),
    ("csp_sign_off", 30, (*READING, Step("send_to_partnership"))),
    ("submitted", 7, (SIGN_OFF, Step("put_into_pack", values=PACK), Step("submit_to_home_office"))),
    ("home_office_qa", 5, (Step("record_acknowledgement"),)),
    ("pre_publication", 70, (Step("record_letter_publish", values=LETTER),)),
    ("published", 20, (*GATE, *WHO_IS_TOLD, Step("publish", values=PUBLISH))),
    (
        "action_monitoring",
        2,
        (Step("send_final_documents", values={"final_documents_to": ["home_office"]}), Step("start_action_monitoring")),
    ),
    (
        "concluded",
        180,
        (
            Step("record_report_completed", values={"completed_version": "final"}),
            Step(
                "record_copy_to_commissioner",
                values={"commissioner_copy": "By e-mail", "commissioner_copy_version": "anonymised"},
            ),
            Step("conclude", "deciding_chair", {"concluding_minute": "Minute 40"}),
        ),
    ),
)
"""The ordinary way: the stage reached, days after the stage before it, and what is done on that day."""

OFF_THE_WAY: dict[str, tuple[str, int, tuple[Step, ...]]] = {
    "no_review_scrutiny": ("decision_pending", 4, (decision("decide_no_review"),)),
    "no_review_concluded": (
        "no_review_scrutiny",
        30,
        (SECOND_PERSON, TOLD, Step("record_scrutiny_no_further", values={"scrutiny_letter": "Kept in the folder"})),
    ),
    "transferred_out": (
        "screening",
        3,
        (Step("transfer_out", values={"transferred_to": "Othershire (fictional)", "transfer_agreed": "By e-mail"}),),
    ),
    "amending": (
        "home_office_qa",
        70,
        (Step("record_letter_amend", values={**LETTER, "points": ["Say who was consulted", "Correct a table"]}),),
    ),
    "not_published": (
        "pre_publication",
        20,
        (
            Step(
                "decide_not_to_publish",
                "deciding_chair",
                {
                    "not_published_reason": "children",
                    "not_published_reasons": "Fictional reasons, for a test.",
                    "not_published_authorised_by": "Chair of the partnership",
                },
            ),
        ),
    ),
}


def route(at: str) -> list[tuple[str, int, tuple[Step, ...]]]:
    """The parts of the way that lead to a stage. Raises KeyError for a stage nothing leads to."""
    if at == "notified":
        return []
    stages = [stage for stage, _, _ in WAY]
    if at in stages:
        return list(WAY[: stages.index(at) + 1])
    before, days, steps = OFF_THE_WAY[at]
    return [*route(before), (at, days, steps)]


# --- a case in hand ---------------------------------------------------------------------------------------


class Case:
    """One review (or other record) in hand on one day: acts on it, and looks at what came of it."""

    def __init__(self, database: Database, ref: str, today: date) -> None:
        self.database = database
        self.ref = ref
        self.today = today

    def act(
        self,
        action: str,
        values: Mapping[str, Any] | None = None,
        *,
        by: str = "case_manager",
        on: date | None = None,
        ref: str | None = None,
        revision: int | None = None,
    ) -> Done:
        """Do one action today, dated ``on`` (today when left out), in a transaction of its own."""
        with self.database.write() as session:
            return take_action(
                session, actor(session, by), at_ten(self.today), ref or self.ref, action,
                given(action, values or {}, on or self.today), on or self.today, revision,
            )  # fmt: skip

    def do(self, steps: Iterable[Step]) -> Done:
        """Do several steps today."""
        done: Done | None = None
        for step in steps:
            for ref in self.opened(step.on_each) if step.on_each else [self.ref]:
                done = self.act(step.action, step.values, by=step.by, ref=ref)
        assert done is not None
        return done

    def opened(self, process: str) -> list[str]:
        """The refs of the linked items of one process, oldest first."""
        with self.database.read() as session:
            query = (
                sa.select(Record.ref)
                .join(RecordLink, RecordLink.item_id == Record.id)
                .where(RecordLink.review_id == self._record(session).id, RecordLink.kind == "item")
                .where(Record.process_key == process)
            )
            return list(session.scalars(query.order_by(Record.id)))

    def record(self, ref: str | None = None) -> Record:
        """The record as it stands."""
        with self.database.read() as session:
            return self._record(session, ref)

    @property
    def stage(self) -> str:
        """Where it stands."""
        return self.record().stage

    def _record(self, session: Session, ref: str | None = None) -> Record:
        return session.scalars(sa.select(Record).where(Record.ref == (ref or self.ref))).one()

    def deadlines(self, clock: str | None = None, *, ref: str | None = None) -> list[Deadline]:
        """The runs of its clocks (of one clock), oldest first."""
        with self.database.read() as session:
            query = sa.select(Deadline).where(Deadline.record_id == self._record(session, ref).id)
            if clock is not None:
                query = query.where(Deadline.clock == clock)
            return list(session.scalars(query.order_by(Deadline.id)))

    def deadline(self, clock: str, *, ref: str | None = None) -> Deadline:
        """The newest run of one clock."""
        return self.deadlines(clock, ref=ref)[-1]

    def state(self, clock: str, *, on: date | None = None, ref: str | None = None) -> str:
        """How the newest run of a clock stands today, or on another day, in the word that edges print."""
        import workflows
        from dardr.casework import deadlines

        row, record = self.deadline(clock, ref=ref), self.record(ref)
        declared = workflows.get(record.process).clock(clock)
        deferred = any(hold.kind == declared.deferred_by for hold in self.holds(standing=True))
        return str(deadlines.state(row, declared, on or self.today, deferred=deferred))

    def holds(self, *, standing: bool = False) -> list[Hold]:
        """The holds of the review; only those neither ended nor undone where ``standing``."""
        with self.database.read() as session:
            query = sa.select(Hold).where(Hold.record_id == self._record(session).id)
            if standing:
                query = query.where(Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None))
            return list(session.scalars(query.order_by(Hold.id)))

    def events(self, ref: str | None = None) -> list[tuple[AuditEvent, EventValues]]:
        """Its history with what each event recorded, oldest first."""
        with self.database.read() as session:
            rows = session.execute(
                sa.select(AuditEvent, EventValues)
                .join(EventValues, EventValues.event_id == AuditEvent.id)
                .where(AuditEvent.record_id == self._record(session, ref).id)
                .order_by(AuditEvent.seq)
            )
            return [(event, values) for event, values in rows]


def given(action: str, values: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The answers, with the dates that an action asks for besides the day it happened, where none are given."""
    asked = {
        "publish": ("published_on",),
        "check_pre_election": ("pre_election_day",),
        "record_letter_publish": ("letter_dated",),
        "record_letter_amend": ("letter_dated",),
        "record_letter_resubmit": ("letter_dated",),
        "decide_not_to_publish": ("home_office_consulted_on",),
    }
    fixed = {"publish": {"website": "The partnership's website"}, "claim_complete": CLAIM, "verify": SEEN}
    return {**{name: on.isoformat() for name in asked.get(action, ())}, **fixed.get(action, {}), **values}


def notification(on: date, **values: Any) -> dict[str, Any]:
    """The answers of a notification made on a day, of a death two days before."""
    return {
        **NOTIFICATION,
        "notified_on": on.isoformat(),
        "csp_aware_on": on.isoformat(),
        "death_date": (on - timedelta(days=2)).isoformat(),
        **values,
    }


def open_a(
    database: Database, process: str, values: Mapping[str, Any], *, on: date, by: str = "case_manager", **more: Any
) -> Case:
    """Open a record of any process on a day."""
    with database.write() as session:
        done = open_record(session, actor(session, by), at_ten(on), process, values, **more)
    return Case(database, done.ref, on)


def a_review(
    database: Database,
    at: str = "evidence",
    *,
    on: date = START,
    process: str = "dardr-s9",
    day_by_day: bool = True,
    by: str = "case_manager",
    **values: Any,
) -> Case:
    """A review taken to a stage by real actions, notified ``on`` a day; ``values`` change its notification.

    With ``day_by_day`` the steps lie some days apart, as in life; without it all happen on the first day.
    """

    def by_its_actions() -> tuple[str, str]:
        case = open_a(database, process, notification(on, **values), on=on, by=by)
        for _, days, steps in route(at):
            case.today += timedelta(days=days if day_by_day else 0)
            case.do(steps)
        return case.ref, case.today.isoformat()

    ref, today = states.reached(database, (at, on, process, day_by_day, by, values), by_its_actions)
    return Case(database, ref, date.fromisoformat(today))

"""A rehearsal database of national size: real cases made by real actions, then copied in bulk with chains of their own.

Every copy has its own references, words and salts, and a hash chain computed by the product's own functions; the whole
is then passed by the product's own verifier. Fictional throughout.
"""

from __future__ import annotations

import random
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from dardr.casework import audit, chain
from dardr.storage.engine import Database, is_sqlite
from dardr.storage.outbox import QUEUED, SENT
from dardr.storage.people import UserRole
from dardr.storage.reviews import RefCounter
from dardr.storage.tables import metadata
from tests.builders import CLAIM, Case, a_partnership, a_person, a_review, address, route
from workflows.definition import Role

TODAY = date(2027, 11, 22)
"""A Monday: the London day on which the copied caseload stands as it stands."""
LIVE = (
    "notified", "screening", "decision_pending", "decided_review", "commissioning", "terms_of_reference", "evidence",
    "drafting", "csp_sign_off", "submitted", "home_office_qa", "amending", "pre_publication", "action_monitoring",
)  # fmt: skip
AGES = (3, 17, 41)
"""Days for which the templates of one stage have stood there."""
CARRIERS = 55
"""People who carry the reviews: some twenty live ones each."""
RARE = "quillwort"
COMMON = "appointment"
WORDS = (
    COMMON, "surgery", "school", "neighbour", "refuge", "housing", "telephone", "visit", "midwife", "debt", "carer",
    "landlord", "referral", "assessment", "weekend", "winter", "letter", "clinic", "officer", "injury", "court",
)  # fmt: skip
TREES = ("Willow", "Rowan", "Aspen", "Hazel", "Maple", "Larch", "Linden", "Bramble", "Elder", "Alder", "Juniper", "Yew")


@dataclass(frozen=True, slots=True)
class Size:
    """How many of what: reviews that are live and that are concluded, and actions on each plan."""

    live: int = 1100
    concluded: int = 1500
    actions_each: int = 52

    def scaled(self, by: float) -> Size:
        """The same, smaller."""
        return Size(max(14, int(self.live * by)), max(3, int(self.concluded * by)), max(2, int(self.actions_each * by)))


@dataclass
class Family:
    """One review with everything that serves it, as rows by table."""

    ref: str
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def carrier(number: int) -> str:
    """The key of one of the people who carry the reviews; ``builders.address`` gives their address."""
    return f"carrier_{number}"


def _carrier(session: Session, partnership_id: int, number: int) -> int:
    user = a_person(session, carrier(number), f"Carrier {number} Example", partnership_id=partnership_id)
    session.flush()
    session.add(UserRole(user_id=user.id, role=str(Role.CASE_MANAGER)))
    return user.id


RETURNS = {"bodies": ["mereshire-nhs", "northmere-council", "mereshire-police"], "kind": "imr"}


def load(database: Database, size: Size = Size(), *, quiet: bool = False) -> dict[str, int]:
    """Fill a new, migrated database. Shows progress, verifies every chain, and gives the counts.

    Raises AssertionError where the verifier finds anything.
    """
    chosen = random.Random(20261123)  # the same caseload each time
    with database.write() as session:
        partnership = a_partnership(session, rehearsal=True)
        carriers = [_carrier(session, partnership, number) for number in range(1, CARRIERS + 1)]
    console = Console(stderr=True, quiet=quiet)
    with Progress(console=console, transient=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Template cases, by real actions", total=len(LIVE) * len(AGES) + len(AGES))
        live, concluded = _templates(database, size, lambda: progress.advance(task))
        writer = _Writer(database, chosen, carriers)
        task = progress.add_task("Copies, in bulk", total=size.live + size.concluded)
        for families, many in ((live, size.live), (concluded, size.concluded)):
            for number in range(many):
                writer.add(families[number % len(families)])
                progress.advance(task)
        writer.finish()
        task = progress.add_task("Every chain verified", total=writer.written["audit_event"])
        with database.read() as session:
            report = audit.verify(session, lambda n: progress.advance(task, n))
    assert report["ok"], report["broken"][:3]
    with database.write() as session:
        session.execute(sa.text("ANALYZE"))
    return {**writer.written, "events_verified": report["events"]}


# --- templates ---------------------------------------------------------------------------------------------


def _templates(database: Database, size: Size, tick: Callable[[], None]) -> tuple[list[Family], list[Family]]:
    live: list[Family] = []
    for age in AGES:
        for stage in LIVE:
            case = _one(database, stage, age)
            if stage == "action_monitoring":
                _plan(case, size.actions_each, finished=0.4, claimed=0.1)
            live.append(_read(database, case.ref))
            tick()
    concluded: list[Family] = []
    for age in AGES:
        case = _one(database, "action_monitoring", 200 + 5 * age)
        _plan(case, size.actions_each, finished=1.0)
        case.today += timedelta(days=150)
        case.do(route("concluded")[-1][2])
        concluded.append(_read(database, case.ref))
        tick()
    return live, concluded


def _one(database: Database, stage: str, age: int) -> Case:
    days = sum(days for _, days, _ in route(stage))
    at = "evidence" if any(name == "evidence" for name, _, _ in route(stage)) else stage
    case = a_review(database, at, on=TODAY - timedelta(days=days + age), display_pseudonym="Template")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    if at == "evidence":
        case.act("request_returns", RETURNS)
        for ref in case.opened("agency-return")[: 2 if stage == "evidence" else None]:
            case.act("receive_return", {"known": "yes", "return_reference": "In the folder"}, ref=ref)
            case.act("sign_off_return", {"signed_off_by": "Director", "return_reference": "In the folder"}, ref=ref)
        passed = False
        for name, later, steps in route(stage):
            if passed:
                case.today += timedelta(days=later)
                case.do(steps)
            passed = passed or name == "evidence"
    return case


def _plan(case: Case, many: int, *, finished: float, claimed: float = 0.0) -> None:
    """So many actions: a share of them verified, and a share reported complete and not yet verified."""
    bodies = ("mereshire-nhs", "northmere-council", "mereshire-police", "mereshire-housing")
    for number in range(many):
        body = bodies[number % len(bodies)]
        case.act(
            "add_action",
            {
                "action_text": f"Train the people who take the first call, part {number}.",
                "lead_body": body,
                "recommendation": f"Recommendation {number // 4 + 1}: staff ask about safety at every contact.",
                "plan_source": "panel",
                "scope": "local",
                "theme": "training",
            },
        )
        ref = case.opened("action")[-1]
        target = (TODAY + timedelta(days=30 + number * 5)).isoformat()
        agreed = {"target_date": target, "outcome_measure": "An audit of calls", "agreed_by": "Director"}
        case.act("agree", agreed, ref=ref)
        case.act("start_work", {}, ref=ref)
        case.act("record_update", {"progress": "Two sessions were held."}, ref=ref)
        if number < many * (finished + claimed):
            case.act("claim_complete", {"evidence": "Attendance list of the sessions", **CLAIM}, ref=ref)
        if number < many * finished:
            case.act("verify", {}, ref=ref, by="steering_member")


def _read(database: Database, ref: str) -> Family:
    """Every row of a review and of what serves it, by table, in the order in which tables depend on each other."""
    family = Family(ref)
    with database.engine.connect() as connection:

        def rows(table: sa.Table, where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
            order = [table.c.id] if "id" in table.c else []
            return [dict(row._mapping) for row in connection.execute(sa.select(table).where(where).order_by(*order))]

        record, link = metadata.tables["record"], metadata.tables["record_link"]
        (root,) = connection.execute(sa.select(record.c.id).where(record.c.ref == ref)).scalars()
        items = list(connection.execute(sa.select(link.c.item_id).where(link.c.review_id == root)).scalars())
        ids = [root, *items]
        events = metadata.tables["audit_event"]
        event_ids = list(connection.execute(sa.select(events.c.id).where(events.c.record_id.in_(ids))).scalars())
        family.rows["record"] = rows(record, record.c.id.in_(ids))
        for name in ("record_csp", "record_body", "audit_event", "deadline", "hold", "agreed_date", "outbox_message"):
            table = metadata.tables[name]
            family.rows[name] = rows(table, table.c.record_id.in_(ids))
        family.rows["record_link"] = rows(link, link.c.review_id == root)
        for name in ("event_values", "identity_values"):
            table = metadata.tables[name]
            family.rows[name] = rows(table, table.c.event_id.in_(event_ids))
        search = metadata.tables["search_entry"]
        family.rows["search_entry"] = rows(search, search.c.record_id.in_(ids))
    return family


# --- copies ------------------------------------------------------------------------------------------------

ORDER = (
    "record", "record_csp", "record_body", "record_link", "audit_event", "event_values", "identity_values", "deadline",
    "hold", "agreed_date", "outbox_message", "search_entry",
)  # fmt: skip
TO_RECORD = ("record_id", "parent_id", "review_id", "item_id")
TO_EVENT = (
    "event_id", "started_by_event", "stopped_by_event", "withdrawn_by_event", "placed_by_event", "ended_by_event",
    "undone_by_event",
)  # fmt: skip
AT_ONCE = 4000


class _Writer:
    """Copies families and writes them out in batches; ids are given here and the sequences set at the end."""

    def __init__(self, database: Database, chosen: random.Random, carriers: list[int]) -> None:
        self.database, self.chosen, self.carriers = database, chosen, carriers
        self.written: dict[str, int] = dict.fromkeys(ORDER, 0)
        self.waiting: dict[str, list[dict[str, Any]]] = {name: [] for name in ORDER}
        self.copies = 0
        with database.engine.connect() as connection:
            self.next = {
                name: (connection.scalar(sa.select(sa.func.max(metadata.tables[name].c.id))) or 0) + 1
                for name in ORDER
                if "id" in metadata.tables[name].c
            }

    def add(self, family: Family) -> None:
        """One more copy of a review and of what serves it."""
        self.copies += 1
        ref = f"DARDR-{2015 + self.copies % 11}-{1000 + self.copies}"
        title = f"{self.chosen.choice(TREES)} {self.chosen.choice(TREES)} {2014 + self.copies % 12}"
        told = " ".join(self.chosen.choice(WORDS) for _ in range(12))
        if self.copies % 500 == 7:
            told += f" {RARE}"
        maps = {
            name: {row["id"]: self._id(name) for row in family.rows[name]}
            for name in ("record", "audit_event", "deadline")
        }
        copied = {name: [self._row(name, row, maps) for row in family.rows[name]] for name in ORDER}
        self._own_words(family, copied, ref, title, told)
        _chain(copied)
        for name in ORDER:
            self.waiting[name] += copied[name]
        if len(self.waiting["audit_event"]) > AT_ONCE:
            self._write()

    def _id(self, name: str) -> int:
        self.next[name] += 1
        return self.next[name] - 1

    def _row(self, name: str, row: dict[str, Any], maps: dict[str, dict[int, int]]) -> dict[str, Any]:
        new = dict(row)
        if name in maps:
            new["id"] = maps[name][row["id"]]
        elif "id" in row:
            new["id"] = self._id(name)
        for column in TO_RECORD:
            if new.get(column) is not None:
                new[column] = maps["record"].get(new[column])
        for column in TO_EVENT:
            if new.get(column) is not None:
                new[column] = maps["audit_event"][new[column]]
        if new.get("deadline_id") is not None:
            new["deadline_id"] = maps["deadline"][new["deadline_id"]]
        if name == "outbox_message":
            new["dedupe_key"] = f"copy {self.copies}: {row['dedupe_key']}"
            new["status"] = SENT if row["status"] == QUEUED else row["status"]
        return new

    def _own_words(
        self, family: Family, copied: dict[str, list[dict[str, Any]]], ref: str, title: str, told: str
    ) -> None:
        """References, the name of the case and what is told of it, everywhere they stand."""
        number = self.copies % len(self.carriers)
        swap = {
            family.ref: ref,
            "Template": title,
            "Fictional, for a test.": f"Fictional. {told}",
            address("case_manager"): address(carrier(number + 1)),
        }
        for row in copied["record"]:
            if row["case_manager_id"] is not None:
                row["case_manager_id"] = self.carriers[number]
        for name in ("record", "event_values", "deadline", "outbox_message", "search_entry"):
            for row in copied[name]:
                for column in ("ref", "title", "facts", "before", "after", "receipt", "subject", "text", "html"):
                    if row.get(column):
                        row[column] = _swapped(row[column], swap)

    def _write(self) -> None:
        with self.database.write() as session:
            for name in ORDER:
                for batch in _batches(self.waiting[name]):
                    session.execute(sa.insert(metadata.tables[name]), batch)
                    self.written[name] += len(batch)
                self.waiting[name] = []

    def finish(self) -> None:
        """Write what waits, and let the next number of each kind come after the copies."""
        self._write()
        with self.database.write() as session:
            session.execute(sa.update(RefCounter).values(last=5000))
            if not is_sqlite(session):
                for name in self.next:
                    session.execute(
                        sa.text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {self.next[name]})")
                    )


def _swapped(value: Any, swap: dict[str, str]) -> Any:
    if isinstance(value, str):
        for old, new in swap.items():
            if old in value:
                value = value.replace(old, new)
        return value
    if isinstance(value, dict):
        return {key: _swapped(one, swap) for key, one in value.items()}
    if isinstance(value, list):
        return [_swapped(one, swap) for one in value]
    return value


def _chain(copied: dict[str, list[dict[str, Any]]]) -> None:
    """Salts, hashes and heads of a copy, computed as the product computes them."""
    values = {row["event_id"]: row for row in copied["event_values"]}
    secret = {row["event_id"]: row for row in copied["identity_values"]}
    records = {row["id"]: row for row in copied["record"]}
    heads: dict[int, str] = {}
    for event in copied["audit_event"]:
        record = records[event["record_id"]]
        kept = values[event["id"]]
        kept["salt"] = chain.new_salt()
        event["values_hash"] = chain.values_hash(kept["salt"], kept["before"], kept["after"])
        if apart := secret.get(event["id"]):
            apart["salt"] = secrets.token_hex(32)
            event["identity_hash"] = chain.values_hash(apart["salt"], None, apart["after"])
        event["previous_hash"] = heads.get(record["id"], chain.START)
        event["hash"] = chain.event_hash(
            record["ref"], event["seq"], event["action"], event["from_stage"], event["to_stage"], event["process"],
            event["actor_id"], event["actor_name"], event["occurred_on"], event["recorded_at"], event["values_hash"],
            event["identity_hash"], event["previous_hash"],
        )  # fmt: skip
        heads[record["id"]] = event["hash"]
    for record_id, head in heads.items():
        records[record_id]["head"] = head


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]

"""Taking a workbook in: kept sealed with its preview, confirmed by a person, then recorded exactly as previewed.

If anything moved between the preview and the confirmation it is previewed again. A row is recorded as a whole or not
at all; what is refused is named, and the others go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from dardr.access import OF_AGENCIES
from dardr.actors import Actor
from dardr.casework import four_eyes, sign_offs
from dardr.casework.files import seal_with_new_key, unseal
from dardr.casework.sheets.comparing import HERE, MINE, carry_out, compare, refusals_for
from dardr.casework.sheets.memory import collector_waits
from dardr.casework.sheets.preview import Preview
from dardr.casework.sheets.reading import NOT_OURS, Refusal, Returned, read_returned, refused
from dardr.casework.trying import tried
from dardr.errors import Conflict, DardrError, Invalid, NotFound, Reason
from dardr.lookups.agency import family
from dardr.storage.bodies import Body
from dardr.storage.people import User
from dardr.storage.plans import SheetIn, SheetOut
from dardr.storage.reviews import Record
from dardr.systime import london_date
from workflows.definition import Role
from workflows.processes.who import CASEWORK

RETURNED = "returned"
"""The kind of ``sheet_in`` that is a workbook given out before."""


@dataclass(slots=True)
class Receipt:
    """What confirming a preview recorded, and what it did not."""

    recorded: list[dict[str, str]] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    actions: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints and keeps."""
        return {
            "recorded": self.recorded,
            "kept": self.kept,
            "refusals": [one.as_dict() for one in self.refusals],
            "actions": self.actions,
        }


class Moved(Conflict):
    """Something moved between the preview and the confirmation: the preview that is kept now is another one."""


def sheet_out_of(session: Session, actor: Actor, back: Returned) -> SheetOut:
    """The workbook as it was given out. Raises Invalid for one not given out here, or not to this person's body."""
    out = session.scalar(sa.select(SheetOut).where(SheetOut.key == back.key)) if back.key else None
    if out is None or out.partnership_id != actor.partnership_id:
        raise refused(NOT_OURS)
    if not may_take(session, actor, out):
        raise refused(
            "This workbook was given to somebody else, so you cannot send it in. Download your own and fill that, or"
            " send this one to the team."
        )
    return out


def may_take(session: Session, actor: Actor, out: SheetOut) -> bool:
    """Whether this person may send that workbook in: the team each of them, an agency those of its own."""
    if actor.roles & CASEWORK:
        return True
    if out.body_id is None:
        return False
    held = {g.body_id for g in actor.grants if g.role in OF_AGENCIES and g.body_id is not None}
    return bool(held & bodies_of_sheet(session, out))


def bodies_of_sheet(session: Session, out: SheetOut) -> set[int]:
    """The body a workbook was made for, those it took the place of, and those that took its place since."""
    body = session.get(Body, out.body_id) if out.body_id else None
    found: set[int] = set()
    while body is not None and body.id not in found:
        found |= family(session, body)
        body = session.get(Body, body.successor_id) if body.successor_id else None
    return found


def led_by(actor: Actor) -> set[int]:
    """The bodies of which this person is a lead."""
    return {g.body_id for g in actor.grants if g.role is Role.AGENCY_LEAD and g.body_id is not None}


def waits_for_lead(session: Session, actor: Actor, out: SheetOut) -> bool:
    """Whether what this person sends in counts once a lead of the agency has recorded it."""
    if actor.roles & CASEWORK or not four_eyes.asked_for(session, out.partnership_id):
        return False
    bodies = bodies_of_sheet(session, out)
    return not led_by(actor) & bodies and four_eyes.has_lead(session, sorted(bodies))


def take_in(session: Session, actor: Actor, now: datetime, name: str, content: bytes) -> SheetIn:
    """Keep a returned workbook, and what taking it in would do, at the instant ``now`` (UTC). Nothing else is written.

    Raises Invalid for a file that cannot be read, or is none that was given to this person.
    """
    with collector_waits():
        back = read_returned(name, content)
        out = sheet_out_of(session, actor, back)
        waits = waits_for_lead(session, actor, out)
        preview = compare(session, actor, now, back, out, waits=waits)
    digest = sha256(content).hexdigest()
    preview.remarks = [*_said_of_the_copy(session, out, digest), *preview.remarks]
    wrapped_key, sealed = seal_with_new_key(content)
    row = SheetIn(
        partnership_id=out.partnership_id,
        wrapped_key=wrapped_key,
        sealed=sealed,
        kind=RETURNED,
        out_id=out.id,
        review_id=out.review_id,
        by=actor.id,
        at=now,
        preview={**preview.as_dict(), "hash": preview.digest(), "sha256": digest, "waits": waits},
    )
    session.add(row)
    session.flush()
    if waits:
        _tell_the_lead(session, now, out, row)
    return row


def _tell_the_lead(session: Session, now: datetime, out: SheetOut, row: SheetIn) -> None:
    """The lead hears once that a colleague's workbook waits, whichever of the bodies it was made for they lead."""
    about = session.scalar(sa.select(Record).where(Record.ref.in_(list(out.rows))).order_by(Record.id).limit(1))
    if about is not None and out.body_id is not None:
        sign_offs.ask_lead(session, now, about, out.body_id, f"/sheets/{row.id}")


def _said_of_the_copy(session: Session, out: SheetOut, digest: str) -> list[str]:
    """What is worth knowing about the copy itself: taken in before, or older than another that was given out."""
    said = []
    before = session.scalars(
        sa.select(SheetIn).where(SheetIn.out_id == out.id, SheetIn.applied_at.is_not(None)).order_by(SheetIn.id.desc())
    ).all()
    same = next((one for one in before if (one.preview or {}).get("sha256") == digest), None)
    if same is not None and same.applied_at is not None:
        said.append(f"This very file was taken in on {_day(same.applied_at)}. What it says is on record since.")
    elif before and before[0].applied_at is not None:
        said.append(f"Another copy of this workbook was taken in on {_day(before[0].applied_at)}.")
    newer = session.scalar(
        sa.select(sa.func.max(SheetOut.made_at)).where(
            SheetOut.partnership_id == out.partnership_id,
            SheetOut.body_id.is_not_distinct_from(out.body_id),
            SheetOut.review_id.is_not_distinct_from(out.review_id),
            SheetOut.id > out.id,
        )
    )
    if newer is not None:
        said.append(
            f"This is an older copy: it was given out on {_day(out.made_at)}, and a newer one on {_day(newer)}. Cells"
            " that changed here since are shown as conflicts."
        )
    return said


def _day(instant: datetime) -> str:
    day = london_date(instant)
    return f"{day.day} {day:%B %Y}"


def sheet_in(session: Session, actor: Actor, number: int) -> SheetIn:
    """The workbook taken in under that number. Raises NotFound unless it is this person's own, their agency's lead
    asks, or the team."""
    row = session.get(SheetIn, number)
    if row is None or row.partnership_id != actor.partnership_id or row.kind != RETURNED:
        raise NotFound(NOT_HERE)
    if row.by != actor.id and not actor.roles & CASEWORK and not _of_their_body(session, actor, row):
        raise NotFound(NOT_HERE)
    return row


NOT_HERE = "There is no workbook of that number here. Choose the file again."


def _of_their_body(session: Session, actor: Actor, row: SheetIn) -> bool:
    out = session.get(SheetOut, row.out_id) if row.out_id else None
    return out is not None and bool(led_by(actor) & bodies_of_sheet(session, out))


def content_of(row: SheetIn) -> bytes:
    """The file as it was sent. Raises NotFound where the master key is another one."""
    if row.wrapped_key is None or row.sealed is None:
        raise NotFound("The file is not kept any more.")
    return unseal(row.wrapped_key, row.sealed)


def may_confirm(session: Session, actor: Actor, row: SheetIn) -> bool:
    """Whether this person may have a workbook recorded: the team, a lead of the agency, and who sent it in unless
    the lead signs it off."""
    if actor.roles & CASEWORK or _of_their_body(session, actor, row):
        return True
    out = session.get(SheetOut, row.out_id) if row.out_id else None
    return row.by == actor.id and out is not None and not waits_for_lead(session, actor, out)


def confirm(
    session: Session, actor: Actor, now: datetime, row: SheetIn, *, seen: str, chosen: Mapping[str, str]
) -> Receipt:
    """Record exactly what the preview ``seen`` (its hash) showed, with what was ``chosen`` for each conflict.

    Sent twice it records nothing twice. Raises Moved where it would do something else by now: the kept preview is the
    new one then; Invalid where nothing was chosen for a conflict.
    """
    kept = row.preview or {}
    if row.applied_at is not None:
        return receipt_of(row)
    if not may_confirm(session, actor, row):
        raise Conflict("The lead of your organisation records it: they find it under “Workbooks of actions”.")
    back = read_returned("workbook.xlsx", content_of(row))
    out = sheet_out_of(session, actor, back)
    again = compare(session, actor, now, back, out)
    again.remarks = list(kept.get("remarks", ()))
    if again.digest() != seen or seen != kept.get("hash"):
        row.preview = {**kept, **again.as_dict(), "hash": again.digest()}
        session.flush()
        raise Moved("Something changed here since you looked. This is what taking the workbook in would do now.")
    undecided = [clash for clash in again.conflicts if chosen.get(clash.name) not in (MINE, HERE)]
    if undecided:
        raise Invalid(
            [Reason(f"{one.ref}, {one.heading}: choose what counts.", f"choice-{one.name}") for one in undecided]
        )
    whole = compare(session, actor, now, back, out, chosen=chosen, tried=False) if again.conflicts else again
    writer = session.get(User, row.by) if row.by != actor.id else None
    receipt = record(session, actor, now, whole, written_by=writer.name if writer else "")
    receipt.kept = [clash.as_dict() for clash in again.conflicts if chosen[clash.name] == HERE]
    row.preview = {**kept, "receipt": receipt.as_dict()}
    row.applied_at = now
    session.flush()
    return receipt


def record(session: Session, actor: Actor, now: datetime, preview: Preview, *, written_by: str = "") -> Receipt:
    """Take the actions of a preview, each row in a savepoint of its own, and say what became of each cell."""
    receipt = Receipt(refusals=list(preview.refusals))
    changes: dict[str, list[dict[str, str]]] = {}
    for change in preview.changes:
        changes.setdefault(change.ref, []).append(change.as_dict())
    for work in preview.work:
        try:
            with session.begin_nested():
                receipt.actions += carry_out(session, actor, now, work, written_by=written_by)
        except DardrError as error:
            receipt.refusals += refusals_for(error, work, preview.sheet)
        else:
            receipt.recorded += changes.get(work.ref, [])
    return receipt


def receipt_of(row: SheetIn) -> Receipt:
    """What was recorded when a workbook was confirmed."""
    kept = (row.preview or {}).get("receipt") or {}
    refusals = [Refusal(r["sheet"], r["cell"], r["reason"], r["ref"]) for r in kept.get("refusals", ())]
    return Receipt(list(kept.get("recorded", ())), list(kept.get("kept", ())), refusals, int(kept.get("actions", 0)))


def taken_in(session: Session, actor: Actor, limit: int = 20) -> list[tuple[SheetIn, str]]:
    """The workbooks taken in lately with what each was of, newest first: the team's all, an agency's person's own."""
    query = (
        sa.select(SheetIn, sa.func.coalesce(Body.name, Record.ref, ""))
        .outerjoin(SheetOut, SheetOut.id == SheetIn.out_id)
        .outerjoin(Body, Body.id == SheetOut.body_id)
        .outerjoin(Record, Record.id == SheetIn.review_id)
        .where(SheetIn.partnership_id == actor.partnership_id)
        .order_by(SheetIn.id.desc())
        .limit(limit)
        .options(defer(SheetIn.sealed))
    )
    if not actor.roles & CASEWORK:
        query = query.where(sa.or_(SheetIn.by == actor.id, SheetOut.body_id.in_(led_by(actor))))
    return [(row, of) for row, of in session.execute(query)]


def keep_and_record(
    session: Session, actor: Actor, now: datetime, name: str, content: bytes, *, dry_run: bool
) -> dict[str, Any]:
    """Take a workbook in at once, for the command line: everything but conflicts, which only a person decides.

    With ``dry_run`` nothing is recorded and nothing kept. Returns what changed, what is in conflict and what was
    refused, each with its sheet, cell and reason.
    """
    with tried(session, keep=not dry_run):
        row = take_in(session, actor, now, name, content)
        found = dict(row.preview or {})
        if not dry_run:
            chosen = {clash["name"]: HERE for clash in found["conflicts"]}
            receipt = confirm(session, actor, now, row, seen=str(found["hash"]), chosen=chosen)
            found["changes"] = receipt.recorded
            found["refusals"] = [one.as_dict() for one in receipt.refusals]
    keys = ("sheet", "unchanged", "changes", "conflicts", "refusals", "remarks")
    return {**{key: found[key] for key in keys}, "dry_run": dry_run}

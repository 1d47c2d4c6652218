"""Who may see what, in one place. Every lookup of records uses ``visible``; every change uses ``roles_on``.

What each role shows:

- case and team managers, the deciding chair and the auditor: every record of the partnership; a case manager only
  what is carried by them or by nobody where the partnership says so; a deciding chair, held for a CSP, its reviews
- independent chair: their review and what serves it; panel member: the same without the returns of other agencies
- police liaison and communications: a part of their review (``dardr.parts``), communications once it is cleared
- Steering Group and CSP members: plans and replies; CSP members are also told how reviews stand (``standing_told``)
- agency people: what their body owes, and the wording of the recommendations that concern it (``dardr.parts``)
- what a process keeps for some roles (``Process.seen_by``: a family's contacts, a chair's quote) only those see, and
  a record that is kept to some readers (``Record.readers``: a document) only they
- administrator: nothing, except a review they opened for a reason, for some hours
- who came by a link (``Actor.door``): of all that only what the link is for, and never who the people are

A conflict of interest outweighs every role. ``visible`` and ``get_record`` mean records seen whole, unless whoever asks
says that they show a part as a part. What of a record is shown to some roles only is in ``dardr.seeing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

import workflows
from dardr.actors import OF_AGENCIES, Actor, Door, Purpose
from dardr.errors import Forbidden, NotFound
from dardr.press import CLEARED_STAGES, notices_of
from dardr.storage.engine import remembered
from dardr.storage.reviews import Record, RecordBody, RecordCsp, RecordLink
from workflows import REVIEW_KEYS
from workflows.definition import Role
from workflows.processes.document_1 import IDENTITIES
from workflows.processes.who import READERS

SEES_EVERY_REVIEW = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.DECIDING_CHAIR, Role.AUDITOR})
"""Roles that, held for the whole partnership, show all its records."""

SEES_PLANS = frozenset({Role.STEERING_MEMBER})
SEES_NO_REVIEW = frozenset({Role.STEERING_MEMBER, Role.CSP_MEMBER, Role.AGENCY_CONTACT, Role.AGENCY_LEAD})
"""Roles that show actions, replies and returns, and never the list of reviews."""

PLAN_PROCESSES = (
    "recommendation", "action", "action-share", "commissioner-reply", "section8-report", "section15-request",
    "section15-answer", "update-round", "update-request",
)  # fmt: skip
"""What Steering Group members see: plans and replies, not the reviews behind them."""

RECOMMENDATION = "recommendation"
"""A recommendation: of a plan once it is made; agencies see the wording of those that concern them, and no more."""

TASK = "task"

ASKED_OF_A_PERSON = (TASK, "reader-request")
"""What somebody was asked to do or to read: seen, and dealt with, by the person asked, whatever else they may see."""

OPEN_TO_ALL = ("historic",)
"""Published cases: seen by everyone who may sign in."""

SCOPE_NEEDED: dict[Role, str] = {
    Role.CSP_MEMBER: "csp",
    Role.INDEPENDENT_CHAIR: "review",
    Role.PANEL_MEMBER: "review",
    Role.AGENCY_CONTACT: "body",
    Role.AGENCY_LEAD: "body",
}
"""Roles that are held for one CSP, one review or one body, never for everything."""

SCOPE_POSSIBLE: dict[Role, str] = {
    Role.POLICE_LIAISON: "review",
    Role.COMMUNICATIONS: "review",
    Role.CASE_MANAGER: "review",
    Role.DECIDING_CHAIR: "csp",
}
"""Roles that may be held for one review or CSP, which they then show. Police liaison and communications show no review
when held for everything."""

SEES_IDENTITIES = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.INDEPENDENT_CHAIR})
"""Roles that, held on a review, show who the people in it are. A second factor is asked of everyone who holds one."""

WITHOUT_RETURNS = frozenset({Role.PANEL_MEMBER})
"""Roles that show a review and what serves it, and of the agencies' returns only those their own body owes."""

SEES_A_PART = frozenset({Role.POLICE_LIAISON, Role.COMMUNICATIONS})
"""Roles that, held on a review, show a part of it and nothing that serves it."""

RETURN_PROCESSES = ("agency-return", "comment-request", "reader-request")
"""What holds case content: whoever comes by a link sees it with the code of a message of its own only."""

DRAFTS_OF_A_REVIEW = ("comment-round", "comment-request", "reader-request")
"""What serves a review and is about its drafts: all that a chair who came by a link sees beside the review."""

PAPERS_OF_A_REVIEW = ("agency-return", "meeting", "document")
"""What serves a review and is read before the report is written: what a chair who came by a link sees besides."""

LISTS_FILES = Role.AUDITOR
"""The role that shows which files there are and not what is in them: files name people."""

OPENED_FOR = timedelta(hours=8)
"""How long a review stays open to an administrator who opened it for a reason."""


@lru_cache(maxsize=256)
def visible(actor: Actor, *, in_part: bool = False) -> sa.ColumnElement[bool]:
    """The condition on ``Record`` under which this actor may see it; ``in_part``: also where they see a part only.

    It follows from the actor alone, and is kept: a page asks for it with nearly every one of its queries.
    """
    shown = sa.or_(Record.process_key.in_(OPEN_TO_ALL), *_ways(actor), *(_in_part(actor) if in_part else ()))
    kept = [(roles, Record.process_key.not_in(keys)) for roles, keys in workflows.seen_by_some().items()]
    kept += [(roles, Record.readers != readers) for readers, roles in READERS.items()]
    for roles, not_kept in kept:
        narrowed = _with_roles(actor, roles)
        if not _sees_all(narrowed):
            shown = sa.and_(shown, sa.or_(not_kept, *_ways(narrowed)))
    if actor.door is not None:
        shown = sa.and_(shown, *_through_the_door(actor.door))
    return sa.and_(shown, sa.not_(_of_reviews(actor.conflicts))) if actor.conflicts else shown


def _through_the_door(door: Door) -> list[sa.ColumnElement[bool]]:
    """What a session that a link opened may see at most."""
    found: list[sa.ColumnElement[bool]] = [Record.process_key.not_in(OPEN_TO_ALL)]
    if door.one_record is not None:
        found.append(Record.id == door.one_record)
    if door.purpose is Purpose.REPLY:
        found.append(Record.process_key == "commissioner-reply")
    if door.purpose is Purpose.CHAIR:
        found.append(Record.process_key.in_((*REVIEW_KEYS, *DRAFTS_OF_A_REVIEW, *PAPERS_OF_A_REVIEW)))
        found.append(Record.readers != IDENTITIES)
    if not door.with_code:
        found.append(sa.false() if door.purpose is Purpose.CHAIR else Record.process_key.not_in(RETURN_PROCESSES))
    return found


def _with_roles(actor: Actor, roles: frozenset[Role]) -> Actor:
    """The same person with these of their roles only; a review opened for a reason needs the administrator's."""
    opened = actor.opened if Role.ADMINISTRATOR in roles else frozenset[int]()
    kept = tuple(grant for grant in actor.grants if grant.role in roles)
    return replace(actor, grants=kept, everywhere=actor.everywhere & roles, opened=opened)


def _sees_all(actor: Actor) -> bool:
    """Whether this person sees every record of the partnership."""
    return bool(actor.everywhere & SEES_EVERY_REVIEW - ({Role.CASE_MANAGER} if actor.assigned_only else set()))


def _ways(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """What each role adds."""
    home = Record.partnership_id == actor.partnership_id
    everywhere = actor.everywhere & SEES_EVERY_REVIEW
    if _sees_all(actor):
        return [home]
    ways: list[sa.ColumnElement[bool]] = [_asked_of(actor)]
    if everywhere:
        ways.append(sa.and_(home, _carried_by(actor)))
    if actor.everywhere & SEES_PLANS:
        ways.append(sa.and_(home, _of_plans()))
    reviews: dict[Role, set[int]] = {}
    for grant in actor.grants:
        if grant.record_id is not None:
            reviews.setdefault(grant.role, set()).add(grant.record_id)
    whole = set(actor.opened).union(*(ids for role, ids in reviews.items() if role not in _LIMITED))
    if whole:
        ways.append(_of_reviews(whole))
    if partly := set[int]().union(*(reviews.get(role, ()) for role in WITHOUT_RETURNS)):
        theirs = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(actor.body_ids))
        no_return = sa.or_(Record.process_key.not_in(RETURN_PROCESSES), Record.id.in_(theirs))
        ways.append(sa.and_(_of_reviews(partly), no_return))
    if press := reviews.get(Role.COMMUNICATIONS):
        ways.append(notices_of(press))
    ways += _of_csps(actor)
    if bodies := [g.body_id for g in actor.grants if g.body_id is not None and g.role in OF_AGENCIES]:
        ways.append(sa.and_(Record.process_key != RECOMMENDATION, _owed_by(bodies)))
    return ways


def _asked_of(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(Record.process_key.in_(ASKED_OF_A_PERSON), Record.case_manager_id == actor.id)


def _of_plans() -> sa.ColumnElement[bool]:
    """What belongs to a plan; a recommendation from the day it is made."""
    made = sa.or_(Record.process_key != RECOMMENDATION, Record.stage != "draft")
    return sa.and_(Record.process_key.in_(PLAN_PROCESSES), made)


def _owed_by(bodies: Iterable[int]) -> sa.ColumnElement[bool]:
    return Record.id.in_(sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(list(bodies))))


_LIMITED = WITHOUT_RETURNS | SEES_A_PART


def _in_part(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """Reviews of which a role that is held on them shows a part; to communications from the clearance on."""
    reviews = [
        (g.record_id, g.role is Role.COMMUNICATIONS) for g in actor.grants if g.record_id and g.role in SEES_A_PART
    ]
    found: list[sa.ColumnElement[bool]] = []
    for cleared in (False, True):
        if ids := [one for one, communications in reviews if communications is cleared]:
            is_one = sa.and_(Record.id.in_(ids), Record.process_key.in_(REVIEW_KEYS))
            found.append(sa.and_(is_one, Record.stage.in_(CLEARED_STAGES)) if cleared else is_one)
    if bodies := [g.body_id for g in actor.grants if g.body_id is not None and g.role in OF_AGENCIES]:
        found.append(_that_concern(bodies))
    return found


def _that_concern(bodies: list[int]) -> sa.ColumnElement[bool]:
    """Recommendations that are made, and addressed to one of these bodies or answered by an action of theirs."""
    theirs = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(bodies))
    answered = sa.select(RecordLink.review_id).where(RecordLink.kind == "answers", RecordLink.item_id.in_(theirs))
    return sa.and_(
        Record.process_key == RECOMMENDATION,
        Record.stage.not_in(("draft", "taken_out")),
        sa.or_(Record.id.in_(theirs), Record.id.in_(answered)),
    )


def sees_whole(session: Session, actor: Actor, record: Record) -> bool:
    """True unless this actor, who sees something of the record, sees a part of it only."""
    by_role = any(g.record_id == record.id and g.role in SEES_A_PART for g in actor.grants)
    by_body = record.process_key == RECOMMENDATION and any(g.role in OF_AGENCIES for g in actor.grants)
    if not by_role and not by_body:
        return True
    whole = sa.select(Record.id).where(Record.id == record.id, visible(actor))
    return remembered(session, ("whole", actor.id, record.id), lambda: session.scalar(whole)) is not None


def opens_files(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on ``Record`` under which this actor may read what is in its files: seen by more than a list."""
    left = tuple(g for g in actor.grants if g.role is not LISTS_FILES)
    return visible(replace(actor, grants=left, everywhere=actor.everywhere - {LISTS_FILES}))


def _of_reviews(ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """One of these records, or one that serves any of them."""
    wanted = sorted(ids)
    serving = sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(wanted), RecordLink.kind == "item")
    return sa.or_(Record.id.in_(wanted), Record.id.in_(serving))


def _carried_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Reviews that this person carries or nobody does, what serves them, and what belongs to no review."""
    review = aliased(Record)
    free = sa.or_(review.case_manager_id == actor.id, review.case_manager_id.is_(None))
    served = sa.select(RecordLink.item_id).join(review, review.id == RecordLink.review_id)
    of_a_review = served.where(RecordLink.kind == "item", review.process_key.in_(REVIEW_KEYS))
    own = sa.or_(Record.case_manager_id == actor.id, Record.case_manager_id.is_(None))
    served_here = sa.or_(Record.id.not_in(of_a_review), Record.id.in_(of_a_review.where(free)))
    return sa.case((Record.process_key.in_(REVIEW_KEYS), own), else_=served_here)


def _of_csps(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """The records of a CSP: all of them for its deciding chair, plans and replies for its members."""
    held = [(g.csp_id, g.role is Role.DECIDING_CHAIR) for g in actor.grants if g.csp_id is not None]
    found: list[sa.ColumnElement[bool]] = []
    for decides in (True, False):
        csps = [csp for csp, deciding in held if deciding is decides]
        if csps:
            of_them = Record.id.in_(sa.select(RecordCsp.record_id).where(RecordCsp.csp_id.in_(csps)))
            found.append(of_them if decides else sa.and_(_of_plans(), of_them))
    return found


def standing_told(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on ``Record``: reviews of which a member of a CSP is told how they stand, without seeing them.

    Only for what says nothing of the case: the reference, the phase, a hold, a date of the partnership.
    """
    csps = [g.csp_id for g in actor.grants if g.role is Role.CSP_MEMBER]
    of_them = Record.id.in_(sa.select(RecordCsp.record_id).where(RecordCsp.csp_id.in_(csps)))
    told = sa.and_(Record.process_key.in_(REVIEW_KEYS), of_them)
    return sa.and_(told, sa.not_(_of_reviews(actor.conflicts))) if actor.conflicts else told


def refs_in_conflict(session: Session, actor: Actor) -> frozenset[str]:
    """The references that conflicts of interest hide from this actor: lists that were counted leave them out."""
    if not actor.conflicts:
        return frozenset()
    return frozenset(session.scalars(sa.select(Record.ref).where(_of_reviews(actor.conflicts))))


def get_record(session: Session, actor: Actor, ref: str, *, lock: bool = False, in_part: bool = False) -> Record:
    """The record of that reference, if the actor may see it; locked for change where asked.

    Raises NotFound, and Forbidden for one of which they see a part only, unless ``in_part`` says that whoever asks
    shows no more than that part, or lets the roles of an action decide.
    """
    query = sa.select(Record).where(Record.ref == ref, visible(actor, in_part=True))
    if lock:
        query = query.with_for_update(of=Record).execution_options(populate_existing=True)
        record = session.scalar(query)
    else:
        record = remembered(session, ("record", actor.id, ref), lambda: session.scalar(query))
    if record is None:
        raise NotFound(f"There is no record {ref}, or it is not yours to see. Check the reference.")
    if not in_part and not sees_whole(session, actor, record):
        raise Forbidden(f"Your role shows a part of {ref}, and this is not in it. Its first page shows your part.")
    return record


def roles_on(session: Session, actor: Actor, record: Record) -> frozenset[Role]:
    """The roles this actor holds on this record: those held everywhere, and those held for its CSP, body or review."""
    return roles_on_each(session, actor, [record])[record.id]


def roles_on_each(session: Session, actor: Actor, records: Iterable[Record]) -> dict[int, frozenset[Role]]:
    """The same for several records, by their id, in a number of queries that does not depend on how many they are."""
    wanted = {record.id: record for record in records}
    scoped = [g for g in actor.grants if not g.everywhere]
    if actor.is_operator or not (scoped or actor.conflicts or actor.assigned_only):
        return {one: actor.everywhere | _asked(actor, record) for one, record in wanted.items()}
    serves = _ids_of(session, RecordLink.item_id, RecordLink.review_id, wanted, RecordLink.kind == "item")
    csps = _ids_of(session, RecordCsp.record_id, RecordCsp.csp_id, wanted) if any(g.csp_id for g in scoped) else {}
    theirs = any(g.body_id for g in scoped)
    bodies = _ids_of(session, RecordBody.record_id, RecordBody.body_id, wanted) if theirs else {}
    carried = set(wanted)
    if actor.assigned_only:
        carried = set(session.scalars(sa.select(Record.id).where(Record.id.in_(wanted), _carried_by(actor))))
    found: dict[int, frozenset[Role]] = {}
    for one in wanted:
        around = {one, *serves.get(one, ())}
        roles = set(actor.everywhere) if one in carried else set(actor.everywhere - {Role.CASE_MANAGER})
        roles |= {
            g.role
            for g in scoped
            if g.csp_id in csps.get(one, ()) or g.body_id in bodies.get(one, ()) or g.record_id in around
        }
        roles |= _asked(actor, wanted[one])
        beyond = actor.door is not None and actor.door.one_record not in (None, one)
        found[one] = frozenset() if beyond or around & actor.conflicts else frozenset(roles)
    return found


def _asked(actor: Actor, record: Record) -> frozenset[Role]:
    """What somebody is on what was asked of them by name."""
    asked = record.process_key in ASKED_OF_A_PERSON and record.case_manager_id == actor.id
    return frozenset({Role.PERSON_ASKED}) if asked else frozenset()


def _ids_of(session: Session, key: Any, value: Any, wanted: Iterable[int], *only: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for one, other in session.execute(sa.select(key, value).where(key.in_(list(wanted)), *only)):
        found.setdefault(one, set()).add(other)
    return found

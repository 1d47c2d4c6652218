"""A notification in the making: begun, kept after each page, sent once. By the team, the police, or somebody outside.

What was typed is kept as it was typed, sealed. A notifier without an account is known by an e-mail address alone, and
comes back by links that work once. Sending opens the record, links the records of the same incident, empties the
form and writes the e-mails in the caller's transaction: all of it, or nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework import drafts, outbox
from dardr.casework.act import take_action
from dardr.casework.files import FileGiven, check
from dardr.casework.notices import base_url, frame
from dardr.casework.open_record import open_record
from dardr.casework.recipients import addresses
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.storage.drafts import Draft
from dardr.storage.reviews import Record
from dardr.systime import london_date
from notifications.messages_of_notifications import NotificationArrived, NotificationReceived
from workflows.definition import Party

REVIEW = "dardr-s9"
"""The process a notified death is opened on."""
FORM, FILE = "notification", "notification-file"
"""What a kept draft is: the form, or a file added to it."""
MOST_FILES = 10
GONE = "This form is not here any more, or it is not yours. Begin at the start page."


class Way(StrEnum):
    """How a notification comes in."""

    TEAM = "team"
    POLICE = "police"
    OUTSIDE = "outside"


@dataclass
class Form:
    """One notification in the making. ``typed`` holds each answer under the name it has on its page, as typed.

    ``compared`` says what was answered about a record that may be of the same death, by its reference;
    ``same_incident`` are references of notifications sent before for others who died in the same incident.
    """

    draft: Draft
    way: Way
    typed: dict[str, list[str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    compared: dict[str, str] = field(default_factory=dict)
    same_incident: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """What its pages are found by; only its owner gets there."""
        return self.draft.id

    @property
    def ref(self) -> str | None:
        """The reference it got, once sent."""
        return self.draft.submitted_ref

    def keep(self, now: datetime) -> None:
        """Save it as it stands, at ``now`` (UTC); it waits for its owner from then on."""
        values = {
            "way": str(self.way),
            "typed": self.typed,
            "seen": self.seen,
            "compared": self.compared,
            "same_incident": self.same_incident,
        }
        drafts.save(self.draft, now, values)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file added to a form and not sent yet."""

    id: int
    name: str
    size: int


# --- beginning and finding ----------------------------------------------------------------------------------


def begin(
    session: Session,
    now: datetime,
    way: Way,
    *,
    user_id: int | None = None,
    email: str = "",
    typed: Mapping[str, list[str]] | None = None,
    same_incident: Iterable[str] = (),
) -> Form:
    """A new form, of a person or of an address. ``typed`` are answers it begins with."""
    draft, _ = drafts.begin(session, now, FORM, {}, user_id=user_id, email=email.casefold())
    form = Form(draft, way, typed=dict(typed or {}), same_incident=list(same_incident))
    form.keep(now)
    session.flush()
    return form


def begin_another(session: Session, now: datetime, sent: Form) -> Form:
    """A form for another person who died in the incident of a form that was sent; linked when it is sent.

    It begins with what the two are likely to share. Raises Conflict where the first was not sent.
    """
    if sent.ref is None:
        raise Conflict("Send the first notification before you begin one for another person.")
    refs = [*sent.same_incident, sent.ref]
    return begin(
        session, now, sent.way, user_id=sent.draft.user_id, email=sent.draft.email, typed=sent.typed, same_incident=refs
    )


def find(session: Session, now: datetime, number: int, *, lock: bool = False) -> Form:
    """The form of that number, locked for change where asked. Whose it is, the caller asks. Raises NotFound."""
    query = sa.select(Draft).where(Draft.id == number, Draft.purpose == FORM)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    draft = session.scalar(query)
    if draft is None or (draft.sealed is None and draft.submitted_ref is None):
        raise NotFound(GONE)
    return _read(draft)


def _read(draft: Draft) -> Form:
    values = drafts.values_of(draft)
    return Form(
        draft,
        Way(values.get("way", Way.OUTSIDE if draft.email else Way.TEAM)),
        dict(values.get("typed") or {}),
        list(values.get("seen") or []),
        dict(values.get("compared") or {}),
        list(values.get("same_incident") or []),
    )


def unfinished(session: Session, now: datetime, *, user_id: int | None = None, email: str = "") -> list[Draft]:
    """The forms that a person, or an address, began and did not send; the last saved first."""
    owner = Draft.user_id == user_id if user_id is not None else sa.and_(Draft.user_id.is_(None), _of(email))
    return list(
        session.scalars(
            sa.select(Draft)
            .where(Draft.purpose == FORM, owner, Draft.submitted_ref.is_(None), Draft.sealed.is_not(None))
            .where(sa.or_(Draft.until_at.is_(None), Draft.until_at > now))
            .order_by(Draft.updated_at.desc())
        )
    )


def _of(email: str) -> sa.ColumnElement[bool]:
    return sa.and_(Draft.email == email.casefold(), Draft.email != "")


def throw_away(session: Session, now: datetime, form: Form) -> None:
    """Empty a form that is not to be sent, and its files. What was typed is gone for good."""
    if form.ref is not None:
        raise Conflict("This form was sent. What it became stays on record.")
    _empty_files(session, now, form)
    drafts.sent(form.draft, now, None)


# --- files --------------------------------------------------------------------------------------------------


def _file_rows(session: Session, form: Form) -> list[Draft]:
    return list(
        session.scalars(
            sa.select(Draft)
            .where(Draft.purpose == FILE, Draft.path == str(form.number), Draft.sealed.is_not(None))
            .order_by(Draft.id)
        )
    )


def files_of(session: Session, form: Form) -> list[KeptFile]:
    """The files added so far."""
    found = []
    for row in _file_rows(session, form):
        values = drafts.values_of(row)
        found.append(KeptFile(row.id, str(values["name"]), int(values["size"])))
    return found


def add_file(session: Session, now: datetime, form: Form, given: FileGiven) -> None:
    """Keep one file with the form, sealed. Raises Invalid for an empty or too large one, and for too many."""
    check([("notification_files", given)])
    if len(_file_rows(session, form)) >= MOST_FILES:
        raise Invalid(
            [Reason(f"Only {MOST_FILES} files can be added. Give the others to the team later.", "notification_files")]
        )
    values = {
        "name": given.name,
        "media_type": given.media_type,
        "size": len(given.content),
        "content": base64.b64encode(given.content).decode(),
    }
    drafts.begin(session, now, FILE, values, user_id=form.draft.user_id, email=form.draft.email, path=str(form.number))


def remove_file(session: Session, now: datetime, form: Form, number: int) -> None:
    """Take a file out again. Raises NotFound where the form has no such file."""
    for row in _file_rows(session, form):
        if row.id == number:
            drafts.sent(row, now, None)
            return
    raise NotFound("That file is not on this form any more.")


def _files_given(session: Session, form: Form) -> list[FileGiven]:
    found = []
    for row in _file_rows(session, form):
        values = drafts.values_of(row)
        found.append(FileGiven(str(values["name"]), base64.b64decode(values["content"]), str(values["media_type"])))
    return found


def _empty_files(session: Session, now: datetime, form: Form) -> None:
    for row in _file_rows(session, form):
        drafts.sent(row, now, form.ref)


# --- sending ------------------------------------------------------------------------------------------------


def settled(way: Way, values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The answers, with those nobody needs to be asked: a form sent by the notifier is in writing, and of today."""
    found = dict(values)
    if way is Way.TEAM:
        return found
    found.update(notified_on=today.isoformat(), csp_aware_on=today.isoformat(), in_writing="yes", told_how="form")
    if way is Way.POLICE:
        found["notifier"] = "police"
    return found


def send(session: Session, actor: Actor, now: datetime, form: Form, values: Mapping[str, Any]) -> str:
    """Send a form, once: gives the reference of the record it became, the first one where it was sent before.

    ``form`` was found with a lock. Raises Invalid with a reason for each answer that is missing or cannot be right.
    """
    if form.ref is not None:
        return form.ref
    today = london_date(now)
    answers = settled(form.way, values, today)
    if given := _files_given(session, form):
        answers["notification_files"] = given
    same = [*form.same_incident, *(ref for ref, said in form.compared.items() if said == "same_incident")]
    done = open_record(session, actor, now, REVIEW, answers, same_incident=dict.fromkeys(same))
    if form.way is Way.TEAM:
        for ref in (ref for ref, said in form.compared.items() if said == "another"):
            take_action(session, actor, now, done.ref, "tell_deaths_apart", {"notification": ref}, today)
    form.draft.submitted_ref = done.ref
    _empty_files(session, now, form)
    _keep_for_another(form, now)
    _tell(session, now, form, done.ref)
    return done.ref


SHARED = ("death_date", "place", "place_address", "address", "area", "csps", "area_certain", "crime_number")
"""What another person who died in the same incident is likely to share: where, when, and the police's number."""


def _keep_for_another(form: Form, now: datetime) -> None:
    """Empty the form, and leave what a second form for the same incident begins with until it is begun, for a day."""
    said = "".join(form.typed.get("other_deaths", []))
    if said != "yes":
        drafts.sent(form.draft, now, form.ref)
        return
    form.typed = {name: value for name, value in form.typed.items() if name.partition("-")[0] in SHARED}
    form.seen = []
    form.keep(now)
    form.draft.until_at = now + timedelta(days=1)


def _tell(session: Session, now: datetime, form: Form, ref: str) -> None:
    """Tell the team that something arrived, and a notifier without an account that it did."""
    if form.way is Way.TEAM:
        return
    record = session.scalars(sa.select(Record).where(Record.ref == ref)).one()
    told = frame(session, record, workflows.get(record.process))
    today = london_date(now)
    for address in addresses(session, record, Party.PARTNERSHIP) or [""]:
        outbox.write(
            session, now, NotificationArrived(**told, received_on=today), to=address, party=Party.PARTNERSHIP,
            dedupe=f"notification-arrived:{ref}:{address}", record_id=record.id,
        )  # fmt: skip
    if form.way is Way.OUTSIDE:
        message = NotificationReceived(**{**told, "link": f"{base_url()}/notify", "choose_link": ""}, received_on=today)
        outbox.write(
            session, now, message, to=form.draft.email, party="notifier",
            dedupe=f"notification-received:{ref}", record_id=record.id,
        )  # fmt: skip

"""Writing to a panel about a meeting: that it takes place, that it was moved, that it does not take place.

An e-mail names nobody and says nothing of the review: reference, day, time and a link. So does the invitation for
calendars that goes with it, to each reader their own. The family is never written to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dardr.casework import outbox
from dardr.casework.calendar_entries import meeting_entry, moves_of
from dardr.casework.fold import done
from dardr.casework.notices import base_url, frame
from dardr.casework.panel import seats_of
from dardr.casework.recipients import Recipients
from dardr.casework.serving import review_of
from dardr.errors import Conflict
from dardr.settings import get_settings
from dardr.storage.bodies import Partnership
from dardr.storage.outbox import OVERTAKEN, QUEUED, WAITING, OutboxMessage
from notifications.icalendar_files import CANCEL, REQUEST, Mailbox, invitation
from notifications.messages_of_meetings import MeetingInvitation
from workflows.answers import stored_date
from workflows.definition import Party, WritesToPanel

if TYPE_CHECKING:
    from dardr.casework.effects import Happening

INVITED_ALREADY = (
    "Everybody on the panel who can be written to was told of this date already. Nothing was sent a second time. A"
    " member added later is invited with this step; another date is set with “Move the meeting, or change where it is”."
)
CHANGED_SINCE = "The meeting was changed or cancelled before this left."
NOBODY = "Nobody on this panel can be written to. Record the members with their e-mail addresses first."


def writes_to_panel(h: Happening, effect: WritesToPanel) -> None:
    """Write down the e-mails about the meeting ``h.record``.

    Raises Conflict where everybody was invited to this date already, or nobody can be written to.
    """
    asked = effect.about == "invited"
    if not asked and "send_invitations" not in done(h.record.facts):
        return
    people, without = _addresses(h)
    moves = moves_of(h.session, [h.record.id])[h.record.id]
    invite = _inviter(h, CANCEL if effect.about == "cancelled" else REQUEST, moves)
    facts = h.record.facts
    on = stored_date(facts.get("meeting_on"))
    if on is None or (not people and not asked):
        return
    if not people:
        raise Conflict(NOBODY)
    message = MeetingInvitation(
        **{**frame(h.session, h.record, h.process), "link": f"{base_url()}/meetings/{h.record.ref}"},
        moved=effect.about == "moved",
        cancelled=effect.about == "cancelled",
        meets_on=on,
        from_time=str(facts.get("starts_at") or ""),
        online=facts.get("held") in ("online", "both"),
    )
    told = "cancelled" if effect.about == "cancelled" else "told"
    after_moves = f":{moves}" if moves else ""  # a meeting moved back to a day it had before is told again
    written = outbox.write_rows(
        h.session,
        [
            outbox.row(
                h.now,
                message,
                to=address,
                party=Party.PANEL,
                dedupe=f"meeting:{h.record.id}:{told}:{on}:{_place(facts)}{after_moves}:{address.lower()}",
                record_id=h.record.id,
                event_id=h.event.id,
                calendar=invite(address),
            )
            for address in people
        ],
    )
    if not asked:
        _take_the_place(h)
    if asked and written == 0:
        raise Conflict(INVITED_ALREADY)
    if without:
        h.warnings.append(f"No e-mail address is recorded for: {'; '.join(without)}. Tell them in another way.")


def _take_the_place(h: Happening) -> None:
    """What was written of this meeting before and has not left yet, as in quiet hours, need not be said any more."""
    h.session.execute(
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.record_id == h.record.id,
            OutboxMessage.message == MeetingInvitation.template,
            OutboxMessage.event_id != h.event.id,
            OutboxMessage.status.in_((QUEUED, WAITING)),
        )
        .values(status=OVERTAKEN, settled_at=h.now, last_error=CHANGED_SINCE)
    )


def _inviter(h: Happening, method: str, moves: int) -> Callable[[str], str | None]:
    """What gives each address its invitation; none where the time of the meeting cannot be read."""
    entry = meeting_entry(h.session, h.record, h.now, moves)
    team = h.session.execute(
        sa.select(Partnership.team_email, Partnership.team_name, Partnership.name).where(
            Partnership.id == h.record.partnership_id
        )
    ).one()
    organizer = Mailbox(team.team_email or get_settings().mail_from, team.team_name or team.name)

    def invite(address: str) -> str | None:
        return invitation(method, entry, h.now, organizer, Mailbox(address)) if entry else None

    return invite


def _place(facts: Any) -> str:
    """What makes a meeting another one to go to: its time, how it is held, and where."""
    return ":".join(str(facts.get(name) or "") for name in ("starts_at", "ends_at", "held", "place"))


def _addresses(h: Happening) -> tuple[list[str], list[str]]:
    """The addresses, each once, and the seats that have none. Nobody with a conflict of interest in the review."""
    people = Recipients(h.session)
    away = people.away(h.record)
    found: dict[str, str] = {}
    without: list[str] = []
    for seat in seats_of(h.session, review_of(h.session, h.record).id):
        if not seat.sitting:
            continue
        addresses = seat.addresses()
        found |= {one.lower(): one for one in addresses if one.lower() not in away}
        if not addresses:
            without.append(seat.label)
    for address in people.addresses(h.record, Party.INDEPENDENT_CHAIR):
        found.setdefault(address.lower(), address)
    return list(found.values()), without

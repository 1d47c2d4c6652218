"""The letter that asks a body for a return, made from the request: the basis, what to secure, every question."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

import workflows
from dardr.access import roles_on
from dardr.actors import Actor
from dardr.casework.documents.reading import Reading, span
from dardr.casework.notices import base_url
from dardr.casework.own_questions import whole
from dardr.casework.serving import review_of
from dardr.errors import Conflict, Forbidden
from dardr.lookups.returns import due_of, return_of, what_is_known
from dardr.storage.bodies import Body
from dardr.systime import london_date
from notifications.render import render_document
from notifications.return_request import ReturnRequest
from workflows.answers import stored_date
from workflows.processes.agency_return_1.stages import FINAL, REVIEW_KINDS
from workflows.processes.agency_return_1.writing import PARTS, WHAT_IS_KNOWN
from workflows.processes.who import CHAIRING

OF_PEOPLE = ("known", "known_people", "first_contact", "last_contact")
FOR_DECISION = ("contact_summary", "concerns_recorded", "risk_assessments", "referrals_made", "records_secured",
                "review_needed", "own_view", "early_learning", "lead_contact")  # fmt: skip


def build_request(session: Session, actor: Actor, now: datetime, ref: str) -> bytes:
    """The Word file of the request of one return, made at ``now`` (UTC). It is sent by a person, never by this.

    Raises NotFound, Forbidden (the team and the chair make it) and Conflict (nothing is asked any more).
    """
    record = return_of(session, actor, ref)
    if not roles_on(session, actor, record) & CHAIRING:
        raise Forbidden("The letter is made by the team or the independent chair.")
    if record.stage in FINAL:
        raise Conflict("Nothing is asked here any more. Ask for it again first; then the letter can be made.")
    reading, facts = Reading(session, record), record.facts
    review = review_of(session, record)
    law = "section 8A" if review.process_key == "dardr-s8a" else "section 9"
    for_review = facts.get("kind") in REVIEW_KINDS
    action = workflows.get(record.process).action("receive_return")
    own = whole(session, record.partnership_id, action, facts).fields[len(action.fields) :]
    terms = [one for one in what_is_known(session, record).terms if one.approved_on is not None]
    asked = (*OF_PEOPLE, *(() if for_review else FOR_DECISION))
    fields = [one for one in WHAT_IS_KNOWN if one.name in asked]
    if facts.get("kind") == "imr":
        fields += PARTS
    elif facts.get("kind") == "summary":
        fields += [one for one in PARTS if one.name in ("involvement", "good_practice", "lessons", "already_done")]
    return render_document(
        ReturnRequest(
            partnership=reading.partnership.name,
            prepared_on=london_date(now),
            demonstration=reading.demonstration,
            ref=record.ref,
            organisation=", ".join(reading.names(Body, [facts.get("body")]).values()),
            kind=reading.label(workflows.get(record.process).opening.key, "kind"),
            for_decision=not for_review,
            requested_on=stored_date(facts.get("requested_on")) or record.opened_on,
            due=due_of(session, record),
            basis=(
                f"Domestic Violence, Crime and Victims Act 2004, {law}",
                "Multi-agency statutory guidance for the conduct of domestic homicide reviews, December 2016,"
                f" section {'7' if for_review else '3'}. Bodies named in the Act have regard to it.",
            ),
            questions=tuple(one.label for one in fields),
            own_questions=tuple(one.label for one in own),
            asked=reading.lines("questions"),
            scope="; ".join(filter(None, (span(one.scope_from, one.scope_to) for one in terms))),
            key_lines=tuple(dict.fromkeys(line for one in terms for line in one.key_lines)) if for_review else (),
            answer_at=f"{base_url()}/returns/{record.ref}",
            contact=", ".join(filter(None, (reading.partnership.team_name, reading.partnership.team_email))),
        ),
        "docx",
    )

"""What goes to the Home Office with a report: the covering letter, and the answers to the points of its last letter."""

from __future__ import annotations

from datetime import date

from dardr.casework.documents.reading import Reading
from dardr.casework.facts import load_items
from dardr.lookups.quality import ANSWERS, POINT, Letter, Submission, parts_of, submissions_of
from dardr.storage.bodies import Csp
from notifications.documents import AnswerToPoint, QaResponse, SubmissionLetter
from workflows.answers import stored_date
from workflows.definition import Item
from workflows.numbered import in_order
from workflows.processes.dardr_s9_1.submission import SUBMITTED, ordinal, pack_of
from workflows.processes.dardr_s9_1.versions import APPROVED

NOT_ENCLOSED = "pack_letter"
"""The covering letter does not list itself."""


def letter_blocked(review: Reading) -> list[str]:
    """Why the covering letter cannot be made yet; empty where it can."""
    signed, sent = review.done.get("sign_off"), review.done.get("send_to_partnership")
    if signed is None or (sent is not None and signed.seq < sent.seq):
        return ["The report is not signed off. The covering letter says who signed it, and when."]
    if not review.text("version"):
        return ["Which version was signed off is not on the record. The letter is in the papers of that time."]
    return []


def submission_letter(review: Reading, today: date) -> SubmissionLetter:
    """The covering letter, made on the London day ``today``: of the pack in hand, or of the one last sent."""
    rounds = submissions_of(review.session, review.record)
    in_hand = review.record.stage in ("drafting", "csp_sign_off")
    last = review.done.get(SUBMITTED)
    pack = pack_of(review.facts, after=last.seq if last else 0) if in_hand else rounds[-1].pack if rounds else {}
    before = rounds if in_hand else rounds[:-1]
    signed = review.done["sign_off"]
    version = review.text("version")
    return SubmissionLetter(
        partnership=review.partnership.name,
        prepared_on=today,
        demonstration=review.demonstration,
        ref=review.record.ref,
        csp=_csps(review),
        number=ordinal(len(before) + 1),
        version=version,
        panel_approved_on=_panel_approved(review, version),
        signed_off_on=signed.occurred_on,
        signed_off_by="Chair of the partnership",
        boards=_boards(review),
        enclosed=tuple((label, which) for label, which in parts_of({**pack, NOT_ENCLOSED: ""}) if which),
        answers_letter_of=before[-1].letter.dated if before and before[-1].letter else None,
        contact=", ".join(filter(None, (review.partnership.team_name, review.partnership.team_email))),
    )


def _csps(review: Reading) -> str:
    return ", ".join(review.names(Csp, review.facts.get("csps")).values())


def _panel_approved(review: Reading, version: str) -> date | None:
    """The day the panel approved the version signed; where it approved an earlier one only, the day of that."""
    said = [e for e in review.facts.get("panel_approvals") or () if e.get("panel_outcome") in APPROVED]
    of_this = [e for e in said if e.get("version") == version] or said
    return stored_date(of_this[-1].get("on")) if of_this else None


def _boards(review: Reading) -> tuple[tuple[str, date], ...]:
    """The other boards that signed the version last sent to the partnership, each with its day."""
    sent = review.done.get("send_to_partnership")
    found: dict[str, date] = {}
    for entry in review.facts.get("partner_sign_offs") or ():
        on = stored_date(entry.get("on"))
        if on is not None and entry.get("seq", 0) > (sent.seq if sent else 0):
            found[str(entry["partner"])] = on
    return tuple(found.items())


def _last_letter(review: Reading) -> tuple[Submission, Letter] | None:
    """The last letter that has points, with the submission it is about."""
    dates = {item.facts.get("letter_dated") for item in _points(review)}
    for one in reversed(submissions_of(review.session, review.record)):
        if one.letter and one.letter.dated and one.letter.dated.isoformat() in dates:
            return one, one.letter
    return None


def _points(review: Reading) -> list[Item]:
    return [
        item
        for item in load_items(review.session, review.record)
        if item.process == POINT and item.stage != "struck_out"
    ]


def response_blocked(review: Reading) -> list[str]:
    """Why the response cannot be made; empty where it can. Points without an answer are printed as such."""
    if _last_letter(review) is None:
        return ["No letter of the Home Office with points is recorded. The response answers them one by one."]
    return []


def qa_response(review: Reading, today: date) -> QaResponse:
    """The response to the last letter that has points, made on the London day ``today``."""
    found = _last_letter(review)
    assert found is not None and found[1].dated is not None
    submission, letter = found
    versions = review.facts.get("versions") or []
    points = [item for item in _points(review) if item.facts.get("letter_dated") == found[1].dated.isoformat()]
    return QaResponse(
        partnership=review.partnership.name,
        prepared_on=today,
        demonstration=review.demonstration,
        ref=review.record.ref,
        csp=_csps(review),
        letter_dated=found[1].dated,
        letter_reference=letter.reference,
        submission=submission.ordinal,
        version=str(versions[-1]["version"]) if versions else "",
        answers=tuple(
            _answer(item) for item in sorted(points, key=lambda one: in_order(str(one.facts.get("point_number") or "")))
        ),
    )


def _answer(item: Item) -> AnswerToPoint:
    def said(name: str) -> str:
        return str(item.facts.get(name) or "") if item.stage != "open" else ""

    return AnswerToPoint(
        number=str(item.facts.get("point_number") or ""),
        point=str(item.facts.get("point") or ""),
        answer=ANSWERS.get(said("answer"), ""),
        how=said("answer_how"),
        where=said("where_in_report"),
        version=said("changed_in"),
    )

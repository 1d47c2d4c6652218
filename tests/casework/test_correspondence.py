"""E-mails and calls on a record: one entry each, names kept apart, filed once, and refused with a sentence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework.audit import verify
from dardr.casework.files import FileGiven, content
from dardr.casework.integrity import facts_match
from dardr.errors import Conflict, DardrError, Forbidden, Invalid
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.people import User
from dardr.storage.reviews import EventValues, IdentityValues
from tests import builders, given_files
from tests.builders import a_review
from tests.casework.rows import everything
from tests.mails import SENT, eml
from tests.outlook_files import outlook

DAY = SENT.date()
PDF = given_files.pdf()


def in_july(database: Database, at: str = "evidence") -> builders.Case:
    case = a_review(database, at)
    case.today = max(case.today, DAY + timedelta(days=3))
    return case


def file(case: builders.Case, raw: bytes, **more: Any) -> int:
    """File a message; the number of its entry."""
    values = {"message": FileGiven("Zephyrine's e-mail.eml", raw, "message/rfc822"), **more.pop("values", {})}
    case.act("file_correspondence", values, on=more.pop("on", DAY), **more)
    return case.record(more.get("ref")).last_seq


def test_an_email_becomes_a_dated_entry_with_its_attachments(database: Database) -> None:
    case = in_july(database)
    file(case, eml(attachments=[("Zephyrine timeline.pdf", PDF), ("b.txt", b"b"), ("empty.txt", b"")]))
    event, values = case.events()[-1]
    assert event.occurred_on == DAY
    assert values.after is not None
    assert values.after | {"sent_at": ""} == {
        "direction": "received", "body": "mereshire-police", "with_whom": "police", "attachment_count": 2,
        "sent_at": "",
    }  # fmt: skip
    assert values.after["sent_at"].startswith("2026-07-14T14:05")
    with database.read() as session:
        kept = session.get(IdentityValues, event.id)
        assert kept is not None and kept.after is not None
        assert kept.after["subject"] == "About the Zephyrine family"
        assert kept.after["sender"] == "Detective Example <d.example@mereshire-police.example>"
        rows = session.scalars(
            sa.select(StoredFile).where(StoredFile.event_id == event.id).order_by(StoredFile.id)
        ).all()
        assert [row.field for row in rows] == ["message", "attachments", "attachments"]
        assert [content(row) for row in rows[1:]] == [PDF, b"b"]
        assert rows[0].source_id == "1@mereshire-police.example" and rows[1].source_id is None
        assert verify(session)["ok"]
        assert list(facts_match(session, case.today)) == []


def test_an_attachment_that_could_do_harm_stays_inside_the_email(database: Database) -> None:
    """Nothing of an e-mail is lost: what cannot be opened is kept as it came, a program is only not taken out."""
    case = in_july(database)
    locked, torn = given_files.pdf("secret"), given_files.docx()[:-300]
    raw = eml(attachments=[("a.pdf", given_files.PROGRAM), ("b.pdf", locked), ("c.docx", torn), ("d.pdf", PDF)])
    values = {"message": FileGiven("Zephyrine.eml", raw)}
    done = case.act("file_correspondence", values, on=DAY)
    event, values = case.events()[-1]
    assert values.after is not None
    assert values.after["attachment_notes"] == [
        "Attachment 1 of 4 is a program, whatever its name says. It is left inside the e-mail.",
        "Attachment 2 of 4 is protected by a password. It is kept as it came.",
        "Attachment 3 of 4 cannot be opened: it is damaged or cut off. It is kept as it came.",
    ]
    assert done.warnings[0].startswith("Attachment 1 of 4 is a program") and "ephyrine" not in done.warnings[0]
    assert values.after["attachment_count"] == 4
    with database.read() as session:
        rows = session.scalars(sa.select(StoredFile).where(StoredFile.event_id == event.id).order_by(StoredFile.id))
        assert [content(row) for row in rows] == [raw, locked, torn, PDF]


def test_no_name_of_an_email_reaches_the_facts_or_the_history(database: Database) -> None:
    case = in_july(database)
    file(case, eml(attachments=[("Zephyrine.pdf", PDF)]))
    file(case, outlook(subject="Zephyrine", sender=("Zephyrine", "z@x.example"), body="Zephyrine", sent=SENT))
    with database.read() as session:
        plain = [str(row.after) + str(row.before) for row in session.scalars(sa.select(EventValues))]
    assert not [text for text in plain if "ephyrine" in text or "d.example" in text]
    assert "ephyrine" not in str(case.record().facts)


def test_the_same_email_is_filed_once_on_a_record(database: Database) -> None:
    case = in_july(database)
    entry = file(case, eml())
    before = everything(database)
    with pytest.raises(Conflict, match=f"on {case.ref} already: filed on .* as entry {entry}"):
        file(case, eml(subject="With another subject"))
    assert everything(database) == before
    file(case, eml(message_id="<2@mereshire-police.example>"))
    other = a_review(database, "screening")
    other.today = case.today
    file(other, eml())


def test_an_email_without_a_message_id_is_known_by_its_content(sqlite_database: Database) -> None:
    case = in_july(sqlite_database)
    file(case, eml(message_id=""))
    with pytest.raises(Conflict, match="already"):
        file(case, eml(message_id=""))
    file(case, eml(message_id="", body="Other words."))
    file(case, eml(message_id="<" + "x" * 400 + "@x.example>"))


@pytest.mark.parametrize(
    ("sender", "to", "guess"),
    [
        ("contact@mereshire-nhs.example", "team@mereshire.example", ("received", "mereshire-nhs")),
        ("Anybody <other@MERESHIRE-NHS.example>", "team@mereshire.example", ("received", "mereshire-nhs")),
        ("team@mereshire.example", "lead@northmere-council.example", ("sent", "northmere-council")),
        ("colleague@mereshire.example", "x@mereshire-nhs.example, y@mereshire-police.example", ("sent", None)),
        ("somebody@gmail.com", "team@mereshire.example", ("received", None)),
        ("", "team@mereshire.example", (None, None)),
    ],
)
def test_which_way_and_with_which_body_is_worked_out(
    sqlite_database: Database, sender: str, to: str, guess: tuple[str | None, str | None]
) -> None:
    case = in_july(sqlite_database)
    file(case, eml(sender=sender, to=to))
    entry = case.record().facts["correspondence"][-1]
    assert (entry.get("direction"), entry.get("body")) == guess


def test_an_address_two_bodies_share_tells_nothing(sqlite_database: Database) -> None:
    from dardr.storage.bodies import Body, BodyContact

    with sqlite_database.write() as session:
        nhs = session.scalars(sa.select(Body.id).where(Body.key == "mereshire-nhs")).one()
        session.add(BodyContact(body_id=nhs, email="desk@shared.example"))
        police = session.scalars(sa.select(Body.id).where(Body.key == "mereshire-police")).one()
        session.add(BodyContact(body_id=police, email="front@shared.example"))
    case = in_july(sqlite_database)
    file(case, eml(sender="somebody@shared.example"))
    assert "body" not in case.record().facts["correspondence"][-1]
    file(case, eml(sender="front@shared.example", message_id="<9@x>"))
    assert case.record().facts["correspondence"][-1]["body"] == "mereshire-police"


def test_what_people_say_goes_before_what_was_worked_out(sqlite_database: Database) -> None:
    case = in_july(sqlite_database)
    entry = file(case, eml(), values={"direction": "sent", "body": "mereshire-nhs", "about": "The dates of a meeting"})
    kept = case.record().facts["correspondence"][-1]
    assert (kept["direction"], kept["body"], kept["about"]) == ("sent", "mereshire-nhs", "The dates of a meeting")
    case.act("describe_correspondence", {"entry": str(entry), "direction": "received", "with_whom": "coroner"})
    assert case.record().facts["correspondence_described"][-1]["with_whom"] == "coroner"


@pytest.mark.parametrize("entry", ["1", "999", "x"])
def test_only_an_email_can_be_said_more_about(sqlite_database: Database, entry: str) -> None:
    case = in_july(sqlite_database)
    with pytest.raises(Conflict, match="No e-mail is filed here yet"):
        case.act("describe_correspondence", {"entry": "1"})
    file(case, eml())
    with pytest.raises(Invalid, match="filed no e-mail|not a whole number"):
        case.act("describe_correspondence", {"entry": entry, "with_whom": "police"})


def test_what_the_message_says_cannot_be_typed(sqlite_database: Database) -> None:
    case = in_july(sqlite_database)
    file(case, eml(), values={"subject": "Typed", "message_id": "<typed>", "attachment_count": "77"})
    entry = case.record().facts["correspondence"][-1]
    assert entry["attachment_count"] == 0
    with pytest.raises(Conflict):
        file(case, eml())


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04 not a message", "it is not an e-mail"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 torn", "it cannot be read"),
        (b"x" * (50 * 1024 * 1024 + 1), "larger than 50 MB"),
    ],
)
def test_a_file_that_is_no_message_is_refused_and_nothing_is_kept(
    sqlite_database: Database, raw: bytes, why: str
) -> None:
    case = in_july(sqlite_database)
    before = everything(sqlite_database)
    with pytest.raises(Invalid, match=why):
        file(case, raw)
    with pytest.raises(Invalid, match="Add the e-mail as a file"):
        case.act("file_correspondence", {})
    assert everything(sqlite_database) == before


def test_a_message_dated_after_today_has_no_date_to_believe(sqlite_database: Database) -> None:
    case = in_july(sqlite_database)
    file(case, eml(sent=SENT + timedelta(days=400)), on=case.today)
    assert "sent_at" not in case.record().facts["correspondence"][-1]


def test_an_email_is_filed_on_a_return_and_a_call_noted_there(sqlite_database: Database) -> None:
    case = in_july(sqlite_database, "evidence")
    case.act("request_returns", {"bodies": ["mereshire-nhs"], "kind": "imr"})
    (ref,) = case.opened("agency-return")
    file(case, eml(sender="contact@mereshire-nhs.example"), ref=ref)
    case.act(
        "note_call", {"with_whom": "agency", "call_direction": "sent", "note": "The draft comes on Friday."}, ref=ref
    )
    facts = case.record(ref).facts
    assert facts["calls"][0]["note"] == "The draft comes on Friday."
    assert facts["correspondence"][0]["body"] == "mereshire-nhs"


@pytest.mark.parametrize("person", ["auditor", "police_liaison", "agency_contact"])
def test_others_may_file_no_email(sqlite_database: Database, person: str) -> None:
    case = in_july(sqlite_database)
    with pytest.raises(DardrError) as refused:
        file(case, eml(), by=person)
    assert refused.value.status in (403, 404)


def test_a_call_is_noted_on_a_review_that_has_ended(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "concluded")
    case.act("note_call", {"with_whom": "family", "call_direction": "received", "note": "A question was answered."})
    case.act("note_call", {"with_whom": "family", "call_direction": "received", "note": "Again.", "follow_up": "yes"})
    with pytest.raises(Invalid, match="What was said"):
        case.act("note_call", {"with_whom": "family", "call_direction": "received"})
    with pytest.raises(Forbidden):
        case.act("note_call", {"with_whom": "x", "note": "x"}, by="auditor")
    assert case.stage == "concluded"
    assert len(case.record().facts["calls"]) == 2


def test_our_own_people_are_known_whatever_their_address(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        session.execute(
            sa.update(User).where(User.email == builders.address("case_manager")).values(email="alex@elsewhere.example")
        )
    case = builders.open_a(
        sqlite_database, "dardr-s9", builders.notification(date(2026, 7, 1)), on=date(2026, 7, 1), by="team_manager"
    )
    case.today = DAY
    file(case, eml(sender="alex@elsewhere.example", to="lead@mereshire-fire.example"), by="team_manager")
    entry = case.record().facts["correspondence"][-1]
    assert (entry["direction"], entry["body"], entry["with_whom"]) == ("sent", "mereshire-fire", "agency")

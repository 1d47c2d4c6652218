"""All updates of an agency in one sitting: each row counts by itself, and nothing typed is lost."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.casework import four_eyes
from dardr.casework.update_rounds import go_on
from dardr.storage.bodies import Partnership
from dardr.storage.doors import ForSignOff
from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, EventValues, Record
from tests.builders import Case, a_review, address, at_ten
from tests.scanner import SIGNATURE, a_scanner
from tests.web.conftest import Browser, dated, signed_in
from tests.web.test_update_rounds import planned

TODAY = dated("_on", "2026-08-03")


def an_action(case: Case, text: str, body: str = "northmere-council") -> str:
    """An action of the plan, agreed and under way."""
    ref = case.act(
        "add_action",
        {"action_text": text, "lead_body": body, "plan_source": "panel", "scope": "local"},
    ).created[0]
    case.act(
        "agree",
        {"target_date": "2026-09-30", "outcome_measure": "An audit.", "agreed_by": "Head of service"},
        ref=ref,
    )
    case.act("start_work", {}, ref=ref)
    return ref


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "evidence", on=date(2026, 5, 4))


@pytest.fixture
def contact(case: Case, app: Flask) -> Browser:
    return signed_in(app, "agency_contact")


def rows_of(case: Case, refs: list[str]) -> list[str]:
    """The numbers with which the names of each action's questions end."""
    return [str(case.record(ref).id) for ref in refs]


def ask_for_four_eyes(database: Database) -> None:
    with database.write() as session:
        home = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        home.settings = {**(home.settings or {}), four_eyes.SETTING: True}


def test_one_action_is_reported_done_with_three_answers(case: Case, contact: Browser) -> None:
    ref = an_action(case, "Train triage staff")
    (key,) = rows_of(case, [ref])
    page = contact.get(f"/agency/updates?only={ref}")
    told: dict[str, Any] = {
        f"how-{key}": "done",
        f"words-{key}": "Eleven of twelve sampled calls were handled as taught.",
        f"file-{key}": (io.BytesIO(b"Audit of calls"), "audit.txt"),
    }
    answer = contact.send("/agency/updates", page, **told, **{f"grade-{key}": "audit"})
    assert answer.status_code == 303, answer.text
    receipt = contact.get(answer.headers["Location"])
    assert "This is recorded" in receipt.text and ref in receipt.text
    record = case.record(ref)
    assert record.stage == "complete_claimed"
    assert record.facts["impact"].startswith("Eleven")
    assert record.facts["evidence_grade"] == "audit"
    assert "Waiting for others" in contact.get("/agency").text


def test_of_ten_rows_one_is_refused_by_name_and_the_rest_goes_through(
    case: Case, contact: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [an_action(case, f"Action number {n}") for n in range(10)]
    keys = rows_of(case, refs)
    page = contact.get("/agency/updates")
    told: dict[str, Any] = {f"how-{key}": "on_track" for key in keys[:8]}
    told |= {
        f"how-{keys[8]}": "delayed",
        f"words-{keys[8]}": "The trainer left.",
        **dated(f"date-{keys[8]}", "2026-12-01"),
    }
    told |= {
        f"how-{keys[9]}": "done",
        f"words-{keys[9]}": "Everybody was trained.",
        f"file-{keys[9]}": (io.BytesIO(SIGNATURE), "evidence.txt"),
    }
    with a_scanner() as scanner:
        monkeypatch.setenv("DARDR_CLAMD", scanner.where)
        answer = contact.send("/agency/updates", page, **told)
    assert answer.status_code == 422
    assert f"{refs[9]}: This file carries a virus" in answer.text
    assert "9 updates are recorded" in answer.text
    assert "Everybody was trained." in answer.text
    assert [len(case.record(ref).facts.get("updates") or []) for ref in refs] == [1] * 9 + [0]
    assert case.record(refs[8]).facts["updates"][0]["suggested_date"] == "2026-12-01"
    assert case.record(refs[9]).stage == "in_progress"


def test_only_what_is_filled_in_is_sent_and_words_alone_are_asked_about(case: Case, contact: Browser) -> None:
    refs = [an_action(case, text) for text in ("First", "Second")]
    keys = rows_of(case, refs)
    page = contact.get("/agency/updates")
    assert contact.send("/agency/updates", page).status_code == 422
    answer = contact.send("/agency/updates", page, **{f"words-{keys[0]}": "It goes well."})
    assert answer.status_code == 422
    assert f"{refs[0]}: Choose how it is going" in answer.text and "It goes well." in answer.text
    assert not case.record(refs[1]).facts.get("updates")


def test_two_people_of_an_agency_at_one_action(case: Case, contact: Browser, app: Flask) -> None:
    ref = an_action(case, "Train triage staff")
    (key,) = rows_of(case, [ref])
    lead = signed_in(app, "agency_lead")
    pages = [one.get(f"/agency/updates?only={ref}") for one in (contact, lead)]
    sent = lead.send("/agency/updates", pages[1], **{f"how-{key}": "on_track", f"words-{key}": "From the lead."})
    assert sent.status_code == 303
    again = contact.send("/agency/updates", pages[0], **{f"how-{key}": "on_track", f"words-{key}": "From me."})
    assert again.status_code == 422
    assert "This record has changed since you opened it" in again.text and "From me." in again.text
    assert "This changed while you had the page open" in again.text
    assert (
        contact.send("/agency/updates", again, **{f"how-{key}": "on_track", f"words-{key}": "From me."}).status_code
        == 303
    )
    assert [one["progress"] for one in case.record(ref).facts["updates"]] == ["From the lead.", "From me."]


def test_half_a_sitting_is_saved_and_found_again_by_its_writer_alone(
    case: Case, contact: Browser, app: Flask, database: Database
) -> None:
    refs = [an_action(case, text) for text in ("First", "Second")]
    keys = rows_of(case, refs)
    page = contact.get("/agency/updates")
    sent = contact.send(
        "/agency/updates", page, save="yes", **{f"how-{keys[0]}": "on_track", f"words-{keys[0]}": "Half."}
    )
    assert sent.status_code == 303
    assert "You began your updates" in contact.get("/agency").text
    assert not case.record(refs[0]).facts.get("updates")
    with database.read() as session:
        sealed = session.scalars(sa.select(Draft.sealed).where(Draft.purpose == "agency-updates")).one()
    assert sealed is not None and b"Half." not in sealed
    assert "Half." not in signed_in(app, "agency_lead").get("/agency/updates").text
    later = contact.get("/agency/updates")
    assert "Half." in later.text and "This is what you saved" in later.text
    contact.send("/agency/updates", later, **{f"how-{keys[0]}": "on_track", f"words-{keys[0]}": "Whole."})
    assert "You began your updates" not in contact.get("/agency").text


def test_what_is_typed_when_the_session_ends_is_kept(case: Case, contact: Browser, clock: Any) -> None:
    ref = an_action(case, "Train triage staff")
    (key,) = rows_of(case, [ref])
    page = contact.get(f"/agency/updates?only={ref}")
    clock("2026-08-03T10:30")
    sent = contact.send("/agency/updates", page, **{f"how-{key}": "on_track", f"words-{key}": "Not lost."})
    assert sent.status_code == 302 and "/sign-in" in sent.headers["Location"]
    contact.sign_in("agency_contact")
    kept = contact.get("/kept-forms")
    assert "/agency/updates" in kept.text
    address_of = kept.text.split('href="/agency/updates')[1].split('"')[0].replace("&amp;", "&")
    assert "Not lost." in contact.get("/agency/updates" + address_of).text


def test_no_other_agency_updates_or_reads_a_receipt(
    case: Case, contact: Browser, app: Flask, database: Database
) -> None:
    ref = an_action(case, "Train triage staff")
    (key,) = rows_of(case, [ref])
    page = contact.get(f"/agency/updates?only={ref}")
    contact.send("/agency/updates", page, **{f"how-{key}": "on_track"})
    with database.read() as session:
        event = session.scalars(sa.select(AuditEvent.id).where(AuditEvent.action == "record_update")).one()
    other = signed_in(app, "other_agency_contact")
    assert ref not in other.get(f"/agency/receipt?e={event}").text
    assert ref not in other.get(f"/agency/updates?only={ref}").text
    assert other.get("/agency/updates?body=northmere-council").status_code == 404


# --- four eyes --------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(case: Case, contact: Browser, database: Database) -> tuple[str, int]:
    """An action of which a contact has written something that waits for the lead: its reference and the number."""
    ref = an_action(case, "Train triage staff")
    (key,) = rows_of(case, [ref])
    ask_for_four_eyes(database)
    page = contact.get(f"/agency/updates?only={ref}")
    answer = contact.send(
        "/agency/updates", page,
        **{f"how-{key}": "done", f"words-{key}": "All were trained.",
           f"file-{key}": (io.BytesIO(b"The audit"), "audit.txt")},
    )  # fmt: skip
    assert answer.status_code == 303
    assert "Your lead has it now" in contact.get(answer.headers["Location"]).text
    with database.read() as session:
        row = session.scalars(sa.select(ForSignOff)).one()
        assert row.sealed is not None and b"All were trained." not in row.sealed
        return ref, row.id


def test_what_a_contact_writes_waits_for_the_lead_who_takes_the_step(
    case: Case, contact: Browser, app: Flask, database: Database, waiting: tuple[str, int]
) -> None:
    ref, number = waiting
    assert case.record(ref).stage == "in_progress"
    with database.read() as session:
        asked = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "sign_off_wanted")).all()
    assert {one.recipient for one in asked} >= {address("agency_lead")} | {"lead@northmere-council.example"} or asked
    assert "Waits for your lead" in contact.get("/agency").text
    assert contact.get("/agency/sign-off").status_code == 403
    lead = signed_in(app, "agency_lead")
    assert "Look and sign off" in lead.get("/agency").text
    page = lead.get("/agency/sign-off")
    assert "All were trained." in page.text and "Lane Example" in page.text and "Reported complete" in page.text
    assert lead.get(f"/agency/written/{number}/files/evidence_file").data == b"The audit"
    answer = lead.send(f"/agency/written/{number}/sign-off", page)
    assert answer.status_code == 303, answer.text
    assert case.record(ref).stage == "complete_claimed"
    with database.read() as session:
        event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "claim_complete")).one()
        values = session.scalars(sa.select(EventValues).where(EventValues.event_id == event.id)).one()
        row = session.get_one(ForSignOff, number)
        assert event.actor_name == "Marlow Example" and (values.after or {})["_written_by"] == "Lane Example"
        assert row.event_id == event.id and row.sealed is None
    assert "written by Lane Example" in signed_in(app, "case_manager").get(f"/records/{ref}/timeline").text
    assert lead.send(f"/agency/written/{number}/sign-off", page).status_code == 409


def test_a_lead_sends_back_and_the_writer_finds_the_form_filled(
    case: Case, contact: Browser, app: Flask, waiting: tuple[str, int]
) -> None:
    ref, number = waiting
    lead = signed_in(app, "agency_lead")
    page = lead.get("/agency/sign-off")
    assert lead.send(f"/agency/written/{number}/send-back", page, said="").status_code == 422
    assert lead.send(f"/agency/written/{number}/send-back", page, said="Which audit?").status_code == 303
    home = contact.get("/agency")
    assert "Your lead asks for a change" in home.text
    written = contact.get(f"/agency/written/{number}")
    assert "Which audit?" in written.text
    form = contact.get(f"/agency/updates?only={ref}&written={number}")
    assert "All were trained." in form.text and 'value="done" checked' in form.text.replace("  ", " ")
    assert case.record(ref).stage == "in_progress"


def test_a_record_that_changed_is_shown_before_it_is_signed_off(
    case: Case, app: Flask, waiting: tuple[str, int]
) -> None:
    ref, number = waiting
    lead = signed_in(app, "agency_lead")
    page = lead.get("/agency/sign-off")
    case.today = date(2026, 8, 3)
    case.act("agree_new_date", {"clock": "action_due", "new_date": "2026-11-30", "reason": "Asked."}, ref=ref)
    refused = lead.send(f"/agency/written/{number}/sign-off", page)
    assert refused.status_code == 409
    assert "The record changed since this was written" in refused.text and "Record an agreed date" in refused.text
    assert case.record(ref).stage == "in_progress"
    assert lead.send(f"/agency/written/{number}/sign-off", refused).status_code == 303
    assert case.record(ref).stage == "complete_claimed"


def test_the_step_cannot_be_taken_past_the_lead_and_a_lead_needs_nobody(
    case: Case, contact: Browser, app: Flask, database: Database
) -> None:
    ref = an_action(case, "Train triage staff")
    ask_for_four_eyes(database)
    page = contact.get(f"/records/{ref}/do/record_update")
    answer = contact.send(f"/records/{ref}/do/record_update", page, progress="By the long way.", **TODAY)
    assert answer.status_code == 303 and "/agency/written/" in answer.headers["Location"]
    assert not case.record(ref).facts.get("updates")
    lead = signed_in(app, "agency_lead")
    page = lead.get(f"/records/{ref}/do/record_update")
    assert lead.send(f"/records/{ref}/do/record_update", page, progress="By the lead.", **TODAY).status_code == 303
    assert [one["progress"] for one in case.record(ref).facts["updates"]] == ["By the lead."]


def test_another_agency_neither_reads_nor_signs_what_waits(
    app: Flask, waiting: tuple[str, int], database: Database
) -> None:
    _, number = waiting
    other = signed_in(app, "other_agency_contact")
    assert other.get(f"/agency/written/{number}").status_code == 404
    assert other.get(f"/agency/written/{number}/files/evidence_file").status_code == 404
    with database.read() as session:
        assert session.scalars(sa.select(User.id).where(User.email == address("other_agency_contact"))).one()


# --- a round for the Steering Group -------------------------------------------------------------------------


def test_a_sitting_answers_the_round_of_updates(
    case: Case, contact: Browser, manager: Browser, database: Database, clock: Any
) -> None:
    ref = an_action(case, "Train triage staff")
    planned(manager)
    clock("2026-08-20T11:00")
    go_on(database, at_ten(date(2026, 8, 20)))
    contact.sign_in("agency_contact")
    page = contact.get("/agency/updates")
    assert "all our updates for the Steering Group" in page.text and "Thursday 17 September 2026" in page.text
    (key,) = rows_of(case, [ref])
    sent = contact.send("/agency/updates", page, **{f"how-{key}": "on_track", "all": "yes"})
    assert sent.status_code == 303, sent.text
    receipt = contact.get(sent.headers["Location"])
    assert "Say that these are all our updates" in receipt.text
    with database.read() as session:
        (request,) = session.scalars(sa.select(Record).where(Record.process_key == "update-request"))
        assert (request.stage, request.facts["lines"]) == ("returned", 1)
    assert "all our updates for" not in contact.get("/agency/updates").text

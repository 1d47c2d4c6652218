"""A death is notified: one thing per page, saved after each, sent once; by the team, the police, and from outside."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from dardr.casework import notifiers
from dardr.storage.bodies import Csp, Partnership
from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, EventValues, IdentityValues, Record, RecordLink
from dardr.web import notification_form as asked
from tests.builders import a_review, address
from tests.web.conftest import Browser, application, dated, signed_in

TYPED: dict[str, dict[str, Any]] = {
    "name": {"person_name": "Quintessa Unlikely", "age": "34"},
    "date": {"death_date": "2026-07-29", "manner": "homicide"},
    "known": {"circumstances": "Words that <b>took</b> time."},
    "lived": {"area": "Northmere", "csps": ["northmere"]},
    "relationship": {"relationship": "intimate_partner", "suspected_status": "charged"},
}
BY_TEAM: dict[str, dict[str, Any]] = {
    "who": {"notifier": "health", "notifier_organisation": "Mereshire NHS Trust"},
    "when": {
        "told_how": "email",
        **dated("notified_on", "2026-07-31"),
        **dated("csp_aware_on", "2026-07-30"),
        "in_writing": "yes",
    },
    **TYPED,
}


def visible_text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def begin(browser: Browser) -> str:
    """Start a form while signed in; the address of its list of parts."""
    answer = browser.send("/notify/begin", browser.get("/notify"))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def fill(browser: Browser, at: str, pages: dict[str, dict[str, Any]]) -> TestResponse:
    """Send several pages; the answer to the last."""
    answer = browser.get(at)
    for key, fields in pages.items():
        answer = browser.send(f"{at}/questions/{key}", **fields)
        assert answer.status_code == 303, visible_text(answer.text)
    return answer


def send(browser: Browser, at: str) -> str:
    """Send the form; the reference it got."""
    answer = browser.send(f"{at}/check")
    assert answer.status_code == 303, visible_text(answer.text)
    assert answer.headers["Location"] == f"{at}/sent"
    found = re.search(r"DARDR-\d{4}-\d{3}", browser.get(f"{at}/sent").text)
    assert found
    return found[0]


def record(database: Database, ref: str) -> Record:
    with database.read() as session:
        return session.scalars(sa.select(Record).where(Record.ref == ref)).one()


def identity(database: Database, ref: str) -> dict[str, Any]:
    with database.read() as session:
        rows = session.scalars(
            sa.select(IdentityValues.after).join(Record, Record.id == IdentityValues.record_id).where(Record.ref == ref)
        )
        return {name: value for row in rows for name, value in (row or {}).items()}


def how_many(database: Database, table: Any = Record) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def mails(database: Database, message: str) -> list[OutboxMessage]:
    with database.read() as session:
        return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == message)))


# --- the questions ------------------------------------------------------------------------------------------


def test_every_question_of_the_notification_is_on_a_page_or_left_out_for_a_reason() -> None:
    names = [f.name for f in asked.action().fields]
    on_pages = {name for page in asked.PAGES for name in page.names}
    assert set(names) == on_pages | set(asked.NOT_ASKED)
    assert not on_pages & set(asked.NOT_ASKED)
    assert {page.section for page in asked.PAGES} == {key for key, _ in asked.SECTIONS}


@pytest.mark.parametrize("way", list(asked.Way))
def test_no_question_is_asked_twice_on_one_way(way: asked.Way) -> None:
    names = [name for page in asked.PAGES if way in page.ways for name in page.names]
    assert len(names) == len(set(names))


def test_everything_that_tells_who_somebody_was_is_kept_apart() -> None:
    apart = {f.name for f in asked.action().fields if f.identity}
    assert apart >= {
        "person_name", "other_names", "date_of_birth", "address", "place_address", "suspected_name",
        "suspected_date_of_birth", "children_names", "children_now", "next_of_kin", "safe_contact", "crime_number",
        "senior_investigating_officer", "family_liaison_officer", "coroner", "notifier_name", "notifier_email",
        "notifier_telephone",
    }  # fmt: skip


# --- the team -----------------------------------------------------------------------------------------------


def test_the_start_page_is_for_everyone_and_says_where_help_is(anyone: Browser) -> None:
    page = anyone.get("/notify")
    assert page.status_code == 200
    text = visible_text(page.text)
    assert "ring 999" in text and "0808 2000 247" in text and "Exit this page quickly" in text
    assert "Start without an account" in text
    assert 'href="mailto:team@mereshire.example"' in page.text, "a relative finds whom to write to"


def test_the_team_notifies_page_by_page(either_database: Database, tmp_path: Path) -> None:
    manager = signed_in(application(either_database, tmp_path), "case_manager")
    at = begin(manager)
    assert "Not started yet" in manager.get(at).text
    fill(manager, at, BY_TEAM)
    page = visible_text(manager.get(f"{at}/check").text)
    assert "Quintessa Unlikely" in page and "Words that &lt;b&gt;took&lt;/b&gt; time." in page
    assert "29 July 2026" in page and "Northmere Community Safety Partnership" in page
    ref = send(manager, at)
    kept = record(either_database, ref)
    assert kept.stage == "notified" and kept.opened_on.isoformat() == "2026-07-31"
    assert kept.facts["notifier"] == "health" and kept.facts["told_how"] == "email"
    assert "person_name" not in kept.facts and identity(either_database, ref)["person_name"] == "Quintessa Unlikely"
    assert f"/reviews/{ref}" in manager.get(f"{at}/sent").text
    with either_database.read() as session:
        drafts = session.scalars(sa.select(Draft)).all()
    assert [(d.submitted_ref, d.sealed) for d in drafts] == [(ref, None)]


def test_what_is_typed_is_kept_sealed_on_another_day(
    manager: Browser, database: Database, clock: Callable[[str], None]
) -> None:
    at = begin(manager)
    fill(manager, at, {"name": TYPED["name"]})
    with database.read() as session:
        sealed = session.scalars(sa.select(Draft.sealed)).one()
    assert sealed and b"Quintessa" not in sealed
    clock("2026-08-20T10:00")
    manager.sign_in("case_manager")
    assert 'value="Quintessa Unlikely"' in manager.get(f"{at}/questions/name").text
    assert at in manager.get("/notify").text and f'href="{at}"' in manager.get("/").text
    listed = manager.get(at).text
    assert "In progress" in listed


def test_leaving_a_page_half_done_is_no_fault_but_sending_says_what_is_needed(manager: Browser) -> None:
    at = begin(manager)
    fill(manager, at, {"who": {}, "name": {"person_name": "Q"}})
    assert "Completed" not in manager.get(at).text
    answer = manager.send(f"{at}/check")
    assert answer.status_code == 422
    text = visible_text(answer.text)
    assert "Who notified the partnership? This is needed." in text
    for key, field in (("who", "notifier"), ("when", "notified_on-day"), ("name", "age"), ("date", "death_date")):
        assert f'href="{at}/questions/{key}#{field}"' in answer.text


def test_save_and_come_back_later_goes_to_the_list_whatever_is_typed(manager: Browser) -> None:
    at = begin(manager)
    answer = manager.send(f"{at}/questions/name", age="thirty", _later="yes")
    assert answer.status_code == 303 and answer.headers["Location"] == at
    assert 'value="thirty"' in manager.get(f"{at}/questions/name").text


def test_an_answer_that_cannot_be_read_is_kept_and_explained(manager: Browser) -> None:
    at = begin(manager)
    answer = manager.send(f"{at}/questions/name", person_name="Kept", age="thirty")
    assert answer.status_code == 422 and "“thirty” is not a whole number" in visible_text(answer.text)
    assert 'value="Kept"' in answer.text and 'href="#age"' in answer.text
    assert 'value="Kept"' in manager.get(f"{at}/questions/name").text


def test_a_day_after_today_is_refused_on_its_page_and_a_past_one_is_taken(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fields = {**BY_TEAM["when"], **dated("notified_on", "2026-08-04")}
    answer = manager.send(f"{at}/questions/when", **fields)
    assert answer.status_code == 422 and "this day is after today" in visible_text(answer.text)
    fields = {**BY_TEAM["when"], **dated("notified_on", "2026-03-30"), **dated("csp_aware_on", "2026-03-29")}
    fill(manager, at, {**BY_TEAM, "when": fields, "date": {"death_date": "2026-03", "manner": "suicide"}})
    assert record(database, send(manager, at)).opened_on.isoformat() == "2026-03-30"


@pytest.mark.parametrize("children", ["0", ""])
def test_without_children_nothing_more_is_asked_of_them(manager: Browser, children: str) -> None:
    at = begin(manager)
    more = {"children_under_18--unknown": "not_applicable"} if not children else {}
    answer = fill(manager, at, {"children": {"children_under_18": children, **more}})
    assert answer.headers["Location"] == at
    answer = fill(manager, at, {"children": {"children_under_18": "2"}})
    assert answer.headers["Location"] == f"{at}/questions/their-safety"


def test_answers_of_pages_no_longer_asked_are_not_sent(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fill(manager, at, BY_TEAM)
    fill(manager, at, {"children": {"children_under_18": "2"}, "their-safety": {"children_names": "Fictional, 4"}})
    fill(manager, at, {"children": {"children_under_18": "0"}})
    ref = send(manager, at)
    assert "children_names" not in identity(database, ref) and record(database, ref).facts["children_under_18"] == 0


def test_a_suspected_suicide_has_no_suspect_in_its_words(manager: Browser) -> None:
    at = begin(manager)
    fill(manager, at, {"date": {"death_date": "2026-07-29", "manner": "suicide"}})
    page = visible_text(manager.get(f"{at}/questions/suspected").text)
    assert "The person whose behaviour gives concern" in page and "Name of the person suspected" not in page
    answer = fill(manager, at, {"relationship": {"suspected_status": "no_one_suspected"}})
    assert answer.headers["Location"] == at


def test_not_knowing_is_an_answer(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fill(manager, at, {**BY_TEAM, "name": {"age--unknown": "not_known"}, "about": {"disability": "refused"}})
    facts = record(database, send(manager, at)).facts
    assert facts["age"] == "not_known" and facts["disability"] == "refused"


def test_files_are_kept_sealed_and_go_with_it(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fill(manager, at, BY_TEAM)
    letter = (io.BytesIO(b"A letter."), "letter about Quintessa.txt")
    other = (io.BytesIO(b"Another."), "other.txt")
    answer = manager.send(f"{at}/questions/files", notification_files=[letter, other])
    assert answer.status_code == 303
    page = manager.get(f"{at}/questions/files").text
    assert "letter about Quintessa.txt" in page and "other.txt" in page
    number = re.findall(r'name="_remove" value="(\d+)"', page)[1]
    assert manager.send(f"{at}/questions/files", _remove=number).status_code == 303
    assert "other.txt" not in manager.get(f"{at}/questions/files").text
    assert "1 file" in visible_text(manager.get(f"{at}/check").text)
    ref = send(manager, at)
    with database.read() as session:
        stored = session.scalars(sa.select(StoredFile)).all()
        assert [s.field for s in stored] == ["notification_files"]
        assert session.scalars(sa.select(Draft.sealed).where(Draft.purpose == "notification-file")).all() == [None] * 2
    assert record(database, ref).facts["notification_files"][0]["size"] == 9
    empty = (io.BytesIO(b""), "empty.txt")
    second = begin(manager)
    answer = manager.send(f"{second}/questions/files", notification_files=empty)
    assert answer.status_code == 422 and "is empty" in answer.text


def test_sending_twice_opens_one_record_and_shows_its_number(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fill(manager, at, BY_TEAM)
    check = manager.get(f"{at}/check")
    first = manager.send(f"{at}/check", check)
    second = manager.send(f"{at}/check", check)
    assert first.headers["Location"] == second.headers["Location"] == f"{at}/sent"
    assert how_many(database) == 1
    for path in (at, f"{at}/questions/name", f"{at}/check"):
        assert manager.get(path).headers["Location"] == f"{at}/sent"
    late = manager.send(f"{at}/questions/name", check, person_name="Too late")
    assert late.headers["Location"] == f"{at}/sent"


def test_a_form_can_be_deleted(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fill(manager, at, {"name": TYPED["name"]})
    assert manager.get(f"{at}/throw-away").status_code == 200
    assert manager.send(f"{at}/throw-away").status_code == 303
    assert manager.get(at).status_code == 404
    with database.read() as session:
        assert session.scalars(sa.select(Draft.sealed)).all() == [None]


# --- whose it is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["second_case_manager", "police_liaison", "administrator"])
def test_nobody_opens_the_form_of_somebody_else(app: Flask, manager: Browser, person: str) -> None:
    at = begin(manager)
    other = signed_in(app, person)
    for path in (at, f"{at}/questions/name", f"{at}/check", f"{at}/sent", f"{at}/same/DARDR-2026-001"):
        assert other.get(path).status_code in (403, 404)
    assert other.send(f"{at}/questions/name", other.get("/notify"), person_name="Mine").status_code in (403, 404)


def test_a_form_is_not_found_through_the_other_door(manager: Browser, anyone: Browser) -> None:
    at = begin(manager)
    number = at.rpartition("/")[2]
    assert anyone.get(f"/notify/outside/{number}").headers["Location"] == "/notify/link"
    assert manager.get(f"/notify/outside/{number}").headers["Location"] == "/notify/link"


@pytest.mark.parametrize("person", ["auditor", "steering_member", "agency_contact", "administrator"])
def test_other_roles_do_not_begin_one(app: Flask, person: str) -> None:
    browser = signed_in(app, person)
    page = browser.get("/notify")
    assert page.status_code == 200 and "Start now" not in page.text
    assert browser.send("/notify/begin", page).status_code == 403


def test_the_police_are_asked_less(app: Flask, database: Database) -> None:
    police = signed_in(app, "police_liaison")
    at = begin(police)
    assert police.get(f"{at}/questions/when").status_code == 404
    fill(police, at, {**TYPED, "police-saw": dated("police_identified_on", "2026-07-30")})
    assert 'value="Ellis Example"' in police.get(f"{at}/questions/contact").text
    ref = send(police, at)
    facts = record(database, ref).facts
    assert (facts["notifier"], facts["notified_on"], facts["in_writing"]) == ("police", "2026-08-03", "yes")
    assert facts["police_identified_on"] == "2026-07-30"
    assert [m.recipient for m in mails(database, "notification_arrived")] == ["team@mereshire.example"]
    assert f'href="/reviews/{ref}"' not in police.get(f"{at}/sent").text
    assert police.get(f"/reviews/{ref}").status_code == 404


# --- without an account -------------------------------------------------------------------------------------

WORK = "sam.nurse@hospital.example"


def link(database: Database, number: int = -1) -> str:
    found = re.search(r"http://\S+(/notify/link/\S+)", mails(database, "notification_form_link")[number].text)
    assert found
    return found[1]


def come_in(anyone: Browser, database: Database, email: str = WORK) -> str:
    """Ask for a link and come in by it; the address of the list of parts."""
    assert "Look in your inbox" in anyone.send("/notify/link", email=email).text
    answer = anyone.send(link(database))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_professional_without_an_account_notifies(either_database: Database, tmp_path: Path) -> None:
    anyone = Browser(application(either_database, tmp_path).test_client())
    at = come_in(anyone, either_database)
    assert at.startswith("/notify/outside/")
    assert "Exit this page quickly" in anyone.get(at).text
    fill(anyone, at, {"organisation": {"notifier": "health", "notifier_organisation": "A hospital"}, **TYPED})
    fill(anyone, at, {"contact": {"notifier_name": "Sam Nurse", "notifier_email": WORK}})
    ref = send(anyone, at)
    kept = record(either_database, ref)
    assert kept.facts["notified_on"] == kept.facts["csp_aware_on"] == "2026-08-03"
    assert identity(either_database, ref)["notifier_name"] == "Sam Nurse" and "Sam Nurse" not in str(kept.facts)
    with either_database.read() as session:
        event = session.scalars(sa.select(AuditEvent)).one()
        user = session.get(User, event.actor_id)
    assert event.actor_name == "A notifier without an account" and user and not user.active and not user.password
    received = mails(either_database, "notification_received")
    assert [(m.recipient, m.subject) for m in received] == [(WORK, f"{ref}: your form was received")]
    assert [m.recipient for m in mails(either_database, "notification_arrived")] == ["team@mereshire.example"]
    for mail in (*received, *mails(either_database, "notification_form_link")):
        for word in ("Quintessa", "death", "died", "Sam Nurse", "abuse"):
            assert word not in mail.text + mail.subject + mail.html
    for path in ("/reviews", f"/reviews/{ref}", "/records/" + ref):
        assert anyone.get(path).headers["Location"].startswith("/sign-in")


def test_a_link_works_once_and_opening_it_does_not_use_it_up(anyone: Browser, database: Database) -> None:
    anyone.send("/notify/link", email=WORK)
    for _ in range(2):
        assert "Go on to the form" in anyone.get(link(database)).text
    page = anyone.get(link(database))
    assert anyone.send(link(database), page).status_code == 303
    again = anyone.send(link(database), page)
    assert again.status_code == 404 and "Ask for a new one" in again.text
    assert anyone.get(link(database)).status_code == 404
    assert "cannot be used" in anyone.get("/notify/link/guessed").text


def test_a_link_of_more_than_a_week_ago_does_not_open(
    anyone: Browser, database: Database, clock: Callable[[str], None]
) -> None:
    anyone.send("/notify/link", email=WORK)
    page = anyone.get(link(database))
    clock("2026-08-10T09:01")
    assert anyone.send(link(database), page).status_code == 404


def test_coming_back_with_a_new_link_finds_what_was_typed(
    app: Flask, anyone: Browser, database: Database, clock: Callable[[str], None]
) -> None:
    at = come_in(anyone, database)
    fill(anyone, at, {"name": TYPED["name"]})
    clock("2026-08-12T09:00")
    later = Browser(app.test_client())
    assert come_in(later, database, WORK.upper()) == at
    assert 'value="Quintessa Unlikely"' in later.get(f"{at}/questions/name").text
    stranger = Browser(app.test_client())
    other = come_in(stranger, database, "else@hospital.example")
    assert other != at and stranger.get(at).status_code == 404


def test_a_page_sent_after_an_hour_is_saved_before_a_new_link_is_asked_for(
    anyone: Browser, database: Database, clock: Callable[[str], None]
) -> None:
    at = come_in(anyone, database)
    page = anyone.get(f"{at}/questions/known")
    clock("2026-08-03T10:30")
    assert anyone.get(at).headers["Location"] == "/notify/link"
    answer = anyone.send(f"{at}/questions/known", page, circumstances="Typed slowly.")
    assert answer.headers["Location"] == "/notify/link"
    assert "was saved" in anyone.get("/notify/link").text
    assert come_in(anyone, database) == at
    assert "Typed slowly." in anyone.get(f"{at}/questions/known").text


def test_only_a_few_links_go_to_one_address_and_the_page_says_the_same(anyone: Browser, database: Database) -> None:
    said = {anyone.send("/notify/link", email=WORK).text for _ in range(notifiers.LINKS_AN_HOUR + 3)}
    assert len({visible_text(page) for page in said}) == 1
    assert len(mails(database, "notification_form_link")) == notifiers.LINKS_AN_HOUR


@pytest.mark.parametrize(
    "email", ["", "not an address", "a@b", "x" * 260 + "@y.example", "a@b.example\nBcc: c@d.example"]
)
def test_an_address_that_is_none_is_refused(anyone: Browser, database: Database, email: str) -> None:
    answer = anyone.send("/notify/link", email=email)
    assert answer.status_code == 422 and 'href="#email"' in answer.text
    assert mails(database, "notification_form_link") == []


def test_a_partnership_can_close_the_door(anyone: Browser, database: Database) -> None:
    page = anyone.get("/notify/link")
    with database.write() as session:
        session.scalars(sa.select(Partnership)).one().settings = {"outside_notifications": False}
    assert "Start without an account" not in anyone.get("/notify").text
    assert anyone.send("/notify/link", page, email=WORK).status_code == 409
    assert mails(database, "notification_form_link") == []


def test_several_forms_of_one_address_are_listed(anyone: Browser, database: Database) -> None:
    first = come_in(anyone, database)
    second = anyone.send("/notify/yours").headers["Location"]
    assert first != second
    assert come_in(anyone, database) == "/notify/yours"
    page = anyone.get("/notify/yours").text
    assert first in page and second in page


# --- checks while typing ------------------------------------------------------------------------------------


def test_a_death_that_may_be_on_record_already_is_shown_to_the_team(manager: Browser, database: Database) -> None:
    known = a_review(database, "notified", death_date="2026-02-27", day_by_day=False)
    at = begin(manager)
    first = {**BY_TEAM, "date": {"death_date": "2026-02", "manner": "homicide"}}
    lived = first.pop("lived")
    fill(manager, at, first)
    answer = fill(manager, at, {"lived": lived})
    assert answer.headers["Location"].startswith(f"{at}/same/{known.ref}")
    page = manager.get(answer.headers["Location"])
    assert f"already notified as {known.ref}" in visible_text(page.text) and "2 March 2026" in page.text
    assert manager.send(answer.headers["Location"]).status_code == 422
    assert manager.send(f"{at}/check").headers["Location"].startswith(f"{at}/same/{known.ref}")
    assert manager.send(answer.headers["Location"], same="another").headers["Location"] == at
    ref = send(manager, at)
    assert ref != known.ref
    assert [entry["notification"] for entry in record(database, ref).facts["told_apart"]] == [known.ref]
    assert "This may be the death" not in manager.get(f"/reviews/{ref}").text
    assert (
        f'already notified as <a class="govuk-link" href="/reviews/{ref}"' in manager.get(f"/reviews/{known.ref}").text
    )


def test_what_is_known_is_added_to_the_record_there_is(manager: Browser, database: Database) -> None:
    known = a_review(database, "notified", death_date="2026-02-27")
    at = begin(manager)
    fill(manager, at, {**BY_TEAM, "date": {"death_date": "2026-02-27", "manner": "homicide"}})
    same = manager.send(f"{at}/same/{known.ref}", same="same")
    assert same.headers["Location"] == f"{at}/same/{known.ref}/add"
    page = manager.get(same.headers["Location"])
    assert "Notified again by: A health body, Mereshire NHS Trust." in page.text
    answer = manager.send(same.headers["Location"], page, text="The ward rang too.")
    assert answer.headers["Location"] == f"/reviews/{known.ref}"
    assert [n["note"] for n in known.record().facts["notes"]] == ["The ward rang too."]
    assert how_many(database) == 1
    assert known.ref in manager.get(f"{at}/sent").text


def test_another_person_of_the_same_incident_is_linked(manager: Browser, database: Database) -> None:
    known = a_review(database, "notified", death_date="2026-02-27")
    at = begin(manager)
    fill(manager, at, {**BY_TEAM, "date": {"death_date": "2026-02-27", "manner": "homicide"}})
    manager.send(f"{at}/same/{known.ref}", same="same_incident")
    ref = send(manager, at)
    assert record(database, ref).facts["same_incident"] == known.ref
    with database.read() as session:
        found = session.scalars(sa.select(RecordLink)).one()
    assert (found.review_id, found.item_id, found.kind) == (
        known.record().id, record(database, ref).id, "same_death",
    )  # fmt: skip


def test_nothing_of_a_known_death_is_shown_outside_or_to_the_police(
    app: Flask, anyone: Browser, database: Database
) -> None:
    known = a_review(database, "notified", death_date="2026-07-29", on=asked_day())
    at = come_in(anyone, database)
    police = signed_in(app, "police_liaison")
    for browser, where in ((anyone, at), (police, begin(police))):
        pages = {"organisation": {"notifier": "health"}} if browser is anyone else {}
        answer = fill(browser, where, {**pages, **TYPED})
        assert answer.headers["Location"].startswith(f"{where}/questions/")
        assert known.ref not in browser.get(f"{where}/check").text
        assert send(browser, where) != known.ref
    assert police.get(f"{where}/same/{known.ref}").status_code == 404


def asked_day() -> Any:
    from datetime import date

    return date(2026, 7, 31)


@pytest.mark.parametrize(("age", "title"), [("15", "The person was under 16"), ("17", "The person was 16 or 17")])
def test_the_death_of_a_child_is_told_to_others_too(manager: Browser, database: Database, age: str, title: str) -> None:
    at = begin(manager)
    answer = manager.send(f"{at}/questions/name", age=age)
    assert "/advice/" in answer.headers["Location"]
    page = manager.get(answer.headers["Location"])
    assert title in page.text and "child safeguarding partnership" in page.text and "not compared" in page.text.lower()
    fill(manager, at, {**BY_TEAM, "name": {"age": age}})
    assert title in manager.get(f"{at}/check").text
    assert send(manager, at)


def test_a_place_elsewhere_is_explained_and_does_not_stop_anybody(manager: Browser, database: Database) -> None:
    with database.write() as session:
        for csp in session.scalars(sa.select(Csp)):
            csp.areas = {"northmere": ["Upper Mere", "NM1"], "southmere": ["Lower Mere"]}[csp.key]
    at = begin(manager)
    elsewhere = {"area": "Brighton", "csps": ["northmere"], "area_certain": "not_certain"}
    answer = manager.send(f"{at}/questions/lived", **elsewhere)
    assert "/advice/out-of-area" in answer.headers["Location"]
    assert "where the person lived, wherever they died" in visible_text(manager.get(answer.headers["Location"]).text)
    fill(manager, at, {**BY_TEAM, "lived": elsewhere})
    assert record(database, send(manager, at)).facts["area_certain"] == "not_certain"
    here = begin(manager)
    answer = manager.send(f"{here}/questions/lived", area="Upper Mere, near the NM1 road", csps=["northmere"])
    assert "/advice/" not in answer.headers["Location"]
    page = visible_text(manager.get(f"{here}/questions/lived").text)
    assert "in the area of Northmere Community Safety Partnership" in page


def test_a_second_person_begins_with_what_the_two_share(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fill(manager, at, {**BY_TEAM, "others": {"other_deaths": "yes"}, "lived": {**TYPED["lived"], "address": "1 Lane"}})
    first = send(manager, at)
    second = manager.send(f"{at}/sent").headers["Location"]
    assert second != at and first in manager.get(second).text
    assert 'value="1 Lane"' in manager.get(f"{second}/questions/lived").text
    assert "Quintessa" not in manager.get(f"{second}/check").text
    fill(manager, second, {**BY_TEAM, "name": {"person_name": "Somebody Else", "age": "9"}})
    other = send(manager, second)
    with database.read() as session:
        linked = session.scalars(sa.select(RecordLink)).one()
    assert (linked.review_id, linked.item_id) == (record(database, first).id, record(database, other).id)


def test_a_second_person_without_an_account_is_linked_although_nothing_can_be_seen(
    anyone: Browser, database: Database
) -> None:
    at = come_in(anyone, database)
    pages = {"organisation": {"notifier": "health"}, **TYPED, "others": {"other_deaths": "yes"}}
    fill(anyone, at, pages)
    first = send(anyone, at)
    second = anyone.send(f"{at}/sent").headers["Location"]
    fill(anyone, second, pages)
    other = send(anyone, second)
    assert how_many(database, RecordLink) == 1
    assert record(database, other).facts["same_incident"] == first


def test_a_typed_reference_links_where_it_may_be_seen(manager: Browser, database: Database) -> None:
    known = a_review(database, "notified", death_date="2026-01-27")
    at = begin(manager)
    fill(
        manager, at, {**BY_TEAM, "others": {"other_deaths": "yes"}, "same-incident": {"same_incident": "DARDR-1999-1"}}
    )
    answer = manager.send(f"{at}/check")
    assert answer.status_code == 422 and f'href="{at}/questions/same-incident#same_incident"' in answer.text
    fill(manager, at, {"same-incident": {"same_incident": known.ref.lower()}})
    send(manager, at)
    assert how_many(database, RecordLink) == 1


def test_an_event_of_the_opening_holds_no_name(manager: Browser, database: Database) -> None:
    at = begin(manager)
    fill(manager, at, {**BY_TEAM, "contact": {"notifier_name": "Sam Nurse"}, "kin": {"next_of_kin": "A sister"}})
    send(manager, at)
    with database.read() as session:
        after = str(session.scalars(sa.select(EventValues.after)).all())
    for name in ("Quintessa", "Sam Nurse", "A sister"):
        assert name not in after


def test_the_full_form_is_offered_to_those_who_do_this_often(manager: Browser) -> None:
    assert "/open/dardr-s9" in manager.get("/notify").text
    assert address("case_manager")

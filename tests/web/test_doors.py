"""Coming in by the link in an e-mail: once, for one person, to what the link is for and nothing else."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask
from werkzeug.test import TestResponse

from dardr import systime
from dardr.access import visible
from dardr.actors import Door, Purpose, load_actor
from dardr.casework import doors
from dardr.casework.act import take_action
from dardr.casework.files import FileGiven
from dardr.casework.housekeeping import housekeeping
from dardr.errors import Forbidden
from dardr.lookups.identities import may_read
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.doors import DoorLink
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent, User, WebSession
from dardr.storage.reviews import Record, RecordBody
from dardr.web import audience
from dardr.web.secret_paths import masked as masked_path
from tests import builders
from tests.builders import Case, a_review, actor, open_a
from tests.web.by_link import code_in, come_in, door_in, mail_to, post, press
from tests.web.conftest import Browser, application, dated, signed_in
from workflows.definition import Role

CONTACT = "contact@mereshire-nhs.example"
LEAD = "lead@mereshire-nhs.example"


def a_body(database: Database, key: str = "mereshire-nhs") -> int:
    with database.read() as session:
        return session.scalars(sa.select(Body.id).where(Body.key == key)).one()


def send(database: Database, email: str = CONTACT, **more: object) -> str:
    """A link of the team's own sending, as a path."""
    with database.write() as session:
        doors.send_link(
            session,
            actor(session, "team_manager"),
            systime.utc_now(),
            email=email,
            **more,  # type: ignore[arg-type]
        )
    return door_in(mail_to(post(database), email))


def said(page: TestResponse) -> str:
    """What a page says, without the tokens of its forms."""
    return re.sub(r'value="[^"]+"', "", page.text.partition("<main")[2].partition("</main>")[0])


def link(database: Database) -> DoorLink:
    """The newest link."""
    with database.read() as session:
        return session.scalars(sa.select(DoorLink).order_by(DoorLink.id.desc()).limit(1)).one()


@pytest.fixture
def review(database: Database) -> Case:
    """A review that asked two bodies for a return."""
    found = a_review(database, "evidence")
    found.act("request_returns", {"bodies": ["mereshire-nhs", "northmere-council"], "kind": "imr"})
    return found


def the_return(review: Case, body: str = "Mereshire NHS Trust") -> str:
    with review.database.read() as session:
        for ref in review.opened("agency-return"):
            names = session.scalars(
                sa.select(Body.name)
                .join(RecordBody, RecordBody.body_id == Body.id)
                .join(Record, Record.id == RecordBody.record_id)
                .where(Record.ref == ref)
            ).all()
            if body in names:
                return ref
    raise AssertionError("no return")


def test_from_the_e_mail_to_the_record(app: Flask, database: Database, review: Case) -> None:
    ref = the_return(review)
    mail = mail_to(post(database), CONTACT)
    path = door_in(mail)
    assert path.endswith(f"/records/{ref}")
    assert "/door/" in (mail.html or "") and f"//localhost/records/{ref}" not in mail.text
    browser = Browser(app.test_client())
    page = browser.get(path)
    assert page.status_code == 200 and "c•••@mereshire-nhs.example" in page.text and CONTACT not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert browser.get(path).status_code == 200, "looking at the page uses nothing up"
    asked = press(browser, path)
    assert asked.status_code == 200 and "Your code" in asked.text, "a return holds case content"
    came = browser.send(path, asked, step="code", code=code_in(mail_to(post(database), CONTACT)))
    assert came.headers["Location"] == f"/returns/{ref}", "where it is answered"
    assert browser.get(came.headers["Location"]).status_code == 200
    assert browser.get(path).headers["Location"] == f"/returns/{ref}", "further links of the same e-mail lead on"
    assert browser.get("/").headers["Location"] == "/door/home"
    assert browser.get("/door/home").headers["Location"] == "/agency"
    assert browser.get("/agency").status_code == 200
    assert ref in browser.get("/agency").text
    assert the_return(review, "Northmere Council") not in browser.get("/agency").text
    assert browser.get(f"/records/{the_return(review, 'Northmere Council')}").status_code == 404
    assert browser.get(f"/reviews/{review.ref}").status_code in (403, 404)


def test_who_comes_by_link_is_among_those_who_see_a_review(app: Flask, database: Database, review: Case) -> None:
    manager = signed_in(app, "case_manager")
    assert CONTACT not in manager.get(f"/reviews/{review.ref}/access").text
    post(database)
    assert CONTACT in manager.get(f"/reviews/{review.ref}/access").text


def test_used_twice(either_database: Database, tmp_path: Path) -> None:
    database, app = either_database, application(either_database, tmp_path)
    path = send(database)
    come_in(app, database, path)
    other = Browser(app.test_client())
    page = other.get(path)
    assert page.status_code == 404 and "Send me a new link" in page.text
    assert press(other, path).status_code == 404, "sending the form of another page opens nothing either"
    assert other.get("/agency").status_code == 302
    housekeeping(database, systime.utc_now() + timedelta(hours=12), checks=())


def test_one_kind_page_whatever_is_known(
    app: Flask, database: Database, clock: Callable[[str], None], anyone: Browser
) -> None:
    used, revoked, left = send(database), send(database, LEAD), send(database, "executive@mereshire-nhs.example")
    come_in(app, database, used)
    with database.write() as session:
        session.execute(sa.delete(BodyContact).where(BodyContact.email == "executive@mereshire-nhs.example"))
        ended = session.scalars(sa.select(DoorLink.id).where(DoorLink.email == LEAD)).one()
        doors.revoke(session, actor(session, "team_manager"), systime.utc_now(), ended)
    expired = send(database, "contact@mereshire-fire.example")
    clock("2026-08-11T09:00")
    pages = [anyone.get(path) for path in (used, revoked, left, expired, "/door/no-such-key-at-all")]
    assert {page.status_code for page in pages} == {404}
    assert len({said(page) for page in pages}) == 1, "nothing tells them apart"
    for path, again in ((used, 1), (revoked, 0), (left, 0), (expired, 1), ("/door/no-such-key-at-all", 0)):
        answer = press(anyone, path, "again")
        assert answer.status_code == 200 and "If the link was one of ours" in answer.text
        assert len([one for one in post(database) if "/door/" in one.text]) == again


def test_a_newer_link_takes_the_place_of_one_not_used(app: Flask, database: Database, anyone: Browser) -> None:
    first, second = send(database), send(database)
    assert anyone.get(first).status_code == 404
    inside = come_in(app, database, second)
    send(database)
    assert inside.get("/agency").status_code == 200, "who is inside stays inside"


def test_five_wrong_codes_spend_a_link(
    app: Flask, database: Database, review: Case, anyone: Browser, clock: Callable[[str], None]
) -> None:
    path = door_in(mail_to(post(database), CONTACT))
    asked = press(anyone, path)
    right = code_in(mail_to(post(database), CONTACT))
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for left in ("4 more times", "3 more times", "2 more times", "once more"):
        answer = anyone.send(path, asked, step="code", code=wrong)
        assert answer.status_code == 422 and left in answer.text
    assert anyone.send(path, asked, step="code", code=wrong).status_code == 422
    assert anyone.send(path, asked, step="code", code=right).status_code == 404
    assert anyone.get("/agency").status_code == 302
    assert [one.revoked_because for one in _links(database) if one.email == CONTACT] == [doors.TRIES]


def test_a_code_lasts_a_quarter_of_an_hour_and_is_not_sent_twice_a_minute(
    database: Database, review: Case, anyone: Browser, clock: Callable[[str], None]
) -> None:
    path = door_in(mail_to(post(database), CONTACT))
    asked = press(anyone, path)
    old = code_in(mail_to(post(database), CONTACT))
    assert "A code was sent a moment ago" in anyone.send(path, asked, step="another").text
    assert not post(database)
    clock("2026-08-03T09:16")
    answer = anyone.send(path, asked, step="code", code=old)
    assert answer.status_code == 422 and "This code is over" in answer.text
    anyone.send(path, asked, step="another")
    new = code_in(mail_to(post(database), CONTACT))
    assert anyone.send(path, asked, step="code", code=f" {new[:3]} {new[3:]} ").status_code == 303


def test_neither_key_nor_code_is_kept_anywhere(
    app: Flask, database: Database, review: Case, anyone: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mail = mail_to(post(database), CONTACT)
    path = door_in(mail)
    key = path.split("/")[2]
    asked = press(anyone, path)
    code = code_in(mail_to(post(database), CONTACT))
    assert anyone.send(path, asked, step="code", code=code).status_code == 303
    manager = signed_in(app, "team_manager")
    with database.read() as session:
        raw = session.connection().connection.driver_connection
        dump = "\n".join(raw.iterdump())  # type: ignore[union-attr]
        numbers = session.scalars(sa.select(OutboxMessage.id)).all()
    assert key not in dump and code not in dump.replace(link(database).key_hash, "")
    shown = "".join(manager.get(f"/post/written/{number}").text for number in numbers)
    assert key not in shown and code not in shown and the_return(review) in shown
    assert "(the code)" in dump and f"/records/{the_return(review)}" in dump
    assert key not in caplog.text and code not in caplog.text
    assert key not in masked_path(f'GET "{path}" 200') and "/door/..." in masked_path(path)


def test_the_second_copy_of_an_e_mail_carries_the_same_link(database: Database, review: Case) -> None:
    first = mail_to(post(database), CONTACT)
    with database.write() as session:
        session.execute(sa.update(OutboxMessage).values(status="queued"))
    again = [one for one in post(database) if one.to == (CONTACT,)]
    assert first.text in [one.text for one in again]


def test_whoever_has_a_password_gets_the_ordinary_link(
    app: Flask, database: Database, review: Case, anyone: Browser
) -> None:
    mails = post(database)
    own = mail_to(mails, builders.address("other_agency_contact"))
    assert "/door/" not in own.text and f"/records/{the_return(review)}" in own.text
    path = door_in(mail_to(mails, CONTACT))
    with database.write() as session:
        session.execute(sa.update(User).where(User.email == CONTACT).values(password="chosen since"))
    page = anyone.get(path)
    assert page.status_code == 200 and "You have an account here" in page.text
    assert f"next=/records/{the_return(review)}" in page.text.replace("%2F", "/")


def test_a_forgotten_password_is_no_way_round(app: Flask, database: Database, anyone: Browser) -> None:
    send(database)
    answer = anyone.send("/sign-in/password", email=CONTACT)
    assert answer.status_code in (200, 302)
    mails = post(database)
    assert [one for one in mails if one.to == (CONTACT,) and "/door/" in one.text]
    assert not [one for one in mails if "/sign-in/password/" in one.text]


def test_a_link_ended_by_the_team_ends_its_session(app: Flask, database: Database) -> None:
    inside = come_in(app, database, send(database))
    assert inside.get("/agency").status_code == 200
    manager = signed_in(app, "team_manager")
    listed = manager.get("/administration/doors")
    assert "by the link in an e-mail" in manager.get("/administration/sessions").text
    assert "comes by link" in manager.get("/administration/people").text
    assert CONTACT in listed.text and "Opened, and being used" in listed.text
    assert manager.send(f"/administration/doors/{link(database).id}/end", listed).status_code == 302
    answer = inside.get("/agency")
    assert answer.headers["Location"] == "/door?ended=1"
    with database.read() as session:
        opened = session.scalars(sa.select(WebSession).where(WebSession.way == "link")).one()
        assert opened.ended_because == "link ended"
        assert session.scalar(sa.select(AdminEvent.id).where(AdminEvent.what == "door_link_ended"))


def test_a_contact_who_left_is_out_at_once(app: Flask, database: Database) -> None:
    inside = come_in(app, database, send(database))
    manager = signed_in(app, "team_manager")
    with database.read() as session:
        number = session.scalars(sa.select(BodyContact.id).where(BodyContact.email == CONTACT)).one()
    page = manager.get("/administration/bodies/mereshire-nhs")
    manager.send(f"/administration/bodies/mereshire-nhs/contacts/{number}/remove", page)
    assert inside.get("/agency").status_code == 302
    assert link(database).revoked_because == doors.LEFT


def test_half_an_hour_idle_keeps_what_was_typed(
    app: Flask, database: Database, review: Case, clock: Callable[[str], None]
) -> None:
    ref = the_return(review)
    inside = come_in(app, database, door_in(mail_to(post(database), CONTACT)))
    form = inside.client.get(f"/records/{ref}/do/ask_for_more_time", follow_redirects=True)
    assert form.status_code == 200
    where = form.request.path
    clock("2026-08-03T09:31")
    answer = inside.send(where, form, more_time_reason="We are still looking.")
    assert answer.headers["Location"] == "/door?ended=1"
    page = inside.get(answer.headers["Location"])
    assert "What you had typed is kept" in page.text
    assert inside.send("/door", page, email=CONTACT).status_code == 200
    path = door_in(mail_to(post(database), CONTACT))
    back = Browser(app.test_client())
    asked = press(back, path)
    came = back.send(path, asked, step="code", code=code_in(mail_to(post(database), CONTACT)))
    assert came.headers["Location"] == "/kept-forms"
    assert ref in back.get("/kept-forms").text


def test_a_session_that_was_tampered_with_is_nobodys(app: Flask, database: Database) -> None:
    inside = come_in(app, database, send(database))
    cookie = inside.client.get_cookie("dardr")
    assert cookie is not None
    inside.client.set_cookie("dardr", cookie.value[:-4] + "AAAA")
    assert inside.get("/agency").headers["Location"].startswith("/sign-in")


def test_guesses_are_slowed(app: Flask, anyone: Browser) -> None:
    answers = {anyone.get(f"/door/guess-{n}").status_code for n in range(70)}
    assert answers == {404, 429}


def test_asking_for_a_link_says_the_same_to_everybody(database: Database, anyone: Browser) -> None:
    heard = set()
    for address in (CONTACT, "nobody@elsewhere.example", builders.address("case_manager")):
        page = anyone.send("/door", email=address)
        assert page.status_code == 200
        heard.add(said(page).replace(address, ""))
    assert len(heard) == 1
    assert [one.to for one in post(database)] == [(CONTACT,)]
    assert anyone.send("/door", email="no address").status_code == 422
    for _ in range(8):
        assert anyone.send("/door", email=CONTACT).status_code == 200
    assert len(post(database)) == doors.LINKS_AN_HOUR - 1


def test_a_merged_body_still_opens_what_it_owed(app: Flask, database: Database, review: Case) -> None:
    path = door_in(mail_to(post(database), CONTACT))
    with database.write() as session:
        bodies = {one.key: one for one in session.scalars(sa.select(Body))}
        bodies["mereshire-nhs"].successor_id = bodies["mereshire-icb"].id
        bodies["mereshire-nhs"].until_on = systime.london_date(systime.utc_now())
    inside = come_in(app, database, path)
    assert inside.get(f"/records/{the_return(review)}").status_code == 200
    after = come_in(app, database, send(database, "contact@mereshire-icb.example"))
    assert after.get(f"/records/{the_return(review)}").status_code == 200, "the successor answers for it"


def test_without_the_code_nothing_with_case_content_is_shown(app: Flask, database: Database, review: Case) -> None:
    """A link that asked for none, because nothing was owed then, does not show a return that is asked for later."""
    other = a_review(database, "evidence")
    inside = come_in(app, database, send(database, "contact@mereshire-housing.example"))
    other.act("request_returns", {"bodies": ["mereshire-housing"], "kind": "imr"})
    ref = other.opened("agency-return")[0]
    assert inside.get(f"/records/{ref}").status_code == 404
    assert ref not in inside.get("/agency").text
    coded = come_in(app, database, door_in(mail_to(post(database), "contact@mereshire-housing.example")))
    assert coded.get(f"/records/{ref}").status_code == 200


def test_a_colleague_opens_the_one_thing_passed_on(app: Flask, database: Database, review: Case) -> None:
    more = a_review(database, "evidence")
    more.act("request_returns", {"bodies": ["mereshire-nhs"], "kind": "imr"})
    ref, other = the_return(review), more.opened("agency-return")[0]
    post(database)
    with database.read() as session:
        number = session.scalars(sa.select(Record.id).where(Record.ref == ref)).one()
    path = send(
        database, "ward.nine@mereshire-nhs.example", purpose=Purpose.RECORD, body_id=a_body(database), record_id=number
    )
    inside = come_in(app, database, path)
    assert inside.get(f"/records/{ref}").status_code == 200
    assert inside.get(f"/records/{other}").status_code == 404
    with database.write() as session:
        assert doors.revoke_all(session, systime.utc_now(), "ward.nine@mereshire-nhs.example", record_id=number) == 1
    assert inside.get(f"/records/{ref}").status_code == 302


def test_the_team_reads_a_code_out(app: Flask, database: Database, review: Case, anyone: Browser) -> None:
    manager = signed_in(app, "team_manager")
    page = manager.get("/administration/doors")
    manager.send("/administration/doors/codes", page, by_telephone="yes")
    path = door_in(mail_to(post(database), CONTACT))
    asked = press(anyone, path)
    assert "Ring the team" in asked.text and not post(database)
    waiting = [one for one in _links(database) if one.email == CONTACT][-1]
    page = manager.get("/administration/doors")
    read = manager.send(f"/administration/doors/{waiting.id}/code", page)
    code = re.search(r">(\d{3}) (\d{3})<", read.text)
    assert code, read.text
    assert anyone.send(path, asked, step="code", code=code[1] + code[2]).status_code == 303


def _links(database: Database) -> list[DoorLink]:
    with database.read() as session:
        return list(session.scalars(sa.select(DoorLink).order_by(DoorLink.id)))


def test_the_night_ends_links_of_people_recorded_nowhere(database: Database) -> None:
    send(database)
    with database.write() as session:
        session.execute(sa.delete(BodyContact).where(BodyContact.email == CONTACT))
    housekeeping(database, systime.utc_now() + timedelta(hours=12), checks=())
    assert link(database).revoked_because == doors.LEFT


def test_staff_in_the_same_browser_are_told_before_they_are_signed_out(app: Flask, database: Database) -> None:
    manager = signed_in(app, "case_manager")
    path = send(database)
    assert "signs Alex Example out here" in manager.get(path).text
    assert manager.get("/reviews").status_code == 200
    press(manager, path)
    assert manager.get("/reviews").status_code == 403


LEFT_OUT = ("static", "account.static", "account.logout")


def test_no_other_page_opens(app: Flask, database: Database, review: Case) -> None:
    """Every address of the application, filled with what this person may see: only pages that say so answer."""
    ref = the_return(review)
    inside = come_in(app, database, door_in(mail_to(post(database), CONTACT)))
    filled = {"ref": ref, "key": "ask_for_more_time", "name": "x", "form": "csv", "branch": "x"}
    asked = refused = 0
    said_of = audience.declared(app)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LEFT_OUT or rule.endpoint.startswith(("doors.", "notifi")):
            continue
        values: dict[str, Any] = {name: filled.get(name, "1") for name in rule.arguments}
        try:
            with app.test_request_context():
                path = app.url_for(rule.endpoint, **values)
        except Exception:
            continue
        view = app.view_functions[rule.endpoint]
        open_here = Purpose.AGENCY in getattr(view, "doors", ()) or rule.endpoint in audience.OPEN_ANYHOW
        everyone = said_of[rule.endpoint] == audience.EVERYONE and not rule.endpoint.startswith("account.")
        answer = inside.client.get(path) if "GET" in (rule.methods or ()) else inside.client.post(path)
        asked += 1
        if not open_here and not everyone:
            refused += 1
            assert answer.status_code in (302, 400, 403, 405), (path, answer.status_code)
            assert answer.status_code != 302 or answer.headers["Location"] == "/door/home", path
    assert asked > 150 and refused > 120
    assert inside.get("/agency").status_code == 200, "still signed in after all that"


def a_document() -> bytes:
    """A Word file."""
    held = BytesIO()
    Document().save(held)
    return held.getvalue()


def a_chair(database: Database, review: Case) -> None:
    """The independent chair of a review, without a password."""
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
        chair = sa.update(User).where(User.email == builders.address("independent_chair"))
        session.execute(chair.values(password=None))


def test_the_chair_fetches_a_draft_and_sends_the_next(app: Flask, database: Database) -> None:
    draft = a_review(database, "drafting")
    a_chair(database, draft)
    draft.act("record_version", {"version": "1", "what_for": "panel", "document": FileGiven("r.docx", a_document())})
    manager = signed_in(app, "case_manager")
    page = manager.get(f"/reviews/{draft.ref}/report")
    assert "Send the chair a link" in page.text
    manager.send(f"/administration/doors/chairs/{draft.ref}", page)
    mail = mail_to(post(database), builders.address("independent_chair"))
    inside = come_in(app, database, door_in(mail))
    home = inside.get("/door/home")
    assert home.headers["Location"] == "/door/review"
    shown = inside.get("/door/review")
    assert shown.status_code == 200 and "Fetch version 1" in shown.text
    number = re.search(r"/door/review/files/(\d+)", shown.text)
    assert number
    assert inside.get(number[0]).data[:2] == b"PK"
    assert inside.get("/door/review/files/99999").status_code == 404
    form = inside.get(f"/records/{draft.ref}/do/record_version")
    sent = inside.send(
        f"/records/{draft.ref}/do/record_version", form,
        version="2", what_for="family", document=(BytesIO(a_document()), "next.docx"), **dated("_on", "2026-08-03"),
    )  # fmt: skip
    assert sent.headers["Location"] == "/door/review", re.findall("error-message.*|error-summary__list.*", sent.text)
    assert "Fetch version 2" in inside.get("/door/review").text


def test_a_chair_by_link_is_never_shown_who_the_people_are(app: Flask, database: Database) -> None:
    draft = a_review(database, "drafting")
    a_chair(database, draft)
    with database.write() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == draft.ref)).one()
        doors.send_link(
            session, None, systime.utc_now(), email=builders.address("independent_chair"), purpose=Purpose.CHAIR,
            record_id=record.id,
        )  # fmt: skip
    inside = come_in(app, database, door_in(mail_to(post(database), builders.address("independent_chair"))))
    refused = ("people", "family", "timeline", "report", "files", "documents", "access")
    assert {inside.get(f"/reviews/{draft.ref}/{page}").status_code for page in refused} == {403}
    assert inside.get(f"/reviews/{draft.ref}").status_code == 403
    assert inside.get(f"/records/{draft.ref}/do/give_draft_to_family").status_code == 403
    assert inside.get("/me/second-factor").status_code == 403
    with database.read() as session:
        chair = session.scalars(sa.select(User).where(User.email == builders.address("independent_chair"))).one()
        through = load_actor(session, chair.id, None, Door(Purpose.CHAIR, None, record.id, True))
        whole = load_actor(session, chair.id)
        record = session.get_one(Record, record.id)
        assert may_read(session, whole, record) and not may_read(session, through, record)
        with pytest.raises(Forbidden):
            take_action(session, through, systime.utc_now(), draft.ref, "give_draft_to_family", {}, draft.today)
        uncoded = load_actor(session, chair.id, None, Door(Purpose.CHAIR, None, record.id))
        assert session.scalars(sa.select(Record.id).where(visible(uncoded))).all() == []


def test_a_named_body_reaches_its_reply_and_nothing_else(app: Flask, database: Database, review: Case) -> None:
    """The link in an e-mail about a reply opens that reply, and nothing else that the body owes."""
    values = {"title": "A report", "report_published_on": "2026-07-01", "report_url": "https://reports.example/1"}
    ref = open_a(database, "section8-report", values, on=date(2026, 8, 3)).ref
    report = Case(database, ref, date(2026, 8, 3))
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    post(database)
    reply = report.act("name_body", {"bodies": ["mereshire-nhs"], "recommendations_addressed": ["1"]}).created[0]
    inside = come_in(app, database, door_in(mail_to(post(database), CONTACT)))
    assert inside.get("/door/home").headers["Location"] == f"/records/{reply}"
    page = inside.get(f"/records/{reply}")
    assert page.status_code == 200 and "Answer" in page.text
    form = inside.get(f"/records/{reply}/do/answer_recommendation")
    assert form.status_code == 200

    assert inside.get(f"/records/{the_return(review)}").status_code == 404
    assert inside.get(f"/records/{report.ref}").status_code == 404
    assert inside.get("/commissioner").status_code == 403

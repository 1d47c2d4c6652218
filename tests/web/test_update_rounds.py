"""The pages of rounds: the days worked out from the meeting, each agency's answer, for whom."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import Flask

from dardr.casework.deliver import deliver
from dardr.casework.post_in import take_in
from dardr.casework.update_rounds import go_on
from dardr.settings import Settings
from dardr.storage.engine import Database
from notifications.smtp import MemoryMailer
from tests.builders import at_ten
from tests.casework.test_update_rounds import act, an_action, requests, stage, written
from tests.returned_mail import answer
from tests.web.conftest import Browser, dated, signed_in
from tests.web.test_pages import main_text

OPENS = date(2026, 8, 20)


def planned(manager: Browser) -> str:
    """A round planned as the case manager does it: the meeting, then the days as they are offered."""
    there = manager.get("/update-rounds?meeting_on=17+9+2026")
    assert there.status_code == 302
    page = manager.get(there.location)
    text = page.get_data(as_text=True)
    for part in ('name="opens_on-day" type="text" value="20"', 'name="closes_on-day" type="text" value="3"'):
        assert part in text, part
    days = {"meeting_on": "2026-09-17", "opens_on": "2026-08-20", "closes_on": "2026-09-03", "planned_on": "2026-08-03"}
    form = {name: value for one, iso in days.items() for name, value in dated(one, iso).items()}
    done = manager.send(there.location, **form)
    assert done.status_code == 303, main_text(manager, there.location)
    return done.location.rsplit("/", 1)[-1]


def test_a_round_from_its_meeting_to_what_each_agency_said(
    manager: Browser, database: Database, clock: Callable[[str], None]
) -> None:
    action = an_action(database, "mereshire-nhs", date(2026, 8, 10))
    an_action(database, "northmere-council", date(2026, 12, 1))
    ref = planned(manager)
    assert "Nobody has been asked yet" in main_text(manager, f"/update-rounds/{ref}")
    clock("2026-08-20T11:00")
    manager.sign_in("case_manager")
    go_on(database, at_ten(OPENS))
    text = main_text(manager, f"/update-rounds/{ref}")
    assert "Heard from 0 , waiting for 2 ." in text
    assert f"{action} : Agreed, was due on Monday 10 August 2026; no update yet" in text
    nhs = requests(database, ref)["mereshire-nhs"]
    act(database, action, "start_work", {}, OPENS, "other_agency_contact")
    act(database, nhs, "return_updates", {"came_by": "page", "to_the_group": "Training has begun."}, OPENS,
        "other_agency_contact")  # fmt: skip
    text = main_text(manager, f"/update-rounds/{ref}")
    assert "Heard from 1 , waiting for 1 ." in text and "To the Steering Group: Training has begun." in text
    assert "1 of 1 action updated" in text and "updated on Thursday 20 August 2026" in text
    assert text.index("Northmere Council") < text.index("Mereshire NHS Trust"), "who has not answered comes first"
    assert "1 of 2" in main_text(manager, "/update-rounds")


def test_a_reply_to_the_e_mail_is_shown_and_recorded_by_nobody_until_confirmed(
    manager: Browser, app: Flask, database: Database, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    action = an_action(database, "mereshire-nhs", date(2026, 12, 1))
    ref = planned(manager)
    go_on(database, at_ten(OPENS))
    asked = next(one for one in written(database).values() if action in one.text)
    deliver(database, MemoryMailer, lambda: at_ten(OPENS), mail_from="reviews@mereshire.example")
    asked = written(database)[asked.recipient]
    assert asked.message_id
    box = mailbox.Maildir(tmp_path / "mail", create=True)
    box.add(answer(asked.message_id, sender=asked.recipient, body=f"{action}: training booked for March."))
    settings = Settings(data_folder=tmp_path, master_key="11" * 32, mailbox=f"maildir:{tmp_path / 'mail'}")
    assert take_in(database, settings, at_ten(OPENS)).replies == 1
    request = requests(database, ref)["mereshire-nhs"]
    assert stage(database, request) == "asked", "a program records nothing from a reply"
    text = main_text(manager, f"/update-rounds/{ref}")
    assert "A reply has come. Read it , of Mereshire NHS Trust , put each update on its action, then confirm." in text
    assert "The team reads it" in main_text(signed_in(app, "steering_member"), f"/update-rounds/{ref}")
    clock("2026-08-21T10:00")
    manager.sign_in("case_manager")
    confirmed = {"came_by": "reply", "confirmed": "Training booked"}
    done = manager.send(f"/records/{request}/do/record_reply", **confirmed, **dated("_on", "2026-08-21"))
    assert done.status_code == 303, done.text[done.text.find("error-summary"):][:900]
    text = main_text(manager, f"/update-rounds/{ref}")
    assert "in a reply that the team confirmed" in text and "A reply has come" not in text


def test_a_day_that_is_none_is_said_beside_the_question(manager: Browser) -> None:
    page = manager.get("/update-rounds?meeting_on=31+2+2027")
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and "govuk-error-message" in text and 'value="31 2 2027"' in text


def test_the_steering_group_reads_it_and_plans_none_and_agencies_find_none(app: Flask, database: Database) -> None:
    an_action(database, "mereshire-nhs", date(2026, 12, 1))
    member = signed_in(app, "steering_member")
    assert "Plan a round" not in main_text(member, "/update-rounds")
    assert signed_in(app, "agency_contact").get("/update-rounds").status_code == 403
    assert signed_in(app, "csp_member").get("/update-rounds").status_code == 403


def test_the_partnership_sets_how_long_before_the_meeting(app: Flask) -> None:
    administrator = signed_in(app, "administrator")
    page = "/administration/rounds-of-updates"
    wrong = administrator.send(page, update_round_opens_weeks="2", update_round_closes_working_days="10")
    assert wrong.status_code == 422 and "Agencies must be asked before updates are wanted" in wrong.text
    right = administrator.send(page, update_round_opens_weeks="6", update_round_closes_working_days="5")
    assert right.status_code == 303
    there = signed_in(app, "case_manager").get("/update-rounds?meeting_on=17+9+2026").location
    assert "opens_on=2026-08-06" in there and "closes_on=2026-09-10" in there

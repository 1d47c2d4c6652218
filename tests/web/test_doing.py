"""Doing something in a browser without scripts: the page of one action, and the page that opens a record."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

import workflows
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.reviews import AuditEvent, Record
from dardr.web.pages.consequences import will_follow
from dardr.web.pages.doing import ASKED_ON
from tests.builders import DECISION, START, Case, a_review
from tests.web.conftest import Browser, application, dated, signed_in

TODAY = "2026-08-03"
NOTIFICATION = {
    "notifier": "police",
    **dated("notified_on", "2026-07-31"),
    **dated("csp_aware_on", "2026-07-31"),
    "in_writing": "yes",
    "csps": ["northmere"],
    "death_date": "2026-07",
    "age": "34",
    "manner": "homicide",
    "relationship": "intimate_partner",
}


def events(database: Database, ref: str) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                sa.select(AuditEvent.action)
                .join(Record, Record.id == AuditEvent.record_id)
                .where(Record.ref == ref)
                .order_by(AuditEvent.seq)
            )
        )


def visible_text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- opening ----------------------------------------------------------------------------------------------


def test_a_notification_opens_a_review(either_database: Database, tmp_path: Path) -> None:
    manager = signed_in(application(either_database, tmp_path), "case_manager")
    answer = manager.send("/open/dardr-s9", **NOTIFICATION)
    assert answer.status_code == 303
    ref = answer.headers["Location"].rpartition("/")[2]
    page = manager.get(answer.headers["Location"])
    assert "Recorded: Record a notification." in page.text
    assert "July 2026" in page.text
    assert Case(either_database, ref, START).stage == "notified"


def test_everything_typed_is_kept_when_one_answer_is_wrong(manager: Browser, database: Database) -> None:
    wrong = {
        **NOTIFICATION,
        **dated("notified_on", "2026-02-31"),
        "age": "thirty",
        "circumstances": "Words that took <time> to write.",
    }
    answer = manager.send("/open/dardr-s9", **wrong)
    assert answer.status_code == 422
    text = visible_text(answer.text)
    assert "31 February 2026 does not exist" in text
    assert "“thirty” is not a whole number" in text
    assert 'href="#notified_on-day"' in answer.text and 'href="#age"' in answer.text
    assert "Words that took &lt;time&gt; to write." in answer.text
    assert re.search(r'id="notified_on-day"[^>]*value="31"', answer.text)
    assert re.search(r'value="northmere"[^>]* checked', answer.text)
    assert re.search(r'name="manner"[^>]*value="homicide"[^>]* checked', answer.text)
    assert "<title>Error: Record a notification" in answer.text
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 0


def test_not_knowing_is_an_answer(manager: Browser, database: Database) -> None:
    answer = manager.send("/open/dardr-s9", **{**NOTIFICATION, "age": "", "age--unknown": "not_known"})
    ref = answer.headers["Location"].rpartition("/")[2]
    assert Case(database, ref, START).record().facts["age"] == "not_known"
    both = manager.send("/open/dardr-s9", **{**NOTIFICATION, "age--unknown": "not_known"})
    assert both.status_code == 422
    assert "give an answer, or say why there is none, not both" in both.text


def test_names_go_to_the_identity_store_and_are_shown_nowhere(manager: Browser, database: Database) -> None:
    answer = manager.send("/open/dardr-s9", **NOTIFICATION, person_name="Quintessa Unlikely", address="1 Nowhere Lane")
    where = answer.headers["Location"]
    for path in (where, f"{where}/timeline", "/reviews"):
        page = manager.get(path).text
        assert "Quintessa" not in page and "Nowhere Lane" not in page
    assert "kept apart" in manager.get(f"{where}/timeline").text


def test_a_regime_that_is_not_in_force_cannot_be_opened(manager: Browser) -> None:
    page = manager.get("/open/dardr-s8a")
    assert page.status_code == 200
    assert "This cannot be recorded yet" in page.text
    assert "not recorded as in force" in page.text
    answer = manager.send("/open/dardr-s8a", manager.get("/open/dardr-s9"), **NOTIFICATION)
    assert answer.status_code == 409


def test_items_are_not_opened_from_nowhere(manager: Browser) -> None:
    assert manager.get("/open/agency-return").status_code == 404
    assert manager.get("/open/historic").status_code == 404


# --- acting -----------------------------------------------------------------------------------------------


def test_the_page_says_what_it_means_on_whose_authority_and_what_follows(app: Flask, database: Database) -> None:
    case = a_review(database, "decision_pending")
    page = signed_in(app, "deciding_chair").get(f"/records/{case.ref}/do/decide_review")
    text = visible_text(page.text)
    assert "The six months for the overview report count from this day." in text
    assert "Multi-agency Statutory Guidance" in text and "Not compared with the text." in text
    assert "Starts a clock. Overview report: six months, due Wednesday 3 February 2027 (guidance)." in text
    assert "Ends, where running: Decide whether to hold a review." in text
    assert re.search(r'id="_on-day"[^>]*value="3"', page.text), "today is filled in"


def test_what_follows_names_the_clock_of_the_kind_of_return_alone(app: Flask, database: Database) -> None:
    case = a_review(database, "evidence")
    ref = case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]}).created[0]
    case.act("withdraw_request", {"withdrawn_reason": "Asked of the wrong body"}, ref=ref)
    browser = signed_in(app, "case_manager")
    path = f"/records/{ref}/do/reopen_return"
    text = visible_text(browser.get(path).text)
    assert "Starts a clock. Return to the review:" in text
    assert "Information return for the decision" not in text
    shown = browser.send(path, **dated("requested_on", "2026-08-03"), **dated("due_on", "2026-09-01"))
    text = visible_text(shown.text)
    assert shown.status_code == 422
    assert "Return to the review: due Tuesday 1 September 2026, the date given (local target)." in text


def test_before_the_kind_is_chosen_each_clock_may_follow(database: Database) -> None:
    process = workflows.newest("agency-return")

    def starts(**typed: str) -> list[str]:
        with database.read() as session:
            today = date(2026, 8, 3)
            following = will_follow(session, process, process.opening, None, {}, None, typed, today)
        return [said.partition(":")[0] for said in following.starts]

    assert starts() == ["Return to the review", "Information return for the decision"]
    assert starts(kind="summary") == ["Return to the review"]
    assert starts(kind="information_return") == ["Information return for the decision"]


def test_an_action_is_recorded_when_it_happened(either_database: Database, tmp_path: Path) -> None:
    case = a_review(either_database, "decision_pending")
    chair = signed_in(application(either_database, tmp_path), "deciding_chair")
    path = f"/records/{case.ref}/do/decide_review"
    answer = chair.send(path, **dated("_on", "2026-03-20"), **DECISION, criteria_limb="intimate")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/reviews/{case.ref}/decision")
    event = case.events()[-1][0]
    assert (event.action, event.occurred_on, event.actor_name) == ("decide_review", date(2026, 3, 20), "Devon Example")
    assert case.stage == "decided_review"
    page = chair.get(answer.headers["Location"])
    assert "Recorded: Record the decision to hold a review." in page.text
    assert "Recorded: " not in chair.get(answer.headers["Location"]).text, "said once"


@pytest.mark.parametrize(
    ("on", "says"),
    [
        ("2026-08-04", "is after today"),
        ("2026-02-31", "31 February 2026 does not exist"),
        ("2026-13-04", "were day and month swapped?"),
        ("2026-08-0", "there is no day 0"),
        ("2026-02-01", "death"),
    ],
)
def test_a_day_that_cannot_be_is_refused(app: Flask, database: Database, on: str, says: str) -> None:
    case = a_review(database, "decision_pending")
    chair = signed_in(app, "deciding_chair")
    path = f"/records/{case.ref}/do/decide_review"
    answer = chair.send(path, **dated("_on", on), **DECISION, criteria_limb="intimate")
    assert answer.status_code in (409, 422)
    assert says in visible_text(answer.text)
    assert DECISION["decision_reasons"] in answer.text
    assert case.stage == "decision_pending"


def test_every_reason_is_given_at_once(manager: Browser, database: Database) -> None:
    case = a_review(database, "pre_publication")
    page = manager.get(f"/records/{case.ref}/do/publish")
    assert page.status_code == 200
    assert "This cannot be recorded yet" in page.text
    assert page.text.count("<li>") >= 4
    assert '<button type="submit" class="govuk-button"' not in page.text
    shown = manager.get(f"/reviews/{case.ref}").text
    assert "not yet" in shown


def test_an_action_of_another_stage_says_where_it_belongs(manager: Browser, database: Database) -> None:
    case = a_review(database, "notified")
    page = manager.get(f"/records/{case.ref}/do/start_drafting")
    assert "is not a step of the stage" in page.text
    answer = manager.send(
        f"/records/{case.ref}/do/start_drafting", manager.get(f"/reviews/{case.ref}"), **dated("_on", TODAY)
    )
    assert answer.status_code == 409
    assert manager.get(f"/records/{case.ref}/do/kill_everything").status_code == 404


def test_a_file_is_kept_encrypted_and_its_name_nowhere_in_the_history(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARDR_MASTER_KEY", "11" * 32)
    case = a_review(database, "decision_pending")
    chair = signed_in(app, "deciding_chair")
    answer = chair.send(
        f"/records/{case.ref}/do/decide_review",
        **dated("_on", TODAY),
        **DECISION,
        criteria_limb="intimate",
        decision_file=(io.BytesIO(b"Plain words of a minute"), "Minute of a death.txt"),
    )
    assert answer.status_code == 303
    with database.read() as session:
        row = session.scalars(sa.select(StoredFile)).one()
        assert b"Plain words" not in row.content
    timeline = chair.get(f"/reviews/{case.ref}/timeline").text
    assert "A file of 1 KB" in timeline and "Minute of a death" not in timeline


def test_files_must_be_chosen_again_and_the_page_says_so(app: Flask, database: Database) -> None:
    case = a_review(database, "decision_pending")
    answer = signed_in(app, "deciding_chair").send(
        f"/records/{case.ref}/do/decide_review",
        **dated("_on", TODAY),
        decision_file=(io.BytesIO(b"Plain words"), "minute.pdf"),
    )
    assert answer.status_code == 422
    assert "choose them again" in answer.text


def test_what_changed_meanwhile_is_explained_and_what_was_typed_is_kept(app: Flask, database: Database) -> None:
    case = a_review(database, "decision_pending")
    chair, manager = signed_in(app, "deciding_chair"), signed_in(app, "case_manager")
    path = f"/records/{case.ref}/do/decide_review"
    open_page = chair.get(path)
    answers: dict[str, Any] = {**dated("_on", TODAY), **DECISION, "criteria_limb": "intimate"}
    other = manager.send(
        f"/records/{case.ref}/do/record_core_group", **dated("_on", TODAY), view="The group leans to a review."
    )
    assert other.status_code == 303, other.text
    late = chair.send(path, open_page, **answers)
    assert late.status_code == 409
    text = visible_text(late.text)
    assert "Somebody changed this while you had the page open" in text
    assert "by Alex Example, 3 August 2026, 09:00" in text
    assert DECISION["decision_reasons"] in late.text
    assert case.stage == "decision_pending"
    again = chair.send(path, late, **answers)
    assert again.status_code == 303
    assert case.stage == "decided_review"


def test_sending_a_page_twice_records_it_once(app: Flask, database: Database) -> None:
    case = a_review(database, "notified")
    manager, leader = signed_in(app, "case_manager"), signed_in(app, "team_manager")
    path = f"/records/{case.ref}/do/accept_notification"
    page, opened = manager.get(path), leader.get(path)
    assert manager.send(path, page, **dated("_on", TODAY), area_confirmed="yes").status_code == 303
    second = manager.send(path, page, **dated("_on", TODAY), area_confirmed="yes")
    assert second.status_code == 409 and "This was recorded already, by you" in second.text
    other = leader.send(path, opened, **dated("_on", TODAY), area_confirmed="yes")
    assert "Somebody changed this" in other.text and "where this is no step any more" in other.text
    assert events(database, case.ref).count("accept_notification") == 1


def test_what_was_opened_is_linked(manager: Browser, database: Database) -> None:
    case = a_review(database, "decision_pending")
    answer = manager.send(
        f"/records/{case.ref}/do/request_information",
        **dated("_on", TODAY),
        bodies=["mereshire-police", "northmere-council"],
    )
    page = manager.get(answer.headers["Location"])
    opened = case.opened("agency-return")
    assert len(opened) == 2
    for ref in opened:
        assert f'/records/{ref}"' in page.text
        assert manager.get(f"/records/{ref}").status_code == 200


def test_odd_answers_warn_and_are_kept(manager: Browser, database: Database) -> None:
    answer = manager.send("/open/dardr-s9", **{**NOTIFICATION, **dated("csp_aware_on", TODAY)})
    assert answer.status_code == 303
    assert "Please check:" in manager.get(answer.headers["Location"]).text


def every_action() -> list[tuple[str, str]]:
    return [(key, action.key) for key in ("dardr-s9",) for action in workflows.newest(key).actions]


def test_every_action_of_a_review_has_a_page(manager: Browser, database: Database) -> None:
    """Whatever its fields and whether it is possible or not, the page is shown."""
    case = a_review(database, "evidence")
    shown = 0
    for _, key in every_action():
        answer = manager.get(f"/records/{case.ref}/do/{key}")
        if key in ASKED_ON:  # asked on a page of its own
            answer = manager.client.get(answer.headers["Location"], follow_redirects=True)
        assert answer.status_code in (200, 403), f"{key}: {answer.status_code}"
        shown += answer.status_code == 200
    assert shown > 60


@pytest.mark.parametrize("process", ["action", "agency-return", "commissioner-reply", "qa-point", "section8-report"])
def test_every_field_of_every_item_is_a_question(process: str) -> None:
    from werkzeug.datastructures import MultiDict

    from dardr.web import forms

    for action in workflows.newest(process).actions:
        shown = forms.questions(action.fields, {}, MultiDict(), {})
        asked = [f.name for f in action.fields if not f.filled]
        assert [q.params.get("name") or q.params["namePrefix"] for q in shown] == asked

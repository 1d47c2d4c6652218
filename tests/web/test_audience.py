"""Who may use which page: every route is listed here, and a route that says nothing stops the start."""

from __future__ import annotations

import re
from collections import deque

import pytest
from flask import Flask

from dardr.access import OF_AGENCIES, SEES_IDENTITIES
from dardr.casework.conflicts import MANAGES_ACCESS
from dardr.storage.engine import Database
from dardr.web import audience
from dardr.web.audience import EVERYONE, RUNS_THE_SERVICE, SIGNED_IN
from dardr.web.pages.commissioner import READERS as COMMISSIONER_READERS
from dardr.web.pages.reading import READS_CHANGES, READS_THE_READ_LOG
from dardr.web.pages.reports import READERS
from dardr.web.pages.said_before import READERS as LEARNING
from tests.builders import PEOPLE, a_review
from tests.web.conftest import Browser, signed_in
from workflows.definition import Role
from workflows.processes.who import APART, CHAIRING, CONTRACT, DECIDERS, FAMILY_NOTES, POLICING

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.TEAM_MANAGER})

FORM_PAGES = ("", "/throw-away", "/questions/<key>", "/advice/<key>", "/check", "/sent")
NOTIFYING = {
    "/notify": EVERYONE,
    "/notify/begin": POLICING,
    "/notify/link": EVERYONE,
    "/notify/link/<token>": EVERYONE,
    "/notify/yours": EVERYONE,
    **{f"/notify/<int:number>{page}": POLICING for page in FORM_PAGES},
    **{f"/notify/outside/<int:number>{page}": EVERYONE for page in FORM_PAGES},
    "/notify/<int:number>/same/<ref>": POLICING,
    "/notify/<int:number>/same/<ref>/add": POLICING,
}
"""A notifier without an account comes in by a link, and finds only the forms of their own address."""

CARRIES_REVIEWS = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER})
ROUND_READERS = CARRIES_REVIEWS | {Role.STEERING_MEMBER, Role.DECIDING_CHAIR, Role.AUDITOR}
HANDLES_POST = CARRIES_REVIEWS | {Role.ADMINISTRATOR}
TRACKER = (
    "/administration/tracker",
    *(f"/administration/tracker/<int:number>/{page}" for page in ("sheet", "columns", "words", "preview", "done")),
    "/administration/tracker/layouts/<int:number>/download",
)

ROUTES = {
    "/": SIGNED_IN,
    "/reminders": SIGNED_IN,
    "/reviews/<ref>/waiting": SIGNED_IN,
    "/reviews/<ref>/agencies": SIGNED_IN,
    "/returns/<ref>": SIGNED_IN,
    "/returns/<ref>/parts/<key>": SIGNED_IN,
    "/returns/<ref>/chronology": SIGNED_IN,
    "/returns/<ref>/chronology/template": SIGNED_IN,
    "/returns/<ref>/chronology/typed": SIGNED_IN,
    **{f"/returns/<ref>/chronology/<int:number>/{page}": SIGNED_IN for page in ("columns", "preview", "typed")},
    "/reviews/<ref>/chronology": SIGNED_IN,
    "/reviews/<ref>/chronology/file/<any(docx, xlsx):form>": SIGNED_IN,
    "/reviews/<ref>/chronology/pairs": SIGNED_IN,
    "/reviews/<ref>/chronology/pairs/<int:first>/<int:second>": SIGNED_IN,
    "/reviews/<ref>/chronology/lines/<int:number>": SIGNED_IN,
    "/reviews/<ref>/chronology/beside": CHAIRING,
    "/reviews/<ref>/chronology/decisions/<int:number>/undo": CHAIRING,
    "/returns/<ref>/check": SIGNED_IN,
    "/returns/<ref>/own-file": SIGNED_IN,
    "/returns/<ref>/send-file": SIGNED_IN,
    "/returns/<ref>/sign-off": SIGNED_IN,
    "/returns/<ref>/document.docx": SIGNED_IN,
    "/returns/<ref>/request.docx": CHAIRING,
    "/records/<ref>/more-time": SIGNED_IN,
    "/reviews/<ref>/proceedings": SIGNED_IN,
    "/reviews/<ref>/publication": SIGNED_IN,
    "/reviews/<ref>/disclosure": APART,
    "/reviews/<ref>/disclosure.csv": APART,
    "/reviews/<ref>/disclosure.xlsx": APART,
    "/reviews/<ref>/brief": SIGNED_IN,
    "/brief": SIGNED_IN,
    "/partnership": frozenset({Role.CSP_MEMBER}),
    "/sign-in": EVERYONE,
    "/sign-out": EVERYONE,
    "/sign-in/again": SIGNED_IN,
    "/sign-in/password": EVERYONE,
    "/sign-in/password/<token>": EVERYONE,
    "/sign-in/code": EVERYONE,
    "/sign-in/which": EVERYONE,
    "/sign-in/without-the-app": EVERYONE,
    "/sign-in/recovery-code": EVERYONE,
    "/sign-in/passkey": EVERYONE,
    "/sign-in/passkey/<token>": EVERYONE,
    "/sign-in/with": EVERYONE,
    "/sign-in/with/back": EVERYONE,
    "/me": SIGNED_IN,
    "/me/e-mail": SIGNED_IN,
    "/agencies/<key>/e-mail": KEEPERS | {Role.AGENCY_LEAD},
    "/administration/e-mail": ADMINISTRATORS,
    "/me/password": SIGNED_IN,
    "/me/second-factor": EVERYONE,
    "/me/second-factor/<token>": SIGNED_IN,
    "/me/recovery-codes": SIGNED_IN,
    "/me/passkeys": SIGNED_IN,
    "/me/passkeys/<token>": SIGNED_IN,
    "/me/passkeys/remove": SIGNED_IN,
    "/me/stay": SIGNED_IN,
    "/me/sessions/<int:number>/end": SIGNED_IN,
    "/me/sessions/end-others": SIGNED_IN,
    "/kept-forms": SIGNED_IN,
    "/kept-forms/keep": SIGNED_IN,
    "/kept-forms/<int:number>/let-go": SIGNED_IN,
    "/static/<path:filename>": EVERYONE,
    "/fs-static/<path:filename>": EVERYONE,
    "/health": EVERYONE,
    "/metrics": EVERYONE,
    "/reviews": SIGNED_IN,
    "/search": SIGNED_IN,
    "/reviews.csv": SIGNED_IN,
    "/reviews/chart": SIGNED_IN,
    "/reviews/views": SIGNED_IN,
    "/reviews/views/<int:number>": SIGNED_IN,
    "/reviews/<ref>": SIGNED_IN,
    "/reviews/<ref>/timeline": SIGNED_IN,
    "/reviews/<ref>/decision": SIGNED_IN,
    "/reviews/<ref>/report": SIGNED_IN,
    "/reviews/<ref>/sign-off": CHAIRING | DECIDERS | {Role.AUDITOR},
    "/reviews/<ref>/home-office": SIGNED_IN,
    "/reviews/<ref>/home-office/points": SIGNED_IN,
    "/reviews/<ref>/home-office/cleared": SIGNED_IN,
    "/records/<ref>/comments": SIGNED_IN,
    "/records/<ref>/comments.<any(docx, xlsx):form>": SIGNED_IN,
    "/records/<ref>/version": SIGNED_IN,
    "/records/<ref>/answer": SIGNED_IN,
    "/reviews/<ref>/commissioning": CONTRACT,
    "/chairs": CONTRACT,
    "/chairs/<ref>": CONTRACT,
    "/reviews/<ref>/panel": SIGNED_IN,
    "/reviews/<ref>/meetings": SIGNED_IN,
    "/reviews/<ref>/recommendations": SIGNED_IN,
    "/records/<ref>/recommendation": SIGNED_IN,
    **dict.fromkeys(("/recommendations", "/recommendations.csv", "/recommendations/similar"), LEARNING),
    **dict.fromkeys(("/recommendations/recurring", "/recommendations/recurring.csv"), LEARNING),
    **dict.fromkeys(("/reviews/<ref>/plan", "/reviews/<ref>/plan.docx"), SIGNED_IN),
    "/reviews/<ref>/plan/<int:number>": SIGNED_IN,
    "/reviews/<ref>/plan/<int:number>.docx": SIGNED_IN,
    "/meetings": SIGNED_IN,
    "/meetings/<ref>": SIGNED_IN,
    "/meetings/<ref>/papers/<int:number>": SIGNED_IN,
    "/meetings/<ref>/calendar.ics": SIGNED_IN,
    "/reviews/<ref>/family": FAMILY_NOTES,
    "/reviews/<ref>/family/add": FAMILY_NOTES,
    "/family/<ref>": FAMILY_NOTES,
    "/family/<ref>/letters/<int:number>.docx": FAMILY_NOTES,
    "/reviews/<ref>/family/questions": FAMILY_NOTES,
    "/reviews/<ref>/family/<branch>/questions": FAMILY_NOTES,
    "/reviews/<ref>/documents": SIGNED_IN,
    "/reviews/<ref>/documents/<name>.<form>": SIGNED_IN,
    "/reviews/<ref>/files": SIGNED_IN,
    "/reviews/<ref>/file-messages": SIGNED_IN,
    "/records/<ref>/files": SIGNED_IN,
    "/records/<ref>/files/<int:number>": SIGNED_IN,
    "/records/<ref>/file-messages": SIGNED_IN,
    "/records/<ref>/messages/<int:entry>": SIGNED_IN,
    "/records/<ref>/note-call": SIGNED_IN,
    "/records/<ref>": SIGNED_IN,
    "/records/<ref>/timeline": SIGNED_IN,
    "/records/<ref>/dates": SIGNED_IN,
    "/records/<ref>/items": SIGNED_IN,
    "/records/<ref>/lists/<name>": SIGNED_IN,
    "/records/<ref>/do/<key>": SIGNED_IN,
    "/records/<ref>/deadlines/<int:number>": SIGNED_IN,
    "/commissioner": COMMISSIONER_READERS,
    "/update-rounds": ROUND_READERS,
    "/update-rounds/<ref>": ROUND_READERS,
    "/administration/rounds-of-updates": ADMINISTRATORS,
    "/administration/colours-of-actions": ADMINISTRATORS,
    "/commissioner.csv": COMMISSIONER_READERS,
    "/open/<process_key>": SIGNED_IN,
    **NOTIFYING,
    "/calendar": SIGNED_IN,
    "/calendar/feed/<secret>.ics": EVERYONE,
    "/records/<ref>/deadlines/<int:number>/calendar.ics": SIGNED_IN,
    "/me/calendar-links": SIGNED_IN,
    "/me/calendar-links/<int:number>/take-back": SIGNED_IN,
    "/deadlines": SIGNED_IN,
    "/door": EVERYONE,
    "/door/<key>": EVERYONE,
    "/door/<key>/<path:to>": EVERYONE,
    "/door/home": SIGNED_IN,
    "/door/review": frozenset({Role.INDEPENDENT_CHAIR}),
    "/door/review/files/<int:number>": frozenset({Role.INDEPENDENT_CHAIR}),
    "/reviews/<ref>/holds/<int:number>/<to>.docx": CHAIRING,
    "/door/review/outline.docx": frozenset({Role.INDEPENDENT_CHAIR}),
    "/door/review/papers": frozenset({Role.INDEPENDENT_CHAIR}),
    "/door/review/papers/<ref>/files/<int:number>": frozenset({Role.INDEPENDENT_CHAIR}),
    "/administration/doors": HANDLES_POST,
    "/administration/doors/<int:number>/end": HANDLES_POST,
    "/administration/doors/<int:number>/code": HANDLES_POST,
    "/administration/doors/codes": KEEPERS,
    "/administration/doors/chairs/<ref>": HANDLES_POST,
    "/administration/bodies/<key>/contacts/<int:number>/send-link": HANDLES_POST,
    "/own-plans/into/<ref>": CARRIES_REVIEWS,
    "/own-plans/<int:number>/columns": CARRIES_REVIEWS,
    "/own-plans/<int:number>/words": CARRIES_REVIEWS,
    "/own-plans/<int:number>/preview": CARRIES_REVIEWS,
    "/sheets": CARRIES_REVIEWS | OF_AGENCIES,
    "/sheets/agency": CARRIES_REVIEWS | OF_AGENCIES,
    "/sheets/plan/<ref>": DECIDERS | {Role.INDEPENDENT_CHAIR, Role.STEERING_MEMBER},
    "/sheets/<int:number>": CARRIES_REVIEWS | OF_AGENCIES,
    "/agency": OF_AGENCIES,
    "/agency/updates": OF_AGENCIES,
    "/agency/receipt": OF_AGENCIES,
    "/agency/sign-off": frozenset({Role.AGENCY_LEAD}),
    "/agency/written/<int:number>/sign-off": frozenset({Role.AGENCY_LEAD}),
    "/agency/written/<int:number>/send-back": frozenset({Role.AGENCY_LEAD}),
    "/agency/written/<int:number>": OF_AGENCIES,
    "/agency/written/<int:number>/take-back": OF_AGENCIES,
    "/agency/written/<int:number>/files/<name>": OF_AGENCIES,
    "/agency/pass/<ref>": OF_AGENCIES,
    "/agency/passed/<int:number>/<any(back, agree, refuse):what>": OF_AGENCIES,
    "/agency/contacts": OF_AGENCIES,
    "/agency/contacts/<number>": OF_AGENCIES,
    "/agency/replies/<ref>": OF_AGENCIES,
    "/agencies": CARRIES_REVIEWS,
    "/agencies.csv": CARRIES_REVIEWS,
    "/agencies/<key>/remind": CARRIES_REVIEWS,
    "/agencies/<key>/contacts/<int:number>/<any(confirm, leave):what>": KEEPERS,
    "/administration/agencies": ADMINISTRATORS,
    "/agencies/<key>": CARRIES_REVIEWS,
    "/actions": SIGNED_IN,
    "/actions.csv": SIGNED_IN,
    "/actions/verify": CARRIES_REVIEWS | {Role.STEERING_MEMBER},
    "/deadlines.csv": SIGNED_IN,
    "/reviews/<ref>/what-if": SIGNED_IN,
    "/reviews/<ref>/what-if.csv": SIGNED_IN,
    "/what-if": SIGNED_IN,
    "/what-if.csv": SIGNED_IN,
    "/published-cases": SIGNED_IN,
    "/process": SIGNED_IN,
    "/process/<key>": SIGNED_IN,
    "/process/<key>/page.md": SIGNED_IN,
    "/reports": READERS,
    "/reports/quarterly.<form>": READERS,
    "/post": CARRIES_REVIEWS,
    "/post/<int:number>": CARRIES_REVIEWS,
    "/post/<int:number>/record": CARRIES_REVIEWS,
    "/post/<int:number>/comments": CARRIES_REVIEWS,
    "/post/<int:number>/dealt-with": CARRIES_REVIEWS,
    "/post/<int:number>/file": CARRIES_REVIEWS,
    "/post/written/<int:number>": SIGNED_IN,
    "/post/written/<int:number>/retry": HANDLES_POST,
    "/post/written/<int:number>/withdraw": HANDLES_POST,
    "/administration/post": HANDLES_POST,
    "/administration/post/<int:number>/works-again": HANDLES_POST,
    "/care": RUNS_THE_SERVICE,
    "/care/reads": READS_THE_READ_LOG,
    "/care/reads.csv": READS_THE_READ_LOG,
    "/care/changes": READS_CHANGES,
    "/reviews/<ref>/people": SEES_IDENTITIES,
    "/reviews/<ref>/access": SIGNED_IN,
    "/reviews/<ref>/access/conflict": SIGNED_IN,
    "/reviews/<ref>/access/conflicts/<int:number>/end": MANAGES_ACCESS,
    "/reviews/<ref>/open-for-a-reason": frozenset({Role.ADMINISTRATOR}),
    "/administration": KEEPERS,
    "/administration/questions": ADMINISTRATORS,
    "/administration/questions/add/<place>": ADMINISTRATORS,
    "/administration/questions/<key>": ADMINISTRATORS,
    "/administration/questions/<key>/<any(up, down, retire, 'put-back'):what>": ADMINISTRATORS,
    "/administration/partnership": ADMINISTRATORS,
    "/administration/partnership/choices": ADMINISTRATORS,
    "/administration/partnership/name": ADMINISTRATORS,
    "/administration/csps": ADMINISTRATORS,
    "/administration/csps/add": ADMINISTRATORS,
    "/administration/csps/<key>": ADMINISTRATORS,
    "/administration/csps/<key>/change": ADMINISTRATORS,
    "/administration/csps/<key>/name": ADMINISTRATORS,
    "/administration/csps/<key>/end": ADMINISTRATORS,
    "/administration/bodies": KEEPERS,
    "/administration/bodies/add": KEEPERS,
    "/administration/bodies/<key>": KEEPERS,
    "/administration/bodies/<key>/change": KEEPERS,
    "/administration/bodies/<key>/name": KEEPERS,
    "/administration/bodies/<key>/end": KEEPERS,
    "/administration/bodies/<key>/split": KEEPERS,
    "/administration/bodies/<key>/go-on": KEEPERS,
    "/administration/bodies/<key>/contacts/add": KEEPERS,
    "/administration/bodies/<key>/contacts/<int:number>": KEEPERS,
    "/administration/bodies/<key>/contacts/<int:number>/remove": KEEPERS,
    "/administration/people": KEEPERS,
    "/administration/people/add": KEEPERS,
    "/administration/people/<int:number>": KEEPERS,
    "/administration/people/<int:number>/change": KEEPERS,
    "/administration/people/<int:number>/roles/add": KEEPERS,
    "/administration/people/<int:number>/roles/<int:held>/take-away": KEEPERS,
    "/administration/people/<int:number>/leave": KEEPERS,
    "/administration/people/<int:number>/come-back": KEEPERS,
    "/administration/people/<int:number>/unlock": KEEPERS,
    "/administration/sessions": KEEPERS,
    "/administration/sessions/<int:user_id>/<int:number>/end": KEEPERS,
    "/administration/sessions/<int:user_id>/end": KEEPERS,
    "/administration/sessions/<int:user_id>/reset-second-factor": ADMINISTRATORS,
    "/administration/sessions/<int:user_id>/password-link": KEEPERS,
    "/administration/targets": ADMINISTRATORS,
    "/administration/targets/<key>": ADMINISTRATORS,
    "/administration/calendar": KEEPERS,
    "/administration/calendar/add": KEEPERS,
    "/administration/calendar/import": KEEPERS,
    "/administration/calendar/confirm": KEEPERS,
    "/administration/calendar/leave-out": KEEPERS,
    "/administration/closures": KEEPERS,
    "/administration/closures/add": KEEPERS,
    "/administration/closures/<day>/open": KEEPERS,
    "/administration/profiles/<name>": ADMINISTRATORS,
    **dict.fromkeys(TRACKER, CARRIES_REVIEWS),
}
"""Signed-in pages show each person only the records they may see; doing asks for a role on that record."""


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    said = audience.declared(app)
    assert {rule.rule: said[rule.endpoint] for rule in app.url_map.iter_rules()} == ROUTES


def test_a_route_that_says_nothing_stops_the_start() -> None:
    app = Flask("undeclared")
    app.add_url_rule("/secret", "secret", lambda: "")
    with pytest.raises(RuntimeError, match="secret"):
        audience.install(app)


@pytest.mark.parametrize("rule", [rule for rule, who in ROUTES.items() if who != EVERYONE])
def test_nobody_sees_anything_before_signing_in(app: Flask, anyone: Browser, rule: str) -> None:
    path = re.sub(r"<int:[^>]+>", "1", rule)
    path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
    path = re.sub(r"<[^>]+>", "x", path)
    answer = anyone.get(path)
    if answer.status_code == 405:  # a button, not a page
        answer = anyone.send(path, anyone.get("/sign-in"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("person", "path", "status"),
    [
        ("csp_member", "/reports", 403),
        ("steering_member", "/reports", 200),
        ("agency_contact", "/care", 403),
        ("auditor", "/care", 200),
        ("auditor", "/open/dardr-s9", 403),
        ("police_liaison", "/open/dardr-s9", 200),
        ("administrator", "/reviews/DARDR-2026-001", 404),
        ("agency_contact", "/reviews/DARDR-2026-001", 404),
        ("other_csp_member", "/reviews/DARDR-2026-001/timeline", 404),
        ("auditor", "/reviews/DARDR-2026-001", 200),
        ("auditor", "/records/DARDR-2026-001/do/accept_notification", 403),
    ],
)
def test_a_page_for_others_says_so_kindly(app: Flask, database: Database, person: str, path: str, status: int) -> None:
    a_review(database, "notified")
    answer = signed_in(app, person).get(path)
    assert answer.status_code == status
    if status != 200:
        assert "Go to the first page" in answer.text
        assert "Traceback" not in answer.text


def test_a_role_that_may_not_act_is_refused_when_it_sends_the_form_all_the_same(app: Flask, database: Database) -> None:
    case = a_review(database, "notified")
    browser = signed_in(app, "auditor")
    answer = browser.send(
        f"/records/{case.ref}/do/accept_notification",
        browser.get(f"/reviews/{case.ref}"),
        **{"_on-day": "3", "_on-month": "8", "_on-year": "2026", "area_confirmed": "yes"},
    )
    assert answer.status_code == 403
    assert case.stage == "notified"


@pytest.mark.parametrize(
    "person",
    [
        "case_manager", "deciding_chair", "agency_contact", "auditor", "steering_member", "administrator",
        "team_manager",
    ],
)  # fmt: skip
def test_no_link_is_dead(app: Flask, database: Database, person: str) -> None:
    """Every link that a person is shown leads to a page that person may see."""
    assert person in PEOPLE
    a_review(database, "decision_pending").act("request_information", {"bodies": ["northmere-council"]})
    a_review(database, "amending")
    a_review(database, "action_monitoring")
    browser = signed_in(app, person)
    assert person != "agency_contact" or "DARDR-" in browser.get("/deadlines").text
    found, seen = deque(["/reviews"]), {"/reviews"}
    while found:
        path = found.popleft()
        answer = browser.get(path)
        while answer.status_code in (301, 302, 303, 308):
            answer = browser.get(answer.headers["Location"])
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        if "text/html" not in answer.content_type or "attachment" in answer.headers.get("Content-Disposition", ""):
            continue
        for link in re.findall(r'<a [^>]*href="(/[^"#]*)', answer.text):
            link = link.replace("&amp;", "&")
            if link not in seen and len(seen) < 400 and not link.startswith("/static"):
                seen.add(link)
                found.append(link)

"""No page goes unlooked at: each that shows something is opened in a browser, as somebody who may use it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from mailbox import Maildir
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from dardr import systime
from dardr.casework.conflicts import record_conflict
from dardr.casework.own_questions import Wording, add_question
from dardr.casework.post_in import take_in
from dardr.settings import Settings
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.installation import Installation
from dardr.storage.people import User
from dardr.storage.post_in import IncomingMail
from dardr.storage.reading import ConflictOfInterest
from tests import builders
from tests.journeys import test_browser, test_setting_up
from tests.journeys.test_browser import AXE, complaints_of, sign_in
from tests.returned_mail import answer
from tests.web.conftest import application, prepared
from tests.web.people_at_work import NOW, fill
from tests.web.serving import ROOT, Serving, serving

pytestmark = pytest.mark.browser

FILES = {
    *("/agencies.csv", "/agency/written/<int:number>/files/<name>"),
    *("/reviews/<ref>/what-if.csv", "/what-if.csv", "/commissioner.csv"),
    *("/recommendations.csv", "/recommendations/recurring.csv"),
    *("/reviews/<ref>/plan.docx", "/reviews/<ref>/plan/<int:number>.docx"),
    *("/reviews/<ref>/disclosure.csv", "/reviews/<ref>/disclosure.xlsx"),
    *("/actions.csv", "/deadlines.csv", "/reviews.csv", "/care/reads.csv", "/process/<key>/page.md"),
    *("/reports/quarterly.<form>", "/reviews/<ref>/documents/<name>.<form>", "/records/<ref>/files/<int:number>"),
    *("/administration/tracker/layouts/<int:number>/download", "/health", "/metrics"),
    *("/records/<ref>/comments.<any(docx, xlsx):form>", "/records/<ref>/version"),
    *("/static/<path:filename>", "/fs-static/<path:filename>", "/door/review/files/<int:number>"),
    *("/door/review/outline.docx", "/door/review/papers/<ref>/files/<int:number>"),
    "/reviews/<ref>/holds/<int:number>/<to>.docx",
    "/family/<ref>/letters/<int:number>.docx",
    *("/returns/<ref>/chronology/template", "/reviews/<ref>/chronology/file/<any(docx, xlsx):form>"),
    *("/returns/<ref>/document.docx", "/returns/<ref>/request.docx"),
    *("/meetings/<ref>/papers/<int:number>", "/meetings/<ref>/calendar.ics"),
    *("/records/<ref>/deadlines/<int:number>/calendar.ics", "/calendar/feed/<secret>.ics"),
}
"""Not pages: files, and the word for a machine that asks whether the service is up."""

LEADS_ON = {
    "/reviews/views/<int:number>": "opens the list that was saved",
    "/reviews/<ref>/chronology/beside": "puts the two lines that were ticked beside each other",
    "/door/home": "leads whoever came by a link to what it is for",
    "/sign-in/without-the-app": "leads to the page for a recovery code",
    "/me/passkeys/remove": "removes a passkey, and leads back to the list of them",
    "/sign-in/which": "is not used: there is nothing here",
    "/sign-in/with": "leads to the sign-in of the organisation",
    "/sign-in/with/back": "comes back from there",
}
"""Addresses that show nothing of their own, and what they do."""

FOLLOWED: dict[str, tuple[str, ...]] = {
    "test_agency.py": ("/agency/sign-off", "/agency/written/<int:number>", "/agency/replies/<ref>"),
    "test_capture.py": ("/records/<ref>/messages/<int:entry>",),
    "test_chronology.py": tuple(
        f"/returns/<ref>/chronology/<int:number>/{page}" for page in ("columns", "preview", "typed")
    ),
    "test_comments.py": ("/records/<ref>/comments", "/records/<ref>/answer", "/post/<int:number>/comments"),
    "test_returns.py": ("/returns/<ref>/send-file",),
    "test_by_link.py": ("/door/<key>", "/door/<key>/<path:to>", "/door/review", "/door/review/papers"),
    "test_first_day.py": tuple(
        f"/administration/tracker/<int:number>/{page}" for page in ("sheet", "columns", "words", "preview", "done")
    ),
    "test_notification.py": (
        "/notify/<int:number>/sent",
        "/notify/<int:number>/same/<ref>",
        "/notify/<int:number>/same/<ref>/add",
        "/notify/link/<token>",
        "/notify/yours",
        *(f"/notify/outside/<int:number>{page}" for page in ("", "/questions/<key>", "/check", "/throw-away")),
        *("/notify/outside/<int:number>/advice/<key>", "/notify/outside/<int:number>/sent"),
    ),
    "test_sheets.py": (
        "/sheets/<int:number>",
        *(f"/own-plans/<int:number>/{page}" for page in ("columns", "words", "preview")),
    ),
    "test_signing_in.py": ("/sign-in/code", "/sign-in/recovery-code", "/me/second-factor", "/me/recovery-codes")
    + ("/kept-forms", "/sign-in/passkey", "/sign-in/password/<token>"),
}
"""Pages that exist only at one point of a way through several: the journey that looks at them as it passes."""


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("every-page")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    test_browser.REFS.update(fill(database))
    now = systime.parse_pretended(NOW)
    with database.write() as session:
        session.execute(sa.update(Installation).values(demonstration=True))
        administrator = builders.actor(session, "administrator")
        add_question(session, administrator, now, "feedback", Wording("What helped most?", "text"))
        manager, ref = builders.actor(session, "team_manager"), test_browser.REFS["amending"]
        record_conflict(session, manager, now, ref, "A relative of a panel member.", builders.address("auditor"))
    Maildir(folder / "mail", create=True).add(answer("<unknown@elsewhere.example>"))
    with patch.dict(os.environ, DARDR_DATA_FOLDER=str(folder)):  # sealed with the key that the server has
        take_in(database, Settings(mailbox=f"maildir:{folder / 'mail'}"), now)
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def pages_of_others(server: Serving) -> dict[str, list[str]]:
    """Addresses by who opens them, besides those of the case manager in ``every_page``."""
    refs = test_browser.REFS
    with server.database.read() as session:
        mail = session.scalars(sa.select(IncomingMail.id)).one()
        conflict = session.scalars(sa.select(ConflictOfInterest.id)).one()
        person = session.scalars(sa.select(User.id).where(User.email == builders.address("agency_contact"))).one()
        contact = "/administration/bodies/{}/contacts/{}".format(
            *session.execute(sa.select(Body.key, BodyContact.id).join(Body, Body.id == BodyContact.body_id)).first()
            or ()
        )
    return {
        "": ["/sign-in", "/sign-in/password", "/notify", "/notify/link"],
        "case_manager": [
            "/sign-in/again",
            f"/records/{refs['return']}/timeline",
            f"/records/{refs['return']}/file-messages",
            f"/post/{mail}",
        ],
        "team_manager": [
            f"/reviews/{refs['amending']}/access",
            f"/reviews/{refs['amending']}/access/conflicts/{conflict}/end",
            "/administration",
        ],
        "administrator": [
            *("/administration", "/administration/people", f"/administration/people/{person}"),
            *("/administration/sessions", "/administration/bodies/northmere-council", contact),
            "/administration/doors",
            "/administration/agencies",
            *("/administration/questions", "/administration/e-mail", "/agencies/northmere-council/e-mail"),
            *("/administration/questions/add/notification", "/administration/questions/what_helped_most"),
            f"/reviews/{refs['evidence']}/open-for-a-reason",
            *("/care", "/care/changes"),
        ],
        "auditor": [
            *("/", "/reviews", "/care", "/care/reads", "/care/changes", "/reports"),
            f"/reviews/{refs['evidence']}",
            f"/reviews/{refs['evidence']}/documents",
            f"/reviews/{refs['evidence']}/files",
        ],
        "agency_contact": [
            *("/", "/reviews", "/deadlines", "/actions", "/me"),
            f"/records/{refs['return']}",
            f"/records/{refs['return']}/files",
            f"/records/{refs['return']}/do/receive_return",
            *("/agency", "/agency/updates", "/agency/receipt", "/agency/contacts", "/agency/contacts/new"),
            f"/agency/pass/{refs['return']}",
        ],
        "csp_member": ["/", "/partnership"],
    }


def test_every_page_is_looked_at(server: Serving, tmp_path: Path) -> None:
    """Every address that shows a page is among those opened here, or passed by a journey that looks at it."""
    rules = application(server.database, tmp_path).url_map
    shown = {rule.rule for rule in rules.iter_rules() if "GET" in (rule.methods or set())} - FILES - LEADS_ON.keys()
    opened = [path for paths in pages_of_others(server).values() for path in paths]
    opened += test_browser.every_page(server).values()
    opened += [f"/administration{path.format(ada=1)}" for path in test_setting_up.PAGES]
    at = rules.bind("127.0.0.1")
    looked_at = {at.match(path.partition("?")[0], return_rule=True)[0].rule for path in opened}
    passed = {rule for rules_of_one in FOLLOWED.values() for rule in rules_of_one}
    assert shown - looked_at - passed == set(), "Add the page to every_page, or to those of who may use it."
    assert (passed | LEADS_ON.keys() | FILES) - {rule.rule for rule in rules.iter_rules()} == set(), "is there no more"
    for journey in FOLLOWED:
        looks = (ROOT / "tests" / "journeys" / journey).read_text(encoding="utf-8")
        assert "violations(" in looks or "looked_at(" in looks, journey


@pytest.mark.parametrize(
    "person", ["", "case_manager", "team_manager", "administrator", "auditor", "agency_contact", "csp_member"]
)
def test_the_pages_of_others_are_accessible_and_fit(page: Page, server: Serving, person: str) -> None:
    page.add_init_script(path=AXE)  # with every page it opens
    if person:
        sign_in(page, server, person)
    complaints: list[str] = []
    for path in pages_of_others(server)[person]:
        answer = page.goto(server.address + path)
        assert answer is not None
        complaints += [f"{path}: {answer.status}"] if answer.status != 200 else []
        complaints += complaints_of(page, path)
    assert complaints == []

"""A real browser against a real server: every page for everybody, by keyboard alone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from dardr.storage.installation import Installation
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Deadline, Record
from dardr.web.frame import MARKING
from tests import builders
from tests.web.conftest import PASSWORD, prepared
from tests.web.people_at_work import NOW, fill
from tests.web.serving import ROOT, Serving, serving

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One server for the module; tests that change something use a review of their own."""
    folder = tmp_path_factory.mktemp("server")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with database.write() as session:
        session.execute(sa.update(Installation).values(demonstration=True))
    REFS.update(fill(database))
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


REFS: dict[str, str] = {}


def sign_in(page: Page, server: Serving, person: str = "case_manager") -> None:
    page.goto(f"{server.address}/sign-in")
    page.get_by_label("E-mail address").fill(builders.address(person))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{server.address}/")
    page.goto(f"{server.address}/reviews")


def every_page(server: Serving) -> dict[str, str]:
    """The address of each kind of page, by what it is."""
    with server.database.read() as session:
        deadline = session.execute(
            sa.select(Record.ref, Deadline.id)
            .join(Record, Record.id == Deadline.record_id)
            .where(Record.ref == REFS["evidence"], Deadline.clock == "overview_report")
        ).one()
        written = session.execute(
            sa.select(OutboxMessage.id)
            .join(Record, Record.id == OutboxMessage.record_id)
            .where(Record.ref == REFS["return"])
            .order_by(OutboxMessage.id)
        ).first()
    assert written
    return {
        "a new link": "/door",
        "what agencies owe": "/agencies",
        "the page of an agency": "/agencies/northmere-council",
        "rounds of updates": "/update-rounds",
        "workbooks of actions": "/sheets",
        "workbook of an agency": "/sheets/agency?body=northmere-council",
        "workbook of a plan": f"/sheets/plan/{REFS['evidence']}",
        "a plan of one's own": f"/own-plans/into/{REFS['evidence']}",
        "round of updates": f"/update-rounds/{REFS['round of updates']}",
        "updates asked of an agency": f"/records/{REFS['updates asked']}",
        "rounds of updates, their days": "/administration/rounds-of-updates",
        "colours of actions": "/administration/colours-of-actions",
        "post that came in": "/post",
        "addresses that do not work": "/administration/post",
        "an e-mail that was written": f"/post/written/{written.id}",
        "my work": "/",
        "my work, the team's": "/?of=team",
        "waiting for": f"/reviews/{REFS['evidence']}/waiting",
        "waiting for, in the way": f"/reviews/{REFS['amending']}/waiting",
        "brief of a review": f"/reviews/{REFS['evidence']}/brief",
        "brief of the caseload": "/brief",
        "add a task": f"/records/{REFS['pending']}/do/add_task",
        "add a task of no review": "/open/task",
        "task": f"/records/{REFS['task']}",
        "send a reminder": f"/records/{REFS['return']}/do/send_reminder",
        "caseload": "/reviews",
        "nothing found": "/reviews?text=nothing-like-this",
        "caseload, sorted and filtered": "/reviews?ended=yes&sort=csp&order=desc&opened_from=nonsense",
        "caseload over time": "/reviews/chart",
        "saved views": "/reviews/views?late=yes",
        "search": "/search",
        "search, found": "/search?q=trial",
        "search, nothing found": "/search?q=nothinglikethis",
        "review, pending": f"/reviews/{REFS['pending']}",
        "review, held": f"/reviews/{REFS['evidence']}",
        "review, quality assurance": f"/reviews/{REFS['amending']}",
        "timeline": f"/reviews/{REFS['evidence']}/timeline",
        "what if": f"/reviews/{REFS['evidence']}/what-if",
        "what if, answered": f"/reviews/{REFS['evidence']}/what-if?name-1=trial&on-1-day=3&on-1-month=3&on-1-year=2028",
        "what if of the caseload": "/what-if?holiday-day=14&holiday-month=6&holiday-year=2027",
        "all dates": f"/records/{REFS['evidence']}/dates",
        "all that belongs to it": f"/records/{REFS['evidence']}/items",
        "a whole list": f"/records/{REFS['evidence']}/lists/holds_placed",
        "proceedings and holds": f"/reviews/{REFS['evidence']}/proceedings",
        "disclosure register": f"/reviews/{REFS['evidence']}/disclosure",
        "proceeding": f"/records/{REFS['proceeding']}",
        "moved date, follow-up": f"/records/{REFS['proceeding']}/do/record_follow_up",
        "decision": f"/reviews/{REFS['pending']}/decision",
        "chair": f"/reviews/{REFS['commissioning']}/commissioning",
        "chair, nobody invited": f"/reviews/{REFS['evidence']}/commissioning",
        "chairs": "/chairs",
        "one chair": f"/chairs/{REFS['chair']}",
        "add a chair": "/open/chair",
        "appoint a chair": f"/records/{REFS['commissioning']}/do/appoint_chair",
        "report of a review": f"/reviews/{REFS['amending']}/report",
        "decision made": f"/reviews/{REFS['amending']}/decision",
        "sign-off": f"/reviews/{REFS['amending']}/sign-off",
        "home office": f"/reviews/{REFS['amending']}/home-office",
        "home office, nothing sent": f"/reviews/{REFS['evidence']}/home-office",
        "answer the points": f"/reviews/{REFS['amending']}/home-office/points",
        "panel": f"/reviews/{REFS['evidence']}/panel",
        "publication": f"/reviews/{REFS['before publication']}/publication",
        "publication, afterwards": f"/reviews/{REFS['published']}/publication",
        "plan of who is told": f"/records/{REFS['before publication']}/do/prepare_publication_plan",
        "calendar": "/calendar?of=all&month=2026-12",
        "calendar, as a list": "/calendar?of=all&month=2026-12&view=list",
        "calendar, nothing there": "/calendar?month=2040-02&rests=statute",
        "links for a calendar": "/me/calendar-links",
        "recommendations": f"/reviews/{REFS['evidence']}/recommendations",
        "recommendation": f"/records/{REFS['recommendation']}/recommendation",
        "recommendation, national": f"/records/{REFS['national recommendation']}/recommendation",
        "recommendations of all reviews": "/recommendations",
        "recommended again and again": "/recommendations/recurring?by=agency",
        "said before": "/recommendations/similar",
        "plan of a review": f"/reviews/{REFS['evidence']}/plan",
        "copy of a plan": f"/reviews/{REFS['amending']}/plan/1",
        "meetings of a review": f"/reviews/{REFS['evidence']}/meetings",
        "meetings": "/meetings",
        "meeting, planned": f"/meetings/{REFS['meeting']}",
        "meeting, held": f"/meetings/{REFS['meeting held']}",
        "seat of a panel": f"/records/{REFS['seat']}",
        "attendance": f"/records/{REFS['meeting']}/do/record_held",
        "family": f"/reviews/{REFS['amending']}/family",
        "family, nobody yet": f"/reviews/{REFS['evidence']}/family",
        "family, add a branch": f"/reviews/{REFS['amending']}/family/add",
        "family, one branch": f"/family/{REFS['family']}",
        "family, not asked yet": f"/family/{REFS['other family']}",
        "family, questions": f"/reviews/{REFS['amending']}/family/questions",
        "family, questions of one branch": f"/reviews/{REFS['amending']}/family/{REFS['family']}/questions",
        "family, a day to be careful about": f"/records/{REFS['family']}/do/add_careful_day",
        "when e-mail comes": "/me/e-mail",
        "family, a visit": f"/records/{REFS['family']}/do/agree_visit",
        "family, what they agree to": f"/records/{REFS['family']}/do/record_agreement",
        "family, an update": f"/records/{REFS['family']}/do/give_update",
        "family, confirm": f"/records/{REFS['other family']}/do/confirm_recipient",
        "documents": f"/reviews/{REFS['amending']}/documents",
        "item": f"/records/{REFS['return']}",
        "return": f"/returns/{REFS['return']}",
        "chronology of a return": f"/returns/{REFS['return']}/chronology",
        "chronology of a review": f"/reviews/{REFS['evidence']}/chronology?only=flagged",
        "lines that may be one event": f"/reviews/{REFS['evidence']}/chronology/pairs",
        "two lines of a chronology": f"/reviews/{REFS['evidence']}/chronology/pairs/1/4",
        "line of a chronology": f"/reviews/{REFS['evidence']}/chronology/lines/1",
        "part of a return": f"/returns/{REFS['return']}/parts/known",
        "check a return": f"/returns/{REFS['return']}/check",
        "own document of a return": f"/returns/{REFS['return']}/own-file",
        "sign off a return": f"/returns/{REFS['return']}/sign-off",
        "more time": f"/records/{REFS['return']}/more-time",
        "returns at a glance": f"/reviews/{REFS['evidence']}/agencies",
        "files": f"/reviews/{REFS['evidence']}/files",
        "files of an item": f"/records/{REFS['return']}/files",
        "document": f"/records/{REFS['document']}",
        "versions of a document": f"/records/{REFS['document']}/files",
        "add a version": f"/records/{REFS['document']}/do/add_version",
        "file a document": f"/records/{REFS['evidence']}/do/file_document",
        "e-mails": f"/reviews/{REFS['evidence']}/file-messages",
        "call": f"/records/{REFS['return']}/note-call",
        "section 8 report": f"/records/{REFS['section 8 report']}",
        "commissioner": "/commissioner?show=all",
        "name a body": f"/records/{REFS['section 8 report']}/do/name_body",
        "record a section 15 request": "/open/section15-request",
        "section 15 request": f"/records/{REFS['section 15 request']}",
        "receipt": f"/records/{deadline.ref}/deadlines/{deadline.id}",
        "form": f"/records/{REFS['pending']}/do/record_criteria",
        "form with a list": f"/records/{REFS['pending']}/do/request_information",
        "form not possible yet": f"/records/{REFS['before publication']}/do/publish",
        "notification": "/open/dardr-s9",
        "notify, start": "/notify",
        "notify, link": "/notify/link",
        "notify, list of parts": f"/notify/{REFS['form']}",
        **{f"notify, {key}": f"/notify/{REFS['form']}/questions/{key}" for key in ("when", "name", "lived", "files")},
        "notify, advice": f"/notify/{REFS['form']}/advice/under-16",
        "notify, check": f"/notify/{REFS['form']}/check",
        "notify, delete": f"/notify/{REFS['form']}/throw-away",
        "locked regime": "/open/dardr-s8a",
        "deadlines": "/deadlines",
        "actions": "/actions",
        "actions, narrowed": f"/actions?moved=yes&agency=northmere-council&review={REFS['evidence']}&ended=yes",
        "actions to verify": "/actions/verify",
        "action": f"/records/{REFS['action']}",
        "action to verify": f"/records/{REFS['action to verify']}",
        "action, part of another body": f"/records/{REFS['part of an action']}",
        "action, report complete": f"/records/{REFS['action']}/do/claim_complete",
        "published cases": "/published-cases",
        "report": "/reports",
        "tracker": "/administration/tracker",
        "rules": "/process",
        "process": "/process/dardr-s9",
        "care": "/care",
        "people (restricted)": f"/reviews/{REFS['evidence']}/people",
        "access": f"/reviews/{REFS['evidence']}/access",
        "conflict of interest": f"/reviews/{REFS['evidence']}/access/conflict",
        "timeline, unfolded": f"/reviews/{REFS['evidence']}/timeline?print=yes",
        "your account": "/me",
        "passkeys": "/me/passkeys",
        "new password": "/me/password",
        "nothing here": "/reviews/DARDR-1999-001",
        "not yours": f"/records/{REFS['pending']}/do/decide_review",
    }


ASKED = """async rules => {
    const found = await axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']});
    return found.violations.map(
        v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`
    );
}"""
"""Only what is wrong is brought out of the browser: bringing out all that is right takes longer than to look."""


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(ASKED, RULES)


def too_wide(page: Page) -> int:
    """Pixels by which a page must be scrolled sideways, once fonts and styles are there and two frames were drawn."""
    return page.evaluate(
        "async () => { await document.fonts.ready;"
        " await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));"
        " const root = document.documentElement; return root.scrollWidth - root.clientWidth; }"
    )


def open_details(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def complaints_of(page: Page, name: str, looked_at: Collection[int] = (320, 1280)) -> Iterator[str]:
    """What is wrong with the page that is open: what axe finds at some widths, and where at any it is too wide."""
    open_details(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if width in looked_at:
            yield from (f"{name} at {width}: {v}" for v in violations(page))
        if extra := too_wide(page):
            yield f"{name}: {extra} pixels too wide at {width}"


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_is_accessible_and_fits(page: Page, server: Serving, half: int) -> None:
    complaints: list[str] = []
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    page.add_init_script(path=AXE)  # with every page it opens
    page.goto(f"{server.address}/sign-in")
    complaints += complaints_of(page, "sign-in")
    sign_in(page, server)
    for name, path in list(every_page(server).items())[half::2]:
        page.goto(server.address + path)
        complaints += complaints_of(page, name)
    assert complaints == []
    assert [line for line in said if "404" not in line and "403" not in line] == []


def test_a_page_with_a_fault_is_complained_of(page: Page, server: Serving) -> None:
    page.goto(f"{server.address}/sign-in")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=x><input><p>wide</p>'")
    page.evaluate("document.querySelector('main > p').style.width = '2000px'")
    page.wait_for_function("document.querySelector('main > p').getBoundingClientRect().width === 2000")
    found = " ".join(violations(page))
    assert "image-alt" in found and "label" in found
    assert too_wide(page) > 0


def test_a_form_sent_back_is_accessible_too(page: Page, server: Serving) -> None:
    sign_in(page, server)
    page.goto(f"{server.address}/open/dardr-s9")
    page.get_by_role("button", name="Record a notification").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("This was not recorded. Please look again")
    assert page.title().startswith("Error:")
    assert violations(page) == []
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") == "notifier"


def tab_to(page: Page, text: str, most: int = 200, *, exact: bool = False) -> None:
    """Press Tab until what has the focus says ``text``, and nothing else if ``exact``."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const e = document.activeElement;"
            " const labels = e.labels ? [...e.labels].map(l => l.textContent).join(' ') : '';"
            " return (e.getAttribute('aria-label') || '') + ' ' + e.textContent + ' ' + labels; })()"
        )
        said = " ".join(focused.split())
        if said == text or (text in said and not exact):
            return
    raise AssertionError(f"“{text}” cannot be reached with the keyboard on {page.url}")


def test_signing_in_finding_a_review_and_acting_by_keyboard_alone(page: Page, server: Serving) -> None:
    case = builders.a_review(server.database, "notified", display_pseudonym="Keyboard")
    page.goto(f"{server.address}/sign-in")
    tab_to(page, "Skip to main content")
    page.keyboard.press("Enter")
    tab_to(page, "E-mail address")
    page.keyboard.type(builders.address("case_manager"))
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.address}/")
    tab_to(page, case.ref)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/reviews/{case.ref}")
    tab_to(page, "Accept for screening", exact=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/do/accept_notification")
    tab_to(page, "Yes")
    page.keyboard.press("Space")
    tab_to(page, "Accept for screening")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/reviews/{case.ref}")
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Accept for screening.")
    assert case.stage == "screening"


def test_a_review_is_opened_and_moved_without_scripts(browser: Browser, server: Serving) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, server)
    page.get_by_role("link", name="Record a notification").click()
    page.get_by_role("link", name="All questions on one page").click()
    page.get_by_role("button", name="Record a notification").click()
    expect(page.get_by_role("alert")).to_contain_text("this is needed")
    page.get_by_label("Police", exact=True).check()
    for question in ("When was the partnership notified?", "When did the partnership first know of the death?"):
        group = page.get_by_role("group", name=re.compile(re.escape(question)))
        for label, value in (("Day", "31"), ("Month", "7"), ("Year", "2026")):
            group.get_by_label(label).fill(value)
    page.get_by_role("group", name=re.compile("Was it in writing")).get_by_label("Yes").check()
    page.get_by_label("Northmere Community Safety Partnership").check()
    page.get_by_label("When did the person die?", exact=True).fill("2026-07")
    page.get_by_label("Age of the person who died, in years", exact=True).fill("34")
    page.get_by_label("Appears to be homicide").check()
    page.get_by_label(re.compile("^What was the other person")).first.select_option(index=1)
    page.get_by_role("button", name="Record a notification").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Record a notification.")
    page.get_by_role("link", name="Accept for screening", exact=True).first.click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Accept for screening").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Accept for screening.")
    page.get_by_role("link", name=re.compile("Why this date")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Monday 31 August 2026")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()


def test_a_receipt_prints_without_the_frame(page: Page, server: Serving) -> None:
    sign_in(page, server)
    page.goto(server.address + every_page(server)["receipt"])
    page.emulate_media(media="print")
    for around in (".dardr-header", ".dardr-footer", ".govuk-breadcrumbs", ".dardr-account"):
        assert not page.locator(around).is_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("OFFICIAL-SENSITIVE").first).to_be_visible()
    for path in ("receipt", "deadlines"):
        page.goto(server.address + every_page(server)[path])
        sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
        for number, text in enumerate(sheets, 1):
            assert MARKING in text and "all people and events are fictional" in text
            assert f"{number} of {len(sheets)}" in text
            assert "(/records" not in text and "Sign out" not in text, "no address stands behind a link on paper"
    assert len(sheets) > 1 and all("Who owes it" in " ".join(text.split()) for text in sheets[1:])


def test_nothing_on_a_page_looks_like_gov_uk(page: Page, server: Serving) -> None:
    sign_in(page, server)
    font = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert font.lower().startswith("arial")
    assert page.locator("svg, img").count() == 0

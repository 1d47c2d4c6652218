"""The pages of chronologies: brought in from a file or typed, merged, looked at pair by pair, noted on, saved."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask

from dardr.casework import search_index
from dardr.lookups.chronology import Merged, merged_of
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.search import SearchEntry
from tests import builders
from tests.builders import Case
from tests.chronology_files import HEADINGS, HEALTH, POLICE, csv_file, excel, with_macros, without_result
from tests.web.by_link import code_in, door_in, mail_to, post, press
from tests.web.conftest import Browser, signed_in
from workflows.definition import Role


@pytest.fixture
def case(database: Database) -> Case:
    """A review that asked the council and the police for a chronology; that of the police is here."""
    found = builders.a_review(database, "evidence", on=date(2026, 3, 2))
    found.act("request_returns", {"bodies": ["northmere-council", "mereshire-police"], "kind": "chronology"})
    found.act("add_chronology", {"chronology_file": excel(POLICE)}, ref=found.opened("agency-return")[-1])
    return found


def council(case: Case) -> str:
    return case.opened("agency-return")[-2]


def merged(case: Case) -> Merged:
    with case.database.read() as session:
        return merged_of(session, builders.actor(session, "case_manager"), case.ref)


def upload(browser: Browser, ref: str, content: bytes, name: str = "chronology.xlsx") -> str:
    """Choose a file; gives the address to which it leads."""
    path = f"/returns/{ref}/chronology"
    answer = browser.send(path, None, file=(io.BytesIO(content), name))
    assert answer.status_code == 303, answer.text
    return answer.location


def test_an_agency_gives_its_own_file_and_sees_every_line_before_it_is_kept(app: Flask, case: Case) -> None:
    ref, contact = council(case), signed_in(app, "agency_contact")
    assert contact.get(f"/records/{ref}/do/add_chronology").location == f"/returns/{ref}/chronology"
    preview = upload(contact, ref, excel(HEALTH).content)
    page = contact.get(preview).text
    assert preview.endswith("/preview") and "No day can be told" in page and "on or about 14 June 2021" in page
    assert case.record(ref).facts.get("chronologies") is None
    done = contact.send(preview)
    assert done.location == f"/returns/{ref}/chronology"
    shown = contact.get(done.location).text
    assert "4 lines" in shown and "Low mood spoken of." in shown and "4 new, 0 as before, 0 withdrawn" in shown
    assert contact.get(preview).status_code == 404
    assert signed_in(app, "other_agency_contact").get(f"/returns/{ref}/chronology").status_code == 404


def test_what_the_lead_signed_off_is_not_replaced_by_a_colleague(app: Flask, case: Case) -> None:
    ref = council(case)
    case.act("receive_return", {"known": "yes", "return_reference": "Kept here"}, ref=ref, by="agency_contact")
    contact = signed_in(app, "agency_contact")
    preview = upload(contact, ref, excel(HEALTH).content)
    signed = {"signed_off_by": "Director", "return_reference": "Kept here"}
    case.act("sign_off_return", signed, ref=ref, by="agency_lead")
    refused = contact.send(preview)
    assert refused.status_code == 409 and "Its lines are changed by whoever signs off" in refused.text
    assert "Its lines are changed by whoever" in contact.get(f"/returns/{ref}/chronology").text
    lead = signed_in(app, "agency_lead")
    assert lead.send(upload(lead, ref, excel(HEALTH).content)).status_code == 303


def test_columns_are_matched_by_hand_once_and_remembered(app: Flask, case: Case) -> None:
    ref, contact = council(case), signed_in(app, "agency_contact")
    strange = excel([("12/03/2021", "Seen at home", "x"), ("13/03/2021", "Seen at work", "y")], ("Tag", "Vorfall", "Z"))
    columns = upload(contact, ref, strange.content)
    assert columns.endswith("/columns") and "Seen at home" in contact.get(columns).text
    wrong = contact.send(columns, **{"column-what": "Vorfall", "column-people": "Vorfall"})
    assert wrong.status_code == 422 and "Choose the column that holds “Date”" in wrong.text
    assert "“Vorfall” is chosen for" in wrong.text
    right = contact.send(columns, **{"column-what": "Vorfall", "column-when": "Tag"})
    assert right.location.endswith("/preview") and "Seen at work" in contact.get(right.location).text
    assert upload(contact, ref, strange.content).endswith("/preview")


def test_a_table_without_headings_is_matched_by_letters(app: Flask, case: Case) -> None:
    ref, contact = council(case), signed_in(app, "agency_contact")
    columns = upload(
        contact, ref, csv_file([("13/03/2021", "Seen at work")], ("12/03/2021", "Seen at home")).content, "c.csv"
    )
    assert columns.endswith("/columns")
    bare = contact.send(columns, headed="no")
    assert "Column A" in contact.get(bare.location).text
    preview = contact.send(columns, **{"headed": "no", "column-when": "Column A", "column-what": "Column B"}).location
    page = contact.get(preview).text
    assert "Seen at home" in page and "Seen at work" in page


def test_what_cannot_be_read_is_said_on_the_page(app: Flask, case: Case) -> None:
    ref, contact = council(case), signed_in(app, "agency_contact")
    path = f"/returns/{ref}/chronology"
    for content, name, said in (
        (with_macros().content, "c.xlsm", "macros"),
        (b"%PDF-1.4 nothing %%EOF", "c.pdf", "cannot be opened"),
        (b"", "c.xlsx", "empty"),
    ):
        answer = contact.send(path, None, file=(io.BytesIO(content), name))
        assert answer.status_code == 422 and said in answer.text, name
    assert contact.send(path).status_code == 422
    preview = upload(contact, ref, without_result().content)
    assert "E2 is a formula without a kept result" in contact.get(preview).text
    upload(contact, ref, excel(POLICE).content)


def test_lines_are_typed_one_by_one_and_wait(app: Flask, case: Case) -> None:
    ref, contact = council(case), signed_in(app, "agency_contact")
    typed = contact.send(f"/returns/{ref}/chronology/typed", contact.get(f"/returns/{ref}/chronology")).location
    first = {"when": "early 2020", "what": "A call about <b>noise</b> =1+1", "people": "A", "significant": "Yes"}
    assert contact.send(typed, what="", when="2020").status_code == 422
    contact.send(typed, **first)
    contact.send(typed, when="12/03/2021", time="2pm", what="A visit")
    contact.send(typed, when="", what="Not sure when")
    contact.send(typed, line="2", when="12/03/2021", time="2pm", what="A visit, nobody in")
    contact.send(typed, take_out="3")
    again = contact.send(f"/returns/{ref}/chronology/typed", contact.get(f"/returns/{ref}/chronology")).location
    assert again == typed and "2 lines so far" in contact.get(typed).text
    preview = typed.replace("typed", "preview")
    assert "&lt;b&gt;noise&lt;/b&gt; =1+1" in contact.get(preview).text
    assert contact.send(preview).status_code == 303
    assert [line.row.what for line in merged(case).lines if line.ref == ref] == [first["what"], "A visit, nobody in"]
    again = contact.send(f"/returns/{ref}/chronology/typed", contact.get(f"/returns/{ref}/chronology")).location
    assert "2 lines so far" in contact.get(again).text
    same = contact.send(again.replace("typed", "preview"))
    assert same.status_code == 422 and "here already, word for word" in same.text


def test_the_merged_page_shows_filters_and_saves(app: Flask, case: Case) -> None:
    case.act("add_chronology", {"chronology_file": excel(HEALTH)}, ref=council(case))
    with case.database.write() as session:
        session.execute(sa.update(Partnership).values(settings={"chronology_gap_days": 30}))
    manager = signed_in(app, "case_manager")
    path = f"/reviews/{case.ref}/chronology"
    assert path in manager.get(f"/reviews/{case.ref}/agencies").text
    page = manager.get(path).text
    assert "early 2019" in page and "Told differently in" in page and "<svg" in page
    assert re.search(r"Gaps of more than 30 days \(\d\)", page)
    assert "2 lines" in manager.get(f"{path}?only=significant").text
    assert "1 line of 7" in " ".join(manager.get(f"{path}?only=no_day").text.split())
    assert manager.get(f"{path}?from=nonsense").status_code == 422
    assert "No line is like this" in manager.get(f"{path}?people=nobody").text
    book = openpyxl.load_workbook(io.BytesIO(manager.get(f"{path}/file/xlsx?only=significant").data))
    assert book["Chronology"].max_row == 3
    saved = manager.get(f"{path}/file/docx")
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{case.ref}-chronology.docx"'
    assert len(Document(io.BytesIO(saved.data)).tables[0].rows) == 8
    assert openpyxl.load_workbook(io.BytesIO(manager.get(f"/returns/{council(case)}/chronology/template").data))


def test_pairs_are_decided_undone_and_lines_noted(app: Flask, case: Case) -> None:
    case.act("add_chronology", {"chronology_file": excel(HEALTH)}, ref=council(case))
    manager = signed_in(app, "case_manager")
    path = f"/reviews/{case.ref}/chronology"
    pairs = manager.get(f"{path}/pairs").text
    assert "Same day" in pairs and "Words in both" in pairs
    one = merged(case).undecided[0]
    pair = f"{path}/pairs/{one.first.id}/{one.second.id}"
    assert manager.send(pair, decided="neither").status_code == 422
    answer = manager.send(pair, decided="contradict", why="The council's log is later.")
    assert answer.status_code == 303 and answer.location != pair
    assert "log is later" in manager.get(f"{path}/pairs?show=decided").text
    decided = manager.get(pair).text
    undo = re.search(r'action="([^"]+/undo)"', decided)
    assert undo and manager.send(undo[1], manager.get(pair)).status_code == 303
    assert "Nothing is decided yet" in manager.get(f"{path}/pairs?show=decided").text
    ids = [line.id for line in merged(case).lines[:2]]
    beside = manager.get(f"{path}/beside?line={ids[0]}&line={ids[1]}").location
    assert beside.endswith(f"/pairs/{ids[0]}/{ids[1]}") and manager.get(beside).status_code == 200
    assert manager.get(f"{path}/beside?line={ids[0]}").status_code == 409
    line = f"{path}/lines/{ids[0]}"
    assert manager.send(line, comment="It shows <i>nothing</i>.", in_report="yes").status_code == 303
    assert manager.send(line, key_lines="Something else").status_code == 422
    page = manager.get(path).text
    assert "It shows &lt;i&gt;nothing&lt;/i&gt;." in page and "In the report" in page
    assert "It shows" in manager.get(line).text and manager.get(f"{path}/lines/999999").status_code == 404


def test_the_panel_sees_what_is_shared_and_decides_nothing(app: Flask, case: Case) -> None:
    ref = council(case)
    case.act("add_chronology", {"chronology_file": excel(HEALTH)}, ref=ref)
    with case.database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    chair = signed_in(app, "independent_chair").get(f"/reviews/{case.ref}/chronology").text
    assert "7 lines" in chair and "Put the two ticked beside each other" in chair
    member = signed_in(app, "panel_member")
    page = member.get(f"/reviews/{case.ref}/chronology").text
    assert "Low mood" not in page and "There are others" in page
    one = merged(case).undecided[0]
    pair = f"/reviews/{case.ref}/chronology/pairs/{one.first.id}/{one.second.id}"
    assert member.get(pair).status_code == 404
    assert member.send(pair, member.get(f"/reviews/{case.ref}/chronology"), decided="same").status_code in (403, 404)
    for person in ("auditor",):
        seen = signed_in(app, person).get(f"/reviews/{case.ref}/chronology").text
        assert "Low mood" not in seen
    for person in ("agency_contact", "steering_member"):
        assert signed_in(app, person).get(f"/reviews/{case.ref}/chronology").status_code in (403, 404)


def test_the_names_of_files_and_the_lines_are_in_no_search(app: Flask, case: Case) -> None:
    ref, contact = council(case), signed_in(app, "agency_contact")
    contact.send(upload(contact, ref, excel(HEALTH).content, "Somebody Smith.xlsx"))
    assert search_index.read_documents(case.database, builders.at_ten(case.today)).documents == 0
    with case.database.read() as session:
        assert not session.scalars(sa.select(SearchEntry.id).where(SearchEntry.text.contains("midwife"))).all()
    manager = signed_in(app, "case_manager")
    for words in ("midwife", "Smith"):
        assert ref not in manager.get(f"/search?q={words}").text
    assert "Smith" not in str(case.record(ref).facts) and HEADINGS[4] in str(case.record(ref).facts["chronologies"])


def test_whoever_came_by_a_link_gives_a_chronology_and_sees_no_other(app: Flask, case: Case) -> None:
    ref, address = council(case), "contact@northmere-council.example"
    path = door_in(mail_to(post(case.database), address))
    browser = Browser(app.test_client())
    asked = press(browser, path)
    browser.send(path, asked, step="code", code=code_in(mail_to(post(case.database), address)))
    preview = upload(browser, ref, excel(HEALTH).content)
    assert browser.send(preview).status_code == 303
    assert sum(line.ref == ref for line in merged(case).lines) == 4
    assert browser.get(f"/reviews/{case.ref}/chronology").status_code == 403
    assert browser.get(f"/returns/{case.opened('agency-return')[-1]}/chronology").status_code == 404

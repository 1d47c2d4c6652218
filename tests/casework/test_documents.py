from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import docx
import pptx
import pytest
from pypdf import PdfReader

from dardr.casework import documents
from dardr.casework.documents import build, documents_of, list_documents
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.storage.engine import Database
from tests import builders
from tests.builders import Case, Step, a_review, at_ten
from workflows.definition import Role

LEARNING: dict[str, Any] = {
    "why_it_matters": "Services each saw a part & nobody saw the whole.",
    "learning_summary": ["Birch (not their name) was known to <several> services."],
    "learned": ["Separation raised the risk.", "Money was controlled; nobody asked."],
    "do_differently": ["Ask again after a separation.", "Ask about money.", "Call after a missed appointment."],
    "good_practice": ["A pharmacist offered a private room."],
    "team_questions": ["What do we do in the month after a separation?"],
    "evaluation_link": "https://partnership.example/views",
}
PSEUDONYM = Step("record_pseudonym", values={"display_pseudonym": "Birch 2026", "pseudonym_chosen": "family"})


def made(case: Case, name: str, form: str, *, by: str = "case_manager", on: date | None = None) -> bytes:
    with case.database.read() as session:
        return build(session, builders.actor(session, by), at_ten(on or case.today), name, case.ref, form)


def cleared(database: Database, **notified: Any) -> Case:
    case = a_review(database, "pre_publication", **notified)
    case.do((PSEUDONYM, Step("record_learning", values=LEARNING)))
    return case


def text_of(content: bytes, form: str) -> str:
    if form == "html":
        return content.decode()
    if form == "pdf":
        return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
    if form == "docx":
        word = docx.Document(io.BytesIO(content))
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        edges = [p.text for s in word.sections for edge in (s.header, s.footer) for p in edge.paragraphs]
        return "\n".join([*(p.text for p in word.paragraphs), *cells, *edges])
    return "\n".join(
        shape.text_frame.text  # type: ignore[attr-defined]
        for slide in pptx.Presentation(io.BytesIO(content)).slides
        for shape in slide.shapes
        if shape.has_text_frame
    )


def test_the_documents_of_a_review_are_listed_with_their_formats() -> None:
    assert {d["name"]: d["formats"] for d in list_documents()} == {
        "decision_notice": ["docx", "pdf", "html"],
        "report_outline": ["docx"],
        "submission_letter": ["docx", "pdf", "html"],
        "qa_response": ["docx", "pdf", "html"],
        "briefing": ["docx", "pdf", "html"],
        "learning_event_slides": ["pptx"],
    }
    assert [d["name"] for d in list_documents() if d["needs_cleared_report"]] == ["briefing", "learning_event_slides"]


# --- the decision notice -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["docx", "pdf", "html"])
def test_the_decision_notice_says_what_was_decided(database: Database, form: str) -> None:
    case = a_review(database, "decided_review", csps=["northmere", "southmere"], death_date="2026-02",
                    parallel_processes=["inquest"])  # fmt: skip
    said = text_of(made(case, "decision_notice", form), form)
    for words in (
        case.ref,
        "Northmere Community Safety Partnership, Southmere Community Safety Partnership",
        "February 2026",
        "2 March 2026",
        "A domestic abuse related death review will be held",
        "s.9(1)(a)",
        "The criteria appear to be met.",
        "The deciding chair",
        "Inquest",
        "team@mereshire.example",
        "OFFICIAL-SENSITIVE",
    ):
        assert words in said, words
    due = case.deadline("overview_report").due_on
    assert due is not None and f"{due.day} " in said and str(due.year) in said


def test_the_notice_says_how_the_proceedings_beside_it_stand(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "decided_review", parallel_processes=["inquest", "other"])
    for kind, status in (("inquest", "planned"), ("criminal", "under_way")):
        case.act("record_parallel_process", {"parallel_kind": kind, "parallel_status": status})
    criminal = case.opened("proceeding")[1]
    ended = {"ended_how": "discontinued", "ended_outcome": "Not pursued"}
    case.act("end_proceeding", ended, ref=criminal)
    said = text_of(made(case, "decision_notice", "html"), "html")
    for words in ("Another process", "Inquest: planned", "Criminal proceedings: ended"):
        assert words in said, words


def test_the_notice_of_no_review_holds_the_reasons_pack(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "decision_pending")
    case.act("record_core_group", {"present": ["mereshire-police"], "view": "The criteria are not met."})
    values = {
        "family_view": "They wish to be told of any change.",
        "alternative_learning": "A learning review by the adults board",
        "dissent": "Probation would have held one.",
    }
    decided = builders.decision("decide_no_review")
    case.act("decide_no_review", {**decided.values, **values}, by="deciding_chair")
    said = text_of(made(case, "decision_notice", "docx"), "docx")
    for words in ("will not be held", "Mereshire Police", *values.values(), "Intimate partner, or former"):
        assert words in said, words


def test_the_notice_carries_the_agreed_date_once_there_is_one(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    told = {n: case.today for n in ("agreed_by_panel_on", "agreed_by_partnership_on", "home_office_told_on")}
    agreed = {"clock": "overview_report", "new_date": date(2027, 3, 12), "reason": "The trial", **told}
    case.act("agree_new_date", agreed, by="deciding_chair")
    assert "12 March 2027" in text_of(made(case, "decision_notice", "html"), "html")


@pytest.mark.parametrize("at", ["notified", "screening", "decision_pending", "transferred_out"])
def test_no_notice_before_the_decision(sqlite_database: Database, at: str) -> None:
    case = a_review(sqlite_database, at)
    with pytest.raises(Conflict, match="The decision is not made"):
        made(case, "decision_notice", "pdf")


def test_no_notice_while_the_decision_is_looked_at_again(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "no_review_scrutiny")
    case.do((builders.SECOND_PERSON, builders.TOLD))
    assert made(case, "decision_notice", "html")
    case.act("record_reconsider", {"scrutiny_letter": "Kept", "scrutiny_view": "Look again"})
    with pytest.raises(Conflict, match="The decision is not made"):
        made(case, "decision_notice", "html")
    case.do((builders.decision(),))
    assert "will be held" in text_of(made(case, "decision_notice", "html"), "html")


# --- learning ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["docx", "pdf", "html"])
def test_the_briefing_holds_the_learning_and_the_published_name_only(database: Database, form: str) -> None:
    case = cleared(database, person_name="Xanthippe Quill", address="1 Quill Lane", next_of_kin="Zebedee Quill")
    content = made(case, "briefing", form)
    said = text_of(content, form).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    for words in ("Birch 2026", "a part & nobody saw the whole", "<several>", *LEARNING["learned"],
                  *LEARNING["do_differently"], "0808 2000 247", "team@mereshire.example"):  # fmt: skip
        assert words in said, words
    assert "Quill" not in said and b"Quill" not in content
    if form == "pdf":
        assert len(PdfReader(io.BytesIO(content)).pages) == 1, "a briefing is one page"


def test_the_slides_hold_the_learning_after_a_content_note(sqlite_database: Database) -> None:
    content = made(cleared(sqlite_database), "learning_event_slides", "pptx")
    slides = pptx.Presentation(io.BytesIO(content)).slides
    titles = [slide.shapes.title.text_frame.text for slide in slides if slide.shapes.title is not None]
    assert len(titles) == len(slides), "every slide has a title"
    assert titles.index("Content note") < titles.index("What happened") < titles.index("What we learned (1 of 2)")
    said = text_of(content, "pptx")
    for words in ("Birch 2026", *LEARNING["learned"], *LEARNING["do_differently"], *LEARNING["good_practice"]):
        assert words in said, words


@pytest.mark.parametrize("name", ["briefing", "learning_event_slides"])
@pytest.mark.parametrize("at", ["notified", "evidence", "home_office_qa", "amending", "no_review_concluded"])
def test_nothing_is_made_from_a_report_that_is_not_cleared(sqlite_database: Database, name: str, at: str) -> None:
    case = a_review(sqlite_database, at)
    with pytest.raises(Conflict, match="is not cleared by the Home Office"):
        made(case, name, "pptx" if name == "learning_event_slides" else "pdf")


def test_a_report_taken_back_for_changes_is_not_cleared_any_more(sqlite_database: Database) -> None:
    case = cleared(sqlite_database)
    assert made(case, "briefing", "html")
    case.act("return_to_amending", {"return_to_amending_reason": "A table was wrong"})
    with pytest.raises(Conflict, match="is not cleared by the Home Office"):
        made(case, "briefing", "html")
    case.act("clear_after_amendment", {"cleared_by": "confirmed"})
    with pytest.raises(Conflict, match="again: the report was cleared after it was recorded"):
        made(case, "briefing", "html")
    case.act("record_learning", LEARNING)
    assert made(case, "briefing", "html")


def test_learning_cannot_even_be_recorded_before_clearance(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "home_office_qa")
    with pytest.raises(Conflict):
        case.act("record_learning", LEARNING)


def test_what_is_missing_is_said_all_at_once(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    with case.database.read() as session:
        listed = {d.name: d for d in documents_of(session, builders.actor(session, "case_manager"), case.ref)}
    assert listed["decision_notice"].blocked == ()
    assert len(listed["briefing"].blocked) == 3
    assert listed["briefing"].as_dict()["formats"] == ["docx", "pdf", "html"]


def test_the_marking_goes_when_the_report_is_public(sqlite_database: Database) -> None:
    case = cleared(sqlite_database)
    assert "OFFICIAL-SENSITIVE" in text_of(made(case, "briefing", "html"), "html")
    case.do((*builders.GATE, *builders.WHO_IS_TOLD))
    case.act("publish", {"published_at": "https://reviews.example/1", "redacted": "no"})
    assert "OFFICIAL-SENSITIVE" not in text_of(made(case, "briefing", "html"), "html")


# --- who, what, and the same again ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["auditor"])
def test_who_sees_the_review_but_does_not_make_documents(sqlite_database: Database, by: str) -> None:
    case = cleared(sqlite_database)
    with pytest.raises(Forbidden, match="It is made by"):
        made(case, "briefing", "html", by=by)
    with case.database.read() as session:
        assert documents_of(session, builders.actor(session, by), case.ref) == []


@pytest.mark.parametrize("by", ["agency_contact", "csp_member", "administrator", "steering_member"])
def test_who_does_not_see_the_review_does_not_learn_that_it_is_there(sqlite_database: Database, by: str) -> None:
    case = cleared(sqlite_database)
    with pytest.raises(NotFound):
        made(case, "briefing", "html", by=by)


def test_unknown_documents_and_formats_are_refused_with_what_there_is(sqlite_database: Database) -> None:
    case = cleared(sqlite_database)
    with pytest.raises(NotFound, match="decision_notice, report_outline, submission_letter, qa_response, briefing"):
        made(case, "brief", "pdf")
    with pytest.raises(NotFound):
        made(case, "quarterly_report", "pdf")
    with pytest.raises(Invalid, match="is made as docx, pdf, html, not as pptx"):
        made(case, "briefing", "pptx")
    case.ref = "DARDR-2026-099"
    with pytest.raises(NotFound):
        made(case, "briefing", "pdf")


def test_only_of_a_review(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "screening")
    done = case.act("request_information", {"bodies": ["mereshire-police"]})
    case.ref = done.created[0]
    with pytest.raises(Conflict, match="is not a review"):
        made(case, "decision_notice", "pdf")


@pytest.mark.parametrize(
    ("name", "form"),
    [("decision_notice", "docx"), ("decision_notice", "pdf"), ("briefing", "docx"), ("briefing", "pdf"),
     ("learning_event_slides", "pptx")],
)  # fmt: skip
def test_the_same_record_on_the_same_day_gives_the_same_bytes(sqlite_database: Database, name: str, form: str) -> None:
    case = cleared(sqlite_database)
    once = made(case, name, form)
    assert once == made(case, name, form)
    assert once != made(case, name, form, on=case.today + timedelta(days=1))
    if form in ("docx", "pptx"):
        assert {entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(once)).infolist()} == {1980}


def test_the_partnership_may_name_its_own_support(sqlite_database: Database) -> None:
    from dardr.casework.setup import home

    case = cleared(sqlite_database)
    with sqlite_database.write() as session:
        partnership = home(session)
        assert partnership is not None
        own = [{"service": "Lantern (fictional)", "offers": "for anyone", "contact": "01632 960 001"}]
        partnership.settings = {**partnership.settings, "support_contacts": own}
    said = text_of(made(case, "briefing", "html"), "html")
    assert "Lantern (fictional)" in said and "Samaritans" not in said


# --- the outline of the report -------------------------------------------------------------------------------------


def test_the_outline_carries_what_the_record_holds_of_the_review(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    case.act(
        "add_panel_member",
        {"body": "mereshire-police", "member_name": "Quinn & Co Example", "position": "Head of public protection",
         "represents": "agency", "no_case_management": "declared"},
    )  # fmt: skip
    left = case.act(
        "add_panel_member",
        {"body": "mereshire-nhs", "member_name": "Gone Example", "represents": "agency",
         "no_case_management": "declared"},
    ).created[0]  # fmt: skip
    case.act("leave_panel", {"left_reason": "post"}, ref=left)
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    case.act("record_parallel_process", {"parallel_kind": "inquest", "parallel_status": "planned"})
    case.act("record_delay_reason", {"delay_cause": "inquest", "delay_notes": "The inquest was listed late."})
    said = text_of(made(case, "report_outline", "docx"), "docx")
    for words in (
        "Quinn & Co Example", "Head of public protection", "Mereshire Police",
        "Individual management review (IMR)", "Requested",
        "Inquest: planned", "Inquest: The inquest was listed late.",
        *case.record().facts["key_lines"],
    ):  # fmt: skip
        assert words in said, words
    assert "Gone Example" not in said
    assert "Information the review did not have" not in said, "nothing is held back"


def test_the_sentence_on_what_is_held_back_stands_in_the_outline_until_it_may_be_used(
    sqlite_database: Database,
) -> None:
    case = a_review(sqlite_database, "evidence")
    about = {"whose_information": "family", "held_by": "A service", "ground": "consent_refused",
             "who_decides": "person", "next_step": "Ask again.",
             "next_step_by": case.today + timedelta(days=30)}  # fmt: skip
    first, second = (
        case.act("record_held_back", {"title": title, **about, **more}).created[0]
        for title, more in (
            ("One record", {"report_sentence": "One agency's records could not be used."}),
            ("Another record", {}),
        )
    )
    said = text_of(made(case, "report_outline", "docx"), "docx")
    assert "One agency's records could not be used." in said
    assert f"[No sentence is written yet for {second}.]" in said
    assert "A service" not in said and "Another record" not in said, "only the sentence goes into the report"

    case.act("release_information", {"released_because": "Consent was given."}, ref=first)
    case.act(
        "keep_held_back",
        {"stays_back_because": "Refused.", "report_sentence": "Some of what the family knows stays with them."},
        ref=second,
    )
    said = text_of(made(case, "report_outline", "docx"), "docx")
    assert "Some of what the family knows stays with them." in said
    assert "One agency's records" not in said, "what may be used is not missing"


def test_the_outline_waits_for_the_terms_and_is_for_the_team_and_the_chairs(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "commissioning")
    with pytest.raises(Conflict, match="The terms of reference are not approved"):
        made(case, "report_outline", "docx")
    case = a_review(sqlite_database, "evidence")
    with sqlite_database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
    with pytest.raises(Forbidden, match="It is made by"):
        made(case, "report_outline", "docx", by="panel_member")


def test_every_listed_document_has_makers_and_reasons() -> None:
    assert set(documents.WHO_MAY) == {d["name"] for d in list_documents()}

"""Every document in every format: opened again by the programs people use, complete, escaped, accessible."""

from __future__ import annotations

import functools
import hashlib
import http.server
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pptx
import pypdf
import pytest
from docx.oxml.ns import qn
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from notifications import office
from notifications.documents import (
    DEMONSTRATION,
    DOCUMENTS,
    OFFICIAL_SENSITIVE,
    Briefing,
    DecisionNotice,
    Document,
    LearningEventSlides,
    LearningPoint,
    QuarterlyReport,
    Table,
    catalogue,
)
from notifications.render import DOCUMENTS as FOLDER
from notifications.render import FormatUnavailable, html_to_pdf, render_document, render_html_document

EVERY = [(name, form) for name, kind in DOCUMENTS.items() for form in kind.formats]

NO_REVIEW = replace(
    DecisionNotice.sample(),
    review=False,
    decision="No domestic abuse related death review will be held",
    criteria_met="",
    family_view="The family were told, and disagree.",
    other_learning="A learning review by the safeguarding adults board & partners",
    dissent="Housing thought a review should be held.",
)


@functools.cache
def made(name: str, form: Any) -> bytes:
    return render_document(DOCUMENTS[name].sample(), form)


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self._skip = False
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skip = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._skip = False

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)


def squash(text: str) -> str:
    return "".join(text.split())


def text_of(content: bytes, form: str) -> str:
    """All text of a file, without white space, since programs break lines as they like."""
    file: Any
    match form:
        case "html":
            return squash(" ".join(Words(content.decode()).words))
        case "pdf":
            return squash(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))
        case "docx":
            file = docx.Document(io.BytesIO(content))
            parts = [file.element.body, *(one._element for s in file.sections for one in (s.header, s.footer))]
            return squash(" ".join(t.text or "" for part in parts for t in part.iter(qn("w:t"))))
        case "pptx":
            words: list[str] = []
            file = pptx.Presentation(io.BytesIO(content))
            for slide in file.slides:
                for shape in slide.shapes:
                    if shape.has_text_frame:
                        words.append(shape.text_frame.text)
                    if shape.has_table:
                        words.extend(cell.text for row in shape.table.rows for cell in row.cells)
            return squash(" ".join(words))
    raise AssertionError(form)


# --- every document


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_every_sample_in_every_format(name: str, form: str) -> None:
    sample = DOCUMENTS[name].sample()
    words = text_of(made(name, form), form)
    assert squash(sample.partnership) in words
    assert squash(DEMONSTRATION) in words
    assert (OFFICIAL_SENSITIVE in words) is (sample.marking is not None)
    for leftover in ("{{", "{%", "}}", "None", "Undefined"):
        assert leftover not in words.replace("Nonerecorded", "").replace("nonewereconcluded", "")


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_text_after_an_ampersand_is_kept(name: str, form: Any) -> None:
    sample = DOCUMENTS[name].sample()
    nasty = 'Health & Care <b>bold</b> {{ 7 * 7 }} "quoted" o\'clock & after'
    words = text_of(render_document(replace(sample, partnership=nasty), form), form)
    assert squash(nasty) in words


@pytest.mark.parametrize(("name", "form"), [("decision_notice", "docx"), ("learning_event_slides", "pptx")])
def test_control_characters_do_not_spoil_an_office_file(name: str, form: Any) -> None:
    sample = replace(DOCUMENTS[name].sample(), partnership="Com\x0bmunity\x00 \x1fTeam")
    assert "CommunityTeam" in text_of(render_document(sample, form), form)


def test_same_content_same_bytes_also_in_another_process() -> None:
    program = (
        "import hashlib\n"
        "from notifications.documents import DOCUMENTS\n"
        "from notifications.render import render_document\n"
        "for name, kind in DOCUMENTS.items():\n"
        "    for form in kind.formats:\n"
        "        print(name, form, hashlib.sha256(render_document(kind.sample(), form)).hexdigest())\n"
    )
    env = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(FOLDER.parents[1])}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    here = {f"{name} {form} {hashlib.sha256(made(name, form)).hexdigest()}" for name, form in EVERY}
    assert set(done.stdout.splitlines()) == here


def test_a_format_it_is_not_made_in_is_refused_with_those_it_is() -> None:
    with pytest.raises(FormatUnavailable, match="is made as docx, pdf, html, not as pptx"):
        render_document(DecisionNotice.sample(), "pptx")
    with pytest.raises(FormatUnavailable):
        render_document(LearningEventSlides.sample(), "pdf")


def test_catalogue() -> None:
    assert [(one.name, one.formats, one.needs_cleared_report) for one in catalogue()] == [
        ("return_request", ("docx",), False),
        ("decision_notice", ("docx", "pdf", "html"), False),
        ("family_letter", ("docx",), False),
        ("hold_notice", ("docx",), False),
        ("report_outline", ("docx",), False),
        ("submission_letter", ("docx", "pdf", "html"), False),
        ("qa_response", ("docx", "pdf", "html"), False),
        ("briefing", ("docx", "pdf", "html"), True),
        ("learning_event_slides", ("pptx",), True),
        ("quarterly_report", ("html", "pdf"), False),
    ]
    assert all(one.label for one in catalogue())


@pytest.mark.parametrize("kind", [Briefing, LearningEventSlides])
def test_without_a_cleared_report_there_is_no_such_document(kind: type[Any]) -> None:
    with pytest.raises(ValueError, match="record the Home Office's clearance"):
        replace(kind.sample(), report_cleared_on=None)


def test_what_a_decision_not_to_review_must_hold() -> None:
    for form in DecisionNotice.formats:
        words = text_of(render_document(NO_REVIEW, form), form)
        for said in (
            NO_REVIEW.decision,
            "Learning by another route",
            NO_REVIEW.other_learning,
            NO_REVIEW.family_view,
            NO_REVIEW.dissent,
            "Asked of housing, no reply yet",
            "Mid County NHS Trust",
            "Not recorded",
        ):
            assert squash(said) in words, (form, said)
        for unsaid in ("Expected completion", "Criteria met"):
            assert squash(unsaid) not in words, (form, unsaid)


def test_partial_dates_are_printed_as_held() -> None:
    for form in DecisionNotice.formats:
        words = text_of(made("decision_notice", form), form)
        assert squash("Date of death October 2026") in words
        bare = replace(DecisionNotice.sample(), date_of_death=None, aware_on="2026")
        words = text_of(render_document(bare, form), form)
        assert squash("Date of death Not recorded") in words
        assert squash("became aware 2026") in words


def test_public_documents_carry_no_marking_and_real_ones_no_banner() -> None:
    real = replace(DecisionNotice.sample(), demonstration=False)
    for form in DecisionNotice.formats:
        words = text_of(render_document(real, form), form)
        assert squash(DEMONSTRATION) not in words
        assert OFFICIAL_SENSITIVE in words


# --- Word


@pytest.mark.parametrize("name", ["decision_notice", "briefing"])
def test_word_file_is_a_well_made_one(name: str) -> None:
    sample = DOCUMENTS[name].sample()
    file = docx.Document(io.BytesIO(made(name, "docx")))
    assert file.core_properties.title == sample.title
    assert file.core_properties.author == sample.partnership
    assert file.core_properties.language == "en-GB"
    assert file.core_properties.created is not None
    assert file.core_properties.created.date() == sample.prepared_on
    languages = [one.get(qn("w:val")) for one in file.styles.element.iter(qn("w:lang"))]
    assert languages and set(languages) == {"en-GB"}
    assert [p.text for p in file.paragraphs if p.style is not None and p.style.name == "Title"]
    headings = [p.text for p in file.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert len(headings) >= 5 and all(headings)
    assert not [p for p in file.paragraphs if "%" in p.text]
    for table in file.tables:
        assert len(table.rows) > 1
        first = table.rows[0]._tr.trPr
        has_header_row = first is not None and first.find(qn("w:tblHeader")) is not None
        assert has_header_row or table.cell(0, 0).text == "Case reference"


def word_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> DecisionNotice:
    folder = tmp_path / "decision_notice"
    folder.mkdir()
    file = docx.Document()
    file.add_paragraph(words)
    file.save(str(folder / "template.docx"))
    monkeypatch.setattr(office, "DOCUMENTS", tmp_path)
    return DecisionNotice.sample()


def test_a_word_template_that_names_an_unknown_field_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = word_template(tmp_path, monkeypatch, "{{ document.chair_of_panel }}")
    with pytest.raises(UndefinedError, match="chair_of_panel"):
        office.render_docx(sample)


def test_word_templates_are_sandboxed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = word_template(tmp_path, monkeypatch, "{{ document.__class__.__mro__ }}")
    with pytest.raises(SecurityError):
        office.render_docx(sample)


def test_a_word_template_edited_by_hand_is_what_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = word_template(tmp_path, monkeypatch, "Our own words: {{ document.ref }} & {{ document.csp }}")
    assert squash(f"Our own words: {sample.ref} & {sample.csp}") in text_of(office.render_docx(sample), "docx")


# --- PDF


@pytest.mark.parametrize("name", [name for name, form in EVERY if form == "pdf"])
def test_pdf_is_tagged(name: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made(name, "pdf")))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).lower() == "en-gb"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == DOCUMENTS[name].sample().title
    assert b"pdfuaid" in root["/Metadata"].get_data()
    kinds = structure(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD"} <= set(kinds)


def structure(node: Any) -> list[str]:
    node = node.get_object()
    if isinstance(node, list):
        return [kind for one in node for kind in structure(one)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + (structure(node["/K"]) if "/K" in node else [])


def test_a_chart_has_words_and_figures() -> None:
    sample = QuarterlyReport.sample()
    chart = sample.sections[0].chart
    assert chart is not None
    assert f'alt="{chart.alt}"' in render_html_document(sample)
    content = made("quarterly_report", "pdf")
    reader = pypdf.PdfReader(io.BytesIO(content))
    alts = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/Alt" in node:
                alts.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    root: Any = reader.trailer["/Root"]
    walk(root["/StructTreeRoot"])
    assert chart.alt in alts
    words = text_of(content, "pdf")
    for cell in ("Livereviewsbyphase", "Publication&after", "Atstart"):
        assert cell in words


def test_the_briefing_is_one_page() -> None:
    assert len(pypdf.PdfReader(io.BytesIO(made("briefing", "pdf"))).pages) == 1


def test_marking_is_on_every_page() -> None:
    long = replace(QuarterlyReport.sample(), sections=QuarterlyReport.sample().sections * 4)
    pages = pypdf.PdfReader(io.BytesIO(render_document(long, "pdf"))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        words = squash(page.extract_text())
        assert words.count(OFFICIAL_SENSITIVE) >= 2, "at head and foot"
        assert squash(DEMONSTRATION) in words
        assert f"Page{number}of{len(pages)}" in words


def test_making_a_pdf_fetches_nothing() -> None:
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        html = (
            f'<html lang="en-GB"><head><title>t</title><link rel="stylesheet" href="{address}/a.css">'
            f'</head><body><p>Words</p><img alt="a" src="{address}/b.png"><img alt="b" src="file:///etc/hostname">'
            f"</body></html>"
        )
        content = html_to_pdf(html)
        server.shutdown()
    assert asked == []
    assert text_of(content, "pdf").startswith("Words")


def test_a_marking_cannot_break_out_of_the_style_sheet() -> None:
    marking = 'SECRET"; } body { display: none } </style><script>x</script> é'
    sample = replace(DecisionNotice.sample(), marking=marking)
    html = render_html_document(sample)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None and "</main>" in html and "<script" not in html
    assert "display: none }" not in style[1].replace(".marking { display: none; }", "")
    words = text_of(html_to_pdf(html), "pdf")
    assert "Reasons" in words and squash(marking) in words


def test_a_row_that_does_not_fit_its_table_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells for 3 headers"):
        Table(caption="Live reviews", headers=("a", "b", "c"), rows=(("1", "2"),))


# --- slides


def slides(sample: LearningEventSlides) -> Any:
    return pptx.Presentation(io.BytesIO(render_document(sample, "pptx")))


def test_slides_are_wide_titled_and_described() -> None:
    sample = LearningEventSlides.sample()
    deck = slides(sample)
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, rel=0.001)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert all(titles) and len(set(titles)) == len(titles)
    assert deck.core_properties.title == sample.title
    assert deck.core_properties.author == sample.partnership
    described = 0
    for slide in deck.slides:
        ids = [shape.shape_id for shape in slide.shapes]
        assert len(set(ids)) == len(ids)
        for shape in slide.shapes:
            if not shape.has_text_frame:
                assert shape._element.xpath(".//p:cNvPr/@descr")[0]
                described += 1
            elif shape.is_placeholder:
                assert shape.text_frame.text.strip(), f"an empty placeholder on {slide.shapes.title.text_frame.text!r}"
    assert described == 2


def test_the_content_note_comes_before_what_happened() -> None:
    titles = [slide.shapes.title.text_frame.text for slide in slides(LearningEventSlides.sample()).slides]
    assert titles.index("Content note") < titles.index("What happened")
    assert titles.index("Agenda") < titles.index("Content note")
    assert titles.index("Questions for teams") < titles.index("Support")


def test_facilitator_notes_are_notes() -> None:
    sample = LearningEventSlides.sample()
    notes = {
        slide.shapes.title.text_frame.text: slide.notes_slide.notes_text_frame.text
        for slide in slides(sample).slides
        if slide.has_notes_slide
    }
    assert notes[sample.points[0].heading] == sample.points[0].facilitator_notes


def test_too_much_for_one_slide_goes_on_to_the_next() -> None:
    lines = tuple(f"Learning {number}: " + "words " * 20 for number in range(12))
    point = LearningPoint(heading="Much to learn", lines=lines)
    sample = replace(LearningEventSlides.sample(), points=(point,), marking=OFFICIAL_SENSITIVE)
    deck = slides(sample)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert {"Much to learn", "Much to learn (2)", "Much to learn (3)"} <= set(titles)
    words = text_of(render_document(sample, "pptx"), "pptx")
    assert all(squash(line) in words for line in lines)
    for slide in deck.slides:
        shown = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert any(OFFICIAL_SENSITIVE in one for one in shown)


def test_an_event_without_a_date_or_an_evaluation() -> None:
    deck = slides(replace(LearningEventSlides.sample(), event_on=None, evaluation_link=""))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert "Your view of this session" not in titles
    assert deck.slides[0].placeholders[1].text_frame.text == "Rowan 2023\nExample Community Safety Partnership"


# --- other programs


@pytest.fixture(scope="session")
def opened_by_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every Word and PowerPoint sample, opened by LibreOffice and printed to PDF."""
    program = shutil.which("soffice")
    assert program, (
        "Install LibreOffice: apt-get install --no-install-recommends libreoffice-writer libreoffice-impress"
    )
    folder = tmp_path_factory.mktemp("office")
    files = []
    for name, form in EVERY:
        if form in ("docx", "pptx"):
            files.append(folder / f"{name}.{form}")
            files[-1].write_bytes(made(name, form))
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [program, "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder / "pdf")]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=240)
    return folder / "pdf"


@pytest.mark.office
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pages", "says"),
    [
        ("decision_notice", 2, "Housing & health services were in contact"),
        ("briefing", 1, "health, housing & adult social care"),
        ("learning_event_slides", 11, "after a separation & write down the answer"),
    ],
)
def test_libreoffice_opens_it(opened_by_libreoffice: Path, name: str, pages: int, says: str) -> None:
    content = (opened_by_libreoffice / f"{name}.pdf").read_bytes()
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == pages
    assert squash(says) in text_of(content, "pdf")


# --- templates


@pytest.mark.parametrize("kind", [kind for kind in DOCUMENTS.values()])
def test_every_document_has_its_folder(kind: type[Document]) -> None:
    held = {path.name for path in (FOLDER / kind.name).iterdir()}
    wanted = {"docx": "template.docx", "pptx": "template.pptx", "pdf": "document.html", "html": "document.html"}
    assert held == {wanted[form] for form in kind.formats}


def test_templates_can_be_built_afresh() -> None:
    spec = importlib.util.spec_from_file_location("build_templates", FOLDER / "build_templates.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    for name, (filename, build) in module.TEMPLATES.items():
        fresh, kept = office.fixed_archive(build()), (FOLDER / name / filename).read_bytes()
        names = [set(zipfile.ZipFile(io.BytesIO(one)).namelist()) for one in (fresh, kept)]
        assert names[0] and all("[Content_Types].xml" in one for one in names)


def test_no_date_of_a_document_is_the_time_of_making() -> None:
    for name, form in EVERY:
        if form in ("docx", "pptx"):
            archive = zipfile.ZipFile(io.BytesIO(made(name, form)))
            assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}
    assert DecisionNotice.sample().prepared_on == date(2026, 11, 23)

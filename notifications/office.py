"""Word documents and slides, from templates that people can edit in Word and PowerPoint."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any

from notifications.documents import Document, LearningEventSlides
from notifications.render import DOCUMENTS, environment
from notifications.words import long_date

_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LINES_PER_SLIDE = 5
_LETTERS_PER_SLIDE = 520


def clean(value: Any) -> Any:
    """Text without the control characters that no Office file may hold; anything else unchanged."""
    return type(value)(_NOT_XML.sub("", value)) if isinstance(value, str) and _NOT_XML.search(value) else value


def fixed_archive(saves: Any) -> bytes:
    """The file of a Word document or presentation, with no time of writing in it: same content, same bytes."""
    written, fixed = io.BytesIO(), io.BytesIO()
    saves.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            entry = zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(item))
    return fixed.getvalue()


def _describe(properties: Any, document: Document) -> None:
    properties.title = clean(document.title)
    properties.author = properties.last_modified_by = clean(document.partnership)
    properties.created = properties.modified = datetime.combine(document.prepared_on, time())
    properties.language = "en-GB"
    properties.comments = document.banner
    properties.category = document.marking or ""
    properties.revision = 1


# --- Word


def render_docx(document: Document) -> bytes:
    """The Word file of a document. Every value is escaped, so an ampersand keeps the text after it.

    Raises jinja2.UndefinedError if the template names a field that the document lacks.
    """
    from docxtpl import DocxTemplate

    env = environment(escape=True)
    env.finalize = clean
    template = DocxTemplate(DOCUMENTS / document.name / "template.docx")
    # autoescape is named again because docxtpl's own default would drop what follows an ampersand.
    template.render({"document": document}, jinja_env=env, autoescape=True)
    word: Any = template.docx
    _describe(word.core_properties, document)
    return fixed_archive(word)


# --- slides


def render_pptx(document: LearningEventSlides) -> bytes:
    """The PowerPoint file of a learning event: opening, agenda, content note, what happened, learning, support."""
    from pptx import Presentation

    deck = _Deck(Presentation(str(DOCUMENTS / document.name / "template.pptx")), document)
    when = long_date(document.event_on) if document.event_on else ""
    deck.opening(document.event_title, [document.pseudonym, document.partnership, when])
    deck.table(
        "Agenda",
        ("Part", "Minutes"),
        [(one.item, str(one.minutes)) for one in document.agenda],
        (9.7, 2.0),
        f"Agenda with {len(document.agenda)} parts, {sum(one.minutes for one in document.agenda)} minutes in all",
    )
    deck.text("Content note", document.content_note, layout="Content note", notes="Pause here before going on.")
    deck.text("What happened", document.summary)
    for point in document.points:
        deck.text(point.heading, point.lines, notes=point.facilitator_notes)
    deck.text("Good practice", document.good_practice)
    deck.text("Questions for teams", document.questions, notes="Small groups; one answer from each group.")
    deck.table(
        "Support",
        ("Service", "What it offers", "Contact"),
        [(one.service, one.offers, one.contact) for one in document.support],
        (3.2, 3.9, 4.6),
        f"Where to find support: {len(document.support)} services with their contact details",
    )
    if document.evaluation_link:
        deck.text("Your view of this session", [f"Tell us whether this helped: {document.evaluation_link}"])
    _describe(deck.file.core_properties, document)
    return fixed_archive(deck.file)


def _pages(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines in portions that fit on a slide."""
    page: list[str] = []
    for line in lines:
        if page and (len(page) == _LINES_PER_SLIDE or sum(map(len, page)) + len(line) > _LETTERS_PER_SLIDE):
            yield page
            page = []
        page.append(line)
    if page:
        yield page


class _Deck:
    """A presentation being filled, slide by slide, from the layouts of its template."""

    def __init__(self, file: Any, document: LearningEventSlides) -> None:
        self.file = file
        self._layouts = {layout.name: layout for layout in file.slide_layouts}
        self._footer = "   ".join(one for one in (document.marking, document.banner, document.partnership) if one)

    def _slide(self, layout: str, title: str, notes: str = "") -> Any:
        slide = self.file.slides.add_slide(self._layouts[layout])
        slide.shapes.title.text_frame.text = clean(title)
        if notes:
            slide.notes_slide.notes_text_frame.text = clean(notes)
        for shape in self._layouts[layout].placeholders:
            kind = str(shape.placeholder_format.type)
            # A new slide gets no footer and number of its own: they are copied from its layout.
            if "FOOTER" in kind or "SLIDE_NUMBER" in kind:
                slide.shapes._spTree.append(copy.deepcopy(shape._element))
        for number, shape in enumerate(slide.shapes, 2):
            shape._element.nvSpPr.cNvPr.set("id", str(number))
            if shape.is_placeholder and "FOOTER" in str(shape.placeholder_format.type):
                shape.text_frame.text = self._footer
        return slide

    def opening(self, title: str, lines: Iterable[str]) -> None:
        slide = self._slide("Opening", title)
        slide.placeholders[1].text_frame.text = "\n".join(clean(one) for one in lines if one)

    def text(self, title: str, lines: Iterable[str], *, layout: str = "Content", notes: str = "") -> None:
        for number, page in enumerate(_pages(lines), 1):
            slide = self._slide(layout, title if number == 1 else f"{title} ({number})", notes)
            slide.placeholders[1].text_frame.text = "\n".join(clean(one) for one in page)

    def table(
        self, title: str, headers: tuple[str, ...], rows: list[tuple[str, ...]], widths: tuple[float, ...], alt: str
    ) -> None:
        """A slide with a table; ``widths`` in inches; ``alt`` says in words what the table holds."""
        from pptx.util import Inches, Pt

        if not rows:
            return
        slide = self._slide("Table", title)
        body = slide.shapes.title
        frame = slide.shapes.add_table(
            len(rows) + 1, len(headers), body.left, Inches(1.8), Inches(sum(widths)), Inches(0.55) * (len(rows) + 1)
        )
        frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(alt))
        frame.name = title
        for column, width in zip(frame.table.columns, widths, strict=True):
            column.width = Inches(width)
        for at, cells in enumerate((headers, *rows)):
            for across, words in enumerate(cells):
                cell = frame.table.cell(at, across)
                cell.text_frame.text = clean(words)
                for paragraph in cell.text_frame.paragraphs:
                    paragraph.font.size = Pt(18)

"""The table of a round as a Word file and as a workbook: what the page shows, to be kept, sent or worked in.

No cell is a formula: what a reader wrote stays what they wrote.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import xlsxwriter
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Cm, Pt

from dardr.casework.comment_words import ANSWER_WORDS, KINDS, NO_ANSWER, WAYS, WITH_CLOSING, place_words
from dardr.lookups.rounds import Group, Line, Table
from workflows.calendar import in_words

MARKING = "OFFICIAL-SENSITIVE"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
HEADINGS = ("Number", "Reader", "Comment or change", "Answer")
COLUMNS = (
    ("Number", 10), ("Paragraph", 10), ("Heading", 24), ("Words of the paragraph", 48), ("Reader", 22),
    ("Written by", 18), ("Written on", 16), ("Came", 16), ("Kind", 20), ("Comment", 50), ("Words now", 34),
    ("Words proposed", 34), ("Answers", 10), ("Answer", 20), ("How, or why not", 50), ("Where in the next version", 20),
)  # fmt: skip


def workbook(table: Table) -> bytes:
    """One line for each comment or change."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    day = book.add_format({"num_format": "d mmmm yyyy", "valign": "top", "align": "left"})
    page: Any = book.add_worksheet("Comments")
    page.set_header(f"&C{MARKING}")
    page.set_landscape()
    for column, (heading, width) in enumerate(COLUMNS):
        page.write_string(0, column, heading, head)
        page.set_column(column, column, width)
    number = 0
    for number, cells in enumerate(_cells(table), 1):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif isinstance(value, int):
                page.write_number(number, column, value, text)
            elif value:
                page.write_string(number, column, value, text)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(number, 1), len(COLUMNS) - 1)
    book.close()
    return out.getvalue()


def _cells(table: Table) -> Iterator[list[Any]]:
    for group in table.groups:
        for line in group.lines:
            yield [
                line.id, group.paragraph, group.heading, group.text or line.where, line.reader, line.author,
                line.made_on or line.on, WAYS.get(line.way, ""), KINDS.get(line.kind, line.kind), line.text, line.old,
                line.new, line.reply_to, answer_words(line, table), line.answer_how, line.where_changed,
            ]  # fmt: skip


def answer_words(line: Line, table: Table) -> str:
    """The answer to one comment, in words; a reply has none of its own."""
    if line.answer:
        return ANSWER_WORDS[line.answer]
    return "" if line.reply_to else NO_ANSWER if table.answers_shown else WITH_CLOSING


def word(table: Table, title: str) -> bytes:
    """The same, paragraph by paragraph, to be read and printed. ``title`` names the review and the round."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(1.8))
    section.header.paragraphs[0].text = section.footer.paragraphs[0].text = MARKING
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    document.core_properties.title = title
    document.add_heading(title, level=1)
    document.add_paragraph(_summary(table))
    for group in table.groups:
        document.add_heading(place_words(group.paragraph, group.heading, group.text), level=2)
        if group.text:
            document.add_paragraph(group.text).runs[0].italic = True
        _add_lines(document, group, table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _summary(table: Table) -> str:
    said = [f"Version {table.version}."]
    if table.closes_on:
        said.append(f"Comments were asked for by {in_words(table.closes_on)}.")
    said += [f"{one.name}: {one.stage_label.lower()}{', late' if one.late else ''}." for one in table.readers]
    return " ".join(said)


def _add_lines(document: Any, group: Group, table: Table) -> None:
    grid = document.add_table(rows=1, cols=len(HEADINGS), style="Table Grid")
    for cell, heading in zip(grid.rows[0].cells, HEADINGS, strict=True):
        cell.text = heading
        cell.paragraphs[0].runs[0].bold = True
    for line in group.lines:
        answer = "\n".join(filter(None, (answer_words(line, table), line.answer_how, line.where_changed)))
        who = "\n".join(filter(None, (line.reader, line.author, in_words(line.made_on) if line.made_on else "")))
        for cell, text in zip(grid.add_row().cells, (line.id, who, said(line), answer), strict=True):
            cell.text = _printable(text)
    for row in grid.rows:
        for cell, width in zip(row.cells, (2.4, 4.6, 10.2, 8.4), strict=True):
            cell.width = Cm(width)


def said(line: Line) -> str:
    """A comment or change in words."""
    parts = [f"{KINDS.get(line.kind, line.kind)}{f' to {line.reply_to}' if line.reply_to else ''}"]
    if line.where:
        parts[0] += f" on {line.where}"
    if line.quote:
        parts.append(f"On the words: “{line.quote}”")
    if line.text:
        parts.append(line.text)
    if line.old:
        parts.append(f"Take out: “{line.old.strip()}”")
    if line.new:
        parts.append(f"Put in: “{line.new.strip()}”")
    return "\n".join(parts)


def _printable(text: str) -> str:
    """Words without characters that no Word file may hold."""
    return NOT_IN_XML.sub("", text)

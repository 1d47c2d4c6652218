"""The action plan of a review as a Word file, in the columns of the Home Office template, to be kept and sent."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt

from dardr.lookups.plan import COLUMNS, PlanLine
from workflows.calendar import in_words

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WIDTHS = (5.6, 1.9, 5.2, 2.8, 4.4, 2.4, 4.2)
"""The widths of the columns, in centimetres."""


def live(day: date) -> str:
    """What stands on every plan."""
    return f"This plan is a live document. It is shown as at {in_words(day)}."


def word(lines: Iterable[PlanLine], title: str, said: str, *, marking: str = "") -> bytes:
    """A landscape table with its heading on every page. ``said`` is what it is a copy of; ``marking`` may be empty."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(1.5))
    section.header.paragraphs[0].text = section.footer.paragraphs[0].text = marking
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(9)
    document.core_properties.title, document.core_properties.language = title, "en-GB"
    document.add_heading(_clean(title), level=1)
    document.add_paragraph(_clean(said))
    table = document.add_table(rows=1, cols=len(COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    head = table.rows[0]
    _repeat(head)
    for cell, (_, heading) in zip(head.cells, COLUMNS, strict=True):
        cell.paragraphs[0].add_run(heading).bold = True
    for line in lines:
        row = table.add_row()
        for cell, words in zip(row.cells, line.cells(), strict=True):
            cell.text = _clean(words)
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Cm(width)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _repeat(row: Any) -> None:
    """The row stands at the head of every page."""
    mark: Any = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(mark)


def _clean(words: str) -> str:
    return NOT_IN_XML.sub("", words)

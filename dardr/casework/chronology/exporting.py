"""The chronology of a review as a workbook and as a Word file: every line with its source, and what was decided.

No cell is a formula: what an agency wrote stays what it wrote. Both carry the marking on every page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from dardr.casework.chronology.comparing import CONTRADICT, DECISIONS
from dardr.lookups.chronology import Line, Merged, Pair
from notifications.document import CONTENT_NOTE
from workflows.calendar import in_words
from workflows.when import EXACTNESS, RULES

MARKING = "OFFICIAL-SENSITIVE"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds."""

COLUMNS = (
    ("Line", 10), ("Date as given", 22), ("Earliest day", 16), ("Latest day", 16), ("How exact", 18), ("Time", 12),
    ("Agency", 26), ("Source record", 24), ("Who it concerns", 18), ("What happened", 60),
    ("Response or decision", 46), ("What policy expected", 34), ("Comment of the agency", 34), ("Significant", 12),
    ("Comment of the chair", 40), ("Key lines of enquiry", 34), ("In the report", 12),
    ("Same event, or told differently", 46), ("Where in the agency's file", 22),
)  # fmt: skip
PAIRS = (
    ("Line", 10), ("Agency", 26), ("What happened", 60), ("Other line", 10), ("Other agency", 26),
    ("What happened there", 60), ("Seems to be", 24), ("Why", 60), ("Decided", 30), ("Reason", 40), ("By", 22),
)  # fmt: skip
GAPS = (
    ("About", 34),
    ("Last line before", 18),
    ("First line after", 18),
    ("Days between", 14),
    ("Vague lines that may lie in it", 20),
)
IN_WORD = (
    ("Line", 1.6), ("When", 2.9), ("Agency and record", 3.6), ("Who", 2.0), ("What happened", 6.2),
    ("Response or decision", 4.6), ("Expected, and comments", 4.2),
)  # fmt: skip
"""Headings of the Word table with their widths in cm."""


def workbook(merged: Merged, lines: Sequence[Line]) -> bytes:
    """The lines, the pairs to look at or decided, and the gaps, each on a sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": f"Chronology {merged.record.ref}", "comments": MARKING})
    _sheet(book, "Chronology", COLUMNS, (_cells(line) for line in lines), 2)
    shown = {line.id for line in lines}
    _sheet(book, "To look at", PAIRS, (_pair(one) for one in merged.pairs if {one.first.id, one.second.id} & shown), 1)
    _sheet(book, "Gaps", GAPS, _gaps(merged), 1)
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]], kept: int) -> None:
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    day = book.add_format({"num_format": "d mmmm yyyy", "valign": "top", "align": "left"})
    page: Any = book.add_worksheet(name)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_header(f"&C{MARKING}")
    page.set_footer(f"&C{MARKING}&RPage &P of &N")
    for column, (heading, width) in enumerate(columns):
        page.write_string(0, column, heading, head)
        page.set_column(column, column, width)
    number = 0
    for number, cells in enumerate(rows, 1):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif isinstance(value, int):
                page.write_number(number, column, value, text)
            elif value:
                page.write_string(number, column, _printable(value)[:LONGEST_CELL], text)
    page.freeze_panes(1, kept)
    page.autofilter(0, 0, max(number, 1), len(columns) - 1)


def _cells(line: Line) -> list[Any]:
    row, note = line.row, line.note
    return [
        line.number, row.when_given, row.first_on, row.last_on, EXACTNESS.get(row.exactness, ""), row.at_time,
        line.agency, row.source_record, row.people, row.what, row.response, row.expected, row.comment,
        "Yes" if row.significant else "", note.comment if note else "", "; ".join(note.key_lines) if note else "",
        "Yes" if note and note.in_report else "", "\n".join(beside(line)),
        f"{line.ref.rpartition('-')[2]}: {row.place}",
    ]  # fmt: skip


def beside(line: Line) -> list[str]:
    """What was decided about a line and others, and what nobody decided yet, each in a sentence."""
    said = [
        f"{DECISIONS[one.decided]} as {one.other}{f': {one.why}' if one.why else ''} (decided by {one.by}, "
        f"{in_words(one.at.date())})"
        if one.decided != "neither"
        else f"Another event than {one.other}{f': {one.why}' if one.why else ''} (decided by {one.by}, "
        f"{in_words(one.at.date())})"
        for one in line.decisions
    ]
    for finding, other, _ in line.flags:
        what = "May be told differently in" if finding.kind == CONTRADICT else "May be the same event as"
        said.append(f"{what} {other}, not decided: {finding.why}")
    return said


def _pair(pair: Pair) -> list[Any]:
    finding, decision = pair.finding, pair.decision
    seems = "" if finding is None else "Told differently" if finding.kind == CONTRADICT else "The same event"
    return [
        pair.first.number, pair.first.agency, pair.first.row.what, pair.second.number, pair.second.agency,
        pair.second.row.what, seems, finding.why if finding else "Put beside each other by a person",
        DECISIONS[decision.decided] if decision else "Not decided", decision.why if decision else "",
        decision.by if decision else "",
    ]  # fmt: skip


def _gaps(merged: Merged) -> Iterable[list[Any]]:
    for gap in merged.gaps:
        about = "All agencies" if gap.source is None else merged.agencies.get(gap.source, "")
        yield [about, gap.after_on, gap.before_on, gap.days, gap.vague]


# --- Word -------------------------------------------------------------------------------------------------


def word(merged: Merged, lines: Sequence[Line]) -> bytes:
    """The same to be read and printed: the lines in one table, then the gaps and how vague times are read."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(1.8))
    section.header.paragraphs[0].text = section.footer.paragraphs[0].text = MARKING
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(9)
    title = f"Chronology, {merged.record.ref}"
    document.core_properties.title = title
    document.add_heading(title, level=1)
    count = f"{len(lines):,} lines" if len(lines) != 1 else "1 line"
    of_all = "" if len(lines) == len(merged.lines) else f" of {len(merged.lines):,}"
    document.add_paragraph(CONTENT_NOTE)
    document.add_paragraph(
        f"{count}{of_all}. From: {', '.join(record.title for record, number in merged.returns if number) or 'nobody'}."
        f" {len(merged.undecided):,} pairs of lines to be looked at are not decided."
    )
    _table(document, [heading for heading, _ in IN_WORD], [width for _, width in IN_WORD], map(_word_row, lines))
    if merged.gaps:
        document.add_heading(f"Gaps of more than {merged.gap_days} days", level=2)
        rows = ([str(v) if not isinstance(v, date) else in_words(v) for v in row] for row in _gaps(merged))
        _table(document, [heading for heading, _ in GAPS], [7.0, 4.6, 4.6, 3.4, 5.5], rows)
    document.add_heading("How times are read", level=2)
    for rule in RULES:
        document.add_paragraph(rule, style="List Bullet")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _word_row(line: Line) -> list[str]:
    row, note = line.row, line.note
    when = [row.when_given or "No date given"]
    if row.at_time and row.at_time not in row.when_given.casefold():
        when.append(row.at_time)
    if row.exactness not in ("day", "none"):
        when.append(EXACTNESS[row.exactness])
    what = [
        row.what,
        *(["Significant"] if row.significant else []),
        *(["In the report"] if note and note.in_report else []),
    ]
    remarks = [
        *([f"Expected: {row.expected}"] if row.expected else []),
        *([f"Agency: {row.comment}"] if row.comment else []),
        *([f"Chair: {note.comment}"] if note and note.comment else []),
        *([f"Key lines: {'; '.join(note.key_lines)}"] if note and note.key_lines else []),
        *beside(line),
    ]
    return [
        line.number, "\n".join(when), "\n".join(filter(None, (line.agency, row.source_record))), row.people,
        "\n".join(what), row.response, "\n".join(remarks),
    ]  # fmt: skip


def _table(document: Any, headings: Sequence[str], widths: Sequence[float], rows: Iterable[Sequence[str]]) -> None:
    """A table whose headings stand on every page. Rows are written as they are stored: thousands in a moment."""
    grid = document.add_table(rows=0, cols=len(headings), style="Table Grid")
    grid.autofit = False
    twips = [round(width * 567) for width in widths]
    grid._tbl.append(_tr(headings, twips, head=True))
    for cells in rows:
        grid._tbl.append(_tr(cells, twips))


def _tr(cells: Sequence[str], twips: Sequence[int], *, head: bool = False) -> Any:
    """One row of a Word table."""
    bold = "<w:rPr><w:b/></w:rPr>" if head else ""
    said = []
    for text, width in zip(cells, twips, strict=True):
        paragraphs = "".join(
            f'<w:p><w:pPr><w:spacing w:after="40"/></w:pPr><w:r>{bold}<w:t xml:space="preserve">{escape(part)}</w:t>'
            "</w:r></w:p>"
            for part in _printable(text).split("\n")
        )
        said.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraphs}</w:tc>')
    kept = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    return parse_xml(f"<w:tr {nsdecls('w')}>{kept if head else ''}{''.join(said)}</w:tr>")


def _printable(text: str) -> str:
    """Words without characters that no file of Office may hold."""
    return NOT_IN_XML.sub("", text)

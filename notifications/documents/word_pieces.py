"""The pieces of which the Word templates are built: pages, headings, tables, lists that the record fills."""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

ACCENT = "17505C"
SOFT = "EEF3F3"
LINE = "C3CBCC"
FONT = "Arial"


def element(tag: str, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def new_document(margin: float, size: float) -> Any:
    document: Any = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(margin)
    section.top_margin, section.bottom_margin = Cm(margin), Cm(margin)
    section.header_distance = section.footer_distance = Cm(0.9)
    styles = document.styles
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    normal = styles["Normal"]
    set_font(normal, size)
    normal.paragraph_format.space_after = Pt(5)
    normal.paragraph_format.line_spacing = 1.1
    for name, points, before in (("Title", size + 10, 0), ("Heading 1", size + 3, 11), ("Heading 2", size + 1, 8)):
        style = styles[name]
        set_font(style, points, bold=True, colour=ACCENT)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.keep_with_next = True
    for border in styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    set_font(styles["Subtitle"], size, colour="444444")
    styles["Subtitle"].font.italic = False
    styles["Subtitle"].paragraph_format.space_after = Pt(10)
    bullet = styles["List Bullet"]
    bullet.paragraph_format.space_after = Pt(3)
    return document


def letter_opening(document: Any, to: str) -> None:
    """Who writes, how to answer, the day, and to whom."""
    head_and_foot(document)
    document.add_paragraph().add_run("{{ document.partnership }}").bold = True
    document.add_paragraph("{{ document.contact }}")
    document.add_paragraph("{{ document.prepared_on | plain_date }}")
    document.add_paragraph(f"To {{{{ document.{to} }}}}").paragraph_format.space_before = Pt(12)


def set_font(style: Any, points: float, *, bold: bool = False, colour: str | None = None) -> None:
    style.font.name = FONT
    style.font.size = Pt(points)
    style.font.bold = bold
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    spacing = style.element.rPr.find(qn("w:spacing"))
    if spacing is not None:
        style.element.rPr.remove(spacing)


def head_and_foot(document: Any) -> None:
    section = document.sections[0]
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run("{{ document.marking or '' }}")
    run.bold, run.font.size = True, Pt(9)
    banner = section.header.add_paragraph()
    banner.alignment = WD_ALIGN_PARAGRAPH.CENTER
    banner.add_run("{{ document.banner }}").font.size = Pt(9)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = foot.add_run("{{ document.marking or '' }}")
    run.bold, run.font.size = True, Pt(9)
    numbers = section.footer.add_paragraph()
    numbers.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, field in (("{{ document.ref }}, page ", "PAGE"), (" of ", "NUMPAGES")):
        numbers.add_run(text).font.size = Pt(8)
        instruction, shown = element("w:instrText"), element("w:t")
        instruction.text, shown.text = field, "1"
        for part in (
            element("w:fldChar", fldCharType="begin"),
            instruction,
            element("w:fldChar", fldCharType="separate"),
            shown,
            element("w:fldChar", fldCharType="end"),
        ):
            run = numbers.add_run()
            run.font.size = Pt(8)
            run._r.append(part)


def opening(document: Any, title: str, subtitle: str) -> None:
    team = document.add_paragraph()
    run = team.add_run("{{ document.partnership }}")
    run.bold = True
    run.font.color.rgb = RGBColor.from_string(ACCENT)
    team.paragraph_format.space_after = Pt(2)
    document.add_paragraph(title, style="Title")
    line = document.add_paragraph(subtitle, style="Subtitle")
    borders = element("w:pBdr")
    borders.append(element("w:bottom", val="single", sz="18", space="6", color=ACCENT))
    line._p.get_or_add_pPr().append(borders)


def table(document: Any, widths: tuple[float, ...], headers: tuple[str, ...] = ()) -> Any:
    made = document.add_table(rows=0, cols=len(widths))
    made.autofit = False
    borders = element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(element(f"w:{side}", val="single", sz="4", space="0", color=LINE))
    made._tbl.tblPr.append(borders)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    if headers:
        cells = row(made, widths, headers, shade=range(len(headers)))
        cells[0]._tc.getparent().get_or_add_trPr().append(element("w:tblHeader"))
    return made


def row(made: Any, widths: tuple[float, ...], texts: tuple[str, ...], shade: Any = (0,)) -> Any:
    cells = made.add_row().cells
    for number, (cell, width, text) in enumerate(zip(cells, widths, texts, strict=True)):
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)
        paragraph.add_run(text).bold = number in shade
        if number in shade:
            cell._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill=SOFT))
    cells[0]._tc.getparent().get_or_add_trPr().append(element("w:cantSplit"))
    return cells


def tag_row(made: Any, tag: str) -> None:
    made.add_row().cells[0].paragraphs[0].add_run(tag)


def bullets(document: Any, field: str, none: str | None) -> None:
    if none:
        document.add_paragraph(f"{{%p if not {field} %}}")
        document.add_paragraph(none)
        document.add_paragraph("{%p endif %}")
    document.add_paragraph(f"{{%p for one in {field} %}}")
    document.add_paragraph("{{ one }}", style="List Bullet")
    document.add_paragraph("{%p endfor %}")


def looped_table(document: Any, widths: tuple[float, ...], headers: tuple[str, ...], over: str, *cells: str) -> None:
    made = table(document, widths, headers)
    tag_row(made, f"{{%tr for one in {over} %}}")
    row(made, widths, cells)
    tag_row(made, "{%tr endfor %}")

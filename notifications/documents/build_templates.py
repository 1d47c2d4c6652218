"""Builds the first Word and PowerPoint templates. Afterwards people edit the templates in Word and PowerPoint.

    python notifications/documents/build_templates.py [name of a document ...]

Running it overwrites what people changed by hand, so name the templates that should start afresh.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from docx.enum.section import WD_SECTION
from docx.oxml.ns import qn
from docx.shared import Pt
from pptx import Presentation
from pptx.dml.color import RGBColor as SlideColour
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Emu, Inches

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from build_hold_notice import hold_notice  # noqa: E402
from build_home_office import qa_response, submission_letter  # noqa: E402
from build_report_outline import report_outline  # noqa: E402
from build_return_request import return_request  # noqa: E402
from word_pieces import (  # noqa: E402
    ACCENT,
    FONT,
    SOFT,
    bullets,
    element,
    head_and_foot,
    looped_table,
    new_document,
    opening,
    row,
    table,
    tag_row,
)

from notifications.office import fixed_archive  # noqa: E402


def family_letter() -> Any:
    document = new_document(2.5, 11.5)
    head_and_foot(document)
    team = document.add_paragraph()
    team.add_run("{{ document.partnership }}").bold = True
    for line in ("{{ document.contact }}", "{{ document.prepared_on | plain_date }}"):
        document.add_paragraph(line)
    document.add_paragraph("{%p for line in document.to %}")
    document.add_paragraph("{{ line }}").paragraph_format.space_after = Pt(0)
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{{ document.greeting }}").paragraph_format.space_before = Pt(18)
    document.add_heading("{{ document.subject }}", 1)
    document.add_paragraph("{%p for text in document.paragraphs %}")
    document.add_paragraph("{{ text }}").paragraph_format.space_after = Pt(9)
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("Yours sincerely").paragraph_format.space_before = Pt(12)
    signed = document.add_paragraph("[name and telephone number of whoever gives this letter]")
    signed.paragraph_format.space_before = Pt(30)
    document.add_paragraph("{%p if document.leaflets %}")
    document.add_paragraph("With this letter:")
    document.add_paragraph("{%p for one in document.leaflets %}")
    document.add_paragraph("{{ one }}", style="List Bullet")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endif %}")
    return document


def decision_notice() -> Any:
    document = new_document(2.2, 10.5)
    head_and_foot(document)
    opening(
        document,
        "Notice of decision to the Home Office",
        "{{ document.ref }}, {{ document.prepared_on | plain_date }}",
    )
    widths = (5.6, 11.0)
    facts = table(document, widths)
    for heading, value in (
        ("Case reference", "{{ document.ref }}"),
        ("Community Safety Partnership", "{{ document.csp }}"),
        ("Date of death", "{{ document.date_of_death | day }}"),
        ("Date the partnership became aware", "{{ document.aware_on | day }}"),
        ("Decision", "{{ document.decision }}"),
        ("Date of decision", "{{ document.decided_on | plain_date }}"),
        ("Decided by", "{{ document.decided_by }}"),
        ("Criteria{% if document.review %} met{% endif %}", "{{ document.criteria_met | given }}"),
    ):
        row(facts, widths, (heading, value))
    tag_row(facts, "{%tr if document.review %}")
    row(facts, widths, ("Chair", "{{ document.chair | given }}"))
    row(facts, widths, ("Expected completion", "{{ document.expected_completion | day }}"))
    tag_row(facts, "{%tr endif %}")
    row(facts, widths, ("Contact", "{{ document.contact | given }}"))
    document.add_heading("Reasons", 1)
    bullets(document, "document.reasons", "Not recorded")
    document.add_heading("Parallel proceedings and reviews", 1)
    bullets(document, "document.parallel_reviews", "None recorded")
    document.add_paragraph("{%p if document.criteria %}")
    document.add_heading("How the criteria were answered", 1)
    looped_table(
        document, (7.0, 3.6, 6.0), ("Question", "Answer", "Evidence"), "document.criteria",
        "{{ one.question }}", "{{ one.answer }}", "{{ one.evidence | given }}",
    )  # fmt: skip
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if document.consulted %}")
    document.add_heading("Who was consulted", 1)
    looped_table(
        document, (11.6, 5.0), ("Organisation", "Date"), "document.consulted",
        "{{ one.organisation }}", "{{ one.on | day }}",
    )  # fmt: skip
    document.add_paragraph("{%p endif %}")
    document.add_heading("The family", 1)
    document.add_paragraph("{{ document.family_view | given }}")
    document.add_paragraph("{%p if not document.review %}")
    for heading, field in (("Learning by another route", "other_learning"), ("Dissent", "dissent")):
        document.add_heading(heading, 1)
        document.add_paragraph(f"{{{{ document.{field} | given }}}}")
    document.add_paragraph("{%p endif %}")
    return document


def briefing() -> Any:
    document = new_document(1.8, 9.5)
    head_and_foot(document)
    opening(
        document,
        "{{ document.title }}",
        "For teams and their managers. This briefing speaks of domestic abuse and of a death. "
        "Review {{ document.ref }}, {{ document.prepared_on | plain_date }}",
    )
    document.styles["Title"].font.size = Pt(17)
    document.styles["Heading 1"].font.size = Pt(11.5)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(7)
    document.styles["Heading 1"].paragraph_format.space_after = Pt(2)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    document.styles["List Bullet"].paragraph_format.space_after = Pt(2)
    document.add_heading("Why this matters", 1)
    document.add_paragraph("{{ document.why_this_matters }}")
    document.add_heading("In short", 1)
    document.add_paragraph("{%p for one in document.summary %}")
    document.add_paragraph("{{ one }}")
    document.add_paragraph("{%p endfor %}")
    columns(document.add_section(WD_SECTION.CONTINUOUS), 2)
    for heading, field in (
        ("What we learned", "learned"),
        ("Good practice", "good_practice"),
        ("What to do differently", "do_differently"),
        ("Questions for your team", "questions"),
    ):
        document.add_paragraph(f"{{%p if document.{field} %}}")
        document.add_heading(heading, 1)
        bullets(document, f"document.{field}", None)
        document.add_paragraph("{%p endif %}")
    columns(document.add_section(WD_SECTION.CONTINUOUS), 1)
    document.add_heading("Support", 1)
    looped_table(
        document, (4.8, 6.3, 6.3), ("Service", "What it offers", "Contact"), "document.support",
        "{{ one.service }}", "{{ one.offers }}", "{{ one.contact }}",
    )  # fmt: skip
    document.add_paragraph("{%p if document.evaluation_link %}")
    asked = document.add_paragraph("Tell us whether this helped: {{ document.evaluation_link }}")
    asked.paragraph_format.space_before = Pt(6)
    document.add_paragraph("{%p endif %}")
    return document


def columns(section: Any, number: int) -> None:
    properties = section._sectPr
    for old in properties.findall(qn("w:cols")):
        properties.remove(old)
    properties.append(element("w:cols", num=str(number), space="500"))


# --- PowerPoint

WIDE, HIGH = Inches(13.333), Inches(7.5)
MARGIN = Inches(0.8)


def learning_event_slides() -> Any:
    slides = Presentation()
    slides.slide_width, slides.slide_height = Emu(12192000), HIGH
    kept = {"Title Slide": "Opening", "Title and Content": "Content", "Section Header": "Content note"}
    for layout in list(slides.slide_layouts):
        if layout.name in kept:
            layout.name = kept[layout.name]
        elif layout.name != "Title Only":
            slides.slide_layouts.remove(layout)
    theme(slides)
    master = slides.slide_master
    place(master)
    for layout in slides.slide_layouts:
        place(layout)
    by_name = {layout.name: layout for layout in slides.slide_layouts}
    by_name["Title Only"].name = "Table"
    backdrop(by_name["Opening"], ACCENT)
    backdrop(by_name["Content note"], SOFT)
    for shape in by_name["Opening"].placeholders:
        colour(shape, "FFFFFF")
    return slides


def theme(slides: Any) -> None:
    for relation in slides.slide_master.part.rels.values():
        if relation.reltype.endswith("/theme"):
            part = relation.target_part
            text = part.blob.decode("utf-8")
            text = re.sub(r'(<a:(?:majorFont|minorFont)>\s*<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", text)
            text = re.sub(r"(<a:accent1>).*?(</a:accent1>)", rf'\g<1><a:srgbClr val="{ACCENT}"/>\g<2>', text)
            text = re.sub(r"(<a:dk2>).*?(</a:dk2>)", rf'\g<1><a:srgbClr val="{ACCENT}"/>\g<2>', text)
            part._blob = text.encode("utf-8")


def place(page: Any) -> None:
    """Put the placeholders of a master or layout where they belong on a wide page."""
    opening, note = page.name == "Opening", page.name == "Content note"
    for shape in list(page.placeholders):
        kind = str(shape.placeholder_format.type).split(".")[-1].split(" ")[0]
        if kind in ("TITLE", "CENTER_TITLE"):
            top, high = (2.2, 1.6) if opening else (0.7, 1.1) if note else (0.45, 1.1)
            box(shape, MARGIN, Inches(top), WIDE - 2 * MARGIN, Inches(high))
            style_text(shape, 40 if opening else 32, bold=True)
            colour(shape, ACCENT)
            shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM if opening else MSO_ANCHOR.MIDDLE
        elif kind in ("SUBTITLE", "BODY", "OBJECT"):
            top, high = (4.0, 1.6) if opening else (2.0, 4.4) if note else (1.75, 4.75)
            box(shape, MARGIN, Inches(top), WIDE - 2 * MARGIN, Inches(high))
            style_text(shape, 24, bulleted=not opening)
            colour(shape, "1B1B1B")
            shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
        elif kind == "FOOTER":
            box(shape, MARGIN, Inches(6.8), Inches(10), Inches(0.4))
            style_text(shape, 12)
            colour(shape, "444444")
        elif kind == "SLIDE_NUMBER":
            box(shape, WIDE - MARGIN - Inches(1.2), Inches(6.8), Inches(1.2), Inches(0.4))
            style_text(shape, 12, align="r")
            colour(shape, "444444")
        elif kind == "DATE":
            shape._element.getparent().remove(shape._element)


def box(shape: Any, left: int, top: int, width: int, height: int) -> None:
    shape.left, shape.top, shape.width, shape.height = (Emu(int(one)) for one in (left, top, width, height))


def style_text(shape: Any, points: int, *, bold: bool = False, bulleted: bool = False, align: str = "l") -> None:
    """Text of one size on both levels, as the style that slides inherit."""
    namespace = "http://schemas.openxmlformats.org/drawingml/2006/main"
    body = shape.text_frame._txBody
    style = body.find(f"{{{namespace}}}lstStyle")
    for old in list(style):
        style.remove(old)
    for level in (1, 2):
        properties = sub_element(style, f"{{{namespace}}}lvl{level}pPr", algn=align)
        if bulleted:
            properties.set("marL", str(342900 * level))
            properties.set("indent", "-342900")
            space = sub_element(sub_element(properties, f"{{{namespace}}}spcAft"), f"{{{namespace}}}spcPts")
            space.set("val", "900")
            sub_element(properties, f"{{{namespace}}}buChar", char="•")
        else:
            properties.set("marL", "0")
            properties.set("indent", "0")
            sub_element(properties, f"{{{namespace}}}buNone")
        run = sub_element(properties, f"{{{namespace}}}defRPr", sz=str(points * 100), b="1" if bold else "0")
        run.set("cap", "none")


def sub_element(parent: Any, tag: str, **attributes: str) -> Any:
    made = parent.makeelement(tag, attributes)
    parent.append(made)
    return made


def colour(shape: Any, value: str) -> None:
    namespace = "http://schemas.openxmlformats.org/drawingml/2006/main"
    for run in shape.text_frame._txBody.iter(f"{{{namespace}}}defRPr"):
        for old in run.findall(f"{{{namespace}}}solidFill"):
            run.remove(old)
        fill = sub_element(run, f"{{{namespace}}}solidFill")
        sub_element(fill, f"{{{namespace}}}srgbClr", val=value)
        run.insert(0, fill)


def backdrop(layout: Any, value: str) -> None:
    fill = layout.background.fill
    fill.solid()
    fill.fore_color.rgb = SlideColour.from_string(value)


TEMPLATES = {
    "return_request": ("template.docx", return_request),
    "decision_notice": ("template.docx", decision_notice),
    "family_letter": ("template.docx", family_letter),
    "hold_notice": ("template.docx", hold_notice),
    "report_outline": ("template.docx", report_outline),
    "submission_letter": ("template.docx", submission_letter),
    "qa_response": ("template.docx", qa_response),
    "briefing": ("template.docx", briefing),
    "learning_event_slides": ("template.pptx", learning_event_slides),
}


def main(names: list[str]) -> None:
    for name in names or TEMPLATES:
        filename, build = TEMPLATES[name]
        path = HERE / name / filename
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(fixed_archive(build()))
        print(path.relative_to(HERE))


if __name__ == "__main__":
    main(sys.argv[1:])

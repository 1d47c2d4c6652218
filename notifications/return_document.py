"""A return as a Word document, for the files of the body that wrote it. No names: the return has none."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

from docx import Document
from docx.shared import Cm, Pt

from notifications.document import CONTENT_NOTE
from notifications.words import long_date

MARKING = "OFFICIAL-SENSITIVE"
DRAFT = "What is written so far. It has not been sent."
UNSIGNED = "Sent. It has not been signed off yet."


@dataclass(frozen=True, slots=True)
class ReturnDocument:
    """What stands in the document. ``sections`` are headings with their questions and answers."""

    ref: str
    kind: str
    organisation: str
    prepared_on: date
    draft: bool
    signed_off_by: str
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def return_document(made: ReturnDocument) -> bytes:
    """The bytes of the Word document (.docx)."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(11)  # pyright: ignore[reportAttributeAccessIssue]
    for part in (page.header, page.footer):
        part.paragraphs[0].text = f"{MARKING} · {made.ref}"
    document.core_properties.title = f"{made.kind}, {made.ref}"
    document.core_properties.author = made.organisation
    document.add_heading(made.kind, 0)
    document.add_paragraph(f"{made.organisation} · {made.ref} · {long_date(made.prepared_on)}")
    said = DRAFT if made.draft else f"Signed off by: {made.signed_off_by}" if made.signed_off_by else UNSIGNED
    document.add_paragraph(said)
    document.add_paragraph(CONTENT_NOTE)
    for title, rows in made.sections:
        document.add_heading(title, 1)
        for label, value in rows:
            if label != title:
                document.add_heading(label, 2)
            for line in value.splitlines():
                if line.strip():
                    document.add_paragraph(line)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()

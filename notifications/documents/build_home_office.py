"""Builds the Word templates of what goes to the Home Office with a report."""

from __future__ import annotations

from typing import Any

from docx.enum.section import WD_ORIENT
from word_pieces import head_and_foot, looped_table, new_document, opening, row, table, tag_row


def submission_letter() -> Any:
    document = new_document(2.2, 10.5)
    head_and_foot(document)
    opening(
        document,
        "Review {{ document.ref }}: {{ document.number }} submission for quality assurance",
        "{{ document.prepared_on | plain_date }}",
    )
    document.add_paragraph("To the Home Office, quality assurance of domestic abuse related death reviews")
    document.add_paragraph(
        "Please find enclosed the report of review {{ document.ref }}, version {{ document.version }}, of"
        " {{ document.csp }}.{% if document.answers_letter_of %} It was changed after your letter of"
        " {{ document.answers_letter_of | plain_date }}; the response to each point of that letter is enclosed."
        "{% endif %}"
    )
    widths = (5.6, 11.0)
    facts = table(document, widths)
    row(facts, widths, ("Submission", "{{ document.number }}"))
    row(facts, widths, ("Approved by the review panel", "{{ document.panel_approved_on | day }}"))
    signed = "{{ document.signed_off_on | plain_date }}, {{ document.signed_off_by }}"
    row(facts, widths, ("Signed off by the partnership", signed))
    tag_row(facts, "{%tr for board, on in document.boards %}")
    row(facts, widths, ("Signed off by {{ board }}", "{{ on | plain_date }}"))
    tag_row(facts, "{%tr endfor %}")
    row(facts, widths, ("Contact", "{{ document.contact | given }}"))
    document.add_heading("Enclosed", 1)
    made = table(document, (6.6, 10.0), ("Part", "Which document"))
    tag_row(made, "{%tr for part, which in document.enclosed %}")
    row(made, (6.6, 10.0), ("{{ part }}", "{{ which }}"))
    tag_row(made, "{%tr endfor %}")
    document.add_paragraph("The documents have been checked so that nobody can be recognised from them.")
    return document


def qa_response() -> Any:
    document = new_document(1.8, 10)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    head_and_foot(document)
    opening(
        document,
        "Response to quality assurance, review {{ document.ref }}",
        "To the letter of {{ document.letter_dated | plain_date }} on the {{ document.submission }} submission;"
        " prepared on {{ document.prepared_on | plain_date }}",
    )
    document.add_paragraph(
        "{{ document.csp }}. Letter: {{ document.letter_reference | given }}. Report as changed: version"
        " {{ document.version | given }}."
    )
    document.add_paragraph("{%p if document.unanswered %}")
    document.add_paragraph(
        "{{ document.unanswered }} of {{ document.answers | length }} points"
        " {% if document.unanswered == 1 %}has{% else %}have{% endif %} no answer yet."
    )
    document.add_paragraph("{%p endif %}")
    document.add_heading("The points of the letter", 1)
    looped_table(
        document, (1.6, 7.6, 2.8, 7.6, 4.0, 2.2),
        ("Point", "What the letter asks", "Answer", "How, or why not", "Where in the report", "Version"),
        "document.answers", "{{ one.number | given }}", "{{ one.point }}",
        "{% if one.answer %}{{ one.answer }}{% else %}Not answered yet{% endif %}", "{{ one.how }}", "{{ one.where }}",
        "{{ one.version }}",
    )  # fmt: skip
    return document

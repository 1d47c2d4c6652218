"""Builds the Word template of a letter about a hold."""

from __future__ import annotations

from typing import Any

from docx.shared import Pt
from word_pieces import bullets, letter_opening, looped_table, new_document


def hold_notice() -> Any:
    document = new_document(2.4, 11)
    letter_opening(document, "to")
    document.add_heading("{{ document.subject }}", 1)
    document.add_paragraph(
        "{% if document.ended_on %}From {{ document.since | plain_date }} until {{ document.ended_on | plain_date }}"
        " part of this review waited, because of {{ document.because }}. It waits no more: please go on with what was"
        " held.{% else %}Because of {{ document.because }}, part of this review has waited since"
        " {{ document.since | plain_date }}. The review itself goes on.{% endif %}"
    )
    document.add_paragraph("{%p if document.waits %}")
    document.add_heading("{% if document.ended_on %}What waited{% else %}What waits{% endif %}", 2)
    bullets(document, "document.waits", None)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if not document.ended_on %}")
    document.add_heading("What goes on", 2)
    bullets(document, "document.goes_on", None)
    document.add_paragraph(
        "Records stay secured: nothing is deleted or changed, and what is found that needs acting on at once is acted"
        " on at once."
    )
    document.add_paragraph("{%p endif %}")
    document.add_heading("Why", 2)
    document.add_paragraph("{{ document.why | given }}")
    document.add_paragraph("{%p if document.dates %}")
    document.add_heading("Dates", 2)
    looped_table(
        document, (8.0, 4.0, 4.2), ("What", "First date", "Date now"), "document.dates",
        "{{ one.label }}", "{{ one.first | day }}",
        "{% if one.now %}{{ one.now | plain_date }}{% else %}paused; a new date follows{% endif %}",
    )  # fmt: skip
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if document.writes and not document.ended_on %}")
    document.add_paragraph(
        "Please go on with your return as far as nobody is met who may be a witness, and tell us what cannot be written"
        " meanwhile."
    )
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if document.look_again_by %}")
    document.add_paragraph(
        "We look at this again by {{ document.look_again_by | plain_date }}, and write when it changes. If it should"
        " end sooner, or you see harm in waiting, please tell us."
    )
    document.add_paragraph("{%p endif %}")
    document.add_paragraph(
        "[name and telephone number of whoever sends this letter]"
    ).paragraph_format.space_before = Pt(24)
    return document

"""Builds the Word template of the letter that asks a body for a return."""

from __future__ import annotations

from typing import Any

from word_pieces import bullets, letter_opening, new_document, row, table


def return_request() -> Any:
    document = new_document(2.2, 10.5)
    letter_opening(document, "organisation")
    document.add_heading("Request {{ document.ref }}: {{ document.kind }}", 1)
    document.add_paragraph(
        "{% if document.for_decision %}We have been notified of a death and are considering whether to hold a domestic"
        " abuse related death review. To decide, we need to know what your organisation knows."
        "{% else %}A domestic abuse related death review is being held. It looks at what can be learnt, and not at who"
        " is to blame. Your organisation is asked to contribute.{% endif %} The people concerned are not named in this"
        " letter: who they are is sent to you apart, by the secure way agreed with you."
    )
    widths = (5.0, 11.6)
    facts = table(document, widths)
    row(facts, widths, ("Asked on", "{{ document.requested_on | plain_date }}"))
    agreed = "{{ document.due | plain_date }}"
    due = f"{{% if document.due %}}{agreed}{{% else %}}No date is agreed yet: please suggest one{{% endif %}}"
    row(facts, widths, ("Please answer by", due))
    row(facts, widths, ("Where to answer", "{{ document.answer_at }}"))
    row(facts, widths, ("Time looked at", "{{ document.scope | given }}"))
    document.add_heading("On what basis we ask", 1)
    bullets(document, "document.basis", None)
    document.add_heading("Please secure now", 1)
    bullets(document, "document.secure", None)
    document.add_heading("What we ask", 1)
    bullets(document, "document.questions", None)
    for field, heading in (
        ("key_lines", "Key lines of enquiry"), ("own_questions", "Questions of this partnership"),
        ("asked", "For this request"),
    ):  # fmt: skip
        document.add_paragraph(f"{{%p if document.{field} %}}")
        document.add_heading(heading, 2)
        bullets(document, f"document.{field}", None)
        document.add_paragraph("{%p endif %}")
    document.add_heading("How to answer", 1)
    document.add_paragraph(
        "The link above opens a form that shows what you have told us already and asks only for what is new. You can"
        " stop and come back. You may send your own Word document instead. If the date cannot be kept, ask for more"
        " time there, with a date and a reason. If nobody is known to you, say what you searched: that is all we need."
        " Somebody senior in your organisation, without a part in the case, signs the return off."
    )
    document.add_paragraph("{{ document.confidential }}")
    return document

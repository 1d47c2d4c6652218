"""Builds the Word template of the outline of an overview report."""

from __future__ import annotations

from typing import Any

from word_pieces import bullets, head_and_foot, looped_table, new_document, opening, row, table, tag_row

FOR_THE_AUTHOR = (
    ("Background", "[The facts in brief, as far as readers need them. No exact dates, addresses or names.]"),
    ("Chronology", "[What happened, in the order in which it happened, from the combined chronology.]"),
    ("Overview", "[What each organisation knew of the person who died and of the person responsible.]"),
    ("Analysis", "[Under each key line of enquiry: what was done, why, and what would have been better.]"),
    ("Conclusions", "[What the panel concludes.]"),
    ("Lessons", "[What is learnt, and what was done well.]"),
    ("Recommendations", "[Each with the body it is addressed to; as agreed in the review's recommendations.]"),
)
"""The parts that no record can fill, in the order of the report."""


def report_outline() -> Any:
    document = new_document(2.2, 10.5)
    head_and_foot(document)
    opening(
        document,
        "Overview report: {{ document.pseudonym or '[name to be used]' }}",
        "{{ document.csp }}. Review {{ document.ref }}, prepared on {{ document.prepared_on | plain_date }}",
    )
    document.add_paragraph(
        "This outline holds what is recorded of the review. What stands in square brackets is for the author. Check"
        " every line before the report is read by anybody: it is made from the record, and decides nothing."
    )
    document.add_heading("Preface", 1)
    document.add_paragraph("[Condolence, and the family's own words, where the family wishes them to stand here.]")
    _timescales(document)
    document.add_heading("Confidentiality", 1)
    document.add_paragraph(
        "The findings are confidential until the report is cleared for publication. Nobody is named but the chair, the"
        " author and the members of the panel."
        "{% if document.pseudonym %} The name used for the person who died is not their own, unless the family wished"
        " that.{% endif %}"
    )
    _terms(document)
    document.add_heading("How the review was held", 1)
    document.add_paragraph(
        "The panel met {{ document.meetings | length }} time{{ '' if document.meetings | length == 1 else 's' }}."
    )
    document.add_paragraph("{%p for on, how in document.meetings %}")
    document.add_paragraph("{{ on | plain_date }}{% if how %}: {{ how }}{% endif %}", style="List Bullet")
    document.add_paragraph("{%p endfor %}")
    document.add_heading("Family, friends and colleagues", 1)
    document.add_paragraph("Were they consulted on the terms of reference? {{ document.family_on_terms | given }}.")
    document.add_paragraph("[How they took part, as they wish it told; who supported them.]")
    document.add_heading("Contributors", 1)
    looped_table(
        document, (6.6, 5.4, 4.6), ("Organisation", "Contribution", "How it stands"), "document.contributors",
        "{{ one.organisation }}", "{{ one.kind }}", "{{ one.stands }}",
    )  # fmt: skip
    document.add_heading("The panel", 1)
    looped_table(
        document, (5.0, 5.4, 6.2), ("Member", "Post", "Organisation"), "document.panel",
        "{{ one.name | given }}", "{{ one.post | given }}", "{{ one.organisation | given }}",
    )  # fmt: skip
    _chair(document)
    document.add_heading("Parallel proceedings and reviews", 1)
    bullets(document, "document.parallel", "None recorded.")
    _held_back(document)
    document.add_heading("Equality and diversity", 1)
    bullets(document, "document.equality", None)
    document.add_paragraph("[Each protected characteristic: what it meant here, or why nothing was found.]")
    document.add_heading("Dissemination", 1)
    document.add_paragraph("[Who receives the report.]")
    for heading, words in FOR_THE_AUTHOR:
        document.add_heading(heading, 1)
        document.add_paragraph(words)
    return document


def _timescales(document: Any) -> None:
    document.add_heading("Timescales", 1)
    widths = (9.6, 7.0)
    made = table(document, widths, ("Step", "Day"))
    tag_row(made, "{%tr for step, on in document.days %}")
    row(made, widths, ("{{ step }}", "{{ on | day }}"), shade=())
    tag_row(made, "{%tr endfor %}")
    document.add_paragraph("{%p if document.delays %}")
    document.add_heading("Why it took the time it took", 2)
    bullets(document, "document.delays", None)
    document.add_paragraph("{%p endif %}")


def _terms(document: Any) -> None:
    document.add_heading("Terms of reference", 1)
    document.add_paragraph("The review looks at the time {{ document.scope | given }}.")
    document.add_paragraph("{%p if document.scope_reason %}")
    document.add_paragraph("Why this span of time: {{ document.scope_reason }}")
    document.add_paragraph("{%p endif %}")
    document.add_heading("Key lines of enquiry", 2)
    bullets(document, "document.key_lines", "Not recorded.")


def _chair(document: Any) -> None:
    document.add_heading("Chair and author", 1)
    document.add_paragraph("Independent chair: {{ document.chair | given }}.")
    document.add_paragraph("Independent of every agency involved? {{ document.chair_independence | given }}.")
    document.add_paragraph("Home Office training: {{ document.chair_trained | given }}.")
    document.add_paragraph("{%p if document.author %}")
    document.add_paragraph("Author: {{ document.author }}.")
    document.add_paragraph("{%p endif %}")


def _held_back(document: Any) -> None:
    document.add_paragraph("{%p if document.held_back %}")
    document.add_heading("Information the review did not have", 1)
    document.add_paragraph("{%p for one in document.held_back %}")
    document.add_paragraph(
        "{% if one.sentence %}{{ one.sentence }}{% else %}[No sentence is written yet for {{ one.ref }}.]{% endif %}"
    )
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endif %}")

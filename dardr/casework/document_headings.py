"""The lines of a Word document that look like headings. Run as a program: a document in, its headings out.

Only what reads a document is imported here: the program is started anew for each, in a process of its own
(``casework.apart``).
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

from dardr.casework.apart import limit

LONGEST = 120
"""Characters of a line that may be a heading."""
MOST = 3000
"""Paragraphs that are looked through."""


def headings(content: bytes) -> Iterator[str]:
    """The lines of a Word document that look like headings: by their style, or short and by themselves."""
    from docx import Document

    document = Document(io.BytesIO(content))
    tables = (p for table in document.tables for row in table.rows for cell in row.cells[:1] for p in cell.paragraphs)
    for paragraph in [*document.paragraphs, *tables][:MOST]:
        text = " ".join(paragraph.text.split())
        if not text or len(text) > LONGEST:
            continue
        style = (paragraph.style.name or "") if paragraph.style is not None else ""
        if style.startswith(("Heading", "Title")) or text[-1] not in ".;,!?":
            yield text


def main() -> int:
    """Read a Word document from standard input, write its headings to standard output, one a line."""
    content = sys.stdin.buffer.read(60 * 1024 * 1024)
    limit()
    try:
        found = list(headings(content))
    except Exception:
        return 3
    sys.stdout.buffer.write("\n".join(found).encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

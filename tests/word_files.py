"""Word files as readers send them: made by python-docx, comments and tracked changes written into their XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ' xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
)
WHEN = "2026-06-01T10:00:00Z"

REPORT: tuple[tuple[str, str], ...] = (
    ("Heading 1", "Introduction"),
    ("Normal", "1.1 This review is about the death of the person called Willow."),
    ("Normal", "1.2 The panel met four times between March and June."),
    ("Heading 1", "What agencies knew"),
    ("Normal", "2.1 The trust saw her twice and recorded no question about safety at home."),
    ("Normal", "2.2 The council was told of noise at night and wrote a letter."),
    ("Normal", "2.3 Nobody asked the children."),
)
"""A short report: style and words of each paragraph."""


def ins(author: str, text: str, when: str = WHEN) -> str:
    """Words that somebody put in."""
    return f"<w:ins w:id='1' w:author={quoteattr(author)} w:date='{when}'>{run(text)}</w:ins>"


def gone(author: str, text: str, when: str = WHEN) -> str:
    """Words that somebody took out."""
    words = f"<w:r><w:delText xml:space='preserve'>{escape(text)}</w:delText></w:r>"
    return f"<w:del w:id='2' w:author={quoteattr(author)} w:date='{when}'>{words}</w:del>"


def run(text: str) -> str:
    """Words that nobody touched."""
    return f"<w:r><w:t xml:space='preserve'>{escape(text)}</w:t></w:r>"


def noted(number: int, text: str) -> str:
    """Words that a comment lies over."""
    return (
        f"<w:commentRangeStart w:id='{number}'/>{run(text)}<w:commentRangeEnd w:id='{number}'/>"
        f"<w:r><w:commentReference w:id='{number}'/></w:r>"
    )


def a_report(paragraphs: Iterable[tuple[str, str]] = REPORT) -> bytes:
    """The report as it goes out, without a comment."""
    document = Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def a_copy(
    changed: Mapping[int, str],
    comments: Mapping[int, tuple[str, str]] | None = None,
    *,
    replies: Mapping[int, int] | None = None,
    resolved: Iterable[int] = (),
    of: bytes | None = None,
) -> bytes:
    """A reader's copy: the XML of some paragraphs (by index) replaced; comments by number: author and words.

    ``replies`` say which comment (number) answers which.
    """
    content = of if of is not None else a_report()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    root = etree.fromstring(files["word/document.xml"])
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    paragraphs = list(root.iter(f"{w}p"))
    for index, inner in changed.items():
        paragraph = paragraphs[index]
        properties = paragraph.find(f"{w}pPr")
        for child in list(paragraph):
            if child is not properties:
                paragraph.remove(child)
        paragraph.extend(list(etree.fromstring(f"<w:p {NS}>{inner}</w:p>")))
    files["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    if comments:
        files["word/comments.xml"] = _comments(comments).encode()
        files["word/commentsExtended.xml"] = _extended(comments, replies or {}, set(resolved)).encode()
        files["[Content_Types].xml"] = files["[Content_Types].xml"].replace(
            b"</Types>",
            b'<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            b'wordprocessingml.comments+xml"/></Types>',
        )
        files["word/_rels/document.xml.rels"] = files["word/_rels/document.xml.rels"].replace(
            b"</Relationships>",
            b'<Relationship Id="rIdC" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"'
            b' Target="comments.xml"/></Relationships>',
        )
    return packed(files)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Parts as one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in files.items():
            written.writestr(name, data)
    return out.getvalue()


def _comments(comments: Mapping[int, tuple[str, str]]) -> str:
    said = "".join(
        f"<w:comment w:id='{number}' w:author={quoteattr(author)} w:date='{WHEN}' w:initials='X'>"
        f"<w:p w14:paraId='{number:08X}'>{run(text)}</w:p></w:comment>"
        for number, (author, text) in comments.items()
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><w:comments {NS}>{said}</w:comments>"


def _extended(comments: Mapping[int, tuple[str, str]], replies: Mapping[int, int], resolved: set[int]) -> str:
    said = "".join(
        f"<w15:commentEx w15:paraId='{number:08X}' w15:done='{int(number in resolved)}'"
        + (f" w15:paraIdParent='{replies[number]:08X}'" if number in replies else "")
        + "/>"
        for number in comments
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><w15:commentsEx {NS}>{said}</w15:commentsEx>"

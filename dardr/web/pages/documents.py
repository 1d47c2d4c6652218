"""Documents of a review: which can be made now, why the others cannot yet, and the files themselves."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import get_record
from dardr.casework.documents import build, documents_of
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.transaction import session

pages = Blueprint("documents", __name__)

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
FORMAT_WORDS = {"docx": "Word", "pdf": "PDF", "pptx": "PowerPoint", "html": "Web page"}


@pages.get("/reviews/<ref>/documents")
@who()
def documents(ref: str) -> ResponseReturnValue:
    """The documents of one review."""
    record = get_record(session(), actor(), ref, in_part=True)
    return render_template(
        "document/documents.html",
        **of_record(record),
        documents=documents_of(session(), actor(), ref),
        formats=FORMAT_WORDS,
    )


@pages.get("/reviews/<ref>/documents/<name>.<form>")
@who()
def document(ref: str, name: str, form: str) -> ResponseReturnValue:
    """One document as a file. Its name holds the reference only."""
    content = build(session(), actor(), systime.utc_now(), name, ref, form)
    return download(content, f"{ref}-{name.replace('_', '-')}", form)


def download(content: bytes, name: str, form: str) -> Response:
    """A file to keep; never shown inside a page of the service."""
    response = Response(content, content_type=MEDIA[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response

"""The files of a record: a list, and each one to save. Nothing given by anybody is shown inside a page."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record
from dardr.casework.files import content
from dardr.casework.read_log import note_read
from dardr.lookups.files import download_name, files_of, get_file, suffix_of
from dardr.web.audience import actor, who
from dardr.web.transaction import database, session

pages = Blueprint("files", __name__)

PLAIN = "application/octet-stream"
"""Every file goes out as bytes to save: what it says it is, is never believed."""


@pages.get("/reviews/<ref>/files")
@who()
def review_files(ref: str) -> ResponseReturnValue:
    """The files of a review and of everything that serves it."""
    return _files(ref, is_review=True)


@pages.get("/records/<ref>/files")
@who()
def record_files(ref: str) -> ResponseReturnValue:
    """The files of an agency return, an action or another record."""
    return _files(ref, is_review=False)


def _files(ref: str, *, is_review: bool) -> ResponseReturnValue:
    record = get_record(session(), actor(), ref)
    if (record.process_key in workflows.REVIEW_KEYS) != is_review:
        return redirect(url_for("files.record_files" if is_review else "files.review_files", ref=ref))
    process = workflows.get(record.process)
    files = files_of(session(), actor(), ref)
    named = any(file.name for file in files) and request.args.get("names") == "yes"
    if named:
        note_read(database(), systime.utc_now(), actor(), "file_names", record.id, "names that files came with")
    return render_template(
        "file/files.html",
        record=record,
        process=process,
        stage=process.stage(record.stage),
        is_review=is_review,
        files=files,
        named=named,
    )


@pages.get("/records/<ref>/files/<int:number>")
@who()
def download(ref: str, number: int) -> ResponseReturnValue:
    """One file, to save, under the reference and a number. Who opened it is logged before it is given out."""
    record, row = get_file(session(), actor(), ref, number)
    plain = content(row)
    note_read(database(), systime.utc_now(), actor(), "file", record.id, f"file {row.id}")
    name = download_name(record, row.id, suffix_of(row.name, row.media_type))
    response = Response(plain, content_type=PLAIN)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

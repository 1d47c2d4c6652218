"""The documents and files of a record: a list, the history of each document, and each file to save.

Nothing given by anybody is shown inside a page. Who opens a file is logged before it is given out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework.files import content
from dardr.casework.read_log import note_read
from dardr.lookups.documents import WITH_A_STEP, DocumentLine, documents_of, readers_of, versions_of
from dardr.lookups.files import DOCUMENT, download_name, files_of, get_file, marking_of, suffix_of
from dardr.lookups.reads import openings
from dardr.lookups.records import linked
from dardr.storage.files import StoredFile
from dardr.storage.reviews import Record
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.frame import of_record
from dardr.web.pages.listing import page_number, pager
from dardr.web.transaction import database, session
from workflows.definition import Action, Role
from workflows.engine import permitted_actions
from workflows.processes.document_1 import KIND
from workflows.processes.who import DECIDERS

pages = Blueprint("files", __name__)

PLAIN = "application/octet-stream"
"""Every file goes out as bytes to save: what it says it is, is never believed."""
MARKED = "X-Protective-Marking"
"""The header that says how a file is marked which goes out."""
A_PAGE = 25
LAST_OPENINGS = 50
SEES_WHO_OPENED = DECIDERS | {Role.AUDITOR}
"""The team, the deciding chair and the auditor."""
FILES_ONE = "file_document"
KINDS = {choice.value: choice.label for choice in KIND.choices} | {WITH_A_STEP: "Files given with other steps"}


@pages.get("/reviews/<ref>/files")
@who()
def review_files(ref: str) -> ResponseReturnValue:
    """The documents and files of a review and of everything that serves it."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        return redirect(url_for("files.record_files", ref=ref))
    return _listed(record)


@pages.get("/records/<ref>/files")
@who(doors=BY_LINK)
def record_files(ref: str) -> ResponseReturnValue:
    """The files of an agency return, an action or another record; of a document, all its versions."""
    record = get_record(session(), actor(), ref)
    if record.process_key in workflows.REVIEW_KEYS:
        return redirect(url_for("files.review_files", ref=ref))
    return _document(record) if record.process_key == DOCUMENT else _listed(record)


def _listed(record: Record) -> ResponseReturnValue:
    lines = documents_of(session(), actor(), record.ref)
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("text", "kind", "all")}
    wanted = [line for line in lines if _matches(line, asked)]
    number = page_number(len(wanted), A_PAGE)
    shown = wanted[(number - 1) * A_PAGE : number * A_PAGE]
    named = _names_asked(record, any(line.newest.file and line.newest.file.name for line in lines))
    return _page(
        "file/files.html",
        record,
        lines=shown if named else [_nameless(line) for line in shown],
        nameable=not named and any(line.newest.file and line.newest.file.name for line in lines),
        lists_only=any(line.newest.file and not line.newest.file.may_open for line in lines),
        named=named,
        in_all=len(lines),
        asked=asked,
        kinds={key: label for key, label in KINDS.items() if any(line.kind == key for line in lines)},
        pager=pager(number, len(wanted), A_PAGE),
        file_one=next((one for one in _steps(record) if one.key == FILES_ONE), None),
    )


def _matches(line: DocumentLine, asked: dict[str, str]) -> bool:
    words = f"{line.title} {line.kind_label} {line.newest.name} {line.newest.what_for}".casefold()
    return (
        (asked["all"] == "yes" or line.in_use)
        and (asked["kind"] not in KINDS or line.kind == asked["kind"])
        and all(word in words for word in asked["text"].casefold().split())
    )


def _nameless(line: DocumentLine) -> DocumentLine:
    file = line.newest.file
    return replace(line, newest=replace(line.newest, file=replace(file, name=""))) if file else line


def _document(record: Record) -> ResponseReturnValue:
    files = [file for file in files_of(session(), actor(), record.ref) if file.ref == record.ref]
    seen = bool(roles_on(session(), actor(), record) & SEES_WHO_OPENED)
    opened = openings(session(), actor(), record.ref) if seen else []
    steps = _steps(record)
    return _page(
        "file/document.html",
        record,
        of=next((other for way, _, other in linked(session(), actor(), record) if way == "serves"), None),
        versions=versions_of(record, files),
        marking_of_it=marking_of(record),
        readers=readers_of(record),
        kind=KINDS.get(str(record.facts.get("document_kind")), ""),
        sees_who_opened=seen,
        opened=opened[:LAST_OPENINGS],
        opened_in_all=len(opened),
        steps=[one for one in steps if one.key != "add_note"],
    )


def _page(template: str, record: Record, **shown: Any) -> ResponseReturnValue:
    return render_template(
        template,
        **of_record(record),
        **shown,
    )


def _steps(record: Record) -> list[Action]:
    """What the person signed in may do with the record as it stands."""
    roles = roles_on(session(), actor(), record)
    return permitted_actions(workflows.get(record.process), record.stage, roles)


def _names_asked(record: Record, there_are: bool) -> bool:
    """Whether the names that files came with are shown: where they were asked for, which is logged."""
    named = there_are and request.args.get("names") == "yes"
    if named:
        note_read(database(), systime.utc_now(), actor(), "file_names", record.id, "names that files came with")
    return named


@pages.get("/records/<ref>/files/<int:number>")
@who(doors=BY_LINK)
def download(ref: str, number: int) -> ResponseReturnValue:
    """One file, to save, under the reference and a number."""
    return given_out(*get_file(session(), actor(), ref, number))


def given_out(record: Record, row: StoredFile) -> Response:
    """A stored file as bytes to save, with its marking. Who opened it is logged before it is given out."""
    plain = content(row)
    note_read(database(), systime.utc_now(), actor(), "file", record.id, f"file {row.id}")
    name = download_name(record, row.id, suffix_of(row.name, row.media_type))
    response = Response(plain, content_type=PLAIN)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers[MARKED] = marking_of(record)
    return response

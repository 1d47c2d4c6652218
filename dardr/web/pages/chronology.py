"""The chronology of one return: brought in from the agency's own file or typed line by line. Nothing is kept as part of
the return before the last page."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import opens_files, roles_on
from dardr.casework import drafts, files
from dardr.casework.act import take_action
from dardr.casework.chronology.columns import BY_KEY, COLUMNS, NEEDED, Match
from dardr.casework.chronology.keeping import PURPOSE, remembered_for, standing_lines
from dardr.casework.chronology.reading import CONTENT, Reading, read_chronology
from dardr.casework.chronology.templates import template, typed_workbook
from dardr.casework.files import FileGiven
from dardr.casework.tables import remembered
from dardr.errors import Conflict, DardrError, Forbidden, Invalid, NotFound, Reason
from dardr.lookups.returns import return_of
from dardr.storage.chronologies import ChronologyLine
from dardr.storage.drafts import Draft
from dardr.storage.reviews import Record
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.return_here import frame_of
from dardr.web.transaction import session, undo
from dardr.web.uploads import is_over
from workflows.processes.agency_return_1.chronology import ADD_CHRONOLOGY, CHRONOLOGIES, ONLY_THE_LEAD, SIGNED_OFF
from workflows.processes.who import AGENCY_LEADS
from workflows.when import EXACTNESS, RULES, read_when

pages = Blueprint("chronology", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "xlsx": XLSX,
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SHOWN_AT_ONCE = 200
"""Lines shown on the page that asks whether they are right; the others are counted."""
SHORT = ("when", "until", "time", "people", "source", "source_record")
"""Columns typed on one line."""


class Bringing:
    """A chronology on its way in: the file, sealed, and how its columns are matched; or the lines typed so far."""

    def __init__(self, record: Record, draft: Draft) -> None:
        self.record, self.draft = record, draft
        self.values: dict[str, Any] = drafts.values_of(draft)

    @classmethod
    def find(cls, record: Record, number: int) -> Bringing:
        """The one of that number, if it is this person's and for this return. Raises NotFound."""
        draft = session().scalar(
            sa.select(Draft).where(
                Draft.id == number, Draft.user_id == actor().id, Draft.purpose == PURPOSE, Draft.path == record.ref
            )
        )
        if draft is None or draft.sealed is None:
            raise NotFound("This chronology is not on its way in any more. Begin again from the page of the return.")
        return cls(record, draft)

    @classmethod
    def begin(cls, record: Record, values: Mapping[str, Any]) -> Bringing:
        """A new one."""
        draft, _ = drafts.begin(
            session(), systime.utc_now(), PURPOSE, values, user_id=actor().id, path=record.ref
        )  # fmt: skip
        return cls(record, draft)

    @property
    def typed(self) -> list[dict[str, str]] | None:
        """The lines typed so far; None where a file was chosen."""
        return self.values.get("typed")

    def file(self) -> FileGiven:
        """The file, or the typed lines as one."""
        if self.typed is not None:
            return FileGiven("chronology.xlsx", typed_workbook(self.typed), XLSX)
        ending = self.values["ending"]
        return FileGiven(f"chronology.{ending}", base64.b64decode(self.values["file"]), KINDS[ending])

    def match(self) -> Match | None:
        """How the columns are matched, where somebody said so."""
        kept = self.values.get("match")
        return Match.of(kept) if kept else None

    def read(self) -> Reading:
        """What the file holds, read with the columns as matched so far."""
        find = remembered_for(session(), self.record.partnership_id)
        return read_chronology(self.file(), systime.london_date(systime.utc_now()), self.match(), find)

    def keep(self, **values: Any) -> None:
        """Remember more of it."""
        self.values = {**self.values, **values}
        drafts.save(self.draft, systime.utc_now(), self.values)


def _record(ref: str, *, adding: bool = True) -> Record:
    record = return_of(session(), actor(), ref)
    if session().scalar(sa.select(Record.id).where(Record.id == record.id, opens_files(actor()))) is None:
        raise Forbidden("Your role does not show what is in the returns of agencies. It may name people.")
    if adding and not _may_add(record):
        raise Forbidden("A chronology is added by the organisation it is asked of, or by the team from what it sent.")
    return record


def _may_add(record: Record) -> bool:
    return bool(ADD_CHRONOLOGY.roles & roles_on(session(), actor(), record))


def _page(
    name: str, record: Record, reasons: Sequence[Reason] = (), status: int = 422, **values: Any
) -> ResponseReturnValue:
    shown = render_template(name, **frame_of(record), reasons=reasons, columns=COLUMNS, exactness=EXACTNESS, **values)
    return shown, status if reasons else 200


# --- the chronology of a return -----------------------------------------------------------------------------


@pages.get("/returns/<ref>/chronology")
@who(doors=BY_LINK)
def start(ref: str) -> ResponseReturnValue:
    """The lines a return has, and the ways to add or change them."""
    return _start(_record(ref, adding=False))


@pages.post("/returns/<ref>/chronology")
@who(doors=BY_LINK)
def choose(ref: str) -> ResponseReturnValue:
    """Take the file that was chosen, and see whether its columns are told by their headings."""
    record = _record(ref)
    given = request.files.get("file")
    try:
        if given is None or not given.filename:
            raise Invalid([Reason("Choose your chronology: an Excel workbook, a CSV file or a Word file.", "file")])
        largest = files.largest()
        content = given.read(largest + 1)
        one = FileGiven(given.filename, content, too_large=is_over(given) or len(content) > largest)
        files.checked({"file": one})
        ending = "docx" if b"word/document.xml" in content[:200_000] or given.filename.lower().endswith(".docx") else ""
        ending = ending or ("xlsx" if content[:2] == b"PK" else "csv")
        read = read_chronology(
            one, systime.london_date(systime.utc_now()), None, remembered_for(session(), record.partnership_id)
        )
    except DardrError as error:
        return _start(record, error.reasons)
    # What a file is called may be the name of a person: only its ending is kept.
    begun = Bringing.begin(record, {"ending": ending, "file": base64.b64encode(content).decode()})
    if not read.match.whole:
        return redirect(url_for("chronology.columns", ref=ref, number=begun.draft.id), 303)
    begun.keep(match=read.match.lines())
    return redirect(url_for("chronology.preview", ref=ref, number=begun.draft.id), 303)


def _start(record: Record, reasons: Sequence[Reason] = ()) -> ResponseReturnValue:
    lines = standing_lines(session(), [record.id])
    stopped = _stopped(record)
    return _page(
        "chronology/start.html",
        record,
        reasons,
        lines=lines,
        entries=list(reversed(record.facts.get(CHRONOLOGIES) or [])),
        may_add=_may_add(record) and not stopped,
        stopped=stopped if _may_add(record) else "",
    )


def _stopped(record: Record) -> str:
    """Why nobody, or not this person, adds lines to a return where it stands now; empty where they may."""
    if record.stage not in ADD_CHRONOLOGY.source:
        label = workflows.get(record.process).stage(record.stage).label.lower()
        return f"This return is {label}. A chronology is added while a return is open, or once it is signed off."
    leads = roles_on(session(), actor(), record) & AGENCY_LEADS
    return ONLY_THE_LEAD if record.stage == SIGNED_OFF and not leads else ""


@pages.get("/returns/<ref>/chronology/template")
@who(doors=BY_LINK)
def template_file(ref: str) -> ResponseReturnValue:
    """An empty workbook in the columns of a chronology."""
    _record(ref, adding=False)
    response = Response(template(), content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="chronology-to-fill-in.xlsx"'
    return response


# --- matching -----------------------------------------------------------------------------------------------


@pages.get("/returns/<ref>/chronology/<int:number>/columns")
@who(doors=BY_LINK)
def columns(ref: str, number: int) -> ResponseReturnValue:
    """What each column of the file holds."""
    return _columns_page(Bringing.find(_record(ref), number))


@pages.post("/returns/<ref>/chronology/<int:number>/columns")
@who(doors=BY_LINK)
def match(ref: str, number: int) -> ResponseReturnValue:
    """Take what was matched, and read the file with it."""
    begun = Bringing.find(_record(ref), number)
    headed = request.form.get("headed", "yes") != "no"
    if headed != (begun.match() or Match()).headed:
        begun.keep(match=Match({}, headed).lines())
        return redirect(url_for("chronology.columns", ref=ref, number=number), 303)
    headings = begun.read().headings
    given = {key: request.form.get(f"column-{key}", "") for key in BY_KEY}
    chosen = Match({key: heading for key, heading in given.items() if heading in headings}, headed)
    reasons = chosen.missing()
    for key, heading in chosen.columns.items():
        first = next(one for one, other in chosen.columns.items() if other == heading)
        if first != key:
            said = f"“{heading}” is chosen for “{BY_KEY[first].label}” already. Choose another column, or none."
            reasons.append(Reason(said, f"column-{key}"))
    begun.keep(match=chosen.lines())
    if reasons:
        return _columns_page(begun, reasons)
    if headed:
        remembered.remember(
            session(), systime.utc_now(), begun.record.partnership_id, PURPOSE, headings,
            [list(pair) for pair in chosen.columns.items()], by=actor().id,
        )  # fmt: skip
    return redirect(url_for("chronology.preview", ref=ref, number=number), 303)


def _columns_page(begun: Bringing, reasons: Sequence[Reason] = ()) -> ResponseReturnValue:
    read = begun.read()
    return _page("chronology/columns.html", begun.record, reasons, number=begun.draft.id, read=read, needed=NEEDED)


# --- looking, and sending -----------------------------------------------------------------------------------


@pages.get("/returns/<ref>/chronology/<int:number>/preview")
@who(doors=BY_LINK)
def preview(ref: str, number: int) -> ResponseReturnValue:
    """Each line as it is read, and the rows that cannot be taken. Nothing is recorded yet."""
    return _preview(Bringing.find(_record(ref), number))


@pages.post("/returns/<ref>/chronology/<int:number>/preview")
@who(doors=BY_LINK)
def confirm(ref: str, number: int) -> ResponseReturnValue:
    """Keep the lines with the return."""
    begun = Bringing.find(_record(ref), number)
    now = systime.utc_now()
    values = {"chronology_file": begun.file(), "columns": begun.read().match.lines()}
    try:
        done = take_action(session(), actor(), now, ref, ADD_CHRONOLOGY.key, values, systime.london_date(now))
    except (Conflict, Invalid) as error:
        undo()
        return _preview(Bringing.find(_record(ref), number), error.reasons, error.status)
    drafts.sent(begun.draft, now, ref)
    flash(f"Recorded: {ADD_CHRONOLOGY.label}.", "done")
    for said in done.warnings:
        flash(said, "warning")
    return redirect(url_for("chronology.start", ref=ref), 303)


def _preview(begun: Bringing, reasons: Sequence[Reason] = (), status: int = 422) -> ResponseReturnValue:
    try:
        read = begun.read()
    except Invalid as error:
        return _start(begun.record, error.reasons)
    if not read.match.whole:
        return redirect(url_for("chronology.columns", ref=begun.record.ref, number=begun.draft.id), 303)
    known = {_content(row) for row in standing_lines(session(), [begun.record.id])}
    coming = {line.content() for line in read.lines}
    return _page(
        "chronology/preview.html",
        begun.record,
        reasons,
        status,
        number=begun.draft.id,
        read=read,
        shown=[(line, line.content() not in known) for line in read.lines[:SHOWN_AT_ONCE]],
        left=max(0, len(read.lines) - SHOWN_AT_ONCE),
        new=sum(line.content() not in known for line in read.lines),
        gone=len(known - coming),
        typed=begun.typed is not None,
        rules=RULES,
    )


def _content(row: ChronologyLine) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in CONTENT)


# --- typing -------------------------------------------------------------------------------------------------


@pages.post("/returns/<ref>/chronology/typed")
@who(doors=BY_LINK)
def begin_typing(ref: str) -> ResponseReturnValue:
    """Begin to type lines, from those the return has; or go on where this person left off."""
    record = _record(ref)
    waiting = session().scalars(
        sa.select(Draft)
        .where(Draft.user_id == actor().id, Draft.purpose == PURPOSE, Draft.path == ref, Draft.sealed.is_not(None))
        .order_by(Draft.id.desc())
    )
    begun = next((one for one in (Bringing(record, draft) for draft in waiting) if one.typed is not None), None)
    if begun is None:
        lines = [_as_typed(row) for row in standing_lines(session(), [record.id])]
        begun = Bringing.begin(record, {"typed": lines})
    return redirect(url_for("chronology.typed", ref=ref, number=begun.draft.id), 303)


def _as_typed(row: ChronologyLine) -> dict[str, str]:
    found = {
        "when": row.when_given, "time": row.at_time, "source": row.source, "source_record": row.source_record,
        "people": row.people, "what": row.what, "response": row.response, "expected": row.expected,
        "comment": row.comment, "significant": "Yes" if row.significant else "",
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


@pages.get("/returns/<ref>/chronology/<int:number>/typed")
@who(doors=BY_LINK)
def typed(ref: str, number: int) -> ResponseReturnValue:
    """The lines typed so far, and the form of one more, or of the one that is being changed."""
    begun = Bringing.find(_record(ref), number)
    at = _asked_line(begun, request.args.get("line", ""))
    return _typed_page(begun, at, (begun.typed or [])[at] if at is not None else {})


@pages.post("/returns/<ref>/chronology/<int:number>/typed")
@who(doors=BY_LINK)
def type_line(ref: str, number: int) -> ResponseReturnValue:
    """Keep one line, or take one out."""
    begun = Bringing.find(_record(ref), number)
    lines = list(begun.typed or [])
    if (out := _asked_line(begun, request.form.get("take_out", ""))) is not None:
        del lines[out]
        begun.keep(typed=lines)
        return redirect(url_for("chronology.typed", ref=ref, number=number), 303)
    at = _asked_line(begun, request.form.get("line", ""))
    given = {key: request.form.get(key, "").strip() for key in BY_KEY}
    line = {key: value for key, value in given.items() if value}
    reasons = [] if line.get("what") else [Reason("Say what happened.", "what")]
    reasons += [
        Reason(f"Say it in fewer than 8,000 characters: {BY_KEY[key].label.lower()}.", key)
        for key, value in line.items()
        if len(value) >= 8000
    ]
    if reasons:
        return _typed_page(begun, at, given, reasons)
    if at is None:
        lines.append(line)
    else:
        lines[at] = line
    begun.keep(typed=lines)
    return redirect(url_for("chronology.typed", ref=ref, number=number, _anchor="lines"), 303)


def _asked_line(begun: Bringing, text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    return number - 1 if 1 <= number <= len(begun.typed or []) else None


def _typed_page(
    begun: Bringing, at: int | None, form: Mapping[str, str], reasons: Sequence[Reason] = ()
) -> ResponseReturnValue:
    if begun.typed is None:
        raise NotFound("A file was chosen here. Look at its lines, or begin to type from the page of the return.")
    today = systime.london_date(systime.utc_now())
    return _page(
        "chronology/typed.html",
        begun.record,
        reasons,
        number=begun.draft.id,
        lines=[(line, read_when(line.get("when", ""), today)) for line in begun.typed],
        at=at,
        form=form,
        short=SHORT,
    )

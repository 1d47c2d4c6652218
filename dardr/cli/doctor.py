"""``dardr doctor``: look at this installation from end to end, and say what to do about what is found."""

from __future__ import annotations

import importlib
import os
import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import is_rehearsal, opened
from dardr.cli.refusing import Command, as_json_option, examples, reasons_of

Check = dict[str, str]
OLDEST_SQLITE = (3, 35, 0)
"""The first SQLite with ``RETURNING``, on which claiming a message and numbering a record rest."""


def _check(name: str, state: str, says: str) -> Check:
    """``state`` is ok, look (works, but somebody should look) or wrong."""
    return {"name": name, "state": state, "says": says}


@click.command(cls=Command, epilog=examples("dardr doctor", "dardr doctor --json"))
@as_json_option
def doctor(as_json: bool) -> None:
    """Check settings, database, keys, mail server, mailbox, documents, page assets, calendar and background work.

    Exit code 1 where something is wrong; what only wants a look does not change it.
    """
    found = [*_machine(), *_settings()]
    ok = all(one["state"] != "wrong" for one in found)
    if as_json:
        showing.print_json({"ok": ok, "checks": found})
    else:
        signs = {"ok": "fine ", "look": "look ", "wrong": "WRONG"}
        for one in found:
            click.echo(f"{signs[one['state']]}  {one['name']}: {one['says']}")
        click.echo("Nothing is wrong." if ok else "Something is wrong: see above.")
    if not ok:
        raise click.exceptions.Exit(1)


def _machine() -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield _check("Python", "ok", version)
    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        yield _check("SQLite", "ok", sqlite3.sqlite_version)
    else:
        yield _check("SQLite", "wrong", f"{sqlite3.sqlite_version} is too old. Use 3.35 or later, or PostgreSQL.")
    yield _documents()
    vendor = Path(str(resources.files("dardr"))) / "web" / "static" / "vendor"
    if (vendor / "govuk-frontend.min.css").exists():
        yield _check("Page assets", "ok", "installed")
    else:
        yield _check("Page assets", "wrong", "not installed, so pages have no style. Run: make assets")


def _documents() -> Check:
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError):
        return _check("PDF", "wrong", "Pango is missing. On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0")
    return _check("PDF", "ok", "can be made")


def _settings() -> Iterator[Check]:
    from dardr.settings import get_settings

    try:
        settings = get_settings()
    except Exception as error:
        yield _wrong("Settings", error)
        return
    yield _check("Settings", "ok", f"data folder {settings.data_folder}")
    yield _keys(settings)
    yield _mail_server(settings)
    yield from _mailboxes(settings)
    yield _virus_scanner(settings)
    yield from _database()


def _wrong(name: str, error: Exception) -> Check:
    reasons = reasons_of(error)
    if reasons is None:
        return _check(name, "wrong", f"{type(error).__name__}: {error}")
    return _check(name, "wrong", " ".join(r.reason for r in reasons))


def _keys(settings: Any) -> Check:
    try:
        if len(settings.master) != 32 or len(settings.secret) < 32:
            return _check("Keys", "wrong", "DARDR_MASTER_KEY and DARDR_SECRET_KEY are 64 hexadecimal characters each.")
    except ValueError:
        return _check("Keys", "wrong", "DARDR_MASTER_KEY is not hexadecimal. Give 64 characters of 0-9 and a-f.")
    except Exception as error:
        return _wrong("Keys", error)
    for name in ("secret.key", "master.key"):
        path = settings.data_folder / name
        if path.exists() and stat.S_IMODE(os.stat(path).st_mode) & 0o077:
            return _check("Keys", "wrong", f"{path} can be read by others. Run: chmod 600 {path}")
    return _check("Keys", "ok", "present; keep a copy of the master key apart from the database")


def _mail_server(settings: Any) -> Check:
    from dardr.casework.transport import mailer_of, notify_of

    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        mailer_of(settings)
    except Exception as error:
        return _wrong("Mail server", error)
    if settings.transport == "notify":
        wrong = notify_of(settings).trouble()
        if wrong:
            return _check("GOV.UK Notify", "look", f"{wrong} E-mail waits and is sent later.")
        return _check("GOV.UK Notify", "ok", "takes the key, and knows the template")
    try:
        with socket.create_connection((settings.smtp_host, settings.smtp_port), timeout=3):
            pass
    except OSError:
        return _check(
            "Mail server", "look", f"{where} does not answer. E-mail waits and is sent later. Check DARDR_SMTP_HOST."
        )
    plain = settings.smtp_tls == "none" and settings.smtp_host not in ("127.0.0.1", "localhost", "::1")
    if plain:
        return _check("Mail server", "look", f"{where} answers, without TLS. Set DARDR_SMTP_TLS to starttls or tls.")
    return _check("Mail server", "ok", f"{where} answers")


def _mailboxes(settings: Any) -> Iterator[Check]:
    from dardr import systime
    from dardr.casework.post_in import mailboxes_of
    from notifications.mailboxes import MailboxTrouble, Place

    try:
        boxes = mailboxes_of(settings)
    except Exception as error:
        yield _wrong("Mailbox", error)
        return
    if not boxes:
        yield _check("Mailbox", "look", "none is set, so returned mail is not noticed. Set DARDR_MAILBOX.")
    today = systime.london_date(systime.utc_now())
    for box in boxes:
        try:
            next(box.messages(Place(), today, 1), None)
        except MailboxTrouble as error:
            yield _check("Mailbox", "wrong", str(error))
        else:
            yield _check("Mailbox", "ok", f"{box.name} can be read")


def _virus_scanner(settings: Any) -> Check:
    from dardr.casework.virus_scan import works

    if not settings.clamd:
        return _check("Virus scanner", "look", "none is set: files are kept without a look. Set DARDR_CLAMD.")
    if wrong := works(settings):
        kept = " Files are kept meanwhile." if settings.clamd_silent == "keep" else " No file can be given meanwhile."
        return _check("Virus scanner", "wrong", f"{settings.clamd}: {wrong}.{kept}")
    return _check("Virus scanner", "ok", f"{settings.clamd} answers, and finds the harmless trial file")


def _database() -> Iterator[Check]:
    from dardr.lookups.health import health
    from dardr.lookups.post_state import not_being_sent
    from dardr.storage import migrate

    try:
        with opened() as at:
            kind = "a rehearsal" if is_rehearsal(at.database) else "for real work"
            yield _check("Database", "ok", f"{at.database.engine.dialect.name}, version {migrate.head()}, {kind}")
            differing = migrate.differences(at.database.url)
            yield (
                _check("Tables", "wrong", f"not as this version made them: {'; '.join(differing[:3])}")
                if differing
                else _check("Tables", "ok", "as they should be")
            )
            with at.database.read() as session:
                found, stands_still = health(session, at.now), not_being_sent(session, at.now)
            yield (
                _check("Reminders", "look", "are not being sent. Why is said below, under Background work.")
                if stands_still
                else _check("Reminders", "ok", "are being sent")
            )
            if found["ok"]:
                yield _check("Background work", "ok", "done as it should be")
            for problem in found["problems"]:
                yield _check("Background work", "look", problem)
            for name, until in found["bank_holidays_until"].items():
                yield _check("Bank holidays", "ok", f"{name}: published to {showing.day_words(until)}")
    except Exception as error:
        yield _wrong("Database", error)

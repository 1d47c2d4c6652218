"""Commands that refuse kindly: every reason as a sentence, or as JSON, and the exit code that says so.

Exit 1 is a refusal (answers included); exit 2 is left to click, for what the command line itself cannot read.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from dardr.errors import DardrError, Reason
from workflows.calendar import CannotCount
from workflows.partial import NotADate

NO_ROOM = "There is no room left on the disk. Nothing was saved. Free some space and do it again."
NO_ROOM_CODES = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "53100")
"""What SQLite and PostgreSQL say where a file may not grow: a full disk, a quota, a limit on the size of files."""
LOCKED = "The database is busy: somebody else is writing to it. Nothing was saved. Try again in a moment."
CHANGED = "Somebody else changed this at the same moment. Nothing was saved. Look at it again, then do this."
UNREADABLE = (
    "The database cannot be read: it is damaged, or it is not a database. Nothing was changed. "
    "Check DARDR_DATABASE_URL, or restore the latest copy."
)


class Refused(Exception):
    """A refusal of the command line's own: reasons, each with the option or field to blame, if one is."""

    def __init__(self, reasons: str | Sequence[Reason], field: str | None = None) -> None:
        self.reasons = (Reason(reasons, field),) if isinstance(reasons, str) else tuple(reasons)
        super().__init__(" ".join(r.reason for r in self.reasons))


class Command(click.Command):
    """A command whose refusals are printed as the contract says: JSON on standard output, or sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; print what refused it."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            reasons = reasons_of(error)
            if reasons is None:
                raise
            say_refused(reasons, as_json=bool(ctx.params.get("as_json")))
            ctx.exit(1)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command


def say_refused(reasons: Sequence[Reason], *, as_json: bool) -> None:
    """Print the reasons: one JSON object on standard output, or sentences on standard error."""
    if as_json:
        click.echo(json.dumps({"refused": [r.as_dict() for r in reasons]}, ensure_ascii=False))
        return
    for reason in reasons:
        click.echo(f"{reason.field}: {reason.reason}" if reason.field else reason.reason, err=True)


def reasons_of(error: BaseException) -> tuple[Reason, ...] | None:
    """What an error means to the person at the keyboard; None where it is a fault of the program."""
    if isinstance(error, DardrError | Refused):
        return tuple(error.reasons)
    if isinstance(error, CannotCount | NotADate):
        return (Reason(str(error)),)
    for known in (_of_workflows, _of_settings, _of_database, _of_system):
        found = known(error)
        if found is not None:
            return found
    return None


def _of_workflows(error: BaseException) -> tuple[Reason, ...] | None:
    import workflows

    if isinstance(error, workflows.UnknownProcess):
        return (Reason(str(error)),)
    criteria = sys.modules.get("workflows.criteria")
    if criteria is not None and isinstance(error, criteria.CriteriaRefused):
        problems: Any = getattr(error, "problems", ())
        return tuple(Reason(p.reason, p.field) for p in problems)
    return None


def _of_settings(error: BaseException) -> tuple[Reason, ...] | None:
    pydantic = sys.modules.get("pydantic")
    if pydantic is None or not isinstance(error, pydantic.ValidationError):
        return None
    invalid: Any = error
    if invalid.title != "Settings":
        return None
    return tuple(
        Reason(f"The setting DARDR_{str(p['loc'][0]).upper()} cannot be used: {p['msg']}.") for p in invalid.errors()
    )


def _of_database(error: BaseException) -> tuple[Reason, ...] | None:
    alchemy = sys.modules.get("sqlalchemy.exc")
    if alchemy is None or not isinstance(error, alchemy.SQLAlchemyError):
        return None
    stale = sys.modules.get("sqlalchemy.orm.exc")
    if stale is not None and isinstance(error, stale.StaleDataError):
        return (Reason(CHANGED),)
    if isinstance(error, alchemy.ArgumentError | alchemy.NoSuchModuleError):
        return (
            Reason(
                "DARDR_DATABASE_URL cannot be read. Write it like sqlite:////var/lib/dardr/dardr.db or "
                "postgresql://name:password@host/database."
            ),
        )
    if not isinstance(error, alchemy.DBAPIError):
        return None
    original: Any = getattr(error, "orig", None)
    return _of_driver(original, str(original))


def _of_driver(original: Any, text: str) -> tuple[Reason, ...] | None:
    code = str(getattr(original, "sqlite_errorname", "") or getattr(original, "sqlstate", "") or "")
    if code in NO_ROOM_CODES or "disk is full" in text:
        return (Reason(NO_ROOM),)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or code in ("55P03", "40001", "40P01"):
        return (Reason(LOCKED),)
    if code.startswith("SQLITE_READONLY") or code == "25006":
        return (Reason("The database may only be read, not written. Check who owns its file and folder."),)
    if code.startswith("SQLITE_CANTOPEN"):
        return (Reason("The database file cannot be opened. Check DARDR_DATABASE_URL and who may use its folder."),)
    if code in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return (Reason(UNREADABLE),)
    if code.startswith("SQLITE_IOERR"):
        return (Reason("The disk cannot be read or written. Nothing was saved. Check the disk, then do it again."),)
    module = type(original).__module__
    if module.startswith("psycopg") and (not code or code.startswith(("08", "28", "3D", "57P"))):
        first = text.strip().splitlines()[0].strip().rstrip(".") if text.strip() else "no answer"
        return (
            Reason(
                f"The PostgreSQL database cannot be reached ({first}). Check that the server is running and that "
                "DARDR_DATABASE_URL is right."
            ),
        )
    return None


def _of_system(error: BaseException) -> tuple[Reason, ...] | None:
    if not isinstance(error, OSError):
        return None
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return (Reason(NO_ROOM),)
    name = error.filename if isinstance(error.filename, str) else ""
    sentences = {
        errno.ENOENT: f"There is no file or folder {name}. Check the name.",
        errno.EACCES: f"You may not use {name}. Check who owns it.",
        errno.EISDIR: f"{name} is a folder. Give the name of a file.",
        errno.ENOTDIR: f"{name} cannot be used: a part of it is not a folder.",
        errno.EADDRINUSE: "Something else uses that port already. Choose another with --port.",
        errno.EROFS: f"{name} is on a disk that may only be read.",
    }
    said = sentences.get(error.errno or 0)
    return (Reason(said),) if said else None


def as_json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``, which every command that prints data has."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object on standard output and nothing else."
    )(function)


def examples(*lines: str) -> str:
    """The epilog of a command: examples, one a line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)

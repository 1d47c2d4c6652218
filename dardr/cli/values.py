"""Reading what was typed: days, and ``--field NAME=VALUE``."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from dardr.cli.refusing import Refused
from dardr.errors import Reason
from workflows.definition import Field, FieldType
from workflows.partial import parse_date

LARGEST_TEXT = 1024 * 1024


def day(text: str, option: str) -> date:
    """A full London date. Raises Refused with a sentence for one that does not exist."""
    try:
        return parse_date(text)
    except ValueError as error:
        raise Refused(str(error), option) from error


def _split(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"“{text}”: write NAME=VALUE, for example notifier=police.")
        pairs.append((name.strip(), value))
    return pairs


def field_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--field NAME=VALUE``, any number of times."""
    return click.option(
        "--field",
        "fields",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_split,
        help="An answer. Repeat it for several answers to one question; NAME=@PATH reads a file; NAME= leaves it "
        "empty; NAME=@@TEXT is a text that begins with @.",
    )(function)


def gather(fields: Iterable[Field], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Answers by name, as the casework reads them: text, lists of text, or files. Raises Refused, all at once."""
    known = {field.name: field for field in fields}
    values: dict[str, Any] = {}
    problems: list[Reason] = []
    for name, text in pairs:
        field = known.get(name)
        try:
            value = _value(field, name, text)
        except Refused as error:
            problems += error.reasons
            continue
        if name in values:
            earlier = values[name] if isinstance(values[name], list) else [values[name]]
            values[name] = [*earlier, value]
        elif field is not None and field.type is FieldType.CHOICES and value != "":
            values[name] = [value]
        else:
            values[name] = value
    if problems:
        raise Refused(problems)
    return values


def _value(field: Field | None, name: str, text: str) -> Any:
    wants_file = field is not None and field.type is FieldType.FILE
    if text.startswith("@@"):
        return text[1:]
    if text.startswith("@"):
        return _file(name, text[1:]) if wants_file else _text(name, text[1:])
    if wants_file and text:
        raise Refused(f"This asks for a file. Give its path after an @: --field {name}=@{text}", name)
    return text


def _file(name: str, path: str) -> Any:
    from dardr.casework.files import FileGiven, largest

    content = _content(name, path, largest())
    return FileGiven(Path(path).name, content, mimetypes.guess_type(path)[0] or "application/octet-stream")


def _text(name: str, path: str) -> str:
    try:
        return _content(name, path, LARGEST_TEXT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"The file {path} is not text (UTF-8). Save it as text, or give another file.", name) from error


def _content(name: str, path: str, largest: int) -> bytes:
    try:
        if Path(path).stat().st_size > largest:
            raise Refused(f"The file {path} is larger than {largest // 1024 // 1024} MB. Give a smaller one.", name)
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused(f"The file {path} cannot be read. Check its name and who may read it.", name) from error

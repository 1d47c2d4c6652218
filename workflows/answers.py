"""Reading what people answered: text from a form or a command line into typed values, and to and from storage.

Every edge uses these functions, so a date or a choice means the same everywhere. All refusals are collected;
nothing typed is thrown away by the caller because one answer was wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from workflows.definition import UNKNOWN_VALUES, Blocked, Choice, Field, FieldType
from workflows.partial import NotADate, PartialDate, parse_date

LONDON = ZoneInfo("Europe/London")
YES = {"yes": True, "true": True, "y": True, "1": True, "on": True, "no": False, "false": False, "n": False, "0": False}
Choices = Mapping[str, Sequence[Choice]]


class CannotRead(ValueError):
    """An answer that cannot be read; the message is a sentence for the person who gave it."""


def read(fields: Iterable[Field], raw: Mapping[str, Any], choices: Choices) -> tuple[dict[str, Any], list[Blocked]]:
    """Typed answers, and every reason why some could not be read.

    ``choices`` gives the resolved choices of fields whose choices are looked up. Names that no field has are
    refused, so that a misspelt name is never silently dropped.
    """
    typed: dict[str, Any] = {}
    problems: list[Blocked] = []
    known = {f.name: f for f in fields}
    for name in raw:
        if name not in known:
            problems.append(Blocked(f"There is no question called “{name}” here. {_names(known)}", name))
    for field in known.values():
        given = raw.get(field.name)
        if isinstance(given, str):
            given = given.strip()
        elif isinstance(given, list | tuple):
            given = [one.strip() if isinstance(one, str) else one for one in given]
            given = [one for one in given if one not in (None, "")]
        if _is_empty(given):
            if field.required:
                problems.append(Blocked(_missing(field), field.name))
            continue
        try:
            typed[field.name] = _read_one(field, given, choices.get(field.name, field.choices))
        except CannotRead as error:
            problems.append(Blocked(str(error), field.name))
        except ValueError as error:
            mark = "" if field.label.endswith("?") else ":"
            problems.append(Blocked(f"{field.label}{mark} {error}", field.name))
    return typed, problems


def _is_empty(given: Any) -> bool:
    return given is None or given == "" or given == []


def about(label: str, said: str) -> str:
    """A sentence about one question: after a colon, or as a sentence of its own after a question mark."""
    return f"{label} {said[0].upper()}{said[1:]}" if label.endswith("?") else f"{label}: {said}"


def _names(known: Mapping[str, Field]) -> str:
    return f"The questions are: {', '.join(known)}." if known else "This step asks nothing."


def _missing(field: Field) -> str:
    ask = {
        FieldType.DATE: "Give the date",
        FieldType.PARTIAL_DATE: "Give the date, or as much of it as is known",
        FieldType.CHOICE: "Choose one",
        FieldType.CHOICES: "Choose at least one",
        FieldType.BOOLEAN: "Answer yes or no",
        FieldType.FILE: "Add the file",
    }.get(field.type, "Give an answer")
    return about(field.label, f"this is needed. {ask}.")


def _read_one(field: Field, given: Any, choices: Sequence[Choice]) -> Any:
    if field.unknown and _one(given) in UNKNOWN_VALUES:
        return _one(given)
    if field.type is FieldType.CHOICES:
        many = given if isinstance(given, list | tuple) else [given]
        return list(dict.fromkeys(_choose(field, str(v), choices) for v in many))
    if field.type is FieldType.FILE:
        return _files(field, list(given) if isinstance(given, list | tuple) else [given])
    if field.type is FieldType.ROWS and isinstance(given, list) and all(isinstance(one, dict) for one in given):
        return given
    if field.many:
        lines = given if isinstance(given, list | tuple) else str(given).splitlines()
        kept = [_text(field, line, choices).strip() for line in lines if str(line).strip()]
        if not kept and field.required:
            raise CannotRead(_missing(field))
        return kept
    if isinstance(given, list | tuple):
        if len(given) != 1:
            raise CannotRead(about(field.label, f"give one answer, not {len(given)}."))
        given = given[0]
    return _READERS[field.type](field, given, choices)


def _files(field: Field, given: list[Any]) -> Any:
    """One file, or where the question allows several, the list of them. What a file is, the edge says."""
    if any(isinstance(one, str | list | tuple | int | float | dict) for one in given):
        raise CannotRead(about(field.label, "give files, not text." if field.many else "give one file, not text."))
    if field.many:
        return given
    if len(given) != 1:
        raise CannotRead(about(field.label, f"give one file, not {len(given)}."))
    return given[0]


def _one(given: Any) -> Any:
    if isinstance(given, list | tuple) and len(given) == 1:
        given = given[0]
    return given if isinstance(given, str) else None


def _choose(field: Field, given: str, choices: Sequence[Choice]) -> str:
    for choice in choices:
        if given == choice.value:
            return choice.value
    for choice in choices:
        if given.casefold() == choice.label.casefold():
            return choice.value
    if not choices:
        raise CannotRead(about(field.label, "there is nothing to choose from yet."))
    shown = ", ".join(c.value for c in choices[:12]) + (", ..." if len(choices) > 12 else "")
    raise CannotRead(about(field.label, f"“{given}” is not one of the choices. Choose from: {shown}."))


def _text(field: Field, given: Any, _choices: Sequence[Choice]) -> str:
    text = str(given)
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise CannotRead(about(field.label, "the text contains a character that cannot be stored. Type it again."))
    return text


def _date(field: Field, given: Any, _choices: Sequence[Choice]) -> date:
    if isinstance(given, datetime):
        raise CannotRead(about(field.label, "give a date without a time."))
    if field.undated and isinstance(given, str) and not any(character.isdigit() for character in given):
        words = given.partition(" (without ")[0].strip()
        raise CannotRead(about(field.label, f"“{words}” is not a day. {field.undated}"))
    return given if isinstance(given, date) else parse_date(str(given))


def _partial(_field: Field, given: Any, _choices: Sequence[Choice]) -> PartialDate:
    return given if isinstance(given, PartialDate) else PartialDate.parse(str(given))


def _datetime(field: Field, given: Any, _choices: Sequence[Choice]) -> datetime:
    if isinstance(given, datetime):
        value = given
    else:
        try:
            value = datetime.fromisoformat(str(given))
        except ValueError as error:
            raise CannotRead(about(field.label, "give a date and time such as 2026-11-22T10:00.")) from error
    return value if value.tzinfo else value.replace(tzinfo=LONDON)


def _integer(field: Field, given: Any, _choices: Sequence[Choice]) -> int:
    try:
        value = int(str(given))
    except ValueError as error:
        raise CannotRead(about(field.label, f"“{given}” is not a whole number. Give digits only.")) from error
    if value < 0 or (field.most is not None and value > field.most):
        bounds = "of at least 0" if field.most is None else f"from 0 to {field.most}"
        raise CannotRead(about(field.label, f"“{given}” cannot be right. Give a whole number {bounds}."))
    return value


def _decimal(field: Field, given: Any, _choices: Sequence[Choice]) -> Decimal:
    try:
        value = Decimal(str(given).replace(",", "").lstrip("£"))
    except InvalidOperation as error:
        raise CannotRead(about(field.label, f"“{given}” is not a number. Give digits, such as 1250.50.")) from error
    if not value.is_finite():
        raise CannotRead(about(field.label, f"“{given}” is not a number. Give digits, such as 1250.50."))
    return value


def _boolean(field: Field, given: Any, _choices: Sequence[Choice]) -> bool:
    if isinstance(given, bool):
        return given
    value = YES.get(str(given).casefold())
    if value is None:
        raise CannotRead(about(field.label, "answer yes or no."))
    return value


def _choice(field: Field, given: Any, choices: Sequence[Choice]) -> str:
    return _choose(field, str(given), choices)


def _url(field: Field, given: Any, _choices: Sequence[Choice]) -> str:
    try:
        parts = urlsplit(str(given))
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CannotRead(about(field.label, "give the whole address of the page, beginning with https://."))
    return str(given)


def _rows(field: Field, given: Any, _choices: Sequence[Choice]) -> Any:
    raise CannotRead(about(field.label, "this is read by the service, and cannot be typed."))


def _email(field: Field, given: Any, _choices: Sequence[Choice]) -> str:
    text = str(given)
    name, at, host = text.partition("@")
    if not (name and at and "." in host) or any(c.isspace() for c in text) or "@" in host:
        said = f"“{text}” is not an e-mail address. It should look like name@example.org."
        raise CannotRead(about(field.label, said))
    return text


_READERS = {
    FieldType.TEXT: _text,
    FieldType.DATE: _date,
    FieldType.PARTIAL_DATE: _partial,
    FieldType.DATETIME: _datetime,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.CHOICE: _choice,
    FieldType.URL: _url,
    FieldType.EMAIL: _email,
    FieldType.ROWS: _rows,
}


def to_json(value: Any) -> Any:
    """How a typed answer is stored: dates as ISO text, everything else as JSON has it."""
    if isinstance(value, PartialDate):
        return value.text
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [to_json(v) for v in value]
    return value


def stored_date(value: Any) -> date | None:
    """The full date a stored or typed answer holds; None where it is partial, unknown or absent."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, PartialDate):
        return value.first if value.is_full else None
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def whole_date(value: Any) -> date | None:
    """As ``stored_date``, and also the day of a partial date that was given in words and is one whole day."""
    found = stored_date(value)
    if found is not None or not isinstance(value, str) or not value or value in UNKNOWN_VALUES:
        return found
    try:
        return stored_date(PartialDate.parse(value))
    except NotADate:
        return None

"""Files given with an answer: checked (``file_checks``, ``virus_scan``), encrypted with a key each, and stored.

They belong to the event that gave them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from dardr.casework import file_checks, virus_scan
from dardr.casework.file_given import FileGiven
from dardr.errors import Invalid, NotFound, Reason
from dardr.settings import get_settings
from dardr.storage.files import StoredFile
from workflows.answers import to_json
from workflows.definition import Blocked

MEGABYTE = 1024 * 1024


def largest() -> int:
    """Bytes one file may have, as set (``DARDR_LARGEST_FILE``, in megabytes)."""
    return get_settings().largest_file * MEGABYTE


def largest_words() -> str:
    """The same in words: ``50 MB``."""
    return f"{largest() // MEGABYTE} MB"


def given(typed: Mapping[str, Any]) -> list[tuple[str, FileGiven]]:
    """Every file among typed answers, with the question it answers; a question may have several."""
    return [
        (name, one)
        for name, value in typed.items()
        for one in (value if isinstance(value, list) else [value])
        if isinstance(one, FileGiven)
    ]


def only(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The typed answers that are files."""
    names = {name for name, _ in given(typed)}
    return {name: value for name, value in typed.items() if name in names}


def as_fact(value: Any) -> Any:
    """A typed answer as it is stored: files as what they are, never what they are called."""
    if isinstance(value, FileGiven):
        return value.as_fact()
    if isinstance(value, list) and any(isinstance(one, FileGiven) for one in value):
        return [as_fact(one) for one in value]
    return to_json(value)


def checked(typed: Mapping[str, Any], problems: list[Blocked] | None = None) -> dict[str, Any]:
    """The typed answers, their files looked at: size, what they are, whether they can be opened, viruses.

    Each file is looked at once; which of several is meant is said by number. What is wrong is added to ``problems``,
    or, without such a list, raised as Invalid.
    """
    found = dict(typed)
    wrong: list[Blocked] = []
    for name, value in only(typed).items():
        several = value if isinstance(value, list) else [value]
        looked: list[Any] = []
        for number, one in enumerate(several, 1):
            this = "This file" if len(several) == 1 else f"File {number} of {len(several)}"
            passed, problem = _looked_at(one) if isinstance(one, FileGiven) and not one.checked else (one, "")
            looked.append(passed)
            wrong += [Blocked(f"{this} {problem}", name)] if problem else []
        found[name] = looked if isinstance(value, list) else looked[0]
    if problems is None and wrong:
        raise Invalid([Reason(one.reason, one.field) for one in wrong])
    (problems if problems is not None else []).extend(wrong)
    return found


def _looked_at(one: FileGiven) -> tuple[FileGiven, str]:
    """The file, marked as looked at, and the rest of a sentence that begins with “This file” where it is refused."""
    limit = largest()
    if one.too_large or len(one.content) > limit:
        return one, f"is larger than {largest_words()}. Give a smaller one, or say where it is kept."
    problem = file_checks.problem_of(one.name, one.content)
    if problem is not None and (problem.harmful or not one.kept_anyway):
        return one, problem.says
    scanned, infected = virus_scan.look(one.content)
    return (one, infected) if infected else (replace(one, checked=True, scanned=scanned), "")


def check(found: Iterable[tuple[str, FileGiven]]) -> None:
    """Refuse files that cannot be kept, all at once. Raises Invalid; of several files it says which by number."""
    by_question: dict[str, list[FileGiven]] = {}
    for name, one in found:
        by_question.setdefault(name, []).append(one)
    checked(by_question)


def store(
    session: Session, now: datetime, record_id: int, event_id: int, given: FileGiven, *, field: str
) -> StoredFile:
    """Encrypt and keep one file, given in answer to the question ``field``."""
    wrapped_key, sealed = seal_with_new_key(given.content)
    row = StoredFile(
        record_id=record_id,
        event_id=event_id,
        name=os.path.basename(given.name)[:255],
        media_type=given.media_type[:100],
        size=len(given.content),
        sha256=given.sha256,
        wrapped_key=wrapped_key,
        content=sealed,
        added_at=now,
        field=field,
        scanned_at=now if given.scanned else None,
    )
    session.add(row)
    return row


def content(row: StoredFile) -> bytes:
    """The plain content of a stored file. Raises NotFound when the master key is not the one it was stored with."""
    return unseal(row.wrapped_key, row.content)


def seal_with_new_key(plain: bytes) -> tuple[bytes, bytes]:
    """Encrypt with a key of its own: that key wrapped by the master key, and the sealed content."""
    key = AESGCM.generate_key(256)
    return _seal(get_settings().master, key), _seal(key, plain)


def unseal(wrapped_key: bytes, sealed: bytes) -> bytes:
    """The plain content. Raises NotFound when the master key is not the one it was sealed with."""
    try:
        return _open(_open(get_settings().master, wrapped_key), sealed)
    except Exception as error:
        raise NotFound("This cannot be opened with the master key in use. Check DARDR_MASTER_KEY.") from error


def _seal(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def _open(key: bytes, sealed: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], None)

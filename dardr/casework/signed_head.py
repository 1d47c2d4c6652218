"""Where every history stood at the end of a year, signed: kept elsewhere, it shows that no history was written anew.

Ed25519 over canonical JSON. The private key is a file in the data folder (mode 0600), made on first use; the public
key is printed in every document, and whoever keeps the documents compares it from year to year.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy.orm import Session

from dardr.errors import Invalid
from dardr.storage.reviews import AuditEvent, Record
from dardr.storage.types import canonical
from dardr.systime import LONDON

KEY_FILE = "audit-signing.key"
FORMAT = "dardr-signed-head"


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The installation's key, made on first use. Raises Invalid where the file holds something else."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise Invalid(f"{KEY_FILE} in the data folder is not a signing key. Put the right file back.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Invalid(f"{KEY_FILE} in the data folder is not an Ed25519 key. Put the right file back.")
    return key


def year_end(day: date) -> date:
    """The last 31 March on or before a London date."""
    this = date(day.year, 3, 31)
    return this if day >= this else date(day.year - 1, 3, 31)


def sign_head(session: Session, at: date, key: Ed25519PrivateKey) -> dict[str, Any]:
    """Reference, last event and its hash of every record, as recorded by the end of ``at`` in London, signed.

    ``at`` is the 31 March that ends the year. Raises Invalid for another day.
    """
    if (at.month, at.day) != (3, 31):
        raise Invalid("Years run from 1 April to 31 March: give the 31 March that ends the year, like 2027-03-31.")
    document: dict[str, Any] = {
        "kind": FORMAT,
        "version": 1,
        "at": at.isoformat(),
        "year": f"{at.year - 1}/{at.year % 100:02d}",
        "records": [{"ref": ref, "seq": seq, "hash": digest} for ref, seq, digest in _heads(session, at)],
        "public_key": key.public_key().public_bytes_raw().hex(),
    }
    return {**document, "signature": key.sign(canonical(document).encode()).hex()}


def _heads(session: Session, at: date) -> list[tuple[str, int, str]]:
    end = datetime.combine(at + timedelta(days=1), datetime.min.time(), tzinfo=LONDON).astimezone(UTC)
    last = (
        sa.select(AuditEvent.record_id, sa.func.max(AuditEvent.seq).label("seq"))
        .where(AuditEvent.recorded_at < end)
        .group_by(AuditEvent.record_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Record.ref, AuditEvent.seq, AuditEvent.hash)
        .join(last, last.c.record_id == Record.id)
        .join(AuditEvent, sa.and_(AuditEvent.record_id == Record.id, AuditEvent.seq == last.c.seq))
        .order_by(Record.ref)
    )
    return [(ref, seq, digest) for ref, seq, digest in rows]


def verify_head(
    document: Mapping[str, Any], session: Session | None = None, public_key: str | None = None
) -> dict[str, Any]:
    """Check the signature; with ``public_key`` (hexadecimal) also whose it is; with ``session`` also that the
    database still holds every event the document names, unchanged.

    The shape of ``audit.verify``: ok, events (those named), broken.
    """
    broken: list[dict[str, Any]] = []
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(document["public_key"])))
        key.verify(bytes.fromhex(str(document["signature"])), canonical(unsigned).encode())
    except (InvalidSignature, ValueError, KeyError):
        broken.append(_broken("", 0, "The signature does not fit the document: it was changed, or signed by no key."))
    if public_key is not None and document.get("public_key") != public_key:
        broken.append(_broken("", 0, "The document was signed with another key than the one you gave."))
    named = list(document.get("records") or [])
    if session is not None and not broken:
        found = {(ref, seq): digest for ref, seq, digest in _events(session, named)}
        for one in named:
            digest = found.get((one["ref"], one["seq"]))
            if digest is None:
                broken.append(_broken(one["ref"], one["seq"], "The event that was signed is no longer on record."))
            elif digest != one["hash"]:
                broken.append(_broken(one["ref"], one["seq"], "The history up to this event was written anew."))
    return {"ok": not broken, "events": len(named), "broken": broken}


def _events(session: Session, named: list[Mapping[str, Any]]) -> list[tuple[str, int, str]]:
    rows: list[tuple[str, int, str]] = []
    for start in range(0, len(named), 500):
        refs = [one["ref"] for one in named[start : start + 500]]
        seqs = [one["seq"] for one in named[start : start + 500]]
        rows += [
            (ref, seq, digest)
            for ref, seq, digest in session.execute(
                sa.select(Record.ref, AuditEvent.seq, AuditEvent.hash)
                .join(Record, Record.id == AuditEvent.record_id)
                .where(Record.ref.in_(refs), AuditEvent.seq.in_(set(seqs)))
            )
        ]
    return rows


def _broken(ref: str, seq: int, reason: str) -> dict[str, Any]:
    return {"ref": ref, "seq": seq, "reason": reason}

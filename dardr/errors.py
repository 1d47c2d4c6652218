"""What can go wrong for a user, each with a sentence. One handler per edge turns them into 404, 403, 409, 422."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NO_PARTNERSHIP = "No partnership has been set up yet. Run: dardr db upgrade --profile kent"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal; ``field`` names the answer to change, if one is to blame."""

    reason: str
    field: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """The shape every edge prints: field and reason."""
        return {"field": self.field, "reason": self.reason}


class DardrError(Exception):
    """Base of all refusals. ``reasons`` are complete sentences for the user."""

    status = 400

    def __init__(self, reasons: str | Sequence[Reason]) -> None:
        self.reasons: tuple[Reason, ...] = (Reason(reasons),) if isinstance(reasons, str) else tuple(reasons)
        super().__init__(" ".join(r.reason for r in self.reasons))


class NotFound(DardrError):
    """Nothing of that name, or nothing this person may see. Never says which."""

    status = 404


class Forbidden(DardrError):
    """The person is known and sees the record, and this is not theirs to do."""

    status = 403


class Conflict(DardrError):
    """Not possible as things stand: a guard, or somebody else changed it first."""

    status = 409


class Invalid(DardrError):
    """An answer is missing or cannot be read."""

    status = 422

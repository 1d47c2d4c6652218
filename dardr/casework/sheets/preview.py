"""What taking a workbook in would do: cells that change, cells in conflict or refused, and the actions meant."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from dardr.casework.sheets.reading import Refusal
from dardr.casework.sheets.steps import Step
from dardr.storage.types import canonical


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that says something new, and the action on the record that it means."""

    sheet: str
    cell: str
    ref: str
    field: str
    heading: str
    before: str
    after: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        """The shape every edge prints."""
        said = asdict(self)
        before, after = said.pop("before"), said.pop("after")
        return {**said, "from": before, "to": after}


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell that was changed in the workbook while the record moved: as given out, as it is here now, and as sent."""

    sheet: str
    cell: str
    ref: str
    field: str
    heading: str
    given: str
    here: str
    sent: str
    reason: str

    @property
    def name(self) -> str:
        """By which a choice about it is known."""
        return f"{self.ref}:{self.field}"

    def as_dict(self) -> dict[str, str]:
        """The shape every edge prints."""
        return {**asdict(self), "name": self.name, "from": self.given, "to": self.sent}


@dataclass(slots=True)
class Work:
    """What is to be recorded of one row: the actions in their order, and the record's revision they were made for."""

    ref: str
    revision: int
    number: int
    process: str
    steps: list[Step]
    cells: dict[str, str]


@dataclass(slots=True)
class Preview:
    """What taking a workbook in would do."""

    sheet: str
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Clash] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unchanged: int = 0
    rows: int = 0
    remarks: list[str] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints and keeps."""
        return {
            "sheet": self.sheet,
            "rows": self.rows,
            "unchanged": self.unchanged,
            "changes": [one.as_dict() for one in self.changes],
            "conflicts": [one.as_dict() for one in self.conflicts],
            "refusals": [one.as_dict() for one in self.refusals],
            "remarks": list(self.remarks),
            "revisions": {one.ref: one.revision for one in self.work},
        }

    def digest(self) -> str:
        """By which it is known whether taking it in would still do the same."""
        said = {name: value for name, value in self.as_dict().items() if name != "remarks"}
        return sha256(canonical(said).encode()).hexdigest()

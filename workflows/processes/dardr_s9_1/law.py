"""What differs between the two laws under which a review may run; the steps are the same."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.criteria_questions import FIELDS_S8A, FIELDS_S9
from workflows.definition import Authority, Field
from workflows.processes.authorities import (
    ACT_2004_COPY,
    ACT_2004_S9_2,
    ACT_2004_S9_3,
    ACT_2024_COPY,
    ACT_2024_S8A,
    draft,
    guidance_2016,
)


@dataclass(frozen=True, slots=True)
class Law:
    """One regime: its process key, its questions and limbs, and its authorities."""

    regime: str
    process: str
    criteria: tuple[Field, ...]
    limbs: tuple[tuple[str, str], ...]
    decide: Authority
    direct: Authority
    copy: Authority

    def guidance(self, section: str, note: str = "") -> Authority:
        """The guidance that says so: of 2016 for the law in force, only a draft for the other."""
        if self.regime == "s9":
            return guidance_2016(section, note)
        return draft(
            "Home Office, draft statutory guidance, May 2024 (not compared; no final text known)",
            note=note or f"The guidance of 2016 has this in s.{section}.",
        )


S9 = Law(
    regime="s9",
    process="dardr-s9",
    criteria=FIELDS_S9,
    limbs=(
        ("intimate", "s.9(1)(a): had been in an intimate personal relationship"),
        ("related", "s.9(1)(a): related"),
        ("household", "s.9(1)(b): member of the same household"),
        ("concern", "Suspected suicide in circumstances that give concern (guidance)"),
    ),
    decide=ACT_2004_S9_3,
    direct=ACT_2004_S9_2,
    copy=ACT_2004_COPY,
)

S8A = Law(
    regime="s8a",
    process="dardr-s8a",
    criteria=FIELDS_S8A,
    limbs=(
        ("personally_connected", "Both aged 16 or over and personally connected (Domestic Abuse Act 2021 s.2)"),
        ("suicide", "Suspected suicide that appears to have resulted from domestic abuse"),
    ),
    decide=ACT_2024_S8A,
    direct=ACT_2024_S8A,
    copy=ACT_2024_COPY,
)

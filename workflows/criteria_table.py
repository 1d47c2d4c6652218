"""The decision table as people read it: its rows in words, and the one row that the answers fit.

``criteria.assess`` gives the advice and its reasons; this says to which line of the table it belongs, so that a page
can show the whole table with the answers in it. Rows are numbered as the table is read, from the top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.criteria import ADVICE_WORDS, Assessment, assess_record
from workflows.definition import UNKNOWN_VALUES


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is asked of the answers, and what the table advises under each law."""

    number: int
    when: str
    s9: str
    s8a: str

    def advice(self, regime: str) -> str:
        """The advice of this line under one law, as a key of ``ADVICE_WORDS``."""
        return self.s9 if regime == "s9" else self.s8a

    def words(self, regime: str) -> str:
        """The advice of this line under one law, as a sentence."""
        return ADVICE_WORDS[self.advice(regime)]


ROWS: tuple[Row, ...] = (
    Row(1, "The person lived in another partnership's area", "transfer", "transfer"),
    Row(2, "The person was under 16", "child_review", "child_review"),
    Row(3, "Violence, abuse or neglect, by a relative or a present or former partner", "meets", "meets"),
    Row(4, "The same, by somebody who was only a member of the same household", "meets", "fails"),
    Row(5, "The same, and the person suspected is under 16", "meets", "fails"),
    Row(6, "Suspected suicide, with evidence of abuse or of controlling behaviour in life", "meets", "meets"),
    Row(7, "Unexplained or unexpected, or the cause is not clear yet", "gather_more", "gather_more"),
    Row(8, "Neglect only, by a relative who cared for the person", "meets", "uncertain"),
    Row(9, "Homicide, and the person suspected has died too", "meets", "meets"),
    Row(10, "No relationship of this kind (a stranger, a bystander, somebody's new partner)", "fails", "fails"),
    Row(11, "Nothing suggests violence, abuse or neglect", "fails", "fails"),
    Row(12, "The criteria are met, and another statutory review covers the death", "joint", "joint"),
)
STILL_MISSING = 0
"""No row yet: an answer that the first rows need is not known, or legal advice is needed first."""


def assessed(regime: str, facts: Mapping[str, Any]) -> tuple[Assessment, int]:
    """The advice on the facts of a record, and the number of the row it comes from (0: an answer is missing).

    Raises CriteriaRefused for answers that cannot be read.
    """
    found = assess_record(regime, facts)
    return found, _row(
        found.advice, {k: v for k, v in facts.items() if not (isinstance(v, str) and v in UNKNOWN_VALUES)}
    )


def _row(advice: str, known: Mapping[str, Any]) -> int:
    fixed = {"transfer": 1, "child_review": 2, "joint": 12}
    if advice in fixed:
        return fixed[advice]
    if advice == "gather_more":
        settled = all(known.get(name) not in (None, "") for name in ("in_area", "age", "relationship"))
        return 7 if settled else STILL_MISSING
    if advice == "meets":
        return _met(known)
    if advice == "fails":
        return _not_met(known)
    return 8 if known.get("cause") == "neglect_only" else STILL_MISSING


def _met(known: Mapping[str, Any]) -> int:
    if known.get("manner") == "suicide":
        return 6
    if known.get("cause") == "neglect_only":
        return 8
    if known.get("perpetrator_died") == "yes":
        return 9
    if known.get("relationship") == "household_member":
        return 4
    return 5 if _child(known) else 3


def _not_met(known: Mapping[str, Any]) -> int:
    if known.get("cause") == "no" or (known.get("manner") == "suicide" and known.get("evidence_of_abuse") == "no"):
        return 11
    if known.get("relationship") == "none":
        return 10
    return 4 if known.get("relationship") == "household_member" else 5


def _child(known: Mapping[str, Any]) -> bool:
    age = known.get("perpetrator_age")
    return age not in (None, "") and int(str(age)) < 16

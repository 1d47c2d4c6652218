"""The decision table: do the answers meet the criteria for a review? It advises and explains; people decide.

Two regimes: ``s9`` is the law in force (Domestic Violence, Crime and Victims Act 2004 s.9(1), with the statutory
guidance of 2016); ``s8a`` is the law enacted but not known to be in force (Victims and Prisoners Act 2024 s.19
with the Domestic Abuse Act 2021 ss.1 and 2). The table is read from the top; the first row that fits gives the
advice. No advice ever closes anything, and a charge, an acquittal or a conviction does not decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from workflows.criteria_questions import FIELDS, INTIMATE
from workflows.definition import UNKNOWN_VALUES, Authority, Blocked, Field, FieldType
from workflows.processes.authorities import ACT_2004_S9_1, NO_REVIEW_SCRUTINY, by_design, guidance_2016, statute

Advice = Literal["meets", "fails", "gather_more", "uncertain", "transfer", "child_review", "joint"]

ADVICE_WORDS: dict[str, str] = {
    "meets": "The criteria appear to be met",
    "fails": "The criteria do not appear to be met",
    "gather_more": "More needs to be known before this can be answered",
    "uncertain": "The law is not clear on this: take legal advice",
    "transfer": "Another partnership's area: offer to transfer",
    "child_review": "Under 16: refer to the child safeguarding partnership",
    "joint": "The criteria appear to be met, and another statutory review covers the death: align or join them",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the explanation and the authority for it."""

    text: str
    authority: Authority

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {"text": self.text, "authority": self.authority.as_dict()}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the table advises and why, most important reason first."""

    advice: Advice
    because: tuple[Reason, ...]

    @property
    def words(self) -> str:
        """The advice as a sentence."""
        return ADVICE_WORDS[self.advice]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form: ``{"advice": ..., "because": [...]}``."""
        return {"advice": self.advice, "because": [reason.as_dict() for reason in self.because]}


class CriteriaRefused(ValueError):
    """The answers cannot be read. ``problems`` names each field and says what to give."""

    def __init__(self, problems: tuple[Blocked, ...]) -> None:
        super().__init__(" ".join(problem.reason for problem in problems))
        self.problems = problems


# --- the authorities --------------------------------------------------------------------------------------

_S9 = ACT_2004_S9_1
_S8A = statute(
    "Domestic Violence, Crime and Victims Act 2004 s.8A(1) (Victims and Prisoners Act 2024 s.19)", in_force=False
)
_DAA_AGE = statute("Domestic Abuse Act 2021 s.1(2)(a)")
_DAA_CONNECTED = statute("Domestic Abuse Act 2021 s.2")
_GUIDE = guidance_2016("3")
_TABLE = by_design("The partnership's decision table")
_LOOK_AGAIN = Reason("Keep the decision open and look again when the police or the inquest report.", _TABLE)
_ASK_A_LAWYER = Reason("Take legal advice.", _TABLE)
_NO_CONNECTION = {
    "s9": "The two were not related, not or never in an intimate relationship and not of one household.",
    "s8a": "The two were not personally connected.",
}


def fields(regime: str) -> tuple[Field, ...]:
    """The questions of a regime (``s9`` or ``s8a``). Raises ``CriteriaRefused`` for another."""
    if regime not in FIELDS:
        raise CriteriaRefused((Blocked(f"There is no regime {regime}. Give s9 or s8a.", "regime"),))
    return FIELDS[regime]


def assess(regime: str, values: Mapping[str, Any]) -> Assessment:
    """What the table advises on these answers. A question left out counts as not asked yet.

    ``values`` may be text as typed (``age="34"``) or typed. Raises ``CriteriaRefused`` for an unknown question
    or an answer that is not one of the choices.
    """
    case = _read(regime, values)
    result = _first_row_that_fits(regime, case)
    if result.advice != "meets":
        return result
    extra = _remarks(case)
    other = case["other_statutory_review"]
    if other in (None, "none"):
        return Assessment("meets", result.because + extra)
    joint = Reason(
        "Another statutory review covers the death. The requirement for this review remains: align the two, or"
        " hold one joint review.",
        _TABLE,
    )
    return Assessment("joint", (*result.because, joint, *extra))


def assess_record(regime: str, facts: Mapping[str, Any]) -> Assessment:
    """The advice on the facts of a record; facts that are not criteria are left aside."""
    names = {field.name for field in fields(regime)}
    return assess(regime, {name: value for name, value in facts.items() if name in names})


# --- reading the answers ----------------------------------------------------------------------------------


def _read(regime: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers by name; None where it is not known. Every problem is named at once."""
    known = {field.name: field for field in fields(regime)}
    problems = [
        Blocked(f"There is no question {name}. The questions are: {', '.join(known)}.", name)
        for name in values
        if name not in known
    ]
    case: dict[str, Any] = {}
    for name, field in known.items():
        value = values.get(name)
        if value is None or value == "" or value in UNKNOWN_VALUES:
            case[name] = None
        elif field.type is FieldType.INTEGER:
            case[name] = _age(name, field.label, value, problems)
        elif any(value == option.value for option in field.choices):
            case[name] = value
        else:
            allowed = ", ".join([option.value for option in field.choices] + list(UNKNOWN_VALUES))
            problems.append(Blocked(f"{field.label} {value} is not one of the answers. Give one of: {allowed}.", name))
    if problems:
        raise CriteriaRefused(tuple(problems))
    return case


def _age(name: str, label: str, value: Any, problems: list[Blocked]) -> int | None:
    try:
        age = int(str(value).strip())
    except ValueError:
        age = -1
    if 0 <= age <= 125:
        return age
    problems.append(Blocked(f"{label}: give a whole number from 0 to 125, or not_known.", name))
    return None


# --- the table --------------------------------------------------------------------------------------------


def _first_row_that_fits(regime: str, case: dict[str, Any]) -> Assessment:
    return (
        _area_and_age(case)
        or _no_abuse(regime, case)
        or _relationship(regime, case)
        or (_suicide(regime, case) if case["manner"] == "suicide" else None)
        or _cause(regime, case)
        or _perpetrator_too_young(regime, case)
        or _gather_for_s8a(regime, case)
        or _meets(regime, case)
    )


def _area_and_age(case: dict[str, Any]) -> Assessment | None:
    if case["in_area"] is None:
        return _one("gather_more", "It is not known in which partnership's area the person lived.", _GUIDE)
    if case["in_area"] == "no":
        return _one("transfer", "The person lived in another partnership's area, which decides.", _GUIDE)
    if case["age"] is None:
        return _one("gather_more", "The age of the person who died is not known; it must be 16 or over.", _S9)
    if case["age"] < 16:
        return _one(
            "child_review",
            "The person was under 16: this review is for people aged 16 or over.",
            _S9,
            Reason("Refer to the child safeguarding partnership.", _TABLE),
        )
    return None


def _no_abuse(regime: str, case: dict[str, Any]) -> Assessment | None:
    """Nothing suggests violence, abuse or neglect. (Of a suicide the abuse in the person's life is asked.)"""
    suicide_after_abuse = case["manner"] == "suicide" and case["evidence_of_abuse"] != "no" and regime == "s9"
    if case["cause"] != "no" or suicide_after_abuse:
        return None
    return _one(
        "fails",
        "The death does not appear to have resulted from violence, abuse or neglect.",
        _law(regime),
        Reason("A decision not to review, once formally considered, goes to the Home Office.", NO_REVIEW_SCRUTINY),
    )


def _relationship(regime: str, case: dict[str, Any]) -> Assessment | None:
    relationship = case["relationship"]
    if relationship is None:
        return _one("gather_more", "What the two people were to each other is not known.", _law(regime))
    if relationship == "none":
        return _one(
            "fails",
            _NO_CONNECTION[regime],
            _law(regime),
            Reason(
                "Look at each person who died separately, and consider whether another kind of review applies.", _TABLE
            ),
        )
    if regime == "s8a" and relationship == "household_member":
        return _one(
            "fails",
            "The two were not personally connected: this law has no place for members of a household who are not"
            " related.",
            _DAA_CONNECTED,
            Reason("Consider a discretionary review or another kind of review.", _TABLE),
        )
    if regime == "s8a" and relationship == "other_relative" and not _too_young(regime, case):
        return _one(
            "uncertain",
            "Whether a more distant relative counts as personally connected depends on the list of relatives in"
            " the Family Law Act 1996 s.63(1).",
            _DAA_CONNECTED,
            _ASK_A_LAWYER,
        )
    return None


def _suicide(regime: str, case: dict[str, Any]) -> Assessment | None:
    if case["cause"] == "violence_or_abuse":
        return None
    if case["evidence_of_abuse"] == "no":
        return _one("fails", "There is no evidence of abuse in the person's life.", _law(regime))
    if case["evidence_of_abuse"] != "yes":
        return _one(
            "gather_more",
            "Whether there was abuse or controlling or coercive behaviour in the person's life is not known yet.",
            _GUIDE,
            _LOOK_AGAIN,
        )
    if regime == "s8a":
        return _one(
            "gather_more",
            "There is evidence of abuse in the person's life; whether the death resulted, or appears to have"
            " resulted, from it is not yet answered.",
            _S8A,
        )
    return Assessment(
        "meets",
        (
            Reason(
                "A suspected suicide, and evidence of abuse or controlling or coercive behaviour in the person's"
                " life: circumstances that give concern, with or without a charge.",
                _GUIDE,
            ),
            _limb(regime, case["relationship"]),
        ),
    )


def _cause(regime: str, case: dict[str, Any]) -> Assessment | None:
    if case["cause"] in (None, "unclear"):
        return _one(
            "gather_more",
            "It is not clear whether the death resulted from violence, abuse or neglect.",
            _law(regime),
            _LOOK_AGAIN,
        )
    if case["manner"] in (None, "unexplained") and case["cause"] != "neglect_only":
        return _one(
            "gather_more",
            "How the death came about is not established.",
            _GUIDE,
            _LOOK_AGAIN,
        )
    if case["cause"] == "neglect_only" and regime == "s8a" and not _too_young(regime, case):
        return _one(
            "uncertain",
            "Neglect is not named in the definition of domestic abuse; it may be other abuse.",
            statute("Domestic Abuse Act 2021 s.1(3)"),
            _ASK_A_LAWYER,
        )
    return None


def _too_young(regime: str, case: dict[str, Any]) -> bool:
    return regime == "s8a" and case["perpetrator_age"] is not None and case["perpetrator_age"] < 16


def _perpetrator_too_young(regime: str, case: dict[str, Any]) -> Assessment | None:
    if not _too_young(regime, case):
        return None
    return _one(
        "fails",
        "The person suspected is under 16, and domestic abuse as defined is between people aged 16 or over.",
        _DAA_AGE,
        Reason("Consider a discretionary review.", _TABLE),
    )


def _gather_for_s8a(regime: str, case: dict[str, Any]) -> Assessment | None:
    if regime != "s8a" or case["perpetrator_age"] is not None:
        return None
    return _one("gather_more", "The age of the person suspected is not known; it must be 16 or over.", _DAA_AGE)


def _meets(regime: str, case: dict[str, Any]) -> Assessment:
    cause = "neglect" if case["cause"] == "neglect_only" else "violence or abuse"
    if regime == "s8a":
        cause = "domestic abuse"
    first = Reason(
        f"The person was aged {case['age']}, and the death appears to have resulted from {cause}.", _law(regime)
    )
    return Assessment("meets", (first, _limb(regime, case["relationship"])))


def _limb(regime: str, relationship: str) -> Reason:
    if regime == "s8a":
        return Reason("The two were personally connected, both aged 16 or over.", _DAA_CONNECTED)
    if relationship == "household_member":
        return Reason(
            "The other person was a member of the same household.",
            statute("Domestic Violence, Crime and Victims Act 2004 s.9(1)(b)"),
        )
    what = "had been in an intimate personal relationship" if relationship in INTIMATE else "were related"
    return Reason(f"The two {what}.", statute("Domestic Violence, Crime and Victims Act 2004 s.9(1)(a)"))


def _remarks(case: dict[str, Any]) -> tuple[Reason, ...]:
    remarks = []
    if case["age"] is not None and case["age"] < 18:
        remarks.append(Reason("The person was 16 or 17: notify the child safeguarding partnership as well.", _TABLE))
    if case["perpetrator_died"] == "yes":
        remarks.append(
            Reason(
                "The person suspected has died too: the criteria are the same; there is no trial to wait for, and"
                " the coroner is the one to speak to.",
                guidance_2016("9"),
            )
        )
    return tuple(remarks)


def _law(regime: str) -> Authority:
    return _S8A if regime == "s8a" else _S9


def _one(advice: str, text: str, authority: Authority, then: Reason | None = None) -> Assessment:
    """One reason, and ``then`` what to do about it: with an authority of its own, since no Act says what to do next."""
    return Assessment(cast(Advice, advice), (Reason(text, authority), *([then] if then else [])))


ADVICE: tuple[str, ...] = get_args(Advice)

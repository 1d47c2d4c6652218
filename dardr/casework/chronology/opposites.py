"""Statements that two accounts of one event may contradict each other on: told by their words, shown with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_THE = r"(?:the |her |his |their |a |an |any )?"


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that happened or did not: how accounts say that it did, and how that it did not."""

    label: str
    did: re.Pattern[str]
    did_not: re.Pattern[str]


def _topic(label: str, did: str, did_not: str) -> Topic:
    return Topic(label, re.compile(did, re.IGNORECASE), re.compile(did_not, re.IGNORECASE))


TOPICS = (
    _topic(
        "Attendance",
        rf"\battend(?:ed|s)\b|\bkept {_THE}appointment\b",
        rf"\b(?:did not|didn.t|failed to|not|never|non) ?-?attend\w*|\bDNA\b|\bno.show\b|\bmissed {_THE}appointment\b"
        r"|\bnot brought\b",
    ),
    _topic(
        "Seen alone",
        r"\balone\b|\bon (?:her|his|their) own\b|\bunaccompanied\b",
        rf"\bnot (?:seen )?alone\b|\baccompanied\b|\bwith {_THE}(?:partner|husband|wife|boyfriend|girlfriend)\b"
        r"|\b(?:partner|husband|wife|boyfriend|girlfriend) (?:was )?(?:present|in the room)\b",
    ),
    _topic(
        "Referral",
        rf"\breferred\b|\breferral (?:was )?(?:made|sent|submitted|completed|received)\b"
        rf"|\b(?:made|sent|submitted|received) {_THE}(?:\w+ )?referral\b",
        rf"\bno (?:\w+ )?(?:record of {_THE})?(?:\w+ )?referral\b|\breferral (?:was )?(?:not|never) \w+"
        rf"|\b(?:did not|didn.t) (?:make|send|receive) {_THE}(?:\w+ )?referral\b|\bnot referred\b",
    ),
    _topic(
        "Disclosure",
        r"\bdisclosed\b|\bmade (?:a )?disclosure\b",
        r"\b(?:no|not|nothing|did not|didn.t|never)\b[^.;]{0,12}\bdisclos\w*|\bdenied (?:any |all )?(?:domestic )?"
        r"(?:abuse|violence)\b",
    ),
    _topic(
        "Injury",
        r"\binjur(?:y|ies|ed)\b|\bbruis(?:e|es|ed|ing)\b",
        r"\bno (?:visible |apparent |obvious |signs? of )?(?:injur\w+|bruis\w+)\b|\b(?:not |un)injured\b",
    ),
    _topic(
        "Consent",
        r"\bconsented\b|\bconsent (?:was )?(?:given|obtained)\b|\bgave consent\b",
        r"\b(?:no|declined|refused|withheld|did not|without)\b[^.;]{0,10}\bconsent\w*|\bconsent (?:was )?(?:refused"
        r"|declined|not given|withheld)\b",
    ),
    _topic(
        "Arrest",
        r"\barrested\b|\barrest (?:was )?made\b",
        r"\b(?:no|not|never) arrest\w*|\barrest (?:was )?not made\b",
    ),
    _topic(
        "Children there",
        rf"\bchild(?:ren)? (?:was |were )?(?:present|in the (?:house|home|property|room))\b"
        rf"|\bin the presence of {_THE}child",
        r"\bno child(?:ren)?\b|\bchild(?:ren)? (?:was |were )?not (?:present|there|at home)\b",
    ),
    _topic(
        "Being told",
        r"\b(?:informed|notified|told)\b",
        r"\b(?:not|never) (?:been )?(?:informed|notified|told)\b|\bno notification\b"
        r"|\bdid not (?:inform|notify|tell)\b",
    ),
)  # fmt: skip
_RISK = re.compile(
    r"\b(high|medium|standard|low)[- ]risk\b"
    r"|\brisk\b(?: (?:was|is|level|grading|assessment|assessed|graded|rated|as|at|to be)|:)*"
    r" (high|medium|standard|low)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one account says of each topic: the words with which it says yes, or no. Of a topic with both, nothing."""

    yes: dict[str, str]
    no: dict[str, str]
    risk: str = ""

    @property
    def topics(self) -> frozenset[str]:
        """What it says anything of."""
        return frozenset(self.yes) | frozenset(self.no) | ({"Risk"} if self.risk else frozenset())


def said_in(text: str) -> Said:
    """What an account says of the topics above."""
    yes: dict[str, str] = {}
    no: dict[str, str] = {}
    for topic in TOPICS:
        without = topic.did_not.search(text)
        rest = topic.did_not.sub(" ", text) if without else text
        did = topic.did.search(rest)
        if without and not did:
            no[topic.label] = without[0]
        elif did and not without:
            yes[topic.label] = did[0]
    risks = {(one[0] or one[1]).casefold() for one in _RISK.findall(text)}
    return Said(yes, no, risks.pop() if len(risks) == 1 else "")


def opposed(one: Said, other: Said) -> list[str]:
    """What the two contradict each other on, each in a sentence with the words of both."""
    found = []
    for yes, no, turned in ((one, other, False), (other, one, True)):
        for topic in sorted(yes.yes.keys() & no.no.keys()):
            words = (yes.yes[topic], no.no[topic])
            first, second = reversed(words) if turned else words
            found.append(f"{topic}: “{first}” and “{second}”.")
    if one.risk and other.risk and one.risk != other.risk:
        found.append(f"Risk: “{one.risk}” and “{other.risk}”.")
    return found

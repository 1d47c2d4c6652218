"""The pack that goes to the Home Office, and which submission of the report it is.

A pack is put together before it is sent: each entry of the list ``packs`` says where some of its parts are, and a later
one replaces an earlier one part by part. What was put together for an earlier submission does not count for the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.answers import whole_date
from workflows.calendar import in_words
from workflows.definition import Blocked, Facts

PARTS: tuple[tuple[str, str], ...] = (
    ("pack_version", "Overview report"),
    ("pack_executive_summary", "Executive summary"),
    ("pack_action_plan", "Action plan"),
    ("pack_data_return", "Data return"),
    ("pack_letter", "Covering letter"),
    ("pack_anonymisation", "Confirmation that nobody can be recognised"),
)
"""What the submission holds: each part by the question that says which document it is, and what it is called."""

SUBMITTED = "submit_to_home_office"
LETTERS = ("record_letter_publish", "record_letter_amend", "record_letter_resubmit")
BEFORE_SUBMISSION = ("screening", "decision_pending", "decided_review", "no_review_scrutiny", "commissioning",
                     "terms_of_reference", "evidence", "drafting", "csp_sign_off")  # fmt: skip
"""Where a review that was brought in has not been submitted yet."""

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def submissions(recorded: Mapping[str, Any], done: Mapping[str, Any]) -> int:
    """How many times the report has gone to the Home Office; one that was sent on paper before counts too."""
    sent = len(recorded.get("submissions") or ())
    prefix = "bring_in_at_"
    brought = [key.removeprefix(prefix) for key in done if key.startswith(prefix)]
    return sent + int(any(stage not in BEFORE_SUBMISSION for stage in brought))


def ordinal(number: int) -> str:
    """``first``, ``second``, and above ten ``11th``."""
    if 0 < number < len(_ORDINALS):
        return _ORDINALS[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def pack_of(recorded: Mapping[str, Any], *, after: int = 0, before: int | None = None) -> dict[str, Any]:
    """The parts put together in entries after one event and before another, by their numbers: the last word on each."""
    found: dict[str, Any] = {}
    for entry in recorded.get("packs") or ():
        seq = entry.get("seq", 0)
        if seq > after and (before is None or seq < before):
            found |= {name: value for name, value in entry.items() if value not in (None, "", [])}
    return found


def pack_in_hand(facts: Facts) -> dict[str, Any]:
    """The parts put together since the report last went to the Home Office."""
    last = facts.done.get(SUBMITTED)
    return pack_of(facts.recorded, after=last.seq if last else 0)


def something_is_given(facts: Facts, *, part: str, label: str) -> Blocked | None:
    """A check: one part at least is put into the pack; where none is, each part is asked for by name."""
    given = facts.submitted
    if given is None or any(given.get(name) for name in (*(name for name, _ in PARTS), "pack_files")):
        return None
    return Blocked(f"{label}: nothing is put into the pack yet. Say where this is, or answer another question.", part)


def pack_holds(facts: Facts, *, part: str, label: str) -> Blocked | None:
    """The pack holds this part."""
    if pack_in_hand(facts).get(part):
        return None
    return Blocked(f"{label}: it is not in the pack yet, and the Home Office asks for it. Put it into the pack first.")


def pack_holds_what_was_signed(facts: Facts) -> Blocked | None:
    """The overview report in the pack is the version that was signed off, where that is on the record."""
    sent, signed = pack_in_hand(facts).get("pack_version"), facts.recorded.get("version")
    if not sent or not signed or sent == signed or "sign_off" not in facts.done:
        return None
    return Blocked(
        f"The pack holds version {sent} of the report, and version {signed} was signed off. Put the signed version into"
        f" the pack, or have the other one signed off."
    )


def letter_is_after_submission(facts: Facts) -> Blocked | None:
    """A check: a letter on this submission is not dated before it, so no earlier letter is recorded a second time."""
    given = whole_date((facts.submitted or {}).get("letter_dated"))
    sent = facts.done.get(SUBMITTED)
    if given is None or sent is None or given >= sent.occurred_on:
        return None
    if given == whole_date(facts.recorded.get("letter_dated")) and any(key in facts.done for key in LETTERS):
        return Blocked(
            f"The letter of {in_words(given)} is on the record already. Give the date of the letter on the report as it"
            f" was sent again on {in_words(sent.occurred_on)}.",
            "letter_dated",
        )
    return Blocked(
        f"The letter is dated before the report was sent ({in_words(sent.occurred_on)}). Check both dates: one of them"
        f" cannot be right.",
        "letter_dated",
    )


def same_reference(facts: Facts) -> str | None:
    """A letter with the reference of the one before it: possible, and worth a second look."""
    given = (facts.submitted or {}).get("letter_reference")
    if not given or given != facts.recorded.get("letter_reference") or not any(key in facts.done for key in LETTERS):
        return None
    return "This letter has the same reference as the one before it. Check that it is another letter."

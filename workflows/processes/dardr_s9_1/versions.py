"""What has happened to each version of the report: read by the family, approved by the panel, in either order.

A version is an entry of the list ``versions``. These conditions look at what was recorded *for that version*;
nothing here is a stage.
"""

from __future__ import annotations

from typing import Any

from workflows.definition import Blocked, Facts

APPROVED = ("approved", "approved_with_changes")


def read_by_family(facts: Facts, version: object) -> bool:
    """The family has answered on this version, or attempts to reach them with it are recorded.

    A branch of the family to which it was given is waited for until that branch's own reading has ended.
    """
    ended = [
        entry
        for entry in (*facts.listed("family_responses"), *facts.listed("family_attempts"))
        if entry.get("version") == version
    ]
    return bool(ended) and not _still_reading(facts, version, ended)


def _still_reading(facts: Facts, version: object, ended: list[dict[str, Any]]) -> bool:
    """Some branch was given this version after its last answer on it; what names no branch answers for all."""
    answered = {entry.get("reading_of"): entry.get("seq", 0) for entry in ended}
    given = [e for e in facts.listed("family_readings") if e.get("version") == version and e.get("reading_of")]
    for_all = answered.get(None, 0)
    return any(entry.get("seq", 0) > max(for_all, answered.get(entry["reading_of"], 0)) for entry in given)


def approved_by_panel(facts: Facts, version: object) -> bool:
    """The panel's last word on this version is an approval."""
    said = [e for e in facts.listed("panel_approvals") if e.get("version") == version]
    return bool(said) and said[-1].get("panel_outcome") in APPROVED


def a_version_exists(facts: Facts) -> Blocked | None:
    """At least one version of the report is recorded."""
    return None if facts.listed("versions") else Blocked("No version of the report is recorded. Record one first.")


def version_since_letter(facts: Facts) -> Blocked | None:
    """After the Home Office asked for a resubmission, a later version is recorded."""
    letter = facts.done.get("record_letter_resubmit")
    if letter is None or any(entry.get("seq", 0) > letter.seq for entry in facts.listed("versions")):
        return None
    return Blocked(
        "The Home Office asked for the report to be sent again. Record the changed version of the report first."
    )


def some_version_read(facts: Facts) -> Blocked | None:
    """The family has read some version, or attempts to reach them are recorded."""
    if any(read_by_family(facts, entry.get("version")) for entry in facts.listed("versions")):
        return None
    return Blocked(
        "The family has not read the report. Record what they said on a version of it (that they do not wish to read it"
        " is an answer too), or the attempts made to reach them."
    )


def some_version_approved(facts: Facts) -> Blocked | None:
    """The panel has approved some version."""
    if any(approved_by_panel(facts, entry.get("version")) for entry in facts.listed("versions")):
        return None
    return Blocked("The panel has not approved the report. Record the panel's approval of a version first.")


def signed_version_was_read(facts: Facts) -> Blocked | None:
    """A check: the version being signed was read by the family, or a person says why it need not be again."""
    submitted = facts.submitted or {}
    version = submitted.get("version")
    if version is None or submitted.get("later_changes_reason") or read_by_family(facts, version):
        return None
    return Blocked(
        f"The family has not read version {version}, or is reading it still. Record their reading of it, or give the"
        f" reason why the changes since the version they read need no new reading.",
        "later_changes_reason",
    )


def signed_version_was_approved(facts: Facts) -> Blocked | None:
    """A check: the version being signed was approved by the panel, or a person says why it need not be again."""
    submitted = facts.submitted or {}
    version = submitted.get("version")
    if version is None or submitted.get("later_changes_reason") or approved_by_panel(facts, version):
        return None
    return Blocked(
        f"The panel has not approved version {version}. Record its approval, or give the reason why the changes since"
        f" the version it approved need no new approval.",
        "later_changes_reason",
    )


def signed_version_is_after_letter(facts: Facts) -> Blocked | None:
    """A check: what is signed after a resubmission was asked for is a version made since."""
    version = (facts.submitted or {}).get("version")
    letter = facts.done.get("record_letter_resubmit")
    if version is None or letter is None:
        return None
    if any(e.get("version") == version and e.get("seq", 0) > letter.seq for e in facts.listed("versions")):
        return None
    return Blocked(
        f"Version {version} is older than the Home Office's letter. Choose the version that was changed since.",
        "version",
    )

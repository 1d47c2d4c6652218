"""The gate before publication: each condition in words, what meets it, and the guard that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from workflows import guards
from workflows.definition import Guard
from workflows.processes.dardr_s9_1 import publication_waits as waits

CLEARED_BY = ("record_letter_publish", "clear_after_amendment")
"""The two ways a report is cleared; a check made before the last of them does not count."""

QA_POINTS_FINAL: Guard = partial(
    guards.items_final,
    process="qa-point",
    one="is a point of the Home Office's letter that is not cleared yet. Answer it and clear it first.",
    several="are points of the Home Office's letter that are not cleared yet. Answer and clear them first.",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of publication.

    ``label`` is what is so once it is met, in words that anybody may read who sees the publication. ``steps`` are the
    actions on the review that meet it, the ordinary one first; none where it is met elsewhere, and ``where`` says on
    which tab of the review that is. ``after`` is the condition without which this one says nothing yet.
    """

    key: str
    label: str
    guard: Guard
    steps: tuple[str, ...] = ()
    where: str = ""
    after: str = ""


def since_clearance(actions: tuple[str, ...], reason: str) -> Guard:
    """One of ``actions`` was done after the report was cleared for the last time."""
    return partial(guards.done_since, actions=actions, since=CLEARED_BY, reason=reason)


def _recorded(key: str, label: str, steps: tuple[str, ...], reason: str) -> Condition:
    return Condition(key, label, since_clearance(steps, reason), steps)


CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "cleared",
        "The Home Office has cleared the report",
        partial(
            guards.done_any,
            actions=CLEARED_BY,
            reason="The report is not cleared by the Home Office. Record its letter first.",
        ),
        CLEARED_BY,
    ),
    Condition("points", "Every point of the Home Office's letter is cleared", QA_POINTS_FINAL, where="home_office"),
    _recorded(
        "anonymised",
        "The final report was checked so that nobody can be recognised",
        ("check_anonymisation",),
        "The final report has not been checked so that nobody can be recognised. Record the check first.",
    ),
    Condition(
        "second_check",
        "A second person has checked it too",
        partial(
            guards.done_since,
            actions=("second_check_anonymisation",),
            since=("check_anonymisation", *CLEARED_BY),
            reason="A second person has not checked that nobody can be recognised. Ask a colleague to check it.",
        ),
        ("second_check_anonymisation",),
    ),
    _recorded(
        "family",
        "The family knows of the publication",
        ("tell_family_publication", "record_family_publication_attempts"),
        "The family has not been told of the publication. Record when they were told, or the attempts made.",
    ),
    Condition(
        "plan",
        "There is a plan of who is told, with every branch of the family",
        partial(
            waits.plan_has_everyone,
            action="prepare_publication_plan",
            reason="There is no plan of who is told of the publication. Prepare it first.",
        ),
        ("prepare_publication_plan", "add_family_notice"),
    ),
    Condition(
        "told",
        "Everyone in the plan was told, or it is on the record why not",
        waits.everyone_is_told,
        where="plan",
        after="plan",
    ),
    Condition(
        "no_hold",
        "No hold asks that the report is not published",
        partial(
            guards.no_hold_on,
            activity="publication",
            reason="A hold asks that the report is not published yet. End the hold first.",
        ),
        where="proceedings",
    ),
    _recorded(
        "letter",
        "The Home Office's letter is with the documents",
        ("attach_home_office_letter",),
        "The Home Office's letter is not with the documents. Add it first: it is published beside the report.",
    ),
    _recorded(
        "action_plan",
        "The version of the action plan to be published is fixed",
        ("fix_action_plan",),
        "The version of the action plan to be published is not fixed. Record it first.",
    ),
    _recorded(
        "communications",
        "There is a communications plan",
        ("record_communications_plan",),
        "There is no communications plan. Record it first.",
    ),
    Condition(
        "pre_election",
        "Pre-election periods were checked for the planned day",
        partial(
            waits.pre_election_is_settled,
            action="check_pre_election",
            since=CLEARED_BY,
            reason="Pre-election periods have not been checked. Ask the councils that publish, and record the check.",
        ),
        ("check_pre_election",),
    ),
    Condition("embargo", "No embargo stands", waits.embargo_is_kept, ("change_embargo",)),
)  # fmt: skip
"""What must be so before a report is published, in the order in which people come to it."""

GATE: tuple[Guard, ...] = tuple(condition.guard for condition in CONDITIONS)
"""The same as guards of the publication. Every missing part is named at once."""

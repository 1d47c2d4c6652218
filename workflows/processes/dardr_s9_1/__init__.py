"""A Domestic Abuse Related Death Review, version 1, from notification to the last action of its plan.

One file for each phase; what belongs to no phase is in ``holds``. ``assemble`` puts them together for a law, so
that the prospective regime has the same steps with its own criteria, clocks and authorities.
"""

from __future__ import annotations

from workflows.definition import Process
from workflows.processes.dardr_s9_1 import (
    action_monitoring,
    bring_in,
    clocks,
    commenting,
    commissioning,
    decision,
    drafting,
    holds,
    home_office_qa,
    joint,
    learning,
    notification,
    panel,
    publication,
    telling,
)
from workflows.processes.dardr_s9_1.law import S9, Law
from workflows.processes.dardr_s9_1.notices import NOTICES
from workflows.processes.dardr_s9_1.stages import PHASES, STAGES


def assemble(law: Law, *, version: int, label: str, about: str, needs_unlock: str | None = None) -> Process:
    """The process of a review under one law."""
    return Process(
        key=law.process,
        version=version,
        label=label,
        noun="review",
        regime=law.regime,
        phases=PHASES,
        stages=STAGES,
        opening=telling.notify(law),
        actions=(
            *notification.actions(law),
            *decision.actions(law),
            *joint.actions(),
            *commissioning.actions(law),
            *panel.actions(law),
            *drafting.actions(law),
            *commenting.actions(),
            *home_office_qa.actions(law),
            *publication.actions(law),
            *learning.actions(law),
            *action_monitoring.actions(law),
            *holds.actions(law),
        ),
        clocks=clocks.clocks(law),
        notices=NOTICES,
        brings_in=bring_in.actions(law),
        criteria=law.criteria,
        ref_prefix="DARDR",
        needs_unlock=needs_unlock,
        about=about,
    )


PROCESS = assemble(
    S9,
    version=1,
    label="Domestic Abuse Related Death Review",
    about="A review under section 9 of the Domestic Violence, Crime and Victims Act 2004, the law in force, with the"
    " statutory guidance of December 2016.",
)

"""One chair invited to one review, version 1: the answer, the quote, conflicts, the choice, the contract, what is paid.

Several are invited, one is chosen. What each asks for is seen by the team, the deciding chair and the auditor alone.
"""

from __future__ import annotations

from workflows.definition import Process
from workflows.processes.chair_invitation_1 import appointed, asking
from workflows.processes.chair_invitation_1.clocks import CLOCKS
from workflows.processes.chair_invitation_1.stages import PHASES, STAGES
from workflows.processes.who import CONTRACT

PROCESS = Process(
    key="chair-invitation",
    version=1,
    label="Invitation of an independent chair",
    noun="invitation",
    plural="Chairs invited",
    regime="any",
    phases=PHASES,
    stages=STAGES,
    opening=asking.OPENING,
    actions=(*asking.ACTIONS, *appointed.ACTIONS),
    clocks=CLOCKS,
    child_suffix="I",
    about="One chair, asked to chair one review. Each has a date of its own, and none sees what another asked for.",
    seen_by=CONTRACT,
)

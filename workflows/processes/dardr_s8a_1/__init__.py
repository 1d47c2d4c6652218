"""A review under section 8A, version 1: the law enacted but not known to be in force. Locked until it is.

The steps are those of the law in force. Its own are the criteria (both aged 16 or over and personally connected, no
household limb) and the duty to copy the Secretary of State as well as the Commissioner. No length is encoded that no
final guidance is known to set.
"""

from __future__ import annotations

from workflows.processes.dardr_s9_1 import assemble
from workflows.processes.dardr_s9_1.law import S8A

PROCESS = assemble(
    S8A,
    version=1,
    label="Domestic Abuse Related Death Review (section 8A)",
    about="A review under section 8A of the 2004 Act, as inserted by the Victims and Prisoners Act 2024 s.19. Not known"
    " to be in force: an administrator unlocks it by recording the instrument that commences it.",
    needs_unlock="s8a",
)

"""Who hears next when what a team owes is past its date: no reminder only goes to the same person again and again."""

from __future__ import annotations

from workflows.definition import Escalation, Party

SOON = (Escalation(7, Party.TEAM_MANAGER),)
"""Somebody outside waits for it, or a whole review does."""
IN_TWO_WEEKS = (Escalation(14, Party.TEAM_MANAGER),)
"""The team keeps it for itself."""
IN_FOUR_WEEKS = (Escalation(28, Party.TEAM_MANAGER),)
"""Another look at what stays as it is meanwhile."""
OF_A_BODY = (Escalation(7, Party.AGENCY_EXECUTIVE), Escalation(14, Party.CASE_MANAGER))
"""A body owes it to somebody else; the partnership reminds as a courtesy, and at last rings up."""
IN_PLACE_OF_A_CHAIR = (Escalation(14, Party.CASE_MANAGER),)
"""An independent chair owes it, and the case manager can ask them."""

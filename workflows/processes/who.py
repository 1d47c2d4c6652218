"""The groups of roles that actions name. Who *owes* something is a ``Party``, not a role."""

from __future__ import annotations

from workflows.definition import Role

CASEWORK = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER})
MANAGERS = frozenset({Role.TEAM_MANAGER})
DECIDERS = CASEWORK | {Role.DECIDING_CHAIR}
"""The deciding chair decides; an officer may record the decision with the chair's e-mail or minute attached."""
CHAIRING = CASEWORK | {Role.INDEPENDENT_CHAIR}
"""What the independent chair does, or tells the case manager."""
POLICING = CASEWORK | {Role.POLICE_LIAISON}
TELLING = POLICING | {Role.NOTIFIER}
"""Who may notify a death: the team, the police, and a professional without an account."""
FAMILY_NOTES = CHAIRING
"""Who reads what a family said and wished: the team and the independent chair."""
CONTRACT = DECIDERS | {Role.AUDITOR}
"""Who reads what was agreed with the chair: the team, the deciding chair and the auditor."""
MEDIA = CASEWORK | {Role.COMMUNICATIONS}
ASSURANCE = CASEWORK | {Role.STEERING_MEMBER}
AGENCY = CASEWORK | {Role.AGENCY_CONTACT, Role.AGENCY_LEAD}
AGENCY_LEADS = CASEWORK | {Role.AGENCY_LEAD}
"""What only somebody senior in the agency agrees to; the case manager records it with the letter or e-mail."""
PANEL = CHAIRING | {Role.PANEL_MEMBER}
PARTNERS = DECIDERS | {Role.CSP_MEMBER}

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
APART = CONTRACT | {Role.INDEPENDENT_CHAIR}
"""Who sees what is held back from a review and what was disclosed: the team, both chairs and the auditor."""
SEES_PANEL = DECIDERS | {Role.INDEPENDENT_CHAIR, Role.PANEL_MEMBER, Role.AUDITOR}
"""Who reads by name who sits on a panel: everybody who sees the whole review."""
MEDIA = CASEWORK | {Role.COMMUNICATIONS}
ASSURANCE = CASEWORK | {Role.STEERING_MEMBER}
AGENCY = CASEWORK | {Role.AGENCY_CONTACT, Role.AGENCY_LEAD}
AGENCY_LEADS = CASEWORK | {Role.AGENCY_LEAD}
"""What only somebody senior in the agency agrees to; the case manager records it with the letter or e-mail."""
PANEL = CHAIRING | {Role.PANEL_MEMBER}
PARTNERS = DECIDERS | {Role.CSP_MEMBER}
FILERS = CHAIRING | {Role.DECIDING_CHAIR}
"""Who files documents: the team, the chair and the deciding chair. What agencies send comes with their return."""
READERS = {
    "team": FILERS | {Role.AUDITOR},
    "identities": CHAIRING | {Role.AUDITOR},
}
"""Who finds a record that is kept to some of those who see what it serves. Auditors see that it is there, and open no
file."""

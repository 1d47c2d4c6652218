"""What each role is called and what it is for, as an administrator reads it who gives it."""

from __future__ import annotations

from workflows.definition import Role

ABOUT: dict[Role, tuple[str, str]] = {
    Role.CASE_MANAGER: ("Case manager", "opens and carries reviews; sees all of them"),
    Role.TEAM_MANAGER: ("Team manager", "leads the team; sees all reviews, agrees local dates, looks after bodies"),
    Role.DECIDING_CHAIR: ("Deciding chair", "decides whether a death is reviewed, and signs off; sees all reviews"),
    Role.CSP_MEMBER: ("Member of a local partnership", "sees the actions of one local partnership"),
    Role.STEERING_MEMBER: ("Steering Group member", "sees plans and reports, and verifies actions; no reviews"),
    Role.INDEPENDENT_CHAIR: ("Independent chair", "chairs and writes one review"),
    Role.PANEL_MEMBER: ("Panel member", "reads the papers of one review"),
    Role.AGENCY_CONTACT: ("Contact of an agency", "answers for one body: its returns, actions and replies"),
    Role.AGENCY_LEAD: ("Lead of an agency", "signs off for one body"),
    Role.POLICE_LIAISON: ("Police liaison", "notifies deaths; sees a review only where the role is held for it"),
    Role.COMMUNICATIONS: ("Communications", "sees a review only where the role is held for it"),
    Role.AUDITOR: ("Auditor", "reads everything that is not identity, and the logs; changes nothing"),
    Role.ADMINISTRATOR: ("Administrator", "sets up the partnership and its people; no case content"),
}
OF_AGENCIES = frozenset({Role.AGENCY_CONTACT, Role.AGENCY_LEAD})
"""The roles that a team manager gives too."""


def label_of_role(role: Role) -> str:
    """What people call the role."""
    return ABOUT[role][0]

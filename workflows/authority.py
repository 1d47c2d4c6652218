"""Who: the roles people hold and the parties who owe. On what authority: kind of rule, and how well it was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of rule it is. Only ``STATUTE`` on a clock's *date* can be breached."""

    STATUTE = "statute"
    GUIDANCE = "guidance"
    DRAFT = "draft"
    PRACTICE = "practice"
    LOCAL = "local"


class Evidence(StrEnum):
    """How far the words of the source were read. Only ``READ_IN_FULL`` counts as verified."""

    READ_IN_FULL = "read_in_full"
    SOURCE_SAYS = "source_says"
    NOT_COMPARED = "not_compared"
    LOCAL = "local"
    DESIGN = "design"


EVIDENCE_WORDS: Mapping[Evidence, str] = {
    Evidence.READ_IN_FULL: "read in full",
    Evidence.SOURCE_SAYS: "as another source says",
    Evidence.NOT_COMPARED: "not compared with the text",
    Evidence.LOCAL: "set here",
    Evidence.DESIGN: "a recommendation of this service's makers",
}
"""Said in the same words on every page, in every command and in the guide: a reader must not wonder which is more."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Where a rule comes from: source and paragraph, kind of rule, and how well that was checked."""

    source: str
    kind: Kind
    evidence: Evidence
    in_force: bool = True
    note: str = ""

    @property
    def verified(self) -> bool:
        """True where the words of the source were read in full."""
        return self.evidence is Evidence.READ_IN_FULL

    @property
    def checked(self) -> str:
        """How well its words were checked, and whether it is law yet: ``not compared with the text``."""
        return EVIDENCE_WORDS[self.evidence] + ("" if self.in_force else ", not known to be in force")

    @property
    def words(self) -> str:
        """Source, kind, and how well it was checked: ``Domestic Abuse Act 2021 s.16(1): statute, read in full``."""
        return f"{self.source}: {self.kind}, {self.checked}"

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Authority:
        """What ``as_dict`` gave."""
        return cls(said["source"], Kind(said["kind"]), Evidence(said["evidence"]), said["in_force"], said["note"])

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form, the same on every edge."""
        return {
            "source": self.source,
            "kind": str(self.kind),
            "evidence": str(self.evidence),
            "verified": self.verified,
            "in_force": self.in_force,
            "note": self.note,
        }


class Role(StrEnum):
    """What a person may be. Given to a person for everything, or for one CSP, one body or one review."""

    CASE_MANAGER = "case_manager"
    TEAM_MANAGER = "team_manager"
    DECIDING_CHAIR = "deciding_chair"
    CSP_MEMBER = "csp_member"
    STEERING_MEMBER = "steering_member"
    INDEPENDENT_CHAIR = "independent_chair"
    PANEL_MEMBER = "panel_member"
    AGENCY_CONTACT = "agency_contact"
    AGENCY_LEAD = "agency_lead"
    POLICE_LIAISON = "police_liaison"
    COMMUNICATIONS = "communications"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    NOTIFIER = "notifier"
    PERSON_ASKED = "person_asked"


GIVEN_ROLES: tuple[Role, ...] = tuple(role for role in Role if role not in (Role.NOTIFIER, Role.PERSON_ASKED))
"""The roles that people are given. The others are nobody's: ``notifier`` stands for whoever notifies without account,
``person_asked`` for the person a task was given to, on that task."""


class Party(StrEnum):
    """Who owes something, or is waited for. A party is not a role: a party may have no account at all."""

    CASE_MANAGER = "case_manager"
    TEAM_MANAGER = "team_manager"
    DECIDING_CHAIR = "deciding_chair"
    INDEPENDENT_CHAIR = "independent_chair"
    PANEL = "panel"
    CHAIR_TO_BE = "chair_to_be"
    PARTNERSHIP = "partnership"
    POLICE = "police"
    AGENCY = "agency"
    AGENCY_LEAD = "agency_lead"
    AGENCY_EXECUTIVE = "agency_executive"
    ACTION_OWNER = "action_owner"
    STEERING_CONTACT = "steering_contact"
    ADDRESSED_BODY = "addressed_body"
    PERSON_ASKED = "person_asked"
    FAMILY = "family"
    HOME_OFFICE = "home_office"
    COMMISSIONER = "commissioner"
    NOBODY = "nobody"


PARTY_LABELS: dict[Party, str] = {
    Party.CASE_MANAGER: "Case manager",
    Party.TEAM_MANAGER: "Team manager",
    Party.DECIDING_CHAIR: "Deciding chair",
    Party.INDEPENDENT_CHAIR: "Independent chair",
    Party.PANEL: "Members of the panel",
    Party.CHAIR_TO_BE: "Chair to be appointed",
    Party.PARTNERSHIP: "Partnership",
    Party.POLICE: "Police",
    Party.AGENCY: "Agency",
    Party.AGENCY_LEAD: "Lead of the agency",
    Party.AGENCY_EXECUTIVE: "Executive of the agency",
    Party.ACTION_OWNER: "Owner of the action",
    Party.STEERING_CONTACT: "The agency's Steering Group member",
    Party.ADDRESSED_BODY: "The body addressed",
    Party.PERSON_ASKED: "The person asked",
    Party.FAMILY: "Family",
    Party.HOME_OFFICE: "Home Office",
    Party.COMMISSIONER: "Domestic Abuse Commissioner",
    Party.NOBODY: "Nobody",
}

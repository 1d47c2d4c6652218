"""The sources that actions and clocks cite, each tagged with its kind and with how well it was read.

A rule moves up (practice to guidance, guidance to statute) only when a person has read the words and changes
its line here. ``NOT_COMPARED`` is shown to users as "not compared with the text".
"""

from __future__ import annotations

from workflows.definition import Authority, Evidence, Kind


def statute(source: str, *, in_force: bool = True, note: str = "") -> Authority:
    """An Act or instrument whose words were read in full."""
    return Authority(source, Kind.STATUTE, Evidence.READ_IN_FULL, in_force=in_force, note=note)


def guidance_2016(section: str, note: str = "") -> Authority:
    """A section of the statutory guidance of December 2016, not yet compared with its text."""
    return Authority(
        f"Home Office, Multi-agency Statutory Guidance for the Conduct of Domestic Homicide Reviews,"
        f" December 2016, s.{section}",
        Kind.GUIDANCE,
        Evidence.NOT_COMPARED,
        note=note,
    )


def practice(source: str, *, evidence: Evidence = Evidence.SOURCE_SAYS, note: str = "") -> Authority:
    """What is done, and can be seen to be done, without a rule that asks for it."""
    return Authority(source, Kind.PRACTICE, evidence, note=note)


def local(source: str = "A setting of the partnership", note: str = "") -> Authority:
    """A partnership's own choice; it can be changed in its settings."""
    return Authority(source, Kind.LOCAL, Evidence.LOCAL, note=note)


def by_design(source: str = "How dardr keeps the record", note: str = "") -> Authority:
    """Our own recommendation: no source asks for it in these words."""
    return Authority(source, Kind.LOCAL, Evidence.DESIGN, note=note)


def draft(source: str, *, evidence: Evidence = Evidence.NOT_COMPARED, note: str = "") -> Authority:
    """Proposed only: consulted on, not made."""
    return Authority(source, Kind.DRAFT, evidence, in_force=False, note=note)


ACT_2004_S9_1 = statute("Domestic Violence, Crime and Victims Act 2004 s.9(1)")
ACT_2004_S9_2 = statute("Domestic Violence, Crime and Victims Act 2004 s.9(2)")
ACT_2004_S9_3 = statute("Domestic Violence, Crime and Victims Act 2004 s.9(3)")
ACT_2004_COPY = statute(
    "Domestic Violence, Crime and Victims Act 2004 s.9(3B) and (3C)",
    note="As soon as reasonably practicable after the report is completed: the Act gives no number of days.",
)
ACT_2024_S8A = statute(
    "Domestic Violence, Crime and Victims Act 2004 s.8A, as inserted by the Victims and Prisoners Act 2024 s.19",
    in_force=False,
    note="Not known to be in force.",
)
ACT_2024_COPY = statute(
    "Domestic Violence, Crime and Victims Act 2004 s.8A(4) and (5), as inserted by the"
    " Victims and Prisoners Act 2024 s.19",
    in_force=False,
    note="Not known to be in force. As soon as reasonably practicable: no number of days.",
)
ACT_2021_S16 = statute("Domestic Abuse Act 2021 s.16(1)")
ACT_2021_S16_CONTENT = statute("Domestic Abuse Act 2021 s.16(4)")
ACT_2021_S16_56_DAYS = statute(
    "Domestic Abuse Act 2021 s.16(6)",
    note="Before the end of the period of 56 days beginning with the day the report is published.",
)
ACT_2021_S16_COPIES = statute(
    "Domestic Abuse Act 2021 s.16",
    note="Copies go to the Commissioner and, from a specified public authority, to the Secretary of State. The Act"
    " gives them no period of their own.",
)
ACT_2021_S15 = statute(
    "Domestic Abuse Act 2021 s.15(1) and (2)",
    note="A specified public authority co-operates so far as reasonably practicable: the Act gives no number of days.",
)
ACT_2021_S8 = statute("Domestic Abuse Act 2021 s.8")
NO_REVIEW_SCRUTINY = practice(
    "Minister, House of Lords, 13 December 2021 (scrutiny of decisions not to review)",
)
POLICE_TELL = practice(
    "Home Office online learning for domestic homicide reviews: the police inform the partnership in writing"
)
QA_LETTER = practice("Home Office quality assurance letters, as published by partnerships")
CLEARANCE = practice("Partnerships' public pages: a report is approved in quality assurance before it is published")

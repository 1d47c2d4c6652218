"""The stages of a review, by the seven phases people know, and the groups of stages that actions name."""

from __future__ import annotations

from workflows.definition import Party, Phase, Stage

PHASES: tuple[Phase, ...] = (
    Phase("notification", "Notification"),
    Phase("decision", "Decision"),
    Phase("panel", "Panel"),
    Phase("drafting", "Drafting"),
    Phase("home_office_qa", "Home Office quality assurance"),
    Phase("publication", "Publication"),
    Phase("action_monitoring", "Action monitoring"),
)

STAGES: tuple[Stage, ...] = (
    Stage(
        "notified", "Notified", "notification",
        means="A death has come to the partnership's attention. It has not been accepted for screening yet.",
    ),
    Stage(
        "screening", "Screening", "notification",
        means="Agencies are asked what they know, and the criteria are looked at.",
    ),
    Stage(
        "decision_pending", "Decision pending", "decision", acts=Party.DECIDING_CHAIR,
        means="What is known is in front of the deciding chair.",
    ),
    Stage(
        "decided_review", "Review decided", "decision",
        means="A review will be held. The Home Office, the family and the agencies are being told.",
    ),
    Stage(
        "no_review_scrutiny", "No review: with the Home Office", "decision", acts=Party.HOME_OFFICE,
        means="The reasons for not holding a review are with the Home Office, which may ask to reconsider.",
    ),
    Stage(
        "no_review_concluded", "No review: concluded", "decision", acts=Party.NOBODY, final=True,
        means="No review is held, and the Home Office asks for nothing more.",
    ),
    Stage(
        "transferred_out", "Transferred", "decision", acts=Party.NOBODY, final=True,
        means="Another partnership has taken this on.",
    ),
    Stage(
        "joined", "Joined to another notification", "notification", acts=Party.NOBODY, final=True,
        means="It is the same death as another notification, which carries on. This one keeps its number.",
    ),
    Stage(
        "commissioning", "Commissioning", "panel",
        means="An independent chair and a panel are being appointed.",
    ),
    Stage(
        "terms_of_reference", "Terms of reference", "panel", acts=Party.INDEPENDENT_CHAIR,
        means="Chair and panel settle what the review will look at.",
    ),
    Stage(
        "evidence", "Gathering evidence", "panel", acts=Party.INDEPENDENT_CHAIR,
        means="Agencies write their returns; the chair meets family and friends; the panel meets.",
    ),
    Stage(
        "drafting", "Drafting", "drafting", acts=Party.INDEPENDENT_CHAIR,
        means="The report is written, read by the family and considered by the panel.",
    ),
    Stage(
        "csp_sign_off", "Partnership sign-off", "drafting", acts=Party.DECIDING_CHAIR,
        means="The partnership considers the report and the action plan.",
    ),
    Stage(
        "submitted", "Submitted", "home_office_qa", acts=Party.HOME_OFFICE,
        means="The report has been sent to the Home Office; receipt is not confirmed yet.",
    ),
    Stage(
        "home_office_qa", "With the Home Office", "home_office_qa", acts=Party.HOME_OFFICE,
        means="The Home Office is considering the report.",
    ),
    Stage(
        "amending", "Amending", "home_office_qa", acts=Party.INDEPENDENT_CHAIR,
        means="The Home Office's points are being answered, one by one.",
    ),
    Stage(
        "pre_publication", "Before publication", "publication",
        means="The report is cleared. The checks before publication are being made.",
    ),
    Stage(
        "published", "Published", "publication",
        means="The report is public. The final documents go to the Home Office and the Commissioner.",
    ),
    Stage(
        "not_published", "Not published", "publication",
        means="The report is finished and will not be published, for a recorded reason.",
    ),
    Stage(
        "action_monitoring", "Action monitoring", "action_monitoring", acts=Party.ACTION_OWNER,
        means="The actions of the plan are carried out, and what they achieved is checked.",
    ),
    Stage(
        "concluded", "Review concluded", "action_monitoring", acts=Party.NOBODY, final=True,
        means="Every action of the plan has ended and the partnership has concluded the review.",
    ),
)  # fmt: skip

ALL: tuple[str, ...] = tuple(stage.key for stage in STAGES)
LIVE: tuple[str, ...] = tuple(stage.key for stage in STAGES if not stage.final)


def since(first: str) -> tuple[str, ...]:
    """The live stages from this one on, in the order of the list."""
    return LIVE[LIVE.index(first) :]


UNDER_REVIEW: tuple[str, ...] = since("commissioning")
"""From the day a review is being set up until it is concluded."""

BEFORE_DECISION: tuple[str, ...] = ("notified", "screening", "decision_pending")
DECIDED: tuple[str, ...] = ("decided_review", "no_review_scrutiny")

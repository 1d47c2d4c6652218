"""One review held jointly: with another board's statutory review, or with another area. Two decisions, one lead.

Each partner board decides for itself, signs off for itself and publishes on its own route; the review, its report and
its action plan are one. A board that was named and then takes no part is kept on the record with its reason.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, From
from workflows.processes.authorities import by_design, practice
from workflows.processes.dardr_s9_1.stages import LIVE, since
from workflows.processes.fields import choice, day, file, link, one_of, optional, paragraph, text
from workflows.processes.who import CASEWORK, DECIDERS

JOINT = practice("Joint reviews as published by partnerships, such as Norfolk's with its safeguarding adults board")

PARTNER = one_of("partner", "Which board or partnership?", From.PARTNERS)


def standing(facts: Facts) -> list[str]:
    """The names of the boards held jointly with, those left out that have since left."""
    left = {entry.get("partner"): entry.get("seq", 0) for entry in facts.listed("partners_left")}
    return [
        str(entry["partner"])
        for entry in facts.listed("partners")
        if left.get(entry["partner"], -1) < entry.get("seq", 0)
    ]


def taking_part(facts: Facts) -> list[str]:
    """Those of them whose own last decision is to hold the review with us."""
    last = {entry.get("partner"): entry.get("partner_outcome") for entry in facts.listed("partner_decisions")}
    return [name for name in standing(facts) if last.get(name) == "takes_part"]


def _missing(names: list[str], recorded: Collection[object]) -> str:
    return ", ".join(name for name in names if name not in recorded)


def a_joint_review_has_a_partner(facts: Facts) -> Blocked | None:
    """A review decided as a joint one names the board or partnership it is held with."""
    joint, alone = facts.done.get("decide_joint_review"), facts.done.get("decide_review")
    if joint is None or (alone is not None and alone.seq > joint.seq) or facts.listed("partners"):
        return None
    return Blocked("The review is a joint one. Name the board or partnership it is held with first.")


def partners_have_decided(facts: Facts) -> Blocked | None:
    """Every board named has made its own decision; a later one counts over an earlier one."""
    recorded = {e.get("partner") for e in facts.listed("partner_decisions") if e.get("partner_outcome") != "not_yet"}
    missing = _missing(standing(facts), recorded)
    return Blocked(f"The decision of {missing} is not recorded. Each board decides for itself.") if missing else None


def partners_have_signed(facts: Facts) -> Blocked | None:
    """Every board that takes part has signed off the report last sent to the partnership."""
    sent = facts.done["send_to_partnership"].seq if "send_to_partnership" in facts.done else 0
    recorded = {e.get("partner") for e in facts.listed("partner_sign_offs") if e.get("seq", 0) > sent}
    missing = _missing(taking_part(facts), recorded)
    return Blocked(f"{missing} has not signed off the report. Record its sign-off first.") if missing else None


def partners_signed_the_same(facts: Facts) -> Blocked | None:
    """The boards that take part have signed the version that this partnership signed: one review has one report."""
    signed = facts.recorded.get("version")
    last = {entry.get("partner"): entry.get("version") for entry in facts.listed("partner_sign_offs")}
    other = [name for name in taking_part(facts) if signed and last.get(name) not in (None, signed)]
    if not other:
        return None
    return Blocked(
        f"{', '.join(other)} signed off another version than version {signed}, which this partnership signed. Every"
        f" board signs the same one."
    )


def partners_have_published(facts: Facts) -> Blocked | None:
    """Of every board that takes part it is on record where it published, or why it does not."""
    missing = _missing(taking_part(facts), {e.get("partner") for e in facts.listed("partner_publications")})
    return (
        Blocked(f"Where {missing} published the report, or why it does not, is not recorded. Record it first.")
        if missing
        else None
    )


def actions() -> tuple[Action, ...]:
    """What a joint review records besides what every review records."""
    a_partner = partial(
        guards.listed, name="partners", reason="The review is not held with another board. Name the board first."
    )
    return (
        Action(
            "record_partner",
            "Name a board the review is held with",
            source=LIVE,
            roles=CASEWORK,
            keep_as="partners",
            fields=(
                text("partner", "Name of the board or partnership", help="For example, a safeguarding adults board."),
                choice(
                    "partner_duty",
                    "Under which duty does it act?",
                    ("safeguarding_adult_review", "Safeguarding adult review"),
                    ("child_review", "Local child safeguarding practice review"),
                    ("mental_health_homicide", "NHS mental health homicide review"),
                    ("offensive_weapons", "Offensive weapons homicide review"),
                    ("another_area", "The same duty, for another area"),
                    ("other", "Another duty"),
                ),
                choice(
                    "partner_leads",
                    "Who leads?",
                    ("we_lead", "This partnership leads"),
                    ("they_lead", "The other board leads"),
                ),
                optional(text("partner_reference", "Its own reference")),
                optional(text("partner_contact", "Whom to speak to there (their post)")),
                optional(
                    paragraph("partner_agreed", "What was agreed: chair, panel, family contact, costs, publication")
                ),
            ),
            checks=(partial(guards.entry_is_new, field="partner", among="partners", what="The board"),),
            authority=JOINT,
            help="One review, one report and one action plan. Each board decides, signs off and publishes for itself.",
        ),
        Action(
            "record_partner_decision",
            "Record the decision of the other board",
            source=LIVE,
            roles=DECIDERS,
            keep_as="partner_decisions",
            fields=(
                PARTNER,
                choice(
                    "partner_outcome",
                    "What did it decide?",
                    ("takes_part", "To hold the review with us"),
                    ("takes_no_part", "To take no part, or to hold its own"),
                    ("not_yet", "Not decided yet"),
                ),
                paragraph("partner_reasons", "Its reasons, and where its decision is kept"),
                file("partner_decision_file", "The minute or letter"),
            ),
            guards=(a_partner,),
            authority=JOINT,
        ),
        Action(
            "record_partner_left",
            "Record that a board takes part no longer",
            source=LIVE,
            roles=CASEWORK,
            keep_as="partners_left",
            fields=(PARTNER, paragraph("partner_left_reason", "Why, and which body takes over its part if any does")),
            guards=(a_partner,),
            authority=by_design(),
            help="For a board that withdraws, or that another one succeeds: name the successor as a new board.",
        ),
        Action(
            "record_partner_sign_off",
            "Record the sign-off of the other board",
            source=("csp_sign_off",),
            roles=DECIDERS,
            keep_as="partner_sign_offs",
            fields=(
                PARTNER,
                one_of("version", "Which version did it sign off?", From.VERSIONS),
                text("partner_minute", "Minute or letter: date and where it is kept"),
                file("partner_sign_off_file", "The minute or letter"),
            ),
            guards=(a_partner,),
            authority=JOINT,
        ),
        Action(
            "record_partner_publication",
            "Record where the other board published",
            source=since("pre_publication"),
            roles=CASEWORK,
            keep_as="partner_publications",
            fields=(
                PARTNER,
                optional(day("partner_published_on", "Date published")),
                optional(link("partner_published_at", "Web address")),
                optional(paragraph("partner_not_published", "If it does not publish: why, and who decided")),
            ),
            guards=(a_partner,),
            checks=(
                partial(
                    guards.one_answered,
                    fields=("partner_published_at", "partner_not_published"),
                    reason="Give the web address, or say why the other board does not publish.",
                ),
            ),
            authority=JOINT,
        ),
    )

"""The opening of a review: what is asked when a death is notified, by whoever tells the partnership of it.

The questions stand in groups, in the order in which they are asked. Names, dates of birth, addresses and contacts
are kept apart from the record (``identity=True``).
"""

from __future__ import annotations

import dataclasses
from datetime import date
from functools import partial
from typing import Any

from workflows import guards
from workflows.criteria_questions import AGE, MANNER, RELATIONSHIP
from workflows.definition import Action, Facts, Field, FieldType, From
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.fields import (
    choice,
    choices,
    day,
    file,
    number,
    paragraph,
    several_of,
    text,
    yes_no,
)
from workflows.processes.who import TELLING

DEATH_DATE = Field(
    "death_date",
    "When did the person die?",
    FieldType.PARTIAL_DATE,
    unknown=True,
    notable=True,
    help="A full date, or only a month (2026-03), a year (2026) or a range, as it is known.",
)
CSPS = several_of(
    "csps",
    "Community Safety Partnership",
    From.CSPS,
    notable=True,
    help="Where the person lived. Two where two partnerships share the review.",
)
CSP_AWARE_ON = day(
    "csp_aware_on",
    "When did the partnership first know of the death?",
    help="The month for the decision counts from this day.",
    notable=True,
)
SUSPECTED_STATUS = choice(
    "suspected_status",
    "How do matters stand with the person suspected?",
    ("suspected", "Suspected"),
    ("arrested", "Arrested"),
    ("charged", "Charged"),
    ("convicted", "Convicted"),
    ("acquitted", "Acquitted"),
    ("died", "Has died"),
    ("no_one_suspected", "Nobody is suspected"),
    unknown=True,
    required=False,
)

MAY_BE_UNKNOWN: dict[str, Any] = {"unknown": True, "unknown_offered": False}
"""Of a live review brought in from the team's tracker not even this need be known; of a new death it is asked."""

WHO_TELLS = (
    choice(
        "notifier",
        "Who notified the partnership?",
        ("police", "Police"),
        ("health", "A health body"),
        ("local_authority", "A council"),
        ("probation", "Probation"),
        ("specialist_service", "A specialist domestic abuse service"),
        ("family", "Family or friends"),
        ("coroner", "The coroner"),
        ("other", "Someone else"),
        **MAY_BE_UNKNOWN,
    ),
    text("notifier_organisation", "Organisation that notified", required=False),
    day("notified_on", "When was the partnership notified?", **MAY_BE_UNKNOWN),
    text("notified_time", "At what time?", required=False, help="For example 14:30."),
    choice(
        "told_how",
        "How was the team told?",
        ("form", "With this form"),
        ("email", "By e-mail"),
        ("telephone", "By telephone"),
        ("letter", "By letter"),
        ("meeting", "At a meeting"),
        ("media", "Seen in the news"),
        required=False,
    ),
    dataclasses.replace(CSP_AWARE_ON, **MAY_BE_UNKNOWN),
    choice("in_writing", "Was it in writing?", ("yes", "Yes"), ("no", "Not yet"), **MAY_BE_UNKNOWN),
)
WHERE_THEY_LIVED = (
    CSPS,
    text(
        "area",
        "District, town or first half of the postcode where the person lived",
        required=False,
        help="The last known address where there was no settled one. No street and no house number.",
    ),
    choice(
        "area_certain",
        "Is it certain that the person lived in this partnership's area?",
        ("yes", "Yes"),
        ("not_certain", "Not certain"),
        required=False,
    ),
)
THE_DEATH = (
    DEATH_DATE,
    AGE,
    MANNER,
    RELATIONSHIP,
    paragraph(
        "circumstances",
        "What is known, in a few sentences",
        help="No names: they have their own questions below.",
        required=False,
    ),
    day(
        "police_identified_on",
        "When did the police see that this may be a domestic abuse related death?",
        required=False,
        help="Only where the police are the ones notifying.",
    ),
    text(
        "display_pseudonym",
        "Name to be used for the person",
        required=False,
        notable=True,
        help="Chosen with the family, later. Until then leave it empty.",
    ),
    choice(
        "place",
        "Where did the person die?",
        ("home", "At home"),
        ("residential", "Another residential place"),
        ("public", "A public place"),
        ("hospital", "A hospital"),
        ("other", "Elsewhere"),
        unknown=True,
        required=False,
    ),
    choice(
        "other_deaths",
        "Did anybody else die in this incident?",
        ("no", "No"),
        ("yes", "Yes"),
        unknown=True,
        required=False,
        help="Each person who died has a notification of their own; the two are linked.",
    ),
    text(
        "same_incident",
        "Reference of another notification for the same incident",
        required=False,
        help="For example DARDR-2026-004. The two are linked.",
    ),
)
ABOUT_THE_PERSON = (
    choice("sex", "Sex", ("female", "Female"), ("male", "Male"), unknown=True, required=False),
    choice(
        "gender_identity",
        "Is the gender the person identified with the same as the sex registered at birth?",
        ("same", "Yes"),
        ("different", "No"),
        unknown=True,
        required=False,
    ),
    choice(
        "ethnicity",
        "Ethnic group",
        ("asian", "Asian or Asian British"),
        ("black", "Black, Black British, Caribbean or African"),
        ("mixed", "Mixed or multiple ethnic groups"),
        ("white", "White"),
        ("other", "Another ethnic group"),
        unknown=True,
        required=False,
    ),
    text("religion", "Religion or belief", unknown=True, required=False),
    choice(
        "disability",
        "Was the person disabled?",
        ("no", "No"),
        ("yes", "Yes"),
        unknown=True,
        required=False,
        help="A physical or mental impairment with a long-term effect on daily life.",
    ),
)
SUSPECTED = (
    SUSPECTED_STATUS,
    Field(
        "suspected_death_date",
        "When did the person suspected die?",
        FieldType.PARTIAL_DATE,
        unknown=True,
        required=False,
        help="Only where they have died. A full date, or as much of it as is known.",
    ),
)
CHILDREN = (
    number("children_under_18", "Children under 18 living with either", unknown=True, required=False),
    choice(
        "children_referral",
        "Has a safeguarding referral been made for the children?",
        ("yes", "Yes"),
        ("no", "Not yet"),
        unknown=True,
        required=False,
    ),
    paragraph("children_safeguarding", "What has been done for the children's safety", required=False),
)
WHO_KNEW_THEM = (
    several_of("known_agencies", "Bodies known to have had contact", From.BODIES, required=False),
    text("other_agencies", "Other agencies known to have had contact", many=True, required=False),
    choice("marac", "Heard at a MARAC?", ("no", "No"), ("yes", "Yes"), unknown=True, required=False),
    choice("mappa", "Managed under MAPPA?", ("no", "No"), ("yes", "Yes"), unknown=True, required=False),
    paragraph("risk_history", "What is known of MARAC, MAPPA or risk assessments", required=False, help="No names."),
)
WHAT_ELSE_GOES_ON = (
    choices(
        "parallel_processes",
        "Other processes under way",
        ("criminal", "Criminal proceedings"),
        ("inquest", "Inquest"),
        ("safeguarding_adult_review", "Safeguarding adult review"),
        ("child_review", "Child safeguarding practice review"),
        ("offensive_weapons", "Offensive weapons homicide review"),
        ("mental_health_homicide", "NHS mental health homicide review"),
        ("iopc", "Independent Office for Police Conduct"),
        ("prison_death", "Prisons and Probation Ombudsman"),
        ("other", "Another process"),
        required=False,
    ),
    paragraph("parallel_details", "What is known of these, and who leads them", required=False, help="No names."),
    paragraph("immediate_safeguarding", "Anything that must be made safe or learnt at once", required=False),
    yes_no("media_interest", "Is there media interest?", required=False),
    paragraph("media_details", "What has been asked or reported", required=False, help="No names."),
    file("notification_form", "The notification, as received"),
    file("notification_files", "Other files that came with it", many=True),
    choice(
        "received_marking",
        "How is what was received marked?",
        ("official_sensitive", "OFFICIAL-SENSITIVE"),
        ("official", "OFFICIAL"),
        ("none", "It has no marking"),
        required=False,
    ),
)
FROM_A_TRACKER = (
    text(
        "tracker_reference",
        "Reference in the team's tracker",
        required=False,
        notable=True,
        help="Only for a review that was under way before it was recorded here.",
    ),
)
IDENTITY = (
    text("person_name", "Name of the person who died", identity=True, required=False),
    text("other_names", "Other names they were known by", identity=True, required=False),
    day("date_of_birth", "Date of birth", identity=True, required=False),
    text("address", "Last address", identity=True, required=False),
    text("place_address", "Where exactly did the person die?", identity=True, required=False),
    text("suspected_name", "Name of the person suspected", identity=True, required=False),
    day("suspected_date_of_birth", "Date of birth of the person suspected", identity=True, required=False),
    paragraph("children_names", "Names and ages of the children", identity=True, required=False),
    paragraph("children_now", "Where the children are now, and with whom", identity=True, required=False),
    text("next_of_kin", "Next of kin, and how they prefer to be reached", identity=True, required=False),
    paragraph(
        "safe_contact",
        "How and when it is safe to reach them",
        identity=True,
        required=False,
        help="And what must not be done, for example no letters to the home.",
    ),
    text("crime_number", "Crime or incident number", identity=True, required=False),
    text("senior_investigating_officer", "Senior investigating officer", identity=True, required=False),
    text("family_liaison_officer", "Family liaison officer", identity=True, required=False),
    text("coroner", "Coroner, and the coroner's officer", identity=True, required=False),
    text("notifier_name", "Name of the person who notified", identity=True, required=False),
    text("notifier_post", "Their post", identity=True, required=False),
    Field("notifier_email", "Their e-mail address", FieldType.EMAIL, identity=True, required=False),
    text("notifier_telephone", "Their telephone number", identity=True, required=False),
    text("notifier_reference", "Their own reference", identity=True, required=False),
)
"""Kept apart from the record; never in a list, an e-mail or a file name."""


def aware_after_notice(facts: Facts) -> str | None:
    """The partnership seems to have known of the death only after it was told."""
    submitted = facts.submitted or {}
    aware, notified = submitted.get("csp_aware_on"), submitted.get("notified_on")
    if not isinstance(aware, date) or not isinstance(notified, date) or aware <= notified:
        return None
    return "The partnership is said to have known of the death only after it was notified. Check both dates."


def notify(law: Law) -> Action:
    """The opening: what is known when a death is notified."""
    return Action(
        "notify",
        "Record a notification",
        to="notified",
        roles=TELLING,
        occurred_from="notified_on",
        own_questions="notification",
        fields=(
            *WHO_TELLS,
            *WHERE_THEY_LIVED,
            *THE_DEATH,
            *ABOUT_THE_PERSON,
            *SUSPECTED,
            *CHILDREN,
            *WHO_KNEW_THEM,
            *WHAT_ELSE_GOES_ON,
            *FROM_A_TRACKER,
            *IDENTITY,
        ),
        checks=(
            *(
                partial(
                    guards.known_unless,
                    field=field,
                    when="tracker_reference",
                    reason="This is needed for a new notification. Only a review brought in from the team's tracker may"
                    " come without it.",
                )
                for field in ("notifier", "notified_on", "csp_aware_on", "in_writing")
            ),
            guards.not_before_death,
            partial(guards.date_not_before_death, field="csp_aware_on"),
            partial(
                guards.only_when,
                field="police_identified_on",
                when="notifier",
                values=("police",),
                reason="Leave this empty where somebody other than the police notified, and record the wait for the"
                " police afterwards.",
            ),
        ),
        warnings=(aware_after_notice,),
        authority=law.guidance("3"),
        help="Opens the record. It decides nothing: whether a review is held is decided later, by a person.",
    )

"""What is asked about a proceeding that runs beside a review, and about its hearings."""

from __future__ import annotations

from workflows.definition import Field, FieldType, From
from workflows.processes.fields import choice, day, one_of, optional, text
from workflows.processes.who import CHAIRING, POLICING

LIAISON_SEEN_BY = POLICING | CHAIRING
"""Who reads how to reach the people of a proceeding: those who speak with them."""

KIND = choice(
    "parallel_kind",
    "Which?",
    ("criminal", "Criminal proceedings"),
    ("inquest", "Inquest"),
    ("safeguarding_adult_review", "Safeguarding adult review"),
    ("child_review", "Child safeguarding practice review"),
    ("offensive_weapons", "Offensive weapons homicide review"),
    ("mental_health_homicide", "NHS mental health homicide review"),
    ("probation", "Probation serious further offence review"),
    ("mappa", "MAPPA review"),
    ("iopc", "Independent Office for Police Conduct"),
    ("prison_death", "Prisons and Probation Ombudsman"),
    ("family_court", "Family court"),
    ("regulator", "Misconduct or regulator"),
    ("civil_claim", "Civil claim"),
    ("other", "Another process"),
    notable=True,
)
STATUS = choice(
    "parallel_status",
    "How does it stand?",
    ("under_way", "Under way"),
    ("planned", "Planned"),
    ("ended", "Ended"),
    notable=True,
)
EFFECT = choice(
    "parallel_effect",
    "What does it mean for this review?",
    ("none", "Nothing has to wait"),
    ("aligned", "The two are kept in step"),
    ("joint", "The two are held as one"),
    ("holds", "Something here waits for it"),
    required=False,
    notable=True,
)
REFERENCE = optional(
    text("parallel_reference", "Its reference there, and the body that leads it", help="No names of people.")
)
CONTACT = optional(
    text("parallel_contact", "Whom to speak to there: their post", help="The post, not the name."),
    seen_by=LIAISON_SEEN_BY,
)
EMAIL = Field(
    "parallel_email",
    "E-mail address there",
    FieldType.EMAIL,
    required=False,
    help="A shared mailbox where there is one.",
    seen_by=LIAISON_SEEN_BY,
)
AGREEMENT = choice(
    "parallel_agreement",
    "Is there an agreement on sharing information?",
    ("in_place", "It is in place"),
    ("being_agreed", "It is being agreed"),
    ("not_needed", "None is needed"),
    required=False,
)
OTHER_REVIEW = one_of(
    "parallel_review",
    "Which review, where the other one is kept here too?",
    From.REVIEWS,
    required=False,
    help="The two are linked.",
)
LOOK_AGAIN = day(
    "look_again_by", "Look at it again by", required=False, future=True, help="Left empty: eight weeks from today."
)

HEARING_KIND = choice(
    "hearing_kind",
    "What sort of hearing?",
    ("first_hearing", "First hearing"),
    ("plea", "Plea hearing"),
    ("trial", "Trial window"),
    ("verdict", "Verdict"),
    ("sentence", "Sentence"),
    ("appeal", "Appeal"),
    ("pre_inquest", "Pre-inquest review"),
    ("inquest", "Inquest"),
    ("other", "Another hearing"),
)
STANDINGS = (("tentative", "Tentative"), ("fixed", "Fixed"))
STANDING = choice("hearing_standing", "Is the date tentative or fixed?", *STANDINGS)
FROM = day("hearing_from", "Date, or its first day", future=True)
TO = day("hearing_to", "Its last day", required=False, future=True, help="Only where it lasts longer than a day.")
WHERE = optional(text("hearing_where", "Which court or office", help="In neutral words. No names of people."))
WHICH = one_of("hearing", "Which hearing?", From.OPEN_HEARINGS)

FOLLOWED = (("done", "Done"), ("not_needed", "Nothing is needed"))


def followed_up(name: str, label: str, of: str) -> tuple[Field, Field]:
    """One of the three questions after a moved date, with the words for what was done or why nothing is needed."""
    return (
        choice(name, label, *FOLLOWED),
        optional(
            text(
                f"{name}_because",
                f"{of}: what was done, or why nothing is needed",
                help="Must be filled in where nothing is needed.",
            )
        ),
    )

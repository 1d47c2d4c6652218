"""The questions of the decision table, by regime. The first answers describe the plain case."""

from __future__ import annotations

from workflows.definition import Field
from workflows.processes.fields import choice, number

INTIMATE = {
    "spouse": "Husband or wife, or former",
    "civil_partner": "Civil partner, or former",
    "intimate_partner": "Intimate partner, or former",
    "engaged": "Engaged to marry or to form a civil partnership, or had been",
    "parent_of_same_child": "Parents of the same child",
}
RELATIVES = {
    "parent": "Parent of the person who died",
    "step_parent": "Step-parent",
    "child": "Adult or other child of the person who died",
    "step_child": "Step-child",
    "sibling": "Brother or sister",
    "grandparent": "Grandparent",
    "grandchild": "Grandchild",
    "in_law": "Relative by marriage or civil partnership",
    "near_relative": "Uncle, aunt, nephew, niece or first cousin",
    "other_relative": "More distant relative",
}
OTHERS = {
    "household_member": "Not related, but a member of the same household (lodger, carer living in)",
    "none": "None of these (stranger, bystander, new partner of someone else)",
}
RELATIONSHIPS: dict[str, str] = {**INTIMATE, **RELATIVES, **OTHERS}

MANNERS: dict[str, str] = {
    "homicide": "Appears to be homicide",
    "suicide": "Suspected suicide, or self-inflicted",
    "neglect": "Appears to be from neglect",
    "unexplained": "Unexplained or unexpected (a fall, drugs, not known)",
    "other": "Natural causes or an accident",
}

IN_AREA = choice(
    "in_area",
    "Did the person live in this partnership's area?",
    ("yes", "Yes"),
    ("no", "No, in another partnership's area"),
    unknown=True,
    help="The last known address where there was no settled one. The death was in England or Wales.",
)
OLDEST = 125
"""No age above this is taken, in years."""
AGE = number(
    "age",
    "Age of the person who died, in years",
    unknown=True,
    help="A whole number, for example 34.",
    most=OLDEST,
)
CAUSE_S9 = choice(
    "cause",
    "Does the death appear to have resulted from violence, abuse or neglect?",
    ("violence_or_abuse", "Yes, from violence or abuse"),
    ("neglect_only", "Yes, from neglect only"),
    ("unclear", "Not clear yet"),
    ("no", "No"),
    unknown=True,
)
CAUSE_S8A = choice(
    "cause",
    "Does the death appear to have resulted from domestic abuse towards the person?",
    ("violence_or_abuse", "Yes: physical, sexual, controlling, economic, psychological or other abuse"),
    ("neglect_only", "From neglect only"),
    ("unclear", "Not clear yet"),
    ("no", "No"),
    unknown=True,
)
MANNER = choice("manner", "How the death appears to have come about", *MANNERS.items(), unknown=True)
RELATIONSHIP = choice(
    "relationship",
    "What was the other person to the person who died?",
    *RELATIONSHIPS.items(),
    unknown=True,
    help="Where several people died, answer for each of them separately.",
)
EVIDENCE_OF_ABUSE = choice(
    "evidence_of_abuse",
    "Is there evidence of abuse or of controlling or coercive behaviour in the person's life?",
    ("yes", "Yes"),
    ("unclear", "Not clear yet"),
    ("no", "No"),
    unknown=True,
)
PERPETRATOR_AGE = number(
    "perpetrator_age",
    "Age of the person suspected, in years",
    unknown=True,
    help="A whole number, for example 41.",
    most=OLDEST,
)
PERPETRATOR_DIED = choice(
    "perpetrator_died", "Has the person suspected died too?", ("no", "No"), ("yes", "Yes"), unknown=True
)
OTHER_REVIEW = choice(
    "other_statutory_review",
    "Does another statutory review cover the death?",
    ("none", "No"),
    ("safeguarding_adult_review", "A safeguarding adult review"),
    ("child_review", "A local child safeguarding practice review"),
    ("mental_health_homicide", "An NHS mental health homicide review"),
    ("offensive_weapons", "An offensive weapons homicide review"),
    ("other", "Another review"),
    unknown=True,
)

FIELDS_S9: tuple[Field, ...] = (
    IN_AREA, AGE, CAUSE_S9, MANNER, RELATIONSHIP, EVIDENCE_OF_ABUSE,
    PERPETRATOR_AGE, PERPETRATOR_DIED, OTHER_REVIEW,
)  # fmt: skip
FIELDS_S8A: tuple[Field, ...] = (
    IN_AREA, AGE, CAUSE_S8A, MANNER, RELATIONSHIP, EVIDENCE_OF_ABUSE,
    PERPETRATOR_AGE, PERPETRATOR_DIED, OTHER_REVIEW,
)  # fmt: skip

FIELDS: dict[str, tuple[Field, ...]] = {"s9": FIELDS_S9, "s8a": FIELDS_S8A}

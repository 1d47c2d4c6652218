"""One independent chair on the register, version 1: how they are reached, what they can do, whom they know.

No rule asks for a register. It belongs to no review; what is asked of a chair for one review is an invitation.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Field, FieldType, From, Party, Phase, Process, Stage
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.fields import choice, day, one_of, optional, paragraph, several_of, text
from workflows.processes.who import CASEWORK, CONTRACT, DECIDERS

KEPT = by_design("A register of chairs makes it quick to find one who is independent")
INDEPENDENT = guidance_2016("4", "The chair is not directly associated with the agencies involved.")

STAGES = (
    Stage("listed", "Takes reviews", "register", acts=Party.NOBODY, means="The chair may be invited to a review."),
    Stage(
        "not_taking_reviews",
        "Takes no reviews now",
        "register",
        acts=Party.NOBODY,
        means="The chair stays on the register and is not invited for now.",
    ),
    Stage(
        "left",
        "Left the register",
        "register",
        acts=Party.NOBODY,
        final=True,
        means="The chair is not invited any more. What was recorded before stays.",
    ),
)
ON_IT = ("listed", "not_taking_reviews")
ALL = (*ON_IT, "left")

RATINGS = (("very_good", "Very good"), ("good", "Good"), ("fair", "Fair"), ("poor", "Poor"))
"""From the best to the least good: how the words of feedback are put in order."""

ABOUT: tuple[Field, ...] = (
    Field("email", "E-mail address", FieldType.EMAIL, required=False),
    text("phone", "Telephone", required=False),
    optional(
        paragraph("expertise", "Experience and knowledge", help="For example of coercive control, or of a court.")
    ),
    choice(
        "writes_reports",
        "Does the chair also write the report?",
        ("yes", "Yes"),
        ("no", "No, an author is needed too"),
        unknown=True,
        required=False,
    ),
    optional(text("usual_fee", "Usual fee", help="For example a rate for a day."), seen_by=CONTRACT),
    optional(text("availability", "When the chair is free", help="For example from September, one review at a time.")),
    choice(
        "interests_declared",
        "Has the chair declared former employers and other interests?",
        ("not_yet", "Not yet"),
        ("none", "Yes: none"),
        ("some", "Yes: they are on the list of interests"),
        required=False,
    ),
)
TRAINED = choice(
    "home_office_training",
    "Has the chair done the Home Office training?",
    ("yes", "Yes"),
    ("no", "Not yet"),
    unknown=True,
)
TRAINED_ON = Field("trained_on", "When was it?", FieldType.PARTIAL_DATE, required=False)
RATED = ("quality_of_chairing", "quality_of_report", "timeliness")


def _rated(name: str, label: str) -> Field:
    return choice(name, label, *RATINGS, required=False)


PROCESS = Process(
    key="chair",
    version=1,
    label="Independent chair on the register",
    noun="chair",
    regime="any",
    phases=(Phase("register", "Register of chairs"),),
    stages=STAGES,
    opening=Action(
        "add_chair",
        "Add a chair to the register",
        to="listed",
        roles=CASEWORK,
        occurred_from="listed_on",
        fields=(
            text("title", "Name", notable=True, help="As the chair wishes to be called. Nobody else's name."),
            TRAINED,
            TRAINED_ON,
            *ABOUT,
            day("listed_on", "On the register since", default="today"),
        ),
        authority=KEPT,
        help="The register is read by the team, the deciding chair and the auditor.",
    ),
    actions=(
        Action(
            "change_chair_details",
            "Change what is recorded about the chair",
            source=ON_IT,
            roles=CASEWORK,
            fields=(optional(text("title", "Name", notable=True)), *ABOUT),
            checks=(
                partial(
                    guards.one_answered,
                    fields=("title", *(field.name for field in ABOUT)),
                    reason="Nothing has been given. Fill in at least one of the questions.",
                ),
            ),
            authority=KEPT,
            help="A question left empty keeps what is there.",
        ),
        Action(
            "record_chair_training",
            "Record the chair's training",
            source=ON_IT,
            roles=CASEWORK,
            fields=(TRAINED, TRAINED_ON),
            authority=KEPT,
        ),
        Action(
            "add_chair_interest",
            "Add an interest of the chair",
            source=ON_IT,
            roles=CASEWORK,
            keep_as="interests",
            fields=(
                several_of("bodies", "In which bodies?", From.BODIES),
                choice(
                    "interest",
                    "What is it?",
                    ("worked_for", "Worked for it"),
                    ("works_for", "Works for it now"),
                    ("paid", "Is or was paid by it for other work"),
                    ("close", "Is close to somebody there"),
                    ("other", "Another interest"),
                ),
                Field(
                    "interest_until",
                    "Until when?",
                    FieldType.PARTIAL_DATE,
                    required=False,
                    help="Left empty: it still stands. A year is enough.",
                ),
                optional(text("interest_note", "What matters about it", help="No names.")),
            ),
            authority=INDEPENDENT,
            help="Before a chair is chosen, these bodies are compared with those of the review.",
        ),
        Action(
            "record_chair_feedback",
            "Record feedback on the chair after a review",
            source=ALL,
            roles=DECIDERS,
            keep_as="chair_feedback",
            fields=(
                one_of("about_review", "After which review?", From.REVIEWS, required=False),
                choice(
                    "feedback_from",
                    "From whom?",
                    ("partnership", "The team or the partnership"),
                    ("panel", "A member of the panel"),
                    ("family", "The family, or somebody for them"),
                    ("agency", "An agency"),
                    ("other", "Somebody else"),
                ),
                _rated("quality_of_chairing", "How was the chairing?"),
                _rated("quality_of_report", "How was the report?"),
                _rated("timeliness", "How well were dates kept?"),
                optional(text("family_view", "What the family said of the chair", help="No names.")),
                optional(paragraph("chair_feedback_said", "What was said", help="No names.")),
            ),
            checks=(
                partial(
                    guards.one_answered,
                    fields=(*RATED, "family_view", "chair_feedback_said"),
                    reason="Nothing has been said yet. Answer one of the questions, or write what was said.",
                ),
            ),
            authority=by_design("What people say of a chair helps to choose the next one"),
        ),
        Action(
            "pause_chair",
            "Record that the chair takes no reviews for now",
            source=("listed",),
            to="not_taking_reviews",
            roles=CASEWORK,
            fields=(
                optional(text("paused_because", "Why", help="No private details.")),
                day("paused_until", "Until", required=False, future=True),
            ),
            authority=KEPT,
        ),
        Action(
            "list_chair_again",
            "Record that the chair takes reviews again",
            source=("not_taking_reviews", "left"),
            to="listed",
            roles=CASEWORK,
            fields=(optional(text("listed_again_note", "Note", help="No private details.")),),
            authority=KEPT,
        ),
        Action(
            "take_chair_off",
            "Record that the chair left the register",
            source=ON_IT,
            to="left",
            roles=CASEWORK,
            fields=(optional(paragraph("left_because", "Why", help="No private details.")),),
            authority=KEPT,
            help="Nothing that was recorded is lost. The chair can come back.",
        ),
        anywhere.note(ALL, DECIDERS),
    ),
    ref_prefix="CHAIR",
    about="The register of independent chairs. Each has training, interests, a usual fee, and feedback after reviews.",
    seen_by=CONTRACT,
)

"""What is done with a return: signed off, questioned, checked, answered for by another body, gone on without."""

from __future__ import annotations

from workflows.definition import Action, Blocked, Facts, From, reads_bodies
from workflows.processes import anywhere
from workflows.processes.agency_return_1.stages import COME, FINAL, OPEN, SECTION_7
from workflows.processes.agency_return_1.writing import RETURN_FILE, is_for_the_review
from workflows.processes.authorities import guidance_2016, local
from workflows.processes.fields import choice, day, file, one_of, optional, paragraph, several_of, text
from workflows.processes.more_time import more_time
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, AGENCY_LEADS, CASEWORK, CHAIRING

FOUR_EYES = "agency_four_eyes"
"""The partnership's setting under which what one person of a body wrote is signed off by another."""
SENDS = ("receive_return", "receive_summary", "answer_query")


@reads_bodies
def _signs_for_the_right_body(facts: Facts) -> Blocked | None:
    """Where another body answers, it is on record which of the two signs off."""
    if facts.actor_roles & CASEWORK:
        return None
    answers = str(facts.recorded.get("answered_by") or "")
    answering = bool(answers) and facts.recorded.get("who_signs") != "spoken_for"
    signs = answers if answering else str(facts.recorded.get("body") or "")
    if not answers or signs in facts.actor_body_keys:
        return None
    other = "the body that answers" if answering else "the body it is about"
    return Blocked(f"It is on record that {other} signs this return off. Ask its lead, or the team to change that.")


def _not_by_its_writer(facts: Facts) -> Blocked | None:
    """With four eyes, whoever sent the return does not sign it off; the team records a signature given on paper."""
    if not facts.settings.get(FOUR_EYES) or facts.actor_roles & CASEWORK:
        return None
    sent = [facts.done[key] for key in SENDS if key in facts.done]
    if not sent:
        return Blocked("The return has not been sent yet. Send it first; then somebody else in your body signs it off.")
    if max(sent, key=lambda past: past.seq).actor_id != facts.actor_id:
        return None
    return Blocked("You sent this return yourself. Here somebody else in your body signs off: ask a colleague.")


def _another_body(facts: Facts) -> Blocked | None:
    if (facts.submitted or {}).get("answered_by") != facts.recorded.get("body"):
        return None
    return Blocked("This is the body that was asked. Choose the other body, which answers for it.", "answered_by")


HANDLES = (
    Action(
        "sign_off_return",
        "Record the sign-off by the body",
        source=OPEN,
        to="signed_off",
        roles=AGENCY_LEADS,
        fields=(
            text("signed_off_by", "Who signed it off? (their post)"),
            *RETURN_FILE,
            file("sign_off_letter", "The letter or e-mail that says so", help="Where it was signed off on paper."),
        ),
        guards=(_signs_for_the_right_body, _not_by_its_writer),
        authority=SECTION_7,
        main=True,
        help="Somebody senior in the body, not in line management of the case.",
    ),
    Action(
        "check_quality",
        "Record the quality check of a return",
        source=(*OPEN[1:], "signed_off"),
        roles=CHAIRING,
        keep_as="quality_checks",
        fields=(
            choice(
                "quality",
                "What did the check find?",
                ("sound", "It answers what was asked"),
                ("minor", "Small things to mend"),
                ("more_needed", "More is needed before it can be used"),
            ),
            optional(paragraph("quality_notes", "What is good, and what is missing", help="No names.")),
        ),
        guards=(is_for_the_review,),
        own_questions="imr_checklist",
        authority=local("The partnership's own checklist for a management review"),
        help="Each check is an entry of its own, so that a second draft can be compared with the first.",
    ),
    Action(
        "query_return",
        "Ask the body about its return",
        source=("draft_received", *COME),
        to="queried",
        roles=CHAIRING,
        keep_as="queries",
        fields=(paragraph("query", "What is asked"),),
        authority=SECTION_7,
    ),
    Action(
        "record_on_behalf",
        "Record that another body answers for this one",
        source=OPEN,
        roles=AGENCY,
        fields=(
            one_of("answered_by", "Which body?", From.BODIES),
            choice(
                "who_signs",
                "Which of the two signs the return off?",
                ("answering", "The body that answers"),
                ("spoken_for", "The body it is about"),
                required=False,
                default="answering",
            ),
            optional(paragraph("on_behalf_reason", "Why")),
        ),
        checks=(_another_body,),
        authority=local(),
        help="Both bodies see the request and the return.",
    ),
    Action(
        "share_with_panel",
        "Record who may read it",
        source=(*OPEN[1:], "signed_off"),
        roles=CHAIRING,
        fields=(several_of("shared_with", "Shared with which bodies of the panel?", From.BODIES),),
        authority=guidance_2016("10"),
    ),
    Action(
        "record_not_provided",
        "Go on without it",
        source=OPEN,
        to="not_provided",
        roles=CASEWORK,
        fields=(paragraph("not_provided_reason", "Why it is not provided, and who was asked"),),
        authority=local(),
    ),
    Action(
        "withdraw_request",
        "Withdraw the request",
        source=OPEN,
        to="withdrawn",
        roles=CHAIRING,
        fields=(paragraph("withdrawn_reason", "Why it is not asked for any more"),),
        authority=local(),
    ),
    Action(
        "reopen_return",
        "Ask for it again",
        source=FINAL,
        to="requested",
        roles=CHAIRING,
        fields=(
            paragraph("reopened_reason", "Why"),
            day("requested_on", "Asked again on"),
            day("due_on", "Due on", required=False, future=True),
        ),
        authority=local(),
    ),
    Action(
        "record_chasing",
        "Record that the body was asked how it stands",
        source=OPEN,
        roles=CHAIRING,
        keep_as="chasing",
        fields=(paragraph("asked", "What was asked, and the answer"),),
        authority=local(),
    ),
    *more_time(OPEN, AGENCY, CHAIRING, ("imr_return", "information_return")),
    send_reminder(OPEN, CHAIRING, to_agency=True),
    *anywhere.dates(OPEN, CHAIRING),
    *anywhere.holds(OPEN, CHAIRING),
    anywhere.note(OPEN + FINAL, AGENCY | CHAIRING),
    *anywhere.correspondence(OPEN + FINAL, CASEWORK),
    anywhere.call(OPEN + FINAL, CASEWORK),
)

"""Phase 6. The checks before publication, and publication itself. dardr records it; it publishes nothing."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Field, FieldType, Guard
from workflows.processes.authorities import CLEARANCE, by_design
from workflows.processes.dardr_s9_1 import joint
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import since
from workflows.processes.fields import choice, choices, day, file, link, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING, DECIDERS, MEDIA

CLEARED_BY = ("record_letter_publish", "clear_after_amendment")
"""The two ways a report is cleared; a check made before the last of them does not count."""

QA_POINTS_FINAL: Guard = partial(
    guards.items_final,
    process="qa-point",
    one="is a point of the Home Office's letter that is not cleared yet. Answer it and clear it first.",
    several="are points of the Home Office's letter that are not cleared yet. Answer and clear them first.",
)


def _since_clearance(actions: tuple[str, ...], reason: str) -> Guard:
    return partial(guards.done_since, actions=actions, since=CLEARED_BY, reason=reason)


GATE: tuple[Guard, ...] = (
    partial(
        guards.done_any,
        actions=CLEARED_BY,
        reason="The report is not cleared by the Home Office. Record its letter first.",
    ),
    QA_POINTS_FINAL,
    _since_clearance(
        ("check_anonymisation",),
        "The final report has not been checked so that nobody can be recognised. Record the check first.",
    ),
    partial(
        guards.done_since,
        actions=("second_check_anonymisation",),
        since=("check_anonymisation", *CLEARED_BY),
        reason="A second person has not checked that nobody can be recognised. Ask a colleague to check it.",
    ),
    _since_clearance(
        ("tell_family_publication", "record_family_publication_attempts"),
        "The family has not been told of the publication. Record when they were told, or the attempts made.",
    ),
    partial(
        guards.no_hold_on,
        activity="publication",
        reason="A hold asks that the report is not published yet. End the hold first.",
    ),
    _since_clearance(
        ("attach_home_office_letter",),
        "The Home Office's letter is not with the documents. Add it first: it is published beside the report.",
    ),
    _since_clearance(
        ("fix_action_plan",), "The version of the action plan to be published is not fixed. Record it first."
    ),
    _since_clearance(("record_communications_plan",), "There is no communications plan. Record it first."),
)
"""What must be on the record before a report is published. Every missing part is named at once."""


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done from clearance until the review is in action monitoring."""
    completed_stages = since("csp_sign_off")
    return (
        Action(
            "check_anonymisation",
            "Check that nobody can be recognised",
            source=("pre_publication",),
            roles=CHAIRING,
            fields=(
                text("checked_documents", "What was checked: documents and versions"),
                choices(
                    "looked_for",
                    "What was looked for",
                    ("names", "Names"),
                    ("dates", "Exact dates"),
                    ("places", "Addresses and places"),
                    ("rare_facts", "Facts so rare that they point to somebody"),
                    ("hidden", "Hidden text and file properties"),
                ),
                optional(paragraph("redaction_log", "What was taken out or made general, and why")),
            ),
            authority=law.guidance("8"),
            main=True,
        ),
        Action(
            "second_check_anonymisation",
            "Check that nobody can be recognised, as a second person",
            source=("pre_publication",),
            roles=CHAIRING | MEDIA,
            fields=(optional(paragraph("second_check_notes", "What was looked at")),),
            guards=(
                _since_clearance(
                    ("check_anonymisation",), "The first check is not recorded. It comes before the second one."
                ),
                partial(
                    guards.another_person,
                    than=("check_anonymisation",),
                    reason="The person who made the first check cannot make the second one. Ask a colleague to do it.",
                ),
            ),
            authority=by_design("Two people look before anything is published"),
            main=True,
        ),
        Action(
            "tell_family_publication",
            "Record that the family knows of the publication",
            source=("pre_publication",),
            roles=CHAIRING,
            fields=(
                choice(
                    "final_report_seen",
                    "Have they seen the final report?",
                    ("yes", "Yes"),
                    ("does_not_wish", "They do not wish to"),
                    ("not_yet", "Not yet"),
                ),
                optional(paragraph("dates_to_avoid", "Days to avoid: birthdays, anniversaries, a trial, an inquest")),
                optional(paragraph("family_objection", "Any objection, and how it was weighed")),
            ),
            authority=law.guidance("6"),
            main=True,
        ),
        Action(
            "record_family_publication_attempts",
            "Record attempts to tell the family of the publication",
            source=("pre_publication",),
            roles=CHAIRING,
            fields=(text("publication_attempts", "Each attempt: date, how, by whom", many=True, help="One a line."),),
            authority=law.guidance("6"),
        ),
        Action(
            "attach_home_office_letter",
            "Put the Home Office's letter with the documents",
            source=("pre_publication",),
            roles=CASEWORK,
            fields=(
                text("letter_for_publication", "The letter: reference or where it is kept"),
                file("letter_for_publication_file", "The letter"),
            ),
            authority=CLEARANCE,
            main=True,
        ),
        Action(
            "fix_action_plan",
            "Fix the version of the action plan to be published",
            source=("pre_publication",),
            roles=CASEWORK,
            fields=(
                text("action_plan_version", "Which version?", help="For example 1 or March 2027."),
                file("action_plan_file", "The action plan"),
            ),
            authority=by_design("The plan goes on changing; what is published is one version of it"),
            main=True,
        ),
        Action(
            "record_communications_plan",
            "Record the communications plan",
            source=("pre_publication",),
            roles=MEDIA,
            fields=(
                paragraph("communications_plan", "Who is told, when and how; lines to take"),
                Field("embargo_until", "Embargo until", FieldType.DATETIME, required=False, future=True),
                optional(day("planned_for", "Planned day of publication", future=True)),
            ),
            authority=law.guidance("8"),
            main=True,
        ),
        Action(
            "return_to_amending",
            "Change the cleared report again",
            source=("pre_publication",),
            to="amending",
            roles=CASEWORK,
            fields=(paragraph("return_to_amending_reason", "What must change, and who was asked"),),
            authority=law.guidance("8"),
            help="The checks are made again after the report is cleared again.",
        ),
        Action(
            "publish",
            "Record publication",
            source=("pre_publication",),
            to="published",
            roles=CASEWORK,
            fields=(
                day("published_on", "Date published"),
                link("published_at", "Web address of the report"),
                text("other_places", "Other web addresses", required=False, many=True, help="One a line."),
                choice(
                    "redacted",
                    "Is anything withheld?",
                    ("no", "No, published in full"),
                    ("yes", "Yes, parts are redacted"),
                ),
                optional(paragraph("redaction_reason", "What is withheld, why, and who agreed")),
            ),
            guards=GATE,
            checks=(
                partial(
                    guards.needed_when,
                    field="redaction_reason",
                    when="redacted",
                    values=("yes",),
                    reason="Say what is withheld, why, and who agreed to it.",
                ),
            ),
            authority=CLEARANCE,
            help="dardr does not publish: it records what the partnership did.",
            main=True,
        ),
        Action(
            "decide_not_to_publish",
            "Record the decision not to publish",
            source=("pre_publication",),
            to="not_published",
            roles=DECIDERS,
            fields=(
                choice(
                    "not_published_reason",
                    "Why?",
                    ("children", "The welfare of children"),
                    ("others", "The welfare of others directly concerned"),
                    ("proceedings", "Proceedings under way"),
                    ("recognisable", "People could be recognised"),
                    ("other", "Another exceptional reason"),
                ),
                paragraph("not_published_reasons", "The reasons in full"),
                text("not_published_authorised_by", "Who authorised it? (their post)"),
                day("home_office_consulted_on", "When was the Home Office consulted?"),
                optional(day("look_again_on", "Look at it again on", future=True)),
            ),
            guards=(QA_POINTS_FINAL,),
            authority=law.guidance("8"),
        ),
        Action(
            "record_report_completed",
            "Record the day the report is treated as completed",
            source=completed_stages,
            roles=CASEWORK,
            fields=(
                choice(
                    "completed_version",
                    "Which version is treated as the completed one?",
                    ("final", "The final version, after quality assurance"),
                    ("signed_off", "The one signed off"),
                    ("resubmitted", "The one sent again"),
                ),
            ),
            guards=(
                partial(
                    guards.done,
                    action="sign_off",
                    reason="The partnership has not signed off the report. Record its sign-off first.",
                ),
            ),
            authority=law.copy,
            help="The Act does not say when a report is completed: the partnership does. The duty to send a copy begins"
            " on this day.",
        ),
        Action(
            "record_copy_to_commissioner",
            "Record the copy to the Domestic Abuse Commissioner",
            source=completed_stages,
            roles=CASEWORK,
            fields=(
                text("commissioner_copy", "How it was sent, and where that is kept"),
                choice(
                    "commissioner_copy_version",
                    "What was sent?",
                    ("anonymised", "The anonymised report"),
                    ("other", "Another version"),
                ),
                *(
                    ()
                    if law.regime == "s9"
                    else (text("secretary_of_state_copy", "How the copy to the Secretary of State was sent"),)
                ),
            ),
            guards=(
                partial(
                    guards.done,
                    action="sign_off",
                    reason="The partnership has not signed off the report. Record its sign-off first.",
                ),
            ),
            authority=law.copy,
            help="Owed whether or not the report is published.",
        ),
        Action(
            "record_copy_to_policing_body",
            "Record the copy to the Police and Crime Commissioner",
            source=completed_stages,
            roles=CASEWORK,
            fields=(text("policing_body_copy", "How it was sent"),),
            authority=law.guidance("8", note="Expected practice; no duty in the Act."),
        ),
        Action(
            "send_final_documents",
            "Record that the final documents were sent",
            source=("published", "action_monitoring"),
            roles=CASEWORK,
            fields=(
                choices(
                    "final_documents_to",
                    "To whom?",
                    ("home_office", "The Home Office"),
                    ("commissioner", "The Domestic Abuse Commissioner"),
                    ("contributors", "Those who contributed"),
                ),
                optional(link("library_entry", "Entry in the Home Office library")),
            ),
            authority=law.guidance("8"),
            main=True,
        ),
        Action(
            "record_taken_down",
            "Record that the report was taken off a website",
            source=("published", "action_monitoring"),
            roles=CASEWORK,
            keep_as="taken_down",
            fields=(paragraph("taken_down_reason", "Where, why, and who decided"),),
            authority=by_design(),
        ),
        Action(
            "start_action_monitoring",
            "Start monitoring the action plan",
            source=("published", "not_published"),
            to="action_monitoring",
            roles=CASEWORK,
            guards=(joint.partners_have_published,),
            authority=law.guidance("7"),
            main=True,
        ),
    )

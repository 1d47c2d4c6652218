"""Phase 6. The checks before publication, and publication itself. dardr records it; it publishes nothing."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, FreezesPlan
from workflows.processes.authorities import CLEARANCE, by_design, local
from workflows.processes.dardr_s9_1 import joint, publication_plan, websites
from workflows.processes.dardr_s9_1 import publication_waits as waits
from workflows.processes.dardr_s9_1.gate import GATE, QA_POINTS_FINAL, since_clearance
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import since
from workflows.processes.fields import choice, choices, day, file, link, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING, DECIDERS, MEDIA


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
                since_clearance(
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
        *publication_plan.actions(law),
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
                websites.WEBSITE,
                websites.WEBSITE_NAME,
                link("published_at", "Web address of the report", help="Others are recorded one by one afterwards."),
                choice(
                    "redacted",
                    "Is anything withheld?",
                    ("no", "No, published in full"),
                    ("yes", "Yes, parts are redacted"),
                ),
                optional(paragraph("redaction_reason", "What is withheld, why, and who agreed")),
                websites.LOOK_AGAIN,
            ),
            guards=GATE,
            checks=(
                websites.another_is_named,
                websites.NAMED,
                partial(
                    guards.needed_when,
                    field="redaction_reason",
                    when="redacted",
                    values=("yes",),
                    reason="Say what is withheld, why, and who agreed to it.",
                ),
            ),
            warnings=(
                waits.planned_day_is_to_be_avoided,
                waits.embargo_ends_that_day,
                waits.published_on_the_day_checked,
            ),
            effects=(FreezesPlan("publication"),),
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
        *_after_it_was_held_back(law),
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
        *websites.actions(),
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


def _after_it_was_held_back(law: Law) -> tuple[Action, ...]:
    """What can be done about a report that is not published: look again, and publish after all."""
    held_back = partial(
        guards.done,
        action="decide_not_to_publish",
        reason="No decision not to publish this report is on the record, so there is nothing to look at again.",
    )
    return (
        Action(
            "look_again_at_not_publishing",
            "Look again at the decision not to publish",
            source=("not_published", "action_monitoring"),
            roles=DECIDERS,
            keep_as="not_publishing_looks",
            fields=(
                paragraph("not_publishing_view", "What was looked at, and what was decided"),
                day("look_again_on", "Look at it again on", future=True),
            ),
            guards=(held_back, _is_held_back),
            authority=local("When to look again is the partnership's own choice"),
            help="It stays unpublished. To publish after all is a step of its own.",
        ),
        Action(
            "end_looks_at_not_publishing",
            "Record that it stays unpublished for good",
            source=("not_published", "action_monitoring"),
            roles=DECIDERS,
            fields=(paragraph("unpublished_for_good_because", "Why, and who decided"),),
            guards=(held_back, _is_held_back),
            authority=local("When to look again is the partnership's own choice"),
        ),
        Action(
            "publish_after_all",
            "Take up the publication again",
            source=("not_published", "action_monitoring"),
            to="pre_publication",
            roles=DECIDERS,
            fields=(
                paragraph("publish_after_all_because", "What has changed, and who was asked"),
                text("publish_after_all_by", "Who decided? (their post)"),
            ),
            guards=(held_back, _is_held_back),
            authority=law.guidance("8"),
            help="The conditions of a publication count again.",
        ),
    )


def _is_held_back(facts: Facts) -> Blocked | None:
    published, held_back = facts.done.get("publish"), facts.done.get("decide_not_to_publish")
    if held_back is None or published is None or published.seq < held_back.seq:
        return None
    return Blocked("The report was published since. There is nothing to look at again.")

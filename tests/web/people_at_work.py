"""What is on record when a browser test begins: reviews at many stages, with items, holds and late replies."""

from __future__ import annotations

from datetime import date

from dardr.casework import notifying
from dardr.casework.files import FileGiven
from dardr.casework.notifying import Way
from dardr.storage.engine import Database
from tests.builders import Case, a_review, actor, address, at_ten, open_a
from tests.chronology_files import HEALTH, POLICE, excel
from tests.mails import eml

NOW = "2026-12-07T09:00"


def a_panel(review: Case) -> dict[str, str]:
    """A panel of two, a meeting without a quorum whose minutes ask for something, and one to come with papers."""
    review.act("set_quorum", {"quorum_bodies": "2", "quorum_specialist": "yes"})
    about = {"represents": "agency", "no_case_management": "declared"}
    member = {"body": "mereshire-police", "position": "Head of public protection", "account": address("panel_member")}
    seat = review.act("add_panel_member", {**about, **member}).created[0]
    review.act("add_panel_member", {**about, "body": "mereshire-nhs", "member_email": "member@nhs.example"})
    planned = {"title": "First look", "starts_at": "10:00", "held": "both", "agenda": ["Welcome", "Returns"]}
    held = review.act("plan_meeting", {**planned, "meeting_on": review.today.isoformat()}).created[0]
    review.act("record_held", {"present": [seat], "decisions": "More is asked."}, ref=held)
    review.act("record_minutes", {"minutes": "In the folder"}, ref=held)
    asked = {"title": "Ask the trust", "given_to": address("case_manager"), "due_on": "2026-12-18"}
    review.act("add_minute_action", asked, ref=held)
    to_come = {**planned, "title": "Second look", "meeting_on": "2026-12-16", "place": "Room 1"}
    meeting = review.act("plan_meeting", to_come).created[0]
    for_some = {"for_seats": [seat], "some_paper": "Questions", "some_files": [FileGiven("q.txt", b"Questions")]}
    review.act("add_papers_for_some", for_some, ref=meeting)
    return {"seat": seat, "meeting held": held, "meeting": meeting}


def a_plan(review: Case) -> dict[str, str]:
    """Two recommendations: one answered by a body and by an action, its wording changed; one sent to a department."""
    made = {
        "recommendation_text": "Ask about safety at each visit.", "number": "5.1", "rec_source": "panel",
        "scope": "local", "addressees": ["northmere-council", "mereshire-nhs"], "themes": ["training"],
    }  # fmt: skip
    ref = review.act("add_recommendation", made).created[0]
    changed = {**made, "recommendation_text": "Ask about safety, alone, at each visit.", "change_reason": "The panel"}
    review.act("change_recommendation", changed, ref=ref)
    national = review.act("add_recommendation", {**made, "scope": "national", "department": "Home Office"}).created[0]
    for one in (ref, national):
        review.act("make_recommendation", ref=one)
    answer = {"responding_body": "mereshire-nhs", "response": "partly", "response_reason": "In two of three places."}
    review.act("respond", {**answer, "responded_by": "Chief nurse"}, ref=ref)
    review.act("send_to_department", {"sent_how": "letter"}, ref=national)
    action = {"action_text": "Change the form", "lead_body": "northmere-council", "plan_source": "panel"}
    done = review.act("add_action", {**action, "scope": "local", "recommendations": [ref]})
    return {"recommendation": ref, "national recommendation": national, **an_action(review, done.created[0])}


def an_action(review: Case, ref: str) -> dict[str, str]:
    """The action worked on, its date moved three times, with another body's part; another one reported complete."""
    agreed = {"target_date": "2027-01-29", "outcome_measure": "An audit", "agreed_by": "Director"}
    review.act("agree", {**agreed, "milestones": "First session, 30 October 2026"}, ref=ref)
    for day in ("2027-02-26", "2027-03-26", "2027-04-30"):
        review.act("agree_new_date", {"clock": "action_due", "new_date": day, "reason": "A trainer left"}, ref=ref)
    asked = {"bodies": ["mereshire-nhs"], "share_text": "Change the form on wards", "share_due": "2027-02-26"}
    part = review.act("ask_to_share", asked, ref=ref).created[0]
    told = {"progress": "The form is drafted", "needs": "A room"}
    late = {"suggested_date": "2027-05-28", "suggested_reason": "The system is replaced"}
    review.act("record_update", {**told, **late}, ref=ref)
    second = {"action_text": "Train staff", "lead_body": "northmere-council", "plan_source": "panel", "scope": "local"}
    done = review.act("add_action", second).created[0]
    review.act("agree", agreed, ref=done)
    review.act("claim_complete", {"evidence": "The register of sessions"}, ref=done)
    return {"action": ref, "part of an action": part, "action to verify": done}


def a_family(review: Case) -> dict[str, str]:
    """Two branches of a family: one that takes part, reads and comments, and one that nobody has asked yet."""
    refs = {
        name: open_a(
            review.database,
            "family-branch",
            {"title": title, "added_on": review.today.isoformat(), "contact_name": f"{name.capitalize()} Sample"},
            on=review.today,
            parent_ref=review.ref,
        ).ref
        for name, title in (("family", "Branch 1: mother's side"), ("other family", "Branch 2: a friend"))
    }
    ref = refs["family"]
    review.act("confirm_recipient", {"recipient": "neither", "recipient_known_from": "The liaison officer."}, ref=ref)
    wishes = {"takes_part_through": "directly", "updates_by": "case_manager", "update_how": ["call"]}
    review.act("record_taking_part", wishes, ref=ref)
    review.act("record_safe_contact", {"safe_how": "Text first", "safe_never": "Leave a message"}, ref=ref)
    review.act("record_dates_to_avoid", {"dates_to_avoid": ["14 February: birthday"]}, ref=ref)
    review.act("prepare_letter", {"letter_about": "reading"}, ref=ref)
    told = {"update_text": "The report has gone to the Home Office.", "given_by": "chair", "update_given_how": "call"}
    review.act("give_update", told, ref=ref)
    review.act("give_leaflets", {"leaflets": ["family"], "leaflets_how": "person"}, ref=ref)
    review.act("give_draft", {"version": "1", "given_how": "private"}, ref=ref)
    for where in ("4.12", "5.1"):
        comment = {"version": "1", "comment_where": where, "comment_text": "It was in May, not in March."}
        review.act("record_comment", comment, ref=ref)
    answered = {"comment_outcome": "will_change", "comment_answer": "The month is put right."}
    seq = str(review.record(ref).facts["comments"][0]["seq"])
    review.act("answer_comment", {**answered, "comment": seq}, ref=ref)
    review.act("record_question", {"question": "Why did nobody ask her alone?", "asked_how": "meeting"}, ref=ref)
    return refs


def fill(database: Database) -> dict[str, str]:
    """Put fictional work on record by real actions; gives the reference of each by what it is."""
    refs = {"pending": a_review(database, "decision_pending", display_pseudonym="Willow 2025").ref}
    evidence = a_review(database, "evidence", display_pseudonym="Rowan 2023")
    evidence.act(
        "request_returns",
        {"bodies": ["northmere-council", "mereshire-nhs"], "kind": "imr"},
    )
    evidence.act(
        "place_hold",
        {
            "kind": "trial",
            "reason": "The trial is listed for the spring.",
            "asked_by": "cps",
            "activities": ["family_interviews"],
            "clocks": ["imr_return"],
        },
    )
    evidence.act(
        "record_parallel_process",
        {"parallel_kind": "criminal", "parallel_status": "under_way", "parallel_contact": "Disclosure officer"},
    )
    refs["proceeding"] = evidence.opened("proceeding")[0]
    window = {"hearing_kind": "trial", "hearing_from": "2027-02-01", "hearing_to": "2027-02-19"}
    evidence.act("add_hearing", {**window, "hearing_standing": "tentative"}, ref=refs["proceeding"])
    evidence.act(
        "move_hearing",
        {"hearing": "1", "hearing_from": "2027-04-12", "hearing_standing": "fixed", "moved_because": "No court room."},
        ref=refs["proceeding"],
    )
    paper = {"title": "Terms of reference", "document_kind": "terms_of_reference", "version": "1"}
    given = FileGiven("terms.txt", b"Fictional terms.", "text/plain")
    refs["document"] = evidence.act("file_document", {**paper, "file": given}).created[0]
    second = {"version": "2", "version_changes": "The scope", "kept_where": "The shared folder"}
    evidence.act("add_version", second, ref=refs["document"])
    evidence.act(
        "record_held_back",
        {
            "title": "Records of one service",
            "whose_information": "person_who_died",
            "held_by": "The service",
            "ground": "legal_advice",
            "who_decides": "holder",
            "next_step": "Ask again",
            "next_step_by": "2027-01-11",
        },
    )
    evidence.act(
        "record_disclosure",
        {
            "material": "Draft report, with the team",
            "material_version": "Draft 1",
            "material_dated": evidence.today.isoformat(),
            "asked_by": ["cps"],
        },
    )
    evidence.act(
        "agree_new_date",
        {
            "clock": "overview_report",
            "new_date": "2027-03-12",
            "reason": "A witness was away.",
            **{f"{name}_on": evidence.today.isoformat() for name in ("agreed_by_panel", "agreed_by_partnership")},
            "home_office_told_on": evidence.today.isoformat(),
        },
    )
    message = eml(sent=at_ten(evidence.today), attachments=[("a.pdf", b"%PDF")])
    evidence.act("file_correspondence", {"message": FileGiven("a.eml", message)})
    refs |= a_panel(evidence)
    refs |= a_plan(evidence)
    refs["evidence"] = evidence.ref
    refs["return"] = evidence.opened("agency-return")[0]
    evidence.act("add_chronology", {"chronology_file": excel(POLICE)}, ref=refs["return"])
    evidence.act("add_chronology", {"chronology_file": excel(HEALTH)}, ref=evidence.opened("agency-return")[1])
    refs["task"] = evidence.act(
        "add_task",
        {"title": "Book a room for the panel", "given_to": address("case_manager"), "due_on": "2026-12-10"},
    ).created[0]
    with database.write() as session:
        manager = actor(session, "case_manager")
        typed = {"person_name": ["Somebody"], "age": ["15"], "notifier": ["health"], "area": ["Northmere"]}
        form = notifying.begin(session, at_ten(date(2026, 12, 6)), Way.TEAM, user_id=manager.id, typed=typed)
        refs["form"] = str(form.number)
    refs["commissioning"], refs["chair"] = _commissioned(database)
    amending = a_review(database, "amending")
    refs["amending"] = amending.ref
    refs |= a_family(amending)
    refs["before publication"] = a_review(database, "pre_publication").ref
    refs["published"] = a_review(database, "published").ref
    report = open_a(
        database,
        "section8-report",
        {"title": "A thematic report", "report_published_on": "2026-05-01", "report_url": "https://reports.example/1"},
        on=date(2026, 5, 1),
    )
    report.act("add_recommendation", {"number": "1", "text": "Do this."})
    report.act(
        "name_body",
        {
            "bodies": ["mereshire-police", "mereshire-nhs"],
            "recommendations_addressed": "1",
        },
    )
    refs["section 8 report"] = report.ref
    refs["section 15 request"] = open_a(
        database,
        "section15-request",
        {
            "title": "How reviews are used",
            "requested_on": "2026-11-02",
            "requested_by": "Head of policy",
            "asked_for": "Numbers of reviews.",
            "bodies": ["mereshire-nhs", "mereshire-fire"],
            "partnership_asked": "yes",
            "answer_by": "2026-12-11",
        },
        on=date(2026, 11, 2),
    ).ref
    refs["reply"] = report.opened("commissioner-reply")[0]
    refs.update(_a_round(database))
    return refs


def _a_round(database: Database) -> dict[str, str]:
    """A round of updates in which one agency was asked, and has not answered."""
    days = {"meeting_on": "2026-12-17", "opens_on": "2026-11-19", "closes_on": "2026-12-03", "planned_on": "2026-11-02"}
    asked = open_a(database, "update-round", days, on=date(2026, 11, 2))
    asked.today = date(2026, 11, 19)
    asked.act("open_updates", {"bodies_asked": ["northmere-council"]})
    return {"round of updates": asked.ref, "updates asked": asked.opened("update-request")[0]}


def _commissioned(database: Database) -> tuple[str, str]:
    """A review whose chair is under contract and has a conflict found late, and the chair; another one declined."""
    review = a_review(database, "commissioning", on=date(2026, 6, 1))
    names, chairs = ("Ash Fielding", "Birch Gale"), []
    for name in names:
        on_register = {
            "title": name,
            "home_office_training": "yes",
            "listed_on": "2026-06-01",
            "usual_fee": "£500 a day",
        }
        chairs.append(open_a(database, "chair", on_register, on=date(2026, 6, 1)))
    chairs[0].act(
        "add_chair_interest", {"bodies": ["mereshire-nhs"], "interest": "worked_for", "interest_until": "2020"}
    )
    chairs[0].act("record_chair_feedback", {"feedback_from": "panel", "quality_of_chairing": "good"})
    first, second = (review.act("invite_chair", {"invited_chair": chair.ref}).created[0] for chair in chairs)
    review.act("record_declined", {"declined_because": "No time before the spring"}, ref=second)
    today = review.today.isoformat()
    for action, values in (
        ("record_quote", {"quote_pounds": "9000", "quote_days": "18"}),
        ("record_conflict_check", {"conflict_outcome": "none"}),
        ("choose_chair", {}),
        ("record_contract", {"contract_dated": today, "contract_kept_at": "Folder", "data_protection": "agreed"}),
        ("plan_payment", {"payment": "First draft", "payment_pounds": "3000", "payment_due_on": today}),
        ("plan_payment", {"payment": "Final report", "payment_pounds": "6000"}),
        ("record_payment", {"payment": "First draft"}),
        ("record_late_conflict", {"late_conflict": "Advised one of the bodies", "late_conflict_told_by": "chair"}),
    ):
        review.act(action, values, ref=first)
    return review.ref, chairs[0].ref

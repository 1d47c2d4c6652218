"""Which column of a tracker holds which fact, which of its words mean which stage; suggested, and remembered.

A suggestion is a guess from the heading; a person looks at it before anything is brought in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from dardr.casework.tables.columns import GOOD, KEEP, Fact, plain
from dardr.casework.tables.reading import Value, shown

LEAVE = "left_out"
"""Not taken at all, and empty in the tracker that is given back."""
LEAVE_ROW = "leave"
"""A word of the stage column whose rows are not brought in."""


FACTS: tuple[Fact, ...] = (
    Fact(
        "reference",
        "Our own reference",
        "text",
        (
            "reference",
            "ref",
            "our ref",
            "case ref",
            "case number",
            "case no",
            "dhr number",
            "dhr ref",
            "dardr ref",
            "id",
            "case id",
            "unique reference",
            "no",
        ),
    ),
    Fact(
        "display_pseudonym",
        "Name used for the person (pseudonym)",
        "text",
        ("pseudonym", "case name", "review name", "known as", "dhr name", "dardr name", "case"),
    ),
    Fact(
        "csp",
        "Community Safety Partnership",
        "csp",
        ("csp", "community safety partnership", "area", "district", "partnership", "borough", "local authority"),
    ),
    Fact(
        "stage",
        "Stage or status",
        "stage",
        ("stage", "status", "current stage", "current status", "position", "progress", "where is it", "state"),
    ),
    Fact(
        "death_date",
        "Date of death",
        "day",
        ("date of death", "dod", "death", "died", "date of incident", "incident date", "date of homicide"),
    ),
    Fact(
        "notified_on",
        "Date notified",
        "day",
        (
            "date notified",
            "notified",
            "notification",
            "notification date",
            "referral date",
            "date of referral",
            "date received",
            "referred",
        ),
    ),
    Fact(
        "csp_aware_on",
        "Date the partnership first knew",
        "day",
        ("date aware", "csp aware", "aware date", "aware", "date first known", "first known"),
    ),
    Fact(
        "decision",
        "Decision (as words)",
        "keep",
        ("decision", "outcome", "dhr agreed", "review agreed", "criteria met", "decision outcome"),
    ),
    Fact(
        "decided_on",
        "Date of the decision",
        "day",
        ("decision date", "date of decision", "decided", "date decided", "date agreed", "date commissioned"),
    ),
    Fact(
        "chair",
        "Independent chair",
        "text",
        ("chair", "independent chair", "chair author", "chair and author", "chair name", "author"),
    ),
    Fact(
        "chair_appointed_on",
        "Date the chair was appointed",
        "day",
        ("chair appointed", "date chair appointed", "chair appointment date"),
    ),
    Fact(
        "terms_approved_on",
        "Date the terms of reference were approved",
        "day",
        ("tor agreed", "terms of reference agreed", "tor date", "terms of reference", "tor approved"),
    ),
    Fact(
        "case_manager",
        "Case manager",
        "person",
        (
            "case manager",
            "case officer",
            "lead officer",
            "kcst lead",
            "officer",
            "lead",
            "owner",
            "responsible officer",
            "manager",
            "allocated to",
        ),
    ),
    Fact(
        "report_due",
        "Overview report due, as agreed",
        "day",
        (
            "report due",
            "overview report due",
            "due date",
            "due",
            "agreed date",
            "deadline",
            "target date",
            "completion due",
            "expected completion",
        ),
    ),
    Fact(
        "signed_off_on",
        "Date of the partnership's sign-off",
        "day",
        ("sign off", "signed off", "csp sign off", "date signed off", "csp approved"),
    ),
    Fact(
        "submitted_on",
        "Date submitted to the Home Office",
        "day",
        (
            "submitted",
            "submitted to home office",
            "sent to home office",
            "ho submission",
            "date submitted",
            "submission date",
            "sent to ho",
        ),
    ),
    Fact(
        "letter_dated",
        "Date of the Home Office's letter",
        "day",
        ("qa letter", "home office letter", "ho letter", "letter received", "feedback received"),
    ),
    Fact("published_on", "Date published", "day", ("published", "date published", "publication date", "publication")),
    Fact(
        "note",
        "Notes",
        "note",
        (
            "notes",
            "comments",
            "update",
            "latest update",
            "comment",
            "narrative",
            "actions",
            "next steps",
            "progress notes",
            "latest position",
        ),
        many=True,
    ),
    Fact(
        "last_update", "Date of the last update", "update", ("last update", "last updated", "date updated", "updated")
    ),
    Fact(
        "person_name",
        "Name of the person who died (kept apart)",
        "identity",
        ("victim", "victim name", "name of victim", "deceased", "name of deceased", "name", "full name"),
    ),
    Fact("date_of_birth", "Date of birth (kept apart)", "identity", ("dob", "date of birth", "victim dob")),
    Fact("address", "Last address (kept apart)", "identity", ("address", "home address", "victim address")),
    Fact("next_of_kin", "Next of kin (kept apart)", "identity", ("next of kin", "nok", "family contact", "family")),
    Fact(
        "crime_number",
        "Crime or incident number (kept apart)",
        "identity",
        ("crime number", "crime ref", "crime reference", "incident number", "police ref"),
    ),
    Fact(
        "senior_investigating_officer",
        "Senior investigating officer (kept apart)",
        "identity",
        ("sio", "senior investigating officer", "police lead"),
    ),
)

BY_KEY: dict[str, Fact] = {fact.key: fact for fact in FACTS}
IDENTITY: tuple[str, ...] = tuple(f.key for f in FACTS if f.kind == "identity")

STAGE_WORDS: dict[str, tuple[str, ...]] = {
    "notified": ("notified", "new", "new notification", "received", "referral received"),
    "screening": ("screening", "scoping", "information gathering", "awaiting information", "initial scoping"),
    "decision_pending": ("decision pending", "awaiting decision", "core group", "for decision", "with csp chair"),
    "decided_review": ("review decided", "review agreed", "criteria met", "agreed dhr", "decision made"),
    "no_review_scrutiny": ("no review", "not met", "criteria not met", "no dhr", "no review with the home office"),
    "commissioning": ("commissioning", "appointing chair", "chair to be appointed", "chair recruitment", "set up"),
    "terms_of_reference": ("terms of reference", "tor", "drafting tor", "first panel"),
    "evidence": ("evidence", "gathering evidence", "imrs", "imr stage", "awaiting imrs", "panel", "panels under way"),
    "drafting": ("drafting", "draft report", "report writing", "overview report drafting", "with family",
                 "draft with family", "report being written"),
    "csp_sign_off": ("sign off", "csp sign off", "with csp", "for sign off", "partnership sign-off"),
    "submitted": ("submitted", "sent to home office", "submitted to home office"),
    "home_office_qa": ("home office", "with the home office", "home office qa", "awaiting qa", "ho qa", "qa panel"),
    "amending": ("amending", "amendments", "qa amendments", "post qa amendments", "responding to qa"),
    "pre_publication": ("before publication", "pre publication", "awaiting publication", "cleared", "ready to publish"),
    "published": ("published",),
    "not_published": ("not published", "not to be published"),
    "action_monitoring": ("action monitoring", "action plan", "actions", "monitoring", "action plan monitoring"),
    LEAVE_ROW: ("closed", "completed", "complete", "concluded", "archived", "not progressing", "withdrawn"),
}  # fmt: skip
"""Words that teams use for the stages of a review, for the first guess."""


def looks_like_identity(heading: str, values: Sequence[Value], fact: str) -> str:
    """Why a column that would be kept with the record looks as if it held names or dates of birth; else nothing."""
    if fact in IDENTITY or fact in (LEAVE, "chair", "case_manager", "csp", "stage", "reference"):
        return ""
    said = plain(heading)
    if re.search(r"\b(dob|birth|victim|deceased|perpetrator|suspect|offender|next of kin|nok|address|name)\b", said):
        if not re.search(r"\b(case name|review name|dhr name|pseudonym|date of death|file name)\b", said):
            return f"The heading “{heading}” sounds as if the column held names, addresses or dates of birth."
        return ""
    if fact not in (KEEP, "note", "decision"):
        return ""
    words = [shown(v) for v in values if isinstance(v, str)]
    names = [w for w in words if re.fullmatch(r"[A-Z][a-z'’-]+( [A-Z][a-z'’-]+){1,2}", w)]
    if len(words) >= 3 and len(names) >= 0.6 * len(words):
        return f"Most of what the column “{heading}” holds looks like names of people."
    return ""


# --- stages -----------------------------------------------------------------------------------------------


def suggest_stage(word: str, labels: Mapping[str, str]) -> str:
    """The stage a word of the tracker is likely to mean; nothing where that cannot be guessed."""
    said = plain(word)
    for key, label in labels.items():
        if said in (plain(label), key.replace("_", " ")):
            return key
    offered = {one: key for key, words in STAGE_WORDS.items() for one in words}
    if said in offered:
        return offered[said]
    found = process.extractOne(said, list(offered), scorer=fuzz.token_sort_ratio, score_cutoff=GOOD)
    return offered[found[0]] if found else ""

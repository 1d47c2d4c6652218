"""What an action asks: fields, the kinds of answer, where choices come from, the four ways of not knowing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from workflows.authority import Role


class FieldType(StrEnum):
    """The kinds of answer. Each edge (form, command line, JSON) reads and writes all of them.

    ``ROWS`` are lines that the service reads from another answer: always ``filled``, never typed.
    """

    TEXT = "text"
    DATE = "date"
    PARTIAL_DATE = "partial-date"
    DATETIME = "datetime"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    URL = "url"
    EMAIL = "email"
    FILE = "file"
    ROWS = "rows"


class From(StrEnum):
    """Where the choices of a field come from when they are not fixed: looked up when the form is shown."""

    CSPS = "csps"
    BODIES = "bodies"
    BODIES_TO_NAME = "bodies_to_name"
    RECOMMENDATIONS = "recommendations"
    REPORT_RECOMMENDATIONS = "report_recommendations"
    ADDRESSEES = "addressees"
    PEOPLE = "people"
    CASE_MANAGERS = "case_managers"
    REVIEWS = "reviews"
    SECTION8_REPORTS = "section8_reports"
    OPEN_HOLDS = "open_holds"
    HOLDS = "holds"
    CLOCKS_TO_PAUSE = "clocks_to_pause"
    CLOCKS_TO_MOVE = "clocks_to_move"
    CLOCKS_TO_REMIND = "clocks_to_remind"
    AGREED_DATES = "agreed_dates"
    VERSIONS = "versions"
    ITEMS = "items"
    PARTNERS = "partners"
    PERSONS = "persons"
    COMMENTS = "comments"
    REVIEW_VERSIONS = "review_versions"
    FAMILY_READINGS = "family_readings"
    FAMILY_COMMENTS = "family_comments"
    FAMILY_VISITS = "family_visits"
    WEBSITES = "websites"
    WEB_TEAMS = "web_teams"
    WEBSITES_PUBLISHED = "websites_published"
    FAMILY_TO_TELL = "family_to_tell"
    DAYS_TO_AVOID = "days_to_avoid"
    CAREFUL_DAYS = "careful_days"
    CHAIRS = "chairs"
    CHAIRS_UNDER_CONTRACT = "chairs_under_contract"
    PAYMENTS = "payments"
    PROCEEDINGS = "proceedings"
    OPEN_HEARINGS = "open_hearings"
    PANEL_SEATS = "panel_seats"
    PANEL_SEATS_THEN = "panel_seats_then"
    MEETINGS_HELD = "meetings_held"
    MILESTONES = "milestones"


UNKNOWN_VALUES: dict[str, str] = {
    "not_asked": "Not asked yet",
    "not_known": "Asked, not known",
    "refused": "Asked, would not say",
    "not_applicable": "Does not apply",
}
"""Four different kinds of not knowing. They are values of their own, never an empty cell."""


OWN_PLACES: dict[str, str] = {
    "notification": "Notification of a death",
    "scoping": "Information return of an agency, for the decision",
    "imr_checklist": "Quality checklist of a management review",
    "feedback": "Feedback on a review",
}
"""The forms to which a partnership may add questions of its own: what an action names, and what people read."""
OWN_NAME = re.compile(r"own_.+_v\d+")
"""What the facts are called that hold the answers to a partnership's own questions, and no others."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: what is stored, and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One fact that an action records. Drives the web form, the command line and the JSON schema alike.

    ``unknown`` allows the four values of ``UNKNOWN_VALUES``; not ``unknown_offered``: they are taken, from an import,
    and no form offers them. ``future`` allows a date after today.
    ``identity`` sends the value to the identity store, apart from the pseudonymous record. ``seen_by`` are the roles
    that read the answer; empty, everyone who sees the record does.
    ``many`` on a text field means one entry a line, on a file field several files. ``filled`` marks what the service
    reads from another answer (the sender of a message): nobody is asked it, and nobody can type it. ``notable`` puts
    the fact on the summary. A whole number is never below 0, nor above ``most``. ``when_asked``: a form shows it only
    once a check asks for it (a reason that is needed in some weeks). ``undated`` is what somebody is told who answers a
    date with words such as “ongoing” or “to be confirmed”.
    """

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    required: bool = True
    choices: tuple[Choice, ...] = ()
    choices_from: From | None = None
    many: bool = False
    unknown: bool = False
    unknown_offered: bool = True
    identity: bool = False
    future: bool = False
    long: bool = False
    notable: bool = False
    help: str = ""
    default: str | None = None
    most: int | None = None
    filled: bool = False
    when_asked: bool = False
    undated: str = ""
    seen_by: frozenset[Role] = frozenset()

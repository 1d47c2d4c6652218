"""A rehearsal moved day by day from the command line: what each date reads, and on which days who is written to."""

from __future__ import annotations

import email
import json
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.cli.conftest import Dardr

Json = dict[str, Any]
PEOPLE = {
    "manager": ("--role", "case_manager"),
    "second": ("--role", "case_manager"),
    "team": ("--role", "team_manager"),
    "chair": ("--role", "deciding_chair"),
    "contact": ("--role", "agency_contact", "--body", "kent-police"),
    "lead": ("--role", "agency_lead", "--body", "kent-police"),
}
CRITERIA = {
    "in_area": "yes", "age": "34", "cause": "violence_or_abuse", "manner": "homicide", "relationship": "spouse",
    "evidence_of_abuse": "yes", "perpetrator_age": "not_known", "perpetrator_died": "no",
    "other_statutory_review": "none",
}  # fmt: skip
DECISION = {"decision_reasons": "The criteria are met.", "decided_by": "chair", "decision_evidence": "An e-mail."}


class Days:
    """The command line on a rehearsal that stands at a day."""

    def __init__(self, dardr: Dardr, today: str, *people: str) -> None:
        self.dardr, self.now = dardr, f"{today}T09:00"
        for key in people:
            self("user", "add", f"{key}@partnership.example", "--name", key.title(), *PEOPLE[key])

    def on(self, day: str) -> Days:
        """Go to nine in the morning of a day, or to a time given with it."""
        self.now = day if "T" in day else f"{day}T09:00"
        return self

    def __call__(self, *args: str) -> Any:
        return self.dardr.ok(*args, now=self.now)

    def act(self, ref: str, action: str, by: str = "", on: str = "", **values: Any) -> Json:
        """Do it; it must be done."""
        return self(*self._act(ref, action, by, on, values))

    def refused(self, ref: str, action: str, by: str = "", on: str = "", **values: Any) -> list[Json]:
        """Try it; it must be refused: the fields to blame and the reasons."""
        said = self.dardr(*self._act(ref, action, by, on, values), "--json", now=self.now)
        assert said.code == 1, said
        return said.json["refused"]

    def _act(self, ref: str, action: str, by: str, on: str, values: Json) -> list[str]:
        who = ["--as", f"{by}@partnership.example"] if by else []
        return ["review", "act", ref, action, "--on", on or self.now[:10], *who, *fields(values)]

    def deadline(self, ref: str, clock: str) -> Json:
        """The one deadline of a record for a clock."""
        (found,) = [
            d
            for d in self("review", "deadlines", ref)["deadlines"]
            if d["ref"] == ref and clock in (d["id"], d["clock"])
        ]
        return found

    def reads(self, ref: str, clock: str, *days: str) -> list[str]:
        """What a deadline reads on each of these days."""
        return [self.on(day).deadline(ref, clock)["state"] for day in days]

    def open_review(self, **more: Any) -> str:
        """A review notified today."""
        today = self.now[:10]
        return self(
            "review", "open",
            *fields({
                "notifier": "police", "notified_on": today, "csp_aware_on": today, "in_writing": "yes",
                "csps": "canterbury", "death_date": "2026-01-01", "age": "34", "manner": "homicide",
                "relationship": "spouse", **more,
            }),
        )["ref"]  # fmt: skip

    def to_decision(self, ref: str) -> None:
        """Everything up to the deciding chair, today."""
        self.act(ref, "accept_notification", area_confirmed="yes")
        self.act(ref, "record_criteria", **CRITERIA)
        self.act(ref, "ready_for_decision")

    def to_evidence(self, ref: str) -> None:
        """From the notification to the evidence, today; a second person checks the decision."""
        self("user", "add", "second@partnership.example", "--name", "Second", *PEOPLE["second"])
        self.to_decision(ref)
        self.act(ref, "decide_review", criteria_limb="intimate", **DECISION)
        self.act(ref, "second_person_check", by="second", decision_check="in_order")
        self.act(ref, "tell_home_office", home_office_notice="An e-mail.")
        self.act(ref, "start_commissioning")
        self.act(ref, "appoint_chair", chair="A fictional chair", chair_independence="declared")
        self.act(ref, "appoint_panel", specialist_on_panel="yes")
        self.act(
            ref, "approve_terms", scope_from="2024-01-01", scope_to="2026-01-01", key_lines=["Risk"],
            agencies=["kcc", "kent-police"], equality_plan="Each in turn.", family_consulted_on_terms="yes",
        )  # fmt: skip
        self.act(ref, "start_evidence")


def fields(values: Json) -> list[str]:
    """Answers as options; a list repeats its option."""
    return [
        part
        for name, value in values.items()
        for one in (value if isinstance(value, list) else [value])
        for part in ("--field", f"{name}={one}")
    ]


class Post:
    """A real mail server on this machine, and what it was given."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []
        self.texts: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep one message."""
        message = email.message_from_bytes(envelope.content)
        self.letters += [(to.partition("@")[0], str(message["Subject"])) for to in envelope.rcpt_tos]
        self.texts.append(envelope.content.decode())
        return "250 Kept"


@pytest.fixture
def in_sqlite(sqlite_url: str, tmp_path: Path) -> Dardr:
    """A rehearsal on SQLite alone, for what does not depend on the database."""
    command = Dardr(sqlite_url, tmp_path / "data")
    command.ok("db", "upgrade", "--rehearsal")
    return command


@pytest.fixture
def post(rehearsal: Dardr) -> Iterator[Post]:
    """A mail server on loopback, to which this rehearsal sends."""
    kept = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    rehearsal.env |= {
        "DARDR_SMTP_HOST": "127.0.0.1",
        "DARDR_SMTP_PORT": str(port),
        "DARDR_SMTP_TLS": "none",
        "DARDR_MAIL_FROM": "team@partnership.example",
        "DARDR_BASE_URL": "https://reviews.partnership.example",
    }
    yield kept
    controller.stop()


def _post_of_each_day(days: Days, post: Post, first: date, last: date) -> list[tuple[str, str]]:
    """Run the worker once on each day; who was written to on which day."""
    found: list[tuple[str, str]] = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        before = len(post.letters)
        days.on(day.isoformat())("worker", "--once")
        found += [(f"{day:%d %b}", to) for to, _ in post.letters[before:]]
    return found


def test_who_is_written_to_on_which_day(rehearsal: Dardr, post: Post) -> None:
    days = Days(rehearsal, "2026-07-01", "manager", "team", "chair", "contact", "lead")
    ref = days.open_review(death_date="2026-06-25")
    days.act(ref, "assign_case_manager", case_manager="manager@partnership.example")
    days.act(ref, "accept_notification", area_confirmed="yes")
    (asked,) = days.act(ref, "request_information", bodies="kent-police", questions="What was known?")["created"]
    assert days.deadline(asked, "D11")["due"] == "2026-07-15"
    assert days.deadline(ref, "D02")["due"] == "2026-08-01"
    # Fourteen days to the return: of the rungs only 7 and 1; thirty-one to the decision: 14, 7 and 1. What falls on a
    # weekend is said on the Friday before: 1 August is a Saturday, and 31 July says that it is due. Lateness is never
    # passed on early: the team hears on Monday. Nobody is the executive of that body, so the deciding chair is told.
    assert _post_of_each_day(days, post, date(2026, 7, 1), date(2026, 8, 10)) == [
        ("01 Jul", "contact"),
        ("08 Jul", "contact"),
        ("14 Jul", "contact"),
        ("15 Jul", "contact"),
        ("17 Jul", "chair"),
        ("22 Jul", "contact"),
        ("22 Jul", "lead"),
        ("24 Jul", "chair"),
        ("29 Jul", "contact"),
        ("31 Jul", "chair"),
        ("05 Aug", "contact"),
        ("05 Aug", "chair"),
        ("07 Aug", "chair"),
        ("10 Aug", "team"),
    ]
    # Twice on one day says nothing twice; three weeks away is one message each; what is done is never asked for.
    before = len(post.letters)
    days("worker", "--once")
    assert len(post.letters) == before
    days.act(asked, "record_not_known", searched="The records, by the records manager")
    days.on("2026-09-01")("worker", "--once")
    days("worker", "--once")
    assert [to for to, _ in post.letters[before:] if to in ("chair", "contact", "lead", "team")] == ["chair"]
    assert all(ref in subject for _, subject in post.letters)
    assert not [text for text in post.texts if "spouse" in text or "homicide" in text]


def test_no_reminder_speaks_of_the_time_the_family_takes(rehearsal: Dardr, post: Post) -> None:
    days = Days(rehearsal, "2026-01-05", "manager", "chair")
    ref = days.open_review()
    days.to_evidence(ref)
    days.act(ref, "start_drafting")
    days("worker", "--once")
    days.on("2026-01-06").act(ref, "record_version", version="1", what_for="family")
    days.act(ref, "give_draft_to_family", version="1", given_how="meeting")
    assert days.deadline(ref, "D12")["due"] == "2026-01-20"
    before = len(post.letters)
    for day in ("2026-01-13", "2026-01-19", "2026-01-20", "2026-01-27", "2026-02-03"):
        days.on(day)("worker", "--once")
    assert not post.letters[before:]
    assert days.deadline(ref, "D12")["state"] != "breached"


def test_the_month_for_the_decision_and_its_deferral(in_sqlite: Dardr) -> None:
    days = Days(in_sqlite, "2026-06-30")
    ref = days.open_review()
    assert days.deadline(ref, "decide_review")["due"] == "2026-07-30"
    assert days.reads(ref, "D02", "2026-07-30T23:59", "2026-07-31T00:00") == ["running", "past_guide"]
    days.on("2026-07-10").to_decision(ref)
    days.act(ref, "defer_decision", awaiting=["toxicology", "inquest"], reason="Not clear yet.", told="The family.")
    (hold,) = days("review", "show", ref)["holds"]
    assert hold["review_by"] == "2026-09-04"
    assert days.reads(ref, "D02", "2026-07-11", "2026-07-31", "2026-10-01") == ["deferred"] * 3
    assert days.deadline(ref, "D02")["due"] == "2026-07-30"
    days.act(ref, "end_deferral", deferral_outcome="The results came.")
    assert days.deadline(ref, "D02")["state"] == "past_guide"


def test_a_hold_touches_only_what_it_names_and_undoing_it_is_never_having_had_it(rehearsal: Dardr) -> None:
    days = Days(rehearsal, "2026-01-31")
    ref = days.open_review()
    days.to_evidence(ref)
    kcc, police = days.act(ref, "request_returns", kind="imr", bodies=["kcc", "kent-police"])["created"]
    first = {d["ref"] + d["id"]: d for d in days("review", "deadlines", ref)["deadlines"]}
    assert first[f"{kcc}D10"]["due"] == "2026-03-27"

    days.on("2026-02-10")
    hold = {"kind": "trial", "reason": "The trial.", "asked_by": "cps", "activities": "agency_returns"}
    for never in ("decide_review", "overview_report"):
        assert [one["field"] for one in days.refused(ref, "place_hold", **hold, clocks=never)] == ["clocks"]
    days.act(ref, "place_hold", **hold, clocks="imr_return")
    for held in (kcc, police):
        found = days.deadline(held, "D10")
        assert (found["due"], found["original_due"], found["state"]) == (None, "2026-03-27", "held")
    assert days.deadline(ref, "D05")["due"] == "2026-07-31"

    days.on("2026-03-10").act(ref, "end_hold", hold="1", hold_outcome="The verdict came.")
    assert days.deadline(kcc, "D10")["due"] == "2026-04-28"
    days.act(ref, "undo_hold", hold="1", undo_reason="It was another review's.")
    assert days.deadline(kcc, "D10")["due"] == "2026-03-27"
    assert days.deadline(kcc, "D10")["receipt"]["sentences"] == first[f"{kcc}D10"]["receipt"]["sentences"]


def test_the_date_of_the_overview_report_moves_only_by_agreement(in_sqlite: Dardr) -> None:
    days = Days(in_sqlite, "2026-01-31")
    ref = days.open_review()
    days.to_evidence(ref)
    assert days.reads(ref, "D05", "2026-07-31T23:59", "2026-08-01T00:00") == ["running", "past_guide"]
    asked = {"clock": "overview_report", "new_date": "2026-12-01", "reason": "Two returns came in June."}
    assert [one["field"] for one in days.refused(ref, "agree_new_date", **asked)] == [
        "agreed_by_panel_on", "agreed_by_partnership_on", "home_office_told_on",
    ]  # fmt: skip
    days.act(
        ref, "agree_new_date", **asked, agreed_by_panel_on="2026-07-20", agreed_by_partnership_on="2026-07-21",
        home_office_told_on="2026-07-22",
    )  # fmt: skip
    moved = days.deadline(ref, "D05")
    assert (moved["due"], moved["original_due"]) == ("2026-12-01", "2026-07-31")
    assert days.reads(ref, "D05", "2026-12-01", "2026-12-02") == ["running", "late"]
    (listed,) = days("review", "list")["reviews"]
    assert (listed["late"], listed["next_deadline"]["due"], listed["next_deadline"]["original_due"]) == (
        True, "2026-12-01", "2026-07-31",
    )  # fmt: skip


def test_a_report_as_at_an_earlier_day_is_the_report_of_that_day(rehearsal: Dardr) -> None:
    days = Days(rehearsal, "2026-01-31")
    ref = days.open_review()
    days.to_evidence(ref)

    def report(*more: str) -> Json:
        said = rehearsal("report", "quarterly", "--quarter", "2026Q1", "--format", "json", *more, now=days.now)
        assert said.code == 0, said
        return json.loads(said.out)

    then = report()
    assert then["period"]["label"] == "1 January to 31 March 2026"
    assert then["year"] == "2025/26"
    # Recorded later, even of an earlier day: no part of what was known then.
    days.on("2026-02-10").act(
        ref, "place_hold", on="2026-01-20", kind="trial", reason="The trial.", asked_by="cps",
        activities="agency_returns", clocks="imr_return",
    )  # fmt: skip
    days.act(ref, "start_drafting")
    later = report()
    assert (later["as_at"], report("--as-at", "2026-01-31")) == ("2026-02-10", then)
    assert {one["phase"]: one["count"] for one in later["caseload"]}["drafting"] == 1


def test_fifty_six_days_for_each_body_named_and_one_reply_each(rehearsal: Dardr) -> None:
    days = Days(rehearsal, "2026-07-01")
    opening = {"title": "A fictional report", "report_published_on": "2026-07-01", "report_url": "https://c.example/r"}
    report = days("review", "open", "--process", "section8-report", *fields(opening))["ref"]
    days.act(report, "add_recommendation", number="1", text="Share what is known.")
    names = {"recommendations_addressed": "1"}
    last, late, third = days.act(report, "name_body", bodies=["kcc", "kent-police", "medway-council"], **names)[
        "created"
    ]
    assert [one["field"] for one in days.refused(report, "name_body", bodies="kcc", **names)] == ["bodies"]

    for reply in (last, late, third):
        found = days.deadline(reply, "D08")
        assert (found["due"], found["kind"], found["evidence"]) == ("2026-08-25", "statute", "read_in_full")
    assert days.reads(third, "commissioner_reply", "2026-08-25T23:59", "2026-08-26T00:00") == ["running", "breached"]

    days.on("2026-08-26").act(third, "record_not_owed", not_owed_reason="Named by mistake.")
    assert days.deadline(third, "D08")["state"] == "withdrawn"
    assert days.act(report, "name_body", bodies="medway-council", **names)["created"]
    for reply, published in ((last, "2026-08-25"), (late, "2026-08-26")):
        days.act(reply, "answer_recommendation", recommendation="1", response="action_taken", response_text="Done.")
        page = {"published_on": published, "published_at": "https://body.example/reply"}
        days.act(reply, "record_publication_of_reply", **page)
    assert [days.deadline(reply, "D08")["state"] for reply in (last, late)] == ["met", "met_late"]
    # A public authority sends two copies; the Commissioner's alone is not enough.
    (missing,) = days.refused(last, "record_copies_sent", commissioner_copy_on="2026-08-26")
    assert missing["field"] == "secretary_of_state_copy_on"


def test_nothing_is_offered_that_cannot_be_answered(in_sqlite: Dardr) -> None:
    days = Days(in_sqlite, "2026-01-31")
    ref = days.open_review()
    days.to_evidence(ref)
    days.act(ref, "request_returns", kind="imr", bodies="kcc")
    actions = days("review", "actions", ref)["actions"]
    assert {a["ref"] for a in actions} == {ref, f"{ref}-R01"}
    for action in actions:
        for field in action["fields"]:
            if field["required"] and field["type"] in ("choice", "choices") and not field["choices"]:
                assert action["blocked"], (action["key"], field["name"])
    undo = next(a for a in actions if a["ref"] == ref and a["key"] == "undo_hold")
    assert undo["blocked"] == ["There is no hold on this record."]


def test_ages_that_cannot_be_right_and_the_four_ways_of_not_knowing(in_sqlite: Dardr) -> None:
    days = Days(in_sqlite, "2026-01-31")
    seen = []
    for value in ("not_asked", "not_known", "refused", "not_applicable"):
        facts = days("review", "show", days.open_review(death_date=value, age=value, sex=value))["facts"]
        seen.append((facts["death_date"], facts["age"], facts["sex"]))
    assert len(set(seen)) == 4 and all(len(set(one)) == 1 for one in seen)
    for name, value in (("age", "-1"), ("age", "126"), ("children_under_18", "-2")):
        with pytest.raises(AssertionError, match="cannot be right"):
            days.open_review(**{name: value})

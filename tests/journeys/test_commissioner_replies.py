"""Ten bodies owe a reply within 56 days, and two of them are late; another asks with a date of its own."""

from __future__ import annotations

from datetime import date, timedelta

from dardr.lookups.commissioner import Owed, overview
from tests.builders import BODIES, actor, address
from tests.journeys.day_by_day import Days, Post

PUBLISHED = date(2025, 7, 1)
LAST_DAY = date(2025, 8, 25)
TEN = [key for key, _, _ in BODIES[:10]]
LATE = {"mereshire-fire": date(2025, 8, 28), "mereshire-housing": date(2025, 9, 10)}


def owed(days: Days) -> list[Owed]:
    """What the page of the Commissioner shows as owed today, of replies."""
    with days.database.read() as session:
        found = overview(session, actor(session, "steering_member"), days.today)
        return [line for asked in found.reports for line in asked.lines]


def test_ten_bodies_of_which_two_are_late(days: Days) -> None:
    days.today = date(2025, 7, 3)  # the team reads the report two days after it was published
    report = days.open(
        "section8-report",
        {"title": "A fictional report", "report_published_on": PUBLISHED.isoformat(),
         "report_url": "https://reports.example/1"},
    )  # fmt: skip
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    report.act("add_recommendation", {"number": "2", "text": "Fictional."})
    done = report.act(
        "name_body",
        {"bodies": TEN, "recommendations_addressed": ["1", "2"]},
    )
    replies = dict(zip(TEN, done.created, strict=True))
    assert list(replies.values()) == [f"{report.ref}-C{n:02d}" for n in range(1, 11)]
    for ref in replies.values():
        row = report.deadline("commissioner_reply", ref=ref)
        assert (row.start_on, row.due_on) == (PUBLISHED, LAST_DAY)
        assert row.receipt["clause"] == "Domestic Abuse Act 2021 s.16(6)"

    def answer(body: str) -> None:
        for number in ("1", "2"):
            report.act(
                "answer_recommendation",
                {"recommendation": number, "response": "action_proposed", "response_text": "Fictional."},
                ref=replies[body],
            )
        report.act(
            "record_publication_of_reply",
            {"published_on": days.today.isoformat(), "published_at": f"https://{body}.example/reply"},
            ref=replies[body],
        )
        report.act(
            "record_copies_sent",
            {"commissioner_copy_on": days.today.isoformat(), "secretary_of_state_copy_on": days.today.isoformat()},
            ref=replies[body],
        )

    # The day after, a request for co-operation: its only date is the one it gives.
    days.go_to("2025-07-04")
    request = days.open(
        "section15-request",
        {"title": "How reviews are used", "requested_on": "2025-07-04", "requested_by": "Head of policy",
         "asked_for": "Numbers of reviews.", "bodies": ["mereshire-icb"], "answer_by": "2025-08-04"},
    )  # fmt: skip
    (asked,) = request.opened("section15-answer")
    days.go_to("2025-08-05")
    assert request.state("section15_answer", ref=asked) == "late", "past the date it gave, and no breach of the Act"
    answer_15 = {"outcome": "answered", "answered_on": "2025-08-05", "answered_by": "Head of quality"}
    request.act("record_answer", answer_15, ref=asked)

    # Seven answer before the first rung of the ladder; one on the very last day, a bank holiday; two later.
    days.go_to("2025-08-08")
    in_time = [body for body in TEN if body not in LATE]
    on_the_last_day = in_time.pop()
    for body in in_time:
        answer(body)
    days.go_to(LAST_DAY)
    page = owed(days)
    assert {line.body_key: line.days for line in page} == dict.fromkeys((*LATE, on_the_last_day), 0)
    assert {(line.told and line.told.on, line.told and line.told.to) for line in page} == {
        (LAST_DAY, (f"contact@{line.body_key}.example",)) for line in page
    }, "on the very day, although it is a bank holiday"
    for body in (*LATE, on_the_last_day):
        assert report.state("commissioner_reply", ref=replies[body]) == "running"
    answer(on_the_last_day)
    assert report.state("commissioner_reply", ref=replies[on_the_last_day]) == "met"

    days.go_to(date(2025, 8, 26))
    assert {(line.body_key, line.days, line.passed) for line in owed(days)} == {(body, -1, True) for body in LATE}
    states = {body: report.state("commissioner_reply", ref=ref) for body, ref in replies.items()}
    assert {body for body, state in states.items() if state == "breached"} == set(LATE)
    assert {state for body, state in states.items() if body not in LATE} == {"met"}

    for body, day in LATE.items():
        days.go_to(day)
        answer(body)
        assert report.state("commissioner_reply", ref=replies[body]) == "met_late"
    assert owed(days) == []
    assert report.act("record_all_replied").stage == "all_replied"
    days.go_to(date(2025, 11, 1))

    # --- the post ---
    first_day = [p for p in days.post() if p.on == date(2025, 7, 3)]
    assert {p.to for p in first_day} == {f"contact@{body}.example" for body in TEN} | {
        address("agency_contact"), address("other_agency_contact"),
    }  # fmt: skip
    assert len(first_day) == 12
    fire, housing = replies["mereshire-fire"], replies["mereshire-housing"]

    def reminders(body: str, *rungs: tuple[str, str]) -> list[Post]:
        return [
            Post(date.fromisoformat(day), "commissioner_reply_reminder", f"contact@{body}.example", replies[body], rung)
            for day, rung in rungs
        ]

    to_the_day = [("2025-08-11", "-14"), ("2025-08-18", "-7"), ("2025-08-24", "-1"), ("2025-08-25", "+0")]
    sent = [p for p in days.post("commissioner_reply_reminder") if p.rung]
    assert sent == sorted(
        reminders("mereshire-fire", *to_the_day)
        + reminders(on_the_last_day, *to_the_day)
        + reminders("mereshire-housing", *to_the_day, ("2025-09-01", "+7"), ("2025-09-08", "+14"))
    )
    assert [(p.on, p.to) for p in days.post("escalation")] == [
        (date(2025, 8, 26), f"executive@{body}.example") for body in sorted(LATE)
    ] + [
        (date(2025, 9, 8), address(one)) for one in ("case_manager", "second_case_manager")
    ], "a fortnight on the case manager is asked to telephone the one that has still not answered"  # fmt: skip
    courtesy = "The duty to publish by 25 August 2025 is your organisation's; this is a courtesy reminder from the"
    texts = [mail.text for mail in days.mailer.sent if "published reply to Commissioner" in mail.text]
    assert texts and all(courtesy in " ".join(text.split()) for text in texts), "past the date the same is said"
    assert [(p.on, p.rung) for p in days.post("section15_reminder")] == [
        (date(2025, 7, 21), "-14"), (date(2025, 7, 28), "-7"), (date(2025, 8, 1), "-1"), (date(2025, 8, 4), "+0"),
    ], "a Sunday's reminder comes on the Friday before; this is no date of the Act"  # fmt: skip
    assert max(p.on for p in days.post(ref=fire)) < date(2025, 8, 29)
    assert max(p.on for p in days.post(ref=housing)) < date(2025, 9, 10) + timedelta(days=1)

"""A year of a partnership's caseload, day by day: every message that should come comes once, and no other.

The table was worked out with a calendar for 2026 and 2027, from the ladders of the clocks and the rules of the days
with post; it was not copied from what the service did. No post: weekends, 3 and 6 April, 4 and 25 May, 31 August,
25 and 28 December 2026, 1 January 2027.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import sqlalchemy as sa

from dardr.storage.reviews import Hold
from tests.builders import CHAIR as APPOINTED
from tests.builders import (
    CRITERIA,
    READING,
    SECOND_PERSON,
    SIGN_OFF,
    TOLD,
    Case,
    Step,
    a_review,
    address,
    decision,
    grant,
)
from tests.journeys.day_by_day import Days
from workflows.definition import Role

CHAIR, MANAGER, TEAM = (address(one) for one in ("independent_chair", "case_manager", "team_manager"))
SECOND, DECIDING, COUNCIL = (address(one) for one in ("second_case_manager", "deciding_chair", "agency_contact"))
SEARCHED = {"searched": "The records manager searched all systems."}
UPDATE = {"progress": "Half of the staff are trained"}

EXPECTED = f"""
# Three returns asked for on 2 March: forty working days, to 29 April. The police answer on the 24th.
contact@mereshire-police.example | police | deadline_reminder | 1 Apr, 15 Apr, 22 Apr
# The integrated care board does not answer until 30 June: every week, and step by step to somebody else.
contact@mereshire-icb.example    | icb    | deadline_reminder | 1 Apr, 15 Apr, 22 Apr, 28 Apr, 29 Apr
contact@mereshire-icb.example    | icb    | deadline_late     | 6 May, 13 May, 20 May, 27 May
contact@mereshire-icb.example    | icb    | deadline_late     | 3 Jun, 10 Jun, 17 Jun, 24 Jun
lead@mereshire-icb.example       | icb    | escalation        | 6 May
executive@mereshire-icb.example  | icb    | escalation        | 20 May
{DECIDING}                       | icb    | escalation        | 3 Jun
# The charity is given until 29 May on 20 April, and answers on the 28th: a ladder of the old date, then of the new.
contact@harbour-charity.example  | charity | deadline_reminder | 1 Apr, 15 Apr, 1 May, 15 May, 22 May, 28 May
# Probation's return waits for the inquest from 30 March to 12 October: 19 working days were counted before, so the
# last is 9 November. The first step falls on 12 October, before which the clock stood; the 8th is a Sunday.
contact@mereshire-probation.example | probation | deadline_reminder | 13 Oct, 26 Oct, 2 Nov, 6 Nov, 9 Nov
{MANAGER}                        | probation | hold_review    | 12 Oct
# Six months from 2 March are 2 September. The first review has 4 December agreed on 1 June; it goes past it.
{CHAIR} | first | deadline_reminder | 6 Nov, 20 Nov, 27 Nov, 3 Dec, 4 Dec
# Fridays; Christmas and New Year are said on the Thursday before. Passed on after 14 days and, 1 January being a
# holiday and nobody told early, on Monday the 4th.
{CHAIR} | first | deadline_late | 11 Dec, 18 Dec, 24 Dec, 31 Dec, 8 Jan, 15 Jan, 22 Jan, 29 Jan
{CHAIR} | first | deadline_late | 5 Feb, 12 Feb, 19 Feb, 26 Feb
{TEAM} | first | escalation | 18 Dec
{DECIDING} | first | escalation | 4 Jan
# The second is signed off on 25 August, the day before its third step.
{CHAIR} | second | deadline_reminder | 5 Aug, 19 Aug
# The third passes its six months with no date agreed; one is agreed on 5 October, and it is signed off the day after.
{CHAIR} | third | deadline_reminder | 5 Aug, 19 Aug, 26 Aug, 1 Sep, 2 Sep
{CHAIR} | third | deadline_late | 9 Sep, 16 Sep, 23 Sep, 30 Sep
{MANAGER} | third | agreed_date_wanted | 3 Sep
{TEAM} | third | escalation | 16 Sep
{DECIDING} | third | escalation | 30 Sep
# Sign-off is asked of the deciding chair; the case manager sent it and is not told what she did.
{DECIDING} | second | stage_changed | 25 Aug
{DECIDING} | third | stage_changed | 6 Oct
# A death notified on 7 April: one month is 7 May, half of it 15 days, so the ladder begins 14 days before. Decided on
# the 1st. Six months from then are Sunday 1 November: everything a day or two early, the day itself on the Friday.
{DECIDING} | fourth | stage_changed | 7 Apr
{DECIDING} | fourth | deadline_reminder | 23 Apr, 30 Apr
{MANAGER} | fourth | decision_recorded | 1 May
{TEAM} | fourth | decision_recorded | 1 May
{CHAIR} | fourth | stage_changed | 1 May
{CHAIR} | fourth | deadline_reminder | 2 Oct, 16 Oct, 23 Oct, 30 Oct
{MANAGER} | fourth | agreed_date_wanted | 2 Nov
# On 2 November 1 March 2027 is agreed; the day before it is a Sunday.
{CHAIR} | fourth | deadline_reminder | 1 Feb, 15 Feb, 22 Feb, 26 Feb, 1 Mar
# Two actions of the council, for contact and account alike: updates each three months (from 2 June), both given on
# 1 June and on 28 August, after the post of that Friday, which says what falls on the holiday of the 31st. Both are to
# be done by 30 September, and are, on the 28th.
{COUNCIL} | action one, action two | deadline_reminder | 5 May, 19 May, 26 May, 1 Jun
{COUNCIL} | action one, action two | deadline_reminder | 4 Aug, 18 Aug, 25 Aug, 28 Aug
{COUNCIL} | action one, action two | deadline_reminder | 2 Sep, 16 Sep, 23 Sep
contact@northmere-council.example | action one, action two | deadline_reminder | 5 May, 19 May, 26 May, 1 Jun
contact@northmere-council.example | action one, action two | deadline_reminder | 4 Aug, 18 Aug, 25 Aug, 28 Aug
contact@northmere-council.example | action one, action two | deadline_reminder | 2 Sep, 16 Sep, 23 Sep
{MANAGER} | action one, action two | stage_changed | 28 Sep
# The Commissioner's report of 8 June: the 56th day is Sunday 2 August, and it keeps its days. 28 days would be more
# than half of the time, so the ladder begins 14 days before. The police publish on
# 20 July, housing on the last day after the morning's post, the fire service on 20 August.
contact@mereshire-police.example | reply police | stage_changed | 8 Jun
contact@mereshire-fire.example | reply fire | stage_changed | 8 Jun
contact@mereshire-housing.example | reply housing | stage_changed | 8 Jun
contact@mereshire-police.example | reply police | commissioner_reply_reminder | 19 Jul
contact@mereshire-housing.example | reply housing | commissioner_reply_reminder | 19 Jul, 26 Jul, 1 Aug, 2 Aug
contact@mereshire-fire.example | reply fire | commissioner_reply_reminder | 19 Jul, 26 Jul, 1 Aug, 2 Aug, 9 Aug, 16 Aug
executive@mereshire-fire.example | reply fire | escalation | 3 Aug
{MANAGER}, {SECOND} | reply fire | escalation | 16 Aug
"""


def days_of(text: str) -> list[date]:
    """``1 Apr, 4 Jan`` as dates of the year that begins on 3 March 2026."""
    found = [datetime.strptime(f"{day.strip()} 2000", "%d %b %Y").date() for day in text.split(",") if day.strip()]
    return [one.replace(year=2026 if one >= date(2000, 3, 3) else 2027) for one in found]


def expected(refs: dict[str, str]) -> Counter[tuple[date, str, str, str]]:
    """The table, one entry for each day, reader and record."""
    found: Counter[tuple[date, str, str, str]] = Counter()
    for line in EXPECTED.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        readers, about, message, when = (part.strip() for part in line.split("|"))
        for reader in readers.split(","):
            for alias in about.split(","):
                found.update((day, reader.strip(), refs[alias.strip()], message) for day in days_of(when))
    return found


def test_a_year_of_a_caseload(days: Days) -> None:
    refs: dict[str, str] = {}
    caseload = the_caseload(days, refs)
    days.send(18)
    days.go_to("2026-03-03")
    before = Counter((p.on, p.to, p.ref, p.message) for p in days.post())

    act_through_the_year(days, caseload, refs)
    days.go_to("2027-03-01")

    came = Counter((p.on, p.to, p.ref, p.message) for p in days.post()) - before
    names = {ref: alias for alias, ref in refs.items()}
    wanted = Counter(entry for entry in expected(refs).elements() if entry[0] <= days.today)

    def said(entries: Counter[tuple[date, str, str, str]]) -> list[tuple[str, str, str, str]]:
        return sorted((str(on), to, names.get(ref, ref), message) for on, to, ref, message in entries.elements())

    assert (said(wanted - came), said(came - wanted)) == ([], [])
    # Two reviews, and two actions, share their days: one e-mail each for the chair and for the council's people.
    assert (date(2026, 8, 5), CHAIR) in days.gathered() and (date(2026, 5, 5), COUNCIL) in days.gathered()


def the_caseload(days: Days, refs: dict[str, str]) -> dict[str, Case]:
    """What is there on 2 March: three reviews on their way, two with the Home Office, one whose actions begin."""
    found: dict[str, Case] = {}
    for name, at in (
        ("first", "evidence"),
        ("second", "drafting"),
        ("third", "drafting"),
        ("plan", "action_monitoring"),
    ):
        found[name] = a_review(days.database, at, day_by_day=False)
    quiet = [a_review(days.database, "home_office_qa", day_by_day=False) for _ in range(2)]
    for case in (*found.values(), *quiet):
        with days.database.write() as session:
            grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
        case.act("assign_case_manager", {"case_manager": MANAGER})
        days.follow(case)
    first = found["first"]
    for alias in ("police", "icb", "probation"):
        first.act("request_returns", {"kind": "imr", "bodies": [f"mereshire-{alias}"]})
        refs[alias] = first.opened("agency-return")[-1]
    first.act("request_returns", {"kind": "imr", "bodies": ["harbour-charity"]})
    refs["charity"] = first.opened("agency-return")[-1]
    plan = found["plan"]
    for alias in ("action one", "action two"):
        plan.act("add_action", {"action_text": "Train staff", "lead_body": "northmere-council", "scope": "local",
                                "plan_source": "panel"})  # fmt: skip
        refs[alias] = plan.opened("action")[-1]
        plan.act("agree", {"target_date": "2026-09-30", "outcome_measure": "Audit", "agreed_by": "Director"},
                 ref=refs[alias])  # fmt: skip
    refs.update({name: case.ref for name, case in found.items()})
    return found


def act_through_the_year(days: Days, caseload: dict[str, Case], refs: dict[str, str]) -> None:
    """What people do, each on its day; the post of that morning has gone out."""
    first, second, third = caseload["first"], caseload["second"], caseload["third"]
    days.go_to("2026-03-30")
    inquest = {"kind": "inquest", "reason": "Listed for October", "asked_by": "coroner", "review_by": "2026-10-12"}
    first.act("place_hold", {**inquest, "clocks": ["imr_return"]}, ref=refs["probation"])
    with days.database.read() as session:
        (hold,) = session.scalars(sa.select(Hold.id)).all()
    days.go_to("2026-04-07")
    fourth = a_notified_review(days, refs)
    days.go_to("2026-04-20")
    first.act("agree_new_date", {"clock": "imr_return", "new_date": "2026-05-29", "reason": "Records are in store."},
              ref=refs["charity"])  # fmt: skip
    days.go_to("2026-04-24")
    first.act("record_not_known", SEARCHED, ref=refs["police"])
    days.go_to("2026-05-01")
    fourth.do((decision(), SECOND_PERSON, TOLD, Step("tell_family", values={"family_told_how": "visit"}),
               Step("start_commissioning")))  # fmt: skip
    with days.database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, fourth.ref)
    fourth.do((APPOINTED, Step("appoint_panel", values={"specialist_on_panel": "yes"})))
    days.go_to("2026-05-28")
    first.act("record_not_known", SEARCHED, ref=refs["charity"])
    days.go_to("2026-06-01")
    agree(first, "2026-12-04")
    for alias in ("action one", "action two"):
        first.act("record_update", UPDATE, ref=refs[alias], by="agency_contact")
    days.go_to("2026-06-08")
    report = a_report(days, refs)
    days.go_to("2026-06-30")
    first.act("record_not_known", SEARCHED, ref=refs["icb"])
    for day, alias in (("2026-07-20", "reply police"), ("2026-08-02", "reply housing"), ("2026-08-20", "reply fire")):
        days.go_to(day)
        publish(days, report, refs[alias])
    days.go_to("2026-08-25")
    second.do((*READING, Step("send_to_partnership"), SIGN_OFF))
    days.go_to("2026-08-28")
    for alias in ("action one", "action two"):
        first.act("record_update", UPDATE, ref=refs[alias], by="agency_contact")
    days.go_to("2026-09-28")
    for alias in ("action one", "action two"):
        first.act("claim_complete", {"evidence": "The survey"}, ref=refs[alias], by="agency_contact")
    days.go_to("2026-10-05")
    agree(third, "2026-11-30")
    days.go_to("2026-10-06")
    third.do((*READING, Step("send_to_partnership"), SIGN_OFF))
    days.go_to("2026-10-12")
    first.act("end_hold", {"hold": str(hold), "hold_outcome": "Concluded"}, ref=refs["probation"])
    days.go_to("2026-11-02")
    agree(fourth, "2027-03-01")
    days.go_to("2026-11-09")
    first.act("record_not_known", SEARCHED, ref=refs["probation"])


def agree(case: Case, day: str) -> None:
    """Panel and partnership agree another date for the report, and the Home Office is told."""
    today = case.today.isoformat()
    case.act(
        "agree_new_date",
        {"clock": "overview_report", "new_date": day, "reason": "More time is needed", "agreed_by_panel_on": today,
         "agreed_by_partnership_on": today, "home_office_told_on": today},
        by="deciding_chair",
    )  # fmt: skip


def a_notified_review(days: Days, refs: dict[str, str]) -> Case:
    """A death notified today and made ready for the decision."""
    case = days.notify()
    refs["fourth"] = case.ref
    case.act("assign_case_manager", {"case_manager": MANAGER})
    case.do((Step("accept_notification", values={"area_confirmed": "yes"}),
             Step("record_criteria", values=CRITERIA), Step("ready_for_decision")))  # fmt: skip
    return case


def a_report(days: Days, refs: dict[str, str]) -> Case:
    """A report of the Commissioner, published and recorded today, about three bodies."""
    values = {"title": "A fictional report", "report_published_on": days.today.isoformat(),
              "report_url": "https://reports.example/1"}  # fmt: skip
    report = days.open("section8-report", values)
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    bodies = ["police", "fire", "housing"]
    done = report.act("name_body", {"bodies": [f"mereshire-{body}" for body in bodies],
                                    "recommendations_addressed": ["1"]})  # fmt: skip
    refs.update(zip((f"reply {body}" for body in bodies), done.created, strict=True))
    return report


def publish(days: Days, report: Case, ref: str) -> None:
    """A body answers, publishes its reply and sends the copies, all today."""
    today = days.today.isoformat()
    report.act("answer_recommendation", {"recommendation": "1", "response": "action_proposed",
                                         "response_text": "Fictional."}, ref=ref)  # fmt: skip
    report.act(
        "record_publication_of_reply", {"published_on": today, "published_at": "https://reply.example/1"}, ref=ref
    )
    report.act("record_copies_sent", {"commissioner_copy_on": today, "secretary_of_state_copy_on": today}, ref=ref)

"""What is supposed comes to the same as doing it: the engine is run for real in the same database, and compared."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.actors import operator
from dardr.casework.holidays import add_holidays
from dardr.errors import Invalid, NotFound
from dardr.lookups.reminders_ahead import ahead
from dardr.lookups.what_if import Asked, Outcome, names_of_caseload, names_of_review, what_if
from dardr.lookups.what_if.compare import UNCHANGED
from dardr.lookups.what_if.names import Sort
from dardr.storage.base import Base
from dardr.storage.engine import Database
from dardr.storage.reviews import Deadline, Record, RecordLink
from tests import builders
from tests.builders import Case, a_review, actor, at_ten, decision
from tests.fixtures import with_people
from workflows.definition import Role

START = builders.START


def supposed(case: Case, *asked: tuple[str, date], holidays: Iterable[date] = (), by: str = "case_manager") -> Outcome:
    """What somebody is told who asks, today."""
    with case.database.read() as session:
        names = [Asked(name, on) for name, on in asked]
        return what_if(session, actor(session, by), case.today, names, list(holidays), ref=case.ref)


def as_supposed(outcome: Outcome) -> Counter[tuple[Any, ...]]:
    """The clocks that would run, and those that would be done, by what they come to."""
    return Counter(
        (c.clock, "done", c.stopped_on)
        if c.what == "stopped"
        else (c.clock, c.after.start, c.after.due, c.after.original, c.after.agreed, c.after.held, c.after.problem)
        for c in outcome.changes
        if c.what != "withdrawn"
    )


def as_recorded(case: Case, since: set[int]) -> Counter[tuple[Any, ...]]:
    """The same of what is recorded; of the clocks that are done only those not done before (``since``)."""
    with case.database.read() as session:
        top = session.scalars(sa.select(Record.id).where(Record.ref == case.ref)).one()
        items = sa.select(RecordLink.item_id).where(RecordLink.review_id == top, RecordLink.kind == "item")
        rows = session.scalars(
            sa.select(Deadline).where(
                sa.or_(Deadline.record_id == top, Deadline.record_id.in_(items)),
                Deadline.withdrawn_by_event.is_(None),
            )
        )
        return Counter(
            (r.clock, "done", r.stopped_on)
            if r.stopped_by_event
            else (r.clock, r.start_on, r.due_on, r.original_due_on, r.agreed_due_on, r.held, r.problem)
            for r in rows
            if r.id not in since
        )


def done_already(case: Case) -> set[int]:
    with case.database.read() as session:
        return set(session.scalars(sa.select(Deadline.id).where(Deadline.stopped_by_event.is_not(None))))


def every_table(database: Database) -> dict[str, list[Any]]:
    """All that is stored."""
    with database.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


# --- the same as in earnest -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """One supposition and the deed: the stage, what happens before, what is asked, and what is then done."""

    at: str
    ask: Callable[[Case], list[tuple[str, date]]]
    do: Callable[[Case], None]
    before: Callable[[Case], None] = lambda case: None
    moves: bool = True


def on(case: Case, days: int) -> date:
    return case.today + timedelta(days=days)


def later(case: Case, days: int) -> Case:
    case.today = on(case, days)
    return case


def ask_for_returns(case: Case) -> None:
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    case.act("request_returns", {"kind": "summary", "bodies": ["northmere-council"]})


def hold(case: Case, kind: str, clocks: list[str], **more: Any) -> None:
    ask_for_returns(case) if not case.opened("agency-return") else None
    values = {"kind": kind, "reason": "It is listed.", "asked_by": "cps", "activities": ["family_interviews"]}
    case.act("place_hold", {**values, "clocks": clocks, **more})


def end(case: Case, which: int = -1) -> None:
    case.act("end_hold", {"hold": str(case.holds(standing=True)[which].id), "hold_outcome": "It is over."})


def returns_of(case: Case, number: int = 0) -> str:
    return case.opened("agency-return")[number]


def proceed(case: Case, kind: str) -> None:
    case.act("record_parallel_process", {"parallel_kind": kind, "parallel_status": "under_way"})


def end_proceeding(case: Case) -> None:
    values = {"ended_how": "concluded", "ended_outcome": "It is over."}
    case.act("end_proceeding", values, ref=case.opened("proceeding")[0])


def agree(case: Case, clock: str, new: date, ref: str | None = None) -> None:
    panel = {} if ref else {
        "agreed_by_panel_on": case.today.isoformat(), "agreed_by_partnership_on": case.today.isoformat(),
        "home_office_told_on": case.today.isoformat(),
    }  # fmt: skip
    by = "case_manager" if ref else "deciding_chair"
    case.act(
        "agree_new_date", {"clock": clock, "new_date": new.isoformat(), "reason": "Agreed.", **panel}, by=by, ref=ref
    )


def decide(case: Case, action: str = "decide_review") -> None:
    case.do([decision(action)])


TRIALS: dict[str, Trial] = {
    "a hold ends": Trial(
        "evidence",
        lambda case: [("trial", on(case, 30))],
        lambda case: end(later(case, 30)),
        before=lambda case: hold(case, "trial", ["imr_return"]),
    ),
    "one of two holds that overlap ends": Trial(
        "evidence",
        lambda case: [("inquest", on(case, 21))],
        lambda case: end(later(case, 21), 1),
        before=lambda case: (
            hold(case, "trial", ["imr_return"]), hold(later(case, 9), "inquest", ["imr_return"]), None
        )[-1],
        moves=False,
    ),
    "both holds that overlap end": Trial(
        "evidence",
        lambda case: [("inquest", on(case, 40)), ("trial", on(case, 21))],
        lambda case: (end(later(case, 21), 0), end(later(case, 19), 0), None)[-1],
        before=lambda case: (
            hold(case, "trial", ["imr_return"]), hold(later(case, 9), "inquest", ["imr_return"]), None
        )[-1],
    ),
    "a hold ends on 29 February": Trial(
        "evidence",
        lambda case: [("trial", date(2028, 2, 29))],
        lambda case: end(later(case, (date(2028, 2, 29) - case.today).days)),
        before=lambda case: hold(case, "trial", ["imr_return"]),
    ),
    "a proceeding ends": Trial(
        "evidence",
        lambda case: [("inquest", on(case, 12))],
        lambda case: end_proceeding(later(case, 12)),
        before=lambda case: proceed(case, "inquest"),
    ),
    "a trial ends, and with it the hold placed for it": Trial(
        "evidence",
        lambda case: [("trial", on(case, 12))],
        lambda case: (end(later(case, 12)), end_proceeding(case), None)[-1],
        before=lambda case: (
            proceed(case, "criminal"),
            hold(case, "trial", ["imr_return"], proceeding=case.opened("proceeding")[0]), None,
        )[-1],
    ),
    "a hearing moves": Trial(
        "evidence",
        lambda case: [("J01.hearing-1", date(2027, 6, 1))],
        lambda case: case.act(
            "move_hearing",
            {"hearing": "1", "hearing_from": "2027-06-01", "hearing_standing": "fixed", "moved_because": "It moved."},
            ref=case.opened("proceeding")[0],
        ) and None,
        before=lambda case: (
            proceed(case, "criminal"),
            case.act(
                "add_hearing", {"hearing_kind": "trial", "hearing_from": "2027-02-01", "hearing_standing": "fixed"},
                ref=case.opened("proceeding")[0],
            ), None,
        )[-1],
    ),
    "the decision is taken": Trial(
        "decision_pending",
        lambda case: [("decision", on(case, 12))],
        lambda case: decide(later(case, 12)),
    ),
    "a deferred decision is taken": Trial(
        "decision_pending",
        lambda case: [("decide_joint_review", on(case, 40))],
        lambda case: decide(later(case, 40), "decide_joint_review"),
        before=lambda case: case.act(
            "defer_decision", {"awaiting": ["police"], "reason": "Not known yet.", "told": "The agencies"},
            by="deciding_chair",
        ) and None,
    ),
    "no review is held": Trial(
        "decision_pending",
        lambda case: [("decide_no_review", on(case, 3))],
        lambda case: decide(later(case, 3), "decide_no_review"),
    ),
    "the decision, and then the steps after it": Trial(
        "decision_pending",
        lambda case: [
            ("decide_review", on(case, 2)), ("second_person_check", on(case, 2)), ("tell_home_office", on(case, 4)),
            ("tell_family", on(case, 5)), ("start_commissioning", on(case, 5)), ("appoint_chair", on(case, 33)),
        ],
        lambda case: (
            decide(later(case, 2)), case.do([builders.SECOND_PERSON]),
            later(case, 2).do([builders.TOLD]),
            later(case, 1).act("tell_family", {"family_told_how": "visit"}), case.act("start_commissioning"),
            later(case, 28).do([builders.CHAIR]), None,
        )[-1],
    ),
    "a return is received": Trial(
        "evidence",
        lambda case: [("R01.receive_return", on(case, 8))],
        lambda case: later(case, 8).act(
            "receive_return", {"known": "yes", "return_reference": "In the folder"}, ref=returns_of(case)
        ) and None,
        before=ask_for_returns,
    ),
    "it was known on another day": Trial(
        "decision_pending",
        lambda case: [("csp_aware_on", date(2026, 3, 1))],
        lambda case: case.act(
            "correct_aware_date", {"csp_aware_on": "2026-03-01", "aware_date_reason": "Found."}
        ) and None,
    ),
    "another date is agreed for the report": Trial(
        "evidence",
        lambda case: [("D05", date(2027, 3, 1))],
        lambda case: agree(case, "overview_report", date(2027, 3, 1)),
    ),
    "another date is agreed for a return, and a hold ends": Trial(
        "evidence",
        lambda case: [(f"{returns_of(case)}.D10", date(2026, 12, 1)), ("trial", on(case, 10))],
        lambda case: (agree(case, "imr_return", date(2026, 12, 1), returns_of(case)), end(later(case, 10)), None)[-1],
        before=lambda case: hold(case, "trial", ["imr_return"]),
    ),
    "a letter clears the report": Trial(
        "home_office_qa",
        lambda case: [("record_letter_publish", on(case, 6))],
        lambda case: later(case, 6).act("record_letter_publish", builders.LETTER) and None,
    ),
    "the report is signed off": Trial(
        "csp_sign_off",
        lambda case: [("sign_off", on(case, 6))],
        lambda case: later(case, 6).do([builders.SIGN_OFF]) and None,
    ),
    "the report is published": Trial(
        "pre_publication",
        lambda case: [("publish", on(case, 20))],
        lambda case: (
            later(case, 20).do([*builders.GATE, *builders.WHO_IS_TOLD]),
            case.act("publish", builders.PUBLISH), None,
        )[-1],
    ),
}  # fmt: skip


ON_BOTH = (
    "both holds that overlap end",
    "the decision, and then the steps after it",
    "another date is agreed for the report",
)
"""Which are run on SQLite and on PostgreSQL: a hold, a step, an agreed date; the arithmetic is the same code."""


@pytest.fixture(scope="module")
def at_stage(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Path, Case]]:
    """A file with one review at a stage, and the review; made once for each stage, to be copied."""
    folder, made = tmp_path_factory.mktemp("what-if"), dict[str, tuple[Path, Case]]()

    def make(stage: str) -> tuple[Path, Case]:
        if stage not in made:
            file = folder / f"{stage}.sqlite3"
            shutil.copyfile(migrated_sqlite_file, file)
            with with_people(f"sqlite:///{file}") as database:
                case = a_review(database, stage)
            made[stage] = file, case
        return made[stage]

    return make


@pytest.mark.parametrize("name", [name for name in TRIALS if name not in ON_BOTH])
def test_what_is_supposed_comes_to_what_doing_it_comes_to(
    at_stage: Callable[[str], tuple[Path, Case]], tmp_path: Path, name: str
) -> None:
    file, made = at_stage(TRIALS[name].at)
    shutil.copyfile(file, tmp_path / "own.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    compare(Case(database, made.ref, made.today), TRIALS[name])
    database.close()


@pytest.mark.parametrize("name", ON_BOTH)
def test_the_same_on_both_databases(database: Database, name: str) -> None:
    compare(a_review(database, TRIALS[name].at), TRIALS[name])


def compare(case: Case, trial: Trial) -> None:
    """Suppose, then do it in earnest, and look at what is recorded."""
    trial.before(case)
    since = done_already(case)
    outcome = supposed(case, *trial.ask(case))
    trial.do(case)
    assert as_supposed(outcome) == as_recorded(case, since)
    assert any(change.changed for change in outcome.changes) is trial.moves


def test_a_bank_holiday_that_is_supposed_moves_what_adding_it_moves(sqlite_database: Database) -> None:
    """On a day between, on a Sunday, known already, past."""
    case = a_review(sqlite_database, "evidence")
    ask_for_returns(case)
    hold(case, "trial", [])
    fresh, sunday, known, past = date(2026, 5, 15), date(2026, 5, 17), date(2026, 5, 25), date(2026, 3, 10)
    days = [fresh, sunday, known, past]
    before = every_table(sqlite_database)
    alone = supposed(case, holidays=days)
    with sqlite_database.read() as session:
        everywhere = what_if(session, operator(session, at_ten(case.today)), case.today, [], days)
    assert every_table(sqlite_database) == before, "nothing at all is written"
    assert {c.id for c in alone.changes if c.changed} == {"D10"}
    said = " ".join(alone.notes)
    assert "25 May 2026 is a bank holiday already: Spring bank holiday" in said
    assert "17 May 2026 is not a working day" in said and "10 March 2026 is past" in said
    with sqlite_database.write() as session:
        added = add_holidays(
            session, actor(session, "team_manager"), at_ten(case.today), dict.fromkeys(days, "One more")
        )
    moved = Counter((m.ref, m.clock, m.before, m.after) for m in added.moved)
    assert moved
    for outcome in (alone, everywhere):
        assert moved == Counter(
            (c.ref, c.clock, c.before and c.before.due, c.after.due) for c in outcome.changes if c.changed
        )
    assert as_supposed(alone) == as_recorded(case, done_already(case))


# --- what is said -----------------------------------------------------------------------------------------


def refusal(case: Case, *asked: tuple[str, date], **more: Any) -> str:
    with pytest.raises(Invalid) as refused:
        supposed(case, *asked, **more)
    return " ".join(reason.reason for reason in refused.value.reasons)


def test_things_asked_wrongly_get_a_sentence(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    hold(case, "trial", ["imr_return"])
    begun = case.today
    hold(later(case, 7), "inquest", ["imr_return"])
    end(later(case, 1), 1)
    by_any_name = [
        supposed(case, (name, on(case, 9))).changes for name in ("trial", "TRIAL", "hold", "trial-1", "hold-1")
    ]
    assert by_any_name == [by_any_name[0]] * 5
    assert "cannot end before it began" in refusal(case, ("trial", begun - timedelta(days=1)))
    assert "No hold for an inquest is open. It ended on" in refusal(case, ("inquest", on(case, 5)))
    assert "given twice" in refusal(case, ("trial", on(case, 5)), ("TRIAL", on(case, 6)))
    assert "give it once" in refusal(case, ("trial", on(case, 5)), (f"hold-{case.holds()[0].id}", on(case, 6)))
    said = refusal(case, ("christmas", on(case, 5)))
    assert said.startswith("Nothing here is called “christmas”. What can be supposed: trial, ")
    assert "add_note" not in said and "start_drafting" in said and "D05" in said and "R01.receive_return" in said
    assert "Say which: R01.receive_return, R02.receive_return" in refusal(case, ("receive_return", on(case, 5)))
    assert "not a step of the stage" in refusal(case, ("publish", on(case, 5)))
    assert "not running" in refusal(case, ("D12", on(case, 5)))
    assert "after the day the time began" in refusal(case, ("D05", date(2026, 1, 1)))
    assert "Give a later bank holiday" in refusal(case, holidays=[date(2011, 3, 1)])
    assert "Say what is supposed" in refusal(case)


def a_reply(database: Database) -> Case:
    report = builders.open_a(
        database, "section8-report",
        {"title": "A fictional report", "report_published_on": "2026-02-02", "report_url": "https://reports.example/1"},
        on=START,
    )  # fmt: skip
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    done = report.act("name_body", {"bodies": ["northmere-council"], "recommendations_addressed": ["1"]})
    return Case(database, done.created[0], START)


def test_nothing_moves_a_date_in_the_act_but_the_day_it_counts_from(sqlite_database: Database) -> None:
    reply = a_reply(sqlite_database)
    said = refusal(reply, ("D08", date(2026, 6, 1)))
    assert "the date is in the Act" in said and "nothing moves it" in said
    outcome = supposed(reply, holidays=[date(2026, 3, 18)])
    assert [c.what for c in outcome.changes] == [UNCHANGED] and not outcome.reminders
    assert any("Nothing here moves it" in note for note in outcome.notes)
    moved = supposed(reply, ("report_published_on", date(2026, 2, 9)))
    assert [(c.what, c.after.due) for c in moved.changes] == [("moved", date(2026, 4, 5))]
    assert "9 February 2026" in " ".join(moved.changes[0].sentences)
    done = supposed(reply, ("record_publication_of_reply", date(2026, 3, 20)))
    assert [(c.what, c.stopped_on, c.after.state) for c in done.changes] == [("stopped", date(2026, 3, 20), "met")]


def test_the_reminders_are_those_that_are_sent_when_it_is_so(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    hold(case, "trial", ["imr_return"])
    outcome = supposed(case, ("trial", on(case, 30)))
    end(later(case, 30))
    last = max(r.on for r in outcome.reminders)
    with sqlite_database.read() as session:
        real = list(ahead(session, actor(session, "case_manager"), case.today, last, review_ref=case.ref))
    names = {"imr_return": "Return to the review"}
    for ref in case.opened("agency-return"):
        sent = {(r.on, r.what) for r in outcome.reminders if r.ref == ref and r.sent}
        due = case.deadline("imr_return", ref=ref).due_on
        assert due is not None and not [r for r in outcome.reminders if r.ref == ref and not r.sent]
        till = {one for one in sent if one[0] <= due}
        assert (
            till
            == {(r.on, "reminder") for r in real if r.ref == ref and r.about == names["imr_return"] and r.on <= due}
            and len(till) >= 3
        )
        passed = {day for day, what in sent if what == "passed on"}
        assert passed == {r.on for r in real if r.ref == ref and r.kind == "escalation"}


def test_reminders_follow_the_date_and_none_go_to_a_family(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    hold(case, "trial", ["imr_return"])
    outcome = supposed(case, ("trial", on(case, 30)), ("R01.receive_return", on(case, 40)))
    (first,) = [c for c in outcome.changes if c.ref == returns_of(case) and c.id == "D10"]
    late = [r for r in outcome.reminders if r.ref == first.ref and r.id == "D10"]
    assert first.what == "stopped" and not late, "nothing is due then"
    (second,) = [c for c in outcome.changes if c.ref == returns_of(case, 1) and c.id == "D10"]
    due = second.after.due
    assert due is not None and (second.what, second.before and second.before.due) == ("runs again", None)
    mine = [(r.sent, r.on, r.what, r.to) for r in outcome.reminders if r.ref == second.ref]
    assert (True, due, "reminder", "Agency") in mine and (True, due - timedelta(days=7), "reminder", "Agency") in mine
    assert any(what == "passed on" for _, _, what, _ in mine)
    assert all(sent and day >= on(case, 30) for sent, day, _, _ in mine)

    draft = a_review(sqlite_database, "drafting")
    draft.act("record_version", {"version": "1", "what_for": "family"})
    reading = supposed(draft, ("give_draft_to_family", on(draft, 1)))
    (started,) = [c for c in reading.changes if c.id == "D12"]
    assert (started.what, started.after.state) == ("started", "running")
    assert not [r for r in reading.reminders if r.id == "D12" and r.what == "reminder"]
    late = supposed(draft, ("give_draft_to_family", on(draft, 1)), ("D05", on(draft, 400)))
    assert [c.after.state for c in late.changes if c.id == "D12"] == ["running"], "a family is never late"


def test_what_starts_says_what_would_start_in_its_turn(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "pre_publication")
    outcome = supposed(case, ("publish", on(case, 3)), ("published_on", on(case, 2)))
    (started,) = [c for c in outcome.changes if c.id == "D16"]
    assert started.after.start == on(case, 2), "the date that the step asks for is an answer to it"
    assert any("is not possible yet" in note for note in outcome.notes)
    proceed(case, "inquest")
    (proceeding,) = case.opened("proceeding")
    hearing = {"hearing_kind": "inquest", "hearing_from": "2027-02-01", "hearing_standing": "fixed"}
    case.act("add_hearing", hearing, ref=proceeding)
    (then,) = supposed(case, ("J01.hearing-1", date(2027, 6, 1))).further
    assert (then["after"], then["id"]) == ("L07", "L08")
    assert date.fromisoformat(then["due"]) == date.fromisoformat(then["done_on"]) + timedelta(days=56)


def test_a_clock_without_its_date_does_not_start(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    case.act(
        "add_action",
        {"action_text": "Train", "lead_body": "northmere-council", "plan_source": "early_learning", "scope": "local"},
    )
    (action,) = case.opened("action")
    tail = action.removeprefix(f"{case.ref}-")
    without = supposed(case, (f"{tail}.agree", on(case, 2)))
    assert [c for c in without.changes if c.id == "D18"] == [], "no date agreed: no clock, and nothing late"
    given = supposed(case, (f"{tail}.agree", on(case, 2)), ("target_date", date(2027, 3, 1)))
    assert [c.after.due for c in given.changes if c.id == "D18"] == [date(2027, 3, 1)]


def test_a_review_that_has_ended_says_so(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "concluded", day_by_day=False)
    outcome = supposed(case, holidays=[on(case, 3)])
    assert not any(c.changed and c.ref == case.ref for c in outcome.changes)
    assert any("has ended" in note for note in outcome.notes)


# --- who sees what ----------------------------------------------------------------------------------------


def test_nobody_learns_of_what_they_may_not_see(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "evidence")
    hold(case, "trial", ["imr_return"])
    with sqlite_database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        builders.grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
    for nobody in ("agency_contact", "steering_member"):
        with pytest.raises(NotFound), sqlite_database.read() as session:
            names_of_review(session, actor(session, nobody), case.ref, case.today)
        with pytest.raises(NotFound) as refused:
            supposed(case, ("no_such_name", on(case, 3)), by=nobody)
        assert "trial" not in str(refused.value)
    panel = supposed(case, ("trial", on(case, 30)), by="panel_member")
    assert not [c for c in panel.changes if c.clock == "imr_return"], "a panel does not see others' returns"
    assert "R01" not in refusal(case, ("no_such_name", on(case, 3)), by="panel_member")
    liaison = supposed(case, ("trial", on(case, 30)), by="police_liaison")
    assert {c.clock for c in liaison.changes} <= {"police_notification"} and not liaison.reminders
    assert refusal(case, ("sign_off", on(case, 3)), by="police_liaison").endswith("What can be supposed: trial.")
    with sqlite_database.read() as session:
        theirs = names_of_review(session, actor(session, "agency_contact"), returns_of(case, 1), case.today)
        assert not [name for name in theirs if name.sort == "hold"], "the hold is the review's, which they do not see"
    with sqlite_database.read() as session:
        offers = names_of_caseload(session, actor(session, "case_manager"), case.today)
        assert {o.key for o in offers if o.sort is Sort.HOLD} == {"trial", f"{case.ref}.trial"}
        assert {o.ref for o in offers} == {"", case.ref}
        assert names_of_caseload(session, actor(session, "agency_contact"), case.today) == []
        own = actor(session, "agency_contact")
        seen = what_if(session, own, case.today, [], [on(case, 20)])
        assert {c.clock for c in seen.changes} <= {"imr_return"}


def test_the_holds_of_a_kind_end_over_the_whole_caseload(sqlite_database: Database) -> None:
    cases = [a_review(sqlite_database, "evidence") for _ in range(2)]
    for case in cases:
        hold(case, "inquest", ["imr_return"])
    today = cases[0].today
    with sqlite_database.read() as session:
        asked = [Asked("inquest", today + timedelta(days=14))]
        outcome = what_if(session, actor(session, "team_manager"), today, asked)
        with pytest.raises(Invalid, match="not a name that every review has"):
            what_if(session, actor(session, "team_manager"), today, [Asked("decision", today)])
    found = {(c.review_ref, c.what) for c in outcome.changes}
    assert found == {(case.ref, "runs again") for case in cases}
    alone = {
        (c.ref, c.after.due) for case in cases for c in supposed(case, ("inquest", on(case, 14))).changes if c.changed
    }
    assert {(c.ref, c.after.due) for c in outcome.changes} == alone


def test_the_caseload_is_told_what_each_review_alone_is_told(sqlite_database: Database) -> None:
    """The decision is taken, an inquest without a hold ends, and one review goes its own way."""
    deciding = [a_review(sqlite_database, "decision_pending") for _ in range(2)]
    working = a_review(sqlite_database, "evidence")
    working.act("record_parallel_process", {"parallel_kind": "inquest", "parallel_status": "under_way"})
    today = max(case.today for case in (*deciding, working))
    for case in (*deciding, working):
        case.today = today
    taken, over, chair = today + timedelta(days=12), today + timedelta(days=30), today + timedelta(days=40)
    before = every_table(sqlite_database)
    with sqlite_database.read() as session:
        manager = actor(session, "team_manager")
        offers = names_of_caseload(session, manager, today)
        asked = [
            Asked("decision", taken), Asked("inquest", over), Asked(f"{deciding[1].ref}.tell_home_office", chair)
        ]  # fmt: skip
        outcome = what_if(session, manager, today, asked)
        with pytest.raises(Invalid, match="“publish” is not a name that every review has"):
            what_if(session, manager, today, [Asked("publish", over)])
        with pytest.raises(Invalid, match="Nothing here is called “publlish”"):
            what_if(session, manager, today, [Asked(f"{working.ref}.publlish", over)])
    assert every_table(sqlite_database) == before, "nothing at all is written"
    every = {offer.key: offer for offer in offers if not offer.ref}
    assert {"inquest", "decide_review", "decide_no_review"} <= set(every) and "add_task" not in every
    assert every["decide_review"].about == f"{deciding[0].ref}, {deciding[1].ref}."
    assert [one["label"] for one in outcome.supposed] == [
        "Record the decision to hold a review, in every review where it may come next",
        "Inquest: each that is open is over",
        f"{deciding[1].ref}: Record that the Home Office was told the decision",
    ]
    alone = [
        supposed(deciding[0], ("decision", taken), by="team_manager"),
        supposed(deciding[1], ("decision", taken), ("tell_home_office", chair), by="team_manager"),
        supposed(working, ("inquest", over), by="team_manager"),
    ]
    told = {(c.ref, c.clock, c.what, c.after.due, c.stopped_on) for one in alone for c in one.changes if c.changed}
    assert {(c.ref, c.clock, c.what, c.after.due, c.stopped_on) for c in outcome.changes} == told
    assert {what for _, _, what, _, _ in told} == {"started", "stopped"}
    reminded = {(r.sent, r.on, r.to, r.ref, r.id) for one in alone for r in one.reminders}
    assert {(r.sent, r.on, r.to, r.ref, r.id) for r in outcome.reminders} == reminded
    assert outcome.notes and all(note.startswith("DARDR-") for note in outcome.notes), "whose it is stands first"

"""The plan of a publication and the websites of a report, on both databases: what is opened, who sees it, its dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa

from dardr.access import get_record, visible
from dardr.casework.setup import home
from dardr.errors import DardrError, Forbidden, NotFound
from dardr.lookups.briefs import briefs
from dardr.lookups.search import search
from dardr.lookups.timeline import timeline
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from tests.builders import GATE, PUBLISH, WHO_IS_TOLD, Case, a_review, actor, grant
from workflows.definition import Role
from workflows.processes.dardr_s9_1.websites import NEVER, websites

PRESS, PANEL, CHAIR = "communications", "panel_member", "independent_chair"
NOTICE, FAMILY = "publication-notice", "family-notice"
TOLD = {"told_how": "email", "told_by": "Case manager"}


@pytest.fixture
def case(database: Database) -> Case:
    """A cleared review with a plan of who is told, somebody of communications, a chair and a member of the panel."""
    case = a_review(database, "pre_publication")
    with database.write() as session:
        grant(session, PRESS, Role.COMMUNICATIONS, case.ref)
        grant(session, PANEL, Role.PANEL_MEMBER, case.ref)
        grant(session, CHAIR, Role.INDEPENDENT_CHAIR, case.ref)
    plan = {"family_told": ["family"], "audiences": ["police", "coroner"], "web_teams": ["The partnership's website"]}
    case.act("prepare_publication_plan", plan)
    return case


def refs_seen(case: Case, person: str) -> set[str]:
    with case.database.read() as session:
        keys = (NOTICE, FAMILY)
        query = sa.select(Record.process_key).where(visible(actor(session, person)), Record.process_key.in_(keys))
        return set(session.scalars(query))


def refused(case: Case, action: str, values: Mapping[str, object]) -> list[str]:
    with pytest.raises(DardrError) as error:
        case.act(action, values)
    return [str(reason.field) for reason in error.value.reasons]


def test_the_plan_opens_a_line_for_each(case: Case) -> None:
    titles = [case.record(ref).title for ref in case.opened(NOTICE)]
    assert titles == ["Police", "Coroner", "Web team"]
    assert case.record(case.opened(NOTICE)[2]).facts["whom"] == "The partnership's website"
    (family,) = case.opened(FAMILY)
    assert case.record(family).title == "Family"
    case.act("add_publication_notice", {"audience": "other", "whom": "The school", "how": "visit"}, by=PRESS)
    added = case.record(case.opened(NOTICE)[-1])
    assert (added.title, added.facts["whom"], added.stage) == ("Somebody else", "The school", "planned")


def test_who_sees_the_lines(case: Case) -> None:
    assert refs_seen(case, "case_manager") == {NOTICE, FAMILY} == refs_seen(case, CHAIR)
    assert refs_seen(case, PRESS) == {NOTICE} == refs_seen(case, "deciding_chair") == refs_seen(case, "auditor")
    assert refs_seen(case, PANEL) == set() == refs_seen(case, "agency_contact") == refs_seen(case, "police_liaison")


def test_communications_do_their_lines_and_reach_no_other(case: Case) -> None:
    notice, (family,) = case.opened(NOTICE)[0], case.opened(FAMILY)
    case.act("record_told", TOLD, by=PRESS, ref=notice)
    assert case.record(notice).stage == "told"
    with case.database.read() as session:
        press = actor(session, PRESS)
        assert get_record(session, press, notice).ref == notice
        assert [event["action"] for event in timeline(session, press, notice)["events"]] == [
            "open_notice",
            "record_told",
        ]
        with pytest.raises(NotFound):
            get_record(session, press, family, in_part=True)
        with pytest.raises(Forbidden):
            get_record(session, press, case.ref)
        assert search(session, press, family).total == 0


def test_communications_of_another_review_see_nothing(case: Case) -> None:
    other = a_review(case.database, "pre_publication")
    other.act("prepare_publication_plan", {"family_told": ["family"], "audiences": ["cps"]})
    with case.database.read() as session, pytest.raises(NotFound):
        get_record(session, actor(session, PRESS), other.opened(NOTICE)[0])


def test_a_conflict_of_interest_hides_the_lines_too(case: Case) -> None:
    from dardr.casework.conflicts import record_conflict
    from tests.builders import at_ten

    with case.database.write() as session:
        record_conflict(session, actor(session, PRESS), at_ten(case.today), case.ref, "Knows a relative")
    assert refs_seen(case, PRESS) == set()


def test_publication_waits_until_everyone_was_told_or_is_not_for_a_reason(case: Case) -> None:
    case.do(GATE)
    with pytest.raises(DardrError) as error:
        case.act("publish", PUBLISH)
    (reason,) = error.value.reasons
    police, coroner, team = case.opened(NOTICE)
    assert "the family" in reason.reason and police in reason.reason
    assert case.opened(FAMILY)[0] not in reason.reason
    for ref in (police, team):
        case.act("record_told", TOLD, ref=ref)
    case.act("record_not_told", {"not_told_because": "The inquest has ended."}, ref=coroner)
    case.act("record_family_told", {"told_how": "visit", "told_by": "The chair"}, by=CHAIR, ref=case.opened(FAMILY)[0])
    case.act("strike_out_telling", {"not_told_after_all": "The e-mail came back."}, ref=police)
    assert refused(case, "publish", PUBLISH) == ["None"]
    case.act("record_told", TOLD, ref=police)
    assert case.act("publish", PUBLISH).stage == "published"


def in_the_brief(case: Case) -> str:
    with case.database.read() as session:
        (brief,) = briefs(session, actor(session, "case_manager"), case.today, [case.ref])
    return brief.publication


def test_the_brief_says_for_when_it_is_planned(case: Case) -> None:
    assert in_the_brief(case) == ""
    case.act("change_planned_day", {"planned_for": "2027-12-03"})
    case.act("change_embargo", {
        "new_embargo": "2027-12-03T10:00", "embargo_because": "Agreed", "embargo_agreed_by": "Press offices",
    })  # fmt: skip
    assert in_the_brief(case) == "Planned for 3 December 2027; embargo until 3 December 2027, 10:00"


def test_on_two_websites_taken_down_from_one_and_put_back(database: Database) -> None:
    with database.write() as session:
        partnership = home(session)
        assert partnership is not None
        partnership.settings = {**partnership.settings, "websites": ["County", "City"]}
    case = a_review(database, "pre_publication")
    case.do((*GATE, *WHO_IS_TOLD))
    assert refused(case, "publish", {**PUBLISH, "website": "Coast"}) == ["website"]
    case.act("publish", {**PUBLISH, "website": "County"})
    on = case.today.isoformat()
    city = {"website": "City", "website_address": "https://city.example/1", "website_since": on}
    case.act("record_website", city)
    assert refused(case, "record_website", city) == ["website"]
    down = {
        "website": "City", "still_shown": "nothing", "taken_down_reason": "Asked for by the family",
        "taken_down_by": "Chair of the partnership", "taken_down_for": "until_looked_at",
    }  # fmt: skip
    case.act("record_taken_down", down)
    assert [site.online for site in websites(case.record().facts)] == [True, False]
    assert in_the_brief(case).endswith("; on County")
    assert refused(case, "record_taken_down", down) == ["website"]
    case.act("put_back", {"website": "City", "put_back_why": "The family agreed", "put_back_by": "Chair"})
    assert all(site.online for site in websites(case.record().facts))
    assert in_the_brief(case).endswith("; on County and City")
    assert refused(case, "record_taken_down", {**down, "website": "Coast"}) == ["website"]


def test_what_was_never_published_is_not_taken_down(database: Database) -> None:
    case = a_review(database, "not_published")
    case.act("start_action_monitoring")
    with pytest.raises(DardrError) as error:
        case.act("record_taken_down", {
            "website": "The partnership's website", "still_shown": "nothing", "taken_down_reason": "Asked for",
            "taken_down_by": "Chair", "taken_down_for": "good",
        })  # fmt: skip
    assert NEVER in [reason.reason for reason in error.value.reasons]


def test_the_next_look_at_a_published_report_is_the_day_given_or_the_partnerships_own_length(
    database: Database,
) -> None:
    case = a_review(database, "pre_publication")
    case.do((*GATE, *WHO_IS_TOLD))
    case.act("publish", PUBLISH)
    assert case.deadlines("look_again_online") == [], "no day was given, and no length is set"
    day = case.today + timedelta(days=365)
    look = {"online_view": "It stays.", "look_again_online_on": day.isoformat()}
    case.act("look_again_online", look)
    assert case.deadline("look_again_online").due_on == day
    with database.write() as session:
        partnership = home(session)
        assert partnership is not None
        partnership.settings = {**partnership.settings, "look_again_online": {"n": 24, "unit": "months"}}
    case.act("look_again_online", {"online_view": "It stays."})
    rows = case.deadlines("look_again_online")
    assert [row.running for row in rows] == [False, True]
    assert rows[-1].due_on is not None and rows[-1].due_on.year == case.today.year + 2
    case.act("end_looks_online", {"no_more_looks_why": "It stays for good; the chair agreed."})
    assert not case.deadline("look_again_online").running


def test_the_next_look_at_a_report_held_back(database: Database) -> None:
    case = a_review(database, "pre_publication")
    first, then = case.today + timedelta(days=200), case.today + timedelta(days=500)
    decided = {
        "not_published_reason": "children", "not_published_reasons": "Fictional.", "look_again_on": first.isoformat(),
        "not_published_authorised_by": "Chair of the partnership",
    }  # fmt: skip
    case.act("decide_not_to_publish", decided, by="deciding_chair")
    assert case.deadline("look_again_not_published").due_on == first
    case.act("look_again_at_not_publishing", {"not_publishing_view": "As before.", "look_again_on": then.isoformat()})
    assert [row.running for row in case.deadlines("look_again_not_published")] == [False, True]
    assert case.deadline("look_again_not_published").due_on == then
    after = {"publish_after_all_because": "The child is of age and agrees.", "publish_after_all_by": "Chair"}
    assert case.act("publish_after_all", after).stage == "pre_publication"
    assert not case.deadline("look_again_not_published").running


def test_no_look_is_owed_where_no_day_was_given(database: Database) -> None:
    assert a_review(database, "not_published").deadlines("look_again_not_published") == []

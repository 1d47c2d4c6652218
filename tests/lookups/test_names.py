"""What a partnership, CSP or body was called on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dardr.casework.administer.checks import home, of_key
from dardr.casework.administer.names import rename
from dardr.lookups.names import FormerNames, name_of, names_on
from dardr.lookups.quarterly import quarter_of, quarterly
from dardr.storage.bodies import Body, FormerName
from dardr.storage.engine import Database
from tests import builders

CHANGED = date(2026, 6, 1)


@pytest.fixture
def renamed(database: Database) -> int:
    with database.write() as session:
        row = of_key(session, Body, "mereshire-nhs")
        me = builders.actor(session, "administrator")
        for name, day in (("Second", date(2026, 4, 1)), ("Third", CHANGED)):
            rename(session, me, builders.at_ten(date(2026, 8, 3)), row, name, day)
        return row.id


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1990, 1, 1), "Mereshire NHS Trust"),
        (date(2026, 3, 31), "Mereshire NHS Trust"),
        (date(2026, 4, 1), "Second"),
        (CHANGED - timedelta(days=1), "Second"),
        (CHANGED, "Third"),
        (None, "Third"),
    ],
)
def test_the_name_of_a_day(database: Database, renamed: int, day: date | None, name: str) -> None:
    with database.read() as session:
        assert name_of(session, "body", renamed, day) == name
        assert names_on(session, "body", home(session).id, day)["mereshire-nhs"] == name


def test_names_of_one_kind_are_not_those_of_another(database: Database, renamed: int) -> None:
    with database.write() as session:
        session.add(FormerName(kind="csp", of_id=renamed, name="Not a body", until_on=date(2026, 12, 31)))
    with database.read() as session:
        assert name_of(session, "body", renamed, date(2026, 7, 1)) == "Third"
        assert not FormerNames(session, "partnership")
        assert [name for _, name in FormerNames(session, "body").all_of(renamed)] == ["Mereshire NHS Trust", "Second"]


def test_a_report_as_at_a_day_names_bodies_and_the_partnership_as_they_were(database: Database) -> None:
    review = builders.a_review(database, "decision_pending", on=date(2026, 3, 2))
    plan = {"action_text": "Train staff", "lead_body": "mereshire-nhs", "plan_source": "early_learning"}
    review.act("add_action", {**plan, "scope": "local"})
    with database.write() as session:
        me, now = builders.actor(session, "administrator"), builders.at_ten(date(2026, 8, 3))
        rename(session, me, now, home(session), "Mere", CHANGED)
        rename(session, me, now, of_key(session, Body, "mereshire-nhs"), "Mere Hospitals", CHANGED)
    with database.read() as session:
        me, today = builders.actor(session, "team_manager"), date(2026, 8, 3)
        before, after = quarter_of(date(2026, 5, 1)), quarter_of(today)
        then = quarterly(session, me, before.from_, before.to, date(2026, 5, 31), today)
        now_ = quarterly(session, me, after.from_, after.to, today, today)
    assert then.partnership == "Mereshire (fictional)" and now_.partnership == "Mere"
    assert [line.name for line in then.actions.by_agency] == ["Mereshire NHS Trust"]
    assert [line.name for line in now_.actions.by_agency] == ["Mere Hospitals"]

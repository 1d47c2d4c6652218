"""``dardr setup``: from no database to a partnership with its first administrator, and again without harm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from dardr.casework.setup import compare, load_profile, profile_names, read_profile
from dardr.storage.bodies import Body, Csp, FormerName, Partnership
from dardr.storage.engine import Database
from dardr.storage.people import AdminEvent, User
from dardr.storage.reviews import Record
from dardr.systime import utc_now
from tests.cli.conftest import Dardr

ANN = ("--administrator", "ann@council.example", "--name", "Ann Archer")


@pytest.fixture
def fresh(empty_database_url: str, tmp_path: Path) -> Dardr:
    return Dardr(empty_database_url, tmp_path / "data")


def test_from_no_database_to_an_administrator(fresh: Dardr) -> None:
    said = fresh.ok("setup", "--profile", "kent", *ANN)
    assert said["partnership"] == "Kent Community Safety Partnership"
    assert said["from"] is None and said["to"] and said["nobody_yet"] is False
    assert len(said["added"]["Local partnerships"]) == 12 and "Kent Police" in said["added"]["Bodies"]
    assert said["administrator"]["password"]
    database = Database(fresh.url)
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 0
        people = session.scalars(sa.select(User.email).where(User.is_operator.is_(False))).all()
        assert people == ["ann@council.example"]
        assert "role_given" in session.scalars(sa.select(AdminEvent.what)).all()
    database.close()
    users = fresh.ok("user", "list")["users"]
    assert [u["roles"] for u in users if u["email"] == "ann@council.example"] == [
        [{"role": "administrator", "csp": None, "body": None, "review": None}]
    ]


def test_done_again_it_changes_nothing(fresh: Dardr) -> None:
    first = fresh.ok("setup", "--profile", "kent", *ANN)
    again = fresh.ok("setup", "--profile", "kent", *ANN)
    assert again["added"] == {} and again["administrator"]["password"] is None
    assert again["from"] == again["to"] == first["to"]
    assert "Nothing was missing." in fresh("setup", "--profile", "kent").out


def test_what_people_changed_stays_unless_they_ask_for_the_file(fresh: Dardr) -> None:
    fresh.ok("setup", "--profile", "kent")
    database = Database(fresh.url)
    with database.write() as session:
        session.execute(sa.update(Body).where(Body.key == "kent-police").values(name="Police in Kent", section9=False))
        session.execute(
            sa.update(Csp).where(Csp.key == "dover").values(areas=["Dover only"], until_on=date(2030, 1, 1))
        )
        here = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        here.team_email, here.settings = "team@kent.example", {**here.settings, "action_plan_assured": False}
        session.execute(sa.delete(Csp).where(Csp.key == "swale"))
    said = fresh.ok("setup", "--profile", "kent")
    assert said["added"] == {"Local partnerships": ["Swale Community Safety Partnership"]}
    assert said["left_as_changed"] == ["Police in Kent: the file calls it Kent Police."]
    with database.read() as session:
        police = session.scalars(sa.select(Body).where(Body.key == "kent-police")).one()
        dover = session.scalars(sa.select(Csp).where(Csp.key == "dover")).one()
        assert (police.name, police.section9) == ("Police in Kent", False)
        assert (dover.areas, dover.until_on) == (["Dover only"], date(2030, 1, 1))
    assert fresh.ok("setup", "--profile", "kent", "--update")["left_as_changed"] == []
    with database.read() as session:
        police = session.scalars(sa.select(Body).where(Body.key == "kent-police")).one()
        here = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        assert (police.name, police.section9) == ("Kent Police", True)
        assert here.team_email == "team@kent.example" and here.settings["action_plan_assured"] is False
    database.close()


def test_an_empty_start_waits_for_the_administrator(fresh: Dardr) -> None:
    said = fresh("setup", "--profile", "none", *ANN)
    assert said.code == 0 and "names it in the browser" in said.out and "Password, shown this once" in said.out
    assert fresh.ok("setup", "--profile", "none")["partnership"] is None
    assert fresh.ok("setup", "--profile", "kent")["partnership"] == "Kent Community Safety Partnership"
    database = Database(fresh.url)
    with database.read() as session:
        assert None not in session.scalars(sa.select(User.partnership_id)).all()
    database.close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--profile", "atlantis"), "There is no profile called atlantis."),
        (("--profile", "demonstration"), "demonstration is fictional"),
        (("--profile", "none", "--update"), "no profile to update from"),
        (("--profile", "kent", "--name", "Ann"), "Give --administrator too"),
        (("--profile", "kent", "--administrator", "nobody", "--name", "Ann"), "is not an e-mail address"),
        (("--profile", "kent", "--administrator", "ann@council.example"), "Give the name of the administrator"),
        (("--profile", "kent", "--administrator", "operator@localhost"), "Choose somebody else"),
    ],
)
def test_what_is_refused(fresh: Dardr, words: tuple[str, ...], says: str) -> None:
    assert says in fresh.refused("setup", *words)[0]


def test_another_partnership_is_refused_once_somebody_works_here(fresh: Dardr, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh.ok("setup", "--profile", "kent", *ANN)
    other = {"partnership": {"key": "other", "name": "Other"}}
    monkeypatch.setattr("dardr.casework.setup.read_profile", lambda _name: other)
    assert "is for an installation of its own" in fresh.refused("setup", "--profile", "other")[0]


def test_the_profiles_hold_together(fresh: Dardr) -> None:
    fresh.ok("db", "upgrade", "--profile", "none")
    database = Database(fresh.url)
    for name in profile_names():
        profile = read_profile(name)
        with database.write() as session:
            assert compare(session, profile).anything
            here = load_profile(session, utc_now(), profile)
            assert not compare(session, profile).anything
            for body in session.scalars(sa.select(Body).where(Body.partnership_id == here.id)):
                after = session.get(Body, body.successor_id) if body.successor_id else None
                if after is not None:
                    assert body.until_on is not None
                    assert after.until_on is None or body.until_on < after.until_on
            assert all(csp.areas for csp in session.scalars(sa.select(Csp).where(Csp.partnership_id == here.id)))
    database.close()


def test_a_profile_may_hold_former_names(fresh: Dardr) -> None:
    fresh.ok("db", "upgrade", "--profile", "none")
    profile = {
        "partnership": {"key": "mere", "name": "Mere"},
        "body": [{"key": "trust", "name": "Trust"}],
        "former_name": [
            {"kind": "body", "of": "trust", "name": "Old trust", "until": date(2020, 3, 31)},
            {"kind": "partnership", "of": "mere", "name": "Old Mere", "until": date(2019, 3, 31)},
        ],
    }
    database = Database(fresh.url)
    for _ in range(2):
        with database.write() as session:
            load_profile(session, utc_now(), profile)
    with database.read() as session:
        assert sorted(session.scalars(sa.select(FormerName.name))) == ["Old Mere", "Old trust"]
    database.close()

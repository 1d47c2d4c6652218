"""Wrong on purpose: each is refused with a sentence that says what to do, and nothing is saved."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from dardr.storage.engine import make_engine
from dardr.systime import london_now
from tests.cli.conftest import Dardr
from tests.cli.driver import Driver

TODAY = london_now().date()
ON = ("--on", TODAY.isoformat())
ACCEPT = ("accept_notification", *ON, "--field", "area_confirmed=yes")


@pytest.fixture
def ref(dardr: Dardr, tmp_path: Path) -> str:
    return Driver(dardr, [], TODAY, tmp_path).open("dardr-s9")


def _opening(dardr: Dardr, folder: Path, **other: str) -> list[str]:
    """The command that opens a review, with some answers changed; an empty one is left out."""
    fields = dardr.ok("process", "show", "dardr-s9")["opening"]
    driver = Driver(dardr, [], TODAY, folder)
    given = [part for f in fields if f["required"] and f["name"] not in other for part in driver._answer(f, 0)]
    return ["review", "open", *given, *(p for n, v in other.items() if v for p in ("--field", f"{n}={v}"))]


@pytest.mark.parametrize(
    "wrong",
    ["2026-02-31", "31 February 2026", "2026-01-00", "0 January 2026", "2026-31-01", "31/13/2026", "soon", "--", ""],
)
def test_an_impossible_day_is_refused_as_an_answer_and_as_an_option(
    on_sqlite: Dardr, tmp_path: Path, wrong: str
) -> None:
    said = on_sqlite(*_opening(on_sqlite, tmp_path, notified_on=wrong or " "), "--json")
    assert said.code == 1
    assert [one["field"] for one in said.json["refused"]] == ["notified_on"]
    ref = Driver(on_sqlite, [], TODAY, tmp_path).open("dardr-s9")
    command = ("review", "act", ref, "accept_notification", f"--on={wrong}", "--field", "area_confirmed=yes")
    acted = on_sqlite(*command, "--json")
    assert acted.code == 1
    assert acted.json["refused"][0]["field"] == "on"
    assert len(on_sqlite.ok("review", "list")["reviews"]) == 1


def test_a_day_to_come_is_refused(dardr: Dardr, ref: str) -> None:
    command = ("review", "act", ref, "accept_notification", "--on", "2999-01-01", "--field", "area_confirmed=yes")
    said = dardr(*command, "--json")
    assert said.code == 1
    assert said.json["refused"][0]["field"] == "on"
    assert "after today" in said.reasons[0]


def test_a_decision_before_the_death_is_refused(dardr: Dardr, tmp_path: Path) -> None:
    ref = dardr.ok(*_opening(dardr, tmp_path, death_date=TODAY.isoformat()))["ref"]
    dardr.ok("review", "act", ref, *ACCEPT)
    driver = Driver(dardr, [], TODAY, tmp_path)
    driver.carry(ref, "decision_pending")
    decide = next(a for a in dardr.ok("review", "actions", ref)["actions"] if a["key"] == "decide_review")
    given = [part for f in decide["fields"] if f["required"] for part in driver._answer(f, 0)]
    said = dardr("review", "act", ref, "decide_review", "--on", "2020-01-01", *given, "--json")
    assert said.code == 1
    assert any("death" in reason for reason in said.reasons), said
    assert dardr.ok("review", "show", ref)["stage"] == "decision_pending"


def test_an_action_the_stage_does_not_have_or_nobody_has(dardr: Dardr, ref: str) -> None:
    assert "is not a step of the stage" in dardr.refused("review", "act", ref, "publish", *ON)[0]
    assert "There is no step called" in dardr.refused("review", "act", ref, "abolish", *ON)[0]
    assert "There is no record" in dardr.refused("review", "act", "DARDR-1999-999", "publish", *ON)[0]


def test_a_role_that_may_not(dardr: Dardr, ref: str) -> None:
    dardr.ok("user", "add", "audit@partnership.example", "--name", "A Auditor", "--role", "auditor")
    said = dardr.refused("review", "act", ref, *ACCEPT, "--as", "audit@partnership.example")
    assert "is not yours to do here" in said[0]
    assert dardr.ok("review", "actions", ref, "--as", "audit@partnership.example")["actions"] == []
    dardr.ok("user", "add", "elsewhere@trust.example", "--name", "E Else", "--role", "agency_contact", "--body", "kcc")
    hidden = dardr.refused("review", "show", ref, "--as", "elsewhere@trust.example")
    assert "There is no record" in hidden[0]
    assert dardr.refused("review", "show", ref, "--as", "nobody@nowhere.example")
    assert dardr.ok("review", "show", ref)["stage"] == "notified"


def test_every_wrong_answer_is_named_at_once(dardr: Dardr, tmp_path: Path) -> None:
    command = _opening(dardr, tmp_path, notified_on="", notifier="a ghost", in_writing="yes")
    said = dardr(*command, "--field", "colour=red", "--field", "in_writing=yes", "--json")
    assert said.code == 1
    assert {one["field"] for one in said.json["refused"]} >= {"notified_on", "notifier", "colour", "in_writing"}
    assert dardr.ok("review", "list")["reviews"] == []


def test_answers_of_the_wrong_kind(dardr: Dardr, tmp_path: Path) -> None:
    for name, value in (("children_under_18", "two"), ("media_interest", "perhaps"), ("csps", "atlantis")):
        said = dardr(*_opening(dardr, tmp_path, **{name: value}), "--json")
        assert said.code == 1, (name, said)
        assert name in {one["field"] for one in said.json["refused"]}


def test_of_two_writers_one_wins_and_the_other_is_told_what_changed(dardr: Dardr, ref: str) -> None:
    seen = str(dardr.ok("review", "show", ref)["revision"])
    dardr.ok("user", "add", "ann@partnership.example", "--name", "Ann Archer", "--role", "case_manager")
    dardr.ok("review", "act", ref, *ACCEPT, "--revision", seen, "--as", "ann@partnership.example")
    said = dardr.refused("review", "act", ref, *ACCEPT, "--revision", seen)
    assert "has changed since you opened it" in said[0]
    assert "Ann Archer" in said[0]


def test_the_operator_is_on_record_and_is_one_person(dardr: Dardr, ref: str) -> None:
    events = dardr.ok("review", "timeline", ref)["events"]
    assert [e["actor"] for e in events] == ["Operator (command line)"]
    assert [u["email"] for u in dardr.ok("user", "list")["users"] if u["operator"]] == ["operator@localhost"]


def test_people_are_added_once_and_roles_are_added_up(dardr: Dardr, ref: str) -> None:
    add = ("user", "add", "lee@partnership.example", "--name", "Lee Lowe")
    first = dardr.ok(*add, "--role", "case_manager")
    assert first["new"] is True and first["password"] and first["roles_added"] == ["case_manager"]
    again = dardr.ok(*add, "--role", "case_manager", "--role", "team_manager")
    assert (again["new"], again["password"], again["roles_added"]) == (False, None, ["team_manager"])
    dardr.ok(*add, "--role", "panel_member", "--review", ref)
    dardr.ok(*add, "--role", "csp_member", "--csp", "medway")
    lee = next(u for u in dardr.ok("user", "list")["users"] if u["email"] == "lee@partnership.example")
    assert [(r["role"], r["csp"], r["review"]) for r in lee["roles"]] == [
        ("case_manager", None, None),
        ("team_manager", None, None),
        ("panel_member", None, ref),
        ("csp_member", "medway", None),
    ]
    assert dardr.ok("user", "disable", "lee@partnership.example")["active"] is False
    assert dardr.refused("review", "list", "--as", "lee@partnership.example")


def test_adding_somebody_who_was_disabled_says_that_access_is_given_back(on_sqlite: Dardr) -> None:
    add = ("user", "add", "lee@partnership.example", "--name", "Lee Lowe", "--role", "auditor")
    assert "Lee Lowe (lee@partnership.example) has access now." in on_sqlite(*add).out
    assert "had access already." in on_sqlite(*add).out
    on_sqlite.ok("user", "disable", "lee@partnership.example")
    assert "Lee Lowe (lee@partnership.example) has access again." in on_sqlite(*add).out
    assert on_sqlite.ok("review", "list", "--as", "lee@partnership.example")["reviews"] == []
    on_sqlite.ok("user", "disable", "lee@partnership.example")
    assert on_sqlite.ok(*add)["access_given_back"] is True
    assert on_sqlite.ok(*add)["access_given_back"] is False


@pytest.mark.parametrize("role", ["police_liaison", "communications"])
def test_police_and_communications_are_told_of_their_part_only(
    on_sqlite: Dardr, tmp_path: Path, role: str
) -> None:
    mine, other = (on_sqlite.ok(*_opening(on_sqlite, tmp_path))["ref"] for _ in range(2))
    email = "kit@partnership.example"
    on_sqlite.ok("user", "add", email, "--name", "Kit Kemp", "--role", role)
    assert on_sqlite.ok("review", "list", "--as", email)["reviews"] == []
    assert on_sqlite.ok("user", "add", email, "--role", role, "--review", mine)["roles_added"] == [role]
    assert on_sqlite.ok("review", "list", "--as", email)["reviews"] == [], "a part of a review is shown on its page"
    said = on_sqlite.refused("review", "show", mine, "--as", email)[0]
    part, nothing_before_clearance = "shows a part of", "not yours to see"
    assert (part if role == "police_liaison" else nothing_before_clearance) in said
    assert "not yours to see" in on_sqlite.refused("review", "show", other, "--as", email)[0]
    assert on_sqlite.ok("user", "add", email, "--role", role, "--review", mine)["roles_added"] == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--role", "agency_contact"), "body"),
        (("--role", "independent_chair"), "review"),
        (("--role", "csp_member"), "csp"),
        (("--role", "case_manager", "--csp", "medway"), "csp"),
        (("--role", "agency_lead", "--body", "atlantis"), "body"),
        (("--role", "case_manager", "--password", "short"), "password"),
        ((), "role"),
    ],
)
def test_a_role_without_its_scope_is_refused(on_sqlite: Dardr, arguments: tuple[str, ...], field: str) -> None:
    said = on_sqlite("user", "add", "new@partnership.example", "--name", "New", *arguments, "--json")
    assert said.code == 1
    assert said.json["refused"][0]["field"] == field
    assert [u["operator"] for u in on_sqlite.ok("user", "list")["users"]] == [True]


def test_an_address_that_is_none(on_sqlite: Dardr) -> None:
    for wrong in ("nobody", "a b@c.example", "@", "x@y"):
        said = on_sqlite.refused("user", "add", wrong, "--name", "N", "--role", "auditor")
        assert "is not an e-mail address" in said[0]


# --- databases --------------------------------------------------------------------------------------------


def test_a_database_that_was_never_set_up(empty_database_url: str, tmp_path: Path) -> None:
    fresh = Dardr(empty_database_url, tmp_path / "data")
    for command in (("review", "list"), ("db", "check"), ("audit", "verify"), ("worker", "--once")):
        assert fresh.refused(*command) == ["This database has not been set up. Run: dardr db upgrade"]
    assert not (tmp_path / "empty.sqlite3").exists()
    assert fresh("db", "check").err == "This database has not been set up. Run: dardr db upgrade\n"


@pytest.mark.parametrize(("version", "words"), [("0000", "newer dardr"), ("9999", "newer dardr")])
def test_a_database_of_a_version_that_is_not_known(dardr: Dardr, version: str, words: str) -> None:
    _set_version(dardr.url, version)
    for command in (("review", "list"), ("db", "check"), ("db", "upgrade")):
        assert words in dardr.refused(*command)[0], command


def test_a_database_of_an_older_version(dardr: Dardr) -> None:
    from dardr.storage import migrate

    needs = migrate.head()
    _set_version(dardr.url, "0001")
    said = dardr.refused("review", "list")
    assert said == [
        f"This database is of an older version (0001; this program needs {needs}). "
        "Make a copy of it, then run: dardr db upgrade"
    ]


def _set_version(url: str, version: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    engine.dispose()


def test_upgrade_twice_changes_nothing(dardr: Dardr) -> None:
    first = dardr.ok("db", "upgrade")
    assert first["from"] == first["to"]
    assert first["partnership"] == "Kent Community Safety Partnership"
    assert dardr.ok("db", "check")["ok"] is True


def test_an_installation_without_a_profile(empty_sqlite_url: str, tmp_path: Path) -> None:
    bare = Dardr(empty_sqlite_url, tmp_path / "data")
    assert bare.ok("db", "upgrade", "--profile", "none")["partnership"] is None
    assert bare.ok("db", "upgrade")["partnership"] is None
    assert bare.refused("db", "upgrade", "--profile", "atlantis")[0].startswith("There is no profile called atlantis.")
    assert bare.refused("db", "upgrade", "--profile", "demonstration")
    assert bare.ok("review", "list")["reviews"] == []
    assert "Load one with: dardr db upgrade --profile kent" in bare("db", "upgrade").out
    says = ["No partnership has been set up yet. Run: dardr db upgrade --profile kent"]
    add = ("user", "add", "ann@partnership.example", "--name", "Ann", "--role", "case_manager")
    for command in (add, ("report", "quarterly", "--quarter", "2026Q3", "--format", "json")):
        said = bare(*command)
        assert (said.code, said.err.splitlines()) == (1, says), command
    assert bare.ok("db", "upgrade", "--profile", "kent")["partnership"] == "Kent Community Safety Partnership"


def test_the_file_of_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "more" / "new.db"
    before = os.umask(0o022)
    try:
        Dardr(f"sqlite:///{path}", tmp_path / "data").ok("db", "upgrade")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_postgresql_that_cannot_be_reached(tmp_path: Path) -> None:
    away = Dardr("postgresql://reviewer:secret@127.0.0.1:1/reviews", tmp_path / "data")
    said = away("review", "list", "--json")
    assert said.code == 1
    assert "cannot be reached" in said.reasons[0] and "DARDR_DATABASE_URL" in said.reasons[0]
    assert "secret" not in said.out


def test_an_address_of_no_database_and_a_file_that_is_none(tmp_path: Path) -> None:
    assert "cannot be read" in Dardr("nonsense", tmp_path).refused("review", "list")[0]
    text = tmp_path / "text.db"
    text.write_text("This is a letter, not a database. " * 100)
    assert "not a database" in Dardr(f"sqlite:///{text}", tmp_path).refused("review", "list")[0]


def test_settings_that_cannot_be_used(on_sqlite: Dardr) -> None:
    said = on_sqlite("review", "list", "--json", DARDR_SMTP_PORT="many")
    assert said.code == 1
    assert "DARDR_SMTP_PORT" in said.reasons[0]


def test_postgresql_without_the_keys_that_every_host_shares(postgres_url: str, tmp_path: Path) -> None:
    shared = Dardr(postgres_url, tmp_path / "data")
    shared.ok("db", "upgrade")
    letter = tmp_path / "letter.txt"
    letter.write_text("A letter.")
    opening = _opening(shared, tmp_path, notification_form=f"@{letter}")
    for key in ("DARDR_SECRET_KEY", "DARDR_MASTER_KEY"):
        del shared.env[key]
    assert "Set DARDR_SECRET_KEY and DARDR_MASTER_KEY" in shared.refused(*opening)[0]
    assert shared.ok("review", "list")["reviews"] == []


# --- no room on the disk ----------------------------------------------------------------------------------

NO_ROOM = "There is no room left on the disk. Nothing was saved. Free some space and do it again."


@pytest.mark.crash
def test_a_full_disk_by_the_size_a_database_may_have(on_sqlite: Dardr, tmp_path: Path) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    ref = Driver(on_sqlite, [], TODAY, tmp_path).open("dardr-s9")
    file = tmp_path / "much.txt"
    file.write_bytes(b"x" * 3_000_000)

    def no_more_pages(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 4}")

    event.listen(Engine, "connect", no_more_pages)
    try:
        said = on_sqlite(
            "review", "act", ref, "await_police_notification", *ON,
            "--field", f"police_identified_on={TODAY.isoformat()}", "--json",
        )  # fmt: skip
        stored = on_sqlite(*_opening(on_sqlite, tmp_path, notification_form=f"@{file}"), "--json")
    finally:
        event.remove(Engine, "connect", no_more_pages)
    assert stored.code == 1
    assert stored.reasons == [NO_ROOM]
    assert said.code in (0, 1)
    assert [r["ref"] for r in on_sqlite.ok("review", "list")["reviews"]] == [ref]
    assert on_sqlite.ok("audit", "verify")["ok"] is True


@pytest.mark.crash
def test_a_full_disk_by_the_size_a_file_may_have(on_sqlite: Dardr, tmp_path: Path) -> None:
    ref = Driver(on_sqlite, [], TODAY, tmp_path).open("dardr-s9")
    file = tmp_path / "much.txt"
    file.write_bytes(b"x" * 3_000_000)

    def little_room(size: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    database = Path(on_sqlite.url.removeprefix("sqlite:///"))
    room = database.stat().st_size + 100_000
    opening = _opening(on_sqlite, tmp_path, notification_form=f"@{file}")
    said = on_sqlite.process(*opening, "--json", preexec=little_room(room))
    assert said.code == 1, said
    assert said.reasons == [NO_ROOM]

    report = tmp_path / "report.pdf"
    quarter = ("report", "quarterly", "--quarter", "2026Q3", "--format", "pdf", "--output", str(report))
    for size in (1_000, 33_000):
        made = on_sqlite.process(*quarter, preexec=little_room(size))
        assert made.code == 1, made
        assert NO_ROOM in made.err
    assert not report.exists() and not list(tmp_path.glob("*.part"))

    assert [r["ref"] for r in on_sqlite.ok("review", "list")["reviews"]] == [ref]
    assert on_sqlite.ok("audit", "verify")["ok"] is True


def test_a_database_that_somebody_else_is_writing_to(
    on_sqlite: Dardr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dardr.storage import engine

    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    ref = Driver(on_sqlite, [], TODAY, tmp_path).open("dardr-s9")
    other = sqlite3.connect(on_sqlite.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        said = on_sqlite("review", "act", ref, *ACCEPT, "--json")
    finally:
        other.close()
    assert said.code == 1
    assert said.reasons[0].startswith("The database is busy")
    on_sqlite.ok("review", "act", ref, *ACCEPT)

"""Imports, reports, documents, history and post from the command line."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from dardr.systime import london_now
from tests.cli.conftest import Dardr
from tests.cli.driver import Driver
from workflows.calendar import usual_holidays

TODAY = london_now().date()
QUARTER = f"{TODAY.year}Q{(TODAY.month + 2) // 3}"
PUBLISHED = Path(__file__).resolve().parents[1] / "casework" / "published_cases.json"


def test_an_import_that_refuses_a_row_loads_the_rest_and_ends_with_1(dardr: Dardr, tmp_path: Path) -> None:
    rows = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    dry = dardr.ok("import", "published", str(PUBLISHED), "--dry-run")
    assert (dry["loaded"], len(dardr.ok("review", "list", "--process", "historic")["reviews"])) == (len(rows), 0)
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps([rows[0], {"id": 7}, *rows[1:]]), encoding="utf-8")
    said = dardr("import", "published", str(broken), "--json")
    assert said.code == 1
    assert said.json.keys() >= {"loaded", "unchanged", "refused", "unknown_events"}
    assert said.json["loaded"] == len(rows)
    assert [one["row"] for one in said.json["refused"]] == [2]
    assert said.json["refused"][0]["reason"]
    again = dardr.ok("import", "published", str(PUBLISHED))
    assert (again["loaded"], again["unchanged"]) == (0, len(rows))
    assert len(dardr.ok("review", "list", "--process", "historic")["reviews"]) == len(rows)
    people = dardr("import", "published", str(broken))
    assert people.code == 1
    assert "unchanged" in people.out and "Row 2" in people.err


@pytest.mark.parametrize("content", ["", "{", '"text"'])
def test_a_file_that_is_not_a_list_of_cases(on_sqlite: Dardr, tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(content)
    assert on_sqlite.refused("import", "published", str(file))
    assert on_sqlite.refused("import", "published", str(tmp_path / "gone.json"))


def test_a_report_is_one_object_a_page_or_a_pdf(dardr: Dardr, tmp_path: Path) -> None:
    Driver(dardr, [], TODAY, tmp_path).open("dardr-s9")
    figures = dardr("report", "quarterly", "--quarter", QUARTER, "--format", "json")
    assert figures.code == 0
    assert figures.json["live"] == 1
    first, last = figures.json["period"]["from"], figures.json["period"]["to"]
    same = dardr("report", "quarterly", "--from", first, "--to", last, "--format", "json")
    assert same.json == figures.json
    page = dardr("report", "quarterly", "--quarter", QUARTER, "--format", "html")
    assert page.out.lstrip().lower().startswith("<!doctype html")
    pdf = tmp_path / "report.pdf"
    assert dardr("report", "quarterly", "--quarter", QUARTER, "--format", "pdf", "--output", str(pdf)).code == 0
    assert pdf.read_bytes().startswith(b"%PDF-")
    before = dardr("report", "quarterly", "--quarter", QUARTER, "--as-at", first, "--format", "json")
    assert before.json["live"] == (1 if first == TODAY.isoformat() else 0)


def test_a_report_that_cannot_be_made(on_sqlite: Dardr, tmp_path: Path) -> None:
    def refused(*args: str) -> str:
        said = on_sqlite("report", "quarterly", *args, "--format", "html", "--output", str(tmp_path / "r.html"))
        assert (said.code, said.out) == (1, ""), said
        return said.err

    assert "is not a quarter" in refused("--quarter", "2026Q5")
    assert "before the first" in refused("--from", "2026-07-01", "--to", "2026-06-30")
    assert "does not exist" in refused("--from", "2026-02-30", "--to", "2026-06-30")
    assert "after today" in refused("--quarter", "2020Q1", "--as-at", "2999-01-01")
    nowhere = on_sqlite(
        "report", "quarterly", "--quarter", QUARTER, "--format", "json", "--output", str(tmp_path / "no" / "r.json")
    )
    assert nowhere.code == 1
    assert "There is no folder" in nowhere.err


def test_documents_are_listed_and_refused_until_the_review_is_that_far(dardr: Dardr, tmp_path: Path) -> None:
    listed = {d["name"]: d["formats"] for d in dardr.ok("document", "list")["documents"]}
    assert listed.keys() >= {"decision_notice", "briefing", "learning_event_slides"}
    driver = Driver(dardr, [], TODAY, tmp_path)
    ref = driver.open("dardr-s9")
    notice = tmp_path / "notice.docx"
    build = ("document", "build", "decision_notice", "--review", ref, "--format", "docx", "--output", str(notice))
    assert dardr.refused(*build)
    driver.carry(ref, "decided_review")
    assert dardr.ok(*build)["bytes"] == len(notice.read_bytes())
    assert notice.read_bytes().startswith(b"PK")
    early = tmp_path / "b.pdf"
    assert dardr.refused("document", "build", "briefing", "--review", ref, "--format", "pdf", "--output", str(early))
    assert dardr.refused("document", "build", "poem", *build[3:])
    assert not early.exists()


def test_the_history_is_exported_verified_elsewhere_and_its_head_signed(dardr: Dardr, tmp_path: Path) -> None:
    Driver(dardr, [], TODAY, tmp_path).open("dardr-s9")
    verified = dardr.ok("audit", "verify")
    assert verified == {"ok": True, "events": 1, "broken": []}
    export = tmp_path / "history.jsonl"
    assert dardr("audit", "export", "--output", str(export)).code == 0
    assert dardr.ok("audit", "verify", "--file", str(export))["ok"] is True
    export.write_text(export.read_text(encoding="utf-8").replace('"notify"', '"nobody"'), encoding="utf-8")
    changed = dardr("audit", "verify", "--file", str(export), "--json")
    assert changed.code == 1
    assert changed.json["ok"] is False and changed.json["broken"]
    head = tmp_path / "head.json"
    head.write_text(dardr("audit", "sign-head").out, encoding="utf-8")
    assert dardr.ok("audit", "verify", "--head", str(head))["ok"] is True


def test_one_edited_word_in_the_history_is_found(on_sqlite: Dardr, tmp_path: Path) -> None:
    ref = Driver(on_sqlite, [], TODAY, tmp_path).open("dardr-s9")
    connection = sqlite3.connect(on_sqlite.url.removeprefix("sqlite:///"))
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("UPDATE audit_event SET actor_name = 'Operator (Command line)'")
    connection.commit()
    connection.close()
    said = on_sqlite("audit", "verify", "--json")
    assert said.code == 1
    assert (ref, 1) in {(one["ref"], one["seq"]) for one in said.json["broken"]}
    assert ref in on_sqlite("audit", "verify").err


def test_post_without_an_address_is_listed_and_can_be_withdrawn(dardr: Dardr, tmp_path: Path) -> None:
    driver = Driver(dardr, [], TODAY, tmp_path)
    driver.carry(driver.open("dardr-s9"), "decided_review")
    waiting = dardr.ok("outbox", "list", "--all")["messages"]
    assert waiting
    one = next(m for m in waiting if m["status"] in ("no_address", "queued"))
    assert dardr.ok("outbox", "withdraw", str(one["id"]))["status"] == "withdrawn"
    assert one["id"] in {m["id"] for m in dardr.ok("outbox", "list", "--status", "withdrawn")["messages"]}
    assert dardr.refused("outbox", "withdraw", str(one["id"]))
    shown = dardr.ok("outbox", "show", str(one["id"]))
    assert shown["text"] and shown["tries"][-1]["result"] == "withdrawn" and shown["came_back"] == []
    said = dardr("outbox", "show", str(one["id"])).out
    assert shown["subject"] in said and "nothing known yet" in said and shown["text"].strip() in said
    assert dardr.refused("outbox", "show", "999999")
    assert dardr.refused("outbox", "retry", "999999")


def test_the_calendar_shows_what_is_counted(on_sqlite: Dardr) -> None:
    found = on_sqlite.ok("calendar", "show", "--year", "2026")
    assert {"date": "2026-12-28", "title": "Boxing Day (substitute day)"} in found["holidays"]
    assert found["first_day"] == "2011-04-01"
    assert on_sqlite.refused("calendar", "show", "--year", "1999")


def test_the_demonstration_is_refused_where_there_are_reviews(on_sqlite: Dardr, tmp_path: Path) -> None:
    ref = Driver(on_sqlite, [], TODAY, tmp_path).open("dardr-s9")
    assert on_sqlite.refused("demo", "load")
    assert [r["ref"] for r in on_sqlite.ok("review", "list")["reviews"]] == [ref]


def test_a_year_added_here_counts_for_every_command(on_sqlite: Dardr, tmp_path: Path) -> None:
    before = on_sqlite.ok("calendar", "show")
    year = int(before["horizon"][:4]) + 1
    events = [{"title": t, "date": d.isoformat()} for d, t in usual_holidays(year).items()]
    file = tmp_path / "bank-holidays.json"
    file.write_text(json.dumps({"england-and-wales": {"events": events}}))
    start = ("--from", f"{year}-03-01", "--length", "5", "--unit", "working-days", "--counting", "after")
    asked = ("clock", "compute", *start)
    assert on_sqlite.ok(*asked)["receipt"]["provisional"] is True
    on_sqlite.ok("calendar", "import", str(file))
    assert on_sqlite.ok("calendar", "show")["horizon"] == f"{year}-12-31"
    assert on_sqlite.ok(*asked)["receipt"]["provisional"] is False

"""Shapes and exit codes that outside programs rely on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from dardr.cli import main
from dardr.systime import london_now
from tests.cli.conftest import Dardr
from tests.cli.driver import Driver

TYPES = {
    "text", "date", "partial-date", "datetime", "integer", "decimal", "boolean", "choice", "choices", "url", "email",
    "file",
}  # fmt: skip
TODAY = london_now().date()


def _open(dardr: Dardr, folder: Path) -> str:
    return Driver(dardr, [], TODAY, folder).open("dardr-s9")


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += _commands(command, (*path, name))
    return found


def test_every_command_has_help_and_the_last_of_each_way_has_examples(on_sqlite: Dardr) -> None:
    for path, command in _commands(main):
        said = on_sqlite(*path, "--help")
        assert said.code == 0
        assert command.help, path
        if not isinstance(command, click.Group):
            assert "Examples:" in said.out, path
            assert f"dardr {' '.join(path)}" in said.out, path


def test_the_commands_of_the_contract_are_there() -> None:
    paths = {" ".join(path) for path, _ in _commands(main)}
    assert paths >= {
        "serve", "web", "worker", "setup", "db upgrade", "db check", "demo load", "doctor", "user add", "user list",
        "user disable", "process list", "process check", "process show", "process diagram", "regime show",
        "regime unlock", "clock compute", "clock due", "criteria assess", "review open", "review list", "review show",
        "review actions", "review deadlines", "review timeline", "review act", "report quarterly", "import published",
        "document list", "document build", "audit verify", "outbox list", "outbox show", "outbox retry",
        "outbox withdraw",
    }  # fmt: skip


def test_what_the_command_line_cannot_parse_ends_with_2(on_sqlite: Dardr) -> None:
    for command in (
        ("nothing",),
        ("review", "nothing"),
        ("review", "act", "DARDR-1"),
        ("review", "act", "DARDR-1", "x", "--on", "2026-01-01", "--field", "no-equals-sign"),
        ("clock", "compute", "--from", "2026-01-01", "--length", "five", "--unit", "days", "--counting", "after"),
        ("clock", "compute", "--from", "2026-01-01", "--length", "5", "--unit", "weeks", "--counting", "after"),
        ("report", "quarterly", "--format", "json"),
        ("report", "quarterly", "--quarter", "2026Q3"),
        ("user", "add", "a@b.example", "--role", "king"),
    ):
        said = on_sqlite(*command)
        assert said.code == 2, (command, said)
        assert said.out == ""


def test_show_actions_deadlines_and_timeline_have_the_shapes(dardr: Dardr, tmp_path: Path) -> None:
    ref = _open(dardr, tmp_path)
    shown = dardr.ok("review", "show", ref)
    assert shown.keys() >= {"ref", "process", "stage", "phase", "revision", "facts", "items"}
    assert (shown["ref"], shown["process"], shown["stage"]) == (ref, "dardr-s9@1", "notified")
    assert not [name for name in shown["facts"] if name.startswith("_")]

    actions = dardr.ok("review", "actions", ref)["actions"]
    assert actions
    for action in actions:
        assert action.keys() >= {"ref", "key", "label", "fields", "blocked"}
        assert isinstance(action["blocked"], list)
        for field in action["fields"]:
            assert field.keys() >= {"name", "type", "required", "choices"}
            assert field["type"] in TYPES
            assert all(choice.keys() == {"value", "label"} for choice in field["choices"])

    deadlines = dardr.ok("review", "deadlines", ref)["deadlines"]
    decide = next(d for d in deadlines if d["clock"] == "decide_review")
    assert decide.keys() >= {"ref", "clock", "id", "due", "original_due", "state", "kind", "evidence", "receipt"}
    assert (decide["id"], decide["ref"], decide["state"], decide["kind"]) == ("D02", ref, "running", "guidance")
    assert decide["receipt"]["due"] == decide["due"] == decide["original_due"]

    event = dardr.ok("review", "timeline", ref)["events"][0]
    assert event.keys() >= {
        "seq", "action", "from", "to", "actor", "occurred_on", "recorded_at", "before", "after", "hash",
    }  # fmt: skip
    assert (event["seq"], event["from"], event["to"]) == (1, None, "notified")
    assert re.fullmatch("[0-9a-f]{64}", event["hash"])
    assert [row["ref"] for row in dardr.ok("review", "list")["reviews"]] == [ref]


def test_identity_is_never_shown(dardr: Dardr, tmp_path: Path) -> None:
    fields = dardr.ok("process", "show", "dardr-s9")["opening"]
    identity = [f["name"] for f in fields if f["identity"] and f["type"] == "text"]
    assert identity
    driver = Driver(dardr, [], TODAY, tmp_path)
    given = [part for f in fields if f["required"] for part in driver._answer(f, 0)]
    secret = "Wilhelmina Unmistakable"
    for name in identity:
        given += ["--field", f"{name}={secret}"]
    ref = dardr.ok("review", "open", *given)["ref"]
    for command in ("show", "actions", "deadlines", "timeline"):
        assert secret not in dardr("review", command, ref, "--json").out
        assert secret not in dardr("review", command, ref).out


def test_act_says_what_it_did(dardr: Dardr, tmp_path: Path) -> None:
    ref = _open(dardr, tmp_path)
    done = dardr.ok(
        "review", "act", ref, "accept_notification", "--on", TODAY.isoformat(), "--field", "area_confirmed=yes"
    )
    assert done == {"ref": ref, "stage": "screening", "revision": done["revision"], "created": [], "warnings": []}
    asked = dardr.ok(
        "review", "act", ref, "request_information", "--on", TODAY.isoformat(),
        "--field", "bodies=kcc", "--field", "bodies=kent-police", "--field", "questions=What was known?",
    )  # fmt: skip
    assert len(asked["created"]) == 2
    items = dardr.ok("review", "show", ref)["items"]
    assert [item["ref"] for item in items] == asked["created"]
    assert {item["process"] for item in items} == {"agency-return@1"}
    assert {a["ref"] for a in dardr.ok("review", "actions", ref)["actions"]} == {ref, *asked["created"]}
    due = [d for d in dardr.ok("review", "deadlines", ref)["deadlines"] if d["ref"] == asked["created"][0]]
    assert [d["id"] for d in due] == ["D11"]


def test_without_json_people_get_sentences_and_refusals_go_to_standard_error(dardr: Dardr, tmp_path: Path) -> None:
    ref = _open(dardr, tmp_path)
    shown = dardr("review", "show", ref)
    assert "Notified" in shown.out and ref in shown.out
    refused = dardr("review", "act", ref, "publish", "--on", TODAY.isoformat())
    assert refused.code == 1
    assert refused.out == ""
    assert "not a step of the stage" in refused.err


def test_process_show_has_everything_a_program_needs(dardr: Dardr) -> None:
    shown = dardr.ok("process", "show", "dardr-s9")
    assert shown.keys() >= {"opening", "criteria", "stages", "phases", "actions", "clocks"}
    csps = next(f for f in shown["opening"] if f["name"] == "csps")
    assert {"value": "medway", "label": "Medway Community Safety Partnership"} in csps["choices"]
    assert dardr.ok("process", "show", "dardr-s9@1") == shown
    assert [c["id"] for c in shown["clocks"] if c["date"]["kind"] == "statute"] == []
    reply = dardr.ok("process", "show", "commissioner-reply")["clocks"]
    assert [(c["id"], c["date"]["kind"], c["date"]["verified"]) for c in reply if c["id"] == "D08"] == [
        ("D08", "statute", True)
    ]


def test_processes_can_be_read_where_there_is_no_database(tmp_path: Path) -> None:
    nowhere = Dardr(f"sqlite:///{tmp_path / 'none' / 'none.db'}", tmp_path / "data")
    assert {p["key"] for p in nowhere.ok("process", "list")["processes"]} >= {"dardr-s9", "action", "historic"}
    assert nowhere.ok("process", "show", "action")["key"] == "action"
    assert nowhere.ok("process", "check")["ok"] is True
    assert "stateDiagram" in nowhere("process", "diagram", "dardr-s9").out
    assert nowhere.refused("process", "show", "nothing")[0].startswith("There is no process called nothing.")
    assert not (tmp_path / "none").exists()


def test_criteria_questions_are_in_process_show_and_get_advice(on_sqlite: Dardr) -> None:
    questions = on_sqlite.ok("process", "show", "dardr-s9")["criteria"]
    given = [
        part
        for q in questions
        for part in ("--field", f"{q['name']}={q['choices'][0]['value'] if q['choices'] else '34'}")
    ]
    advice = on_sqlite.ok("criteria", "assess", *given)
    assert advice["advice"] == "meets"
    assert advice["because"]
    assert on_sqlite.ok("criteria", "assess")["advice"] == "gather_more"
    wrong = on_sqlite("criteria", "assess", "--field", "age=ghost", "--field", "colour=red", "--json")
    assert wrong.code == 1
    assert {one["field"] for one in wrong.json["refused"]} == {"age", "colour"}


def test_answers_of_not_knowing_are_answers(dardr: Dardr, tmp_path: Path) -> None:
    fields = dardr.ok("process", "show", "dardr-s9")["opening"]
    driver = Driver(dardr, [], TODAY, tmp_path)
    given = [part for f in fields if f["required"] and f["name"] != "death_date" for part in driver._answer(f, 0)]
    ref = dardr.ok("review", "open", *given, "--field", "death_date=not_known")["ref"]
    assert dardr.ok("review", "show", ref)["facts"]["death_date"] == "not_known"


def test_a_text_can_be_read_from_a_file_and_a_file_is_kept(dardr: Dardr, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("First line\nSecond line\n", encoding="utf-8")
    fields = dardr.ok("process", "show", "dardr-s9")["opening"]
    driver = Driver(dardr, [], TODAY, tmp_path)
    given = [part for f in fields if f["required"] for part in driver._answer(f, 0)]
    upload = next(f["name"] for f in fields if f["type"] == "file")
    ref = dardr.ok(
        "review", "open", *given, "--field", f"circumstances=@{letter}", "--field", f"{upload}=@{letter}"
    )["ref"]
    facts = dardr.ok("review", "show", ref)["facts"]
    assert facts["circumstances"] == "First line\nSecond line"
    assert facts[upload]["size"] == len(letter.read_bytes())
    assert "letter" not in json.dumps(facts[upload])

    gone = dardr("review", "open", *given, "--field", f"{upload}=@{tmp_path / 'gone.pdf'}", "--json")
    assert gone.code == 1
    assert gone.json["refused"][0]["field"] == upload
    words = dardr("review", "open", *given, "--field", f"{upload}=some words", "--json")
    assert words.code == 1
    assert "after an @" in words.reasons[0]


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        (("2026-07-01", "56", "days", "beginning-with"), "2026-08-25"),
        (("2026-07-01", "56", "days", "after"), "2026-08-26"),
        (("2026-12-18", "5", "working-days", "after"), "2026-12-29"),
        (("2026-01-31", "1", "months", "after"), "2026-02-28"),
    ],
)
def test_clock_compute(on_sqlite: Dardr, arguments: tuple[str, ...], due: str) -> None:
    start, length, unit, counting = arguments
    command = ("clock", "compute", "--from", start, "--length", length, "--unit", unit, "--counting", counting)
    found = on_sqlite.ok(*command)
    assert found["due"] == found["receipt"]["due"] == due
    assert found["receipt"]["sentences"]


def test_clock_compute_with_pauses_extension_and_roll(on_sqlite: Dardr) -> None:
    base = ("clock", "compute", "--from", "2026-03-02", "--length", "10", "--unit", "days", "--counting", "after")
    plain = on_sqlite.ok(*base)["due"]
    assert plain == "2026-03-12"
    assert on_sqlite.ok(*base, "--extend", "5")["due"] == "2026-03-17"
    assert on_sqlite.ok(*base, "--pause", "2026-03-05..2026-03-08", "--pause", "2026-03-06..2026-03-08")["due"] == (
        "2026-03-15"
    )
    assert on_sqlite.ok(*base, "--extend", "2", "--roll", "next")["due"] == "2026-03-16"
    open_pause: dict[str, Any] = on_sqlite.ok(*base, "--pause", "2026-03-05..")
    assert open_pause["due"] is None
    assert on_sqlite.refused(*base, "--pause", "2026-03-08..2026-03-05")
    assert on_sqlite.refused(*(x if x != "10" else "0" for x in base))


def test_clock_due_says_on_whose_authority(on_sqlite: Dardr) -> None:
    found = on_sqlite.ok("clock", "due", "commissioner-reply", "D08", "--from", "2026-07-01")
    assert found["due"] == "2026-08-25"
    assert found["duty"]["kind"] == found["date"]["kind"] == "statute"
    copy = on_sqlite.ok("clock", "due", "dardr-s9", "copy_to_commissioner", "--from", "2026-07-01")
    assert (copy["duty"]["kind"], copy["date"]["kind"]) == ("statute", "local")
    assert on_sqlite.refused("clock", "due", "dardr-s9", "D99", "--from", "2026-07-01")


def test_regimes_are_shown_and_s8a_is_locked_until_it_is_recorded_as_in_force(dardr: Dardr, tmp_path: Path) -> None:
    shown = {r["regime"]: r for r in dardr.ok("regime", "show")["regimes"]}
    assert shown["s9"]["unlocked"] is True
    assert shown["s8a"]["unlocked"] is False
    driver = Driver(dardr, [], TODAY, tmp_path)
    fields = dardr.ok("process", "show", "dardr-s8a")["opening"]
    given = [part for f in fields if f["required"] for part in driver._answer(f, 0)]
    locked = dardr.refused("review", "open", "--process", "dardr-s8a", *given)
    assert "dardr regime unlock s8a" in locked[0]
    unlock = (
        "regime", "unlock", "s8a", "--instrument", "The Fictional Commencement Regulations 2031",
        "--guidance", "https://guidance.example/s8a", "--transitional", "Earlier deaths stay under section 9.",
    )  # fmt: skip
    assert dardr.refused(*unlock, "--commences", "2031-02-30")
    dardr.ok("user", "add", "clerk@partnership.example", "--name", "C Clerk", "--role", "case_manager")
    assert dardr.refused(*unlock, "--commences", "2031-04-01", "--as", "clerk@partnership.example")
    assert dardr.ok(*unlock, "--commences", "2031-04-01")["commences_on"] == "2031-04-01"
    assert dardr.refused(*unlock, "--commences", "2031-04-01")
    assert dardr.ok("review", "open", "--process", "dardr-s8a", *given)["ref"]

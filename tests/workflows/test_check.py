"""No process is malformed; and each way of being malformed is found, with a sentence that names the place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest

import workflows
from notifications.messages import MESSAGES
from workflows import check as checking
from workflows import guards
from workflows.check import check, check_all
from workflows.definition import (
    Action,
    AgreesDate,
    Authority,
    Choice,
    Clock,
    DateGiven,
    Days,
    EndsHold,
    Escalation,
    Evidence,
    Field,
    FieldType,
    Kind,
    LocalSetting,
    Notice,
    Opens,
    Party,
    Phase,
    Process,
    Role,
    Stage,
)

LOCAL = Authority("A test", Kind.LOCAL, Evidence.DESIGN)
STATUTE = Authority("An Act", Kind.STATUTE, Evidence.READ_IN_FULL)
WHO = frozenset({Role.CASE_MANAGER})

BEGIN = Action(
    "begin", "Begin", to="open", roles=WHO, occurred_from="begun_on", authority=LOCAL,
    fields=(Field("begun_on", "Begun on", FieldType.DATE),),
)  # fmt: skip
END = Action(
    "end", "End", source=("open",), to="closed", roles=WHO, authority=LOCAL, fields=(Field("why", "Why"),)
)  # fmt: skip
NOTE = Action("note", "Note", source=("open",), roles=WHO, authority=LOCAL, keep_as="notes", fields=(Field("n", "N"),))
CLOCK = Clock(
    "answer", "D08", "Answer", starts_on=("begin",), stops_on=("end",), length=Days(5), owner=Party.AGENCY,
    owed_to=Party.PARTNERSHIP, duty=LOCAL, date=LOCAL,
)  # fmt: skip
SOUND = Process(
    key="sound", version=1, label="Sound", noun="record", regime="any", phases=(Phase("all", "All"),),
    stages=(Stage("open", "Open", "all", means="Open."), Stage("closed", "Closed", "all", final=True, means="Closed.")),
    opening=BEGIN, actions=(END, NOTE), clocks=(CLOCK,),
    notices=(Notice("told", ("end",), "stage_changed", (Party.CASE_MANAGER,)),), child_suffix="T",
)  # fmt: skip


@pytest.mark.parametrize("process", workflows.all_processes(), ids=lambda process: process.id)
def test_every_process_is_sound(process: Process) -> None:
    assert check(process, MESSAGES) == []


def test_all_of_them_together_are_sound() -> None:
    assert check_all(MESSAGES) == {process.id: [] for process in workflows.all_processes()}


def test_the_process_that_the_rest_of_this_file_spoils_is_sound() -> None:
    assert check(SOUND, MESSAGES) == []


def action(given: Action, **changes: Any) -> dict[str, Any]:
    changed = dataclasses.replace(given, **changes)
    if given is BEGIN:
        return {"opening": changed}
    return {"actions": tuple(changed if known is given else known for known in SOUND.actions)}


def fields(*more: Field) -> dict[str, Any]:
    return action(END, fields=(*END.fields, *more))


def clock(**changes: Any) -> dict[str, Any]:
    return {"clocks": (dataclasses.replace(CLOCK, **changes),)}


def guard(*given: Any) -> dict[str, Any]:
    return action(END, guards=given)


ASIDE = Stage("aside", "Aside", "all", means="Aside.")

SPOILT: list[tuple[str, dict[str, Any], str]] = [
    ("two stages", {"stages": (*SOUND.stages, SOUND.stages[0])}, "the stage open is declared twice"),
    ("two actions", {"actions": (END, NOTE, END)}, "the action end is declared twice"),
    (
        "an action named as the opening",
        {"actions": (END, NOTE, dataclasses.replace(NOTE, key="begin"))},
        "the action begin is declared twice",
    ),
    ("two clocks", {"clocks": (CLOCK, CLOCK)}, "the clock number D08 is declared twice"),
    ("two notices", {"notices": SOUND.notices * 2}, "the notice told is declared twice"),
    ("no version", {"version": 0}, "a version from 1"),
    (
        "unknown phase",
        {"stages": (dataclasses.replace(SOUND.stages[0], phase="later"), SOUND.stages[1])},
        "the phase later",
    ),
    ("empty phase", {"phases": (*SOUND.phases, Phase("later", "Later"))}, "the phase later has no stage"),
    (
        "stage without a meaning",
        {"stages": (dataclasses.replace(SOUND.stages[0], means=""), SOUND.stages[1])},
        "what it means",
    ),
    (
        "unreachable stage",
        {"stages": (*SOUND.stages, dataclasses.replace(ASIDE, final=True))},
        "aside cannot be reached",
    ),
    (
        "dead end",
        {"stages": (*SOUND.stages, ASIDE), "actions": (END, NOTE, dataclasses.replace(END, key="go", to="aside"))},
        "the stage aside cannot be left",
    ),
    (
        "a circle without an end",
        {
            "stages": (*SOUND.stages, ASIDE, dataclasses.replace(ASIDE, key="round")),
            "actions": (
                END,
                NOTE,
                dataclasses.replace(END, key="go", to="aside"),
                dataclasses.replace(END, key="there", source=("aside",), to="round"),
                dataclasses.replace(END, key="back", source=("round",), to="aside"),
            ),
        },
        "no end can be reached from the stage aside",
    ),
    (
        "nothing is final",
        {"stages": (SOUND.stages[0], dataclasses.replace(SOUND.stages[1], final=False))},
        "no stage is final",
    ),
    ("unknown source", action(END, source=("open", "nowhere")), "the stage nowhere"),
    ("no source", action(NOTE, source=()), "note has no source"),
    ("unknown target", action(END, to="nowhere"), "the stage nowhere"),
    ("opening with a source", action(BEGIN, source=("open",)), "must have no source"),
    ("opening without a day", action(BEGIN, occurred_from=None), "required date"),
    (
        "opening with an optional day",
        action(BEGIN, fields=(Field("begun_on", "Begun on", FieldType.DATE, required=False),)),
        "required date",
    ),
    ("nobody", action(END, roles=frozenset()), "nobody may do the action end"),
    ("unknown role", action(END, roles=frozenset({"wizard"})), "the role wizard"),
    ("no authority", action(END, authority=None), "on whose authority"),
    ("question twice", fields(Field("why", "Again")), "asks why twice"),
    ("question named on", fields(Field("on", "On", FieldType.DATE)), "a plain name"),
    ("choice without choices", fields(Field("pick", "Pick", FieldType.CHOICE)), "needs choices"),
    ("choices on a text", fields(Field("pick", "Pick", choices=(Choice("a", "A"),))), "its type is text"),
    (
        "choice twice",
        fields(Field("pick", "Pick", FieldType.CHOICE, choices=(Choice("a", "A"), Choice("a", "B")))),
        "choice a twice",
    ),
    ("required file", fields(Field("paper", "Paper", FieldType.FILE)), "is a file and required"),
    ("identity on the summary", fields(Field("who", "Who", identity=True, notable=True)), "must not be on the summary"),
    ("many dates", fields(Field("days", "Days", FieldType.DATE, many=True)), "many is for lines of text"),
    ("list and fact of one name", fields(Field("notes", "Notes")), "both a question of end and a list"),
    ("guard that cannot be released", guard(lambda facts: None), "is not a function of a module"),
    (
        "guard on an unknown action",
        guard(partial(guards.done, action="dance", reason="Dance first.")),
        "the action dance",
    ),
    (
        "guard on an unknown question",
        guard(partial(guards.one_answered, fields=("colour",), reason="Say.")),
        "the question colour",
    ),
    (
        "guard on an unknown process",
        guard(partial(guards.items_final, process="dance", one="is", several="are")),
        "the process dance",
    ),
    ("opens an unknown process", action(END, effects=(Opens("dance"),)), "opens the process dance"),
    ("opens for each of nothing", action(END, effects=(Opens("qa-point", for_each="points"),)), "for each points"),
    (
        "copies nothing",
        action(END, effects=(Opens("qa-point", copies=(("point", "thing"), ("letter_dated", "occurred_on"))),)),
        "copies thing",
    ),
    ("gives what is not asked", action(END, effects=(Opens("qa-point", sets=(("colour", "blue"),)),)), "gives colour"),
    (
        "opens without what is required",
        action(END, effects=(Opens("qa-point", copies=(("point", "why"),)),)),
        "without letter_dated",
    ),
    ("ends an unnamed hold", action(END, effects=(EndsHold(),)), "must ask hold"),
    ("agrees no date", action(END, effects=(AgreesDate("answer"),)), "must ask new_date"),
    ("agrees a date of an unknown clock", action(END, effects=(AgreesDate("dance"),)), "the clock dance"),
    ("clock that never starts", clock(starts_on=()), "never starts"),
    ("clock that never stops", clock(stops_on=()), "never stops"),
    ("clock on an unknown action", clock(stops_on=("dance",)), "the action dance"),
    ("clock that cannot stop", clock(starts_on=("end",), stops_on=("note",)), "start with end and never stop"),
    ("clock from an unknown date", clock(counts_from="then_on"), "needs then_on"),
    ("clock from a date inside a list", clock(counts_from="n"), "needs n"),
    ("clock given in an unknown field", clock(given_in="then_on"), "needs then_on"),
    ("clock only for an unknown kind", clock(only_when=("kind", ("a",))), "needs kind"),
    ("clock due on an unknown date", clock(length=DateGiven("then_on")), "needs then_on"),
    ("clock stopped on an unknown date", clock(stopped_from="then_on"), "stops on then_on"),
    ("clock matching what is not asked", clock(match_on=("why",)), "matches why"),
    ("clock deferred by nothing", clock(deferred_by="deferral"), "which nothing places"),
    ("statute that can be paused", clock(date=STATUTE, pausable=True), "neither paused nor extended"),
    ("statute that can be extended", clock(date=STATUTE, extendable=True), "neither paused nor extended"),
    ("asks for a date it cannot have", clock(asks_for_agreed_date=True), "an agreed date"),
    ("reminders in the wrong order", clock(remind_before=(1, 7)), "days of reminder"),
    ("escalation on the day", clock(escalations=(Escalation(0, Party.TEAM_MANAGER),)), "must rise"),
    (
        "escalation that goes back",
        clock(escalations=(Escalation(7, Party.TEAM_MANAGER), Escalation(7, Party.DECIDING_CHAIR))),
        "must rise",
    ),
    (
        "escalation to the same role",
        clock(escalations=(Escalation(7, Party.TEAM_MANAGER), Escalation(9, Party.TEAM_MANAGER))),
        "the same role twice",
    ),
    ("escalation to the owner", clock(escalations=(Escalation(7, Party.AGENCY),)), "the one who owes it"),
    ("clock with an unknown message", clock(message="dance"), "the message dance"),
    (
        "notice with an unknown message",
        {"notices": (dataclasses.replace(SOUND.notices[0], message="dance"),)},
        "the message dance",
    ),
    (
        "notice on an unknown action",
        {"notices": (dataclasses.replace(SOUND.notices[0], on=("dance",)),)},
        "the action dance",
    ),
    ("notice to nobody", {"notices": (dataclasses.replace(SOUND.notices[0], to=()),)}, "to whom"),
]


@pytest.mark.parametrize(("changes", "said"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
def test_each_way_of_being_malformed_is_found(changes: dict[str, Any], said: str) -> None:
    found = check(dataclasses.replace(SOUND, **changes), MESSAGES)
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("sound@") and problem.endswith(".") for problem in found)


def test_everything_wrong_is_said_at_once() -> None:
    spoilt = dataclasses.replace(SOUND, version=0, **clock(stops_on=()), **action(END, roles=frozenset()))
    assert len(check(spoilt, MESSAGES)) >= 3


def test_records_need_a_way_to_be_numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    unnumbered = dataclasses.replace(SOUND, child_suffix="")
    both = dataclasses.replace(SOUND, version=2, ref_prefix="S")  # alone, and opened by another record
    everything = cast(Callable[[], tuple[Process, ...]], lambda: (unnumbered, both, both))
    monkeypatch.setattr(checking.workflows, "all_processes", everything)
    found = check_all(MESSAGES)
    assert any("prefix of refs" in problem for problem in found["sound@1"])
    assert set(found["sound@2"]) == {"sound@2: declared twice."}


def test_closures_of_an_office_count_for_targets_of_its_own_alone() -> None:
    own = dataclasses.replace(CLOCK, length=LocalSetting("answer", Days(5)), local_closures=True)
    assert check(dataclasses.replace(SOUND, clocks=(own,))) == []
    for wrong in (
        dataclasses.replace(own, date=STATUTE),
        dataclasses.replace(own, length=Days(5)),
    ):
        (said,) = check(dataclasses.replace(SOUND, clocks=(wrong,)))
        assert "no target of the partnership's own" in said

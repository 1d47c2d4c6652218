"""A program that knows nothing of the process: it reads what can be done, fills in answers by type, and goes on.

It is told only where the record should end. Labels, types, choices and the reasons of refusals are all it uses.
"""

from __future__ import annotations

from collections import deque
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.cli.conftest import Dardr

Json = dict[str, Any]
MOST_STEPS = 250


class Driver:
    """Carries records from stage to stage through the command line alone."""

    def __init__(
        self, dardr: Dardr, people: list[str], today: date, folder: Path, ends: dict[str, str] | None = None
    ) -> None:
        self.dardr, self.people, self.today = dardr, people, today
        self.ends = ends or {}
        self.file = folder / "enclosure.txt"
        self.file.write_text("A file that was asked for.\n", encoding="utf-8")
        self.processes: dict[str, Json] = {}
        self.steps: list[str] = []
        self.refusals: list[str] = []

    def process(self, key: str) -> Json:
        """A process as the command line shows it."""
        if key not in self.processes:
            self.processes[key] = self.dardr.ok("process", "show", key)
        return self.processes[key]

    def open(self, key: str, *more: str) -> str:
        """Open a record from the questions of its opening."""
        fields = self.process(key)["opening"]
        done = self._insist(["review", "open", "--process", key, *more], fields, self.people)
        assert done is not None, self.refusals[-3:]
        return done["ref"]

    def carry(self, ref: str, goal: str) -> None:
        """Go on until the record stands at ``goal``."""
        tried: set[tuple[str, str, str]] = set()
        self.ref = ref
        for _ in range(MOST_STEPS):
            record = self.dardr.ok("review", "show", ref)
            if record["stage"] == goal:
                return
            way = self._way(record["process"], record["stage"], goal)
            actions = self._actions(ref)
            stages = {item["ref"]: item["stage"] for item in record["items"]}
            self.free: dict[str, set[tuple[str, str]]] = {}
            if not self._one_step(ref, record["stage"], way, actions, tried, stages):
                raise AssertionError(
                    f"No way on from {record['stage']} to {goal}.\nSteps: {self.steps}\n"
                    f"Wanted {way}: {[(a['key'], a['blocked']) for a in actions if a['key'] in way]}\n"
                    f"Last refusals: {self.refusals[-6:]}"
                )
        raise AssertionError(f"{MOST_STEPS} steps and not at {goal}: {self.steps}")

    def _one_step(
        self,
        ref: str,
        stage: str,
        way: list[str],
        actions: list[Json],
        tried: set[tuple[str, str, str]],
        stages: dict[str, str],
    ) -> bool:
        """The step that leads on if it can be taken; else one that may clear the way."""
        onward = [a for key in way[:1] for a in actions if a["ref"] == ref and a["key"] == key]
        rest = [a for a in actions if a not in onward and not (a["ref"] == ref and a["moves"])]
        items = [a for a in rest if a["ref"] != ref and self._leads_on(a, stages[a["ref"]])]
        asides = [a for a in rest if a["ref"] == ref]
        for action in (*onward, *items, *asides):
            mark = (stage, action["ref"], action["key"])
            first = action in onward
            if not first and mark in tried:
                continue
            if action["blocked"] and not self._somebody_may(action):
                continue
            if not first:
                tried.add(mark)
            if self._act(action):
                return True
        return False

    def _leads_on(self, action: Json, stage: str) -> bool:
        """On an item: a step of the shortest way to where it should end, or to any of its ends."""
        process = self.process(action["process"])
        wanted = self.ends.get(process["key"])
        ends = [wanted] if wanted else [s["key"] for s in process["stages"] if s["final"]]
        ways = [way for end in ends if (way := self._way(action["process"], stage, end))]
        return not action["moves"] or action["key"] in min(ways, key=len, default=[])[:1]

    def _somebody_may(self, action: Json) -> bool:
        """A step blocked for the operator may be open to another person. Asked once a step, when first needed."""
        for person in self.people:
            if person not in self.free:
                found = self.dardr.ok("review", "actions", self.ref, "--as", person)["actions"]
                self.free[person] = {(one["ref"], one["key"]) for one in found if not one["blocked"]}
            if (action["ref"], action["key"]) in self.free[person]:
                return True
        return False

    def _act(self, action: Json) -> bool:
        command = ["review", "act", action["ref"], action["key"], "--on", self.today.isoformat()]
        done = self._insist(command, action["fields"], self.people)
        if done is None:
            return False
        self.steps.append(f"{action['ref']} {action['key']} -> {done['stage']}")
        assert set(done) >= {"ref", "stage", "revision", "created", "warnings"}
        return True

    def _insist(self, command: list[str], fields: list[Json], people: list[str]) -> Json | None:
        """Do it; answer what a refusal asks for; where another person is needed, as another person."""
        for person in (None, *people):
            wanted = {f["name"] for f in fields if f["required"]}
            choice = 0
            for _ in range(4):
                given = [part for f in fields if f["name"] in wanted for part in self._answer(f, choice)]
                who = ["--as", person] if person else []
                said = self.dardr(*command, *given, *who, "--json")
                if said.code == 0:
                    return said.json
                assert said.code == 1, said
                reasons = said.json["refused"]
                self.refusals.append(f"{' '.join(command[:4])}: {reasons}")
                named = {r["field"] for r in reasons if r["field"]}
                if not named:
                    break
                if named <= wanted:
                    choice += 1
                wanted |= named & {f["name"] for f in fields}
        return None

    def _answer(self, field: Json, choice: int) -> list[str]:
        return ["--field", f"{field['name']}={self._value(field, choice)}"]

    def _value(self, field: Json, choice: int) -> str:
        kind, choices = field["type"], field["choices"]
        if kind in ("choice", "choices") and choices:
            return choices[min(choice, len(choices) - 1)]["value"]
        later = self.today + timedelta(days=60)
        return {
            "text": "As recorded in the minutes",
            "date": (later if field["future"] else self.today).isoformat(),
            "partial-date": self.today.isoformat(),
            "datetime": f"{self.today.isoformat()}T10:00",
            "integer": "40",
            "decimal": "1250.50",
            "boolean": "yes" if choice == 0 else "no",
            "url": "https://www.partnership.example/reviews",
            "email": "someone@partnership.example",
            "file": f"@{self.file}",
        }.get(kind, "nothing to choose from")

    def _actions(self, ref: str) -> list[Json]:
        return self.dardr.ok("review", "actions", ref)["actions"]

    def _way(self, process_id: str, stage: str, goal: str) -> list[str]:
        """The shortest way from one stage to another by the actions of the process, as keys."""
        actions = self.process(process_id)["actions"]
        queue: deque[tuple[str, list[str]]] = deque([(stage, [])])
        seen = {stage}
        while queue:
            at, way = queue.popleft()
            if at == goal:
                return way
            for action in actions:
                to = action["to"]
                if at in action["from"] and to and to not in seen:
                    seen.add(to)
                    queue.append((to, [*way, action["key"]]))
        return []

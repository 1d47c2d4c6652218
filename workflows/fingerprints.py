"""Proof that a released process has not changed: a hash of its data and of the text of every condition it names.

``python -m workflows.fingerprints --write`` (part of ``make release``) records the fingerprint of each process that
is not a draft; ``--check`` compares. A released version never changes: a change means a new version, in a folder of
its own. Before anything is released the file is empty, and version 1 is edited in place.
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import json
import sys
import tomllib
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import workflows
from workflows.definition import Process

FILE = Path(__file__).parent / "processes" / "fingerprints.toml"
HEAD = """\
# The fingerprints of the released processes. Written by: make release. A released version never changes.

[released]
"""


class Released(ValueError):
    """A released process has changed; the text says what to do."""


def fingerprint(process: Process) -> str:
    """``sha256:...`` over everything a process declares, and over the source of every function it names."""
    text = json.dumps(_plain(process), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + sha256(text.encode()).hexdigest()


def read(path: Path = FILE) -> dict[str, str]:
    """The fingerprints recorded at release, by process id; none where nothing is released."""
    if not path.exists():
        return {}
    return dict(tomllib.loads(path.read_text(encoding="utf-8")).get("released", {}))


def compare(processes: Iterable[Process], recorded: Mapping[str, str]) -> list[str]:
    """What is wrong: a released process that changed or is missing, a draft that has a fingerprint."""
    found: list[str] = []
    present = {process.id: process for process in processes}
    for process_id, known in recorded.items():
        process = present.get(process_id)
        if process is None:
            found.append(f"{process_id} was released and is not here any more. Put its folder back.")
        elif process.draft:
            found.append(f"{process_id} is a draft and must have no fingerprint. Take its line out.")
        elif fingerprint(process) != known:
            key, _, version = process_id.partition("@")
            found.append(
                f"{process_id} was released and has changed. Records are pinned to it: put it back as it was, and make"
                f" the change in a copy, {key}@{int(version) + 1}."
            )
    return found


def write(processes: Iterable[Process], path: Path = FILE) -> list[str]:
    """Record the fingerprints of all processes that are not drafts; the ids newly released.

    Raises ``Released`` where one released before has changed: nothing is written then.
    """
    processes = tuple(processes)
    recorded = read(path)
    wrong = compare(processes, recorded)
    if wrong:
        raise Released(" ".join(wrong))
    new = [process for process in processes if not process.draft and process.id not in recorded]
    recorded |= {process.id: fingerprint(process) for process in new}
    lines = [f'"{process_id}" = "{recorded[process_id]}"\n' for process_id in sorted(recorded)]
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return [process.id for process in new]


# --- everything in a plain form ---------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """A JSON form of any part of a process, the same on every machine and in every run."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        # Fields left out of comparison (the lookup tables of a process) are made from the others.
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.compare}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, partial):
        return {
            "partial": _function(value.func),
            "args": _plain(value.args),
            "keywords": {name: _plain(given) for name, given in value.keywords.items()},
        }
    if isinstance(value, FunctionType):
        return _function(value)
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): _plain(given) for key, given in value.items()}
    if isinstance(value, (frozenset, set)):
        return sorted((_plain(given) for given in value), key=lambda given: json.dumps(given, sort_keys=True))
    if isinstance(value, (list, tuple)):
        return [_plain(given) for given in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{value!r} cannot be part of a process: it has no form that stays the same.")


def _function(function: Any) -> dict[str, Any]:
    """The name and text of a function, of every function of this package that it calls, and of its constants."""
    used: dict[str, Any] = {}
    _collect(function, used)
    name = f"{function.__module__}.{function.__qualname__}"
    return {"function": name, "source": used.pop(name), "uses": used}


def _collect(function: Any, into: dict[str, Any]) -> None:
    name = f"{function.__module__}.{function.__qualname__}"
    if name in into:
        return
    into[name] = inspect.getsource(function)
    names = function.__code__.co_names
    here = [function.__globals__.get(used) for used in names]
    modules = [other for other in here if isinstance(other, ModuleType) and other.__name__.startswith("workflows")]
    there = [getattr(module, used, None) for module in modules for used in names]
    for other in (*here, *there):
        if isinstance(other, FunctionType) and other.__module__.startswith("workflows"):
            _collect(other, into)
    for used in names:
        constant = function.__globals__.get(used)
        if isinstance(constant, CONSTANTS) and not used.startswith("__"):
            into[f"{function.__module__}.{used}"] = _plain(constant)


CONSTANTS = (str, int, tuple, frozenset, dict)
"""Values at the top of a module that a condition may look at; they are part of what it decides."""


# --- the command ------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """0 when all is in order, 1 when a released process has changed."""
    parser = argparse.ArgumentParser(
        prog="python -m workflows.fingerprints", description=(__doc__ or "").split("\n")[0]
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="record the fingerprints of the processes to be released")
    what.add_argument("--check", action="store_true", help="compare with those recorded")
    parser.add_argument("--file", type=Path, default=FILE, help="the file of fingerprints")
    given = parser.parse_args(arguments)
    if given.check:
        wrong = compare(workflows.all_processes(), read(given.file))
        for sentence in wrong:
            print(sentence, file=sys.stderr)
        return 1 if wrong else 0
    try:
        new = write(workflows.all_processes(), given.file)
    except Released as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Released: {', '.join(new)}" if new else "Nothing new to release.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Nothing is built and then left unconnected: every rule, message, template and function has a caller.

A caller in a test does not count. What a framework calls by itself (a route, a command, an event listener) counts
as called, because its decorator is the connection.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import workflows
from notifications import documents, messages
from notifications.words import DUE_PHRASES
from tests.architecture.source import modules, name_of, text_files, tracked_files, tree
from workflows import definition, guards

# Decorators that do not connect a function to anything.
DO_NOT_CONNECT = {
    "dataclass",
    "cache",
    "lru_cache",
    "contextmanager",
    "asynccontextmanager",
    "total_ordering",
    "final",
    "runtime_checkable",
    "reads_items",
    "wraps",
    "overload",
    "unique",
}
# Called from outside Python: the console script, and the WSGI server by name.
CALLED_BY_NAME = {("dardr/cli/__init__.py", "main")}

# Made for tests: the mailer that keeps what it is given, and the list that keeps names out of messages.
MADE_FOR_TESTS = {("notifications/smtp.py", "MemoryMailer"), ("notifications/personal_data.py", "personal_fields")}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _decorator_name(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _definitions(path: Path) -> Iterator[Definition]:
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if all(_decorator_name(decorator) in DO_NOT_CONNECT for decorator in node.decorator_list):
                yield node


def _names_used(node: ast.AST) -> Counter[str]:
    used: Counter[str] = Counter()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            used[part.id] += 1
        elif isinstance(part, ast.Attribute):
            used[part.attr] += 1
    return used


@cache
def _used_anywhere() -> Counter[str]:
    used: Counter[str] = Counter()
    production = [*modules(), *(path for path in tracked_files() if name_of(path).startswith("migrations/"))]
    for path in production:
        if path.suffix == ".py":
            used += _names_used(tree(path))
    return used


@cache
def _identifiers_in(*folders: str) -> frozenset[str]:
    """String constants that are one identifier, such as the name of a message in a notice."""
    return frozenset(
        part.value
        for path in modules()
        if name_of(path).startswith(folders)
        for part in ast.walk(tree(path))
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier()
    )


@cache
def _templates_text() -> str:
    return "\n".join(text for path, text in text_files() if path.suffix in {".html", ".txt", ".njk", ".xml"})


def _uncalled(path: Path) -> list[str]:
    found = []
    for node in _definitions(path):
        elsewhere = _used_anywhere()[node.name] - _names_used(node)[node.name]
        if elsewhere <= 0 and (name_of(path), node.name) not in CALLED_BY_NAME | MADE_FOR_TESTS:
            found.append(f"{name_of(path)}:{node.lineno} {node.name}")
    return found


def _is_a_template_class(path: Path) -> bool:
    """Messages and documents are found by their names; they have tests of their own below."""
    return bool(re.match(r"notifications/(messages|documents)", name_of(path)))


def test_every_function_and_class_has_a_caller_outside_the_tests() -> None:
    uncalled = [line for path in modules() if not _is_a_template_class(path) for line in _uncalled(path)]
    assert uncalled == [], "Connect these, or take them out."


def test_a_caller_is_told_from_a_definition() -> None:
    module = ast.parse("def a():\n    return a()\n\ndef b():\n    return a()\n")
    first, second = module.body
    used = _names_used(module)
    assert used["a"] - _names_used(first)["a"] == 1
    assert used["b"] - _names_used(second)["b"] == 0


# --------------------------------------------------------------------------------------------- web templates


def _web_templates() -> list[str]:
    folder = "dardr/web/templates/"
    return [name_of(path)[len(folder) :] for path in tracked_files() if name_of(path).startswith(folder)]


@cache
def _strings_of_the_web() -> frozenset[str]:
    return frozenset(
        part.value
        for path in modules()
        if name_of(path).startswith("dardr/")
        for part in ast.walk(tree(path))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def test_every_page_template_is_shown_by_something() -> None:
    templates = _web_templates()
    assert templates
    unused = [name for name in templates if name not in _strings_of_the_web() and f'"{name}"' not in _templates_text()]
    # Flask-Security finds its own pages by their names.
    assert [name for name in unused if not name.startswith("security/")] == []


# ------------------------------------------------------------------------------------- the words of a process


@cache
def _used_in(*folders: str) -> Counter[str]:
    used: Counter[str] = Counter()
    for path in modules():
        if name_of(path).startswith(folders):
            used += _names_used(tree(path))
    return used


@pytest.mark.parametrize("effect", [kind.__name__ for kind in get_args(definition.Effect)])
def test_every_consequence_an_action_may_declare_is_carried_out(effect: str) -> None:
    assert _used_in("dardr/casework/")[effect], f"No part of casework carries out {effect}."


@pytest.mark.parametrize("source", [member.name for member in definition.From])
def test_every_source_of_choices_is_looked_up(source: str) -> None:
    assert _used_in("dardr/")[source], f"No lookup gives the choices of From.{source}."


@pytest.mark.parametrize("kind", [member.name for member in definition.FieldType])
def test_every_kind_of_answer_is_read(kind: str) -> None:
    assert _used_in("workflows/answers.py", "dardr/")[kind], f"Nothing reads an answer of type {kind}."


# ------------------------------------------------------------------------------------------ words and documents


def _folders(parent: str) -> set[str]:
    """Folders of templates; a name that starts with an underscore is a shared part."""
    inside = [name_of(path)[len(parent) :].split("/") for path in tracked_files() if name_of(path).startswith(parent)]
    return {parts[0] for parts in inside if len(parts) > 1 and not parts[0].startswith("_")}


def test_every_message_has_its_words_and_all_words_have_a_message() -> None:
    assert set(messages.MESSAGES) == _folders("notifications/email/")


@pytest.mark.parametrize("key", sorted(messages.MESSAGES))
def test_every_message_is_sent_by_something(key: str) -> None:
    """A notice or a clock names it, or casework writes it by its class."""
    named = key in _identifiers_in("workflows/", "dardr/")
    built = _used_in("dardr/")[messages.MESSAGES[key].__name__] > 0
    assert named or built, f"Nothing sends {key}."


PROCESSES = workflows.all_processes()


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.id)
def test_every_notice_and_clock_names_a_message_there_is(process: definition.Process) -> None:
    named = {notice.message for notice in process.notices} | {clock.message for clock in process.clocks}
    assert named <= set(messages.MESSAGES)


def _guard_function(guard: object) -> object:
    while isinstance(guard, partial):
        guard = guard.func
    return guard


def test_every_shared_guard_stands_in_a_process() -> None:
    """A condition that no process names lets everything through."""
    used = {
        _guard_function(guard)
        for process in PROCESSES
        for action in (process.opening, *process.actions)
        for guard in (*action.guards, *action.checks, *action.warnings)
    }
    conditions = {
        function
        for name, function in vars(guards).items()
        if callable(function)
        and not name.startswith("_")
        and getattr(function, "__module__", "") == guards.__name__
        and get_type_hints(function).get("return") in {definition.Blocked | None, str | None}
    }
    assert len(conditions) > 10
    assert {function.__name__ for function in conditions - used} == set()


def test_every_clock_has_words_for_what_is_due() -> None:
    clocks = {clock.key for process in PROCESSES for clock in process.clocks}
    assert clocks == set(DUE_PHRASES)


def test_every_numbered_clock_is_there_once_in_each_process() -> None:
    for process in PROCESSES:
        ids = [clock.id for clock in process.clocks]
        assert len(ids) == len(set(ids)), process.id
    everywhere = {clock.id for process in PROCESSES for clock in process.clocks}
    local = {clock for clock in everywhere if clock.startswith("L")}
    assert everywhere - local == {f"D{number:02d}" for number in range(1, 19)}
    assert all(re.fullmatch(r"L\d\dC?", clock) for clock in local)


def test_every_document_has_its_template_and_every_template_its_document() -> None:
    assert set(documents.DOCUMENTS) == _folders("notifications/documents/")


@pytest.mark.parametrize("name", sorted(documents.DOCUMENTS))
def test_every_document_is_built_by_casework(name: str) -> None:
    kind = documents.DOCUMENTS[name].__name__
    assert _used_in("dardr/")[kind] > 0, f"Nothing builds {name} for a user."

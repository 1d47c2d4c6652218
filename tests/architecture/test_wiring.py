"""Nothing is built and then left unconnected: every rule, message, template and function has a caller.

A caller in a test does not count. What a framework calls by itself (a route, a command, an event listener) counts
as called, because its decorator is the connection.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from notifications import messages
from tests.architecture.source import modules, name_of, text_files, tracked_files, tree
from workflows import definition

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
        if elsewhere <= 0 and (name_of(path), node.name) not in CALLED_BY_NAME:
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
    found = {name_of(path)[len(parent) :].split("/") for path in tracked_files() if name_of(path).startswith(parent)}
    return {parts[0] for parts in found if len(parts) > 1 and not parts[0].startswith("_")}


def test_every_message_has_its_words_and_all_words_have_a_message() -> None:
    assert set(messages.MESSAGES) == _folders("notifications/email/")


@pytest.mark.parametrize("key", sorted(messages.MESSAGES))
def test_every_message_is_sent_by_something(key: str) -> None:
    """A notice or a clock names it, or casework writes it by its class."""
    named = key in _identifiers_in("workflows/", "dardr/")
    built = _used_in("dardr/")[messages.MESSAGES[key].__name__] > 0
    assert named or built, f"Nothing sends {key}."

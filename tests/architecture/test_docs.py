"""The guides print commands that exist, with flags that exist, and name every setting there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

import workflows
from dardr.cli import main
from dardr.settings import Settings
from tests.architecture.source import ROOT, name_of
from workflows.definition import LocalSetting, Process

OPERATORS = ROOT / "docs" / "operator-guide.md"
GUIDES = [ROOT / "README.md", OPERATORS, *sorted((ROOT / "docs" / "user-guide").glob("*.md"))]
SETTING = re.compile(r"\bDARDR_[A-Z_]+\b")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`(dardr [^`\n]+)`(?!`)")


def in_blocks(page: Path) -> list[str]:
    """The lines of code blocks that run dardr, without what the shell does with them."""
    lines = [line for block in BLOCK.findall(page.read_text(encoding="utf-8")) for line in block.splitlines()]
    return [line for line in lines if re.match(r"(?:DARDR_[A-Z_]+=\S+ )*dardr\b", line)]


def words_of(line: str) -> list[str]:
    words = shlex.split(line.split(" > ")[0])
    while SETTING.match(words[0]):
        words.pop(0)
    assert words[0] == "dardr", line
    return words[1:]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that these words name, and the words that are left. Raises AssertionError for none."""
    command: click.Command = main
    left = list(words)
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        name = left.pop(0)
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"there is no command {name!r}"
        command = found
    return command, left


def trouble(line: str) -> str:
    """Why the command line of a guide could not be read; nothing where it can."""
    try:
        command, left = command_of(words_of(line))
        assert not isinstance(command, click.Group), f"{line}: which command of the group?"
        context = click.Context(command, info_name=line)
        given, rest, _ = command.make_parser(context).parse_args(left)
        if rest:
            return f"{line}: nothing takes {rest}"
        for parameter in command.params:
            value = given.get(parameter.name or "")
            if parameter.required and not value:
                return f"{line}: {parameter.name} is missing"
            if isinstance(parameter.type, click.Choice) and value is not None:
                for one in value if isinstance(value, list | tuple) else [value]:
                    parameter.type.convert(one, parameter, context)
    except (AssertionError, click.UsageError) as error:
        return f"{line}: {error.format_message() if isinstance(error, click.UsageError) else error}"
    return ""


def test_there_are_commands_to_look_at() -> None:
    assert len(in_blocks(OPERATORS)) > 40


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_every_command_of_a_block_can_be_read(page: Path) -> None:
    assert [said for line in in_blocks(page) if (said := trouble(line))] == []


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_every_command_in_a_sentence_exists(page: Path) -> None:
    """In a sentence a command may stand without what it needs; the command and its flags must be there."""
    wrong: list[str] = []
    for said in INLINE.findall(page.read_text(encoding="utf-8")):
        try:
            command, left = command_of(words_of(said))
        except AssertionError as error:
            wrong.append(f"{said}: {error}")
            continue
        flags = {flag for parameter in command.params for flag in parameter.opts} | {"--help", "-h"}
        wrong += [f"{said}: {word}" for word in left if word.startswith("-") and word not in flags]
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "dardr review close DARDR-2026-001",
        "dardr review list --closed",
        "dardr report quarterly --format docx",
        "dardr regime unlock s8a",
        "dardr db upgrade now",
        "dardr review",
    ],
)
def test_what_does_not_exist_is_found(line: str) -> None:
    assert trouble(line)


def test_the_table_of_settings_is_whole() -> None:
    table = re.findall(r"^\| `(DARDR_[A-Z_]+)` \|", OPERATORS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(f"DARDR_{name.upper()}" for name in Settings.model_fields)


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_every_setting_named_exists(page: Path) -> None:
    known = {f"DARDR_{name.upper()}" for name in Settings.model_fields}
    assert set(SETTING.findall(page.read_text(encoding="utf-8"))) <= known


def test_every_local_length_is_named() -> None:
    keys = {
        clock.length.key
        for process in workflows.all_processes()
        for clock in process.clocks
        if isinstance(clock.length, LocalSetting)
    }
    text = OPERATORS.read_text(encoding="utf-8")
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


@pytest.mark.parametrize("process", workflows.all_processes(), ids=lambda process: process.key)
def test_the_guide_says_what_each_reference_means(process: Process) -> None:
    guide = (ROOT / "docs" / "user-guide" / "README.md").read_text(encoding="utf-8")
    if process.child_suffix:
        assert f"-{process.child_suffix}01`" in guide
    if process.ref_prefix and process.key != "dardr-s8a":
        assert re.search(rf"`{process.ref_prefix}-2026-\d+`", guide), "section 8A is locked, and has none yet"

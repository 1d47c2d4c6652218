"""The command line. Only click is imported here: each command's module is loaded when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

Listed = dict[str, tuple[str, str]]
"""Command name -> (module:attribute that holds it, what the list says about it)."""

_COMMANDS: Listed = {
    "serve": ("serve:serve", "Run web and worker side by side; with --demo, a demonstration."),
    "web": ("serve:web", "Run the web server alone."),
    "worker": ("serve:worker", "Run the background worker: reminders, e-mail, search, checks."),
    "setup": ("setup:setup", "Set up a partnership: tables, structure, first administrator."),
    "db": ("db:db", "Set up, upgrade and check the database."),
    "demo": ("demo:demo", "Load the fictional demonstration."),
    "doctor": ("doctor:doctor", "Check this installation and say what to do."),
    "user": ("user:user", "Give people access, list them, take access away."),
    "process": ("process:process", "Read, check and draw the processes; move a record to another version."),
    "regime": ("regime:regime", "Show the regimes of law; record that one is in force."),
    "clock": ("clock:clock", "Work out a date, with the receipt that explains it."),
    "criteria": ("criteria:criteria", "Ask the decision table for advice."),
    "review": ("review:review", "Open reviews and other records, read them, act on them."),
    "actions": ("actions:actions", "List the actions of the plans; exchange them as workbooks."),
    "recommendations": ("recommendations:recommendations", "List recommendations; find similar ones."),
    "reminders": ("reminders:reminders", "What will be sent to whom, on which day, and why."),
    "report": ("report:report", "Make reports."),
    "import": ("importing:import_", "Load published cases."),
    "tracker": ("tracker:tracker", "Bring in the team's tracker of live reviews; have it back."),
    "chronology": ("chronology:chronology", "Merge the chronologies of the agencies of a review."),
    "document": ("document:document", "List and build documents."),
    "audit": ("audit:audit", "Verify, export and sign the history."),
    "outbox": ("outbox:outbox", "Look after e-mail that could not be sent."),
    "search": ("search:search", "Look after what search finds."),
    "whatif": ("whatif:whatif", "Suppose something, and see which dates would move."),
    "calendar": ("calendar:calendar", "Show working days and bank holidays."),
}


class LazyGroup(click.Group):
    """A group whose list is printed without loading any of its commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order people need them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the one that is asked for."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        return getattr(import_module(f"dardr.cli.{module}"), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Say what there is when a command is misspelt."""
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"There is no command “{args[0]}”. There are: {', '.join(_COMMANDS)}.")
        return super().resolve_command(ctx, args)




def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"dardr {version('dardr')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Begin with: dardr serve --demo. Every command has --help with examples.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
def main() -> None:
    """Carry Domestic Abuse Related Death Reviews from the first notification to the last action of the plan.

    Exit codes: 0 done; 1 refused, with the reasons; 2 the command line could not be read.
    """

"""``dardr chronology``: the chronologies of the agencies of a review as one file."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, as_json_option, examples
from dardr.cli.report import write_bytes


@click.group(cls=Group)
def chronology() -> None:
    """Chronologies of agencies: merge those of a review into one file."""


@chronology.command(
    epilog=examples(
        "dardr chronology merge --review DARDR-2026-001 --output chronology.docx",
        "dardr chronology merge --review DARDR-2026-001 --output chronology.xlsx --json",
    )
)
@click.option("--review", "ref", required=True, metavar="REF", help="The review.")
@click.option("--output", required=True, metavar="FILE", help="A Word file (.docx) or a workbook (.xlsx).")
@as_option
@as_json_option
def merge(ref: str, output: str, as_email: str | None, as_json: bool) -> None:
    """Write every agency's lines in the order of time, each with its source, and what was decided about them.

    Lines that may tell of one event, or contradict each other, are marked and never merged.
    """
    from dardr.casework.chronology.exporting import word, workbook
    from dardr.errors import Invalid, Reason
    from dardr.lookups.chronology import merged_of

    form = output.rpartition(".")[2].lower()
    if form not in ("docx", "xlsx"):
        raise Invalid([Reason("Give a file that ends in .docx (Word) or .xlsx (Excel).", "output")])
    with opened(as_email) as at, at.read() as (session, actor):
        merged = merged_of(session, actor, ref)
        made = workbook(merged, merged.lines) if form == "xlsx" else word(merged, merged.lines)
        told = sum(one.finding is not None and one.finding.kind == "contradict" for one in merged.undecided)
        said = {
            "review": ref,
            "output": output,
            "lines": len(merged.lines),
            "agencies": [{"return": one.ref, "agency": one.title, "lines": n} for one, n in merged.returns if n],
            "without_a_day": sum(line.row.exactness == "none" for line in merged.lines),
            "same_not_decided": len(merged.undecided) - told,
            "told_differently_not_decided": told,
            "decided": len(merged.pairs) - len(merged.undecided),
            "gaps": len(merged.gaps),
        }
    write_bytes(made, output, text=False)
    if as_json:
        showing.print_json(said)
        return
    click.echo(
        f"{said['lines']} lines of {len(said['agencies'])} agencies written to {output}."
        f" Not decided: {said['same_not_decided']} pairs that may be one event,"
        f" {told} that may be told differently. Gaps: {said['gaps']}."
    )

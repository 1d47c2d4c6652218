"""``dardr document``: list and build documents."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, as_json_option, examples
from dardr.cli.report import write_bytes


@click.group(cls=Group)
def document() -> None:
    """List and build documents."""


@document.command("list", epilog=examples("dardr document list", "dardr document list --json"))
@as_json_option
def list_(as_json: bool) -> None:
    """List the documents that can be built, and their formats."""
    from dardr.casework.documents import list_documents

    found = [dict(one) if isinstance(one, dict) else one.as_dict() for one in list_documents()]
    if as_json:
        showing.print_json({"documents": found})
        return
    showing.table(
        ("Document", "What it is", "Formats"),
        ((one["name"], one.get("label", ""), ", ".join(one.get("formats", ()))) for one in found),
    )


@document.command(
    epilog=examples(
        "dardr document build decision_notice --review DARDR-2026-001 --format docx --output notice.docx",
        "dardr document build briefing --review DARDR-2024-003 --format pdf --output briefing.pdf",
    )
)
@click.argument("name")
@click.option("--review", "ref", required=True, metavar="REF", help="The review it is about.")
@click.option("--format", "form", required=True, type=click.Choice(["docx", "pdf", "pptx", "html"]))
@click.option("--output", required=True, metavar="FILE", help="Where to write it. Use no names in file names.")
@as_option
@as_json_option
def build(name: str, ref: str, form: str, output: str, as_email: str | None, as_json: bool) -> None:
    """Build a document of a review. Refused where the review is not that far yet."""
    from dardr.casework import documents

    with opened(as_email) as at, at.read() as (session, actor):
        made = documents.build(session, actor, at.now, name, ref, form)
    write_bytes(made, output, text=False)
    if as_json:
        showing.print_json({"document": name, "review": ref, "format": form, "output": output, "bytes": len(made)})

"""``dardr recommendations``: the recommendations of a review, who answered them how, and what became of them."""

from __future__ import annotations

import click

from dardr.cli import said_before, showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, Refused, as_json_option, examples


@click.group(cls=Group)
def recommendations() -> None:
    """List the recommendations of a review; find similar ones of earlier reviews."""


recommendations.add_command(said_before.similar)
recommendations.add_command(said_before.rebuild)


@recommendations.command(
    "list",
    epilog=examples(
        "dardr recommendations list --review DARDR-2026-001",
        "dardr recommendations list --review DARDR-2026-001 --json",
    ),
)
@click.option("--review", "ref", required=True, metavar="REF", help="The review, by its reference.")
@as_option
@as_json_option
def list_(ref: str, as_email: str | None, as_json: bool) -> None:
    """List the recommendations of a review by number, with the bodies' answers and the actions that carry them out."""
    import workflows
    from dardr.access import get_record
    from dardr.lookups.recommendations import of_review

    with opened(as_email) as at, at.read() as (session, actor):
        record = get_record(session, actor, ref.strip().upper())
        if record.process_key not in workflows.REVIEW_KEYS:
            raise Refused(f"{record.ref} is not a review. Give the reference of a review.", "review")
        found = of_review(session, actor, record, at.today)
    if as_json:
        showing.print_json({"review": record.ref, "recommendations": [row.as_dict() for row in found]})
        return
    showing.table(
        ("Reference", "Number", "Recommendation", "Scope", "Answers", "Actions", "Where it stands"),
        (
            (
                row.ref,
                row.number,
                row.text,
                row.scope_label,
                "; ".join(f"{one.body}: {one.words.lower()}" for one in row.responses),
                ", ".join(action.ref for action in row.actions),
                row.stage_label,
            )
            for row in found
        ),
        empty="No recommendation is recorded on this review.",
    )

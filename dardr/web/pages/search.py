"""Searching everything a person may see: references, names used, recorded answers, the text of documents."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr.lookups.search import A_PAGE, LONGEST_QUESTION, Group, Hit, search
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import asked_page, pager
from dardr.web.transaction import session

pages = Blueprint("search", __name__)


@pages.get("/search")
@who()
def results() -> ResponseReturnValue:
    """What was found, by review. Nothing of what was typed goes into the page's title."""
    text = request.args.get("q", "")[:LONGEST_QUESTION].strip()
    found = search(session(), actor(), text, number=asked_page()) if text else None
    return render_template(
        "search/results.html",
        text=text,
        found=found,
        groups=[_group(group) for group in found.groups] if found else [],
        pager=pager(found.number, found.total, A_PAGE) if found else None,
    )


def _group(group: Group) -> dict[str, Any]:
    return {
        "group": group,
        "href": page_of(group.ref, group.process_key),
        "hits": [{"hit": hit, "href": _address(hit), "own": hit.ref == group.ref} for hit in group.hits],
    }


def _address(hit: Hit) -> str:
    if hit.file is None:
        return page_of(hit.ref, hit.process_key)
    is_review = hit.process_key in workflows.REVIEW_KEYS
    return url_for("files.review_files" if is_review else "files.record_files", ref=hit.ref)

"""How a recommendation is answered by a body that it is addressed to: accepted, in part, or not, and who said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from workflows import guards
from workflows.definition import Action, Blocked, Facts, From
from workflows.processes.authorities import guidance_2016
from workflows.processes.fields import choice, file, one_of, optional, paragraph, text
from workflows.processes.recommendation_1.stages import STANDS
from workflows.processes.who import AGENCY

RESPONSES = (("accepted", "Accepted"), ("partly", "Accepted in part"), ("not_accepted", "Not accepted"))
RESPONSES_KEPT = "responses"


def somebody_is_addressed(facts: Facts) -> Blocked | None:
    """At least one body is named."""
    if facts.recorded.get("addressees"):
        return None
    return Blocked("The recommendation is addressed to no body yet. Change it first, and name who should answer.")


def answered_before(facts: Facts) -> str | None:
    """The body has answered already: the latest answer counts, and the earlier one is kept."""
    given = (facts.submitted or {}).get("responding_body")
    if given is None or all(entry.get("responding_body") != given for entry in facts.listed(RESPONSES_KEPT)):
        return None
    return "This body has answered before. The latest answer counts; the earlier one stays on the page."


def latest(entries: Iterable[Mapping[str, Any]] | None) -> dict[str, Mapping[str, Any]]:
    """The last answer of each body, by its key: entries as the record keeps them, oldest first."""
    return {str(entry.get("responding_body")): entry for entry in entries or ()}


RESPOND = Action(
    "respond",
    "Answer the recommendation",
    source=STANDS,
    roles=AGENCY,
    keep_as=RESPONSES_KEPT,
    fields=(
        one_of("responding_body", "For which body?", From.ADDRESSEES),
        choice("response", "Does it accept the recommendation?", *RESPONSES),
        optional(paragraph("response_reason", "Why, or in which part", help="Needed unless accepted in full.")),
        text("responded_by", "Who said so, senior in the body? (their post)"),
        file("response_file", "The letter or e-mail"),
    ),
    guards=(somebody_is_addressed,),
    checks=(
        partial(
            guards.needed_when,
            field="response_reason",
            when="response",
            values=("partly", "not_accepted"),
            reason="Say why, or which part is accepted: what is not accepted in full needs its reason.",
        ),
    ),
    warnings=(answered_before,),
    authority=guidance_2016("7"),
    main=True,
    help="Once for each body. A later answer of the same body counts in place of the earlier one, and both are kept.",
)

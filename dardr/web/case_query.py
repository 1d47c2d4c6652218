"""The caseload's filters and order as the query of an address: kept by a reload, sent to a colleague, saved by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

import workflows
from dardr.lookups.case_filters import NOBODY, SORTS, CaseFilter
from workflows.calendar import in_words
from workflows.definition import PARTY_LABELS, Party
from workflows.partial import parse_date

NEWEST_REVIEW = "dardr-s9"
LONGEST_TEXT = 100
LONGEST_QUERY = 4000
NO_MANAGER = "nobody"

SORT_LABELS = {
    "": "Date passed first, then the next date",
    "ref": "Reference",
    "name": "Name used",
    "stage": "Where it stands",
    "waiting": "Who acts next",
    "manager": "Case manager",
    "next": "Next date",
    "csp": "Partnership",
    "opened": "Day it was notified",
}
assert set(SORT_LABELS) == set(SORTS)

TICKS = {
    "mine": "Only mine",
    "late": "With a date that has passed",
    "held": "With a hold in place",
    "joint": "Joint: two areas, or with another board",
    "ended": "Also those that have ended",
}
LISTS = ("manager", "csp", "waiting", "regime")
"""Filters of the second row: used less often, folded away until one is set."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, as filters, and what of it could not be read."""

    filters: CaseFilter
    problems: tuple[tuple[str, str], ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def filtered(self) -> bool:
        """True where something is left out, or shown, that usually is not."""
        return bool(set(query_of(self.filters)) - {"sort", "order"}) or bool(self.problems)

    @property
    def unfolded(self) -> bool:
        """True where one of the rarer filters is set."""
        rare = {*LISTS, "opened_from", "opened_until", "late", "held", "joint"}
        return bool(rare & set(query_of(self.filters))) or bool(self.problems)


def phases() -> dict[str, str]:
    """The phases of a review and their labels, in order."""
    return {p.key: p.label for p in workflows.newest(NEWEST_REVIEW).phases}


def stages() -> dict[str, str]:
    """The stages of a review and their labels, in order."""
    return {s.key: s.label for s in workflows.newest(NEWEST_REVIEW).stages}


def regimes() -> dict[str, str]:
    """The regimes of law that a review may be held under, and their labels."""
    return {
        process.regime: process.label for process in workflows.all_processes() if process.key in workflows.REVIEW_KEYS
    }


def waited_for() -> dict[str, str]:
    """The parties that act next in some stage of a review, and their labels."""
    acting = {stage.acts for stage in workflows.newest(NEWEST_REVIEW).stages} - {Party.NOBODY}
    return {str(party): label for party, label in PARTY_LABELS.items() if party in acting}


def read(asked: Mapping[str, str]) -> Asked:
    """The filters of a query. Values that mean nothing here are left out; dates that cannot be read are told."""
    problems: list[tuple[str, str]] = []
    typed: dict[str, str] = {}

    def chosen(name: str, known: Mapping[str, Any]) -> str:
        return asked.get(name, "") if asked.get(name, "") in known else ""

    def day(name: str, what: str) -> date | None:
        text = asked.get(name, "").strip()[:LONGEST_TEXT]
        try:
            return parse_date(text) if text else None
        except ValueError as error:
            typed[name] = text
            problems.append((name, f"{what}: {error}"))
            return None

    filters = CaseFilter(
        phase=chosen("phase", phases()),
        stage=chosen("stage", stages()),
        text=asked.get("text", "")[:LONGEST_TEXT],
        csp=asked.get("csp", "")[:64],
        mine=asked.get("mine") == "yes",
        open_only=asked.get("ended") != "yes",
        manager=_manager(asked.get("manager", "")),
        held=asked.get("held") == "yes",
        late=asked.get("late") == "yes",
        joint=asked.get("joint") == "yes",
        regime=chosen("regime", regimes()),
        waiting=chosen("waiting", waited_for()),
        opened_from=day("opened_from", "Notified from"),
        opened_until=day("opened_until", "Notified until"),
        sort=chosen("sort", SORT_LABELS),
        descending=asked.get("order") == "desc",
    )
    return Asked(filters, tuple(problems), typed)


def _manager(text: str) -> int | None:
    if text == NO_MANAGER:
        return NOBODY
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text[:12]) < 2**31 else None


def query_of(filters: CaseFilter) -> dict[str, str]:
    """The shortest query that asks for these filters: what is usual is left out."""
    manager = "" if filters.manager is None else NO_MANAGER if filters.manager == NOBODY else str(filters.manager)
    query = {
        "text": filters.text,
        "phase": filters.phase,
        "stage": filters.stage,
        "manager": manager,
        "csp": filters.csp,
        "waiting": filters.waiting,
        "regime": filters.regime,
        "opened_from": filters.opened_from.isoformat() if filters.opened_from else "",
        "opened_until": filters.opened_until.isoformat() if filters.opened_until else "",
        "mine": "yes" if filters.mine else "",
        "late": "yes" if filters.late else "",
        "held": "yes" if filters.held else "",
        "joint": "yes" if filters.joint else "",
        "ended": "" if filters.open_only else "yes",
        "sort": filters.sort,
        "order": "desc" if filters.sort and filters.descending else "",
    }
    return {name: value for name, value in query.items() if value}


def parsed(query: str) -> dict[str, str]:
    """A query as it is saved, taken apart. What it means is for ``read`` to say."""
    return dict(parse_qsl(query[:LONGEST_QUERY], max_num_fields=50))


def address(filters: CaseFilter, base: str) -> str:
    """``base`` with the query of these filters."""
    query = urlencode(query_of(filters))
    return f"{base}?{query}" if query else base


def sorted_by(filters: CaseFilter, sort: str) -> CaseFilter:
    """The same filters in another order; the other way round where that is the order already."""
    return replace(filters, sort=sort, descending=filters.sort == sort and not filters.descending)


def in_words_of(filters: CaseFilter, names: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The filters set, in a few words each. ``names`` has the labels of case managers and partnerships."""
    query = query_of(filters)
    labels: dict[str, Mapping[str, str]] = {
        "phase": phases(), "stage": stages(), "regime": regimes(), "waiting": waited_for(), **names,
    }  # fmt: skip
    said = [f"“{filters.text.strip()}”"] if filters.text.strip() else []
    said += [
        labels[name].get(query[name], query[name]) for name in ("phase", "stage", "csp", "regime") if name in query
    ]
    if "manager" in query:
        said.append(f"case manager: {labels['manager'].get(query['manager'], query['manager'])}")
    if "waiting" in query:
        said.append(f"acts next: {labels['waiting'][query['waiting']]}")
    if filters.opened_from:
        said.append(f"notified from {in_words(filters.opened_from)}")
    if filters.opened_until:
        said.append(f"notified until {in_words(filters.opened_until)}")
    said += [label[:1].lower() + label[1:] for name, label in TICKS.items() if name in query]
    return said

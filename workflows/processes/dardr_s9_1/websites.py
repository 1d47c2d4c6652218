"""Where a report is published: each website with its address and day, what is to be seen there, and the next look.

The websites of a report are not stored: ``websites`` works them out from what was recorded, oldest first, so that an
address that was corrected and a website that was struck out stay in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

from workflows import guards
from workflows.answers import stored_date
from workflows.definition import Action, Blocked, Facts, From, Role
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import choice, day, link, one_of, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING, DECIDERS, MEDIA

AFTER = ("published", "action_monitoring", "concluded")
"""The stages in which a report may stand on a website."""

ANOTHER = "Another website"
"""The choice of a website that is none of the partnership's own; it is named in a question of its own."""

TEAM_AND_AUDITOR = DECIDERS | CHAIRING | {Role.AUDITOR}
"""Who reads why a report was taken off a website: the reason may be the safety of somebody."""


class Shown(StrEnum):
    """What of a report is to be seen on one website."""

    FULL = "full"
    SUMMARY = "summary"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Website:
    """One website on which a report was published.

    ``seq`` is the number of the entry that recorded it. ``since`` and ``changed_on`` are London dates; ``until`` is
    the day until which it is taken down, where one was given.
    """

    name: str
    address: str
    since: date | None
    seq: int
    shown: Shown = Shown.FULL
    changed_on: date | None = None
    until: date | None = None
    for_good: bool = False
    decided_by: str = ""
    reason: str = ""
    before: tuple[str, ...] = ()

    @property
    def online(self) -> bool:
        """True while anything of the report is to be seen there."""
        return self.shown is not Shown.NOTHING


def name_of(entry: Mapping[str, Any]) -> str:
    """The name of a website as chosen, or as typed where it is another one."""
    chosen = str(entry.get("website") or "")
    return str(entry.get("website_name") or chosen) if chosen in ("", ANOTHER) else chosen


def websites(recorded: Mapping[str, Any]) -> list[Website]:
    """The websites of a report as they stand, oldest first; those struck out are left out."""
    found: dict[str, Website] = {}
    for kind, entry in sorted(_entries(recorded), key=lambda one: one[1].get("seq", 0)):
        name = name_of(entry)
        if kind in ("first", "websites"):
            found[name] = _begun(name, entry)
        elif kind == "websites_undone":
            found.pop(name, None)
        elif name in found:
            found[name] = _changed(found[name], kind, entry)
    return list(found.values())


def _entries(recorded: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found: list[tuple[str, Mapping[str, Any]]] = []
    if recorded.get("published_at"):
        first = {
            "website": recorded.get("website"),
            "website_name": recorded.get("website_name"),
            "website_address": recorded["published_at"],
            "website_since": recorded.get("published_on"),
            "seq": 0,
        }
        found.append(("first", first))
    for kind in ("websites", "websites_undone", "website_addresses", "taken_down", "put_back"):
        found += [(kind, entry) for entry in recorded.get(kind) or ()]
    return found


def _begun(name: str, entry: Mapping[str, Any]) -> Website:
    since = stored_date(entry.get("website_since"))
    return Website(name, str(entry.get("website_address") or ""), since, int(entry.get("seq", 0)))


def _changed(site: Website, kind: str, entry: Mapping[str, Any]) -> Website:
    on = stored_date(entry.get("on"))
    if kind == "website_addresses":
        address = str(entry.get("website_address") or site.address)
        return replace(site, address=address, before=(*site.before, site.address))
    if kind == "put_back":
        now = replace(site, shown=Shown.FULL, changed_on=on, until=None, for_good=False)
        return replace(now, decided_by=str(entry.get("put_back_by") or ""), reason=str(entry.get("put_back_why") or ""))
    return replace(
        site,
        shown=Shown.SUMMARY if entry.get("still_shown") == "summary" else Shown.NOTHING,
        changed_on=on,
        until=stored_date(entry.get("taken_down_until")),
        for_good=entry.get("taken_down_for") == "good",
        decided_by=str(entry.get("taken_down_by") or ""),
        reason=str(entry.get("taken_down_reason") or ""),
    )


# --- conditions -------------------------------------------------------------------------------------------

NEVER = "This report was not published, so it stands on no website and nothing can be taken down or looked at there."
NO_PLACE = (
    "No website is recorded for this report. Record where it was published first, with “Record another website it is"
    " published on”."
)


def was_published(facts: Facts) -> Blocked | None:
    """The report was published, and not held back since."""
    published, held_back = facts.done.get("publish"), facts.done.get("decide_not_to_publish")
    if published is None or (held_back is not None and held_back.seq > published.seq):
        return Blocked(NEVER)
    return None


def has_a_website(facts: Facts) -> Blocked | None:
    """The report was published, and at least one website is on the record."""
    return was_published(facts) or (None if websites(facts.recorded) else Blocked(NO_PLACE))


def _chosen(facts: Facts) -> Website | None:
    wanted = (facts.submitted or {}).get("website")
    return next((site for site in websites(facts.recorded) if site.name == wanted), None)


def is_no_website_yet(facts: Facts) -> Blocked | None:
    """A check: the report is not recorded on that website yet."""
    submitted = facts.submitted or {}
    name, address = name_of(submitted), submitted.get("website_address")
    for site in websites(facts.recorded):
        if site.name.casefold() == name.casefold():
            return Blocked(
                f"{site.name} is on the record already. If its address is another one now, correct the address; if the"
                f" report was taken off it, put it back.",
                "website",
            )
        if address == site.address:
            return Blocked(f"This is the address already recorded for {site.name}. Check it.", "website_address")
    return None


def another_is_named(facts: Facts) -> Blocked | None:
    """A check: a website that is none of the partnership's own has a name."""
    submitted = facts.submitted or {}
    if submitted.get("website") == ANOTHER and not submitted.get("website_name"):
        return Blocked("Say which website it is.", "website_name")
    return None


def can_be_taken_down(facts: Facts) -> Blocked | None:
    """A check: what is to be taken down is still to be seen there."""
    site, left = _chosen(facts), (facts.submitted or {}).get("still_shown")
    if site is None or site.shown is Shown.FULL:
        return None
    if not site.online:
        return Blocked(f"The report is not on {site.name} any more, so there is nothing to take down.", "website")
    if left == "summary":
        return Blocked(f"Only the executive summary is on {site.name} already.", "still_shown")
    return None


def was_taken_down(facts: Facts) -> Blocked | None:
    """A check: what is put back was taken down."""
    site = _chosen(facts)
    if site is None or site.shown is not Shown.FULL:
        return None
    return Blocked(f"The report is on {site.name} in full, so there is nothing to put back.", "website")


def address_is_another(facts: Facts) -> Blocked | None:
    """A check: the corrected address differs from the one on the record."""
    site = _chosen(facts)
    if site is None or site.address != (facts.submitted or {}).get("website_address"):
        return None
    return Blocked("This is the address already on the record. Give the one that works now.", "website_address")


def not_before_publication(facts: Facts) -> Blocked | None:
    """A check: no website had the report before it was published."""
    published, since = stored_date(facts.recorded.get("published_on")), (facts.submitted or {}).get("website_since")
    if published is None or not isinstance(since, date) or since >= published:
        return None
    return Blocked("This is before the day on which the report was published. Check both dates.", "website_since")


# --- questions and actions --------------------------------------------------------------------------------

WEBSITE = one_of("website", "Which website?", From.WEBSITES)
WEBSITE_NAME = optional(text("website_name", "Which other website?", help="Only where it is none of those above."))
ADDRESS = link("website_address", "Web address of the report")
WHICH = one_of("website", "Which website?", From.WEBSITES_PUBLISHED)
LOOK_AGAIN = day(
    "look_again_online_on",
    "Look again on",
    required=False,
    future=True,
    help="Whether it stays online. Left empty, the partnership's own length counts, if it has set one.",
)
NAMED = partial(
    guards.only_when,
    field="website_name",
    when="website",
    values=(ANOTHER,),
    reason=f"Leave this empty, or choose “{ANOTHER}”.",
)


def actions() -> tuple[Action, ...]:
    """What can be done about the websites of a report once it is published."""
    return (
        Action(
            "record_website",
            "Record another website it is published on",
            source=AFTER,
            roles=MEDIA,
            keep_as="websites",
            fields=(WEBSITE, WEBSITE_NAME, ADDRESS, day("website_since", "Published there on")),
            guards=(was_published,),
            checks=(another_is_named, NAMED, is_no_website_yet, not_before_publication),
            authority=local("The websites on which a partnership publishes"),
        ),
        Action(
            "correct_website_address",
            "Correct the web address of the report",
            source=AFTER,
            roles=MEDIA,
            keep_as="website_addresses",
            fields=(WHICH, ADDRESS, optional(text("address_because", "Why", help="For example: the page was moved."))),
            guards=(has_a_website,),
            checks=(address_is_another,),
            authority=by_design("What an address was before stays in the history"),
        ),
        _take_down(),
        Action(
            "put_back",
            "Record that the report was put back on a website",
            source=AFTER,
            roles=CASEWORK,
            keep_as="put_back",
            fields=(
                WHICH,
                paragraph("put_back_why", "Why", seen_by=TEAM_AND_AUDITOR),
                text("put_back_by", "Who decided? (their post)"),
            ),
            guards=(has_a_website,),
            checks=(was_taken_down,),
            authority=by_design(),
            help="In full again. Where its address is another one now, correct the address as well.",
        ),
        Action(
            "strike_out_website",
            "Strike out a website recorded by mistake",
            source=AFTER,
            roles=CASEWORK,
            keep_as="websites_undone",
            fields=(WHICH, paragraph("website_undone_why", "Why")),
            guards=(has_a_website,),
            authority=by_design(),
            help="For a website the report never stood on. It stays on the timeline.",
        ),
        Action(
            "look_again_online",
            "Look again at whether the report stays online",
            source=AFTER,
            roles=CASEWORK,
            keep_as="online_looks",
            fields=(paragraph("online_view", "What was looked at, and what was decided"), LOOK_AGAIN),
            guards=(has_a_website,),
            authority=local("How long reports stay online is the partnership's own choice"),
            help="To take it down or to put it back is a step of its own.",
        ),
        Action(
            "end_looks_online",
            "Record that no further look is needed",
            source=AFTER,
            roles=CASEWORK,
            keep_as="online_looks_ended",
            fields=(paragraph("no_more_looks_why", "Why, and who decided"),),
            guards=(has_a_website,),
            authority=local("How long reports stay online is the partnership's own choice"),
            help="For a report that stays online for good, or was taken down for good.",
        ),
    )


def _take_down() -> Action:
    return Action(
        "record_taken_down",
        "Record that the report was taken off a website",
        source=AFTER,
        roles=CASEWORK,
        keep_as="taken_down",
        fields=(
            WHICH,
            choice(
                "still_shown",
                "What is still to be seen there?",
                ("nothing", "Nothing: the report was taken down"),
                ("summary", "The executive summary only"),
            ),
            paragraph("taken_down_reason", "Why", seen_by=TEAM_AND_AUDITOR),
            text("taken_down_by", "Who decided? (their post)"),
            choice(
                "taken_down_for",
                "For how long?",
                ("until_looked_at", "Until it is looked at again"),
                ("until_day", "Until a day"),
                ("good", "For good"),
            ),
            optional(day("taken_down_until", "Until which day?", future=True)),
        ),
        guards=(has_a_website,),
        checks=(
            can_be_taken_down,
            partial(
                guards.needed_when,
                field="taken_down_until",
                when="taken_down_for",
                values=("until_day",),
                reason="Give the day until which it is taken down.",
            ),
            partial(
                guards.only_when,
                field="taken_down_until",
                when="taken_down_for",
                values=("until_day",),
                reason="Leave the day empty, or choose “Until a day”.",
            ),
        ),
        authority=by_design("A report can be taken down, and why and who decided is kept"),
        help="dardr takes nothing down: it records what the web team did.",
    )
